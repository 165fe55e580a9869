/* Relations, their databags, and what each unit has been told of them (juju-hooks 1.8, 4). */
#ifndef LC_MODEL_STORE_RELATION_H
#define LC_MODEL_STORE_RELATION_H

#include "model/store.h"

/* A relation as one of its applications sees it. */
struct lc_relation {
    int64_t id;
    bool dying;
    bool peer;
    char *interface;
    char *app;      /* who looks at it */
    char *endpoint; /* ours */
    char *role;     /* ours: "requires", "provides", "peers" */
    char *remote_app;
    char *remote_endpoint; /* of a peer relation, ours again */
};

#define LC_RELATION_INIT                                                                           \
    {                                                                                              \
        .id = -1                                                                                   \
    }

void lc_relation_release(struct lc_relation *relation);
LC_AUTO_VALUE(struct lc_relation, lc_relation_release);

struct lc_relations {
    struct lc_relation *items; /* owned, by id */
    size_t count;
    size_t capacity;
};

#define LC_RELATIONS_INIT                                                                          \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_relations_release(struct lc_relations *relations);
LC_AUTO_VALUE(struct lc_relations, lc_relations_release);

/* Those of an application; with NULL all of them, each once, seen from its requirer. */
bool lc_store_relations(struct lc_store *store, const char *app, struct lc_relations *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* One, as app sees it. LC_ENOTFOUND: no such relation, or not of this application. */
bool lc_store_relation(struct lc_store *store, int64_t id, const char *app, struct lc_relation *out,
                       struct lc_err *err) LC_MUST_CHECK;

/* The second end is NULL for a peer relation. */
struct lc_relation_end {
    const char *app;
    const char *endpoint;
    const char *role;
};
bool lc_store_add_relation(struct lc_store *store, const char *interface,
                           const struct lc_relation_end *a, const struct lc_relation_end *b,
                           int64_t *id_out, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_relation_dying(struct lc_store *store, int64_t id, struct lc_err *err)
    LC_MUST_CHECK;
/* With its bags and grants. */
bool lc_store_remove_relation(struct lc_store *store, int64_t id, struct lc_err *err) LC_MUST_CHECK;

/* What a unit knows of a relation that it has entered. */
struct lc_scope {
    bool entered;
    bool created; /* relation-created has run */
    int64_t app_version;
};
bool lc_store_scope(struct lc_store *store, int64_t relation, const char *unit,
                    struct lc_scope *out, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_enter_scope(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err) LC_MUST_CHECK; /* once more is fine */
bool lc_store_set_created(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_app_seen(struct lc_store *store, int64_t relation, const char *unit,
                           int64_t version, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_leave_scope(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err) LC_MUST_CHECK;
/* Units of any application that are in it. */
bool lc_store_scope_count(struct lc_store *store, int64_t relation, int64_t *out,
                          struct lc_err *err) LC_MUST_CHECK;

/* Remote units: those that joined, as the unit knows them; or those that are there now. */
struct lc_member {
    char *unit;
    int64_t version; /* of its databag: announced, or now */
    bool fresh;      /* joined has run, and changed is still to come */
};

struct lc_members {
    struct lc_member *items; /* owned, by name (bytes) */
    size_t count;
    size_t capacity;
};

#define LC_MEMBERS_INIT                                                                            \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_members_release(struct lc_members *members);
LC_AUTO_VALUE(struct lc_members, lc_members_release);

const struct lc_member *lc_members_find(const struct lc_members *members, const char *unit);

bool lc_store_members(struct lc_store *store, int64_t relation, const char *unit,
                      struct lc_members *out, struct lc_err *err) LC_MUST_CHECK;
/* In scope, alive, of remote_app, and not `unit` itself. */
bool lc_store_present(struct lc_store *store, int64_t relation, const char *unit,
                      const char *remote_app, struct lc_members *out, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_set_member(struct lc_store *store, int64_t relation, const char *unit,
                         const struct lc_member *member, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_remove_member(struct lc_store *store, int64_t relation, const char *unit,
                            const char *remote, struct lc_err *err) LC_MUST_CHECK;

/* Databags. holder: a unit or an application. One that was never written is empty, version 0. */
bool lc_store_bag(struct lc_store *store, int64_t relation, const char *holder,
                  struct lc_strmap *out, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_bag_version(struct lc_store *store, int64_t relation, const char *holder,
                          int64_t *out, struct lc_err *err) LC_MUST_CHECK;
/* Whether the unit ever entered. */
bool lc_store_has_bag(struct lc_store *store, int64_t relation, const char *holder, bool *out,
                      struct lc_err *err) LC_MUST_CHECK;
/* "" deletes a key. Only what differs counts the version up. */
bool lc_store_merge_bag(struct lc_store *store, int64_t relation, const char *holder,
                        const struct lc_strmap *changes, struct lc_err *err) LC_MUST_CHECK;

#endif
