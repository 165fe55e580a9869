/* What is asked for: the attributes of a certificate request, as an author gives them or as a CSR
 * says them, in one normal form, so that a request always equals its own CSR
 * (tls-certificates 2.3). */
#ifndef LC_X509_ATTRS_H
#define LC_X509_ATTRS_H

#include "base/buf.h"
#include "base/strlist.h"
#include "x509/name.h"

/* Texts are UTF-8, NULL for none (never ""); the lists are sorted and without duplicates once
 * normalised. All owned. */
struct lc_attrs {
    char *common_name; /* 1 to 64 bytes */
    struct lc_strlist sans_dns;
    struct lc_strlist sans_ip;  /* canonical text, RFC 5952 */
    struct lc_strlist sans_oid; /* canonical dotted form */
    char *email_address;
    char *organization;
    char *organizational_unit;
    char *country_name; /* exactly 2 bytes */
    char *state_or_province_name;
    char *locality_name;
    bool is_ca;
    bool add_unique_id_to_subject_name;                  /* true by default */
    struct lc_extensions additional_critical_extensions; /* in order; critical is set on each */
};

/* Everything empty, add_unique_id_to_subject_name true. */
#define LC_ATTRS_INIT                                                                              \
    {                                                                                              \
        .add_unique_id_to_subject_name = true                                                      \
    }

#define LC_COMMON_NAME_MAX_BYTES 64  /* ub-common-name, RFC 5280 appendix A.1 */
#define LC_DNS_NAME_MAX_BYTES    253 /* RFC 1035 section 2.3.4 */
#define LC_DNS_LABEL_MAX_BYTES   63
#define LC_ATTRS_MAX_SANS        10000 /* DNS, IP and OID together; also what a CSR may have */

void lc_attrs_release(struct lc_attrs *attrs);
LC_AUTO_VALUE(struct lc_attrs, lc_attrs_release);

bool lc_attrs_copy(struct lc_attrs *out, const struct lc_attrs *from, struct lc_err *err)
    LC_MUST_CHECK;

/* Fill in by the field's name, "common_name" to "add_unique_id_to_subject_name"; len bytes, which
 * are copied. LC_EUSAGE, with the field's name: there is no such field, it takes something else
 * (one text where a list is expected would be one name of each letter in the Python library,
 * X509-042), or the text has a NUL, which C strings cannot say. The additional extensions are
 * filled in with lc_extensions_add. */
bool lc_attrs_set_text(struct lc_attrs *attrs, const char *field, const char *text, size_t len,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_attrs_add_text(struct lc_attrs *attrs, const char *field, const char *text, size_t len,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_attrs_set_flag(struct lc_attrs *attrs, const char *field, bool value, struct lc_err *err)
    LC_MUST_CHECK;

/* Bring into the normal form and refuse what cannot be encoded: empty text becomes none, IP
 * addresses their canonical text, lists are sorted. LC_EUSAGE names the field, what it held and
 * what it must hold (X509-008, -023, -040 to -047): nothing named at all, a common name over 64
 * bytes, a country that is not two PrintableString characters, text that is not UTF-8, a DNS name
 * that is empty, has blanks, a label over 63 or is over 253 bytes or not ASCII, an address with
 * zone or prefix length, an OID that is not canonical, an e-mail address that is not ASCII or has
 * no at sign, a SAN or one OID twice among the additional extensions. LC_ELIMIT past
 * LC_ATTRS_MAX_SANS names. On failure attrs is good for nothing but release. */
bool lc_attrs_normalise(struct lc_attrs *attrs, struct lc_err *err) LC_MUST_CHECK;

/* All 13 fields (2.3); both normalised. Lists as sets, the extensions in order, texts by byte. */
bool lc_attrs_equals(const struct lc_attrs *a, const struct lc_attrs *b);

/* Append the normal form as bytes, equal for equal attributes and for no others: the key of a
 * look-up, of use in this process only. Not a digest, so that a charm whose hook has nothing to do
 * does not start OpenSSL for its list of requests. LC_ELIMIT (the buffer is full), LC_ENOMEM. */
#define LC_ATTRS_FORM_MAX_BYTES (16u * 1024 * 1024) /* over what fits into a request */
bool lc_attrs_encode(const struct lc_attrs *attrs, struct lc_buf *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
