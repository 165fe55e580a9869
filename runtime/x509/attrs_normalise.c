/* The normal form of attributes, and what is refused because a request could not say it or would
 * never be recognised again (tls-certificates 2.3, D-14). */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/parts.h"

/* Empty text is none (X509-040). */
static void drop_empty(char **text)
{
    if (*text != NULL && **text == '\0') {
        lc_free(*text);
        *text = NULL;
    }
}

static bool check_utf8(const char *field, const char *text, struct lc_err *err)
{
    if (text != NULL && !lc_text_is_utf8(text, strlen(text)))
        return lc_fail(err, LC_EUSAGE, "%s is not UTF-8 text", field);
    return true;
}

/* Visible ASCII: no blanks, no control characters. */
static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 0x7f)
            return false;
    return true;
}

static bool check_common_name(const char *name, struct lc_err *err)
{
    const size_t len = name == NULL ? 0 : strlen(name);

    if (len > LC_COMMON_NAME_MAX_BYTES)
        return lc_fail(err, LC_EUSAGE, "common_name '%.80s' has %zu bytes, over the limit of %d",
                       name, len, LC_COMMON_NAME_MAX_BYTES);
    return true;
}

/* Two characters of PrintableString (X.680 section 41.4); their case stays as given. */
static bool check_country(const char *country, struct lc_err *err)
{
    static const char printable[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789 '()+,-./:=?";

    if (country != NULL && (strlen(country) != 2 || strspn(country, printable) != 2))
        return lc_fail(err, LC_EUSAGE, "country_name '%.80s' must be two letters such as 'GB'",
                       country);
    return true;
}

static bool check_email(const char *address, struct lc_err *err)
{
    if (address == NULL)
        return true;
    const char *at = strchr(address, '@');
    if (!is_visible(address) || at == NULL || at == address || at[1] == '\0')
        return lc_fail(err, LC_EUSAGE,
                       "email_address '%.80s' must be an ASCII address such as 'ops@example.com'",
                       address);
    return true;
}

static bool has_long_label(const char *name)
{
    for (const char *at = name; *at != '\0';) {
        const size_t len = strcspn(at, ".");
        if (len > LC_DNS_LABEL_MAX_BYTES)
            return true;
        at += len;
        at += *at == '.';
    }
    return false;
}

static bool check_dns(const char *name, struct lc_err *err)
{
    const char *what = NULL;

    if (*name == '\0')
        what = "is empty";
    else if (!is_ascii(name))
        what = "is not ASCII: write its A-label form (xn--...)";
    else if (!is_visible(name))
        what = "has a blank or control character in it";
    else if (strlen(name) > LC_DNS_NAME_MAX_BYTES)
        what = "has over 253 bytes";
    else if (has_long_label(name))
        what = "has a label of over 63 bytes";
    if (what != NULL)
        return lc_fail(err, LC_EUSAGE, "sans_dns: the name '%.80s' %s", name, what);
    return true;
}

/* Replace the text by the canonical one. */
static bool normalise_ip(char **item, struct lc_err *err)
{
    unsigned char bytes[16];
    size_t len;
    char text[LC_IP_TEXT_BYTES];
    const char *address = *item;

    if (!lc_ip_parse(address, bytes, &len)) {
        const char *what = strchr(address, '%') != NULL   ? "must have no zone"
                           : strchr(address, '/') != NULL ? "must have no prefix length"
                                                          : "is not an IPv4 or IPv6 address";
        return lc_fail(err, LC_EUSAGE, "sans_ip: '%.80s' %s", address, what);
    }
    lc_ip_format(bytes, len, text);
    if (strcmp(text, address) == 0)
        return true;
    char *canonical = lc_strdup(text);
    if (canonical == NULL)
        return lc_fail_memory(err);
    lc_free(*item);
    *item = canonical;
    return true;
}

static bool normalise_names(struct lc_attrs *attrs, struct lc_err *err)
{
    const size_t count = attrs->sans_dns.count + attrs->sans_ip.count + attrs->sans_oid.count;

    if (count > LC_ATTRS_MAX_SANS)
        return lc_fail(err, LC_ELIMIT, "%zu subject-alternative names, over the limit of %d", count,
                       LC_ATTRS_MAX_SANS);
    for (size_t i = 0; i < attrs->sans_dns.count; i++)
        if (!check_dns(attrs->sans_dns.items[i], err))
            return false;
    for (size_t i = 0; i < attrs->sans_ip.count; i++)
        if (!normalise_ip(&attrs->sans_ip.items[i], err))
            return false;
    for (size_t i = 0; i < attrs->sans_oid.count; i++)
        if (!lc_oid_is_canonical(attrs->sans_oid.items[i]))
            return lc_fail(err, LC_EUSAGE,
                           "sans_oid: '%.80s' is not an object identifier such as 1.3.6.1.4.1",
                           attrs->sans_oid.items[i]);
    lc_strlist_unique(&attrs->sans_dns);
    lc_strlist_unique(&attrs->sans_ip);
    lc_strlist_unique(&attrs->sans_oid);
    return true;
}

static bool normalise_extensions(struct lc_extensions *list, struct lc_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct lc_extension *item = &list->items[i];
        const char *what = NULL;
        if (!lc_oid_is_canonical(item->oid))
            what = "is not an object identifier such as 1.3.6.1.4.1";
        else if (strcmp(item->oid, LC_OID_SAN) == 0)
            what = "is made of sans_dns, sans_ip and sans_oid";
        else if (lc_extensions_get(list, item->oid) != item)
            what = "is there twice";
        if (what != NULL)
            return lc_fail(err, LC_EUSAGE, "additional_critical_extensions: '%.80s' %s", item->oid,
                           what);
        item->critical = true;
    }
    return true;
}

static bool normalise_texts(struct lc_attrs *attrs, struct lc_err *err)
{
    const struct {
        const char *field;
        char **text;
    } texts[] = {
        { "common_name", &attrs->common_name },
        { "email_address", &attrs->email_address },
        { "organization", &attrs->organization },
        { "organizational_unit", &attrs->organizational_unit },
        { "country_name", &attrs->country_name },
        { "state_or_province_name", &attrs->state_or_province_name },
        { "locality_name", &attrs->locality_name },
    };

    for (size_t i = 0; i < LC_COUNT(texts); i++) {
        drop_empty(texts[i].text);
        if (!check_utf8(texts[i].field, *texts[i].text, err))
            return false;
    }
    return check_common_name(attrs->common_name, err) && check_country(attrs->country_name, err) &&
           check_email(attrs->email_address, err);
}

bool lc_attrs_normalise(struct lc_attrs *attrs, struct lc_err *err)
{
    if (!normalise_texts(attrs, err) || !normalise_names(attrs, err) ||
        !normalise_extensions(&attrs->additional_critical_extensions, err))
        return false;
    if (attrs->common_name == NULL && attrs->sans_dns.count == 0 && attrs->sans_ip.count == 0 &&
        attrs->sans_oid.count == 0)
        return lc_fail(err, LC_EUSAGE,
                       "one of common_name, sans_dns, sans_ip, sans_oid must be given");
    return true;
}
