/* Strings of plain JSON, found where they stand, many letters at a time. */
#include "base/json_scan.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

void lc_json_scan_space(struct lc_json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

bool lc_json_scan_take(struct lc_json_scan *scan, char wanted)
{
    lc_json_scan_space(scan);
    if (scan->at == scan->end || *scan->at != wanted)
        return false;
    scan->at++;
    return true;
}

bool lc_json_scan_word(struct lc_json_scan *scan, const char *word)
{
    const size_t len = strlen(word);

    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
        return false;
    scan->at += len;
    return true;
}

bool lc_json_scan_ends(struct lc_json_scan *scan)
{
    lc_json_scan_space(scan);
    return scan->at == scan->end;
}

/* --- strings ---------------------------------------------------------------------------------- */

#define EACH(byte) (0x0101010101010101u * (byte))

/* Whether one of eight bytes is zero, or has its highest bit set. */
static uint64_t zero_or_high(uint64_t bytes)
{
    return ((bytes - EACH(1)) | bytes) & EACH(0x80);
}

/* Past letters that mean themselves, eight at a time; the lowest byte that is marked is one that
 * does not, those above it may be marked by its borrow or carry. */
static void skip_eights(struct lc_json_scan *scan)
{
    uint64_t bytes;

    for (; scan->end - scan->at >= (ptrdiff_t)sizeof(bytes); scan->at += sizeof(bytes)) {
        memcpy(&bytes, scan->at, sizeof(bytes));
        const uint64_t marked = zero_or_high(bytes ^ EACH('"')) | zero_or_high(bytes ^ EACH('\\')) |
                                zero_or_high(bytes - EACH(' ')) | zero_or_high(bytes + EACH(1));
        if (marked == 0)
            continue;
        if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
            scan->at += __builtin_ctzll(marked) / 8;
        return;
    }
}

#ifdef __SSE2__ /* as every x86-64 has it: sixteen at a time */
static void skip_plain(struct lc_json_scan *scan)
{
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(' ');
    const __m128i del = _mm_set1_epi8(0x7f);

    for (; scan->end - scan->at >= (ptrdiff_t)sizeof(blank); scan->at += sizeof(blank)) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)scan->at);
        const __m128i marks = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_or_si128(_mm_cmplt_epi8(bytes, blank), _mm_cmpeq_epi8(bytes, del)));
        const unsigned marked = (unsigned)_mm_movemask_epi8(marks); /* signed: over 0x7f is low */
        if (marked == 0)
            continue;
        scan->at += __builtin_ctz(marked);
        return;
    }
    skip_eights(scan);
}
#else
static void skip_plain(struct lc_json_scan *scan)
{
    skip_eights(scan);
}
#endif

/* '\0': none that is plain. */
static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case '"':
    case '\\':
        return letter;
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    default:
        return '\0';
    }
}

bool lc_json_scan_string(struct lc_json_scan *scan, struct lc_json_span *out)
{
    if (scan->at == scan->end || *scan->at != '"')
        return false;
    *out = (struct lc_json_span){ .begin = ++scan->at };
    for (; scan->at < scan->end; scan->at++) {
        skip_plain(scan);
        if (scan->at == scan->end)
            break;
        const unsigned char c = (unsigned char)*scan->at;
        if (c == '"') {
            out->len = (size_t)(scan->at++ - out->begin);
            return true;
        }
        if (c < ' ' || c > '~')
            return false;
        if (c != '\\')
            continue;
        out->has_escapes = true;
        if (++scan->at == scan->end || escaped(*scan->at) == '\0')
            return false;
    }
    return false;
}

size_t lc_json_span_decode(const struct lc_json_span *span, char *to)
{
    const char *at = span->begin;
    const char *const end = at + span->len;
    size_t len = 0;

    while (at < end) {
        const char *backslash = span->has_escapes ? memchr(at, '\\', (size_t)(end - at)) : NULL;
        const size_t plain = (size_t)((backslash == NULL ? end : backslash) - at);
        memmove(to + len, at, plain);
        len += plain;
        if (backslash == NULL)
            break;
        to[len++] = escaped(backslash[1]);
        at = backslash + 2;
    }
    return len;
}

