/* Private keys. One is made or read here, used by csr.h and cert.h, and leaves only as PEM into a
 * struct lc_secret. Its memory is cleansed when it is freed. Shared by reference count: Lua, the
 * lifecycle and a CA may hold the same key. */
#ifndef LC_X509_KEY_H
#define LC_X509_KEY_H

#include "base/secret.h"
#include "x509/name.h"

#define LC_KEY_MAX_BYTES      (64u * 1024) /* of PEM text */
#define LC_KEY_MAX_ITERATIONS 10000000     /* of the password derivation of an encrypted key */
#define LC_RSA_MIN_BITS       2048         /* of keys that are generated */
#define LC_RSA_MAX_BITS       8192
#define LC_RSA_PARSE_MAX_BITS                                                                      \
    16384 /* of keys that are read; OpenSSL's own limit for using them                             \
           */

enum lc_key_type { LC_KEY_RSA, LC_KEY_EC, LC_KEY_ED25519, LC_KEY_OTHER };

struct lc_key_spec {
    enum lc_key_type type;
    int bits;          /* RSA: LC_RSA_MIN_BITS to LC_RSA_MAX_BITS; 0 is 2048 */
    const char *curve; /* EC: "P-256" (also NULL), "P-384", "P-521" */
};

struct lc_key;

/* out: a new key with one reference. LC_EUSAGE for a size or curve that is not offered; LC_ECRYPTO.
 */
bool lc_key_generate(const struct lc_key_spec *spec, struct lc_key **out, struct lc_err *err)
    LC_MUST_CHECK;

/* The first private key of a PEM text: PKCS#1, SEC1, PKCS#8, encrypted PKCS#8 and legacy
 * encryption ("Proc-Type: 4,ENCRYPTED"). Text around it, other blocks, CRLF and blanks do no harm;
 * the begin and end lines must be lines of their own (X509-001, pem-keys.json). password: NULL for
 * none; not looked at when the key is not encrypted. LC_EPARSE (no key in it, truncated, of the
 * wrong kind), LC_EPASSWORD (encrypted, and the password is missing or wrong), LC_EUNSUPPORTED
 * (encrypted in a way that OpenSSL does not offer, such as single DES), LC_ELIMIT (over one of the
 * limits above), LC_ENOMEM. The text is never quoted in a message. */
bool lc_key_parse(const char *pem, size_t pem_len, const struct lc_secret *password,
                  struct lc_key **out, struct lc_err *err) LC_MUST_CHECK;

struct lc_key *lc_key_ref(struct lc_key *key);
void lc_key_unref(struct lc_key *key); /* NULL is fine; the last one cleanses */
LC_AUTO_POINTER(struct lc_key, lc_key_unref);

enum lc_key_type lc_key_type(const struct lc_key *key);
const char *lc_key_type_name(enum lc_key_type type); /* "rsa", "ec", "ed25519", "other" */
int lc_key_bits(const struct lc_key *key); /* 256 for Ed25519; 0 where it cannot be told */

/* "P-256", "P-384", "P-521", another curve's name as OpenSSL has it, "unnamed"; static. NULL when
 * not EC. */
const char *lc_key_curve(const struct lc_key *key);

/* RSA of at least 2048 bits: what every library on the other side takes (2.1, X509-003). */
bool lc_key_is_valid_rsa(const struct lc_key *key);

/* As the Python library stores it, no newline at the end: RSA as PKCS#1 ("RSA PRIVATE KEY"), EC as
 * SEC1 ("EC PRIVATE KEY"); what it cannot print, such as Ed25519, as PKCS#8. Not encrypted. out:
 * its old content goes. */
bool lc_key_encode(const struct lc_key *key, struct lc_secret *out, struct lc_err *err)
    LC_MUST_CHECK;

/* PEM of the SubjectPublicKeyInfo, with a newline at the end; free with lc_free. */
bool lc_key_dup_public_pem(const struct lc_key *key, char **out, struct lc_err *err) LC_MUST_CHECK;

/* SHA-256 of the DER SubjectPublicKeyInfo: what key, CSR and certificate are matched by (X509-039).
 * In the usual encoding, whatever the CSR or certificate has: EC points uncompressed, RSA with NULL
 * parameters. Computed when the key was made; a view of LC_SHA256_BYTES. */
const unsigned char *lc_key_fingerprint(const struct lc_key *key);

/* By fingerprint. */
bool lc_key_equals(const struct lc_key *a, const struct lc_key *b);

#endif
