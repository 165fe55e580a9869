/* Private to host/: one hook of a charm, from its files to what is sent to Juju at the end,
 * whatever port the context has. Shared by those who run it for Juju (host.c) and for a test
 * (trial.c). */
#ifndef LC_HOST_RUN_H
#define LC_HOST_RUN_H

#include "bind/vm.h"
#include "host/files.h"

struct host_run {
    struct bind_context *context; /* borrowed; of a hook, and prints_to_log is set here */
    struct host_files files;      /* found */
    struct bind_vm *vm;           /* owned; NULL before the hook */
};

void host_run_release(struct host_run *run);
LC_AUTO_VALUE(struct host_run, host_run_release);

/* Load the charm, work its life cycles and handlers, and send what the session gathered. Errors: as
 * lc_host_dispatch. */
bool host_run_hook(struct host_run *run, struct lc_err *err) LC_MUST_CHECK;

/* One entry in the log: what went wrong, then the author's functions that led there. */
void host_run_tell(struct host_run *run, const struct lc_err *err);

#endif
