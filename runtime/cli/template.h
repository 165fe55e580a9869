/* The templates of `luacharm init`: whole charms, whose files are in lua/templates/NAME and
 * embedded by the build; those in lua/templates/common go into each. In a text, {{name}} is the
 * charm's name.
 */
#ifndef LC_CLI_TEMPLATE_H
#define LC_CLI_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Ends with a NULL template. */
struct template_file {
    const char *template; /* "requirer", "common" */
    const char *path;     /* "src/charm.lua" */
    const unsigned char *text;
    size_t len;
};
extern const struct template_file template_files[];

/* LC_EUSAGE for a name that is none, with those that there are. */
bool template_check(const char *name, struct lc_err *err) LC_MUST_CHECK;

/* Write a template's files into the folder, which is there and empty. LC_EIO, LC_EPERM, LC_ENOMEM;
 * on failure a part of them may be there. */
bool template_write(const char *name, const char *charm, const char *folder, struct lc_err *err)
    LC_MUST_CHECK;

#endif
