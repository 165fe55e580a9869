/* Bytes that are cleansed. The one place outside x509/ that calls OpenSSL: its cleanse cannot be
 * optimised away. */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/mem.h"

void lc_cleanse(void *memory, size_t len)
{
    if (memory != NULL && len != 0)
        OPENSSL_cleanse(memory, len);
}

void lc_secret_release(struct lc_secret *secret)
{
    lc_cleanse(secret->data, secret->capacity);
    lc_free(secret->data);
    *secret = (struct lc_secret)LC_SECRET_INIT;
}

char *lc_secret_room(struct lc_secret *secret, size_t len, struct lc_err *err)
{
    if (len > LC_SECRET_BUFFER_BYTES - secret->len) {
        (void)lc_fail(err, LC_ELIMIT, "a secret is over %d bytes", LC_SECRET_BUFFER_BYTES);
        return NULL;
    }
    const size_t needed = secret->len + len + 1;
    if (needed <= secret->capacity)
        return secret->data + secret->len;
    const size_t capacity = needed < secret->capacity * 2 ? secret->capacity * 2 : needed;
    char *grown = lc_alloc(capacity, 1);
    if (grown == NULL) {
        (void)lc_fail_memory(err);
        return NULL;
    }
    if (secret->len != 0)
        memcpy(grown, secret->data, secret->len);
    lc_cleanse(secret->data, secret->capacity);
    lc_free(secret->data);
    secret->data = grown;
    secret->capacity = capacity;
    return secret->data + secret->len;
}

void lc_secret_grew(struct lc_secret *secret, size_t len)
{
    secret->len += len;
    secret->data[secret->len] = '\0';
}

bool lc_secret_append(struct lc_secret *secret, const void *bytes, size_t len, struct lc_err *err)
{
    char *room = lc_secret_room(secret, len, err);

    if (room == NULL)
        return false;
    if (len != 0)
        memcpy(room, bytes, len);
    lc_secret_grew(secret, len);
    return true;
}

bool lc_secret_set(struct lc_secret *secret, const void *bytes, size_t len, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret fresh = LC_SECRET_INIT;

    if (!lc_secret_append(&fresh, bytes, len, err))
        return false;
    lc_secret_move(secret, &fresh);
    return true;
}

bool lc_secret_equals(const struct lc_secret *a, const struct lc_secret *b)
{
    return a->len == b->len && (a->len == 0 || CRYPTO_memcmp(a->data, b->data, a->len) == 0);
}

void lc_secret_move(struct lc_secret *to, struct lc_secret *from)
{
    if (to == from)
        return;
    lc_secret_release(to);
    *to = *from;
    *from = (struct lc_secret)LC_SECRET_INIT;
}
