/* The requirer's life cycle (tls-certificates part 3): a key in a secret, requests in a databag,
 * certificates found, kept and renewed, without the author doing any of it.
 *
 * One struct lc_requirer for each `tls.requires` of a charm, made when the charm is loaded (no hook
 * command is called then) and worked by one call in each hook. Everything is read through the
 * hook's port once: observe → ask the author → plan (pure) → apply. What changed is then handed out
 * as events, one after another, each once; an event whose handler fails is handed out again in the
 * retried hook, since what was announced is remembered in Juju's state, which a failed hook does
 * not write.
 *
 * Renewals are make before break: the old request stays, and its certificate is handed out, until
 * the new one has its certificate (3.9, "Ours"). */
#ifndef LC_TLS_REQUIRER_H
#define LC_TLS_REQUIRER_H

#include "base/index.h"
#include "tls/databag.h"
#include "tls/hook.h"
#include "tls/legacy.h"
#include "x509/attrs.h"
#include "x509/chain.h"
#include "x509/key.h"

/* A certificate that is wanted. */
struct lc_tls_request {
    char *name; /* the author's, to tell requests apart; NULL for none */
    enum lc_tls_scope scope;
    struct lc_attrs attrs; /* normalised by lc_tls_requests_take */
    char *form;            /* of attrs, by lc_attrs_encode; owned */
    size_t form_len;
};

struct lc_tls_requests {
    struct lc_tls_request *items;
    size_t count;
    size_t capacity;
    struct lc_index by_form; /* -> place in items */
    struct lc_index by_name;
};

#define LC_TLS_REQUESTS_INIT                                                                       \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }
#define LC_TLS_MAX_REQUESTS 10000

void lc_tls_requests_release(struct lc_tls_requests *requests);
LC_AUTO_VALUE(struct lc_tls_requests, lc_tls_requests_release);

/* Add one, normalised; attrs is taken (empty afterwards), also on failure. name may be NULL. A
 * request that is there already for the scope is not added again (REQ-020). LC_ELIMIT past
 * LC_TLS_MAX_REQUESTS; LC_EUSAGE as
 * lc_attrs_normalise says; the same name for two requests, the same request under two names or
 * under both scopes (REQ-012). */
bool lc_tls_requests_take(struct lc_tls_requests *requests, const char *name,
                          enum lc_tls_scope scope, struct lc_attrs *attrs, struct lc_err *err)
    LC_MUST_CHECK;

/* Called once in each reconcile (3.12). capabilities: said is false when the provider has not said
 * anything. Fills out with lc_tls_requests_take. */
typedef bool (*lc_tls_ask_fn)(void *context, const struct lc_capabilities *capabilities,
                              struct lc_tls_requests *out, struct lc_err *err);

/* Where the key of a scope is that an older charm has left (5.4): asked only while our secret holds
 * none. out: initialised; it stays so where there is nothing to be adopted. */
typedef bool (*lc_tls_adopt_fn)(void *context, enum lc_tls_scope scope, struct lc_adopt *out,
                                struct lc_err *err);

/* A certificate with all that belongs to it. Each is a reference of the pair's own. */
struct lc_tls_pair {
    char *name; /* of the request; NULL for none */
    enum lc_tls_scope scope;
    struct lc_key *key;
    struct lc_csr *csr;
    struct lc_cert *certificate;
    struct lc_cert *ca;
    struct lc_chain chain;
};

#define LC_TLS_PAIR_INIT                                                                           \
    {                                                                                              \
        .name = NULL                                                                               \
    }

void lc_tls_pair_release(struct lc_tls_pair *pair);
LC_AUTO_VALUE(struct lc_tls_pair, lc_tls_pair_release);

/* Whether a certificate that came is taken: asked in each look at it until it was kept. refusal:
 * initialised; filled with lc_fail, of any code, to say why not. What is refused is as if it had
 * not come: it is not handed out nor kept, its request waits and is not made anew, and the refusal
 * is told as a denial of code LC_ERROR_NOT_ACCEPTED. */
typedef bool (*lc_tls_accept_fn)(void *context, const struct lc_tls_pair *pair,
                                 const struct lc_tls_request *request, struct lc_err *refusal,
                                 struct lc_err *err);

/* When a certificate is renewed; *due stays 0 for "as renew_at says". It is bounded as
 * lc_renewal_bound does. Asked in each look at a certificate that may be handed out. */
typedef bool (*lc_tls_renew_fn)(void *context, const struct lc_tls_pair *pair, int64_t now,
                                int64_t *due, struct lc_err *err);

