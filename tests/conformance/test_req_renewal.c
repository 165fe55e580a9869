/* Conformance of the requirer: renewal, make before break; REQ-044, REQ-048 to REQ-050, REQ-072 to
 * REQ-074, REQ-089, REQ-093. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/renewal.h"
#include "tls_world.h"

#define VALIDITY_S (100 * TLS_DAY_S)
#define UNIT_KEY   TLS_LIBID "-private-key-0-certificates"

static struct lc_err err;

static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
static const char *const all[] = { "web/0", NULL };

static void answer(struct tls_unit *unit)
{
    tls_answer(unit->fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit->fake)),
               VALIDITY_S);
    tls_changed(unit);
}

/* Has its certificate, of 100 days from the start. */
static void set_up(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", one, LC_COUNT(one));
    tls_changed(unit);
    answer(unit);
}

static char *label_at(struct tls_unit *unit, size_t at)
{
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", at);

    return tls_certificate_label("0", "certificates", csr);
}

static int64_t expiry_of(struct tls_unit *unit, const char *label)
{
    struct lc_fake_secret view;

    if (!fake_juju_secret(unit->fake, label, &view))
        fail_msg("there is no secret '%s'", label);
    return view.expire_s;
}

static void assert_assigned(struct tls_unit *unit, const char *csr)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;

    assert_true(tls_assigned(unit, NULL, &pair));
    assert_string_equal(lc_csr_pem(pair.csr), csr);
    assert_true(lc_cert_matches_key(pair.certificate, pair.key));
}

/* --- make before break --------------------------------------------------------------------------
 */

static void the_old_pair_serves_until_the_new_one_is_there(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *old_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *old_label = label_at(&unit, 0);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", old_label);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_RENEWING), 1);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    LC_AUTO(lc_free) char *still_there = tls_request_at(unit.fake, "web/0", 0);
    assert_string_equal(still_there, old_csr);
    assert_assigned(&unit, old_csr);

    LC_AUTO(lc_free) char *new_csr = tls_request_at(unit.fake, "web/0", 1);
    answer(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_string_equal(lc_csr_pem(unit.events[0].pair.csr), new_csr);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    LC_AUTO(lc_free) char *kept = tls_request_at(unit.fake, "web/0", 0);
    assert_string_equal(kept, new_csr);
    assert_null(fake_juju_secret_text(unit.fake, old_label, "csr"));
    assert_int_equal(fake_juju_secret_count(unit.fake), 2); /* the key's and the new one's */
    assert_assigned(&unit, new_csr);
    tls_unit_release(&unit);
}

/* REQ-048: to its end, and there is an end to it. */
static void the_expiry_moves_until_the_new_one_has_come(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *label = label_at(&unit, 0);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", label);
    assert_int_equal(expiry_of(&unit, label), FAKE_JUJU_START_S + VALIDITY_S);
    fake_juju_advance(unit.fake, 10 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", label);
    assert_null(fake_juju_secret_text(unit.fake, label, "csr"));
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1); /* the successor, still waiting */
    tls_unit_release(&unit);
}

/* Whatever the provider says of the successor. */
static void a_denied_successor_leaves_the_old_pair(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *old_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = label_at(&unit, 0);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", label);
    LC_AUTO(lc_free) char *new_csr = tls_request_at(unit.fake, "web/0", 1);
    tls_put_denial(unit.fake, TLS_RELATION, new_csr, LC_ERROR_OTHER, "no more");
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_DENIED), 1);
    for (int i = 0; i < 3; i++) {
        tls_changed(&unit);
        assert_int_equal(tls_writes(unit.fake), 0);
    }
    assert_assigned(&unit, old_csr);
    tls_unit_release(&unit);
}

/* --- the safety net -----------------------------------------------------------------------------
 */

struct net_row {
    const char *name;
    double renew_at;
    double threshold;
};

static const struct net_row net_rows[] = {
    { "REQ-050 the safety net is at 0.95 for 0.9", 0.9, 0.95 },
    { "REQ-050 the safety net is at 0.56 for 0.51", 0.51, 0.56 },
    { "REQ-050 the safety net is at 0.99 for 0.95", 0.95, 0.99 },
    { "REQ-050 the safety net is at 0.99 for 1", 1.0, 0.99 },
};

