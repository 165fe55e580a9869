/* Private to the fake Juju (fake*.c): its world. */
#ifndef LC_JUJU_FAKE_PRIVATE_H
#define LC_JUJU_FAKE_PRIVATE_H

#include "juju/fake.h"

struct fake_bag {
    char *who; /* a unit or application */
    struct lc_strmap committed;
    struct lc_strmap working; /* with this hook's writes */
};

struct fake_relation {
    char *id;
    char *app; /* the other side's */
    bool is_broken;
    struct lc_strlist members; /* remote units, sorted */
    struct fake_bag *bags;
    size_t bag_count;
    size_t bag_capacity;
};

struct fake_revision {
    int64_t number;
    int64_t expire_s;
    struct lc_secret_content content;
};

struct fake_consumer {
    char *unit;
    char *label; /* NULL: none */
    int64_t tracked;
};

struct fake_grant {
    char *relation_id;
    char *subject;
    bool is_revoked; /* of a pending one */
};

/* What a hook has asked for; of a secret that it added, everything. */
struct fake_change {
    bool is_there;
    char *label;
    char *description;
    char *rotation;
    int64_t expire_s;
    struct lc_secret_content content;
    bool track_latest;
    bool remove_all;
    int64_t *revisions; /* to be removed */
    size_t revision_count;
    size_t revision_capacity;
    struct fake_grant *grants;
    size_t grant_count;
    size_t grant_capacity;
};

struct fake_secret {
    char *id;
    char *owner;
    bool is_committed;
    char *label;
    char *description;
    char *rotation;
    struct fake_revision *revisions; /* ascending */
    size_t revision_count;
    size_t revision_capacity;
    int64_t last_number;
    struct fake_consumer *consumers;
    size_t consumer_count;
    size_t consumer_capacity;
    struct fake_grant *grants;
    size_t grant_count;
    size_t grant_capacity;
    struct fake_change change;
};

enum { OF_UNIT, OF_APP };

struct fake_unit_state {
    char *unit;
    struct lc_strmap state;
};

struct fake_fault {
    char *command; /* NULL: any */
    unsigned left;
    enum lc_code code;
};

struct lc_fake {
    struct lc_juju port;
    struct lc_hook_env env;
    struct lc_clock clock;
    int64_t now_s;
    bool is_leader;
    bool was_told_not_leader; /* in this hook: Juju stays with that */

    struct fake_relation *relations;
    size_t relation_count;
    size_t relation_capacity;
    struct fake_secret **secrets; /* owned */
    size_t secret_count;
    size_t secret_capacity;
    unsigned long secrets_made;

    struct lc_strmap state;         /* committed, of our unit */
    struct fake_unit_state *states; /* of the units that we were before */
    size_t state_count;
    size_t state_capacity;
    struct lc_strmap working_state;
    struct lc_strmap leader_settings;
    struct lc_strlist ports;
    struct lc_strlist working_ports;
    struct lc_strmap answers;
    char *status[2]; /* of the unit, of the application; "active: message" */
    struct lc_strlist history[2];
    char *version;
    struct lc_strlist log;
    struct lc_strmap results;
    char *failure;
    struct lc_strlist storage_added; /* "data=1"; of hooks that were committed */
    struct lc_strlist working_storage;
    char *reboot; /* "after the hook", "now"; NULL: not asked for */

    struct lc_strlist journal;
    struct fake_fault *faults;
    size_t fault_count;
    size_t fault_capacity;
};

extern const struct lc_juju_ops fake_operations;

/* Replace the text in *slot by a copy; NULL stays NULL. */
bool fake_replace(char **slot, const char *text, struct lc_err *err) LC_MUST_CHECK;

/* Begin a call: its journal line, whose first word is the command; false when it is to fail. */
bool fake_enter(struct lc_fake *fake, struct lc_err *err, const char *format, ...) LC_PRINTF(3, 4)
    LC_MUST_CHECK;

/* Put a word, such as a key's name, behind the last line. */
bool fake_note(struct lc_fake *fake, const char *word, struct lc_err *err) LC_MUST_CHECK;

