/* Secrets: what is known of each, and reading them. One secret is one entry, whether it was named
 * by its id or its label, as soon as it is known that the two belong together. */
#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

static void grants_release(struct session_secret *secret)
{
    for (size_t i = 0; i < secret->grant_count; i++) {
        lc_free(secret->grants[i].relation_id);
        lc_free(secret->grants[i].unit);
    }
    lc_free(secret->grants);
    secret->grants = NULL;
    secret->grant_count = 0;
    secret->grant_capacity = 0;
}

void session_change_release(struct session_change *change)
{
    lc_free(change->label);
    lc_free(change->description);
    lc_free(change->rotate);
    lc_secret_content_release(&change->content);
    *change = (struct session_change){ .content = LC_SECRET_CONTENT_INIT };
}

void session_secret_drop_gathered(struct session_secret *secret)
{
    session_change_release(&secret->change);
    grants_release(secret);
    lc_free(secret->old_revisions);
    secret->old_revisions = NULL;
    secret->old_revision_count = 0;
    secret->old_revision_capacity = 0;
}

void session_secret_forget_failures(struct session_secret *secret)
{
    for (size_t how = 0; how < LC_COUNT(secret->failures); how++) {
        lc_free(secret->failures[how]);
        secret->failures[how] = NULL;
    }
    lc_free(secret->info_failure);
    secret->info_failure = NULL;
}

static void secret_free(struct session_secret *secret)
{
    if (secret == NULL)
        return;
    session_secret_drop_gathered(secret);
    session_secret_forget_failures(secret);
    lc_secret_content_release(&secret->latest);
    lc_secret_content_release(&secret->tracked);
    lc_secret_info_release(&secret->info);
    lc_free(secret->id);
    lc_free(secret->label);
    lc_free(secret);
}
LC_AUTO_POINTER(struct session_secret, secret_free);

void session_release_secrets(struct lc_session *session)
{
    for (size_t i = 0; i < session->secret_count; i++)
        secret_free(session->secrets[i]);
    lc_free(session->secrets);
}

bool session_secret_missing(const char *command, const char *name, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "%s: secret \"%s\" not found", command, name);
}

static bool text_is(const char *text, const char *wanted)
{
    return text != NULL && strcmp(text, wanted) == 0;
}

/* Ids are unique by themselves, so that the model in a reference does not matter here. */
static const char *bare(const char *id)
{
    const char *found = lc_secret_id_of(id);

    return found == NULL ? id : found;
}

static struct session_secret *find_id(const struct lc_session *session, const char *id)
{
    for (size_t i = 0; i < session->secret_count; i++)
        if (text_is(session->secrets[i]->id, bare(id)))
            return session->secrets[i];
    return NULL;
}

struct session_secret *session_secret_labelled(const struct lc_session *session, const char *label)
{
    for (size_t i = 0; i < session->secret_count; i++)
        if (text_is(session->secrets[i]->label, label) && !session->secrets[i]->is_removed)
            return session->secrets[i];
    return NULL;
}

bool session_secret_new(struct lc_session *session, const char *id, const char *label,
                        struct session_secret **out, struct lc_err *err)
{
    LC_AUTO(secret_free) struct session_secret *secret = lc_alloc(1, sizeof(*secret));

    if (secret == NULL)
        return lc_fail_memory(err);
    *secret = (struct session_secret){ .latest = LC_SECRET_CONTENT_INIT,
                                       .tracked = LC_SECRET_CONTENT_INIT,
                                       .info = LC_SECRET_INFO_INIT,
                                       .change = { .content = LC_SECRET_CONTENT_INIT } };
    if ((id != NULL && !session_replace(&secret->id, bare(id), err)) ||
        (label != NULL && !session_replace(&secret->label, label, err)))
        return false;
    if (!lc_grow(&session->secrets, &session->secret_capacity, session->secret_count,
                 sizeof(struct session_secret *)))
        return lc_fail_memory(err);
    *out = secret;
    session->secrets[session->secret_count++] = LC_STEAL(secret);
    return true;
}

bool session_secret_of(struct lc_session *session, const char *id, struct session_secret **out,
                       struct lc_err *err)
{
    *out = find_id(session, id);
    return *out != NULL || session_secret_new(session, id, NULL, out, err);
}

