/* The process backend: how a hook command is run and what its end means. The operations are in
 * tool_*.c, by command family. */
#include "juju/tool.h"

#include <string.h>

#include "base/json_scan.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/text.h"
#include "juju/tool_private.h"

static const struct lc_juju_ops operations = {
    .relation_ids = tool_relation_ids,
    .relation_list = tool_relation_list,
    .relation_app = tool_relation_app,
    .relation_get = tool_relation_get,
    .relation_set = tool_relation_set,
    .relation_model = tool_relation_model,
    .is_leader = tool_is_leader,
    .leader_get = tool_leader_get,
    .leader_set = tool_leader_set,
    .config_get = tool_config_get,
    .secret_add = tool_secret_add,
    .secret_set = tool_secret_set,
    .secret_get = tool_secret_get,
    .secret_info = tool_secret_info,
    .secret_ids = tool_secret_ids,
    .secret_grant = tool_secret_grant,
    .secret_revoke = tool_secret_revoke,
    .secret_remove = tool_secret_remove,
    .status_set = tool_status_set,
    .status_get = tool_status_get,
    .log = tool_log,
    .version_set = tool_version_set,
    .state_get = tool_state_get,
    .state_set = tool_state_set,
    .state_delete = tool_state_delete,
    .port_open = tool_port_open,
    .port_close = tool_port_close,
    .ports_opened = tool_ports_opened,
    .ports_by_endpoint = tool_ports_by_endpoint,
    .network_get = tool_network_get,
    .unit_get = tool_unit_get,
    .action_get = tool_action_get,
    .action_set = tool_action_set,
    .action_fail = tool_action_fail,
    .action_log = tool_action_log,
    .goal_state = tool_goal_state,
    .credential_get = tool_credential_get,
    .storage_list = tool_storage_list,
    .storage_get = tool_storage_get,
    .storage_add = tool_storage_add,
    .resource_get = tool_resource_get,
    .reboot = tool_reboot,
};

bool lc_tool_new(int64_t timeout_ms, struct lc_tool **out, struct lc_err *err)
{
    struct lc_tool *tool = lc_alloc(1, sizeof(*tool));

    if (tool == NULL)
        return lc_fail_memory(err);
    tool->port = (struct lc_juju){ .ops = &operations, .context = tool };
    tool->timeout_ms = timeout_ms == 0 ? LC_TOOL_TIMEOUT_MS : timeout_ms;
    *out = tool;
    return true;
}

void lc_tool_free(struct lc_tool *tool)
{
    lc_free(tool);
}

const struct lc_juju *lc_tool_port(const struct lc_tool *tool)
{
    return &tool->port;
}

/* The classes that exit codes do not separate (juju-hooks 5.2.16). */
static enum lc_code code_of_text(const char *text, int exit_code)
{
    static const struct {
        const char *part;
        enum lc_code code;
    } classes[] = {
        { "not found", LC_ENOTFOUND },   { "permission denied", LC_EPERM },
        { "not the leader", LC_EPERM },  { "cannot write relation settings", LC_EPERM },
        { "already exists", LC_EEXIST },
    };

    for (size_t i = 0; i < LC_COUNT(classes); i++)
        if (lc_text_contains_nocase(text, classes[i].part))
            return classes[i].code;
    return exit_code == 2 ? LC_EUSAGE : LC_ECOMMAND;
}

/* Juju's own line among what was written to standard error, such as deprecation notes; all of it
 * where there is none. Cuts what follows. */
static const char *error_line(char *text)
{
    static const char mark[] = "ERROR ";
    const size_t mark_len = sizeof(mark) - 1;
    char *found = text;

    for (char *at = text; (at = strstr(at, mark)) != NULL; at += mark_len)
        if (at == text || at[-1] == '\n')
            found = at;
    const bool is_marked = lc_text_has_prefix(found, mark);
    found += is_marked ? mark_len : 0;
    size_t len = is_marked ? strcspn(found, "\n") : strlen(found);
    while (len > 0 && strchr("\r\n ", found[len - 1]) != NULL)
        len--;
    found[len] = '\0';
    return found;
}

static bool check_result(const struct lc_tool *tool, const char *command,
                         struct lc_proc_result *result, struct lc_err *err)
{
    char how_it_ended[64];

