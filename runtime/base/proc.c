/* Running programs: posix_spawn, and one poll loop that feeds, reads, serves and waits, for one
 * child or several. */
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
#include "base/file.h"
#include "base/mem.h"

#define DRAIN_MS      100   /* after the exit, as Juju's agent waits (juju-hooks 1.3) */
#define FIRST_READ    4096  /* bytes: most answers are shorter */
#define NEXT_READ     65536 /* what a pipe holds */
#define WITHOUT_PIDFD 5     /* ms between looks at the child on kernels before 5.3 */

enum { READ_END, WRITE_END };

/* The parent's ends and the child; a closed descriptor is -1. */
struct lc_proc_child {
    struct lc_proc proc; /* its argv, env, directory and watch may be gone */
    struct lc_proc_watch watch;
    struct lc_proc_result *result;
    char *name; /* argv[0] */
    pid_t pid;  /* 0: never started */
    int pidfd;
    int in;
    int out;
    int err;
    size_t written; /* of proc.input */
    bool exited;
    bool ended;          /* and all that it wrote is read, or will never be */
    int64_t deadline_ms; /* 0: none */
    struct lc_err fault; /* of ours, which ended it */
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

static void kill_child(const struct lc_proc_child *child)
{
    /* It may have exited just now: no error is of interest. */
    (void)kill(child->proc.own_group ? -child->pid : child->pid, SIGKILL);
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
    (void)sigaddset(&defaults, SIGXFSZ);
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

/* The system says one thing for a folder, a program and an interpreter that are not there, and no
 * permission where a folder of PATH is not ours to look into. */
static bool fail_start(const struct lc_proc *proc, int code, struct lc_err *err)
{
    const char *program = proc->argv[0];
    const bool in_path = strchr(program, '/') == NULL;

    if (proc->directory != NULL && !lc_dir_exists(proc->directory))
        return lc_fail(err, LC_ENOTFOUND, "cannot run '%s': there is no folder '%s' to run it in",
                       program, proc->directory);
    if (in_path && code == ENOENT)
        return lc_fail(err, LC_ENOTFOUND, "cannot run '%s': no such program in PATH", program);
    if (in_path && code == EACCES)
        return lc_fail(err, LC_EPERM,
                       "cannot run '%s': no such program in PATH, or none that is "
                       "ours to run",
                       program);
    if (code == ENOENT && proc->directory == NULL && lc_file_exists(program))
        return lc_fail(err, LC_ENOTFOUND, "cannot run '%s': its interpreter is not there", program);
    return lc_fail_errno(err, code, "cannot run '%s'", program);
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
    return code == 0 ? true : fail_start(proc, code, err);
}

static bool start(struct lc_proc_child *child, struct lc_err *err)
{
    int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
    int child_ends[3];
    bool good = true;

    if (child->proc.input != NULL)
        good = make_pipe(pipes[0], err);
    if (!child->proc.inherit_streams)
        good = good && make_pipe(pipes[1], err) && make_pipe(pipes[2], err);
    child_ends[0] = pipes[0][READ_END];
    child_ends[1] = pipes[1][WRITE_END];
    child_ends[2] = pipes[2][WRITE_END];
    good = good && spawn(&child->proc, child_ends, &child->pid, err);
    for (int i = 0; i < 3; i++)
        close_fd(&child_ends[i]);
    child->in = pipes[0][WRITE_END];
    child->out = pipes[1][READ_END];
    child->err = pipes[2][READ_END];
    if (good && child->in != -1 && fcntl(child->in, F_SETFL, O_NONBLOCK) == -1) {
        kill_child(child);
        good = lc_fail_errno(err, errno, "cannot feed '%s'", child->name);
    }
    return good;
}

static bool feed(struct lc_proc_child *child, struct lc_err *err)
{
    const char *from = (const char *)child->proc.input + child->written;
    const size_t left = child->proc.input_len - child->written;
    const ssize_t count = left == 0 ? 0 : write(child->in, from, left);

    if (count == -1 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (count == -1 && errno != EPIPE) /* which is the child's business */
        return lc_fail_errno(err, errno, "cannot feed '%s'", child->name);
    child->written += count > 0 ? (size_t)count : 0;
    if (count == -1 || child->written == child->proc.input_len)
        close_fd(&child->in);
    return true;
}

/* The block is overwritten. */
static bool keep_secret(struct lc_proc_child *child, struct lc_secret *to, char *block, size_t len,
                        struct lc_err *err)
{
    struct lc_err full = LC_ERR_INIT;
    const bool kept = lc_secret_append(to, block, len, &full);

    lc_cleanse(block, len);
    if (kept)
        return true;
    child->result->too_much = true;
    return full.code == LC_ELIMIT ? true : lc_fail_memory(err);
}

/* One read; at the end of the stream the descriptor is closed. What is not secret is read to where
 * it stays: databags are megabytes. */
static bool drain(struct lc_proc_child *child, int *fd, struct lc_buf *to,
                  struct lc_secret *secret_to, struct lc_err *err)
{
    char block[FIRST_READ];
    char *at = block;
    size_t most = sizeof(block);

    if (secret_to == NULL && to->len < to->max) {
        most = to->len < FIRST_READ ? FIRST_READ : NEXT_READ;
        if (most > to->max - to->len)
            most = to->max - to->len;
        at = lc_buf_room(to, most);
        if (at == NULL)
            return lc_buf_check(to, err);
    }
    const ssize_t count = read(*fd, at, most);
    if (count == -1 && errno == EINTR)
        return true;
    if (count == -1) /* half of an answer must not look like a whole one */
        return lc_fail_errno(err, errno, "cannot read what '%s' says", child->name);
    if (count == 0) {
        close_fd(fd);
        return true;
    }
    if (secret_to != NULL)
        return keep_secret(child, secret_to, block, (size_t)count, err);
    if (at == block)
        child->result->too_much = true;
    else
        lc_buf_grew(to, (size_t)count);
    return true;
}

static bool reap(struct lc_proc_child *child, int options, struct lc_err *err)
{
    int status;
    pid_t got;

    do
        got = waitpid(child->pid, &status, options);
    while (got == -1 && errno == EINTR);
    if (got == 0)
        return true;
    child->exited = true;
    if (got == -1)
        return lc_fail_errno(err, errno, "cannot wait for '%s'", child->name);
    if (WIFEXITED(status))
        child->result->exit_code = WEXITSTATUS(status);
    else if (WIFSIGNALED(status))
        child->result->signal = WTERMSIG(status);
    return true;
}

/* Until this child needs a look; -1: for ever. */
static int64_t patience(const struct lc_proc_child *child, int64_t now_ms)
{
    int64_t wait_ms = -1;

    if (child->deadline_ms != 0)
        wait_ms = child->deadline_ms > now_ms ? child->deadline_ms - now_ms : 0;
    if (child->pidfd == -1 && !child->exited && (wait_ms == -1 || wait_ms > WITHOUT_PIDFD))
        wait_ms = WITHOUT_PIDFD;
    return wait_ms;
}

enum { FD_IN, FD_OUT, FD_ERR, FD_CHILD, FD_WATCH, FD_COUNT };

static void fill_fds(const struct lc_proc_child *child, struct pollfd *fds)
{
    fds[FD_IN] = (struct pollfd){ .fd = child->in, .events = POLLOUT };
    fds[FD_OUT] = (struct pollfd){ .fd = child->out, .events = POLLIN };
    fds[FD_ERR] = (struct pollfd){ .fd = child->err, .events = POLLIN };
    fds[FD_CHILD] = (struct pollfd){ .fd = child->exited ? -1 : child->pidfd, .events = POLLIN };
    fds[FD_WATCH] = (struct pollfd){ .fd = child->exited ? -1 : child->watch.fd, .events = POLLIN };
}

/* What is due now; false only on an error of ours. */
static bool step(struct lc_proc_child *child, const struct pollfd *fds, struct lc_err *err)
{
    if (fds[FD_IN].revents != 0 && !feed(child, err))
        return false;
    if (fds[FD_OUT].revents != 0 &&
        !drain(child, &child->out, &child->result->out, child->proc.secret_output, err))
        return false;
    if (fds[FD_ERR].revents != 0 && !drain(child, &child->err, &child->result->err, NULL, err))
        return false;
    if (fds[FD_WATCH].revents != 0 && !child->watch.ready(child->watch.context, err))
        return false;
    if (!child->exited && (fds[FD_CHILD].revents != 0 || child->pidfd == -1)) {
        if (!reap(child, WNOHANG, err))
            return false;
        if (child->exited)
            child->deadline_ms = lc_clock_monotonic_ms() + DRAIN_MS;
    }
    return true;
}

/* Killed, and waited for: it cannot refuse. */
static void cut_off(struct lc_proc_child *child)
{
    struct lc_err ignored = LC_ERR_INIT; /* what led here counts */

    if (!child->exited) {
        kill_child(child);
        (void)reap(child, 0, &ignored);
    }
    child->ended = true;
}

static void look_after(struct lc_proc_child *child, const struct pollfd *fds)
{
    if (!step(child, fds, &child->fault)) {
        cut_off(child);
        return;
    }
    if (child->proc.stop_when_full && child->result->too_much) {
        cut_off(child);
        return;
    }
    child->ended = child->exited && child->out == -1 && child->err == -1;
    if (child->ended || child->deadline_ms == 0 || lc_clock_monotonic_ms() < child->deadline_ms)
        return;
    child->result->timed_out = !child->exited;
    cut_off(child);
}

void lc_proc_child_free(struct lc_proc_child *child)
{
    if (child == NULL)
        return;
    if (child->pid != 0 && !child->ended)
        cut_off(child);
    if (child->pid != 0 && child->proc.own_group)
        (void)kill(-child->pid, SIGKILL); /* what it left running; usually nothing */
    close_fd(&child->in);
    close_fd(&child->out);
    close_fd(&child->err);
    close_fd(&child->pidfd);
    lc_free(child->name);
    lc_free(child);
}

bool lc_proc_start(const struct lc_proc *proc, struct lc_proc_result *result,
                   struct lc_proc_child **out, struct lc_err *err)
{
    LC_AUTO(lc_proc_child_free) struct lc_proc_child *child = lc_alloc(1, sizeof(*child));

    if (child == NULL)
        return lc_fail_memory(err);
    child->proc = *proc;
    if (proc->watch != NULL)
        child->watch = *proc->watch;
    else
        child->watch.fd = -1;
    child->result = result;
    child->pidfd = child->in = child->out = child->err = -1;
    child->name = lc_strdup(proc->argv[0]);
    if (child->name == NULL)
        return lc_fail_memory(err);
    if (!start(child, err))
        return false;
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0); /* close-on-exec by itself */
    if (proc->timeout_ms > 0)
        child->deadline_ms = lc_clock_monotonic_ms() + proc->timeout_ms;
    *out = LC_STEAL(child);
    return true;
}

bool lc_proc_has_ended(const struct lc_proc_child *child)
{
    return child->ended;
}

void lc_proc_kill(struct lc_proc_child *child)
{
    if (!child->exited)
        kill_child(child);
}

/* The shortest patience of all, and what the caller has. */
static int poll_timeout(struct lc_proc_child *const *children, size_t count, int64_t until_ms)
{
    const int64_t now_ms = lc_clock_monotonic_ms();
    int64_t wait_ms = until_ms > now_ms ? until_ms - now_ms : 0;

    for (size_t i = 0; i < count; i++) {
        const int64_t own_ms = patience(children[i], now_ms);
        if (own_ms != -1 && own_ms < wait_ms)
            wait_ms = own_ms;
    }
    return (int)wait_ms;
}

bool lc_proc_wait(struct lc_proc_child *const *children, size_t count, int64_t at_most_ms,
                  struct lc_err *err)
{
    LC_AUTO(lc_free) struct pollfd *fds = lc_alloc(count * FD_COUNT, sizeof(*fds));
    const int64_t until_ms = lc_clock_monotonic_ms() + at_most_ms;
    bool ended = false;

    if (fds == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        ended = ended || children[i]->ended;
    while (!ended) {
        for (size_t i = 0; i < count; i++)
            fill_fds(children[i], fds + i * FD_COUNT);
        if (poll(fds, count * FD_COUNT, poll_timeout(children, count, until_ms)) == -1)
            return errno == EINTR ? true : lc_fail_errno(err, errno, "cannot poll");
        for (size_t i = 0; i < count; i++) {
            look_after(children[i], fds + i * FD_COUNT);
            ended = ended || children[i]->ended;
        }
        if (lc_clock_monotonic_ms() >= until_ms)
            break;
    }
    return true;
}

bool lc_proc_end(struct lc_proc_child *child, struct lc_err *err)
{
    LC_AUTO(lc_proc_child_free) struct lc_proc_child *owned = child;

    if (owned->fault.code == LC_OK)
        return true;
    *err = owned->fault;
    return false;
}

bool lc_proc_run(const struct lc_proc *proc, struct lc_proc_result *result, struct lc_err *err)
{
    LC_AUTO(lc_proc_child_free) struct lc_proc_child *child = NULL;

    if (!lc_proc_start(proc, result, &child, err))
        return false;
    while (!child->ended)
        if (!lc_proc_wait(&child, 1, LC_PROC_WAIT_MAX_MS, err))
            return false;
    return lc_proc_end(LC_STEAL(child), err);
}
