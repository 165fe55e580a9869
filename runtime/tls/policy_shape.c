/* The shape that a profile gives, applied to a request. */
#include "tls/policy_shape.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* --- the subject's attributes ---------------------------------------------------------------- */

static const struct {
    const char *field;
    const char *oid;
} subject_fields[] = {
    { "common_name", LC_OID_COMMON_NAME },
    { "organization", LC_OID_ORGANIZATION },
    { "organizational_unit", LC_OID_ORGANIZATION_UNIT },
    { "email_address", LC_OID_EMAIL },
    { "country_name", LC_OID_COUNTRY },
    { "state_or_province_name", LC_OID_STATE },
    { "locality_name", LC_OID_LOCALITY },
    { "unique_identifier", LC_OID_UNIQUE_IDENTIFIER },
};

const char *lc_subject_field_oid(const char *field)
{
    for (size_t i = 0; i < LC_COUNT(subject_fields); i++)
        if (strcmp(subject_fields[i].field, field) == 0)
            return subject_fields[i].oid;
    return NULL;
}

const char *lc_subject_field_name(const char *oid)
{
    for (size_t i = 0; i < LC_COUNT(subject_fields); i++)
        if (strcmp(subject_fields[i].oid, oid) == 0)
            return subject_fields[i].field;
    return NULL;
}

const char *const *lc_subject_fields(void)
{
    static const char *const names[] = {
        "common_name",   "organization",      "organizational_unit",
        "email_address", "country_name",      "state_or_province_name",
        "locality_name", "unique_identifier", NULL
    };

    return names;
}

/* --- released -------------------------------------------------------------------------------- */

void lc_policy_shape_release(struct lc_policy_shape *shape)
{
    lc_strlist_release(&shape->key_usage);
    lc_strlist_release(&shape->extended_key_usage);
    lc_strlist_release(&shape->copy_extensions);
    lc_strlist_release(&shape->keep_names);
    lc_strlist_release(&shape->drop_names);
    lc_sans_release(&shape->add_names);
    lc_strlist_release(&shape->keep_subject);
    lc_strlist_release(&shape->drop_subject);
    lc_strmap_release(&shape->set_subject);
    lc_sans_release(&shape->permitted);
    lc_sans_release(&shape->excluded);
    lc_strmap_release(&shape->labels);
    lc_strlist_release(&shape->warnings);
    *shape = (struct lc_policy_shape)LC_POLICY_SHAPE_INIT;
}

void lc_policy_built_release(struct lc_policy_built *built)
{
    lc_sans_release(&built->names);
    lc_free(built->subject);
    lc_free(built->usages);
    lc_free(built->extended_usages);
    lc_free(built->extensions);
    *built = (struct lc_policy_built)LC_POLICY_BUILT_INIT;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool has_name(const struct lc_sans *names, enum lc_san_type type, const char *value)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].type == type && lc_text_equals_nocase(names->items[i].value, value))
            return true;
    return false;
}

#define TAG_EMAIL 1 /* rfc822Name, RFC 5280 section 4.2.1.6 */

bool lc_policy_request_names(const struct lc_csr *csr, struct lc_sans *out, struct lc_err *err)
{
    const struct lc_sans *sans = lc_csr_sans(csr);
    const char *email = lc_name_get(lc_csr_subject(csr), LC_OID_EMAIL);

    for (size_t i = 0; i < sans->count; i++)
        if (!lc_sans_add(out, sans->items[i].type, sans->items[i].tag, sans->items[i].value, err))
            return false;
    return email == NULL || *email == '\0' || has_name(sans, LC_SAN_EMAIL, email) ||
           lc_sans_add(out, LC_SAN_EMAIL, TAG_EMAIL, email, err);
}

static bool lists(const struct lc_strlist *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (lc_text_equals_nocase(list->items[i], text))
            return true;
    return false;
}

static bool stays(const struct lc_policy_shape *shape, const char *name)
{
    return !lists(&shape->drop_names, name) &&
           (!shape->has_keep_names || lists(&shape->keep_names, name));
}

static bool add_all(struct lc_sans *out, const struct lc_sans *from, struct lc_err *err)
{
    for (size_t i = 0; i < from->count; i++)
        if (!has_name(out, from->items[i].type, from->items[i].value) &&
            !lc_sans_add(out, from->items[i].type, from->items[i].tag, from->items[i].value, err))
            return false;
    return true;
}

static bool build_names(const struct lc_policy_shape *shape, const struct lc_csr *csr,
                        struct lc_sans *out, struct lc_err *err)
{
    LC_AUTO(lc_sans_release) struct lc_sans asked = LC_SANS_INIT;

