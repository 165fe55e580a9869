/* Which units may have something to do: a table in memory, and the triggers that fill it. */
#include "model/store_stir.h"

#include "base/buf.h"
#include "model/store_sql.h"

#define SCRIPT_MAX_BYTES (32U << 10)

#define UNITS_OF(app) "SELECT name FROM unit WHERE app = " app

/* A databag's holder is a unit or an application; its readers are the other side's units, of a peer
 * relation their own. */
#define HOLDER_APP(row)                                                                            \
    "CASE instr(" row ".holder, '/') WHEN 0 THEN " row ".holder ELSE"                              \
    " substr(" row ".holder, 1, instr(" row ".holder, '/') - 1) END"
#define READERS(row, app)                                                                          \
    "SELECT name FROM unit WHERE app IN (SELECT e.app FROM endpoint e WHERE e.relation = " row     \
    ".relation AND (e.app <> " app " OR e.role = 'peers'))"

#define UNIT_APP(row) "(SELECT app FROM unit WHERE name = " row ".unit)"

#define ENDS(relation)                                                                             \
    "SELECT name FROM unit WHERE app IN (SELECT app FROM endpoint WHERE relation = " relation ")"

/* The owner (of an application's, its leader), and those who have read it. */
#define SECRET_UNITS(id)                                                                           \
    "SELECT coalesce(s.unit, a.leader) FROM secret s JOIN application a ON a.name = s.app"         \
    " WHERE s.id = " id " UNION SELECT unit FROM secret_consumer WHERE secret = " id

#define UNIT_COLUMNS                                                                               \
    "dying, revision, installed, started, stopped, elected, late, leader_seen, config_seen,"       \
    " queued, rebooted, update_due, phase, retry_at"

/* Who goes is seen by those who know it: a dying unit is no longer present. */
#define ACQUAINTANCES                                                                              \
    "SELECT m.unit FROM member m WHERE m.remote = NEW.name UNION SELECT s.unit FROM scope own"     \
    " JOIN scope s ON s.relation = own.relation WHERE own.unit = NEW.name"

static const struct stir {
    const char *change;
    const char *table;
    const char *units; /* whom it stirs: rows of one column */
} stirs[] = {
    { "UPDATE OF now", "model", "SELECT name FROM unit" },
    { "UPDATE OF revision, dying, trusted, leader, leader_version", "application",
      UNITS_OF("NEW.name") },
    { "INSERT", "setting", UNITS_OF("NEW.app") },
    { "UPDATE", "setting", UNITS_OF("NEW.app") },
    { "DELETE", "setting", UNITS_OF("OLD.app") },
    { "INSERT", "unit", "VALUES (NEW.name)" },
    { "UPDATE OF " UNIT_COLUMNS, "unit", "VALUES (NEW.name)" },
    { "UPDATE OF dying", "unit", ACQUAINTANCES },
    { "INSERT", "container", "VALUES (NEW.unit)" },
    { "UPDATE", "container", "VALUES (NEW.unit)" },
    { "INSERT", "storage", "VALUES (NEW.unit)" },
    { "UPDATE", "storage", "VALUES (NEW.unit)" },
    { "DELETE", "storage", "VALUES (OLD.unit)" },
    { "UPDATE", "relation", ENDS("NEW.id") },
    { "INSERT", "endpoint", ENDS("NEW.relation") },
    { "DELETE", "endpoint", UNITS_OF("OLD.app") },
    { "INSERT", "scope", READERS("NEW", UNIT_APP("NEW")) },
    { "DELETE", "scope",
      READERS("OLD", UNIT_APP("OLD")) " UNION SELECT unit FROM member WHERE remote = OLD.unit" },
    { "UPDATE OF version", "bag", READERS("NEW", HOLDER_APP("NEW")) },
    { "UPDATE", "secret", SECRET_UNITS("NEW.id") },
    { "INSERT", "secret_revision", SECRET_UNITS("NEW.secret") },
    { "UPDATE", "secret_revision", SECRET_UNITS("NEW.secret") },
    { "INSERT", "secret_consumer", SECRET_UNITS("NEW.secret") },
    { "UPDATE", "secret_consumer", SECRET_UNITS("NEW.secret") },
    { "DELETE", "secret_consumer", SECRET_UNITS("OLD.secret") },
};

/* No ON CONFLICT: that of the statement that fires the trigger would override it. */
static void put_trigger(size_t number, const struct stir *stir, struct lc_buf *script)
{
    lc_buf_printf(script, "CREATE TEMP TRIGGER IF NOT EXISTS stir_%zu AFTER %s ON main.%s", number,
                  stir->change, stir->table);
    lc_buf_printf(script, " BEGIN INSERT INTO stirred WITH found (name) AS (%s)", stir->units);
    lc_buf_puts(script, " SELECT DISTINCT name FROM found WHERE name IS NOT NULL"
                        " AND name NOT IN (SELECT name FROM stirred); END;");
}

static bool make_triggers(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf script = LC_BUF_INIT(SCRIPT_MAX_BYTES);

    lc_buf_puts(&script, "CREATE TEMP TABLE IF NOT EXISTS stirred (name TEXT PRIMARY KEY)"
                         " WITHOUT ROWID;");
    for (size_t i = 0; i < LC_COUNT(stirs); i++)
        put_trigger(i, &stirs[i], &script);
    return lc_buf_check(&script, err) && sql_script(store, script.data, err);
}

static bool stir_all(struct lc_store *store, struct lc_err *err)
{
    return sql_run(store, "INSERT OR IGNORE INTO stirred SELECT name FROM unit", NULL, err);
}

bool lc_store_stir_begin(struct lc_store *store, struct lc_err *err)
{
    return make_triggers(store, err) &&
           sql_get_number(store, "PRAGMA data_version", NULL, &store->data_version, err) &&
           stir_all(store, err);
}

bool lc_store_stirred(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
{
    int64_t version = 0;

    if (!sql_get_number(store, "PRAGMA data_version", NULL, &version, err))
        return false;
    if (version != store->data_version && !stir_all(store, err))
        return false;
    store->data_version = version;
    return sql_get_list(store,
                        "SELECT u.name FROM stirred s JOIN unit u ON u.name = s.name"
                        " ORDER BY u.app, u.number",
                        NULL, out, err);
}

bool lc_store_rests(struct lc_store *store, const char *unit, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM stirred WHERE name = ?", SQL_ARGS(SQL_T(unit)), err);
}
