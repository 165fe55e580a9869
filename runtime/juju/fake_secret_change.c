/* The fake Juju: changes to secrets, pending as in juju-hooks 3.7, and their commit (1.5). */
#include <string.h>

#include "base/mem.h"
#include "juju/fake_private.h"

bool fake_grant_add(struct fake_grant **grants, size_t *count, size_t *capacity,
                    const char *relation_id, const char *subject, bool is_revoked,
                    struct lc_err *err)
{
    struct fake_grant grant = { .is_revoked = is_revoked };

    if (!lc_grow(grants, capacity, *count, sizeof(**grants)))
        return lc_fail_memory(err);
    if (!fake_replace(&grant.relation_id, relation_id, err))
        return false;
    if (!fake_replace(&grant.subject, subject, err)) {
        lc_free(grant.relation_id);
        return false;
    }
    (*grants)[(*count)++] = grant;
    return true;
}

/* NULL: whatever it is. */
void fake_grant_remove(struct fake_secret *secret, const char *relation_id, const char *subject)
{
    size_t kept = 0;

    for (size_t i = 0; i < secret->grant_count; i++) {
        struct fake_grant *grant = &secret->grants[i];
        if ((relation_id == NULL || strcmp(grant->relation_id, relation_id) == 0) &&
            (subject == NULL || strcmp(grant->subject, subject) == 0)) {
            lc_free(grant->relation_id);
            lc_free(grant->subject);
        } else {
            secret->grants[kept++] = *grant;
        }
    }
    secret->grant_count = kept;
}

bool fake_secret_add_revision(struct fake_secret *secret, struct lc_secret_content *content,
                              int64_t expire_s, struct lc_err *err)
{
    if (!lc_grow(&secret->revisions, &secret->revision_capacity, secret->revision_count,
                 sizeof(*secret->revisions)))
        return lc_fail_memory(err);
    struct fake_revision *revision = &secret->revisions[secret->revision_count++];
    *revision = (struct fake_revision){ .number = ++secret->last_number,
                                        .expire_s = expire_s,
                                        .content = LC_SECRET_CONTENT_INIT };
    lc_secret_content_move(&revision->content, content);
    return true;
}

/* --- calls --- */

static bool note_spec(struct lc_fake *fake, const struct lc_secret_spec *spec, struct lc_err *err)
{
    const bool has_label = spec->label != NULL && *spec->label != '\0';

    if ((has_label && (!fake_note(fake, "--label", err) || !fake_note(fake, spec->label, err))) ||
        (spec->description != NULL && !fake_note(fake, "--description", err)) ||
        (spec->expire_s != 0 && !fake_note(fake, "--expire", err)) ||
        (spec->rotate != NULL && !fake_note(fake, "--rotate", err)))
        return false;
    for (size_t i = 0; spec->content != NULL && i < spec->content->count; i++)
        if (!fake_note(fake, spec->content->fields[i].key, err))
            return false;
    return true;
}

static bool merge_spec(struct fake_change *change, const struct lc_secret_spec *spec,
                       struct lc_err *err)
{
    change->is_there = true;
    if (spec->expire_s != 0)
        change->expire_s = spec->expire_s;
    return (spec->label == NULL || *spec->label == '\0' ||
            fake_replace(&change->label, spec->label, err)) &&
           (spec->description == NULL ||
            fake_replace(&change->description, spec->description, err)) &&
           (spec->rotate == NULL || fake_replace(&change->rotation, spec->rotate, err)) &&
           (spec->content == NULL || lc_secret_content_copy(&change->content, spec->content, err));
}

bool fake_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                     struct lc_err *err)
{
    struct lc_fake *fake = context;
    struct fake_secret *secret;

    if (!fake_enter(fake, err, "secret-add --owner %s", spec->app_owned ? "application" : "unit") ||
        !note_spec(fake, spec, err) || !lc_secret_spec_check(spec, true, err))
        return false;
    if (spec->app_owned && !fake->is_leader)
        return lc_fail(err, LC_EPERM, "secret-add: this unit is not the leader");
    for (size_t i = 0; i < fake->secret_count && spec->label != NULL; i++) {
        const struct fake_secret *other = fake->secrets[i];
        if (!other->is_committed && other->change.label != NULL &&
            strcmp(other->change.label, spec->label) == 0)
            return lc_fail(err, LC_EEXIST, "secret-add: secret with label \"%s\" already exists",
                           spec->label);
    }
    if (!fake_secret_new(fake, spec->app_owned ? fake->env.app : fake->env.unit, &secret, err) ||
        !merge_spec(&secret->change, spec, err))
        return false;
    *id_out = lc_strdup(secret->id);
    return *id_out == NULL ? lc_fail_memory(err) : true;
}

