/* What would go wrong with a charm on deployment, before it does: the rules are Lua
 * (lua/charm/lint.lua and lint/rules.lua). The charm is loaded, which calls no hook command, and
 * its files are looked at. */
#ifndef LC_HOST_LINT_H
#define LC_HOST_LINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct lc_host_lint_result {
    struct lc_buf text; /* for people, or JSON; what was found, and a last line that counts */
    int64_t errors;
    int64_t warnings;
};

#define LC_HOST_LINT_RESULT_INIT                                                                   \
    {                                                                                              \
        .text = LC_BUF_INIT(16u * 1024 * 1024)                                                     \
    }
void lc_host_lint_result_release(struct lc_host_lint_result *result);
LC_AUTO_VALUE(struct lc_host_lint_result, lc_host_lint_result_release);

/* Of the charm in the process's own folder. Whatever is wrong with the charm is a finding. LC_EIO,
 * LC_EPERM: its folder cannot be read; LC_ENOMEM. */
bool lc_host_lint(bool as_json, struct lc_host_lint_result *out, struct lc_err *err) LC_MUST_CHECK;

/* The rules, for people or in JSON: id, severity, text and example of each; added to out. */
bool lc_host_lint_rules(bool as_json, struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

#endif
