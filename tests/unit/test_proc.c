/* base/proc: children are fed, read, limited, timed and reaped, whatever they do. */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "folder.h"
#include "rows.h"

#define MEGABYTE ((size_t)1024 * 1024)

static struct lc_err err;

/* sh -c script, with the folder's path as $0. */
struct shell {
    char *argv[5];
};

static struct lc_proc shell(struct shell *shell, const char *script, const struct folder *folder)
{
    const char *path = folder == NULL ? "sh" : folder_path(folder);
    const char *const words[] = { "sh", "-c", script, path, NULL };

    for (size_t i = 0; i < LC_COUNT(words); i++)
        shell->argv[i] = (char *)(uintptr_t)words[i]; /* execve does not change them */
    return (struct lc_proc){ .argv = shell->argv, .timeout_ms = 20000 };
}

struct end_row {
    const char *name;
    const char *script;
    const char *input; /* NULL: none */
    const char *out;
    const char *err;
    int exit_code;
    int signal;
    const char *described;
};

static const struct end_row end_rows[] = {
    { "success", "echo out; echo err >&2", NULL, "out\n", "err\n", 0, 0, "exit status 0" },
    { "failure", "exit 7", NULL, "", "", 7, 0, "exit status 7" },
    { "a signal", "kill -TERM $$", NULL, "", "", -1, SIGTERM, "killed by signal 15" },
    { "SIGPIPE is at its default", "kill -PIPE $$", NULL, "", "", -1, SIGPIPE,
      "killed by signal 13" },
    { "SIGXFSZ is at its default", "kill -XFSZ $$", NULL, "", "", -1, SIGXFSZ,
      "killed by signal 25" },
    { "standard input is empty", "cat; echo end", NULL, "end\n", "", 0, 0, "exit status 0" },
    { "input", "cat", "given", "given", "", 0, 0, "exit status 0" },
    { "empty input", "cat; echo end", "", "end\n", "", 0, 0, "exit status 0" },
    { "input that is not read", "exit 3", "given", "", "", 3, 0, "exit status 3" },
    { "closed streams", "exec >&- 2>&-; sleep 0.2; exit 4", NULL, "", "", 4, 0, "exit status 4" },
    { "output after the streams of a child", "(echo a); echo b", NULL, "a\nb\n", "", 0, 0,
      "exit status 0" },
};

static void check_end(void **state)
{
    const struct end_row *row = *state;
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct shell words;
    struct lc_proc proc = shell(&words, row->script, NULL);
    char text[64];

    proc.input = row->input;
    proc.input_len = row->input == NULL ? 0 : strlen(row->input);
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_string_equal(result.out.data, row->out);
    assert_string_equal(result.err.data, row->err);
    assert_int_equal(result.exit_code, row->exit_code);
    assert_int_equal(result.signal, row->signal);
    assert_false(result.timed_out);
    assert_false(result.too_much);
    lc_proc_describe(&result, text);
    assert_string_equal(text, row->described);
}

static void arguments_arrive_as_they_are(void **state)
{
    char *const argv[] = { (char[]){ "printf" }, (char[]){ "%s|" },
                           (char[]){ "a b" },    (char[]){ "$HOME;`x`" },
                           (char[]){ "" },       (char[]){ "-n" },
                           (char[]){ "\xff\n" }, NULL };
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);

    (void)state;
    assert_done(lc_proc_run(&(struct lc_proc){ .argv = argv }, &result, &err));
    assert_string_equal(result.out.data, "a b|$HOME;`x`||-n|\xff\n|");
}

