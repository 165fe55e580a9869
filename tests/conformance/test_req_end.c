/* Conformance of the requirer: what goes, and what stays: relation-broken, leaders, modes, other
 * endpoints, older versions; REQ-057 to REQ-059, REQ-081, REQ-084 to REQ-087, D-24, D-25. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

#define HASH     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UNIT_KEY TLS_LIBID "-private-key-0-certificates"
#define APP_KEY  TLS_LIBID "-private-key-app-certificates"

static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
static const struct tls_wish two[] = { { .common_name = "a.example.com" },
                                       { .common_name = "b.example.com" } };
static const struct tls_wish of_app[] = { { .scope = LC_TLS_APP,
                                            .common_name = "app.example.com" } };

static const char *const unit_and_app[] = { "web/0", "web", NULL };

static void answer(struct tls_unit *unit)
{
    tls_answer(unit->fake, TLS_RELATION, unit_and_app, FAKE_JUJU_START_S, 100 * TLS_DAY_S);
    tls_changed(unit);
}

static void break_relation(struct tls_unit *unit)
{
    fake_juju_break(unit->fake, TLS_RELATION);
    tls_relation_hook(unit, "certificates-relation-broken", NULL);
}

static bool has_secret(struct tls_unit *unit, const char *label)
{
    struct lc_fake_secret view;

    return fake_juju_secret(unit->fake, label, &view);
}

static char *label_of_request(struct tls_unit *unit, const char *who, const char *number)
{
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, who, 0);

    return tls_certificate_label(number, "certificates", csr);
}

/* --- relation-broken ----------------------------------------------------------------------------
 */

static void everything_of_the_relation_goes(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", two, LC_COUNT(two));
    tls_changed(&unit);
    answer(&unit);
    (void)fake_juju_add_secret_text(unit.fake, "web/0", "mine", "value", "x");
    assert_int_equal(fake_juju_secret_count(unit.fake), 4);
    break_relation(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    assert_true(has_secret(&unit, "mine"));
    assert_null(fake_juju_state(unit.fake, TLS_STATE));
    tls_unit_release(&unit);
}

/* The newer of two goes, or the older: the key stays, and the one that is left is served. */
static void the_other_relation_goes_on(void **state)
{
    static const char *const broken[] = { "certificates:8", TLS_RELATION };
    static const char *const left[] = { TLS_RELATION, "certificates:8" };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(broken); i++) {
        LC_AUTO(lc_request_entries_release)
        struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
        struct tls_unit unit;
        tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
        tls_changed(&unit);
        answer(&unit);
        LC_AUTO(lc_free)
        char *key = lc_strdup(fake_juju_secret_text(unit.fake, UNIT_KEY, "private-key"));
        fake_juju_relate(unit.fake, "certificates:8", "other");
        fake_juju_break(unit.fake, broken[i]);
        fake_juju_relation_hook(unit.fake, "certificates-relation-broken", broken[i], NULL);
        assert_done(tls_unit_run(&unit, &err));
        assert_int_equal(fake_juju_secret_count(unit.fake), 2);
        assert_string_equal(fake_juju_secret_text(unit.fake, UNIT_KEY, "private-key"), key);
        tls_requests(unit.fake, left[i], "web/0", &entries);
        assert_int_equal(entries.count, 1);
        tls_unit_release(&unit);
    }
}

