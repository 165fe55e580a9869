/* What OpenSSL reads in the DER that we have read: the second reader of fuzz_csr.c and
 * fuzz_certificate.c. What both take is the same to both, field by field.
 *
 * Known differences, each with its reason. We refuse more: what is not DER, an extension twice,
 * malformed extensions, more than our limits. OpenSSL refuses more, too: it looks into strings of
 * names, parameters of algorithms, attributes and bit strings, which we keep as they are, since one
 * who has such a name is told of it rather than not heard (lc_der_dup_text). Such a request never
 * verifies, and nothing is issued for one that does not. */
#ifndef TESTS_LIB_FUZZ_OPENSSL_H
#define TESTS_LIB_FUZZ_OPENSSL_H

#include "x509/cert.h"

void fuzz_openssl_csr(const struct lc_csr *csr);
void fuzz_openssl_cert(const struct lc_cert *cert);

#endif
