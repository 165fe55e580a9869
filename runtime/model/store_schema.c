/* The schema of the model's database, in steps: each brings a database of one version to the next,
 * and a new one takes them all. A change is a new SCHEMA_VERSION, and a step for it. */
#include "model/store_sql.h"

static const char first[] =
    "CREATE TABLE model ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " uuid TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " juju_version TEXT NOT NULL,"
    " now INTEGER NOT NULL,"
    " seed INTEGER NOT NULL,"
    " random INTEGER NOT NULL);" /* where the pseudo-random numbers are */
    "CREATE TABLE sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE application ("
    " name TEXT PRIMARY KEY,"
    " charm TEXT NOT NULL,"
    " source TEXT NOT NULL," /* the folder it came from */
    " revision INTEGER NOT NULL,"
    " dying INTEGER NOT NULL DEFAULT 0,"
    " trusted INTEGER NOT NULL DEFAULT 0,"
    " status TEXT," /* NULL: made of its units' */
    " message TEXT NOT NULL DEFAULT '',"
    " since INTEGER NOT NULL,"
    " version TEXT NOT NULL DEFAULT '',"
    " leader TEXT REFERENCES unit(name) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,"
    " leader_version INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE setting ("
    " app TEXT NOT NULL REFERENCES application(name) ON DELETE CASCADE,"
    " key TEXT NOT NULL, value TEXT NOT NULL," /* JSON */
    " PRIMARY KEY (app, key)) WITHOUT ROWID;"
    "CREATE TABLE leader_setting ("
    " app TEXT NOT NULL REFERENCES application(name) ON DELETE CASCADE,"
    " key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (app, key)) WITHOUT ROWID;"
    "CREATE TABLE resource ("
    " app TEXT NOT NULL REFERENCES application(name) ON DELETE CASCADE,"
    " name TEXT NOT NULL, path TEXT NOT NULL,"
    " PRIMARY KEY (app, name)) WITHOUT ROWID;"

    "CREATE TABLE unit ("
    " name TEXT PRIMARY KEY,"
    " app TEXT NOT NULL REFERENCES application(name) ON DELETE CASCADE,"
    " number INTEGER NOT NULL,"
    " machine INTEGER NOT NULL,"
    " dying INTEGER NOT NULL DEFAULT 0,"
    " revision INTEGER NOT NULL DEFAULT 0," /* of the charm in its folder; 0: none yet */
    " installed INTEGER NOT NULL DEFAULT 0,"
    " started INTEGER NOT NULL DEFAULT 0,"
    " stopped INTEGER NOT NULL DEFAULT 0,"
    " elected INTEGER NOT NULL DEFAULT 0," /* leader-elected has run */
    " late INTEGER NOT NULL DEFAULT 0,"    /* is-leader is false until then */
    " leader_seen INTEGER NOT NULL DEFAULT -1,"
    " config_seen TEXT,"
    " queued TEXT," /* the hook that comes next, whatever else happened */
    " rebooted INTEGER NOT NULL DEFAULT 0,"
    " update_due INTEGER NOT NULL DEFAULT 0,"
    " phase TEXT NOT NULL DEFAULT 'idle' CHECK (phase IN ('idle', 'running', 'failed')),"
    " hook TEXT," /* JSON: the one that runs or failed */
    " tries INTEGER NOT NULL DEFAULT 0,"
    " retry_at INTEGER NOT NULL DEFAULT 0,"
    " status TEXT NOT NULL, message TEXT NOT NULL, since INTEGER NOT NULL,"
    " CHECK ((phase = 'idle') = (hook IS NULL))) WITHOUT ROWID;"
    "CREATE INDEX unit_app ON unit(app, number);"
    "CREATE TABLE state ("
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (unit, key)) WITHOUT ROWID;"
    "CREATE TABLE port ("
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " endpoint TEXT NOT NULL," /* '' for all */
    " protocol TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " PRIMARY KEY (unit, endpoint, protocol, first)) WITHOUT ROWID;"
    "CREATE TABLE container ("
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " name TEXT NOT NULL, ready INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (unit, name)) WITHOUT ROWID;"
    "CREATE TABLE storage ("
    " id TEXT PRIMARY KEY,"
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " name TEXT NOT NULL, kind TEXT NOT NULL, location TEXT NOT NULL,"
    " attached INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;" /* its hook has run */

    "CREATE TABLE relation ("
    " id INTEGER PRIMARY KEY,"
    " interface TEXT NOT NULL,"
    " dying INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE endpoint (" /* one for a peer relation, otherwise two */
    " relation INTEGER NOT NULL REFERENCES relation(id) ON DELETE CASCADE,"
    " app TEXT NOT NULL REFERENCES application(name),"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL CHECK (role IN ('requires', 'provides', 'peers')),"
    " PRIMARY KEY (relation, app)) WITHOUT ROWID;"
    "CREATE INDEX endpoint_app ON endpoint(app);"
    "CREATE TABLE bag ("
    " relation INTEGER NOT NULL REFERENCES relation(id) ON DELETE CASCADE,"
    " holder TEXT NOT NULL," /* a unit or an application */
    " version INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (relation, holder)) WITHOUT ROWID;"
    "CREATE TABLE bag_value ("
    " relation INTEGER NOT NULL, holder TEXT NOT NULL,"
    " key TEXT NOT NULL, value TEXT NOT NULL CHECK (value <> ''),"
    " PRIMARY KEY (relation, holder, key),"
    " FOREIGN KEY (relation, holder) REFERENCES bag(relation, holder) ON DELETE CASCADE)"
    " WITHOUT ROWID;"
    "CREATE TABLE scope (" /* a unit that has entered a relation, and what it was told */
    " relation INTEGER NOT NULL REFERENCES relation(id) ON DELETE CASCADE,"
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " created INTEGER NOT NULL DEFAULT 0,"
    " app_version INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (relation, unit)) WITHOUT ROWID;"
    "CREATE TABLE member (" /* a remote unit that has joined, as this unit sees it */
    " relation INTEGER NOT NULL, unit TEXT NOT NULL,"
    " remote TEXT NOT NULL," /* may be gone: departed is still to come */
    " version INTEGER NOT NULL,"
    " fresh INTEGER NOT NULL," /* changed follows joined */
    " PRIMARY KEY (relation, unit, remote),"
    " FOREIGN KEY (relation, unit) REFERENCES scope(relation, unit) ON DELETE CASCADE)"
    " WITHOUT ROWID;"

    "CREATE TABLE secret ("
    " id TEXT PRIMARY KEY,"
    " app TEXT NOT NULL REFERENCES application(name) ON DELETE CASCADE,"
    " unit TEXT REFERENCES unit(name) ON DELETE CASCADE," /* NULL: the application's */
    " label TEXT NOT NULL DEFAULT '',"
    " description TEXT NOT NULL DEFAULT '',"
    " rotate TEXT NOT NULL DEFAULT 'never',"
    " rotate_at INTEGER," /* NULL: never */
    " latest INTEGER NOT NULL,"
    " created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE secret_revision ("
    " secret TEXT NOT NULL REFERENCES secret(id) ON DELETE CASCADE,"
    " revision INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " expire_at INTEGER,"   /* NULL: never */
    " expired_due INTEGER," /* when secret-expired is next */
    " obsolete INTEGER NOT NULL DEFAULT 0,"
    " announced INTEGER NOT NULL DEFAULT 0," /* secret-remove has run */
    " PRIMARY KEY (secret, revision)) WITHOUT ROWID;"
    "CREATE TABLE secret_value ("
    " secret TEXT NOT NULL, revision INTEGER NOT NULL,"
    " key TEXT NOT NULL, value TEXT NOT NULL," /* base64 */
    " PRIMARY KEY (secret, revision, key),"
    " FOREIGN KEY (secret, revision) REFERENCES secret_revision(secret, revision)"
    " ON DELETE CASCADE);"
    "CREATE TABLE secret_consumer ("
    " secret TEXT NOT NULL REFERENCES secret(id) ON DELETE CASCADE,"
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " label TEXT NOT NULL DEFAULT '',"
    " tracked INTEGER NOT NULL,"
    " announced INTEGER NOT NULL," /* by secret-changed */
    " PRIMARY KEY (secret, unit)) WITHOUT ROWID;"
    "CREATE TABLE secret_old_label (" /* a consumer's label stays taken after it was replaced */
    " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
    " label TEXT NOT NULL,"
    " PRIMARY KEY (unit, label)) WITHOUT ROWID;"
    "CREATE TABLE secret_grant ("
    " secret TEXT NOT NULL REFERENCES secret(id) ON DELETE CASCADE,"
    " relation INTEGER NOT NULL REFERENCES relation(id) ON DELETE CASCADE,"
    " subject TEXT NOT NULL," /* a unit or an application */
    " PRIMARY KEY (secret, subject)) WITHOUT ROWID;"

    "CREATE TABLE action ("
    " id INTEGER PRIMARY KEY,"
    " unit TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " status TEXT NOT NULL,"
    " message TEXT NOT NULL DEFAULT '',"
    " results TEXT NOT NULL DEFAULT '{}',"
    " time INTEGER NOT NULL);"
    "CREATE TABLE log ("
    " id INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " unit TEXT NOT NULL," /* '' for the model itself */
    " module TEXT NOT NULL,"
    " level INTEGER NOT NULL,"
    " text TEXT NOT NULL);"
    "CREATE TABLE run (" /* hooks that have run */
    " id INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " unit TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " hook TEXT NOT NULL," /* JSON */
    " outcome TEXT NOT NULL,"
    " ms INTEGER NOT NULL);";

