/* Certificates put together from their parts, for tests of lints: a leaf and a CA in which nothing
 * is wrong, and changes of their parts. */
#ifndef TESTS_UNIT_LINT_BUILD_H
#define TESTS_UNIT_LINT_BUILD_H

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

#endif
