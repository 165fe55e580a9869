/* The fake Juju: secrets, who may do what with them, and reading (juju-hooks 3.1 to 3.5). */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "juju/fake_private.h"

static bool text_is(const char *text, const char *wanted)
{
    return text != NULL && strcmp(text, wanted) == 0;
}

void fake_change_release(struct fake_change *change)
{
    lc_free(change->label);
    lc_free(change->description);
    lc_free(change->rotation);
    lc_secret_content_release(&change->content);
    lc_free(change->revisions);
    for (size_t i = 0; i < change->grant_count; i++) {
        lc_free(change->grants[i].relation_id);
        lc_free(change->grants[i].subject);
    }
    lc_free(change->grants);
    *change = (struct fake_change){ .content = LC_SECRET_CONTENT_INIT };
}

void fake_secret_free(struct fake_secret *secret)
{
    lc_free(secret->id);
    lc_free(secret->owner);
    lc_free(secret->label);
    lc_free(secret->description);
    lc_free(secret->rotation);
    for (size_t i = 0; i < secret->revision_count; i++)
        lc_secret_content_release(&secret->revisions[i].content);
    lc_free(secret->revisions);
    for (size_t i = 0; i < secret->consumer_count; i++) {
        lc_free(secret->consumers[i].unit);
        lc_free(secret->consumers[i].label);
    }
    lc_free(secret->consumers);
    fake_grant_remove(secret, NULL, NULL);
    lc_free(secret->grants);
    fake_change_release(&secret->change);
    lc_free(secret);
}

struct fake_secret *fake_secret_find(struct lc_fake *fake, const char *reference)
{
    const char *id = lc_secret_id_of(reference);

    for (size_t i = 0; i < fake->secret_count && id != NULL; i++)
        if (strcmp(fake->secrets[i]->id, id) == 0)
            return fake->secrets[i];
    return NULL;
}

struct fake_consumer *fake_consumer_of(const struct fake_secret *secret, const char *unit)
{
    for (size_t i = 0; i < secret->consumer_count; i++)
        if (strcmp(secret->consumers[i].unit, unit) == 0)
            return &secret->consumers[i];
    return NULL;
}

static bool has_consumer_label(const struct fake_secret *secret, const char *unit,
                               const char *label)
{
    const struct fake_consumer *consumer = fake_consumer_of(secret, unit);

    return consumer != NULL && text_is(consumer->label, label);
}

const struct fake_revision *fake_latest(const struct fake_secret *secret)
{
    return secret->revision_count == 0 ? NULL : &secret->revisions[secret->revision_count - 1];
}

const struct fake_revision *fake_revision_of(const struct fake_secret *secret, int64_t number)
{
    for (size_t i = 0; i < secret->revision_count; i++)
        if (secret->revisions[i].number == number)
            return &secret->revisions[i];
    return NULL;
}

bool fake_manages(const struct lc_fake *fake, const struct fake_secret *secret)
{
    return strcmp(secret->owner, fake->env.unit) == 0 ||
           (strcmp(secret->owner, fake->env.app) == 0 && fake->is_leader);
}

static bool may_read(const struct lc_fake *fake, const struct fake_secret *secret)
{
    if (strcmp(secret->owner, fake->env.unit) == 0 || strcmp(secret->owner, fake->env.app) == 0)
        return true;
    for (size_t i = 0; i < secret->grant_count; i++)
        if (text_is(secret->grants[i].subject, fake->env.unit) ||
            text_is(secret->grants[i].subject, fake->env.app))
            return true;
    return false;
}

/* --- labels (juju-hooks 3.4) --- */

static bool is_consumer_label_of_own_app(const struct lc_fake *fake,
                                         const struct fake_secret *secret, const char *label)
{
    for (size_t i = 0; i < secret->consumer_count; i++)
        if (fake_is_own_unit(fake, secret->consumers[i].unit) &&
            text_is(secret->consumers[i].label, label))
            return true;
    return false;
}

