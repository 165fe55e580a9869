/* Relations, scopes and members. */
#include "model/store_relation.h"

#include <string.h>

#include "base/mem.h"
#include "model/store_sql.h"

void lc_relation_release(struct lc_relation *relation)
{
    lc_free(relation->interface);
    lc_free(relation->app);
    lc_free(relation->endpoint);
    lc_free(relation->role);
    lc_free(relation->remote_app);
    lc_free(relation->remote_endpoint);
    *relation = (struct lc_relation)LC_RELATION_INIT;
}

void lc_relations_release(struct lc_relations *relations)
{
    for (size_t i = 0; i < relations->count; i++)
        lc_relation_release(&relations->items[i]);
    lc_free(relations->items);
    *relations = (struct lc_relations)LC_RELATIONS_INIT;
}

/* Ours, and the other end or, for peers, ours again. */
#define RELATION_COLUMNS                                                                           \
    "SELECT r.id, r.dying, us.role = 'peers', r.interface, us.name, us.role,"                      \
    " coalesce(them.app, us.app), coalesce(them.name, us.name), us.app"                            \
    " FROM relation r JOIN endpoint us ON us.relation = r.id"                                      \
    " LEFT JOIN endpoint them ON them.relation = r.id AND them.app <> us.app"

static bool copy_relation(struct sql_rows *rows, struct lc_relation *out, struct lc_err *err)
{
    *out = (struct lc_relation){ .id = sql_number(rows, 0),
                                 .dying = sql_number(rows, 1) != 0,
                                 .peer = sql_number(rows, 2) != 0 };
    return sql_copy(rows, 3, &out->interface, err) && sql_copy(rows, 4, &out->endpoint, err) &&
           sql_copy(rows, 5, &out->role, err) && sql_copy(rows, 6, &out->remote_app, err) &&
           sql_copy(rows, 7, &out->remote_endpoint, err) && sql_copy(rows, 8, &out->app, err);
}

static bool add_relation(struct sql_rows *rows, struct lc_relations *out, struct lc_err *err)
{
    if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
        return lc_fail_memory(err);
    out->count++; /* released with the list, whatever is copied */
    return copy_relation(rows, &out->items[out->count - 1], err);
}

bool lc_store_relations(struct lc_store *store, const char *app, struct lc_relations *out,
                        struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   RELATION_COLUMNS " WHERE us.app = ?1 OR (?1 IS NULL AND us.role <> 'provides')"
                                    " ORDER BY r.id",
                   SQL_ARGS(SQL_T(app)), &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = add_relation(&rows, out, err);
    return sql_end(&rows, err) && good;
}

bool lc_store_relation(struct lc_store *store, int64_t id, const char *app, struct lc_relation *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    struct sql_rows rows;

    if (!sql_query(store, RELATION_COLUMNS " WHERE r.id = ? AND us.app = ?",
                   SQL_ARGS(SQL_N(id), SQL_T(app)), &rows, err))
        return false;
    const bool copied = !sql_next(&rows) || copy_relation(&rows, &relation, err);
    if (!sql_end(&rows, err) || !copied)
        return false;
    if (relation.id == -1)
        return lc_fail(err, LC_ENOTFOUND, "relation not found");
    lc_relation_release(out);
    *out = relation;
    relation = (struct lc_relation)LC_RELATION_INIT;
    return true;
}

static bool add_end(struct lc_store *store, int64_t id, const struct lc_relation_end *end,
                    struct lc_err *err)
{
    return sql_run(store, "INSERT INTO endpoint (relation, app, name, role) VALUES (?, ?, ?, ?)",
                   SQL_ARGS(SQL_N(id), SQL_T(end->app), SQL_T(end->endpoint), SQL_T(end->role)),
                   err);
}

bool lc_store_add_relation(struct lc_store *store, const char *interface,
                           const struct lc_relation_end *a, const struct lc_relation_end *b,
                           int64_t *id_out, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t id = 0;

    if (!lc_tx_begin(&tx, store, err) || !lc_store_sequence(store, "relation", &id, err) ||
        !sql_run(store, "INSERT INTO relation (id, interface) VALUES (?, ?)",
                 SQL_ARGS(SQL_N(id), SQL_T(interface)), err) ||
        !add_end(store, id, a, err) || (b != NULL && !add_end(store, id, b, err)) ||
        !lc_tx_commit(&tx, err))
        return false;
    *id_out = id;
    return true;
}

bool lc_store_set_relation_dying(struct lc_store *store, int64_t id, struct lc_err *err)
{
    return sql_run(store, "UPDATE relation SET dying = 1 WHERE id = ?", SQL_ARGS(SQL_N(id)), err);
}

