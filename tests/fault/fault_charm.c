/* A charm's hook, from its Lua to the commit, with Lua's memory failing from each of its
 * allocations on, or with one of the runtime's own: the hook then fails for want of memory, or does
 * what it does with memory; what it left is as before; and the same hook, run again, ends as it
 * would have. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "bind/vm.h"
#include "host/trial.h"
#include "rows.h"
#include "sweep.h"
#include "tls_world.h"

#ifdef LC_FAULT_HOOKS

static struct lc_err err;

/* A hook of a charm. state and calls are owned. */
struct world {
    struct lc_charm_meta *meta;
    struct lc_json *event;
    char *state; /* before the hook, as lc_fake_load takes it */
    char *calls; /* of the hook when nothing fails, without what it logs */
    char *end;   /* what it leaves then */
};

static struct lc_json *parse(const char *text)
{
    struct lc_json *json = NULL;

    assert_done(lc_json_parse(text, strlen(text), 0, &json, &err));
    return json;
}

/* Which calls were made, and what the world is then: which keys are where, not their values. */
static void describe(const struct host_trial *trial, struct lc_buf *calls, struct lc_buf *end)
{
    LC_AUTO(lc_json_free) struct lc_json *state = parse(trial->state.data);
    const struct lc_json *commands = lc_json_get(state, "commands");
    const struct lc_json *secrets = lc_json_get(state, "secrets");

    for (size_t i = 0; i < lc_json_count(commands); i++) {
        const char *line = lc_json_string(lc_json_at(commands, i));
        if (strncmp(line, "juju-log", 8) != 0)
            lc_buf_printf(calls, "%s\n", line);
    }
    for (size_t i = 0; i < lc_json_count(secrets); i++) {
        const struct lc_json *secret = lc_json_at(secrets, i);
        const char *label = lc_json_get_string(secret, "label");
        lc_buf_printf(end, "secret %.48s, revisions %zu\n", label == NULL ? "" : label,
                      lc_json_count(lc_json_get(secret, "revisions")));
    }
    const char *status = lc_json_get_string(state, "unit_status");
    lc_buf_printf(end, "%zu stored, status %s\n", lc_json_count(lc_json_get(state, "stored")),
                  status == NULL ? "none" : status);
}

/* The state with what a hook changed of it; free with lc_free. */
static char *state_after(const char *before, const char *dumped)
{
    static const char *const changed[] = { "relations", "secrets", "stored", "unit_status" };
    LC_AUTO(lc_json_free) struct lc_json *state = parse(before);
    LC_AUTO(lc_json_free) struct lc_json *dump = parse(dumped);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 24);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_COMPACT);
    char *out = NULL;

    for (size_t i = 0; i < LC_COUNT(changed); i++) {
        const struct lc_json *value = lc_json_get(dump, changed[i]);
        if (value != NULL)
            assert_true(lc_json_take_member(state, changed[i], lc_json_dup(value)));
    }
    lc_json_put(&writer, state);
    assert_done(lc_buf_take(&text, &out, NULL, &err));
    return out;
}

static bool try_hook(struct world *world, const char *state, struct host_trial *trial,
                     struct lc_err *why)
{
    LC_AUTO(lc_json_free) struct lc_json *json = parse(state);

    return host_trial_run(world->meta, json, world->event, trial, why);
}

static void assert_ends_well(struct world *world, const char *state, const char *what,
                             unsigned long nth)
{
    LC_AUTO(host_trial_release) struct host_trial trial = HOST_TRIAL_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf calls = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_buf_release) struct lc_buf end = LC_BUF_INIT(1u << 20);
    struct lc_err why = LC_ERR_INIT;

    if (!try_hook(world, state, &trial, &why) || trial.has_failed)
        fail_msg("%s %lu: the next time: %s%s", what, nth, why.message, trial.failure.message);
    describe(&trial, &calls, &end);
    if (strcmp(end.data, world->end) != 0)
        fail_msg("%s %lu: the next time it ends as\n%s-- wanted:\n%s", what, nth, end.data,
                 world->end);
}

static bool attempt(void *context, const struct sweep_kind *kind, unsigned long nth)
{
    struct world *world = context;
    LC_AUTO(host_trial_release) struct host_trial trial = HOST_TRIAL_INIT;
    LC_AUTO(lc_json_free) struct lc_json *state = parse(world->state);
    LC_AUTO(lc_buf_release) struct lc_buf calls = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_buf_release) struct lc_buf end = LC_BUF_INIT(1u << 20);
    struct lc_err why = LC_ERR_INIT;

    kind->arm(world, nth);
    const bool done = host_trial_run(world->meta, state, world->event, &trial, &why);
    const bool fired = kind->has_fired(world);
    kind->arm(world, 0);
    if (!done && why.code != LC_ENOMEM)
        fail_msg("%s %lu: %s: %s", kind->name, nth, lc_code_name(why.code), why.message);
    if (!done)
        return fired;
    if (trial.has_failed && trial.failure.code != LC_ENOMEM)
        fail_msg("%s %lu: %s: %s", kind->name, nth, lc_code_name(trial.failure.code),
                 trial.failure.message);
    describe(&trial, &calls, &end);
    if (!trial.has_failed && strcmp(calls.data, world->calls) != 0)
        fail_msg("%s %lu: it went on, but otherwise:\n%s-- wanted:\n%s", kind->name, nth,
                 calls.data, world->calls);
    if (trial.has_failed) {
        LC_AUTO(lc_free) char *after = state_after(world->state, trial.state.data);
        assert_ends_well(world, after, kind->name, nth);
    }
    return fired;
}

