/* The subcommands, in the order in which help shows them. */
#include "cli/cmd.h"

bool lc_cmd_on_terminal = false;
bool lc_cmd_has_colour = false;
const char *lc_cmd_home = NULL;

const struct lc_cmd *const lc_commands[] = {
    &lc_cmd_run,        &lc_cmd_dispatch, &lc_cmd_repl,    &lc_cmd_model,
    &lc_cmd_policy,     &lc_cmd_x509,     &lc_cmd_init,    &lc_cmd_lint,
    &lc_cmd_test,       &lc_cmd_replay,   &lc_cmd_pack,    &lc_cmd_docs,
    &lc_cmd_completion, &lc_cmd_help,     &lc_cmd_version, NULL,
};
