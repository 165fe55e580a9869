/* Statuses, the log, the version, goal-state, credentials, reboot, the clock (juju-hooks 2.9, 2.10,
 * 2.16, 2.18). Most of these act at once. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/status.h"
#include "model/store_log.h"
#include "model/tools.h"

static bool need_leader(struct lc_call *call, const char *context, struct lc_err *err)
{
    bool leader;

    if (!lc_context_is_leader(call->context, &leader, err))
        return false;
    return leader ? true : lc_fail(err, LC_EPERM, "%sthis unit is not the leader", context);
}

bool lc_tool_status_set(struct lc_call *call, struct lc_err *err)
{
    static const char *const known[] = { "maintenance", "blocked", "waiting", "active" };
    const char *status = lc_call_arg(call, 0);
    const char *message = lc_call_arg(call, 1);
    struct lc_context *context = call->context;
    bool good = false;

    if (status == NULL)
        return lc_fail(err, LC_EUSAGE, "invalid args, require <status> [message]");
    for (size_t i = 0; i < LC_COUNT(known); i++)
        good = good || strcmp(known[i], status) == 0;
    if (!good)
        return lc_fail(err, LC_EUSAGE,
                       "invalid status \"%s\", expected one of"
                       " [maintenance blocked waiting active]",
                       status);
    if (!lc_flags_no_more(&call->flags, 2, err))
        return false;
    if (message == NULL)
        message = "";
    if (!lc_flag_is_set(&call->flags, "application"))
        return lc_store_set_unit_status(context->store, context->unit.name, status, message, err);
    return need_leader(call, "", err) &&
           lc_store_set_app_status(context->store, context->unit.app, status, message, err);
}

static void put_status(struct lc_out *out, const struct lc_status *status, bool include_data)
{
    if (include_data) {
        lc_out_key(out, "message");
        lc_out_string(out, status->message);
    }
    lc_out_key(out, "status");
    lc_out_string(out, status->status);
    if (include_data) {
        lc_out_key(out, "status-data");
        lc_out_begin_object(out);
        lc_out_end_object(out);
    }
}

static bool put_app_status(struct lc_call *call, bool include_data, struct lc_err *err)
{
    struct lc_store *store = call->context->store;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };

    if (!need_leader(call, "finding application status: ", err) ||
        !lc_store_units(store, call->context->unit.app, &units, err) ||
        !lc_status_of_app(store, call->context->unit.app, &status, err) ||
        !lc_out_begin(&out, call->out, call->format, err))
        return false;
    lc_out_key(&out, "application-status");
    lc_out_begin_object(&out);
    put_status(&out, &status, include_data);
    lc_out_key(&out, "units");
    lc_out_begin_object(&out);
    for (size_t i = 0; i < units.count; i++) {
        if (!lc_status_of_unit(store, units.items[i], &status, err))
            return false;
        lc_out_key(&out, units.items[i]);
        lc_out_begin_object(&out);
        put_status(&out, &status, include_data);
        lc_out_end_object(&out);
    }
    lc_out_end_object(&out);
    lc_out_end_object(&out);
    return lc_out_end(&out, err);
}

/* The first answer holds for the whole hook. */
static bool remember_status(struct lc_context *context, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    if (context->status != NULL)
        return true;
    return lc_store_unit(context->store, context->unit.name, &unit, err) &&
           lc_hook_set(&context->status_message, unit.message, err) &&
           lc_hook_set(&context->status, unit.status, err);
}

bool lc_tool_status_get(struct lc_call *call, struct lc_err *err)
{
    const bool include_data = lc_flag_is_set(&call->flags, "include-data");
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    struct lc_context *context = call->context;

    if (!lc_flags_no_more(&call->flags, 0, err))
        return false;
    if (lc_flag_is_set(&call->flags, "application"))
        return put_app_status(call, include_data, err);
    if (!remember_status(context, err))
        return false;
    if (!include_data && call->format == LC_FORMAT_SMART)
        return lc_out_put_string(call->out, call->format, context->status, strlen(context->status),
                                 err);
    if (!lc_out_begin(&out, call->out, call->format, err))
        return false;
    const struct lc_status status = { .status = context->status,
                                      .message = context->status_message };
    put_status(&out, &status, include_data);
    return lc_out_end(&out, err);
}

