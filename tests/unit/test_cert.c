/* x509/cert: certificates that no honest program makes, names that are missing, and the lines for
 * people. Issuing is in test_cert_issue.c. */
#include "x509/cert.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "x509/parts.h"
#include "x509_build.h"
#include "x509_ca.h"

static bool parse(const struct lc_buf *der, struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE", der);

    return lc_cert_parse(pem, strlen(pem), out, err);
}

/* --- reading ------------------------------------------------------------------------------- */

struct serial_row {
    const char *name;
    const char *bytes;
    size_t len;
    const char *want; /* NULL: refused, with the code and the part */
    enum lc_code code;
    const char *part;
};

#define BYTES(text) text, sizeof(text) - 1
#define SEVEN       "\1\1\1\1\1\1\1"

static const struct serial_row serial_rows[] = {
    { "a small serial", BYTES("\x05"), "5", LC_OK, NULL },
    { "a serial of zero", BYTES("\0"), "0", LC_OK, NULL },
    { "a serial with its highest bit set", BYTES("\0\xff"), "ff", LC_OK, NULL },
    { "a negative serial", BYTES("\xff"), "-1", LC_OK, NULL },
    { "a negative serial of two bytes", BYTES("\x80\x00"), "-8000", LC_OK, NULL },
    { "another negative serial", BYTES("\xfe\xff"), "-101", LC_OK, NULL },
    { "a serial of 31 bytes", BYTES(SEVEN SEVEN SEVEN SEVEN "\1\1\1"),
      "1010101010101010101010101010101010101010101010101010101010101", LC_OK, NULL },
    { "a serial of 32 bytes", BYTES(SEVEN SEVEN SEVEN SEVEN "\1\1\1\1"), NULL, LC_ELIMIT,
      "the serial number has 32 bytes, over 31" },
    { "an empty serial", BYTES(""), NULL, LC_EPARSE, "the serial number is malformed" },
    { "a padded serial", BYTES("\0\1"), NULL, LC_EPARSE, "the serial number is malformed" },
    { "a padded negative serial", BYTES("\xff\x80"), NULL, LC_EPARSE,
      "the serial number is malformed" },
};

static void reads_serial(void **state)
{
    const struct serial_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    build_cert(&der, &(struct build_cert){ .serial = row->bytes,
                                           .serial_len = row->len,
                                           .time_tag = LC_DER_UTC_TIME,
                                           .not_before = "260115120000Z",
                                           .not_after = "270115120000Z",
                                           .subject = &nothing });
    if (row->want == NULL) {
        assert_fails(parse(&der, &cert, &err), row->code, row->part);
        return;
    }
    assert_done(parse(&der, &cert, &err));
    assert_string_equal(lc_cert_serial(cert), row->want);
}

struct time_row {
    const char *name;
    int tag;
    const char *text;
    const char *want; /* NULL: refused */
};

