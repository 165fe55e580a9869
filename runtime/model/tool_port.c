/* open-port, close-port, opened-ports (juju-hooks 2.11). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/tools.h"

struct range {
    const char *protocol; /* static */
    int64_t first;        /* -1 for icmp */
    int64_t last;
};

static void describe(const char *protocol, int64_t first, int64_t last, char text[64])
{
    if (first == -1)
        (void)snprintf(text, 64, "%s", protocol);
    else if (first == last)
        (void)snprintf(text, 64, "%lld/%s", (long long)first, protocol);
    else
        (void)snprintf(text, 64, "%lld-%lld/%s", (long long)first, (long long)last, protocol);
}

static bool parse_protocol(const char *text, const char **out, struct lc_err *err)
{
    static const char *const known[] = { "tcp", "udp", "icmp" };

    for (size_t i = 0; i < LC_COUNT(known); i++) {
        if (strcmp(known[i], text) != 0)
            continue;
        *out = known[i];
        return true;
    }
    return lc_fail(err, LC_EUSAGE,
                   "invalid protocol \"%s\", expected \"tcp\", \"udp\", or \"icmp\"", text);
}

static bool parse_number(const char *text, int64_t *out, struct lc_err *err)
{
    if (lc_text_to_number(text, INT32_MAX, out))
        return true;
    return lc_fail(err, LC_EUSAGE,
                   "invalid port \"%s\": strconv.Atoi: parsing \"%s\": invalid syntax", text, text);
}

/* ports: "80" or "8000-8010"; it is cut up. */
static bool parse_ports(char *ports, struct range *out, struct lc_err *err)
{
    char *dash = strchr(ports, '-');

    if (dash == NULL) {
        if (!parse_number(ports, &out->first, err))
            return false;
        out->last = out->first;
    } else {
        if (strchr(dash + 1, '-') != NULL)
            return lc_fail(err, LC_EUSAGE, "invalid port range \"%s\"", ports);
        *dash = '\0';
        if (!parse_number(ports, &out->first, err) || !parse_number(dash + 1, &out->last, err))
            return false;
    }
    if (out->first > out->last)
        return lc_fail(err, LC_EUSAGE, "invalid port range %lld-%lld/%s", (long long)out->first,
                       (long long)out->last, out->protocol);
    if (out->last > 65535)
        return lc_fail(err, LC_EUSAGE,
                       "port range bounds must be between 0 and 65535, got %lld-%lld",
                       (long long)out->first, (long long)out->last);
    return true;
}

