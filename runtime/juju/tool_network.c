/* open-port, close-port, opened-ports, network-get, unit-get (juju-hooks 2.11, 2.12). */
#include <string.h>

#include "base/mem.h"
#include "juju/tool_private.h"

bool tool_port_open(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("open-port", endpoints == NULL ? NULL : "--endpoints",
                                            endpoints, "--", ports);

    return tool_do(context, &call, err);
}

bool tool_port_close(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("close-port", endpoints == NULL ? NULL : "--endpoints",
                                            endpoints, "--", ports);

    return tool_do(context, &call, err);
}

bool tool_ports_opened(void *context, struct lc_strlist *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("opened-ports", "--format=json");

    return tool_strings(context, &call, out, err);
}

/* "80/tcp (*)", "443/tcp (api, web)" */
static bool split_port(const char *line, struct lc_strmap *out, struct lc_err *err)
{
    const char *open = strstr(line, " (");
    const size_t len = strlen(line);

    if (open == NULL || line[len - 1] != ')')
        return lc_fail(err, LC_EPARSE, "opened-ports: expected ports and endpoints, got '%s'",
                       line);
    LC_AUTO(lc_free) char *ports = lc_strndup(line, (size_t)(open - line));
    LC_AUTO(lc_free) char *endpoints = lc_strndup(open + 2, (size_t)(line + len - 1 - open - 2));
    if (ports == NULL || endpoints == NULL)
        return lc_fail_memory(err);
    return lc_strmap_set(out, ports, endpoints, err);
}

bool tool_ports_by_endpoint(void *context, struct lc_strmap *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("opened-ports", "--format=json", "--endpoints");
    LC_AUTO(lc_strlist_release) struct lc_strlist lines = LC_STRLIST_INIT;

    if (!tool_strings(context, &call, &lines, err))
        return false;
    for (size_t i = 0; i < lines.count; i++)
        if (!split_port(lines.items[i], out, err))
            return false;
    return true;
}

bool tool_network_get(void *context, const char *binding, const char *relation_id,
                      struct lc_json **out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("network-get", "--format=json",
                                            relation_id == NULL ? NULL : "-r", relation_id, "--",
                                            binding);

    return tool_object(context, &call, out, err);
}

bool tool_unit_get(void *context, bool is_public, char **address_out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("unit-get", "--format=json", "--",
                                            is_public ? "public-address" : "private-address");

    return tool_string(context, &call, address_out, err);
}
