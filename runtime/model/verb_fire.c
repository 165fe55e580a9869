/* fire: a hook that somebody asks for, checked against what the unit could be told. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"
#include "model/tool_secret.h"
#include "model/verbs.h"

static bool load_charm(struct lc_store *store, const struct lc_unit *unit,
                       struct lc_charm_meta **meta, struct lc_err *err)
{
    LC_AUTO(lc_free) char *folder = lc_app_charm_folder(store, unit->app, unit->revision);

    if (unit->revision == 0)
        return lc_fail(err, LC_ESTATE, "unit '%s' has no charm yet: its first hook has not run",
                       unit->name);
    return folder == NULL ? lc_fail_memory(err) : lc_charm_meta_load(folder, meta, err);
}

/* "db:7" or "7"; -1 when none is named. */
static bool read_relation_id(const struct lc_fire *fire, int64_t *out, struct lc_err *err)
{
    const char *colon = fire->relation == NULL ? NULL : strrchr(fire->relation, ':');
    const char *number = colon == NULL ? fire->relation : colon + 1;

    *out = -1;
    if (number == NULL || lc_text_to_number(number, INT32_MAX, out))
        return true;
    return lc_fail(err, LC_EUSAGE, "'%s' is not a relation's id, such as db:0", fire->relation);
}

/* The relation of the event's endpoint: the one that is named, or the only one. */
static bool find_relation(struct lc_store *store, const struct lc_unit *unit,
                          const struct lc_fire *fire, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    const struct lc_relation *found = NULL;
    int64_t wanted;
    size_t count = 0;

    if (!read_relation_id(fire, &wanted, err) ||
        !lc_store_relations(store, unit->app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation = &relations.items[i];
        if (strcmp(relation->endpoint, out->endpoint) != 0 ||
            (wanted != -1 && wanted != relation->id))
            continue;
        found = relation;
        count++;
    }
    if (count != 1)
        return lc_fail(err, count == 0 ? LC_ENOTFOUND : LC_ESTATE,
                       count == 0 ? "unit '%s' has no such relation on endpoint '%s'"
                                  : "unit '%s' has more than one relation on endpoint '%s': say"
                                    " which with --relation",
                       unit->name, out->endpoint);
    out->relation = found->id;
    return lc_hook_set(&out->remote_app, found->remote_app, err);
}

static bool find_remote(struct lc_store *store, const struct lc_unit *unit,
                        const struct lc_fire *fire, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_members_release) struct lc_members present = LC_MEMBERS_INIT;
    const bool wants_unit = out->kind == LC_HOOK_RELATION_JOINED ||
                            out->kind == LC_HOOK_RELATION_DEPARTED ||
                            (out->kind == LC_HOOK_RELATION_CHANGED && fire->remote != NULL);

    if (!wants_unit)
        return fire->remote == NULL
                   ? true
                   : lc_fail(err, LC_EUSAGE, "'%s' is not about a remote unit", fire->event);
    if (!lc_store_present(store, out->relation, unit->name, out->remote_app, &present, err))
        return false;
    if (fire->remote == NULL && present.count != 1)
        return lc_fail(err, LC_ESTATE, "'%s' is about a unit of '%s': say which with --remote",
                       fire->event, out->remote_app);
    const char *remote = fire->remote == NULL ? present.items[0].unit : fire->remote;
    if (lc_members_find(&present, remote) == NULL)
        return lc_fail(err, LC_ENOTFOUND, "'%s' is not in relation %s:%lld", remote, out->endpoint,
                       (long long)out->relation);
    return lc_hook_set(&out->remote_unit, remote, err) &&
           (out->kind != LC_HOOK_RELATION_DEPARTED || lc_hook_set(&out->departing, remote, err));
}

/* By id, or by the label that its owner gave it. */
static bool find_secret(struct lc_store *store, const struct lc_unit *unit,
                        const struct lc_fire *fire, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    LC_AUTO(lc_free) char *labelled = NULL;
    struct lc_err ignored = LC_ERR_INIT;
    char id[LC_SECRET_ID_BYTES];
    bool foreign = false;
    bool found = false;

    if (!lc_store_owned_by_label(store, unit->app, unit->name, fire->secret, &labelled, err) ||
        (labelled == NULL &&
         !lc_store_owned_by_label(store, unit->app, NULL, fire->secret, &labelled, err)))
        return false;
    const bool parsed = labelled != NULL ||
                        lc_secret_parse(store, fire->secret, id, &foreign, &ignored);
    if (parsed && !lc_store_secret(store, labelled != NULL ? labelled : id, &meta, &found, err))
        return false;
    if (!found)
        return lc_fail(err, LC_ENOTFOUND, "secret '%s' not found", fire->secret);
    out->revision = fire->revision == 0 ? meta.latest : fire->revision;
    return lc_hook_set(&out->secret, meta.id, err) && lc_hook_set(&out->label, meta.label, err);
}

