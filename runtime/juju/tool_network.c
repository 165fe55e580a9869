/* open-port, close-port, opened-ports, network-get, unit-get (juju-hooks 2.11, 2.12). */
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
