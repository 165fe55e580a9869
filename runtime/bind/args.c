/* What comes from Lua: options in tables, their fields, lists of texts. Every message says which
 * field, what was expected and what came; the content of a wrong value is not shown, since it may
 * be a secret in the wrong place. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "bind/state.h"

static const char *type_at(lua_State *L, int index)
{
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    return luaL_typename(L, index);
}

static _Noreturn void wrong_field(lua_State *L, const char *name, const char *expected)
{
    bind_misuse(L, "%s: expected %s, got %s", name, expected, type_at(L, -1));
}

static void check_name(lua_State *L, const char *const *names)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        bind_misuse(L, "options have names, but there is one under a %s", luaL_typename(L, -2));
    const char *name = lua_tostring(L, -2);
    for (const char *const *known = names; *known != NULL; known++)
        if (strcmp(name, *known) == 0)
            return;
    const char *nearest = lc_text_nearest(name, names);
    if (nearest != NULL)
        bind_misuse(L, "unknown option '%.64s' (did you mean '%s'?)", name, nearest);
    bind_misuse(L, "unknown option '%.64s'", name);
}

void bind_check_options(lua_State *L, int index, const char *const *names)
{
    index = lua_absindex(L, index);
    if (lua_isnoneornil(L, index))
        return;
    if (!lua_istable(L, index))
        bind_misuse(L, "expected a table of options, got %s", type_at(L, index));
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        check_name(L, names);
        lua_pop(L, 1);
    }
}

/* Push the field; its type, LUA_TNIL when there is no table. */
static int get_field(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 4, NULL);
    if (lua_istable(L, index)) {
        lua_pushstring(L, name);
        return lua_rawget(L, index);
    }
    lua_pushnil(L);
    return LUA_TNIL;
}

bool bind_field_is_set(lua_State *L, int index, const char *name)
{
    const bool is_set = get_field(L, index, name) != LUA_TNIL;

    lua_pop(L, 1);
    return is_set;
}

/* The text at the top of the stack, which is left there. */
static const char *check_text(lua_State *L, const char *name)
{
    size_t len;

    if (lua_type(L, -1) != LUA_TSTRING)
        wrong_field(L, name, "a text");
    const char *text = lua_tolstring(L, -1, &len);
    if (strlen(text) != len)
        bind_misuse(L, "%s: there is a NUL byte in it", name);
    return text;
}

const char *bind_field_string(lua_State *L, int index, const char *name)
{
    const char *text = NULL;

    if (get_field(L, index, name) != LUA_TNIL)
        text = check_text(L, name);
    lua_pop(L, 1);
    return text; /* the table keeps it */
}

bool bind_field_boolean(lua_State *L, int index, const char *name, bool fallback)
{
    const int type = get_field(L, index, name);
    const bool value = type == LUA_TNIL ? fallback : lua_toboolean(L, -1) != 0;

    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        wrong_field(L, name, "true or false");
    lua_pop(L, 1);
    return value;
}

lua_Integer bind_field_integer(lua_State *L, int index, const char *name, lua_Integer fallback)
{
    const int type = get_field(L, index, name);
    int is_whole = 1;
    const lua_Integer value = type == LUA_TNIL ? fallback : lua_tointegerx(L, -1, &is_whole);

    if (type != LUA_TNIL && (type != LUA_TNUMBER || !is_whole))
        wrong_field(L, name, "a whole number");
    lua_pop(L, 1);
    return value;
}

lua_Number bind_field_number(lua_State *L, int index, const char *name, lua_Number fallback)
{
    const int type = get_field(L, index, name);
    const lua_Number value = type == LUA_TNIL ? fallback : lua_tonumber(L, -1);

    if (type != LUA_TNIL && type != LUA_TNUMBER)
        wrong_field(L, name, "a number");
    lua_pop(L, 1);
    return value;
}

