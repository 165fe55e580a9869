/* Unpacking a .charm archive, which anybody may have made. */
#include <errno.h>
#include <minizip/unzip.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strlist.h"
#include "base/text.h"
#include "charm/archive.h"
#include "charm/archive_memory.h"

struct unpacking {
    unzFile zip;
    const char *folder;
    size_t left;             /* bytes that may still be unpacked */
    struct lc_strlist links; /* name, target, name, target ... */
};

static void end(struct unpacking *unpacking)
{
    if (unpacking->zip != NULL)
        (void)unzClose(unpacking->zip); /* only read from */
    lc_strlist_release(&unpacking->links);
}

static bool is_plain_part(const char *part, size_t len)
{
    return len != 0 && !(len == 1 && part[0] == '.') && !(len == 2 && memcmp(part, "..", 2) == 0);
}

/* Slashes between parts, none of which leads anywhere else. depth_out: how many slashes. */
static bool is_inner_path(const char *path, size_t *depth_out)
{
    *depth_out = 0;
    for (const char *part = path;; part++) {
        const size_t len = strcspn(part, "/");
        if (!is_plain_part(part, len))
            return false;
        part += len;
        if (*part == '\0')
            return true;
        (*depth_out)++;
    }
}

static bool is_name(const char *name, size_t len, size_t *depth_out)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '\\' || name[i] == 0x7f)
            return false;
    return lc_text_is_utf8(name, len) && is_inner_path(name, depth_out);
}

/* As many "../" in front as there are folders above the link, and then an inner path: parents of a
 * link are folders, and each link on the way is held to the same rule. */
static bool stays_inside(const char *name, const char *target)
{
    size_t depth;
    size_t ignored;

    if (!is_inner_path(name, &depth))
        return false;
    for (; strncmp(target, "../", 3) == 0; target += 3)
        if (depth-- == 0)
            return false;
    return is_inner_path(target, &ignored);
}

static bool fail_damaged(const char *name, struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, "%s: the archive is damaged here", name);
}

/* The current entry's content, which is exactly as long as the archive says. */
static bool read_content(struct unpacking *unpacking, const char *name, size_t len, char **out,
                         struct lc_err *err)
{
    LC_AUTO(lc_free) char *bytes = NULL;
    char beyond;

    if (len > unpacking->left)
        return lc_fail(err, LC_ELIMIT, "%s: the archive unpacks to more than %u bytes", name,
                       LC_ARCHIVE_MAX_UNPACKED_BYTES);
    unpacking->left -= len;
    if (unzOpenCurrentFile(unpacking->zip) != UNZ_OK)
        return fail_damaged(name, err);
    bytes = lc_alloc(len + 1, 1);
    if (bytes == NULL)
        return lc_fail_memory(err);
    for (size_t done = 0; done < len;) {
        const int got = unzReadCurrentFile(unpacking->zip, bytes + done, (unsigned)(len - done));
        if (got <= 0)
            return fail_damaged(name, err);
        done += (size_t)got;
    }
    if (unzReadCurrentFile(unpacking->zip, &beyond, 1) != 0 ||
        unzCloseCurrentFile(unpacking->zip) != UNZ_OK)
        return fail_damaged(name, err);
    *out = LC_STEAL(bytes);
    return true;
}

static bool make_parents(const char *folder, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_free) char *parent = lc_strdup(path);

    if (parent == NULL)
        return lc_fail_memory(err);
    *strrchr(parent, '/') = '\0'; /* there is one: after the folder */
    return strlen(parent) <= strlen(folder) || lc_dir_make(parent, 0755, err);
}

static bool unpack_file(struct unpacking *unpacking, const char *name, size_t len, mode_t mode,
                        struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(unpacking->folder, name);
    LC_AUTO(lc_free) char *bytes = NULL;

    if (path == NULL)
        return lc_fail_memory(err);
    return read_content(unpacking, name, len, &bytes, err) &&
           make_parents(unpacking->folder, path, err) &&
           lc_file_create(path, bytes, len, (mode & 0111) != 0 ? 0755 : 0644, err);
}

static bool remember_link(struct unpacking *unpacking, const char *name, size_t len,
                          struct lc_err *err)
{
    LC_AUTO(lc_free) char *target = NULL;

    if (len > LC_ARCHIVE_MAX_NAME_BYTES)
        return lc_fail(err, LC_ELIMIT, "%s: a link's target of more than %u bytes", name,
                       LC_ARCHIVE_MAX_NAME_BYTES);
    if (!read_content(unpacking, name, len, &target, err))
        return false;
    if (strlen(target) != len || !stays_inside(name, target))
        return lc_fail(err, LC_EPARSE, "%s: a link that leads out of the charm, to '%s'", name,
                       target);
    return lc_strlist_add(&unpacking->links, name, err) &&
           lc_strlist_add(&unpacking->links, target, err);
}

