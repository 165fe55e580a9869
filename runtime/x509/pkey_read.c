/* Keys read from their usual forms: their numbers are found in the DER and given to OpenSSL, which
 * looks whether a point lies on its curve. */
#include <openssl/core_names.h>
#include <string.h>

#include "x509/pkey.h"

#define RSA_NUMBERS 8

EVP_PKEY *lc_pkey_make(const char *type, int selection, OSSL_PARAM_BLD *build)
{
    LC_AUTO(OSSL_PARAM_free) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    LC_AUTO(EVP_PKEY_CTX_free)
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (params == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pkey, selection, params) != 1)
        return NULL;
    return pkey;
}

/* --- RSA ------------------------------------------------------------------------------------- */

/* In the order of RSAPrivateKey; an RSAPublicKey has the first two. */
static const char *const rsa_names[RSA_NUMBERS] = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
    OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/* A positive number; NULL where it is none. */
static BIGNUM *take_number(struct lc_der *in)
{
    struct lc_der_item item;

    if (!lc_der_take(in, LC_DER_INTEGER, &item) || !lc_der_is_integer(&item) ||
        item.bytes[0] >= 0x80 || (item.len == 1 && item.bytes[0] == 0) ||
        item.len > LC_KEY_MAX_BYTES)
        return NULL;
    return BN_bin2bn(item.bytes, (int)item.len, NULL);
}

static EVP_PKEY *make_rsa(struct lc_der numbers, size_t count)
{
    LC_AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *taken[RSA_NUMBERS] = { NULL };
    bool good = build != NULL;
    EVP_PKEY *pkey = NULL;

    for (size_t i = 0; i < count && good; i++) {
        taken[i] = take_number(&numbers);
        good = taken[i] != NULL && OSSL_PARAM_BLD_push_BN(build, rsa_names[i], taken[i]) == 1;
    }
    if (good && numbers.left == 0)
        pkey = lc_pkey_make("RSA", count == 2 ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, build);
    for (size_t i = 0; i < count; i++)
        BN_clear_free(taken[i]);
    return pkey;
}

/* --- EC -------------------------------------------------------------------------------------- */

/* bits: the value of a BIT STRING with an uncompressed point. number: of the private key; NULL for
 * the public half alone. */
static EVP_PKEY *make_ec(const struct lc_curve *curve, const struct lc_der_item *bits,
                         const struct lc_der_item *number)
{
    const size_t size = LC_CURVE_BYTES(curve->bits);

    if (bits->len != 2 + 2 * size || bits->bytes[0] != 0 || bits->bytes[1] != 0x04 ||
        (number != NULL && number->len != size))
        return NULL;
    LC_AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    LC_AUTO(BN_clear_free)
    BIGNUM *secret = number == NULL ? NULL : BN_bin2bn(number->bytes, (int)size, NULL);
    if (build == NULL ||
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, bits->bytes + 1,
                                         bits->len - 1) != 1)
        return NULL;
    if (number == NULL)
        return lc_pkey_make("EC", EVP_PKEY_PUBLIC_KEY, build);
    if (secret == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, secret) != 1)
        return NULL;
    return lc_pkey_make("EC", EVP_PKEY_KEYPAIR, build);
}

/* curve: of the PrivateKeyInfo around it, where the parameters may be left out; NULL without one.
 */
static EVP_PKEY *read_ec(struct lc_der in, const struct lc_curve *curve)
{
    struct lc_der key;
    struct lc_der box;
    struct lc_der_item version;
    struct lc_der_item number;
    struct lc_der_item oid;
    struct lc_der_item bits;
    int one;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &key) || in.left != 0 ||
        !lc_der_take(&key, LC_DER_INTEGER, &version) || !lc_der_small(&version, &one) || one != 1 ||
        !lc_der_take(&key, LC_DER_OCTET_STRING, &number))
        return NULL;
    if (lc_der_enter(&key, LC_DER_CONTEXT_BOX + 0, &box)) {
        if (!lc_der_take(&box, LC_DER_OID, &oid) || box.left != 0 ||
            (curve != NULL && lc_curve_of_oid(&oid) != curve))
            return NULL;
        curve = lc_curve_of_oid(&oid);
    }
    if (curve == NULL || !lc_der_enter(&key, LC_DER_CONTEXT_BOX + 1, &box) || key.left != 0 ||
        !lc_der_take(&box, LC_DER_BIT_STRING, &bits) || box.left != 0)
        return NULL;
    return make_ec(curve, &bits, &number);
}

/* --- private keys ---------------------------------------------------------------------------- */