bool fake_owner_label_is_free(const struct lc_fake *fake, const struct fake_secret *self,
                              const char *owner, const char *label)
{
    const bool by_app = !fake_is_unit(owner);

    for (size_t i = 0; i < fake->secret_count; i++) {
        const struct fake_secret *other = fake->secrets[i];
        const bool has_label = other != self && other->is_committed && text_is(other->label, label);
        const bool by_own_app = strcmp(other->owner, fake->env.app) == 0;
        if (has_label && (by_own_app || strcmp(other->owner, owner) == 0))
            return false;
        if (has_label && by_app && fake_is_own_unit(fake, other->owner))
            return false;
        if (by_app ? is_consumer_label_of_own_app(fake, other, label)
                   : has_consumer_label(other, owner, label))
            return false;
    }
    return true;
}

bool fake_consumer_label_is_free(const struct lc_fake *fake, const struct fake_secret *self,
                                 const char *unit, const char *label)
{
    for (size_t i = 0; i < fake->secret_count; i++) {
        const struct fake_secret *other = fake->secrets[i];
        if (other->is_committed && text_is(other->label, label) &&
            (strcmp(other->owner, fake->env.app) == 0 || strcmp(other->owner, unit) == 0))
            return false;
        if (other != self && has_consumer_label(other, unit, label))
            return false;
    }
    return true;
}

/* What this unit manages, with this hook's labels; then owner's labels of unit and application;
 * then the unit's own. */
static struct fake_secret *find_label(struct lc_fake *fake, const char *label)
{
    for (size_t i = 0; i < fake->secret_count; i++) {
        struct fake_secret *secret = fake->secrets[i];
        const char *now = secret->change.label == NULL ? secret->label : secret->change.label;
        if (fake_manages(fake, secret) && text_is(now, label))
            return secret;
    }
    for (size_t i = 0; i < fake->secret_count; i++) {
        struct fake_secret *secret = fake->secrets[i];
        if (text_is(secret->label, label) && (strcmp(secret->owner, fake->env.unit) == 0 ||
                                              strcmp(secret->owner, fake->env.app) == 0))
            return secret;
    }
    for (size_t i = 0; i < fake->secret_count; i++)
        if (has_consumer_label(fake->secrets[i], fake->env.unit, label))
            return fake->secrets[i];
    return NULL;
}

struct fake_secret *fake_secret_named(struct lc_fake *fake, const char *secret)
{
    struct fake_secret *by_id = fake_secret_find(fake, secret);

    return by_id == NULL ? find_label(fake, secret) : by_id;
}

/* --- reading --- */

bool fake_consumer_add(struct fake_secret *secret, const char *unit, struct fake_consumer **out,
                       struct lc_err *err)
{
    *out = fake_consumer_of(secret, unit);
    if (*out != NULL)
        return true;
    if (!lc_grow(&secret->consumers, &secret->consumer_capacity, secret->consumer_count,
                 sizeof(*secret->consumers)))
        return lc_fail_memory(err);
    struct fake_consumer consumer = { .unit = NULL };
    if (!fake_replace(&consumer.unit, unit, err))
        return false;
    secret->consumers[secret->consumer_count] = consumer;
    *out = &secret->consumers[secret->consumer_count++];
    return true;
}

static bool label_is_taken(const char *label, struct lc_err *err)
{
    return lc_fail(err, LC_EEXIST,
                   "secret-get: getting latest secret revision: secret label \"%s\" already exists",
                   label);
}

/* secret-get ID --label L: renames what one manages, at once; else it is this unit's own label.
 * Of an application's secret a non-leader's label is ignored. */
static bool give_label(struct lc_fake *fake, struct fake_secret *secret, const char *label,
                       struct lc_err *err)
{
    struct fake_consumer *consumer;

    if (!secret->is_committed)
        return fake_replace(&secret->change.label, label, err);
    if (fake_manages(fake, secret)) {
        if (!fake_owner_label_is_free(fake, secret, secret->owner, label))
            return label_is_taken(label, err);
        return fake_replace(&secret->label, label, err);
    }
    if (strcmp(secret->owner, fake->env.app) == 0)
        return true;
    if (!fake_consumer_label_is_free(fake, secret, fake->env.unit, label))
        return label_is_taken(label, err);
    return fake_consumer_add(secret, fake->env.unit, &consumer, err) &&
           fake_replace(&consumer->label, label, err);
}