static bool find_storage(struct lc_store *store, const struct lc_unit *unit,
                         const struct lc_fire *fire, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_storages_release) struct lc_storages storages = LC_STORAGES_INIT;

    if (!lc_store_storages(store, unit->name, &storages, err))
        return false;
    for (size_t i = 0; i < storages.count; i++)
        if (strcmp(storages.items[i].name, out->endpoint) == 0 &&
            (fire->storage == NULL || strcmp(fire->storage, storages.items[i].id) == 0))
            return lc_hook_set(&out->storage, storages.items[i].id, err);
    return lc_fail(err, LC_ENOTFOUND, "unit '%s' has no such storage '%s'", unit->name,
                   out->endpoint);
}

static bool fill_pebble(const struct lc_fire *fire, struct lc_hook *out, struct lc_err *err)
{
    if (out->kind == LC_HOOK_PEBBLE_CUSTOM_NOTICE)
        return lc_hook_set(&out->notice_id, "1", err) &&
               lc_hook_set(&out->notice_type, "custom", err) &&
               lc_hook_set(&out->notice_key,
                           fire->notice_key == NULL ? "example.com/notice" : fire->notice_key, err);
    if (out->kind == LC_HOOK_PEBBLE_CHECK_FAILED || out->kind == LC_HOOK_PEBBLE_CHECK_RECOVERED)
        return lc_hook_set(&out->check, fire->check == NULL ? "check" : fire->check, err);
    return true;
}

static bool fail_in_error(const char *unit, struct lc_err *err)
{
    return lc_fail(err, LC_ESTATE,
                   "unit '%s' is in error: no other hook runs until it is resolved"
                   " ('luacharm model resolved %s')",
                   unit, unit);
}

static bool can_have(const struct lc_charm_meta *meta, const char *event, struct lc_err *err)
{
    return lc_charm_meta_can_fire(meta, event)
               ? true
               : lc_fail(err, LC_ENOTFOUND, "charm '%s' can have no event '%s'", meta->name, event);
}

/* Which word is missing or wrong does not depend on the model. */
static bool check_words(const struct lc_fire *fire, struct lc_err *err)
{
    int64_t relation;
    size_t prefix;

    if (!read_relation_id(fire, &relation, err))
        return false;
    if (lc_hook_is_secret(lc_hook_kind_of(fire->event, &prefix)) && fire->secret == NULL)
        return lc_fail(err, LC_EUSAGE, "'%s' is about a secret: say which with --secret",
                       fire->event);
    return true;
}

bool lc_check_event(struct lc_store *store, const char *name, const struct lc_fire *fire,
                    struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;

    if (!lc_check_unit(store, name, &unit, err) ||
        !lc_check_app(store, unit.app, &app, &meta, err) || !can_have(meta, fire->event, err) ||
        !check_words(fire, err))
        return false;
    /* A hook that was killed is not in error: it is run again at once. */
    return (unit.phase == LC_PHASE_FAILED && unit.tries > 0) ? fail_in_error(name, err) : true;
}

bool lc_verb_fire(struct lc_store *store, const char *name, const struct lc_fire *fire,
                  struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    size_t prefix;

    if (!lc_check_unit(store, name, &unit, err) || !load_charm(store, &unit, &meta, err) ||
        !check_words(fire, err))
        return false;
    if (unit.phase == LC_PHASE_FAILED)
        return fail_in_error(name, err);
    if (!can_have(meta, fire->event, err))
        return false;
    out->kind = lc_hook_kind_of(fire->event, &prefix);
    out->fired = 1;
    LC_AUTO(lc_free) char *endpoint = lc_strndup(fire->event, prefix);
    if (endpoint == NULL)
        return lc_fail_memory(err);
    if (prefix > 0 && !lc_hook_set(&out->endpoint, endpoint, err))
        return false;
    if (lc_hook_is_relation(out->kind))
        return find_relation(store, &unit, fire, out, err) &&
               find_remote(store, &unit, fire, out, err);
    if (lc_hook_is_secret(out->kind))
        return find_secret(store, &unit, fire, out, err);
    if (out->kind == LC_HOOK_STORAGE_ATTACHED || out->kind == LC_HOOK_STORAGE_DETACHING)
        return find_storage(store, &unit, fire, out, err);
    return fill_pebble(fire, out, err);
}
