/* The tape's operations: each says its command, then has it answered by the port below and kept, or
 * from the tape. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "juju/tape_private.h"

/* --- answers, by shape: how each is kept, and how it is taken from the tape --- */

static void put_none(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    (void)tape;
    (void)answer;
    lc_json_put_boolean(out, true);
}

static bool take_none(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    (void)tape;
    (void)json;
    (void)answer;
    (void)err;
    return true;
}

static void put_bool(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    (void)tape;
    lc_json_put_boolean(out, *(const bool *)answer);
}

static bool take_bool(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    (void)tape;
    (void)err;
    *(bool *)answer = lc_json_boolean(json);
    return true;
}

static void put_text(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    const char *text = *(char *const *)answer;

    (void)tape;
    tape_put_text(out, text, strlen(text));
}

static bool take_text(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    const char *text = lc_json_string(json);
    char *copy = lc_strdup(text == NULL ? "" : text);

    (void)tape;
    if (copy == NULL)
        return lc_fail_memory(err);
    *(char **)answer = copy;
    return true;
}

static void put_list(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    const struct lc_strlist *list = answer;

    (void)tape;
    lc_json_begin_array(out);
    for (size_t i = 0; i < list->count; i++)
        lc_json_put_string(out, list->items[i]);
    lc_json_end_array(out);
}

static bool take_list(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    (void)tape;
    for (size_t i = 0; i < lc_json_count(json); i++) {
        const char *text = lc_json_string(lc_json_at(json, i));
        if (text != NULL && !lc_strlist_add(answer, text, err))
            return false;
    }
    return true;
}

static void put_map(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    const struct lc_strmap *map = answer;

    (void)tape;
    lc_json_begin_object(out);
    for (size_t i = 0; i < map->count; i++) {
        lc_json_key(out, map->entries[i].key);
        tape_put_text(out, map->entries[i].value, strlen(map->entries[i].value));
    }
    lc_json_end_object(out);
}

static bool take_map(struct lc_tape *tape, const struct lc_json *json, void *answer,
                     struct lc_err *err)
{
    const struct lc_json *value;
    const char *key;

    (void)tape;
    for (void *at = NULL; lc_json_next(json, &at, &key, &value);)
        if (lc_json_string(value) != NULL &&
            !lc_strmap_set(answer, key, lc_json_string(value), err))
            return false;
    return true;
}

static void put_json(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    (void)tape;
    tape_put_json(out, *(struct lc_json *const *)answer, false);
}

static void put_credential(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    tape_put_json(out, *(struct lc_json *const *)answer, !tape->with_secrets);
}

static bool take_json(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    struct lc_json *copy = json == NULL ? lc_json_new_null() : lc_json_dup(json);

    (void)tape;
    if (copy == NULL)
        return lc_fail_memory(err);
    *(struct lc_json **)answer = copy;
    return true;
}

static void put_content(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    tape_put_content(tape, out, answer);
}

static bool take_content(struct lc_tape *tape, const struct lc_json *json, void *answer,
                         struct lc_err *err)
{
    return tape_take_content(tape, json, answer, err);
}

static void put_info(struct lc_tape *tape, struct lc_json_writer *out, const void *answer)
{
    const struct lc_secret_info *info = answer;

    (void)tape;
    lc_json_begin_object(out);
    lc_json_member_string(out, "id", info->id);
    lc_json_member_string(out, "label", info->label);
    lc_json_member_string(out, "description", info->description);
    lc_json_member_string(out, "rotation", info->rotation);
    lc_json_member_integer(out, "revision", info->revision);
    lc_json_member_integer(out, "expire", info->expire_s);
    lc_json_member_integer(out, "rotates", info->rotates_s);
    lc_json_member_boolean(out, "app_owned", info->app_owned);
    if (info->access != NULL) {
        lc_json_key(out, "access");
        lc_json_put(out, info->access);
    }
    lc_json_end_object(out);
}

static bool copy_member(char **slot, const struct lc_json *json, const char *key,
                        struct lc_err *err)
{
    const char *text = lc_json_get_string(json, key);

    *slot = text == NULL ? NULL : lc_strdup(text);
    return text == NULL || *slot != NULL ? true : lc_fail_memory(err);
}

