/* Storage and resources (juju-hooks 2.17, 2.18). */
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/tools.h"

#define RESOURCE_MAX_BYTES (1024u * 1024 * 1024)

bool lc_tool_storage_list(struct lc_call *call, struct lc_err *err)
{
    const char *name = lc_call_arg(call, 0);
    LC_AUTO(lc_storages_release) struct lc_storages storages = LC_STORAGES_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    if (!lc_flags_no_more(&call->flags, 1, err) ||
        !lc_store_storages(call->context->store, call->context->unit.name, &storages, err))
        return false;
    for (size_t i = 0; i < storages.count; i++)
        if ((name == NULL || strcmp(storages.items[i].name, name) == 0) &&
            !lc_strlist_add(&ids, storages.items[i].id, err))
            return false;
    return lc_out_put_list(call->out, call->format, &ids, err);
}

bool lc_tool_storage_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_storages_release) struct lc_storages storages = LC_STORAGES_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap facts = LC_STRMAP_INIT;
    const char *id = lc_flag_text(&call->flags, "s");
    const char *key = lc_call_arg(call, 0);
    const struct lc_storage *found = NULL;

    if (id == NULL)
        id = call->context->hook->storage;
    if (id == NULL)
        return lc_fail(err, LC_EUSAGE, "no storage instance specified");
    if (!lc_flags_no_more(&call->flags, 1, err) ||
        !lc_store_storages(call->context->store, call->context->unit.name, &storages, err))
        return false;
    for (size_t i = 0; i < storages.count; i++)
        if (strcmp(storages.items[i].id, id) == 0)
            found = &storages.items[i];
    if (found == NULL)
        return lc_fail(err, LC_EUSAGE,
                       "invalid value \"%s\" for option -s: invalid storage ID \"%s\"", id, id);
    if (!lc_strmap_set(&facts, "kind", found->kind, err) ||
        !lc_strmap_set(&facts, "location", found->location, err))
        return false;
    if (key == NULL)
        return lc_out_put_map(call->out, call->format, &facts, err);
    const char *value = lc_strmap_get(&facts, key);
    if (value == NULL)
        return lc_fail(err, LC_ENOTFOUND, "invalid storage attribute \"%s\"", key);
    return lc_out_put_string(call->out, call->format, value, strlen(value), err);
}

/* "data" or "data=2". */
static bool parse_directive(const struct lc_call *call, const char *word, char **name_out,
                            int64_t *count_out, struct lc_err *err)
{
    const char *equals = strchr(word, '=');
    LC_AUTO(lc_free) char *name = lc_strndup(word, strcspn(word, "="));

    if (name == NULL)
        return lc_fail_memory(err);
    *count_out = 1;
    if (equals != NULL && (!lc_text_to_number(equals + 1, 1000, count_out) || *count_out == 0))
        return lc_fail(err, LC_EUSAGE, "only count can be specified for \"%s\"", name);
    if (lc_charm_meta_storage(call->context->meta, name) == NULL)
        return lc_fail(err, LC_ENOTFOUND, "charm storage \"%s\" not found", name);
    *name_out = LC_STEAL(name);
    return true;
}

bool lc_tool_storage_add(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist seen = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist wanted = LC_STRLIST_INIT;

    if (call->flags.arg_count == 0)
        return lc_fail(err, LC_EUSAGE, "storage add requires a storage directive");
    for (size_t i = 0; i < call->flags.arg_count; i++) {
        LC_AUTO(lc_free) char *name = NULL;
        int64_t count;
        if (!parse_directive(call, call->flags.args[i], &name, &count, err))
            return false;
        if (lc_strlist_has(&seen, name))
            return lc_fail(err, LC_EUSAGE, "storage \"%s\" specified more than once", name);
        if (!lc_strlist_add(&seen, name, err))
            return false;
        for (; count > 0; count--)
            if (!lc_strlist_add(&wanted, name, err))
                return false;
    }
    for (size_t i = 0; i < wanted.count; i++)
        if (!lc_strlist_add(&call->context->storage, wanted.items[i], err))
            return false;
    return true;
}

/* The unit's own copy, where Juju would have put what it downloaded. */
static bool fetch(struct lc_call *call, const struct lc_charm_resource *resource, const char *from,
                  char **path_out, struct lc_err *err)
{
    const struct lc_unit *unit = &call->context->unit;
    LC_AUTO(lc_free)
    char *folder = lc_store_path(call->context->store, "units/%s-%lld/resources/%s", unit->app,
                                 (long long)unit->number, resource->name);
    LC_AUTO(lc_free)
    char *path = folder == NULL
                     ? NULL
                     : lc_path_join(folder, resource->filename == NULL ? resource->name
                                                                       : resource->filename);
    LC_AUTO(lc_free) char *bytes = NULL;
    size_t len;

    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_file_read(from, RESOURCE_MAX_BYTES, &bytes, &len, err) ||
        !lc_dir_make(folder, 0755, err) || !lc_file_write(path, bytes, len, 0644, err))
        return lc_wrap(err, "could not download resource");
    *path_out = LC_STEAL(path);
    return true;
}

bool lc_tool_resource_get(struct lc_call *call, struct lc_err *err)
{
    const char *name = lc_call_arg(call, 0);
    LC_AUTO(lc_free) char *from = NULL;
    LC_AUTO(lc_free) char *path = NULL;

    if (name == NULL)
        return lc_fail(err, LC_EUSAGE, "missing required resource name");
    if (!lc_flags_no_more(&call->flags, 1, err))
        return false;
    const struct lc_charm_resource *resource = lc_charm_meta_resource(call->context->meta, name);
    if (!lc_store_resource(call->context->store, call->context->unit.app, name, &from, err))
        return false;
    if (resource == NULL || from == NULL)
        return lc_fail(err, LC_ENOTFOUND,
                       "could not download resource: HTTP request failed: resource#%s/%s not found",
                       call->context->unit.app, name);
    if (!fetch(call, resource, from, &path, err))
        return false;
    lc_buf_puts(call->out, path); /* no line feed (juju-hooks 2.18) */
    return true;
}
