/* Reading relation data, key by key and entry by entry (tls-certificates 1.6). */
#include <math.h>
#include <string.h>

#include "base/json_scan.h"
#include "base/mem.h"
#include "base/text.h"
#include "tls/complaints.h"
#include "tls/databag_private.h"

const char *const lc_request_members[] = { "certificate_signing_request", "ca", NULL };
const char *const lc_certificate_members[] = { "ca",          "certificate_signing_request",
                                               "certificate", "chain",
                                               "revoked",     NULL };
const char *const lc_error_entry_members[] = { "csr", "certificate_signing_request", "error",
                                               NULL };
const char *const lc_error_members[] = { "code",     "name",     "message", "reason",
                                         "provider", "endpoint", NULL };

bool lc_databag_is_known(const char *const *known, const char *member)
{
    while (*known != NULL && strcmp(*known, member) != 0)
        known++;
    return *known != NULL;
}

/* One key of one databag being read. */
struct source {
    const char *where;
    const char *key;
    struct lc_complaints complaints;
    size_t max_bytes;
    bool unreadable; /* found out: not of the wanted type, or over the limit */
    bool over_limit;
};

/* A bad entry, which the caller skips. False: out of memory, which is no matter of the entry. */
static bool skip(struct source *source, size_t index, const struct lc_err *err)
{
    if (err->code == LC_ENOMEM)
        return false;
    lc_complain(&source->complaints, "databag of %s: %s[%zu] is passed over: %s", source->where,
                source->key, index, err->message);
    return true;
}

static void complain(struct source *source, const char *what)
{
    lc_complain(&source->complaints, "databag of %s: %s is passed over: %s", source->where,
                source->key, what);
}

static bool has_unknown(const struct lc_json *object, const char *const *known)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(object, &at, &key, &value))
        if (!lc_databag_is_known(known, key))
            return true;
    return false;
}

/* The object, where it has members to be kept; else NULL. */
static struct lc_json *keep_source(const struct lc_json *object, const char *const *known)
{
    return has_unknown(object, known) ? lc_json_ref(object) : NULL;
}

/* max_bytes: 0 is LC_DATABAG_MAX_BYTES. */
static bool is_over(size_t len, size_t max_bytes)
{
    return len > (max_bytes == 0 ? LC_DATABAG_MAX_BYTES : max_bytes);
}

/* The document under the key. *out stays NULL when the key is absent, and when it cannot be read.
 */
static bool read_document(struct source *source, const struct lc_strmap *bag,
                          enum lc_json_type wanted, struct lc_json **out, struct lc_err *err)
{
    const char *text = lc_strmap_get(bag, source->key);
    LC_AUTO(lc_json_free) struct lc_json *document = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (text == NULL)
        return true;
    const size_t len = strlen(text);
    if (is_over(len, source->max_bytes)) {
        (void)lc_fail(&why, LC_ELIMIT, "more than %zu bytes",
                      source->max_bytes == 0 ? LC_DATABAG_MAX_BYTES : source->max_bytes);
        source->over_limit = true;
    } else if (!lc_json_parse(text, len, LC_JSON_LAST_KEY_COUNTS, &document, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
    } else if (lc_json_type(document) != wanted) {
        (void)lc_fail(&why, LC_EPARSE, "%s, not %s", lc_json_type_name(lc_json_type(document)),
                      lc_json_type_name(wanted));
    } else if (lc_json_count(document) > LC_DATABAG_MAX_ENTRIES) {
        (void)lc_fail(&why, LC_ELIMIT, "more than %d entries", LC_DATABAG_MAX_ENTRIES);
        source->over_limit = true;
    } else {
        *out = LC_STEAL(document);
        return true;
    }
    source->unreadable = true;
    complain(source, why.message);
    return true;
}

static bool is_absent(const struct lc_json *value)
{
    return lc_json_type(value) == LC_JSON_NONE || lc_json_type(value) == LC_JSON_NULL;
}

/* A text without NUL, copied; required. */
static bool read_text(const struct lc_json *object, const char *name, char **out,
                      struct lc_err *err)
{
    const struct lc_json *value = lc_json_get(object, name);
    const char *text = lc_json_string(value);

