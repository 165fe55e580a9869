/* Secrets, their revisions, who reads them and who may (juju-hooks 1.10, 3). The store does not
 * decide who may do what: that is secrets.h and commit.h. */
#ifndef LC_MODEL_STORE_SECRET_H
#define LC_MODEL_STORE_SECRET_H

#include "model/content.h"
#include "model/store.h"

struct lc_secret_meta {
    char *id;
    char *app;  /* the owner, or the application of the owner */
    char *unit; /* the owner; NULL when the application owns it */
    char *label;
    char *description;
    char *rotate;      /* "never", "daily", ... */
    int64_t rotate_at; /* 0: never */
    int64_t latest;
    int64_t created;
    int64_t updated;
};

#define LC_SECRET_META_INIT                                                                        \
    {                                                                                              \
        .id = NULL                                                                                 \
    }

void lc_secret_meta_release(struct lc_secret_meta *meta);
LC_AUTO_VALUE(struct lc_secret_meta, lc_secret_meta_release);

/* *found: whether there is one. */
bool lc_store_secret(struct lc_store *store, const char *id, struct lc_secret_meta *out,
                     bool *found, struct lc_err *err) LC_MUST_CHECK;
/* All ids; or those that a unit owns, and its application's when with_app is. By time of creation.
 */
