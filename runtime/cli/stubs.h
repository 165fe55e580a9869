/* The stubs that editors read of Lua's half: files with annotations and empty functions. */
#ifndef LC_CLI_STUBS_H
#define LC_CLI_STUBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Write files, a JSON object of paths and texts, into the folder, which is made. Stubs of before
 * are replaced; any other file stays, and nothing is written: LC_EEXIST. LC_EIO, LC_EPERM,
 * LC_ENOMEM; on failure some of them may be there. */
bool stubs_write(const char *files, size_t len, const char *folder, struct lc_err *err)
    LC_MUST_CHECK;

#endif
