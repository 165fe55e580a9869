/* luacharm policy corpus: requests to try policies on, plain and hostile. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/corpus_spec.h"
#include "cli/policy.h"

/* Where requests go: a folder, a file with all of them, or standard output. */
struct output {
    const char *folder;   /* NULL: not a folder */
    struct lc_buf bundle; /* what else there is to be written */
    size_t count;
};

#define BUNDLE_MAX_BYTES (1024u * 1024 * 1024)

static bool put(void *context, const char *kind, const struct lc_buf *pem, struct lc_err *err)
{
    struct output *output = context;
    char name[96];

    output->count++;
    if (output->folder == NULL) {
        lc_buf_printf(&output->bundle, "# %s\n", kind);
        lc_buf_add(&output->bundle, pem->data, pem->len);
        return lc_buf_check(&output->bundle, err);
    }
    (void)snprintf(name, sizeof(name), "%05zu-%.64s.pem", output->count, kind);
    LC_AUTO(lc_free) char *path = lc_path_join(output->folder, name);
    if (path == NULL)
        return lc_fail_memory(err);
    return lc_file_write(path, pem->data, pem->len, 0644, err);
}

static bool read_spec(const char *path, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (!lc_file_read(path, LC_YAML_MAX_BYTES, &text, &len, err))
        return false;
    return lc_yaml_parse(text, len, 0, out, err) || lc_wrap(err, "%s", path);
}

static bool read_seed(const struct lc_args *args, int64_t *out, struct lc_err *err)
{
    const char *text = lc_args_value(args, "seed");

    *out = 1;
    if (text != NULL && !lc_text_to_number(text, INT64_MAX, out))
        return lc_fail(err, LC_EUSAGE, "--seed: expected a number, not '%s'", text);
    return true;
}

/* Kinds that were asked for by name; without them the spec's, and without one, all. */
static bool make(const struct lc_args *args, const struct lc_json *spec, struct lc_corpus *corpus,
                 struct output *output, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist kinds = LC_STRLIST_INIT;

    if (!lc_args_values(args, "kind", &kinds, err))
        return false;
    if (spec == NULL && kinds.count == 0 && !lc_strlist_add(&kinds, "hostile", err))
        return false;
    if (spec != NULL && !corpus_spec_make(spec, corpus, put, output, err))
        return lc_wrap(err, "%s", args->positionals[0]);
    for (size_t i = 0; i < kinds.count; i++)
        if (!corpus_make_kind(corpus, kinds.items[i], put, output, err))
            return lc_wrap(err, "--kind");
    return true;
}

static bool make_all(const struct lc_args *args, struct output *output, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *spec = NULL;
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = NULL;
    const char *domain = lc_args_value(args, "domain");
    int64_t seed;

    if (!read_seed(args, &seed, err) ||
        (args->count > 0 && !read_spec(args->positionals[0], &spec, err)))
        return false;
    if (domain == NULL)
        domain = corpus_spec_domain(spec);
    return lc_corpus_new((uint64_t)seed, domain == NULL ? LC_CORPUS_DOMAIN : domain, &corpus,
                         err) &&
           make(args, spec, corpus, output, err);
}

static bool write_corpus(const struct lc_args *args, struct output *output, struct lc_err *err)
{
    const char *path = lc_args_value(args, "output");
    const bool is_file = path != NULL && lc_text_has_suffix(path, ".pem");

    if (path != NULL && !is_file) {
        output->folder = path;
        if (!lc_dir_make(path, 0755, err))
            return false;
    }
    if (!make_all(args, output, err))
        return false;
    if (path == NULL) {
        (void)fwrite(output->bundle.data, 1, output->bundle.len, stdout); /* main looks at it */
        return true;
    }
    if (is_file && !lc_file_write(path, output->bundle.data, output->bundle.len, 0644, err))
        return false;
    (void)fprintf(stderr, "%zu request%s in %s\n", output->count, output->count == 1 ? "" : "s",
                  path);
    return true;
}

static int list_kinds(void)
{
    const struct lc_corpus_kind *kind;

    for (size_t i = 0; (kind = lc_corpus_kind(i)) != NULL; i++)
        (void)printf("%-28s %s\n", kind->name, kind->text);
    return LC_EXIT_DONE;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct output output = { .count = 0 };

    if (lc_args_has(args, "list"))
        return list_kinds();
    lc_buf_init(&output.bundle, BUNDLE_MAX_BYTES);
    const bool done = write_corpus(args, &output, err);
    lc_buf_release(&output.bundle);
    return done ? LC_EXIT_DONE : err->code == LC_EUSAGE ? LC_EXIT_USAGE : LC_EXIT_FAILED;
}

static const struct lc_opt options[] = {
    { "kind", 'k', "KIND", "one request of this hostile kind; may be repeated" },
    { "list", 0, NULL, "the hostile kinds, and what each does" },
    { "output", 'o', "DIR", "a file for each request; FILE.pem: one with all of them" },
    { "domain", 0, "NAME", "whose names the hostile ones ask for (default: example.com)" },
    { "seed", 0, "N", "the same number gives the same bytes (default: 1)" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_corpus = {
    .name = "corpus",
    .synopsis = "[SPEC] [-o DIR] [--kind KIND...] | --list",
    .summary = "make requests to try policies on: those of a YAML file, or one of each hostile "
               "kind",
    .options = options,
    .max = 1,
    .run = run,
};