static void environment_and_folder_are_given(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist variables = LC_STRLIST_INIT;
    struct shell words;
    struct lc_proc proc = shell(&words, "echo \"$LC_TEST_ONE $LC_TEST_TWO\"; pwd -P", NULL);

    (void)state;
    assert_int_equal(setenv("LC_TEST_ONE", "ours", 1), 0);
    assert_int_equal(setenv("LC_TEST_TWO", "ours", 1), 0);
    assert_done(lc_strmap_set(&changes, "LC_TEST_TWO", "changed", &err));
    assert_done(lc_proc_environment(&changes, &variables, &err));
    proc.env = variables.items;
    proc.directory = folder_path(folder);
    assert_done(lc_proc_run(&proc, &result, &err));
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(1000);
    lc_buf_printf(&want, "ours changed\n%s\n", folder_path(folder));
    assert_string_equal(result.out.data, want.data);
    assert_int_equal(unsetenv("LC_TEST_ONE"), 0);
    assert_int_equal(unsetenv("LC_TEST_TWO"), 0);
}

static void our_descriptors_stay_ours(void **state)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    char script[64];
    struct shell words;

    (void)state;
    assert_true(fd > 2);
    (void)snprintf(script, sizeof(script), "test -e /proc/self/fd/%d", fd);
    const struct lc_proc proc = shell(&words, script, NULL);
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(result.exit_code, 1);
    (void)close(fd);
}

/* --- amounts --- */

static char *pattern(size_t len)
{
    char *bytes = lc_alloc(len, 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    return bytes;
}

static void large_streams_flow_both_ways(void **state)
{
    const size_t len = 10 * MEGABYTE;
    LC_AUTO(lc_free) char *input = pattern(len);
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(len);
    struct shell words;
    struct lc_proc proc = shell(&words, "cat", NULL);

    (void)state;
    proc.input = input;
    proc.input_len = len; /* exactly as much */
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_false(result.too_much);
    assert_int_equal(result.out.len, len);
    assert_memory_equal(result.out.data, input, len);
}

static void both_outputs_are_drained(void **state)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(4 * MEGABYTE);
    struct shell words;
    const struct lc_proc proc = shell(
        &words, "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero; echo end >&2", NULL);

    (void)state;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(result.out.len, 3000000);
    assert_int_equal(result.err.len, 3000004);
}

static void what_is_over_the_limit_is_dropped(void **state)
{
    static const char *const scripts[] = { "head -c 5000001 /dev/zero; exit 3",
                                           "head -c 5000001 /dev/zero >&2; exit 3" };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(scripts); i++) {
        LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(5000000);
        struct shell words;
        const struct lc_proc proc = shell(&words, scripts[i], NULL);
        assert_done(lc_proc_run(&proc, &result, &err));
        assert_true(result.too_much);
        assert_int_equal(result.exit_code, 3); /* it was not stopped */
        assert_int_equal((i == 0 ? result.out : result.err).len, 5000000);
    }
}

static void one_that_writes_too_much_can_be_stopped(void **state)
{
    static const char *const scripts[] = { "exec cat /dev/zero", "exec cat /dev/zero >&2" };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(scripts); i++) {
        LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(100000);
        struct shell words;
        struct lc_proc proc = shell(&words, scripts[i], NULL);
        proc.stop_when_full = true;
        assert_done(lc_proc_run(&proc, &result, &err));
        assert_true(result.too_much);
        assert_false(result.timed_out);
        assert_int_equal(result.signal, SIGKILL);
    }
}

static void input_that_nobody_reads_is_no_error(void **state)
{
    LC_AUTO(lc_free) char *input = pattern(MEGABYTE);
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(100);
    struct shell words;
    struct lc_proc proc = shell(&words, "exec <&-; echo done", NULL);

    (void)state;
    proc.input = input;
    proc.input_len = MEGABYTE;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_string_equal(result.out.data, "done\n");
}

static void secret_output_goes_elsewhere(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(100);
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;
    struct shell words;
    struct lc_proc proc = shell(&words, "head -c 100000 /dev/zero | tr '\\0' x; echo e >&2", NULL);

    (void)state;
    proc.secret_output = &secret;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(secret.len, 100000); /* its own limit counts */
    assert_int_equal(secret.data[99999], 'x');
    assert_int_equal(result.out.len, 0);
    assert_string_equal(result.err.data, "e\n");
    assert_false(result.too_much);
    lc_secret_release(&secret);
    proc = shell(&words, "head -c 9000000 /dev/zero", NULL);
    proc.secret_output = &secret;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_true(result.too_much);
}

