/* relation-ids, relation-list, relation-get, relation-set, relation-model-get (juju-hooks 2.2 to
 * 2.6, 4). */
#include <string.h>

#include "base/mem.h"
#include "model/check.h"
#include "model/tools.h"

/* A relation is left out once it is dying and has no members left, but never for peers. */
static bool is_listed(struct lc_call *call, const struct lc_relation *relation,
                      const char *endpoint, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist members = LC_STRLIST_INIT;
    struct lc_scope scope;

    *out = false;
    if (strcmp(relation->endpoint, endpoint) != 0)
        return true;
    if (!lc_store_scope(call->context->store, relation->id, call->context->unit.name, &scope,
                        err) ||
        !lc_context_members(call->context, relation->id, &members, err))
        return false;
    const bool broken = !relation->peer && relation->dying && members.count == 0;
    *out = scope.entered && (!broken || !lc_store_juju_is(call->context->store, "3.4"));
    return true;
}

bool lc_tool_relation_ids(struct lc_call *call, struct lc_err *err)
{
    const struct lc_hook *hook = call->context->hook;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    const char *endpoint = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err))
        return false;
    if (endpoint == NULL)
        endpoint = lc_hook_is_relation(hook->kind) ? hook->endpoint : NULL;
    if (endpoint == NULL)
        return lc_fail(err, LC_EUSAGE, "no endpoint name specified");
    if (!lc_store_relations(call->context->store, call->context->unit.app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        bool listed;
        if (!is_listed(call, &relations.items[i], endpoint, &listed, err))
            return false;
        if (listed &&
            !lc_strlist_addf(&ids, err, "%s:%lld", endpoint, (long long)relations.items[i].id))
            return false;
    }
    lc_strlist_sort(&ids);
    return lc_out_put_list(call->out, call->format, &ids, err);
}

bool lc_tool_relation_list(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_call_need_relation(call, &relation, err) || !lc_flags_no_more(&call->flags, 0, err))
        return false;
    if (lc_flag_is_set(&call->flags, "app"))
        return lc_out_put_string(call->out, call->format, relation.remote_app,
                                 strlen(relation.remote_app), err);
    return lc_context_members(call->context, relation.id, &units, err) &&
           lc_out_put_list(call->out, call->format, &units, err);
}

bool lc_tool_relation_model_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap answer = LC_STRMAP_INIT;

    return lc_call_need_relation(call, &relation, err) && lc_flags_no_more(&call->flags, 0, err) &&
           lc_strmap_set(&answer, "uuid", lc_store_uuid(call->context->store), err) &&
           lc_out_put_map(call->out, call->format, &answer, err);
}

/* Whose databag: who is owned, app says whether it is an application. */
struct holder {
    char *who;
    bool app;
};

static void holder_release(struct holder *holder)
{
    lc_free(holder->who);
}
LC_AUTO_VALUE(struct holder, holder_release);

/* The second argument, by the rules of juju-hooks 2.4. */
static bool holder_of_argument(const struct lc_call *call, const char *name, bool app,
                               struct holder *out, struct lc_err *err)
{
    const bool is_unit = lc_check_is_unit_name(name);

    /* Before 3.3 an application's name alone asked for its databag. */
    app = app || (!is_unit && !lc_store_juju_is(call->context->store, "3.3"));

    if (!app && !is_unit)
        return lc_charm_is_app_name(name)
                   ? lc_fail(err, LC_EUSAGE, "expected unit name, got application name \"%s\"",
                             name)
                   : lc_fail(err, LC_EUSAGE, "invalid unit name \"%s\"", name);
    out->app = app;
    out->who = app ? lc_strndup(name, strcspn(name, "/")) : lc_strdup(name);
    return out->who == NULL ? lc_fail_memory(err) : true;
}

static bool find_holder(const struct lc_call *call, struct holder *out, struct lc_err *err)
{
    const struct lc_hook *hook = call->context->hook;
    const char *name = lc_call_arg(call, 1);
    const bool app = lc_flag_is_set(&call->flags, "app");

    if (name != NULL && name[0] != '\0')
        return holder_of_argument(call, name, app, out, err);
    out->app = app || hook->remote_unit == NULL;
    const char *who = out->app ? hook->remote_app : hook->remote_unit;
    if (who == NULL)
        return lc_fail(err, LC_EUSAGE, "no unit or application specified");
    return lc_hook_set(&out->who, who, err);
}

