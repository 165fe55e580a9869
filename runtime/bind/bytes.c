/* Bytes for sinks: a text, a secret, or a key as its PEM. */
#include "bind/state.h"
#include "bind/x509.h"

void bind_check_bytes(lua_State *L, int arg, struct lc_secret *out)
{
    const struct lc_key *key = bind_test(L, arg, &bind_key_class);
    struct lc_err err = LC_ERR_INIT;

    if (key == NULL && !bind_read_bytes(L, arg, out))
        bind_type_error(L, arg, "text, " BIND_KEY " or " BIND_SECRET);
    if (key != NULL && !lc_key_encode(key, out, &err))
        (void)bind_raise(L, &err);
}
