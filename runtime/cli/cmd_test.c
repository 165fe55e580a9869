/* luacharm test: the tests of charms. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cmd.h"
#include "cli/test.h"

#define JOBS_MAX 1024

/* --- telling --- */

static void print_indented(const char *prefix, const char *text)
{
    while (*text != '\0') {
        const int len = (int)strcspn(text, "\n");
        (void)printf("%s%.*s\n", prefix, len, text);
        text += len + (text[len] != '\0');
    }
}

void test_report_file(const struct test_report *report, const char *called)
{
    (void)printf("%s%s\n", report->is_tap ? "# " : "", called);
}

void test_report_outcome(void *context, const struct lc_test_outcome *outcome)
{
    struct test_report *report = context;
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
static void tell_broken(struct test_report *report, const char *called,
                        const struct lc_buf *traceback, const struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(128u * 1024);

    lc_buf_puts(&text, err->message);
    if (strchr(traceback->data, '\n') != NULL)
        lc_buf_printf(&text, "\n%s", traceback->data);
    test_report_outcome(report, &(struct lc_test_outcome){ .name = called, .failure = text.data });
}

/* --- running --- */

static void run_file(const struct test_place *place, size_t file, const char *only,
                     struct test_report *report)
{
    LC_AUTO(lc_buf_release) struct lc_buf traceback = LC_BUF_INIT(64u * 1024);
    struct lc_err failure = LC_ERR_INIT;
    const struct lc_test_file what = { .path = place->files.items[file],
                                       .shown = place->called.items[file],
                                       .only = only,
                                       .line = place->line,
                                       .tell = test_report_outcome,
                                       .context = report };

    test_report_file(report, what.shown);
    if (!lc_host_test(place->meta, &what, &traceback, &failure))
        tell_broken(report, what.shown, &traceback, &failure);
}

static bool run_here(const struct test_places *places, const char *only, struct test_report *report,
                     struct lc_err *err)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct test_place *place = &places->items[i];
        if (chdir(place->charm) == -1)
            return lc_fail_errno(err, errno, "%s", place->charm);
        for (size_t k = 0; k < place->files.count; k++)
            run_file(place, k, only, report);
    }
    return true;
}

static int finish(const struct test_report *report, const char *only, bool allow_none,
                  struct lc_err *err)
{
    if (report->is_tap)
        (void)printf("1..%u\n# ", report->passed + report->failed);
    (void)printf("%u passed, %u failed\n", report->passed, report->failed);
    if (report->passed + report->failed > 0)
        return report->failed == 0 ? LC_EXIT_DONE : LC_EXIT_FAILED;
    if (allow_none)
        return LC_EXIT_DONE;
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

/* --- the command --- */

static bool find_places(const struct lc_args *args, struct test_places *out, struct lc_err *err)
{
    if (args->count == 0)
        return test_places_add(out, ".", false, err);
    for (size_t i = 0; i < args->count; i++)
        if (!test_places_add(out, args->positionals[i], args->count > 1, err))
            return false;
    return out->count > 0 ? true : lc_fail(err, LC_ENOTFOUND, "none of these has tests");
}

static bool count_jobs(const struct lc_args *args, size_t *out, struct lc_err *err)
{
    const char *text = lc_args_value(args, "jobs");
    int64_t jobs = sysconf(_SC_NPROCESSORS_ONLN);

    if (text != NULL && (!lc_text_to_number(text, JOBS_MAX, &jobs) || jobs < 1))
        return lc_fail(err, LC_EUSAGE, "--jobs: expected a number from 1 to %d, got '%s'", JOBS_MAX,
                       text);
    *out = jobs < 1 ? 1 : (size_t)jobs;
    return true;
}

static bool run_all(const struct lc_args *args, size_t jobs, struct test_report *report,
                    struct lc_err *err)
{
    LC_AUTO(test_places_release) struct test_places places = TEST_PLACES_INIT;
    const char *only = lc_args_value(args, "only");

    if (!find_places(args, &places, err))
        return false;
    return jobs == 1 || test_places_file_count(&places) == 1
               ? run_here(&places, only, report, err)
               : test_jobs_run(&places, jobs, only, report, err);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct test_report report = { .is_tap = lc_args_has(args, "tap") };
    size_t jobs;

    if (lc_args_has(args, "list-refusals"))
        return list_refusals(lc_args_has(args, "json"), err);
    if (!count_jobs(args, &jobs, err))
        return LC_EXIT_USAGE;
    if (!run_all(args, jobs, &report, err))
        return LC_EXIT_FAILED;
    return finish(&report, lc_args_value(args, "only"), lc_args_has(args, "allow-none"), err);
}

static const struct lc_opt options[] = {
    { "only", 0, "NAME", "only tests with this in their name" },
    { "jobs", 'j', "N",
      "files beside each other; as many as there are processors; 1: in one process" },
    { "allow-none", 0, NULL, "no failure when no test is run" },
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
