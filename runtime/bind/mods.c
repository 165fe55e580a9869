/* The modules in C that a script can require. The rockspec names the public ones. */
#include "bind/bind.h"

/* Debian's lua-cjson.h does not include lua.h, and leaves the second one out. */
int luaopen_cjson(lua_State *L);
int luaopen_cjson_safe(lua_State *L);

const struct bind_c_module bind_c_modules[] = {
    { "charm.core", luaopen_charm_core },
    { "charm.tls.core", luaopen_charm_tls_core },
    { "charm.inspect", luaopen_charm_inspect },
    { "charm.json", luaopen_charm_json },
    { "charm.policy.core", luaopen_charm_policy_core },
    { "charm.x509", luaopen_charm_x509 },
    { "cjson", luaopen_cjson },
    { "cjson.safe", luaopen_cjson_safe },
    { NULL, NULL },
};
