/* The one allocation seam. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef LC_FAULT_HOOKS
static unsigned long fault_countdown;
static bool fault_fired;

void lc_fault_allocation(unsigned long nth)
{
    fault_countdown = nth;
    fault_fired = false;
}

bool lc_fault_fired(void)
{
    return fault_fired;
}

static bool fault_is_due(void)
{
    if (fault_countdown == 0 || --fault_countdown != 0)
        return false;
    fault_fired = true;
    return true;
}
#else
static bool fault_is_due(void)
{
    return false;
}
#endif

void *lc_alloc(size_t count, size_t size)
{
    if (fault_is_due())
        return NULL;
    if (count == 0 || size == 0)
        return calloc(1, 1);
    return calloc(count, size); /* checks the product itself */
}

void *lc_resize(void *old, size_t count, size_t size)
{
    if (fault_is_due())
        return NULL;
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return realloc(old, count * size == 0 ? 1 : count * size);
}

char *lc_strdup(const char *text)
{
    return lc_strndup(text, strlen(text));
}

char *lc_strndup(const char *text, size_t len)
{
    char *copy = len == SIZE_MAX ? NULL : lc_alloc(len + 1, 1);

    if (copy != NULL && len != 0)
        memcpy(copy, text, len);
    return copy;
}

void lc_free(void *memory)
{
    free(memory);
}

/* slot: of a pointer to any type. */
static void set_pointer(void *slot, void *pointer)
{
    memcpy(slot, &pointer, sizeof(pointer));
}

bool lc_grow(void *array, size_t *capacity, size_t count, size_t size)
{
    void *items;

    if (count < *capacity)
        return true;
    const size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
    memcpy(&items, array, sizeof(items)); /* a pointer to any type */
    void *grown = wanted < *capacity ? NULL : lc_resize(items, wanted, size);
    if (grown == NULL)
        return false;
    set_pointer(array, grown);
    *capacity = wanted;
    return true;
}