/* --- time --- */

static void a_child_that_takes_too_long_is_killed(void **state)
{
    static const char *const scripts[] = {
        "exec sleep 60", "exec >&- 2>&-; exec sleep 60",
        "trap '' TERM INT; while :; do sleep 1; done",
        "while :; do echo y; done", /* one that never stops writing */
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < LC_COUNT(scripts); i++) {
        LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
        struct shell words;
        struct lc_proc proc = shell(&words, scripts[i], NULL);
        const int64_t begin_ms = lc_clock_monotonic_ms();
        proc.timeout_ms = 150;
        assert_done(lc_proc_run(&proc, &result, &err));
        assert_true(result.timed_out);
        assert_int_equal(result.signal, SIGKILL);
        lc_proc_describe(&result, text);
        assert_string_equal(text, "timed out");
        assert_true(lc_clock_monotonic_ms() - begin_ms < 15000);
    }
}

/* Whether the file appears within this time. */
static bool appears(struct folder *folder, const char *name, int64_t within_ms)
{
    const struct timespec step = { .tv_nsec = 50000000 };
    const char *path = folder_file(folder, name);
    const int64_t end_ms = lc_clock_monotonic_ms() + within_ms;

    while (lc_clock_monotonic_ms() < end_ms) {
        if (lc_file_exists(path))
            return true;
        (void)nanosleep(&step, NULL);
    }
    return false;
}

static void a_group_goes_as_a_whole(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct shell words;
    struct lc_proc proc = shell(&words, "(sleep 1; touch \"$0/late\") & wait", folder);

    (void)state;
    proc.own_group = true;
    proc.timeout_ms = 150;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_true(result.timed_out);
    proc = shell(&words, "(sleep 1; touch \"$0/left\") & exit 0", folder);
    proc.own_group = true;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(result.exit_code, 0);
    assert_false(appears(folder, "late", 1500));
    assert_false(appears(folder, "left", 100));
}

/* As Juju's agent does it (juju-hooks 1.3). */
static void a_background_child_does_not_hold_us(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct shell words;
    const struct lc_proc proc = shell(&words, "echo early; (sleep 2; touch \"$0/done\") & exit 5",
                                      folder);

    (void)state;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_false(lc_file_exists(folder_file(folder, "done"))); /* we came back before it */
    assert_int_equal(result.exit_code, 5);
    assert_false(result.timed_out);
    assert_string_equal(result.out.data, "early\n");
    assert_true(appears(folder, "done", 20000)); /* and it was left alone */
}

