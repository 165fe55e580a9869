/* Running hooks until nothing is pending, and turning the clock. */
#include "model/settle.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/store_secret.h"

#define RECENT 64 /* names of a unit's last hooks, for the report of one that does not rest */

/* What has happened to a unit in this settle. */
struct turn {
    char *unit;
    int64_t tries; /* of the hook that fails */
    int64_t hooks; /* since the clock last moved */
    char recent[RECENT][LC_HOOK_NAME_BYTES];
    char why[1400]; /* of the last failure */
};

/* A secret event that comes every five minutes until the charm acts. */
struct repeat {
    char *secret;
    enum lc_hook_kind kind;
    int64_t revision;
    int count;
};

struct settle {
    struct lc_agent *agent;
    const struct lc_settle_options *options;
    int64_t max_tries;
    struct turn *turns; /* owned */
    size_t count;
    size_t capacity;
    int64_t target;         /* of an advance; 0: none */
    struct repeat *repeats; /* owned */
    size_t repeat_count;
    size_t repeat_capacity;
};

static void settle_release(struct settle *settle)
{
    for (size_t i = 0; i < settle->count; i++)
        lc_free(settle->turns[i].unit);
    lc_free(settle->turns);
    for (size_t i = 0; i < settle->repeat_count; i++)
        lc_free(settle->repeats[i].secret);
    lc_free(settle->repeats);
}
LC_AUTO_VALUE(struct settle, settle_release);

static bool find_turn(struct settle *settle, const char *unit, struct turn **out,
                      struct lc_err *err)
{
    for (size_t i = 0; i < settle->count; i++) {
        *out = &settle->turns[i];
        if (strcmp((*out)->unit, unit) == 0)
            return true;
    }
    LC_AUTO(lc_free) char *copy = lc_strdup(unit);
    if (copy == NULL ||
        !lc_grow(&settle->turns, &settle->capacity, settle->count, sizeof(*settle->turns)))
        return lc_fail_memory(err);
    *out = &settle->turns[settle->count++];
    memset(*out, 0, sizeof(**out));
    (*out)->unit = LC_STEAL(copy);
    return true;
}

/* "certificates-relation-changed (32), config-changed (32)": what the last hooks were. */
static void describe_recent(const struct turn *turn, struct lc_buf *out)
{
    for (size_t i = 0; i < RECENT; i++) {
        int count = 0;
        bool seen = false;
        for (size_t j = 0; j < RECENT; j++) {
            const bool same = strcmp(turn->recent[i], turn->recent[j]) == 0;
            count += same;
            seen = seen || (same && j < i);
        }
        if (!seen && count > 1)
            lc_buf_printf(out, "%s%s (%d of the last %d)", out->len == 0 ? "" : ", ",
                          turn->recent[i], count, RECENT);
    }
}

static bool fail_restless(const struct turn *turn, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(1500);

    describe_recent(turn, &names);
    return lc_fail(err, LC_ESTATE,
                   "%s does not come to rest: %d hooks without time passing; what repeats: %s. Look"
                   " for a value that these hooks write and that differs each time",
                   turn->unit, LC_SETTLE_MAX_HOOKS, names.data);
}

static void note(struct turn *turn, const struct lc_report *report)
{
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(report->hook, name);
    (void)snprintf(turn->recent[turn->hooks % RECENT], LC_HOOK_NAME_BYTES, "%s", name);
    turn->hooks++;
    if (report->outcome != LC_OUTCOME_FAILED) {
        turn->tries = 0;
        return;
    }
    turn->tries++;
    (void)snprintf(turn->why, sizeof(turn->why), "hook \"%s\" failed (%s)%s%s", name, report->why,
                   report->last_line[0] == '\0' ? "" : ": ", report->last_line);
}

static bool find_repeat(struct settle *settle, const struct lc_hook *hook, struct repeat **out,
                        struct lc_err *err)
{
    for (size_t i = 0; i < settle->repeat_count; i++) {
        *out = &settle->repeats[i];
        if ((*out)->kind == hook->kind && (*out)->revision == hook->revision &&
            strcmp((*out)->secret, hook->secret) == 0)
            return true;
    }
    LC_AUTO(lc_free) char *copy = lc_strdup(hook->secret);
    if (copy == NULL || !lc_grow(&settle->repeats, &settle->repeat_capacity, settle->repeat_count,
                                 sizeof(*settle->repeats)))
        return lc_fail_memory(err);
    *out = &settle->repeats[settle->repeat_count++];
    **out =
        (struct repeat){ .secret = LC_STEAL(copy), .kind = hook->kind, .revision = hook->revision };
    return true;
}

