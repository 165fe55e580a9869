/* The part of the queue that is about relations (juju-hooks 1.8). Private to queue*.c. */
#ifndef LC_MODEL_QUEUE_RELATION_H
#define LC_MODEL_QUEUE_RELATION_H

#include "model/queue.h"
#include "model/store_relation.h"

/* <endpoint>-relation-created for a relation that has not had it; relations that are new are
 * entered first. */
bool lc_queue_created(struct lc_store *store, const struct lc_charm_meta *meta,
                      const struct lc_unit *unit, struct lc_hook *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The other relation hooks, peers last. */
bool lc_queue_relations(struct lc_store *store, const struct lc_charm_meta *meta,
                        const struct lc_unit *unit, struct lc_hook *out, struct lc_err *err)
    LC_MUST_CHECK;

bool lc_queue_relation_done(struct lc_store *store, const struct lc_unit *unit,
                            const struct lc_hook *hook, struct lc_err *err) LC_MUST_CHECK;

/* An application that is being removed goes when it has no units, and no relation has any either.
 */
bool lc_queue_end_app(struct lc_store *store, const char *app, struct lc_err *err) LC_MUST_CHECK;

/* The unit is out of it; the relation goes when it is dying and nobody is left. */
bool lc_queue_leave(struct lc_store *store, const struct lc_unit *unit, int64_t relation,
                    bool dying, struct lc_err *err) LC_MUST_CHECK;

#endif
