/* PEM (RFC 7468): finding the wanted block in a text, and writing one. Private to x509/. */
#ifndef LC_X509_PEM_H
#define LC_X509_PEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

/* What is looked for. */
struct lc_pem_kind {
    const char *what;          /* "certificate request", for messages */
    const char *const *labels; /* "CERTIFICATE REQUEST", ...; ends with NULL */
    bool own_lines;            /* begin and end count only on lines of their own, as for keys */
};

/* Views into the text. */
struct lc_pem_block {
    const char *label;   /* one of the kind's labels */
    const char *headers; /* lines before the first empty one (RFC 1421), or NULL */
    size_t headers_len;
    const char *body; /* base64 */
    size_t body_len;
    const char *rest; /* behind the end line */
};

enum lc_pem_find { LC_PEM_FOUND, LC_PEM_NONE, LC_PEM_BROKEN };

/* The first block of the kind; err is set unless it was found. Nothing of the text is quoted. */
enum lc_pem_find lc_pem_find(const char *text, size_t len, const struct lc_pem_kind *kind,
                             struct lc_pem_block *out, struct lc_err *err) LC_MUST_CHECK;

/* The same as a yes or no. */
bool lc_pem_find_first(const char *text, size_t len, const struct lc_pem_kind *kind,
                       struct lc_pem_block *out, struct lc_err *err) LC_MUST_CHECK;

/* The block's bytes. out: initialised with a maximum of LC_PEM_DER_MAX(body_len) at least; it
 * allocates once, so that wiping it afterwards (lc_wiped) leaves no copy. */
#define LC_PEM_DER_MAX(body_len) ((body_len) / 4 * 3 + 3)
bool lc_pem_decode(const struct lc_pem_block *block, struct lc_buf *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Length of the text of der_len bytes, and the text: lines of 64, no newline at the end. out has
 * that many bytes and one more for a NUL. */
size_t lc_pem_len(const char *label, size_t der_len);
void lc_pem_write(const char *label, const void *der, size_t der_len, char *out);

/* A buffer that held something secret and never grew: overwritten, then released.
 * LC_AUTO(lc_wiped) struct lc_buf der; */
static inline void lc_wiped_auto(struct lc_buf *buf)
{
    lc_cleanse(buf->data, buf->capacity);
    lc_buf_release(buf);
}

#endif