/* Content that equals the newest committed one is dropped from this very call. */
static bool is_identical(const struct fake_secret *secret, const struct lc_secret_content *content)
{
    const struct fake_revision *latest = fake_latest(secret);

    return content != NULL && latest != NULL && lc_secret_content_equals(content, &latest->content);
}

/* What this unit may not manage is accepted here, and fails at the commit (juju-hooks 3.2). */
bool fake_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                     struct lc_err *err)
{
    struct lc_fake *fake = context;
    struct fake_secret *secret = fake_secret_find(fake, id);
    struct lc_secret_spec wanted = *spec;

    if (!fake_enter(fake, err, "secret-set %s", id) || !note_spec(fake, spec, err) ||
        !lc_secret_spec_check(spec, false, err))
        return false;
    if (secret == NULL)
        return lc_fail(err, LC_ENOTFOUND, "secret-set: secret \"%s\" not found", id);
    if (is_identical(secret, spec->content))
        wanted.content = NULL;
    secret->change.revision_count = 0; /* the removal of revisions is dropped */
    return merge_spec(&secret->change, &wanted, err);
}

/* A removal of one revision drops what else was pending for the secret. */
bool fake_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err)
{
    struct lc_fake *fake = context;
    struct fake_secret *secret = fake_secret_find(fake, id);

    if (revision > 0
            ? !fake_enter(fake, err, "secret-remove %s --revision %lld", id, (long long)revision)
            : !fake_enter(fake, err, "secret-remove %s", id))
        return false;
    if (secret == NULL)
        return true;
    struct fake_change *change = &secret->change;
    if (revision <= 0 || !secret->is_committed) {
        change->remove_all = true;
        return true;
    }
    if (change->is_there || change->grant_count != 0) {
        const bool remove_all = change->remove_all;
        fake_change_release(change);
        change->remove_all = remove_all;
    }
    if (!lc_grow(&change->revisions, &change->revision_capacity, change->revision_count,
                 sizeof(*change->revisions)))
        return lc_fail_memory(err);
    change->revisions[change->revision_count++] = revision;
    return true;
}

/* Pending grants are kept one a relation: the last. */
static void drop_pending_grant(struct fake_change *change, const char *relation_id)
{
    size_t kept = 0;

    for (size_t i = 0; i < change->grant_count; i++) {
        struct fake_grant *grant = &change->grants[i];
        if (!grant->is_revoked && strcmp(grant->relation_id, relation_id) == 0) {
            lc_free(grant->relation_id);
            lc_free(grant->subject);
        } else {
            change->grants[kept++] = *grant;
        }
    }
    change->grant_count = kept;
}

static bool change_grant(struct lc_fake *fake, const char *command, const char *id,
                         const char *relation_id, const char *unit, bool is_revoked,
                         struct lc_err *err)
{
    struct fake_secret *secret = fake_secret_find(fake, id);
    const struct fake_relation *relation = fake_relation_find(fake, relation_id);

    if (!fake_enter(fake, err, "%s %s %s%s%s", command, id, relation_id, unit == NULL ? "" : " ",
                    unit == NULL ? "" : unit))
        return false;
    if (secret == NULL || !fake_manages(fake, secret))
        return lc_fail(err, LC_ENOTFOUND, "%s: secret \"%s\" not found", command, id);
    if (relation == NULL)
        return lc_fail(err, LC_ENOTFOUND,
                       "%s: invalid value \"%s\" for option -r: relation not found", command,
                       relation_id);
    if (!is_revoked)
        drop_pending_grant(&secret->change, relation_id);
    return fake_grant_add(&secret->change.grants, &secret->change.grant_count,
                          &secret->change.grant_capacity, relation_id,
                          unit == NULL ? relation->app : unit, is_revoked, err);
}

bool fake_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                       struct lc_err *err)
{
    return change_grant(context, "secret-grant", id, relation_id, unit, false, err);
}

bool fake_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                        struct lc_err *err)
{
    return change_grant(context, "secret-revoke", id, relation_id, unit, true, err);
}

/* --- the commit --- */

typedef bool (*commit_step)(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err);

static bool check_manages(const struct lc_fake *fake, const struct fake_secret *secret,
                          const char *doing, struct lc_err *err)
{
    if (fake_manages(fake, secret))
        return true;
    return lc_fail(err, LC_ECOMMAND, "cannot apply changes: %s secrets: permission denied", doing);
}

static bool check_label(const struct lc_fake *fake, const struct fake_secret *secret,
                        const char *doing, struct lc_err *err)
{
    const char *label = secret->change.label;

    if (label == NULL || (secret->label != NULL && strcmp(secret->label, label) == 0) ||
        fake_owner_label_is_free(fake, secret, secret->owner, label))
        return true;
    return lc_fail(err, LC_ECOMMAND,
                   "cannot apply changes: %s secrets: secret with label \"%s\" already exists",
                   doing, label);
}

