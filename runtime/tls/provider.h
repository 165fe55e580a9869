/* The provider's life cycle (tls-certificates part 4): requests of all relations read entry by
 * entry, each decided once by the author's callback, answers written as one change of each databag.
 *
 * What does not fit into a databag (LC_DATABAG_MAX_BYTES) is not written: those whose answers find
 * no room wait, with a warning, until there is some, and what is there stays. So does a databag of
 * ours that is too long to be read.
 *
 * One struct lc_provider for each `tls.provides`. Only the leader writes; on other units everything
 * reads as empty (PROV-001, -035). */
#ifndef LC_TLS_PROVIDER_H
#define LC_TLS_PROVIDER_H

#include "tls/answers.h"
#include "tls/hook.h"
#include "x509/chain.h"
#include "x509/csr.h"

/* A request that waits for an answer; all of it is borrowed from the provider. */
struct lc_tls_incoming {
    const char *relation_id;
    const char *remote_app;
    const char *remote_unit; /* NULL: it came in the application's databag */
    struct lc_csr *csr;
    bool ca; /* as the entry says, not the CSR */
};

enum lc_decision_kind {
    LC_DECISION_DEFER, /* no answer now; asked again in the next hook */
    LC_DECISION_ISSUE,
    LC_DECISION_DENY
};

struct lc_decision {
    enum lc_decision_kind kind;
    struct lc_cert *certificate; /* issue: references that the provider takes */
    struct lc_cert *ca;
    struct lc_chain chain; /* leaf first; empty: [certificate], or [certificate, ca] (PROV-030) */
    bool chain_in_order;   /* known, and not verified once more: who signed has made it */
    int64_t code;          /* deny */
    char *message; /* deny; owned, as are the next three, which may be NULL for "not said" */
    char *reason;
    char *provider; /* NULL: as the options say */
    char *endpoint;
};

/* Deny, with copies of the texts; reason may be NULL. */
bool lc_decision_deny(struct lc_decision *decision, int64_t code, const char *message,
                      const char *reason, struct lc_err *err) LC_MUST_CHECK;

#define LC_DECISION_INIT                                                                           \
    {                                                                                              \
        .kind = LC_DECISION_DEFER                                                                  \
    }

void lc_decision_release(struct lc_decision *decision);
LC_AUTO_VALUE(struct lc_decision, lc_decision_release);

/* Decide about one request. False is a failure of the hook, not a refusal. */
typedef bool (*lc_tls_decide_fn)(void *context, const struct lc_tls_incoming *request,
                                 struct lc_decision *out, struct lc_err *err);

/* What the provider can do, asked in each reconcile; said false: nothing is published. */
typedef bool (*lc_tls_capable_fn)(void *context, struct lc_capabilities *out, struct lc_err *err);

struct lc_provider_options {
    const char *endpoint;
    lc_tls_decide_fn decide;
    lc_tls_capable_fn capable;  /* NULL: nothing is published */
    const char *policy_version; /* when it differs, denied requests are decided again (PROV-037).
                                   NULL is "" */
    const char *provider_name;  /* into the `provider` of denials; NULL: left out */
    void *context;
    size_t max_bytes; /* of what is written into one databag; 0: LC_DATABAG_MAX_BYTES */
};

struct lc_provider;

/* Copies the texts. */
bool lc_provider_new(const struct lc_provider_options *options, struct lc_provider **out,
                     struct lc_err *err) LC_MUST_CHECK;
void lc_provider_free(struct lc_provider *provider);
LC_AUTO_POINTER(struct lc_provider, lc_provider_free);
const char *lc_provider_endpoint(const struct lc_provider *provider);

/* What the event asks for (4.1): clean up, publish, decide what is outstanding, write. */
bool lc_provider_handle(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_err *err) LC_MUST_CHECK;
bool lc_provider_sync(struct lc_provider *provider, const struct lc_tls_hook *hook,
                      struct lc_err *err) LC_MUST_CHECK;

/* Reading (4.4). Look first, which observes unless this hook has already; then walk, from a zeroed
 * cursor until false. relation_id: NULL for all. Views until the next write.
 *
 *     struct lc_provider_cursor cursor = { 0 };
 *     struct lc_provider_item item;
 *     if (!lc_provider_look(provider, hook, err)) ...
 *     while (lc_provider_next(provider, LC_PROVIDER_ISSUED, NULL, &cursor, &item)) ... */
enum lc_provider_list {
    LC_PROVIDER_REQUESTS,
    LC_PROVIDER_OUTSTANDING,
    LC_PROVIDER_WITHOUT_ROOM, /* those of the outstanding whose relation has no room for answers */
    LC_PROVIDER_ISSUED,       /* without revoked ones */
    LC_PROVIDER_CERTIFICATES,
    LC_PROVIDER_UNSOLICITED,
    LC_PROVIDER_ERRORS
};

struct lc_provider_cursor {
    size_t relation;
    size_t item;
};

struct lc_provider_item {
    struct lc_tls_incoming request; /* requests, outstanding, without room; else relation_id only */
    const struct lc_answer *certificate; /* issued, certificates, unsolicited: see tls/answers.h */
    const struct lc_answer *error;       /* errors */
    bool served;                         /* of requests: it has a certificate, not revoked */
};

bool lc_provider_look(struct lc_provider *provider, const struct lc_tls_hook *hook,
                      struct lc_err *err) LC_MUST_CHECK;
bool lc_provider_next(const struct lc_provider *provider, enum lc_provider_list list,
                      const char *relation_id, struct lc_provider_cursor *cursor,
                      struct lc_provider_item *out);

/* Answer a request that was deferred, or again (4.5): one change of the databag, gathered. The
 * CSR's earlier answer goes. decision is emptied. LC_ENOTFOUND for an unknown relation or request;
 * LC_ELIMIT where there is no room for the answer; on a unit that is not the leader LC_EPERM: the
 * library does nothing and says nothing (D-11). */
bool lc_provider_answer(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        const char *relation_id, const struct lc_csr *csr,
                        struct lc_decision *decision, struct lc_err *err) LC_MUST_CHECK;

/* Mark certificates revoked: of one CSR, or of all (csr and relation_id NULL). Errors as above;
 * where one relation's databag cannot be read, those of all others are revoked before LC_ELIMIT. */
bool lc_provider_revoke(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        const char *relation_id, const struct lc_csr *csr, struct lc_err *err)
    LC_MUST_CHECK;

/* Decide every request anew, answered or not: the CA or the policy has changed. */
bool lc_provider_reissue_all(struct lc_provider *provider, const struct lc_tls_hook *hook,
                             struct lc_err *err) LC_MUST_CHECK;

/* Write what was decided to the state, as lc_requirer_finish. */
bool lc_provider_finish(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_err *err) LC_MUST_CHECK;

#endif
