/* Lua source as tokens (Lua 5.4 manual, section 3.1), for tools that change it or look for names in
 * it. Comments and blanks are no tokens. */
#ifndef LC_CLI_LUA_TOKENS_H
#define LC_CLI_LUA_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

enum lua_token_kind { LUA_NAME, LUA_KEYWORD, LUA_NUMBER, LUA_STRING, LUA_SYMBOL };

/* A view into the source: text has len bytes, quotes included. */
struct lua_token {
    enum lua_token_kind kind;
    const char *text;
    size_t len;
    int line; /* on which it begins, from 1 */
};

struct lua_tokens {
    struct lua_token *items; /* owned */
    size_t count;
    size_t capacity;
};

#define LUA_TOKENS_INIT                                                                            \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lua_tokens_release(struct lua_tokens *tokens);
LC_AUTO_VALUE(struct lua_tokens, lua_tokens_release);

/* A first line that begins with # is skipped, as Lua does. out: initialised. LC_EPARSE with the
 * line: a string or comment without end, a byte that is no token. */
bool lua_tokenize(const char *source, size_t len, struct lua_tokens *out, struct lc_err *err)
    LC_MUST_CHECK;

bool lua_token_is(const struct lua_token *token, const char *text);

/* Behind the token that closes what the one at `open` opens ("{", "(", "["); count where there is
 * none. */
size_t lua_tokens_close(const struct lua_tokens *tokens, size_t open);

#endif
