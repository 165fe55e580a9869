/* The hook's log lines: gathered by level, so that several cost one juju-log. */
#include "juju/hooklog.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

struct lc_hooklog {
    const struct lc_juju *port; /* borrowed */
    bool in_action;
    bool has_complained;
    enum lc_level least;
    enum lc_level level; /* of what is gathered */
    struct lc_buf lines; /* with a line feed between two */
};

bool lc_hooklog_new(const struct lc_juju *port, bool in_action, enum lc_level least,
                    struct lc_hooklog **out, struct lc_err *err)
{
    struct lc_hooklog *hooklog = lc_alloc(1, sizeof(*hooklog));

    if (hooklog == NULL)
        return lc_fail_memory(err);
    hooklog->port = port;
    hooklog->in_action = in_action;
    hooklog->least = least;
    lc_buf_init(&hooklog->lines, LC_HOOKLOG_MAX_BYTES);
    *out = hooklog;
    return true;
}

void lc_hooklog_free(struct lc_hooklog *hooklog)
{
    if (hooklog == NULL)
        return;
    lc_hooklog_flush(hooklog);
    lc_buf_release(&hooklog->lines);
    lc_free(hooklog);
}

static void send(struct lc_hooklog *hooklog, enum lc_level level, const char *text)
{
    struct lc_err err = LC_ERR_INIT;

    if (lc_juju_call(hooklog->port, log, level, text, &err))
        return;
    /* Standard error is logged too (juju-hooks 1.3), and there is nowhere else to complain. */
    if (!hooklog->has_complained)
        (void)fprintf(stderr, "luacharm: cannot log: %s\n", err.message);
    hooklog->has_complained = true;
    (void)fprintf(stderr, "%s\n", text);
}

void lc_hooklog_flush(struct lc_hooklog *hooklog)
{
    if (hooklog->lines.len != 0)
        send(hooklog, hooklog->level, hooklog->lines.data);
    lc_buf_clear(&hooklog->lines);
}

static void gather(struct lc_hooklog *hooklog, enum lc_level level, const char *line)
{
    struct lc_buf *lines = &hooklog->lines;
    const size_t len = strlen(line);

    if (lines->len != 0 && (level != hooklog->level || len + 1 > lines->max - lines->len))
        lc_hooklog_flush(hooklog);
    hooklog->level = level;
    if (lines->len != 0)
        lc_buf_putc(lines, '\n');
    lc_buf_puts(lines, line);
    if (lines->code == LC_OK)
        return;
    /* No memory, or a line over the maximum: it goes by itself, after what came before it. */
    lc_hooklog_flush(hooklog);
    send(hooklog, level, line);
}

static void write_line(void *context, enum lc_level level, const char *line)
{
    struct lc_hooklog *hooklog = context;

    /* What is printed is logged at DEBUG (juju-hooks 1.3). */
    if (level != LC_LEVEL_DEBUG) {
        gather(hooklog, level, line);
        return;
    }
    if (hooklog->in_action)
        return;
    (void)printf("%s\n", line); /* where it cannot be written, nobody reads it */
    (void)fflush(stdout);
}

struct lc_log lc_hooklog_sink(struct lc_hooklog *hooklog)
{
    return (struct lc_log){ .write = write_line, .context = hooklog, .least = hooklog->least };
}
