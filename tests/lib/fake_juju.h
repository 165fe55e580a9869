/* The fake Juju (juju/fake.h) as C tests use it: without error values. What is given nonsense, or
 * has no memory, ends the program with a message.
 *
 *     LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
 *     fake_juju_lead(fake, true);
 *     fake_juju_relate(fake, "certificates:7", "ca");
 *     fake_juju_join(fake, "certificates:7", "ca/0");
 *     fake_juju_put(fake, "certificates:7", "ca", "certificates", "[]");
 *     ... the code under test, on fake_juju_port(fake) or on a session above it ...
 *     assert_done(fake_juju_commit(fake, &err));
 *     assert_string_equal(fake_juju_data(fake, "certificates:7", "web/0", "key"), "value");
 *     assert_int_equal(fake_juju_count(fake, "relation-set"), 1); */
#ifndef TESTS_LIB_FAKE_JUJU_H
#define TESTS_LIB_FAKE_JUJU_H

#include "juju/fake.h"

#define FAKE_JUJU_START_S LC_FAKE_START_S

struct fake_juju {
    struct lc_fake *world;
};

struct fake_juju *fake_juju_new(const char *unit);
void fake_juju_free(struct fake_juju *fake);
LC_AUTO_POINTER(struct fake_juju, fake_juju_free);

/* They live as long as fake and follow what the helpers change. */
const struct lc_juju *fake_juju_port(struct fake_juju *fake);
const struct lc_hook_env *fake_juju_env(struct fake_juju *fake);
const struct lc_clock *fake_juju_clock(struct fake_juju *fake);

/* --- hooks ---
 * Begin the next hook: nothing is pending, and the journal is empty. The others also set the event.
 * remote_unit: NULL for created, broken and application data. secret: its id or label. */
void fake_juju_begin(struct fake_juju *fake);
void fake_juju_hook(struct fake_juju *fake, const char *hook_name);
void fake_juju_relation_hook(struct fake_juju *fake, const char *hook_name, const char *relation_id,
                             const char *remote_unit);
void fake_juju_secret_hook(struct fake_juju *fake, const char *hook_name, const char *secret,
                           int64_t revision);

/* The hook exited 0. Secrets are applied one by one, then all the rest at once; the first thing
 * that Juju would refuse stops it, and fails with LC_ECOMMAND and Juju's text: the hook has failed.
 */
bool fake_juju_commit(struct fake_juju *fake, struct lc_err *err) LC_MUST_CHECK;
bool fake_juju_commit_secrets(struct fake_juju *fake, struct lc_err *err) LC_MUST_CHECK;

/* The hook failed. */
void fake_juju_discard(struct fake_juju *fake);

/* --- the world ---
 * Time, leadership, and who we are: another unit of the same application goes on from here. */
void fake_juju_advance(struct fake_juju *fake, int64_t seconds);
void fake_juju_set_time(struct fake_juju *fake, int64_t now_s);
void fake_juju_lead(struct fake_juju *fake, bool is_leader);
void fake_juju_become(struct fake_juju *fake, const char *unit);

/* The JSON answer of a command: "config-get", "action-get", "goal-state", "credential-get",
 * "network-get BINDING", "storage-get ID", "storage-list NAME"; the plain one of "unit-get
 * public-address", "resource-get NAME", "relation-model-get ID". What has none is not found, but
 * config, parameters and goal state, which are {}. */
void fake_juju_answer(struct fake_juju *fake, const char *command, const char *answer);

/* Relations, by ids such as "certificates:7"; with app our own application it is a peer relation.
 * Our unit's bag gets its addresses, as Juju does it; so does each remote unit's. */
void fake_juju_relate(struct fake_juju *fake, const char *relation_id, const char *app);
void fake_juju_join(struct fake_juju *fake, const char *relation_id, const char *unit);
void fake_juju_depart(struct fake_juju *fake, const char *relation_id, const char *unit);
void fake_juju_break(struct fake_juju *fake, const char *relation_id);  /* not listed; readable */
void fake_juju_remove(struct fake_juju *fake, const char *relation_id); /* gone, grants too */

/* Write into a bag as its owner, committed; who: any unit or application. value "" deletes. */
void fake_juju_put(struct fake_juju *fake, const char *relation_id, const char *who,
                   const char *key, const char *value);

/* Stored state, committed. */
void fake_juju_put_state(struct fake_juju *fake, const char *key, const char *value);

/* A committed secret of any owner ("web", "web/1", "ca"), its id; label may be NULL. The second has
 * one field. set: a new revision, as by its owner, which drops the expiry. */
const char *fake_juju_add_secret(struct fake_juju *fake, const char *owner,
                                 const struct lc_secret_spec *spec);
const char *fake_juju_add_secret_text(struct fake_juju *fake, const char *owner, const char *label,
                                      const char *key, const char *value);
void fake_juju_set_secret_text(struct fake_juju *fake, const char *secret, const char *key,
                               const char *value);
/* subject: a unit or application. */
void fake_juju_grant(struct fake_juju *fake, const char *secret, const char *relation_id,
                     const char *subject);

/* --- reading back ---
 * NULL where there is nothing. */
const char *fake_juju_data(struct fake_juju *fake, const char *relation_id, const char *who,
                           const char *key);
const struct lc_strmap *fake_juju_bag(struct fake_juju *fake, const char *relation_id,
                                      const char *who);
const char *fake_juju_state(struct fake_juju *fake, const char *key);
const char *fake_juju_status(struct fake_juju *fake, bool app); /* "active: message", "active" */
const char *fake_juju_version(struct fake_juju *fake);
const struct lc_strlist *fake_juju_ports(struct fake_juju *fake);
const struct lc_strlist *fake_juju_log(struct fake_juju *fake); /* "INFO text" */
const struct lc_strmap *fake_juju_results(struct fake_juju *fake);
const char *fake_juju_failure(struct fake_juju *fake); /* action-fail */

/* secret: an id, an owner's label, or a consumer's label of our unit. False: there is none. */
bool fake_juju_secret(struct fake_juju *fake, const char *secret, struct lc_fake_secret *out);
size_t fake_juju_secret_count(struct fake_juju *fake);
/* By number from 0, of any owner; false after the last. */
bool fake_juju_secret_at(struct fake_juju *fake, size_t index, struct lc_fake_secret *out);
/* The newest value of a key; NULL where there is no such secret or key. */
const char *fake_juju_secret_text(struct fake_juju *fake, const char *secret, const char *key);
bool fake_juju_is_granted(struct fake_juju *fake, const char *secret, const char *subject);

/* --- the journal ---
 * One line a call since the hook began: the command, what it is about, flags, and the names of the
 * keys, never values: "relation-set certificates:7 --app certificates", "secret-get ID --refresh",
 * "secret-add --label L --owner unit --expire private-key". */
const struct lc_strlist *fake_juju_journal(struct fake_juju *fake);

/* Lines that are this text or begin with it and a blank: fake_juju_count(fake, "relation-set"). */
size_t fake_juju_count(struct fake_juju *fake, const char *begin);
size_t fake_juju_total(struct fake_juju *fake);

/* The nth call from now (1 is the next), of this command or, with NULL, of any, fails with code and
 * does nothing. Several can be set. clear: forget those that are left. */
void fake_juju_fail(struct fake_juju *fake, const char *command, unsigned nth, enum lc_code code);
void fake_juju_fail_clear(struct fake_juju *fake);

#endif
