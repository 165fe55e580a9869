/* Public keys, as far as they are looked at without OpenSSL: type, size, fingerprint. */
#include <openssl/core_names.h>
#include <string.h>

#include "x509/parts.h"
#include "x509/pkey.h"

/* Values of object identifiers. */
static const unsigned char rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const unsigned char ec_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const unsigned char ed25519_oid[] = { 0x2b, 0x65, 0x70 };
static const unsigned char p256_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const unsigned char p384_oid[] = { 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const unsigned char p521_oid[] = { 0x2b, 0x81, 0x04, 0x00, 0x23 };

const struct lc_oid lc_oid_rsa = { rsa_oid, sizeof(rsa_oid) };
const struct lc_oid lc_oid_ec = { ec_oid, sizeof(ec_oid) };
const struct lc_oid lc_oid_ed25519 = { ed25519_oid, sizeof(ed25519_oid) };

static const struct lc_curve curves[] = {
    { { p256_oid, sizeof(p256_oid) }, "P-256", "prime256v1", 256 },
    { { p384_oid, sizeof(p384_oid) }, "P-384", "secp384r1", 384 },
    { { p521_oid, sizeof(p521_oid) }, "P-521", "secp521r1", 521 },
};

bool lc_oid_is(const struct lc_der_item *item, const struct lc_oid *oid)
{
    return lc_bytes_equal(item->bytes, item->len, oid->bytes, oid->len);
}

const struct lc_curve *lc_curve_of_oid(const struct lc_der_item *oid)
{
    for (size_t i = 0; i < LC_COUNT(curves); i++)
        if (lc_oid_is(oid, &curves[i].oid))
            return &curves[i];
    return NULL;
}

const struct lc_curve *lc_curve_of_group(const char *group)
{
    for (size_t i = 0; i < LC_COUNT(curves); i++)
        if (strcmp(curves[i].group, group) == 0)
            return &curves[i];
    return NULL;
}

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

static enum lc_key_type type_of(const struct lc_der_item *algorithm)
{
    if (lc_oid_is(algorithm, &lc_oid_rsa))
        return LC_KEY_RSA;
    if (lc_oid_is(algorithm, &lc_oid_ec))
        return LC_KEY_EC;
    if (lc_oid_is(algorithm, &lc_oid_ed25519))
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
    const struct lc_curve *curve = lc_curve_of_oid(&parts->parameters);
    if (curve != NULL) {
        out->curve = curve->name;
        out->bits = curve->bits;
        return;
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

/* --- in what OpenSSL builds ------------------------------------------------------------------ */

/* The algorithm's name and parameters are copied, since the certificate takes them over. */
static bool put_key(X509_PUBKEY *to, const X509_ALGOR *algorithm, unsigned char *bits, size_t len)
{
    const ASN1_OBJECT *object;
    const void *parameters;
    int type;

    X509_ALGOR_get0(&object, &type, &parameters, algorithm);
    const bool is_name = type == V_ASN1_OBJECT;
    const bool has_text = !is_name && type != V_ASN1_UNDEF && type != V_ASN1_NULL;
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *name = OBJ_dup(object);
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *curve = is_name ? OBJ_dup(parameters) : NULL;
    LC_AUTO(ASN1_STRING_free) ASN1_STRING *text = has_text ? ASN1_STRING_dup(parameters) : NULL;
    if (name == NULL || (is_name && curve == NULL) || (has_text && text == NULL) ||
        X509_PUBKEY_set0_param(to, name, type, is_name ? (void *)curve : (void *)text, bits,
                               (int)len) != 1)
        return false;
    (void)LC_STEAL(name);
    (void)LC_STEAL(curve);
    (void)LC_STEAL(text);
    return true;
}

bool lc_spki_copy(const struct lc_der_item *spki, X509_PUBKEY *to, struct lc_err *err)
{
    struct lc_der in = lc_der_inside(spki);
    struct lc_der_item algorithm;
    struct lc_der_item key;

    if (!lc_der_take(&in, LC_DER_SEQUENCE, &algorithm) ||
        !lc_der_take(&in, LC_DER_BIT_STRING, &key) || key.len < 1)
        return lc_fail(err, LC_EPARSE, "the public key is malformed");
    const unsigned char *at = algorithm.whole;
    LC_AUTO(X509_ALGOR_free)
    X509_ALGOR *read = d2i_X509_ALGOR(NULL, &at, (long)algorithm.whole_len);
    /* Behind the number of unused bits, which is 0. */
    LC_AUTO(lc_ossl_free) unsigned char *bits = OPENSSL_memdup(key.bytes + 1, key.len - 1);
    if (read == NULL || bits == NULL || !put_key(to, read, bits, key.len - 1))
        return lc_ossl_fail(err, LC_ENOMEM, "cannot copy a public key");
    (void)LC_STEAL(bits);
    return true;
}
