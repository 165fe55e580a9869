/* The VM of a file of tests, and what lua/charm/testing is built on: the module
 * "charm.testing.core". */
#include "host/test.h"

#include <lauxlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "charm/action.h"
#include "host/replay.h"
#include "host/trial.h"

#define CORE_MODULE "charm.testing.core"

struct tests {
    const struct lc_charm_meta *meta;
    const struct lc_test_file *file;
    struct bind_context context;
};

static struct tests *tests_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* --- the charm --------------------------------------------------------------------------- */

static void set_text(lua_State *L, const char *name, const char *text)
{
    bind_push_text(L, text);
    lua_setfield(L, -2, name);
}

static void push_endpoints(lua_State *L, const struct lc_charm_meta *meta)
{
    lua_createtable(L, 0, (int)meta->endpoint_count);
    for (size_t i = 0; i < meta->endpoint_count; i++) {
        const struct lc_charm_endpoint *endpoint = &meta->endpoints[i];
        lua_createtable(L, 0, 4);
        set_text(L, "role", lc_charm_role_name(endpoint->role));
        set_text(L, "interface", endpoint->interface);
        lua_pushinteger(L, endpoint->limit);
        lua_setfield(L, -2, "limit");
        lua_pushboolean(L, endpoint->container_scope);
        lua_setfield(L, -2, "in_container");
        lua_setfield(L, -2, endpoint->name);
    }
}

static void push_options(lua_State *L, const struct lc_charm_meta *meta)
{
    lua_createtable(L, 0, (int)meta->option_count);
    for (size_t i = 0; i < meta->option_count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "type", meta->options[i].type);
        if (meta->options[i].default_value != NULL) {
            bind_push_json_exact(L, meta->options[i].default_value);
            lua_setfield(L, -2, "default");
        }
        lua_setfield(L, -2, meta->options[i].name);
    }
}

static void push_storages(lua_State *L, const struct lc_charm_meta *meta)
{
    lua_createtable(L, 0, (int)meta->storage_count);
    for (size_t i = 0; i < meta->storage_count; i++) {
        bind_push_text(L, meta->storages[i].type);
        lua_setfield(L, -2, meta->storages[i].name);
    }
}

static void push_resources(lua_State *L, const struct lc_charm_meta *meta)
{
    lua_createtable(L, 0, (int)meta->resource_count);
    for (size_t i = 0; i < meta->resource_count; i++) {
        bind_push_text(L, meta->resources[i].type);
        lua_setfield(L, -2, meta->resources[i].name);
    }
}

static void push_actions(lua_State *L, const struct lc_charm_meta *meta)
{
    lua_createtable(L, 0, (int)meta->action_count);
    for (size_t i = 0; i < meta->action_count; i++) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, meta->actions[i].name);
    }
}

static void push_names(lua_State *L, const char *const *names, size_t count)
{
    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, names[i]);
    }
}

/* charm(): what the metadata says, each section by name. */
static int charm(lua_State *L)
{
    const struct lc_charm_meta *meta = tests_of(L)->meta;

    lua_createtable(L, 0, 9);
    set_text(L, "name", meta->name);
    lua_pushboolean(L, meta->subordinate);
    lua_setfield(L, -2, "subordinate");
    push_endpoints(L, meta);
    lua_setfield(L, -2, "endpoints");
    push_options(L, meta);
    lua_setfield(L, -2, "options");
    push_storages(L, meta);
    lua_setfield(L, -2, "storages");
    push_resources(L, meta);
    lua_setfield(L, -2, "resources");
    push_actions(L, meta);
    lua_setfield(L, -2, "actions");
    push_names(L, meta->containers, meta->container_count);
    lua_setfield(L, -2, "containers");
    push_names(L, meta->bindings, meta->binding_count);
    lua_setfield(L, -2, "bindings");
    return 1;
}

/* --- what tests ask for ------------------------------------------------------------------ */

