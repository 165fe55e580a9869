/* Secrets and their revisions. */
#include "model/store_secret.h"

#include <string.h>

#include "base/mem.h"
#include "model/store_sql.h"

void lc_secret_meta_release(struct lc_secret_meta *meta)
{
    lc_free(meta->id);
    lc_free(meta->app);
    lc_free(meta->unit);
    lc_free(meta->label);
    lc_free(meta->description);
    lc_free(meta->rotate);
    *meta = (struct lc_secret_meta)LC_SECRET_META_INIT;
}

static bool copy_meta(struct sql_rows *rows, struct lc_secret_meta *meta, struct lc_err *err)
{
    meta->rotate_at = sql_number(rows, 6);
    meta->latest = sql_number(rows, 7);
    meta->created = sql_number(rows, 8);
    meta->updated = sql_number(rows, 9);
    return sql_copy(rows, 0, &meta->id, err) && sql_copy(rows, 1, &meta->app, err) &&
           sql_copy_or_null(rows, 2, &meta->unit, err) && sql_copy(rows, 3, &meta->label, err) &&
           sql_copy(rows, 4, &meta->description, err) && sql_copy(rows, 5, &meta->rotate, err);
}

bool lc_store_secret(struct lc_store *store, const char *id, struct lc_secret_meta *out,
                     bool *found, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    struct sql_rows rows;

    if (!sql_query(store,
                   "SELECT id, app, unit, label, description, rotate, rotate_at, latest, created,"
                   " updated FROM secret WHERE id = ?",
                   SQL_ARGS(SQL_T(id)), &rows, err))
        return false;
    const bool copied = !sql_next(&rows) || copy_meta(&rows, &meta, err);
    if (!sql_end(&rows, err) || !copied)
        return false;
    *found = meta.id != NULL;
    if (*found) {
        lc_secret_meta_release(out);
        *out = meta;
        meta = (struct lc_secret_meta)LC_SECRET_META_INIT;
    }
    return true;
}

bool lc_store_secrets(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
{
    return sql_get_list(store, "SELECT id FROM secret ORDER BY created, id", NULL, out, err);
}

bool lc_store_owned_secrets(struct lc_store *store, const char *app, const char *unit,
                            bool with_app, struct lc_strlist *out, struct lc_err *err)
{
    return sql_get_list(store,
                        "SELECT id FROM secret WHERE unit = ?2"
                        " OR (?3 AND unit IS NULL AND app = ?1) ORDER BY created, id",
                        SQL_ARGS(SQL_T(app), SQL_T(unit), SQL_N(with_app)), out, err);
}

bool lc_store_add_secret(struct lc_store *store, const struct lc_secret_meta *meta,
                         struct lc_err *err)
{
    return sql_run(store,
                   "INSERT INTO secret (id, app, unit, label, description, rotate, latest, created,"
                   " updated) SELECT ?, ?, ?, ?, ?, ?, 0, now, now FROM model",
                   SQL_ARGS(SQL_T(meta->id), SQL_T(meta->app), SQL_T(meta->unit),
                            SQL_T(meta->label), SQL_T(meta->description), SQL_T(meta->rotate)),
                   err);
}

bool lc_store_remove_secret(struct lc_store *store, const char *id, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM secret WHERE id = ?", SQL_ARGS(SQL_T(id)), err);
}

bool lc_store_set_secret(struct lc_store *store, const char *id, enum lc_secret_field field,
                         const char *value, struct lc_err *err)
{
    static const char *const sql[] = {
        [LC_SECRET_LABEL] = "UPDATE secret SET label = ? WHERE id = ?",
        [LC_SECRET_DESCRIPTION] = "UPDATE secret SET description = ? WHERE id = ?",
        [LC_SECRET_ROTATE] = "UPDATE secret SET rotate = ? WHERE id = ?",
    };

    return sql_run(store, sql[field], SQL_ARGS(SQL_T(value), SQL_T(id)), err);
}

bool lc_store_set_rotate_at(struct lc_store *store, const char *id, int64_t at, struct lc_err *err)
{
    return sql_run(store, "UPDATE secret SET rotate_at = nullif(?, 0) WHERE id = ?",
                   SQL_ARGS(SQL_N(at), SQL_T(id)), err);
}

/* Any revision but the latest that nobody tracks (juju-hooks 3.5). */
static bool mark_obsolete(struct lc_store *store, const char *id, struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE secret_revision SET obsolete = 1 WHERE secret = ?1 AND obsolete = 0"
                   " AND revision <> (SELECT latest FROM secret WHERE id = ?1)"
                   " AND revision NOT IN"
                   " (SELECT tracked FROM secret_consumer WHERE secret = ?1)",
                   SQL_ARGS(SQL_T(id)), err);
}

static bool add_values(struct lc_store *store, const char *id, const struct lc_content *content,
                       struct lc_err *err)
{
    for (size_t i = 0; i < content->count; i++) {
        const struct lc_field *field = &content->items[i];
        if (!sql_run(store,
                     "INSERT INTO secret_value (secret, revision, key, value)"
                     " SELECT id, latest, ?2, ?3 FROM secret WHERE id = ?1",
                     SQL_ARGS(SQL_T(id), SQL_T(field->key),
                              SQL_T(field->base64.data == NULL ? "" : field->base64.data)),
                     err))
            return false;
    }
    return true;
}

