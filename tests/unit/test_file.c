/* base/file: bounded reading, and writing that is complete or has not happened. */
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "folder.h"
#include "rows.h"

static struct lc_err err;

static mode_t mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777;
}

static size_t count_files(struct folder *folder)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    assert_done(lc_dir_list(folder_path(folder), &names, &err));
    return names.count;
}

/* A disk that is full after `bytes`, for this process: what is over fails with EFBIG. */
static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* --- reading --- */

static void files_are_read_to_a_limit(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "file");
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_free) char *again = NULL;
    char *none = NULL;
    size_t len = 0;

    (void)state;
    assert_done(lc_file_write(path, "ab\0d", 4, 0600, &err));
    assert_done(lc_file_read(path, 4, &text, &len, &err));
    assert_int_equal(len, 4);
    assert_memory_equal(text, "ab\0d", 5); /* with the NUL behind it */
    assert_done(lc_file_read(path, 100, &again, NULL, &err));
    assert_fails(lc_file_read(path, 3, &none, &len, &err), LC_ELIMIT, "more than 3 bytes");
    assert_null(none);
    folder_write(folder, "empty", "", 0600);
    assert_done(lc_file_read(folder_file(folder, "empty"), 0, &none, &len, &err));
    assert_string_equal(none, "");
    lc_free(none);
}

static void a_secret_is_read_to_its_limit(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "file");
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;
    LC_AUTO(lc_free) char *bytes = lc_alloc(LC_SECRET_MAX_BYTES + 1, 1);

    (void)state;
    assert_non_null(bytes);
    assert_done(lc_file_write(path, bytes, LC_SECRET_MAX_BYTES, 0600, &err));
    assert_done(lc_file_read_secret(path, &secret, &err));
    assert_int_equal(secret.len, LC_SECRET_MAX_BYTES);
    assert_done(lc_file_write(path, bytes, LC_SECRET_MAX_BYTES + 1, 0600, &err));
    assert_fails(lc_file_read_secret(path, &secret, &err), LC_ELIMIT, "1000000 bytes");
    assert_int_equal(secret.len, LC_SECRET_MAX_BYTES); /* as before */
    folder_write(folder, "empty", "", 0600);
    assert_done(lc_file_read_secret(folder_file(folder, "empty"), &secret, &err));
    assert_int_equal(secret.len, 0);
}

static void only_regular_files_are_read(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *fifo = folder_file(folder, "fifo");
    const char *link = folder_file(folder, "link");
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;

    (void)state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_fails(lc_file_write(fifo, "x", 1, 0600, &err), LC_EUSAGE, "not replaced");
    assert_fails(lc_file_read(fifo, 10, &text, NULL, &err), LC_EUSAGE, "not a regular file");
    assert_fails(lc_file_read(folder_path(folder), 10, &text, NULL, &err), LC_EUSAGE,
                 "not a regular file");
    assert_fails(lc_file_read_secret("/dev/null", &secret, &err), LC_EUSAGE, "/dev/null: ");
    assert_fails(lc_file_read(link, 10, &text, NULL, &err), LC_ENOTFOUND, link);
    folder_write(folder, "file", "linked", 0600);
    assert_int_equal(symlink("file", link), 0);
    assert_done(lc_file_read(link, 10, &text, NULL, &err));
    assert_string_equal(text, "linked");
}

/* A file whose size says nothing, such as those of /proc, is not cut off at it. */
static void what_grows_is_not_cut_off(void **state)
{
    static const char path[] = "/proc/self/stat";
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;

    (void)state;
    assert_fails(lc_file_read(path, 100, &text, NULL, &err), LC_EIO, "it grew while it was read");
    assert_fails(lc_file_read_secret(path, &secret, &err), LC_EIO, "it grew while it was read");
    assert_int_equal(secret.len, 0);
}

struct within_row {
    const char *name;
    const char *path; /* in "folder", beside which "file" and "folder2/file" stand */
    enum lc_code code;
    const char *message; /* LC_OK: NULL */
};

