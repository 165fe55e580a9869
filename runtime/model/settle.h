/* Running hooks until nothing is pending, and turning the clock (juju-hooks 1.4, 1.10). */
#ifndef LC_MODEL_SETTLE_H
#define LC_MODEL_SETTLE_H

#include "model/agent.h"

#define LC_SETTLE_TRIES     3   /* of a hook that fails, in one settle */
#define LC_SETTLE_MAX_HOOKS 200 /* of one unit, without time passing */

struct lc_settle_options {
    int64_t tries; /* 0: LC_SETTLE_TRIES */
    /* Called after each hook; may be NULL. */
    void (*ran)(void *context, const struct lc_report *report);
    /* Called when the clock has moved; may be NULL. */
    void (*moved)(void *context, int64_t now);
    /* Called with a line that the user should see; may be NULL. */
    void (*say)(void *context, const char *line);
    bool (*stop)(void *context); /* asked between hooks; may be NULL */
    void *context;
};

/* Units take turns, one hook each, in the order of their names; with a seed, in any order. A hook
 * that fails is tried again when its time comes: the clock is moved to it.
 * Errors: LC_ECOMMAND when hooks still fail (the first is named, with its last line), LC_ESTATE
 * when a unit does not come to rest (with the events that repeat), LC_ETIMEOUT when stop said so.
 */
bool lc_settle(struct lc_agent *agent, const struct lc_settle_options *options, struct lc_err *err)
    LC_MUST_CHECK;

/* Let time pass: stops at everything that is due on the way and settles there. What Juju tells
 * every five minutes until the charm has acted (an expired revision that is still there, a rotation
 * without a new revision) is told LC_ADVANCE_REPEATS times in one call and then put off to its end,
 * which is said. update_status: that each unit runs update-status when the time is reached. */
#define LC_ADVANCE_REPEATS 12
bool lc_advance(struct lc_agent *agent, int64_t seconds, bool update_status,
                const struct lc_settle_options *options, struct lc_err *err) LC_MUST_CHECK;

#endif
