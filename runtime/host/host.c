/* One hook, from the environment to the exit status. */
#include "host/host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "bind/bind.h"
#include "bind/charm.h"
#include "host/connection.h"
#include "host/files.h"

struct host {
    struct host_connection connection;
    struct host_files files;
    struct bind_vm *vm;
};

/* What was made last goes first: the VM's objects look at everything else. */
static void host_release(struct host *host)
{
    bind_vm_free(host->vm);
    host_files_release(&host->files);
    host_connection_release(&host->connection);
}
LC_AUTO_VALUE(struct host, host_release);

/* --- preparing --------------------------------------------------------------------------- */

/* The folder as Juju's agent has it: the process's own, by its absolute name. */
static bool enter_folder(struct host *host, const char *charm_dir, struct lc_err *err)
{
    const char *folder = charm_dir == NULL ? host->connection.env.charm_dir : charm_dir;
    char absolute[PATH_MAX];

    if (chdir(folder) == -1 || getcwd(absolute, sizeof(absolute)) == NULL)
        return lc_fail_errno(err, errno, "cannot enter the charm's folder '%s'", folder);
    char *copy = lc_strdup(absolute);
    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(host->connection.env.charm_dir);
    host->connection.env.charm_dir = copy;
    return true;
}

static int make_charm(lua_State *L)
{
    (void)bind_charm(L);
    return 0;
}

static bool start_lua(struct host *host, struct lc_err *err)
{
    host->connection.context.prints_to_log = true;
    if (!bind_vm_new(&host->connection.context, NULL, &host->vm, err))
        return false;
    lua_pushcfunction(bind_vm_state(host->vm), make_charm);
    if (!bind_pcall(bind_vm_state(host->vm), 0, 0, err))
        return false;
    host->connection.context.charm->knows = host_files_know;
    host->connection.context.charm->knows_context = &host->files;
    return true;
}

/* --- the hook ---------------------------------------------------------------------------- */

/* An error of the author's has its own place in front. */
static bool about_endpoint(const struct host *host, const struct bind_lifecycle *lifecycle,
                           struct lc_err *err)
{
    const char *where = bind_vm_where(host->vm);

    if (err->code == LC_ESCRIPT || (*where != '\0' && lc_text_has_prefix(err->message, where)))
        return false;
    return lc_wrap(err, "endpoint '%s'", lifecycle->endpoint);
}

static bool run_lifecycles(struct host *host, struct lc_err *err)
{
    const struct lc_tls_hook hook = bind_tls_hook(&host->connection.context);
    const struct bind_charm *charm = host->connection.context.charm;

    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (!charm->lifecycles[i].handle(charm->lifecycles[i].self, &hook, err))
            return about_endpoint(host, &charm->lifecycles[i], err);
    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (charm->lifecycles[i].deliver != LUA_NOREF &&
            !bind_vm_call(host->vm, charm->lifecycles[i].deliver, 0, err))
            return false;
    return true;
}

static bool finish_lifecycles(struct host *host, struct lc_err *err)
{
    const struct lc_tls_hook hook = bind_tls_hook(&host->connection.context);
    const struct bind_charm *charm = host->connection.context.charm;

    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (!charm->lifecycles[i].finish(charm->lifecycles[i].self, &hook, err))
            return about_endpoint(host, &charm->lifecycles[i], err);
    return true;
}

/* Handlers that are registered by handlers are called, too. */
static bool call_handlers(struct host *host, enum bind_handler_kind kind, const char *name,
                          bool *found_out, struct lc_err *err)
{
    const struct bind_charm *charm = host->connection.context.charm;

    for (size_t i = 0; i < charm->handler_count; i++) {
        if (charm->handlers[i].kind != kind || strcmp(charm->handlers[i].name, name) != 0)
            continue;
        *found_out = true;
        if (!bind_vm_call(host->vm, charm->handlers[i].function, 0, err))
            return false;
    }
    return true;
}

/* Nobody handles it: fine for a hook, since Juju runs the charm for all of them (juju-hooks 1.1).
 * An action has somebody who waits for it. */
static bool nobody(struct host *host, struct lc_err *err)
{
    const struct lc_event *event = &host->connection.env.event;
    char message[256];

    if (event->kind != LC_EVENT_ACTION) {
        lc_log(&host->connection.context.log, LC_LEVEL_DEBUG, "no handler for '%s'",
               event->name == NULL ? lc_event_kind_name(event->kind) : event->name);
        return true;
    }
    (void)snprintf(message, sizeof(message), "this charm has no handler for the action '%.128s'",
                   event->name);
    return lc_juju_call(lc_session_port(host->connection.session), action_fail, message, err);
}

static bool run_handlers(struct host *host, struct lc_err *err)
{
    const struct lc_event *event = &host->connection.env.event;
    const bool is_action = event->kind == LC_EVENT_ACTION;
    bool found = false;

    if (!host_files_run_script(&host->files, host->vm, event, &found, err))
        return false;
    if (event->name != NULL &&
        !call_handlers(host, is_action ? BIND_ON_ACTION : BIND_ON_EVENT, event->name, &found, err))
        return false;
    return found ? true : nobody(host, err);
}

static bool run_hook(struct host *host, struct lc_err *err)
{
    bool ignored;

    return start_lua(host, err) && host_files_load(&host->files, host->vm, err) &&
           run_lifecycles(host, err) && run_handlers(host, err) &&
           call_handlers(host, BIND_ON_STATUS, "", &ignored, err) && finish_lifecycles(host, err) &&
           lc_session_flush(host->connection.session, err);
}

/* --- the outcome ------------------------------------------------------------------------- */

/* One entry in the log: what went wrong, then the author's functions that led there. */
static void tell(struct host *host, const struct lc_err *err)
{
    const struct lc_log *log = &host->connection.context.log;
    const char *line = host->vm == NULL ? "" : bind_vm_traceback(host->vm);
    const char *name = host->connection.env.event.name;

    lc_log(log, LC_LEVEL_ERROR, "%s: %s", name == NULL ? "luacharm" : name, err->message);
    while (*line != '\0') {
        const size_t len = strcspn(line, "\n");
        lc_log(log, LC_LEVEL_ERROR, "    %.*s", (int)len, line);
        line += line[len] == '\0' ? len : len + 1;
    }
}

bool lc_host_dispatch(const char *charm_dir, bool *logged_out, struct lc_err *err)
{
    LC_AUTO(host_release) struct host host = { .connection = HOST_CONNECTION_INIT };

    *logged_out = false;
    if (!host_connect(&host.connection, err))
        return false;
    if (enter_folder(&host, charm_dir, err) &&
        host_files_find(&host.files, host.connection.env.charm_dir, err) && run_hook(&host, err))
        return true;
    tell(&host, err);
    /* Whoever runs an action sees its standard error, and not the log (juju-hooks 1.16). */
    *logged_out = host.connection.env.event.kind != LC_EVENT_ACTION;
    return false;
}
