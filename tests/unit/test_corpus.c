/* x509/corpus: what is made up is what its name says, and the same each time. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "x509/corpus.h"
#include "x509/csr.h"

/* Hostile kinds that are refused when they are read, or whose signature does not verify, and what
 * is said; all others are requests like any. */
struct row {
    const char *name;
    enum lc_code code;
    const char *part;
};

static const struct row rows[] = {
    { "duplicate_extension", LC_EPARSE, "2.5.29.15 is there twice" },
    { "duplicate_san", LC_EPARSE, "2.5.29.17 is there twice" },
    { "malformed_extension", LC_EPARSE, "alternative names are malformed" },
    { "version_2", LC_EPARSE, "version" },
    { "truncated", LC_EPARSE, "malformed" },
    { "trailing_bytes", LC_EPARSE, "malformed" },
    { "ber", LC_EPARSE, "malformed" },
    { "not_base64", LC_EPARSE, "base64" },
    { "two_extension_requests", LC_EPARSE, "two extension requests" },
    { "microsoft_extensions", LC_EPARSE, "two extension requests" },
    { "bad_utf8", LC_ECRYPTO, "invalid utf8string" },
    { "two_extension_lists", LC_EPARSE, "" },
    { "wrong_signature", LC_ECRYPTO, "" },
};

static const struct row *row_of(const char *kind)
{
    for (size_t i = 0; i < LC_COUNT(rows); i++)
        if (strcmp(rows[i].name, kind) == 0)
            return &rows[i];
    return NULL;
}

static struct lc_corpus *new_corpus(uint64_t seed)
{
    struct lc_corpus *corpus = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_corpus_new(seed, LC_CORPUS_DOMAIN, &corpus, &err));
    return corpus;
}

static void hostile_kind(void **state)
{
    const struct lc_corpus_kind *kind = *state;
    const struct row *row = row_of(kind->name);
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = new_corpus(1);
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_true(strlen(kind->text) > 10);
    assert_done(lc_corpus_hostile(corpus, kind->name, &pem, &err));
    if (lc_csr_parse(pem.data, pem.len, &csr, &err) && lc_csr_verify(csr, &err)) {
        if (row != NULL)
            fail_msg("it is read");
    } else {
        if (row == NULL)
            fail_msg("%s", err.message);
        assert_failure(&err, row->code, row->part);
    }
}

/* The same seed gives the same bytes, whatever was made before; another seed gives others. */
static void is_deterministic(void **state)
{
    static const char *const kinds[] = { "two_common_names", "rsa_exponent_3", "other_curve" };
    LC_AUTO(lc_corpus_free) struct lc_corpus *one = new_corpus(7);
    LC_AUTO(lc_corpus_free) struct lc_corpus *two = new_corpus(7);
    LC_AUTO(lc_corpus_free) struct lc_corpus *other = new_corpus(8);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(kinds); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf a = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
        LC_AUTO(lc_buf_release) struct lc_buf b = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
        LC_AUTO(lc_buf_release) struct lc_buf c = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
        LC_AUTO(lc_buf_release) struct lc_buf before = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
        assert_done(lc_corpus_hostile(one, kinds[i], &a, &err));
        assert_done(lc_corpus_hostile(two, "empty_subject", &before, &err));
        assert_done(lc_corpus_hostile(two, kinds[i], &b, &err));
        assert_done(lc_corpus_hostile(other, kinds[i], &c, &err));
        assert_string_equal(a.data, b.data);
        assert_string_not_equal(a.data, c.data);
    }
}

/* --- honest ones ----------------------------------------------------------------------------- */

static void make_plain(struct lc_corpus *corpus, const char *key, size_t number, struct lc_buf *pem)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    attrs.add_unique_id_to_subject_name = false;
    assert_done(lc_attrs_set_text(&attrs, "common_name", "web", 3, &err));
    assert_done(lc_attrs_set_text(&attrs, "organization", "Test", 4, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", "web", 3, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_ip", "10.0.0.1", 8, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_corpus_plain(corpus, &attrs, key, number, pem, &err));
}

struct key_row {
    const char *name;
    enum lc_key_type type;
    int bits;
};

static const struct key_row key_rows[] = {
    { "rsa-2048", LC_KEY_RSA, 2048 },   { "rsa-3072", LC_KEY_RSA, 3072 },
    { "ec-p256", LC_KEY_EC, 256 },      { "ec-p384", LC_KEY_EC, 384 },
    { "ed25519", LC_KEY_ED25519, 256 },
};

static void plain_request(void **state)
{
    const struct key_row *row = *state;
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = new_corpus(1);
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf again = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    make_plain(corpus, row->name, 0, &pem);
    make_plain(corpus, row->name, 0, &again);
    assert_string_equal(pem.data, again.data);
    assert_done(lc_csr_parse(pem.data, pem.len, &csr, &err) && lc_csr_verify(csr, &err));
    assert_int_equal(lc_csr_key_type(csr), row->type);
    assert_int_equal(lc_csr_key_bits(csr), row->bits);
    assert_string_equal(lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME), "web");
    assert_string_equal(lc_name_get(lc_csr_subject(csr), LC_OID_ORGANIZATION), "Test");
    assert_int_equal(lc_csr_sans(csr)->count, 2);
    assert_string_equal(lc_csr_sans(csr)->items[1].value, "10.0.0.1");
}

static void keys_have_numbers(void **state)
{
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = new_corpus(1);
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_csr_unref) struct lc_csr *first = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *second = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    make_plain(corpus, "ec-p256", 0, &pem);
    assert_done(lc_csr_parse(pem.data, pem.len, &first, &err));
    lc_buf_clear(&pem);
    make_plain(corpus, "ec-p256", 1, &pem);
    assert_done(lc_csr_parse(pem.data, pem.len, &second, &err));
    assert_memory_not_equal(lc_csr_fingerprint(first), lc_csr_fingerprint(second), LC_SHA256_BYTES);
}

static void refuses(void **state)
{
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = new_corpus(1);
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_corpus *none = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_fails(lc_corpus_hostile(corpus, "two_comon_names", &pem, &err), LC_EUSAGE,
                 "did you mean 'two_common_names'?");
    assert_fails(lc_corpus_hostile(corpus, "zzz", &pem, &err), LC_EUSAGE, "--list");
    assert_fails(lc_corpus_plain(corpus, &attrs, "rsa-e1", 0, &pem, &err), LC_EUSAGE,
                 "'rsa-e1' is none of the keys");
    assert_fails(lc_corpus_new(1, "a'b", &none, &err), LC_EUSAGE, "'a'b' is not a domain");
    assert_fails(lc_corpus_new(1, "", &none, &err), LC_EUSAGE, "is not a domain");
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    const struct lc_corpus_kind *kind;

    for (size_t i = 0; (kind = lc_corpus_kind(i)) != NULL; i++)
        suite_add(&suite, kind->name, hostile_kind, (void *)(uintptr_t)kind);
    SUITE_TEST(&suite, "the same seed gives the same bytes", is_deterministic);
    SUITE_ROWS(&suite, key_rows, plain_request);
    SUITE_TEST(&suite, "keys of one kind are told apart by number", keys_have_numbers);
    SUITE_TEST(&suite, "what there is not is refused", refuses);
    return suite_run(&suite, "corpus");
}
