/* Between csr.c and those who build or sign with OpenSSL. Private to x509/. */
#ifndef LC_X509_CSR_OSSL_H
#define LC_X509_CSR_OSSL_H

#include "x509/csr.h"
#include "x509/ossl.h"

/* A request of its DER, which is copied. */
bool lc_csr_from_der(const unsigned char *der, size_t der_len, struct lc_csr **out,
                     struct lc_err *err) LC_MUST_CHECK;

/* OpenSSL's form of it, with its signature verified (LC_ECRYPTO); free with X509_REQ_free. */
bool lc_csr_open(const struct lc_csr *csr, X509_REQ **out, struct lc_err *err) LC_MUST_CHECK;

#endif
