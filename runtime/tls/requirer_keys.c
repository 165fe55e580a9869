/* The requirer's keys: in a Juju secret of the unit or the application, or given by the author
 * (tls-certificates 3.4, 3.13). While a rotation is under way the secret holds, beside the field
 * `private-key` that every library reads, the key before it. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tls/requirer_private.h"
#include "tls/security.h"

#define FIELD_KEY      "private-key"
#define FIELD_PREVIOUS "previous-private-key"

static const char *scope_name(enum lc_tls_scope scope)
{
    return scope == LC_TLS_UNIT ? "unit" : "application";
}

/* NULL, with a log line, for a field that is no key (D-26). */
static bool read_field(const struct lc_tls_hook *hook, const struct lc_secret_content *content,
                       const char *field, struct lc_key **out, struct lc_err *err)
{
    const struct lc_secret *pem = lc_secret_content_get(content, field);
    struct lc_err why = LC_ERR_INIT;

    if (pem == NULL || lc_key_parse(pem->data, pem->len, NULL, out, &why))
        return true;
    if (why.code == LC_ENOMEM)
        return lc_fail_memory(err);
    lc_log(hook->log, LC_LEVEL_ERROR, "field '%s' of the key's secret is not a key: %s", field,
           why.message);
    return true;
}

/* *exists: there is such a secret, whatever it holds. */
static bool read_key(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                     enum lc_label_kind kind, enum lc_tls_scope scope, struct lc_scope_key *out,
                     bool *exists, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_free) char *label = lc_label_format(&owner, kind, scope, NULL);
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (label == NULL)
        return lc_fail_memory(err);
    *exists = lc_juju_call(hook->juju, secret_get, NULL, label, LC_SECRET_REFRESH, &content, &why);
    if (!*exists) {
        if (why.code == LC_ENOTFOUND)
            return true;
        *err = why;
        return false;
    }
    if (!read_field(hook, &content, FIELD_KEY, &out->current, err) ||
        !read_field(hook, &content, FIELD_PREVIOUS, &out->previous, err))
        return false;
    out->in_secret = out->current != NULL;
    if (out->current == NULL)
        lc_log(hook->log, LC_LEVEL_ERROR, "endpoint '%s': the secret of the %s's key holds no key",
               requirer->endpoint, scope_name(scope));
    return true;
}

bool lc_requirer_find_secret(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             enum lc_label_kind kind, enum lc_tls_scope scope, const char *hash,
                             struct lc_secret_info *out, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_free) char *label = lc_label_format(&owner, kind, scope, hash);
    struct lc_err why = LC_ERR_INIT;

    if (label == NULL)
        return lc_fail_memory(err);
    if (kind == LC_LABEL_KEY_OLD && owner.has_no_old_key)
        return true;
    if (lc_juju_call(hook->juju, secret_info, NULL, label, out, &why) || why.code == LC_ENOTFOUND)
        return true;
    *err = why;
    return false;
}

bool lc_requirer_drop_secret(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             enum lc_label_kind kind, enum lc_tls_scope scope, const char *hash,
                             struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    return lc_requirer_find_secret(requirer, hook, kind, scope, hash, &info, err) &&
           (info.id == NULL || lc_juju_call(hook->juju, secret_remove, info.id, 0, err));
}

static bool put_key(struct lc_secret_content *content, const char *field, const struct lc_key *key,
                    struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;

    if (key == NULL)
        return true;
    return lc_key_encode(key, &pem, err) &&
           lc_secret_content_set(content, field, pem.data, pem.len, err);
}

/* A new revision of the secret under `label`, or the secret. */
static bool write_secret(const struct lc_tls_hook *hook, const char *id,
                         const struct lc_secret_spec *spec, struct lc_err *err)
{
    LC_AUTO(lc_free) char *new_id = NULL;

    if (id != NULL)
        return lc_juju_call(hook->juju, secret_set, id, spec, err);
    return lc_juju_call(hook->juju, secret_add, spec, &new_id, err);
}

/* exists: the label is known to be in use, or known not to be. */
static bool write_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      enum lc_tls_scope scope, struct lc_key *key, struct lc_key *previous,
                      bool exists, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_free) char *label = lc_label_format(&owner, LC_LABEL_KEY, scope, NULL);
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (label == NULL)
        return lc_fail_memory(err);
    if (exists && !lc_requirer_find_secret(requirer, hook, LC_LABEL_KEY, scope, NULL, &info, err))
        return false;
    const struct lc_secret_spec spec = { .label = info.id == NULL ? label : NULL,
                                         .app_owned = scope == LC_TLS_APP,
                                         .content = &content };
    return put_key(&content, FIELD_KEY, key, err) &&
           put_key(&content, FIELD_PREVIOUS, previous, err) &&
           write_secret(hook, info.id, &spec, err);
}

bool lc_requirer_store_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           enum lc_tls_scope scope, struct lc_key *key, struct lc_key *previous,
                           struct lc_err *err)
{
    if (!write_key(requirer, hook, scope, key, previous, true, err))
        return lc_wrap(err, "cannot keep the %s's key", scope_name(scope));
    struct lc_scope_key *slot = &requirer->view.keys[scope];
    struct lc_scope_key stored = { .current = lc_key_ref(key),
                                   .previous = previous == NULL ? NULL : lc_key_ref(previous),
                                   .in_secret = true };
    lc_key_unref(slot->current);
    lc_key_unref(slot->previous);
    *slot = stored;
    return true;
}

