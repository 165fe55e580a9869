/* Certificate requests: parsed, looked at in every way, and parsed again from what they say they
 * are. OpenSSL reads the same. */
#include <string.h>

#include "fuzz.h"
#include "fuzz_openssl.h"
#include "x509/csr.h"

static void look(const struct lc_csr *csr)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *again = NULL;
    struct lc_err err = LC_ERR_INIT;
    const char *pem = lc_csr_pem(csr);

    if (!lc_csr_attrs(csr, lc_csr_asks_for_ca(csr), &attrs, &err))
        fuzz_refused(&err);
    if (!lc_csr_verify(csr, &err))
        fuzz_refused(&err);
    fuzz_openssl_csr(csr);
    fuzz_must(lc_csr_parse(pem, strlen(pem), &again, &err), "not read again", &err);
    fuzz_must(lc_csr_equals(csr, again), "read again, it is another", &err);
    fuzz_must(strcmp(lc_csr_hash(csr), lc_csr_hash(again)) == 0, "another hash", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(1u << 24);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    fuzz_pem("CERTIFICATE REQUEST", bytes, len, &pem);
    if (lc_csr_parse(pem.data, pem.len, &csr, &err))
        look(csr);
    else
        fuzz_refused(&err);
    return 0;
}
