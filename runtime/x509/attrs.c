/* Attributes of a request: filled in by name, compared, encoded. The normal form is in
 * attrs_normalise.c. */
#include "x509/attrs.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "x509/ossl.h"

struct field {
    const char *name;
    size_t offset; /* in struct lc_attrs */
};

static const struct field text_fields[] = {
    { "common_name", offsetof(struct lc_attrs, common_name) },
    { "email_address", offsetof(struct lc_attrs, email_address) },
    { "organization", offsetof(struct lc_attrs, organization) },
    { "organizational_unit", offsetof(struct lc_attrs, organizational_unit) },
    { "country_name", offsetof(struct lc_attrs, country_name) },
    { "state_or_province_name", offsetof(struct lc_attrs, state_or_province_name) },
    { "locality_name", offsetof(struct lc_attrs, locality_name) },
};

static const struct field list_fields[] = {
    { "sans_dns", offsetof(struct lc_attrs, sans_dns) },
    { "sans_ip", offsetof(struct lc_attrs, sans_ip) },
    { "sans_oid", offsetof(struct lc_attrs, sans_oid) },
};

static const struct field flag_fields[] = {
    { "is_ca", offsetof(struct lc_attrs, is_ca) },
    { "add_unique_id_to_subject_name", offsetof(struct lc_attrs, add_unique_id_to_subject_name) },
};

static void *member(struct lc_attrs *attrs, const struct field *field)
{
    return (char *)attrs + field->offset;
}

static const void *peek(const struct lc_attrs *attrs, const struct field *field)
{
    return (const char *)attrs + field->offset;
}

static const char *text_of(const struct lc_attrs *attrs, const struct field *field)
{
    return *(char *const *)peek(attrs, field);
}

