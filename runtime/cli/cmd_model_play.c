/* luacharm model play: the scenario's VM, its model, and what becomes of both. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/play.h"

#define INSTRUCTION_STEP 10000 /* between two looks at whether Ctrl-C came */

struct play *play_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

struct play *play_open(lua_State *L)
{
    const struct lc_clock clock = lc_clock_system();
    const struct lc_store_new wanted = { .name = "play",
                                         .juju_version = LC_MODEL_JUJU_VERSION,
                                         .now = lc_clock_now(&clock) };
    struct play *play = play_of(L);
    struct lc_err err = LC_ERR_INIT;

    if (play->work.store == NULL && !play_make(play, &wanted, &err))
        (void)bind_raise(L, &err);
    return play;
}

static void say(void *context, const char *line)
{
    play_note(context, line);
}

static void draw(void *context, const struct lc_progress *progress)
{
    struct play *play = context;

    model_draw_progress(&play->work, progress);
}

bool play_make(struct play *play, const struct lc_store_new *wanted, struct lc_err *err)
{
    struct lc_store_new best = *wanted;

    if (play->folder == NULL &&
        (!model_read_new(play->args, &best, err) ||
         (play->temporary == NULL && !lc_store_temporary_folder(&play->temporary, err)) ||
         !lc_store_create(play->temporary, &best, err)))
        return false;
    if (!model_work_open_in(play->folder == NULL ? play->temporary : play->folder, play->args,
                            false, &play->work, err))
        return false;
    play->work.settle.ran = play_ran;
    play->work.settle.moved = NULL;
    play->work.settle.say = say;
    play->work.settle.progress = draw;
    play->work.settle.context = play;
    return true;
}

/* The scenario's time is the model's. */
static int64_t now(void *context)
{
    const struct play *play = context;
    const struct lc_clock system = lc_clock_system();
    struct lc_err ignored = LC_ERR_INIT;
    int64_t time;

    return play->work.store != NULL && lc_store_now(play->work.store, &time, &ignored)
               ? time
               : lc_clock_now(&system);
}

/* Once it came, every instruction raises, so that no pcall of the scenario's goes on. */
static void check_interrupt(lua_State *L, lua_Debug *about)
{
    struct lc_err err = LC_ERR_INIT;

    (void)about;
    if (model_interrupted() == 0)
        return;
    lua_sethook(L, check_interrupt, LUA_MASKCOUNT, 1);
    (void)lc_fail(&err, LC_ETIMEOUT, "stopped by Ctrl-C");
    (void)bind_raise(L, &err);
}

static void add_functions(lua_State *L, struct play *play, const luaL_Reg *functions)
{
    lua_pushlightuserdata(L, play);
    luaL_setfuncs(L, functions, 1);
}

/* prepare(struct play *): the modules, and the scenario's globals. */
static int prepare(lua_State *L)
{
    struct play *play = lua_touserdata(L, 1);

    (void)lua_getglobal(L, "package");
    (void)lua_getfield(L, -1, "loaded");
    lua_newtable(L);
    add_functions(L, play, play_verbs);
    add_functions(L, play, play_actions);
    add_functions(L, play, play_looks);
    add_functions(L, play, play_reports);
    lua_setfield(L, -2, "charm.scenario.core");
    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "charm.scenario");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "install");
    lua_call(L, 0, 0);
    lua_sethook(L, check_interrupt, LUA_MASKCOUNT, INSTRUCTION_STEP);
    return 0;
}

/* The scenario's paths are relative to its file: the process goes there. */
static bool enter_folder(const char *path, struct lc_err *err)
{
    const char *slash = strrchr(path, '/');
    LC_AUTO(lc_free)
    char *folder = slash == NULL ? lc_strdup(".") : lc_strndup(path, (size_t)(slash - path) + 1);

    if (folder == NULL)
        return lc_fail_memory(err);
    return chdir(folder) == 0 ? true : lc_fail_errno(err, errno, "%s", folder);
}

