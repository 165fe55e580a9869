/* Between csr.c and those who build or sign with OpenSSL. Private to x509/. */
#ifndef LC_X509_CSR_OSSL_H
#define LC_X509_CSR_OSSL_H

#include "x509/csr.h"
#include "x509/der.h"
#include "x509/ossl.h"

/* A request of its DER, which is copied. */
bool lc_csr_from_der(const unsigned char *der, size_t der_len, struct lc_csr **out,
                     struct lc_err *err) LC_MUST_CHECK;

/* OpenSSL's form of the subject; NULL, and reasons in its queue, where it cannot be had. Free with
 * X509_NAME_free. */
X509_NAME *lc_csr_open_subject(const struct lc_csr *csr);

/* The public key; a view. */
const struct lc_der_item *lc_csr_spki(const struct lc_csr *csr);

#endif
