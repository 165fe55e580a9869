/* Conformance of the databag codec: WIRE-001 to WIRE-030, against the texts that the Python library
 * wrote and what it read. What a better reader does stands in the rows below. */
#include <string.h>

#include "tls/databag.h"
#include "x509_vectors.h"

static struct lc_err err;

/* --- what is logged -------------------------------------------------------------------------- */

static struct lc_strlist lines = LC_STRLIST_INIT;

static void keep_line(void *context, enum lc_level level, const char *line)
{
    (void)context;
    assert_done(lc_strlist_addf(&lines, &err, "%s %s", lc_level_name(level), line));
}

static const struct lc_log log_sink = { .write = keep_line, .least = LC_LEVEL_TRACE };

/* --- values as one line of text --------------------------------------------------------------- */

static void put_word(struct lc_buf *out, const char *text)
{
    lc_buf_putc(out, ' ');
    lc_buf_puts(out, text == NULL ? "-" : text);
}

static void put_list(struct lc_buf *out, const struct lc_strlist *list)
{
    lc_buf_puts(out, " [");
    for (size_t i = 0; i < list->count; i++)
        lc_buf_printf(out, i == 0 ? "%s" : " %s", list->items[i]);
    lc_buf_putc(out, ']');
}

static void put_certificate(struct lc_buf *out, const struct lc_certificate_entry *entry)
{
    lc_buf_puts(out, "certificate");
    put_word(out, entry->ca);
    put_word(out, entry->csr);
    put_word(out, entry->certificate);
    put_list(out, &entry->chain);
    lc_buf_puts(out, entry->revoked ? " revoked\n" : "\n");
}

static void put_error(struct lc_buf *out, const struct lc_error_entry *entry)
{
    const char *const words[] = { entry->name, entry->message, entry->reason, entry->provider,
                                  entry->endpoint };

    lc_buf_printf(out, "error %s %lld", entry->csr, (long long)entry->code);
    for (size_t i = 0; i < LC_COUNT(words); i++)
        put_word(out, words[i]);
    lc_buf_putc(out, '\n');
}

static void put_capabilities(struct lc_buf *out, const struct lc_capabilities *capabilities)
{
    static const char *const words[] = { "-", "no", "yes" };

    if (!capabilities->said)
        return;
    lc_buf_printf(out, "capabilities %s %s %s %s", words[capabilities->supports_ip_sans],
                  words[capabilities->supports_wildcard_dns],
                  words[capabilities->supports_subdomain],
                  words[capabilities->supports_ca_certificates]);
    if (capabilities->has_allowed_domains)
        put_list(out, &capabilities->allowed_domains);
    else
        put_word(out, NULL);
    put_word(out, capabilities->provider_type);
    lc_buf_putc(out, '\n');
}

/* --- the vectors' values ---------------------------------------------------------------------- */

static char *text_of(const struct lc_json *object, const char *key)
{
    const char *text = lc_json_get_string(object, key);

    return text == NULL ? NULL : lc_strdup(text);
}

static void list_of(const struct lc_json *array, struct lc_strlist *out)
{
    for (size_t i = 0; i < lc_json_count(array); i++)
        assert_done(lc_strlist_add(out, lc_json_string(lc_json_at(array, i)), &err));
}

static void model_certificates(const struct lc_json *list, struct lc_certificate_entries *out)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const struct lc_json *revoked = lc_json_get(item, "revoked");
        struct lc_certificate_entry entry = {
            .ca = text_of(item, "ca"),
            .csr = text_of(item, "certificate_signing_request"),
            .certificate = text_of(item, "certificate"),
            .revoked = lc_json_boolean(revoked),
            .revoked_given = lc_json_type(revoked) == LC_JSON_BOOLEAN,
        };
        list_of(lc_json_get(item, "chain"), &entry.chain);
        assert_done(lc_certificate_entries_add(out, &entry, &err));
        lc_certificate_entry_release(&entry);
    }
}

