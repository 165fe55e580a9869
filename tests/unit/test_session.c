/* juju/session on the fake Juju: what is asked once, what is sent once, and what a hook reads of
 * its own writes. The journal of the fake says which hook commands there were. */
#include "juju/session.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "rows.h"

static struct lc_err err;

/* A fake and a session above it, for web/0, with relations x:1 to ca and peers:2. */
struct fixture {
    struct fake_juju *fake;
    struct lc_session *session;
    char id[32];    /* of the secret that the steps are about */
    char label[16]; /* its label */
    char value[64]; /* what the last step read */
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){ .fake = fake_juju_new("web/0"), .label = "L" };
    fake_juju_relate(fixture->fake, "x:1", "ca");
    fake_juju_join(fixture->fake, "x:1", "ca/0");
    fake_juju_relate(fixture->fake, "peers:2", "web");
    assert_done(lc_session_new(fake_juju_port(fixture->fake), fake_juju_env(fixture->fake),
                               fake_juju_clock(fixture->fake), &fixture->session, &err));
}

static void fixture_release(struct fixture *fixture)
{
    lc_session_free(fixture->session);
    fake_juju_free(fixture->fake);
}
LC_AUTO_VALUE(struct fixture, fixture_release);

/* The next hook: a new session, an empty journal. */
static void next_hook(struct fixture *fixture)
{
    lc_session_free(fixture->session);
    fixture->session = NULL;
    fake_juju_begin(fixture->fake);
    assert_done(lc_session_new(fake_juju_port(fixture->fake), fake_juju_env(fixture->fake),
                               fake_juju_clock(fixture->fake), &fixture->session, &err));
}

#define CALL(fixture, ...) lc_juju_call(lc_session_port((fixture)->session), __VA_ARGS__)

static void flush(struct fixture *fixture)
{
    assert_done(lc_session_flush(fixture->session, &err));
}

/* Lines joined with "|". */
static void assert_journal(struct fixture *fixture, const char *wanted)
{
    const struct lc_strlist *journal = fake_juju_journal(fixture->fake);
    LC_AUTO(lc_buf_release) struct lc_buf got;

    lc_buf_init(&got, 64u * 1024);
    for (size_t i = 0; i < journal->count; i++)
        lc_buf_printf(&got, "%s%s", i == 0 ? "" : "|", journal->items[i]);
    assert_done(lc_buf_check(&got, &err));
    assert_string_equal(got.data, wanted);
}

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

/* --- answers -----------------------------------------------------------------------------------
 */

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

    (void)state;
    fixture_init(&f);
    for (int round = 0; round < 2; round++) {
        assert_done(CALL(&f, status_set, false, "active", "", &err));
        assert_done(CALL(&f, log, LC_LEVEL_INFO, "hello", &err));
        assert_done(CALL(&f, port_open, "443/tcp", NULL, &err));
        assert_done(CALL(&f, ports_opened, &ports, &err));
        assert_done(CALL(&f, version_set, "1.2", &err));
    }
    assert_int_equal(fake_juju_total(f.fake), 10);
    assert_string_equal(fake_juju_status(f.fake, false), "active");
}

/* --- databags ----------------------------------------------------------------------------------
 */

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

/* --- state -------------------------------------------------------------------------------------
 */

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

/* --- secrets -----------------------------------------------------------------------------------
 */

static bool get(struct fixture *f, const char *id, const char *label, enum lc_secret_read how)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (!CALL(f, secret_get, id, label, how, &content, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%s",
                   lc_secret_content_get(&content, "value")->data);
    return true;
}

static bool step_get(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_TRACKED);
}

static bool step_peek(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_PEEK);
}

static bool step_refresh(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_REFRESH);
}

static bool step_get_label(struct fixture *f, const char *argument)
{
    return get(f, NULL, argument == NULL ? f->label : argument, LC_SECRET_TRACKED);
}