static bool take_info(struct lc_tape *tape, const struct lc_json *json, void *answer,
                      struct lc_err *err)
{
    struct lc_secret_info *info = answer;

    (void)tape;
    info->revision = lc_json_integer(lc_json_get(json, "revision"));
    info->expire_s = lc_json_integer(lc_json_get(json, "expire"));
    info->rotates_s = lc_json_integer(lc_json_get(json, "rotates"));
    info->app_owned = lc_json_boolean(lc_json_get(json, "app_owned"));
    info->access = lc_json_ref(lc_json_get(json, "access"));
    return copy_member(&info->id, json, "id", err) &&
           copy_member(&info->label, json, "label", err) &&
           copy_member(&info->description, json, "description", err) &&
           copy_member(&info->rotation, json, "rotation", err);
}

/* --- one command --- */

struct shape {
    void (*put)(struct lc_tape *tape, struct lc_json_writer *out, const void *answer);
    bool (*take)(struct lc_tape *tape, const struct lc_json *json, void *answer,
                 struct lc_err *err);
};

static const struct shape none_shape = { put_none, take_none };
static const struct shape bool_shape = { put_bool, take_bool };
static const struct shape text_shape = { put_text, take_text };
static const struct shape list_shape = { put_list, take_list };
static const struct shape map_shape = { put_map, take_map };
static const struct shape json_shape = { put_json, take_json };
static const struct shape credential_shape = { put_credential, take_json };
static const struct shape content_shape = { put_content, take_content };
static const struct shape info_shape = { put_info, take_info };

static bool play(struct lc_tape *tape, const struct tape_call *call, const struct shape *shape,
                 void *answer, struct lc_err *err)
{
    const struct lc_json *json;

    if (tape_answer(tape, call, &json, err))
        return shape->take(tape, json, answer, err);
    /* What is only told can be told, so that the first difference is not followed by a failure. */
    return err->code == LC_ESTATE && shape == &none_shape;
}

static bool keep(struct lc_tape *tape, const struct tape_call *call, const struct shape *shape,
                 const void *answer, bool done, const struct lc_err *err)
{
    if (!done) {
        tape_keep_failure(tape, call, err);
        return false;
    }
    struct lc_json_writer out = tape_begin(tape, call);
    lc_json_key(&out, "answer");
    shape->put(tape, &out, answer);
    tape_end(&out);
    return true;
}

/* The command's words, as an array and its length. */
#define WORDS(...)                                                                                 \
    (const char *const[]){ __VA_ARGS__ },                                                          \
        sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)

/* A whole operation: `input` is a statement about `call`, and the rest the call of the port below.
 */
#define TAPED(shape, answer, words, input, operation, ...)                                         \
    struct lc_tape *tape = context;                                                                \
    LC_AUTO(tape_call_release) struct tape_call call = TAPE_CALL_INIT;                             \
    if (!tape_say(&call, words, err))                                                              \
        return false;                                                                              \
    input;                                                                                         \
    if (tape->below == NULL)                                                                       \
        return play(tape, &call, &shape##_shape, answer, err);                                     \
    return keep(tape, &call, &shape##_shape, answer,                                               \
                lc_juju_call(tape->below, operation, __VA_ARGS__), err)

#define NO_INPUT (void)call

static void format_number(int64_t number, char *text, size_t size)
{
    (void)snprintf(text, size, "%" PRId64, number);
}

/* --- the operations --- */

static bool relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                         struct lc_err *err)
{
    TAPED(list, out, WORDS("relation-ids", endpoint), NO_INPUT, relation_ids, endpoint, out, err);
}

static bool relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                          struct lc_err *err)
{
    TAPED(list, out, WORDS("relation-list", relation_id), NO_INPUT, relation_list, relation_id, out,
          err);
}

static bool relation_app(void *context, const char *relation_id, char **out, struct lc_err *err)
{
    TAPED(text, out, WORDS("relation-list", "--app", relation_id), NO_INPUT, relation_app,
          relation_id, out, err);
}

static bool relation_get(void *context, const char *relation_id, bool app, const char *who,
                         struct lc_strmap *out, struct lc_err *err)
{
    TAPED(map, out, WORDS("relation-get", app ? "--app" : NULL, relation_id, who), NO_INPUT,
          relation_get, relation_id, app, who, out, err);
}

