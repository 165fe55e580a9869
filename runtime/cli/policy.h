/* What the verbs of `luacharm policy` share. */
#ifndef LC_CLI_POLICY_H
#define LC_CLI_POLICY_H

#include "cli/cmd.h"
#include "cli/policy_input.h"
#include "cli/policy_try.h"

#define POLICY_JOURNAL_OPTION                                                                      \
    {                                                                                              \
        "journal", 0, "FILE", "what a provider has noted down: its requests, as they were asked"   \
    }

#define POLICY_OUTPUT_MAX_BYTES (1024u * 1024 * 1024)

/* Requests named by the words from `first` on, and by --journal. What cannot be read is told on
 * standard error. */
bool policy_read_cases(const struct lc_args *args, size_t first, struct policy_cases *out,
                       struct lc_err *err) LC_MUST_CHECK;

/* How far it is, on a terminal, for work that takes a while. done == total wipes the line. */
void policy_progress(size_t done, size_t total);

/* LC_EXIT_USAGE or LC_EXIT_FAILED. */
int policy_fail(const struct lc_err *err);

extern const struct lc_cmd policy_cmd_eval;
extern const struct lc_cmd policy_cmd_explain;
extern const struct lc_cmd policy_cmd_diff;
extern const struct lc_cmd policy_cmd_test;
extern const struct lc_cmd policy_cmd_lint;
extern const struct lc_cmd policy_cmd_corpus;

#endif
