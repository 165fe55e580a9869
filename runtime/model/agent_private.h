/* What the files of the agent share. */
#ifndef LC_MODEL_AGENT_PRIVATE_H
#define LC_MODEL_AGENT_PRIVATE_H

#include "base/log.h"
#include "base/proc.h"
#include "model/agent.h"
#include "model/context.h"
#include "model/wire.h"

/* The environment, built from scratch. */
bool agent_environment(const struct lc_agent *agent, const struct lc_context *context,
                       const char *charm, const char *socket, struct lc_strlist *out,
                       struct lc_err *err) LC_MUST_CHECK;

/* The library's path, freed with lc_free; NULL when it is not installed. clear: what it leaves in
 * shared memory of processes that became others or were killed. */
bool agent_faketime_find(char **out, struct lc_err *err) LC_MUST_CHECK;
void agent_faketime_clear(void);

/* A connection: a request is received as it comes, then its reply is sent as it is taken. */
struct agent_talk {
    int fd; /* -1: free */
    struct lc_wire_inbox inbox;
    struct lc_wire_reply reply;
    bool answered;
    size_t sent;
    uint64_t moved; /* when it last went on, in the server's count */
};

/* One more, and the one that has been still for longest is given up. */
#define AGENT_TALKS_MAX 64

/* The unix socket on which hook commands are answered, while one program runs. */
struct agent_server {
    struct lc_context *context; /* borrowed */
    int fd;
    int poll;                 /* tells when any of the sockets is ready; -1 before open */
    struct agent_talk *talks; /* owned; AGENT_TALKS_MAX */
    uint64_t count;           /* of what went on */
    char *address;            /* its path */
    char *temporary; /* a folder of its own, where the model's would make the path too long */
    bool refused;    /* a command ended the program: juju-reboot --now */
};

#define AGENT_SERVER_INIT                                                                          \
    {                                                                                              \
        .fd = -1, .poll = -1                                                                       \
    }

bool agent_server_open(struct agent_server *server, struct lc_context *context, struct lc_err *err)
    LC_MUST_CHECK;
void agent_server_close(struct agent_server *server);
LC_AUTO_VALUE(struct agent_server, agent_server_close);
/* What is ready, once server->poll is; false when the program is to be ended. */
bool agent_server_serve(struct agent_server *server, struct lc_err *err) LC_MUST_CHECK;

/* A program of a unit, in the charm's folder, with its server. Must stay where it is. */
struct agent_child {
    struct agent_server server;
    struct lc_proc_child *running; /* NULL: not started, or ended */
    struct lc_proc_result proc;
    size_t out_logged; /* bytes of what it has printed that are in the log already */
    size_t err_logged;
    bool rebooted; /* by juju-reboot --now */
};

void agent_child_release(struct agent_child *child);
LC_AUTO_VALUE(struct agent_child, agent_child_release);
bool agent_child_start(const struct lc_agent *agent, struct lc_context *context, const char *charm,
                       char *const *argv, struct agent_child *out, struct lc_err *err)
    LC_MUST_CHECK;
/* Serve those that run; see lc_agent_wait. */
bool agent_children_wait(const struct lc_agent *agent, struct agent_child *const *children,
                         size_t count, int64_t at_most_ms, struct lc_err *err) LC_MUST_CHECK;
/* Of one that has ended: what it printed is logged. */
bool agent_child_end(struct agent_child *child, struct lc_err *err) LC_MUST_CHECK;

/* All three. */
bool agent_spawn(const struct lc_agent *agent, struct lc_context *context, const char *charm,
                 char *const *argv, struct agent_child *out, struct lc_err *err) LC_MUST_CHECK;

/* The unit's own copy of its charm: made when it has none, upgraded when the application has a
 * newer one and this is its upgrade. */
bool agent_deploy_charm(struct lc_agent *agent, const struct lc_unit *unit, int64_t revision,
                        struct lc_err *err) LC_MUST_CHECK;

/* dispatch, or hooks/NAME or actions/NAME; *out is NULL when there is none, else freed with
 * lc_free. A dispatch that cannot be executed fails (juju-hooks 1.1). */
bool agent_find_program(const char *charm, const char *kind, const char *name, char **out,
                        struct lc_err *err) LC_MUST_CHECK;

/* What the run asked for is done. refusal: LC_OK, or why Juju's rules forbid it, which is the
 * hook's failure. False: the store has failed. */
bool agent_commit(struct lc_context *context, struct lc_err *refusal, struct lc_err *err)
    LC_MUST_CHECK;

/* A line of the agent's own in the log. */
bool agent_log(struct lc_store *store, const char *unit, enum lc_level level, struct lc_err *err,
               const char *format, ...) LC_PRINTF(5, 6) LC_MUST_CHECK;

#endif
