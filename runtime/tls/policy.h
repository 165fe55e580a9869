/* Certificate policies: named rules that are asked about a request, and what is made of their
 * answers. Rules are callbacks: whoever holds them (bind/policy.h: a Lua file in a sandbox) says
 * what there is, is asked rule by rule, and knows nothing of how answers are combined. No Lua here,
 * no clock, no files, nothing random: a decision depends on the request alone.
 *
 * A policy is a tree. Its leaves are lists of rules:
 *
 *   require   may refuse (deny) or put off (defer); all of them are asked, all refusals are kept
 *   profile   may also say what is issued; in order, the first that answers decides
 *
 * and a leaf's verdict is: denied, with every refusal of its requires, if there is one; else
 * deferred, if a require said so; else what the first profile said that answered; else, in a leaf
 * with profiles, denied, "no profile matched"; a leaf without profiles consents.
 *
 *   all_of    every part is asked. Denied, with the refusals of all, if one denies; else deferred
 * if one defers; else issued in the shape of the first part that has one. first_of  the first part
 * that applies decides alone: a leaf applies when one of its profiles answers, whatever its
 * requires say; a combination when one of its parts does. None applies: "no profile matched".
 *   any_of    the first part that issues decides. None issues: a consent if one consents, else
 *             deferred if one defers, else denied with the refusals of all.
 *
 * A consent at the top is "no profile matched". Before any of it come the built-in rules (rules 0
 * to LC_POLICY_BUILTINS - 1), which deny what policies tend not to look at, unless the policy
 * accepts it; what they deny is not shown to the policy's own rules. A rule that fails ends the
 * decision: denied with 999, whatever else was said, and the cause is in the verdict for the log;
 * the one who asked is not told. */
#ifndef LC_TLS_POLICY_H
#define LC_TLS_POLICY_H

#include "base/json.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "tls/policy_shape.h"
#include "x509/chain.h"
#include "x509/csr.h"

/* --- the request ----------------------------------------------------------------------------- */

/* A request that the issuer knows of besides the one that is decided. Borrowed. */
struct lc_policy_other {
    const char *relation_id;
    const char *remote_app;
    const char *remote_unit; /* NULL: of the application */
    const struct lc_csr *csr;
    bool issued; /* it has a certificate; else it waits or was refused */
};

/* What is known of the world: asked when the first rule reads it, at most once for each decision.
 * Any of the functions may be NULL: nothing is known. What they hand out is borrowed and lives
 * until the decision has ended. */
struct lc_policy_world {
    void *context;
    bool (*config)(void *context, const struct lc_json **out, struct lc_err *err); /* an object */
    /* The issuer's certificate first, then those above it. */
    bool (*issuer)(void *context, const struct lc_chain **out, struct lc_err *err);
    /* Everything but the request itself, at most once for each CSR. */
    bool (*others)(void *context, const struct lc_policy_other **out, size_t *count_out,
                   struct lc_err *err);
};

enum lc_policy_signature { LC_SIGNATURE_UNCHECKED, LC_SIGNATURE_VALID, LC_SIGNATURE_INVALID };

/* Everything is borrowed for the length of a decision; texts may be NULL for "not known". */
struct lc_policy_request {
    const struct lc_csr *csr;           /* never NULL */
    bool is_ca;                         /* as stands beside the CSR, which may say something else */
    enum lc_policy_signature signature; /* checked by the built-in rules when it is not yet */
    const char *endpoint;
    const char *relation_id;
    const char *remote_app;
    const char *remote_unit; /* NULL: it came in the application's databag (mode "app") */
    const char *unit;        /* ours, "ca/0" */
    const char *app;
    const char *model;
    int64_t now_s;                       /* 0: not known */
    const struct lc_policy_world *world; /* NULL: nothing is known */
};

/* --- answers and verdicts -------------------------------------------------------------------- */

enum lc_answer_kind {
    LC_ANSWER_NOTHING, /* this rule has no opinion */
    LC_ANSWER_DENY,
    LC_ANSWER_DEFER,
    LC_ANSWER_ISSUE, /* profiles only */
    LC_ANSWER_FAILED /* the rule raised, ran out of its budget, or said something senseless */
};

const char *lc_answer_name(enum lc_answer_kind kind); /* "nothing", "deny", ...; static */

/* One refusal. Texts are owned; reason may be NULL. */
struct lc_refusal {
    int64_t code; /* the wire's: enum lc_request_error */
    char *message;
    char *reason;
    size_t rule;
};

struct lc_policy_answer {
    enum lc_answer_kind kind;
    struct lc_refusal refusal; /* deny; defer: its message is the reason; failed: what happened, for
                                  the log, its reason the traceback */
    struct lc_policy_shape shape; /* issue */
};

#define LC_POLICY_ANSWER_INIT                                                                      \
    {                                                                                              \
        .kind = LC_ANSWER_NOTHING, .shape = LC_POLICY_SHAPE_INIT                                   \
    }

void lc_policy_answer_release(struct lc_policy_answer *answer);
LC_AUTO_VALUE(struct lc_policy_answer, lc_policy_answer_release);

