/* Our modules as guests in a Lua that is not ours, such as a plain lua5.4 (the build's `module`,
 * which the rockspec installs): what a VM of ours has, they find in that Lua's registry. In our own
 * program there is nothing to do. */
#include <stdlib.h>

#include "bind/state.h"

#ifdef LC_LUA_MODULE

static const char guest_key; /* its address */

struct guest {
    struct bind_vm vm;
    struct bind_context context;
};

struct bind_vm *bind_vm_of(lua_State *L)
{
    struct guest *guest;

    if (!lua_checkstack(L, 1))
        abort(); /* lint: no memory for one value, where nothing can be raised */
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &guest_key);
    guest = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return &guest->vm;
}

void bind_module_open(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &guest_key) == LUA_TNIL) {
        struct guest *guest = lua_newuserdatauv(L, sizeof(*guest), 0);
        *guest = (struct guest){ .vm = { .L = L, .context = &guest->context },
                                 .context = { .clock = lc_clock_system(),
                                              .log = lc_log_stderr(LC_LEVEL_INFO) } };
        lua_rawsetp(L, LUA_REGISTRYINDEX, &guest_key);
    }
    lua_pop(L, 1);
}

#else

void bind_module_open(lua_State *L)
{
    (void)L;
}

#endif
