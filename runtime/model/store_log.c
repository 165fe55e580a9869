/* Log lines, actions, hooks that ran. */
#include "model/store_log.h"

#include <string.h>

#include "model/store_sql.h"

bool lc_store_log(struct lc_store *store, const char *unit, const char *module, enum lc_level level,
                  const char *text, struct lc_err *err)
{
    return sql_run(store,
                   "INSERT INTO log (time, unit, module, level, text)"
                   " SELECT now, ?, ?, ?, ? FROM model",
                   SQL_ARGS(SQL_T(unit), SQL_T(module), SQL_N(level), SQL_T(text)), err);
}

/* "web" takes "web/0", "web/1". */
static bool is_wanted(const struct lc_strlist *units, const char *unit)
{
    for (size_t i = 0; i < units->count; i++) {
        const size_t len = strlen(units->items[i]);
        if (strncmp(units->items[i], unit, len) == 0 && (unit[len] == '\0' || unit[len] == '/'))
            return true;
    }
    return units->count == 0;
}

/* The id from which on the last `count` wanted lines are. */
static bool find_first(struct lc_store *store, enum lc_level least, const struct lc_strlist *units,
                       int64_t count, int64_t *out, struct lc_err *err)
{
    struct sql_rows rows;

    *out = 0;
    if (count == 0)
        return true;
    if (!sql_query(store, "SELECT id, unit FROM log WHERE level >= ? ORDER BY id DESC",
                   SQL_ARGS(SQL_N(least)), &rows, err))
        return false;
    while (count > 0 && sql_next(&rows)) {
        if (!is_wanted(units, sql_text(&rows, 1)))
            continue;
        *out = sql_number(&rows, 0);
        count--;
    }
    return sql_end(&rows, err);
}

bool lc_store_log_lines(struct lc_store *store, enum lc_level least, const struct lc_strlist *units,
                        int64_t count, lc_log_fn each, void *context, struct lc_err *err)
{
    struct sql_rows rows;
    int64_t first;
    bool good = true;

    if (!find_first(store, least, units, count, &first, err) ||
        !sql_query(store,
                   "SELECT time, unit, module, level, text FROM log"
                   " WHERE level >= ? AND id >= ? ORDER BY id",
                   SQL_ARGS(SQL_N(least), SQL_N(first)), &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        const struct lc_log_line line = { .time = sql_number(&rows, 0),
                                          .unit = sql_text(&rows, 1),
                                          .module = sql_text(&rows, 2),
                                          .level = sql_level(&rows, 3),
                                          .text = sql_text(&rows, 4) };
        good = !is_wanted(units, line.unit) || each(context, &line, err);
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_log_units(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
{
    return sql_get_list(store,
                        "SELECT unit FROM log WHERE unit <> '' UNION SELECT name FROM unit"
                        " ORDER BY 1",
                        NULL, out, err);
}

bool lc_store_add_action(struct lc_store *store, const char *unit, const char *name,
                         int64_t *id_out, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_tx_begin(&tx, store, err) || !lc_store_sequence(store, "action", id_out, err))
        return false;
    ++*id_out;
    return sql_run(store,
                   "INSERT INTO action (id, unit, name, status, time)"
                   " SELECT ?, ?, ?, 'running', now FROM model",
                   SQL_ARGS(SQL_N(*id_out), SQL_T(unit), SQL_T(name)), err) &&
           lc_tx_commit(&tx, err);
}

bool lc_store_end_action(struct lc_store *store, int64_t id, const char *status,
                         const char *message, const char *results, struct lc_err *err)
{
    return sql_run(store, "UPDATE action SET status = ?, message = ?, results = ? WHERE id = ?",
                   SQL_ARGS(SQL_T(status), SQL_T(message), SQL_T(results), SQL_N(id)), err);
}

bool lc_store_add_run(struct lc_store *store, const char *unit, const char *name, const char *hook,
                      const char *outcome, int64_t ms, struct lc_err *err)
{
    return sql_run(store,
                   "INSERT INTO run (time, unit, name, hook, outcome, ms, log)"
                   " SELECT now, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM log) FROM model",
                   SQL_ARGS(SQL_T(unit), SQL_T(name), SQL_T(hook), SQL_T(outcome), SQL_N(ms)),
                   err) &&
           sql_run(store, "UPDATE event SET run = last_insert_rowid() WHERE run = 0 AND unit = ?",
                   SQL_ARGS(SQL_T(unit)), err);
}
