/* Certificates: read once, then views and comparisons. Issuing is in cert_issue.c. */
#include "x509/cert.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/index.h"
#include "base/mem.h"
#include "base/text.h"
#include "x509/cert_ossl.h"
#include "x509/csr_ossl.h"
#include "x509/parts.h"

const struct lc_pem_kind lc_cert_kind = {
    .what = "certificate",
    .labels = (const char *const[]){ "CERTIFICATE", "X509 CERTIFICATE", NULL },
};

struct lc_cert {
    unsigned references;
    struct lc_object object;
    struct lc_name subject;
    struct lc_name issuer;
    struct lc_sans sans;
    struct lc_extensions extensions;
    struct lc_spki spki;
    struct lc_signed parts; /* of the object's DER, as the next */
    struct lc_der_item inner_algorithm;
    struct lc_der_item issuer_der;
    struct lc_der_item subject_der;
    struct lc_der_item spki_der;
    char serial[LC_SERIAL_HEX];
    char signature_algorithm[LC_OID_TEXT_BYTES];
    int64_t not_before;
    int64_t not_after;
    int version;
    bool is_ca;
    int path_length;
    X509 *opened; /* NULL until it is asked for */
};

struct lc_cert *lc_cert_ref(struct lc_cert *cert)
{
    cert->references++;
    return cert;
}

void lc_cert_unref(struct lc_cert *cert)
{
    if (cert == NULL || --cert->references != 0)
        return;
    lc_object_release(&cert->object);
    lc_name_release(&cert->subject);
    lc_name_release(&cert->issuer);
    lc_sans_release(&cert->sans);
    lc_extensions_release(&cert->extensions);
    X509_free(cert->opened);
    lc_free(cert);
}

/* --- reading, RFC 5280 section 4.1 --------------------------------------------------------- */

static bool malformed(const char *what, struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, "%s malformed", what);
}

/* Hex without leading zeros; a negative one, which should not be, with a sign. */
static bool read_serial(const struct lc_der_item *item, char hex[LC_SERIAL_HEX], struct lc_err *err)
{
    unsigned char bytes[(LC_SERIAL_HEX - 2) / 2];
    char digits[LC_SERIAL_HEX];

    if (!lc_der_is_integer(item))
        return malformed("the serial number is", err);
    if (item->len > sizeof(bytes))
        return lc_fail(err, LC_ELIMIT, "the serial number has %zu bytes, over %zu", item->len,
                       sizeof(bytes));
    const bool negative = item->bytes[0] >= 0x80;
    unsigned carry = negative;
    for (size_t i = item->len; i-- > 0;) { /* two's complement to its magnitude */
        const unsigned byte = negative ? (item->bytes[i] ^ 0xffu) + carry : item->bytes[i];
        bytes[i] = (unsigned char)byte;
        carry = byte >> 8;
    }
    lc_hex_encode(bytes, item->len, digits);
    const size_t zeros = strspn(digits, "0");
    const char *shown = digits + (digits[zeros] == '\0' ? zeros - 1 : zeros);
    hex[0] = '-';
    memcpy(hex + negative, shown, strlen(shown) + 1);
    return true;
}

static bool read_validity(struct lc_der in, struct lc_cert *cert, struct lc_err *err)
{
    struct lc_der_item begin;
    struct lc_der_item end;

    if (!lc_der_next(&in, &begin) || !lc_der_time(&begin, &cert->not_before) ||
        !lc_der_next(&in, &end) || !lc_der_time(&end, &cert->not_after) || in.left != 0)
        return malformed("the validity is", err);
    return true;
}

static bool read_extensions(const struct lc_der_item *list, struct lc_cert *cert,
                            struct lc_err *err)
{
    if (!lc_extensions_read(list, &cert->extensions, err))
        return false;
    if (!lc_ext_read_constraints(&cert->extensions, &cert->is_ca, &cert->path_length))
        return malformed("the basic constraints are", err);
    const struct lc_extension *san = lc_extensions_get(&cert->extensions, LC_OID_SAN);
    return san == NULL || lc_sans_read(san, &cert->sans, err);
}

