/* One hook's view of Juju, as a port on top of another: no hook command is called twice for the
 * same answer, and writes are gathered and sent once (design: what must always hold).
 *
 * Remembered for the hook: config, relation ids, lists, applications and models, databags, state,
 * action parameters, network answers and addresses, goal state, storage, resources, secret ids,
 * contents and infos; "not leader" for good, "leader" for LC_LEADER_SECONDS (juju-hooks 1.9). A
 * failure that says not found or no permission is an answer and remembered too. What the hook's
 * environment says is not asked: the remote application of the event's relation, the event's
 * storage. Never remembered: status, opened ports, leader settings, credentials.
 *
 * Gathered until lc_session_flush: relation_set (one command a databag, with what differs from the
 * bag if that was read, none when nothing does), secret_set (merged field by field into one command
 * a secret; content that is there already is not sent), secret_remove, grants, state_set and
 * state_delete. Reads see what was gathered, as they would see it from Juju (juju-hooks 3.7), with
 * two differences: a removed secret is gone, and once a secret was read with refresh its tracked
 * content is the new one at once.
 * secret_add is sent at once, since its id is wanted; Juju itself drops it when the hook fails.
 * Immediate: status, log, ports, leader settings, action commands, version, storage, reboot.
 *
 * Refused at the call instead of at the hook's end, where Juju would fail it:
 *   LC_EPERM        relation_set of the application's bag by a unit that is not leader
 *   LC_EEXIST       a label that another secret of this hook has, or had until this hook removed or
 *                   renamed it: Juju creates before it updates and removes (juju-hooks 1.5)
 *   LC_ENOTFOUND    a change to a secret that this hook removed
 *   LC_EUNSUPPORTED two grants of one secret to different subjects of one relation: Juju keeps the
 *                   last only (juju-hooks 3.7)
 *   LC_EUSAGE, LC_ELIMIT   what lc_databag_check, lc_state_check and lc_secret_spec_check say
 *
 * Of a secret that gets a change or a grant, a revision is not removed in the same hook: Juju would
 * drop one of the two. The call succeeds and nothing is removed; when the whole secret goes, so
 * does the revision (juju-hooks 3.7).
 * The expiry belongs to one revision: who sets content says the expiry again, in the same or in
 * another secret_set of the hook; the session does not know it. */
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

/* Send what was gathered: secrets first, then state, then databags, so that a charm which publishes
 * a secret's id publishes one that exists. On failure some of it may have been sent: the hook must
 * then fail, and Juju drops it all. The session can be used afterwards. */
bool lc_session_flush(struct lc_session *session, struct lc_err *err) LC_MUST_CHECK;

#endif
