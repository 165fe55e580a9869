/* OpenSSL: start, errors, randomness. */
#include "x509/ossl.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* OpenSSL's own memory. It overwrites what it knows to be secret, but not its buffers for
 * encoding, decoding and base64, which held the same key. So every block is overwritten here when
 * it is freed or moved; for that its size is kept in front of it. This is no part of base/mem.h:
 * its fault sweep is for our allocations, and nothing but OpenSSL allocates here. */
struct block {
    size_t size;
    max_align_t memory[];
};

#ifdef LC_FAULT_HOOKS
static unsigned long fault_countdown;

void lc_ossl_fault_allocation(unsigned long nth)
{
    fault_countdown = nth;
}

bool lc_ossl_fault_fired(void)
{
    return fault_countdown == 0;
}

static bool fault_is_due(void)
{
    return fault_countdown != 0 && --fault_countdown == 0;
}
#else
static bool fault_is_due(void)
{
    return false;
}
#endif

/* A block was refused since the last failure was told or cleared. OpenSSL seldom says that itself:
 * a request that it had no memory to read is malformed to it. */
static bool is_starved;

static struct block *block_of(void *memory)
{
    return (struct block *)(void *)((char *)memory - offsetof(struct block, memory));
}

static void *block_new(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    struct block *block = NULL;
    if (size != 0 && size <= SIZE_MAX - sizeof(*block) && !fault_is_due())
        block = malloc(sizeof(*block) + size); /* lint: for OpenSSL, as said above */
    if (block == NULL) {
        is_starved = is_starved || size != 0;
        return NULL;
    }
    block->size = size;
    return (char *)block + offsetof(struct block, memory);
}

static void block_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (memory == NULL)
        return;
    struct block *block = block_of(memory);
    OPENSSL_cleanse(memory, block->size);
    free(block); /* lint: as above */
}

static void *block_resize(void *memory, size_t size, const char *file, int line)
{
    void *moved = block_new(size, file, line);

    if (memory == NULL || (moved == NULL && size != 0))
        return moved;
    if (moved != NULL) {
        const size_t old = block_of(memory)->size;
        memcpy(moved, memory, old < size ? old : size);
    }
    block_free(memory, file, line);
    return moved;
}

/* --- start ----------------------------------------------------------------------------------- */

/* What OpenSSL does at its first use costs more than a signature, and little of it is of use here.
 * Left out are
 *   the configuration file, which could swap the algorithms for somebody else's: nobody expects a
 *     charm's keys to hang on it;
 *   the names of all ciphers and digests: lc_ossl_know_names gives those that are looked up;
 *   freeing all of its memory when the program ends.
 * In a Lua that is not ours there are other users, who may need them. */
#ifdef LC_LUA_MODULE
#define START_OPTIONS OPENSSL_INIT_NO_LOAD_CONFIG
#else
#define START_OPTIONS                                                                              \
    (OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |                               \
     OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_ATEXIT)
#endif

/* Fetched once, where OpenSSL does it at each use; never freed. NULL: not yet, or it has failed. */
static const EVP_MD *sha256;

void lc_ossl_start(void)
{
    static bool started;

    if (started)
        return;
    started = true;
    /* Refused once OpenSSL has allocated. */
    (void)CRYPTO_set_mem_functions(block_new, block_resize, block_free);
    /* A failure shows in the first operation. */
    (void)OPENSSL_init_crypto(START_OPTIONS, NULL);
#ifndef LC_LUA_MODULE
    /* Its identifier is looked up when it is fetched. */
    (void)EVP_add_digest(EVP_sha256());
    /* Hash_DRBG of NIST SP 800-90A, section 10.1.1. OpenSSL's own choice is AES in counter mode,
     * for which it sets up every cipher that it has. */
    (void)RAND_set_DRBG_type(NULL, "HASH-DRBG", NULL, NULL, "SHA256");
#endif
}

const EVP_MD *lc_ossl_sha256(void)
{
    if (sha256 == NULL)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return sha256 == NULL ? EVP_sha256() : sha256;
}

