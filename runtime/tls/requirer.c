/* The requirer: what each event asks for, and the author's own calls. */
#include "tls/requirer.h"

#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

/* --- made and freed ------------------------------------------------------------------------- */

static bool check_options(const struct lc_requirer_options *options, struct lc_err *err)
{
    if (options->renew_at != 0.0 && !lc_renewal_is_valid_fraction(options->renew_at))
        return lc_fail(err, LC_EUSAGE, "renew_at is %g; it must be above 0.5 and at most 1",
                       options->renew_at);
    if (options->private_key != NULL && lc_key_type(options->private_key) == LC_KEY_RSA &&
        !lc_key_is_valid_rsa(options->private_key))
        return lc_fail(err, LC_EUSAGE, "the private key is RSA of %d bits; it must have %d",
                       lc_key_bits(options->private_key), LC_RSA_MIN_BITS);
    return true;
}

bool lc_requirer_new(const struct lc_requirer_options *options, struct lc_requirer **out,
                     struct lc_err *err)
{
    if (!check_options(options, err))
        return lc_wrap(err, "endpoint '%s'", options->endpoint);
    LC_AUTO(lc_requirer_free) struct lc_requirer *requirer = lc_alloc(1, sizeof(*requirer));
    if (requirer == NULL)
        return lc_fail_memory(err);
    requirer->mode = options->mode;
    requirer->key_spec = options->key;
    requirer->key_spec.curve = NULL;
    requirer->renew_at = options->renew_at == 0.0 ? LC_RENEW_AT_DEFAULT : options->renew_at;
    requirer->always = options->always;
    requirer->ask = options->ask;
    requirer->ask_context = options->ask_context;
    requirer->endpoint = lc_strdup(options->endpoint);
    if (requirer->endpoint == NULL)
        return lc_fail_memory(err);
    if (options->key.curve != NULL) {
        requirer->curve = lc_strdup(options->key.curve);
        if (requirer->curve == NULL)
            return lc_fail_memory(err);
        requirer->key_spec.curve = requirer->curve;
    }
    if (options->private_key != NULL)
        requirer->private_key = lc_key_ref(options->private_key);
    if (!lc_memory_init(&requirer->memory, options->endpoint, err))
        return false;
    *out = LC_STEAL(requirer);
    return true;
}

void lc_requirer_free(struct lc_requirer *requirer)
{
    if (requirer == NULL)
        return;
    while (lc_requirer_next(requirer) != NULL)
        lc_requirer_delivered(requirer);
    lc_free(requirer->events);
    lc_view_release(&requirer->view);
    lc_memory_release(&requirer->memory);
    lc_key_unref(requirer->private_key);
    lc_free(requirer->curve);
    lc_free(requirer->endpoint);
    lc_free(requirer);
}

const char *lc_requirer_endpoint(const struct lc_requirer *requirer)
{
    return requirer->endpoint;
}

enum lc_tls_mode lc_requirer_mode(const struct lc_requirer *requirer)
{
    return requirer->mode;
}

/* --- reconcile ------------------------------------------------------------------------------ */

/* Observe, ask, match and plan. Without a relation there is nothing more to do. */
static bool look(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                 const struct lc_reason *reason, bool make_keys, struct lc_err *err)
{
    if (!lc_requirer_observe(requirer, hook, err))
        return false;
    if (requirer->view.relation_id == NULL)
        return true;
    if (!lc_requirer_load_keys(requirer, hook, make_keys, err) || !lc_requirer_ask(requirer, err) ||
        !lc_requirer_match(requirer, hook, err))
        return false;
    lc_requirer_plan(&requirer->view, requirer->renew_at, reason, lc_clock_now(hook->clock));
    return true;
}

static bool reconcile(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err)
{
    return look(requirer, hook, reason, true, err) &&
           (requirer->view.relation_id == NULL || lc_requirer_apply(requirer, hook, reason, err));
}

/* For the author's questions, where no reconcile has looked in this hook. */
static bool ensure_looked(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    static const struct lc_reason none = { .expired = false };

    return requirer->view.observed || look(requirer, hook, &none, false, err);
}

/* --- events --------------------------------------------------------------------------------- */

