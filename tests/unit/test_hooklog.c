/* juju/hooklog: how many juju-log a hook's lines cost, and where each line goes. */
#include "juju/hooklog.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "folder.h"
#include "rows.h"

static struct lc_err err;

/* A standard stream that goes to a file for a while. */
struct captured {
    FILE *stream;
    int kept; /* what the descriptor was */
    struct folder *folder;
};

static struct captured capture(FILE *stream)
{
    struct captured captured = { .stream = stream, .folder = folder_new() };
    const char *path = folder_file(captured.folder, "text");
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd != -1);
    assert_int_equal(fflush(stream), 0);
    captured.kept = dup(fileno(stream));
    assert_true(captured.kept != -1);
    assert_true(dup2(fd, fileno(stream)) != -1);
    (void)close(fd);
    return captured;
}

/* What was written; the stream is as before. */
static const char *captured_text(const struct captured *captured)
{
    assert_int_equal(fflush(captured->stream), 0);
    assert_true(dup2(captured->kept, fileno(captured->stream)) != -1);
    (void)close(captured->kept);
    return folder_read(captured->folder, "text");
}

/* Lines: D debug, I info, W warning, E error; F a flush. want: the texts of the juju-log commands,
 * "|" between two. */
struct gather_row {
    const char *name;
    const char *lines;
    bool in_action;
    enum lc_level least;
    const char *want;
    const char *out; /* on standard output */
};

static const struct gather_row gather_rows[] = {
    { "one line", "I1", false, LC_LEVEL_TRACE, "INFO I1", "" },
    { "a run of one level is one command", "I1 I2 I3", false, LC_LEVEL_TRACE, "INFO I1\nI2\nI3",
      "" },
    { "another level is another command", "I1 W1 W2 I2", false, LC_LEVEL_TRACE,
      "INFO I1|WARNING W1\nW2|INFO I2", "" },
    { "errors too", "E1 E2", false, LC_LEVEL_TRACE, "ERROR E1\nE2", "" },
    { "a flush ends a run", "I1 F I2", false, LC_LEVEL_TRACE, "INFO I1|INFO I2", "" },
    { "nothing is no command", "F F", false, LC_LEVEL_TRACE, "", "" },
    { "debug lines cost no command", "D1 D2", false, LC_LEVEL_TRACE, "", "D1\nD2\n" },
    { "and end no run", "I1 D1 I2", false, LC_LEVEL_TRACE, "INFO I1\nI2", "D1\n" },
    { "in an action they are dropped", "D1 I1", true, LC_LEVEL_TRACE, "INFO I1", "" },
    { "what is below the level is not made", "D1 I1 W1", false, LC_LEVEL_WARNING, "WARNING W1",
      "" },
};

static void check_gather(void **state)
{
    const struct gather_row *row = *state;
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(4096);
    struct lc_hooklog *hooklog;

    assert_done(lc_hooklog_new(fake_juju_port(fake), row->in_action, row->least, &hooklog, &err));
    const struct lc_log sink = lc_hooklog_sink(hooklog);
    const struct captured out = capture(stdout);
    for (const char *at = row->lines; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
        const enum lc_level level = *at == 'D'   ? LC_LEVEL_DEBUG
                                    : *at == 'I' ? LC_LEVEL_INFO
                                    : *at == 'W' ? LC_LEVEL_WARNING
                                                 : LC_LEVEL_ERROR;
        if (*at == 'F')
            lc_hooklog_flush(hooklog);
        else
            lc_log(&sink, level, "%.2s", at);
    }
    lc_hooklog_free(hooklog); /* sends what is left */
    const char *text = captured_text(&out);
    assert_string_equal(text, row->out);
    folder_free(out.folder);
    const struct lc_strlist *log = fake_juju_log(fake);
    for (size_t i = 0; i < log->count; i++)
        lc_buf_printf(&got, "%s%s", i == 0 ? "" : "|", log->items[i]);
    assert_string_equal(got.data, row->want);
}

