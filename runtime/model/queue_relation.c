/* The relation state machine: what a unit was told is compared with what is there, and at most one
 * hook comes of it. */
#include "model/queue_relation.h"

#include <string.h>

#include "base/mem.h"
#include "model/commit.h"

/* Everything about one relation that the choice looks at. */
struct view {
    const struct lc_unit *unit;
    const struct lc_relation *relation;
    struct lc_scope scope;
    struct lc_members joined;  /* whom the unit knows */
    struct lc_members present; /* who is there */
    int64_t app_version;       /* of the remote application's databag */
};

static void view_release(struct view *view)
{
    lc_members_release(&view->joined);
    lc_members_release(&view->present);
}
LC_AUTO_VALUE(struct view, view_release);

static bool load_view(struct lc_store *store, const struct lc_unit *unit,
                      const struct lc_relation *relation, struct view *out, struct lc_err *err)
{
    *out = (struct view){ .unit = unit, .relation = relation };
    return lc_store_scope(store, relation->id, unit->name, &out->scope, err);
}

static bool load_joined(struct lc_store *store, struct view *view, struct lc_err *err)
{
    return lc_store_members(store, view->relation->id, view->unit->name, &view->joined, err);
}

static bool load_present(struct lc_store *store, struct view *view, struct lc_err *err)
{
    const struct lc_relation *relation = view->relation;

    return lc_store_present(store, relation->id, view->unit->name, relation->remote_app,
                            &view->present, err) &&
           lc_store_bag_version(store, relation->id, relation->remote_app, &view->app_version, err);
}

static bool make_hook(const struct view *view, enum lc_hook_kind kind, const char *remote_unit,
                      int64_t version, struct lc_hook *out, struct lc_err *err)
{
    out->kind = kind;
    out->relation = view->relation->id;
    out->version = version;
    return lc_hook_set(&out->endpoint, view->relation->endpoint, err) &&
           lc_hook_set(&out->remote_app, view->relation->remote_app, err) &&
           lc_hook_set(&out->remote_unit, remote_unit, err);
}

/* A unit that was just joined: its changed comes next, whatever else there is. */
static bool choose_fresh(struct lc_store *store, const struct view *view, struct lc_hook *out,
                         struct lc_err *err)
{
    for (size_t i = 0; i < view->joined.count; i++) {
        const struct lc_member *member = &view->joined.items[i];
        int64_t version;
        if (member->fresh)
            return lc_store_bag_version(store, view->relation->id, member->unit, &version, err) &&
                   make_hook(view, LC_HOOK_RELATION_CHANGED, member->unit, version, out, err);
    }
    return true;
}

/* The rest. */
static bool choose_other(const struct view *view, struct lc_hook *out, struct lc_err *err)
{
    const bool ending = view->relation->dying || view->unit->dying;

    for (size_t i = 0; i < view->joined.count; i++) {
        const char *remote = view->joined.items[i].unit;
        if (!ending && lc_members_find(&view->present, remote) != NULL)
            continue;
        return make_hook(view, LC_HOOK_RELATION_DEPARTED, remote, 0, out, err) &&
               lc_hook_set(&out->departing, view->unit->dying ? view->unit->name : remote, err);
    }
    if (ending)
        return view->relation->peer || make_hook(view, LC_HOOK_RELATION_BROKEN, NULL, 0, out, err);
    if (view->app_version != view->scope.app_version)
        return make_hook(view, LC_HOOK_RELATION_CHANGED, NULL, view->app_version, out, err);
    for (size_t i = 0; i < view->present.count; i++) {
        const struct lc_member *remote = &view->present.items[i];
        if (lc_members_find(&view->joined, remote->unit) == NULL)
            return make_hook(view, LC_HOOK_RELATION_JOINED, remote->unit, remote->version, out,
                             err);
    }
    for (size_t i = 0; i < view->present.count; i++) {
        const struct lc_member *remote = &view->present.items[i];
        if (lc_members_find(&view->joined, remote->unit)->version != remote->version)
            return make_hook(view, LC_HOOK_RELATION_CHANGED, remote->unit, remote->version, out,
                             err);
    }
    return true;
}

/* juju-hooks 1.8, in its order of priority. Who is there is only read when it is needed: of a unit
 * with hundreds of others it is most of the work. */
static bool choose(struct lc_store *store, struct view *view, struct lc_hook *out,
                   struct lc_err *err)
{
    if (!load_joined(store, view, err) || !choose_fresh(store, view, out, err))
        return false;
    return out->kind != LC_HOOK_NONE ||
           (load_present(store, view, err) && choose_other(view, out, err));
}