static void two_relations_one_is_served(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    fake_juju_relate(unit.fake, "certificates:12", "other"); /* "12" sorts before "7" */
    fake_juju_relation_hook(unit.fake, "certificates-relation-created", "certificates:12", NULL);
    assert_done(tls_unit_run(&unit, &err));
    assert_int_equal(tls_count_log(&unit, "has 2 relations; only the oldest, certificates:7"), 1);
    tls_requests(unit.fake, "certificates:12", "web/0", &entries);
    assert_int_equal(entries.count, 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    tls_unit_release(&unit);
}

/* --- leaders (REQ-081) --------------------------------------------------------------------------
 */

static void set_up_leader(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", of_app, LC_COUNT(of_app));
    unit->options.mode = LC_TLS_MODE_APP;
    fake_juju_lead(unit->fake, true);
    tls_changed(unit);
    answer(unit);
}

static void a_new_leader_is_told_once(void **state)
{
    struct lc_fake_secret view;
    struct tls_unit unit;

    (void)state;
    set_up_leader(&unit);
    LC_AUTO(lc_free) char *label = label_of_request(&unit, "web", "");
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web", 0);
    fake_juju_advance(unit.fake, 50 * TLS_DAY_S);
    fake_juju_become(unit.fake, "web/1");
    fake_juju_lead(unit.fake, true);
    tls_hook(&unit, "leader-elected");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    LC_AUTO(lc_free) char *same = tls_request_at(unit.fake, "web", 0);
    assert_string_equal(same, csr);
    assert_true(fake_juju_secret(unit.fake, label, &view));
    assert_string_equal(view.owner, "web/1");
    assert_int_equal(view.expire_s, FAKE_JUJU_START_S + 90 * TLS_DAY_S);
    tls_changed(&unit);
    tls_hook(&unit, "update-status");
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
}

static void the_old_leader_removes_its_own(void **state)
{
    static const char *const hooks[] = { "leader-settings-changed", "update-status",
                                         "config-changed" };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(hooks); i++) {
        struct tls_unit unit;
        set_up_leader(&unit);
        (void)fake_juju_add_secret_text(unit.fake, "web/0", "mine", "value", "x");
        fake_juju_lead(unit.fake, false);
        tls_hook(&unit, hooks[i]);
        assert_int_equal(unit.event_count, 0);
        assert_true(has_secret(&unit, APP_KEY));
        assert_true(has_secret(&unit, "mine"));
        assert_int_equal(fake_juju_secret_count(unit.fake), 2);
        assert_int_equal(tls_request_count(unit.fake, "web"), 1); /* the new leader's business */
        tls_hook(&unit, hooks[i]);
        assert_int_equal(tls_writes(unit.fake), 0);
        tls_unit_release(&unit);
    }
}

/* It expires before the unit has noticed that it leads no more. */
static void an_old_leaders_secret_expires(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up_leader(&unit);
    LC_AUTO(lc_free) char *label = label_of_request(&unit, "web", "");
    fake_juju_lead(unit.fake, false);
    fake_juju_advance(unit.fake, 90 * TLS_DAY_S);
    tls_secret_hook(&unit, "secret-expired", label);
    assert_false(has_secret(&unit, label));
    assert_int_equal(tls_request_count(unit.fake, "web"), 1);
    tls_unit_release(&unit);
}

static void a_unit_that_leads_again_is_told_again(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up_leader(&unit);
    fake_juju_lead(unit.fake, false);
    tls_hook(&unit, "update-status");
    fake_juju_lead(unit.fake, true);
    tls_hook(&unit, "leader-elected");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(fake_juju_secret_count(unit.fake), 2);
    assert_int_equal(tls_request_count(unit.fake, "web"), 1);
    tls_unit_release(&unit);
}

/* The hook has begun as leader, and is none when it is committed: Juju refuses all of it. */
static void leadership_lost_in_the_middle(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up_leader(&unit);
    unit.wishes = one; /* another request: the databag is to be written */
    const struct tls_wish other[] = { { .scope = LC_TLS_APP, .common_name = "other.example.com" } };
    unit.wishes = other;
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web", 0);
    fake_juju_hook(unit.fake, "config-changed");
    fake_juju_fail(unit.fake, "relation-set", 1, LC_EPERM);
    assert_fails(tls_unit_run(&unit, &err), LC_EPERM, "relation");
    LC_AUTO(lc_free) char *same = tls_request_at(unit.fake, "web", 0);
    assert_string_equal(same, csr);
    fake_juju_lead(unit.fake, false);
    tls_hook(&unit, "config-changed"); /* Juju's retry */
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    tls_unit_release(&unit);
}

