/* Chains: kept, read, judged. */
#include "x509/chain.h"

#include <string.h>

#include "base/mem.h"
#include "x509/cert_ossl.h"
#include "x509/parts.h"

void lc_chain_release(struct lc_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        lc_cert_unref(chain->items[i]);
    lc_free(chain->items);
    *chain = (struct lc_chain)LC_CHAIN_INIT;
}

bool lc_chain_add(struct lc_chain *chain, struct lc_cert *cert, struct lc_err *err)
{
    if (chain->count == LC_CHAIN_MAX_CERTS)
        return lc_fail(err, LC_ELIMIT, "a chain of over %d certificates", LC_CHAIN_MAX_CERTS);
    if (!lc_grow(&chain->items, &chain->capacity, chain->count, sizeof(*chain->items)))
        return lc_fail_memory(err);
    chain->items[chain->count++] = lc_cert_ref(cert);
    return true;
}

bool lc_chain_parse(const char *pem, size_t pem_len, struct lc_chain *out, struct lc_err *err)
{
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    const char *end = pem + pem_len;
    const char *at = pem;

    if (pem_len > LC_CHAIN_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "the text of a chain has %zu bytes, over %u", pem_len,
                       LC_CHAIN_MAX_BYTES);
    for (;;) {
        struct lc_pem_block block;
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
        const enum lc_pem_find found = lc_pem_find(at, (size_t)(end - at), &lc_cert_kind, &block,
                                                   err);
        if (found == LC_PEM_NONE && chain.count != 0)
            break;
        if (found != LC_PEM_FOUND || !lc_cert_from_block(&block, &cert, err) ||
            !lc_chain_add(&chain, cert, err))
            return lc_wrap(err, "certificate %zu of the chain", chain.count + 1);
        at = block.rest;
    }
    lc_chain_release(out);
    *out = chain;
    chain = (struct lc_chain)LC_CHAIN_INIT;
    return true;
}

bool lc_chain_has_valid_order(const struct lc_chain *chain, bool *out, struct lc_err *err)
{
    bool in_order = true;

    for (size_t i = 0; i + 1 < chain->count && in_order; i++)
        if (!lc_cert_is_issued_by(chain->items[i], chain->items[i + 1], &in_order, err))
            return false;
    *out = in_order;
    return true;
}

void lc_chain_encode(const struct lc_chain *chain, struct lc_buf *out)
{
    for (size_t i = 0; i < chain->count; i++) {
        lc_buf_puts(out, lc_cert_pem(chain->items[i]));
        lc_buf_putc(out, '\n');
    }
}

/* --- verifying ----------------------------------------------------------------------------- */

static STACK_OF(X509) * open_all(const struct lc_chain *chain)
{
    LC_AUTO(lc_x509_stack_free) STACK_OF(X509) *stack = sk_X509_new_null();

    for (size_t i = 0; stack != NULL && i < chain->count; i++) {
        LC_AUTO(X509_free) X509 *cert = lc_cert_open(chain->items[i]);
        if (cert == NULL || sk_X509_push(stack, cert) <= 0)
            return NULL;
        (void)LC_STEAL(cert);
    }
    return LC_STEAL(stack);
}

/* The verifier's reason and whom it is about. */
static bool fail_verification(X509_STORE_CTX *context, struct lc_err *err)
{
    const int reason = X509_STORE_CTX_get_error(context);
    X509 *about = X509_STORE_CTX_get_current_cert(context);
    unsigned char *der = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(1024);
    LC_AUTO(lc_name_release) struct lc_name subject = LC_NAME_INIT;
    struct lc_err unread = LC_ERR_INIT; /* then it goes without a name */
    struct lc_der_item item;

    if (reason == X509_V_ERR_OUT_OF_MEM || lc_ossl_is_starved())
        return lc_ossl_fail(err, LC_ENOMEM, "out of memory");
    const int len = about == NULL ? 0 : i2d_X509_NAME(X509_get_subject_name(about), &der);
    struct lc_der in = { der, len > 0 ? (size_t)len : 0 };
    if (lc_der_take(&in, LC_DER_SEQUENCE, &item) && lc_name_read(&item, &subject, &unread))
        lc_name_describe(&subject, &name);
    OPENSSL_free(der);
    lc_ossl_clear();
    return lc_fail(err, LC_ECRYPTO, "the certificate '%s' does not verify: %s", name.data,
                   X509_verify_cert_error_string(reason));
}

bool lc_chain_verify(const struct lc_cert *leaf, const struct lc_chain *between,
                     const struct lc_chain *trusted, int64_t at_time, struct lc_err *err)
{
    lc_ossl_start();
    LC_AUTO(X509_free) X509 *cert = lc_cert_open(leaf);
    LC_AUTO(lc_x509_stack_free) STACK_OF(X509) *helpers = open_all(between);
    LC_AUTO(lc_x509_stack_free) STACK_OF(X509) *anchors = open_all(trusted);
    LC_AUTO(X509_STORE_free) X509_STORE *store = X509_STORE_new();
    LC_AUTO(X509_STORE_CTX_free) X509_STORE_CTX *context = X509_STORE_CTX_new();

    if (cert == NULL || helpers == NULL || anchors == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "a certificate to verify is unreadable");
    if (store == NULL || context == NULL || X509_STORE_CTX_init(context, store, cert, helpers) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot verify a certificate");
    X509_STORE_CTX_set0_trusted_stack(context, anchors);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_CTX_set_time(context, 0, (time_t)at_time);
    if (X509_verify_cert(context) != 1) /* 0 and -1 both mean no */
        return fail_verification(context, err);
    lc_ossl_clear();
    return true;
}