/* What stands behind the public key: two identifiers that nobody uses, and the extensions. */
static bool read_tail(struct lc_der in, struct lc_cert *cert, struct lc_err *err)
{
    struct lc_der_item item;
    struct lc_der_item list;
    struct lc_der box;

    (void)lc_der_take(&in, LC_DER_CONTEXT + 1, &item); /* optional, as the next */
    (void)lc_der_take(&in, LC_DER_CONTEXT + 2, &item);
    if (in.left == 0)
        return true;
    if (!lc_der_enter(&in, LC_DER_CONTEXT_BOX + 3, &box) || in.left != 0 ||
        !lc_der_take(&box, LC_DER_SEQUENCE, &list) || box.left != 0)
        return malformed("it is", err);
    return read_extensions(&list, cert, err);
}

/* [0] EXPLICIT, absent in version 1. */
static bool read_version(struct lc_der *in, int *version)
{
    struct lc_der box;
    struct lc_der_item number;

    *version = 0;
    if (!lc_der_has(in, LC_DER_CONTEXT_BOX + 0))
        return true;
    return lc_der_enter(in, LC_DER_CONTEXT_BOX + 0, &box) &&
           lc_der_take(&box, LC_DER_INTEGER, &number) && lc_der_small(&number, version) &&
           box.left == 0 && *version <= 2;
}

/* TBSCertificate. */
static bool read_body(struct lc_der in, struct lc_cert *cert, struct lc_err *err)
{
    struct lc_der_item serial;
    struct lc_der validity;

    if (!read_version(&in, &cert->version))
        return lc_fail(err, LC_EPARSE, "it has an unknown version");
    cert->version++;
    if (!lc_der_take(&in, LC_DER_INTEGER, &serial) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->inner_algorithm) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->issuer_der) ||
        !lc_der_enter(&in, LC_DER_SEQUENCE, &validity) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->subject_der) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->spki_der))
        return malformed("it is", err);
    return read_serial(&serial, cert->serial, err) && read_validity(validity, cert, err) &&
           lc_name_read(&cert->issuer_der, &cert->issuer, err) &&
           lc_name_read(&cert->subject_der, &cert->subject, err) &&
           lc_spki_read(&cert->spki_der, &cert->spki, err) && read_tail(in, cert, err);
}

static bool read_certificate(struct lc_cert *cert, struct lc_err *err)
{
    if (!lc_signed_split((struct lc_der){ cert->object.der, cert->object.der_len }, &cert->parts))
        return malformed("it is", err);
    return lc_algorithm_read(&cert->parts.algorithm, cert->signature_algorithm, err) &&
           read_body(lc_der_inside(&cert->parts.body), cert, err);
}

static struct lc_cert *cert_alloc(struct lc_err *err)
{
    struct lc_cert *cert = lc_alloc(1, sizeof(*cert));

    lc_ossl_start();
    if (cert == NULL) {
        (void)lc_fail_memory(err);
        return NULL;
    }
    cert->references = 1;
    cert->path_length = -1;
    return cert;
}

bool lc_cert_parse(const char *pem, size_t pem_len, struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = cert_alloc(err);

    if (cert == NULL)
        return false;
    if (!lc_object_parse(pem, pem_len, LC_CERT_MAX_BYTES, &lc_cert_kind, &cert->object, err) ||
        !read_certificate(cert, err))
        return lc_wrap(err, "cannot read the certificate");
    *out = LC_STEAL(cert);
    return true;
}

bool lc_cert_from_block(const struct lc_pem_block *block, struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = cert_alloc(err);

    if (cert == NULL)
        return false;
    if (!lc_object_read(block, LC_CERT_MAX_BYTES, &lc_cert_kind, &cert->object, err) ||
        !read_certificate(cert, err))
        return lc_wrap(err, "cannot read the certificate");
    *out = LC_STEAL(cert);
    return true;
}

bool lc_cert_from_der(const unsigned char *der, size_t der_len, struct lc_cert **out,
                      struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = cert_alloc(err);

    if (cert == NULL)
        return false;
    if (!lc_object_set(der, der_len, LC_CERT_MAX_BYTES, &lc_cert_kind, &cert->object, err) ||
        !read_certificate(cert, err))
        return lc_wrap(err, "cannot make the certificate");
    *out = LC_STEAL(cert);
    return true;
}

