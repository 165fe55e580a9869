/* Leadership, config, state, addresses: what a unit asks about itself (juju-hooks 2.7, 2.8, 2.12,
 * 2.13). */
#include <string.h>

#include "base/mem.h"
#include "model/tools.h"

#define STATE_KEY_MAX   256   /* bytes */
#define STATE_VALUE_MAX 65536 /* bytes */

/* One value of a map, or the whole map for no key or "-". missing: what json shows for a key that
 * is not there. */
static bool put_from_map(struct lc_call *call, const struct lc_strmap *map, const char *missing,
                         struct lc_err *err)
{
    const char *key = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err))
        return false;
    if (key == NULL || strcmp(key, "-") == 0)
        return lc_out_put_map(call->out, call->format, map, err);
    const char *value = lc_strmap_get(map, key);
    if (value == NULL)
        value = missing;
    return value == NULL ? lc_out_put_null(call->out, call->format, err)
                         : lc_out_put_string(call->out, call->format, value, strlen(value), err);
}

bool lc_tool_is_leader(struct lc_call *call, struct lc_err *err)
{
    bool leader;

    return lc_flags_no_more(&call->flags, 0, err) &&
           lc_context_is_leader(call->context, &leader, err) &&
           lc_out_put_bool(call->out, call->format, leader, err);
}

bool lc_tool_leader_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap settings = LC_STRMAP_INIT;
    const char *key = lc_call_arg(call, 0);

    if (key != NULL && strchr(key, '=') != NULL)
        return lc_fail(err, LC_EUSAGE, "invalid key \"%s\"", key);
    return lc_store_leader_settings(call->context->store, call->context->unit.app, &settings,
                                    err) &&
           put_from_map(call, &settings, NULL, err);
}

bool lc_tool_leader_set(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    bool leader;

    if (!lc_call_key_values(call, &changes, err) ||
        !lc_context_is_leader(call->context, &leader, err))
        return false;
    if (!leader)
        return lc_fail(err, LC_EPERM,
                       "cannot write leadership settings: cannot write settings: not the leader");
    return lc_store_merge_leader_settings(call->context->store, call->context->unit.app, &changes,
                                          err);
}

bool lc_tool_config_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    const bool all = lc_flag_is_set(&call->flags, "all");
    const char *key = lc_call_arg(call, 0);

    if (all && key != NULL)
        return lc_fail(err, LC_EUSAGE, "cannot use argument --all together with key \"%s\"", key);
    if (!lc_flags_no_more(&call->flags, 1, err) ||
        !lc_config_effective(call->context->store, call->context->meta, call->context->unit.app,
                             all, &config, err))
        return false;
    return lc_out_put_tree(call->out, call->format, key == NULL ? config : lc_json_get(config, key),
                           err);
}

bool lc_tool_state_get(struct lc_call *call, struct lc_err *err)
{
    const char *key = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err) || !lc_context_load_state(call->context, err))
        return false;
    const struct lc_strmap *state = &call->context->state;
    const bool all = key == NULL || strcmp(key, "-") == 0;
    if (all && state->count == 0 && call->format == LC_FORMAT_JSON)
        return lc_out_put_null(call->out, call->format, err);
    if (!all && lc_flag_is_set(&call->flags, "strict") && lc_strmap_get(state, key) == NULL)
        return lc_fail(err, LC_ENOTFOUND, "\"%s\" not found", key);
    return put_from_map(call, state, "", err);
}

static bool check_state_pair(const struct lc_strmap_entry *entry, struct lc_err *err)
{
    if (strlen(entry->key) > STATE_KEY_MAX)
        return lc_fail(err, LC_ELIMIT, "max allowed key length (%d) exceeded", STATE_KEY_MAX);
    if (strlen(entry->value) > STATE_VALUE_MAX)
        return lc_fail(err, LC_ELIMIT, "max allowed value length (%d) exceeded", STATE_VALUE_MAX);
    return true;
}

bool lc_tool_state_set(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    struct lc_context *context = call->context;

    if (!lc_call_file_values(call, &changes, err))
        return false;
    if (call->needs_input)
        return true;
    if (!lc_call_key_values(call, &changes, err) || !lc_context_load_state(context, err))
        return false;
    for (size_t i = 0; i < changes.count; i++)
        if (!check_state_pair(&changes.entries[i], err))
            return false;
    for (size_t i = 0; i < changes.count; i++)
        if (!lc_strmap_set(&context->state, changes.entries[i].key, changes.entries[i].value, err))
            return false;
    context->state_changed = true;
    return true;
}

bool lc_tool_state_delete(struct lc_call *call, struct lc_err *err)
{
    const char *key = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err) || !lc_context_load_state(call->context, err))
        return false;
    if (key != NULL && lc_strmap_remove(&call->context->state, key))
        call->context->state_changed = true;
    return true;
}

