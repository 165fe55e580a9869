/* Faults planted into the source of a policy, token by token. */
#include "cli/lua_mutants.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_MAX_BYTES (1024u * 1024)

const char *lua_mutation_name(enum lua_mutation kind)
{
    static const char *const names[LUA_MUTATIONS] = {
        [LUA_DROP_RULE] = "drop a rule",
        [LUA_NEGATE_CONDITION] = "negate a condition",
        [LUA_FLIP_COMPARISON] = "flip a comparison",
        [LUA_SWAP_LOGIC] = "swap and, or",
        [LUA_SHIFT_NUMBER] = "shift a number",
        [LUA_CHANGE_CODE] = "change a code",
        [LUA_EMPTY_LIST] = "empty a list",
        [LUA_SHORTEN_LIST] = "shorten a list",
        [LUA_SWAP_BOOLEAN] = "swap true, false",
    };

    return names[kind];
}

void lua_mutants_release(struct lua_mutants *mutants)
{
    for (size_t i = 0; i < mutants->count; i++)
        lc_free(mutants->items[i].text);
    lc_free(mutants->items);
    *mutants = (struct lua_mutants)LUA_MUTANTS_INIT;
}

void lua_mutant_apply(const struct lua_mutant *mutant, const char *source, size_t len,
                      struct lc_buf *out)
{
    const size_t behind = mutant->at + mutant->len;

    lc_buf_add(out, source, mutant->at);
    lc_buf_puts(out, mutant->text);
    lc_buf_add(out, source + behind, len - behind);
}

struct search {
    const char *source;
    struct lua_tokens tokens;
    struct lua_mutants *out;
};

/* The tokens from first to behind become text. */
static bool add(struct search *search, enum lua_mutation kind, size_t first, size_t behind,
                const char *text, struct lc_err *err)
{
    const struct lua_token *begin = &search->tokens.items[first];
    const struct lua_token *last = &search->tokens.items[behind - 1];
    struct lua_mutants *out = search->out;

    if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
        return lc_fail_memory(err);
    struct lua_mutant *mutant = &out->items[out->count];
    *mutant = (struct lua_mutant){
        .kind = kind,
        .at = (size_t)(begin->text - search->source),
        .len = (size_t)(last->text + last->len - begin->text),
        .text = lc_strdup(text),
        .line = begin->line,
    };
    if (mutant->text == NULL)
        return lc_fail_memory(err);
    out->count++;
    return true;
}

static bool is(const struct search *search, size_t at, const char *text)
{
    return at < search->tokens.count && lua_token_is(&search->tokens.items[at], text);
}

/* --- one kind after the other ---------------------------------------------------------------- */

/* "policy.require", "policy.profile" or "policy.rules" at the beginning of an item of a list, up to
 * the item's end. */
static bool try_rule(struct search *search, size_t at, struct lc_err *err)
{
    const struct lua_tokens *tokens = &search->tokens;
    size_t behind = at + 3;

    if (at == 0 || !(is(search, at - 1, "{") || is(search, at - 1, ",") || is(search, at - 1, ";")))
        return true;
    if (tokens->items[at].kind != LUA_NAME || !is(search, at + 1, ".") ||
        !(is(search, at + 2, "require") || is(search, at + 2, "profile") ||
          is(search, at + 2, "rules")))
        return true;
    while (behind < tokens->count && !is(search, behind, ",") && !is(search, behind, ";") &&
           !is(search, behind, "}")) {
        const bool opens = is(search, behind, "{") || is(search, behind, "(") ||
                           is(search, behind, "[");
        behind = opens ? lua_tokens_close(tokens, behind) : behind + 1;
    }
    if (behind < tokens->count && !is(search, behind, "}"))
        behind++; /* the comma too */
    return add(search, LUA_DROP_RULE, at, behind, "", err);
}

