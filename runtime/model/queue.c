/* The choice of the next hook, and what its success changes. */
#include "model/queue.h"

#include <string.h>

#include "base/mem.h"
#include "model/check.h"
#include "model/context.h"
#include "model/queue_relation.h"
#include "model/store_fault.h"
#include "model/store_secret.h"
#include "model/tool_secret.h"

#define REPEAT_S 300 /* of secret-expired, and of a rotation that made no new revision */

struct lc_charm_entry {
    char *app;
    int64_t revision;
    struct lc_charm_meta *meta;
};

void lc_charms_release(struct lc_charms *charms)
{
    for (size_t i = 0; i < charms->count; i++) {
        lc_free(charms->items[i].app);
        lc_charm_meta_free(charms->items[i].meta);
    }
    lc_free(charms->items);
    *charms = (struct lc_charms)LC_CHARMS_INIT;
}

bool lc_charms_get(struct lc_charms *charms, struct lc_store *store, const char *app,
                   int64_t revision, const struct lc_charm_meta **out, struct lc_err *err)
{
    for (size_t i = 0; i < charms->count; i++) {
        *out = charms->items[i].meta;
        if (charms->items[i].revision == revision && strcmp(charms->items[i].app, app) == 0)
            return true;
    }
    LC_AUTO(lc_free) char *folder = lc_app_charm_folder(store, app, revision);
    LC_AUTO(lc_free) char *name = lc_strdup(app);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    if (folder == NULL || name == NULL ||
        !lc_grow(&charms->items, &charms->capacity, charms->count, sizeof(*charms->items)))
        return lc_fail_memory(err);
    if (!lc_charm_meta_load(folder, &meta, err))
        return false;
    *out = meta;
    charms->items[charms->count++] = (struct lc_charm_entry){ .app = LC_STEAL(name),
                                                              .revision = revision,
                                                              .meta = LC_STEAL(meta) };
    return true;
}

/* What the steps look at. */
struct look {
    struct lc_store *store;
    const struct lc_charm_meta *meta;
    struct lc_app app;
    struct lc_unit unit;
    bool leader;
    bool idle; /* no hook is queued */
};

static void look_release(struct look *look)
{
    lc_app_release(&look->app);
    lc_unit_release(&look->unit);
}
LC_AUTO_VALUE(struct look, look_release);

static bool config_text(struct lc_store *store, const struct lc_charm_meta *meta,
                        const struct lc_app *app, char **out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(16u * 1024 * 1024);

    if (!lc_config_effective(store, meta, app->name, false, &config, err))
        return false;
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_COMPACT);
    lc_json_put(&writer, config);
    lc_buf_puts(&text, app->trusted ? " trusted" : "");
    return lc_buf_take(&text, out, NULL, err);
}

/* The steps, numbered as in juju-hooks 1.6. Each leaves out->kind when it has nothing. */

static bool step_reboot(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    (void)err;
    if (look->unit.rebooted && look->unit.started)
        out->kind = LC_HOOK_START;
    return true;
}

static bool step_created(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    if (!look->idle || !look->unit.installed || look->unit.dying)
        return true;
    return lc_queue_created(look->store, look->meta, &look->unit, out, err);
}

static bool step_leadership(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    (void)err;
    if (!look->idle || !look->unit.installed || look->unit.dying)
        return true;
    if (look->leader && !look->unit.elected) {
        out->kind = LC_HOOK_LEADER_ELECTED;
    } else if (!look->leader && !lc_store_juju_is(look->store, "4.0") &&
               look->unit.leader_seen != look->app.leader_version) {
        out->kind = LC_HOOK_LEADER_SETTINGS_CHANGED;
        out->version = look->app.leader_version;
    }
    return true;
}

/* Pebble is ready at any point; without a seed, when the unit has started. */
static bool step_pebble(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist containers = LC_STRLIST_INIT;
    int64_t early;

    if (!look->idle || !look->unit.installed || look->unit.dying)
        return true;
    if (!lc_store_unready_containers(look->store, look->unit.name, &containers, err) ||
        containers.count == 0 || !lc_store_random(look->store, 2, &early, err))
        return containers.count == 0;
    if (!look->unit.started && early == 0)
        return true;
    out->kind = LC_HOOK_PEBBLE_READY;
    return lc_hook_set(&out->endpoint, containers.items[0], err);
}

