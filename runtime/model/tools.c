/* The table of hook commands, and how a request becomes a call. */
#include "model/tools.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "model/content.h"
#include "model/hooktool.h"

#define FLAGS(...) ((const struct lc_flag[]){ __VA_ARGS__, { .name = NULL } })
#define BOOL(text)                                                                                 \
    {                                                                                              \
        .name = (text), .is_bool = true                                                            \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        .name = (text)                                                                             \
    }
#define RELATION                                                                                   \
    {                                                                                              \
        .name = "relation", .letter = 'r'                                                          \
    }
#define CONTENT                                                                                    \
    TEXT("label"), TEXT("description"), TEXT("expire"), TEXT("rotate"), TEXT("owner"), TEXT("file")

static const struct lc_tool tools[] = {
    { "action-fail", "[<message>]", "set action fail status with message", LC_TOOL_PLAIN, NULL,
      lc_tool_action_fail },
    { "action-get", "[<key>[.<key>...]]", "get action parameters", LC_TOOL_SMART, NULL,
      lc_tool_action_get },
    { "action-log", "<message>", "record a progress message for the current action", LC_TOOL_PLAIN,
      NULL, lc_tool_action_log },
    { "action-set", "<key>=<value> [<key>=<value> ...]", "set action results", LC_TOOL_PLAIN, NULL,
      lc_tool_action_set },
    { "application-version-set", "<new-version>", "specify which version is deployed",
      LC_TOOL_PLAIN, NULL, lc_tool_version_set },
    { "close-port", "<port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp",
      "register a request to close a port or port range", LC_TOOL_PLAIN, FLAGS(TEXT("endpoints")),
      lc_tool_close_port },
    { "config-get", "[<key>]", "print application configuration", LC_TOOL_SMART,
      FLAGS({ .name = "all", .letter = 'a', .is_bool = true }), lc_tool_config_get },
    { "credential-get", "", "access cloud credentials", LC_TOOL_SMART, NULL,
      lc_tool_credential_get },
    { "goal-state", "", "print the status of the charm's peers and related units", LC_TOOL_YAML,
      NULL, lc_tool_goal_state },
    { "is-leader", "", "print application leadership status", LC_TOOL_SMART, NULL,
      lc_tool_is_leader },
    { "juju-log", "<message>", "write a message to the juju log", LC_TOOL_PLAIN,
      FLAGS(BOOL("debug"), { .name = "log-level", .letter = 'l' }), lc_tool_juju_log },
    { "juju-reboot", "", "reboot the host machine", LC_TOOL_PLAIN, FLAGS(BOOL("now")),
      lc_tool_reboot },
    { "leader-get", "[<key>]", "print application leadership settings", LC_TOOL_SMART, NULL,
      lc_tool_leader_get },
    { "leader-set", "<key>=<value> [...]", "write application leadership settings", LC_TOOL_PLAIN,
      NULL, lc_tool_leader_set },
    { LC_MODEL_CLOCK, "", "print the local model's time", LC_TOOL_PLAIN, NULL,
      lc_tool_model_clock },
    { "network-get", "<binding-name> [--ingress-address] [--bind-address] [--egress-subnets]",
      "get network config", LC_TOOL_SMART,
      FLAGS(RELATION, BOOL("bind-address"), BOOL("ingress-address"), BOOL("egress-subnets"),
            BOOL("primary-address")),
      lc_tool_network_get },
    { "open-port", "<port>[/<protocol>] or <from>-<to>[/<protocol>] or icmp",
      "register a request to open a port or port range", LC_TOOL_PLAIN, FLAGS(TEXT("endpoints")),
      lc_tool_open_port },
    { "opened-ports", "", "list all ports or port ranges opened by the unit", LC_TOOL_SMART,
      FLAGS(BOOL("endpoints")), lc_tool_opened_ports },
    { "relation-get", "<key> <unit id>", "get relation settings", LC_TOOL_SMART,
      FLAGS(RELATION, BOOL("app")), lc_tool_relation_get },
    { "relation-ids", "<name>", "list all relation ids for the given endpoint", LC_TOOL_SMART, NULL,
      lc_tool_relation_ids },
    { "relation-list", "", "list relation units", LC_TOOL_SMART, FLAGS(RELATION, BOOL("app")),
      lc_tool_relation_list },
    { "relation-model-get", "", "get details about the model hosting a related application",
      LC_TOOL_SMART, FLAGS(RELATION), lc_tool_relation_model_get },
    { "relation-set", "key=value [key=value ...]", "set relation settings", LC_TOOL_PLAIN,
      FLAGS(RELATION, TEXT("file"), BOOL("app"), TEXT("format")), lc_tool_relation_set },
    { "resource-get", "<resource name>", "get the path to the locally cached resource file",
      LC_TOOL_PLAIN, NULL, lc_tool_resource_get },
    { "secret-add", "[key[#base64|#file]=value...]", "add a new secret", LC_TOOL_PLAIN,
      FLAGS(CONTENT), lc_tool_secret_add },
    { "secret-get", "<ID> [key[#base64]]", "get the content of a secret", LC_TOOL_YAML,
      FLAGS(TEXT("label"), BOOL("peek"), BOOL("refresh")), lc_tool_secret_get },
    { "secret-grant", "<ID>", "grant access to a secret", LC_TOOL_PLAIN,
      FLAGS(RELATION, TEXT("unit")), lc_tool_secret_grant },
    { "secret-ids", "", "print secret IDs", LC_TOOL_SMART, NULL, lc_tool_secret_ids },
    { "secret-info-get", "<ID>", "get a secret's metadata info", LC_TOOL_YAML, FLAGS(TEXT("label")),
      lc_tool_secret_info_get },
    { "secret-remove", "<ID>", "remove an existing secret", LC_TOOL_PLAIN, FLAGS(TEXT("revision")),
      lc_tool_secret_remove },
    { "secret-revoke", "<ID>", "revoke access to a secret", LC_TOOL_PLAIN,
      FLAGS(RELATION, TEXT("app"), { .name = "application", .same_as = "app" }, TEXT("unit")),
      lc_tool_secret_revoke },
    { "secret-set", "<ID> [key[#base64]=value...]", "update an existing secret", LC_TOOL_PLAIN,
      FLAGS(CONTENT), lc_tool_secret_set },
    { "state-delete", "<key>", "delete server-side-state key value pairs", LC_TOOL_PLAIN, NULL,
      lc_tool_state_delete },
    { "state-get", "[<key>]", "print server-side-state value", LC_TOOL_SMART, FLAGS(BOOL("strict")),
      lc_tool_state_get },
    { "state-set", "key=value [key=value ...]", "set server-side-state values", LC_TOOL_PLAIN,
      FLAGS(TEXT("file")), lc_tool_state_set },
    { "status-get", "[--include-data] [--application]", "print status information", LC_TOOL_SMART,
      FLAGS(BOOL("include-data"), BOOL("application")), lc_tool_status_get },
    { "status-set", "<maintenance | blocked | waiting | active> [message]",
      "set status information", LC_TOOL_PLAIN, FLAGS(BOOL("application")), lc_tool_status_set },
    { "storage-add", "<charm storage name>[=count] ...", "add storage instances", LC_TOOL_PLAIN,
      NULL, lc_tool_storage_add },
    { "storage-get", "[<key>]", "print information for the storage instance with the specified ID",
      LC_TOOL_SMART, FLAGS({ .name = "s" }), lc_tool_storage_get },
    { "storage-list", "[<storage-name>]", "list storage attached to the unit", LC_TOOL_SMART, NULL,
      lc_tool_storage_list },
    { "unit-get", "<setting>", "print public-address or private-address", LC_TOOL_SMART, NULL,
      lc_tool_unit_get },
};

