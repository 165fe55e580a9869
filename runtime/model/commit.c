/* The commit of a hook: relation settings, ports, state, storage, after the secrets. */
#include "model/commit.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/trace.h"

#define STATE_QUOTA (2 * 1024 * 1024) /* bytes a unit; the controller's default */

bool lc_commit_addresses(struct lc_store *store, const struct lc_unit *unit, int64_t relation,
                         struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap facts = LC_STRMAP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist subnets = LC_STRLIST_INIT;
    char address[LC_ADDRESS_BYTES];

    lc_unit_address(unit, address);
    return lc_strlist_addf(&subnets, err, "%s/32", address) &&
           lc_strmap_set(&facts, "private-address", address, err) &&
           lc_strmap_set(&facts, "ingress-address", address, err) &&
           lc_strmap_set(&facts, "egress-subnets", subnets.items[0], err) &&
           lc_store_merge_bag(store, relation, unit->name, &facts, err);
}

/* Every config-changed puts the addresses back (juju-hooks 1.8). */
static bool refresh_addresses(struct lc_context *context, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (context->hook->kind != LC_HOOK_CONFIG_CHANGED)
        return true;
    if (!lc_store_relations(context->store, context->unit.app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        struct lc_scope scope;
        if (!lc_store_scope(context->store, relations.items[i].id, context->unit.name, &scope,
                            err) ||
            (scope.entered &&
             !lc_commit_addresses(context->store, &context->unit, relations.items[i].id, err)))
            return false;
    }
    return true;
}

static bool commit_bags(struct lc_context *context, bool *refused, struct lc_err *err)
{
    for (size_t i = 0; i < context->bag_count; i++) {
        const struct lc_bag_change *bag = &context->bags[i];
        bool leader = true;
        if (bag->app && !lc_context_is_leader(context, &leader, err))
            return false;
        if (!leader) {
            *refused = true;
            return lc_fail(err, LC_EPERM, "\"%s\" is not leader of \"%s\"", context->unit.name,
                           context->unit.app);
        }
        const char *holder = bag->app ? context->unit.app : context->unit.name;
        if (!lc_trace_bag(context, bag->relation, holder, &bag->changes, err) ||
            !lc_store_merge_bag(context->store, bag->relation, holder, &bag->changes, err))
            return false;
    }
    return true;
}

static bool commit_state(struct lc_context *context, bool *refused, struct lc_err *err)
{
    size_t total = 0;

    if (!context->state_changed)
        return true;
    for (size_t i = 0; i < context->state.count; i++)
        total += strlen(context->state.entries[i].key) + strlen(context->state.entries[i].value);
    if (total > STATE_QUOTA) {
        *refused = true;
        return lc_fail(err, LC_ELIMIT, "max allowed size (%d) for charm state exceeded: %zu bytes",
                       STATE_QUOTA, total);
    }
    return lc_store_set_state(context->store, context->unit.name, &context->state, err);
}

static bool commit_ports(struct lc_context *context, bool *refused, struct lc_err *err)
{
    if (!context->ports_changed)
        return true;
    for (size_t i = 0; i < context->ports.count; i++)
        if (context->meta->container_count > 0 && context->ports.items[i].first == -1) {
            *refused = true;
            return lc_fail(err, LC_EUNSUPPORTED, "protocol \"icmp\" not supported");
        }
    return lc_store_set_ports(context->store, context->unit.name, &context->ports, err);
}

static bool commit_storage(struct lc_context *context, struct lc_err *err)
{
    for (size_t i = 0; i < context->storage.count; i++) {
        const struct lc_charm_storage *storage = lc_charm_meta_storage(context->meta,
                                                                       context->storage.items[i]);
        LC_AUTO(lc_free) char *location = NULL;
        if (!lc_store_add_storage(context->store, context->unit.name, storage->name, storage->type,
                                  NULL, &location, err) ||
            (strcmp(storage->type, "filesystem") == 0 && !lc_dir_make(location, 0755, err)))
            return false;
    }
    return true;
}

bool lc_commit(struct lc_context *context, bool *refused, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    *refused = false;
    return lc_commit_secrets(context, refused, err) && lc_tx_begin(&tx, context->store, err) &&
           refresh_addresses(context, err) && commit_bags(context, refused, err) &&
           commit_ports(context, refused, err) && commit_state(context, refused, err) &&
           commit_storage(context, err) && lc_tx_commit(&tx, err);
}

static bool describe_bag(struct lc_context *context, const struct lc_bag_change *bag,
                         struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap before = LC_STRMAP_INIT;
    const char *app = context->unit.app;

    if (!lc_store_relation(context->store, bag->relation, app, &relation, err) ||
        !lc_store_bag(context->store, bag->relation, bag->app ? app : context->unit.name, &before,
                      err))
        return false;
    for (size_t i = 0; i < bag->changes.count; i++) {
        const struct lc_strmap_entry *change = &bag->changes.entries[i];
        const char *old = lc_strmap_get(&before, change->key);
        if (strcmp(old == NULL ? "" : old, change->value) != 0 &&
            !lc_strlist_addf(out, err, "'%.100s' in its %sdatabag of %s:%lld", change->key,
                             bag->app ? "application's " : "", relation.endpoint,
                             (long long)relation.id))
            return false;
    }
    return true;
}

bool lc_commit_describe(struct lc_context *context, struct lc_strlist *out, struct lc_err *err)
{
    for (size_t i = 0; i < context->bag_count; i++)
        if (!describe_bag(context, &context->bags[i], out, err))
            return false;
    for (size_t i = 0; i < context->secrets.count; i++) {
        const struct lc_secret_change *secret = &context->secrets.items[i];
        if (secret->update && secret->has_content &&
            !lc_strlist_addf(out, err, "the content of secret %s", secret->id))
            return false;
    }
    return true;
}
