/* Flags of hook commands, after gnuflag. */
#include "model/flags.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

struct parser {
    struct lc_flags *out;
    char *const *words; /* the rest */
};

void lc_flags_release(struct lc_flags *flags)
{
    lc_free(flags->args);
    flags->args = NULL;
    flags->arg_count = 0;
}

/* Its place in the table, or LC_FLAGS_MAX. */
static size_t find(const struct lc_flag *table, const char *name, size_t len)
{
    for (size_t i = 0; table[i].name != NULL; i++) {
        if ((len == 1 && table[i].letter == name[0]) ||
            (strlen(table[i].name) == len && strncmp(table[i].name, name, len) == 0))
            return i;
    }
    return LC_FLAGS_MAX;
}

static size_t resolve_alias(const struct lc_flag *table, size_t at)
{
    const char *real = table[at].same_as;

    return real == NULL ? at : find(table, real, strlen(real));
}

static bool set_bool(struct lc_flags *out, size_t at, const char *value, struct lc_err *err)
{
    static const char *const trues[] = { "1", "t", "T", "TRUE", "true", "True" };
    static const char *const falses[] = { "0", "f", "F", "FALSE", "false", "False" };

    for (size_t i = 0; i < LC_COUNT(trues); i++) {
        const bool yes = value == NULL || strcmp(value, trues[i]) == 0;
        if (!yes && strcmp(value, falses[i]) != 0)
            continue;
        out->values[at] = yes ? "true" : NULL;
        return true;
    }
    return lc_fail(err, LC_EUSAGE,
                   "invalid boolean value \"%s\" for option %s: strconv.ParseBool: parsing \"%s\":"
                   " invalid syntax",
                   value, out->used[at], value);
}

/* name: len bytes; value: what was joined to it, or NULL. */
static bool take_flag(struct parser *parser, const char *name, size_t len, const char *value,
                      bool is_long, struct lc_err *err)
{
    struct lc_flags *out = parser->out;
    size_t at = find(out->table, name, len);
    char used[64];

    (void)snprintf(used, sizeof(used), "%s%.*s", is_long && len > 1 ? "--" : "-",
                   (int)(len < 48 ? len : 48), name);
    if (at == LC_FLAGS_MAX) {
        out->help = (len == 4 && strncmp(name, "help", 4) == 0) || (len == 1 && name[0] == 'h');
        return out->help || lc_fail(err, LC_EUSAGE, "option provided but not defined: %s", used);
    }
    at = resolve_alias(out->table, at);
    memcpy(out->used[at], used, sizeof(used));
    if (out->table[at].is_bool)
        return set_bool(out, at, value, err);
    if (value == NULL)
        value = *parser->words == NULL ? NULL : *parser->words++;
    if (value == NULL)
        return lc_fail(err, LC_EUSAGE, "option needs an argument: %s", used);
    out->values[at] = value;
    return true;
}

/* "-abc": flags of one letter; the first that takes a value takes the rest of the word. */
static bool take_letters(struct parser *parser, const char *letters, struct lc_err *err)
{
    while (*letters != '\0' && !parser->out->help) {
        const size_t at = find(parser->out->table, letters, 1);
        const bool alone = at == LC_FLAGS_MAX || parser->out->table[at].is_bool;
        const char *rest = alone || letters[1] == '\0' ? NULL : letters + 1;
        if (!take_flag(parser, letters, 1, rest, false, err))
            return false;
        if (rest != NULL || !alone)
            break;
        letters++;
    }
    return true;
}

static bool take_long(struct parser *parser, const char *word, struct lc_err *err)
{
    const char *equals = strchr(word, '=');
    const size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);

    if (len == 0)
        return lc_fail(err, LC_EUSAGE, "empty option in argument \"--%s\"", word);
    return take_flag(parser, word, len, equals == NULL ? NULL : equals + 1, true, err);
}

bool lc_flags_parse(const struct lc_flag *table, char *const *words, struct lc_flags *out,
                    struct lc_err *err)
{
    struct parser parser = { .out = out, .words = words };
    size_t count = 0;
    bool ended = false;
    bool good = true;

    *out = (struct lc_flags){ .table = table };
    while (words[count] != NULL)
        count++;
    out->args = lc_alloc(count + 1, sizeof(*out->args));
    if (out->args == NULL)
        return lc_fail_memory(err);
    while (good && *parser.words != NULL && !out->help) {
        const char *word = *parser.words++;
        if (ended || word[0] != '-' || word[1] == '\0')
            out->args[out->arg_count++] = word;
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] == '-')
            good = take_long(&parser, word + 2, err);
        else
            good = take_letters(&parser, word + 1, err);
    }
    return good;
}

const char *lc_flag_text(const struct lc_flags *flags, const char *name)
{
    const size_t at = find(flags->table, name, strlen(name));

    return at == LC_FLAGS_MAX ? NULL : flags->values[at];
}

bool lc_flag_is_set(const struct lc_flags *flags, const char *name)
{
    return lc_flag_text(flags, name) != NULL;
}

const char *lc_flag_used(const struct lc_flags *flags, const char *name)
{
    const size_t at = find(flags->table, name, strlen(name));

    return at == LC_FLAGS_MAX ? "" : flags->used[at];
}

bool lc_flags_no_more(const struct lc_flags *flags, size_t max, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(LC_ERR_MESSAGE_BYTES);

    if (flags->arg_count <= max)
        return true;
    for (size_t i = max; i < flags->arg_count; i++)
        lc_buf_printf(&list, "%s\"%s\"", i == max ? "" : " ", flags->args[i]);
    return lc_fail(err, LC_EUSAGE, "unrecognized args: [%s]", list.data);
}
