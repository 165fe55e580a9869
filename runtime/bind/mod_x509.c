/* charm.x509: keys, requests, certificates and chains, without any life cycle. */
#include "bind/x509.h"

int luaopen_charm_x509(lua_State *L)
{
    static const struct {
        const char *name;
        const luaL_Reg *functions;
    } parts[] = {
        { "key", bind_x509_key },
        { "csr", bind_x509_csr },
        { "certificate", bind_x509_cert },
        { "chain", bind_x509_chain },
    };

    bind_module_open(L);
    lua_createtable(L, 0, (int)LC_COUNT(parts));
    for (size_t i = 0; i < LC_COUNT(parts); i++) {
        lua_newtable(L);
        luaL_setfuncs(L, parts[i].functions, 0);
        lua_setfield(L, -2, parts[i].name);
    }
    return 1;
}