/* A key of an older version, whoever owns it, moves to today's label; what it signed stays valid.
 * Only where no endpoint of ours owns that label (D-37). */
static bool move_old_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         struct lc_scope_key *out, struct lc_err *err)
{
    bool exists;

    if (lc_label_owner(hook, requirer->endpoint).has_no_old_key)
        return true;
    if (!read_key(requirer, hook, LC_LABEL_KEY_OLD, LC_TLS_APP, out, &exists, err))
        return false;
    if (out->current == NULL) {
        if (exists)
            lc_log(hook->log, LC_LEVEL_WARNING,
                   "endpoint '%s': an older secret holds no key and is left where it is",
                   requirer->endpoint);
        return true;
    }
    return write_key(requirer, hook, LC_TLS_APP, out->current, NULL, false, err) &&
           lc_requirer_drop_secret(requirer, hook, LC_LABEL_KEY_OLD, LC_TLS_APP, NULL, err);
}

/* The key of a v3 charm becomes ours: stored as one that we made, once (UPG-019). */
static bool adopt_given_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            enum lc_tls_scope scope, bool exists, struct lc_scope_key *out,
                            struct lc_err *err)
{
    LC_AUTO(lc_adopt_release) struct lc_adopt where = LC_ADOPT_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    if (!requirer->adopt(requirer->ask_context, scope, &where, err))
        return false;
    if (!lc_adopt_find(&where, hook, scope, &key, err))
        return lc_wrap(err, "endpoint '%s'", requirer->endpoint);
    if (key == NULL)
        return true;
    if (!write_key(requirer, hook, scope, key, NULL, exists, err))
        return lc_wrap(err, "cannot keep the adopted key");
    out->current = LC_STEAL(key);
    out->in_secret = true;
    return true;
}

static bool make_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                     enum lc_tls_scope scope, bool exists, struct lc_scope_key *out,
                     struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    if (!lc_key_generate(&requirer->key_spec, &key, err) ||
        !write_key(requirer, hook, scope, key, NULL, exists, err))
        return lc_wrap(err, "cannot make the %s's key", scope_name(scope));
    lc_security_key_generated(hook, key);
    out->current = LC_STEAL(key);
    out->in_secret = true;
    return true;
}

/* The author's own key: any generated one goes (3.4). */
static bool use_given_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          enum lc_tls_scope scope, bool remove_stored, struct lc_err *err)
{
    requirer->view.keys[scope].current = lc_key_ref(requirer->private_key);
    for (enum lc_label_kind kind = LC_LABEL_KEY; remove_stored && kind <= LC_LABEL_KEY_OLD;
         kind++) {
        if (kind == LC_LABEL_KEY_OLD && scope == LC_TLS_UNIT)
            break;
        if (!lc_requirer_drop_secret(requirer, hook, kind, scope, NULL, err))
            return false;
    }
    return true;
}

static bool load_scope(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       enum lc_tls_scope scope, bool make_missing, struct lc_err *err)
{
    struct lc_scope_key *slot = &requirer->view.keys[scope];
    bool exists;

    if (requirer->private_key != NULL)
        return use_given_key(requirer, hook, scope, make_missing, err);
    if (!read_key(requirer, hook, LC_LABEL_KEY, scope, slot, &exists, err))
        return false;
    if (slot->current != NULL || !make_missing)
        return true;
    if (scope == LC_TLS_APP && !exists && !move_old_key(requirer, hook, slot, err))
        return false;
    if (slot->current == NULL && requirer->adopt != NULL &&
        !adopt_given_key(requirer, hook, scope, exists, slot, err))
        return false;
    return slot->current != NULL || make_key(requirer, hook, scope, exists, slot, err);
}

bool lc_requirer_load_keys(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           bool make_missing, struct lc_err *err)
{
    for (int scope = LC_TLS_SCOPES - 1; scope >= 0; scope--) /* APP first (3.4) */
        if (lc_requirer_treats(requirer, (enum lc_tls_scope)scope) &&
            !load_scope(requirer, hook, (enum lc_tls_scope)scope, make_missing, err))
            return false;
    return true;
}

static bool is_needed(const struct lc_view *view, enum lc_tls_scope scope)
{
    for (size_t i = 0; i < view->own_count; i++)
        if (view->own[i].scope == scope && view->own[i].made_by == LC_MADE_BY_PREVIOUS &&
            !view->own[i].remove)
            return true;
    return false;
}

bool lc_requirer_drop_previous_keys(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                    struct lc_err *err)
{
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++) {
        const struct lc_scope_key *slot = &requirer->view.keys[scope];
        if (slot->previous == NULL || !slot->in_secret ||
            is_needed(&requirer->view, (enum lc_tls_scope)scope))
            continue;
        LC_AUTO(lc_key_unref) struct lc_key *current = lc_key_ref(slot->current);
        if (!lc_requirer_store_key(requirer, hook, (enum lc_tls_scope)scope, current, NULL, err))
            return false;
    }
    return true;
}
