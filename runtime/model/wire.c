/* Framing of requests and replies. */
#include "model/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/secret.h"

#define MAGIC 0x6c636831u /* "lch1" */

enum { HEADER_WORDS = 4 };

void lc_wire_close_auto(const int *fd)
{
    if (*fd != -1)
        (void)close(*fd); /* nothing was buffered */
}

static bool send_all(int fd, const void *bytes, size_t len, struct lc_err *err)
{
    const char *at = bytes;

    while (len > 0) {
        const ssize_t count = send(fd, at, len, MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot send");
        at += count;
        len -= (size_t)count;
    }
    return true;
}

static bool receive_all(int fd, void *bytes, size_t len, struct lc_err *err)
{
    char *at = bytes;

    while (len > 0) {
        const ssize_t count = recv(fd, at, len, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot receive");
        if (count == 0)
            return lc_fail(err, LC_EIO, "the other side closed the connection");
        at += count;
        len -= (size_t)count;
    }
    return true;
}

static bool send_header(int fd, uint32_t a, uint32_t b, uint32_t c, struct lc_err *err)
{
    const uint32_t header[HEADER_WORDS] = { htonl(MAGIC), htonl(a), htonl(b), htonl(c) };

    return send_all(fd, header, sizeof(header), err);
}

static bool read_header(const unsigned char *bytes, uint32_t header[HEADER_WORDS],
                        struct lc_err *err)
{
    memcpy(header, bytes, HEADER_WORDS * sizeof(header[0]));
    for (size_t i = 0; i < HEADER_WORDS; i++)
        header[i] = ntohl(header[i]);
    if (header[0] != MAGIC)
        return lc_fail(err, LC_EPARSE, "not a hook command's request or reply");
    return true;
}

void lc_wire_request_release(struct lc_wire_request *request)
{
    lc_cleanse(request->bytes, request->len);
    lc_free(request->bytes);
    lc_free(request->words);
    *request = (struct lc_wire_request)LC_WIRE_REQUEST_INIT;
}

bool lc_wire_send_request(int fd, const char *const *words, const void *input, size_t input_len,
                          struct lc_err *err)
{
    size_t count = 0;
    size_t len = 0;

    for (; words[count] != NULL; count++)
        len += strlen(words[count]) + 1;
    if (len + input_len > LC_WIRE_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "more than %u bytes", LC_WIRE_MAX_BYTES);
    if (!send_header(fd, (uint32_t)count, (uint32_t)len,
                     input == NULL ? LC_WIRE_NO_INPUT : (uint32_t)input_len, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!send_all(fd, words[i], strlen(words[i]) + 1, err))
            return false;
    return input == NULL || send_all(fd, input, input_len, err);
}

/* The views into the bytes that were received. */
static bool find_words(struct lc_wire_request *request, size_t words_len, struct lc_err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < request->word_count; i++) {
        const size_t len = strnlen(request->bytes + at, words_len - at);
        if (at + len >= words_len)
            return lc_fail(err, LC_EPARSE, "a request whose words are cut off");
        request->words[i] = request->bytes + at;
        at += len + 1;
    }
    return at == words_len ? true : lc_fail(err, LC_EPARSE, "a request with too many words");
}

void lc_wire_inbox_release(struct lc_wire_inbox *inbox)
{
    lc_wire_request_release(&inbox->request);
    *inbox = (struct lc_wire_inbox)LC_WIRE_INBOX_INIT;
}

/* The header is whole: room for what it announces. */
static bool make_room(struct lc_wire_inbox *inbox, struct lc_err *err)
{
    struct lc_wire_request *request = &inbox->request;
    uint32_t header[HEADER_WORDS];

    if (!read_header(inbox->header, header, err))
        return false;
    request->has_input = header[3] != LC_WIRE_NO_INPUT;
    request->input_len = request->has_input ? header[3] : 0;
    request->word_count = header[1];
    if (header[2] > LC_WIRE_MAX_BYTES || request->input_len > LC_WIRE_MAX_BYTES ||
        request->word_count > LC_WIRE_MAX_WORDS)
        return lc_fail(err, LC_ELIMIT, "a request of more than %u bytes", LC_WIRE_MAX_BYTES);
    request->len = header[2] + request->input_len;
    request->bytes = lc_alloc(request->len + 1, 1);
    request->words = lc_alloc(request->word_count + 1, sizeof(*request->words));
    if (request->bytes == NULL || request->words == NULL)
        return lc_fail_memory(err);
    request->input = request->bytes + header[2];
    return true;
}

/* The next bytes, into the header or the request; *count 0: there are none now. */
static bool receive_next(int fd, struct lc_wire_inbox *inbox, size_t *count, struct lc_err *err)
{
    const size_t head = sizeof(inbox->header);
    const bool in_head = inbox->have < head;
    void *to = in_head ? (void *)(inbox->header + inbox->have)
                       : (void *)(inbox->request.bytes + (inbox->have - head));
    const size_t missing = (in_head ? head : head + inbox->request.len) - inbox->have;
    ssize_t got;

    do
        got = recv(fd, to, missing, MSG_DONTWAIT);
    while (got == -1 && errno == EINTR);
    *count = got > 0 ? (size_t)got : 0;
    if (got > 0 || (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)))
        return true;
    return got == 0 ? lc_fail(err, LC_EIO, "the other side closed the connection")
                    : lc_fail_errno(err, errno, "cannot receive");
}

static bool is_whole(const struct lc_wire_inbox *inbox)
{
    return inbox->request.bytes != NULL &&
           inbox->have == sizeof(inbox->header) + inbox->request.len;
}

bool lc_wire_receive_some(int fd, struct lc_wire_inbox *inbox, bool *whole, struct lc_err *err)
{
    struct lc_wire_request *request = &inbox->request;
    size_t count = 1;

    while (count > 0 && !is_whole(inbox)) {
        if (!receive_next(fd, inbox, &count, err))
            return false;
        inbox->have += count;
        if (request->bytes == NULL && inbox->have == sizeof(inbox->header) &&
            !make_room(inbox, err))
            return false;
    }
    const bool complete = is_whole(inbox);
    if (complete && !find_words(request, request->len - request->input_len, err))
        return false;
    *whole = complete;
    return true;
}

void lc_wire_reply_release(struct lc_wire_reply *reply)
{
    if (reply->bytes != NULL)
        lc_cleanse(reply->bytes, reply->out_len + reply->err_len);
    lc_free(reply->bytes);
    *reply = (struct lc_wire_reply)LC_WIRE_REPLY_INIT;
}

/* One of the parts of a reply, from where the last send ended; *at: the part's place in the whole.
 */
static bool send_part(int fd, const void *bytes, size_t len, size_t *at, size_t *sent,
                      struct lc_err *err)
{
    const size_t end = *at + len;

    while (*sent >= *at && *sent < end) {
        const ssize_t count = send(fd, (const char *)bytes + (*sent - *at), end - *sent,
                                   MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot send");
        *sent += (size_t)count;
    }
    *at = end;
    return true;
}

bool lc_wire_send_some(int fd, const struct lc_wire_reply *reply, size_t *sent, bool *whole,
                       struct lc_err *err)
{
    const uint32_t header[HEADER_WORDS] = { htonl(MAGIC), htonl(reply->code),
                                            htonl((uint32_t)reply->out_len),
                                            htonl((uint32_t)reply->err_len) };
    size_t at = 0;

    if (!send_part(fd, header, sizeof(header), &at, sent, err) ||
        !send_part(fd, reply->out, reply->out_len, &at, sent, err) ||
        !send_part(fd, reply->err, reply->err_len, &at, sent, err))
        return false;
    *whole = *sent == at;
    return true;
}

bool lc_wire_receive_reply(int fd, struct lc_wire_reply *out, struct lc_err *err)
{
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    unsigned char head[HEADER_WORDS * sizeof(uint32_t)];
    uint32_t header[HEADER_WORDS];

    if (!receive_all(fd, head, sizeof(head), err) || !read_header(head, header, err))
        return false;
    if (header[2] > 2 * LC_WIRE_MAX_BYTES || header[3] > LC_WIRE_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "a reply of more than %u bytes", LC_WIRE_MAX_BYTES);
    reply.code = header[1];
    reply.out_len = header[2];
    reply.err_len = header[3];
    reply.bytes = lc_alloc(reply.out_len + reply.err_len, 1);
    if (reply.bytes == NULL)
        return lc_fail_memory(err);
    if (!receive_all(fd, reply.bytes, reply.out_len + reply.err_len, err))
        return false;
    reply.out = reply.bytes;
    reply.err = reply.bytes + reply.out_len;
    *out = reply;
    reply = (struct lc_wire_reply)LC_WIRE_REPLY_INIT;
    return true;
}
