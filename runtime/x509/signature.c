/* Signatures of requests and certificates, verified on the bytes as they came. OpenSSL's own way
 * begins with decoding the whole object, its public key included. */
#include "x509/pkey.h"

static const unsigned char rsa_sha256[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b };
static const unsigned char rsa_sha384[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c };
static const unsigned char rsa_sha512[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d };
static const unsigned char ecdsa_sha256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
static const unsigned char ecdsa_sha384[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 };
static const unsigned char ecdsa_sha512[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 };
static const unsigned char ed25519[] = { 0x2b, 0x65, 0x70 };

/* RFC 4055 section 5, RFC 5758 section 3.2, RFC 8410 section 3. */
static const struct scheme {
    struct lc_oid oid;
    int parameters; /* their tag; 0: none */
    int key;        /* OpenSSL's number of the key's type */
    const char *digest;
} schemes[] = {
    { { rsa_sha256, sizeof(rsa_sha256) }, LC_DER_NULL, EVP_PKEY_RSA, "SHA256" },
    { { rsa_sha384, sizeof(rsa_sha384) }, LC_DER_NULL, EVP_PKEY_RSA, "SHA384" },
    { { rsa_sha512, sizeof(rsa_sha512) }, LC_DER_NULL, EVP_PKEY_RSA, "SHA512" },
    { { ecdsa_sha256, sizeof(ecdsa_sha256) }, 0, EVP_PKEY_EC, "SHA256" },
    { { ecdsa_sha384, sizeof(ecdsa_sha384) }, 0, EVP_PKEY_EC, "SHA384" },
    { { ecdsa_sha512, sizeof(ecdsa_sha512) }, 0, EVP_PKEY_EC, "SHA512" },
    { { ed25519, sizeof(ed25519) }, 0, EVP_PKEY_ED25519, NULL },
};

static const struct scheme *find_scheme(const struct lc_der_item *algorithm)
{
    struct lc_der in = lc_der_inside(algorithm);
    struct lc_der_item oid;
    struct lc_der_item parameters = { .tag = 0 };

    if (!lc_der_take(&in, LC_DER_OID, &oid) || (in.left != 0 && !lc_der_next(&in, &parameters)) ||
        in.left != 0)
        return NULL;
    for (size_t i = 0; i < LC_COUNT(schemes); i++)
        if (lc_oid_is(&oid, &schemes[i].oid))
            return parameters.tag == schemes[i].parameters ? &schemes[i] : NULL;
    return NULL;
}

static bool verify(EVP_PKEY *pkey, const struct scheme *scheme, const struct lc_signed *what)
{
    LC_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();

    return context != NULL && EVP_PKEY_get_base_id(pkey) == scheme->key &&
           EVP_DigestVerifyInit_ex(context, NULL, scheme->digest, NULL, NULL, pkey, NULL) == 1 &&
           EVP_DigestVerify(context, what->signature.bytes + 1, what->signature.len - 1,
                            what->body.whole, what->body.whole_len) == 1;
}

bool lc_signed_split(struct lc_der in, struct lc_signed *out)
{
    struct lc_der whole;

    return lc_der_enter(&in, LC_DER_SEQUENCE, &whole) && in.left == 0 &&
           lc_der_take(&whole, LC_DER_SEQUENCE, &out->body) &&
           lc_der_take(&whole, LC_DER_SEQUENCE, &out->algorithm) &&
           lc_der_take(&whole, LC_DER_BIT_STRING, &out->signature) && whole.left == 0;
}

bool lc_signed_holds(const struct lc_signed *what, const struct lc_der_item *spki)
{
    const struct scheme *scheme = find_scheme(&what->algorithm);

    if (scheme == NULL || what->signature.len < 1 || what->signature.bytes[0] != 0)
        return false;
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *pkey = lc_pkey_read_public(spki);
    const bool holds = pkey != NULL && verify(pkey, scheme, what);
    lc_ossl_clear();
    return holds;
}
