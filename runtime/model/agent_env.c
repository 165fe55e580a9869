/* The environment of a hook (juju-hooks 1.2). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/agent_private.h"

#define STANDARD_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static bool add(struct lc_strlist *out, const char *name, const char *value, struct lc_err *err)
{
    return lc_strlist_addf(out, err, "%s=%s", name, value == NULL ? "" : value);
}

/* The same for every hook of a unit; exported even when empty. */
static bool add_always(const struct lc_agent *agent, const struct lc_context *context,
                       const char *charm, const char *socket, struct lc_strlist *out,
                       struct lc_err *err)
{
    static const char *const empty[] = {
        "JUJU_AVAILABILITY_ZONE", "JUJU_PRINCIPAL_UNIT",    "CLOUD_API_VERSION",
        "JUJU_CHARM_HTTP_PROXY",  "JUJU_CHARM_HTTPS_PROXY", "JUJU_CHARM_FTP_PROXY",
        "JUJU_CHARM_NO_PROXY",
    };
    const struct lc_store *store = context->store;
    const char *path = getenv("PATH");
    const bool sidecar = context->meta->container_count > 0;

    for (size_t i = 0; i < LC_COUNT(empty); i++)
        if (!add(out, empty[i], "", err))
            return false;
    if (!lc_store_juju_is(store, "4.0") && !add(out, "JUJU_SLA", "", err))
        return false;
    return add(out, "JUJU_UNIT_NAME", context->unit.name, err) &&
           add(out, "JUJU_MODEL_NAME", lc_store_name(store), err) &&
           add(out, "JUJU_MODEL_UUID", lc_store_uuid(store), err) &&
           add(out, "JUJU_CHARM_DIR", charm, err) && add(out, "CHARM_DIR", charm, err) &&
           add(out, "JUJU_VERSION", lc_store_juju_version(store), err) &&
           add(out, "JUJU_CONTEXT_ID", context->id, err) &&
           add(out, "JUJU_AGENT_SOCKET_ADDRESS", socket, err) &&
           add(out, "JUJU_AGENT_SOCKET_NETWORK", "unix", err) &&
           add(out, "JUJU_API_ADDRESSES", "10.0.0.1:17070", err) &&
           (sidecar ? add(out, "JUJU_MACHINE_ID", "", err)
                    : lc_strlist_addf(out, err, "JUJU_MACHINE_ID=%lld",
                                      (long long)context->unit.machine)) &&
           lc_strlist_addf(out, err, "PATH=%s:%s", agent->tools,
                           path == NULL || path[0] == '\0' ? STANDARD_PATH : path) &&
           add(out, "LANG", "C.UTF-8", err) && add(out, "TERM", "tmux-256color", err) &&
           add(out, "DEBIAN_FRONTEND", "noninteractive", err) &&
           add(out, "APT_LISTCHANGES_FRONTEND", "none", err);
}

static bool add_relation(const struct lc_hook *hook, struct lc_strlist *out, struct lc_err *err)
{
    if (hook->relation == -1)
        return true;
    return add(out, "JUJU_RELATION", hook->endpoint, err) &&
           lc_strlist_addf(out, err, "JUJU_RELATION_ID=%s:%lld", hook->endpoint,
                           (long long)hook->relation) &&
           add(out, "JUJU_REMOTE_APP", hook->kind == LC_HOOK_EXEC ? "" : hook->remote_app, err) &&
           add(out, "JUJU_REMOTE_UNIT", hook->remote_unit, err) &&
           (hook->departing == NULL || add(out, "JUJU_DEPARTING_UNIT", hook->departing, err));
}

/* The id has no single form: bare for expired, with the scheme for the others. */
static bool add_secret(const struct lc_hook *hook, struct lc_strlist *out, struct lc_err *err)
{
    const bool with_revision = hook->kind == LC_HOOK_SECRET_EXPIRED ||
                               hook->kind == LC_HOOK_SECRET_REMOVE;

    if (!lc_hook_is_secret(hook->kind))
        return true;
    return lc_strlist_addf(out, err, "JUJU_SECRET_ID=%s%s",
                           hook->kind == LC_HOOK_SECRET_EXPIRED ? "" : "secret:", hook->secret) &&
           add(out, "JUJU_SECRET_LABEL", hook->label, err) &&
           (!with_revision ||
            lc_strlist_addf(out, err, "JUJU_SECRET_REVISION=%lld", (long long)hook->revision));
}

static bool add_storage(const struct lc_context *context, struct lc_strlist *out,
                        struct lc_err *err)
{
    LC_AUTO(lc_storages_release) struct lc_storages storages = LC_STORAGES_INIT;
    const char *id = context->hook->storage;

