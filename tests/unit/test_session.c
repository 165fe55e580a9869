/* juju/session on the fake Juju: what is asked once, what is sent once, and what a hook reads of
 * its own writes. The journal of the fake says which hook commands there were. */
#include "session_fixture.h"

static bool try_set(struct fixture *fixture, const char *relation_id, bool app, const char *key,
                    const char *value)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, key, value, &err));
    return CALL(fixture, relation_set, relation_id, app, &changes, &err);
}

static void set(struct fixture *fixture, bool app, const char *key, const char *value)
{
    assert_done(try_set(fixture, "x:1", app, key, value));
}

/* NULL: the key is not in the bag. */
static void assert_bag(struct fixture *fixture, bool app, const char *who, const char *key,
                       const char *wanted)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    assert_done(CALL(fixture, relation_get, "x:1", app, who, &bag, &err));
    const char *got = lc_strmap_get(&bag, key);
    if (wanted == NULL)
        assert_null(got);
    else
        assert_string_equal(got, wanted);
}

/* --- answers --- */

static void each_thing_is_asked_once(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    fake_juju_answer(f.fake, "config-get", "{\"a\":1}");
    fake_juju_answer(f.fake, "network-get x", "{}");
    fake_juju_answer(f.fake, "unit-get public-address", "10.0.0.1");
    fake_juju_answer(f.fake, "unit-get private-address", "10.0.0.2");
    for (int round = 0; round < 3; round++) {
        LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
        LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
        LC_AUTO(lc_json_free) struct lc_json *config = NULL;
        LC_AUTO(lc_json_free) struct lc_json *network = NULL;
        LC_AUTO(lc_free) char *app = NULL;
        LC_AUTO(lc_free) char *address = NULL;
        LC_AUTO(lc_free) char *other = NULL;
        assert_done(CALL(&f, relation_ids, "x", &ids, &err));
        assert_done(CALL(&f, relation_list, "x:1", &units, &err));
        assert_done(CALL(&f, relation_app, "x:1", &app, &err));
        assert_done(CALL(&f, config_get, &config, &err));
        assert_done(CALL(&f, network_get, "x", NULL, &network, &err));
        assert_done(CALL(&f, unit_get, true, &address, &err));
        assert_done(CALL(&f, unit_get, false, &other, &err));
        assert_int_equal(ids.count, 1);
        assert_string_equal(units.items[0], "ca/0");
        assert_string_equal(app, "ca");
        assert_int_equal(lc_json_integer(lc_json_get(config, "a")), 1);
        assert_string_equal(address, "10.0.0.1");
        assert_string_equal(other, "10.0.0.2");
    }
    assert_journal(&f, "relation-ids x|relation-list x:1|relation-list x:1 --app|config-get|"
                       "network-get x|unit-get public-address|unit-get private-address");
}

static void the_environment_is_not_asked_for(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_free) char *app = NULL;
    LC_AUTO(lc_free) char *other = NULL;

    (void)state;
    fixture_init(&f);
    fake_juju_relation_hook(f.fake, "x-relation-changed", "x:1", NULL);
    assert_done(CALL(&f, relation_app, "x:1", &app, &err));
    assert_string_equal(app, "ca");
    assert_journal(&f, "");
    assert_done(CALL(&f, relation_app, "peers:2", &other, &err));
    assert_string_equal(other, "web");
    assert_int_equal(fake_juju_total(f.fake), 1);
}

static void the_storage_of_the_event_is_known(void **state)
{
    char id[] = "data/0";
    char location[] = "/srv";
    char kind[] = "filesystem";
    const struct lc_hook_env env = {
        .event = { .storage_id = id, .storage_location = location, .storage_kind = kind }
    };
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_session_free) struct lc_session *session = NULL;
    LC_AUTO(lc_json_free) struct lc_json *storage = NULL;
    LC_AUTO(lc_json_free) struct lc_json *other = NULL;

    (void)state;
    assert_done(lc_session_new(fake_juju_port(fake), &env, fake_juju_clock(fake), &session, &err));
    assert_done(lc_juju_call(lc_session_port(session), storage_get, "data/0", &storage, &err));
    assert_string_equal(lc_json_get_string(storage, "location"), "/srv");
    assert_string_equal(lc_json_get_string(storage, "kind"), "filesystem");
    assert_int_equal(fake_juju_total(fake), 0);
    assert_fails(lc_juju_call(lc_session_port(session), storage_get, "data/1", &other, &err),
                 LC_ENOTFOUND, "storage-get data/1");
}

