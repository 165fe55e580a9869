/* Between those who decide what is in a certificate and those who write and sign it. Private to
 * x509/. */
#ifndef LC_X509_CERT_BUILD_H
#define LC_X509_CERT_BUILD_H

#include "x509/cert_ossl.h"
#include "x509/parts.h"

/* A draft of what was built, to be signed with a key like this one. */
bool lc_cert_draft_new(X509 *cert, const STACK_OF(X509_EXTENSION) * stack, const struct lc_key *key,
                       struct lc_cert_draft **out, struct lc_err *err) LC_MUST_CHECK;

/* Change the subject that the certificate has. LC_EUSAGE for a value that cannot be written. */
bool lc_cert_change_subject(X509 *cert, const struct lc_subject_change *changes, size_t count,
                            struct lc_err *err) LC_MUST_CHECK;

/* Nothing when both are NULL or empty. LC_EUSAGE for a name that cannot be written. */
bool lc_cert_push_name_constraints(STACK_OF(X509_EXTENSION) * stack,
                                   const struct lc_sans *permitted, const struct lc_sans *excluded,
                                   struct lc_err *err) LC_MUST_CHECK;

#endif
