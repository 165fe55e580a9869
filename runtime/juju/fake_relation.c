/* The fake Juju: relations and their databags, with the access rules of juju-hooks section 4. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/fake_private.h"

void fake_relation_release(struct fake_relation *relation)
{
    lc_free(relation->id);
    lc_free(relation->app);
    lc_strlist_release(&relation->members);
    for (size_t i = 0; i < relation->bag_count; i++) {
        lc_free(relation->bags[i].who);
        lc_strmap_release(&relation->bags[i].committed);
        lc_strmap_release(&relation->bags[i].working);
    }
    lc_free(relation->bags);
}

struct fake_relation *fake_relation_find(struct lc_fake *fake, const char *relation_id)
{
    for (size_t i = 0; i < fake->relation_count; i++)
        if (strcmp(fake->relations[i].id, relation_id) == 0)
            return &fake->relations[i];
    return NULL;
}

static struct fake_bag *bag_of(const struct fake_relation *relation, const char *who)
{
    for (size_t i = 0; i < relation->bag_count; i++)
        if (strcmp(relation->bags[i].who, who) == 0)
            return &relation->bags[i];
    return NULL;
}

static bool is_peer(const struct lc_fake *fake, const struct fake_relation *relation)
{
    return strcmp(relation->app, fake->env.app) == 0;
}

/* --- the port --- */

/* Not found, although its exit status is 2 (juju-hooks 2.1). */
static bool find(struct lc_fake *fake, const char *command, const char *relation_id,
                 struct fake_relation **out, struct lc_err *err)
{
    *out = fake_relation_find(fake, relation_id);
    if (*out == NULL)
        return lc_fail(err, LC_ENOTFOUND,
                       "%s: invalid value \"%s\" for option -r: relation not found", command,
                       relation_id);
    return true;
}

/* As strings, and without those that are broken (juju-hooks 2.2). */
bool fake_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                       struct lc_err *err)
{
    struct lc_fake *fake = context;
    const size_t len = strlen(endpoint);

    if (!fake_enter(fake, err, "relation-ids %s", endpoint))
        return false;
    for (size_t i = 0; i < fake->relation_count; i++) {
        const struct fake_relation *relation = &fake->relations[i];
        if (relation->is_broken || strncmp(relation->id, endpoint, len) != 0 ||
            relation->id[len] != ':')
            continue;
        if (!lc_strlist_add(out, relation->id, err))
            return false;
    }
    lc_strlist_sort(out);
    return true;
}

bool fake_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                        struct lc_err *err)
{
    struct fake_relation *relation;

    return fake_enter(context, err, "relation-list %s", relation_id) &&
           find(context, "relation-list", relation_id, &relation, err) &&
           lc_strlist_copy(out, &relation->members, err);
}

bool fake_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err)
{
    struct fake_relation *relation;

    if (!fake_enter(context, err, "relation-list %s --app", relation_id) ||
        !find(context, "relation-list", relation_id, &relation, err))
        return false;
    *out = lc_strdup(relation->app);
    return *out == NULL ? lc_fail_memory(err) : true;
}

static bool denied(const char *command, struct lc_err *err)
{
    return lc_fail(err, LC_EPERM, "%s: permission denied", command);
}

/* What an application's bag shows us; our own includes this hook's writes for the leader only. */
static bool read_app(const struct lc_fake *fake, const struct fake_relation *relation,
                     const char *app, struct lc_strmap *out, struct lc_err *err)
{
    const struct fake_bag *bag = bag_of(relation, app);
    const bool is_own = strcmp(app, fake->env.app) == 0;

    if (!is_own && strcmp(app, relation->app) != 0)
        return denied("relation-get", err);
    if (is_own && !is_peer(fake, relation) && !fake->is_leader)
        return denied("relation-get", err);
    if (bag == NULL)
        return true;
    return lc_strmap_copy(out, is_own && fake->is_leader ? &bag->working : &bag->committed, err);
}

static bool read_unit(const struct lc_fake *fake, const struct fake_relation *relation,
                      const char *unit, struct lc_strmap *out, struct lc_err *err)
{
    const struct fake_bag *bag = bag_of(relation, unit);
    const size_t app_len = strlen(relation->app);
    const bool is_remote = strncmp(unit, relation->app, app_len) == 0 && unit[app_len] == '/';

    if (!is_remote && !fake_is_own_unit(fake, unit))
        return denied("relation-get", err);
    if (bag == NULL)
        return lc_fail(err, LC_ENOTFOUND,
                       "relation-get: cannot read settings for unit \"%s\" in relation \"%s\": "
                       "unit \"%s\": settings not found",
                       unit, relation->id, unit);
    return lc_strmap_copy(out, &bag->working, err);
}

