/* x509/cert: what shapes may ask for, and for which requests nothing is issued. */
#include <openssl/err.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/cert.h"
#include "x509_build.h"
#include "x509_ca.h"

#define BYTES(text) text, sizeof(text) - 1

struct shape_row {
    const char *name;
    struct lc_cert_shape shape;
    enum lc_code want;
    const char *part; /* of the message */
};

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct shape_row shape_rows[] = {
    { "an unknown key usage",
      { .not_before = NOW, .validity_s = DAY, .path_length = -1, .key_usage = LIST("server_auth") },
      LC_EUSAGE,
      "no key usage 'server_auth'" },
    { "an unknown extended key usage",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .extended_key_usage = LIST("crl_sign") },
      LC_EUSAGE,
      "no extended key usage 'crl_sign'" },
    { "an OID that is not canonical",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .extended_key_usage = LIST("1.02.3") },
      LC_EUSAGE,
      "no extended key usage '1.02.3'" },
    { "a CA without key_cert_sign",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .is_ca = true,
        .key_usage = LIST("crl_sign") },
      LC_EUSAGE,
      "must have key_cert_sign" },
    { "a leaf with a path length",
      { .not_before = NOW, .validity_s = DAY, .path_length = 0 },
      LC_EUSAGE,
      "a path length is for a CA" },
    { "a negative path length",
      { .not_before = NOW, .validity_s = DAY, .path_length = -2, .is_ca = true },
      LC_EUSAGE,
      "0 or more" },
    { "no validity", { .not_before = NOW, .path_length = -1 }, LC_EUSAGE, "a second at least" },
    { "a negative validity",
      { .not_before = NOW, .validity_s = -1, .path_length = -1 },
      LC_EUSAGE,
      "a second at least" },
    { "before 1970",
      { .not_before = -1, .validity_s = DAY, .path_length = -1 },
      LC_EUSAGE,
      "1970 to 9999" },
    { "after the CA's end",
      { .not_before = NOW + (int64_t)3650 * DAY, .validity_s = DAY, .path_length = -1 },
      LC_EUSAGE,
      "ends before notBefore" },
    { "after the year 9999",
      { .not_before = 253402300800, .validity_s = DAY, .path_length = -1 },
      LC_EUSAGE,
      "1970 to 9999" },
};

static void refuses_shape(void **state)
{
    const struct shape_row *row = *state;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err;

    make_csr("a", "a.example", &csr);
    assert_fails(lc_cert_issue(csr, root, key, &row->shape, &cert, &err), row->want, row->part);
    assert_null(cert);
}

static void self_sign_refuses(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_cert_shape shape = day_shape();
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", "a.example", 9, &err));
    assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_fails(lc_cert_self_sign(&attrs, key, &shape, &cert, &err), LC_EUSAGE,
                 "must have a subject");
    assert_done(lc_attrs_set_text(&attrs, "common_name", "CA", 2, &err));
    shape.validity_s = INT64_MAX;
    assert_fails(lc_cert_self_sign(&attrs, key, &shape, &cert, &err), LC_EUSAGE, "year 9999");
    shape = day_shape();
    shape.path_length = -2;
    assert_fails(lc_cert_self_sign(&attrs, key, &shape, &cert, &err), LC_EUSAGE, "0 or more");
}

struct issue_row {
    const char *name;
    struct lc_cert_shape shape;
    const char *extended; /* value of extended key usage in hex, NULL for none */
    bool has_private;     /* 1.2.3.4 is there */
};

#define SERVER "300a06082b06010505070301"
#define EMAIL  "300a06082b06010505070304"

static const struct issue_row issue_rows[] = {
    { "usages given by name",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .extended_key_usage = LIST("server_auth") },
      SERVER,
      false },
    { "usages given by OID",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .extended_key_usage = LIST("1.2.3") },
      "300406022a03",
      false },
    { "a copied extended key usage instead of the default",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .copy_extensions = LIST("2.5.29.37") },
      EMAIL,
      false },
    { "a given extended key usage instead of the copied one",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .extended_key_usage = LIST("server_auth"),
        .copy_extensions = LIST("2.5.29.37", "1.2.3.4") },
      SERVER,
      true },
    { "copied extensions, those that are not there left out",
      { .not_before = NOW,
        .validity_s = DAY,
        .path_length = -1,
        .copy_extensions = LIST("1.2.3.4", "1.2.3.5", "1.2.3.4") },
      "301406082b0601050507030106082b06010505070302",
      true },
    { "a CA has no extended key usage",
      { .not_before = NOW, .validity_s = DAY, .path_length = 3, .is_ca = true },
      NULL,
      false },
};

