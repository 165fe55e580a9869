/* base/install: files that belong together are seen together, or not at all. */
#include "base/install.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "rows.h"

static char *root;

static int make_root(void **state)
{
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    return lc_dir_temporary("luacharm-test", &root, &err) ? 0 : -1;
}

static int remove_root(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    const bool good = lc_dir_remove_tree(root, &err);

    (void)state;
    lc_free(root);
    return good ? 0 : -1;
}

/* A path below the root; freed by the caller. */
static char *below(const char *name)
{
    char *path = lc_path_join(root, name);

    assert_non_null(path);
    return path;
}

static const struct lc_install_file first[] = {
    { .name = "cert.pem", .bytes = "certificate 1", .len = 13, .mode = 0644 },
    { .name = "key.pem", .bytes = "key 1", .len = 5, .mode = 0600 },
};

static const struct lc_install_file second[] = {
    { .name = "cert.pem", .bytes = "certificate 2", .len = 13, .mode = 0644 },
    { .name = "key.pem", .bytes = "key 2", .len = 5, .mode = 0600 },
};

static void assert_file(const char *folder, const char *name, const char *text, mode_t mode)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);
    LC_AUTO(lc_free) char *content = NULL;
    struct lc_err err = LC_ERR_INIT;
    struct stat info;

    assert_done(lc_file_read(path, 1000, &content, NULL, &err));
    assert_string_equal(content, text);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

/* What else lies beside the link: one folder of ours, and nothing of a temporary kind. */
static void assert_count_in_root(size_t wanted)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_dir_list(root, &names, &err));
    assert_int_equal(names.count, wanted);
}

static void installs_and_replaces(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_true(changed);
    assert_file(path, "cert.pem", "certificate 1", 0644);
    assert_file(path, "key.pem", "key 1", 0600);
    assert_done(lc_install(path, second, 2, &changed, &err));
    assert_true(changed);
    assert_file(path, "cert.pem", "certificate 2", 0644);
    assert_file(path, "key.pem", "key 2", 0600);
    assert_count_in_root(2);
}

static void same_content_is_not_touched(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    struct lc_err err = LC_ERR_INIT;
    struct stat before;
    struct stat after;
    bool changed = false;

    (void)state;
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_int_equal(stat(path, &before), 0);
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_false(changed);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void a_changed_mode_is_mended(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    LC_AUTO(lc_free) char *key = below("tls/key.pem");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_int_equal(chmod(key, 0644), 0);
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_true(changed);
    assert_file(path, "key.pem", "key 1", 0600);
}

static void what_a_crash_left_is_removed(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    LC_AUTO(lc_free) char *left = below(".tls.luacharm-crash1");
    LC_AUTO(lc_free) char *foreign = below(".tls.backup");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_int_equal(mkdir(left, 0700), 0);
    assert_int_equal(mkdir(foreign, 0700), 0);
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_false(lc_file_exists(left));
    assert_true(lc_file_exists(foreign));
    assert_int_equal(mkdir(left, 0700), 0);
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_false(changed);
    assert_false(lc_file_exists(left));
}

static void makes_missing_parents(void **state)
{
    LC_AUTO(lc_free) char *path = below("etc/web/tls/");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_done(lc_install(path, first, 2, &changed, &err));
    assert_file(path, "key.pem", "key 1", 0600);
}

static void a_foreign_folder_is_left_alone(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    LC_AUTO(lc_free) char *theirs = below("tls/dhparam.pem");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_int_equal(mkdir(path, 0755), 0);
    assert_done(lc_file_create(theirs, "x", 1, 0644, &err));
    assert_fails(lc_install(path, first, 2, &changed, &err), LC_EEXIST,
                 "not put there by luacharm");
    assert_true(lc_file_exists(theirs));
}

static void a_foreign_link_is_left_alone(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    assert_int_equal(symlink("/etc", path), 0);
    assert_fails(lc_install(path, first, 2, &changed, &err), LC_EEXIST,
                 "not put there by luacharm");
}

struct name_row {
    const char *name;
    const char *file;
};

static const struct name_row name_rows[] = {
    { "refuses a file with a slash in its name", "../key.pem" },
    { "refuses a file named ..", ".." },
    { "refuses a file without a name", "" },
};

static void check_name(void **state)
{
    const struct name_row *row = *state;
    LC_AUTO(lc_free) char *path = lc_strdup("/nowhere/tls");
    const struct lc_install_file file = { .name = row->file, .bytes = "", .len = 0, .mode = 0600 };
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    assert_fails(lc_install(path, &file, 1, &changed, &err), LC_EUSAGE, "not the name of a file");
}

static void files_are_counted(void **state)
{
    LC_AUTO(lc_free) char *path = below("tls");
    char names[LC_INSTALL_MAX_FILES + 1][8];
    struct lc_install_file files[LC_INSTALL_MAX_FILES + 1];
    struct lc_err err = LC_ERR_INIT;
    bool changed = false;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(files); i++) {
        (void)snprintf(names[i], sizeof(names[i]), "file%zu", i);
        files[i] =
            (struct lc_install_file){ .name = names[i], .bytes = "x", .len = 1, .mode = 0600 };
    }
    assert_done(lc_install(path, files, LC_INSTALL_MAX_FILES, &changed, &err));
    assert_file(path, "file63", "x", 0600);
    assert_fails(lc_install(path, files, LC_INSTALL_MAX_FILES + 1, &changed, &err), LC_ELIMIT,
                 "more than 64 files");
    assert_file(path, "file63", "x", 0600); /* as before */
    assert_count_in_root(2);
}

static void add(struct suite *suite, const char *name, CMUnitTestFunction test)
{
    suite_add(suite, name, test, NULL);
    suite->tests[suite->count - 1].setup_func = make_root;
    suite->tests[suite->count - 1].teardown_func = remove_root;
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    add(&suite, "installs a set, and replaces it by another", installs_and_replaces);
    add(&suite, "the same content is not touched", same_content_is_not_touched);
    add(&suite, "a mode that was changed is mended", a_changed_mode_is_mended);
    add(&suite, "what a crash left is removed, foreign files are not",
        what_a_crash_left_is_removed);
    add(&suite, "missing parents are made", makes_missing_parents);
    add(&suite, "a folder that is not ours is left alone", a_foreign_folder_is_left_alone);
    add(&suite, "a link that is not ours is left alone", a_foreign_link_is_left_alone);
    add(&suite, "files are counted", files_are_counted);
    SUITE_ROWS(&suite, name_rows, check_name);
    return suite_run(&suite, "install");
}
