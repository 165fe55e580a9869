/* Events around certificates, and the hooks that ran. */
#include "model/store_event.h"

#include "base/log.h"
#include "model/store_sql.h"

bool lc_store_add_event(struct lc_store *store, const struct lc_event *event, struct lc_err *err)
{
    return sql_run(store,
                   "INSERT INTO event (time, unit, holder, kind, csr, about) SELECT now, ?1,"
                   " CASE WHEN ?2 <> '' THEN ?2 ELSE coalesce((SELECT holder FROM event"
                   " WHERE csr = ?4 AND kind = 'request' ORDER BY id DESC LIMIT 1), '') END,"
                   " ?3, ?4, ?5 FROM model",
                   SQL_ARGS(SQL_T(event->unit), SQL_T(event->holder), SQL_T(event->kind),
                            SQL_T(event->csr), SQL_T(event->about)),
                   err);
}

bool lc_store_has_event(struct lc_store *store, const char *kind, const char *csr, bool *out,
                        struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store, "SELECT 1 FROM event WHERE csr = ? AND kind = ? LIMIT 1",
                        SQL_ARGS(SQL_T(csr), SQL_T(kind)), out, err);
}

bool lc_store_events(struct lc_store *store, lc_event_fn each, void *context, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store, "SELECT run, time, unit, holder, kind, csr, about FROM event ORDER BY id",
                   NULL, &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        const struct lc_event event = { .run = sql_number(&rows, 0),
                                        .time = sql_number(&rows, 1),
                                        .unit = sql_text(&rows, 2),
                                        .holder = sql_text(&rows, 3),
                                        .kind = sql_text(&rows, 4),
                                        .csr = sql_text(&rows, 5),
                                        .about = sql_text(&rows, 6) };
        good = each(context, &event, err);
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_runs(struct lc_store *store, lc_run_fn each, void *context, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT id, time, unit, name, hook, outcome, ms, log FROM run ORDER BY id", NULL,
                   &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        const struct lc_run run = { .id = sql_number(&rows, 0),
                                    .time = sql_number(&rows, 1),
                                    .unit = sql_text(&rows, 2),
                                    .name = sql_text(&rows, 3),
                                    .hook = sql_text(&rows, 4),
                                    .outcome = sql_text(&rows, 5),
                                    .ms = sql_number(&rows, 6),
                                    .log = sql_number(&rows, 7) };
        good = each(context, &run, err);
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_run_lines(struct lc_store *store, const char *unit, int64_t after, int64_t last,
                        int64_t most, lc_line_fn each, void *context, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT level, text FROM (SELECT id, level, text FROM log"
                   " WHERE id > ? AND id <= ? AND unit = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
                   SQL_ARGS(SQL_N(after), SQL_N(last), SQL_T(unit), SQL_N(most)), &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = each(context, lc_level_name(sql_level(&rows, 0)), sql_text(&rows, 1), err);
    return sql_end(&rows, err) && good;
}
