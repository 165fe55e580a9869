/* A recorded hook again. */
#include "host/replay.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "host/record.h"
#include "host/run.h"
#include "host/trial_machine.h"
#include "juju/fields.h"
#include "juju/hooklog.h"

void lc_replay_release(struct lc_replay *replay)
{
    lc_free(replay->unit);
    lc_free(replay->hook);
    lc_buf_release(&replay->difference);
}

/* What the charm runs on. */
struct stage {
    struct lc_json *recording;
    struct lc_hook_env env;
    struct lc_tape *tape;
    struct lc_hooklog *hooklog;
    struct lc_session *session;
    struct trial_machine files;
    struct bind_machine machine;
    int64_t now_s;
    struct bind_context context;
};

static void stage_release(struct stage *stage)
{
    lc_session_free(stage->session);
    lc_hooklog_free(stage->hooklog);
    lc_tape_free(stage->tape);
    trial_machine_release(&stage->files);
    lc_hook_env_release(&stage->env);
    lc_json_free(stage->recording);
}
LC_AUTO_VALUE(struct stage, stage_release);

/* --- the machine: programs from the tape, files of a test ---------------------------------- */

static bool run_program(void *context, const struct lc_proc *proc, struct lc_proc_result *result,
                        struct lc_err *err)
{
    struct stage *stage = context;
    const char *out;
    const char *err_out;

    if (!lc_tape_play_program(stage->tape, proc->argv, &result->exit_code, &out, &err_out, err))
        return false;
    lc_buf_puts(&result->out, out == NULL ? "" : out);
    lc_buf_puts(&result->err, err_out == NULL ? "" : err_out);
    return true;
}

/* Where the charm found a file then, and has not written it itself: one that a program could be. */
static bool make_stand_in(struct stage *stage, const char *path, const struct lc_buf *content,
                          struct lc_err *err)
{
    LC_AUTO(lc_free) char *where = NULL;

    return stage->files.port.find(&stage->files, path, true, &where, err) &&
           (lc_file_exists(where) || lc_file_create(where, content->data, content->len, 0755, err));
}

static bool find_file(void *context, const char *path, bool for_writing, char **out,
                      struct lc_err *err)
{
    struct stage *stage = context;
    LC_AUTO(lc_buf_release) struct lc_buf content = LC_BUF_INIT(LC_SECRET_BUFFER_BYTES);
    bool was_there;

    if (!for_writing && (!lc_tape_play_file(stage->tape, path, &was_there, &content, err) ||
                         (was_there && !make_stand_in(stage, path, &content, err))))
        return false;
    return stage->files.port.find(&stage->files, path, for_writing, out, err);
}

/* --- the recording ------------------------------------------------------------------------- */

static bool read_recording(const char *path, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (!lc_file_read(path, HOST_RECORD_MAX_BYTES, &text, &len, err))
        return false;
    if (!lc_json_parse(text, len, 0, out, err))
        return lc_wrap(err, "%s: not a recording", path);
    const char *format = lc_json_get_string(*out, "format");
    if (format == NULL || strcmp(format, HOST_RECORD_FORMAT) != 0)
        return lc_fail(err, LC_EPARSE, "%s: not a recording: expected format '%s', got %s%s%s",
                       path, HOST_RECORD_FORMAT, format == NULL ? "nothing" : "'",
                       format == NULL ? "" : format, format == NULL ? "" : "'");
    return true;
}

static enum lc_event_kind kind_named(const char *name)
{
    for (int kind = 0; kind < LC_EVENT_KIND_COUNT; kind++)
        if (name != NULL && strcmp(lc_event_kind_name((enum lc_event_kind)kind), name) == 0)
            return (enum lc_event_kind)kind;
    return LC_EVENT_UNKNOWN;
}

