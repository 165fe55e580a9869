/* x509/attrs: filling in, copying, limits. What is refused at the edge is in
 * conformance/test_x509_attrs.c. */
#include "x509/attrs.h"

#include <stdio.h>
#include <string.h>

#include "attrs_form.h"
#include "base/mem.h"
#include "rows.h"

struct field_row {
    const char *name;
    const char *field;
    char given; /* t text, l one of a list, f flag */
    const char *part;
};

static const struct field_row field_rows[] = {
    { "an unknown field as text", "comon_name", 't', "there is no attribute 'comon_name'" },
    { "an unknown field as list", "sans", 'l', "there is no attribute 'sans'" },
    { "an unknown field as flag", "ca", 'f', "there is no attribute 'ca'" },
    { "a text for a list", "sans_ip", 't', "sans_ip must be a list of texts, not one text" },
    { "a text for a flag", "is_ca", 't', "is_ca must be true or false, not one text" },
    { "a list for a text", "common_name", 'l', "common_name must be a text, not a list" },
    { "a list for a flag", "is_ca", 'l', "is_ca must be true or false, not a list" },
    { "a flag for a text", "organization", 'f', "organization must be a text, not true or false" },
    { "a flag for a list", "sans_dns", 'f', "sans_dns must be a list of texts, not true" },
};

static void refuses_field(void **state)
{
    const struct field_row *row = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    const bool done = row->given == 't'   ? lc_attrs_set_text(&attrs, row->field, "x", 1, &err)
                      : row->given == 'l' ? lc_attrs_add_text(&attrs, row->field, "x", 1, &err)
                                          : lc_attrs_set_flag(&attrs, row->field, true, &err);
    assert_false(done);
    assert_failure(&err, LC_EUSAGE, row->part);
}

static void zero_bytes_are_refused(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err;

    (void)state;
    assert_fails(lc_attrs_set_text(&attrs, "organization", "a\0b", 3, &err), LC_EUSAGE,
                 "organization must not hold a zero byte");
    assert_fails(lc_attrs_add_text(&attrs, "sans_dns", "a\0", 2, &err), LC_EUSAGE,
                 "sans_dns must not hold a zero byte");
    assert_null(attrs.organization);
    assert_int_equal(attrs.sans_dns.count, 0);
}

static const char *const text_fields[] = {
    "common_name",  "email_address",          "organization",  "organizational_unit",
    "country_name", "state_or_province_name", "locality_name",
};

static void fill(struct lc_attrs *attrs)
{
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < LC_COUNT(text_fields); i++) {
        const char *text = strcmp(text_fields[i], "email_address") == 0  ? "a@b.c"
                           : strcmp(text_fields[i], "country_name") == 0 ? "GB"
                                                                         : text_fields[i];
        assert_done(lc_attrs_set_text(attrs, text_fields[i], text, strlen(text), &err));
    }
    assert_done(lc_attrs_add_text(attrs, "sans_dns", "b.example", 9, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_dns", "a.example", 9, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_ip", "::1", 3, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_oid", "1.2.3", 5, &err));
    assert_done(lc_attrs_set_flag(attrs, "is_ca", true, &err));
    assert_done(lc_attrs_set_flag(attrs, "add_unique_id_to_subject_name", false, &err));
    assert_done(
        lc_extensions_add(&attrs->additional_critical_extensions, "1.2.3.4", false, "x", 1, &err));
    assert_done(lc_attrs_normalise(attrs, &err));
}

static void copies_all(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs copy = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    fill(&attrs);
    assert_true(attrs.additional_critical_extensions.items[0].critical);
    assert_string_equal(attrs.sans_dns.items[0], "a.example");
    assert_done(lc_attrs_copy(&copy, &attrs, &err));
    assert_done(lc_attrs_copy(&copy, &attrs, &err)); /* what was there goes */
    assert_true(lc_attrs_equals(&copy, &attrs));
    lc_attrs_release(&attrs);
    assert_false(lc_attrs_equals(&copy, &attrs));
    assert_true(attrs.add_unique_id_to_subject_name);
    assert_string_equal(copy.locality_name, "locality_name");
}

/* Each of the 13 fields, changed alone. */
static void every_field_counts(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    fill(&attrs);
    for (int field = 0; field < 13; field++) {
        LC_AUTO(lc_attrs_release) struct lc_attrs other = LC_ATTRS_INIT;
        assert_done(lc_attrs_copy(&other, &attrs, &err));
        if (field < 7)
            assert_done(lc_attrs_set_text(&other, text_fields[field], "US", 2, &err));
        else if (field == 7)
            lc_strlist_release(&other.sans_dns);
        else if (field == 8)
            assert_done(lc_attrs_add_text(&other, "sans_ip", "::2", 3, &err));
        else if (field == 9)
            assert_done(lc_attrs_add_text(&other, "sans_oid", "1.2.4", 5, &err));
        else if (field == 10)
            other.is_ca = false;
        else if (field == 11)
            other.add_unique_id_to_subject_name = true;
        else
            other.additional_critical_extensions.items[0].value[0] = 'y';
        assert_false(lc_attrs_equals(&attrs, &other));
        assert_false(same_form(&attrs, &other));
    }
}

/* Two lists whose texts would be the same when they are written one after another. */
static void form_keeps_fields_apart(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs a = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs b = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_attrs_set_text(&a, "organization", "x", 1, &err));
    assert_done(lc_attrs_set_text(&b, "organizational_unit", "x", 1, &err));
    assert_false(same_form(&a, &b));
    assert_done(lc_attrs_add_text(&a, "sans_dns", "ab", 2, &err));
    assert_done(lc_attrs_set_text(&b, "organizational_unit", "", 0, &err));
    assert_done(lc_attrs_set_text(&b, "organization", "x", 1, &err));
    assert_done(lc_attrs_add_text(&b, "sans_dns", "a", 1, &err));
    assert_done(lc_attrs_add_text(&b, "sans_dns", "b", 1, &err));
    assert_done(lc_attrs_normalise(&b, &err));
    assert_false(same_form(&a, &b));
}

