/* Temporary folders for what must not outlive its process: each is locked by who made it, as long
 * as it lives. What a process that was killed has left is found by its name, and by that nobody
 * holds it any more.
 *
 *     lc_tempdir_sweep("luacharm-secret");               at the start: what others have left
 *     LC_AUTO(lc_tempdir_release) struct lc_tempdir folder = LC_TEMPDIR_INIT;
 *     if (!lc_tempdir_make("luacharm-secret", &folder, err)) ...
 *     ... files in folder.path ...
 *     if (!lc_tempdir_remove(&folder, err)) ...
 *
 * They are in memory (/dev/shm) where we may write there, else in /tmp. */
#ifndef LC_BASE_TEMPDIR_H
#define LC_BASE_TEMPDIR_H

#include <dirent.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_tempdir {
    char *path; /* "/dev/shm/PREFIX.XXXXXX"; owned; NULL: there is none */
    DIR *held;  /* with a lock on it, close-on-exec */
};

#define LC_TEMPDIR_INIT                                                                            \
    {                                                                                              \
        .path = NULL                                                                               \
    }

/* A new folder of mode 0700. out: initialised and empty. Errors: LC_EIO, LC_EPERM, LC_ENOMEM. */
bool lc_tempdir_make(const char *prefix, struct lc_tempdir *out, struct lc_err *err) LC_MUST_CHECK;

/* Removes it, with the files in it, without a need of memory or descriptors. What has folders in it
 * stays: LC_EIO. Nothing to do where there is none. */
bool lc_tempdir_remove(struct lc_tempdir *dir, struct lc_err *err) LC_MUST_CHECK;

/* The same where nobody wants to know. */
void lc_tempdir_release(struct lc_tempdir *dir);
LC_AUTO_VALUE(struct lc_tempdir, lc_tempdir_release);

/* Removes those of this prefix that are our user's and that no process holds. No link is followed:
 * what is no such folder stays, and so does what cannot be removed now. */
void lc_tempdir_sweep(const char *prefix);

#endif
