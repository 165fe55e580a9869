/* SQL for the store: binding, stepping, and what SQLite's failures are called here. */
#include "model/store_sql.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

bool sql_fail(const struct lc_store *store, int code, struct lc_err *err)
{
    enum lc_code ours = LC_EIO;

    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return lc_fail_memory(err);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        ours = LC_EPERM;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        ours = LC_ETIMEOUT;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        ours = LC_EPARSE;
        break;
    default:
        break;
    }
    if (store->db != NULL && sqlite3_extended_errcode(store->db) == SQLITE_CANTOPEN_SYMLINK)
        return lc_fail(err, LC_EPERM, "%s/model.db: a symbolic link, which is not followed",
                       store->folder);
    const char *text = store->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(store->db);
    const int number = store->db == NULL ? 0 : sqlite3_system_errno(store->db);
    if (ours == LC_EIO && number != 0)
        (void)lc_fail_errno(err, number, "%s/model.db: %s", store->folder, text);
    else
        (void)lc_fail(err, ours, "%s/model.db: %s", store->folder, text);
    err->code = ours;
    return false;
}

static int bind(sqlite3_stmt *statement, const struct sql_arg *args)
{
    int code = SQLITE_OK;

    for (int i = 0; args != NULL && args[i].kind != SQL_END && code == SQLITE_OK; i++) {
        if (args[i].kind == SQL_NUMBER)
            code = sqlite3_bind_int64(statement, i + 1, args[i].number);
        else /* NULL text binds NULL */
            code = sqlite3_bind_text(statement, i + 1, args[i].text, -1, SQLITE_TRANSIENT);
    }
    return code;
}

/* One of the kept ones, if it is there and free; else a new one, which is kept if it can be. */
static int prepare(struct lc_store *store, const char *sql, struct sql_rows *out)
{
    struct lc_err ignored = LC_ERR_INIT; /* what cannot be kept is finalised after use */

    out->kept = lc_index_get(&store->kept_index, sql, strlen(sql));
    if (out->kept != LC_INDEX_NONE && !store->kept[out->kept].busy) {
        store->kept[out->kept].busy = true;
        out->statement = store->kept[out->kept].statement;
        return SQLITE_OK;
    }
    const bool known = out->kept != LC_INDEX_NONE;
    out->kept = LC_INDEX_NONE;
    const int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &out->statement, NULL);
    if (code != SQLITE_OK || known || store->kept_count >= SQL_KEPT_MAX ||
        !lc_grow(&store->kept, &store->kept_capacity, store->kept_count, sizeof(*store->kept)))
        return code;
    LC_AUTO(lc_free) char *copy = lc_strdup(sql);
    if (copy == NULL ||
        !lc_index_put(&store->kept_index, copy, strlen(copy), store->kept_count, NULL, &ignored))
        return code;
    out->kept = store->kept_count++;
    store->kept[out->kept] =
        (struct sql_kept){ .sql = LC_STEAL(copy), .statement = out->statement, .busy = true };
    return code;
}

/* Its values are dropped: there may be a secret among them. */
static void put_back(struct sql_rows *rows)
{
    if (rows->kept == LC_INDEX_NONE) {
        (void)sqlite3_finalize(rows->statement); /* repeats a failure told before */
    } else {
        (void)sqlite3_reset(rows->statement);          /* so does this */
        (void)sqlite3_clear_bindings(rows->statement); /* always SQLITE_OK */
        rows->store->kept[rows->kept].busy = false;
    }
    rows->statement = NULL;
}

void sql_forget(struct lc_store *store)
{
    for (size_t i = 0; i < store->kept_count; i++) {
        (void)sqlite3_finalize(store->kept[i].statement); /* repeats a failure told before */
        lc_free(store->kept[i].sql);
    }
    lc_free(store->kept);
    lc_index_release(&store->kept_index);
}

