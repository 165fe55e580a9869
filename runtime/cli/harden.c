/* Hardening at the start (style guide 4). */
#include "cli/harden.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/proc.h"

/* A leak checker looks at its own process by ptrace, which a process that cannot be dumped denies.
 */
#if defined(__SANITIZE_ADDRESS__)
#define DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DUMPABLE 1
#endif
#endif
#ifndef DUMPABLE
#define DUMPABLE 0
#endif

/* A database must not become standard output. What is printed to one that was closed is an error,
 * as it would be to the closed one: so it cannot be written to. */
static void open_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1)
            (void)open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY); /* the lowest that is free */
}

void lc_harden(void)
{
    const struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };
    const struct sigaction ignore = { .sa_handler = SIG_IGN };

    open_streams();
    lc_proc_set_child_umask(umask(077));
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL); /* a file over its limit is an error that is told */
}
