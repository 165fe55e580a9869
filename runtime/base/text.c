/* Text and its encodings. */
#include "base/text.h"

#include <string.h>
#include <strings.h>

bool lc_text_has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool lc_text_has_suffix(const char *text, const char *suffix)
{
    const size_t text_len = strlen(text);
    const size_t suffix_len = strlen(suffix);

    return text_len >= suffix_len && strcmp(text + text_len - suffix_len, suffix) == 0;
}

bool lc_text_equals_nocase(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

bool lc_text_contains_nocase(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

#define NEAREST_MAX_BYTES 64

/* Optimal string alignment distance, three rows of it at a time. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][NEAREST_MAX_BYTES + 1];
    const size_t a_len = strlen(a);
    const size_t b_len = strlen(b);

    if (a_len > NEAREST_MAX_BYTES || b_len > NEAREST_MAX_BYTES)
        return NEAREST_MAX_BYTES;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const bool same = a[i - 1] == b[j - 1];
            size_t best = above[j - 1] + !same;
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_len % 3][b_len];
}

const char *lc_text_nearest(const char *text, const char *const *names)
{
    const size_t third = strlen(text) / 3;
    size_t least = (third == 0 ? 1 : third) + 1;
    const char *nearest = NULL;

    for (; *names != NULL; names++) {
        const size_t distance = edit_distance(text, *names);
        if (distance < least) {
            least = distance;
            nearest = *names;
        }
    }
    return nearest;
}

int32_t lc_text_codepoint(const char *text, size_t len, size_t *len_out)
{
    static const int32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned char first = bytes[0];
    const size_t wanted = first < 0x80             ? 1
                          : (first & 0xe0) == 0xc0 ? 2
                          : (first & 0xf0) == 0xe0 ? 3
                          : (first & 0xf8) == 0xf0 ? 4
                                                   : 0;

    *len_out = 1;
    if (wanted == 0 || wanted > len)
        return -1;
    int32_t point = wanted == 1 ? first : first & (0x7f >> wanted);
    for (size_t i = 1; i < wanted; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return -1;
        point = (int32_t)(((uint32_t)point << 6) | (bytes[i] & 0x3fu));
    }
    if (point < smallest[wanted] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return -1;
    *len_out = wanted;
    return point;
}

bool lc_text_is_utf8(const char *text, size_t len)
{
    for (size_t at = 0, step; at < len; at += step)
        if (lc_text_codepoint(text + at, len - at, &step) < 0)
            return false;
    return true;
}

/* Unicode 15, general categories Cc, Cf, Zl and Zp. */
static bool is_unseen(int32_t codepoint)
{
    static const struct {
        int32_t first;
        int32_t last;
    } ranges[] = {
        { 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },   { 0x0600, 0x0605 },
        { 0x061c, 0x061c },   { 0x06dd, 0x06dd },   { 0x070f, 0x070f },   { 0x0890, 0x0891 },
        { 0x08e2, 0x08e2 },   { 0x180e, 0x180e },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
        { 0x2060, 0x206f },   { 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },   { 0x110bd, 0x110bd },
        { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
        { 0xe0001, 0xe007f },
    };

    for (size_t i = 0; i < LC_COUNT(ranges); i++)
        if (codepoint >= ranges[i].first && codepoint <= ranges[i].last)
            return true;
    return false;
}

bool lc_text_is_clear(const char *text, size_t len)
{
    while (len != 0) {
        size_t step;
        const int32_t codepoint = lc_text_codepoint(text, len, &step);
        if (codepoint == -1 || is_unseen(codepoint))
            return false;
        text += step;
        len -= step;
    }
    return true;
}

bool lc_text_to_number(const char *text, int64_t max, int64_t *out)
{
    int64_t number = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        const int digit = *text - '0';
        if (digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

void lc_hex_encode(const void *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[p[i] >> 4];
        *out++ = digits[p[i] & 15];
    }
    *out = '\0';
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void lc_base64_encode(const void *bytes, size_t len, struct lc_buf *out)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i += 3) {
        const size_t left = len - i;
        const uint32_t group = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                               (left > 2 ? (uint32_t)p[i + 2] : 0);
        const char quad[4] = {
            base64_digits[group >> 18],
            base64_digits[group >> 12 & 63],
            left > 1 ? base64_digits[group >> 6 & 63] : '=',
            left > 2 ? base64_digits[group & 63] : '=',
        };
        lc_buf_add(out, quad, sizeof(quad));
    }
}

/* For each byte a digit's value plus one, or what else it may be; 0 for what is none of it, such as
 * those above 7f. */
enum { BASE64_BLANK = 65, BASE64_PADDING = 66 };

static const unsigned char base64_kinds[256] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  65, 65, 0,  0,  65, 0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  65, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  63,
    0,  0,  0,  64, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 0,  0,  0,  66, 0,  0,  0,  1,
    2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 0,  0,  0,  0,  0,  0,  27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0,  0,  0,  0,  0,
};

bool lc_base64_decode(const char *text, size_t len, struct lc_buf *out, struct lc_err *err)
{
    uint32_t group = 0;
    unsigned digits = 0;
    unsigned padding = 0;

    for (size_t i = 0; i < len; i++) {
        const unsigned kind = base64_kinds[(unsigned char)text[i]];
        if (kind == BASE64_BLANK)
            continue;
        if (kind == BASE64_PADDING) {
            padding++;
            continue;
        }
        if (kind == 0 || padding != 0)
            return lc_fail(err, LC_EPARSE, "not base64: a wrong character at byte %zu", i + 1);
        group = group << 6 | (kind - 1);
        if (++digits % 4 == 0) {
            const char bytes[3] = { (char)(group >> 16), (char)(group >> 8), (char)group };
            lc_buf_add(out, bytes, 3);
            group = 0;
        }
    }
    const unsigned rest = digits % 4;
    if (rest == 1 || padding != (4 - rest) % 4)
        return lc_fail(err, LC_EPARSE, "not base64: it is cut off");
    if (rest != 0) {
        group <<= 6 * (4 - rest);
        const char bytes[2] = { (char)(group >> 16), (char)(group >> 8) };
        lc_buf_add(out, bytes, rest - 1);
    }
    return lc_buf_check(out, err);
}
