/* The files of a charm that is tried: made from the state before, read back after. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/trial.h"
#include "host/trial_machine.h"

#define LINK_MAX_BYTES 1024
#define DEPTH_MAX      32u /* of folders, and of links to folders among them */

/* --- before ------------------------------------------------------------------------------ */

static bool find(struct trial_machine *machine, const char *path, char **out, struct lc_err *err)
{
    if (*path != '/')
        return lc_fail(err, LC_EUSAGE, "files: '%s': expected an absolute path", path);
    return machine->port.find(machine, path, true, out, err);
}

static bool make_link(void *context, const char *path, const struct lc_json *target,
                      struct lc_err *err)
{
    LC_AUTO(lc_free) char *where = NULL;
    LC_AUTO(lc_free) char *folder = NULL;
    const char *name = lc_json_string(target);

    if (name == NULL || strchr(name, '/') != NULL)
        return lc_fail(err, LC_EUSAGE, "links: '%s': expected the name of a folder beside it",
                       path);
    if (!find(context, path, &where, err))
        return false;
    folder = lc_strndup(where, (size_t)(strrchr(where, '/') - where));
    char *beside = folder == NULL ? NULL : lc_path_join(folder, name);
    if (beside == NULL)
        return lc_fail_memory(err);
    const bool made = lc_dir_make(beside, 0755, err);
    lc_free(beside);
    if (made && symlink(name, where) == -1)
        return lc_fail_errno(err, errno, "cannot make the link '%s'", path);
    return made;
}

static bool make_file(void *context, const char *path, const struct lc_json *file,
                      struct lc_err *err)
{
    LC_AUTO(lc_free) char *where = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf bytes = LC_BUF_INIT(HOST_TRIAL_MAX_BYTES);
    const struct lc_json *content = lc_json_get(file, "content");
    const char *encoded = lc_json_get_string(file, "base64");
    const char *mode = lc_json_get_string(file, "mode");

    if (lc_json_string(content) == NULL && encoded == NULL)
        return lc_fail(err, LC_EUSAGE, "files: '%s': expected content or base64", path);
    if (encoded != NULL) {
        if (!lc_base64_decode(encoded, strlen(encoded), &bytes, err))
            return lc_wrap(err, "files: '%s'", path);
    } else {
        lc_buf_add(&bytes, lc_json_string(content), lc_json_string_len(content));
    }
    return lc_buf_check(&bytes, err) && find(context, path, &where, err) &&
           lc_file_create(where, bytes.data, bytes.len,
                          mode == NULL ? 0644 : (mode_t)strtoul(mode, NULL, 8), err);
}

bool trial_files_make(struct trial_machine *machine, const struct lc_json *state,
                      struct lc_err *err)
{
    return lc_json_each(lc_json_get(state, "links"), make_link, machine, err) &&
           lc_json_each(lc_json_get(state, "files"), make_file, machine, err);
}

/* --- after ------------------------------------------------------------------------------- */

/* Two passes over the tree, since files and links are two objects. */
struct lister {
    struct lc_json_writer *out;
    size_t root_len;
    bool links;
};

static bool put_file(const struct lister *lister, const char *path, mode_t mode, struct lc_err *err)
{
    LC_AUTO(lc_free) char *bytes = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf encoded = LC_BUF_INIT(HOST_TRIAL_MAX_BYTES);
    char text[] = "0000";
    size_t len;

    if (!lc_file_read(path, HOST_TRIAL_MAX_BYTES / 2, &bytes, &len, err))
        return false;
    for (size_t i = 0; i < 3; i++)
        text[1 + i] = (char)('0' + ((mode >> (3 * (2 - i))) & 7));
    lc_json_key(lister->out, path + lister->root_len);
    lc_json_begin_object(lister->out);
    lc_json_member_string(lister->out, "mode", text);
    if (lc_text_is_utf8(bytes, len)) {
        lc_json_key(lister->out, "content");
        lc_json_put_string_len(lister->out, bytes, len);
    } else {
        lc_base64_encode(bytes, len, &encoded);
        lc_json_member_string(lister->out, "base64", encoded.data);
    }
    lc_json_end_object(lister->out);
    return lc_buf_check(&encoded, err);
}

static bool put_link(const struct lister *lister, const char *path, struct lc_err *err)
{
    char target[LINK_MAX_BYTES];
    const ssize_t len = readlink(path, target, sizeof(target));

    if (len == -1)
        return lc_fail_errno(err, errno, "%s", path);
    lc_json_key(lister->out, path + lister->root_len);
    lc_json_put_string_len(lister->out, target, (size_t)len);
    return true;
}

static bool walk(const struct lister *lister, const char *folder, unsigned depth,
                 struct lc_err *err);

/* What a link leads to is listed under the link's name; the folder that base/install.h hides behind
 * it is not. */
static bool visit(const struct lister *lister, const char *path, unsigned depth, struct lc_err *err)
{
    struct stat itself;
    struct stat target;

    if (lstat(path, &itself) == -1)
        return lc_fail_errno(err, errno, "%s", path);
    const bool is_link = S_ISLNK(itself.st_mode);
    if (is_link && lister->links && !put_link(lister, path, err))
        return false;
    if (stat(path, &target) == -1) /* a link to nowhere, or out of the test's files */
        return is_link ? true : lc_fail_errno(err, errno, "%s", path);
    if (S_ISDIR(target.st_mode))
        return walk(lister, path, depth + 1, err);
    return lister->links || !S_ISREG(target.st_mode) || put_file(lister, path, target.st_mode, err);
}

static bool walk(const struct lister *lister, const char *folder, unsigned depth,
                 struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (depth > DEPTH_MAX)
        return lc_fail(err, LC_ELIMIT, "%s: more than %u folders deep", folder + lister->root_len,
                       DEPTH_MAX);
    if (!lc_dir_list(folder, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        if (*name == '.' && strstr(name, ".luacharm-") != NULL)
            continue;
        LC_AUTO(lc_free) char *path = lc_path_join(folder, name);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!visit(lister, path, depth, err))
            return false;
    }
    return true;
}

static bool put_tree(const struct trial_machine *machine, struct lc_json_writer *out, bool links,
                     struct lc_err *err)
{
    struct lister lister = { .out = out, .links = links };

    lc_json_begin_object(out);
    if (machine->root != NULL) {
        lister.root_len = strlen(machine->root);
        if (!walk(&lister, machine->root, 0, err))
            return false;
    }
    lc_json_end_object(out);
    return true;
}

bool trial_files_put(const struct trial_machine *machine, struct lc_json_writer *out,
                     struct lc_err *err)
{
    lc_json_begin_object(out);
    lc_json_key(out, "files");
    if (!put_tree(machine, out, false, err))
        return false;
    lc_json_key(out, "links");
    if (!put_tree(machine, out, true, err))
        return false;
    lc_json_end_object(out);
    return true;
}
