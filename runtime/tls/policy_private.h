/* The policy's parts among themselves. */
#ifndef LC_TLS_POLICY_PRIVATE_H
#define LC_TLS_POLICY_PRIVATE_H

#include "tls/policy.h"

struct policy_rule {
    struct lc_policy_rule view;
    char *name;
    char *where;
};

/* A part, followed by the parts that lie in it. */
struct policy_node {
    enum lc_policy_kind kind;
    size_t first_rule; /* of LC_POLICY_RULES */
    size_t rule_count;
    size_t end; /* the node behind the last one that lies in it */
};

struct lc_policy {
    struct lc_policy_holder holder;
    struct lc_policy_accepts accepts;
    struct policy_rule *rules;
    size_t rule_count;
    size_t rule_capacity;
    struct policy_node *nodes;
    size_t node_count;
    size_t node_capacity;
    size_t open[LC_POLICY_MAX_DEPTH]; /* nodes that have begun and not ended */
    size_t depth;
};

/* One decision. */
struct lc_policy_run {
    const struct lc_policy *policy;
    struct lc_policy_request request; /* a copy: what was found out stays */
    const struct lc_policy_observer *observer;
    struct lc_verdict *verdict;
    struct lc_refusal deferral; /* the first; its message is NULL where there is none */
    bool answered;              /* a profile said something */
};

/* out: nothing, or deny. */
bool lc_policy_builtin_ask(struct lc_policy_run *run, enum lc_policy_builtin rule,
                           struct lc_policy_answer *out, struct lc_err *err) LC_MUST_CHECK;

#endif
