/* Text and its encodings: UTF-8, hex, base64, white space, whole numbers. */
#ifndef LC_BASE_TEXT_H
#define LC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

bool lc_text_has_prefix(const char *text, const char *prefix);
bool lc_text_has_suffix(const char *text, const char *suffix);

/* Without regard to the case of ASCII letters. */
bool lc_text_equals_nocase(const char *a, const char *b);
bool lc_text_contains_nocase(const char *text, const char *part);

/* The name that is most like text, for "did you mean"; NULL when none is near. names ends with
 * NULL. Letters inserted, left out, replaced or swapped with their neighbour count one each; near
 * is up to a third of text's length, at least one. */
const char *lc_text_nearest(const char *text, const char *const *names);

/* RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool lc_text_is_utf8(const char *text, size_t len);

/* The code point at text, which has len > 0 bytes, and its length in bytes; -1 with length 1 for a
 * byte that is not UTF-8 there. */
int32_t lc_text_codepoint(const char *text, size_t len, size_t *len_out);

/* Whether a person sees what is there: UTF-8 without controls (C0, DEL, C1), and without characters
 * that are not seen or change the order in which others are (Unicode's Cf and line separators). */
bool lc_text_is_clear(const char *text, size_t len);

/* Decimal digits only, no sign, no blanks, up to max. */
bool lc_text_to_number(const char *text, int64_t max, int64_t *out);

/* Lower-case hex; out has room for 2 * len + 1 characters. */
void lc_hex_encode(const void *bytes, size_t len, char *out);

/* RFC 4648 section 4, with padding, no line breaks. Decoding skips ASCII white space and refuses
 * everything else: LC_EPARSE. */
void lc_base64_encode(const void *bytes, size_t len, struct lc_buf *out);
bool lc_base64_decode(const char *text, size_t len, struct lc_buf *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
