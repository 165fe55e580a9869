/* A charm's folder. */
#include "charm/folder.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

struct walk {
    const char *root;
    struct stat except; /* st_ino 0: none */
    struct lc_strlist *out;
};

static bool is_left_out(const struct walk *walk, const char *name, const struct stat *info)
{
    if (strcmp(name, ".git") == 0 || strcmp(name, ".luacharm") == 0 ||
        lc_text_has_suffix(name, ".charm"))
        return true;
    if (walk->except.st_ino == info->st_ino && walk->except.st_dev == info->st_dev)
        return true;
    return !S_ISREG(info->st_mode) && !S_ISDIR(info->st_mode) && !S_ISLNK(info->st_mode);
}

static bool walk_folder(const struct walk *walk, const char *relative, struct lc_err *err);

static bool walk_entry(const struct walk *walk, const char *relative, const char *name,
                       struct lc_err *err)
{
    struct stat info;
    LC_AUTO(lc_free)
    char *path = relative[0] == '\0' ? lc_strdup(name) : lc_path_join(relative, name);
    LC_AUTO(lc_free) char *full = path == NULL ? NULL : lc_path_join(walk->root, path);

    if (full == NULL)
        return lc_fail_memory(err);
    if (lstat(full, &info) == -1)
        return lc_fail_errno(err, errno, "%s", full);
    if (is_left_out(walk, name, &info))
        return true;
    return S_ISDIR(info.st_mode) ? walk_folder(walk, path, err)
                                 : lc_strlist_add(walk->out, path, err);
}

static bool walk_folder(const struct walk *walk, const char *relative, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *full = lc_path_join(walk->root, relative);

    if (full == NULL)
        return lc_fail_memory(err);
    if (!lc_dir_list(full, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!walk_entry(walk, relative, names.items[i], err))
            return false;
    return true;
}

bool lc_charm_folder_list(const char *folder, const char *except, struct lc_strlist *out,
                          struct lc_err *err)
{
    struct walk walk = { .root = folder, .out = out };

    /* One that is not there leaves nothing out. */
    if (except != NULL && stat(except, &walk.except) == -1)
        walk.except.st_ino = 0;
    return walk_folder(&walk, "", err);
}

static bool make_parent(const char *path, struct lc_err *err)
{
    LC_AUTO(lc_free) char *parent = lc_strdup(path);

    if (parent == NULL)
        return lc_fail_memory(err);
    *strrchr(parent, '/') = '\0'; /* there is one: the path was joined */
    return lc_dir_make(parent, 0755, err);
}

static bool copy_link(const char *from, const char *to, struct lc_err *err)
{
    char target[PATH_MAX];
    const ssize_t len = readlink(from, target, sizeof(target) - 1);

    if (len == -1)
        return lc_fail_errno(err, errno, "%s", from);
    target[len] = '\0';
    if (symlink(target, to) == -1)
        return lc_fail_errno(err, errno, "%s", to);
    return true;
}

static bool copy_entry(const char *folder, const char *name, const char *from, const char *to,
                       struct lc_err *err)
{
    struct stat info;
    LC_AUTO(lc_free) char *bytes = NULL;
    size_t len;

    if (lstat(from, &info) == -1)
        return lc_fail_errno(err, errno, "%s", from);
    if (!make_parent(to, err) || !lc_file_remove(to, err))
        return false;
    if (S_ISLNK(info.st_mode))
        return copy_link(from, to, err);
    return lc_file_read_within(folder, name, LC_CHARM_MAX_FILE_BYTES, &bytes, &len, err) &&
           lc_file_create(to, bytes, len, (info.st_mode & 0755) | 0600, err);
}

bool lc_charm_folder_copy(const char *from, const struct lc_strlist *paths, const char *to,
                          struct lc_err *err)
{
    for (size_t i = 0; i < paths->count; i++) {
        LC_AUTO(lc_free) char *source = lc_path_join(from, paths->items[i]);
        LC_AUTO(lc_free) char *target = lc_path_join(to, paths->items[i]);
        if (source == NULL || target == NULL)
            return lc_fail_memory(err);
        if (!copy_entry(from, paths->items[i], source, target, err))
            return lc_wrap(err, "cannot copy the charm");
    }
    return true;
}

static bool write_derived(const char *folder, const struct lc_charm_meta *meta,
                          enum lc_charm_derived which, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, lc_charm_derived_name(which));
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_YAML_MAX_BYTES);

    if (path == NULL)
        return lc_fail_memory(err);
    return lc_charm_meta_derive(meta, which, &text, err) &&
           (text.len == 0 || lc_file_write(path, text.data, text.len, 0644, err));
}

bool lc_charm_folder_complete(const char *folder, const struct lc_charm_meta *meta,
                              struct lc_err *err)
{
    for (int which = 0; which < LC_CHARM_DERIVED_COUNT; which++)
        if (!write_derived(folder, meta, (enum lc_charm_derived)which, err))
            return false;
    return true;
}

static bool has(const char *folder, const char *name, bool (*test)(const char *path), bool *out,
                struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);

    if (path == NULL)
        return lc_fail_memory(err);
    *out = test(path);
    return true;
}

/* A charm without the folder has no hooks. */
static bool list_hooks(const char *folder, struct lc_strlist *names, struct lc_err *err)
{
    LC_AUTO(lc_free) char *hooks = lc_path_join(folder, "hooks");

    if (hooks == NULL)
        return lc_fail_memory(err);
    return !lc_dir_exists(hooks) || lc_dir_list(hooks, names, err);
}

bool lc_charm_folder_has_program(const char *folder, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    bool has_dispatch;
    bool has_script;

    if (!has(folder, "dispatch", lc_file_exists, &has_dispatch, err) ||
        !has(folder, "src/charm.lua", lc_file_exists, &has_script, err) ||
        !list_hooks(folder, &names, err))
        return false;
    *out = has_dispatch || has_script || names.count > 0;
    return true;
}

/* An executable hook that is no Lua is a charm's own program. */
static bool is_own_program(const char *folder, const char *name, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *hook = lc_path_join("hooks", name);

    if (hook == NULL)
        return lc_fail_memory(err);
    return has(folder, hook, lc_file_is_executable, out, err);
}

bool lc_charm_folder_wants_dispatch(const char *folder, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    bool has_own;
    bool has_script;

    if (!has(folder, "dispatch", lc_file_exists, &has_own, err) ||
        !has(folder, "src/charm.lua", lc_file_exists, &has_script, err) ||
        !list_hooks(folder, &names, err))
        return false;
    for (size_t i = 0; i < names.count && !has_own; i++) {
        if (lc_text_has_suffix(names.items[i], ".lua"))
            has_script = true;
        else if (!is_own_program(folder, names.items[i], &has_own, err))
            return false;
    }
    *out = has_script && !has_own;
    return true;
}
