/* An owned map of text to text, kept sorted by key (bytes): a databag, a charm's state, a section
 * of YAML. Look-ups are by bisection. A value is never changed once it is there, and copies of a
 * map share it: databags are megabytes. Not for secrets. */
#ifndef LC_BASE_STRMAP_H
#define LC_BASE_STRMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_strmap_entry {
    char *key;
    const char *value; /* never NULL; shared with copies of the map */
};

struct lc_strmap {
    struct lc_strmap_entry *entries; /* owned, sorted by key */
    size_t count;
    size_t capacity;
};

#define LC_STRMAP_INIT                                                                             \
    {                                                                                              \
        .entries = NULL, .count = 0, .capacity = 0                                                 \
    }

void lc_strmap_release(struct lc_strmap *map);
LC_AUTO_VALUE(struct lc_strmap, lc_strmap_release);

/* NULL when absent; a view that lives until the map changes. */
const char *lc_strmap_get(const struct lc_strmap *map, const char *key);

/* Copies both; replaces what was there. */
bool lc_strmap_set(struct lc_strmap *map, const char *key, const char *value, struct lc_err *err)
    LC_MUST_CHECK;

/* An entry of another map, whose value is shared. */
bool lc_strmap_share(struct lc_strmap *map, const struct lc_strmap_entry *entry, struct lc_err *err)
    LC_MUST_CHECK;

/* Room for a value of up to len bytes and its NUL, to be filled before the map is used again;
 * replaces what was there. NULL: out of memory. */
char *lc_strmap_room(struct lc_strmap *map, const char *key, size_t len, struct lc_err *err)
    LC_MUST_CHECK;

/* A value that stands LC_STRMAP_HEAD bytes behind the beginning of memory from lc_alloc, or of an
 * lc_buf, with room for a NUL behind its len bytes. The memory is the map's from then on, also on
 * failure. Replaces what was there. */
bool lc_strmap_adopt(struct lc_strmap *map, const char *key, char *memory, size_t len,
                     struct lc_err *err) LC_MUST_CHECK;
#define LC_STRMAP_HEAD sizeof(size_t)

/* Whether it was there. */
bool lc_strmap_remove(struct lc_strmap *map, const char *key);

bool lc_strmap_copy(struct lc_strmap *out, const struct lc_strmap *from, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_strmap_equals(const struct lc_strmap *a, const struct lc_strmap *b);

#endif