static const struct field *find(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

void lc_attrs_release(struct lc_attrs *attrs)
{
    for (size_t i = 0; i < LC_COUNT(text_fields); i++)
        lc_free(*(char **)member(attrs, &text_fields[i]));
    for (size_t i = 0; i < LC_COUNT(list_fields); i++)
        lc_strlist_release(member(attrs, &list_fields[i]));
    lc_extensions_release(&attrs->additional_critical_extensions);
    *attrs = (struct lc_attrs)LC_ATTRS_INIT;
}

bool lc_attrs_copy(struct lc_attrs *out, const struct lc_attrs *from, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs copy = LC_ATTRS_INIT;

    for (size_t i = 0; i < LC_COUNT(text_fields); i++) {
        const char *text = text_of(from, &text_fields[i]);
        char *again = text == NULL ? NULL : lc_strdup(text);
        if (text != NULL && again == NULL)
            return lc_fail_memory(err);
        *(char **)member(&copy, &text_fields[i]) = again;
    }
    for (size_t i = 0; i < LC_COUNT(list_fields); i++)
        if (!lc_strlist_copy(member(&copy, &list_fields[i]), peek(from, &list_fields[i]), err))
            return false;
    for (size_t i = 0; i < LC_COUNT(flag_fields); i++)
        *(bool *)member(&copy, &flag_fields[i]) = *(const bool *)peek(from, &flag_fields[i]);
    if (!lc_extensions_copy(&copy.additional_critical_extensions,
                            &from->additional_critical_extensions, err))
        return false;
    lc_attrs_release(out);
    *out = copy;
    copy = (struct lc_attrs)LC_ATTRS_INIT;
    return true;
}

/* --- filling in ---------------------------------------------------------------------------- */

/* The field is not of the kind that was given: say what it takes. */
static bool wrong_kind(const char *field, const char *given, struct lc_err *err)
{
    const char *wanted = NULL;

    if (find(text_fields, LC_COUNT(text_fields), field) != NULL)
        wanted = "a text";
    else if (find(list_fields, LC_COUNT(list_fields), field) != NULL)
        wanted = "a list of texts";
    else if (find(flag_fields, LC_COUNT(flag_fields), field) != NULL)
        wanted = "true or false";
    if (wanted == NULL)
        return lc_fail(err, LC_EUSAGE, "there is no attribute '%.80s'", field);
    return lc_fail(err, LC_EUSAGE, "%s must be %s, not %s", field, wanted, given);
}

/* One that C strings can hold. */
static bool check_nul(const char *field, const char *text, size_t len, struct lc_err *err)
{
    if (len != 0 && memchr(text, '\0', len) != NULL)
        return lc_fail(err, LC_EUSAGE, "%s must not hold a zero byte", field);
    return true;
}

bool lc_attrs_set_text(struct lc_attrs *attrs, const char *field, const char *text, size_t len,
                       struct lc_err *err)
{
    const struct field *found = find(text_fields, LC_COUNT(text_fields), field);

    if (found == NULL)
        return wrong_kind(field, "one text", err);
    if (!check_nul(field, text, len, err))
        return false;
    char *copy = lc_strndup(text, len);
    if (copy == NULL)
        return lc_fail_memory(err);
    char **slot = member(attrs, found);
    lc_free(*slot);
    *slot = copy;
    return true;
}

bool lc_attrs_add_text(struct lc_attrs *attrs, const char *field, const char *text, size_t len,
                       struct lc_err *err)
{
    const struct field *found = find(list_fields, LC_COUNT(list_fields), field);

    if (found == NULL)
        return wrong_kind(field, "a list", err);
    return check_nul(field, text, len, err) &&
           lc_strlist_add_len(member(attrs, found), text, len, err);
}

bool lc_attrs_set_flag(struct lc_attrs *attrs, const char *field, bool value, struct lc_err *err)
{
    const struct field *found = find(flag_fields, LC_COUNT(flag_fields), field);

    if (found == NULL)
        return wrong_kind(field, "true or false", err);
    *(bool *)member(attrs, found) = value;
    return true;
}

/* --- comparing ----------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_extensions(const struct lc_extensions *a, const struct lc_extensions *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct lc_extension *x = &a->items[i];
        const struct lc_extension *y = &b->items[i];
        if (strcmp(x->oid, y->oid) != 0 || x->critical != y->critical ||
            !lc_bytes_equal(x->value, x->value_len, y->value, y->value_len))
            return false;
    }
    return true;
}

bool lc_attrs_equals(const struct lc_attrs *a, const struct lc_attrs *b)
{
    for (size_t i = 0; i < LC_COUNT(text_fields); i++)
        if (!same_text(text_of(a, &text_fields[i]), text_of(b, &text_fields[i])))
            return false;
    for (size_t i = 0; i < LC_COUNT(list_fields); i++)
        if (!lc_strlist_equals(peek(a, &list_fields[i]), peek(b, &list_fields[i])))
            return false;
    for (size_t i = 0; i < LC_COUNT(flag_fields); i++)
        if (*(const bool *)peek(a, &flag_fields[i]) != *(const bool *)peek(b, &flag_fields[i]))
            return false;
    return same_extensions(&a->additional_critical_extensions, &b->additional_critical_extensions);
}

/* --- as a key of look-ups -------------------------------------------------------------------- */

/* Length and bytes, so that what follows cannot be taken for a part of it. NULL is -1. */
static void put_bytes(struct lc_buf *out, const void *bytes, size_t len)
{
    const uint64_t length = bytes == NULL ? UINT64_MAX : len;

    lc_buf_add(out, &length, sizeof(length));
    lc_buf_add(out, bytes, bytes == NULL ? 0 : len);
}

static void put_text(struct lc_buf *out, const char *text)
{
    put_bytes(out, text, text == NULL ? 0 : strlen(text));
}

static void put_list(struct lc_buf *out, const struct lc_strlist *list)
{
    put_bytes(out, &list->count, sizeof(list->count));
    for (size_t i = 0; i < list->count; i++)
        put_text(out, list->items[i]);
}

static void put_extensions(struct lc_buf *out, const struct lc_extensions *list)
{
    for (size_t i = 0; i < list->count; i++) {
        put_text(out, list->items[i].oid);
        lc_buf_putc(out, list->items[i].critical ? '1' : '0');
        put_bytes(out, list->items[i].value, list->items[i].value_len);
    }
}

bool lc_attrs_encode(const struct lc_attrs *attrs, struct lc_buf *out, struct lc_err *err)
{
    for (size_t i = 0; i < LC_COUNT(text_fields); i++)
        put_text(out, text_of(attrs, &text_fields[i]));
    for (size_t i = 0; i < LC_COUNT(list_fields); i++)
        put_list(out, peek(attrs, &list_fields[i]));
    for (size_t i = 0; i < LC_COUNT(flag_fields); i++)
        lc_buf_putc(out, *(const bool *)peek(attrs, &flag_fields[i]) ? '1' : '0');
    put_extensions(out, &attrs->additional_critical_extensions);
    return lc_buf_check(out, err);
}
