/* The hook's environment, port, session and log. */
#include "host/connection.h"

#include "model/hooktool.h"

void host_connection_release(struct host_connection *connection)
{
    lc_session_free(connection->session);
    lc_hooklog_free(connection->hooklog);
    host_record_release(&connection->record);
    lc_tool_free(connection->tool);
    lc_hook_env_release(&connection->env);
    *connection = (struct host_connection)HOST_CONNECTION_INIT;
}

static void flush_log(void *context)
{
    lc_hooklog_flush(context);
}

/* In a local model, whose time can be turned, the hook runs at the model's time. */
static bool take_clock(struct host_connection *connection, struct lc_err *err)
{
    bool in_model;

    connection->context.clock = lc_clock_system();
    if (!lc_model_clock_is_there(&in_model, err))
        return false;
    if (!in_model)
        return true;
    connection->context.clock = lc_clock_fixed(&connection->model_now_s);
    return lc_model_clock(&connection->model_now_s, err);
}

/* The port that everything goes through: Juju's, or a recording of it. */
static bool open_port(struct host_connection *connection, bool recorded, const struct lc_juju **out,
                      struct lc_err *err)
{
    struct bind_context *context = &connection->context;
    int64_t timeout_ms;

    if (!lc_hook_command_timeout(&timeout_ms, err) ||
        !lc_tool_new(timeout_ms, &connection->tool, err))
        return false;
    lc_tool_sweep();
    *out = lc_tool_port(connection->tool);
    if (!recorded)
        return true;
    if (!host_record_start(&connection->record, *out, lc_clock_now(&context->clock), err))
        return false;
    if (connection->record.tape == NULL)
        return true;
    context->machine = &connection->record.machine;
    *out = lc_tape_port(connection->record.tape);
    return true;
}

bool host_connect(struct host_connection *connection, bool recorded, struct lc_err *err)
{
    struct bind_context *context = &connection->context;
    const struct lc_juju *port;

    if (!lc_hook_env_load(&connection->env, err) || !take_clock(connection, err))
        return false;
    context->env = &connection->env;
    if (!open_port(connection, recorded, &port, err) ||
        !lc_hooklog_new(port, connection->env.event.kind == LC_EVENT_ACTION, LC_LEVEL_TRACE,
                        &connection->hooklog, err) ||
        !lc_session_new(port, &connection->env, &context->clock, &connection->session, err))
        return false;
    context->session = connection->session;
    context->log = lc_hooklog_sink(connection->hooklog);
    context->flush_log = flush_log;
    context->flush_log_context = connection->hooklog;
    return true;
}
