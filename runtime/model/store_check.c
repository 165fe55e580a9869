/* Whether a database that was opened is a model's, and one that this program knows: the folder may
 * come from somebody else. Nothing that stands in the file is run. What its tables hold is not
 * checked here: who reads a row takes whatever is in it. */
#include <stdio.h>

#include "base/mem.h"
#include "model/store_sql.h"

/* Of a value. The largest that we keep is what a hook command sends. */
#define VALUE_MAX_BYTES (64 * 1024 * 1024)

bool sql_harden(struct lc_store *store, struct lc_err *err)
{
    (void)sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES); /* what it was before */
    int code = sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    return code == SQLITE_OK ? sql_script(store, "PRAGMA cell_size_check = ON", err)
                             : sql_fail(store, code, err);
}

/* Tables and their indexes are all that we make. */
static bool check_things(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_free) char *strange = NULL;

    if (!sql_get_text(store,
                      "SELECT type || ' ' || name FROM sqlite_schema"
                      " WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL %'",
                      NULL, &strange, err))
        return false;
    return strange == NULL ||
           lc_fail(err, LC_EPARSE, "%s/model.db is not as a model is made: it has the %s",
                   store->folder, strange);
}

bool sql_upgrade(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t version = 0;
    char pragmas[128];

    if (!lc_tx_begin(&tx, store, err) ||
        !sql_get_number(store, "PRAGMA user_version", NULL, &version, err))
        return false;
    for (int64_t step = version; step < SCHEMA_VERSION; step++)
        if (!sql_script(store, sql_schema[step], err))
            return false;
    (void)snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   SCHEMA_APP_ID, SCHEMA_VERSION);
    return sql_script(store, pragmas, err) && lc_tx_commit(&tx, err);
}

/* In one look: another command may bring it up to date right now. */
static bool look(struct lc_store *store, int64_t *version, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t app_id = 0;

    if (!lc_tx_begin_looking(&tx, store, err) ||
        !sql_get_number(store, "PRAGMA application_id", NULL, &app_id, err) ||
        !sql_get_number(store, "PRAGMA user_version", NULL, version, err))
        return false;
    if (app_id == 0 && *version == 0)
        return true;
    if (app_id != SCHEMA_APP_ID)
        return lc_fail(err, LC_ESTATE, "%s/model.db is not a model", store->folder);
    if (*version > SCHEMA_VERSION)
        return lc_fail(err, LC_EUNSUPPORTED,
                       "%s was made by a newer luacharm (model format %lld, this one knows %d)",
                       store->folder, (long long)*version, SCHEMA_VERSION);
    if (*version < 1)
        return lc_fail(err, LC_EPARSE, "%s/model.db: expected model format 1 to %d, got %lld",
                       store->folder, SCHEMA_VERSION, (long long)*version);
    return check_things(store, err);
}

bool sql_check(struct lc_store *store, bool *is_new, struct lc_err *err)
{
    int64_t version = 0;

    if (!look(store, &version, err))
        return false;
    *is_new = version == 0;
    return version == 0 || version == SCHEMA_VERSION || sql_upgrade(store, err);
}