static struct lc_json *check_json(lua_State *L, int arg)
{
    struct lc_json **json = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;
    size_t len;
    const char *text = luaL_checklstring(L, arg, &len);

    if (!lc_json_parse(text, len, 0, json, &err))
        (void)bind_raise(L, &err); /* does not return */
    return *json;
}

static void release_trial(void *trial)
{
    host_trial_release(trial);
}

static void push_failure(lua_State *L, const struct host_trial *trial)
{
    lua_createtable(L, 0, 3);
    set_text(L, "code", lc_code_name(trial->failure.code));
    set_text(L, "message", trial->failure.message);
    set_text(L, "traceback", trial->traceback.data);
}

/* run(state, event): the state after the hook and its machine, as texts of JSON; then, when the
 * hook failed, { code, message, traceback }. */
static int run(lua_State *L)
{
    const struct lc_json *state = check_json(L, 1);
    const struct lc_json *event = check_json(L, 2);
    struct host_trial *trial = bind_scratch(L, sizeof(*trial), release_trial);
    struct lc_err err = LC_ERR_INIT;

    *trial = (struct host_trial)HOST_TRIAL_INIT;
    if (!host_trial_run(tests_of(L)->meta, state, event, trial, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, trial->state.data, trial->state.len);
    lua_pushlstring(L, trial->machine.data, trial->machine.len);
    if (!trial->has_failed)
        return 2;
    push_failure(L, trial);
    return 3;
}

/* action_params(name, params): the parameters with the schema's defaults, as JSON; nil and a
 * message where they do not fit. */
static int action_params(lua_State *L)
{
    const struct lc_charm_action *action = lc_charm_meta_action(tests_of(L)->meta,
                                                                luaL_checkstring(L, 1));
    struct lc_json *params = check_json(L, 2);
    struct lc_buf *text = bind_scratch_buf(L, HOST_TRIAL_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    luaL_argcheck(L, action != NULL, 1, "an action of the charm expected");
    if (!lc_charm_action_complete(action, params, &err))
        return bind_fail(L, &err);
    struct lc_json_writer out = lc_json_writer(text, LC_JSON_COMPACT);
    lc_json_put(&out, params);
    if (!lc_buf_check(text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

/* time(text): "2026-01-01T00:00:00Z" in seconds since the epoch; nil, message, code. */
static int parse_time(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    int64_t seconds;

    if (!lc_time_parse(luaL_checkstring(L, 1), &seconds, &err))
        return bind_fail(L, &err);
    lua_pushinteger(L, seconds);
    return 1;
}

/* duration(text): "90d" in seconds; raises for another text. */
static int parse_duration(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    int64_t seconds;

    if (!lc_duration_parse(luaL_checkstring(L, 1), &seconds, &err))
        return bind_raise(L, &err);
    lua_pushinteger(L, seconds);
    return 1;
}

static void release_replay(void *replay)
{
    lc_replay_release(replay);
}

/* replay(path): the first difference, or nil. */
static int replay(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct lc_replay *again = bind_scratch(L, sizeof(*again), release_replay);
    struct lc_err err = LC_ERR_INIT;

    *again = (struct lc_replay)LC_REPLAY_INIT;
    if (!lc_host_replay(path, again, &err))
        return bind_raise(L, &err);
    bind_push_text(L, again->difference.len == 0 ? NULL : again->difference.data);
    return 1;
}

/* where(): the author's line that is running, "tests/web_test.lua:12". */
static int where(lua_State *L)
{
    char place[BIND_WHERE_BYTES];

    bind_where(L, place);
    lua_pushstring(L, place);
    return 1;
}

/* tell(name, failure): after each test; failure nil when it passed. */
static int tell(lua_State *L)
{
    const struct lc_test_file *file = tests_of(L)->file;

    file->tell(file->context, &(struct lc_test_outcome){ .name = luaL_checkstring(L, 1),
                                                         .failure = luaL_optstring(L, 2, NULL) });
    return 0;
}

/* chosen(): what the user wants to run: a part of a name or nil, a line or nil. */
static int chosen(lua_State *L)
{
    const struct lc_test_file *file = tests_of(L)->file;

    bind_push_text(L, file->only);
    if (file->line == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, file->line);
    return 2;
}

static const luaL_Reg core[] = {
    { "charm", charm },   { "run", run },         { "action_params", action_params },
    { "replay", replay }, { "time", parse_time }, { "duration", parse_duration },
    { "where", where },   { "tell", tell },       { "chosen", chosen },
    { NULL, NULL },
};

/* set_core(struct tests *) */
static int set_core(lua_State *L)
{
    bind_set_module(L, CORE_MODULE, core);
    return 0;
}

/* --- a file of tests --------------------------------------------------------------------- */

static int run_tests(lua_State *L)
{
    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.testing.runner");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "run");
    lua_call(L, 0, 0);
    return 0;
}

static bool start(struct tests *tests, struct bind_vm **out, struct lc_err *err)
{
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;

    if (!lc_strlist_add(&folders, "tests", err) || !lc_strlist_add(&folders, "lua", err) ||
        !lc_strlist_add(&folders, "lib", err) || !bind_vm_new(&tests->context, NULL, &vm, err) ||
        !bind_vm_set_path(vm, &folders, err))
        return false;
    lua_pushcfunction(bind_vm_state(vm), set_core);
    lua_pushlightuserdata(bind_vm_state(vm), tests);
    if (!bind_pcall(bind_vm_state(vm), 1, 0, err))
        return false;
    *out = LC_STEAL(vm);
    return true;
}

static bool run_file(struct tests *tests, struct bind_vm *vm, struct lc_err *err)
{
    LC_AUTO(lc_free) char *text = NULL;
    size_t len = 0;

    if (!lc_file_read(tests->file->path, LC_SCRIPT_MAX_BYTES, &text, &len, err) ||
        !bind_vm_run_text(vm, tests->file->shown, text, len, NULL, err))
        return false;
    lua_pushcfunction(bind_vm_state(vm), run_tests);
    return bind_pcall(bind_vm_state(vm), 0, 0, err);
}

static struct tests new_tests(const struct lc_charm_meta *meta, const struct lc_test_file *file)
{
    return (struct tests){
        .meta = meta,
        .file = file,
        .context = { .clock = lc_clock_system(), .log = lc_log_stderr(LC_LEVEL_WARNING) },
    };
}

bool lc_host_test(const struct lc_charm_meta *meta, const struct lc_test_file *file,
                  struct lc_buf *traceback, struct lc_err *err)
{
    struct tests tests = new_tests(meta, file);
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    if (!start(&tests, &vm, err))
        return false;
    if (run_file(&tests, vm, err))
        return true;
    lc_buf_puts(traceback, bind_vm_traceback(vm));
    return false;
}

/* describe(as_json, struct lc_buf *) */
static int describe_refusals(lua_State *L)
{
    struct lc_buf *out = lua_touserdata(L, 2);
    size_t len;

    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.testing.refusals");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "describe");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    const char *text = luaL_checklstring(L, -1, &len);
    lc_buf_add(out, text, len);
    return 0;
}

bool lc_host_test_refusals(bool as_json, struct lc_buf *out, struct lc_err *err)
{
    struct tests tests = new_tests(NULL, NULL); /* no charm is looked at */
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    if (!start(&tests, &vm, err))
        return false;
    lua_pushcfunction(bind_vm_state(vm), describe_refusals);
    lua_pushboolean(bind_vm_state(vm), as_json);
    lua_pushlightuserdata(bind_vm_state(vm), out);
    return bind_pcall(bind_vm_state(vm), 2, 0, err) && lc_buf_check(out, err);
}
