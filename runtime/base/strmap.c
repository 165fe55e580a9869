/* An owned, sorted map of text to text. */
#include "base/strmap.h"

#include <string.h>

#include "base/mem.h"

void lc_strmap_release(struct lc_strmap *map)
{
    for (size_t i = 0; i < map->count; i++) {
        lc_free(map->entries[i].key);
        lc_free(map->entries[i].value);
    }
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

bool lc_strmap_set(struct lc_strmap *map, const char *key, const char *value, struct lc_err *err)
{
    bool found;
    const size_t at = find(map, key, &found);
    LC_AUTO(lc_free) char *value_copy = lc_strdup(value);

    if (value_copy == NULL)
        return lc_fail_memory(err);
    if (found) {
        lc_free(map->entries[at].value);
        map->entries[at].value = LC_STEAL(value_copy);
        return true;
    }
    LC_AUTO(lc_free) char *key_copy = lc_strdup(key);
    if (key_copy == NULL ||
        !lc_grow(&map->entries, &map->capacity, map->count, sizeof(*map->entries)))
        return lc_fail_memory(err);
    memmove(map->entries + at + 1, map->entries + at, (map->count - at) * sizeof(*map->entries));
    map->entries[at].key = LC_STEAL(key_copy);
    map->entries[at].value = LC_STEAL(value_copy);
    map->count++;
    return true;
}

bool lc_strmap_remove(struct lc_strmap *map, const char *key)
{
    bool found;
    const size_t at = find(map, key, &found);

    if (!found)
        return false;
    lc_free(map->entries[at].key);
    lc_free(map->entries[at].value);
    map->count--;
    memmove(map->entries + at, map->entries + at + 1, (map->count - at) * sizeof(*map->entries));
    return true;
}

bool lc_strmap_copy(struct lc_strmap *out, const struct lc_strmap *from, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap copy = LC_STRMAP_INIT;

    for (size_t i = 0; i < from->count; i++)
        if (!lc_strmap_set(&copy, from->entries[i].key, from->entries[i].value, err))
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
