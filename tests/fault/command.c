/* Stands before the hook commands of a life (life.sh): links with their names lead to this program,
 * which writes down that it was called, spoils the call that it is told to, and has all others done
 * by the real command.
 *
 * $FAULT_CALLS gets a line for each call, "NAME PID SECRET PART": SECRET is the id of the secret
 * that it is about, or "-"; PART is "revision" where only one of its revisions is, else "whole".
 * $FAULT_TOOLS is the folder with the real commands. The call number $FAULT_AT, from 1, is spoiled
 * in the way of $FAULT (see ways below), and that it was is told by the file $FAULT_FIRED. A way
 * that has no meaning for a call (half of an empty answer) leaves it as it is. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES (1024 * 1024) /* what is longer is cut, and the test sees it */
#define SLOW_BYTES   64            /* so many one by one, the rest at once */

static char answer[ANSWER_BYTES];
static size_t answer_len;

static int fail(const char *what)
{
    (void)fprintf(stderr, "ERROR %s: %s\n", what, strerror(errno));
    return 1;
}

static bool put(const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t count = write(STDOUT_FILENO, bytes, len);
        if (count == -1)
            return false;
        bytes += count;
        len -= (size_t)count;
    }
    return true;
}

static void fired(void)
{
    const int fd = open(getenv("FAULT_FIRED"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd != -1)
        (void)close(fd);
}

/* --- the real command --------------------------------------------------------------------------
 */

static int real(char **argv, const char *name)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", getenv("FAULT_TOOLS"), name);
    (void)execv(path, argv);
    return fail(path);
}