static void model_errors(const struct lc_json *list, struct lc_error_entries *out)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const struct lc_json *error = lc_json_get(item, "error");
        struct lc_error_entry entry = {
            .csr = text_of(item, "csr"),
            .code = lc_json_integer(lc_json_get(error, "code")),
            .name = text_of(error, "name"),
            .message = text_of(error, "message"),
            .reason = text_of(error, "reason"),
            .provider = text_of(error, "provider"),
            .endpoint = text_of(error, "endpoint"),
        };
        assert_done(lc_error_entries_add(out, &entry, &err));
        lc_error_entry_release(&entry);
    }
}

static enum lc_tristate tristate_of(const struct lc_json *object, const char *key)
{
    const struct lc_json *value = lc_json_get(object, key);

    if (lc_json_type(value) != LC_JSON_BOOLEAN)
        return LC_NOT_SAID;
    return lc_json_boolean(value) ? LC_YES : LC_NO;
}

static void model_capabilities(const struct lc_json *object, struct lc_capabilities *out)
{
    const struct lc_json *domains = lc_json_get(object, "allowed_domains");

    out->said = lc_json_type(object) == LC_JSON_OBJECT;
    out->supports_ip_sans = tristate_of(object, "supports_ip_sans");
    out->supports_wildcard_dns = tristate_of(object, "supports_wildcard_dns");
    out->supports_subdomain = tristate_of(object, "supports_subdomain");
    out->supports_ca_certificates = tristate_of(object, "supports_ca_certificates");
    out->has_allowed_domains = lc_json_type(domains) == LC_JSON_ARRAY;
    list_of(domains, &out->allowed_domains);
    out->provider_type = text_of(object, "provider_type");
}

static void bag_of(const struct lc_json *object, struct lc_strmap *out)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(object, &at, &key, &value))
        assert_done(lc_strmap_set(out, key, lc_json_string(value), &err));
}

static struct lc_json *file; /* of the vectors in use */

static const struct lc_json *case_of(struct lc_json *json, const char *name)
{
    const struct lc_json *cases = lc_json_get(json, "cases");

    for (size_t i = 0; i < lc_json_count(cases); i++)
        if (strcmp(vector_text(lc_json_at(cases, i), "name"), name) == 0)
            return lc_json_at(cases, i);
    vector_broken(name, NULL);
    return NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Where ours is another text than the library's: key, text. */
struct dump_row {
    const char *name;
    const char *key;
    const char *ours;
};

static const struct dump_row dumped_otherwise[] = {
    /* WIRE-002: `ca` is never null. */
    { "requirer ca null (only when re-writing what someone else wrote)", LC_KEY_REQUESTS,
      "[{\"certificate_signing_request\": \"CSR-A\", \"ca\": false}]" },
    /* WIRE-008: `chain` is always there. */
    { "provider no chain", LC_KEY_CERTIFICATES,
      "[{\"ca\": \"CA\", \"certificate_signing_request\": \"CSR\", \"certificate\": \"CERT\", "
      "\"chain\": []}]" },
};

static const char *wanted_text(const struct lc_json *vector, const char *key)
{
    for (size_t i = 0; i < LC_COUNT(dumped_otherwise); i++)
        if (strcmp(dumped_otherwise[i].name, vector_text(vector, "name")) == 0 &&
            strcmp(dumped_otherwise[i].key, key) == 0)
            return dumped_otherwise[i].ours;
    const char *text = lc_json_get_string(lc_json_get(vector, "databag"), key);
    return text == NULL ? "" : text;
}

static void dump_requests(const struct lc_json *vector)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    const struct lc_json *list = lc_json_get(lc_json_get(vector, "model"), LC_KEY_REQUESTS);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        assert_done(lc_request_entries_add(&entries,
                                           vector_text(item, "certificate_signing_request"),
                                           lc_json_boolean(lc_json_get(item, "ca")), &err));
    }
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    assert_string_equal(text.data, wanted_text(vector, LC_KEY_REQUESTS));
}

