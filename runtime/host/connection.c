/* The hook's environment, port, session and log. */
#include "host/connection.h"

#include "model/hooktool.h"

void host_connection_release(struct host_connection *connection)
{
    lc_session_free(connection->session);
    lc_hooklog_free(connection->hooklog);
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
    connection->context.clock = lc_clock_system();
    if (!lc_model_clock_is_there())
        return true;
    connection->context.clock = lc_clock_fixed(&connection->model_now_s);
    return lc_model_clock(&connection->model_now_s, err);
}

bool host_connect(struct host_connection *connection, struct lc_err *err)
{
    struct bind_context *context = &connection->context;

    if (!lc_hook_env_load(&connection->env, err) || !take_clock(connection, err))
        return false;
    context->env = &connection->env;
    if (!lc_tool_new(0, &connection->tool, err) ||
        !lc_hooklog_new(lc_tool_port(connection->tool),
                        connection->env.event.kind == LC_EVENT_ACTION, LC_LEVEL_TRACE,
                        &connection->hooklog, err) ||
        !lc_session_new(lc_tool_port(connection->tool), &connection->env, &context->clock,
                        &connection->session, err))
        return false;
    context->session = connection->session;
    context->log = lc_hooklog_sink(connection->hooklog);
    context->flush_log = flush_log;
    context->flush_log_context = connection->hooklog;
    return true;
}
