/* x509/csr: hostile requests, limits, and that OpenSSL reads the same as we. */
#include "x509/csr.h"

#include <openssl/err.h>
#include <string.h>

#include "base/mem.h"
#include "x509/ossl.h"
#include "x509_build.h"

static struct lc_key *key;

static bool parse(const char *pem, struct lc_csr **out, struct lc_err *err)
{
    return lc_csr_parse(pem, strlen(pem), out, err);
}

/* --- texts --------------------------------------------------------------------------------- */

struct text_row {
    const char *name;
    const char *text;
    const char *part;
};

#define BEGIN "-----BEGIN CERTIFICATE REQUEST-----\n"
#define END   "\n-----END CERTIFICATE REQUEST-----"

static const struct text_row text_rows[] = {
    { "empty", "", "no certificate request in PEM form in the text: it is empty" },
    { "a certificate", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
      "instead there is a block of CERTIFICATE" },
    { "no end line", BEGIN "MAA=", "no end line" },
    { "no base64", BEGIN "*" END, "not base64" },
    { "base64 cut off", BEGIN "MAA" END, "not base64" },
    { "nothing", BEGIN END, "it is malformed" },
    { "an empty sequence", BEGIN "MAA=" END, "it is malformed" },
    { "a length past the end", BEGIN "MIIB" END, "it is malformed" },
    { "no sequence", BEGIN "AgEA" END, "it is malformed" },
    { "bytes behind", BEGIN "MAAA" END, "it is malformed" },
    { "a begin line in a begin line", "-----BEGIN -----BEGIN CERTIFICATE REQUEST-----", "no end" },
};

static void refuses_text(void **state)
{
    const struct text_row *row = *state;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err;

    assert_fails(parse(row->text, &csr, &err), LC_EPARSE, row->part);
    assert_null(csr);
}

static void is_all_on_one_line(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *flat = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    build_csr(&der, &nothing, &nothing);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    assert_done(parse(pem, &csr, &err));
    assert_string_equal(lc_csr_pem(csr), pem);
    for (char *at = pem; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    assert_done(parse(pem, &flat, &err));
    assert_true(lc_csr_equals(csr, flat));
    assert_string_equal(lc_csr_hash(csr), lc_csr_hash(flat));
}

/* --- DER that no honest program makes -------------------------------------------------------- */

struct made_row {
    const char *name;
    void (*make)(struct lc_buf *out);
    enum lc_code want;
    const char *part;
};

static void with_extensions(struct lc_buf *out, const struct lc_buf *list)
{
    LC_AUTO(lc_buf_release) struct lc_buf subject = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf attributes = LC_BUF_INIT(BUILD_MAX);

    build_rdn(&subject, OID_CN, LC_DER_UTF8_STRING, "a.example", 9);
    build_request(&attributes, list);
    build_csr(out, &subject, &attributes);
}

static void one_extension(struct lc_buf *out, const char *oid, const void *value, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);

    build_extension(&list, oid, false, value, len);
    with_extensions(out, &list);
}

static void san_twice(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);

    build_extension(&list, OID_SAN, false, "\x30\x03\x82\x01\x61", 5);
    build_extension(&list, OID_SAN, false, "\x30\x03\x82\x01\x62", 5);
    with_extensions(out, &list);
}

static void malformed_san(struct lc_buf *out)
{
    one_extension(out, OID_SAN, "\x30\x05\x82\x01\x61", 5);
}

static void empty_san(struct lc_buf *out)
{
    one_extension(out, OID_SAN, "\x30\x00", 2);
}

static void malformed_constraints(struct lc_buf *out)
{
    one_extension(out, OID_CONSTRAINTS, "\x30\x05\x01", 3);
}

static void too_many_sans(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);

    for (int i = 0; i < LC_ATTRS_MAX_SANS + 1; i++)
        lc_buf_add(&names, "\x82\x01\x61", 3);
    build_box(&names, LC_DER_SEQUENCE);
    one_extension(out, OID_SAN, names.data, names.len);
}

static void most_sans(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);

    for (int i = 0; i < LC_ATTRS_MAX_SANS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "n%d.example", i);
        build_item(&names, 0x82, name, strlen(name));
    }
    build_box(&names, LC_DER_SEQUENCE);
    one_extension(out, OID_SAN, names.data, names.len);
}

