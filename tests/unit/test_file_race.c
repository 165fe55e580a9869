/* base/file: what is put in a place between a look at it and its use. The linker puts openat of
 * here before the system's: just before a name is opened, something else gets it. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "folder.h"
#include "rows.h"

static struct lc_err err;

/* name, when it is opened next, is renamed to "aside" and replaced by a link to target. */
static struct {
    struct folder *folder;
    const char *name;   /* as it is opened; NULL: nothing happens */
    const char *path;   /* where it stands in the folder */
    const char *target; /* in the folder, absolute */
} swap;

int __real_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...);

int __wrap_openat(int folder, const char *name, int flags, ...)
{
    if (swap.name != NULL && strcmp(name, swap.name) == 0) {
        const char *path = folder_file(swap.folder, swap.path);
        assert_int_equal(rename(path, folder_file(swap.folder, "aside")), 0);
        assert_int_equal(symlink(folder_file(swap.folder, swap.target), path), 0);
        swap.name = NULL;
    }
    return __real_openat(folder, name, flags);
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

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, remove_rows, check_remove);
    SUITE_ROWS(&suite, read_rows, check_read);
    return suite_run(&suite, "file_race");
}
