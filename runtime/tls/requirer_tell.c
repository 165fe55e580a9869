/* What a reconcile has to tell the author: each change once (tls-certificates 3.7). */
#include <string.h>

#include "base/text.h"
#include "tls/requirer_private.h"

/* Taken all the same: providers of several kinds drop fields (3.7, REQ-088). */
static bool warn_about(const struct lc_tls_hook *hook, const struct lc_own *own, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist missing = LC_STRLIST_INIT;
    const char *serial = lc_cert_serial(own->cert);
    bool issued = false;

    if (!lc_cert_is_issued_by(own->cert, own->issuer, &issued, err))
        return false;
    if (lc_cert_not_before(own->cert) > lc_clock_now(hook->clock))
        lc_log(hook->log, LC_LEVEL_WARNING, "certificate %s is not valid yet", serial);
    if (!issued)
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
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    unsigned char digest[LC_SHA256_BYTES];

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

static bool tell_denial(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const struct lc_own *own, bool always, struct lc_err *err)
{
    char digest[LC_SHA256_HEX];
    const char *hash = lc_csr_hash(own->csr);

    if (!denial_digest(own->denial, digest, err))
        return false;
    if (!always && lc_memory_is(&requirer->memory, hash, LC_FACT_DENIED, digest))
        return true;
    if (own->denial == &own->refusal)
        lc_log(hook->log, LC_LEVEL_WARNING, "endpoint '%s': %s: %s", requirer->endpoint,
               own->denial->message, own->denial->reason);
    return queue_for(requirer, LC_REQUIRER_DENIED, own, err) &&
           lc_memory_note(&requirer->memory, hash, LC_FACT_DENIED, digest, err);
}

bool lc_requirer_tell(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;
    const bool always = requirer->always || reason->announce_all;

    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (own->wish == LC_NONE || own->made_by == LC_MADE_BY_OTHER)
            continue;
        const bool assigned = view->fates[own->wish].assigned == i;
        const bool denied = own->denial != NULL && !own->remove;
        if ((own->revoked && !queue_for(requirer, LC_REQUIRER_REVOKED, own, err)) ||
            (assigned && !announce(requirer, hook, own, always, err)) ||
            (denied && !tell_denial(requirer, hook, own, always, err)) ||
            (own->renew && !queue_for(requirer, LC_REQUIRER_RENEWING, own, err)))
            return false;
    }
    return true;
}
