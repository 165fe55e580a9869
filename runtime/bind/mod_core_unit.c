/* charm.core: what a unit says of itself and has of its machine: status, state, ports, networks,
 * storage, resources, the goal state, leader settings, the cloud's credential. */
#include <string.h>

#include "bind/charm.h"
#include "bind/core.h"

/* status_set(is_app, status, message) */
static int status_set(lua_State *L)
{
    static const char *const statuses[] = { "active", "blocked", "waiting", "maintenance", NULL };
    const struct lc_juju *juju = bind_juju(L, "charm.status");
    const bool is_app = lua_toboolean(L, 1);
    const char *status = statuses[luaL_checkoption(L, 2, NULL, statuses)];
    const char *message = bind_core_optional_text(L, 3);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, status_set, is_app, status, message == NULL ? "" : message, &err))
        return bind_raise(L, &err);
    return 0;
}

/* status_get(is_app) */
static int status_get(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.status.get");
    const bool is_app = lua_toboolean(L, 1);
    struct lc_json **answer = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, status_get, is_app, answer, &err))
        return bind_raise(L, &err);
    bind_push_json(L, *answer);
    return 1;
}

/* state_all(): texts by key. */
static int state_all(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.state");
    struct lc_strmap *state = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, state_get, state, &err))
        return bind_raise(L, &err);
    bind_push_strmap(L, state);
    return 1;
}

/* state_get(key): its text, or nil. */
static int state_get(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.state");
    const char *key = bind_core_text(L, 1);
    struct lc_strmap *state = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, state_get, state, &err))
        return bind_raise(L, &err);
    bind_push_text(L, lc_strmap_get(state, key));
    return 1;
}

/* state_set(key, text): gathered; nil deletes. */
static int state_set(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.state");
    const char *key = bind_core_text(L, 1);
    const char *text = bind_core_optional_text(L, 2);
    struct lc_strmap *changes = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    const bool good = text == NULL ? lc_juju_call(juju, state_delete, key, &err)
                                   : lc_strmap_set(changes, key, text, &err) &&
                                         lc_juju_call(juju, state_set, changes, &err);
    return good ? 0 : bind_raise(L, &err);
}

/* port_open(ports, endpoints) */
static int port_open(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.open_port");
    const char *ports = bind_core_text(L, 1);
    const char *endpoints = bind_core_optional_text(L, 2);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, port_open, ports, endpoints, &err))
        return bind_raise(L, &err);
    return 0;
}

/* port_close(ports, endpoints) */
static int port_close(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.close_port");
    const char *ports = bind_core_text(L, 1);
    const char *endpoints = bind_core_optional_text(L, 2);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, port_close, ports, endpoints, &err))
        return bind_raise(L, &err);
    return 0;
}

/* opened_ports() */
static int opened_ports(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.opened_ports");
    struct lc_strlist *ports = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, ports_opened, ports, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, ports);
    return 1;
}

/* ports_by_endpoint(): "443/tcp" to "*" or "api, web" */
static int ports_by_endpoint(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.opened_ports");
    struct lc_strmap *ports = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, ports_by_endpoint, ports, &err))
        return bind_raise(L, &err);
    bind_push_strmap(L, ports);
    return 1;
}

/* leader_get(): texts by key. */
static int leader_get(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.leader_settings");
    struct lc_strmap *settings = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, leader_get, settings, &err))
        return bind_raise(L, &err);
    bind_push_strmap(L, settings);
    return 1;
}

/* leader_set(key, text): at once; nil deletes. */
static int leader_set(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.leader_settings");
    const char *key = bind_core_text(L, 1);
    const char *text = bind_core_optional_text(L, 2);
    struct lc_strmap *changes = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_strmap_set(changes, key, text == NULL ? "" : text, &err) ||
        !lc_juju_call(juju, leader_set, changes, &err))
        return bind_raise(L, &err);
    return 0;
}

/* network(binding, relation_id) */
static int network(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.network");
    const char *binding = bind_core_text(L, 1);
    bind_charm_check_name(L, BIND_NAME_BINDING, binding);
    const char *relation_id = bind_core_optional_text(L, 2);
    struct lc_json **answer = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, network_get, binding, relation_id, answer, &err))
        return bind_core_absent(L, &err);
    bind_push_json(L, *answer);
    return 1;
}

/* address(is_public): the machine's own address, as unit-get knows it. */
static int address(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.address");
    const bool is_public = lua_toboolean(L, 1);
    char **text = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, unit_get, is_public, text, &err))
        return bind_core_absent(L, &err);
    bind_push_text(L, *text);
    return 1;
}

