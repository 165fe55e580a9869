/* A folder is held by a lock (flock) on it, which goes with the process whatever becomes of it; a
 * number of a process in a name would say less, since numbers are used again and other containers
 * have their own. */
#include "base/tempdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define TRIES 16 /* each is lost to somebody who sweeps at that very moment */

static void close_dir_auto(DIR **dir)
{
    if (*dir != NULL)
        (void)closedir(*dir); /* nothing was written */
}

static void close_fd_auto(const int *fd)
{
    if (*fd != -1)
        (void)close(*fd);
}

static const char *place(void)
{
    return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* A folder of ours alone, held: nobody else does. NULL: it is not one, with errno. */
static DIR *hold(int parent, const char *name)
{
    struct stat info;
    LC_AUTO(close_fd)
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd == -1 || fstat(fd, &info) == -1)
        return NULL;
    if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
        errno = EPERM;
        return NULL;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == -1)
        return NULL;
    DIR *held = fdopendir(fd);
    fd = held == NULL ? fd : -1;
    return held;
}

/* A folder that was swept between its making and its locking has no name any more. */
static bool is_at(const char *path, DIR *held)
{
    struct stat named;
    struct stat opened;

    return lstat(path, &named) == 0 && fstat(dirfd(held), &opened) == 0 &&
           named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

bool lc_tempdir_make(const char *prefix, struct lc_tempdir *out, struct lc_err *err)
{
    for (int i = 0; i < TRIES; i++) {
        LC_AUTO(lc_free) char *path = NULL;
        if (!lc_dir_make_unique(place(), prefix, &path, err))
            return false;
        LC_AUTO(close_dir) DIR *held = hold(AT_FDCWD, path);
        if (held == NULL && errno != ENOENT && errno != EWOULDBLOCK) {
            (void)lc_fail_errno(err, errno, "%s", path);
            (void)rmdir(path); /* the first error counts */
            return false;
        }
        if (held == NULL || !is_at(path, held))
            continue;
        out->path = LC_STEAL(path);
        out->held = LC_STEAL(held);
        return true;
    }
    return lc_fail(err, LC_EIO, "cannot hold a temporary folder in %s", place());
}

/* 0 or an errno value. */
static int remove_files(DIR *held)
{
    int code = 0;

    rewinddir(held);
    for (const struct dirent *entry; (entry = readdir(held)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(held), entry->d_name, 0) == -1)
            code = errno;
    return code;
}

static int remove_all(struct lc_tempdir *dir)
{
    int code = remove_files(dir->held);

    if (rmdir(dir->path) == -1 && code == 0)
        code = errno;
    return code;
}

static void let_go(struct lc_tempdir *dir)
{
    close_dir_auto(&dir->held);
    lc_free(dir->path);
    *dir = (struct lc_tempdir)LC_TEMPDIR_INIT;
}

bool lc_tempdir_remove(struct lc_tempdir *dir, struct lc_err *err)
{
    const int code = dir->path == NULL ? 0 : remove_all(dir);

    if (code != 0)
        (void)lc_fail_errno(err, code, "%s", dir->path);
    let_go(dir);
    return code == 0;
}

void lc_tempdir_release(struct lc_tempdir *dir)
{
    if (dir->path != NULL)
        (void)remove_all(dir); /* who wants to know calls the other one */
    let_go(dir);
}

/* Whether it is PREFIX.SOMETHING. */
static bool is_named(const char *name, const char *prefix)
{
    return lc_text_has_prefix(name, prefix) && name[strlen(prefix)] == '.';
}

void lc_tempdir_sweep(const char *prefix)
{
    LC_AUTO(close_dir) DIR *parent = opendir(place());

    if (parent == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(parent)) != NULL;) {
        if (!is_named(entry->d_name, prefix))
            continue;
        LC_AUTO(close_dir) DIR *held = hold(dirfd(parent), entry->d_name);
        if (held != NULL && remove_files(held) == 0)
            (void)unlinkat(dirfd(parent), entry->d_name, AT_REMOVEDIR); /* else the next time */
    }
}
