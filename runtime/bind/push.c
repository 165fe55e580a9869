/* C values into Lua. */
#include <string.h>

#include "bind/state.h"

void bind_push_text(lua_State *L, const char *text)
{
    lua_pushstring(L, text); /* nil for NULL */
}

void bind_push_strlist(lua_State *L, const struct lc_strlist *list)
{
    luaL_checkstack(L, 2, NULL);
    lua_createtable(L, (int)list->count, 0);
    for (size_t i = 0; i < list->count; i++) {
        lua_pushstring(L, list->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void bind_push_strmap(lua_State *L, const struct lc_strmap *map)
{
    luaL_checkstack(L, 2, NULL);
    lua_createtable(L, 0, (int)map->count);
    for (size_t i = 0; i < map->count; i++) {
        lua_pushstring(L, map->entries[i].value);
        lua_setfield(L, -2, map->entries[i].key);
    }
}

static const char array_key; /* its address is the metatable's key in the registry */

void bind_push_array_metatable(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "charm.json.Array");
    lua_setfield(L, -2, "__name");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &array_key);
}

static void push_value(lua_State *L, const struct lc_json *json, bool exact);

static void push_array(lua_State *L, const struct lc_json *array, bool exact)
{
    const size_t count = lc_json_count(array);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_value(L, lc_json_at(array, i), exact);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (exact) {
        bind_push_array_metatable(L);
        lua_setmetatable(L, -2);
    }
}

static void push_object(lua_State *L, const struct lc_json *object, bool exact)
{
    void *at = NULL;
    const char *key;
    const struct lc_json *value;

    lua_createtable(L, 0, (int)lc_json_count(object));
    while (lc_json_next(object, &at, &key, &value)) {
        push_value(L, value, exact);
        lua_setfield(L, -2, key);
    }
}

static void push_value(lua_State *L, const struct lc_json *json, bool exact)
{
    luaL_checkstack(L, 3, "JSON is too deep");
    switch (lc_json_type(json)) {
    case LC_JSON_NONE:
        lua_pushnil(L);
        break;
    case LC_JSON_NULL:
        if (exact)
            lua_pushlightuserdata(L, NULL);
        else
            lua_pushnil(L);
        break;
    case LC_JSON_BOOLEAN:
        lua_pushboolean(L, lc_json_boolean(json));
        break;
    case LC_JSON_INTEGER:
        lua_pushinteger(L, lc_json_integer(json));
        break;
    case LC_JSON_REAL:
        lua_pushnumber(L, lc_json_number(json));
        break;
    case LC_JSON_STRING:
        lua_pushlstring(L, lc_json_string(json), lc_json_string_len(json));
        break;
    case LC_JSON_ARRAY:
        push_array(L, json, exact);
        break;
    case LC_JSON_OBJECT:
        push_object(L, json, exact);
        break;
    }
}

void bind_push_json(lua_State *L, const struct lc_json *json)
{
    push_value(L, json, false);
}

void bind_push_json_exact(lua_State *L, const struct lc_json *json)
{
    push_value(L, json, true);
}
