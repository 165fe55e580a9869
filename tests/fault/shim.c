/* Stands between the program and the C library (LD_PRELOAD): one system call of one kind fails, or
 * does less than it was asked for. For a program that is linked dynamically; what the library calls
 * by itself is not seen.
 *
 * $FAULT_CALL says which kind, such as "write"; $FAULT_AT which of them, from 1; $FAULT_HOW how:
 * the number of an error, or "short": one byte is read or written, of several. $FAULT_FIRED is a
 * file that is made when it happens. $FAULT_COUNTS is one that gets how many calls there were of
 * each kind, "KIND COUNT" in a line, at the end. All of it is taken out of the environment:
 * programs that the program starts are left alone. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
    OPEN,
    READ,
    WRITE,
    CLOSE,
    FSYNC,
    RENAME,
    MKDIR,
    MKDTEMP,
    MKOSTEMP,
    UNLINK,
    RMDIR,
    SYMLINK,
    READLINK,
    FCHMOD,
    FCNTL,
    OPENDIR,
    OPENAT,
    UNLINKAT,
    FDOPENDIR,
    PIPE2,
    SPAWN,
    WAITPID,
    POLL,
    GETRANDOM,
    CONNECT,
    SEND,
    RECV,
    KINDS
};

static const char *const names[KINDS] = {
    "open",    "read",     "write",     "close",    "fsync",     "rename",   "mkdir",
    "mkdtemp", "mkostemp", "unlink",    "rmdir",    "symlink",   "readlink", "fchmod",
    "fcntl",   "opendir",  "openat",    "unlinkat", "fdopendir", "pipe2",    "posix_spawnp",
    "waitpid", "poll",     "getrandom", "connect",  "send",      "recv",
};

static long counts[KINDS];
static int armed = KINDS; /* the kind that fails; KINDS: none */
static long armed_at;
static int armed_error; /* 0: short */
static char fired_path[4096];
static char counts_path[4096];

/* --- what is to happen -------------------------------------------------------------------------
 */

static void take(const char *name, char *to, size_t room)
{
    const char *value = getenv(name);

    (void)snprintf(to, room, "%s", value == NULL ? "" : value);
    (void)unsetenv(name);
}

__attribute__((constructor)) static void begin(void)
{
    char text[64];

    take("FAULT_CALL", text, sizeof(text));
    for (int kind = 0; kind < KINDS; kind++)
        if (strcmp(names[kind], text) == 0)
            armed = kind;
    take("FAULT_AT", text, sizeof(text));
    armed_at = strtol(text, NULL, 10);
    take("FAULT_HOW", text, sizeof(text));
    armed_error = (int)strtol(text, NULL, 10);
    take("FAULT_FIRED", fired_path, sizeof(fired_path));
    take("FAULT_COUNTS", counts_path, sizeof(counts_path));
    (void)unsetenv("LD_PRELOAD");
}

/* Straight to the kernel: none of it is counted. */
static void put_file(const char *path, const char *text, size_t len)
{
    const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                            0600);

    if (fd < 0)
        return;
    (void)syscall(SYS_write, fd, text, len);
    (void)syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void)
{
    char line[64];

    for (int kind = 0; kind < KINDS && counts_path[0] != '\0'; kind++) {
        const int len = snprintf(line, sizeof(line), "%s %ld\n", names[kind], counts[kind]);
        put_file(counts_path, line, (size_t)len);
    }
}

/* This call is the one. */
static bool is_due(enum kind kind)
{
    counts[kind]++;
    if ((int)kind != armed || counts[kind] != armed_at)
        return false;
    put_file(fired_path, "", 0);
    errno = armed_error;
    return true;
}

/* One that reads or writes len bytes: how many it may, -1: it fails. Errors leave errno. */
static ssize_t allowed(enum kind kind, size_t len)
{
    const int before = errno;

    if (!is_due(kind))
        return (ssize_t)len;
    if (armed_error != 0)
        return -1;
    errno = before;
    return len > 1 ? 1 : (ssize_t)len;
}

/* The function of this name after ours. A function pointer out of an object pointer: POSIX has
 * that. */
