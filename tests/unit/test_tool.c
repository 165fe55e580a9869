/* juju/tool: what is run, what it is given, and what its answers and failures mean. The hook
 * commands are shell scripts in a folder of the test, first on PATH: each writes down its
 * arguments, environment and input, and then does what the test says. */
#include "tool_fixture.h"

/* --- each operation --- */

static void join(const struct lc_strlist *list, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < list->count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ",",
                                 list->items[i]);
}

static void join_map(const struct lc_strmap *map, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < map->count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s=%s", i == 0 ? "" : ",",
                                 map->entries[i].key, map->entries[i].value);
}

static void write_json(const struct lc_json *json, char *out, size_t size)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_COMPACT);

    lc_json_put(&writer, json);
    (void)snprintf(out, size, "%s", text.data);
}

/* Each calls one operation; what it gets is in got. */
typedef bool (*call_fn)(const struct lc_juju *port, char *got);

#define CALLS_LIST(name, ...)                                                                      \
    static bool name(const struct lc_juju *port, char *got)                                        \
    {                                                                                              \
        LC_AUTO(lc_strlist_release) struct lc_strlist out = LC_STRLIST_INIT;                       \
        const bool good = lc_juju_call(port, __VA_ARGS__, &out, &err);                             \
        join(&out, got, GOT_BYTES);                                                                \
        return good;                                                                               \
    }

#define CALLS_MAP(name, ...)                                                                       \
    static bool name(const struct lc_juju *port, char *got)                                        \
    {                                                                                              \
        LC_AUTO(lc_strmap_release) struct lc_strmap out = LC_STRMAP_INIT;                          \
        const bool good = lc_juju_call(port, __VA_ARGS__, &out, &err);                             \
        join_map(&out, got, GOT_BYTES);                                                            \
        return good;                                                                               \
    }

#define CALLS_TEXT(name, ...)                                                                      \
    static bool name(const struct lc_juju *port, char *got)                                        \
    {                                                                                              \
        LC_AUTO(lc_free) char *out = NULL;                                                         \
        const bool good = lc_juju_call(port, __VA_ARGS__, &out, &err);                             \
        (void)snprintf(got, GOT_BYTES, "%s", out == NULL ? "" : out);                              \
        return good;                                                                               \
    }

#define CALLS_JSON(name, ...)                                                                      \
    static bool name(const struct lc_juju *port, char *got)                                        \
    {                                                                                              \
        LC_AUTO(lc_json_free) struct lc_json *out = NULL;                                          \
        const bool good = lc_juju_call(port, __VA_ARGS__, &out, &err);                             \
        write_json(out, got, GOT_BYTES);                                                           \
        return good;                                                                               \
    }

#define CALLS_NOTHING(name, ...)                                                                   \
    static bool name(const struct lc_juju *port, char *got)                                        \
    {                                                                                              \
        got[0] = '\0';                                                                             \
        return lc_juju_call(port, __VA_ARGS__, &err);                                              \
    }