static void arm_lua(void *world, unsigned long nth)
{
    (void)world;
    bind_fault_allocation(nth);
}

static bool lua_fired(void *world)
{
    (void)world;
    return bind_fault_fired();
}

static void arm_memory(void *world, unsigned long nth)
{
    (void)world;
    lc_fault_allocation(nth);
}

static bool memory_fired(void *world)
{
    (void)world;
    return lc_fault_fired();
}

static const struct sweep_kind kinds[] = {
    { "Lua's allocations, sticky", arm_lua, lua_fired, 17 },
    { "our allocations below a charm's Lua", arm_memory, memory_fired, 11 },
};

/* --- the hooks ---------------------------------------------------------------------------------
 */

struct row {
    const char *name;
    const char *charm;
    const char *unit;
    const char *remote;
    bool again; /* the hook has run before: there is nothing left to do */
};

static const struct row rows[] = {
    { "a charm asks", "requirer", "web/0", "ca", false },
    { "a charm that has asked", "requirer", "web/0", "ca", true },
    { "a charm issues", "provider", "ca/0", "web", false },
    { "a charm that has issued", "provider", "ca/0", "web", true },
};

static char *first_state(const struct row *row)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_buf_release) struct lc_buf requests = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_COMPACT);
    char *out = NULL;

    assert_done(lc_request_entries_add(&entries, tls_csr(0), false, &err));
    assert_done(lc_databag_dump_requests(&entries, &requests, &err));
    lc_buf_printf(&text,
                  "{\"unit\":\"%s\",\"leader\":true,\"relations\":[{\"id\":\"certificates:7\","
                  "\"app\":\"%s\",\"units\":[\"%s/0\"],\"data\":{",
                  row->unit, row->remote, row->remote);
    if (strcmp(row->charm, "provider") == 0) {
        lc_buf_puts(&text, "\"web/0\":{\"" LC_KEY_REQUESTS "\":");
        lc_json_put_string(&writer, requests.data);
        lc_buf_puts(&text, "}");
    }
    lc_buf_puts(&text, "}}]}");
    assert_done(lc_buf_take(&text, &out, NULL, &err));
    return out;
}

static struct lc_json *event_of(const struct row *row)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 12);

    lc_buf_printf(&text,
                  "{\"hook\":\"certificates-relation-changed\",\"relation_id\":\"certificates:7\","
                  "\"remote_app\":\"%s\",\"remote_unit\":\"%s/0\"}",
                  row->remote, row->remote);
    return parse(text.data);
}

/* Runs the hook with nothing failing: what it calls and leaves; and in *after the state. */
static void run_undisturbed(struct world *world, char **after)
{
    LC_AUTO(host_trial_release) struct host_trial trial = HOST_TRIAL_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf calls = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_buf_release) struct lc_buf end = LC_BUF_INIT(1u << 20);

    assert_done(try_hook(world, world->state, &trial, &err));
    if (trial.has_failed)
        fail_msg("%s", trial.failure.message);
    describe(&trial, &calls, &end);
    lc_free(world->calls);
    lc_free(world->end);
    assert_done(lc_buf_take(&calls, &world->calls, NULL, &err));
    assert_done(lc_buf_take(&end, &world->end, NULL, &err));
    lc_free(*after);
    *after = state_after(world->state, trial.state.data);
}

static void check(void **state)
{
    const struct row *row = *state;
    struct world world = { .event = event_of(row), .state = first_state(row) };
    LC_AUTO(lc_buf_release) struct lc_buf folder = LC_BUF_INIT(4096);
    char *after = NULL;

    lc_buf_printf(&folder, "../%s", row->charm);
    assert_int_equal(chdir(folder.data), 0);
    assert_done(lc_charm_meta_load(".", &world.meta, &err));
    run_undisturbed(&world, &after);
    if (row->again) {
        lc_free(world.state);
        world.state = LC_STEAL(after);
        run_undisturbed(&world, &after);
    }
    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        sweep(&kinds[i], &world, attempt);
    lc_free(after);
    lc_free(world.state);
    lc_free(world.calls);
    lc_free(world.end);
    lc_json_free(world.event);
    lc_charm_meta_free(world.meta);
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    const char *tests = getenv("TESTS");

    if (chdir(tests == NULL ? "tests" : tests) != 0 || chdir("fault/charms/requirer") != 0)
        return 2;
    SUITE_ROWS(&suite, rows, check);
    const int failures = suite_run(&suite, "charm fault");
    return sweep_report() ? failures : 1;
}

#else

static void nothing_to_sweep(void **state)
{
    (void)state;
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "this build has no faults; debug and asan have", nothing_to_sweep);
    return suite_run(&suite, "charm fault");
}

#endif
