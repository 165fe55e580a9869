/* The fake Juju: every operation that is about neither a relation nor a secret. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "juju/fake_private.h"

/* juju-hooks 2.7: once false, false for the rest of the hook. */
static bool is_leader(void *context, bool *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "is-leader"))
        return false;
    fake->was_told_not_leader = fake->was_told_not_leader || !fake->is_leader;
    *out = !fake->was_told_not_leader;
    return true;
}

static bool note_keys(struct lc_fake *fake, const struct lc_strmap *map, struct lc_err *err)
{
    for (size_t i = 0; i < map->count; i++)
        if (!fake_note(fake, map->entries[i].key, err))
            return false;
    return true;
}

static bool leader_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "leader-get") && lc_strmap_copy(out, &fake->leader_settings, err);
}

static bool leader_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "leader-set") || !note_keys(fake, changes, err))
        return false;
    if (!fake->is_leader)
        return lc_fail(err, LC_EPERM, "leader-set: cannot write settings: not the leader");
    for (size_t i = 0; i < changes->count; i++) {
        const struct lc_strmap_entry *entry = &changes->entries[i];
        if (*entry->value == '\0')
            (void)lc_strmap_remove(&fake->leader_settings, entry->key);
        else if (!lc_strmap_set(&fake->leader_settings, entry->key, entry->value, err))
            return false;
    }
    return true;
}

static bool answer(struct lc_fake *fake, const char *question, const char *fallback,
                   const char **out, struct lc_err *err)
{
    const char *found = lc_strmap_get(&fake->answers, question);

    *out = found == NULL ? fallback : found;
    return *out != NULL ? true : lc_fail(err, LC_ENOTFOUND, "%s: not found", question);
}

static bool answer_json(struct lc_fake *fake, const char *question, const char *fallback,
                        struct lc_json **out, struct lc_err *err)
{
    const char *text;

    return fake_enter(fake, err, "%s", question) && answer(fake, question, fallback, &text, err) &&
           lc_json_parse(text, strlen(text), 0, out, err);
}

static bool answer_json_of(struct lc_fake *fake, const char *command, const char *subject,
                           struct lc_json **out, struct lc_err *err)
{
    char question[512];

    (void)snprintf(question, sizeof(question), "%s %s", command, subject); /* tests are short */
    return answer_json(fake, question, NULL, out, err);
}

static bool answer_text(struct lc_fake *fake, const char *command, const char *subject, char **out,
                        struct lc_err *err)
{
    char question[512];
    const char *text;

    (void)snprintf(question, sizeof(question), "%s %s", command, subject);
    if (!fake_enter(fake, err, "%s", question) || !answer(fake, question, NULL, &text, err))
        return false;
    *out = lc_strdup(text);
    return *out == NULL ? lc_fail_memory(err) : true;
}

static bool relation_model(void *context, const char *relation_id, char **uuid_out,
                           struct lc_err *err)
{
    return answer_text(context, "relation-model-get", relation_id, uuid_out, err);
}

static bool config_get(void *context, struct lc_json **out, struct lc_err *err)
{
    return answer_json(context, "config-get", "{}", out, err);
}

static bool action_get(void *context, struct lc_json **out, struct lc_err *err)
{
    return answer_json(context, "action-get", "{}", out, err);
}

static bool goal_state(void *context, struct lc_json **out, struct lc_err *err)
{
    return answer_json(context, "goal-state", "{}", out, err);
}

static bool credential_get(void *context, struct lc_json **out, struct lc_err *err)
{
    return answer_json(context, "credential-get", NULL, out, err);
}

static bool network_get(void *context, const char *binding, const char *relation_id,
                        struct lc_json **out, struct lc_err *err)
{
    (void)relation_id; /* the answer is the binding's */
    return answer_json_of(context, "network-get", binding, out, err);
}

static bool unit_get(void *context, bool is_public, char **address_out, struct lc_err *err)
{
    return answer_text(context, "unit-get", is_public ? "public-address" : "private-address",
                       address_out, err);
}

static bool storage_list(void *context, const char *name, struct lc_strlist *out,
                         struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *list = NULL;

    if (!answer_json_of(context, "storage-list", name, &list, err))
        return false;
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (!lc_strlist_add(out, lc_json_string(lc_json_at(list, i)), err))
            return false;
    return true;
}

static bool storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err)
{
    return answer_json_of(context, "storage-get", id, out, err);
}

static bool storage_add(void *context, const char *name, int64_t count, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "storage-add %s=%lld", name, (long long)count) &&
           lc_strlist_addf(&fake->working_storage, err, "%s=%lld", name, (long long)count);
}

static bool resource_get(void *context, const char *name, char **path_out, struct lc_err *err)
{
    return answer_text(context, "resource-get", name, path_out, err);
}

static bool reboot(void *context, bool now, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "juju-reboot%s", now ? " --now" : "") &&
           fake_replace(&fake->reboot, now ? "now" : "after the hook", err);
}

static bool status_set(void *context, bool app, const char *status, const char *message,
                       struct lc_err *err)
{
    static const char *const words[] = { "active", "blocked", "waiting", "maintenance" };
    struct lc_fake *fake = context;
    const bool has_message = message != NULL && *message != '\0';
    bool is_known = false;

    if (!fake_enter(fake, err, "status-set%s %s", app ? " --application" : "", status))
        return false;
    for (size_t i = 0; i < LC_COUNT(words); i++)
        is_known = is_known || strcmp(status, words[i]) == 0;
    if (!is_known)
        return lc_fail(err, LC_EUSAGE, "status-set: invalid status \"%s\"", status);
    if (app && !fake->is_leader)
        return lc_fail(err, LC_EPERM, "status-set: this unit is not the leader");
    struct lc_strlist *history = &fake->history[app ? OF_APP : OF_UNIT];
    return lc_strlist_addf(history, err, "%s%s%s", status, has_message ? ": " : "",
                           has_message ? message : "") &&
           fake_replace(&fake->status[app ? OF_APP : OF_UNIT], history->items[history->count - 1],
                        err);
}

