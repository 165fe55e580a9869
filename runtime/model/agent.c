/* One hook from its choice to its commit. */
#include "model/agent.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/agent_private.h"
#include "model/check.h"

#include "model/store_log.h"
#include "model/tools.h"

#define FIRST_RETRY_S 5 /* doubled with each try (juju-hooks 1.4) */
#define LAST_RETRY_S  300

const char *lc_outcome_name(enum lc_outcome outcome)
{
    static const char *const names[] = {
        [LC_OUTCOME_OK] = "ok",
        [LC_OUTCOME_NONE] = "no program",
        [LC_OUTCOME_FAILED] = "failed",
        [LC_OUTCOME_AGAIN] = "again",
    };

    return names[outcome];
}

/* Every command's link, to the program as it is now: it may have moved since the model was made. */
static bool make_links(const struct lc_agent *agent, struct lc_err *err)
{
    const struct lc_tool *tool;

    for (size_t i = 0; (tool = lc_tool_at(i)) != NULL; i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(agent->tools, tool->name);
        char target[PATH_MAX];
        if (path == NULL)
            return lc_fail_memory(err);
        const ssize_t len = readlink(path, target, sizeof(target) - 1);
        target[len < 0 ? 0 : len] = '\0';
        const bool offered = lc_tool_is_offered(tool, agent->store);
        if (offered && strcmp(target, agent->program) == 0)
            continue;
        if (!lc_file_remove(path, err))
            return false;
        if (offered && symlink(agent->program, path) == -1)
            return lc_fail_errno(err, errno, "%s", path);
    }
    return true;
}

bool lc_agent_init(struct lc_agent *agent, struct lc_store *store, int64_t timeout_ms,
                   struct lc_err *err)
{
    char program[PATH_MAX];

    *agent = (struct lc_agent){ .store = store,
                                .timeout_ms = timeout_ms == 0 ? LC_HOOK_TIMEOUT_MS : timeout_ms };
    const ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len == -1)
        return lc_fail_errno(err, errno, "cannot find our own program: /proc/self/exe");
    program[len] = '\0';
    agent->program = lc_strdup(program);
    agent->tools = lc_store_path(store, "tools");
    if (agent->program == NULL || agent->tools == NULL)
        return lc_fail_memory(err);
    if (strchr(agent->tools, ':') != NULL)
        return lc_fail(err, LC_ESTATE,
                       "%s: a model cannot be in a folder with ':' in its path: the hook commands"
                       " would not be found in PATH",
                       lc_store_folder(store));
    return lc_dir_make(agent->tools, 0755, err) && make_links(agent, err);
}

void lc_agent_release(struct lc_agent *agent)
{
    lc_charms_release(&agent->charms);
    lc_free(agent->program);
    lc_free(agent->tools);
    *agent = (struct lc_agent){ .store = NULL };
}

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

/* From here on a killed agent means a failed hook. */
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
static void judge(const struct agent_result *result, struct lc_report *report)
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

/* A program that cannot be found or started is the hook's failure, not the model's. */
static bool execute(struct lc_agent *agent, struct lc_context *context, struct lc_report *report,
                    struct lc_err *err)
{
    LC_AUTO(agent_result_release) struct agent_result result = { .rebooted = false };
    LC_AUTO(lc_free) char *charm = lc_unit_charm_folder(agent->store, &context->unit);
    LC_AUTO(lc_free) char *program = NULL;
    struct lc_err fault = LC_ERR_INIT;
    char name[LC_HOOK_NAME_BYTES];

    if (charm == NULL)
        return lc_fail_memory(err);
    lc_hook_name(context->hook, name);
    report->outcome = LC_OUTCOME_FAILED;
    if (!agent_find_program(charm, "hooks", name, &program, &fault)) {
        (void)snprintf(report->why, sizeof(report->why), "%.500s", fault.message);
        return true;
    }
    if (program == NULL) {
        report->outcome = LC_OUTCOME_NONE;
        return true;
    }
    char *const argv[] = { program, NULL };
    if (!agent_spawn(agent, context, charm, argv, &result, &fault)) {
        if (fault.code == LC_ENOMEM)
            return lc_fail_memory(err);
        (void)snprintf(report->why, sizeof(report->why), "%.500s", fault.message);
        return true;
    }
    judge(&result, report);
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
static bool finish_good(struct lc_context *context, struct lc_report *report, struct lc_err *err)
{
    struct lc_store *store = context->store;
    struct lc_err refusal = LC_ERR_INIT;

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

static bool finish(struct lc_context *context, const char *json, struct lc_report *report,
                   struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    const bool good = report->outcome == LC_OUTCOME_OK || report->outcome == LC_OUTCOME_NONE;
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(context->hook, name);
    if (!lc_tx_begin(&tx, context->store, err) || (good && !finish_good(context, report, err)))
        return false;
    if ((report->outcome == LC_OUTCOME_FAILED || report->outcome == LC_OUTCOME_AGAIN) &&
        !finish_failed(context, json, report, err))
        return false;
    return lc_store_add_run(context->store, context->unit.name, name, json,
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

bool lc_agent_run(struct lc_agent *agent, const char *unit, const struct lc_hook *hook,
                  struct lc_report *out, struct lc_err *err)
{
    LC_AUTO(lc_context_release) struct lc_context context = { .store = NULL };
    LC_AUTO(lc_unit_release) struct lc_unit row = LC_UNIT_INIT;
    LC_AUTO(lc_free) char *json = NULL;
    const struct lc_charm_meta *meta;
    const int64_t started = lc_clock_monotonic_ms();

    *out = (struct lc_report){ .unit = unit, .hook = hook };
    if (!lc_hook_encode(hook, &json, err) || !begin(agent, unit, hook, json, err) ||
        !lc_store_unit(agent->store, unit, &row, err) ||
        !lc_charms_get(&agent->charms, agent->store, row.app, row.revision, &meta, err) ||
        !lc_context_init(&context, agent->store, meta, unit, hook, err) ||
        !execute(agent, &context, out, err))
        return false;
    out->ms = lc_clock_monotonic_ms() - started;
    if (!finish(&context, json, out, err))
        return false;
    const bool gone = hook->kind == LC_HOOK_REMOVE && out->outcome <= LC_OUTCOME_NONE;
    return !gone || clear_unit(agent, &row, err);
}
