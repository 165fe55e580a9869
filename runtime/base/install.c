/* Files put in place together. */
#include "base/install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* Where things are: path is FOLDER/NAME. */
struct place {
    char *folder;
    char *name;
    char *prefix; /* ".NAME.luacharm-" */
    char *target; /* what the link at path names now; NULL: nothing there */
};

static void place_release(struct place *place)
{
    lc_free(place->folder);
    lc_free(place->name);
    lc_free(place->prefix);
    lc_free(place->target);
}
LC_AUTO_VALUE(struct place, place_release);

static char *joined(const char *first, const char *second, const char *third)
{
    const size_t room = strlen(first) + strlen(second) + strlen(third) + 1;
    char *text = lc_alloc(room, 1);

    if (text != NULL)
        (void)snprintf(text, room, "%s%s%s", first, second, third); /* measured above */
    return text;
}

static bool split(const char *path, struct place *place, struct lc_err *err)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t start = len;
    while (start > 0 && path[start - 1] != '/')
        start--;
    place->name = lc_strndup(path + start, len - start);
    place->folder = start == 0 ? lc_strdup(".") : lc_strndup(path, start);
    if (place->name == NULL || place->folder == NULL)
        return lc_fail_memory(err);
    if (*place->name == '\0' || strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0)
        return lc_fail(err, LC_EUSAGE, "'%s' is not the path of a folder to make", path);
    place->prefix = joined(".", place->name, ".luacharm-");
    return place->prefix == NULL ? lc_fail_memory(err) : true;
}

static bool read_link(const char *path, struct place *place, struct lc_err *err)
{
    char target[4096];
    const ssize_t len = readlink(path, target, sizeof(target) - 1);

    if (len == -1 && errno == ENOENT)
        return true;
    if (len == -1 && errno != EINVAL)
        return lc_fail_errno(err, errno, "%s", path);
    target[len == -1 ? 0 : len] = '\0';
    if (!lc_text_has_prefix(target, place->prefix) || strchr(target, '/') != NULL)
        return lc_fail(err, LC_EEXIST, "%s: there, and not put there by luacharm", path);
    place->target = lc_strdup(target);
    return place->target == NULL ? lc_fail_memory(err) : true;
}

static bool check_names(const struct lc_install_file *files, size_t count, struct lc_err *err)
{
    if (count > LC_INSTALL_MAX_FILES)
        return lc_fail(err, LC_ELIMIT, "more than %d files", LC_INSTALL_MAX_FILES);
    for (size_t i = 0; i < count; i++) {
        const char *name = files[i].name;
        if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
            strcmp(name, "..") == 0)
            return lc_fail(err, LC_EUSAGE, "'%s' is not the name of a file", name);
    }
    return true;
}

static bool holds(const char *folder, const struct lc_install_file *file)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, file->name);
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;
    struct stat info;

    /* What cannot be read, also for want of memory, differs: it is written again. */
    return path != NULL && lstat(path, &info) == 0 && (info.st_mode & 07777) == file->mode &&
           lc_file_read_secret(path, &content, &err) && content.len == file->len &&
           (file->len == 0 || memcmp(content.data, file->bytes, file->len) == 0);
}

static bool is_current(const char *path, const struct lc_install_file *files, size_t count)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_dir_list(path, &names, &err) || names.count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!holds(path, &files[i]))
            return false;
    return true;
}

static void close_fd_auto(const int *fd)
{
    if (*fd != -1)
        (void)close(*fd); /* what was written is synced */
}

/* The folder that was just made: where others may write beside it, another may stand there. */
static bool open_own(const char *folder, int *out, struct lc_err *err)
{
    struct stat info;
    LC_AUTO(close_fd)
    int fd = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd == -1 || fstat(fd, &info) == -1)
        return lc_fail_errno(err, errno, "%s", folder);
    if (info.st_uid != geteuid() || (info.st_mode & 077) != 0)
        return lc_fail(err, LC_EPERM, "%s: somebody else put a folder there", folder);
    *out = fd;
    fd = -1;
    return true;
}