/* A command has at most LC_HOOKLOG_MAX_BYTES, and no line is lost. */
static void many_lines_are_several_commands(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    struct lc_hooklog *hooklog;
    size_t lines = 0;
    char text[1001];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_done(lc_hooklog_new(fake_juju_port(fake), false, LC_LEVEL_TRACE, &hooklog, &err));
    const struct lc_log sink = lc_hooklog_sink(hooklog);
    for (int i = 0; i < 100; i++)
        lc_log(&sink, LC_LEVEL_INFO, "%s", text);
    lc_hooklog_free(hooklog);
    const struct lc_strlist *log = fake_juju_log(fake);
    assert_int_equal(log->count, 4);
    for (size_t i = 0; i < log->count; i++) {
        const size_t len = strlen(log->items[i]) - strlen("INFO ");
        assert_true(len <= LC_HOOKLOG_MAX_BYTES);
        lines += (len + 1) / 1001;
    }
    assert_int_equal(lines, 100);
}

static void lines_that_cannot_be_logged_go_to_standard_error(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    struct lc_hooklog *hooklog;

    (void)state;
    fake_juju_fail(fake, "juju-log", 1, LC_ECOMMAND);
    fake_juju_fail(fake, "juju-log", 2, LC_ECOMMAND);
    assert_done(lc_hooklog_new(fake_juju_port(fake), false, LC_LEVEL_TRACE, &hooklog, &err));
    const struct lc_log sink = lc_hooklog_sink(hooklog);
    const struct captured complaints = capture(stderr);
    lc_log(&sink, LC_LEVEL_INFO, "one");
    lc_log(&sink, LC_LEVEL_WARNING, "two");
    lc_log(&sink, LC_LEVEL_INFO, "three");
    lc_hooklog_free(hooklog);
    assert_string_equal(captured_text(&complaints),
                        "luacharm: cannot log: juju-log: failed by the test\none\ntwo\n");
    folder_free(complaints.folder);
    assert_int_equal(fake_juju_count(fake, "juju-log"), 3);
    assert_int_equal(fake_juju_log(fake)->count, 1);
    assert_string_equal(fake_juju_log(fake)->items[0], "INFO three");
}

static void frees_null(void **state)
{
    (void)state;
    lc_hooklog_free(NULL);
}

#ifdef LC_FAULT_HOOKS
/* A line for which there is no memory goes out by itself, in its turn. */
static void no_line_is_lost_without_memory(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    struct lc_hooklog *hooklog;

    (void)state;
    assert_done(lc_hooklog_new(fake_juju_port(fake), false, LC_LEVEL_TRACE, &hooklog, &err));
    const struct lc_log sink = lc_hooklog_sink(hooklog);
    lc_log(&sink, LC_LEVEL_INFO, "before");
    lc_fault_allocation(1);
    lc_log(&sink, LC_LEVEL_INFO, "a line that makes the buffer grow");
    assert_true(lc_fault_fired());
    lc_fault_allocation(0);
    lc_log(&sink, LC_LEVEL_INFO, "after");
    lc_hooklog_free(hooklog);
    const struct lc_strlist *log = fake_juju_log(fake);
    assert_int_equal(log->count, 3);
    assert_int_equal(strncmp(log->items[0], "INFO before", 11), 0);
    assert_string_equal(log->items[1], "INFO a line that makes the buffer grow");
    assert_string_equal(log->items[2], "INFO after");
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, gather_rows, check_gather);
    SUITE_TEST(&suite, "many lines are several commands", many_lines_are_several_commands);
    SUITE_TEST(&suite, "lines that cannot be logged go to standard error",
               lines_that_cannot_be_logged_go_to_standard_error);
    SUITE_TEST(&suite, "frees NULL", frees_null);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "no line is lost without memory", no_line_is_lost_without_memory);
#endif
    return suite_run(&suite, "hooklog");
}
