/* luacharm policy: the table of its verbs. */
#include "cli/policy.h"

static const struct lc_cmd *const verbs[] = { &policy_cmd_corpus, NULL };

const struct lc_cmd lc_cmd_policy = {
    .name = "policy",
    .synopsis = "VERB [WORD...]",
    .summary = "try a certificate policy on requests before it is trusted",
    .subcommands = verbs,
};
