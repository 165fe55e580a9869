/* YAML writing: the library's emitter, with go-yaml's choice of scalar style. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/strlist.h"
#include "base/text.h"
#include "base/yaml.h"

struct lc_yaml_writer {
    yaml_emitter_t emitter;
    struct lc_buf *buf;
    bool failed; /* a call to the library; it is then out of memory, or the buffer is full */
};

static int write_to_buf(void *context, unsigned char *bytes, size_t len)
{
    struct lc_buf *buf = context;

    lc_buf_add(buf, bytes, len);
    return buf->code == LC_OK;
}

/* made: whether the event could be made. The emitter takes it in any case. */
static void emit(struct lc_yaml_writer *writer, yaml_event_t *event, int made)
{
    if (made == 1 && writer->failed)
        yaml_event_delete(event);
    else if (made != 1 || yaml_emitter_emit(&writer->emitter, event) != 1)
        writer->failed = true;
}

bool lc_yaml_writer_new(struct lc_buf *buf, struct lc_yaml_writer **out, struct lc_err *err)
{
    LC_AUTO(lc_free) struct lc_yaml_writer *writer = lc_alloc(1, sizeof(*writer));
    yaml_event_t event;

    if (writer == NULL || yaml_emitter_initialize(&writer->emitter) != 1)
        return lc_fail_memory(err);
    writer->buf = buf;
    yaml_emitter_set_output(&writer->emitter, write_to_buf, buf);
    yaml_emitter_set_unicode(&writer->emitter, 1);
    yaml_emitter_set_width(&writer->emitter, -1);
    emit(writer, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(writer, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    *out = LC_STEAL(writer);
    return true;
}

void lc_yaml_writer_free(struct lc_yaml_writer *writer)
{
    if (writer == NULL)
        return;
    yaml_emitter_delete(&writer->emitter);
    lc_free(writer);
}

bool lc_yaml_writer_finish(struct lc_yaml_writer *writer, struct lc_err *err)
{
    yaml_event_t event;

    emit(writer, &event, yaml_document_end_event_initialize(&event, 1));
    emit(writer, &event, yaml_stream_end_event_initialize(&event));
    if (!lc_buf_check(writer->buf, err))
        return false;
    return writer->failed ? lc_fail_memory(err) : true;
}

void lc_yaml_begin_object(struct lc_yaml_writer *writer)
{
    yaml_event_t event;

    emit(writer, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
}

void lc_yaml_end_object(struct lc_yaml_writer *writer)
{
    yaml_event_t event;

    emit(writer, &event, yaml_mapping_end_event_initialize(&event));
}

void lc_yaml_begin_array(struct lc_yaml_writer *writer)
{
    yaml_event_t event;

    emit(writer, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

void lc_yaml_end_array(struct lc_yaml_writer *writer)
{
    yaml_event_t event;

    emit(writer, &event, yaml_sequence_end_event_initialize(&event));
}

static void put_scalar(struct lc_yaml_writer *writer, const char *tag, const char *text, size_t len,
                       yaml_scalar_style_t style)
{
    yaml_event_t event;

    if (len > INT32_MAX) {
        writer->buf->code = LC_ELIMIT;
        writer->failed = true;
        return;
    }
    emit(writer, &event,
         yaml_scalar_event_initialize(&event, NULL, (const yaml_char_t *)tag,
                                      (const yaml_char_t *)text, (int)len, tag == NULL, tag == NULL,
                                      style));
}

static bool is_number(const char *text)
{
    char *end;

    if (strchr("+-.0123456789", text[0]) == NULL || strpbrk(text, "0123456789") == NULL)
        return false;
    if (strspn(text, "+-_0123456789") == strlen(text) && strspn(text, "+-") <= 1)
        return true;
    if (text[0] == '0' && text[1] == 'b' && strspn(text + 2, "01_") == strlen(text + 2))
        return true;
    /* Base 60, which YAML 1.1 readers still know: 1:30. */
    if (strspn(text, "+-0123456789_:.") == strlen(text) && strchr(text, ':') != NULL)
        return true;
    (void)strtod(text, &end); /* hexadecimal too */
    return *end == '\0';
}

/* Whether a plain scalar would be read as something that is not text (go-yaml 2, resolve.go). */
static bool needs_quotes(const char *text)
{
    static const char *const words[] = { "",      "~",     "null",  "Null", "NULL",  "true",
                                         "True",  "TRUE",  "y",     "Y",    "yes",   "Yes",
                                         "YES",   "on",    "On",    "ON",   "n",     "N",
                                         "no",    "No",    "NO",    "off",  "Off",   "OFF",
                                         "false", "False", "FALSE", "<<",   ".nan",  ".NaN",
                                         ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf", "-.inf" };

    for (size_t i = 0; i < LC_COUNT(words); i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return is_number(text);
}

static void put_binary(struct lc_yaml_writer *writer, const char *bytes, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf encoded = LC_BUF_INIT(INT32_MAX / 2);

    lc_base64_encode(bytes, len, &encoded);
    if (encoded.code != LC_OK) {
        writer->buf->code = encoded.code;
        writer->failed = true;
        return;
    }
    put_scalar(writer, "tag:yaml.org,2002:binary", encoded.data, encoded.len,
               YAML_PLAIN_SCALAR_STYLE);
}

void lc_yaml_put_string_len(struct lc_yaml_writer *writer, const char *text, size_t len)
{
    yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;

    if (!lc_text_is_utf8(text, len)) {
        put_binary(writer, text, len);
        return;
    }
    LC_AUTO(lc_free) char *copy = lc_strndup(text, len);
    if (copy == NULL) {
        writer->failed = true;
        return;
    }
    if (strchr(copy, '\n') != NULL)
        style = YAML_LITERAL_SCALAR_STYLE;
    else if (needs_quotes(copy) || strlen(copy) != len)
        style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    put_scalar(writer, NULL, text, len, style);
}

void lc_yaml_put_string(struct lc_yaml_writer *writer, const char *text)
{
    lc_yaml_put_string_len(writer, text, strlen(text));
}

void lc_yaml_put_plain(struct lc_yaml_writer *writer, const char *text)
{
    put_scalar(writer, NULL, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
}

static bool collect_key(void *context, const char *key, const struct lc_json *value,
                        struct lc_err *err)
{
    (void)value;
    return lc_strlist_add(context, key, err);
}

static void put_object(struct lc_yaml_writer *writer, const struct lc_json *object)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist keys = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_json_each(object, collect_key, &keys, &err)) {
        writer->failed = true;
        return;
    }
    lc_strlist_sort(&keys);
    lc_yaml_begin_object(writer);
    for (size_t i = 0; i < keys.count; i++) {
        lc_yaml_put_string(writer, keys.items[i]);
        lc_yaml_put(writer, lc_json_get(object, keys.items[i]));
    }
    lc_yaml_end_object(writer);
}

static void put_number(struct lc_yaml_writer *writer, const struct lc_json *json)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64);

    struct lc_json_writer number = lc_json_writer(&text, LC_JSON_COMPACT);
    lc_json_put(&number, json);
    lc_yaml_put_plain(writer, text.data);
}

void lc_yaml_put(struct lc_yaml_writer *writer, const struct lc_json *json)
{
    switch (lc_json_type(json)) {
    case LC_JSON_NONE:
    case LC_JSON_NULL:
        lc_yaml_put_plain(writer, "null");
        break;
    case LC_JSON_BOOLEAN:
        lc_yaml_put_plain(writer, lc_json_boolean(json) ? "true" : "false");
        break;
    case LC_JSON_INTEGER:
    case LC_JSON_REAL:
        put_number(writer, json);
        break;
    case LC_JSON_STRING:
        lc_yaml_put_string_len(writer, lc_json_string(json), lc_json_string_len(json));
        break;
    case LC_JSON_ARRAY:
        lc_yaml_begin_array(writer);
        for (size_t i = 0; i < lc_json_count(json); i++)
            lc_yaml_put(writer, lc_json_at(json, i));
        lc_yaml_end_array(writer);
        break;
    case LC_JSON_OBJECT:
        put_object(writer, json);
        break;
    }
}
