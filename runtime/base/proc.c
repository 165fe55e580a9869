/* Running programs: posix_spawn, and one poll loop that feeds, reads, serves and waits. */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define DRAIN_MS      100 /* after the exit, as Juju's agent waits (juju-hooks 1.3) */
#define READ_BYTES    16384
#define WITHOUT_PIDFD 5 /* ms between looks at the child on kernels before 5.3 */

enum { READ_END, WRITE_END };

/* The parent's ends and the child; a closed descriptor is -1. */
struct run {
    const struct lc_proc *proc;
    struct lc_proc_result *result;
    pid_t pid;
    int pidfd;
    int in;
    int out;
    int err;
    size_t written; /* of proc->input */
    bool exited;
    int64_t deadline_ms; /* 0: none */
};

void lc_proc_result_init(struct lc_proc_result *result, size_t max_output)
{
    *result = (struct lc_proc_result){ .exit_code = -1 };
    lc_buf_init(&result->out, max_output);
    lc_buf_init(&result->err, max_output);
}

void lc_proc_result_release(struct lc_proc_result *result)
{
    lc_buf_release(&result->out);
    lc_buf_release(&result->err);
}

void lc_proc_describe(const struct lc_proc_result *result, char *text)
{
    if (result->timed_out)
        (void)snprintf(text, 64, "timed out");
    else if (result->signal != 0)
        (void)snprintf(text, 64, "killed by signal %d", result->signal);
    else
        (void)snprintf(text, 64, "exit status %d", result->exit_code);
}

static bool is_changed(const struct lc_strmap *changes, const char *variable)
{
    const size_t name_len = strcspn(variable, "=");

    for (size_t i = 0; i < changes->count; i++)
        if (strlen(changes->entries[i].key) == name_len &&
            strncmp(changes->entries[i].key, variable, name_len) == 0)
            return true;
    return false;
}

bool lc_proc_environment(const struct lc_strmap *changes, struct lc_strlist *out,
                         struct lc_err *err)
{
    for (char *const *variable = environ; *variable != NULL; variable++)
        if (!is_changed(changes, *variable) && !lc_strlist_add(out, *variable, err))
            return false;
    for (size_t i = 0; i < changes->count; i++)
        if (!lc_strlist_addf(out, err, "%s=%s", changes->entries[i].key, changes->entries[i].value))
            return false;
    return true;
}

static void close_fd(int *fd)
{
    if (*fd != -1)
        (void)close(*fd); /* nothing can be done, and nothing was buffered */
    *fd = -1;
}

static void kill_child(const struct run *run)
{
    /* It may have exited just now: no error is of interest. */
    (void)kill(run->proc->own_group ? -run->pid : run->pid, SIGKILL);
}

static bool make_pipe(int ends[2], struct lc_err *err)
{
    if (pipe2(ends, O_CLOEXEC) == -1)
        return lc_fail_errno(err, errno, "cannot make a pipe");
    return true;
}

static int add_streams(posix_spawn_file_actions_t *actions, const struct lc_proc *proc,
                       const int child_ends[3])
{
    int code = 0;

    for (int stream = 0; stream < 3 && code == 0 && !proc->inherit_streams; stream++) {
        if (child_ends[stream] == -1)
            code = posix_spawn_file_actions_addopen(actions, stream, "/dev/null", O_RDONLY, 0);
        else
            code = posix_spawn_file_actions_adddup2(actions, child_ends[stream], stream);
    }
    if (code == 0 && proc->directory != NULL)
        code = posix_spawn_file_actions_addchdir_np(actions, proc->directory);
    return code;
}

static int set_signals(posix_spawnattr_t *attributes, bool own_group)
{
    sigset_t defaults;
    sigset_t mask;
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    int code;

    (void)sigemptyset(&defaults); /* cannot fail on a valid set */
    (void)sigaddset(&defaults, SIGPIPE);
    (void)sigaddset(&defaults, SIGINT);
    (void)sigemptyset(&mask);
    code = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (code == 0)
        code = posix_spawnattr_setsigmask(attributes, &mask);
    if (code == 0 && own_group) {
        flags |= POSIX_SPAWN_SETPGROUP;
        code = posix_spawnattr_setpgroup(attributes, 0);
    }
    return code == 0 ? posix_spawnattr_setflags(attributes, flags) : code;
}