static void no_is_an_answer(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f);
    for (int round = 0; round < 2; round++) {
        assert_fails(CALL(&f, relation_list, "x:9", &units, &err), LC_ENOTFOUND, "relation-list: ");
        assert_fails(CALL(&f, relation_get, "x:1", false, "ca/9", &bag, &err), LC_ENOTFOUND,
                     "relation-get: ");
        /* our application's bag, as a unit that is not leader */
        assert_fails(CALL(&f, relation_get, "x:1", true, "web", &bag, &err), LC_EPERM,
                     "relation-get: permission denied");
    }
    assert_journal(&f, "relation-list x:9|relation-get x:1 ca/9|relation-get x:1 --app web");
}

static void other_failures_are_asked_again(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f);
    fake_juju_fail(f.fake, "relation-list", 1, LC_ETIMEOUT);
    assert_fails(CALL(&f, relation_list, "x:1", &units, &err), LC_ETIMEOUT, "relation-list");
    assert_done(CALL(&f, relation_list, "x:1", &units, &err));
    fake_juju_fail(f.fake, "relation-get", 1, LC_ECOMMAND);
    assert_fails(CALL(&f, relation_get, "x:1", false, "ca/0", &bag, &err), LC_ECOMMAND, "");
    assert_done(CALL(&f, relation_get, "x:1", false, "ca/0", &bag, &err));
    assert_int_equal(fake_juju_total(f.fake), 4);
}

static void many_relations_are_kept_apart(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    for (int round = 0; round < 2; round++)
        for (int i = 10; i < 200; i++) {
            LC_AUTO(lc_free) char *app = NULL;
            char id[32];
            char wanted[32];
            (void)snprintf(id, sizeof(id), "many:%d", i);
            (void)snprintf(wanted, sizeof(wanted), "app%d", i);
            if (round == 0)
                fake_juju_relate(f.fake, id, wanted);
            assert_done(CALL(&f, relation_app, id, &app, &err));
            assert_string_equal(app, wanted);
        }
    assert_int_equal(fake_juju_total(f.fake), 190);
}

static void a_leader_is_asked_again_after_30_s(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    bool leads;

    (void)state;
    fixture_init(&f);
    fake_juju_lead(f.fake, true);
    assert_done(CALL(&f, is_leader, &leads, &err));
    fake_juju_advance(f.fake, LC_LEADER_SECONDS - 1);
    assert_done(CALL(&f, is_leader, &leads, &err));
    assert_true(leads);
    assert_int_equal(fake_juju_total(f.fake), 1);
    fake_juju_advance(f.fake, 1);
    fake_juju_lead(f.fake, false);
    assert_done(CALL(&f, is_leader, &leads, &err));
    assert_false(leads);
    fake_juju_advance(f.fake, 3600); /* "no" holds for the hook */
    assert_done(CALL(&f, is_leader, &leads, &err));
    assert_int_equal(fake_juju_total(f.fake), 2);
}

static void the_rest_goes_straight_through(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strlist_release) struct lc_strlist ports = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f);
    fake_juju_lead(f.fake, true);
    assert_done(lc_strmap_set(&map, "a", "1", &err));
    for (int round = 0; round < 2; round++) {
        assert_done(CALL(&f, status_set, false, "active", "", &err));
        assert_done(CALL(&f, log, LC_LEVEL_INFO, "hello", &err));
        assert_done(CALL(&f, port_open, "443/tcp", NULL, &err));
        assert_done(CALL(&f, ports_opened, &ports, &err));
        assert_done(CALL(&f, version_set, "1.2", &err));
        assert_done(CALL(&f, leader_set, &map, &err));
        assert_done(CALL(&f, leader_get, &map, &err));
        assert_done(CALL(&f, ports_by_endpoint, &map, &err));
    }
    assert_string_equal(lc_strmap_get(&map, "443/tcp"), "*");
    assert_string_equal(lc_strmap_get(&map, "a"), "1");
    assert_int_equal(fake_juju_total(f.fake), 16);
    assert_string_equal(fake_juju_status(f.fake, false), "active");
}

/* --- databags --- */

static void a_bag_is_read_once(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    fake_juju_put(f.fake, "x:1", "ca", "key", "of ca");
    fake_juju_put(f.fake, "x:1", "ca/0", "key", "of ca/0");
    for (int round = 0; round < 2; round++) {
        assert_bag(&f, true, "ca", "key", "of ca");
        assert_bag(&f, false, "ca/0", "key", "of ca/0");
    }
    assert_journal(&f, "relation-get x:1 --app ca|relation-get x:1 ca/0");
}

static void reads_see_what_was_set(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    fake_juju_put(f.fake, "x:1", "web/0", "old", "1");
    fake_juju_put(f.fake, "x:1", "web/0", "gone", "1");
    set(&f, false, "new", "2");
    assert_bag(&f, false, "web/0", "new", "2");
    assert_bag(&f, false, "web/0", "old", "1");
    set(&f, false, "new", "3");
    set(&f, false, "gone", "");
    assert_bag(&f, false, "web/0", "new", "3");
    assert_bag(&f, false, "web/0", "gone", NULL);
    assert_journal(&f, "relation-get x:1 web/0");
    flush(&f);
    assert_bag(&f, false, "web/0", "new", "3");
    assert_journal(&f, "relation-get x:1 web/0|relation-set x:1 gone new");
}