static const struct within_row within_rows[] = {
    { "reads a file in its folder", "inner/file", LC_OK, NULL },
    { "reads by a link that stays inside", "inner/back", LC_OK, NULL },
    { "reads by dots that stay inside", "inner/../inner/./file", LC_OK, NULL },
    { "reads by dots that leave and come back", "../folder/inner/file", LC_OK, NULL },
    { "refuses dots that lead out", "../file", LC_EPERM, "it lies outside of" },
    { "refuses a folder whose name begins alike", "../folder2/file", LC_EPERM, "outside" },
    { "refuses a link that leads out", "out", LC_EPERM, "it lies outside of" },
    { "refuses a link to a folder outside", "outside/file", LC_EPERM, "it lies outside of" },
    { "refuses a device", "device", LC_EPERM, "it lies outside of" },
    { "refuses the folder itself", ".", LC_EPERM, "it lies outside of" },
    { "refuses a folder in it", "inner", LC_EUSAGE, "not a regular file" },
    { "refuses a pipe, and does not wait", "pipe", LC_EUSAGE, "not a regular file" },
    { "tells what is not there", "none", LC_ENOTFOUND, "none: No such file" },
};

static void check_within(void **state)
{
    const struct within_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_free) char *text = NULL;
    const char *path = folder_file(folder, "folder");

    assert_done(lc_dir_make(folder_file(folder, "folder/inner"), 0700, &err));
    assert_done(lc_dir_make(folder_file(folder, "folder2"), 0700, &err));
    folder_write(folder, "file", "outside", 0600);
    folder_write(folder, "folder2/file", "outside", 0600);
    folder_write(folder, "folder/inner/file", "inside", 0600);
    assert_int_equal(symlink("../inner/file", folder_file(folder, "folder/inner/back")), 0);
    assert_int_equal(symlink("../file", folder_file(folder, "folder/out")), 0);
    assert_int_equal(symlink("../folder2", folder_file(folder, "folder/outside")), 0);
    assert_int_equal(symlink("/dev/null", folder_file(folder, "folder/device")), 0);
    assert_int_equal(mkfifo(folder_file(folder, "folder/pipe"), 0600), 0);
    if (row->code != LC_OK) {
        assert_fails(lc_file_read_within(path, row->path, 6, &text, NULL, &err), row->code,
                     row->message);
        return;
    }
    assert_done(lc_file_read_within(path, row->path, 6, &text, NULL, &err));
    assert_string_equal(text, "inside");
    assert_fails(lc_file_read_within(path, row->path, 5, &text, NULL, &err), LC_ELIMIT,
                 "more than 5 bytes");
}

/* --- writing --- */

static void files_get_exactly_this_mode(void **state)
{
    static const mode_t modes[] = { 0600, 0644, 0755, 0400 };
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const mode_t before = umask(077);

    (void)state;
    for (size_t i = 0; i < LC_COUNT(modes); i++) {
        const char *written = folder_file(folder, "written");
        const char *created = folder_file(folder, "created");
        assert_done(lc_file_write(written, "x", 1, modes[i], &err));
        assert_int_equal(mode_of(written), modes[i]);
        assert_done(lc_file_create(created, "x", 1, modes[i], &err));
        assert_int_equal(mode_of(created), modes[i]);
        assert_done(lc_file_remove(created, &err));
    }
    (void)umask(before);
}

static void writing_replaces_as_a_whole(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "file");
    const char *link = folder_file(folder, "link");

    (void)state;
    assert_done(lc_file_write(path, "a longer text", 13, 0644, &err));
    assert_done(lc_file_write(path, "new", 3, 0600, &err));
    assert_string_equal(folder_read(folder, "file"), "new");
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(count_files(folder), 1); /* no temporary name is left */
    assert_int_equal(symlink("file", link), 0);
    assert_done(lc_file_write(link, "own", 3, 0600, &err)); /* the link, not what it points to */
    assert_string_equal(folder_read(folder, "file"), "new");
    assert_string_equal(folder_read(folder, "link"), "own");
}

static void a_write_that_fails_has_not_happened(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "file");
    char text[10000];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_done(lc_file_write(path, "old", 3, 0640, &err));
    limit_file_size(4096);
    const bool written = lc_file_write(path, text, sizeof(text), 0600, &err);
    limit_file_size(0);
    assert_false(written);
    assert_failure(&err, LC_EIO, "cannot write");
    assert_string_equal(folder_read(folder, "file"), "old");
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(count_files(folder), 1);
    assert_fails(lc_file_write(folder_file(folder, "no/file"), "x", 1, 0600, &err), LC_ENOTFOUND,
                 "no/file");
    assert_fails(lc_file_write(folder_path(folder), "x", 1, 0600, &err), LC_EIO,
                 "cannot put it in place");
    assert_true(lc_dir_exists(folder_path(folder)));
}

