/* Databags before and after a hook, entry by entry, and secrets that hold a key. */
#include "model/trace.h"

#include <string.h>

#include "base/index.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/store_event.h"
#include "x509/cert.h"
#include "x509/csr.h"
#include "x509/key.h"

#define INTERFACE "tls-certificates"
#define MAX_ABOUT (16u * 1024 * 1024) /* a request is smaller, and so is what is said of it */
#define MAX_NAMES 100                 /* of a request or certificate; the others are counted */
#define MAX_TEXT  2000                /* bytes of a provider's message */

/* One databag's change. */
struct trace {
    struct lc_context *context;
    const char *holder;
    const char *endpoint;
    int64_t relation;
};

static const char *const csr_keys[] = { "certificate_signing_request", "csr", NULL };

/* --- what an event says ---------------------------------------------------------------------- */

static void put_text(struct lc_json_writer *out, const char *key, const char *value)
{
    lc_json_key(out, key);
    lc_json_put_string_len(out, value == NULL ? "" : value,
                           value == NULL ? 0 : strnlen(value, MAX_TEXT));
}

static void put_hex(struct lc_json_writer *out, const char *key, const unsigned char *digest)
{
    char hex[LC_SHA256_HEX];

    lc_hex_encode(digest, LC_SHA256_BYTES, hex);
    put_text(out, key, hex);
}

/* "CN=web.example.com, O=Example": the common name first, as people look for it; without the unique
 * identifier, which differs in every request. */
static void put_name(struct lc_json_writer *out, const char *key, const struct lc_name *name)
{
    static const struct {
        const char *oid;
        const char *label;
    } parts[] = {
        { LC_OID_COMMON_NAME, "CN" },
        { LC_OID_ORGANIZATION, "O" },
        { LC_OID_ORGANIZATION_UNIT, "OU" },
        { LC_OID_LOCALITY, "L" },
        { LC_OID_STATE, "ST" },
        { LC_OID_COUNTRY, "C" },
        { LC_OID_EMAIL, "emailAddress" },
    };
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(MAX_ABOUT);

    for (size_t i = 0; i < LC_COUNT(parts); i++) {
        const char *value = lc_name_get(name, parts[i].oid);
        if (value != NULL)
            lc_buf_printf(&text, "%s%s=%s", text.len == 0 ? "" : ", ", parts[i].label, value);
    }
    put_text(out, key, text.data);
}

static void put_sans(struct lc_json_writer *out, const struct lc_sans *sans)
{
    lc_json_key(out, "names");
    lc_json_begin_array(out);
    for (size_t i = 0; i < sans->count && i < MAX_NAMES; i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(MAX_ABOUT);
        lc_buf_printf(&text, "%s:%s", lc_san_type_name(sans->items[i].type), sans->items[i].value);
        lc_json_put_string(out, text.data);
    }
    lc_json_end_array(out);
    lc_json_member_integer(out, "more_names",
                           sans->count > MAX_NAMES ? (int64_t)sans->count - MAX_NAMES : 0);
}

static void begin(const struct trace *trace, struct lc_json_writer *out)
{
    lc_json_begin_object(out);
    lc_json_member_integer(out, "relation", trace->relation);
    put_text(out, "endpoint", trace->endpoint);
}

/* SHA-256 of the DER, as `openssl x509 -fingerprint` has it. The PEM is canonical: a line in front
 * and one behind the base64. */
static bool put_fingerprint(struct lc_json_writer *out, const struct lc_cert *cert,
                            struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(MAX_ABOUT);
    unsigned char digest[LC_SHA256_BYTES];
    const char *body = strchr(lc_cert_pem(cert), '\n') + 1;

    if (!lc_base64_decode(body, (size_t)(strstr(body, "\n-----END") - body), &der, err) ||
        !lc_buf_check(&der, err) || !lc_sha256(der.data, der.len, digest, err))
        return false;
    put_hex(out, "fingerprint", digest);
    return true;
}

