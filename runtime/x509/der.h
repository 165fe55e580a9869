/* DER, read where it lies: a cursor over tag-length-value items, no copies. Private to x509/.
 *
 * Why not OpenSSL's d2i functions for whole requests and certificates: version 3 decodes the public
 * key with each of them, which takes ten times as long as all the rest, and a hook reads hundreds.
 * What is read here is strict (definite, shortest lengths; low tag numbers; no string in
 * parts; unused bits of a BIT STRING 0: OpenSSL passes over the last two), so that OpenSSL, which
 * reads the same bytes when it signs or verifies, sees the same fields, and so that the bytes are
 * the canonical form that hashes and comparisons are about. */
#ifndef LC_X509_DER_H
#define LC_X509_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

enum lc_der_tag {
    LC_DER_BOOLEAN = 0x01,
    LC_DER_INTEGER = 0x02,
    LC_DER_BIT_STRING = 0x03,
    LC_DER_OCTET_STRING = 0x04,
    LC_DER_NULL = 0x05,
    LC_DER_OID = 0x06,
    LC_DER_UTF8_STRING = 0x0c,
    LC_DER_NUMERIC_STRING = 0x12,
    LC_DER_PRINTABLE_STRING = 0x13,
    LC_DER_T61_STRING = 0x14,
    LC_DER_IA5_STRING = 0x16,
    LC_DER_UTC_TIME = 0x17,
    LC_DER_GENERALIZED_TIME = 0x18,
    LC_DER_VISIBLE_STRING = 0x1a,
    LC_DER_UNIVERSAL_STRING = 0x1c,
    LC_DER_BMP_STRING = 0x1e,
    LC_DER_SEQUENCE = 0x30,
    LC_DER_SET = 0x31,
    LC_DER_CONTEXT = 0x80,     /* [n]: plus n */
    LC_DER_CONTEXT_BOX = 0xa0, /* [n] with items inside: plus n */
};

/* What is left to read. */
struct lc_der {
    const unsigned char *at;
    size_t left;
};

struct lc_der_item {
    unsigned char tag;
    const unsigned char *bytes; /* the value */
    size_t len;
    const unsigned char *whole; /* with tag and length */
    size_t whole_len;
};

/* The next item, whatever it is; false when nothing is left or it is not DER. */
bool lc_der_next(struct lc_der *in, struct lc_der_item *out);

/* The next item, which must have this tag; nothing is consumed where it has not. */
bool lc_der_take(struct lc_der *in, int tag, struct lc_der_item *out);

/* The same, for what is inside of it. */
bool lc_der_enter(struct lc_der *in, int tag, struct lc_der *inside);

bool lc_der_has(const struct lc_der *in, int tag); /* the next item has this tag */

static inline struct lc_der lc_der_inside(const struct lc_der_item *item)
{
    return (struct lc_der){ .at = item->bytes, .left = item->len };
}

/* The item is the shortest form of an integer. */
bool lc_der_is_integer(const struct lc_der_item *item);

/* A small one, 0 to 2^31 - 1. */
bool lc_der_small(const struct lc_der_item *item, int *out);

/* DER's two: ff and 00. */
bool lc_der_boolean(const struct lc_der_item *item, bool *out);

/* Dotted text of the item's value. LC_EPARSE, LC_ELIMIT (over LC_OID_TEXT_BYTES - 1 characters). */
#define LC_OID_TEXT_BYTES 128
bool lc_der_oid(const struct lc_der_item *item, char text[LC_OID_TEXT_BYTES], struct lc_err *err)
    LC_MUST_CHECK;

/* UTCTime or GeneralizedTime in the form of RFC 5280 section 4.1.2.5; seconds since the epoch. */
bool lc_der_time(const struct lc_der_item *item, int64_t *out);

/* What a string item says, as UTF-8: BMPString, UniversalString and T61String (read as Latin-1, as
 * everybody does) are converted; bytes that are not text, and NUL, become \xNN; of a BIT STRING
 * or OCTET STRING it is the content in hex, of anything else the DER in hex. Free with lc_free. */
bool lc_der_dup_text(const struct lc_der_item *item, char **out, struct lc_err *err) LC_MUST_CHECK;

/* "UTF8String", ...; "other" for what no string type has. Static. */
const char *lc_der_type_name(int tag);

#endif
