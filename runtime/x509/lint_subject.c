/* Lints of the subject: its attributes one by one, RFC 5280 section 4.1.2.4 and appendix A.1. */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/lint_private.h"

#define OID_SERIAL_NUMBER    "2.5.4.5"
#define OID_DOMAIN_COMPONENT "0.9.2342.19200300.100.1.25"

/* What appendix A.1 says of an attribute: characters at most, and what it is called. Those that
 * are no DirectoryString have one string type. */
static const struct attribute_kind {
    const char *oid;
    const char *name;
    size_t max;
    int only_tag; /* 0: UTF8String or PrintableString */
} kinds[] = {
    { LC_OID_COMMON_NAME, "common name", 64, 0 },
    { LC_OID_COUNTRY, "country", 2, LC_DER_PRINTABLE_STRING },
    { LC_OID_LOCALITY, "locality", 128, 0 },
    { LC_OID_STATE, "state", 128, 0 },
    { LC_OID_ORGANIZATION, "organization", 64, 0 },
    { LC_OID_ORGANIZATION_UNIT, "organizational unit", 64, 0 },
    { LC_OID_EMAIL, "e-mail address", 255, LC_DER_IA5_STRING },
    { OID_SERIAL_NUMBER, "serial number", 64, LC_DER_PRINTABLE_STRING },
    { OID_DOMAIN_COMPONENT, "domain component", 63, LC_DER_IA5_STRING },
};

static const struct attribute_kind *kind_of(const struct lint_attribute *attribute)
{
    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        if (strcmp(kinds[i].oid, attribute->oid) == 0)
            return &kinds[i];
    return NULL;
}

static const char *name_of(const struct lint_attribute *attribute)
{
    const struct attribute_kind *kind = kind_of(attribute);

    return kind == NULL ? attribute->oid : kind->name;
}

static bool is_text(int tag)
{
    return strcmp(lc_der_type_name(tag), "other") != 0 && tag != LC_DER_BIT_STRING &&
           tag != LC_DER_OCTET_STRING;
}

/* The attribute, with its value for people. */
static void found(const struct lint_attribute *attribute, struct lint_report *report)
{
    LC_AUTO(lc_free) char *text = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (lc_der_dup_text(&attribute->value, &text, &err))
        lint_found(report, "%s %s '%.200s'", lc_der_type_name(attribute->value.tag),
                   name_of(attribute), text);
    else
        report->code = LC_ENOMEM;
}

typedef bool (*attribute_test)(const struct lint_attribute *attribute);

static void each(const struct lint_cert *cert, attribute_test is_bad, struct lint_report *report)
{
    for (size_t i = 0; i < cert->attribute_count; i++)
        if (is_bad(&cert->attributes[i]))
            found(&cert->attributes[i], report);
}

/* --- string types and what is in them -------------------------------------------------------- */

static bool has_bad_type(const struct lint_attribute *attribute)
{
    const struct attribute_kind *kind = kind_of(attribute);
    const int tag = attribute->value.tag;

    if (kind == NULL)
        return false;
    return kind->only_tag != 0 ? tag != kind->only_tag
                               : tag != LC_DER_UTF8_STRING && tag != LC_DER_PRINTABLE_STRING;
}

static void check_type(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, has_bad_type, report);
}

/* X.680 section 41.4. */
static bool is_printable(unsigned char byte)
{
    return isalnum(byte) || (byte != '\0' && strchr(" '()+,-./:=?", byte) != NULL);
}

static bool has_bad_bytes(const struct lint_attribute *attribute)
{
    const struct lc_der_item *value = &attribute->value;

    switch (value->tag) {
    case LC_DER_UTF8_STRING:
        return !lc_text_is_utf8((const char *)value->bytes, value->len);
    case LC_DER_PRINTABLE_STRING:
        for (size_t i = 0; i < value->len; i++)
            if (!is_printable(value->bytes[i]))
                return true;
        return false;
    case LC_DER_IA5_STRING:
        for (size_t i = 0; i < value->len; i++)
            if (value->bytes[i] >= 0x80)
                return true;
        return false;
    default:
        return false;
    }
}

