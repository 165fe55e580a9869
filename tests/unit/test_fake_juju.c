/* tests/lib/fake_juju: it keeps Juju's rules (juju-hooks 1.5, 2, 3 and 4), so that what is tested
 * against it is tested against something. */
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "rows.h"

/* Short ways to call. */
#define CALL(fake, ...) lc_juju_call(fake_juju_port(fake), __VA_ARGS__)

static struct lc_err err;

static void set(struct fake_juju *fake, const char *relation_id, bool app, const char *key,
                const char *value)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, key, value, &err));
    assert_done(CALL(fake, relation_set, relation_id, app, &changes, &err));
}

static void fill(struct lc_secret_content *content, const char *value)
{
    assert_done(lc_secret_content_set(content, "value", value, strlen(value), &err));
}

static bool try_add(struct fake_juju *fake, const char *label, bool app_owned, int64_t expire_s,
                    char **id)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = {
        .label = label, .app_owned = app_owned, .expire_s = expire_s, .content = &content
    };

    fill(&content, "one");
    return CALL(fake, secret_add, &spec, id, &err);
}

/* A unit's secret "one" in the making. */
static char *add(struct fake_juju *fake, const char *label)
{
    char *id = NULL;

    assert_done(try_add(fake, label, false, 0, &id));
    return id;
}

static void change(struct fake_juju *fake, const char *id, const char *value, int64_t expire_s)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .expire_s = expire_s,
                                         .content = value == NULL ? NULL : &content };

    if (value != NULL)
        fill(&content, value);
    assert_done(CALL(fake, secret_set, id, &spec, &err));
}

static void assert_reads(struct fake_juju *fake, const char *id, enum lc_secret_read how,
                         const char *wanted)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    assert_done(CALL(fake, secret_get, id, NULL, how, &content, &err));
    assert_string_equal(lc_secret_content_get(&content, "value")->data, wanted);
}

static bool try_read(struct fake_juju *fake, const char *id, const char *label)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    return CALL(fake, secret_get, id, label, LC_SECRET_TRACKED, &content, &err);
}

static void commit(struct fake_juju *fake)
{
    assert_done(fake_juju_commit(fake, &err));
}

/* --- databags, section 4 -----------------------------------------------------------------------
 */

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

/* --- labels, 3.4 -------------------------------------------------------------------------------
 */

struct label_row {
    const char *name;
    const char *owner;    /* of the committed secret */
    const char *consumer; /* who labels it by reading; NULL: it is its owner's label */
    bool app_owned;       /* of the new one, added by web/0, who leads */
    bool is_free;
};

static const struct label_row label_rows[] = {
    { "app: another of the app", "web", NULL, true, false },
    { "app: an owner label of any unit", "web/1", NULL, true, false },
    { "app: a consumer label of any unit", "ca", "web/1", true, false },
    { "unit: another of this unit", "web/0", NULL, false, false },
    { "unit: its consumer label", "ca", "web/0", false, false },
    { "unit: a label of the app", "web", NULL, false, false },
    { "unit: another unit's owner label", "web/1", NULL, false, true },
    { "unit: another unit's consumer label", "ca", "web/1", false, true },
    { "app: a stranger's label", "ca", NULL, true, true },
};

static void check_label(void **state)
{
    const struct label_row *row = *state;
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = NULL;
    const bool is_read = row->consumer != NULL;
    const char *there = fake_juju_add_secret_text(fake, row->owner, is_read ? NULL : "L", "value",
                                                  "old");

    fake_juju_relate(fake, "x:1", "ca");
    if (is_read) {
        fake_juju_grant(fake, there, "x:1", "web");
        fake_juju_become(fake, row->consumer);
        assert_true(try_read(fake, there, "L"));
        fake_juju_become(fake, "web/0");
    }
    fake_juju_lead(fake, true);
    assert_done(try_add(fake, "L", row->app_owned, 0, &id)); /* accepted: it fails late */
    if (row->is_free) {
        commit(fake);
        assert_int_equal(fake_juju_secret_count(fake), 2);
    } else {
        assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND,
                     "creating secrets: secret with label \"L\" already exists");
        assert_int_equal(fake_juju_secret_count(fake), 1);
    }
}

