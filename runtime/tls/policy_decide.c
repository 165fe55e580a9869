/* One decision: the built-in rules, then the tree of the policy's own (tls/policy.h says how their
 * answers are combined). */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tls/databag.h"
#include "tls/policy_private.h"
#include "x509/match.h"

/* What a part of the policy came to. */
enum outcome {
    OUT_NONE,    /* no profile matched */
    OUT_CONSENT, /* nothing against it, and no profile to say more */
    OUT_DENY,
    OUT_DEFER,
    OUT_ISSUE,
    OUT_FAILED
};

/* --- asking one rule ------------------------------------------------------------------------- */

static bool ask(struct lc_policy_run *run, size_t rule, struct lc_policy_answer *out,
                struct lc_err *err)
{
    const struct lc_policy *policy = run->policy;
    const struct lc_policy_observer *observer = run->observer;
    const struct lc_policy_rule *view = &policy->rules[rule].view;

    if (observer != NULL && observer->rule != NULL)
        observer->rule(observer->context, rule);
    const bool done = view->kind == LC_RULE_BUILTIN
                          ? lc_policy_builtin_ask(run, (enum lc_policy_builtin)rule, out, err)
                          : policy->holder.ask(policy->holder.context, view->number, out, err);
    if (!done)
        return false;
    out->refusal.rule = rule;
    if (out->kind == LC_ANSWER_ISSUE && view->kind != LC_RULE_PROFILE) {
        lc_policy_answer_release(out);
        if (!lc_policy_answer_fail(out, "a requirement cannot say what is issued: a profile does",
                                   NULL, err))
            return false;
        out->refusal.rule = rule;
    }
    if (observer != NULL && observer->answer != NULL)
        observer->answer(observer->context, rule, out);
    return true;
}

/* The refusal leaves the answer. */
static bool take_refusal(struct lc_verdict *verdict, struct lc_policy_answer *answer,
                         struct lc_err *err)
{
    if (!lc_grow(&verdict->refusals, &verdict->refusal_capacity, verdict->refusal_count,
                 sizeof(*verdict->refusals)))
        return lc_fail_memory(err);
    verdict->refusals[verdict->refusal_count++] = answer->refusal;
    answer->refusal = (struct lc_refusal){ .message = NULL };
    return true;
}

static void drop_refusals(struct lc_verdict *verdict, size_t from)
{
    while (verdict->refusal_count > from) {
        struct lc_refusal *refusal = &verdict->refusals[--verdict->refusal_count];
        lc_free(refusal->message);
        lc_free(refusal->reason);
    }
}

static bool refuse(struct lc_policy_run *run, size_t rule, const char *message, struct lc_err *err)
{
    LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;

    if (!lc_policy_answer_deny(&answer, LC_ERROR_OTHER, message, NULL, err))
        return false;
    answer.refusal.rule = rule;
    return take_refusal(run->verdict, &answer, err);
}

static void forget_deferral(struct lc_policy_run *run)
{
    lc_free(run->deferral.message);
    lc_free(run->deferral.reason);
    run->deferral = (struct lc_refusal){ .message = NULL };
}

static void keep_deferral(struct lc_policy_run *run, struct lc_policy_answer *answer)
{
    if (run->deferral.message != NULL)
        return;
    run->deferral = answer->refusal;
    answer->refusal = (struct lc_refusal){ .message = NULL };
}

/* Whatever was said before. */
static bool fail_run(struct lc_policy_run *run, size_t rule, const char *message,
                     const char *traceback, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024);
    const struct lc_policy_rule *view = rule == LC_POLICY_NO_RULE
                                            ? NULL
                                            : lc_policy_rule(run->policy, rule);

    if (view != NULL)
        lc_buf_printf(&text, "rule '%s': ", view->name);
    lc_buf_puts(&text, message);
    if (traceback != NULL && *traceback != '\0')
        lc_buf_printf(&text, "\n%s", traceback);
    drop_refusals(run->verdict, 0);
    lc_free(run->verdict->failure);
    run->verdict->failure = NULL;
    run->verdict->rule = rule;
    return lc_buf_take(&text, &run->verdict->failure, NULL, err) &&
           refuse(run, rule, LC_POLICY_FAILED, err);
}