bool fake_relation_get(void *context, const char *relation_id, bool app, const char *who,
                       struct lc_strmap *out, struct lc_err *err)
{
    struct lc_fake *fake = context;
    struct fake_relation *relation;

    if (!fake_enter(fake, err, "relation-get %s %s%s", relation_id, app ? "--app " : "", who) ||
        !find(fake, "relation-get", relation_id, &relation, err))
        return false;
    if (app)
        return read_app(fake, relation, who, out, err);
    if (!lc_unit_name_is_valid(who, NULL))
        return lc_fail(err, LC_EUSAGE,
                       "relation-get: expected unit name, got application name \"%s\"", who);
    return read_unit(fake, relation, who, out, err);
}

bool fake_bag_add(struct fake_relation *relation, const char *who, struct fake_bag **out,
                  struct lc_err *err)
{
    *out = bag_of(relation, who);
    if (*out != NULL)
        return true;
    if (!lc_grow(&relation->bags, &relation->bag_capacity, relation->bag_count,
                 sizeof(*relation->bags)))
        return lc_fail_memory(err);
    struct fake_bag bag = { .committed = LC_STRMAP_INIT, .working = LC_STRMAP_INIT };
    if (!fake_replace(&bag.who, who, err))
        return false;
    relation->bags[relation->bag_count] = bag;
    *out = &relation->bags[relation->bag_count++];
    return true;
}

static bool set_key(struct lc_strmap *bag, const char *key, const char *value, struct lc_err *err)
{
    if (*value == '\0')
        (void)lc_strmap_remove(bag, key);
    else if (!lc_strmap_set(bag, key, value, err))
        return false;
    return true;
}

static bool merge_entry(struct lc_strmap *bag, const struct lc_strmap_entry *entry,
                        struct lc_err *err)
{
    return *entry->value == '\0' ? set_key(bag, entry->key, "", err)
                                 : lc_strmap_share(bag, entry, err);
}

bool fake_relation_set(void *context, const char *relation_id, bool app,
                       const struct lc_strmap *changes, struct lc_err *err)
{
    struct lc_fake *fake = context;
    struct fake_relation *relation;
    struct fake_bag *bag;

    if (!fake_enter(fake, err, "relation-set %s%s", relation_id, app ? " --app" : ""))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!fake_note(fake, changes->entries[i].key, err))
            return false;
    if (!find(fake, "relation-set", relation_id, &relation, err))
        return false;
    if (app && !fake->is_leader)
        return lc_fail(err, LC_EPERM, "relation-set: cannot write relation settings");
    if (!lc_databag_check(changes, err) ||
        !fake_bag_add(relation, app ? fake->env.app : fake->env.unit, &bag, err))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!merge_entry(&bag->working, &changes->entries[i], err))
            return false;
    return true;
}

/* --- the world --- */

bool fake_no_relation(const char *relation_id, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "no such relation '%s'", relation_id);
}

bool lc_fake_put(struct lc_fake *fake, const char *relation_id, const char *who, const char *key,
                 const char *value, struct lc_err *err)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);
    struct fake_bag *bag;

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    return fake_bag_add(relation, who, &bag, err) && set_key(&bag->committed, key, value, err) &&
           set_key(&bag->working, key, value, err);
}

/* What the controller writes when a unit enters a relation (juju-hooks 1.8). */
bool fake_put_addresses(struct lc_fake *fake, const char *relation_id, const char *unit,
                        struct lc_err *err)
{
    unsigned hash = 0;
    char address[32];
    char subnet[40];

    for (const char *at = unit; *at != '\0'; at++)
        hash = (hash * 31 + (unsigned char)*at) % 65536;
    (void)snprintf(address, sizeof(address), "10.1.%u.%u", hash / 256, hash % 256);
    (void)snprintf(subnet, sizeof(subnet), "%s/32", address);
    return lc_fake_put(fake, relation_id, unit, "private-address", address, err) &&
           lc_fake_put(fake, relation_id, unit, "ingress-address", address, err) &&
           lc_fake_put(fake, relation_id, unit, "egress-subnets", subnet, err);
}

