/* The commit of a hook's changes to secrets: creates, updates, track-latest, grants, revokes,
 * removes, each in a transaction of its own; the first refusal stops (juju-hooks 1.5). */
#include <string.h>

#include "base/mem.h"
#include "model/commit.h"
#include "model/tool_secret.h"
#include "model/trace.h"

static bool refuse(bool *refused, struct lc_err *err, enum lc_code code, const char *text)
{
    *refused = true;
    return lc_fail(err, code, "%s", text);
}

static bool check_label(struct lc_context *context, const char *unit, const char *label,
                        const char *id, bool *refused, struct lc_err *err)
{
    bool taken;

    if (label == NULL)
        return true;
    if (!lc_store_label_taken(context->store, context->unit.app, unit, label, id, &taken, err))
        return false;
    if (!taken)
        return true;
    *refused = true;
    return lc_fail(err, LC_EEXIST, "secret with label \"%s\" already exists", label);
}

static bool start_rotation(struct lc_context *context, const char *id, const char *policy,
                           int64_t before, struct lc_err *err)
{
    int64_t now;

    if (!lc_store_now(context->store, &now, err) ||
        !lc_store_set_secret(context->store, id, LC_SECRET_ROTATE, policy, err))
        return false;
    const int64_t next = lc_secret_next_rotation(policy, now);
    /* Setting a policy again moves the time only to an earlier one (juju-hooks 3.6). */
    return lc_store_set_rotate_at(context->store, id,
                                  next != 0 && before != 0 && before < next ? before : next, err);
}

static bool create(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                   struct lc_err *err)
{
    const struct lc_unit *unit = &context->unit;
    char *owner = change->app_owned ? NULL : unit->name;
    bool leader = true;
    const struct lc_secret_meta meta = {
        .id = change->id,
        .app = unit->app,
        .unit = owner,
        .label = change->label == NULL ? "" : change->label,
        .description = change->description == NULL ? "" : change->description,
        .rotate = "never",
    };

    if (unit->dying)
        return refuse(refused, err, LC_ESTATE, "unit is not alive");
    if (change->app_owned && !lc_context_is_leader(context, &leader, err))
        return false;
    if (!leader)
        return refuse(refused, err, LC_EPERM, "permission denied");
    return check_label(context, owner, change->label, "", refused, err) &&
           lc_store_add_secret(context->store, &meta, err) &&
           lc_store_add_revision(context->store, change->id, &change->content, change->expire_at,
                                 err) &&
           lc_trace_secret(context, owner == NULL ? unit->app : owner, &change->content, err) &&
           (change->rotate == NULL || start_rotation(context, change->id, change->rotate, 0, err));
}

/* The secret, if this unit may change it. */
static bool find_managed(struct lc_context *context, const char *id, struct lc_secret_meta *meta,
                         bool *refused, struct lc_err *err)
{
    bool good;

    if (!lc_store_secret(context->store, id, meta, &good, err))
        return false;
    if (!good) {
        *refused = true;
        return lc_fail(err, LC_ENOTFOUND, "secret \"%s\" not found", id);
    }
    if (!lc_secret_manages(context, meta, &good, err))
        return false;
    return good ? true : refuse(refused, err, LC_EPERM, "permission denied");
}

/* Since 3.6 content like that of the latest revision makes no new one. */
static bool update_content(struct lc_context *context, const struct lc_secret_change *change,
                           const struct lc_secret_meta *meta, struct lc_err *err)
{
    LC_AUTO(lc_content_release) struct lc_content before = LC_CONTENT_INIT;

    if (!lc_store_content(context->store, meta->id, meta->latest, &before, err))
        return false;
    const bool same = lc_store_juju_is(context->store, "3.6") &&
                      lc_content_equals(&before, &change->content);
    if (change->has_content && !same)
        return lc_store_add_revision(context->store, meta->id, &change->content, change->expire_at,
                                     err) &&
               lc_trace_secret(context, meta->unit == NULL ? meta->app : meta->unit,
                               &change->content, err);
    return change->expire_at == 0 ||
           lc_store_set_expire(context->store, meta->id, meta->latest, change->expire_at, err);
}

static bool update(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                   struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;

    return find_managed(context, change->id, &meta, refused, err) &&
           check_label(context, meta.unit, change->label, meta.id, refused, err) &&
           (change->label == NULL ||
            lc_store_set_secret(context->store, meta.id, LC_SECRET_LABEL, change->label, err)) &&
           (change->description == NULL ||
            lc_store_set_secret(context->store, meta.id, LC_SECRET_DESCRIPTION, change->description,
                                err)) &&
           (change->rotate == NULL ||
            start_rotation(context, meta.id, change->rotate, meta.rotate_at, err)) &&
           update_content(context, change, &meta, err);
}

static bool track(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                  struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    bool found;

    (void)refused; /* one that is gone is not tracked */
    return lc_store_secret(context->store, change->id, &meta, &found, err) &&
           (!found ||
            lc_store_track(context->store, change->id, context->unit.name, meta.latest, err));
}

