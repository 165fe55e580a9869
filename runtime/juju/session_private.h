/* Private to the session (session*.c): what one hook remembers and has gathered. */
#ifndef LC_JUJU_SESSION_PRIVATE_H
#define LC_JUJU_SESSION_PRIVATE_H

#include "base/index.h"
#include "juju/session.h"

/* What is asked, in the words of the command; NULL where there is no such word. */
struct session_question {
    const char *command;
    const char *subject;
    const char *detail;
};

/* An answer that holds for the hook. One of the values is set, or the failure. */
struct session_answer {
    char *key;              /* owned: the question's text, which the index borrows */
    struct lc_err *failure; /* owned */
    struct lc_json *json;
    char *text;
    struct lc_strlist list;
};

/* A databag; only our own unit's and application's have changes. */
struct session_bag {
    char *key;
    char *relation_id;
    bool app;
    bool is_read;           /* Juju has answered, with base or failure */
    struct lc_err *failure; /* owned */
    struct lc_strmap base;
    struct lc_strmap changes; /* gathered; "" deletes */
};

struct session_state {
    bool is_read;
    struct lc_strmap base;
    struct lc_strmap changes;
    struct lc_strlist deletions; /* keys that are not in changes */
};

/* A gathered secret-set; what is NULL, 0 or without fields is not said. */
struct session_change {
    char *label;
    char *description;
    char *rotate;
    int64_t expire_s;
    struct lc_secret_content content;
    bool is_refreshed; /* the new content is to be tracked */
};

struct session_grant {
    char *relation_id;
    char *unit; /* NULL: the application */
    bool is_revoked;
};

struct session_secret {
    char *id;    /* bare; NULL while only its label is known */
    char *label; /* NULL while it is not known */
    bool is_added;
    bool is_removed;
    bool is_removal_sent;

    bool has_latest; /* the newest content, before change */
    bool has_tracked;
    bool tracks_latest; /* tracked is the same as latest, and not kept */
    struct lc_secret_content latest;
    struct lc_secret_content tracked;
    struct lc_err *failures[LC_SECRET_REFRESH + 1]; /* owned; by how it was read */
    bool has_info;
    struct lc_secret_info info;
    struct lc_err *info_failure; /* owned */

    struct session_change change;
    struct session_grant *grants;
    size_t grant_count;
    size_t grant_capacity;
    int64_t *old_revisions; /* to be removed */
    size_t old_revision_count;
    size_t old_revision_capacity;
};

struct lc_session {
    struct lc_juju port;
    const struct lc_juju *below;
    const struct lc_hook_env *env;
    const struct lc_clock *clock;

    bool has_leader;
    bool is_leader;
    int64_t leader_since_s; /* when it was asked */

    struct session_answer *answers;
    size_t answer_count;
    size_t answer_capacity;
    struct lc_index answer_index;
    struct session_bag *bags;
    size_t bag_count;
    size_t bag_capacity;
    struct lc_index bag_index;
    struct session_state state;

    struct session_secret **secrets; /* owned; in the order they were first named */
    size_t secret_count;
    size_t secret_capacity;
    struct lc_strlist lost_labels; /* of secrets that this hook removed or renamed */
};

/* Asks below; fills one value of answer. */
typedef bool (*session_ask_fn)(struct lc_session *session, const struct session_question *question,
                               struct session_answer *answer, struct lc_err *err);

/* The remembered answer, asked for the first time; a failure that is an answer fails again. *out
 * lives until the next recall. */
bool session_recall(struct lc_session *session, const struct session_question *question,
                    session_ask_fn ask, const struct session_answer **out, struct lc_err *err)
    LC_MUST_CHECK;

/* The question's text, freed with lc_free; NULL when out of memory. */
char *session_key(const struct session_question *question) LC_MUST_CHECK;

/* Whether Juju has answered with this failure: not found, no permission. */
bool session_is_answer(const struct lc_err *err);