char *lc_json_span_dup(const struct lc_json_span *span)
{
    char *text = lc_alloc(span->len + 1, 1);

    if (text != NULL)
        text[lc_json_span_decode(span, text)] = '\0';
    return text;
}

/* --- objects of texts ------------------------------------------------------------------------- */

/* Shorter texts are copied: less than a page is saved. */
#ifdef LC_SMALL_BUFFERS
#define IN_PLACE_BYTES 8
#else
#define IN_PLACE_BYTES 4096
#endif

/* The longest text is decoded last, where it stands. */
struct texts {
    struct lc_strmap *map;
    char *name; /* of the longest so far, owned; NULL: there is none */
    struct lc_json_span longest;
};

static void drop_texts(struct texts *texts)
{
    lc_free(texts->name);
}
LC_AUTO_VALUE(struct texts, drop_texts);

static bool copy_text(struct texts *texts, const char *name, const struct lc_json_span *value,
                      struct lc_err *err)
{
    char *text = lc_strmap_room(texts->map, name, value->len, err);

    if (text == NULL)
        return false;
    text[lc_json_span_decode(value, text)] = '\0';
    return true;
}

static bool is_there(const struct texts *texts, const char *name)
{
    return lc_strmap_get(texts->map, name) != NULL ||
           (texts->name != NULL && strcmp(texts->name, name) == 0);
}

/* *plain false: this member is not plain, or there already. */
static bool scan_text(struct lc_json_scan *scan, struct texts *texts, bool *plain,
                      struct lc_err *err)
{
    struct lc_json_span key;
    struct lc_json_span value;

    lc_json_scan_space(scan);
    *plain = lc_json_scan_string(scan, &key) && !key.has_escapes && lc_json_scan_take(scan, ':');
    lc_json_scan_space(scan);
    *plain = *plain && lc_json_scan_string(scan, &value);
    if (!*plain)
        return true;
    LC_AUTO(lc_free) char *name = lc_strndup(key.begin, key.len);
    if (name == NULL)
        return lc_fail_memory(err);
    *plain = !is_there(texts, name);
    if (!*plain)
        return true;
    if (texts->name != NULL && value.len <= texts->longest.len)
        return copy_text(texts, name, &value, err);
    if (texts->name != NULL && !copy_text(texts, texts->name, &texts->longest, err))
        return false;
    lc_free(texts->name);
    texts->name = LC_STEAL(name);
    texts->longest = value;
    return true;
}

/* What is in the text beside the longest value is needed no more. */
static bool keep_longest(struct texts *texts, struct lc_buf *text, struct lc_err *err)
{
    char *memory;

    if (texts->name == NULL)
        return true;
    if (texts->longest.len < IN_PLACE_BYTES ||
        (size_t)(texts->longest.begin - text->data) < LC_STRMAP_HEAD)
        return copy_text(texts, texts->name, &texts->longest, err);
    if (!lc_buf_take(text, &memory, NULL, err))
        return false;
    const size_t len = lc_json_span_decode(&texts->longest, memory + LC_STRMAP_HEAD);
    return lc_strmap_adopt(texts->map, texts->name, memory, len, err);
}

bool lc_json_scan_texts(struct lc_buf *text, struct lc_strmap *out, bool *plain, struct lc_err *err)
{
    LC_AUTO(drop_texts) struct texts texts = { .map = out };
    struct lc_json_scan scan = { .at = text->data, .end = text->data + text->len };

    *plain = lc_json_scan_take(&scan, '{');
    if (*plain && !lc_json_scan_take(&scan, '}')) {
        do {
            if (!scan_text(&scan, &texts, plain, err))
                return false;
        } while (*plain && lc_json_scan_take(&scan, ','));
        *plain = *plain && lc_json_scan_take(&scan, '}');
    }
    *plain = *plain && lc_json_scan_ends(&scan);
    if (*plain)
        return keep_longest(&texts, text, err);
    lc_strmap_release(out);
    return true;
}
