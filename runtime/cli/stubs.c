/* The stubs that editors read: written into a folder, where only stubs are replaced. */
#include "cli/stubs.h"

#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

/* How each of them begins. */
#define MARK "---@meta"
/* Far over what the longest stub has. */
#define STUB_MAX_BYTES (4u * 1024 * 1024)

static bool check_stub(void *context, const char *name, const struct lc_json *text,
                       struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(context, name);
    LC_AUTO(lc_free) char *there = NULL;
    size_t len;

    (void)text;
    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_file_exists(path))
        return true;
    if (!lc_file_read(path, STUB_MAX_BYTES, &there, &len, err))
        return false;
    return strncmp(there, MARK, strlen(MARK)) == 0
               ? true
               : lc_fail(err, LC_EEXIST,
                         "%s: it is there, and no stub, which begin with '" MARK "'", path);
}

static bool write_stub(void *context, const char *name, const struct lc_json *text,
                       struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(context, name);

    if (path == NULL)
        return lc_fail_memory(err);
    LC_AUTO(lc_free) char *parent = lc_strndup(path, (size_t)(strrchr(path, '/') - path));
    if (parent == NULL)
        return lc_fail_memory(err);
    return lc_dir_make(parent, 0755, err) &&
           lc_file_write(path, lc_json_string(text), lc_json_string_len(text), 0644, err);
}

bool stubs_write(const char *files, size_t len, const char *folder, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *parsed = NULL;
    void *where = (void *)(uintptr_t)folder; /* read only */

    return lc_json_parse(files, len, 0, &parsed, err) &&
           lc_json_each(parsed, check_stub, where, err) &&
           lc_json_each(parsed, write_stub, where, err);
}
