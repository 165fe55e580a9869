/* Certificates: issued for requests, and self-signed CAs (tls-certificates 2.6 to 2.8). */
#include <string.h>

#include "x509/cert_build.h"
#include "x509/csr_ossl.h"

/* The end of the year 9999, which is as far as GeneralizedTime goes. */
#define LAST_TIME ((int64_t)253402300799)

#define SERIAL_BYTES 20 /* RFC 5280 section 4.1.2.2 */

/* --- what the shape asks for --------------------------------------------------------------- */

#define BIT(usage) (1u << (usage))

static bool read_usages(const char *const *names, unsigned *bits, struct lc_err *err)
{
    *bits = 0;
    for (; *names != NULL; names++) {
        const int bit = lc_usage_bit(*names);
        if (bit < 0)
            return lc_fail(err, LC_EUSAGE, "there is no key usage '%.80s'", *names);
        *bits |= BIT(bit);
    }
    return true;
}

static unsigned default_usages(bool is_ca, enum lc_key_type type)
{
    if (is_ca)
        return BIT(LC_USAGE_KEY_CERT_SIGN) | BIT(LC_USAGE_CRL_SIGN);
    return BIT(LC_USAGE_DIGITAL_SIGNATURE) |
           (type == LC_KEY_RSA ? BIT(LC_USAGE_KEY_ENCIPHERMENT) : 0);
}

static bool check_usages(const struct lc_cert_shape *shape, enum lc_key_type type, unsigned *bits,
                         struct lc_err *err)
{
    const unsigned signing = BIT(LC_USAGE_KEY_CERT_SIGN) | BIT(LC_USAGE_CRL_SIGN);

    *bits = default_usages(shape->is_ca, type);
    if (shape->key_usage != NULL && !read_usages(shape->key_usage, bits, err))
        return false;
    if (!shape->is_ca && (*bits & signing) != 0)
        return lc_fail(err, LC_EUSAGE, "key_cert_sign and crl_sign are for a CA only");
    if (shape->is_ca && (*bits & BIT(LC_USAGE_KEY_CERT_SIGN)) == 0)
        return lc_fail(err, LC_EUSAGE, "the key usage of a CA must have key_cert_sign");
    for (const char *const *name = shape->extended_key_usage; name != NULL && *name != NULL; name++)
        if (lc_extended_usage_oid(*name) == NULL && !lc_oid_is_canonical(*name))
            return lc_fail(err, LC_EUSAGE, "there is no extended key usage '%.80s'", *name);
    return true;
}

/* limit: what notAfter is cut at; cut: whether that is fine. */
static bool check_times(const struct lc_cert_shape *shape, int64_t limit, bool cut,
                        int64_t *not_after, struct lc_err *err)
{
    const int64_t begin = shape->not_before;

    if (begin < 0 || begin > LAST_TIME)
        return lc_fail(err, LC_EUSAGE, "notBefore must lie in the years 1970 to 9999");
    if (shape->validity_s <= 0)
        return lc_fail(err, LC_EUSAGE, "the validity must be a second at least");
    if (begin >= limit)
        return lc_fail(err, LC_EUSAGE, "the CA certificate ends before notBefore");
    const bool fits = shape->validity_s <= limit - begin;
    if (!fits && !cut)
        return lc_fail(err, LC_EUSAGE, "notAfter must not lie past the year 9999");
    *not_after = fits ? begin + shape->validity_s : limit;
    return true;
}

static bool check_path_length(const struct lc_cert_shape *shape, bool is_ca, struct lc_err *err)
{
    if (shape->path_length < -1 || (shape->path_length >= 0 && !is_ca))
        return lc_fail(err, LC_EUSAGE, "a path length is for a CA, and 0 or more");
    return true;
}

/* --- who signs, and for whom --------------------------------------------------------------- */

static bool check_ca(const struct lc_cert *ca, const struct lc_key *key, bool for_ca,
                     struct lc_err *err)
{
    const char *name = lc_name_get(lc_cert_subject(ca), LC_OID_COMMON_NAME);
    const char *what = NULL;
    bool has_usages;
    unsigned bits;