const struct lc_tool *lc_tool_find(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(tools); i++)
        if (strcmp(tools[i].name, name) == 0)
            return &tools[i];
    return NULL;
}

const struct lc_tool *lc_tool_at(size_t index)
{
    return index < LC_COUNT(tools) ? &tools[index] : NULL;
}

bool lc_tool_is_offered(const struct lc_tool *tool, const struct lc_store *store)
{
    if (tool->run == lc_tool_relation_model_get)
        return lc_store_juju_is(store, "3.6.2");
    if (tool->run == lc_tool_leader_get || tool->run == lc_tool_leader_set)
        return !lc_store_juju_is(store, "4.0");
    return true;
}

/* The command's own flags, and those of its output. */
static void gather_flags(const struct lc_tool *tool, struct lc_flag all[LC_FLAGS_MAX])
{
    static const struct lc_flag of_output[] = { { .name = "format" },
                                                { .name = "output", .letter = 'o' } };
    size_t count = 0;

    for (const struct lc_flag *flag = tool->flags; flag != NULL && flag->name != NULL; flag++)
        all[count++] = *flag;
    for (size_t i = 0; tool->formats != LC_TOOL_PLAIN && i < LC_COUNT(of_output); i++)
        all[count++] = of_output[i];
    all[count] = (struct lc_flag){ .name = NULL };
}

static bool choose_format(struct lc_call *call, struct lc_err *err)
{
    const char *format = lc_flag_text(&call->flags, "format");
    const bool smart = call->tool->formats == LC_TOOL_SMART;

    call->format = smart ? LC_FORMAT_SMART : LC_FORMAT_YAML;
    if (format == NULL || call->tool->formats == LC_TOOL_PLAIN ||
        lc_format_parse(format, smart, &call->format, err))
        return true;
    return lc_wrap(err, "invalid value \"%s\" for option --format", format);
}

