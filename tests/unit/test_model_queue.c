/* model/queue: the next-event list and the relation state machine (juju-hooks 1.6 to 1.8), hook by
 * hook, without running any. A row is a list of steps in one model:
 *   deploy CHARM N          integrate A B           set RELATION HOLDER KEY VALUE
 *   remove-unit U           remove-relation A B     remove-app A
 *   leader U                leader-set APP KEY VALUE
 *   rest                    every hook of every unit runs, until none is left
 *   U HOOK [REMOTE]         this unit's next hook is this one, and it runs ("-": remote is empty)
 *   U !HOOK [REMOTE]        the same, but it fails and stays next: it does not run
 *   U rest                  this unit has nothing to do */
#include "model/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/store_relation.h"
#include "model/verbs.h"
#include "rows.h"

#define MAX_STEPS 40

struct row {
    const char *name;
    const char *steps[MAX_STEPS];
};

static const struct row rows[] = {
    { "SIM-08 the first deployment of a leader",
      { "deploy asker 1", "asker/0 install", "asker/0 cluster-relation-created -",
        "asker/0 leader-elected", "asker/0 config-changed", "asker/0 start", "asker/0 rest" } },
    { "SIM-08 the first deployment of another unit",
      { "deploy asker 2", "asker/1 install", "asker/1 cluster-relation-created -",
        "asker/1 leader-settings-changed", "asker/1 config-changed", "asker/1 start",
        "asker/1 rest" } },
    { "SIM-08 nothing of a relation but created comes before start",
      { "deploy giver 1", "rest", "deploy asker 1", "integrate asker:db giver:db",
        "asker/0 install", "asker/0 cluster-relation-created -", "asker/0 db-relation-created -",
        "set 1 giver k v", "asker/0 leader-elected", "asker/0 config-changed", "asker/0 start",
        "asker/0 db-relation-changed -" } },
    { "SIM-08 a remote unit joins when it has entered, not when it is deployed",
      { "deploy asker 1", "rest", "deploy giver 1", "integrate asker:db giver:db",
        "asker/0 db-relation-created -", "asker/0 rest", "giver/0 install",
        "giver/0 db-relation-created -", "asker/0 db-relation-joined giver/0" } },
    { "SIM-08 changed follows joined, even when nothing was written",
      { "deploy asker 1", "deploy giver 1", "rest", "integrate asker:db giver:db",
        "asker/0 db-relation-created -", "giver/0 db-relation-created -",
        "asker/0 db-relation-joined giver/0", "asker/0 db-relation-changed giver/0",
        "asker/0 rest" } },
    { "SIM-08 changed after joined comes before the next unit joins",
      { "deploy asker 1", "deploy giver 2", "rest", "integrate asker:db giver:db",
        "giver/0 db-relation-created -", "giver/1 db-relation-created -",
        "asker/0 db-relation-created -", "asker/0 db-relation-joined giver/0",
        "asker/0 db-relation-changed giver/0", "asker/0 db-relation-joined giver/1",
        "asker/0 db-relation-changed giver/1", "asker/0 rest" } },
    { "SIM-08 an application's databag that was never written gives no event",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "asker/0 rest" } },
    { "SIM-08 app-level changed comes before joined and before unit-level changed",
      { "deploy asker 1", "deploy giver 1", "rest", "integrate asker:db giver:db",
        "giver/0 db-relation-created -", "set 1 giver k v", "asker/0 db-relation-created -",
        "asker/0 db-relation-changed -", "asker/0 db-relation-joined giver/0", "set 1 giver k w",
        "set 1 giver/0 k w", "asker/0 db-relation-changed giver/0", "asker/0 db-relation-changed -",
        "asker/0 rest" } },
    { "SIM-08 a change during joined is not told once more",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "giver/0 install",
        "giver/0 db-relation-created -", "asker/0 install", "asker/0 cluster-relation-created -",
        "asker/0 db-relation-created -", "asker/0 leader-elected", "asker/0 config-changed",
        "asker/0 start", "asker/0 db-relation-joined giver/0", "set 1 giver/0 k v",
        "asker/0 db-relation-changed giver/0", "asker/0 rest" } },
    { "SIM-08 several writes are one event",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 1 giver/0 a 1", "set 1 giver/0 b 2", "set 1 giver/0 a 3",
        "asker/0 db-relation-changed giver/0", "asker/0 rest" } },
    { "SIM-08 equal values are none",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 1 giver/0 a 1", "rest", "set 1 giver/0 a 1", "asker/0 rest" } },
    { "SIM-08 a writer does not hear of itself",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 1 asker/0 a 1", "set 1 asker a 1", "asker/0 rest" } },
    { "SIM-09 but of a peer relation's application databag it does",
      { "deploy asker 2", "rest", "set 0 asker a 1", "asker/0 cluster-relation-changed -",
        "asker/1 cluster-relation-changed -", "asker/0 rest" } },
    { "SIM-08 a write while the hook runs is told after it",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 1 giver/0 a 1", "asker/0 !db-relation-changed giver/0", "set 1 giver/0 a 2",
        "asker/0 db-relation-changed giver/0", "asker/0 rest" } },
    { "SIM-08 a relation that ends: departed in the units' order, then broken",
      { "deploy asker 1", "deploy giver 2", "integrate asker:db giver:db", "rest",
        "remove-relation asker giver", "asker/0 db-relation-departed giver/0",
        "asker/0 db-relation-departed giver/1", "asker/0 db-relation-broken -", "asker/0 rest" } },
    { "SIM-08 a relation that ends brings no changed",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 1 giver/0 a 1", "set 1 giver a 1", "remove-relation asker giver",
        "asker/0 db-relation-departed giver/0", "asker/0 db-relation-broken -", "asker/0 rest" } },
    { "SIM-08 but changed still follows a joined that has run",
      { "deploy asker 1", "deploy giver 1", "rest", "integrate asker:db giver:db",
        "giver/0 db-relation-created -", "asker/0 db-relation-created -",
        "asker/0 db-relation-joined giver/0", "remove-relation asker giver",
        "asker/0 db-relation-changed giver/0", "asker/0 db-relation-departed giver/0",
        "asker/0 db-relation-broken -" } },
    { "SIM-08 broken may be the only one after created",
      { "deploy asker 1", "deploy giver 1", "rest", "integrate asker:db giver:db",
        "asker/0 db-relation-created -", "remove-relation asker giver",
        "asker/0 db-relation-broken -", "asker/0 rest" } },
    { "SIM-08 a relation that nobody entered ends without a word",
      { "deploy asker 1", "deploy giver 1", "rest", "integrate asker:db giver:db",
        "remove-relation asker giver", "asker/0 rest", "giver/0 rest" } },
    { "SIM-08 a unit that goes tells its peers, and has no broken of them",
      { "deploy asker 2", "rest", "remove-unit asker/1",
        "asker/1 cluster-relation-departed asker/0", "asker/1 stop",
        "asker/0 cluster-relation-departed asker/1", "asker/1 remove", "asker/0 rest" } },
    { "SIM-08 a unit that goes breaks with others, who keep the relation",
      { "deploy asker 2", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "remove-unit asker/1", "asker/1 db-relation-departed giver/0",
        "asker/1 db-relation-broken -", "asker/1 cluster-relation-departed asker/0", "asker/1 stop",
        "giver/0 db-relation-departed asker/1", "giver/0 rest" } },
    { "SIM-08 a unit that was never installed goes without hooks",
      { "deploy asker 1", "remove-unit asker/0", "asker/0 rest" } },
    { "SIM-08 a dying unit hears nothing new",
      { "deploy asker 1", "deploy giver 1", "rest", "remove-unit asker/0",
        "integrate asker:db giver:db", "asker/0 stop", "asker/0 remove" } },
    { "SIM-08 peers come last",
      { "deploy asker 2", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "set 0 asker/1 a 1", "set 1 giver/0 a 1", "asker/0 db-relation-changed giver/0",
        "asker/0 cluster-relation-changed asker/1", "asker/0 rest" } },
    { "SIM-08 a new leader is elected, the old one is not told",
      { "deploy asker 2", "rest", "leader asker/1", "asker/1 leader-elected", "asker/1 rest" } },
    { "SIM-08 leader settings are told to those who do not lead",
      { "deploy asker 3", "rest", "leader-set asker a 1", "asker/0 rest",
        "asker/1 leader-settings-changed", "asker/2 leader-settings-changed", "asker/1 rest" } },
    { "SIM-08 a leader that goes hands over",
      { "deploy asker 2", "rest", "remove-unit asker/0", "asker/1 leader-elected" } },
    { "SIM-08 an application goes when its relations are broken on both sides",
      { "deploy asker 1", "deploy giver 1", "integrate asker:db giver:db", "rest",
        "remove-app giver", "giver/0 db-relation-departed asker/0", "giver/0 db-relation-broken -",
        "giver/0 stop", "giver/0 remove", "asker/0 db-relation-departed giver/0",
        "asker/0 db-relation-broken -", "asker/0 rest" } },
};

