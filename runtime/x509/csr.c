/* Certificate signing requests: read once, then views. Making one is in csr_generate.c. */
#include "x509/csr.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "x509/csr_ossl.h"
#include "x509/parts.h"
#include "x509/pem.h"

static const struct lc_pem_kind csr_kind = {
    .what = "certificate request",
    .labels = (const char *const[]){ "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL },
};

struct lc_csr {
    unsigned references;
    struct lc_object object;
    struct lc_name subject;
    struct lc_sans sans;
    struct lc_extensions extensions;
    struct lc_strlist attributes;
    struct lc_spki spki;
    char signature_algorithm[LC_OID_TEXT_BYTES];
    struct lc_der_item subject_der; /* of the object's DER, as the next */
    struct lc_der_item spki_der;
    bool verified; /* the signature; false: it was not looked at yet, or does not verify */
};

struct lc_csr *lc_csr_ref(struct lc_csr *csr)
{
    csr->references++;
    return csr;
}

void lc_csr_unref(struct lc_csr *csr)
{
    if (csr == NULL || --csr->references != 0)
        return;
    lc_object_release(&csr->object);
    lc_name_release(&csr->subject);
    lc_sans_release(&csr->sans);
    lc_extensions_release(&csr->extensions);
    lc_strlist_release(&csr->attributes);
    lc_free(csr);
}

/* The one value of an extensionRequest, RFC 2985 section 5.4.2. */
static bool read_extension_request(struct lc_der attribute, struct lc_csr *csr, struct lc_err *err)
{
    struct lc_der values;
    struct lc_der_item list;

    if (!lc_der_enter(&attribute, LC_DER_SET, &values) || attribute.left != 0 ||
        !lc_der_take(&values, LC_DER_SEQUENCE, &list) || values.left != 0)
        return lc_fail(err, LC_EPARSE, "the extension request is malformed");
    if (csr->extensions.count != 0)
        return lc_fail(err, LC_EPARSE, "there are two extension requests");
    return lc_extensions_read(&list, &csr->extensions, err);
}

/* Of the attributes only those with extensions count: PKCS#9's and Microsoft's older one. */
static bool read_attributes(struct lc_der in, struct lc_csr *csr, struct lc_err *err)
{
    static const unsigned char pkcs9[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e };
    static const unsigned char microsoft[] = { 0x2b, 0x06, 0x01, 0x04, 0x01,
                                               0x82, 0x37, 0x02, 0x01, 0x0e };
    struct lc_der attribute;
    struct lc_der_item type;
    char text[LC_OID_TEXT_BYTES];

    while (in.left != 0) {
        if (!lc_der_enter(&in, LC_DER_SEQUENCE, &attribute) ||
            !lc_der_take(&attribute, LC_DER_OID, &type))
            return lc_fail(err, LC_EPARSE, "an attribute is malformed");
        if (!lc_bytes_equal(type.bytes, type.len, pkcs9, sizeof(pkcs9)) &&
            !lc_bytes_equal(type.bytes, type.len, microsoft, sizeof(microsoft))) {
            if (!lc_der_oid(&type, text, err) || !lc_strlist_add(&csr->attributes, text, err))
                return false;
            continue;
        }
        if (!read_extension_request(attribute, csr, err))
            return false;
    }
    return true;
}

/* CertificationRequestInfo, RFC 2986 section 4.1. Some programs leave the attributes out. */
static bool read_info(struct lc_der in, struct lc_csr *csr, struct lc_err *err)
{
    struct lc_der_item version;
    struct lc_der attributes = { NULL, 0 };
    int number;

    if (!lc_der_take(&in, LC_DER_INTEGER, &version) || !lc_der_small(&version, &number) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &csr->subject_der) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &csr->spki_der) ||
        (in.left != 0 && !lc_der_enter(&in, LC_DER_CONTEXT_BOX + 0, &attributes)) || in.left != 0)
        return lc_fail(err, LC_EPARSE, "it is malformed");
    if (number != 0)
        return lc_fail(err, LC_EPARSE, "it has an unknown version");
    if (!lc_name_read(&csr->subject_der, &csr->subject, err) ||
        !lc_spki_read(&csr->spki_der, &csr->spki, err) || !read_attributes(attributes, csr, err))
        return false;
    const struct lc_extension *san = lc_extensions_get(&csr->extensions, LC_OID_SAN);
    return san == NULL || lc_sans_read(san, &csr->sans, err);
}

