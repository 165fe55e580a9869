/* Units: rows, fields, phase, status. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/store_app.h"
#include "model/store_sql.h"

static const char *const phase_names[] = {
    [LC_PHASE_IDLE] = "idle",
    [LC_PHASE_RUNNING] = "running",
    [LC_PHASE_FAILED] = "failed",
};

void lc_unit_release(struct lc_unit *unit)
{
    lc_free(unit->name);
    lc_free(unit->app);
    lc_free(unit->config_seen);
    lc_free(unit->queued);
    lc_free(unit->hook);
    lc_free(unit->status);
    lc_free(unit->message);
    *unit = (struct lc_unit)LC_UNIT_INIT;
}

bool lc_store_units(struct lc_store *store, const char *app, struct lc_strlist *names,
                    struct lc_err *err)
{
    return sql_get_list(store,
                        "SELECT name FROM unit WHERE ?1 IS NULL OR app = ?1 ORDER BY app, number",
                        SQL_ARGS(SQL_T(app)), names, err);
}

bool lc_store_failed_units(struct lc_store *store, struct lc_strlist *names, struct lc_err *err)
{
    return sql_get_list(store, "SELECT name FROM unit WHERE phase = 'failed' ORDER BY app, number",
                        NULL, names, err);
}

/* At rest, for what is none. */
static enum lc_phase phase_of(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(phase_names); i++)
        if (strcmp(phase_names[i], name) == 0)
            return (enum lc_phase)i;
    return LC_PHASE_IDLE;
}

static bool copy_unit(struct sql_rows *rows, struct lc_unit *unit, struct lc_err *err)
{
    unit->number = sql_number(rows, 2);
    unit->machine = sql_number(rows, 3);
    unit->dying = sql_number(rows, 4) != 0;
    unit->revision = sql_number(rows, 5);
    unit->installed = sql_number(rows, 6) != 0;
    unit->started = sql_number(rows, 7) != 0;
    unit->stopped = sql_number(rows, 8) != 0;
    unit->elected = sql_number(rows, 9) != 0;
    unit->late = sql_number(rows, 10) != 0;
    unit->leader_seen = sql_number(rows, 11);
    unit->rebooted = sql_number(rows, 14) != 0;
    unit->update_due = sql_number(rows, 15) != 0;
    unit->phase = phase_of(sql_text(rows, 16));
    unit->tries = sql_number(rows, 18);
    unit->retry_at = sql_number(rows, 19);
    unit->since = sql_number(rows, 22);
    return sql_copy(rows, 0, &unit->name, err) && sql_copy(rows, 1, &unit->app, err) &&
           sql_copy_or_null(rows, 12, &unit->config_seen, err) &&
           sql_copy_or_null(rows, 13, &unit->queued, err) &&
           sql_copy_or_null(rows, 17, &unit->hook, err) && sql_copy(rows, 20, &unit->status, err) &&
           sql_copy(rows, 21, &unit->message, err);
}

bool lc_store_unit(struct lc_store *store, const char *name, struct lc_unit *out,
                   struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    struct sql_rows rows;

    if (!sql_query(store,
                   "SELECT name, app, number, machine, dying, revision, installed, started,"
                   " stopped, elected, late, leader_seen, config_seen, queued, rebooted,"
                   " update_due, phase, hook, tries, retry_at, status, message, since"
                   " FROM unit WHERE name = ?",
                   SQL_ARGS(SQL_T(name)), &rows, err))
        return false;
    const bool copied = !sql_next(&rows) || copy_unit(&rows, &unit, err);
    if (!sql_end(&rows, err) || !copied)
        return false;
    if (unit.name == NULL)
        return lc_fail(err, LC_ENOTFOUND, "unit '%s' not found", name);
    if (unit.phase != LC_PHASE_IDLE && unit.hook == NULL)
        return lc_fail(err, LC_EPARSE, "%s/model.db is damaged: unit '%s' is %s, but has no hook",
                       store->folder, name, phase_names[unit.phase]);
    lc_unit_release(out);
    *out = unit;
    unit = (struct lc_unit)LC_UNIT_INIT;
    return true;
}