#ifdef LC_LUA_MODULE
void lc_ossl_know_names(void)
{
}
#else
static bool add_digests(void)
{
    static const EVP_MD *(*const digests[])(void) = {
        EVP_md5,        EVP_sha1,       EVP_sha224,   EVP_sha256,   EVP_sha384,   EVP_sha512,
        EVP_sha512_224, EVP_sha512_256, EVP_sha3_224, EVP_sha3_256, EVP_sha3_384, EVP_sha3_512,
#ifndef OPENSSL_NO_RMD160
        EVP_ripemd160,
#endif
#ifndef OPENSSL_NO_SM3
        EVP_sm3,
#endif
    };
    bool added = true;

    for (size_t i = 0; added && i < LC_COUNT(digests); i++)
        added = EVP_add_digest(digests[i]()) == 1;
    return added;
}

static bool add_ciphers(void)
{
    static const EVP_CIPHER *(*const ciphers[])(void) = {
        EVP_aes_128_cbc,      EVP_aes_192_cbc,      EVP_aes_256_cbc,      EVP_des_ede3_cbc,
#ifndef OPENSSL_NO_CAMELLIA
        EVP_camellia_128_cbc, EVP_camellia_192_cbc, EVP_camellia_256_cbc,
#endif
#ifndef OPENSSL_NO_ARIA
        EVP_aria_128_cbc,     EVP_aria_192_cbc,     EVP_aria_256_cbc,
#endif
    };
    bool added = true;

    for (size_t i = 0; added && i < LC_COUNT(ciphers); i++)
        added = EVP_add_cipher(ciphers[i]()) == 1;
    return added;
}

void lc_ossl_know_names(void)
{
    static bool known;

    /* After the first fetch, which would give each of these names to the providers, too. */
    if (!known && lc_ossl_sha256() != NULL)
        known = add_digests() && add_ciphers();
}
#endif

/* --------------------------------------------------------------------------------------------- */

bool lc_ossl_fail(struct lc_err *err, enum lc_code code, const char *format, ...)
{
    char message[1024];
    char reasons[512] = "";
    size_t used = 0;
    bool no_memory = is_starved;
    const char *last = NULL;
    va_list args;

    is_starved = false;
    for (unsigned long number; (number = ERR_get_error()) != 0;) {
        const char *reason = ERR_reason_error_string(number);
        no_memory = no_memory || ERR_GET_REASON(number) == ERR_R_MALLOC_FAILURE;
        if (reason == NULL || (last != NULL && strcmp(last, reason) == 0))
            continue;
        last = reason;
        const size_t room = sizeof(reasons) - used;
        const int length = snprintf(reasons + used, room, "%s%s", used == 0 ? ": " : ", ", reason);
        used += length < 0 || (size_t)length >= room ? 0 : (size_t)length;
    }
    if (no_memory)
        return lc_fail_memory(err);
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args); /* cut where it is longer */
    va_end(args);
    return lc_fail(err, code, "%s%s", message, reasons);
}

bool lc_ossl_is_starved(void)
{
    return is_starved;
}

void lc_ossl_clear(void)
{
    is_starved = false;
    ERR_clear_error();
}

bool lc_ossl_random(void *bytes, size_t len, struct lc_err *err)
{
    if (len > INT_MAX || RAND_bytes(bytes, (int)len) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot get random bytes");
    return true;
}

bool lc_ossl_uuid(char text[LC_UUID_TEXT_BYTES], struct lc_err *err)
{
    unsigned char bytes[16];
    char hex[2 * sizeof(bytes) + 1];

    if (!lc_ossl_random(bytes, sizeof(bytes), err))
        return false;
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
    lc_hex_encode(bytes, sizeof(bytes), hex);
    (void)snprintf(text, LC_UUID_TEXT_BYTES, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                   hex + 16, hex + 20);
    return true;
}

bool lc_bytes_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || CRYPTO_memcmp(a, b, a_len) == 0);
}
