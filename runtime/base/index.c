/* A hash index: open addressing, at most three quarters full. */
#include "base/index.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

struct lc_index_slot {
    const void *key; /* NULL: free */
    size_t key_len;
    size_t value;
    uint64_t hash;
};

void lc_index_release(struct lc_index *index)
{
    lc_free(index->slots);
    *index = (struct lc_index)LC_INDEX_INIT;
}

/* FNV-1a. The keys that an adversary chooses are digests by then, which it cannot steer. */
static uint64_t hash_bytes(const unsigned char *bytes, size_t len)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static struct lc_index_slot *find(const struct lc_index *index, const void *key, size_t key_len,
                                  uint64_t hash)
{
    const size_t mask = index->slot_count - 1;
    size_t at = (size_t)hash & mask;

    while (index->slots[at].key != NULL) {
        const struct lc_index_slot *slot = &index->slots[at];
        if (slot->hash == hash && slot->key_len == key_len && memcmp(slot->key, key, key_len) == 0)
            break;
        at = (at + 1) & mask;
    }
    return &index->slots[at];
}

static bool grow(struct lc_index *index, struct lc_err *err)
{
    struct lc_index bigger = { .slot_count = index->slot_count == 0 ? 16 : index->slot_count * 2,
                               .count = index->count };

    bigger.slots = lc_alloc(bigger.slot_count, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < index->slot_count; i++) {
        const struct lc_index_slot *slot = &index->slots[i];
        if (slot->key != NULL)
            *find(&bigger, slot->key, slot->key_len, slot->hash) = *slot;
    }
    lc_free(index->slots);
    *index = bigger;
    return true;
}

bool lc_index_put(struct lc_index *index, const void *key, size_t key_len, size_t value,
                  size_t *value_out, struct lc_err *err)
{
    if (index->count + 1 > index->slot_count / 4 * 3 && !grow(index, err))
        return false;
    const uint64_t hash = hash_bytes(key, key_len);
    struct lc_index_slot *slot = find(index, key, key_len, hash);
    if (slot->key == NULL) {
        *slot =
            (struct lc_index_slot){ .key = key, .key_len = key_len, .value = value, .hash = hash };
        index->count++;
    }
    if (value_out != NULL)
        *value_out = slot->value;
    return true;
}

size_t lc_index_get(const struct lc_index *index, const void *key, size_t key_len)
{
    if (index->count == 0)
        return LC_INDEX_NONE;
    const struct lc_index_slot *slot = find(index, key, key_len,
                                            hash_bytes((const unsigned char *)key, key_len));
    return slot->key == NULL ? LC_INDEX_NONE : slot->value;
}
