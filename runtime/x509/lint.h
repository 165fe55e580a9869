/* What is wrong with a certificate: a table of rules, each with its source. A certificate that
 * cannot be read otherwise (an extension twice, malformed names) can be linted too, as long as its
 * outline is there.
 *
 *     LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
 *     if (!lc_lint_cert(cert, issuer, 0, &found, err)) ...
 *     if (lc_lint_count(&found, LC_LINT_ERROR) > 0) ...        do not issue it
 *
 * Severities. Error: it breaks a MUST of RFC 5280 or of what that builds on, or no client in use
 * would take it. Warning: it breaks a SHOULD there, or a MUST of the CA/Browser Forum's Baseline
 * Requirements ("BR", version 2), which bind public CAs. Notice: worth knowing; a private CA may
 * have its reasons. */
#ifndef LC_X509_LINT_H
#define LC_X509_LINT_H

#include "x509/cert.h"

enum lc_lint_severity { LC_LINT_NOTICE, LC_LINT_WARNING, LC_LINT_ERROR };

/* Which certificates a rule is about. */
enum lc_lint_scope {
    LC_LINT_ANY,
    LC_LINT_CA,
    LC_LINT_LEAF,
    LC_LINT_SERVER, /* a leaf that a server may use: no extended key usage, or server_auth in it */
    LC_LINT_ISSUED  /* one whose issuer's certificate is at hand */
};

struct lc_lint_rule {
    const char *id; /* "san_absent" */
    enum lc_lint_severity severity;
    enum lc_lint_scope scope;
    const char *source; /* "RFC 5280 4.1.2.2", "BR 6.3.2", "practice" */
    const char *text;   /* what is wrong, one line */
};

struct lc_lint_finding {
    const struct lc_lint_rule *rule; /* static */
    char *value;                     /* what was found, for people; "" where the text says it all */
};

struct lc_lint_findings {
    struct lc_lint_finding *items; /* owned; errors first, then in the order of the rules */
    size_t count;
    size_t capacity;
};

#define LC_LINT_FINDINGS_INIT                                                                      \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }
#define LC_LINT_MAX_FINDINGS 1000 /* of one certificate; what is over is not looked for */

void lc_lint_findings_release(struct lc_lint_findings *list);
LC_AUTO_VALUE(struct lc_lint_findings, lc_lint_findings_release);

enum lc_lint_flags {
    LC_LINT_ANY_SIGNATURE = 1, /* signed with a throw-away key: the signature is not verified, and
                                  the key identifier of the issuer is not compared */
};

/* issuer: its certificate, or NULL. out: its old content goes. LC_EPARSE when there is no outline
 * of a certificate, LC_ELIMIT, LC_ENOMEM. */
bool lc_lint_cert(const struct lc_cert *cert, const struct lc_cert *issuer, unsigned flags,
                  struct lc_lint_findings *out, struct lc_err *err) LC_MUST_CHECK;

/* The same for the first certificate in a PEM text, which lc_cert_parse need not be able to read.
 */
bool lc_lint_pem(const char *pem, size_t pem_len, const struct lc_cert *issuer, unsigned flags,
                 struct lc_lint_findings *out, struct lc_err *err) LC_MUST_CHECK;

size_t lc_lint_count(const struct lc_lint_findings *list, enum lc_lint_severity severity);

/* The rules, by their place in the table; NULL past the end. Static. */
const struct lc_lint_rule *lc_lint_rule(size_t index);

const char *lc_lint_severity_name(
    enum lc_lint_severity severity);                      /* "notice", "warning", "error" */
const char *lc_lint_scope_name(enum lc_lint_scope scope); /* "any certificate", "a CA", ... */

#endif
