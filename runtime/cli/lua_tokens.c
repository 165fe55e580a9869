/* Lua source as tokens. */
#include "cli/lua_tokens.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

void lua_tokens_release(struct lua_tokens *tokens)
{
    lc_free(tokens->items);
    *tokens = (struct lua_tokens)LUA_TOKENS_INIT;
}

bool lua_token_is(const struct lua_token *token, const char *text)
{
    return strlen(text) == token->len && strncmp(token->text, text, token->len) == 0;
}

struct lexer {
    const char *at;
    const char *end;
    int line;
};

static char peek(const struct lexer *lexer, size_t ahead)
{
    return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : '\0';
}

static void step(struct lexer *lexer)
{
    if (*lexer->at++ == '\n')
        lexer->line++;
}

/* Number of equals signs of "[==[" at the place; -1 when it is none. */
static int long_bracket(const struct lexer *lexer)
{
    size_t level = 0;

    if (peek(lexer, 0) != '[')
        return -1;
    while (peek(lexer, 1 + level) == '=')
        level++;
    return peek(lexer, 1 + level) == '[' ? (int)level : -1;
}

static bool is_closing(const struct lexer *lexer, int level)
{
    if (peek(lexer, 0) != ']' || peek(lexer, (size_t)level + 1) != ']')
        return false;
    for (int i = 1; i <= level; i++)
        if (peek(lexer, (size_t)i) != '=')
            return false;
    return true;
}

static bool skip_long(struct lexer *lexer, int level)
{
    lexer->at += level + 2;
    for (; lexer->at < lexer->end; step(lexer)) {
        if (is_closing(lexer, level)) {
            lexer->at += level + 2;
            return true;
        }
    }
    return false;
}

/* A backslash takes the byte behind it along, also a line end. */
static bool skip_string(struct lexer *lexer)
{
    const char quote = *lexer->at++;

    while (lexer->at < lexer->end && *lexer->at != quote) {
        if (*lexer->at == '\n')
            return false;
        if (*lexer->at == '\\' && lexer->at + 1 < lexer->end)
            step(lexer);
        step(lexer);
    }
    if (lexer->at == lexer->end)
        return false;
    lexer->at++;
    return true;
}

/* Digits, letters and dots, and a sign behind an exponent: what Lua reads as one, also if it is
 * malformed. */
static void skip_number(struct lexer *lexer)
{
    const bool is_hex = peek(lexer, 0) == '0' && tolower((unsigned char)peek(lexer, 1)) == 'x';

    while (lexer->at < lexer->end) {
        const char letter = (char)tolower((unsigned char)*lexer->at);
        if (letter == (is_hex ? 'p' : 'e') && (peek(lexer, 1) == '+' || peek(lexer, 1) == '-'))
            lexer->at += 2;
        else if (isalnum((unsigned char)letter) || letter == '.')
            lexer->at++;
        else
            return;
    }
}

static size_t symbol_len(const struct lexer *lexer)
{
    static const char *const symbols[] = { "...", "<<", ">>", "//", "==",
                                           "~=",  "<=", ">=", "::", ".." };

    for (size_t i = 0; i < LC_COUNT(symbols); i++) {
        const size_t len = strlen(symbols[i]);
        if ((size_t)(lexer->end - lexer->at) >= len && strncmp(lexer->at, symbols[i], len) == 0)
            return len;
    }
    return *lexer->at != '\0' && strchr("+-*/%^#&~|<>=(){}[];:,.", *lexer->at) != NULL ? 1 : 0;
}

static bool is_keyword(const char *text, size_t len)
{
    static const char *const keywords[] = {
        "and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
        "function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
        "repeat",   "return", "then", "true", "until",  "while",
    };

    for (size_t i = 0; i < LC_COUNT(keywords); i++)
        if (strlen(keywords[i]) == len && strncmp(keywords[i], text, len) == 0)
            return true;
    return false;
}

/* *is_comment: it is skipped, and is no token. */
static bool skip_minus(struct lexer *lexer, bool *is_comment)
{
    *is_comment = peek(lexer, 1) == '-';
    if (!*is_comment) {
        lexer->at++;
        return true;
    }
    lexer->at += 2;
    const int level = long_bracket(lexer);
    if (level >= 0)
        return skip_long(lexer, level);
    while (lexer->at < lexer->end && *lexer->at != '\n')
        lexer->at++;
    return true;
}

/* Behind one token, or a comment. */
static bool skip_one(struct lexer *lexer, enum lua_token_kind *kind, bool *is_comment)
{
    const char *begin = lexer->at;
    const unsigned char first = (unsigned char)*begin;

    *is_comment = false;
    *kind = LUA_SYMBOL;
    if (first == '-')
        return skip_minus(lexer, is_comment);
    if (isalpha(first) || first == '_') {
        while (lexer->at < lexer->end && (isalnum((unsigned char)*lexer->at) || *lexer->at == '_'))
            lexer->at++;
        *kind = is_keyword(begin, (size_t)(lexer->at - begin)) ? LUA_KEYWORD : LUA_NAME;
        return true;
    }
    if (isdigit(first) || (first == '.' && isdigit((unsigned char)peek(lexer, 1)))) {
        *kind = LUA_NUMBER;
        skip_number(lexer);
        return true;
    }
    if (first == '"' || first == '\'') {
        *kind = LUA_STRING;
        return skip_string(lexer);
    }
    if (long_bracket(lexer) >= 0) {
        *kind = LUA_STRING;
        return skip_long(lexer, long_bracket(lexer));
    }
    lexer->at += symbol_len(lexer);
    return lexer->at != begin;
}

bool lua_tokenize(const char *source, size_t len, struct lua_tokens *out, struct lc_err *err)
{
    struct lexer lexer = { .at = source, .end = source + len, .line = 1 };

    while (len > 0 && *source == '#' && lexer.at < lexer.end && *lexer.at != '\n')
        lexer.at++;
    while (lexer.at < lexer.end) {
        struct lua_token token = { .text = lexer.at, .line = lexer.line };
        bool is_comment;
        if (isspace((unsigned char)*lexer.at)) {
            step(&lexer);
            continue;
        }
        if (!skip_one(&lexer, &token.kind, &is_comment))
            return lc_fail(err, LC_EPARSE, "line %d: a token that is none, or does not end",
                           token.line);
        if (is_comment)
            continue;
        token.len = (size_t)(lexer.at - token.text);
        if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
            return lc_fail_memory(err);
        out->items[out->count++] = token;
    }
    return true;
}

size_t lua_tokens_close(const struct lua_tokens *tokens, size_t open)
{
    size_t depth = 0;

    for (size_t i = open; i < tokens->count; i++) {
        if (tokens->items[i].kind != LUA_SYMBOL || tokens->items[i].len != 1)
            continue;
        const char symbol = *tokens->items[i].text;
        if (symbol == '{' || symbol == '(' || symbol == '[')
            depth++;
        else if ((symbol == '}' || symbol == ')' || symbol == ']') && --depth == 0)
            return i + 1;
    }
    return tokens->count;
}
