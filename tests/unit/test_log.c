/* base/log: texts become lines, and long lines several. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "rows.h"

/* Lines between bars. */
static void keep(void *context, enum lc_level level, const char *line)
{
    lc_buf_printf(context, "%s%s|", level == LC_LEVEL_WARNING ? "!" : "", line);
}

struct text_row {
    const char *name;
    const char *text;
    const char *want;
};

static const struct text_row text_rows[] = {
    { "a line", "a", "a|" },
    { "two lines", "a\nb", "a|b|" },
    { "an empty line", "a\n\nb", "a||b|" },
    { "a line feed at the end", "a\n", "a||" },
    { "nothing", "", "|" },
    { "a carriage return", "a\r\nb", "a |b|" },
};

static void check_text(void **state)
{
    const struct text_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf got = { .data = NULL };

    lc_buf_init(&got, 4096);
    const struct lc_log log = { .write = keep, .context = &got };
    lc_log_text(&log, LC_LEVEL_INFO, row->text, strlen(row->text));
    assert_string_equal(got.data, row->want);
}

/* Of a text made of one character again and again: the lengths of the lines. */
struct length_row {
    const char *name;
    const char *character;
    size_t count;
    const char *want;
};

static const struct length_row length_rows[] = {
    { "a line at the limit", "x", 4095, "4095 " },
    { "a line past the limit", "x", 4096, "4095 1 " },
    { "a line of three", "x", 10000, "4095 4095 1810 " },
    { "two bytes each", "\xc3\xa9", 2048, "4094 2 " },
    { "three bytes each", "\xe2\x82\xac", 1366, "4095 3 " },
    { "four bytes each", "\xf0\x9f\x98\x80", 1024, "4092 4 " },
    { "bytes that are no characters", "\x80", 4096, "4092 4 " },
};

static void keep_length(void *context, enum lc_level level, const char *line)
{
    (void)level;
    lc_buf_printf(context, "%zu ", strlen(line));
}

static void check_length(void **state)
{
    const struct length_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf text = { .data = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf got = { .data = NULL };

    lc_buf_init(&text, 65536);
    lc_buf_init(&got, 4096);
    for (size_t i = 0; i < row->count; i++)
        lc_buf_puts(&text, row->character);
    const struct lc_log log = { .write = keep_length, .context = &got };
    lc_log_text(&log, LC_LEVEL_INFO, text.data, text.len);
    assert_string_equal(got.data, row->want);
}

static void levels_below_the_least_are_dropped(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf got = { .data = NULL };

    (void)state;
    lc_buf_init(&got, 4096);
    const struct lc_log log = { .write = keep, .context = &got, .least = LC_LEVEL_WARNING };
    lc_log(&log, LC_LEVEL_INFO, "no");
    lc_log_text(&log, LC_LEVEL_INFO, "no\nno", 5);
    lc_log(&log, LC_LEVEL_WARNING, "%s", "yes");
    lc_log(NULL, LC_LEVEL_ERROR, "nowhere");
    assert_string_equal(got.data, "!yes|");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, text_rows, check_text);
    SUITE_ROWS(&suite, length_rows, check_length);
    SUITE_TEST(&suite, "levels below the least are dropped", levels_below_the_least_are_dropped);
    return suite_run(&suite, "log");
}