static void too_many_extensions(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);

    for (int i = 0; i < LC_EXTENSIONS_MAX + 1; i++) {
        const char oid[] = { 0x2a, (char)(i < 128 ? 1 : 2), (char)(i & 0x7f), '\0' };
        build_extension(&list, oid, false, "", 0);
    }
    with_extensions(out, &list);
}

static void two_requests(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf attributes = LC_BUF_INIT(BUILD_MAX);

    build_extension(&list, OID_SAN, false, "\x30\x03\x82\x01\x61", 5);
    build_request(&attributes, &list);
    build_request(&attributes, &list);
    build_csr(out, &nothing, &attributes);
}

static void malformed_attribute(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);
    LC_AUTO(lc_buf_release) struct lc_buf attributes = LC_BUF_INIT(BUILD_MAX);

    lc_buf_add(&attributes, "\x30\x7f\x06", 3);
    build_csr(out, &nothing, &attributes);
}

static void other_version(struct lc_buf *out)
{
    malformed_san(out);
    empty_san(out);
    char *version = memmem(out->data, out->len, "\x02\x01\x00\x30", 4);
    assert_non_null(version);
    version[2] = 1;
}

static void plain(struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf nothing = LC_BUF_INIT(1);

    build_csr(out, &nothing, &nothing);
}

static const struct made_row made_rows[] = {
    { "a SAN twice", san_twice, LC_EPARSE, "the extension 2.5.29.17 is there twice" },
    { "a malformed SAN", malformed_san, LC_EPARSE, "names are malformed" },
    { "an empty SAN is read", empty_san, LC_OK, NULL },
    { "malformed basic constraints are no wish", malformed_constraints, LC_OK, NULL },
    { "one name over the limit", too_many_sans, LC_ELIMIT, "over 10000 subject-alternative names" },
    { "names at the limit", most_sans, LC_OK, NULL },
    { "one extension over the limit", too_many_extensions, LC_ELIMIT, "over 128 extensions" },
    { "two extension requests", two_requests, LC_EPARSE, "two extension requests" },
    { "a malformed attribute", malformed_attribute, LC_EPARSE, "an attribute is malformed" },
    { "version 2", other_version, LC_EPARSE, "unknown version" },
    { "neither subject nor attributes", plain, LC_OK, NULL },
};

static void reads_made(void **state)
{
    const struct made_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    row->make(&der);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    if (row->want != LC_OK) {
        assert_fails(parse(pem, &csr, &err), row->want, row->part);
        assert_null(csr);
        return;
    }
    assert_done(parse(pem, &csr, &err));
    assert_string_equal(lc_csr_pem(csr), pem);
    assert_int_equal(lc_csr_key_type(csr), LC_KEY_RSA);
    assert_int_equal(lc_csr_key_bits(csr), 7);
    assert_false(lc_csr_asks_for_ca(csr));
    if (lc_csr_subject(csr)->count != 0 || lc_csr_sans(csr)->count != 0)
        assert_done(lc_csr_attrs(csr, false, &attrs, &err));
    else
        assert_fails(lc_csr_attrs(csr, false, &attrs, &err), LC_EUSAGE, "no common name");
    assert_fails(lc_csr_verify(csr, &err), LC_ECRYPTO, "the certificate request");
    assert_int_equal(ERR_peek_error(), 0);
}

/* What stands where an RSA signature's parameters have a NULL. */
struct parameters_row {
    const char *name;
    const char *parameters; /* two bytes */
    enum lc_code want;
};

static const struct parameters_row parameters_rows[] = {
    { "the parameters NULL", "\x05\x00", LC_OK },
    { "parameters of a later standard", "\x30\x00", LC_OK },
    { "parameters with an unknown tag", "\x80\x00", LC_OK },
    { "a NULL in parts", "\x25\x00", LC_EPARSE },
    { "a string in parts", "\x34\x00", LC_EPARSE },
    { "a sequence without parts", "\x10\x00", LC_EPARSE },
    { "a bit string without its count", "\x03\x00", LC_EPARSE },
    { "EXTERNAL", "\x28\x00", LC_EPARSE },
    { "EMBEDDED PDV", "\x2b\x00", LC_EPARSE },
    { "CHARACTER STRING", "\x3d\x00", LC_EPARSE },
    { "EXTERNAL without parts", "\x08\x00", LC_EPARSE },
    { "parameters longer than what is there", "\x05\x01", LC_EPARSE },
    { "a tag and no length", "\x1f\x85", LC_EPARSE },
};

