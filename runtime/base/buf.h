/* Growable bytes with a hard maximum. Not for secrets: see base/secret.h.
 *
 * Errors are sticky: adding to a full buffer, or without memory, marks it, and everything added
 * afterwards is dropped; one lc_buf_check at the end tells. `data` is always NUL-terminated and
 * never NULL, so it can be used as a C string where its bytes hold no NUL.
 *
 *     LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(4096);
 *     lc_buf_printf(&line, "%s=", name);
 *     lc_buf_add(&line, value, value_len);
 *     if (!lc_buf_check(&line, err))
 *         return lc_wrap(err, "cannot write '%s'", name); */
#ifndef LC_BASE_BUF_H
#define LC_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

extern char lc_buf_empty[1]; /* what an empty buffer shows; never written */

struct lc_buf {
    char *data; /* owned; len bytes and a NUL */
    size_t len;
    size_t capacity;
    size_t max;        /* bytes, the NUL not counted */
    enum lc_code code; /* LC_OK, LC_ELIMIT or LC_ENOMEM */
};

/* Allocate nothing. max: at most SIZE_MAX / 2. A local is initialised where it is declared, so that
 * every return finds something to release. */
#define LC_BUF_INIT(bytes)                                                                         \
    {                                                                                              \
        .data = lc_buf_empty, .max = (bytes), .code = LC_OK                                        \
    }
void lc_buf_init(struct lc_buf *buf, size_t max);
void lc_buf_release(struct lc_buf *buf);
LC_AUTO_VALUE(struct lc_buf, lc_buf_release);

void lc_buf_add(struct lc_buf *buf, const void *bytes, size_t len);
void lc_buf_puts(struct lc_buf *buf, const char *text);
void lc_buf_putc(struct lc_buf *buf, char byte);
void lc_buf_printf(struct lc_buf *buf, const char *format, ...) LC_PRINTF(2, 3);

/* Room for len more bytes at data + len, for reading into; then lc_buf_grew with what was read.
 * NULL when over the maximum or out of memory; the buffer is then marked. */
void *lc_buf_room(struct lc_buf *buf, size_t len);
void lc_buf_grew(struct lc_buf *buf, size_t len);

/* Forget the contents and the mark; the memory stays. */
void lc_buf_clear(struct lc_buf *buf);

/* False when the buffer is marked: LC_ELIMIT or LC_ENOMEM. */
bool lc_buf_check(const struct lc_buf *buf, struct lc_err *err) LC_MUST_CHECK;

/* Check, and hand the bytes over: *out is freed with lc_free, len_out may be NULL. The buffer is
 * then empty. */
bool lc_buf_take(struct lc_buf *buf, char **out, size_t *len_out, struct lc_err *err) LC_MUST_CHECK;

#endif