int64_t bind_field_duration(lua_State *L, int index, const char *name, int64_t fallback)
{
    struct lc_err err = LC_ERR_INIT;
    int64_t seconds = fallback;

    if (get_field(L, index, name) != LUA_TNIL) {
        if (lua_type(L, -1) != LUA_TSTRING)
            wrong_field(L, name, "a duration such as \"90d\"");
        if (!lc_duration_parse(check_text(L, name), &seconds, &err))
            bind_misuse(L, "%s: %s", name, err.message);
    }
    lua_pop(L, 1);
    return seconds;
}

int bind_field_choice(lua_State *L, int index, const char *name, const char *const *names,
                      int fallback)
{
    const char *text = bind_field_string(L, index, name);
    char known[256];
    size_t used = 0;

    if (text == NULL)
        return fallback;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    for (int i = 0; names[i] != NULL && used < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s\"%s\"",
                                 i == 0                 ? ""
                                 : names[i + 1] == NULL ? " or "
                                                        : ", ",
                                 names[i]);
    bind_misuse(L, "%s: expected %s, got '%.64s'", name, known, text);
}

static void add_text(lua_State *L, const char *text, struct lc_strlist *out)
{
    struct lc_err err = LC_ERR_INIT;

    if (!lc_strlist_add(out, text, &err))
        (void)bind_raise(L, &err);
}

/* Keys other than 1 to count. */
static void check_is_list(lua_State *L, int index, const char *name, lua_Integer count)
{
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        int is_whole = 0;
        const lua_Integer key = lua_tointegerx(L, -2, &is_whole);
        if (lua_type(L, -2) == LUA_TSTRING)
            bind_misuse(L, "%s: expected a list of texts, got a table with '%.64s' in it", name,
                        lua_tostring(L, -2));
        if (!is_whole || key < 1 || key > count)
            bind_misuse(L, "%s: expected a list of texts without gaps", name);
        lua_pop(L, 1);
    }
}

void bind_read_strings(lua_State *L, int index, const char *name, struct lc_strlist *out)
{
    char item_name[96];

    index = lua_absindex(L, index);
    luaL_checkstack(L, 6, NULL);
    if (lua_type(L, index) == LUA_TSTRING)
        bind_misuse(L, "%s: expected a list of texts, got one text: write { \"...\" }", name);
    if (!lua_istable(L, index))
        bind_misuse(L, "%s: expected a list of texts, got %s", name, type_at(L, index));
    const lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    check_is_list(L, index, name, count);
    for (lua_Integer i = 1; i <= count; i++) {
        (void)lua_rawgeti(L, index, i);
        (void)snprintf(item_name, sizeof(item_name), "%.64s[%lld]", name, (long long)i);
        add_text(L, check_text(L, item_name), out);
        lua_pop(L, 1);
    }
}

bool bind_field_strings(lua_State *L, int index, const char *name, struct lc_strlist *out)
{
    const bool is_set = get_field(L, index, name) != LUA_TNIL;

    if (is_set)
        bind_read_strings(L, -1, name, out);
    lua_pop(L, 1);
    return is_set;
}

static void set_bytes(lua_State *L, const void *bytes, size_t len, struct lc_secret *out)
{
    struct lc_err err = LC_ERR_INIT;

    if (!lc_secret_set(out, bytes, len, &err))
        (void)bind_raise(L, &err);
}

bool bind_read_bytes(lua_State *L, int index, struct lc_secret *out)
{
    const struct lc_secret *secret = bind_test(L, index, &bind_secret_class);

    if (secret != NULL) {
        set_bytes(L, secret->data, secret->len, out);
        return true;
    }
    if (lua_type(L, index) != LUA_TSTRING)
        return false;
    size_t len;
    const char *text = lua_tolstring(L, index, &len);
    set_bytes(L, text, len, out);
    return true;
}

bool bind_field_secret(lua_State *L, int index, const char *name, struct lc_secret *out)
{
    const bool is_set = get_field(L, index, name) != LUA_TNIL;

    if (is_set && !bind_read_bytes(L, -1, out))
        wrong_field(L, name, "a text or " BIND_SECRET);
    lua_pop(L, 1);
    return is_set;
}
