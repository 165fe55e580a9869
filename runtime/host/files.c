/* The files of a charm. */
#include "host/files.h"

#include <lauxlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "bind/bind.h"

#define CHARM_FILE     "src/charm.lua"
#define LIFECYCLE_FILE "src/lifecycle.lua"
#define PATH_MAX_BYTES 4096u

void host_files_release(struct host_files *files)
{
    lc_charm_meta_free(files->own_meta);
    *files = (struct host_files){ .meta = NULL };
}

void host_files_lend(struct host_files *files, const struct lc_charm_meta *meta)
{
    files->meta = meta;
    files->meta_loaded = true;
}

bool host_files_find(struct host_files *files, const char *folder, struct lc_err *err)
{
    files->folder = folder;
    files->has_charm = lc_file_exists(CHARM_FILE);
    if (files->has_charm || lc_dir_exists("hooks") || lc_file_exists(LIFECYCLE_FILE))
        return true;
    return lc_fail(err, LC_ENOTFOUND, "%s: no charm: neither " CHARM_FILE " nor hooks/NAME.lua",
                   folder);
}

static int require_lifecycle(lua_State *L)
{
    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "lifecycle");
    lua_call(L, 1, 0);
    return 0;
}

static bool set_path(struct bind_vm *vm, struct lc_err *err)
{
    static const char *const names[] = { "src", "lua", "lib" };
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;

    for (size_t i = 0; i < LC_COUNT(names); i++)
        if (!lc_strlist_add(&folders, names[i], err))
            return false;
    return bind_vm_set_path(vm, &folders, err);
}

bool host_files_load(struct host_files *files, struct bind_vm *vm, struct lc_err *err)
{
    if (!set_path(vm, err))
        return false;
    if (files->has_charm)
        return bind_vm_run_file(vm, CHARM_FILE, NULL, err);
    if (!lc_file_exists(LIFECYCLE_FILE))
        return true;
    lua_pushcfunction(bind_vm_state(vm), require_lifecycle);
    return bind_pcall(bind_vm_state(vm), 0, 0, err);
}

bool host_files_run_script(const struct host_files *files, struct bind_vm *vm,
                           const struct lc_event *event, bool *found_out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf path = LC_BUF_INIT(PATH_MAX_BYTES);

    *found_out = false;
    /* The name comes from the environment: it must not lead out of the folder. */
    if (files->has_charm || event->name == NULL || strchr(event->name, '/') != NULL)
        return true;
    lc_buf_printf(&path, "%s/%s.lua", event->kind == LC_EVENT_ACTION ? "actions" : "hooks",
                  event->name);
    if (!lc_buf_check(&path, err))
        return false;
    *found_out = lc_file_exists(path.data);
    return *found_out ? bind_vm_run_file(vm, path.data, NULL, err) : true;
}

/* --- names ------------------------------------------------------------------------------- */

/* A charm's folder without metadata is not one that Juju runs, but an author may try it. */
static bool load_meta(struct host_files *files, struct lc_err *err)
{
    if (files->meta_loaded)
        return true;
    if (!lc_charm_meta_load(files->folder, &files->own_meta, err) && err->code != LC_ENOTFOUND)
        return false;
    files->meta = files->own_meta;
    files->meta_loaded = true;
    return true;
}

static const char *const named_words[] = {
    [HOST_NAMED_ENDPOINT] = "endpoint", [HOST_NAMED_BINDING] = "endpoint or extra binding",
    [HOST_NAMED_STORAGE] = "storage",   [HOST_NAMED_CONTAINER] = "container",
    [HOST_NAMED_ACTION] = "action",     [HOST_NAMED_OPTION] = "option",
    [HOST_NAMED_RESOURCE] = "resource",
};

const char *host_named_word(enum host_named what)
{
    return named_words[what];
}

size_t host_named_count(const struct lc_charm_meta *meta, enum host_named what)
{
    const size_t counts[] = {
        [HOST_NAMED_ENDPOINT] = meta->endpoint_count,
        [HOST_NAMED_BINDING] = meta->endpoint_count + meta->binding_count,
        [HOST_NAMED_STORAGE] = meta->storage_count,
        [HOST_NAMED_CONTAINER] = meta->container_count,
        [HOST_NAMED_ACTION] = meta->action_count,
        [HOST_NAMED_OPTION] = meta->option_count,
        [HOST_NAMED_RESOURCE] = meta->resource_count,
    };

    return counts[what];
}

const char *host_named_at(const struct lc_charm_meta *meta, enum host_named what, size_t index)
{
    switch (what) {
    case HOST_NAMED_BINDING:
        if (index >= meta->endpoint_count)
            return meta->bindings[index - meta->endpoint_count];
        return meta->endpoints[index].name;
    case HOST_NAMED_ENDPOINT:
        return meta->endpoints[index].name;
    case HOST_NAMED_STORAGE:
        return meta->storages[index].name;
    case HOST_NAMED_CONTAINER:
        return meta->containers[index];
    case HOST_NAMED_OPTION:
        return meta->options[index].name;
    case HOST_NAMED_RESOURCE:
        return meta->resources[index].name;
    default:
        return meta->actions[index].name;
    }
}

/* "the metadata has no endpoint 'certificate': did you mean 'certificates'? It has 'certificates',
 * 'ingress'" */
