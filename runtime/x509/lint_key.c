/* Lints of the public key, and of how its use is declared. */
#include <string.h>

#include "x509/lint_private.h"

#define EXPONENT_USUAL 65537 /* 2^16 + 1 */

static bool is_rsa(const struct lint_cert *cert)
{
    return cert->has_key && cert->key.type == LC_KEY_RSA;
}

/* RSAPublicKey, RFC 8017 appendix A.1.1; false where it is none. */
static bool read_exponent(const struct lint_cert *cert, struct lc_der_item *out)
{
    struct lc_der in = lc_der_inside(&cert->spki);
    struct lc_der_item item;
    struct lc_der numbers;

    if (!is_rsa(cert) || !lc_der_take(&in, LC_DER_SEQUENCE, &item) ||
        !lc_der_take(&in, LC_DER_BIT_STRING, &item) || item.len == 0)
        return false;
    in = (struct lc_der){ item.bytes + 1, item.len - 1 }; /* behind the count of unused bits */
    return lc_der_enter(&in, LC_DER_SEQUENCE, &numbers) &&
           lc_der_take(&numbers, LC_DER_INTEGER, &item) &&
           lc_der_take(&numbers, LC_DER_INTEGER, out) && lc_der_is_integer(out);
}

static void check_rsa_bits(const struct lint_cert *cert, struct lint_report *report)
{
    if (is_rsa(cert) && cert->key.bits < LC_RSA_MIN_BITS)
        lint_found(report, "%d bits", cert->key.bits);
}

static void check_rsa_octets(const struct lint_cert *cert, struct lint_report *report)
{
    if (is_rsa(cert) && cert->key.bits % 8 != 0)
        lint_found(report, "%d bits", cert->key.bits);
}

static void check_rsa_odd(const struct lint_cert *cert, struct lint_report *report)
{
    struct lc_der_item exponent;

    if (read_exponent(cert, &exponent) &&
        ((exponent.bytes[exponent.len - 1] & 1) == 0 ||
         (exponent.len == 1 && exponent.bytes[0] == 1) || exponent.bytes[0] >= 0x80))
        lint_found(report, "its last octet is %02x", exponent.bytes[exponent.len - 1]);
}

static void check_rsa_small(const struct lint_cert *cert, struct lint_report *report)
{
    struct lc_der_item exponent;
    int value;

    if (read_exponent(cert, &exponent) && lc_der_small(&exponent, &value) && value > 1 &&
        value % 2 == 1 && value < EXPONENT_USUAL)
        lint_found(report, "%d", value);
}

static void check_curve(const struct lint_cert *cert, struct lint_report *report)
{
    static const char *const good[] = { "P-256", "P-384", "P-521" };

    if (!cert->has_key || cert->key.type != LC_KEY_EC)
        return;
    for (size_t i = 0; i < LC_COUNT(good); i++)
        if (strcmp(cert->key.curve, good[i]) == 0)
            return;
    lint_found(report, "%s", cert->key.curve);
}

static void check_type(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->has_key && cert->key.type == LC_KEY_OTHER)
        lint_found_it(report);
}

/* --- key usage ------------------------------------------------------------------------------- */

static void check_usage_critical(const struct lint_cert *cert, struct lint_report *report)
{
    const struct lc_extension *usage = lc_extensions_get(&cert->extensions, LC_OID_KEY_USAGE);

    if (usage != NULL && !usage->critical)
        lint_found_it(report);
}

static void check_usage_empty(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->has_key_usage && cert->key_usage == 0)
        lint_found_it(report);
}

/* Usages that the key's type cannot have. RSA does not agree on keys, EC and Ed25519 encrypt
 * nothing. */
static void check_usage_type(const struct lint_cert *cert, struct lint_report *report)
{
    static const unsigned encrypts = 1u << LC_USAGE_KEY_ENCIPHERMENT |
                                     1u << LC_USAGE_DATA_ENCIPHERMENT;
    static const unsigned agrees = 1u << LC_USAGE_KEY_AGREEMENT | 1u << LC_USAGE_ENCIPHER_ONLY |
                                   1u << LC_USAGE_DECIPHER_ONLY;
    unsigned bad = 0;

    if (!cert->has_key || !cert->has_key_usage)
        return;
    if (cert->key.type == LC_KEY_RSA)
        bad = agrees;
    else if (cert->key.type == LC_KEY_EC)
        bad = encrypts;
    else if (cert->key.type == LC_KEY_ED25519)
        bad = encrypts | agrees;
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++)
        if ((cert->key_usage & bad & 1u << bit) != 0)
            lint_found(report, "%s of %s", lc_usage_name(bit), lc_key_type_name(cert->key.type));
}