static bool handle_broken(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    const struct lc_reason none = { .expired = false };

    if (!reconcile(requirer, hook, &none, err))
        return false;
    /* Another relation on the endpoint goes on with the same key (REQ-059). */
    if (requirer->view.relation_id != NULL)
        return true;
    return lc_memory_load(&requirer->memory, hook, err) &&
           lc_requirer_clean_up(requirer, hook, err);
}

static bool handle_expired(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           const struct lc_label *label, struct lc_err *err)
{
    switch (label->kind) {
    case LC_LABEL_CERTIFICATE:
    case LC_LABEL_CERTIFICATE_OLD: {
        const struct lc_reason reason = { .expired = true, .expired_hash = label->hash };
        return reconcile(requirer, hook, &reason, err);
    }
    case LC_LABEL_CERTIFICATE_V3:
    case LC_LABEL_CERTIFICATE_V2:
        /* Nobody renews by it any more; Juju would repeat the event for ever (UPG-018). */
        return lc_juju_call(hook->juju, secret_remove, hook->event->secret_id, 0, err);
    case LC_LABEL_KEY:
    case LC_LABEL_KEY_OLD:
    case LC_LABEL_OTHER:
        break;
    }
    return true;
}

static bool handle_secret(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    const struct lc_event *event = hook->event;
    const struct lc_label label = lc_label_parse(&owner, event->secret_label);

    if (label.kind == LC_LABEL_OTHER || !lc_tls_mode_has(requirer->mode, label.scope))
        return true;
    if (event->kind == LC_EVENT_SECRET_EXPIRED)
        return handle_expired(requirer, hook, &label, err);
    if (event->kind == LC_EVENT_SECRET_REMOVE && event->secret_revision > 0)
        return lc_juju_call(hook->juju, secret_remove, event->secret_id, event->secret_revision,
                            err);
    return true;
}

bool lc_requirer_handle(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    const struct lc_event *event = hook->event;
    struct lc_reason reason = { .expired = false };

    lc_view_release(&requirer->view);
    switch (event->kind) {
    case LC_EVENT_RELATION_CREATED:
    case LC_EVENT_RELATION_CHANGED:
        return strcmp(event->endpoint, requirer->endpoint) != 0 ||
               reconcile(requirer, hook, &reason, err);
    case LC_EVENT_RELATION_BROKEN:
        return strcmp(event->endpoint, requirer->endpoint) != 0 ||
               handle_broken(requirer, hook, err);
    case LC_EVENT_UPGRADE_CHARM:
        reason.announce_all = true;
        reason.clean_other_bags = true;
        return reconcile(requirer, hook, &reason, err);
    case LC_EVENT_LEADER_ELECTED:
        reason.clean_other_bags = true;
        return reconcile(requirer, hook, &reason, err);
    case LC_EVENT_CONFIG_CHANGED:
    case LC_EVENT_UPDATE_STATUS:
        return reconcile(requirer, hook, &reason, err);
    case LC_EVENT_SECRET_EXPIRED:
    case LC_EVENT_SECRET_REMOVE:
        return handle_secret(requirer, hook, err);
    default:
        return true;
    }
}

bool lc_requirer_sync(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      struct lc_err *err)
{
    static const struct lc_reason none = { .expired = false };

    return reconcile(requirer, hook, &none, err);
}

bool lc_requirer_finish(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    return lc_memory_save(&requirer->memory, hook, err);
}

/* --- the author's questions ----------------------------------------------------------------- */

static bool nothing_assigned(const struct lc_requirer *requirer, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "endpoint '%s': no certificate yet", requirer->endpoint);
}

bool lc_requirer_assigned_at(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             size_t index, struct lc_tls_pair *out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!ensure_looked(requirer, hook, err))
        return false;
    for (size_t wish = 0; view->fates != NULL && wish < view->wishes.count; wish++) {
        const size_t place = view->fates[wish].assigned;
        if (place != LC_NONE && index-- == 0)
            return lc_requirer_pair(requirer, &view->own[place], out, err);
    }
    return nothing_assigned(requirer, err);
}