/* CertificationRequest, RFC 2986 section 4.2. */
static bool read_request(struct lc_csr *csr, struct lc_err *err)
{
    struct lc_signed parts;

    if (!lc_signed_split((struct lc_der){ csr->object.der, csr->object.der_len }, &parts))
        return lc_fail(err, LC_EPARSE, "it is malformed");
    return lc_algorithm_read(&parts.algorithm, csr->signature_algorithm, err) &&
           read_info(lc_der_inside(&parts.body), csr, err);
}

static struct lc_csr *csr_alloc(struct lc_err *err)
{
    struct lc_csr *csr = lc_alloc(1, sizeof(*csr));

    lc_ossl_start();
    if (csr == NULL)
        (void)lc_fail_memory(err);
    else
        csr->references = 1;
    return csr;
}

bool lc_csr_parse(const char *pem, size_t pem_len, struct lc_csr **out, struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = csr_alloc(err);

    if (csr == NULL)
        return false;
    if (!lc_object_parse(pem, pem_len, LC_CSR_MAX_BYTES, &csr_kind, &csr->object, err) ||
        !read_request(csr, err))
        return lc_wrap(err, "cannot read the certificate request");
    *out = LC_STEAL(csr);
    return true;
}

bool lc_csr_from_der(const unsigned char *der, size_t der_len, struct lc_csr **out,
                     struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = csr_alloc(err);

    if (csr == NULL)
        return false;
    if (!lc_object_set(der, der_len, LC_CSR_MAX_BYTES, &csr_kind, &csr->object, err) ||
        !read_request(csr, err))
        return lc_wrap(err, "cannot make the certificate request");
    *out = LC_STEAL(csr);
    return true;
}

/* OpenSSL's way, for all kinds of keys and signatures. */
static bool verify(const struct lc_csr *csr, struct lc_err *err)
{
    const unsigned char *at = csr->object.der;

    lc_ossl_know_names();
    LC_AUTO(X509_REQ_free) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)csr->object.der_len);
    EVP_PKEY *pkey = request == NULL ? NULL : X509_REQ_get0_pubkey(request);

    if (pkey == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "the certificate request's key cannot be read");
    if (X509_REQ_verify(request, pkey) != 1) /* 0 and -1 both mean no */
        return lc_ossl_fail(err, LC_ECRYPTO,
                            "the certificate request is not signed with its own key");
    return true;
}

static bool holds(const struct lc_csr *csr)
{
    struct lc_signed parts;

    return lc_signed_split((struct lc_der){ csr->object.der, csr->object.der_len }, &parts) &&
           lc_signed_holds(&parts, &csr->spki_der);
}

/* Whether OpenSSL can read it, and with it who is to use the certificate: it has no text that is
 * not in the encoding of its string type. */
static bool has_usable_subject(const struct lc_csr *csr)
{
    LC_AUTO(X509_NAME_free) X509_NAME *subject = lc_csr_open_subject(csr);

    lc_ossl_clear();
    return subject != NULL;
}

/* A request does not change: what was verified once, such as before a decision, is not verified
 * again when it is signed. */
bool lc_csr_verify(const struct lc_csr *csr, struct lc_err *err)
{
    if (csr->verified)
        return true;
    if (!(has_usable_subject(csr) && holds(csr)) && !verify(csr, err))
        return false;
    ((struct lc_csr *)(uintptr_t)csr)->verified = true; /* all of them are made by csr_alloc */
    return true;
}

X509_NAME *lc_csr_open_subject(const struct lc_csr *csr)
{
    const unsigned char *at = csr->subject_der.whole;

    return d2i_X509_NAME(NULL, &at, (long)csr->subject_der.whole_len);
}

const struct lc_der_item *lc_csr_spki(const struct lc_csr *csr)
{
    return &csr->spki_der;
}

/* --- views --------------------------------------------------------------------------------- */

const char *lc_csr_pem(const struct lc_csr *csr)
{
    return csr->object.pem;
}

const char *lc_csr_hash(const struct lc_csr *csr)
{
    return csr->object.hash;
}

const unsigned char *lc_csr_fingerprint(const struct lc_csr *csr)
{
    return csr->spki.fingerprint;
}

bool lc_csr_equals(const struct lc_csr *a, const struct lc_csr *b)
{
    return lc_bytes_equal(a->object.der, a->object.der_len, b->object.der, b->object.der_len);
}

bool lc_csr_matches_key(const struct lc_csr *csr, const struct lc_key *key)
{
    return lc_bytes_equal(csr->spki.fingerprint, LC_SHA256_BYTES, lc_key_fingerprint(key),
                          LC_SHA256_BYTES);
}

