/* What a script finds in its VM: the standard libraries by allow-list, print, load, require and the
 * modules that can be required. */
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "bind/state.h"

/* --- functions of the base library that are ours ------------------------------------------- */

static int base_print(lua_State *L)
{
    const struct bind_context *context = bind_context(L);
    const int count = lua_gettop(L);
    luaL_Buffer line;
    size_t len;

    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&line, '\t');
        (void)luaL_tolstring(L, i, NULL);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    const char *text = lua_tolstring(L, -1, &len);
    if (context->prints_to_log) {
        lc_log_text(&context->log, LC_LEVEL_INFO, text, len);
        return 0;
    }
    if (fwrite(text, 1, len, stdout) != len || fputc('\n', stdout) == EOF || fflush(stdout) == EOF)
        return luaL_error(L, "print: cannot write to standard output");
    return 0;
}

/* Compiled chunks can corrupt the VM, so there is no way to load one. Upvalue: the original. */
static int base_load(lua_State *L)
{
    const char *mode = luaL_optstring(L, 3, "t");

    if (strchr(mode, 't') == NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "compiled chunks are not loaded, only text");
        return 2;
    }
    if (lua_gettop(L) < 3)
        lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Lua's own message has no place, since C raises it. */
static int coroutine_yield(lua_State *L)
{
    if (lua_isyieldable(L))
        return lua_yield(L, lua_gettop(L));
    const bool is_main = lua_pushthread(L) != 0;
    if (is_main)
        bind_misuse(L, "there is no coroutine here to yield from: what Juju is to do in a later "
                       "hook, charm.state can remember");
    bind_misuse(L, "a coroutine cannot yield through a function of C, such as table.sort");
}

/* --- now is the context's clock -------------------------------------------------------------- */

static void push_now(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)lc_clock_now(&bind_context(L)->clock));
}

