/* The local model's socket: what a hook command sends to the model, and the model's reply, from
 * whoever opened it. */
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_wire_request_release) struct lc_wire_request request = LC_WIRE_REQUEST_INIT;
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (len > 65536) /* more than a socket surely holds */
        return 0;
    LC_AUTO(lc_wire_close) const int first = socket_with(bytes, len);
    if (!lc_wire_receive_request(first, &request, &err))
        fuzz_refused(&err);
    LC_AUTO(lc_wire_close) const int second = socket_with(bytes, len);
    if (!lc_wire_receive_reply(second, &reply, &err))
        fuzz_refused(&err);
    return 0;
}
