/* Growable bytes with a hard maximum. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

char lc_buf_empty[1];

void lc_buf_init(struct lc_buf *buf, size_t max)
{
    *buf = (struct lc_buf)LC_BUF_INIT(max);
}

void lc_buf_release(struct lc_buf *buf)
{
    if (buf->data != lc_buf_empty)
        lc_free(buf->data);
    lc_buf_init(buf, buf->max);
}

#ifdef LC_SMALL_BUFFERS /* test builds grow on small inputs */
#define FIRST_CAPACITY 8
#else
#define FIRST_CAPACITY 256
#endif

/* Capacity for len more bytes and the NUL. */
static bool make_room(struct lc_buf *buf, size_t len)
{
    if (buf->code != LC_OK)
        return false;
    if (len > buf->max - buf->len) {
        buf->code = LC_ELIMIT;
        return false;
    }
    const size_t needed = buf->len + len + 1;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    char *grown = lc_resize(buf->data == lc_buf_empty ? NULL : buf->data, capacity, 1);
    if (grown == NULL) {
        buf->code = LC_ENOMEM;
        return false;
    }
    buf->data = grown;
    buf->capacity = capacity;
    buf->data[buf->len] = '\0';
    return true;
}

void lc_buf_add(struct lc_buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || !make_room(buf, len))
        return;
    memcpy(buf->data + buf->len, bytes, len);
    lc_buf_grew(buf, len);
}

void lc_buf_puts(struct lc_buf *buf, const char *text)
{
    lc_buf_add(buf, text, strlen(text));
}

void lc_buf_putc(struct lc_buf *buf, char byte)
{
    lc_buf_add(buf, &byte, 1);
}

void lc_buf_printf(struct lc_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        buf->code = LC_ENOMEM;
        return;
    }
    if (!make_room(buf, (size_t)length))
        return;
    if (length == 0)
        return;
    va_start(args, format);
    (void)vsnprintf(buf->data + buf->len, (size_t)length + 1, format, args); /* measured above */
    va_end(args);
    buf->len += (size_t)length;
}

void *lc_buf_room(struct lc_buf *buf, size_t len)
{
    return make_room(buf, len) ? buf->data + buf->len : NULL;
}

void lc_buf_grew(struct lc_buf *buf, size_t len)
{
    buf->len += len;
    if (buf->data != lc_buf_empty)
        buf->data[buf->len] = '\0';
}

void lc_buf_clear(struct lc_buf *buf)
{
    buf->len = 0;
    buf->code = LC_OK;
    if (buf->data != lc_buf_empty)
        buf->data[0] = '\0';
}

bool lc_buf_check(const struct lc_buf *buf, struct lc_err *err)
{
    if (buf->code == LC_OK)
        return true;
    if (buf->code == LC_ENOMEM)
        return lc_fail_memory(err);
    return lc_fail(err, buf->code, "more than %zu bytes", buf->max);
}

bool lc_buf_take(struct lc_buf *buf, char **out, size_t *len_out, struct lc_err *err)
{
    if (!lc_buf_check(buf, err))
        return false;
    if (buf->data == lc_buf_empty) {
        char *none = lc_strdup("");
        if (none == NULL)
            return lc_fail_memory(err);
        buf->data = none;
    }
    *out = buf->data;
    if (len_out != NULL)
        *len_out = buf->len;
    lc_buf_init(buf, buf->max);
    return true;
}
