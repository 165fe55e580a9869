/* Plain JSON where it stands: strings are found in the text and decoded when they are wanted, so
 * that a databag of megabytes, most of which is for others, costs one look. Plain is ASCII, without
 * \u and \/. What is not plain is no error: the caller turns to lc_json_parse, whose word on it
 * counts.
 *
 *     struct lc_json_scan scan = { .at = text, .end = text + len };
 *     struct lc_json_span name;
 *     if (lc_json_scan_take(&scan, '[') && lc_json_scan_string(&scan, &name) && ...
 *         lc_json_scan_ends(&scan)) */
#ifndef LC_BASE_JSON_SCAN_H
#define LC_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strmap.h"

struct lc_json_scan {
    const char *at;
    const char *end;
};

/* A string as it stands between its quotes; a view into the text. */
struct lc_json_span {
    const char *begin;
    size_t len;
    bool has_escapes;
};

/* Past white space, and past what is looked for behind it. False leaves the scan anywhere, as do
 * the functions below. */
void lc_json_scan_space(struct lc_json_scan *scan);
bool lc_json_scan_take(struct lc_json_scan *scan, char wanted);
bool lc_json_scan_ends(struct lc_json_scan *scan);

/* Without white space before it. */
bool lc_json_scan_word(struct lc_json_scan *scan, const char *word);
bool lc_json_scan_string(struct lc_json_scan *scan, struct lc_json_span *out);

/* What the string means, at most as long as the span; the length. Not terminated. `to` may be where
 * the span stands, or before it in the same text. */
size_t lc_json_span_decode(const struct lc_json_span *span, char *to);

/* A copy of what it means, freed with lc_free; NULL when out of memory. */
char *lc_json_span_dup(const struct lc_json_span *span) LC_MUST_CHECK;

/* A plain object of texts, no key twice and none with escapes, into a map that is empty. *plain:
 * whether it is one; where it is not, the map is empty and the text as it was. Otherwise the text's
 * memory may have become that of its longest value: it is released. */
bool lc_json_scan_texts(struct lc_buf *text, struct lc_strmap *out, bool *plain, struct lc_err *err)
    LC_MUST_CHECK;

#endif
