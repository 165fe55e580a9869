/* The one allocation seam. Sizes are checked for overflow; NULL means out of memory, which the
 * caller turns into lc_fail_memory. What is allocated here is freed with lc_free. Nothing secret
 * is kept in such memory: see base/secret.h. */
#ifndef LC_BASE_MEM_H
#define LC_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/attr.h"

/* count * size bytes, zeroed. count or size 0 gives one byte, never NULL. */
void *lc_alloc(size_t count, size_t size) LC_MUST_CHECK;

/* Like realloc to count * size bytes; the new part is not zeroed; on failure old stays valid. */
void *lc_resize(void *old, size_t count, size_t size) LC_MUST_CHECK;

/* Copies; text need not be terminated in the second; the copy is. */
char *lc_strdup(const char *text) LC_MUST_CHECK;
char *lc_strndup(const char *text, size_t len) LC_MUST_CHECK;

/* NULL is fine. */
void lc_free(void *memory);

/* Room for element number `count` of an array: doubles *capacity when it is full. array is the
 * address of the array's pointer. False when out of memory; the array is then as it was.
 *     if (!lc_grow(&list->items, &list->capacity, list->count, sizeof(*list->items))) ... */
bool lc_grow(void *array, size_t *capacity, size_t count, size_t size) LC_MUST_CHECK;

/* LC_AUTO(lc_free) char *text = NULL; for a pointer to any type. */
static inline void lc_free_auto(void *slot)
{
    void *memory;

    memcpy(&memory, slot, sizeof(memory)); /* the slot is a pointer of any type */
    lc_free(memory);
}

#ifdef LC_FAULT_HOOKS
/* Tests only: the allocation number `nth` from now (1 is the next) fails, once; 0 turns it off.
 * lc_fault_fired tells whether it happened. */
void lc_fault_allocation(unsigned long nth);
bool lc_fault_fired(void);
#endif

#endif