    if (result->timed_out)
        return lc_fail(err, LC_ETIMEOUT, "%s: no answer in %lld ms", command,
                       (long long)tool->timeout_ms);
    if (result->too_much)
        return lc_fail(err, LC_ELIMIT, "%s: its answer is too long", command);
    if (result->exit_code != 0) {
        const char *text = error_line(result->err.data);
        lc_proc_describe(result, how_it_ended);
        return lc_fail(err, code_of_text(text, result->exit_code), "%s: %s", command,
                       *text == '\0' ? how_it_ended : text);
    }
    return true;
}

/* An array for execve; the words stay where they are. */
static bool make_argv(const struct tool_call *call, const char ***out, struct lc_err *err)
{
    const size_t more_count = call->more == NULL ? 0 : call->more->count;
    const char **argv = lc_alloc(call->word_count + more_count + 1, sizeof(*argv));
    size_t count = 0;

    if (argv == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < call->word_count; i++)
        if (call->words[i] != NULL)
            argv[count++] = call->words[i];
    for (size_t i = 0; i < more_count; i++)
        argv[count++] = call->more->items[i];
    *out = argv;
    for (size_t i = 0; i < count; i++)
        if (strlen(argv[i]) > TOOL_ARGUMENT_MAX_BYTES)
            return lc_fail(err, LC_ELIMIT, "argument %zu is over %zu bytes", i,
                           TOOL_ARGUMENT_MAX_BYTES);
    return true;
}

/* A command that is missing, or that we may not run, must not look as if Juju had answered: not
 * found and no permission are answers. */
static void recode_start_failure(struct lc_err *err)
{
    if (err->code == LC_ENOTFOUND)
        err->code = LC_EUNSUPPORTED;
    else if (err->code == LC_EPERM || err->code == LC_EEXIST)
        err->code = LC_ECOMMAND;
}

static bool run(const struct lc_tool *tool, const struct tool_call *call,
                struct lc_proc_result *result, struct lc_secret *secret_output, struct lc_err *err)
{
    LC_AUTO(lc_free) const char **argv = NULL;

    if (!make_argv(call, &argv, err))
        return lc_wrap(err, "%s", call->words[0]);
    const struct lc_proc proc = {
        .argv = (char *const *)argv,
        .input = call->input,
        .input_len = call->input_len,
        .timeout_ms = tool->timeout_ms,
        .secret_output = secret_output,
        .stop_when_full = true,
    };
    if (!lc_proc_run(&proc, result, err)) {
        recode_start_failure(err);
        return lc_wrap(err, "%s", call->words[0]);
    }
    return check_result(tool, call->words[0], result, err);
}

bool tool_do(const struct lc_tool *tool, const struct tool_call *call, struct lc_err *err)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(LC_TOOL_MAX_OUTPUT);

    return run(tool, call, &result, NULL, err);
}

bool tool_text(const struct lc_tool *tool, const struct tool_call *call, char **out,
               struct lc_err *err)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(LC_TOOL_MAX_OUTPUT);

    if (!run(tool, call, &result, NULL, err))
        return false;
    if (memchr(result.out.data, '\0', result.out.len) != NULL)
        return lc_fail(err, LC_EPARSE, "%s: its answer is not text", call->words[0]);
    const size_t len = result.out.len;
    if (len > 0 && result.out.data[len - 1] == '\n')
        result.out.data[len - 1] = '\0';
    if (!lc_buf_take(&result.out, out, NULL, err))
        return lc_wrap(err, "%s", call->words[0]);
    return true;
}

static bool parse(const struct tool_call *call, const char *text, size_t len, struct lc_json **out,
                  struct lc_err *err)
{
    if (!lc_json_parse(text, len, 0, out, err))
        return lc_wrap(err, "%s: cannot read its answer", call->words[0]);
    return true;
}

bool tool_json(const struct lc_tool *tool, const struct tool_call *call, struct lc_json **out,
               struct lc_err *err)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(LC_TOOL_MAX_OUTPUT);

    if (!run(tool, call, &result, NULL, err))
        return false;
    return parse(call, result.out.data, result.out.len, out, err);
}

bool tool_secret_json(const struct lc_tool *tool, const struct tool_call *call,
                      struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(LC_TOOL_MAX_OUTPUT);
    LC_AUTO(lc_secret_release) struct lc_secret output = LC_SECRET_INIT;

    if (!run(tool, call, &result, &output, err))
        return false;
    return parse(call, output.data == NULL ? "" : output.data, output.len, out, err);
}

