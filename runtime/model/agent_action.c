/* Actions and juju exec: programs that somebody asked for; they never put the unit in error
 * (juju-hooks 1.16, 1.17). */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/agent_private.h"
#include "model/check.h"

#include "model/store_log.h"

#define MAX_RESULTS (32u * 1024 * 1024)

void lc_action_result_release(struct lc_action_result *result)
{
    lc_free(result->results);
    result->results = NULL;
}

/* What both need of the unit. LC_ESTATE when it has no charm yet. */
static bool open_context(struct lc_agent *agent, const char *unit, const struct lc_hook *hook,
                         struct lc_context *context, char **charm, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit row = LC_UNIT_INIT;
    const struct lc_charm_meta *meta;

    if (!lc_store_unit(agent->store, unit, &row, err))
        return false;
    if (row.revision == 0)
        return lc_fail(err, LC_ESTATE, "unit '%s' has no charm yet: its first hook has not run",
                       unit);
    *charm = lc_unit_charm_folder(agent->store, &row);
    if (*charm == NULL)
        return lc_fail_memory(err);
    return lc_charms_get(&agent->charms, agent->store, row.app, row.revision, &meta, err) &&
           lc_context_init(context, agent->store, meta, unit, hook, err);
}

/* The entries from..to, whose keys share a prefix: dots make maps. */
static void put_results(struct lc_json_writer *writer, const struct lc_strmap *map, size_t from,
                        size_t to, size_t prefix)
{
    for (size_t i = from, next; i < to; i = next) {
        const char *key = map->entries[i].key + prefix;
        const size_t len = strcspn(key, ".");
        lc_json_key_len(writer, key, len);
        if (key[len] == '\0') {
            lc_json_put_string(writer, map->entries[i].value);
            next = i + 1;
            continue;
        }
        for (next = i + 1;
             next < to && strncmp(map->entries[next].key + prefix, key, len + 1) == 0;)
            next++;
        lc_json_begin_object(writer);
        put_results(writer, map, i, next, prefix + len + 1);
        lc_json_end_object(writer);
    }
}

/* Ends in a line feed; in base64 when it is not text (juju-hooks 1.3). */
static void put_stream(struct lc_json_writer *writer, const char *name, const struct lc_buf *text)
{
    LC_AUTO(lc_buf_release) struct lc_buf shown = LC_BUF_INIT(MAX_RESULTS);
    char encoding[32];

    if (text->len == 0)
        return;
    const bool utf8 = lc_text_is_utf8(text->data, text->len);
    if (utf8)
        lc_buf_add(&shown, text->data, text->len);
    else
        lc_base64_encode(text->data, text->len, &shown);
    if (utf8 && text->data[text->len - 1] != '\n')
        lc_buf_putc(&shown, '\n');
    if (shown.code != LC_OK)
        writer->buf->code = shown.code;
    lc_json_key(writer, name);
    lc_json_put_string_len(writer, shown.data, shown.len);
    if (utf8)
        return;
    (void)snprintf(encoding, sizeof(encoding), "%s-encoding", name);
    lc_json_member_string(writer, encoding, "base64");
}

static bool make_results(const struct lc_context *context, const struct lc_proc_result *proc,
                         char **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(MAX_RESULTS);

    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_COMPACT);
    lc_json_begin_object(&writer);
    put_results(&writer, &context->results, 0, context->results.count, 0);
    lc_json_member_integer(&writer, "return-code", proc->exit_code);
    put_stream(&writer, "stdout", &proc->out);
    put_stream(&writer, "stderr", &proc->err);
    lc_json_end_object(&writer);
    return lc_buf_take(&json, out, NULL, err);
}

static bool find_action(const char *charm, const char *unit, const char *name, char **program,
                        struct lc_err *err)
{
    if (!agent_find_program(charm, "actions", name, program, err))
        return false;
    return *program != NULL
               ? true
               : lc_fail(err, LC_ENOTFOUND, "action not implemented on unit \"%s\"", unit);
}

/* Exit status 0 commits, also after action-fail. */
static bool commit_action(struct lc_context *context, struct agent_child *result,
                          struct lc_action_result *out, struct lc_err *err)
{
    struct lc_err refusal = LC_ERR_INIT;

    out->failed = context->action_failed;
    (void)snprintf(out->message, sizeof(out->message), "%.500s",
                   context->action_message == NULL ? "" : context->action_message);
    if (!agent_commit(context, &refusal, err))
        return false;
    if (refusal.code == LC_OK)
        return true;
    out->failed = true;
    lc_buf_printf(&result->proc.err, "%s\n", refusal.message);
    if (out->message[0] == '\0')
        (void)snprintf(out->message, sizeof(out->message), "committing requested changes failed");
    return true;
}

