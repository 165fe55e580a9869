/* What the X509 conformance tests share: the golden vectors, and comparing objects with them field
 * by field. Everything here exits when the vectors themselves are not as they should be, and fails
 * the running test when an object differs. */
#ifndef TESTS_CONFORMANCE_X509_VECTORS_H
#define TESTS_CONFORMANCE_X509_VECTORS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "rows.h"
#include "x509/cert.h"

/* --- reading ------------------------------------------------------------------------------- */

static inline void vector_broken(const char *what, const struct lc_err *err)
{
    (void)fprintf(stderr, "vectors: %s: %s\n", what,
                  err == NULL ? "not as expected" : err->message);
    exit(2);
}

/* "issuer.json" */
static inline struct lc_json *vector_load(const char *name)
{
    char path[256];
    size_t len;
    struct lc_json *json = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)snprintf(path, sizeof(path), "golden/vectors/%s", name);
    LC_AUTO(lc_free) char *text = test_file(path, &len);
    if (!lc_json_parse(text, len, 0, &json, &err))
        vector_broken(name, &err);
    return json;
}

static inline const char *vector_text(const struct lc_json *object, const char *key)
{
    const char *text = lc_json_get_string(object, key);

    if (text == NULL)
        vector_broken(key, NULL);
    return text;
}

static inline int64_t vector_time(const struct lc_json *object, const char *key)
{
    int64_t time_s;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_time_parse(vector_text(object, key), &time_s, &err))
        vector_broken(key, &err);
    return time_s;
}

static inline struct lc_key *vector_key(const char *pem)
{
    struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_key_parse(pem, strlen(pem), NULL, &key, &err))
        vector_broken("key", &err);
    return key;
}

static inline struct lc_csr *vector_csr(const char *pem)
{
    struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_csr_parse(pem, strlen(pem), &csr, &err))
        vector_broken("CSR", &err);
    return csr;
}

static inline struct lc_cert *vector_cert(const char *pem)
{
    struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_cert_parse(pem, strlen(pem), &cert, &err))
        vector_broken("certificate", &err);
    return cert;
}

/* Lower-case hex to bytes; free with lc_free. */
static inline unsigned char *vector_hex(const char *hex, size_t *len_out)
{
    const size_t len = strlen(hex) / 2;
    unsigned char *bytes = lc_alloc(len, 1);

    for (size_t i = 0; bytes != NULL && i < len; i++) {
        const char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };
        bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    if (bytes == NULL)
        vector_broken("hex", NULL);
    *len_out = len;
    return bytes;
}

/* --- attributes ---------------------------------------------------------------------------- */

static inline bool vector_add_extension(struct lc_attrs *attrs, const struct lc_json *extension,
                                        struct lc_err *err)
{
    size_t len;
    LC_AUTO(lc_free)
    unsigned char *value = vector_hex(vector_text(extension, "value_hex"), &len);

    return lc_extensions_add(&attrs->additional_critical_extensions, vector_text(extension, "oid"),
                             true, value, len, err);
}

static inline bool vector_set_member(void *context, const char *key, const struct lc_json *value,
                                     struct lc_err *err)
{
    struct lc_attrs *attrs = context;

    switch (lc_json_type(value)) {
    case LC_JSON_NULL:
        return true;
    case LC_JSON_BOOLEAN:
        return lc_attrs_set_flag(attrs, key, lc_json_boolean(value), err);
    case LC_JSON_STRING:
        return lc_attrs_set_text(attrs, key, lc_json_string(value), lc_json_string_len(value), err);
    default:
        break;
    }
    for (size_t i = 0; i < lc_json_count(value); i++) {
        const struct lc_json *item = lc_json_at(value, i);
        if (lc_json_type(item) == LC_JSON_OBJECT
                ? !vector_add_extension(attrs, item, err)
                : !lc_attrs_add_text(attrs, key, lc_json_string(item), lc_json_string_len(item),
                                     err))
            return false;
    }
    return true;
}

/* As an author's table would be read; not normalised yet. attrs: initialised. */
static inline bool vector_attrs(const struct lc_json *object, struct lc_attrs *attrs,
                                struct lc_err *err)
{
    return lc_json_each(object, vector_set_member, attrs, err);
}

/* --- comparing ----------------------------------------------------------------------------- */

static inline const char *or_none(const char *text)
{
    return text == NULL ? "(none)" : text;
}

static inline void check_text(const char *what, const char *got, const char *want)
{
    if (strcmp(or_none(got), or_none(want)) != 0)
        fail_msg("%s is '%s', wanted '%s'", what, or_none(got), or_none(want));
}

