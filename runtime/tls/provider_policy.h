/* A policy at work in a provider: what it is told of the world, what becomes of its verdicts, the
 * journal of its decisions, and the guard against a new policy that locks out who is there. */
#ifndef LC_TLS_PROVIDER_POLICY_H
#define LC_TLS_PROVIDER_POLICY_H

#include "tls/policy.h"
#include "tls/provider.h"

/* --- the world of a provider ----------------------------------------------------------------- */

/* What a policy may read, fetched when it does and kept for the hook. */
struct lc_provider_world {
    struct lc_provider *provider;
    struct lc_tls_hook hook;
    const struct lc_chain *issuer; /* borrowed; NULL: not known */
    struct lc_json *config;        /* NULL until it was read */
    struct lc_policy_other *others;
    size_t other_count;
    bool has_others;
    struct lc_policy_world view; /* for requests */
};

void lc_provider_world_init(struct lc_provider_world *world, struct lc_provider *provider,
                            const struct lc_tls_hook *hook);
void lc_provider_world_release(struct lc_provider_world *world);

/* The policy's view of a request. now: the hook's. */
struct lc_policy_request lc_provider_policy_request(struct lc_provider_world *world,
                                                    const struct lc_tls_incoming *incoming,
                                                    const char *endpoint, const char *model);

/* --- from a verdict to a certificate --------------------------------------------------------- */

struct lc_policy_signer {
    struct lc_cert *certificate; /* of the issuer; borrowed, as are the others */
    struct lc_key *key;
    const struct lc_chain
        *chain;         /* above the issuer, nearest first; NULL: nothing is sent but it */
    int64_t validity_s; /* where the shape does not say */
};

/* Issue what was decided: built once, checked against the name constraints of the chain, signed as
 * it was checked. A request that may not be signed so is denied: out says why, and verdict becomes
 * that denial. Warnings, such as a validity that was cut at the issuer's end, are added to the
 * verdict's. verdict: LC_VERDICT_ISSUE. */
bool lc_policy_sign(struct lc_verdict *verdict, const struct lc_policy_request *request,
                    const struct lc_policy_signer *signer, struct lc_decision *out,
                    struct lc_err *err) LC_MUST_CHECK;

/* A denial or a deferral as the provider takes it. */
bool lc_policy_refuse(const struct lc_verdict *verdict, struct lc_decision *out, struct lc_err *err)
    LC_MUST_CHECK;

/* --- the journal ----------------------------------------------------------------------------- */

/* One line of compact JSON for each decision, so that it can be made again with another policy:
 *
 *   time       "2026-01-15T12:00:00Z"
 *   endpoint, relation, app, unit   who asked; unit is absent for the application's databag
 *   by         our unit
 *   ca         whether a CA certificate was asked for
 *   csr        the CSR in PEM; absent when it is over LC_JOURNAL_CSR_BYTES
 *   csr_sha256 of the canonical PEM, in hex
 *   decision   "issue", "deny" or "defer"
 *   rule       the name of the rule that decided; absent for "no profile matched"
 *   code, message   of a denial; message also of a deferral
 *   warnings, labels   where there are any
 *   failure    what went wrong in a rule, with its traceback
 *   policy     the hash of the policy
 *   config     the charm's configuration, where the policy read it
 *   shadow     { "decision", "rule", "policy" } of a candidate that would have decided otherwise
 *
 * The file holds LC_JOURNAL_MAX_BYTES at most; the one before it is kept beside it as PATH.1. One
 * line that is longer by itself is not written: LC_ELIMIT. */
#define LC_JOURNAL_CSR_BYTES (64u * 1024)
#define LC_JOURNAL_MAX_BYTES (1024u * 1024)

struct lc_policy_shadow {
    const struct lc_verdict *verdict; /* NULL: none */
    const char *rule;                 /* NULL: no profile matched */
    const char *hash;
};

bool lc_policy_journal(const char *path, const struct lc_policy *policy, const char *hash,
                       const struct lc_policy_request *request, const struct lc_verdict *verdict,
                       const struct lc_policy_shadow *shadow, const struct lc_json *config,
                       struct lc_err *err) LC_MUST_CHECK;

/* --- the guard against lock-outs ------------------------------------------------------------- */

/* The policy that was last at work, in the unit's state: its files, which of them is the policy,
 * and its hash. One that is over LC_KEPT_MAX_BYTES is not kept. */
#define LC_KEPT_MAX_BYTES 60000 /* as JSON; one value of Juju's state holds 65536 */

struct lc_kept_policy {
    struct lc_strmap sources;
    char *main;
    char *hash;
};

#define LC_KEPT_POLICY_INIT                                                                        \
    {                                                                                              \
        .main = NULL                                                                               \
    }

void lc_kept_policy_release(struct lc_kept_policy *kept);
LC_AUTO_VALUE(struct lc_kept_policy, lc_kept_policy_release);

/* main is NULL where none is kept, or what is there cannot be read. */
bool lc_kept_policy_load(const struct lc_tls_hook *hook, const char *endpoint,
                         struct lc_kept_policy *out, struct lc_err *err) LC_MUST_CHECK;
bool lc_kept_policy_store(const struct lc_tls_hook *hook, const char *endpoint, const char *main,
                          const struct lc_strmap *sources, const char *hash, bool *kept_out,
                          struct lc_err *err) LC_MUST_CHECK;

/* Who has a certificate that the policy before would renew and the new one would refuse: "web/0",
 * each once. out: initialised. */
bool lc_policy_locked_out(struct lc_provider_world *world, const char *endpoint, const char *model,
                          const struct lc_policy *before, const struct lc_policy *after,
                          struct lc_strlist *out, struct lc_err *err) LC_MUST_CHECK;

#endif