static bool relation_set(void *context, const char *relation_id, bool app,
                         const struct lc_strmap *changes, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("relation-set", app ? "--app" : NULL, relation_id),
          tape_input_map(&call, changes), relation_set, relation_id, app, changes, err);
}

static bool relation_model(void *context, const char *relation_id, char **uuid_out,
                           struct lc_err *err)
{
    TAPED(text, uuid_out, WORDS("relation-model-get", relation_id), NO_INPUT, relation_model,
          relation_id, uuid_out, err);
}

static bool is_leader(void *context, bool *out, struct lc_err *err)
{
    TAPED(bool, out, WORDS("is-leader"), NO_INPUT, is_leader, out, err);
}

static bool leader_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    TAPED(map, out, WORDS("leader-get"), NO_INPUT, leader_get, out, err);
}

static bool leader_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("leader-set"), tape_input_map(&call, changes), leader_set, changes,
          err);
}

static bool config_get(void *context, struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("config-get"), NO_INPUT, config_get, out, err);
}

static bool secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                       struct lc_err *err)
{
    TAPED(text, id_out, WORDS("secret-add"), tape_input_spec(&call, spec), secret_add, spec, id_out,
          err);
}

static bool secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                       struct lc_err *err)
{
    TAPED(none, NULL, WORDS("secret-set", id), tape_input_spec(&call, spec), secret_set, id, spec,
          err);
}

static bool secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                       struct lc_secret_content *out, struct lc_err *err)
{
    static const char *const reads[] = {
        [LC_SECRET_TRACKED] = NULL, [LC_SECRET_PEEK] = "--peek", [LC_SECRET_REFRESH] = "--refresh"
    };

    TAPED(content, out,
          WORDS("secret-get", id, label == NULL ? NULL : "--label", label, reads[how]), NO_INPUT,
          secret_get, id, label, how, out, err);
}

static bool secret_info(void *context, const char *id, const char *label,
                        struct lc_secret_info *out, struct lc_err *err)
{
    TAPED(info, out, WORDS("secret-info-get", id, label == NULL ? NULL : "--label", label),
          NO_INPUT, secret_info, id, label, out, err);
}

static bool secret_ids(void *context, struct lc_strlist *out, struct lc_err *err)
{
    TAPED(list, out, WORDS("secret-ids"), NO_INPUT, secret_ids, out, err);
}

static bool secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                         struct lc_err *err)
{
    TAPED(none, NULL, WORDS("secret-grant", id, relation_id, unit), NO_INPUT, secret_grant, id,
          relation_id, unit, err);
}

static bool secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                          struct lc_err *err)
{
    TAPED(none, NULL, WORDS("secret-revoke", id, relation_id, unit), NO_INPUT, secret_revoke, id,
          relation_id, unit, err);
}

static bool secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err)
{
    char number[24];

    format_number(revision, number, sizeof(number));
    TAPED(none, NULL, WORDS("secret-remove", id, revision == 0 ? NULL : number), NO_INPUT,
          secret_remove, id, revision, err);
}

static bool status_set(void *context, bool app, const char *status, const char *message,
                       struct lc_err *err)
{
    TAPED(none, NULL, WORDS("status-set", app ? "--application" : NULL, status, message), NO_INPUT,
          status_set, app, status, message, err);
}

static bool status_get(void *context, bool app, struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("status-get", app ? "--application" : NULL), NO_INPUT, status_get, app,
          out, err);
}

static bool log_text(void *context, enum lc_level level, const char *text, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("juju-log", lc_level_name(level), text), NO_INPUT, log, level, text,
          err);
}

static bool version_set(void *context, const char *version, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("application-version-set", version), NO_INPUT, version_set, version,
          err);
}

static bool state_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    TAPED(map, out, WORDS("state-get"), NO_INPUT, state_get, out, err);
}

static bool state_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("state-set"), tape_input_map(&call, changes), state_set, changes, err);
}

static bool state_delete(void *context, const char *key, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("state-delete", key), NO_INPUT, state_delete, key, err);
}

static bool port_open(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("open-port", ports, endpoints), NO_INPUT, port_open, ports, endpoints,
          err);
}

