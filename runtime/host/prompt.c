/* The interactive prompt: its VM and the way between lua/charm/prompt.lua and the editor. */
#include "host/prompt.h"

#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "bind/bind.h"
#include "host/connection.h"

#define INSTRUCTION_STEP 10000 /* between two looks at whether Ctrl-C came */

struct lc_prompt {
    const struct lc_prompt_editor *editor;
    const struct lc_strlist *files;
    lua_State *L;
    int complete; /* the function's reference */
};

static volatile sig_atomic_t interrupted;

void lc_prompt_interrupt(void)
{
    interrupted = 1;
}

static void check_interrupt(lua_State *L, lua_Debug *about)
{
    struct lc_err err = LC_ERR_INIT;

    (void)about;
    if (interrupted == 0)
        return;
    interrupted = 0;
    (void)lc_fail(&err, LC_ETIMEOUT, "stopped by Ctrl-C");
    (void)bind_raise(L, &err);
}

/* read(prompt): upvalue: struct lc_prompt *. */
static int read_line(lua_State *L)
{
    struct lc_prompt *prompt = lua_touserdata(L, lua_upvalueindex(1));
    const char *text = luaL_checkstring(L, 1);
    char **line = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!prompt->editor->read(prompt->editor->context, prompt, text, line, &err))
        return bind_raise(L, &err);
    interrupted = 0; /* what came while it was typed has been dealt with */
    bind_push_text(L, *line);
    return 1;
}

struct completion {
    const struct lc_prompt *prompt;
    const char *word;
    struct lc_strlist *out;
};

/* complete(struct completion *) */
static int complete(lua_State *L)
{
    const struct completion *completion = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, completion->prompt->complete);
    lua_pushstring(L, completion->word);
    lua_call(L, 1, 1);
    bind_read_strings(L, -1, "words", completion->out);
    return 0;
}

bool lc_prompt_complete(struct lc_prompt *prompt, const char *word, struct lc_strlist *out,
                        struct lc_err *err)
{
    struct completion completion = { .prompt = prompt, .word = word, .out = out };

    if (!lua_checkstack(prompt->L, 2))
        return lc_fail_memory(err);
    lua_pushcfunction(prompt->L, complete);
    lua_pushlightuserdata(prompt->L, &completion);
    return bind_pcall(prompt->L, 1, 0, err);
}

/* run(struct lc_prompt *) */
static int run(lua_State *L)
{
    struct lc_prompt *prompt = lua_touserdata(L, 1);

    lua_sethook(L, check_interrupt, LUA_MASKCOUNT, INSTRUCTION_STEP);
    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.prompt");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "complete");
    prompt->complete = luaL_ref(L, LUA_REGISTRYINDEX);
    (void)lua_getfield(L, -1, "run");
    lua_pushlightuserdata(L, prompt);
    lua_pushcclosure(L, read_line, 1);
    bind_push_strlist(L, prompt->files);
    lua_call(L, 2, 0);
    return 0;
}

static bool run_prompt(struct bind_context *context, struct lc_prompt *prompt, struct lc_err *err)
{
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;

    if (!lc_strlist_add(&folders, ".", err) || !bind_vm_new(context, NULL, &vm, err) ||
        !bind_vm_set_path(vm, &folders, err))
        return false;
    prompt->L = bind_vm_state(vm);
    lua_pushcfunction(prompt->L, run);
    lua_pushlightuserdata(prompt->L, prompt);
    return bind_pcall(prompt->L, 1, 0, err);
}

bool lc_host_prompt(const struct lc_prompt_editor *editor, const struct lc_strlist *files,
                    struct lc_err *err)
{
    LC_AUTO(host_connection_release) struct host_connection connection = HOST_CONNECTION_INIT;
    struct lc_prompt prompt = { .editor = editor, .files = files };

    if (!lc_hook_env_is_there()) {
        connection.context.clock = lc_clock_system();
        connection.context.log = lc_log_stderr(LC_LEVEL_INFO);
        return run_prompt(&connection.context, &prompt, err);
    }
    return host_connect(&connection, false, err) && run_prompt(&connection.context, &prompt, err) &&
           lc_session_flush(connection.session, err);
}
