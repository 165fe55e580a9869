/* The values of the databag codec: what they own, how they are copied and compared. */
#include "tls/databag.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static void release_request(struct lc_request_entry *entry)
{
    lc_free(entry->csr);
    lc_json_free(entry->source);
}

void lc_request_entries_release(struct lc_request_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        release_request(&entries->items[i]);
    lc_free(entries->items);
    *entries = (struct lc_request_entries)LC_REQUEST_ENTRIES_INIT;
}

void lc_certificate_entry_release(struct lc_certificate_entry *entry)
{
    lc_free(entry->ca);
    lc_free(entry->csr);
    lc_free(entry->certificate);
    lc_strlist_release(&entry->chain);
    lc_json_free(entry->source);
    *entry = (struct lc_certificate_entry){ .ca = NULL };
}

void lc_certificate_entries_release(struct lc_certificate_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        lc_certificate_entry_release(&entries->items[i]);
    lc_free(entries->items);
    *entries = (struct lc_certificate_entries)LC_CERTIFICATE_ENTRIES_INIT;
}

void lc_error_entry_release(struct lc_error_entry *entry)
{
    lc_free(entry->csr);
    lc_free(entry->name);
    lc_free(entry->message);
    lc_free(entry->reason);
    lc_free(entry->provider);
    lc_free(entry->endpoint);
    lc_json_free(entry->source);
    *entry = (struct lc_error_entry){ .csr = NULL };
}

void lc_error_entries_release(struct lc_error_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        lc_error_entry_release(&entries->items[i]);
    lc_free(entries->items);
    *entries = (struct lc_error_entries)LC_ERROR_ENTRIES_INIT;
}

void lc_capabilities_release(struct lc_capabilities *capabilities)
{
    lc_strlist_release(&capabilities->allowed_domains);
    lc_free(capabilities->provider_type);
    *capabilities = (struct lc_capabilities)LC_CAPABILITIES_INIT;
}

static const struct {
    int64_t code;
    const char *name;
} error_names[] = {
    { LC_ERROR_NOT_ACCEPTED, "NOT_ACCEPTED" },
    { LC_ERROR_IP_NOT_ALLOWED, "IP_NOT_ALLOWED" },
    { LC_ERROR_DOMAIN_NOT_ALLOWED, "DOMAIN_NOT_ALLOWED" },
    { LC_ERROR_WILDCARD_NOT_ALLOWED, "WILDCARD_NOT_ALLOWED" },
    { LC_ERROR_SERVER_NOT_AVAILABLE, "SERVER_NOT_AVAILABLE" },
    { LC_ERROR_OTHER, "OTHER" },
};

const char *lc_request_error_name(int64_t code)
{
    for (size_t i = 0; i < LC_COUNT(error_names); i++)
        if (error_names[i].code == code)
            return error_names[i].name;
    return NULL;
}

int64_t lc_request_error_code(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(error_names); i++)
        if (lc_text_equals_nocase(error_names[i].name, name))
            return error_names[i].code;
    return 0;
}

/* NULL stays NULL. */
static bool copy_text(char **out, const char *text, struct lc_err *err)
{
    *out = text == NULL ? NULL : lc_strdup(text);
    return text == NULL || *out != NULL ? true : lc_fail_memory(err);
}

static bool add_request(struct lc_request_entries *entries, const char *csr, bool ca,
                        const struct lc_json *source, struct lc_err *err)
{
    struct lc_request_entry entry = { .ca = ca, .source = lc_json_ref(source) };

    if (copy_text(&entry.csr, csr, err)) {
        if (lc_grow(&entries->items, &entries->capacity, entries->count, sizeof(*entries->items))) {
            entries->items[entries->count++] = entry;
            return true;
        }
        (void)lc_fail_memory(err);
    }
    release_request(&entry);
    return false;
}

bool lc_request_entries_add(struct lc_request_entries *entries, const char *csr, bool ca,
                            struct lc_err *err)
{
    return add_request(entries, csr, ca, NULL, err);
}

bool lc_request_entries_keep(struct lc_request_entries *entries,
                             const struct lc_request_entry *entry, struct lc_err *err)
{
    return add_request(entries, entry->csr, entry->ca, entry->source, err);
}

bool lc_certificate_entries_add(struct lc_certificate_entries *entries,
                                const struct lc_certificate_entry *entry, struct lc_err *err)
{
    struct lc_certificate_entry copy = { .revoked = entry->revoked,
                                         .revoked_given = entry->revoked_given,
                                         .source = lc_json_ref(entry->source) };

    if (copy_text(&copy.ca, entry->ca, err) && copy_text(&copy.csr, entry->csr, err) &&
        copy_text(&copy.certificate, entry->certificate, err) &&
        lc_strlist_copy(&copy.chain, &entry->chain, err)) {
        if (lc_grow(&entries->items, &entries->capacity, entries->count, sizeof(*entries->items))) {
            entries->items[entries->count++] = copy;
            return true;
        }
        (void)lc_fail_memory(err);
    }
    lc_certificate_entry_release(&copy);
    return false;
}

bool lc_error_entries_add(struct lc_error_entries *entries, const struct lc_error_entry *entry,
                          struct lc_err *err)
{
    struct lc_error_entry copy = { .code = entry->code, .source = lc_json_ref(entry->source) };

    if (copy_text(&copy.csr, entry->csr, err) && copy_text(&copy.name, entry->name, err) &&
        copy_text(&copy.message, entry->message, err) &&
        copy_text(&copy.reason, entry->reason, err) &&
        copy_text(&copy.provider, entry->provider, err) &&
        copy_text(&copy.endpoint, entry->endpoint, err)) {
        if (lc_grow(&entries->items, &entries->capacity, entries->count, sizeof(*entries->items))) {
            entries->items[entries->count++] = copy;
            return true;
        }
        (void)lc_fail_memory(err);
    }
    lc_error_entry_release(&copy);
    return false;
}

bool lc_capabilities_copy(struct lc_capabilities *out, const struct lc_capabilities *from,
                          struct lc_err *err)
{
    LC_AUTO(lc_capabilities_release) struct lc_capabilities copy = *from;

    copy.allowed_domains = (struct lc_strlist)LC_STRLIST_INIT;
    copy.provider_type = NULL;
    if (!lc_strlist_copy(&copy.allowed_domains, &from->allowed_domains, err) ||
        !copy_text(&copy.provider_type, from->provider_type, err))
        return false;
    lc_capabilities_release(out);
    *out = copy;
    copy = (struct lc_capabilities)LC_CAPABILITIES_INIT;
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool lc_capabilities_equals(const struct lc_capabilities *a, const struct lc_capabilities *b)
{
    return a->said == b->said && a->supports_ip_sans == b->supports_ip_sans &&
           a->supports_wildcard_dns == b->supports_wildcard_dns &&
           a->supports_subdomain == b->supports_subdomain &&
           a->supports_ca_certificates == b->supports_ca_certificates &&
           a->has_allowed_domains == b->has_allowed_domains &&
           lc_strlist_equals(&a->allowed_domains, &b->allowed_domains) &&
           same_text(a->provider_type, b->provider_type);
}