static void no_zombie_is_left(void **state)
{
    (void)state;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* --- what cannot be run --- */

static void what_cannot_be_run_is_an_error(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    char *argv[2] = { (char[]){ "no-such-program-here" }, NULL };
    struct lc_proc proc = { .argv = argv };

    (void)state;
    folder_write(folder, "data", "#!/bin/sh\n", 0644);
    folder_write(folder, "orphan", "#!/no/such/interpreter\n", 0755);
    assert_fails(lc_proc_run(&proc, &result, &err), LC_ENOTFOUND,
                 "cannot run 'no-such-program-here': no such program in PATH");
    argv[0] = (char *)(uintptr_t)folder_file(folder, "data");
    assert_fails(lc_proc_run(&proc, &result, &err), LC_EPERM, "/data': Permission denied");
    argv[0] = (char *)(uintptr_t)folder_file(folder, "orphan");
    assert_fails(lc_proc_run(&proc, &result, &err), LC_ENOTFOUND,
                 "/orphan': its interpreter is not there");
    argv[0] = (char[]){ "true" };
    proc.directory = folder_file(folder, "nowhere");
    assert_fails(lc_proc_run(&proc, &result, &err), LC_ENOTFOUND,
                 "cannot run 'true': there is no folder '");
    proc.directory = NULL;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(result.exit_code, 0);
}

static void streams_can_be_inherited(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct shell words;
    struct lc_proc proc = shell(&words, "exit 6", NULL);

    (void)state;
    proc.inherit_streams = true;
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_int_equal(result.exit_code, 6);
}

/* --- something to serve meanwhile --- */

struct served {
    int fd;
    int requests;
    int fail_at; /* 0: never */
};

static bool serve(void *context, struct lc_err *e)
{
    struct served *served = context;
    char byte;

    assert_int_equal(read(served->fd, &byte, 1), 1);
    if (++served->requests == served->fail_at)
        return lc_fail(e, LC_ESTATE, "the watch gave up");
    return true;
}

static void run_watched(struct served *served, bool *done, struct lc_proc_result *result)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const char *fifo = folder_file(folder, "fifo");
    struct shell words;
    struct lc_proc proc = shell(
        &words,
        "exec 3>\"$0/fifo\"; for i in 1 2 3; do printf x >&3; sleep 0.1; done; exec sleep "
        "${LC_TEST_SLEEP:-0}",
        folder);

    assert_int_equal(mkfifo(fifo, 0600), 0);
    served->fd = open(fifo, O_RDWR | O_CLOEXEC);
    assert_true(served->fd != -1);
    const struct lc_proc_watch watch = { .fd = served->fd, .ready = serve, .context = served };
    proc.watch = &watch;
    *done = lc_proc_run(&proc, result, &err);
    (void)close(served->fd);
}

static void a_watch_is_served(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct served served = { .fail_at = 0 };
    bool done;

    (void)state;
    run_watched(&served, &done, &result);
    assert_true(done);
    assert_int_equal(served.requests, 3);
    assert_int_equal(result.exit_code, 0);
}

static void a_watch_that_fails_ends_the_child(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct served served = { .fail_at = 2 };
    const int64_t begin_ms = lc_clock_monotonic_ms();
    bool done;

    (void)state;
    assert_int_equal(setenv("LC_TEST_SLEEP", "60", 1), 0);
    err = (struct lc_err)LC_ERR_INIT;
    run_watched(&served, &done, &result);
    assert_int_equal(unsetenv("LC_TEST_SLEEP"), 0);
    assert_false(done);
    assert_failure(&err, LC_ESTATE, "the watch gave up");
    assert_int_equal(served.requests, 2);
    assert_true(lc_clock_monotonic_ms() - begin_ms < 15000);
}

/* Each ends only when the other has begun. */
static void children_run_beside_each_other(void **state)
{
    struct lc_proc_result results[] = { LC_PROC_RESULT_INIT(1000), LC_PROC_RESULT_INIT(1000) };
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    struct lc_proc_child *children[2] = { NULL, NULL };
    struct shell words[2];
    const char *const scripts[] = {
        "touch \"$0/a\"; until [ -e \"$0/b\" ]; do sleep 0.01; done; echo first",
        "touch \"$0/b\"; until [ -e \"$0/a\" ]; do sleep 0.01; done; echo second; exit 3",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct lc_proc proc = shell(&words[i], scripts[i], folder);
        assert_done(lc_proc_start(&proc, &results[i], &children[i], &err));
    }
    while (!lc_proc_has_ended(children[0]) || !lc_proc_has_ended(children[1])) {
        struct lc_proc_child *running[2];
        size_t count = 0;
        for (size_t i = 0; i < 2; i++)
            if (!lc_proc_has_ended(children[i]))
                running[count++] = children[i];
        assert_done(lc_proc_wait(running, count, LC_PROC_WAIT_MAX_MS, &err));
    }
    for (size_t i = 0; i < 2; i++)
        assert_done(lc_proc_end(children[i], &err));
    assert_string_equal(results[0].out.data, "first\n");
    assert_string_equal(results[1].out.data, "second\n");
    assert_int_equal(results[1].exit_code, 3);
    for (size_t i = 0; i < 2; i++)
        lc_proc_result_release(&results[i]);
}