bool lc_store_add_revision(struct lc_store *store, const char *id, const struct lc_content *content,
                           int64_t expire_at, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           sql_run(store,
                   "UPDATE secret SET latest = latest + 1, updated = (SELECT now FROM model)"
                   " WHERE id = ?",
                   SQL_ARGS(SQL_T(id)), err) &&
           sql_run(store,
                   "INSERT INTO secret_revision (secret, revision, created, expire_at, expired_due)"
                   " SELECT id, latest, updated, nullif(?2, 0), nullif(?2 / 60 * 60, 0)"
                   " FROM secret WHERE id = ?1",
                   SQL_ARGS(SQL_T(id), SQL_N(expire_at)), err) &&
           add_values(store, id, content, err) && mark_obsolete(store, id, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_store_set_expire(struct lc_store *store, const char *id, int64_t revision,
                         int64_t expire_at, struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE secret_revision SET expire_at = nullif(?1, 0),"
                   " expired_due = nullif(?1 / 60 * 60, 0) WHERE secret = ?2 AND revision = ?3",
                   SQL_ARGS(SQL_N(expire_at), SQL_T(id), SQL_N(revision)), err);
}

bool lc_store_has_revision(struct lc_store *store, const char *id, int64_t revision, bool *out,
                           struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store, "SELECT 1 FROM secret_revision WHERE secret = ? AND revision = ?",
                        SQL_ARGS(SQL_T(id), SQL_N(revision)), out, err);
}

bool lc_store_revision_expire(struct lc_store *store, const char *id, int64_t revision,
                              int64_t *out, struct lc_err *err)
{
    *out = 0;
    return sql_get_number(store,
                          "SELECT expire_at FROM secret_revision WHERE secret = ? AND revision = ?",
                          SQL_ARGS(SQL_T(id), SQL_N(revision)), out, err);
}

bool lc_store_remove_revision(struct lc_store *store, const char *id, int64_t revision,
                              struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           sql_run(store, "DELETE FROM secret_revision WHERE secret = ? AND revision = ?",
                   SQL_ARGS(SQL_T(id), SQL_N(revision)), err) &&
           sql_run(store,
                   "DELETE FROM secret WHERE id = ?1 AND NOT EXISTS"
                   " (SELECT 1 FROM secret_revision WHERE secret = ?1)",
                   SQL_ARGS(SQL_T(id)), err) &&
           lc_tx_commit(&tx, err);
}

bool lc_store_content(struct lc_store *store, const char *id, int64_t revision,
                      struct lc_content *out, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT key, value FROM secret_value WHERE secret = ? AND revision = ?"
                   " ORDER BY key",
                   SQL_ARGS(SQL_T(id), SQL_N(revision)), &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        const char *value = sql_text(&rows, 1);
        good = lc_content_set(out, sql_text(&rows, 0), value, strlen(value), err);
    }
    return sql_end(&rows, err) && good;
}

void lc_revisions_release(struct lc_revisions *revisions)
{
    lc_free(revisions->items);
    *revisions = (struct lc_revisions)LC_REVISIONS_INIT;
}

bool lc_store_revisions(struct lc_store *store, const char *id, struct lc_revisions *out,
                        struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT revision, created, expire_at, obsolete FROM secret_revision"
                   " WHERE secret = ? ORDER BY revision",
                   SQL_ARGS(SQL_T(id)), &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        good = lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)) ||
               lc_fail_memory(err);
        if (good)
            out->items[out->count++] = (struct lc_revision){ .revision = sql_number(&rows, 0),
                                                             .created = sql_number(&rows, 1),
                                                             .expire_at = sql_number(&rows, 2),
                                                             .obsolete = sql_number(&rows, 3) };
    }
    return sql_end(&rows, err) && good;
}

void lc_consumer_release(struct lc_consumer *consumer)
{
    lc_free(consumer->label);
    *consumer = (struct lc_consumer)LC_CONSUMER_INIT;
}

bool lc_store_consumer(struct lc_store *store, const char *id, const char *unit,
                       struct lc_consumer *out, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    lc_consumer_release(out);
    if (!sql_query(store,
                   "SELECT label, tracked, announced FROM secret_consumer"
                   " WHERE secret = ? AND unit = ?",
                   SQL_ARGS(SQL_T(id), SQL_T(unit)), &rows, err))
        return false;
    if (sql_next(&rows)) {
        *out = (struct lc_consumer){ .there = true,
                                     .tracked = sql_number(&rows, 1),
                                     .announced = sql_number(&rows, 2) };
        good = sql_copy(&rows, 0, &out->label, err);
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_track(struct lc_store *store, const char *id, const char *unit, int64_t revision,
                    struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           sql_run(store,
                   "INSERT INTO secret_consumer (secret, unit, tracked, announced)"
                   " VALUES (?1, ?2, ?3, 1)"
                   " ON CONFLICT (secret, unit) DO UPDATE SET tracked = ?3",
                   SQL_ARGS(SQL_T(id), SQL_T(unit), SQL_N(revision)), err) &&
           mark_obsolete(store, id, err) && lc_tx_commit(&tx, err);
}
