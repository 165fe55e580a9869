/* X509-001 to -007 and -055: texts given as PEM, accepted and refused as in the golden vectors. */
#include "x509_vectors.h"

/* A row of a vector file, with the file's own canonical text where it has one. */
struct row {
    const struct lc_json *json;
    const char *canonical;
};

static const struct lc_json *library(const struct row *row)
{
    return lc_json_get(row->json, "library");
}

static bool is_accepted(const struct row *row)
{
    return lc_json_boolean(lc_json_get(library(row), "ok"));
}

static const char *input(const struct row *row, size_t *len)
{
    const struct lc_json *text = lc_json_get(row->json, "input");

    *len = lc_json_string_len(text);
    return lc_json_string(text);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void reads_key(void **state)
{
    const struct row *row = *state;
    const struct lc_json *value = lc_json_get(library(row), "value");
    const struct lc_json *canonical = lc_json_get(value, "canonical");
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret printed = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_key_parse(text, len, NULL, &key, &err));
    assert_done(lc_key_encode(key, &printed, &err));
    if (lc_json_boolean(lc_json_get(canonical, "ok")))
        check_text("key", printed.data, vector_text(canonical, "value"));
    else /* the library has no text for Ed25519 */
        assert_non_null(strstr(printed.data, "-----BEGIN PRIVATE KEY-----\n"));
    assert_int_equal(lc_key_is_valid_rsa(key), lc_json_boolean(lc_json_get(value, "is_valid")));
}

static bool is_encrypted(const struct row *row)
{
    const struct lc_json *error = lc_json_get(library(row), "error");

    return strstr(vector_text(error, "message"), "Password was not given") != NULL;
}

static void refuses_key(void **state)
{
    const struct row *row = *state;
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err;

    if (is_encrypted(row))
        assert_fails(lc_key_parse(text, len, NULL, &key, &err), LC_EPASSWORD,
                     "the private key is encrypted, and no password was given");
    else
        assert_fails(lc_key_parse(text, len, NULL, &key, &err), LC_EPARSE, "private key");
    assert_null(key);
}

/* Digits of base64 that stand in the message, but for those of a label. */
static bool is_leaked(const char *digits, const char *message)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    return digits[strspn(digits, base64)] == '\0' && strstr(message, digits) != NULL &&
           strstr("CERTIFICATE", digits) == NULL;
}

static void keeps_key_to_itself(void **state)
{
    const struct row *row = *state;
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;
    char window[9] = "";

    assert_false(lc_key_parse(text, len, NULL, &key, &err));
    for (size_t at = 0; at + 8 <= len; at++) {
        memcpy(window, text + at, 8);
        if (is_leaked(window, err.message))
            fail_msg("'%s' stands in: %s", window, err.message);
    }
}

static void add_key_row(struct suite *suite, struct row *row, const char *name)
{
    if (!is_accepted(row)) {
        suite_addf(suite, refuses_key, row, "X509-%s refuses a key: %s",
                   is_encrypted(row) ? "004" : "001", name);
        suite_addf(suite, keeps_key_to_itself, row, "X509-055 the key is not in the error: %s",
                   name);
        return;
    }
    const bool valid = lc_json_boolean(lc_json_get(lc_json_get(library(row), "value"), "is_valid"));
    suite_addf(suite, reads_key, row, "X509-%s reads a key: %s", valid ? "001" : "003", name);
}

/* RSAPublicKey ends in the exponent: 65537 is 02 03 01 00 01. */
static void generates_rsa_2048(void **state)
{
    static const unsigned char exponent[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
    const struct lc_key_spec spec = { .type = LC_KEY_RSA };
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_free) char *pem = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(4096);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_key_generate(&spec, &key, &err));
    assert_int_equal(lc_key_type(key), LC_KEY_RSA);
    assert_int_equal(lc_key_bits(key), 2048);
    assert_true(lc_key_is_valid_rsa(key));
    assert_done(lc_key_dup_public_pem(key, &pem, &err));
    const char *begin = strchr(pem, '\n');
    const char *end = strstr(pem, "\n-----END");
    assert_true(begin != NULL && end != NULL);
    assert_done(lc_base64_decode(begin, (size_t)(end - begin), &der, &err));
    assert_true(der.len > sizeof(exponent));
    assert_memory_equal(der.data + der.len - sizeof(exponent), exponent, sizeof(exponent));
}

