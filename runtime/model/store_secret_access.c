/* Labels, grants, and what units are to be told about secrets. */
#include <string.h>

#include "base/mem.h"
#include "model/store_secret.h"
#include "model/store_sql.h"

bool lc_store_set_consumer_label(struct lc_store *store, const char *id, const char *unit,
                                 const char *label, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           sql_run(store,
                   "INSERT OR IGNORE INTO secret_old_label (unit, label)"
                   " SELECT unit, label FROM secret_consumer"
                   " WHERE secret = ? AND unit = ? AND label <> '' AND label <> ?",
                   SQL_ARGS(SQL_T(id), SQL_T(unit), SQL_T(label)), err) &&
           sql_run(store, "UPDATE secret_consumer SET label = ? WHERE secret = ? AND unit = ?",
                   SQL_ARGS(SQL_T(label), SQL_T(id), SQL_T(unit)), err) &&
           lc_tx_commit(&tx, err);
}

bool lc_store_consumer_by_label(struct lc_store *store, const char *unit, const char *label,
                                char **out, struct lc_err *err)
{
    return sql_get_text(store, "SELECT secret FROM secret_consumer WHERE unit = ? AND label = ?",
                        SQL_ARGS(SQL_T(unit), SQL_T(label)), out, err);
}

bool lc_store_owned_by_label(struct lc_store *store, const char *app, const char *unit,
                             const char *label, char **out, struct lc_err *err)
{
    return sql_get_text(store, "SELECT id FROM secret WHERE app = ? AND unit IS ? AND label = ?",
                        SQL_ARGS(SQL_T(app), SQL_T(unit), SQL_T(label)), out, err);
}

/* The table of juju-hooks 3.4: an application's label collides with every label of the application
 * and its units, a unit's with its own and with the application's. */
bool lc_store_label_taken(struct lc_store *store, const char *app, const char *unit,
                          const char *label, const char *id, bool *out, struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store,
                        "SELECT EXISTS (SELECT 1 FROM secret WHERE app = ?1 AND label = ?3"
                        "  AND id <> ?4 AND (unit IS NULL OR ?2 IS NULL OR unit = ?2))"
                        " OR EXISTS (SELECT 1 FROM secret_consumer c JOIN unit u ON u.name = c.unit"
                        "  WHERE u.app = ?1 AND c.label = ?3 AND (?2 IS NULL OR c.unit = ?2)"
                        "  AND NOT (c.secret = ?4 AND ?2 IS NOT NULL))"
                        " OR EXISTS (SELECT 1 FROM secret_old_label o JOIN unit u"
                        "  ON u.name = o.unit WHERE u.app = ?1 AND o.label = ?3"
                        "  AND (?2 IS NULL OR o.unit = ?2))",
                        SQL_ARGS(SQL_T(app), SQL_T(unit), SQL_T(label), SQL_T(id)), out, err);
}

void lc_grants_release(struct lc_grants *grants)
{
    for (size_t i = 0; i < grants->count; i++)
        lc_free(grants->items[i].subject);
    lc_free(grants->items);
    *grants = (struct lc_grants)LC_GRANTS_INIT;
}

bool lc_store_grants(struct lc_store *store, const char *id, struct lc_grants *out,
                     struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT relation, subject FROM secret_grant WHERE secret = ? ORDER BY subject",
                   SQL_ARGS(SQL_T(id)), &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items))) {
            good = lc_fail_memory(err);
            break;
        }
        out->items[out->count] = (struct lc_grant){ .relation = sql_number(&rows, 0) };
        good = sql_copy(&rows, 1, &out->items[out->count].subject, err);
        out->count++;
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_add_grant(struct lc_store *store, const char *id, int64_t relation,
                        const char *subject, struct lc_err *err)
{
    return sql_run(
        store, "INSERT OR IGNORE INTO secret_grant (secret, relation, subject) VALUES (?, ?, ?)",
        SQL_ARGS(SQL_T(id), SQL_N(relation), SQL_T(subject)), err);
}

bool lc_store_remove_grant(struct lc_store *store, const char *id, const char *subject,
                           struct lc_err *err)
{
    return sql_run(store, "DELETE FROM secret_grant WHERE secret = ? AND subject = ?",
                   SQL_ARGS(SQL_T(id), SQL_T(subject)), err);
}

void lc_secret_event_release(struct lc_secret_event *event)
{
    lc_free(event->id);
    lc_free(event->label);
    *event = (struct lc_secret_event)LC_SECRET_EVENT_INIT;
}

