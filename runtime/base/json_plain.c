/* Databags are megabytes of JSON in JSON, whose strings the library reads byte by byte through
 * three functions. What nearly all of them are made of is read here, in a tenth of the time, into
 * the library's own nodes. */
#include "base/json_plain.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
    const char *at;
    const char *end;
    unsigned levels; /* that are left */
};

static json_t *read_value(struct reader *in);

static void skip_space(struct reader *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\n' || *in->at == '\t' || *in->at == '\r'))
        in->at++;
}

static bool take(struct reader *in, char wanted)
{
    skip_space(in);
    if (in->at == in->end || *in->at != wanted)
        return false;
    in->at++;
    return true;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* As it stands between quotes; the reader is behind it. */
struct span {
    const char *begin;
    size_t len;
    bool has_escapes;
};

#define EACH(byte) (0x0101010101010101u * (byte))

/* Whether one of eight bytes is zero, or has its highest bit set. */
static uint64_t zero_or_high(uint64_t bytes)
{
    return ((bytes - EACH(1)) | bytes) & EACH(0x80);
}

/* Past letters that mean themselves, eight at a time; the lowest byte that is marked is one that
 * does not, those above it may be marked by its borrow or carry. */
static void skip_plain(struct reader *in)
{
    uint64_t bytes;

    for (; in->end - in->at >= (ptrdiff_t)sizeof(bytes); in->at += sizeof(bytes)) {
        memcpy(&bytes, in->at, sizeof(bytes));
        const uint64_t marked = zero_or_high(bytes ^ EACH('"')) | zero_or_high(bytes ^ EACH('\\')) |
                                zero_or_high(bytes - EACH(' ')) | zero_or_high(bytes + EACH(1));
        if (marked == 0)
            continue;
        if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
            in->at += __builtin_ctzll(marked) / 8;
        return;
    }
}

static bool take_span(struct reader *in, struct span *out)
{
    if (!take(in, '"'))
        return false;
    *out = (struct span){ .begin = in->at };
    for (; in->at < in->end; in->at++) {
        skip_plain(in);
        if (in->at == in->end)
            break;
        const unsigned char c = (unsigned char)*in->at;
        if (c == '"') {
            out->len = (size_t)(in->at++ - out->begin);
            return true;
        }
        if (c < ' ' || c > '~')
            return false;
        if (c != '\\')
            continue;
        out->has_escapes = true;
        if (++in->at == in->end)
            return false;
    }
    return false;
}

/* 0: none that is plain. */
static char escaped(char letter)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);

    return found == NULL ? '\0' : meant[found - letters];
}

/* The length; SIZE_MAX for an escape that is not plain. to: as long as the span. */
static size_t unescape(const struct span *span, char *to)
{
    const char *at = span->begin;
    const char *const end = at + span->len;
    size_t len = 0;

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        const size_t plain = (size_t)((backslash == NULL ? end : backslash) - at);
        memcpy(to + len, at, plain);
        len += plain;
        if (backslash == NULL)
            break;
        to[len] = escaped(backslash[1]);
        if (to[len++] == '\0')
            return SIZE_MAX;
        at = backslash + 2;
    }
    return len;
}

static json_t *read_string(struct reader *in)
{
    json_malloc_t allocate;
    json_free_t release;
    struct span span;
    json_t *node = NULL;

    if (!take_span(in, &span))
        return NULL;
    if (!span.has_escapes)
        return json_stringn_nocheck(span.begin, span.len);
    json_get_alloc_funcs(&allocate, &release);
    char *text = allocate(span.len);
    const size_t len = unescape(&span, text);
    if (len != SIZE_MAX)
        node = json_stringn_nocheck(text, len);
    release(text);
    return node;
}

/* --- the rest --------------------------------------------------------------------------------- */

static json_t *read_number(struct reader *in)
{
    const bool negative = take(in, '-');
    const char *begin = in->at;
    json_int_t number = 0;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9' && in->at - begin < 18)
        number = number * 10 + (*in->at++ - '0');
    const size_t digits = (size_t)(in->at - begin);
    const bool goes_on = in->at < in->end && strchr("0123456789.eE", *in->at) != NULL;
    if (digits == 0 || (digits > 1 && *begin == '0') || goes_on || (negative && number == 0))
        return NULL;
    return json_integer(negative ? -number : number);
}

static bool take_word(struct reader *in, const char *word)
{
    const size_t len = strlen(word);

    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
        return false;
    in->at += len;
    return true;
}

/* Behind the bracket; the list is freed by the caller, whatever comes of it. */
static bool read_items(struct reader *in, json_t *list)
{
    if (take(in, ']'))
        return true;
    do {
        json_t *item = read_value(in);
        if (item == NULL || json_array_append_new(list, item) != 0)
            return false;
    } while (take(in, ','));
    return take(in, ']');
}

/* Of keys with escapes or of none the library has its own view. */
static bool read_members(struct reader *in, json_t *object)
{
    char name[256];
    struct span key;

    if (take(in, '}'))
        return true;
    do {
        if (!take_span(in, &key) || key.has_escapes || key.len >= sizeof(name) || !take(in, ':'))
            return false;
        memcpy(name, key.begin, key.len);
        name[key.len] = '\0';
        if (json_object_get(object, name) != NULL)
            return false;
        json_t *value = read_value(in);
        if (value == NULL || json_object_set_new_nocheck(object, name, value) != 0)
            return false;
    } while (take(in, ','));
    return take(in, '}');
}

static json_t *read_inside(struct reader *in, bool (*read)(struct reader *in, json_t *into),
                           json_t *into)
{
    if (in->levels == 0 || into == NULL) {
        json_decref(into);
        return NULL;
    }
    in->levels--;
    if (!read(in, into)) {
        json_decref(into);
        return NULL;
    }
    in->levels++;
    return into;
}

static json_t *read_value(struct reader *in)
{
    skip_space(in);
    if (in->at == in->end)
        return NULL;
    if (*in->at == '"')
        return read_string(in);
    if (take(in, '{'))
        return read_inside(in, read_members, json_object());
    if (take(in, '['))
        return read_inside(in, read_items, json_array());
    if (take_word(in, "true"))
        return json_true();
    if (take_word(in, "false"))
        return json_false();
    if (take_word(in, "null"))
        return json_null();
    return read_number(in);
}

json_t *lc_json_plain(const char *text, size_t len, unsigned levels)
{
    struct reader in = { .at = text, .end = text + len, .levels = levels };
    json_t *node = read_value(&in);

    skip_space(&in);
    if (in.at == in.end)
        return node;
    json_decref(node);
    return NULL;
}
