/* Compiler attributes, and release of locals by scope. Knows no types of ours. */
#ifndef LC_BASE_ATTR_H
#define LC_BASE_ATTR_H

#include <stddef.h>

#define LC_MUST_CHECK         __attribute__((warn_unused_result))
#define LC_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define LC_COUNT(array)       (sizeof(array) / sizeof((array)[0]))

/* Release a local when its scope ends:
 *     LC_AUTO(lc_buf_release) struct lc_buf out;
 *     LC_AUTO(lc_csr_free) struct lc_csr *csr = NULL;
 * A header offers this for its types with one of the two lines below. The variable must be
 * initialised where it is declared. */
#define LC_AUTO(release) __attribute__((cleanup(release##_auto)))

#define LC_AUTO_POINTER(type, release)                                                             \
    static inline void release##_auto(type **slot)                                                 \
    {                                                                                              \
        release(*slot);                                                                            \
    }                                                                                              \
    struct lc_swallow_semicolon

#define LC_AUTO_VALUE(type, release)                                                               \
    static inline void release##_auto(type *slot)                                                  \
    {                                                                                              \
        release(slot);                                                                             \
    }                                                                                              \
    struct lc_swallow_semicolon

/* Hand the pointer on and forget it, so that the scope does not free it. */
#define LC_STEAL(pointer)                                                                          \
    __extension__({                                                                                \
        __typeof__(pointer) *lc_slot_ = &(pointer);                                                \
        __typeof__(pointer) lc_value_ = *lc_slot_;                                                 \
        *lc_slot_ = NULL;                                                                          \
        lc_value_;                                                                                 \
    })

#endif
