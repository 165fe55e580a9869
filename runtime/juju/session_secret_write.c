/* Secrets: what is done to them. Adding goes out at once; the rest is gathered, one entry a secret,
 * and sent by the flush. */
#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

static const char *or_null(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text; /* Juju: "" is not given */
}

/* A label that is in use, or was until this hook: Juju creates first, so that it would fail the
 * whole commit (juju-hooks 1.5, 3.4). One that was only looked for in vain is free. */
static bool check_label(const struct lc_session *session, const struct session_secret *self,
                        const char *command, const char *label, struct lc_err *err)
{
    const struct session_secret *other = session_secret_labelled(session, label);
    const bool is_used = other != NULL && other != self &&
                         (other->id != NULL || other->has_latest || other->has_tracked);

    if (is_used || lc_strlist_has(&session->lost_labels, label))
        return lc_fail(err, LC_EEXIST, "%s: secret with label \"%s\" already exists", command,
                       label);
    return true;
}

static bool lose_label(struct lc_session *session, const struct session_secret *secret,
                       struct lc_err *err)
{
    if (secret->label == NULL || lc_strlist_has(&session->lost_labels, secret->label))
        return true;
    return lc_strlist_add(&session->lost_labels, secret->label, err);
}

/* Nothing of it needs to be asked. */
static bool know_added(struct session_secret *secret, const struct lc_secret_spec *spec,
                       struct lc_err *err)
{
    struct lc_secret_info *info = &secret->info;

    info->revision = 1;
    info->app_owned = spec->app_owned;
    info->expire_s = spec->expire_s;
    if (!session_replace(&info->id, secret->id, err) ||
        !session_replace(&info->label, spec->label == NULL ? "" : spec->label, err) ||
        (or_null(spec->description) != NULL &&
         !session_replace(&info->description, spec->description, err)) ||
        (spec->rotate != NULL && !session_replace(&info->rotation, spec->rotate, err)) ||
        !lc_secret_content_copy(&secret->latest, spec->content, err))
        return false;
    secret->has_info = true;
    secret->has_latest = true;
    secret->tracks_latest = true;
    secret->is_added = true;
    return true;
}

bool session_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                        struct lc_err *err)
{
    struct lc_session *session = context;
    const char *label = or_null(spec->label);
    LC_AUTO(lc_free) char *id = NULL;
    struct session_secret *secret;

    if (!lc_secret_spec_check(spec, true, err))
        return lc_wrap(err, "secret-add");
    if (label != NULL && !check_label(session, NULL, "secret-add", label, err))
        return false;
    if (!lc_juju_call(session->below, secret_add, spec, &id, err))
        return false;
    if (!session_secret_of(session, id, &secret, err) || !know_added(secret, spec, err))
        return false;
    if (label != NULL && !session_secret_label(session, secret, label, err))
        return false;
    *id_out = LC_STEAL(id);
    return true;
}

static bool find_there(struct lc_session *session, const char *command, const char *id,
                       struct session_secret **out, struct lc_err *err)
{
    if (!session_secret_of(session, id, out, err))
        return false;
    return !(*out)->is_removed || session_secret_missing(command, id, err);
}

static bool gather_label(struct lc_session *session, struct session_secret *secret,
                         const char *label, struct lc_err *err)
{
    if (label == NULL || (secret->label != NULL && strcmp(secret->label, label) == 0))
        return label == NULL || session_replace(&secret->change.label, label, err);
    return check_label(session, secret, "secret-set", label, err) &&
           session_replace(&secret->change.label, label, err) && lose_label(session, secret, err) &&
           session_secret_label(session, secret, label, err);
}

/* Field by field, as Juju 3.6 merges several secret-set of one hook (juju-hooks 3.7). */
bool session_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                        struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_secret *secret;

    if (!lc_secret_spec_check(spec, false, err))
        return lc_wrap(err, "secret-set");
    if (!find_there(session, "secret-set", id, &secret, err) ||
        !gather_label(session, secret, or_null(spec->label), err))
        return false;
    struct session_change *change = &secret->change;
    if (spec->content != NULL && !lc_secret_content_copy(&change->content, spec->content, err))
        return false;
    if (or_null(spec->description) != NULL &&
        !session_replace(&change->description, spec->description, err))
        return false;
    if (spec->rotate != NULL && !session_replace(&change->rotate, spec->rotate, err))
        return false;
    if (spec->expire_s != 0)
        change->expire_s = spec->expire_s;
    return true;
}