/* Once for each certificate: to decode the public key takes OpenSSL longer than a signature. */
X509 *lc_cert_open(const struct lc_cert *cert)
{
    struct lc_cert *own = (struct lc_cert *)(uintptr_t)cert; /* all are made by cert_alloc */
    const unsigned char *at = cert->object.der;

    lc_ossl_know_names();
    if (cert->opened == NULL)
        own->opened = d2i_X509(NULL, &at, (long)cert->object.der_len);
    if (cert->opened == NULL || X509_up_ref(own->opened) != 1)
        return NULL;
    return own->opened;
}

X509_NAME *lc_cert_open_subject(const struct lc_cert *cert)
{
    const unsigned char *at = cert->subject_der.whole;

    return d2i_X509_NAME(NULL, &at, (long)cert->subject_der.whole_len);
}

const struct lc_der_item *lc_cert_spki(const struct lc_cert *cert)
{
    return &cert->spki_der;
}

/* --- views --------------------------------------------------------------------------------- */

const char *lc_cert_pem(const struct lc_cert *cert)
{
    return cert->object.pem;
}

const char *lc_cert_hash(const struct lc_cert *cert)
{
    return cert->object.hash;
}

const unsigned char *lc_cert_fingerprint(const struct lc_cert *cert)
{
    return cert->spki.fingerprint;
}

const char *lc_cert_serial(const struct lc_cert *cert)
{
    return cert->serial;
}

const struct lc_name *lc_cert_subject(const struct lc_cert *cert)
{
    return &cert->subject;
}

const struct lc_name *lc_cert_issuer(const struct lc_cert *cert)
{
    return &cert->issuer;
}

const struct lc_sans *lc_cert_sans(const struct lc_cert *cert)
{
    return &cert->sans;
}

const struct lc_extensions *lc_cert_extensions(const struct lc_cert *cert)
{
    return &cert->extensions;
}

int64_t lc_cert_not_before(const struct lc_cert *cert)
{
    return cert->not_before;
}

int64_t lc_cert_not_after(const struct lc_cert *cert)
{
    return cert->not_after;
}

int lc_cert_version(const struct lc_cert *cert)
{
    return cert->version;
}

bool lc_cert_is_ca(const struct lc_cert *cert)
{
    return cert->is_ca;
}

int lc_cert_path_length(const struct lc_cert *cert)
{
    return cert->path_length;
}

enum lc_key_type lc_cert_key_type(const struct lc_cert *cert)
{
    return cert->spki.type;
}

int lc_cert_key_bits(const struct lc_cert *cert)
{
    return cert->spki.bits;
}

const char *lc_cert_curve(const struct lc_cert *cert)
{
    return cert->spki.curve;
}

const char *lc_cert_signature_algorithm(const struct lc_cert *cert)
{
    return cert->signature_algorithm;
}

bool lc_cert_equals(const struct lc_cert *a, const struct lc_cert *b)
{
    return lc_bytes_equal(a->object.der, a->object.der_len, b->object.der, b->object.der_len);
}

bool lc_cert_matches_key(const struct lc_cert *cert, const struct lc_key *key)
{
    return lc_bytes_equal(cert->spki.fingerprint, LC_SHA256_BYTES, lc_key_fingerprint(key),
                          LC_SHA256_BYTES);
}

bool lc_cert_matches_csr(const struct lc_cert *cert, const struct lc_csr *csr)
{
    return lc_bytes_equal(cert->spki.fingerprint, LC_SHA256_BYTES, lc_csr_fingerprint(csr),
                          LC_SHA256_BYTES);
}

/* In OpenSSL's eyes, for which blanks and the case of letters do not count. */
static bool same_name(const struct lc_der_item *a, const struct lc_der_item *b)
{
    const unsigned char *at_a = a->whole;
    const unsigned char *at_b = b->whole;

    if (lc_bytes_equal(a->whole, a->whole_len, b->whole, b->whole_len))
        return true;
    LC_AUTO(X509_NAME_free) X509_NAME *name_a = d2i_X509_NAME(NULL, &at_a, (long)a->whole_len);
    LC_AUTO(X509_NAME_free) X509_NAME *name_b = d2i_X509_NAME(NULL, &at_b, (long)b->whole_len);
    return name_a != NULL && name_b != NULL && X509_NAME_cmp(name_a, name_b) == 0;
}

/* OpenSSL's way, for all kinds of keys and signatures. */
static bool verify(const struct lc_cert *cert, const struct lc_cert *issuer)
{
    LC_AUTO(X509_free) X509 *child = lc_cert_open(cert);
    LC_AUTO(X509_free) X509 *parent = lc_cert_open(issuer);

    return child != NULL && parent != NULL &&
           X509_verify(child, X509_get0_pubkey(parent)) == 1; /* 0 and -1 both mean no */
}

