/* Parsing of words by a command's option table. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cmd.h"

#define OPTIONS_MAX 32 /* of one command */

void lc_args_release(struct lc_args *args)
{
    lc_free(args->positionals);
    lc_free(args->given);
    lc_free(args->values);
    *args = (struct lc_args){ .cmd = args->cmd };
}

static const struct lc_opt *find_long(const struct lc_opt *table, const char *name, size_t len)
{
    for (; table != NULL && table->name != NULL; table++)
        if (strlen(table->name) == len && strncmp(table->name, name, len) == 0)
            return table;
    return NULL;
}

static const struct lc_opt *find_letter(const struct lc_opt *table, char letter)
{
    for (; table != NULL && table->name != NULL; table++)
        if (table->letter == letter && letter != '\0')
            return table;
    return NULL;
}

static void add_option(struct lc_args *args, const struct lc_opt *option, const char *value)
{
    args->given[args->given_count] = option;
    args->values[args->given_count++] = value;
}

/* name_len: without a value that is joined to it. */
static bool fail_unknown(const struct lc_opt *table, const char *word, size_t name_len,
                         struct lc_err *err)
{
    const char *names[OPTIONS_MAX + 1] = { NULL };
    char name[64];
    const char *nearest = NULL;

    for (size_t i = 0; table != NULL && table[i].name != NULL && i < OPTIONS_MAX; i++)
        names[i] = table[i].name;
    if (word[1] == '-' && name_len < sizeof(name)) {
        memcpy(name, word + 2, name_len);
        name[name_len] = '\0';
        nearest = lc_text_nearest(name, names);
    }
    if (nearest != NULL)
        return lc_fail(err, LC_EUSAGE, "unknown option '%s' (did you mean '--%s'?)", word, nearest);
    return lc_fail(err, LC_EUSAGE, "unknown option '%s'", word);
}

/* The value, when it is a word of its own; "" for "[DURATION]" that was left out, NULL for none. */
static const char *next_word(const struct lc_opt *option, int argc, char *const *argv, int *at)
{
    const bool optional = option->value[0] == '[';

    if (*at + 1 >= argc || (optional && argv[*at + 1][0] == '-'))
        return optional ? "" : NULL;
    return argv[++*at];
}

/* *at moves on when the value is the next word. */
static bool take_option(struct lc_args *args, int argc, char *const *argv, int *at,
                        struct lc_err *err)
{
    const char *word = argv[*at];
    const bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    const size_t name_len = equals != NULL ? (size_t)(equals - word) - 2 : strlen(word + 2);
    const struct lc_opt *option = is_long ? find_long(args->cmd->options, word + 2, name_len)
                                          : find_letter(args->cmd->options, word[1]);

    if (option == NULL)
        return fail_unknown(args->cmd->options, word, name_len, err);
    if (option->value == NULL) {
        if (equals != NULL || (!is_long && word[2] != '\0'))
            return lc_fail(err, LC_EUSAGE, "'--%s' takes no value", option->name);
        add_option(args, option, NULL);
        return true;
    }
    const char *value = equals != NULL                ? equals + 1
                        : !is_long && word[2] != '\0' ? word + 2
                                                      : next_word(option, argc, argv, at);
    if (value == NULL)
        return lc_fail(err, LC_EUSAGE, "'--%s' needs a value: %s", option->name, option->value);
    add_option(args, option, value);
    return true;
}

static bool check_count(const struct lc_args *args, struct lc_err *err)
{
    if (args->count < args->cmd->min)
        return lc_fail(err, LC_EUSAGE, "expected %s", args->cmd->synopsis);
    if (args->count > args->cmd->max)
        return lc_fail(err, LC_EUSAGE, "'%s' is one word too many",
                       args->positionals[args->cmd->max]);
    return true;
}

bool lc_args_parse(const struct lc_cmd *cmd, int argc, char *const *argv, struct lc_args *out,
                   struct lc_err *err)
{
    bool options_end = false;

    *out = (struct lc_args){ .cmd = cmd };
    out->positionals = lc_alloc((size_t)argc + 1, sizeof(*out->positionals));
    out->given = lc_alloc((size_t)argc + 1, sizeof(*out->given));
    out->values = lc_alloc((size_t)argc + 1, sizeof(*out->values));
    if (out->positionals == NULL || out->given == NULL || out->values == NULL)
        return lc_fail_memory(err);
    for (int at = 0; at < argc; at++) {
        const char *word = argv[at];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!options_end && word[0] == '-' && word[1] != '\0') {
            if (!take_option(out, argc, argv, &at, err))
                return false;
        } else {
            out->positionals[out->count++] = word;
            options_end = options_end || cmd->words_follow;
        }
    }
    return check_count(out, err);
}

const char *lc_args_value(const struct lc_args *args, const char *option)
{
    const char *value = NULL;

    for (size_t i = 0; i < args->given_count; i++)
        if (strcmp(args->given[i]->name, option) == 0)
            value = args->values[i];
    return value;
}

bool lc_args_has(const struct lc_args *args, const char *option)
{
    for (size_t i = 0; i < args->given_count; i++)
        if (strcmp(args->given[i]->name, option) == 0)
            return true;
    return false;
}

bool lc_args_values(const struct lc_args *args, const char *option, struct lc_strlist *out,
                    struct lc_err *err)
{
    for (size_t i = 0; i < args->given_count; i++)
        if (strcmp(args->given[i]->name, option) == 0 && !lc_strlist_add(out, args->values[i], err))
            return false;
    return true;
}