static bool fill(const char *folder, const struct lc_install_file *files, size_t count,
                 struct lc_err *err)
{
    LC_AUTO(close_fd) int fd = -1;

    if (!open_own(folder, &fd, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!lc_file_create_at(fd, files[i].name, files[i].bytes, files[i].len, files[i].mode, err))
            return lc_wrap(err, "%s", folder);
    if (fchmod(fd, 0755) == -1)
        return lc_fail_errno(err, errno, "%s", folder);
    (void)fsync(fd); /* a file system that cannot sync folders is fine */
    return true;
}

/* The link is made under a name of its own and renamed over the old one. */
static bool switch_to(const char *path, const struct place *place, const char *folder_name,
                      struct lc_err *err)
{
    LC_AUTO(lc_free) char *link_name = joined(folder_name, ".link", "");
    LC_AUTO(lc_free)
    char *link_path = link_name == NULL ? NULL : lc_path_join(place->folder, link_name);
    LC_AUTO(lc_free) char *plain_path = lc_path_join(place->folder, place->name);

    if (link_path == NULL || plain_path == NULL)
        return lc_fail_memory(err);
    if (symlink(folder_name, link_path) == -1)
        return lc_fail_errno(err, errno, "%s", link_path);
    if (rename(link_path, plain_path) == -1) {
        (void)lc_fail_errno(err, errno, "%s", path);
        (void)unlink(link_path); /* the first error counts */
        return false;
    }
    return true;
}

/* Folders of ours that the link does not name: the one before, and what a crash left. That one
 * cannot go is an error: it may hold a key that nobody else has any more. */
static bool remove_others(const struct place *place, const char *folder_name, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (!lc_dir_list(place->folder, &names, err))
        return lc_wrap(err, "cannot look for what was installed before");
    for (size_t i = 0; i < names.count; i++) {
        if (!lc_text_has_prefix(names.items[i], place->prefix) ||
            strcmp(names.items[i], folder_name) == 0)
            continue;
        LC_AUTO(lc_free) char *path = lc_path_join(place->folder, names.items[i]);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_dir_remove_tree(path, err))
            return lc_wrap(err, "cannot remove what was installed before");
    }
    return true;
}

static bool replace(const char *path, const struct place *place,
                    const struct lc_install_file *files, size_t count, struct lc_err *err)
{
    LC_AUTO(lc_free) char *name = joined(place->prefix, "XXXXXX", "");
    LC_AUTO(lc_free) char *folder = name == NULL ? NULL : lc_path_join(place->folder, name);

    if (folder == NULL)
        return lc_fail_memory(err);
    if (!lc_dir_make(place->folder, 0755, err))
        return false;
    if (mkdtemp(folder) == NULL)
        return lc_fail_errno(err, errno, "%s", folder);
    const char *folder_name = strrchr(folder, '/') + 1;
    struct lc_err ignored = LC_ERR_INIT; /* the first error counts */
    if (fill(folder, files, count, err) && switch_to(path, place, folder_name, err))
        return remove_others(place, folder_name, err);
    /* The folder that is not named by the link is the new one. */
    (void)remove_others(place, place->target == NULL ? "" : place->target, &ignored);
    return false;
}

bool lc_install(const char *path, const struct lc_install_file *files, size_t count,
                bool *changed_out, struct lc_err *err)
{
    LC_AUTO(place_release) struct place place = { .folder = NULL };

    if (!check_names(files, count, err) || !split(path, &place, err) ||
        !read_link(path, &place, err))
        return false;
    if (place.target != NULL && is_current(path, files, count)) {
        *changed_out = false;
        return remove_others(&place, place.target, err) || lc_wrap(err, "cannot install %s", path);
    }
    if (!replace(path, &place, files, count, err))
        return lc_wrap(err, "cannot install %s", path);
    *changed_out = true;
    return true;
}
