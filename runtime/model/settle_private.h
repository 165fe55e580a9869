/* What the files of settle share. */
#ifndef LC_MODEL_SETTLE_PRIVATE_H
#define LC_MODEL_SETTLE_PRIVATE_H

#include "base/index.h"
#include "model/settle.h"

#define SETTLE_RECENT 64 /* last hooks of a unit that does not rest, for the report */

/* What has happened to a unit in this settle. */
struct turn {
    char *unit;
    int64_t tries;                      /* of the hook that fails */
    int64_t hooks;                      /* since the last news */
    int64_t news;                       /* how many there had been then */
    int64_t ever;                       /* hooks since the clock last moved */
    char (*recent)[LC_HOOK_NAME_BYTES]; /* owned; SETTLE_RECENT of them, or NULL */
    char *why;                          /* of the last failure; NULL: none */
};

/* Something that happens again and again, in words. */
struct tally {
    char *what;
    int64_t count;
};

struct tallies {
    struct tally *items; /* owned */
    size_t count;
    size_t capacity;
};

/* Counts it once more; new ones past SETTLE_TALLIES are dropped. */
#define SETTLE_TALLIES 64
bool tallies_add(struct tallies *tallies, const char *what, int64_t *count_out, struct lc_err *err)
    LC_MUST_CHECK;
void tallies_release(struct tallies *tallies);

struct settle {
    struct lc_agent *agent;
    const struct lc_settle_options *options;
    int64_t max_tries;
    struct turn *turns; /* owned */
    size_t count;
    size_t capacity;
    struct lc_index index;  /* of turns, by unit */
    int64_t target;         /* of an advance; 0: none */
    struct tallies repeats; /* secret events that come every five minutes until the charm acts */
    struct tallies changes; /* what hooks change, once a unit seems not to rest */
    struct lc_strlist told; /* the events since the clock last moved, each once */
    struct lc_index told_index;
    int64_t news; /* how often one was new */
    struct lc_progress progress;
};

/* Whether the unit is in error since before this settle, and not to be looked after (mends). */
bool settle_leaves(const struct settle *settle, const struct turn *turn,
                   const struct lc_unit *unit);

/* The unit's turn; its place among the turns stays. */
bool settle_turn(struct settle *settle, const char *unit, size_t *out, struct lc_err *err)
    LC_MUST_CHECK;

/* A hook is behind us: counts, and what a report would say. */
bool settle_note(struct settle *settle, const struct lc_report *report, struct lc_err *err)
    LC_MUST_CHECK;

/* The clock has moved: everything is new again. */
void settle_forget(struct settle *settle);

/* Whether a unit has had all the hooks that it may have before it counts as restless. */
bool settle_is_restless(const struct settle *settle, const struct turn *turn);

/* LC_ESTATE, for a unit that has had its fill. Always false. */
bool settle_fail_restless(const struct settle *settle, const struct turn *turn, struct lc_err *err);

/* LC_ECOMMAND when hooks have had their tries. */
bool settle_check_failed(struct settle *settle, struct lc_err *err) LC_MUST_CHECK;

/* The next hook of up to LC_SETTLE_BATCH of these units, beginning at *next, which moves past those
 * that were looked at. *ran: whether there was any. */
bool settle_batch(struct settle *settle, const struct lc_strlist *units, size_t first, size_t *next,
                  bool *ran, struct lc_err *err) LC_MUST_CHECK;

#endif
