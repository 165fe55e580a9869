/* Runs a recorded hook again, offline: Juju answers from the recording, programs too, files are in
 * a temporary folder, and the time is the hook's. */
#ifndef LC_HOST_REPLAY_H
#define LC_HOST_REPLAY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct lc_replay {
    char *unit; /* of the recording; owned, as below */
    char *hook;
    int64_t now_s;
    size_t commands;          /* that were recorded */
    struct lc_buf difference; /* "": the charm does what it did then; else the first difference */
};

#define LC_REPLAY_INIT                                                                             \
    {                                                                                              \
        .unit = NULL, .difference = LC_BUF_INIT(256u * 1024)                                       \
    }
void lc_replay_release(struct lc_replay *replay);
LC_AUTO_VALUE(struct lc_replay, lc_replay_release);

/* path: a recording (host/record.h); the charm is that of the process's own folder. What the charm
 * logs is compared, and not told. Errors: those of the file, LC_EPARSE and LC_EUSAGE for one that
 * is no recording, LC_ENOTFOUND (no charm here). */
bool lc_host_replay(const char *path, struct lc_replay *out, struct lc_err *err) LC_MUST_CHECK;

#endif
