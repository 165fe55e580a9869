/* The functions of a scenario that change the model and run no hook. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/play.h"
#include "model/verbs.h"

static void absolute(lua_State *L, const char *path, char out[PATH_MAX])
{
    struct lc_err err = LC_ERR_INIT;

    if (realpath(path, out) != NULL)
        return;
    (void)lc_fail_errno(&err, errno, "%s", path);
    (void)bind_raise(L, &err);
}

/* new{ name, at, seed, juju_version }: the private model. */
static int verb_new(lua_State *L)
{
    const struct lc_clock clock = lc_clock_system();
    struct play *play = play_of(L);
    const char *name = bind_field_string(L, 1, "name");
    const char *at = bind_field_string(L, 1, "at");
    const char *version = bind_field_string(L, 1, "juju_version");
    struct lc_store_new wanted = { .name = name == NULL ? "play" : name,
                                   .juju_version = version == NULL ? LC_MODEL_JUJU_VERSION
                                                                   : version,
                                   .now = lc_clock_now(&clock),
                                   .seed = bind_field_integer(L, 1, "seed", 0) };
    struct lc_err err = LC_ERR_INIT;

    if (play->folder != NULL)
        (void)lc_fail(&err, LC_ESTATE, "model: --model has given one that is there already");
    else if (play->work.store != NULL)
        (void)lc_fail(&err, LC_ESTATE, "model: it must come first, and there is a model already");
    else if ((at == NULL || lc_time_parse(at, &wanted.now, &err)) &&
             model_check_version(wanted.juju_version, &err) && play_make(play, &wanted, &err))
        return 0;
    return bind_raise(L, &err);
}

/* "name=FILE" with the file's whole path: hooks run elsewhere. Both lists are scratch. */
static void absolute_resources(lua_State *L, const struct lc_strlist *given, struct lc_strlist *out)
{
    struct lc_err err = LC_ERR_INIT;
    char path[PATH_MAX];

    for (size_t i = 0; i < given->count; i++) {
        const char *word = given->items[i];
        const size_t len = strcspn(word, "=");
        absolute(L, word + len + 1, path);
        if (!lc_strlist_addf(out, &err, "%.*s=%s", (int)len, word, path))
            (void)bind_raise(L, &err);
    }
}

/* deploy{ folder, name, units, trust, config = { "key=value" }, resources = { "name=file" } } */
static int verb_deploy(lua_State *L)
{
    struct play *play = play_open(L);
    struct lc_strlist *config = bind_scratch_strlist(L);
    struct lc_strlist *given = bind_scratch_strlist(L);
    struct lc_strlist *resources = bind_scratch_strlist(L);
    char **name = bind_scratch_text(L);
    char folder[PATH_MAX];
    const struct lc_deploy wanted = { .path = folder,
                                      .name = bind_field_string(L, 1, "name"),
                                      .units = bind_field_integer(L, 1, "units", 1),
                                      .config = config,
                                      .resources = resources,
                                      .trusted = bind_field_boolean(L, 1, "trust", false) };
    struct lc_err err = LC_ERR_INIT;

    absolute(L, bind_field_string(L, 1, "folder"), folder);
    (void)bind_field_strings(L, 1, "config", config);
    (void)bind_field_strings(L, 1, "resources", given);
    absolute_resources(L, given, resources);
    if (!lc_verb_deploy(play->work.store, &wanted, name, &err))
        return bind_raise(L, &err);
    lua_pushstring(L, *name);
    return 1;
}

/* refresh(app, folder or nil) */
static int verb_refresh(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *app = luaL_checkstring(L, 1);
    const char *given = luaL_optstring(L, 2, NULL);
    struct lc_err err = LC_ERR_INIT;
    char folder[PATH_MAX] = "";

    if (given != NULL)
        absolute(L, given, folder);
    if (!lc_verb_refresh(play->work.store, app, given == NULL ? NULL : folder, &err))
        return bind_raise(L, &err);
    return 0;
}

/* add_unit(app, count) -> names */
static int verb_add_unit(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *app = luaL_checkstring(L, 1);
    const lua_Integer count = luaL_optinteger(L, 2, 1);
    struct lc_strlist *units = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_verb_add_units(play->work.store, app, count, units, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, units);
    return 1;
}

