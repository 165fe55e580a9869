/* Running a program of a charm: its environment, its socket, its output in the log. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/agent_private.h"
#include "model/commit.h"
#include "model/store_log.h"

#define MAX_OUTPUT (8u * 1024 * 1024) /* bytes of each stream; what is over is dropped */
#define SIGNAL_MS  250                /* a signal that comes just before the wait is seen then */
#define MAX_LINE   4096               /* bytes of a line in the log (juju-hooks 1.3) */

void agent_child_release(struct agent_child *child)
{
    lc_proc_child_free(child->running);
    child->running = NULL;
    if (child->server.context != NULL)
        agent_server_close(&child->server);
    lc_proc_result_release(&child->proc);
}

/* Each line one message; longer ones are cut into several. From *at up to end. */
static bool log_stream(struct lc_context *context, const struct lc_buf *stream, size_t *at,
                       size_t stream_end, enum lc_level level, struct lc_err *err)
{
    char module[LC_HOOK_NAME_BYTES + 300];
    char name[LC_HOOK_NAME_BYTES];
    char line[MAX_LINE + 1];

    lc_hook_name(context->hook, name);
    (void)snprintf(module, sizeof(module), "unit.%s.%s", context->unit.name, name);
    while (*at < stream_end) {
        const char *begin = stream->data + *at;
        const char *end = memchr(begin, '\n', stream_end - *at);
        const size_t whole = end == NULL ? stream_end - *at : (size_t)(end - begin);
        const size_t len = whole < MAX_LINE ? whole : MAX_LINE;
        memcpy(line, begin, len);
        line[len] = '\0';
        if (len > 0 && !lc_store_log(context->store, context->unit.name, module, level, line, err))
            return false;
        *at += len + (len == whole && end != NULL);
    }
    return true;
}

/* Where the last whole line ends. */
static size_t end_of_lines(const struct lc_buf *stream)
{
    const char *last = memrchr(stream->data, '\n', stream->len);

    return last == NULL ? 0 : (size_t)(last - stream->data) + 1;
}

/* What it has printed since; all: it has ended, and so has a line without a line feed. */
static bool log_output(struct agent_child *child, bool all, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    struct lc_context *context = child->server.context;
    const struct lc_proc_result *result = &child->proc;
    const size_t out_end = all ? result->out.len : end_of_lines(&result->out);
    const size_t err_end = all ? result->err.len : end_of_lines(&result->err);
    const bool cut = all && result->too_much;

    if (out_end <= child->out_logged && err_end <= child->err_logged && !cut)
        return true;
    return lc_tx_begin(&tx, context->store, err) &&
           log_stream(context, &result->out, &child->out_logged, out_end, LC_LEVEL_DEBUG, err) &&
           log_stream(context, &result->err, &child->err_logged, err_end, LC_LEVEL_WARNING, err) &&
           (!cut || agent_log(context->store, context->unit.name, LC_LEVEL_WARNING, err,
                              "output over %u bytes was dropped", MAX_OUTPUT)) &&
           lc_tx_commit(&tx, err);
}

/* A hook command; what was printed before it stands before it in the log. */
static bool serve(void *context, struct lc_err *err)
{
    struct agent_child *child = context;

    return log_output(child, false, err) && agent_server_serve(&child->server, err);
}

bool agent_child_start(const struct lc_agent *agent, struct lc_context *context, const char *charm,
                       char *const *argv, struct agent_child *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist env = LC_STRLIST_INIT;

    *out = (struct agent_child){ .server = AGENT_SERVER_INIT };
    lc_proc_result_init(&out->proc, MAX_OUTPUT);
    if (!agent_server_open(&out->server, context, err) ||
        !agent_environment(agent, context, charm, out->server.address, &env, err))
        return false;
    const struct lc_proc_watch watch = { .fd = out->server.poll, .ready = serve, .context = out };
    const struct lc_proc proc = { .argv = argv,
                                  .env = env.items,
                                  .directory = charm,
                                  .timeout_ms = agent->timeout_ms,
                                  .watch = &watch,
                                  .own_group = true };
    return lc_proc_start(&proc, &out->proc, &out->running, err);
}

bool agent_children_wait(const struct lc_agent *agent, struct agent_child *const *children,
                         size_t count, int64_t at_most_ms, struct lc_err *err)
{
    LC_AUTO(lc_free)
    struct lc_proc_child **running = lc_alloc(count, sizeof(struct lc_proc_child *));
    const bool kill_all = agent->stop != NULL && agent->stop(agent->stop_context) == LC_STOP_NOW;

    if (running == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        running[i] = children[i]->running;
        if (kill_all)
            lc_proc_kill(running[i]);
    }
    if (!lc_proc_wait(running, count, at_most_ms < SIGNAL_MS ? at_most_ms : SIGNAL_MS, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!log_output(children[i], false, err))
            return false;
    return true;
}

bool agent_child_end(struct agent_child *child, struct lc_err *err)
{
    if (!lc_proc_end(LC_STEAL(child->running), err)) {
        if (!child->server.refused)
            return false;
        child->rebooted = true;
        *err = (struct lc_err)LC_ERR_INIT;
    }
    const bool logged = log_output(child, true, err);
    agent_server_close(&child->server);
    return logged;
}

bool agent_spawn(const struct lc_agent *agent, struct lc_context *context, const char *charm,
                 char *const *argv, struct agent_child *out, struct lc_err *err)
{
    if (!agent_child_start(agent, context, charm, argv, out, err))
        return false;
    while (!lc_proc_has_ended(out->running))
        if (!agent_children_wait(agent, &out, 1, LC_PROC_WAIT_MAX_MS, err))
            return false;
    return agent_child_end(out, err);
}

bool agent_commit(struct lc_context *context, struct lc_err *refusal, struct lc_err *err)
{
    struct lc_err fault = LC_ERR_INIT;
    bool refused = false;

    *refusal = (struct lc_err)LC_ERR_INIT;
    if (lc_commit(context, &refused, &fault))
        return true;
    *(refused ? refusal : err) = fault;
    return refused;
}

bool agent_log(struct lc_store *store, const char *unit, enum lc_level level, struct lc_err *err,
               const char *format, ...)
{
    char text[LC_ERR_MESSAGE_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* cut where it is longer */
    va_end(args);
    return lc_store_log(store, unit, "juju.worker.uniter", level, text, err);
}
