/* The content of a secret as Juju keeps it: keys, each with base64 text (juju-hooks 3.3). */
#ifndef LC_MODEL_CONTENT_H
#define LC_MODEL_CONTENT_H

#include "base/buf.h"
#include "base/secret.h"

struct lc_field {
    char *key;
    struct lc_secret base64;
};

struct lc_content {
    struct lc_field *items; /* owned, by key (bytes) */
    size_t count;
    size_t capacity;
};

#define LC_CONTENT_INIT                                                                            \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_content_release(struct lc_content *content);
LC_AUTO_VALUE(struct lc_content, lc_content_release);

/* NULL when absent. */
const struct lc_secret *lc_content_get(const struct lc_content *content, const char *key);

/* Copies; replaces what was there. set_bytes encodes. */
bool lc_content_set(struct lc_content *content, const char *key, const char *base64, size_t len,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_content_set_bytes(struct lc_content *content, const char *key, const void *bytes,
                          size_t len, struct lc_err *err) LC_MUST_CHECK;

bool lc_content_copy(struct lc_content *out, const struct lc_content *from, struct lc_err *err)
    LC_MUST_CHECK;
void lc_content_move(struct lc_content *to, struct lc_content *from);
bool lc_content_equals(const struct lc_content *a, const struct lc_content *b);

/* The bytes behind a field. LC_EPARSE when it is not base64, which Juju does not check before. */
bool lc_field_decode(const struct lc_secret *base64, struct lc_secret *out, struct lc_err *err)
    LC_MUST_CHECK;

/* ^([a-z](?:-?[a-z0-9]){2,})$ (juju-hooks 3.3). */
bool lc_content_is_key(const char *text, size_t len);

/* A buffer of this many bytes, whose memory will not move while it is filled, and its end. */
void lc_buf_hold(struct lc_buf *buf, size_t max);
void lc_buf_wipe(struct lc_buf *buf);

#endif
