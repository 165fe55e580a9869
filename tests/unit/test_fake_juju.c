/* tests/lib/fake_juju: it keeps Juju's rules (juju-hooks 1.5, 2 and 4; of secrets:
 * test_fake_secret), so that what is tested against it is tested against something. */
#include "fake_calls.h"

/* --- databags, section 4 --- */

struct access_row {
    const char *name;
    bool is_leader;
    bool is_peer;
    bool app;
    const char *who;
    enum lc_code want;
};

static const struct access_row access_rows[] = {
    { "own unit bag", false, false, false, "web/0", LC_OK },
    { "own app bag, leader", true, false, true, "web", LC_OK },
    { "own app bag, not leader", false, false, true, "web", LC_EPERM },
    { "own app bag of a peer relation, not leader", false, true, true, "web", LC_OK },
    { "remote unit bag", false, false, false, "ca/0", LC_OK },
    { "remote app bag", false, false, true, "ca", LC_OK },
    { "sibling's bag", false, true, false, "web/1", LC_OK },
    { "remote unit that never entered", false, false, false, "ca/9", LC_ENOTFOUND },
    { "unit of a stranger", false, false, false, "db/0", LC_EPERM },
    { "bag of a stranger", false, false, true, "db", LC_EPERM },
    { "an application as a unit", false, false, false, "ca", LC_EUSAGE },
};

static void check_access(void **state)
{
    const struct access_row *row = *state;
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    fake_juju_lead(fake, row->is_leader);
    fake_juju_relate(fake, "x:1", row->is_peer ? "web" : "ca");
    fake_juju_join(fake, "x:1", row->is_peer ? "web/1" : "ca/0");
    if (row->want == LC_OK)
        assert_done(CALL(fake, relation_get, "x:1", row->app, row->who, &bag, &err));
    else
        assert_fails(CALL(fake, relation_get, "x:1", row->app, row->who, &bag, &err), row->want,
                     "relation-get: ");
}

static void writes_wait_for_the_commit(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    set(fake, "x:1", false, "key", "value");
    assert_null(fake_juju_data(fake, "x:1", "web/0", "key"));
    assert_done(CALL(fake, relation_get, "x:1", false, "web/0", &bag, &err));
    assert_string_equal(lc_strmap_get(&bag, "key"), "value");
    commit(fake);
    assert_string_equal(fake_juju_data(fake, "x:1", "web/0", "key"), "value");
    set(fake, "x:1", false, "key", "");
    fake_juju_discard(fake);
    assert_string_equal(fake_juju_data(fake, "x:1", "web/0", "key"), "value");
    set(fake, "x:1", false, "key", "");
    commit(fake);
    assert_null(fake_juju_data(fake, "x:1", "web/0", "key"));
}

static void units_have_addresses(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    fake_juju_join(fake, "x:1", "ca/0");
    assert_non_null(fake_juju_data(fake, "x:1", "web/0", "ingress-address"));
    assert_non_null(fake_juju_data(fake, "x:1", "ca/0", "egress-subnets"));
}

static void only_the_leader_writes_the_app_bag(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    assert_done(lc_strmap_set(&changes, "a", "b", &err));
    assert_fails(CALL(fake, relation_set, "x:1", true, &changes, &err), LC_EPERM,
                 "cannot write relation settings");
    fake_juju_begin(fake);
    fake_juju_lead(fake, true);
    set(fake, "x:1", true, "a", "b");
    fake_juju_lead(fake, false); /* lost before the commit */
    assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND, "cannot write relation settings");
    assert_null(fake_juju_data(fake, "x:1", "web", "a"));
}

static void broken_relations_are_not_listed(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fake_juju_relate(fake, "x:9", "ca");
    fake_juju_relate(fake, "x:10", "vault");
    fake_juju_relate(fake, "x:11", "old");
    fake_juju_relate(fake, "xx:12", "other");
    fake_juju_join(fake, "x:11", "old/0");
    fake_juju_break(fake, "x:11");
    assert_done(CALL(fake, relation_ids, "x", &ids, &err));
    assert_int_equal(ids.count, 2); /* as strings */
    assert_string_equal(ids.items[0], "x:10");
    assert_string_equal(ids.items[1], "x:9");
    assert_done(CALL(fake, relation_get, "x:11", false, "old/0", &bag, &err));
    fake_juju_remove(fake, "x:11");
    assert_fails(CALL(fake, relation_get, "x:11", false, "old/0", &bag, &err), LC_ENOTFOUND,
                 "relation not found");
}

