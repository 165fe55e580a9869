/* deploy, refresh, add-unit: charms come into the model. */
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/folder.h"
#include "model/charm_source.h"
#include "model/verbs.h"

/* The charm's folder, copied to where the model keeps it. A folder of that name was left by a
 * command that was killed before it came to an end. */
static bool copy_charm(struct lc_store *store, const char *from, const char *app, int64_t revision,
                       struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist paths = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *to = lc_app_charm_folder(store, app, revision);

    if (to == NULL)
        return lc_fail_memory(err);
    return lc_dir_remove_tree(to, err) &&
           lc_charm_folder_list(from, lc_store_folder(store), &paths, err) &&
           lc_dir_make(to, 0755, err) && lc_charm_folder_copy(from, &paths, to, err);
}

/* "key=value"; "key=@file" is the file's content. */
static bool split(const char *word, char **key, char **value, struct lc_err *err)
{
    const char *equals = strchr(word, '=');
    size_t len;

    if (equals == NULL || equals == word)
        return lc_fail(err, LC_EUSAGE, "'%s': expected key=value", word);
    *key = lc_strndup(word, (size_t)(equals - word));
    if (*key == NULL)
        return lc_fail_memory(err);
    if (equals[1] == '@') {
        if (!lc_file_read(equals + 2, LC_CONFIG_FILE_MAX_BYTES, value, &len, err))
            return false;
        return strlen(*value) == len ? true : lc_fail(err, LC_EPARSE, "%s: not text", equals + 2);
    }
    *value = lc_strdup(equals + 1);
    return *value == NULL ? lc_fail_memory(err) : true;
}

static bool set_config(struct lc_store *store, const char *app, const struct lc_charm_meta *meta,
                       const struct lc_strlist *settings, struct lc_err *err)
{
    for (size_t i = 0; settings != NULL && i < settings->count; i++) {
        LC_AUTO(lc_free) char *key = NULL;
        LC_AUTO(lc_free) char *value = NULL;
        LC_AUTO(lc_free) char *json = NULL;
        if (!split(settings->items[i], &key, &value, err) ||
            !lc_check_setting(meta, key, value, &json, err) ||
            !lc_store_set_setting(store, app, key, json, err))
            return false;
    }
    return true;
}

static bool set_resources(struct lc_store *store, const char *app, const struct lc_charm_meta *meta,
                          const struct lc_strlist *resources, struct lc_err *err)
{
    for (size_t i = 0; resources != NULL && i < resources->count; i++) {
        const char *word = resources->items[i];
        const char *equals = strchr(word, '=');
        LC_AUTO(lc_free) char *name = lc_strndup(word, strcspn(word, "="));
        if (name == NULL)
            return lc_fail_memory(err);
        if (equals == NULL)
            return lc_fail(err, LC_EUSAGE, "resource '%s': expected name=FILE", word);
        if (!lc_file_exists(equals + 1))
            return lc_fail(err, LC_ENOTFOUND, "resource '%s': there is no file %s", name,
                           equals + 1);
        if (lc_charm_meta_resource(meta, name) == NULL)
            return lc_fail(err, LC_ENOTFOUND, "charm '%s' has no resource '%s'", meta->name, name);
        if (!lc_store_set_resource(store, app, name, equals + 1, err))
            return false;
    }
    return true;
}

/* Those that are not there yet: a refresh may bring some. */
static bool add_peers(struct lc_store *store, const char *app, const struct lc_charm_meta *meta,
                      struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_store_relations(store, app, &relations, err))
        return false;
    for (size_t i = 0; i < meta->endpoint_count; i++) {
        const struct lc_charm_endpoint *endpoint = &meta->endpoints[i];
        const struct lc_relation_end end = { .app = app,
                                             .endpoint = endpoint->name,
                                             .role = "peers" };
        bool there = false;
        int64_t id;
        for (size_t r = 0; r < relations.count; r++)
            there = there || strcmp(relations.items[r].endpoint, endpoint->name) == 0;
        if (endpoint->role == LC_CHARM_PEERS && !there &&
            !lc_store_add_relation(store, endpoint->interface, &end, NULL, &id, err))
            return false;
    }
    return true;
}

/* What a new unit has from the start: storage, and containers to be ready. */
static bool furnish(struct lc_store *store, const char *unit, const struct lc_charm_meta *meta,
                    struct lc_err *err)
{
    for (size_t i = 0; i < meta->storage_count; i++) {
        const struct lc_charm_storage *storage = &meta->storages[i];
        for (int64_t n = 0; n < storage->least; n++) {
            LC_AUTO(lc_free) char *location = NULL;
            if (!lc_store_add_storage(store, unit, storage->name, storage->type, NULL, &location,
                                      err) ||
                (strcmp(storage->type, "filesystem") == 0 && !lc_dir_make(location, 0755, err)))
                return false;
        }
    }
    for (size_t i = 0; i < meta->container_count; i++)
        if (!lc_store_set_container(store, unit, meta->containers[i], false, err))
            return false;
    return true;
}