static void creating_takes_no_place_of_another(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "file");
    const char *link = folder_file(folder, "link");

    (void)state;
    assert_done(lc_file_create(path, "first", 5, 0600, &err));
    assert_fails(lc_file_create(path, "second", 6, 0600, &err), LC_EEXIST, path);
    assert_string_equal(folder_read(folder, "file"), "first");
    assert_int_equal(symlink("target", link), 0);
    assert_fails(lc_file_create(link, "x", 1, 0600, &err), LC_EEXIST, link);
    assert_false(lc_file_exists(folder_file(folder, "target"))); /* not through a link */
    assert_done(lc_file_create(folder_file(folder, "empty"), NULL, 0, 0600, &err));
    assert_string_equal(folder_read(folder, "empty"), "");
}

static void a_file_that_cannot_be_filled_is_gone(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    char text[10000];

    (void)state;
    memset(text, 'x', sizeof(text));
    limit_file_size(4096);
    const bool created = lc_file_create(folder_file(folder, "file"), text, sizeof(text), 0600,
                                        &err);
    limit_file_size(0);
    assert_false(created);
    assert_failure(&err, LC_EIO, "cannot write");
    assert_int_equal(count_files(folder), 0);
}

static void removing_what_is_absent_is_fine(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();

    (void)state;
    folder_write(folder, "file", "x", 0600);
    assert_done(lc_file_remove(folder_file(folder, "file"), &err));
    assert_done(lc_file_remove(folder_file(folder, "file"), &err));
    assert_int_equal(count_files(folder), 0);
    assert_fails(lc_file_remove(folder_path(folder), &err), LC_EIO, folder_path(folder));
}

struct place_row {
    const char *name;
    const char *target; /* of the link that stands there; NULL: a pipe does */
};

static const struct place_row place_rows[] = {
    { "replaces no pipe", NULL },
    { "replaces no link to a device", "/dev/null" },
    { "replaces no link to a pipe", "pipe" },
    { "replaces no link like /dev/stdout, whatever is behind it", "/proc/self/exe" },
};