/* What was not to be read has left reasons behind. */
static EVP_PKEY *read_or_clear(EVP_PKEY *pkey)
{
    if (pkey == NULL)
        lc_ossl_clear();
    return pkey;
}

static EVP_PKEY *read_rsa(struct lc_der in)
{
    struct lc_der numbers;
    struct lc_der_item version;
    int zero;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &numbers) || in.left != 0 ||
        !lc_der_take(&numbers, LC_DER_INTEGER, &version) || !lc_der_small(&version, &zero) ||
        zero != 0)
        return NULL;
    return make_rsa(numbers, RSA_NUMBERS);
}

EVP_PKEY *lc_pkey_read_rsa(struct lc_der in)
{
    return read_or_clear(read_rsa(in));
}

EVP_PKEY *lc_pkey_read_ec(struct lc_der in)
{
    return read_or_clear(read_ec(in, NULL));
}

/* RFC 8410 section 7. */
static EVP_PKEY *read_ed25519(struct lc_der in)
{
    struct lc_der_item bytes;

    if (!lc_der_take(&in, LC_DER_OCTET_STRING, &bytes) || in.left != 0 || bytes.len != 32)
        return NULL;
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes.bytes, bytes.len);
}

static EVP_PKEY *read_pkcs8(struct lc_der in)
{
    struct lc_der info;
    struct lc_der algorithm;
    struct lc_der_item version;
    struct lc_der_item oid;
    struct lc_der_item parameters = { .tag = 0 };
    struct lc_der_item key;
    int zero;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &info) || in.left != 0 ||
        !lc_der_take(&info, LC_DER_INTEGER, &version) || !lc_der_small(&version, &zero) ||
        zero != 0 || !lc_der_enter(&info, LC_DER_SEQUENCE, &algorithm) ||
        !lc_der_take(&info, LC_DER_OCTET_STRING, &key) || info.left != 0 ||
        !lc_der_take(&algorithm, LC_DER_OID, &oid) ||
        (algorithm.left != 0 && !lc_der_next(&algorithm, &parameters)) || algorithm.left != 0)
        return NULL;
    if (lc_oid_is(&oid, &lc_oid_rsa) && parameters.tag == LC_DER_NULL)
        return read_rsa(lc_der_inside(&key));
    if (lc_oid_is(&oid, &lc_oid_ed25519) && parameters.tag == 0)
        return read_ed25519(lc_der_inside(&key));
    if (lc_oid_is(&oid, &lc_oid_ec) && parameters.tag == LC_DER_OID &&
        lc_curve_of_oid(&parameters) != NULL)
        return read_ec(lc_der_inside(&key), lc_curve_of_oid(&parameters));
    return NULL;
}

EVP_PKEY *lc_pkey_read_pkcs8(struct lc_der in)
{
    return read_or_clear(read_pkcs8(in));
}

/* --- public keys ----------------------------------------------------------------------------- */

static EVP_PKEY *read_public(struct lc_der in)
{
    struct lc_der algorithm;
    struct lc_der_item oid;
    struct lc_der_item parameters = { .tag = 0 };
    struct lc_der_item bits;
    struct lc_der numbers;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &algorithm) ||
        !lc_der_take(&in, LC_DER_BIT_STRING, &bits) || in.left != 0 || bits.len < 2 ||
        bits.bytes[0] != 0 || !lc_der_take(&algorithm, LC_DER_OID, &oid) ||
        (algorithm.left != 0 && !lc_der_next(&algorithm, &parameters)) || algorithm.left != 0)
        return NULL;
    struct lc_der inside = { bits.bytes + 1, bits.len - 1 };
    if (lc_oid_is(&oid, &lc_oid_rsa) && parameters.tag == LC_DER_NULL)
        return lc_der_enter(&inside, LC_DER_SEQUENCE, &numbers) && inside.left == 0
                   ? make_rsa(numbers, 2)
                   : NULL;
    if (lc_oid_is(&oid, &lc_oid_ed25519) && parameters.tag == 0 && inside.left == 32)
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, inside.at, inside.left);
    if (lc_oid_is(&oid, &lc_oid_ec) && parameters.tag == LC_DER_OID &&
        lc_curve_of_oid(&parameters) != NULL)
        return make_ec(lc_curve_of_oid(&parameters), &bits, NULL);
    return NULL;
}

EVP_PKEY *lc_pkey_read_public(const struct lc_der_item *spki)
{
    const unsigned char *at = spki->whole;
    EVP_PKEY *pkey = read_or_clear(read_public(lc_der_inside(spki)));

    if (pkey != NULL)
        return pkey;
    lc_ossl_know_names();
    return d2i_PUBKEY(NULL, &at, (long)spki->whole_len);
}
