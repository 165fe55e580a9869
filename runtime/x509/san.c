/* Subject-alternative names, RFC 5280 section 4.2.1.6. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/parts.h"

bool lc_sans_add(struct lc_sans *sans, enum lc_san_type type, int tag, const char *value,
                 struct lc_err *err)
{
    if (!lc_grow(&sans->items, &sans->capacity, sans->count, sizeof(*sans->items)))
        return lc_fail_memory(err);
    struct lc_san *san = &sans->items[sans->count];
    *san = (struct lc_san){ .type = type, .tag = tag, .value = lc_strdup(value) };
    if (san->value == NULL)
        return lc_fail_memory(err);
    sans->count++;
    return true;
}

void lc_sans_release(struct lc_sans *sans)
{
    for (size_t i = 0; i < sans->count; i++)
        lc_free(sans->items[i].value);
    lc_free(sans->items);
    *sans = (struct lc_sans)LC_SANS_INIT;
}

const char *lc_san_type_name(enum lc_san_type type)
{
    static const char *const names[] = {
        [LC_SAN_DNS] = "DNS",     [LC_SAN_IP] = "IP",   [LC_SAN_OID] = "OID",
        [LC_SAN_EMAIL] = "email", [LC_SAN_URI] = "URI", [LC_SAN_OTHER] = "other",
    };

    return names[type];
}

/* Tags of GeneralName. */
enum { RFC822_NAME = 1, DNS_NAME = 2, URI = 6, IP_ADDRESS = 7, REGISTERED_ID = 8 };

static bool dup_hex(const struct lc_der_item *item, char **out, struct lc_err *err)
{
    *out = lc_alloc(2 * item->whole_len + 1, 1);
    if (*out == NULL)
        return lc_fail_memory(err);
    lc_hex_encode(item->whole, item->whole_len, *out);
    return true;
}

static bool dup_string(const char *text, char **out, struct lc_err *err)
{
    *out = lc_strdup(text);
    return *out != NULL || lc_fail_memory(err);
}

/* Sets type and value; a name that is not what its tag promises stays LC_SAN_OTHER. */
static bool read_value(struct lc_der_item item, struct lc_san *san, struct lc_err *err)
{
    char text[LC_OID_TEXT_BYTES];
    struct lc_err why = LC_ERR_INIT;

    san->type = LC_SAN_OTHER;
    switch (item.tag) {
    case LC_DER_CONTEXT + RFC822_NAME:
    case LC_DER_CONTEXT + DNS_NAME:
    case LC_DER_CONTEXT + URI:
        san->type = san->tag == DNS_NAME      ? LC_SAN_DNS
                    : san->tag == RFC822_NAME ? LC_SAN_EMAIL
                                              : LC_SAN_URI;
        item.tag = LC_DER_IA5_STRING; /* what the tag stands for */
        return lc_der_dup_text(&item, &san->value, err);
    case LC_DER_CONTEXT + IP_ADDRESS:
        if (item.len != 4 && item.len != 16)
            break;
        san->type = LC_SAN_IP;
        lc_ip_format(item.bytes, item.len, text);
        return dup_string(text, &san->value, err);
    case LC_DER_CONTEXT + REGISTERED_ID:
        item.tag = LC_DER_OID;
        if (!lc_der_oid(&item, text, &why)) {
            if (why.code == LC_ENOMEM)
                return lc_fail_memory(err);
            break;
        }
        san->type = LC_SAN_OID;
        return dup_string(text, &san->value, err);
    default:
        break;
    }
    return dup_hex(&item, &san->value, err);
}