bool fake_is_unit(const char *who);
bool fake_is_own_unit(const struct lc_fake *fake, const char *unit); /* of our application */

/* "no such relation 'db:7'", LC_ENOTFOUND; the same of a secret. Always false. */
bool fake_no_relation(const char *relation_id, struct lc_err *err);
bool fake_no_secret(const char *secret, struct lc_err *err);

struct fake_relation *fake_relation_find(struct lc_fake *fake, const char *relation_id);
struct fake_secret *fake_secret_find(struct lc_fake *fake, const char *reference);
struct fake_secret *fake_secret_named(struct lc_fake *fake, const char *secret); /* or label */
bool fake_manages(const struct lc_fake *fake, const struct fake_secret *secret);
struct fake_consumer *fake_consumer_of(const struct fake_secret *secret, const char *unit);
bool fake_consumer_add(struct fake_secret *secret, const char *unit, struct fake_consumer **out,
                       struct lc_err *err) LC_MUST_CHECK; /* the one that is there, or a new one */
const struct fake_revision *fake_latest(const struct fake_secret *secret);
const struct fake_revision *fake_revision_of(const struct fake_secret *secret, int64_t number);

/* Label rules (juju-hooks 3.4), over what is committed. */
bool fake_owner_label_is_free(const struct lc_fake *fake, const struct fake_secret *self,
                              const char *owner, const char *label);
bool fake_consumer_label_is_free(const struct lc_fake *fake, const struct fake_secret *self,
                                 const char *unit, const char *label);

void fake_change_release(struct fake_change *change);
void fake_secret_free(struct fake_secret *secret);
void fake_secrets_discard(struct lc_fake *fake); /* what is pending */
bool fake_secrets_commit(struct lc_fake *fake, struct lc_err *err) LC_MUST_CHECK;
bool fake_secret_add_revision(struct fake_secret *secret, struct lc_secret_content *content,
                              int64_t expire_s, struct lc_err *err) LC_MUST_CHECK;
bool fake_secret_new(struct lc_fake *fake, const char *owner, struct fake_secret **out,
                     struct lc_err *err) LC_MUST_CHECK;
bool fake_grant_add(struct fake_grant **grants, size_t *count, size_t *capacity,
                    const char *relation_id, const char *subject, bool is_revoked,
                    struct lc_err *err) LC_MUST_CHECK;
void fake_grant_remove(struct fake_secret *secret, const char *relation_id, const char *subject);
void fake_relation_release(struct fake_relation *relation);
/* Without any bag; then the bag of who, which is made when there is none. */
bool fake_relation_add(struct lc_fake *fake, const char *relation_id, const char *app,
                       struct fake_relation **out, struct lc_err *err) LC_MUST_CHECK;
bool fake_put_addresses(struct lc_fake *fake, const char *relation_id, const char *unit,
                        struct lc_err *err) LC_MUST_CHECK; /* as Juju does, in the unit's bag */
bool fake_bag_add(struct fake_relation *relation, const char *who, struct fake_bag **out,
                  struct lc_err *err) LC_MUST_CHECK;

/* Our unit is now another one: it has bags, and is no peer of its own. old: NULL at first. */
bool fake_relations_become(struct lc_fake *fake, const char *old, struct lc_err *err) LC_MUST_CHECK;

/* The operations. */
bool fake_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                       struct lc_err *err);
bool fake_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                        struct lc_err *err);
bool fake_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err);
bool fake_relation_get(void *context, const char *relation_id, bool app, const char *who,
                       struct lc_strmap *out, struct lc_err *err);
bool fake_relation_set(void *context, const char *relation_id, bool app,
                       const struct lc_strmap *changes, struct lc_err *err);
bool fake_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                     struct lc_err *err);
bool fake_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                     struct lc_err *err);
bool fake_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                     struct lc_secret_content *out, struct lc_err *err);
bool fake_secret_info(void *context, const char *id, const char *label, struct lc_secret_info *out,
                      struct lc_err *err);
bool fake_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err);
bool fake_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                       struct lc_err *err);
bool fake_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                        struct lc_err *err);
bool fake_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err);

#endif
