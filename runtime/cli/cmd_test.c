/* luacharm test: the tests of charms. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "host/test.h"

#define TESTS_FOLDER "tests"
#define TESTS_SUFFIX "_test.lua"

/* What is counted and how it is told. */
struct report {
    bool is_tap;
    unsigned passed;
    unsigned failed;
};

/* One charm, entered, and one of its files. */
struct place {
    char *charm; /* its folder, absolute; owned, as below */
    char *file;  /* relative to it; NULL: all of them */
    char *shown; /* the folder as the user called it, with a slash, or "" */
    int64_t line;
};

static void place_release(struct place *place)
{
    lc_free(place->charm);
    lc_free(place->file);
    lc_free(place->shown);
}
LC_AUTO_VALUE(struct place, place_release);

/* --- telling --- */

static void print_indented(const char *prefix, const char *text)
{
    while (*text != '\0') {
        const int len = (int)strcspn(text, "\n");
        (void)printf("%s%.*s\n", prefix, len, text);
        text += len + (text[len] != '\0');
    }
}

static void tell(void *context, const struct lc_test_outcome *outcome)
{
    struct report *report = context;
    const bool passed = outcome->failure == NULL;

    report->passed += passed;
    report->failed += !passed;
    if (report->is_tap)
        (void)printf("%sok %u - %s\n", passed ? "" : "not ", report->passed + report->failed,
                     outcome->name);
    else
        (void)printf("  %s %s\n", passed ? "ok  " : "FAIL", outcome->name);
    if (!passed)
        print_indented(report->is_tap ? "# " : "       ", outcome->failure);
    (void)fflush(stdout); /* main looks at the stream's error */
}

/* A file that cannot be run is a failed test of its name. */
static void tell_broken(struct report *report, const char *shown, const struct lc_buf *traceback,
                        const struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(128u * 1024);

    lc_buf_puts(&text, err->message);
    if (strchr(traceback->data, '\n') != NULL)
        lc_buf_printf(&text, "\n%s", traceback->data);
    tell(report, &(struct lc_test_outcome){ .name = shown, .failure = text.data });
}

/* --- where the tests are --- */

static bool is_charm(const char *folder)
{
    LC_AUTO(lc_free) char *charmcraft = lc_path_join(folder, "charmcraft.yaml");
    LC_AUTO(lc_free) char *metadata = lc_path_join(folder, "metadata.yaml");

    return (charmcraft != NULL && lc_file_exists(charmcraft)) ||
           (metadata != NULL && lc_file_exists(metadata));
}

/* "web_test.lua:12" is the test around that line. */
static bool split_line(struct place *place, char *path, struct lc_err *err)
{
    char *colon = strrchr(path, ':');

    if (colon == NULL || lc_file_exists(path) ||
        !lc_text_to_number(colon + 1, INT_MAX, &place->line))
        return true;
    *colon = '\0';
    return place->line > 0 ? true : lc_fail(err, LC_EUSAGE, "%s: lines count from 1", path);
}

/* The nearest folder above the file that is a charm's. */
static bool find_charm(struct place *place, const char *absolute, const char *given,
                       struct lc_err *err)
{
    place->charm = lc_strdup(absolute);
    if (place->charm == NULL)
        return lc_fail_memory(err);
    for (;;) {
        char *slash = strrchr(place->charm, '/');
        if (slash == NULL || slash == place->charm)
            return lc_fail(err, LC_ENOTFOUND,
                           "%s: no charm: no charmcraft.yaml or metadata.yaml in the folders above",
                           given);
        *slash = '\0';
        if (is_charm(place->charm))
            break;
    }
    const char *inside = absolute + strlen(place->charm) + 1;
    const size_t given_len = strlen(given);
    const size_t inside_len = strlen(inside);
    place->file = lc_strdup(inside);
    place->shown = lc_strndup(given, given_len > inside_len ? given_len - inside_len : 0);
    return place->file != NULL && place->shown != NULL ? true : lc_fail_memory(err);
}

static bool take_folder(struct place *place, const char *absolute, const char *given,
                        struct lc_err *err)
{
    const size_t len = strlen(given);

    if (!is_charm(absolute))
        return lc_fail(err, LC_ENOTFOUND, "%s: no charm: no charmcraft.yaml or metadata.yaml",
                       given);
    place->charm = lc_strdup(absolute);
    place->shown = strcmp(given, ".") == 0 ? lc_strdup("")
                   : given[len - 1] == '/' ? lc_strdup(given)
                                           : lc_path_join(given, "");
    return place->charm != NULL && place->shown != NULL ? true : lc_fail_memory(err);
}