bool lc_queue_end_app(struct lc_store *store, const char *app, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    int64_t left = 0;

    if (!lc_store_app(store, app, &row, err) || !lc_store_units(store, app, &units, err) ||
        !lc_store_relations(store, app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        int64_t count = 0;
        if (!lc_store_scope_count(store, relations.items[i].id, &count, err))
            return false;
        left += count;
    }
    return !row.dying || units.count > 0 || left > 0 || lc_store_remove_app(store, app, err);
}

/* With the applications that only waited for it. */
static bool end_relation(struct lc_store *store, int64_t id, const char *app, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;

    return lc_store_relation(store, id, app, &relation, err) &&
           lc_store_remove_relation(store, id, err) && lc_queue_end_app(store, relation.app, err) &&
           (relation.peer || lc_queue_end_app(store, relation.remote_app, err));
}

bool lc_queue_leave(struct lc_store *store, const struct lc_unit *unit, int64_t relation,
                    bool dying, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t left = 0;

    return lc_tx_begin(&tx, store, err) && lc_store_leave_scope(store, relation, unit->name, err) &&
           lc_store_scope_count(store, relation, &left, err) &&
           (!dying || left > 0 || end_relation(store, relation, unit->app, err)) &&
           lc_tx_commit(&tx, err);
}

/* Relations on endpoints that the charm does not declare bring no hooks: the unit is in them, and
 * leaves them, silently. */
static bool is_declared(const struct lc_charm_meta *meta, const struct lc_relation *relation)
{
    return lc_charm_meta_endpoint(meta, relation->endpoint) != NULL;
}

static bool try_one(struct lc_store *store, const struct lc_charm_meta *meta,
                    const struct lc_unit *unit, const struct lc_relation *relation,
                    struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(view_release) struct view view = { .unit = NULL };
    const bool ending = relation->dying || unit->dying;

    if (!load_view(store, unit, relation, &view, err))
        return false;
    if (!view.scope.entered)
        return true;
    /* What it was never told of, it leaves without a word. */
    const bool silent = !is_declared(meta, relation) || !view.scope.created;
    if (!silent && !choose(store, &view, out, err))
        return false;
    if (ending && out->kind == LC_HOOK_NONE)
        return lc_queue_leave(store, unit, relation->id, relation->dying, err);
    return true;
}

enum which { ALL, EXCEPT_PEERS, ONLY_PEERS };

/* Juju leaves the order of relations open: with a seed, any. */
static bool try_all(struct lc_store *store, const struct lc_charm_meta *meta,
                    const struct lc_unit *unit, const struct lc_relations *relations,
                    enum which which, struct lc_hook *out, struct lc_err *err)
{
    int64_t first;

    if (!lc_store_random(store, (int64_t)relations->count, &first, err))
        return false;
    for (size_t i = 0; i < relations->count && out->kind == LC_HOOK_NONE; i++) {
        const struct lc_relation *relation =
            &relations->items[((size_t)first + i) % relations->count];
        const bool meant = which == ALL || relation->peer == (which == ONLY_PEERS);
        if (meant && !try_one(store, meta, unit, relation, out, err))
            return false;
    }
    return true;
}

bool lc_queue_relations(struct lc_store *store, const struct lc_charm_meta *meta,
                        const struct lc_unit *unit, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    return lc_store_relations(store, unit->app, &relations, err) &&
           (lc_store_juju_is(store, "3.5")
                ? try_all(store, meta, unit, &relations, EXCEPT_PEERS, out, err) &&
                      try_all(store, meta, unit, &relations, ONLY_PEERS, out, err)
                : try_all(store, meta, unit, &relations, ALL, out, err));
}

static bool enter(struct lc_store *store, const struct lc_unit *unit,
                  const struct lc_relation *relation, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           lc_store_enter_scope(store, relation->id, unit->name, err) &&
           lc_commit_addresses(store, unit, relation->id, err) && lc_tx_commit(&tx, err);
}

bool lc_queue_created(struct lc_store *store, const struct lc_charm_meta *meta,
                      const struct lc_unit *unit, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    int64_t first;

    if (!lc_store_relations(store, unit->app, &relations, err) ||
        !lc_store_random(store, (int64_t)relations.count, &first, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        struct lc_scope scope;
        if (!lc_store_scope(store, relations.items[i].id, unit->name, &scope, err) ||
            (!scope.entered && !relations.items[i].dying &&
             !enter(store, unit, &relations.items[i], err)))
            return false;
    }
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation =
            &relations.items[((size_t)first + i) % relations.count];
        LC_AUTO(view_release) struct view view = { .unit = NULL };
        if (relation->dying || !is_declared(meta, relation))
            continue;
        if (!load_view(store, unit, relation, &view, err))
            return false;
        if (!view.scope.created)
            return make_hook(&view, LC_HOOK_RELATION_CREATED, NULL, 0, out, err);
    }
    return true;
}

bool lc_queue_relation_done(struct lc_store *store, const struct lc_unit *unit,
                            const struct lc_hook *hook, struct lc_err *err)
{
    const struct lc_member member = { .unit = hook->remote_unit,
                                      .version = hook->version,
                                      .fresh = hook->kind == LC_HOOK_RELATION_JOINED };
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;

    switch (hook->kind) {
    case LC_HOOK_RELATION_CREATED:
        return lc_store_set_created(store, hook->relation, unit->name, err);
    case LC_HOOK_RELATION_JOINED:
        return lc_store_set_member(store, hook->relation, unit->name, &member, err);
    case LC_HOOK_RELATION_CHANGED:
        return hook->remote_unit == NULL
                   ? lc_store_set_app_seen(store, hook->relation, unit->name, hook->version, err)
                   : lc_store_set_member(store, hook->relation, unit->name, &member, err);
    case LC_HOOK_RELATION_DEPARTED:
        return lc_store_remove_member(store, hook->relation, unit->name, hook->remote_unit, err);
    default:
        return lc_store_relation(store, hook->relation, unit->app, &relation, err) &&
               lc_queue_leave(store, unit, hook->relation, relation.dying, err);
    }
}
