/* What applications and units that are gone have left in the model's folder: copies of charms,
 * units' folders, storage. Also what a command that was killed had copied, and never came to own.
 */
#ifndef LC_MODEL_SWEEP_H
#define LC_MODEL_SWEEP_H

#include "model/store.h"

/* Only what no application, unit or storage of the model has any more is removed, and only in the
 * three folders that are the model's own. The store must be open for work, and no hook running. */
bool lc_sweep(struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;

#endif
