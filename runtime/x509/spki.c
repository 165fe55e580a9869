/* Public keys, as far as they are looked at without OpenSSL: type, size, fingerprint. */
#include <openssl/core_names.h>

#include "x509/parts.h"

/* Values of object identifiers. */
static const unsigned char rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const unsigned char ec_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const unsigned char ed25519_oid[] = { 0x2b, 0x65, 0x70 };
static const unsigned char p256_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const unsigned char p384_oid[] = { 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const unsigned char p521_oid[] = { 0x2b, 0x81, 0x04, 0x00, 0x23 };

static const struct curve {
    const unsigned char *oid;
    size_t oid_len;
    const char *name;
    int bits;
} curves[] = {
    { p256_oid, sizeof(p256_oid), "P-256", 256 },
    { p384_oid, sizeof(p384_oid), "P-384", 384 },
    { p521_oid, sizeof(p521_oid), "P-521", 521 },
};

struct parts {
    struct lc_der_item algorithm; /* an object identifier */
    struct lc_der_item parameters;
    bool has_parameters;
    struct lc_der_item key; /* a BIT STRING */
};

/* RFC 5280 section 4.1.2.7 and RFC 3279 section 2.3. */
static bool split(const struct lc_der_item *spki, struct parts *out)
{
    struct lc_der in = lc_der_inside(spki);
    struct lc_der algorithm;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &algorithm) ||
        !lc_der_take(&in, LC_DER_BIT_STRING, &out->key) || in.left != 0)
        return false;
    if (!lc_der_take(&algorithm, LC_DER_OID, &out->algorithm))
        return false;
    out->has_parameters = algorithm.left != 0;
    if (out->has_parameters && !lc_der_next(&algorithm, &out->parameters))
        return false;
    return algorithm.left == 0 && out->key.len != 0;
}

static bool is_oid(const struct lc_der_item *item, const unsigned char *oid, size_t len)
{
    return lc_bytes_equal(item->bytes, item->len, oid, len);
}

static enum lc_key_type type_of(const struct lc_der_item *algorithm)
{
    if (is_oid(algorithm, rsa_oid, sizeof(rsa_oid)))
        return LC_KEY_RSA;
    if (is_oid(algorithm, ec_oid, sizeof(ec_oid)))
        return LC_KEY_EC;
    if (is_oid(algorithm, ed25519_oid, sizeof(ed25519_oid)))
        return LC_KEY_ED25519;
    return LC_KEY_OTHER;
}

/* 0 when it is no positive number of at most 64 bits. */
static uint64_t read_exponent(struct lc_der numbers)
{
    struct lc_der_item item;
    uint64_t number = 0;

    if (!lc_der_take(&numbers, LC_DER_INTEGER, &item) || !lc_der_is_integer(&item) ||
        item.bytes[0] >= 0x80 || item.len > 9 || (item.len == 9 && item.bytes[0] != 0))
        return 0;
    for (size_t i = 0; i < item.len; i++)
        number = number << 8 | item.bytes[i];
    return number;
}

/* Bits of the modulus; 0 where it is not RSAPublicKey (RFC 8017 appendix A.1.1). */
static int read_rsa(const struct lc_der_item *key, uint64_t *exponent_out)
{
    struct lc_der in = { key->bytes + 1, key->len - 1 }; /* behind the count of unused bits */
    struct lc_der numbers;
    struct lc_der_item modulus;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &numbers) ||
        !lc_der_take(&numbers, LC_DER_INTEGER, &modulus) || !lc_der_is_integer(&modulus) ||
        modulus.bytes[0] >= 0x80)
        return 0;
    const size_t skipped = modulus.bytes[0] == 0 ? 1 : 0;
    if (modulus.len == skipped)
        return 0;
    int bits = (int)(modulus.len - skipped) * 8;
    for (unsigned top = modulus.bytes[skipped]; top < 0x80; top <<= 1)
        bits--;
    *exponent_out = read_exponent(numbers);
    return bits;
}

/* The form in which keys are compared; others say the same in other words. */
static bool is_usual(enum lc_key_type type, const struct parts *parts)
{
    const struct lc_der_item *key = &parts->key;

    switch (type) {
    case LC_KEY_RSA:
        return parts->has_parameters && parts->parameters.tag == LC_DER_NULL;
    case LC_KEY_EC: /* uncompressed: RFC 5480 section 2.2 */
        return parts->has_parameters && parts->parameters.tag == LC_DER_OID && key->len > 1 &&
               key->bytes[1] == 0x04;
    default:
        return true;
    }
}

static void name_curve(const struct parts *parts, struct lc_spki *out)
{
    out->curve = "unnamed";
    if (!parts->has_parameters || parts->parameters.tag != LC_DER_OID)
        return;
    for (size_t i = 0; i < LC_COUNT(curves); i++) {
        if (is_oid(&parts->parameters, curves[i].oid, curves[i].oid_len)) {
            out->curve = curves[i].name;
            out->bits = curves[i].bits;
            return;
        }
    }
    const char *name = lc_oid_long_name(&parts->parameters);
    if (name != NULL)
        out->curve = name;
}

/* With OpenSSL, which takes a hundred times as long: bits of what is unknown here, and the usual
 * form of a key. A key that it cannot read stays what it is. */
static bool ask_openssl(const struct lc_der_item *spki, struct lc_spki *out, struct lc_err *err)
{
    const unsigned char *at = spki->whole;

    lc_ossl_know_names();
    LC_AUTO(lc_ossl_free) unsigned char *usual = NULL;
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki->whole_len);

    if (pkey == NULL) {
        if (lc_ossl_is_starved())
            return lc_ossl_fail(err, LC_ENOMEM, "out of memory");
        lc_ossl_clear();
        return lc_sha256(spki->whole, spki->whole_len, out->fingerprint, err);
    }
    if (out->bits == 0)
        out->bits = EVP_PKEY_get_bits(pkey);
    if (out->type == LC_KEY_EC &&
        EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                       OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot read a public key's point");
    const int len = i2d_PUBKEY(pkey, &usual);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot encode a public key");
    return lc_sha256(usual, (size_t)len, out->fingerprint, err);
}

bool lc_spki_read(const struct lc_der_item *spki, struct lc_spki *out, struct lc_err *err)
{
    struct parts parts;

    *out = (struct lc_spki){ .type = LC_KEY_OTHER };
    if (!split(spki, &parts))
        return lc_fail(err, LC_EPARSE, "the public key is malformed");
    out->type = type_of(&parts.algorithm);
    if (out->type == LC_KEY_RSA)
        out->bits = read_rsa(&parts.key, &out->rsa_exponent);
    else if (out->type == LC_KEY_EC)
        name_curve(&parts, out);
    else if (out->type == LC_KEY_ED25519)
        out->bits = 256; /* RFC 8032 section 5.1.5 */
    if (out->bits == 0 || !is_usual(out->type, &parts))
        return ask_openssl(spki, out, err);
    return lc_sha256(spki->whole, spki->whole_len, out->fingerprint, err);
}
