/* What of a policy outlives a request: the variables outside of its rules, and the tables in them.
 * They are written down when the policy has been loaded, and compared after each decision. A rule
 * that changed one has made the next decision depend on this one: it is an error, and what was
 * changed is put back, so that the next decision is the same whether this one came before it or
 * not.
 *
 * Lua has no barrier for writes, so all that rules can reach is walked: the upvalues of the
 * policy's functions (of our modules' they are fixed), tables with their metatables, the state of
 * iterators. Userdata of the sandbox cannot be written (frozen.c), and a policy has no
 * setmetatable. Nothing that is reached only through a change needs to be looked at. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bind/policy_private.h"

/* The record, a table in the registry: three values for each object. */
enum { AT_OBJECT, AT_COPY, AT_NAME, RECORD_FIELDS };

#define NAME_MAX_BYTES 80

/* Of the walk: indices on the stack. */
struct walk {
    const struct bind_policy *policy;
    int record;
    int seen; /* object -> true */
    lua_Integer count;
};

/* Functions of the policy's own files, and those of C, whose upvalues are the state of iterators.
 */
static bool is_walked(lua_State *L, const struct bind_policy *policy)
{
    lua_Debug about;
    const size_t prefix_len = strlen(policy->prefix);

    if (lua_iscfunction(L, -1))
        return true;
    lua_pushvalue(L, -1);
    (void)lua_getinfo(L, ">S", &about);
    return *about.source == '@' && strncmp(about.source + 1, policy->prefix, prefix_len) == 0 &&
           lc_strmap_get(&policy->sources, about.source + 1 + prefix_len) != NULL;
}

/* Put the object at the top of the stack at the end of the record, unless it is there or holds
 * nothing that can change. name: how it is called, a text on the stack. Pops the object. */
static void note_object(lua_State *L, struct walk *walk, int name)
{
    const int type = lua_type(L, -1);
    const int object = lua_gettop(L);

    luaL_checkstack(L, 8, NULL);
    if (type != LUA_TTABLE && (type != LUA_TFUNCTION || !is_walked(L, walk->policy))) {
        lua_pop(L, 1);
        return;
    }
    lua_pushvalue(L, object);
    if (lua_rawget(L, walk->seen) == LUA_TNIL) {
        const lua_Integer at = RECORD_FIELDS * walk->count++;
        lua_pushvalue(L, object);
        lua_pushboolean(L, 1);
        lua_rawset(L, walk->seen);
        lua_pushvalue(L, object);
        lua_rawseti(L, walk->record, at + AT_OBJECT + 1);
        lua_newtable(L);
        lua_rawseti(L, walk->record, at + AT_COPY + 1);
        lua_pushvalue(L, name);
        lua_rawseti(L, walk->record, at + AT_NAME + 1);
    }
    lua_settop(L, object - 1);
}

/* The name of a field: "seen.count" below "seen"; of a list's item the list's. Pushed. */
static void push_field_name(lua_State *L, int name, int key)
{
    if (lua_type(L, key) == LUA_TSTRING && lua_rawlen(L, name) < NAME_MAX_BYTES)
        lua_pushfstring(L, *lua_tostring(L, name) == '\0' ? "%s%s" : "%s.%s", lua_tostring(L, name),
                        lua_tostring(L, key));
    else
        lua_pushvalue(L, name);
}

/* The object, copy and name are at object, object + 1, object + 2. */
static void copy_table(lua_State *L, struct walk *walk, int object)
{
    if (lua_getmetatable(L, object))
        note_object(L, walk, object + 2);
    lua_pushnil(L);
    while (lua_next(L, object) != 0) {
        const int key = lua_gettop(L) - 1;
        lua_pushvalue(L, key);
        lua_pushvalue(L, key + 1);
        lua_rawset(L, object + 1);
        push_field_name(L, object + 2, key);
        lua_insert(L, key + 1);
        note_object(L, walk, key + 1);
        lua_settop(L, key);
    }
}

static void copy_function(lua_State *L, struct walk *walk, int object)
{
    for (int i = 1;; i++) {
        const char *name = lua_getupvalue(L, object, i);
        if (name == NULL)
            return;
        lua_pushvalue(L, -1);
        lua_rawseti(L, object + 1, i);
        lua_pushstring(L, name);
        lua_insert(L, -2);
        note_object(L, walk, lua_gettop(L) - 1);
        lua_settop(L, object + 2);
    }
}

static void push_record(lua_State *L, int record, lua_Integer at)
{
    for (int field = 0; field < RECORD_FIELDS; field++)
        (void)lua_rawgeti(L, record, RECORD_FIELDS * at + field + 1);
}

