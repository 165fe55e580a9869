/* A charm's folder or archive. */
#include "model/charm_source.h"

#include "base/file.h"
#include "base/mem.h"
#include "charm/archive.h"
#include "charm/folder.h"

void lc_charm_source_release(struct lc_charm_source *source)
{
    struct lc_err ignored = LC_ERR_INIT;

    lc_charm_meta_free(source->meta);
    if (source->unpacked != NULL && !lc_dir_remove_tree(source->unpacked, &ignored))
        source->folder = NULL; /* a sweep of the model's folders removes what is left */
    lc_free(source->unpacked);
    *source = (struct lc_charm_source)LC_CHARM_SOURCE_INIT;
}

/* Beside the charms that the model keeps, where a sweep finds what was left by a command that was
 * killed. */
static bool unpack(const struct lc_store *store, const char *path, struct lc_charm_source *out,
                   struct lc_err *err)
{
    LC_AUTO(lc_free) char *parent = lc_store_path(store, "charms");
    LC_AUTO(lc_free) char *bytes = NULL;
    size_t len;

    if (parent == NULL)
        return lc_fail_memory(err);
    if (!lc_file_read(path, LC_ARCHIVE_MAX_BYTES, &bytes, &len, err) ||
        !lc_dir_make(parent, 0755, err) ||
        !lc_dir_make_unique(parent, "unpacked", &out->unpacked, err))
        return false;
    if (!lc_archive_unpack(bytes, len, out->unpacked, err))
        return lc_wrap(err, "%s", path);
    out->folder = out->unpacked;
    return true;
}

/* juju deploy refuses a charm without a program in the same words. */
static bool read(const char *path, struct lc_charm_source *source, struct lc_err *err)
{
    bool has_program;

    if (!lc_charm_meta_load(source->folder, &source->meta, err))
        return source->unpacked == NULL ? false : lc_wrap(err, "%s", path);
    if (!lc_charm_folder_has_program(source->folder, &has_program, err))
        return false;
    if (has_program)
        return true;
    return lc_fail(err, LC_ENOTFOUND,
                   "%s: invalid charm \"%s\": has no hooks nor dispatch file, nor"
                   " src/charm.lua",
                   path, source->meta->name);
}

bool lc_charm_source_open(const struct lc_store *store, const char *path,
                          struct lc_charm_source *out, struct lc_err *err)
{
    out->folder = path;
    if (!lc_dir_exists(path)) {
        if (!lc_file_exists(path))
            return lc_fail(err, LC_ENOTFOUND,
                           "%s: not a folder: expected that of a charm, with its charmcraft.yaml,"
                           " or a .charm",
                           path);
        if (!unpack(store, path, out, err))
            return false;
    }
    return read(path, out, err);
}
