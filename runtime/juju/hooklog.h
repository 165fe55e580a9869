/* The hook's log lines, as cheaply as Juju lets them be: DEBUG and below go to standard output,
 * which the agent logs at DEBUG (juju-hooks 1.3) without a process of ours; in an action, whose
 * standard output is its result, they are dropped. INFO and above are gathered and sent by one
 * juju-log for each run of lines of one level: when the level changes, at LC_HOOKLOG_MAX_BYTES,
 * before a child of the charm's runs, and at the end. */
#ifndef LC_JUJU_HOOKLOG_H
#define LC_JUJU_HOOKLOG_H

#include "juju/ops.h"

#define LC_HOOKLOG_MAX_BYTES (32u * 1024)

struct lc_hooklog;

/* port is borrowed. in_action: standard output belongs to the action's result. */
bool lc_hooklog_new(const struct lc_juju *port, bool in_action, enum lc_level least,
                    struct lc_hooklog **out, struct lc_err *err) LC_MUST_CHECK;
void lc_hooklog_free(struct lc_hooklog *hooklog); /* sends what is left */
LC_AUTO_POINTER(struct lc_hooklog, lc_hooklog_free);
struct lc_log lc_hooklog_sink(struct lc_hooklog *hooklog);

/* Send what was gathered. A log that fails is not a reason to fail the hook: the lines go to
 * standard error instead, after the first failure's reason. */
void lc_hooklog_flush(struct lc_hooklog *hooklog);

#endif
