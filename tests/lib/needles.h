/* What of a private key is looked for in memory: pieces of its secret numbers, in each form in
 * which a key goes about. They are in a file that processes share, so that one that never made the
 * key knows them as soon as another has. Nothing here allocates, and no piece is ever outside the
 * file. */
#ifndef LC_TESTS_NEEDLES_H
#define LC_TESTS_NEEDLES_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

/* A needle begins at every fourth byte of a form: what is left of it is found when it is this and
 * three bytes more long. */
#define NEEDLE_BYTES 16
#define NEEDLE_STEP  4

struct needle {
    const char *form; /* "DER", "bignum", "PEM", "base64 of PEM", "hex" */
    size_t at;        /* of the memory that was looked through */
};

/* Shares the file, which is made when it is not there. False: it cannot be. */
bool needles_open(const char *path);

/* Adds the needles of a key. */
bool needles_add(EVP_PKEY *pkey);

size_t needles_count(void);

/* The first one in these bytes. Never looks at needles themselves. */
bool needles_find(const void *memory, size_t len, struct needle *out);

/* Where they are: not to be looked through. */
bool needles_are_at(const void *memory);

#endif
