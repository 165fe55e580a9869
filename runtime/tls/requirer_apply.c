/* Carry the plan out: databags, secrets, what to remember, and the events for the author.
 * Everything goes through the session, which sends it once, at the end of a hook that succeeds. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tls/requirer_private.h"

/* --- databags ------------------------------------------------------------------------------- */

static bool send_request(struct lc_requirer *requirer, size_t wish, struct lc_request_entries *bag,
                         struct lc_err *err)
{
    const struct lc_tls_request *request = &requirer->view.wishes.items[wish];
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;

    if (!lc_csr_generate(&request->attrs, requirer->view.keys[request->scope].current, &csr, err))
        return lc_wrap(err, "cannot make the request '%s'",
                       request->name != NULL                ? request->name
                       : request->attrs.common_name != NULL ? request->attrs.common_name
                                                            : "without common name");
    return lc_request_entries_add(bag, lc_csr_pem(csr), request->attrs.is_ca, err) &&
           lc_memory_note(&requirer->memory, lc_csr_hash(csr), LC_FACT_STORED, "", err);
}

/* What stays, in its place and to the letter, and what is new behind it. */
static bool build_bag(struct lc_requirer *requirer, enum lc_tls_scope scope,
                      struct lc_request_entries *bag, bool *changed, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    *changed = view->bags[scope].unreadable || view->bags[scope].skipped != 0;
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (own->scope != scope)
            continue;
        *changed = *changed || own->remove;
        if (!own->remove && !lc_request_entries_add(bag, own->text, own->ca, err))
            return false;
    }
    for (size_t wish = 0; wish < view->wishes.count; wish++) {
        if (view->wishes.items[wish].scope != scope || !view->fates[wish].send)
            continue;
        *changed = true;
        if (!send_request(requirer, wish, bag, err))
            return false;
    }
    return true;
}

static bool set_requests(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         enum lc_tls_scope scope, const char *text, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    return lc_strmap_set(&changes, LC_KEY_REQUESTS, text, err) &&
           lc_juju_call(hook->juju, relation_set, requirer->view.relation_id, scope == LC_TLS_APP,
                        &changes, err);
}

static bool write_bag(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      enum lc_tls_scope scope, struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries bag = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text;
    bool changed;

    lc_buf_init(&text, LC_DATABAG_MAX_BYTES);
    if (!build_bag(requirer, scope, &bag, &changed, err))
        return false;
    if (!changed)
        return true;
    return lc_databag_dump_requests(&bag, &text, err) &&
           set_requests(requirer, hook, scope, text.data, err);
}

/* A databag of a mode that is no longer used is freed of our key (REQ-086): looked at only where a
 * change of mode can come from, for each look costs a hook command. */
static bool clean_other_bag(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            enum lc_tls_scope scope, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    const bool app = scope == LC_TLS_APP;

    if (app) {
        bool leader;
        if (!lc_juju_call(hook->juju, is_leader, &leader, err))
            return false;
        if (!leader)
            return true;
    }
    if (!lc_juju_call(hook->juju, relation_get, requirer->view.relation_id, app,
                      app ? hook->app : hook->unit, &bag, err))
        return false;
    if (lc_strmap_get(&bag, LC_KEY_REQUESTS) == NULL)
        return true;
    return set_requests(requirer, hook, scope, "", err);
}

static bool write_bags(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_reason *reason, struct lc_err *err)
{
    for (int i = 0; i < LC_TLS_SCOPES; i++) {
        const enum lc_tls_scope scope = (enum lc_tls_scope)i;
        if (lc_requirer_treats(requirer, scope)) {
            if (!write_bag(requirer, hook, scope, err))
                return false;
        } else if (reason->clean_other_bags && !lc_tls_mode_has(requirer->mode, scope)) {
            if (!clean_other_bag(requirer, hook, scope, err))
                return false;
        }
    }
    return true;
}

/* --- secrets of certificates ---------------------------------------------------------------- */

static bool write_secrets(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    for (size_t i = 0; i < requirer->view.own_count; i++) {
        const struct lc_own *own = &requirer->view.own[i];
        if (own->csr == NULL)
            continue;
        if (own->usable && !lc_requirer_store_certificate(requirer, hook, own, err))
            return false;
        const bool may_be_stored = own->superseded || own->revoked ||
                                   lc_memory_knows(&requirer->memory, lc_csr_hash(own->csr));
        if (own->remove && may_be_stored &&
            !lc_requirer_remove_certificate(requirer, hook, own->scope, lc_csr_hash(own->csr), err))
            return false;
    }
    return true;
}

/* Juju repeats secret-expired until the revision is gone or its expiry has moved. While the
 * certificate is still handed out its secret stays, to its end; any other has had its day. */
static bool settle_expired(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           const struct lc_reason *reason, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!reason->expired)
        return true;
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (!own->usable || strcmp(lc_csr_hash(own->csr), reason->expired_hash) != 0)
            continue;
        const struct lc_secret_spec later = { .expire_s = lc_cert_not_after(own->cert) };
        return lc_juju_call(hook->juju, secret_set, hook->event->secret_id, &later, err);
    }
    return lc_juju_call(hook->juju, secret_remove, hook->event->secret_id, 0, err);
}

