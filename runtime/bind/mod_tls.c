/* charm.tls.core: what lua/charm/tls.lua is built on. The functions stand in mod_tls_*.c; here is
 * what they share, and the module. */
#include <ctype.h>
#include <string.h>

#include "base/install.h"
#include "base/mem.h"
#include "bind/tls.h"

struct lc_tls_hook bind_check_tls_hook(lua_State *L, const char *what)
{
    (void)bind_juju(L, what); /* raises outside a hook */
    return bind_tls_hook(bind_context(L));
}

enum lc_tls_scope bind_check_scope(lua_State *L, int arg, enum lc_tls_scope fallback)
{
    static const char *const names[] = { "unit", "app", NULL }; /* as enum lc_tls_scope */

    if (lua_isnoneornil(L, arg))
        return fallback;
    return (enum lc_tls_scope)luaL_checkoption(L, arg, NULL, names);
}

static const struct {
    const char *name;
    size_t offset;
} tristates[] = {
    { "supports_ip_sans", offsetof(struct lc_capabilities, supports_ip_sans) },
    { "supports_wildcard_dns", offsetof(struct lc_capabilities, supports_wildcard_dns) },
    { "supports_subdomain", offsetof(struct lc_capabilities, supports_subdomain) },
    { "supports_ca_certificates", offsetof(struct lc_capabilities, supports_ca_certificates) },
};

void bind_push_capabilities(lua_State *L, const struct lc_capabilities *capabilities)
{
    if (!capabilities->said) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, 6);
    for (size_t i = 0; i < LC_COUNT(tristates); i++) {
        enum lc_tristate value;
        memcpy(&value, (const char *)capabilities + tristates[i].offset, sizeof(value));
        if (value == LC_NOT_SAID)
            continue;
        lua_pushboolean(L, value == LC_YES);
        lua_setfield(L, -2, tristates[i].name);
    }
    if (capabilities->has_allowed_domains) {
        bind_push_strlist(L, &capabilities->allowed_domains);
        lua_setfield(L, -2, "allowed_domains");
    }
    bind_push_text(L, capabilities->provider_type);
    lua_setfield(L, -2, "provider_type");
}

void bind_read_capabilities(lua_State *L, int index, struct lc_capabilities *out)
{
    static const char *const options[] = {
        "supports_ip_sans",
        "supports_wildcard_dns",
        "supports_subdomain",
        "supports_ca_certificates",
        "allowed_domains",
        "provider_type",
        NULL,
    };

    if (lua_isnil(L, index))
        return;
    bind_check_options(L, index, options);
    out->said = true;
    for (size_t i = 0; i < LC_COUNT(tristates); i++) {
        if (!bind_field_is_set(L, index, tristates[i].name))
            continue;
        const enum lc_tristate value = bind_field_boolean(L, index, tristates[i].name, false)
                                           ? LC_YES
                                           : LC_NO;
        memcpy((char *)out + tristates[i].offset, &value, sizeof(value));
    }
    out->has_allowed_domains = bind_field_strings(L, index, "allowed_domains",
                                                  &out->allowed_domains);
    const char *type = bind_field_string(L, index, "provider_type");
    if (type == NULL)
        return;
    out->provider_type = lc_strdup(type);
    if (out->provider_type == NULL) {
        struct lc_err err = LC_ERR_INIT;
        (void)lc_fail_memory(&err);
        (void)bind_raise(L, &err);
    }
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    bind_push_text(L, text);
    lua_setfield(L, -2, name);
}

/* The wire's names in lower case, as policies use them. */
static void push_code(lua_State *L, int64_t code)
{
    const char *name = lc_request_error_name(code);
    luaL_Buffer lower;

    luaL_buffinit(L, &lower);
    for (name = name == NULL ? "OTHER" : name; *name != '\0'; name++)
        luaL_addchar(&lower, (char)tolower((unsigned char)*name));
    luaL_pushresult(&lower);
}

void bind_push_denial(lua_State *L, const struct lc_error_entry *denial)
{
    lua_createtable(L, 0, 7);
    push_code(L, denial->code);
    lua_setfield(L, -2, "code");
    lua_pushinteger(L, (lua_Integer)denial->code);
    lua_setfield(L, -2, "number");
    set_text(L, "name", denial->name);
    set_text(L, "message", denial->message);
    set_text(L, "reason", denial->reason);
    set_text(L, "provider", denial->provider);
    set_text(L, "endpoint", denial->endpoint);
}

/* error_code(name): the wire's number of "wildcard_not_allowed"; nil for no such name. */
static int error_code(lua_State *L)
{
    const int64_t code = lc_request_error_code(luaL_checkstring(L, 1));

    if (code == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)code);
    return 1;
}

/* --- files ---------------------------------------------------------------------------------- */

/* The files of one installation, as the list at arg says: { name, value, mode }, the value text, a
 * charm.Key or a charm.Secret. Their bytes are in scratch secrets above. */
static size_t read_files(lua_State *L, int arg, struct lc_install_file *files)
{
    const lua_Integer count = (lua_Integer)lua_rawlen(L, arg);

    luaL_argcheck(L, count >= 1 && count <= LC_INSTALL_MAX_FILES, arg, "1 to 64 files expected");
    luaL_checkstack(L, (int)count * 4 + 8, NULL);
    for (lua_Integer i = 1; i <= count; i++) {
        (void)lua_rawgeti(L, arg, i);
        luaL_checktype(L, -1, LUA_TTABLE);
        const int item = lua_gettop(L);
        struct lc_secret *bytes = bind_scratch_secret(L);
        (void)lua_rawgeti(L, item, 2);
        bind_check_bytes(L, lua_gettop(L), bytes);
        (void)lua_rawgeti(L, item, 1);
        const char *name = luaL_checkstring(L, -1);
        (void)lua_rawgeti(L, item, 3);
        const mode_t mode = bind_check_mode(L, lua_gettop(L), "0644");
        files[i - 1] = (struct lc_install_file){
            .name = name, .bytes = bytes->data, .len = bytes->len, .mode = mode
        };
    }
    return (size_t)count;
}

/* install(folder, list of { name, value, mode }): whether anything changed. */
static int install(lua_State *L)
{
    const char *folder = luaL_checkstring(L, 1);
    struct lc_install_file files[LC_INSTALL_MAX_FILES];
    struct lc_err err = LC_ERR_INIT;
    bool changed;

    luaL_checktype(L, 2, LUA_TTABLE);
    const size_t count = read_files(L, 2, files);
    folder = bind_path(L, folder, true);
    if (!lc_install(folder, files, count, &changed, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, changed);
    return 1;
}

/* place(function): "src/charm.lua:12", where it begins: for what it returned too late to be in a
 * traceback. */
static int place(lua_State *L)
{
    lua_Debug info;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    if (lua_getinfo(L, ">S", &info) == 0)
        lua_pushliteral(L, "?");
    else
        lua_pushfstring(L, "%s:%d", info.short_src, info.linedefined);
    return 1;
}

static const luaL_Reg shared[] = {
    { "place", place },
    { "error_code", error_code },
    { "install", install },
    { NULL, NULL },
};

int luaopen_charm_tls_core(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, bind_tls_requirer, 0);
    luaL_setfuncs(L, bind_tls_provider, 0);
    luaL_setfuncs(L, bind_tls_databag, 0);
    luaL_setfuncs(L, bind_tls_policy, 0);
    luaL_setfuncs(L, bind_tls_v3, 0);
    luaL_setfuncs(L, shared, 0);
    return 1;
}