CALLS_LIST(relation_ids, relation_ids, "db")
CALLS_LIST(relation_list, relation_list, "db:7")
CALLS_TEXT(relation_app, relation_app, "db:7")
CALLS_MAP(get_unit, relation_get, "db:7", false, "mysql/0")
CALLS_MAP(get_app, relation_get, "db:7", true, "mysql")
CALLS_TEXT(relation_model, relation_model, "db:7")
CALLS_JSON(config_get, config_get)
CALLS_LIST(secret_ids, secret_ids)
CALLS_NOTHING(grant_app, secret_grant, ID, "db:7", NULL)
CALLS_NOTHING(grant_unit, secret_grant, ID, "db:7", "mysql/0")
CALLS_NOTHING(revoke_app, secret_revoke, ID, "db:7", NULL)
CALLS_NOTHING(revoke_unit, secret_revoke, ID, "db:7", "mysql/0")
CALLS_NOTHING(remove_all, secret_remove, ID, 0)
CALLS_NOTHING(remove_one, secret_remove, ID, 9223372036854775807)
CALLS_NOTHING(status_unit, status_set, false, "blocked", "-n is no flag")
CALLS_NOTHING(status_app, status_set, true, "active", "")
CALLS_JSON(get_status_unit, status_get, false)
CALLS_JSON(get_status_app, status_get, true)
CALLS_NOTHING(log_line, log, LC_LEVEL_WARNING, "--debug is no flag")
CALLS_NOTHING(version_set, version_set, "1.2-x")
CALLS_MAP(state_get, state_get)
CALLS_NOTHING(state_delete, state_delete, "-k")
CALLS_NOTHING(port_open, port_open, "443/tcp", NULL)
CALLS_NOTHING(port_open_at, port_open, "443/tcp", "db,web")
CALLS_NOTHING(port_close, port_close, "icmp", NULL)
CALLS_LIST(ports_opened, ports_opened)
CALLS_MAP(ports_by_endpoint, ports_by_endpoint)
CALLS_MAP(leader_get, leader_get)
CALLS_JSON(network_get, network_get, "db", NULL)
CALLS_JSON(network_get_of, network_get, "db", "db:7")
CALLS_TEXT(unit_get, unit_get, true)
CALLS_TEXT(unit_get_private, unit_get, false)
CALLS_JSON(action_get, action_get)
CALLS_NOTHING(action_fail, action_fail, "-no")
CALLS_NOTHING(action_log, action_log, "half done")
CALLS_JSON(goal_state, goal_state)
CALLS_JSON(credential_get, credential_get)
CALLS_LIST(storage_list, storage_list, "data")
CALLS_JSON(storage_get, storage_get, "data/0")
CALLS_NOTHING(storage_add, storage_add, "data", 2)
CALLS_TEXT(resource_get, resource_get, "image")
CALLS_NOTHING(reboot, reboot, false)
CALLS_NOTHING(reboot_now, reboot, true)

static bool is_leader(const struct lc_juju *port, char *got)
{
    bool leads = false;
    const bool good = lc_juju_call(port, is_leader, &leads, &err);

    (void)snprintf(got, GOT_BYTES, "%d", leads);
    return good;
}

static bool leader_set(const struct lc_juju *port, char *got)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    got[0] = '\0';
    assert_done(lc_strmap_set(&changes, "a", "", &err) && lc_strmap_set(&changes, "b", "1", &err));
    return lc_juju_call(port, leader_set, &changes, &err);
}

static bool relation_set(const struct lc_juju *port, char *got)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    got[0] = '\0';
    assert_done(lc_strmap_set(&changes, "a", " \xc3\xa4\n\"/<\x7f ", &err));
    assert_done(lc_strmap_set(&changes, "gone", "", &err));
    return lc_juju_call(port, relation_set, "db:7", true, &changes, &err);
}

static bool state_set(const struct lc_juju *port, char *got)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    got[0] = '\0';
    assert_done(lc_strmap_set(&changes, "a=b", "1", &err));
    return lc_juju_call(port, state_set, &changes, &err);
}

static bool action_set(const struct lc_juju *port, char *got)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap results = LC_STRMAP_INIT;

    got[0] = '\0';
    assert_done(lc_strmap_set(&results, "chain.length", "2", &err));
    assert_done(lc_strmap_set(&results, "pem", "a\nb=c", &err));
    return lc_juju_call(port, action_set, &results, &err);
}

static bool secret_info(const struct lc_juju *port, const char *id, const char *label, char *got)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    const bool good = lc_juju_call(port, secret_info, id, label, &info, &err);

    if (good)
        (void)snprintf(
            got, GOT_BYTES, "%s %lld %s %s %s %d %lld", info.id, (long long)info.revision,
            info.label, info.description == NULL ? "-" : info.description,
            info.rotation == NULL ? "-" : info.rotation, info.app_owned, (long long)info.expire_s);
    return good;
}

static bool info_by_id(const struct lc_juju *port, char *got)
{
    return secret_info(port, ID, NULL, got);
}

static bool info_by_label(const struct lc_juju *port, char *got)
{
    return secret_info(port, NULL, "-l", got);
}

static bool get_by_id(const struct lc_juju *port, char *got)
{
    return secret_get(port, ID, NULL, LC_SECRET_TRACKED, got);
}

