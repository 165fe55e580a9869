/* Certificates: parsed, alone and as a chain, looked at, and parsed again from what they say they
 * are. OpenSSL reads the same. */
#include <string.h>

#include "fuzz.h"
#include "fuzz_openssl.h"
#include "x509/chain.h"

static void look(const struct lc_cert *cert)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *again = NULL;
    struct lc_err err = LC_ERR_INIT;
    const char *pem = lc_cert_pem(cert);
    bool is_own;

    (void)lc_cert_is_ca(cert);
    fuzz_must(lc_cert_is_self_signed(cert, &is_own, &err), "not known whether self-signed", &err);
    (void)lc_cert_not_after(cert);
    fuzz_openssl_cert(cert);
    fuzz_must(lc_cert_parse(pem, strlen(pem), &again, &err), "not read again", &err);
    fuzz_must(lc_cert_equals(cert, again), "read again, it is another", &err);
}

static void verify(const struct lc_chain *chain)
{
    struct lc_err err = LC_ERR_INIT;
    bool in_order;

    fuzz_must(lc_chain_has_valid_order(chain, &in_order, &err), "its order is not known", &err);
    if (!lc_chain_verify(chain->items[0], chain, chain, 1767225600, &err))
        fuzz_refused(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(1u << 24);
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    fuzz_pem("CERTIFICATE", bytes, len, &pem);
    if (lc_cert_parse(pem.data, pem.len, &cert, &err))
        look(cert);
    else
        fuzz_refused(&err);
    if (lc_chain_parse(pem.data, pem.len, &chain, &err))
        verify(&chain);
    else
        fuzz_refused(&err);
    return 0;
}
