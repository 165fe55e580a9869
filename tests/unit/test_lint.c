/* x509/lint: each rule has a certificate that breaks it and no other, and there are certificates
 * that break none. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "x509/der_write.h"
#include "x509/lint.h"
#include "x509/pem.h"

#define DER_MAX ((size_t)1024 * 1024)

#define R4(x)   x x x x
#define R16(x)  R4(R4(x))
#define R64(x)  R4(R16(x))
#define R256(x) R4(R64(x))

/* --- parts, in the notation of der_write.h -----------------------------------------------------
 */

#define CN(text)  "31{30{@2.5.4.3 0c{'" text "'}}}"
#define ORG(text) "31{30{@2.5.4.10 0c{'" text "'}}}"

#define EXT(oid, value)          "30{@" oid " 04{" value "}}"
#define EXT_CRITICAL(oid, value) "30{@" oid " 0101ff 04{" value "}}"

#define SAN(names)        EXT("2.5.29.17", "30{" names "}")
#define DNS(text)         "82{'" text "'}"
#define KU(bits)          EXT_CRITICAL("2.5.29.15", "03{" bits "}")
#define EKU(oids)         EXT("2.5.29.37", "30{" oids "}")
#define SERVER            "@1.3.6.1.5.5.7.3.1 "
#define CLIENT            "@1.3.6.1.5.5.7.3.2 "
#define KEY_ID            R4("a1b2c3d4e5")
#define AKI(id)           EXT("2.5.29.35", "30{80{" id "}}")
#define SKI(id)           EXT("2.5.29.14", "04{" id "}")
#define TIMES(begin, end) "17{'" begin "'} 17{'" end "'}"

#define ED25519 "30{@1.3.101.112}"
#define RSA(modulus, exponent)                                                                     \
    "30{@1.2.840.113549.1.1.1 0500} 03{00 30{02{" modulus "} 02{" exponent "}}}"
#define MODULUS          "00" R256("c1")
#define EC(curve, point) "30{@1.2.840.10045.2.1 @" curve "} 03{00" point "}"
/* The base point, SEC 2 section 2.4.2. */
#define P256                                                                                       \
    EC("1.2.840.10045.3.1.7",                                                                      \
       "04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"                       \
       "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")

/* A certificate; a member that is NULL is as in the base, "" leaves it out. */
struct parts {
    const char *version;
    const char *serial;
    const char *inner; /* signature algorithms */
    const char *outer;
    const char *issuer;
    const char *times;
    const char *subject;
    const char *key;
    const char *unique_id;
    const char *aki;
    const char *ski;
    const char *constraints;
    const char *san;
    const char *usage;
    const char *extended;
    const char *more; /* extensions */
};

#define PART_COUNT (sizeof(struct parts) / sizeof(const char *))

static const struct parts leaf = {
    .version = "a0{020102}",
    .serial = "02{" R4("5a5a5a5a") "}",
    .inner = ED25519,
    .outer = ED25519,
    .issuer = CN("Test CA"),
    .times = TIMES("260101000000Z", "260401000000Z"),
    .subject = CN("web.example.com"),
    .key = P256,
    .unique_id = "",
    .aki = AKI(KEY_ID),
    .ski = SKI(R4("0102030405")),
    .constraints = EXT_CRITICAL("2.5.29.19", "30{}"),
    .san = SAN(DNS("web.example.com")),
    .usage = KU("07 80"),
    .extended = EKU(SERVER CLIENT),
    .more = "",
};

static const struct parts ca = {
    .version = "a0{020102}",
    .serial = "02{" R4("5b5b5b5b") "}",
    .inner = ED25519,
    .outer = ED25519,
    .issuer = CN("Test CA"),
    .times = TIMES("250101000000Z", "350101000000Z"),
    .subject = CN("Test CA"),
    .key = NULL, /* that of the signer */
    .unique_id = "",
    .aki = AKI(KEY_ID),
    .ski = SKI(KEY_ID),
    .constraints = EXT_CRITICAL("2.5.29.19", "30{0101ff}"),
    .san = "",
    .usage = KU("01 06"),
    .extended = "",
    .more = "",
};

