/* JSON writing, in the three styles of json.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

struct lc_json_writer lc_json_writer(struct lc_buf *buf, enum lc_json_style style)
{
    return (struct lc_json_writer){ .buf = buf, .style = style };
}

static void new_line(struct lc_json_writer *writer)
{
    if (writer->style == LC_JSON_PRETTY)
        lc_buf_printf(writer->buf, "\n%*s", (int)(2 * writer->depth), "");
}

/* What comes before a value or a key at this place. */
static void separate(struct lc_json_writer *writer)
{
    if (writer->after_key) {
        writer->after_key = false;
        return;
    }
    if (writer->has_items)
        lc_buf_puts(writer->buf, writer->style == LC_JSON_PYTHON ? ", " : ",");
    if (writer->depth > 0)
        new_line(writer);
    writer->has_items = true;
}

static void begin(struct lc_json_writer *writer, char bracket)
{
    separate(writer);
    lc_buf_putc(writer->buf, bracket);
    writer->depth++;
    writer->has_items = false;
}

static void end(struct lc_json_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->has_items)
        new_line(writer);
    lc_buf_putc(writer->buf, bracket);
    writer->has_items = true;
}

void lc_json_begin_object(struct lc_json_writer *writer)
{
    begin(writer, '{');
}

void lc_json_end_object(struct lc_json_writer *writer)
{
    end(writer, '}');
}

void lc_json_begin_array(struct lc_json_writer *writer)
{
    begin(writer, '[');
}

void lc_json_end_array(struct lc_json_writer *writer)
{
    end(writer, ']');
}

static void put_escape(struct lc_buf *buf, int32_t point)
{
    static const char short_forms[] = "\b\t\n\f\r\"\\";
    static const char short_letters[] = "btnfr\"\\";
    const char *at = point > 0 && point < 0x80 ? strchr(short_forms, (int)point) : NULL;

    if (at != NULL) {
        const char text[2] = { '\\', short_letters[at - short_forms] };
        lc_buf_add(buf, text, 2);
    } else if (point > 0xffff) {
        const unsigned offset = (unsigned)point - 0x10000;
        lc_buf_printf(buf, "\\u%04x\\u%04x", 0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff));
    } else {
        lc_buf_printf(buf, "\\u%04x", (unsigned)point);
    }
}

static bool must_escape(int32_t point, enum lc_json_style style)
{
    if (point < 0x20 || point == '"' || point == '\\')
        return true;
    if (point < 0x7f)
        return false;
    /* To YAML, U+2028 and U+2029 are line breaks, around which blanks are dropped, and U+FFFE and
     * U+FFFF are no characters. */
    return style == LC_JSON_PYTHON || point <= 0x9f || point == 0x2028 || point == 0x2029 ||
           point == 0xfffe || point == 0xffff;
}

static void put_quoted(struct lc_json_writer *writer, const char *text, size_t len)
{
    size_t plain = 0; /* bytes before `at` that go out as they are */

    lc_buf_putc(writer->buf, '"');
    for (size_t at = 0, step; at < len; at += step) {
        const int32_t point = lc_text_codepoint(text + at, len - at, &step);
        if (point >= 0 && !must_escape(point, writer->style)) {
            plain += step;
            continue;
        }
        lc_buf_add(writer->buf, text + at - plain, plain);
        plain = 0;
        if (point >= 0)
            put_escape(writer->buf, point);
        else if (writer->style == LC_JSON_PYTHON)
            lc_buf_puts(writer->buf, "\\ufffd");
        else
            lc_buf_puts(writer->buf, "\xef\xbf\xbd");
    }
    lc_buf_add(writer->buf, text + len - plain, plain);
    lc_buf_putc(writer->buf, '"');
}

void lc_json_key_len(struct lc_json_writer *writer, const char *key, size_t len)
{
    separate(writer);
    put_quoted(writer, key, len);
    lc_buf_puts(writer->buf, writer->style == LC_JSON_COMPACT ? ":" : ": ");
    writer->after_key = true;
}

void lc_json_key(struct lc_json_writer *writer, const char *key)
{
    lc_json_key_len(writer, key, strlen(key));
}

