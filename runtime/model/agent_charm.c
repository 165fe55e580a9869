/* The unit's copy of its charm, and the program in it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/folder.h"
#include "model/agent_private.h"
#include "model/check.h"

static bool has_path(const struct lc_strlist *sorted, const char *path)
{
    return lc_strlist_has(sorted, path);
}

/* An upgrade removes only what the old charm brought and the new one does not (juju-hooks 1.1). */
static bool remove_old(const char *old_charm, const struct lc_strlist *fresh, const char *charm,
                       struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist old = LC_STRLIST_INIT;

    if (!lc_charm_folder_list(old_charm, NULL, &old, err))
        return false;
    for (size_t i = 0; i < old.count; i++) {
        if (has_path(fresh, old.items[i]))
            continue;
        LC_AUTO(lc_free) char *path = lc_path_join(charm, old.items[i]);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_file_remove(path, err))
            return false;
    }
    return true;
}

/* Our own program as the dispatch of a charm that is only Lua, as packing would put it there. */
static bool link_dispatch(const struct lc_agent *agent, const char *charm, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(charm, "dispatch");
    bool wanted;

    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_charm_folder_wants_dispatch(charm, &wanted, err))
        return false;
    if (!wanted)
        return true;
    if (symlink(agent->program, path) == -1)
        return lc_fail_errno(err, errno, "%s", path);
    return true;
}

/* A link to our program, which an earlier deployment made, is not the charm's own dispatch. */
static bool unlink_dispatch(const struct lc_strlist *fresh, const char *charm, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(charm, "dispatch");

    if (path == NULL)
        return lc_fail_memory(err);
    return has_path(fresh, "dispatch") || lc_file_remove(path, err);
}

bool agent_deploy_charm(struct lc_agent *agent, const struct lc_unit *unit, int64_t revision,
                        struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist paths = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *charm = lc_unit_charm_folder(agent->store, unit);
    LC_AUTO(lc_free) char *from = lc_app_charm_folder(agent->store, unit->app, revision);
    LC_AUTO(lc_free) char *old = lc_app_charm_folder(agent->store, unit->app, unit->revision);
    const struct lc_charm_meta *meta;

    if (unit->revision == revision)
        return true;
    if (charm == NULL || from == NULL || old == NULL)
        return lc_fail_memory(err);
    /* What stands there of a unit without a charm was left by one that was killed. */
    if (unit->revision == 0 && !lc_dir_remove_tree(charm, err))
        return false;
    if (!lc_charm_folder_list(from, NULL, &paths, err) || !lc_dir_make(charm, 0755, err))
        return false;
    if (unit->revision != 0 && !remove_old(old, &paths, charm, err))
        return false;
    return unlink_dispatch(&paths, charm, err) && lc_charm_folder_copy(from, &paths, charm, err) &&
           lc_charms_get(&agent->charms, agent->store, unit->app, revision, &meta, err) &&
           lc_charm_folder_complete(charm, meta, err) && link_dispatch(agent, charm, err) &&
           lc_store_set_unit(agent->store, unit->name, LC_UNIT_REVISION, revision, err);
}

bool agent_find_program(const char *charm, const char *kind, const char *name, char **out,
                        struct lc_err *err)
{
    LC_AUTO(lc_free) char *metadata = lc_path_join(charm, "metadata.yaml");
    LC_AUTO(lc_free) char *dispatch = lc_path_join(charm, "dispatch");
    LC_AUTO(lc_free) char *folder = lc_path_join(charm, kind);
    LC_AUTO(lc_free) char *program = folder == NULL ? NULL : lc_path_join(folder, name);

    if (metadata == NULL || dispatch == NULL || program == NULL)
        return lc_fail_memory(err);
    if (!lc_file_exists(metadata))
        return lc_fail(err, LC_ESTATE, "charm missing from disk");
    if (lc_file_exists(dispatch)) {
        if (!lc_file_is_executable(dispatch))
            return lc_fail(err, LC_ESTATE, "%s is there, but cannot be executed", dispatch);
        *out = LC_STEAL(dispatch);
        return true;
    }
    if (lc_file_exists(program) && !lc_file_is_executable(program))
        return lc_fail(err, LC_ESTATE, "%s is there, but cannot be executed", program);
    *out = lc_file_exists(program) ? LC_STEAL(program) : NULL;
    return true;
}