bool lc_store_secrets(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_owned_secrets(struct lc_store *store, const char *app, const char *unit,
                            bool with_app, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;

/* meta: id, app, unit, label, description, rotate. Without revisions. */
bool lc_store_add_secret(struct lc_store *store, const struct lc_secret_meta *meta,
                         struct lc_err *err) LC_MUST_CHECK;
bool lc_store_remove_secret(struct lc_store *store, const char *id, struct lc_err *err)
    LC_MUST_CHECK;

enum lc_secret_field { LC_SECRET_LABEL, LC_SECRET_DESCRIPTION, LC_SECRET_ROTATE };
bool lc_store_set_secret(struct lc_store *store, const char *id, enum lc_secret_field field,
                         const char *value, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_rotate_at(struct lc_store *store, const char *id, int64_t at, /* 0: never */
                            struct lc_err *err) LC_MUST_CHECK;

/* The next revision, with its content; expire_at 0: never. */
bool lc_store_add_revision(struct lc_store *store, const char *id, const struct lc_content *content,
                           int64_t expire_at, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_expire(struct lc_store *store, const char *id, int64_t revision,
                         int64_t expire_at, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_has_revision(struct lc_store *store, const char *id, int64_t revision, bool *out,
                           struct lc_err *err) LC_MUST_CHECK;
bool lc_store_revision_expire(struct lc_store *store, const char *id, int64_t revision,
                              int64_t *out, struct lc_err *err) LC_MUST_CHECK; /* 0: never */
/* The secret goes with its last revision. */
bool lc_store_remove_revision(struct lc_store *store, const char *id, int64_t revision,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_store_content(struct lc_store *store, const char *id, int64_t revision,
                      struct lc_content *out, struct lc_err *err) LC_MUST_CHECK;

struct lc_revision {
    int64_t revision;
    int64_t created;
    int64_t expire_at; /* 0: never */
    bool obsolete;
};
struct lc_revisions {
    struct lc_revision *items; /* owned, by number */
    size_t count;
    size_t capacity;
};
#define LC_REVISIONS_INIT                                                                          \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }
void lc_revisions_release(struct lc_revisions *revisions);
LC_AUTO_VALUE(struct lc_revisions, lc_revisions_release);
bool lc_store_revisions(struct lc_store *store, const char *id, struct lc_revisions *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* What the controller keeps about a unit that has read a secret. */
struct lc_consumer {
    bool there;
    char *label; /* never NULL when there */
    int64_t tracked;
    int64_t announced;
};
#define LC_CONSUMER_INIT                                                                           \
    {                                                                                              \
        .there = false                                                                             \
    }
void lc_consumer_release(struct lc_consumer *consumer);
LC_AUTO_VALUE(struct lc_consumer, lc_consumer_release);
bool lc_store_consumer(struct lc_store *store, const char *id, const char *unit,
                       struct lc_consumer *out, struct lc_err *err) LC_MUST_CHECK;
/* Tracks a revision from now on; the first time it is announced as revision 1, so that a later one
 * is announced once more (juju-hooks 1.10). Revisions that nobody tracks any more are then
 * obsolete. */
bool lc_store_track(struct lc_store *store, const char *id, const char *unit, int64_t revision,
                    struct lc_err *err) LC_MUST_CHECK;
/* The unit must have read it. The label before stays taken. */
bool lc_store_set_consumer_label(struct lc_store *store, const char *id, const char *unit,
                                 const char *label, struct lc_err *err) LC_MUST_CHECK;
/* The secret that a unit has given this label; *out NULL when none. */
bool lc_store_consumer_by_label(struct lc_store *store, const char *unit, const char *label,
                                char **out, struct lc_err *err) LC_MUST_CHECK;
/* The secret with this owner label: the unit's, or (unit NULL) the application's. */
bool lc_store_owned_by_label(struct lc_store *store, const char *app, const char *unit,
                             const char *label, char **out, struct lc_err *err) LC_MUST_CHECK;
/* Whether a label is taken (juju-hooks 3.4). unit: who wants it, or NULL for an application's
 * secret; id: the secret that may have it already. */
bool lc_store_label_taken(struct lc_store *store, const char *app, const char *unit,
                          const char *label, const char *id, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

struct lc_grant {
    int64_t relation;
    char *subject; /* a unit or an application */
};
struct lc_grants {
    struct lc_grant *items; /* owned, by subject */
    size_t count;
    size_t capacity;
};
#define LC_GRANTS_INIT                                                                             \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }
void lc_grants_release(struct lc_grants *grants);
LC_AUTO_VALUE(struct lc_grants, lc_grants_release);
bool lc_store_grants(struct lc_store *store, const char *id, struct lc_grants *out,
                     struct lc_err *err) LC_MUST_CHECK;
bool lc_store_add_grant(struct lc_store *store, const char *id, int64_t relation,
                        const char *subject, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_remove_grant(struct lc_store *store, const char *id, const char *subject,
                           struct lc_err *err) LC_MUST_CHECK;

/* What a unit is to be told now (juju-hooks 1.10). leader: it also hears of its application's. */
enum lc_secret_event_kind {
    LC_SECRET_EVENT_NONE,
    LC_SECRET_EVENT_EXPIRED,
    LC_SECRET_EVENT_ROTATE,
    LC_SECRET_EVENT_CHANGED,
    LC_SECRET_EVENT_REMOVE
};
struct lc_secret_event {
    enum lc_secret_event_kind kind;
    char *id;
    char *label; /* the owner's, of changed the consumer's */
    int64_t revision;
};
#define LC_SECRET_EVENT_INIT                                                                       \
    {                                                                                              \
        .kind = LC_SECRET_EVENT_NONE                                                               \
    }
void lc_secret_event_release(struct lc_secret_event *event);
LC_AUTO_VALUE(struct lc_secret_event, lc_secret_event_release);
bool lc_store_secret_event(struct lc_store *store, const char *app, const char *unit, bool leader,
                           struct lc_secret_event *out, struct lc_err *err) LC_MUST_CHECK;

/* The hook has run. */
bool lc_store_expired_told(struct lc_store *store, const char *id, int64_t revision,
                           int64_t next_due, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_expired_due(struct lc_store *store, const char *id, int64_t revision, int64_t due,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_store_changed_told(struct lc_store *store, const char *id, const char *unit,
                           int64_t revision, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_remove_told(struct lc_store *store, const char *id, int64_t revision,
                          struct lc_err *err) LC_MUST_CHECK;

/* The next time after now at which a secret expires or is to be rotated; 0: none. */
bool lc_store_secret_due(struct lc_store *store, int64_t *out, struct lc_err *err) LC_MUST_CHECK;

#endif