/* --- a list of rules ------------------------------------------------------------------------- */

/* What an answer that is not "nothing" comes to. */
static bool take_answer(struct lc_policy_run *run, size_t rule, struct lc_policy_answer *answer,
                        enum outcome *out, struct lc_err *err)
{
    switch (answer->kind) {
    case LC_ANSWER_DENY:
        *out = OUT_DENY;
        return take_refusal(run->verdict, answer, err);
    case LC_ANSWER_DEFER:
        *out = OUT_DEFER;
        keep_deferral(run, answer);
        return true;
    case LC_ANSWER_FAILED:
        *out = OUT_FAILED;
        return fail_run(run, rule, answer->refusal.message, answer->refusal.reason, err);
    default:
        return true;
    }
}

static bool ask_requires(struct lc_policy_run *run, const struct policy_node *node,
                         enum outcome *out, struct lc_err *err)
{
    bool denied = false;
    bool deferred = false;

    for (size_t i = 0; i < node->rule_count; i++) {
        const size_t rule = node->first_rule + i;
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;
        enum outcome one = OUT_CONSENT;
        if (run->policy->rules[rule].view.kind != LC_RULE_REQUIRE)
            continue;
        if (!ask(run, rule, &answer, err) || !take_answer(run, rule, &answer, &one, err))
            return false;
        denied = denied || one == OUT_DENY;
        deferred = deferred || one == OUT_DEFER;
        if (one == OUT_FAILED) {
            *out = OUT_FAILED;
            return true;
        }
    }
    *out = denied ? OUT_DENY : deferred ? OUT_DEFER : OUT_CONSENT;
    return true;
}

/* The first that answers; granted: its shape, and the rule. */
static bool ask_profiles(struct lc_policy_run *run, const struct policy_node *node,
                         struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err)
{
    bool any = false;

    for (size_t i = 0; i < node->rule_count; i++) {
        const size_t rule = node->first_rule + i;
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;
        if (run->policy->rules[rule].view.kind != LC_RULE_PROFILE)
            continue;
        any = true;
        if (!ask(run, rule, &answer, err))
            return false;
        if (answer.kind == LC_ANSWER_NOTHING)
            continue;
        run->answered = true;
        if (answer.kind != LC_ANSWER_ISSUE)
            return take_answer(run, rule, &answer, out, err);
        *out = OUT_ISSUE;
        lc_policy_answer_release(granted);
        *granted = answer;
        answer = (struct lc_policy_answer)LC_POLICY_ANSWER_INIT;
        return true;
    }
    *out = any ? OUT_NONE : OUT_CONSENT;
    return true;
}

/* selective: the profiles are asked whatever the requires said, to know whether it applies. */
static bool walk_rules(struct lc_policy_run *run, const struct policy_node *node, bool selective,
                       struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err)
{
    LC_AUTO(lc_policy_answer_release) struct lc_policy_answer said = LC_POLICY_ANSWER_INIT;
    enum outcome required;

    if (!ask_requires(run, node, &required, err))
        return false;
    *out = required;
    if (required == OUT_FAILED || (required != OUT_CONSENT && !selective))
        return true;
    if (!ask_profiles(run, node, &said, out, err))
        return false;
    if (*out == OUT_FAILED)
        return true;
    if (required == OUT_DENY || (required == OUT_DEFER && *out != OUT_DENY)) {
        *out = required;
    } else if (*out == OUT_ISSUE) {
        lc_policy_answer_release(granted);
        *granted = said;
        said = (struct lc_policy_answer)LC_POLICY_ANSWER_INIT;
    }
    return true;
}