static bool add_revision(struct session_secret *secret, int64_t revision, struct lc_err *err)
{
    for (size_t i = 0; i < secret->old_revision_count; i++)
        if (secret->old_revisions[i] == revision)
            return true;
    if (!lc_grow(&secret->old_revisions, &secret->old_revision_capacity, secret->old_revision_count,
                 sizeof(*secret->old_revisions)))
        return lc_fail_memory(err);
    secret->old_revisions[secret->old_revision_count++] = revision;
    return true;
}

/* What is gone already is fine (juju-hooks 2.14). */
bool session_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_secret *secret;

    if (!session_secret_of(session, id, &secret, err))
        return false;
    if (secret->is_removed)
        return true;
    if (revision > 0)
        return add_revision(secret, revision, err);
    if (!lose_label(session, secret, err))
        return false;
    session_secret_drop_gathered(secret);
    secret->is_removed = true;
    return true;
}

static bool is_same_subject(const struct session_grant *grant, const char *unit)
{
    if (grant->unit == NULL || unit == NULL)
        return grant->unit == NULL && unit == NULL;
    return strcmp(grant->unit, unit) == 0;
}

/* The gathered grant or revoke for this subject, NULL where there is none; LC_EUNSUPPORTED where
 * another subject of the relation is granted the secret. */
static bool find_grant(const struct session_secret *secret, const char *relation_id,
                       const char *unit, bool is_revoked, struct session_grant **out,
                       struct lc_err *err)
{
    *out = NULL;
    for (size_t i = 0; i < secret->grant_count; i++) {
        struct session_grant *grant = &secret->grants[i];
        if (strcmp(grant->relation_id, relation_id) != 0)
            continue;
        if (is_same_subject(grant, unit))
            *out = grant;
        else if (!grant->is_revoked && !is_revoked)
            return lc_fail(err, LC_EUNSUPPORTED,
                           "secret-grant: one hook can grant a secret once for each relation");
    }
    return true;
}

static bool add_grant(struct session_secret *secret, const char *relation_id, const char *unit,
                      bool is_revoked, struct lc_err *err)
{
    LC_AUTO(lc_free) char *relation_copy = lc_strdup(relation_id);
    LC_AUTO(lc_free) char *unit_copy = unit == NULL ? NULL : lc_strdup(unit);

    if (relation_copy == NULL || (unit != NULL && unit_copy == NULL) ||
        !lc_grow(&secret->grants, &secret->grant_capacity, secret->grant_count,
                 sizeof(*secret->grants)))
        return lc_fail_memory(err);
    secret->grants[secret->grant_count++] =
        (struct session_grant){ .relation_id = LC_STEAL(relation_copy),
                                .unit = LC_STEAL(unit_copy),
                                .is_revoked = is_revoked };
    return true;
}

/* The last word on each subject counts; Juju alone would let every revoke win. */
static bool gather_grant(void *context, const char *command, const char *id,
                         const char *relation_id, const char *unit, bool is_revoked,
                         struct lc_err *err)
{
    struct session_secret *secret;
    struct session_grant *grant;

    if (!find_there(context, command, id, &secret, err) ||
        !find_grant(secret, relation_id, unit, is_revoked, &grant, err))
        return false;
    if (grant == NULL)
        return add_grant(secret, relation_id, unit, is_revoked, err);
    grant->is_revoked = is_revoked;
    return true;
}

bool session_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                          struct lc_err *err)
{
    return gather_grant(context, "secret-grant", id, relation_id, unit, false, err);
}

bool session_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                           struct lc_err *err)
{
    return gather_grant(context, "secret-revoke", id, relation_id, unit, true, err);
}

static void drop_if_same(char **text, const char *there)
{
    if (*text == NULL || there == NULL || strcmp(*text, there) != 0)
        return;
    lc_free(*text);
    *text = NULL;
}

