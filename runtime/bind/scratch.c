/* Scratch: C values that end with the C function that made them. To-be-closed userdata, with __gc
 * besides: marking one as to be closed may itself run out of memory. */
#include <stdalign.h>
#include <string.h>

#include "base/mem.h"
#include "bind/state.h"

struct scratch {
    void (*release)(void *held);      /* NULL once released */
    bool is_pointer;                  /* held is a pointer; release gets what it points to */
    alignas(max_align_t) char held[]; /* at least a pointer's size */
};

static int scratch_close(lua_State *L)
{
    struct scratch *scratch = lua_touserdata(L, 1);
    void (*release)(void *) = scratch->release;
    void *held = scratch->held;

    scratch->release = NULL;
    if (release != NULL && scratch->is_pointer)
        memcpy(&held, scratch->held, sizeof(held));
    if (release != NULL && held != NULL)
        release(held);
    return 0;
}

static void push_metatable(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        { "__gc", scratch_close },
        { "__close", scratch_close },
        { NULL, NULL },
    };

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, metamethods) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, metamethods);
}

static void *new_scratch(lua_State *L, size_t size, bool is_pointer, void (*release)(void *))
{
    struct scratch *scratch = lua_newuserdatauv(L, sizeof(*scratch) + size, 0);

    memset(scratch, 0, sizeof(*scratch) + size);
    scratch->is_pointer = is_pointer;
    push_metatable(L);
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    scratch->release = release;
    return scratch->held;
}

void *bind_scratch(lua_State *L, size_t size, void (*release)(void *))
{
    return new_scratch(L, size, false, release);
}

void **bind_scratch_pointer(lua_State *L, void (*release)(void *))
{
    return new_scratch(L, sizeof(void *), true, release);
}

static void release_buf(void *buf)
{
    lc_buf_release(buf);
}

static void release_secret(void *secret)
{
    lc_secret_release(secret);
}

static void release_strlist(void *list)
{
    lc_strlist_release(list);
}

static void release_strmap(void *map)
{
    lc_strmap_release(map);
}

static void release_json(void *json)
{
    lc_json_free(json);
}

struct lc_buf *bind_scratch_buf(lua_State *L, size_t max)
{
    struct lc_buf *buf = bind_scratch(L, sizeof(*buf), release_buf);

    lc_buf_init(buf, max);
    return buf;
}

struct lc_secret *bind_scratch_secret(lua_State *L)
{
    return bind_scratch(L, sizeof(struct lc_secret), release_secret);
}

struct lc_strlist *bind_scratch_strlist(lua_State *L)
{
    return bind_scratch(L, sizeof(struct lc_strlist), release_strlist);
}

struct lc_strmap *bind_scratch_strmap(lua_State *L)
{
    return bind_scratch(L, sizeof(struct lc_strmap), release_strmap);
}

struct lc_json **bind_scratch_json(lua_State *L)
{
    return (struct lc_json **)bind_scratch_pointer(L, release_json);
}

char **bind_scratch_text(lua_State *L)
{
    return (char **)bind_scratch_pointer(L, lc_free);
}
