/* Facts as text, for who watches a policy: only where somebody does. */
#include <string.h>

#include "bind/policy_private.h"

static void put_value(lua_State *L, int index, struct lc_json_writer *out);

static void put_table(lua_State *L, int table, struct lc_json_writer *out)
{
    const lua_Integer count = (lua_Integer)lua_rawlen(L, table);

    luaL_checkstack(L, 6, NULL);
    if (count > 0) {
        lc_json_begin_array(out);
        for (lua_Integer i = 1; i <= count; i++) {
            (void)lua_rawgeti(L, table, i);
            put_value(L, lua_gettop(L), out);
            lua_pop(L, 1);
        }
        lc_json_end_array(out);
        return;
    }
    /* In the order of the keys, as a policy's pairs has them: a text that can be compared. */
    const char *last = NULL;
    lc_json_begin_object(out);
    for (;;) {
        const char *next = NULL;
        lua_pushnil(L);
        while (lua_next(L, table) != 0) {
            lua_pop(L, 1);
            const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
            if (key != NULL && (last == NULL || strcmp(key, last) > 0) &&
                (next == NULL || strcmp(key, next) < 0))
                next = key;
        }
        if (next == NULL)
            break;
        lc_json_key(out, next);
        (void)lua_getfield(L, table, next);
        put_value(L, lua_gettop(L), out);
        lua_pop(L, 1);
        last = next;
    }
    lc_json_end_object(out);
}

static void put_value(lua_State *L, int index, struct lc_json_writer *out)
{
    size_t len;

    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        lc_json_put_boolean(out, lua_toboolean(L, index) != 0);
        return;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            lc_json_put_integer(out, lua_tointeger(L, index));
        else
            lc_json_put_real(out, lua_tonumber(L, index));
        return;
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, index, &len);
        lc_json_put_string_len(out, text, len);
        return;
    }
    default:
        break;
    }
    if (bind_push_thawed(L, index)) {
        put_table(L, lua_gettop(L), out);
        lua_pop(L, 1);
    } else if (lua_istable(L, index)) {
        put_table(L, index, out);
    } else {
        lc_json_put_null(out);
    }
}

#define FACT_MAX_BYTES (4u * 1024 * 1024)

/* note(observer, name, value) */
static int note(lua_State *L)
{
    const struct lc_policy_observer *observer = lua_touserdata(L, 1);
    struct lc_buf *text = bind_scratch_buf(L, FACT_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_COMPACT);

    put_value(L, 3, &writer);
    observer->fact(observer->context, lua_tostring(L, 2), text->data);
    return 0;
}

void bind_note_fact(lua_State *L, const struct bind_request *request, const char *name, int index)
{
    index = lua_absindex(L, index);
    if (request->observer == NULL || request->observer->fact == NULL)
        return;
    luaL_checkstack(L, 6, NULL);
    lua_pushcfunction(L, note);
    lua_pushlightuserdata(L, (void *)(uintptr_t)request->observer);
    lua_pushstring(L, name);
    lua_pushvalue(L, index);
    lua_call(L, 3, 0);
}