bool tool_unexpected(const struct tool_call *call, const char *expected, const struct lc_json *json,
                     struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, "%s: expected %s, got %s", call->words[0], expected,
                   lc_json_type_name(lc_json_type(json)));
}

char *tool_dup_string(const struct lc_json *string)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const char *text = lc_json_string(string);
    const size_t len = lc_json_string_len(string);
    size_t at = 0;

    if (memchr(text, '\0', len) == NULL)
        return lc_strndup(text, len);
    char *copy = lc_alloc(len, sizeof(replacement));
    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\0') {
            copy[at++] = text[i];
            continue;
        }
        memcpy(copy + at, replacement, sizeof(replacement) - 1);
        at += sizeof(replacement) - 1;
    }
    return copy;
}

bool tool_string(const struct lc_tool *tool, const struct tool_call *call, char **out,
                 struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    if (!tool_json(tool, call, &json, err))
        return false;
    if (lc_json_type(json) != LC_JSON_STRING)
        return tool_unexpected(call, "a string", json, err);
    *out = tool_dup_string(json);
    return *out == NULL ? lc_fail_memory(err) : true;
}

bool tool_strings(const struct lc_tool *tool, const struct tool_call *call, struct lc_strlist *out,
                  struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    if (!tool_json(tool, call, &json, err))
        return false;
    if (lc_json_type(json) == LC_JSON_NULL)
        return true;
    if (lc_json_type(json) != LC_JSON_ARRAY)
        return tool_unexpected(call, "an array of strings", json, err);
    for (size_t i = 0; i < lc_json_count(json); i++) {
        const struct lc_json *item = lc_json_at(json, i);
        if (lc_json_type(item) != LC_JSON_STRING)
            return tool_unexpected(call, "an array of strings", item, err);
        LC_AUTO(lc_free) char *text = tool_dup_string(item);
        if (text == NULL)
            return lc_fail_memory(err);
        if (!lc_strlist_add(out, text, err))
            return false;
    }
    return true;
}

struct map_reading {
    const struct tool_call *call;
    struct lc_strmap *map;
};

static bool add_entry(void *context, const char *key, const struct lc_json *value,
                      struct lc_err *err)
{
    const struct map_reading *reading = context;

    if (lc_json_type(value) != LC_JSON_STRING)
        return tool_unexpected(reading->call, "an object of strings", value, err);
    LC_AUTO(lc_free) char *text = tool_dup_string(value);
    if (text == NULL)
        return lc_fail_memory(err);
    return lc_strmap_set(reading->map, key, text, err);
}

bool tool_map(const struct lc_tool *tool, const struct tool_call *call, struct lc_strmap *out,
              struct lc_err *err)
{
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT(LC_TOOL_MAX_OUTPUT);
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct map_reading reading = { .call = call, .map = out };
    bool plain;

    if (!run(tool, call, &result, NULL, err))
        return false;
    if (!lc_json_scan_texts(&result.out, out, &plain, err))
        return lc_wrap(err, "%s", call->words[0]);
    if (plain)
        return true;
    if (!parse(call, result.out.data, result.out.len, &json, err))
        return false;
    if (lc_json_type(json) == LC_JSON_NULL)
        return true;
    if (lc_json_type(json) != LC_JSON_OBJECT)
        return tool_unexpected(call, "an object of strings", json, err);
    return lc_json_each(json, add_entry, &reading, err);
}

bool tool_object(const struct lc_tool *tool, const struct tool_call *call, struct lc_json **out,
                 struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    if (!tool_json(tool, call, &json, err))
        return false;
    if (lc_json_type(json) == LC_JSON_NULL) {
        lc_json_free(json);
        json = lc_json_new_object();
        if (json == NULL)
            return lc_fail_memory(err);
    }
    if (lc_json_type(json) != LC_JSON_OBJECT)
        return tool_unexpected(call, "an object", json, err);
    *out = LC_STEAL(json);
    return true;
}

void tool_encode(const struct lc_strmap *map, struct lc_buf *out)
{
    struct lc_json_writer writer = lc_json_writer(out, LC_JSON_COMPACT);

    lc_json_begin_object(&writer);
    for (size_t i = 0; i < map->count; i++) {
        lc_json_member_string(&writer, map->entries[i].key, map->entries[i].value);
    }
    lc_json_end_object(&writer);
}
