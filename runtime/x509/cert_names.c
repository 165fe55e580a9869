/* What a decision changes of a certificate's names: its subject, and the name constraints of a CA.
 */
#include <string.h>

#include "x509/cert_build.h"

static bool is_of(const X509_NAME_ENTRY *entry, const char *oid)
{
    char text[LC_OID_TEXT_BYTES];

    return OBJ_obj2txt(text, sizeof(text), X509_NAME_ENTRY_get_object(entry), 1) > 0 &&
           strcmp(text, oid) == 0;
}

/* The types of RFC 5280 appendix A. */
static int type_of(const char *oid)
{
    return strcmp(oid, LC_OID_COUNTRY) == 0 ? V_ASN1_PRINTABLESTRING
           : strcmp(oid, LC_OID_EMAIL) == 0 ? V_ASN1_IA5STRING
                                            : V_ASN1_UTF8STRING;
}

static bool change(X509_NAME *name, const struct lc_subject_change *wanted, struct lc_err *err)
{
    int place = -1;

    for (int i = X509_NAME_entry_count(name); i-- > 0;) {
        if (!is_of(X509_NAME_get_entry(name, i), wanted->oid))
            continue;
        X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, i));
        place = i;
    }
    if (wanted->value == NULL)
        return true;
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *oid = OBJ_txt2obj(wanted->oid, 1);
    const size_t len = strlen(wanted->value);
    if (oid == NULL || len == 0 || len > INT_MAX ||
        X509_NAME_add_entry_by_OBJ(name, oid, type_of(wanted->oid),
                                   (const unsigned char *)wanted->value, (int)len, place, 0) != 1)
        return lc_ossl_fail(err, LC_EUSAGE, "cannot write '%.80s' into the subject", wanted->value);
    return true;
}

bool lc_cert_change_subject(X509 *cert, const struct lc_subject_change *changes, size_t count,
                            struct lc_err *err)
{
    if (count == 0)
        return true;
    LC_AUTO(X509_NAME_free) X509_NAME *name = X509_NAME_dup(X509_get_subject_name(cert));
    if (name == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the subject");
    for (size_t i = 0; i < count; i++)
        if (!change(name, &changes[i], err))
            return false;
    return X509_set_subject_name(cert, name) == 1 ||
           lc_ossl_fail(err, LC_ENOMEM, "cannot write the subject");
}

/* --- name constraints ------------------------------------------------------------------------ */

LC_AUTO_POINTER(NAME_CONSTRAINTS, NAME_CONSTRAINTS_free);
LC_AUTO_POINTER(GENERAL_SUBTREE, GENERAL_SUBTREE_free);

static bool read_length(const char *network, size_t address_len, size_t *bits)
{
    const char *slash = strchr(network, '/');
    size_t number = 0;

    *bits = address_len * 8;
    if (slash == NULL)
        return true;
    for (const char *at = slash + 1; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > 128)
            return false;
        number = number * 10 + (size_t)(*at - '0');
    }
    if (slash[1] == '\0' || number > *bits)
        return false;
    *bits = number;
    return true;
}

/* An address and its mask, RFC 5280 section 4.2.1.10. */
static ASN1_OCTET_STRING *new_network(const char *network)
{
    unsigned char bytes[32] = { 0 };
    char address[LC_IP_TEXT_BYTES];
    const size_t text_len = strcspn(network, "/");
    size_t len;
    size_t bits;

    if (text_len >= sizeof(address))
        return NULL;
    memcpy(address, network, text_len);
    address[text_len] = '\0';
    if (!lc_ip_parse(address, bytes, &len) || !read_length(network, len, &bits))
        return NULL;
    for (size_t bit = 0; bit < bits; bit++)
        bytes[len + bit / 8] |= (unsigned char)(0x80 >> bit % 8);
    LC_AUTO(ASN1_STRING_free) ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
    if (string == NULL || ASN1_STRING_set(string, bytes, (int)(2 * len)) != 1)
        return NULL;
    return LC_STEAL(string);
}

static GENERAL_SUBTREE *new_subtree(const struct lc_san *san)
{
    LC_AUTO(GENERAL_SUBTREE_free) GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
    const bool is_network = san->type == LC_SAN_IP;
    LC_AUTO(ASN1_STRING_free)
    ASN1_STRING *string = is_network ? new_network(san->value)
                                     : ASN1_STRING_type_new(V_ASN1_IA5STRING);

    if (subtree == NULL || string == NULL ||
        (!is_network && ASN1_STRING_set(string, san->value, -1) != 1))
        return NULL;
    GENERAL_NAME_set0_value(subtree->base,
                            is_network                  ? GEN_IPADD
                            : san->type == LC_SAN_DNS   ? GEN_DNS
                            : san->type == LC_SAN_EMAIL ? GEN_EMAIL
                                                        : GEN_URI,
                            LC_STEAL(string));
    return LC_STEAL(subtree);
}

static bool fill(STACK_OF(GENERAL_SUBTREE) * *out, const struct lc_sans *sans, struct lc_err *err)
{
    if (sans == NULL || sans->count == 0)
        return true;
    *out = sk_GENERAL_SUBTREE_new_null();
    for (size_t i = 0; *out != NULL && i < sans->count; i++) {
        LC_AUTO(GENERAL_SUBTREE_free) GENERAL_SUBTREE *subtree = new_subtree(&sans->items[i]);
        if (subtree == NULL || sk_GENERAL_SUBTREE_push(*out, subtree) <= 0)
            return lc_ossl_fail(err, LC_EUSAGE, "cannot write the name constraint '%.80s'",
                                sans->items[i].value);
        (void)LC_STEAL(subtree);
    }
    return *out != NULL || lc_ossl_fail(err, LC_ENOMEM, "cannot write the name constraints");
}

bool lc_cert_push_name_constraints(STACK_OF(X509_EXTENSION) * stack,
                                   const struct lc_sans *permitted, const struct lc_sans *excluded,
                                   struct lc_err *err)
{
    if ((permitted == NULL || permitted->count == 0) && (excluded == NULL || excluded->count == 0))
        return true;
    LC_AUTO(NAME_CONSTRAINTS_free) NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    if (constraints == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the name constraints");
    return fill(&constraints->permittedSubtrees, permitted, err) &&
           fill(&constraints->excludedSubtrees, excluded, err) &&
           lc_ext_push(stack, NID_name_constraints, true, constraints, err);
}