bool fake_relation_add(struct lc_fake *fake, const char *relation_id, const char *app,
                       struct fake_relation **out, struct lc_err *err)
{
    const char *colon = strchr(relation_id, ':');
    struct fake_relation fresh = { .members = LC_STRLIST_INIT };
    int64_t number;

    if (colon == NULL || colon == relation_id || !lc_text_to_number(colon + 1, 99999999, &number))
        return lc_fail(err, LC_EUSAGE, "'%s' is not the id of a relation", relation_id);
    if (fake_relation_find(fake, relation_id) != NULL)
        return lc_fail(err, LC_EEXIST, "the relation '%s' is there already", relation_id);
    if (!lc_grow(&fake->relations, &fake->relation_capacity, fake->relation_count,
                 sizeof(*fake->relations)))
        return lc_fail_memory(err);
    if (!fake_replace(&fresh.id, relation_id, err) || !fake_replace(&fresh.app, app, err)) {
        fake_relation_release(&fresh);
        return false;
    }
    *out = &fake->relations[fake->relation_count++];
    **out = fresh;
    return true;
}

bool lc_fake_relate(struct lc_fake *fake, const char *relation_id, const char *app,
                    struct lc_err *err)
{
    struct fake_relation *relation;

    return fake_relation_add(fake, relation_id, app, &relation, err) &&
           fake_put_addresses(fake, relation_id, fake->env.unit, err);
}

bool lc_fake_join(struct lc_fake *fake, const char *relation_id, const char *unit,
                  struct lc_err *err)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    const size_t app_len = strlen(relation->app);
    if (strncmp(unit, relation->app, app_len) != 0 || unit[app_len] != '/')
        return lc_fail(err, LC_EUSAGE, "'%s' is not a unit of '%s'", unit, relation->app);
    if (!lc_strlist_has(&relation->members, unit) && !lc_strlist_add(&relation->members, unit, err))
        return false;
    lc_strlist_sort(&relation->members);
    return fake_put_addresses(fake, relation_id, unit, err);
}

static bool become_in(struct lc_fake *fake, const struct fake_relation *relation, const char *old,
                      struct lc_err *err)
{
    if (bag_of(relation, fake->env.unit) == NULL &&
        !fake_put_addresses(fake, relation->id, fake->env.unit, err))
        return false;
    if (!is_peer(fake, relation))
        return true;
    return lc_fake_depart(fake, relation->id, fake->env.unit, err) &&
           (old == NULL || lc_fake_join(fake, relation->id, old, err));
}

bool fake_relations_become(struct lc_fake *fake, const char *old, struct lc_err *err)
{
    for (size_t i = 0; i < fake->relation_count; i++)
        if (!become_in(fake, &fake->relations[i], old, err))
            return false;
    return true;
}

bool lc_fake_depart(struct lc_fake *fake, const char *relation_id, const char *unit,
                    struct lc_err *err)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);
    LC_AUTO(lc_strlist_release) struct lc_strlist left = LC_STRLIST_INIT;

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    for (size_t i = 0; i < relation->members.count; i++)
        if (strcmp(relation->members.items[i], unit) != 0 &&
            !lc_strlist_add(&left, relation->members.items[i], err))
            return false;
    return lc_strlist_copy(&relation->members, &left, err);
}

bool lc_fake_break(struct lc_fake *fake, const char *relation_id, struct lc_err *err)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    lc_strlist_release(&relation->members);
    relation->is_broken = true;
    return true;
}

bool lc_fake_remove(struct lc_fake *fake, const char *relation_id, struct lc_err *err)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    const size_t at = (size_t)(relation - fake->relations);
    for (size_t i = 0; i < fake->secret_count; i++)
        fake_grant_remove(fake->secrets[i], relation_id, NULL);
    fake_relation_release(relation);
    fake->relation_count--;
    memmove(relation, relation + 1, (fake->relation_count - at) * sizeof(*relation));
    return true;
}

const struct lc_strmap *lc_fake_bag(struct lc_fake *fake, const char *relation_id, const char *who)
{
    const struct fake_relation *relation = fake_relation_find(fake, relation_id);
    const struct fake_bag *bag = relation == NULL ? NULL : bag_of(relation, who);

    return bag == NULL ? NULL : &bag->committed;
}

const char *lc_fake_data(struct lc_fake *fake, const char *relation_id, const char *who,
                         const char *key)
{
    const struct lc_strmap *bag = lc_fake_bag(fake, relation_id, who);

    return bag == NULL ? NULL : lc_strmap_get(bag, key);
}
