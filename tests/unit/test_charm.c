/* The module charm in a VM, above a Juju in memory: what a charm registers, and what becomes of a
 * script when any hook command or any allocation fails. */
#include <string.h>

#include "base/mem.h"
#include "bind/bind.h"
#include "bind/charm.h"
#include "fake_juju.h"
#include "rows.h"

static struct lc_err err;

struct world {
    struct fake_juju *fake;
    struct lc_session *session;
    struct bind_context context;
    struct bind_vm *vm;
};

static void ignore_line(void *context, enum lc_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static void world_release(struct world *world)
{
    bind_vm_free(world->vm);
    lc_session_free(world->session);
    fake_juju_free(world->fake);
}
LC_AUTO_VALUE(struct world, world_release);

static void set_up(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->fake = fake_juju_new("web/0");
    fake_juju_lead(world->fake, true);
    fake_juju_relate(world->fake, "db:7", "mysql");
    fake_juju_join(world->fake, "db:7", "mysql/0");
    fake_juju_put(world->fake, "db:7", "mysql/0", "host", "10.0.0.1");
    fake_juju_put_state(world->fake, "count", "1");
    fake_juju_answer(world->fake, "config-get", "{\"name\":\"x\",\"port\":443}");
    fake_juju_answer(world->fake, "network-get db",
                     "{\"bind-addresses\":[{\"interface-name\":\"eth0\",\"addresses\":"
                     "[{\"value\":\"10.1.2.3\"}]}],\"ingress-addresses\":[\"10.1.2.3\"]}");
    (void)fake_juju_add_secret_text(world->fake, "web/0", "mine", "password", "old");
    fake_juju_relation_hook(world->fake, "db-relation-changed", "db:7", "mysql/0");
}

static bool start(struct world *world)
{
    const struct lc_juju *port = fake_juju_port(world->fake);

    world->context.env = fake_juju_env(world->fake);
    world->context.clock = *fake_juju_clock(world->fake);
    world->context.log = (struct lc_log){ .write = ignore_line, .least = LC_LEVEL_TRACE };
    if (!lc_session_new(port, world->context.env, &world->context.clock, &world->session, &err))
        return false;
    world->context.session = world->session;
    return bind_vm_new(&world->context, NULL, &world->vm, &err);
}

static bool run_text(struct world *world, const char *text)
{
    return bind_vm_run_text(world->vm, "src/charm.lua", text, strlen(text), NULL, &err);
}

/* --- what is registered -------------------------------------------------------------------- */

struct registered_row {
    const char *name;
    const char *script;
    size_t count;
    enum bind_handler_kind kind; /* of the last one */
    const char *handler;
};

static const struct registered_row registered_rows[] = {
    { "nothing is registered without a call", "require 'charm'", 0, BIND_ON_EVENT, NULL },
    { "an event handler is kept under its name", "require 'charm'.on('start', print)", 1,
      BIND_ON_EVENT, "start" },
    { "several handlers of one event are all kept",
      "local c = require 'charm' c.on('start', print) c.on('start', print)", 2, BIND_ON_EVENT,
      "start" },
    { "an action handler is kept under its name", "require 'charm'.action('backup', print)", 1,
      BIND_ON_ACTION, "backup" },
    { "status collectors share one handler",
      "local c = require 'charm' c.collect_status(print) c.collect_status(print)", 1,
      BIND_ON_STATUS, "" },
    { "the application's status has its own",
      "local c = require 'charm' c.collect_status(print) c.collect_app_status(print)", 2,
      BIND_ON_STATUS, "" },
};

static void registers(void **state)
{
    const struct registered_row *row = *state;
    LC_AUTO(world_release) struct world world;

    set_up(&world);
    assert_done(start(&world));
    assert_done(run_text(&world, row->script));
    const struct bind_charm *charm = world.context.charm;
    assert_non_null(charm);
    assert_int_equal(charm->handler_count, row->count);
    assert_int_equal(fake_juju_total(world.fake), 0);
    if (row->count == 0)
        return;
    assert_int_equal(charm->handlers[row->count - 1].kind, row->kind);
    assert_string_equal(charm->handlers[row->count - 1].name, row->handler);
}

/* --- life cycles ------------------------------------------------------------------------------ */

static int add_lifecycle(lua_State *L)
{
    static const struct bind_lifecycle lifecycle = { .endpoint = "certificates" };

    bind_charm_add_lifecycle(L, &lifecycle, 1, lua_isfunction(L, 2) ? 2 : 0);
    return 0;
}

static bool add(struct world *world, bool with_deliver)
{
    lua_State *L = bind_vm_state(world->vm);

    lua_pushcfunction(L, add_lifecycle);
    lua_newtable(L);
    if (with_deliver)
        (void)lua_getglobal(L, "print");
    return bind_pcall(L, with_deliver ? 2 : 1, 0, &err);
}

static void keeps_lifecycles(void **state)
{
    LC_AUTO(world_release) struct world world;

    (void)state;
    set_up(&world);
    assert_done(start(&world));
    assert_done(add(&world, true));
    assert_int_equal(world.context.charm->lifecycle_count, 1);
    assert_int_not_equal(world.context.charm->lifecycles[0].deliver, LUA_NOREF);
    assert_fails(add(&world, false), LC_EUSAGE, "endpoint 'certificates' is managed already");
}

/* --- failures --------------------------------------------------------------------------------- */

/* Functions that talk to Juju, and the objects made of them. */
static const char everything[] =
    "local charm <const> = require 'charm'\n"
    "local relation <const> = charm.relation('db')\n"
    "assert(relation.app == 'mysql' and relation.units[1] == 'mysql/0')\n"
    "assert(relation.data['mysql/0'].host == '10.0.0.1')\n"
    "for key, value in pairs(relation.data[charm.unit]) do assert(key and value) end\n"
    "relation.data[charm.unit].name = charm.config.name\n"
    "relation.data[charm.app].port = ('%d'):format(charm.config.port)\n"
    "charm.state.count = charm.state.count + 1\n"
    "charm.state.list = { 'a', { b = true } }\n"
    "charm.state.gone = nil\n"
    "for key in pairs(charm.state) do assert(key) end\n"
    "local secret <const> = charm.secret.add { label = 'new', owner = 'unit', expire = '1d',\n"
    "  content = { password = 'p', other = 'o' } }\n"
    "secret:grant(relation)\n"
    "assert(secret:content().password:reveal() == 'p')\n"
    "local mine <const> = assert(charm.secret.get { label = 'mine' })\n"
    "assert(mine.id and mine:info().revision == 1)\n"
    "mine:set { content = { password = mine:content().password } }\n"
    "assert(charm.secret.get { label = 'none' } == nil)\n"
    "assert(#charm.secret.ids() > 0)\n"
    "charm.open_port(443)\n"
    "assert(#charm.opened_ports() > 0)\n"
    "assert(charm.network('db').bind_address == '10.1.2.3')\n"
    "assert(charm.is_leader())\n"
    "charm.status.set('active', 'well')\n"
    "charm.version_set('1')\n"
    "charm.log.info('done')\n"
    "local result <const> = charm.exec { 'sh', '-c', 'cat; printf %s \"$X\"', stdin = 'in',\n"
    "  env = { X = 'env' } }\n"
    "assert(result.stdout == 'inenv' and result.status == 0)\n";

static void runs_everything(void **state)
{
    LC_AUTO(world_release) struct world world;

    (void)state;
    set_up(&world);
    assert_done(start(&world));
    assert_done(run_text(&world, everything));
    assert_done(lc_session_flush(world.session, &err));
    assert_done(fake_juju_commit(world.fake, &err));
    assert_string_equal(fake_juju_data(world.fake, "db:7", "web/0", "name"), "x");
    assert_string_equal(fake_juju_data(world.fake, "db:7", "web", "port"), "443");
    assert_string_equal(fake_juju_state(world.fake, "count"), "2");
    assert_string_equal(fake_juju_state(world.fake, "list"), "[\"a\",{\"b\":true}]");
    assert_string_equal(fake_juju_secret_text(world.fake, "new", "other"), "o");
    assert_string_equal(fake_juju_status(world.fake, false), "active: well");
}

/* Values that a script dropped are gone after a collection. */
static void leaves_no_box(void **state)
{
    LC_AUTO(world_release) struct world world;

    (void)state;
    set_up(&world);
    assert_done(start(&world));
    assert_done(run_text(&world, everything));
    assert_done(run_text(&world, "collectgarbage() collectgarbage()"));
    assert_int_equal(bind_boxes_alive(bind_vm_state(world.vm)), 0);
}

/* Run with the nth hook command failing; whether there was an nth. */
static bool run_with_failure(unsigned nth, enum lc_code code)
{
    LC_AUTO(world_release) struct world world;

    set_up(&world);
    fake_juju_fail(world.fake, NULL, nth, code);
    assert_done(start(&world));
    err = (struct lc_err)LC_ERR_INIT;
    const bool good = run_text(&world, everything) && lc_session_flush(world.session, &err);
    const bool fired = fake_juju_total(world.fake) >= nth;
    /* What is absent or not ours is an answer. */
    if (fired && code == LC_ECOMMAND && (good || err.code != code))
        fail_msg("failure %u: %s", nth, good ? "lost" : err.message);
    if (!good && err.message[0] == '\0')
        fail_msg("failure %u has no message", nth);
    if (!fired)
        assert_true(good);
    return fired;
}

static void every_command_fails(void **state)
{
    const enum lc_code *code = *state;
    unsigned nth = 1;

    while (run_with_failure(nth, *code))
        nth++;
    assert_true(nth > 15); /* the script calls that many */
}

#ifdef LC_FAULT_HOOKS
/* Run with the nth allocation failing; whether there was an nth. */
static bool run_without_memory(unsigned long nth)
{
    LC_AUTO(world_release) struct world world;

    set_up(&world);
    err = (struct lc_err)LC_ERR_INIT;
    lc_fault_allocation(nth);
    const bool good = start(&world) && run_text(&world, everything) &&
                      lc_session_flush(world.session, &err);
    const bool fired = lc_fault_fired();
    lc_fault_allocation(0);
    if (!fired && !good)
        fail_msg("without failure: %s", err.message);
    if (!good && err.message[0] == '\0')
        fail_msg("allocation %lu failed without a message", nth);
    return fired;
}

static void every_allocation_fails(void **state)
{
    unsigned long nth = 1;

    (void)state;
    while (run_without_memory(nth))
        nth++;
    assert_true(nth > 50);
}
#endif

int main(void)
{
    static const enum lc_code codes[] = { LC_ECOMMAND, LC_EPERM, LC_ENOTFOUND };
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, registered_rows, registers);
    SUITE_TEST(&suite, "an endpoint has one life cycle, which is kept", keeps_lifecycles);
    SUITE_TEST(&suite, "all functions work together", runs_everything);
    SUITE_TEST(&suite, "no box is left alive", leaves_no_box);
    for (size_t i = 0; i < LC_COUNT(codes); i++)
        suite_addf(&suite, every_command_fails, (void *)(uintptr_t)&codes[i],
                   "each hook command fails in turn: %s", lc_code_name(codes[i]));
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "each allocation fails in turn", every_allocation_fails);
#endif
    return suite_run(&suite, "charm");
}
