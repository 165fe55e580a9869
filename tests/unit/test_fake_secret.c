/* tests/lib/fake_juju: labels, revisions, tracking, expiry and pending changes of secrets
 * (juju-hooks 3.4 to 3.7). */
#include "fake_calls.h"

/* --- labels, 3.4 --- */

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
    assert_true(fake_juju_secret(fake, "renamed", &(struct lc_fake_secret){ .id = NULL }));
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

/* --- revisions and tracking, 3.5; expiry, 3.6 --- */

static void the_first_read_starts_tracking(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const char *id = fake_juju_add_secret_text(fake, "web/0", "L", "value", "one");
    struct lc_fake_secret view;

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
    struct lc_fake_secret view;

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
    struct lc_fake_secret view;

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

/* --- pending changes, 3.7 --- */

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
    struct lc_fake_secret view;

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
    struct lc_fake_secret view;

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
    struct lc_fake_secret view;

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

int main(void)
{
    struct suite suite = SUITE_INIT;

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
    return suite_run(&suite, "fake_secret");
}