    if (text == NULL)
        return lc_fail(err, LC_EPARSE, "%s is %s, not a string", name,
                       lc_json_type_name(lc_json_type(value)));
    if (strlen(text) != lc_json_string_len(value))
        return lc_fail(err, LC_EPARSE, "%s has a NUL character", name);
    *out = lc_strdup(text);
    return *out == NULL ? lc_fail_memory(err) : true;
}

static bool read_optional_text(const struct lc_json *object, const char *name, char **out,
                               struct lc_err *err)
{
    return is_absent(lc_json_get(object, name)) ? true : read_text(object, name, out, err);
}

/* The words and numbers that the library's reader takes for a boolean (1.6). */
static bool to_boolean(const struct lc_json *value, bool *out)
{
    static const char *const yes[] = { "true", "t", "yes", "y", "on", "1" };
    static const char *const no[] = { "false", "f", "no", "n", "off", "0" };
    const double number = lc_json_number(value);

    switch (lc_json_type(value)) {
    case LC_JSON_BOOLEAN:
        *out = lc_json_boolean(value);
        return true;
    case LC_JSON_INTEGER:
    case LC_JSON_REAL:
        *out = number > 0.5;
        return number == 0.0 || number == 1.0;
    case LC_JSON_STRING:
        for (size_t i = 0; i < LC_COUNT(yes); i++) {
            *out = lc_text_equals_nocase(lc_json_string(value), yes[i]);
            if (*out || lc_text_equals_nocase(lc_json_string(value), no[i]))
                return true;
        }
        return false;
    default:
        return false;
    }
}

/* Absent and null are false. */
static bool read_boolean(const struct lc_json *object, const char *name, bool *out,
                         struct lc_err *err)
{
    const struct lc_json *value = lc_json_get(object, name);

    if (is_absent(value) || to_boolean(value, out))
        return true;
    return lc_fail(err, LC_EPARSE, "%s is not a boolean", name);
}

static bool read_texts(const struct lc_json *array, const char *name, struct lc_strlist *out,
                       struct lc_err *err)
{
    if (lc_json_type(array) != LC_JSON_ARRAY)
        return lc_fail(err, LC_EPARSE, "%s is %s, not an array", name,
                       lc_json_type_name(lc_json_type(array)));
    for (size_t i = 0; i < lc_json_count(array); i++) {
        const struct lc_json *item = lc_json_at(array, i);
        const char *text = lc_json_string(item);
        if (text == NULL || strlen(text) != lc_json_string_len(item))
            return lc_fail(err, LC_EPARSE, "%s[%zu] is not a text", name, i);
        if (!lc_strlist_add(out, text, err))
            return false;
    }
    return true;
}

static bool check_is_object(const struct lc_json *value, struct lc_err *err)
{
    if (lc_json_type(value) == LC_JSON_OBJECT)
        return true;
    return lc_fail(err, LC_EPARSE, "%s, not an object", lc_json_type_name(lc_json_type(value)));
}

/* --- requests ------------------------------------------------------------------------------- */

static bool read_request(const struct lc_json *object, struct lc_request_entries *out,
                         struct lc_err *err)
{
    LC_AUTO(lc_free) char *csr = NULL;
    LC_AUTO(lc_json_free) struct lc_json *source = NULL;
    bool ca = false;

