/* Between cert.c and those who verify or sign with OpenSSL. Private to x509/. */
#ifndef LC_X509_CERT_OSSL_H
#define LC_X509_CERT_OSSL_H

#include "x509/cert.h"
#include "x509/der.h"
#include "x509/ossl.h"
#include "x509/pem.h"

extern const struct lc_pem_kind lc_cert_kind;

/* A certificate of its DER, which is copied. */
bool lc_cert_from_der(const unsigned char *der, size_t der_len, struct lc_cert **out,
                      struct lc_err *err) LC_MUST_CHECK;

/* One block that was found in a text. */
bool lc_cert_from_block(const struct lc_pem_block *block, struct lc_cert **out, struct lc_err *err)
    LC_MUST_CHECK;

/* OpenSSL's form of it; NULL, and reasons in OpenSSL's queue, where it cannot read what was only
 * skipped here, such as the public key. It is not changed: the certificate keeps it, and gives it
 * to whoever asks. Free with X509_free. */
X509 *lc_cert_open(const struct lc_cert *cert);

/* The subject alone, and the public key; otherwise as those of a request (csr_ossl.h). */
X509_NAME *lc_cert_open_subject(const struct lc_cert *cert);
const struct lc_der_item *lc_cert_spki(const struct lc_cert *cert);

/* Of a CA: -1 where none is said. */
int lc_cert_path_length(const struct lc_cert *cert);

const char *lc_cert_curve(const struct lc_cert *cert);

#endif
