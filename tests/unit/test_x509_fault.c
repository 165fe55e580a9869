/* x509: each allocation fails in turn, ours and then OpenSSL's; every run must report an error or
 * succeed, and leak nothing. Only in builds with the fault hooks; elsewhere each operation just
 * runs once. */
#include <openssl/err.h>
#include <string.h>

#include "base/mem.h"
#include "x509/chain.h"
#include "x509/ossl.h"
#include "x509_ca.h"

static char *csr_pem;
static char *cert_pem;
static char *key_pem;

static bool parse_csr(struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs copy = LC_ATTRS_INIT;

    return lc_csr_parse(csr_pem, strlen(csr_pem), &csr, err) &&
           lc_csr_attrs(csr, false, &attrs, err) && lc_attrs_copy(&copy, &attrs, err);
}

static bool parse_cert(struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;

    return lc_cert_parse(cert_pem, strlen(cert_pem), &cert, err);
}

static bool parse_key(struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *parsed = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret password = LC_SECRET_INIT;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    LC_AUTO(lc_free) char *public_pem = NULL;

    return lc_secret_set(&password, "sesame", 6, err) &&
           lc_key_parse(key_pem, strlen(key_pem), &password, &parsed, err) &&
           lc_key_encode(parsed, &pem, err) && lc_key_dup_public_pem(parsed, &public_pem, err);
}

static bool generate_csr(struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;

    return lc_attrs_set_text(&attrs, "common_name", "a.example", 9, err) &&
           lc_attrs_add_text(&attrs, "sans_dns", "a.example", 9, err) &&
           lc_attrs_add_text(&attrs, "sans_ip", "0::1", 4, err) &&
           lc_attrs_add_text(&attrs, "sans_oid", "1.2.3", 5, err) &&
           lc_extensions_add(&attrs.additional_critical_extensions, "1.2.3", true, "\x05\x00", 2,
                             err) &&
           lc_attrs_normalise(&attrs, err) && lc_csr_generate(&attrs, key, &csr, err);
}

static bool issue(struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist missing = LC_STRLIST_INIT;
    const struct lc_cert_shape shape = day_shape();

    return lc_csr_parse(csr_pem, strlen(csr_pem), &csr, err) &&
           lc_cert_issue(csr, root, key, &shape, &cert, err) &&
           lc_cert_missing_names(cert, csr, &missing, err);
}

static bool read_chain(struct lc_err *err)
{
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain none = LC_CHAIN_INIT;

    return lc_chain_parse(cert_pem, strlen(cert_pem), &chain, err) &&
           lc_chain_verify(chain.items[0], &none, &chain, NOW, err);
}

/* What is not known for want of memory is not answered with "no". */
static bool ask_issuer(struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    bool is_own = true;

    if (!lc_cert_parse(cert_pem, strlen(cert_pem), &cert, err) ||
        !lc_cert_is_self_signed(cert, &is_own, err))
        return false;
    assert_true(is_own);
    return true;
}

struct operation {
    const char *name;
    bool (*run)(struct lc_err *err);
};

static const struct operation operations[] = {
    { "parsing a request", parse_csr },         { "parsing a certificate", parse_cert },
    { "parsing and writing a key", parse_key }, { "generating a request", generate_csr },
    { "issuing a certificate", issue },         { "reading and verifying a chain", read_chain },
    { "asking who issued it", ask_issuer },
};

#ifdef LC_FAULT_HOOKS
static void survives(void **state)
{
    const struct operation *operation = *state;
    unsigned long nth = 0;
    bool fired = true;

    while (fired) {
        struct lc_err err = LC_ERR_INIT;
        lc_fault_allocation(++nth);
        const bool done = operation->run(&err);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!done && (!fired || err.code != LC_ENOMEM))
            fail_msg("allocation %lu: %s: %s", nth, lc_code_name(err.code), err.message);
        assert_true(done || strstr(err.message, "out of memory") != NULL);
        assert_int_equal(ERR_peek_error(), 0);
        assert_true(nth < 10000);
    }
    assert_true(nth > 3); /* there was something to fail */
}

/* OpenSSL allocates thousands of times, and does not always say what it lacked: only that nothing
 * crashes, leaks, or stays broken afterwards. */
static void survives_in_openssl(void **state)
{
    const struct operation *operation = *state;
    struct lc_err err = LC_ERR_INIT;
    bool fired = true;

    for (unsigned long nth = 1; fired; nth += 1 + nth / 16) {
        lc_ossl_fault_allocation(nth);
        (void)operation->run(&err);
        fired = lc_ossl_fault_fired();
        lc_ossl_fault_allocation(0);
        lc_ossl_clear();
        assert_true(nth < 100000);
    }
    assert_done(operation->run(&err));
}
#else
static void survives(void **state)
{
    const struct operation *operation = *state;
    struct lc_err err = LC_ERR_INIT;

    assert_done(operation->run(&err));
    assert_int_equal(ERR_peek_error(), 0);
}

#define survives_in_openssl survives
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (!make_root(&err))
        return 2;
    make_csr("a", "a.example", &csr);
    csr_pem = lc_strdup(lc_csr_pem(csr));
    cert_pem = lc_strdup(lc_cert_pem(root));
    key_pem = test_file("golden/x509/ec-legacy-aes.pem", &len);
    if (csr_pem == NULL || cert_pem == NULL)
        return 2;
    SUITE_ROWS(&suite, operations, survives);
    for (size_t i = 0; i < LC_COUNT(operations); i++)
        suite_addf(&suite, survives_in_openssl, (void *)(uintptr_t)&operations[i],
                   "%s, memory failing in OpenSSL", operations[i].name);
    const int failures = suite_run(&suite, "x509 fault");
    lc_free(csr_pem);
    lc_free(cert_pem);
    lc_free(key_pem);
    release_root();
    return failures;
}