static bool find_place(struct place *place, const char *word, struct lc_err *err)
{
    LC_AUTO(lc_free) char *given = lc_strdup(word);
    char absolute[PATH_MAX];

    if (given == NULL)
        return lc_fail_memory(err);
    if (!split_line(place, given, err))
        return false;
    if (realpath(given, absolute) == NULL)
        return lc_fail_errno(err, errno, "%s", given);
    if (!lc_dir_exists(absolute))
        return find_charm(place, absolute, given, err);
    if (place->line != 0)
        return lc_fail(err, LC_EUSAGE, "%s: a line is one of a file, not of a folder", word);
    return take_folder(place, absolute, given, err);
}

static bool list_files(const struct place *place, struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (place->file != NULL)
        return lc_strlist_add(out, place->file, err);
    if (!lc_dir_exists(TESTS_FOLDER))
        return lc_fail(err, LC_ENOTFOUND, "%s: no tests: no " TESTS_FOLDER "/NAME" TESTS_SUFFIX,
                       place->charm);
    if (!lc_dir_list(TESTS_FOLDER, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (lc_text_has_suffix(names.items[i], TESTS_SUFFIX) &&
            !lc_strlist_addf(out, err, TESTS_FOLDER "/%s", names.items[i]))
            return false;
    return out->count > 0
               ? true
               : lc_fail(err, LC_ENOTFOUND, "%s: no tests: no " TESTS_FOLDER "/NAME" TESTS_SUFFIX,
                         place->charm);
}

/* --- running --- */

static bool run_file(const struct lc_charm_meta *meta, const struct place *place, const char *path,
                     const char *only, struct report *report, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf shown = LC_BUF_INIT(PATH_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf traceback = LC_BUF_INIT(64u * 1024);
    struct lc_err failure = LC_ERR_INIT;

    lc_buf_printf(&shown, "%s%s", place->shown, path);
    if (!lc_buf_check(&shown, err))
        return false;
    (void)printf("%s%s\n", report->is_tap ? "# " : "", shown.data);
    const struct lc_test_file file = { .path = path,
                                       .shown = shown.data,
                                       .only = only,
                                       .line = place->line,
                                       .tell = tell,
                                       .context = report };
    if (!lc_host_test(meta, &file, &traceback, &failure))
        tell_broken(report, shown.data, &traceback, &failure);
    return true;
}

static bool run_place(const char *word, const char *only, struct report *report, struct lc_err *err)
{
    LC_AUTO(place_release) struct place place = { .charm = NULL };
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist files = LC_STRLIST_INIT;

    if (!find_place(&place, word, err))
        return false;
    if (chdir(place.charm) == -1)
        return lc_fail_errno(err, errno, "%s", place.charm);
    if (!lc_charm_meta_load(".", &meta, err))
        return lc_wrap(err, "%s", word);
    if (!list_files(&place, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        if (!run_file(meta, &place, files.items[i], only, report, err))
            return false;
    return true;
}

static int finish(const struct report *report, const char *only, struct lc_err *err)
{
    if (report->is_tap)
        (void)printf("1..%u\n# ", report->passed + report->failed);
    (void)printf("%u passed, %u failed\n", report->passed, report->failed);
    if (report->passed + report->failed > 0)
        return report->failed == 0 ? LC_EXIT_DONE : LC_EXIT_FAILED;
    (void)lc_fail(err, LC_ENOTFOUND, "no test was run%s%s%s", only == NULL ? "" : ": none has '",
                  only == NULL ? "" : only, only == NULL ? "" : "' in its name");
    return LC_EXIT_FAILED;
}

static int list_refusals(bool as_json, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);

    if (!lc_host_test_refusals(as_json, &text, err))
        return LC_EXIT_FAILED;
    (void)fputs(text.data, stdout); /* main looks at the stream's error */
    return LC_EXIT_DONE;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    static const char *const here[] = { "." };
    const char *const *words = args->count == 0 ? here : args->positionals;
    const size_t count = args->count == 0 ? 1 : args->count;
    const char *only = lc_args_value(args, "only");
    struct report report = { .is_tap = lc_args_has(args, "tap") };
    char start[PATH_MAX];

    if (lc_args_has(args, "list-refusals"))
        return list_refusals(lc_args_has(args, "json"), err);
    if (getcwd(start, sizeof(start)) == NULL) {
        (void)lc_fail_errno(err, errno, "cannot tell the current folder");
        return LC_EXIT_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        if (chdir(start) == -1) {
            (void)lc_fail_errno(err, errno, "%s", start);
            return LC_EXIT_FAILED;
        }
        if (!run_place(words[i], only, &report, err))
            return LC_EXIT_FAILED;
    }
    return finish(&report, only, err);
}

static const struct lc_opt options[] = {
    { "only", 0, "NAME", "only tests with this in their name" },
    { "tap", 0, NULL, "as TAP, for other programs" },
    { "list-refusals", 0, NULL, "what a test cannot say since Juju could not do it" },
    { "json", 0, NULL, "the list as JSON" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_test = {
    .name = "test",
    .synopsis = "[PATH[:LINE]...]",
    .summary = "the tests of charms: tests/NAME_test.lua, of a folder or one file",
    .options = options,
    .max = LC_ANY,
    .run = run,
};
