/* x509/lint: each rule has a certificate that breaks it and no other, and there are certificates
 * that break none. */
#include "lint_rows.h"

static void list_findings(const struct lc_lint_findings *found, struct lc_buf *out)
{
    for (size_t i = 0; i < found->count; i++)
        lc_buf_printf(out, " %s(%s)", found->items[i].rule->id, found->items[i].value);
}

static void finds_that_and_no_more(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_free) char *pem = build(row->base == NULL ? &leaf : row->base, &row->parts);
    LC_AUTO(lc_cert_unref)
    struct lc_cert *issuer = row->issuer == NULL ? NULL : build_issuer(row->issuer);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(DER_MAX);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_lint_pem(pem, strlen(pem), issuer, row->flags, &found, &err));
    list_findings(&found, &list);
    if (found.count != (*row->name == '\0' ? 0 : 1))
        fail_msg("found:%s", list.data);
    if (found.count == 0)
        return;
    assert_string_equal(found.items[0].rule->id, row->name);
    if (row->value == NULL ? *found.items[0].value != '\0'
                           : strstr(found.items[0].value, row->value) == NULL)
        fail_msg("found:%s", list.data);
}

static void each_rule_has_a_certificate(void **state)
{
    const struct lc_lint_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = lc_lint_rule(i)) != NULL; i++) {
        bool is_there = false;
        for (size_t r = 0; r < LC_COUNT(rows) && !is_there; r++)
            is_there = strcmp(rows[r].name, rule->id) == 0;
        if (!is_there)
            fail_msg("no certificate breaks %s", rule->id);
    }
}

static void rules_are_told_apart(void **state)
{
    const struct lc_lint_rule *rule;
    size_t count = 0;

    (void)state;
    for (; (rule = lc_lint_rule(count)) != NULL; count++) {
        assert_true(*rule->source != '\0' && *rule->text != '\0');
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(rule->id, lc_lint_rule(i)->id);
    }
    assert_true(count >= 25);
}

/* --- several faults, and none of ours -----------------------------------------------------------
 */

static void shows_errors_first(void **state)
{
    const struct parts parts = { .times = TIMES("260101000000Z", "290101000000Z"),
                                 .usage = KU("02 84"),
                                 .san = SAN(DNS("a_b.example.com")) };
    static const char *const want[] = { "leaf_signs", "common_name_not_in_san", "dns_underscore",
                                        "validity_long" };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err));
    assert_int_equal(found.count, LC_COUNT(want));
    for (size_t i = 0; i < LC_COUNT(want); i++)
        assert_string_equal(found.items[i].rule->id, want[i]);
    assert_int_equal(lc_lint_count(&found, LC_LINT_ERROR), 1);
    assert_int_equal(lc_lint_count(&found, LC_LINT_WARNING), 2);
    assert_int_equal(lc_lint_count(&found, LC_LINT_NOTICE), 1);
}

/* What it issues itself, it has nothing to say about. */
static void what_we_issue_is_clean(void **state)
{
    const struct lc_key_spec specs[] = { { .type = LC_KEY_EC },
                                         { .type = LC_KEY_ED25519 },
                                         { .type = LC_KEY_RSA } };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(specs); i++) {
        LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        LC_AUTO(lc_cert_unref) struct lc_cert *root = NULL;
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(DER_MAX);
        struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

        shape.not_before = 1768478400;
        shape.validity_s = (int64_t)90 * 86400;
        assert_done(lc_key_generate(&specs[i], &key, &err));
        assert_done(lc_attrs_set_text(&attrs, "common_name", "web", 3, &err));
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", "web", 3, &err));
        assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
        assert_done(lc_attrs_normalise(&attrs, &err));
        assert_done(lc_csr_generate(&attrs, key, &csr, &err));
        assert_done(lc_cert_self_sign(&attrs, key, &shape, &root, &err));
        assert_done(lc_cert_issue(csr, root, key, &shape, &cert, &err));
        assert_done(lc_lint_cert(cert, root, 0, &found, &err));
        list_findings(&found, &list);
        assert_string_equal(list.data, "");
        assert_done(lc_lint_cert(root, root, 0, &found, &err));
        list_findings(&found, &list);
        assert_string_equal(list.data, "");
    }
}

static void has_an_end(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(DER_MAX);
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    lc_buf_puts(&names, "30{@2.5.29.17 04{30{" DNS("web.example.com"));
    for (int i = 0; i < 2 * LC_LINT_MAX_FINDINGS; i++)
        lc_buf_printf(&names, "82{'a_%d'}", i);
    lc_buf_puts(&names, "}}}");
    const struct parts parts = { .san = names.data };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    assert_done(lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err));
    assert_int_equal(found.count, LC_LINT_MAX_FINDINGS);
}

static void needs_an_outline(void **state)
{
    static const char *const texts[] = {
        "no PEM",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nBQA=\n-----END CERTIFICATE-----\n",
    };
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err err;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(texts); i++)
        assert_fails(lc_lint_pem(texts[i], strlen(texts[i]), NULL, 0, &found, &err), LC_EPARSE,
                     "cannot read the certificate");
}

#ifdef LC_FAULT_HOOKS
static void reports_no_memory(void **state)
{
    const struct parts parts = { .usage = KU("02 84"), .san = SAN(DNS("a_b.example.com")) };
    LC_AUTO(lc_free) char *pem = build(&leaf, &parts);
    bool done = false;

    (void)state;
    for (unsigned long nth = 1; !done; nth++) {
        LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
        struct lc_err err = LC_ERR_INIT;
        lc_fault_allocation(nth);
        done = lc_lint_pem(pem, strlen(pem), NULL, 0, &found, &err) && !lc_fault_fired();
        lc_fault_allocation(0);
        if (!done)
            assert_int_equal(err.code, LC_ENOMEM);
        else
            assert_int_equal(found.count, 3);
    }
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    if (!make_signer())
        return 1;
    for (size_t i = 0; i < LC_COUNT(rows); i++)
        suite_addf(&suite, finds_that_and_no_more, (void *)(uintptr_t)&rows[i], "%s (row %zu)",
                   *rows[i].name == '\0' ? "nothing is wrong" : rows[i].name, i + 1);
    SUITE_TEST(&suite, "each rule has a certificate that breaks it", each_rule_has_a_certificate);
    SUITE_TEST(&suite, "rules have ids of their own, and sources", rules_are_told_apart);
    SUITE_TEST(&suite, "errors are shown first", shows_errors_first);
    SUITE_TEST(&suite, "what we issue is clean", what_we_issue_is_clean);
    SUITE_TEST(&suite, "the number of findings has a limit", has_an_end);
    SUITE_TEST(&suite, "what has no outline cannot be linted", needs_an_outline);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "without memory it says so", reports_no_memory);
#endif
    const int status = suite_run(&suite, "lint");
    EVP_PKEY_free(signer);
    return status;
}