static bool port_close(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("close-port", ports, endpoints), NO_INPUT, port_close, ports, endpoints,
          err);
}

static bool ports_opened(void *context, struct lc_strlist *out, struct lc_err *err)
{
    TAPED(list, out, WORDS("opened-ports"), NO_INPUT, ports_opened, out, err);
}

static bool ports_by_endpoint(void *context, struct lc_strmap *out, struct lc_err *err)
{
    TAPED(map, out, WORDS("opened-ports", "--endpoints"), NO_INPUT, ports_by_endpoint, out, err);
}

static bool network_get(void *context, const char *binding, const char *relation_id,
                        struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("network-get", binding, relation_id), NO_INPUT, network_get, binding,
          relation_id, out, err);
}

static bool unit_get(void *context, bool is_public, char **address_out, struct lc_err *err)
{
    TAPED(text, address_out, WORDS("unit-get", is_public ? "public-address" : "private-address"),
          NO_INPUT, unit_get, is_public, address_out, err);
}

static bool action_get(void *context, struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("action-get"), NO_INPUT, action_get, out, err);
}

static bool action_set(void *context, const struct lc_strmap *results, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("action-set"), tape_input_map(&call, results), action_set, results,
          err);
}

static bool action_fail(void *context, const char *message, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("action-fail", message), NO_INPUT, action_fail, message, err);
}

static bool action_log(void *context, const char *message, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("action-log", message), NO_INPUT, action_log, message, err);
}

static bool goal_state(void *context, struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("goal-state"), NO_INPUT, goal_state, out, err);
}

static bool credential_get(void *context, struct lc_json **out, struct lc_err *err)
{
    TAPED(credential, out, WORDS("credential-get"), NO_INPUT, credential_get, out, err);
}

static bool storage_list(void *context, const char *name, struct lc_strlist *out,
                         struct lc_err *err)
{
    TAPED(list, out, WORDS("storage-list", name), NO_INPUT, storage_list, name, out, err);
}

static bool storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err)
{
    TAPED(json, out, WORDS("storage-get", id), NO_INPUT, storage_get, id, out, err);
}

static bool storage_add(void *context, const char *name, int64_t count, struct lc_err *err)
{
    char number[24];

    format_number(count, number, sizeof(number));
    TAPED(none, NULL, WORDS("storage-add", name, number), NO_INPUT, storage_add, name, count, err);
}

static bool resource_get(void *context, const char *name, char **path_out, struct lc_err *err)
{
    TAPED(text, path_out, WORDS("resource-get", name), NO_INPUT, resource_get, name, path_out, err);
}

static bool reboot(void *context, bool now, struct lc_err *err)
{
    TAPED(none, NULL, WORDS("juju-reboot", now ? "--now" : NULL), NO_INPUT, reboot, now, err);
}

const struct lc_juju_ops tape_operations = {
    .relation_ids = relation_ids,
    .relation_list = relation_list,
    .relation_app = relation_app,
    .relation_get = relation_get,
    .relation_set = relation_set,
    .relation_model = relation_model,
    .is_leader = is_leader,
    .leader_get = leader_get,
    .leader_set = leader_set,
    .config_get = config_get,
    .secret_add = secret_add,
    .secret_set = secret_set,
    .secret_get = secret_get,
    .secret_info = secret_info,
    .secret_ids = secret_ids,
    .secret_grant = secret_grant,
    .secret_revoke = secret_revoke,
    .secret_remove = secret_remove,
    .status_set = status_set,
    .status_get = status_get,
    .log = log_text,
    .version_set = version_set,
    .state_get = state_get,
    .state_set = state_set,
    .state_delete = state_delete,
    .port_open = port_open,
    .port_close = port_close,
    .ports_opened = ports_opened,
    .ports_by_endpoint = ports_by_endpoint,
    .network_get = network_get,
    .unit_get = unit_get,
    .action_get = action_get,
    .action_set = action_set,
    .action_fail = action_fail,
    .action_log = action_log,
    .goal_state = goal_state,
    .credential_get = credential_get,
    .storage_list = storage_list,
    .storage_get = storage_get,
    .storage_add = storage_add,
    .resource_get = resource_get,
    .reboot = reboot,
};
