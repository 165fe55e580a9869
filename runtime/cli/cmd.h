/* The command line: a table of subcommands, each with its options, from which parsing, help and the
 * README's check are made. One file cmd_<name>.c for each subcommand, which defines one
 * `struct lc_cmd lc_cmd_<name>`; main.c lists them. */
#ifndef LC_CLI_CMD_H
#define LC_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strlist.h"

enum lc_exit {
    LC_EXIT_DONE = 0,
    LC_EXIT_FAILED = 1, /* it did not work: also when a word names what is not there */
    LC_EXIT_USAGE = 2,  /* the words are wrong, whatever there is in files and models */
    LC_EXIT_FOUND = 3,  /* it worked, and found what was asked for */
    LC_EXIT_BUG = 70
};

struct lc_opt {
    const char *name;  /* "json", without the dashes; NULL ends a table */
    char letter;       /* 'n' for -n; 0 for none */
    const char *value; /* what it takes, as help shows it: "DIR"; NULL for a flag; "[DURATION]" may
                        * be left out where no word without a dash follows: its value is then "" */
    const char *help;
};

/* Parsed words. Values are views into argv. */
struct lc_args {
    const struct lc_cmd *cmd;
    const char **positionals; /* owned array */
    size_t count;
    const struct lc_opt **given; /* owned; given[i] had values[i] (NULL for a flag) */
    const char **values;
    size_t given_count;
};

struct lc_cmd {
    const char *name;             /* "run" */
    const char *synopsis;         /* "FILE [ARG...]" */
    const char *summary;          /* one line, lower case, no full stop */
    const struct lc_opt *options; /* NULL: none */
    size_t min;                   /* positionals */
    size_t max;                   /* LC_ANY: no limit */
    bool words_follow;            /* options end at the first positional: run FILE -x */
    /* Returns an lc_exit; with LC_EXIT_FAILED or LC_EXIT_USAGE, err says why and main prints it,
     * unless the message is empty: it has been told already. */
    int (*run)(const struct lc_args *args, struct lc_err *err);
    const struct lc_cmd *const *subcommands; /* NULL-terminated; instead of run */
};

#define LC_ANY ((size_t)-1)

/* Parse the words after the subcommand's name. --name VALUE, --name=VALUE, -n VALUE, -nVALUE; --
 * ends options. LC_EUSAGE says which word is wrong. Released with lc_args_release, also on failure.
 */
bool lc_args_parse(const struct lc_cmd *cmd, int argc, char *const *argv, struct lc_args *out,
                   struct lc_err *err) LC_MUST_CHECK;
void lc_args_release(struct lc_args *args);
LC_AUTO_VALUE(struct lc_args, lc_args_release);

bool lc_args_has(const struct lc_args *args, const char *option);
/* The last value given; NULL when it was not. */
const char *lc_args_value(const struct lc_args *args, const char *option);
/* All values of an option that may be repeated, in order. */
bool lc_args_values(const struct lc_args *args, const char *option, struct lc_strlist *out,
                    struct lc_err *err) LC_MUST_CHECK;

/* Help for a command, on standard output; parent: "model" for its verbs, else NULL. */
void lc_cmd_print_help(const struct lc_cmd *cmd, const char *parent);

/* One of a table by its name; NULL when there is none. */
const struct lc_cmd *lc_cmd_find(const struct lc_cmd *const *table, const char *name);
/* LC_EUSAGE with the nearest name of the table, or the help that lists them; parent: "model" for
 * its verbs, else NULL. Always false. */
bool lc_cmd_fail_unknown(const struct lc_cmd *const *table, const char *parent, const char *name,
                         struct lc_err *err);

/* "luacharm: MESSAGE" on standard error. */
void lc_cmd_print_error(const struct lc_err *err);
/* The same for an error of a script: then the functions that led to it (bind_vm_traceback), one a
 * line, when they say more than the error does. */
void lc_cmd_print_failure(const char *traceback, const struct lc_err *err);

/* Whether standard output is a terminal, and one that is wanted to show colour (NO_COLOR, TERM).
 * Set by main. */
extern bool lc_cmd_on_terminal;
extern bool lc_cmd_has_colour;
/* The user's folder, for what is kept between runs; NULL when there is none. Set by main. */
extern const char *lc_cmd_home;

/* The table: table.c. NULL-terminated. */
extern const struct lc_cmd *const lc_commands[];

extern const struct lc_cmd lc_cmd_run;
extern const struct lc_cmd lc_cmd_dispatch;
extern const struct lc_cmd lc_cmd_model;
extern const struct lc_cmd lc_cmd_x509;
extern const struct lc_cmd lc_cmd_init;
extern const struct lc_cmd lc_cmd_lint;
extern const struct lc_cmd lc_cmd_test;
extern const struct lc_cmd lc_cmd_replay;
extern const struct lc_cmd lc_cmd_policy;
extern const struct lc_cmd lc_cmd_pack;
extern const struct lc_cmd lc_cmd_repl;
extern const struct lc_cmd lc_cmd_docs;
extern const struct lc_cmd lc_cmd_completion;
extern const struct lc_cmd lc_cmd_help;
extern const struct lc_cmd lc_cmd_version;

#endif