static const struct time_row time_rows[] = {
    { "UTCTime of this century", LC_DER_UTC_TIME, "260115120000Z", "2026-01-15T12:00:00Z" },
    { "UTCTime's last year", LC_DER_UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z" },
    { "UTCTime's first year", LC_DER_UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z" },
    { "GeneralizedTime", LC_DER_GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z" },
    { "no well-defined end", LC_DER_GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z" },
    { "UTCTime without seconds", LC_DER_UTC_TIME, "2601151200Z", NULL },
    { "UTCTime with a zone", LC_DER_UTC_TIME, "260115120000+0100", NULL },
    { "GeneralizedTime with a fraction", LC_DER_GENERALIZED_TIME, "20260115120000.5Z", NULL },
    { "month 13", LC_DER_UTC_TIME, "261315120000Z", NULL },
    { "the 30th of February", LC_DER_UTC_TIME, "260230120000Z", NULL },
    { "letters", LC_DER_UTC_TIME, "26011512000aZ", NULL },
    { "empty", LC_DER_UTC_TIME, "", NULL },
    { "another type", LC_DER_PRINTABLE_STRING, "260115120000Z", NULL },
};

static void reads_time(void **state)
{
    const struct time_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    char text[LC_TIME_TEXT_BYTES];
    struct lc_err err = LC_ERR_INIT;

    build_cert(&der, &(struct build_cert){ .serial = "\1",
                                           .serial_len = 1,
                                           .time_tag = row->tag,
                                           .not_before = row->text,
                                           .not_after = row->text,
                                           .subject = &nothing });
    if (row->want == NULL) {
        assert_fails(parse(&der, &cert, &err), LC_EPARSE, "the validity is malformed");
        return;
    }
    assert_done(parse(&der, &cert, &err));
    lc_time_format(lc_cert_not_before(cert), text);
    assert_string_equal(text, row->want);
    assert_int_equal(lc_cert_not_after(cert), lc_cert_not_before(cert));
}

struct extension_row {
    const char *name;
    const char *oid;
    const char *bytes;
    size_t len;
    const char *part;
};

static const struct extension_row extension_rows[] = {
    { "malformed basic constraints", OID_CONSTRAINTS, BYTES("\x30\x03\x01\x01\x01"),
      "the basic constraints are malformed" },
    { "a malformed SAN", OID_SAN, BYTES("\x82\x01\x61"), "names are malformed" },
};

static void refuses_extension(void **state)
{
    const struct extension_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err;

    build_extension(&list, row->oid, false, row->bytes, row->len);
    build_cert(&der, &(struct build_cert){ .serial = "\1",
                                           .serial_len = 1,
                                           .time_tag = LC_DER_UTC_TIME,
                                           .not_before = "260115120000Z",
                                           .not_after = "270115120000Z",
                                           .subject = &nothing,
                                           .extensions = &list });
    assert_fails(parse(&der, &cert, &err), LC_EPARSE, row->part);
}

static void text_at_its_limit(void **state)
{
    const char *pem = lc_cert_pem(root);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *none = NULL;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_CERT_MAX_BYTES + 1, 1);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LC_CERT_MAX_BYTES + 1);
    memcpy(text, pem, strlen(pem));
    assert_done(lc_cert_parse(text, LC_CERT_MAX_BYTES, &cert, &err));
    assert_true(lc_cert_equals(cert, root));
    assert_fails(lc_cert_parse(text, LC_CERT_MAX_BYTES + 1, &none, &err), LC_ELIMIT,
                 "1048577 bytes");
}

static void decode(const struct lc_cert *cert, struct lc_buf *der)
{
    const struct lc_pem_kind kind = { .what = "certificate",
                                      .labels = (const char *const[]){ "CERTIFICATE", NULL } };
    struct lc_pem_block block;
    struct lc_err err = LC_ERR_INIT;

    assert_done(
        lc_pem_find_first(lc_cert_pem(cert), strlen(lc_cert_pem(cert)), &kind, &block, &err));
    assert_done(lc_pem_decode(&block, der, &err));
}

static void compare_with_openssl(const struct lc_buf *der, const struct lc_cert *cert)
{
    const unsigned char *at = (const unsigned char *)der->data;
    LC_AUTO(X509_free) X509 *theirs = d2i_X509(NULL, &at, (long)der->len);

    lc_ossl_clear();
    if (theirs == NULL)
        return;
    assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(theirs)),
                     lc_cert_subject(cert)->count);
    assert_int_equal(X509_get_ext_count(theirs), lc_cert_extensions(cert)->count);
    assert_int_equal(X509_get_version(theirs) + 1, lc_cert_version(cert));
}

static void survives_every_change(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(65536);
    size_t accepted = 0;

    (void)state;
    decode(root, &der);
    for (size_t at = 0; at < der.len; at++) {
        static const unsigned char masks[] = { 0x01, 0x80, 0xff, 0x20 };
        for (size_t i = 0; i < LC_COUNT(masks); i++) {
            LC_AUTO(lc_cert_unref) struct lc_cert *changed = NULL;
            struct lc_err err = LC_ERR_INIT;
            der.data[at] = (char)(der.data[at] ^ masks[i]);
            if (parse(&der, &changed, &err)) {
                accepted++;
                compare_with_openssl(&der, changed);
            } else {
                assert_true(err.code == LC_EPARSE || err.code == LC_ELIMIT);
            }
            der.data[at] = (char)(der.data[at] ^ masks[i]);
        }
    }
    assert_true(accepted > 100);
}

/* --- missing names ------------------------------------------------------------------------- */

static void issue_named(const char *common_name, const char *dns, struct lc_csr **csr,
                        struct lc_cert **cert)
{
    const struct lc_cert_shape shape = day_shape();
    struct lc_err err = LC_ERR_INIT;

    make_csr(common_name, dns, csr);
    assert_done(lc_cert_issue(*csr, root, key, &shape, cert, &err));
}

static void finds_missing_names(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *other = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *upper = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist missing = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    issue_named("a.example", "b.example", &csr, &cert);
    assert_done(lc_cert_missing_names(cert, csr, &missing, &err));
    assert_int_equal(missing.count, 0);
    make_csr("Other", "www.Other.example", &other);
    assert_done(lc_cert_missing_names(cert, other, &missing, &err));
    assert_int_equal(missing.count, 2);
    assert_string_equal(missing.items[0], "CN:Other");
    assert_string_equal(missing.items[1], "DNS:www.Other.example");
    make_csr("B.example", "B.EXAMPLE", &upper); /* the common name is one of the DNS names */
    assert_done(lc_cert_missing_names(cert, upper, &missing, &err));
    assert_int_equal(missing.count, 0);
}