static mode_t child_umask;
static bool has_child_umask;

void lc_proc_set_child_umask(mode_t mask)
{
    child_umask = mask;
    has_child_umask = true;
}

/* The child inherits the umask of the moment; an errno value. */
static int spawn_with_umask(const struct lc_proc *proc, const posix_spawn_file_actions_t *actions,
                            const posix_spawnattr_t *attributes, pid_t *pid)
{
    const mode_t ours = has_child_umask ? umask(child_umask) : 0;
    const int code = posix_spawnp(pid, proc->argv[0], actions, attributes, proc->argv,
                                  proc->env == NULL ? environ : proc->env);

    if (has_child_umask)
        (void)umask(ours);
    return code;
}

static bool spawn(const struct lc_proc *proc, const int child_ends[3], pid_t *pid,
                  struct lc_err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return lc_fail_memory(err);
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions); /* always 0 */
        return lc_fail_memory(err);
    }
    code = add_streams(&actions, proc, child_ends);
    if (code == 0)
        code = set_signals(&attributes, proc->own_group);
    if (code == 0)
        code = spawn_with_umask(proc, &actions, &attributes, pid);
    (void)posix_spawnattr_destroy(&attributes); /* always 0 */
    (void)posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return lc_fail_errno(err, code, "cannot run '%s'", proc->argv[0]);
    return true;
}

static bool start(struct run *run, struct lc_err *err)
{
    int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
    int child_ends[3];
    bool good = true;

    if (run->proc->input != NULL)
        good = make_pipe(pipes[0], err);
    if (!run->proc->inherit_streams)
        good = good && make_pipe(pipes[1], err) && make_pipe(pipes[2], err);
    child_ends[0] = pipes[0][READ_END];
    child_ends[1] = pipes[1][WRITE_END];
    child_ends[2] = pipes[2][WRITE_END];
    good = good && spawn(run->proc, child_ends, &run->pid, err);
    for (int i = 0; i < 3; i++)
        close_fd(&child_ends[i]);
    run->in = pipes[0][WRITE_END];
    run->out = pipes[1][READ_END];
    run->err = pipes[2][READ_END];
    if (good && run->in != -1 && fcntl(run->in, F_SETFL, O_NONBLOCK) == -1) {
        kill_child(run);
        good = lc_fail_errno(err, errno, "cannot feed '%s'", run->proc->argv[0]);
    }
    return good;
}

static void feed(struct run *run)
{
    const char *from = (const char *)run->proc->input + run->written;
    const size_t left = run->proc->input_len - run->written;
    const ssize_t count = left == 0 ? 0 : write(run->in, from, left);

    if (count > 0)
        run->written += (size_t)count;
    else if (count == -1 && (errno == EINTR || errno == EAGAIN))
        return;
    /* EPIPE: the child does not want it, which is its business. */
    if (count == -1 || run->written == run->proc->input_len)
        close_fd(&run->in);
}

/* One read; at the end of the stream the descriptor is closed. */
static bool drain(struct run *run, int *fd, struct lc_buf *to, struct lc_secret *secret_to,
                  struct lc_err *err)
{
    char block[READ_BYTES];
    const ssize_t count = read(*fd, block, sizeof(block));
    bool good = true;

    if (count == -1 && errno == EINTR)
        return true;
    if (count <= 0) {
        close_fd(fd);
        return true;
    }
    if (secret_to != NULL) {
        struct lc_err full = LC_ERR_INIT;
        if (!lc_secret_append(secret_to, block, (size_t)count, &full)) {
            run->result->too_much = true;
            good = full.code == LC_ELIMIT ? true : lc_fail_memory(err);
        }
        lc_cleanse(block, sizeof(block));
    } else {
        const size_t room = to->max - to->len;
        lc_buf_add(to, block, (size_t)count < room ? (size_t)count : room);
        run->result->too_much = run->result->too_much || (size_t)count > room;
        good = lc_buf_check(to, err);
    }
    return good;
}

