/* One hook from its start to its commit. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/agent_private.h"
#include "model/check.h"
#include "model/commit.h"
#include "model/store_fault.h"
#include "model/store_log.h"

#define FIRST_RETRY_S 5 /* doubled with each try (juju-hooks 1.4) */
#define LAST_RETRY_S  300

struct lc_job {
    struct lc_agent *agent; /* borrowed */
    char *unit;
    struct lc_hook hook;
    char *json; /* the hook, as it is stored */
    struct lc_unit row;
    struct lc_context context;
    struct agent_child child;
    struct lc_report report;
    enum lc_fault fault; /* that somebody has planted */
    int64_t started_ms;
};

/* The statuses that the agent itself sets (juju-hooks 1.7, 1.14). */
static bool announce(struct lc_store *store, const struct lc_unit *unit, enum lc_hook_kind kind,
                     struct lc_err *err)
{
    const char *message = kind == LC_HOOK_INSTALL  ? "installing charm software"
                          : kind == LC_HOOK_STOP   ? "stopping charm software"
                          : kind == LC_HOOK_REMOVE ? "cleaning up prior to charm deletion"
                                                   : NULL;
    const bool set_before = strcmp(unit->message, "waiting for machine") != 0;

    if (message == NULL || (kind == LC_HOOK_INSTALL && set_before) ||
        (kind == LC_HOOK_STOP && !unit->dying))
        return true;
    return lc_store_set_unit_status(store, unit->name, "maintenance", message, err);
}

static bool begin(struct lc_agent *agent, const char *unit_name, const struct lc_hook *hook,
                  const char *json, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_store_unit(agent->store, unit_name, &unit, err) ||
        !lc_store_app(agent->store, unit.app, &app, err))
        return false;
    const bool deploys = unit.revision == 0 || hook->kind == LC_HOOK_UPGRADE_CHARM;
    if (deploys && !agent_deploy_charm(agent, &unit, app.revision, err))
        return false;
    return lc_tx_begin(&tx, agent->store, err) && announce(agent->store, &unit, hook->kind, err) &&
           (hook->kind != LC_HOOK_LEADER_ELECTED ||
            lc_store_set_unit(agent->store, unit_name, LC_UNIT_LATE, 0, err)) &&
           lc_store_set_phase(agent->store, unit_name, LC_PHASE_RUNNING, json, err) &&
           lc_tx_commit(&tx, err);
}

