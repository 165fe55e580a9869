/* The functions of a scenario that run hooks: settle, advance, run, exec, fire. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/play.h"
#include "model/verbs.h"

#define MAX_OUTPUT (64u * 1024 * 1024)

/* Before and after an action or exec: a hook that fails has been shown, and does not count. */
static bool settle_tolerant(struct play *play, struct lc_err *err)
{
    if (lc_settle(&play->work.agent, &play->work.settle, err))
        return true;
    if (err->code != LC_ECOMMAND)
        return false;
    *err = (struct lc_err)LC_ERR_INIT;
    return true;
}

/* The tries of a hook that fails, when the call says so. */
static struct lc_settle_options options_of(const struct play *play, lua_Integer tries)
{
    struct lc_settle_options options = play->work.settle;

    if (tries > 0)
        options.tries = tries;
    return options;
}

/* settle(tries) */
static int action_settle(lua_State *L)
{
    struct play *play = play_open(L);
    const struct lc_settle_options options = options_of(play, luaL_optinteger(L, 1, 0));
    struct lc_err err = LC_ERR_INIT;

    if (!lc_settle(&play->work.agent, &options, &err))
        return bind_raise(L, &err);
    return 0;
}

/* advance(duration, update_status, tries, "5m" or nil: update-status every so often) */
static int action_advance(lua_State *L)
{
    struct play *play = play_open(L);
    const char *duration = luaL_checkstring(L, 1);
    const char *every = luaL_optstring(L, 4, NULL);
    struct lc_advance wanted = { .update_status = lua_toboolean(L, 2) != 0 };
    const struct lc_settle_options options = options_of(play, luaL_optinteger(L, 3, 0));
    struct lc_err err = LC_ERR_INIT;

    if (!lc_duration_parse(duration, &wanted.seconds, &err) ||
        (every != NULL && !lc_duration_parse(every, &wanted.update_every, &err)) ||
        !lc_advance(&play->work.agent, &wanted, &options, &err))
        return bind_raise(L, &err);
    return 0;
}

/* The parameters, checked against the charm that the unit runs. */
static bool read_params(struct play *play, const char *unit_name, const char *action,
                        const struct lc_strlist *given, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    const struct lc_charm_meta *meta;

    if (!lc_check_unit(play->work.store, unit_name, &unit, err))
        return false;
    if (unit.revision == 0)
        return lc_fail(err, LC_ESTATE, "unit '%s' has no charm yet: settle first", unit.name);
    return lc_charms_get(&play->work.agent.charms, play->work.store, unit.app, unit.revision, &meta,
                         err) &&
           lc_check_action(meta, action, given, out, err);
}

static bool run_action(struct play *play, const char *unit, const char *action,
                       const struct lc_strlist *given, struct lc_action_result *out,
                       struct lc_err *err)
{
    struct lc_json *params = NULL;

    return settle_tolerant(play, err) && read_params(play, unit, action, given, &params, err) &&
           lc_agent_action(&play->work.agent, unit, action, params, out, err) &&
           settle_tolerant(play, err);
}

static void release_action(void *result)
{
    lc_action_result_release(result);
}

/* run(unit, action, { "key=YAML" }) -> results, message when it failed */
static int action_run(lua_State *L)
{
    struct play *play = play_open(L);
    const char *unit = luaL_checkstring(L, 1);
    const char *action = luaL_checkstring(L, 2);
    struct lc_strlist *given = bind_scratch_strlist(L);
    struct lc_action_result *result = bind_scratch(L, sizeof(*result), release_action);
    struct lc_json **tree = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    bind_read_strings(L, 3, "parameters", given);
    if (!run_action(play, unit, action, given, result, &err) ||
        !lc_json_parse(result->results, strlen(result->results), 0, tree, &err))
        return bind_raise(L, &err);
    bind_push_json(L, *tree);
    lua_pushstring(L, result->failed ? result->message : NULL);
    return 2;
}

struct execution {
    struct play *play;
    const char *unit;
    int64_t relation;
    const struct lc_strlist *words;
    struct lc_buf *out;
    struct lc_buf *err_text;
    struct lc_report report;
};

static bool execute(struct execution *e, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    return lc_check_unit(e->play->work.store, e->unit, &unit, err) &&
           settle_tolerant(e->play, err) &&
           lc_agent_exec(&e->play->work.agent, e->unit, e->words, e->relation, e->out, e->err_text,
                         &e->report, err) &&
           settle_tolerant(e->play, err);
}

/* exec(unit, words, relation id or nil) -> standard output, standard error, why it failed or nil */
static int action_exec(lua_State *L)
{
    struct lc_strlist *words = bind_scratch_strlist(L);
    struct execution e = { .play = play_open(L),
                           .unit = luaL_checkstring(L, 1),
                           .relation = luaL_optinteger(L, 3, -1),
                           .words = words,
                           .out = bind_scratch_buf(L, MAX_OUTPUT),
                           .err_text = bind_scratch_buf(L, MAX_OUTPUT) };
    struct lc_err err = LC_ERR_INIT;

    bind_read_strings(L, 2, "command", words);
    if (!execute(&e, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, e.out->data, e.out->len);
    lua_pushlstring(L, e.err_text->data, e.err_text->len);
    lua_pushstring(L, e.report.outcome == LC_OUTCOME_OK ? NULL : e.report.why);
    return 3;
}

static bool fire(struct play *play, const char *unit, const struct lc_fire *wanted,
                 struct lc_err *err)
{
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_job_free) struct lc_job *job = NULL;
    const struct lc_report *report;

    if (!lc_check_event(play->work.store, unit, wanted, err) ||
        !lc_settle(&play->work.agent, &play->work.settle, err) ||
        !lc_verb_fire(play->work.store, unit, wanted, &hook, err) ||
        !lc_agent_run(&play->work.agent, unit, &hook, &job, &report, err))
        return false;
    play_ran(play, report);
    return lc_settle(&play->work.agent, &play->work.settle, err);
}

/* fire(unit, event, { relation, remote, secret, revision, storage, notice, check }) */
static int action_fire(lua_State *L)
{
    struct play *play = play_open(L);
    const char *unit = luaL_checkstring(L, 1);
    const struct lc_fire wanted = { .event = luaL_checkstring(L, 2),
                                    .relation = bind_field_string(L, 3, "relation"),
                                    .remote = bind_field_string(L, 3, "remote"),
                                    .secret = bind_field_string(L, 3, "secret"),
                                    .storage = bind_field_string(L, 3, "storage"),
                                    .notice_key = bind_field_string(L, 3, "notice"),
                                    .check = bind_field_string(L, 3, "check"),
                                    .revision = bind_field_integer(L, 3, "revision", 0) };
    struct lc_err err = LC_ERR_INIT;

    if (!fire(play, unit, &wanted, &err))
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg play_actions[] = {
    { "settle", action_settle }, { "advance", action_advance }, { "run", action_run },
    { "exec", action_exec },     { "fire", action_fire },       { NULL, NULL },
};
