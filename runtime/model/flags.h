/* Flags and arguments of hook commands, read as Juju's own library (gnuflag) reads them: flags and
 * positionals may be mixed, -- ends flags, -r value, -rvalue, --name value, --name=value,
 * --bool=false; a repeated flag's last value counts (juju-hooks 2.1). */
#ifndef LC_MODEL_FLAGS_H
#define LC_MODEL_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_flag {
    const char *name; /* "relation"; NULL ends a table */
    char letter;      /* 'r'; 0 for none */
    bool is_bool;
    const char *same_as; /* another name of the flag that has this name; NULL for none */
};

#define LC_FLAGS_MAX 16

struct lc_flags {
    const struct lc_flag *table;
    const char *values[LC_FLAGS_MAX]; /* by place in the table; views; NULL: not given */
    char used[LC_FLAGS_MAX][64];      /* as it was written, for messages: "-r", "--relation" */
    const char **args;                /* owned array of views: the positionals */
    size_t arg_count;
    bool help; /* -h or --help, and nothing else counts */
};

/* words: NULL-terminated; must outlive the result. table: at most LC_FLAGS_MAX flags. Errors are
 * LC_EUSAGE in the library's own words. out is released also on failure. */
bool lc_flags_parse(const struct lc_flag *table, char *const *words, struct lc_flags *out,
                    struct lc_err *err) LC_MUST_CHECK;
void lc_flags_release(struct lc_flags *flags);
LC_AUTO_VALUE(struct lc_flags, lc_flags_release);

/* NULL when it was not given. */
const char *lc_flag_text(const struct lc_flags *flags, const char *name);
bool lc_flag_is_set(const struct lc_flags *flags, const char *name);
/* "-r", "--relation", as it was written. */
const char *lc_flag_used(const struct lc_flags *flags, const char *name);

/* LC_EUSAGE "unrecognized args: [...]" when there are more than max positionals. */
bool lc_flags_no_more(const struct lc_flags *flags, size_t max, struct lc_err *err) LC_MUST_CHECK;

#endif
