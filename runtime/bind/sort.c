/* A merge sort from the bottom up, between a table and another one. */
#include "bind/sort.h"
#include "bind/bind.h"

struct sorting {
    lua_State *L;
    bind_before_fn before;
    int context;
    int from;
    int to;
};

static void move(const struct sorting *sorting, lua_Integer from, lua_Integer to)
{
    (void)lua_rawgeti(sorting->L, sorting->from, from);
    lua_rawseti(sorting->L, sorting->to, to);
}

/* Of equal ones the left one first. */
static bool takes_right(const struct sorting *sorting, lua_Integer left, lua_Integer right)
{
    lua_State *L = sorting->L;

    (void)lua_rawgeti(L, sorting->from, left);
    (void)lua_rawgeti(L, sorting->from, right);
    const bool is_before = sorting->before(L, sorting->context);
    lua_pop(L, 2);
    return is_before;
}

static void merge(const struct sorting *sorting, lua_Integer begin, lua_Integer middle,
                  lua_Integer end)
{
    lua_Integer left = begin;
    lua_Integer right = middle;

    for (lua_Integer to = begin; to < end; to++) {
        const bool from_right = right < end &&
                                (left >= middle || takes_right(sorting, left, right));
        if (from_right)
            move(sorting, right++, to);
        else
            move(sorting, left++, to);
    }
}

void bind_sort(lua_State *L, int index, lua_Integer count, bind_before_fn before, int context)
{
    struct sorting sorting = {
        .L = L, .before = before, .context = context, .from = lua_absindex(L, index)
    };

    luaL_checkstack(L, 6, NULL);
    lua_createtable(L, count > 0 ? (int)count : 0, 0);
    sorting.to = lua_gettop(L);
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer begin = 1; begin <= count; begin += 2 * width) {
            const lua_Integer middle = begin + width <= count ? begin + width : count + 1;
            const lua_Integer end = begin + 2 * width <= count ? begin + 2 * width : count + 1;
            merge(&sorting, begin, middle, end);
        }
        const int swap = sorting.from;
        sorting.from = sorting.to;
        sorting.to = swap;
    }
    if (sorting.from != lua_absindex(L, index)) {
        sorting.to = lua_absindex(L, index);
        for (lua_Integer i = 1; i <= count; i++)
            move(&sorting, i, i);
    }
    lua_pop(L, 1);
}