/* --- modes (REQ-086) ----------------------------------------------------------------------------
 */

static void from_unit_to_app(void **state)
{
    static const bool leaders[] = { true, false };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(leaders); i++) {
        struct tls_unit unit;
        tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
        tls_changed(&unit);
        unit.options.mode = LC_TLS_MODE_APP;
        unit.wishes = of_app;
        fake_juju_lead(unit.fake, leaders[i]);
        fake_juju_put(unit.fake, TLS_RELATION, "web/0", "note", "mine");
        tls_hook(&unit, "upgrade-charm");
        assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));
        assert_string_equal(fake_juju_data(unit.fake, TLS_RELATION, "web/0", "note"), "mine");
        assert_int_equal(tls_request_count(unit.fake, "web"), leaders[i] ? 1 : 0);
        tls_changed(&unit);
        assert_int_equal(tls_writes(unit.fake), 0);
        tls_unit_release(&unit);
    }
}

static void from_app_to_unit(void **state)
{
    static const bool leaders[] = { true, false };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(leaders); i++) {
        struct tls_unit unit;
        set_up_leader(&unit);
        unit.options.mode = LC_TLS_MODE_UNIT;
        unit.wishes = one;
        fake_juju_lead(unit.fake, leaders[i]);
        tls_hook(&unit, "upgrade-charm");
        assert_int_equal(tls_request_count(unit.fake, "web"), leaders[i] ? 0 : 1);
        assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
        fake_juju_lead(unit.fake, true); /* who becomes leader later cleans it then */
        tls_hook(&unit, "leader-elected");
        assert_int_equal(tls_request_count(unit.fake, "web"), 0);
        tls_unit_release(&unit);
    }
}

/* Secrets of the mode before: a certificate's when it expires, the key's with the relation. */
static void secrets_of_another_mode_go(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    answer(&unit);
    LC_AUTO(lc_free) char *label = label_of_request(&unit, "web/0", "0");
    unit.options.mode = LC_TLS_MODE_APP;
    unit.wishes = of_app;
    fake_juju_lead(unit.fake, true);
    tls_hook(&unit, "upgrade-charm");
    tls_secret_hook(&unit, "secret-expired", label);
    assert_false(has_secret(&unit, label));
    break_relation(&unit);
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    tls_unit_release(&unit);
}

/* --- other endpoints ----------------------------------------------------------------------------
 */

struct foreign_row {
    const char *name;
    const char *label;
};

static const struct foreign_row foreign_rows[] = {
    { "REQ-084 the charm's own secret", "mine" },
    { "REQ-084 the key of an endpoint whose name goes on",
      TLS_LIBID "-private-key-0-certificates-ext" },
    { "REQ-084 the certificate of an endpoint whose name goes on",
      TLS_LIBID "-certificate-0-certificates-ext-" HASH },
    { "REQ-084 the certificate of another endpoint", TLS_LIBID "-certificate-0-other-" HASH },
};

static void check_foreign(void **state)
{
    const struct foreign_row *row = *state;
    static const char *const hooks[] = { "secret-remove", "secret-expired" };
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    (void)fake_juju_add_secret_text(unit.fake, "web/0", row->label, "value", "one");
    fake_juju_set_secret_text(unit.fake, row->label, "value", "two");
    for (size_t i = 0; i < LC_COUNT(hooks); i++) {
        struct lc_fake_secret view;
        fake_juju_secret_hook(unit.fake, hooks[i], row->label, 1);
        assert_done(tls_unit_run(&unit, &err));
        assert_int_equal(fake_juju_total(unit.fake), 0);
        assert_true(fake_juju_secret(unit.fake, row->label, &view));
        assert_int_equal(view.revision_count, 2);
    }
    tls_unit_release(&unit);
}

