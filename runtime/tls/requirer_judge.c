/* The author's word on certificates that came: whether they are taken, and when they are renewed.
 * Asked between match and plan, so that the plan stays pure: what is refused is gone from the view
 * and its request waits, as one does that was denied. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

static void drop_certificate(struct lc_own *own)
{
    lc_cert_unref(own->cert);
    lc_cert_unref(own->issuer);
    lc_chain_release(&own->chain);
    own->cert = NULL;
    own->issuer = NULL;
}

#define REFUSAL_MAX_BYTES 4096

static char *join(const char *text, const char *more)
{
    LC_AUTO(lc_buf_release) struct lc_buf joined = LC_BUF_INIT(REFUSAL_MAX_BYTES);

    lc_buf_puts(&joined, text);
    lc_buf_puts(&joined, more);
    return joined.code == LC_OK ? lc_strdup(joined.data) : NULL;
}

static bool refuse(const struct lc_requirer *requirer, struct lc_own *own, const char *why,
                   struct lc_err *err)
{
    const struct lc_error_entry refusal = {
        .csr = lc_strdup(lc_csr_pem(own->csr)),
        .code = LC_ERROR_NOT_ACCEPTED,
        .name = lc_strdup(lc_request_error_name(LC_ERROR_NOT_ACCEPTED)),
        .message = join("the certificate is not accepted: ", why),
        .reason = join("serial number ", lc_cert_serial(own->cert)),
        .endpoint = lc_strdup(requirer->endpoint),
    };

    lc_error_entry_release(&own->refusal);
    own->refusal = refusal;
    own->denial = &own->refusal;
    drop_certificate(own);
    return refusal.csr != NULL && refusal.name != NULL && refusal.message != NULL &&
                   refusal.reason != NULL && refusal.endpoint != NULL
               ? true
               : lc_fail_memory(err);
}

static bool judge(struct lc_requirer *requirer, struct lc_own *own, int64_t now, struct lc_err *err)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct lc_err why = LC_ERR_INIT;
    int64_t due = 0;

    if (!lc_requirer_pair(requirer, own, &pair, err))
        return false;
    if (requirer->accept != NULL && own->fresh) {
        const struct lc_tls_request *request = &requirer->view.wishes.items[own->wish];
        if (!requirer->accept(requirer->ask_context, &pair, request, &why, err))
            return false;
        if (why.code != LC_OK)
            return refuse(requirer, own, why.message, err);
    }
    if (requirer->renew == NULL)
        return true;
    if (!requirer->renew(requirer->ask_context, &pair, now, &due, err))
        return false;
    if (due != 0)
        own->renew_from = lc_renewal_bound(lc_cert_not_before(own->cert),
                                           lc_cert_not_after(own->cert), due);
    return true;
}

/* What is revoked or past its end is replaced whatever the author thinks of it. */
static bool is_asked_about(const struct lc_own *own, int64_t now)
{
    return own->cert != NULL && own->wish != LC_NONE && own->made_by != LC_MADE_BY_OTHER &&
           !own->revoked && now < lc_cert_not_after(own->cert);
}

bool lc_requirer_judge(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    const int64_t now = lc_clock_now(hook->clock);
    bool done = true;

    if (requirer->accept == NULL && requirer->renew == NULL)
        return true;
    requirer->is_asking = true;
    for (size_t i = 0; i < requirer->view.own_count && done; i++) {
        struct lc_own *own = &requirer->view.own[i];
        done = !is_asked_about(own, now) || judge(requirer, own, now, err);
    }
    requirer->is_asking = false;
    return done;
}
