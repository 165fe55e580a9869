/* charm.boxes: how many objects made in C are alive, for tests that look for leaks. */
#include "bind/bind.h"

static int boxes_alive(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)bind_boxes_alive(L));
    return 1;
}

int luaopen_charm_boxes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "alive", boxes_alive },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}
