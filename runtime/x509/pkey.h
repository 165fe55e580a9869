/* Keys between their DER and OpenSSL, without OpenSSL's encoders and decoders: for each key these
 * set up every form of one that they know, which takes ten times as long as a signature. Here are
 * the usual forms of the keys that are generated and that nearly everybody has: RSA, EC on P-256,
 * P-384 or P-521 by its name with an uncompressed point, and Ed25519. All others are OpenSSL's.
 * Private to x509/. */
#ifndef LC_X509_PKEY_H
#define LC_X509_PKEY_H

#include <openssl/param_build.h>

#include "x509/der.h"
#include "x509/key.h"
#include "x509/ossl.h"
#include "x509/parts.h"

LC_AUTO_POINTER(BIGNUM, BN_clear_free);
LC_AUTO_POINTER(OSSL_PARAM, OSSL_PARAM_free);
LC_AUTO_POINTER(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free);
LC_AUTO_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_free);

/* --- object identifiers ---------------------------------------------------------------------- */

struct lc_oid {
    const unsigned char *bytes; /* the value */
    size_t len;
};

struct lc_curve {
    struct lc_oid oid;
    const char *name;  /* "P-256" */
    const char *group; /* OpenSSL's name of it, "prime256v1" */
    int bits;
};

#define LC_CURVE_MAX_BYTES   66 /* of a number on P-521 */
#define LC_CURVE_BYTES(bits) (((size_t)(bits) + 7) / 8)

extern const struct lc_oid lc_oid_rsa;
extern const struct lc_oid lc_oid_ec;
extern const struct lc_oid lc_oid_ed25519;

bool lc_oid_is(const struct lc_der_item *item, const struct lc_oid *oid);

/* NULL: none of the three. */
const struct lc_curve *lc_curve_of_oid(const struct lc_der_item *oid);
const struct lc_curve *lc_curve_of_group(const char *group);

/* --- reading --------------------------------------------------------------------------------- */

/* A key of its numbers; NULL, and reasons in OpenSSL's queue, where it takes them for none.
 * selection: EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. */
EVP_PKEY *lc_pkey_make(const char *type, int selection, OSSL_PARAM_BLD *build);

/* Of a SubjectPublicKeyInfo. NULL, and reasons in OpenSSL's queue: it cannot be read. */
EVP_PKEY *lc_pkey_read_public(const struct lc_der_item *spki);

/* RSAPrivateKey (RFC 8017 appendix A.1.2), ECPrivateKey (RFC 5915) and PrivateKeyInfo (RFC 5208).
 * NULL, and OpenSSL's queue empty: it is not of the usual form, or cannot be read. */
EVP_PKEY *lc_pkey_read_rsa(struct lc_der in);
EVP_PKEY *lc_pkey_read_ec(struct lc_der in);
EVP_PKEY *lc_pkey_read_pkcs8(struct lc_der in);

/* --- writing --------------------------------------------------------------------------------- */

/* Its SubjectPublicKeyInfo. out: initialised and empty. LC_ECRYPTO, LC_ELIMIT. */
bool lc_pkey_write_public(EVP_PKEY *pkey, struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

/* The private key in the form of its type: RSAPrivateKey, ECPrivateKey, PrivateKeyInfo for all
 * others. out: initialised and empty; it allocates once, and is to be wiped (lc_wiped in pem.h).
 * LC_ECRYPTO. */
bool lc_pkey_write_private(EVP_PKEY *pkey, enum lc_key_type type, struct lc_buf *out,
                           struct lc_err *err) LC_MUST_CHECK;

#endif