/* A long advance would otherwise be hundreds of the same hook a day. */
static bool put_off(struct settle *settle, const struct lc_hook *hook, struct lc_err *err)
{
    struct lc_store *store = settle->agent->store;
    struct repeat *repeat;
    char line[256];

    if (settle->target == 0 ||
        (hook->kind != LC_HOOK_SECRET_EXPIRED && hook->kind != LC_HOOK_SECRET_ROTATE))
        return true;
    if (!find_repeat(settle, hook, &repeat, err))
        return false;
    if (++repeat->count != LC_ADVANCE_REPEATS)
        return true;
    (void)snprintf(line, sizeof(line),
                   "%s repeats every 5 minutes for secret %s, revision %lld, and nothing changes:"
                   " put off to the end",
                   lc_hook_kind_name(hook->kind), hook->secret, (long long)hook->revision);
    if (settle->options->say != NULL)
        settle->options->say(settle->options->context, line);
    return hook->kind == LC_HOOK_SECRET_EXPIRED
               ? lc_store_set_expired_due(store, hook->secret, hook->revision, settle->target, err)
               : lc_store_set_rotate_at(store, hook->secret, settle->target, err);
}

/* The hook to be tried again, if its time has come and it has tries left; else the next one. */
static bool choose(struct settle *settle, const struct lc_unit *unit, const struct turn *turn,
                   struct lc_hook *out, struct lc_err *err)
{
    int64_t now;

    if (unit->phase == LC_PHASE_IDLE)
        return lc_queue_next(settle->agent->store, &settle->agent->charms, unit->name, out, err);
    if (!lc_store_now(settle->agent->store, &now, err))
        return false;
    return unit->retry_at > now || turn->tries >= settle->max_tries ||
           lc_hook_decode(unit->hook, out, err);
}

static bool run_one(struct settle *settle, const char *name, bool *ran, struct lc_err *err)
{
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    struct lc_err fault = LC_ERR_INIT;
    struct lc_report report;
    struct turn *turn;

    if (!lc_store_unit(settle->agent->store, name, &unit, &fault)) {
        if (fault.code == LC_ENOTFOUND) /* it went while others had their turn */
            return true;
        *err = fault;
        return false;
    }
    if (!find_turn(settle, name, &turn, err) || !choose(settle, &unit, turn, &hook, err))
        return false;
    if (hook.kind == LC_HOOK_NONE)
        return true;
    if (turn->hooks >= LC_SETTLE_MAX_HOOKS)
        return fail_restless(turn, err);
    if (!lc_agent_run(settle->agent, name, &hook, &report, err))
        return lc_wrap(err, "%s", name);
    note(turn, &report);
    if (settle->options->ran != NULL)
        settle->options->ran(settle->options->context, &report);
    *ran = true;
    return report.outcome > LC_OUTCOME_NONE || put_off(settle, &hook, err);
}

static bool is_stopped(const struct settle *settle)
{
    return settle->options->stop != NULL && settle->options->stop(settle->options->context);
}

/* One hook for each unit that has one. */
static bool run_round(struct settle *settle, bool *ran, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    int64_t first;

    *ran = false;
    if (!lc_store_units(settle->agent->store, NULL, &units, err) ||
        !lc_store_random(settle->agent->store, (int64_t)units.count, &first, err))
        return false;
    for (size_t i = 0; i < units.count; i++) {
        if (is_stopped(settle))
            return lc_fail(err, LC_ETIMEOUT,
                           "stopped between hooks: 'luacharm model settle' goes on from here");
        if (!run_one(settle, units.items[((size_t)first + i) % units.count], ran, err))
            return false;
    }
    return true;
}

