/* One decision of a policy, with how it came about: what eval, explain, diff, test and lint are
 * made of. */
#ifndef LC_CLI_POLICY_TRY_H
#define LC_CLI_POLICY_TRY_H

#include "base/json.h"
#include "bind/policy.h"
#include "cli/cmd.h"
#include "cli/policy_input.h"
#include "x509/chain.h"

/* What the options --now, --config, --issuer say; they are the same for all verbs. */
#define POLICY_WORLD_OPTIONS                                                                       \
    { "now", 0, "TIME", "when it is, as 2026-01-31T12:00:00Z (default: now)" },                    \
        { "config", 0, "FILE", "the charm's configuration, as YAML" },                             \
    {                                                                                              \
        "issuer", 0, "FILE", "the CA's certificate, and those above it"                            \
    }

struct policy_world {
    struct lc_policy_world world; /* points to this struct: it stays where it is */
    struct lc_json *config;
    struct lc_chain issuer;
    const struct lc_policy_other *others; /* borrowed */
    size_t other_count;
    int64_t now_s;
};

/* world: zeroed. LC_EUSAGE for a time that is none, and what reading the files says. */
bool policy_world_open(const struct lc_args *args, struct policy_world *world, struct lc_err *err)
    LC_MUST_CHECK;
/* What the rules are told comes from this struct, once config and issuer are set, or may be. */
void policy_world_bind(struct policy_world *world);
void policy_world_release(struct policy_world *world);
LC_AUTO_VALUE(struct policy_world, policy_world_release);

/* A fact that a rule read. */
struct policy_fact {
    char *name;
    char *value; /* compact JSON */
};

/* A rule that was asked. */
struct policy_step {
    size_t rule;
    enum lc_answer_kind answer;
    int64_t code;
    char *message; /* of a refusal, a deferral or a failure; else NULL */
    struct policy_fact *facts;
    size_t fact_count;
    size_t fact_capacity;
};

struct policy_try {
    struct lc_verdict verdict;
    struct lc_csr *csr;        /* NULL: it cannot be read */
    struct policy_step *steps; /* when they were asked for */
    size_t step_count;
    size_t step_capacity;
    bool lacks_memory; /* a step is missing */
};

#define POLICY_TRY_INIT                                                                            \
    {                                                                                              \
        .verdict = LC_VERDICT_INIT, .csr = NULL                                                    \
    }

void policy_try_release(struct policy_try *try);
LC_AUTO_VALUE(struct policy_try, policy_try_release);

/* with_steps: keep what each rule read and said. out: initialised. */
bool policy_try_case(const struct bind_policy *policy, const struct policy_case *item,
                     const struct policy_world *world, bool with_steps, struct policy_try *out,
                     struct lc_err *err) LC_MUST_CHECK;

/* The name of the rule that decided; "no profile matched" for none. */
const char *policy_try_rule(const struct bind_policy *policy, const struct policy_try *try);
const char *policy_try_where(const struct bind_policy *policy, const struct policy_try *try);

/* Text for people, from a request that may be hostile: a line stays one line. */
void policy_put_clean(struct lc_buf *out, const char *text);

/* Why, in a line: the refusals, or what is issued. */
void policy_try_reason(const struct policy_try *try, struct lc_buf *out);

/* "web.example.com, www.example.com, 3 more": what is asked for. */
void policy_try_names(const struct policy_try *try, struct lc_buf *out);

/* What is issued, member by member, so that two can be compared: an object; nothing but an issue
 * has one. */
void policy_try_put_shape(const struct policy_try *try, struct lc_json_writer *out);

/* The decision as an object's members: decision, rule, where, code, message, reasons, warnings,
 * certificate. */
void policy_try_put_members(const struct bind_policy *policy, const struct policy_case *item,
                            const struct policy_try *try, struct lc_json_writer *out);

/* A rule that was asked, as an object: kind, name, where, answer, code, message, facts. */
void policy_step_put_json(const struct lc_policy *engine, const struct policy_step *step,
                          struct lc_json_writer *out);

/* What would be issued, by a CA with a throw-away key: in words, as x509 show has it. LC_EUSAGE and
 * so on where it could not be built. */
bool policy_try_certificate(const struct policy_try *try, const struct policy_world *world,
                            struct lc_cert **out, struct lc_err *err) LC_MUST_CHECK;

#endif