/* RFC 5280 section 4.1.1.2: at most one value behind the algorithm, in DER as all of it. */
static void reads_parameters(void **state)
{
    const struct parameters_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    plain(&der);
    char *oid = memmem(der.data, der.len, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 11);
    assert_non_null(oid);
    memcpy(oid + 11, row->parameters, 2);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    if (row->want != LC_OK)
        assert_fails(parse(pem, &csr, &err), row->want, "the signature algorithm is malformed");
    else
        assert_done(parse(pem, &csr, &err));
}

static void algorithm_has_two_values(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    plain(&der);
    /* The same length: a shorter identifier, and NULL three times. */
    char *oid = memmem(der.data, der.len, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 11);
    assert_non_null(oid);
    memcpy(oid, "\x06\x05\x2a\x03\x04\x05\x06\x05\x00\x05\x00\x05\x00", 13);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    assert_fails(parse(pem, &csr, &err), LC_EPARSE, "the signature algorithm is malformed");
}

/* --- limits of the text ---------------------------------------------------------------------- */

static void text_at_its_limit(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *none = NULL;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_CSR_MAX_BYTES + 1, 1);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    plain(&der);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    assert_non_null(text);
    memset(text, 'x', LC_CSR_MAX_BYTES + 1);
    memcpy(text, pem, strlen(pem));
    assert_done(lc_csr_parse(text, LC_CSR_MAX_BYTES, &csr, &err));
    assert_fails(lc_csr_parse(text, LC_CSR_MAX_BYTES + 1, &none, &err), LC_ELIMIT, "1048577 bytes");
}

/* What is too long to be read again is not made. */
static void generates_to_the_limit(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *again = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *none = NULL;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_CSR_MAX_BYTES, 1);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_non_null(text);
    memset(text, 'o', LC_CSR_MAX_BYTES);
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a", 1, &err));
    assert_done(lc_attrs_set_text(&attrs, "organization", text, 770000, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    assert_done(parse(lc_csr_pem(csr), &again, &err));
    assert_done(lc_attrs_set_text(&attrs, "organization", text, 800000, &err));
    assert_fails(lc_csr_generate(&attrs, key, &none, &err), LC_ELIMIT, "over the limit of 1048576");
}

static void generates_many_names(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_ATTRS_MAX_SANS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "n%d.example", i);
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", name, strlen(name), &err));
    }
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    assert_int_equal(lc_csr_sans(csr)->count, LC_ATTRS_MAX_SANS);
    assert_done(lc_csr_attrs(csr, false, &read, &err));
    assert_true(lc_attrs_equals(&attrs, &read));
}

/* --- every byte changed, every length -------------------------------------------------------- */

static void make_rich(struct lc_csr **out)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_set_text(&attrs, "common_name", "a.example", 9, &err));
    assert_done(lc_attrs_set_text(&attrs, "email_address", "a@b.c", 5, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", "a.example", 9, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_ip", "::1", 3, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_oid", "1.2.3", 5, &err));
    assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
    assert_done(lc_extensions_add(&attrs.additional_critical_extensions, "2.5.29.19", true,
                                  "\x30\x03\x01\x01\xff", 5, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, out, &err));
    assert_true(lc_csr_asks_for_ca(*out));
}

static void decode(const struct lc_csr *csr, struct lc_buf *der)
{
    const struct lc_pem_kind kind = {
        .what = "request", .labels = (const char *const[]){ "CERTIFICATE REQUEST", NULL }
    };
    struct lc_pem_block block;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_pem_find_first(lc_csr_pem(csr), strlen(lc_csr_pem(csr)), &kind, &block, &err));
    assert_done(lc_pem_decode(&block, der, &err));
}

/* Where both of us read it, there is the same in it. */
static void compare_with_openssl(const struct lc_buf *der, const struct lc_csr *csr)
{
    const unsigned char *at = (const unsigned char *)der->data;
    LC_AUTO(X509_REQ_free) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der->len);

    lc_ossl_clear();
    if (request == NULL)
        return;
    assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(request)),
                     lc_csr_subject(csr)->count);
    STACK_OF(X509_EXTENSION) *stack = X509_REQ_get_extensions(request);
    const int count = stack == NULL ? 0 : sk_X509_EXTENSION_num(stack);
    lc_ext_stack_free(stack);
    lc_ossl_clear();
    assert_int_equal(count, lc_csr_extensions(csr)->count);
}

