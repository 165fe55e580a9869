/* Certificate lints: the table of tables, and the findings. */
#include "x509/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "x509/cert_ossl.h"
#include "x509/lint_private.h"

#define VALUE_MAX_BYTES 1024

static const struct lint_rule *const tables[] = {
    lint_field_rules, lint_key_rules,       lint_subject_rules,
    lint_san_rules,   lint_extension_rules, lint_issuer_rules,
};

const struct lc_lint_rule *lc_lint_rule(size_t index)
{
    for (size_t i = 0; i < LC_COUNT(tables); i++)
        for (const struct lint_rule *rule = tables[i]; rule->shown.id != NULL; rule++)
            if (index-- == 0)
                return &rule->shown;
    return NULL;
}

const char *lc_lint_severity_name(enum lc_lint_severity severity)
{
    static const char *const names[] = {
        [LC_LINT_NOTICE] = "notice",
        [LC_LINT_WARNING] = "warning",
        [LC_LINT_ERROR] = "error",
    };

    return names[severity];
}

const char *lc_lint_scope_name(enum lc_lint_scope scope)
{
    static const char *const names[] = {
        [LC_LINT_ANY] = "any certificate",
        [LC_LINT_CA] = "a CA",
        [LC_LINT_LEAF] = "a leaf",
        [LC_LINT_SERVER] = "a server's leaf",
        [LC_LINT_ISSUED] = "one whose issuer is at hand",
    };

    return names[scope];
}

/* --- findings -------------------------------------------------------------------------------- */

void lc_lint_findings_release(struct lc_lint_findings *list)
{
    for (size_t i = 0; i < list->count; i++)
        lc_free(list->items[i].value);
    lc_free(list->items);
    *list = (struct lc_lint_findings)LC_LINT_FINDINGS_INIT;
}

size_t lc_lint_count(const struct lc_lint_findings *list, enum lc_lint_severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].rule->severity == severity;
    return count;
}

static bool add(struct lint_report *report, const char *value)
{
    struct lc_lint_findings *list = &report->found;

    if (!lc_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)))
        return false;
    char *copy = lc_strdup(value);
    if (copy == NULL)
        return false;
    list->items[list->count++] = (struct lc_lint_finding){ .rule = &report->rule->shown,
                                                           .value = copy };
    return true;
}

void lint_found(struct lint_report *report, const char *format, ...)
{
    char value[VALUE_MAX_BYTES];
    LC_AUTO(lc_buf_release) struct lc_buf shown = LC_BUF_INIT(4 * VALUE_MAX_BYTES);
    va_list values;

    if (report->code != LC_OK || report->found.count == LC_LINT_MAX_FINDINGS)
        return;
    va_start(values, format);
    (void)vsnprintf(value, sizeof(value), format, values); /* a longer one is cut */
    va_end(values);
    lc_text_describe(value, &shown);
    if (shown.code != LC_OK || !add(report, shown.data))
        report->code = LC_ENOMEM;
}

/* Errors first; within a severity in the order in which they were found. */
static bool sort_findings(struct lc_lint_findings *list, struct lc_err *err)
{
    struct lc_lint_finding *sorted = lc_alloc(list->count, sizeof(*sorted));
    size_t used = 0;

    if (sorted == NULL)
        return lc_fail_memory(err);
    for (int severity = LC_LINT_ERROR; severity >= LC_LINT_NOTICE; severity--)
        for (size_t i = 0; i < list->count; i++)
            if ((int)list->items[i].rule->severity == severity)
                sorted[used++] = list->items[i];
    lc_free(list->items);
    list->items = sorted;
    list->capacity = list->count;
    return true;
}

/* --- one certificate ------------------------------------------------------------------------- */

static bool is_in_scope(const struct lint_cert *cert, enum lc_lint_scope scope)
{
    switch (scope) {
    case LC_LINT_CA:
        return cert->is_ca;
    case LC_LINT_LEAF:
        return !cert->is_ca;
    case LC_LINT_SERVER:
        return !cert->is_ca &&
               (!cert->has_extended ||
                lc_strlist_has(&cert->extended, lc_extended_usage_oid("server_auth")));
    case LC_LINT_ISSUED:
        return cert->issuer_cert != NULL;
    default:
        return true;
    }
}

static bool check_all(const struct lint_cert *cert, struct lc_lint_findings *out,
                      struct lc_err *err)
{
    struct lint_report report = { .found = LC_LINT_FINDINGS_INIT, .code = LC_OK };

    for (size_t i = 0; i < LC_COUNT(tables); i++) {
        for (report.rule = tables[i]; report.rule->shown.id != NULL; report.rule++)
            if (is_in_scope(cert, report.rule->shown.scope))
                report.rule->check(cert, &report);
    }
    lc_ossl_clear();
    if (report.code != LC_OK || !sort_findings(&report.found, err)) {
        lc_lint_findings_release(&report.found);
        return lc_fail_memory(err);
    }
    lc_lint_findings_release(out);
    *out = report.found;
    return true;
}

bool lc_lint_pem(const char *pem, size_t pem_len, const struct lc_cert *issuer, unsigned flags,
                 struct lc_lint_findings *out, struct lc_err *err)
{
    LC_AUTO(lint_cert_release) struct lint_cert cert = { .path_length = -1 };
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(LC_PEM_DER_MAX(LC_CERT_MAX_BYTES));
    struct lc_pem_block block;

    lc_ossl_start();
    lc_ossl_know_names();
    if (pem_len > LC_CERT_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "the text has %zu bytes, over the limit of %u", pem_len,
                       LC_CERT_MAX_BYTES);
    if (!lc_pem_find_first(pem, pem_len, &lc_cert_kind, &block, err) ||
        !lc_pem_decode(&block, &der, err))
        return lc_wrap(err, "cannot read the certificate");
    if (!lint_read((const unsigned char *)der.data, der.len, &cert, err))
        return lc_wrap(err, "cannot read the certificate");
    cert.issuer_cert = issuer;
    cert.flags = flags;
    return check_all(&cert, out, err);
}

bool lc_lint_cert(const struct lc_cert *cert, const struct lc_cert *issuer, unsigned flags,
                  struct lc_lint_findings *out, struct lc_err *err)
{
    return lc_lint_pem(lc_cert_pem(cert), strlen(lc_cert_pem(cert)), issuer, flags, out, err);
}
