/* Lints of the subject-alternative names. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/index.h"
#include "base/mem.h"
#include "base/text.h"
#include "x509/lint_private.h"

static void check_absent(const struct lint_cert *cert, struct lint_report *report)
{
    if (lc_extensions_get(&cert->extensions, LC_OID_SAN) == NULL)
        lint_found_it(report);
}

static void check_empty(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->sans.present && cert->sans.count == 0)
        lint_found_it(report);
}

static void check_critical(const struct lint_cert *cert, struct lint_report *report)
{
    if (cert->sans.present && cert->sans.critical && cert->subject.len != 0)
        lint_found_it(report);
}

/* --- the common name ------------------------------------------------------------------------- */

static bool has_name(const struct lc_sans *sans, const char *text)
{
    for (size_t i = 0; i < sans->count; i++)
        if (sans->items[i].type != LC_SAN_OTHER &&
            lc_text_equals_nocase(sans->items[i].value, text))
            return true;
    return false;
}

static void check_common_name(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->attribute_count; i++) {
        LC_AUTO(lc_free) char *text = NULL;
        struct lc_err err = LC_ERR_INIT;
        if (strcmp(cert->attributes[i].oid, LC_OID_COMMON_NAME) != 0 || !cert->sans.present)
            continue;
        if (!lc_der_dup_text(&cert->attributes[i].value, &text, &err))
            report->code = LC_ENOMEM;
        else if (!has_name(&cert->sans, text))
            lint_found(report, "%s", text);
    }
}

/* --- each once ------------------------------------------------------------------------------- */

/* "2:www.example.com", as names are compared: with an index, since there may be ten thousand. */
static bool add_folded(struct lc_strlist *names, const struct lc_san *san, struct lc_err *err)
{
    if (!lc_strlist_addf(names, err, "%d:%s", san->tag, san->value))
        return false;
    for (char *at = names->items[names->count - 1]; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return true;
}

static bool look_for_twins(const struct lint_cert *cert, struct lint_report *report,
                           struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    LC_AUTO(lc_index_release) struct lc_index index = LC_INDEX_INIT;
    size_t first;

    for (size_t i = 0; i < cert->sans.count; i++)
        if (!add_folded(&names, &cert->sans.items[i], err))
            return false;
    for (size_t i = 0; i < names.count; i++) {
        if (!lc_index_put(&index, names.items[i], strlen(names.items[i]), i, &first, err))
            return false;
        if (first != i)
            lint_found(report, "%s", cert->sans.items[i].value);
    }
    return true;
}

static void check_twins(const struct lint_cert *cert, struct lint_report *report)
{
    struct lc_err err = LC_ERR_INIT;

    if (!look_for_twins(cert, report, &err))
        report->code = LC_ENOMEM;
}

/* --- DNS names ------------------------------------------------------------------------------- */

typedef bool (*name_test)(const char *name);

static void each(const struct lint_cert *cert, enum lc_san_type type, name_test is_bad,
                 struct lint_report *report)
{
    for (size_t i = 0; i < cert->sans.count; i++)
        if (cert->sans.items[i].type == type && is_bad(cert->sans.items[i].value))
            lint_found(report, "%s", cert->sans.items[i].value);
}

typedef bool (*label_test)(const char *label, size_t len);

static bool any_label(const char *name, label_test test)
{
    for (;;) {
        const size_t len = strcspn(name, ".");
        if (test(name, len))
            return true;
        if (name[len] == '\0')
            return false;
        name += len + 1;
    }
}

static bool label_is_empty(const char *label, size_t len)
{
    (void)label;
    return len == 0;
}

static bool has_empty_label(const char *name)
{
    return any_label(name, label_is_empty);
}

static bool label_is_long(const char *label, size_t len)
{
    (void)label;
    return len > LC_DNS_LABEL_MAX_BYTES;
}

static bool has_long_label(const char *name)
{
    return any_label(name, label_is_long);
}

static bool is_long(const char *name)
{
    return strlen(name) > LC_DNS_NAME_MAX_BYTES;
}

/* RFC 9525 section 6.3: an asterisk is the whole of the left-most label, and something follows. */
static bool has_bad_wildcard(const char *name)
{
    const char *star = strchr(name, '*');

    return star != NULL &&
           !(star == name && star[1] == '.' && star[2] != '\0' && strchr(star + 1, '*') == NULL);
}

static bool has_underscore(const char *name)
{
    return strchr(name, '_') != NULL;
}

/* RFC 1034 section 3.5 as RFC 1123 section 2.1 changed it. Underscores and asterisks have rules of
 * their own. */
static bool label_is_bad(const char *label, size_t len)
{
    if (len != 0 && (label[0] == '-' || label[len - 1] == '-'))
        return true;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)label[i]) && strchr("-_*", label[i]) == NULL)
            return true;
    return false;
}

static bool has_bad_label(const char *name)
{
    return any_label(name, label_is_bad);
}

/* "??--" is kept for encodings, of which "xn--" is the one there is (RFC 5890 section 2.3.1). */
static bool label_is_reserved(const char *label, size_t len)
{
    return len > 3 && label[2] == '-' && label[3] == '-' &&
           !(tolower((unsigned char)label[0]) == 'x' && tolower((unsigned char)label[1]) == 'n');
}

static bool has_reserved_label(const char *name)
{
    return any_label(name, label_is_reserved);
}

static bool is_address(const char *name)
{
    unsigned char bytes[16];
    size_t len;

    return lc_ip_parse(name, bytes, &len);
}

#define DNS_RULE(function, test)                                                                   \
    static void function(const struct lint_cert *cert, struct lint_report *report)                 \
    {                                                                                              \
        each(cert, LC_SAN_DNS, test, report);                                                      \
    }                                                                                              \
    struct lc_swallow_semicolon

