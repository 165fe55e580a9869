/* A provider's hook on the in-memory Juju, in which all of many requests have their certificates
 * and nothing is new: linear in their number, in time and in memory. Prints name, unit, min,
 * median, floor, ratio. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tls_world.h"

#define ROUNDS 5

struct world {
    size_t requests;
    size_t relations; /* in which as many requests are as in the others */
};

struct figures {
    int64_t times_ms[ROUNDS]; /* processor time, sorted */
    int64_t bytes;            /* the most that one hook has had in memory */
};

static _Noreturn void fail(const char *what, const struct lc_err *err)
{
    (void)fprintf(stderr, "bench_reconcile: %s: %s\n", what, err->message);
    exit(1);
}

/* All are of one key and one unit. */
static void put_requests(struct fake_juju *fake, const char *relation, size_t count)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_key_generate(&spec, &key, &err))
        fail("key", &err);
    for (size_t i = 0; i < count; i++) {
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        char name[32];
        const size_t len = (size_t)snprintf(name, sizeof(name), "h%zu.example.com", i);
        if (!lc_attrs_set_text(&attrs, "common_name", name, len, &err) ||
            !lc_attrs_normalise(&attrs, &err) || !lc_csr_generate(&attrs, key, &csr, &err) ||
            !lc_request_entries_add(&entries, lc_csr_pem(csr), false, &err))
            fail("request", &err);
    }
    if (!lc_databag_dump_requests(&entries, &text, &err))
        fail("databag", &err);
    fake_juju_put(fake, relation, "web/0", LC_KEY_REQUESTS, text.data);
}

/* Of /proc/self/status, in bytes. */
static int64_t memory_now(const char *field)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    int64_t bytes = -1;

    while (status != NULL && bytes == -1 && fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            bytes = strtoll(line + strlen(field) + 1, NULL, 10) * 1024;
    if (status != NULL)
        (void)fclose(status);
    return bytes;
}

/* The highest mark begins again at what is there now. */
static void forget_peak(void)
{
    FILE *marks = fopen("/proc/self/clear_refs", "w");

    if (marks == NULL || fputs("5", marks) == EOF || fclose(marks) == EOF) {
        (void)fprintf(stderr, "bench_reconcile: cannot reset the peak of memory\n");
        exit(1);
    }
}

static int by_number(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;

    return (*left > *right) - (*left < *right);
}

/* What earlier hooks have freed goes back to the system, so that it is not there for this one. */
static void measure(const struct world *world, struct figures *out)
{
    const size_t count = world->requests / world->relations;
    struct tls_provider_unit unit;

    tls_provider_init(&unit);
    for (size_t i = 0; i < world->relations; i++) {
        char relation[32];
        (void)snprintf(relation, sizeof(relation), "certificates:%zu", i);
        fake_juju_relate(unit.fake, relation, "web");
        fake_juju_join(unit.fake, relation, "web/0");
        put_requests(unit.fake, relation, count);
    }
    tls_provider_changed(&unit, "certificates:0", "web/0");
    for (int round = 0; round < ROUNDS; round++) {
        (void)malloc_trim(0);
        forget_peak();
        const int64_t before = memory_now("VmRSS");
        const int64_t begin_ms = lc_clock_cpu_ms();
        unit.decided = 0;
        tls_provider_changed(&unit, "certificates:0", "web/0");
        if (unit.decided != 0) {
            (void)fprintf(stderr, "bench_reconcile: what was answered is decided on again\n");
            exit(1);
        }
        out->times_ms[round] = lc_clock_cpu_ms() - begin_ms;
        const int64_t bytes = memory_now("VmHWM") - before;
        out->bytes = bytes > out->bytes ? bytes : out->bytes;
    }
    qsort(out->times_ms, ROUNDS, sizeof(*out->times_ms), by_number);
    tls_provider_release(&unit);
}

/* In a process of its own: what one number has left in memory is not there for the next. */
static void measure_apart(const struct world *world, struct figures *out)
{
    int ends[2];
    int status;

    if (pipe(ends) == -1)
        exit(1);
    (void)fflush(stdout); /* or the child prints it, too */
    const pid_t pid = fork();
    if (pid == 0) {
        struct figures figures = { .bytes = 0 };
        measure(world, &figures);
        exit(write(ends[1], &figures, sizeof(figures)) == (ssize_t)sizeof(figures) ? 0 : 1);
    }
    (void)close(ends[1]);
    if (pid == -1 || read(ends[0], out, sizeof(*out)) != (ssize_t)sizeof(*out) ||
        waitpid(pid, &status, 0) != pid || status != 0)
        exit(1);
    (void)close(ends[0]);
}

static void print(const struct world *world, const struct figures *figures)
{
    const double each_kb = (double)figures->bytes / 1e3 / (double)world->requests;
    char what[64];

    (void)snprintf(what, sizeof(what), "(e) reconcile %zu requests, %zu relation%s",
                   world->requests, world->relations, world->relations == 1 ? "" : "s");
    printf("%s: processor\tms\t%" PRId64 "\t%" PRId64 "\t-\t-\n", what, figures->times_ms[0],
           figures->times_ms[ROUNDS / 2]);
    printf("%s: memory of each (goal: 12)\tkB\t%.1f\t%.1f\t-\t-\n", what, each_kb, each_kb);
}

int main(void)
{
    static const struct world worlds[] = { { 1000, 1 }, { 100, 1 }, { 10000, 1 }, { 10000, 10 } };
    struct figures figures[LC_COUNT(worlds)];

    for (size_t i = 0; i < LC_COUNT(worlds); i++) {
        measure_apart(&worlds[i], &figures[i]);
        print(&worlds[i], &figures[i]);
        if (worlds[i].requests != 10000)
            continue;
        const double ratio = (double)figures[i].times_ms[ROUNDS / 2] /
                             (double)figures[0].times_ms[ROUNDS / 2];
        printf("(e) time for 10000 in %zu against 1000 (goal: 11)\tx\t%.2f\t%.2f\t-\t-\n",
               worlds[i].relations, ratio, ratio);
    }
    return 0;
}
