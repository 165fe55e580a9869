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
    if (options->private_key != NULL && options->adopt != NULL)
        return lc_fail(err, LC_EUSAGE,
                       "a key is given, and another is to be adopted: one of the two");
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
    requirer->adopt = options->adopt;
    requirer->accept = options->accept;
    requirer->renew = options->renew;
    requirer->ask = options->ask;
    requirer->ask_context = options->ask_context;
    requirer->max_bytes = options->max_bytes;
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

/* Observe, ask, match, judge and plan. Without a relation, or a part in it, there is nothing more
 * to do.
 */
static bool look(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                 const struct lc_reason *reason, bool make_keys, struct lc_err *err)
{
    if (!lc_requirer_observe(requirer, hook, err))
        return false;
    if (requirer->view.relation_id == NULL)
        return true;
    if (!lc_requirer_load_keys(requirer, hook, make_keys, err) || !lc_requirer_ask(requirer, err) ||
        !lc_requirer_match(requirer, hook, err) || !lc_requirer_judge(requirer, hook, err))
        return false;
    lc_requirer_plan(&requirer->view, requirer->renew_at, reason, lc_clock_now(hook->clock));
    return true;
}

/* A databag of ours that is too long to be read holds requests that have certificates: written anew
 * it would lose them. */
static bool carry_out(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (view->sealed) {
        lc_log(hook->log, LC_LEVEL_WARNING,
               "%s: our own requests are over the limit of %zu bytes; they stay as they are, and "
               "nothing is requested or renewed",
               view->relation_id,
               requirer->max_bytes == 0 ? (size_t)LC_DATABAG_MAX_BYTES : requirer->max_bytes);
        return true;
    }
    return (view->relation_id == NULL || lc_requirer_apply(requirer, hook, reason, err)) &&
           lc_requirer_tidy(requirer, hook, reason, err);
}

bool lc_requirer_reconcile(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           const struct lc_reason *reason, struct lc_err *err)
{
    if (requirer->is_asking)
        return lc_fail(err, LC_ESTATE,
                       "endpoint '%s': requests, accept and renew are asked for an answer; they "
                       "cannot change anything",
                       requirer->endpoint);
    return look(requirer, hook, reason, true, err) && carry_out(requirer, hook, reason, err);
}

bool lc_requirer_ensure_looked(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               struct lc_err *err)
{
    static const struct lc_reason none = { .announce_all = false };

    return requirer->view.observed || look(requirer, hook, &none, false, err);
}

bool lc_requirer_sync(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      struct lc_err *err)
{
    static const struct lc_reason none = { .announce_all = false };

    return lc_requirer_reconcile(requirer, hook, &none, err);
}

/* --- events --------------------------------------------------------------------------------- */

static bool handle_broken(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    if (!lc_requirer_sync(requirer, hook, err) ||
        !lc_requirer_find_relation(requirer, hook, err)) /* for units that had no part */
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
        const struct lc_reason reason = { .expired_hash = label->hash };
        return lc_requirer_reconcile(requirer, hook, &reason, err) &&
               lc_requirer_settle_expired(requirer, hook, label, err);
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

/* Only secrets with a label of ours (REQ-084), whatever mode it is of. */
static bool handle_secret(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    const struct lc_event *event = hook->event;
    const struct lc_label label = lc_label_parse(&owner, event->secret_label);

    if (label.kind == LC_LABEL_OTHER)
        return true;
    if (event->kind == LC_EVENT_SECRET_EXPIRED)
        return handle_expired(requirer, hook, &label, err);
    return event->secret_revision <= 0 ||
           lc_juju_call(hook->juju, secret_remove, event->secret_id, event->secret_revision, err);
}

static bool is_ours(const struct lc_requirer *requirer, const struct lc_event *event)
{
    return event->endpoint != NULL && strcmp(event->endpoint, requirer->endpoint) == 0;
}

bool lc_requirer_handle(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    const struct lc_event *event = hook->event;
    struct lc_reason reason = { .announce_all = false };

    lc_view_release(&requirer->view);
    switch (event->kind) {
    case LC_EVENT_RELATION_CREATED:
    case LC_EVENT_RELATION_CHANGED:
        return !is_ours(requirer, event) || lc_requirer_sync(requirer, hook, err);
    case LC_EVENT_RELATION_BROKEN:
        return !is_ours(requirer, event) || handle_broken(requirer, hook, err);
    case LC_EVENT_UPGRADE_CHARM:
        reason.announce_all = true;
        reason.may_be_new_mode = true;
        return lc_requirer_reconcile(requirer, hook, &reason, err);
    case LC_EVENT_CONFIG_CHANGED:
        reason.may_be_new_mode = true;
        return lc_requirer_reconcile(requirer, hook, &reason, err);
    case LC_EVENT_LEADER_ELECTED:
        reason.may_be_new_leader = true;
        return lc_requirer_reconcile(requirer, hook, &reason, err);
    case LC_EVENT_LEADER_SETTINGS_CHANGED: /* as near as Juju comes to telling the old leader */
        return !lc_tls_mode_has(requirer->mode, LC_TLS_APP) ||
               lc_requirer_sync(requirer, hook, err);
    case LC_EVENT_UPDATE_STATUS:
        return lc_requirer_sync(requirer, hook, err);
    case LC_EVENT_SECRET_EXPIRED:
    case LC_EVENT_SECRET_REMOVE:
        return handle_secret(requirer, hook, err);
    default:
        return true;
    }
}

bool lc_requirer_finish(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    return lc_memory_save(&requirer->memory, hook, err);
}
