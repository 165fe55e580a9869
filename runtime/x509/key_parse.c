/* Private keys: read from PEM, encrypted ones with their password. What is decoded on the way lies
 * in buffers that are overwritten (lc_wiped), and in OpenSSL's memory, which is too (ossl.c). */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "base/mem.h"
#include "x509/der.h"
#include "x509/key_ossl.h"
#include "x509/pem.h"
#include "x509/pkey.h"

static const char rsa_label[] = "RSA PRIVATE KEY";
static const char ec_label[] = "EC PRIVATE KEY";
static const char pkcs8_label[] = "PRIVATE KEY";
static const char encrypted_label[] = "ENCRYPTED PRIVATE KEY";

static const struct lc_pem_kind key_kind = {
    .what = "private key",
    .labels = (const char *const[]){ rsa_label, ec_label, pkcs8_label, encrypted_label, NULL },
    .own_lines = true,
};

static EVP_PKEY *read_pkcs8(const unsigned char *der, size_t len)
{
    LC_AUTO(PKCS8_PRIV_KEY_INFO_free)
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, (long)len);

    return info == NULL ? NULL : EVP_PKCS82PKEY(info);
}

/* One that is not encrypted, or no longer; NULL with OpenSSL's reasons. */
static EVP_PKEY *read_plain(const char *label, const unsigned char *der, size_t len)
{
    const struct lc_der in = { der, len };
    EVP_PKEY *usual = label == pkcs8_label ? lc_pkey_read_pkcs8(in)
                      : label == rsa_label ? lc_pkey_read_rsa(in)
                                           : lc_pkey_read_ec(in);

    if (usual != NULL)
        return usual;
    lc_ossl_know_names();
    if (label == pkcs8_label)
        return read_pkcs8(der, len);
    return d2i_PrivateKey(label == rsa_label ? EVP_PKEY_RSA : EVP_PKEY_EC, NULL, &der, (long)len);
}

/* Why decryption failed, from OpenSSL's queue, which is then empty. A password that is wrong shows
 * in many ways, a method that is not offered in few. */
static bool fail_decryption(struct lc_err *err)
{
    static const int unsupported[] = {
        ERR_PACK(ERR_LIB_EVP, 0, ERR_R_UNSUPPORTED), /* what a fetch says */
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNKNOWN_PBE_ALGORITHM),
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNKNOWN_CIPHER),
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNSUPPORTED_ALGORITHM),
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNSUPPORTED_CIPHER),
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION),
        ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNSUPPORTED_PRF),
        ERR_PACK(ERR_LIB_PEM, 0, PEM_R_UNSUPPORTED_ENCRYPTION),
    };
    bool no_memory = lc_ossl_is_starved();
    bool not_offered = false;

    for (unsigned long number; (number = ERR_get_error()) != 0;) {
        no_memory = no_memory || ERR_GET_REASON(number) == ERR_R_MALLOC_FAILURE;
        for (size_t i = 0; i < LC_COUNT(unsupported); i++)
            not_offered = not_offered || number == (unsigned long)unsupported[i];
    }
    lc_ossl_clear();
    if (no_memory)
        return lc_fail_memory(err);
    if (not_offered)
        return lc_fail(err, LC_EUNSUPPORTED,
                       "the private key is encrypted in a way that is not offered");
    return lc_fail(err, LC_EPASSWORD, "the password of the private key is wrong");
}

static bool need_password(const struct lc_secret *password, struct lc_err *err)
{
    if (password == NULL)
        return lc_fail(err, LC_EPASSWORD,
                       "the private key is encrypted, and no password was given");
    return true;
}

/* --- encrypted PKCS#8, RFC 5958 section 3 -------------------------------------------------- */

/* Product of the integers that follow, at most `count` of them, and no more than max + 1. */
static long long cost_of(struct lc_der *in, int count, long long max)
{
    long long cost = 1;
    struct lc_der_item item;
    int number;

    for (; count > 0 && lc_der_take(in, LC_DER_INTEGER, &item); count--) {
        if (!lc_der_small(&item, &number) || number > max / cost)
            return max + 1;
        cost *= number > 0 ? number : 1;
    }
    return cost;
}

/* How long it may take to make a key of the password stands in the text. PBES1 has { salt,
 * iterations }; PBES2 boxes { salt, iterations, ... } or scrypt's { salt, N, r, p, ... } (RFC 8018
 * appendix A, RFC 7914 section 7). */