static void duplicate_of_one_hook_fails_at_once(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *second = NULL;

    (void)state;
    lc_free(add(fake, "L"));
    assert_fails(try_add(fake, "L", false, 0, &second), LC_EEXIST,
                 "secret with label \"L\" already exists");
}

static void labels_are_looked_up_in_order(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/1");
    const char *app = fake_juju_add_secret_text(fake, "web", "app-label", "value", "app's");
    const char *foreign = fake_juju_add_secret_text(fake, "ca", "theirs", "value", "ca's");

    (void)state;
    assert_true(try_read(fake, NULL, "app-label")); /* peers may use the app's label */
    assert_fails(try_read(fake, NULL, "theirs"), LC_ENOTFOUND, "consumer label \"theirs\"");
    assert_fails(try_read(fake, foreign, NULL), LC_EPERM, "permission denied");
    fake_juju_relate(fake, "x:1", "ca");
    fake_juju_grant(fake, foreign, "x:1", "web");
    assert_true(try_read(fake, foreign, "mine"));
    assert_true(try_read(fake, NULL, "mine"));
    assert_fails(try_read(fake, foreign, "app-label"), LC_EEXIST, "already exists");
    assert_true(try_read(fake, app, "ignored")); /* the app's, by a non-leader */
    assert_fails(try_read(fake, NULL, "ignored"), LC_ENOTFOUND, "not found");
    fake_juju_lead(fake, true);
    assert_true(try_read(fake, app, "renamed")); /* by the leader: at once */
    fake_juju_discard(fake);
    assert_true(fake_juju_secret(fake, "renamed", &(struct fake_secret_view){ .id = NULL }));
}

static void removing_the_relation_ends_the_grant(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "ca", NULL, "value", "ca's");

    (void)state;
    fake_juju_relate(fake, "x:1", "ca");
    fake_juju_grant(fake, id, "x:1", "web/0");
    assert_true(try_read(fake, id, NULL));
    fake_juju_remove(fake, "x:1");
    assert_fails(try_read(fake, id, NULL), LC_EPERM, "permission denied");
}

/* --- revisions and tracking, 3.5; expiry, 3.6 --------------------------------------------------
 */

static void the_first_read_starts_tracking(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "value", "one");
    struct fake_secret_view view;

    (void)state;
    assert_reads(fake, id, LC_SECRET_PEEK, "one"); /* even a peek */
    fake_juju_discard(fake);                       /* saved at once */
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.tracked, 1);
    fake_juju_set_secret_text(fake, "L", "value", "two");
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    assert_reads(fake, id, LC_SECRET_PEEK, "two");
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.obsolete, 0); /* revision 1 is tracked */
    assert_reads(fake, id, LC_SECRET_REFRESH, "two");
    assert_reads(fake, id, LC_SECRET_TRACKED, "two");
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.obsolete, 1);
}

static void each_unit_tracks_for_itself(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "web", "L", "value", "one");

    (void)state;
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    fake_juju_set_secret_text(fake, "L", "value", "two");
    fake_juju_become(fake, "web/1");
    assert_reads(fake, id, LC_SECRET_TRACKED, "two");
    fake_juju_become(fake, "web/0");
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
}

static void a_removed_tracked_revision_is_not_found(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "value", "one");

    (void)state;
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    fake_juju_set_secret_text(fake, "L", "value", "two");
    assert_done(CALL(fake, secret_remove, id, 1, &err));
    commit(fake);
    assert_fails(try_read(fake, id, NULL), LC_ENOTFOUND, "secret revision");
    assert_reads(fake, id, LC_SECRET_REFRESH, "two");
}

