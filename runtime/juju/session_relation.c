/* Databags: each is read once; our own two take what was set, which goes out in one command. */
#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

void session_release_bags(struct lc_session *session)
{
    lc_index_release(&session->bag_index); /* before the keys that it borrows */
    for (size_t i = 0; i < session->bag_count; i++) {
        struct session_bag *bag = &session->bags[i];
        lc_free(bag->key);
        lc_free(bag->relation_id);
        lc_free(bag->failure);
        lc_strmap_release(&bag->base);
        lc_strmap_release(&bag->changes);
    }
    lc_free(session->bags);
}

/* key is taken, also on failure. */
static bool add_bag(struct lc_session *session, char *key, const char *relation_id, bool app,
                    struct lc_err *err)
{
    const size_t at = session->bag_count;
    LC_AUTO(lc_free) char *key_owned = key;
    LC_AUTO(lc_free) char *id_copy = lc_strdup(relation_id);

    if (id_copy == NULL ||
        !lc_grow(&session->bags, &session->bag_capacity, at, sizeof(*session->bags)))
        return lc_fail_memory(err);
    if (!lc_index_put(&session->bag_index, key_owned, strlen(key_owned), at, NULL, err))
        return false;
    session->bags[session->bag_count++] = (struct session_bag){ .key = LC_STEAL(key_owned),
                                                                .relation_id = LC_STEAL(id_copy),
                                                                .app = app,
                                                                .base = LC_STRMAP_INIT,
                                                                .changes = LC_STRMAP_INIT };
    return true;
}

/* *out lives until the next bag is added. */
static bool find_bag(struct lc_session *session, const char *relation_id, bool app, const char *who,
                     struct session_bag **out, struct lc_err *err)
{
    const struct session_question question = { app ? "--app" : "--unit", relation_id, who };
    char *key = session_key(&question);

    if (key == NULL)
        return lc_fail_memory(err);
    size_t at = lc_index_get(&session->bag_index, key, strlen(key));
    if (at != LC_INDEX_NONE) {
        lc_free(key);
    } else {
        at = session->bag_count;
        if (!add_bag(session, key, relation_id, app, err))
            return false;
    }
    *out = &session->bags[at];
    return true;
}

static bool read_bag(struct lc_session *session, struct session_bag *bag, const char *who,
                     struct lc_err *err)
{
    if (bag->is_read)
        return bag->failure == NULL ? true : session_repeat_failure(bag->failure, err);
    LC_AUTO(lc_strmap_release) struct lc_strmap base = LC_STRMAP_INIT;
    if (!lc_juju_call(session->below, relation_get, bag->relation_id, bag->app, who, &base, err)) {
        session_keep_failure(&bag->failure, err);
        bag->is_read = bag->failure != NULL;
        return false;
    }
    bag->base = base;
    base = (struct lc_strmap)LC_STRMAP_INIT;
    bag->is_read = true;
    return true;
}

/* Merge changes into a bag: "" deletes (juju-hooks 4). */
static bool merge(struct lc_strmap *bag, const struct lc_strmap *changes, struct lc_err *err)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct lc_strmap_entry *entry = &changes->entries[i];
        if (*entry->value == '\0')
            (void)lc_strmap_remove(bag, entry->key);
        else if (!lc_strmap_share(bag, entry, err))
            return false;
    }
    return true;
}

bool session_relation_get(void *context, const char *relation_id, bool app, const char *who,
                          struct lc_strmap *out, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_bag *bag;

    return find_bag(session, relation_id, app, who, &bag, err) &&
           read_bag(session, bag, who, err) && lc_strmap_copy(out, &bag->base, err) &&
           merge(out, &bag->changes, err);
}

static bool require_leader(struct lc_session *session, struct lc_err *err)
{
    bool is_leader;

    if (!session_is_leader(session, &is_leader, err))
        return false;
    if (!is_leader)
        return lc_fail(err, LC_EPERM, "relation-set: cannot write relation settings: not leader");
    return true;
}

bool session_relation_set(void *context, const char *relation_id, bool app,
                          const struct lc_strmap *changes, struct lc_err *err)
{
    struct lc_session *session = context;
    const char *who = app ? session->env->app : session->env->unit;
    struct session_bag *bag;

    if (!lc_databag_check(changes, err))
        return lc_wrap(err, "relation-set");
    if (changes->count == 0)
        return true;
    if (app && !require_leader(session, err))
        return false;
    if (!find_bag(session, relation_id, app, who, &bag, err))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!lc_strmap_share(&bag->changes, &changes->entries[i], err))
            return false;
    return true;
}

/* What Juju does not have yet; all of it where the bag was not read. */
static bool find_difference(const struct session_bag *bag, struct lc_strmap *out,
                            struct lc_err *err)
{
    const bool is_known = bag->is_read && bag->failure == NULL;

    for (size_t i = 0; i < bag->changes.count; i++) {
        const struct lc_strmap_entry *entry = &bag->changes.entries[i];
        const char *there = lc_strmap_get(&bag->base, entry->key);
        if (is_known && strcmp(there == NULL ? "" : there, entry->value) == 0)
            continue;
        if (!lc_strmap_share(out, entry, err))
            return false;
    }
    return true;
}

static bool flush_bag(struct lc_session *session, struct session_bag *bag, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap difference = LC_STRMAP_INIT;

    if (!find_difference(bag, &difference, err))
        return false;
    if (difference.count != 0 &&
        !lc_juju_call(session->below, relation_set, bag->relation_id, bag->app, &difference, err))
        return false;
    if (bag->is_read && !merge(&bag->base, &bag->changes, err))
        return false;
    lc_strmap_release(&bag->changes);
    return true;
}

bool session_flush_bags(struct lc_session *session, struct lc_err *err)
{
    for (size_t i = 0; i < session->bag_count; i++)
        if (!flush_bag(session, &session->bags[i], err))
            return lc_wrap(err, "relation '%s'", session->bags[i].relation_id);
    return true;
}
