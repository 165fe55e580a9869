/* charm.x509.certificate: read and issue; the class charm.Certificate is mod_x509_cert_class.c. */
#include "bind/x509.h"

static int cert_parse(lua_State *L)
{
    size_t len;
    const char *pem = luaL_checklstring(L, 1, &len);
    struct lc_cert **slot = bind_newbox(L, &bind_cert_class);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_cert_parse(pem, len, slot, &err))
        return bind_fail(L, &err);
    return 1;
}

/* self_signed(key, attributes, { validity = ..., not_before = ..., path_length = ... }) */
static int cert_self_signed(lua_State *L)
{
    const struct lc_key *key = bind_check_key(L, 1);
    struct lc_attrs *attrs = bind_scratch_attrs(L);
    struct bind_shape *shape = bind_scratch_shape(L);
    struct lc_err err = LC_ERR_INIT;

    attrs->add_unique_id_to_subject_name = false; /* a CA is known by its name (2.8) */
    bind_read_attrs(L, 2, attrs);
    bind_read_ca_shape(L, 3, shape);
    struct lc_cert **slot = bind_newbox(L, &bind_cert_class);
    if (!lc_cert_self_sign(attrs, key, &shape->shape, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

/* issue(csr, ca, ca_key, { validity = ..., ... }) */
static int cert_issue(lua_State *L)
{
    const struct lc_csr *csr = bind_check_csr(L, 1);
    const struct lc_cert *ca = bind_check_cert(L, 2);
    const struct lc_key *ca_key = bind_check_key(L, 3);
    struct bind_shape *shape = bind_scratch_shape(L);
    struct lc_err err = LC_ERR_INIT;

    bind_read_shape(L, 4, shape);
    struct lc_cert **slot = bind_newbox(L, &bind_cert_class);
    if (!lc_cert_issue(csr, ca, ca_key, &shape->shape, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

const luaL_Reg bind_x509_cert[] = {
    { "parse", cert_parse },
    { "self_signed", cert_self_signed },
    { "issue", cert_issue },
    { NULL, NULL },
};
