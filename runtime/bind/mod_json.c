/* charm.json: canonical JSON. The same value always gives the same text: keys sorted by byte,
 * integers exact, no white space unless asked for; and what is decoded is encoded again unchanged:
 * null is json.null, an array stays an array though it is empty. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bind/bind.h"

#define JSON_MAX_BYTES (64u * 1024 * 1024) /* of text, either way */

/* Where in the value the encoder is, for messages. The frames are the encoder's own. */
struct place {
    const struct place *outer;
    const char *key;   /* of an object; NULL in an array */
    lua_Integer index; /* in an array, from 1 */
    unsigned depth;
};

struct encoder {
    lua_State *L;
    struct lc_json_writer writer;
};

static void describe_place(const struct place *place, struct lc_buf *out)
{
    if (place->outer == NULL)
        return;
    describe_place(place->outer, out);
    if (place->key == NULL)
        lc_buf_printf(out, "[%lld]", (long long)place->index);
    else
        lc_buf_printf(out, "%s%s", out->len == 0 ? "" : ".", place->key);
}

static _Noreturn void refuse(struct encoder *encoder, const struct place *place, const char *why)
{
    struct lc_buf *path = bind_scratch_buf(encoder->L, 256);

    describe_place(place, path);
    bind_misuse(encoder->L, "%s%s%s", path->data, path->len == 0 ? "" : ": ", why);
}

static void put_value(struct encoder *encoder, const struct place *place);

static void put_number(struct encoder *encoder, const struct place *place)
{
    if (lua_isinteger(encoder->L, -1)) {
        lc_json_put_integer(&encoder->writer, lua_tointeger(encoder->L, -1));
        return;
    }
    const lua_Number number = lua_tonumber(encoder->L, -1);
    if (!isfinite(number))
        refuse(encoder, place, "JSON has no number for it: it is not finite");
    lc_json_put_real(&encoder->writer, number);
}

static void put_string(struct encoder *encoder, const struct place *place)
{
    size_t len;
    const char *text = lua_tolstring(encoder->L, -1, &len);

    if (!lc_text_is_utf8(text, len))
        refuse(encoder, place, "a text that is not UTF-8");
    lc_json_put_string_len(&encoder->writer, text, len);
}

/* What the table at the top is: the count of its entries, and whether they are 1 to count. */
struct table_shape {
    size_t count;
    bool has_names;
    bool is_marked; /* json.array */
};

static struct table_shape get_shape(struct encoder *encoder, const struct place *place)
{
    lua_State *L = encoder->L;
    const lua_Integer length = (lua_Integer)lua_rawlen(L, -1);
    struct table_shape shape = { .count = 0 };
    size_t places = 0;
    bool has_gaps = false;

    if (lua_getmetatable(L, -1)) {
        bind_push_array_metatable(L);
        shape.is_marked = lua_rawequal(L, -1, -2) != 0;
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        shape.count++;
        if (lua_type(L, -1) == LUA_TSTRING)
            shape.has_names = true;
        else if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1)
            refuse(encoder, place, "a table with keys other than names and 1, 2, 3 ...");
        else if (lua_tointeger(L, -1) <= length)
            places++;
        else
            has_gaps = true;
    }
    if (shape.has_names && (places > 0 || has_gaps || shape.is_marked))
        refuse(encoder, place, "a table with both a list and names in it");
    if (has_gaps || places != (size_t)length)
        refuse(encoder, place, "a list with gaps");
    return shape;
}

static void put_array(struct encoder *encoder, const struct place *place, size_t count)
{
    lc_json_begin_array(&encoder->writer);
    for (size_t i = 1; i <= count; i++) {
        const struct place inner = { .outer = place,
                                     .index = (lua_Integer)i,
                                     .depth = place->depth + 1 };
        (void)lua_rawgeti(encoder->L, -1, (lua_Integer)i);
        put_value(encoder, &inner);
        lua_pop(encoder->L, 1);
    }
    lc_json_end_array(&encoder->writer);
}

struct member {
    const char *key; /* Lua's; the table holds it */
    size_t len;
};

