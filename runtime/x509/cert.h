/* Certificates (RFC 5280): read, compared, issued. Immutable; shared by reference count. */
#ifndef LC_X509_CERT_H
#define LC_X509_CERT_H

#include <stdint.h>

#include "x509/attrs.h"
#include "x509/csr.h"
#include "x509/key.h"
#include "x509/name.h"

#define LC_CERT_MAX_BYTES (1024u * 1024) /* of PEM text, as given and as canonical */
#define LC_SERIAL_HEX     64 /* room for 20 bytes in hex, a sign and a NUL, and to spare */

struct lc_cert;

/* The first certificate in a PEM text (2.2, pem-certificates.json): also X509 CERTIFICATE, CRLF,
 * any line length, other blocks and text around. Strict DER; an extension twice, a serial number
 * over 31 bytes, malformed names or basic constraints are refused. The public key and the signature
 * are not looked at. LC_EPARSE, LC_ELIMIT (the text; the limits of name.h), LC_ENOMEM. */
bool lc_cert_parse(const char *pem, size_t pem_len, struct lc_cert **out, struct lc_err *err)
    LC_MUST_CHECK;

struct lc_cert *lc_cert_ref(struct lc_cert *cert);
void lc_cert_unref(struct lc_cert *cert);
LC_AUTO_POINTER(struct lc_cert, lc_cert_unref);

/* Views. */
const char *lc_cert_pem(const struct lc_cert *cert);  /* canonical: no newline at the end */
const char *lc_cert_hash(const struct lc_cert *cert); /* SHA-256 of that text, hex */
const unsigned char *lc_cert_fingerprint(const struct lc_cert *cert); /* of its public key */
const char *lc_cert_serial(
    const struct lc_cert *cert); /* lower-case hex, no leading zeros; "-..." */
const struct lc_name *lc_cert_subject(const struct lc_cert *cert);
const struct lc_name *lc_cert_issuer(const struct lc_cert *cert);
const struct lc_sans *lc_cert_sans(const struct lc_cert *cert);
const struct lc_extensions *lc_cert_extensions(const struct lc_cert *cert);
int64_t lc_cert_not_before(const struct lc_cert *cert); /* seconds since the epoch */
int64_t lc_cert_not_after(const struct lc_cert *cert);
int lc_cert_version(const struct lc_cert *cert); /* 3 */
bool lc_cert_is_ca(const struct lc_cert *cert);  /* basic constraints; false without */
enum lc_key_type lc_cert_key_type(const struct lc_cert *cert);
int lc_cert_key_bits(const struct lc_cert *cert);
const char *lc_cert_signature_algorithm(const struct lc_cert *cert);

bool lc_cert_equals(const struct lc_cert *a, const struct lc_cert *b); /* by DER */
bool lc_cert_matches_key(const struct lc_cert *cert, const struct lc_key *key);
bool lc_cert_matches_csr(const struct lc_cert *cert, const struct lc_csr *csr); /* public keys */

/* Directly issued by `issuer`: names equal and signature verifies (2.9); self-signed: by itself.
 * Nothing else is looked at. Slow. LC_ENOMEM: it is not known. */
bool lc_cert_is_issued_by(const struct lc_cert *cert, const struct lc_cert *issuer, bool *out,
                          struct lc_err *err) LC_MUST_CHECK;