/* RDNs in order, with their string types. but: an OID whose value may differ, or NULL. */
static inline void check_name(const struct lc_json *want, const struct lc_name *got,
                              const char *but)
{
    if (lc_json_count(want) != got->count)
        fail_msg("%zu attributes in the name, wanted %zu", got->count, lc_json_count(want));
    for (size_t i = 0; i < got->count; i++) {
        const struct lc_name_entry *entry = &got->entries[i];
        const struct lc_json *row = lc_json_at(want, i);
        check_text("OID", entry->oid, vector_text(row, "oid"));
        check_text("long name", entry->long_name, vector_text(row, "name"));
        check_text("ASN.1 type", entry->asn1_type, vector_text(row, "asn1_type"));
        if (but == NULL || strcmp(entry->oid, but) != 0)
            check_text(entry->long_name, entry->value, vector_text(row, "value"));
        assert_int_equal(entry->rdn, i);
    }
}

/* The vectors' word for a type of name. */
static inline const char *vector_san_type(enum lc_san_type type)
{
    switch (type) {
    case LC_SAN_OID:
        return "RID";
    case LC_SAN_OTHER:
        return "DirName";
    default:
        return lc_san_type_name(type);
    }
}

static inline void san_lines(const struct lc_sans *sans, struct lc_strlist *lines)
{
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < sans->count; i++) {
        const struct lc_san *san = &sans->items[i];
        assert_done(lc_strlist_addf(lines, &err, "%s %s", vector_san_type(san->type),
                                    san->type == LC_SAN_OTHER ? "" : san->value));
    }
}

static inline void vector_san_lines(const struct lc_json *want, struct lc_strlist *lines)
{
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < lc_json_count(want); i++) {
        const struct lc_json *row = lc_json_at(want, i);
        const char *type = vector_text(row, "type");
        const bool other = strcmp(type, "DirName") == 0; /* ours is DER in hex */
        assert_done(
            lc_strlist_addf(lines, &err, "%s %s", type, other ? "" : vector_text(row, "value")));
    }
}

/* as_set: the order does not matter. */
static inline void check_sans(const struct lc_json *want, const struct lc_sans *got, bool as_set)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist wanted = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist found = LC_STRLIST_INIT;

    assert_int_equal(got->present, lc_json_type(want) == LC_JSON_ARRAY);
    vector_san_lines(want, &wanted);
    san_lines(got, &found);
    if (as_set) {
        lc_strlist_sort(&wanted);
        lc_strlist_sort(&found);
    }
    if (wanted.count != found.count)
        fail_msg("%zu names, wanted %zu", found.count, wanted.count);
    for (size_t i = 0; i < wanted.count; i++)
        check_text("name", found.items[i], wanted.items[i]);
}

static inline void check_extension(const struct lc_json *want, const struct lc_extension *got)
{
    LC_AUTO(lc_free) char *hex = lc_alloc(2 * got->value_len + 1, 1);

    assert_non_null(hex);
    lc_hex_encode(got->value, got->value_len, hex);
    check_text("extension", got->oid, vector_text(want, "oid"));
    check_text(got->oid, hex, vector_text(want, "value_hex"));
    const struct lc_json *critical = lc_json_get(want, "critical");
    if (critical != NULL)
        assert_int_equal(got->critical, lc_json_boolean(critical));
}

/* The first `count` of them. */
static inline void check_extensions(const struct lc_json *want, const struct lc_extensions *got,
                                    size_t count)
{
    if (got->count < count || lc_json_count(want) < count)
        fail_msg("%zu extensions, wanted %zu of %zu", got->count, count, lc_json_count(want));
    for (size_t i = 0; i < count; i++)
        check_extension(lc_json_at(want, i), &got->items[i]);
}

/* --- what the getters of the library read back --------------------------------------------- */

static inline void check_san_values(const struct lc_json *read_back, const char *key,
                                    const struct lc_sans *sans, enum lc_san_type type)
{
    const struct lc_json *want = lc_json_get(read_back, key);
    LC_AUTO(lc_strlist_release) struct lc_strlist wanted = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist found = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < lc_json_count(want); i++)
        assert_done(lc_strlist_add(&wanted, lc_json_string(lc_json_at(want, i)), &err));
    for (size_t i = 0; i < sans->count; i++)
        if (sans->items[i].type == type)
            assert_done(lc_strlist_add(&found, sans->items[i].value, &err));
    lc_strlist_unique(&wanted);
    lc_strlist_unique(&found);
    assert_int_equal(found.count, wanted.count);
    for (size_t i = 0; i < wanted.count; i++)
        check_text(key, found.items[i], wanted.items[i]);
}

