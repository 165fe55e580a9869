/* x509/signature, as verifying a request and a root certificate sees it: no signature but the one
 * that was made is taken, whatever OpenSSL says of it: 0 for one that is another's, or less for one
 * that it cannot read (X509-049). */
#include "x509/csr_ossl.h"

#include <string.h>

#include "x509/cert.h"
#include "x509/der_write.h"
#include "x509/parts.h"
#include "x509_build.h"

#define NAME  "a.example"
#define NOW   1768478400 /* 2026-01-15T12:00:00Z */
#define DAY_S 86400

static const struct lc_key_spec kinds[] = {
    { .type = LC_KEY_RSA },
    { .type = LC_KEY_EC },
    { .type = LC_KEY_ED25519 },
};

/* What is signed with one of them. */
static struct made {
    struct lc_key *key;
    struct lc_csr *csr;
    struct lc_cert *root;
} made[LC_COUNT(kinds)];

static bool make(const struct lc_key_spec *spec, struct made *out, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = NOW;
    shape.validity_s = DAY_S;
    return lc_key_generate(spec, &out->key, err) &&
           lc_attrs_set_text(&attrs, "common_name", NAME, strlen(NAME), err) &&
           lc_attrs_normalise(&attrs, err) && lc_csr_generate(&attrs, out->key, &out->csr, err) &&
           lc_cert_self_sign(&attrs, out->key, &shape, &out->root, err);
}

/* --- spoiling -------------------------------------------------------------------------------- */

/* The content of the BIT STRING: how many bits are not used, then the signature. */
static void change_first(struct lc_buf *content)
{
    content->data[1] = (char)(content->data[1] ^ 1);
}

static void change_last(struct lc_buf *content)
{
    content->data[content->len - 1] = (char)(content->data[content->len - 1] ^ 1);
}

static void shorten(struct lc_buf *content)
{
    content->len--;
}

static void lengthen(struct lc_buf *content)
{
    lc_buf_putc(content, '\0');
}

static void clear_bits(struct lc_buf *content)
{
    memset(content->data + 1, 0, content->len - 1);
}

static void put_zeros(struct lc_buf *content)
{
    lc_buf_clear(content);
    lc_buf_add(content, "\0\x30\x06\x02\x01\0\x02\x01\0", 9);
}

static void leave_a_bit(struct lc_buf *content)
{
    content->data[0] = 1;
}

static void cut_all(struct lc_buf *content)
{
    content->len = 1;
}

static void cut_content(struct lc_buf *content)
{
    content->len = 0;
}

struct spoil_row {
    const char *name;
    void (*spoil)(struct lc_buf *content); /* NULL: the signature stays */
    const char *algorithm;                 /* in the notation of der_write.h; NULL: it stays */
    bool other_name;                       /* in what is signed */
    bool is_taken;
};

static const struct spoil_row spoil_rows[] = {
    { .name = "as it was made", .is_taken = true },
    { .name = "of another name", .other_name = true },
    { .name = "with its first byte changed", .spoil = change_first },
    { .name = "with its last byte changed", .spoil = change_last },
    { .name = "a byte short", .spoil = shorten },
    { .name = "a byte long", .spoil = lengthen },
    { .name = "of zero bytes", .spoil = clear_bits },
    { .name = "of two numbers that are zero", .spoil = put_zeros },
    { .name = "with a bit that is not used", .spoil = leave_a_bit },
    { .name = "of no bytes", .spoil = cut_all },
    { .name = "of no content", .spoil = cut_content },
    { .name = "with another digest's number", .algorithm = "30{@1.2.840.10045.4.3.3}" },
    { .name = "with a number that nobody knows", .algorithm = "30{@1.2.3.4}" },
    { .name = "with its number and something behind",
      .algorithm = "30{@1.2.840.10045.4.3.2 0500 0500}" },
};

/* The parts are views into der. */
static void split_pem(const char *pem, const char *label, struct lc_buf *der,
                      struct lc_signed *parts)
{
    const char *const labels[] = { label, NULL };
    const struct lc_pem_kind kind = { .what = "object", .labels = labels };
    struct lc_err err = LC_ERR_INIT;
    struct lc_pem_block block;

    assert_done(lc_pem_find_first(pem, strlen(pem), &kind, &block, &err));
    assert_done(lc_pem_decode(&block, der, &err));
    assert_true(lc_signed_split(
        (struct lc_der){ .at = (const unsigned char *)der->data, .left = der->len }, parts));
}

static void put_item(struct lc_buf *out, const struct lc_der_item *item)
{
    lc_buf_add(out, item->whole, item->whole_len);
}

