/* luacharm docs: the reference of the Lua half, out of the program itself. */
#include <stdio.h>

#include "base/clock.h"
#include "bind/bind.h"
#include "cli/cmd.h"

/* get_page(const char *name): the text; NULL for the list of chapters. */
static int get_page(lua_State *L)
{
    const char *name = lua_touserdata(L, 1);

    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.docs");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "page");
    bind_push_text(L, name);
    lua_call(L, 1, 1);
    return 1;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct bind_context context = { .clock = lc_clock_system(),
                                    .log = lc_log_stderr(LC_LEVEL_INFO) };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    if (!bind_vm_new(&context, NULL, &vm, err))
        return LC_EXIT_FAILED;
    lua_State *L = bind_vm_state(vm);
    lua_pushcfunction(L, get_page);
    lua_pushlightuserdata(L, (void *)(uintptr_t)(args->count == 0 ? NULL : args->positionals[0]));
    if (!bind_pcall(L, 1, 1, err))
        return LC_EXIT_FAILED;
    (void)puts(lua_tostring(L, -1)); /* main sees whether it was written */
    return LC_EXIT_DONE;
}

const struct lc_cmd lc_cmd_docs = {
    .name = "docs",
    .synopsis = "[NAME]",
    .summary = "what is written about a function, class or module of Lua's half",
    .max = 1,
    .run = run,
};
