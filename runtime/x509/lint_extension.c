/* Lints of extensions: those that are known, and which there may be. */
#include <string.h>

#include "base/text.h"
#include "x509/lint_private.h"

#define EXPLICIT_TEXT_MAX 200 /* characters, RFC 5280 section 4.2.1.4 */
#define OID_USER_NOTICE   "1.3.6.1.5.5.7.2.2"
#define OID_CT_POISON     "1.3.6.1.4.1.11129.2.4.3"

/* Extensions that RFC 5280 tells how to process, or that a reader of today knows. */
static const char *const processed[] = {
    LC_OID_SUBJECT_KEY_ID,
    LC_OID_KEY_USAGE,
    LC_OID_SAN,
    LC_OID_BASIC_CONSTRAINTS,
    LC_OID_NAME_CONSTRAINTS,
    LC_OID_POLICIES,
    LC_OID_AUTHORITY_KEY_ID,
    LC_OID_EXTENDED_KEY_USAGE,
    LC_OID_ACCESS_INFORMATION,
    "2.5.29.18", /* issuerAltName */
    "2.5.29.31", /* cRLDistributionPoints */
    "2.5.29.33", /* policyMappings */
    "2.5.29.36", /* policyConstraints */
    "2.5.29.54", /* inhibitAnyPolicy */
    OID_CT_POISON,
};

static const struct lc_extension *get(const struct lint_cert *cert, const char *oid)
{
    return lc_extensions_get(&cert->extensions, oid);
}

static void check_twice(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->repeated.count; i++)
        lint_found(report, "%s", cert->repeated.items[i]);
}

static void check_default(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->spelled_out.count; i++)
        lint_found(report, "%s", cert->spelled_out.items[i]);
}

static void check_unknown(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->extensions.count; i++) {
        const struct lc_extension *item = &cert->extensions.items[i];
        bool known = !item->critical;
        for (size_t k = 0; !known && k < LC_COUNT(processed); k++)
            known = strcmp(item->oid, processed[k]) == 0;
        if (!known)
            lint_found(report, "%s", item->oid);
    }
}

/* --- basic constraints ----------------------------------------------------------------------- */

static void check_constraints_critical(const struct lint_cert *cert, struct lint_report *report)
{
    const struct lc_extension *constraints = get(cert, LC_OID_BASIC_CONSTRAINTS);

    if (constraints != NULL && !constraints->critical)
        lint_found_it(report);
}

static void check_path_length(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->path_length != -1)
        lint_found(report, "%d", cert->path_length);
}

static void check_ca_signs(const struct lint_cert *cert, struct lint_report *report)
{
    if (!lint_has_usage(cert, LC_USAGE_KEY_CERT_SIGN))
        lint_found_it(report);
}

static void check_leaf_signs(const struct lint_cert *cert, struct lint_report *report)
{
    if (lint_has_usage(cert, LC_USAGE_KEY_CERT_SIGN))
        lint_found_it(report);
}

static void check_leaf_revokes(const struct lint_cert *cert, struct lint_report *report)
{
    if (lint_has_usage(cert, LC_USAGE_CRL_SIGN))
        lint_found_it(report);
}

/* --- key identifiers ------------------------------------------------------------------------- */

static void check_subject_id(const struct lint_cert *cert, struct lint_report *report)
{
    if (get(cert, LC_OID_SUBJECT_KEY_ID) == NULL)
        lint_found_it(report);
}

/* Its own issuer needs none: it is the subject key identifier (RFC 5280 section 4.2.1.1). */
static void check_authority_id(const struct lint_cert *cert, struct lint_report *report)
{
    if (get(cert, LC_OID_AUTHORITY_KEY_ID) == NULL && !lint_is_self_issued(cert))
        lint_found_it(report);
}

static void check_id_critical(const struct lint_cert *cert, struct lint_report *report)
{
    static const char *const plain[] = { LC_OID_SUBJECT_KEY_ID, LC_OID_AUTHORITY_KEY_ID,
                                         LC_OID_ACCESS_INFORMATION };

    for (size_t i = 0; i < LC_COUNT(plain); i++) {
        const struct lc_extension *item = get(cert, plain[i]);
        if (item != NULL && item->critical)
            lint_found(report, "%s", item->oid);
    }
}

/* --- name constraints ------------------------------------------------------------------------ */

static void check_constraints_of_leaf(const struct lint_cert *cert, struct lint_report *report)
{
    if (get(cert, LC_OID_NAME_CONSTRAINTS) != NULL)
        lint_found_it(report);
}

static void check_name_constraints_critical(const struct lint_cert *cert,
                                            struct lint_report *report)
{
    const struct lc_extension *constraints = get(cert, LC_OID_NAME_CONSTRAINTS);

    if (constraints != NULL && !constraints->critical)
        lint_found_it(report);
}

/* --- policies -------------------------------------------------------------------------------- */

/* Calls each with the items of the policies' SEQUENCE. */
static void each_policy(const struct lint_cert *cert,
                        void (*each)(struct lc_der policy, struct lint_report *report, void *seen),
                        void *seen, struct lint_report *report)
{
    const struct lc_extension *extension = get(cert, LC_OID_POLICIES);
    struct lc_der list;
    struct lc_der policy;

    if (extension == NULL)
        return;
    struct lc_der in = { extension->value, extension->value_len };
    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &list))
        return;
    while (lc_der_enter(&list, LC_DER_SEQUENCE, &policy))
        each(policy, report, seen);
}