static bool step_uri(struct fixture *f, const char *argument)
{
    char uri[128];

    (void)argument;
    (void)snprintf(uri, sizeof(uri), "secret://%s/%s", fake_juju_env(f->fake)->model_uuid, f->id);
    return get(f, uri, NULL, LC_SECRET_TRACKED);
}

static bool step_name(struct fixture *f, const char *argument)
{
    return get(f, f->id, argument, LC_SECRET_TRACKED);
}

/* What it reads is "revision label expiry". */
static bool info(struct fixture *f, const char *id, const char *label)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info secret = LC_SECRET_INFO_INIT;

    if (!CALL(f, secret_info, id, label, &secret, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%lld,%s,%lld", (long long)secret.revision,
                   secret.label, (long long)secret.expire_s);
    return true;
}

static bool step_info(struct fixture *f, const char *argument)
{
    (void)argument;
    return info(f, f->id, NULL);
}

static bool step_info_label(struct fixture *f, const char *argument)
{
    return info(f, NULL, argument == NULL ? f->label : argument);
}

static bool step_ids(struct fixture *f, const char *argument)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    (void)argument;
    if (!CALL(f, secret_ids, &ids, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%zu", ids.count);
    return true;
}

static bool set_secret(struct fixture *f, const struct lc_secret_spec *spec, const char *value)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    struct lc_secret_spec whole = *spec;

    if (value != NULL) {
        assert_done(lc_secret_content_set(&content, "value", value, strlen(value), &err));
        whole.content = &content;
    }
    return CALL(f, secret_set, f->id, &whole, &err);
}

static bool step_set(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .label = NULL }, argument);
}

static bool step_expire(struct fixture *f, const char *argument)
{
    (void)argument;
    return set_secret(f, &(struct lc_secret_spec){ .expire_s = 2000000000 }, NULL);
}

static bool step_describe(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .description = argument }, NULL);
}

static bool step_rename(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .label = argument }, NULL);
}

/* A new secret "fresh", which the steps are about from then on. */
static bool step_add(struct fixture *f, const char *argument)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .label = argument, .content = &content };
    LC_AUTO(lc_free) char *id = NULL;

    assert_done(lc_secret_content_set(&content, "value", "fresh", 5, &err));
    if (!CALL(f, secret_add, &spec, &id, &err))
        return false;
    (void)snprintf(f->id, sizeof(f->id), "%s", id);
    (void)snprintf(f->label, sizeof(f->label), "%s", argument);
    return true;
}

static bool step_remove(struct fixture *f, const char *argument)
{
    return CALL(f, secret_remove, f->id, argument == NULL ? 0 : 1, &err);
}

static bool step_grant(struct fixture *f, const char *argument)
{
    return CALL(f, secret_grant, f->id, "x:1", argument, &err);
}

static bool step_revoke(struct fixture *f, const char *argument)
{
    return CALL(f, secret_revoke, f->id, "x:1", argument, &err);
}

static bool step_flush(struct fixture *f, const char *argument)
{
    (void)argument;
    return lc_session_flush(f->session, &err);
}

static bool step_commit(struct fixture *f, const char *argument)
{
    (void)argument;
    return lc_session_flush(f->session, &err) && fake_juju_commit(f->fake, &err);
}

static const struct {
    const char *name;
    bool (*run)(struct fixture *f, const char *argument);
} step_table[] = {
    { "get", step_get },         { "peek", step_peek },
    { "refresh", step_refresh }, { "get-label", step_get_label },
    { "get-uri", step_uri },     { "name", step_name },
    { "info", step_info },       { "info-label", step_info_label },
    { "ids", step_ids },         { "set", step_set },
    { "expire", step_expire },   { "describe", step_describe },
    { "rename", step_rename },   { "add", step_add },
    { "remove", step_remove },   { "grant", step_grant },
    { "revoke", step_revoke },   { "flush", step_flush },
    { "commit", step_commit },
};