static void an_old_revision_of_ours_is_removed(void **state)
{
    struct lc_fake_secret view;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    LC_AUTO(lc_free)
    char *key = lc_strdup(fake_juju_secret_text(unit.fake, UNIT_KEY, "private-key"));
    fake_juju_set_secret_text(unit.fake, UNIT_KEY, "private-key", key);
    fake_juju_secret_hook(unit.fake, "secret-remove", UNIT_KEY, 1);
    assert_done(tls_unit_run(&unit, &err));
    assert_true(fake_juju_secret(unit.fake, UNIT_KEY, &view));
    assert_int_equal(view.revision, 2);
    assert_int_equal(view.revision_count, 1);
    tls_unit_release(&unit);
}

/* The second requirer of the charm: works the same hook, in the same session. */
static bool work_other(struct tls_unit *unit, struct lc_requirer *requirer,
                       const struct lc_tls_hook *hook, struct lc_err *why)
{
    struct lc_requirer_options options = unit->options;
    LC_AUTO(lc_requirer_free) struct lc_requirer *other = NULL;

    (void)requirer;
    options.endpoint = "peers";
    return lc_requirer_new(&options, &other, why) && lc_requirer_handle(other, hook, why) &&
           lc_requirer_finish(other, hook, why);
}

static const char *const endpoints[] = { "certificates", "peers", NULL };

static void set_up_two_endpoints(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", one, LC_COUNT(one));
    unit->endpoints = endpoints;
    unit->act = work_other;
    fake_juju_relate(unit->fake, "peers:9", "ca");
    fake_juju_join(unit->fake, "peers:9", "ca/0");
    fake_juju_relation_hook(unit->fake, "peers-relation-created", "peers:9", NULL);
    assert_done(tls_unit_run(unit, &err));
    tls_changed(unit);
}

static void each_endpoint_has_its_own(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    set_up_two_endpoints(&unit);
    assert_int_equal(fake_juju_secret_count(unit.fake), 2);
    assert_true(has_secret(&unit, TLS_LIBID "-private-key-0-peers"));
    break_relation(&unit);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    assert_true(has_secret(&unit, TLS_LIBID "-private-key-0-peers"));
    tls_requests(unit.fake, "peers:9", "web/0", &entries);
    assert_int_equal(entries.count, 1);
    tls_unit_release(&unit);
}

/* Charmhub v4's label does not say whose it is: the endpoint whose request it is renews, and the
 * other one leaves it alone, whichever is worked first. */
static void an_older_label_is_the_endpoints_whose_request_it_is(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct tls_unit unit;
    char label[256];

    (void)state;
    set_up_two_endpoints(&unit);
    tls_requests(unit.fake, "peers:9", "web/0", &entries);
    LC_AUTO(lc_free) char *csr = lc_strdup(entries.items[0].csr);
    LC_AUTO(lc_free) char *current = tls_certificate_label("0", "peers", csr);
    (void)snprintf(label, sizeof(label), TLS_LIBID "-certificate-0-%s", strrchr(current, '-') + 1);
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, "csr", csr);
    tls_secret_hook(&unit, "secret-expired", label);
    assert_false(has_secret(&unit, label)); /* by peers, which has no certificate for it */
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, "csr", csr);
    break_relation(&unit);
    assert_true(has_secret(&unit, label)); /* it is none of certificates' */
    tls_unit_release(&unit);
}

/* --- v3 ------------------------------------------------------------------------------------------
 */

/* A CSR of a key that we do not have, and v3's secret for it. */
static void v3_is_succeeded(void **state)
{
    static const int v3[] = { 0, -1 };
    struct tls_unit unit;
    char label[256];

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    LC_AUTO(lc_free) char *current = tls_certificate_label("0", "certificates", tls_csr(0));
    (void)snprintf(label, sizeof(label), TLS_LIBID "-%s", strrchr(current, '-') + 1);
    tls_put_requests(unit.fake, TLS_RELATION, "web/0", v3);
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, "csr", tls_csr(0));
    tls_hook(&unit, "upgrade-charm");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    assert_string_not_equal(csr, tls_csr(0));
    assert_true(has_secret(&unit, label)); /* nothing better is there */
    assert_int_equal(unit.event_count, 0);
    answer(&unit);
    assert_false(has_secret(&unit, label));
    assert_int_equal(fake_juju_secret_count(unit.fake), 2);
    tls_unit_release(&unit);
}

