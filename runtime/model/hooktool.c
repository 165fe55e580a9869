/* The client's side of the hook commands. It only moves bytes: everything else, flags included, is
 * the server's (juju-hooks 2.1). */
#include "model/hooktool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/content.h"
#include "model/tools.h"
#include "model/wire.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool lc_hooktool_is(const char *argv0)
{
    return lc_tool_find(base_name(argv0)) != NULL;
}

static bool need_env(const char *name, const char **out, struct lc_err *err)
{
    *out = getenv(name);
    return *out != NULL ? true : lc_fail(err, LC_ESTATE, "%s not set", name);
}

static bool dial(const char *address, int *fd_out, struct lc_err *err)
{
    struct sockaddr_un place = { .sun_family = AF_UNIX };

    if (strlen(address) >= sizeof(place.sun_path))
        return lc_fail(err, LC_ELIMIT, "dial unix %s: the path is too long", address);
    memcpy(place.sun_path, address, strlen(address) + 1);
    LC_AUTO(lc_wire_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return lc_fail_errno(err, errno, "dial unix %s", address);
    while (connect(fd, (const struct sockaddr *)&place, sizeof(place)) == -1 && errno != EISCONN)
        if (errno != EINTR)
            return lc_fail_errno(err, errno, "dial unix %s: connect", address);
    *fd_out = fd;
    fd = -1;
    return true;
}

/* One request, one reply, one connection. */
static bool ask(const char *address, const char *const *words, const struct lc_buf *input,
                struct lc_wire_reply *reply, struct lc_err *err)
{
    LC_AUTO(lc_wire_close) int fd = -1;

    return dial(address, &fd, err) &&
           lc_wire_send_request(fd, words, input == NULL ? NULL : input->data,
                                input == NULL ? 0 : input->len, err) &&
           lc_wire_receive_reply(fd, reply, err);
}

static bool read_input(struct lc_buf *input, struct lc_err *err)
{
    for (;;) {
        char *room = lc_buf_room(input, 65536);
        if (room == NULL)
            return lc_buf_check(input, err);
        const ssize_t count = read(STDIN_FILENO, room, 65536);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return lc_fail_errno(err, errno, "cannot read standard input");
        if (count == 0)
            return true;
        lc_buf_grew(input, (size_t)count);
    }
}

/* words[0] and [1], the context and the folder, are filled in here. */
static bool converse(const char **words, struct lc_wire_reply *reply, struct lc_err *err)
{
    const char *address;
    const char *network;
    char folder[PATH_MAX];

    if (!need_env("JUJU_CONTEXT_ID", &words[0], err) ||
        !need_env("JUJU_AGENT_SOCKET_ADDRESS", &address, err) ||
        !need_env("JUJU_AGENT_SOCKET_NETWORK", &network, err))
        return false;
    if (strcmp(network, "unix") != 0)
        return lc_fail(err, LC_EUNSUPPORTED, "dial %s: only unix sockets are supported", network);
    words[1] = getcwd(folder, sizeof(folder));
    if (words[1] == NULL)
        words[1] = "/"; /* it was removed: relative names mean nothing then */
    if (!ask(address, words, NULL, reply, err))
        return false;
    if (reply->code != LC_WIRE_NEEDS_INPUT)
        return true;
    LC_AUTO(lc_buf_release) struct lc_buf input = LC_BUF_INIT(LC_WIRE_MAX_BYTES);
    lc_wire_reply_release(reply);
    return read_input(&input, err) && ask(address, words, &input, reply, err);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t count = write(fd, bytes, len);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return false;
        bytes += count;
        len -= (size_t)count;
    }
    return true;
}

int lc_hooktool_main(int argc, char **argv)
{
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    LC_AUTO(lc_free) const char **words = lc_alloc((size_t)argc + 3, sizeof(*words));
    struct lc_err err = LC_ERR_INIT;

    if (words == NULL) {
        (void)lc_fail_memory(&err);
    } else {
        words[2] = base_name(argv[0]);
        for (int i = 1; i < argc; i++)
            words[i + 2] = argv[i];
    }
    if (words == NULL || !converse(words, &reply, &err)) {
        (void)fprintf(stderr, "ERROR %s\n", err.message); /* nowhere to complain to */
        return 1;
    }
    /* A reader that has gone away is told by the exit status, as with any command. */
    const bool written = write_all(STDERR_FILENO, reply.err, reply.err_len) &&
                         write_all(STDOUT_FILENO, reply.out, reply.out_len);
    return written ? (int)reply.code : 1;
}

bool lc_model_clock_is_there(bool *out, struct lc_err *err)
{
    const char *path = getenv("PATH");

    *out = false;
    if (path == NULL || getenv("JUJU_CONTEXT_ID") == NULL)
        return true;
    LC_AUTO(lc_free) char *folder = lc_strndup(path, strcspn(path, ":"));
    LC_AUTO(lc_free) char *marker = folder == NULL ? NULL : lc_path_join(folder, LC_MODEL_CLOCK);
    if (marker == NULL)
        return lc_fail_memory(err);
    *out = lc_file_exists(marker);
    return true;
}

bool lc_model_clock(int64_t *now_out, struct lc_err *err)
{
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    const char *words[] = { NULL, NULL, LC_MODEL_CLOCK, NULL };
    char text[32];
    bool is_there;

    if (!lc_model_clock_is_there(&is_there, err))
        return false;
    if (!is_there)
        return lc_fail(err, LC_ESTATE, "not a hook in a local model");
    if (!converse(words, &reply, err))
        return lc_wrap(err, "cannot ask the model for its time");
    const size_t len = reply.out_len < sizeof(text) ? reply.out_len : sizeof(text) - 1;
    memcpy(text, reply.out, len);
    text[len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (reply.code != 0 || !lc_text_to_number(text, INT64_MAX, now_out))
        return lc_fail(err, LC_EPARSE,
                       "the model's answer to the question for its time is not one");
    return true;
}
