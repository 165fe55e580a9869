/* Several hooks beside each other: chosen together, run, finished in their order. */
#include <string.h>

#include "base/mem.h"
#include "model/settle_private.h"
#include "model/store_fault.h"
#include "model/store_secret.h"
#include "model/store_stir.h"

#define TICK_MS 250 /* between two looks of somebody who waits */

struct slot {
    struct lc_hook hook;
    char *unit; /* owned */
    struct lc_job *job;
};

struct batch {
    struct slot slots[LC_SETTLE_BATCH];
    struct lc_job *jobs[LC_SETTLE_BATCH]; /* as in slots, for waiting */
    size_t count;
    size_t started;
};

static void batch_release(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        lc_hook_release(&batch->slots[i].hook);
        lc_free(batch->slots[i].unit);
        lc_job_free(batch->slots[i].job);
    }
}
LC_AUTO_VALUE(struct batch, batch_release);

/* The hook to be tried again, if its time has come and it has tries left; else the next one. A unit
 * that is held back has none. */
static bool choose_hook(struct settle *settle, const struct lc_unit *unit, const struct turn *turn,
                        struct lc_hook *out, struct lc_err *err)
{
    bool held;
    int64_t now;

    if (!lc_store_is_held(settle->agent->store, unit->name, &held, err))
        return false;
    if (held)
        return true;
    if (unit->phase == LC_PHASE_IDLE)
        return lc_queue_next(settle->agent->store, &settle->agent->charms, unit->name, out, err);
    if (!lc_store_now(settle->agent->store, &now, err))
        return false;
    return unit->retry_at > now || turn->tries >= settle->max_tries ||
           settle_leaves(settle, turn, unit) || lc_hook_decode(unit->hook, out, err);
}

/* One unit's next hook, if it has one. */
static bool choose(struct settle *settle, struct batch *batch, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    struct slot *slot = &batch->slots[batch->count];
    struct lc_err fault = LC_ERR_INIT;
    size_t place;

    if (!lc_store_unit(settle->agent->store, name, &unit, &fault)) {
        if (fault.code == LC_ENOTFOUND) /* it went while others had their turn */
            return true;
        *err = fault;
        return false;
    }
    *slot = (struct slot){ .hook = LC_HOOK_INIT };
    /* Said before the choice, which may stir the unit itself. */
    if (!settle_turn(settle, name, &place, err) ||
        !lc_store_rests(settle->agent->store, name, err) ||
        !choose_hook(settle, &unit, &settle->turns[place], &slot->hook, err))
        return false;
    if (slot->hook.kind == LC_HOOK_NONE)
        return true;
    batch->count++;
    slot->unit = lc_strdup(name);
    if (slot->unit == NULL)
        return lc_fail_memory(err);
    return !settle_is_restless(settle, &settle->turns[place]) ||
           settle_fail_restless(settle, &settle->turns[place], err);
}

static enum lc_stop wanted_stop(const struct settle *settle)
{
    const struct lc_agent *agent = settle->agent;

    return agent->stop == NULL ? LC_STOP_NOT : agent->stop(agent->stop_context);
}

static bool start_next(struct settle *settle, struct batch *batch, struct lc_err *err)
{
    struct slot *slot = &batch->slots[batch->started];

    if (!lc_agent_start(settle->agent, slot->unit, &slot->hook, &slot->job, err))
        return lc_wrap(err, "%s", slot->unit);
    batch->jobs[batch->started++] = slot->job;
    return true;
}

static size_t count_running(const struct batch *batch, const struct lc_job **oldest)
{
    size_t running = 0;

    *oldest = NULL;
    for (size_t i = 0; i < batch->started; i++) {
        if (lc_job_has_ended(batch->jobs[i]))
            continue;
        if (*oldest == NULL)
            *oldest = batch->jobs[i];
        running++;
    }
    return running;
}

static void show_progress(struct settle *settle, const struct batch *batch, size_t running)
{
    settle->progress.running = running;
    if (settle->options->progress == NULL)
        return;
    const struct lc_progress shown = {
        .done = settle->progress.done + batch->started - running,
        .pending = settle->progress.pending + batch->count - batch->started,
        .running = running,
        .at = settle->progress.at,
    };
    settle->options->progress(settle->options->context, &shown);
}

/* Hooks are started as others end; after a wish to stop, no more. */
static bool run_all(struct settle *settle, struct batch *batch, struct lc_err *err)
{
    const size_t jobs = settle->options->jobs == 0 ? 1 : (size_t)settle->options->jobs;

    for (;;) {
        size_t running = count_running(batch, &settle->progress.at);
        while (running < jobs && batch->started < batch->count &&
               wanted_stop(settle) == LC_STOP_NOT) {
            if (!start_next(settle, batch, err))
                return false;
            running = count_running(batch, &settle->progress.at);
        }
        show_progress(settle, batch, running);
        if (running == 0)
            return true;
        if (!lc_agent_wait(settle->agent, batch->jobs, batch->started, TICK_MS, err))
            return false;
    }
}

/* A long advance would otherwise be hundreds of the same hook a day. */
static bool put_off(struct settle *settle, const struct lc_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist what = LC_STRLIST_INIT;
    struct lc_store *store = settle->agent->store;
    int64_t count;

    if (settle->target == 0 ||
        (hook->kind != LC_HOOK_SECRET_EXPIRED && hook->kind != LC_HOOK_SECRET_ROTATE))
        return true;
    if (!lc_strlist_addf(&what, err,
                         "%s repeats every 5 minutes for secret %s, revision %lld, and nothing"
                         " changes: put off to the end",
                         lc_hook_kind_name(hook->kind), hook->secret, (long long)hook->revision) ||
        !tallies_add(&settle->repeats, what.items[0], &count, err))
        return false;
    if (count != LC_ADVANCE_REPEATS)
        return true;
    if (settle->options->say != NULL)
        settle->options->say(settle->options->context, what.items[0]);
    return hook->kind == LC_HOOK_SECRET_EXPIRED
               ? lc_store_set_expired_due(store, hook->secret, hook->revision, settle->target, err)
               : lc_store_set_rotate_at(store, hook->secret, settle->target, err);
}

static bool finish_all(struct settle *settle, struct batch *batch, struct lc_err *err)
{
    for (size_t i = 0; i < batch->started; i++) {
        const struct lc_report *report;
        if (!lc_agent_finish(settle->agent, batch->jobs[i], &report, err))
            return lc_wrap(err, "%s", batch->slots[i].unit);
        if (!settle_note(settle, report, err))
            return false;
        if (settle->options->ran != NULL)
            settle->options->ran(settle->options->context, report);
        if (report->outcome <= LC_OUTCOME_NONE && !put_off(settle, report->hook, err))
            return false;
    }
    return true;
}

bool settle_batch(struct settle *settle, const struct lc_strlist *units, size_t first, size_t *next,
                  bool *ran, struct lc_err *err)
{
    LC_AUTO(batch_release) struct batch batch = { .count = 0 };

    for (; *next < units->count && batch.count < LC_SETTLE_BATCH; ++*next)
        if (!choose(settle, &batch, units->items[(first + *next) % units->count], err))
            return false;
    settle->progress.pending = units->count - *next;
    if (!run_all(settle, &batch, err) || !finish_all(settle, &batch, err))
        return false;
    *ran = *ran || batch.started > 0;
    return wanted_stop(settle) == LC_STOP_NOT
               ? true
               : lc_fail(err, LC_ETIMEOUT,
                         "stopped between hooks: 'luacharm model settle' goes on from here");
}
