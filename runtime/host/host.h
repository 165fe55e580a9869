/* Runs one hook of a charm, as Juju's agent or the local model started it: the environment, the VM,
 * the charm's files, its handlers, and what is sent to Juju at the end.
 *
 * A charm is src/charm.lua, or else hook scripts: hooks/NAME.lua and actions/NAME.lua, with
 * src/lifecycle.lua loaded before each (as the module "lifecycle", so that a script which requires
 * it gets what it returned). `require` looks in src, lua and lib of the charm's folder. */
#ifndef LC_HOST_HOST_H
#define LC_HOST_HOST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

/* Run the hook that the environment is about. charm_dir: NULL for the folder that Juju names; the
 * process changes to it, as Juju's agent does.
 *
 * True also for an event without handlers, and for an action without one, which is marked as failed
 * (its exit status would hide the reason, juju-hooks 1.16). False: the hook has failed, nothing
 * that Juju buffers was sent, and the process is to exit with 1, so that Juju drops and retries.
 * *logged_out: the reason, with the traceback of an error in Lua, stands in Juju's log; it need not
 * go to standard error, which Juju logs too.
 *
 * Errors: LC_ESTATE (not in a hook, a variable is missing), LC_ENOTFOUND (no charm in the folder),
 * LC_ESCRIPT or the code of an uncaught error object, and what the port says. */
bool lc_host_dispatch(const char *charm_dir, bool *logged_out, struct lc_err *err) LC_MUST_CHECK;

/* Run one Lua script, in a hook or outside of one: `require` looks in its folder, print goes to
 * standard output. In a hook it has the port; what it wrote is sent when it has ended without
 * error. Outside, the log is standard error. traceback: for the author's functions that led to an
 * error of the script's, as bind_vm_traceback; initialised. Errors: as bind_vm_run_file, and in a
 * hook what the port says. */
bool lc_host_run_script(const char *path, const struct lc_strlist *args, struct lc_buf *traceback,
                        struct lc_err *err) LC_MUST_CHECK;

#endif
