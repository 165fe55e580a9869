/* A charm's folder becomes a .charm archive. */
#include "charm/pack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strlist.h"
#include "base/text.h"
#include "base/yaml.h"
#include "charm/folder.h"
#include "charm/platform.h"

void lc_charm_packed_release(struct lc_charm_packed *packed)
{
    for (size_t i = 0; i < packed->count; i++) {
        lc_free(packed->files[i].name);
        lc_free(packed->files[i].bytes);
    }
    lc_free(packed->files);
    lc_free(packed->file_name);
    lc_buf_release(&packed->archive);
    *packed = (struct lc_charm_packed)LC_CHARM_PACKED_INIT;
}

/* Takes the bytes, also on failure. */
static bool add(struct lc_charm_packed *packed, const char *name, char *bytes, size_t len,
                mode_t mode, struct lc_err *err)
{
    LC_AUTO(lc_free) char *owned = bytes;
    struct lc_charm_packed_file file = { .len = len, .mode = mode };

    if (!lc_grow(&packed->files, &packed->capacity, packed->count, sizeof(*packed->files)))
        return lc_fail_memory(err);
    file.name = lc_strdup(name);
    if (file.name == NULL)
        return lc_fail_memory(err);
    file.bytes = LC_STEAL(owned);
    packed->files[packed->count++] = file;
    return true;
}

static bool add_text(struct lc_charm_packed *packed, const char *name, struct lc_buf *text,
                     struct lc_err *err)
{
    char *bytes;
    size_t len;

    return lc_buf_take(text, &bytes, &len, err) &&
           add(packed, name, bytes, len, S_IFREG | 0644, err);
}

static bool has_hidden_part(const char *path)
{
    return path[0] == '.' || strstr(path, "/.") != NULL;
}

static bool is_left_out(const char *path)
{
    return has_hidden_part(path) || strcmp(path, "charmcraft.yaml") == 0 ||
           strcmp(path, "manifest.yaml") == 0 || lc_text_has_prefix(path, "tests/") ||
           lc_text_has_prefix(path, "build/");
}

static bool add_link(struct lc_charm_packed *packed, const char *path, const char *name,
                     struct lc_err *err)
{
    char target[PATH_MAX];
    const ssize_t len = readlink(path, target, sizeof(target));

    if (len == -1 || len == (ssize_t)sizeof(target))
        return lc_fail_errno(err, len == -1 ? errno : ENAMETOOLONG, "%s", path);
    char *bytes = lc_strndup(target, (size_t)len);
    return bytes == NULL ? lc_fail_memory(err)
                         : add(packed, name, bytes, (size_t)len, S_IFLNK | 0777, err);
}

static bool add_file(struct lc_charm_packed *packed, const char *folder, const char *name,
                     struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);
    struct stat info;
    char *bytes;
    size_t len;

    if (path == NULL)
        return lc_fail_memory(err);
    if (lstat(path, &info) == -1)
        return lc_fail_errno(err, errno, "%s", path);
    if (S_ISLNK(info.st_mode))
        return add_link(packed, path, name, err);
    return lc_file_read_within(folder, name, LC_CHARM_MAX_FILE_BYTES, &bytes, &len, err) &&
           add(packed, name, bytes, len, S_IFREG | ((info.st_mode & 0111) != 0 ? 0755 : 0644), err);
}

static bool add_folder(struct lc_charm_packed *packed, const char *folder, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist paths = LC_STRLIST_INIT;

    if (!lc_charm_folder_list(folder, NULL, &paths, err))
        return false;
    for (size_t i = 0; i < paths.count; i++)
        if (!is_left_out(paths.items[i]) && !add_file(packed, folder, paths.items[i], err))
            return false;
    return true;
}

static bool add_derived(struct lc_charm_packed *packed, const struct lc_charm_meta *meta,
                        struct lc_err *err)
{
    for (int i = 0; i < LC_CHARM_DERIVED_COUNT; i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_YAML_MAX_BYTES);
        const enum lc_charm_derived which = (enum lc_charm_derived)i;
        if (!lc_charm_meta_derive(meta, which, &text, err) ||
            (text.len != 0 && !add_text(packed, lc_charm_derived_name(which), &text, err)))
            return false;
    }
    return true;
}

static bool has_file(const struct lc_charm_packed *packed, const char *name)
{
    for (size_t i = 0; i < packed->count; i++)
        if (strcmp(packed->files[i].name, name) == 0)
            return true;
    return false;
}

static bool has_hook(const struct lc_charm_packed *packed)
{
    for (size_t i = 0; i < packed->count; i++)
        if (lc_text_has_prefix(packed->files[i].name, "hooks/"))
            return true;
    return false;
}

/* Our program, when the charm is in Lua; *architecture_out: of what runs, "" when that is not ours
 * and may be anything. */
