/* charm.inspect: what the prompt and the docs see of a value that its author's code does not. */
#include <string.h>

#include "bind/bind.h"

/* The table of methods for the __index at the top of the stack, which it replaces: a table, or the
 * upvalue of a box's own function. Nothing is pushed when there is none. */
static bool to_methods(lua_State *L, int type)
{
    if (type == LUA_TTABLE)
        return true;
    if (type == LUA_TFUNCTION && lua_iscfunction(L, -1) && lua_getupvalue(L, -1, 1) != NULL) {
        lua_remove(L, -2);
        if (lua_istable(L, -1))
            return true;
    }
    lua_pop(L, 1);
    return false;
}

/* What is looked at when a value has no field of its own. Nothing is pushed when there is none. */
static bool push_inherited(lua_State *L, int index)
{
    const int type = luaL_getmetafield(L, index, "__index");

    return type != LUA_TNIL && to_methods(L, type);
}

/* Push the key under which the function at index 1 is in the table at the top, which goes. */
static bool push_key_of(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (lua_rawequal(L, -1, 1)) {
            lua_pop(L, 1);
            lua_remove(L, -2);
            return true;
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return false;
}

/* "charm.Key:pem" when the metatable at the top, which goes, is of a class with this method. */
static bool push_method_name(lua_State *L)
{
    lua_pushliteral(L, "__index");
    if (!to_methods(L, lua_rawget(L, -2)) || !push_key_of(L)) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushliteral(L, "__name");
    (void)lua_rawget(L, -3);
    lua_pushfstring(L, "%s:%s", lua_tostring(L, -1), lua_tostring(L, -2));
    return true;
}

/* Classes of boxes are kept in the registry. */
static int origin_in_c(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, LUA_REGISTRYINDEX) != 0) {
        if (lua_istable(L, -1) && lua_islightuserdata(L, -2)) {
            if (push_method_name(L))
                return 1;
        } else {
            lua_pop(L, 1);
        }
    }
    return 0;
}

/* origin(function): "charm.machine:45" of a function of the Lua half, "charm.Key:pem" of a method
 * in C; nil of any other. */
static int origin(lua_State *L)
{
    const size_t prefix = strlen("=[");
    lua_Debug about;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    if (lua_iscfunction(L, 1))
        return origin_in_c(L);
    lua_pushvalue(L, 1);
    (void)lua_getinfo(L, ">S", &about);
    if (strncmp(about.source, BIND_EMBEDDED_PREFIX, strlen(BIND_EMBEDDED_PREFIX)) != 0)
        return 0;
    lua_pushlstring(L, about.source + prefix, strcspn(about.source + prefix, "]"));
    lua_pushfstring(L, ":%d", about.linedefined);
    lua_concat(L, 2);
    return 1;
}

/* class(value): the name that its metatable has, even a locked one; nil when there is none. */
static int class_of(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__name") != LUA_TSTRING)
        return 0;
    return 1;
}

/* Fields of the table at the top of the stack whose keys are texts, into the table at `into`,
 * unless it has them. */
static void add_fields(lua_State *L, int into)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pushvalue(L, -2);
            if (lua_rawget(L, into) == LUA_TNIL) {
                lua_pushvalue(L, -3);
                lua_pushvalue(L, -3);
                lua_rawset(L, into);
            }
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
}

/* members(value): name -> value of its fields and methods; no metamethod is called. */
static int members(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    lua_newtable(L);
    if (lua_istable(L, 1)) {
        lua_pushvalue(L, 1);
        add_fields(L, 2);
        lua_pop(L, 1);
    }
    if (push_inherited(L, 1)) {
        add_fields(L, 2);
        lua_pop(L, 1);
    }
    return 1;
}

int luaopen_charm_inspect(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "origin", origin },
        { "class", class_of },
        { "members", members },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}
