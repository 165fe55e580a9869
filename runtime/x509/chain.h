/* Chains: a list of certificates from a leaf upwards. */
#ifndef LC_X509_CHAIN_H
#define LC_X509_CHAIN_H

#include "base/buf.h"
#include "x509/cert.h"

#define LC_CHAIN_MAX_CERTS 64
#define LC_CHAIN_MAX_BYTES (1024u * 1024) /* of PEM text */

struct lc_chain {
    struct lc_cert **items; /* owned, one reference each */
    size_t count;
    size_t capacity;
};

#define LC_CHAIN_INIT                                                                              \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_chain_release(struct lc_chain *chain);
LC_AUTO_VALUE(struct lc_chain, lc_chain_release);

/* Adds a reference of its own. LC_ELIMIT past LC_CHAIN_MAX_CERTS. */
bool lc_chain_add(struct lc_chain *chain, struct lc_cert *cert, struct lc_err *err) LC_MUST_CHECK;

/* All certificates of a PEM bundle, in order; text and other blocks between do no harm. out: its
 * old content goes. LC_EPARSE when there is none or one is unreadable, LC_ELIMIT. */
bool lc_chain_parse(const char *pem, size_t pem_len, struct lc_chain *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Each directly issued by the next; fewer than two are in order (2.9, chain-order.json). Dates, CA
 * flags, key usage and trust are not looked at. LC_ENOMEM: it is not known. */
bool lc_chain_has_valid_order(const struct lc_chain *chain, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

/* PEM blocks one after another, each with a newline at the end. */
void lc_chain_encode(const struct lc_chain *chain, struct lc_buf *out);

/* The leaf verifies up to one of `trusted` with the help of `between`, at the given time (seconds
 * since the epoch): signatures, dates, CA flags, path length, key usage, name constraints; a
 * trusted certificate need not be self-signed. At its notAfter a certificate counts as expired, as
 * OpenSSL has it. LC_ECRYPTO with the verifier's reason and whom it is about. */
bool lc_chain_verify(const struct lc_cert *leaf, const struct lc_chain *between,
                     const struct lc_chain *trusted, int64_t at_time, struct lc_err *err)
    LC_MUST_CHECK;

#endif