struct world {
    char *folder;
    struct lc_store *store;
    struct lc_charms charms;
    struct lc_err err;
};

static void deploy(struct world *world, const char *charm, int64_t units)
{
    struct lc_err err = LC_ERR_INIT;
    struct lc_strlist none = LC_STRLIST_INIT;
    const char *tests = getenv("TESTS");
    LC_AUTO(lc_free) char *charms = lc_path_join(tests == NULL ? "tests" : tests, "model/charms");
    LC_AUTO(lc_free) char *folder = lc_path_join(charms, charm);
    LC_AUTO(lc_free) char *name = NULL;

    assert_done(lc_verb_deploy(
        world->store,
        &(struct lc_deploy){ .path = folder, .units = units, .config = &none, .resources = &none },
        &name, &err));
}

static void set_bag(struct world *world, int64_t relation, const char *holder, const char *key,
                    const char *value)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, key, value, &err));
    if (relation == -1)
        assert_done(lc_store_merge_leader_settings(world->store, holder, &changes, &err));
    else
        assert_done(lc_store_merge_bag(world->store, relation, holder, &changes, &err));
}

/* What the agent does when a hook has run well. */
static void finish(struct world *world, const char *unit, const struct lc_hook *hook)
{
    struct lc_err err = LC_ERR_INIT;

    if (hook->kind == LC_HOOK_INSTALL)
        assert_done(lc_store_set_unit(world->store, unit, LC_UNIT_REVISION, 1, &err));
    assert_done(lc_queue_done(world->store, unit, hook, &err));
}

