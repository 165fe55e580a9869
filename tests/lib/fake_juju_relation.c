/* The fake Juju: relations and their databags, with the access rules of juju-hooks section 4. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fake_juju_private.h"

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

struct fake_relation *fake_relation_find(struct fake_juju *fake, const char *relation_id)
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

static bool is_peer(const struct fake_juju *fake, const struct fake_relation *relation)
{
    return strcmp(relation->app, fake->env.app) == 0;
}

/* --- the port --- */

/* Not found, although its exit status is 2 (juju-hooks 2.1). */
static bool find(struct fake_juju *fake, const char *command, const char *relation_id,
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
    struct fake_juju *fake = context;
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
static bool read_app(const struct fake_juju *fake, const struct fake_relation *relation,
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

static bool read_unit(const struct fake_juju *fake, const struct fake_relation *relation,
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
    struct fake_juju *fake = context;
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

static bool add_bag(struct fake_relation *relation, const char *who, struct fake_bag **out,
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

bool fake_relation_set(void *context, const char *relation_id, bool app,
                       const struct lc_strmap *changes, struct lc_err *err)
{
    struct fake_juju *fake = context;
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
        !add_bag(relation, app ? fake->env.app : fake->env.unit, &bag, err))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!set_key(&bag->working, changes->entries[i].key, changes->entries[i].value, err))
            return false;
    return true;
}

/* --- helpers --- */

static struct fake_relation *must_find(struct fake_juju *fake, const char *relation_id)
{
    struct fake_relation *relation = fake_relation_find(fake, relation_id);

    if (relation == NULL)
        fake_give_up("no such relation", relation_id);
    return relation;
}

void fake_juju_put(struct fake_juju *fake, const char *relation_id, const char *who,
                   const char *key, const char *value)
{
    struct fake_relation *relation = must_find(fake, relation_id);
    struct lc_err err = LC_ERR_INIT;
    struct fake_bag *bag;

    fake_must(add_bag(relation, who, &bag, &err), &err);
    fake_must(set_key(&bag->committed, key, value, &err), &err);
    fake_must(set_key(&bag->working, key, value, &err), &err);
}

/* What the controller writes when a unit enters a relation (juju-hooks 1.8). */
static void put_addresses(struct fake_juju *fake, const char *relation_id, const char *unit)
{
    unsigned hash = 0;
    char address[32];
    char subnet[40];

    for (const char *at = unit; *at != '\0'; at++)
        hash = (hash * 31 + (unsigned char)*at) % 65536;
    (void)snprintf(address, sizeof(address), "10.1.%u.%u", hash / 256, hash % 256);
    (void)snprintf(subnet, sizeof(subnet), "%s/32", address);
    fake_juju_put(fake, relation_id, unit, "private-address", address);
    fake_juju_put(fake, relation_id, unit, "ingress-address", address);
    fake_juju_put(fake, relation_id, unit, "egress-subnets", subnet);
}

void fake_juju_relate(struct fake_juju *fake, const char *relation_id, const char *app)
{
    const char *colon = strchr(relation_id, ':');
    int64_t number;

    if (colon == NULL || colon == relation_id || !lc_text_to_number(colon + 1, 99999999, &number))
        fake_give_up("not a relation id", relation_id);
    if (fake_relation_find(fake, relation_id) != NULL)
        fake_give_up("the relation is there", relation_id);
    if (!lc_grow(&fake->relations, &fake->relation_capacity, fake->relation_count,
                 sizeof(*fake->relations)))
        fake_give_up("out of memory", relation_id);
    struct fake_relation *relation = &fake->relations[fake->relation_count++];
    *relation = (struct fake_relation){ .members = LC_STRLIST_INIT };
    fake_set(&relation->id, relation_id);
    fake_set(&relation->app, app);
    put_addresses(fake, relation_id, fake->env.unit);
}

void fake_juju_join(struct fake_juju *fake, const char *relation_id, const char *unit)
{
    struct fake_relation *relation = must_find(fake, relation_id);
    const size_t app_len = strlen(relation->app);
    struct lc_err err = LC_ERR_INIT;

    if (strncmp(unit, relation->app, app_len) != 0 || unit[app_len] != '/')
        fake_give_up("not a unit of the other side", unit);
    fake_must(lc_strlist_add(&relation->members, unit, &err), &err);
    lc_strlist_unique(&relation->members);
    put_addresses(fake, relation_id, unit);
}

void fake_relations_become(struct fake_juju *fake, const char *old)
{
    for (size_t i = 0; i < fake->relation_count; i++) {
        struct fake_relation *relation = &fake->relations[i];
        if (bag_of(relation, fake->env.unit) == NULL)
            put_addresses(fake, relation->id, fake->env.unit);
        if (!is_peer(fake, relation))
            continue;
        fake_juju_depart(fake, relation->id, fake->env.unit);
        if (old != NULL)
            fake_juju_join(fake, relation->id, old);
    }
}

void fake_juju_depart(struct fake_juju *fake, const char *relation_id, const char *unit)
{
    struct fake_relation *relation = must_find(fake, relation_id);
    LC_AUTO(lc_strlist_release) struct lc_strlist left = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < relation->members.count; i++)
        if (strcmp(relation->members.items[i], unit) != 0)
            fake_must(lc_strlist_add(&left, relation->members.items[i], &err), &err);
    fake_must(lc_strlist_copy(&relation->members, &left, &err), &err);
}

void fake_juju_break(struct fake_juju *fake, const char *relation_id)
{
    struct fake_relation *relation = must_find(fake, relation_id);

    lc_strlist_release(&relation->members);
    relation->is_broken = true;
}

void fake_juju_remove(struct fake_juju *fake, const char *relation_id)
{
    struct fake_relation *relation = must_find(fake, relation_id);
    const size_t at = (size_t)(relation - fake->relations);

    for (size_t i = 0; i < fake->secret_count; i++)
        fake_grant_remove(fake->secrets[i], relation_id, NULL);
    fake_relation_release(relation);
    fake->relation_count--;
    memmove(relation, relation + 1, (fake->relation_count - at) * sizeof(*relation));
}

const struct lc_strmap *fake_juju_bag(struct fake_juju *fake, const char *relation_id,
                                      const char *who)
{
    const struct fake_relation *relation = fake_relation_find(fake, relation_id);
    const struct fake_bag *bag = relation == NULL ? NULL : bag_of(relation, who);

    return bag == NULL ? NULL : &bag->committed;
}

const char *fake_juju_data(struct fake_juju *fake, const char *relation_id, const char *who,
                           const char *key)
{
    const struct lc_strmap *bag = fake_juju_bag(fake, relation_id, who);

    return bag == NULL ? NULL : lc_strmap_get(bag, key);
}