static void print_help(struct lc_call *call)
{
    lc_buf_printf(call->out, "Usage: %s%s%s%s\n\nSummary:\n%s\n", call->tool->name,
                  call->flags.table[0].name == NULL ? "" : " [options]",
                  call->tool->usage[0] == '\0' ? "" : " ", call->tool->usage, call->tool->summary);
    for (const struct lc_flag *flag = call->flags.table; flag->name != NULL; flag++) {
        lc_buf_puts(call->out, flag == call->flags.table ? "\nOptions:\n" : "");
        if (flag->letter != '\0')
            lc_buf_printf(call->out, "-%c, ", flag->letter);
        lc_buf_printf(call->out, "%s%s%s\n", flag->name[1] == '\0' ? "-" : "--", flag->name,
                      flag->is_bool ? "" : " <value>");
    }
}

/* -o: the answer goes to a file, which the model writes on the command's behalf. */
static bool write_output(struct lc_call *call, struct lc_err *err)
{
    const char *name = lc_flag_text(&call->flags, "output");

    if (name == NULL || call->needs_input)
        return true;
    LC_AUTO(lc_free)
    char *path = name[0] == '/' ? lc_strdup(name) : lc_path_join(call->folder, name);
    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_buf_check(call->out, err) ||
        !lc_file_write(path, call->out->data, call->out->len, 0644, err))
        return false;
    lc_cleanse(call->out->data, call->out->len);
    lc_buf_clear(call->out);
    return true;
}

static bool run_call(struct lc_call *call, struct lc_err *err)
{
    struct lc_flag flags[LC_FLAGS_MAX + 1];

    gather_flags(call->tool, flags);
    if (!lc_flags_parse(flags, call->request->words + 3, &call->flags, err))
        return false;
    if (call->flags.help) {
        print_help(call);
        return true;
    }
    return choose_format(call, err) && call->tool->run(call, err) && write_output(call, err);
}

/* out and err_text, joined into the reply's own memory. */
static bool fill_reply(struct lc_wire_reply *reply, uint32_t code, const struct lc_buf *out,
                       const struct lc_buf *err_text, struct lc_err *err)
{
    reply->bytes = lc_alloc(out->len + err_text->len, 1);
    if (reply->bytes == NULL || out->code != LC_OK || err_text->code != LC_OK)
        return lc_fail_memory(err);
    memcpy(reply->bytes, out->data, out->len);
    memcpy(reply->bytes + out->len, err_text->data, err_text->len);
    reply->code = code;
    reply->out = reply->bytes;
    reply->out_len = out->len;
    reply->err = reply->bytes + out->len;
    reply->err_len = err_text->len;
    return true;
}

bool lc_tools_answer(struct lc_context *context, const struct lc_wire_request *request,
                     struct lc_wire_reply *reply, struct lc_err *err)
{
    struct lc_buf out;
    LC_AUTO(lc_buf_release) struct lc_buf notes = LC_BUF_INIT(LC_WIRE_MAX_BYTES);
    struct lc_err fault = LC_ERR_INIT;
    uint32_t code = 0;
    struct lc_call call = { .context = context,
                            .request = request,
                            .folder = request->words[1],
                            .tool = lc_tool_find(request->words[2]),
                            .out = &out,
                            .err = &notes };

    lc_buf_init(&out, LC_WIRE_MAX_BYTES);
    if (call.tool == NULL || !lc_tool_is_offered(call.tool, context->store)) {
        (void)lc_fail(&fault, LC_ECOMMAND, "bad request: unknown command: %s", request->words[2]);
        code = 1;
    } else if (!run_call(&call, &fault)) {
        code = fault.code == LC_EUSAGE ? 2 : 1;
    } else if (call.needs_input) {
        code = LC_WIRE_NEEDS_INPUT;
    } else {
        code = (uint32_t)call.exit_code;
    }
    if (fault.code != LC_OK) {
        lc_buf_clear(&out);
        lc_buf_printf(&notes, "ERROR %s\n", fault.message);
    }
    lc_flags_release(&call.flags);
    const bool good = fill_reply(reply, code, &out, &notes, err);
    lc_buf_wipe(&out);
    return good;
}

const char *lc_call_arg(const struct lc_call *call, size_t index)
{
    return index < call->flags.arg_count ? call->flags.args[index] : NULL;
}

bool lc_call_relation(struct lc_call *call, struct lc_relation *relation_out, bool *given_out,
                      struct lc_err *err)
{
    const char *text = lc_flag_text(&call->flags, "relation");
    const char *used = lc_flag_used(&call->flags, "relation");
    int64_t id = call->context->hook->relation;
    struct lc_err fault = LC_ERR_INIT;

