/* What a command takes and answers, as JSON without what is secret. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/tape_private.h"

static const char redacted[] = "redacted";

void tape_put_text(struct lc_json_writer *out, const char *text, size_t len)
{
    if (memmem(text, len, "PRIVATE KEY", strlen("PRIVATE KEY")) != NULL)
        lc_json_put_string(out, redacted);
    else
        lc_json_put_string_len(out, text, len);
}

void tape_put_json(struct lc_json_writer *out, const struct lc_json *json, bool all)
{
    const struct lc_json *value;
    const char *key;

    switch (lc_json_type(json)) {
    case LC_JSON_STRING:
        if (all)
            lc_json_put_string(out, redacted);
        else
            tape_put_text(out, lc_json_string(json), lc_json_string_len(json));
        return;
    case LC_JSON_ARRAY:
        lc_json_begin_array(out);
        for (size_t i = 0; i < lc_json_count(json); i++)
            tape_put_json(out, lc_json_at(json, i), all);
        lc_json_end_array(out);
        return;
    case LC_JSON_OBJECT:
        lc_json_begin_object(out);
        for (void *at = NULL; lc_json_next(json, &at, &key, &value);) {
            lc_json_key(out, key);
            tape_put_json(out, value, all);
        }
        lc_json_end_object(out);
        return;
    default:
        lc_json_put(out, json);
    }
}

void tape_input_map(struct tape_call *call, const struct lc_strmap *map)
{
    struct lc_json_writer out = lc_json_writer(&call->input, LC_JSON_COMPACT);

    lc_json_begin_object(&out);
    for (size_t i = 0; i < map->count; i++) {
        lc_json_key(&out, map->entries[i].key);
        tape_put_text(&out, map->entries[i].value, strlen(map->entries[i].value));
    }
    lc_json_end_object(&out);
}

static void put_optional(struct lc_json_writer *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    lc_json_key(out, key);
    tape_put_text(out, text, strlen(text));
}

/* Of the content the names; whether it has an expiry, which depends on what was issued. */
void tape_input_spec(struct tape_call *call, const struct lc_secret_spec *spec)
{
    struct lc_json_writer out = lc_json_writer(&call->input, LC_JSON_COMPACT);

    lc_json_begin_object(&out);
    if (spec->content != NULL) {
        lc_json_key(&out, "content");
        lc_json_begin_array(&out);
        for (size_t i = 0; i < spec->content->count; i++)
            lc_json_put_string(&out, spec->content->fields[i].key);
        lc_json_end_array(&out);
    }
    put_optional(&out, "description", spec->description);
    if (spec->expire_s != 0) {
        lc_json_member_boolean(&out, "expires", true);
    }
    put_optional(&out, "label", spec->label);
    put_optional(&out, "owner", spec->app_owned ? "application" : NULL);
    put_optional(&out, "rotate", spec->rotate);
    lc_json_end_object(&out);
}

/* --- contents of secrets --- */

void tape_put_whole(struct lc_json_writer *out, const struct lc_secret *value)
{
    LC_AUTO(lc_buf_release) struct lc_buf encoded = LC_BUF_INIT(2 * LC_SECRET_BUFFER_BYTES);

    lc_base64_encode(value->data == NULL ? "" : value->data, value->len, &encoded);
    lc_json_member_string(out, "base64", encoded.data);
    lc_cleanse(encoded.data, encoded.len);
}

/* A certificate or a request, or several. */
static bool is_public(const struct lc_secret *value)
{
    static const char begin[] = "-----BEGIN CERTIFICATE";

    return value->len > strlen(begin) && memcmp(value->data, begin, strlen(begin)) == 0 &&
           memmem(value->data, value->len, "PRIVATE", strlen("PRIVATE")) == NULL;
}

static void put_value(const struct lc_tape *tape, struct lc_json_writer *out,
                      const struct lc_secret *value)
{
    LC_AUTO(lc_free) char *public_pem = NULL;
    struct lc_err ignored = LC_ERR_INIT;

    lc_json_begin_object(out);
    if (is_public(value)) {
        lc_json_key(out, "text");
        lc_json_put_string_len(out, value->data, value->len);
    } else if (tape->with_secrets) {
        tape_put_whole(out, value);
    } else if (tape->keys->public_half(value, &public_pem, &ignored) && public_pem != NULL) {
        lc_json_member_string(out, "public_key", public_pem);
    } else {
        lc_json_member_integer(out, "bytes", (int64_t)value->len);
    }
    lc_json_end_object(out);
}

void tape_put_content(const struct lc_tape *tape, struct lc_json_writer *out,
                      const struct lc_secret_content *content)
{
    lc_json_begin_object(out);
    for (size_t i = 0; i < content->count; i++) {
        lc_json_key(out, content->fields[i].key);
        put_value(tape, out, &content->fields[i].value);
    }
    lc_json_end_object(out);
}

static bool take_value(const struct lc_tape *tape, const struct lc_json *json,
                       struct lc_secret *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf bytes = LC_BUF_INIT(LC_SECRET_BUFFER_BYTES);
    const char *encoded = lc_json_get_string(json, "base64");
    const char *public_pem = lc_json_get_string(json, "public_key");

    const struct lc_json *text = lc_json_get(json, "text");
    if (lc_json_string(text) != NULL)
        return lc_secret_set(out, lc_json_string(text), lc_json_string_len(text), err);
    if (public_pem != NULL)
        return tape->keys->stand_in(public_pem, out, err);
    if (encoded == NULL)
        return lc_secret_set(out, redacted, strlen(redacted), err);
    const bool done = lc_base64_decode(encoded, strlen(encoded), &bytes, err) &&
                      lc_secret_set(out, bytes.data, bytes.len, err);
    lc_cleanse(bytes.data, bytes.len);
    return done;
}

bool tape_take_content(const struct lc_tape *tape, const struct lc_json *json,
                       struct lc_secret_content *out, struct lc_err *err)
{
    const struct lc_json *value;
    const char *key;

    for (void *at = NULL; lc_json_next(json, &at, &key, &value);) {
        LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;
        if (!take_value(tape, value, &bytes, err) ||
            !lc_secret_content_set(out, key, bytes.data == NULL ? "" : bytes.data, bytes.len, err))
            return false;
    }
    return true;
}