    if (!check_is_object(object, err) ||
        !read_text(object, "certificate_signing_request", &csr, err) ||
        !read_boolean(object, "ca", &ca, err))
        return false;
    source = keep_source(object, lc_request_members);
    const struct lc_request_entry entry = { .csr = csr, .ca = ca, .source = source };
    return lc_request_entries_keep(out, &entry, err);
}

/* As it is written (1.2); anything else is no error here. */
static bool scan_request(struct lc_json_scan *scan, struct lc_json_span *csr, bool *ca)
{
    if (!lc_json_scan_word(scan, "{\"certificate_signing_request\": ") ||
        !lc_json_scan_string(scan, csr) || !lc_json_scan_word(scan, ", \"ca\": "))
        return false;
    *ca = lc_json_scan_word(scan, "true");
    return (*ca || lc_json_scan_word(scan, "false")) && lc_json_scan_word(scan, "}");
}

/* csr is taken, also on failure; NULL: there was no memory for it. */
static bool take_request(struct lc_request_entries *out, char *csr, bool ca, struct lc_err *err)
{
    if (csr == NULL || !lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items))) {
        lc_free(csr);
        return lc_fail_memory(err);
    }
    out->items[out->count++] = (struct lc_request_entry){ .csr = csr, .ca = ca };
    return true;
}

/* A list that is written as the library and we do: nearly all of them. *plain: whether it is. */
static bool scan_requests(const struct lc_strmap *bag, struct lc_request_entries *out, bool *plain,
                          struct lc_err *err)
{
    const char *text = lc_strmap_get(bag, LC_KEY_REQUESTS);
    const size_t len = text == NULL ? 0 : strlen(text);
    struct lc_json_scan scan = { .at = text, .end = text + len };
    struct lc_json_span csr;
    bool ca;

    *plain = len != 0 && !is_over(len, out->max_bytes) && lc_json_scan_word(&scan, "[");
    while (*plain) {
        *plain = scan_request(&scan, &csr, &ca) && out->count < LC_DATABAG_MAX_ENTRIES;
        if (*plain && !take_request(out, lc_json_span_dup(&csr), ca, err))
            return false;
        if (*plain && !lc_json_scan_word(&scan, ", "))
            break;
    }
    *plain = *plain && lc_json_scan_word(&scan, "]") && scan.at == scan.end;
    if (!*plain) {
        const size_t max_bytes = out->max_bytes;
        lc_request_entries_release(out);
        out->max_bytes = max_bytes;
    }
    return true;
}

static bool is_v0_requirer(const struct lc_strmap *bag)
{
    return lc_strmap_get(bag, LC_KEY_REQUESTS) == NULL &&
           (lc_strmap_get(bag, "cert_requests") != NULL ||
            lc_strmap_get(bag, "client_cert_requests") != NULL ||
            lc_strmap_get(bag, "common_name") != NULL);
}

bool lc_databag_load_requests(const struct lc_strmap *bag, const char *where,
                              const struct lc_log *log, struct lc_request_entries *out,
                              struct lc_err *err)
{
    struct source source = { .where = where,
                             .key = LC_KEY_REQUESTS,
                             .complaints = { .log = log },
                             .max_bytes = out->max_bytes };
    LC_AUTO(lc_json_free) struct lc_json *list = NULL;
    bool plain;

    if (!scan_requests(bag, out, &plain, err))
        return false;
    if (plain)
        return true;
    if (is_v0_requirer(bag)) {
        out->is_v0 = true;
        lc_log(log, LC_LEVEL_WARNING,
               "databag of %s: the retired version 0 of tls-certificates, which is not served",
               where);
    }
    if (!read_document(&source, bag, LC_JSON_ARRAY, &list, err))
        return false;
    out->unreadable = source.unreadable;
    out->over_limit = source.over_limit;
    for (size_t i = 0; i < lc_json_count(list); i++) {
        struct lc_err why = LC_ERR_INIT;
        if (read_request(lc_json_at(list, i), out, &why))
            continue;
        if (!skip(&source, i, &why))
            return lc_fail_memory(err);
        out->skipped++;
    }
    return true;
}

/* --- certificates --------------------------------------------------------------------------- */