/* --- putting it together -----------------------------------------------------------------------
 */

static EVP_PKEY *signer;
static char signer_key[256];

/* RFC 8032 section 7.1, TEST 1. */
static bool make_signer(void)
{
    static const unsigned char seed[32] = {
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
        0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
        0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    };

    signer = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
    (void)snprintf(signer_key, sizeof(signer_key), "%s 03{00 %s}", ED25519,
                   "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    return signer != NULL;
}

static struct parts merge(const struct parts *base, const struct parts *changes)
{
    const char *merged[PART_COUNT];
    const char *changed[PART_COUNT];
    struct parts out;

    memcpy(merged, base, sizeof(merged));
    memcpy(changed, changes, sizeof(changed));
    for (size_t i = 0; i < PART_COUNT; i++)
        if (changed[i] != NULL)
            merged[i] = changed[i];
    memcpy(&out, merged, sizeof(out));
    if (out.key == NULL)
        out.key = signer_key;
    return out;
}

static void assemble(struct lc_buf *out, const char *text)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_der_assemble(text, out, &err));
}

static void put_signature(struct lc_buf *out)
{
    unsigned char signature[65] = { 0 }; /* after the count of unused bits */
    size_t len = sizeof(signature) - 1;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    assert_non_null(context);
    assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, signer), 1);
    assert_int_equal(
        EVP_DigestSign(context, signature + 1, &len, (unsigned char *)out->data, out->len), 1);
    EVP_MD_CTX_free(context);
    lc_der_put(out, 0x03, signature, sizeof(signature));
}