static void copy_last_line(const struct lc_buf *text, char *out, size_t size)
{
    size_t end = text->len;

    while (end > 0 && text->data[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && text->data[start - 1] != '\n')
        start--;
    const size_t len = end - start < size ? end - start : size - 1;
    memcpy(out, text->data + start, len);
    out[len] = '\0';
}

/* Death by TERM or KILL is no error: the hook is run again (juju-hooks 1.4). Our own timeout kills
 * too, and is one. */
static void judge(const struct agent_child *result, struct lc_report *report)
{
    const struct lc_proc_result *proc = &result->proc;
    char what[64];

    copy_last_line(&proc->err, report->last_line, sizeof(report->last_line));
    lc_proc_describe(proc, what);
    (void)snprintf(report->why, sizeof(report->why), "%s", what);
    if (result->rebooted ||
        (!proc->timed_out && (proc->signal == SIGTERM || proc->signal == SIGKILL))) {
        report->outcome = LC_OUTCOME_AGAIN;
    } else if (proc->exit_code == 0 && proc->signal == 0 && !proc->timed_out) {
        report->outcome = LC_OUTCOME_OK;
        report->why[0] = '\0';
    } else {
        report->outcome = LC_OUTCOME_FAILED;
    }
}

/* Whatever the run has come to, somebody wants it to fail. */
static void make_fail(struct lc_job *job)
{
    job->report.outcome = LC_OUTCOME_FAILED;
    (void)snprintf(job->report.why, sizeof(job->report.why), "made to fail, %s",
                   job->fault == LC_FAULT_AFTER ? "after its run" : "without running it");
}

/* A program that cannot be found or started is the hook's failure, not the model's. */
static bool start_program(struct lc_job *job, struct lc_err *err)
{
    LC_AUTO(lc_free) char *charm = lc_unit_charm_folder(job->agent->store, &job->context.unit);
    LC_AUTO(lc_free) char *program = NULL;
    struct lc_report *report = &job->report;
    struct lc_err fault = LC_ERR_INIT;
    char name[LC_HOOK_NAME_BYTES];

    if (charm == NULL)
        return lc_fail_memory(err);
    lc_hook_name(&job->hook, name);
    if (!lc_store_take_fault(job->agent->store, job->unit, name, &job->fault, err))
        return false;
    if (job->fault == LC_FAULT_BEFORE) {
        make_fail(job);
        return true;
    }
    report->outcome = LC_OUTCOME_FAILED;
    bool good = agent_find_program(charm, "hooks", name, &program, &fault);
    if (good && program == NULL) {
        report->outcome = LC_OUTCOME_NONE;
        return true;
    }
    char *const argv[] = { program, NULL };
    good = good && agent_child_start(job->agent, &job->context, charm, argv, &job->child, &fault);
    if (good)
        return true;
    if (fault.code == LC_ENOMEM)
        return lc_fail_memory(err);
    (void)snprintf(report->why, sizeof(report->why), "%.500s", fault.message);
    return true;
}

/* What it printed is not needed after this. */
static bool collect(struct lc_job *job, struct lc_err *err)
{
    struct lc_err fault = LC_ERR_INIT;

    job->report.ms = lc_job_ms(job);
    if (agent_child_end(&job->child, &fault))
        judge(&job->child, &job->report);
    else if (fault.code == LC_ENOMEM)
        return lc_fail_memory(err);
    else
        (void)snprintf(job->report.why, sizeof(job->report.why), "%.500s", fault.message);
    agent_child_release(&job->child);
    if (job->fault == LC_FAULT_AFTER)
        make_fail(job);
    return true;
}

static bool set_failed(struct lc_store *store, const char *unit, const char *json,
                       struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit row = LC_UNIT_INIT;
    int64_t wait = FIRST_RETRY_S;
    int64_t now;

    if (!lc_store_unit(store, unit, &row, err) || !lc_store_now(store, &now, err))
        return false;
    for (int64_t i = 0; i < row.tries && wait < LAST_RETRY_S; i++)
        wait *= 2;
    return lc_store_set_phase(store, unit, LC_PHASE_FAILED, json, err) &&
           lc_store_set_unit(store, unit, LC_UNIT_TRIES, row.tries + 1, err) &&
           lc_store_set_unit(store, unit, LC_UNIT_RETRY_AT,
                             now + (wait < LAST_RETRY_S ? wait : LAST_RETRY_S), err);
}

/* The end of a hook that went well: what it asked for, and what the unit has now been told. */
static bool finish_good(struct lc_job *job, struct lc_err *err)
{
    struct lc_context *context = &job->context;
    struct lc_report *report = &job->report;
    struct lc_store *store = context->store;
    struct lc_err refusal = LC_ERR_INIT;

    if (job->agent->explain && report->outcome == LC_OUTCOME_OK &&
        !lc_commit_describe(context, &report->changes, err))
        return false;
    if (report->outcome == LC_OUTCOME_OK && !agent_commit(context, &refusal, err))
        return false;
    if (refusal.code != LC_OK) {
        report->outcome = LC_OUTCOME_FAILED;
        (void)snprintf(report->why, sizeof(report->why), "cannot apply changes: %.480s",
                       refusal.message);
        return true;
    }
    if (!lc_store_set_phase(store, context->unit.name, LC_PHASE_IDLE, NULL, err) ||
        (context->reboot &&
         !lc_store_set_unit(store, context->unit.name, LC_UNIT_REBOOTED, 1, err)) ||
        !lc_queue_done(store, context->unit.name, context->hook, err))
        return false;
    return true;
}

static bool finish_failed(struct lc_context *context, const char *json,
                          const struct lc_report *report, struct lc_err *err)
{
    struct lc_store *store = context->store;
    const char *unit = context->unit.name;
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(context->hook, name);
    if (report->outcome == LC_OUTCOME_AGAIN)
        return (!context->reboot_now ||
                lc_store_set_unit(store, unit, LC_UNIT_REBOOTED, context->unit.started, err)) &&
               lc_store_set_phase(store, unit, LC_PHASE_FAILED, json, err) &&
               lc_store_set_unit(store, unit, LC_UNIT_RETRY_AT, 0, err);
    return agent_log(store, unit, LC_LEVEL_ERROR, err, "hook \"%s\" failed: %s", name,
                     report->why) &&
           set_failed(store, unit, json, err);
}

static bool commit(struct lc_job *job, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    struct lc_report *report = &job->report;
    const bool good = report->outcome == LC_OUTCOME_OK || report->outcome == LC_OUTCOME_NONE;
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(&job->hook, name);
    if (!lc_tx_begin(&tx, job->agent->store, err) || (good && !finish_good(job, err)))
        return false;
    if ((report->outcome == LC_OUTCOME_FAILED || report->outcome == LC_OUTCOME_AGAIN) &&
        !finish_failed(&job->context, job->json, report, err))
        return false;
    return lc_store_add_run(job->agent->store, job->unit, name, job->json,
                            lc_outcome_name(report->outcome), report->ms, err) &&
           lc_tx_commit(&tx, err);
}

/* What a removed unit leaves on disk. */
static bool clear_unit(struct lc_agent *agent, const struct lc_unit *unit, struct lc_err *err)
{
    LC_AUTO(lc_free)
    char *folder = lc_store_path(agent->store, "units/%s-%lld", unit->app, (long long)unit->number);

    return folder == NULL ? lc_fail_memory(err) : lc_dir_remove_tree(folder, err);
}

void lc_job_free(struct lc_job *job)
{
    if (job == NULL)
        return;
    agent_child_release(&job->child); /* before what it serves */
    lc_context_release(&job->context);
    lc_strlist_release(&job->report.changes);
    lc_unit_release(&job->row);
    lc_hook_release(&job->hook);
    lc_free(job->unit);
    lc_free(job->json);
    lc_free(job);
}

bool lc_agent_start(struct lc_agent *agent, const char *unit, struct lc_hook *hook,
                    struct lc_job **out, struct lc_err *err)
{
    LC_AUTO(lc_job_free) struct lc_job *job = lc_alloc(1, sizeof(*job));
    const struct lc_charm_meta *meta;

    if (job == NULL)
        return lc_fail_memory(err);
    job->agent = agent;
    job->started_ms = lc_clock_monotonic_ms();
    job->hook = *hook;
    *hook = (struct lc_hook)LC_HOOK_INIT;
    job->unit = lc_strdup(unit);
    if (job->unit == NULL)
        return lc_fail_memory(err);
    job->report.unit = job->unit;
    job->report.hook = &job->hook;
    if (!lc_hook_encode(&job->hook, &job->json, err) ||
        !begin(agent, unit, &job->hook, job->json, err) ||
        !lc_store_unit(agent->store, unit, &job->row, err) ||
        !lc_charms_get(&agent->charms, agent->store, job->row.app, job->row.revision, &meta, err) ||
        !lc_context_init(&job->context, agent->store, meta, unit, &job->hook, err) ||
        !start_program(job, err))
        return false;
    *out = LC_STEAL(job);
    return true;
}

bool lc_agent_wait(struct lc_agent *agent, struct lc_job *const *jobs, size_t count,
                   int64_t at_most_ms, struct lc_err *err)
{
    LC_AUTO(lc_free) struct agent_child **children = lc_alloc(count, sizeof(struct agent_child *));
    size_t running = 0;

    if (children == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        if (jobs[i] != NULL && !lc_job_has_ended(jobs[i]))
            children[running++] = &jobs[i]->child;
    if (running == 0)
        return true;
    if (!agent_children_wait(agent, children, running, at_most_ms, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (jobs[i] != NULL && !lc_job_has_ended(jobs[i]) &&
            lc_proc_has_ended(jobs[i]->child.running) && !collect(jobs[i], err))
            return false;
    return true;
}

bool lc_job_has_ended(const struct lc_job *job)
{
    return job->child.running == NULL;
}

const char *lc_job_unit(const struct lc_job *job)
{
    return job->unit;
}

const struct lc_hook *lc_job_hook(const struct lc_job *job)
{
    return &job->hook;
}

int64_t lc_job_ms(const struct lc_job *job)
{
    return lc_clock_monotonic_ms() - job->started_ms;
}

bool lc_agent_finish(struct lc_agent *agent, struct lc_job *job, const struct lc_report **out,
                     struct lc_err *err)
{
    if (!commit(job, err))
        return false;
    *out = &job->report;
    const bool gone = job->hook.kind == LC_HOOK_REMOVE && job->report.outcome <= LC_OUTCOME_NONE;
    return !gone || clear_unit(agent, &job->row, err);
}

bool lc_agent_run(struct lc_agent *agent, const char *unit, struct lc_hook *hook,
                  struct lc_job **job_out, const struct lc_report **out, struct lc_err *err)
{
    LC_AUTO(lc_job_free) struct lc_job *job = NULL;

    if (!lc_agent_start(agent, unit, hook, &job, err))
        return false;
    while (!lc_job_has_ended(job))
        if (!lc_agent_wait(agent, &job, 1, LC_PROC_WAIT_MAX_MS, err))
            return false;
    if (!lc_agent_finish(agent, job, out, err))
        return false;
    *job_out = LC_STEAL(job);
    return true;
}
