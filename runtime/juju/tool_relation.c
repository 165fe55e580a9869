/* relation-ids, relation-list, relation-get, relation-set, relation-model-get, goal-state
 * (juju-hooks 2.2 to 2.6, 2.16). */
#include "juju/tool_private.h"

bool tool_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                       struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("relation-ids", "--format=json", "--", endpoint);

    return tool_strings(context, &call, out, err);
}

bool tool_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                        struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("relation-list", "--format=json", "-r", relation_id);

    return tool_strings(context, &call, out, err);
}

bool tool_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("relation-list", "--format=json", "--app", "-r",
                                            relation_id);

    return tool_string(context, &call, out, err);
}

/* Unit or application are always said: the defaults belong to the hook's own relation, even where
 * -r names another (juju-hooks 2.4). */
bool tool_relation_get(void *context, const char *relation_id, bool app, const char *who,
                       struct lc_strmap *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("relation-get", "--format=json", app ? "--app" : NULL,
                                            "-r", relation_id, "--", "-", who);

    return tool_map(context, &call, out, err);
}

/* On standard input: arguments are trimmed, limited and visible (juju-hooks 2.5). */
bool tool_relation_set(void *context, const char *relation_id, bool app,
                       const struct lc_strmap *changes, struct lc_err *err)
{
    struct tool_call call = TOOL_CALL("relation-set", app ? "--app" : NULL, "-r", relation_id,
                                      "--file", "-");
    LC_AUTO(lc_buf_release) struct lc_buf input = LC_BUF_INIT(LC_TOOL_MAX_OUTPUT);

    if (!lc_databag_check(changes, err))
        return lc_wrap(err, "relation-set");
    tool_encode(changes, &input);
    if (!lc_buf_check(&input, err))
        return lc_wrap(err, "relation-set");
    call.input = input.data;
    call.input_len = input.len;
    return tool_do(context, &call, err);
}

bool tool_relation_model(void *context, const char *relation_id, char **uuid_out,
                         struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("relation-model-get", "--format=json", "-r",
                                            relation_id);
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if (!tool_object(context, &call, &answer, err))
        return false;
    const struct lc_json *uuid = lc_json_get(answer, "uuid");
    if (lc_json_type(uuid) != LC_JSON_STRING)
        return tool_unexpected(&call, "a 'uuid'", uuid, err);
    *uuid_out = tool_dup_string(uuid);
    return *uuid_out == NULL ? lc_fail_memory(err) : true;
}

bool tool_goal_state(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("goal-state", "--format=json");

    return tool_object(context, &call, out, err);
}