static bool run_scenario(struct play *play, const char *path, char *traceback, struct lc_err *err)
{
    struct bind_context context = { .clock = { .now = now, .context = play },
                                    .log = lc_log_stderr(LC_LEVEL_INFO) };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (!lc_file_read(path, LC_SCRIPT_MAX_BYTES, &text, &len, err) || !enter_folder(path, err) ||
        !lc_strlist_add(&folders, ".", err) || !bind_vm_new(&context, NULL, &vm, err) ||
        !bind_vm_set_path(vm, &folders, err))
        return false;
    lua_State *L = bind_vm_state(vm);
    lua_pushcfunction(L, prepare);
    lua_pushlightuserdata(L, play);
    if (!bind_pcall(L, 1, 0, err))
        return false;
    if (bind_vm_run_text(vm, path, text, len, NULL, err))
        return true;
    (void)snprintf(traceback, LC_TRACEBACK_MAX_BYTES, "%s", bind_vm_traceback(vm));
    return false;
}

static bool start(struct play *play, struct lc_err *err)
{
    const char *folder = lc_args_value(play->args, "model");
    static const char *const of_a_new_one[] = { "keep", "at", "juju-version" };
    char resolved[PATH_MAX];

    for (size_t i = 0; folder != NULL && i < LC_COUNT(of_a_new_one); i++)
        if (lc_args_has(play->args, of_a_new_one[i]))
            return lc_fail(err, LC_EUSAGE,
                           "--%s is about a model of its own, and --model gives one that is there",
                           of_a_new_one[i]);
    if (folder == NULL)
        return model_catch_interrupt(err);
    if (realpath(folder, resolved) == NULL)
        return errno == ENOENT
                   ? lc_fail(err, LC_ENOTFOUND,
                             "no model in '%s': make one with 'luacharm model new'", folder)
                   : lc_fail_errno(err, errno, "%s", folder);
    play->folder = lc_strdup(resolved);
    return play->folder == NULL ? lc_fail_memory(err) : model_catch_interrupt(err);
}

/* What a charm has started on this machine is stopped by its last hooks; the scenario is over, so
 * nobody is told. */
static void end_private_model(struct play *play)
{
    struct lc_err ignored = LC_ERR_INIT;
    const struct lc_settle_options silent = { .jobs = play->work.settle.jobs };

    if (play->work.store != NULL && model_interrupted() == 0 &&
        model_remove_applications(play->work.store, &ignored) &&
        !lc_settle(&play->work.agent, &silent, &ignored))
        ignored.code = LC_OK; /* a hook that fails keeps nothing */
}

/* The private model goes, unless it is to be kept. */
static bool finish(struct play *play, struct lc_err *err)
{
    if (play->temporary != NULL && !lc_args_has(play->args, "keep"))
        end_private_model(play);
    model_work_release(&play->work);
    if (play->temporary == NULL)
        return true;
    if (!lc_args_has(play->args, "keep"))
        return lc_dir_remove_tree(play->temporary, err);
    (void)fprintf(stderr, "luacharm: the model is kept: luacharm model status --model %s\n",
                  play->temporary);
    return true;
}

static int play(struct play *play, struct lc_err *err)
{
    char traceback[LC_TRACEBACK_MAX_BYTES] = "";
    struct lc_err cleanup = LC_ERR_INIT;

    if (!start(play, err))
        return model_fail(err);
    const bool ended = run_scenario(play, play->args->positionals[0], traceback, err);
    if (!ended)
        play_aborted(play, err->message);
    play_close(play);
    if (!ended)
        lc_cmd_print_failure(traceback, err);
    if (!finish(play, &cleanup))
        lc_cmd_print_error(&cleanup);
    err->message[0] = '\0'; /* told */
    if (model_interrupted() != 0)
        return model_interrupted();
    return ended && play->failed == 0 && cleanup.code == LC_OK ? LC_EXIT_DONE : LC_EXIT_FAILED;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct play state = { .args = args,
                          .as_tap = lc_args_has(args, "tap"),
                          .in_colour = !lc_args_has(args, "tap") && lc_cmd_has_colour,
                          .shows_hooks = lc_args_has(args, "verbose") };

    const int status = play(&state, err);
    lc_free(state.folder);
    lc_free(state.temporary);
    return status;
}

static const struct lc_opt options[] = {
    { "keep", 0, NULL, "keep the scenario's own model, and say where it is" },
    { "tap", 0, NULL, "results as TAP" },
    { "verbose", 'v', NULL, "a line for each hook, too" },
    { "model", 'm', "DIR", "use this model (default: a new one, which goes at the end)" },
    NEW_OPTIONS,
    SETTLE_OPTIONS,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_play = {
    .name = "play",
    .synopsis = "FILE",
    .summary =
        "run a scenario in Lua (deploy, integrate, advance, expect...) and count what failed",
    .options = options,
    .min = 1,
    .max = 1,
    .run = run,
};