bool lc_tool_unit_get(struct lc_call *call, struct lc_err *err)
{
    const char *name = lc_call_arg(call, 0);
    char address[LC_ADDRESS_BYTES];

    if (name == NULL)
        return lc_fail(err, LC_EUSAGE, "no setting specified");
    if (strcmp(name, "private-address") != 0 && strcmp(name, "public-address") != 0)
        return lc_fail(err, LC_EUSAGE, "unknown setting \"%s\"", name);
    lc_unit_address(&call->context->unit, address);
    return lc_flags_no_more(&call->flags, 1, err) &&
           lc_out_put_string(call->out, call->format, address, strlen(address), err);
}

static bool is_binding(const struct lc_charm_meta *meta, const char *name)
{
    for (size_t i = 0; i < meta->binding_count; i++)
        if (strcmp(meta->bindings[i], name) == 0)
            return true;
    return strcmp(name, "juju-info") == 0 || lc_charm_meta_endpoint(meta, name) != NULL;
}

/* YAML has some of it once more under its older name (juju-hooks 2.12). */
static void put_name(struct lc_out *out, const char *name, const char *older, const char *value)
{
    lc_out_key(out, name);
    lc_out_string(out, value);
    if (out->format == LC_FORMAT_JSON || older == NULL)
        return;
    lc_out_key(out, older);
    lc_out_string(out, value);
}

static bool put_network(struct lc_call *call, const char *address, struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    LC_AUTO(lc_strlist_release) struct lc_strlist nets = LC_STRLIST_INIT;
    const char *last_dot = strrchr(address, '.');

    if (!lc_strlist_addf(&nets, err, "%s/32", address) ||
        !lc_strlist_addf(&nets, err, "%.*s.0/24", (int)(last_dot - address), address) ||
        !lc_out_begin(&out, call->out, call->format, err))
        return false;
    lc_out_key(&out, "bind-addresses");
    lc_out_begin_array(&out);
    lc_out_begin_object(&out);
    put_name(&out, "mac-address", "macaddress", "");
    put_name(&out, "interface-name", "interfacename", "eth0");
    lc_out_key(&out, "addresses");
    lc_out_begin_array(&out);
    lc_out_begin_object(&out);
    put_name(&out, "hostname", NULL, "");
    put_name(&out, "value", "address", address);
    lc_out_key(&out, "cidr");
    lc_out_string(&out, nets.items[1]);
    lc_out_end_object(&out);
    lc_out_end_array(&out);
    lc_out_end_object(&out);
    lc_out_end_array(&out);
    lc_out_key(&out, "egress-subnets");
    lc_out_begin_array(&out);
    lc_out_string(&out, nets.items[0]);
    lc_out_end_array(&out);
    lc_out_key(&out, "ingress-addresses");
    lc_out_begin_array(&out);
    lc_out_string(&out, address);
    lc_out_end_array(&out);
    return lc_out_end(&out, err);
}

/* One selector alone gives its value, several an object of them. */
static bool put_selected(struct lc_call *call, const char *address, size_t selected,
                         struct lc_err *err)
{
    static const char *const names[] = { "bind-address", "egress-subnets", "ingress-address" };
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    LC_AUTO(lc_strlist_release) struct lc_strlist subnets = LC_STRLIST_INIT;

    if (!lc_strlist_addf(&subnets, err, "%s/32", address))
        return false;
    if (selected == 1)
        return lc_flag_is_set(&call->flags, "egress-subnets")
                   ? lc_out_put_list(call->out, call->format, &subnets, err)
                   : lc_out_put_string(call->out, call->format, address, strlen(address), err);
    if (!lc_out_begin(&out, call->out, call->format, err))
        return false;
    for (size_t i = 0; i < LC_COUNT(names); i++) {
        if (!lc_flag_is_set(&call->flags, names[i]))
            continue;
        lc_out_key(&out, names[i]);
        if (strcmp(names[i], "egress-subnets") != 0) {
            lc_out_string(&out, address);
            continue;
        }
        lc_out_begin_array(&out);
        lc_out_string(&out, subnets.items[0]);
        lc_out_end_array(&out);
    }
    return lc_out_end(&out, err);
}

bool lc_tool_network_get(struct lc_call *call, struct lc_err *err)
{
    static const char *const selectors[] = { "bind-address", "egress-subnets", "ingress-address",
                                             "primary-address" };
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    const char *binding = lc_call_arg(call, 0);
    char address[LC_ADDRESS_BYTES];
    size_t selected = 0;
    bool given;

    for (size_t i = 0; i < LC_COUNT(selectors); i++)
        selected += lc_flag_is_set(&call->flags, selectors[i]);
    if (binding == NULL)
        return lc_fail(err, LC_EUSAGE, "no arguments specified");
    if (binding[0] == '\0')
        return lc_fail(err, LC_EUSAGE, "no binding name specified");
    if (lc_flag_is_set(&call->flags, "primary-address") && selected > 1)
        return lc_fail(err, LC_EUSAGE, "--primary-address must be the only flag specified");
    if (!lc_call_relation(call, &relation, &given, err) || !lc_flags_no_more(&call->flags, 1, err))
        return false;
    if (!is_binding(call->context->meta, binding))
        return lc_fail(err, LC_ENOTFOUND, "no network config found for binding \"%s\"", binding);
    lc_unit_address(&call->context->unit, address);
    return selected == 0 ? put_network(call, address, err)
                         : put_selected(call, address, selected, err);
}