static void new_content_drops_the_expiry(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = NULL;
    struct fake_secret_view view;

    (void)state;
    assert_done(try_add(fake, "L", false, 2000000000, &id));
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.expire_s, 2000000000);
    change(fake, id, NULL, 2000000001);
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.expire_s, 2000000001);
    assert_int_equal(view.revision, 1);
    change(fake, id, "two", 0);
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.expire_s, 0);
    assert_int_equal(view.revision, 2);
}

static void content_is_replaced_as_a_whole(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .content = &content };
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "old-key", "x");

    (void)state;
    fill(&content, "new");
    assert_done(CALL(fake, secret_set, id, &spec, &err));
    commit(fake);
    assert_null(fake_juju_secret_text(fake, "L", "old-key"));
    assert_string_equal(fake_juju_secret_text(fake, "L", "value"), "new");
}

static void identical_content_makes_no_revision(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");
    struct fake_secret_view view;

    (void)state;
    commit(fake);
    change(fake, id, "one", 0);
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.revision, 1);
    change(fake, id, "two", 0); /* the trap of 3.3: the way back is dropped */
    change(fake, id, "one", 0);
    commit(fake);
    assert_string_equal(fake_juju_secret_text(fake, "L", "value"), "two");
}

/* --- pending changes, 3.7 ----------------------------------------------------------------------
 */

static void remove_revision(struct fake_juju *fake, const char *id, int64_t revision)
{
    assert_done(CALL(fake, secret_remove, id, revision, &err));
}

/* steps: a add, s set "two", S set "three", w remove all, r remove revision 1; before them a secret
 * "one" is committed unless they begin with a. */
struct pending_row {
    const char *name;
    const char *steps;
    const char *want; /* the value afterwards; NULL: no secret */
    int64_t revision;
    size_t revisions;
};

static const struct pending_row pending_rows[] = {
    { "add, set: one revision", "as", "two", 1, 1 },
    { "set, set: one new revision", "sS", "three", 2, 2 },
    { "add, remove: nothing", "aw", NULL, 0, 0 },
    { "set, remove: removed", "sw", NULL, 0, 0 },
    { "set, remove a revision: the set is dropped", "sr", NULL, 0, 0 },
    { "remove a revision, set: the removal is dropped", "rs", "two", 2, 2 },
    { "add, remove revision 1: not created", "ar", NULL, 0, 0 },
    { "remove twice: removed", "ww", NULL, 0, 0 },
};

static void check_pending(void **state)
{
    const struct pending_row *row = *state;
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");
    struct fake_secret_view view;

    if (row->steps[0] != 'a')
        commit(fake);
    for (const char *step = row->steps; *step != '\0'; step++) {
        if (*step == 's' || *step == 'S')
            change(fake, id, *step == 's' ? "two" : "three", 0);
        else if (*step != 'a')
            remove_revision(fake, id, *step == 'r' ? 1 : 0);
    }
    commit(fake);
    assert_int_equal(fake_juju_secret(fake, "L", &view), row->want != NULL);
    if (row->want == NULL)
        return;
    assert_string_equal(fake_juju_secret_text(fake, "L", "value"), row->want);
    assert_int_equal(view.revision, row->revision);
    assert_int_equal(view.revision_count, row->revisions);
}

static void several_revisions_go_at_once(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "value", "one");
    struct fake_secret_view view;

    (void)state;
    fake_juju_set_secret_text(fake, "L", "value", "two");
    fake_juju_set_secret_text(fake, "L", "value", "three");
    remove_revision(fake, id, 1);
    remove_revision(fake, id, 2);
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.revision_count, 1);
    assert_int_equal(view.revision, 3);
}

static void reads_of_one_hook(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");
    struct fake_secret_view view;

    (void)state;
    assert_reads(fake, id, LC_SECRET_TRACKED, "one"); /* pending, by id */
    assert_true(try_read(fake, NULL, "L"));
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.tracked, 0); /* that was no tracking */
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    change(fake, id, "two", 0);
    assert_reads(fake, id, LC_SECRET_TRACKED, "one");
    assert_reads(fake, id, LC_SECRET_PEEK, "two");
    assert_reads(fake, id, LC_SECRET_REFRESH, "two");
    commit(fake);
    assert_true(fake_juju_secret(fake, "L", &view));
    assert_int_equal(view.tracked, 2);
}

