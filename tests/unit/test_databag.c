/* runtime/tls/databag: what the conformance tests of the wire do not show: limits, copies, members
 * that are kept, how much is logged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/complaints.h"
#include "tls/databag.h"

static struct lc_err err;
static size_t logged;

static void count_line(void *context, enum lc_level level, const char *line)
{
    (void)context;
    (void)line;
    assert_int_equal(level, LC_LEVEL_WARNING);
    logged++;
}

static const struct lc_log counter = { .write = count_line, .least = LC_LEVEL_TRACE };

/* --- unknown members are kept ------------------------------------------------------------------
 */

struct keep_row {
    const char *name;
    const char *key;
    const char *in;
    const char *out; /* NULL: as it was */
};

static const struct keep_row keep_rows[] = {
    { "of a request", LC_KEY_REQUESTS,
      "[{\"certificate_signing_request\": \"A\", \"ca\": true, \"note\": {\"a\": [1, null]}}]",
      NULL },
    { "of a request that is put in order", LC_KEY_REQUESTS,
      "[{\"zz\": 1.5, \"certificate_signing_request\": \"A\"}]",
      "[{\"certificate_signing_request\": \"A\", \"ca\": false, \"zz\": 1.5}]" },
    { "of a certificate", LC_KEY_CERTIFICATES,
      "[{\"ca\": \"CA\", \"certificate_signing_request\": \"A\", \"certificate\": \"C\", "
      "\"chain\": [], \"revoked\": false, \"recommended_expiry_notification_time\": 720}]",
      NULL },
    { "of an error and around it", LC_KEY_ERRORS,
      "[{\"csr\": \"A\", \"error\": {\"code\": 101, \"name\": \"n\", \"message\": \"m\", "
      "\"since\": \"now\"}, \"at\": true}]",
      NULL },
    { "but null, which is never written", LC_KEY_REQUESTS,
      "[{\"certificate_signing_request\": \"A\", \"ca\": true, \"note\": null}]",
      "[{\"certificate_signing_request\": \"A\", \"ca\": true}]" },
    { "but the page's spelling of the CSR, which is known", LC_KEY_ERRORS,
      "[{\"certificate_signing_request\": \"A\", \"error\": {\"code\": 101}}]",
      "[{\"csr\": \"A\", \"error\": {\"code\": 101, \"name\": \"IP_NOT_ALLOWED\", "
      "\"message\": \"\"}}]" },
};

static void rewrite(const struct lc_strmap *bag, const char *key, struct lc_buf *text)
{
    LC_AUTO(lc_request_entries_release)
    struct lc_request_entries requests = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries certificates = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;

    assert_done(lc_databag_load_requests(bag, "t", &counter, &requests, &err));
    assert_done(lc_databag_load_certificates(bag, "t", &counter, &certificates, &err));
    assert_done(lc_databag_load_errors(bag, "t", &counter, &errors, &err));
    if (strcmp(key, LC_KEY_REQUESTS) == 0)
        assert_done(lc_databag_dump_requests(&requests, text, &err));
    else if (strcmp(key, LC_KEY_CERTIFICATES) == 0)
        assert_done(lc_databag_dump_certificates(&certificates, text, &err));
    else
        assert_done(lc_databag_dump_errors(&errors, text, &err));
}

static void check_keep(void **state)
{
    const struct keep_row *row = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);

    assert_done(lc_strmap_set(&bag, row->key, row->in, &err));
    rewrite(&bag, row->key, &text);
    assert_string_equal(text.data, row->out == NULL ? row->in : row->out);
}

/* --- limits ------------------------------------------------------------------------------------
 */

static void load(const char *text, struct lc_request_entries *out)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    logged = 0;
    assert_done(lc_strmap_set(&bag, LC_KEY_REQUESTS, text, &err));
    assert_done(lc_databag_load_requests(&bag, "t", &counter, out, &err));
}

/* "[x,x,...]" */
static char *repeat(const char *item, size_t count)
{
    struct lc_buf text;
    char *out = NULL;

    lc_buf_init(&text, (size_t)64 * 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        lc_buf_putc(&text, i == 0 ? '[' : ',');
        lc_buf_puts(&text, item);
    }
    lc_buf_putc(&text, ']');
    assert_done(lc_buf_take(&text, &out, NULL, &err));
    return out;
}