static void waiting_ends_in_time_and_killing_ends_a_child(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    LC_AUTO(lc_proc_result_release) struct lc_proc_result other = LC_PROC_RESULT_INIT(1000);
    struct lc_proc_child *child = NULL;
    struct lc_proc_child *forgotten = NULL;
    struct shell words;
    struct lc_proc proc = shell(&words, "sleep 60 & sleep 60", NULL);
    const int64_t begin_ms = lc_clock_monotonic_ms();

    (void)state;
    proc.own_group = true;
    assert_done(lc_proc_start(&proc, &result, &child, &err));
    assert_done(lc_proc_start(&proc, &other, &forgotten, &err));
    assert_done(lc_proc_wait(&child, 1, 20, &err));
    assert_false(lc_proc_has_ended(child));
    lc_proc_kill(child);
    while (!lc_proc_has_ended(child))
        assert_done(lc_proc_wait(&child, 1, LC_PROC_WAIT_MAX_MS, &err));
    assert_done(lc_proc_end(child, &err));
    assert_int_equal(result.signal, SIGKILL);
    assert_false(result.timed_out);
    lc_proc_child_free(forgotten);
    lc_proc_child_free(NULL);
    assert_true(lc_clock_monotonic_ms() - begin_ms < 15000);
}

/* The last one: it holds for the whole process. */
static void children_have_their_own_umask(void **state)
{
    LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(1000);
    struct shell words;
    const struct lc_proc proc = shell(&words, "umask", NULL);
    const mode_t before = umask(077);

    (void)state;
    lc_proc_set_child_umask(027);
    assert_done(lc_proc_run(&proc, &result, &err));
    assert_string_equal(result.out.data, "0027\n");
    assert_int_equal(umask(before), 077); /* ours is as it was */
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    (void)signal(SIGPIPE, SIG_IGN); /* as base/proc.h asks */
    (void)signal(SIGXFSZ, SIG_IGN);
    SUITE_ROWS(&suite, end_rows, check_end);
    SUITE_TEST(&suite, "arguments arrive as they are", arguments_arrive_as_they_are);
    SUITE_TEST(&suite, "environment and folder are given", environment_and_folder_are_given);
    SUITE_TEST(&suite, "our descriptors stay ours", our_descriptors_stay_ours);
    SUITE_TEST(&suite, "large streams flow both ways", large_streams_flow_both_ways);
    SUITE_TEST(&suite, "both outputs are drained", both_outputs_are_drained);
    SUITE_TEST(&suite, "what is over the limit is dropped", what_is_over_the_limit_is_dropped);
    SUITE_TEST(&suite, "one that writes too much can be stopped",
               one_that_writes_too_much_can_be_stopped);
    SUITE_TEST(&suite, "input that nobody reads is no error", input_that_nobody_reads_is_no_error);
    SUITE_TEST(&suite, "secret output goes elsewhere", secret_output_goes_elsewhere);
    SUITE_TEST(&suite, "a child that takes too long is killed",
               a_child_that_takes_too_long_is_killed);
    SUITE_TEST(&suite, "a group goes as a whole", a_group_goes_as_a_whole);
    SUITE_TEST(&suite, "a background child does not hold us", a_background_child_does_not_hold_us);
    if (!test_is_under_valgrind())
        SUITE_TEST(&suite, "what cannot be run is an error", what_cannot_be_run_is_an_error);
    SUITE_TEST(&suite, "streams can be inherited", streams_can_be_inherited);
    SUITE_TEST(&suite, "a watch is served", a_watch_is_served);
    SUITE_TEST(&suite, "a watch that fails ends the child", a_watch_that_fails_ends_the_child);
    SUITE_TEST(&suite, "children run beside each other", children_run_beside_each_other);
    SUITE_TEST(&suite, "waiting ends in time, and killing ends a child",
               waiting_ends_in_time_and_killing_ends_a_child);
    SUITE_TEST(&suite, "no zombie is left", no_zombie_is_left);
    SUITE_TEST(&suite, "children have their own umask", children_have_their_own_umask);
    return suite_run(&suite, "proc");
}