bool lc_store_add_unit(struct lc_store *store, const char *app, bool late, char **name_out,
                       struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(512);
    char series[256];
    int64_t number = 0;
    int64_t machine = 0;

    (void)snprintf(series, sizeof(series), "unit/%s", app);
    if (!lc_store_sequence(store, series, &number, err) ||
        !lc_store_sequence(store, "machine", &machine, err))
        return false;
    lc_buf_printf(&name, "%s/%lld", app, (long long)number);
    if (!lc_buf_check(&name, err))
        return false;
    if (!sql_run(store,
                 "INSERT INTO unit (name, app, number, machine, late, status, message, since)"
                 " VALUES (?, ?, ?, ?, ?, 'waiting', 'waiting for machine',"
                 " (SELECT now FROM model))",
                 SQL_ARGS(SQL_T(name.data), SQL_T(app), SQL_N(number), SQL_N(machine), SQL_N(late)),
                 err))
        return false;
    return lc_buf_take(&name, name_out, NULL, err);
}

bool lc_store_remove_unit(struct lc_store *store, const char *name, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM unit WHERE name = ?", SQL_ARGS(SQL_T(name)), err);
}

bool lc_store_set_unit(struct lc_store *store, const char *name, enum lc_unit_field field,
                       int64_t value, struct lc_err *err)
{
    static const char *const sql[] = {
        [LC_UNIT_DYING] = "UPDATE unit SET dying = ? WHERE name = ?",
        [LC_UNIT_REVISION] = "UPDATE unit SET revision = ? WHERE name = ?",
        [LC_UNIT_INSTALLED] = "UPDATE unit SET installed = ? WHERE name = ?",
        [LC_UNIT_STARTED] = "UPDATE unit SET started = ? WHERE name = ?",
        [LC_UNIT_STOPPED] = "UPDATE unit SET stopped = ? WHERE name = ?",
        [LC_UNIT_ELECTED] = "UPDATE unit SET elected = ? WHERE name = ?",
        [LC_UNIT_LATE] = "UPDATE unit SET late = ? WHERE name = ?",
        [LC_UNIT_LEADER_SEEN] = "UPDATE unit SET leader_seen = ? WHERE name = ?",
        [LC_UNIT_REBOOTED] = "UPDATE unit SET rebooted = ? WHERE name = ?",
        [LC_UNIT_UPDATE_DUE] = "UPDATE unit SET update_due = ? WHERE name = ?",
        [LC_UNIT_RETRY_AT] = "UPDATE unit SET retry_at = ? WHERE name = ?",
        [LC_UNIT_TRIES] = "UPDATE unit SET tries = ? WHERE name = ?",
    };

    assert(field < LC_UNIT_CONFIG_SEEN);
    return sql_run(store, sql[field], SQL_ARGS(SQL_N(value), SQL_T(name)), err);
}

bool lc_store_set_unit_text(struct lc_store *store, const char *name, enum lc_unit_field field,
                            const char *value, struct lc_err *err)
{
    static const char *const sql[] = {
        [LC_UNIT_CONFIG_SEEN] = "UPDATE unit SET config_seen = ? WHERE name = ?",
        [LC_UNIT_QUEUED] = "UPDATE unit SET queued = ? WHERE name = ?",
    };

    assert(field >= LC_UNIT_CONFIG_SEEN && field <= LC_UNIT_QUEUED);
    return sql_run(store, sql[field], SQL_ARGS(SQL_T(value), SQL_T(name)), err);
}

bool lc_store_set_phase(struct lc_store *store, const char *unit, enum lc_phase phase,
                        const char *hook, struct lc_err *err)
{
    assert((phase == LC_PHASE_IDLE) == (hook == NULL));
    return sql_run(store,
                   "UPDATE unit SET phase = ?1, hook = ?2,"
                   " tries = CASE ?1 WHEN 'idle' THEN 0 ELSE tries END,"
                   " retry_at = CASE ?1 WHEN 'idle' THEN 0 ELSE retry_at END WHERE name = ?3",
                   SQL_ARGS(SQL_T(phase_names[phase]), SQL_T(hook), SQL_T(unit)), err);
}

bool lc_store_set_unit_status(struct lc_store *store, const char *unit, const char *status,
                              const char *message, struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE unit SET status = ?, message = ?, since = (SELECT now FROM model)"
                   " WHERE name = ?",
                   SQL_ARGS(SQL_T(status), SQL_T(message), SQL_T(unit)), err);
}