static bool move_clock(struct settle *settle, int64_t to, struct lc_err *err)
{
    if (!lc_store_set_now(settle->agent->store, to, err))
        return false;
    for (size_t i = 0; i < settle->count; i++)
        settle->turns[i].hooks = 0;
    if (settle->options->moved != NULL)
        settle->options->moved(settle->options->context, to);
    return true;
}

/* The next retry that there are tries left for; 0: none. *failing: a unit without any. */
static bool find_retry(struct settle *settle, int64_t *at, const struct turn **failing,
                       struct lc_err *err)
{
    *at = 0;
    *failing = NULL;
    for (size_t i = 0; i < settle->count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
        struct lc_err fault = LC_ERR_INIT;
        const struct turn *turn = &settle->turns[i];
        if (turn->tries == 0)
            continue;
        if (!lc_store_unit(settle->agent->store, turn->unit, &unit, &fault)) {
            *err = fault;
            return fault.code == LC_ENOTFOUND;
        }
        if (unit.phase != LC_PHASE_FAILED)
            continue;
        if (turn->tries < settle->max_tries && (*at == 0 || unit.retry_at < *at))
            *at = unit.retry_at;
        if (turn->tries >= settle->max_tries && *failing == NULL)
            *failing = turn;
    }
    return true;
}

/* Units whose hook had failed before this settle began: their time has not come, but it will. */
static bool note_failed(struct settle *settle, int64_t *at, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    *at = 0;
    if (!lc_store_units(settle->agent->store, NULL, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
        struct turn *turn;
        if (!lc_store_unit(settle->agent->store, units.items[i], &unit, err) ||
            !find_turn(settle, units.items[i], &turn, err))
            return false;
        if (unit.phase == LC_PHASE_FAILED && turn->tries == 0 && (*at == 0 || unit.retry_at < *at))
            *at = unit.retry_at;
    }
    return true;
}

static bool settle_here(struct settle *settle, struct lc_err *err)
{
    const struct turn *failing;
    bool ran = true;
    int64_t retry_at;
    int64_t earlier;

    for (;;) {
        while (ran)
            if (!run_round(settle, &ran, err))
                return false;
        if (!note_failed(settle, &earlier, err) || !find_retry(settle, &retry_at, &failing, err))
            return false;
        if (retry_at == 0 || (earlier != 0 && earlier < retry_at))
            retry_at = earlier;
        if (retry_at == 0)
            break;
        if (!move_clock(settle, retry_at, err))
            return false;
        ran = true;
    }
    if (failing == NULL)
        return true;
    return lc_fail(err, LC_ECOMMAND, "%s: %s, %lld tries; 'luacharm model debug-log' has more",
                   failing->unit, failing->why, (long long)failing->tries);
}

static struct settle make_settle(struct lc_agent *agent, const struct lc_settle_options *options)
{
    return (struct settle){ .agent = agent,
                            .options = options,
                            .max_tries = options->tries == 0 ? LC_SETTLE_TRIES : options->tries };
}

bool lc_settle(struct lc_agent *agent, const struct lc_settle_options *options, struct lc_err *err)
{
    LC_AUTO(settle_release) struct settle settle = make_settle(agent, options);

    return settle_here(&settle, err);
}

static bool ask_update_status(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_units(store, NULL, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++)
        if (!lc_store_set_unit(store, units.items[i], LC_UNIT_UPDATE_DUE, 1, err))
            return false;
    return true;
}

bool lc_advance(struct lc_agent *agent, int64_t seconds, bool update_status,
                const struct lc_settle_options *options, struct lc_err *err)
{
    LC_AUTO(settle_release) struct settle settle = make_settle(agent, options);
    int64_t now;
    int64_t due;

    if (!settle_here(&settle, err) || !lc_store_now(agent->store, &now, err))
        return false;
    const int64_t target = now + seconds;
    settle.target = target;
    for (;;) {
        if (!lc_store_now(agent->store, &now, err) || !lc_queue_due(agent->store, &due, err))
            return false;
        if (due == 0 || due >= target || now >= target)
            break;
        if (!move_clock(&settle, due, err) || !settle_here(&settle, err))
            return false;
    }
    if (now < target && !move_clock(&settle, target, err))
        return false;
    return (!update_status || ask_update_status(agent->store, err)) && settle_here(&settle, err);
}