static bool get_by_label(const struct lc_juju *port, char *got)
{
    return secret_get(port, NULL, "-l", LC_SECRET_REFRESH, got);
}

static bool get_by_both(const struct lc_juju *port, char *got)
{
    return secret_get(port, "secret://" UUID "/" ID, "l", LC_SECRET_PEEK, got);
}

/* answer: what the command prints; argv and stdin: what it got; got: what comes of the answer. */
struct call_row {
    const char *name;
    call_fn call;
    const char *answer;
    const char *argv;
    const char *input; /* NULL: none */
    const char *got;
};

static const struct call_row call_rows[] = {
    { "relation-ids", relation_ids, "[\"db:10\",\"db:9\"]\n",
      "relation-ids [--format=json] [--] [db]", NULL, "db:10,db:9" },
    { "relation-list", relation_list, "[]\n", "relation-list [--format=json] [-r] [db:7]", NULL,
      "" },
    { "relation-list --app", relation_app, "\"mysql\"\n",
      "relation-list [--format=json] [--app] [-r] [db:7]", NULL, "mysql" },
    { "relation-get of a unit", get_unit, "{\"a\":\"1\",\"b\":\"\\u003c\\u2028\"}\n",
      "relation-get [--format=json] [-r] [db:7] [--] [-] [mysql/0]", NULL, "a=1,b=<\xe2\x80\xa8" },
    { "relation-get of an application", get_app, "{}\n",
      "relation-get [--format=json] [--app] [-r] [db:7] [--] [-] [mysql]", NULL, "" },
    { "a NUL in a databag is no text", get_unit, "{\"a\":\"x\\u0000y\\u0000\"}",
      "relation-get [--format=json] [-r] [db:7] [--] [-] [mysql/0]", NULL,
      "a=x\xef\xbf\xbdy\xef\xbf\xbd" },
    { "relation-set", relation_set, "", "relation-set [--app] [-r] [db:7] [--file] [-]",
      "{\"a\":\" \xc3\xa4\\n\\\"/<\\u007f \",\"gone\":\"\"}", "" },
    { "relation-model-get", relation_model, "{\"uuid\":\"" UUID "\"}",
      "relation-model-get [--format=json] [-r] [db:7]", NULL, UUID },
    { "is-leader: yes", is_leader, "true\n", "is-leader [--format=json]", NULL, "1" },
    { "is-leader: no", is_leader, "false\n", "is-leader [--format=json]", NULL, "0" },
    { "config-get", config_get, "{\"n\":1000000}", "config-get [--format=json]", NULL,
      "{\"n\":1000000}" },
    { "config-get without options", config_get, "null", "config-get [--format=json]", NULL, "{}" },
    { "secret-ids", secret_ids, "[\"" ID "\"]", "secret-ids [--format=json]", NULL, ID },
    { "secret-ids without secrets", secret_ids, "null\n", "secret-ids [--format=json]", NULL, "" },
    { "secret-info-get by id", info_by_id,
      "{\"" ID "\":{\"revision\":2,\"label\":\"db\",\"owner\":\"application\","
      "\"description\":\"d\",\"rotation\":\"never\",\"expiry\":\"2026-01-01T00:00:00.5Z\","
      "\"access\":[]}}",
      "secret-info-get [--format=json] [--] [" ID "]", NULL, ID " 2 db d never 1 1767225600" },
    { "secret-info-get by label", info_by_label,
      "{\"" ID "\":{\"revision\":1,\"label\":\"\",\"owner\":\"unit\"}}",
      "secret-info-get [--format=json] [--label] [-l]", NULL, ID " 1  - - 0 0" },
    { "secret-get by id", get_by_id, "{\"one\":\"a\\nb\",\"two\":\"\"}",
      "secret-get [--format=json] [--] [" ID "]", NULL, "one=a\nb;two=;" },
    { "secret-get by label", get_by_label, "{\"one\":\"a\\u0000b\"}",
      "secret-get [--format=json] [--refresh] [--label] [-l]", NULL, "one=a0b;" },
    { "secret-get by both", get_by_both, "{}",
      "secret-get [--format=json] [--peek] [--label] [l] [--] [secret://" UUID "/" ID "]", NULL,
      "" },
    { "secret-grant", grant_app, "", "secret-grant [-r] [db:7] [--] [" ID "]", NULL, "" },
    { "secret-grant to a unit", grant_unit, "",
      "secret-grant [-r] [db:7] [--unit] [mysql/0] [--] [" ID "]", NULL, "" },
    { "secret-revoke", revoke_app, "", "secret-revoke [-r] [db:7] [--] [" ID "]", NULL, "" },
    { "secret-revoke of a unit", revoke_unit, "", "secret-revoke [--unit] [mysql/0] [--] [" ID "]",
      NULL, "" },
    { "secret-remove", remove_all, "", "secret-remove [--] [" ID "]", NULL, "" },
    { "secret-remove of a revision", remove_one, "",
      "secret-remove [--revision] [9223372036854775807] [--] [" ID "]", NULL, "" },
    { "status-set", status_unit, "", "status-set [--] [blocked] [-n is no flag]", NULL, "" },
    { "status-set of the application", status_app, "", "status-set [--application] [--] [active]",
      NULL, "" },
    { "status-get", get_status_unit, "{\"message\":\"m\",\"status\":\"active\",\"status-data\":{}}",
      "status-get [--format=json] [--include-data]", NULL,
      "{\"message\":\"m\",\"status\":\"active\",\"status-data\":{}}" },
    { "status-get of the application", get_status_app,
      "{\"application-status\":{\"status\":\"active\",\"units\":{}}}",
      "status-get [--format=json] [--include-data] [--application]", NULL,
      "{\"status\":\"active\",\"units\":{}}" },
    { "juju-log", log_line, "", "juju-log [-l] [WARNING] [--] [--debug is no flag]", NULL, "" },
    { "application-version-set", version_set, "", "application-version-set [--] [1.2-x]", NULL,
      "" },
    { "state-get", state_get, "{\"a\":\"1\"}", "state-get [--format=json]", NULL, "a=1" },
    { "state-get without state", state_get, "null", "state-get [--format=json]", NULL, "" },
    { "state-set", state_set, "", "state-set [--file] [-]", "{\"a=b\":\"1\"}", "" },
    { "state-delete", state_delete, "", "state-delete [--] [-k]", NULL, "" },
    { "open-port", port_open, "", "open-port [--] [443/tcp]", NULL, "" },
    { "open-port for endpoints", port_open_at, "",
      "open-port [--endpoints] [db,web] [--] [443/tcp]", NULL, "" },
    { "close-port", port_close, "", "close-port [--] [icmp]", NULL, "" },
    { "opened-ports", ports_opened, "[\"80/tcp\"]", "opened-ports [--format=json]", NULL,
      "80/tcp" },
    { "opened-ports --endpoints", ports_by_endpoint, "[\"22/tcp (*)\",\"80/tcp (a, b)\"]",
      "opened-ports [--format=json] [--endpoints]", NULL, "22/tcp=*,80/tcp=a, b" },
    { "leader-get", leader_get, "{\"a\":\"1\"}", "leader-get [--format=json]", NULL, "a=1" },
    { "leader-set", leader_set, "", "leader-set [--] [a=] [b=1]", NULL, "" },
    { "network-get", network_get, "{\"ingress-addresses\":[]}",
      "network-get [--format=json] [--] [db]", NULL, "{\"ingress-addresses\":[]}" },
    { "network-get in a relation", network_get_of, "{}",
      "network-get [--format=json] [-r] [db:7] [--] [db]", NULL, "{}" },
    { "unit-get", unit_get, "\"10.0.0.1\"", "unit-get [--format=json] [--] [public-address]", NULL,
      "10.0.0.1" },
    { "unit-get of the private address", unit_get_private, "\"10.0.0.2\"",
      "unit-get [--format=json] [--] [private-address]", NULL, "10.0.0.2" },
    { "action-get", action_get, "{\"a\":{\"b\":true}}", "action-get [--format=json]", NULL,
      "{\"a\":{\"b\":true}}" },
    { "action-set", action_set, "", "action-set [--] [chain.length=2] [pem=a\nb=c]", NULL, "" },
    { "action-fail", action_fail, "", "action-fail [--] [-no]", NULL, "" },
    { "action-log", action_log, "", "action-log [--] [half done]", NULL, "" },
    { "goal-state", goal_state, "{\"units\":{}}", "goal-state [--format=json]", NULL,
      "{\"units\":{}}" },
    { "credential-get", credential_get, "{\"type\":\"lxd\"}", "credential-get [--format=json]",
      NULL, "{\"type\":\"lxd\"}" },
    { "storage-list", storage_list, "[\"data/0\"]", "storage-list [--format=json] [--] [data]",
      NULL, "data/0" },
    { "storage-get", storage_get, "{\"kind\":\"block\"}",
      "storage-get [--format=json] [-s] [data/0]", NULL, "{\"kind\":\"block\"}" },
    { "storage-add", storage_add, "", "storage-add [--] [data=2]", NULL, "" },
    { "resource-get", resource_get, "/r/image.tar", "resource-get [--] [image]", NULL,
      "/r/image.tar" },
    { "juju-reboot", reboot, "", "juju-reboot", NULL, "" },
    { "juju-reboot --now", reboot_now, "", "juju-reboot [--now]", NULL, "" },
};

