/* Conformance of the provider: what its scenarios do not show: whom it serves and what it keeps;
 * PROV-003 to PROV-005, PROV-020 to PROV-026. */
#include "prov_helpers.h"

/* --- reading ------------------------------------------------------------------------------------
 */

static bool list_all(struct tls_provider_unit *unit, struct lc_provider *provider,
                     const struct lc_tls_hook *hook, struct lc_err *why)
{
    size_t *total = unit->act_context;

    for (int list = LC_PROVIDER_REQUESTS; list <= LC_PROVIDER_ERRORS; list++) {
        struct lc_provider_cursor cursor = { 0 };
        struct lc_provider_item item;
        if (!lc_provider_look(provider, hook, why))
            return false;
        while (lc_provider_next(provider, (enum lc_provider_list)list, NULL, &cursor, &item))
            (*total)++;
    }
    return true;
}

static void no_requests_no_lists(void **state)
{
    struct tls_provider_unit unit;
    size_t total = 0;

    (void)state;
    tls_provider_init(&unit);
    unit.act = list_all;
    unit.act_context = &total;
    tls_provider_hook(&unit, "update-status");
    assert_int_equal(total, 0);
    relate(&unit, NINE, "web", "web/0");
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(total, 0);
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_provider_release(&unit);
}

static void note_request(const struct lc_tls_incoming *request, struct lc_strlist *out)
{
    assert_done(lc_strlist_addf(out, &err, "%s %s %s %s", request->relation_id, request->remote_app,
                                request->remote_unit == NULL ? "-" : request->remote_unit,
                                request->ca ? "ca" : "leaf"));
}

static bool decide_and_note(void *context, const struct lc_tls_incoming *request,
                            struct lc_decision *out, struct lc_err *why)
{
    struct tls_provider_unit *unit = context;

    note_request(request, unit->act_context);
    return lc_decision_deny(out, LC_ERROR_OTHER, "noted", NULL, why);
}

/* From whom it came; the application's databag like a unit's. */
static void the_application_is_served_like_a_unit(void **state)
{
    static const int third[] = { 2, -1 };
    LC_AUTO(lc_strlist_release) struct lc_strlist notes = LC_STRLIST_INIT;
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    fake_juju_join(unit.fake, NINE, "web/1");
    tls_put_requests(unit.fake, NINE, "web", third);
    unit.options.decide = decide_and_note;
    unit.act_context = &notes;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(notes.count, 2);
    assert_string_equal(notes.items[0], NINE " web web/0 leaf");
    assert_string_equal(notes.items[1], NINE " web - leaf");
    unit.options.policy_version = "issue"; /* the denials do not stand */
    tls_provider_release(&unit);

    set_up(&unit, first);
    tls_put_requests(unit.fake, NINE, "web", third);
    tls_provider_changed(&unit, NINE, NULL);
    assert_int_equal(certificate_count(&unit, NINE), 2);
    tls_put_requests(unit.fake, NINE, "web/0", none);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(certificate_count(&unit, NINE), 1); /* the application's stays */
    tls_provider_release(&unit);
}

static void a_unit_that_departed_has_no_certificate(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(certificate_count(&unit, NINE), 1);
    fake_juju_depart(unit.fake, NINE, "web/0");
    fake_juju_relation_hook(unit.fake, "certificates-relation-departed", NINE, "web/0");
    assert_done(tls_provider_run(&unit, &err));
    assert_int_equal(certificate_count(&unit, NINE), 0);
    tls_provider_release(&unit);
}

/* The other side's databag cannot be read now: nothing is concluded from that. */
static void a_databag_that_cannot_be_read_keeps_its_answers(void **state)
{
    static const enum lc_code codes[] = { LC_ENOTFOUND, LC_EPERM };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(codes); i++) {
        struct tls_provider_unit unit;
        set_up(&unit, first);
        tls_provider_changed(&unit, NINE, "web/0");
        fake_juju_relation_hook(unit.fake, "certificates-relation-changed", NINE, "web/0");
        fake_juju_fail(unit.fake, "relation-get", 1, codes[i]);
        assert_done(tls_provider_run(&unit, &err));
        assert_int_equal(certificate_count(&unit, NINE), 1);
        tls_provider_release(&unit);
    }
}

/* --- capabilities -------------------------------------------------------------------------------
 */