/* before: what the bag holds under "key"; NULL: nothing. */
struct diff_row {
    const char *name;
    const char *before;
    bool is_read;
    const char *set;
    const char *want; /* the commands of the flush */
};

static const struct diff_row diff_rows[] = {
    { "a new value is sent", "1", true, "2", "relation-set x:1 key" },
    { "an equal value is not sent", "1", true, "1", "" },
    { "a deletion is sent", "1", true, "", "relation-set x:1 key" },
    { "a deletion of nothing is not sent", NULL, true, "", "" },
    { "a bag that was not read is not read for it", "1", false, "1", "relation-set x:1 key" },
    { "nor for a deletion", NULL, false, "", "relation-set x:1 key" },
};

static void check_diff(void **state)
{
    const struct diff_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;

    fixture_init(&f);
    if (row->before != NULL)
        fake_juju_put(f.fake, "x:1", "web/0", "key", row->before);
    if (row->is_read)
        assert_bag(&f, false, "web/0", "key", row->before);
    set(&f, false, "key", row->set);
    lc_session_free(LC_STEAL(f.session)); /* unflushed: nothing goes out */
    assert_int_equal(fake_juju_count(f.fake, "relation-set"), 0);
    next_hook(&f);
    if (row->is_read)
        assert_bag(&f, false, "web/0", "key", row->before);
    set(&f, false, "key", row->set);
    const size_t before = fake_juju_total(f.fake);
    flush(&f);
    flush(&f); /* once is enough */
    if (*row->want == '\0')
        assert_int_equal(fake_juju_total(f.fake), before);
    else
        assert_string_equal(fake_juju_journal(f.fake)->items[before], row->want);
    assert_int_equal(fake_juju_total(f.fake), before + (*row->want != '\0'));
}

static void one_command_for_each_bag(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    fake_juju_lead(f.fake, true);
    set(&f, true, "a", "1");
    set(&f, false, "b", "2");
    set(&f, true, "c", "3");
    set(&f, false, "d", "4");
    assert_journal(&f, "is-leader");
    flush(&f);
    assert_journal(&f, "is-leader|relation-set x:1 --app a c|relation-set x:1 b d");
    assert_done(fake_juju_commit(f.fake, &err));
    assert_string_equal(fake_juju_data(f.fake, "x:1", "web", "c"), "3");
}

static void only_the_leader_sets_for_the_app(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_fails(try_set(&f, "x:1", true, "a", "1"), LC_EPERM,
                 "relation-set: cannot write relation settings");
    assert_fails(try_set(&f, "peers:2", true, "a", "1"), LC_EPERM, "relation-set: ");
    flush(&f);
    assert_journal(&f, "is-leader");
}

struct refused_row {
    const char *name;
    const char *key;
    const char *value;
    enum lc_code want;
    const char *part;
};

static const struct refused_row refused_rows[] = {
    { "refuses an empty key", "", "x", LC_EUSAGE, "relation-set: a key is empty" },
    { "refuses a key that is not UTF-8", "\xff", "x", LC_EUSAGE, "is not UTF-8" },
    { "refuses a value that is not UTF-8", "key", "\xc3(", LC_EUSAGE, "the value of 'key'" },
};

static void check_refused(void **state)
{
    const struct refused_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;

    fixture_init(&f);
    assert_fails(try_set(&f, "x:1", false, row->key, row->value), row->want, row->part);
    flush(&f);
    assert_journal(&f, "");
}

/* --- state --- */

static void state_is_sent_once(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap got = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f);
    fake_juju_put_state(f.fake, "same", "1");
    fake_juju_put_state(f.fake, "old", "1");
    fake_juju_put_state(f.fake, "back", "1");
    assert_done(CALL(&f, state_get, &got, &err));
    assert_done(lc_strmap_set(&changes, "same", "1", &err));
    assert_done(lc_strmap_set(&changes, "new", "", &err)); /* a value, here */
    assert_done(CALL(&f, state_delete, "old", &err));
    assert_done(CALL(&f, state_delete, "never", &err));
    assert_done(CALL(&f, state_delete, "same", &err));
    assert_done(CALL(&f, state_set, &changes, &err));
    assert_done(CALL(&f, state_get, &got, &err));
    assert_null(lc_strmap_get(&got, "old"));
    assert_string_equal(lc_strmap_get(&got, "new"), "");
    assert_string_equal(lc_strmap_get(&got, "same"), "1");
    flush(&f);
    assert_journal(&f, "state-get|state-set new|state-delete old");
    assert_done(fake_juju_commit(f.fake, &err));
    assert_string_equal(fake_juju_state(f.fake, "back"), "1");
    assert_null(fake_juju_state(f.fake, "old"));
    next_hook(&f);
    assert_done(CALL(&f, state_set, &changes, &err));
    assert_done(CALL(&f, state_delete, "new", &err));
    flush(&f);
    assert_journal(&f, "state-set same|state-delete new"); /* unread: as is */
}