static void issues(void **state)
{
    const struct issue_row *row = *state;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    make_csr("a", "a.example", &csr);
    assert_done(lc_cert_issue(csr, root, key, &row->shape, &cert, &err));
    const struct lc_extensions *list = lc_cert_extensions(cert);
    const struct lc_extension *usage = lc_extensions_get(list, "2.5.29.37");
    const struct lc_extension *copied = lc_extensions_get(list, "1.2.3.4");
    assert_int_equal(usage != NULL, row->extended != NULL);
    if (usage != NULL) {
        char hex[128];
        assert_true(usage->value_len < sizeof(hex) / 2);
        lc_hex_encode(usage->value, usage->value_len, hex);
        assert_string_equal(hex, row->extended);
    }
    assert_int_equal(copied != NULL, row->has_private);
    if (copied != NULL)
        assert_true(copied->critical);
    assert_int_equal(lc_cert_is_ca(cert), row->shape.is_ca);
    assert_int_equal(ERR_peek_error(), 0);
}

/* --- CAs made by hand ------------------------------------------------------------------------ */

struct ca_row {
    const char *name;
    const char *usage; /* value of key usage; NULL: none */
    size_t usage_len;
    const char *key_id; /* value of the subject key identifier; NULL: none */
    size_t key_id_len;
    enum lc_code want;
    const char *part; /* of the message */
};

static const struct ca_row ca_rows[] = {
    { "a CA without key usage and key identifier", NULL, 0, NULL, 0, LC_OK, NULL },
    { "a CA with a key identifier of its own", NULL, 0, BYTES("\x04\x02\xab\xcd"), LC_OK, NULL },
    { "a CA with an unreadable key identifier", NULL, 0, BYTES("\xab"), LC_OK, NULL },
    { "a CA that may only sign CRLs", BYTES("\x03\x02\x01\x02"), NULL, 0, LC_ECRYPTO,
      "may not sign certificates (key usage): 'Hand'" },
    { "a CA that may sign certificates", BYTES("\x03\x02\x02\x04"), NULL, 0, LC_OK, NULL },
    { "a CA with unreadable key usage", BYTES("\x03\x01\x09"), NULL, 0, LC_ECRYPTO,
      "may not sign certificates (key usage)" },
};

/* SubjectPublicKeyInfo of the key. */
static void take_spki(struct lc_buf *out)
{
    LC_AUTO(lc_free) char *pem = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_key_dup_public_pem(key, &pem, &err));
    const char *body = strchr(pem, '\n');
    assert_done(lc_base64_decode(body, (size_t)(strstr(body, "\n-----END") - body), out, &err));
}

static void make_ca(const struct ca_row *row, struct lc_cert **out)
{
    LC_AUTO(lc_buf_release) struct lc_buf subject = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf spki = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    struct lc_err err = LC_ERR_INIT;

    build_rdn(&subject, OID_CN, LC_DER_UTF8_STRING, "Hand", 4);
    take_spki(&spki);
    build_extension(&list, OID_CONSTRAINTS, true, "\x30\x03\x01\x01\xff", 5);
    if (row->usage != NULL)
        build_extension(&list, OID_KEY_USAGE, true, row->usage, row->usage_len);
    if (row->key_id != NULL)
        build_extension(&list, "\x55\x1d\x0e", false, row->key_id, row->key_id_len);
    build_cert(&der, &(struct build_cert){ .serial = "\1",
                                           .serial_len = 1,
                                           .time_tag = LC_DER_UTC_TIME,
                                           .not_before = "260101000000Z",
                                           .not_after = "300101000000Z",
                                           .subject = &subject,
                                           .spki = &spki,
                                           .extensions = &list });
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE", &der);
    assert_done(lc_cert_parse(pem, strlen(pem), out, &err));
}

/* The authority key identifier is the CA's own, or the SHA-1 of its key, which is also the leaf's
 * here. */