static void check_call(void **state)
{
    const struct call_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_buf_release) struct lc_buf argv = LC_BUF_INIT(4096);
    char command[64];
    char got[GOT_BYTES];

    fixture_init(&f);
    (void)snprintf(command, sizeof(command), "%.*s", (int)strcspn(row->argv, " "), row->argv);
    answer(&f, command, row->answer);
    if (!row->call(f.port, got))
        fail_msg("%s", err.message);
    assert_string_equal(got, row->got);
    lc_buf_printf(&argv, "%s\n", row->argv);
    assert_string_equal(folder_read(f.folder, "argv"), argv.data); /* once, and only this */
    assert_string_equal(folder_read(f.folder, "stdin"), row->input == NULL ? "" : row->input);
}

/* --- failures --- */

static const struct failure_row failure_rows[] = {
    { "not found", "echo 'ERROR secret \"x\" Not Found' >&2; exit 1", LC_ENOTFOUND,
      "relation-list: secret \"x\" Not Found" },
    { "not found with exit status 2",
      "echo 'ERROR invalid value \"db:99\" for option -r: relation not found' >&2; exit 2",
      LC_ENOTFOUND, "relation-list: invalid value \"db:99\" for option -r: relation not found" },
    { "no permission", "echo 'ERROR Permission Denied' >&2; exit 1", LC_EPERM,
      "relation-list: Permission Denied" },
    { "not the leader", "echo 'ERROR this unit is not the leader' >&2; exit 1", LC_EPERM,
      "relation-list: this unit is not the leader" },
    { "relation settings", "echo 'ERROR cannot write relation settings' >&2; exit 1", LC_EPERM,
      "relation-list: cannot write relation settings" },
    { "a duplicate", "echo 'ERROR secret with label \"L\" already exists' >&2; exit 1", LC_EEXIST,
      "relation-list: secret with label \"L\" already exists" },
    { "usage", "echo 'ERROR unrecognized args: [\"a\"]' >&2; exit 2", LC_EUSAGE,
      "relation-list: unrecognized args: [\"a\"]" },
    { "another failure", "echo 'ERROR JUJU_CONTEXT_ID not set' >&2; exit 1", LC_ECOMMAND,
      "relation-list: JUJU_CONTEXT_ID not set" },
    { "notes beside the error", "printf 'note: old\\nERROR really\\nmore\\n' >&2; exit 1",
      LC_ECOMMAND, "relation-list: really" },
    { "the last error counts", "printf 'ERROR one\\nERROR two\\n' >&2; exit 1", LC_ECOMMAND,
      "relation-list: two" },
    { "text without the prefix", "printf 'panic\\nat 0x1\\n' >&2; exit 3", LC_ECOMMAND,
      "relation-list: panic\\x0aat 0x1" },
    { "no text", "exit 1", LC_ECOMMAND, "relation-list: exit status 1" },
    { "no text with exit status 2", "exit 2", LC_EUSAGE, "relation-list: exit status 2" },
    { "a signal", "kill -KILL $$", LC_ECOMMAND, "relation-list: killed by signal 9" },
    { "an answer that is not read", "echo '[]'; echo 'ERROR no' >&2; exit 1", LC_ECOMMAND,
      "relation-list: no" },
    { "no answer", ":", LC_EPARSE, "relation-list: cannot read its answer: not JSON: line 1" },
    { "garbage", "echo '[\"mysql/0\"'", LC_EPARSE, "relation-list: cannot read its answer: not" },
    { "bytes that are no text", "printf '[\"\\377\"]'", LC_EPARSE, "relation-list: cannot read" },
    { "another shape", "echo '{}'", LC_EPARSE,
      "relation-list: expected an array of strings, got an object" },
    { "an array of something else", "echo '[\"a\",1]'", LC_EPARSE,
      "relation-list: expected an array of strings, got an integer" },
};

