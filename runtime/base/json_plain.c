/* Databags are megabytes of JSON in JSON, whose strings the library reads byte by byte through
 * three functions. What nearly all of them are made of is read here, in a tenth of the time, into
 * the library's own nodes. */
#include "base/json_plain.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/json_scan.h"

struct reader {
    struct lc_json_scan scan;
    unsigned levels; /* that are left */
};

static json_t *read_value(struct reader *in);

static json_t *read_string(struct reader *in)
{
    json_malloc_t allocate;
    json_free_t release;
    struct lc_json_span span;

    if (!lc_json_scan_string(&in->scan, &span))
        return NULL;
    if (!span.has_escapes)
        return json_stringn_nocheck(span.begin, span.len);
    json_get_alloc_funcs(&allocate, &release);
    char *text = allocate(span.len);
    json_t *node = json_stringn_nocheck(text, lc_json_span_decode(&span, text));
    release(text);
    return node;
}

static json_t *read_number(struct reader *in)
{
    const bool negative = lc_json_scan_take(&in->scan, '-');
    const char *begin = in->scan.at;
    json_int_t number = 0;

    while (in->scan.at < in->scan.end && *in->scan.at >= '0' && *in->scan.at <= '9' &&
           in->scan.at - begin < 18)
        number = number * 10 + (*in->scan.at++ - '0');
    const size_t digits = (size_t)(in->scan.at - begin);
    const bool goes_on = in->scan.at < in->scan.end &&
                         strchr("0123456789.eE", *in->scan.at) != NULL;
    if (digits == 0 || (digits > 1 && *begin == '0') || goes_on || (negative && number == 0))
        return NULL;
    return json_integer(negative ? -number : number);
}

/* Behind the bracket; the list is freed by the caller, whatever comes of it. */
static bool read_items(struct reader *in, json_t *list)
{
    if (lc_json_scan_take(&in->scan, ']'))
        return true;
    do {
        json_t *item = read_value(in);
        if (item == NULL || json_array_append_new(list, item) != 0)
            return false;
    } while (lc_json_scan_take(&in->scan, ','));
    return lc_json_scan_take(&in->scan, ']');
}

/* Of keys with escapes or of none the library has its own view. */
static bool read_members(struct reader *in, json_t *object)
{
    char name[256];
    struct lc_json_span key;

    if (lc_json_scan_take(&in->scan, '}'))
        return true;
    do {
        lc_json_scan_space(&in->scan);
        if (!lc_json_scan_string(&in->scan, &key) || key.has_escapes || key.len >= sizeof(name) ||
            !lc_json_scan_take(&in->scan, ':'))
            return false;
        memcpy(name, key.begin, key.len);
        name[key.len] = '\0';
        if (json_object_get(object, name) != NULL)
            return false;
        json_t *value = read_value(in);
        if (value == NULL || json_object_set_new_nocheck(object, name, value) != 0)
            return false;
    } while (lc_json_scan_take(&in->scan, ','));
    return lc_json_scan_take(&in->scan, '}');
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
    if (lc_json_scan_ends(&in->scan))
        return NULL;
    if (*in->scan.at == '"')
        return read_string(in);
    if (lc_json_scan_take(&in->scan, '{'))
        return read_inside(in, read_members, json_object());
    if (lc_json_scan_take(&in->scan, '['))
        return read_inside(in, read_items, json_array());
    if (lc_json_scan_word(&in->scan, "true"))
        return json_true();
    if (lc_json_scan_word(&in->scan, "false"))
        return json_false();
    if (lc_json_scan_word(&in->scan, "null"))
        return json_null();
    return read_number(in);
}

json_t *lc_json_plain(const char *text, size_t len, unsigned levels)
{
    struct reader in = { .scan = { .at = text, .end = text + len }, .levels = levels };
    json_t *node = read_value(&in);

    if (lc_json_scan_ends(&in.scan))
        return node;
    json_decref(node);
    return NULL;
}
