/* The lint of a charm's folder, for the commands that need it. */
#ifndef LC_CLI_LINT_H
#define LC_CLI_LINT_H

#include "host/lint.h"

/* folder: of a charm; the process is back in its own afterwards. LC_ENOTFOUND: there is no such
 * folder; and what lc_host_lint says. */
bool lint_folder(const char *folder, bool as_json, struct lc_host_lint_result *out,
                 struct lc_err *err) LC_MUST_CHECK;

#endif
