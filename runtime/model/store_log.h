/* What happened: log lines, actions, and the hooks that ran. */
#ifndef LC_MODEL_STORE_LOG_H
#define LC_MODEL_STORE_LOG_H

#include "base/log.h"
#include "model/store.h"

/* unit: "" for the model. text: any; stored as it is. */
bool lc_store_log(struct lc_store *store, const char *unit, const char *module, enum lc_level level,
                  const char *text, struct lc_err *err) LC_MUST_CHECK;

struct lc_log_line {
    int64_t time;
    const char *unit;
    const char *module;
    enum lc_level level;
    const char *text;
};

/* The last `count` lines (0: all) of at least this level, oldest first; units: only theirs, or
 * their applications'; empty for all. Views live during each. */
typedef bool (*lc_log_fn)(void *context, const struct lc_log_line *line, struct lc_err *err);
bool lc_store_log_lines(struct lc_store *store, enum lc_level least, const struct lc_strlist *units,
                        int64_t count, lc_log_fn each, void *context, struct lc_err *err)
    LC_MUST_CHECK;

/* The units that are there or have logged something, sorted. */
bool lc_store_log_units(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Actions: *id_out counts from 1. results: JSON. */
bool lc_store_add_action(struct lc_store *store, const char *unit, const char *name,
                         int64_t *id_out, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_end_action(struct lc_store *store, int64_t id, const char *status,
                         const char *message, const char *results, struct lc_err *err)
    LC_MUST_CHECK;

/* outcome: "ok", "failed", ... hook: JSON. The unit's events that no run has yet (store_event.h)
 * are this one's. */
bool lc_store_add_run(struct lc_store *store, const char *unit, const char *name, const char *hook,
                      const char *outcome, int64_t ms, struct lc_err *err) LC_MUST_CHECK;

#endif