/* Only a live subject in a live relation can be granted anything. */
static bool check_subject(struct lc_context *context, const struct lc_relation *relation,
                          const char *subject, bool *refused, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    struct lc_err fault = LC_ERR_INIT;
    const bool is_unit = strchr(subject, '/') != NULL;
    const bool found = is_unit ? lc_store_unit(context->store, subject, &unit, &fault)
                               : lc_store_app(context->store, subject, &app, &fault);

    if (!found && fault.code != LC_ENOTFOUND) {
        *err = fault;
        return false;
    }
    if (found && !relation->dying && !unit.dying && !app.dying)
        return true;
    *refused = true;
    return lc_fail(err, LC_ESTATE, "cannot grant access to \"%s\": not alive", subject);
}

static bool grant_one(struct lc_context *context, const struct lc_secret_meta *meta,
                      const struct lc_pending_grant *wanted, bool *refused, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_grants_release) struct lc_grants grants = LC_GRANTS_INIT;
    const bool to_itself = meta->unit == NULL && strcmp(wanted->subject, meta->app) == 0;

    if (!lc_store_relation(context->store, wanted->relation, context->unit.app, &relation, err)) {
        *refused = err->code == LC_ENOTFOUND;
        return false;
    }
    if (!check_subject(context, &relation, wanted->subject, refused, err) ||
        !lc_store_grants(context->store, meta->id, &grants, err))
        return false;
    for (size_t i = 0; i < grants.count; i++)
        if (strcmp(grants.items[i].subject, wanted->subject) == 0 &&
            grants.items[i].relation != wanted->relation)
            return refuse(refused, err, LC_ESTATE, "cannot change secret permission scope");
    if (to_itself)
        return refuse(refused, err, LC_ESTATE, "cannot change secret permission scope");
    return lc_store_add_grant(context->store, meta->id, wanted->relation, wanted->subject, err);
}

static bool grant(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                  struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;

    if (!find_managed(context, change->id, &meta, refused, err))
        return false;
    for (size_t i = 0; i < change->grant_count; i++)
        if (!grant_one(context, &meta, &change->grants[i], refused, err))
            return false;
    return true;
}

static bool revoke(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                   struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;

    if (!find_managed(context, change->id, &meta, refused, err))
        return false;
    for (size_t i = 0; i < change->revokes.count; i++)
        if (!lc_store_remove_grant(context->store, meta.id, change->revokes.items[i], err))
            return false;
    return true;
}

/* What is gone already is fine (3.6.11 and later). */
static bool remove_secret(struct lc_context *context, const struct lc_secret_change *change,
                          bool *refused, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    bool found;

    if (!lc_store_secret(context->store, change->id, &meta, &found, err))
        return false;
    if (!found && lc_store_juju_is(context->store, "3.6.11"))
        return true;
    if (!found) {
        *refused = true;
        return lc_fail(err, LC_ENOTFOUND, "secret \"%s\" not found", change->id);
    }
    if (!lc_secret_manages(context, &meta, &found, err))
        return false;
    if (!found)
        return refuse(refused, err, LC_EPERM, "permission denied");
    if (change->remove)
        return lc_store_remove_secret(context->store, change->id, err);
    for (size_t i = 0; i < change->revision_count; i++)
        if (!lc_store_remove_revision(context->store, change->id, change->revisions[i], err))
            return false;
    return true;
}

static bool wants_create(const struct lc_secret_change *change)
{
    return change->create;
}
static bool wants_update(const struct lc_secret_change *change)
{
    return change->update;
}
static bool wants_track(const struct lc_secret_change *change)
{
    return change->track_latest;
}
static bool wants_grant(const struct lc_secret_change *change)
{
    return change->grant_count > 0;
}
static bool wants_revoke(const struct lc_secret_change *change)
{
    return change->revokes.count > 0;
}

static const struct {
    const char *what;
    bool (*wanted)(const struct lc_secret_change *change);
    bool (*apply)(struct lc_context *context, const struct lc_secret_change *change, bool *refused,
                  struct lc_err *err);
} steps[] = {
    { "creating secrets", wants_create, create },
    { "updating secrets", wants_update, update },
    { "tracking latest secrets", wants_track, track },
    { "granting secrets access", wants_grant, grant },
    { "revoking secrets access", wants_revoke, revoke },
    { "removing secrets", lc_secret_change_removes, remove_secret },
};

bool lc_commit_secrets(struct lc_context *context, bool *refused, struct lc_err *err)
{
    *refused = false;
    for (size_t s = 0; s < LC_COUNT(steps); s++) {
        for (size_t i = 0; i < context->secrets.count; i++) {
            LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
            const struct lc_secret_change *change = &context->secrets.items[i];
            if (!steps[s].wanted(change))
                continue;
            if (!lc_tx_begin(&tx, context->store, err))
                return false;
            if (!steps[s].apply(context, change, refused, err))
                return lc_wrap(err, "%s", steps[s].what);
            if (!lc_tx_commit(&tx, err))
                return false;
        }
    }
    return true;
}
