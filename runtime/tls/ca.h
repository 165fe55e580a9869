/* A certificate authority kept in a Juju secret of the application (`tls.ca{...}`): made when it is
 * first needed, read at most once in a hook, used by the leader only.
 *
 * It is renewed before it ends: as soon as what it issues would outlive it, it gets a new key and a
 * new certificate. What it issued before stays valid, and is replaced as each requirer renews,
 * which is before the old CA ends; until then both are to be trusted (lc_ca_trusted).
 *
 * Nobody has to be quick: the old CA signs the new one's key, too, and that certificate goes with
 * what the new one issues. So a client that knows either of the two takes it. */
#ifndef LC_TLS_CA_H
#define LC_TLS_CA_H

#include "tls/hook.h"
#include "tls/provider.h"
#include "x509/cert.h"

struct lc_ca_options {
    const char *endpoint;     /* names the secret: "luacharm-ca-<endpoint>" */
    struct lc_attrs *subject; /* common_name is needed; taken (emptied) */
    struct lc_key_spec key;
    int64_t validity_s;      /* of the CA's own certificate; 0 is ten years */
    int64_t leaf_validity_s; /* where a shape does not say; 0 is 90 days */
};

struct lc_ca;

/* Allocates; calls nothing. LC_EUSAGE for a subject that cannot be encoded. */
bool lc_ca_new(const struct lc_ca_options *options, struct lc_ca **out, struct lc_err *err)
    LC_MUST_CHECK;
void lc_ca_free(struct lc_ca *ca);
LC_AUTO_POINTER(struct lc_ca, lc_ca_free);

/* The CA's certificate, made or renewed now if that is due: a view until the CA changes. Leader
 * only, else LC_EPERM. LC_EPARSE for a secret that does not hold a CA: it is not replaced, since
 * whoever trusts it would be cut off without a word. */
bool lc_ca_certificate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_cert **out,
                       struct lc_err *err) LC_MUST_CHECK;

/* All that are to be trusted, newest first: the CA's certificate, and those before it that have not
 * ended. out: its old content goes. Errors as above. */
bool lc_ca_trusted(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_chain *out,
                   struct lc_err *err) LC_MUST_CHECK;

/* Certificate and key for who signs by himself (tls/provider_policy.h): views until the CA changes.
 * validity_s: of what is to be signed, 0 for the leaf validity, which *leaf_validity_out is. */
bool lc_ca_signer(struct lc_ca *ca, const struct lc_tls_hook *hook, int64_t validity_s,
                  struct lc_cert **cert_out, struct lc_key **key_out, int64_t *leaf_validity_out,
                  struct lc_err *err) LC_MUST_CHECK;

/* Fill in what goes with out->certificate, which was signed so: CA and chain, as lc_ca_sign has
 * them, and the line of the security log. */
bool lc_ca_complete(const struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_decision *out,
                    struct lc_err *err) LC_MUST_CHECK;

/* Sign a request in this shape; validity_s 0 and not_before 0 are filled in. out becomes
 * LC_DECISION_ISSUE, with the chain [certificate, ca], or, while an old CA has not ended,
 * [certificate, the CA signed by the old one, the old one]; or LC_DECISION_DENY (999) for a request
 * that nobody should sign, such as one with a zero byte in a name: it is the request that is at
 * fault, not the hook. */
bool lc_ca_sign(struct lc_ca *ca, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                const struct lc_cert_shape *shape, struct lc_decision *out, struct lc_err *err)
    LC_MUST_CHECK;

/* A new key and certificate in the same secret, now; the old certificate stays trusted until it
 * ends. What was issued is re-issued by the caller (lc_provider_reissue_all). */
bool lc_ca_rotate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
    LC_MUST_CHECK;

#endif