static bool unknown(const struct lc_charm_meta *meta, enum host_named what, const char *name,
                    size_t len, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf known = LC_BUF_INIT(512);
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *text = lc_strndup(name, len);

    if (text == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < host_named_count(meta, what); i++) {
        lc_buf_printf(&known, "%s'%s'", i == 0 ? "" : ", ", host_named_at(meta, what, i));
        if (!lc_strlist_add(&names, host_named_at(meta, what, i), err))
            return false;
    }
    const char *nearest = names.count == 0
                              ? NULL
                              : lc_text_nearest(text, (const char *const *)names.items);
    if (nearest != NULL)
        return lc_fail(err, LC_EUSAGE, "the metadata has no %s '%s': did you mean '%s'? It has %s",
                       named_words[what], text, nearest, known.data);
    return lc_fail(err, LC_EUSAGE, "the metadata has no %s '%s' (it has %s)", named_words[what],
                   text, known.len == 0 ? "none" : known.data);
}

static enum host_named named_by(enum lc_event_kind kind)
{
    if (lc_event_is_relation(kind))
        return HOST_NAMED_ENDPOINT;
    if (kind == LC_EVENT_STORAGE_ATTACHED || kind == LC_EVENT_STORAGE_DETACHING)
        return HOST_NAMED_STORAGE;
    return HOST_NAMED_CONTAINER;
}

static bool is_peer(const struct lc_charm_meta *meta, const char *name, size_t len)
{
    for (size_t i = 0; i < meta->endpoint_count; i++)
        if (strlen(meta->endpoints[i].name) == len &&
            strncmp(meta->endpoints[i].name, name, len) == 0)
            return meta->endpoints[i].role == LC_CHARM_PEERS;
    return false;
}

/* The endpoint that every charm provides without saying so. */
static const char implicit[] = "juju-info";

static bool know_endpoint(const struct lc_charm_meta *meta, const char *name, struct lc_err *err)
{
    return strcmp(name, implicit) == 0 || lc_charm_meta_endpoint(meta, name) != NULL ||
           unknown(meta, HOST_NAMED_ENDPOINT, name, strlen(name), err);
}

static bool know_tls_endpoint(const struct lc_charm_meta *meta, enum lc_charm_role role,
                              const char *name, struct lc_err *err)
{
    static const char wanted[] = "tls-certificates";
    const struct lc_charm_endpoint *endpoint = lc_charm_meta_endpoint(meta, name);

    if (endpoint == NULL)
        return unknown(meta, HOST_NAMED_ENDPOINT, name, strlen(name), err);
    if (endpoint->role == role && strcmp(endpoint->interface, wanted) == 0)
        return true;
    return lc_fail(
        err, LC_EUSAGE, "endpoint '%s' %s the interface '%s'; it should be one that %s '%s'", name,
        lc_charm_role_name(endpoint->role), endpoint->interface, lc_charm_role_name(role), wanted);
}

static bool know_event(const struct lc_charm_meta *meta, const char *name, struct lc_err *err)
{
    size_t prefix_len;
    const enum lc_event_kind kind = lc_event_kind_of(name, &prefix_len);

    if (lc_charm_meta_can_fire(meta, name))
        return true;
    if (lc_event_is_relation(kind) && prefix_len == strlen(implicit) &&
        strncmp(name, implicit, prefix_len) == 0)
        return true;
    if (kind == LC_EVENT_RELATION_BROKEN && is_peer(meta, name, prefix_len))
        return lc_fail(err, LC_EUSAGE, "'%s' never comes: a peer relation is not broken", name);
    return unknown(meta, named_by(kind), name, prefix_len, err);
}

static bool has(const struct lc_charm_meta *meta, enum host_named what, const char *name)
{
    for (size_t i = 0; i < host_named_count(meta, what); i++)
        if (strcmp(host_named_at(meta, what, i), name) == 0)
            return true;
    return what == HOST_NAMED_BINDING && strcmp(name, implicit) == 0;
}

static bool know(const struct lc_charm_meta *meta, enum host_named what, const char *name,
                 struct lc_err *err)
{
    return has(meta, what, name) || unknown(meta, what, name, strlen(name), err);
}

bool host_files_know(void *context, enum bind_name what, const char *name, struct lc_err *err)
{
    struct host_files *files = context;

    if (!load_meta(files, err))
        return false;
    if (files->meta == NULL)
        return true;
    switch (what) {
    case BIND_NAME_EVENT:
        return know_event(files->meta, name, err);
    case BIND_NAME_ACTION:
        return know(files->meta, HOST_NAMED_ACTION, name, err);
    case BIND_NAME_ENDPOINT:
        return know_endpoint(files->meta, name, err);
    case BIND_NAME_BINDING:
        return know(files->meta, HOST_NAMED_BINDING, name, err);
    case BIND_NAME_OPTION:
        return know(files->meta, HOST_NAMED_OPTION, name, err);
    case BIND_NAME_STORAGE:
        return know(files->meta, HOST_NAMED_STORAGE, name, err);
    case BIND_NAME_RESOURCE:
        return know(files->meta, HOST_NAMED_RESOURCE, name, err);
    case BIND_NAME_TLS_REQUIRER:
        return know_tls_endpoint(files->meta, LC_CHARM_REQUIRES, name, err);
    case BIND_NAME_TLS_PROVIDER:
        return know_tls_endpoint(files->meta, LC_CHARM_PROVIDES, name, err);
    }
    return true; /* not reached: all names are above */
}