/* resource(name): the path of its file. */
static int resource(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.resource");
    const char *name = bind_core_text(L, 1);
    bind_charm_check_name(L, BIND_NAME_RESOURCE, name);
    char **path = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, resource_get, name, path, &err))
        return bind_core_absent(L, &err);
    bind_push_text(L, *path);
    return 1;
}

/* storage_list(name): ids, such as "data/0"; without a name, of all storage. */
static int storage_list(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.storage.list");
    const char *name = bind_core_optional_text(L, 1);
    if (name != NULL)
        bind_charm_check_name(L, BIND_NAME_STORAGE, name);
    struct lc_strlist *ids = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, storage_list, name, ids, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, ids);
    return 1;
}

/* storage_get(id): { kind, location } */
static int storage_get(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.storage.get");
    const char *id = bind_core_text(L, 1);
    struct lc_json **answer = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, storage_get, id, answer, &err))
        return bind_core_absent(L, &err);
    bind_push_json(L, *answer);
    return 1;
}

/* storage_add(name, count) */
static int storage_add(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.storage.add");
    const char *name = bind_core_text(L, 1);
    bind_charm_check_name(L, BIND_NAME_STORAGE, name);
    const lua_Integer count = bind_core_count(L, 2, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, storage_add, name, count, &err))
        return bind_raise(L, &err);
    return 0;
}

/* goal_state() */
static int goal_state(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.goal_state");
    struct lc_json **answer = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, goal_state, answer, &err))
        return bind_raise(L, &err);
    bind_push_json(L, *answer);
    return 1;
}

/* The texts of the JSON object, which are secret, in place of the field at the top of the stack. */
static void push_secret_texts(lua_State *L, const struct lc_json *object)
{
    struct lc_err err = LC_ERR_INIT;
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    lua_newtable(L);
    while (lc_json_next(object, &at, &key, &value)) {
        if (lc_json_type(value) != LC_JSON_STRING) {
            bind_push_json(L, value);
        } else {
            struct lc_secret *secret = bind_newsecret(L);
            if (!lc_secret_set(secret, lc_json_string(value), lc_json_string_len(value), &err))
                (void)bind_raise(L, &err); /* does not return */
        }
        lua_setfield(L, -2, key);
    }
}

/* The specification without its credential, and the credential with its attributes as
 * charm.Secret. */
static void push_cloud(lua_State *L, const struct lc_json *cloud)
{
    const struct lc_json *value;
    const struct lc_json *part;
    const char *key;
    const char *name;
    void *at = NULL;

    lua_newtable(L);
    while (lc_json_next(cloud, &at, &key, &value)) {
        if (strcmp(key, "credential") != 0 || lc_json_type(value) != LC_JSON_OBJECT) {
            bind_push_json(L, value);
            lua_setfield(L, -2, key);
            continue;
        }
        lua_newtable(L);
        for (void *inner = NULL; lc_json_next(value, &inner, &name, &part);) {
            if (strcmp(name, "attrs") == 0 && lc_json_type(part) == LC_JSON_OBJECT)
                push_secret_texts(L, part);
            else
                bind_push_json(L, part);
            lua_setfield(L, -2, name);
        }
        lua_setfield(L, -2, key);
    }
}

/* credential(): the cloud's specification; what opens it, the attributes, as charm.Secret. */
static int credential(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.credential");
    struct lc_json **answer = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, credential_get, answer, &err))
        return bind_core_absent(L, &err);
    push_cloud(L, *answer);
    return 1;
}

/* reboot(now): after the hook; or now, which ends the hook. */
static int reboot(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.reboot");
    const bool now = lua_toboolean(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, reboot, now, &err))
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg bind_core_unit[] = {
    { "status_set", status_set },
    { "status_get", status_get },
    { "state_all", state_all },
    { "state_get", state_get },
    { "state_set", state_set },
    { "port_open", port_open },
    { "port_close", port_close },
    { "opened_ports", opened_ports },
    { "network", network },
    { "address", address },
    { "resource", resource },
    { "storage_list", storage_list },
    { "storage_get", storage_get },
    { "storage_add", storage_add },
    { "goal_state", goal_state },
    { "credential", credential },
    { "reboot", reboot },
    { "ports_by_endpoint", ports_by_endpoint },
    { "leader_get", leader_get },
    { "leader_set", leader_set },
    { NULL, NULL },
};
