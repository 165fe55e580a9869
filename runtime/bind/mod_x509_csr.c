/* charm.x509.csr and the class charm.Csr. */
#include "bind/x509.h"

#define DESCRIPTION_MAX_BYTES (4u * 1024 * 1024)

static void release(void *csr)
{
    lc_csr_unref(csr);
}

void bind_push_csr(lua_State *L, struct lc_csr *csr)
{
    if (csr == NULL) {
        lua_pushnil(L);
        return;
    }
    struct lc_csr **slot = bind_newbox(L, &bind_csr_class);
    *slot = lc_csr_ref(csr);
}

/* new(key, attributes) */
static int csr_new(lua_State *L)
{
    const struct lc_key *key = bind_check_key(L, 1);
    struct lc_attrs *attrs = bind_scratch_attrs(L);
    struct lc_err err = LC_ERR_INIT;

    bind_read_attrs(L, 2, attrs);
    struct lc_csr **slot = bind_newbox(L, &bind_csr_class);
    if (!lc_csr_generate(attrs, key, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

static int csr_parse(lua_State *L)
{
    size_t len;
    const char *pem = luaL_checklstring(L, 1, &len);
    struct lc_csr **slot = bind_newbox(L, &bind_csr_class);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_csr_parse(pem, len, slot, &err))
        return bind_fail(L, &err);
    return 1;
}

static int csr_pem(lua_State *L)
{
    lua_pushstring(L, lc_csr_pem(bind_check_csr(L, 1)));
    return 1;
}

static int csr_hash(lua_State *L)
{
    lua_pushstring(L, lc_csr_hash(bind_check_csr(L, 1)));
    return 1;
}

static int csr_fingerprint(lua_State *L)
{
    bind_push_sha256(L, lc_csr_fingerprint(bind_check_csr(L, 1)));
    return 1;
}

/* true, or nil, message, code */
static int csr_verify(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;

    if (!lc_csr_verify(bind_check_csr(L, 1), &err))
        return bind_fail(L, &err);
    lua_pushboolean(L, 1);
    return 1;
}

static int csr_matches(lua_State *L)
{
    const struct lc_csr *csr = bind_check_csr(L, 1);
    const struct lc_key *key = bind_test(L, 2, &bind_key_class);
    const struct lc_cert *cert = bind_test(L, 2, &bind_cert_class);

    if (key != NULL)
        lua_pushboolean(L, lc_csr_matches_key(csr, key));
    else if (cert != NULL)
        lua_pushboolean(L, lc_cert_matches_csr(cert, csr));
    else
        bind_type_error(L, 2, BIND_KEY " or " BIND_CERT);
    return 1;
}

static int csr_subject(lua_State *L)
{
    bind_push_name(L, lc_csr_subject(bind_check_csr(L, 1)));
    return 1;
}

/* The first attribute of its kind in the subject, or nil. */
#define SUBJECT_GETTER(name, oid)                                                                  \
    static int csr_##name(lua_State *L)                                                            \
    {                                                                                              \
        bind_push_text(L, lc_name_get(lc_csr_subject(bind_check_csr(L, 1)), (oid)));               \
        return 1;                                                                                  \
    }

SUBJECT_GETTER(common_name, LC_OID_COMMON_NAME)
SUBJECT_GETTER(email_address, LC_OID_EMAIL)
SUBJECT_GETTER(organization, LC_OID_ORGANIZATION)
SUBJECT_GETTER(organizational_unit, LC_OID_ORGANIZATION_UNIT)
SUBJECT_GETTER(country_name, LC_OID_COUNTRY)
SUBJECT_GETTER(state_or_province_name, LC_OID_STATE)
SUBJECT_GETTER(locality_name, LC_OID_LOCALITY)

static int csr_has_unique_identifier(lua_State *L)
{
    const struct lc_name *subject = lc_csr_subject(bind_check_csr(L, 1));

    lua_pushboolean(L, lc_name_get(subject, LC_OID_UNIQUE_IDENTIFIER) != NULL);
    return 1;
}

static int csr_sans(lua_State *L)
{
    bind_push_sans(L, lc_csr_sans(bind_check_csr(L, 1)));
    return 1;
}

static int csr_sans_dns(lua_State *L)
{
    bind_push_sans_of(L, lc_csr_sans(bind_check_csr(L, 1)), LC_SAN_DNS);
    return 1;
}

static int csr_sans_ip(lua_State *L)
{
    bind_push_sans_of(L, lc_csr_sans(bind_check_csr(L, 1)), LC_SAN_IP);
    return 1;
}

static int csr_sans_oid(lua_State *L)
{
    bind_push_sans_of(L, lc_csr_sans(bind_check_csr(L, 1)), LC_SAN_OID);
    return 1;
}

static int csr_extensions(lua_State *L)
{
    bind_push_extensions(L, lc_csr_extensions(bind_check_csr(L, 1)));
    return 1;
}

/* attributes([is_ca]): what x509.csr.new takes, or nil, message, code */
static int csr_attributes(lua_State *L)
{
    const struct lc_csr *csr = bind_check_csr(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TBOOLEAN);
    struct lc_attrs *attrs = bind_scratch_attrs(L);
    if (!lc_csr_attrs(csr, lua_toboolean(L, 2) != 0, attrs, &err))
        return bind_fail(L, &err);
    bind_push_attrs(L, attrs);
    return 1;
}

static int csr_asks_for_ca(lua_State *L)
{
    lua_pushboolean(L, lc_csr_asks_for_ca(bind_check_csr(L, 1)));
    return 1;
}

static int csr_key_type(lua_State *L)
{
    lua_pushstring(L, lc_key_type_name(lc_csr_key_type(bind_check_csr(L, 1))));
    return 1;
}

static int csr_key_bits(lua_State *L)
{
    lua_pushinteger(L, lc_csr_key_bits(bind_check_csr(L, 1)));
    return 1;
}

static int csr_signature_algorithm(lua_State *L)
{
    lua_pushstring(L, lc_csr_signature_algorithm(bind_check_csr(L, 1)));
    return 1;
}

static int csr_describe(lua_State *L)
{
    const struct lc_csr *csr = bind_check_csr(L, 1);
    struct lc_buf *text = bind_scratch_buf(L, DESCRIPTION_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    lc_csr_describe(csr, text);
    if (!lc_buf_check(text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

static int csr_eq(lua_State *L)
{
    const struct lc_csr *a = bind_test(L, 1, &bind_csr_class);
    const struct lc_csr *b = bind_test(L, 2, &bind_csr_class);

    lua_pushboolean(L, a != NULL && b != NULL && lc_csr_equals(a, b));
    return 1;
}

static int csr_tostring(lua_State *L)
{
    const struct lc_csr *csr = bind_test(L, 1, &bind_csr_class);

    if (csr == NULL) {
        lua_pushliteral(L, BIND_CSR ": closed");
        return 1;
    }
    bind_push_label(L, lc_csr_subject(csr), lc_csr_sans(csr));
    bind_push_key_kind(L, lc_csr_key_type(csr), lc_csr_key_bits(csr), NULL);
    lua_pushfstring(L, BIND_CSR ": %s (%s)", lua_tostring(L, -2), lua_tostring(L, -1));
    return 1;
}

static const luaL_Reg methods[] = {
    { "pem", csr_pem },
    { "hash", csr_hash },
    { "fingerprint", csr_fingerprint },
    { "verify", csr_verify },
    { "matches", csr_matches },
    { "subject", csr_subject },
    { "common_name", csr_common_name },
    { "email_address", csr_email_address },
    { "organization", csr_organization },
    { "organizational_unit", csr_organizational_unit },
    { "country_name", csr_country_name },
    { "state_or_province_name", csr_state_or_province_name },
    { "locality_name", csr_locality_name },
    { "has_unique_identifier", csr_has_unique_identifier },
    { "sans", csr_sans },
    { "sans_dns", csr_sans_dns },
    { "sans_ip", csr_sans_ip },
    { "sans_oid", csr_sans_oid },
    { "extensions", csr_extensions },
    { "attributes", csr_attributes },
    { "asks_for_ca", csr_asks_for_ca },
    { "key_type", csr_key_type },
    { "key_bits", csr_key_bits },
    { "signature_algorithm", csr_signature_algorithm },
    { "describe", csr_describe },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__eq", csr_eq },
    { "__tostring", csr_tostring },
    { NULL, NULL },
};

const struct bind_class bind_csr_class = {
    .name = BIND_CSR,
    .release = release,
    .methods = methods,
    .metamethods = metamethods,
};

const luaL_Reg bind_x509_csr[] = {
    { "new", csr_new },
    { "parse", csr_parse },
    { NULL, NULL },
};