static void dump_answers(const struct lc_json *vector)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries certificates = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_capabilities_release) struct lc_capabilities capabilities = LC_CAPABILITIES_INIT;
    const struct lc_json *model = lc_json_get(vector, "model");
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    model_certificates(lc_json_get(model, LC_KEY_CERTIFICATES), &certificates);
    model_errors(lc_json_get(model, LC_KEY_ERRORS), &errors);
    model_capabilities(lc_json_get(model, LC_KEY_CAPABILITIES), &capabilities);
    assert_done(lc_databag_dump_certificates(&certificates, &text, &err));
    assert_string_equal(text.data, wanted_text(vector, LC_KEY_CERTIFICATES));
    assert_done(lc_databag_dump_errors(&errors, &text, &err));
    assert_string_equal(text.data, wanted_text(vector, LC_KEY_ERRORS));
    assert_done(lc_databag_dump_capabilities(&capabilities, &text, &err));
    assert_string_equal(text.data, wanted_text(vector, LC_KEY_CAPABILITIES));
}

static void check_dump(void **state)
{
    const struct lc_json *vector = *state;

    if (lc_json_get(lc_json_get(vector, "model"), LC_KEY_REQUESTS) != NULL)
        dump_requests(vector);
    else
        dump_answers(vector);
}

struct item {
    const char *number;
    const char *name; /* of the case that shows it */
};

static const struct item dump_items[] = {
    { "WIRE-001", "requirer two" },
    { "WIRE-002", "requirer ca null (only when re-writing what someone else wrote)" },
    { "WIRE-002", "requirer one ca" },
    { "WIRE-002", "requirer one not ca" },
    { "WIRE-003", "error text is escaped to ASCII" },
    { "WIRE-005", "requirer none: no key is written" },
    { "WIRE-006", "capabilities none: no key" },
    { "WIRE-007", "provider one" },
    { "WIRE-007", "provider revoked true" },
    { "WIRE-008", "provider empty chain" },
    { "WIRE-008", "provider no chain" },
    { "WIRE-009", "error full" },
    { "WIRE-010", "error minimal" },
    { "WIRE-010", "error empty strings are kept" },
    { "WIRE-011", "error full" },
    { "WIRE-013", "capabilities all, in field order" },
    { "WIRE-013", "capabilities false is kept" },
    { "WIRE-013", "capabilities empty list is kept" },
    { "WIRE-013", "capabilities null is dropped" },
    { "WIRE-014", "capabilities empty object" },
};

/* WIRE-012 */
static void writes_upper_case_names(void **state)
{
    static const struct {
        int64_t code;
        const char *name;
    } names[] = {
        { 101, "IP_NOT_ALLOWED" },
        { 102, "DOMAIN_NOT_ALLOWED" },
        { 103, "WILDCARD_NOT_ALLOWED" },
        { 201, "SERVER_NOT_AVAILABLE" },
        { 999, "OTHER" },
    };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(names); i++) {
        assert_string_equal(lc_request_error_name(names[i].code), names[i].name);
        assert_int_equal(lc_request_error_code(names[i].name), names[i].code);
    }
    assert_null(lc_request_error_name(104));
    assert_int_equal(lc_request_error_code("wildcard_not_allowed"), 103);
    assert_int_equal(lc_request_error_code("no_such"), 0);
}

/* --- reading a requirer's databag --------------------------------------------------------------
 */

struct load_row {
    const char *numbers; /* of the items that it shows; "" for none by itself */
    const char *name;    /* of the case */
    const char *ours;    /* NULL: as the library reads it */
    bool unreadable;
    size_t skipped;
    size_t logged;
};

