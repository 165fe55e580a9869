/* Time and its text forms. Calendar arithmetic is our own: the C library's depends on the zone of
 * the environment. */
#include "base/clock.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t system_now(void *context)
{
    struct timespec now;

    (void)context;
    if (clock_gettime(CLOCK_REALTIME, &now) == -1)
        return 0; /* cannot be: the clock and the address are valid */
    return now.tv_sec;
}

struct lc_clock lc_clock_system(void)
{
    return (struct lc_clock){ .now = system_now };
}

static int64_t fixed_now(void *context)
{
    return *(const int64_t *)context;
}

struct lc_clock lc_clock_fixed(int64_t *now_s)
{
    return (struct lc_clock){ .now = fixed_now, .context = now_s };
}

int64_t lc_clock_now(const struct lc_clock *clock)
{
    return clock->now(clock->context);
}

int64_t lc_clock_monotonic_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        return 0; /* cannot be: the clock and the address are valid */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t lc_clock_cpu_ms(void)
{
    struct timespec used;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == -1)
        return 0; /* as above */
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. Years begin in March, so
 * that the leap day is a year's last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
                               day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era -
                                (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted_month = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

void lc_time_format(int64_t time_s, char *text)
{
    const int64_t days = time_s / 86400 - (time_s % 86400 < 0); /* rounded down */
    const int seconds = (int)((time_s % 86400 + 86400) % 86400);
    int64_t year;
    int month;
    int day;

    date_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        (void)snprintf(text, LC_TIME_TEXT_BYTES, "%lld", (long long)time_s);
    else
        (void)snprintf(text, LC_TIME_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, month,
                       day, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* Exactly `count` digits. */
static bool take_digits(const char **at, int count, int *out)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += count;
    *out = value;
    return true;
}

static bool take_char(const char **at, const char *any_of)
{
    if (**at == '\0' || strchr(any_of, **at) == NULL)
        return false;
    (*at)++;
    return true;
}

static bool take_zone(const char **at, int *offset_s)
{
    int hours;
    int minutes;

    *offset_s = 0;
    if (**at == '\0' || take_char(at, "Zz"))
        return true;
    const int sign = **at == '-' ? -1 : 1;
    if (!take_char(at, "+-") || !take_digits(at, 2, &hours) || !take_char(at, ":") ||
        !take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

bool lc_time_parse(const char *text, int64_t *out, struct lc_err *err)
{
    const char *at = text;
    int year, month, day, hour, minute, second, offset;

    bool good = take_digits(&at, 4, &year) && take_char(&at, "-") && take_digits(&at, 2, &month) &&
                take_char(&at, "-") && take_digits(&at, 2, &day) && take_char(&at, "Tt ") &&
                take_digits(&at, 2, &hour) && take_char(&at, ":") && take_digits(&at, 2, &minute) &&
                take_char(&at, ":") && take_digits(&at, 2, &second);
    if (good && *at == '.') {
        at++;
        good = isdigit((unsigned char)*at) != 0;
        while (isdigit((unsigned char)*at))
            at++;
    }
    good = good && take_zone(&at, &offset) && *at == '\0' && month >= 1 && month <= 12 &&
           day >= 1 && day <= days_in_month(year, month) && hour <= 23 && minute <= 59 &&
           second <= 59;
    if (!good)
        return lc_fail(err, LC_EPARSE, "'%.64s' is not a time such as 2026-01-15T12:00:00Z", text);
    *out = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    return true;
}

static const struct {
    char letter;
    int64_t seconds;
} duration_units[] = { { 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool lc_duration_parse(const char *text, int64_t *out, struct lc_err *err)
{
    int64_t total = 0;
    size_t unit = 0;
    const char *at = text;

    while (*at != '\0') {
        int64_t number = 0;
        if (!isdigit((unsigned char)*at))
            break;
        for (; isdigit((unsigned char)*at); at++)
            number = number > LC_DURATION_MAX_S ? number : number * 10 + (*at - '0');
        while (unit < LC_COUNT(duration_units) && duration_units[unit].letter != *at)
            unit++;
        if (unit == LC_COUNT(duration_units))
            break;
        if (number > (LC_DURATION_MAX_S - total) / duration_units[unit].seconds)
            return lc_fail(err, LC_ELIMIT, "'%.64s' is over 100 years", text);
        total += number * duration_units[unit++].seconds;
        at++;
    }
    if (*at != '\0' || total == 0)
        return lc_fail(err, LC_EPARSE, "'%.64s' is not a duration such as \"90d\" or \"1d12h\"",
                       text);
    *out = total;
    return true;
}

void lc_duration_format(int64_t seconds, char *text)
{
    size_t used = 0;

    for (size_t i = 1; i < LC_COUNT(duration_units); i++) {
        const int64_t number = seconds / duration_units[i].seconds;
        if (number == 0)
            continue;
        used += (size_t)snprintf(text + used, LC_TIME_TEXT_BYTES - used, "%lld%c",
                                 (long long)number, duration_units[i].letter);
        assert(used < LC_TIME_TEXT_BYTES);
        seconds %= duration_units[i].seconds;
    }
    if (used == 0)
        memcpy(text, "0s", sizeof("0s"));
}
