/* The VM of the lint, and what lua/charm/lint.lua is built on: the module "charm.lint.core". */
#include "host/lint.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "bind/bind.h"
#include "bind/policy.h"
#include "charm/folder.h"
#include "charm/platform.h"
#include "host/lint_load.h"

#define CORE_MODULE    "charm.lint.core"
#define READ_MAX_BYTES (32u * 1024 * 1024)

struct lint {
    struct bind_context context;
    struct lc_charm_meta *meta; /* owned; NULL: it cannot be read */
    struct host_files files;    /* borrows from meta */
};

static void lint_release(struct lint *lint)
{
    host_files_release(&lint->files);
    lc_charm_meta_free(lint->meta);
}
LC_AUTO_VALUE(struct lint, lint_release);

static struct lint *lint_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

void lc_host_lint_result_release(struct lc_host_lint_result *result)
{
    lc_buf_release(&result->text);
}

/* --- the charm --------------------------------------------------------------------------- */

static void push_names(lua_State *L, const struct lc_charm_meta *meta, enum host_named what)
{
    const size_t count = host_named_count(meta, what);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, host_named_at(meta, what, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* charm(): { names by kind, summary, has_metadata, has_program, wants_dispatch }; nil, message */
static int charm(lua_State *L)
{
    struct lint *lint = lint_of(L);
    struct lc_err err = LC_ERR_INIT;
    bool has_program;
    bool wants_dispatch;

    if ((lint->meta == NULL && !lc_charm_meta_load(".", &lint->meta, &err)) ||
        !lc_charm_folder_has_program(".", &has_program, &err) ||
        !lc_charm_folder_wants_dispatch(".", &wants_dispatch, &err))
        return bind_fail(L, &err);
    host_files_lend(&lint->files, lint->meta);
    lua_createtable(L, 0, HOST_NAMED_COUNT + 4);
    for (int what = 0; what < HOST_NAMED_COUNT; what++) {
        push_names(L, lint->meta, (enum host_named)what);
        lua_setfield(L, -2, host_named_word((enum host_named)what));
    }
    lua_pushstring(L, lint->meta->summary);
    lua_setfield(L, -2, "summary");
    lua_pushboolean(L, lint->meta->has_metadata_yaml);
    lua_setfield(L, -2, "has_metadata");
    lua_pushboolean(L, has_program);
    lua_setfield(L, -2, "has_program");
    lua_pushboolean(L, wants_dispatch);
    lua_setfield(L, -2, "wants_dispatch");
    return 1;
}

/* knows(what, name): nil, or what there is instead. After charm(). */
static int knows(lua_State *L)
{
    static const char *const words[] = { "event",  "action",  "endpoint", "binding",
                                         "option", "storage", "resource", NULL };
    static const enum bind_name names[] = { BIND_NAME_EVENT,   BIND_NAME_ACTION, BIND_NAME_ENDPOINT,
                                            BIND_NAME_BINDING, BIND_NAME_OPTION, BIND_NAME_STORAGE,
                                            BIND_NAME_RESOURCE };
    const enum bind_name what = names[luaL_checkoption(L, 1, NULL, words)];
    const char *name = luaL_checkstring(L, 2);
    struct lc_err err = LC_ERR_INIT;

    if (host_files_know(&lint_of(L)->files, what, name, &err))
        return 0;
    lua_pushstring(L, err.message);
    return 1;
}

/* platform(architecture): nil, or why charmcraft.yaml has no base for it. After charm(). */
static int platform(lua_State *L)
{
    const char *architecture = luaL_checkstring(L, 1);
    struct lc_charm_platform ignored;
    struct lc_err err = LC_ERR_INIT;

    if (lc_charm_platform_of(lint_of(L)->meta, architecture, &ignored, &err))
        return 0;
    lua_pushstring(L, err.message);
    return 1;
}

/* --- files ------------------------------------------------------------------------------- */

static void push_file(lua_State *L, const char *path)
{
    struct stat info;
    const bool there = lstat(path, &info) == 0;

    lua_createtable(L, 0, 3);
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
    lua_pushboolean(L, there && S_ISLNK(info.st_mode));
    lua_setfield(L, -2, "is_link");
    lua_pushinteger(L, there ? (lua_Integer)(info.st_mode & 07777) : 0);
    lua_setfield(L, -2, "mode");
}

/* files(): { path, mode, is_link } of each, by folder */
static int files(lua_State *L)
{
    struct lc_strlist *paths = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_charm_folder_list(".", NULL, paths, &err))
        return bind_raise(L, &err);
    lua_createtable(L, (int)paths->count, 0);
    for (size_t i = 0; i < paths->count; i++) {
        push_file(L, paths->items[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* read(path): its content; nil, message, code */
static int read_file(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char **text = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (!lc_file_read(path, READ_MAX_BYTES, text, &len, &err))
        return bind_fail(L, &err);
    lua_pushlstring(L, *text, len);
    return 1;
}

/* yaml(text): as a table; nil, message, code */
static int yaml(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    struct lc_json **json = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_yaml_parse(text, len, 0, json, &err))
        return bind_fail(L, &err);
    bind_push_json_exact(L, *json);
    return 1;
}

/* architecture(bytes): of a program, "amd64"; "" for anything else */
static int architecture(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);

    lua_pushstring(L, lc_charm_program_architecture(bytes, len));
    return 1;
}

/* --- code -------------------------------------------------------------------------------- */

static void free_policy(void *policy)
{
    bind_policy_free(policy);
}

/* policy(path): nil, or why it cannot be loaded */
static int policy(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    void **slot = bind_scratch_pointer(L, free_policy);
    struct bind_policy *loaded = NULL;
    struct lc_err err = LC_ERR_INIT;
    const bool done = bind_policy_load(path, NULL, &loaded, &err);

    *slot = loaded;
    if (done)
        return 0;
    lua_pushstring(L, err.message);
    return 1;
}

static void release_load(void *load)
{
    host_lint_load_release(load);
}

/* load(): a list of the names that the charm uses while it is loaded, { what, name, where, problem
 * }, problem being nil for those that there are; then why it cannot be loaded, or nil. After
 * charm().
 */
static int load_charm(lua_State *L)
{
    struct host_lint_load *load = bind_scratch(L, sizeof(*load), release_load);

    host_lint_load_run(load, lint_of(L)->meta);
    lua_createtable(L, (int)load->count, 0);
    for (size_t i = 0; i < load->count; i++) {
        const struct host_lint_name *name = &load->names[i];
        lua_createtable(L, 0, 4);
        lua_pushstring(L, name->what);
        lua_setfield(L, -2, "what");
        lua_pushstring(L, name->name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, name->where);
        lua_setfield(L, -2, "where");
        bind_push_text(L, name->problem);
        lua_setfield(L, -2, "problem");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    bind_push_text(L, load->is_loaded ? NULL : load->failure.message);
    return 2;
}

static const luaL_Reg core[] = {
    { "charm", charm },
    { "knows", knows },
    { "platform", platform },
    { "files", files },
    { "read", read_file },
    { "yaml", yaml },
    { "architecture", architecture },
    { "policy", policy },
    { "load", load_charm },
    { NULL, NULL },
};

/* set_core(struct lint *) */
static int set_core(lua_State *L)
{
    bind_set_module(L, CORE_MODULE, core);
    return 0;
}

/* --- running ----------------------------------------------------------------------------- */

/* call(name, as_json): the text that a function of charm.lint gives, and two numbers */
static int call(lua_State *L)
{
    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.lint");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, lua_touserdata(L, 1));
    lua_pushvalue(L, 2);
    lua_call(L, 1, 3);
    return 3;
}

static bool run(const char *function, bool as_json, struct lc_host_lint_result *out,
                struct lc_err *err)
{
    LC_AUTO(lint_release)
    struct lint lint = {
        .context = { .clock = lc_clock_system(), .log = lc_log_stderr(LC_LEVEL_WARNING) },
    };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    size_t len;

    if (!bind_vm_new(&lint.context, NULL, &vm, err))
        return false;
    lua_State *L = bind_vm_state(vm);
    lua_pushcfunction(L, set_core);
    lua_pushlightuserdata(L, &lint);
    if (!bind_pcall(L, 1, 0, err))
        return false;
    lua_pushcfunction(L, call);
    lua_pushlightuserdata(L, (void *)(uintptr_t)function);
    lua_pushboolean(L, as_json);
    if (!bind_pcall(L, 2, 3, err))
        return false;
    const char *text = lua_tolstring(L, -3, &len); /* a string: it is not converted */
    lc_buf_add(&out->text, text, len);
    out->errors = lua_tointeger(L, -2);
    out->warnings = lua_tointeger(L, -1);
    return lc_buf_check(&out->text, err);
}

bool lc_host_lint(bool as_json, struct lc_host_lint_result *out, struct lc_err *err)
{
    return run("run", as_json, out, err);
}

bool lc_host_lint_rules(bool as_json, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_host_lint_result_release)
    struct lc_host_lint_result result = LC_HOST_LINT_RESULT_INIT;

    if (!run("describe", as_json, &result, err))
        return false;
    lc_buf_add(out, result.text.data, result.text.len);
    return lc_buf_check(out, err);
}
