/* Applications: rows, fields, config, leader settings, resources. */
#include "model/store_app.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/store_sql.h"

void lc_app_release(struct lc_app *app)
{
    lc_free(app->name);
    lc_free(app->charm);
    lc_free(app->source);
    lc_free(app->status);
    lc_free(app->message);
    lc_free(app->version);
    lc_free(app->leader);
    *app = (struct lc_app)LC_APP_INIT;
}

bool lc_store_apps(struct lc_store *store, struct lc_strlist *names, struct lc_err *err)
{
    return sql_get_list(store, "SELECT name FROM application ORDER BY name", NULL, names, err);
}

static bool copy_app(struct sql_rows *rows, struct lc_app *app, struct lc_err *err)
{
    app->revision = sql_number(rows, 3);
    app->dying = sql_number(rows, 4) != 0;
    app->trusted = sql_number(rows, 5) != 0;
    app->since = sql_number(rows, 8);
    app->leader_version = sql_number(rows, 11);
    return sql_copy(rows, 0, &app->name, err) && sql_copy(rows, 1, &app->charm, err) &&
           sql_copy(rows, 2, &app->source, err) && sql_copy_or_null(rows, 6, &app->status, err) &&
           sql_copy(rows, 7, &app->message, err) && sql_copy(rows, 9, &app->version, err) &&
           sql_copy_or_null(rows, 10, &app->leader, err);
}

bool lc_store_app(struct lc_store *store, const char *name, struct lc_app *out, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    struct sql_rows rows;

    if (!sql_query(store,
                   "SELECT name, charm, source, revision, dying, trusted, status, message, since,"
                   " version, leader, leader_version FROM application WHERE name = ?",
                   SQL_ARGS(SQL_T(name)), &rows, err))
        return false;
    const bool copied = !sql_next(&rows) || copy_app(&rows, &app, err);
    if (!sql_end(&rows, err) || !copied)
        return false;
    if (app.name == NULL)
        return lc_fail(err, LC_ENOTFOUND, "application '%s' not found", name);
    lc_app_release(out);
    *out = app;
    app = (struct lc_app)LC_APP_INIT;
    return true;
}

bool lc_store_has_app(struct lc_store *store, const char *name, bool *out, struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store, "SELECT 1 FROM application WHERE name = ?", SQL_ARGS(SQL_T(name)),
                        out, err);
}

bool lc_store_add_app(struct lc_store *store, const char *name, const char *charm,
                      const char *source, bool trusted, struct lc_err *err)
{
    return sql_run(store,
                   "INSERT INTO application (name, charm, source, revision, trusted, since)"
                   " VALUES (?, ?, ?, 1, ?, (SELECT now FROM model))",
                   SQL_ARGS(SQL_T(name), SQL_T(charm), SQL_T(source), SQL_N(trusted)), err);
}

bool lc_store_remove_app(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf series = LC_BUF_INIT(512);

    lc_buf_printf(&series, "unit/%s", name);
    if (!lc_buf_check(&series, err))
        return false;
    /* Its relations go with it; Juju has removed all but the peers before. */
    return sql_run(store,
                   "DELETE FROM relation WHERE id IN"
                   " (SELECT relation FROM endpoint WHERE app = ?)",
                   SQL_ARGS(SQL_T(name)), err) &&
           sql_run(store, "DELETE FROM sequence WHERE name = ?", SQL_ARGS(SQL_T(series.data)),
                   err) &&
           sql_run(store, "DELETE FROM application WHERE name = ?", SQL_ARGS(SQL_T(name)), err);
}

bool lc_store_set_app(struct lc_store *store, const char *name, enum lc_app_field field,
                      int64_t value, struct lc_err *err)
{
    static const char *const sql[] = {
        [LC_APP_REVISION] = "UPDATE application SET revision = ? WHERE name = ?",
        [LC_APP_DYING] = "UPDATE application SET dying = ? WHERE name = ?",
        [LC_APP_LEADER_VERSION] = "UPDATE application SET leader_version = ? WHERE name = ?",
    };

    assert(field < LC_APP_SOURCE);
    return sql_run(store, sql[field], SQL_ARGS(SQL_N(value), SQL_T(name)), err);
}

