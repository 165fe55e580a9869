/* Units with certificates, for tests: one call is one hook, from the fake Juju through a session
 * and the life cycle to the commit, with a new life cycle each time, as a charm's process has it.
 *
 *     struct tls_unit unit;
 *     tls_unit_init(&unit, "web/0", wishes, LC_COUNT(wishes));     related to ca by certificates:7
 *     tls_changed(&unit);                                          relation-changed: it asks
 *     tls_answer(unit.fake, TLS_RELATION, whos, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
 *     tls_changed(&unit);                                          "available", in unit.events
 *     tls_unit_release(&unit);
 *
 * Keys are P-256 unless the options say otherwise: they are made a hundred times faster.
 * Certificates are signed by the CA of the golden vectors. Helpers that get nonsense fail the test.
 */
#ifndef TESTS_LIB_TLS_WORLD_H
#define TESTS_LIB_TLS_WORLD_H

#include "fake_juju.h"
#include "tls/provider.h"
#include "tls/requirer.h"

#define TLS_DAY_S    ((int64_t)86400)
#define TLS_RELATION "certificates:7"
#define TLS_LIBID    "afd8c2bccf834997afce12c2706d2ede"
#define TLS_STATE    "luacharm-tls-certificates"

/* Under valgrind (tests/run.sh sets WRAP): fewer rounds do, there it is about memory. */
bool tls_is_slow(void);

/* --- a requirer --------------------------------------------------------------------------------
 */

struct tls_wish {
    const char *name; /* NULL for none, as in all of these */
    enum lc_tls_scope scope;
    const char *common_name;
    const char *dns;
    bool is_ca;
    bool no_unique_id;
};

/* As it was handed out: copies. */
struct tls_event {
    enum lc_requirer_event_kind kind;
    struct lc_tls_pair pair;
    struct lc_error_entry denial;
};

struct tls_unit;
typedef bool (*tls_act_fn)(struct tls_unit *unit, struct lc_requirer *requirer,
                           const struct lc_tls_hook *hook, struct lc_err *err);

struct tls_unit {
    struct fake_juju *fake;
    struct lc_requirer_options options; /* ask: answers with the wishes */
    const struct tls_wish *wishes;
    size_t wish_count;
    const char *const *endpoints; /* of the charm; NULL */
    unsigned fail_event;          /* the handler of this event of the hook fails, from 1; 0: none */
    bool loses_state; /* the commit keeps secrets and loses the rest (juju-hooks 1.5): the hook
                         fails */
    tls_act_fn act;   /* the author's handler of the hook's own event; NULL */
    void *act_context;

    /* of the last hook */
    struct tls_event *events;
    size_t event_count;
    size_t event_capacity;
    struct lc_strlist log; /* "WARNING text" */
    unsigned asked;        /* calls for the wishes */
    bool was_told;         /* the provider's capabilities */
};

/* The unit leads only after fake_juju_lead. */
void tls_unit_init(struct tls_unit *unit, const char *name, const struct tls_wish *wishes,
                   size_t wish_count);
void tls_unit_release(struct tls_unit *unit);

/* The current hook of unit->fake, and its commit; when it fails, what Juju buffers is dropped. */
bool tls_unit_run(struct tls_unit *unit, struct lc_err *err) LC_MUST_CHECK;

/* Begin a hook and run it; it must succeed. changed: relation-changed of ca/0. */
void tls_hook(struct tls_unit *unit, const char *hook_name);
void tls_relation_hook(struct tls_unit *unit, const char *hook_name, const char *remote_unit);
void tls_secret_hook(struct tls_unit *unit, const char *hook_name, const char *secret);
void tls_changed(struct tls_unit *unit);

/* How many of the last hook's events are of a kind; how many of its log lines have a text. */
size_t tls_count_events(const struct tls_unit *unit, enum lc_requirer_event_kind kind);
size_t tls_count_log(const struct tls_unit *unit, const char *part);

/* What may be used now, asked in a hook that does nothing else and must write nothing. name: NULL
 * for the first. False: there is none. out: initialised; its old content goes. */
bool tls_assigned(struct tls_unit *unit, const char *name, struct lc_tls_pair *out);

/* Calls of the last hook that change something. */
size_t tls_writes(struct fake_juju *fake);

/* What we ask for, of a unit or application; out: initialised. */
void tls_requests(struct fake_juju *fake, const char *relation_id, const char *who,
                  struct lc_request_entries *out);
size_t tls_request_count(struct fake_juju *fake, const char *who);
/* The CSR of number `at`, as it stands there. Free with lc_free. */
char *tls_request_at(struct fake_juju *fake, const char *who, size_t at);

/* Label of the secret of a request's certificate. Free with lc_free. */
char *tls_certificate_label(const char *unit_number, const char *endpoint, const char *csr_pem);

/* A log's sink. context: the list of its lines; DEBUG is left out, but for audit lines. */
void tls_keep_line(void *context, enum lc_level level, const char *line);

/* It can be read. */
struct lc_csr *tls_parse_csr(const char *pem);

/* --- a provider --------------------------------------------------------------------------------
 */

/* A certificate for a CSR's text, by the vectors' CA. Free with lc_free. */
char *tls_issue(const char *csr_pem, int64_t not_before, int64_t validity_s, bool is_ca);
const char *tls_ca_pem(void);

/* As a provider does it: every request of whos (ends with NULL) gets a certificate, those that have
 * one keep it, and certificates without a request go. */
void tls_answer(struct fake_juju *fake, const char *relation_id, const char *const *whos,
                int64_t not_before, int64_t validity_s);

/* The whole list of answers, or of denials. */
void tls_put_certificates(struct fake_juju *fake, const char *relation_id,
                          const struct lc_certificate_entries *entries);
void tls_add_certificate(struct lc_certificate_entries *entries, const char *csr,
                         const char *certificate, bool revoked);
void tls_put_denial(struct fake_juju *fake, const char *relation_id, const char *csr, int64_t code,
                    const char *message);

/* --- our provider ------------------------------------------------------------------------------
 */

struct tls_provider_unit;
typedef bool (*tls_provider_act_fn)(struct tls_provider_unit *unit, struct lc_provider *provider,
                                    const struct lc_tls_hook *hook, struct lc_err *err);

/* decide: by default every request gets a certificate of 90 days. */
struct tls_provider_unit {
    struct fake_juju *fake;
    struct lc_provider_options options;  /* context: this */
    struct lc_capabilities capabilities; /* published when said */
    enum lc_decision_kind decision;
    int64_t code; /* of a denial */
    tls_provider_act_fn act;
    void *act_context;

    const struct lc_tls_hook *hook; /* while one runs */

    /* of the last hook */
    struct lc_strlist log;
    unsigned decided; /* requests */
};

/* "ca/0", leader, without relations. */
void tls_provider_init(struct tls_provider_unit *unit);
void tls_provider_release(struct tls_provider_unit *unit);
bool tls_provider_run(struct tls_provider_unit *unit, struct lc_err *err) LC_MUST_CHECK;
void tls_provider_hook(struct tls_provider_unit *unit, const char *hook_name);
/* relation-changed of a remote unit; relation "certificates:9". */
void tls_provider_changed(struct tls_provider_unit *unit, const char *relation_id,
                          const char *remote_unit);

/* A request: tls_csr(3) is always the same text in one program, up to 2047. All have one key, which
 * nobody else has. */
const char *tls_csr(size_t number);

/* The databag's text of these requests: a list of numbers for tls_csr that ends with -1. */
void tls_put_requests(struct fake_juju *fake, const char *relation_id, const char *who,
                      const int *numbers);

#endif
