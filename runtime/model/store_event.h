/* What happened around certificates, as the model saw it when a hook was committed: who made a key,
 * asked for what, got which certificate. trace.h writes it, timeline.h reads it. No secret is in
 * it. */
#ifndef LC_MODEL_STORE_EVENT_H
#define LC_MODEL_STORE_EVENT_H

#include "model/store.h"

struct lc_event {
    int64_t run; /* of the hook that did it (store_log.h); 0: of none that is known */
    int64_t time;
    const char *unit;   /* that did it */
    const char *holder; /* whom it is about: the unit or application that asked; "" when unknown */
    const char *kind;  /* "key", "request", "request-removed", "certificate", "certificate-removed",
                          "revocation", "denial", "authority" */
    const char *csr;   /* the request's digest (lc_csr_hash), of a key its public half's; or "" */
    const char *about; /* JSON: an object */
};

/* run and time are filled in. holder "": that of the request with this csr. */
bool lc_store_add_event(struct lc_store *store, const struct lc_event *event, struct lc_err *err)
    LC_MUST_CHECK;

/* Whether there is one of this kind with this csr. */
bool lc_store_has_event(struct lc_store *store, const char *kind, const char *csr, bool *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* In their order; views live during each. */
typedef bool (*lc_event_fn)(void *context, const struct lc_event *event, struct lc_err *err);
bool lc_store_events(struct lc_store *store, lc_event_fn each, void *context, struct lc_err *err)
    LC_MUST_CHECK;

/* Hooks that ran, in the order in which they ended. */
struct lc_run {
    int64_t id;
    int64_t time;
    const char *unit;
    const char *name;
    const char *hook; /* JSON */
    const char *outcome;
    int64_t ms;
    int64_t log; /* the last line of the log at its end */
};
typedef bool (*lc_run_fn)(void *context, const struct lc_run *run, struct lc_err *err);
bool lc_store_runs(struct lc_store *store, lc_run_fn each, void *context, struct lc_err *err)
    LC_MUST_CHECK;

/* The unit's last `most` lines of the log with ids over `after`, up to `last`. */
typedef bool (*lc_line_fn)(void *context, const char *level, const char *text, struct lc_err *err);
bool lc_store_run_lines(struct lc_store *store, const char *unit, int64_t after, int64_t last,
                        int64_t most, lc_line_fn each, void *context, struct lc_err *err)
    LC_MUST_CHECK;

#endif