static void check_place(void **state)
{
    const struct place_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "place");
    struct stat before;
    struct stat after;

    assert_int_equal(mkfifo(folder_file(folder, "pipe"), 0600), 0);
    assert_int_equal(row->target == NULL ? mkfifo(path, 0600) : symlink(row->target, path), 0);
    assert_int_equal(lstat(path, &before), 0);
    assert_fails(lc_file_write(path, "x", 1, 0600, &err), LC_EUSAGE,
                 "place: not a regular file, and not replaced");
    assert_fails(lc_file_append(path, "x", 1, 100, 0600, &err), LC_EUSAGE,
                 "place: not a regular file");
    assert_int_equal(lstat(path, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(count_files(folder), 2);
}

static void appending_begins_anew_at_the_limit(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *path = folder_file(folder, "journal");

    (void)state;
    assert_done(lc_file_append(path, "12345", 5, 10, 0600, &err));
    assert_done(lc_file_append(path, "67890", 5, 10, 0644, &err));
    assert_string_equal(folder_read(folder, "journal"), "1234567890");
    assert_int_equal(mode_of(path), 0600); /* as it was made */
    assert_int_equal(count_files(folder), 1);
    assert_done(lc_file_append(path, "a", 1, 10, 0600, &err));
    assert_string_equal(folder_read(folder, "journal"), "a");
    assert_string_equal(folder_read(folder, "journal.1"), "1234567890");
}

static void appending_follows_no_link(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *link = folder_file(folder, "link");

    (void)state;
    folder_write(folder, "file", "kept", 0600);
    assert_int_equal(symlink("file", link), 0);
    assert_fails(lc_file_append(link, "x", 1, 100, 0600, &err), LC_EUSAGE,
                 "link: not a regular file");
    assert_fails(lc_file_append(folder_path(folder), "x", 1, 1, 0600, &err), LC_EUSAGE,
                 "not a regular file");
    assert_string_equal(folder_read(folder, "file"), "kept");
    assert_int_equal(count_files(folder), 2); /* nothing was renamed */
}

/* The temporary name is what has no room. */
static void names_have_a_length(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    char name[NAME_MAX + 1] = "";

    (void)state;
    memset(name, 'n', 248);
    assert_done(lc_file_write(folder_file(folder, name), "x", 1, 0600, &err));
    name[248] = 'n';
    assert_fails(lc_file_write(folder_file(folder, name), "x", 1, 0600, &err), LC_EIO,
                 "File name too long");
    memset(name, 'n', NAME_MAX);
    assert_done(lc_file_create(folder_file(folder, name), "x", 1, 0600, &err));
    assert_int_equal(count_files(folder), 2);
}

static void paths_have_a_length(void **state)
{
    static const char why[] = ": File name too long";
    LC_AUTO(lc_free) char *none = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;
    char path[PATH_MAX + 2];

    (void)state;
    for (size_t i = 0; i < PATH_MAX; i++)
        path[i] = i % 2 == 0 ? '.' : '/';
    path[PATH_MAX] = 'a';
    path[PATH_MAX + 1] = '\0';
    assert_fails(lc_file_read(path, 1, &none, NULL, &err), LC_EIO, why);
    assert_fails(lc_file_read_secret(path, &secret, &err), LC_EIO, why);
    assert_fails(lc_file_write(path, "x", 1, 0600, &err), LC_EIO, why);
    assert_fails(lc_file_append(path, "x", 1, 1, 0600, &err), LC_EIO, why);
    assert_fails(lc_file_create(path, "x", 1, 0600, &err), LC_EIO, why);
    assert_fails(lc_file_remove(path, &err), LC_EIO, why);
    assert_fails(lc_dir_remove_tree(path, &err), LC_EIO, why);
    assert_fails(lc_dir_make_unique(path, "x", &none, &err), LC_EIO, why);
    assert_false(lc_file_exists(path));
}

/* --- what is there --- */

static void kinds_are_told_apart(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *link = folder_file(folder, "link");

    (void)state;
    folder_write(folder, "file", "x", 0600);
    folder_write(folder, "program", "x", 0700);
    assert_int_equal(symlink("nowhere", link), 0);
    assert_true(lc_file_exists(link)); /* whatever it is */
    assert_true(lc_file_exists(folder_path(folder)));
    assert_false(lc_file_exists(folder_file(folder, "nowhere")));
    assert_true(lc_file_is_executable(folder_file(folder, "program")));
    assert_false(lc_file_is_executable(folder_file(folder, "file")));
    assert_false(lc_file_is_executable(folder_path(folder)));
    assert_true(lc_dir_exists(folder_path(folder)));
    assert_false(lc_dir_exists(folder_file(folder, "file")));
    assert_int_equal(symlink(".", folder_file(folder, "way")), 0);
    assert_true(lc_dir_exists(folder_file(folder, "way")));
    assert_false(lc_dir_is_real(folder_file(folder, "way")));
    assert_true(lc_dir_is_real(folder_path(folder)));
    assert_false(lc_dir_is_real(folder_file(folder, "file")));
}

struct join_row {
    const char *name;
    const char *folder;
    const char *file;
    const char *want;
};

static const struct join_row join_rows[] = {
    { "joins with a slash", "a/b", "c", "a/b/c" },
    { "joins with one slash only", "a/b/", "c", "a/b/c" },
    { "joins to the root", "/", "c", "/c" },
    { "joins several parts", ".", "c/d", "./c/d" },
};

static void check_join(void **state)
{
    const struct join_row *row = *state;
    LC_AUTO(lc_free) char *path = lc_path_join(row->folder, row->file);

    assert_string_equal(path, row->want);
}

/* --- folders --- */

static void folders_are_made_with_their_parents(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const mode_t before = umask(0);

    (void)state;
    assert_done(lc_dir_make(folder_file(folder, "a/b//c/"), 0750, &err));
    assert_true(lc_dir_exists(folder_file(folder, "a/b/c")));
    assert_int_equal(mode_of(folder_file(folder, "a/b")), 0750);
    assert_done(lc_dir_make(folder_file(folder, "a/b/c"), 0700, &err)); /* as it is */
    assert_int_equal(mode_of(folder_file(folder, "a/b/c")), 0750);
    (void)umask(before);
    folder_write(folder, "file", "x", 0600);
    assert_fails(lc_dir_make(folder_file(folder, "file"), 0700, &err), LC_EEXIST,
                 "there, and not a folder");
    assert_fails(lc_dir_make(folder_file(folder, "file/a"), 0700, &err), LC_ENOTFOUND, "file/a");
}

static void folders_are_listed_in_order(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    (void)state;
    assert_done(lc_dir_list(folder_path(folder), &names, &err));
    assert_int_equal(names.count, 0);
    folder_write(folder, "b", "", 0600);
    folder_write(folder, ".hidden", "", 0600);
    folder_write(folder, "B", "", 0600);
    assert_done(lc_dir_list(folder_path(folder), &names, &err));
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[0], ".hidden");
    assert_string_equal(names.items[2], "b");
    assert_fails(lc_dir_list(folder_file(folder, "none"), &names, &err), LC_ENOTFOUND, "none");
}

