/* Hooks made to fail, and queues held back. */
#include "model/store_fault.h"

#include "base/mem.h"
#include "model/store_sql.h"

bool lc_store_set_fault(struct lc_store *store, const char *unit, const char *hook, int64_t times,
                        enum lc_fault fault, struct lc_err *err)
{
    if (times == 0)
        return sql_run(store, "DELETE FROM fault WHERE unit = ? AND hook = ?",
                       SQL_ARGS(SQL_T(unit), SQL_T(hook)), err);
    return sql_run(store,
                   "INSERT OR REPLACE INTO fault (unit, hook, times, after_run)"
                   " VALUES (?, ?, ?, ?)",
                   SQL_ARGS(SQL_T(unit), SQL_T(hook), SQL_N(times), SQL_N(fault == LC_FAULT_AFTER)),
                   err);
}

bool lc_store_take_fault(struct lc_store *store, const char *unit, const char *hook,
                         enum lc_fault *out, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_free) char *about = NULL;
    int64_t times = 0;
    bool after_run = false;

    *out = LC_FAULT_NONE;
    if (!sql_get_text(store,
                      "SELECT hook FROM fault WHERE unit = ? AND hook IN (?, '')"
                      " ORDER BY hook DESC LIMIT 1",
                      SQL_ARGS(SQL_T(unit), SQL_T(hook)), &about, err))
        return false;
    if (about == NULL)
        return true;
    const struct sql_arg *which = SQL_ARGS(SQL_T(unit), SQL_T(about));
    if (!lc_tx_begin(&tx, store, err) ||
        !sql_get_number(store, "SELECT times FROM fault WHERE unit = ? AND hook = ?", which, &times,
                        err) ||
        !sql_get_flag(store, "SELECT after_run FROM fault WHERE unit = ? AND hook = ?", which,
                      &after_run, err) ||
        !lc_store_set_fault(store, unit, about, times - 1,
                            after_run ? LC_FAULT_AFTER : LC_FAULT_BEFORE, err) ||
        !lc_tx_commit(&tx, err))
        return false;
    *out = after_run ? LC_FAULT_AFTER : LC_FAULT_BEFORE;
    return true;
}

bool lc_store_hold(struct lc_store *store, const char *unit, int64_t until, struct lc_err *err)
{
    return sql_run(store, "INSERT OR REPLACE INTO hold (unit, until) VALUES (?, ?)",
                   SQL_ARGS(SQL_T(unit), SQL_N(until)), err);
}

bool lc_store_let_go(struct lc_store *store, const char *unit, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM hold WHERE unit = ?", SQL_ARGS(SQL_T(unit)), err);
}

bool lc_store_is_held(struct lc_store *store, const char *unit, bool *out, struct lc_err *err)
{
    *out = false;
    return sql_get_flag(store,
                        "SELECT 1 FROM hold, model WHERE unit = ? AND (until = 0 OR until > now)",
                        SQL_ARGS(SQL_T(unit)), out, err);
}

bool lc_store_hold_due(struct lc_store *store, int64_t *out, struct lc_err *err)
{
    *out = 0;
    return sql_get_number(store, "SELECT min(until) FROM hold, model WHERE until > now", NULL, out,
                          err);
}