struct lc_requirer_options {
    const char *endpoint;
    enum lc_tls_mode mode;
    struct lc_key_spec key;     /* {0} is RSA 2048 */
    double renew_at;            /* fraction of the validity, 0.5 < x <= 1; 0 is 0.9 */
    struct lc_key *private_key; /* given by the author, not stored; NULL: ours, in a secret.
                                   Borrowed: the requirer takes a reference of its own */
    lc_tls_adopt_fn adopt;      /* NULL: no key is adopted; nor can one be given besides */
    bool always;                /* announce what is available in each hook, changed or not */
    lc_tls_accept_fn accept;    /* NULL: all that fit their request */
    lc_tls_renew_fn renew;      /* NULL: as renew_at says */
    lc_tls_ask_fn ask;
    void *ask_context; /* of all callbacks; none of them may have the requirer look again */
    size_t max_bytes;  /* of a databag's key, read or written; 0: LC_DATABAG_MAX_BYTES */
};

struct lc_requirer;

/* LC_EUSAGE for a renew_at out of bounds, a private key that is RSA of under 2048 bits, or one that
 * is given and another to be adopted. Copies the texts. */
bool lc_requirer_new(const struct lc_requirer_options *options, struct lc_requirer **out,
                     struct lc_err *err) LC_MUST_CHECK;
void lc_requirer_free(struct lc_requirer *requirer);
LC_AUTO_POINTER(struct lc_requirer, lc_requirer_free);
const char *lc_requirer_endpoint(const struct lc_requirer *requirer);
enum lc_tls_mode lc_requirer_mode(const struct lc_requirer *requirer);

/* What the event asks for (3.2): reconcile, renewal on secret-expired, clean-up on relation-broken,
 * or nothing. Call once in each hook, before the author's handlers. */
bool lc_requirer_handle(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err) LC_MUST_CHECK;

/* Reconcile now, whatever the event: the author asks. */
bool lc_requirer_sync(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      struct lc_err *err) LC_MUST_CHECK;

enum lc_requirer_event_kind {
    LC_REQUIRER_AVAILABLE,
    LC_REQUIRER_DENIED,
    LC_REQUIRER_REVOKED,
    LC_REQUIRER_RENEWING
};

const char *lc_requirer_event_name(enum lc_requirer_event_kind kind); /* "available", ...; static */

struct lc_requirer_event {
    enum lc_requirer_event_kind kind;
    struct lc_tls_pair pair;      /* denied: name, scope, key and csr only */
    struct lc_error_entry denial; /* denied */
};

/* The next event to be handled, or NULL; a view until the next call. After its handlers have
 * returned well, lc_requirer_delivered; a handler's failure ends the hook instead. */
const struct lc_requirer_event *lc_requirer_next(struct lc_requirer *requirer);
void lc_requirer_delivered(struct lc_requirer *requirer);

/* Write what has been announced to the state: at the end of the hook, before the session's flush.
 */
bool lc_requirer_finish(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err) LC_MUST_CHECK;

/* The pairs that may be used now (3.7): certificate and key, not revoked, not expired. These
 * observe first where no reconcile has, and write nothing. name: NULL for the first. False with
 * LC_ENOTFOUND where there is none. */
bool lc_requirer_assigned(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          const char *name, struct lc_tls_pair *out, struct lc_err *err)
    LC_MUST_CHECK;
/* By number from 0, in the order of the requests, for a list of all; LC_ENOTFOUND ends it. */
bool lc_requirer_assigned_at(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             size_t index, struct lc_tls_pair *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The provider's refusal of one of our requests; a view until the next reconcile, or NULL with
 * true. */
bool lc_requirer_denial(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const char *name, const struct lc_error_entry **out, struct lc_err *err)
    LC_MUST_CHECK;

/* By number from 0, all of them; NULL after the last. */
bool lc_requirer_denial_at(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           size_t index, const struct lc_error_entry **out, struct lc_err *err)
    LC_MUST_CHECK;

/* What the provider says it can do; a view. said is false without relation or data (REQ-060). */
bool lc_requirer_capabilities(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_capabilities **out, struct lc_err *err) LC_MUST_CHECK;

/* Ask anew for this certificate, same key, make before break; nothing when it is not ours
 * (REQ-049). */
bool lc_requirer_renew(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_cert *certificate, struct lc_err *err) LC_MUST_CHECK;

/* A new key, and new requests (3.13); a key that there is not is not replaced: a warning, nothing
 * else. drop_old: break before make, for a key that got out.
 * LC_ESTATE with a supplied key (REQ-052). import: key is given, kept as ours (REQ-053, -083). On a
 * unit that is not the leader the application's key stays (REQ-054). */
bool lc_requirer_regenerate_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                enum lc_tls_scope scope, bool drop_old, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_requirer_import_key(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            enum lc_tls_scope scope, struct lc_key *key, struct lc_err *err)
    LC_MUST_CHECK;

/* The bare id of the key's secret, freed with lc_free; NULL with true where there is none
 * (REQ-055). */
bool lc_requirer_key_secret_id(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               enum lc_tls_scope scope, char **out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
