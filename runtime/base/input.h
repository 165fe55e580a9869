/* What a user names to be read: a file, a pipe ("/dev/fd/63", as a shell makes of "<(...)"), or
 * "-", which is standard input. For files that the program itself looks for, see base/file.h. */
#ifndef LC_BASE_INPUT_H
#define LC_BASE_INPUT_H

#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/secret.h"

/* To its end, at most max bytes (up to LC_SECRET_BUFFER_BYTES); it may be a key, so it is cleansed.
 * out is untouched on failure. Errors begin with the path, or "standard input": LC_ENOTFOUND,
 * LC_EPERM, LC_ELIMIT, LC_EUSAGE (a folder), LC_EIO, LC_ENOMEM. */
bool lc_input_read(const char *path, size_t max, struct lc_secret *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The same of what was found in a folder: regular files, and links to such, so that no pipe is
 * waited for and no device is opened: LC_EUSAGE. path: not "-". */
bool lc_input_read_found(const char *path, size_t max, struct lc_secret *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The path as messages name it: "standard input" for "-". */
const char *lc_input_name(const char *path);

#endif
