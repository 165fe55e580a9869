/* Small faults planted into the source of a policy, one at a time: a test suite that does not
 * notice one does not test what it is about. */
#ifndef LC_CLI_LUA_MUTANTS_H
#define LC_CLI_LUA_MUTANTS_H

#include "base/buf.h"
#include "cli/lua_tokens.h"

enum lua_mutation {
    LUA_DROP_RULE,        /* an item "policy.require(...)" of a list goes */
    LUA_NEGATE_CONDITION, /* "if c then": "if not (c) then" */
    LUA_FLIP_COMPARISON,  /* "<": ">=" */
    LUA_SWAP_LOGIC,       /* "and": "or" */
    LUA_SHIFT_NUMBER,     /* 3: 4 and 2; "30d": "31d"; "10.0.0.0/8": "10.0.0.0/9" */
    LUA_CHANGE_CODE,      /* "domain_not_allowed": another of the wire's codes */
    LUA_EMPTY_LIST,       /* { "a", "b" }: {} */
    LUA_SHORTEN_LIST,     /* { "a", "b" }: { "b" } */
    LUA_SWAP_BOOLEAN,     /* true: false */
    LUA_MUTATIONS
};

const char *lua_mutation_name(enum lua_mutation kind); /* "drop a rule"; static */

/* The bytes from `at` on, len of them, become `text`. */
struct lua_mutant {
    enum lua_mutation kind;
    size_t at;
    size_t len;
    char *text; /* owned */
    int line;
};

struct lua_mutants {
    struct lua_mutant *items; /* owned; in the order of the source */
    size_t count;
    size_t capacity;
};

#define LUA_MUTANTS_INIT                                                                           \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lua_mutants_release(struct lua_mutants *mutants);
LC_AUTO_VALUE(struct lua_mutants, lua_mutants_release);

/* All of a source. LC_EPARSE as lua_tokenize. */
bool lua_mutants_find(const char *source, size_t len, struct lua_mutants *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The source with that one in it. */
void lua_mutant_apply(const struct lua_mutant *mutant, const char *source, size_t len,
                      struct lc_buf *out);

#endif
