/* luacharm policy: the table of its verbs, and what they share. */
#include "cli/policy.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRESS_WIDTH 40
#define PROGRESS_LEAST 200 /* of fewer there is nothing to wait for */

bool policy_read_cases(const struct lc_args *args, size_t first, struct policy_cases *out,
                       struct lc_err *err)
{
    for (size_t i = first; i < args->count; i++)
        if (!policy_cases_read(out, args->positionals[i], err))
            return false;
    if (lc_args_has(args, "journal") &&
        !policy_cases_read_journal(out, lc_args_value(args, "journal"), err))
        return false;
    for (size_t i = 0; i < out->complaints.count; i++) {
        struct lc_err complaint = LC_ERR_INIT;
        (void)lc_fail(&complaint, LC_EPARSE, "%s", out->complaints.items[i]);
        lc_cmd_print_error(&complaint);
    }
    return true;
}

void policy_progress(size_t done, size_t total)
{
    static const char bar[] = "########################################";
    const int full = total == 0 ? PROGRESS_WIDTH : (int)(done * PROGRESS_WIDTH / total);

    if (total < PROGRESS_LEAST || isatty(STDERR_FILENO) != 1 ||
        (done != total && done % (total / 100 + 1) != 0))
        return;
    if (done == total)
        (void)fprintf(stderr, "\r\033[K");
    else
        (void)fprintf(stderr, "\r[%-*.*s] %zu of %zu", PROGRESS_WIDTH, full, bar, done, total);
}

int policy_fail(const struct lc_err *err)
{
    return err->code == LC_EUSAGE ? LC_EXIT_USAGE : LC_EXIT_FAILED;
}

static const struct lc_cmd *const verbs[] = {
    &policy_cmd_eval,
    &policy_cmd_explain,
    &policy_cmd_diff,
    &policy_cmd_test,
    &policy_cmd_lint,
    &policy_cmd_corpus,
    NULL,
};

const struct lc_cmd lc_cmd_policy = {
    .name = "policy",
    .synopsis = "VERB [WORD...]",
    .summary = "try a certificate policy on requests before it is trusted",
    .subcommands = verbs,
};
