/* Runs a command and its floor by turns, and prints a bench's lines (README.md) of it.
 *
 *     pair NAME RUNS MORE-FLOOR-US COMMAND... -- FLOOR...
 *
 * The lines: the time by the clock, processor time (user and system, with the children's), and the
 * most memory. MORE-FLOOR-US, microseconds, is added to the floor's time: what its signatures and
 * verifications take. By turns, so that what else the machine does falls on both. Statically linked
 * and small: what it has in memory counts as its children's until they have begun. With
 * $BENCH_FIRST_BYTE the clock stops when the command's first output comes. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

struct sample {
    double wall_ms[RUNS_MAX];
    double cpu_ms[RUNS_MAX];
    double memory_mb; /* the most of all runs */
};

static bool first_byte;

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "pair: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double ms_of(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

/* Its output goes to a pipe of ours, or nowhere. */
static pid_t start(char *const *argv, int output)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int code = posix_spawn_file_actions_init(&actions);

    if (code == 0)
        code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0)
        code = output == -1
                   ? posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
                   : posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (code == 0)
        code = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    if (code != 0) {
        errno = code;
        die(argv[0]);
    }
    (void)posix_spawn_file_actions_destroy(&actions); /* always 0 */
    return pid;
}

static void measure(char *const *argv, struct sample *sample, int run)
{
    int ends[2] = { -1, -1 };
    struct rusage used;
    int status;
    char byte;

    if (first_byte && pipe2(ends, O_CLOEXEC) == -1)
        die("pipe");
    const double from = now_ms();
    const pid_t pid = start(argv, ends[1]);
    (void)close(ends[1]);
    if (first_byte)
        (void)!read(ends[0], &byte, 1); /* none: it has ended, which is as good */
    const double first = now_ms();
    if (wait4(pid, &status, 0, &used) != pid)
        die("wait4");
    sample->wall_ms[run] = (first_byte ? first : now_ms()) - from;
    (void)close(ends[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        errno = ECANCELED;
        die(argv[0]);
    }
    sample->cpu_ms[run] = ms_of(used.ru_utime) + ms_of(used.ru_stime);
    if ((double)used.ru_maxrss / 1024 > sample->memory_mb)
        sample->memory_mb = (double)used.ru_maxrss / 1024;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *numbers, int count)
{
    qsort(numbers, (size_t)count, sizeof(*numbers), compare);
    return count % 2 == 1 ? numbers[count / 2] : (numbers[count / 2 - 1] + numbers[count / 2]) / 2;
}

static void print(const char *name, const char *what, double *numbers, double *floors, double more,
                  int runs)
{
    const double middle = median(numbers, runs);
    const double floor = median(floors, runs) + more;

    (void)printf("%s%s\tms\t%.2f\t%.2f\t%.2f\t%.2f\n", name, what, numbers[0], middle, floor,
                 middle / floor);
}

int main(int argc, char **argv)
{
    static struct sample ours;
    static struct sample floors;
    int split = 4;

    while (split < argc && strcmp(argv[split], "--") != 0)
        split++;
    if (split >= argc - 1) {
        (void)fprintf(stderr, "usage: pair NAME RUNS MORE-FLOOR-US COMMAND... -- FLOOR...\n");
        return 2;
    }
    argv[split] = NULL;
    first_byte = getenv("BENCH_FIRST_BYTE") != NULL;
    const char *name = argv[1];
    const double more = strtod(argv[3], NULL) / 1e3;
    int runs = (int)strtol(argv[2], NULL, 10);
    runs = runs < 1 ? 1 : runs > RUNS_MAX ? RUNS_MAX : runs;
    for (int i = 0; i < runs; i++) {
        measure(argv + 4, &ours, i);
        measure(argv + split + 1, &floors, i);
    }
    print(name, "", ours.wall_ms, floors.wall_ms, more, runs);
    print(name, ": processor", ours.cpu_ms, floors.cpu_ms, more, runs);
    (void)printf("%s: peak memory\tMB\t%.1f\t%.1f\t-\t-\n", name, ours.memory_mb, ours.memory_mb);
    return 0;
}
