/* Conformance of what is written: only our own key, at most one relation-set for a databag, none
 * when nothing changes; WIRE-004 to WIRE-006, WIRE-031, WIRE-032. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

static const struct tls_wish wishes[] = {
    { .common_name = "a.example.com" },
    { .common_name = "b.example.com" },
    { .scope = LC_TLS_APP, .common_name = "c.example.com" },
    { .scope = LC_TLS_APP, .common_name = "d.example.com" },
};
static const char *const all[] = { "web/0", "web", NULL };

#define NINE "certificates:9"

static void set_up(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", wishes, LC_COUNT(wishes));
    unit->options.mode = LC_TLS_MODE_APP_AND_UNIT;
    fake_juju_lead(unit->fake, true);
    fake_juju_put(unit->fake, TLS_RELATION, "web/0", "note", "mine");
    fake_juju_put(unit->fake, TLS_RELATION, "web", "note", "ours");
}

static void assert_notes(struct tls_unit *unit)
{
    assert_string_equal(fake_juju_data(unit->fake, TLS_RELATION, "web/0", "note"), "mine");
    assert_string_equal(fake_juju_data(unit->fake, TLS_RELATION, "web", "note"), "ours");
    assert_non_null(fake_juju_data(unit->fake, TLS_RELATION, "web/0", "ingress-address"));
}

/* At most one write for each of the two databags, in whatever the hook does. */
static void the_requirer_writes_each_databag_once(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set " TLS_RELATION " --app"), 1);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    assert_notes(&unit);
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    tls_answer(unit.fake, TLS_RELATION, all, FAKE_JUJU_START_S, 100 * TLS_DAY_S);
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    fake_juju_advance(unit.fake, 96 * TLS_DAY_S); /* all of them are to be renewed */
    tls_hook(&unit, "update-status");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_RENEWING), 4);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    unit.wish_count = 0; /* and all of them go */
    tls_hook(&unit, "config-changed");
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));
    assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web", LC_KEY_REQUESTS));
    assert_notes(&unit);
    tls_unit_release(&unit);
}

static void pem_has_no_newline_at_its_end(void **state)
{
    static const char end[] = "\n-----END CERTIFICATE REQUEST-----";
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    tls_changed(&unit);
    tls_requests(unit.fake, TLS_RELATION, "web/0", &entries);
    assert_int_equal(entries.count, 2);
    for (size_t i = 0; i < entries.count; i++) {
        const char *pem = entries.items[i].csr;
        assert_null(strchr(pem, '\r'));
        assert_string_equal(pem + strlen(pem) - strlen(end), end);
    }
    tls_unit_release(&unit);
}

static void the_provider_writes_its_databag_once(void **state)
{
    static const int three[] = { 0, 1, 2, -1 };
    static const int none[] = { -1 };
    struct tls_provider_unit unit;

    (void)state;
    tls_provider_init(&unit);
    fake_juju_relate(unit.fake, NINE, "web");
    fake_juju_join(unit.fake, NINE, "web/0");
    fake_juju_put(unit.fake, NINE, "ca", "note", "mine");
    tls_put_requests(unit.fake, NINE, "web/0", three);
    unit.capabilities.said = true;
    unit.decision = LC_DECISION_DENY;
    tls_provider_changed(&unit, NINE, "web/0"); /* capabilities and three denials */
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    unit.decision = LC_DECISION_ISSUE;
    unit.options.policy_version = "another";
    tls_provider_changed(&unit, NINE, "web/0"); /* three denials go, three certificates come */
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    assert_null(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_ERRORS));
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    tls_put_requests(unit.fake, NINE, "web/0", none);
    unit.capabilities.said = false;
    tls_provider_changed(&unit, NINE, "web/0"); /* everything goes */
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    assert_null(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CERTIFICATES));
    assert_null(fake_juju_data(unit.fake, NINE, "ca", LC_KEY_CAPABILITIES));
    assert_string_equal(fake_juju_data(unit.fake, NINE, "ca", "note"), "mine");
    tls_provider_release(&unit);
}

/* A v0 provider: its answers are not used, and a key in them goes nowhere. */
static void a_v0_provider_is_not_used(void **state)
{
    static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
    struct lc_fake_secret view;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    fake_juju_put(unit.fake, TLS_RELATION, "ca", "ca", tls_ca_pem());
    fake_juju_put(unit.fake, TLS_RELATION, "ca", "chain", tls_ca_pem());
    fake_juju_put(unit.fake, TLS_RELATION, "ca", "web_0.server.key", "the other side's key");
    tls_changed(&unit);
    assert_int_equal(tls_count_log(&unit, "version 0"), 1);
    assert_int_equal(tls_count_log(&unit, "the other side's key"), 0);
    assert_int_equal(unit.event_count, 0);
    for (size_t i = 0; fake_juju_secret_at(unit.fake, i, &view); i++)
        for (size_t j = 0; j < view.content->count; j++)
            assert_string_not_equal(view.content->fields[j].value.data, "the other side's key");
    assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web/0", "web_0.server.key"));
    tls_unit_release(&unit);
}

/* A write that is refused is told to the caller, whose hook fails (D-11). */
static void a_write_that_is_refused_fails_the_hook(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    fake_juju_relation_hook(unit.fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
    fake_juju_fail(unit.fake, "relation-set", 2, LC_EPERM);
    assert_fails(tls_unit_run(&unit, &err), LC_EPERM, TLS_RELATION);
    assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "WIRE-031 WIRE-032 WIRE-005 the requirer writes each databag once",
               the_requirer_writes_each_databag_once);
    SUITE_TEST(&suite, "WIRE-004 PEM has LF and no newline at its end",
               pem_has_no_newline_at_its_end);
    SUITE_TEST(&suite, "WIRE-031 WIRE-032 WIRE-006 the provider writes its databag once",
               the_provider_writes_its_databag_once);
    SUITE_TEST(&suite, "WIRE-030 a v0 provider is not used, and a key in it goes nowhere",
               a_v0_provider_is_not_used);
    SUITE_TEST(&suite, "WIRE-032 a write that is refused fails the hook",
               a_write_that_is_refused_fails_the_hook);
    return suite_run(&suite, "wire writes");
}