/* --- lines for people ---------------------------------------------------------------------- */

static void describes_certificate(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(65536);
    char want[1024];
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    issue_named("a\x1b[31m\xe2\x80\xae", "b.example", &csr, &cert);
    lc_cert_describe(cert, &out);
    assert_done(lc_buf_check(&out, &err));
    (void)snprintf(want, sizeof(want),
                   "Subject:   CN=a\\x1b[31m\\xe2\\x80\\xae, x500UniqueIdentifier=%s\n"
                   "Issuer:    CN=Root, O=Org\n"
                   "Serial:    %s\n"
                   "Valid:     2026-01-15 12:00:00 – 2026-01-16 12:00:00 (UTC)\n"
                   "Names:     DNS:b.example\n"
                   "Key:       EC P-256\n"
                   "Usage:     digital_signature, server_auth, client_auth\n"
                   "CA:        no\n"
                   "Signature: ecdsa-with-SHA256\n",
                   lc_name_get(lc_cert_subject(cert), LC_OID_UNIQUE_IDENTIFIER),
                   lc_cert_serial(cert));
    assert_string_equal(out.data, want);
    lc_buf_clear(&out);
    lc_cert_describe(root, &out);
    assert_non_null(strstr(out.data, "\nCA:        yes (path length 1)\n"));
    assert_non_null(strstr(out.data, "\nUsage:     digital_signature, key_cert_sign, crl_sign\n"));
}

static void describes_request(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 10; i < 30; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "n%d.example", i);
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", name, strlen(name), &err));
    }
    assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    lc_csr_describe(csr, &out);
    assert_non_null(strstr(out.data, "Subject:   (empty)\nNames:     DNS:n10.example, "));
    assert_non_null(strstr(out.data, "DNS:n21.example and 8 more (critical)\n"));
    assert_non_null(strstr(out.data, "CA:        not asked for\nSignature: ecdsa-with-SHA256, "
                                     "verifies\n"));
}

struct key_row {
    const char *name;
    const char *file; /* in golden/x509; NULL: a new Ed25519 key */
    const char *want;
};

static const struct key_row key_rows[] = {
    { "an RSA key in words", "golden/x509/rsa.pem", "\nKey:       RSA 2048\n" },
    { "an EC key of another curve in words", "golden/x509/secp256k1.pem",
      "\nKey:       EC secp256k1\n" },
    { "an Ed25519 key in words", NULL, "\nKey:       Ed25519\n" },
};

static void describes_key(void **state)
{
    const struct key_row *row = *state;
    const struct lc_key_spec spec = { .type = LC_KEY_ED25519 };
    LC_AUTO(lc_key_unref) struct lc_key *other = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (row->file == NULL) {
        assert_done(lc_key_generate(&spec, &other, &err));
    } else {
        LC_AUTO(lc_free) char *pem = test_file(row->file, &len);
        assert_done(lc_key_parse(pem, len, NULL, &other, &err));
    }
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a", 1, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, other, &csr, &err));
    lc_csr_describe(csr, &out);
    assert_non_null(strstr(out.data, row->want));
}

/* ------------------------------------------------------------------------------------------- */

static void references_are_counted(void **state)
{
    bool answer;
    struct lc_err err = LC_ERR_INIT;
    (void)state;
    struct lc_cert *same = lc_cert_ref(root);
    lc_cert_unref(same);
    lc_cert_unref(NULL);
    assert_done(lc_cert_is_self_signed(root, &answer, &err));
    assert_true(answer);
    assert_memory_equal(lc_cert_fingerprint(root), lc_key_fingerprint(key), LC_SHA256_BYTES);
    assert_int_equal(strlen(lc_cert_hash(root)), LC_SHA256_HEX - 1);
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!make_root(&err))
        return 2;
    SUITE_ROWS(&suite, serial_rows, reads_serial);
    SUITE_ROWS(&suite, time_rows, reads_time);
    SUITE_ROWS(&suite, extension_rows, refuses_extension);
    SUITE_TEST(&suite, "a text at its limit", text_at_its_limit);
    SUITE_TEST(&suite, "every byte changed: no crash, and OpenSSL reads the same",
               survives_every_change);
    SUITE_TEST(&suite, "names that a certificate lacks", finds_missing_names);
    SUITE_TEST(&suite, "a certificate in words", describes_certificate);
    SUITE_TEST(&suite, "a request in words", describes_request);
    SUITE_ROWS(&suite, key_rows, describes_key);
    SUITE_TEST(&suite, "references are counted", references_are_counted);
    const int failures = suite_run(&suite, "cert");
    release_root();
    return failures;
}
