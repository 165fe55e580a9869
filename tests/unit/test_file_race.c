/* base/file and base/install: what is put in a place between a look at it and its use. The linker
 * puts openat of here before the system's: just before a name is opened, something else gets it. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/install.h"
#include "base/mem.h"
#include "folder.h"
#include "rows.h"

static struct lc_err err;

/* What has name in it, when it is opened next, is renamed to "aside" and replaced by a link to
 * target. */
static struct {
    struct folder *folder;
    const char *name;   /* NULL: nothing happens */
    const char *path;   /* where it stands in the folder; NULL: it is opened by its whole path */
    const char *target; /* in the folder */
} swap;

int __real_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...);

int __wrap_openat(int folder, const char *name, int flags, ...)
{
    mode_t mode = 0;

    if ((flags & O_CREAT) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    if (swap.name != NULL && strstr(name, swap.name) != NULL) {
        const char *path = swap.path == NULL ? name : folder_file(swap.folder, swap.path);
        assert_int_equal(rename(path, folder_file(swap.folder, "aside")), 0);
        assert_int_equal(symlink(folder_file(swap.folder, swap.target), path), 0);
        swap.name = NULL;
    }
    return __real_openat(folder, name, flags, mode);
}

/* "tree/inner/file" is what is meant, "other/file" what is to be left alone. */
static void make_trees(struct folder *folder)
{
    assert_done(lc_dir_make(folder_file(folder, "tree/inner"), 0700, &err));
    assert_done(lc_dir_make(folder_file(folder, "other"), 0700, &err));
    folder_write(folder, "tree/inner/file", "meant", 0600);
    folder_write(folder, "other/file", "other", 0600);
}

struct row {
    const char *name;
    const char *opened;
    const char *path;
    const char *target;
    enum lc_code code; /* and message: of a link that is opened as what it is not */
    const char *message;
};

static const struct row remove_rows[] = {
    { "a link in a folder's place leads to no removal", "inner", "tree/inner", "other",
      LC_ENOTFOUND, "Not a directory" },
    { "nor does one in a file's place", "inner", "tree/inner", "other/file", LC_ENOTFOUND,
      "Not a directory" },
};

static void check_remove(void **state)
{
    const struct row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();

    make_trees(folder);
    swap.folder = folder;
    swap.name = row->opened;
    swap.path = row->path;
    swap.target = row->target;
    assert_fails(lc_dir_remove_tree(folder_file(folder, "tree"), &err), row->code, row->message);
    assert_null(swap.name);
    assert_string_equal(folder_read(folder, "other/file"), "other");
    assert_string_equal(folder_read(folder, "aside/file"), "meant");
    assert_done(lc_dir_remove_tree(folder_file(folder, "tree"), &err)); /* the link only */
    assert_string_equal(folder_read(folder, "other/file"), "other");
}

static const struct row read_rows[] = {
    { "a link in a folder's place leads to no file outside", "inner", "tree/inner", "other",
      LC_ENOTFOUND, "Not a directory" },
    { "a link in a file's place leads to no file outside", "file", "tree/inner/file", "other/file",
      LC_EIO, "Too many levels of symbolic links" },
};

static void check_read(void **state)
{
    const struct row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_free) char *text = NULL;

    make_trees(folder);
    swap.folder = folder;
    swap.name = row->opened;
    swap.path = row->path;
    swap.target = row->target;
    assert_fails(
        lc_file_read_within(folder_file(folder, "tree"), "inner/file", 5, &text, NULL, &err),
        row->code, row->message);
    assert_null(swap.name);
    assert_null(text);
    /* Looked at again, it is what leads out. */
    assert_fails(
        lc_file_read_within(folder_file(folder, "tree"), "inner/file", 5, &text, NULL, &err),
        LC_EPERM, "it lies outside of");
}

/* The new folder, before it is filled: where others may write beside it. */
static void installs_nowhere_else(void **state)
{
    static const struct lc_install_file files[] = {
        { .name = "file", .bytes = "key", .len = 3, .mode = 0600 },
    };
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "tls");
    struct stat info;
    bool changed = false;

    (void)state;
    make_trees(folder);
    assert_int_equal(chmod(folder_file(folder, "other"), 0711), 0);
    swap.folder = folder;
    swap.name = ".tls.luacharm-";
    swap.path = NULL;
    swap.target = "other";
    assert_fails(lc_install(path, files, LC_COUNT(files), &changed, &err), LC_ENOTFOUND,
                 "Not a directory");
    assert_null(swap.name);
    assert_false(lc_file_exists(path));
    assert_string_equal(folder_read(folder, "other/file"), "other");
    assert_int_equal(stat(folder_file(folder, "other"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0711);
    assert_done(lc_install(path, files, LC_COUNT(files), &changed, &err));
    assert_string_equal(folder_read(folder, "tls/file"), "key");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, remove_rows, check_remove);
    SUITE_ROWS(&suite, read_rows, check_read);
    SUITE_TEST(&suite, "a link in a new folder's place is not filled", installs_nowhere_else);
    return suite_run(&suite, "file_race");
}