    if (!lc_cert_matches_key(ca, key))
        what = "the CA key is not that of the CA certificate";
    else if (!lc_cert_is_ca(ca))
        what = "the issuing certificate is not one of a CA";
    else if (!lc_ext_read_key_usage(lc_cert_extensions(ca), &has_usages, &bits) ||
             (has_usages && (bits & BIT(LC_USAGE_KEY_CERT_SIGN)) == 0))
        what = "the CA certificate may not sign certificates (key usage)";
    else if (for_ca && lc_cert_path_length(ca) == 0)
        what = "the CA certificate may not sign further CAs (path length)";
    if (what != NULL)
        return lc_fail(err, LC_ECRYPTO, "%s: '%.80s'", what, name == NULL ? "" : name);
    return true;
}

/* A backslash begins what was not text. */
static bool is_clear(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == '\\')
            return false;
    return true;
}

/* Some readers end a name at a zero byte, so that it says one thing to us and another to them. */
static bool check_names(const struct lc_csr *csr, struct lc_err *err)
{
    const struct lc_name *subject = lc_csr_subject(csr);
    const struct lc_sans *sans = lc_csr_sans(csr);
    const char *email = lc_name_get(subject, LC_OID_EMAIL);

    for (size_t i = 0; i < sans->count; i++) {
        const struct lc_san *san = &sans->items[i];
        if ((san->type == LC_SAN_DNS || san->type == LC_SAN_EMAIL) && !is_clear(san->value))
            return lc_fail(err, LC_EPARSE, "the name '%.80s' is not visible ASCII", san->value);
    }
    if (email != NULL && !is_clear(email))
        return lc_fail(err, LC_EPARSE, "the e-mail address '%.80s' is not visible ASCII", email);
    for (size_t i = 0; i < subject->count; i++)
        if (strstr(subject->entries[i].value, "\\x00") != NULL)
            return lc_fail(err, LC_EPARSE, "%s '%.80s' has a zero byte",
                           subject->entries[i].long_name, subject->entries[i].value);
    return true;
}

/* --- extensions ---------------------------------------------------------------------------- */

/* Identifier of a key: the SHA-1 of its bits, RFC 5280 section 4.2.1.2 (1). */
static ASN1_OCTET_STRING *new_key_id(const X509 *cert)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len;
    LC_AUTO(ASN1_STRING_free) ASN1_STRING *id = ASN1_OCTET_STRING_new();

    if (id == NULL || X509_pubkey_digest(cert, EVP_sha1(), digest, &len) != 1 ||
        ASN1_STRING_set(id, digest, (int)len) != 1)
        return NULL;
    return LC_STEAL(id);
}

/* The CA certificate's own identifier, or the usual one where it has none. */
static ASN1_OCTET_STRING *new_ca_key_id(const struct lc_cert *ca)
{
    const struct lc_extension *own = lc_extensions_get(lc_cert_extensions(ca),
                                                       LC_OID_SUBJECT_KEY_ID);
    struct lc_der_item item;

    if (own != NULL) {
        struct lc_der in = { own->value, own->value_len };
        LC_AUTO(ASN1_STRING_free) ASN1_STRING *id = ASN1_OCTET_STRING_new();
        if (id != NULL && lc_der_take(&in, LC_DER_OCTET_STRING, &item) && item.len <= INT_MAX &&
            ASN1_STRING_set(id, item.bytes, (int)item.len) == 1)
            return LC_STEAL(id);
    }
    LC_AUTO(X509_free) X509 *cert = lc_cert_open(ca);
    return cert == NULL ? NULL : new_key_id(cert);
}

static bool push_authority_key_id(STACK_OF(X509_EXTENSION) * stack, const struct lc_cert *ca,
                                  struct lc_err *err)
{
    LC_AUTO(AUTHORITY_KEYID_free) AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

    if (id != NULL)
        id->keyid = new_ca_key_id(ca);
    if (id == NULL || id->keyid == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the authority key identifier");
    return lc_ext_push(stack, NID_authority_key_identifier, false, id, err);
}

static bool push_subject_key_id(STACK_OF(X509_EXTENSION) * stack, const X509 *cert,
                                struct lc_err *err)
{
    LC_AUTO(ASN1_STRING_free) ASN1_OCTET_STRING *id = new_key_id(cert);

