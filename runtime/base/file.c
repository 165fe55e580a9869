/* Files, complete or absent. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static void close_fd_auto(const int *fd)
{
    if (*fd != -1)
        (void)close(*fd); /* readers lose nothing; writers have synced before */
}

/* A signal may interrupt opening a file that lies on another machine. */
static int open_file(const char *path, int flags, mode_t mode)
{
    int fd;

    do
        fd = open(path, flags, mode);
    while (fd == -1 && errno == EINTR);
    return fd;
}

static int open_at(int folder, const char *name, int flags, mode_t mode)
{
    int fd;

    do
        fd = openat(folder, name, flags, mode);
    while (fd == -1 && errno == EINTR);
    return fd;
}

static int sync_file(int fd)
{
    int result;

    do
        result = fsync(fd);
    while (result == -1 && errno == EINTR);
    return result;
}

static bool fail_kind(const char *path, struct lc_err *err)
{
    return lc_fail(err, LC_EUSAGE, "%s: not a regular file", path);
}

/* What has been opened may be something else than what was looked at before. */
static bool check_opened(int fd, const char *path, struct stat *info, struct lc_err *err)
{
    if (fd == -1 || fstat(fd, info) == -1)
        return lc_fail_errno(err, errno, "%s", path);
    return S_ISREG(info->st_mode) || fail_kind(path, err);
}

/* Looked at first, since a device may act on being opened. */
static bool open_to_read(const char *path, int *fd_out, off_t *size_out, struct lc_err *err)
{
    struct stat info;

    if (stat(path, &info) == -1)
        return lc_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(info.st_mode))
        return fail_kind(path, err);
    LC_AUTO(close_fd) int fd = open_file(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (!check_opened(fd, path, &info, err))
        return false;
    *fd_out = fd;
    fd = -1;
    *size_out = info.st_size;
    return true;
}

/* Up to len bytes; a short count is the end of the file. */
static bool read_up_to(int fd, char *to, size_t len, size_t *got_out, struct lc_err *err)
{
    size_t got = 0;

    while (got < len) {
        const ssize_t count = read(fd, to + got, len - got);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot read");
        if (count == 0)
            break;
        got += (size_t)count;
    }
    *got_out = got;
    return true;
}

/* to: room for size + 1 bytes; the one more shows that the file has not grown. */
static bool read_whole(int fd, const char *path, size_t size, char *to, size_t *got_out,
                       struct lc_err *err)
{
    if (!read_up_to(fd, to, size + 1, got_out, err))
        return lc_wrap(err, "%s", path);
    return *got_out <= size || lc_fail(err, LC_EIO, "%s: it grew while it was read", path);
}

static bool read_bytes(int fd, const char *path, off_t size, size_t max, char **out,
                       size_t *len_out, struct lc_err *err)
{
    size_t got;

    if ((unsigned long long)size > max)
        return lc_fail(err, LC_ELIMIT, "%s: more than %zu bytes", path, max);
    LC_AUTO(lc_free) char *bytes = lc_alloc((size_t)size + 2, 1);
    if (bytes == NULL)
        return lc_fail_memory(err);
    if (!read_whole(fd, path, (size_t)size, bytes, &got, err))
        return false;
    bytes[got] = '\0';
    *out = LC_STEAL(bytes);
    if (len_out != NULL)
        *len_out = got;
    return true;
}

bool lc_file_read(const char *path, size_t max, char **out, size_t *len_out, struct lc_err *err)
{
    LC_AUTO(close_fd) int fd = -1;
    off_t size;

    return open_to_read(path, &fd, &size, err) &&
           read_bytes(fd, path, size, max, out, len_out, err);
}

/* Both without links, "." and "..". */
static bool is_within(const char *path, const char *folder)
{
    const size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '/' || folder[len - 1] == '/');
}

/* A path below a folder, as it is without links, opened part by part: a link that has been put
 * there meanwhile is not followed. inner is written to. */
