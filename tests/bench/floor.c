/* The floor of a hook: starts the commands that it started, with the same arguments, input and
 * pipes, reads what they say, and does nothing else.
 *
 *     floor RECORD     RECORD: as answer.c writes it; none: starts and ends */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64

struct call {
    char *words[WORDS_MAX + 1];
    char *input;
    size_t input_len;
};

/* Where the reader is in the record. */
struct record {
    char *at;
    char *end;
};

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A text in place, its line feed made a NUL. */
static char *take_text(struct record *record, size_t *len_out)
{
    char *end = NULL;

    *len_out = strtoul(record->at, &end, 10);
    char *text = end + 1;
    text[*len_out] = '\0';
    record->at = text + *len_out + 1;
    return text;
}

static void take_call(struct record *record, struct call *call)
{
    char *end = NULL;
    size_t len;
    const unsigned long words = strtoul(record->at, &end, 10);
    const unsigned long files = strtoul(end, &end, 10);

    if (words == 0 || words > WORDS_MAX) {
        errno = E2BIG;
        die("a call of the record");
    }
    record->at = end + 1;
    for (size_t i = 0; i < words; i++)
        call->words[i] = take_text(record, &len);
    call->words[words] = NULL;
    for (size_t i = 0; i < files; i++)
        (void)take_text(record, &len);
    call->input = take_text(record, &call->input_len);
}

static void open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1)
        die("pipe");
}

static pid_t start(const struct call *call, const int child_ends[3])
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int code = posix_spawn_file_actions_init(&actions);

    for (int i = 0; i < 3 && code == 0; i++)
        code = child_ends[i] == -1
                   ? posix_spawn_file_actions_addopen(&actions, i, "/dev/null", O_RDONLY, 0)
                   : posix_spawn_file_actions_adddup2(&actions, child_ends[i], i);
    if (code == 0)
        code = posix_spawnp(&pid, call->words[0], &actions, NULL, call->words, environ);
    if (code != 0) {
        errno = code;
        die(call->words[0]);
    }
    (void)posix_spawn_file_actions_destroy(&actions); /* always 0 */
    return pid;
}

static void feed(int *fd, const struct call *call)
{
    if (*fd != -1 && write(*fd, call->input, call->input_len) != (ssize_t)call->input_len)
        die("feeding");
    if (*fd != -1)
        (void)close(*fd);
}

/* Both streams, until they are closed. */
static void read_all(int out, int err)
{
    static char block[65536];
    struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };

    while (fds[0].fd != -1 || fds[1].fd != -1) {
        if (poll(fds, 2, -1) == -1)
            die("poll");
        for (int i = 0; i < 2; i++) {
            if (fds[i].revents == 0 || read(fds[i].fd, block, sizeof(block)) > 0)
                continue;
            (void)close(fds[i].fd);
            fds[i] = (struct pollfd){ .fd = -1 };
        }
    }
}

static void run(const struct call *call)
{
    int in[2] = { -1, -1 };
    int out[2];
    int err[2];

    if (call->input_len > 0)
        open_pipe(in);
    open_pipe(out);
    open_pipe(err);
    const pid_t pid = start(call, (const int[]){ in[0], out[1], err[1] });
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    feed(&in[1], call);
    read_all(out[0], err[0]);
    if (waitpid(pid, NULL, 0) != pid)
        die("waitpid");
}

int main(int argc, char **argv)
{
    struct stat about;
    struct call call;

    if (argc < 2)
        return 0;
    const int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd == -1 || fstat(fd, &about) == -1)
        die(argv[1]);
    if (about.st_size == 0)
        return 0;
    char *text = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (text == MAP_FAILED)
        die(argv[1]);
    struct record record = { .at = text, .end = text + about.st_size };
    while (record.at < record.end) {
        take_call(&record, &call);
        run(&call);
    }
    return 0;
}
