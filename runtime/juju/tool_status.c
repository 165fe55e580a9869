/* status-set, status-get, juju-log, application-version-set (juju-hooks 2.9, 2.10). */
#include <string.h>

#include "base/mem.h"
#include "juju/tool_private.h"

bool tool_status_set(void *context, bool app, const char *status, const char *message,
                     struct lc_err *err)
{
    const bool has_message = message != NULL && *message != '\0';
    const struct tool_call call = TOOL_CALL("status-set", app ? "--application" : NULL, "--",
                                            status, has_message ? message : NULL);

    return tool_do(context, &call, err);
}

bool tool_status_get(void *context, bool app, struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("status-get", "--format=json", "--include-data",
                                            app ? "--application" : NULL);
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if (!tool_object(context, &call, &answer, err))
        return false;
    const struct lc_json *status = app ? lc_json_get(answer, "application-status") : answer;
    if (lc_json_type(status) != LC_JSON_OBJECT ||
        lc_json_type(lc_json_get(status, "status")) != LC_JSON_STRING)
        return tool_unexpected(&call, "a status", lc_json_get(status, "status"), err);
    *out = lc_json_ref(status);
    return true;
}

/* How much of text goes in one argument: to the last line feed that fits, else to the last whole
 * character. */
static size_t chunk_len(const char *text)
{
    size_t len = strlen(text);

    if (len <= TOOL_ARGUMENT_MAX_BYTES)
        return len;
    len = TOOL_ARGUMENT_MAX_BYTES;
    const char *line_end = memrchr(text, '\n', len);
    if (line_end != NULL && line_end != text)
        return (size_t)(line_end - text);
    while (len > TOOL_ARGUMENT_MAX_BYTES - 3 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

bool tool_log(void *context, enum lc_level level, const char *text, struct lc_err *err)
{
    while (*text != '\0') {
        const size_t len = chunk_len(text);
        LC_AUTO(lc_free) char *chunk = lc_strndup(text, len);
        if (chunk == NULL)
            return lc_fail_memory(err);
        const struct tool_call call = TOOL_CALL("juju-log", "-l", lc_level_name(level), "--",
                                                chunk);
        if (!tool_do(context, &call, err))
            return false;
        text += len;
        text += *text == '\n';
    }
    return true;
}

bool tool_version_set(void *context, const char *version, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("application-version-set", "--", version);

    return tool_do(context, &call, err);
}