static void check_failure(void **state)
{
    const struct failure_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    fixture_init(&f);
    script(&f, "relation-list", row->body);
    assert_fails(relation_list(f.port, got), row->want, row->message);
    assert_int_equal(strncmp(err.message, row->message, strlen(row->message)), 0);
}

/* Answers of the wrong shape to other operations. */
struct shape_row {
    const char *name;
    const char *command;
    call_fn call;
    const char *answer;
    const char *part;
};

static const struct shape_row shape_rows[] = {
    { "a databag of lists", "relation-get", get_unit, "{\"a\":[]}",
      "relation-get: expected an object of strings, got an array" },
    { "a databag that is none", "relation-get", get_unit, "\"x\"",
      "relation-get: expected an object of strings, got a string" },
    { "an application that is none", "relation-list", relation_app, "null",
      "relation-list: expected a string, got null" },
    { "a model without a UUID", "relation-model-get", relation_model, "{}",
      "relation-model-get: expected a 'uuid', got nothing" },
    { "a leader that is none", "is-leader", is_leader, "\"true\"",
      "is-leader: expected true or false, got a string" },
    { "config that is none", "config-get", config_get, "[]",
      "config-get: expected an object, got an array" },
    { "a status that is none", "status-get", get_status_unit, "{\"status\":1}",
      "status-get: expected a status, got an integer" },
    { "an application without a status", "status-get", get_status_app, "{\"status\":\"active\"}",
      "status-get: expected a status" },
    { "an info of nothing", "secret-info-get", info_by_id, "{}",
      "secret-info-get: expected an object with one secret" },
    { "an info of no id", "secret-info-get", info_by_id,
      "{\"x\":{\"revision\":1,\"owner\":\"unit\"}}", "secret-info-get: expected one secret" },
    { "an info without a revision", "secret-info-get", info_by_id,
      "{\"" ID "\":{\"owner\":\"unit\"}}", "secret-info-get: expected one secret" },
    { "an expiry that is none", "secret-info-get", info_by_id,
      "{\"" ID "\":{\"revision\":1,\"owner\":\"unit\",\"expiry\":\"soon\"}}",
      "secret-info-get: expiry: 'soon' is not a time" },
    { "content that is none", "secret-get", get_by_id, "[]",
      "secret-get: expected an object, got an array" },
    { "content of numbers", "secret-get", get_by_id, "{\"pin\":1234}",
      "secret-get: expected a string as value of 'pin', got an integer" },
    { "credentials that are none", "credential-get", credential_get, "null",
      "credential-get: expected an object, got null" },
    { "a path with a NUL", "resource-get", resource_get, "\\0",
      "resource-get: its answer is not text" },
};