/* What was read under the label alone is the secret's, unless it knows better. */
static void adopt(struct session_secret *secret, struct session_secret *from)
{
    if (!secret->has_latest && from->has_latest) {
        lc_secret_content_move(&secret->latest, &from->latest);
        secret->has_latest = true;
        secret->tracks_latest = from->tracks_latest;
    }
    if (!secret->has_tracked && from->has_tracked) {
        lc_secret_content_move(&secret->tracked, &from->tracked);
        secret->has_tracked = true;
    }
}

static void forget(struct lc_session *session, struct session_secret *secret)
{
    size_t at = 0;

    while (session->secrets[at] != secret)
        at++;
    session->secret_count--;
    memmove(&session->secrets[at], &session->secrets[at + 1],
            (session->secret_count - at) * sizeof(struct session_secret *));
    secret_free(secret);
}

bool session_secret_label(struct lc_session *session, struct session_secret *secret,
                          const char *label, struct lc_err *err)
{
    if (text_is(secret->label, label))
        return true;
    if (!session_replace(&secret->label, label, err))
        return false;
    for (size_t i = session->secret_count; i-- > 0;) {
        struct session_secret *other = session->secrets[i];
        if (other == secret || !text_is(other->label, label))
            continue;
        if (other->id != NULL) {
            lc_free(other->label);
            other->label = NULL;
            continue;
        }
        adopt(secret, other);
        forget(session, other);
    }
    return true;
}

/* The id of a secret that was known by its label; *secret is the one entry of it afterwards. */
static bool learn_id(struct lc_session *session, struct session_secret **secret, const char *id,
                     struct lc_err *err)
{
    struct session_secret *known = find_id(session, id);

    if ((*secret)->id != NULL)
        return true;
    if (known == NULL)
        return session_replace(&(*secret)->id, bare(id), err);
    LC_AUTO(lc_free) char *label = lc_strdup((*secret)->label);
    if (label == NULL)
        return lc_fail_memory(err);
    *secret = known;
    return session_secret_label(session, known, label, err);
}

/* The entry that a caller names by id, label or both; made when there is none. */
static bool find_named(struct lc_session *session, const char *command, const char *id,
                       const char *label, struct session_secret **out, struct lc_err *err)
{
    if (id != NULL) {
        if (!session_secret_of(session, id, out, err))
            return false;
    } else {
        *out = session_secret_labelled(session, label);
        if (*out == NULL && lc_strlist_has(&session->lost_labels, label))
            return session_secret_missing(command, label, err);
        if (*out == NULL && !session_secret_new(session, NULL, label, out, err))
            return false;
    }
    return !(*out)->is_removed || session_secret_missing(command, id, err);
}

/* The content where it is known; NULL where Juju is to be asked. */
static const struct lc_secret_content *known_content(struct session_secret *secret,
                                                     enum lc_secret_read how)
{
    struct session_change *change = &secret->change;

    if (change->content.count != 0) {
        change->is_refreshed = change->is_refreshed || how == LC_SECRET_REFRESH;
        if (how != LC_SECRET_TRACKED || change->is_refreshed || secret->is_added)
            return &change->content;
    }
    if (secret->has_latest && (how == LC_SECRET_PEEK || secret->tracks_latest))
        return &secret->latest;
    return how == LC_SECRET_TRACKED && secret->has_tracked ? &secret->tracked : NULL;
}

static void keep_content(struct session_secret *secret, enum lc_secret_read how,
                         struct lc_secret_content *content)
{
    session_secret_forget_failures(secret);
    if (how == LC_SECRET_TRACKED) {
        lc_secret_content_move(&secret->tracked, content);
        secret->has_tracked = true;
        return;
    }
    lc_secret_content_move(&secret->latest, content);
    secret->has_latest = true;
    secret->tracks_latest = how == LC_SECRET_REFRESH;
}

static bool ask(struct lc_session *session, struct session_secret *secret, const char *id,
                const char *label, enum lc_secret_read how, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (!lc_juju_call(session->below, secret_get, id, label, how, &content, err)) {
        session_keep_failure(&secret->failures[how], err);
        return false;
    }
    keep_content(secret, how, &content);
    return true;
}