static const struct load_row requirer_rows[] = {
    { "", "ca false", NULL, false, 0, 0 },
    { "", "ca true", NULL, false, 0, 0 },
    { "WIRE-017", "ca null means false", NULL, false, 0, 0 },
    { "WIRE-022", "ca absent", "A false\n", false, 0, 0 },
    { "WIRE-022", "ca absent in one of two", "A false\nB false\n", false, 0, 0 },
    { "WIRE-018", "ca \"false\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca \"true\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca \"TRUE\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca \"yes\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca \"off\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca \"n\"", NULL, false, 0, 0 },
    { "WIRE-018", "ca 0", NULL, false, 0, 0 },
    { "WIRE-018", "ca 1", NULL, false, 0, 0 },
    { "WIRE-018", "ca 1.0", NULL, false, 0, 0 },
    { "WIRE-023", "ca 2", "", false, 1, 1 },
    { "WIRE-023", "ca \"maybe\"", "", false, 1, 1 },
    { "WIRE-023", "ca empty string", "", false, 1, 1 },
    { "WIRE-023", "ca list", "", false, 1, 1 },
    { "WIRE-016", "unknown nested key", NULL, false, 0, 0 },
    { "WIRE-023", "csr null", "", false, 1, 1 },
    { "WIRE-023", "csr number", "", false, 1, 1 },
    { "WIRE-023", "csr absent", "", false, 1, 1 },
    { "WIRE-023", "one good, one bad", "A false\n", false, 1, 1 },
    { "WIRE-023", "entry is a string", "", false, 1, 1 },
    { "WIRE-023", "entry is null", "A false\n", false, 1, 1 },
    { "", "object instead of list", "", true, 0, 1 },
    { "", "null", "", true, 0, 1 },
    { "", "empty list", NULL, false, 0, 0 },
    { "", "empty string", "", true, 0, 1 },
    { "", "broken JSON", "", true, 0, 1 },
    { "", "JSON text inside a JSON string", "", true, 0, 1 },
    { "", "single quotes", "", true, 0, 1 },
    { "", "repeated key: the last one counts", NULL, false, 0, 0 },
    { "", "byte order mark", "", true, 0, 1 },
    { "", "white space around", NULL, false, 0, 0 },
    { "", "NaN", "", true, 0, 1 },
    { "", "escaped slashes and unicode", NULL, false, 0, 0 },
    { "", "trailing comma", "", true, 0, 1 },
    { "", "two documents", "", true, 0, 1 },
    { "WIRE-015", "other keys in the bag that are not JSON", NULL, false, 0, 0 },
    { "", "no key at all", NULL, false, 0, 0 },
    { "WIRE-030", "v0 request", NULL, false, 0, 1 },
};

static void library_requests(const struct lc_json *value, struct lc_buf *out)
{
    for (size_t i = 0; i < lc_json_count(value); i++) {
        const struct lc_json *item = lc_json_at(value, i);
        lc_buf_printf(out, "%s %s\n", vector_text(item, "certificate_signing_request"),
                      lc_json_boolean(lc_json_get(item, "ca")) ? "true" : "false");
    }
}

static void check_logged(const struct load_row *row)
{
    if (lines.count != row->logged)
        fail_msg("%zu lines in the log, wanted %zu: %s", lines.count, row->logged,
                 lines.count == 0 ? "" : lines.items[0]);
    for (size_t i = 0; i < lines.count; i++)
        assert_non_null(strstr(lines.items[i], "the test"));
    lc_strlist_release(&lines);
}

static struct lc_json *requirer_file;

static void check_requests(void **state)
{
    const struct load_row *row = *state;
    const struct lc_json *vector = case_of(requirer_file, row->name);
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(4096);
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(4096);

    bag_of(lc_json_get(vector, "databag"), &bag);
    assert_done(lc_databag_load_requests(&bag, "the test", &log_sink, &entries, &err));
    for (size_t i = 0; i < entries.count; i++)
        lc_buf_printf(&got, "%s %s\n", entries.items[i].csr,
                      entries.items[i].ca ? "true" : "false");
    if (row->ours == NULL)
        library_requests(lc_json_get(lc_json_get(vector, "library"), "value"), &wanted);
    else
        lc_buf_puts(&wanted, row->ours);
    assert_string_equal(got.data, wanted.data);
    assert_int_equal(entries.unreadable, row->unreadable);
    assert_int_equal(entries.skipped, row->skipped);
    assert_int_equal(entries.is_v0, strcmp(row->name, "v0 request") == 0);
    check_logged(row);
}

/* --- reading a provider's databag --------------------------------------------------------------
 */

#define CERT      "certificate CA CSR CERT [CERT CA]\n"
#define CERT_ONLY "certificate CA CSR CERT []\n"

