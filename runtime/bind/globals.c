/* Strict globals: a name that nobody has set is an error that says the nearest one. A global is
 * made by an assignment at the top level of a file (or by C); one in a function is taken for a
 * local that was forgotten. rawget(_G, name) asks without an error; setmetatable(_G, nil) turns all
 * this off. */
#include <string.h>

#include "base/text.h"
#include "bind/state.h"

/* What other versions of Lua have, and portable libraries ask for: `unpack or table.unpack`. */
static const char *const of_other_versions[] = {
    "bit",    "bit32",    "debug",      "dofile",  "getfenv", "jit",
    "module", "loadfile", "loadstring", "setfenv", "unpack",  NULL,
};

static bool is_listed(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* What is there under this very name was not meant: it is a field of another table's, or the
 * parameter of a function that was asked for it. */
static void add(lua_State *L, struct lc_strlist *names, const char *name)
{
    struct lc_err err = LC_ERR_INIT;

    if (strcmp(name, lua_tostring(L, 2)) != 0 && !lc_strlist_add(names, name, &err))
        (void)bind_raise(L, &err); /* does not return */
}

/* Locals that are in scope, and upvalues, of the author's function; '(' begins those that have no
 * name in the source. */
static void add_variables(lua_State *L, const lua_Debug *frame, struct lc_strlist *names)
{
    lua_Debug function = *frame;
    const char *name;

    for (int i = 1; (name = lua_getlocal(L, frame, i)) != NULL; i++) {
        lua_pop(L, 1);
        if (*name != '(')
            add(L, names, name);
    }
    (void)lua_getinfo(L, "f", &function);
    for (int i = 1; (name = lua_getupvalue(L, -1, i)) != NULL; i++) {
        lua_pop(L, 1);
        if (*name != '\0')
            add(L, names, name);
    }
    lua_pop(L, 1);
}

/* Of the table at index 1. */
static void add_globals(lua_State *L, struct lc_strlist *names)
{
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING)
            add(L, names, lua_tostring(L, -1));
    }
}

/* The module that has this name, or whose last part it is: "x509" of "charm.x509"; NULL: none. The
 * table of what can be required is left on the stack. */
static const char *module_named(lua_State *L, const char *name)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        const char *module = lua_tostring(L, -2);
        const char *dot = strrchr(module, '.');
        if (strcmp(module, name) == 0 || (dot != NULL && strcmp(dot + 1, name) == 0))
            return module; /* the table keeps it */
        lua_pop(L, 1);
    }
    return NULL;
}

/* The names that authors give to modules: "x509" for "charm.x509". */
static void add_modules(lua_State *L, struct lc_strlist *names)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        const char *dot = strrchr(lua_tostring(L, -1), '.');
        add(L, names, dot == NULL ? lua_tostring(L, -1) : dot + 1);
    }
    lua_pop(L, 1);
}

/* A local of a function around this one that it does not use is not to be seen from here. */
static const char *nearest_to(lua_State *L, const lua_Debug *frame, const char *name)
{
    struct lc_strlist *names = bind_scratch_strlist(L);

    add_variables(L, frame, names);
    add_globals(L, names);
    add_modules(L, names);
    return lc_text_nearest(name, (const char *const *)names->items);
}

static _Noreturn void no_such(lua_State *L, const lua_Debug *frame, const char *name)
{
    const char *module = module_named(L, name);

    if (module != NULL)
        bind_misuse(L, "there is no variable '%s': write local %s <const> = require \"%s\"", name,
                    name, module);
    const char *nearest = nearest_to(L, frame, name);
    if (nearest != NULL)
        bind_misuse(L, "there is no variable '%.64s': did you mean '%s'?", name, nearest);
    bind_misuse(L, "there is no variable '%.64s'", name);
}

/* Upvalue 1 of both: the names that were set once, which may be nil since. */
static bool is_declared(lua_State *L)
{
    lua_pushvalue(L, 2);
    const bool is_set = lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL;
    lua_pop(L, 1);
    return is_set;
}

/* The function that uses the name; C's may do as they like. */
static bool is_in_lua(lua_State *L, lua_Debug *frame)
{
    return lua_getstack(L, 1, frame) && lua_getinfo(L, "Sl", frame) && *frame->what != 'C';
}

/* __index(_G, name) */
static int read_global(lua_State *L)
{
    lua_Debug frame;

    if (lua_type(L, 2) != LUA_TSTRING || is_listed(lua_tostring(L, 2), of_other_versions) ||
        is_declared(L) || !is_in_lua(L, &frame))
        return 0;
    no_such(L, &frame, lua_tostring(L, 2));
}

/* __newindex(_G, name, value) */
static int write_global(lua_State *L)
{
    lua_Debug frame;

    lua_settop(L, 3);
    if (lua_type(L, 2) == LUA_TSTRING && !is_declared(L) && is_in_lua(L, &frame) &&
        *frame.what != 'm') {
        const char *name = lua_tostring(L, 2);
        const char *nearest = nearest_to(L, &frame, name);
        bind_misuse(L,
                    "'%.64s' is assigned to, and no variable yet%s%s%s: write local, or assign it "
                    "first at the top level of the file",
                    name, nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?)");
    }
    lua_pushvalue(L, 2);
    lua_pushboolean(L, 1);
    lua_rawset(L, lua_upvalueindex(1));
    lua_rawset(L, 1);
    return 0;
}

void bind_guard_globals(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        { "__index", read_global },
        { "__newindex", write_global },
        { NULL, NULL },
    };

    lua_pushglobaltable(L);
    lua_createtable(L, 0, 2);
    lua_newtable(L);
    luaL_setfuncs(L, metamethods, 1);
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
