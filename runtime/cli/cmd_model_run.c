/* Verbs that run hooks: settle, advance, run, exec, fire. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/model.h"
#include "model/verbs.h"

static int run_settle(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };

    if (!model_work_open(args, false, &work, err) || !lc_settle(&work.agent, &work.settle, err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

static const struct lc_opt settle_options[] = { SETTLE_OPTIONS, MODEL_OPTION, END_OF_OPTIONS };

const struct lc_cmd model_cmd_settle = {
    .name = "settle",
    .synopsis = "",
    .summary = "run hooks until nothing is pending",
    .options = settle_options,
    .run = run_settle,
};

static int run_advance(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };
    const char *every = lc_args_value(args, "update-status-every");
    struct lc_advance wanted = { .update_status = lc_args_has(args, "update-status") };

    if (!lc_duration_parse(args->positionals[0], &wanted.seconds, err) ||
        (every != NULL && !lc_duration_parse(every, &wanted.update_every, err))) {
        err->code = LC_EUSAGE;
        return model_fail(err);
    }
    if (!model_work_open(args, false, &work, err) ||
        !lc_advance(&work.agent, &wanted, &work.settle, err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

static const struct lc_opt advance_options[] = {
    { "update-status", 0, NULL, "run update-status on every unit when the time is reached" },
    { "update-status-every", 0, "DURATION", "and so often on the way, as Juju does every 5m" },
    SETTLE_OPTIONS,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_advance = {
    .name = "advance",
    .synopsis = "DURATION",
    .summary = "turn the model's clock, as 80d or 1d12h, and settle at all that is due on the way",
    .options = advance_options,
    .min = 1,
    .max = 1,
    .run = run_advance,
};

static bool print_results(const struct lc_args *args, const struct lc_action_result *result,
                          struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(64u * 1024 * 1024);
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;

    if (!lc_json_parse(result->results, strlen(result->results), 0, &tree, err))
        return false;
    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    if (!lc_args_has(args, "json")) {
        lc_json_put(&writer, tree);
        return model_print(args, &json, err);
    }
    lc_json_begin_object(&writer);
    lc_json_member_integer(&writer, "id", result->id);
    lc_json_member_string(&writer, "status", result->failed ? "failed" : "completed");
    if (result->message[0] != '\0') {
        lc_json_member_string(&writer, "message", result->message);
    }
    lc_json_key(&writer, "results");
    lc_json_put(&writer, tree);
    lc_json_end_object(&writer);
    return model_print_json(&json, err);
}

/* The parameters, checked against the charm that the unit runs. */
static bool read_params(const struct lc_args *args, struct model_work *work, struct lc_json **out,
                        struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist given = LC_STRLIST_INIT;
    const struct lc_charm_meta *meta;

    for (size_t i = 2; i < args->count; i++)
        if (!lc_strlist_add(&given, args->positionals[i], err))
            return false;
    if (!lc_check_unit(work->store, args->positionals[0], &unit, err))
        return false;
    if (unit.revision == 0)
        return lc_fail(err, LC_ESTATE, "unit '%s' has no charm yet: run 'luacharm model settle'",
                       unit.name);
    return lc_charms_get(&work->agent.charms, work->store, unit.app, unit.revision, &meta, err) &&
           lc_check_action(meta, args->positionals[1], &given, out, err);
}

/* Before anything runs: what is wrong already, and will not be mended by settling. A unit without a
 * charm gets one. */
static bool check_first(const struct lc_args *args, struct model_work *work, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *params = NULL;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    if (!lc_check_unit(work->store, args->positionals[0], &unit, err))
        return false;
    return (unit.revision == 0 && !lc_args_has(args, "no-settle")) ||
           read_params(args, work, &params, err);
}

static int run_action(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };
    LC_AUTO(lc_action_result_release) struct lc_action_result result = { .results = NULL };
    struct lc_json *params = NULL;

    if (!model_work_open(args, true, &work, err) || !check_first(args, &work, err) ||
        !model_settle(args, &work, "", err) || !read_params(args, &work, &params, err) ||
        !lc_agent_action(&work.agent, args->positionals[0], args->positionals[1], params, &result,
                         err) ||
        !print_results(args, &result, err) || !model_settle(args, &work, "", err))
        return model_fail(err);
    if (!result.failed)
        return LC_EXIT_DONE;
    (void)lc_fail(err, LC_ECOMMAND, "action '%s' failed: %s", args->positionals[1], result.message);
    return LC_EXIT_FAILED;
}

