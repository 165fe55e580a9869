/* One hook's view of Juju, as a port on top of another: no hook command is called twice for the
 * same answer, and writes are gathered and sent once (design: what must always hold).
 *
 * Remembered for the hook: config, relation ids, lists and applications, databags, state, action
 * parameters, network answers, secret contents and infos; "not leader" for good, "leader" for
 * LC_LEADER_SECONDS (juju-hooks 1.9). A failure that says not found or no permission is an answer
 * and remembered too. Gathered until lc_session_flush: relation_set (one command a databag, none
 * when nothing differs from what is there), secret_set (merged into one command a secret, with all
 * it needs), secret_remove, grants, state_set and state_delete. Reads see what was gathered.
 * secret_add is sent at once, since its id is wanted; Juju itself drops it when the hook fails.
 * Immediate: status, log, ports, action commands, version, reboot.
 * Flush sends secrets first, then state, then databags: a charm that publishes a secret's id
 * publishes one that exists. */
#ifndef LC_JUJU_SESSION_H
#define LC_JUJU_SESSION_H

#include "base/clock.h"
#include "juju/env.h"
#include "juju/ops.h"

#define LC_LEADER_SECONDS 30

struct lc_session;

/* below, env and clock are borrowed and must outlive the session. */
bool lc_session_new(const struct lc_juju *below, const struct lc_hook_env *env,
                    const struct lc_clock *clock, struct lc_session **out, struct lc_err *err)
    LC_MUST_CHECK;
void lc_session_free(struct lc_session *session); /* what was not flushed is dropped */
LC_AUTO_POINTER(struct lc_session, lc_session_free);
const struct lc_juju *lc_session_port(const struct lc_session *session);

/* Send what was gathered. On failure some of it may have been sent: the hook must then fail, and
 * Juju drops it all. */
bool lc_session_flush(struct lc_session *session, struct lc_err *err) LC_MUST_CHECK;

#endif
