/* Running hooks until nothing is pending, and turning the clock. */
#include "model/settle.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/settle_private.h"
#include "model/store_fault.h"
#include "model/store_secret.h"
#include "model/store_stir.h"

static void settle_release(struct settle *settle)
{
    for (size_t i = 0; i < settle->count; i++) {
        lc_free(settle->turns[i].unit);
        lc_free(settle->turns[i].recent);
        lc_free(settle->turns[i].why);
    }
    lc_free(settle->turns);
    lc_index_release(&settle->index);
    lc_index_release(&settle->told_index);
    lc_strlist_release(&settle->told);
    tallies_release(&settle->repeats);
    tallies_release(&settle->changes);
    settle->agent->explain = false;
}
LC_AUTO_VALUE(struct settle, settle_release);

/* One hook for each unit that has one. */
static bool run_round(struct settle *settle, bool *ran, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    int64_t first;

    *ran = false;
    if (!lc_store_stirred(settle->agent->store, &units, err) ||
        !lc_store_random(settle->agent->store, (int64_t)units.count, &first, err))
        return false;
    for (size_t next = 0; next < units.count;)
        if (!settle_batch(settle, &units, (size_t)first, &next, ran, err))
            return false;
    return true;
}

static bool move_clock(struct settle *settle, int64_t to, struct lc_err *err)
{
    if (!lc_store_set_now(settle->agent->store, to, err))
        return false;
    settle_forget(settle);
    if (settle->options->moved != NULL)
        settle->options->moved(settle->options->context, to);
    return true;
}

bool settle_leaves(const struct settle *settle, const struct turn *turn, const struct lc_unit *unit)
{
    const char *mends = settle->options->mends;
    const bool in_error = unit->phase == LC_PHASE_FAILED && unit->tries > 0;

    return in_error && turn->tries == 0 && mends != NULL && strcmp(mends, unit->name) != 0;
}

/* The next retry that there are tries left for, also of hooks that had failed before this settle
 * began; 0: none. */
static bool find_retry(struct settle *settle, int64_t *at, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist failed = LC_STRLIST_INIT;

    *at = 0;
    if (!lc_store_failed_units(settle->agent->store, &failed, err))
        return false;
    for (size_t i = 0; i < failed.count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
        bool held;
        size_t place;
        if (!lc_store_unit(settle->agent->store, failed.items[i], &unit, err) ||
            !lc_store_is_held(settle->agent->store, failed.items[i], &held, err) ||
            !settle_turn(settle, failed.items[i], &place, err))
            return false;
        const struct turn *turn = &settle->turns[place];
        if (!held && turn->tries < settle->max_tries && !settle_leaves(settle, turn, &unit) &&
            (*at == 0 || unit.retry_at < *at))
            *at = unit.retry_at;
    }
    return true;
}

static bool settle_here(struct settle *settle, struct lc_err *err)
{
    int64_t retry_at;

    for (;;) {
        bool ran = true;
        while (ran)
            if (!run_round(settle, &ran, err))
                return false;
        if (!find_retry(settle, &retry_at, err))
            return false;
        if (retry_at == 0)
            return settle_check_failed(settle, err);
        if (!move_clock(settle, retry_at, err))
            return false;
    }
}

static bool begin(struct lc_agent *agent, const struct lc_settle_options *options,
                  struct settle *out, struct lc_err *err)
{
    *out = (struct settle){ .agent = agent,
                            .options = options,
                            .max_tries = options->tries == 0 ? LC_SETTLE_TRIES : options->tries };
    return lc_store_stir_begin(agent->store, err);
}

bool lc_settle(struct lc_agent *agent, const struct lc_settle_options *options, struct lc_err *err)
{
    LC_AUTO(settle_release) struct settle settle = { .agent = agent };

    return begin(agent, options, &settle, err) && settle_here(&settle, err);
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

/* The next stop before the target; 0: none. *update: it is update-status's time. */
static bool find_stop(struct settle *settle, int64_t next_update, int64_t *out, bool *update,
                      struct lc_err *err)
{
    if (!lc_queue_due(settle->agent->store, out, err))
        return false;
    *update = next_update != 0 && next_update < settle->target &&
              (*out == 0 || next_update <= *out);
    if (*update)
        *out = next_update;
    return true;
}

static bool pass_time(struct settle *settle, const struct lc_advance *wanted, struct lc_err *err)
{
    struct lc_store *store = settle->agent->store;
    int64_t next_update;
    int64_t now;
    int64_t due;
    bool update;

    if (!settle_here(settle, err) || !lc_store_now(store, &now, err))
        return false;
    settle->target = now + wanted->seconds;
    next_update = wanted->update_every == 0 ? 0 : now + wanted->update_every;
    for (;;) {
        if (!lc_store_now(store, &now, err) || !find_stop(settle, next_update, &due, &update, err))
            return false;
        if (due == 0 || due >= settle->target || now >= settle->target)
            break;
        if (due > now && !move_clock(settle, due, err))
            return false;
        if (update) {
            next_update += wanted->update_every;
            if (!ask_update_status(store, err))
                return false;
        }
        if (!settle_here(settle, err))
            return false;
    }
    if (now < settle->target && !move_clock(settle, settle->target, err))
        return false;
    const bool last = wanted->update_status || next_update == settle->target;
    return (!last || ask_update_status(store, err)) && settle_here(settle, err);
}

bool lc_advance(struct lc_agent *agent, const struct lc_advance *wanted,
                const struct lc_settle_options *options, struct lc_err *err)
{
    LC_AUTO(settle_release) struct settle settle = { .agent = agent };
    char text[LC_TIME_TEXT_BYTES];
    char left[LC_TIME_TEXT_BYTES];
    struct lc_err ignored = LC_ERR_INIT; /* what went wrong counts */
    int64_t now;

    if (!begin(agent, options, &settle, err))
        return false;
    if (pass_time(&settle, wanted, err))
        return true;
    if (settle.target == 0 || !lc_store_now(agent->store, &now, &ignored) || now >= settle.target)
        return false;
    lc_time_format(now, text);
    lc_duration_format(settle.target - now, left);
    return lc_wrap(err, "stopped at %s, %s before its end", text, left);
}
