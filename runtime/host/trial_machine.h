/* Private to host/trial*.c: the machine of a charm that is tried: programs that only answer, and
 * files in a temporary folder that is there when the first one is asked for. */
#ifndef LC_HOST_TRIAL_MACHINE_H
#define LC_HOST_TRIAL_MACHINE_H

#include "base/json.h"
#include "bind/vm.h"

struct trial_machine {
    struct bind_machine port;
    const char *charm_dir;      /* borrowed: where relative paths begin */
    const struct lc_json *exec; /* borrowed: the answers */
    char *root;                 /* owned; NULL before the first file */
    struct lc_buf executed;     /* elements of a JSON array */
};

/* state: as host_trial_run; it must outlive the machine. machine must stay where it is. */
bool trial_machine_start(struct trial_machine *machine, const char *charm_dir,
                         const struct lc_json *state, struct lc_err *err) LC_MUST_CHECK;
void trial_machine_release(struct trial_machine *machine); /* removes the files */
LC_AUTO_VALUE(struct trial_machine, trial_machine_release);

/* What was run, and which files there are. */
bool trial_machine_dump(const struct trial_machine *machine, struct lc_buf *text,
                        struct lc_err *err) LC_MUST_CHECK;

/* trial_files.c: make the files of the state; list what is below the root, members of an object. */
bool trial_files_make(struct trial_machine *machine, const struct lc_json *state,
                      struct lc_err *err) LC_MUST_CHECK;
bool trial_files_put(const struct trial_machine *machine, struct lc_json_writer *out,
                     struct lc_err *err) LC_MUST_CHECK;

#endif