/* Upvalue: the original. */
static int os_time(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        push_now(L);
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static int os_date(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_isnil(L, 1)) {
        lua_pushliteral(L, "%c");
        lua_replace(L, 1);
    }
    if (lua_isnil(L, 2)) {
        push_now(L);
        lua_replace(L, 2);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

/* --- files are where the context's machine has them ------------------------------------------ */

/* open, lines, input and output take a path first; upvalues: the original, whether it writes. */
static int io_function(lua_State *L)
{
    const int count = lua_gettop(L);
    const bool has_path = lua_type(L, 1) == LUA_TSTRING;
    const bool writes = lua_toboolean(L, lua_upvalueindex(2)) ||
                        (lua_type(L, 2) == LUA_TSTRING &&
                         strpbrk(lua_tostring(L, 2), "wa+") != NULL);
    const char *path = has_path ? bind_path(L, lua_tostring(L, 1), writes) : NULL;
    const int below = lua_gettop(L);

    luaL_checkstack(L, count + 1, NULL);
    lua_pushvalue(L, lua_upvalueindex(1));
    for (int i = 1; i <= count; i++)
        if (i == 1 && has_path)
            lua_pushstring(L, path);
        else
            lua_pushvalue(L, i);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L) - below;
}

static void wrap_io(lua_State *L)
{
    static const char *const names[] = { "open", "lines", "input", "output" };

    (void)lua_getglobal(L, LUA_IOLIBNAME);
    for (size_t i = 0; i < LC_COUNT(names); i++) {
        (void)lua_getfield(L, -1, names[i]);
        lua_pushboolean(L, strcmp(names[i], "output") == 0);
        lua_pushcclosure(L, io_function, 2);
        lua_setfield(L, -2, names[i]);
    }
    lua_pop(L, 1);
}

/* --- the list -------------------------------------------------------------------------------- */

static const char *const base_names[] = {
    "_G",           "_VERSION", "assert",   "collectgarbage", "error",
    "getmetatable", "ipairs",   "load",     "next",           "pairs",
    "pcall",        "print",    "rawequal", "rawget",         "rawlen",
    "rawset",       "require",  "select",   "setmetatable",   "tonumber",
    "tostring",     "type",     "warn",     "xpcall",         NULL,
};
static const char *const os_names[] = { "clock",  "date",    "difftime", "time",
                                        "getenv", "tmpname", NULL };
static const char *const io_names[] = { "close", "input",  "lines", "open",   "output",
                                        "read",  "stderr", "stdin", "stdout", "tmpfile",
                                        "type",  "write",  NULL };
static const char *const package_names[] = { "config", "loaded", "preload", "searchers", NULL };

static const struct library {
    const char *name;
    lua_CFunction open;
    const char *const *names; /* what stays; NULL: everything */
} libraries[] = {
    { LUA_GNAME, luaopen_base, base_names },
    { LUA_COLIBNAME, luaopen_coroutine, NULL },
    { LUA_TABLIBNAME, luaopen_table, NULL },
    { LUA_STRLIBNAME, luaopen_string, NULL },
    { LUA_MATHLIBNAME, luaopen_math, NULL },
    { LUA_UTF8LIBNAME, luaopen_utf8, NULL },
    { LUA_OSLIBNAME, luaopen_os, os_names },
    { LUA_IOLIBNAME, luaopen_io, io_names },
    { LUA_LOADLIBNAME, luaopen_package, package_names },
};

static bool is_listed(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Of the table at the top of the stack. */
void bind_keep_only(lua_State *L, const char *const *names)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        if (is_listed(lua_tostring(L, -1), names)) /* these libraries have names only */
            continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
}

/* Replace a function of the table at the top of the stack by one that has it as its upvalue. */
static void replace(lua_State *L, const char *name, lua_CFunction by)
{
    (void)lua_getfield(L, -1, name);
    lua_pushcclosure(L, by, 1);
    lua_setfield(L, -2, name);
}

/* --- require --------------------------------------------------------------------------------- */

/* load_text(name, text) */
int bind_load_text(lua_State *L)
{
    size_t len;
    const char *name = luaL_checkstring(L, 1);
    const char *text = luaL_checklstring(L, 2, &len);

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
        text += 3;
        len -= 3;
    }
    if (len > 0 && *text == '#') { /* for the shell; its line feed stays, so that lines count */
        const char *line_feed = memchr(text, '\n', len);
        len = line_feed == NULL ? 0 : len - (size_t)(line_feed - text);
        text = line_feed;
    }
    lua_pushfstring(L, "@%s", name);
    if (luaL_loadbufferx(L, text == NULL ? "" : text, len, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    return 1;
}

/* load_file(path) */
int bind_load_file(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char **text = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (!lc_file_read(path, LC_SCRIPT_MAX_BYTES, text, &len, &err))
        return bind_raise(L, &err);
    lua_pushcfunction(L, bind_load_text);
    lua_pushstring(L, path);
    lua_pushlstring(L, *text, len);
    lua_call(L, 2, 1);
    return 1;
}

/* Push FOLDER/NAME.lua or FOLDER/NAME/init.lua, dots of the module's name as slashes. */
static const char *push_module_path(lua_State *L, const char *folder, const char *module, bool init)
{
    const bool here = strcmp(folder, ".") == 0;

    (void)luaL_gsub(L, module, ".", "/");
    lua_pushfstring(L, "%s%s%s%s", here ? "" : folder, here ? "" : "/", lua_tostring(L, -1),
                    init ? "/init.lua" : ".lua");
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

/* `return policy { ... }` is a tail call, in which the policy does not see whose file it is made
 * in: it is told, once the file at index 1 has returned it. */
static void tell_policy(lua_State *L)
{
    static const char class_name[] = "charm.policy.Policy";

    if (!lua_istable(L, -1) || luaL_getmetafield(L, -1, "__name") == LUA_TNIL)
        return;
    const bool is_policy = lua_type(L, -1) == LUA_TSTRING &&
                           strcmp(lua_tostring(L, -1), class_name) == 0;
    lua_pop(L, 1);
    if (!is_policy)
        return;
    lua_pushliteral(L, "file");
    lua_pushvalue(L, 1);
    lua_rawset(L, -3);
}

/* A loader; upvalue: the chunk. */
static int run_module(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_insert(L, 1); /* the path, below what is called */
    lua_pushcfunction(L, bind_call);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_rotate(L, 2, 2);
    lua_call(L, 3, 1);
    tell_policy(L);
    return 1;
}

/* A searcher: the loader and the path, or what was looked for. */
static int find_lua_file(lua_State *L)
{
    const struct lc_strlist *folders = &bind_vm_of(L)->folders;
    const char *module = luaL_checkstring(L, 1);

    lua_settop(L, 1);
    lua_pushliteral(L, "");
    for (size_t i = 0; i < folders->count * 2; i++) {
        const char *path = push_module_path(L, folders->items[i / 2], module, i % 2 == 1);
        if (lc_file_exists(path)) {
            lua_pushcfunction(L, bind_load_file);
            lua_pushvalue(L, -2);
            lua_call(L, 1, 1);
            lua_pushcclosure(L, run_module, 1);
            lua_insert(L, -2);
            return 2;
        }
        lua_pushfstring(L, "%sno file '%s'", i == 0 ? "" : "\n\t", path);
        lua_replace(L, -2);
        lua_concat(L, 2);
    }
    return 1;
}

/* A loader of the preload table; upvalue: the module. */
static int load_embedded(lua_State *L)
{
    const struct bind_lua_module *module = lua_touserdata(L, lua_upvalueindex(1));

    lua_settop(L, 1);
    if (luaL_loadbufferx(L, (const char *)module->chunk, module->chunk_len, module->name, "b") !=
        LUA_OK)
        return lua_error(L);
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

/* The preload searcher stays, ours is the second, and there are no others. package is at the top of
 * the stack. */
static void set_searchers(lua_State *L)
{
    (void)lua_getfield(L, -1, "searchers");
    lua_createtable(L, 2, 0);
    (void)lua_rawgeti(L, -2, 1);
    lua_rawseti(L, -2, 1);
    lua_pushcfunction(L, find_lua_file);
    lua_rawseti(L, -2, 2);
    lua_setfield(L, -3, "searchers");
    lua_pop(L, 1);
}

static void preload(lua_State *L, const struct bind_lua_module *module)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)module);
    lua_pushcclosure(L, load_embedded, 1);
    lua_setfield(L, -2, module->name);
}

void bind_preload_embedded(lua_State *L, const char *name)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    for (const struct bind_lua_module *module = bind_lua_modules; module->name != NULL; module++)
        if (strcmp(module->name, name) == 0)
            preload(L, module);
    lua_pop(L, 1);
}