static bool take_env(struct stage *stage, const char *path, struct lc_err *err)
{
    const struct lc_json *event = lc_json_get(stage->recording, "event");

    stage->now_s = lc_json_integer(lc_json_get(stage->recording, "now"));
    stage->env.event.kind = kind_named(lc_json_get_string(event, "kind"));
    stage->env.event.secret_revision = lc_json_integer(lc_json_get(event, "secret_revision"));
    if (!lc_fields_take(&stage->env, lc_env_fields, lc_json_get(stage->recording, "env"), err) ||
        !lc_fields_take(&stage->env.event, lc_event_fields, event, err))
        return lc_wrap(err, "%s", path);
    if (stage->env.unit == NULL || stage->env.app == NULL || stage->env.charm_dir == NULL ||
        stage->env.juju_version == NULL)
        return lc_fail(err, LC_EUSAGE, "%s: the recording does not say which unit it is of", path);
    return true;
}

static bool set_up(struct stage *stage, const char *path, struct lc_err *err)
{
    if (!read_recording(path, &stage->recording, err) || !take_env(stage, path, err) ||
        !lc_tape_play(lc_json_get(stage->recording, "calls"), &host_tape_keys, &stage->tape, err) ||
        !trial_machine_start(&stage->files, stage->env.charm_dir, NULL, err))
        return false;
    const struct lc_juju *port = lc_tape_port(stage->tape);
    stage->machine =
        (struct bind_machine){ .context = stage, .run = run_program, .find = find_file };
    stage->context = (struct bind_context){ .env = &stage->env,
                                            .clock = lc_clock_fixed(&stage->now_s),
                                            .machine = &stage->machine };
    /* As in an action, where lines below INFO go nowhere. */
    if (!lc_hooklog_new(port, true, LC_LEVEL_INFO, &stage->hooklog, err) ||
        !lc_session_new(port, &stage->env, &stage->context.clock, &stage->session, err))
        return false;
    stage->context.session = stage->session;
    stage->context.log = lc_hooklog_sink(stage->hooklog);
    return true;
}

static void flush_log(void *context)
{
    lc_hooklog_flush(context);
}

/* --- what came of it ----------------------------------------------------------------------- */

static void compare(struct stage *stage, const char *outcome, struct lc_replay *out)
{
    const char *recorded = lc_json_get_string(stage->recording, "outcome");
    const char *difference = lc_tape_difference(stage->tape, true);

    if (difference != NULL)
        lc_buf_printf(&out->difference, "%s\n", difference);
    if (recorded != NULL && strcmp(recorded, outcome) != 0)
        lc_buf_printf(&out->difference, "outcome\n  recorded: %s\n  now:      %s\n", recorded,
                      outcome);
}

static bool describe(const struct stage *stage, struct lc_replay *out, struct lc_err *err)
{
    const char *hook = stage->env.event.name;

    out->now_s = stage->now_s;
    out->commands = lc_json_count(lc_json_get(stage->recording, "calls"));
    out->unit = lc_strdup(stage->env.unit);
    out->hook = lc_strdup(hook == NULL ? "exec" : hook);
    return out->unit != NULL && out->hook != NULL ? true : lc_fail_memory(err);
}

bool lc_host_replay(const char *path, struct lc_replay *out, struct lc_err *err)
{
    LC_AUTO(stage_release) struct stage stage = { .env = LC_HOOK_ENV_INIT };
    LC_AUTO(host_run_release) struct host_run run = { .context = &stage.context };
    struct lc_err failure = LC_ERR_INIT;

    if (!set_up(&stage, path, err) || !describe(&stage, out, err) ||
        !host_files_find(&run.files, ".", err))
        return false;
    stage.context.flush_log = flush_log;
    stage.context.flush_log_context = stage.hooklog;
    const bool done = host_run_hook(&run, &failure);
    if (!done)
        host_run_tell(&run, &failure);
    lc_hooklog_flush(stage.hooklog);
    compare(&stage, done ? "done" : failure.message, out);
    return lc_buf_check(&out->difference, err);
}
