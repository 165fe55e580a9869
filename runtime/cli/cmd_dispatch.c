/* luacharm dispatch: what Juju calls, by this name or as the charm's own `dispatch`. */
#include "cli/cmd.h"
#include "host/host.h"

static int run(const struct lc_args *args, struct lc_err *err)
{
    bool logged = false;

    if (lc_host_dispatch(lc_args_value(args, "charm"), &logged, err))
        return LC_EXIT_DONE;
    if (logged)
        err->message[0] = '\0'; /* main prints nothing then */
    return LC_EXIT_FAILED;
}

static const struct lc_opt options[] = {
    { "charm", 0, "DIR", "the charm's folder, instead of the one that Juju names" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_dispatch = {
    .name = "dispatch",
    .synopsis = "[--charm DIR]",
    .summary = "run a hook of a charm: what Juju calls",
    .options = options,
    .run = run,
};