static void check_usage_only(const struct lint_cert *cert, struct lint_report *report)
{
    const unsigned only = 1u << LC_USAGE_ENCIPHER_ONLY | 1u << LC_USAGE_DECIPHER_ONLY;

    if (cert->has_key && cert->key.type != LC_KEY_RSA && cert->key.type != LC_KEY_ED25519 &&
        (cert->key_usage & only) != 0 && !lint_has_usage(cert, LC_USAGE_KEY_AGREEMENT))
        lint_found_it(report);
}

/* --- extended key usage ---------------------------------------------------------------------- */

static void check_extended_absent(const struct lint_cert *cert, struct lint_report *report)
{
    if (lc_extensions_get(&cert->extensions, LC_OID_EXTENDED_KEY_USAGE) == NULL)
        lint_found_it(report);
}

static void check_extended_any(const struct lint_cert *cert, struct lint_report *report)
{
    if (lc_strlist_has(&cert->extended, LC_OID_ANY_EXTENDED_USAGE))
        lint_found_it(report);
}

/* What a server or client does in TLS needs a signature or a key exchange. */
static void check_extended_usage(const struct lint_cert *cert, struct lint_report *report)
{
    const unsigned tls = 1u << LC_USAGE_DIGITAL_SIGNATURE | 1u << LC_USAGE_KEY_ENCIPHERMENT |
                         1u << LC_USAGE_KEY_AGREEMENT;

    if (cert->has_key_usage && cert->key_usage != 0 && (cert->key_usage & tls) == 0 &&
        (lc_strlist_has(&cert->extended, lc_extended_usage_oid("server_auth")) ||
         lc_strlist_has(&cert->extended, lc_extended_usage_oid("client_auth"))))
        lint_found_it(report);
}

const struct lint_rule lint_key_rules[] = {
    { { "rsa_too_small", LC_LINT_ERROR, LC_LINT_ANY, "BR 6.1.5", "an RSA key has under 2048 bits" },
      check_rsa_bits },
    { { "rsa_odd_size", LC_LINT_WARNING, LC_LINT_ANY, "BR 6.1.5",
        "the bits of an RSA key are no multiple of 8" },
      check_rsa_octets },
    { { "rsa_exponent_even", LC_LINT_ERROR, LC_LINT_ANY, "RFC 8017 3.1, BR 6.1.6",
        "the exponent of an RSA key is even, 1 or negative" },
      check_rsa_odd },
    { { "rsa_exponent_small", LC_LINT_WARNING, LC_LINT_ANY, "BR 6.1.6",
        "the exponent of an RSA key is under 65537" },
      check_rsa_small },
    { { "curve", LC_LINT_WARNING, LC_LINT_ANY, "BR 6.1.5",
        "an elliptic curve that is none of P-256, P-384, P-521" },
      check_curve },
    { { "key_type", LC_LINT_WARNING, LC_LINT_ANY, "BR 6.1.5",
        "the key is neither RSA nor EC nor Ed25519" },
      check_type },
    { { "key_usage_not_critical", LC_LINT_WARNING, LC_LINT_ANY, "RFC 5280 4.2.1.3",
        "the key usage is not critical" },
      check_usage_critical },
    { { "key_usage_empty", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.3",
        "the key usage allows nothing" },
      check_usage_empty },
    { { "key_usage_key_type", LC_LINT_ERROR, LC_LINT_ANY, "RFC 3279 2.3, RFC 8813 3, RFC 8410 5",
        "a key usage that keys of this type cannot have" },
      check_usage_type },
    { { "key_usage_only", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.3",
        "encipher_only or decipher_only without key_agreement means nothing" },
      check_usage_only },
    { { "extended_key_usage_absent", LC_LINT_WARNING, LC_LINT_LEAF, "BR 7.1.2.7.6",
        "no extended key usage: the key is good for everything" },
      check_extended_absent },
    { { "extended_key_usage_any", LC_LINT_WARNING, LC_LINT_LEAF, "BR 7.1.2.7.10",
        "the extended key usage allows everything" },
      check_extended_any },
    { { "extended_key_usage_differs", LC_LINT_ERROR, LC_LINT_LEAF, "RFC 5280 4.2.1.12",
        "the key usage allows nothing of what TLS needs, the extended one does" },
      check_extended_usage },
    { { .id = NULL }, NULL },
};