/* Of CSR or certificate. */
static inline void check_read_back(const struct lc_json *read_back, const struct lc_name *subject,
                                   const struct lc_sans *sans)
{
    static const struct {
        const char *key;
        const char *oid;
    } texts[] = {
        { "common_name", LC_OID_COMMON_NAME },
        { "email_address", LC_OID_EMAIL },
        { "organization", LC_OID_ORGANIZATION },
        { "organizational_unit", LC_OID_ORGANIZATION_UNIT },
        { "country_name", LC_OID_COUNTRY },
        { "state_or_province_name", LC_OID_STATE },
        { "locality_name", LC_OID_LOCALITY },
    };

    for (size_t i = 0; i < LC_COUNT(texts); i++) {
        const char *want = lc_json_get_string(read_back, texts[i].key);
        check_text(texts[i].key, lc_name_get(subject, texts[i].oid),
                   want != NULL && *want == '\0' ? NULL : want);
    }
    check_san_values(read_back, "sans_dns", sans, LC_SAN_DNS);
    check_san_values(read_back, "sans_ip", sans, LC_SAN_IP);
    check_san_values(read_back, "sans_oid", sans, LC_SAN_OID);
}

/* --- whole objects ------------------------------------------------------------------------- */

static inline void check_csr(const struct lc_json *want, const struct lc_csr *csr)
{
    const struct lc_json *read_back = lc_json_get(want, "read_back");
    const struct lc_json *critical = lc_json_get(read_back, "additional_critical_extensions");
    const struct lc_extensions *extensions = lc_csr_extensions(csr);
    size_t at = 0;

    check_text("text", lc_csr_pem(csr), vector_text(want, "pem"));
    check_text("hash", lc_csr_hash(csr), vector_text(want, "sha256_hex"));
    check_name(lc_json_get(want, "subject"), lc_csr_subject(csr), NULL);
    check_sans(lc_json_get(want, "san"), lc_csr_sans(csr), false);
    assert_int_equal(extensions->count, lc_json_count(lc_json_get(want, "extensions")));
    check_extensions(lc_json_get(want, "extensions"), extensions, extensions->count);
    check_text("signature algorithm", lc_csr_signature_algorithm(csr),
               vector_text(want, "signature_algorithm"));
    check_read_back(read_back, lc_csr_subject(csr), lc_csr_sans(csr));
    assert_int_equal(lc_name_get(lc_csr_subject(csr), LC_OID_UNIQUE_IDENTIFIER) != NULL,
                     lc_json_boolean(lc_json_get(read_back, "has_unique_identifier")));
    for (size_t i = 0; i < extensions->count; i++)
        if (extensions->items[i].critical && strcmp(extensions->items[i].oid, LC_OID_SAN) != 0)
            check_extension(lc_json_at(critical, at++), &extensions->items[i]);
    assert_int_equal(at, lc_json_count(critical));
}

static inline void check_cert(const struct lc_json *want, const struct lc_cert *cert)
{
    const struct lc_json *read_back = lc_json_get(want, "read_back");
    const struct lc_extensions *extensions = lc_cert_extensions(cert);
    char version[16];

    check_text("text", lc_cert_pem(cert), vector_text(want, "pem"));
    (void)snprintf(version, sizeof(version), "v%d", lc_cert_version(cert));
    check_text("version", version, vector_text(want, "version"));
    check_text("serial", lc_cert_serial(cert), vector_text(want, "serial_number"));
    check_name(lc_json_get(want, "subject"), lc_cert_subject(cert), NULL);
    check_name(lc_json_get(want, "issuer"), lc_cert_issuer(cert), NULL);
    assert_int_equal(lc_cert_not_before(cert), vector_time(want, "not_before"));
    assert_int_equal(lc_cert_not_after(cert), vector_time(want, "not_after"));
    check_sans(lc_json_get(want, "san"), lc_cert_sans(cert), false);
    assert_int_equal(extensions->count, lc_json_count(lc_json_get(want, "extensions")));
    check_extensions(lc_json_get(want, "extensions"), extensions, extensions->count);
    check_text("signature algorithm", lc_cert_signature_algorithm(cert),
               vector_text(want, "signature_algorithm"));
    check_read_back(read_back, lc_cert_subject(cert), lc_cert_sans(cert));
    assert_int_equal(lc_cert_is_ca(cert), lc_json_boolean(lc_json_get(read_back, "is_ca")));
    assert_int_equal(lc_cert_not_before(cert), vector_time(read_back, "validity_start_time"));
    assert_int_equal(lc_cert_not_after(cert), vector_time(read_back, "expiry_time"));
}

#endif
