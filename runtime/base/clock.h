/* Time: the only source of it, and its text forms. Seconds since the epoch, UTC, 64 bits. */
#ifndef LC_BASE_CLOCK_H
#define LC_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/* now: context is the clock's own. */
struct lc_clock {
    int64_t (*now)(void *context);
    void *context;
};

/* The machine's clock. */
struct lc_clock lc_clock_system(void);

/* One that stands still at now_s. */
struct lc_clock lc_clock_fixed(int64_t *now_s);

int64_t lc_clock_now(const struct lc_clock *clock);

/* Milliseconds of a clock that only goes forwards, for timeouts. */
int64_t lc_clock_monotonic_ms(void);

/* Milliseconds of processor time that this thread has used: for bounds on work, which other
 * programs do not use up. */
int64_t lc_clock_cpu_ms(void);

#define LC_TIME_TEXT_BYTES 32

/* "2026-01-15T12:00:00Z"; years 0 to 9999. text has LC_TIME_TEXT_BYTES. */
void lc_time_format(int64_t time_s, char *text);

/* RFC 3339 with a zone, or without one, which is then UTC; fractions are dropped.
 * LC_EPARSE with the text quoted. */
bool lc_time_parse(const char *text, int64_t *out, struct lc_err *err) LC_MUST_CHECK;

/* "90d", "12h", "30m", "45s", "2w", also joined: "1d12h"; whole numbers, each unit once, largest
 * first. Seconds; 1 up to LC_DURATION_MAX_S. LC_EPARSE or LC_ELIMIT, the text quoted. */
#define LC_DURATION_MAX_S ((int64_t)100 * 366 * 86400)
bool lc_duration_parse(const char *text, int64_t *out, struct lc_err *err) LC_MUST_CHECK;

/* The shortest such text: "90d", "1d12h", "0s". text has LC_TIME_TEXT_BYTES. */
void lc_duration_format(int64_t seconds, char *text);

#endif