/* --- events --------------------------------------------------------------------------------- */

/* Taken all the same: providers of several kinds drop fields (3.7, REQ-088). */
static bool warn_about(const struct lc_tls_hook *hook, const struct lc_own *own, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist missing = LC_STRLIST_INIT;
    const char *serial = lc_cert_serial(own->cert);

    if (!lc_cert_is_issued_by(own->cert, own->issuer))
        lc_log(hook->log, LC_LEVEL_WARNING, "certificate %s is not signed by the CA beside it",
               serial);
    if (!lc_cert_missing_names(own->cert, own->csr, &missing, err))
        return false;
    for (size_t i = 0; i < missing.count; i++)
        lc_log(hook->log, LC_LEVEL_WARNING, "certificate %s lacks a name that was asked for: %s",
               serial, missing.items[i]);
    return true;
}

static bool queue_for(struct lc_requirer *requirer, enum lc_requirer_event_kind kind,
                      const struct lc_own *own, struct lc_err *err)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    const struct lc_error_entry *denial = kind == LC_REQUIRER_DENIED ? own->denial : NULL;

    return lc_requirer_pair(requirer, own, &pair, err) &&
           lc_requirer_queue(requirer, kind, &pair, denial, err);
}

static bool announce(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                     const struct lc_own *own, bool always, struct lc_err *err)
{
    const char *hash = lc_csr_hash(own->csr);

    if (!always && lc_memory_is(&requirer->memory, hash, LC_FACT_ANNOUNCED, own->digest))
        return true;
    return warn_about(hook, own, err) && queue_for(requirer, LC_REQUIRER_AVAILABLE, own, err) &&
           lc_memory_note(&requirer->memory, hash, LC_FACT_ANNOUNCED, own->digest, err);
}

static bool denial_digest(const struct lc_error_entry *denial, char hex[LC_SHA256_HEX],
                          struct lc_err *err)
{
    const char *const fields[] = { denial->name, denial->message, denial->reason, denial->provider,
                                   denial->endpoint };
    LC_AUTO(lc_buf_release) struct lc_buf text;
    unsigned char digest[LC_SHA256_BYTES];

    lc_buf_init(&text, LC_DATABAG_MAX_BYTES);
    lc_buf_printf(&text, "%lld", (long long)denial->code);
    for (size_t i = 0; i < LC_COUNT(fields); i++) {
        lc_buf_putc(&text, fields[i] == NULL ? '-' : '+');
        lc_buf_puts(&text, fields[i] == NULL ? "" : fields[i]);
        lc_buf_putc(&text, '\n');
    }
    if (!lc_buf_check(&text, err) || !lc_sha256(text.data, text.len, digest, err))
        return false;
    lc_hex_encode(digest, sizeof(digest), hex);
    return true;
}

static bool tell_denial(struct lc_requirer *requirer, const struct lc_own *own, bool always,
                        struct lc_err *err)
{
    char digest[LC_SHA256_HEX];
    const char *hash = lc_csr_hash(own->csr);

    if (!denial_digest(own->denial, digest, err))
        return false;
    if (!always && lc_memory_is(&requirer->memory, hash, LC_FACT_DENIED, digest))
        return true;
    return queue_for(requirer, LC_REQUIRER_DENIED, own, err) &&
           lc_memory_note(&requirer->memory, hash, LC_FACT_DENIED, digest, err);
}

static bool queue_events(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         const struct lc_reason *reason, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;
    const bool always = requirer->always || reason->announce_all;

    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (own->csr == NULL || own->wish == LC_NONE)
            continue;
        const bool assigned = view->fates[own->wish].assigned == i;
        const bool denied = own->denial != NULL && !own->remove && own->cert == NULL;
        if ((own->revoked && own->made_by != LC_MADE_BY_OTHER &&
             !queue_for(requirer, LC_REQUIRER_REVOKED, own, err)) ||
            (assigned && !announce(requirer, hook, own, always, err)) ||
            (denied && !tell_denial(requirer, own, always, err)) ||
            (own->renew && !queue_for(requirer, LC_REQUIRER_RENEWING, own, err)))
            return false;
    }
    return true;
}

/* --- memory --------------------------------------------------------------------------------- */

static void forget_removed(struct lc_requirer *requirer)
{
    for (size_t i = 0; i < requirer->view.own_count; i++)
        if (requirer->view.own[i].csr != NULL && requirer->view.own[i].remove)
            lc_memory_forget(&requirer->memory, lc_csr_hash(requirer->view.own[i].csr));
}

bool lc_requirer_apply(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_reason *reason, struct lc_err *err)
{
    if (!write_secrets(requirer, hook, err) || !settle_expired(requirer, hook, reason, err) ||
        !queue_events(requirer, hook, reason, err))
        return false;
    forget_removed(requirer);
    return write_bags(requirer, hook, reason, err) &&
           lc_requirer_drop_previous_keys(requirer, hook, err);
}
