/* What requests and certificates are made of, read from DER and built for OpenSSL. Private to
 * x509/. */
#ifndef LC_X509_PARTS_H
#define LC_X509_PARTS_H

#include "base/buf.h"
#include "x509/attrs.h"
#include "x509/der.h"
#include "x509/key.h"
#include "x509/name.h"
#include "x509/ossl.h"

/* --- digests and identifiers --------------------------------------------------------------- */

/* Lower-case hex of the SHA-256. */
bool lc_sha256_hex(const void *bytes, size_t len, char hex[LC_SHA256_HEX], struct lc_err *err)
    LC_MUST_CHECK;

/* Dotted text as X.660 has it: two arcs at least, no leading zeros, the first 0 to 2, the second
 * under 40 where the first is 0 or 1; at most LC_OID_TEXT_BYTES - 1 characters. */
bool lc_oid_is_canonical(const char *oid);

/* The long name that OpenSSL has for an object identifier; NULL where it has none. Static. */
const char *lc_oid_long_name(const struct lc_der_item *oid);

/* The name of an AlgorithmIdentifier, "sha256WithRSAEncryption", or its OID. LC_EPARSE, LC_ELIMIT.
 */
bool lc_algorithm_read(const struct lc_der_item *algorithm, char text[LC_OID_TEXT_BYTES],
                       struct lc_err *err) LC_MUST_CHECK;

/* --- addresses ----------------------------------------------------------------------------- */

#define LC_IP_TEXT_BYTES 48

/* 4 or 16 bytes; false for anything that is not one address. */
bool lc_ip_parse(const char *text, unsigned char bytes[16], size_t *len_out);

/* RFC 5952; IPv4-mapped addresses with dots, no others. len: 4 or 16. */
void lc_ip_format(const unsigned char *bytes, size_t len, char text[LC_IP_TEXT_BYTES]);

/* --- names --------------------------------------------------------------------------------- */

/* name: the SEQUENCE of RDNs. out: initialised; views into nothing. LC_EPARSE, LC_ELIMIT (over
 * LC_NAME_MAX_ENTRIES). */
