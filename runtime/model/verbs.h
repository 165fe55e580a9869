/* What a user does to a model: each function is one change, all of it or none, refused when Juju
 * would refuse it (check.h). None runs a hook: that is settle.h. */
#ifndef LC_MODEL_VERBS_H
#define LC_MODEL_VERBS_H

#include "model/agent.h"
#include "model/check.h"
#include "model/store_fault.h"

#define LC_UNITS_MAX             1000           /* in one deploy or add-unit */
#define LC_CONFIG_FILE_MAX_BYTES (1024u * 1024) /* of a value that is in a file */

struct lc_deploy {
    const char *path; /* a charm's folder, or a .charm */
    const char *name; /* NULL: the charm's */
    int64_t units;
    const struct lc_strlist *config;    /* "key=value", or "key=@file" */
    const struct lc_strlist *resources; /* "name=file" */
    bool trusted;
};

/* *name_out: freed with lc_free. Peer relations are made with it. */
bool lc_verb_deploy(struct lc_store *store, const struct lc_deploy *wanted, char **name_out,
                    struct lc_err *err) LC_MUST_CHECK;
/* path: as above; NULL: where it was deployed from. */
bool lc_verb_refresh(struct lc_store *store, const char *app, const char *path, struct lc_err *err)
    LC_MUST_CHECK;
/* Names of the new units onto out. */
bool lc_verb_add_units(struct lc_store *store, const char *app, int64_t count,
                       struct lc_strlist *out, struct lc_err *err) LC_MUST_CHECK;

/* They are only marked: hooks take them out. */
bool lc_verb_remove_unit(struct lc_store *store, const char *unit, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_verb_remove_app(struct lc_store *store, const char *app, struct lc_err *err) LC_MUST_CHECK;

/* *id_out, *endpoint_out (the requirer's; freed with lc_free): the relation's. */
bool lc_verb_integrate(struct lc_store *store, const char *a, const char *b, int64_t *id_out,
                       struct lc_choice *choice_out, struct lc_err *err) LC_MUST_CHECK;
bool lc_verb_remove_relation(struct lc_store *store, const char *a, const char *b,
                             struct lc_err *err) LC_MUST_CHECK;

/* settings: "key=value", "key=@file". reset: option names. */
bool lc_verb_config(struct lc_store *store, const char *app, const struct lc_strlist *settings,
                    const struct lc_strlist *reset, struct lc_err *err) LC_MUST_CHECK;

bool lc_verb_set_leader(struct lc_store *store, const char *unit, struct lc_err *err) LC_MUST_CHECK;

/* The failed hook is tried again with the next settle, or counts as done without running. */
bool lc_verb_resolved(struct lc_store *store, const char *unit, bool no_retry, struct lc_err *err)
    LC_MUST_CHECK;

/* The unit's next `times` runs of a hook fail (NULL: of any hook); 0 takes that back. */
bool lc_verb_fail_next(struct lc_store *store, const char *unit, const char *hook, int64_t times,
                       enum lc_fault fault, struct lc_err *err) LC_MUST_CHECK;

/* The unit runs no hook for so many seconds of the model's time, or (0) until unpause. */
bool lc_verb_pause(struct lc_store *store, const char *unit, int64_t seconds, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_verb_unpause(struct lc_store *store, const char *unit, struct lc_err *err) LC_MUST_CHECK;

/* A hook that somebody asks for. What it is about: NULL and 0 where the event has no such thing;
 * where it has, one that is not given is chosen if there is only one. */
struct lc_fire {
    const char *event;
    const char *relation; /* "db:7" or "7" */
    const char *remote;   /* a unit, of joined, changed and departed */
    const char *secret;   /* any form, or an owner's label */
    int64_t revision;
    const char *storage;
    const char *notice_key; /* of a pebble notice */
    const char *check;      /* of a pebble check */
};
/* Before settling: whether the unit is there and its charm can have the event at all. */
bool lc_check_event(struct lc_store *store, const char *unit, const struct lc_fire *fire,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_verb_fire(struct lc_store *store, const char *unit, const struct lc_fire *fire,
                  struct lc_hook *out, struct lc_err *err) LC_MUST_CHECK;

#endif
