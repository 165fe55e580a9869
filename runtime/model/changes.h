/* Changes to secrets that a hook has asked for and that its success will make (juju-hooks 3.7). One
 * record for each secret; no store, no rules about who may: those are in tool_secret*.c and
 * commit_secret.c. */
#ifndef LC_MODEL_CHANGES_H
#define LC_MODEL_CHANGES_H

#include <stdint.h>

#include "base/strlist.h"
#include "model/content.h"

struct lc_pending_grant {
    int64_t relation;
    char *subject; /* an application or a unit */
};

struct lc_secret_change {
    char *id;
    bool create;
    bool app_owned; /* of a create */
    bool update;
    /* Of a create or update. NULL, 0 and false: not given. */
    char *label;
    char *description;
    char *rotate;
    int64_t expire_at;
    bool has_content;
    struct lc_content content;
    bool remove;        /* all of it */
    int64_t *revisions; /* owned; to be removed */
    size_t revision_count;
    bool track_latest;
    struct lc_pending_grant *grants; /* owned; one for each relation */
    size_t grant_count;
    struct lc_strlist revokes; /* subjects */
};

struct lc_secret_changes {
    struct lc_secret_change *items; /* owned, in the order of their first change */
    size_t count;
    size_t capacity;
};

#define LC_SECRET_CHANGES_INIT                                                                     \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_secret_changes_release(struct lc_secret_changes *changes);
LC_AUTO_VALUE(struct lc_secret_changes, lc_secret_changes_release);

/* NULL when nothing is pending for it. Pointers live until the next change is recorded. */
struct lc_secret_change *lc_secret_changes_find(const struct lc_secret_changes *changes,
                                                const char *id);
/* The pending create with this label, or NULL. */
struct lc_secret_change *lc_secret_changes_created(const struct lc_secret_changes *changes,
                                                   const char *label);
bool lc_secret_change_removes(const struct lc_secret_change *change); /* NULL: no */

/* What is given to add and set. content is moved from when has_content. */
struct lc_secret_args {
    const char *label;
    const char *description;
    const char *rotate;
    int64_t expire_at;
    bool app_owned;
    bool has_content;
    struct lc_content content;
};

#define LC_SECRET_ARGS_INIT                                                                        \
    {                                                                                              \
        .label = NULL, .content = LC_CONTENT_INIT                                                  \
    }

void lc_secret_args_release(struct lc_secret_args *args);
LC_AUTO_VALUE(struct lc_secret_args, lc_secret_args_release);

/* Each follows the table of juju-hooks 3.7. create: LC_EEXIST when another pending create has the
 * label. update: with merge several are one change; without (before 3.5), the last one counts.
 * remove: revision 0 is the whole secret; without `several` (before 3.6.11) only the last revision
 * counts. */
bool lc_secret_changes_create(struct lc_secret_changes *changes, const char *id,
                              struct lc_secret_args *args, struct lc_err *err) LC_MUST_CHECK;
bool lc_secret_changes_update(struct lc_secret_changes *changes, const char *id,
                              struct lc_secret_args *args, bool merge, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_secret_changes_remove(struct lc_secret_changes *changes, const char *id, int64_t revision,
                              bool several, struct lc_err *err) LC_MUST_CHECK;
bool lc_secret_changes_grant(struct lc_secret_changes *changes, const char *id, int64_t relation,
                             const char *subject, struct lc_err *err) LC_MUST_CHECK;
bool lc_secret_changes_revoke(struct lc_secret_changes *changes, const char *id,
                              const char *subject, struct lc_err *err) LC_MUST_CHECK;
bool lc_secret_changes_track(struct lc_secret_changes *changes, const char *id, struct lc_err *err)
    LC_MUST_CHECK;

#endif