static void move_text(char **to, char **from)
{
    if (*from == NULL)
        return;
    lc_free(*to);
    *to = LC_STEAL(*from);
}

static void apply_metadata(struct fake_secret *secret)
{
    move_text(&secret->label, &secret->change.label);
    move_text(&secret->description, &secret->change.description);
    move_text(&secret->rotation, &secret->change.rotation);
}

static bool create(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    if (secret->is_committed || secret->change.remove_all)
        return true;
    if (!check_manages(fake, secret, "creating", err) ||
        !check_label(fake, secret, "creating", err) ||
        !fake_secret_add_revision(secret, &secret->change.content, secret->change.expire_s, err))
        return false;
    apply_metadata(secret);
    secret->is_committed = true;
    secret->change.is_there = false;
    return true;
}

static bool update(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    struct fake_change *change = &secret->change;

    if (!secret->is_committed || !change->is_there || change->remove_all)
        return true;
    if (!check_manages(fake, secret, "updating", err) ||
        !check_label(fake, secret, "updating", err))
        return false;
    apply_metadata(secret);
    if (change->content.count != 0)
        return fake_secret_add_revision(secret, &change->content, change->expire_s, err);
    if (change->expire_s != 0 && secret->revision_count != 0)
        secret->revisions[secret->revision_count - 1].expire_s = change->expire_s;
    return true;
}

static bool track(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    struct fake_consumer *consumer;

    if (!secret->change.track_latest)
        return true;
    if (!fake_consumer_add(secret, fake->env.unit, &consumer, err))
        return false;
    consumer->tracked = secret->last_number;
    return true;
}

/* A subject holds a secret through one relation only (juju-hooks 3.8). */
static bool grant(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    for (size_t i = 0; i < secret->change.grant_count && secret->is_committed; i++) {
        const struct fake_grant *wanted = &secret->change.grants[i];
        bool is_there = false;
        if (wanted->is_revoked)
            continue;
        if (!check_manages(fake, secret, "granting", err))
            return false;
        for (size_t j = 0; j < secret->grant_count; j++) {
            if (strcmp(secret->grants[j].subject, wanted->subject) != 0)
                continue;
            is_there = true;
            if (strcmp(secret->grants[j].relation_id, wanted->relation_id) != 0)
                return lc_fail(err, LC_ECOMMAND,
                               "cannot apply changes: granting secrets: cannot change secret "
                               "permission scope");
        }
        if (!is_there &&
            !fake_grant_add(&secret->grants, &secret->grant_count, &secret->grant_capacity,
                            wanted->relation_id, wanted->subject, false, err))
            return false;
    }
    return true;
}

static bool revoke(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    for (size_t i = 0; i < secret->change.grant_count && secret->is_committed; i++) {
        const struct fake_grant *wanted = &secret->change.grants[i];
        if (!wanted->is_revoked)
            continue;
        if (!check_manages(fake, secret, "revoking", err))
            return false;
        fake_grant_remove(secret, NULL, wanted->subject);
    }
    return true;
}

static void remove_revision(struct fake_secret *secret, int64_t number)
{
    size_t kept = 0;

    for (size_t i = 0; i < secret->revision_count; i++) {
        if (secret->revisions[i].number == number)
            lc_secret_content_release(&secret->revisions[i].content);
        else
            secret->revisions[kept++] = secret->revisions[i];
    }
    secret->revision_count = kept;
}

/* The whole secret is freed by the caller. */
static bool apply_removal(struct lc_fake *fake, struct fake_secret *secret, struct lc_err *err)
{
    const struct fake_change *change = &secret->change;

    if (!secret->is_committed || (!change->remove_all && change->revision_count == 0))
        return true;
    if (!check_manages(fake, secret, "removing", err))
        return false;
    for (size_t i = 0; i < change->revision_count; i++)
        remove_revision(secret, change->revisions[i]);
    if (change->remove_all || secret->revision_count == 0)
        secret->is_committed = false;
    return true;
}

/* What is not committed goes, and nothing is pending any more. */
void fake_secrets_discard(struct lc_fake *fake)
{
    size_t kept = 0;

    for (size_t i = 0; i < fake->secret_count; i++) {
        struct fake_secret *secret = fake->secrets[i];
        fake_change_release(&secret->change);
        if (secret->is_committed)
            fake->secrets[kept++] = secret;
        else
            fake_secret_free(secret);
    }
    fake->secret_count = kept;
}

bool fake_secrets_commit(struct lc_fake *fake, struct lc_err *err)
{
    static const commit_step steps[] = { create, update, track, grant, revoke, apply_removal };

    for (size_t step = 0; step < LC_COUNT(steps); step++)
        for (size_t i = 0; i < fake->secret_count; i++)
            if (!steps[step](fake, fake->secrets[i], err))
                return false;
    return true;
}