static void check_shape(void **state)
{
    const struct shape_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    fixture_init(&f);
    if (strcmp(row->answer, "\\0") == 0)
        script(&f, row->command, "printf 'a\\0b'");
    else
        answer(&f, row->command, row->answer);
    assert_fails(row->call(f.port, got), LC_EPARSE, row->part);
}

static void a_command_that_is_missing_is_no_answer(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    (void)state;
    fixture_init(&f);
    assert_int_equal(setenv("PATH", folder_path(f.folder), 1), 0);
    assert_fails(relation_list(f.port, got), LC_EUNSUPPORTED,
                 "relation-list: cannot run 'relation-list': no such program in PATH");
    folder_write(f.folder, "relation-list", "#!/bin/sh\n", 0644);
    assert_fails(relation_list(f.port, got), LC_ECOMMAND, "or none that is ours to run");
}

static void a_command_that_hangs_is_given_up(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_tool_free) struct lc_tool *hasty = NULL;
    const int64_t begin_ms = lc_clock_monotonic_ms();
    char got[GOT_BYTES];

    (void)state;
    fixture_init(&f);
    assert_done(lc_tool_new(200, &hasty, &err));
    folder_script(f.folder, "relation-list", "exec sleep 60");
    assert_fails(relation_list(lc_tool_port(hasty), got), LC_ETIMEOUT,
                 "relation-list: no answer in 200 ms");
    assert_true(lc_clock_monotonic_ms() - begin_ms < 15000);
}