bool sql_query(struct lc_store *store, const char *sql, const struct sql_arg *args,
               struct sql_rows *out, struct lc_err *err)
{
    *out = (struct sql_rows){ .store = store, .kept = LC_INDEX_NONE, .code = SQLITE_OK };
    int code = prepare(store, sql, out);
    if (code == SQLITE_OK)
        code = bind(out->statement, args);
    if (code == SQLITE_OK)
        return true;
    (void)sql_fail(store, code, err);
    put_back(out);
    return false;
}

bool sql_next(struct sql_rows *rows)
{
    if (rows->code != SQLITE_OK && rows->code != SQLITE_ROW)
        return false; /* reading the row before has failed */
    rows->code = sqlite3_step(rows->statement);
    return rows->code == SQLITE_ROW;
}

bool sql_end(struct sql_rows *rows, struct lc_err *err)
{
    const int code = rows->code;
    const bool good = code == SQLITE_ROW || code == SQLITE_DONE || code == SQLITE_OK;

    if (!good)
        (void)sql_fail(rows->store, code, err);
    put_back(rows);
    return good;
}

/* NULL for NULL. Without memory, too: then sql_end fails. */
static const char *text_or_null(struct sql_rows *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows->statement, column);

    if (text == NULL && sqlite3_errcode(rows->store->db) == SQLITE_NOMEM)
        rows->code = SQLITE_NOMEM;
    return text;
}

const char *sql_text(struct sql_rows *rows, int column)
{
    const char *text = text_or_null(rows, column);

    return text == NULL ? "" : text;
}

int64_t sql_number(struct sql_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

enum lc_level sql_level(struct sql_rows *rows, int column)
{
    const int64_t number = sql_number(rows, column);

    return number >= LC_LEVEL_TRACE && number <= LC_LEVEL_CRITICAL ? (enum lc_level)number
                                                                   : LC_LEVEL_ERROR;
}

bool sql_copy_or_null(struct sql_rows *rows, int column, char **out, struct lc_err *err)
{
    const char *text = text_or_null(rows, column);

    *out = text == NULL ? NULL : lc_strdup(text);
    return text != NULL && *out == NULL ? lc_fail_memory(err) : true;
}

bool sql_copy(struct sql_rows *rows, int column, char **out, struct lc_err *err)
{
    *out = lc_strdup(sql_text(rows, column));
    return *out == NULL ? lc_fail_memory(err) : true;
}

bool sql_run(struct lc_store *store, const char *sql, const struct sql_arg *args,
             struct lc_err *err)
{
    struct sql_rows rows;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    (void)sql_next(&rows); /* sql_end tells */
    return sql_end(&rows, err);
}

bool sql_script(struct lc_store *store, const char *sql, struct lc_err *err)
{
    const int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? true : sql_fail(store, code, err);
}

bool sql_get_number(struct lc_store *store, const char *sql, const struct sql_arg *args,
                    int64_t *out, struct lc_err *err)
{
    struct sql_rows rows;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    if (sql_next(&rows))
        *out = sql_number(&rows, 0);
    return sql_end(&rows, err);
}

bool sql_get_flag(struct lc_store *store, const char *sql, const struct sql_arg *args, bool *out,
                  struct lc_err *err)
{
    int64_t number = *out;

    if (!sql_get_number(store, sql, args, &number, err))
        return false;
    *out = number != 0;
    return true;
}

bool sql_get_text(struct lc_store *store, const char *sql, const struct sql_arg *args, char **out,
                  struct lc_err *err)
{
    struct sql_rows rows;
    LC_AUTO(lc_free) char *text = NULL;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    const bool copied = !sql_next(&rows) || sql_copy_or_null(&rows, 0, &text, err);
    if (!sql_end(&rows, err) || !copied)
        return false;
    *out = LC_STEAL(text);
    return true;
}

bool sql_get_list(struct lc_store *store, const char *sql, const struct sql_arg *args,
                  struct lc_strlist *out, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = lc_strlist_add(out, sql_text(&rows, 0), err);
    return sql_end(&rows, err) && good;
}

bool sql_get_map(struct lc_store *store, const char *sql, const struct sql_arg *args,
                 struct lc_strmap *out, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = lc_strmap_set(out, sql_text(&rows, 0), sql_text(&rows, 1), err);
    return sql_end(&rows, err) && good;
}