/* --- requests ------------------------------------------------------------------------------ */

static void reads_csr(void **state)
{
    const struct row *row = *state;
    const struct lc_json *value = lc_json_get(library(row), "value");
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *canonical = vector_csr(row->canonical);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_parse(text, len, &csr, &err));
    check_text("text", lc_csr_pem(csr), vector_text(value, "canonical"));
    check_text("hash", lc_csr_hash(csr), vector_text(value, "sha256_hex"));
    assert_int_equal(lc_csr_equals(csr, canonical),
                     lc_json_boolean(lc_json_get(value, "canonical_equal")));
}

static void hashes_canonical_text(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(row->canonical);
    unsigned char digest[LC_SHA256_BYTES];
    char hex[LC_SHA256_HEX];
    struct lc_err err = LC_ERR_INIT;

    assert_int_not_equal(row->canonical[strlen(row->canonical) - 1], '\n');
    assert_done(lc_sha256(row->canonical, strlen(row->canonical), digest, &err));
    lc_hex_encode(digest, sizeof(digest), hex);
    check_text("hash", lc_csr_hash(csr), hex);
}

static void refuses_csr(void **state)
{
    const struct row *row = *state;
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err;

    assert_fails(lc_csr_parse(text, len, &csr, &err), LC_EPARSE,
                 "cannot read the certificate request");
    assert_null(csr);
}

/* --- certificates -------------------------------------------------------------------------- */

static void reads_cert(void **state)
{
    const struct row *row = *state;
    const struct lc_json *value = lc_json_get(library(row), "value");
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_cert_parse(text, len, &cert, &err));
    check_text("text", lc_cert_pem(cert), vector_text(value, "canonical"));
}

static void refuses_cert(void **state)
{
    const struct row *row = *state;
    size_t len;
    const char *text = input(row, &len);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err;

    assert_fails(lc_cert_parse(text, len, &cert, &err), LC_EPARSE, "cannot read the certificate");
    assert_null(cert);
}

/* ------------------------------------------------------------------------------------------- */

#define MAX_ROWS 128

static struct row rows[MAX_ROWS];
static size_t row_count;

static struct row *next_row(const struct lc_json *file, size_t at)
{
    if (row_count == MAX_ROWS)
        vector_broken("more rows than expected", NULL);
    struct row *row = &rows[row_count++];
    row->json = lc_json_at(lc_json_get(file, "cases"), at);
    row->canonical = lc_json_get_string(file, "canonical");
    return row;
}

static size_t count_rows(const struct lc_json *file)
{
    return lc_json_count(lc_json_get(file, "cases"));
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_json *keys = vector_load("pem-keys.json");
    struct lc_json *csrs = vector_load("pem-csrs.json");
    struct lc_json *certs = vector_load("pem-certificates.json");

    for (size_t i = 0; i < count_rows(keys); i++) {
        struct row *row = next_row(keys, i);
        add_key_row(&suite, row, vector_text(row->json, "name"));
    }
    for (size_t i = 0; i < count_rows(csrs); i++) {
        struct row *row = next_row(csrs, i);
        suite_addf(&suite, is_accepted(row) ? reads_csr : refuses_csr, row, "X509-005 %s a CSR: %s",
                   is_accepted(row) ? "reads" : "refuses", vector_text(row->json, "name"));
    }
    for (size_t i = 0; i < count_rows(certs); i++) {
        struct row *row = next_row(certs, i);
        suite_addf(&suite, is_accepted(row) ? reads_cert : refuses_cert, row,
                   "X509-006 %s a certificate: %s", is_accepted(row) ? "reads" : "refuses",
                   vector_text(row->json, "name"));
    }
    suite_add(&suite, "X509-007 the hash is of the canonical text without newline",
              hashes_canonical_text, next_row(csrs, 0));
    SUITE_TEST(&suite, "X509-002 a generated key is RSA, 2048 bits, exponent 65537",
               generates_rsa_2048);
    const int failures = suite_run(&suite, "x509 pem");
    lc_json_free(keys);
    lc_json_free(csrs);
    lc_json_free(certs);
    return failures;
}