static void check_net(void **state)
{
    const struct net_row *row = *state;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.renew_at = row->renew_at;
    tls_changed(&unit);
    answer(&unit);
    const int64_t moment = FAKE_JUJU_START_S + (int64_t)((double)VALIDITY_S * row->threshold + 0.5);
    fake_juju_set_time(unit.fake, moment - 1);
    tls_hook(&unit, "update-status");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_int_equal(tls_writes(unit.fake), 0);
    fake_juju_set_time(unit.fake, moment);
    tls_hook(&unit, "update-status");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_RENEWING), 1);
    tls_hook(&unit, "update-status");
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_unit_release(&unit);
}

/* --- when ---------------------------------------------------------------------------------------
 */

struct due_row {
    const char *name;
    int64_t age_s; /* of the certificate when it arrives */
    double renew_at;
    int64_t expire_s; /* from its notBefore */
    bool is_renewed;
};

static const struct due_row due_rows[] = {
    { "REQ-074 a new certificate expires at 0.9 of its validity", 0, 0.9, 90 * TLS_DAY_S, false },
    { "REQ-074 and so does one that comes at half its life", 50 * TLS_DAY_S, 0.9, 90 * TLS_DAY_S,
      false },
    { "REQ-074 or a second before it is due", 90 * TLS_DAY_S - 1, 0.9, 90 * TLS_DAY_S, false },
    { "REQ-074 past that it is renewed at once, and expires at its end", 90 * TLS_DAY_S, 0.9,
      100 * TLS_DAY_S, true },
    { "REQ-074 the fraction is the author's", 0, 0.6, 60 * TLS_DAY_S, false },
};

static void check_due(void **state)
{
    const struct due_row *row = *state;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.renew_at = row->renew_at;
    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + row->age_s);
    tls_changed(&unit);
    tls_answer(unit.fake, TLS_RELATION, all, FAKE_JUJU_START_S, VALIDITY_S);
    tls_changed(&unit);
    LC_AUTO(lc_free) char *label = label_at(&unit, 0);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(expiry_of(&unit, label), FAKE_JUJU_START_S + row->expire_s);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), row->is_renewed ? 2 : 1);
    tls_unit_release(&unit);
}

/* Back before notBefore, and forwards again: nothing happens. */
static void a_clock_that_goes_backwards_does_no_harm(void **state)
{
    static const int64_t steps[] = { -5 * TLS_DAY_S, -400 * TLS_DAY_S, TLS_DAY_S };
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    for (size_t i = 0; i < LC_COUNT(steps); i++) {
        fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + steps[i]);
        tls_hook(&unit, "update-status");
        assert_int_equal(unit.event_count, 0);
        assert_int_equal(tls_writes(unit.fake), 0);
    }
    tls_unit_release(&unit);
}

/* --- one command --------------------------------------------------------------------------------
 */

static void content_and_expiry_are_one_command(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free)
    char *certificate = tls_issue(csr, FAKE_JUJU_START_S, 50 * TLS_DAY_S, false);
    tls_add_certificate(&entries, csr, certificate, false);
    tls_put_certificates(unit.fake, TLS_RELATION, &entries);
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "secret-set"), 1);
    LC_AUTO(lc_free) char *label = label_at(&unit, 0);
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "certificate"), certificate);
    assert_int_equal(expiry_of(&unit, label), FAKE_JUJU_START_S + 45 * TLS_DAY_S);
    tls_unit_release(&unit);
}

/* --- another key --------------------------------------------------------------------------------
 */

static bool regenerate(struct tls_unit *unit, struct lc_requirer *requirer,
                       const struct lc_tls_hook *hook, struct lc_err *why)
{
    return lc_requirer_regenerate_key(requirer, hook, LC_TLS_UNIT, unit->act_context != NULL, why);
}

static void rotate(struct tls_unit *unit, bool drop_old)
{
    static int yes;

    unit->act = regenerate;
    unit->act_context = drop_old ? &yes : NULL;
    tls_hook(unit, "start");
    unit->act = NULL;
}

