/* Conformance of the requirer: what the author is told, and when; REQ-068 to REQ-071, REQ-075,
 * REQ-088. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

static const struct tls_wish one[] = {
    { .name = "front", .common_name = "a.example.com", .dns = "a.example.com" }
};
static const char *const all[] = { "web/0", NULL };

/* Asked for and answered, and told. */
static void set_up(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", one, LC_COUNT(one));
    tls_changed(unit);
    tls_answer(unit->fake, TLS_RELATION, all, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    tls_changed(unit);
}

/* The provider's only entry, changed; empty chain: [certificate, CA] as before. */
static void put_entry(struct tls_unit *unit, const char *certificate, const char *ca,
                      const char *second_link)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct lc_certificate_entry entry = { .ca = lc_strdup(ca),
                                          .csr = tls_request_at(unit->fake, "web/0", 0),
                                          .certificate = lc_strdup(certificate) };

    assert_done(lc_strlist_add(&entry.chain, certificate, &err));
    if (second_link != NULL)
        assert_done(lc_strlist_add(&entry.chain, second_link, &err));
    assert_done(lc_certificate_entries_add(&entries, &entry, &err));
    lc_certificate_entry_release(&entry);
    tls_put_certificates(unit->fake, TLS_RELATION, &entries);
}

static const char *certificate_of(const struct tls_event *event)
{
    return lc_cert_pem(event->pair.certificate);
}

/* --- available ---------------------------------------------------------------------------------
 */