static int open_below(const char *folder, char *inner)
{
    LC_AUTO(close_fd) int at = open_file(folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    char *slash;

    for (; at != -1 && (slash = strchr(inner, '/')) != NULL; inner = slash + 1) {
        *slash = '\0';
        const int next = open_at(at, inner, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        close_fd_auto(&at);
        at = next;
    }
    if (at == -1)
        return -1;
    return open_at(at, inner, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

bool lc_file_read_within(const char *folder, const char *name, size_t max, char **out,
                         size_t *len_out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);
    char resolved[PATH_MAX];
    char resolved_folder[PATH_MAX];
    struct stat info;

    if (path == NULL)
        return lc_fail_memory(err);
    if (realpath(folder, resolved_folder) == NULL)
        return lc_fail_errno(err, errno, "%s", folder);
    if (realpath(path, resolved) == NULL)
        return lc_fail_errno(err, errno, "%s", path);
    if (!is_within(resolved, resolved_folder))
        return lc_fail(err, LC_EPERM, "%s: it lies outside of %s", path, folder);
    if (stat(resolved, &info) == 0 && !S_ISREG(info.st_mode)) /* as in open_to_read */
        return fail_kind(resolved, err);
    char *inner = resolved + strlen(resolved_folder);
    inner += strspn(inner, "/");
    LC_AUTO(close_fd) int fd = open_below(resolved_folder, inner);
    return check_opened(fd, path, &info, err) &&
           read_bytes(fd, path, info.st_size, max, out, len_out, err);
}

bool lc_file_read_secret(const char *path, struct lc_secret *out, struct lc_err *err)
{
    LC_AUTO(close_fd) int fd = -1;
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    off_t size;
    size_t got = 0;

    if (!open_to_read(path, &fd, &size, err))
        return false;
    if (size > LC_SECRET_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "%s: more than %d bytes", path, LC_SECRET_MAX_BYTES);
    char *room = lc_secret_room(&content, (size_t)size + 1, err);
    if (room == NULL)
        return lc_wrap(err, "%s", path);
    if (!read_whole(fd, path, (size_t)size, room, &got, err))
        return false;
    lc_secret_grew(&content, got);
    lc_secret_move(out, &content);
    return true;
}

static bool write_all(int fd, const char *bytes, size_t len, struct lc_err *err)
{
    while (len > 0) {
        const ssize_t count = write(fd, bytes, len);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot write");
        bytes += count;
        len -= (size_t)count;
    }
    return true;
}

#define CREATE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

static bool fill(int fd, const char *path, const void *bytes, size_t len, mode_t mode,
                 struct lc_err *err)
{
    if (fchmod(fd, mode) == -1)
        return lc_fail_errno(err, errno, "%s: cannot set its mode", path);
    return write_all(fd, bytes, len, err) || lc_wrap(err, "%s", path);
}

bool lc_file_create(const char *path, const void *bytes, size_t len, mode_t mode,
                    struct lc_err *err)
{
    LC_AUTO(close_fd) int fd = open_file(path, CREATE_FLAGS, 0600);

    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", path);
    if (fill(fd, path, bytes, len, mode, err))
        return true;
    (void)unlink(path); /* the first error counts */
    return false;
}

bool lc_file_create_at(int folder, const char *name, const void *bytes, size_t len, mode_t mode,
                       struct lc_err *err)
{
    LC_AUTO(close_fd) int fd = open_at(folder, name, CREATE_FLAGS, 0600);

    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", name);
    if (!fill(fd, name, bytes, len, mode, err))
        return false;
    return sync_file(fd) == 0 || lc_fail_errno(err, errno, "%s: cannot write", name);
}

/* Room for len more bytes, or a new file. */
static bool roll_over(const char *path, size_t len, size_t max, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf before = LC_BUF_INIT(PATH_MAX);
    struct stat info;

    if (lstat(path, &info) == -1)
        return true; /* what is wrong with it is found when it is opened */
    if (!S_ISREG(info.st_mode))
        return fail_kind(path, err);
    if ((size_t)info.st_size + len <= max)
        return true;
    lc_buf_printf(&before, "%s.1", path);
    if (!lc_buf_check(&before, err))
        return false;
    return rename(path, before.data) == 0 || lc_fail_errno(err, errno, "%s", before.data);
}

bool lc_file_append(const char *path, const void *bytes, size_t len, size_t max, mode_t mode,
                    struct lc_err *err)
{
    struct stat info;

    if (!roll_over(path, len, max, err))
        return false;
    LC_AUTO(close_fd)
    int fd = open_file(
        path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode);
    if (!check_opened(fd, path, &info, err))
        return false;
    return write_all(fd, bytes, len, err) || lc_wrap(err, "%s", path);
}

/* The folder's entry is what a rename changes. A file system that cannot sync folders is fine. */
static void sync_folder_of(const char *path)
{
    LC_AUTO(lc_free) char *folder = lc_strdup(path);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');

    if (folder == NULL)
        return;
    if (slash == folder)
        folder[1] = '\0';
    else if (slash != NULL)
        *slash = '\0';
    LC_AUTO(close_fd)
    int fd = open_file(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd != -1)
        (void)sync_file(fd);
}

static bool fill_and_rename(int fd, const char *temporary, const char *path, const void *bytes,
                            size_t len, mode_t mode, struct lc_err *err)
{
    if (fchmod(fd, mode) == -1)
        return lc_fail_errno(err, errno, "cannot set the mode");
    if (!write_all(fd, bytes, len, err))
        return false;
    if (sync_file(fd) == -1)
        return lc_fail_errno(err, errno, "cannot write");
    if (rename(temporary, path) == -1)
        return lc_fail_errno(err, errno, "cannot put it in place");
    return true;
}

/* "/dev/stdout" and its like are links into /proc, whatever stands behind them now. */
static bool leads_into_proc(const char *link)
{
    static const char proc[] = { '/', 'p', 'r', 'o', 'c', '/' };
    char target[sizeof(proc)];

    return readlink(link, target, sizeof(target)) == (ssize_t)sizeof(target) &&
           memcmp(target, proc, sizeof(proc)) == 0;
}

static bool is_replaceable(mode_t mode)
{
    return S_ISREG(mode) || S_ISDIR(mode); /* of a folder, making the file will tell */
}

/* A device or a pipe is not replaced by a file, nor is a name that somebody gave to one. */
static bool check_replaceable(const char *path, struct lc_err *err)
{
    struct stat info;

    if (lstat(path, &info) == -1 || is_replaceable(info.st_mode))
        return true; /* what else is wrong with the path, making the file will tell */
    if (S_ISLNK(info.st_mode) && !leads_into_proc(path) &&
        (stat(path, &info) == -1 || is_replaceable(info.st_mode)))
        return true;
    return lc_fail(err, LC_EUSAGE, "%s: not a regular file, and not replaced", path);
}

bool lc_file_write(const char *path, const void *bytes, size_t len, mode_t mode, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf temporary = LC_BUF_INIT(8192);

    if (!check_replaceable(path, err))
        return false;
    lc_buf_printf(&temporary, "%s.XXXXXX", path);
    if (!lc_buf_check(&temporary, err))
        return lc_wrap(err, "%s", path);
    LC_AUTO(close_fd) int fd = mkostemp(temporary.data, O_CLOEXEC); /* mode 0600 */
    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", path);
    if (!fill_and_rename(fd, temporary.data, path, bytes, len, mode, err)) {
        (void)unlink(temporary.data); /* the first error counts */
        return lc_wrap(err, "%s", path);
    }
    sync_folder_of(path);
    return true;
}

bool lc_file_remove(const char *path, struct lc_err *err)
{
    if (unlink(path) == -1 && errno != ENOENT)
        return lc_fail_errno(err, errno, "%s", path);
    return true;
}

bool lc_file_exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

bool lc_file_is_executable(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

bool lc_dir_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool lc_dir_is_real(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *lc_path_join(const char *folder, const char *name)
{
    const bool slash = lc_text_has_suffix(folder, "/");
    const size_t room = strlen(folder) + strlen(name) + 2;
    char *path = lc_alloc(room, 1);

    if (path != NULL)
        (void)snprintf(path, room, "%s%s%s", folder, slash ? "" : "/", name); /* measured above */
    return path;
}

bool lc_dir_make(const char *path, mode_t mode, struct lc_err *err)
{
    LC_AUTO(lc_free) char *partial = lc_strdup(path);

    if (partial == NULL)
        return lc_fail_memory(err);
    for (char *at = partial; *at != '\0';) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        const char kept = *at;
        *at = '\0';
        if (mkdir(partial, mode) == -1 && errno != EEXIST)
            return lc_fail_errno(err, errno, "%s", partial);
        *at = kept;
    }
    if (!lc_dir_exists(path))
        return lc_fail(err, LC_EEXIST, "%s: there, and not a folder", path);
    return true;
}

static void close_dir_auto(DIR **dir)
{
    if (*dir != NULL)
        (void)closedir(*dir);
}

static bool read_names(DIR *dir, const char *path, struct lc_strlist *names, struct lc_err *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!lc_strlist_add(names, entry->d_name, err))
            return false;
    }
    if (errno != 0)
        return lc_fail_errno(err, errno, "%s", path);
    lc_strlist_sort(names);
    return true;
}

bool lc_dir_list(const char *path, struct lc_strlist *names, struct lc_err *err)
{
    LC_AUTO(close_dir) DIR *dir = opendir(path);

    if (dir == NULL)
        return lc_fail_errno(err, errno, "%s", path);
    return read_names(dir, path, names, err);
}

/* A folder, not a link to one. NULL with errno. */
static DIR *open_dir(int parent, const char *name)
{
    LC_AUTO(close_fd)
    int fd = open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    DIR *dir = fd == -1 ? NULL : fdopendir(fd);

    fd = dir == NULL ? fd : -1;
    return dir;
}

static bool remove_at(int parent, const char *name, const char *path, struct lc_err *err);

static bool remove_content(int parent, const char *name, const char *path, struct lc_err *err)
{
    LC_AUTO(close_dir) DIR *dir = open_dir(parent, name);
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (dir == NULL)
        return lc_fail_errno(err, errno, "%s", path);
    if (!read_names(dir, path, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        LC_AUTO(lc_free) char *child = lc_path_join(path, names.items[i]);
        if (child == NULL)
            return lc_fail_memory(err);
        if (!remove_at(dirfd(dir), names.items[i], child, err))
            return false;
    }
    return true;
}

/* By its name in the folder that was opened, since the path may lead elsewhere by now. path: for
 * messages. */
static bool remove_at(int parent, const char *name, const char *path, struct lc_err *err)
{
    struct stat info;

    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == -1)
        return errno == ENOENT || lc_fail_errno(err, errno, "%s", path);
    const bool is_dir = S_ISDIR(info.st_mode);
    if (is_dir && !remove_content(parent, name, path, err))
        return false;
    return unlinkat(parent, name, is_dir ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT ||
           lc_fail_errno(err, errno, "%s", path);
}

bool lc_dir_remove_tree(const char *path, struct lc_err *err)
{
    return remove_at(AT_FDCWD, path, path, err);
}

bool lc_dir_make_unique(const char *parent, const char *prefix, char **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf path = LC_BUF_INIT(8192);

    lc_buf_printf(&path, "%s/%s.XXXXXX", parent, prefix);
    if (!lc_buf_check(&path, err))
        return false;
    if (mkdtemp(path.data) == NULL) /* mode 0700 */
        return lc_fail_errno(err, errno, "cannot make a temporary folder in %s", parent);
    return lc_buf_take(&path, out, NULL, err);
}

bool lc_dir_temporary(const char *prefix, char **out, struct lc_err *err)
{
    struct lc_err ignored = LC_ERR_INIT;

    return lc_dir_make_unique("/dev/shm", prefix, out, &ignored) ||
           lc_dir_make_unique("/tmp", prefix, out, err);
}