/* --- combinations ---------------------------------------------------------------------------- */

static bool walk(struct lc_policy_run *run, size_t at, bool selective,
                 struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err);

static bool walk_all_of(struct lc_policy_run *run, size_t at, bool selective,
                        struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err)
{
    const struct lc_policy *policy = run->policy;
    bool seen[OUT_FAILED + 1] = { false };

    for (size_t part = at + 1; part < policy->nodes[at].end; part = policy->nodes[part].end) {
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer said = LC_POLICY_ANSWER_INIT;
        if (!walk(run, part, selective, &said, out, err))
            return false;
        if (*out == OUT_FAILED)
            return true;
        if (*out == OUT_ISSUE && !seen[OUT_ISSUE]) {
            *granted = said;
            said = (struct lc_policy_answer)LC_POLICY_ANSWER_INIT;
        }
        if (*out == OUT_NONE && !seen[OUT_NONE] &&
            !refuse(run, LC_POLICY_NO_RULE, LC_POLICY_NO_PROFILE, err))
            return false;
        seen[*out] = true;
    }
    *out = seen[OUT_DENY] || seen[OUT_NONE] ? OUT_DENY
           : seen[OUT_DEFER]                ? OUT_DEFER
           : seen[OUT_ISSUE]                ? OUT_ISSUE
                                            : OUT_CONSENT;
    if (*out != OUT_ISSUE)
        lc_policy_answer_release(granted);
    return true;
}

static bool walk_first_of(struct lc_policy_run *run, size_t at, struct lc_policy_answer *granted,
                          enum outcome *out, struct lc_err *err)
{
    const struct lc_policy *policy = run->policy;
    const size_t before = run->verdict->refusal_count;
    const bool had_answered = run->answered;

    for (size_t part = at + 1; part < policy->nodes[at].end; part = policy->nodes[part].end) {
        const bool was_deferred = run->deferral.message != NULL;
        run->answered = false;
        if (!walk(run, part, true, granted, out, err))
            return false;
        if (*out == OUT_FAILED || run->answered)
            return true;
        drop_refusals(run->verdict, before);
        lc_policy_answer_release(granted);
        if (!was_deferred)
            forget_deferral(run);
    }
    run->answered = had_answered;
    *out = OUT_NONE;
    return true;
}

static bool walk_any_of(struct lc_policy_run *run, size_t at, bool selective,
                        struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err)
{
    const struct lc_policy *policy = run->policy;
    const size_t before = run->verdict->refusal_count;
    bool seen[OUT_FAILED + 1] = { false };

    for (size_t part = at + 1; part < policy->nodes[at].end; part = policy->nodes[part].end) {
        if (!walk(run, part, selective, granted, out, err))
            return false;
        seen[*out] = true;
        if (*out == OUT_FAILED)
            return true;
        if (*out == OUT_ISSUE)
            break;
    }
    *out = seen[OUT_ISSUE]     ? OUT_ISSUE
           : seen[OUT_CONSENT] ? OUT_CONSENT
           : seen[OUT_DEFER]   ? OUT_DEFER
           : seen[OUT_DENY]    ? OUT_DENY
                               : OUT_NONE;
    if (*out != OUT_DENY)
        drop_refusals(run->verdict, before);
    return true;
}

static bool walk(struct lc_policy_run *run, size_t at, bool selective,
                 struct lc_policy_answer *granted, enum outcome *out, struct lc_err *err)
{
    const struct policy_node *node = &run->policy->nodes[at];

    switch (node->kind) {
    case LC_POLICY_RULES:
        return walk_rules(run, node, selective, granted, out, err);
    case LC_POLICY_ALL_OF:
        return walk_all_of(run, at, selective, granted, out, err);
    case LC_POLICY_FIRST_OF:
        return walk_first_of(run, at, granted, out, err);
    case LC_POLICY_ANY_OF:
        return walk_any_of(run, at, selective, granted, out, err);
    }
    return true;
}

