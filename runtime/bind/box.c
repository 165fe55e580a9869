/* Boxes: userdata that own what C made. Empty first, then filled, so that nothing is lost between.
 * Metatables are kept in the registry under the class's address. */
#include <stdalign.h>
#include <string.h>

#include "bind/state.h"

struct box {
    const struct bind_class *class_;  /* NULL once closed */
    alignas(max_align_t) char held[]; /* a pointer, or a value of class_->size bytes */
};

static void *held_pointer(const struct box *box)
{
    void *pointer;

    memcpy(&pointer, box->held, sizeof(pointer));
    return pointer;
}

static void close_box(struct box *box)
{
    const struct bind_class *class_ = box->class_;

    if (class_ == NULL)
        return;
    box->class_ = NULL;
    if (class_->size != 0) {
        class_->release(box->held);
    } else if (held_pointer(box) != NULL) {
        class_->release(held_pointer(box));
        memset(box->held, 0, sizeof(void *));
    }
}

static int box_close(lua_State *L)
{
    close_box(lua_touserdata(L, 1));
    return 0;
}

static int box_gc(lua_State *L)
{
    close_box(lua_touserdata(L, 1));
    bind_vm_of(L)->boxes--;
    return 0;
}

static void set_index(lua_State *L, const struct bind_class *class_)
{
    lua_newtable(L);
    luaL_setfuncs(L, class_->methods, 0);
    for (const luaL_Reg *meta = class_->metamethods; meta != NULL && meta->name != NULL; meta++) {
        if (strcmp(meta->name, "__index") != 0)
            continue;
        lua_pushcclosure(L, meta->func, 1);
        break;
    }
    lua_setfield(L, -2, "__index");
}

static void push_metatable(lua_State *L, const struct bind_class *class_)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, class_) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    if (class_->metamethods != NULL)
        luaL_setfuncs(L, class_->metamethods, 0);
    set_index(L, class_);
    lua_pushstring(L, class_->name);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__name");
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, box_close);
    lua_setfield(L, -2, "__close");
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, class_);
}

/* Roughly what a certificate takes in C. */
#define HELD_KIB 4

/* The collector sees a box as a few bytes: it is told about what a box holds, so that a loop over
 * thousands of certificates does not keep them all. */
static void account(lua_State *L)
{
    if (lua_gc(L, LUA_GCISRUNNING))
        (void)lua_gc(L, LUA_GCSTEP, HELD_KIB);
}

void *bind_newbox(lua_State *L, const struct bind_class *class_)
{
    const size_t size = class_->size == 0 ? sizeof(void *) : class_->size;
    struct box *box = lua_newuserdatauv(L, sizeof(*box) + size, 0);

    memset(box, 0, sizeof(*box) + size);
    push_metatable(L, class_);
    box->class_ = class_;
    lua_setmetatable(L, -2);
    bind_vm_of(L)->boxes++;
    account(L);
    return box->held;
}

/* The box at index, open or closed; NULL for anything else. */
static struct box *to_box(lua_State *L, int index, const struct bind_class *class_)
{
    void *box = lua_touserdata(L, index);

    if (box == NULL || !lua_getmetatable(L, index))
        return NULL;
    (void)lua_rawgetp(L, LUA_REGISTRYINDEX, class_);
    const bool same = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return same ? box : NULL;
}

static void *box_content(const struct box *box)
{
    if (box == NULL || box->class_ == NULL)
        return NULL;
    return box->class_->size != 0 ? (void *)(uintptr_t)box->held : held_pointer(box);
}

void *bind_test(lua_State *L, int index, const struct bind_class *class_)
{
    return box_content(to_box(L, index, class_));
}

void *bind_check(lua_State *L, int arg, const struct bind_class *class_)
{
    const struct box *box = to_box(L, arg, class_);
    void *content = box_content(box);

    if (box == NULL)
        bind_type_error(L, arg, class_->name);
    if (content == NULL)
        bind_arg_error(L, arg, "this %s is closed", class_->name);
    return content;
}

size_t bind_boxes_alive(lua_State *L)
{
    return bind_vm_of(L)->boxes;
}