struct nonsense_row {
    const char *name;
    bool (*call)(const struct lc_juju *port);
    const char *part;
};

static bool get_nothing(const struct lc_juju *port)
{
    char got[GOT_BYTES];

    return secret_get(port, NULL, NULL, LC_SECRET_TRACKED, got);
}

static bool info_of_both(const struct lc_juju *port)
{
    char got[GOT_BYTES];

    return secret_info(port, ID, "l", got);
}

static bool info_of_neither(const struct lc_juju *port)
{
    char got[GOT_BYTES];

    return secret_info(port, NULL, NULL, got);
}

static bool add_nothing(const struct lc_juju *port)
{
    char *id = NULL;

    return lc_juju_call(port, secret_add, &(struct lc_secret_spec){ .label = "l" }, &id, &err);
}

static bool set_badly(const struct lc_juju *port)
{
    return lc_juju_call(port, secret_set, ID, &(struct lc_secret_spec){ .expire_s = -1 }, &err);
}

static bool add_no_storage(const struct lc_juju *port)
{
    return lc_juju_call(port, storage_add, "data", 0, &err);
}

static bool bag_of_no_text(const struct lc_juju *port)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, "key", "\xff", &err));
    return lc_juju_call(port, relation_set, "db:7", false, &changes, &err);
}

static bool state_of_no_text(const struct lc_juju *port)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, "key", "\xff", &err));
    return lc_juju_call(port, state_set, &changes, &err);
}

static const struct nonsense_row nonsense_rows[] = {
    { "reading no secret", get_nothing, "secret-get: needs an id or a label" },
    { "asking by id and label", info_of_both, "secret-info-get: needs an id or a label, not both" },
    { "asking by neither", info_of_neither, "secret-info-get: needs" },
    { "adding nothing", add_nothing, "secret-add: a secret needs content" },
    { "setting a bad expiry", set_badly, "secret-set: -1 is no time of expiry" },
    { "adding no storage", add_no_storage, "storage-add: 0 is no count" },
    { "a databag that is no text", bag_of_no_text, "relation-set: the value of 'key' is not" },
    { "state that is no text", state_of_no_text, "state-set: the value of 'key' is not UTF-8" },
};

static void check_nonsense(void **state)
{
    const struct nonsense_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;

    fixture_init(&f); /* without any command: none is run */
    assert_fails(row->call(f.port), LC_EUSAGE, row->part);
}

static void frees_null(void **state)
{
    (void)state;
    lc_tool_free(NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    (void)signal(SIGPIPE, SIG_IGN); /* as base/proc.h asks */
    SUITE_ROWS(&suite, call_rows, check_call);
    SUITE_ROWS(&suite, failure_rows, check_failure);
    SUITE_ROWS(&suite, shape_rows, check_shape);
    if (!test_is_under_valgrind())
        SUITE_TEST(&suite, "a command that is missing is no answer",
                   a_command_that_is_missing_is_no_answer);
    SUITE_TEST(&suite, "a command that hangs is given up", a_command_that_hangs_is_given_up);
    SUITE_ROWS(&suite, nonsense_rows, check_nonsense);
    SUITE_TEST(&suite, "frees NULL", frees_null);
    return suite_run(&suite, "tool");
}
