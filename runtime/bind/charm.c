/* What a charm registers. The arrays are C's, in a userdata that releases them; the functions are
 * the registry's. */
#include "bind/charm.h"

#include <string.h>

#include "base/mem.h"
#include "bind/bind.h"

static char charm_key; /* its address is the key in the registry */

static int charm_gc(lua_State *L)
{
    struct bind_charm *charm = lua_touserdata(L, 1);

    for (size_t i = 0; i < charm->handler_count; i++)
        lc_free(charm->handlers[i].name);
    lc_free(charm->handlers);
    lc_free(charm->lifecycles);
    lc_free(charm->endpoints);
    *charm = (struct bind_charm){ .handlers = NULL };
    return 0;
}

struct bind_charm *bind_charm(lua_State *L)
{
    struct bind_context *context = bind_context(L);

    if (context->charm != NULL)
        return context->charm;
    struct bind_charm *charm = lua_newuserdatauv(L, sizeof(*charm), 0);
    *charm = (struct bind_charm){ .handlers = NULL };
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, charm_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &charm_key);
    context->charm = charm;
    return charm;
}

static bool add_handler(struct bind_charm *charm, enum bind_handler_kind kind, const char *name,
                        int function, struct lc_err *err)
{
    if (!lc_grow(&charm->handlers, &charm->handler_capacity, charm->handler_count,
                 sizeof(*charm->handlers)))
        return lc_fail_memory(err);
    char *copy = lc_strdup(name);
    if (copy == NULL)
        return lc_fail_memory(err);
    charm->handlers[charm->handler_count++] =
        (struct bind_handler){ .kind = kind, .name = copy, .function = function };
    return true;
}

void bind_charm_add_handler(lua_State *L, enum bind_handler_kind kind, const char *name, int arg)
{
    struct bind_charm *charm = bind_charm(L);
    struct lc_err err = LC_ERR_INIT;

    luaL_checktype(L, arg, LUA_TFUNCTION);
    lua_pushvalue(L, arg);
    if (!add_handler(charm, kind, name, luaL_ref(L, LUA_REGISTRYINDEX), &err))
        (void)bind_raise(L, &err); /* does not return */
}

void bind_charm_check_name(lua_State *L, enum bind_name what, const char *name)
{
    const struct bind_charm *charm = bind_charm(L);
    struct lc_err err = LC_ERR_INIT;

    if (charm->knows != NULL && !charm->knows(charm->knows_context, what, name, &err))
        (void)bind_raise(L, &err); /* does not return */
}

static bool has_lifecycle(const struct bind_charm *charm, const char *endpoint)
{
    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (strcmp(charm->lifecycles[i].endpoint, endpoint) == 0)
            return true;
    return false;
}

static bool add_lifecycle(struct bind_charm *charm, const struct bind_lifecycle *lifecycle,
                          struct lc_err *err)
{
    const size_t count = charm->lifecycle_count;

    if (!lc_grow(&charm->lifecycles, &charm->lifecycle_capacity, count,
                 sizeof(*charm->lifecycles)) ||
        !lc_grow(&charm->endpoints, &charm->endpoint_capacity, count + 1,
                 sizeof(*charm->endpoints)))
        return lc_fail_memory(err);
    charm->endpoints[count] = lifecycle->endpoint;
    charm->endpoints[count + 1] = NULL;
    charm->lifecycles[charm->lifecycle_count++] = *lifecycle;
    return true;
}

void bind_charm_add_lifecycle(lua_State *L, const struct bind_lifecycle *lifecycle, int object,
                              int deliver)
{
    struct bind_charm *charm = bind_charm(L);
    struct bind_lifecycle added = *lifecycle;
    struct lc_err err = LC_ERR_INIT;

    if (has_lifecycle(charm, lifecycle->endpoint)) {
        (void)lc_fail(&err, LC_EUSAGE, "endpoint '%s' is managed already", lifecycle->endpoint);
        (void)bind_raise(L, &err); /* does not return */
    }
    added.deliver = LUA_NOREF;
    if (deliver != 0) {
        luaL_checktype(L, deliver, LUA_TFUNCTION);
        lua_pushvalue(L, deliver);
        added.deliver = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    lua_pushvalue(L, object);
    added.object = luaL_ref(L, LUA_REGISTRYINDEX);
    if (!add_lifecycle(charm, &added, &err))
        (void)bind_raise(L, &err); /* does not return */
}

struct lc_tls_hook bind_tls_hook(const struct bind_context *context)
{
    return (struct lc_tls_hook){
        .juju = lc_session_port(context->session),
        .event = &context->env->event,
        .unit = context->env->unit,
        .app = context->env->app,
        .clock = &context->clock,
        .log = &context->log,
        .endpoints = context->charm == NULL ? NULL : context->charm->endpoints,
    };
}