/* Steps are NAME, NAME:ARGUMENT, and with =VALUE what is to be read, or =!CODE how it is to fail.
 * There is a committed secret "one" with the label L and no expiry. In the wanted journal, # is the
 * id of the secret that the steps were about at last. */
struct secret_row {
    const char *name;
    const char *steps;
    const char *want;
};

static const struct secret_row secret_rows[] = {
    { "tracked content is read once", "get=one get=one", "secret-get #" },
    { "what is newest is another question", "get=one peek=one peek=one get=one",
      "secret-get #|secret-get # --peek" },
    { "after a refresh all reads are one", "refresh=one get=one peek=one refresh=one",
      "secret-get # --refresh" },
    { "a peek tracks nothing, so a refresh is sent", "peek=one refresh=one get=one",
      "secret-get # --peek|secret-get # --refresh" },
    { "a label is read once", "get-label=one get-label=one", "secret-get --label L" },
    { "any form of the id is the same secret", "get=one get-uri=one", "secret-get #" },
    { "label and id share once they are known to be one",
      "get-label=one info-label=1,L,0 get=one info=1,L,0",
      "secret-get --label L|secret-info-get --label L" },
    { "an info by id tells the label", "get=one info=1,L,0 get-label=one info-label=1,L,0",
      "secret-get #|secret-info-get #" },
    { "giving a label is sent once", "get=one name:L=one name:L=one get-label=one",
      "secret-get #|secret-get # --label L" },
    { "what is missing is asked for once", "get-label:none=!not_found get-label:none=!not_found",
      "secret-get --label none" },
    { "a missing info is asked for once", "info-label:none=!not_found info-label:none=!not_found",
      "secret-info-get --label none" },
    { "infos and ids are read once", "info=1,L,0 info=1,L,0 ids=1 ids=1",
      "secret-info-get #|secret-ids" },

    { "a change waits for the flush", "set:two", "" },
    { "and is sent by it, once", "set:two flush flush", "secret-set # value" },
    { "content and expiry are one command", "set:two expire flush", "secret-set # --expire value" },
    { "in either order", "expire set:two flush", "secret-set # --expire value" },
    { "several changes are one command", "set:two describe:d set:three flush",
      "secret-set # --description value" },
    { "content that is there is not sent", "peek=one set:one flush", "secret-get # --peek" },
    { "its expiry is", "peek=one set:one expire flush",
      "secret-get # --peek|secret-set # --expire" },
    { "tracked content may be old, so it is sent", "get=one set:one flush",
      "secret-get #|secret-set # value" },
    { "there and back sends nothing", "refresh=one set:two set:one flush",
      "secret-get # --refresh" },
    { "metadata that is there is not sent", "info=1,L,0 rename:L flush", "secret-info-get #" },
    { "an expiry that is there is not sent", "expire commit info=1,L,2000000000 expire flush",
      "secret-set # --expire|secret-info-get #" },

    { "reads see the change as Juju shows it", "set:two peek=two get=one", "secret-get #" },
    { "a refresh of a change is told to Juju", "set:two refresh=two get=two flush",
      "secret-set # value|secret-get # --refresh" },
    { "without one, the old content stays tracked", "refresh=one set:two get=one flush get=one",
      "secret-get # --refresh|secret-set # value" },
    { "after the flush what was sent is known", "set:two flush peek=two", "secret-set # value" },
    { "a change that comes to nothing is still tracked", "peek=one set:one refresh=one flush",
      "secret-get # --peek|secret-get # --refresh" },
    { "infos see the change, not its revision", "info=1,L,0 set:two expire info=1,L,2000000000",
      "secret-info-get #" },
    { "infos are asked for again after the flush",
      "info=1,L,0 set:two expire flush info=1,L,2000000000",
      "secret-info-get #|secret-set # --expire value|secret-info-get #" },
    { "new content has no expiry unless it is said", "expire commit set:two info=1,L,0",
      "secret-set # --expire|secret-info-get #" },

    { "what is added is known",
      "add:new get=fresh peek=fresh refresh=fresh get-label=fresh "
      "info=1,new,0 info-label=1,new,0 flush",
      "secret-add --owner unit --label new value" },
    { "what is added is listed", "ids=1 add:new ids=2 remove ids=1",
      "secret-ids|secret-add --owner unit --label new value" },
    { "what is added can be changed", "add:new set:two get=two peek=two flush",
      "secret-add --owner unit --label new value|secret-set # value" },
    { "to what it is, without a command", "add:new set:fresh flush",
      "secret-add --owner unit --label new value" },
    { "what is added can be removed", "add:new set:two remove get=!not_found flush",
      "secret-add --owner unit --label new value|secret-remove #" },
    { "a label that was missing is there now", "get-label:new=!not_found add:new get-label=fresh",
      "secret-get --label new|secret-add --owner unit --label new value" },
    { "a label of this hook cannot be used twice", "add:new add:new=!exists",
      "secret-add --owner unit --label new value" },
    { "nor one that was read", "get-label=one add:L=!exists", "secret-get --label L" },
    { "nor one that was removed", "info=1,L,0 remove add:L=!exists", "secret-info-get #" },
    { "nor one that was renamed", "info=1,L,0 rename:M add:L=!exists add:M=!exists",
      "secret-info-get #" },
    { "nor by renaming", "add:new add:other rename:new=!exists rename:other rename:third",
      "secret-add --owner unit --label new value|secret-add --owner unit --label other value" },

    { "a renamed secret goes by its new label",
      "info=1,L,0 rename:M get-label:M=one info-label:M=1,M,0 get-label:L=!not_found",
      "secret-info-get #|secret-get #" },
    { "a removal is sent by the flush, once", "remove remove flush flush", "secret-remove #" },
    { "it takes the changes with it", "set:two grant remove flush", "secret-remove #" },
    { "what is removed is gone",
      "info=1,L,0 get=one remove get=!not_found info=!not_found "
      "get-label=!not_found ids=0",
      "secret-info-get #|secret-get #|secret-ids" },
    { "and cannot be changed", "remove set:two=!not_found grant=!not_found flush",
      "secret-remove #" },
    { "a revision is removed once", "remove:1 remove:1 flush flush",
      "secret-remove # --revision 1" },
    { "but not beside a change", "set:two remove:1 flush", "secret-set # value" },
    { "in either order", "remove:1 expire flush", "secret-set # --expire" },
    { "a change that comes to nothing is none", "peek=one set:one remove:1 flush",
      "secret-get # --peek|secret-remove # --revision 1" },
    { "nor beside a grant", "remove:1 grant flush", "secret-grant # x:1" },

    { "a grant is sent once", "grant grant flush flush", "secret-grant # x:1" },
    { "the last word counts", "grant revoke flush", "secret-revoke # x:1" },
    { "also the other way", "revoke grant flush", "secret-grant # x:1" },
    { "one subject for each relation", "grant:ca/0 grant:ca/1=!unsupported flush",
      "secret-grant # x:1 ca/0" },
    { "a revoked one does not count",
      "grant:ca/0 revoke:ca/0 grant:ca/1 grant:ca/0=!unsupported "
      "flush",
      "secret-revoke # x:1 ca/0|secret-grant # x:1 ca/1" },
};

