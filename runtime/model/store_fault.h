/* What somebody who tries a charm does to its units: hooks that are made to fail, and queues that
 * are held back, as a slow or broken machine would. */
#ifndef LC_MODEL_STORE_FAULT_H
#define LC_MODEL_STORE_FAULT_H

#include "model/store.h"

enum lc_fault {
    LC_FAULT_NONE,
    LC_FAULT_BEFORE, /* the hook fails without having run */
    LC_FAULT_AFTER   /* it runs, and fails then: what Juju buffers is dropped */
};

/* The next `times` runs of this hook fail; hook "": of any hook. times 0: none. */
bool lc_store_set_fault(struct lc_store *store, const char *unit, const char *hook, int64_t times,
                        enum lc_fault fault, struct lc_err *err) LC_MUST_CHECK;

/* What becomes of the run that begins now, which is counted. A fault for this hook comes before one
 * for any hook. */
bool lc_store_take_fault(struct lc_store *store, const char *unit, const char *hook,
                         enum lc_fault *out, struct lc_err *err) LC_MUST_CHECK;

/* The unit runs no hook before the time `until`; 0: until it is let go. */
bool lc_store_hold(struct lc_store *store, const char *unit, int64_t until, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_let_go(struct lc_store *store, const char *unit, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_is_held(struct lc_store *store, const char *unit, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The next time after now at which a hold ends; 0: none does by itself. */
bool lc_store_hold_due(struct lc_store *store, int64_t *out, struct lc_err *err) LC_MUST_CHECK;

#endif
