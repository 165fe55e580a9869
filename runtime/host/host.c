/* One hook for Juju: its environment, the charm's folder, and the exit status. */
#include "host/host.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/connection.h"
#include "host/run.h"

/* The folder as Juju's agent has it: the process's own, by its absolute name. */
static bool enter_folder(struct host_connection *connection, const char *charm_dir,
                         struct lc_err *err)
{
    const char *folder = charm_dir == NULL ? connection->env.charm_dir : charm_dir;
    char absolute[PATH_MAX];

    if (chdir(folder) == -1 || getcwd(absolute, sizeof(absolute)) == NULL)
        return lc_fail_errno(err, errno, "cannot enter the charm's folder '%s'", folder);
    char *copy = lc_strdup(absolute);
    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(connection->env.charm_dir);
    connection->env.charm_dir = copy;
    return true;
}

bool lc_host_dispatch(const char *charm_dir, bool *logged_out, struct lc_err *err)
{
    LC_AUTO(host_connection_release) struct host_connection connection = HOST_CONNECTION_INIT;
    LC_AUTO(host_run_release) struct host_run run = { .context = &connection.context };

    *logged_out = false;
    if (!host_connect(&connection, true, err))
        return false;
    const bool done = enter_folder(&connection, charm_dir, err) &&
                      host_files_find(&run.files, connection.env.charm_dir, err) &&
                      host_run_hook(&run, err);
    if (!done)
        host_run_tell(&run, err);
    lc_hooklog_flush(connection.hooklog); /* so that the log is on the recording */
    host_record_finish(&connection.record, &connection.env, done ? NULL : err,
                       &connection.context.log);
    if (done)
        return true;
    /* Whoever runs an action sees its standard error, and not the log (juju-hooks 1.16). */
    *logged_out = connection.env.event.kind != LC_EVENT_ACTION;
    return false;
}