/* --- the verdict ----------------------------------------------------------------------------- */

/* The built-in rules: all are asked, but not a signature of a key that is out of bounds, which may
 * take long. */
static bool ask_builtins(struct lc_policy_run *run, enum outcome *out, struct lc_err *err)
{
    static const size_t order[] = { LC_BUILTIN_READABLE,    LC_BUILTIN_KEY,
                                    LC_BUILTIN_NAMES,       LC_BUILTIN_COUNT,
                                    LC_BUILTIN_FORM,        LC_BUILTIN_SUBJECT,
                                    LC_BUILTIN_COMMON_NAME, LC_BUILTIN_EXTENSIONS,
                                    LC_BUILTIN_SIGNATURE };

    *out = OUT_CONSENT;
    for (size_t i = 0; i < LC_COUNT(order); i++) {
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;
        if (order[i] == LC_BUILTIN_SIGNATURE && *out != OUT_CONSENT)
            break;
        if (!ask(run, order[i], &answer, err) || !take_answer(run, order[i], &answer, out, err))
            return false;
    }
    return true;
}

/* What nobody needs to be told about: it is decided elsewhere. */
static bool is_decided_elsewhere(const char *oid)
{
    static const char *const ours[] = { LC_OID_SAN,  "2.5.29.14", "2.5.29.15",
                                        "2.5.29.19", "2.5.29.35", "2.5.29.37" };

    for (size_t i = 0; i < LC_COUNT(ours); i++)
        if (strcmp(ours[i], oid) == 0)
            return true;
    return false;
}

static bool list_warnings(struct lc_policy_run *run, struct lc_err *err)
{
    const struct lc_extensions *asked = lc_csr_extensions(run->request.csr);
    struct lc_verdict *verdict = run->verdict;

    for (size_t i = 0; i < asked->count; i++) {
        const char *oid = asked->items[i].oid;
        if (!is_decided_elsewhere(oid) && !lc_strlist_has(&verdict->shape.copy_extensions, oid) &&
            !lc_strlist_addf(&verdict->warnings, err,
                             "the extension %s was asked for and is not granted", oid))
            return false;
    }
    for (size_t i = 0; i < verdict->shape.warnings.count; i++)
        if (!lc_strlist_add(&verdict->warnings, verdict->shape.warnings.items[i], err))
            return false;
    return true;
}

/* A certificate is a CA's exactly when one was asked for and the profile says so. */
static bool grant(struct lc_policy_run *run, struct lc_policy_answer *granted, struct lc_err *err)
{
    struct lc_verdict *verdict = run->verdict;
    LC_AUTO(lc_policy_built_release) struct lc_policy_built built = LC_POLICY_BUILT_INIT;
    struct lc_err why = LC_ERR_INIT;

    verdict->rule = granted->refusal.rule;
    if (run->request.is_ca && !granted->shape.is_ca)
        return refuse(run, verdict->rule, "CA certificates are not issued to this request", err);
    if (!run->request.is_ca && granted->shape.is_ca)
        return fail_run(run, verdict->rule,
                        "it gives a CA certificate to one who did not ask for it", NULL, err);
    if (!lc_policy_shape_build(&granted->shape, run->request.csr, run->request.now_s, &built,
                               &why)) {
        if (why.code != LC_EUSAGE) {
            *err = why;
            return false;
        }
        return fail_run(run, verdict->rule, why.message, NULL, err);
    }
    verdict->kind = LC_VERDICT_ISSUE;
    verdict->shape = granted->shape;
    granted->shape = (struct lc_policy_shape)LC_POLICY_SHAPE_INIT;
    return list_warnings(run, err);
}

