/* Runs a spec in our own VM, as `luacharm run` runs a script, with one module more, which no author
 * has: "boxes", what is behind objects made in C. usage: run_spec FILE
 *
 *     boxes.alive()          how many objects were made and not yet collected
 *     boxes.methods(object)  its methods by name, in a new table */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "bind/bind.h"

static int boxes_alive(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)bind_boxes_alive(L));
    return 1;
}

static int boxes_methods(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TUSERDATA);
    luaL_argcheck(L, luaL_getmetafield(L, 1, "__index") != LUA_TNIL, 1, "no object of ours");
    if (lua_isfunction(L, -1) && lua_getupvalue(L, -1, 1) == NULL)
        return luaL_argerror(L, 1, "no object of ours");
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, -3) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    return 1;
}

static int open_boxes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "alive", boxes_alive },
        { "methods", boxes_methods },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}

static int preload(lua_State *L)
{
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open_boxes);
    lua_setfield(L, -2, "boxes");
    return 0;
}

static bool run(const char *path, struct lc_err *err)
{
    struct bind_context context = { .clock = lc_clock_system(),
                                    .log = lc_log_stderr(LC_LEVEL_INFO) };
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    const char *slash = strrchr(path, '/');
    const size_t len = slash == NULL ? 1 : (size_t)(slash - path);

    if (!lc_strlist_add_len(&folders, slash == NULL ? "." : path, len, err) ||
        !bind_vm_new(&context, NULL, &vm, err) || !bind_vm_set_path(vm, &folders, err))
        return false;
    lua_pushcfunction(bind_vm_state(vm), preload);
    return bind_pcall(bind_vm_state(vm), 0, 0, err) && bind_vm_run_file(vm, path, NULL, err);
}

int main(int argc, char **argv)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct lc_err err = LC_ERR_INIT;

    if (argc != 2) {
        (void)fprintf(stderr, "usage: run_spec FILE\n");
        return 2;
    }
    (void)sigaction(SIGPIPE, &ignore, NULL); /* as base/proc.h asks for */
    lc_proc_set_child_umask(umask(077));
    if (run(argv[1], &err))
        return 0;
    (void)fprintf(stderr, "run_spec: %s\n", err.message);
    return 1;
}