static enum lc_level level_of(const char *name, bool *known)
{
    static const struct {
        const char *name;
        enum lc_level level;
    } levels[] = {
        { "TRACE", LC_LEVEL_TRACE },       { "DEBUG", LC_LEVEL_DEBUG },
        { "INFO", LC_LEVEL_INFO },         { "WARN", LC_LEVEL_WARNING },
        { "WARNING", LC_LEVEL_WARNING },   { "ERROR", LC_LEVEL_ERROR },
        { "CRITICAL", LC_LEVEL_CRITICAL },
    };

    *known = true;
    for (size_t i = 0; i < LC_COUNT(levels); i++)
        if (lc_text_equals_nocase(levels[i].name, name))
            return levels[i].level;
    *known = false;
    return LC_LEVEL_INFO;
}

/* Words joined by one blank. */
static bool join_words(const struct lc_call *call, struct lc_buf *out, struct lc_err *err)
{
    if (call->flags.arg_count == 0)
        return lc_fail(err, LC_EUSAGE, "no message specified");
    for (size_t i = 0; i < call->flags.arg_count; i++)
        lc_buf_printf(out, "%s%s", i == 0 ? "" : " ", call->flags.args[i]);
    return lc_buf_check(out, err);
}

bool lc_tool_juju_log(struct lc_call *call, struct lc_err *err)
{
    const struct lc_context *context = call->context;
    const char *name = lc_flag_text(&call->flags, "log-level");
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_WIRE_MAX_BYTES);
    char module[LC_HOOK_NAME_BYTES];
    bool known = true;
    enum lc_level level = name == NULL ? LC_LEVEL_INFO : level_of(name, &known);

    if (lc_flag_is_set(&call->flags, "debug"))
        level = LC_LEVEL_DEBUG;
    (void)snprintf(module, sizeof(module), "unit.%s.juju-log", context->unit.name);
    if (lc_hook_is_relation(context->hook->kind))
        lc_buf_printf(&text, "%s:%lld: ", context->hook->endpoint,
                      (long long)context->hook->relation);
    if (!join_words(call, &text, err))
        return false;
    if (!known) {
        char warning[128];
        (void)snprintf(warning, sizeof(warning), "Specified log level of \"%.60s\" is not valid",
                       name);
        if (!lc_store_log(context->store, context->unit.name, module, LC_LEVEL_WARNING, warning,
                          err))
            return false;
    }
    return lc_store_log(context->store, context->unit.name, module, level, text.data, err);
}

bool lc_tool_action_log(struct lc_call *call, struct lc_err *err)
{
    const struct lc_context *context = call->context;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_WIRE_MAX_BYTES);
    char module[LC_HOOK_NAME_BYTES];

    if (!join_words(call, &text, err))
        return false;
    if (context->hook->kind != LC_HOOK_ACTION)
        return lc_fail(err, LC_ESTATE, "not running an action");
    (void)snprintf(module, sizeof(module), "unit.%s.action-log", context->unit.name);
    return lc_store_log(context->store, context->unit.name, module, LC_LEVEL_INFO, text.data, err);
}

bool lc_tool_version_set(struct lc_call *call, struct lc_err *err)
{
    const char *version = lc_call_arg(call, 0);

    if (version == NULL)
        return lc_fail(err, LC_EUSAGE, "no version specified");
    return lc_flags_no_more(&call->flags, 1, err) &&
           lc_store_set_app_text(call->context->store, call->context->unit.app, LC_APP_VERSION,
                                 version, err);
}

