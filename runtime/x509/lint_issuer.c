/* Lints of a certificate beside its issuer's. */
#include <string.h>

#include "base/clock.h"
#include "x509/cert_ossl.h"
#include "x509/lint_private.h"

/* Both as OpenSSL has them; NULL where it cannot read one. */
struct pair {
    X509 *cert;
    X509 *issuer;
};

static void pair_release(struct pair *pair)
{
    X509_free(pair->cert);
    X509_free(pair->issuer);
}
LC_AUTO_VALUE(struct pair, pair_release);

static struct pair open_pair(const struct lint_cert *cert)
{
    const unsigned char *at = cert->der;

    return (struct pair){ .cert = d2i_X509(NULL, &at, (long)cert->der_len),
                          .issuer = lc_cert_open(cert->issuer_cert) };
}

/* By byte, as 4.1.2.4 has CAs write it; the signature says nothing about names. */
static void check_name(const struct lint_cert *cert, struct lint_report *report)
{
    LC_AUTO(pair_release) struct pair pair = open_pair(cert);
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;

    if (pair.issuer == NULL)
        return;
    const int len = i2d_X509_NAME(X509_get_subject_name(pair.issuer), &der);
    if (len > 0 && !lc_bytes_equal(cert->issuer.whole, cert->issuer.whole_len, der, (size_t)len))
        lint_found_it(report);
}

static void check_signature(const struct lint_cert *cert, struct lint_report *report)
{
    LC_AUTO(pair_release) struct pair pair = open_pair(cert);

    if ((cert->flags & LC_LINT_ANY_SIGNATURE) != 0)
        return;
    if (pair.cert == NULL || pair.issuer == NULL ||
        X509_verify(pair.cert, X509_get0_pubkey(pair.issuer)) != 1) /* 0 and -1 both mean no */
        lint_found_it(report);
}

static void check_key_id(const struct lint_cert *cert, struct lint_report *report)
{
    const struct lc_extension *id = lc_extensions_get(lc_cert_extensions(cert->issuer_cert),
                                                      LC_OID_SUBJECT_KEY_ID);
    struct lc_der_item item;

    if (id == NULL || cert->authority_key_id.bytes == NULL ||
        (cert->flags & LC_LINT_ANY_SIGNATURE) != 0)
        return;
    struct lc_der in = { id->value, id->value_len };
    if (lc_der_take(&in, LC_DER_OCTET_STRING, &item) &&
        !lc_bytes_equal(item.bytes, item.len, cert->authority_key_id.bytes,
                        cert->authority_key_id.len))
        lint_found_it(report);
}

static void check_times(const struct lint_cert *cert, struct lint_report *report)
{
    char begins[LC_TIME_TEXT_BYTES];
    char ends[LC_TIME_TEXT_BYTES];

    if (!cert->has_times || (cert->begins >= lc_cert_not_before(cert->issuer_cert) &&
                             cert->ends <= lc_cert_not_after(cert->issuer_cert)))
        return;
    lc_time_format(lc_cert_not_before(cert->issuer_cert), begins);
    lc_time_format(lc_cert_not_after(cert->issuer_cert), ends);
    lint_found(report, "the issuer: %s to %s", begins, ends);
}

static void check_is_ca(const struct lint_cert *cert, struct lint_report *report)
{
    bool has_usage;
    unsigned usage;

    if (!lc_cert_is_ca(cert->issuer_cert) ||
        (lc_ext_read_key_usage(lc_cert_extensions(cert->issuer_cert), &has_usage, &usage) &&
         has_usage && (usage & 1u << LC_USAGE_KEY_CERT_SIGN) == 0))
        lint_found_it(report);
}

/* Self-issued certificates do not count (RFC 5280 section 6.1.4 (l)). */
static void check_depth(const struct lint_cert *cert, struct lint_report *report)
{
    const int most = lc_cert_path_length(cert->issuer_cert);

    if (cert->is_ca && most == 0 && !lint_is_self_issued(cert))
        lint_found_it(report);
}

static void check_constraints(const struct lint_cert *cert, struct lint_report *report)
{
    LC_AUTO(pair_release) struct pair pair = open_pair(cert);

    if (pair.cert == NULL || pair.issuer == NULL ||
        X509_check_purpose(pair.cert, -1, 0) != 1) /* reads the names that are compared */
        return;
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(pair.issuer, NID_name_constraints, NULL, NULL);
    if (constraints == NULL)
        return;
    int status = NAME_CONSTRAINTS_check(pair.cert, constraints);
    if (status == X509_V_OK && !cert->sans.present) /* then clients may look at the common name */
        status = NAME_CONSTRAINTS_check_CN(pair.cert, constraints);
    NAME_CONSTRAINTS_free(constraints);
    if (status != X509_V_OK)
        lint_found(report, "%s", X509_verify_cert_error_string(status));
}

const struct lint_rule lint_issuer_rules[] = {
    { { "issuer_differs", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 4.1.2.4, 7.1",
        "the issuer is not named as it names itself, byte for byte" },
      check_name },
    { { "signature", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 6.1.3 (a) (1)",
        "the issuer has not signed it" },
      check_signature },
    { { "authority_key_id_differs", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 4.2.1.1",
        "the authority key identifier is not the issuer's" },
      check_key_id },
    { { "validity_outside_issuer", LC_LINT_WARNING, LC_LINT_ISSUED, "RFC 5280 6.1.3 (a) (2)",
        "it is valid at times when its issuer is not" },
      check_times },
    { { "issuer_is_no_ca", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 6.1.4 (k), (n)",
        "the issuer may not sign certificates" },
      check_is_ca },
    { { "path_too_long", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 4.2.1.9",
        "a CA below an issuer whose path length does not allow it" },
      check_depth },
    { { "name_constraints", LC_LINT_ERROR, LC_LINT_ISSUED, "RFC 5280 4.2.1.10",
        "a name that the issuer's name constraints do not allow" },
      check_constraints },
    { { .id = NULL }, NULL },
};