bool lc_cert_is_self_signed(const struct lc_cert *cert, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Names of the CSR that the certificate lacks, as text "DNS:www.example.com"; out is empty when it
 * has them all (REQ-088). Its subject-alternative names of every kind, and its common name ("CN:"),
 * for which one of the certificate's names will do. Without regard to case. */
bool lc_cert_missing_names(const struct lc_cert *cert, const struct lc_csr *csr,
                           struct lc_strlist *out, struct lc_err *err) LC_MUST_CHECK;

/* What is issued. Lists of names (static strings, NULL-terminated) for the usages:
 *   key usage           digital_signature content_commitment key_encipherment data_encipherment
 *                       key_agreement key_cert_sign crl_sign encipher_only decipher_only
 *   extended key usage  server_auth client_auth code_signing email_protection time_stamping
 *                       ocsp_signing, or a dotted OID
 * Names come from the CSR (2.6): DNS, IP, OID, e-mail in that order, and the subject's e-mail
 * address at the end; URIs and others are dropped. Never basic constraints, key usage or key
 * identifiers of the CSR; other extensions of it only those whose OIDs stand in copy_extensions,
 * with the CSR's content and criticality; what is there already is not copied. */
struct lc_subject_change {
    const char *oid;   /* of the attribute, dotted */
    const char *value; /* UTF-8, instead of what is there, or at the end; NULL: it goes */
};

struct lc_cert_shape {
    int64_t not_before; /* seconds since the epoch */
    int64_t validity_s; /* notAfter = notBefore + validity, cut at the issuer's notAfter */
    bool is_ca;
    int path_length;                       /* of a CA; -1: none said */
    const char *const *key_usage;          /* NULL: the default of 2.8 for the key's type, for a CA
                                              key_cert_sign and crl_sign; empty: no extension */
    const char *const *extended_key_usage; /* NULL: server_auth, client_auth, or what is copied from
                                              the CSR, and none for a CA; empty: no extension */
    const char *const *copy_extensions;    /* NULL or empty: none */
    const struct lc_sans *names;           /* exactly these, in this order; NULL: as above */
    const struct lc_subject_change *subject; /* changes of the CSR's subject, which otherwise stays
                                                byte for byte what it is; one for an OID */
    size_t subject_count;
    const struct lc_sans *permitted; /* name constraints of a CA: DNS names and e-mail hosts with */
    const struct lc_sans *excluded;  /* what is below them, networks as "10.0.0.0/8"; NULL: none */
};

#define LC_CERT_SHAPE_INIT                                                                         \
    {                                                                                              \
        .path_length = -1                                                                          \
    }

/* Sign a CSR. Extensions in the order of 2.6: AKI, SKI, basic constraints critical, SAN (critical
 * when the subject is empty), key usage critical, extended key usage, copied ones. The serial is 20
 * random bytes, positive. Refused before anything is built:
 *
 * LC_ECRYPTO: a CSR whose signature does not verify; a CA key that is not the CA certificate's; a
 * CA certificate that is no CA, may not sign certificates, or may sign no further CA (X509-049,
 * -053).
 *
 * LC_EPARSE: a CSR with a zero byte in its subject, or with a DNS name or e-mail address that is
 * not visible ASCII. Readers disagree about what such a name says.
 *
 * LC_EUSAGE: an unknown usage; key_cert_sign or crl_sign for a leaf (X509-050); a CA without
 * key_cert_sign; a path length of what is no CA; a notAfter not past notBefore or past the year
 * 9999.
 *
 * LC_EUNSUPPORTED: a CA key that is neither RSA nor EC nor Ed25519. */
bool lc_cert_issue(const struct lc_csr *csr, const struct lc_cert *ca, const struct lc_key *ca_key,
                   const struct lc_cert_shape *shape, struct lc_cert **out, struct lc_err *err)
    LC_MUST_CHECK;

/* The same in two steps, between which it can be looked at: what is signed is, byte for byte, what
 * was prepared.
 *
 *     LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = NULL;
 *     if (!lc_cert_prepare(csr, ca, ca_key, &shape, &draft, err) ||
 *         !is_fine(lc_cert_draft_view(draft), err) ||
 *         !lc_cert_draft_sign(draft, ca_key, &cert, err)) ...
 *
 * Errors of prepare as above. The view is a certificate whose signature is empty. */
struct lc_cert_draft;
bool lc_cert_prepare(const struct lc_csr *csr, const struct lc_cert *ca,
                     const struct lc_key *ca_key, const struct lc_cert_shape *shape,
                     struct lc_cert_draft **out, struct lc_err *err) LC_MUST_CHECK;
void lc_cert_draft_free(struct lc_cert_draft *draft);
LC_AUTO_POINTER(struct lc_cert_draft, lc_cert_draft_free);
const struct lc_cert *lc_cert_draft_view(const struct lc_cert_draft *draft);
bool lc_cert_draft_sign(const struct lc_cert_draft *draft, const struct lc_key *ca_key,
                        struct lc_cert **out, struct lc_err *err) LC_MUST_CHECK;

/* A self-signed CA (2.7, 2.8): SKI, basic constraints critical, key usage critical with
 * digital_signature, key_encipherment, key_cert_sign, crl_sign (EC, Ed25519: without encipherment),
 * SAN with e-mail first. attrs normalised; is_ca and the extensions of it are not looked at; the
 * unique identifier as it says. shape: times and path length only. LC_EUSAGE for an empty subject
 * and for times as above. */
bool lc_cert_self_sign(const struct lc_attrs *attrs, const struct lc_key *key,
                       const struct lc_cert_shape *shape, struct lc_cert **out, struct lc_err *err)
    LC_MUST_CHECK;

/* Another certificate for the same CA: subject, key and extensions of `model`, issued by `ca`. With
 * it in a chain, who trusts only `ca` takes what `model` has issued, and who trusts only `model`
 * too. Until the earlier of their ends. LC_ECRYPTO as lc_cert_issue for a CA; LC_EUSAGE when
 * not_before is past one of the ends. */
bool lc_cert_cross_sign(const struct lc_cert *model, const struct lc_cert *ca,
                        const struct lc_key *ca_key, int64_t not_before, struct lc_cert **out,
                        struct lc_err *err) LC_MUST_CHECK;

/* Some lines for a person: subject, issuer, serial, validity, names, key, usages, CA. Of many names
 * the first ones; control characters escaped. For a CSR also whether its signature verifies. */
struct lc_buf;
void lc_cert_describe(const struct lc_cert *cert, struct lc_buf *out);
void lc_csr_describe(const struct lc_csr *csr, struct lc_buf *out);

#endif