/* The controller's answer; what is tracked is saved at once (juju-hooks 3.5). */
static bool read_committed(struct lc_fake *fake, struct fake_secret *secret,
                           enum lc_secret_read how, struct lc_secret_content *out,
                           struct lc_err *err)
{
    struct fake_consumer *consumer;

    if (!fake_consumer_add(secret, fake->env.unit, &consumer, err))
        return false;
    if (consumer->tracked == 0 || how == LC_SECRET_REFRESH)
        consumer->tracked = secret->last_number;
    const int64_t number = how == LC_SECRET_TRACKED ? consumer->tracked : secret->last_number;
    const struct fake_revision *revision = fake_revision_of(secret, number);
    if (revision == NULL)
        return lc_fail(err, LC_ENOTFOUND, "secret-get: secret revision \"%s/%lld\" not found",
                       secret->id, (long long)number);
    return lc_secret_content_copy(out, &revision->content, err);
}

static bool enter_get(struct lc_fake *fake, const char *id, const char *label,
                      enum lc_secret_read how, struct lc_err *err)
{
    static const char *const flags[] = {
        [LC_SECRET_TRACKED] = "", [LC_SECRET_PEEK] = " --peek", [LC_SECRET_REFRESH] = " --refresh"
    };

    return fake_enter(fake, err, "secret-get%s%s%s%s%s", id == NULL ? "" : " ",
                      id == NULL ? "" : id, label == NULL ? "" : " --label ",
                      label == NULL ? "" : label, flags[how]);
}

bool fake_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                     struct lc_secret_content *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!enter_get(fake, id, label, how, err))
        return false;
    if (id == NULL && label == NULL)
        return lc_fail(err, LC_EUSAGE, "secret-get: require either a secret URI or label");
    struct fake_secret *secret = id == NULL ? find_label(fake, label) : fake_secret_find(fake, id);
    if (secret == NULL && id == NULL)
        return lc_fail(err, LC_ENOTFOUND, "secret-get: consumer label \"%s\" not found", label);
    if (secret == NULL)
        return lc_fail(err, LC_ENOTFOUND, "secret-get: secret \"%s\" not found", id);
    if (!may_read(fake, secret))
        return lc_fail(err, LC_EPERM, "secret-get: permission denied");
    if (id != NULL && label != NULL && !give_label(fake, secret, label, err))
        return false;
    if (!secret->is_committed)
        return lc_secret_content_copy(out, &secret->change.content, err);
    if (secret->change.content.count == 0 || how == LC_SECRET_TRACKED)
        return read_committed(fake, secret, how, out, err);
    secret->change.track_latest = secret->change.track_latest || how == LC_SECRET_REFRESH;
    return lc_secret_content_copy(out, &secret->change.content, err);
}

/* A pending removal, even of one revision, hides the secret (juju-hooks 3.7). */
static bool is_hidden(const struct fake_secret *secret)
{
    return secret->change.remove_all || secret->change.revision_count != 0;
}

/* "application-web", "unit-web-0": as Juju names who has a grant. */
static bool add_access(struct lc_json *list, const struct fake_grant *grant, struct lc_err *err)
{
    const char *slash = strchr(grant->subject, '/');
    struct lc_json *entry = lc_json_new_object();
    char target[256];
    char scope[256];

    if (slash == NULL)
        (void)snprintf(target, sizeof(target), "application-%s", grant->subject);
    else
        (void)snprintf(target, sizeof(target), "unit-%.*s-%s", (int)(slash - grant->subject),
                       grant->subject, slash + 1);
    (void)snprintf(scope, sizeof(scope), "relation-%s", grant->relation_id);
    if (entry == NULL || !lc_json_take_element(list, lc_json_ref(entry)))
        return lc_fail_memory(err);
    const bool good =
        lc_json_take_member(entry, "target", lc_json_new_string(target, strlen(target))) &&
        lc_json_take_member(entry, "scope", lc_json_new_string(scope, strlen(scope))) &&
        lc_json_take_member(entry, "role", lc_json_new_string("view", 4));
    lc_json_free(entry);
    return good ? true : lc_fail_memory(err);
}