/* The first wish with this name; LC_NONE. */
static size_t wish_of_name(const struct lc_view *view, const char *name)
{
    for (size_t wish = 0; wish < view->wishes.count; wish++) {
        const char *known = view->wishes.items[wish].name;
        if (known != NULL && strcmp(known, name) == 0)
            return wish;
    }
    return LC_NONE;
}

bool lc_requirer_assigned(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          const char *name, struct lc_tls_pair *out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (name == NULL)
        return lc_requirer_assigned_at(requirer, hook, 0, out, err);
    if (!ensure_looked(requirer, hook, err))
        return false;
    const size_t wish = wish_of_name(view, name);
    if (wish == LC_NONE || view->fates[wish].assigned == LC_NONE)
        return nothing_assigned(requirer, err);
    return lc_requirer_pair(requirer, &view->own[view->fates[wish].assigned], out, err);
}

bool lc_requirer_denial(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const char *name, const struct lc_error_entry **out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!ensure_looked(requirer, hook, err))
        return false;
    *out = NULL;
    const size_t wish = name == NULL ? LC_NONE : wish_of_name(view, name);
    for (size_t i = 0; i < view->own_count && *out == NULL; i++) {
        const struct lc_own *own = &view->own[i];
        const bool asked_for = name == NULL ? own->wish != LC_NONE : own->wish == wish;
        if (asked_for && !own->remove && own->cert == NULL)
            *out = own->denial;
    }
    return true;
}

bool lc_requirer_capabilities(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_capabilities **out, struct lc_err *err)
{
    if (!ensure_looked(requirer, hook, err))
        return false;
    *out = &requirer->view.capabilities;
    return true;
}

/* --- the author's wishes -------------------------------------------------------------------- */

bool lc_requirer_renew(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_cert *certificate, struct lc_err *err)
{
    char hash[LC_SHA256_HEX];
    struct lc_reason reason = { .renew_hash = hash };
    const struct lc_view *view = &requirer->view;

    if (!ensure_looked(requirer, hook, err))
        return false;
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (!own->usable || !lc_cert_equals(own->cert, certificate))
            continue;
        memcpy(hash, lc_csr_hash(own->csr), sizeof(hash));
        return reconcile(requirer, hook, &reason, err);
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

static bool rotate_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       enum lc_tls_scope scope, struct lc_key *key, bool drop_old,
                       struct lc_err *err)
{
    if (!lc_requirer_treats(requirer, scope)) {
        lc_log(hook->log, LC_LEVEL_WARNING,
               "endpoint '%s': only the leader can change the application's key",
               requirer->endpoint);
        return true;
    }
    struct lc_key *old = drop_old ? NULL : requirer->view.keys[scope].current;
    LC_AUTO(lc_key_unref) struct lc_key *previous = old == NULL ? NULL : lc_key_ref(old);
    return lc_requirer_store_key(requirer, hook, scope, key, previous, err) &&
           lc_requirer_sync(requirer, hook, err);
}

bool lc_requirer_regenerate_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                enum lc_tls_scope scope, bool drop_old, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    return check_may_rotate(requirer, scope, err) && ensure_looked(requirer, hook, err) &&
           lc_key_generate(&requirer->key_spec, &key, err) &&
           rotate_key(requirer, hook, scope, key, drop_old, err);
}

bool lc_requirer_import_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            enum lc_tls_scope scope, struct lc_key *key, struct lc_err *err)
{
    if (lc_key_type(key) == LC_KEY_RSA && !lc_key_is_valid_rsa(key))
        return lc_fail(err, LC_EUSAGE, "the key is RSA of %d bits; it must have %d",
                       lc_key_bits(key), LC_RSA_MIN_BITS);
    return check_may_rotate(requirer, scope, err) && ensure_looked(requirer, hook, err) &&
           rotate_key(requirer, hook, scope, key, false, err);
}

bool lc_requirer_key_secret_id(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               enum lc_tls_scope scope, char **out, struct lc_err *err)
{
    *out = NULL;
    if (!ensure_looked(requirer, hook, err))
        return false;
    if (requirer->private_key != NULL || !lc_requirer_treats(requirer, scope))
        return true;
    return lc_requirer_find_secret(requirer, hook, LC_LABEL_KEY, scope, NULL, out, err);
}