static const struct load_row provider_rows[] = {
    { "", "as written by this library", NULL, false, 0, 0 },
    { "WIRE-020", "as written by the v3 library", NULL, false, 0, 0 },
    { "WIRE-020", "v3 revoked", NULL, false, 0, 0 },
    { "WIRE-019", "chain null", NULL, false, 0, 0 },
    { "WIRE-019", "chain absent", NULL, false, 0, 0 },
    { "WIRE-019", "chain empty", NULL, false, 0, 0 },
    { "WIRE-023", "chain a string", "", false, 1, 1 },
    { "WIRE-023", "chain with null", "", false, 1, 1 },
    { "WIRE-019", "revoked null", NULL, false, 0, 0 },
    { "WIRE-018", "revoked \"true\"", NULL, false, 0, 0 },
    { "WIRE-018", "revoked 0", NULL, false, 0, 0 },
    { "WIRE-023", "ca absent", "", false, 1, 1 },
    { "WIRE-023", "csr absent", "", false, 1, 1 },
    { "WIRE-023", "one good, one bad", CERT, false, 1, 1 },
    { "", "certificates null", "", true, 0, 1 },
    { "WIRE-024", "certificates broken", "error X 101 n m - - -\n", true, 0, 1 },
    { "", "error with csr", NULL, false, 0, 0 },
    { "WIRE-025", "error with certificate_signing_request, as in the interface README",
      "error X 101 n m - - -\n", false, 0, 0 },
    { "WIRE-025", "README-style error beside a good certificate", CERT "error X 101 n m - - -\n",
      false, 0, 0 },
    { "WIRE-026", "both keys present", NULL, false, 0, 0 },
    { "WIRE-021", "code as text", NULL, false, 0, 0 },
    { "WIRE-021", "code as whole float", NULL, false, 0, 0 },
    { "WIRE-023", "code with fraction", "", false, 1, 1 },
    { "WIRE-021", "unknown code", NULL, false, 0, 0 },
    { "WIRE-023", "code as name", "", false, 1, 1 },
    { "WIRE-027", "name absent", "error X 101 IP_NOT_ALLOWED m - - -\n", false, 0, 0 },
    { "WIRE-027", "message absent", "error X 101 n  - - -\n", false, 0, 0 },
    { "", "optional fields null", NULL, false, 0, 0 },
    { "WIRE-016", "extra fields", NULL, false, 0, 0 },
    { "WIRE-029", "capabilities null", NULL, false, 0, 0 },
    { "WIRE-029", "capabilities empty object", NULL, false, 0, 0 },
    { "WIRE-016", "capabilities unknown key", NULL, false, 0, 0 },
    { "WIRE-018", "capabilities false as text", NULL, false, 0, 0 },
    { "WIRE-028", "capability of a wrong type", "capabilities - - - - - acme\n", false, 0, 1 },
    { "WIRE-028 WIRE-024", "capability of a wrong type beside a good certificate",
      CERT "capabilities - - - - - -\n", false, 0, 1 },
    { "WIRE-028", "allowed_domains a string", "capabilities - - - - - -\n", false, 0, 1 },
    { "", "capabilities a list", "", false, 0, 1 },
    { "WIRE-015", "unknown top-level keys", NULL, false, 0, 0 },
    { "WIRE-029", "empty bag", NULL, false, 0, 0 },
};

static void put_answers(struct lc_buf *out, const struct lc_certificate_entries *certificates,
                        const struct lc_error_entries *errors,
                        const struct lc_capabilities *capabilities)
{
    for (size_t i = 0; i < certificates->count; i++)
        put_certificate(out, &certificates->items[i]);
    for (size_t i = 0; i < errors->count; i++)
        put_error(out, &errors->items[i]);
    put_capabilities(out, capabilities);
}

static void library_answers(const struct lc_json *value, struct lc_buf *out)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries certificates = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_capabilities_release) struct lc_capabilities capabilities = LC_CAPABILITIES_INIT;

    model_certificates(lc_json_get(value, LC_KEY_CERTIFICATES), &certificates);
    model_errors(lc_json_get(value, LC_KEY_ERRORS), &errors);
    model_capabilities(lc_json_get(value, LC_KEY_CAPABILITIES), &capabilities);
    put_answers(out, &certificates, &errors, &capabilities);
}

static struct lc_json *provider_file;

