/* integrate, remove-*, set-leader, resolved. */
#include <string.h>

#include "base/mem.h"
#include "model/queue_relation.h"
#include "model/verbs.h"

bool lc_verb_integrate(struct lc_store *store, const char *a, const char *b, int64_t *id_out,
                       struct lc_choice *choice_out, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_tx_begin(&tx, store, err) || !lc_check_integrate(store, a, b, choice_out, err))
        return false;
    const struct lc_relation_end requirer = { .app = choice_out->requirer.app,
                                              .endpoint = choice_out->requirer.endpoint,
                                              .role = "requires" };
    const struct lc_relation_end provider = { .app = choice_out->provider.app,
                                              .endpoint = choice_out->provider.endpoint,
                                              .role = "provides" };
    return lc_store_add_relation(store, choice_out->interface, &requirer, &provider, id_out, err) &&
           lc_tx_commit(&tx, err);
}

/* One that no unit has entered is gone at once. */
static bool end_relation(struct lc_store *store, int64_t id, struct lc_err *err)
{
    int64_t count = 0;

    return lc_store_set_relation_dying(store, id, err) &&
           lc_store_scope_count(store, id, &count, err) &&
           (count > 0 || lc_store_remove_relation(store, id, err));
}

bool lc_verb_remove_relation(struct lc_store *store, const char *a, const char *b,
                             struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t id;

    return lc_tx_begin(&tx, store, err) && lc_check_relation(store, a, b, &id, err) &&
           end_relation(store, id, err) && lc_tx_commit(&tx, err);
}

/* Another unit takes over, without a hook for the one that resigns (juju-hooks 1.14). */
static bool resign(struct lc_store *store, const struct lc_unit *unit, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_app(store, unit->app, &app, err))
        return false;
    if (app.leader == NULL || strcmp(app.leader, unit->name) != 0)
        return true;
    if (!lc_store_units(store, unit->app, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit other = LC_UNIT_INIT;
        if (!lc_store_unit(store, units.items[i], &other, err))
            return false;
        if (!other.dying)
            return lc_store_set_app_text(store, unit->app, LC_APP_LEADER, other.name, err);
    }
    return lc_store_set_app_text(store, unit->app, LC_APP_LEADER, NULL, err);
}

static bool mark_unit(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    if (!lc_check_unit(store, name, &unit, err) ||
        !lc_store_set_unit(store, name, LC_UNIT_DYING, 1, err))
        return false;
    unit.dying = true;
    return resign(store, &unit, err);
}

bool lc_verb_remove_unit(struct lc_store *store, const char *unit, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) && mark_unit(store, unit, err) && lc_tx_commit(&tx, err);
}

bool lc_verb_remove_app(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_tx_begin(&tx, store, err) || !lc_check_app(store, name, &app, &meta, err) ||
        !lc_store_set_app(store, name, LC_APP_DYING, 1, err) ||
        !lc_store_units(store, name, &units, err) ||
        !lc_store_relations(store, name, &relations, err))
        return false;
    for (size_t i = 0; i < units.count; i++)
        if (!mark_unit(store, units.items[i], err))
            return false;
    for (size_t i = 0; i < relations.count; i++)
        if (!end_relation(store, relations.items[i].id, err))
            return false;
    return lc_queue_end_app(store, name, err) && lc_tx_commit(&tx, err);
}

bool lc_verb_set_leader(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;

    if (!lc_tx_begin(&tx, store, err) || !lc_check_unit(store, name, &unit, err) ||
        !lc_store_app(store, unit.app, &app, err))
        return false;
    if (unit.dying)
        return lc_fail(err, LC_ESTATE, "unit '%s' is being removed", name);
    if (app.leader != NULL && strcmp(app.leader, name) == 0)
        return true;
    /* leader-elected comes once more to one that had lost it. */
    return (app.leader == NULL || lc_store_set_unit(store, app.leader, LC_UNIT_ELECTED, 0, err)) &&
           lc_store_set_unit(store, name, LC_UNIT_ELECTED, 0, err) &&
           lc_store_set_app_text(store, unit.app, LC_APP_LEADER, name, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_verb_resolved(struct lc_store *store, const char *name, bool no_retry, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    int64_t now;

    if (!lc_tx_begin(&tx, store, err) || !lc_check_unit(store, name, &unit, err))
        return false;
    if (unit.phase != LC_PHASE_FAILED)
        return lc_fail(err, LC_ESTATE, "unit '%s' is not in an error state", name);
    if (no_retry)
        return lc_hook_decode(unit.hook, &hook, err) &&
               lc_store_set_phase(store, name, LC_PHASE_IDLE, NULL, err) &&
               lc_queue_done(store, name, &hook, err) && lc_tx_commit(&tx, err);
    return lc_store_now(store, &now, err) &&
           lc_store_set_unit(store, name, LC_UNIT_RETRY_AT, now, err) && lc_tx_commit(&tx, err);
}
