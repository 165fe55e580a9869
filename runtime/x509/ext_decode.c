/* What the extensions say that a policy may want to read, as texts; and whether the name
 * constraints of a chain permit a certificate. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "x509/cert_ossl.h"
#include "x509/chain.h"
#include "x509/match.h"
#include "x509/parts.h"

typedef bool (*decode_fn)(struct lc_der value, struct lc_strlist *out, struct lc_err *err);

/* Each is called with what is inside the extension's OCTET STRING. False with LC_EPARSE: malformed.
 */
static bool malformed(struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, "it is malformed");
}

static bool decode_key_usage(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_extensions one = LC_EXTENSIONS_INIT;
    struct lc_extension self = { .oid = LC_OID_KEY_USAGE,
                                 .value = (unsigned char *)(uintptr_t)value.at,
                                 .value_len = value.left };
    bool present;
    unsigned bits;

    one.items = &self;
    one.count = 1;
    if (!lc_ext_read_key_usage(&one, &present, &bits))
        return malformed(err);
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++)
        if ((bits & 1u << bit) != 0 && !lc_strlist_add(out, lc_usage_name(bit), err))
            return false;
    return true;
}

/* A SEQUENCE of OIDs, or of SEQUENCEs that begin with one. */
static bool decode_oids(struct lc_der value, bool boxed, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_der list;
    struct lc_der_item oid;
    char text[LC_OID_TEXT_BYTES];

    if (!lc_der_enter(&value, LC_DER_SEQUENCE, &list) || value.left != 0)
        return malformed(err);
    while (list.left != 0) {
        struct lc_der inside = { NULL, 0 };
        if (boxed ? !lc_der_enter(&list, LC_DER_SEQUENCE, &inside) ||
                        !lc_der_take(&inside, LC_DER_OID, &oid)
                  : !lc_der_take(&list, LC_DER_OID, &oid))
            return malformed(err);
        if (!lc_der_oid(&oid, text, err))
            return false;
        const char *name = boxed ? NULL : lc_extended_usage_name(text);
        if (!lc_strlist_add(out, name == NULL ? text : name, err))
            return false;
    }
    return true;
}

static bool decode_extended_usage(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    return decode_oids(value, false, out, err);
}

static bool decode_policies(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    return decode_oids(value, true, out, err);
}

static bool decode_constraints(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_extensions one = LC_EXTENSIONS_INIT;
    struct lc_extension self = { .oid = LC_OID_BASIC_CONSTRAINTS,
                                 .value = (unsigned char *)(uintptr_t)value.at,
                                 .value_len = value.left };
    bool is_ca;
    int path_length;

    one.items = &self;
    one.count = 1;
    if (!lc_ext_read_constraints(&one, &is_ca, &path_length))
        return malformed(err);
    if (is_ca && !lc_strlist_add(out, "ca", err))
        return false;
    return path_length < 0 || lc_strlist_addf(out, err, "path_length=%d", path_length);
}

static bool decode_key_id(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_der_item item;
    char hex[129];

    if (!lc_der_take(&value, LC_DER_OCTET_STRING, &item) || value.left != 0 ||
        item.len > sizeof(hex) / 2)
        return malformed(err);
    lc_hex_encode(item.bytes, item.len, hex);
    return lc_strlist_add(out, hex, err);
}

/* RFC 7633: 5 is status_request, "must staple". */
static bool decode_tls_feature(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_der list;
    struct lc_der_item item;
    int number;

    if (!lc_der_enter(&value, LC_DER_SEQUENCE, &list) || value.left != 0)
        return malformed(err);
    while (list.left != 0) {
        if (!lc_der_take(&list, LC_DER_INTEGER, &item) || !lc_der_small(&item, &number))
            return malformed(err);
        if (!(number == 5 ? lc_strlist_add(out, "must_staple", err)
                          : lc_strlist_addf(out, err, "%d", number)))
            return false;
    }
    return true;
}

static bool decode_names(const unsigned char *whole, size_t len, const char *before,
                         struct lc_strlist *out, struct lc_err *err)
{
    const struct lc_extension san = { .value = (unsigned char *)(uintptr_t)whole,
                                      .value_len = len };
    LC_AUTO(lc_sans_release) struct lc_sans names = LC_SANS_INIT;

    if (!lc_sans_read(&san, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!lc_strlist_addf(out, err, "%s%s:%s", before, lc_san_type_name(names.items[i].type),
                             names.items[i].value))
            return false;
    return true;
}

static bool decode_san(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    return decode_names(value.at, value.left, "", out, err);
}

/* GeneralSubtree: its base alone; an address is 4 or 16 bytes and as many of the mask. */
static bool decode_subtree(struct lc_der subtree, const char *before, struct lc_strlist *out,
                           struct lc_err *err)
{
    struct lc_der_item base;
    char text[LC_IP_TEXT_BYTES];