static bool try_condition(struct search *search, size_t at, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(TEXT_MAX_BYTES);
    const struct lua_token *tokens = search->tokens.items;
    size_t then = at + 1;
    size_t functions = 0; /* inside of a function of the condition is no "then" of ours */

    if (!is(search, at, "if") && !is(search, at, "elseif"))
        return true;
    for (; then < search->tokens.count; then++) {
        if (is(search, then, "function") || is(search, then, "if"))
            functions++;
        else if (is(search, then, "end"))
            functions--;
        else if (functions == 0 && is(search, then, "then"))
            break;
    }
    if (then >= search->tokens.count || then == at + 1)
        return true;
    lc_buf_puts(&text, "not (");
    lc_buf_add(&text, tokens[at + 1].text,
               (size_t)(tokens[then - 1].text + tokens[then - 1].len - tokens[at + 1].text));
    lc_buf_puts(&text, ")");
    return lc_buf_check(&text, err) &&
           add(search, LUA_NEGATE_CONDITION, at + 1, then, text.data, err);
}

static bool try_swap(struct search *search, size_t at, struct lc_err *err)
{
    static const struct {
        enum lua_mutation kind;
        const char *from;
        const char *to;
    } swaps[] = {
        { LUA_FLIP_COMPARISON, "==", "~=" },   { LUA_FLIP_COMPARISON, "~=", "==" },
        { LUA_FLIP_COMPARISON, "<", ">=" },    { LUA_FLIP_COMPARISON, ">", "<=" },
        { LUA_FLIP_COMPARISON, "<=", ">" },    { LUA_FLIP_COMPARISON, ">=", "<" },
        { LUA_SWAP_LOGIC, "and", "or" },       { LUA_SWAP_LOGIC, "or", "and" },
        { LUA_SWAP_BOOLEAN, "true", "false" }, { LUA_SWAP_BOOLEAN, "false", "true" },
    };
    const struct lua_token *token = &search->tokens.items[at];

    if (token->kind != LUA_SYMBOL && token->kind != LUA_KEYWORD)
        return true;
    /* "local name <const>" compares nothing. */
    if ((is(search, at, "<") && (is(search, at + 1, "const") || is(search, at + 1, "close")) &&
         is(search, at + 2, ">")) ||
        (is(search, at, ">") && at >= 2 && is(search, at - 2, "<") &&
         (is(search, at - 1, "const") || is(search, at - 1, "close"))))
        return true;
    for (size_t i = 0; i < LC_COUNT(swaps); i++)
        if (lua_token_is(token, swaps[i].from))
            return add(search, swaps[i].kind, at, at + 1, swaps[i].to, err);
    return true;
}

/* Decimal whole numbers: one more or one less. */
static bool shift_number(struct search *search, size_t at, int64_t by, struct lc_err *err)
{
    const struct lua_token *token = &search->tokens.items[at];
    char text[32];
    int64_t value;

    if (token->kind != LUA_NUMBER || token->len >= sizeof(text))
        return true;
    (void)snprintf(text, sizeof(text), "%.*s", (int)token->len, token->text);
    if (!lc_text_to_number(text, INT64_MAX - 1, &value))
        return true;
    (void)snprintf(text, sizeof(text), "%" PRId64, value + by);
    return add(search, LUA_SHIFT_NUMBER, at, at + 1, text, err);
}

static bool try_number(struct search *search, size_t at, struct lc_err *err)
{
    return shift_number(search, at, 1, err) && shift_number(search, at, -1, err);
}

/* The number in a text such as "30d" (a duration) or "10.0.0.0/8" (a network): its place and
 * length; 0 for another text. content: without quotes. */
static size_t find_number(const char *content, size_t len, size_t *at_out)
{
    const char *slash = memchr(content, '/', len);
    size_t digits = 0;

    *at_out = 0;
    while (digits < len && isdigit((unsigned char)content[digits]))
        digits++;
    if (digits > 0 && digits + 1 == len && strchr("smhdw", content[digits]) != NULL)
        return digits;
    if (slash == NULL || slash == content)
        return 0;
    for (const char *part = content; part < slash; part++)
        if (!isxdigit((unsigned char)*part) && *part != '.' && *part != ':')
            return 0;
    *at_out = (size_t)(slash - content) + 1;
    for (digits = *at_out; digits < len && isdigit((unsigned char)content[digits]);)
        digits++;
    return digits == len ? len - *at_out : 0;
}