bool session_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                        struct lc_secret_content *out, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_secret *secret;

    if (id == NULL && label == NULL)
        return lc_fail(err, LC_EUSAGE, "secret-get: needs an id or a label");
    if (!find_named(session, "secret-get", id, label, &secret, err))
        return false;
    /* Giving it a label is a change, which Juju makes at once. */
    const bool is_labelling = id != NULL && label != NULL && !text_is(secret->label, label);
    const struct lc_secret_content *content = known_content(secret, how);
    if (content == NULL && !is_labelling && secret->failures[how] != NULL)
        return session_repeat_failure(secret->failures[how], err);
    if (content == NULL || is_labelling) {
        /* Juju learns a label that this hook gave only at the flush. */
        const bool is_new_label = id == NULL && secret->change.label != NULL;
        if (!ask(session, secret, is_new_label ? secret->id : id, is_new_label ? NULL : label, how,
                 err))
            return false;
        if (is_labelling && !session_secret_label(session, secret, label, err))
            return false;
        content = known_content(secret, how);
    }
    return lc_secret_content_copy(out, content, err);
}

static bool read_info(struct lc_session *session, struct session_secret **secret, const char *id,
                      const char *label, struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    if ((*secret)->has_info)
        return true;
    if ((*secret)->info_failure != NULL)
        return session_repeat_failure((*secret)->info_failure, err);
    if (!lc_juju_call(session->below, secret_info, id, label, &info, err)) {
        session_keep_failure(&(*secret)->info_failure, err);
        return false;
    }
    if (!learn_id(session, secret, info.id, err))
        return false;
    if (info.label != NULL && *info.label != '\0' && (*secret)->label == NULL &&
        !session_secret_label(session, *secret, info.label, err))
        return false;
    if (!lc_secret_info_copy(&(*secret)->info, &info, err))
        return false;
    (*secret)->has_info = true;
    return true;
}

/* The revision stays the old one until the commit (juju-hooks 3.7). */
static bool overlay_info(const struct session_change *change, struct lc_secret_info *info,
                         struct lc_err *err)
{
    if (change->label != NULL && !session_replace(&info->label, change->label, err))
        return false;
    if (change->description != NULL &&
        !session_replace(&info->description, change->description, err))
        return false;
    if (change->rotate != NULL && !session_replace(&info->rotation, change->rotate, err))
        return false;
    if (change->rotate != NULL)
        info->rotates_s = 0; /* Juju says when, once it knows */
    if (change->expire_s != 0 || change->content.count != 0)
        info->expire_s = change->expire_s; /* new content has none unless it is said */
    return true;
}

bool session_secret_info(void *context, const char *id, const char *label,
                         struct lc_secret_info *out, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_secret *secret;

    if ((id == NULL) == (label == NULL))
        return lc_fail(err, LC_EUSAGE, "secret-info-get: needs an id or a label, not both");
    if (!find_named(session, "secret-info-get", id, label, &secret, err))
        return false;
    /* A label that this hook gave is known to Juju only at the flush: the id is asked for. */
    const char *asked_id = id == NULL ? secret->id : id;
    return read_info(session, &secret, asked_id, asked_id == NULL ? label : NULL, err) &&
           lc_secret_info_copy(out, &secret->info, err) && overlay_info(&secret->change, out, err);
}

static bool ask_ids(struct lc_session *session, const struct session_question *question,
                    struct session_answer *answer, struct lc_err *err)
{
    (void)question;
    return lc_juju_call(session->below, secret_ids, &answer->list, err);
}

bool session_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err)
{
    static const struct session_question question = { "secret-ids", NULL, NULL };
    struct lc_session *session = context;
    const struct session_answer *answer;

    if (!session_recall(session, &question, ask_ids, &answer, err))
        return false;
    for (size_t i = 0; i < answer->list.count; i++) {
        const struct session_secret *secret = find_id(session, answer->list.items[i]);
        if (secret != NULL && secret->is_removed)
            continue;
        if (!lc_strlist_add(out, answer->list.items[i], err))
            return false;
    }
    for (size_t i = 0; i < session->secret_count; i++) {
        const struct session_secret *secret = session->secrets[i];
        if (secret->is_added && !secret->is_removed && !lc_strlist_has(out, secret->id) &&
            !lc_strlist_add(out, secret->id, err))
            return false;
    }
    return true;
}