/* Who may read an application's databag. */
static bool check_app_read(struct lc_call *call, const struct lc_relation *relation,
                           const char *app, bool *own_writes, struct lc_err *err)
{
    bool leader = false;

    *own_writes = false;
    if (strcmp(app, call->context->unit.app) != 0)
        return strcmp(app, relation->remote_app) == 0 ? true
                                                      : lc_fail(err, LC_EPERM, "permission denied");
    if (!lc_context_is_leader(call->context, &leader, err))
        return false;
    *own_writes = leader;
    return leader || relation->peer ? true : lc_fail(err, LC_EPERM, "permission denied");
}

static bool check_unit_read(struct lc_call *call, const struct lc_relation *relation,
                            const char *unit, struct lc_err *err)
{
    const char *ours = call->context->unit.app;
    LC_AUTO(lc_free) char *app = lc_strndup(unit, strcspn(unit, "/"));
    bool there;

    if (app == NULL)
        return lc_fail_memory(err);
    if (strcmp(app, ours) != 0 && strcmp(app, relation->remote_app) != 0)
        return lc_fail(err, LC_EPERM, "permission denied");
    if (!lc_store_has_bag(call->context->store, relation->id, unit, &there, err))
        return false;
    if (there)
        return true;
    const bool requires = strcmp(relation->role, "provides") != 0;
    const char *apps[2] = { ours, relation->remote_app };
    const char *endpoints[2] = { relation->endpoint, relation->remote_endpoint };
    if (relation->peer)
        return lc_fail(err, LC_ENOTFOUND,
                       "cannot read settings for unit \"%s\" in relation \"%s:%s\": unit \"%s\":"
                       " settings not found",
                       unit, ours, relation->endpoint, unit);
    return lc_fail(err, LC_ENOTFOUND,
                   "cannot read settings for unit \"%s\" in relation \"%s:%s %s:%s\": unit \"%s\":"
                   " settings not found",
                   unit, apps[!requires], endpoints[!requires], apps[requires], endpoints[requires],
                   unit);
}

/* Through our own pending writes where we may write. */
static bool read_bag(struct lc_call *call, const struct lc_relation *relation,
                     const struct holder *holder, struct lc_strmap *out, struct lc_err *err)
{
    const bool own_unit = !holder->app && strcmp(holder->who, call->context->unit.name) == 0;
    bool own_writes = own_unit;

    if (holder->app && !check_app_read(call, relation, holder->who, &own_writes, err))
        return false;
    if (!holder->app && !own_unit && !check_unit_read(call, relation, holder->who, err))
        return false;
    if (!lc_store_bag(call->context->store, relation->id, holder->who, out, err))
        return false;
    const struct lc_bag_change *bag =
        own_writes ? lc_context_find_bag(call->context, relation->id, holder->app) : NULL;
    for (size_t i = 0; bag != NULL && i < bag->changes.count; i++) {
        const struct lc_strmap_entry *entry = &bag->changes.entries[i];
        if (entry->value[0] == '\0')
            (void)lc_strmap_remove(out, entry->key); /* it need not be there */
        else if (!lc_strmap_set(out, entry->key, entry->value, err))
            return false;
    }
    return true;
}

bool lc_tool_relation_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(holder_release) struct holder holder = { .who = NULL };
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    const char *key = lc_call_arg(call, 0);

    if (!lc_call_need_relation(call, &relation, err) || !find_holder(call, &holder, err) ||
        !lc_flags_no_more(&call->flags, 2, err) || !read_bag(call, &relation, &holder, &bag, err))
        return false;
    if (key == NULL || key[0] == '\0' || strcmp(key, "-") == 0)
        return lc_out_put_map(call->out, call->format, &bag, err);
    const char *value = lc_strmap_get(&bag, key);
    if (value == NULL)
        return lc_out_put_null(call->out, call->format, err);
    return lc_out_put_string(call->out, call->format, value, strlen(value), err);
}

bool lc_tool_relation_set(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    const bool app = lc_flag_is_set(&call->flags, "app");
    struct lc_bag_change *bag;
    bool leader = true;

    if (!lc_call_need_relation(call, &relation, err) || !lc_call_file_values(call, &changes, err))
        return false;
    if (call->needs_input)
        return true;
    if (lc_flag_is_set(&call->flags, "format"))
        lc_buf_puts(call->err, "--format flag deprecated for command \"relation-set\"\n");
    if (!lc_call_key_values(call, &changes, err) ||
        (app && !lc_context_is_leader(call->context, &leader, err)))
        return false;
    if (!leader)
        return lc_fail(err, LC_EPERM, "cannot write relation settings");
    if (changes.count == 0)
        return true;
    if (!lc_context_make_bag(call->context, relation.id, app, &bag, err))
        return false;
    for (size_t i = 0; i < changes.count; i++)
        if (!lc_strmap_set(&bag->changes, changes.entries[i].key, changes.entries[i].value, err))
            return false;
    return true;
}
