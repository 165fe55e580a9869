/* Files: bounded reading, complete-or-absent writing, private temporary folders. Nothing is ever
 * half-written: content goes to a temporary name in the same folder, with its mode set before, is
 * synced, and is renamed. */
#ifndef LC_BASE_FILE_H
#define LC_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/strlist.h"

/* Regular files only (a symbolic link is followed), at most max bytes; a secret: at most
 * LC_SECRET_MAX_BYTES. A device or a pipe is not opened. Error messages begin with the path.
 * LC_ENOTFOUND, LC_EPERM, LC_ELIMIT, LC_EUSAGE (not a regular file), LC_EIO (also when it grows
 * meanwhile), LC_ENOMEM. */
bool lc_file_read(const char *path, size_t max, char **out, size_t *len_out, struct lc_err *err)
    LC_MUST_CHECK;
/* folder/name, which must lie in the folder once all links are followed, else LC_EPERM; it does so
 * whatever somebody puts in its place meanwhile. */
bool lc_file_read_within(const char *folder, const char *name, size_t max, char **out,
                         size_t *len_out, struct lc_err *err) LC_MUST_CHECK;
bool lc_file_read_secret(const char *path, struct lc_secret *out, struct lc_err *err) LC_MUST_CHECK;

/* Replace or make path with exactly these bytes and this mode. A link is replaced, not followed.
 * What is there and is neither a regular file nor a link stays: LC_EUSAGE, for a folder LC_EIO; and
 * so does a link to a device or a pipe, such as /dev/stdout. The name may have 248 bytes: a
 * temporary one of 7 more stands beside it. */
bool lc_file_write(const char *path, const void *bytes, size_t len, mode_t mode, struct lc_err *err)
    LC_MUST_CHECK;

/* Add to the end of a file, which is made with this mode. A link is not followed and a pipe not
 * waited for: LC_EUSAGE, as for all that is not a regular file. When it would be over max bytes,
 * what is there becomes "PATH.1", and a new one begins. Not synced: for journals. */
bool lc_file_append(const char *path, const void *bytes, size_t len, size_t max, mode_t mode,
                    struct lc_err *err) LC_MUST_CHECK;

/* Make path, which must not be there: O_EXCL | O_NOFOLLOW. Not synced: for temporary folders. */
bool lc_file_create(const char *path, const void *bytes, size_t len, mode_t mode,
                    struct lc_err *err) LC_MUST_CHECK;

/* Make name in a folder that is open, whatever its path leads to by now; synced. What could not be
 * filled stays: for folders that then go. Messages begin with the name. */
bool lc_file_create_at(int folder, const char *name, const void *bytes, size_t len, mode_t mode,
                       struct lc_err *err) LC_MUST_CHECK;

/* Of a file or link; one that is absent is fine. */
bool lc_file_remove(const char *path, struct lc_err *err) LC_MUST_CHECK;

bool lc_file_exists(const char *path);        /* whatever it is */
bool lc_file_is_executable(const char *path); /* a regular file that we may execute */
bool lc_dir_exists(const char *path);
bool lc_dir_is_real(const char *path); /* and not a link to one: for walks, which could not end */

/* "a/b/c" from "a/b" and "c"; free with lc_free. NULL when out of memory. */
char *lc_path_join(const char *folder, const char *name) LC_MUST_CHECK;

/* Folders. make: parents too, one that is there is fine. list: names, sorted, without . and ..
 * remove_tree: follows no link, also none that is put in a folder's place meanwhile; what is absent
 * is fine; each level takes a descriptor. */
bool lc_dir_make(const char *path, mode_t mode, struct lc_err *err) LC_MUST_CHECK;
bool lc_dir_list(const char *path, struct lc_strlist *names, struct lc_err *err) LC_MUST_CHECK;
bool lc_dir_remove_tree(const char *path, struct lc_err *err) LC_MUST_CHECK;

/* A new folder of mode 0700, "PARENT/PREFIX.XXXXXX". *out: its path, freed with lc_free, after
 * lc_dir_remove_tree. prefix: "luacharm-secret". */
bool lc_dir_make_unique(const char *parent, const char *prefix, char **out, struct lc_err *err)
    LC_MUST_CHECK;

/* The same, in memory (/dev/shm) where that is there, else in /tmp. Programs may not run there. */
bool lc_dir_temporary(const char *prefix, char **out, struct lc_err *err) LC_MUST_CHECK;

#endif
