/* Policies: how they are put together, and what is made of their rules' answers. */
#include "tls/policy.h"

#include <string.h>

#include "base/mem.h"
#include "tls/databag.h"
#include "tls/policy_private.h"

/* --- names and releases ---------------------------------------------------------------------- */

const char *lc_answer_name(enum lc_answer_kind kind)
{
    static const char *const names[] = { "nothing", "deny", "defer", "issue", "failed" };

    return names[kind];
}

const char *lc_verdict_name(enum lc_verdict_kind kind)
{
    static const char *const names[] = { "deny", "defer", "issue" };

    return names[kind];
}

const char *lc_rule_kind_name(enum lc_rule_kind kind)
{
    static const char *const names[] = { "built-in", "require", "profile" };

    return names[kind];
}

static void release_refusal(struct lc_refusal *refusal)
{
    lc_free(refusal->message);
    lc_free(refusal->reason);
    *refusal = (struct lc_refusal){ .message = NULL };
}

void lc_policy_answer_release(struct lc_policy_answer *answer)
{
    release_refusal(&answer->refusal);
    lc_policy_shape_release(&answer->shape);
    answer->kind = LC_ANSWER_NOTHING;
}

static bool answer_with(struct lc_policy_answer *answer, enum lc_answer_kind kind, int64_t code,
                        const char *message, const char *reason, struct lc_err *err)
{
    lc_policy_answer_release(answer);
    answer->kind = kind;
    answer->refusal.code = code;
    answer->refusal.message = lc_strdup(message);
    if (reason != NULL)
        answer->refusal.reason = lc_strdup(reason);
    return answer->refusal.message != NULL && (reason == NULL || answer->refusal.reason != NULL)
               ? true
               : lc_fail_memory(err);
}

bool lc_policy_answer_deny(struct lc_policy_answer *answer, int64_t code, const char *message,
                           const char *reason, struct lc_err *err)
{
    return answer_with(answer, LC_ANSWER_DENY, code, message, reason, err);
}

bool lc_policy_answer_defer(struct lc_policy_answer *answer, const char *reason, struct lc_err *err)
{
    return answer_with(answer, LC_ANSWER_DEFER, 0, reason, NULL, err);
}

bool lc_policy_answer_fail(struct lc_policy_answer *answer, const char *message,
                           const char *traceback, struct lc_err *err)
{
    return answer_with(answer, LC_ANSWER_FAILED, LC_ERROR_OTHER, message, traceback, err);
}

static void drop_refusals(struct lc_verdict *verdict, size_t from)
{
    while (verdict->refusal_count > from)
        release_refusal(&verdict->refusals[--verdict->refusal_count]);
}

void lc_verdict_release(struct lc_verdict *verdict)
{
    drop_refusals(verdict, 0);
    lc_free(verdict->refusals);
    lc_policy_shape_release(&verdict->shape);
    lc_strlist_release(&verdict->warnings);
    lc_free(verdict->failure);
    *verdict = (struct lc_verdict)LC_VERDICT_INIT;
}

int64_t lc_verdict_code(const struct lc_verdict *verdict)
{
    return verdict->refusal_count == 0 ? LC_ERROR_OTHER : verdict->refusals[0].code;
}

void lc_verdict_message(const struct lc_verdict *verdict, struct lc_buf *message)
{
    for (size_t i = 0; i < verdict->refusal_count; i++)
        lc_buf_printf(message, "%s%s", i == 0 ? "" : "; ", verdict->refusals[i].message);
}

void lc_policy_accepts_release(struct lc_policy_accepts *accepts)
{
    lc_strlist_release(&accepts->names);
    lc_strlist_release(&accepts->subject);
    lc_strlist_release(&accepts->extensions);
    *accepts = (struct lc_policy_accepts)LC_POLICY_ACCEPTS_INIT;
}

/* --- making one ------------------------------------------------------------------------------ */

