/* Running hooks until nothing is pending, and turning the clock (juju-hooks 1.4, 1.10). */
#ifndef LC_MODEL_SETTLE_H
#define LC_MODEL_SETTLE_H

#include "model/agent.h"

#define LC_SETTLE_TRIES     3     /* of a hook that fails, in one settle */
#define LC_SETTLE_MAX_HOOKS 200   /* of one unit, without time passing and without news */
#define LC_SETTLE_MAX_EVER  20000 /* of one unit, without time passing */
#define LC_SETTLE_BATCH     32    /* hooks that are chosen, and finished, together */

/* How far it is: a line for somebody who waits. */
struct lc_progress {
    size_t done;             /* hooks */
    size_t running;          /* hooks */
    size_t pending;          /* units that may have something to do after those */
    const struct lc_job *at; /* the one that has run longest; NULL: none runs */
};

struct lc_settle_options {
    int64_t tries; /* 0: LC_SETTLE_TRIES */
    int64_t jobs;  /* hooks at once, each of another unit; 0: 1 */
    /* Whose hook is tried again when it had failed before this settle began: this unit's, nobody's
     * ("") or everybody's (NULL). The others are left as they are, and the clock is not turned to
     * their next try: for what is about something else. */
    const char *mends;
    /* Called after each hook, in their order; may be NULL. */
    void (*ran)(void *context, const struct lc_report *report);
    /* Called when the clock has moved; may be NULL. */
    void (*moved)(void *context, int64_t now);
    /* Called with a line that the user should see; may be NULL. */
    void (*say)(void *context, const char *line);
    /* Called when something has changed, and a few times a second; may be NULL. */
    void (*progress)(void *context, const struct lc_progress *progress);
    void *context;
};

/* Units take turns, one hook each, in the order of their names; with a seed, in any order. Up to
 * LC_SETTLE_BATCH of them are chosen together, run beside each other, `jobs` at once, and are
 * finished in the order in which they were chosen: what happens does not depend on jobs, nor on how
 * long a hook takes. A hook that fails is tried again when its time comes: the clock is moved to
 * it. Errors: LC_ECOMMAND when hooks still fail (all are named, the first with its last line),
 * LC_ESTATE when a unit does not come to rest (with the events that repeat, and what changes each
 * time), LC_ETIMEOUT when the agent was told to stop. */
bool lc_settle(struct lc_agent *agent, const struct lc_settle_options *options, struct lc_err *err)
    LC_MUST_CHECK;

/* Let time pass. */
struct lc_advance {
    int64_t seconds;
    int64_t update_every; /* seconds: every so often each unit runs update-status; 0: never */
    bool update_status;   /* once, when the time is reached */
};

/* Stops at everything that is due on the way and settles there. What Juju tells every five minutes
 * until the charm has acted (an expired revision that is still there, a rotation without a new
 * revision) is told LC_ADVANCE_REPEATS times in one call and then put off to its end, which is
 * said. Errors: those of lc_settle; the clock is then where it happened, which the message says. */
#define LC_ADVANCE_REPEATS 12
bool lc_advance(struct lc_agent *agent, const struct lc_advance *wanted,
                const struct lc_settle_options *options, struct lc_err *err) LC_MUST_CHECK;

#endif