static bool step_secrets(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    static const enum lc_hook_kind kinds[] = {
        [LC_SECRET_EVENT_NONE] = LC_HOOK_NONE,
        [LC_SECRET_EVENT_EXPIRED] = LC_HOOK_SECRET_EXPIRED,
        [LC_SECRET_EVENT_ROTATE] = LC_HOOK_SECRET_ROTATE,
        [LC_SECRET_EVENT_CHANGED] = LC_HOOK_SECRET_CHANGED,
        [LC_SECRET_EVENT_REMOVE] = LC_HOOK_SECRET_REMOVE,
    };
    LC_AUTO(lc_secret_event_release) struct lc_secret_event event = LC_SECRET_EVENT_INIT;

    if (!look->idle || !look->unit.installed || look->unit.dying)
        return true;
    if (!lc_store_secret_event(look->store, look->unit.app, look->unit.name, look->leader, &event,
                               err))
        return false;
    out->kind = kinds[event.kind];
    out->revision = out->version = event.revision;
    return lc_hook_set(&out->secret, event.id, err) && lc_hook_set(&out->label, event.label, err);
}

/* Machines attach storage before install, Kubernetes after start (juju-hooks 1.11). */
static bool step_storage(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_storages_release) struct lc_storages storages = LC_STORAGES_INIT;
    const bool sidecar = look->meta->container_count > 0;

    if (!look->idle || (sidecar && !look->unit.started && !look->unit.dying))
        return true;
    if (!lc_store_storages(look->store, look->unit.name, &storages, err))
        return false;
    for (size_t i = 0; i < storages.count; i++) {
        const struct lc_storage *storage = &storages.items[i];
        if (storage->attached != look->unit.dying)
            continue;
        out->kind = look->unit.dying ? LC_HOOK_STORAGE_DETACHING : LC_HOOK_STORAGE_ATTACHED;
        return lc_hook_set(&out->endpoint, storage->name, err) &&
               lc_hook_set(&out->storage, storage->id, err);
    }
    return true;
}

static bool announce_config(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    out->kind = LC_HOOK_CONFIG_CHANGED;
    lc_free(out->config);
    out->config = NULL;
    return config_text(look->store, look->meta, &look->app, &out->config, err);
}

static bool step_queued(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    size_t prefix;

    if (look->unit.queued == NULL)
        return true;
    out->kind = lc_hook_kind_of(look->unit.queued, &prefix);
    return out->kind != LC_HOOK_CONFIG_CHANGED || announce_config(look, out, err);
}

static bool remove_unit(struct lc_store *store, const struct lc_unit *unit, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) && lc_store_remove_unit(store, unit->name, err) &&
           lc_queue_end_app(store, unit->app, err) && lc_tx_commit(&tx, err);
}

static bool step_dying(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    if (!look->unit.dying)
        return true;
    if (!lc_queue_relations(look->store, look->meta, &look->unit, out, err))
        return false;
    if (out->kind != LC_HOOK_NONE)
        return true;
    if (look->unit.installed && !look->unit.stopped) {
        out->kind = LC_HOOK_STOP;
        return true;
    }
    if (look->unit.installed) {
        out->kind = LC_HOOK_REMOVE;
        return true;
    }
    return remove_unit(look->store, &look->unit, err); /* it never was: nobody needs to be told */
}

static bool step_install(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    (void)err;
    if (!look->unit.dying && !look->unit.installed)
        out->kind = LC_HOOK_INSTALL;
    return true;
}

static bool step_upgrade(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    (void)err;
    if (look->unit.dying || look->unit.revision == look->app.revision)
        return true;
    /* Kubernetes replaces the pod: the old one stops, the new one upgrades and starts. */
    const bool pod = look->meta->container_count > 0 && look->unit.started;
    out->kind = pod ? LC_HOOK_STOP : LC_HOOK_UPGRADE_CHARM;
    out->version = look->app.revision;
    return true;
}

static bool step_config(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *now = NULL;

    if (look->unit.dying)
        return true;
    if (!config_text(look->store, look->meta, &look->app, &now, err))
        return false;
    if (look->unit.config_seen != NULL && strcmp(look->unit.config_seen, now) == 0)
        return true;
    return announce_config(look, out, err);
}

