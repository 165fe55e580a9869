/* The tests that stand beside a policy: NAME_test.yaml beside NAME.lua.
 *
 *     now: 2026-01-15T12:00:00Z          as --now; also config, with options and values
 *     tests:
 *     - name: a server of ours
 *       request: {common_name: web.example.com, sans_dns: [web.example.com]}
 *       expect: {decision: issue, rule: servers, validity: 30d}
 *     - name: somebody else's domain
 *       request: {kind: lookalike_domain}
 *       facts: {remote_app: web}
 *       expect: {decision: deny, code: domain_not_allowed, rule: our domains}
 *
 * request: as in a corpus (corpus_spec.h), or {file: PATH} of a PEM file beside it. facts: is_ca,
 * endpoint, relation_id, remote_app, remote_unit, and others: a list of what the CA knows besides,
 * each with request, remote_app, remote_unit, relation_id, issued. expect: decision, rule, code
 * (number or name), reason (a part of it), warning (a part of one), and members of the certificate
 * as `policy eval --json` has them. A test's config is added to that of all. policy: another path
 * than NAME.lua. */
#ifndef LC_CLI_POLICY_TESTS_H
#define LC_CLI_POLICY_TESTS_H

#include "cli/policy_try.h"

struct policy_test {
    const char *name; /* a view into the document */
    struct policy_case request;
    const struct lc_json *expect;
    struct lc_policy_other *others; /* owned, with their CSRs; texts are views */
    size_t other_count;
};

struct policy_tests {
    struct lc_json *document;  /* owned */
    char *policy;              /* path */
    struct policy_world world; /* points to itself: it stays where it is */
    struct policy_test *items;
    size_t count;
    size_t capacity;
};

/* out: zeroed. LC_EUSAGE and LC_EPARSE with file and test. */
bool policy_tests_load(const char *path, struct policy_tests *out, struct lc_err *err)
    LC_MUST_CHECK;
void policy_tests_release(struct policy_tests *tests);
LC_AUTO_VALUE(struct policy_tests, policy_tests_release);

/* try: what came of it, with steps when with_steps. why: "" when it is as expected, else what is
 * not. */
bool policy_test_run(const struct policy_tests *tests, const struct policy_test *test,
                     const struct bind_policy *policy, bool with_steps, struct policy_try *try,
                     struct lc_buf *why, struct lc_err *err) LC_MUST_CHECK;

#endif