static void check_authority(const struct ca_row *row, const struct lc_cert *cert)
{
    const struct lc_extensions *list = lc_cert_extensions(cert);
    const struct lc_extension *authority = lc_extensions_get(list, "2.5.29.35");
    const struct lc_extension *subject = lc_extensions_get(list, "2.5.29.14");

    assert_true(authority != NULL && subject != NULL);
    if (row->key_id_len == 4) {
        assert_int_equal(authority->value_len, 6);
        assert_memory_equal(authority->value, "\x30\x04\x80\x02\xab\xcd", 6);
    } else {
        assert_int_equal(authority->value_len, subject->value_len + 2);
        assert_memory_equal(authority->value, "\x30\x16\x80\x14", 4);
        assert_memory_equal(authority->value + 4, subject->value + 2, 20);
    }
}

static void signs_as_ca(void **state)
{
    const struct ca_row *row = *state;
    LC_AUTO(lc_cert_unref) struct lc_cert *ca = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    const struct lc_cert_shape shape = day_shape();
    struct lc_err err = LC_ERR_INIT;
    bool answer;

    make_ca(row, &ca);
    make_csr("a", "a.example", &csr);
    if (row->want != LC_OK) {
        assert_fails(lc_cert_issue(csr, ca, key, &shape, &cert, &err), row->want, row->part);
        return;
    }
    assert_done(lc_cert_issue(csr, ca, key, &shape, &cert, &err));
    assert_done(lc_cert_is_issued_by(cert, ca, &answer, &err));
    assert_true(answer);
    assert_done(lc_cert_is_issued_by(cert, root, &answer, &err));
    assert_false(answer);
    check_authority(row, cert);
}

/* --- names ----------------------------------------------------------------------------------- */

/* Readers end a name at a zero byte, or take a blank for an end. */
struct name_row {
    const char *name;
    int rdn_tag; /* 0: the bytes are a SAN with this tag */
    int san_tag;
    const char *bytes;
    size_t len;
    const char *part;
};

static const struct name_row name_rows[] = {
    { "a DNS name with a zero byte", 0, 0x82, BYTES("good.example\0.evil"), "good.example\\x00" },
    { "a DNS name with a blank", 0, 0x82, BYTES("a b"), "not visible ASCII" },
    { "a DNS name that is not ASCII", 0, 0x82, BYTES("\xc3\xa9.example"), "not visible ASCII" },
    { "a DNS name with a backslash", 0, 0x82, BYTES("a\\x00"), "not visible ASCII" },
    { "an e-mail address with a zero byte", 0, 0x81, BYTES("a@b\0c"), "not visible ASCII" },
    { "a common name with a zero byte", LC_DER_UTF8_STRING, 0, BYTES("good.example\0.evil"),
      "commonName 'good.example\\x00.evil' has a zero byte" },
    { "a BMPString with a zero character", LC_DER_BMP_STRING, 0, BYTES("\0a\0\0"), "zero byte" },
};

static void does_not_issue_for_name(void **state)
{
    const struct name_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf subject = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf attributes = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    const struct lc_cert_shape shape = day_shape();
    struct lc_err err = LC_ERR_INIT;

    if (row->rdn_tag != 0) {
        build_rdn(&subject, OID_CN, row->rdn_tag, row->bytes, row->len);
    } else {
        build_item(&names, row->san_tag, row->bytes, row->len);
        build_box(&names, LC_DER_SEQUENCE);
        build_extension(&list, OID_SAN, false, names.data, names.len);
        build_request(&attributes, &list);
    }
    build_csr(&der, &subject, &attributes);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
    assert_fails(lc_cert_issue(csr, root, key, &shape, &cert, &err), LC_EPARSE, row->part);
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!make_root(&err))
        return 2;
    SUITE_ROWS(&suite, shape_rows, refuses_shape);
    SUITE_TEST(&suite, "a self-signed CA needs a subject and times", self_sign_refuses);
    SUITE_ROWS(&suite, issue_rows, issues);
    SUITE_ROWS(&suite, ca_rows, signs_as_ca);
    SUITE_ROWS(&suite, name_rows, does_not_issue_for_name);
    const int failures = suite_run(&suite, "cert issue");
    release_root();
    return failures;
}