bool lc_sans_read(const struct lc_extension *extension, struct lc_sans *out, struct lc_err *err)
{
    struct lc_der in = { extension->value, extension->value_len };
    struct lc_der names;
    struct lc_der_item item;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &names) || in.left != 0)
        return lc_fail(err, LC_EPARSE, "the subject-alternative names are malformed");
    while (names.left != 0) {
        if (!lc_der_next(&names, &item) || (item.tag & 0xc0) != LC_DER_CONTEXT)
            return lc_fail(err, LC_EPARSE, "the subject-alternative names are malformed");
        if (out->count == LC_ATTRS_MAX_SANS)
            return lc_fail(err, LC_ELIMIT, "there are over %d subject-alternative names",
                           LC_ATTRS_MAX_SANS);
        if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
            return lc_fail_memory(err);
        struct lc_san *san = &out->items[out->count];
        *san = (struct lc_san){ .tag = item.tag & 0x1f };
        if (!read_value(item, san, err))
            return false;
        out->count++;
    }
    out->present = true;
    out->critical = extension->critical;
    return true;
}

/* The value that OpenSSL's GENERAL_NAME takes over; NULL when it is not one of this type, or out of
 * memory. */
static void *new_value(enum lc_san_type type, const char *text, int *tag_out)
{
    unsigned char address[16];
    size_t len = strlen(text);
    const void *bytes = text;

    switch (type) {
    case LC_SAN_OID:
        *tag_out = GEN_RID;
        return OBJ_txt2obj(text, 1);
    case LC_SAN_IP:
        *tag_out = GEN_IPADD;
        bytes = address;
        if (!lc_ip_parse(text, address, &len))
            return NULL;
        break;
    default:
        *tag_out = type == LC_SAN_DNS ? GEN_DNS : type == LC_SAN_EMAIL ? GEN_EMAIL : GEN_URI;
        break;
    }
    LC_AUTO(ASN1_STRING_free)
    ASN1_STRING *string = ASN1_STRING_type_new(type == LC_SAN_IP ? V_ASN1_OCTET_STRING
                                                                 : V_ASN1_IA5STRING);
    if (string == NULL || len > INT_MAX || ASN1_STRING_set(string, bytes, (int)len) != 1)
        return NULL;
    return LC_STEAL(string);
}

bool lc_sans_push(GENERAL_NAMES *names, enum lc_san_type type, const char *value,
                  struct lc_err *err)
{
    LC_AUTO(GENERAL_NAME_free) GENERAL_NAME *name = GENERAL_NAME_new();
    int tag = 0;
    void *content = name == NULL ? NULL : new_value(type, value, &tag);

    if (content == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the name '%.80s'", value);
    GENERAL_NAME_set0_value(name, tag, content);
    if (sk_GENERAL_NAME_push(names, name) <= 0)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the name '%.80s'", value);
    (void)LC_STEAL(name);
    return true;
}

/* value: the GeneralName's DER in hex, as it was read. */
static bool push_other(GENERAL_NAMES *names, const char *hex, struct lc_err *err)
{
    long len = 0;
    LC_AUTO(lc_ossl_free) unsigned char *der = OPENSSL_hexstr2buf(hex, &len);
    const unsigned char *at = der;
    LC_AUTO(GENERAL_NAME_free)
    GENERAL_NAME *name = der == NULL ? NULL : d2i_GENERAL_NAME(NULL, &at, len);

    if (name == NULL || at != der + len)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write a name of an unknown kind");
    if (sk_GENERAL_NAME_push(names, name) <= 0)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write a name of an unknown kind");
    (void)LC_STEAL(name);
    return true;
}

bool lc_sans_push_san(GENERAL_NAMES *names, const struct lc_san *san, struct lc_err *err)
{
    return san->type == LC_SAN_OTHER ? push_other(names, san->value, err)
                                     : lc_sans_push(names, san->type, san->value, err);
}

bool lc_sans_push_list(GENERAL_NAMES *names, enum lc_san_type type, const struct lc_strlist *values,
                       struct lc_err *err)
{
    for (size_t i = 0; i < values->count; i++)
        if (!lc_sans_push(names, type, values->items[i], err))
            return false;
    return true;
}
