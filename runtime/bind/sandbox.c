/* What a policy's code finds: functions that cannot reach the world, take no longer than their
 * arguments justify, and answer the same in each run (bind/policy.h). */
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bind/policy_private.h"
#include "bind/sort.h"

/* --- work that the count of instructions does not see ---------------------------------------- */

/* As if so many instructions had run. */
static void charge(lua_State *L, lua_Integer count)
{
    struct bind_vm *vm = bind_vm_of(L);
    struct lc_err err = LC_ERR_INIT;

    vm->instructions_left -= count;
    if (vm->instructions_max == 0 || vm->instructions_left > 0)
        return;
    (void)lc_fail(&err, LC_ELIMIT, "the script ran for more than %lld instructions",
                  (long long)vm->instructions_max);
    (void)bind_raise(L, &err);
}

static void charge_for_table(lua_State *L)
{
    if (lua_istable(L, 1))
        charge(L, (lua_Integer)lua_rawlen(L, 1));
}

/* Upvalue: the original. */
static int call_original(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static int charged_call(lua_State *L)
{
    charge_for_table(L);
    return call_original(L);
}

/* insert(list, place, value), remove(list, place): what is behind the place moves. */
static int table_insert(lua_State *L)
{
    if (lua_gettop(L) > 2)
        charge_for_table(L);
    return call_original(L);
}

static int table_remove(lua_State *L)
{
    if (lua_gettop(L) > 1)
        charge_for_table(L);
    return call_original(L);
}

/* --- order ----------------------------------------------------------------------------------- */

static bool is_before_default(lua_State *L, int context)
{
    (void)context;
    charge(L, 1);
    return lua_compare(L, -1, -2, LUA_OPLT) != 0;
}

/* context: the function's place on the stack. */
static bool is_before_called(lua_State *L, int context)
{
    charge(L, 1);
    lua_pushvalue(L, context);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -4);
    lua_call(L, 2, 1);
    const bool is_before = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return is_before;
}

/* sort(list [, before]) */
static int table_sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    bind_sort(L, 1, (lua_Integer)lua_rawlen(L, 1),
              lua_isnil(L, 2) ? is_before_default : is_before_called, 2);
    return 0;
}

static int rank_of(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        bind_misuse(L, "a key that is a %s has no place in an order; use texts or numbers",
                    luaL_typename(L, index));
    }
}

static bool is_key_before(lua_State *L, int context)
{
    const int rank = rank_of(L, -1);
    const int other = rank_of(L, -2);

    (void)context;
    charge(L, 1);
    if (rank != other)
        return rank < other;
    return rank == 2 ? lua_toboolean(L, -1) < lua_toboolean(L, -2)
                     : lua_compare(L, -1, -2, LUA_OPLT) != 0;
}

/* Upvalues: the keys, the table, the number of the last key. */
static int next_pair(lua_State *L)
{
    const lua_Integer at = lua_tointeger(L, lua_upvalueindex(3)) + 1;

    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    lua_settop(L, 0);
    if (lua_rawgeti(L, lua_upvalueindex(1), at) == LUA_TNIL)
        return 1;
    lua_pushvalue(L, 1);
    (void)lua_rawget(L, lua_upvalueindex(2));
    return 2;
}

/* pairs(table): numbers in order, then texts by byte, then false and true. */
static int base_pairs(lua_State *L)
{
    lua_Integer count = 0;

    lua_settop(L, 1);
    if (!bind_push_thawed(L, 1)) {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_pushvalue(L, 1);
    }
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 2) != 0) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, 3, ++count);
    }
    bind_sort(L, 3, count, is_key_before, 0);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    return 1;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* As Lua's, but without addresses. */
static void push_text_of(lua_State *L, int index)
{
    const int type = lua_type(L, index);

    if ((type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA) &&
        luaL_getmetafield(L, index, "__tostring") == LUA_TNIL)
        lua_pushstring(L, luaL_typename(L, index));
    else if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA) {
        lua_pop(L, 1);
        (void)luaL_tolstring(L, index, NULL);
    } else {
        (void)luaL_tolstring(L, index, NULL);
    }
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    push_text_of(L, 1);
    return 1;
}

static int base_print(lua_State *L)
{
    const int count = lua_gettop(L);
    luaL_Buffer line;
    size_t len;

    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&line, '\t');
        push_text_of(L, i);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    const char *text = lua_tolstring(L, -1, &len);
    lc_log_text(&bind_context(L)->log, LC_LEVEL_INFO, text, len);
    return 0;
}

/* format(text, ...): of values that are no texts or numbers what tostring says; no %p. */
static int string_format(lua_State *L)
{
    const char *format = luaL_checkstring(L, 1);

    for (const char *at = strchr(format, '%'); at != NULL; at = strchr(at, '%')) {
        at++;
        if (*at == '%') {
            at++;
            continue;
        }
        at += strspn(at, "-+ #0123456789.");
        if (*at == 'p')
            bind_misuse(L, "%%p is not offered: an address is another one in each run");
    }
    for (int i = 2; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TNUMBER || lua_type(L, i) == LUA_TSTRING)
            continue;
        push_text_of(L, i);
        lua_replace(L, i);
    }
    return call_original(L);
}