static void state_has_limits(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_STATE_VALUE_MAX_BYTES + 2, 1);

    (void)state;
    fixture_init(&f);
    assert_non_null(text);
    memset(text, 'v', LC_STATE_VALUE_MAX_BYTES);
    assert_done(lc_strmap_set(&changes, "key", text, &err));
    assert_done(CALL(&f, state_set, &changes, &err));
    text[LC_STATE_VALUE_MAX_BYTES] = 'v';
    assert_done(lc_strmap_set(&changes, "key", text, &err));
    assert_fails(CALL(&f, state_set, &changes, &err), LC_ELIMIT, "the value of 'key'");
}

/* --- the flush --- */

static void gather_everything(struct fixture *f)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .content = &content };

    fixture_init(f);
    (void)snprintf(f->id, sizeof(f->id), "%s",
                   fake_juju_add_secret_text(f->fake, "web/0", "L", "value", "one"));
    assert_done(lc_strmap_set(&changes, "key", "value", &err));
    set(f, false, "key", "value");
    assert_done(CALL(f, state_set, &changes, &err));
    assert_done(lc_secret_content_set(&content, "value", "two", 3, &err));
    assert_done(CALL(f, secret_set, f->id, &spec, &err));
    assert_journal(f, "");
}

static void secrets_go_before_databags(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    char want[128];

    (void)state;
    gather_everything(&f);
    flush(&f);
    (void)snprintf(want, sizeof(want), "secret-set %s value|state-set key|relation-set x:1 key",
                   f.id);
    assert_journal(&f, want);
}

static void a_failed_flush_tells_where(void **state)
{
    static const struct {
        const char *command;
        const char *part;
    } rows[] = {
        { "secret-set", "secret 'c000000000000000001g': secret-set: " },
        { "state-set", "state-set: " },
        { "relation-set", "relation 'x:1': relation-set: " },
    };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(rows); i++) {
        LC_AUTO(fixture_release) struct fixture f;
        gather_everything(&f);
        fake_juju_fail(f.fake, rows[i].command, 1, LC_ECOMMAND);
        assert_fails(lc_session_flush(f.session, &err), LC_ECOMMAND, rows[i].part);
        flush(&f); /* what is left */
        assert_int_equal(fake_juju_count(f.fake, "relation-set"), i == 2 ? 2 : 1);
        assert_done(fake_juju_commit(f.fake, &err));
        assert_string_equal(fake_juju_data(f.fake, "x:1", "web/0", "key"), "value");
    }
}

static void frees_null(void **state)
{
    (void)state;
    lc_session_free(NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "each thing is asked once", each_thing_is_asked_once);
    SUITE_TEST(&suite, "the environment is not asked for", the_environment_is_not_asked_for);
    SUITE_TEST(&suite, "the storage of the event is known", the_storage_of_the_event_is_known);
    SUITE_TEST(&suite, "no is an answer", no_is_an_answer);
    SUITE_TEST(&suite, "other failures are asked again", other_failures_are_asked_again);
    SUITE_TEST(&suite, "many relations are kept apart", many_relations_are_kept_apart);
    SUITE_TEST(&suite, "a leader is asked again after 30 s", a_leader_is_asked_again_after_30_s);
    SUITE_TEST(&suite, "the rest goes straight through", the_rest_goes_straight_through);
    SUITE_TEST(&suite, "a bag is read once", a_bag_is_read_once);
    SUITE_TEST(&suite, "reads see what was set", reads_see_what_was_set);
    SUITE_ROWS(&suite, diff_rows, check_diff);
    SUITE_TEST(&suite, "one command for each bag", one_command_for_each_bag);
    SUITE_TEST(&suite, "only the leader sets for the app", only_the_leader_sets_for_the_app);
    SUITE_ROWS(&suite, refused_rows, check_refused);
    SUITE_TEST(&suite, "state is sent once", state_is_sent_once);
    SUITE_TEST(&suite, "state has limits", state_has_limits);
    SUITE_TEST(&suite, "secrets go before databags", secrets_go_before_databags);
    SUITE_TEST(&suite, "a failed flush tells where", a_failed_flush_tells_where);
    SUITE_TEST(&suite, "frees NULL", frees_null);
    return suite_run(&suite, "session");
}
