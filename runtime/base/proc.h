/* Run a program: argv to argv, never through a shell. Standard input is /dev/null or given bytes;
 * output is read while the child runs, to a limit; a child that runs too long is killed.
 *
 *     char *const argv[] = { "nginx", "-t", NULL };
 *     struct lc_proc nginx = { .argv = argv, .timeout_ms = 5000 };
 *     LC_AUTO(lc_proc_result_release) struct lc_proc_result result = LC_PROC_RESULT_INIT(65536);
 *     if (!lc_proc_run(&nginx, &result, err)) ...
 *     if (result.exit_code != 0) ...
 *
 * All our descriptors are close-on-exec, so that a child gets its three and no more. SIGPIPE must
 * be ignored by the program, SIGXFSZ may be; the child gets both back at their defaults. */
#ifndef LC_BASE_PROC_H
#define LC_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "base/strmap.h"

/* Something to be served while the child runs. ready is called when fd is readable; false stops:
 * the child is killed and lc_proc_run fails with that error. */
struct lc_proc_watch {
    int fd;
    bool (*ready)(void *context, struct lc_err *err);
    void *context;
};

struct lc_proc {
    char *const *argv;     /* argv[0] is looked up in our PATH unless it has a slash */
    char *const *env;      /* NULL: ours */
    const char *directory; /* NULL: ours */
    const void *input;     /* standard input; NULL: /dev/null */
    size_t input_len;
    int64_t timeout_ms;                /* 0: none */
    const struct lc_proc_watch *watch; /* NULL: none */
    struct lc_secret *secret_output;   /* not NULL: standard output goes here, not to result->out */
    bool own_group;                    /* a process group of its own, killed as a whole */
    bool inherit_streams;              /* the three streams are ours; nothing is read */
    bool stop_when_full;               /* killed when it writes more than the limit */
};

struct lc_proc_result {
    struct lc_buf out; /* max is what the initialiser was given */
    struct lc_buf err;
    int exit_code; /* -1 when killed by a signal */
    int signal;    /* 0 when it exited */
    bool timed_out;
    bool too_much; /* it wrote more than the limit, to either; what was over is dropped */
};

/* max_output: bytes, of each stream. */
#define LC_PROC_RESULT_INIT(max_output)                                                            \
    {                                                                                              \
        .exit_code = -1, .out = LC_BUF_INIT(max_output), .err = LC_BUF_INIT(max_output)            \
    }
void lc_proc_result_init(struct lc_proc_result *result, size_t max_output);
void lc_proc_result_release(struct lc_proc_result *result);
LC_AUTO_VALUE(struct lc_proc_result, lc_proc_result_release);

/* True when the child ran, whatever its exit status. Output that background children hold open is
 * read for 100 ms more after the exit. That it does not read its input is its business. Errors:
 * LC_ENOTFOUND (no such program), LC_EPERM, LC_EIO, LC_ENOMEM, and what the watch says. */
bool lc_proc_run(const struct lc_proc *proc, struct lc_proc_result *result, struct lc_err *err)
    LC_MUST_CHECK;

/* The same for children that run beside each other: each is started, all are waited for together,
 * and each is ended.
 *
 *     struct lc_proc_child *children[2];
 *     if (!lc_proc_start(&a, &result_a, &children[0], err) || ...)
 *     while (!lc_proc_has_ended(children[0]) && !lc_proc_has_ended(children[1]))
 *         if (!lc_proc_wait(children, 2, LC_PROC_WAIT_MAX_MS, err)) ...
 *     if (!lc_proc_end(LC_STEAL(children[0]), err)) ... */
struct lc_proc_child;

/* Errors: those of starting. proc may go when this returns, but not its input and secret_output;
 * result is written until the end. */
bool lc_proc_start(const struct lc_proc *proc, struct lc_proc_result *result,
                   struct lc_proc_child **out, struct lc_err *err) LC_MUST_CHECK;

/* Feeds, reads and serves all of them until one has ended, a signal was caught, or so much time has
 * passed. */
#define LC_PROC_WAIT_MAX_MS 60000
bool lc_proc_wait(struct lc_proc_child *const *children, size_t count, int64_t at_most_ms,
                  struct lc_err *err) LC_MUST_CHECK;
bool lc_proc_has_ended(const struct lc_proc_child *child);

/* SIGKILL, to its whole group where it has one of its own; it ends soon after. */
void lc_proc_kill(struct lc_proc_child *child);

/* Of one that has ended: what lc_proc_run would say. Frees it. */
bool lc_proc_end(struct lc_proc_child *child, struct lc_err *err) LC_MUST_CHECK;

/* Kills one that has not ended. */
void lc_proc_child_free(struct lc_proc_child *child);
LC_AUTO_POINTER(struct lc_proc_child, lc_proc_child_free);

/* Our environment with these variables set, as lc_proc.env takes it (out.items). out: initialised
 * and empty. Never for secrets: an environment can be read in /proc. */
bool lc_proc_environment(const struct lc_strmap *changes, struct lc_strlist *out,
                         struct lc_err *err) LC_MUST_CHECK;

/* The umask that children get; ours, until it is said. Kept for the whole process, as the umask
 * itself is: ours is strict for our own files, but what a charm's program makes is for others too.
 */
void lc_proc_set_child_umask(mode_t mask);

/* "exit status 1", "killed by signal 9", "timed out"; text has 64 bytes. */
void lc_proc_describe(const struct lc_proc_result *result, char *text);

#endif
