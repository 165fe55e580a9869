/* Log levels and where lines go. The sink is a value that is passed along; the library writes only
 * what a reader of Juju's log needs to see, and errors are returned, not logged. */
#ifndef LC_BASE_LOG_H
#define LC_BASE_LOG_H

#include <stddef.h>

#include "base/attr.h"

enum lc_level {
    LC_LEVEL_TRACE,
    LC_LEVEL_DEBUG,
    LC_LEVEL_INFO,
    LC_LEVEL_WARNING,
    LC_LEVEL_ERROR,
    LC_LEVEL_CRITICAL
};

/* write must not fail: what cannot be logged is dropped. line: one line, no line feed, no secret.
 */
struct lc_log {
    void (*write)(void *context, enum lc_level level, const char *line);
    void *context;
    enum lc_level least; /* lines below it are not made */
};

/* A NULL log drops everything. A line over 4096 bytes, Juju's own limit, is cut. */
void lc_log(const struct lc_log *log, enum lc_level level, const char *format, ...) LC_PRINTF(3, 4);

/* A text of the author's: each line is a line of the log, and one that is too long is several, cut
 * between characters. Bytes after a NUL in a line are dropped. */
#define LC_LOG_LINE_BYTES 4095
void lc_log_text(const struct lc_log *log, enum lc_level level, const char *text, size_t len);

/* "TRACE", "DEBUG", ... as juju-log takes them; static. */
const char *lc_level_name(enum lc_level level);

/* "[level] text" lines on standard error. */
struct lc_log lc_log_stderr(enum lc_level least);

#endif