static bool put_cert(struct lc_json_writer *out, const struct lc_cert *cert, struct lc_err *err)
{
    put_text(out, "serial", lc_cert_serial(cert));
    put_name(out, "subject", lc_cert_subject(cert));
    put_sans(out, lc_cert_sans(cert));
    put_name(out, "issuer", lc_cert_issuer(cert));
    lc_json_member_integer(out, "not_before", lc_cert_not_before(cert));
    lc_json_member_integer(out, "not_after", lc_cert_not_after(cert));
    put_hex(out, "public_key", lc_cert_fingerprint(cert));
    lc_json_member_boolean(out, "ca", lc_cert_is_ca(cert));
    return put_fingerprint(out, cert, err);
}

static bool add(const struct trace *trace, const char *kind, const char *holder, const char *csr,
                const struct lc_buf *about, struct lc_err *err)
{
    const struct lc_event event = { .unit = trace->context->unit.name,
                                    .holder = holder,
                                    .kind = kind,
                                    .csr = csr,
                                    .about = about->data };

    return lc_buf_check(about, err) && lc_store_add_event(trace->context->store, &event, err);
}

/* --- entries --------------------------------------------------------------------------------- */

static const char *csr_of(const struct lc_json *entry)
{
    const char *text = NULL;

    for (size_t i = 0; csr_keys[i] != NULL && text == NULL; i++)
        text = lc_json_get_string(entry, csr_keys[i]);
    return text;
}

/* *out stays NULL for what is no request, which is no failure. */
static bool read_csr(const struct lc_json *entry, struct lc_csr **out, struct lc_err *err)
{
    const char *text = csr_of(entry);
    struct lc_err why = LC_ERR_INIT;

    return text == NULL || lc_csr_parse(text, strlen(text), out, &why) || why.code != LC_ENOMEM ||
           lc_fail_memory(err);
}

static bool read_cert(const struct lc_json *entry, const char *key, struct lc_cert **out,
                      struct lc_err *err)
{
    const char *text = lc_json_get_string(entry, key);
    struct lc_err why = LC_ERR_INIT;

    return text == NULL || lc_cert_parse(text, strlen(text), out, &why) || why.code != LC_ENOMEM ||
           lc_fail_memory(err);
}

static bool add_request(const struct trace *trace, const struct lc_json *entry, const char *kind,
                        struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf about = LC_BUF_INIT(MAX_ABOUT);
    struct lc_json_writer out = lc_json_writer(&about, LC_JSON_COMPACT);

    if (!read_csr(entry, &csr, err))
        return false;
    if (csr == NULL)
        return true;
    begin(trace, &out);
    put_name(&out, "subject", lc_csr_subject(csr));
    put_sans(&out, lc_csr_sans(csr));
    put_hex(&out, "public_key", lc_csr_fingerprint(csr));
    lc_json_member_boolean(&out, "ca", lc_json_boolean(lc_json_get(entry, "ca")));
    lc_json_end_object(&out);
    return add(trace, kind, trace->holder, lc_csr_hash(csr), &about, err);
}

/* The CA's own certificate, the first time that it is seen. */
static bool add_authority(const struct trace *trace, const struct lc_json *entry,
                          struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *ca = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf about = LC_BUF_INIT(MAX_ABOUT);
    struct lc_json_writer out = lc_json_writer(&about, LC_JSON_COMPACT);
    bool known;

    if (!read_cert(entry, "ca", &ca, err))
        return false;
    if (ca == NULL)
        return true;
    if (!lc_store_has_event(trace->context->store, "authority", lc_cert_hash(ca), &known, err))
        return false;
    if (known)
        return true;
    begin(trace, &out);
    if (!put_cert(&out, ca, err))
        return false;
    lc_json_end_object(&out);
    return add(trace, "authority", trace->context->unit.name, lc_cert_hash(ca), &about, err);
}

static bool add_certificate(const struct trace *trace, const struct lc_json *entry,
                            const char *kind, struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf about = LC_BUF_INIT(MAX_ABOUT);
    struct lc_json_writer out = lc_json_writer(&about, LC_JSON_COMPACT);

    if (!read_csr(entry, &csr, err) || !read_cert(entry, "certificate", &cert, err))
        return false;
    if (csr == NULL || cert == NULL)
        return true;
    if (!add_authority(trace, entry, err))
        return false;
    begin(trace, &out);
    if (!put_cert(&out, cert, err))
        return false;
    lc_json_end_object(&out);
    return add(trace, kind, "", lc_csr_hash(csr), &about, err);
}