static void departed_units_stay_readable(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    fake_juju_join(fake, "x:1", "ca/1");
    fake_juju_join(fake, "x:1", "ca/0");
    fake_juju_depart(fake, "x:1", "ca/1");
    assert_done(CALL(fake, relation_list, "x:1", &units, &err));
    assert_int_equal(units.count, 1);
    assert_string_equal(units.items[0], "ca/0");
    assert_done(CALL(fake, relation_get, "x:1", false, "ca/1", &bag, &err));
}

static void another_unit_goes_on(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    (void)state;
    fake_juju_relate(fake, "peers:1", "web");
    fake_juju_join(fake, "peers:1", "web/1");
    fake_juju_become(fake, "web/1");
    assert_string_equal(fake_juju_env(fake)->unit, "web/1");
    assert_string_equal(fake_juju_env(fake)->unit_number, "1");
    assert_done(CALL(fake, relation_list, "peers:1", &units, &err));
    assert_int_equal(units.count, 1);
    assert_string_equal(units.items[0], "web/0");
}

/* --- rights, 3.2; the commit, 1.5 --- */

static void who_may_not_manage_fails_late(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *none = NULL;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    const char *id = fake_juju_add_secret_text(fake, "web", "L", "value", "one");

    (void)state;
    assert_fails(try_add(fake, "M", true, 0, &none), LC_EPERM, "not the leader");
    assert_fails(CALL(fake, secret_info, id, NULL, &info, &err), LC_ENOTFOUND, "not found");
    change(fake, id, "two", 0);
    assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND, "updating secrets: permission denied");
    remove_revision(fake, id, 0);
    assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND, "removing secrets");
    remove_revision(fake, "c000000000000000099g", 0); /* of nothing: harmless */
    commit(fake);
    assert_string_equal(fake_juju_secret_text(fake, "L", "value"), "one");
}

static void secrets_stay_when_the_rest_fails(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");

    (void)state;
    lc_free(add(fake, "L"));
    fake_juju_lead(fake, true);
    fake_juju_relate(fake, "x:1", "ca");
    set(fake, "x:1", true, "a", "b");
    set(fake, "x:1", false, "c", "d");
    fake_juju_lead(fake, false);
    assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND, "not the leader");
    assert_int_equal(fake_juju_secret_count(fake), 1);
    assert_null(fake_juju_data(fake, "x:1", "web/0", "c"));
}

static void a_failed_hook_leaves_only_what_is_immediate(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    (void)state;
    lc_free(add(fake, "L"));
    assert_done(lc_strmap_set(&changes, "a", "b", &err));
    assert_done(CALL(fake, state_set, &changes, &err));
    assert_done(CALL(fake, port_open, "443/tcp", NULL, &err));
    assert_done(CALL(fake, status_set, false, "waiting", "for it", &err));
    assert_done(CALL(fake, log, LC_LEVEL_INFO, "hello", &err));
    fake_juju_discard(fake);
    assert_null(fake_juju_state(fake, "a"));
    assert_int_equal(fake_juju_ports(fake)->count, 0);
    assert_int_equal(fake_juju_secret_count(fake), 0);
    assert_string_equal(fake_juju_status(fake, false), "waiting: for it");
    assert_string_equal(fake_juju_log(fake)->items[0], "INFO hello");
}

static void a_false_leader_stays_false(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    bool leads = true;

    (void)state;
    assert_done(CALL(fake, is_leader, &leads, &err));
    assert_false(leads);
    fake_juju_lead(fake, true);
    assert_done(CALL(fake, is_leader, &leads, &err));
    assert_false(leads);
    fake_juju_begin(fake);
    assert_done(CALL(fake, is_leader, &leads, &err));
    assert_true(leads);
}

/* --- the journal and failures --- */

static void calls_are_journalled_without_values(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    set(fake, "x:1", false, "key", "VALUE");
    assert_done(try_add(fake, "L", false, 2000000000, &id));
    assert_reads(fake, id, LC_SECRET_REFRESH, "one");
    const struct lc_strlist *journal = fake_juju_journal(fake);
    assert_int_equal(journal->count, 3);
    assert_string_equal(journal->items[0], "relation-set x:1 key");
    assert_string_equal(journal->items[1], "secret-add --owner unit --label L --expire value");
    assert_int_equal(fake_juju_count(fake, "relation-set"), 1);
    assert_int_equal(fake_juju_count(fake, "relation"), 0);
    assert_int_equal(fake_juju_count(fake, "relation-set x:1"), 1);
    fake_juju_begin(fake);
    assert_int_equal(fake_juju_total(fake), 0);
}