/* What is committed, as Juju shows it (juju-hooks 3.7). */
static bool fill_access(const struct fake_secret *secret, struct lc_secret_info *out,
                        struct lc_err *err)
{
    if (secret->grant_count == 0)
        return true;
    out->access = lc_json_new_array();
    if (out->access == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < secret->grant_count; i++)
        if (!add_access(out->access, &secret->grants[i], err))
            return false;
    return true;
}

static bool fill_info(const struct lc_fake *fake, const struct fake_secret *secret,
                      struct lc_secret_info *out, struct lc_err *err)
{
    const struct fake_change *change = &secret->change;
    const struct fake_revision *latest = fake_latest(secret);
    const char *label = change->label == NULL ? secret->label : change->label;
    const char *rotation = change->rotation == NULL ? secret->rotation : change->rotation;

    if (rotation == NULL && secret->is_committed)
        rotation = "never";
    out->revision = secret->is_committed ? secret->last_number : 1;
    out->app_owned = strcmp(secret->owner, fake->env.app) == 0;
    out->expire_s = latest == NULL ? 0 : latest->expire_s;
    if (change->expire_s != 0)
        out->expire_s = change->expire_s;
    return fake_replace(&out->id, secret->id, err) &&
           fake_replace(&out->label, label == NULL ? "" : label, err) &&
           fake_replace(&out->rotation, rotation, err) &&
           fake_replace(&out->description,
                        change->description == NULL ? secret->description : change->description,
                        err) &&
           fill_access(secret, out, err);
}

bool fake_secret_info(void *context, const char *id, const char *label, struct lc_secret_info *out,
                      struct lc_err *err)
{
    struct lc_fake *fake = context;
    const struct fake_secret *secret = NULL;

    if (!fake_enter(fake, err, "secret-info-get %s%s", id == NULL ? "--label " : "",
                    id == NULL ? label : id))
        return false;
    secret = id == NULL ? find_label(fake, label) : fake_secret_find(fake, id);
    if (secret == NULL || !fake_manages(fake, secret) || is_hidden(secret))
        return lc_fail(err, LC_ENOTFOUND, "secret-info-get: secret \"%s\" not found",
                       id == NULL ? label : id);
    return fill_info(fake, secret, out, err);
}

/* Unordered in Juju; here the newest first, so that nobody counts on the order of creation. */
bool fake_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "secret-ids"))
        return false;
    for (size_t i = fake->secret_count; i-- > 0;) {
        const struct fake_secret *secret = fake->secrets[i];
        if (fake_manages(fake, secret) && !is_hidden(secret) &&
            !lc_strlist_add(out, secret->id, err))
            return false;
    }
    return true;
}

/* --- the world --- */

/* 20 characters of base32hex, the last one 0 or g (juju-hooks 3.1). */
bool fake_secret_new(struct lc_fake *fake, const char *owner, struct fake_secret **out,
                     struct lc_err *err)
{
    struct fake_secret *secret = lc_alloc(1, sizeof(*secret));
    char id[32];

    do
        (void)snprintf(id, sizeof(id), "c%018lug", ++fake->secrets_made % 1000000);
    while (fake_secret_find(fake, id) != NULL);
    if (secret == NULL || !lc_grow(&fake->secrets, &fake->secret_capacity, fake->secret_count,
                                   sizeof(struct fake_secret *))) {
        lc_free(secret);
        return lc_fail_memory(err);
    }
    if (!fake_replace(&secret->id, id, err) || !fake_replace(&secret->owner, owner, err)) {
        fake_secret_free(secret);
        return false;
    }
    fake->secrets[fake->secret_count++] = secret;
    *out = secret;
    return true;
}

bool fake_no_secret(const char *secret, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "no such secret '%s'", secret);
}

