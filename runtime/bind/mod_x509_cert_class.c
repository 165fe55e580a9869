/* The class charm.Certificate. */
#include "bind/x509.h"

#define DESCRIPTION_MAX_BYTES (4u * 1024 * 1024)

static void release(void *cert)
{
    lc_cert_unref(cert);
}

void bind_push_cert(lua_State *L, struct lc_cert *cert)
{
    if (cert == NULL) {
        lua_pushnil(L);
        return;
    }
    struct lc_cert **slot = bind_newbox(L, &bind_cert_class);
    *slot = lc_cert_ref(cert);
}

static int cert_pem(lua_State *L)
{
    lua_pushstring(L, lc_cert_pem(bind_check_cert(L, 1)));
    return 1;
}

static int cert_hash(lua_State *L)
{
    lua_pushstring(L, lc_cert_hash(bind_check_cert(L, 1)));
    return 1;
}

static int cert_fingerprint(lua_State *L)
{
    bind_push_sha256(L, lc_cert_fingerprint(bind_check_cert(L, 1)));
    return 1;
}

static int cert_serial(lua_State *L)
{
    lua_pushstring(L, lc_cert_serial(bind_check_cert(L, 1)));
    return 1;
}

static int cert_version(lua_State *L)
{
    lua_pushinteger(L, lc_cert_version(bind_check_cert(L, 1)));
    return 1;
}

static int cert_not_before(lua_State *L)
{
    lua_pushinteger(L, lc_cert_not_before(bind_check_cert(L, 1)));
    return 1;
}

static int cert_not_after(lua_State *L)
{
    lua_pushinteger(L, lc_cert_not_after(bind_check_cert(L, 1)));
    return 1;
}

static int cert_is_ca(lua_State *L)
{
    lua_pushboolean(L, lc_cert_is_ca(bind_check_cert(L, 1)));
    return 1;
}

