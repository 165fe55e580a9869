/* Bytes that are cleansed whenever they move or go: private keys as text, secret contents,
 * passwords. There is no way to print one. Growing allocates, copies and cleanses the old block.
 *
 *     LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
 *     if (!lc_secret_set(&pem, text, len, err)) ... */
#ifndef LC_BASE_SECRET_H
#define LC_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/* Juju's own limit on the content of a secret, counted in base64, and on a file that one is read
 * from; 3.6.9 and later (juju-hooks 3.3). */
#define LC_SECRET_MAX_BYTES 1000000

/* What one of these may hold: the JSON of the largest content, with each byte of it escaped. */
#define LC_SECRET_BUFFER_BYTES (8 * 1024 * 1024)

struct lc_secret {
    char *data; /* owned; len bytes and a NUL; NULL when empty */
    size_t len;
    size_t capacity;
};

#define LC_SECRET_INIT                                                                             \
    {                                                                                              \
        .data = NULL, .len = 0, .capacity = 0                                                      \
    }

void lc_secret_release(struct lc_secret *secret);
LC_AUTO_VALUE(struct lc_secret, lc_secret_release);

/* Replace or append. LC_ELIMIT past LC_SECRET_BUFFER_BYTES, LC_ENOMEM; the secret is then as
 * before. */
bool lc_secret_set(struct lc_secret *secret, const void *bytes, size_t len, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_secret_append(struct lc_secret *secret, const void *bytes, size_t len, struct lc_err *err)
    LC_MUST_CHECK;

/* Room for len more bytes at data + len, for reading into; NULL with err set as above. */
char *lc_secret_room(struct lc_secret *secret, size_t len, struct lc_err *err);
void lc_secret_grew(struct lc_secret *secret, size_t len);

/* In time that does not depend on where they differ. */
bool lc_secret_equals(const struct lc_secret *a, const struct lc_secret *b);

/* Move: to gets the bytes, from is empty. */
void lc_secret_move(struct lc_secret *to, struct lc_secret *from);

/* Overwrite memory that held something secret; the compiler does not optimise it away. */
void lc_cleanse(void *memory, size_t len);

#endif
