/* Databags. */
#include <string.h>

#include "model/store_relation.h"
#include "model/store_sql.h"

bool lc_store_bag(struct lc_store *store, int64_t relation, const char *holder,
                  struct lc_strmap *out, struct lc_err *err)
{
    return sql_get_map(store, "SELECT key, value FROM bag_value WHERE relation = ? AND holder = ?",
                       SQL_ARGS(SQL_N(relation), SQL_T(holder)), out, err);
}

bool lc_store_bag_version(struct lc_store *store, int64_t relation, const char *holder,
                          int64_t *out, struct lc_err *err)
{
    *out = 0;
    return sql_get_number(store, "SELECT version FROM bag WHERE relation = ? AND holder = ?",
                          SQL_ARGS(SQL_N(relation), SQL_T(holder)), out, err);
}

bool lc_store_has_bag(struct lc_store *store, int64_t relation, const char *holder, bool *out,
                      struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store, "SELECT 1 FROM bag WHERE relation = ? AND holder = ?",
                        SQL_ARGS(SQL_N(relation), SQL_T(holder)), out, err);
}

/* *changed becomes true when the value differs from what is there. */
static bool merge_key(struct lc_store *store, int64_t relation, const char *holder,
                      const struct lc_strmap *before, const struct lc_strmap_entry *change,
                      bool *changed, struct lc_err *err)
{
    const char *old = lc_strmap_get(before, change->key);

    if (strcmp(old == NULL ? "" : old, change->value) == 0)
        return true;
    *changed = true;
    if (change->value[0] == '\0')
        return sql_run(store, "DELETE FROM bag_value WHERE relation = ? AND holder = ? AND key = ?",
                       SQL_ARGS(SQL_N(relation), SQL_T(holder), SQL_T(change->key)), err);
    return sql_run(
        store,
        "INSERT OR REPLACE INTO bag_value (relation, holder, key, value)"
        " VALUES (?, ?, ?, ?)",
        SQL_ARGS(SQL_N(relation), SQL_T(holder), SQL_T(change->key), SQL_T(change->value)), err);
}

bool lc_store_merge_bag(struct lc_store *store, int64_t relation, const char *holder,
                        const struct lc_strmap *changes, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap before = LC_STRMAP_INIT;
    bool changed = false;

    if (!lc_tx_begin(&tx, store, err) || !lc_store_bag(store, relation, holder, &before, err) ||
        !sql_run(store, "INSERT OR IGNORE INTO bag (relation, holder) VALUES (?, ?)",
                 SQL_ARGS(SQL_N(relation), SQL_T(holder)), err))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!merge_key(store, relation, holder, &before, &changes->entries[i], &changed, err))
            return false;
    if (changed &&
        !sql_run(store, "UPDATE bag SET version = version + 1 WHERE relation = ? AND holder = ?",
                 SQL_ARGS(SQL_N(relation), SQL_T(holder)), err))
        return false;
    return lc_tx_commit(&tx, err);
}