    if (id == NULL)
        return true;
    if (!lc_store_storages(context->store, context->unit.name, &storages, err))
        return false;
    for (size_t i = 0; i < storages.count; i++)
        if (strcmp(storages.items[i].id, id) == 0)
            return add(out, "JUJU_STORAGE_ID", id, err) &&
                   add(out, "JUJU_STORAGE_LOCATION", storages.items[i].location, err) &&
                   add(out, "JUJU_STORAGE_KIND", storages.items[i].kind, err);
    return true;
}

static bool add_pebble(const struct lc_hook *hook, struct lc_strlist *out, struct lc_err *err)
{
    if (!lc_hook_is_pebble(hook->kind))
        return true;
    return add(out, "JUJU_WORKLOAD_NAME", hook->endpoint, err) &&
           (hook->check == NULL || add(out, "JUJU_PEBBLE_CHECK_NAME", hook->check, err)) &&
           (hook->notice_id == NULL || (add(out, "JUJU_NOTICE_ID", hook->notice_id, err) &&
                                        add(out, "JUJU_NOTICE_TYPE", hook->notice_type, err) &&
                                        add(out, "JUJU_NOTICE_KEY", hook->notice_key, err)));
}

/* Which event it is. */
static bool add_event(const struct lc_hook *hook, struct lc_strlist *out, struct lc_err *err)
{
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(hook, name);
    if (hook->kind == LC_HOOK_EXEC)
        return add(out, "JUJU_HOOK_NAME", "", err);
    if (hook->kind != LC_HOOK_ACTION)
        return add(out, "JUJU_HOOK_NAME", name, err) &&
               lc_strlist_addf(out, err, "JUJU_DISPATCH_PATH=hooks/%s", name);
    return add(out, "JUJU_HOOK_NAME", "", err) &&
           lc_strlist_addf(out, err, "JUJU_DISPATCH_PATH=actions/%s", name) &&
           add(out, "JUJU_ACTION_NAME", name, err) &&
           lc_strlist_addf(out, err, "JUJU_ACTION_UUID=%lld", (long long)hook->action) &&
           lc_strlist_addf(out, err, "JUJU_ACTION_TAG=action-%lld", (long long)hook->action);
}

/* The model's time for dynamic programs: so much from the machine's. In a file, since a retry has
 * the variables of the first try. Timeouts and the times of files stay real. Nothing in shared
 * memory is wanted: the version of Debian 12 has some all the same. */
static bool add_clock(const struct lc_agent *agent, const struct lc_context *context,
                      struct lc_strlist *out, struct lc_err *err)
{
    const struct lc_clock clock = lc_clock_system();
    char text[32];
    int64_t now;

    if (agent->faketime == NULL)
        return true;
    LC_AUTO(lc_free)
    char *path = lc_store_path(context->store, "units/%s-%lld/faketime", context->unit.app,
                               (long long)context->unit.number);
    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_store_now(context->store, &now, err))
        return false;
    const int len = snprintf(text, sizeof(text), "%+lld\n",
                             (long long)(now - lc_clock_now(&clock)));
    return lc_file_remove(path, err) && lc_file_create(path, text, (size_t)len, 0644, err) &&
           add(out, "LD_PRELOAD", agent->faketime, err) &&
           add(out, "FAKETIME_TIMESTAMP_FILE", path, err) &&
           add(out, "FAKETIME_DONT_FAKE_MONOTONIC", "1", err) &&
           add(out, "FAKETIME_DISABLE_SHM", "1", err) && add(out, "NO_FAKE_STAT", "1", err);
}

/* Recording is asked for where the model is run, from whose folder a path counts; the hook runs in
 * the charm's. */
static bool add_recording(struct lc_strlist *out, struct lc_err *err)
{
    const char *folder = getenv("LUACHARM_RECORD");
    const char *secrets = getenv("LUACHARM_RECORD_SECRETS");
    char here[PATH_MAX];

    if (folder == NULL || *folder == '\0')
        return true;
    if (*folder != '/' && getcwd(here, sizeof(here)) == NULL)
        return lc_fail_errno(err, errno, "cannot tell the current folder");
    return lc_strlist_addf(out, err, "LUACHARM_RECORD=%s%s%s", *folder == '/' ? "" : here,
                           *folder == '/' ? "" : "/", folder) &&
           (secrets == NULL || add(out, "LUACHARM_RECORD_SECRETS", secrets, err));
}

bool agent_environment(const struct lc_agent *agent, const struct lc_context *context,
                       const char *charm, const char *socket, struct lc_strlist *out,
                       struct lc_err *err)
{
    return add_always(agent, context, charm, socket, out, err) &&
           add_clock(agent, context, out, err) && add_event(context->hook, out, err) &&
           add_relation(context->hook, out, err) && add_secret(context->hook, out, err) &&
           add_storage(context, out, err) && add_pebble(context->hook, out, err) &&
           add_recording(out, err);
}
