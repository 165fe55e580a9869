/* Templates, written into a folder. */
#include "cli/template.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define COMMON "common"
#define PLACE  "{{name}}"

static bool is_listed(const struct template_file *file, const struct lc_strlist *names)
{
    return strcmp(file->template, COMMON) == 0 || lc_strlist_has(names, file->template);
}

static bool list_names(struct lc_strlist *out, struct lc_err *err)
{
    for (const struct template_file *file = template_files; file->template != NULL; file++)
        if (!is_listed(file, out) && !lc_strlist_add(out, file->template, err))
            return false;
    return true;
}

bool template_check(const char *name, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf known = LC_BUF_INIT(1024);

    if (!list_names(&names, err))
        return false;
    if (lc_strlist_has(&names, name))
        return true;
    for (size_t i = 0; i < names.count; i++)
        lc_buf_printf(&known, "%s%s", i == 0 ? "" : ", ", names.items[i]);
    const char *nearest = lc_text_nearest(name, (const char *const *)names.items);
    return lc_fail(err, LC_EUSAGE, "unknown template '%s'%s%s%s; there are %s", name,
                   nearest == NULL ? "" : ": did you mean '", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "'?", known.data);
}

static void fill(const struct template_file *file, const char *charm, struct lc_buf *out)
{
    const char *at = (const char *)file->text;
    size_t left = file->len;

    while (left > 0) {
        const char *place = memmem(at, left, PLACE, strlen(PLACE));
        const size_t len = place == NULL ? left : (size_t)(place - at);
        lc_buf_add(out, at, len);
        if (place == NULL)
            return;
        lc_buf_puts(out, charm);
        at += len + strlen(PLACE);
        left -= len + strlen(PLACE);
    }
}

static bool write_file(const struct template_file *file, const char *charm, const char *folder,
                       struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);
    LC_AUTO(lc_free) char *path = lc_path_join(folder, file->path);
    LC_AUTO(lc_free) char *parent = path == NULL ? NULL : lc_strdup(path);

    if (parent == NULL)
        return lc_fail_memory(err);
    *strrchr(parent, '/') = '\0'; /* there is one: the path was joined */
    fill(file, charm, &text);
    return lc_buf_check(&text, err) && lc_dir_make(parent, 0755, err) &&
           lc_file_create(path, text.data, text.len, 0644, err);
}

bool template_write(const char *name, const char *charm, const char *folder, struct lc_err *err)
{
    for (const struct template_file *file = template_files; file->template != NULL; file++)
        if ((strcmp(file->template, name) == 0 || strcmp(file->template, COMMON) == 0) &&
            !write_file(file, charm, folder, err))
            return false;
    return true;
}
