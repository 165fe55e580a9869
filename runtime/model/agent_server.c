/* The socket on which hook commands are answered while a program runs: one after another, in the
 * order in which their requests are whole, and nobody waits for one who is slow to send or to take
 * its answer. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/agent_private.h"
#include "model/tools.h"

#define BACKLOG  64
#define LISTENER UINT32_MAX /* among the numbers of talks */

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

static bool watch_fd(const struct agent_server *server, int operation, int fd, uint32_t number,
                     uint32_t events, struct lc_err *err)
{
    struct epoll_event event = { .events = events, .data = { .u32 = number } };

    return epoll_ctl(server->poll, operation, fd, &event) == 0 ||
           lc_fail_errno(err, errno, "cannot watch a socket");
}

static bool open_socket(struct agent_server *server, struct lc_err *err)
{
    const struct lc_unit *unit = &server->context->unit;

    server->address = lc_store_path(server->context->store, "units/%s-%lld/agent.socket", unit->app,
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

bool agent_server_open(struct agent_server *server, struct lc_context *context, struct lc_err *err)
{
    server->context = context;
    server->talks = lc_alloc(AGENT_TALKS_MAX, sizeof(*server->talks));
    if (server->talks == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < AGENT_TALKS_MAX; i++)
        server->talks[i].fd = -1;
    server->poll = epoll_create1(EPOLL_CLOEXEC);
    if (server->poll == -1)
        return lc_fail_errno(err, errno, "cannot watch sockets");
    return open_socket(server, err) &&
           watch_fd(server, EPOLL_CTL_ADD, server->fd, LISTENER, EPOLLIN, err);
}

/* What is not sent by now nobody waits for. */
static void end_talk(struct agent_talk *talk)
{
    if (talk->fd != -1)
        (void)close(talk->fd);
    lc_wire_inbox_release(&talk->inbox);
    lc_wire_reply_release(&talk->reply);
    *talk = (struct agent_talk){ .fd = -1 };
}

void agent_server_close(struct agent_server *server)
{
    struct lc_err ignored = LC_ERR_INIT; /* what stays behind is empty, and private */

    for (size_t i = 0; server->talks != NULL && i < AGENT_TALKS_MAX; i++)
        end_talk(&server->talks[i]);
    lc_free(server->talks);
    if (server->poll != -1)
        (void)close(server->poll); /* as with the next: nothing was buffered */
    if (server->fd != -1)
        (void)close(server->fd);
    if (server->address != NULL)
        (void)unlink(server->address); /* gone already with the unit, perhaps */
    if (server->temporary != NULL && !lc_dir_remove_tree(server->temporary, &ignored))
        server->refused = false;
    lc_free(server->address);
    lc_free(server->temporary);
    *server = (struct agent_server)AGENT_SERVER_INIT;
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

/* A free place, or the place of the one that has been still for longest. */
static struct agent_talk *find_place(struct agent_server *server)
{
    struct agent_talk *stillest = &server->talks[0];

    for (size_t i = 0; i < AGENT_TALKS_MAX; i++) {
        struct agent_talk *talk = &server->talks[i];
        if (talk->fd == -1)
            return talk;
        if (talk->moved < stillest->moved)
            stillest = talk;
    }
    end_talk(stillest);
    return stillest;
}

static void begin_talk(struct agent_server *server)
{
    struct agent_talk *talk = find_place(server);
    struct lc_err fault = LC_ERR_INIT; /* the client's loss */

    talk->fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    talk->moved = ++server->count;
    if (talk->fd != -1 && !watch_fd(server, EPOLL_CTL_ADD, talk->fd,
                                    (uint32_t)(talk - server->talks), EPOLLIN, &fault))
        end_talk(talk);
}

static bool send_rest(struct agent_talk *talk, struct lc_err *err)
{
    bool whole;

    if (!lc_wire_send_some(talk->fd, &talk->reply, &talk->sent, &whole, err))
        return false;
    if (whole)
        end_talk(talk);
    return true;
}

/* False with the fault of a client, whose own loss it is. */
static bool go_on(struct agent_server *server, struct agent_talk *talk, struct lc_err *fault)
{
    bool whole;

    talk->moved = ++server->count;
    if (talk->answered)
        return send_rest(talk, fault);
    if (!lc_wire_receive_some(talk->fd, &talk->inbox, &whole, fault))
        return false;
    if (!whole)
        return true;
    talk->answered = answer(server, &talk->inbox.request, &talk->reply, fault);
    lc_wire_inbox_release(&talk->inbox);
    return talk->answered &&
           watch_fd(server, EPOLL_CTL_MOD, talk->fd, (uint32_t)(talk - server->talks), EPOLLOUT,
                    fault) &&
           send_rest(talk, fault);
}

bool agent_server_serve(struct agent_server *server, struct lc_err *err)
{
    struct epoll_event events[16];
    const int count = epoll_wait(server->poll, events, (int)LC_COUNT(events), 0);

    for (int i = 0; i < count && !server->refused; i++) {
        struct lc_err fault = LC_ERR_INIT;
        if (events[i].data.u32 == LISTENER) {
            begin_talk(server);
            continue;
        }
        struct agent_talk *talk = &server->talks[events[i].data.u32];
        if (talk->fd != -1 && !go_on(server, talk, &fault))
            end_talk(talk);
        server->refused = server->context->reboot_now;
    }
    return server->refused ? lc_fail(err, LC_ESTATE, "the machine reboots") : true;
}