static bool parse_spec(struct lc_call *call, struct range *out, struct lc_err *err)
{
    const char *spec = lc_call_arg(call, 0);

    if (spec == NULL)
        return lc_fail(err, LC_EUSAGE, "no port or range specified");
    if (!lc_flags_no_more(&call->flags, 1, err))
        return false;
    LC_AUTO(lc_free) char *text = lc_strdup(spec);
    if (text == NULL)
        return lc_fail_memory(err);
    for (char *at = text; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    *out = (struct range){ .protocol = "icmp", .first = -1, .last = -1 };
    if (strcmp(text, "icmp") == 0)
        return true;
    char *slash = strchr(text, '/');
    if (slash != NULL)
        *slash++ = '\0';
    return parse_protocol(slash == NULL ? "tcp" : slash, &out->protocol, err) &&
           parse_ports(text, out, err);
}

/* --endpoints; "" stands for all of them. */
static bool parse_endpoints(const struct lc_call *call, struct lc_strlist *out, struct lc_err *err)
{
    const char *text = lc_flag_text(&call->flags, "endpoints");

    if (text == NULL || text[0] == '\0')
        return lc_strlist_add(out, "", err);
    while (*text != '\0') {
        const size_t len = strcspn(text, ",");
        if (len > 0 && !lc_strlist_add_len(out, text, len, err))
            return false;
        text += len + (text[len] == ',');
    }
    lc_strlist_unique(out);
    for (size_t i = 0; i < out->count; i++)
        if (lc_charm_meta_endpoint(call->context->meta, out->items[i]) == NULL)
            return lc_fail(err, LC_ENOTFOUND, "endpoint \"%s\" not found", out->items[i]);
    return true;
}

static bool is_same(const struct lc_port *port, const struct range *range)
{
    return strcmp(port->protocol, range->protocol) == 0 && port->first == range->first &&
           port->last == range->last;
}

static bool add_port(struct lc_ports *ports, const char *endpoint, const struct range *range,
                     struct lc_err *err)
{
    struct lc_port port = { .first = range->first, .last = range->last };

    if (!lc_grow(&ports->items, &ports->capacity, ports->count, sizeof(*ports->items)))
        return lc_fail_memory(err);
    const bool good = lc_hook_set(&port.unit, "", err) &&
                      lc_hook_set(&port.endpoint, endpoint, err) &&
                      lc_hook_set(&port.protocol, range->protocol, err);
    ports->items[ports->count++] = port; /* released with the list, whatever was copied */
    return good;
}

static void drop_port(struct lc_ports *ports, size_t at)
{
    lc_free(ports->items[at].unit);
    lc_free(ports->items[at].endpoint);
    lc_free(ports->items[at].protocol);
    ports->count--;
    memmove(ports->items + at, ports->items + at + 1, (ports->count - at) * sizeof(*ports->items));
}

/* Another range with ports of this one: what is open already, or was asked for in this hook. */
static bool check_conflicts(const struct lc_context *context, const struct range *range,
                            struct lc_err *err)
{
    char ours[64];
    char theirs[64];

    describe(range->protocol, range->first, range->last, ours);
    for (size_t i = 0; i < context->ports.count; i++) {
        const struct lc_port *port = &context->ports.items[i];
        if (is_same(port, range) || strcmp(port->protocol, range->protocol) != 0 ||
            port->first > range->last || range->first > port->last)
            continue;
        describe(port->protocol, port->first, port->last, theirs);
        return lc_fail(err, LC_EEXIST,
                       "cannot open %s (unit \"%s\"): port range conflicts with %s (unit \"%s\")%s",
                       ours, context->unit.name, theirs, context->unit.name,
                       port->unit[0] == '\0' ? " requested earlier" : "");
    }
    return true;
}

bool lc_tool_open_port(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist endpoints = LC_STRLIST_INIT;
    struct lc_context *context = call->context;
    struct range range;

    if (!parse_spec(call, &range, err) || !parse_endpoints(call, &endpoints, err) ||
        !lc_context_load_ports(context, err))
        return false;
    if (context->meta->container_count > 0 && range.first != range.last)
        return lc_fail(err, LC_EUNSUPPORTED,
                       "port ranges are not supported for k8s applications, please specify a"
                       " single port");
    if (!check_conflicts(context, &range, err))
        return false;
    for (size_t e = 0; e < endpoints.count; e++) {
        bool open = false;
        for (size_t i = 0; i < context->ports.count; i++)
            open = open || (is_same(&context->ports.items[i], &range) &&
                            strcmp(context->ports.items[i].endpoint, endpoints.items[e]) == 0);
        if (!open && !add_port(&context->ports, endpoints.items[e], &range, err))
            return false;
    }
    context->ports_changed = true;
    return true;
}

/* A range that is open for all endpoints stays open for the others. */
static bool keep_others(struct lc_context *context, const struct lc_strlist *closed,
                        const struct range *range, struct lc_err *err)
{
    for (size_t i = 0; i < context->meta->endpoint_count; i++) {
        const char *name = context->meta->endpoints[i].name;
        if (!lc_strlist_has(closed, name) && !add_port(&context->ports, name, range, err))
            return false;
    }
    return true;
}

bool lc_tool_close_port(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist endpoints = LC_STRLIST_INIT;
    struct lc_context *context = call->context;
    struct range range;
    bool was_all = false;

    if (!parse_spec(call, &range, err) || !parse_endpoints(call, &endpoints, err) ||
        !lc_context_load_ports(context, err))
        return false;
    const bool all = endpoints.items[0][0] == '\0';
    for (size_t i = context->ports.count; i > 0; i--) {
        const struct lc_port *port = &context->ports.items[i - 1];
        if (!is_same(port, &range))
            continue;
        if (!all && port->endpoint[0] != '\0' && !lc_strlist_has(&endpoints, port->endpoint))
            continue;
        was_all = was_all || port->endpoint[0] == '\0';
        drop_port(&context->ports, i - 1);
    }
    context->ports_changed = true;
    return all || !was_all || keep_others(context, &endpoints, &range, err);
}

/* By protocol, then numbers. */
static bool comes_before(const struct lc_port *a, const struct lc_port *b)
{
    const int order = strcmp(a->protocol, b->protocol);

    if (order != 0)
        return order < 0;
    if (a->first != b->first)
        return a->first < b->first;
    return strcmp(a->endpoint, b->endpoint) < 0;
}

static void sort_ports(struct lc_ports *ports)
{
    for (size_t i = 1; i < ports->count; i++)
        for (size_t j = i; j > 0 && comes_before(&ports->items[j], &ports->items[j - 1]); j--) {
            const struct lc_port swapped = ports->items[j];
            ports->items[j] = ports->items[j - 1];
            ports->items[j - 1] = swapped;
        }
}

/* "80/tcp (a, b)"; the range's endpoints are next to each other. */
static bool add_with_endpoints(const struct lc_ports *ports, size_t from, size_t to,
                               struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(65536);
    char text[64];

    for (size_t i = from; i < to; i++)
        lc_buf_printf(&names, "%s%s", i == from ? "" : ", ",
                      ports->items[i].endpoint[0] == '\0' ? "*" : ports->items[i].endpoint);
    describe(ports->items[from].protocol, ports->items[from].first, ports->items[from].last, text);
    return lc_buf_check(&names, err) && lc_strlist_addf(out, err, "%s (%s)", text, names.data);
}

bool lc_tool_opened_ports(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist list = LC_STRLIST_INIT;
    const bool with_endpoints = lc_flag_is_set(&call->flags, "endpoints");
    struct lc_ports *ports = &call->context->ports;

    if (!lc_flags_no_more(&call->flags, 0, err) || !lc_context_load_ports(call->context, err))
        return false;
    sort_ports(ports);
    for (size_t i = 0, next; i < ports->count; i = next) {
        const struct lc_port *port = &ports->items[i];
        const struct range range = { .protocol = port->protocol,
                                     .first = port->first,
                                     .last = port->last };
        char text[64];
        for (next = i + 1; next < ports->count && is_same(&ports->items[next], &range);)
            next++;
        describe(port->protocol, port->first, port->last, text);
        const bool added = with_endpoints ? add_with_endpoints(ports, i, next, &list, err)
                                          : lc_strlist_add(&list, text, err);
        if (!added)
            return false;
    }
    return lc_out_put_list(call->out, call->format, &list, err);
}