bool lc_name_read(const struct lc_der_item *name, struct lc_name *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The subject that attributes ask for (tls-certificates 2.4); with unique_id a fresh UUID. */
bool lc_name_build(const struct lc_attrs *attrs, bool unique_id, X509_NAME *out, struct lc_err *err)
    LC_MUST_CHECK;

/* "CN=web.example.com, O=Example": for people; control characters are escaped. */
void lc_name_describe(const struct lc_name *name, struct lc_buf *out);

/* Append text with control characters, and what changes the direction of writing, as \xNN. */
void lc_text_describe(const char *text, struct lc_buf *out);

/* --- subject-alternative names ---------------------------------------------------------------- */

/* LC_EPARSE, LC_ELIMIT (over LC_ATTRS_MAX_SANS). */
bool lc_sans_read(const struct lc_extension *extension, struct lc_sans *out, struct lc_err *err)
    LC_MUST_CHECK;

/* value: as lc_san has it; not for LC_SAN_OTHER. */
bool lc_sans_push(GENERAL_NAMES *names, enum lc_san_type type, const char *value,
                  struct lc_err *err) LC_MUST_CHECK;
/* The same for one that was read or decided, LC_SAN_OTHER too. */
bool lc_sans_push_san(GENERAL_NAMES *names, const struct lc_san *san, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_sans_push_list(GENERAL_NAMES *names, enum lc_san_type type, const struct lc_strlist *values,
                       struct lc_err *err) LC_MUST_CHECK;

/* --- extensions ------------------------------------------------------------------------------- */

/* list: the SEQUENCE of extensions. LC_EPARSE (malformed, one twice: RFC 5280 section 4.2),
 * LC_ELIMIT (over LC_EXTENSIONS_MAX). */
bool lc_extensions_read(const struct lc_der_item *list, struct lc_extensions *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* Add to those that are being built: OpenSSL's object for an extension it knows, or DER. */
bool lc_ext_push(STACK_OF(X509_EXTENSION) * stack, int nid, bool critical, void *value,
                 struct lc_err *err) LC_MUST_CHECK;
bool lc_ext_push_der(STACK_OF(X509_EXTENSION) * stack, const struct lc_extension *extension,
                     struct lc_err *err) LC_MUST_CHECK;

/* Basic constraints. Absent: not a CA. path_length: -1 where none is said. False when malformed. */
bool lc_ext_read_constraints(const struct lc_extensions *list, bool *is_ca, int *path_length);

/* Key usage as bits, bit 0 (digitalSignature) the lowest; *present tells whether there is any.
 * False when malformed. */
bool lc_ext_read_key_usage(const struct lc_extensions *list, bool *present, unsigned *bits);

#define LC_OID_SUBJECT_KEY_ID     "2.5.29.14"
#define LC_OID_KEY_USAGE          "2.5.29.15"
#define LC_OID_BASIC_CONSTRAINTS  "2.5.29.19"
#define LC_OID_AUTHORITY_KEY_ID   "2.5.29.35"
#define LC_OID_EXTENDED_KEY_USAGE "2.5.29.37"

/* --- usages ----------------------------------------------------------------------------------- */

#define LC_USAGE_DIGITAL_SIGNATURE 0
#define LC_USAGE_KEY_ENCIPHERMENT  2
#define LC_USAGE_DATA_ENCIPHERMENT 3
#define LC_USAGE_KEY_AGREEMENT     4
#define LC_USAGE_KEY_CERT_SIGN     5
#define LC_USAGE_CRL_SIGN          6
#define LC_USAGE_ENCIPHER_ONLY     7
#define LC_USAGE_DECIPHER_ONLY     8
#define LC_USAGE_COUNT             9

/* "digital_signature"; NULL past the end. Static. */
const char *lc_usage_name(int bit);
int lc_usage_bit(const char *name); /* -1: there is none of this name */

/* "server_auth" to "1.3.6.1.5.5.7.3.1" and back; NULL where there is none. Static. */
const char *lc_extended_usage_oid(const char *name);
const char *lc_extended_usage_name(const char *oid);

/* --- public keys ------------------------------------------------------------------------------ */

struct lc_spki {
    enum lc_key_type type;
    int bits;              /* 0 where they cannot be told */
    const char *curve;     /* as lc_key_curve; static */
    uint64_t rsa_exponent; /* 0: not RSA, or over 64 bits */
    unsigned char fingerprint[LC_SHA256_BYTES];
};

/* spki: the SubjectPublicKeyInfo. The key itself is not checked. The fingerprint is that of the
 * usual encoding: points uncompressed, RSA with NULL parameters. */
bool lc_spki_read(const struct lc_der_item *spki, struct lc_spki *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Of a key; a view. */
struct lc_der_item lc_key_spki(const struct lc_key *key);

/* The same key, byte for byte, in what is being built. It is not decoded once more, as OpenSSL
 * would: that takes longer than a signature. */
bool lc_spki_copy(const struct lc_der_item *spki, X509_PUBKEY *to, struct lc_err *err)
    LC_MUST_CHECK;

/* --- texts of whole objects ------------------------------------------------------------------- */

struct lc_pem_kind;
struct lc_pem_block;

/* DER and canonical PEM text of a request or certificate, and the hash of the latter. */
struct lc_object {
    unsigned char *der; /* owned */
    size_t der_len;
    char *pem; /* owned */
    char hash[LC_SHA256_HEX];
};

void lc_object_release(struct lc_object *object);

/* From a text of at most max bytes with a block of this kind; its first label is the canonical
 * one. The canonical text, too, may have at most max bytes. out: zeroed; to be released on failure
 * as well. LC_EPARSE, LC_ELIMIT. */
bool lc_object_parse(const char *text, size_t len, size_t max, const struct lc_pem_kind *kind,
                     struct lc_object *out, struct lc_err *err) LC_MUST_CHECK;

/* From a block that was found. */
bool lc_object_read(const struct lc_pem_block *block, size_t max, const struct lc_pem_kind *kind,
                    struct lc_object *out, struct lc_err *err) LC_MUST_CHECK;

/* From what was built; copies it. Otherwise the same. */
bool lc_object_set(const unsigned char *der, size_t der_len, size_t max,
                   const struct lc_pem_kind *kind, struct lc_object *out, struct lc_err *err)
    LC_MUST_CHECK;

/* --- what is signed --------------------------------------------------------------------------- */

/* The three parts of a request and of a certificate; views. */
struct lc_signed {
    struct lc_der_item body;
    struct lc_der_item algorithm;
    struct lc_der_item signature; /* a BIT STRING */
};

/* False: it is not of these parts. */
bool lc_signed_split(struct lc_der in, struct lc_signed *out);

/* The signature is that of this key, by RSA (PKCS #1 v1.5), ECDSA or Ed25519 with SHA-2. False says
 * nothing: it may be another kind of signature, so that OpenSSL's own verification has the last
 * word. */
bool lc_signed_holds(const struct lc_signed *what, const struct lc_der_item *spki);

/* --- signing ---------------------------------------------------------------------------------- */

/* What the key signs with: SHA-256, or NULL for Ed25519, which has its own. LC_EUNSUPPORTED for a
 * key of another type. */
bool lc_key_signing(const struct lc_key *key, EVP_PKEY **pkey_out, const EVP_MD **digest_out,
                    struct lc_err *err) LC_MUST_CHECK;

#endif
