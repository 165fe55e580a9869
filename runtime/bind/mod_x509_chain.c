/* charm.x509.chain and the class charm.Chain: certificates from a leaf upwards; chain[1] is the
 * leaf, #chain the count. */
#include "bind/x509.h"

#define CHAIN_MAX_BYTES (LC_CHAIN_MAX_CERTS * LC_CERT_MAX_BYTES)

static void release(void *chain)
{
    lc_chain_release(chain);
}

static struct lc_chain *check_chain(lua_State *L, int arg)
{
    return bind_check(L, arg, &bind_chain_class);
}

static void add_cert(lua_State *L, struct lc_chain *chain, struct lc_cert *cert)
{
    struct lc_err err = LC_ERR_INIT;

    if (!lc_chain_add(chain, cert, &err))
        (void)bind_raise(L, &err);
}

static void add_chain(lua_State *L, struct lc_chain *chain, const struct lc_chain *from)
{
    for (size_t i = 0; i < from->count; i++)
        add_cert(L, chain, from->items[i]);
}

void bind_push_chain(lua_State *L, const struct lc_chain *chain)
{
    add_chain(L, bind_newbox(L, &bind_chain_class), chain);
}

/* A certificate, a chain or a list of certificates at index; name is for messages. */
static void read_certs(lua_State *L, int index, const char *name, struct lc_chain *out)
{
    struct lc_cert *cert = bind_test(L, index, &bind_cert_class);
    const struct lc_chain *chain = bind_test(L, index, &bind_chain_class);

    if (cert != NULL) {
        add_cert(L, out, cert);
        return;
    }
    if (chain != NULL) {
        add_chain(L, out, chain);
        return;
    }
    if (!lua_istable(L, index))
        bind_misuse(L, "%s: expected a %s, a %s or a list of certificates, got %s", name, BIND_CERT,
                    BIND_CHAIN, luaL_typename(L, index));
    const lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    for (lua_Integer i = 1; i <= count; i++) {
        (void)lua_rawgeti(L, index, i);
        cert = bind_test(L, -1, &bind_cert_class);
        if (cert == NULL)
            bind_misuse(L, "%s[%lld]: expected a %s, got %s", name, (long long)i, BIND_CERT,
                        luaL_typename(L, -1));
        add_cert(L, out, cert);
        lua_pop(L, 1);
    }
}

/* new(list of certificates) */
static int chain_new(lua_State *L)
{
    struct lc_chain *chain = bind_newbox(L, &bind_chain_class);

    read_certs(L, 1, "certificates", chain);
    return 1;
}

static int chain_parse(lua_State *L)
{
    size_t len;
    const char *pem = luaL_checklstring(L, 1, &len);
    struct lc_chain *chain = bind_newbox(L, &bind_chain_class);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_chain_parse(pem, len, chain, &err))
        return bind_fail(L, &err);
    return 1;
}

static int chain_pem(lua_State *L)
{
    const struct lc_chain *chain = check_chain(L, 1);
    struct lc_buf *pem = bind_scratch_buf(L, CHAIN_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    lc_chain_encode(chain, pem);
    if (!lc_buf_check(pem, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, pem->data, pem->len);
    return 1;
}

static int chain_has_valid_order(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    bool in_order = false;

    if (!lc_chain_has_valid_order(check_chain(L, 1), &in_order, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, in_order);
    return 1;
}

/* The field at the top of the stack when it is set; whether it is. */
static bool push_option(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, 2) != LUA_TNIL;
}

/* verify { trusted = ... [, leaf = certificate] [, at = seconds] }: true, or nil, message, code */
static int chain_verify(lua_State *L)
{
    static const char *const options[] = { "trusted", "leaf", "at", NULL };
    const struct lc_chain *chain = check_chain(L, 1);
    struct lc_err err = LC_ERR_INIT;

    luaL_checktype(L, 2, LUA_TTABLE);
    bind_check_options(L, 2, options);
    const int64_t at = bind_field_integer(L, 2, "at", lc_clock_now(&bind_context(L)->clock));
    struct lc_chain *trusted = bind_scratch(L, sizeof(*trusted), release);
    if (!push_option(L, "trusted"))
        bind_misuse(L, "trusted: expected a %s, a %s or a list of certificates, got nothing",
                    BIND_CERT, BIND_CHAIN);
    read_certs(L, lua_gettop(L), "trusted", trusted);
    const struct lc_cert *leaf = chain->count == 0 ? NULL : chain->items[0];
    if (push_option(L, "leaf") && (leaf = bind_test(L, -1, &bind_cert_class)) == NULL)
        bind_misuse(L, "leaf: expected a %s, got %s", BIND_CERT, luaL_typename(L, -1));
    if (leaf == NULL)
        bind_misuse(L, "the chain is empty: say which leaf = certificate is meant");
    if (!lc_chain_verify(leaf, chain, trusted, at, &err))
        return bind_fail(L, &err);
    lua_pushboolean(L, 1);
    return 1;
}

/* items(): a new list */
static int chain_items(lua_State *L)
{
    const struct lc_chain *chain = check_chain(L, 1);

    lua_createtable(L, (int)chain->count, 0);
    for (size_t i = 0; i < chain->count; i++) {
        bind_push_cert(L, chain->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* A whole number: that certificate, or nil; else a method. Upvalue: the methods. */
static int chain_index(lua_State *L)
{
    const struct lc_chain *chain = check_chain(L, 1);

    if (!lua_isinteger(L, 2)) {
        lua_settop(L, 2);
        (void)lua_rawget(L, lua_upvalueindex(1));
        return 1;
    }
    const lua_Integer at = lua_tointeger(L, 2);
    if (at >= 1 && (lua_Unsigned)at <= chain->count)
        bind_push_cert(L, chain->items[at - 1]);
    else
        lua_pushnil(L);
    return 1;
}

static int chain_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_chain(L, 1)->count);
    return 1;
}

static int chain_eq(lua_State *L)
{
    const struct lc_chain *a = bind_test(L, 1, &bind_chain_class);
    const struct lc_chain *b = bind_test(L, 2, &bind_chain_class);
    bool equal = a != NULL && b != NULL && a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = lc_cert_equals(a->items[i], b->items[i]);
    lua_pushboolean(L, equal);
    return 1;
}

static int chain_tostring(lua_State *L)
{
    const struct lc_chain *chain = bind_test(L, 1, &bind_chain_class);

    if (chain == NULL)
        lua_pushliteral(L, BIND_CHAIN ": closed");
    else
        lua_pushfstring(L, BIND_CHAIN ": %d certificate%s", (int)chain->count,
                        chain->count == 1 ? "" : "s");
    return 1;
}

static const luaL_Reg methods[] = {
    { "pem", chain_pem },
    { "has_valid_order", chain_has_valid_order },
    { "verify", chain_verify },
    { "items", chain_items },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__index", chain_index },       { "__len", chain_len }, { "__eq", chain_eq },
    { "__tostring", chain_tostring }, { NULL, NULL },
};

const struct bind_class bind_chain_class = {
    .name = BIND_CHAIN,
    .release = release,
    .size = sizeof(struct lc_chain),
    .methods = methods,
    .metamethods = metamethods,
};

const luaL_Reg bind_x509_chain[] = {
    { "new", chain_new },
    { "parse", chain_parse },
    { NULL, NULL },
};
