/* Which units may have something to do: a table in memory, and the triggers that fill it. */
#include "model/store_stir.h"

#include "model/store_sql.h"

/* units: rows of one column. No ON CONFLICT: that of the statement that fires the trigger would
 * override it. */
#define STIR(units)                                                                                \
    " BEGIN INSERT INTO stirred WITH found (name) AS (" units ") SELECT DISTINCT name FROM found"  \
    " WHERE name IS NOT NULL AND name NOT IN (SELECT name FROM stirred); END;"

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

static const char sql_stir[] =
    "CREATE TEMP TABLE IF NOT EXISTS stirred (name TEXT PRIMARY KEY) WITHOUT ROWID;"

    "CREATE TEMP TRIGGER IF NOT EXISTS stir_model AFTER UPDATE OF now ON main.model" STIR(
        "SELECT name FROM unit")

        "CREATE TEMP TRIGGER IF NOT EXISTS stir_app AFTER UPDATE OF revision, dying, trusted, "
        "leader,"
        " leader_version ON main.application" STIR(UNITS_OF("NEW.name"))

            "CREATE TEMP TRIGGER IF NOT EXISTS stir_set AFTER INSERT ON main.setting" STIR(UNITS_OF(
                "NEW.app")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_reset AFTER UPDATE ON "
                            "main.setting" STIR(UNITS_OF(
                                "NEW.app")) "CREATE TEMP TRIGGER IF "
                                            "NOT EXISTS stir_unset "
                                            "AFTER DELETE ON "
                                            "main.setting" STIR(UNITS_OF("OLD.app"))

                                                "CREATE TEMP TRIGGER "
                                                "IF NOT EXISTS "
                                                "stir_new AFTER "
                                                "INSERT ON "
                                                "main.unit" STIR(
                                                    "VALUES "
                                                    "(NEW.name)") "CRE"
                                                                  "ATE"
                                                                  " TE"
                                                                  "MP "
                                                                  "TRI"
                                                                  "GGE"
                                                                  "R "
                                                                  "IF "
                                                                  "NOT"
                                                                  " EX"
                                                                  "IST"
                                                                  "S "
                                                                  "sti"
                                                                  "r_"
                                                                  "uni"
                                                                  "t "
                                                                  "AFT"
                                                                  "ER "
                                                                  "UPD"
                                                                  "ATE"
                                                                  " OF"
                                                                  " dy"
                                                                  "ing"
                                                                  ", "
                                                                  "rev"
                                                                  "isi"
                                                                  "on,"
                                                                  " in"
                                                                  "sta"
                                                                  "lle"
                                                                  "d,"
                                                                  " st"
                                                                  "art"
                                                                  "ed,"
                                                                  " st"
                                                                  "opp"
                                                                  "ed,"
                                                                  " el"
                                                                  "ect"
                                                                  "ed,"
                                                                  " la"
                                                                  "te,"
                                                                  " le"
                                                                  "ade"
                                                                  "r_"
                                                                  "see"
                                                                  "n, "
                                                                  "con"
                                                                  "fig"
                                                                  "_se"
                                                                  "en,"
                                                                  " qu"
                                                                  "eue"
                                                                  "d, "
                                                                  "reb"
                                                                  "oot"
                                                                  "ed,"
                                                                  " up"
                                                                  "dat"
                                                                  "e_"
                                                                  "due"
                                                                  ","
                                                                  " ph"
                                                                  "ase"
                                                                  ", "
                                                                  "ret"
                                                                  "ry_"
                                                                  "at "
                                                                  "ON "
                                                                  "mai"
                                                                  "n."
                                                                  "uni"
                                                                  "t" STIR("VALUES (NEW.name)")
    /* Who goes is seen by those who know it: a dying unit is no longer present. */
    "CREATE TEMP TRIGGER IF NOT EXISTS stir_dying AFTER UPDATE OF dying ON main.unit" STIR(
        "SELECT m.unit FROM member m WHERE m.remote = NEW.name UNION"
        " SELECT s.unit FROM scope own JOIN scope s ON s.relation = own.relation"
        " WHERE own.unit = NEW.name") "CREATE TEMP TRIGGER IF NOT EXISTS stir_container AFTER "
                                      "INSERT ON main.container" STIR("VALUES (NEW.unit)") "CREATE "
                                                                                           "TEMP "
                                                                                           "TRIGGER"
                                                                                           " IF "
                                                                                           "NOT "
                                                                                           "EXISTS "
                                                                                           "stir_"
                                                                                           "ready "
                                                                                           "AFTER "
                                                                                           "UPDATE "
                                                                                           "ON "
                                                                                           "main."
                                                                                           "contain"
                                                                                           "e"
                                                                                           "r" STIR("VALUES (NEW.unit)") "CREATE TEMP TRIGGER IF NOT EXISTS stir_storage AFTER INSERT ON main.storage" STIR("VALUES (NEW.unit)") "CREATE TEMP TRIGGER IF NOT EXISTS stir_attached AFTER UPDATE ON main.storage" STIR(
                                                                                               "VAL"
                                                                                               "UES"
                                                                                               " ("
                                                                                               "NEW"
                                                                                               ".un"
                                                                                               "it"
                                                                                               ")") "CREATE TEMP TRIGGER IF NOT EXISTS stir_detached AFTER DELETE ON main.storage" STIR("VALUES (OLD.unit)")

                                                                                               "CRE"
                                                                                               "ATE"
                                                                                               " TE"
                                                                                               "MP "
                                                                                               "TRI"
                                                                                               "GGE"
                                                                                               "R "
                                                                                               "IF "
                                                                                               "NOT"
                                                                                               " EX"
                                                                                               "IST"
                                                                                               "S "
                                                                                               "sti"
                                                                                               "r_"
                                                                                               "rel"
                                                                                               "ati"
                                                                                               "on "
                                                                                               "AFT"
                                                                                               "ER "
                                                                                               "UPD"
                                                                                               "ATE"
                                                                                               " ON"
                                                                                               " ma"
                                                                                               "in."
                                                                                               "rel"
                                                                                               "ati"
                                                                                               "o"
                                                                                               "n" STIR(ENDS("NEW.id")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_end AFTER INSERT ON main.endpoint" STIR(ENDS("NEW.relation")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_no_end AFTER DELETE ON main.endpoint" STIR(UNITS_OF("OLD.app")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_enter AFTER INSERT ON main.scope" STIR(
                                                                                                   READERS("NEW",
                                                                                                           UNIT_APP("NEW"))) "CREATE TEMP TRIGGER IF NOT EXISTS stir_leave AFTER DELETE ON main.scope" STIR(READERS("OLD", UNIT_APP("OLD")) " UNION SELECT unit FROM member WHERE remote = OLD.unit") "CREATE TEMP TRIGGER IF NOT EXISTS stir_bag AFTER UPDATE OF version ON main.bag" STIR(READERS("NEW",
                                                                                                                                                                                                                                                                                                                                                                                                    HOLDER_APP(
                                                                                                                                                                                                                                                                                                                                                                                                        "NEW")))

                                                                                                   "CREATE TEMP TRIGGER IF NOT EXISTS stir_secret AFTER UPDATE ON main.secret" STIR(SECRET_UNITS("NEW.id")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_revision AFTER INSERT ON main.secret_revision" STIR(SECRET_UNITS("NEW.secret")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_expiry AFTER UPDATE ON main.secret_revision" STIR(SECRET_UNITS("NEW.secret")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_reader AFTER INSERT ON main.secret_consumer" STIR(
                                                                                                       SECRET_UNITS(
                                                                                                           "NEW.secret")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_tracked AFTER UPDATE ON main.secret_consumer" STIR(SECRET_UNITS("NEW.secret")) "CREATE TEMP TRIGGER IF NOT EXISTS stir_no_reader AFTER DELETE ON main.secret_consumer" STIR(SECRET_UNITS("OLD.secret"));

static bool stir_all(struct lc_store *store, struct lc_err *err)
{
    return sql_run(store, "INSERT OR IGNORE INTO stirred SELECT name FROM unit", NULL, err);
}

bool lc_store_stir_begin(struct lc_store *store, struct lc_err *err)
{
    return sql_script(store, sql_stir, err) &&
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
