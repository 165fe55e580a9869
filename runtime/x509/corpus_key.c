/* Keys from a seed. OpenSSL draws its own random numbers for RSA keys and ECDSA signatures; here
 * the arithmetic is done with its big numbers, from numbers that a hash of the seed gives. */
#include "x509/corpus_key.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "x509/der.h"
#include "x509/der_write.h"
#include "x509/parts.h"

#define RSA_MAX_BYTES 2048 /* 16384 bits */
#define SCALAR_BYTES  48   /* of the largest curve */

static const struct corpus_key_kind kinds[] = {
    { "rsa-2048", CORPUS_RSA, 2048, 65537, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-3072", CORPUS_RSA, 3072, 65537, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-4096", CORPUS_RSA, 4096, 65537, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "ec-p256", CORPUS_EC, 0, 0, 0, NID_X9_62_prime256v1, "SHA256", "30{@1.2.840.10045.4.3.2}" },
    { "ec-p384", CORPUS_EC, 0, 0, 0, NID_secp384r1, "SHA384", "30{@1.2.840.10045.4.3.3}" },
    { "ed25519", CORPUS_ED25519, 0, 0, 0, 0, NULL, "30{@1.3.101.112}" },
    /* Unusual ones. */
    { "rsa-1024", CORPUS_RSA, 1024, 65537, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-16384", CORPUS_RSA, 16384, 65537, 32, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-e3", CORPUS_RSA, 2048, 3, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-e1", CORPUS_RSA, 2048, 1, 2, 0, "SHA256", "30{@1.2.840.113549.1.1.11 0500}" },
    { "rsa-sha1", CORPUS_RSA, 2048, 65537, 2, 0, "SHA1", "30{@1.2.840.113549.1.1.5 0500}" },
    { "ec-secp256k1", CORPUS_EC, 0, 0, 0, NID_secp256k1, "SHA256", "30{@1.2.840.10045.4.3.2}" },
};

#define USUAL_COUNT 6

const struct corpus_key_kind *corpus_key_kind(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool corpus_key_is_usual(const struct corpus_key_kind *kind)
{
    return kind < kinds + USUAL_COUNT;
}

LC_AUTO_POINTER(BIGNUM, BN_free);
LC_AUTO_POINTER(BN_CTX, BN_CTX_free);
LC_AUTO_POINTER(EC_POINT, EC_POINT_free);

struct corpus_key {
    const struct corpus_key_kind *kind;
    BIGNUM *modulus; /* RSA */
    BIGNUM *secret;  /* RSA: the private exponent; EC: the scalar */
    EC_GROUP *group; /* EC */
    EC_POINT *point; /* EC */
    EVP_PKEY *pkey;  /* Ed25519 */
};

void corpus_key_free(struct corpus_key *key)
{
    if (key == NULL)
        return;
    BN_free(key->modulus);
    BN_clear_free(key->secret);
    EC_POINT_free(key->point);
    EC_GROUP_free(key->group);
    EVP_PKEY_free(key->pkey);
    lc_free(key);
}

static bool fail(struct lc_err *err)
{
    return lc_ossl_fail(err, LC_ECRYPTO, "cannot make a key up");
}

/* SHA-256 in counter mode. */
bool corpus_bytes(uint64_t seed, const char *label, unsigned char *out, size_t len,
                  struct lc_err *err)
{
    unsigned char block[LC_SHA256_BYTES];
    char text[256];

    for (size_t at = 0; at < len; at += sizeof(block)) {
        const size_t part = len - at < sizeof(block) ? len - at : sizeof(block);
        const int used = snprintf(text, sizeof(text), "%llu %.150s %zu", (unsigned long long)seed,
                                  label, at / sizeof(block));
        if (!lc_sha256(text, (size_t)used, block, err))
            return false;
        memcpy(out + at, block, part);
    }
    return true;
}

/* --- RSA ------------------------------------------------------------------------------------- */

/* The first prime from a number of this seed on, with its two highest bits set, to which the
 * exponent has an inverse: p - 1 is no multiple of it. */
static bool find_prime(int bits, int exponent, uint64_t seed, const char *label, BIGNUM **out,
                       BN_CTX *context, struct lc_err *err)
{
    unsigned char bytes[RSA_MAX_BYTES / 2] = { 0 };
    const size_t len = (size_t)bits / 8;

    if (!corpus_bytes(seed, label, bytes, len, err))
        return false;
    bytes[0] |= 0xc0;
    bytes[len - 1] |= 1;
    LC_AUTO(BN_free) BIGNUM *number = BN_bin2bn(bytes, (int)len, NULL);
    if (number == NULL)
        return fail(err);
    for (;;) {
        const bool fits = exponent == 1 || BN_mod_word(number, (BN_ULONG)exponent) != 1;
        const int prime = fits ? BN_check_prime(number, context, NULL) : 0;
        if (prime < 0 || (prime == 0 && BN_add_word(number, 2) != 1))
            return fail(err);
        if (prime == 1)
            break;
    }
    *out = LC_STEAL(number);
    return true;
}

/* modulus *= prime; phi *= prime - 1 */
static bool multiply(BIGNUM *modulus, BIGNUM *phi, BIGNUM *prime, BN_CTX *context)
{
    return BN_mul(modulus, modulus, prime, context) == 1 && BN_sub_word(prime, 1) == 1 &&
           BN_mul(phi, phi, prime, context) == 1;
}

static bool make_rsa(struct corpus_key *key, uint64_t seed, const char *label, struct lc_err *err)
{
    const struct corpus_key_kind *kind = key->kind;
    LC_AUTO(BN_CTX_free) BN_CTX *context = BN_CTX_new();
    LC_AUTO(BN_free) BIGNUM *phi = BN_new();
    LC_AUTO(BN_free) BIGNUM *exponent = BN_new();
    char name[192];

    key->modulus = BN_new();
    if (context == NULL || phi == NULL || exponent == NULL || key->modulus == NULL ||
        BN_set_word(phi, 1) != 1 || BN_set_word(key->modulus, 1) != 1 ||
        BN_set_word(exponent, (BN_ULONG)kind->exponent) != 1)
        return fail(err);
    for (int i = 0; i < kind->primes; i++) {
        LC_AUTO(BN_free) BIGNUM *prime = NULL;
        (void)snprintf(name, sizeof(name), "%.100s prime %d", label, i);
        if (!find_prime(kind->bits / kind->primes, kind->exponent, seed, name, &prime, context,
                        err))
            return false;
        if (!multiply(key->modulus, phi, prime, context))
            return fail(err);
    }
    key->secret = BN_mod_inverse(NULL, exponent, phi, context);
    return key->secret != NULL || fail(err);
}

/* EMSA-PKCS1-v1_5, RFC 8017 section 9.2: 0001 ff... 00, then the digest with its name. */
static bool pad_digest(const struct corpus_key_kind *kind, const unsigned char *digest,
                       size_t digest_len, unsigned char *out, size_t len, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf info = LC_BUF_INIT(128);
    const char *algorithm = strcmp(kind->digest, "SHA1") == 0 ? "30{@1.3.14.3.2.26 0500}"
                                                              : "30{@2.16.840.1.101.3.4.2.1 0500}";

    if (!lc_der_assemble(algorithm, &info, err))
        return false;
    lc_der_put(&info, LC_DER_OCTET_STRING, digest, digest_len);
    lc_der_box(&info, 0, LC_DER_SEQUENCE);
    if (!lc_buf_check(&info, err))
        return false;
    memset(out, 0xff, len);
    out[0] = 0;
    out[1] = 1;
    out[len - info.len - 1] = 0;
    memcpy(out + len - info.len, info.data, info.len);
    return true;
}

static bool sign_rsa(const struct corpus_key *key, const unsigned char *digest, size_t digest_len,
                     struct lc_buf *out, struct lc_err *err)
{
    unsigned char bytes[1 + RSA_MAX_BYTES] = { 0 }; /* the count of unused bits first */
    const int len = BN_num_bytes(key->modulus);

    if (!pad_digest(key->kind, digest, digest_len, bytes + 1, (size_t)len, err))
        return false;
    LC_AUTO(BN_CTX_free) BN_CTX *context = BN_CTX_new();
    LC_AUTO(BN_free) BIGNUM *number = BN_bin2bn(bytes + 1, len, NULL);
    if (context == NULL || number == NULL ||
        BN_mod_exp(number, number, key->secret, key->modulus, context) != 1 ||
        BN_bn2binpad(number, bytes + 1, len) != len)
        return fail(err);
    lc_der_put(out, LC_DER_BIT_STRING, bytes, (size_t)len + 1);
    return true;
}

/* INTEGER, with a zero in front where it would be negative. */
static bool put_integer(const BIGNUM *number, struct lc_buf *out)
{
    unsigned char bytes[1 + RSA_MAX_BYTES] = { 0 };
    const int len = BN_num_bytes(number);

    if (len > RSA_MAX_BYTES || BN_bn2bin(number, bytes + 1) != len)
        return false;
    const size_t skipped = len > 0 && bytes[1] < 0x80 ? 1 : 0;
    lc_der_put(out, LC_DER_INTEGER, bytes + skipped, (size_t)len + 1 - skipped);
    return true;
}

static bool put_rsa(const struct corpus_key *key, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf numbers = LC_BUF_INIT(2 * RSA_MAX_BYTES);
    LC_AUTO(BN_free) BIGNUM *exponent = BN_new();
    const size_t from = out->len;

    if (exponent == NULL || BN_set_word(exponent, (BN_ULONG)key->kind->exponent) != 1 ||
        !put_integer(key->modulus, &numbers) || !put_integer(exponent, &numbers))
        return fail(err);
    lc_der_box(&numbers, 0, LC_DER_SEQUENCE);
    if (!lc_der_assemble("30{@1.2.840.113549.1.1.1 0500}", out, err))
        return false;
    const size_t bits = out->len;
    lc_buf_putc(out, 0);
    lc_buf_add(out, numbers.data, numbers.len);
    lc_der_box(out, bits, LC_DER_BIT_STRING);
    lc_der_box(out, from, LC_DER_SEQUENCE);
    return lc_buf_check(&numbers, err) && lc_buf_check(out, err);
}

/* --- EC -------------------------------------------------------------------------------------- */

/* A number from 1 to the group's order - 1. */
static bool make_scalar(const EC_GROUP *group, uint64_t seed, const char *label, BIGNUM **out,
                        struct lc_err *err)
{
    unsigned char bytes[SCALAR_BYTES + 8]; /* 64 bits more than needed: the rest is even enough */
    LC_AUTO(BN_CTX_free) BN_CTX *context = BN_CTX_new();

    if (!corpus_bytes(seed, label, bytes, sizeof(bytes), err))
        return false;
    LC_AUTO(BN_free) BIGNUM *number = BN_bin2bn(bytes, (int)sizeof(bytes), NULL);
    LC_AUTO(BN_free) BIGNUM *most = BN_dup(EC_GROUP_get0_order(group));
    if (context == NULL || number == NULL || most == NULL || BN_sub_word(most, 1) != 1 ||
        BN_mod(number, number, most, context) != 1 || BN_add_word(number, 1) != 1)
        return fail(err);
    *out = LC_STEAL(number);
    return true;
}

static bool make_ec(struct corpus_key *key, uint64_t seed, const char *label, struct lc_err *err)
{
    key->group = EC_GROUP_new_by_curve_name(key->kind->curve);
    if (key->group == NULL || !make_scalar(key->group, seed, label, &key->secret, err))
        return key->group == NULL ? fail(err) : false;
    key->point = EC_POINT_new(key->group);
    if (key->point == NULL ||
        EC_POINT_mul(key->group, key->point, key->secret, NULL, NULL, NULL) != 1)
        return fail(err);
    return true;
}

/* r = (k G).x mod n; s = (digest + r secret) / k mod n. SEC 1 section 4.1.3; k is a hash of secret
 * and digest, as in RFC 6979 in spirit. digest: no longer than the order. */
static bool compute_ecdsa(const struct corpus_key *key, const BIGNUM *k, BIGNUM *digest, BIGNUM *r,
                          BIGNUM *s)
{
    const BIGNUM *order = EC_GROUP_get0_order(key->group);
    LC_AUTO(BN_CTX_free) BN_CTX *context = BN_CTX_new();
    LC_AUTO(EC_POINT_free) EC_POINT *point = EC_POINT_new(key->group);
    LC_AUTO(BN_free)
    BIGNUM *inverse = context == NULL ? NULL : BN_mod_inverse(NULL, k, order, context);

    return point != NULL && inverse != NULL &&
           EC_POINT_mul(key->group, point, k, NULL, NULL, context) == 1 &&
           EC_POINT_get_affine_coordinates(key->group, point, r, NULL, context) == 1 &&
           BN_mod(r, r, order, context) == 1 &&
           BN_mod_mul(s, r, key->secret, order, context) == 1 &&
           BN_mod_add(s, s, digest, order, context) == 1 &&
           BN_mod_mul(s, s, inverse, order, context) == 1;
}

static bool sign_ec(const struct corpus_key *key, const unsigned char *digest, size_t digest_len,
                    struct lc_buf *out, struct lc_err *err)
{
    char label[2 * EVP_MAX_MD_SIZE + 1];
    LC_AUTO(BN_free) BIGNUM *k = NULL;
    LC_AUTO(BN_free) BIGNUM *number = BN_bin2bn(digest, (int)digest_len, NULL);
    LC_AUTO(BN_free) BIGNUM *r = BN_new();
    LC_AUTO(BN_free) BIGNUM *s = BN_new();

    for (size_t i = 0; i < digest_len; i++)
        (void)snprintf(label + 2 * i, 3, "%02x", digest[i]);
    if (number == NULL || r == NULL || s == NULL)
        return fail(err);
    if (!make_scalar(key->group, BN_get_word(key->secret), label, &k, err))
        return false;
    if (!compute_ecdsa(key, k, number, r, s))
        return fail(err);
    const size_t from = out->len;
    lc_buf_putc(out, 0);
    const size_t inner = out->len;
    if (!put_integer(r, out) || !put_integer(s, out))
        return fail(err);
    lc_der_box(out, inner, LC_DER_SEQUENCE);
    lc_der_box(out, from, LC_DER_BIT_STRING);
    return true;
}

static bool put_ec(const struct corpus_key *key, struct lc_buf *out, struct lc_err *err)
{
    unsigned char point[1 + 1 + 2 * SCALAR_BYTES] = { 0 };
    char algorithm[128];
    char curve[64];
    const size_t from = out->len;
    const ASN1_OBJECT *object = OBJ_nid2obj(key->kind->curve);
    const size_t len = EC_POINT_point2oct(key->group, key->point, POINT_CONVERSION_UNCOMPRESSED,
                                          point + 1, sizeof(point) - 1, NULL);

    if (len == 0 || OBJ_obj2txt(curve, sizeof(curve), object, 1) <= 0)
        return fail(err);
    (void)snprintf(algorithm, sizeof(algorithm), "30{@1.2.840.10045.2.1 @%s}", curve);
    if (!lc_der_assemble(algorithm, out, err))
        return false;
    lc_der_put(out, LC_DER_BIT_STRING, point, len + 1);
    lc_der_box(out, from, LC_DER_SEQUENCE);
    return lc_buf_check(out, err);
}

/* --- Ed25519 --------------------------------------------------------------------------------- */

static bool make_ed25519(struct corpus_key *key, uint64_t seed, const char *label,
                         struct lc_err *err)
{
    unsigned char bytes[32];

    if (!corpus_bytes(seed, label, bytes, sizeof(bytes), err))
        return false;
    key->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, sizeof(bytes));
    return key->pkey != NULL || fail(err);
}

static bool sign_ed25519(const struct corpus_key *key, const void *bytes, size_t len,
                         struct lc_buf *out, struct lc_err *err)
{
    unsigned char signature[1 + 64] = { 0 };
    size_t signature_len = sizeof(signature) - 1;
    LC_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) != 1 ||
        EVP_DigestSign(context, signature + 1, &signature_len, bytes, len) != 1)
        return fail(err);
    lc_der_put(out, LC_DER_BIT_STRING, signature, 1 + signature_len);
    return true;
}

