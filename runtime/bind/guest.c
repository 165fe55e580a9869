/* How a Lua state finds its VM: in our own program by the state's extra space. Our modules may also
 * be guests in a Lua that is not ours, such as a plain lua5.4 (the build's `module`, which the
 * rockspec installs), whose extra space is not ours either: there it stands in the registry. */
#include <stdlib.h>

#include "bind/state.h"

#ifdef LC_LUA_MODULE

static const char vm_key; /* its address */

/* What a VM of ours has, for the Lua that we are guests in. */
struct guest {
    struct bind_vm vm;
    struct bind_context context;
};

struct bind_vm *bind_vm_of(lua_State *L)
{
    struct bind_vm *vm;

    if (!lua_checkstack(L, 1))
        abort(); /* lint: no memory for one value, where nothing can be raised */
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key);
    vm = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return vm;
}

/* attach(vm) */
static int attach(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key);
    return 0;
}

bool bind_vm_attach(struct bind_vm *vm)
{
    lua_pushcfunction(vm->L, attach);
    lua_pushlightuserdata(vm->L, vm);
    return lua_pcall(vm->L, 1, 0, 0) == LUA_OK;
}

void bind_module_open(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key) == LUA_TNIL) {
        struct guest *guest = lua_newuserdatauv(L, sizeof(*guest), 0);
        *guest = (struct guest){ .vm = { .L = L, .context = &guest->context },
                                 .context = { .clock = lc_clock_system(),
                                              .log = lc_log_stderr(LC_LEVEL_INFO) } };
        lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key);
    }
    lua_pop(L, 1);
}

#else

struct bind_vm *bind_vm_of(lua_State *L)
{
    return *(struct bind_vm **)lua_getextraspace(L);
}

bool bind_vm_attach(struct bind_vm *vm)
{
    *(struct bind_vm **)lua_getextraspace(vm->L) = vm;
    return true;
}

void bind_module_open(lua_State *L)
{
    (void)L;
}

#endif
