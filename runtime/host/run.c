/* One hook of a charm. */
#include "host/run.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bind/bind.h"

/* What was made last goes first: the VM's objects look at everything else. */
void host_run_release(struct host_run *run)
{
    bind_vm_free(run->vm);
    host_files_release(&run->files);
}

static int make_charm(lua_State *L)
{
    (void)bind_charm(L);
    return 0;
}

static bool start_lua(struct host_run *run, struct lc_err *err)
{
    run->context->prints_to_log = true;
    if (!bind_vm_new(run->context, NULL, &run->vm, err))
        return false;
    lua_pushcfunction(bind_vm_state(run->vm), make_charm);
    if (!bind_pcall(bind_vm_state(run->vm), 0, 0, err))
        return false;
    run->context->charm->knows = host_files_know;
    run->context->charm->knows_context = &run->files;
    return true;
}

/* --- the hook ---------------------------------------------------------------------------- */

/* An error of the author's has its own place in front. */
static bool about_endpoint(const struct host_run *run, const struct bind_lifecycle *lifecycle,
                           struct lc_err *err)
{
    const char *where = bind_vm_where(run->vm);

    if (err->code == LC_ESCRIPT || (*where != '\0' && lc_text_has_prefix(err->message, where)))
        return false;
    return lc_wrap(err, "endpoint '%s'", lifecycle->endpoint);
}

static bool run_lifecycles(struct host_run *run, struct lc_err *err)
{
    const struct lc_tls_hook hook = bind_tls_hook(run->context);
    const struct bind_charm *charm = run->context->charm;

    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (!charm->lifecycles[i].handle(charm->lifecycles[i].self, &hook, err))
            return about_endpoint(run, &charm->lifecycles[i], err);
    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (charm->lifecycles[i].deliver != LUA_NOREF &&
            !bind_vm_call(run->vm, charm->lifecycles[i].deliver, 0, err))
            return false;
    return true;
}

static bool finish_lifecycles(struct host_run *run, struct lc_err *err)
{
    const struct lc_tls_hook hook = bind_tls_hook(run->context);
    const struct bind_charm *charm = run->context->charm;

    for (size_t i = 0; i < charm->lifecycle_count; i++)
        if (!charm->lifecycles[i].finish(charm->lifecycles[i].self, &hook, err))
            return about_endpoint(run, &charm->lifecycles[i], err);
    return true;
}

/* Handlers that are registered by handlers are called, too. */
static bool call_handlers(struct host_run *run, enum bind_handler_kind kind, const char *name,
                          bool *found_out, struct lc_err *err)
{
    const struct bind_charm *charm = run->context->charm;

    for (size_t i = 0; i < charm->handler_count; i++) {
        if (charm->handlers[i].kind != kind || strcmp(charm->handlers[i].name, name) != 0)
            continue;
        *found_out = true;
        if (!bind_vm_call(run->vm, charm->handlers[i].function, 0, err))
            return false;
    }
    return true;
}

/* Nobody handles it: fine for a hook, since Juju runs the charm for all of them (juju-hooks 1.1).
 * An action has somebody who waits for it. */
static bool nobody(struct host_run *run, struct lc_err *err)
{
    const struct lc_event *event = &run->context->env->event;
    char message[256];

    if (event->kind != LC_EVENT_ACTION) {
        lc_log(&run->context->log, LC_LEVEL_DEBUG, "no handler for '%s'",
               event->name == NULL ? lc_event_kind_name(event->kind) : event->name);
        return true;
    }
    (void)snprintf(message, sizeof(message), "this charm has no handler for the action '%.128s'",
                   event->name);
    return lc_juju_call(lc_session_port(run->context->session), action_fail, message, err);
}

static bool run_handlers(struct host_run *run, struct lc_err *err)
{
    const struct lc_event *event = &run->context->env->event;
    const bool is_action = event->kind == LC_EVENT_ACTION;
    bool found = false;

    if (!host_files_run_script(&run->files, run->vm, event, &found, err))
        return false;
    if (event->name != NULL &&
        !call_handlers(run, is_action ? BIND_ON_ACTION : BIND_ON_EVENT, event->name, &found, err))
        return false;
    return found ? true : nobody(run, err);
}

bool host_run_hook(struct host_run *run, struct lc_err *err)
{
    bool ignored;

    return start_lua(run, err) && host_files_load(&run->files, run->vm, err) &&
           run_lifecycles(run, err) && run_handlers(run, err) &&
           call_handlers(run, BIND_ON_STATUS, "", &ignored, err) && finish_lifecycles(run, err) &&
           lc_session_flush(run->context->session, err);
}

/* --- the outcome ------------------------------------------------------------------------- */

void host_run_tell(struct host_run *run, const struct lc_err *err)
{
    const struct lc_log *log = &run->context->log;
    const char *line = run->vm == NULL ? "" : bind_vm_traceback(run->vm);
    const char *name = run->context->env->event.name;

    lc_log(log, LC_LEVEL_ERROR, "%s: %s", name == NULL ? "luacharm" : name, err->message);
    while (*line != '\0') {
        const size_t len = strcspn(line, "\n");
        lc_log(log, LC_LEVEL_ERROR, "    %.*s", (int)len, line);
        line += line[len] == '\0' ? len : len + 1;
    }
}
