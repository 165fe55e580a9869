/* A temporary folder of a test. */
#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

struct folder {
    char *path;
    struct lc_strlist texts; /* paths and contents that were handed out */
};

static void must(bool done, const struct lc_err *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "tests: %s\n", err->message);
    exit(2);
}

/* text is kept, and taken. */
static const char *keep(struct folder *folder, char *text)
{
    struct lc_err err = LC_ERR_INIT;

    must(text != NULL || lc_fail_memory(&err), &err);
    must(lc_strlist_add(&folder->texts, text, &err), &err);
    lc_free(text);
    return folder->texts.items[folder->texts.count - 1];
}

struct folder *folder_new(void)
{
    struct lc_err err = LC_ERR_INIT;
    struct folder *folder = lc_alloc(1, sizeof(*folder));

    must(folder != NULL || lc_fail_memory(&err), &err);
    must(lc_dir_temporary("luacharm-test", &folder->path, &err), &err);
    return folder;
}

void folder_free(struct folder *folder)
{
    struct lc_err err = LC_ERR_INIT;

    if (folder == NULL)
        return;
    must(lc_dir_remove_tree(folder->path, &err), &err);
    lc_free(folder->path);
    lc_strlist_release(&folder->texts);
    lc_free(folder);
}

const char *folder_path(const struct folder *folder)
{
    return folder->path;
}

const char *folder_file(struct folder *folder, const char *name)
{
    return keep(folder, lc_path_join(folder->path, name));
}

void folder_write(struct folder *folder, const char *name, const char *text, mode_t mode)
{
    struct lc_err err = LC_ERR_INIT;

    must(lc_file_write(folder_file(folder, name), text, strlen(text), mode, &err), &err);
}

void folder_script(struct folder *folder, const char *name, const char *body)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024);

    lc_buf_printf(&text, "#!/bin/sh\n%s\n", body);
    must(lc_buf_check(&text, &err), &err);
    folder_write(folder, name, text.data, 0755);
}

const char *folder_read(struct folder *folder, const char *name)
{
    struct lc_err err = LC_ERR_INIT;
    const char *path = folder_file(folder, name);
    char *text;

    if (!lc_file_exists(path))
        return NULL;
    must(lc_file_read(path, 64u * 1024 * 1024, &text, NULL, &err), &err);
    return keep(folder, text);
}