static bool add_denial(const struct trace *trace, const struct lc_json *entry, struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf about = LC_BUF_INIT(MAX_ABOUT);
    struct lc_json_writer out = lc_json_writer(&about, LC_JSON_COMPACT);
    const struct lc_json *error = lc_json_get(entry, "error");

    if (!read_csr(entry, &csr, err))
        return false;
    if (csr == NULL)
        return true;
    begin(trace, &out);
    put_name(&out, "subject", lc_csr_subject(csr));
    lc_json_member_integer(&out, "code", lc_json_integer(lc_json_get(error, "code")));
    put_text(&out, "name", lc_json_get_string(error, "name"));
    put_text(&out, "message", lc_json_get_string(error, "message"));
    lc_json_end_object(&out);
    return add(trace, "denial", "", lc_csr_hash(csr), &about, err);
}

/* --- before and after ------------------------------------------------------------------------ */

static bool is_same(const struct lc_json *a, const struct lc_json *b, const char *key)
{
    const char *x = lc_json_get_string(a, key);
    const char *y = lc_json_get_string(b, key);

    return strcmp(x == NULL ? "" : x, y == NULL ? "" : y) == 0;
}

/* One entry that is there now; old: what was there for the same request, or NULL. */
typedef bool (*entry_fn)(const struct trace *trace, const struct lc_json *old,
                         const struct lc_json *entry, struct lc_err *err);

static bool on_request(const struct trace *trace, const struct lc_json *old,
                       const struct lc_json *entry, struct lc_err *err)
{
    if (old != NULL && entry != NULL)
        return true;
    return add_request(trace, entry == NULL ? old : entry,
                       entry == NULL ? "request-removed" : "request", err);
}

static bool on_certificate(const struct trace *trace, const struct lc_json *old,
                           const struct lc_json *entry, struct lc_err *err)
{
    const bool was_revoked = lc_json_boolean(lc_json_get(old, "revoked"));

    if (entry == NULL)
        return add_certificate(trace, old, "certificate-removed", err);
    if (!is_same(old, entry, "certificate") && !add_certificate(trace, entry, "certificate", err))
        return false;
    return was_revoked || !lc_json_boolean(lc_json_get(entry, "revoked")) ||
           add_certificate(trace, entry, "revocation", err);
}

static bool on_error(const struct trace *trace, const struct lc_json *old,
                     const struct lc_json *entry, struct lc_err *err)
{
    const struct lc_json *before = lc_json_get(old, "error");
    const struct lc_json *now = lc_json_get(entry, "error");

    if (entry == NULL)
        return true;
    if (old != NULL && is_same(before, now, "message") &&
        lc_json_integer(lc_json_get(before, "code")) == lc_json_integer(lc_json_get(now, "code")))
        return true;
    return add_denial(trace, entry, err);
}

/* By the request's text, which names an entry. */
static bool index_entries(const struct lc_json *list, struct lc_index *index, struct lc_err *err)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const char *csr = csr_of(lc_json_at(list, i));
        if (csr != NULL && !lc_index_put(index, csr, strlen(csr), i, NULL, err))
            return false;
    }
    return true;
}

static bool compare(const struct trace *trace, const struct lc_json *before,
                    const struct lc_json *after, entry_fn each, struct lc_err *err)
{
    LC_AUTO(lc_index_release) struct lc_index old = LC_INDEX_INIT;
    LC_AUTO(lc_index_release) struct lc_index now = LC_INDEX_INIT;

    if (!index_entries(before, &old, err) || !index_entries(after, &now, err))
        return false;
    for (size_t i = 0; i < lc_json_count(before); i++) {
        const struct lc_json *entry = lc_json_at(before, i);
        const char *csr = csr_of(entry);
        if (csr != NULL && lc_index_get(&now, csr, strlen(csr)) == LC_INDEX_NONE &&
            !each(trace, entry, NULL, err))
            return false;
    }
    for (size_t i = 0; i < lc_json_count(after); i++) {
        const struct lc_json *entry = lc_json_at(after, i);
        const char *csr = csr_of(entry);
        if (csr == NULL)
            continue;
        const size_t place = lc_index_get(&old, csr, strlen(csr));
        if (!each(trace, place == LC_INDEX_NONE ? NULL : lc_json_at(before, place), entry, err))
            return false;
    }
    return true;
}