static void set_preload(lua_State *L)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    for (const struct bind_c_module *module = bind_c_modules; module->name != NULL; module++) {
        lua_pushcfunction(L, module->open);
        lua_setfield(L, -2, module->name);
    }
    for (const struct bind_lua_module *module = bind_lua_modules; module->name != NULL; module++)
        preload(L, module);
    lua_pop(L, 1);
}

void bind_set_module(lua_State *L, const char *name, const luaL_Reg *functions)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_newtable(L);
    lua_rotate(L, -3, -1);
    luaL_setfuncs(L, functions, 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void bind_open_libraries(lua_State *L)
{
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV"); /* or LUA_PATH would count */
    for (size_t i = 0; i < LC_COUNT(libraries); i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].open, 1);
        if (libraries[i].names != NULL)
            bind_keep_only(L, libraries[i].names);
        lua_pop(L, 1);
    }
    lua_pushglobaltable(L);
    lua_pushcfunction(L, base_print);
    lua_setfield(L, -2, "print");
    replace(L, "load", base_load);
    (void)lua_getfield(L, -1, LUA_OSLIBNAME);
    replace(L, "time", os_time);
    replace(L, "date", os_date);
    lua_pop(L, 1);
    (void)lua_getfield(L, -1, LUA_LOADLIBNAME);
    set_searchers(L);
    lua_pop(L, 1);
    (void)lua_getfield(L, -1, LUA_COLIBNAME);
    lua_pushcfunction(L, coroutine_yield);
    lua_setfield(L, -2, "yield");
    lua_pop(L, 2);
    set_preload(L);
    if (bind_context(L)->machine != NULL)
        wrap_io(L);
    bind_guard_globals(L);
}
