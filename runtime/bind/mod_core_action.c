/* charm.core: the running action. Results are texts in argv and in the log of whoever asked: the
 * Lua half refuses keys and secrets in them. */
#include "bind/core.h"

/* action_get(): the parameters. */
static int action_get(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "action.params");
    struct lc_json **parameters = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, action_get, parameters, &err))
        return bind_raise(L, &err);
    bind_push_json(L, *parameters);
    return 1;
}

/* action_set(results): dotted keys to texts. */
static int action_set(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "action:set");
    struct lc_err err = LC_ERR_INIT;

    bind_core_table(L, 1, "a table of results");
    struct lc_strmap *results = bind_scratch_strmap(L);
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        const char *key = bind_core_text(L, lua_gettop(L) - 1);
        const char *value = bind_core_text(L, lua_gettop(L));
        if (!lc_strmap_set(results, key, value, &err))
            return bind_raise(L, &err);
        lua_pop(L, 1);
    }
    if (!lc_juju_call(juju, action_set, results, &err))
        return bind_raise(L, &err);
    return 0;
}

/* action_fail(message) */
static int action_fail(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "action:fail");
    const char *message = bind_core_text(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, action_fail, message, &err))
        return bind_raise(L, &err);
    return 0;
}

/* action_log(message) */
static int action_log(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "action:log");
    const char *message = bind_core_text(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, action_log, message, &err))
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg bind_core_action[] = {
    { "action_get", action_get },
    { "action_set", action_set },
    { "action_fail", action_fail },
    { "action_log", action_log },
    { NULL, NULL },
};