    if (!lc_policy_request_names(csr, &asked, err))
        return false;
    for (size_t i = 0; i < asked.count; i++) {
        const struct lc_san *san = &asked.items[i];
        if (stays(shape, san->value) && !lc_sans_add(out, san->type, san->tag, san->value, err))
            return false;
    }
    return add_all(out, &shape->add_names, err);
}

/* --- the subject ----------------------------------------------------------------------------- */

/* A common name that is one of the names goes with it. */
static bool loses_common_name(const struct lc_policy_shape *shape, const struct lc_csr *csr)
{
    const char *name = lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME);
    const struct lc_sans *sans = lc_csr_sans(csr);

    if (name == NULL)
        return false;
    if (lists(&shape->drop_names, name))
        return true;
    return shape->has_keep_names && !lists(&shape->keep_names, name) &&
           (has_name(sans, LC_SAN_DNS, name) || has_name(sans, LC_SAN_IP, name) ||
            has_name(sans, LC_SAN_EMAIL, name));
}

static bool is_dropped(const struct lc_policy_shape *shape, const struct lc_csr *csr,
                       const char *oid)
{
    return lc_strlist_has(&shape->drop_subject, oid) ||
           (shape->has_keep_subject && !lc_strlist_has(&shape->keep_subject, oid)) ||
           (strcmp(oid, LC_OID_COMMON_NAME) == 0 && loses_common_name(shape, csr));
}

static bool is_changed(const struct lc_policy_built *built, size_t count, const char *oid)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(built->subject[i].oid, oid) == 0)
            return true;
    return false;
}

static bool build_subject(const struct lc_policy_shape *shape, const struct lc_csr *csr,
                          struct lc_policy_built *out, struct lc_err *err)
{
    const struct lc_name *subject = lc_csr_subject(csr);
    size_t count = 0;

    out->subject = lc_alloc(subject->count + shape->set_subject.count, sizeof(*out->subject));
    if (out->subject == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < shape->set_subject.count; i++)
        out->subject[count++] = (struct lc_subject_change){
            .oid = shape->set_subject.entries[i].key, .value = shape->set_subject.entries[i].value
        };
    for (size_t i = 0; i < subject->count; i++) {
        const char *oid = subject->entries[i].oid;
        if (!is_changed(out, count, oid) && is_dropped(shape, csr, oid))
            out->subject[count++] = (struct lc_subject_change){ .oid = oid };
    }
    out->cert.subject = out->subject;
    out->cert.subject_count = count;
    return true;
}

static bool has_common_name(const struct lc_policy_built *built, const struct lc_csr *csr)
{
    for (size_t i = 0; i < built->cert.subject_count; i++)
        if (strcmp(built->subject[i].oid, LC_OID_COMMON_NAME) == 0)
            return built->subject[i].value != NULL;
    return lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME) != NULL;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* NULL-terminated; NULL where nothing was said. */
static bool build_list(const struct lc_strlist *list, bool said, const char ***out,
                       const char *const **view, struct lc_err *err)
{
    if (!said)
        return true;
    *out = lc_alloc(list->count + 1, sizeof(**out));
    if (*out == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < list->count; i++)
        (*out)[i] = list->items[i];
    *view = (const char *const *)*out;
    return true;
}

bool lc_policy_shape_build(const struct lc_policy_shape *shape, const struct lc_csr *csr,
                           int64_t now_s, struct lc_policy_built *out, struct lc_err *err)
{
    LC_AUTO(lc_policy_built_release) struct lc_policy_built built = LC_POLICY_BUILT_INIT;
    struct lc_cert_shape *cert = &built.cert;

    cert->not_before = now_s - shape->backdate_s;
    cert->validity_s = shape->validity_s;
    cert->is_ca = shape->is_ca;
    cert->path_length = shape->path_length;
    cert->permitted = shape->permitted.count == 0 ? NULL : &shape->permitted;
    cert->excluded = shape->excluded.count == 0 ? NULL : &shape->excluded;
    if (!build_names(shape, csr, &built.names, err) || !build_subject(shape, csr, &built, err) ||
        !build_list(&shape->key_usage, shape->has_key_usage, &built.usages, &cert->key_usage,
                    err) ||
        !build_list(&shape->extended_key_usage, shape->has_extended_key_usage,
                    &built.extended_usages, &cert->extended_key_usage, err) ||
        !build_list(&shape->copy_extensions, true, &built.extensions, &cert->copy_extensions, err))
        return false;
    if (built.names.count == 0 && !has_common_name(&built, csr))
        return lc_fail(err, LC_EUSAGE, "no name at all is left in the certificate");
    lc_policy_built_release(out);
    *out = built;
    out->cert.names = &out->names;
    built = (struct lc_policy_built)LC_POLICY_BUILT_INIT;
    return true;
}
