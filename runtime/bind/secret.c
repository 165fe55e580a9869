/* charm.Secret: bytes that are secret, as a value in Lua. They leave by reveal() alone; sinks such
 * as charm.file.write take the object. */
#include "bind/state.h"

static void release(void *held)
{
    lc_secret_release(held);
}

/* The string that Lua makes of it cannot be wiped before it is collected. */
static int secret_reveal(lua_State *L)
{
    const struct lc_secret *secret = bind_check(L, 1, &bind_secret_class);

    lua_pushlstring(L, secret->data == NULL ? "" : secret->data, secret->len);
    return 1;
}

static int secret_eq(lua_State *L)
{
    const struct lc_secret *a = bind_test(L, 1, &bind_secret_class);
    const struct lc_secret *b = bind_test(L, 2, &bind_secret_class);

    lua_pushboolean(L, a != NULL && b != NULL && lc_secret_equals(a, b));
    return 1;
}

static int secret_tostring(lua_State *L)
{
    lua_pushliteral(L, BIND_SECRET " (redacted)");
    return 1;
}

static const luaL_Reg methods[] = {
    { "reveal", secret_reveal },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__eq", secret_eq },
    { "__tostring", secret_tostring },
    { NULL, NULL },
};

const struct bind_class bind_secret_class = {
    .name = BIND_SECRET,
    .release = release,
    .size = sizeof(struct lc_secret),
    .methods = methods,
    .metamethods = metamethods,
};

struct lc_secret *bind_newsecret(lua_State *L)
{
    return bind_newbox(L, &bind_secret_class);
}