static bool end_action(struct lc_context *context, struct agent_child *result,
                       struct lc_action_result *out, int64_t ms, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_free) char *json = NULL;
    const struct lc_proc_result *proc = &result->proc;
    char name[LC_HOOK_NAME_BYTES];

    lc_hook_name(context->hook, name);
    if (!lc_tx_begin(&tx, context->store, err) || !lc_hook_encode(context->hook, &json, err))
        return false;
    if (proc->exit_code == 0 && proc->signal == 0 && !proc->timed_out) {
        if (!commit_action(context, result, out, err))
            return false;
    } else if (proc->exit_code != -1 || proc->signal != 0) {
        out->failed = true;
        lc_proc_describe(proc, out->message); /* it has room for more than 64 bytes */
    }
    return make_results(context, proc, &out->results, err) &&
           lc_store_end_action(context->store, out->id, out->failed ? "failed" : "completed",
                               out->message, out->results, err) &&
           lc_store_add_run(context->store, context->unit.name, name, json,
                            out->failed ? "failed" : "ok", ms, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_agent_action(struct lc_agent *agent, const char *unit, const char *action,
                     struct lc_json *params, struct lc_action_result *out, struct lc_err *err)
{
    LC_AUTO(lc_context_release) struct lc_context context = { .store = NULL };
    LC_AUTO(agent_child_release) struct agent_child result = { .server = AGENT_SERVER_INIT };
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_free) char *charm = NULL;
    LC_AUTO(lc_free) char *program = NULL;
    struct lc_err fault = LC_ERR_INIT;
    const int64_t started = lc_clock_monotonic_ms();

    LC_AUTO(lc_json_free) struct lc_json *owned = params;
    *out = (struct lc_action_result){ .id = 0 };
    lc_proc_result_init(&result.proc, 4096);
    hook.kind = LC_HOOK_ACTION;
    if (!lc_hook_set(&hook.endpoint, action, err) ||
        !lc_store_add_action(agent->store, unit, action, &hook.action, err))
        return false;
    out->id = hook.action;
    if (!open_context(agent, unit, &hook, &context, &charm, err))
        return false;
    context.params = LC_STEAL(owned);
    const bool ran = find_action(charm, unit, action, &program, &fault) &&
                     agent_spawn(agent, &context, charm, (char *const[]){ program, NULL }, &result,
                                 &fault);
    if (!ran) {
        out->failed = true;
        (void)snprintf(out->message, sizeof(out->message), "%.500s", fault.message);
    }
    return end_action(&context, &result, out, lc_clock_monotonic_ms() - started, err);
}

static void describe_exec(const struct agent_child *result, struct lc_report *report)
{
    const struct lc_proc_result *proc = &result->proc;
    const bool good = proc->exit_code == 0 && proc->signal == 0 && !proc->timed_out;

    report->outcome = good ? LC_OUTCOME_OK : LC_OUTCOME_FAILED;
    if (!good)
        lc_proc_describe(proc, report->why); /* it has room for more than 64 bytes */
}

static bool set_relation(struct lc_store *store, const char *unit, int64_t id, struct lc_hook *hook,
                         struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit row = LC_UNIT_INIT;
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;

    if (id == -1)
        return true;
    hook->relation = id;
    return lc_store_unit(store, unit, &row, err) &&
           lc_store_relation(store, id, row.app, &relation, err) &&
           lc_hook_set(&hook->endpoint, relation.endpoint, err);
}

/* The words as a program and its arguments, or the one word as a script; by a shell, so that the
 * program is looked up in the unit's PATH and not in ours. */
static bool make_argv(const struct lc_strlist *words, struct lc_strlist *out, struct lc_err *err)
{
    const bool script = words->count == 1;

    if (!lc_strlist_add(out, "/bin/sh", err) || !lc_strlist_add(out, "-c", err) ||
        !lc_strlist_add(out, script ? words->items[0] : "exec \"$@\"", err))
        return false;
    if (!script && !lc_strlist_add(out, "juju-exec", err))
        return false;
    for (size_t i = 0; i < words->count && !script; i++)
        if (!lc_strlist_add(out, words->items[i], err))
            return false;
    return true;
}

static bool end_exec(struct lc_context *context, struct lc_report *report, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_free) char *json = NULL;
    struct lc_err refusal = LC_ERR_INIT;

    if (!lc_tx_begin(&tx, context->store, err) || !lc_hook_encode(context->hook, &json, err) ||
        (report->outcome == LC_OUTCOME_OK && !agent_commit(context, &refusal, err)))
        return false;
    if (refusal.code != LC_OK) {
        report->outcome = LC_OUTCOME_FAILED;
        (void)snprintf(report->why, sizeof(report->why), "cannot apply changes: %.480s",
                       refusal.message);
    }
    return lc_store_add_run(context->store, context->unit.name, "juju-exec", json,
                            lc_outcome_name(report->outcome), report->ms, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_agent_exec(struct lc_agent *agent, const char *unit, const struct lc_strlist *words,
                   int64_t relation, struct lc_buf *out, struct lc_buf *err_text,
                   struct lc_report *report, struct lc_err *err)
{
    LC_AUTO(lc_context_release) struct lc_context context = { .store = NULL };
    LC_AUTO(agent_child_release) struct agent_child result = { .server = AGENT_SERVER_INIT };
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist argv = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *charm = NULL;
    const int64_t started = lc_clock_monotonic_ms();

    *report = (struct lc_report){ .unit = unit };
    lc_proc_result_init(&result.proc, 0);
    hook.kind = LC_HOOK_EXEC;
    if (!set_relation(agent->store, unit, relation, &hook, err) || !make_argv(words, &argv, err) ||
        !open_context(agent, unit, &hook, &context, &charm, err) ||
        !agent_spawn(agent, &context, charm, argv.items, &result, err))
        return false;
    describe_exec(&result, report);
    report->ms = lc_clock_monotonic_ms() - started;
    lc_buf_add(out, result.proc.out.data, result.proc.out.len);
    lc_buf_add(err_text, result.proc.err.data, result.proc.err.len);
    return end_exec(&context, report, err) && lc_buf_check(out, err) && lc_buf_check(err_text, err);
}
