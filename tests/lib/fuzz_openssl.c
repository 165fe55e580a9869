/* OpenSSL as the second reader. */
#include "fuzz_openssl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

static void must(bool holds, const char *what)
{
    struct lc_err err = LC_ERR_INIT;

    if (!holds)
        ERR_print_errors_fp(stderr);
    fuzz_must(holds, what, &err);
}

static void same_oid(const ASN1_OBJECT *theirs, const char *ours)
{
    char text[256];
    const int len = OBJ_obj2txt(text, sizeof(text), theirs, 1);

    must(len > 0 && strcmp(text, ours) == 0, "openssl reads another object identifier");
}

static void same_name(const X509_NAME *theirs, const struct lc_name *ours)
{
    must(X509_NAME_entry_count(theirs) == (int)ours->count, "openssl reads another name");
    for (int i = 0; i < X509_NAME_entry_count(theirs); i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(theirs, i);
        same_oid(X509_NAME_ENTRY_get_object(entry), ours->entries[i].oid);
        must(X509_NAME_ENTRY_set(entry) == ours->entries[i].rdn, "openssl reads another RDN");
    }
}

static bool is_digest_of(const unsigned char *digest, unsigned char *der, int len)
{
    unsigned char theirs[LC_SHA256_BYTES];
    struct lc_err err = LC_ERR_INIT;

    must(len > 0, "openssl has no public key");
    fuzz_must(lc_sha256(der, (size_t)len, theirs, &err), "no digest", &err);
    OPENSSL_free(der);
    return memcmp(digest, theirs, sizeof(theirs)) == 0;
}

/* As it stands, or in its usual form: parameters that mean nothing left out, a point in its long
 * form. */
static void same_key(X509_PUBKEY *theirs, const unsigned char *fingerprint)
{
    EVP_PKEY *key = X509_PUBKEY_get(theirs);
    unsigned char *der = NULL;
    unsigned char *usual = NULL;
    int len = i2d_X509_PUBKEY(theirs, &der);
    bool same = is_digest_of(fingerprint, der, len);

    if (!same && key != NULL) {
        (void)EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                             OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
        len = i2d_PUBKEY(key, &usual);
        same = is_digest_of(fingerprint, usual, len);
    }
    must(same, "openssl reads another public key");
    EVP_PKEY_free(key);
}

static void same_pem(BIO *theirs, const char *ours)
{
    char *text = NULL;
    const long len = BIO_get_mem_data(theirs, &text);

    must(len == (long)strlen(ours) + 1 && memcmp(text, ours, strlen(ours)) == 0,
         "openssl writes another PEM");
}

static void same_extensions(const STACK_OF(X509_EXTENSION) * theirs,
                            const struct lc_extensions *ours)
{
    const int count = theirs == NULL ? 0 : sk_X509_EXTENSION_num(theirs);

    must(count == (int)ours->count, "openssl reads other extensions");
    for (int i = 0; i < count; i++) {
        X509_EXTENSION *one = sk_X509_EXTENSION_value(theirs, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(one);
        const size_t len = (size_t)ASN1_STRING_length(value);
        same_oid(X509_EXTENSION_get_object(one), ours->items[i].oid);
        must((X509_EXTENSION_get_critical(one) == 1) == ours->items[i].critical,
             "openssl reads another criticality");
        must(len == ours->items[i].value_len &&
                 memcmp(ASN1_STRING_get0_data(value), ours->items[i].value, len) == 0,
             "openssl reads another extension");
    }
}

static BIO *lent(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);

    must(bio != NULL, "no memory for openssl");
    return bio;
}

void fuzz_openssl_csr(const struct lc_csr *csr)
{
    BIO *in = lent(lc_csr_pem(csr));
    BIO *out = BIO_new(BIO_s_mem());
    X509_REQ *req = PEM_read_bio_X509_REQ(in, NULL, NULL, NULL);
    struct lc_err err = LC_ERR_INIT;

    if (req == NULL) {
        fuzz_must(!lc_csr_verify(csr, &err), "openssl refuses a request, and verifies it", &err);
        goto out;
    }
    same_name(X509_REQ_get_subject_name(req), lc_csr_subject(csr));
    same_key(X509_REQ_get_X509_PUBKEY(req), lc_csr_fingerprint(csr));
    must(PEM_write_bio_X509_REQ(out, req) == 1, "openssl does not write");
    same_pem(out, lc_csr_pem(csr));
out:
    X509_REQ_free(req);
    BIO_free(out);
    BIO_free(in);
    ERR_clear_error();
}

static void same_time(const ASN1_TIME *theirs, int64_t ours)
{
    struct tm tm;

    must(ASN1_TIME_to_tm(theirs, &tm) == 1, "openssl refuses a time");
    must(timegm(&tm) == ours, "openssl reads another time");
}

static void same_serial(const ASN1_INTEGER *theirs, const char *ours)
{
    struct lc_err err = LC_ERR_INIT;
    BIGNUM *number = ASN1_INTEGER_to_BN(theirs, NULL);
    BIGNUM *wanted = NULL;

    fuzz_must(number != NULL && BN_hex2bn(&wanted, ours) == (int)strlen(ours), ours, &err);
    must(BN_cmp(number, wanted) == 0, "openssl reads another serial number");
    BN_free(number);
    BN_free(wanted);
}

void fuzz_openssl_cert(const struct lc_cert *cert)
{
    BIO *in = lent(lc_cert_pem(cert));
    BIO *out = BIO_new(BIO_s_mem());
    X509 *x509 = PEM_read_bio_X509(in, NULL, NULL, NULL);

    if (x509 == NULL)
        goto out;
    same_name(X509_get_subject_name(x509), lc_cert_subject(cert));
    same_name(X509_get_issuer_name(x509), lc_cert_issuer(cert));
    same_key(X509_get_X509_PUBKEY(x509), lc_cert_fingerprint(cert));
    same_time(X509_get0_notBefore(x509), lc_cert_not_before(cert));
    same_time(X509_get0_notAfter(x509), lc_cert_not_after(cert));
    same_serial(X509_get0_serialNumber(x509), lc_cert_serial(cert));
    same_extensions(X509_get0_extensions(x509), lc_cert_extensions(cert));
    must(X509_get_version(x509) + 1 == lc_cert_version(cert), "openssl reads another version");
    must(PEM_write_bio_X509(out, x509) == 1, "openssl does not write");
    same_pem(out, lc_cert_pem(cert));
out:
    X509_free(x509);
    BIO_free(out);
    BIO_free(in);
    ERR_clear_error();
}