static void many_bad_entries_are_few_lines(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_free) char *text = repeat("7", 5000);

    (void)state;
    load(text, &entries);
    assert_int_equal(entries.skipped, 5000);
    assert_int_equal(logged, LC_COMPLAINTS_MAX + 1);
}

static void at_the_limit_of_entries(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_free) char *most = repeat("1", LC_DATABAG_MAX_ENTRIES);
    LC_AUTO(lc_free) char *more = repeat("1", LC_DATABAG_MAX_ENTRIES + 1);

    (void)state;
    load(most, &entries);
    assert_false(entries.unreadable);
    load(more, &entries);
    assert_true(entries.unreadable);
}

static void at_the_limit_of_bytes(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_DATABAG_MAX_BYTES + 2, 1);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', LC_DATABAG_MAX_BYTES + 1);
    memcpy(text, "[]", 2);
    text[LC_DATABAG_MAX_BYTES] = '\0';
    load(text, &entries);
    assert_false(entries.unreadable);
    text[LC_DATABAG_MAX_BYTES] = ' ';
    load(text, &entries);
    assert_true(entries.unreadable);
    assert_int_equal(logged, 1);
}

static void nested_too_deeply(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(200001, 1);

    (void)state;
    assert_non_null(text);
    memset(text, '[', 100000);
    memset(text + 100000, ']', 100000);
    load(text, &entries);
    assert_true(entries.unreadable);
}

/* --- values ------------------------------------------------------------------------------------
 */

static void fill(struct lc_capabilities *out, const char *domain, const char *type)
{
    *out = (struct lc_capabilities){ .said = true, .supports_ip_sans = LC_NO };
    out->has_allowed_domains = domain != NULL;
    if (domain != NULL)
        assert_done(lc_strlist_add(&out->allowed_domains, domain, &err));
    out->provider_type = type == NULL ? NULL : lc_strdup(type);
}

static void capabilities_are_compared_field_by_field(void **state)
{
    static const struct {
        const char *domain;
        const char *type;
    } others[] = { { NULL, "acme" }, { "b", "acme" }, { "a", NULL }, { "a", "vault" } };
    struct lc_capabilities one;
    LC_AUTO(lc_capabilities_release) struct lc_capabilities copy = LC_CAPABILITIES_INIT;

    (void)state;
    fill(&one, "a", "acme");
    assert_done(lc_capabilities_copy(&copy, &one, &err));
    assert_true(lc_capabilities_equals(&one, &copy));
    copy.supports_subdomain = LC_YES;
    assert_false(lc_capabilities_equals(&one, &copy));
    for (size_t i = 0; i < LC_COUNT(others); i++) {
        struct lc_capabilities other;
        fill(&other, others[i].domain, others[i].type);
        assert_false(lc_capabilities_equals(&one, &other));
        lc_capabilities_release(&other);
    }
    lc_capabilities_release(&one);
}

/* A place that was emptied is not written. */
static void released_entries_are_left_out(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct lc_certificate_entry entry = { .ca = (char *)(uintptr_t) "CA",
                                          .csr = (char *)(uintptr_t) "CSR",
                                          .certificate = (char *)(uintptr_t) "C" };
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);

    (void)state;
    assert_done(lc_certificate_entries_add(&entries, &entry, &err));
    lc_certificate_entry_release(&entries.items[0]);
    assert_done(lc_databag_dump_certificates(&entries, &text, &err));
    assert_string_equal(text.data, "");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, keep_rows, check_keep);
    SUITE_TEST(&suite, "many bad entries are few lines in the log", many_bad_entries_are_few_lines);
    SUITE_TEST(&suite, "at the limit of entries, and past it", at_the_limit_of_entries);
    SUITE_TEST(&suite, "at the limit of bytes, and past it", at_the_limit_of_bytes);
    SUITE_TEST(&suite, "nested too deeply", nested_too_deeply);
    SUITE_TEST(&suite, "capabilities are compared field by field",
               capabilities_are_compared_field_by_field);
    SUITE_TEST(&suite, "released entries are left out", released_entries_are_left_out);
    return suite_run(&suite, "databag");
}
