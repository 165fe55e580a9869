/* The request as a policy sees it: an object whose fields are read when they are first asked for,
 * and cannot be written. A field that there is not raises, with the nearest that there is. */
#include <string.h>

#include "base/text.h"
#include "bind/policy_request.h"

#define REQUEST_CLASS "charm.policy.Request"

const struct bind_request *bind_check_request(lua_State *L, int arg)
{
    const struct bind_request *held = luaL_testudata(L, arg, REQUEST_CLASS);

    if (held != NULL && held->request != NULL)
        return held;
    if (held == NULL)
        bind_type_error(L, arg, REQUEST_CLASS);
    bind_misuse(L, "this request was decided before; it is not there any more");
}

static _Noreturn void raise_unknown(lua_State *L, const char *name)
{
    const char *names[BIND_REQUEST_FACTS + 32];
    size_t count = 0;

    for (size_t i = 0; i < BIND_REQUEST_FACTS; i++)
        names[count++] = bind_request_facts[i].name;
    for (const luaL_Reg *method = bind_request_methods;
         method->name != NULL && count + 1 < LC_COUNT(names); method++)
        names[count++] = method->name;
    names[count] = NULL;
    const char *nearest = lc_text_nearest(name, names);
    bind_misuse(L, "a request has no field '%.64s'%s%s%s", name,
                nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?)");
}

/* Upvalue: names of methods to functions, and of facts to their numbers. What was read is kept with
 * the object. */
static int request_index(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);

    lua_settop(L, 2);
    (void)lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    int type = lua_rawget(L, 3);
    if (type == LUA_TNIL) {
        lua_pushvalue(L, 2);
        type = lua_rawget(L, lua_upvalueindex(1));
        if (type == LUA_TFUNCTION)
            return 1;
        if (type != LUA_TNUMBER)
            raise_unknown(L, lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?");
        bind_request_facts[lua_tointeger(L, -1)].push(L, held->request);
        lua_pushvalue(L, 2);
        if (lua_isnil(L, -2))
            lua_pushlightuserdata(L, NULL);
        else
            lua_pushvalue(L, -2);
        lua_rawset(L, 3);
    } else if (type == LUA_TLIGHTUSERDATA) {
        lua_pushnil(L);
    }
    if (held->observer != NULL && held->observer->fact != NULL)
        bind_note_fact(L, held, lua_tostring(L, 2), -1);
    return 1;
}

static int request_newindex(lua_State *L)
{
    (void)bind_check_request(L, 1);
    bind_misuse(L, "a request is frozen: what is known of it cannot be changed");
}

static int request_tostring(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);

    bind_push_label(L, lc_csr_subject(held->request->csr), lc_csr_sans(held->request->csr));
    return 1;
}

static void push_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, REQUEST_CLASS))
        return;
    lua_createtable(L, 0, (int)BIND_REQUEST_FACTS + 16);
    luaL_setfuncs(L, bind_request_methods, 0);
    for (size_t i = 0; i < BIND_REQUEST_FACTS; i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_setfield(L, -2, bind_request_facts[i].name);
    }
    lua_pushcclosure(L, request_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, request_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, request_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, REQUEST_CLASS);
    lua_setfield(L, -2, "__metatable");
}

struct bind_request *bind_push_request(lua_State *L, const struct lc_policy_request *request,
                                       const struct lc_policy_observer *observer)
{
    struct bind_request *held = lua_newuserdatauv(L, sizeof(*held), 1);

    *held = (struct bind_request){ .request = request, .observer = observer };
    lua_newtable(L);
    (void)lua_setiuservalue(L, -2, 1);
    push_metatable(L);
    lua_setmetatable(L, -2);
    return held;
}