bool lc_databag_read_certificate(const struct lc_json *object, struct lc_certificate_entry *entry,
                                 struct lc_err *err)
{
    if (!check_is_object(object, err) || !read_text(object, "ca", &entry->ca, err) ||
        !read_text(object, "certificate_signing_request", &entry->csr, err) ||
        !read_text(object, "certificate", &entry->certificate, err) ||
        !read_boolean(object, "revoked", &entry->revoked, err))
        return false;
    entry->revoked_given = !is_absent(lc_json_get(object, "revoked"));
    entry->source = keep_source(object, lc_certificate_members);
    const struct lc_json *chain = lc_json_get(object, "chain");
    return is_absent(chain) || read_texts(chain, "chain", &entry->chain, err);
}

static bool is_v0_provider(const struct lc_strmap *bag)
{
    return lc_strmap_get(bag, LC_KEY_CERTIFICATES) == NULL && lc_strmap_get(bag, "ca") != NULL &&
           lc_strmap_get(bag, "chain") != NULL;
}

bool lc_databag_load_certificates(const struct lc_strmap *bag, const char *where,
                                  const struct lc_log *log, struct lc_certificate_entries *out,
                                  struct lc_err *err)
{
    struct source source = { .where = where,
                             .key = LC_KEY_CERTIFICATES,
                             .complaints = { .log = log },
                             .max_bytes = out->max_bytes };
    LC_AUTO(lc_json_free) struct lc_json *list = NULL;

    if (is_v0_provider(bag))
        lc_log(
            log, LC_LEVEL_WARNING,
            "databag of %s: the retired version 0 of tls-certificates, whose answers are not used",
            where);
    if (!read_document(&source, bag, LC_JSON_ARRAY, &list, err))
        return false;
    out->unreadable = source.unreadable;
    out->over_limit = source.over_limit;
    for (size_t i = 0; i < lc_json_count(list); i++) {
        struct lc_err why = LC_ERR_INIT;
        struct lc_certificate_entry entry = { .ca = NULL };
        const bool good = lc_databag_read_certificate(lc_json_at(list, i), &entry, &why) &&
                          lc_certificate_entries_add(out, &entry, &why);
        lc_certificate_entry_release(&entry);
        if (good)
            continue;
        if (!skip(&source, i, &why))
            return lc_fail_memory(err);
        out->skipped++;
    }
    return true;
}

/* --- errors --------------------------------------------------------------------------------- */

static bool read_code(const struct lc_json *value, int64_t *out, struct lc_err *err)
{
    const double number = lc_json_number(value);

    switch (lc_json_type(value)) {
    case LC_JSON_INTEGER:
        *out = lc_json_integer(value);
        return true;
    case LC_JSON_REAL:
        *out = fabs(number) < 1e15 ? (int64_t)number : 0;
        if (fabs(number) < 1e15 && (double)*out == number)
            return true;
        break;
    case LC_JSON_STRING:
        if (lc_text_to_number(lc_json_string(value), INT64_MAX, out))
            return true;
        break;
    default:
        break;
    }
    return lc_fail(err, LC_EPARSE, "code is not an integer");
}

bool lc_databag_read_error(const struct lc_json *object, struct lc_error_entry *entry,
                           struct lc_err *err)
{
    if (!check_is_object(object, err))
        return false;
    /* The interface page's spelling, where the library's is absent (1.5). */
    const bool by_page = is_absent(lc_json_get(object, "csr"));
    if (!read_text(object, by_page ? "certificate_signing_request" : "csr", &entry->csr, err))
        return false;
    const struct lc_json *error = lc_json_get(object, "error");
    if (!check_is_object(error, err) || !read_code(lc_json_get(error, "code"), &entry->code, err) ||
        !read_optional_text(error, "name", &entry->name, err) ||
        !read_optional_text(error, "message", &entry->message, err) ||
        !read_optional_text(error, "reason", &entry->reason, err) ||
        !read_optional_text(error, "provider", &entry->provider, err) ||
        !read_optional_text(error, "endpoint", &entry->endpoint, err))
        return false;
    if (has_unknown(error, lc_error_members) || has_unknown(object, lc_error_entry_members))
        entry->source = lc_json_ref(object);
    const char *known = lc_request_error_name(entry->code);
    if (entry->name == NULL)
        entry->name = lc_strdup(known == NULL ? "OTHER" : known);
    if (entry->message == NULL)
        entry->message = lc_strdup("");
    return entry->name != NULL && entry->message != NULL ? true : lc_fail_memory(err);
}