    if (id == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the subject key identifier");
    return lc_ext_push(stack, NID_subject_key_identifier, false, id, err);
}

static bool push_constraints(STACK_OF(X509_EXTENSION) * stack, bool is_ca, int path_length,
                             struct lc_err *err)
{
    LC_AUTO(BASIC_CONSTRAINTS_free) BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();

    if (constraints == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the basic constraints");
    constraints->ca = is_ca ? 0xff : 0;
    if (path_length >= 0) {
        constraints->pathlen = ASN1_INTEGER_new();
        if (constraints->pathlen == NULL ||
            ASN1_INTEGER_set(constraints->pathlen, path_length) != 1)
            return lc_ossl_fail(err, LC_ENOMEM, "cannot write the path length");
    }
    return lc_ext_push(stack, NID_basic_constraints, true, constraints, err);
}

static bool push_key_usage(STACK_OF(X509_EXTENSION) * stack, unsigned bits, struct lc_err *err)
{
    LC_AUTO(ASN1_STRING_free) ASN1_BIT_STRING *string = ASN1_BIT_STRING_new();

    if (bits == 0)
        return true;
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++)
        if ((bits & BIT(bit)) != 0 &&
            (string == NULL || ASN1_BIT_STRING_set_bit(string, bit, 1) != 1))
            return lc_ossl_fail(err, LC_ENOMEM, "cannot write the key usage");
    return lc_ext_push(stack, NID_key_usage, true, string, err);
}

static bool push_extended_usage(STACK_OF(X509_EXTENSION) * stack, const char *const *names,
                                struct lc_err *err)
{
    LC_AUTO(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages = EXTENDED_KEY_USAGE_new();

    if (*names == NULL)
        return true;
    for (; *names != NULL; names++) {
        const char *oid = lc_extended_usage_oid(*names);
        LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *object = OBJ_txt2obj(oid == NULL ? *names : oid, 1);
        if (usages == NULL || object == NULL || sk_ASN1_OBJECT_push(usages, object) <= 0)
            return lc_ossl_fail(err, LC_ENOMEM, "cannot write the extended key usage");
        (void)LC_STEAL(object);
    }
    return lc_ext_push(stack, NID_ext_key_usage, false, usages, err);
}

static bool push_sans(STACK_OF(X509_EXTENSION) * stack, GENERAL_NAMES *names, bool critical,
                      struct lc_err *err)
{
    return sk_GENERAL_NAME_num(names) == 0 ||
           lc_ext_push(stack, NID_subject_alt_name, critical, names, err);
}

static bool push_decided_sans(STACK_OF(X509_EXTENSION) * stack, const struct lc_sans *sans,
                              bool critical, struct lc_err *err)
{
    LC_AUTO(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();

    if (names == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the names");
    for (size_t i = 0; i < sans->count; i++)
        if (!lc_sans_push_san(names, &sans->items[i], err))
            return false;
    return push_sans(stack, names, critical, err);
}

/* The CSR's names by kind, each in its order, and the subject's e-mail address. */
static bool push_csr_sans(STACK_OF(X509_EXTENSION) * stack, const struct lc_csr *csr,
                          struct lc_err *err)
{
    static const enum lc_san_type order[] = { LC_SAN_DNS, LC_SAN_IP, LC_SAN_OID, LC_SAN_EMAIL };
    const struct lc_sans *sans = lc_csr_sans(csr);
    const char *email = lc_name_get(lc_csr_subject(csr), LC_OID_EMAIL);
    bool has_email = email == NULL || *email == '\0';
    LC_AUTO(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();

    if (names == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the names");
    for (size_t kind = 0; kind < LC_COUNT(order); kind++) {
        for (size_t i = 0; i < sans->count; i++) {
            const struct lc_san *san = &sans->items[i];
            if (san->type != order[kind])
                continue;
            has_email = has_email || (san->type == LC_SAN_EMAIL && strcmp(san->value, email) == 0);
            if (!lc_sans_push(names, san->type, san->value, err))
                return false;
        }
    }
    if (!has_email && !lc_sans_push(names, LC_SAN_EMAIL, email, err))
        return false;
    return push_sans(stack, names, lc_csr_subject(csr)->count == 0, err);
}

static bool push_attrs_sans(STACK_OF(X509_EXTENSION) * stack, const struct lc_attrs *attrs,
                            struct lc_err *err)
{
    LC_AUTO(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();

    if (names == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the names");
    if (attrs->email_address != NULL &&
        !lc_sans_push(names, LC_SAN_EMAIL, attrs->email_address, err))
        return false;
    return lc_sans_push_list(names, LC_SAN_DNS, &attrs->sans_dns, err) &&
           lc_sans_push_list(names, LC_SAN_IP, &attrs->sans_ip, err) &&
           lc_sans_push_list(names, LC_SAN_OID, &attrs->sans_oid, err) &&
           push_sans(stack, names, false, err);
}

/* Those of the CSR whose OIDs are wanted, but never what says who may sign what. */
static const struct lc_extension *to_copy(const struct lc_csr *csr, const char *oid)
{
    static const char *const ours[] = { LC_OID_BASIC_CONSTRAINTS, LC_OID_KEY_USAGE, LC_OID_SAN,
                                        LC_OID_SUBJECT_KEY_ID, LC_OID_AUTHORITY_KEY_ID };

    for (size_t i = 0; i < LC_COUNT(ours); i++)
        if (strcmp(ours[i], oid) == 0)
            return NULL;
    return lc_extensions_get(lc_csr_extensions(csr), oid);
}

static bool is_pushed(const STACK_OF(X509_EXTENSION) * stack, const char *oid, bool *out,
                      struct lc_err *err)
{
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);

    if (object == NULL)
        return lc_ossl_fail(err, LC_EINTERNAL, "extension '%s' has no object identifier", oid);
    *out = X509v3_get_ext_by_OBJ(stack, object, -1) >= 0;
    return true;
}

static bool push_copied(STACK_OF(X509_EXTENSION) * stack, const struct lc_csr *csr,
                        const char *const *oids, struct lc_err *err)
{
    for (; oids != NULL && *oids != NULL; oids++) {
        const struct lc_extension *extension = to_copy(csr, *oids);
        bool pushed = false;
        if (extension == NULL)
            continue;
        if (!is_pushed(stack, *oids, &pushed, err) ||
            (!pushed && !lc_ext_push_der(stack, extension, err)))
            return false;
    }
    return true;
}

/* --- the certificate ----------------------------------------------------------------------- */

static bool set_serial(X509 *cert, struct lc_err *err)
{
    unsigned char bytes[SERIAL_BYTES];

    if (!lc_ossl_random(bytes, sizeof(bytes), err))
        return false;
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, not zero, always 20 bytes */
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    const bool done = number != NULL &&
                      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return done || lc_ossl_fail(err, LC_ENOMEM, "cannot write the serial number");
}

/* UTCTime until 2049, then GeneralizedTime, RFC 5280 section 4.1.2.5. */
static bool set_times(X509 *cert, int64_t not_before, int64_t not_after, struct lc_err *err)
{
    if (ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)not_before) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)not_after) == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the validity");
    return true;
}

/* Without names and extensions. */
static X509 *new_certificate(const struct lc_der_item *spki, int64_t not_before, int64_t not_after,
                             struct lc_err *err)
{
    LC_AUTO(X509_free) X509 *cert = X509_new();

    if (cert == NULL || X509_set_version(cert, 2) != 1) {
        (void)lc_ossl_fail(err, LC_ECRYPTO, "cannot make a certificate"); /* of version 3 */
        return NULL;
    }
    if (!lc_spki_copy(spki, X509_get_X509_PUBKEY(cert), err) || !set_serial(cert, err) ||
        !set_times(cert, not_before, not_after, err))
        return NULL;
    return LC_STEAL(cert);
}

static bool push_leaf_extensions(STACK_OF(X509_EXTENSION) * stack, const X509 *cert,
                                 const struct lc_csr *csr, const struct lc_cert *ca,
                                 const struct lc_cert_shape *shape, unsigned usages,
                                 struct lc_err *err)
{
    static const char *const server_and_client[] = { "server_auth", "client_auth", NULL };
    static const char *const copied_usage[] = { LC_OID_EXTENDED_KEY_USAGE, NULL };
    bool copies_usage = false;

    if (!push_authority_key_id(stack, ca, err) || !push_subject_key_id(stack, cert, err) ||
        !push_constraints(stack, shape->is_ca, shape->path_length, err) ||
        !(shape->names == NULL
              ? push_csr_sans(stack, csr, err)
              : push_decided_sans(stack, shape->names,
                                  X509_NAME_entry_count(X509_get_subject_name(cert)) == 0, err)) ||
        !push_key_usage(stack, usages, err) ||
        !lc_cert_push_name_constraints(stack, shape->permitted, shape->excluded, err))
        return false;
    for (const char *const *oid = shape->copy_extensions; oid != NULL && *oid != NULL; oid++)
        copies_usage = copies_usage ||
                       (strcmp(*oid, LC_OID_EXTENDED_KEY_USAGE) == 0 && to_copy(csr, *oid) != NULL);
    if (shape->extended_key_usage != NULL) {
        if (!push_extended_usage(stack, shape->extended_key_usage, err))
            return false;
    } else if (copies_usage) {
        if (!push_copied(stack, csr, copied_usage, err))
            return false;
    } else if (!shape->is_ca && !push_extended_usage(stack, server_and_client, err)) {
        return false;
    }
    return push_copied(stack, csr, shape->copy_extensions, err);
}

static bool check_constraints(const struct lc_cert_shape *shape, struct lc_err *err)
{
    if (!shape->is_ca && (shape->permitted != NULL || shape->excluded != NULL))
        return lc_fail(err, LC_EUSAGE, "name constraints are for a CA");
    return true;
}

bool lc_cert_prepare(const struct lc_csr *csr, const struct lc_cert *ca,
                     const struct lc_key *ca_key, const struct lc_cert_shape *shape,
                     struct lc_cert_draft **out, struct lc_err *err)
{
    unsigned usages;
    int64_t not_after;

    lc_ossl_start();
    if (!check_usages(shape, lc_csr_key_type(csr), &usages, err) ||
        !check_path_length(shape, shape->is_ca, err) || !check_constraints(shape, err) ||
        !check_ca(ca, ca_key, shape->is_ca, err) ||
        !check_times(shape, lc_cert_not_after(ca), true, &not_after, err) ||
        !check_names(csr, err) || !lc_csr_verify(csr, err))
        return false;
    LC_AUTO(X509_NAME_free) X509_NAME *issuer = lc_cert_open_subject(ca);
    LC_AUTO(X509_NAME_free) X509_NAME *subject = lc_csr_open_subject(csr);
    LC_AUTO(lc_ext_stack_free) STACK_OF(X509_EXTENSION) *stack = sk_X509_EXTENSION_new_null();
    if (issuer == NULL || stack == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot read the CA certificate");
    LC_AUTO(X509_free)
    X509 *cert = new_certificate(lc_csr_spki(csr), shape->not_before, not_after, err);
    if (cert == NULL)
        return false;
    if (subject == NULL || X509_set_subject_name(cert, subject) != 1 ||
        X509_set_issuer_name(cert, issuer) != 1) /* D-31 */
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the certificate's names");
    return lc_cert_change_subject(cert, shape->subject, shape->subject_count, err) &&
           push_leaf_extensions(stack, cert, csr, ca, shape, usages, err) &&
           lc_cert_draft_new(cert, stack, ca_key, out, err);
}

bool lc_cert_issue(const struct lc_csr *csr, const struct lc_cert *ca, const struct lc_key *ca_key,
                   const struct lc_cert_shape *shape, struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = NULL;

    return lc_cert_prepare(csr, ca, ca_key, shape, &draft, err) &&
           lc_cert_draft_sign(draft, ca_key, out, err);
}

bool lc_cert_self_sign(const struct lc_attrs *attrs, const struct lc_key *key,
                       const struct lc_cert_shape *shape, struct lc_cert **out, struct lc_err *err)
{
    const unsigned usages = default_usages(true, lc_key_type(key)) |
                            default_usages(false, lc_key_type(key));
    const struct lc_der_item spki = lc_key_spki(key);
    int64_t not_after;
    LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = NULL;

    lc_ossl_start();
    if (!check_path_length(shape, true, err) ||
        !check_times(shape, LAST_TIME, false, &not_after, err))
        return false;
    LC_AUTO(X509_free) X509 *cert = new_certificate(&spki, shape->not_before, not_after, err);
    LC_AUTO(X509_NAME_free) X509_NAME *name = X509_NAME_new();
    LC_AUTO(lc_ext_stack_free) STACK_OF(X509_EXTENSION) *stack = sk_X509_EXTENSION_new_null();
    if (cert == NULL)
        return false;
    if (name == NULL || stack == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot make a certificate");
    if (!lc_name_build(attrs, attrs->add_unique_id_to_subject_name, name, err))
        return false;
    if (X509_NAME_entry_count(name) == 0)
        return lc_fail(err, LC_EUSAGE, "a CA certificate must have a subject, such as common_name");
    if (X509_set_subject_name(cert, name) != 1 || X509_set_issuer_name(cert, name) != 1)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the certificate's names");
    return push_subject_key_id(stack, cert, err) &&
           push_constraints(stack, true, shape->path_length, err) &&
           push_key_usage(stack, usages, err) && push_attrs_sans(stack, attrs, err) &&
           lc_cert_draft_new(cert, stack, key, &draft, err) &&
           lc_cert_draft_sign(draft, key, out, err);
}

/* --- a CA of another one ------------------------------------------------------------------- */

/* All but the authority key identifier, which is the issuer's. */
static bool push_those_of(STACK_OF(X509_EXTENSION) * stack, const X509 *model, struct lc_err *err)
{
    for (int i = 0; i < X509_get_ext_count(model); i++) {
        const X509_EXTENSION *extension = X509_get_ext(model, i);
        if (OBJ_obj2nid(X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)extension)) ==
            NID_authority_key_identifier)
            continue;
        LC_AUTO(X509_EXTENSION_free) X509_EXTENSION *copy = X509_EXTENSION_dup(extension);
        if (copy == NULL || sk_X509_EXTENSION_push(stack, copy) == 0)
            return lc_ossl_fail(err, LC_ENOMEM, "cannot copy an extension");
        (void)LC_STEAL(copy);
    }
    return true;
}

bool lc_cert_cross_sign(const struct lc_cert *model, const struct lc_cert *ca,
                        const struct lc_key *ca_key, int64_t not_before, struct lc_cert **out,
                        struct lc_err *err)
{
    const int64_t end = lc_cert_not_after(model);
    const struct lc_cert_shape shape = { .not_before = not_before,
                                         .validity_s = end - not_before,
                                         .is_ca = true };
    int64_t not_after;

    lc_ossl_start();
    if (!check_ca(ca, ca_key, true, err) ||
        !check_times(&shape, lc_cert_not_after(ca), true, &not_after, err))
        return false;
    LC_AUTO(X509_free) X509 *same = lc_cert_open(model);
    LC_AUTO(X509_free) X509 *issuer = lc_cert_open(ca);
    LC_AUTO(lc_ext_stack_free) STACK_OF(X509_EXTENSION) *stack = sk_X509_EXTENSION_new_null();
    LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = NULL;
    if (same == NULL || issuer == NULL || stack == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot read the CA certificates");
    LC_AUTO(X509_free)
    X509 *cert = new_certificate(lc_cert_spki(model), not_before, not_after, err);
    if (cert == NULL)
        return false;
    if (X509_set_subject_name(cert, X509_get_subject_name(same)) != 1 ||
        X509_set_issuer_name(cert, X509_get_subject_name(issuer)) != 1)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the certificate's names");
    return push_authority_key_id(stack, ca, err) && push_those_of(stack, same, err) &&
           lc_cert_draft_new(cert, stack, ca_key, &draft, err) &&
           lc_cert_draft_sign(draft, ca_key, out, err);
}
