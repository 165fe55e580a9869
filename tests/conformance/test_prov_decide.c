/* Conformance of the provider: decisions, made once and again, and the author's own calls;
 * PROV-007, PROV-008, PROV-013, PROV-018, PROV-025, PROV-027, PROV-029, PROV-037. */
#include "base/text.h"
#include "prov_helpers.h"

/* --- deciding -----------------------------------------------------------------------------------
 */

struct policy_row {
    const char *name;
    const char *before;
    const char *after;
    unsigned decided; /* of the denied request, after */
};

static const struct policy_row policy_rows[] = {
    { "PROV-037 a denial stands under its policy", "one", "one", 0 },
    { "PROV-037 and under no policy", NULL, NULL, 0 },
    { "PROV-037 another policy decides again", "one", "two", 1 },
    { "PROV-037 whatever its name is", "2026-01-15, revision 1", "2026-01-15, revision 2", 1 },
    { "PROV-037 so does none after one", "one", NULL, 1 },
};

static void check_policy(void **state)
{
    const struct policy_row *row = *state;
    struct tls_provider_unit unit;

    set_up(&unit, first);
    unit.decision = LC_DECISION_DENY;
    unit.options.policy_version = row->before;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 1);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 0);
    unit.options.policy_version = row->after;
    tls_provider_hook(&unit, "config-changed");
    assert_int_equal(unit.decided, row->decided);
    if (row->decided == 0)
        assert_int_equal(tls_writes(unit.fake), 0);
    tls_provider_release(&unit);
}

/* The same CSR, now for a CA: another request. */
static void a_request_that_changed_is_decided_again(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    unit.decision = LC_DECISION_DENY;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_done(lc_request_entries_add(&entries, tls_csr(0), true, &err));
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    fake_juju_put(unit.fake, NINE, "web/0", LC_KEY_REQUESTS, text.data);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 1);
    tls_provider_release(&unit);
}

/* What is remembered of a request goes with it. */
static void a_request_that_is_gone_is_forgotten(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    unit.decision = LC_DECISION_DENY;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_non_null(fake_juju_state(unit.fake, TLS_STATE));
    tls_put_requests(unit.fake, NINE, "web/0", two + 1);
    tls_provider_changed(&unit, NINE, "web/0");
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;
    load_errors(&unit, &errors);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.items[0].csr, tls_csr(1));
    tls_provider_release(&unit);
}

static void a_deferred_request_is_asked_about_again(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    unit.decision = LC_DECISION_DEFER;
    for (int i = 0; i < 3; i++) {
        tls_provider_hook(&unit, "update-status");
        assert_int_equal(unit.decided, 1);
        assert_int_equal(tls_writes(unit.fake), 0);
    }
    unit.decision = LC_DECISION_ISSUE;
    tls_provider_hook(&unit, "update-status");
    assert_int_equal(certificate_count(&unit, NINE), 1);
    tls_provider_release(&unit);
}

/* A CSR that somebody has changed: its signature does not verify any more. */
static char *forged_csr(void)
{
    const char *pem = tls_csr(0);
    const char *body = strchr(pem, '\n') + 1;
    const char *tail = strstr(pem, "\n-----END");
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(65536);
    struct lc_buf forged;
    char *out = NULL;

    assert_done(lc_base64_decode(body, (size_t)(tail - body), &der, &err));
    char *name = memmem(der.data, der.len, "x.example.com", 13);
    assert_non_null(name);
    *name = 'y';
    lc_buf_init(&forged, 65536);
    lc_buf_puts(&forged, "-----BEGIN CERTIFICATE REQUEST-----\n");
    lc_base64_encode(der.data, der.len, &forged);
    lc_buf_puts(&forged, "\n-----END CERTIFICATE REQUEST-----");
    assert_done(lc_buf_take(&forged, &out, NULL, &err));
    return out;
}

static void put_request(struct tls_provider_unit *unit, const char *csr)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);

    assert_done(lc_request_entries_add(&entries, csr, false, &err));
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    fake_juju_put(unit->fake, NINE, "web/0", LC_KEY_REQUESTS, text.data);
}

static void a_forged_request_is_denied(void **state)
{
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_free) char *csr = forged_csr();
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, none);
    put_request(&unit, csr);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 0); /* nobody is asked */
    load_errors(&unit, &errors);
    assert_int_equal(errors.count, 1);
    assert_int_equal(errors.items[0].code, LC_ERROR_OTHER);
    tls_provider_release(&unit);
}

/* CRLF line ends: read, and quoted as everybody writes it (WIRE-004). */
static void a_request_with_crlf_is_served(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf crlf = LC_BUF_INIT(65536);
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, none);
    for (const char *at = tls_csr(0); *at != '\0'; at++)
        lc_buf_puts(&crlf, *at == '\n' ? "\r\n" : (const char[]){ *at, '\0' });
    lc_buf_puts(&crlf, "\r\n");
    put_request(&unit, crlf.data);
    tls_provider_changed(&unit, NINE, "web/0");
    load_certificates(&unit, NINE, &entries);
    assert_int_equal(entries.count, 1);
    assert_string_equal(entries.items[0].csr, tls_csr(0));
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_provider_release(&unit);
}