    if (text != NULL) {
        /* Only the number counts; the endpoint's name is not checked (juju-hooks 2.1). */
        const char *colon = strrchr(text, ':');
        if (!lc_text_to_number(colon == NULL ? text : colon + 1, INT32_MAX, &id))
            return lc_fail(err, LC_EUSAGE,
                           "invalid value \"%s\" for option %s: invalid relation id", text, used);
    }
    *given_out = id != -1;
    if (id == -1)
        return true;
    if (lc_store_relation(call->context->store, id, call->context->unit.app, relation_out, &fault))
        return true;
    if (fault.code != LC_ENOTFOUND || text == NULL) {
        *err = fault;
        return false;
    }
    return lc_fail(err, LC_EUSAGE, "invalid value \"%s\" for option %s: relation not found", text,
                   used);
}

bool lc_call_need_relation(struct lc_call *call, struct lc_relation *relation_out,
                           struct lc_err *err)
{
    bool given;

    if (!lc_call_relation(call, relation_out, &given, err))
        return false;
    return given ? true : lc_fail(err, LC_EUSAGE, "no relation id specified");
}

/* Go's strings.TrimSpace, for the blanks that occur. */
static void trim(const char **text, size_t *len)
{
    while (*len > 0 && isspace((unsigned char)**text)) {
        ++*text;
        --*len;
    }
    while (*len > 0 && isspace((unsigned char)(*text)[*len - 1]))
        --*len;
}

static bool add_key_value(const char *word, struct lc_strmap *out, struct lc_err *err)
{
    const char *equals = strchr(word, '=');
    const char *key = word;
    const char *value = equals == NULL ? "" : equals + 1;
    size_t key_len = equals == NULL ? 0 : (size_t)(equals - word);
    size_t value_len = strlen(value);

    trim(&key, &key_len);
    trim(&value, &value_len);
    if (key_len == 0)
        return lc_fail(err, LC_EUSAGE, "expected \"key=value\", got \"%s\"", word);
    LC_AUTO(lc_free) char *key_copy = lc_strndup(key, key_len);
    LC_AUTO(lc_free) char *value_copy = lc_strndup(value, value_len);
    if (key_copy == NULL || value_copy == NULL)
        return lc_fail_memory(err);
    if (lc_strmap_get(out, key_copy) != NULL)
        return lc_fail(err, LC_EUSAGE, "key \"%s\" specified more than once", key_copy);
    return lc_strmap_set(out, key_copy, value_copy, err);
}

bool lc_call_key_values(const struct lc_call *call, struct lc_strmap *out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap given = LC_STRMAP_INIT;

    for (size_t i = 0; i < call->flags.arg_count; i++)
        if (call->flags.args[i][0] != '\0' && !add_key_value(call->flags.args[i], &given, err))
            return false;
    for (size_t i = 0; i < given.count; i++)
        if (!lc_strmap_set(out, given.entries[i].key, given.entries[i].value, err))
            return false;
    return true;
}

static bool add_file_member(void *context, const char *key, const struct lc_json *value,
                            struct lc_err *err)
{
    if (lc_json_type(value) != LC_JSON_STRING)
        return lc_fail(err, LC_ECOMMAND, "key \"%s\": expected a string, got %s", key,
                       lc_json_type_name(lc_json_type(value)));
    return lc_strmap_set(context, key, lc_json_string(value), err);
}

bool lc_call_file_values(struct lc_call *call, struct lc_strmap *out, struct lc_err *err)
{
    const char *name = lc_flag_text(&call->flags, "file");
    const bool from_input = name != NULL && strcmp(name, "-") == 0;
    LC_AUTO(lc_free) char *path = NULL;
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;
    size_t len = call->request->input_len;

    if (name == NULL)
        return true;
    call->needs_input = from_input && !call->request->has_input;
    if (call->needs_input)
        return true;
    if (!from_input) {
        path = name[0] == '/' ? lc_strdup(name) : lc_path_join(call->folder, name);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_file_read(path, LC_YAML_MAX_BYTES, &text, &len, err))
            return false;
    }
    if (!lc_yaml_parse(from_input ? call->request->input : text, len, LC_YAML_TEXT_ONLY, &tree,
                       err))
        return false;
    if (lc_json_type(tree) == LC_JSON_STRING && lc_json_string_len(tree) == 0)
        return true; /* an empty document */
    if (lc_json_type(tree) > LC_JSON_NULL && lc_json_type(tree) != LC_JSON_OBJECT)
        return lc_fail(err, LC_ECOMMAND, "expected a mapping, got %s",
                       lc_json_type_name(lc_json_type(tree)));
    return lc_json_each(tree, add_file_member, out, err);
}
