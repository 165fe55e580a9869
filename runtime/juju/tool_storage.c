/* storage-*, resource-get, credential-get (juju-hooks 2.16 to 2.18). */
#include "juju/tool_private.h"

bool tool_storage_list(void *context, const char *name, struct lc_strlist *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("storage-list", "--format=json", "--", name);

    return tool_strings(context, &call, out, err);
}

bool tool_storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("storage-get", "--format=json", "-s", id);

    return tool_object(context, &call, out, err);
}

bool tool_storage_add(void *context, const char *name, int64_t count, struct lc_err *err)
{
    struct tool_call call = TOOL_CALL("storage-add", "--");
    LC_AUTO(lc_strlist_release) struct lc_strlist directive = LC_STRLIST_INIT;

    if (count < 1)
        return lc_fail(err, LC_EUSAGE, "storage-add: %lld is no count", (long long)count);
    if (!lc_strlist_addf(&directive, err, "%s=%lld", name, (long long)count))
        return lc_wrap(err, "storage-add");
    call.more = &directive;
    return tool_do(context, &call, err);
}

/* A path, in plain text: the command has no --format. */
bool tool_resource_get(void *context, const char *name, char **path_out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("resource-get", "--", name);

    return tool_text(context, &call, path_out, err);
}

/* It holds the cloud's credentials. */
bool tool_credential_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("credential-get", "--format=json");
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if (!tool_secret_json(context, &call, &answer, err))
        return false;
    if (lc_json_type(answer) != LC_JSON_OBJECT)
        return tool_unexpected(&call, "an object", answer, err);
    *out = LC_STEAL(answer);
    return true;
}