void lc_json_put_string_len(struct lc_json_writer *writer, const char *text, size_t len)
{
    separate(writer);
    put_quoted(writer, text, len);
}

void lc_json_put_string(struct lc_json_writer *writer, const char *text)
{
    lc_json_put_string_len(writer, text, strlen(text));
}

void lc_json_put_integer(struct lc_json_writer *writer, int64_t number)
{
    separate(writer);
    lc_buf_printf(writer->buf, "%lld", (long long)number);
}

void lc_json_put_real(struct lc_json_writer *writer, double number)
{
    char text[40];

    separate(writer);
    if (!isfinite(number)) {
        lc_buf_puts(writer->buf, "null");
        return;
    }
    /* The shortest form that reads back as the same number. */
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    lc_buf_puts(writer->buf, text);
    if (strpbrk(text, ".e") == NULL)
        lc_buf_puts(writer->buf, ".0");
}

void lc_json_put_boolean(struct lc_json_writer *writer, bool value)
{
    separate(writer);
    lc_buf_puts(writer->buf, value ? "true" : "false");
}

void lc_json_put_null(struct lc_json_writer *writer)
{
    separate(writer);
    lc_buf_puts(writer->buf, "null");
}

void lc_json_member_string(struct lc_json_writer *writer, const char *key, const char *text)
{
    if (text == NULL)
        return;
    lc_json_key(writer, key);
    lc_json_put_string(writer, text);
}

void lc_json_member_integer(struct lc_json_writer *writer, const char *key, int64_t number)
{
    lc_json_key(writer, key);
    lc_json_put_integer(writer, number);
}

void lc_json_member_boolean(struct lc_json_writer *writer, const char *key, bool value)
{
    lc_json_key(writer, key);
    lc_json_put_boolean(writer, value);
}

void lc_json_member_strings(struct lc_json_writer *writer, const char *key,
                            const struct lc_strlist *list)
{
    lc_json_key(writer, key);
    lc_json_begin_array(writer);
    for (size_t i = 0; i < list->count; i++)
        lc_json_put_string(writer, list->items[i]);
    lc_json_end_array(writer);
}

struct member {
    const char *key;
    const struct lc_json *value;
};

struct members {
    struct member *items;
    size_t count;
};

static bool collect(void *context, const char *key, const struct lc_json *value, struct lc_err *err)
{
    struct members *members = context;

    (void)err; /* there is room: the array was made for all of them */
    members->items[members->count++] = (struct member){ .key = key, .value = value };
    return true;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void put_object(struct lc_json_writer *writer, const struct lc_json *object)
{
    struct lc_err err = LC_ERR_INIT;
    struct members members = { .items = lc_alloc(lc_json_count(object), sizeof(struct member)) };

    if (members.items == NULL || !lc_json_each(object, collect, &members, &err)) {
        writer->buf->code = LC_ENOMEM;
        lc_free(members.items);
        return;
    }
    qsort(members.items, members.count, sizeof(*members.items), by_key);
    lc_json_begin_object(writer);
    for (size_t i = 0; i < members.count; i++) {
        lc_json_key(writer, members.items[i].key);
        lc_json_put(writer, members.items[i].value);
    }
    lc_json_end_object(writer);
    lc_free(members.items);
}

void lc_json_put(struct lc_json_writer *writer, const struct lc_json *json)
{
    switch (lc_json_type(json)) {
    case LC_JSON_NONE:
    case LC_JSON_NULL:
        lc_json_put_null(writer);
        break;
    case LC_JSON_BOOLEAN:
        lc_json_put_boolean(writer, lc_json_boolean(json));
        break;
    case LC_JSON_INTEGER:
        lc_json_put_integer(writer, lc_json_integer(json));
        break;
    case LC_JSON_REAL:
        lc_json_put_real(writer, lc_json_number(json));
        break;
    case LC_JSON_STRING:
        lc_json_put_string_len(writer, lc_json_string(json), lc_json_string_len(json));
        break;
    case LC_JSON_ARRAY:
        lc_json_begin_array(writer);
        for (size_t i = 0; i < lc_json_count(json); i++)
            lc_json_put(writer, lc_json_at(json, i));
        lc_json_end_array(writer);
        break;
    case LC_JSON_OBJECT:
        put_object(writer, json);
        break;
    }
}