static void release_choice(void *choice)
{
    lc_choice_release(choice);
}

/* integrate(a, b) -> id, "web:certificates", "ca:certificates" */
static int verb_integrate(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *a = luaL_checkstring(L, 1);
    const char *b = luaL_checkstring(L, 2);
    struct lc_choice *choice = bind_scratch(L, sizeof(*choice), release_choice);
    struct lc_err err = LC_ERR_INIT;
    int64_t id;

    if (!lc_verb_integrate(play->work.store, a, b, &id, choice, &err))
        return bind_raise(L, &err);
    lua_pushinteger(L, id);
    lua_pushfstring(L, "%s:%s", choice->requirer.app, choice->requirer.endpoint);
    lua_pushfstring(L, "%s:%s", choice->provider.app, choice->provider.endpoint);
    return 3;
}

static int verb_remove_relation(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *a = luaL_checkstring(L, 1);
    const char *b = luaL_checkstring(L, 2);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_verb_remove_relation(play->work.store, a, b, &err))
        return bind_raise(L, &err);
    return 0;
}

/* Verbs that do one thing to the unit or application of their one argument. */
static int do_to_one(lua_State *L,
                     bool (*verb)(struct lc_store *store, const char *name, struct lc_err *err))
{
    const struct play *play = play_open(L);
    const char *name = luaL_checkstring(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!verb(play->work.store, name, &err))
        return bind_raise(L, &err);
    return 0;
}

static int verb_remove_unit(lua_State *L)
{
    return do_to_one(L, lc_verb_remove_unit);
}

static int verb_remove_application(lua_State *L)
{
    return do_to_one(L, lc_verb_remove_app);
}

static int verb_set_leader(lua_State *L)
{
    return do_to_one(L, lc_verb_set_leader);
}

static int verb_unpause(lua_State *L)
{
    return do_to_one(L, lc_verb_unpause);
}

/* set_config(app, { "key=value" }, { "key to be reset" }) */
static int verb_set_config(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *app = luaL_checkstring(L, 1);
    struct lc_strlist *settings = bind_scratch_strlist(L);
    struct lc_strlist *reset = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    bind_read_strings(L, 2, "settings", settings);
    bind_read_strings(L, 3, "reset", reset);
    if (!lc_verb_config(play->work.store, app, settings, reset, &err))
        return bind_raise(L, &err);
    return 0;
}

/* resolved(unit, no_retry) */
static int verb_resolved(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *unit = luaL_checkstring(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_verb_resolved(play->work.store, unit, lua_toboolean(L, 2) != 0, &err))
        return bind_raise(L, &err);
    return 0;
}

/* fail_next(unit, hook or nil, times, after_run) */
static int verb_fail_next(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *unit = luaL_checkstring(L, 1);
    const char *hook = luaL_optstring(L, 2, NULL);
    const lua_Integer times = luaL_checkinteger(L, 3);
    const enum lc_fault fault = lua_toboolean(L, 4) ? LC_FAULT_AFTER : LC_FAULT_BEFORE;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_verb_fail_next(play->work.store, unit, hook, times, fault, &err))
        return bind_raise(L, &err);
    return 0;
}

/* pause(unit, "20s" or nil) */
static int verb_pause(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *unit = luaL_checkstring(L, 1);
    const char *duration = luaL_optstring(L, 2, NULL);
    struct lc_err err = LC_ERR_INIT;
    int64_t seconds = 0;

    if ((duration != NULL && !lc_duration_parse(duration, &seconds, &err)) ||
        !lc_verb_pause(play->work.store, unit, seconds, &err))
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg play_verbs[] = {
    { "new", verb_new },
    { "deploy", verb_deploy },
    { "refresh", verb_refresh },
    { "add_unit", verb_add_unit },
    { "integrate", verb_integrate },
    { "remove_relation", verb_remove_relation },
    { "remove_unit", verb_remove_unit },
    { "remove_application", verb_remove_application },
    { "set_leader", verb_set_leader },
    { "set_config", verb_set_config },
    { "resolved", verb_resolved },
    { "fail_next", verb_fail_next },
    { "pause", verb_pause },
    { "unpause", verb_unpause },
    { NULL, NULL },
};
