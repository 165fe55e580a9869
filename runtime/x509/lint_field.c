/* Lints of a certificate's own fields: version, serial number, validity, algorithms, names that
 * must be there. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "x509/lint_private.h"

#define DAY_S         ((int64_t)86400)
#define YEAR_2050     INT64_C(2524608000) /* 2050-01-01T00:00:00Z */
#define SERIAL_MAX    20                  /* octets */
#define SERIAL_RANDOM 8                   /* octets: 64 bits */
#define PUBLIC_DAYS   398                 /* BR 6.3.2 */

static void check_malformed(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->malformed.count; i++)
        lint_found(report, "%s", cert->malformed.items[i]);
}

static void check_version(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->version != 3)
        lint_found(report, "version %d", cert->version);
}

static void check_unique_id(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->has_unique_id)
        lint_found_it(report);
}

/* --- serial number --------------------------------------------------------------------------- */

static void found_serial(const struct lint_cert *cert, struct lint_report *report)
{
    char hex[2 * 64 + 1];
    const size_t len = cert->serial.len < 64 ? cert->serial.len : 64;

    lc_hex_encode(cert->serial.bytes, len, hex);
    lint_found(report, "%s (%zu octets)", hex, cert->serial.len);
}

static void check_serial_encoding(const struct lint_cert *cert, struct lint_report *report)
{
    if (!lc_der_is_integer(&cert->serial))
        found_serial(cert, report);
}

static void check_serial_positive(const struct lint_cert *cert, struct lint_report *report)
{
    const struct lc_der_item *serial = &cert->serial;

    if (lc_der_is_integer(serial) &&
        (serial->bytes[0] >= 0x80 || (serial->len == 1 && serial->bytes[0] == 0)))
        found_serial(cert, report);
}

static void check_serial_length(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->serial.len > SERIAL_MAX)
        found_serial(cert, report);
}

/* 64 random bits may begin with zeros: a number of that length or more is taken for one. */
static void check_serial_random(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->serial.len < SERIAL_RANDOM)
        found_serial(cert, report);
}

/* --- algorithms ------------------------------------------------------------------------------ */

static void check_algorithms_equal(const struct lint_cert *cert, struct lint_report *report)
{
    const struct lc_der_item *inner = &cert->inner_algorithm;
    const struct lc_der_item *outer = &cert->outer_algorithm;

    if (!lc_bytes_equal(inner->whole, inner->whole_len, outer->whole, outer->whole_len))
        lint_found(report, "signed with %s", cert->algorithm);
}

static void check_algorithm_weak(const struct lint_cert *cert, struct lint_report *report)
{
    static const char *const weak[] = { "md2", "md4", "md5", "sha1", "SHA1" };

    for (size_t i = 0; i < LC_COUNT(weak); i++) {
        if (strstr(cert->algorithm, weak[i]) != NULL) {
            lint_found(report, "%s", cert->algorithm);
            return;
        }
    }
}

/* --- validity -------------------------------------------------------------------------------- */

static void found_times(const struct lint_cert *cert, struct lint_report *report)
{
    char begins[LC_TIME_TEXT_BYTES];
    char ends[LC_TIME_TEXT_BYTES];

    lc_time_format(cert->begins, begins);
    lc_time_format(cert->ends, ends);
    lint_found(report, "%s to %s", begins, ends);
}

static void check_validity_order(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->has_times && cert->ends < cert->begins)
        found_times(cert, report);
}

static void check_time_type(const struct lc_der_item *time, int64_t time_s,
                            struct lint_report *report)
{
    const int wanted = time_s < YEAR_2050 ? LC_DER_UTC_TIME : LC_DER_GENERALIZED_TIME;
    char text[LC_TIME_TEXT_BYTES];

    if (time->tag == wanted)
        return;
    lc_time_format(time_s, text);
    lint_found(report, "%s", text);
}

static void check_validity_type(const struct lint_cert *cert, struct lint_report *report)
{
    if (!cert->has_times)
        return;
    check_time_type(&cert->not_before, cert->begins, report);
    check_time_type(&cert->not_after, cert->ends, report);
}

/* Both ends count: the second of notAfter is a part of it (RFC 5280 section 4.1.2.5). */
static void check_validity_long(const struct lint_cert *cert, struct lint_report *report)
{
    const int64_t length = cert->ends - cert->begins + 1;

    if (cert->has_times && length > PUBLIC_DAYS * DAY_S)
        lint_found(report, "%lld days", (long long)((length + DAY_S - 1) / DAY_S));
}

/* --- names that must be there ---------------------------------------------------------------- */

static void check_issuer_empty(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->issuer.len == 0)
        lint_found_it(report);
}

static void check_ca_subject(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->subject.len == 0)
        lint_found_it(report);
}

static void check_leaf_subject(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->subject.len == 0 && !(cert->sans.present && cert->sans.critical))
        lint_found_it(report);
}

const struct lint_rule lint_field_rules[] = {
    { { "malformed", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1, X.690",
        "a part of it cannot be read" },
      check_malformed },
    { { "version", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.1", "its version is not 3" },
      check_version },
    { { "unique_identifier", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.8",
        "it has a unique identifier of its issuer or subject" },
      check_unique_id },
    { { "serial_encoding", LC_LINT_ERROR, LC_LINT_ANY, "X.690 8.3.2",
        "the serial number is not in its shortest form" },
      check_serial_encoding },
    { { "serial_not_positive", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.2",
        "the serial number is zero or negative" },
      check_serial_positive },
    { { "serial_too_long", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.2",
        "the serial number has over 20 octets" },
      check_serial_length },
    { { "serial_too_short", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.2.7",
        "the serial number cannot hold 64 random bits" },
      check_serial_random },
    { { "algorithms_differ", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.1.2",
        "the two signature algorithms in it are not the same" },
      check_algorithms_equal },
    { { "algorithm_weak", LC_LINT_ERROR, LC_LINT_ANY, "BR 7.1.3.2",
        "it is signed over a digest that can be forged" },
      check_algorithm_weak },
    { { "validity_order", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.5",
        "it ends before it begins" },
      check_validity_order },
    { { "validity_encoding", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.5",
        "a time up to 2049 is UTCTime, a later one GeneralizedTime: one is not" },
      check_validity_type },
    { { "validity_long", LC_LINT_NOTICE, LC_LINT_LEAF, "BR 6.3.2",
        "it is valid for over 398 days, which browsers refuse of public CAs" },
      check_validity_long },
    { { "issuer_empty", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1.2.4", "it names no issuer" },
      check_issuer_empty },
    { { "ca_subject_empty", LC_LINT_ERROR, LC_LINT_CA, "RFC 5280 4.1.2.6",
        "a CA has no subject, which what it issues could name" },
      check_ca_subject },
    { { "subject_empty", LC_LINT_ERROR, LC_LINT_LEAF, "RFC 5280 4.1.2.6",
        "it has neither a subject nor critical alternative names" },
      check_leaf_subject },
    { { .id = NULL }, NULL },
};