static void calls_fail_on_demand(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    bool leads;

    (void)state;
    fake_juju_fail(fake, "is-leader", 2, LC_ETIMEOUT);
    assert_done(CALL(fake, is_leader, &leads, &err));
    assert_done(CALL(fake, log, LC_LEVEL_INFO, "x", &err));
    assert_fails(CALL(fake, is_leader, &leads, &err), LC_ETIMEOUT, "is-leader: ");
    assert_done(CALL(fake, is_leader, &leads, &err));
    fake_juju_fail(fake, NULL, 1, LC_ECOMMAND);
    assert_fails(CALL(fake, log, LC_LEVEL_INFO, "x", &err), LC_ECOMMAND, "juju-log: ");
    fake_juju_fail(fake, NULL, 1, LC_ECOMMAND);
    fake_juju_fail_clear(fake);
    assert_done(CALL(fake, is_leader, &leads, &err));
}

static void answers_are_given(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    LC_AUTO(lc_json_free) struct lc_json *network = NULL;
    LC_AUTO(lc_free) char *path = NULL;

    (void)state;
    fake_juju_answer(fake, "config-get", "{\"port\":443}");
    fake_juju_answer(fake, "resource-get image", "/r/image.tar");
    assert_done(CALL(fake, config_get, &config, &err));
    assert_int_equal(lc_json_integer(lc_json_get(config, "port")), 443);
    assert_fails(CALL(fake, network_get, "x", NULL, &network, &err), LC_ENOTFOUND,
                 "network-get x: not found");
    assert_done(CALL(fake, resource_get, "image", &path, &err));
    assert_string_equal(path, "/r/image.tar");
}

static void events_fill_the_environment(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_event *event = &fake_juju_env(fake)->event;

    (void)state;
    fake_juju_relate(fake, "certificates:7", "ca");
    fake_juju_join(fake, "certificates:7", "ca/0");
    fake_juju_relation_hook(fake, "certificates-relation-departed", "certificates:7", "ca/0");
    assert_int_equal(event->kind, LC_EVENT_RELATION_DEPARTED);
    assert_string_equal(event->endpoint, "certificates");
    assert_string_equal(event->remote_app, "ca");
    assert_string_equal(event->departing_unit, "ca/0");
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "value", "one");
    fake_juju_secret_hook(fake, "secret-expired", "L", 1);
    assert_int_equal(event->kind, LC_EVENT_SECRET_EXPIRED);
    assert_string_equal(event->secret_id, id);
    assert_null(event->relation_id);
    fake_juju_hook(fake, "actions/show");
    assert_int_equal(event->kind, LC_EVENT_ACTION);
    assert_string_equal(event->name, "show");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, access_rows, check_access);
    SUITE_TEST(&suite, "writes wait for the commit", writes_wait_for_the_commit);
    SUITE_TEST(&suite, "units have addresses", units_have_addresses);
    SUITE_TEST(&suite, "only the leader writes the app bag", only_the_leader_writes_the_app_bag);
    SUITE_TEST(&suite, "broken relations are not listed", broken_relations_are_not_listed);
    SUITE_TEST(&suite, "departed units stay readable", departed_units_stay_readable);
    SUITE_TEST(&suite, "another unit goes on", another_unit_goes_on);
    SUITE_TEST(&suite, "who may not manage fails late", who_may_not_manage_fails_late);
    SUITE_TEST(&suite, "secrets stay when the rest fails", secrets_stay_when_the_rest_fails);
    SUITE_TEST(&suite, "a failed hook leaves only what is immediate",
               a_failed_hook_leaves_only_what_is_immediate);
    SUITE_TEST(&suite, "a false leader stays false", a_false_leader_stays_false);
    SUITE_TEST(&suite, "calls are journalled without values", calls_are_journalled_without_values);
    SUITE_TEST(&suite, "calls fail on demand", calls_fail_on_demand);
    SUITE_TEST(&suite, "answers are given", answers_are_given);
    SUITE_TEST(&suite, "events fill the environment", events_fill_the_environment);
    return suite_run(&suite, "fake_juju");
}
