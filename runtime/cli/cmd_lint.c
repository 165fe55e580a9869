/* luacharm lint: what would go wrong with a charm on deployment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/lint.h"

bool lint_folder(const char *folder, bool as_json, struct lc_host_lint_result *out,
                 struct lc_err *err)
{
    const int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (here == -1)
        return lc_fail_errno(err, errno, "cannot tell the current folder");
    if (chdir(folder) == -1) {
        (void)lc_fail_errno(err, errno, "%s", folder);
        (void)close(here);
        return false;
    }
    bool done = lc_host_lint(as_json, out, err);
    if (fchdir(here) == -1)
        done = lc_fail_errno(err, errno, "cannot go back to the current folder");
    (void)close(here);
    return done;
}

static int list_rules(bool as_json, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);

    if (!lc_host_lint_rules(as_json, &text, err))
        return LC_EXIT_FAILED;
    (void)fputs(text.data, stdout); /* main looks at the stream's error */
    return LC_EXIT_DONE;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_host_lint_result_release)
    struct lc_host_lint_result found = LC_HOST_LINT_RESULT_INIT;
    const bool as_json = lc_args_has(args, "json");

    if (lc_args_has(args, "list"))
        return list_rules(as_json, err);
    if (!lint_folder(args->count == 0 ? "." : args->positionals[0], as_json, &found, err))
        return LC_EXIT_FAILED;
    (void)fputs(found.text.data, stdout);
    const int64_t counted = found.errors + (lc_args_has(args, "strict") ? found.warnings : 0);
    return counted > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "strict", 0, NULL, "exit 3 for warnings, too" },
    { "json", 0, NULL, "as a JSON array" },
    { "list", 0, NULL, "the rules, with an example of each" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_lint = {
    .name = "lint",
    .synopsis = "[DIR] [--strict] [--json] | --list",
    .summary = "what would go wrong with a charm on deployment; exit 3 when something is an error",
    .options = options,
    .max = 1,
    .run = run,
};
