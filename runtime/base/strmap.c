/* An owned, sorted map of text to text. */
#include "base/strmap.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* A value, in all maps that have it. */
struct shared {
    size_t holders;
    char text[];
};

static struct shared *share_of(const char *value)
{
    return (struct shared *)(void *)((size_t)(const void *)value - offsetof(struct shared, text));
}

static struct shared *make_share(size_t len, struct lc_err *err)
{
    struct shared *shared = len > SIZE_MAX - sizeof(*shared) - 1
                                ? NULL
                                : lc_alloc(sizeof(*shared) + len + 1, 1);

    if (shared == NULL)
        (void)lc_fail_memory(err);
    else
        shared->holders = 1;
    return shared;
}

static void drop_share(struct shared *shared)
{
    if (shared != NULL && --shared->holders == 0)
        lc_free(shared);
}
LC_AUTO_POINTER(struct shared, drop_share);

static void release_entry(struct lc_strmap_entry *entry)
{
    lc_free(entry->key);
    drop_share(share_of(entry->value));
}

void lc_strmap_release(struct lc_strmap *map)
{
    for (size_t i = 0; i < map->count; i++)
        release_entry(&map->entries[i]);
    lc_free(map->entries);
    *map = (struct lc_strmap)LC_STRMAP_INIT;
}

/* Where key is, or where it belongs. */
static size_t find(const struct lc_strmap *map, const char *key, bool *found)
{
    size_t low = 0;
    size_t high = map->count;

    *found = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(map->entries[middle].key, key);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *lc_strmap_get(const struct lc_strmap *map, const char *key)
{
    bool found;
    const size_t at = find(map, key, &found);

    return found ? map->entries[at].value : NULL;
}

/* The holder is taken, also on failure. */
static bool put(struct lc_strmap *map, const char *key, struct shared *holder, struct lc_err *err)
{
    LC_AUTO(drop_share) struct shared *value = holder;
    bool found;
    const size_t at = find(map, key, &found);

    if (found) {
        drop_share(share_of(map->entries[at].value));
        map->entries[at].value = LC_STEAL(value)->text;
        return true;
    }
    LC_AUTO(lc_free) char *key_copy = lc_strdup(key);
    if (key_copy == NULL ||
        !lc_grow(&map->entries, &map->capacity, map->count, sizeof(*map->entries)))
        return lc_fail_memory(err);
    memmove(map->entries + at + 1, map->entries + at, (map->count - at) * sizeof(*map->entries));
    map->entries[at].key = LC_STEAL(key_copy);
    map->entries[at].value = LC_STEAL(value)->text;
    map->count++;
    return true;
}

char *lc_strmap_room(struct lc_strmap *map, const char *key, size_t len, struct lc_err *err)
{
    struct shared *value = make_share(len, err);

    return value != NULL && put(map, key, value, err) ? value->text : NULL;
}

bool lc_strmap_adopt(struct lc_strmap *map, const char *key, char *memory, size_t len,
                     struct lc_err *err)
{
    static_assert(LC_STRMAP_HEAD == offsetof(struct shared, text), "what stands before a value");
    char *fitted = lc_resize(memory, LC_STRMAP_HEAD + len + 1, 1);
    struct shared *value = (struct shared *)(void *)(fitted == NULL ? memory : fitted);

    value->holders = 1;
    value->text[len] = '\0';
    return put(map, key, value, err);
}

bool lc_strmap_set(struct lc_strmap *map, const char *key, const char *value, struct lc_err *err)
{
    const size_t len = strlen(value);
    struct shared *copy = make_share(len, err);

    if (copy == NULL)
        return false;
    memcpy(copy->text, value, len); /* before the old one goes, which it may be a part of */
    return put(map, key, copy, err);
}

bool lc_strmap_remove(struct lc_strmap *map, const char *key)
{
    bool found;
    const size_t at = find(map, key, &found);

    if (!found)
        return false;
    release_entry(&map->entries[at]);
    map->count--;
    memmove(map->entries + at, map->entries + at + 1, (map->count - at) * sizeof(*map->entries));
    return true;
}

bool lc_strmap_share(struct lc_strmap *map, const struct lc_strmap_entry *entry, struct lc_err *err)
{
    struct shared *value = share_of(entry->value);

    value->holders++;
    return put(map, entry->key, value, err);
}

bool lc_strmap_copy(struct lc_strmap *out, const struct lc_strmap *from, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap copy = LC_STRMAP_INIT;

    for (size_t i = 0; i < from->count; i++)
        if (!lc_strmap_share(&copy, &from->entries[i], err))
            return false;
    lc_strmap_release(out);
    *out = copy;
    copy = (struct lc_strmap)LC_STRMAP_INIT;
    return true;
}

bool lc_strmap_equals(const struct lc_strmap *a, const struct lc_strmap *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->entries[i].key, b->entries[i].key) != 0 ||
            strcmp(a->entries[i].value, b->entries[i].value) != 0)
            return false;
    return true;
}
