/* The requirer's parts among themselves: what was observed, and what is to be done about it. */
#ifndef LC_TLS_REQUIRER_PRIVATE_H
#define LC_TLS_REQUIRER_PRIVATE_H

#include "base/index.h"
#include "tls/answers.h"
#include "tls/labels.h"
#include "tls/memory.h"
#include "tls/renewal.h"
#include "tls/requirer.h"

#define LC_NONE ((size_t)-1)

/* Whose key made a CSR. The previous key is the one before a rotation: its certificates are handed
 * out until the new ones are there. */
enum lc_made_by { LC_MADE_BY_OTHER, LC_MADE_BY_CURRENT, LC_MADE_BY_PREVIOUS };

/* One of our requests in a databag, and what is known of it. */
struct lc_own {
    /* observed */
    enum lc_tls_scope scope;
    const struct lc_request_entry *entry; /* in the databag; a view into the bag's entries */
    struct lc_csr *csr;
    bool ca;
    enum lc_made_by made_by;
    size_t wish;            /* the request that it answers, or LC_NONE */
    struct lc_cert *cert;   /* a certificate that fits, or NULL */
    struct lc_cert *issuer; /* `ca` of its entry */
    struct lc_chain chain;
    bool revoked;
    const struct lc_error_entry *denial; /* the provider's, or the refusal below */
    struct lc_error_entry refusal;       /* by the author, of a certificate that came */
    int64_t renew_from;                  /* the author's choice; 0: as renew_at says */
    char digest[LC_SHA256_HEX];          /* of certificate, CA and chain */
    bool fresh;                          /* the certificate is not known to be in its secret */

    /* planned */
    bool remove; /* out of the databag */
    bool usable; /* may be handed out: it fits, is not revoked and not past its end */
    bool renew;  /* a successor is sent now */
};

/* A wish, and what becomes of it. */
struct lc_wish {
    size_t assigned;  /* place in own of what is handed out, or LC_NONE */
    unsigned waiting; /* how many of our requests wait for their certificate */
    bool send;
};

struct lc_scope_key {
    struct lc_key *current;  /* NULL: none to be had here */
    struct lc_key *previous; /* NULL: no rotation is under way */
    bool in_secret;          /* current came from our secret */
};

/* Everything that was read in this hook. */
struct lc_view {
    bool observed;
    char *relation_id; /* NULL: no relation */
    char *remote_app;
    bool leader; /* asked only where the mode needs it */
    bool sealed; /* a databag of our own is too long to be read: it stays as it is */
    bool blind;  /* what the provider has answered cannot be read: nothing of ours goes for it */
    struct lc_request_entries bags[LC_TLS_SCOPES];
    struct lc_strmap answers;       /* the provider's databag */
    struct lc_answers certificates; /* views into it */
    struct lc_error_entries errors;
    struct lc_capabilities capabilities;
    struct lc_scope_key keys[LC_TLS_SCOPES];
    struct lc_tls_requests wishes;
    struct lc_wish *fates; /* planned: one for each wish */
    struct lc_own *own;
    size_t own_count;
    size_t own_capacity;
    struct lc_strlist sent; /* hashes of the requests that this hook sends */
};

void lc_view_release(struct lc_view *view);

struct lc_requirer {
    char *endpoint;
    enum lc_tls_mode mode;
    struct lc_key_spec key_spec;
    char *curve;
    double renew_at;
    struct lc_key *private_key; /* NULL: ours */
    lc_tls_adopt_fn adopt;      /* NULL: none */
    bool always;
    lc_tls_accept_fn accept; /* NULL: all */
    lc_tls_renew_fn renew;   /* NULL: as renew_at says */
    lc_tls_ask_fn ask;
    void *ask_context;
    size_t max_bytes; /* of a databag's key; 0: LC_DATABAG_MAX_BYTES */
    bool is_asking;   /* the author: no reconcile until it is answered */

    struct lc_memory memory;
    struct lc_view view;
    struct lc_requirer_event *events; /* a queue: next_event is the head */
    size_t event_count;
    size_t event_capacity;
    size_t next_event;
};

/* Why a reconcile runs. */
struct lc_reason {
    const char *expired_hash; /* secret-expired of this CSR's certificate; NULL: no */
    const char *renew_hash;   /* the author asks for a new one for this CSR; NULL: no */
    bool announce_all;        /* upgrade-charm: tell the charm again */
    bool may_be_new_mode;     /* the charm may have begun to use another mode */
    bool may_be_new_leader;   /* so that databags can be cleaned that could not before */
};

