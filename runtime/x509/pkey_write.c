/* Keys written in their usual forms, of the numbers that OpenSSL tells. */
#include <openssl/core_names.h>
#include <string.h>

#include "x509/der_write.h"
#include "x509/pkey.h"

#define ED25519_BYTES 32
#define POINT_BYTES   (1 + 2 * LC_CURVE_MAX_BYTES)
#define GROUP_BYTES   80

/* Over what any form of a private key takes: a curve that is spelt out has eight numbers. */
#define PRIVATE_BYTES(bits) (((size_t)(bits) / 8 + 8) * 8 + 256)

/* --- parts ----------------------------------------------------------------------------------- */

static bool put_number(EVP_PKEY *pkey, const char *name, struct lc_buf *out)
{
    LC_AUTO(BN_clear_free) BIGNUM *number = NULL;

    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
        return false;
    const size_t len = (size_t)BN_num_bytes(number);
    const bool padded = len == 0 || BN_is_bit_set(number, (int)len * 8 - 1);
    const size_t from = out->len;
    if (padded)
        lc_buf_putc(out, 0);
    unsigned char *room = lc_buf_room(out, len);
    if (room == NULL || BN_bn2bin(number, room) != (int)len)
        return false;
    lc_buf_grew(out, len);
    lc_der_box(out, from, LC_DER_INTEGER);
    return true;
}

/* AlgorithmIdentifier; parameters: an OID, or LC_DER_NULL, or none. */
static void put_algorithm(struct lc_buf *out, const struct lc_oid *algorithm, int tag,
                          const struct lc_oid *parameters)
{
    const size_t from = out->len;

    lc_der_put(out, LC_DER_OID, algorithm->bytes, algorithm->len);
    if (tag != 0)
        lc_der_put(out, tag, parameters == NULL ? NULL : parameters->bytes,
                   parameters == NULL ? 0 : parameters->len);
    lc_der_box(out, from, LC_DER_SEQUENCE);
}

/* The named curve of a key, and its point, uncompressed; NULL for what is not so. */
static const struct lc_curve *get_point(EVP_PKEY *pkey, unsigned char point[POINT_BYTES],
                                        size_t *len)
{
    char text[GROUP_BYTES];

    if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, text, sizeof(text),
                                       NULL) != 1 ||
        strcmp(text, OSSL_PKEY_EC_ENCODING_GROUP) != 0 ||
        EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, text, sizeof(text),
                                       NULL) != 1)
        return NULL;
    const struct lc_curve *curve = lc_curve_of_group(text);
    if (curve == NULL ||
        EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_BYTES, len) !=
            1 ||
        *len != 1 + 2 * LC_CURVE_BYTES(curve->bits) || point[0] != 0x04)
        return NULL;
    return curve;
}

/* A BIT STRING of whole bytes. */
static void put_bits(struct lc_buf *out, const void *bytes, size_t len)
{
    const size_t from = out->len;

    lc_buf_putc(out, 0);
    lc_buf_add(out, bytes, len);
    lc_der_box(out, from, LC_DER_BIT_STRING);
}

/* --- public keys ----------------------------------------------------------------------------- */

static bool put_rsa_public(EVP_PKEY *pkey, struct lc_buf *out)
{
    put_algorithm(out, &lc_oid_rsa, LC_DER_NULL, NULL);
    const size_t from = out->len;
    lc_buf_putc(out, 0);
    const size_t numbers = out->len;
    if (!put_number(pkey, OSSL_PKEY_PARAM_RSA_N, out) ||
        !put_number(pkey, OSSL_PKEY_PARAM_RSA_E, out))
        return false;
    lc_der_box(out, numbers, LC_DER_SEQUENCE);
    lc_der_box(out, from, LC_DER_BIT_STRING);
    return true;
}

static bool put_ec_public(EVP_PKEY *pkey, struct lc_buf *out)
{
    unsigned char point[POINT_BYTES];
    size_t len;
    const struct lc_curve *curve = get_point(pkey, point, &len);

    if (curve == NULL)
        return false;
    put_algorithm(out, &lc_oid_ec, LC_DER_OID, &curve->oid);
    put_bits(out, point, len);
    return true;
}

static bool put_ed25519_public(EVP_PKEY *pkey, struct lc_buf *out)
{
    unsigned char bytes[ED25519_BYTES];
    size_t len = sizeof(bytes);

    if (EVP_PKEY_get_raw_public_key(pkey, bytes, &len) != 1)
        return false;
    put_algorithm(out, &lc_oid_ed25519, 0, NULL);
    put_bits(out, bytes, len);
    return true;
}