/* Copies; reason may be NULL. */
bool lc_policy_answer_deny(struct lc_policy_answer *answer, int64_t code, const char *message,
                           const char *reason, struct lc_err *err) LC_MUST_CHECK;
bool lc_policy_answer_defer(struct lc_policy_answer *answer, const char *reason, struct lc_err *err)
    LC_MUST_CHECK;
/* message, traceback (may be NULL): for the log. */
bool lc_policy_answer_fail(struct lc_policy_answer *answer, const char *message,
                           const char *traceback, struct lc_err *err) LC_MUST_CHECK;

enum lc_verdict_kind { LC_VERDICT_DENY, LC_VERDICT_DEFER, LC_VERDICT_ISSUE };

const char *lc_verdict_name(enum lc_verdict_kind kind); /* "deny", "defer", "issue"; static */

#define LC_POLICY_NO_RULE ((size_t)-1)

struct lc_verdict {
    enum lc_verdict_kind kind;
    size_t rule; /* that decided: the first that refused, that deferred, that failed, or the
                    profile; LC_POLICY_NO_RULE for "no profile matched" */
    struct lc_refusal *refusals; /* deny: one at least; defer: the reason */
    size_t refusal_count;
    size_t refusal_capacity;
    struct lc_policy_shape shape; /* issue */
    struct lc_strlist warnings;   /* what was asked for and is not granted, and the profile's own */
    char *failure;                /* a rule failed: for the log, with its traceback; else NULL */
};

#define LC_VERDICT_INIT                                                                            \
    {                                                                                              \
        .kind = LC_VERDICT_DENY, .rule = LC_POLICY_NO_RULE, .shape = LC_POLICY_SHAPE_INIT          \
    }

void lc_verdict_release(struct lc_verdict *verdict);
LC_AUTO_VALUE(struct lc_verdict, lc_verdict_release);

/* What goes over the wire for a denial: the code of the first refusal (999 after a failure), and
 * the messages of all of them, joined with "; ". message: initialised. */
int64_t lc_verdict_code(const struct lc_verdict *verdict);
void lc_verdict_message(const struct lc_verdict *verdict, struct lc_buf *message);

#define LC_POLICY_NO_PROFILE "no profile matched"
#define LC_POLICY_FAILED     "the policy could not decide about this request"

/* --- policies -------------------------------------------------------------------------------- */

enum lc_rule_kind { LC_RULE_BUILTIN, LC_RULE_REQUIRE, LC_RULE_PROFILE };

const char *lc_rule_kind_name(enum lc_rule_kind kind); /* "built-in", "require", "profile" */

struct lc_policy_rule {
    enum lc_rule_kind kind;
    const char *name;  /* owned by the policy */
    const char *where; /* "policy.lua:12"; "" for a built-in */
    size_t number;     /* as the holder of the rule counts: 0 for the first that was added */
};

enum lc_policy_kind { LC_POLICY_RULES, LC_POLICY_ALL_OF, LC_POLICY_FIRST_OF, LC_POLICY_ANY_OF };

/* What the policy takes that the built-in rules refuse otherwise. Lists are of texts; empty by
 * default. */
struct lc_policy_accepts {
    struct lc_strlist names;      /* kinds of names: "email", "uri", "oid", "other" */
    struct lc_strlist subject;    /* OIDs of attributes of the subject; "*" for any */
    struct lc_strlist extensions; /* OIDs of critical extensions; "*" for any */
    bool several_common_names;
    bool odd_names;    /* names that are not visible ASCII, or no host names */
    bool unusual_keys; /* RSA of other sizes or exponents, other curves, other kinds */
    size_t most_names; /* 0: LC_POLICY_MOST_NAMES */
};

#define LC_POLICY_ACCEPTS_INIT                                                                     \
    {                                                                                              \
        .most_names = 0                                                                            \
    }
#define LC_POLICY_MOST_NAMES   100
#define LC_POLICY_MAX_RULES    1000
#define LC_POLICY_MAX_DEPTH    16
#define LC_POLICY_RSA_MIN_BITS 2048
#define LC_POLICY_RSA_MAX_BITS 8192

void lc_policy_accepts_release(struct lc_policy_accepts *accepts);
LC_AUTO_VALUE(struct lc_policy_accepts, lc_policy_accepts_release);

struct lc_policy_observer;

/* The holder of the rules. begin and end enclose each decision; ask is called for the rule with
 * that number, check when all have been asked: with LC_ANSWER_FAILED in out none of it counts, and
 * refusal.rule says which rule is at fault. A false of theirs is a failure of the program (out of
 * memory), not of the rule, which is LC_ANSWER_FAILED. */
struct lc_policy_holder {
    void *context;
    bool (*begin)(void *context, const struct lc_policy_request *request,
                  const struct lc_policy_observer *observer, struct lc_err *err);
    bool (*ask)(void *context, size_t number, struct lc_policy_answer *out, struct lc_err *err);
    bool (*check)(void *context, struct lc_policy_answer *out, struct lc_err *err);
    void (*end)(void *context);
};

struct lc_policy;

