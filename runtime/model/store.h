/* The model's state: one SQLite database in a folder. This header opens it and holds what belongs
 * to the whole model; applications and units are in store_app.h, relations in store_relation.h,
 * secrets in store_secret.h, actions, logs and the hooks that ran in store_log.h. Nothing above
 * sees SQLite. The store keeps what it is told: what Juju allows is decided in check.h, queue.h and
 * commit.h.
 *
 * The folder, which is mode 0700 since secrets are in it as they are:
 *   model.db          the database (and -wal, -shm while it is open), mode 0600
 *   lock              held by the command that works on the model
 *   charms/APP-N      what was deployed, N counting refreshes
 *   units/APP-N/      charm (the unit's copy), agent.socket, faketime
 *   tools/            the hook commands, links to this program
 *   storage/NAME-N    filesystem storage
 *
 * Times are the model's own seconds since the epoch (lc_store_now). A killed process loses at most
 * the transaction it was in. */
#ifndef LC_MODEL_STORE_H
#define LC_MODEL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/strlist.h"
#include "base/strmap.h"

#define LC_MODEL_FOLDER       ".luacharm"
#define LC_MODEL_JUJU_VERSION "3.6.26"

struct lc_store;

struct lc_store_new {
    const char *name;
    const char *juju_version;
    int64_t now;
    int64_t seed; /* 0: what Juju leaves open happens in a fixed order */
};

/* LC_EEXIST when there is a model already; LC_EPERM, LC_EIO. */
bool lc_store_create(const char *folder, const struct lc_store_new *wanted, struct lc_err *err)
    LC_MUST_CHECK;

/* A new folder for a model that will not stay: in TMPDIR, or in /tmp, since charms are programs and
 * may not run in /dev/shm. *out: freed with lc_free, after lc_dir_remove_tree. */
bool lc_store_temporary_folder(char **out, struct lc_err *err) LC_MUST_CHECK;

enum lc_store_mode {
    LC_STORE_READ,   /* looks only, also where we may not write; does not wait for a command that is
                      * at work */
    LC_STORE_BESIDE, /* one short change, without waiting either */
    LC_STORE_WORK    /* holds the lock; hooks that a killed command left running count as failed */
};

/* waiting: called once when another command holds the lock; may be NULL.
 * LC_ENOTFOUND: no model there. LC_EUNSUPPORTED: made by a newer luacharm. LC_EPARSE: damaged.
 * LC_ESTATE: another database. LC_EPERM (with whose it is), LC_EIO. */
bool lc_store_open(const char *folder, enum lc_store_mode mode, void (*waiting)(void),
                   struct lc_store **out, struct lc_err *err) LC_MUST_CHECK;
void lc_store_free(struct lc_store *store);
LC_AUTO_POINTER(struct lc_store, lc_store_free);

/* Remove a model's folder: what a model keeps there, and the folder when nothing else is in it.
 * *left_out: whether something else was. */
bool lc_store_destroy(const char *folder, void (*waiting)(void), bool *left_out, struct lc_err *err)
    LC_MUST_CHECK;

const char *lc_store_folder(const struct lc_store *store); /* absolute */
const char *lc_store_uuid(const struct lc_store *store);
const char *lc_store_name(const struct lc_store *store);
const char *lc_store_juju_version(const struct lc_store *store);
/* "3.6.11": whether the model's Juju is this one or a later one (juju-hooks 6). */
bool lc_store_juju_is(const struct lc_store *store, const char *at_least);
int64_t lc_store_seed(const struct lc_store *store);
/* From here on what Juju leaves open is drawn from this seed. */
bool lc_store_set_seed(struct lc_store *store, int64_t seed, struct lc_err *err) LC_MUST_CHECK;

/* "FOLDER/relative", made with printf; free with lc_free; NULL when out of memory. */
char *lc_store_path(const struct lc_store *store, const char *format, ...) LC_PRINTF(2, 3);

/* A transaction, ended by its scope: rolled back unless committed. They nest; an inner one that is
 * rolled back undoes its own changes only.
 *     LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
 *     if (!lc_tx_begin(&tx, store, err)) ...
 *     return lc_tx_commit(&tx, err); */
struct lc_tx {
    struct lc_store *store; /* NULL: not begun, or ended */
};

#define LC_TX_INIT                                                                                 \
    {                                                                                              \
        .store = NULL                                                                              \
    }

bool lc_tx_begin(struct lc_tx *tx, struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;
/* For several questions that are to be answered by one state of the model; nothing is changed, and
 * its scope may simply end. */
bool lc_tx_begin_looking(struct lc_tx *tx, struct lc_store *store, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_tx_commit(struct lc_tx *tx, struct lc_err *err) LC_MUST_CHECK;
void lc_tx_release(struct lc_tx *tx);
LC_AUTO_VALUE(struct lc_tx, lc_tx_release);

bool lc_store_now(struct lc_store *store, int64_t *out, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_now(struct lc_store *store, int64_t now, struct lc_err *err) LC_MUST_CHECK;

/* The next number of a series ("relation", "action", "unit/web"), which counts from 0. */
bool lc_store_sequence(struct lc_store *store, const char *name, int64_t *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The next of the model's pseudo-random numbers, below limit. 0 when the seed is 0. */
bool lc_store_random(struct lc_store *store, int64_t limit, int64_t *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
