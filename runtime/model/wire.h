/* What a hook command and the model say to each other over the unix socket: one request, one reply,
 * each with its lengths in front. The client half is used by hooktool.c, the server half by
 * agent_server.c. Both may carry the content of secrets: what is received is cleansed on release.
 *
 * Request: magic, number of words, bytes of words, bytes of standard input or WIRE_NO_INPUT; then
 * the words, each ended by NUL (context id, working folder, command, arguments), then the input.
 * Reply: magic, exit code or WIRE_NEEDS_INPUT, bytes of output, bytes of error text; then both.
 * Numbers are 32 bits, big endian. */
#ifndef LC_MODEL_WIRE_H
#define LC_MODEL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

#define LC_WIRE_MAX_BYTES   (32u * 1024 * 1024) /* of a request's words, its input, a reply */
#define LC_WIRE_MAX_WORDS   100000u
#define LC_WIRE_NO_INPUT    UINT32_MAX
#define LC_WIRE_NEEDS_INPUT UINT32_MAX

struct lc_wire_request {
    char **words; /* owned array of views into bytes; NULL-terminated */
    size_t word_count;
    bool has_input;
    const char *input; /* a view */
    size_t input_len;
    char *bytes; /* owned, cleansed on release */
    size_t len;
};

#define LC_WIRE_REQUEST_INIT                                                                       \
    {                                                                                              \
        .words = NULL                                                                              \
    }

void lc_wire_request_release(struct lc_wire_request *request);
LC_AUTO_VALUE(struct lc_wire_request, lc_wire_request_release);

/* For LC_AUTO: a socket, or -1. */
void lc_wire_close_auto(const int *fd);

/* words: NULL-terminated. input: NULL for none. */
bool lc_wire_send_request(int fd, const char *const *words, const void *input, size_t input_len,
                          struct lc_err *err) LC_MUST_CHECK;

/* A request on its way: the server waits for nobody. */
struct lc_wire_inbox {
    struct lc_wire_request request; /* whole when receive says so */
    unsigned char header[16];
    size_t have; /* bytes, of header and request */
};

#define LC_WIRE_INBOX_INIT                                                                         \
    {                                                                                              \
        .have = 0                                                                                  \
    }

void lc_wire_inbox_release(struct lc_wire_inbox *inbox);
LC_AUTO_VALUE(struct lc_wire_inbox, lc_wire_inbox_release);

/* What has come by now. *whole: nothing is missing. LC_EPARSE, LC_ELIMIT (more than
 * LC_WIRE_MAX_BYTES or LC_WIRE_MAX_WORDS), LC_EIO (also when the other side ends too early). */
bool lc_wire_receive_some(int fd, struct lc_wire_inbox *inbox, bool *whole, struct lc_err *err)
    LC_MUST_CHECK;

struct lc_wire_reply {
    uint32_t code;
    const char *out; /* views into bytes; when sending, whatever the caller has */
    size_t out_len;
    const char *err;
    size_t err_len;
    char *bytes; /* owned, cleansed on release */
};

#define LC_WIRE_REPLY_INIT                                                                         \
    {                                                                                              \
        .code = 0                                                                                  \
    }

void lc_wire_reply_release(struct lc_wire_reply *reply);
LC_AUTO_VALUE(struct lc_wire_reply, lc_wire_reply_release);

/* What the other side takes now. sent: bytes before, and after. */
bool lc_wire_send_some(int fd, const struct lc_wire_reply *reply, size_t *sent, bool *whole,
                       struct lc_err *err) LC_MUST_CHECK;
/* Waits. */
bool lc_wire_receive_reply(int fd, struct lc_wire_reply *out, struct lc_err *err) LC_MUST_CHECK;

#endif
