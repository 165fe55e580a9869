/* The author's wishes: a new certificate before its time, another key (tls-certificates 3.9, 3.13).
 */
#include <string.h>

#include "tls/requirer_private.h"
#include "tls/security.h"

bool lc_requirer_renew(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_cert *certificate, struct lc_err *err)
{
    char hash[LC_SHA256_HEX];
    struct lc_reason reason = { .renew_hash = hash };
    const struct lc_view *view = &requirer->view;

    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (!own->usable || !lc_cert_equals(own->cert, certificate))
            continue;
        memcpy(hash, lc_csr_hash(own->csr), sizeof(hash));
        return lc_requirer_reconcile(requirer, hook, &reason, err);
    }
    return true;
}

static bool check_may_rotate(const struct lc_requirer *requirer, enum lc_tls_scope scope,
                             struct lc_err *err)
{
    if (requirer->private_key != NULL)
        return lc_fail(err, LC_ESTATE,
                       "endpoint '%s': its key is given by the charm, not generated",
                       requirer->endpoint);
    if (!lc_tls_mode_has(requirer->mode, scope))
        return lc_fail(err, LC_EUSAGE, "endpoint '%s': mode %s has no such key", requirer->endpoint,
                       lc_tls_mode_name(requirer->mode));
    return true;
}

/* Keys are read where there is a relation; they can be changed before. */
static bool look_at_keys(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         struct lc_err *err)
{
    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    return requirer->view.relation_id != NULL || lc_requirer_load_keys(requirer, hook, false, err);
}

/* Whether this unit is to change the key at all. */
static bool may_change(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       enum lc_tls_scope scope)
{
    if (lc_requirer_treats(requirer, scope))
        return true;
    lc_log(hook->log, LC_LEVEL_WARNING,
           "endpoint '%s': only the leader can change the application's key", requirer->endpoint);
    return false;
}

/* The key whose certificates are handed out until the new ones are there: the current one, or, in
 * the middle of another rotation, still the one before. NULL for none. */
static struct lc_key *key_to_keep(const struct lc_view *view, enum lc_tls_scope scope)
{
    for (size_t wish = 0; view->fates != NULL && wish < view->wishes.count; wish++) {
        const size_t place = view->fates[wish].assigned;
        if (place != LC_NONE && view->own[place].scope == scope &&
            view->own[place].made_by == LC_MADE_BY_PREVIOUS)
            return view->keys[scope].previous;
    }
    return view->keys[scope].current;
}

static bool rotate_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       enum lc_tls_scope scope, struct lc_key *key, bool drop_old,
                       struct lc_err *err)
{
    struct lc_key *old = drop_old ? NULL : key_to_keep(&requirer->view, scope);
    LC_AUTO(lc_key_unref) struct lc_key *previous = old == NULL ? NULL : lc_key_ref(old);

    return lc_requirer_store_key(requirer, hook, scope, key, previous, err) &&
           lc_requirer_sync(requirer, hook, err);
}

bool lc_requirer_regenerate_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                enum lc_tls_scope scope, bool drop_old, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    if (!check_may_rotate(requirer, scope, err) || !look_at_keys(requirer, hook, err))
        return false;
    if (!may_change(requirer, hook, scope))
        return true;
    if (requirer->view.keys[scope].current == NULL) {
        lc_log(hook->log, LC_LEVEL_WARNING, "endpoint '%s': there is no key to be replaced yet",
               requirer->endpoint);
        return true;
    }
    if (!lc_key_generate(&requirer->key_spec, &key, err))
        return false;
    lc_security_key_generated(hook, key);
    return rotate_key(requirer, hook, scope, key, drop_old, err);
}

bool lc_requirer_import_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            enum lc_tls_scope scope, struct lc_key *key, struct lc_err *err)
{
    if (lc_key_type(key) == LC_KEY_RSA && !lc_key_is_valid_rsa(key))
        return lc_fail(err, LC_EUSAGE, "the key is RSA of %d bits; it must have %d",
                       lc_key_bits(key), LC_RSA_MIN_BITS);
    if (!check_may_rotate(requirer, scope, err) || !look_at_keys(requirer, hook, err))
        return false;
    return !may_change(requirer, hook, scope) || rotate_key(requirer, hook, scope, key, false, err);
}