static void describe(const struct lc_hook *hook, char *text, size_t size)
{
    char name[LC_HOOK_NAME_BYTES] = "rest";
    const char *remote = hook->remote_unit != NULL ? hook->remote_unit : "-";

    if (hook->kind != LC_HOOK_NONE)
        lc_hook_name(hook, name);
    (void)snprintf(text, size, "%s%s%s", name, lc_hook_is_relation(hook->kind) ? " " : "",
                   lc_hook_is_relation(hook->kind) ? remote : "");
}

/* The unit's next hook is the wanted one; a unit that is gone is at rest. */
static void expect(struct world *world, const char *unit, const char *wanted)
{
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    struct lc_err err = LC_ERR_INIT;
    const bool stays = wanted[0] == '!';
    char got[LC_HOOK_NAME_BYTES + 64];

    if (!lc_queue_next(world->store, &world->charms, unit, &hook, &err) && err.code != LC_ENOTFOUND)
        fail_msg("%s: %s", unit, err.message);
    describe(&hook, got, sizeof(got));
    if (strcmp(got, wanted + stays) != 0)
        fail_msg("%s: '%s', wanted '%s'", unit, got, wanted + stays);
    if (!stays && hook.kind != LC_HOOK_NONE)
        finish(world, unit, &hook);
}

static void come_to_rest(struct world *world)
{
    struct lc_err err = LC_ERR_INIT;
    bool ran = true;

    for (int rounds = 0; ran; rounds++) {
        LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
        assert_true(rounds < 1000);
        assert_done(lc_store_units(world->store, NULL, &units, &err));
        ran = false;
        for (size_t i = 0; i < units.count; i++) {
            LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
            assert_done(lc_queue_next(world->store, &world->charms, units.items[i], &hook, &err));
            if (hook.kind == LC_HOOK_NONE)
                continue;
            finish(world, units.items[i], &hook);
            ran = true;
        }
    }
}

static void run_step(struct world *world, const char *step)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_choice_release) struct lc_choice choice = { .interface = NULL };
    char words[5][64] = { "", "", "", "", "" };
    int64_t id;

    const int count = sscanf(step, "%63s %63s %63s %63s %63s", words[0], words[1], words[2],
                             words[3], words[4]);
    assert_true(count >= 1);
    if (strcmp(words[0], "deploy") == 0)
        deploy(world, words[1], strtol(words[2], NULL, 10));
    else if (strcmp(words[0], "integrate") == 0)
        assert_done(lc_verb_integrate(world->store, words[1], words[2], &id, &choice, &err));
    else if (strcmp(words[0], "set") == 0)
        set_bag(world, strtol(words[1], NULL, 10), words[2], words[3], words[4]);
    else if (strcmp(words[0], "leader-set") == 0)
        set_bag(world, -1, words[1], words[2], words[3]);
    else if (strcmp(words[0], "remove-unit") == 0)
        assert_done(lc_verb_remove_unit(world->store, words[1], &err));
    else if (strcmp(words[0], "remove-relation") == 0)
        assert_done(lc_verb_remove_relation(world->store, words[1], words[2], &err));
    else if (strcmp(words[0], "remove-app") == 0)
        assert_done(lc_verb_remove_app(world->store, words[1], &err));
    else if (strcmp(words[0], "leader") == 0)
        assert_done(lc_verb_set_leader(world->store, words[1], &err));
    else if (strcmp(step, "rest") == 0)
        come_to_rest(world);
    else
        expect(world, words[0], step + strlen(words[0]) + 1);
}

static void check(void **state)
{
    const struct row *row = *state;
    struct world world = { .charms = LC_CHARMS_INIT };
    struct lc_err err = LC_ERR_INIT;
    const struct lc_store_new wanted = { .name = "test",
                                         .juju_version = LC_MODEL_JUJU_VERSION,
                                         .now = 1000000 };

    assert_done(lc_dir_temporary("test-model", &world.folder, &err));
    assert_done(lc_store_create(world.folder, &wanted, &err));
    assert_done(lc_store_open(world.folder, LC_STORE_WORK, NULL, &world.store, &err));
    for (size_t i = 0; i < MAX_STEPS && row->steps[i] != NULL; i++)
        run_step(&world, row->steps[i]);
    lc_charms_release(&world.charms);
    lc_store_free(world.store);
    assert_done(lc_dir_remove_tree(world.folder, &err));
    lc_free(world.folder);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check);
    return suite_run(&suite, "model_queue");
}