static void survives_every_change(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(65536);
    size_t accepted = 0;

    (void)state;
    make_rich(&csr);
    decode(csr, &der);
    for (size_t at = 0; at < der.len; at++) {
        static const unsigned char masks[] = { 0x01, 0x80, 0xff, 0x20 };
        for (size_t i = 0; i < LC_COUNT(masks); i++) {
            LC_AUTO(lc_csr_unref) struct lc_csr *changed = NULL;
            struct lc_err err = LC_ERR_INIT;
            der.data[at] = (char)(der.data[at] ^ masks[i]);
            LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
            if (parse(pem, &changed, &err)) {
                accepted++;
                assert_string_equal(lc_csr_pem(changed), pem);
                assert_false(lc_csr_equals(changed, csr));
                compare_with_openssl(&der, changed);
            } else {
                assert_true(err.code == LC_EPARSE || err.code == LC_ELIMIT);
            }
            der.data[at] = (char)(der.data[at] ^ masks[i]);
        }
    }
    assert_true(accepted > 100); /* contents of strings, the signature */
}

static void refuses_every_length_but_its_own(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(65536);

    (void)state;
    make_rich(&csr);
    decode(csr, &der);
    lc_buf_add(&der, "\0\0\0", 3);
    for (const size_t whole = der.len; der.len > 0; der.len--) {
        LC_AUTO(lc_csr_unref) struct lc_csr *cut = NULL;
        struct lc_err err = LC_ERR_INIT;
        LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
        if (der.len == whole - 3)
            assert_done(parse(pem, &cut, &err));
        else
            assert_fails(parse(pem, &cut, &err), LC_EPARSE, "malformed");
    }
}

/* --- the rest ------------------------------------------------------------------------------ */

static void other_keys_cannot_sign(void **state)
{
    size_t len;
    LC_AUTO(lc_free) char *pem = test_file("golden/x509/dsa.pem", &len);
    LC_AUTO(lc_key_unref) struct lc_key *dsa = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_key_parse(pem, len, NULL, &dsa, &err));
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a", 1, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_fails(lc_csr_generate(&attrs, dsa, &csr, &err), LC_EUNSUPPORTED,
                 "only RSA, EC and Ed25519");
}

static void references_are_counted(void **state)
{
    struct lc_csr *csr = NULL;

    (void)state;
    make_rich(&csr);
    struct lc_csr *same = lc_csr_ref(csr);
    lc_csr_unref(csr);
    assert_true(lc_csr_matches_key(same, key));
    assert_string_equal(lc_csr_signature_algorithm(same), "ecdsa-with-SHA256");
    assert_memory_equal(lc_csr_fingerprint(same), lc_key_fingerprint(key), LC_SHA256_BYTES);
    lc_csr_unref(same);
    lc_csr_unref(NULL);
}

int main(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    struct suite suite = SUITE_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_key_generate(&spec, &key, &err))
        return 2;
    SUITE_ROWS(&suite, text_rows, refuses_text);
    SUITE_TEST(&suite, "all on one line", is_all_on_one_line);
    SUITE_ROWS(&suite, made_rows, reads_made);
    SUITE_ROWS(&suite, parameters_rows, reads_parameters);
    SUITE_TEST(&suite, "an algorithm has two values", algorithm_has_two_values);
    SUITE_TEST(&suite, "a text at its limit", text_at_its_limit);
    SUITE_TEST(&suite, "what is too long is not made", generates_to_the_limit);
    SUITE_TEST(&suite, "as many names as there may be", generates_many_names);
    SUITE_TEST(&suite, "every byte changed: no crash, and OpenSSL reads the same",
               survives_every_change);
    SUITE_TEST(&suite, "every length but its own is refused", refuses_every_length_but_its_own);
    SUITE_TEST(&suite, "a DSA key cannot sign", other_keys_cannot_sign);
    SUITE_TEST(&suite, "references are counted", references_are_counted);
    const int failures = suite_run(&suite, "csr");
    lc_key_unref(key);
    return failures;
}