static bool step_relations(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    if (look->unit.dying || !look->unit.started)
        return true;
    return lc_queue_relations(look->store, look->meta, &look->unit, out, err);
}

static bool step_update_status(struct look *look, struct lc_hook *out, struct lc_err *err)
{
    (void)err;
    if (look->unit.update_due && !look->unit.dying && look->unit.started)
        out->kind = LC_HOOK_UPDATE_STATUS;
    return true;
}

static bool (*const steps[])(struct look *look, struct lc_hook *out, struct lc_err *err) = {
    step_reboot,  step_created,   step_leadership,    step_pebble,  step_secrets, /* 1, 3 to 6 */
    step_storage, step_queued,    step_dying,         step_install, step_upgrade, /* 9 to 13 */
    step_config,  step_relations, step_update_status,                             /* 14 to 16 */
};

static bool load_look(struct lc_store *store, struct lc_charms *charms, const char *unit,
                      struct look *out, struct lc_err *err)
{
    out->store = store;
    if (!lc_store_unit(store, unit, &out->unit, err) ||
        !lc_store_app(store, out->unit.app, &out->app, err))
        return false;
    out->leader = out->app.leader != NULL && strcmp(out->app.leader, unit) == 0;
    out->idle = out->unit.queued == NULL;
    /* The events are those of the charm that the unit runs, or is about to install. */
    return lc_charms_get(charms, store, out->unit.app,
                         out->unit.revision == 0 ? out->app.revision : out->unit.revision,
                         &out->meta, err);
}

bool lc_queue_next(struct lc_store *store, struct lc_charms *charms, const char *unit,
                   struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(look_release) struct look look = { .store = NULL };

    lc_hook_release(out);
    if (!load_look(store, charms, unit, &look, err))
        return false;
    if (look.unit.phase != LC_PHASE_IDLE)
        return true;
    for (size_t i = 0; i < LC_COUNT(steps) && out->kind == LC_HOOK_NONE; i++)
        if (!steps[i](&look, out, err))
            return lc_wrap(err, "unit '%s'", unit);
    return true;
}

/* The one that follows whatever else happened. */
static bool config_done(struct lc_store *store, const struct lc_unit *unit,
                        const struct lc_hook *hook, struct lc_err *err)
{
    return lc_store_set_unit_text(store, unit->name, LC_UNIT_CONFIG_SEEN, hook->config, err) &&
           lc_store_set_unit_text(store, unit->name, LC_UNIT_QUEUED, unit->started ? NULL : "start",
                                  err);
}

static bool start_done(struct lc_store *store, const struct lc_unit *unit, struct lc_err *err)
{
    const bool untouched = strcmp(unit->status, "maintenance") == 0 &&
                           strcmp(unit->message, "installing charm software") == 0;

    return lc_store_set_unit(store, unit->name, LC_UNIT_STARTED, 1, err) &&
           lc_store_set_unit(store, unit->name, LC_UNIT_REBOOTED, 0, err) &&
           lc_store_set_unit_text(store, unit->name, LC_UNIT_QUEUED, NULL, err) &&
           (!untouched || lc_store_set_unit_status(store, unit->name, "unknown", "", err));
}

static bool upgrade_done(struct lc_store *store, const struct lc_unit *unit, struct lc_err *err)
{
    if (!lc_store_unready_all(store, unit->name, err))
        return false;
    /* The watcher of leader settings starts again and tells once more (juju-hooks 1.9). */
    return lc_store_set_unit_text(store, unit->name, LC_UNIT_QUEUED, "config-changed", err) &&
           lc_store_set_unit(store, unit->name, LC_UNIT_LEADER_SEEN, -1, err);
}

