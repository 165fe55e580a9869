/* Log levels and where lines go. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [LC_LEVEL_TRACE] = "TRACE",     [LC_LEVEL_DEBUG] = "DEBUG", [LC_LEVEL_INFO] = "INFO",
    [LC_LEVEL_WARNING] = "WARNING", [LC_LEVEL_ERROR] = "ERROR",
};

const char *lc_level_name(enum lc_level level)
{
    return names[level];
}

void lc_log(const struct lc_log *log, enum lc_level level, const char *format, ...)
{
    char line[4096];
    va_list args;

    if (log == NULL || log->write == NULL || level < log->least)
        return;
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args); /* cut where it is longer */
    va_end(args);
    for (char *p = line; *p != '\0'; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    log->write(log->context, level, line);
}

static void write_stderr(void *context, enum lc_level level, const char *line)
{
    (void)context;
    (void)fprintf(stderr, "[%s] %s\n", names[level], line); /* nowhere to complain to */
}

struct lc_log lc_log_stderr(enum lc_level least)
{
    return (struct lc_log){ .write = write_stderr, .least = least };
}
