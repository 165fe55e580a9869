/* Subjects and issuers: read entry by entry, and built from attributes. */
#include "x509/name.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/parts.h"

void lc_name_release(struct lc_name *name)
{
    for (size_t i = 0; i < name->count; i++)
        lc_free(name->entries[i].value);
    lc_free(name->entries);
    *name = (struct lc_name)LC_NAME_INIT;
}

const char *lc_name_get(const struct lc_name *name, const char *oid)
{
    for (size_t i = 0; i < name->count; i++)
        if (strcmp(name->entries[i].oid, oid) == 0)
            return name->entries[i].value;
    return NULL;
}

bool lc_name_equals(const struct lc_name *a, const struct lc_name *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->entries[i].rdn != b->entries[i].rdn ||
            strcmp(a->entries[i].oid, b->entries[i].oid) != 0 ||
            strcmp(a->entries[i].value, b->entries[i].value) != 0)
            return false;
    return true;
}

const char *lc_oid_long_name(const struct lc_der_item *oid)
{
    const unsigned char *at = oid->whole;
    LC_AUTO(ASN1_OBJECT_free)
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)oid->whole_len);

    if (object == NULL) {
        lc_ossl_clear();
        return NULL;
    }
    const int nid = OBJ_obj2nid(object);
    return nid == NID_undef ? NULL : OBJ_nid2ln(nid);
}

bool lc_algorithm_read(const struct lc_der_item *algorithm, char text[LC_OID_TEXT_BYTES],
                       struct lc_err *err)
{
    struct lc_der in = lc_der_inside(algorithm);
    struct lc_der_item oid;
    struct lc_der_item parameters;

    if (!lc_der_take(&in, LC_DER_OID, &oid) || (in.left != 0 && !lc_der_next(&in, &parameters)) ||
        in.left != 0)
        return lc_fail(err, LC_EPARSE, "the signature algorithm is malformed");
    const char *name = lc_oid_long_name(&oid);
    if (name == NULL)
        return lc_der_oid(&oid, text, err);
    /* OpenSSL has these two in capitals; RFC 8410 does not. */
    if (strcmp(name, "ED25519") == 0)
        name = "ed25519";
    else if (strcmp(name, "ED448") == 0)
        name = "ed448";
    (void)snprintf(text, LC_OID_TEXT_BYTES, "%s", name);
    return true;
}

/* AttributeTypeAndValue, RFC 5280 section 4.1.2.4. */
static bool read_entry(struct lc_der in, int rdn, struct lc_name *out, struct lc_err *err)
{
    struct lc_der_item type;
    struct lc_der_item value;

    if (!lc_der_take(&in, LC_DER_OID, &type) || !lc_der_next(&in, &value) || in.left != 0)
        return lc_fail(err, LC_EPARSE, "a name is malformed");
    if (out->count == LC_NAME_MAX_ENTRIES)
        return lc_fail(err, LC_ELIMIT, "a name has over %d attributes", LC_NAME_MAX_ENTRIES);
    if (!lc_grow(&out->entries, &out->capacity, out->count, sizeof(*out->entries)))
        return lc_fail_memory(err);
    struct lc_name_entry *entry = &out->entries[out->count];
    *entry = (struct lc_name_entry){ .long_name = lc_oid_long_name(&type),
                                     .asn1_type = lc_der_type_name(value.tag),
                                     .rdn = rdn };
    if (!lc_der_oid(&type, entry->oid, err) || !lc_der_dup_text(&value, &entry->value, err))
        return false;
    out->count++;
    return true;
}

bool lc_name_read(const struct lc_der_item *name, struct lc_name *out, struct lc_err *err)
{
    struct lc_der rdns = lc_der_inside(name);

    for (int rdn = 0; rdns.left != 0; rdn++) {
        struct lc_der set;
        if (!lc_der_enter(&rdns, LC_DER_SET, &set) || set.left == 0)
            return lc_fail(err, LC_EPARSE, "a name is malformed");
        while (set.left != 0) {
            struct lc_der entry;
            if (!lc_der_enter(&set, LC_DER_SEQUENCE, &entry))
                return lc_fail(err, LC_EPARSE, "a name is malformed");
            if (!read_entry(entry, rdn, out, err))
                return false;
        }
    }
    /* Only now do the entries stay where they are. */
    for (size_t i = 0; i < out->count; i++)
        if (out->entries[i].long_name == NULL)
            out->entries[i].long_name = out->entries[i].oid;
    return true;
}

static bool add_entry(X509_NAME *name, int nid, int type, const char *value, struct lc_err *err)
{
    const size_t len = value == NULL ? 0 : strlen(value);

    if (len == 0)
        return true;
    if (len > INT_MAX || X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)value,
                                                    (int)len, -1, 0) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write %s into a subject", OBJ_nid2ln(nid));
    return true;
}

bool lc_name_build(const struct lc_attrs *attrs, bool unique_id, X509_NAME *out, struct lc_err *err)
{
    char uuid[LC_UUID_TEXT_BYTES] = "";

    if (unique_id && !lc_ossl_uuid(uuid, err))
        return false;
    const struct {
        int nid;
        int type;
        const char *value;
    } entries[] = {
        { NID_commonName, V_ASN1_UTF8STRING, attrs->common_name },
        { NID_x500UniqueIdentifier, V_ASN1_UTF8STRING, uuid },
        { NID_organizationName, V_ASN1_UTF8STRING, attrs->organization },
        { NID_organizationalUnitName, V_ASN1_UTF8STRING, attrs->organizational_unit },
        { NID_pkcs9_emailAddress, V_ASN1_IA5STRING, attrs->email_address },
        { NID_countryName, V_ASN1_PRINTABLESTRING, attrs->country_name },
        { NID_stateOrProvinceName, V_ASN1_UTF8STRING, attrs->state_or_province_name },
        { NID_localityName, V_ASN1_UTF8STRING, attrs->locality_name },
    };
    for (size_t i = 0; i < LC_COUNT(entries); i++)
        if (!add_entry(out, entries[i].nid, entries[i].type, entries[i].value, err))
            return false;
    return true;
}

/* Control characters, and those that change the direction of writing: they could make a terminal
 * show something else than what is there. */
static bool is_misleading(int32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c ||
           (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

void lc_text_describe(const char *text, struct lc_buf *out)
{
    const size_t len = strlen(text);

    for (size_t at = 0, step; at < len; at += step) {
        if (!is_misleading(lc_text_codepoint(text + at, len - at, &step))) {
            lc_buf_add(out, text + at, step);
            continue;
        }
        for (size_t i = 0; i < step; i++)
            lc_buf_printf(out, "\\x%02x", (unsigned char)text[at + i]);
    }
}

void lc_name_describe(const struct lc_name *name, struct lc_buf *out)
{
    for (size_t i = 0; i < name->count; i++) {
        const struct lc_name_entry *entry = &name->entries[i];
        const int nid = OBJ_ln2nid(entry->long_name);
        const bool same_rdn = i > 0 && name->entries[i - 1].rdn == entry->rdn;
        lc_buf_printf(out, "%s%s=",
                      i == 0     ? ""
                      : same_rdn ? " + "
                                 : ", ",
                      nid == NID_undef ? entry->oid : OBJ_nid2sn(nid));
        lc_text_describe(entry->value, out);
    }
    if (name->count == 0)
        lc_buf_puts(out, "(empty)");
}
