/* What the verbs of `luacharm policy` share. */
#ifndef LC_CLI_POLICY_H
#define LC_CLI_POLICY_H

#include "cli/cmd.h"

extern const struct lc_cmd policy_cmd_corpus;

#endif