static void names_at_their_limit(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_ATTRS_MAX_SANS - 1; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "n%d.example", i);
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", name, strlen(name), &err));
    }
    assert_done(lc_attrs_add_text(&attrs, "sans_ip", "1.2.3.4", 7, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_oid", "1.2.3", 5, &err));
    assert_fails(lc_attrs_normalise(&attrs, &err), LC_ELIMIT, "over the limit of 10000");
}

struct dns_row {
    const char *name;
    size_t labels; /* each a dot and 62 bytes */
    size_t more;   /* bytes of the label before them */
    bool want;
};

static const struct dns_row dns_rows[] = {
    { "a label of 63 bytes", 0, 63, true },
    { "a label of 64 bytes", 0, 64, false },
    { "a name of 253 bytes", 4, 1, true },
    { "a name of 254 bytes", 4, 2, false },
};

static void judges_dns(void **state)
{
    const struct dns_row *row = *state;
    char name[512] = "";
    size_t at = 0;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    memset(name, 'x', row->more);
    at = row->more;
    for (size_t i = 0; i < row->labels; i++) {
        name[at++] = '.';
        memset(name + at, 'y', 62);
        at += 62;
    }
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", name, at, &err));
    if (row->want)
        assert_done(lc_attrs_normalise(&attrs, &err));
    else
        assert_fails(lc_attrs_normalise(&attrs, &err), LC_EUSAGE, "sans_dns: the name 'xx");
}

static void text_must_be_utf8(void **state)
{
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(text_fields); i++) {
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        char part[64];
        assert_done(lc_attrs_set_text(&attrs, text_fields[i], "a\xff", 2, &err));
        (void)snprintf(part, sizeof(part), "%s is not UTF-8", text_fields[i]);
        assert_fails(lc_attrs_normalise(&attrs, &err), LC_EUSAGE, part);
    }
}

static void extensions_are_checked(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_extensions *list = &attrs.additional_critical_extensions;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a", 1, &err));
    assert_done(lc_extensions_add(list, "1.2.3", false, "x", 1, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_extensions_add(list, "1.2.3", true, "y", 1, &err));
    assert_fails(lc_attrs_normalise(&attrs, &err), LC_EUSAGE, "'1.2.3' is there twice");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, field_rows, refuses_field);
    SUITE_TEST(&suite, "zero bytes are refused", zero_bytes_are_refused);
    SUITE_TEST(&suite, "a copy has everything", copies_all);
    SUITE_TEST(&suite, "every field counts in equality and form", every_field_counts);
    SUITE_TEST(&suite, "the form keeps fields apart", form_keeps_fields_apart);
    SUITE_TEST(&suite, "names at their limit", names_at_their_limit);
    SUITE_ROWS(&suite, dns_rows, judges_dns);
    SUITE_TEST(&suite, "texts must be UTF-8", text_must_be_utf8);
    SUITE_TEST(&suite, "additional extensions are checked", extensions_are_checked);
    return suite_run(&suite, "attrs");
}
