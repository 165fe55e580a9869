/* charm.tls.core: the core's questions about certificates that came, put to an author's functions.
 */
#include "bind/tls.h"

struct judging {
    const struct bind_requirer *bound;
    const struct lc_tls_pair *pair;
    const struct lc_tls_request *request;
    struct lc_err *refusal;
    int64_t now;
    int64_t *due;
};

/* What the author's function returned, by name, for what makes no sense. */
static _Noreturn void raise_unexpected(lua_State *L, const char *function, const char *expected,
                                       int index)
{
    bind_misuse(L, "%s: expected %s, got %s", function, expected, luaL_typename(L, index));
}

static void push_request(lua_State *L, const struct lc_tls_request *request)
{
    lua_createtable(L, 0, 3);
    bind_push_text(L, request->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, request->scope == LC_TLS_UNIT ? "unit" : "app");
    lua_setfield(L, -2, "scope");
    bind_push_attrs(L, &request->attrs);
    lua_setfield(L, -2, "attributes");
}

/* accept_protected(struct judging *) */
static int accept_protected(lua_State *L)
{
    const struct judging *judging = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, judging->bound->accept);
    bind_push_pair(L, judging->pair);
    push_request(L, judging->request);
    lua_call(L, 2, 2);
    if (!lua_isboolean(L, 2))
        raise_unexpected(L, "accept", "true, or false and why", 2);
    if (lua_toboolean(L, 2))
        return 0;
    const char *why = lua_tostring(L, 3);
    if (why == NULL)
        raise_unexpected(L, "accept", "the reason beside false", 3);
    (void)lc_fail(judging->refusal, LC_EPERM, "%s", why);
    return 0;
}

bool bind_requirer_accept(void *context, const struct lc_tls_pair *pair,
                          const struct lc_tls_request *request, struct lc_err *refusal,
                          struct lc_err *err)
{
    const struct bind_requirer *bound = context;
    struct judging judging = {
        .bound = bound, .pair = pair, .request = request, .refusal = refusal
    };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, accept_protected);
    lua_pushlightuserdata(bound->L, &judging);
    return bind_pcall(bound->L, 1, 0, err);
}

/* renew_protected(struct judging *) */
static int renew_protected(lua_State *L)
{
    const struct judging *judging = lua_touserdata(L, 1);
    int is_time = 0;

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, judging->bound->renew);
    bind_push_pair(L, judging->pair);
    lua_pushinteger(L, (lua_Integer)judging->now);
    lua_call(L, 2, 1);
    if (!lua_toboolean(L, 2))
        return 0;
    if (lua_isboolean(L, 2)) {
        *judging->due = judging->now;
        return 0;
    }
    const lua_Integer due = lua_type(L, 2) == LUA_TNUMBER ? lua_tointegerx(L, 2, &is_time) : 0;
    if (!is_time || due <= 0)
        raise_unexpected(L, "renew", "a time in seconds, true for now, or nothing", 2);
    *judging->due = due;
    return 0;
}

bool bind_requirer_renew(void *context, const struct lc_tls_pair *pair, int64_t now, int64_t *due,
                         struct lc_err *err)
{
    const struct bind_requirer *bound = context;
    struct judging judging = { .bound = bound, .pair = pair, .now = now, .due = due };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, renew_protected);
    lua_pushlightuserdata(bound->L, &judging);
    return bind_pcall(bound->L, 1, 0, err);
}
