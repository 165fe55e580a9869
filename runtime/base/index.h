/* A hash index from bytes (a digest, a label) to a number such as a place in an array. Keys are
 * borrowed: they must live, unchanged, as long as the index. */
#ifndef LC_BASE_INDEX_H
#define LC_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_index_slot;

struct lc_index {
    struct lc_index_slot *slots; /* owned; a power of two of them, or none */
    size_t slot_count;
    size_t count;
};

#define LC_INDEX_INIT                                                                              \
    {                                                                                              \
        .slots = NULL, .slot_count = 0, .count = 0                                                 \
    }
#define LC_INDEX_NONE ((size_t)-1)

void lc_index_release(struct lc_index *index);
LC_AUTO_VALUE(struct lc_index, lc_index_release);

/* The first value put under a key stays; value_out, which may be NULL, is the one that is there. */
bool lc_index_put(struct lc_index *index, const void *key, size_t key_len, size_t value,
                  size_t *value_out, struct lc_err *err) LC_MUST_CHECK;

/* LC_INDEX_NONE when absent. */
size_t lc_index_get(const struct lc_index *index, const void *key, size_t key_len);

#endif
