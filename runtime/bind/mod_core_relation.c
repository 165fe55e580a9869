/* charm.core: relations and their databags. */
#include <string.h>

#include "bind/charm.h"
#include "bind/core.h"

/* relation_ids(endpoint) */
static int relation_ids(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.relations");
    const char *endpoint = bind_core_text(L, 1);
    bind_charm_check_name(L, BIND_NAME_ENDPOINT, endpoint);
    struct lc_strlist *ids = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, relation_ids, endpoint, ids, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, ids);
    return 1;
}

/* relation_units(id) */
static int relation_units(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "relation.units");
    const char *id = bind_core_text(L, 1);
    struct lc_strlist *units = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, relation_list, id, units, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, units);
    return 1;
}

/* relation_app(id): the other side's application; our own for peers. */
static int relation_app(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "relation.app");
    const char *id = bind_core_text(L, 1);
    char **app = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, relation_app, id, app, &err))
        return bind_core_absent(L, &err);
    bind_push_text(L, *app);
    return 1;
}

/* relation_model(id): the UUID of the model that hosts the other side; Juju 3.6.2. */
static int relation_model(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "relation:model_uuid");
    const char *id = bind_core_text(L, 1);
    char **uuid = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, relation_model, id, uuid, &err))
        return bind_core_absent(L, &err);
    bind_push_text(L, *uuid);
    return 1;
}

static bool is_unit(const char *who)
{
    return strchr(who, '/') != NULL;
}

/* A relation that goes away may take its data with it before the hook sees it (juju-hooks 4): what
 * cannot be read then is empty. */
static bool is_leaving(const struct lc_event *event, const char *relation_id)
{
    const bool goes = event->kind == LC_EVENT_RELATION_BROKEN ||
                      event->kind == LC_EVENT_RELATION_DEPARTED;

    return goes && event->relation_id != NULL && strcmp(event->relation_id, relation_id) == 0;
}

static void read_bag(lua_State *L, const char *id, const char *who, struct lc_strmap *bag)
{
    const struct lc_juju *juju = bind_juju(L, "relation.data");
    struct lc_err err = LC_ERR_INIT;

    if (lc_juju_call(juju, relation_get, id, !is_unit(who), who, bag, &err))
        return;
    if ((err.code == LC_ENOTFOUND || err.code == LC_EPERM) &&
        is_leaving(&bind_context(L)->env->event, id))
        return;
    (void)bind_raise(L, &err); /* does not return */
}

/* relation_get(id, who, key): one value, or nil. who: a unit, or an application. */
static int relation_get(lua_State *L)
{
    const char *id = bind_core_text(L, 1);
    const char *who = bind_core_text(L, 2);
    const char *key = bind_core_text(L, 3);
    struct lc_strmap *bag = bind_scratch_strmap(L);

    read_bag(L, id, who, bag);
    bind_push_text(L, lc_strmap_get(bag, key));
    return 1;
}

/* relation_bag(id, who): all of it. */
static int relation_bag(lua_State *L)
{
    const char *id = bind_core_text(L, 1);
    const char *who = bind_core_text(L, 2);
    struct lc_strmap *bag = bind_scratch_strmap(L);

    read_bag(L, id, who, bag);
    bind_push_strmap(L, bag);
    return 1;
}

/* Juju has no way to write for another unit or application, nor for our own application on a unit
 * that does not lead (juju-hooks 4). It would say the latter only after the hook. */
static void check_writable(lua_State *L, const struct lc_juju *juju, const char *who)
{
    const struct lc_hook_env *env = bind_context(L)->env;
    struct lc_err err = LC_ERR_INIT;
    bool leader = false;

    if (strcmp(who, env->unit) == 0)
        return;
    if (strcmp(who, env->app) != 0)
        bind_misuse(L,
                    "the databag of '%s' is not ours to write: only '%s' and, on the leader, '%s'",
                    who, env->unit, env->app);
    if (lc_juju_call(juju, is_leader, &leader, &err) && leader)
        return;
    if (err.code == LC_OK)
        (void)lc_fail(&err, LC_EPERM, "only the leader writes the databag of '%s'", who);
    (void)bind_raise(L, &err); /* does not return */
}

/* relation_set(id, who, key, value): gathered; nil deletes. */
static int relation_set(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "relation.data");
    const char *id = bind_core_text(L, 1);
    const char *who = bind_core_text(L, 2);
    const char *key = bind_core_text(L, 3);
    const char *value = bind_core_optional_text(L, 4);
    struct lc_strmap *changes = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    check_writable(L, juju, who);
    if (!lc_strmap_set(changes, key, value == NULL ? "" : value, &err) ||
        !lc_juju_call(juju, relation_set, id, !is_unit(who), changes, &err))
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg bind_core_relation[] = {
    { "relation_ids", relation_ids }, { "relation_units", relation_units },
    { "relation_app", relation_app }, { "relation_model", relation_model },
    { "relation_get", relation_get }, { "relation_bag", relation_bag },
    { "relation_set", relation_set }, { NULL, NULL },
};
