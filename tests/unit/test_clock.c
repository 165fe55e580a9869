/* base/clock: times and durations as text, both ways, without the C library's calendar. */
#include "base/clock.h"

#include <string.h>

#include "rows.h"

static struct lc_err err;

struct time_row {
    const char *name;
    const char *text;
    int64_t want;
};

static const struct time_row time_rows[] = {
    { "the epoch", "1970-01-01T00:00:00Z", 0 },
    { "before the epoch", "1969-12-31T23:59:59Z", -1 },
    { "the first year", "0000-01-01T00:00:00Z", -62167219200 },
    { "the last second", "9999-12-31T23:59:59Z", 253402300799 },
    { "a leap day", "2024-02-29T12:00:00Z", 1709208000 },
    { "a leap day of a fourth century", "2000-02-29T00:00:00Z", 951782400 },
    { "past 32 bits", "2038-01-19T03:14:08Z", 2147483648 },
    { "the end of a year", "2025-12-31T23:59:59Z", 1767225599 },
};

static void check_both_ways(void **state)
{
    const struct time_row *row = *state;
    char text[LC_TIME_TEXT_BYTES];
    int64_t time_s = 1;

    assert_done(lc_time_parse(row->text, &time_s, &err));
    assert_int_equal(time_s, row->want);
    lc_time_format(row->want, text);
    assert_string_equal(text, row->text);
}

static const struct time_row form_rows[] = {
    { "a zone ahead", "2026-01-15T12:00:00+02:00", 1768471200 },
    { "a zone behind", "2026-01-15T12:00:00-02:30", 1768487400 },
    { "no zone is UTC", "2026-01-15T12:00:00", 1768478400 },
    { "small letters", "2026-01-15t12:00:00z", 1768478400 },
    { "a blank for the T", "2026-01-15 12:00:00Z", 1768478400 },
    { "a fraction is dropped", "2026-01-15T12:00:00.999999999Z", 1768478400 },
};

static void check_form(void **state)
{
    const struct time_row *row = *state;
    int64_t time_s = 1;

    assert_done(lc_time_parse(row->text, &time_s, &err));
    assert_int_equal(time_s, row->want);
}

struct text_row {
    const char *name;
    const char *text;
};

static const struct text_row bad_times[] = {
    { "refuses nothing", "" },
    { "refuses a date alone", "2026-01-15" },
    { "refuses a year of two digits", "26-01-15T12:00:00Z" },
    { "refuses month 0", "2026-00-15T12:00:00Z" },
    { "refuses month 13", "2026-13-15T12:00:00Z" },
    { "refuses day 0", "2026-01-00T12:00:00Z" },
    { "refuses day 32", "2026-01-32T12:00:00Z" },
    { "refuses 29 February of a common year", "2025-02-29T12:00:00Z" },
    { "refuses 29 February of a common century", "1900-02-29T12:00:00Z" },
    { "refuses hour 24", "2026-01-15T24:00:00Z" },
    { "refuses minute 60", "2026-01-15T12:60:00Z" },
    { "refuses second 60", "2026-01-15T12:00:60Z" },
    { "refuses an empty fraction", "2026-01-15T12:00:00.Z" },
    { "refuses a zone without a colon", "2026-01-15T12:00:00+0200" },
    { "refuses a zone past 23 hours", "2026-01-15T12:00:00+24:00" },
    { "refuses what follows", "2026-01-15T12:00:00Z " },
    { "refuses a sign", "+2026-01-15T12:00:00Z" },
};

static void check_bad_time(void **state)
{
    const struct text_row *row = *state;
    int64_t time_s;

    assert_fails(lc_time_parse(row->text, &time_s, &err), LC_EPARSE, "is not a time such as");
}

/* Years that have no such text come as the number. */
static void far_times_are_numbers(void **state)
{
    char text[LC_TIME_TEXT_BYTES];

    (void)state;
    lc_time_format(253402300800, text);
    assert_string_equal(text, "253402300800");
    lc_time_format(-62167219201, text);
    assert_string_equal(text, "-62167219201");
    lc_time_format(INT64_MAX, text);
    assert_string_equal(text, "9223372036854775807");
    lc_time_format(INT64_MIN, text);
    assert_string_equal(text, "-9223372036854775808");
}