static bool defer(struct lc_policy_run *run, struct lc_err *err)
{
    LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;

    drop_refusals(run->verdict, 0);
    run->verdict->kind = LC_VERDICT_DEFER;
    run->verdict->rule = run->deferral.rule;
    answer.refusal = run->deferral;
    run->deferral = (struct lc_refusal){ .message = NULL };
    return take_refusal(run->verdict, &answer, err);
}

static bool settle(struct lc_policy_run *run, enum outcome outcome,
                   struct lc_policy_answer *granted, struct lc_err *err)
{
    switch (outcome) {
    case OUT_ISSUE:
        return grant(run, granted, err);
    case OUT_DEFER:
        return defer(run, err);
    case OUT_DENY:
        run->verdict->rule = run->verdict->refusals[0].rule;
        return true;
    case OUT_NONE:
    case OUT_CONSENT:
        drop_refusals(run->verdict, 0);
        return refuse(run, LC_POLICY_NO_RULE, LC_POLICY_NO_PROFILE, err);
    case OUT_FAILED:
        break;
    }
    return true;
}

/* What the holder has to say when all rules were asked. A rule's own failure is told rather. */
static bool check(struct lc_policy_run *run, enum outcome *outcome, struct lc_err *err)
{
    const struct lc_policy_holder *holder = &run->policy->holder;
    LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;

    if (!holder->check(holder->context, &answer, err))
        return false;
    if (answer.kind != LC_ANSWER_FAILED || *outcome == OUT_FAILED)
        return true;
    *outcome = OUT_FAILED;
    if (run->observer != NULL && run->observer->answer != NULL &&
        answer.refusal.rule != LC_POLICY_NO_RULE)
        run->observer->answer(run->observer->context, answer.refusal.rule, &answer);
    return fail_run(run, answer.refusal.rule, answer.refusal.message, NULL, err);
}

/* The policy's own rules are not asked about what the built-in ones refuse: they never see it. */
static bool decide(struct lc_policy_run *run, struct lc_err *err)
{
    const struct lc_policy_holder *holder = &run->policy->holder;
    LC_AUTO(lc_policy_answer_release) struct lc_policy_answer granted = LC_POLICY_ANSWER_INIT;
    enum outcome outcome;

    if (!ask_builtins(run, &outcome, err))
        return false;
    if (outcome == OUT_CONSENT && run->policy->node_count != 0) {
        if (!holder->begin(holder->context, &run->request, run->observer, err))
            return false;
        const bool done = walk(run, 0, false, &granted, &outcome, err) && check(run, &outcome, err);
        holder->end(holder->context);
        if (!done)
            return false;
    }
    return settle(run, outcome, &granted, err);
}

bool lc_policy_decide(const struct lc_policy *policy, const struct lc_policy_request *request,
                      const struct lc_policy_observer *observer, struct lc_verdict *out,
                      struct lc_err *err)
{
    struct lc_policy_run run = {
        .policy = policy, .request = *request, .observer = observer, .verdict = out
    };

    lc_verdict_release(out);
    const bool done = decide(&run, err);
    forget_deferral(&run);
    return done;
}

bool lc_policy_decide_text(const struct lc_policy *policy, const char *pem, size_t len,
                           struct lc_policy_request *request,
                           const struct lc_policy_observer *observer, struct lc_csr **csr_out,
                           struct lc_verdict *out, struct lc_err *err)
{
    struct lc_policy_run run = { .policy = policy, .observer = observer, .verdict = out };
    struct lc_err why = LC_ERR_INIT;

    if (lc_csr_parse(pem, len, csr_out, &why)) {
        request->csr = *csr_out;
        return lc_policy_decide(policy, request, observer, out, err);
    }
    if (why.code == LC_ENOMEM) {
        *err = why;
        return false;
    }
    *csr_out = NULL;
    lc_verdict_release(out);
    out->rule = LC_BUILTIN_READABLE;
    return refuse(&run, LC_BUILTIN_READABLE, why.message, err);
}