DNS_RULE(check_dns_empty, has_empty_label);
DNS_RULE(check_dns_label, has_long_label);
DNS_RULE(check_dns_long, is_long);
DNS_RULE(check_dns_wildcard, has_bad_wildcard);
DNS_RULE(check_dns_underscore, has_underscore);
DNS_RULE(check_dns_characters, has_bad_label);
DNS_RULE(check_dns_reserved, has_reserved_label);
DNS_RULE(check_dns_address, is_address);

/* --- other names ----------------------------------------------------------------------------- */

enum { IP_ADDRESS = 7 }; /* the tag of GeneralName */

static void check_address(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->sans.count; i++)
        if (cert->sans.items[i].type == LC_SAN_OTHER && cert->sans.items[i].tag == IP_ADDRESS)
            lint_found(report, "%s", cert->sans.items[i].value);
}

static bool has_visible_ascii_only(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= 0x20 || *text >= 0x7f)
            return false;
    return true;
}

/* "local-part@domain", RFC 5321 section 4.1.2; unescaped bytes that are not text are shown as \xNN.
 */
static bool is_bad_email(const char *text)
{
    const char *at = strchr(text, '@');

    return at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
           strchr(text, '\\') != NULL || !has_visible_ascii_only(text);
}

static void check_email(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, LC_SAN_EMAIL, is_bad_email, report);
}

/* An absolute URI: a scheme and something behind it (RFC 3986 section 3). */
static bool is_bad_uri(const char *text)
{
    const size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789+-.");

    return !isalpha((unsigned char)text[0]) || text[scheme] != ':' || text[scheme + 1] == '\0' ||
           strchr(text, '\\') != NULL || !has_visible_ascii_only(text);
}

static void check_uri(const struct lint_cert *cert, struct lint_report *report)
{
    each(cert, LC_SAN_URI, is_bad_uri, report);
}

static const char *tag_name(int tag)
{
    static const char *const names[] = {
        "otherName",    "rfc822Name", "dNSName",   "x400Address",  "directoryName",
        "ediPartyName", "URI",        "iPAddress", "registeredID",
    };

    return tag < (int)LC_COUNT(names) ? names[tag] : "a kind that there is not";
}

static void check_kind(const struct lint_cert *cert, struct lint_report *report)
{
    for (size_t i = 0; i < cert->sans.count; i++) {
        const struct lc_san *san = &cert->sans.items[i];
        if ((san->type == LC_SAN_OTHER && san->tag != IP_ADDRESS) || san->type == LC_SAN_OID)
            lint_found(report, "%s %s", tag_name(san->tag), san->value);
    }
}

const struct lint_rule lint_san_rules[] = {
    { { "san_absent", LC_LINT_ERROR, LC_LINT_SERVER, "RFC 9525 6.1, BR 7.1.2.7.12",
        "no subject-alternative names, and clients look nowhere else" },
      check_absent },
    { { "san_empty", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6",
        "the subject-alternative names have no name among them" },
      check_empty },
    { { "san_critical", LC_LINT_WARNING, LC_LINT_ANY, "RFC 5280 4.2.1.6",
        "the subject-alternative names are critical beside a subject" },
      check_critical },
    { { "common_name_not_in_san", LC_LINT_WARNING, LC_LINT_SERVER, "BR 7.1.4.3",
        "the common name is none of the subject-alternative names" },
      check_common_name },
    { { "san_twice", LC_LINT_NOTICE, LC_LINT_ANY, "practice",
        "a subject-alternative name is there twice" },
      check_twins },
    { { "dns_empty_label", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6, RFC 1034 3.5",
        "a DNS name is empty or has an empty label" },
      check_dns_empty },
    { { "dns_label_too_long", LC_LINT_ERROR, LC_LINT_ANY, "RFC 1035 2.3.4",
        "a DNS name has a label of over 63 characters" },
      check_dns_label },
    { { "dns_too_long", LC_LINT_ERROR, LC_LINT_ANY, "RFC 1035 2.3.4",
        "a DNS name has over 253 characters" },
      check_dns_long },
    { { "dns_wildcard", LC_LINT_ERROR, LC_LINT_ANY, "RFC 9525 6.3, BR 7.1.2.7.12",
        "a wildcard that is not the whole left-most label of a name" },
      check_dns_wildcard },
    { { "dns_underscore", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.2.7.12",
        "a DNS name has an underscore" },
      check_dns_underscore },
    { { "dns_characters", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6, RFC 1034 3.5",
        "a label of a DNS name is not letters, digits and inner hyphens" },
      check_dns_characters },
    { { "dns_reserved_label", LC_LINT_WARNING, LC_LINT_ANY, "BR 7.1.2.7.12, RFC 5890 2.3.1",
        "a label with two hyphens in third place is no A-label" },
      check_dns_reserved },
    { { "dns_is_address", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6",
        "an IP address stands as a DNS name, where nobody finds it" },
      check_dns_address },
    { { "ip_length", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6",
        "an IP address has neither 4 nor 16 octets" },
      check_address },
    { { "email", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6, RFC 5321 4.1.2",
        "an e-mail address is none" },
      check_email },
    { { "uri", LC_LINT_ERROR, LC_LINT_ANY, "RFC 5280 4.2.1.6",
        "a URI is not absolute, or not ASCII" },
      check_uri },
    { { "san_kind", LC_LINT_WARNING, LC_LINT_SERVER, "BR 7.1.2.7.12",
        "a name of a kind that no TLS client compares" },
      check_kind },
    { { .id = NULL }, NULL },
};