/* PEM; free with lc_free. */
static char *build(const struct parts *base, const struct parts *changes)
{
    const struct parts parts = merge(base, changes);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(DER_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(DER_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf outer = LC_BUF_INIT(DER_MAX);

    lc_buf_printf(&text, "%s %s %s 30{%s} 30{%s} 30{%s} 30{%s} %s", parts.version, parts.serial,
                  parts.inner, parts.issuer, parts.times, parts.subject, parts.key,
                  parts.unique_id);
    lc_buf_printf(&text, " a3{30{%s %s %s %s %s %s %s}}", parts.aki, parts.ski, parts.constraints,
                  parts.san, parts.usage, parts.extended, parts.more);
    assemble(&der, text.data);
    lc_der_box(&der, 0, 0x30);
    lc_buf_add(&outer, der.data, der.len);
    assemble(&outer, parts.outer);
    LC_AUTO(lc_buf_release) struct lc_buf signature = LC_BUF_INIT(DER_MAX);
    lc_buf_add(&signature, der.data, der.len);
    put_signature(&signature);
    lc_buf_add(&outer, signature.data + der.len, signature.len - der.len);
    lc_der_box(&outer, 0, 0x30);
    char *pem = lc_alloc(lc_pem_len("CERTIFICATE", outer.len) + 1, 1);
    assert_non_null(pem);
    lc_pem_write("CERTIFICATE", outer.data, outer.len, pem);
    return pem;
}

static struct lc_cert *build_issuer(const struct parts *changes)
{
    LC_AUTO(lc_free) char *pem = build(&ca, changes);
    struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_cert_parse(pem, strlen(pem), &cert, &err));
    return cert;
}

/* --- one certificate for each rule --------------------------------------------------------------
 */

struct row {
    const char *name;  /* the rule it breaks; "" for none */
    const char *value; /* a part of what is shown; NULL: nothing is */
    struct parts parts;
    const struct parts *base;   /* NULL: leaf */
    const struct parts *issuer; /* changes of the CA; NULL: it is not at hand */
    unsigned flags;
};

static const struct parts unchanged = { .version = NULL };

#define LABEL63 R16("abcd") /* 64 characters */

static const struct row rows[] = {
    { "malformed",
      "the validity",
      { .times = TIMES("2601010000Z", "260401000000Z") },
      NULL,
      NULL,
      0 },
    { "malformed",
      "the extended key usage, which is empty",
      { .extended = EKU("") },
      NULL,
      NULL,
      0 },
    { "malformed",
      "the subject",
      { .subject = "30{@2.5.4.3 0c{'web.example.com'}}" },
      NULL,
      NULL,
      0 },
    { "malformed",
      "the basic constraints",
      { .constraints = EXT_CRITICAL("2.5.29.19", "0500") },
      NULL,
      NULL,
      0 },
    { "version", "version 2", { .version = "a0{020101}" }, NULL, NULL, 0 },
    { "version", "version 1", { .version = "" }, NULL, NULL, 0 },
    { "unique_identifier", NULL, { .unique_id = "81{00ff}" }, NULL, NULL, 0 },
    { "serial_encoding", "0000", { .serial = "02{0000" R4("5a5a5a5a") "}" }, NULL, NULL, 0 },
    { "serial_not_positive", "a5a5", { .serial = "02{" R4("a5a5a5a5") "}" }, NULL, NULL, 0 },
    { "serial_too_long", "21 octets", { .serial = "02{" R4("5a5a5a5a5a") "5a}" }, NULL, NULL, 0 },
    { "serial_too_short", "7 octets", { .serial = "02{" R4("5a") "5a5a5a}" }, NULL, NULL, 0 },
    { "algorithms_differ", "ed25519", { .inner = "30{@1.2.840.10045.4.3.2}" }, NULL, NULL, 0 },
    { "algorithm_weak",
      "sha1WithRSAEncryption",
      { .inner = "30{@1.2.840.113549.1.1.5 0500}", .outer = "30{@1.2.840.113549.1.1.5 0500}" },
      NULL,
      NULL,
      0 },
    { "algorithm_weak",
      "md5WithRSAEncryption",
      { .inner = "30{@1.2.840.113549.1.1.4 0500}", .outer = "30{@1.2.840.113549.1.1.4 0500}" },
      NULL,
      NULL,
      0 },
    { "algorithm_weak",
      "ecdsa-with-SHA1",
      { .inner = "30{@1.2.840.10045.4.1}", .outer = "30{@1.2.840.10045.4.1}" },
      NULL,
      NULL,
      0 },
    { "validity_order",
      "2026-04-01T00:00:00Z to 2026-01-01T00:00:00Z",
      { .times = TIMES("260401000000Z", "260101000000Z") },
      NULL,
      NULL,
      0 },
    { "validity_encoding",
      "2026-04-01T00:00:00Z",
      { .times = "17{'260101000000Z'} 18{'20260401000000Z'}" },
      NULL,
      NULL,
      0 },
    { "validity_long",
      "399 days",
      { .times = TIMES("260101000000Z", "270203000000Z") },
      NULL,
      NULL,
      0 },
    { "issuer_empty", NULL, { .issuer = "" }, NULL, NULL, 0 },
    { "ca_subject_empty", NULL, { .subject = "" }, &ca, NULL, 0 },
    { "subject_empty", NULL, { .subject = "" }, NULL, NULL, 0 },

    { "rsa_too_small", "1024 bits", { .key = RSA("00" R64("c1c1"), "010001") }, NULL, NULL, 0 },
    { "rsa_odd_size", "2055 bits", { .key = RSA("41" R256("c1"), "010001") }, NULL, NULL, 0 },
    { "rsa_exponent_even", "last octet is 02", { .key = RSA(MODULUS, "010002") }, NULL, NULL, 0 },
    { "rsa_exponent_even", "last octet is 01", { .key = RSA(MODULUS, "01") }, NULL, NULL, 0 },
    { "rsa_exponent_small", "3", { .key = RSA(MODULUS, "03") }, NULL, NULL, 0 },
    { "curve",
      "secp256k1",
      { .key = EC("1.3.132.0.10",
                  "04 79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                  "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8") },
      NULL,
      NULL,
      0 },
    { "key_type", NULL, { .key = "30{@1.2.840.10040.4.1} 03{00 020105}" }, NULL, NULL, 0 },
    { "key_usage_not_critical", NULL, { .usage = EXT("2.5.29.15", "03{0780}") }, NULL, NULL, 0 },
    { "key_usage_empty", NULL, { .usage = KU("00") }, NULL, NULL, 0 },
    { "key_usage_key_type", "key_encipherment of ec", { .usage = KU("05 a0") }, NULL, NULL, 0 },
    { "key_usage_key_type",
      "key_agreement of rsa",
      { .usage = KU("03 88"), .key = RSA(MODULUS, "010001") },
      NULL,
      NULL,
      0 },
    { "key_usage_only", NULL, { .usage = KU("00 81") }, NULL, NULL, 0 },
    { "extended_key_usage_absent", NULL, { .extended = "" }, NULL, NULL, 0 },
    { "extended_key_usage_any", NULL, { .extended = EKU(SERVER "@2.5.29.37.0") }, NULL, NULL, 0 },
    { "extended_key_usage_differs", NULL, { .usage = KU("06 40") }, NULL, NULL, 0 },

    { "subject_string_type",
      "BMPString organization 'Test'",
      { .subject = CN("web.example.com") "31{30{@2.5.4.10 1e{00 'T' 00 'e' 00 's' 00 't'}}}" },
      NULL,
      NULL,
      0 },
    { "subject_bytes",
      "PrintableString organization 'a_b'",
      { .subject = CN("web.example.com") "31{30{@2.5.4.10 13{'a_b'}}}" },
      NULL,
      NULL,
      0 },
    { "subject_bytes",
      "UTF8String organization",
      { .subject = CN("web.example.com") "31{30{@2.5.4.10 0c{'a' ff}}}" },
      NULL,
      NULL,
      0 },
    { "subject_control",
      "organization",
      { .subject = CN("web.example.com") "31{30{@2.5.4.10 0c{'a' 00 'b'}}}" },
      NULL,
      NULL,
      0 },
    { "subject_blank",
      "organization ' Test'",
      { .subject = CN("web.example.com") ORG(" Test") },
      NULL,
      NULL,
      0 },
    { "subject_blank",
      "organization ''",
      { .subject = CN("web.example.com") ORG("") },
      NULL,
      NULL,
      0 },
    { "subject_too_long",
      "organization",
      { .subject = CN("web.example.com") ORG(LABEL63 "a") },
      NULL,
      NULL,
      0 },
    { "country",
      "'de'",
      { .subject = CN("web.example.com") "31{30{@2.5.4.6 13{'de'}}}" },
      NULL,
      NULL,
      0 },
    { "country",
      "'DEU'",
      { .subject = CN("web.example.com") "31{30{@2.5.4.6 13{'DEU'}}}" },
      NULL,
      NULL,
      0 },
    { "multi_valued_rdn",
      "organization 'Test'",
      { .subject = "31{30{@2.5.4.3 0c{'web.example.com'}} 30{@2.5.4.10 0c{'Test'}}}" },
      NULL,
      NULL,
      0 },
    { "several_common_names",
      "'WEB.example.com'",
      { .subject = CN("web.example.com") CN("WEB.example.com") },
      NULL,
      NULL,
      0 },

    { "san_absent", NULL, { .san = "" }, NULL, NULL, 0 },
    { "san_empty", NULL, { .san = SAN(""), .subject = ORG("Test") }, NULL, NULL, 0 },
    { "san_critical",
      NULL,
      { .san = EXT_CRITICAL("2.5.29.17", "30{82{'web.example.com'}}") },
      NULL,
      NULL,
      0 },
    { "common_name_not_in_san",
      "other.example.com",
      { .subject = CN("other.example.com") },
      NULL,
      NULL,
      0 },
    { "san_twice",
      "Web.example.com",
      { .san = SAN(DNS("web.example.com") DNS("Web.example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_empty_label",
      "a..example.com",
      { .san = SAN(DNS("web.example.com") DNS("a..example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_empty_label",
      "a.example.com.",
      { .san = SAN(DNS("web.example.com") DNS("a.example.com.")) },
      NULL,
      NULL,
      0 },
    { "dns_label_too_long",
      LABEL63,
      { .san = SAN(DNS("web.example.com") DNS(LABEL63 ".com")) },
      NULL,
      NULL,
      0 },
    { "dns_too_long",
      "abc.abc",
      { .san = SAN(DNS("web.example.com") DNS(R64("abc.") "com")) },
      NULL,
      NULL,
      0 },
    { "dns_wildcard",
      "a.*.com",
      { .san = SAN(DNS("web.example.com") DNS("a.*.com")) },
      NULL,
      NULL,
      0 },
    { "dns_wildcard",
      "w*.com",
      { .san = SAN(DNS("web.example.com") DNS("w*.com")) },
      NULL,
      NULL,
      0 },
    { "dns_wildcard",
      "*.*.com",
      { .san = SAN(DNS("web.example.com") DNS("*.*.com")) },
      NULL,
      NULL,
      0 },
    { "dns_wildcard", "*", { .san = SAN(DNS("web.example.com") DNS("*")) }, NULL, NULL, 0 },
    { "dns_underscore",
      "a_b.example.com",
      { .san = SAN(DNS("web.example.com") DNS("a_b.example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_characters",
      "a b.example.com",
      { .san = SAN(DNS("web.example.com") DNS("a b.example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_characters",
      "-a.example.com",
      { .san = SAN(DNS("web.example.com") DNS("-a.example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_characters",
      "web.example.com",
      { .san = SAN(DNS("web.example.com") "82{'web.example.com' 00 '.net'}") },
      NULL,
      NULL,
      0 },
    { "dns_reserved_label",
      "ab--c.example.com",
      { .san = SAN(DNS("web.example.com") DNS("ab--c.example.com")) },
      NULL,
      NULL,
      0 },
    { "dns_is_address",
      "10.0.0.1",
      { .san = SAN(DNS("web.example.com") DNS("10.0.0.1")) },
      NULL,
      NULL,
      0 },
    { "ip_length", "8703", { .san = SAN(DNS("web.example.com") "87{0a0000}") }, NULL, NULL, 0 },
    { "email", "nobody", { .san = SAN(DNS("web.example.com") "81{'nobody'}") }, NULL, NULL, 0 },
    { "uri",
      "/index.html",
      { .san = SAN(DNS("web.example.com") "86{'/index.html'}") },
      NULL,
      NULL,
      0 },
    { "san_kind",
      "directoryName",
      { .san = SAN(DNS("web.example.com") "a4{30{" CN("evil") "}}") },
      NULL,
      NULL,
      0 },
    { "san_kind",
      "registeredID 1.2.3",
      { .san = SAN(DNS("web.example.com") "88{2a03}") },
      NULL,
      NULL,
      0 },

    { "extension_twice", "2.5.29.17", { .more = SAN(DNS("web.example.com")) }, NULL, NULL, 0 },
    { "critical_false",
      "2.5.29.37",
      { .extended = "30{@2.5.29.37 010100 04{30{" SERVER "}}}" },
      NULL,
      NULL,
      0 },
    { "extension_unknown", "1.2.3.4", { .more = EXT_CRITICAL("1.2.3.4", "0500") }, NULL, NULL, 0 },
    { "constraints_not_critical",
      NULL,
      { .constraints = EXT("2.5.29.19", "30{0101ff}") },
      &ca,
      NULL,
      0 },
    { "path_length_of_leaf",
      "0",
      { .constraints = EXT_CRITICAL("2.5.29.19", "30{020100}") },
      NULL,
      NULL,
      0 },
    { "ca_does_not_sign", NULL, { .usage = KU("01 02") }, &ca, NULL, 0 },
    { "ca_does_not_sign", NULL, { .usage = "" }, &ca, NULL, 0 },
    { "leaf_signs", NULL, { .usage = KU("02 84") }, NULL, NULL, 0 },
    { "leaf_revokes", NULL, { .usage = KU("01 82") }, NULL, NULL, 0 },
    { "ca_key_id_absent", NULL, { .ski = "" }, &ca, NULL, 0 },
    { "leaf_key_id_absent", NULL, { .ski = "" }, NULL, NULL, 0 },
    { "authority_key_id_absent", NULL, { .aki = "" }, NULL, NULL, 0 },
    { "extension_critical",
      "2.5.29.14",
      { .ski = EXT_CRITICAL("2.5.29.14", "04{0102}") },
      NULL,
      NULL,
      0 },
    { "name_constraints_of_leaf",
      NULL,
      { .more = EXT_CRITICAL("2.5.29.30", "30{a0{30{82{'com'}}}}") },
      NULL,
      NULL,
      0 },
    { "name_constraints_not_critical",
      NULL,
      { .more = EXT("2.5.29.30", "30{a0{30{82{'com'}}}}") },
      &ca,
      NULL,
      0 },
    { "policy_twice",
      "1.2.3",
      { .more = EXT("2.5.29.32", "30{30{@1.2.3} 30{@1.2.4} 30{@1.2.3}}") },
      NULL,
      NULL,
      0 },
    { "explicit_text",
      "IA5String",
      { .more = EXT("2.5.29.32", "30{30{@1.2.3 30{30{@1.3.6.1.5.5.7.2.2 30{16{'hello'}}}}}}") },
      NULL,
      NULL,
      0 },
    { "explicit_text",
      "256 characters",
      { .more = EXT("2.5.29.32",
                    "30{30{@1.2.3 30{30{@1.3.6.1.5.5.7.2.2 30{0c{'" R64("abcd") "'}}}}}}") },
      NULL,
      NULL,
      0 },

    { "issuer_differs", NULL, { .issuer = CN("TEST CA") }, NULL, &unchanged, 0 },
    { "signature",
      NULL,
      { .version = NULL },
      NULL,
      &(const struct parts){ .key = ED25519 "03{00" R4("3d4017c3e843895a") "}" },
      0 },
    { "authority_key_id_differs", NULL, { .aki = AKI("0102") }, NULL, &unchanged, 0 },
    { "validity_outside_issuer",
      "2025-01-01T00:00:00Z to 2026-02-01T00:00:00Z",
      { .version = NULL },
      NULL,
      &(const struct parts){ .times = TIMES("250101000000Z", "260201000000Z") },
      0 },
    { "issuer_is_no_ca",
      NULL,
      { .version = NULL },
      NULL,
      &(const struct parts){ .constraints = EXT_CRITICAL("2.5.29.19", "30{}") },
      0 },
    { "issuer_is_no_ca",
      NULL,
      { .version = NULL },
      NULL,
      &(const struct parts){ .usage = KU("01 02") },
      0 },
    { "path_too_long",
      NULL,
      { .subject = CN("Lower CA"), .ski = SKI("0102") },
      &ca,
      &(const struct parts){ .constraints = EXT_CRITICAL("2.5.29.19", "30{0101ff 020100}") },
      0 },
    { "name_constraints",
      "permitted subtree violation",
      { .version = NULL },
      NULL,
      &(const struct parts){ .more = EXT_CRITICAL("2.5.29.30", "30{a0{30{82{'example.net'}}}}") },
      0 },
    { "name_constraints",
      "excluded subtree violation",
      { .version = NULL },
      NULL,
      &(const struct parts){ .more = EXT_CRITICAL("2.5.29.30", "30{a1{30{82{'example.com'}}}}") },
      0 },

    /* None. */
    { "", NULL, { .version = NULL }, NULL, NULL, 0 },
    { "", NULL, { .version = NULL }, NULL, &unchanged, 0 },
    { "", NULL, { .version = NULL }, &ca, &unchanged, 0 },
    { "", NULL, { .aki = "" }, &ca, NULL, 0 },
    { "", NULL, { .key = RSA(MODULUS, "010001"), .usage = KU("05 a0") }, NULL, NULL, 0 },
    { "", NULL, { .times = TIMES("260101000000Z", "270202235959Z") }, NULL, NULL, 0 },
    { "", NULL, { .times = "17{'491201000000Z'} 18{'20500201000000Z'}" }, NULL, NULL, 0 },
    { "",
      NULL,
      { .subject = "", .san = EXT_CRITICAL("2.5.29.17", "30{82{'web.example.com'}}") },
      NULL,
      NULL,
      0 },
    { "",
      NULL,
      { .san = SAN(DNS("*.example.com") DNS("WEB.EXAMPLE.COM") DNS("xn--mnchen-3ya.de")) },
      NULL,
      NULL,
      0 },
    { "",
      NULL,
      { .san = SAN(DNS("web.example.com") "87{0a000001} 87{" R16(
            "00") "} 81{'a@b.org'} 86{'spiffe://a/b'}") },
      NULL,
      NULL,
      0 },
    { "",
      NULL,
      { .subject = CN("web.example.com") ORG(LABEL63) "31{30{@2.5.4.6 13{'DE'}}}" },
      NULL,
      NULL,
      0 },
    { "", NULL, { .serial = "02{" R4("5a5a5a5a5a") "}" }, NULL, NULL, 0 },
    { "", NULL, { .serial = "02{" R4("5a5a") "}" }, NULL, NULL, 0 },
    { "", NULL, { .san = "", .extended = EKU(CLIENT) }, NULL, NULL, 0 },
    { "",
      NULL,
      { .aki = AKI("0102") },
      NULL,
      &(const struct parts){ .key = ED25519 "03{00" R4("3d4017c3e843895a") "}" },
      LC_LINT_ANY_SIGNATURE },
    { "",
      NULL,
      { .version = NULL },
      NULL,
      &(const struct parts){ .more = EXT_CRITICAL("2.5.29.30", "30{a0{30{82{'example.com'}}}}") },
      0 },
};

static void list_findings(const struct lc_lint_findings *found, struct lc_buf *out)
{
    for (size_t i = 0; i < found->count; i++)
        lc_buf_printf(out, " %s(%s)", found->items[i].rule->id, found->items[i].value);
}

static void finds_that_and_no_more(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_free) char *pem = build(row->base == NULL ? &leaf : row->base, &row->parts);
    LC_AUTO(lc_cert_unref)
    struct lc_cert *issuer = row->issuer == NULL ? NULL : build_issuer(row->issuer);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(DER_MAX);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_lint_pem(pem, strlen(pem), issuer, row->flags, &found, &err));
    list_findings(&found, &list);
    if (found.count != (*row->name == '\0' ? 0 : 1))
        fail_msg("found:%s", list.data);
    if (found.count == 0)
        return;
    assert_string_equal(found.items[0].rule->id, row->name);
    if (row->value == NULL ? *found.items[0].value != '\0'
                           : strstr(found.items[0].value, row->value) == NULL)
        fail_msg("found:%s", list.data);
}

static void each_rule_has_a_certificate(void **state)
{
    const struct lc_lint_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = lc_lint_rule(i)) != NULL; i++) {
        bool is_there = false;
        for (size_t r = 0; r < LC_COUNT(rows) && !is_there; r++)
            is_there = strcmp(rows[r].name, rule->id) == 0;
        if (!is_there)
            fail_msg("no certificate breaks %s", rule->id);
    }
}

static void rules_are_told_apart(void **state)
{
    const struct lc_lint_rule *rule;
    size_t count = 0;

    (void)state;
    for (; (rule = lc_lint_rule(count)) != NULL; count++) {
        assert_true(*rule->source != '\0' && *rule->text != '\0');
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(rule->id, lc_lint_rule(i)->id);
    }
    assert_true(count >= 25);
}

/* --- several faults, and none of ours -----------------------------------------------------------
 */

static void shows_errors_first(void **state)
{
    const struct parts parts = { .times = TIMES("260101000000Z", "290101000000Z"),
                                 .usage = KU("02 84"),
                                 .san = SAN(DNS("a_b.example.com")) };
    static const char *const want[] = { "leaf_signs", "common_name_not_in_san", "dns_underscore",
                                        "validity_long" };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err));
    assert_int_equal(found.count, LC_COUNT(want));
    for (size_t i = 0; i < LC_COUNT(want); i++)
        assert_string_equal(found.items[i].rule->id, want[i]);
    assert_int_equal(lc_lint_count(&found, LC_LINT_ERROR), 1);
    assert_int_equal(lc_lint_count(&found, LC_LINT_WARNING), 2);
    assert_int_equal(lc_lint_count(&found, LC_LINT_NOTICE), 1);
}

/* What it issues itself, it has nothing to say about. */
static void what_we_issue_is_clean(void **state)
{
    const struct lc_key_spec specs[] = { { .type = LC_KEY_EC },
                                         { .type = LC_KEY_ED25519 },
                                         { .type = LC_KEY_RSA } };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(specs); i++) {
        LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        LC_AUTO(lc_cert_unref) struct lc_cert *root = NULL;
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(DER_MAX);
        struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

        shape.not_before = 1768478400;
        shape.validity_s = (int64_t)90 * 86400;
        assert_done(lc_key_generate(&specs[i], &key, &err));
        assert_done(lc_attrs_set_text(&attrs, "common_name", "web", 3, &err));
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", "web", 3, &err));
        assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
        assert_done(lc_attrs_normalise(&attrs, &err));
        assert_done(lc_csr_generate(&attrs, key, &csr, &err));
        assert_done(lc_cert_self_sign(&attrs, key, &shape, &root, &err));
        assert_done(lc_cert_issue(csr, root, key, &shape, &cert, &err));
        assert_done(lc_lint_cert(cert, root, 0, &found, &err));
        list_findings(&found, &list);
        assert_string_equal(list.data, "");
        assert_done(lc_lint_cert(root, root, 0, &found, &err));
        list_findings(&found, &list);
        assert_string_equal(list.data, "");
    }
}

static void has_an_end(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(DER_MAX);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    lc_buf_puts(&names, "30{@2.5.29.17 04{30{" DNS("web.example.com"));
    for (int i = 0; i < 2 * LC_LINT_MAX_FINDINGS; i++)
        lc_buf_printf(&names, "82{'a_%d'}", i);
    lc_buf_puts(&names, "}}}");
    const struct parts parts = { .san = names.data };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    assert_done(lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err));
    assert_int_equal(found.count, LC_LINT_MAX_FINDINGS);
}

static void needs_an_outline(void **state)
{
    static const char *const texts[] = {
        "no PEM",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nBQA=\n-----END CERTIFICATE-----\n",
    };
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(texts); i++)
        assert_fails(lc_lint_pem(texts[i], strlen(texts[i]), NULL, 0, &found, &err), LC_EPARSE,
                     "cannot read the certificate");
}

#ifdef LC_FAULT_HOOKS
static void reports_no_memory(void **state)
{
    const struct parts parts = { .usage = KU("02 84"), .san = SAN(DNS("a_b.example.com")) };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    bool done = false;

    (void)state;
    for (unsigned long nth = 1; !done; nth++) {
        LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
        struct lc_err err = LC_ERR_INIT;
        lc_fault_allocation(nth);
        done = lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err) && !lc_fault_fired();
        lc_fault_allocation(0);
        if (!done)
            assert_int_equal(err.code, LC_ENOMEM);
        else
            assert_int_equal(found.count, 3);
    }
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    if (!make_signer())
        return 1;
    for (size_t i = 0; i < LC_COUNT(rows); i++)
        suite_addf(&suite, finds_that_and_no_more, (void *)(uintptr_t)&rows[i], "%s (row %zu)",
                   *rows[i].name == '\0' ? "nothing is wrong" : rows[i].name, i + 1);
    SUITE_TEST(&suite, "each rule has a certificate that breaks it", each_rule_has_a_certificate);
    SUITE_TEST(&suite, "rules have ids of their own, and sources", rules_are_told_apart);
    SUITE_TEST(&suite, "errors are shown first", shows_errors_first);
    SUITE_TEST(&suite, "what we issue is clean", what_we_issue_is_clean);
    SUITE_TEST(&suite, "the number of findings has a limit", has_an_end);
    SUITE_TEST(&suite, "what has no outline cannot be linted", needs_an_outline);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "without memory it says so", reports_no_memory);
#endif
    const int status = suite_run(&suite, "lint");
    EVP_PKEY_free(signer);
    return status;
}