/* The first unit leads; whether it knows so before leader-elected is open in Juju. */
static bool add_units(struct lc_store *store, const struct lc_charm_meta *meta, const char *app,
                      int64_t count, struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;

    if (count < 0 || count > LC_UNITS_MAX)
        return lc_fail(err, LC_EUSAGE, "%lld units: expected at most %d", (long long)count,
                       LC_UNITS_MAX);
    if (!lc_store_app(store, app, &row, err))
        return false;
    for (int64_t i = 0; i < count; i++) {
        LC_AUTO(lc_free) char *name = NULL;
        int64_t late;
        if (!lc_store_random(store, 2, &late, err) ||
            !lc_store_add_unit(store, app, late != 0, &name, err) ||
            !furnish(store, name, meta, err) || !lc_strlist_add(out, name, err))
            return false;
        if (row.leader == NULL && i == 0 &&
            !lc_store_set_app_text(store, app, LC_APP_LEADER, name, err))
            return false;
    }
    return true;
}

static bool check_new_app(struct lc_store *store, const char *name,
                          const struct lc_charm_meta *meta, struct lc_err *err)
{
    bool there;

    if (!lc_check_app_name(name, err) || !lc_store_has_app(store, name, &there, err))
        return false;
    if (there)
        return lc_fail(err, LC_EEXIST,
                       "application '%s' already exists: give this one another name", name);
    if (meta->subordinate)
        return lc_fail(err, LC_EUNSUPPORTED,
                       "charm '%s' is a subordinate: the local model does not run those",
                       meta->name);
    return true;
}

bool lc_verb_deploy(struct lc_store *store, const struct lc_deploy *wanted, char **name_out,
                    struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_charm_source_release) struct lc_charm_source source = LC_CHARM_SOURCE_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_charm_source_open(store, wanted->path, &source, err))
        return false;
    const struct lc_charm_meta *meta = source.meta;
    const char *app = wanted->name == NULL ? meta->name : wanted->name;
    LC_AUTO(lc_free) char *name = lc_strdup(app);
    if (name == NULL)
        return lc_fail_memory(err);
    if (!lc_tx_begin(&tx, store, err) || !check_new_app(store, app, meta, err) ||
        !lc_store_add_app(store, app, meta->name, wanted->path, wanted->trusted, err) ||
        !set_config(store, app, meta, wanted->config, err) ||
        !set_resources(store, app, meta, wanted->resources, err) ||
        !add_peers(store, app, meta, err) ||
        !add_units(store, meta, app, wanted->units, &units, err) ||
        !copy_charm(store, source.folder, app, 1, err) || !lc_tx_commit(&tx, err))
        return false;
    *name_out = LC_STEAL(name);
    return true;
}

bool lc_verb_refresh(struct lc_store *store, const char *app, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_charm_source_release) struct lc_charm_source source = LC_CHARM_SOURCE_INIT;

    if (!lc_check_app(store, app, &row, &meta, err))
        return false;
    if (path == NULL)
        path = row.source;
    if (!lc_charm_source_open(store, path, &source, err))
        return false;
    const struct lc_charm_meta *fresh = source.meta;
    if (strcmp(fresh->name, row.charm) != 0)
        return lc_fail(err, LC_ESTATE, "cannot refresh '%s', which is charm '%s', with charm '%s'",
                       app, row.charm, fresh->name);
    return lc_tx_begin(&tx, store, err) && lc_check_refresh(store, app, fresh, err) &&
           add_peers(store, app, fresh, err) &&
           copy_charm(store, source.folder, app, row.revision + 1, err) &&
           lc_store_set_app(store, app, LC_APP_REVISION, row.revision + 1, err) &&
           lc_store_set_app_text(store, app, LC_APP_SOURCE, path, err) && lc_tx_commit(&tx, err);
}

bool lc_verb_add_units(struct lc_store *store, const char *app, int64_t count,
                       struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;

    if (!lc_check_app(store, app, &row, &meta, err))
        return false;
    if (row.dying)
        return lc_fail(err, LC_ESTATE, "application '%s' is being removed", app);
    return lc_tx_begin(&tx, store, err) && add_units(store, meta, app, count, out, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_verb_config(struct lc_store *store, const char *app, const struct lc_strlist *settings,
                    const struct lc_strlist *reset, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;

    if (!lc_check_app(store, app, &row, &meta, err) || !lc_tx_begin(&tx, store, err))
        return false;
    for (size_t i = 0; i < reset->count; i++) {
        if (lc_charm_meta_option(meta, reset->items[i]) == NULL)
            return lc_fail(err, LC_ENOTFOUND, "unknown option '%s'", reset->items[i]);
        if (!lc_store_set_setting(store, app, reset->items[i], NULL, err))
            return false;
    }
    return set_config(store, app, meta, settings, err) && lc_tx_commit(&tx, err);
}