static bool reap(struct run *run, int options, struct lc_err *err)
{
    int status;
    pid_t got;

    do
        got = waitpid(run->pid, &status, options);
    while (got == -1 && errno == EINTR);
    if (got == 0)
        return true;
    run->exited = true;
    if (got == -1)
        return lc_fail_errno(err, errno, "cannot wait for '%s'", run->proc->argv[0]);
    if (WIFEXITED(status))
        run->result->exit_code = WEXITSTATUS(status);
    else if (WIFSIGNALED(status))
        run->result->signal = WTERMSIG(status);
    return true;
}

static int poll_timeout(const struct run *run, int64_t now_ms)
{
    int64_t wait_ms = -1;

    if (run->deadline_ms != 0)
        wait_ms = run->deadline_ms > now_ms ? run->deadline_ms - now_ms : 0;
    if (run->pidfd == -1 && !run->exited && (wait_ms == -1 || wait_ms > WITHOUT_PIDFD))
        wait_ms = WITHOUT_PIDFD;
    return wait_ms > 60000 ? 60000 : (int)wait_ms;
}

/* What is due now; false only on an error of ours. */
static bool step(struct run *run, struct lc_err *err)
{
    struct pollfd fds[] = {
        { .fd = run->in, .events = POLLOUT },
        { .fd = run->out, .events = POLLIN },
        { .fd = run->err, .events = POLLIN },
        { .fd = run->exited ? -1 : run->pidfd, .events = POLLIN },
        { .fd = run->exited || run->proc->watch == NULL ? -1 : run->proc->watch->fd,
          .events = POLLIN },
    };

    if (poll(fds, LC_COUNT(fds), poll_timeout(run, lc_clock_monotonic_ms())) == -1)
        return errno == EINTR ? true : lc_fail_errno(err, errno, "cannot poll");
    if (fds[0].revents != 0)
        feed(run);
    if (fds[1].revents != 0 &&
        !drain(run, &run->out, &run->result->out, run->proc->secret_output, err))
        return false;
    if (fds[2].revents != 0 && !drain(run, &run->err, &run->result->err, NULL, err))
        return false;
    if (run->proc->watch != NULL && fds[4].revents != 0 &&
        !run->proc->watch->ready(run->proc->watch->context, err))
        return false;
    if (!run->exited && (fds[3].revents != 0 || run->pidfd == -1)) {
        if (!reap(run, WNOHANG, err))
            return false;
        if (run->exited)
            run->deadline_ms = lc_clock_monotonic_ms() + DRAIN_MS;
    }
    return true;
}

static bool pump(struct run *run, struct lc_err *err)
{
    while (!run->exited || run->out != -1 || run->err != -1) {
        if (!step(run, err))
            return false;
        if (run->deadline_ms == 0 || lc_clock_monotonic_ms() < run->deadline_ms)
            continue;
        if (run->exited)
            break;
        kill_child(run);
        run->result->timed_out = true;
        return reap(run, 0, err);
    }
    return true;
}

bool lc_proc_run(const struct lc_proc *proc, struct lc_proc_result *result, struct lc_err *err)
{
    struct run run = {
        .proc = proc, .result = result, .pidfd = -1, .in = -1, .out = -1, .err = -1
    };
    bool good = start(&run, err);

    if (good) {
        run.pidfd = (int)syscall(SYS_pidfd_open, run.pid, 0); /* close-on-exec by itself */
        if (proc->timeout_ms > 0)
            run.deadline_ms = lc_clock_monotonic_ms() + proc->timeout_ms;
        good = pump(&run, err);
        if (!good && !run.exited) {
            struct lc_err ignored = LC_ERR_INIT; /* the first error counts */
            kill_child(&run);
            (void)reap(&run, 0, &ignored);
        }
    }
    if (good && proc->own_group)
        (void)kill(-run.pid, SIGKILL); /* what it left running; usually nothing */
    close_fd(&run.in);
    close_fd(&run.out);
    close_fd(&run.err);
    close_fd(&run.pidfd);
    return good;
}