/* Its exit status; what it says goes to `to`. */
static int real_beside(char **argv, const char *name, int to)
{
    int status;
    const pid_t pid = fork();

    if (pid == 0) {
        (void)dup2(to, STDOUT_FILENO);
        _exit(real(argv, name));
    }
    if (to != STDOUT_FILENO)
        (void)close(to);
    if (pid == -1)
        return fail("fork");
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Its answer is kept instead. A pipe has no room for a long one: a file without a name. */
static int ask(char **argv, const char *name)
{
    char path[] = "/tmp/luacharm-fault.XXXXXX";
    const int fd = mkostemp(path, O_CLOEXEC);

    if (fd == -1)
        return fail(path);
    (void)unlink(path);
    const int status = real_beside(argv, name, dup(fd));
    const ssize_t len = pread(fd, answer, sizeof(answer), 0);
    answer_len = len < 0 ? 0 : (size_t)len;
    (void)close(fd);
    return status;
}

/* --- ways --------------------------------------------------------------------------------------
 */

static int complain(int status)
{
    (void)fprintf(stderr, "ERROR the agent has lost its mind\n");
    return status;
}

static int exit_1(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    fired();
    return complain(1);
}

static int exit_2(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    fired();
    return complain(2);
}

static int die(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    fired();
    (void)raise(SIGKILL);
    return 1;
}

/* In a session of its own: who ends the hook's process group does not end it. */
static int hang(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    (void)setsid();
    fired();
    while (pause() == -1)
        ;
    return 1;
}

static int garbage(char **argv, const char *name)
{
    static const char bytes[] = "\x01\xff]{\"\xc3(\0}\n";
    const int status = ask(argv, name);

    if (status == 0 && answer_len > 0)
        fired();
    else
        return put(answer, answer_len) ? status : 1;
    return put(bytes, sizeof(bytes) - 1) ? status : 1;
}

/* An answer that is still whole without its second half is none that is truncated: "[" is not. */
static int truncated(char **argv, const char *name)
{
    const int status = ask(argv, name);
    const size_t half = answer_len / 2;

    if (half == 0)
        return put(answer, answer_len) ? status : 1;
    fired();
    return put(answer, half) ? status : 1;
}

static int slow(char **argv, const char *name)
{
    const struct timespec moment = { .tv_nsec = 200 * 1000 };
    const int status = ask(argv, name);
    const size_t one_by_one = answer_len < SLOW_BYTES ? answer_len : SLOW_BYTES;

    if (answer_len > 0)
        fired();
    for (size_t i = 0; i < one_by_one; i++) {
        if (!put(answer + i, 1))
            return 1;
        (void)nanosleep(&moment, NULL);
    }
    return put(answer + one_by_one, answer_len - one_by_one) ? status : 1;
}

static int deaf(char **argv, const char *name)
{
    const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
    struct stat info;

    if (fstat(STDIN_FILENO, &info) == -1 || !S_ISFIFO(info.st_mode))
        return real(argv, name);
    fired();
    (void)close(STDIN_FILENO);
    (void)nanosleep(&moment, NULL);
    return complain(1);
}

static int endless(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    fired();
    memset(answer, '[', sizeof(answer));
    while (put(answer, sizeof(answer)))
        ;
    return 0;
}

static int kill_before(char **argv, const char *name)
{
    (void)argv;
    (void)name;
    fired();
    (void)kill(getppid(), SIGKILL);
    return 0;
}

static int kill_during(char **argv, const char *name)
{
    const pid_t hook = getppid();
    const pid_t pid = fork();

    if (pid == 0)
        _exit(real(argv, name));
    fired();
    (void)kill(hook, SIGKILL);
    return pid != -1 && waitpid(pid, NULL, 0) == pid ? 0 : 1;
}

static int kill_after(char **argv, const char *name)
{
    const int status = real_beside(argv, name, STDOUT_FILENO);

    fired();
    (void)kill(getppid(), SIGKILL);
    return status;
}

static const struct {
    const char *name;
    int (*run)(char **argv, const char *name);
} ways[] = {
    { "exit-1", exit_1 },
    { "exit-2", exit_2 },
    { "killed", die },
    { "hangs", hang },
    { "garbage", garbage },
    { "truncated", truncated },
    { "slow", slow },
    { "deaf", deaf },
    { "endless", endless },
    { "kill-before", kill_before },
    { "kill-during", kill_during },
    { "kill-after", kill_after },
};

static const char *secret_in(char **argv)
{
    for (char **word = argv + 1; *word != NULL; word++)
        if (strlen(*word) == 20 && strspn(*word, "0123456789abcdefghijklmnopqrstuv") == 20)
            return *word;
    return "-";
}

static const char *part_in(char **argv)
{
    for (char **word = argv + 1; *word != NULL; word++)
        if (strcmp(*word, "--revision") == 0)
            return "revision";
    return "whole";
}

/* Which call of the hook this is. Calls come one after the other. */
static long count_in(const char *path, const char *name, char **argv)
{
    char line[128];
    struct stat info;
    const int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    long number = 1;

    if (fd == -1)
        return -1;
    /* As many bytes a line as here. */
    const int len = snprintf(line, sizeof(line), "%-40.40s %20ld %-20.20s %-8.8s\n", name,
                             (long)getpid(), secret_in(argv), part_in(argv));
    if (fstat(fd, &info) == 0)
        number += (long)info.st_size / len;
    const bool written = write(fd, line, (size_t)len) == len;
    (void)close(fd);
    return written ? number : -1;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;
    const char *way = getenv("FAULT");
    const char *at = getenv("FAULT_AT");
    const char *calls = getenv("FAULT_CALLS");

    if (argc < 1 || calls == NULL || getenv("FAULT_TOOLS") == NULL)
        return fail("FAULT_CALLS or FAULT_TOOLS is not set");
    const long number = count_in(calls, name, argv);
    if (number == -1)
        return fail(calls);
    if (way == NULL || at == NULL || getenv("FAULT_FIRED") == NULL ||
        strtol(at, NULL, 10) != number)
        return real(argv, name);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(ways[i].name, way) == 0)
            return ways[i].run(argv, name);
    return real(argv, name);
}