static const struct lc_opt run_options[] = {
    JSON_OPTION, NO_SETTLE_OPTION, SETTLE_OPTIONS, MODEL_OPTION, END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_run = {
    .name = "run",
    .synopsis = "UNIT ACTION [KEY=VALUE...]",
    .summary = "run an action; settles before and after",
    .options = run_options,
    .min = 2,
    .max = LC_ANY,
    .run = run_action,
};

static bool find_relation_id(const struct lc_args *args, int64_t *out, struct lc_err *err)
{
    const char *text = lc_args_value(args, "relation");
    const char *colon = text == NULL ? NULL : strrchr(text, ':');

    *out = -1;
    if (text == NULL || lc_text_to_number(colon == NULL ? text : colon + 1, INT32_MAX, out))
        return true;
    return lc_fail(err, LC_EUSAGE, "--relation: '%s' is not a relation's id, such as db:0", text);
}

static int run_exec(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist words = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(64u * 1024 * 1024);
    LC_AUTO(lc_buf_release) struct lc_buf err_text = LC_BUF_INIT(64u * 1024 * 1024);
    struct lc_report report;
    int64_t relation;

    for (size_t i = 1; i < args->count; i++)
        if (!lc_strlist_add(&words, args->positionals[i], err))
            return model_fail(err);
    if (!find_relation_id(args, &relation, err) || !model_work_open(args, true, &work, err) ||
        !lc_check_unit(work.store, args->positionals[0], &unit, err) ||
        !model_settle(args, &work, "", err) ||
        !lc_agent_exec(&work.agent, args->positionals[0], &words, relation, &out, &err_text,
                       &report, err))
        return model_fail(err);
    (void)fwrite(out.data, 1, out.len, stdout);
    (void)fflush(stdout); /* main tells when it cannot be written */
    (void)fwrite(err_text.data, 1, err_text.len, stderr);
    if (!model_settle(args, &work, "", err))
        return model_fail(err);
    if (report.outcome == LC_OUTCOME_OK)
        return LC_EXIT_DONE;
    (void)lc_fail(err, LC_ECOMMAND, "%s: %s", args->positionals[0], report.why);
    return LC_EXIT_FAILED;
}

static const struct lc_opt exec_options[] = {
    { "relation", 'r', "ID", "the relation that hook commands are about" },
    NO_SETTLE_OPTION,
    SETTLE_OPTIONS,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_exec = {
    .name = "exec",
    .synopsis = "UNIT -- COMMAND [ARG...]",
    .summary = "a command, or one word of shell, as the unit; settles before and after",
    .options = exec_options,
    .min = 2,
    .max = LC_ANY,
    .run = run_exec,
};

/* Whether the hook that was fired has failed, and no later try of it went well. */
static bool fail_if_failed(struct model_work *work, const struct lc_report *report,
                           struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    char name[LC_HOOK_NAME_BYTES];

    if (report->outcome != LC_OUTCOME_FAILED)
        return true;
    if (!lc_store_unit(work->store, report->unit, &unit, err))
        return false;
    lc_hook_name(report->hook, name);
    return unit.phase != LC_PHASE_FAILED ||
           lc_fail(err, LC_ECOMMAND, "%s: hook \"%s\" failed: %s", report->unit, name, report->why);
}

static int run_fire(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    struct lc_fire fire = { .event = args->positionals[1],
                            .relation = lc_args_value(args, "relation"),
                            .remote = lc_args_value(args, "remote"),
                            .secret = lc_args_value(args, "secret"),
                            .storage = lc_args_value(args, "storage"),
                            .notice_key = lc_args_value(args, "notice"),
                            .check = lc_args_value(args, "check") };
    LC_AUTO(lc_job_free) struct lc_job *job = NULL;
    const struct lc_report *report;

    if (!model_number(args, "revision", INT64_MAX, &fire.revision, err) ||
        !model_work_open(args, false, &work, err) ||
        !lc_check_event(work.store, args->positionals[0], &fire, err) ||
        !model_settle(args, &work, "", err) ||
        !lc_verb_fire(work.store, args->positionals[0], &fire, &hook, err) ||
        !lc_agent_run(&work.agent, args->positionals[0], &hook, &job, &report, err))
        return model_fail(err);
    work.settle.ran(&work, report);
    return model_settle(args, &work, args->positionals[0], err) &&
                   fail_if_failed(&work, report, err)
               ? LC_EXIT_DONE
               : model_fail(err);
}

static const struct lc_opt fire_options[] = {
    { "relation", 'r', "ID", "of a relation event" },
    { "remote", 0, "UNIT", "of joined, changed and departed" },
    { "secret", 0, "ID", "of a secret event: an id, or the owner's label" },
    { "revision", 0, "N", "of secret-expired and secret-remove (default: the latest)" },
    { "storage", 0, "ID", "of a storage event" },
    { "notice", 0, "KEY", "of pebble-custom-notice" },
    { "check", 0, "NAME", "of pebble-check-failed and -recovered" },
    NO_SETTLE_OPTION,
    SETTLE_OPTIONS,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_fire = {
    .name = "fire",
    .synopsis = "UNIT EVENT",
    .summary = "run one hook out of turn, such as update-status; settles before and after",
    .options = fire_options,
    .min = 2,
    .max = 2,
    .run = run_fire,
};