static int by_bytes(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    const int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static void put_object(struct encoder *encoder, const struct place *place, size_t count)
{
    lua_State *L = encoder->L;
    struct member *members = lua_newuserdatauv(L, count * sizeof(*members), 0);
    size_t at = 0;

    lua_insert(L, -2); /* the table stays at the top */
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        members[at].key = lua_tolstring(L, -1, &members[at].len);
        if (!lc_text_is_utf8(members[at].key, members[at].len))
            refuse(encoder, place, "a name that is not UTF-8");
        at++;
    }
    qsort(members, count, sizeof(*members), by_bytes);
    lc_json_begin_object(&encoder->writer);
    for (size_t i = 0; i < count; i++) {
        const struct place inner = { .outer = place,
                                     .key = members[i].key,
                                     .depth = place->depth + 1 };
        lc_json_key_len(&encoder->writer, members[i].key, members[i].len);
        lua_pushlstring(L, members[i].key, members[i].len);
        (void)lua_rawget(L, -2);
        put_value(encoder, &inner);
        lua_pop(L, 1);
    }
    lc_json_end_object(&encoder->writer);
    lua_remove(L, -2);
}

static void put_table(struct encoder *encoder, const struct place *place)
{
    if (place->depth >= LC_JSON_MAX_DEPTH)
        bind_misuse(encoder->L, "more than %d levels; does a table hold itself?",
                    LC_JSON_MAX_DEPTH);
    luaL_checkstack(encoder->L, 6, NULL);
    const struct table_shape shape = get_shape(encoder, place);
    if (shape.is_marked || (shape.count > 0 && !shape.has_names))
        put_array(encoder, place, shape.count);
    else
        put_object(encoder, place, shape.count);
}

/* The value at the top of the stack, which is left there. */
static void put_value(struct encoder *encoder, const struct place *place)
{
    lua_State *L = encoder->L;
    char why[128];

    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        lc_json_put_null(&encoder->writer);
        break;
    case LUA_TBOOLEAN:
        lc_json_put_boolean(&encoder->writer, lua_toboolean(L, -1) != 0);
        break;
    case LUA_TNUMBER:
        put_number(encoder, place);
        break;
    case LUA_TSTRING:
        put_string(encoder, place);
        break;
    case LUA_TTABLE:
        put_table(encoder, place);
        break;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, -1) == NULL) {
            lc_json_put_null(&encoder->writer);
            break;
        } /* fall through */
    default:
        (void)snprintf(why, sizeof(why), "JSON has no form for a %s",
                       luaL_getmetafield(L, -1, "__name") == LUA_TSTRING ? lua_tostring(L, -1)
                                                                         : luaL_typename(L, -1));
        refuse(encoder, place, why);
    }
}

static int json_encode(lua_State *L)
{
    static const char *const options[] = { "pretty", NULL };
    const struct place top = { .outer = NULL };
    struct lc_err err = LC_ERR_INIT;

    luaL_checkany(L, 1);
    lua_settop(L, 2);
    bind_check_options(L, 2, options);
    const bool pretty = bind_field_boolean(L, 2, "pretty", false);
    struct lc_buf *text = bind_scratch_buf(L, JSON_MAX_BYTES);
    struct encoder encoder = {
        .L = L,
        .writer = lc_json_writer(text, pretty ? LC_JSON_PRETTY : LC_JSON_COMPACT),
    };
    lua_pushvalue(L, 1);
    put_value(&encoder, &top);
    if (!lc_buf_check(text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

static int json_decode(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    struct lc_json **json = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (len > JSON_MAX_BYTES) {
        (void)lc_fail(&err, LC_ELIMIT, "JSON of more than %u bytes", JSON_MAX_BYTES);
        return bind_fail(L, &err);
    }
    if (!lc_json_parse(text, len, 0, json, &err))
        return bind_fail(L, &err);
    bind_push_json_exact(L, *json);
    return 1;
}

static int json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    bind_push_array_metatable(L);
    if (lua_getmetatable(L, 1)) {
        if (!lua_rawequal(L, -1, -2))
            bind_arg_error(L, 1, "this table has a metatable already");
        lua_pop(L, 1);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int json_is_array(lua_State *L)
{
    luaL_checkany(L, 1);
    if (!lua_istable(L, 1) || !lua_getmetatable(L, 1)) {
        lua_pushboolean(L, 0);
        return 1;
    }
    bind_push_array_metatable(L);
    lua_pushboolean(L, lua_rawequal(L, -1, -2));
    return 1;
}

int luaopen_charm_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "encode", json_encode },
        { "decode", json_decode },
        { "array", json_array },
        { "is_array", json_is_array },
        { NULL, NULL },
    };

    bind_module_open(L);
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    return 1;
}