static void an_unchanged_certificate_is_told_once(void **state)
{
    static const char *const hooks[] = { "update-status", "config-changed", "leader-elected" };
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_int_equal(unit.events[0].kind, LC_REQUIRER_AVAILABLE);
    assert_string_equal(unit.events[0].pair.name, "front");
    assert_non_null(unit.events[0].pair.key);
    assert_int_equal(unit.events[0].pair.chain.count, 2);
    for (size_t i = 0; i < LC_COUNT(hooks); i++) {
        tls_hook(&unit, hooks[i]);
        assert_int_equal(unit.event_count, 0);
    }
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

/* A self-signed certificate of another CA. Free with lc_free. */
static char *other_ca(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = FAKE_JUJU_START_S;
    shape.validity_s = 900 * TLS_DAY_S;
    assert_done(lc_attrs_set_text(&attrs, "common_name", "another", 7, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_key_generate(&spec, &key, &err));
    assert_done(lc_cert_self_sign(&attrs, key, &shape, &cert, &err));
    return lc_strdup(lc_cert_pem(cert));
}

static void a_changed_ca_is_told(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *certificate = lc_strdup(certificate_of(&unit.events[0]));
    LC_AUTO(lc_free) char *ca = other_ca();
    put_entry(&unit, certificate, ca, tls_ca_pem());
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_string_equal(lc_cert_pem(unit.events[0].pair.ca), ca);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

static void a_changed_chain_is_told(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *certificate = lc_strdup(certificate_of(&unit.events[0]));
    put_entry(&unit, certificate, tls_ca_pem(), NULL);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(unit.events[0].pair.chain.count, 1);
    assert_int_equal(fake_juju_count(unit.fake, "secret-set"), 0); /* the certificate is the same */
    tls_unit_release(&unit);
}

static void a_changed_certificate_is_told(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free)
    char *certificate = tls_issue(csr, FAKE_JUJU_START_S, 30 * TLS_DAY_S, false);
    put_entry(&unit, certificate, tls_ca_pem(), tls_ca_pem());
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_string_equal(certificate_of(&unit.events[0]), certificate);
    tls_unit_release(&unit);
}

/* REQ-069 */
static void a_failed_handler_is_called_again(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    tls_answer(unit.fake, TLS_RELATION, all, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    unit.fail_event = 1;
    for (int i = 0; i < 2; i++) {
        fake_juju_relation_hook(unit.fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
        assert_fails(tls_unit_run(&unit, &err), LC_ESCRIPT, "the handler fails");
        assert_int_equal(unit.event_count, 1);
        assert_int_equal(unit.events[0].kind, LC_REQUIRER_AVAILABLE);
        assert_int_equal(fake_juju_secret_count(unit.fake), 1); /* the key's: nothing is kept */
    }
    unit.fail_event = 0;
    tls_hook(&unit, "update-status");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    tls_hook(&unit, "update-status");
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

static void an_upgrade_tells_it_again(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    tls_hook(&unit, "upgrade-charm");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    tls_hook(&unit, "config-changed");
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

static void always_tells_it_in_each_hook(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    unit.options.always = true;
    for (int i = 0; i < 3; i++) {
        tls_hook(&unit, "update-status");
        assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
        assert_int_equal(tls_writes(unit.fake), 0);
    }
    tls_unit_release(&unit);
}

/* The state is lost: told once more, and nothing else. */
static void a_lost_state_costs_a_repeat(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    fake_juju_put_state(unit.fake, TLS_STATE, "lost");
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    assert_int_equal(fake_juju_count(unit.fake, "secret-add"), 0);
    assert_int_equal(fake_juju_count(unit.fake, "secret-set"), 0);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

/* --- denied ------------------------------------------------------------------------------------
 */

static void a_denial_is_told_once(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    tls_put_denial(unit.fake, TLS_RELATION, csr, LC_ERROR_IP_NOT_ALLOWED, "no");
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_int_equal(unit.events[0].kind, LC_REQUIRER_DENIED);
    assert_int_equal(unit.events[0].denial.code, LC_ERROR_IP_NOT_ALLOWED);
    tls_changed(&unit);
    tls_hook(&unit, "update-status");
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    tls_put_denial(unit.fake, TLS_RELATION, csr, LC_ERROR_IP_NOT_ALLOWED, "still no");
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_DENIED), 1);
    tls_unit_release(&unit);
}

/* --- revoked and expired ------------------------------------------------------------------------
 */

static void revoke(struct tls_unit *unit)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", 0);

    tls_add_certificate(&entries, csr, certificate_of(&unit->events[0]), true);
    tls_put_certificates(unit->fake, TLS_RELATION, &entries);
}

static void a_revoked_certificate_is_told_and_replaced(void **state)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *before = tls_request_at(unit.fake, "web/0", 0);
    revoke(&unit);
    assert_false(tls_assigned(&unit, NULL, &pair));
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_int_equal(unit.events[0].kind, LC_REQUIRER_REVOKED);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    LC_AUTO(lc_free) char *after = tls_request_at(unit.fake, "web/0", 0);
    assert_string_not_equal(after, before);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1); /* the key's */
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

static void an_expired_certificate_is_replaced_in_silence(void **state)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *before = tls_request_at(unit.fake, "web/0", 0);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    assert_false(tls_assigned(&unit, NULL, &pair));
    tls_hook(&unit, "update-status");
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    LC_AUTO(lc_free) char *after = tls_request_at(unit.fake, "web/0", 0);
    assert_string_not_equal(after, before);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    tls_unit_release(&unit);
}

/* --- warnings -----------------------------------------------------------------------------------
 */

static void a_certificate_of_another_ca_is_taken_with_a_warning(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free)
    char *certificate = tls_issue(csr, FAKE_JUJU_START_S, 30 * TLS_DAY_S, false);
    LC_AUTO(lc_free) char *ca = other_ca();
    put_entry(&unit, certificate, ca, ca);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(tls_count_log(&unit, "not signed by the CA"), 1);
    tls_changed(&unit);
    assert_int_equal(tls_count_log(&unit, "not signed by the CA"), 0); /* with the event only */
    tls_unit_release(&unit);
}

/* A certificate for another CSR of the same key: the name is another. */
static void a_certificate_without_a_name_is_taken_with_a_warning(void **state)
{
    static const struct tls_wish other[] = { { .common_name = "b.example.com" } };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", other, LC_COUNT(other));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *other_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free)
    char *certificate = tls_issue(other_csr, FAKE_JUJU_START_S, 30 * TLS_DAY_S, false);
    unit.wishes = one;
    tls_hook(&unit, "config-changed");
    put_entry(&unit, certificate, tls_ca_pem(), tls_ca_pem());
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(tls_count_log(&unit, "lacks a name that was asked for: DNS:a.example.com"), 1);
    tls_unit_release(&unit);
}

/* D-33 */
static void a_certificate_of_tomorrow_is_taken_with_a_warning(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    tls_answer(unit.fake, TLS_RELATION, all, FAKE_JUJU_START_S + TLS_DAY_S, 30 * TLS_DAY_S);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(tls_count_log(&unit, "not valid yet"), 1);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "REQ-068 an unchanged certificate is told once",
               an_unchanged_certificate_is_told_once);
    SUITE_TEST(&suite, "REQ-068 a changed CA is told", a_changed_ca_is_told);
    SUITE_TEST(&suite, "REQ-068 a changed chain is told", a_changed_chain_is_told);
    SUITE_TEST(&suite, "REQ-068 a changed certificate is told", a_changed_certificate_is_told);
    SUITE_TEST(&suite, "REQ-068 an upgrade tells it again", an_upgrade_tells_it_again);
    SUITE_TEST(&suite, "REQ-068 always: in each hook, and nothing is written",
               always_tells_it_in_each_hook);
    SUITE_TEST(&suite, "REQ-068 a lost state costs a repeat, nothing else",
               a_lost_state_costs_a_repeat);
    SUITE_TEST(&suite, "REQ-069 a handler that failed is run again",
               a_failed_handler_is_called_again);
    SUITE_TEST(&suite, "REQ-070 an unchanged denial is told once", a_denial_is_told_once);
    SUITE_TEST(&suite, "REQ-071 a revoked certificate is told, not handed out, and replaced",
               a_revoked_certificate_is_told_and_replaced);
    SUITE_TEST(&suite, "REQ-075 an expired certificate is replaced in silence",
               an_expired_certificate_is_replaced_in_silence);
    SUITE_TEST(&suite, "REQ-088 a certificate that its CA did not sign is taken with a warning",
               a_certificate_of_another_ca_is_taken_with_a_warning);
    SUITE_TEST(&suite, "REQ-088 a certificate that lacks a name is taken with a warning",
               a_certificate_without_a_name_is_taken_with_a_warning);
    SUITE_TEST(&suite, "REQ-088 a certificate of tomorrow is taken with a warning",
               a_certificate_of_tomorrow_is_taken_with_a_warning);
    return suite_run(&suite, "events");
}
