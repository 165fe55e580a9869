/* luacharm model: the verbs, and what they share. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/model.h"
#include "model/content.h"
#include "model/sweep.h"

const char *model_folder(const struct lc_args *args)
{
    const char *folder = lc_args_value(args, "model");

    return folder == NULL ? LC_MODEL_FOLDER : folder;
}

void model_say_waiting(void)
{
    (void)fprintf(stderr, "luacharm: another command works on this model: waiting for it\n");
}

bool model_open(const struct lc_args *args, enum lc_store_mode mode, struct lc_store **out,
                struct lc_err *err)
{
    return lc_store_open(model_folder(args), mode, model_say_waiting, out, err);
}

int model_fail(const struct lc_err *err)
{
    if (err->code == LC_ETIMEOUT && model_interrupted() != 0)
        return model_interrupted();
    return err->code == LC_EUSAGE ? LC_EXIT_USAGE : LC_EXIT_FAILED;
}

bool model_number(const struct lc_args *args, const char *option, int64_t max, int64_t *out,
                  struct lc_err *err)
{
    const char *text = lc_args_value(args, option);

    if (text == NULL || lc_text_to_number(text, max, out))
        return true;
    return lc_fail(err, LC_EUSAGE, "--%s: '%s' is not a number up to %lld", option, text,
                   (long long)max);
}

static void print_time(int64_t now, FILE *to)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_time_format(now, text);
    (void)fprintf(to, "-- %s\n", text);
}

static FILE *stream_of(struct model_work *work)
{
    model_clear_progress(work);
    return work->on_stderr ? stderr : stdout;
}

/* "web/0  certificates-relation-changed  ok  12 ms" */
static void print_hook(void *context, const struct lc_report *report)
{
    struct model_work *work = context;
    FILE *to = stream_of(work);
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(report->hook, name);
    (void)fprintf(to, "%-*s  %-36s  %-10s  %lld ms", work->unit_width, report->unit, name,
                  lc_outcome_name(report->outcome), (long long)report->ms);
    if (report->why[0] != '\0')
        (void)fprintf(to, "  %s", report->why);
    (void)fprintf(to, "\n");
    if (report->outcome == LC_OUTCOME_FAILED && report->last_line[0] != '\0')
        (void)fprintf(to, "    %s\n", report->last_line);
    (void)fflush(to); /* the next hook may take its time */
}

static void print_move(void *context, int64_t now)
{
    print_time(now, stream_of(context));
}

static void print_line(void *context, const char *line)
{
    (void)fprintf(stream_of(context), "-- %s\n", line);
}

/* Lines about hooks stand under each other. */
static bool measure_units(struct model_work *work, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_units(work->store, NULL, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++)
        if ((int)strlen(units.items[i]) > work->unit_width)
            work->unit_width = (int)strlen(units.items[i]);
    return true;
}

bool model_work_open(const struct lc_args *args, bool on_stderr, struct model_work *work,
                     struct lc_err *err)
{
    return model_work_open_in(model_folder(args), args, on_stderr, work, err);
}

bool model_work_open_in(const char *folder, const struct lc_args *args, bool on_stderr,
                        struct model_work *work, struct lc_err *err)
{
    const char *timeout = lc_args_value(args, "hook-timeout");
    int64_t timeout_s = 0;
    int64_t seed = 0;

    *work = (struct model_work){ .on_stderr = on_stderr,
                                 .progress = isatty(STDERR_FILENO) == 1,
                                 .settle = { .jobs = sysconf(_SC_NPROCESSORS_ONLN),
                                             .ran = print_hook,
                                             .moved = print_move,
                                             .say = print_line,
                                             .progress = model_draw_progress,
                                             .context = work } };
    if (timeout != NULL && !lc_duration_parse(timeout, &timeout_s, err)) {
        err->code = LC_EUSAGE;
        return lc_wrap(err, "--hook-timeout");
    }
    if (!model_number(args, "retries", 1000, &work->settle.tries, err) ||
        !model_number(args, "jobs", 1024, &work->settle.jobs, err) ||
        !model_number(args, "seed", INT64_MAX, &seed, err))
        return false;
    if (lc_args_has(args, "retries") && work->settle.tries == 0)
        return lc_fail(err, LC_EUSAGE, "--retries: at least 1, which is the hook itself");
    if (lc_args_has(args, "jobs") && work->settle.jobs == 0)
        return lc_fail(err, LC_EUSAGE, "--jobs: at least 1");
    if (!lc_store_open(folder, LC_STORE_WORK, model_say_waiting, &work->store, err) ||
        !measure_units(work, err) ||
        (lc_args_has(args, "seed") && !lc_store_set_seed(work->store, seed, err)) ||
        !model_catch_interrupt(err) ||
        !lc_agent_init(&work->agent, work->store, timeout_s * 1000, err))
        return false;
    work->agent.stop = model_wanted_stop;
    return true;
}

