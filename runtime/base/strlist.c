/* An owned list of strings. */
#include "base/strlist.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void lc_strlist_release(struct lc_strlist *list)
{
    for (size_t i = 0; i < list->count; i++)
        lc_free(list->items[i]);
    lc_free(list->items);
    *list = (struct lc_strlist)LC_STRLIST_INIT;
}

static bool add_owned(struct lc_strlist *list, char *text, struct lc_err *err)
{
    /* One more than the count, for the NULL at the end. */
    if (text == NULL ||
        !lc_grow(&list->items, &list->capacity, list->count + 1, sizeof(*list->items))) {
        lc_free(text);
        return lc_fail_memory(err);
    }
    list->items[list->count++] = text;
    list->items[list->count] = NULL;
    return true;
}

bool lc_strlist_add(struct lc_strlist *list, const char *text, struct lc_err *err)
{
    return add_owned(list, lc_strdup(text), err);
}

bool lc_strlist_add_len(struct lc_strlist *list, const char *text, size_t len, struct lc_err *err)
{
    return add_owned(list, lc_strndup(text, len), err);
}

bool lc_strlist_addf(struct lc_strlist *list, struct lc_err *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : lc_alloc((size_t)length + 1, 1);
    if (text != NULL) {
        va_start(args, format);
        (void)vsnprintf(text, (size_t)length + 1, format, args); /* measured above */
        va_end(args);
    }
    return add_owned(list, text, err);
}

bool lc_strlist_has(const struct lc_strlist *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void lc_strlist_sort(struct lc_strlist *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof(*list->items), by_bytes);
}

void lc_strlist_unique(struct lc_strlist *list)
{
    size_t kept = 0;

    lc_strlist_sort(list);
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && strcmp(list->items[kept - 1], list->items[i]) == 0)
            lc_free(list->items[i]);
        else
            list->items[kept++] = list->items[i];
    }
    if (list->items != NULL)
        list->items[kept] = NULL;
    list->count = kept;
}

bool lc_strlist_copy(struct lc_strlist *out, const struct lc_strlist *from, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist copy = LC_STRLIST_INIT;

    for (size_t i = 0; i < from->count; i++)
        if (!lc_strlist_add(&copy, from->items[i], err))
            return false;
    lc_strlist_release(out);
    *out = copy;
    copy = (struct lc_strlist)LC_STRLIST_INIT;
    return true;
}

bool lc_strlist_equals(const struct lc_strlist *a, const struct lc_strlist *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}