/* One step from the text; false at its end. */
static bool next_step(const char **at, char *step, size_t size)
{
    *at += strspn(*at, " ");
    const size_t len = strcspn(*at, " ");

    if (len == 0)
        return false;
    assert_true(len < size);
    memcpy(step, *at, len);
    step[len] = '\0';
    *at += len;
    return true;
}

static void run_step(struct fixture *f, char *step)
{
    char *wanted = strchr(step, '=');
    char *argument;

    if (wanted != NULL)
        *wanted++ = '\0';
    argument = strchr(step, ':');
    if (argument != NULL)
        *argument++ = '\0';
    for (size_t i = 0; i < LC_COUNT(step_table); i++) {
        if (strcmp(step_table[i].name, step) != 0)
            continue;
        const bool good = step_table[i].run(f, argument);
        if (wanted != NULL && *wanted == '!') {
            assert_false(good);
            assert_string_equal(lc_code_name(err.code), wanted + 1);
            return;
        }
        if (!good)
            fail_msg("step %s: %s", step, err.message);
        if (wanted != NULL)
            assert_string_equal(f->value, wanted);
        return;
    }
    fail_msg("no step %s", step);
}

static void check_secret(void **state)
{
    const struct secret_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_buf_release) struct lc_buf want;
    const char *at = row->steps;
    char step[64];

    fixture_init(&f);
    (void)snprintf(f.id, sizeof(f.id), "%s",
                   fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
    while (next_step(&at, step, sizeof(step)))
        run_step(&f, step);
    lc_buf_init(&want, 4096);
    for (const char *c = row->want; *c != '\0'; c++) {
        if (*c == '#')
            lc_buf_puts(&want, f.id);
        else
            lc_buf_putc(&want, *c);
    }
    assert_done(lc_buf_check(&want, &err));
    assert_journal(&f, want.data);
}

