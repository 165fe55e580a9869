/* Files that belong together, such as a key and its certificate, put in place together: a new
 * folder is filled, and one rename of a symbolic link makes it the one that is seen. A reader finds
 * the old files or the new ones, never one of each; a crash leaves the old ones. */
#ifndef LC_BASE_INSTALL_H
#define LC_BASE_INSTALL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_install_file {
    const char *name;  /* no slash, not . or .. */
    const void *bytes; /* may be secret: nothing is copied */
    size_t len;
    mode_t mode;
};

#define LC_INSTALL_MAX_FILES 64

/* Make path a link to a folder beside it (".NAME.luacharm-XXXXXX", mode 0755) with exactly these
 * files, and remove the folder it was before; that this cannot be done is an error, though the new
 * files are seen by then. *changed_out is false when it has these bytes and modes already: nothing
 * is touched but what an earlier time could not remove. Missing parents are made. LC_EEXIST when
 * path is there and is not such a link; LC_EUSAGE for a bad name; LC_ELIMIT past
 * LC_INSTALL_MAX_FILES; LC_EIO, LC_EPERM. Where others may write to the folder that path is in,
 * nothing is written through what they put there meanwhile. */
bool lc_install(const char *path, const struct lc_install_file *files, size_t count,
                bool *changed_out, struct lc_err *err) LC_MUST_CHECK;

#endif