static bool unpack_folder(const struct unpacking *unpacking, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(unpacking->folder, name);

    return path == NULL ? lc_fail_memory(err) : lc_dir_make(path, 0755, err);
}

static bool unpack_entry(struct unpacking *unpacking, struct lc_err *err)
{
    char name[LC_ARCHIVE_MAX_NAME_BYTES + 1];
    unz_file_info64 info;
    size_t depth;

    if (unzGetCurrentFileInfo64(unpacking->zip, &info, name, sizeof(name), NULL, 0, NULL, 0) !=
        UNZ_OK)
        return fail_damaged("an entry", err);
    if (info.size_filename > LC_ARCHIVE_MAX_NAME_BYTES)
        return lc_fail(err, LC_ELIMIT, "a name of more than %u bytes", LC_ARCHIVE_MAX_NAME_BYTES);
    size_t len = info.size_filename;
    name[len] = '\0';
    const bool is_folder = len != 0 && name[len - 1] == '/';
    if (is_folder)
        name[--len] = '\0';
    if (strlen(name) != len || !is_name(name, len, &depth))
        return lc_fail(err, LC_EPARSE, "'%s': not a name of a file in a charm", name);
    /* 4.4.2.2: a mode is there only when the archive was made on Unix. */
    const mode_t mode = (info.version >> 8) == 3 ? (mode_t)(info.external_fa >> 16) : 0;
    if (is_folder)
        return unpack_folder(unpacking, name, err);
    if (S_ISLNK(mode))
        return remember_link(unpacking, name, (size_t)info.uncompressed_size, err);
    return unpack_file(unpacking, name, (size_t)info.uncompressed_size, mode, err);
}

/* What stays_inside counts on: no link made before stands on the way. */
static bool parents_are_folders(const char *folder, char *path, struct lc_err *err)
{
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        struct stat info;
        *slash = '\0';
        const int found = lstat(path, &info);
        *slash = '/';
        if (found == -1 || !S_ISDIR(info.st_mode))
            return lc_fail(err, LC_EPARSE, "%s: a link below a link", path);
    }
    return true;
}

static bool make_link(const struct unpacking *unpacking, const char *name, const char *target,
                      struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(unpacking->folder, name);

    if (path == NULL)
        return lc_fail_memory(err);
    if (!make_parents(unpacking->folder, path, err) ||
        !parents_are_folders(unpacking->folder, path, err))
        return false;
    return symlink(target, path) == -1 ? lc_fail_errno(err, errno, "%s", path) : true;
}

static bool make_links(const struct unpacking *unpacking, struct lc_err *err)
{
    for (size_t i = 0; i < unpacking->links.count; i += 2)
        if (!make_link(unpacking, unpacking->links.items[i], unpacking->links.items[i + 1], err))
            return false;
    return true;
}

bool lc_archive_unpack(const void *bytes, size_t len, const char *folder, struct lc_err *err)
{
    struct archive_memory memory = { .bytes = bytes, .len = len };
    zlib_filefunc64_def functions = archive_memory_functions(&memory);
    __attribute__((cleanup(end))) struct unpacking unpacking = {
        .folder = folder, .left = LC_ARCHIVE_MAX_UNPACKED_BYTES, .links = LC_STRLIST_INIT
    };
    unz_global_info64 totals;

    if (len > LC_ARCHIVE_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "an archive of more than %u bytes", LC_ARCHIVE_MAX_BYTES);
    unpacking.zip = unzOpen2_64("", &functions);
    if (unpacking.zip == NULL || unzGetGlobalInfo64(unpacking.zip, &totals) != UNZ_OK)
        return lc_fail(err, LC_EPARSE, "not a zip archive");
    if (totals.number_entry > LC_ARCHIVE_MAX_ENTRIES)
        return lc_fail(err, LC_ELIMIT, "an archive of more than %u files", LC_ARCHIVE_MAX_ENTRIES);
    if (totals.number_entry == 0)
        return lc_fail(err, LC_EPARSE, "an archive with nothing in it");
    for (int at = unzGoToFirstFile(unpacking.zip); at != UNZ_END_OF_LIST_OF_FILE;
         at = unzGoToNextFile(unpacking.zip)) {
        if (at != UNZ_OK)
            return fail_damaged("the list of files", err);
        if (!unpack_entry(&unpacking, err))
            return false;
    }
    return make_links(&unpacking, err);
}