static void refreshed_changes_are_tracked(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    struct fake_secret_view view;

    (void)state;
    fixture_init(&f);
    (void)snprintf(f.id, sizeof(f.id), "%s",
                   fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
    assert_true(step_refresh(&f, NULL));
    assert_true(step_set(&f, "two"));
    assert_true(step_expire(&f, NULL));
    assert_true(step_refresh(&f, NULL));
    assert_true(step_commit(&f, NULL));
    assert_true(fake_juju_secret(f.fake, "L", &view));
    assert_int_equal(view.revision, 2);
    assert_int_equal(view.tracked, 2);
    assert_int_equal(view.obsolete, 1); /* so that Juju says secret-remove */
    assert_int_equal(view.expire_s, 2000000000);
}

static void app_secrets_need_the_leader(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .app_owned = true, .content = &content };
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fixture_init(&f);
    assert_done(lc_secret_content_set(&content, "value", "x", 1, &err));
    assert_fails(CALL(&f, secret_add, &spec, &id, &err), LC_EPERM, "not the leader");
}

static void nonsense_is_refused(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fixture_init(&f);
    assert_fails(CALL(&f, secret_add, &(struct lc_secret_spec){ .label = "L" }, &id, &err),
                 LC_EUSAGE, "secret-add: a secret needs content");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .rotate = "often" }, &err),
                 LC_EUSAGE, "'often' is no rotation policy");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .expire_s = -1 }, &err),
                 LC_EUSAGE, "-1 is no time of expiry");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .content = &content }, &err),
                 LC_EUSAGE, "a secret needs content");
    assert_journal(&f, "");
}

/* --- the flush ---------------------------------------------------------------------------------
 */

static void gather_everything(struct fixture *f)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    fixture_init(f);
    (void)snprintf(f->id, sizeof(f->id), "%s",
                   fake_juju_add_secret_text(f->fake, "web/0", "L", "value", "one"));
    assert_done(lc_strmap_set(&changes, "key", "value", &err));
    set(f, false, "key", "value");
    assert_done(CALL(f, state_set, &changes, &err));
    assert_true(step_set(f, "two"));
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

