/* luacharm run: a Lua script. */
#include "cli/cmd.h"
#include "host/host.h"

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist words = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf traceback = LC_BUF_INIT(64u * 1024);

    for (size_t i = 1; i < args->count; i++)
        if (!lc_strlist_add(&words, args->positionals[i], err))
            return LC_EXIT_FAILED;
    if (lc_host_run_script(args->positionals[0], &words, &traceback, err))
        return LC_EXIT_DONE;
    lc_cmd_print_failure(traceback.data, err);
    err->message[0] = '\0'; /* told */
    return LC_EXIT_FAILED;
}

const struct lc_cmd lc_cmd_run = {
    .name = "run",
    .synopsis = "FILE [ARG...]",
    .summary = "run a Lua script with the charm modules at hand; - is standard input",
    .min = 1,
    .max = LC_ANY,
    .words_follow = true,
    .run = run,
};
