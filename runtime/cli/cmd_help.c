/* luacharm help: made from the tables. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cmd.h"
#include "cli/man.h"

#define COMMANDS_MAX 32

const struct lc_cmd *lc_cmd_find(const struct lc_cmd *const *table, const char *name)
{
    for (; *table != NULL; table++)
        if (strcmp((*table)->name, name) == 0)
            return *table;
    return NULL;
}

bool lc_cmd_fail_unknown(const struct lc_cmd *const *table, const char *parent, const char *name,
                         struct lc_err *err)
{
    const char *names[COMMANDS_MAX + 1] = { NULL };

    for (size_t i = 0; i < COMMANDS_MAX && table[i] != NULL; i++)
        names[i] = table[i]->name;
    const char *nearest = lc_text_nearest(name, names);
    if (nearest != NULL)
        return lc_fail(err, LC_EUSAGE, "there is no command '%s' (did you mean '%s'?)", name,
                       nearest);
    return lc_fail(err, LC_EUSAGE, "there is no command '%s': 'luacharm help%s%s' lists them", name,
                   parent == NULL ? "" : " ", parent == NULL ? "" : parent);
}

void lc_cmd_print_error(const struct lc_err *err)
{
    (void)fprintf(stderr, "luacharm: %s\n", err->message); /* nowhere else to complain to */
}

void lc_cmd_print_failure(const char *traceback, const struct lc_err *err)
{
    lc_cmd_print_error(err);
    if (strchr(traceback, '\n') == NULL)
        return;
    for (const char *line = traceback; *line != '\0';) {
        const int len = (int)strcspn(line, "\n");
        (void)fprintf(stderr, "    %.*s\n", len, line); /* nowhere else to complain to */
        line += line[len] == '\0' ? len : len + 1;
    }
}

/* Two columns. */
static void print_row(const char *left, const char *right)
{
    (void)printf("  %-24s %s%s\n", left, strlen(left) > 24 ? "\n                           " : "",
                 right);
}

static void print_table(const struct lc_cmd *const *table)
{
    for (; *table != NULL; table++)
        print_row((*table)->name, (*table)->summary);
}

static void print_options(const struct lc_opt *options)
{
    char left[64];

    for (const struct lc_opt *option = options; option->name != NULL; option++) {
        const char letter[] = { '-', option->letter, ',', ' ', '\0' };
        (void)snprintf(left, sizeof(left), "%s--%s%s%s", option->letter == '\0' ? "" : letter,
                       option->name, option->value == NULL ? "" : " ",
                       option->value == NULL ? "" : option->value);
        print_row(left, option->help);
    }
}

/* A short table shows how each subcommand is used; a long one would be too much. */
#define USAGES_MAX 8

static void print_usages(const struct lc_cmd *cmd)
{
    size_t count = 0;

    while (cmd->subcommands[count] != NULL)
        count++;
    for (size_t i = 0; i < count && count <= USAGES_MAX; i++) {
        const struct lc_cmd *sub = cmd->subcommands[i];
        (void)printf("\nluacharm %s %s%s%s\n", cmd->name, sub->name,
                     *sub->synopsis == '\0' ? "" : " ", sub->synopsis);
        if (sub->options != NULL)
            print_options(sub->options);
    }
    (void)printf("\n'luacharm help %s VERB' says more about one of them.\n", cmd->name);
}

void lc_cmd_print_help(const struct lc_cmd *cmd, const char *parent)
{
    (void)printf("usage: luacharm %s%s%s%s%s\n\n%s\n", parent == NULL ? "" : parent,
                 parent == NULL ? "" : " ", cmd->name, *cmd->synopsis == '\0' ? "" : " ",
                 cmd->synopsis, cmd->summary);
    if (cmd->subcommands != NULL) {
        (void)printf("\n");
        print_table(cmd->subcommands);
        print_usages(cmd);
    }
    if (cmd->options != NULL) {
        (void)printf("\n");
        print_options(cmd->options);
    }
}

static void print_all(void)
{
    (void)printf("usage: luacharm COMMAND [WORD...]\n\n");
    print_table(lc_commands);
    (void)printf("\n'luacharm help COMMAND' says more about one of them.\n");
}

/* parent: the command before the word, which has these subcommands, or none. */
static void fail_unknown(const struct lc_cmd *const *table, const char *parent, const char *word,
                         struct lc_err *err)
{
    if (table != NULL)
        (void)lc_cmd_fail_unknown(table, parent, word, err);
    else
        (void)lc_fail(err, LC_EUSAGE, "'%s' has no subcommands, so no '%s'", parent, word);
    if (table != NULL && parent != NULL)
        (void)lc_wrap(err, "%s", parent);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    const struct lc_cmd *const *table = lc_commands;
    const struct lc_cmd *cmd = NULL;
    const char *parent = NULL;

    if (lc_args_has(args, "man")) {
        lc_man_print();
        return LC_EXIT_DONE;
    }
    for (size_t i = 0; i < args->count; i++) {
        parent = cmd == NULL ? NULL : cmd->name;
        cmd = table == NULL ? NULL : lc_cmd_find(table, args->positionals[i]);
        if (cmd == NULL) {
            fail_unknown(table, parent, args->positionals[i], err);
            return LC_EXIT_USAGE;
        }
        table = cmd->subcommands;
    }
    if (cmd == NULL)
        print_all();
    else
        lc_cmd_print_help(cmd, parent);
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "man", 0, NULL, "everything, as the source of a manual page" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_help = {
    .name = "help",
    .synopsis = "[COMMAND [VERB]]",
    .summary = "what the commands do, or one of them",
    .options = options,
    .max = 2,
    .run = run,
};
