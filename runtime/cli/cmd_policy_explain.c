/* luacharm policy explain: how one decision comes about. */
#include <stdio.h>
#include <string.h>

#include "cli/policy.h"
#include "cli/x509_show.h"
#include "x509/lint.h"

#define TEXT_MAX_BYTES (16u * 1024 * 1024)

static const char *what_it_said(const struct policy_step *step)
{
    switch (step->answer) {
    case LC_ANSWER_DENY:
        return "denies";
    case LC_ANSWER_DEFER:
        return "defers";
    case LC_ANSWER_ISSUE:
        return "issues";
    case LC_ANSWER_FAILED:
        return "failed";
    default:
        return "says nothing";
    }
}

static void put_step(const struct lc_policy_rule *rule, const struct policy_step *step,
                     struct lc_buf *out)
{
    lc_buf_printf(out, "  %-8s  %-32s  %-12s  %s\n", lc_rule_kind_name(rule->kind), rule->name,
                  what_it_said(step), rule->where);
    for (size_t i = 0; i < step->fact_count; i++) {
        lc_buf_puts(out, "              ");
        policy_put_clean(out, step->facts[i].name);
        lc_buf_puts(out, " = ");
        policy_put_clean(out, step->facts[i].value);
        lc_buf_putc(out, '\n');
    }
    if (step->message != NULL) {
        lc_buf_puts(out, "              ");
        if (step->answer == LC_ANSWER_DENY)
            lc_buf_printf(out, "%lld: ", (long long)step->code);
        policy_put_clean(out, step->message);
        lc_buf_putc(out, '\n');
    }
}

/* Rules in their order; those that were not asked say so. */
static void put_rules(const struct lc_policy *engine, const struct policy_try *try,
                      struct lc_buf *out)
{
    for (size_t rule = 0; rule < lc_policy_rule_count(engine); rule++) {
        const struct lc_policy_rule *about = lc_policy_rule(engine, rule);
        size_t asked = 0;
        for (size_t i = 0; i < try->step_count; i++) {
            if (try->steps[i].rule != rule)
                continue;
            put_step(about, &try->steps[i], out);
            asked++;
        }
        if (asked == 0)
            lc_buf_printf(out, "  %-8s  %-32s  %-12s  %s\n", lc_rule_kind_name(about->kind),
                          about->name, "not asked", about->where);
    }
}

static void put_decision(const struct bind_policy *policy, const struct policy_case *item,
                         const struct policy_try *try, struct lc_buf *out)
{
    static const char *const words[] = {
        [LC_VERDICT_DENY] = "denied",
        [LC_VERDICT_DEFER] = "deferred",
        [LC_VERDICT_ISSUE] = "issued",
    };
    LC_AUTO(lc_buf_release) struct lc_buf reason = LC_BUF_INIT(TEXT_MAX_BYTES);
    const char *where = policy_try_where(policy, try);

    policy_try_reason(try, &reason);
    lc_buf_printf(out, "%s: %s by '%s'%s%s: ", item->source, words[try->verdict.kind],
                  policy_try_rule(policy, try), *where == '\0' ? "" : ", ", where);
    lc_buf_puts(out, reason.data);
    lc_buf_puts(out, "\n\n");
}

static bool put_certificate(const struct policy_case *item, const struct policy_try *try,
                            const struct policy_world *world, struct lc_buf *out,
                            struct lc_err *err)
{
    LC_AUTO(lc_shown_release) struct lc_shown shown = { .file = item->source, .number = 1 };
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
    struct lc_err why = LC_ERR_INIT;

    for (size_t i = 0; i < try->verdict.warnings.count; i++) {
        lc_buf_puts(out, "  warning: ");
        policy_put_clean(out, try->verdict.warnings.items[i]);
        lc_buf_putc(out, '\n');
    }
    if (try->verdict.kind != LC_VERDICT_ISSUE)
        return true;
    if (!policy_try_certificate(try, world, &shown.cert, &why)) {
        lc_buf_printf(out, "\nno certificate can be made of it: %s\n", why.message);
        return why.code == LC_ENOMEM ? lc_fail_memory(err) : true;
    }
    lc_buf_puts(out, "\nsigned with a throw-away key it is\n");
    lc_shown_put_text(&shown, out);
    if (!lc_lint_cert(shown.cert, NULL, 0, &found, err))
        return false;
    for (size_t i = 0; i < found.count; i++)
        lc_buf_printf(out, "  %s %s: %s%s%s\n",
                      lc_lint_severity_name(found.items[i].rule->severity), found.items[i].rule->id,
                      found.items[i].rule->text, *found.items[i].value == '\0' ? "" : ": ",
                      found.items[i].value);
    return true;
}

static void put_json_steps(const struct lc_policy *engine, const struct policy_try *try,
                           struct lc_json_writer *json)
{
    lc_json_key(json, "rules");
    lc_json_begin_array(json);
    for (size_t i = 0; i < try->step_count; i++)
        policy_step_put_json(engine, &try->steps[i], json);
    lc_json_end_array(json);
}

static bool explain(const struct bind_policy *policy, const struct policy_case *item,
                    const struct policy_world *world, bool as_json, struct lc_buf *out,
                    struct lc_err *err)
{
    LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;
    const struct lc_policy *engine = bind_policy_engine(policy);

    if (!policy_try_case(policy, item, world, true, &try, err))
        return false;
    if (as_json) {
        struct lc_json_writer json = lc_json_writer(out, LC_JSON_PRETTY);
        lc_json_begin_object(&json);
        policy_try_put_members(policy, item, &try, &json);
        put_json_steps(engine, &try, &json);
        lc_json_end_object(&json);
        lc_buf_putc(out, '\n');
        return lc_buf_check(out, err);
    }
    if (out->len > 0)
        lc_buf_putc(out, '\n');
    put_decision(policy, item, &try, out);
    put_rules(engine, &try, out);
    return put_certificate(item, &try, world, out, err) && lc_buf_check(out, err);
}

static bool explain_all(const struct lc_args *args, const struct policy_world *world,
                        struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(policy_cases_release) struct policy_cases cases = POLICY_CASES_INIT;

    if (!bind_policy_load(args->positionals[0], NULL, &policy, err) ||
        !policy_read_cases(args, 1, &cases, err))
        return false;
    for (size_t i = 0; i < cases.count; i++)
        if (!explain(policy, &cases.items[i], world, lc_args_has(args, "json"), out, err))
            return false;
    (void)fwrite(out->data, 1, out->len, stdout); /* main looks at the stream */
    if (cases.complaints.count > 0)
        return false; /* told */
    return cases.count > 0 || lc_fail(err, LC_ENOTFOUND, "no certificate request to explain");
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(policy_world_release) struct policy_world world = { .config = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);

    if (!policy_world_open(args, &world, err))
        return policy_fail(err);
    return explain_all(args, &world, &out, err) ? LC_EXIT_DONE : LC_EXIT_FAILED;
}

static const struct lc_opt options[] = {
    { "json", 0, NULL, "as a JSON object for each request" },
    POLICY_WORLD_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_explain = {
    .name = "explain",
    .synopsis = "POLICY CSR...",
    .summary = "how a policy comes to its decision: each rule, what it read and what it said, and "
               "the certificate",
    .options = options,
    .min = 2,
    .max = LC_ANY,
    .run = run,
};
