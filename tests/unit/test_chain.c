/* x509/chain: bundles, order, verification. */
#include "x509/chain.h"

#include <string.h>

#include "base/mem.h"
#include "x509_ca.h"

static struct lc_cert *sub_ca; /* under the root, path length 0 */
static struct lc_cert *leaf;   /* under the sub CA */
static struct lc_cert *other;  /* a root of the same name and another key */

/* --- bundles ------------------------------------------------------------------------------- */

static bool parse(const char *pem, struct lc_chain *out, struct lc_err *err)
{
    return lc_chain_parse(pem, strlen(pem), out, err);
}

static void reads_bundle(void **state)
{
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf bundle = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf again = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    lc_buf_printf(&bundle,
                  "leaf\n%s\n\n-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n%s\r\n"
                  "# the root\n%s",
                  lc_cert_pem(leaf), lc_cert_pem(sub_ca), lc_cert_pem(root));
    assert_done(parse(bundle.data, &chain, &err));
    assert_done(parse(bundle.data, &chain, &err)); /* what was there goes */
    assert_int_equal(chain.count, 3);
    assert_true(lc_cert_equals(chain.items[0], leaf));
    assert_true(lc_cert_equals(chain.items[2], root));
    lc_buf_clear(&bundle);
    lc_buf_printf(&bundle, "%s\n%s\n%s\n", lc_cert_pem(leaf), lc_cert_pem(sub_ca),
                  lc_cert_pem(root));
    lc_chain_encode(&chain, &again);
    assert_string_equal(again.data, bundle.data);
}

struct text_row {
    const char *name;
    const char *text;
    const char *part;
};

static const struct text_row text_rows[] = {
    { "an empty bundle", "", "certificate 1 of the chain: no certificate" },
    { "a bundle of something else", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
      "instead there is a block of X509 CRL" },
    { "an unreadable certificate", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
      "certificate 1 of the chain: cannot read the certificate: it is malformed" },
    { "a certificate without end", "-----BEGIN CERTIFICATE-----\nMAA=\n", "no end line" },
};

static void refuses_bundle(void **state)
{
    const struct text_row *row = *state;
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    struct lc_err err;

    assert_fails(parse(row->text, &chain, &err), LC_EPARSE, row->part);
    assert_int_equal(chain.count, 0);
}

static void second_must_be_readable(void **state)
{
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf bundle = LC_BUF_INIT(65536);
    struct lc_err err;

    (void)state;
    lc_buf_printf(&bundle, "%s\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
                  lc_cert_pem(leaf));
    assert_fails(parse(bundle.data, &chain, &err), LC_EPARSE, "certificate 2 of the chain");
    assert_int_equal(chain.count, 0);
}

static void bundle_at_its_limit(void **state)
{
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf bundle = LC_BUF_INIT((size_t)4 * LC_CHAIN_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_CHAIN_MAX_CERTS; i++)
        lc_buf_printf(&bundle, "%s\n", lc_cert_pem(leaf));
    assert_done(parse(bundle.data, &chain, &err));
    assert_int_equal(chain.count, LC_CHAIN_MAX_CERTS);
    assert_fails(lc_chain_add(&chain, leaf, &err), LC_ELIMIT, "over 64 certificates");
    lc_buf_printf(&bundle, "%s\n", lc_cert_pem(leaf));
    assert_fails(parse(bundle.data, &chain, &err), LC_ELIMIT, "over 64 certificates");
    lc_buf_clear(&bundle);
    lc_buf_printf(&bundle, "%s\n", lc_cert_pem(leaf));
    while (bundle.len < LC_CHAIN_MAX_BYTES)
        lc_buf_putc(&bundle, 'x');
    assert_done(parse(bundle.data, &chain, &err));
    lc_buf_putc(&bundle, 'x');
    assert_fails(parse(bundle.data, &chain, &err), LC_ELIMIT, "1048577 bytes");
}

/* --- verification -------------------------------------------------------------------------- */

/* Letters: l leaf, s sub CA, r root, o other root. */
struct verify_row {
    const char *name;
    char subject;
    const char *between;
    const char *trusted;
    int64_t at;
    const char *part; /* NULL: verifies */
};

