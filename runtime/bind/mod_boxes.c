/* charm.boxes: what is behind objects made in C, for tests: how many are alive, and which methods
 * they have. */
#include "bind/bind.h"

/* alive(): an integer */
static int boxes_alive(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)bind_boxes_alive(L));
    return 1;
}

/* methods(object): a table of its methods by name */
static int boxes_methods(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TUSERDATA);
    if (luaL_getmetafield(L, 1, "__index") == LUA_TNIL)
        bind_type_error(L, 1, "an object of ours");
    if (lua_isfunction(L, -1) && lua_getupvalue(L, -1, 1) == NULL)
        bind_type_error(L, 1, "an object of ours");
    if (!lua_istable(L, -1))
        bind_type_error(L, 1, "an object of ours");
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, -3) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    return 1;
}

int luaopen_charm_boxes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "alive", boxes_alive },
        { "methods", boxes_methods },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}
