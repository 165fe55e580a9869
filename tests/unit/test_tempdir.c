/* base/tempdir: folders that go with their process, and what is left of them when it was killed. */
#include "base/tempdir.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

/* Of this run of the tests alone. */
static const char *prefix(void)
{
    static char text[64];

    (void)snprintf(text, sizeof(text), "luacharm-tempdir-test-%ld", (long)getpid());
    return text;
}

static void put(const struct lc_tempdir *dir, const char *name)
{
    LC_AUTO(lc_free) char *path = lc_path_join(dir->path, name);

    assert_non_null(path);
    assert_done(lc_file_create(path, "secret", 6, 0600, &err));
}

/* The folder that a process has made, with a file in it, before it was killed. Freed by the caller.
 */
static char *left_by_a_killed_process(void)
{
    const char *name = prefix(); /* ours, not the child's */
    char path[256] = "";
    int ends[2];
    int status;

    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        struct lc_tempdir dir = LC_TEMPDIR_INIT;
        if (!lc_tempdir_make(name, &dir, &err))
            _exit(1);
        put(&dir, "key");
        if (write(ends[1], dir.path, strlen(dir.path)) == -1)
            _exit(1);
        (void)kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(read(ends[0], path, sizeof(path) - 1) > 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
    return lc_strdup(path);
}

static void goes_with_its_files(void **state)
{
    LC_AUTO(lc_tempdir_release) struct lc_tempdir dir = LC_TEMPDIR_INIT;
    LC_AUTO(lc_free) char *path = NULL;
    struct stat info;

    (void)state;
    assert_done(lc_tempdir_make(prefix(), &dir, &err));
    path = lc_strdup(dir.path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    put(&dir, "one");
    put(&dir, "two");
    assert_done(lc_tempdir_remove(&dir, &err));
    assert_null(dir.path);
    assert_false(lc_file_exists(path));
    assert_done(lc_tempdir_remove(&dir, &err));
}

static void one_that_is_empty_goes(void **state)
{
    struct lc_tempdir dir = LC_TEMPDIR_INIT;

    (void)state;
    assert_done(lc_tempdir_make(prefix(), &dir, &err));
    LC_AUTO(lc_free) char *path = lc_strdup(dir.path);
    lc_tempdir_release(&dir);
    assert_false(lc_file_exists(path));
}

static void what_a_killed_process_left_is_swept(void **state)
{
    LC_AUTO(lc_free) char *path = left_by_a_killed_process();

    (void)state;
    assert_true(lc_dir_exists(path));
    lc_tempdir_sweep(prefix());
    assert_false(lc_file_exists(path));
}

static void what_is_held_stays(void **state)
{
    LC_AUTO(lc_tempdir_release) struct lc_tempdir dir = LC_TEMPDIR_INIT;

    (void)state;
    assert_done(lc_tempdir_make(prefix(), &dir, &err));
    put(&dir, "one");
    lc_tempdir_sweep(prefix());
    LC_AUTO(lc_free) char *file = lc_path_join(dir.path, "one");
    assert_true(lc_file_exists(file));
}

static void another_prefix_stays(void **state)
{
    LC_AUTO(lc_free) char *path = left_by_a_killed_process();
    char half[64];

    (void)state;
    (void)snprintf(half, sizeof(half), "%.*s", (int)strlen(prefix()) - 1, prefix());
    lc_tempdir_sweep(half);
    assert_true(lc_dir_exists(path));
    assert_done(lc_dir_remove_tree(path, &err));
}

/* What others could put there in the hope that we remove what it leads to. */
static void what_is_no_such_folder_stays(void **state)
{
    LC_AUTO(lc_free) char *path = left_by_a_killed_process();
    LC_AUTO(lc_free) char *victim = NULL;
    LC_AUTO(lc_free) char *file = NULL;
    LC_AUTO(lc_free) char *inner = NULL;

    (void)state;
    assert_done(lc_dir_temporary("luacharm-test", &victim, &err));
    file = lc_path_join(victim, "precious");
    assert_done(lc_file_create(file, "x", 1, 0600, &err));

    assert_done(lc_dir_remove_tree(path, &err));
    assert_int_equal(symlink(victim, path), 0);
    lc_tempdir_sweep(prefix());
    assert_true(lc_file_exists(path));
    assert_true(lc_file_exists(file));
    assert_done(lc_file_remove(path, &err));

    assert_done(lc_file_create(path, "x", 1, 0600, &err));
    lc_tempdir_sweep(prefix());
    assert_true(lc_file_exists(path));
    assert_done(lc_file_remove(path, &err));

    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0755), 0);
    lc_tempdir_sweep(prefix());
    assert_true(lc_dir_exists(path));

    assert_int_equal(chmod(path, 0700), 0);
    inner = lc_path_join(path, "link");
    assert_int_equal(symlink(file, inner), 0);
    lc_tempdir_sweep(prefix());
    assert_false(lc_file_exists(path));
    assert_true(lc_file_exists(file));
    assert_done(lc_dir_remove_tree(victim, &err));
}

static void what_has_folders_in_it_is_told(void **state)
{
    struct lc_tempdir dir = LC_TEMPDIR_INIT;

    (void)state;
    assert_done(lc_tempdir_make(prefix(), &dir, &err));
    LC_AUTO(lc_free) char *path = lc_strdup(dir.path);
    LC_AUTO(lc_free) char *inner = lc_path_join(path, "inner");
    assert_int_equal(mkdir(inner, 0700), 0);
    put(&dir, "one");
    assert_fails(lc_tempdir_remove(&dir, &err), LC_EIO, path);
    lc_tempdir_sweep(prefix());
    assert_true(lc_dir_exists(inner));
    assert_done(lc_dir_remove_tree(path, &err));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "a folder goes with its files", goes_with_its_files);
    SUITE_TEST(&suite, "one that is empty goes", one_that_is_empty_goes);
    SUITE_TEST(&suite, "what a killed process left is swept", what_a_killed_process_left_is_swept);
    SUITE_TEST(&suite, "what a living process holds stays", what_is_held_stays);
    SUITE_TEST(&suite, "what has another prefix stays", another_prefix_stays);
    SUITE_TEST(&suite, "what is no such folder stays, and no link is followed",
               what_is_no_such_folder_stays);
    SUITE_TEST(&suite, "what has folders in it is told", what_has_folders_in_it_is_told);
    return suite_run(&suite, "tempdir");
}