/* What a scenario does to units (store_fault.h). */
static const char faults[] = "CREATE TABLE fault ("
                             " unit TEXT NOT NULL REFERENCES unit(name) ON DELETE CASCADE,"
                             " hook TEXT NOT NULL," /* '' for any */
                             " times INTEGER NOT NULL CHECK (times > 0),"
                             " after_run INTEGER NOT NULL,"
                             " PRIMARY KEY (unit, hook)) WITHOUT ROWID;"
                             "CREATE TABLE hold ("
                             " unit TEXT PRIMARY KEY REFERENCES unit(name) ON DELETE CASCADE,"
                             " until INTEGER NOT NULL) WITHOUT ROWID;"; /* 0: until it is let go */

/* What the timeline shows (store_event.h). */
static const char events[] =
    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL DEFAULT 0," /* 0: its hook is not finished yet, or is not known */
    " time INTEGER NOT NULL,"
    " unit TEXT NOT NULL,"
    " holder TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " csr TEXT NOT NULL,"
    " about TEXT NOT NULL);" /* JSON */
    "CREATE INDEX event_csr ON event(csr, kind);"
    "CREATE INDEX event_run ON event(run) WHERE run = 0;"
    "ALTER TABLE run ADD COLUMN log INTEGER NOT NULL DEFAULT 0;"; /* its last line */

const char *const sql_schema[SCHEMA_VERSION] = { first, faults, events };