static void check_bytes(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, has_bad_bytes, report);
}

/* NUL above all: programs disagree about where such a name ends. */
static bool has_control(const struct lint_attribute *attribute)
{
    const struct lc_der_item *value = &attribute->value;

    if (!is_text(value->tag) || value->tag == LC_DER_BMP_STRING ||
        value->tag == LC_DER_UNIVERSAL_STRING)
        return false;
    for (size_t i = 0; i < value->len; i++)
        if (value->bytes[i] < 0x20 || value->bytes[i] == 0x7f)
            return !has_bad_bytes(attribute);
    return false;
}

static void check_control(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, has_control, report);
}

static bool is_blank(const struct lint_attribute *attribute)
{
    const struct lc_der_item *value = &attribute->value;

    if (!is_text(value->tag))
        return false;
    return value->len == 0 || value->bytes[0] == ' ' || value->bytes[value->len - 1] == ' ';
}

static void check_blank(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, is_blank, report);
}

/* --- lengths --------------------------------------------------------------------------------- */

/* Characters, of which UTF-8 may have several bytes. */
static size_t characters(const struct lc_der_item *value)
{
    const char *text = (const char *)value->bytes;
    size_t count = 0;

    if (value->tag != LC_DER_UTF8_STRING)
        return value->len / (value->tag == LC_DER_BMP_STRING         ? 2
                             : value->tag == LC_DER_UNIVERSAL_STRING ? 4
                                                                     : 1);
    for (size_t at = 0, step; at < value->len; at += step, count++)
        (void)lc_text_codepoint(text + at, value->len - at, &step);
    return count;
}

static bool is_too_long(const struct lint_attribute *attribute)
{
    const struct attribute_kind *kind = kind_of(attribute);

    return kind != NULL && strcmp(kind->oid, LC_OID_COUNTRY) != 0 &&
           characters(&attribute->value) > kind->max;
}

static void check_length(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, is_too_long, report);
}

/* ISO 3166-1 alpha-2, in capitals. */
static bool is_bad_country(const struct lint_attribute *attribute)
{
    const struct lc_der_item *value = &attribute->value;

    return strcmp(attribute->oid, LC_OID_COUNTRY) == 0 &&
           !(value->len == 2 && isupper(value->bytes[0]) && isupper(value->bytes[1]));
}

static void check_country(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, is_bad_country, report);
}

/* --- how many -------------------------------------------------------------------------------- */

static void check_several(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 1; i < cert->attribute_count; i++)
        if (cert->attributes[i].rdn == cert->attributes[i - 1].rdn)
            found(&cert->attributes[i], report);
}

static void check_common_names(const struct lint_cert *cert, struct lint_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < cert->attribute_count; i++)
        if (strcmp(cert->attributes[i].oid, LC_OID_COMMON_NAME) == 0 && ++count > 1)
            found(&cert->attributes[i], report);
}

const struct lint_rule lint_subject_rules[] = {
    { { "subject_string_type", LC_LINT_WARNING, LC_LINT_ANY, "RFC 5280 4.1.2.4, A.1",
        "an attribute of the subject has another string type than it should" },
      check_type },
    { { "subject_bytes", LC_LINT_ERROR, LC_LINT_ANY, "X.680 41.4, RFC 3629",
        "an attribute of the subject has bytes that its string type does not allow" },
      check_bytes },
    { { "subject_control", LC_LINT_ERROR, LC_LINT_ANY, "practice",
        "an attribute of the subject has control characters" },
      check_control },
    { { "subject_blank", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.4.1",
        "an attribute of the subject is empty, or begins or ends with a blank" },
      check_blank },
    { { "subject_too_long", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 A.1",
        "an attribute of the subject is longer than it may be" },
      check_length },
    { { "country", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 A.1, ISO 3166-1",
        "the country is not two capital letters" },
      check_country },
    { { "multi_valued_rdn", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.4.1",
        "several attributes of the subject share one place" },
      check_several },
    { { "several_common_names", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.4.2",
        "the subject has more than one common name" },
      check_common_names },
    { { .id = NULL }, NULL },
};
