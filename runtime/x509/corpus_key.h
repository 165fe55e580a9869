/* Keys for requests that are made up: derived from a seed, with signatures that depend on nothing
 * else, so that the same seed gives the same bytes. Never for anything that is to be secret: each
 * key can be computed by whoever knows the seed. Private to x509/. */
#ifndef LC_X509_CORPUS_KEY_H
#define LC_X509_CORPUS_KEY_H

#include "base/buf.h"
#include "x509/ossl.h"

enum corpus_key_type { CORPUS_RSA, CORPUS_EC, CORPUS_ED25519 };

struct corpus_key_kind {
    const char *name; /* "rsa-2048" */
    enum corpus_key_type type;
    int bits;              /* RSA */
    int exponent;          /* RSA */
    int primes;            /* RSA: how many; many small ones are found quickly */
    int curve;             /* EC: OpenSSL's number */
    const char *digest;    /* of the signatures: "SHA256" */
    const char *algorithm; /* of the signatures, in the notation of der_write.h */
};

/* The kinds that a corpus offers first, then those of hostile requests. NULL: there is none. */
const struct corpus_key_kind *corpus_key_kind(const char *name);
bool corpus_key_is_usual(const struct corpus_key_kind *kind);

struct corpus_key;

/* label: tells keys of one kind apart. LC_ECRYPTO, LC_ENOMEM. */
bool corpus_key_new(const struct corpus_key_kind *kind, uint64_t seed, const char *label,
                    struct corpus_key **out, struct lc_err *err) LC_MUST_CHECK;
void corpus_key_free(struct corpus_key *key);
LC_AUTO_POINTER(struct corpus_key, corpus_key_free);

/* Add the SubjectPublicKeyInfo. */
bool corpus_key_put_public(const struct corpus_key *key, struct lc_buf *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Add the signature of bytes: algorithm and BIT STRING. */
bool corpus_key_sign(const struct corpus_key *key, const void *bytes, size_t len,
                     struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

/* len bytes that seed and label decide. */
bool corpus_bytes(uint64_t seed, const char *label, unsigned char *out, size_t len,
                  struct lc_err *err) LC_MUST_CHECK;

#endif
