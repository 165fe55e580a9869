/* SQL for store*.c, and nobody else: statements with typed arguments, and rows.
 *
 *     struct sql_rows rows;
 *     if (!sql_query(store, "SELECT name FROM unit WHERE app = ?", args, &rows, err))
 *         return false;
 *     while (sql_next(&rows))
 *         ... sql_text(&rows, 0) ...
 *     return sql_end(&rows, err);
 *
 * Leaving the loop early is fine when sql_end follows. */
#ifndef LC_MODEL_STORE_SQL_H
#define LC_MODEL_STORE_SQL_H

#include <sqlite3.h>

#include "base/index.h"
#include "base/log.h"
#include "model/store.h"

/* A statement that is kept, since preparing one costs more than most take to run. */
struct sql_kept {
    char *sql; /* owned */
    sqlite3_stmt *statement;
    bool busy; /* its rows are being read */
};
#define SQL_KEPT_MAX 512

struct lc_store {
    sqlite3 *db;
    struct sql_kept *kept; /* owned */
    size_t kept_count;
    size_t kept_capacity;
    struct lc_index kept_index; /* by their text */
    int lock_fd;                /* -1: opened without the lock */
    unsigned depth;             /* of open transactions */
    char *folder;               /* absolute */
    char *uuid;
    char *name;
    char *juju_version;
    int64_t seed;
    int64_t data_version; /* of the database, when the stirred units were last asked for */
};

struct sql_arg {
    enum { SQL_END, SQL_TEXT, SQL_NUMBER } kind;
    const char *text; /* NULL is SQL's NULL */
    int64_t number;
};

#define SQL_T(value)  ((struct sql_arg){ .kind = SQL_TEXT, .text = (value) })
#define SQL_N(value)  ((struct sql_arg){ .kind = SQL_NUMBER, .number = (value) })
#define SQL_ARGS(...) ((const struct sql_arg[]){ __VA_ARGS__, { .kind = SQL_END } })

struct sql_rows {
    struct lc_store *store;
    sqlite3_stmt *statement;
    size_t kept; /* its place among the kept ones, or LC_INDEX_NONE */
    int code;    /* SQLITE_ROW while there is one */
};

/* store_memory.c: what SQLite frees is overwritten. Before a database is opened; cheap when called
 * again. */
void sql_wipe_memory(void);

/* A failure of the database: LC_EIO, LC_EPERM (read-only), LC_ETIMEOUT (in use), LC_EPARSE (not a
 * database, damaged), LC_ENOMEM. Always false. */
bool sql_fail(const struct lc_store *store, int code, struct lc_err *err);

/* Before the database is closed. */
void sql_forget(struct lc_store *store);

/* args: NULL for none. */
bool sql_query(struct lc_store *store, const char *sql, const struct sql_arg *args,
               struct sql_rows *out, struct lc_err *err) LC_MUST_CHECK;
bool sql_next(struct sql_rows *rows);
bool sql_end(struct sql_rows *rows, struct lc_err *err) LC_MUST_CHECK;

/* What is there may be anything, in a column that the schema says has text, too: a database can be
 * damaged. */
const char *sql_text(struct sql_rows *rows, int column);    /* "" for NULL; until the next row */
int64_t sql_number(struct sql_rows *rows, int column);      /* 0 for what is none */
enum lc_level sql_level(struct sql_rows *rows, int column); /* LC_LEVEL_ERROR for what is none */

/* A copy; "" for NULL. False with err when out of memory. */
bool sql_copy(struct sql_rows *rows, int column, char **out, struct lc_err *err) LC_MUST_CHECK;
/* NULL stays NULL. */
bool sql_copy_or_null(struct sql_rows *rows, int column, char **out, struct lc_err *err)
    LC_MUST_CHECK;

/* A statement without rows. */
bool sql_run(struct lc_store *store, const char *sql, const struct sql_arg *args,
             struct lc_err *err) LC_MUST_CHECK;
bool sql_script(struct lc_store *store, const char *sql, struct lc_err *err) LC_MUST_CHECK;

/* The first column of the first row. Without a row *out stays as it is. */
bool sql_get_number(struct lc_store *store, const char *sql, const struct sql_arg *args,
                    int64_t *out, struct lc_err *err) LC_MUST_CHECK;
bool sql_get_flag(struct lc_store *store, const char *sql, const struct sql_arg *args, bool *out,
                  struct lc_err *err) LC_MUST_CHECK;
/* *out: freed with lc_free; NULL without a row, or for NULL. */
bool sql_get_text(struct lc_store *store, const char *sql, const struct sql_arg *args, char **out,
                  struct lc_err *err) LC_MUST_CHECK;
/* Appends the first column of every row. */
bool sql_get_list(struct lc_store *store, const char *sql, const struct sql_arg *args,
                  struct lc_strlist *out, struct lc_err *err) LC_MUST_CHECK;
/* Two columns: key and value. */
bool sql_get_map(struct lc_store *store, const char *sql, const struct sql_arg *args,
                 struct lc_strmap *out, struct lc_err *err) LC_MUST_CHECK;

/* The schema (store_schema.c): sql_schema[n] makes version n + 1 of version n; 0 is an empty
 * database. */
#define SCHEMA_VERSION 3
#define SCHEMA_APP_ID  0x6c63686d /* "lchm", for file(1) and to tell other databases apart */
extern const char *const sql_schema[SCHEMA_VERSION];

/* store_check.c. harden: nothing that is in the file is run, and its pages are checked as they are
 * read. check, which upgrades: LC_ESTATE (another program's), LC_EUNSUPPORTED (a newer one),
 * LC_EPARSE (damaged, or its tables are not ours). upgrade: to the newest schema; a database that
 * is there already, or was made new by somebody else since we looked, takes the steps that it
 * lacks. */
bool sql_harden(struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;
bool sql_check(struct lc_store *store, bool *is_new, struct lc_err *err) LC_MUST_CHECK;
bool sql_upgrade(struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;

#endif