static void check_answers(void **state)
{
    const struct load_row *row = *state;
    const struct lc_json *vector = case_of(provider_file, row->name);
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries certificates = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_capabilities_release) struct lc_capabilities capabilities = LC_CAPABILITIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(4096);
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(4096);

    bag_of(lc_json_get(vector, "databag"), &bag);
    assert_done(lc_databag_load_certificates(&bag, "the test", &log_sink, &certificates, &err));
    assert_done(lc_databag_load_errors(&bag, "the test", &log_sink, &errors, &err));
    assert_done(lc_databag_load_capabilities(&bag, "the test", &log_sink, &capabilities, &err));
    put_answers(&got, &certificates, &errors, &capabilities);
    if (row->ours == NULL)
        library_answers(lc_json_get(lc_json_get(vector, "library"), "value"), &wanted);
    else
        lc_buf_puts(&wanted, row->ours);
    assert_string_equal(got.data, wanted.data);
    assert_int_equal(certificates.unreadable || errors.unreadable, row->unreadable);
    assert_int_equal(certificates.skipped + errors.skipped, row->skipped);
    check_logged(row);
}

/* WIRE-030: the answers of the retired format, and the private key in them. */
static void ignores_a_v0_provider(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries certificates = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries errors = LC_ERROR_ENTRIES_INIT;

    (void)state;
    assert_done(lc_strmap_set(&bag, "ca", "PEM", &err));
    assert_done(lc_strmap_set(&bag, "chain", "PEM", &err));
    assert_done(
        lc_strmap_set(&bag, "web_0.server.cert", "{\"cert\": \"PEM\", \"key\": \"secret\"}", &err));
    assert_done(lc_databag_load_certificates(&bag, "the test", &log_sink, &certificates, &err));
    assert_done(lc_databag_load_errors(&bag, "the test", &log_sink, &errors, &err));
    assert_int_equal(certificates.count + errors.count, 0);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.items[0], "version 0"));
    assert_null(strstr(lines.items[0], "secret"));
    lc_strlist_release(&lines);
}

/* --- the suite -------------------------------------------------------------------------------- */

static void add_rows(struct suite *suite, const struct load_row *rows, size_t count,
                     const char *what, CMUnitTestFunction check)
{
    for (size_t i = 0; i < count; i++)
        suite_addf(suite, check, (void *)(uintptr_t)&rows[i], "%s%sreads a %s's databag: %s",
                   rows[i].numbers, *rows[i].numbers == '\0' ? "" : " ", what, rows[i].name);
}

/* Each case of a file has its row. */
static void check_complete(const struct lc_json *json, size_t rows)
{
    if (lc_json_count(lc_json_get(json, "cases")) != rows)
        vector_broken("another number of cases than rows", NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    file = vector_load("databag-dump.json");
    const struct lc_json *cases = lc_json_get(file, "cases");
    for (size_t i = 0; i < lc_json_count(cases); i++) {
        const struct lc_json *vector = lc_json_at(cases, i);
        suite_addf(&suite, check_dump, (void *)(uintptr_t)vector, "writes as the library: %s",
                   vector_text(vector, "name"));
    }
    for (size_t i = 0; i < LC_COUNT(dump_items); i++)
        suite_addf(&suite, check_dump, (void *)(uintptr_t)case_of(file, dump_items[i].name),
                   "%s writes: %s", dump_items[i].number, dump_items[i].name);
    SUITE_TEST(&suite, "WIRE-012 the names of errors are in upper case", writes_upper_case_names);

    requirer_file = vector_load("databag-load-requirer.json");
    check_complete(requirer_file, LC_COUNT(requirer_rows));
    add_rows(&suite, requirer_rows, LC_COUNT(requirer_rows), "requirer", check_requests);
    provider_file = vector_load("databag-load-provider.json");
    check_complete(provider_file, LC_COUNT(provider_rows));
    add_rows(&suite, provider_rows, LC_COUNT(provider_rows), "provider", check_answers);
    SUITE_TEST(&suite, "WIRE-030 the answers of version 0, and a key in them, are not used",
               ignores_a_v0_provider);

    const int status = suite_run(&suite, "wire");
    lc_json_free(file);
    lc_json_free(requirer_file);
    lc_json_free(provider_file);
    return status;
}