static const struct verify_row verify_rows[] = {
    { "with the sub CA between", 'l', "s", "r", NOW, NULL },
    { "with more between than is needed", 'l', "sro", "or", NOW, NULL },
    { "a trusted sub CA is enough", 'l', "", "s", NOW, NULL },
    { "a root that is trusted", 'r', "", "r", NOW, NULL },
    { "at the last second", 'l', "s", "r", NOW + DAY - 1, NULL },
    { "at its notAfter", 'l', "s", "r", NOW + DAY,
      "'CN=leaf' does not verify: certificate has expired" },
    { "a second too early", 'l', "s", "r", NOW - 1,
      "does not verify: certificate is not yet valid" },
    { "the sub CA is missing", 'l', "", "r", NOW,
      "'CN=leaf' does not verify: unable to get local issuer certificate" },
    { "nobody is trusted", 'l', "sr", "", NOW, "does not verify" },
    { "a root of the same name and another key", 'l', "s", "o", NOW, "'CN=Sub' does not verify" },
};

static struct lc_cert *cert_of(char letter)
{
    return letter == 'l' ? leaf : letter == 's' ? sub_ca : letter == 'r' ? root : other;
}

static void fill(struct lc_chain *chain, const char *letters)
{
    struct lc_err err = LC_ERR_INIT;

    for (; *letters != '\0'; letters++)
        assert_done(lc_chain_add(chain, cert_of(*letters), &err));
}

static void verifies(void **state)
{
    const struct verify_row *row = *state;
    LC_AUTO(lc_chain_release) struct lc_chain between = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;
    struct lc_err err = LC_ERR_INIT;

    fill(&between, row->between);
    fill(&trusted, row->trusted);
    if (row->part == NULL)
        assert_done(lc_chain_verify(cert_of(row->subject), &between, &trusted, row->at, &err));
    else
        assert_fails(lc_chain_verify(cert_of(row->subject), &between, &trusted, row->at, &err),
                     LC_ECRYPTO, row->part);
}

struct order_row {
    const char *name;
    bool want;
};

static const struct order_row order_rows[] = {
    { "", true },    { "l", true },     { "ls", true },  { "lsr", true }, { "sr", true },
    { "rr", true },  { "lr", false },   { "rs", false }, { "sl", false }, { "lsrr", true },
    { "so", false }, { "lsro", false }, { "ll", false },
};

static void judges_order(void **state)
{
    const struct order_row *row = *state;
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    bool answer;
    struct lc_err err = LC_ERR_INIT;

    fill(&chain, row->name);
    assert_done(lc_chain_has_valid_order(&chain, &answer, &err));
    assert_int_equal(answer, row->want);
}

/* ------------------------------------------------------------------------------------------- */

static struct lc_cert *issue(const char *name, const struct lc_cert *ca, bool is_ca,
                             int64_t validity_s)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_cert_shape shape = day_shape();
    struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    shape.is_ca = is_ca;
    shape.path_length = is_ca ? 0 : -1;
    shape.validity_s = validity_s;
    if (!lc_attrs_set_text(&attrs, "common_name", name, strlen(name), &err) ||
        !lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err) ||
        !lc_attrs_normalise(&attrs, &err) || !lc_csr_generate(&attrs, key, &csr, &err) ||
        !lc_cert_issue(csr, ca, key, &shape, &cert, &err))
        return NULL;
    return cert;
}

/* The same name as the root's, another key. */
static bool make_other(struct lc_err *err)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_key_unref) struct lc_key *second = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    const struct lc_cert_shape shape = day_shape();

    return lc_key_generate(&spec, &second, err) &&
           lc_attrs_set_text(&attrs, "common_name", "Root", 4, err) &&
           lc_attrs_set_text(&attrs, "organization", "Org", 3, err) &&
           lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, err) &&
           lc_attrs_normalise(&attrs, err) &&
           lc_cert_self_sign(&attrs, second, &shape, &other, err);
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!make_root(&err) || !make_other(&err) ||
        (sub_ca = issue("Sub", root, true, (int64_t)30 * DAY)) == NULL ||
        (leaf = issue("leaf", sub_ca, false, DAY)) == NULL)
        return 2;
    SUITE_TEST(&suite, "a bundle with text between", reads_bundle);
    SUITE_ROWS(&suite, text_rows, refuses_bundle);
    SUITE_TEST(&suite, "every certificate must be readable", second_must_be_readable);
    SUITE_TEST(&suite, "a bundle at its limits", bundle_at_its_limit);
    SUITE_ROWS(&suite, verify_rows, verifies);
    for (size_t i = 0; i < LC_COUNT(order_rows); i++)
        suite_addf(&suite, judges_order, (void *)(uintptr_t)&order_rows[i], "'%s' is%s in order",
                   order_rows[i].name, order_rows[i].want ? "" : " not");
    const int failures = suite_run(&suite, "chain");
    lc_cert_unref(leaf);
    lc_cert_unref(sub_ca);
    lc_cert_unref(other);
    release_root();
    return failures;
}
