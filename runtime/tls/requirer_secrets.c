/* Secrets of certificates: one for each of our requests that is answered, whose expiry is the time
 * to renew (tls-certificates 3.7). */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

/* How a certificate's secret stands. */
enum stored { STORED_NOT, STORED_OTHER, STORED_SAME };

static bool holds(const struct lc_secret_content *content, const struct lc_cert *cert)
{
    const struct lc_secret *pem = lc_secret_content_get(content, "certificate");
    const char *wanted = lc_cert_pem(cert);

    return pem != NULL && pem->len == strlen(wanted) && strncmp(pem->data, wanted, pem->len) == 0;
}

static bool look_up(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                    enum lc_label_kind kind, const struct lc_own *own, enum stored *out,
                    struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_free) char *label = lc_label_format(&owner, kind, own->scope, lc_csr_hash(own->csr));
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (label == NULL)
        return lc_fail_memory(err);
    if (lc_juju_call(hook->juju, secret_get, NULL, label, LC_SECRET_REFRESH, &content, &why)) {
        *out = holds(&content, own->cert) ? STORED_SAME : STORED_OTHER;
        return true;
    }
    *out = STORED_NOT;
    if (why.code == LC_ENOTFOUND)
        return true;
    *err = why;
    return false;
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
    const int64_t from = lc_cert_not_before(own->cert);
    const int64_t to = lc_cert_not_after(own->cert);
    const int64_t due = lc_renewal_due(from, to, requirer->renew_at);
    const bool late = due <= lc_clock_now(hook->clock);
    const char *cert = lc_cert_pem(own->cert);
    const char *csr = lc_csr_pem(own->csr);

    if (label == NULL)
        return lc_fail_memory(err);
    if (!lc_secret_content_set(&content, "certificate", cert, strlen(cert), err) ||
        !lc_secret_content_set(&content, "csr", csr, strlen(csr), err))
        return false;
    /* Late: the renewal starts in this very hook, so the next time to hear of it is the end. */
    const struct lc_secret_spec spec = { .label = id == NULL ? label : NULL,
                                         .expire_s = late ? to : due,
                                         .content = &content };
    if (id != NULL)
        return lc_juju_call(hook->juju, secret_set, id, &spec, err);
    return lc_juju_call(hook->juju, secret_add, &spec, &new_id, err);
}

/* Where we did not send the request ourselves, its certificate may stand under a label of this or
 * an older library. One that holds the same certificate is left as it is. */
static bool find_stored(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const struct lc_own *own, enum lc_label_kind *kind, enum stored *stored,
                        struct lc_err *err)
{
    *stored = STORED_NOT;
    *kind = LC_LABEL_CERTIFICATE;
    if (lc_memory_is(&requirer->memory, lc_csr_hash(own->csr), LC_FACT_STORED, "") &&
        lc_memory_knows(&requirer->memory, lc_csr_hash(own->csr)))
        return true;
    if (!look_up(requirer, hook, *kind, own, stored, err))
        return false;
    if (*stored != STORED_NOT || lc_memory_knows(&requirer->memory, lc_csr_hash(own->csr)))
        return true;
    *kind = LC_LABEL_CERTIFICATE_OLD;
    return look_up(requirer, hook, *kind, own, stored, err);
}

bool lc_requirer_store_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                   const struct lc_own *own, struct lc_err *err)
{
    const char *hash = lc_csr_hash(own->csr);
    LC_AUTO(lc_free) char *id = NULL;
    LC_AUTO(lc_free) char *v3_id = NULL;
    enum lc_label_kind kind;
    enum stored stored;

    if (!own->fresh)
        return true;
    const bool is_adopted = !lc_memory_knows(&requirer->memory, hash);
    if (!find_stored(requirer, hook, own, &kind, &stored, err))
        return false;
    if (stored == STORED_OTHER &&
        !lc_requirer_find_secret(requirer, hook, kind, own->scope, hash, &id, err))
        return false;
    if (stored != STORED_SAME && !write_certificate(requirer, hook, own, id, err))
        return lc_wrap(err, "cannot keep the certificate");
    /* v3's secret for the same request has had its day (UPG-017). */
    if (is_adopted && own->scope == LC_TLS_UNIT) {
        if (!lc_requirer_find_secret(requirer, hook, LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT, hash,
                                     &v3_id, err))
            return false;
        if (v3_id != NULL && !lc_juju_call(hook->juju, secret_remove, v3_id, 0, err))
            return false;
    }
    return lc_memory_note(&requirer->memory, hash, LC_FACT_STORED, lc_cert_hash(own->cert), err);
}

bool lc_requirer_remove_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                    enum lc_tls_scope scope, const char *hash, struct lc_err *err)
{
    LC_AUTO(lc_free) char *id = NULL;

    /* Sent by us, and never answered: there is none. */
    if (lc_memory_knows(&requirer->memory, hash) &&
        lc_memory_is(&requirer->memory, hash, LC_FACT_STORED, ""))
        return true;
    if (!lc_requirer_find_secret(requirer, hook, LC_LABEL_CERTIFICATE, scope, hash, &id, err))
        return false;
    return id == NULL || lc_juju_call(hook->juju, secret_remove, id, 0, err);
}

/* After relation-broken: ours, of this relation name, whatever their generation (3.11). */
static bool is_ours(const struct lc_requirer *requirer, const struct lc_label *label)
{
    switch (label->kind) {
    case LC_LABEL_KEY:
    case LC_LABEL_KEY_OLD:
    case LC_LABEL_CERTIFICATE:
    case LC_LABEL_CERTIFICATE_OLD:
        return lc_requirer_treats(requirer, label->scope);
    case LC_LABEL_CERTIFICATE_V3:
    case LC_LABEL_CERTIFICATE_V2:
        return lc_requirer_treats(requirer, LC_TLS_UNIT);
    case LC_LABEL_OTHER:
        break;
    }
    return false;
}

bool lc_requirer_clean_up(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    if (!lc_juju_call(hook->juju, secret_ids, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
        struct lc_err why = LC_ERR_INIT;
        if (!lc_juju_call(hook->juju, secret_info, ids.items[i], NULL, &info, &why)) {
            if (why.code == LC_ENOTFOUND)
                continue;
            *err = why;
            return false;
        }
        const struct lc_label label = lc_label_parse(&owner, info.label);
        if (is_ours(requirer, &label) &&
            !lc_juju_call(hook->juju, secret_remove, ids.items[i], 0, err))
            return false;
    }
    lc_memory_forget_all(&requirer->memory);
    return true;
}
