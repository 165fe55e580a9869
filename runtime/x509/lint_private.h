/* Between the files of the certificate lints: a certificate read with patience, and how a rule says
 * what it found. Private to x509/. */
#ifndef LC_X509_LINT_PRIVATE_H
#define LC_X509_LINT_PRIVATE_H

#include "x509/lint.h"
#include "x509/parts.h"

/* One attribute of the subject; views. */
struct lint_attribute {
    int rdn; /* from 0 */
    char oid[LC_OID_TEXT_BYTES];
    struct lc_der_item value;
};

/* Views into the DER, and what was read from them. What is malformed is named in `malformed`, and
 * is then as if it were absent. */
struct lint_cert {
    const unsigned char *der;
    size_t der_len;
    const struct lc_cert *issuer_cert; /* NULL: not at hand */
    struct lc_der_item serial;
    struct lc_der_item inner_algorithm;
    struct lc_der_item outer_algorithm;
    struct lc_der_item issuer;
    struct lc_der_item subject;
    struct lc_der_item not_before;
    struct lc_der_item not_after;
    struct lc_der_item spki;
    struct lc_der_item subject_key_id; /* bytes are NULL where absent */
    struct lc_der_item authority_key_id;
    int64_t begins; /* seconds since the epoch */
    int64_t ends;
    struct lc_extensions extensions; /* the first of each */
    struct lc_strlist repeated;      /* OIDs of those that are there again */
    struct lc_strlist spelled_out;   /* OIDs of those with critical FALSE */
    struct lc_strlist extended;      /* OIDs of the extended key usage */
    struct lc_strlist malformed;
    struct lint_attribute *attributes;
    size_t attribute_count;
    size_t attribute_capacity;
    struct lc_sans sans;
    struct lc_spki key;
    int version;     /* 3 */
    int path_length; /* -1: none */
    unsigned key_usage;
    unsigned flags;
    bool has_times;
    bool has_key;
    bool has_unique_id;
    bool has_extensions;
    bool has_key_usage;
    bool has_extended;
    bool is_ca;
    char algorithm[LC_OID_TEXT_BYTES]; /* the outer one's name */
};

/* out: zeroed; released with lint_cert_release, also on failure. The DER is lent. */
bool lint_read(const unsigned char *der, size_t der_len, struct lint_cert *out, struct lc_err *err)
    LC_MUST_CHECK;
void lint_cert_release(struct lint_cert *cert);
LC_AUTO_VALUE(struct lint_cert, lint_cert_release);

static inline bool lint_is_self_issued(const struct lint_cert *cert)
{
    return lc_bytes_equal(cert->issuer.whole, cert->issuer.whole_len, cert->subject.whole,
                          cert->subject.whole_len);
}

static inline bool lint_has_usage(const struct lint_cert *cert, int bit)
{
    return cert->has_key_usage && (cert->key_usage & 1u << bit) != 0;
}

/* Where findings go; errors are sticky. */
struct lint_report {
    const struct lint_rule *rule; /* the one that is being checked */
    struct lc_lint_findings found;
    enum lc_code code;
};

/* The rule is broken. */
void lint_found(struct lint_report *report, const char *format, ...) LC_PRINTF(2, 3);
#define lint_found_it(report) lint_found((report), "%s", "")

struct lint_rule {
    struct lc_lint_rule shown;
    void (*check)(const struct lint_cert *cert, struct lint_report *report);
};

/* The rules by subject; each ends with a rule without an id. */
extern const struct lint_rule lint_field_rules[];
extern const struct lint_rule lint_key_rules[];
extern const struct lint_rule lint_subject_rules[];
extern const struct lint_rule lint_san_rules[];
extern const struct lint_rule lint_extension_rules[];
extern const struct lint_rule lint_issuer_rules[];

#define LC_OID_NAME_CONSTRAINTS   "2.5.29.30"
#define LC_OID_POLICIES           "2.5.29.32"
#define LC_OID_ACCESS_INFORMATION "1.3.6.1.5.5.7.1.1"
#define LC_OID_ANY_EXTENDED_USAGE "2.5.29.37.0"

#endif
