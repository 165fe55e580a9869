/* An owned list of strings, in the order they were added. */
#ifndef LC_BASE_STRLIST_H
#define LC_BASE_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct lc_strlist {
    char **items; /* owned, as is each item; NULL-terminated once something was added */
    size_t count;
    size_t capacity;
};

#define LC_STRLIST_INIT                                                                            \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_strlist_release(struct lc_strlist *list);
LC_AUTO_VALUE(struct lc_strlist, lc_strlist_release);

/* Copies text. */
bool lc_strlist_add(struct lc_strlist *list, const char *text, struct lc_err *err) LC_MUST_CHECK;
bool lc_strlist_add_len(struct lc_strlist *list, const char *text, size_t len, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_strlist_addf(struct lc_strlist *list, struct lc_err *err, const char *format, ...)
    LC_PRINTF(3, 4) LC_MUST_CHECK;

bool lc_strlist_has(const struct lc_strlist *list, const char *text);

/* By bytes; lc_strlist_unique sorts and drops what is there twice. */
void lc_strlist_sort(struct lc_strlist *list);
void lc_strlist_unique(struct lc_strlist *list);

/* out: initialised; its old content goes. On failure it is as before. */
bool lc_strlist_copy(struct lc_strlist *out, const struct lc_strlist *from, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_strlist_equals(const struct lc_strlist *a, const struct lc_strlist *b);

#endif
