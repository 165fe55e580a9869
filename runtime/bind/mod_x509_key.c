/* charm.x509.key and the class charm.Key. The key's bytes leave by key:pem() alone. */
#include "base/text.h"
#include "bind/state.h"
#include "bind/x509.h"

static void release(void *key)
{
    lc_key_unref(key);
}

void bind_push_key(lua_State *L, struct lc_key *key)
{
    if (key == NULL) {
        lua_pushnil(L);
        return;
    }
    struct lc_key **slot = bind_newbox(L, &bind_key_class);
    *slot = lc_key_ref(key);
}

void bind_push_key_kind(lua_State *L, enum lc_key_type type, int bits, const char *curve)
{
    const char *name = lc_key_type_name(type);

    if (curve != NULL)
        lua_pushfstring(L, "%s %s", name, curve);
    else if (type == LC_KEY_ED25519 || bits == 0)
        lua_pushstring(L, name);
    else
        lua_pushfstring(L, "%s %d", name, bits);
}

void bind_push_sha256(lua_State *L, const unsigned char *digest)
{
    char hex[LC_SHA256_HEX];

    lc_hex_encode(digest, LC_SHA256_BYTES, hex);
    lua_pushstring(L, hex);
}

void bind_read_key_spec(lua_State *L, int index, struct lc_key_spec *out)
{
    static const char *const options[] = { "type", "bits", "curve", NULL };
    static const char *const types[] = { "rsa", "ec", "ed25519", NULL }; /* as enum lc_key_type */

    bind_check_options(L, index, options);
    const lua_Integer bits = bind_field_integer(L, index, "bits", 0);
    out->type = (enum lc_key_type)bind_field_choice(L, index, "type", types, LC_KEY_RSA);
    out->bits = bits < 0 || bits > INT32_MAX ? INT32_MAX : (int)bits;
    out->curve = bind_field_string(L, index, "curve");
    if (out->type != LC_KEY_RSA && bind_field_is_set(L, index, "bits"))
        bind_misuse(L, "bits: only for keys of type \"rsa\"");
    if (out->type != LC_KEY_EC && out->curve != NULL)
        bind_misuse(L, "curve: only for keys of type \"ec\"");
}

static int key_generate(lua_State *L)
{
    struct lc_key_spec spec;
    struct lc_err err = LC_ERR_INIT;

    bind_read_key_spec(L, 1, &spec);
    struct lc_key **slot = bind_newbox(L, &bind_key_class);
    if (!lc_key_generate(&spec, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

/* parse(text or charm.Secret [, { password = text or charm.Secret }]) */
static int key_parse(lua_State *L)
{
    static const char *const options[] = { "password", NULL };
    struct lc_err err = LC_ERR_INIT;

    lua_settop(L, 2);
    bind_check_options(L, 2, options);
    struct lc_secret *pem = bind_scratch_secret(L);
    struct lc_secret *password = bind_scratch_secret(L);
    if (!bind_read_bytes(L, 1, pem))
        bind_type_error(L, 1, "PEM text or " BIND_SECRET);
    const bool has_password = bind_field_secret(L, 2, "password", password);
    struct lc_key **slot = bind_newbox(L, &bind_key_class);
    if (!lc_key_parse(pem->data == NULL ? "" : pem->data, pem->len, has_password ? password : NULL,
                      slot, &err))
        return bind_fail(L, &err);
    return 1;
}

static int key_pem(lua_State *L)
{
    const struct lc_key *key = bind_check_key(L, 1);
    struct lc_secret *pem = bind_scratch_secret(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_key_encode(key, pem, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, pem->data, pem->len);
    return 1;
}

static int key_public_pem(lua_State *L)
{
    const struct lc_key *key = bind_check_key(L, 1);
    char **pem = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_key_dup_public_pem(key, pem, &err))
        return bind_raise(L, &err);
    lua_pushstring(L, *pem);
    return 1;
}

static int key_type(lua_State *L)
{
    lua_pushstring(L, lc_key_type_name(lc_key_type(bind_check_key(L, 1))));
    return 1;
}

static int key_bits(lua_State *L)
{
    lua_pushinteger(L, lc_key_bits(bind_check_key(L, 1)));
    return 1;
}

static int key_curve(lua_State *L)
{
    bind_push_text(L, lc_key_curve(bind_check_key(L, 1)));
    return 1;
}

static int key_fingerprint(lua_State *L)
{
    bind_push_sha256(L, lc_key_fingerprint(bind_check_key(L, 1)));
    return 1;
}

static int key_matches(lua_State *L)
{
    const struct lc_key *key = bind_check_key(L, 1);
    const struct lc_csr *csr = bind_test(L, 2, &bind_csr_class);
    const struct lc_cert *cert = bind_test(L, 2, &bind_cert_class);

    if (csr != NULL)
        lua_pushboolean(L, lc_csr_matches_key(csr, key));
    else if (cert != NULL)
        lua_pushboolean(L, lc_cert_matches_key(cert, key));
    else
        bind_type_error(L, 2, BIND_CSR " or " BIND_CERT);
    return 1;
}

static int key_eq(lua_State *L)
{
    const struct lc_key *a = bind_test(L, 1, &bind_key_class);
    const struct lc_key *b = bind_test(L, 2, &bind_key_class);

    lua_pushboolean(L, a != NULL && b != NULL && lc_key_equals(a, b));
    return 1;
}

static int key_tostring(lua_State *L)
{
    const struct lc_key *key = bind_test(L, 1, &bind_key_class);

    if (key == NULL) {
        lua_pushliteral(L, BIND_KEY ": closed");
        return 1;
    }
    bind_push_key_kind(L, lc_key_type(key), lc_key_bits(key), lc_key_curve(key));
    lua_pushfstring(L, BIND_KEY ": %s (secret)", lua_tostring(L, -1));
    return 1;
}

static const luaL_Reg methods[] = {
    { "pem", key_pem },         { "public_pem", key_public_pem },
    { "type", key_type },       { "bits", key_bits },
    { "curve", key_curve },     { "fingerprint", key_fingerprint },
    { "matches", key_matches }, { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__eq", key_eq },
    { "__tostring", key_tostring },
    { NULL, NULL },
};

const struct bind_class bind_key_class = {
    .name = BIND_KEY,
    .release = release,
    .methods = methods,
    .metamethods = metamethods,
};

const luaL_Reg bind_x509_key[] = {
    { "generate", key_generate },
    { "parse", key_parse },
    { NULL, NULL },
};