static bool put_ed25519(const struct corpus_key *key, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;
    const int len = i2d_PUBKEY(key->pkey, &der);

    if (len <= 0)
        return fail(err);
    lc_buf_add(out, der, (size_t)len);
    return lc_buf_check(out, err);
}

/* --- any of them ----------------------------------------------------------------------------- */

bool corpus_key_new(const struct corpus_key_kind *kind, uint64_t seed, const char *label,
                    struct corpus_key **out, struct lc_err *err)
{
    LC_AUTO(corpus_key_free) struct corpus_key *key = lc_alloc(1, sizeof(*key));
    char name[128];

    lc_ossl_start();
    if (key == NULL)
        return lc_fail_memory(err);
    key->kind = kind;
    (void)snprintf(name, sizeof(name), "%s %.80s", kind->name, label);
    const bool made = kind->type == CORPUS_RSA  ? make_rsa(key, seed, name, err)
                      : kind->type == CORPUS_EC ? make_ec(key, seed, name, err)
                                                : make_ed25519(key, seed, name, err);
    if (!made)
        return false;
    *out = LC_STEAL(key);
    return true;
}

bool corpus_key_put_public(const struct corpus_key *key, struct lc_buf *out, struct lc_err *err)
{
    return key->kind->type == CORPUS_RSA  ? put_rsa(key, out, err)
           : key->kind->type == CORPUS_EC ? put_ec(key, out, err)
                                          : put_ed25519(key, out, err);
}

bool corpus_key_sign(const struct corpus_key *key, const void *bytes, size_t len,
                     struct lc_buf *out, struct lc_err *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t digest_len;

    if (!lc_der_assemble(key->kind->algorithm, out, err))
        return false;
    if (key->kind->type == CORPUS_ED25519)
        return sign_ed25519(key, bytes, len, out, err);
    if (EVP_Q_digest(NULL, key->kind->digest, NULL, bytes, len, digest, &digest_len) != 1)
        return fail(err);
    return key->kind->type == CORPUS_RSA ? sign_rsa(key, digest, digest_len, out, err)
                                         : sign_ec(key, digest, digest_len, out, err);
}
