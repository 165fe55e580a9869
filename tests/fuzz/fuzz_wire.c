/* The local model's socket: what a hook command sends to the model, and the model's reply, from
 * whoever opened it. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/wire.h"

/* The end of a socket from which these bytes come, and then nothing. */
static int socket_with(const uint8_t *bytes, size_t len)
{
    struct lc_err err = LC_ERR_INIT;
    int ends[2];

    fuzz_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no socket", &err);
    fuzz_must(send(ends[1], bytes, len, MSG_NOSIGNAL) == (ssize_t)len, "not sent", &err);
    (void)close(ends[1]);
    return ends[0];
}

/* A request in two pieces is what it is in one. */
static void receive(const uint8_t *bytes, size_t len, size_t first_len, struct lc_wire_inbox *inbox)
{
    struct lc_err err = LC_ERR_INIT;
    bool whole = false;
    int ends[2];

    fuzz_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no socket", &err);
    fuzz_must(send(ends[1], bytes, first_len, MSG_NOSIGNAL) == (ssize_t)first_len, "not sent",
              &err);
    bool good = lc_wire_receive_some(ends[0], inbox, &whole, &err);
    if (good && !whole) {
        fuzz_must(send(ends[1], bytes + first_len, len - first_len, MSG_NOSIGNAL) ==
                      (ssize_t)(len - first_len),
                  "not sent", &err);
        good = lc_wire_receive_some(ends[0], inbox, &whole, &err);
    }
    if (!good)
        fuzz_refused(&err);
    if (!whole)
        lc_wire_inbox_release(inbox);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void receive_both_ways(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_wire_inbox_release) struct lc_wire_inbox one = LC_WIRE_INBOX_INIT;
    LC_AUTO(lc_wire_inbox_release) struct lc_wire_inbox two = LC_WIRE_INBOX_INIT;
    const struct lc_wire_request *a = &one.request;
    const struct lc_wire_request *b = &two.request;
    struct lc_err err = LC_ERR_INIT;

    receive(bytes, len, len, &one);
    receive(bytes, len, len == 0 ? 0 : bytes[len - 1] % len, &two);
    fuzz_must(a->len == b->len && a->word_count == b->word_count && a->input_len == b->input_len &&
                  (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0),
              "in pieces it is another", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (len > 65536) /* more than a socket surely holds */
        return 0;
    receive_both_ways(bytes, len);
    LC_AUTO(lc_wire_close) const int fd = socket_with(bytes, len);
    if (!lc_wire_receive_reply(fd, &reply, &err))
        fuzz_refused(&err);
    return 0;
}
