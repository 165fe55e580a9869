/* The program: hardening, which command it is, and what becomes of its result. Started under the
 * name of a hook command it is that command's client end; started as `dispatch`, it is a charm's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/harden.h"
#include "model/hooktool.h"

/* Before the first word that is not an option, for commands whose words follow. */
static bool asks_for_help(const struct lc_cmd *cmd, int argc, char *const *argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
        if (argv[i][0] != '-' && (cmd->words_follow || cmd->subcommands != NULL))
            return false;
    }
    return false;
}

static int finish(int status, const struct lc_cmd *cmd, const struct lc_err *err)
{
    struct lc_err write_err = LC_ERR_INIT;

    if (status != LC_EXIT_DONE && status != LC_EXIT_FOUND && err->message[0] != '\0')
        lc_cmd_print_error(err);
    if (status == LC_EXIT_FAILED && err->code == LC_EINTERNAL) {
        (void)fprintf(stderr, "luacharm: this is a bug in luacharm: please report it, with what "
                              "was done before\n");
        return LC_EXIT_BUG;
    }
    if (status == LC_EXIT_FAILED || (fflush(stdout) != EOF && !ferror(stdout)))
        return status;
    (void)lc_fail_errno(&write_err, errno, "%s: cannot write to standard output", cmd->name);
    if (errno != EPIPE) /* whoever reads has had enough, as `| head` */
        lc_cmd_print_error(&write_err);
    return LC_EXIT_FAILED;
}

static int run_command(const struct lc_cmd *cmd, const char *parent, int argc, char *const *argv)
{
    LC_AUTO(lc_args_release) struct lc_args args = { .cmd = cmd };
    struct lc_err err = LC_ERR_INIT;

    if (!lc_args_parse(cmd, argc, argv, &args, &err)) {
        (void)lc_wrap(&err, "%s%s%s", parent == NULL ? "" : parent, parent == NULL ? "" : " ",
                      cmd->name);
        return finish(err.code == LC_EUSAGE ? LC_EXIT_USAGE : LC_EXIT_FAILED, cmd, &err);
    }
    return finish(cmd->run(&args, &err), cmd, &err);
}

static int fail_usage(const struct lc_err *err)
{
    lc_cmd_print_error(err);
    return LC_EXIT_USAGE;
}

/* argv begins with the words after the command's name. */
static int choose(const struct lc_cmd *cmd, const char *parent, int argc, char *const *argv)
{
    struct lc_err err = LC_ERR_INIT;

    if (asks_for_help(cmd, argc, argv)) {
        lc_cmd_print_help(cmd, parent);
        return finish(LC_EXIT_DONE, cmd, &err);
    }
    if (cmd->subcommands == NULL)
        return run_command(cmd, parent, argc, argv);
    if (argc == 0) {
        (void)lc_fail(&err, LC_EUSAGE, "%s: expected %s: 'luacharm help %s' lists them", cmd->name,
                      cmd->synopsis, cmd->name);
        return fail_usage(&err);
    }
    const struct lc_cmd *sub = lc_cmd_find(cmd->subcommands, argv[0]);
    if (sub == NULL) {
        (void)lc_cmd_fail_unknown(cmd->subcommands, cmd->name, argv[0], &err);
        (void)lc_wrap(&err, "%s", cmd->name);
        return fail_usage(&err);
    }
    return choose(sub, cmd->name, argc - 1, argv + 1);
}

static int run_named(int argc, char *const *argv)
{
    struct lc_err err = LC_ERR_INIT;

    if (argc == 0) {
        (void)lc_fail(&err, LC_EUSAGE, "expected a command: 'luacharm help' lists them");
        return fail_usage(&err);
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return choose(&lc_cmd_help, NULL, 0, NULL);
    if (strcmp(argv[0], "--version") == 0)
        return choose(&lc_cmd_version, NULL, 0, NULL);
    const struct lc_cmd *cmd = lc_cmd_find(lc_commands, argv[0]);
    if (cmd == NULL) {
        (void)lc_cmd_fail_unknown(lc_commands, NULL, argv[0], &err);
        return fail_usage(&err);
    }
    return choose(cmd, NULL, argc - 1, argv + 1);
}

/* https://no-color.org: set and not empty. */
static bool wants_colour(void)
{
    const char *unwanted = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return (unwanted == NULL || unwanted[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";
    const int words = argc > 0 ? argc - 1 : 0;

    lc_harden();
    if (lc_hooktool_is(name))
        return lc_hooktool_main(argc, argv);
    if (strcmp(name, lc_cmd_dispatch.name) == 0)
        return choose(&lc_cmd_dispatch, NULL, words, argv + 1);
    lc_cmd_on_terminal = isatty(STDOUT_FILENO);
    lc_cmd_has_colour = lc_cmd_on_terminal && wants_colour();
    lc_cmd_home = getenv("HOME");
    return run_named(words, argv + (argc > 0));
}
