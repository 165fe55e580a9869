/* Tables that cannot be written: facts of a request. They are userdata with the table behind them,
 * which ipairs, #, table.concat and table.unpack take as they take tables. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bind/policy_private.h"

static const char *const class_names[] = { "charm.policy.List", "charm.policy.Record",
                                           "charm.policy.Map" };

static int write_refused(lua_State *L)
{
    bind_misuse(L, "this %s is frozen: what is known of a request cannot be changed",
                lua_tostring(L, lua_upvalueindex(1)));
}

static int frozen_index(lua_State *L)
{
    (void)lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    (void)lua_rawget(L, -2);
    return 1;
}

static int frozen_len(lua_State *L)
{
    (void)lua_getiuservalue(L, 1, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
    return 1;
}

#define MAX_FIELDS 64
static void raise_unknown(lua_State *L, int table, const char *name)
{
    const char *names[MAX_FIELDS + 1];
    size_t count = 0;

    lua_pushnil(L);
    while (count < MAX_FIELDS && lua_next(L, table) != 0) {
        if (lua_type(L, -2) == LUA_TSTRING)
            names[count++] = lua_tostring(L, -2);
        lua_pop(L, 1);
    }
    names[count] = NULL;
    const char *nearest = lc_text_nearest(name, names);
    bind_misuse(L, "there is no field '%.64s'%s%s%s", name,
                nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?)");
}

/* A field that is known and nil is NULL's light userdata in the table. */
static int record_index(lua_State *L)
{
    (void)lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 3) != LUA_TNIL) {
        if (lua_type(L, -1) == LUA_TLIGHTUSERDATA)
            lua_pushnil(L);
        return 1;
    }
    if (lua_type(L, 2) == LUA_TSTRING)
        raise_unknown(L, 3, lua_tostring(L, 2));
    bind_misuse(L, "a record has names, not a %s", luaL_typename(L, 2));
}

static int frozen_tostring(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    return 1;
}

static void push_metatable(lua_State *L, enum bind_frozen kind)
{
    const char *name = class_names[kind];

    if (!luaL_newmetatable(L, name))
        return;
    lua_pushcfunction(L, kind == BIND_FROZEN_RECORD ? record_index : frozen_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, frozen_len);
    lua_setfield(L, -2, "__len");
    lua_pushstring(L, name);
    lua_pushcclosure(L, write_refused, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, name);
    lua_pushcclosure(L, frozen_tostring, 1);
    lua_setfield(L, -2, "__tostring");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
}

void bind_freeze(lua_State *L, enum bind_frozen kind)
{
    luaL_checkstack(L, 4, NULL);
    (void)lua_newuserdatauv(L, 0, 1);
    lua_insert(L, -2);
    (void)lua_setiuservalue(L, -2, 1);
    push_metatable(L, kind);
    lua_setmetatable(L, -2);
}

bool bind_push_thawed(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return false;
    for (size_t i = 0; i < LC_COUNT(class_names); i++) {
        luaL_getmetatable(L, class_names[i]);
        const bool same = lua_rawequal(L, -1, -2) != 0;
        lua_pop(L, 1);
        if (!same)
            continue;
        lua_pop(L, 1);
        (void)lua_getiuservalue(L, index, 1);
        return true;
    }
    lua_pop(L, 1);
    return false;
}

void bind_read_list(lua_State *L, int index, const char *name, struct lc_strlist *out)
{
    index = lua_absindex(L, index);
    if (bind_push_thawed(L, index)) {
        bind_read_strings(L, -1, name, out);
        lua_pop(L, 1);
    } else {
        bind_read_strings(L, index, name, out);
    }
}
