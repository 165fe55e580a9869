/* The modules in C that a script can require. The rockspec names the public ones. */
#include <stdio.h>

#include "bind/bind.h"

/* Debian's lua-cjson.h does not include lua.h, and leaves the second one out. */
int luaopen_cjson(lua_State *L);
int luaopen_cjson_safe(lua_State *L);

const struct bind_c_module bind_c_modules[] = {
    { "charm.core", luaopen_charm_core },   { "charm.tls.core", luaopen_charm_tls_core },
    { "charm.boxes", luaopen_charm_boxes }, { "charm.json", luaopen_charm_json },
    { "charm.x509", luaopen_charm_x509 },   { "cjson", luaopen_cjson },
    { "cjson.safe", luaopen_cjson_safe },   { NULL, NULL },
};

/* ask_version(char *): lua-cjson tells it to Lua only. */
static int ask_version(lua_State *L)
{
    char *version = lua_touserdata(L, 1);

    luaL_requiref(L, "cjson", luaopen_cjson, 0);
    (void)lua_getfield(L, -1, "_VERSION");
    (void)snprintf(version, BIND_VERSION_BYTES, "%s", luaL_checkstring(L, -1));
    return 0;
}

bool bind_cjson_version(char *version, struct lc_err *err)
{
    struct bind_context context = { .env = NULL };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    if (!bind_vm_new(&context, NULL, &vm, err))
        return false;
    lua_pushcfunction(bind_vm_state(vm), ask_version);
    lua_pushlightuserdata(bind_vm_state(vm), version);
    return bind_pcall(bind_vm_state(vm), 1, 0, err);
}
