/* Pending changes to secrets, one record each. */
#include "model/changes.h"

#include <string.h>

#include "base/mem.h"
#include "model/hook.h"

static void drop_grants(struct lc_secret_change *change)
{
    for (size_t i = 0; i < change->grant_count; i++)
        lc_free(change->grants[i].subject);
    lc_free(change->grants);
    change->grants = NULL;
    change->grant_count = 0;
    lc_strlist_release(&change->revokes);
}

/* What a create or update gave. */
static void drop_values(struct lc_secret_change *change)
{
    lc_free(change->label);
    lc_free(change->description);
    lc_free(change->rotate);
    lc_content_release(&change->content);
    change->label = change->description = change->rotate = NULL;
    change->expire_at = 0;
    change->has_content = change->create = change->update = false;
}

static void drop_removal(struct lc_secret_change *change)
{
    lc_free(change->revisions);
    change->revisions = NULL;
    change->revision_count = 0;
    change->remove = false;
}

void lc_secret_changes_release(struct lc_secret_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        drop_grants(&changes->items[i]);
        drop_values(&changes->items[i]);
        drop_removal(&changes->items[i]);
        lc_free(changes->items[i].id);
    }
    lc_free(changes->items);
    *changes = (struct lc_secret_changes)LC_SECRET_CHANGES_INIT;
}

void lc_secret_args_release(struct lc_secret_args *args)
{
    lc_content_release(&args->content);
}

struct lc_secret_change *lc_secret_changes_find(const struct lc_secret_changes *changes,
                                                const char *id)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].id, id) == 0)
            return &changes->items[i];
    return NULL;
}

struct lc_secret_change *lc_secret_changes_created(const struct lc_secret_changes *changes,
                                                   const char *label)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->items[i].create && changes->items[i].label != NULL &&
            strcmp(changes->items[i].label, label) == 0)
            return &changes->items[i];
    return NULL;
}

bool lc_secret_change_removes(const struct lc_secret_change *change)
{
    return change != NULL && (change->remove || change->revision_count > 0);
}

static bool find_or_add(struct lc_secret_changes *changes, const char *id,
                        struct lc_secret_change **out, struct lc_err *err)
{
    *out = lc_secret_changes_find(changes, id);
    if (*out != NULL)
        return true;
    LC_AUTO(lc_free) char *copy = lc_strdup(id);
    if (copy == NULL ||
        !lc_grow(&changes->items, &changes->capacity, changes->count, sizeof(*changes->items)))
        return lc_fail_memory(err);
    *out = &changes->items[changes->count++];
    **out = (struct lc_secret_change){ .id = LC_STEAL(copy) };
    return true;
}

/* What is given replaces, what is not stays: several calls are one change. */
static bool add_values(struct lc_secret_change *change, struct lc_secret_args *args,
                       struct lc_err *err)
{
    if ((args->label != NULL && !lc_hook_set(&change->label, args->label, err)) ||
        (args->description != NULL && !lc_hook_set(&change->description, args->description, err)) ||
        (args->rotate != NULL && !lc_hook_set(&change->rotate, args->rotate, err)))
        return false;
    if (args->expire_at != 0)
        change->expire_at = args->expire_at;
    if (args->has_content) {
        lc_content_move(&change->content, &args->content);
        change->has_content = true;
    }
    return true;
}

bool lc_secret_changes_create(struct lc_secret_changes *changes, const char *id,
                              struct lc_secret_args *args, struct lc_err *err)
{
    struct lc_secret_change *change;

    if (args->label != NULL && lc_secret_changes_created(changes, args->label) != NULL)
        return lc_fail(err, LC_EEXIST, "secret with label \"%s\" already exists", args->label);
    if (!find_or_add(changes, id, &change, err))
        return false;
    change->create = true;
    change->app_owned = args->app_owned;
    return add_values(change, args, err);
}

bool lc_secret_changes_update(struct lc_secret_changes *changes, const char *id,
                              struct lc_secret_args *args, bool merge, struct lc_err *err)
{
    struct lc_secret_change *change;

    if (!find_or_add(changes, id, &change, err))
        return false;
    drop_removal(change); /* "remove --revision N, set": the removal is dropped */
    if (!change->create && !merge)
        drop_values(change);
    if (!change->create)
        change->update = true;
    return add_values(change, args, err);
}

bool lc_secret_changes_remove(struct lc_secret_changes *changes, const char *id, int64_t revision,
                              bool several, struct lc_err *err)
{
    struct lc_secret_change *change;

    if (!find_or_add(changes, id, &change, err))
        return false;
    const bool was_new = change->create;
    drop_values(change); /* "set, remove --revision N": the set is dropped, and the grants too */
    drop_grants(change);
    change->track_latest = false;
    if (was_new || change->remove)
        return true;
    if (revision <= 0) {
        drop_removal(change);
        change->remove = true;
        return true;
    }
    if (!several)
        drop_removal(change);
    int64_t *grown = lc_resize(change->revisions, change->revision_count + 1,
                               sizeof(*change->revisions));
    if (grown == NULL)
        return lc_fail_memory(err);
    change->revisions = grown;
    change->revisions[change->revision_count++] = revision;
    return true;
}

bool lc_secret_changes_grant(struct lc_secret_changes *changes, const char *id, int64_t relation,
                             const char *subject, struct lc_err *err)
{
    struct lc_secret_change *change;

    if (!find_or_add(changes, id, &change, err))
        return false;
    for (size_t i = 0; i < change->grant_count; i++)
        if (change->grants[i].relation == relation) /* one for each relation: the last */
            return lc_hook_set(&change->grants[i].subject, subject, err);
    LC_AUTO(lc_free) char *copy = lc_strdup(subject);
    struct lc_pending_grant *grown = lc_resize(change->grants, change->grant_count + 1,
                                               sizeof(*change->grants));
    if (grown != NULL)
        change->grants = grown;
    if (copy == NULL || grown == NULL)
        return lc_fail_memory(err);
    change->grants[change->grant_count++] = (struct lc_pending_grant){ .relation = relation,
                                                                       .subject = LC_STEAL(copy) };
    return true;
}

bool lc_secret_changes_revoke(struct lc_secret_changes *changes, const char *id,
                              const char *subject, struct lc_err *err)
{
    struct lc_secret_change *change;

    return find_or_add(changes, id, &change, err) && lc_strlist_add(&change->revokes, subject, err);
}

bool lc_secret_changes_track(struct lc_secret_changes *changes, const char *id, struct lc_err *err)
{
    struct lc_secret_change *change;

    if (!find_or_add(changes, id, &change, err))
        return false;
    change->track_latest = true;
    return true;
}
