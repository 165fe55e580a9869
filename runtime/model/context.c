/* One run of a hook: what its commands share. */
#include "model/context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"

static bool make_id(struct lc_context *context, struct lc_err *err)
{
    unsigned char bytes[16];
    char hex[2 * sizeof(bytes) + 1];
    char name[LC_HOOK_NAME_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return lc_fail_errno(err, errno, "cannot get random bytes");
    lc_hex_encode(bytes, sizeof(bytes), hex);
    lc_hook_name(context->hook, name);
    const int len = snprintf(context->id, sizeof(context->id), "%s-%.128s-%s", context->unit.name,
                             name, hex);
    return len < (int)sizeof(context->id)
               ? true
               : lc_fail(err, LC_ELIMIT, "unit '%s': the name is too long", context->unit.name);
}

bool lc_context_init(struct lc_context *context, struct lc_store *store,
                     const struct lc_charm_meta *meta, const char *unit, const struct lc_hook *hook,
                     struct lc_err *err)
{
    int64_t random;

    *context = (struct lc_context){ .store = store, .meta = meta, .hook = hook };
    if (!lc_store_unit(store, unit, &context->unit, err) || !make_id(context, err) ||
        !lc_store_random(store, INT32_MAX, &random, err))
        return false;
    context->random = (uint64_t)random;
    return true;
}

size_t lc_context_random(struct lc_context *context, size_t limit)
{
    if (context->random == 0)
        return 0;
    context->random = context->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(context->random >> 33) % limit;
}

void lc_context_release(struct lc_context *context)
{
    for (size_t i = 0; i < context->bag_count; i++)
        lc_strmap_release(&context->bags[i].changes);
    lc_free(context->bags);
    lc_strmap_release(&context->state);
    lc_ports_release(&context->ports);
    lc_strlist_release(&context->storage);
    lc_secret_changes_release(&context->secrets);
    lc_free(context->status);
    lc_free(context->status_message);
    lc_json_free(context->params);
    lc_strmap_release(&context->results);
    lc_free(context->action_message);
    lc_unit_release(&context->unit);
    *context = (struct lc_context){ .store = NULL };
}

bool lc_context_is_leader(struct lc_context *context, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    *out = false;
    if (context->not_leader)
        return true;
    if (!lc_store_app(context->store, context->unit.app, &app, err) ||
        !lc_store_unit(context->store, context->unit.name, &unit, err))
        return false;
    *out = app.leader != NULL && strcmp(app.leader, unit.name) == 0 && !unit.late;
    context->not_leader = !*out;
    return true;
}

const struct lc_bag_change *lc_context_find_bag(const struct lc_context *context, int64_t relation,
                                                bool app)
{
    for (size_t i = 0; i < context->bag_count; i++)
        if (context->bags[i].relation == relation && context->bags[i].app == app)
            return &context->bags[i];
    return NULL;
}

bool lc_context_make_bag(struct lc_context *context, int64_t relation, bool app,
                         struct lc_bag_change **out, struct lc_err *err)
{
    for (size_t i = 0; i < context->bag_count; i++) {
        *out = &context->bags[i];
        if ((*out)->relation == relation && (*out)->app == app)
            return true;
    }
    if (!lc_grow(&context->bags, &context->bag_capacity, context->bag_count,
                 sizeof(*context->bags)))
        return lc_fail_memory(err);
    *out = &context->bags[context->bag_count++];
    **out = (struct lc_bag_change){ .relation = relation, .app = app, .changes = LC_STRMAP_INIT };
    return true;
}

bool lc_context_members(const struct lc_context *context, int64_t relation, struct lc_strlist *out,
                        struct lc_err *err)
{
    LC_AUTO(lc_members_release) struct lc_members members = LC_MEMBERS_INIT;
    const struct lc_hook *hook = context->hook;
    const bool here = hook->relation == relation && hook->remote_unit != NULL;

    if (!lc_store_members(context->store, relation, context->unit.name, &members, err))
        return false;
    for (size_t i = 0; i < members.count; i++) {
        const bool departs = here && hook->kind == LC_HOOK_RELATION_DEPARTED &&
                             strcmp(hook->remote_unit, members.items[i].unit) == 0;
        if (!departs && !lc_strlist_add(out, members.items[i].unit, err))
            return false;
    }
    if (here && hook->kind == LC_HOOK_RELATION_JOINED && !lc_strlist_has(out, hook->remote_unit) &&
        !lc_strlist_add(out, hook->remote_unit, err))
        return false;
    lc_strlist_sort(out);
    return true;
}

bool lc_context_load_state(struct lc_context *context, struct lc_err *err)
{
    if (context->state_loaded)
        return true;
    context->state_loaded = true;
    return lc_store_state(context->store, context->unit.name, &context->state, err);
}

bool lc_context_load_ports(struct lc_context *context, struct lc_err *err)
{
    if (context->ports_loaded)
        return true;
    context->ports_loaded = true;
    return lc_store_ports(context->store, context->unit.name, &context->ports, err);
}

bool lc_config_effective(struct lc_store *store, const struct lc_charm_meta *meta, const char *app,
                         bool all, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap settings = LC_STRMAP_INIT;
    LC_AUTO(lc_json_free) struct lc_json *config = lc_json_new_object();

    if (config == NULL)
        return lc_fail_memory(err);
    if (!lc_store_settings(store, app, &settings, err))
        return false;
    for (size_t i = 0; i < meta->option_count; i++) {
        const struct lc_charm_option *option = &meta->options[i];
        const char *set = lc_strmap_get(&settings, option->name);
        struct lc_json *value = NULL;
        if (set == NULL && option->default_value == NULL && !all)
            continue;
        if (set != NULL && !lc_json_parse(set, strlen(set), 0, &value, err))
            return false;
        if (set == NULL)
            value = option->default_value == NULL ? lc_json_new_null()
                                                  : lc_json_dup(option->default_value);
        if (!lc_json_take_member(config, option->name, value))
            return lc_fail_memory(err);
    }
    *out = LC_STEAL(config);
    return true;
}

void lc_unit_address(const struct lc_unit *unit, char *text)
{
    const long long host = unit->machine + 2;

    (void)snprintf(text, LC_ADDRESS_BYTES, "10.%lld.%lld.%lld", 1 + host / 65536 % 250,
                   host / 256 % 256, host % 256);
}
