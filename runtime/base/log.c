/* Log levels and where lines go. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [LC_LEVEL_TRACE] = "TRACE",     [LC_LEVEL_DEBUG] = "DEBUG", [LC_LEVEL_INFO] = "INFO",
    [LC_LEVEL_WARNING] = "WARNING", [LC_LEVEL_ERROR] = "ERROR", [LC_LEVEL_CRITICAL] = "CRITICAL",
};

const char *lc_level_name(enum lc_level level)
{
    return names[level];
}

void lc_log(const struct lc_log *log, enum lc_level level, const char *format, ...)
{
    char line[LC_LOG_LINE_BYTES + 1];
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

/* How much of a line goes out at once; a character of UTF-8 is not cut through. */
static size_t piece_len(const char *line, size_t len)
{
    size_t piece = LC_LOG_LINE_BYTES;

    if (len <= piece)
        return len;
    while (piece > LC_LOG_LINE_BYTES - 3 && ((unsigned char)line[piece] & 0xc0) == 0x80)
        piece--;
    return piece;
}

void lc_log_text(const struct lc_log *log, enum lc_level level, const char *text, size_t len)
{
    const char *end = text + len;

    for (;;) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t left = (size_t)((line_end == NULL ? end : line_end) - text);
        do {
            const size_t piece = piece_len(text, left);
            lc_log(log, level, "%.*s", (int)piece, text);
            text += piece;
            left -= piece;
        } while (left > 0);
        if (line_end == NULL)
            return;
        text = line_end + 1;
    }
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
