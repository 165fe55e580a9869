/* Which lines of lua/charm run, in the coverage profile: every VM gets a hook for lines, beside the
 * one for instructions that it may have. The linker puts these functions in the place of Lua's own
 * (-Wl,--wrap), so that nothing in runtime/ knows of it. As the process ends it adds what it has
 * seen to the file COVER_LUA, one "charm.tls 12 13 15" for each module; one that is killed adds
 * nothing, as with the counters of gcc. tests/cov/report.lua reads it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "bind/vm.h"

#define MODULES 128
#define LINES   4096
#define STATES  64

lua_State *__real_lua_newstate(lua_Alloc allocate, void *context);
lua_State *__wrap_lua_newstate(lua_Alloc allocate, void *context);
void __real_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);
void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);

static bool seen[MODULES][LINES];

/* The hook that a VM asked for itself. A VM is known by its registry; places are used in turn. */
static struct {
    const void *registry;
    lua_Hook hook;
} asked[STATES];
static size_t next_state;

static size_t module_of(const char *source)
{
    static const char *last_source;
    static size_t last;

    if (source == last_source)
        return last;
    for (last = 0; bind_lua_modules[last].name != NULL; last++) {
        const char *name = bind_lua_modules[last].name;
        const size_t len = strlen(name);
        if (strncmp(source, "=[", 2) == 0 && strncmp(source + 2, name, len) == 0 &&
            strcmp(source + 2 + len, "]") == 0)
            break;
    }
    last_source = source;
    return last;
}

static lua_Hook asked_by(lua_State *L)
{
    const void *registry = lua_topointer(L, LUA_REGISTRYINDEX);

    for (size_t i = 0; i < STATES; i++)
        if (asked[i].registry == registry)
            return asked[i].hook;
    return NULL;
}

static void on_hook(lua_State *L, lua_Debug *about)
{
    if (about->event == LUA_HOOKCOUNT) {
        const lua_Hook hook = asked_by(L);
        if (hook != NULL)
            hook(L, about);
        return;
    }
    (void)lua_getinfo(L, "S", about);
    const size_t module = module_of(about->source);
    if (module < MODULES && about->currentline > 0 && about->currentline < LINES)
        seen[module][about->currentline] = true;
}

void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count)
{
    const void *registry = lua_topointer(L, LUA_REGISTRYINDEX);
    size_t at = 0;

    while (at < STATES && asked[at].registry != registry)
        at++;
    if (at == STATES)
        at = next_state++ % STATES;
    asked[at].registry = registry;
    asked[at].hook = hook;
    __real_lua_sethook(L, on_hook, mask | LUA_MASKLINE, count);
}

static void add_module(size_t module, struct lc_buf *out)
{
    lc_buf_puts(out, bind_lua_modules[module].name);
    for (int line = 0; line < LINES; line++)
        if (seen[module][line])
            lc_buf_printf(out, " %d", line);
    lc_buf_putc(out, '\n');
}

/* In one call, since other processes add theirs at the same time. */
static void write_seen(void)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(16u * 1024 * 1024);
    const int fd = open(COVER_LUA, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

    if (fd == -1)
        return; /* a test's own root folder */
    for (size_t i = 0; i < MODULES && bind_lua_modules[i].name != NULL; i++)
        if (memchr(seen[i], true, sizeof(seen[i])) != NULL)
            add_module(i, &out);
    if (write(fd, out.data, out.len) != (ssize_t)out.len)
        (void)fprintf(stderr, "cover: cannot write %s\n", COVER_LUA);
    (void)close(fd);
}

lua_State *__wrap_lua_newstate(lua_Alloc allocate, void *context)
{
    static bool registered;
    lua_State *L = __real_lua_newstate(allocate, context);

    if (!registered && atexit(write_seen) == 0)
        registered = true;
    if (L != NULL)
        __wrap_lua_sethook(L, NULL, 0, 0);
    return L;
}
