/* The provider's parts among themselves: what was observed of each relation, and what it becomes.
 */
#ifndef LC_TLS_PROVIDER_PRIVATE_H
#define LC_TLS_PROVIDER_PRIVATE_H

#include "base/index.h"
#include "base/strmap.h"
#include "tls/answers.h"
#include "tls/memory.h"
#include "tls/provider.h"

#define LC_NONE ((size_t)-1)

/* A request of the other side. */
struct lc_asked {
    char *body; /* see pem_body.h */
    char *unit; /* NULL: the application's databag */
    struct lc_csr *csr;
    bool ca;
    size_t certificate; /* its entry in certificates, or LC_NONE */
    size_t error;       /* its entry in errors, or LC_NONE */
    bool served;        /* its certificate is not revoked and has its public key (4.4) */
};

struct lc_provided {
    char *relation_id;
    char *remote_app;
    bool unreadable; /* some databag of the other side could not be read: nothing is cleaned (D-04)
                      */
    struct lc_asked *asked;
    size_t asked_count;
    size_t asked_capacity;
    struct lc_index by_body; /* body -> place in asked */

    /* our own databag: as it is, and as it shall be. An answer that is dropped leaves its place
     * empty, so that places stay what they are. */
    struct lc_strmap bag;
    struct lc_answers certificates;
    struct lc_answers errors;
    struct lc_capabilities capabilities;
    bool sealed; /* too long to be read: it stays as it is, and nobody is answered in it */
    bool full;   /* an answer has found no room: those that follow wait, too */
    bool certificates_changed;
    bool errors_changed;
    bool capabilities_changed;
};

struct lc_provider {
    char *endpoint;
    char *policy_version;
    char *provider_name; /* NULL: the application */
    lc_tls_decide_fn decide;
    lc_tls_capable_fn capable;
    void *context;
    size_t max_bytes; /* of a databag; 0: LC_DATABAG_MAX_BYTES */

    struct lc_memory memory;
    bool observed;
    bool leader;
    struct lc_provided *relations;
    size_t relation_count;
    size_t relation_capacity;
};

/* provider_observe.c */
void lc_provider_forget(struct lc_provider *provider);
bool lc_provider_observe(struct lc_provider *provider, const struct lc_tls_hook *hook,
                         struct lc_err *err) LC_MUST_CHECK;
/* The place in asked of a CSR, in PEM or in an answer, or LC_NONE; scratch is overwritten. */
size_t lc_provided_find(const struct lc_provided *relation, const char *csr,
                        struct lc_buf *scratch);
size_t lc_provided_find_asked(const struct lc_provided *relation, const struct lc_answer *answer,
                              struct lc_buf *scratch);

/* What is remembered of a denial: the policy, and what of the request is not in its CSR. */
bool lc_provider_policy_digest(const struct lc_provider *provider, const struct lc_asked *asked,
                               char digest[LC_SHA256_HEX], struct lc_err *err) LC_MUST_CHECK;

/* provider_answer.c: change the lists of a relation; provider_write sends what differs. */
/* Drop an answer. */
void lc_provided_drop_certificate(struct lc_provided *relation, size_t place);
void lc_provided_drop_error(struct lc_provided *relation, size_t place);
/* Mark revoked; there is room for that. */
bool lc_provided_revoke(struct lc_provided *relation, size_t place, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_provided_clean(struct lc_provided *relation, struct lc_err *err) LC_MUST_CHECK;
/* *fits: whether there is room for the answer. Where there is none nothing has changed, and the
 * relation is full. */
bool lc_provided_answer(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_provided *relation, struct lc_asked *asked,
                        const struct lc_decision *decision, bool *fits, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_provider_write(struct lc_provider *provider, const struct lc_tls_hook *hook,
                       struct lc_err *err) LC_MUST_CHECK;

#endif