static void secrets_of_v2_go(void **state)
{
    struct tls_unit unit;
    char label[2048];

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    (void)snprintf(label, sizeof(label), TLS_LIBID "-%s", tls_csr(0));
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, "certificate", "x");
    tls_secret_hook(&unit, "secret-expired", label);
    assert_false(has_secret(&unit, label));
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, "certificate", "x");
    break_relation(&unit);
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    tls_unit_release(&unit);
}

/* UPG-022: what the Python library finds when it takes over: its labels, PKCS#1, canonical PEM. */
static void the_library_can_take_over(void **state)
{
    static const char head[] = "-----BEGIN RSA PRIVATE KEY-----\n";
    static const char tail[] = "\n-----END RSA PRIVATE KEY-----";
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.key = (struct lc_key_spec){ .type = LC_KEY_RSA };
    tls_changed(&unit);
    answer(&unit);
    const char *key = fake_juju_secret_text(unit.fake, UNIT_KEY, "private-key");
    assert_memory_equal(key, head, strlen(head));
    assert_string_equal(key + strlen(key) - strlen(tail), tail);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = label_of_request(&unit, "web/0", "0");
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "csr"), csr);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "REQ-057 relation-broken: everything of the relation goes",
               everything_of_the_relation_goes);
    SUITE_TEST(&suite, "REQ-059 while there is another relation nothing goes, and it is served",
               the_other_relation_goes_on);
    SUITE_TEST(&suite, "REQ-087 two relations: a message, and the older is served",
               two_relations_one_is_served);
    SUITE_TEST(&suite, "REQ-081 a new leader is told once", a_new_leader_is_told_once);
    SUITE_TEST(&suite, "REQ-081 the old leader removes its own secret",
               the_old_leader_removes_its_own);
    SUITE_TEST(&suite, "REQ-081 an old leader's secret that expires goes",
               an_old_leaders_secret_expires);
    SUITE_TEST(&suite, "REQ-081 a unit that leads again is told again",
               a_unit_that_leads_again_is_told_again);
    SUITE_TEST(&suite, "leadership lost in the middle of a hook", leadership_lost_in_the_middle);
    SUITE_TEST(&suite, "REQ-086 UPG-021 from unit to app: each unit cleans its databag",
               from_unit_to_app);
    SUITE_TEST(&suite, "REQ-086 from app to unit: the leader cleans the application's databag",
               from_app_to_unit);
    SUITE_TEST(&suite, "REQ-086 secrets of another mode go, too", secrets_of_another_mode_go);
    SUITE_ROWS(&suite, foreign_rows, check_foreign);
    SUITE_TEST(&suite, "REQ-084 an old revision of ours is removed, and nothing else",
               an_old_revision_of_ours_is_removed);
    SUITE_TEST(&suite, "REQ-085 each endpoint of a charm has its own", each_endpoint_has_its_own);
    SUITE_TEST(&suite, "REQ-085 an older label belongs to the endpoint whose request it is",
               an_older_label_is_the_endpoints_whose_request_it_is);
    SUITE_TEST(&suite,
               "UPG-017 UPG-003 UPG-004 UPG-016 v3's secret goes when its successor is there",
               v3_is_succeeded);
    SUITE_TEST(&suite, "UPG-018 secrets of v2 go", secrets_of_v2_go);
    SUITE_TEST(&suite, "UPG-022 the Python library can take over", the_library_can_take_over);
    return suite_run(&suite, "end");
}