/* *out is NULL for what is no list. */
static bool read_list(const char *text, struct lc_json **out, struct lc_err *err)
{
    struct lc_err fault = LC_ERR_INIT;

    if (text == NULL || *text == '\0')
        return true;
    if (!lc_json_parse(text, strlen(text), 0, out, &fault))
        return fault.code == LC_ENOMEM ? lc_fail_memory(err) : true;
    if (lc_json_type(*out) == LC_JSON_ARRAY)
        return true;
    lc_json_free(*out);
    *out = NULL;
    return true;
}

static bool trace_key(const struct trace *trace, const char *old, const char *fresh, entry_fn each,
                      struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *before = NULL;
    LC_AUTO(lc_json_free) struct lc_json *after = NULL;

    if (strcmp(old == NULL ? "" : old, fresh) == 0)
        return true;
    return read_list(old, &before, err) && read_list(fresh, &after, err) &&
           compare(trace, before, after, each, err);
}

bool lc_trace_bag(struct lc_context *context, int64_t relation, const char *holder,
                  const struct lc_strmap *changes, struct lc_err *err)
{
    static const struct {
        const char *key;
        entry_fn each;
    } keys[] = {
        { "certificate_signing_requests", on_request },
        { "certificates", on_certificate },
        { "request_errors", on_error },
    };
    LC_AUTO(lc_relation_release) struct lc_relation row = LC_RELATION_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    if (!lc_store_relation(context->store, relation, context->unit.app, &row, err))
        return false;
    if (strcmp(row.interface, INTERFACE) != 0)
        return true;
    const struct trace trace = {
        .context = context, .holder = holder, .endpoint = row.endpoint, .relation = relation
    };
    if (!lc_store_bag(context->store, relation, holder, &bag, err))
        return false;
    for (size_t i = 0; i < LC_COUNT(keys); i++) {
        const char *fresh = lc_strmap_get(changes, keys[i].key);
        if (fresh != NULL &&
            !trace_key(&trace, lc_strmap_get(&bag, keys[i].key), fresh, keys[i].each, err))
            return false;
    }
    return true;
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool add_key(struct lc_context *context, const char *owner, const struct lc_key *key,
                    struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf about = LC_BUF_INIT(MAX_ABOUT);
    struct lc_json_writer out = lc_json_writer(&about, LC_JSON_COMPACT);
    const struct trace trace = { .context = context };
    char hex[LC_SHA256_HEX];
    bool known;

    lc_hex_encode(lc_key_fingerprint(key), LC_SHA256_BYTES, hex);
    if (!lc_store_has_event(context->store, "key", hex, &known, err))
        return false;
    if (known)
        return true;
    lc_json_begin_object(&out);
    put_text(&out, "type", lc_key_type_name(lc_key_type(key)));
    put_text(&out, "curve", lc_key_curve(key));
    lc_json_member_integer(&out, "bits", lc_key_bits(key));
    put_text(&out, "public_key", hex);
    lc_json_end_object(&out);
    return add(&trace, "key", owner, hex, &about, err);
}

bool lc_trace_secret(struct lc_context *context, const char *owner,
                     const struct lc_content *content, struct lc_err *err)
{
    for (size_t i = 0; i < content->count; i++) {
        LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;
        LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
        struct lc_err why = LC_ERR_INIT; /* what is no key is none */
        const bool is_key = lc_field_decode(&content->items[i].base64, &bytes, &why) &&
                            bytes.data != NULL && strstr(bytes.data, "PRIVATE KEY-----") != NULL &&
                            lc_key_parse(bytes.data, bytes.len, NULL, &key, &why);
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        if (is_key && !add_key(context, owner, key, err))
            return false;
    }
    return true;
}
