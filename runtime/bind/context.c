/* The hook's port, for bindings that need one. */
#include "bind/bind.h"

const struct lc_juju *bind_juju(lua_State *L, const char *what)
{
    const struct bind_context *context = bind_context(L);
    struct lc_err err = LC_ERR_INIT;

    if (context->session != NULL)
        return lc_session_port(context->session);
    (void)lc_fail(
        &err, LC_ESTATE,
        "%s is only there in a hook; `luacharm model exec UNIT -- luacharm run FILE` gives "
        "a script one",
        what);
    (void)bind_raise(L, &err);
    return NULL; /* not reached */
}
