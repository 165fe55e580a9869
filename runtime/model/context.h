/* One run of a hook, action or exec: what it is about, and what it has asked for that only its
 * success will do (juju-hooks 1.5). Hook commands write into it; commit.h carries it out. */
#ifndef LC_MODEL_CONTEXT_H
#define LC_MODEL_CONTEXT_H

#include "base/json.h"
#include "charm/meta.h"
#include "model/changes.h"
#include "model/hook.h"
#include "model/store_app.h"
#include "model/store_relation.h"

struct lc_bag_change {
    int64_t relation;
    bool app;
    struct lc_strmap changes;
};

struct lc_context {
    struct lc_store *store;           /* borrowed, as meta and hook */
    const struct lc_charm_meta *meta; /* of the unit's own charm */
    const struct lc_hook *hook;
    struct lc_unit unit; /* as it was when the run began */
    char id[320];        /* JUJU_CONTEXT_ID */

    uint64_t random; /* where the hook's own pseudo-random numbers are; 0: the model has no seed */
    struct lc_bag_change *bags; /* owned */
    size_t bag_count;
    size_t bag_capacity;
    struct lc_strmap state; /* all of it, with the changes */
    bool state_loaded;
    bool state_changed;
    struct lc_ports ports; /* all of them, with the changes */
    bool ports_loaded;
    bool ports_changed;
    struct lc_strlist storage; /* names to be added, once for each instance */
    struct lc_secret_changes secrets;
    bool reboot;
    bool reboot_now;

    bool not_leader; /* a false answer of is-leader holds for the whole hook */
    char *status;    /* what status-get has answered; NULL: not asked yet */
    char *status_message;

    struct lc_json *params;   /* of an action; owned */
    struct lc_strmap results; /* "key.key" to text */
    bool action_failed;
    char *action_message; /* NULL: none given */
};

/* Loads the unit and makes an id. */
bool lc_context_init(struct lc_context *context, struct lc_store *store,
                     const struct lc_charm_meta *meta, const char *unit, const struct lc_hook *hook,
                     struct lc_err *err) LC_MUST_CHECK;
void lc_context_release(struct lc_context *context);
LC_AUTO_VALUE(struct lc_context, lc_context_release);

/* The hook's next pseudo-random number, below limit: drawn from the model's when it was started, so
 * that hooks which run together do not race for them. 0 when the model has no seed. */
size_t lc_context_random(struct lc_context *context, size_t limit);

/* What the unit believes: asked of the model each time, but a "no" lasts (juju-hooks 2.7). */
bool lc_context_is_leader(struct lc_context *context, bool *out, struct lc_err *err) LC_MUST_CHECK;

/* The pending changes of one of our databags, or NULL; and the same, made when absent. */
const struct lc_bag_change *lc_context_find_bag(const struct lc_context *context, int64_t relation,
                                                bool app);
bool lc_context_make_bag(struct lc_context *context, int64_t relation, bool app,
                         struct lc_bag_change **out, struct lc_err *err) LC_MUST_CHECK;

/* Remote units as this hook knows them, sorted: those that joined, with the one that is joining and
 * without the one that departs (juju-hooks 1.8). */
bool lc_context_members(const struct lc_context *context, int64_t relation, struct lc_strlist *out,
                        struct lc_err *err) LC_MUST_CHECK;

bool lc_context_load_state(struct lc_context *context, struct lc_err *err) LC_MUST_CHECK;
bool lc_context_load_ports(struct lc_context *context, struct lc_err *err) LC_MUST_CHECK;

/* The effective configuration: what was set, else the default, by option. all: options without a
 * value too, as null. */
bool lc_config_effective(struct lc_store *store, const struct lc_charm_meta *meta, const char *app,
                         bool all, struct lc_json **out, struct lc_err *err) LC_MUST_CHECK;

/* The address of a unit's machine, "10.N.N.N"; text has LC_ADDRESS_BYTES. */
#define LC_ADDRESS_BYTES 64
void lc_unit_address(const struct lc_unit *unit, char *text);

#endif
