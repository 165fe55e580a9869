/* is-leader, leader-get, leader-set, config-get, state-*, action-* and juju-reboot
 * (juju-hooks 2.7, 2.8, 2.13, 2.15, 2.18). */
#include <string.h>

#include "juju/tool_private.h"

bool tool_is_leader(void *context, bool *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("is-leader", "--format=json");
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if (!tool_json(context, &call, &answer, err))
        return false;
    if (lc_json_type(answer) != LC_JSON_BOOLEAN)
        return tool_unexpected(&call, "true or false", answer, err);
    *out = lc_json_boolean(answer);
    return true;
}

bool tool_leader_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("leader-get", "--format=json");

    return tool_map(context, &call, out, err);
}

/* There is no --file: the settings are arguments, and in everybody's sight. */
bool tool_leader_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist arguments = LC_STRLIST_INIT;
    struct tool_call call = TOOL_CALL("leader-set", "--");

    for (size_t i = 0; i < changes->count; i++)
        if (!lc_strlist_addf(&arguments, err, "%s=%s", changes->entries[i].key,
                             changes->entries[i].value))
            return lc_wrap(err, "leader-set");
    call.more = &arguments;
    return tool_do(context, &call, err);
}

bool tool_config_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("config-get", "--format=json");

    return tool_object(context, &call, out, err);
}

bool tool_state_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("state-get", "--format=json");

    return tool_map(context, &call, out, err);
}

bool tool_state_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    struct tool_call call = TOOL_CALL("state-set", "--file", "-");
    LC_AUTO(lc_buf_release) struct lc_buf input = LC_BUF_INIT(LC_TOOL_MAX_OUTPUT);

    if (!lc_state_check(changes, err))
        return lc_wrap(err, "state-set");
    tool_encode(changes, &input);
    if (!lc_buf_check(&input, err))
        return lc_wrap(err, "state-set");
    call.input = input.data;
    call.input_len = input.len;
    return tool_do(context, &call, err);
}

bool tool_state_delete(void *context, const char *key, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("state-delete", "--", key);

    return tool_do(context, &call, err);
}

bool tool_action_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("action-get", "--format=json");

    return tool_object(context, &call, out, err);
}

/* All arguments of one command come to about 2 MiB at most; later commands add to earlier ones. */
#define ACTION_SET_MAX_BYTES ((size_t)512 * 1024)

static bool send_results(const struct lc_tool *tool, struct lc_strlist *arguments,
                         struct lc_err *err)
{
    struct tool_call call = TOOL_CALL("action-set", "--");

    call.more = arguments;
    const bool good = arguments->count == 0 || tool_do(tool, &call, err);
    lc_strlist_release(arguments);
    return good;
}

bool tool_action_set(void *context, const struct lc_strmap *results, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist arguments = LC_STRLIST_INIT;
    size_t bytes = 0;

    for (size_t i = 0; i < results->count; i++) {
        const struct lc_strmap_entry *entry = &results->entries[i];
        const size_t entry_bytes = strlen(entry->key) + strlen(entry->value) + 1;
        if (bytes + entry_bytes > ACTION_SET_MAX_BYTES) {
            if (!send_results(context, &arguments, err))
                return false;
            bytes = 0;
        }
        if (!lc_strlist_addf(&arguments, err, "%s=%s", entry->key, entry->value))
            return lc_wrap(err, "action-set");
        bytes += entry_bytes;
    }
    return send_results(context, &arguments, err);
}

bool tool_action_fail(void *context, const char *message, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("action-fail", "--", message);

    return tool_do(context, &call, err);
}

bool tool_action_log(void *context, const char *message, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("action-log", "--", message);

    return tool_do(context, &call, err);
}

bool tool_reboot(void *context, bool now, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("juju-reboot", now ? "--now" : NULL);

    return tool_do(context, &call, err);
}