bool lc_store_remove_relation(struct lc_store *store, int64_t id, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM relation WHERE id = ?", SQL_ARGS(SQL_N(id)), err);
}

bool lc_store_scope(struct lc_store *store, int64_t relation, const char *unit,
                    struct lc_scope *out, struct lc_err *err)
{
    struct sql_rows rows;

    *out = (struct lc_scope){ .entered = false };
    if (!sql_query(store, "SELECT created, app_version FROM scope WHERE relation = ? AND unit = ?",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit)), &rows, err))
        return false;
    if (sql_next(&rows))
        *out = (struct lc_scope){ .entered = true,
                                  .created = sql_number(&rows, 0) != 0,
                                  .app_version = sql_number(&rows, 1) };
    return sql_end(&rows, err);
}

bool lc_store_enter_scope(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err)
{
    return sql_run(store, "INSERT OR IGNORE INTO scope (relation, unit) VALUES (?, ?)",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit)), err);
}

bool lc_store_set_created(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err)
{
    return sql_run(store, "UPDATE scope SET created = 1 WHERE relation = ? AND unit = ?",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit)), err);
}

bool lc_store_set_app_seen(struct lc_store *store, int64_t relation, const char *unit,
                           int64_t version, struct lc_err *err)
{
    return sql_run(store, "UPDATE scope SET app_version = ? WHERE relation = ? AND unit = ?",
                   SQL_ARGS(SQL_N(version), SQL_N(relation), SQL_T(unit)), err);
}

bool lc_store_leave_scope(struct lc_store *store, int64_t relation, const char *unit,
                          struct lc_err *err)
{
    return sql_run(store, "DELETE FROM scope WHERE relation = ? AND unit = ?",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit)), err);
}

bool lc_store_scope_count(struct lc_store *store, int64_t relation, int64_t *out,
                          struct lc_err *err)
{
    return sql_get_number(store, "SELECT count(*) FROM scope WHERE relation = ?",
                          SQL_ARGS(SQL_N(relation)), out, err);
}

void lc_members_release(struct lc_members *members)
{
    for (size_t i = 0; i < members->count; i++)
        lc_free(members->items[i].unit);
    lc_free(members->items);
    *members = (struct lc_members)LC_MEMBERS_INIT;
}

const struct lc_member *lc_members_find(const struct lc_members *members, const char *unit)
{
    size_t low = 0;
    size_t high = members->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(members->items[middle].unit, unit);
        if (order == 0)
            return &members->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool read_members(struct lc_store *store, const char *sql, const struct sql_arg *args,
                         struct lc_members *out, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store, sql, args, &rows, err))
        return false;
    while (good && sql_next(&rows)) {
        if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items))) {
            good = lc_fail_memory(err);
            break;
        }
        out->items[out->count] = (struct lc_member){ .version = sql_number(&rows, 1),
                                                     .fresh = sql_number(&rows, 2) != 0 };
        good = sql_copy(&rows, 0, &out->items[out->count].unit, err);
        out->count++;
    }
    return sql_end(&rows, err) && good;
}

bool lc_store_members(struct lc_store *store, int64_t relation, const char *unit,
                      struct lc_members *out, struct lc_err *err)
{
    return read_members(store,
                        "SELECT remote, version, fresh FROM member"
                        " WHERE relation = ? AND unit = ? ORDER BY remote",
                        SQL_ARGS(SQL_N(relation), SQL_T(unit)), out, err);
}

bool lc_store_present(struct lc_store *store, int64_t relation, const char *unit,
                      const char *remote_app, struct lc_members *out, struct lc_err *err)
{
    return read_members(store,
                        "SELECT u.name, coalesce(b.version, 0), 0 FROM scope s"
                        " JOIN unit u ON u.name = s.unit AND u.dying = 0"
                        " LEFT JOIN bag b ON b.relation = s.relation AND b.holder = s.unit"
                        " WHERE s.relation = ? AND u.app = ? AND u.name <> ? ORDER BY u.name",
                        SQL_ARGS(SQL_N(relation), SQL_T(remote_app), SQL_T(unit)), out, err);
}

bool lc_store_set_member(struct lc_store *store, int64_t relation, const char *unit,
                         const struct lc_member *member, struct lc_err *err)
{
    return sql_run(store,
                   "INSERT OR REPLACE INTO member (relation, unit, remote, version, fresh)"
                   " VALUES (?, ?, ?, ?, ?)",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit), SQL_T(member->unit),
                            SQL_N(member->version), SQL_N(member->fresh)),
                   err);
}

bool lc_store_remove_member(struct lc_store *store, int64_t relation, const char *unit,
                            const char *remote, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM member WHERE relation = ? AND unit = ? AND remote = ?",
                   SQL_ARGS(SQL_N(relation), SQL_T(unit), SQL_T(remote)), err);
}
