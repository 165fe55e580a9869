/* X509-037, -052, -053: times, and CAs that may not sign. */
#include "x509_vectors.h"

static struct lc_cert *issuer;
static struct lc_key *issuer_key;
static struct lc_json *first_set; /* another key, a CSR, a leaf, CAs */

/* 2026-01-15T12:00:00Z */
#define NOW 1768478400
#define DAY ((int64_t)86400)

static struct lc_csr *any_csr(void)
{
    return vector_csr(vector_text(lc_json_get(first_set, "csr"), "pem"));
}

static struct lc_cert *part(const char *name)
{
    return vector_cert(vector_text(lc_json_get(first_set, name), "pem"));
}

static struct lc_cert_shape shape_of(int64_t not_before, int64_t validity_s)
{
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = not_before;
    shape.validity_s = validity_s;
    return shape;
}

struct time_row {
    const char *name;
    int64_t not_before;
    int64_t validity_s;
    const char *text;      /* of notAfter as it stands in the DER */
    const char *not_after; /* RFC 3339 */
};

static const struct time_row time_rows[] = {
    { "X509-037 until 2049 it is UTCTime", NOW, 365 * DAY,
      "\x17\x0d"
      "270115120000Z",
      "2027-01-15T12:00:00Z" },
    { "X509-037 to the second", NOW + 1, 12345,
      "\x17\x0d"
      "260115152546Z",
      "2026-01-15T15:25:46Z" },
    { "X509-037 the last second of 2049", NOW, 2524607999 - NOW,
      "\x17\x0d"
      "491231235959Z",
      "2049-12-31T23:59:59Z" },
    { "X509-037 from 2050 it is GeneralizedTime", NOW, 2524608000 - NOW,
      "\x18\x0f"
      "20500101000000Z",
      "2050-01-01T00:00:00Z" },
    { "X509-052 the CA's own notAfter", NOW, 2544825600 - NOW,
      "\x18\x0f"
      "20500823000000Z",
      "2050-08-23T00:00:00Z" },
    { "X509-052 never past it", NOW, 100 * 366 * DAY,
      "\x18\x0f"
      "20500823000000Z",
      "2050-08-23T00:00:00Z" },
    { "X509-052 whatever was asked", NOW, INT64_MAX,
      "\x18\x0f"
      "20500823000000Z",
      "2050-08-23T00:00:00Z" },
};

static void writes_time(void **state)
{
    const struct time_row *row = *state;
    const struct lc_cert_shape shape = shape_of(row->not_before, row->validity_s);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = any_csr();
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(65536);
    char text[LC_TIME_TEXT_BYTES];
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err));
    assert_int_equal(lc_cert_not_before(cert), row->not_before);
    lc_time_format(lc_cert_not_after(cert), text);
    check_text("notAfter", text, row->not_after);
    const char *body = strchr(lc_cert_pem(cert), '\n');
    const char *end = strstr(lc_cert_pem(cert), "-----END");
    assert_done(lc_base64_decode(body, (size_t)(end - body), &der, &err));
    assert_non_null(memmem(der.data, der.len, row->text, strlen(row->text)));
}

struct ca_row {
    const char *name;
    const char *cert; /* part of the set; NULL: the issuer */
    bool own_key;     /* the set's key, else the issuer's */
    bool for_ca;
    const char *part;
};

static const struct ca_row ca_rows[] = {
    { "X509-053 another CA's key", NULL, true, false, "the CA key is not that of the CA" },
    { "X509-053 a CA of another key", "self_signed_ca", false, false, "the CA key is not that" },
    { "X509-053 a leaf", "issued_leaf", true, false, "not one of a CA" },
};

static void refuses_ca(void **state)
{
    const struct ca_row *row = *state;
    const struct lc_cert_shape shape = shape_of(NOW, DAY);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = any_csr();
    LC_AUTO(lc_key_unref)
    struct lc_key *key = vector_key(vector_text(first_set, "private_key_pem"));
    LC_AUTO(lc_cert_unref)
    struct lc_cert *ca = row->cert == NULL ? lc_cert_ref(issuer) : part(row->cert);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err;

    assert_fails(lc_cert_issue(csr, ca, row->own_key ? key : issuer_key, &shape, &cert, &err),
                 LC_ECRYPTO, row->part);
    assert_null(cert);
}

static void path_length_is_kept(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = any_csr();
    LC_AUTO(lc_key_unref)
    struct lc_key *key = vector_key(vector_text(first_set, "private_key_pem"));
    LC_AUTO(lc_cert_unref) struct lc_cert *sub_ca = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_cert_shape shape = shape_of(NOW, DAY);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    shape.is_ca = true;
    shape.path_length = 0;
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &sub_ca, &err));
    assert_fails(lc_cert_issue(csr, sub_ca, key, &shape, &cert, &err), LC_ECRYPTO,
                 "may not sign further CAs");
    shape.is_ca = false;
    shape.path_length = -1;
    assert_done(lc_cert_issue(csr, sub_ca, key, &shape, &cert, &err));
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_json *issuer_json = vector_load("issuer.json");

    first_set = vector_load("set-cn-only.json");
    issuer = vector_cert(vector_text(lc_json_get(issuer_json, "certificate"), "pem"));
    issuer_key = vector_key(vector_text(issuer_json, "private_key_pem"));
    SUITE_ROWS(&suite, time_rows, writes_time);
    SUITE_ROWS(&suite, ca_rows, refuses_ca);
    SUITE_TEST(&suite, "X509-053 a CA of path length 0 signs no CA", path_length_is_kept);
    const int failures = suite_run(&suite, "x509 issue");
    lc_cert_unref(issuer);
    lc_key_unref(issuer_key);
    lc_json_free(issuer_json);
    lc_json_free(first_set);
    return failures;
}