bool lc_databag_load_errors(const struct lc_strmap *bag, const char *where,
                            const struct lc_log *log, struct lc_error_entries *out,
                            struct lc_err *err)
{
    struct source source = { .where = where,
                             .key = LC_KEY_ERRORS,
                             .complaints = { .log = log },
                             .max_bytes = out->max_bytes };
    LC_AUTO(lc_json_free) struct lc_json *list = NULL;

    if (!read_document(&source, bag, LC_JSON_ARRAY, &list, err))
        return false;
    out->unreadable = source.unreadable;
    out->over_limit = source.over_limit;
    for (size_t i = 0; i < lc_json_count(list); i++) {
        struct lc_err why = LC_ERR_INIT;
        struct lc_error_entry entry = { .csr = NULL };
        const bool good = lc_databag_read_error(lc_json_at(list, i), &entry, &why) &&
                          lc_error_entries_add(out, &entry, &why);
        lc_error_entry_release(&entry);
        if (good)
            continue;
        if (!skip(&source, i, &why))
            return lc_fail_memory(err);
        out->skipped++;
    }
    return true;
}

/* --- capabilities --------------------------------------------------------------------------- */

static void read_tristate(struct source *source, const struct lc_json *object, const char *name,
                          enum lc_tristate *out)
{
    const struct lc_json *value = lc_json_get(object, name);
    bool yes;

    if (is_absent(value))
        return;
    if (to_boolean(value, &yes))
        *out = yes ? LC_YES : LC_NO;
    else
        complain(source, name);
}

bool lc_databag_load_capabilities(const struct lc_strmap *bag, const char *where,
                                  const struct lc_log *log, struct lc_capabilities *out,
                                  struct lc_err *err)
{
    struct source source = { .where = where,
                             .key = LC_KEY_CAPABILITIES,
                             .complaints = { .log = log } };
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;
    const char *text = lc_strmap_get(bag, LC_KEY_CAPABILITIES);
    struct lc_err why = LC_ERR_INIT;

    if (text == NULL || strcmp(text, "null") == 0)
        return true;
    if (!read_document(&source, bag, LC_JSON_OBJECT, &object, err))
        return false;
    if (object == NULL)
        return true;
    out->said = true;
    read_tristate(&source, object, "supports_ip_sans", &out->supports_ip_sans);
    read_tristate(&source, object, "supports_wildcard_dns", &out->supports_wildcard_dns);
    read_tristate(&source, object, "supports_subdomain", &out->supports_subdomain);
    read_tristate(&source, object, "supports_ca_certificates", &out->supports_ca_certificates);
    const struct lc_json *domains = lc_json_get(object, "allowed_domains");
    if (!is_absent(domains)) {
        out->has_allowed_domains = read_texts(domains, "allowed_domains", &out->allowed_domains,
                                              &why);
        if (!out->has_allowed_domains) {
            lc_strlist_release(&out->allowed_domains);
            complain(&source, why.message);
        }
    }
    if (why.code != LC_ENOMEM &&
        !read_optional_text(object, "provider_type", &out->provider_type, &why))
        complain(&source, why.message);
    return why.code == LC_ENOMEM ? lc_fail_memory(err) : true;
}
