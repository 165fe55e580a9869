/* Secrets of certificates: one for each of our requests that is answered, whose expiry is the time
 * to renew (tls-certificates 3.7). */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

#define FIELD_CERTIFICATE "certificate"
#define FIELD_CSR         "csr"

static bool holds(const struct lc_secret_content *content, const struct lc_cert *cert)
{
    const struct lc_secret *pem = lc_secret_content_get(content, FIELD_CERTIFICATE);
    const char *wanted = lc_cert_pem(cert);

    return pem != NULL && pem->len == strlen(wanted) && strncmp(pem->data, wanted, pem->len) == 0;
}

/* Its secret, and whether it holds just this certificate. out->id is NULL where there is none. */
static bool look_up(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                    enum lc_label_kind kind, const struct lc_own *own, struct lc_secret_info *out,
                    bool *same, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    *same = false;
    if (!lc_requirer_find_secret(requirer, hook, kind, own->scope, lc_csr_hash(own->csr), out, err))
        return false;
    if (out->id == NULL)
        return true;
    if (!lc_juju_call(hook->juju, secret_get, out->id, NULL, LC_SECRET_REFRESH, &content, err))
        return false;
    *same = holds(&content, own->cert);
    return true;
}

/* When Juju is to tell us. Late: the renewal starts in this very hook, so the next time to hear of
 * it is the end. */
static int64_t expiry_of(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         const struct lc_own *own)
{
    const int64_t to = lc_cert_not_after(own->cert);
    const int64_t due = own->renew_from != 0
                            ? own->renew_from
                            : lc_renewal_due(lc_cert_not_before(own->cert), to, requirer->renew_at);

    return due <= lc_clock_now(hook->clock) ? to : due;
}

/* Content and expiry in one command (D-39). id: NULL to add. */
static bool write_certificate(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_own *own, const char *id, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_free)
    char *label = lc_label_format(&owner, LC_LABEL_CERTIFICATE, own->scope, lc_csr_hash(own->csr));
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *new_id = NULL;
    const char *cert = lc_cert_pem(own->cert);
    const char *csr = lc_csr_pem(own->csr);

    if (label == NULL)
        return lc_fail_memory(err);
    if (!lc_secret_content_set(&content, FIELD_CERTIFICATE, cert, strlen(cert), err) ||
        !lc_secret_content_set(&content, FIELD_CSR, csr, strlen(csr), err))
        return false;
    const struct lc_secret_spec spec = { .label = id == NULL ? label : NULL,
                                         .expire_s = expiry_of(requirer, hook, own),
                                         .content = &content };
    if (id != NULL)
        return lc_juju_call(hook->juju, secret_set, id, &spec, err);
    return lc_juju_call(hook->juju, secret_add, &spec, &new_id, err);
}

/* One that holds the same certificate needs at most another expiry: the library counts it from the
 * moment of writing (D-18). */
static bool write_expiry(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         const struct lc_own *own, const struct lc_secret_info *info,
                         struct lc_err *err)
{
    const struct lc_secret_spec spec = { .expire_s = expiry_of(requirer, hook, own) };

    return info->expire_s == spec.expire_s ||
           lc_juju_call(hook->juju, secret_set, info->id, &spec, err);
}

/* The label is looked up although we may have no record of a secret: a commit that fails half-way
 * keeps secrets and loses the state (juju-hooks 1.5), and Juju refuses to add a label twice. Where
 * we did not send the request ourselves it may also be a label of an older library. */
bool lc_requirer_store_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                   const struct lc_own *own, struct lc_err *err)
{
    const char *hash = lc_csr_hash(own->csr);
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    bool same;

    if (!own->fresh)
        return true;
    const bool is_adopted = !lc_memory_knows(&requirer->memory, hash);
    if (!look_up(requirer, hook, LC_LABEL_CERTIFICATE, own, &info, &same, err))
        return false;
    if (info.id == NULL && is_adopted &&
        !look_up(requirer, hook, LC_LABEL_CERTIFICATE_OLD, own, &info, &same, err))
        return false;
    if (same ? !write_expiry(requirer, hook, own, &info, err)
             : !write_certificate(requirer, hook, own, info.id, err))
        return lc_wrap(err, "cannot keep the certificate");
    /* v3's secret for the same request has had its day (UPG-017). */
    if (is_adopted && own->scope == LC_TLS_UNIT &&
        !lc_requirer_drop_secret(requirer, hook, LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT, hash, err))
        return false;
    if (own->scope == LC_TLS_APP)
        lc_memory_set_kept_for_app(&requirer->memory, true);
    return lc_memory_note(&requirer->memory, hash, LC_FACT_STORED, lc_cert_hash(own->cert), err);
}

bool lc_requirer_remove_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                    const struct lc_own *own, struct lc_err *err)
{
    const char *hash = lc_csr_hash(own->csr);
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    /* Sent by us, and never answered: there is none. */
    if (lc_memory_knows(&requirer->memory, hash) &&
        lc_memory_is(&requirer->memory, hash, LC_FACT_STORED, ""))
        return true;
    if (!lc_requirer_find_secret(requirer, hook, LC_LABEL_CERTIFICATE, own->scope, hash, &info,
                                 err))
        return false;
    if (info.id != NULL)
        return lc_juju_call(hook->juju, secret_remove, info.id, 0, err);
    return lc_requirer_drop_secret(requirer, hook, LC_LABEL_CERTIFICATE_OLD, own->scope, hash, err);
}

bool lc_requirer_remove_leftovers(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                  struct lc_err *err)
{
    const struct lc_strlist *hashes = &requirer->memory.leftovers;

    for (size_t i = 0; i < hashes->count; i++)
        if (!lc_requirer_drop_secret(requirer, hook, LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT,
                                     hashes->items[i], err))
            return false;
    lc_memory_forget_leftovers(&requirer->memory);
    return true;
}

static const struct lc_own *find_own(const struct lc_view *view, const struct lc_label *label)
{
    for (size_t i = 0; i < view->own_count; i++)
        if (view->own[i].scope == label->scope &&
            strcmp(lc_csr_hash(view->own[i].csr), label->hash) == 0)
            return &view->own[i];
    return NULL;
}

/* While the certificate is handed out its secret stays, to its end, or to the time that its author
 * has now chosen; any other has had its day. */
bool lc_requirer_settle_expired(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                const struct lc_label *label, struct lc_err *err)
{
    const struct lc_own *own = find_own(&requirer->view, label);
    const char *id = hook->event->secret_id;
    bool elsewhere = false;

    /* Nobody can say that it is not in use; Juju asks again. */
    if (requirer->view.sealed || (own != NULL && requirer->view.blind))
        return true;
    if (own != NULL && own->usable) {
        const struct lc_secret_spec later = { .expire_s = own->renew_from != 0
                                                              ? expiry_of(requirer, hook, own)
                                                              : lc_cert_not_after(own->cert) };
        return lc_juju_call(hook->juju, secret_set, id, &later, err);
    }
    if (own == NULL && !lc_requirer_is_elsewhere(requirer, hook, label, NULL, &elsewhere, err))
        return false;
    if (elsewhere)
        return true;
    /* Its request stays, and may be answered again. */
    if (own != NULL && !own->remove &&
        !lc_memory_note(&requirer->memory, label->hash, LC_FACT_STORED, "", err))
        return false;
    lc_log(hook->log, LC_LEVEL_DEBUG,
           "endpoint '%s': the secret of a certificate that is not in "
           "use any more is removed",
           requirer->endpoint);
    return lc_juju_call(hook->juju, secret_remove, id, 0, err);
}