static void a_new_key_is_made_before_the_old_one_goes(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *old_csr = tls_request_at(unit.fake, "web/0", 0);
    rotate(&unit, false);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    assert_non_null(fake_juju_secret_text(unit.fake, UNIT_KEY, "previous-private-key"));
    assert_assigned(&unit, old_csr);
    LC_AUTO(lc_free) char *new_csr = tls_request_at(unit.fake, "web/0", 1);
    answer(&unit);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_null(fake_juju_secret_text(unit.fake, UNIT_KEY, "previous-private-key"));
    assert_assigned(&unit, new_csr);
    assert_int_equal(fake_juju_secret_count(unit.fake), 2);
    tls_unit_release(&unit);
}

/* The key that a third replaces has no certificate: the pair of the first stays. */
static void a_rotation_in_the_middle_of_another_keeps_the_pair(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *old_csr = tls_request_at(unit.fake, "web/0", 0);
    rotate(&unit, false);
    LC_AUTO(lc_free) char *second_csr = tls_request_at(unit.fake, "web/0", 1);
    rotate(&unit, false);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    LC_AUTO(lc_free) char *third_csr = tls_request_at(unit.fake, "web/0", 1);
    assert_string_not_equal(third_csr, second_csr);
    assert_assigned(&unit, old_csr);
    answer(&unit);
    assert_assigned(&unit, third_csr);
    tls_unit_release(&unit);
}

static void a_key_that_got_out_goes_at_once(void **state)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    rotate(&unit, true);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_null(fake_juju_secret_text(unit.fake, UNIT_KEY, "previous-private-key"));
    assert_false(tls_assigned(&unit, NULL, &pair));
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    tls_unit_release(&unit);
}

/* --- REQ-089 ------------------------------------------------------------------------------------
 */

static void a_renewal_without_unique_identifier_differs(void **state)
{
    static const struct tls_wish plain[] = { { .common_name = "a.example.com",
                                               .no_unique_id = true } };
    struct tls_unit unit;

    (void)state;
    /* RSA signatures are deterministic: with another key the CSRs would differ anyway (D-36). */
    tls_unit_init(&unit, "web/0", plain, LC_COUNT(plain));
    unit.options.key = (struct lc_key_spec){ .type = LC_KEY_RSA };
    tls_changed(&unit);
    answer(&unit);
    LC_AUTO(lc_free) char *label = label_at(&unit, 0);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", label);
    LC_AUTO(lc_free) char *old_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *new_csr = tls_request_at(unit.fake, "web/0", 1);
    assert_string_not_equal(new_csr, old_csr);
    for (size_t i = 0; i < 2; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        const char *pem = i == 0 ? old_csr : new_csr;
        assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
        assert_null(lc_name_get(lc_csr_subject(csr), LC_OID_UNIQUE_IDENTIFIER));
    }
    answer(&unit); /* and both equal the request's attributes: the new one stays */
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_assigned(&unit, new_csr);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "REQ-072 REQ-044 the old pair serves until the new one is there",
               the_old_pair_serves_until_the_new_one_is_there);
    SUITE_TEST(&suite, "REQ-048 the expiry moves until the new certificate has come",
               the_expiry_moves_until_the_new_one_has_come);
    SUITE_TEST(&suite, "REQ-072 a denied successor leaves the old pair",
               a_denied_successor_leaves_the_old_pair);
    SUITE_ROWS(&suite, net_rows, check_net);
    SUITE_ROWS(&suite, due_rows, check_due);
    SUITE_TEST(&suite, "a clock that goes backwards does no harm",
               a_clock_that_goes_backwards_does_no_harm);
    SUITE_TEST(&suite, "REQ-093 content and expiry are one command",
               content_and_expiry_are_one_command);
    SUITE_TEST(&suite, "REQ-073 REQ-051 the pair of the old key serves until the new one is there",
               a_new_key_is_made_before_the_old_one_goes);
    SUITE_TEST(&suite, "REQ-073 a rotation in the middle of another keeps the pair",
               a_rotation_in_the_middle_of_another_keeps_the_pair);
    SUITE_TEST(&suite, "REQ-073 a key that got out goes at once", a_key_that_got_out_goes_at_once);
    SUITE_TEST(&suite, "REQ-089 a renewal without unique identifier makes another CSR",
               a_renewal_without_unique_identifier_differs);
    return suite_run(&suite, "renewal");
}