/* What out holds is the body and its algorithm. */
static void seal(struct lc_buf *out, const void *signature, size_t len)
{
    struct lc_err err = LC_ERR_INIT;

    lc_der_put(out, LC_DER_BIT_STRING, signature, len);
    lc_der_box(out, 0, LC_DER_SEQUENCE);
    assert_done(lc_buf_check(out, &err));
}

/* pem, spoiled, as DER. */
static void spoil_pem(const char *pem, const char *label, const struct spoil_row *row,
                      struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf content = LC_BUF_INIT(BUILD_MAX);
    struct lc_err err = LC_ERR_INIT;
    struct lc_signed parts;

    split_pem(pem, label, &der, &parts);
    if (row->other_name)
        *(char *)memmem(der.data, der.len, NAME, strlen(NAME)) = 'b';
    lc_buf_add(&content, parts.signature.bytes, parts.signature.len);
    if (row->spoil != NULL)
        row->spoil(&content);
    put_item(out, &parts.body);
    if (row->algorithm != NULL)
        assert_done(lc_der_assemble(row->algorithm, out, &err));
    else
        put_item(out, &parts.algorithm);
    seal(out, content.data, content.len);
}

static void check_request(const struct made *of, const struct spoil_row *row)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    spoil_pem(lc_csr_pem(of->csr), "CERTIFICATE REQUEST", row, &der);
    const bool taken = lc_csr_from_der((const unsigned char *)der.data, der.len, &csr, &err) &&
                       lc_csr_verify(csr, &err);
    assert_int_equal(taken, row->is_taken);
    if (!taken)
        assert_true(err.code == (csr == NULL ? LC_EPARSE : LC_ECRYPTO));
}

static bool is_root(const struct lc_buf *der)
{
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE", der);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;
    bool taken = false;

    if (lc_cert_parse(pem, strlen(pem), &cert, &err))
        assert_done(lc_cert_is_self_signed(cert, &taken, &err));
    return taken;
}

static void check_root(const struct made *of, const struct spoil_row *row)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);

    spoil_pem(lc_cert_pem(of->root), "CERTIFICATE", row, &der);
    assert_int_equal(is_root(&der), row->is_taken);
}

static void check_spoiled(void **state)
{
    const struct spoil_row *row = *state;

    for (size_t i = 0; i < LC_COUNT(made); i++) {
        check_request(&made[i], row);
        check_root(&made[i], row);
    }
}

/* --- the algorithm inside (RFC 5280 section 4.1.1.2) -------------------------------------------
 */

struct inside_row {
    const char *name;
    char last; /* of the number of ecdsa-with-SHA256, which ends in 2, inside of what is signed */
    bool is_taken;
};

static const struct inside_row inside_rows[] = {
    { "signed anew with the number that stands inside", 2, true },
    { "signed anew with another number than inside", 3, false },
};

static void sign(const struct lc_key *key, const struct lc_der_item *body, struct lc_buf *content)
{
    LC_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    struct lc_err err = LC_ERR_INIT;
    unsigned char signature[256];
    size_t len = sizeof(signature);
    const EVP_MD *digest;
    EVP_PKEY *pkey;

    assert_done(lc_key_signing(key, &pkey, &digest, &err));
    assert_int_equal(EVP_DigestSignInit(context, NULL, digest, NULL, pkey), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &len, body->whole, body->whole_len), 1);
    lc_buf_putc(content, '\0');
    lc_buf_add(content, signature, len);
}

static void check_inside(void **state)
{
    static const unsigned char number[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
    const struct inside_row *row = *state;
    const struct made *of = &made[1]; /* EC */
    LC_AUTO(lc_buf_release) struct lc_buf old = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf content = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    struct lc_signed parts;

    split_pem(lc_cert_pem(of->root), "CERTIFICATE", &old, &parts);
    char *inside = memmem(old.data, old.len, number, sizeof(number));
    assert_non_null(inside);
    inside[sizeof(number) - 1] = row->last;
    sign(of->key, &parts.body, &content);
    put_item(&der, &parts.body);
    put_item(&der, &parts.algorithm);
    seal(&der, content.data, content.len);
    assert_int_equal(is_root(&der), row->is_taken);
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        if (!make(&kinds[i], &made[i], &err))
            return 2;
    SUITE_ROWS(&suite, spoil_rows, check_spoiled);
    SUITE_ROWS(&suite, inside_rows, check_inside);
    const int failures = suite_run(&suite, "signature");
    for (size_t i = 0; i < LC_COUNT(made); i++) {
        lc_key_unref(made[i].key);
        lc_csr_unref(made[i].csr);
        lc_cert_unref(made[i].root);
    }
    return failures;
}
