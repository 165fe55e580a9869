/* One script, without a charm. */
#include <string.h>

#include "base/input.h"
#include "base/mem.h"
#include "host/connection.h"
#include "host/host.h"

/* The folder that the script is in. */
static bool set_path(struct bind_vm *vm, const char *script, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;
    const char *slash = strrchr(script, '/');
    const size_t len = slash == NULL ? 0 : slash == script ? 1 : (size_t)(slash - script);

    return lc_strlist_add_len(&folders, slash == NULL ? "." : script, slash == NULL ? 1 : len,
                              err) &&
           bind_vm_set_path(vm, &folders, err);
}

static bool run(struct bind_context *context, const char *path, const struct lc_strlist *args,
                struct lc_buf *traceback, struct lc_err *err)
{
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;

    if (!lc_input_read(path, LC_SCRIPT_MAX_BYTES, &text, err) ||
        !bind_vm_new(context, NULL, &vm, err) || !set_path(vm, path, err))
        return false;
    if (bind_vm_run_text(vm, strcmp(path, "-") == 0 ? "stdin" : path,
                         text.data == NULL ? "" : text.data, text.len, args, err))
        return true;
    lc_buf_puts(traceback, bind_vm_traceback(vm));
    return false;
}

bool lc_host_run_script(const char *path, const struct lc_strlist *args, struct lc_buf *traceback,
                        struct lc_err *err)
{
    LC_AUTO(host_connection_release) struct host_connection connection = HOST_CONNECTION_INIT;

    if (!lc_hook_env_is_there()) {
        connection.context.clock = lc_clock_system();
        connection.context.log = lc_log_stderr(LC_LEVEL_INFO);
        return run(&connection.context, path, args, traceback, err);
    }
    return host_connect(&connection, false, err) &&
           run(&connection.context, path, args, traceback, err) &&
           lc_session_flush(connection.session, err);
}
