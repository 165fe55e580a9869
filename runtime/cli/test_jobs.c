/* Files of tests beside each other: each is `luacharm test --tap FILE` in a process of its own,
 * what it prints is read when it has ended, and told as if the file had been run here. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/proc.h"
#include "base/text.h"
#include "cli/test.h"

#define MAX_OUTPUT (16u * 1024 * 1024) /* bytes of each stream of a file */

struct job {
    const struct test_place *place;
    size_t file; /* of the place's */
    struct lc_proc_result result;
    struct lc_proc_child *running; /* NULL: not yet, or it has ended */
};

struct jobs {
    struct job *items; /* owned */
    size_t count;
    size_t started;
    size_t told;
    const char *only;
    struct lc_proc_child **running; /* owned; room for all, filled anew for each wait */
};

static void jobs_release(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->started; i++) {
        lc_proc_child_free(jobs->items[i].running);
        lc_proc_result_release(&jobs->items[i].result);
    }
    lc_free(jobs->items);
    lc_free(jobs->running);
}
LC_AUTO_VALUE(struct jobs, jobs_release);

static bool list_jobs(struct jobs *jobs, const struct test_places *places, struct lc_err *err)
{
    const size_t count = test_places_file_count(places);

    jobs->items = lc_alloc(count, sizeof(*jobs->items));
    jobs->running = lc_alloc(count, sizeof(struct lc_proc_child *));
    if (jobs->items == NULL || jobs->running == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < places->count; i++)
        for (size_t k = 0; k < places->items[i].files.count; k++)
            jobs->items[jobs->count++] = (struct job){ .place = &places->items[i], .file = k };
    return true;
}

/* --- what a process printed ---------------------------------------------------------------- */

/* Reading it as TAP. */
struct reading {
    struct test_report *report;
    unsigned seen;     /* tests */
    const char *name;  /* of a failed test whose reasons are being read; NULL: none */
    struct lc_buf why; /* those */
    bool at_end;       /* the plan has come: nothing is missing */
};

static void tell_failure(struct reading *reading)
{
    if (reading->name == NULL)
        return;
    test_report_outcome(reading->report, &(struct lc_test_outcome){ .name = reading->name,
                                                                    .failure = reading->why.data });
    reading->name = NULL;
}

/* The rest of a line that begins with this; NULL when it does not. */
static const char *after(const char *line, const char *prefix)
{
    return lc_text_has_prefix(line, prefix) ? line + strlen(prefix) : NULL;
}

static void read_line(struct reading *reading, const char *line)
{
    char passed[32];
    char failed[32];
    char plan[32];
    const char *reason = reading->name == NULL ? NULL : after(line, "# ");

    (void)snprintf(passed, sizeof(passed), "ok %u - ", reading->seen + 1);
    (void)snprintf(failed, sizeof(failed), "not ok %u - ", reading->seen + 1);
    (void)snprintf(plan, sizeof(plan), "1..%u", reading->seen);
    if (reason != NULL) {
        lc_buf_printf(&reading->why, "%s%s", reading->why.len == 0 ? "" : "\n", reason);
        return;
    }
    tell_failure(reading);
    if (after(line, passed) != NULL) {
        reading->seen++;
        test_report_outcome(reading->report,
                            &(struct lc_test_outcome){ .name = after(line, passed) });
    } else if (after(line, failed) != NULL) {
        reading->seen++;
        reading->name = after(line, failed);
        lc_buf_clear(&reading->why);
    } else if (strcmp(line, plan) == 0) {
        reading->at_end = true;
    } else {
        (void)puts(line); /* the test's own; main looks at the stream's error */
    }
}

/* The first line names the file. */
static void read_output(struct reading *reading, char *text)
{
    for (char *end = strchr(text, '\n'); end != NULL && !reading->at_end;) {
        char *line = end + 1;
        end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        if (end != NULL || *line != '\0')
            read_line(reading, line);
    }
    tell_failure(reading);
}

