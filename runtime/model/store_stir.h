/* Which units may have something to do: those around whom something has changed since they were
 * last looked at. A model of hundreds of units is at rest but for a few, and looking at each of
 * them after every hook would cost more than the hooks.
 *
 * Kept beside the database, for as long as it is open, by triggers on the tables that the choice of
 * a hook looks at (queue.h): what changes them cannot forget to tell. A unit too many costs a look;
 * none may be missing. */
#ifndef LC_MODEL_STORE_STIR_H
#define LC_MODEL_STORE_STIR_H

#include "model/store.h"

/* All units are stirred. Once more is fine. */
bool lc_store_stir_begin(struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;

/* By application and number, onto out. Another process's change of the database stirs all. */
bool lc_store_stirred(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;

/* It is looked at now. */
bool lc_store_rests(struct lc_store *store, const char *unit, struct lc_err *err) LC_MUST_CHECK;

#endif
