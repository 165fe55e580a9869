/* fail-next, pause, unpause. */
#include "model/verbs.h"

bool lc_verb_fail_next(struct lc_store *store, const char *name, const char *hook, int64_t times,
                       enum lc_fault fault, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;

    if (!lc_tx_begin(&tx, store, err) || !lc_check_unit(store, name, &unit, err) ||
        !lc_check_app(store, unit.app, &app, &meta, err))
        return false;
    if (hook != NULL && !lc_charm_meta_can_fire(meta, hook))
        return lc_fail(err, LC_EUSAGE, "charm '%s' can have no event '%s'", meta->name, hook);
    if (times < 0)
        return lc_fail(err, LC_EUSAGE, "%lld times: expected 0 or more", (long long)times);
    return lc_store_set_fault(store, name, hook == NULL ? "" : hook, times, fault, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_verb_pause(struct lc_store *store, const char *name, int64_t seconds, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    int64_t now;

    return lc_tx_begin(&tx, store, err) && lc_check_unit(store, name, &unit, err) &&
           lc_store_now(store, &now, err) &&
           lc_store_hold(store, name, seconds == 0 ? 0 : now + seconds, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_verb_unpause(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    return lc_tx_begin(&tx, store, err) && lc_check_unit(store, name, &unit, err) &&
           lc_store_let_go(store, name, err) && lc_tx_commit(&tx, err);
}