void model_sweep(struct lc_store *store)
{
    struct lc_err err = LC_ERR_INIT;

    if (store != NULL && !lc_sweep(store, &err))
        lc_cmd_print_error(&err); /* what the verb was for is done */
}

void model_work_release(struct model_work *work)
{
    model_clear_progress(work);
    model_sweep(work->store);
    lc_agent_release(&work->agent);
    lc_store_free(work->store);
    work->store = NULL;
}

bool model_settle(const struct lc_args *args, struct model_work *work, const char *mends,
                  struct lc_err *err)
{
    struct lc_settle_options options = work->settle;

    options.mends = mends;
    if (lc_args_has(args, "no-settle") || lc_settle(&work->agent, &options, err))
        return true;
    if (err->code != LC_ECOMMAND)
        return false;
    lc_cmd_print_error(err);
    *err = (struct lc_err)LC_ERR_INIT;
    return true;
}

bool model_print_json(const struct lc_buf *json, struct lc_err *err)
{
    if (!lc_buf_check(json, err))
        return false;
    (void)printf("%s\n", json->data);
    return true;
}

static bool print_yaml(const struct lc_buf *json, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;
    struct lc_buf text;

    if (!lc_json_parse(json->data, json->len, 0, &tree, err))
        return false;
    lc_buf_hold(&text, json->len * 2 + 1024); /* it may hold a secret: it must not move */
    bool good = lc_yaml_writer_new(&text, &writer, err);
    if (good) {
        lc_yaml_put(writer, tree);
        good = lc_yaml_writer_finish(writer, err);
    }
    if (good)
        (void)printf("%s", text.data);
    lc_buf_wipe(&text);
    return good;
}

bool model_print(const struct lc_args *args, const struct lc_buf *json, struct lc_err *err)
{
    if (lc_args_has(args, "json"))
        return model_print_json(json, err);
    return lc_buf_check(json, err) && print_yaml(json, err);
}

void model_put_pair(struct lc_json_writer *json, const char *key, const char *value)
{
    lc_json_member_string(json, key, value);
}

void model_put_time(struct lc_json_writer *json, const char *key, int64_t time)
{
    char text[LC_TIME_TEXT_BYTES];

    if (time == 0)
        return;
    lc_time_format(time, text);
    model_put_pair(json, key, text);
}

static const struct lc_cmd *const verbs[] = {
    &model_cmd_new,
    &model_cmd_destroy,
    &model_cmd_deploy,
    &model_cmd_refresh,
    &model_cmd_config,
    &model_cmd_integrate,
    &model_cmd_remove_relation,
    &model_cmd_add_unit,
    &model_cmd_remove_unit,
    &model_cmd_remove_application,
    &model_cmd_set_leader,
    &model_cmd_settle,
    &model_cmd_advance,
    &model_cmd_run,
    &model_cmd_exec,
    &model_cmd_fire,
    &model_cmd_resolved,
    &model_cmd_status,
    &model_cmd_show_unit,
    &model_cmd_secrets,
    &model_cmd_show_secret,
    &model_cmd_debug_log,
    &model_cmd_play,
    &model_cmd_timeline,
    NULL,
};

const struct lc_cmd lc_cmd_model = {
    .name = "model",
    .synopsis = "VERB ...",
    .summary = "a small Juju in a folder, to try charms in",
    .subcommands = verbs,
};