/* After a rotation the next is one period later; without a new revision, five minutes. */
static bool rotate_done(struct lc_store *store, const struct lc_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    int64_t expire = 0;
    int64_t now;
    bool found;

    if (!lc_store_secret(store, hook->secret, &meta, &found, err) ||
        !lc_store_now(store, &now, err))
        return false;
    if (!found || meta.rotate_at == 0 || meta.rotate_at / 60 * 60 > now)
        return true;
    if (!lc_store_revision_expire(store, meta.id, meta.latest, &expire, err))
        return false;
    int64_t next = lc_secret_next_rotation(meta.rotate, meta.rotate_at);
    if (meta.latest == hook->version || (expire != 0 && expire < next))
        next = meta.rotate_at + REPEAT_S;
    return lc_store_set_rotate_at(store, meta.id, next > now ? next : now + REPEAT_S, err);
}

static bool secret_done(struct lc_store *store, const char *unit, const struct lc_hook *hook,
                        struct lc_err *err)
{
    int64_t now;

    switch (hook->kind) {
    case LC_HOOK_SECRET_EXPIRED:
        return lc_store_now(store, &now, err) &&
               lc_store_expired_told(store, hook->secret, hook->revision, now + REPEAT_S, err);
    case LC_HOOK_SECRET_ROTATE:
        return rotate_done(store, hook, err);
    case LC_HOOK_SECRET_CHANGED:
        return lc_store_changed_told(store, hook->secret, unit, hook->version, err);
    default:
        return lc_store_remove_told(store, hook->secret, hook->revision, err);
    }
}

/* The unit's own hooks. */
static bool unit_hook_done(struct lc_store *store, const struct lc_unit *unit,
                           const struct lc_hook *hook, struct lc_err *err)
{
    switch (hook->kind) {
    case LC_HOOK_INSTALL:
        return lc_store_set_unit(store, unit->name, LC_UNIT_INSTALLED, 1, err);
    case LC_HOOK_START:
        return start_done(store, unit, err);
    case LC_HOOK_CONFIG_CHANGED:
        return config_done(store, unit, hook, err);
    case LC_HOOK_UPGRADE_CHARM:
        return upgrade_done(store, unit, err);
    case LC_HOOK_LEADER_ELECTED:
        return lc_store_set_unit(store, unit->name, LC_UNIT_ELECTED, 1, err);
    case LC_HOOK_LEADER_SETTINGS_CHANGED:
        return lc_store_set_unit(store, unit->name, LC_UNIT_LEADER_SEEN, hook->version, err);
    case LC_HOOK_STOP:
        return lc_store_set_unit(store, unit->name, LC_UNIT_STARTED, 0, err) &&
               lc_store_set_unit(store, unit->name, LC_UNIT_STOPPED, unit->dying, err);
    case LC_HOOK_REMOVE:
        return remove_unit(store, unit, err);
    default:
        return true;
    }
}

bool lc_queue_done(struct lc_store *store, const char *name, const struct lc_hook *hook,
                   struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    /* Any hook swallows an update-status that was due. */
    if (!lc_store_unit(store, name, &unit, err) ||
        !lc_store_set_unit(store, name, LC_UNIT_UPDATE_DUE, 0, err))
        return false;
    if (hook->fired)
        return true;
    if (lc_hook_is_relation(hook->kind))
        return lc_queue_relation_done(store, &unit, hook, err);
    if (lc_hook_is_secret(hook->kind))
        return secret_done(store, name, hook, err);
    switch (hook->kind) {
    case LC_HOOK_STORAGE_ATTACHED:
        return lc_store_set_attached(store, hook->storage, err);
    case LC_HOOK_STORAGE_DETACHING:
        return lc_store_remove_storage(store, hook->storage, err);
    case LC_HOOK_PEBBLE_READY:
        return lc_store_set_container(store, name, hook->endpoint, true, err);
    default:
        return unit_hook_done(store, &unit, hook, err);
    }
}

bool lc_queue_due(struct lc_store *store, int64_t *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    int64_t held_until;
    int64_t now;

    if (!lc_store_secret_due(store, out, err) || !lc_store_hold_due(store, &held_until, err) ||
        !lc_store_now(store, &now, err) || !lc_store_units(store, NULL, &units, err))
        return false;
    if (held_until != 0 && (*out == 0 || held_until < *out))
        *out = held_until;
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
        if (!lc_store_unit(store, units.items[i], &unit, err))
            return false;
        if (unit.phase == LC_PHASE_FAILED && unit.retry_at > now &&
            (*out == 0 || unit.retry_at < *out))
            *out = unit.retry_at;
    }
    return true;
}