/* rep(text, count [, between]) */
static int string_rep(lua_State *L)
{
    size_t len;
    size_t between = 0;
    const size_t max = bind_vm_of(L)->text_max;

    (void)luaL_checklstring(L, 1, &len);
    const lua_Integer count = luaL_checkinteger(L, 2);
    (void)luaL_optlstring(L, 3, "", &between);
    if (count > 0 && len + between == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (max != 0 && count > 0 && (size_t)count > (max + between) / (len + between)) {
        struct lc_err err = LC_ERR_INIT;
        (void)lc_fail(&err, LC_ELIMIT, "the script makes a text of more than %zu KiB", max / 1024);
        return bind_raise(L, &err);
    }
    return call_original(L);
}

/* find(text, part [, begin [, true]]): where the part begins and ends. No patterns, which Lua may
 * need time for that grows without bound. */
static int string_find(lua_State *L)
{
    size_t len;
    size_t part_len;
    const char *text = luaL_checklstring(L, 1, &len);
    const char *part = luaL_checklstring(L, 2, &part_len);
    lua_Integer begin = luaL_optinteger(L, 3, 1);

    if (!lua_toboolean(L, 4) && strpbrk(part, "^$*+?.([%-") != NULL)
        bind_misuse(L, "there are no patterns in a policy: write find(text, part, 1, true), or use "
                       "policy.glob(\"*.example.com\", text)");
    if (begin < 0)
        begin = -begin > (lua_Integer)len ? 1 : (lua_Integer)len + begin + 1;
    if (begin == 0)
        begin = 1;
    if (begin > (lua_Integer)len + 1) {
        lua_pushnil(L);
        return 1;
    }
    const char *found = memmem(text + begin - 1, len - (size_t)(begin - 1), part, part_len);
    if (found == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)(found - text) + 1);
    lua_pushinteger(L, (lua_Integer)(found - text) + (lua_Integer)part_len);
    return 2;
}

static int no_patterns(lua_State *L)
{
    bind_misuse(L, "there are no patterns in a policy: policy.glob(\"*.example.com\", text) and "
                   "text:find(part, 1, true) take linear time");
}

static const char globals_key = 0; /* its address */

static void push_globals(lua_State *L)
{
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
}

/* --- require --------------------------------------------------------------------------------- */

/* "names.web" to "names/web.lua"; raises for what could lead elsewhere. */
static const char *push_source_name(lua_State *L, const char *module)
{
    const char *wrong = NULL;

    for (const char *at = module; *at != '\0'; at++) {
        const bool is_word = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                             (*at >= '0' && *at <= '9') || *at == '_' || *at == '-';
        if (!is_word && (*at != '.' || at == module || at[1] == '.' || at[1] == '\0'))
            wrong = at;
    }
    if (wrong != NULL || *module == '\0')
        bind_misuse(
            L,
            "'%.80s' is no module of a policy: names such as \"names\" or \"lib.names\" are, "
            "for files beside the policy",
            module);
    (void)luaL_gsub(L, module, ".", "/");
    lua_pushliteral(L, ".lua");
    lua_concat(L, 2);
    return lua_tostring(L, -1);
}

void bind_sandbox_load(lua_State *L, struct bind_policy *policy, const char *name)
{
    size_t len;
    const char *text = bind_policy_source(L, policy, name, &len);

    lua_pushfstring(L, "@%s%s", policy->prefix, name);
    if (luaL_loadbufferx(L, text, len, lua_tostring(L, -1), "t") != LUA_OK)
        (void)lua_error(L);
    lua_remove(L, -2);
    push_globals(L);
    (void)lua_setupvalue(L, -2, 1);
}

static const char loaded_key = 0; /* its address: what was required, by name */

static int base_require(lua_State *L)
{
    struct bind_policy *policy = bind_vm_of(L)->policy;
    const char *module = luaL_checkstring(L, 1);

    lua_settop(L, 1);
    if (strcmp(module, "charm.policy") == 0)
        return call_original(L);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
    }
    lua_pushvalue(L, 1);
    if (lua_rawget(L, 2) != LUA_TNIL) {
        if (lua_type(L, -1) == LUA_TLIGHTUSERDATA)
            bind_misuse(L, "the module '%.80s' requires itself", module);
        return 1;
    }
    lua_pop(L, 1);
    const char *name = push_source_name(L, module);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, policy); /* being loaded */
    lua_rawset(L, 2);
    bind_sandbox_load(L, policy, name);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
}

/* --- globals --------------------------------------------------------------------------------- */