#define NEXT(name)                                                                                 \
    __extension__ static __typeof__(&name) next;                                                   \
    if (next == NULL)                                                                              \
    *(void **)&next = dlsym(RTLD_NEXT, #name)

/* --- the calls ---------------------------------------------------------------------------------
 */

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    NEXT(open);
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return is_due(OPEN) ? -1 : next(path, flags, mode);
}

ssize_t read(int fd, void *to, size_t len)
{
    NEXT(read);
    const ssize_t may = allowed(READ, len);
    return may == -1 ? -1 : next(fd, to, (size_t)may);
}

ssize_t write(int fd, const void *from, size_t len)
{
    NEXT(write);
    const ssize_t may = allowed(WRITE, len);
    return may == -1 ? -1 : next(fd, from, (size_t)may);
}

/* Linux closes whatever it says. */
int close(int fd)
{
    NEXT(close);
    const int result = next(fd);
    return is_due(CLOSE) ? -1 : result;
}

int fsync(int fd)
{
    NEXT(fsync);
    return is_due(FSYNC) ? -1 : next(fd);
}

int rename(const char *from, const char *to)
{
    NEXT(rename);
    return is_due(RENAME) ? -1 : next(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    NEXT(mkdir);
    return is_due(MKDIR) ? -1 : next(path, mode);
}

char *mkdtemp(char *path)
{
    NEXT(mkdtemp);
    return is_due(MKDTEMP) ? NULL : next(path);
}

int mkostemp(char *path, int flags)
{
    NEXT(mkostemp);
    return is_due(MKOSTEMP) ? -1 : next(path, flags);
}

int unlink(const char *path)
{
    NEXT(unlink);
    return is_due(UNLINK) ? -1 : next(path);
}

int openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;

    NEXT(openat);
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return is_due(OPENAT) ? -1 : next(folder, path, flags, mode);
}

int unlinkat(int folder, const char *path, int flags)
{
    NEXT(unlinkat);
    return is_due(UNLINKAT) ? -1 : next(folder, path, flags);
}

DIR *fdopendir(int fd)
{
    NEXT(fdopendir);
    return is_due(FDOPENDIR) ? NULL : next(fd);
}

int rmdir(const char *path)
{
    NEXT(rmdir);
    return is_due(RMDIR) ? -1 : next(path);
}

int symlink(const char *to, const char *path)
{
    NEXT(symlink);
    return is_due(SYMLINK) ? -1 : next(to, path);
}

ssize_t readlink(const char *path, char *to, size_t room)
{
    NEXT(readlink);
    return is_due(READLINK) ? -1 : next(path, to, room);
}

int fchmod(int fd, mode_t mode)
{
    NEXT(fchmod);
    return is_due(FCHMOD) ? -1 : next(fd, mode);
}

/* What we are called with is a pointer at most. */
int fcntl(int fd, int command, ...)
{
    va_list args;

    NEXT(fcntl);
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    return is_due(FCNTL) ? -1 : next(fd, command, argument);
}

DIR *opendir(const char *path)
{
    NEXT(opendir);
    return is_due(OPENDIR) ? NULL : next(path);
}

int pipe2(int ends[2], int flags)
{
    NEXT(pipe2);
    return is_due(PIPE2) ? -1 : next(ends, flags);
}

/* It returns what went wrong. */
int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const *argv, char *const *env)
{
    NEXT(posix_spawnp);
    return is_due(SPAWN) ? armed_error : next(pid, file, actions, attributes, argv, env);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    NEXT(waitpid);
    return is_due(WAITPID) ? -1 : next(pid, status, options);
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    NEXT(poll);
    return is_due(POLL) ? -1 : next(fds, count, timeout_ms);
}

ssize_t getrandom(void *to, size_t len, unsigned int flags)
{
    NEXT(getrandom);
    const ssize_t may = allowed(GETRANDOM, len);
    return may == -1 ? -1 : next(to, (size_t)may, flags);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    NEXT(connect);
    return is_due(CONNECT) ? -1 : next(fd, address, len);
}

ssize_t send(int fd, const void *from, size_t len, int flags)
{
    NEXT(send);
    const ssize_t may = allowed(SEND, len);
    return may == -1 ? -1 : next(fd, from, (size_t)may, flags);
}

ssize_t recv(int fd, void *to, size_t len, int flags)
{
    NEXT(recv);
    const ssize_t may = allowed(RECV, len);
    return may == -1 ? -1 : next(fd, to, (size_t)may, flags);
}
