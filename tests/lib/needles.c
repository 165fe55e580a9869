/* The needles of private keys, and a search for all of them at once. */
#include "needles.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define NEEDLES_MAX 65536
#define TEXT_BYTES  16384
#define HEADS       65536

/* A form of a key, and which of its bytes give a secret away. */
struct text {
    unsigned char bytes[TEXT_BYTES];
    bool secret[TEXT_BYTES];
    size_t len;
};

enum form { FORM_DER, FORM_BIGNUM, FORM_PEM, FORM_LINE, FORM_PEM_BASE64, FORM_HEX };
static const char *const form_names[] = { "DER",           "bignum", "PEM", "PEM in one line",
                                          "base64 of PEM", "hex" };

/* The file. count is written last. */
struct shared {
    volatile size_t count;
    struct {
        unsigned char bytes[NEEDLE_BYTES];
        unsigned char form;
    } needles[NEEDLES_MAX];
    struct text der; /* the work of adding a key */
    struct text number;
    struct text pem;
    struct text made;
};

static struct shared *shared;
static int shared_fd = -1;

/* By the first two bytes: chains of needles, by number + 1. */
static uint32_t heads[HEADS];
static uint32_t next[NEEDLES_MAX];
static size_t indexed;

bool needles_open(const char *path)
{
    shared_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (shared_fd == -1 || ftruncate(shared_fd, sizeof(*shared)) == -1)
        return false;
    void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, shared_fd, 0);
    shared = memory == MAP_FAILED ? NULL : memory;
    return shared != NULL;
}

size_t needles_count(void)
{
    return shared == NULL ? 0 : shared->count;
}

bool needles_are_at(const void *memory)
{
    const char *at = memory;

    return shared != NULL && at >= (char *)shared && at < (char *)(shared + 1);
}

/* --- forms ----------------------------------------------------------------------------------- */

static void put(struct text *text, unsigned char byte, bool secret)
{
    if (text->len == TEXT_BYTES)
        return;
    text->bytes[text->len] = byte;
    text->secret[text->len++] = secret;
}

static void put_base64(const struct text *from, size_t line, struct text *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t bit = 0, digit = 0; bit + 6 <= from->len * 8; bit += 6, digit++) {
        const size_t at = bit / 8;
        const size_t last = (bit + 5) / 8;
        const unsigned pair = (unsigned)from->bytes[at] << 8 | (last == at ? 0 : from->bytes[last]);
        if (line != 0 && digit != 0 && digit % line == 0)
            put(out, '\n', true); /* a line's end inside of a secret is part of it */
        put(out, (unsigned char)digits[pair >> (10 - bit % 8) & 63],
            from->secret[at] && from->secret[last]);
    }
}

static void put_hex(const struct text *from, struct text *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < from->len; i++) {
        put(out, (unsigned char)digits[from->bytes[i] >> 4], from->secret[i]);
        put(out, (unsigned char)digits[from->bytes[i] & 15], from->secret[i]);
    }
}

static void add_needles(const struct text *text, enum form form)
{
    size_t secret = 0; /* bytes in a row up to here */

    for (size_t i = 0; i < text->len && shared->count < NEEDLES_MAX; i++) {
        secret = text->secret[i] ? secret + 1 : 0;
        if (secret < NEEDLE_BYTES || (secret - NEEDLE_BYTES) % NEEDLE_STEP != 0)
            continue;
        memcpy(shared->needles[shared->count].bytes, text->bytes + i + 1 - NEEDLE_BYTES,
               NEEDLE_BYTES);
        shared->needles[shared->count].form = (unsigned char)form;
        shared->count++;
    }
}

/* --- keys ------------------------------------------------------------------------------------ */

/* The number is secret wherever it stands in the DER; backwards it is as OpenSSL keeps it. */
static void mark_number(void)
{
    for (size_t at = 0; at + shared->number.len <= shared->der.len; at++)
        if (memcmp(shared->der.bytes + at, shared->number.bytes, shared->number.len) == 0)
            memset(shared->der.secret + at, true, shared->number.len);
}

static void add_bignum(void)
{
    shared->made.len = 0;
    for (size_t i = shared->number.len; i > 0; i--)
        put(&shared->made, shared->number.bytes[i - 1], true);
    add_needles(&shared->made, FORM_BIGNUM);
}

