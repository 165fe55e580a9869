/* Which hook a unit runs next (juju-hooks 1.6 to 1.10), and what its success means for the next
 * choice. Decides from what is stored and runs nothing. */
#ifndef LC_MODEL_QUEUE_H
#define LC_MODEL_QUEUE_H

#include "charm/meta.h"
#include "model/hook.h"
#include "model/store_app.h"

/* Charms that were read already: an application's revision is read once. */
struct lc_charms {
    struct lc_charm_entry *items; /* owned */
    size_t count;
    size_t capacity;
};

#define LC_CHARMS_INIT                                                                             \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_charms_release(struct lc_charms *charms);
LC_AUTO_VALUE(struct lc_charms, lc_charms_release);
/* A view that lives as long as the cache. */
bool lc_charms_get(struct lc_charms *charms, struct lc_store *store, const char *app,
                   int64_t revision, const struct lc_charm_meta **out, struct lc_err *err)
    LC_MUST_CHECK;

/* out: initialised; LC_HOOK_NONE when the unit is at rest, in error, or gone. What needs no hook is
 * done on the way: entering and leaving relations, removing what has ended. */
bool lc_queue_next(struct lc_store *store, struct lc_charms *charms, const char *unit,
                   struct lc_hook *out, struct lc_err *err) LC_MUST_CHECK;

/* A hook has run, or was resolved without: what the unit has now been told. */
bool lc_queue_done(struct lc_store *store, const char *unit, const struct lc_hook *hook,
                   struct lc_err *err) LC_MUST_CHECK;

/* The next time after now at which something is due by itself: a secret, a retry, the end of
 * a hold; 0: nothing. */
bool lc_queue_due(struct lc_store *store, int64_t *out, struct lc_err *err) LC_MUST_CHECK;

#endif
