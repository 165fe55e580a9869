/* Private to host/: a hook is recorded into a file, from which replay.c runs it again.
 *
 * A recording is one file of canonical JSON, mode 0600, written when the hook has ended:
 *     { "format": "luacharm recording 1", "luacharm": version, "now": seconds since the epoch,
 *       "env": texts of struct lc_hook_env, "event": texts of struct lc_event with "kind" and
 *       "secret_revision", "outcome": "done" or what failed, "calls": a tape (juju/tape.h) }
 * Nothing secret is in it unless the environment asks for that (juju/env.h). */
#ifndef LC_HOST_RECORD_H
#define LC_HOST_RECORD_H

#include "bind/vm.h"
#include "juju/tape.h"

#define HOST_RECORD_FORMAT    "luacharm recording 1"
#define HOST_RECORD_MAX_BYTES (2 * LC_TAPE_MAX_BYTES)

extern const struct lc_tape_keys host_tape_keys;

struct host_record {
    struct lc_tape *tape; /* NULL: the hook is not recorded */
    struct bind_machine machine;
    int64_t now_s;
};

void host_record_release(struct host_record *record);

/* Begin, on top of a port, where the environment says so; nothing otherwise. record must stay where
 * it is. */
bool host_record_start(struct host_record *record, const struct lc_juju *below, int64_t now_s,
                       struct lc_err *err) LC_MUST_CHECK;

/* Write the file, after the hook; failure: what failed, or NULL. What cannot be written is logged:
 * it is no reason to fail the hook. */
void host_record_finish(struct host_record *record, const struct lc_hook_env *env,
                        const struct lc_err *failure, const struct lc_log *log);

#endif