static void every_day_survives(void **state)
{
    char text[LC_TIME_TEXT_BYTES];

    (void)state;
    for (int64_t day = -730000; day < 2900000; day += 13) {
        int64_t back;
        lc_time_format(day * 86400 + 3661, text);
        if (text[4] != '-') /* outside the years 0 to 9999 */
            continue;
        assert_done(lc_time_parse(text, &back, &err));
        assert_int_equal(back, day * 86400 + 3661);
    }
}

/* back: what lc_duration_format makes of it. */
struct duration_row {
    const char *name;
    const char *text;
    int64_t want;
    const char *back;
};

static const struct duration_row duration_rows[] = {
    { "days", "90d", 7776000, "90d" },
    { "joined", "1d12h", 129600, "1d12h" },
    { "all units", "1w2d3h4m5s", 788645, "9d3h4m5s" },
    { "one second", "1s", 1, "1s" },
    { "seconds that are minutes", "3600s", 3600, "1h" },
    { "a zero beside another", "0d5m", 300, "5m" },
    { "the longest", "36600d", 3162240000, "36600d" },
};

static void check_duration(void **state)
{
    const struct duration_row *row = *state;
    char text[LC_TIME_TEXT_BYTES];
    int64_t seconds = 0;

    assert_done(lc_duration_parse(row->text, &seconds, &err));
    assert_int_equal(seconds, row->want);
    lc_duration_format(seconds, text);
    assert_string_equal(text, row->back);
}

struct bad_duration_row {
    const char *name;
    const char *text;
    enum lc_code want;
};

static const struct bad_duration_row bad_durations[] = {
    { "no duration: nothing", "", LC_EPARSE },
    { "no duration: zero", "0s", LC_EPARSE },
    { "no duration: a number", "90", LC_EPARSE },
    { "no duration: a unit", "d", LC_EPARSE },
    { "no duration: an unknown unit", "1y", LC_EPARSE },
    { "no duration: a capital", "1D", LC_EPARSE },
    { "no duration: a sign", "-1d", LC_EPARSE },
    { "no duration: a fraction", "1.5h", LC_EPARSE },
    { "no duration: blanks", "1d 12h", LC_EPARSE },
    { "no duration: a unit twice", "1d1d", LC_EPARSE },
    { "no duration: smallest first", "1h1d", LC_EPARSE },
    { "too long by a second", "36600d1s", LC_ELIMIT },
    { "too long by far", "99999999999999999999999999d", LC_ELIMIT },
};

static void check_bad_duration(void **state)
{
    const struct bad_duration_row *row = *state;
    int64_t seconds;

    assert_fails(lc_duration_parse(row->text, &seconds, &err), row->want, "'");
}

static void no_time_is_a_duration_too(void **state)
{
    char text[LC_TIME_TEXT_BYTES];

    (void)state;
    lc_duration_format(0, text);
    assert_string_equal(text, "0s");
    lc_duration_format(INT64_MAX, text);
    assert_string_equal(text, "106751991167300d15h30m7s");
}

static void clocks_tell_the_time(void **state)
{
    int64_t now_s = 42;
    const struct lc_clock fixed = lc_clock_fixed(&now_s);
    const struct lc_clock machine = lc_clock_system();
    const int64_t before_ms = lc_clock_monotonic_ms();

    (void)state;
    assert_int_equal(lc_clock_now(&fixed), 42);
    now_s = 43;
    assert_int_equal(lc_clock_now(&fixed), 43);
    assert_true(lc_clock_now(&machine) > 1700000000);
    assert_true(lc_clock_monotonic_ms() >= before_ms);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, time_rows, check_both_ways);
    SUITE_ROWS(&suite, form_rows, check_form);
    SUITE_ROWS(&suite, bad_times, check_bad_time);
    SUITE_TEST(&suite, "far times are numbers", far_times_are_numbers);
    SUITE_TEST(&suite, "every day survives", every_day_survives);
    SUITE_ROWS(&suite, duration_rows, check_duration);
    SUITE_ROWS(&suite, bad_durations, check_bad_duration);
    SUITE_TEST(&suite, "no time is a duration too", no_time_is_a_duration_too);
    SUITE_TEST(&suite, "clocks tell the time", clocks_tell_the_time);
    return suite_run(&suite, "clock");
}
