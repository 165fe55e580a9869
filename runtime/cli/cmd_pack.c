/* luacharm pack: a charm's folder into a .charm that Juju deploys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/pack.h"
#include "charm/platform.h"
#include "cli/cmd.h"
#include "cli/lint.h"

#define BIGGEST_SHOWN 5
#define OUTPUT_BYTES  (4u * 1024 * 1024)

/* -o DIR takes the archive's own name. */
static bool write_to(const struct lc_charm_packed *packed, const char *output, char **path_out,
                     struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = NULL;

    if (output == NULL)
        path = lc_strdup(packed->file_name);
    else if (lc_dir_exists(output))
        path = lc_path_join(output, packed->file_name);
    else
        path = lc_strdup(output);
    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_file_write(path, packed->archive.data, packed->archive.len, 0644, err))
        return false;
    *path_out = LC_STEAL(path);
    return true;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct lc_charm_packed_file *left = a;
    const struct lc_charm_packed_file *right = b;

    if (left->packed != right->packed)
        return left->packed < right->packed ? 1 : -1;
    return strcmp(left->name, right->name);
}

static void put_size(char *out, size_t size, size_t bytes)
{
    if (bytes < 1000)
        (void)snprintf(out, size, "%zu B", bytes);
    else if (bytes < 1000 * 1000)
        (void)snprintf(out, size, "%.1f kB", (double)bytes / 1e3);
    else
        (void)snprintf(out, size, "%.1f MB", (double)bytes / 1e6);
}

static void show(struct lc_charm_packed *packed, const char *path)
{
    char size[32];

    put_size(size, sizeof(size), packed->archive.len);
    (void)printf("%s: %s, %zu files\n", path, size, packed->count);
    qsort(packed->files, packed->count, sizeof(*packed->files), compare_sizes);
    for (size_t i = 0; i < packed->count && i < BIGGEST_SHOWN; i++) {
        put_size(size, sizeof(size), packed->files[i].packed);
        (void)printf("%10s  %s\n", size, packed->files[i].name);
    }
}

static bool show_json(const struct lc_charm_packed *packed, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(OUTPUT_BYTES);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PRETTY);

    lc_json_begin_object(&writer);
    lc_json_member_integer(&writer, "bytes", (int64_t)packed->archive.len);
    lc_json_member_string(&writer, "file", path);
    lc_json_key(&writer, "files");
    lc_json_begin_array(&writer);
    for (size_t i = 0; i < packed->count; i++) {
        lc_json_begin_object(&writer);
        lc_json_member_integer(&writer, "bytes", (int64_t)packed->files[i].len);
        lc_json_member_string(&writer, "name", packed->files[i].name);
        lc_json_member_integer(&writer, "packed", (int64_t)packed->files[i].packed);
        lc_json_end_object(&writer);
    }
    lc_json_end_array(&writer);
    lc_json_end_object(&writer);
    if (!lc_buf_check(&text, err))
        return false;
    (void)printf("%s\n", text.data);
    return true;
}

/* What is wrong with it is told; warnings alone are luacharm lint's business. */
static bool check(const char *folder, struct lc_err *err)
{
    LC_AUTO(lc_host_lint_result_release)
    struct lc_host_lint_result found = LC_HOST_LINT_RESULT_INIT;

    if (!lint_folder(folder, false, &found, err))
        return false;
    if (found.errors == 0)
        return true;
    (void)fputs(found.text.data, stderr);
    return lc_fail(err, LC_EUSAGE, "%s: not packed for what is wrong with it, or with --force",
                   folder);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_charm_packed_release) struct lc_charm_packed packed = LC_CHARM_PACKED_INIT;
    LC_AUTO(lc_free) char *path = NULL;
    const char *program = lc_args_value(args, "program");
    const struct lc_charm_pack_spec spec = {
        .folder = args->count == 0 ? "." : args->positionals[0],
        .program = program == NULL ? "/proc/self/exe" : program,
        .architecture = lc_charm_own_architecture(),
        .platform = lc_args_value(args, "platform"),
        .version = LC_VERSION,
    };

    if (!lc_args_has(args, "force") && !check(spec.folder, err))
        return LC_EXIT_FAILED;
    if (!lc_charm_pack(&spec, &packed, err) ||
        !write_to(&packed, lc_args_value(args, "output"), &path, err))
        return LC_EXIT_FAILED;
    if (lc_args_has(args, "json"))
        return show_json(&packed, path, err) ? LC_EXIT_DONE : LC_EXIT_FAILED;
    show(&packed, path);
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "output", 'o', "FILE", "where the archive goes; a folder takes NAME_BASE-ARCH.charm" },
    { "platform", 0, "BASE[:ARCH]", "as ubuntu@22.04:arm64, instead of charmcraft.yaml's" },
    { "program", 0, "FILE", "the luacharm that becomes dispatch, instead of this one" },
    { "force", 0, NULL, "also with what luacharm lint finds to be an error" },
    { "json", 0, NULL, "what is in it, as JSON" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_pack = {
    .name = "pack",
    .synopsis = "[DIR] [-o FILE] [--platform BASE[:ARCH]] [--json]",
    .summary = "a charm's folder into a .charm that juju deploy takes",
    .options = options,
    .max = 1,
    .run = run,
};