static bool status_get(void *context, bool app, struct lc_json **out, struct lc_err *err)
{
    struct lc_fake *fake = context;
    const char *status = fake->status[app ? OF_APP : OF_UNIT];
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;

    if (!fake_enter(fake, err, "status-get%s", app ? " --application" : ""))
        return false;
    if (app && !fake->is_leader)
        return lc_fail(err, LC_EPERM, "status-get: this unit is not the leader");
    if (status == NULL)
        status = "unknown";
    const size_t len = strcspn(status, ":");
    const char *message = status[len] == '\0' ? "" : status + len + 2;
    object = lc_json_new_object();
    if (object == NULL || !lc_json_take_member(object, "status", lc_json_new_string(status, len)) ||
        !lc_json_take_member(object, "message", lc_json_new_string(message, strlen(message))))
        return lc_fail_memory(err);
    *out = LC_STEAL(object);
    return true;
}

static bool log_line(void *context, enum lc_level level, const char *text, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "juju-log %s", lc_level_name(level)) &&
           lc_strlist_addf(&fake->log, err, "%s %s", lc_level_name(level), text);
}

static bool version_set(void *context, const char *version, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "application-version-set %s", version) &&
           fake_replace(&fake->version, version, err);
}

static bool merge(struct lc_strmap *into, const struct lc_strmap *changes, struct lc_err *err)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!lc_strmap_set(into, changes->entries[i].key, changes->entries[i].value, err))
            return false;
    return true;
}

static bool state_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "state-get") && lc_strmap_copy(out, &fake->working_state, err);
}

static bool state_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "state-set") && note_keys(fake, changes, err) &&
           lc_state_check(changes, err) && merge(&fake->working_state, changes, err);
}

static bool state_delete(void *context, const char *key, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "state-delete %s", key))
        return false;
    (void)lc_strmap_remove(&fake->working_state, key);
    return true;
}

static bool port_open(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "open-port %s%s%s", ports, endpoints == NULL ? "" : " ",
                    endpoints == NULL ? "" : endpoints))
        return false;
    if (!lc_strlist_has(&fake->working_ports, ports) &&
        !lc_strlist_add(&fake->working_ports, ports, err))
        return false;
    lc_strlist_sort(&fake->working_ports);
    return true;
}

static bool port_close(void *context, const char *ports, const char *endpoints, struct lc_err *err)
{
    struct lc_fake *fake = context;
    LC_AUTO(lc_strlist_release) struct lc_strlist left = LC_STRLIST_INIT;

    if (!fake_enter(fake, err, "close-port %s%s%s", ports, endpoints == NULL ? "" : " ",
                    endpoints == NULL ? "" : endpoints))
        return false;
    for (size_t i = 0; i < fake->working_ports.count; i++)
        if (strcmp(fake->working_ports.items[i], ports) != 0 &&
            !lc_strlist_add(&left, fake->working_ports.items[i], err))
            return false;
    return lc_strlist_copy(&fake->working_ports, &left, err);
}

static bool ports_opened(void *context, struct lc_strlist *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return fake_enter(fake, err, "opened-ports") && lc_strlist_copy(out, &fake->working_ports, err);
}

/* For all endpoints, whatever was said: the fake keeps no more. */
static bool ports_by_endpoint(void *context, struct lc_strmap *out, struct lc_err *err)
{
    struct lc_fake *fake = context;

    if (!fake_enter(fake, err, "opened-ports --endpoints"))
        return false;
    for (size_t i = 0; i < fake->working_ports.count; i++)
        if (!lc_strmap_set(out, fake->working_ports.items[i], "*", err))
            return false;
    return true;
}

static bool enter_action(struct lc_fake *fake, const char *command, struct lc_err *err)
{
    if (!fake_enter(fake, err, "%s", command))
        return false;
    if (fake->env.event.kind != LC_EVENT_ACTION)
        return lc_fail(err, LC_ECOMMAND, "%s: not running an action", command);
    return true;
}

static bool action_set(void *context, const struct lc_strmap *results, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return enter_action(fake, "action-set", err) && note_keys(fake, results, err) &&
           merge(&fake->results, results, err);
}

static bool action_fail(void *context, const char *message, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return enter_action(fake, "action-fail", err) && fake_replace(&fake->failure, message, err);
}

static bool action_log(void *context, const char *message, struct lc_err *err)
{
    struct lc_fake *fake = context;

    return enter_action(fake, "action-log", err) &&
           lc_strlist_addf(&fake->log, err, "ACTION %s", message);
}

const struct lc_juju_ops fake_operations = {
    .relation_ids = fake_relation_ids,
    .relation_list = fake_relation_list,
    .relation_app = fake_relation_app,
    .relation_get = fake_relation_get,
    .relation_set = fake_relation_set,
    .relation_model = relation_model,
    .is_leader = is_leader,
    .leader_get = leader_get,
    .leader_set = leader_set,
    .config_get = config_get,
    .secret_add = fake_secret_add,
    .secret_set = fake_secret_set,
    .secret_get = fake_secret_get,
    .secret_info = fake_secret_info,
    .secret_ids = fake_secret_ids,
    .secret_grant = fake_secret_grant,
    .secret_revoke = fake_secret_revoke,
    .secret_remove = fake_secret_remove,
    .status_set = status_set,
    .status_get = status_get,
    .log = log_line,
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
