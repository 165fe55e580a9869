/* OpenSSL, as the files of this folder use it: start, errors, release by scope. Private to x509/;
 * nothing here may be included from elsewhere. */
#ifndef LC_X509_OSSL_H
#define LC_X509_OSSL_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/attr.h"
#include "base/err.h"

/* Before the first use of OpenSSL; every public function that may be the first calls it. Its
 * configuration file is not read, and what it frees is overwritten. Cheap when called again. */
void lc_ossl_start(void);

/* SHA-256, quicker than EVP_sha256(), which is fetched anew at each use. Static. */
const EVP_MD *lc_ossl_sha256(void);

/* Before OpenSSL itself reads a key or a certificate, verifies a signature, or decrypts a PEM text:
 * it looks digests and ciphers up by their names. Cheap when called again. */
void lc_ossl_know_names(void);

/* Code and message, followed by OpenSSL's own reasons; its error queue is then empty. LC_ENOMEM
 * when that was the reason. The reasons are fixed texts and never hold data. Always false. */
bool lc_ossl_fail(struct lc_err *err, enum lc_code code, const char *format, ...) LC_PRINTF(3, 4);

/* OpenSSL lacked memory since the last failure or clearing, and may have said something else: ask
 * before a failure is taken for an answer. */
bool lc_ossl_is_starved(void);

/* Empty the error queue after a failure that is an answer. */
void lc_ossl_clear(void);

bool lc_ossl_random(void *bytes, size_t len, struct lc_err *err) LC_MUST_CHECK;

/* A random UUID, RFC 4122 section 4.4, 36 characters. */
#define LC_UUID_TEXT_BYTES 37
bool lc_ossl_uuid(char text[LC_UUID_TEXT_BYTES], struct lc_err *err) LC_MUST_CHECK;

/* The same number of bytes, and the same ones. */
bool lc_bytes_equal(const void *a, size_t a_len, const void *b, size_t b_len);

#ifdef LC_FAULT_HOOKS
/* As lc_fault_allocation, for what OpenSSL allocates. */
void lc_ossl_fault_allocation(unsigned long nth);
bool lc_ossl_fault_fired(void); /* or none was asked for */
#endif

/* What i2d functions return and others take over: freed with OPENSSL_free. */
static inline void lc_ossl_free_auto(unsigned char **bytes)
{
    OPENSSL_free(*bytes);
}

LC_AUTO_POINTER(ASN1_OBJECT, ASN1_OBJECT_free);
LC_AUTO_POINTER(ASN1_STRING, ASN1_STRING_free);
LC_AUTO_POINTER(AUTHORITY_KEYID, AUTHORITY_KEYID_free);
LC_AUTO_POINTER(BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free);
LC_AUTO_POINTER(EVP_MD_CTX, EVP_MD_CTX_free);
LC_AUTO_POINTER(EVP_PKEY, EVP_PKEY_free);
LC_AUTO_POINTER(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free);
LC_AUTO_POINTER(GENERAL_NAME, GENERAL_NAME_free);
LC_AUTO_POINTER(GENERAL_NAMES, GENERAL_NAMES_free);
LC_AUTO_POINTER(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
LC_AUTO_POINTER(X509, X509_free);
LC_AUTO_POINTER(X509_ALGOR, X509_ALGOR_free);
LC_AUTO_POINTER(X509_EXTENSION, X509_EXTENSION_free);
LC_AUTO_POINTER(X509_NAME, X509_NAME_free);
LC_AUTO_POINTER(X509_REQ, X509_REQ_free);
LC_AUTO_POINTER(X509_SIG, X509_SIG_free);
LC_AUTO_POINTER(X509_STORE, X509_STORE_free);
LC_AUTO_POINTER(X509_STORE_CTX, X509_STORE_CTX_free);

static inline void lc_ext_stack_free(STACK_OF(X509_EXTENSION) * stack)
{
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
LC_AUTO_POINTER(STACK_OF(X509_EXTENSION), lc_ext_stack_free);

static inline void lc_x509_stack_free(STACK_OF(X509) * stack)
{
    sk_X509_pop_free(stack, X509_free);
}
LC_AUTO_POINTER(STACK_OF(X509), lc_x509_stack_free);

#endif
