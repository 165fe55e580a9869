/* Output of hook commands. */
#include "model/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/content.h"

bool lc_format_parse(const char *text, bool smart_too, enum lc_format *out, struct lc_err *err)
{
    static const char *const names[] = { "smart", "yaml", "json" };

    for (size_t i = smart_too ? 0 : 1; i < LC_COUNT(names); i++) {
        if (strcmp(names[i], text) != 0)
            continue;
        *out = (enum lc_format)i;
        return true;
    }
    return lc_fail(err, LC_EUSAGE, "unknown format \"%s\"", text);
}

/* Go's encoder escapes these too; they can only stand in strings. */
static const struct {
    const char *raw;
    const char *escaped;
} go_escapes[] = {
    { "<", "\\u003c" },
    { ">", "\\u003e" },
    { "&", "\\u0026" },
    { "\xe2\x80\xa8", "\\u2028" },
    { "\xe2\x80\xa9", "\\u2029" },
};

static size_t escape_at(const char *text)
{
    for (size_t i = 0; i < LC_COUNT(go_escapes); i++)
        if (strncmp(text, go_escapes[i].raw, strlen(go_escapes[i].raw)) == 0)
            return i;
    return LC_COUNT(go_escapes);
}

static bool escape_as_go(struct lc_buf *buf, struct lc_err *err)
{
    size_t extra = 0;
    struct lc_buf escaped;

    for (size_t i = 0; i < buf->len; i++)
        if (escape_at(buf->data + i) < LC_COUNT(go_escapes))
            extra += 6;
    if (extra == 0 || buf->code != LC_OK)
        return lc_buf_check(buf, err);
    lc_buf_hold(&escaped, buf->len + extra); /* the text may be secret: it must not move */
    for (size_t i = 0; i < buf->len;) {
        const size_t which = escape_at(buf->data + i);
        if (which == LC_COUNT(go_escapes)) {
            lc_buf_putc(&escaped, buf->data[i++]);
        } else {
            lc_buf_puts(&escaped, go_escapes[which].escaped);
            i += strlen(go_escapes[which].raw);
        }
    }
    lc_cleanse(buf->data, buf->len);
    lc_buf_clear(buf);
    lc_buf_add(buf, escaped.data, escaped.len);
    const bool good = lc_buf_check(&escaped, err) && lc_buf_check(buf, err);
    lc_buf_wipe(&escaped);
    return good;
}

void lc_out_release(struct lc_out *out)
{
    lc_yaml_writer_free(out->yaml);
    out->yaml = NULL;
}

/* Without the outermost object. */
static bool open_out(struct lc_out *out, struct lc_buf *buf, enum lc_format format,
                     struct lc_err *err)
{
    *out = (struct lc_out){ .buf = buf, .format = format };
    if (format != LC_FORMAT_JSON)
        return lc_yaml_writer_new(buf, &out->yaml, err);
    out->json = lc_json_writer(buf, LC_JSON_COMPACT);
    return true;
}

/* One line feed at the end of what is not empty. */
static bool close_out(struct lc_out *out, struct lc_err *err)
{
    bool good = true;

    if (out->format == LC_FORMAT_JSON) {
        good = escape_as_go(out->buf, err);
        lc_buf_putc(out->buf, '\n');
    } else {
        good = lc_yaml_writer_finish(out->yaml, err);
    }
    lc_out_release(out);
    return good && lc_buf_check(out->buf, err);
}

bool lc_out_begin(struct lc_out *out, struct lc_buf *buf, enum lc_format format, struct lc_err *err)
{
    if (!open_out(out, buf, format, err))
        return false;
    lc_out_begin_object(out);
    return true;
}

bool lc_out_end(struct lc_out *out, struct lc_err *err)
{
    lc_out_end_object(out);
    return close_out(out, err);
}

void lc_out_key(struct lc_out *out, const char *key)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_key(&out->json, key);
    else
        lc_yaml_put_string(out->yaml, key);
}

void lc_out_bytes(struct lc_out *out, const char *bytes, size_t len)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_put_string_len(&out->json, bytes, len);
    else
        lc_yaml_put_string_len(out->yaml, bytes, len);
}

void lc_out_string(struct lc_out *out, const char *text)
{
    lc_out_bytes(out, text, strlen(text));
}

void lc_out_number(struct lc_out *out, int64_t number)
{
    char text[32];

    if (out->format == LC_FORMAT_JSON) {
        lc_json_put_integer(&out->json, number);
        return;
    }
    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    lc_yaml_put_plain(out->yaml, text);
}

void lc_out_begin_object(struct lc_out *out)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_begin_object(&out->json);
    else
        lc_yaml_begin_object(out->yaml);
}

void lc_out_end_object(struct lc_out *out)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_end_object(&out->json);
    else
        lc_yaml_end_object(out->yaml);
}

void lc_out_begin_array(struct lc_out *out)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_begin_array(&out->json);
    else
        lc_yaml_begin_array(out->yaml);
}

void lc_out_end_array(struct lc_out *out)
{
    if (out->format == LC_FORMAT_JSON)
        lc_json_end_array(&out->json);
    else
        lc_yaml_end_array(out->yaml);
}

bool lc_out_put_null(struct lc_buf *buf, enum lc_format format, struct lc_err *err)
{
    if (format == LC_FORMAT_JSON)
        lc_buf_puts(buf, "null\n");
    return lc_buf_check(buf, err);
}

bool lc_out_put_bool(struct lc_buf *buf, enum lc_format format, bool value, struct lc_err *err)
{
    lc_buf_puts(buf, format == LC_FORMAT_SMART ? (value ? "True\n" : "False\n")
                                               : (value ? "true\n" : "false\n"));
    return lc_buf_check(buf, err);
}

