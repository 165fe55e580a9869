/* The content of a secret. */
#include "model/content.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void lc_content_release(struct lc_content *content)
{
    for (size_t i = 0; i < content->count; i++) {
        lc_free(content->items[i].key);
        lc_secret_release(&content->items[i].base64);
    }
    lc_free(content->items);
    *content = (struct lc_content)LC_CONTENT_INIT;
}

static size_t place_of(const struct lc_content *content, const char *key)
{
    size_t at = 0;

    while (at < content->count && strcmp(content->items[at].key, key) < 0)
        at++;
    return at;
}

static bool is_at(const struct lc_content *content, size_t at, const char *key)
{
    return at < content->count && strcmp(content->items[at].key, key) == 0;
}

const struct lc_secret *lc_content_get(const struct lc_content *content, const char *key)
{
    const size_t at = place_of(content, key);

    return is_at(content, at, key) ? &content->items[at].base64 : NULL;
}

bool lc_content_set(struct lc_content *content, const char *key, const char *base64, size_t len,
                    struct lc_err *err)
{
    const size_t at = place_of(content, key);
    LC_AUTO(lc_secret_release) struct lc_secret value = LC_SECRET_INIT;

    if (!lc_secret_set(&value, base64, len, err))
        return false;
    if (!is_at(content, at, key)) {
        LC_AUTO(lc_free) char *copy = lc_strdup(key);
        if (copy == NULL ||
            !lc_grow(&content->items, &content->capacity, content->count, sizeof(*content->items)))
            return lc_fail_memory(err);
        memmove(content->items + at + 1, content->items + at,
                (content->count - at) * sizeof(*content->items));
        content->items[at] = (struct lc_field){ .key = LC_STEAL(copy), .base64 = LC_SECRET_INIT };
        content->count++;
    }
    lc_secret_move(&content->items[at].base64, &value);
    return true;
}

void lc_buf_hold(struct lc_buf *buf, size_t max)
{
    lc_buf_init(buf, max);
    (void)lc_buf_room(buf, max); /* what fails marks the buffer */
}

void lc_buf_wipe(struct lc_buf *buf)
{
    if (buf->capacity != 0)
        lc_cleanse(buf->data, buf->capacity);
    lc_buf_release(buf);
}

bool lc_content_set_bytes(struct lc_content *content, const char *key, const void *bytes,
                          size_t len, struct lc_err *err)
{
    struct lc_buf encoded;

    lc_buf_hold(&encoded, (len + 2) / 3 * 4);
    lc_base64_encode(bytes, len, &encoded);
    const bool good = lc_buf_check(&encoded, err) &&
                      lc_content_set(content, key, encoded.data, encoded.len, err);
    lc_buf_wipe(&encoded);
    return good;
}

bool lc_content_copy(struct lc_content *out, const struct lc_content *from, struct lc_err *err)
{
    LC_AUTO(lc_content_release) struct lc_content copy = LC_CONTENT_INIT;

    for (size_t i = 0; i < from->count; i++)
        if (!lc_content_set(&copy, from->items[i].key, from->items[i].base64.data,
                            from->items[i].base64.len, err))
            return false;
    lc_content_move(out, &copy);
    return true;
}

void lc_content_move(struct lc_content *to, struct lc_content *from)
{
    lc_content_release(to);
    *to = *from;
    *from = (struct lc_content)LC_CONTENT_INIT;
}

bool lc_content_equals(const struct lc_content *a, const struct lc_content *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].key, b->items[i].key) != 0 ||
            !lc_secret_equals(&a->items[i].base64, &b->items[i].base64))
            return false;
    return true;
}

bool lc_field_decode(const struct lc_secret *base64, struct lc_secret *out, struct lc_err *err)
{
    struct lc_buf bytes;

    lc_buf_hold(&bytes, base64->len);
    const bool good = (base64->len == 0 ||
                       lc_base64_decode(base64->data, base64->len, &bytes, err)) &&
                      lc_buf_check(&bytes, err) && lc_secret_set(out, bytes.data, bytes.len, err);
    lc_buf_wipe(&bytes);
    return good;
}

bool lc_content_is_key(const char *text, size_t len)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    static const char more[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t count = 0;

    if (len == 0 || text[0] == '\0' || strchr(lower, text[0]) == NULL)
        return false;
    for (size_t i = 1; i < len; i++, count++) {
        if (text[i] == '-')
            i++;
        if (i >= len || text[i] == '\0' || strchr(more, text[i]) == NULL)
            return false;
    }
    return count >= 2;
}
