/* Stand-in keys: RSA and EC keys are made from numbers, which OpenSSL takes as they are; it does
 * not ask whether the halves fit. */
#include "x509/key_stand_in.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "x509/key.h"
#include "x509/key_ossl.h"
#include "x509/ossl.h"
#include "x509/pkey.h"

#define PUBLIC_BYTES 256 /* of an EC point; P-521 has 133 */
#define CURVE_BYTES  64

LC_AUTO_POINTER(BIO, BIO_free_all);

/* n and e are the real ones; the others are small and odd, as the arithmetic wants them. */
static bool make_rsa(EVP_PKEY *public_half, EVP_PKEY **out)
{
    static const struct {
        const char *name;
        BN_ULONG value;
    } made_up[] = {
        { OSSL_PKEY_PARAM_RSA_D, 3 },         { OSSL_PKEY_PARAM_RSA_FACTOR1, 5 },
        { OSSL_PKEY_PARAM_RSA_FACTOR2, 3 },   { OSSL_PKEY_PARAM_RSA_EXPONENT1, 3 },
        { OSSL_PKEY_PARAM_RSA_EXPONENT2, 1 }, { OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 2 },
    };
    LC_AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    LC_AUTO(BN_clear_free) BIGNUM *n = NULL;
    LC_AUTO(BN_clear_free) BIGNUM *e = NULL;
    BIGNUM *numbers[LC_COUNT(made_up)] = { NULL };
    bool good = build != NULL &&
                EVP_PKEY_get_bn_param(public_half, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
                EVP_PKEY_get_bn_param(public_half, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
                OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
                OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1;

    for (size_t i = 0; i < LC_COUNT(made_up) && good; i++) {
        numbers[i] = BN_new();
        good = numbers[i] != NULL && BN_set_word(numbers[i], made_up[i].value) == 1 &&
               OSSL_PARAM_BLD_push_BN(build, made_up[i].name, numbers[i]) == 1;
    }
    if (good)
        *out = lc_pkey_make("RSA", EVP_PKEY_KEYPAIR, build);
    for (size_t i = 0; i < LC_COUNT(made_up); i++)
        BN_free(numbers[i]);
    return *out != NULL;
}

static bool make_ec(EVP_PKEY *public_half, EVP_PKEY **out)
{
    LC_AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    LC_AUTO(BN_clear_free) BIGNUM *one = BN_new();
    unsigned char point[PUBLIC_BYTES];
    char curve[CURVE_BYTES];
    size_t len;

    const bool good =
        build != NULL && one != NULL && BN_set_word(one, 1) == 1 &&
        EVP_PKEY_get_utf8_string_param(public_half, OSSL_PKEY_PARAM_GROUP_NAME, curve,
                                       sizeof(curve), NULL) == 1 &&
        EVP_PKEY_get_octet_string_param(public_half, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
                                        &len) == 1 &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, one) == 1;
    if (good)
        *out = lc_pkey_make("EC", EVP_PKEY_KEYPAIR, build);
    return *out != NULL;
}

bool lc_key_stand_in(const char *public_pem, struct lc_secret *out, struct lc_err *err)
{
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *made = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    lc_ossl_start();
    lc_ossl_know_names();
    LC_AUTO(BIO_free_all) BIO *text = BIO_new_mem_buf(public_pem, -1);
    if (text == NULL)
        return lc_fail_memory(err);
    LC_AUTO(EVP_PKEY_free)
    EVP_PKEY *public_half = PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
    if (public_half == NULL)
        return lc_ossl_fail(err, LC_EPARSE, "cannot read the public key");
    const int type = EVP_PKEY_get_base_id(public_half);
    const struct lc_key_spec other = { .type = LC_KEY_ED25519 };
    if (type == EVP_PKEY_RSA || type == EVP_PKEY_EC) {
        if (!(type == EVP_PKEY_RSA ? make_rsa(public_half, &made) : make_ec(public_half, &made)))
            return lc_ossl_fail(err, LC_ECRYPTO, "cannot make a key that stands in");
        if (!lc_key_take(LC_STEAL(made), &key, err))
            return false;
    } else if (!lc_key_generate(&other, &key, err)) {
        return false;
    }
    return lc_key_encode(key, out, err);
}