static bool check_cost(const unsigned char *der, size_t len, struct lc_err *err)
{
    static const unsigned char scrypt[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b };
    struct lc_der in = { der, len };
    struct lc_der whole;
    struct lc_der algorithm;
    struct lc_der parameters;
    struct lc_der derivation;
    struct lc_der_item item;
    int integers = 1;

    bool good = lc_der_enter(&in, LC_DER_SEQUENCE, &whole) &&
                lc_der_enter(&whole, LC_DER_SEQUENCE, &algorithm) &&
                lc_der_take(&algorithm, LC_DER_OID, &item) &&
                lc_der_enter(&algorithm, LC_DER_SEQUENCE, &parameters);
    if (good && lc_der_enter(&parameters, LC_DER_SEQUENCE, &derivation)) {
        good = lc_der_take(&derivation, LC_DER_OID, &item) &&
               lc_der_enter(&derivation, LC_DER_SEQUENCE, &parameters);
        integers = lc_bytes_equal(item.bytes, item.len, scrypt, sizeof(scrypt)) ? 3 : 1;
    }
    if (!good || !lc_der_take(&parameters, LC_DER_OCTET_STRING, &item))
        return lc_fail(err, LC_EPARSE, "the encrypted private key is malformed");
    if (cost_of(&parameters, integers, LC_KEY_MAX_ITERATIONS) > LC_KEY_MAX_ITERATIONS)
        return lc_fail(err, LC_ELIMIT, "the private key's password takes over %d iterations",
                       LC_KEY_MAX_ITERATIONS);
    return true;
}

static bool decrypt_pkcs8(const unsigned char *der, size_t len, const struct lc_secret *password,
                          EVP_PKEY **out, struct lc_err *err)
{
    lc_ossl_know_names();
    if (!need_password(password, err) || !check_cost(der, len, err))
        return false;
    LC_AUTO(X509_SIG_free) X509_SIG *sealed = d2i_X509_SIG(NULL, &der, (long)len);
    if (sealed == NULL)
        return lc_ossl_fail(err, LC_EPARSE, "the encrypted private key is malformed");
    const char *text = password->data == NULL ? "" : password->data;
    LC_AUTO(PKCS8_PRIV_KEY_INFO_free)
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, text, (int)password->len);
    *out = info == NULL ? NULL : EVP_PKCS82PKEY(info);
    return *out != NULL || fail_decryption(err);
}

/* --- legacy encryption, RFC 1421 section 4.6 ----------------------------------------------- */

static int give_password(char *to, int room, int for_writing, void *context)
{
    const struct lc_secret *password = context;

    (void)for_writing;
    if (room < 0 || password->len > (size_t)room)
        return -1;
    if (password->len != 0)
        memcpy(to, password->data, password->len);
    return (int)password->len;
}

/* The headers from Proc-Type on, as a C string; NULL in *out where they have none. */
static bool dup_headers(const struct lc_pem_block *block, char **out, struct lc_err *err)
{
    static const char mark[] = "Proc-Type:";
    const char *at = block->headers == NULL
                         ? NULL
                         : memmem(block->headers, block->headers_len, mark, strlen(mark));

    *out = NULL;
    if (at == NULL)
        return true;
    *out = lc_strndup(at, block->headers_len - (size_t)(at - block->headers));
    return *out != NULL || lc_fail_memory(err);
}

/* In place. */
static bool decrypt_legacy(char *headers, struct lc_buf *der, const struct lc_secret *password,
                           struct lc_err *err)
{
    EVP_CIPHER_INFO cipher;
    long len = (long)der->len;

    lc_ossl_know_names();
    if (!need_password(password, err))
        return false;
    if (PEM_get_EVP_CIPHER_INFO(headers, &cipher) != 1) {
        const unsigned long number = ERR_peek_last_error();
        if (number == ERR_PACK(ERR_LIB_PEM, 0, PEM_R_UNSUPPORTED_ENCRYPTION))
            return fail_decryption(err);
        return lc_ossl_fail(err, LC_EPARSE, "the encrypted private key is malformed");
    }
    if (PEM_do_header(&cipher, (unsigned char *)der->data, &len, give_password,
                      (void *)(uintptr_t)password) != 1)
        return fail_decryption(err);
    der->len = (size_t)len;
    return true;
}

/* ------------------------------------------------------------------------------------------- */

static bool read_block(const struct lc_pem_block *block, const struct lc_secret *password,
                       EVP_PKEY **out, struct lc_err *err)
{
    LC_AUTO(lc_wiped) struct lc_buf der = LC_BUF_INIT(LC_KEY_MAX_BYTES);
    LC_AUTO(lc_free) char *headers = NULL;

    if (!lc_pem_decode(block, &der, err) || !dup_headers(block, &headers, err))
        return false;
    if (block->label == encrypted_label)
        return decrypt_pkcs8((const unsigned char *)der.data, der.len, password, out, err);
    if (headers != NULL && !decrypt_legacy(headers, &der, password, err))
        return false;
    *out = read_plain(block->label, (const unsigned char *)der.data, der.len);
    if (*out != NULL)
        return true;
    /* Of bytes that were decrypted with a wrong password, one in 256 looks well padded. */
    return headers != NULL ? fail_decryption(err)
                           : lc_ossl_fail(err, LC_EPARSE, "the private key is malformed");
}

bool lc_key_parse(const char *pem, size_t pem_len, const struct lc_secret *password,
                  struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *pkey = NULL;
    struct lc_pem_block block;

    lc_ossl_start();
    if (pem_len > LC_KEY_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "the text of a private key has %zu bytes, over %u", pem_len,
                       LC_KEY_MAX_BYTES);
    if (!lc_pem_find_first(pem, pem_len, &key_kind, &block, err) ||
        !read_block(&block, password, &pkey, err))
        return false;
    return lc_key_take(LC_STEAL(pkey), out, err);
}