static bool add_dispatch(struct lc_charm_packed *packed, const struct lc_charm_pack_spec *spec,
                         const char **architecture_out, struct lc_err *err)
{
    char *program;
    size_t len;
    bool wanted;

    *architecture_out = "";
    if (!lc_charm_folder_wants_dispatch(spec->folder, &wanted, err))
        return false;
    if (!wanted) {
        if (has_file(packed, "dispatch") || has_hook(packed))
            return true;
        return lc_fail(err, LC_EUSAGE,
                       "%s: nothing to run: expected src/charm.lua, hooks/ or a dispatch",
                       spec->folder);
    }
    if (!lc_file_read(spec->program, LC_CHARM_MAX_FILE_BYTES, &program, &len, err))
        return false;
    *architecture_out = lc_charm_program_architecture(program, len);
    if ((*architecture_out)[0] == '\0') {
        lc_free(program);
        return lc_fail(err, LC_EUSAGE, "%s: expected a luacharm program", spec->program);
    }
    return add(packed, "dispatch", program, len, S_IFREG | 0755, err);
}

static bool choose_platform(const struct lc_charm_pack_spec *spec, const struct lc_charm_meta *meta,
                            const char *architecture, struct lc_charm_platform *out,
                            struct lc_err *err)
{
    if (spec->platform == NULL ? !lc_charm_platform_of(meta, architecture, out, err)
                               : !lc_charm_platform_parse(spec->platform, out, err))
        return false;
    if (out->architecture[0] == '\0')
        (void)snprintf(out->architecture, sizeof(out->architecture), "%s",
                       architecture[0] != '\0' ? architecture : spec->architecture);
    if (architecture[0] != '\0' && strcmp(architecture, out->architecture) != 0)
        return lc_fail(err, LC_EUSAGE, "platform '%s': the program is for %s", spec->platform,
                       architecture);
    return true;
}

static bool add_manifest(struct lc_charm_packed *packed, const struct lc_charm_platform *platform,
                         const char *version, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_YAML_MAX_BYTES);
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;

    if (!lc_yaml_writer_new(&text, &writer, err))
        return false;
    lc_yaml_begin_object(writer);
    lc_yaml_put_string(writer, "bases");
    lc_yaml_begin_array(writer);
    lc_yaml_begin_object(writer);
    lc_yaml_put_string(writer, "architectures");
    lc_yaml_begin_array(writer);
    lc_yaml_put_string(writer, platform->architecture);
    lc_yaml_end_array(writer);
    lc_yaml_put_string(writer, "channel");
    lc_yaml_put_string(writer, platform->channel);
    lc_yaml_put_string(writer, "name");
    lc_yaml_put_string(writer, platform->base);
    lc_yaml_end_object(writer);
    lc_yaml_end_array(writer);
    lc_yaml_put_string(writer, "luacharm-version");
    lc_yaml_put_string(writer, version);
    lc_yaml_end_object(writer);
    return lc_yaml_writer_finish(writer, err) && add_text(packed, "manifest.yaml", &text, err);
}

static int compare_names(const void *a, const void *b)
{
    const struct lc_charm_packed_file *left = a;
    const struct lc_charm_packed_file *right = b;

    return strcmp(left->name, right->name);
}

static bool write_archive(struct lc_charm_packed *packed, struct lc_err *err)
{
    LC_AUTO(lc_free)
    struct lc_archive_entry *entries = lc_alloc(packed->count, sizeof(*entries));
    LC_AUTO(lc_free) size_t *sizes = lc_alloc(packed->count, sizeof(*sizes));

    if (entries == NULL || sizes == NULL)
        return lc_fail_memory(err);
    qsort(packed->files, packed->count, sizeof(*packed->files), compare_names);
    for (size_t i = 0; i < packed->count; i++) {
        const struct lc_charm_packed_file *file = &packed->files[i];
        entries[i] = (struct lc_archive_entry){ file->name, file->bytes, file->len, file->mode };
    }
    if (!lc_archive_write(entries, packed->count, &packed->archive, sizes, err))
        return false;
    for (size_t i = 0; i < packed->count; i++)
        packed->files[i].packed = sizes[i];
    return true;
}

static bool name_archive(struct lc_charm_packed *packed, const struct lc_charm_meta *meta,
                         const struct lc_charm_platform *platform, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(512);

    lc_buf_printf(&name, "%s_%s-%s-%s.charm", meta->name, platform->base, platform->channel,
                  platform->architecture);
    return lc_buf_take(&name, &packed->file_name, NULL, err);
}

bool lc_charm_pack(const struct lc_charm_pack_spec *spec, struct lc_charm_packed *out,
                   struct lc_err *err)
{
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_charm_platform platform;
    const char *architecture;

    if (!lc_charm_meta_load(spec->folder, &meta, err))
        return false;
    if (!add_folder(out, spec->folder, err) || !add_dispatch(out, spec, &architecture, err) ||
        !choose_platform(spec, meta, architecture, &platform, err) ||
        !add_derived(out, meta, err) || !add_manifest(out, &platform, spec->version, err))
        return false;
    return name_archive(out, meta, &platform, err) && write_archive(out, err);
}
