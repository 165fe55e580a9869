/* Extensions as they stand, RFC 5280 section 4.2, and those few whose content matters here. */
#include <string.h>

#include "base/mem.h"
#include "x509/parts.h"

void lc_extensions_release(struct lc_extensions *list)
{
    for (size_t i = 0; i < list->count; i++)
        lc_free(list->items[i].value);
    lc_free(list->items);
    *list = (struct lc_extensions)LC_EXTENSIONS_INIT;
}

const struct lc_extension *lc_extensions_get(const struct lc_extensions *list, const char *oid)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].oid, oid) == 0)
            return &list->items[i];
    return NULL;
}

bool lc_oid_is_canonical(const char *oid)
{
    size_t arcs = 0;
    unsigned first = 0;

    if (strlen(oid) >= LC_OID_TEXT_BYTES)
        return false;
    for (const char *at = oid;; at++) {
        const size_t digits = strspn(at, "0123456789");
        if (digits == 0 || (digits > 1 && *at == '0'))
            return false;
        if (arcs == 0) {
            first = (unsigned)(*at - '0');
            if (digits > 1 || first > 2)
                return false;
        } else if (arcs == 1 && first < 2 && (digits > 2 || (digits == 2 && *at > '3'))) {
            return false; /* 40 and above */
        }
        arcs++;
        at += digits;
        if (*at != '.')
            return *at == '\0' && arcs > 1;
    }
}

/* oid: canonical. */
static bool append(struct lc_extensions *list, const char *oid, bool critical, const void *value,
                   size_t value_len, struct lc_err *err)
{
    if (list->count == LC_EXTENSIONS_MAX)
        return lc_fail(err, LC_ELIMIT, "there are over %d extensions", LC_EXTENSIONS_MAX);
    if (!lc_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)))
        return lc_fail_memory(err);
    struct lc_extension *item = &list->items[list->count];
    *item = (struct lc_extension){ .critical = critical, .value_len = value_len };
    memcpy(item->oid, oid, strlen(oid) + 1);
    item->value = lc_alloc(value_len, 1);
    if (item->value == NULL)
        return lc_fail_memory(err);
    if (value_len != 0)
        memcpy(item->value, value, value_len);
    list->count++;
    return true;
}

bool lc_extensions_add(struct lc_extensions *list, const char *oid, bool critical,
                       const void *value, size_t value_len, struct lc_err *err)
{
    if (!lc_oid_is_canonical(oid))
        return lc_fail(err, LC_EPARSE, "'%.80s' is not an object identifier such as 1.3.6.1.4.1",
                       oid);
    return append(list, oid, critical, value, value_len, err);
}

bool lc_extensions_copy(struct lc_extensions *out, const struct lc_extensions *from,
                        struct lc_err *err)
{
    LC_AUTO(lc_extensions_release) struct lc_extensions copy = LC_EXTENSIONS_INIT;

    for (size_t i = 0; i < from->count; i++) {
        const struct lc_extension *item = &from->items[i];
        if (!append(&copy, item->oid, item->critical, item->value, item->value_len, err))
            return false;
    }
    lc_extensions_release(out);
    *out = copy;
    copy = (struct lc_extensions)LC_EXTENSIONS_INIT;
    return true;
}

static bool read_extension(struct lc_der in, struct lc_extensions *out, struct lc_err *err)
{
    struct lc_der_item oid;
    struct lc_der_item flag;
    struct lc_der_item value;
    char text[LC_OID_TEXT_BYTES];
    bool critical = false;

    if (!lc_der_take(&in, LC_DER_OID, &oid) ||
        (lc_der_take(&in, LC_DER_BOOLEAN, &flag) && !lc_der_boolean(&flag, &critical)) ||
        !lc_der_take(&in, LC_DER_OCTET_STRING, &value) || in.left != 0)
        return lc_fail(err, LC_EPARSE, "an extension is malformed");
    if (!lc_der_oid(&oid, text, err))
        return false;
    if (lc_extensions_get(out, text) != NULL)
        return lc_fail(err, LC_EPARSE, "the extension %s is there twice", text);
    return append(out, text, critical, value.bytes, value.len, err);
}

bool lc_extensions_read(const struct lc_der_item *list, struct lc_extensions *out,
                        struct lc_err *err)
{
    struct lc_der in = lc_der_inside(list);
    struct lc_der extension;

    while (in.left != 0) {
        if (!lc_der_enter(&in, LC_DER_SEQUENCE, &extension))
            return lc_fail(err, LC_EPARSE, "an extension is malformed");
        if (!read_extension(extension, out, err))
            return false;
    }
    return true;
}

static bool push(STACK_OF(X509_EXTENSION) * stack, X509_EXTENSION *made, const char *what,
                 struct lc_err *err)
{
    LC_AUTO(X509_EXTENSION_free) X509_EXTENSION *extension = made;

    if (extension == NULL || sk_X509_EXTENSION_push(stack, extension) <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the extension %s", what);
    (void)LC_STEAL(extension);
    return true;
}

bool lc_ext_push(STACK_OF(X509_EXTENSION) * stack, int nid, bool critical, void *value,
                 struct lc_err *err)
{
    return push(stack, X509V3_EXT_i2d(nid, critical ? 1 : 0, value), OBJ_nid2sn(nid), err);
}

bool lc_ext_push_der(STACK_OF(X509_EXTENSION) * stack, const struct lc_extension *extension,
                     struct lc_err *err)
{
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *oid = OBJ_txt2obj(extension->oid, 1);
    LC_AUTO(ASN1_STRING_free) ASN1_STRING *value = ASN1_STRING_type_new(V_ASN1_OCTET_STRING);

    if (oid == NULL || value == NULL || extension->value_len > INT_MAX ||
        ASN1_STRING_set(value, extension->value, (int)extension->value_len) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the extension %s", extension->oid);
    return push(stack, X509_EXTENSION_create_by_OBJ(NULL, oid, extension->critical ? 1 : 0, value),
                extension->oid, err);
}

bool lc_ext_read_constraints(const struct lc_extensions *list, bool *is_ca, int *path_length)
{
    const struct lc_extension *extension = lc_extensions_get(list, LC_OID_BASIC_CONSTRAINTS);
    struct lc_der_item item;
    struct lc_der inside;

    *is_ca = false;
    *path_length = -1;
    if (extension == NULL)
        return true;
    struct lc_der in = { extension->value, extension->value_len };
    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &inside) || in.left != 0 ||
        (lc_der_take(&inside, LC_DER_BOOLEAN, &item) && !lc_der_boolean(&item, is_ca)))
        return false;
    if (inside.left == 0)
        return true;
    return lc_der_take(&inside, LC_DER_INTEGER, &item) && lc_der_small(&item, path_length) &&
           inside.left == 0;
}

bool lc_ext_read_key_usage(const struct lc_extensions *list, bool *present, unsigned *bits)
{
    const struct lc_extension *extension = lc_extensions_get(list, LC_OID_KEY_USAGE);
    struct lc_der_item item;

    *present = extension != NULL;
    *bits = 0;
    if (extension == NULL)
        return true;
    struct lc_der in = { extension->value, extension->value_len };
    if (!lc_der_take(&in, LC_DER_BIT_STRING, &item) || in.left != 0 || item.len == 0 ||
        item.bytes[0] > 7)
        return false;
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++) {
        const size_t at = 1 + (size_t)bit / 8;
        if (at < item.len && (item.bytes[at] & 0x80 >> bit % 8) != 0)
            *bits |= 1u << bit;
    }
    return true;
}
