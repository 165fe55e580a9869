/* Names: the attributes of a subject, and subject-alternative names. Also the two shapes that
 * requests and certificates share: extensions as they stand, and digests. */
#ifndef LC_X509_NAME_H
#define LC_X509_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

#define LC_SHA256_BYTES 32
#define LC_SHA256_HEX   65 /* with the NUL */

/* SHA-256 of bytes; LC_ECRYPTO or LC_ENOMEM. */
bool lc_sha256(const void *bytes, size_t len, unsigned char digest[LC_SHA256_BYTES],
               struct lc_err *err) LC_MUST_CHECK;

/* What one request or certificate may have of them; more is LC_ELIMIT when it is read. */
#define LC_NAME_MAX_ENTRIES 256
#define LC_EXTENSIONS_MAX   128

/* One attribute of a subject or issuer, in the order in which the name has them. An object
 * identifier over 127 characters is LC_ELIMIT when it is read. */
struct lc_name_entry {
    char oid[128];         /* dotted, "2.5.4.3" */
    const char *long_name; /* "commonName"; the OID where it has none; static or as oid */
    const char *asn1_type; /* "UTF8String", "PrintableString", "IA5String", ...; static */
    char *value;           /* UTF-8, owned by the list; NUL and bytes that are not text as \xNN, of
                              a BitString or OctetString the content in hex, of others the DER */
    int rdn;               /* which RDN it belongs to, from 0: equal for a multi-valued RDN */
};

struct lc_name {
    struct lc_name_entry *entries; /* owned */
    size_t count;
    size_t capacity;
};

#define LC_NAME_INIT                                                                               \
    {                                                                                              \
        .entries = NULL, .count = 0, .capacity = 0                                                 \
    }

void lc_name_release(struct lc_name *name);
LC_AUTO_VALUE(struct lc_name, lc_name_release);

/* Value of the first entry with this OID; NULL when there is none. */
const char *lc_name_get(const struct lc_name *name, const char *oid);

/* The same attributes in the same places; case counts, string types do not. */
bool lc_name_equals(const struct lc_name *a, const struct lc_name *b);

#define LC_OID_COMMON_NAME       "2.5.4.3"
#define LC_OID_COUNTRY           "2.5.4.6"
#define LC_OID_LOCALITY          "2.5.4.7"
#define LC_OID_STATE             "2.5.4.8"
#define LC_OID_ORGANIZATION      "2.5.4.10"
#define LC_OID_ORGANIZATION_UNIT "2.5.4.11"
#define LC_OID_UNIQUE_IDENTIFIER "2.5.4.45"
#define LC_OID_EMAIL             "1.2.840.113549.1.9.1"
#define LC_OID_UNSTRUCTURED_NAME "1.2.840.113549.1.9.2"
#define LC_OID_SAN               "2.5.29.17"

enum lc_san_type {
    LC_SAN_DNS,   /* value, here and in those below: NUL and bytes that are not text as \xNN */
    LC_SAN_IP,    /* canonical text, RFC 5952; IPv4-mapped with dots */
    LC_SAN_OID,   /* registeredID, dotted */
    LC_SAN_EMAIL, /* rfc822Name */
    LC_SAN_URI,
    LC_SAN_OTHER /* directoryName, otherName, an address of another length, ...; value: the
                    GeneralName's DER in hex */
};

/* One name of a subjectAltName, in the extension's order. */
struct lc_san {
    enum lc_san_type type;
    int tag;     /* of the GeneralName, RFC 5280 section 4.2.1.6: 2 for dNSName */
    char *value; /* owned by the list */
};

struct lc_sans {
    struct lc_san *items; /* owned */
    size_t count;
    size_t capacity;
    bool present; /* there is such an extension, though it may hold no names */
    bool critical;
};

#define LC_SANS_INIT                                                                               \
    {                                                                                              \
        .items = NULL                                                                              \
    }

void lc_sans_release(struct lc_sans *sans);
LC_AUTO_VALUE(struct lc_sans, lc_sans_release);

/* One more, copied; tag: as above. */
bool lc_sans_add(struct lc_sans *sans, enum lc_san_type type, int tag, const char *value,
                 struct lc_err *err) LC_MUST_CHECK;

const char *lc_san_type_name(
    enum lc_san_type type); /* "DNS", "IP", "OID", "email", "URI", "other" */

/* An extension as it stands: value is the DER inside the OCTET STRING. */
struct lc_extension {
    char oid[128];
    bool critical;
    unsigned char *value; /* owned by the list */
    size_t value_len;
};

struct lc_extensions {
    struct lc_extension *items; /* owned */
    size_t count;
    size_t capacity;
};

#define LC_EXTENSIONS_INIT                                                                         \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_extensions_release(struct lc_extensions *list);
LC_AUTO_VALUE(struct lc_extensions, lc_extensions_release);

/* Copies. LC_EPARSE for an OID that is not canonical dotted text, LC_ELIMIT past
 * LC_EXTENSIONS_MAX. */
bool lc_extensions_add(struct lc_extensions *list, const char *oid, bool critical,
                       const void *value, size_t value_len, struct lc_err *err) LC_MUST_CHECK;
bool lc_extensions_copy(struct lc_extensions *out, const struct lc_extensions *from,
                        struct lc_err *err) LC_MUST_CHECK;

/* By OID; NULL when absent. */
const struct lc_extension *lc_extensions_get(const struct lc_extensions *list, const char *oid);

#endif