/* Empty; it is filled between begin and end of its parts, which may lie in each other:
 *
 *     lc_policy_new(&holder, &policy, err)
 *     lc_policy_begin(policy, LC_POLICY_RULES, err)
 *     lc_policy_add(policy, LC_RULE_REQUIRE, "our domains", "policy.lua:3", err)
 *     lc_policy_add(policy, LC_RULE_PROFILE, "servers", "policy.lua:9", err)
 *     lc_policy_end(policy)
 *
 * The text are copied; accepts is taken (emptied). LC_EUSAGE: a rule outside of LC_POLICY_RULES, a
 * name that is empty or there twice in one list, more than LC_POLICY_MAX_RULES rules or levels. */
bool lc_policy_new(const struct lc_policy_holder *holder, struct lc_policy **out,
                   struct lc_err *err) LC_MUST_CHECK;
void lc_policy_free(struct lc_policy *policy);
LC_AUTO_POINTER(struct lc_policy, lc_policy_free);
void lc_policy_accept(struct lc_policy *policy, struct lc_policy_accepts *accepts);
bool lc_policy_begin(struct lc_policy *policy, enum lc_policy_kind kind, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_policy_add(struct lc_policy *policy, enum lc_rule_kind kind, const char *name,
                   const char *where, struct lc_err *err) LC_MUST_CHECK;
void lc_policy_end(struct lc_policy *policy);

/* All rules, the built-in ones first. Views. */
size_t lc_policy_rule_count(const struct lc_policy *policy);
const struct lc_policy_rule *lc_policy_rule(const struct lc_policy *policy, size_t rule);

/* --- watching -------------------------------------------------------------------------------- */

/* What a decision does, as it does it; for explanations, coverage and probes. Any of the functions
 * may be NULL. Nothing is computed for an observer that is not there. Texts are borrowed for the
 * call. */
struct lc_policy_observer {
    void *context;
    void (*rule)(void *context, size_t rule); /* is asked next */
    /* The rule read this fact, "key.bits" or "request:names_outside(...)"; value: compact JSON. */
    void (*fact)(void *context, const char *name, const char *value);
    /* A second one, which failed, for a rule that changed what outlives the request. */
    void (*answer)(void *context, size_t rule, const struct lc_policy_answer *answer);
    /* A list that the request was compared with: kind "domain" or "network". */
    void (*sample)(void *context, const char *kind, const char *value);
};

/* Decide. observer: NULL for none. out: initialised; its old content goes. False is a failure of
 * the program. With an issue the shape is complete and consistent with the request: what is_ca says
 * is what was asked for, names and subject are those of lc_policy_shape_names. */
bool lc_policy_decide(const struct lc_policy *policy, const struct lc_policy_request *request,
                      const struct lc_policy_observer *observer, struct lc_verdict *out,
                      struct lc_err *err) LC_MUST_CHECK;

/* The same for a text that should be a CSR; request->csr is filled in. One that cannot be read is
 * denied by the built-in rule 0, "readable": 999 with the reason. csr_out: the CSR, or NULL; the
 * caller's. */
bool lc_policy_decide_text(const struct lc_policy *policy, const char *pem, size_t len,
                           struct lc_policy_request *request,
                           const struct lc_policy_observer *observer, struct lc_csr **csr_out,
                           struct lc_verdict *out, struct lc_err *err) LC_MUST_CHECK;

/* --- built-in rules -------------------------------------------------------------------------- */

/* In this order; names as lc_policy_rule has them. */
enum lc_policy_builtin {
    LC_BUILTIN_READABLE,  /* "readable": it is a CSR */
    LC_BUILTIN_SIGNATURE, /* "signed by its own key" */
    LC_BUILTIN_KEY,       /* "usual key": RSA of 2048 to 8192 bits with an odd exponent from 65537
                             on, P-256, P-384, P-521, Ed25519 */
    LC_BUILTIN_NAMES,     /* "known names": DNS, IP; others as accepted */
    LC_BUILTIN_COUNT,     /* "number of names" */
    LC_BUILTIN_FORM,      /* "clear names": host names and e-mail addresses in visible ASCII, text
                             that is text */
    LC_BUILTIN_SUBJECT,   /* "known subject": common name and unique identifier; an organization may
                             mean a privilege to those who read it */
    LC_BUILTIN_COMMON_NAME, /* "one common name" */
    LC_BUILTIN_EXTENSIONS,  /* "known critical extensions" */
    LC_POLICY_BUILTINS
};

const char *lc_policy_builtin_name(enum lc_policy_builtin rule); /* static */

/* --- what it can do -------------------------------------------------------------------------- */

struct lc_capabilities;

/* Find out, by asking about requests that are made up for it, what a requirer may be told: IP
 * names, wildcards, names below a domain, CA certificates; and the domains that rules compared
 * names with. Where not even a plain name is granted, nothing is said. request: endpoint, relation
 * and world of the probes; its csr is not looked at. out: released first. */
bool lc_policy_capabilities(const struct lc_policy *policy, const struct lc_policy_request *request,
                            struct lc_capabilities *out, struct lc_err *err) LC_MUST_CHECK;

#endif
