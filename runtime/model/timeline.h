/* The story of a model: what happened to each unit when, made of the hooks that ran and of the
 * events around certificates (store_event.h). */
#ifndef LC_MODEL_TIMELINE_H
#define LC_MODEL_TIMELINE_H

#include "base/json.h"
#include "model/store.h"

#define LC_TIMELINE_LINES 40 /* of the log, for each hook: its last */

/* Units that have run a hook, also those that are gone, and their applications: sorted, onto out.
 */
bool lc_timeline_units(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;

/* One object; times are texts ("2026-01-15T12:00:00Z"):
 *   model         name, time
 *   lanes         names of units and, where an application holds certificates, applications, sorted
 *   hooks         id, time, unit, name, outcome ("ok", "failed", "no program", "again"), ms, try (1
 *                 for the first; counts up while the same hook is tried again), log: level, text
 *   events        hook (an id, or 0), time, unit (who did it), lane (whom it is about), kind, csr,
 *                 and what trace.c says of that kind; of a certificate also renews, the serial of
 *                 the one before it
 *   certificates  lane, issued, by, csr, serial, subject, names, more_names, issuer, not_before,
 *                 not_after, fingerprint, public_key, ca, state ("current", "renewed", "revoked",
 *                 "withdrawn", "expired", of a CA's own "authority"), ended (when it stopped being
 *                 in use; absent while it is)
 * units: only these, or their applications'; empty for all. */
bool lc_timeline_put(struct lc_store *store, const struct lc_strlist *units,
                     struct lc_json_writer *out, struct lc_err *err) LC_MUST_CHECK;

#endif