/* ?1 application, ?2 unit, ?3 whether it is leader. */
#define OWNER "(s.unit = ?2 OR (s.unit IS NULL AND s.app = ?1 AND ?3))"

/* In the order in which they are told (juju-hooks 1.6). */
static const struct {
    enum lc_secret_event_kind kind;
    const char *sql;
} events[] = {
    { LC_SECRET_EVENT_EXPIRED,
      "SELECT s.id, s.label, r.revision FROM secret_revision r JOIN secret s ON s.id = r.secret"
      " WHERE r.expired_due <= (SELECT now FROM model) AND " OWNER
      " ORDER BY r.expired_due, s.id, r.revision LIMIT 1" },
    { LC_SECRET_EVENT_ROTATE, "SELECT s.id, s.label, s.latest FROM secret s"
                              " WHERE s.rotate_at / 60 * 60 <= (SELECT now FROM model) AND " OWNER
                              " ORDER BY s.rotate_at, s.id LIMIT 1" },
    { LC_SECRET_EVENT_CHANGED,
      "SELECT s.id, CASE WHEN c.label <> '' OR s.app <> ?1 OR coalesce(s.unit, ?2) <> ?2"
      " THEN c.label ELSE s.label END, s.latest"
      " FROM secret_consumer c JOIN secret s ON s.id = c.secret"
      " WHERE c.unit = ?2 AND c.announced < s.latest AND ?3 IS NOT NULL ORDER BY s.id LIMIT 1" },
    { LC_SECRET_EVENT_REMOVE,
      "SELECT s.id, s.label, r.revision FROM secret_revision r JOIN secret s ON s.id = r.secret"
      " WHERE r.obsolete AND NOT r.announced AND " OWNER " ORDER BY s.id, r.revision LIMIT 1" },
};

bool lc_store_secret_event(struct lc_store *store, const char *app, const char *unit, bool leader,
                           struct lc_secret_event *out, struct lc_err *err)
{
    lc_secret_event_release(out);
    for (size_t i = 0; i < LC_COUNT(events) && out->kind == LC_SECRET_EVENT_NONE; i++) {
        struct sql_rows rows;
        bool copied = true;
        if (!sql_query(store, events[i].sql, SQL_ARGS(SQL_T(app), SQL_T(unit), SQL_N(leader)),
                       &rows, err))
            return false;
        if (sql_next(&rows)) {
            *out = (struct lc_secret_event){ .kind = events[i].kind,
                                             .revision = sql_number(&rows, 2) };
            copied = sql_copy(&rows, 0, &out->id, err) && sql_copy(&rows, 1, &out->label, err);
        }
        if (!sql_end(&rows, err) || !copied)
            return false;
    }
    return true;
}

bool lc_store_expired_told(struct lc_store *store, const char *id, int64_t revision,
                           int64_t next_due, struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE secret_revision SET expired_due = ?"
                   " WHERE secret = ? AND revision = ? AND expired_due IS NOT NULL"
                   " AND expired_due <= (SELECT now FROM model)",
                   SQL_ARGS(SQL_N(next_due), SQL_T(id), SQL_N(revision)), err);
}

bool lc_store_set_expired_due(struct lc_store *store, const char *id, int64_t revision, int64_t due,
                              struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE secret_revision SET expired_due = ? WHERE secret = ? AND revision = ?",
                   SQL_ARGS(SQL_N(due), SQL_T(id), SQL_N(revision)), err);
}

bool lc_store_changed_told(struct lc_store *store, const char *id, const char *unit,
                           int64_t revision, struct lc_err *err)
{
    return sql_run(store, "UPDATE secret_consumer SET announced = ? WHERE secret = ? AND unit = ?",
                   SQL_ARGS(SQL_N(revision), SQL_T(id), SQL_T(unit)), err);
}

bool lc_store_remove_told(struct lc_store *store, const char *id, int64_t revision,
                          struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE secret_revision SET announced = 1 WHERE secret = ? AND revision = ?",
                   SQL_ARGS(SQL_T(id), SQL_N(revision)), err);
}

bool lc_store_secret_due(struct lc_store *store, int64_t *out, struct lc_err *err)
{
    *out = 0;
    return sql_get_number(store,
                          "SELECT coalesce(min(due), 0) FROM (SELECT expired_due AS due"
                          " FROM secret_revision UNION ALL SELECT rotate_at / 60 * 60 FROM secret)"
                          " WHERE due > (SELECT now FROM model)",
                          NULL, out, err);
}
