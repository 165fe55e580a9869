/* Recording a hook. */
#include "host/record.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "juju/fields.h"
#include "x509/key.h"
#include "x509/key_stand_in.h"

#define NAMES_MAX 10000 /* of recordings of one second */

/* --- what a tape asks of keys ------------------------------------------------------------- */

static bool public_half(const struct lc_secret *value, char **pem_out, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    *pem_out = NULL;
    if (value->data == NULL || strstr(value->data, "PRIVATE KEY") == NULL ||
        !lc_key_parse(value->data, value->len, NULL, &key, err))
        return true; /* no key, or one that cannot be read: a secret like others */
    return lc_key_dup_public_pem(key, pem_out, err);
}

const struct lc_tape_keys host_tape_keys = { .public_half = public_half,
                                             .stand_in = lc_key_stand_in };

/* --- during the hook ----------------------------------------------------------------------- */

static bool run_program(void *context, const struct lc_proc *proc, struct lc_proc_result *result,
                        struct lc_err *err)
{
    struct host_record *record = context;

    if (!lc_proc_run(proc, result, err))
        return false;
    lc_tape_keep_program(record->tape, proc->argv,
                         result->signal != 0 ? 128 + result->signal : result->exit_code,
                         result->out.data, result->err.data);
    return true;
}

static void keep_file(struct lc_tape *tape, const char *path)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    struct lc_err ignored = LC_ERR_INIT;
    const bool is_kept = lc_tape_wants_files(tape) && lc_file_read_secret(path, &content, &ignored);

    lc_tape_keep_file(tape, path, lc_file_exists(path), is_kept ? &content : NULL);
}

static bool same_path(void *context, const char *path, bool for_writing, char **out,
                      struct lc_err *err)
{
    const struct host_record *record = context;

    if (!for_writing)
        keep_file(record->tape, path);
    *out = lc_strdup(path);
    return *out != NULL ? true : lc_fail_memory(err);
}

bool host_record_start(struct host_record *record, const struct lc_juju *below, int64_t now_s,
                       struct lc_err *err)
{
    record->machine =
        (struct bind_machine){ .context = record, .run = run_program, .find = same_path };
    record->now_s = now_s;
    if (lc_hook_record_folder() == NULL)
        return true;
    return lc_tape_record(below, &host_tape_keys, lc_hook_records_secrets(), &record->tape, err);
}

void host_record_release(struct host_record *record)
{
    lc_tape_free(record->tape);
    record->tape = NULL;
}

/* --- the file ------------------------------------------------------------------------------ */

static void put_event(const struct lc_event *event, struct lc_json_writer *out)
{
    lc_json_begin_object(out);
    lc_json_member_string(out, "kind", lc_event_kind_name(event->kind));
    lc_json_member_integer(out, "secret_revision", event->secret_revision);
    lc_fields_put(event, lc_event_fields, out);
    lc_json_end_object(out);
}

static void put_recording(const struct host_record *record, const struct lc_hook_env *env,
                          const struct lc_err *failure, struct lc_buf *text)
{
    struct lc_json_writer out = lc_json_writer(text, LC_JSON_COMPACT);

    lc_json_begin_object(&out);
    lc_json_member_string(&out, "format", HOST_RECORD_FORMAT);
    lc_json_member_string(&out, "luacharm", LC_VERSION);
    lc_json_member_integer(&out, "now", record->now_s);
    lc_json_key(&out, "env");
    lc_json_begin_object(&out);
    lc_fields_put(env, lc_env_fields, &out);
    lc_json_end_object(&out);
    lc_json_key(&out, "event");
    put_event(&env->event, &out);
    lc_json_member_string(&out, "outcome", failure == NULL ? "done" : failure->message);
    lc_buf_printf(text, ",\"calls\":%s]}\n", lc_tape_text(record->tape));
}

/* Keys sorted, as everywhere. */
static bool make_canonical(const struct lc_buf *text, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_json_writer writer = lc_json_writer(out, LC_JSON_COMPACT);

    if (!lc_buf_check(text, err) || !lc_json_parse(text->data, text->len, 0, &json, err))
        return false;
    lc_json_put(&writer, json);
    lc_buf_putc(out, '\n');
    return lc_buf_check(out, err);
}

/* "1767225600-web-0-config-changed.json", with a number behind it when that is there. */
static bool name_file(const struct host_record *record, const struct lc_hook_env *env, char **out,
                      struct lc_err *err)
{
    const char *hook = env->event.name == NULL ? "exec" : env->event.name;

    for (int number = 1; number < NAMES_MAX; number++) {
        LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(512);
        lc_buf_printf(&name, "%lld-%s-%s-%s", (long long)record->now_s, env->app, env->unit_number,
                      hook);
        if (number > 1)
            lc_buf_printf(&name, "-%d", number);
        lc_buf_puts(&name, ".json");
        if (!lc_buf_check(&name, err))
            return false;
        char *path = lc_path_join(lc_hook_record_folder(), name.data);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_file_exists(path)) {
            *out = path;
            return true;
        }
        lc_free(path);
    }
    return lc_fail(err, LC_EEXIST, "more than %d recordings of one second", NAMES_MAX);
}

static bool write_file(struct host_record *record, const struct lc_hook_env *env,
                       const struct lc_err *failure, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(HOST_RECORD_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf canonical = LC_BUF_INIT(HOST_RECORD_MAX_BYTES);
    LC_AUTO(lc_free) char *path = NULL;

    if (!lc_tape_is_whole(record->tape))
        return lc_fail(err, LC_ELIMIT, "the hook's commands are more than %u bytes",
                       LC_TAPE_MAX_BYTES);
    put_recording(record, env, failure, &text);
    return make_canonical(&text, &canonical, err) &&
           lc_dir_make(lc_hook_record_folder(), 0700, err) && name_file(record, env, &path, err) &&
           lc_file_write(path, canonical.data, canonical.len, 0600, err);
}

void host_record_finish(struct host_record *record, const struct lc_hook_env *env,
                        const struct lc_err *failure, const struct lc_log *log)
{
    struct lc_err err = LC_ERR_INIT;

    if (record->tape != NULL && !write_file(record, env, failure, &err))
        lc_log(log, LC_LEVEL_WARNING, "the hook is not recorded: %s", err.message);
}
