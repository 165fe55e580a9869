/* luacharm replay: a recorded hook again. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/cmd.h"
#include "host/replay.h"

#define RECORDINGS_FOLDER   "tests/recordings"
#define RECORDING_MAX_BYTES (64u * 1024 * 1024)

static void print_what(const struct lc_replay *replay)
{
    char time[LC_TIME_TEXT_BYTES];

    lc_time_format(replay->now_s, time);
    (void)printf("%s %s of %s, %zu commands\n", replay->unit, replay->hook, time, replay->commands);
}

/* --- a test of it --- */

static bool write_new(const char *path, const void *bytes, size_t len, struct lc_err *err)
{
    if (lc_file_exists(path))
        return lc_fail(err, LC_EEXIST, "%s is there already", path);
    return lc_file_write(path, bytes, len, 0644, err);
}

/* The recording's file name without folder and ".json". */
static char *dup_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');

    return lc_strndup(name, dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name));
}

static void put_test(const struct lc_replay *replay, const char *recording, struct lc_buf *out)
{
    char time[LC_TIME_TEXT_BYTES];

    lc_time_format(replay->now_s, time);
    lc_buf_printf(out,
                  "-- A hook of %s, recorded at %s.\n"
                  "local testing <const> = require \"charm.testing\"\n\n"
                  "testing.test(\"%s: %s does what was recorded\", function()\n"
                  "  testing.replay \"%s\"\n"
                  "end)\n",
                  replay->unit, time, replay->unit, replay->hook, recording);
}

/* The recording beside the tests, and a test that plays it. */
static bool write_test(const struct lc_replay *replay, const char *recording, struct lc_err *err)
{
    LC_AUTO(lc_free) char *stem = dup_stem(recording);
    LC_AUTO(lc_free) char *bytes = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf copy = LC_BUF_INIT(PATH_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf test = LC_BUF_INIT(PATH_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024);
    size_t len;

    if (stem == NULL)
        return lc_fail_memory(err);
    lc_buf_printf(&copy, RECORDINGS_FOLDER "/%s.json", stem);
    lc_buf_printf(&test, "tests/%s_test.lua", stem);
    put_test(replay, copy.data, &text);
    if (!lc_buf_check(&copy, err) || !lc_buf_check(&test, err) || !lc_buf_check(&text, err) ||
        !lc_file_read(recording, RECORDING_MAX_BYTES, &bytes, &len, err) ||
        !lc_dir_make(RECORDINGS_FOLDER, 0755, err) || !write_new(copy.data, bytes, len, err) ||
        !write_new(test.data, text.data, text.len, err))
        return false;
    (void)printf("%s\n%s\n", copy.data, test.data);
    return true;
}

/* --- the command --- */

static int tell(const struct lc_replay *replay)
{
    print_what(replay);
    if (replay->difference.len == 0) {
        (void)printf("the same commands in the same order\n");
        return LC_EXIT_DONE;
    }
    (void)printf("it differs at %s", replay->difference.data);
    return LC_EXIT_FOUND;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_replay_release) struct lc_replay replay = LC_REPLAY_INIT;
    const char *folder = lc_args_value(args, "charm");
    char path[PATH_MAX];

    if (realpath(args->positionals[0], path) == NULL) {
        (void)lc_fail_errno(err, errno, "%s", args->positionals[0]);
        return LC_EXIT_FAILED;
    }
    if (folder != NULL && chdir(folder) == -1) {
        (void)lc_fail_errno(err, errno, "%s", folder);
        return LC_EXIT_FAILED;
    }
    if (!lc_host_replay(path, &replay, err))
        return LC_EXIT_FAILED;
    if (!lc_args_has(args, "to-test"))
        return tell(&replay);
    if (replay.difference.len != 0)
        return tell(&replay); /* a test that fails from the start would show nothing */
    return write_test(&replay, path, err) ? LC_EXIT_DONE : LC_EXIT_FAILED;
}

static const struct lc_opt options[] = {
    { "charm", 0, "DIR", "the charm's folder; the current one when it is not said" },
    { "to-test", 0, NULL,
      "write a test that plays it, and the recording, into the charm's tests/" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_replay = {
    .name = "replay",
    .synopsis = "FILE",
    .summary = "a recorded hook again, offline, and where the charm now does otherwise",
    .options = options,
    .min = 1,
    .max = 1,
    .run = run,
};