static void infos_of_one_hook(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    (void)state;
    assert_done(CALL(fake, secret_info, id, NULL, &info, &err));
    assert_null(info.rotation);
    assert_int_equal(info.revision, 1);
    commit(fake);
    change(fake, id, "two", 2000000000);
    assert_done(CALL(fake, secret_info, NULL, "L", &info, &err));
    assert_string_equal(info.rotation, "never");
    assert_int_equal(info.revision, 1); /* still */
    assert_int_equal(info.expire_s, 2000000000);
    fake_juju_discard(fake);
    remove_revision(fake, id, 1);
    assert_fails(CALL(fake, secret_info, id, NULL, &info, &err), LC_ENOTFOUND, "not found");
    assert_done(CALL(fake, secret_ids, &ids, &err));
    assert_int_equal(ids.count, 0);
    assert_reads(fake, id, LC_SECRET_TRACKED, "one"); /* still works */
}

static void grants_end_revoked(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("ca/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");

    (void)state;
    fake_juju_relate(fake, "x:1", "web");
    assert_done(CALL(fake, secret_grant, id, "x:1", "web/0", &err));
    assert_done(CALL(fake, secret_grant, id, "x:1", "web/1", &err));
    commit(fake);
    assert_false(fake_juju_is_granted(fake, "L", "web/0")); /* only the last of a relation */
    assert_true(fake_juju_is_granted(fake, "L", "web/1"));
    assert_done(CALL(fake, secret_revoke, id, "x:1", NULL, &err));
    assert_done(CALL(fake, secret_grant, id, "x:1", NULL, &err));
    commit(fake);
    assert_false(fake_juju_is_granted(fake, "L", "web"));
}

static void one_scope_for_each_subject(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("ca/0");
    LC_AUTO(lc_free) char *id = add(fake, "L");

    (void)state;
    fake_juju_relate(fake, "x:1", "web");
    fake_juju_relate(fake, "y:2", "web");
    assert_done(CALL(fake, secret_grant, id, "x:1", NULL, &err));
    commit(fake);
    assert_done(CALL(fake, secret_grant, id, "y:2", NULL, &err));
    assert_fails(fake_juju_commit(fake, &err), LC_ECOMMAND, "permission scope");
}

/* --- rights, 3.2; the commit, 1.5 --------------------------------------------------------------
 */

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

/* --- the journal and failures ------------------------------------------------------------------
 */

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
    SUITE_ROWS(&suite, label_rows, check_label);
    SUITE_TEST(&suite, "a duplicate of one hook fails at once",
               duplicate_of_one_hook_fails_at_once);
    SUITE_TEST(&suite, "labels are looked up in order", labels_are_looked_up_in_order);
    SUITE_TEST(&suite, "removing the relation ends the grant",
               removing_the_relation_ends_the_grant);
    SUITE_TEST(&suite, "the first read starts tracking", the_first_read_starts_tracking);
    SUITE_TEST(&suite, "each unit tracks for itself", each_unit_tracks_for_itself);
    SUITE_TEST(&suite, "a removed tracked revision is not found",
               a_removed_tracked_revision_is_not_found);
    SUITE_TEST(&suite, "new content drops the expiry", new_content_drops_the_expiry);
    SUITE_TEST(&suite, "content is replaced as a whole", content_is_replaced_as_a_whole);
    SUITE_TEST(&suite, "identical content makes no revision", identical_content_makes_no_revision);
    SUITE_ROWS(&suite, pending_rows, check_pending);
    SUITE_TEST(&suite, "several revisions go at once", several_revisions_go_at_once);
    SUITE_TEST(&suite, "reads of one hook", reads_of_one_hook);
    SUITE_TEST(&suite, "infos of one hook", infos_of_one_hook);
    SUITE_TEST(&suite, "grants end revoked", grants_end_revoked);
    SUITE_TEST(&suite, "one scope for each subject", one_scope_for_each_subject);
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