/* requirer_observe.c: fill the view: relation, databags, answers, capabilities. */
bool lc_requirer_observe(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         struct lc_err *err) LC_MUST_CHECK;
/* Find the relation, where this unit has no part in the requests and so has not looked for it. */
bool lc_requirer_find_relation(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               struct lc_err *err) LC_MUST_CHECK;
/* What the provider wrote into the view's relation. */
bool lc_requirer_read_answers(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              struct lc_err *err) LC_MUST_CHECK;
/* Ask the author, and find which request each CSR answers. */
bool lc_requirer_ask(struct lc_requirer *requirer, struct lc_err *err) LC_MUST_CHECK;
/* Whether this unit has a part in the scope: its own always, the application's as leader. */
bool lc_requirer_treats(const struct lc_requirer *requirer, enum lc_tls_scope scope);

/* requirer_match.c: find the answer to each of our requests in what the provider wrote. */
bool lc_requirer_match(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err) LC_MUST_CHECK;

/* requirer_judge.c: ask the author which of the certificates are taken, and when they are renewed.
 */
bool lc_requirer_judge(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err) LC_MUST_CHECK;

/* requirer_keys.c: keys of the treated scopes. load reads and may leave none; with make_missing it
 * makes what is missing (3.4). */
bool lc_requirer_load_keys(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           bool make_missing, struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_store_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           enum lc_tls_scope scope, struct lc_key *key, struct lc_key *previous,
                           struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_drop_previous_keys(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                    struct lc_err *err) LC_MUST_CHECK;

/* requirer_plan.c: pure. Decides the fate of each of our requests and which are to be sent. */
void lc_requirer_plan(struct lc_view *view, double renew_at, const struct lc_reason *reason,
                      int64_t now);

/* requirer_apply.c: carry the plan out through the port, and queue the events. */
bool lc_requirer_apply(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_reason *reason, struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_set_requests(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              enum lc_tls_scope scope, const char *text, struct lc_err *err)
    LC_MUST_CHECK;

/* requirer_tell.c: the events that a reconcile gives rise to. */
bool lc_requirer_tell(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err) LC_MUST_CHECK;

/* requirer_secrets.c: secrets of certificates. */
bool lc_requirer_store_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                   const struct lc_own *own, struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_remove_certificate(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                    const struct lc_own *own, struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_remove_leftovers(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                  struct lc_err *err) LC_MUST_CHECK;
/* After secret-expired and its reconcile: Juju repeats the event until the secret is gone or its
 * expiry has moved. */
bool lc_requirer_settle_expired(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                const struct lc_label *label, struct lc_err *err) LC_MUST_CHECK;
/* A secret by one of our labels, if it is there: out->id is NULL where it is not. */
bool lc_requirer_find_secret(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             enum lc_label_kind kind, enum lc_tls_scope scope, const char *hash,
                             struct lc_secret_info *out, struct lc_err *err) LC_MUST_CHECK;
/* Remove it, if it is there. */
bool lc_requirer_drop_secret(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             enum lc_label_kind kind, enum lc_tls_scope scope, const char *hash,
                             struct lc_err *err) LC_MUST_CHECK;

/* requirer_tidy.c: what other modes, a lost leadership and older versions have left. */
bool lc_requirer_tidy(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err) LC_MUST_CHECK;
/* relation-broken: every secret of ours (3.11). */
bool lc_requirer_clean_up(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err) LC_MUST_CHECK;
/* Whether the CSR of a label that does not say its endpoint belongs to another one of the charm. */
bool lc_requirer_is_elsewhere(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_label *label, const char *text, bool *out,
                              struct lc_err *err) LC_MUST_CHECK;

/* requirer_events.c: the queue. pair is taken. denial is copied; NULL but for denials. */
bool lc_requirer_queue(struct lc_requirer *requirer, enum lc_requirer_event_kind kind,
                       struct lc_tls_pair *pair, const struct lc_error_entry *denial,
                       struct lc_err *err) LC_MUST_CHECK;
/* A pair of one of our requests; cert may be NULL for denials. */
bool lc_requirer_pair(const struct lc_requirer *requirer, const struct lc_own *own,
                      struct lc_tls_pair *out, struct lc_err *err) LC_MUST_CHECK;

/* requirer.c */
bool lc_requirer_ensure_looked(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               struct lc_err *err) LC_MUST_CHECK;
bool lc_requirer_reconcile(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           const struct lc_reason *reason, struct lc_err *err) LC_MUST_CHECK;

#endif