bool lc_store_set_app_text(struct lc_store *store, const char *name, enum lc_app_field field,
                           const char *value, struct lc_err *err)
{
    static const char *const sql[] = {
        [LC_APP_SOURCE] = "UPDATE application SET source = ? WHERE name = ?",
        [LC_APP_VERSION] = "UPDATE application SET version = ? WHERE name = ?",
        [LC_APP_LEADER] = "UPDATE application SET leader = ? WHERE name = ?",
    };

    assert(field >= LC_APP_SOURCE && field <= LC_APP_LEADER);
    return sql_run(store, sql[field], SQL_ARGS(SQL_T(value), SQL_T(name)), err);
}

bool lc_store_set_app_status(struct lc_store *store, const char *app, const char *status,
                             const char *message, struct lc_err *err)
{
    return sql_run(store,
                   "UPDATE application SET status = ?, message = ?,"
                   " since = (SELECT now FROM model) WHERE name = ?",
                   SQL_ARGS(SQL_T(status), SQL_T(message), SQL_T(app)), err);
}

bool lc_store_settings(struct lc_store *store, const char *app, struct lc_strmap *out,
                       struct lc_err *err)
{
    return sql_get_map(store, "SELECT key, value FROM setting WHERE app = ?", SQL_ARGS(SQL_T(app)),
                       out, err);
}

bool lc_store_set_setting(struct lc_store *store, const char *app, const char *key,
                          const char *value, struct lc_err *err)
{
    if (value == NULL)
        return sql_run(store, "DELETE FROM setting WHERE app = ? AND key = ?",
                       SQL_ARGS(SQL_T(app), SQL_T(key)), err);
    return sql_run(store, "INSERT OR REPLACE INTO setting (app, key, value) VALUES (?, ?, ?)",
                   SQL_ARGS(SQL_T(app), SQL_T(key), SQL_T(value)), err);
}

bool lc_store_leader_settings(struct lc_store *store, const char *app, struct lc_strmap *out,
                              struct lc_err *err)
{
    return sql_get_map(store, "SELECT key, value FROM leader_setting WHERE app = ?",
                       SQL_ARGS(SQL_T(app)), out, err);
}

bool lc_store_merge_leader_settings(struct lc_store *store, const char *app,
                                    const struct lc_strmap *changes, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap before = LC_STRMAP_INIT;
    bool changed = false;

    if (!lc_tx_begin(&tx, store, err) || !lc_store_leader_settings(store, app, &before, err))
        return false;
    for (size_t i = 0; i < changes->count; i++) {
        const char *key = changes->entries[i].key;
        const char *value = changes->entries[i].value;
        const char *old = lc_strmap_get(&before, key);
        if (strcmp(old == NULL ? "" : old, value) == 0)
            continue;
        changed = true;
        if (!sql_run(store, "DELETE FROM leader_setting WHERE app = ? AND key = ?",
                     SQL_ARGS(SQL_T(app), SQL_T(key)), err))
            return false;
        if (value[0] != '\0' &&
            !sql_run(store, "INSERT INTO leader_setting (app, key, value) VALUES (?, ?, ?)",
                     SQL_ARGS(SQL_T(app), SQL_T(key), SQL_T(value)), err))
            return false;
    }
    if (changed && !sql_run(store,
                            "UPDATE application SET leader_version = leader_version + 1"
                            " WHERE name = ?",
                            SQL_ARGS(SQL_T(app)), err))
        return false;
    return lc_tx_commit(&tx, err);
}

bool lc_store_resource(struct lc_store *store, const char *app, const char *name, char **path_out,
                       struct lc_err *err)
{
    *path_out = NULL;
    return sql_get_text(store, "SELECT path FROM resource WHERE app = ? AND name = ?",
                        SQL_ARGS(SQL_T(app), SQL_T(name)), path_out, err);
}

bool lc_store_set_resource(struct lc_store *store, const char *app, const char *name,
                           const char *path, struct lc_err *err)
{
    return sql_run(store, "INSERT OR REPLACE INTO resource (app, name, path) VALUES (?, ?, ?)",
                   SQL_ARGS(SQL_T(app), SQL_T(name), SQL_T(path)), err);
}