static bool take_bignum(EVP_PKEY *pkey, const char *name)
{
    BIGNUM *number = NULL;
    const bool good = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
                      BN_num_bytes(number) <= TEXT_BYTES;

    shared->number.len = good ? (size_t)BN_bn2bin(number, shared->number.bytes) : 0;
    BN_clear_free(number);
    return good;
}

/* done is called with each secret number in shared->number. */
static bool each_number(EVP_PKEY *pkey, void (*done)(void))
{
    static const char *const of_rsa[] = {
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1
    };
    static const char *const of_ec[] = { OSSL_PKEY_PARAM_PRIV_KEY };
    const bool is_rsa = EVP_PKEY_is_a(pkey, "RSA");
    const char *const *names = is_rsa ? of_rsa : of_ec;
    const size_t count = is_rsa ? sizeof(of_rsa) / sizeof(*of_rsa) : 1;
    size_t len = TEXT_BYTES;

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        if (EVP_PKEY_get_raw_private_key(pkey, shared->number.bytes, &len) != 1)
            return false;
        shared->number.len = len;
        done();
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!take_bignum(pkey, names[i]))
            return false;
        done();
    }
    return true;
}

static bool take_der(EVP_PKEY *pkey, bool traditional)
{
    unsigned char *at = shared->der.bytes;
    PKCS8_PRIV_KEY_INFO *info = traditional ? NULL : EVP_PKEY2PKCS8(pkey);
    const int len = traditional ? i2d_PrivateKey(pkey, &at) : i2d_PKCS8_PRIV_KEY_INFO(info, &at);

    PKCS8_PRIV_KEY_INFO_free(info);
    shared->der.len = len < 0 ? 0 : (size_t)len;
    memset(shared->der.secret, false, sizeof(shared->der.secret));
    return len > 0;
}

/* The first line of a PEM moves all the rest of its base64: each of the labels is one form. */
static void add_pem(const char *label)
{
    shared->pem.len = 0;
    for (const char *at = label; *at != '\0'; at++)
        put(&shared->pem, (unsigned char)*at, false);
    put_base64(&shared->der, 64, &shared->pem);
    shared->made.len = 0;
    put_base64(&shared->pem, 0, &shared->made);
    add_needles(&shared->made, FORM_PEM_BASE64);
}

static void add_forms(void)
{
    add_needles(&shared->der, FORM_DER);
    shared->made.len = 0;
    put_base64(&shared->der, 64, &shared->made);
    add_needles(&shared->made, FORM_PEM);
    shared->made.len = 0;
    put_base64(&shared->der, 0, &shared->made);
    add_needles(&shared->made, FORM_LINE);
    shared->made.len = 0;
    put_hex(&shared->der, &shared->made);
    add_needles(&shared->made, FORM_HEX);
}

bool needles_add(EVP_PKEY *pkey)
{
    bool good = shared != NULL && flock(shared_fd, LOCK_EX) == 0;

    if (!good)
        return false;
    good = each_number(pkey, add_bignum);
    for (int traditional = 0; traditional < 2 && good; traditional++) {
        good = take_der(pkey, traditional != 0) && each_number(pkey, mark_number);
        add_forms();
        add_pem(traditional == 0             ? "-----BEGIN PRIVATE KEY-----\n"
                : EVP_PKEY_is_a(pkey, "RSA") ? "-----BEGIN RSA PRIVATE KEY-----\n"
                                             : "-----BEGIN EC PRIVATE KEY-----\n");
    }
    return flock(shared_fd, LOCK_UN) == 0 && good && shared->count < NEEDLES_MAX;
}

/* --- searching ------------------------------------------------------------------------------- */

static size_t head_of(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

static void index_new(void)
{
    for (; indexed < shared->count; indexed++) {
        const size_t head = head_of(shared->needles[indexed].bytes);
        next[indexed] = heads[head];
        heads[head] = (uint32_t)indexed + 1;
    }
}

bool needles_find(const void *memory, size_t len, struct needle *out)
{
    const unsigned char *bytes = memory;

    if (shared == NULL || shared->count == 0)
        return false;
    index_new();
    for (size_t at = 0; at + NEEDLE_BYTES <= len; at++)
        for (uint32_t one = heads[head_of(bytes + at)]; one != 0; one = next[one - 1])
            if (memcmp(bytes + at, shared->needles[one - 1].bytes, NEEDLE_BYTES) == 0) {
                *out = (struct needle){ form_names[shared->needles[one - 1].form], at };
                return true;
            }
    return false;
}