static void capabilities_do_not_churn(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    relate(&unit, "certificates:10", "db", NULL);
    unit.capabilities = (struct lc_capabilities){ .said = true, .supports_ip_sans = LC_NO };
    tls_provider_hook(&unit, "config-changed");
    assert_string_equal(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CAPABILITIES),
                        "{\"supports_ip_sans\": false}");
    assert_string_equal(fake_juju_data(unit.fake, "certificates:10", "ca", LC_KEY_CAPABILITIES),
                        "{\"supports_ip_sans\": false}");
    assert_int_equal(certificate_count(&unit, NINE), 1);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    tls_provider_hook(&unit, "config-changed");
    assert_int_equal(tls_writes(unit.fake), 0);
    unit.capabilities.supports_ip_sans = LC_YES;
    tls_provider_hook(&unit, "config-changed");
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    unit.capabilities.said = false;
    unit.capabilities.supports_ip_sans = LC_NOT_SAID;
    tls_provider_hook(&unit, "config-changed");
    assert_null(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CAPABILITIES));
    assert_int_equal(certificate_count(&unit, NINE), 1);
    tls_provider_release(&unit);
}

static void only_the_leader_publishes(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first);
    unit.capabilities.said = true;
    fake_juju_lead(unit.fake, false);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_int_equal(unit.decided, 0);
    tls_provider_release(&unit);
}

/* --- v3 ------------------------------------------------------------------------------------------
 */

/* A v3 requirer beside a v3 answer of our own from before the refresh. */
static void v3_is_served(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_free) char *old = tls_issue(tls_csr(0), FAKE_JUJU_START_S, TLS_DAY_S, false);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PYTHON);
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, two);
    lc_json_begin_array(&writer);
    lc_json_begin_object(&writer);
    lc_json_member_string(&writer, "certificate", old);
    lc_json_member_string(&writer, "certificate_signing_request", tls_csr(0));
    lc_json_member_string(&writer, "ca", tls_ca_pem());
    lc_json_key(&writer, "chain");
    lc_json_begin_array(&writer);
    lc_json_put_string(&writer, old);
    lc_json_end_array(&writer);
    lc_json_key(&writer, "recommended_expiry_notification_time");
    lc_json_put_null(&writer);
    lc_json_end_object(&writer);
    lc_json_end_array(&writer);
    fake_juju_put(unit.fake, NINE, "ca", LC_KEY_CERTIFICATES, text.data);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 1); /* the other one is answered */
    load_certificates(&unit, NINE, &entries);
    assert_int_equal(entries.count, 2);
    assert_string_equal(entries.items[0].certificate, old);
    assert_int_equal(entries.items[1].chain.count, 2);
    const char *written = fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CERTIFICATES);
    assert_null(strstr(written, "null"));
    tls_provider_release(&unit);
}

/* What others put into our entries stays in them. */
static void unknown_members_are_kept(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_free) char *old = tls_issue(tls_csr(0), FAKE_JUJU_START_S, TLS_DAY_S, false);
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, two);
    tls_add_certificate(&entries, tls_csr(0), old, false);
    assert_done(lc_databag_dump_certificates(&entries, &text, &err));
    LC_AUTO(lc_free) char *value = lc_strdup(text.data);
    lc_buf_clear(&text);
    lc_buf_printf(&text, "%.*s, \"serial\": 720}]", (int)strlen(value) - 2, value);
    fake_juju_put(unit.fake, NINE, "ca", LC_KEY_CERTIFICATES, text.data);
    fake_juju_put(unit.fake, NINE, "ca", "note", "mine");
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(certificate_count(&unit, NINE), 2);
    assert_non_null(
        strstr(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CERTIFICATES), "\"serial\": 720}, {"));
    assert_string_equal(fake_juju_data(unit.fake, NINE, "ca", "note"), "mine");
    tls_provider_release(&unit);
}

static void v0_is_not_served(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, none);
    fake_juju_put(unit.fake, NINE, "web/0", "cert_requests", "[{\"common_name\": \"x\"}]");
    fake_juju_put(unit.fake, NINE, "web/0", "unit_name", "web_0");
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 0);
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_int_equal(count_log(&unit, "version 0"), 1);
    tls_provider_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "PROV-003 no requests: empty lists everywhere", no_requests_no_lists);
    SUITE_TEST(&suite, "PROV-024 PROV-005 PROV-002 the application is served like a unit",
               the_application_is_served_like_a_unit);
    SUITE_TEST(&suite, "PROV-004 a unit that departed has no certificate",
               a_unit_that_departed_has_no_certificate);
    SUITE_TEST(&suite, "PROV-026 a databag that cannot be read keeps its answers",
               a_databag_that_cannot_be_read_keeps_its_answers);
    SUITE_TEST(&suite, "PROV-021 PROV-020 PROV-022 capabilities do not churn",
               capabilities_do_not_churn);
    SUITE_TEST(&suite, "PROV-020 PROV-001 only the leader publishes", only_the_leader_publishes);
    SUITE_TEST(&suite, "PROV-023 UPG-013 v3 is served, and nothing is null", v3_is_served);
    SUITE_TEST(&suite, "PROV-022 unknown members and keys are kept", unknown_members_are_kept);
    SUITE_TEST(&suite, "WIRE-030 version 0 is not served, in one line", v0_is_not_served);
    return suite_run(&suite, "prov");
}