/* RFC 5280 section 4.1.1.2: the algorithm stands inside, too, where it is signed. */
static bool holds(const struct lc_cert *cert, const struct lc_cert *issuer)
{
    const struct lc_der_item *outer = &cert->parts.algorithm;
    const struct lc_der_item *inner = &cert->inner_algorithm;

    return lc_bytes_equal(outer->whole, outer->whole_len, inner->whole, inner->whole_len) &&
           lc_signed_holds(&cert->parts, &issuer->spki_der);
}

bool lc_cert_is_issued_by(const struct lc_cert *cert, const struct lc_cert *issuer, bool *out,
                          struct lc_err *err)
{
    const bool issued = same_name(&cert->issuer_der, &issuer->subject_der) &&
                        (holds(cert, issuer) || verify(cert, issuer));

    if (!issued && lc_ossl_is_starved()) {
        lc_ossl_clear();
        return lc_fail_memory(err);
    }
    lc_ossl_clear();
    *out = issued;
    return true;
}

bool lc_cert_is_self_signed(const struct lc_cert *cert, bool *out, struct lc_err *err)
{
    return lc_cert_is_issued_by(cert, cert, out, err);
}

/* --- names that are missing ---------------------------------------------------------------- */

/* "dns:www.example.com": how names are compared. */
static bool add_folded(struct lc_strlist *list, const char *type, const char *value,
                       struct lc_err *err)
{
    if (!lc_strlist_addf(list, err, "%s:%s", type, value))
        return false;
    for (char *at = list->items[list->count - 1]; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return true;
}

static bool is_there(const struct lc_index *index, const char *type, const char *value, bool *there,
                     struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist folded = LC_STRLIST_INIT;

    if (!add_folded(&folded, type, value, err))
        return false;
    *there = lc_index_get(index, folded.items[0], strlen(folded.items[0])) != LC_INDEX_NONE;
    return true;
}

static bool index_names(const struct lc_cert *cert, struct lc_strlist *names,
                        struct lc_index *index, struct lc_err *err)
{
    for (size_t i = 0; i < cert->sans.count; i++)
        if (!add_folded(names, lc_san_type_name(cert->sans.items[i].type),
                        cert->sans.items[i].value, err))
            return false;
    const char *common_name = lc_name_get(&cert->subject, LC_OID_COMMON_NAME);
    if (common_name != NULL && !add_folded(names, "CN", common_name, err))
        return false;
    for (size_t i = 0; i < names->count; i++)
        if (!lc_index_put(index, names->items[i], strlen(names->items[i]), i, NULL, err))
            return false;
    return true;
}

/* A common name may be any of the certificate's names. */
static bool check_common_name(const struct lc_index *index, const char *name,
                              struct lc_strlist *missing, struct lc_err *err)
{
    static const char *const types[] = { "CN", "DNS", "IP", "email" };
    bool there = false;

    for (size_t i = 0; !there && i < LC_COUNT(types); i++)
        if (!is_there(index, types[i], name, &there, err))
            return false;
    return there || lc_strlist_addf(missing, err, "CN:%s", name);
}

bool lc_cert_missing_names(const struct lc_cert *cert, const struct lc_csr *csr,
                           struct lc_strlist *out, struct lc_err *err)
{
    const struct lc_sans *wanted = lc_csr_sans(csr);
    const char *common_name = lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME);
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist missing = LC_STRLIST_INIT;
    LC_AUTO(lc_index_release) struct lc_index index = LC_INDEX_INIT;

    if (!index_names(cert, &names, &index, err))
        return false;
    if (common_name != NULL && *common_name != '\0' &&
        !check_common_name(&index, common_name, &missing, err))
        return false;
    for (size_t i = 0; i < wanted->count; i++) {
        const char *type = lc_san_type_name(wanted->items[i].type);
        bool there;
        if (!is_there(&index, type, wanted->items[i].value, &there, err))
            return false;
        if (!there && !lc_strlist_addf(&missing, err, "%s:%s", type, wanted->items[i].value))
            return false;
    }
    lc_strlist_release(out);
    *out = missing;
    missing = (struct lc_strlist)LC_STRLIST_INIT;
    return true;
}
