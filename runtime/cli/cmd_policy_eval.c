/* luacharm policy eval: what a policy would decide, request by request. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/model.h"
#include "cli/policy.h"
#include "cli/policy_html.h"
#include "x509/cert.h"

/* How often each rule decided what. */
struct tally {
    const char *rule; /* a view into the policy */
    const char *where;
    size_t counts[LC_VERDICT_ISSUE + 1];
};

struct eval {
    const struct bind_policy *policy;
    struct policy_world *world;
    struct policy_html *html; /* NULL: not asked for */
    struct lc_buf json;       /* lines */
    struct model_table table;
    struct tally *tallies; /* owned: one for each rule, and one for "no profile matched" */
    size_t counts[LC_VERDICT_ISSUE + 1];
    size_t failures;
};

static void count(struct eval *eval, const struct policy_try *try)
{
    const size_t rules = lc_policy_rule_count(bind_policy_engine(eval->policy));
    const size_t at = try->verdict.rule == LC_POLICY_NO_RULE ? rules : try->verdict.rule;

    eval->counts[try->verdict.kind]++;
    eval->tallies[at].counts[try->verdict.kind]++;
    eval->tallies[at].rule = policy_try_rule(eval->policy, try);
    eval->tallies[at].where = policy_try_where(eval->policy, try);
    eval->failures += try->verdict.failure != NULL;
}

static bool put(struct eval *eval, const struct policy_case *item, const struct policy_try *try,
                bool as_json, struct lc_err *err)
{
    if (as_json) {
        struct lc_json_writer json = lc_json_writer(&eval->json, LC_JSON_COMPACT);
        lc_json_begin_object(&json);
        policy_try_put_members(eval->policy, item, try, &json);
        lc_json_end_object(&json);
        lc_buf_putc(&eval->json, '\n');
        return lc_buf_check(&eval->json, err);
    }
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(64 * 1024);
    LC_AUTO(lc_buf_release) struct lc_buf reason = LC_BUF_INIT(1024 * 1024);
    policy_try_names(try, &names);
    policy_try_reason(try, &reason);
    return lc_buf_check(&names, err) && lc_buf_check(&reason, err) &&
           MODEL_ROW(&eval->table, err, item->source, names.data,
                     lc_verdict_name(try->verdict.kind), policy_try_rule(eval->policy, try),
                     reason.data);
}

static bool decide_all(struct eval *eval, const struct policy_cases *cases, bool as_json,
                       struct lc_err *err)
{
    for (size_t i = 0; i < cases->count; i++) {
        LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;
        if (!policy_try_case(eval->policy, &cases->items[i], eval->world, eval->html != NULL, &try,
                             err) ||
            (eval->html != NULL && !policy_html_add(eval->html, &cases->items[i], &try, err)) ||
            !put(eval, &cases->items[i], &try, as_json, err))
            return false;
        count(eval, &try);
        policy_progress(i + 1, cases->count);
    }
    return true;
}

static void print_counts(const struct eval *eval)
{
    const size_t rules = lc_policy_rule_count(bind_policy_engine(eval->policy));

    (void)printf("\n");
    for (int kind = LC_VERDICT_ISSUE; kind >= LC_VERDICT_DENY; kind--) {
        (void)printf("%s %zu\n", lc_verdict_name((enum lc_verdict_kind)kind), eval->counts[kind]);
        for (size_t i = 0; i <= rules; i++)
            if (eval->tallies[i].counts[kind] != 0)
                (void)printf("  %6zu  %s  %s\n", eval->tallies[i].counts[kind],
                             eval->tallies[i].rule, eval->tallies[i].where);
    }
    if (eval->failures > 0)
        (void)printf("%zu of them because a rule failed\n", eval->failures);
}

static bool evaluate(const struct lc_args *args, struct eval *eval, struct lc_err *err)
{
    LC_AUTO(policy_cases_release) struct policy_cases cases = POLICY_CASES_INIT;
    const size_t rules = lc_policy_rule_count(bind_policy_engine(eval->policy));
    const bool as_json = lc_args_has(args, "json");

    eval->tallies = lc_alloc(rules + 1, sizeof(*eval->tallies));
    if (eval->tallies == NULL)
        return lc_fail_memory(err);
    if (!MODEL_ROW(&eval->table, err, "REQUEST", "NAMES", "DECISION", "RULE", "REASON") ||
        !policy_read_cases(args, 1, &cases, err) || !decide_all(eval, &cases, as_json, err))
        return false;
    if (as_json) {
        (void)fwrite(eval->json.data, 1, eval->json.len, stdout); /* main looks at the stream */
    } else {
        model_table_print(&eval->table);
        print_counts(eval);
    }
    if (cases.complaints.count > 0) {
        err->message[0] = '\0'; /* told */
        err->code = LC_EPARSE;
        return false;
    }
    return cases.count > 0 || lc_fail(err, LC_ENOTFOUND, "no certificate request to try it on");
}

/* With --html the steps are kept, and written when all are decided. */
static bool evaluate_to(const struct lc_args *args, struct eval *eval, struct lc_err *err)
{
    const char *path = lc_args_value(args, "html");
    LC_AUTO(policy_html_release) struct policy_html html = { .policy = NULL };

    if (path == NULL)
        return evaluate(args, eval, err);
    policy_html_begin(&html, eval->policy);
    eval->html = &html;
    const bool done = evaluate(args, eval, err);
    eval->html = NULL;
    return done && policy_html_end(&html, path, err);
}

static bool read_fail_on(const struct lc_args *args, enum lc_verdict_kind *out, bool *is_given,
                         struct lc_err *err)
{
    const char *text = lc_args_value(args, "fail-on");

    *is_given = text != NULL;
    for (int kind = LC_VERDICT_DENY; text != NULL && kind <= LC_VERDICT_ISSUE; kind++) {
        if (strcmp(lc_verdict_name((enum lc_verdict_kind)kind), text) == 0) {
            *out = (enum lc_verdict_kind)kind;
            return true;
        }
    }
    return text == NULL ||
           lc_fail(err, LC_EUSAGE, "--fail-on: expected deny, defer or issue, not '%s'", text);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(policy_world_release) struct policy_world world = { .config = NULL };
    struct eval eval = { .world = &world };
    enum lc_verdict_kind fail_on = LC_VERDICT_DENY;
    bool fails;

    if (!read_fail_on(args, &fail_on, &fails, err) || !policy_world_open(args, &world, err))
        return policy_fail(err);
    if (!bind_policy_load(args->positionals[0], NULL, &policy, err))
        return LC_EXIT_FAILED;
    eval.policy = policy;
    lc_buf_init(&eval.json, POLICY_OUTPUT_MAX_BYTES);
    const bool done = evaluate_to(args, &eval, err);
    lc_buf_release(&eval.json);
    model_table_release(&eval.table);
    lc_free(eval.tallies);
    if (!done)
        return LC_EXIT_FAILED;
    return fails && eval.counts[fail_on] > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "json", 0, NULL, "a line of JSON for each request" },
    { "html", 0, "FILE", "also as one page, with an explanation of each decision" },
    { "fail-on", 0, "DECISION", "exit 3 when one is denied (deny), deferred (defer) or issued" },
    POLICY_JOURNAL_OPTION,
    POLICY_WORLD_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_eval = {
    .name = "eval",
    .synopsis = "POLICY [--journal FILE] [INPUT...]",
    .summary = "what a policy decides about requests: PEM files, databags or show-unit output as "
               "JSON or YAML, folders of them, - for standard input",
    .options = options,
    .min = 1,
    .max = LC_ANY,
    .run = run,
};
