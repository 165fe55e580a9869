/* Plain JSON, read quickly: ASCII, whole numbers of up to 18 digits, no key twice. Private to
 * base/json. */
#ifndef LC_BASE_JSON_PLAIN_H
#define LC_BASE_JSON_PLAIN_H

#include <stddef.h>

struct json_t; /* the library's */

/* NULL for anything else, valid or not: then the library reads it, whose word on it counts.
 * Allocates with the library's functions, which do not return when there is no memory. levels: of
 * nesting, at most. */
struct json_t *lc_json_plain(const char *text, size_t len, unsigned levels);

#endif
