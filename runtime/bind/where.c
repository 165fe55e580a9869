/* Where the author's code is: positions and tracebacks, without the host's own frames: C functions
 * and the Lua half of the library. Nothing here raises, bind_call aside. */
#include <stdio.h>
#include <string.h>

#include "bind/state.h"

#define INNERMOST_FRAMES 16
#define OUTERMOST_FRAMES 8

struct frames {
    lua_State *L;
    char *text; /* LC_TRACEBACK_MAX_BYTES */
    size_t used;
};

/* The frame at this level, if it runs the author's code. */
static bool get_frame(lua_State *L, int level, lua_Debug *frame)
{
    if (!lua_getstack(L, level, frame) || !lua_getinfo(L, "Sln", frame))
        return false;
    return frame->currentline >= 0 &&
           strncmp(frame->source, BIND_EMBEDDED_PREFIX, strlen(BIND_EMBEDDED_PREFIX)) != 0;
}

static bool put_line(const lua_Debug *frame, char *place)
{
    (void)snprintf(place, BIND_WHERE_BYTES, "%s:%d", frame->short_src, frame->currentline);
    return true;
}

void bind_where_running(lua_State *L, char *place)
{
    lua_Debug frame;

    place[0] = '\0';
    for (int level = 0; lua_getstack(L, level, &frame); level++)
        if (get_frame(L, level, &frame) && put_line(&frame, place))
            return;
}

int bind_call(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    const int arg_count = lua_gettop(L) - 1;

    lua_pushvalue(L, 1);
    lua_insert(L, 2);
    lua_call(L, arg_count, LUA_MULTRET);
    return lua_gettop(L) - 1;
}

/* The function that this frame keeps, when it is one of bind_call, as a description of it. */
static bool get_kept(lua_State *L, lua_Debug *frame, lua_Debug *kept)
{
    if (!lua_checkstack(L, 2) || !lua_getinfo(L, "f", frame))
        return false;
    const bool is_call = lua_tocfunction(L, -1) == bind_call;
    lua_pop(L, 1);
    if (!is_call || lua_getlocal(L, frame, 1) == NULL)
        return false;
    if (!lua_isfunction(L, -1) || lua_iscfunction(L, -1)) {
        lua_pop(L, 1);
        return false;
    }
    return lua_getinfo(L, ">S", kept) != 0 &&
           strncmp(kept->source, BIND_EMBEDDED_PREFIX, strlen(BIND_EMBEDDED_PREFIX)) != 0;
}

static void put_lines(const lua_Debug *function, char *place)
{
    if (*function->what == 'm')
        (void)snprintf(place, BIND_WHERE_BYTES, "%s", function->short_src);
    else if (function->linedefined == function->lastlinedefined)
        (void)snprintf(place, BIND_WHERE_BYTES, "%s:%d", function->short_src,
                       function->linedefined);
    else
        (void)snprintf(place, BIND_WHERE_BYTES, "%s:%d-%d", function->short_src,
                       function->linedefined, function->lastlinedefined);
}

void bind_where(lua_State *L, char *place)
{
    lua_Debug frame;
    lua_Debug kept;

    place[0] = '\0';
    for (int level = 0; lua_getstack(L, level, &frame); level++) {
        if (get_frame(L, level, &frame) && put_line(&frame, place))
            return;
        if (get_kept(L, &frame, &kept)) {
            put_lines(&kept, place);
            return;
        }
    }
}

static void add_line(struct frames *frames, const char *place, const char *function)
{
    const size_t room = LC_TRACEBACK_MAX_BYTES - frames->used;
    const int len = snprintf(frames->text + frames->used, room, "%s%s: in %s",
                             frames->used == 0 ? "" : "\n", place, function);

    frames->used += len < 0 || (size_t)len >= room ? 0 : (size_t)len;
    frames->text[frames->used] = '\0'; /* a frame that does not fit is left out */
}

static void add_frame(struct frames *frames, const lua_Debug *frame)
{
    char place[BIND_WHERE_BYTES];
    char function[LUA_IDSIZE + 32];

    if (*frame->what == 'm')
        (void)snprintf(function, sizeof(function), "main chunk");
    else if (frame->name != NULL)
        (void)snprintf(function, sizeof(function), "function '%.60s'", frame->name);
    else
        (void)snprintf(function, sizeof(function), "function <%s:%d>", frame->short_src,
                       frame->linedefined);
    (void)put_line(frame, place);
    add_line(frames, place, function);
}

/* Of the author's frames from level on, at most `most`; the level after the last one looked at. */
static int add_frames(struct frames *frames, int level, int most)
{
    lua_Debug frame;

    for (; most > 0 && lua_getstack(frames->L, level, &frame); level++) {
        if (!get_frame(frames->L, level, &frame))
            continue;
        add_frame(frames, &frame);
        most--;
    }
    return level;
}

/* lua_getstack takes time in proportion to the level, so the depth is found by halving. */
static int stack_depth(lua_State *L)
{
    lua_Debug frame;
    int low = 0;
    int high = 1;

    while (lua_getstack(L, high, &frame)) {
        low = high;
        high *= 2;
    }
    while (low + 1 < high) {
        const int middle = low + (high - low) / 2;
        if (lua_getstack(L, middle, &frame))
            low = middle;
        else
            high = middle;
    }
    return high;
}

void bind_keep_traceback(lua_State *L)
{
    static const char skipped[] = "\n...";
    struct frames frames = { .L = L, .text = bind_vm_of(L)->traceback };

    frames.text[0] = '\0';
    const int after = add_frames(&frames, 0, INNERMOST_FRAMES);
    int rest = stack_depth(L) - OUTERMOST_FRAMES;
    if (rest > after && frames.used + sizeof(skipped) <= LC_TRACEBACK_MAX_BYTES) {
        memcpy(frames.text + frames.used, skipped, sizeof(skipped));
        frames.used += strlen(skipped);
    } else {
        rest = after;
    }
    (void)add_frames(&frames, rest, OUTERMOST_FRAMES);
}