/* RFC 3339 with a blank for the T (juju-hooks 2.16). */
static void put_goal(struct lc_out *out, const char *name, const char *status, int64_t since)
{
    char time[LC_TIME_TEXT_BYTES];

    lc_time_format(since, time);
    char *mark = strchr(time, 'T');
    if (mark != NULL)
        *mark = ' ';
    lc_out_key(out, name);
    lc_out_begin_object(out);
    lc_out_key(out, "since");
    lc_out_string(out, time);
    lc_out_key(out, "status");
    lc_out_string(out, status);
    lc_out_end_object(out);
}

static bool put_goal_units(struct lc_out *out, struct lc_store *store, const char *app,
                           struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_units(store, app, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
        if (!lc_store_unit(store, units.items[i], &unit, err))
            return false;
        put_goal(out, unit.name, unit.dying ? "dying" : unit.status, unit.since);
    }
    return true;
}

/* One relation of an endpoint: the application, then its units. */
static bool put_goal_relation(struct lc_out *out, struct lc_store *store,
                              const struct lc_relation *relation, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app remote = LC_APP_INIT;

    if (!lc_store_app(store, relation->remote_app, &remote, err))
        return false;
    put_goal(out, remote.name, relation->dying ? "dying" : "joined", remote.since);
    return put_goal_units(out, store, remote.name, err);
}

bool lc_tool_goal_state(struct lc_call *call, struct lc_err *err)
{
    const struct lc_context *context = call->context;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };

    if (!lc_flags_no_more(&call->flags, 0, err) ||
        !lc_store_relations(context->store, context->unit.app, &relations, err) ||
        !lc_out_begin(&out, call->out, call->format, err))
        return false;
    lc_out_key(&out, "relations");
    lc_out_begin_object(&out);
    for (size_t e = 0; e < context->meta->endpoint_count; e++) {
        const char *endpoint = context->meta->endpoints[e].name;
        bool begun = false;
        for (size_t i = 0; i < relations.count; i++) {
            const struct lc_relation *relation = &relations.items[i];
            if (relation->peer || strcmp(relation->endpoint, endpoint) != 0)
                continue;
            if (!begun) {
                lc_out_key(&out, endpoint);
                lc_out_begin_object(&out);
            }
            begun = true;
            if (!put_goal_relation(&out, context->store, relation, err))
                return false;
        }
        if (begun)
            lc_out_end_object(&out);
    }
    lc_out_end_object(&out);
    lc_out_key(&out, "units");
    lc_out_begin_object(&out);
    if (!put_goal_units(&out, context->store, context->unit.app, err))
        return false;
    lc_out_end_object(&out);
    return lc_out_end(&out, err);
}

bool lc_tool_credential_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap spec = LC_STRMAP_INIT;

    if (!lc_flags_no_more(&call->flags, 0, err) ||
        !lc_store_app(call->context->store, call->context->unit.app, &app, err))
        return false;
    if (!app.trusted)
        return lc_fail(err, LC_EPERM, "cannot access cloud credentials: permission denied");
    return lc_strmap_set(&spec, "name", "localhost", err) &&
           lc_strmap_set(&spec, "type", "lxd", err) &&
           lc_out_put_map(call->out, call->format, &spec, err);
}

bool lc_tool_reboot(struct lc_call *call, struct lc_err *err)
{
    if (!lc_flags_no_more(&call->flags, 0, err))
        return false;
    if (call->context->hook->kind == LC_HOOK_ACTION)
        return lc_fail(err, LC_ESTATE, "juju-reboot is not supported when running an action.");
    call->context->reboot = true;
    call->context->reboot_now = lc_flag_is_set(&call->flags, "now");
    return true;
}

bool lc_tool_model_clock(struct lc_call *call, struct lc_err *err)
{
    int64_t now;

    if (!lc_store_now(call->context->store, &now, err))
        return false;
    lc_buf_printf(call->out, "%lld\n", (long long)now);
    return true;
}