static bool add_rule(struct lc_policy *policy, enum lc_rule_kind kind, const char *name,
                     const char *where, struct lc_err *err)
{
    if (policy->rule_count == LC_POLICY_MAX_RULES + LC_POLICY_BUILTINS)
        return lc_fail(err, LC_EUSAGE, "a policy has at most %d rules", LC_POLICY_MAX_RULES);
    if (!lc_grow(&policy->rules, &policy->rule_capacity, policy->rule_count,
                 sizeof(*policy->rules)))
        return lc_fail_memory(err);
    struct policy_rule *rule = &policy->rules[policy->rule_count++];
    *rule = (struct policy_rule){ .name = lc_strdup(name), .where = lc_strdup(where) };
    if (rule->name == NULL || rule->where == NULL)
        return lc_fail_memory(err);
    rule->view = (struct lc_policy_rule){ .kind = kind, .name = rule->name, .where = rule->where };
    if (kind != LC_RULE_BUILTIN)
        rule->view.number = policy->rule_count - 1 - LC_POLICY_BUILTINS;
    return true;
}

bool lc_policy_new(const struct lc_policy_holder *holder, struct lc_policy **out,
                   struct lc_err *err)
{
    LC_AUTO(lc_policy_free) struct lc_policy *policy = lc_alloc(1, sizeof(*policy));

    if (policy == NULL)
        return lc_fail_memory(err);
    policy->holder = *holder;
    for (int rule = 0; rule < LC_POLICY_BUILTINS; rule++)
        if (!add_rule(policy, LC_RULE_BUILTIN, lc_policy_builtin_name((enum lc_policy_builtin)rule),
                      "", err))
            return false;
    *out = LC_STEAL(policy);
    return true;
}

void lc_policy_free(struct lc_policy *policy)
{
    if (policy == NULL)
        return;
    for (size_t i = 0; i < policy->rule_count; i++) {
        lc_free(policy->rules[i].name);
        lc_free(policy->rules[i].where);
    }
    lc_free(policy->rules);
    lc_free(policy->nodes);
    lc_policy_accepts_release(&policy->accepts);
    lc_free(policy);
}

void lc_policy_accept(struct lc_policy *policy, struct lc_policy_accepts *accepts)
{
    lc_policy_accepts_release(&policy->accepts);
    policy->accepts = *accepts;
    *accepts = (struct lc_policy_accepts)LC_POLICY_ACCEPTS_INIT;
}

bool lc_policy_begin(struct lc_policy *policy, enum lc_policy_kind kind, struct lc_err *err)
{
    if (policy->depth == LC_POLICY_MAX_DEPTH)
        return lc_fail(err, LC_EUSAGE, "policies lie at most %d deep in each other",
                       LC_POLICY_MAX_DEPTH);
    if (!lc_grow(&policy->nodes, &policy->node_capacity, policy->node_count,
                 sizeof(*policy->nodes)))
        return lc_fail_memory(err);
    policy->nodes[policy->node_count] = (struct policy_node){ .kind = kind,
                                                              .first_rule = policy->rule_count,
                                                              .end = policy->node_count + 1 };
    policy->open[policy->depth++] = policy->node_count++;
    return true;
}

bool lc_policy_add(struct lc_policy *policy, enum lc_rule_kind kind, const char *name,
                   const char *where, struct lc_err *err)
{
    struct policy_node *node = policy->depth == 0 ? NULL
                                                  : &policy->nodes[policy->open[policy->depth - 1]];

    if (node == NULL || node->kind != LC_POLICY_RULES)
        return lc_fail(err, LC_EUSAGE, "the rule '%.80s' stands outside of a list of rules", name);
    if (*name == '\0')
        return lc_fail(err, LC_EUSAGE, "a rule has an empty name");
    for (size_t i = node->first_rule; i < policy->rule_count; i++)
        if (strcmp(policy->rules[i].name, name) == 0)
            return lc_fail(err, LC_EUSAGE, "there are two rules '%.80s'", name);
    if (!add_rule(policy, kind, name, where, err))
        return false;
    node->rule_count++;
    return true;
}

void lc_policy_end(struct lc_policy *policy)
{
    policy->depth--;
    policy->nodes[policy->open[policy->depth]].end = policy->node_count;
}

size_t lc_policy_rule_count(const struct lc_policy *policy)
{
    return policy->rule_count;
}

const struct lc_policy_rule *lc_policy_rule(const struct lc_policy *policy, size_t rule)
{
    return &policy->rules[rule].view;
}