/* Upvalue 1: the table of the globals. */
static int unknown_global(lua_State *L)
{
    static const char *const known[] = { "assert", "error",  "ipairs",   "math",     "pairs",
                                         "pcall",  "print",  "rawequal", "rawlen",   "require",
                                         "select", "string", "table",    "tonumber", "tostring",
                                         "type",   "utf8",   "xpcall",   "_VERSION", NULL };
    const char *name = luaL_checkstring(L, 2);
    const char *nearest = lc_text_nearest(name, known);

    bind_misuse(L, "there is no global '%.64s' in a policy%s%s%s", name,
                nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?)");
}

static int write_global(lua_State *L)
{
    bind_misuse(L,
                "'%.64s' would be a global, which policies do not have: write local in front of it",
                luaL_checkstring(L, 2));
}

static const char *const base_names[] = { "assert",   "error",  "ipairs",   "pcall",
                                          "rawequal", "rawlen", "select",   "type",
                                          "tonumber", "xpcall", "_VERSION", NULL };
static const char *const string_names[] = { "byte", "char",    "format", "len",   "lower",
                                            "rep",  "reverse", "sub",    "upper", NULL };
static const char *const table_names[] = { "concat", "insert", "pack", "remove", "unpack", NULL };
static const char *const math_names[] = { "abs",        "ceil", "exp", "floor",      "fmod",
                                          "huge",       "log",  "max", "maxinteger", "min",
                                          "mininteger", "modf", "pi",  "sqrt",       "tointeger",
                                          "type",       "ult",  NULL };
static const char *const utf8_names[] = { "char", "codepoint", "codes", "len", "offset", NULL };

/* Replace a field of the table at the top of the stack by a function with it as upvalue. */
static void wrap(lua_State *L, const char *name, lua_CFunction by)
{
    (void)lua_getfield(L, -1, name);
    lua_pushcclosure(L, by, 1);
    lua_setfield(L, -2, name);
}

static void open_string(lua_State *L)
{
    static const luaL_Reg ours[] = { { "find", string_find },
                                     { "match", no_patterns },
                                     { "gmatch", no_patterns },
                                     { "gsub", no_patterns },
                                     { NULL, NULL } };

    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    bind_keep_only(L, string_names); /* also what ("x"):method() finds */
    luaL_setfuncs(L, ours, 0);
    wrap(L, "format", string_format);
    wrap(L, "rep", string_rep);
}

static void open_table(lua_State *L)
{
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    bind_keep_only(L, table_names);
    wrap(L, "concat", charged_call);
    wrap(L, "unpack", charged_call);
    wrap(L, "insert", table_insert);
    wrap(L, "remove", table_remove);
    lua_pushcfunction(L, table_sort);
    lua_setfield(L, -2, "sort");
}

/* The library at the top of the stack, frozen, as a global of the policy. */
static void publish(lua_State *L, int globals, const char *name)
{
    bind_freeze(L, BIND_FROZEN_RECORD);
    lua_setfield(L, globals, name);
}

static void open_base(lua_State *L, int globals)
{
    static const luaL_Reg ours[] = { { "pairs", base_pairs },
                                     { "print", base_print },
                                     { "tostring", base_tostring },
                                     { NULL, NULL } };

    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    for (size_t i = 0; base_names[i] != NULL; i++) {
        (void)lua_getfield(L, -1, base_names[i]);
        lua_setfield(L, globals, base_names[i]);
    }
    lua_pop(L, 1);
    lua_pushvalue(L, globals);
    luaL_setfuncs(L, ours, 0);
    lua_pop(L, 1);
}

static void open_require(lua_State *L, int globals)
{
    luaL_requiref(L, LUA_LOADLIBNAME, luaopen_package, 1);
    lua_pop(L, 1);
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_charm_policy_core);
    lua_setfield(L, -2, "charm.policy.core");
    lua_pop(L, 1);
    bind_preload_embedded(L, "charm.policy");
    bind_preload_embedded(L, "charm.policy.answers");
    bind_preload_embedded(L, "charm.policy.rules");
    (void)lua_getglobal(L, "require");
    lua_pushcclosure(L, base_require, 1);
    lua_setfield(L, globals, "require");
}

int bind_sandbox_open(lua_State *L)
{
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV"); /* or LUA_PATH would count */
    lua_newtable(L);
    const int globals = lua_gettop(L);
    open_base(L, globals);
    open_string(L);
    publish(L, globals, LUA_STRLIBNAME);
    open_table(L);
    publish(L, globals, LUA_TABLIBNAME);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    bind_keep_only(L, math_names);
    publish(L, globals, LUA_MATHLIBNAME);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    bind_keep_only(L, utf8_names);
    publish(L, globals, LUA_UTF8LIBNAME);
    open_require(L, globals);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, unknown_global);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, write_global);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "globals");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, globals);
    lua_pushvalue(L, globals);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &globals_key);
    lua_settop(L, 0);
    return 0;
}
