/* Between key.c and key_parse.c. */
#ifndef LC_X509_KEY_OSSL_H
#define LC_X509_KEY_OSSL_H

#include "x509/key.h"
#include "x509/ossl.h"

/* A key of what OpenSSL read or made; takes pkey, on failure too. LC_ECRYPTO, LC_ELIMIT. */
bool lc_key_take(EVP_PKEY *pkey, struct lc_key **out, struct lc_err *err) LC_MUST_CHECK;

#endif