#ifdef LC_FAULT_HOOKS
/* A whole hook: reads, writes, secrets, flush. */
static bool run_hook(struct fixture *f)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content got = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info secret = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap stored = LC_STRMAP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist secret_ids = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *id = NULL;
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    const struct lc_secret_spec spec = {
        .label = "new", .description = "d", .rotate = "never", .content = &content
    };
    const struct lc_secret_spec change = { .expire_s = 2000000000, .content = &content };

    return CALL(f, relation_ids, "x", &ids, &err) && CALL(f, config_get, &config, &err) &&
           CALL(f, relation_get, "x:1", false, "web/0", &bag, &err) &&
           lc_strmap_set(&changes, "key", "value", &err) &&
           CALL(f, relation_set, "x:1", false, &changes, &err) &&
           CALL(f, state_get, &stored, &err) && CALL(f, state_set, &changes, &err) &&
           CALL(f, state_delete, "old", &err) &&
           lc_secret_content_set(&content, "value", "two", 3, &err) &&
           CALL(f, secret_get, NULL, "L", LC_SECRET_TRACKED, &got, &err) &&
           CALL(f, secret_info, NULL, "L", &secret, &err) &&
           CALL(f, secret_set, f->id, &change, &err) &&
           CALL(f, secret_get, f->id, NULL, LC_SECRET_REFRESH, &got, &err) &&
           CALL(f, secret_add, &spec, &id, &err) && CALL(f, secret_grant, id, "x:1", NULL, &err) &&
           CALL(f, secret_ids, &secret_ids, &err) && lc_session_flush(f->session, &err);
}

/* Each allocation of a hook fails in turn: the hook fails, nothing leaks, and what was there stays;
 * or it succeeds, and everything is there. */
static void every_allocation_may_fail(void **state)
{
    unsigned long nth = 1;
    bool fired = true;

    (void)state;
    for (; fired; nth++) {
        LC_AUTO(fixture_release) struct fixture f;
        fixture_init(&f);
        (void)snprintf(f.id, sizeof(f.id), "%s",
                       fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
        fake_juju_put_state(f.fake, "old", "1");
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        const bool good = run_hook(&f);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!good) {
            assert_int_equal(err.code, LC_ENOMEM);
            fake_juju_discard(f.fake);
            assert_string_equal(fake_juju_secret_text(f.fake, "L", "value"), "one");
            continue;
        }
        assert_done(fake_juju_commit(f.fake, &err));
        assert_string_equal(fake_juju_data(f.fake, "x:1", "web/0", "key"), "value");
        assert_string_equal(fake_juju_state(f.fake, "key"), "value");
        assert_null(fake_juju_state(f.fake, "old"));
        assert_string_equal(fake_juju_secret_text(f.fake, "L", "value"), "two");
        assert_string_equal(fake_juju_secret_text(f.fake, "new", "value"), "two");
        assert_true(fake_juju_is_granted(f.fake, "new", "ca"));
    }
    assert_true(nth > 50);
}

/* The same with each hook command in turn. */
static void every_command_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        LC_AUTO(fixture_release) struct fixture f;
        fixture_init(&f);
        (void)snprintf(f.id, sizeof(f.id), "%s",
                       fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
        fake_juju_put_state(f.fake, "old", "1");
        fake_juju_fail(f.fake, NULL, nth, LC_ECOMMAND);
        if (run_hook(&f)) {
            assert_true(nth > 12);
            assert_true(fake_juju_total(f.fake) < nth);
            return;
        }
        assert_int_equal(err.code, LC_ECOMMAND);
    }
}
#endif

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
    SUITE_ROWS(&suite, secret_rows, check_secret);
    SUITE_TEST(&suite, "refreshed changes are tracked", refreshed_changes_are_tracked);
    SUITE_TEST(&suite, "app secrets need the leader", app_secrets_need_the_leader);
    SUITE_TEST(&suite, "secrets that make no sense are refused", nonsense_is_refused);
    SUITE_TEST(&suite, "secrets go before databags", secrets_go_before_databags);
    SUITE_TEST(&suite, "a failed flush tells where", a_failed_flush_tells_where);
    SUITE_TEST(&suite, "frees NULL", frees_null);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
    SUITE_TEST(&suite, "every command may fail", every_command_may_fail);
#endif
    return suite_run(&suite, "session");
}