void bind_policy_note_state(lua_State *L, struct bind_policy *policy, int rules)
{
    const int top = lua_gettop(L);
    struct walk walk = { .policy = policy, .record = top + 1, .seen = top + 2 };

    luaL_checkstack(L, 8, NULL);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "");
    lua_pushvalue(L, rules);
    note_object(L, &walk, top + 3);
    for (lua_Integer at = 0; at < walk.count; at++) {
        lua_settop(L, top + 3);
        push_record(L, walk.record, at);
        if (lua_istable(L, top + 4))
            copy_table(L, &walk, top + 4);
        else
            copy_function(L, &walk, top + 4);
    }
    lua_settop(L, walk.record);
    policy->state_count = walk.count;
    policy->state = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_settop(L, top);
}

/* --- compared and put back -------------------------------------------------------------------- */

static bool is_same_float(lua_Number a, lua_Number b)
{
    return isnan(a) || isnan(b) ? isnan(a) && isnan(b)
                                : a <= b && a >= b && signbit(a) == signbit(b);
}

/* The two values at the top of the stack; as Lua compares them, 1 is 1.0. Pops both. */
static bool is_same(lua_State *L)
{
    bool same = lua_rawequal(L, -1, -2) != 0;

    if (lua_type(L, -1) == LUA_TNUMBER && lua_type(L, -2) == LUA_TNUMBER) {
        if (lua_isinteger(L, -1) != lua_isinteger(L, -2))
            same = false;
        else if (!lua_isinteger(L, -1))
            same = is_same_float(lua_tonumber(L, -1), lua_tonumber(L, -2));
    }
    lua_pop(L, 2);
    return same;
}

/* Whether the field of the table at `object`, whose key is at the top of the stack, is as in the
 * table at `other`. */
static bool is_field_same(lua_State *L, int object, int other)
{
    const int key = lua_gettop(L);

    lua_pushvalue(L, key);
    (void)lua_rawget(L, object);
    lua_pushvalue(L, key);
    (void)lua_rawget(L, other);
    return is_same(L);
}

/* Each field of the table at `from` into the one at `object` as the copy has it: nil where it has
 * none. The name of the first that differs comes to the place `changed`. Only fields that are there
 * are written while they are walked. */
static void restore_fields(lua_State *L, int from, int object, int changed)
{
    const int copy = object + 1;

    lua_pushnil(L);
    while (lua_next(L, from) != 0) {
        lua_pop(L, 1);
        if (is_field_same(L, object, copy))
            continue;
        if (lua_isnil(L, changed)) {
            push_field_name(L, object + 2, lua_gettop(L));
            lua_replace(L, changed);
        }
        lua_pushvalue(L, -1);
        lua_pushvalue(L, -1);
        (void)lua_rawget(L, copy);
        lua_rawset(L, object);
    }
}

static void restore_function(lua_State *L, int object, int changed)
{
    for (int i = 1;; i++) {
        const char *name = lua_getupvalue(L, object, i);
        if (name == NULL)
            return;
        (void)lua_rawgeti(L, object + 1, i);
        if (is_same(L))
            continue;
        if (lua_isnil(L, changed)) {
            lua_pushstring(L, *name == '\0' ? "an iterator" : name);
            lua_replace(L, changed);
        }
        (void)lua_rawgeti(L, object + 1, i);
        (void)lua_setupvalue(L, object, i);
    }
}

/* restore(struct bind_policy *): the name of what has changed, or nil. */
static int restore(lua_State *L)
{
    enum { POLICY = 1, RECORD, CHANGED, OBJECT };
    const struct bind_policy *policy = lua_touserdata(L, POLICY);

    luaL_checkstack(L, 12, NULL);
    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, policy->state);
    lua_pushnil(L);
    for (lua_Integer at = 0; at < policy->state_count; at++) {
        push_record(L, RECORD, at);
        if (lua_istable(L, OBJECT)) {
            restore_fields(L, OBJECT, OBJECT, CHANGED);
            restore_fields(L, OBJECT + 1, OBJECT, CHANGED);
        } else {
            restore_function(L, OBJECT, CHANGED);
        }
        lua_settop(L, CHANGED);
    }
    return 1;
}

bool bind_policy_check_state(struct bind_policy *policy, struct lc_policy_answer *out,
                             struct lc_err *err)
{
    lua_State *L = policy->vm->L;
    const size_t memory_max = policy->vm->memory_max;
    struct lc_err why = LC_ERR_INIT;

    if (!lua_checkstack(L, 4))
        return lc_fail_memory(err);
    lua_pushcfunction(L, restore);
    lua_pushlightuserdata(L, policy);
    policy->vm->memory_max = SIZE_MAX; /* what a rule has filled up is emptied here */
    const bool done = bind_pcall(L, 1, 1, err);
    policy->vm->memory_max = memory_max;
    if (!done)
        return false;
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (name != NULL)
        (void)lc_fail(&why, LC_ESCRIPT,
                      "it changed '%.80s', which outlives the request: what is decided may not "
                      "depend on what was decided before",
                      name);
    lua_pop(L, 1);
    return name == NULL || lc_policy_answer_fail(out, why.message, NULL, err);
}