/* A new secret is removed again by lc_fake_discard when this stops half way. */
bool lc_fake_add_secret(struct lc_fake *fake, const char *owner, const struct lc_secret_spec *spec,
                        const char **id_out, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    struct fake_secret *secret;

    if (!lc_secret_spec_check(spec, true, err) || !fake_secret_new(fake, owner, &secret, err) ||
        !fake_replace(&secret->label, spec->label, err) ||
        !fake_replace(&secret->description, spec->description, err) ||
        !fake_replace(&secret->rotation, spec->rotate, err) ||
        !lc_secret_content_copy(&content, spec->content, err) ||
        !fake_secret_add_revision(secret, &content, spec->expire_s, err))
        return false;
    secret->is_committed = true;
    *id_out = secret->id;
    return true;
}

bool lc_fake_add_revision(struct lc_fake *fake, const char *secret,
                          const struct lc_secret_content *content, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content copy = LC_SECRET_CONTENT_INIT;
    struct fake_secret *found = fake_secret_named(fake, secret);

    if (found == NULL)
        return fake_no_secret(secret, err);
    return lc_secret_content_copy(&copy, content, err) &&
           fake_secret_add_revision(found, &copy, 0, err);
}

bool lc_fake_grant(struct lc_fake *fake, const char *secret, const char *relation_id,
                   const char *subject, struct lc_err *err)
{
    struct fake_secret *found = fake_secret_named(fake, secret);

    if (found == NULL)
        return fake_no_secret(secret, err);
    return fake_grant_add(&found->grants, &found->grant_count, &found->grant_capacity, relation_id,
                          subject, false, err);
}

/* Any revision but the newest that nobody tracks. */
static int64_t find_obsolete(const struct fake_secret *secret)
{
    for (size_t i = 0; i + 1 < secret->revision_count; i++) {
        bool is_tracked = false;
        for (size_t j = 0; j < secret->consumer_count; j++)
            is_tracked = is_tracked || secret->consumers[j].tracked == secret->revisions[i].number;
        if (!is_tracked)
            return secret->revisions[i].number;
    }
    return 0;
}

static bool view_of(const struct lc_fake *fake, const struct fake_secret *found,
                    struct lc_fake_secret *out)
{
    if (found == NULL || !found->is_committed)
        return false;
    const struct fake_revision *latest = fake_latest(found);
    const struct fake_consumer *consumer = fake_consumer_of(found, fake->env.unit);
    *out = (struct lc_fake_secret){
        .id = found->id,
        .owner = found->owner,
        .label = found->label,
        .description = found->description,
        .rotation = found->rotation,
        .revision = found->last_number,
        .tracked = consumer == NULL ? 0 : consumer->tracked,
        .expire_s = latest == NULL ? 0 : latest->expire_s,
        .revision_count = found->revision_count,
        .obsolete = latest == NULL ? 0 : find_obsolete(found),
        .content = latest == NULL ? NULL : &latest->content,
    };
    return true;
}

bool lc_fake_secret(struct lc_fake *fake, const char *secret, struct lc_fake_secret *out)
{
    return view_of(fake, fake_secret_named(fake, secret), out);
}

bool lc_fake_secret_at(struct lc_fake *fake, size_t index, struct lc_fake_secret *out)
{
    for (size_t i = 0; i < fake->secret_count; i++)
        if (fake->secrets[i]->is_committed && index-- == 0)
            return view_of(fake, fake->secrets[i], out);
    return false;
}

size_t lc_fake_secret_count(struct lc_fake *fake)
{
    size_t count = 0;

    for (size_t i = 0; i < fake->secret_count; i++)
        count += fake->secrets[i]->is_committed;
    return count;
}

const char *lc_fake_secret_text(struct lc_fake *fake, const char *secret, const char *key)
{
    struct lc_fake_secret view;

    if (!lc_fake_secret(fake, secret, &view) || view.content == NULL)
        return NULL;
    const struct lc_secret *value = lc_secret_content_get(view.content, key);
    return value == NULL ? NULL : value->data;
}

bool lc_fake_is_granted(struct lc_fake *fake, const char *secret, const char *subject)
{
    const struct fake_secret *found = fake_secret_named(fake, secret);

    for (size_t i = 0; found != NULL && i < found->grant_count; i++)
        if (strcmp(found->grants[i].subject, subject) == 0)
            return true;
    return false;
}
