/* The socket on which hook commands are answered, one at a time, while a program runs. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/agent_private.h"
#include "model/tools.h"

#define CLIENT_TIMEOUT_S 10 /* for a client to send its request, or to take the answer */
#define BACKLOG          64

/* False without err: the path is too long, or the file system has no sockets. */
static bool listen_at(const char *path, int *fd_out)
{
    struct sockaddr_un place = { .sun_family = AF_UNIX };

    if (strlen(path) >= sizeof(place.sun_path))
        return false;
    memcpy(place.sun_path, path, strlen(path) + 1);
    (void)unlink(path); /* a killed agent's; it need not be there */
    LC_AUTO(lc_wire_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return false;
    const mode_t before = umask(077);
    const int bound = bind(fd, (const struct sockaddr *)&place, sizeof(place));
    (void)umask(before);
    if (bound == -1 || listen(fd, BACKLOG) == -1)
        return false;
    *fd_out = fd;
    fd = -1;
    return true;
}

bool agent_server_open(struct agent_server *server, struct lc_context *context, struct lc_err *err)
{
    const struct lc_unit *unit = &context->unit;

    server->context = context;
    server->address = lc_store_path(context->store, "units/%s-%lld/agent.socket", unit->app,
                                    (long long)unit->number);
    if (server->address == NULL)
        return lc_fail_memory(err);
    if (listen_at(server->address, &server->fd))
        return true;
    lc_free(server->address);
    server->address = NULL;
    if (!lc_dir_temporary("luacharm-agent", &server->temporary, err))
        return false;
    server->address = lc_path_join(server->temporary, "agent.socket");
    if (server->address == NULL)
        return lc_fail_memory(err);
    if (!listen_at(server->address, &server->fd))
        return lc_fail_errno(err, errno, "cannot listen on %s", server->address);
    return true;
}

void agent_server_close(struct agent_server *server)
{
    struct lc_err ignored = LC_ERR_INIT; /* what stays behind is empty, and private */

    if (server->fd != -1)
        (void)close(server->fd); /* nothing was buffered */
    if (server->address != NULL)
        (void)unlink(server->address); /* gone already with the unit, perhaps */
    if (server->temporary != NULL && !lc_dir_remove_tree(server->temporary, &ignored))
        server->refused = false;
    lc_free(server->address);
    lc_free(server->temporary);
    *server = (struct agent_server)AGENT_SERVER_INIT;
}

static bool set_timeouts(int fd)
{
    const struct timeval limit = { .tv_sec = CLIENT_TIMEOUT_S };

    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0;
}

static bool answer(struct agent_server *server, const struct lc_wire_request *request,
                   struct lc_wire_reply *reply, struct lc_err *err)
{
    static const char stale[] = "ERROR bad request: expected another context id\n";

    if (request->word_count >= 3 && strcmp(request->words[0], server->context->id) == 0)
        return lc_tools_answer(server->context, request, reply, err);
    reply->bytes = lc_strdup(stale);
    if (reply->bytes == NULL)
        return lc_fail_memory(err);
    reply->code = 1;
    reply->out = reply->err = reply->bytes;
    reply->err_len = sizeof(stale) - 1;
    return true;
}

/* One connection, one request. What a client does wrong is its own loss. */
static bool serve(void *context, struct lc_err *err)
{
    struct agent_server *server = context;
    LC_AUTO(lc_wire_request_release) struct lc_wire_request request = LC_WIRE_REQUEST_INIT;
    LC_AUTO(lc_wire_reply_release) struct lc_wire_reply reply = LC_WIRE_REPLY_INIT;
    struct lc_err fault = LC_ERR_INIT;
    LC_AUTO(lc_wire_close) int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd == -1 || !set_timeouts(fd) || !lc_wire_receive_request(fd, &request, &fault))
        return true;
    if (!answer(server, &request, &reply, &fault) || !lc_wire_send_reply(fd, &reply, &fault))
        return true;
    server->refused = server->context->reboot_now;
    return server->refused ? lc_fail(err, LC_ESTATE, "the machine reboots") : true;
}

struct lc_proc_watch agent_server_watch(struct agent_server *server)
{
    return (struct lc_proc_watch){ .fd = server->fd, .ready = serve, .context = server };
}
