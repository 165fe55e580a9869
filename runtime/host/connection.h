/* What a hook gives a VM: Juju's environment, the port with its session on top, the log. Shared by
 * those who run a charm (host.c) and a single script (script.c). Private to host/. */
#ifndef LC_HOST_CONNECTION_H
#define LC_HOST_CONNECTION_H

#include "bind/vm.h"
#include "host/record.h"
#include "juju/hooklog.h"
#include "juju/tool.h"

struct host_connection {
    struct lc_hook_env env;
    struct lc_tool *tool;
    struct host_record record;
    struct lc_hooklog *hooklog;
    struct lc_session *session;
    int64_t model_now_s;         /* the model's time when the hook began; outside of a model 0 */
    struct bind_context context; /* borrows from the rest */
};

#define HOST_CONNECTION_INIT                                                                       \
    {                                                                                              \
        .env = LC_HOOK_ENV_INIT                                                                    \
    }

/* The VM's objects look at everything here: it goes first. */
void host_connection_release(struct host_connection *connection);
LC_AUTO_VALUE(struct host_connection, host_connection_release);

/* Of the hook that the environment is about. LC_ESTATE when there is none. recorded: it is recorded
 * where the environment says so. connection must stay where it is. */
bool host_connect(struct host_connection *connection, bool recorded, struct lc_err *err)
    LC_MUST_CHECK;

#endif
