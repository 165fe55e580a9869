/* Juju for one unit's hooks, in memory: a port with Juju's own rules (juju-hooks 1.5, 2, 3, 4),
 * functions that set the world up and read it back, a journal of the calls, and failures on demand.
 * It is what `luacharm test` and the C tests run charms on.
 *
 *     LC_AUTO(lc_fake_free) struct lc_fake *fake = NULL;
 *     if (!lc_fake_new("web/0", &fake, err) ||
 *         !lc_fake_relate(fake, "certificates:7", "ca", err) ||
 *         !lc_fake_join(fake, "certificates:7", "ca/0", err)) ...
 *     ... what is to be run, on lc_fake_port(fake) or on a session above it ...
 *     if (!lc_fake_commit(fake, err)) ...
 *     lc_fake_data(fake, "certificates:7", "web/0", "key")
 *
 * What Juju buffers is pending until lc_fake_commit, and lost by lc_fake_discard; readers below see
 * what is committed. Texts that readers give live until the next call of the port or of a function
 * here. LC_EUSAGE and LC_ENOTFOUND for what makes no sense, LC_ENOMEM. */
#ifndef LC_JUJU_FAKE_H
#define LC_JUJU_FAKE_H

#include "base/clock.h"
#include "juju/env.h"
#include "juju/ops.h"

#define LC_FAKE_START_S 1767225600 /* 2026-01-01T00:00:00Z, where the clock begins */

struct lc_fake;

/* unit: "web/0". Not leader, no relations, empty config; in a config-changed hook. */
bool lc_fake_new(const char *unit, struct lc_fake **out, struct lc_err *err) LC_MUST_CHECK;
void lc_fake_free(struct lc_fake *fake);
LC_AUTO_POINTER(struct lc_fake, lc_fake_free);

/* They live as long as fake and follow what the helpers change. */
const struct lc_juju *lc_fake_port(struct lc_fake *fake);
const struct lc_hook_env *lc_fake_env(struct lc_fake *fake);
const struct lc_clock *lc_fake_clock(struct lc_fake *fake);

/* --- hooks ---
 * Begin the next hook: nothing is pending, and the journal is empty. The others also set the event.
 * remote_unit: NULL for created, broken and application data. secret: its id or label. */
