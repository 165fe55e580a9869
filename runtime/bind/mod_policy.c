/* charm.policy.core: what lua/charm/policy.lua is built on, in a policy's sandbox and outside of
 * it: places of rules, and questions about names that need no request. */
#include <string.h>

#include "base/text.h"
#include "bind/policy_private.h"
#include "tls/databag.h"
#include "x509/match.h"

/* misuse(message): raise the caller's own mistake */
static int misuse(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;

    (void)lc_fail(&err, LC_EUSAGE, "%s", luaL_checkstring(L, 1));
    return bind_raise(L, &err);
}

/* place([function]): "policy.lua:12", of a function of the author's, or of the author's code that
 * is running. */
static int place(lua_State *L)
{
    char text[BIND_WHERE_BYTES] = "";
    lua_Debug about;

    if (lua_isnoneornil(L, 1)) {
        bind_where(L, text);
        lua_pushstring(L, text);
        return 1;
    }
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_pushvalue(L, 1);
    if (lua_getinfo(L, ">S", &about) == 0 || about.linedefined < 0 ||
        strncmp(about.source, BIND_EMBEDDED_PREFIX, strlen(BIND_EMBEDDED_PREFIX)) == 0) {
        bind_where(L, text);
        lua_pushstring(L, text);
        return 1;
    }
    lua_pushfstring(L, "%s:%d", about.short_src, about.linedefined);
    return 1;
}

/* source(): the path of the file of the author's code that is running, or nil */
static int source(lua_State *L)
{
    lua_Debug frame;

    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        if (!lua_getinfo(L, "S", &frame) || *frame.source != '@')
            continue;
        lua_pushstring(L, frame.source + 1);
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

/* code(name): the wire's number, or nil */
static int code(lua_State *L)
{
    const int64_t number = lc_request_error_code(luaL_checkstring(L, 1));

    if (number == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

static int within(lua_State *L)
{
    lua_pushboolean(L, lc_dns_is_within(luaL_checkstring(L, 1), luaL_checkstring(L, 2)));
    return 1;
}

static int wildcard(lua_State *L)
{
    static const char *const shapes[] = { [LC_WILDCARD_NONE] = "none",
                                          [LC_WILDCARD_WHOLE_LABEL] = "whole_label",
                                          [LC_WILDCARD_ODD] = "odd" };

    lua_pushstring(L, shapes[lc_dns_wildcard(luaL_checkstring(L, 1))]);
    return 1;
}

static int well_formed(lua_State *L)
{
    lua_pushboolean(L, lc_dns_is_well_formed(luaL_checkstring(L, 1)));
    return 1;
}

static int in_network(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    bool is_within;

    if (!lc_ip_is_within(luaL_checkstring(L, 1), luaL_checkstring(L, 2), &is_within, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, is_within);
    return 1;
}

static int ip_scope(lua_State *L)
{
    bind_push_text(L, lc_ip_scope(luaL_checkstring(L, 1)));
    return 1;
}

static int glob(lua_State *L)
{
    lua_pushboolean(L, lc_glob_matches(luaL_checkstring(L, 1), luaL_checkstring(L, 2)));
    return 1;
}

static void set_part(lua_State *L, const char *name, const struct lc_uri_part *part)
{
    lua_pushlstring(L, part->text, part->len);
    lua_setfield(L, -2, name);
}

/* uri(text): { scheme, user, host, port, path }, or nil */
static int uri(lua_State *L)
{
    struct lc_uri parts;

    if (!lc_uri_split(luaL_checkstring(L, 1), &parts)) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 5);
    set_part(L, "scheme", &parts.scheme);
    set_part(L, "user", &parts.user);
    set_part(L, "host", &parts.host);
    set_part(L, "port", &parts.port);
    set_part(L, "path", &parts.path);
    return 1;
}

static int email_host(lua_State *L)
{
    bind_push_text(L, lc_email_host(luaL_checkstring(L, 1)));
    return 1;
}

static int seconds(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    int64_t duration;

    if (!lc_duration_parse(luaL_checkstring(L, 1), &duration, &err))
        return bind_raise(L, &err);
    lua_pushinteger(L, (lua_Integer)duration);
    return 1;
}

/* class(table, fields): the table with a metatable of these; what policies themselves cannot set.
 */
static int class(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

int luaopen_charm_policy_core(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "class", class },
        { "code", code },
        { "email_host", email_host },
        { "glob", glob },
        { "in_network", in_network },
        { "ip_scope", ip_scope },
        { "misuse", misuse },
        { "place", place },
        { "seconds", seconds },
        { "source", source },
        { "uri", uri },
        { "well_formed", well_formed },
        { "wildcard", wildcard },
        { "within", within },
        { NULL, NULL },
    };

    bind_module_open(L);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    if (bind_vm_of(L)->policy == NULL)
        luaL_setfuncs(L, bind_policy_outside, 0);
    return 1;
}
