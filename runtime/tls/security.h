/* The security log (tls-certificates 2.11): one JSON line for each thing that somebody who looks
 * into an incident wants to find. Lines of level INFO go to the log at DEBUG, where a line costs no
 * hook command (juju/hooklog.h); the two warnings at WARNING. */
#ifndef LC_TLS_SECURITY_H
#define LC_TLS_SECURITY_H

#include "tls/hook.h"
#include "x509/cert.h"

void lc_security_key_generated(const struct lc_tls_hook *hook, const struct lc_key *key);
void lc_security_certificate_generated(const struct lc_tls_hook *hook, const struct lc_cert *cert);
void lc_security_ca_generated(const struct lc_tls_hook *hook, const struct lc_cert *cert);
void lc_security_certificate_provided(const struct lc_tls_hook *hook, const char *relation_id,
                                      const struct lc_csr *csr);
/* who: the unit or application that asked; name, message: of the denial. */
void lc_security_certificate_denied(const struct lc_tls_hook *hook, const char *relation_id,
                                    const char *who, const struct lc_csr *csr, int64_t code,
                                    const char *name, const char *message);
void lc_security_all_revoked(const struct lc_tls_hook *hook, const char *endpoint);

#endif
