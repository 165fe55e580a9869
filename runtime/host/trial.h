/* Private to host/: one hook of a charm, tried in this process on a made-up state: Juju is the fake
 * one (juju/fake.h), programs are answered from the state, and files are in a temporary folder. */
#ifndef LC_HOST_TRIAL_H
#define LC_HOST_TRIAL_H

#include "base/buf.h"
#include "base/json.h"
#include "charm/meta.h"

#define HOST_TRIAL_MAX_BYTES (64u * 1024 * 1024) /* of each text below */

/* What became of it. */
struct host_trial {
    struct lc_buf state;   /* lc_fake_dump */
    struct lc_buf machine; /* {"executed": [...], "files": {...}, "links": {...}}, below */
    bool has_failed;       /* the hook: nothing that Juju buffers is in the state */
    struct lc_err failure; /* why */
    struct lc_buf traceback;
};

#define HOST_TRIAL_INIT                                                                            \
    {                                                                                              \
        .state = LC_BUF_INIT(HOST_TRIAL_MAX_BYTES), .machine = LC_BUF_INIT(HOST_TRIAL_MAX_BYTES),  \
        .failure = LC_ERR_INIT, .traceback = LC_BUF_INIT(HOST_TRIAL_MAX_BYTES)                     \
    }
void host_trial_release(struct host_trial *trial);
LC_AUTO_VALUE(struct host_trial, host_trial_release);

/* Run the hook of the charm in the process's own folder. state and event: as lc_fake_load and
 * lc_fake_load_event; the state may also have
 *
 *     "exec":  [ { "command": [ "nginx", "-t" ], "status": 0, "stdout": "", "stderr": "" } ]
 *              answers to programs whose words begin so; the longest that fits; others fail
 *     "files": { "/etc/x.conf": { "content": "text", "mode": "0644" } }
 *              (or "base64" instead of "content"): what is there before
 *     "links": { "/etc/tls": "target" }
 *
 * False for documents of another shape and what is no fault of the charm's: LC_EUSAGE, LC_EIO,
 * LC_ENOMEM. */
bool host_trial_run(const struct lc_charm_meta *meta, const struct lc_json *state,
                    const struct lc_json *event, struct host_trial *trial, struct lc_err *err)
    LC_MUST_CHECK;

#endif