const struct lc_name *lc_csr_subject(const struct lc_csr *csr)
{
    return &csr->subject;
}

const struct lc_sans *lc_csr_sans(const struct lc_csr *csr)
{
    return &csr->sans;
}

const struct lc_extensions *lc_csr_extensions(const struct lc_csr *csr)
{
    return &csr->extensions;
}

bool lc_csr_asks_for_ca(const struct lc_csr *csr)
{
    bool is_ca;
    int path_length;

    return lc_ext_read_constraints(&csr->extensions, &is_ca, &path_length) && is_ca;
}

enum lc_key_type lc_csr_key_type(const struct lc_csr *csr)
{
    return csr->spki.type;
}

int lc_csr_key_bits(const struct lc_csr *csr)
{
    return csr->spki.bits;
}

const char *lc_csr_curve(const struct lc_csr *csr)
{
    return csr->spki.curve;
}

uint64_t lc_csr_rsa_exponent(const struct lc_csr *csr)
{
    return csr->spki.rsa_exponent;
}

const struct lc_strlist *lc_csr_attributes(const struct lc_csr *csr)
{
    return &csr->attributes;
}

const char *lc_csr_signature_algorithm(const struct lc_csr *csr)
{
    return csr->signature_algorithm;
}

/* --- as attributes ------------------------------------------------------------------------- */

/* The first of its kind; empty text is none. */
static bool read_texts(const struct lc_name *subject, struct lc_attrs *attrs, struct lc_err *err)
{
    const struct {
        const char *oid;
        char **text;
    } texts[] = {
        { LC_OID_COMMON_NAME, &attrs->common_name },
        { LC_OID_EMAIL, &attrs->email_address },
        { LC_OID_ORGANIZATION, &attrs->organization },
        { LC_OID_ORGANIZATION_UNIT, &attrs->organizational_unit },
        { LC_OID_COUNTRY, &attrs->country_name },
        { LC_OID_STATE, &attrs->state_or_province_name },
        { LC_OID_LOCALITY, &attrs->locality_name },
    };

    for (size_t i = 0; i < LC_COUNT(texts); i++) {
        const char *text = lc_name_get(subject, texts[i].oid);
        if (text == NULL || *text == '\0')
            continue;
        *texts[i].text = lc_strdup(text);
        if (*texts[i].text == NULL)
            return lc_fail_memory(err);
    }
    return true;
}

static bool read_sans(const struct lc_sans *sans, struct lc_attrs *attrs, struct lc_err *err)
{
    for (size_t i = 0; i < sans->count; i++) {
        const struct lc_san *san = &sans->items[i];
        struct lc_strlist *list = san->type == LC_SAN_DNS   ? &attrs->sans_dns
                                  : san->type == LC_SAN_IP  ? &attrs->sans_ip
                                  : san->type == LC_SAN_OID ? &attrs->sans_oid
                                                            : NULL;
        if (list != NULL && !lc_strlist_add(list, san->value, err))
            return false;
    }
    lc_strlist_unique(&attrs->sans_dns);
    lc_strlist_unique(&attrs->sans_ip);
    lc_strlist_unique(&attrs->sans_oid);
    return true;
}

static bool read_critical(const struct lc_extensions *list, struct lc_attrs *attrs,
                          struct lc_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct lc_extension *item = &list->items[i];
        if (item->critical && strcmp(item->oid, LC_OID_SAN) != 0 &&
            !lc_extensions_add(&attrs->additional_critical_extensions, item->oid, true, item->value,
                               item->value_len, err))
            return false;
    }
    return true;
}

bool lc_csr_attrs(const struct lc_csr *csr, bool is_ca, struct lc_attrs *out, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    attrs.is_ca = is_ca;
    attrs.add_unique_id_to_subject_name = lc_name_get(&csr->subject, LC_OID_UNIQUE_IDENTIFIER) !=
                                          NULL;
    if (!read_texts(&csr->subject, &attrs, err) || !read_sans(&csr->sans, &attrs, err) ||
        !read_critical(&csr->extensions, &attrs, err))
        return false;
    if (attrs.common_name == NULL && attrs.sans_dns.count == 0 && attrs.sans_ip.count == 0 &&
        attrs.sans_oid.count == 0)
        return lc_fail(err, LC_EUSAGE,
                       "the certificate request has no common name and no DNS, IP or OID name");
    lc_attrs_release(out);
    *out = attrs;
    attrs = (struct lc_attrs)LC_ATTRS_INIT;
    return true;
}