bool lc_out_put_string(struct lc_buf *buf, enum lc_format format, const char *bytes, size_t len,
                       struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };

    if (format == LC_FORMAT_SMART) {
        lc_buf_add(buf, bytes, len);
        if (len > 0)
            lc_buf_putc(buf, '\n');
        return lc_buf_check(buf, err);
    }
    if (!open_out(&out, buf, format, err))
        return false;
    lc_out_bytes(&out, bytes, len);
    return close_out(&out, err);
}

bool lc_out_put_list(struct lc_buf *buf, enum lc_format format, const struct lc_strlist *list,
                     struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };

    if (format == LC_FORMAT_SMART) {
        for (size_t i = 0; i < list->count; i++)
            lc_buf_printf(buf, "%s\n", list->items[i]);
        return lc_buf_check(buf, err);
    }
    if (!open_out(&out, buf, format, err))
        return false;
    lc_out_begin_array(&out);
    for (size_t i = 0; i < list->count; i++)
        lc_out_string(&out, list->items[i]);
    lc_out_end_array(&out);
    return close_out(&out, err);
}

bool lc_out_put_map(struct lc_buf *buf, enum lc_format format, const struct lc_strmap *map,
                    struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };

    if (!lc_out_begin(&out, buf, format, err))
        return false;
    for (size_t i = 0; i < map->count; i++) {
        lc_out_key(&out, map->entries[i].key);
        lc_out_string(&out, map->entries[i].value);
    }
    return lc_out_end(&out, err);
}

/* As Go prints a float64 with the shortest digits that read back as the same number: with an
 * exponent below 1e-4 and from 1e6 on. */
static void print_float(double number, char *text, size_t size)
{
    int digits = 1;
    int exponent = 0;

    for (; digits < 17; digits++) {
        (void)snprintf(text, size, "%.*e", digits - 1, number);
        if (strtod(text, NULL) == number)
            break;
    }
    (void)snprintf(text, size, "%.*e", digits - 1, number);
    const char *mark = strchr(text, 'e');
    if (mark != NULL)
        exponent = (int)strtol(mark + 1, NULL, 10);
    if (exponent < -4 || exponent >= 6)
        return;
    const int decimals = digits - 1 - exponent;
    (void)snprintf(text, size, "%.*f", decimals > 0 ? decimals : 0, number);
}

static bool put_yaml(struct lc_yaml_writer *yaml, const struct lc_json *tree, struct lc_err *err);

static bool add_key(void *context, const char *key, const struct lc_json *value, struct lc_err *err)
{
    (void)value;
    return lc_strlist_add(context, key, err);
}

static bool put_yaml_object(struct lc_yaml_writer *yaml, const struct lc_json *tree,
                            struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist keys = LC_STRLIST_INIT;

    if (!lc_json_each(tree, add_key, &keys, err))
        return false;
    lc_strlist_sort(&keys);
    lc_yaml_begin_object(yaml);
    for (size_t i = 0; i < keys.count; i++) {
        lc_yaml_put_string(yaml, keys.items[i]);
        if (!put_yaml(yaml, lc_json_get(tree, keys.items[i]), err))
            return false;
    }
    lc_yaml_end_object(yaml);
    return true;
}

static bool put_yaml(struct lc_yaml_writer *yaml, const struct lc_json *tree, struct lc_err *err)
{
    char number[64];

    switch (lc_json_type(tree)) {
    case LC_JSON_INTEGER:
    case LC_JSON_REAL:
        print_float(lc_json_number(tree), number, sizeof(number));
        lc_yaml_put_plain(yaml, number);
        return true;
    case LC_JSON_OBJECT:
        return put_yaml_object(yaml, tree, err);
    case LC_JSON_ARRAY:
        lc_yaml_begin_array(yaml);
        for (size_t i = 0; i < lc_json_count(tree); i++)
            if (!put_yaml(yaml, lc_json_at(tree, i), err))
                return false;
        lc_yaml_end_array(yaml);
        return true;
    default:
        lc_yaml_put(yaml, tree);
        return true;
    }
}

static bool put_smart(struct lc_buf *buf, const struct lc_json *tree, bool *done,
                      struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist list = LC_STRLIST_INIT;

    *done = true;
    switch (lc_json_type(tree)) {
    case LC_JSON_NONE:
    case LC_JSON_NULL:
        return true;
    case LC_JSON_BOOLEAN:
        return lc_out_put_bool(buf, LC_FORMAT_SMART, lc_json_boolean(tree), err);
    case LC_JSON_STRING:
        return lc_out_put_string(buf, LC_FORMAT_SMART, lc_json_string(tree),
                                 lc_json_string_len(tree), err);
    case LC_JSON_ARRAY:
        for (size_t i = 0; i < lc_json_count(tree); i++) {
            const char *text = lc_json_string(lc_json_at(tree, i));
            if (text == NULL) { /* only lists of strings are one per line */
                *done = false;
                return true;
            }
            if (!lc_strlist_add(&list, text, err))
                return false;
        }
        return lc_out_put_list(buf, LC_FORMAT_SMART, &list, err);
    default:
        *done = false;
        return true;
    }
}

bool lc_out_put_tree(struct lc_buf *buf, enum lc_format format, const struct lc_json *tree,
                     struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    bool done = lc_json_type(tree) <= LC_JSON_NULL && format == LC_FORMAT_YAML;

    if (format == LC_FORMAT_SMART && !put_smart(buf, tree, &done, err))
        return false;
    if (done)
        return lc_buf_check(buf, err);
    if (!open_out(&out, buf, format, err))
        return false;
    if (format == LC_FORMAT_JSON)
        lc_json_put(&out.json, tree);
    else if (!put_yaml(out.yaml, tree, err))
        return false;
    return close_out(&out, err);
}