static int cert_is_self_signed(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    bool is_own = false;

    if (!lc_cert_is_self_signed(bind_check_cert(L, 1), &is_own, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, is_own);
    return 1;
}

static int cert_is_issued_by(lua_State *L)
{
    const struct lc_cert *cert = bind_check_cert(L, 1);
    const struct lc_cert *issuer = bind_check_cert(L, 2);
    struct lc_err err = LC_ERR_INIT;
    bool issued = false;

    if (!lc_cert_is_issued_by(cert, issuer, &issued, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, issued);
    return 1;
}

static int cert_matches(lua_State *L)
{
    const struct lc_cert *cert = bind_check_cert(L, 1);
    const struct lc_key *key = bind_test(L, 2, &bind_key_class);
    const struct lc_csr *csr = bind_test(L, 2, &bind_csr_class);

    if (key != NULL)
        lua_pushboolean(L, lc_cert_matches_key(cert, key));
    else if (csr != NULL)
        lua_pushboolean(L, lc_cert_matches_csr(cert, csr));
    else
        bind_type_error(L, 2, BIND_KEY " or " BIND_CSR);
    return 1;
}

/* missing_names(csr): a list of "DNS:www.example.com", empty when nothing is missing */
static int cert_missing_names(lua_State *L)
{
    const struct lc_cert *cert = bind_check_cert(L, 1);
    const struct lc_csr *csr = bind_check_csr(L, 2);
    struct lc_strlist *names = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_cert_missing_names(cert, csr, names, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, names);
    return 1;
}

static int cert_subject(lua_State *L)
{
    bind_push_name(L, lc_cert_subject(bind_check_cert(L, 1)));
    return 1;
}

static int cert_issuer(lua_State *L)
{
    bind_push_name(L, lc_cert_issuer(bind_check_cert(L, 1)));
    return 1;
}

/* The first attribute of its kind in the subject, or nil. */
#define SUBJECT_GETTER(name, oid)                                                                  \
    static int cert_##name(lua_State *L)                                                           \
    {                                                                                              \
        bind_push_text(L, lc_name_get(lc_cert_subject(bind_check_cert(L, 1)), (oid)));             \
        return 1;                                                                                  \
    }

SUBJECT_GETTER(common_name, LC_OID_COMMON_NAME)
SUBJECT_GETTER(email_address, LC_OID_EMAIL)
SUBJECT_GETTER(organization, LC_OID_ORGANIZATION)
SUBJECT_GETTER(organizational_unit, LC_OID_ORGANIZATION_UNIT)
SUBJECT_GETTER(country_name, LC_OID_COUNTRY)
SUBJECT_GETTER(state_or_province_name, LC_OID_STATE)
SUBJECT_GETTER(locality_name, LC_OID_LOCALITY)

static int cert_sans(lua_State *L)
{
    bind_push_sans(L, lc_cert_sans(bind_check_cert(L, 1)));
    return 1;
}

/* nil without the extension: that is something else than an empty list (X509-027). */
static int push_sans_of(lua_State *L, enum lc_san_type type)
{
    const struct lc_sans *sans = lc_cert_sans(bind_check_cert(L, 1));

    if (sans->present)
        bind_push_sans_of(L, sans, type);
    else
        lua_pushnil(L);
    return 1;
}

static int cert_sans_dns(lua_State *L)
{
    return push_sans_of(L, LC_SAN_DNS);
}

static int cert_sans_ip(lua_State *L)
{
    return push_sans_of(L, LC_SAN_IP);
}

static int cert_sans_oid(lua_State *L)
{
    return push_sans_of(L, LC_SAN_OID);
}

static int cert_extensions(lua_State *L)
{
    bind_push_extensions(L, lc_cert_extensions(bind_check_cert(L, 1)));
    return 1;
}

static int cert_key_type(lua_State *L)
{
    lua_pushstring(L, lc_key_type_name(lc_cert_key_type(bind_check_cert(L, 1))));
    return 1;
}

static int cert_key_bits(lua_State *L)
{
    lua_pushinteger(L, lc_cert_key_bits(bind_check_cert(L, 1)));
    return 1;
}

static int cert_signature_algorithm(lua_State *L)
{
    lua_pushstring(L, lc_cert_signature_algorithm(bind_check_cert(L, 1)));
    return 1;
}

static int cert_describe(lua_State *L)
{
    const struct lc_cert *cert = bind_check_cert(L, 1);
    struct lc_buf *text = bind_scratch_buf(L, DESCRIPTION_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    lc_cert_describe(cert, text);
    if (!lc_buf_check(text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

static int cert_eq(lua_State *L)
{
    const struct lc_cert *a = bind_test(L, 1, &bind_cert_class);
    const struct lc_cert *b = bind_test(L, 2, &bind_cert_class);

    lua_pushboolean(L, a != NULL && b != NULL && lc_cert_equals(a, b));
    return 1;
}

static int cert_tostring(lua_State *L)
{
    const struct lc_cert *cert = bind_test(L, 1, &bind_cert_class);
    char until[LC_TIME_TEXT_BYTES];

    if (cert == NULL) {
        lua_pushliteral(L, BIND_CERT ": closed");
        return 1;
    }
    lc_time_format(lc_cert_not_after(cert), until);
    bind_push_label(L, lc_cert_subject(cert), lc_cert_sans(cert));
    lua_pushfstring(L, BIND_CERT ": %s%s, until %s", lua_tostring(L, -1),
                    lc_cert_is_ca(cert) ? " (CA)" : "", until);
    return 1;
}

static const luaL_Reg methods[] = {
    { "pem", cert_pem },
    { "hash", cert_hash },
    { "fingerprint", cert_fingerprint },
    { "serial", cert_serial },
    { "version", cert_version },
    { "not_before", cert_not_before },
    { "not_after", cert_not_after },
    { "is_ca", cert_is_ca },
    { "is_self_signed", cert_is_self_signed },
    { "is_issued_by", cert_is_issued_by },
    { "matches", cert_matches },
    { "missing_names", cert_missing_names },
    { "subject", cert_subject },
    { "issuer", cert_issuer },
    { "common_name", cert_common_name },
    { "email_address", cert_email_address },
    { "organization", cert_organization },
    { "organizational_unit", cert_organizational_unit },
    { "country_name", cert_country_name },
    { "state_or_province_name", cert_state_or_province_name },
    { "locality_name", cert_locality_name },
    { "sans", cert_sans },
    { "sans_dns", cert_sans_dns },
    { "sans_ip", cert_sans_ip },
    { "sans_oid", cert_sans_oid },
    { "extensions", cert_extensions },
    { "key_type", cert_key_type },
    { "key_bits", cert_key_bits },
    { "signature_algorithm", cert_signature_algorithm },
    { "describe", cert_describe },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__eq", cert_eq },
    { "__tostring", cert_tostring },
    { NULL, NULL },
};

const struct bind_class bind_cert_class = {
    .name = BIND_CERT,
    .release = release,
    .methods = methods,
    .metamethods = metamethods,
};