/* Leave out what is there already. Content that Juju has makes no new revision (juju-hooks 3.3). */
static void reduce(struct session_secret *secret)
{
    struct session_change *change = &secret->change;

    if (secret->has_latest && lc_secret_content_equals(&change->content, &secret->latest))
        lc_secret_content_release(&change->content);
    if (!secret->has_info)
        return;
    drop_if_same(&change->label, secret->info.label);
    drop_if_same(&change->description, secret->info.description);
    if (change->content.count == 0 && change->expire_s == secret->info.expire_s)
        change->expire_s = 0;
}

static bool has_change(const struct session_change *change)
{
    return change->label != NULL || change->description != NULL || change->rotate != NULL ||
           change->expire_s != 0 || change->content.count != 0;
}

/* What Juju answers from now on. */
static void know_sent(struct session_secret *secret)
{
    session_secret_forget_failures(secret);
    secret->has_info = false; /* Juju mixes old and new until the commit: it is asked */
    if (secret->change.content.count == 0)
        return;
    if (secret->has_latest && secret->tracks_latest) {
        lc_secret_content_move(&secret->tracked, &secret->latest);
        secret->has_tracked = true;
    }
    lc_secret_content_move(&secret->latest, &secret->change.content);
    secret->has_latest = true;
    secret->tracks_latest = secret->change.is_refreshed || secret->is_added;
}

/* What was read with refresh before it was sent is tracked only if Juju is asked so afterwards. */
static bool track_latest(struct lc_session *session, const struct session_secret *secret,
                         struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content ignored = LC_SECRET_CONTENT_INIT;

    return lc_juju_call(session->below, secret_get, secret->id, NULL, LC_SECRET_REFRESH, &ignored,
                        err);
}

static bool flush_change(struct lc_session *session, struct session_secret *secret, bool *sent_out,
                         struct lc_err *err)
{
    struct session_change *change = &secret->change;
    const bool must_track = change->is_refreshed && !secret->is_added;

    reduce(secret);
    *sent_out = has_change(change);
    if (*sent_out) {
        const struct lc_secret_spec spec = {
            .label = change->label,
            .description = change->description,
            .rotate = change->rotate,
            .expire_s = change->expire_s,
            .content = change->content.count == 0 ? NULL : &change->content,
        };
        if (!lc_juju_call(session->below, secret_set, secret->id, &spec, err))
            return false;
        if (must_track && spec.content != NULL && !track_latest(session, secret, err))
            return false;
        know_sent(secret);
    }
    if (must_track && !secret->tracks_latest) {
        if (!track_latest(session, secret, err))
            return false;
        secret->tracks_latest = true; /* of latest, to which the change was equal */
    }
    return true;
}

static bool flush_grants(struct lc_session *session, const struct session_secret *secret,
                         struct lc_err *err)
{
    for (size_t i = 0; i < secret->grant_count; i++) {
        const struct session_grant *grant = &secret->grants[i];
        const bool good = grant->is_revoked
                              ? lc_juju_call(session->below, secret_revoke, secret->id,
                                             grant->relation_id, grant->unit, err)
                              : lc_juju_call(session->below, secret_grant, secret->id,
                                             grant->relation_id, grant->unit, err);
        if (!good)
            return false;
    }
    return true;
}

static bool flush_secret(struct lc_session *session, struct session_secret *secret,
                         struct lc_err *err)
{
    bool is_changed;

    if (secret->is_removed) {
        if (!secret->is_removal_sent &&
            !lc_juju_call(session->below, secret_remove, secret->id, 0, err))
            return false;
        secret->is_removal_sent = true;
        return true;
    }
    if (!flush_change(session, secret, &is_changed, err) || !flush_grants(session, secret, err))
        return false;
    /* Juju drops either the change or the removal (juju-hooks 3.7): the change stays. */
    for (size_t i = 0; i < secret->old_revision_count && !is_changed && secret->grant_count == 0;
         i++)
        if (!lc_juju_call(session->below, secret_remove, secret->id, secret->old_revisions[i], err))
            return false;
    session_secret_drop_gathered(secret);
    return true;
}

bool session_flush_secrets(struct lc_session *session, struct lc_err *err)
{
    for (size_t i = 0; i < session->secret_count; i++)
        if (!flush_secret(session, session->secrets[i], err))
            return lc_wrap(err, "secret '%s'", session->secrets[i]->id);
    return true;
}
