/* Certificate signing requests (PKCS#10, RFC 2986): made from attributes and a key, or read from
 * PEM. Immutable; shared by reference count. */
#ifndef LC_X509_CSR_H
#define LC_X509_CSR_H

#include <stdint.h>

#include "x509/attrs.h"
#include "x509/key.h"
#include "x509/name.h"

#define LC_CSR_MAX_BYTES (1024u * 1024) /* of PEM text, as given and as canonical */

struct lc_csr;

/* Build and sign (tls-certificates 2.4): SHA-256 (Ed25519: its own), subject CN,
 * x500UniqueIdentifier (a fresh UUID), O, OU, emailAddress, C, ST, L; SAN sorted DNS, IP, OID, not
 * critical unless the subject is empty; then the additional extensions, critical. Without the
 * unique identifier a fresh UUID goes into the attribute unstructuredName, so that two CSRs of one
 * request always differ (REQ-089). attrs: normalised. LC_EUNSUPPORTED (a key that is neither RSA
 * nor EC nor Ed25519), LC_ELIMIT (more than lc_csr_parse would take), LC_ECRYPTO, LC_ENOMEM. */
bool lc_csr_generate(const struct lc_attrs *attrs, const struct lc_key *key, struct lc_csr **out,
                     struct lc_err *err) LC_MUST_CHECK;

/* The first request in a PEM text (2.2, pem-csrs.json): also NEW CERTIFICATE REQUEST, CRLF, any
 * line length, other blocks and text around. Strict DER; an extension twice or malformed names are
 * refused. Neither the public key nor the signature is looked at: lc_csr_verify does that.
 * LC_EPARSE, LC_ELIMIT (the text; the limits of name.h and attrs.h), LC_ENOMEM. */
bool lc_csr_parse(const char *pem, size_t pem_len, struct lc_csr **out, struct lc_err *err)
    LC_MUST_CHECK;

struct lc_csr *lc_csr_ref(struct lc_csr *csr);
void lc_csr_unref(struct lc_csr *csr);
LC_AUTO_POINTER(struct lc_csr, lc_csr_unref);

/* Canonical PEM (64 columns, LF, no newline at the end), and the SHA-256 of that text in lower-case
 * hex, which names it in secret labels (X509-007). Views. */
const char *lc_csr_pem(const struct lc_csr *csr);
const char *lc_csr_hash(const struct lc_csr *csr);

/* SHA-256 of the DER SubjectPublicKeyInfo, as lc_key_fingerprint; a view. */
const unsigned char *lc_csr_fingerprint(const struct lc_csr *csr);

bool lc_csr_equals(const struct lc_csr *a, const struct lc_csr *b); /* by DER */
bool lc_csr_matches_key(const struct lc_csr *csr, const struct lc_key *key);

/* The signature by its own key. LC_ECRYPTO when it does not verify or the key is unreadable. */
bool lc_csr_verify(const struct lc_csr *csr, struct lc_err *err) LC_MUST_CHECK;

/* Views, read once when the CSR was. */
const struct lc_name *lc_csr_subject(const struct lc_csr *csr);
const struct lc_sans *lc_csr_sans(const struct lc_csr *csr);
const struct lc_extensions *lc_csr_extensions(const struct lc_csr *csr);

/* As attributes (2.3 "from a CSR"): is_ca as the databag entry says; the unique identifier counts
 * whatever its type; critical extensions other than SAN. out is released first.
 * LC_EUSAGE when there is neither common name nor DNS, IP or OID name; LC_ENOMEM. It is compared
 * with normalised attributes, but what it says is kept as it is, not refused. */
bool lc_csr_attrs(const struct lc_csr *csr, bool is_ca, struct lc_attrs *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The basic constraints that it asks for, which nobody should believe; false without. */
bool lc_csr_asks_for_ca(const struct lc_csr *csr);

enum lc_key_type lc_csr_key_type(const struct lc_csr *csr);
int lc_csr_key_bits(const struct lc_csr *csr);      /* as lc_key_bits */
const char *lc_csr_curve(const struct lc_csr *csr); /* as lc_key_curve */
/* Of an RSA key; 0 for another key, and for one that is over 64 bits. */
uint64_t lc_csr_rsa_exponent(const struct lc_csr *csr);
/* Object identifiers of the attributes other than the request for extensions, such as a
 * challengePassword: nothing of them goes into a certificate. */
const struct lc_strlist *lc_csr_attributes(const struct lc_csr *csr);
const char *lc_csr_signature_algorithm(const struct lc_csr *csr); /* "sha256WithRSAEncryption" */

#endif