bool lc_fake_begin(struct lc_fake *fake, struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_hook(struct lc_fake *fake, const char *hook_name, struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_relation_hook(struct lc_fake *fake, const char *hook_name, const char *relation_id,
                           const char *remote_unit, struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_secret_hook(struct lc_fake *fake, const char *hook_name, const char *secret,
                         int64_t revision, struct lc_err *err) LC_MUST_CHECK;

/* The hook exited 0. Secrets are applied one by one, then all the rest at once; the first thing
 * that Juju would refuse stops it, and fails with LC_ECOMMAND and Juju's text: the hook has failed.
 * The second stops after the secrets, as when the controller refuses the rest. */
bool lc_fake_commit(struct lc_fake *fake, struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_commit_secrets(struct lc_fake *fake, struct lc_err *err) LC_MUST_CHECK;

/* The hook failed. */
bool lc_fake_discard(struct lc_fake *fake, struct lc_err *err) LC_MUST_CHECK;

/* --- the world ---
 * Time, leadership, and who we are: another unit of the same application goes on from here. */
void lc_fake_advance(struct lc_fake *fake, int64_t seconds);
void lc_fake_set_time(struct lc_fake *fake, int64_t now_s);
void lc_fake_lead(struct lc_fake *fake, bool leads);
bool lc_fake_become(struct lc_fake *fake, const char *unit, struct lc_err *err) LC_MUST_CHECK;

/* The JSON answer of a command: "config-get", "action-get", "goal-state", "credential-get",
 * "network-get BINDING", "storage-get ID", "storage-list NAME"; the plain one of "unit-get
 * public-address", "resource-get NAME", "relation-model-get ID". What has none is not found, but
 * config, parameters and goal state, which are {}. */
bool lc_fake_answer(struct lc_fake *fake, const char *command, const char *answer,
                    struct lc_err *err) LC_MUST_CHECK;

/* Relations, by ids such as "certificates:7"; with app our own application it is a peer relation.
 * Our unit's bag gets its addresses, as Juju does it; so does each remote unit's. */
bool lc_fake_relate(struct lc_fake *fake, const char *relation_id, const char *app,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_join(struct lc_fake *fake, const char *relation_id, const char *unit,
                  struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_depart(struct lc_fake *fake, const char *relation_id, const char *unit,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_break(struct lc_fake *fake, const char *relation_id, struct lc_err *err)
    LC_MUST_CHECK; /* not listed; readable */
bool lc_fake_remove(struct lc_fake *fake, const char *relation_id, struct lc_err *err)
    LC_MUST_CHECK; /* gone, grants too */

/* Write into a bag as its owner, committed; who: any unit or application. value "" deletes. */
bool lc_fake_put(struct lc_fake *fake, const char *relation_id, const char *who, const char *key,
                 const char *value, struct lc_err *err) LC_MUST_CHECK;

/* Stored state, committed. */
bool lc_fake_put_state(struct lc_fake *fake, const char *key, const char *value, struct lc_err *err)
    LC_MUST_CHECK;

/* A committed secret of any owner ("web", "web/1", "ca"), its id; label may be NULL. Then a new
 * revision, as by its owner, which drops the expiry. secret: an id or label. */
bool lc_fake_add_secret(struct lc_fake *fake, const char *owner, const struct lc_secret_spec *spec,
                        const char **id_out, struct lc_err *err) LC_MUST_CHECK;
bool lc_fake_add_revision(struct lc_fake *fake, const char *secret,
                          const struct lc_secret_content *content, struct lc_err *err)
    LC_MUST_CHECK;
/* subject: a unit or application. */
bool lc_fake_grant(struct lc_fake *fake, const char *secret, const char *relation_id,
                   const char *subject, struct lc_err *err) LC_MUST_CHECK;

/* --- documents ---
 * A state in JSON, all of it but `unit` optional:
 *
 *     { "unit": "web/0", "leader": true, "now": 1767225600,
 *       "model_name", "model_uuid", "charm_dir", "juju_version", "machine_id",
 *       "availability_zone", "principal_unit": texts,
 *       "answers": { "config-get": "{}", ... }    as lc_fake_answer
 *       "relations": [ { "id": "certificates:7", "app": "ca", "units": [ "ca/0" ],
 *                        "is_broken": false, "data": { "ca": { "key": "value" }, ... } } ],
 *       "secrets": [ { "id", "owner": "web/0", "label", "description", "rotate",
 *                      "revisions": [ { "revision": 1, "expire": 0,
 *                                       "content": { "key": "value" } } ],
 *                      "readers": [ { "unit": "web/0", "label", "tracked": 1 } ],
 *                      "grants": [ { "relation": "certificates:7", "to": "ca" } ] } ],
 *       "unit_status": "active: message", "app_status", "workload_version",
 *       "stored": { "key": "value" }, "leader_settings": { ... }, "ports": [ "443/tcp" ] }
 *
 * A value of a secret that is no text is { "base64": "..." }. The document holds secrets, and so do
 * the texts and trees that it passes through: it is for made-up ones.
 *
 * dump: the parts that a hook can change, with what the hook did: "unit_status_history",
 * "app_status_history", "storage_added" ("data=1"), "reboot", "log" ("INFO text"; "ACTION text" of
 * action-log), "results", "failure", "commands" (the journal).
 *
 * An event: "hook" ("actions/backup" of an action), "secret_revision", and the texts of struct
 * lc_event by the names they have there. Errors: LC_EUSAGE for another shape, LC_EEXIST, LC_ENOMEM.
 */
bool lc_fake_load(const struct lc_json *state, struct lc_fake **out, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_fake_load_event(struct lc_fake *fake, const struct lc_json *event, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_fake_dump(const struct lc_fake *fake, struct lc_buf *text, struct lc_err *err)
    LC_MUST_CHECK;

/* --- reading back ---
 * NULL where there is nothing. */
const char *lc_fake_data(struct lc_fake *fake, const char *relation_id, const char *who,
                         const char *key);
const struct lc_strmap *lc_fake_bag(struct lc_fake *fake, const char *relation_id, const char *who);
const char *lc_fake_state(struct lc_fake *fake, const char *key);
const char *lc_fake_status(struct lc_fake *fake, bool app); /* "active: message", "active" */
const char *lc_fake_version(struct lc_fake *fake);
const struct lc_strlist *lc_fake_ports(struct lc_fake *fake);
const struct lc_strlist *lc_fake_log(struct lc_fake *fake); /* "INFO text" */
const struct lc_strmap *lc_fake_results(struct lc_fake *fake);
const char *lc_fake_failure(struct lc_fake *fake); /* action-fail */

struct lc_fake_secret {
    const char *id;
    const char *owner;
    const char *label; /* the owner's; NULL: none */
    const char *description;
    const char *rotation;
    int64_t revision; /* the newest */
    int64_t tracked;  /* by our unit; 0: none */
    int64_t expire_s; /* of the newest; 0: none */
    size_t revision_count;
    int64_t obsolete; /* the lowest revision that may go: what secret-remove would name; 0: none */
    const struct lc_secret_content *content; /* of the newest */
};

/* secret: an id, an owner's label, or a consumer's label of our unit. False: there is none. */
bool lc_fake_secret(struct lc_fake *fake, const char *secret, struct lc_fake_secret *out);
size_t lc_fake_secret_count(struct lc_fake *fake);
/* By number from 0, of any owner; false after the last. */
bool lc_fake_secret_at(struct lc_fake *fake, size_t index, struct lc_fake_secret *out);
/* The newest value of a key; NULL where there is no such secret or key. */
const char *lc_fake_secret_text(struct lc_fake *fake, const char *secret, const char *key);
bool lc_fake_is_granted(struct lc_fake *fake, const char *secret, const char *subject);

/* --- the journal ---
 * One line a call since the hook began: the command, what it is about, flags, and the names of the
 * keys, never values: "relation-set certificates:7 --app certificates", "secret-get ID --refresh",
 * "secret-add --label L --owner unit --expire private-key". */
const struct lc_strlist *lc_fake_journal(struct lc_fake *fake);

/* Lines that are this text or begin with it and a blank: lc_fake_count(fake, "relation-set"). */
size_t lc_fake_count(struct lc_fake *fake, const char *begin);
size_t lc_fake_total(struct lc_fake *fake);

/* The nth call from now (1 is the next), of this command or, with NULL, of any, fails with code and
 * does nothing. Several can be set. clear: forget those that are left. */
bool lc_fake_fail(struct lc_fake *fake, const char *command, unsigned nth, enum lc_code code,
                  struct lc_err *err) LC_MUST_CHECK;
void lc_fake_fail_clear(struct lc_fake *fake);

#endif