static bool shift_text(struct search *search, size_t at, int64_t by, struct lc_err *err)
{
    const struct lua_token *token = &search->tokens.items[at];
    size_t number_at;
    const size_t digits = find_number(token->text + 1, token->len - 2, &number_at);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(TEXT_MAX_BYTES);
    char number[32];
    int64_t value;

    if (digits == 0 || digits >= sizeof(number))
        return true;
    const char *begin = token->text + 1 + number_at;
    (void)snprintf(number, sizeof(number), "%.*s", (int)digits, begin);
    if (!lc_text_to_number(number, INT64_MAX - 1, &value))
        return true;
    lc_buf_add(&text, token->text, number_at + 1);
    lc_buf_printf(&text, "%" PRId64, value + by);
    lc_buf_add(&text, begin + digits, (size_t)(token->text + token->len - begin) - digits);
    return lc_buf_check(&text, err) && add(search, LUA_SHIFT_NUMBER, at, at + 1, text.data, err);
}

static bool try_string(struct search *search, size_t at, struct lc_err *err)
{
    static const char *const codes[] = { "ip_not_allowed", "domain_not_allowed",
                                         "wildcard_not_allowed", "server_not_available", "other" };
    const struct lua_token *token = &search->tokens.items[at];
    char text[64];

    if (token->kind != LUA_STRING || token->len < 2 || *token->text == '[')
        return true;
    for (size_t i = 0; i < LC_COUNT(codes); i++) {
        if (strlen(codes[i]) != token->len - 2 ||
            strncmp(codes[i], token->text + 1, token->len - 2) != 0)
            continue;
        if (!is(search, at - 1, "(")) /* a code is what deny is called with first */
            return true;
        (void)snprintf(text, sizeof(text), "\"%s\"", codes[(i + 1) % LC_COUNT(codes)]);
        return add(search, LUA_CHANGE_CODE, at, at + 1, text, err);
    }
    return shift_text(search, at, 1, err) && shift_text(search, at, -1, err);
}

/* Each item of a list that has others goes, with its comma; first, behind: the tokens inside. */
static bool shorten(struct search *search, size_t first, size_t behind, struct lc_err *err)
{
    for (size_t at = first; at < behind; at++) {
        const bool is_separator = is(search, at, ",") || is(search, at, ";");
        if (is_separator || behind - first < 3)
            continue;
        if (!(at + 1 < behind ? add(search, LUA_SHORTEN_LIST, at, at + 2, "", err)
                              : add(search, LUA_SHORTEN_LIST, at - 1, at + 1, "", err)))
            return false;
    }
    return true;
}

/* A list of texts and numbers, and nothing else. */
static bool try_list(struct search *search, size_t at, struct lc_err *err)
{
    size_t i = at + 1;

    if (!is(search, at, "{"))
        return true;
    for (;;) {
        if (i >= search->tokens.count || (search->tokens.items[i].kind != LUA_STRING &&
                                          search->tokens.items[i].kind != LUA_NUMBER))
            return true;
        i++;
        if (is(search, i, ",") || is(search, i, ";"))
            i++;
        if (is(search, i, "}"))
            return add(search, LUA_EMPTY_LIST, at, i + 1, "{}", err) &&
                   shorten(search, at + 1, i, err);
    }
}

static bool find_all(struct search *search, struct lc_err *err)
{
    for (size_t at = 0; at < search->tokens.count; at++)
        if (!try_rule(search, at, err) || !try_condition(search, at, err) ||
            !try_swap(search, at, err) || !try_number(search, at, err) ||
            !try_string(search, at, err) || !try_list(search, at, err))
            return false;
    return true;
}

bool lua_mutants_find(const char *source, size_t len, struct lua_mutants *out, struct lc_err *err)
{
    struct search search = { .source = source, .tokens = LUA_TOKENS_INIT, .out = out };
    const bool done = lua_tokenize(source, len, &search.tokens, err) && find_all(&search, err);

    lua_tokens_release(&search.tokens);
    return done;
}
