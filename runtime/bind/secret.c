/* The class charm.Secret: bytes that show themselves only when asked to by name. */
#include "base/mem.h"
#include "bind/bind.h"

static void secret_free(void *secret)
{
    lc_secret_release(secret);
    lc_free(secret);
}

struct lc_secret *bind_new_secret(lua_State *L)
{
    struct lc_secret **slot = bind_newbox(L, BIND_SECRET);
    struct lc_err err = LC_ERR_INIT;

    *slot = lc_alloc(1, sizeof(**slot)); /* zeroed: as LC_SECRET_INIT */
    if (*slot == NULL) {
        (void)lc_fail_memory(&err);
        (void)bind_raise(L, &err); /* does not return */
    }
    return *slot;
}

/* secret:reveal(): the bytes as a Lua string, which cannot be wiped before it is collected. */
static int reveal(lua_State *L)
{
    const struct lc_secret *secret = bind_check(L, 1, BIND_SECRET);

    lua_pushlstring(L, secret->len == 0 ? "" : secret->data, secret->len);
    return 1;
}

static int to_string(lua_State *L)
{
    (void)luaL_checkudata(L, 1, BIND_SECRET);
    lua_pushliteral(L, BIND_SECRET " (redacted)");
    return 1;
}

static int equals(lua_State *L)
{
    const struct lc_secret *a = bind_test(L, 1, BIND_SECRET);
    const struct lc_secret *b = bind_test(L, 2, BIND_SECRET);

    lua_pushboolean(L, a != NULL && b != NULL && lc_secret_equals(a, b));
    return 1;
}

static const luaL_Reg methods[] = { { "reveal", reveal }, { NULL, NULL } };
static const luaL_Reg metamethods[] = { { "__tostring", to_string },
                                        { "__eq", equals },
                                        { NULL, NULL } };

void bind_define_secret(lua_State *L)
{
    static const struct bind_class class_ = {
        .name = BIND_SECRET,
        .release = secret_free,
        .methods = methods,
        .metamethods = metamethods,
    };

    bind_define(L, &class_);
}