static bool tell_job(struct jobs *jobs, struct test_report *report, struct lc_err *err)
{
    struct job *job = &jobs->items[jobs->told++];
    const char *called = job->place->called.items[job->file];
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf why = LC_BUF_INIT(256);
    struct reading reading = { .report = report, .why = LC_BUF_INIT(MAX_OUTPUT) };
    char how[64];

    if (!lc_buf_take(&job->result.out, &text, NULL, err))
        return false;
    test_report_file(report, called);
    read_output(&reading, text);
    const bool is_whole = lc_buf_check(&reading.why, err);
    lc_buf_release(&reading.why);
    (void)fflush(stdout); /* main looks at the stream's error */
    (void)fputs(job->result.err.data, stderr);
    if (!is_whole || reading.at_end)
        return is_whole;
    lc_proc_describe(&job->result, how);
    lc_buf_printf(&why, "it did not get to its end: %s%s", how,
                  job->result.too_much ? ", and it printed more than 16 MiB" : "");
    test_report_outcome(report, &(struct lc_test_outcome){ .name = called, .failure = why.data });
    return true;
}

/* --- processes ----------------------------------------------------------------------------- */

static bool start_next(struct jobs *jobs, struct lc_err *err)
{
    struct job *job = &jobs->items[jobs->started];
    LC_AUTO(lc_strlist_release) struct lc_strlist argv = LC_STRLIST_INIT;
    const char *called = job->place->called.items[job->file];

    if (!lc_strlist_add(&argv, "/proc/self/exe", err) || !lc_strlist_add(&argv, "test", err) ||
        !lc_strlist_add(&argv, "--tap", err) || !lc_strlist_add(&argv, "--allow-none", err))
        return false;
    if (jobs->only != NULL && !lc_strlist_addf(&argv, err, "--only=%s", jobs->only))
        return false;
    if (!lc_strlist_add(&argv, "--", err) ||
        (job->place->line == 0
             ? !lc_strlist_add(&argv, called, err)
             : !lc_strlist_addf(&argv, err, "%s:%lld", called, (long long)job->place->line)))
        return false;
    lc_proc_result_init(&job->result, MAX_OUTPUT);
    jobs->started++;
    return lc_proc_start(&(struct lc_proc){ .argv = argv.items }, &job->result, &job->running, err);
}

/* Waits for those that run; *still: how many are left. */
static bool wait_for_some(struct jobs *jobs, size_t *still, struct lc_err *err)
{
    size_t count = 0;

    for (size_t i = jobs->told; i < jobs->started; i++)
        if (jobs->items[i].running != NULL)
            jobs->running[count++] = jobs->items[i].running;
    if (!lc_proc_wait(jobs->running, count, LC_PROC_WAIT_MAX_MS, err))
        return false;
    *still = count;
    for (size_t i = jobs->told; i < jobs->started; i++) {
        struct job *job = &jobs->items[i];
        if (job->running == NULL || !lc_proc_has_ended(job->running))
            continue;
        (*still)--;
        if (!lc_proc_end(LC_STEAL(job->running), err))
            return false;
    }
    return true;
}

bool test_jobs_run(const struct test_places *places, size_t at_most, const char *only,
                   struct test_report *report, struct lc_err *err)
{
    LC_AUTO(jobs_release) struct jobs jobs = { .only = only };
    size_t running = 0;

    if (!list_jobs(&jobs, places, err))
        return false;
    while (jobs.told < jobs.count) {
        for (; running < at_most && jobs.started < jobs.count; running++)
            if (!start_next(&jobs, err))
                return false;
        if (!wait_for_some(&jobs, &running, err))
            return false;
        while (jobs.told < jobs.started && jobs.items[jobs.told].running == NULL)
            if (!tell_job(&jobs, report, err))
                return false;
    }
    return true;
}