/* Keep a failure that is an answer; others, and what there is no memory for, are asked again. */
void session_keep_failure(struct lc_err **slot, const struct lc_err *err);

/* Repeat a kept failure. Always false. */
bool session_repeat_failure(const struct lc_err *failure, struct lc_err *err);

/* Replace the text in *slot. */
bool session_replace(char **slot, const char *text, struct lc_err *err) LC_MUST_CHECK;

/* Flush, and what is freed. */
bool session_flush_secrets(struct lc_session *session, struct lc_err *err) LC_MUST_CHECK;
bool session_flush_state(struct lc_session *session, struct lc_err *err) LC_MUST_CHECK;
bool session_flush_bags(struct lc_session *session, struct lc_err *err) LC_MUST_CHECK;
void session_release_bags(struct lc_session *session);
void session_release_secrets(struct lc_session *session);

/* Secrets: shared by reading and writing. The entry of an id, made when there is none. */
bool session_secret_of(struct lc_session *session, const char *id, struct session_secret **out,
                       struct lc_err *err) LC_MUST_CHECK;

/* NULL when no secret is known by this label. */
struct session_secret *session_secret_labelled(const struct lc_session *session, const char *label);

/* A new entry; id and label may be NULL. */
bool session_secret_new(struct lc_session *session, const char *id, const char *label,
                        struct session_secret **out, struct lc_err *err) LC_MUST_CHECK;

/* The secret is known by this label from now on; what was known under the label alone is the
 * secret's. */
bool session_secret_label(struct lc_session *session, struct session_secret *secret,
                          const char *label, struct lc_err *err) LC_MUST_CHECK;

void session_change_release(struct session_change *change);
void session_secret_drop_gathered(struct session_secret *secret);
void session_secret_forget_failures(struct session_secret *secret);

/* LC_ENOTFOUND, as Juju says it: "<command>: secret "<name>" not found". Always false. */
bool session_secret_missing(const char *command, const char *name, struct lc_err *err);

/* The operations, one file a family. */
bool session_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                          struct lc_err *err);
bool session_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                           struct lc_err *err);
bool session_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err);
bool session_relation_get(void *context, const char *relation_id, bool app, const char *who,
                          struct lc_strmap *out, struct lc_err *err);
bool session_relation_set(void *context, const char *relation_id, bool app,
                          const struct lc_strmap *changes, struct lc_err *err);
bool session_relation_model(void *context, const char *relation_id, char **uuid_out,
                            struct lc_err *err);
bool session_is_leader(void *context, bool *out, struct lc_err *err);
bool session_config_get(void *context, struct lc_json **out, struct lc_err *err);

bool session_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                        struct lc_err *err);
bool session_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                        struct lc_err *err);
bool session_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                        struct lc_secret_content *out, struct lc_err *err);
bool session_secret_info(void *context, const char *id, const char *label,
                         struct lc_secret_info *out, struct lc_err *err);
bool session_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err);
bool session_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                          struct lc_err *err);
bool session_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                           struct lc_err *err);
bool session_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err);

bool session_state_get(void *context, struct lc_strmap *out, struct lc_err *err);
bool session_state_set(void *context, const struct lc_strmap *changes, struct lc_err *err);
bool session_state_delete(void *context, const char *key, struct lc_err *err);

bool session_network_get(void *context, const char *binding, const char *relation_id,
                         struct lc_json **out, struct lc_err *err);
bool session_unit_get(void *context, bool is_public, char **address_out, struct lc_err *err);
bool session_action_get(void *context, struct lc_json **out, struct lc_err *err);
bool session_goal_state(void *context, struct lc_json **out, struct lc_err *err);
bool session_storage_list(void *context, const char *name, struct lc_strlist *out,
                          struct lc_err *err);
bool session_storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err);
bool session_resource_get(void *context, const char *name, char **path_out, struct lc_err *err);

#endif
