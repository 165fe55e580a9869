/* charm.tls.core: the v3 way of requesting certificates, and the class charm.tls.v3.Requirer. */
#include "bind/tls.h"
#include "tls/v3.h"

static void release_v3(void *held)
{
    lc_v3_free(held);
}

static const struct bind_class v3_class;

static struct lc_v3 *check_v3(lua_State *L)
{
    return bind_check(L, 1, &v3_class);
}

static bool handle(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    return lc_v3_handle(self, hook, err);
}

/* What is remembered stands in secrets. */
static bool finish(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    (void)self;
    (void)hook;
    (void)err;
    return true;
}

/* v3(options, deliver): registers the endpoint with the charm. */
static int v3(lua_State *L)
{
    static const char *const known[] = { "endpoint", "notice_hours", NULL };
    struct lc_v3_options options = { .endpoint = NULL };
    struct lc_err err = LC_ERR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    bind_check_options(L, 1, known);
    options.endpoint = bind_field_string(L, 1, "endpoint");
    options.notice_hours = bind_field_integer(L, 1, "notice_hours", 0);
    struct lc_v3 **slot = bind_newbox(L, &v3_class);
    bind_charm_check_name(L, BIND_NAME_TLS_REQUIRER, options.endpoint);
    if (!lc_v3_new(&options, slot, &err))
        return bind_raise(L, &err);
    const struct bind_lifecycle lifecycle = {
        .endpoint = lc_v3_endpoint(*slot), .self = *slot, .handle = handle, .finish = finish
    };
    bind_charm_add_lifecycle(L, &lifecycle, lua_gettop(L), 2);
    return 1;
}

/* v3:request(csr, is_ca) */
static int v3_request(lua_State *L)
{
    struct lc_v3 *self = check_v3(L);
    const struct lc_csr *csr = bind_check_csr(L, 2);
    const bool is_ca = lua_toboolean(L, 3) != 0;
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "request_certificate_creation");
    struct lc_err err = LC_ERR_INIT;

    return lc_v3_request(self, &hook, csr, is_ca, &err) ? 0 : bind_raise(L, &err);
}

/* v3:renew(old, new) */
static int v3_renew(lua_State *L)
{
    struct lc_v3 *self = check_v3(L);
    const struct lc_csr *old = bind_check_csr(L, 2);
    const struct lc_csr *renewed = bind_check_csr(L, 3);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "request_certificate_renewal");
    struct lc_err err = LC_ERR_INIT;

    return lc_v3_renew(self, &hook, old, renewed, &err) ? 0 : bind_raise(L, &err);
}

/* v3:withdraw(csr) */
static int v3_withdraw(lua_State *L)
{
    struct lc_v3 *self = check_v3(L);
    const struct lc_csr *csr = bind_check_csr(L, 2);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "request_certificate_revocation");
    struct lc_err err = LC_ERR_INIT;

    return lc_v3_withdraw(self, &hook, csr, &err) ? 0 : bind_raise(L, &err);
}

/* v3:assigned_at(n): the n-th certificate from 1, or nil after the last. */
static int v3_assigned_at(lua_State *L)
{
    struct lc_v3 *self = check_v3(L);
    const lua_Integer number = luaL_checkinteger(L, 2);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "get_assigned_certificates");
    struct lc_tls_pair *pair = bind_scratch_pair(L);
    struct lc_err err = LC_ERR_INIT;

    luaL_argcheck(L, number >= 1, 2, "a number from 1 expected");
    if (!lc_v3_assigned_at(self, &hook, (size_t)number - 1, pair, &err))
        return err.code == LC_ENOTFOUND ? bind_fail(L, &err) : bind_raise(L, &err);
    bind_push_pair(L, pair);
    return 1;
}

/* v3:next(): the event's name, the certificate's pair, the reason; nothing when there is none. */
static int v3_next(lua_State *L)
{
    const struct lc_v3_event *event = lc_v3_next(check_v3(L));

    if (event == NULL)
        return 0;
    lua_pushstring(L, lc_v3_event_name(event->kind));
    bind_push_pair(L, &event->pair);
    bind_push_text(L, event->reason);
    return 3;
}

/* v3:delivered(): after the handlers of what next() gave have returned well. */
static int v3_delivered(lua_State *L)
{
    struct lc_v3 *self = check_v3(L);

    if (lc_v3_next(self) != NULL)
        lc_v3_delivered(self);
    return 0;
}

static const luaL_Reg methods[] = {
    { "assigned_at", v3_assigned_at },
    { "delivered", v3_delivered },
    { "next", v3_next },
    { "renew", v3_renew },
    { "request", v3_request },
    { "withdraw", v3_withdraw },
    { NULL, NULL },
};

static const struct bind_class v3_class = {
    .name = BIND_V3,
    .release = release_v3,
    .methods = methods,
};

const luaL_Reg bind_tls_v3[] = {
    { "v3", v3 },
    { NULL, NULL },
};
