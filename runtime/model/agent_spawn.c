/* Running a program of a charm: its environment, its socket, its output in the log. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/agent_private.h"
#include "model/commit.h"
#include "model/store_log.h"

#define MAX_OUTPUT (8u * 1024 * 1024) /* bytes of each stream; what is over is dropped */
#define MAX_LINE   4096               /* bytes of a line in the log (juju-hooks 1.3) */

void agent_result_release(struct agent_result *result)
{
    lc_proc_result_release(&result->proc);
}

/* Each line one message; longer ones are cut into several. */
static bool log_stream(struct lc_context *context, const struct lc_buf *stream, enum lc_level level,
                       struct lc_err *err)
{
    char module[LC_HOOK_NAME_BYTES + 300];
    char name[LC_HOOK_NAME_BYTES];
    char line[MAX_LINE + 1];

    lc_hook_name(context->hook, name);
    (void)snprintf(module, sizeof(module), "unit.%s.%s", context->unit.name, name);
    for (size_t at = 0; at < stream->len;) {
        const char *end = memchr(stream->data + at, '\n', stream->len - at);
        const size_t whole = end == NULL ? stream->len - at : (size_t)(end - (stream->data + at));
        const size_t len = whole < MAX_LINE ? whole : MAX_LINE;
        memcpy(line, stream->data + at, len);
        line[len] = '\0';
        if (len > 0 && !lc_store_log(context->store, context->unit.name, module, level, line, err))
            return false;
        at += len + (len == whole && end != NULL);
    }
    return true;
}

static bool log_output(struct lc_context *context, const struct lc_proc_result *result,
                       struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, context->store, err) &&
           log_stream(context, &result->out, LC_LEVEL_DEBUG, err) &&
           log_stream(context, &result->err, LC_LEVEL_WARNING, err) &&
           (!result->too_much || agent_log(context->store, context->unit.name, LC_LEVEL_WARNING,
                                           err, "output over %u bytes was dropped", MAX_OUTPUT)) &&
           lc_tx_commit(&tx, err);
}

bool agent_spawn(struct lc_agent *agent, struct lc_context *context, const char *charm,
                 char *const *argv, struct agent_result *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist env = LC_STRLIST_INIT;
    LC_AUTO(agent_server_close) struct agent_server server = AGENT_SERVER_INIT;

    lc_proc_result_init(&out->proc, MAX_OUTPUT);
    out->rebooted = false;
    if (!agent_server_open(&server, context, err) ||
        !agent_environment(agent, context, charm, server.address, &env, err))
        return false;
    const struct lc_proc_watch watch = agent_server_watch(&server);
    const struct lc_proc proc = { .argv = argv,
                                  .env = env.items,
                                  .directory = charm,
                                  .timeout_ms = agent->timeout_ms,
                                  .watch = &watch,
                                  .own_group = true };
    if (!lc_proc_run(&proc, &out->proc, err)) {
        if (!server.refused)
            return false;
        out->rebooted = true;
        *err = (struct lc_err)LC_ERR_INIT;
    }
    return log_output(context, &out->proc, err);
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
