/* Writing relation data as Python's json.dumps does, defaults left out (tls-certificates 1.2). */
#include <string.h>

#include "tls/databag_private.h"

/* Members that we do not know, in their order behind those that we do; null is never written (1.2).
 * known ends with NULL. */
static void put_unknown(struct lc_json_writer *writer, const struct lc_json *source,
                        const char *const *known)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(source, &at, &key, &value)) {
        if (lc_json_type(value) == LC_JSON_NULL || lc_databag_is_known(known, key))
            continue;
        lc_json_key(writer, key);
        lc_json_put(writer, value);
    }
}

/* An empty list is no list (1.2). */
static bool end_list(struct lc_buf *text, struct lc_err *err)
{
    if (!lc_buf_check(text, err))
        return false;
    if (text->len == strlen("[]"))
        lc_buf_clear(text);
    return true;
}

bool lc_databag_dump_requests(const struct lc_request_entries *entries, struct lc_buf *text,
                              struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_PYTHON);

    lc_buf_clear(text);
    lc_json_begin_array(&writer);
    for (size_t i = 0; i < entries->count; i++) {
        lc_json_begin_object(&writer);
        lc_json_member_string(&writer, "certificate_signing_request", entries->items[i].csr);
        lc_json_member_boolean(&writer, "ca", entries->items[i].ca);
        put_unknown(&writer, entries->items[i].source, lc_request_members);
        lc_json_end_object(&writer);
    }
    lc_json_end_array(&writer);
    return end_list(text, err);
}

void lc_databag_put_certificate(struct lc_json_writer *writer,
                                const struct lc_certificate_entry *entry)
{
    lc_json_begin_object(writer);
    lc_json_member_string(writer, "ca", entry->ca);
    lc_json_member_string(writer, "certificate_signing_request", entry->csr);
    lc_json_member_string(writer, "certificate", entry->certificate);
    lc_json_member_strings(writer, "chain", &entry->chain);
    if (entry->revoked || entry->revoked_given)
        lc_json_member_boolean(writer, "revoked", entry->revoked);
    put_unknown(writer, entry->source, lc_certificate_members);
    lc_json_end_object(writer);
}

bool lc_databag_dump_certificates(const struct lc_certificate_entries *entries, struct lc_buf *text,
                                  struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_PYTHON);

    lc_buf_clear(text);
    lc_json_begin_array(&writer);
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].csr != NULL)
            lc_databag_put_certificate(&writer, &entries->items[i]);
    lc_json_end_array(&writer);
    return end_list(text, err);
}

void lc_databag_put_error(struct lc_json_writer *writer, const struct lc_error_entry *entry)
{
    lc_json_begin_object(writer);
    lc_json_member_string(writer, "csr", entry->csr);
    lc_json_key(writer, "error");
    lc_json_begin_object(writer);
    lc_json_member_integer(writer, "code", entry->code);
    lc_json_member_string(writer, "name", entry->name);
    lc_json_member_string(writer, "message", entry->message);
    lc_json_member_string(writer, "reason", entry->reason);
    lc_json_member_string(writer, "provider", entry->provider);
    lc_json_member_string(writer, "endpoint", entry->endpoint);
    put_unknown(writer, lc_json_get(entry->source, "error"), lc_error_members);
    lc_json_end_object(writer);
    put_unknown(writer, entry->source, lc_error_entry_members);
    lc_json_end_object(writer);
}

bool lc_databag_dump_errors(const struct lc_error_entries *entries, struct lc_buf *text,
                            struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_PYTHON);

    lc_buf_clear(text);
    lc_json_begin_array(&writer);
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].csr != NULL)
            lc_databag_put_error(&writer, &entries->items[i]);
    lc_json_end_array(&writer);
    return end_list(text, err);
}

static void put_tristate(struct lc_json_writer *writer, const char *key, enum lc_tristate value)
{
    if (value == LC_NOT_SAID)
        return;
    lc_json_member_boolean(writer, key, value == LC_YES);
}

bool lc_databag_dump_capabilities(const struct lc_capabilities *capabilities, struct lc_buf *text,
                                  struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_PYTHON);

    lc_buf_clear(text);
    if (!capabilities->said)
        return true;
    lc_json_begin_object(&writer);
    put_tristate(&writer, "supports_ip_sans", capabilities->supports_ip_sans);
    put_tristate(&writer, "supports_wildcard_dns", capabilities->supports_wildcard_dns);
    put_tristate(&writer, "supports_subdomain", capabilities->supports_subdomain);
    put_tristate(&writer, "supports_ca_certificates", capabilities->supports_ca_certificates);
    if (capabilities->has_allowed_domains)
        lc_json_member_strings(&writer, "allowed_domains", &capabilities->allowed_domains);
    lc_json_member_string(&writer, "provider_type", capabilities->provider_type);
    lc_json_end_object(&writer);
    return lc_buf_check(text, err);
}