static void compare_policy(struct lc_der policy, struct lint_report *report, void *context)
{
    struct lc_strlist *seen = context;
    struct lc_err err = LC_ERR_INIT;
    struct lc_der_item oid;
    char text[LC_OID_TEXT_BYTES];

    if (!lc_der_take(&policy, LC_DER_OID, &oid) || !lc_der_oid(&oid, text, &err))
        return;
    if (lc_strlist_has(seen, text))
        lint_found(report, "%s", text);
    else if (!lc_strlist_add(seen, text, &err))
        report->code = err.code;
}

static void check_policy_twice(const struct lint_cert *cert, struct lint_report *report)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist seen = LC_STRLIST_INIT;

    each_policy(cert, compare_policy, &seen, report);
}

/* UserNotice: explicitText is the last of two optional items. */
static void look_at_notice(struct lc_der qualifier, struct lint_report *report)
{
    struct lc_der notice;
    struct lc_der_item item;
    size_t count = 0;

    if (!lc_der_enter(&qualifier, LC_DER_SEQUENCE, &notice))
        return;
    (void)lc_der_take(&notice, LC_DER_SEQUENCE, &item); /* noticeRef */
    if (!lc_der_next(&notice, &item))
        return;
    if (item.tag != LC_DER_UTF8_STRING) {
        lint_found(report, "%s", lc_der_type_name(item.tag));
        return;
    }
    for (size_t at = 0, step; at < item.len; at += step, count++)
        (void)lc_text_codepoint((const char *)item.bytes + at, item.len - at, &step);
    if (count > EXPLICIT_TEXT_MAX)
        lint_found(report, "%zu characters", count);
}

static void look_at_qualifiers(struct lc_der policy, struct lint_report *report, void *unused)
{
    struct lc_err err = LC_ERR_INIT;
    char text[LC_OID_TEXT_BYTES];
    struct lc_der_item oid;
    struct lc_der qualifiers;
    struct lc_der qualifier;

    (void)unused;
    if (!lc_der_take(&policy, LC_DER_OID, &oid) ||
        !lc_der_enter(&policy, LC_DER_SEQUENCE, &qualifiers))
        return;
    while (lc_der_enter(&qualifiers, LC_DER_SEQUENCE, &qualifier))
        if (lc_der_take(&qualifier, LC_DER_OID, &oid) && lc_der_oid(&oid, text, &err) &&
            strcmp(text, OID_USER_NOTICE) == 0)
            look_at_notice(qualifier, report);
}

static void check_explicit_text(const struct lint_cert *cert, struct lint_report *report)
{
    each_policy(cert, look_at_qualifiers, NULL, report);
}

const struct lint_rule lint_extension_rules[] = {
    { { "extension_twice", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2",
        "an extension is there twice" },
      check_twice },
    { { "critical_false", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.1, X.690 11.5",
        "critical FALSE, which is the default, is written out" },
      check_default },
    { { "extension_unknown", LC_LINT_WARNING, LC_LINT_ANY, "RFC 5280 4.2",
        "a critical extension that verifiers do not know, and so refuse" },
      check_unknown },
    { { "constraints_not_critical", LC_LINT_ERROR, LC_LINT_CA, "RFC 5280 4.2.1.9",
        "the basic constraints of a CA are not critical" },
      check_constraints_critical },
    { { "path_length_of_leaf", LC_LINT_ERROR, LC_LINT_LEAF, "RFC 5280 4.2.1.9",
        "a path length, and it is no CA" },
      check_path_length },
    { { "ca_does_not_sign", LC_LINT_ERROR, LC_LINT_CA, "RFC 5280 4.2.1.3, 4.2.1.9",
        "the key usage of a CA is absent or has no key_cert_sign" },
      check_ca_signs },
    { { "leaf_signs", LC_LINT_ERROR, LC_LINT_LEAF, "RFC 5280 4.2.1.3, 4.2.1.9",
        "key_cert_sign, and it is no CA" },
      check_leaf_signs },
    { { "leaf_revokes", LC_LINT_WARNING, LC_LINT_LEAF, "BR 7.1.2.7.11",
        "crl_sign, and it is no CA" },
      check_leaf_revokes },
    { { "ca_key_id_absent", LC_LINT_ERROR, LC_LINT_CA, "RFC 5280 4.2.1.2",
        "a CA has no subject key identifier" },
      check_subject_id },
    { { "leaf_key_id_absent", LC_LINT_NOTICE, LC_LINT_LEAF, "RFC 5280 4.2.1.2",
        "no subject key identifier" },
      check_subject_id },
    { { "authority_key_id_absent", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.1",
        "no authority key identifier" },
      check_authority_id },
    { { "extension_critical", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.1, 4.2.1.2, 4.2.2.1",
        "an extension that must not be critical is" },
      check_id_critical },
    { { "name_constraints_of_leaf", LC_LINT_ERROR, LC_LINT_LEAF, "RFC 5280 4.2.1.10",
        "name constraints, and it is no CA" },
      check_constraints_of_leaf },
    { { "name_constraints_not_critical", LC_LINT_ERROR, LC_LINT_CA, "RFC 5280 4.2.1.10",
        "the name constraints of a CA are not critical" },
      check_name_constraints_critical },
    { { "policy_twice", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.4",
        "a certificate policy is there twice" },
      check_policy_twice },
    { { "explicit_text", LC_LINT_WARNING, LC_LINT_ANY, "RFC 5280 4.2.1.4",
        "the text of a policy is no UTF8String, or over 200 characters" },
      check_explicit_text },
    { { .id = NULL }, NULL },
};