static bool put_public(EVP_PKEY *pkey, struct lc_buf *out)
{
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA:
        return put_rsa_public(pkey, out);
    case EVP_PKEY_EC:
        return put_ec_public(pkey, out);
    case EVP_PKEY_ED25519:
        return put_ed25519_public(pkey, out);
    default:
        return false;
    }
}

bool lc_pkey_write_public(EVP_PKEY *pkey, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;

    if (put_public(pkey, out)) {
        lc_der_box(out, 0, LC_DER_SEQUENCE);
        return lc_buf_check(out, err);
    }
    lc_ossl_clear();
    lc_buf_clear(out);
    const int len = i2d_PUBKEY(pkey, &der);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot encode the public key");
    lc_buf_add(out, der, (size_t)len);
    return lc_buf_check(out, err);
}

/* --- private keys ---------------------------------------------------------------------------- */

static bool put_rsa(EVP_PKEY *pkey, struct lc_buf *out)
{
    static const char *const names[] = {
        OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    };
    LC_AUTO(BN_clear_free) BIGNUM *third = NULL;

    /* A key of more than two primes has another form. */
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) == 1 ||
        lc_ossl_is_starved())
        return false;
    lc_ossl_clear();
    lc_der_put(out, LC_DER_INTEGER, "", 1); /* version 0 */
    for (size_t i = 0; i < LC_COUNT(names); i++)
        if (!put_number(pkey, names[i], out))
            return false;
    lc_der_box(out, 0, LC_DER_SEQUENCE);
    return true;
}

static bool put_ec(EVP_PKEY *pkey, struct lc_buf *out)
{
    LC_AUTO(BN_clear_free) BIGNUM *number = NULL;
    unsigned char point[POINT_BYTES];
    size_t len;
    const struct lc_curve *curve = get_point(pkey, point, &len);

    if (curve == NULL || EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1)
        return false;
    const size_t size = LC_CURVE_BYTES(curve->bits);
    lc_der_put(out, LC_DER_INTEGER, "\1", 1);
    size_t from = out->len;
    unsigned char *room = lc_buf_room(out, size);
    if (room == NULL || BN_bn2binpad(number, room, (int)size) != (int)size)
        return false;
    lc_buf_grew(out, size);
    lc_der_box(out, from, LC_DER_OCTET_STRING);
    from = out->len;
    lc_der_put(out, LC_DER_OID, curve->oid.bytes, curve->oid.len);
    lc_der_box(out, from, LC_DER_CONTEXT_BOX + 0);
    from = out->len;
    put_bits(out, point, len);
    lc_der_box(out, from, LC_DER_CONTEXT_BOX + 1);
    lc_der_box(out, 0, LC_DER_SEQUENCE);
    return true;
}

static bool put_ed25519(EVP_PKEY *pkey, struct lc_buf *out)
{
    size_t len = ED25519_BYTES;

    lc_der_put(out, LC_DER_INTEGER, "", 1); /* version 0 */
    put_algorithm(out, &lc_oid_ed25519, 0, NULL);
    const size_t from = out->len;
    unsigned char *room = lc_buf_room(out, len);
    if (room == NULL || EVP_PKEY_get_raw_private_key(pkey, room, &len) != 1)
        return false;
    lc_buf_grew(out, len);
    lc_der_box(out, from, LC_DER_OCTET_STRING);
    lc_der_box(out, from, LC_DER_OCTET_STRING);
    lc_der_box(out, 0, LC_DER_SEQUENCE);
    return true;
}

/* OpenSSL's own encoding, in its memory, which is wiped. */
static int encode(EVP_PKEY *pkey, enum lc_key_type type, unsigned char **der)
{
    if (type == LC_KEY_RSA || type == LC_KEY_EC)
        return i2d_PrivateKey(pkey, der);
    LC_AUTO(PKCS8_PRIV_KEY_INFO_free) PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    return info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, der);
}

bool lc_pkey_write_private(EVP_PKEY *pkey, enum lc_key_type type, struct lc_buf *out,
                           struct lc_err *err)
{
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;

    lc_buf_init(out, PRIVATE_BYTES(EVP_PKEY_get_bits(pkey)));
    if (lc_buf_room(out, out->max) == NULL) /* all of it, so that it is never moved */
        return lc_buf_check(out, err);
    if ((type == LC_KEY_RSA && put_rsa(pkey, out)) || (type == LC_KEY_EC && put_ec(pkey, out)) ||
        (type == LC_KEY_ED25519 && put_ed25519(pkey, out)))
        return lc_buf_check(out, err);
    lc_ossl_clear();
    lc_buf_clear(out);
    const int len = encode(pkey, type, &der);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot encode the key");
    lc_buf_add(out, der, (size_t)len);
    return lc_buf_check(out, err);
}