/* The same CSR twice, and in two databags: one answer. */
static void a_request_that_is_there_twice_has_one_answer(void **state)
{
    static const int twice[] = { 0, 0, -1 };
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, twice);
    tls_put_requests(unit.fake, NINE, "web", first);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 1);
    assert_int_equal(certificate_count(&unit, NINE), 1);
    tls_provider_release(&unit);
}

/* --- the author's own calls ---------------------------------------------------------------------
 */

struct call {
    bool all; /* revoke all; else one */
    bool reissue;
};

static bool work(struct tls_provider_unit *unit, struct lc_provider *provider,
                 const struct lc_tls_hook *hook, struct lc_err *why)
{
    const struct call *call = unit->act_context;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;

    assert_done(lc_csr_parse(tls_csr(0), strlen(tls_csr(0)), &csr, &err));
    if (call->reissue)
        return lc_provider_reissue_all(provider, hook, why);
    return lc_provider_revoke(provider, hook, call->all ? NULL : NINE, call->all ? NULL : csr, why);
}

static void revoke(struct tls_provider_unit *unit, bool all, bool *first_revoked,
                   bool *second_revoked)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct call call = { .all = all };

    unit->act = work;
    unit->act_context = &call;
    tls_provider_hook(unit, "secret-changed"); /* no hook of ours */
    unit->act = NULL;
    load_certificates(unit, NINE, &entries);
    assert_int_equal(entries.count, 2);
    *first_revoked = entries.items[0].revoked;
    *second_revoked = entries.items[1].revoked;
}

static void one_is_revoked_or_all(void **state)
{
    struct tls_provider_unit unit;
    bool one;
    bool other;

    (void)state;
    set_up(&unit, two);
    tls_provider_changed(&unit, NINE, "web/0");
    revoke(&unit, false, &one, &other);
    assert_true(one);
    assert_false(other);
    revoke(&unit, true, &one, &other);
    assert_true(one && other);
    assert_int_equal(count_log(&unit, "WARNING {\"datetime\": "), 1);
    assert_int_equal(count_log(&unit, "\"event\": \"all_certificates_revoked\""), 1);
    unit.decided = 0;
    tls_provider_changed(&unit, NINE, "web/0"); /* they are outstanding, and issued anew */
    assert_int_equal(unit.decided, 2);
    tls_provider_release(&unit);
}

static void everything_is_issued_anew(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries before = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries after = LC_CERTIFICATE_ENTRIES_INIT;
    struct call call = { .reissue = true };
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, two);
    tls_provider_changed(&unit, NINE, "web/0");
    load_certificates(&unit, NINE, &before);
    unit.act = work;
    unit.act_context = &call;
    tls_provider_hook(&unit, "secret-changed");
    assert_int_equal(unit.decided, 2);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    load_certificates(&unit, NINE, &after);
    assert_int_equal(after.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_not_equal(after.items[i].certificate, before.items[i].certificate);
    tls_provider_release(&unit);
}

/* --- the security log (2.11) --------------------------------------------------------------------
 */

static void answers_are_in_the_security_log(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(count_log(&unit,
                               "DEBUG {\"datetime\": \"2026-01-01T00:00:00Z\", \"event\": "
                               "\"certificate_provided\", \"level\": \"INFO\", \"description\": "),
                     1);
    assert_int_equal(count_log(&unit, "\"type\": \"security\", \"relation_id\": \"" NINE
                                      "\", \"common_name\": \"x.example.com\", "
                                      "\"application\": \"tls-certificates-ca\"}"),
                     1);
    tls_put_requests(unit.fake, NINE, "web/0", two + 1);
    unit.decision = LC_DECISION_DENY;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(count_log(&unit,
                               "WARNING {\"datetime\": \"2026-01-01T00:00:00Z\", \"event\": "
                               "\"certificate_denied\", \"level\": \"WARNING\", \"description\": "),
                     1);
    assert_int_equal(count_log(&unit, "\"code\": \"102\", \"application\": "
                                      "\"tls-certificates-ca\"}"),
                     1);
    tls_provider_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, policy_rows, check_policy);
    SUITE_TEST(&suite, "PROV-037 a request that changed is decided again",
               a_request_that_changed_is_decided_again);
    SUITE_TEST(&suite, "PROV-027 what is denied and gone is forgotten",
               a_request_that_is_gone_is_forgotten);
    SUITE_TEST(&suite, "PROV-007 a deferred request is asked about again",
               a_deferred_request_is_asked_about_again);
    SUITE_TEST(&suite, "PROV-025 a forged request is denied, and nobody is asked",
               a_forged_request_is_denied);
    SUITE_TEST(&suite, "WIRE-004 a request with CRLF is served, and quoted canonically",
               a_request_with_crlf_is_served);
    SUITE_TEST(&suite, "PROV-029 a request that is there twice has one answer",
               a_request_that_is_there_twice_has_one_answer);
    SUITE_TEST(&suite, "PROV-018 PROV-008 one is revoked, or all", one_is_revoked_or_all);
    SUITE_TEST(&suite, "PROV-013 everything is issued anew, in one write",
               everything_is_issued_anew);
    SUITE_TEST(&suite, "answers are in the security log", answers_are_in_the_security_log);
    return suite_run(&suite, "prov decide");
}
