/* Private to host/: a charm, loaded to see which names of its metadata it uses. Loading calls no
 * hook command; no hook is run. */
#ifndef LC_HOST_LINT_LOAD_H
#define LC_HOST_LINT_LOAD_H

#include "bind/bind.h"
#include "bind/charm.h"
#include "host/files.h"

struct host_lint_name {
    const char *what; /* "event", "action", "endpoint", ...; static */
    char *name;       /* owned, as the next */
    char *problem;    /* why there is none of this name; NULL when there is one */
    char where[BIND_WHERE_BYTES];
};

struct host_lint_load {
    struct host_lint_name *names; /* in the order in which they were used */
    size_t count;
    size_t capacity;
    bool is_loaded;
    struct lc_err failure; /* why it is not */
    struct host_files files;
    struct bind_context context;
    struct bind_vm *vm;
};

void host_lint_load_release(struct host_lint_load *load);

/* Of the charm in the process's own folder. load: all zero. A name that there is not does not end
 * it. */
void host_lint_load_run(struct host_lint_load *load, const struct lc_charm_meta *meta);

#endif
