/* Folders that nobody has any more. */
#include "model/sweep.h"

#include "base/file.h"
#include "base/mem.h"
#include "model/store_app.h"

/* One of the model's folders; a link in its place leads to what is not the model's. */
static bool sweep_folder(struct lc_store *store, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist kept = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *folder = lc_store_path(store, "%s", name);

    if (folder == NULL)
        return lc_fail_memory(err);
    if (!lc_dir_is_real(folder))
        return true;
    if (!lc_store_folders(store, name, &kept, err) || !lc_dir_list(folder, &there, err))
        return false;
    for (size_t i = 0; i < there.count; i++) {
        if (lc_strlist_has(&kept, there.items[i]))
            continue;
        LC_AUTO(lc_free) char *path = lc_path_join(folder, there.items[i]);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_dir_remove_tree(path, err))
            return false;
    }
    return true;
}

bool lc_sweep(struct lc_store *store, struct lc_err *err)
{
    return sweep_folder(store, "charms", err) && sweep_folder(store, "units", err) &&
           sweep_folder(store, "storage", err);
}