static void trees_go_without_what_they_link_to(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();

    (void)state;
    assert_done(lc_dir_make(folder_file(folder, "tree/a/b"), 0700, &err));
    assert_done(lc_dir_make(folder_file(folder, "kept"), 0700, &err));
    folder_write(folder, "kept/file", "x", 0600);
    folder_write(folder, "tree/a/file", "x", 0400);
    assert_int_equal(symlink("../../kept", folder_file(folder, "tree/a/link")), 0);
    assert_int_equal(symlink("kept", folder_file(folder, "link")), 0);
    assert_done(lc_dir_remove_tree(folder_file(folder, "tree"), &err));
    assert_done(lc_dir_remove_tree(folder_file(folder, "tree"), &err)); /* absent is fine */
    assert_done(lc_dir_remove_tree(folder_file(folder, "link"), &err)); /* the link only */
    assert_int_equal(count_files(folder), 1);
    assert_string_equal(folder_read(folder, "kept/file"), "x");
}

static void temporary_folders_are_private(void **state)
{
    LC_AUTO(lc_free) char *first = NULL;
    LC_AUTO(lc_free) char *second = NULL;
    const mode_t before = umask(0);

    (void)state;
    assert_done(lc_dir_temporary("luacharm-test", &first, &err));
    assert_done(lc_dir_temporary("luacharm-test", &second, &err));
    (void)umask(before);
    assert_string_not_equal(first, second);
    assert_int_equal(first[0], '/');
    assert_int_equal(mode_of(first), 0700);
    assert_done(lc_dir_remove_tree(first, &err));
    assert_done(lc_dir_remove_tree(second, &err));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    (void)signal(SIGXFSZ, SIG_IGN); /* a full disk is an error, not a death */
    SUITE_TEST(&suite, "files are read to a limit", files_are_read_to_a_limit);
    SUITE_TEST(&suite, "a secret is read to its limit", a_secret_is_read_to_its_limit);
    SUITE_TEST(&suite, "only regular files are read", only_regular_files_are_read);
    SUITE_TEST(&suite, "what grows is not cut off", what_grows_is_not_cut_off);
    SUITE_ROWS(&suite, within_rows, check_within);
    SUITE_TEST(&suite, "files get exactly this mode", files_get_exactly_this_mode);
    SUITE_TEST(&suite, "writing replaces as a whole", writing_replaces_as_a_whole);
    SUITE_TEST(&suite, "a write that fails has not happened", a_write_that_fails_has_not_happened);
    SUITE_TEST(&suite, "creating takes no place of another", creating_takes_no_place_of_another);
    SUITE_TEST(&suite, "a file that cannot be filled is gone",
               a_file_that_cannot_be_filled_is_gone);
    SUITE_ROWS(&suite, place_rows, check_place);
    SUITE_TEST(&suite, "appending begins anew at the limit", appending_begins_anew_at_the_limit);
    SUITE_TEST(&suite, "appending follows no link", appending_follows_no_link);
    SUITE_TEST(&suite, "names have a length", names_have_a_length);
    SUITE_TEST(&suite, "paths have a length", paths_have_a_length);
    SUITE_TEST(&suite, "removing what is absent is fine", removing_what_is_absent_is_fine);
    SUITE_TEST(&suite, "kinds are told apart", kinds_are_told_apart);
    SUITE_ROWS(&suite, join_rows, check_join);
    SUITE_TEST(&suite, "folders are made with their parents", folders_are_made_with_their_parents);
    SUITE_TEST(&suite, "folders are listed in order", folders_are_listed_in_order);
    SUITE_TEST(&suite, "trees go without what they link to", trees_go_without_what_they_link_to);
    SUITE_TEST(&suite, "temporary folders are private", temporary_folders_are_private);
    return suite_run(&suite, "file");
}