    if (!lc_der_next(&subtree, &base))
        return malformed(err);
    const int tag = base.tag & 0x1f;
    if (tag == 7 && (base.len == 8 || base.len == 32)) {
        int bits = 0;
        for (size_t i = base.len / 2; i < base.len; i++)
            for (unsigned mask = base.bytes[i]; mask != 0; mask &= mask - 1)
                bits++;
        lc_ip_format(base.bytes, base.len / 2, text);
        return lc_strlist_addf(out, err, "%sIP:%s/%d", before, text, bits);
    }
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(LC_CSR_MAX_BYTES);
    lc_buf_putc(&list, LC_DER_SEQUENCE);
    if (base.whole_len >= 0x100)
        lc_buf_putc(&list, (char)0x82);
    else if (base.whole_len >= 0x80)
        lc_buf_putc(&list, (char)0x81);
    if (base.whole_len >= 0x10000)
        return malformed(err);
    if (base.whole_len >= 0x100)
        lc_buf_putc(&list, (char)(base.whole_len >> 8));
    lc_buf_putc(&list, (char)(base.whole_len & 0xff));
    lc_buf_add(&list, base.whole, base.whole_len);
    return lc_buf_check(&list, err) &&
           decode_names((const unsigned char *)list.data, list.len, before, out, err);
}

static bool decode_name_constraints(struct lc_der value, struct lc_strlist *out, struct lc_err *err)
{
    static const char *const words[] = { "permitted ", "excluded " };
    struct lc_der inside;
    struct lc_der list;
    struct lc_der subtree;

    if (!lc_der_enter(&value, LC_DER_SEQUENCE, &inside) || value.left != 0)
        return malformed(err);
    for (int kind = 0; kind < 2; kind++) {
        if (!lc_der_enter(&inside, LC_DER_CONTEXT_BOX + kind, &list))
            continue;
        while (list.left != 0)
            if (!lc_der_enter(&list, LC_DER_SEQUENCE, &subtree))
                return malformed(err);
            else if (!decode_subtree(subtree, words[kind], out, err))
                return false;
    }
    return inside.left == 0 || malformed(err);
}

static const struct known {
    const char *oid;
    const char *name;
    decode_fn decode; /* NULL: known by name, not read */
} all_known[] = {
    { LC_OID_SAN, "subject_alt_name", decode_san },
    { LC_OID_KEY_USAGE, "key_usage", decode_key_usage },
    { LC_OID_EXTENDED_KEY_USAGE, "extended_key_usage", decode_extended_usage },
    { LC_OID_BASIC_CONSTRAINTS, "basic_constraints", decode_constraints },
    { LC_OID_SUBJECT_KEY_ID, "subject_key_id", decode_key_id },
    { LC_OID_AUTHORITY_KEY_ID, "authority_key_id", NULL },
    { "2.5.29.30", "name_constraints", decode_name_constraints },
    { "2.5.29.32", "certificate_policies", decode_policies },
    { "1.3.6.1.5.5.7.1.24", "tls_feature", decode_tls_feature },
};

static const struct known *find(const char *oid)
{
    for (size_t i = 0; i < LC_COUNT(all_known); i++)
        if (strcmp(all_known[i].oid, oid) == 0)
            return &all_known[i];
    return NULL;
}

const char *lc_extension_name(const char *oid)
{
    const struct known *known = find(oid);

    return known == NULL ? NULL : known->name;
}

bool lc_extension_decode(const struct lc_extension *extension, const char **name_out,
                         struct lc_strlist *out, struct lc_err *err)
{
    const struct known *known = find(extension->oid);
    LC_AUTO(lc_strlist_release) struct lc_strlist texts = LC_STRLIST_INIT;
    struct lc_err why = LC_ERR_INIT;

    *name_out = NULL;
    if (known == NULL)
        return true;
    const struct lc_der value = { extension->value, extension->value_len };
    if (known->decode != NULL && !known->decode(value, &texts, &why)) {
        if (why.code != LC_ENOMEM)
            return true;
        *err = why;
        return false;
    }
    *name_out = known->name;
    return lc_strlist_copy(out, &texts, err);
}

/* --- name constraints ------------------------------------------------------------------------ */

static bool is_permitted_by(X509 *cert, const struct lc_cert *ca, struct lc_err *err)
{
    LC_AUTO(X509_free) X509 *issuer = lc_cert_open(ca);
    const char *name = lc_name_get(lc_cert_subject(ca), LC_OID_COMMON_NAME);

    if (issuer == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "a CA certificate of the chain cannot be read");
    /* It is there: what cannot be read forbids. */
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(issuer, NID_name_constraints, NULL, NULL);
    const int verdict = constraints == NULL ? X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX
                                            : NAME_CONSTRAINTS_check(cert, constraints);
    NAME_CONSTRAINTS_free(constraints);
    lc_ossl_clear();
    if (verdict == X509_V_OK)
        return true;
    return lc_fail(err, LC_ECRYPTO, "the name constraints of the CA '%.80s' forbid it: %s",
                   name == NULL ? "" : name, X509_verify_cert_error_string(verdict));
}

bool lc_cert_is_permitted(const struct lc_cert *cert, const struct lc_chain *chain,
                          struct lc_err *err)
{
    LC_AUTO(X509_free) X509 *opened = NULL;

    for (size_t i = 0; i < chain->count; i++) {
        if (lc_extensions_get(lc_cert_extensions(chain->items[i]), "2.5.29.30") == NULL)
            continue;
        if (opened == NULL)
            opened = lc_cert_open(cert);
        /* The purpose's only use: OpenSSL then has the names that it checks at hand. */
        if (opened == NULL || X509_check_purpose(opened, -1, 0) != 1)
            return lc_ossl_fail(err, LC_ECRYPTO, "the certificate cannot be read");
        if (!is_permitted_by(opened, chain->items[i], err))
            return false;
    }
    return true;
}
