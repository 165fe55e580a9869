/* What somebody at a terminal sees of long work, and how they stop it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/model.h"

#define MAX_COLUMNS 79 /* of the line: one that wraps cannot be redrawn in its place */

static volatile sig_atomic_t signals;
static volatile sig_atomic_t first_signal;

/* It only takes note: a hook that runs is in a process group of its own, and goes on. */
static void on_interrupt(int number)
{
    static const char ending[] = "\n-- stopping when the hooks that run have ended; again: now\n";
    static const char killing[] = "\n-- killing the hooks that run\n";
    const int kept_errno = errno;

    if (signals == 0)
        first_signal = number;
    if (signals < 2)
        signals++;
    const bool first = signals == 1;
    if (write(STDERR_FILENO, first ? ending : killing,
              first ? sizeof(ending) - 1 : sizeof(killing) - 1) == -1)
        errno = kept_errno; /* nobody sees it */
    errno = kept_errno;
}

bool model_catch_interrupt(struct lc_err *err)
{
    struct sigaction action = { .sa_handler = on_interrupt };

    (void)sigemptyset(&action.sa_mask); /* cannot fail on a valid set */
    if (sigaction(SIGINT, &action, NULL) == -1 || sigaction(SIGTERM, &action, NULL) == -1)
        return lc_fail(err, LC_EINTERNAL, "cannot catch Ctrl-C");
    return true;
}

enum lc_stop model_wanted_stop(void *context)
{
    (void)context;
    return signals == 0 ? LC_STOP_NOT : signals == 1 ? LC_STOP_SOON : LC_STOP_NOW;
}

int model_interrupted(void)
{
    return signals == 0 ? 0 : 128 + first_signal;
}

void model_clear_progress(struct model_work *work)
{
    if (work->drawn)
        (void)fprintf(stderr, "\r\033[K");
    work->drawn = false;
}

void model_draw_progress(void *context, const struct lc_progress *progress)
{
    struct model_work *work = context;
    char line[1024];
    char name[LC_HOOK_NAME_BYTES];

    if (!work->progress)
        return;
    model_clear_progress(work);
    if (progress->running == 0)
        return;
    lc_hook_name(lc_job_hook(progress->at), name);
    (void)snprintf(line, sizeof(line),
                   "%zu hooks done, %zu running, %zu pending: %.200s %s, %lld s", progress->done,
                   progress->running, progress->pending, lc_job_unit(progress->at), name,
                   (long long)(lc_job_ms(progress->at) / 1000));
    (void)fprintf(stderr, "%.*s", MAX_COLUMNS, line);
    (void)fflush(stderr);
    work->drawn = true;
}
