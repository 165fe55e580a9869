/* The environment of a hook into a value. Variables that are there but empty count as absent:
 * Juju exports most of them always (juju-hooks 1.2). */
#include "juju/env.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

void lc_hook_env_release(struct lc_hook_env *env)
{
    lc_event_release(&env->event);
    lc_free(env->unit);
    lc_free(env->app);
    lc_free(env->unit_number);
    lc_free(env->model_name);
    lc_free(env->model_uuid);
    lc_free(env->charm_dir);
    lc_free(env->juju_version);
    lc_free(env->machine_id);
    lc_free(env->availability_zone);
    lc_free(env->principal_unit);
    *env = (struct lc_hook_env)LC_HOOK_ENV_INIT;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value == NULL || *value == '\0' ? NULL : value;
}

const char *lc_hook_record_folder(void)
{
    return variable("LUACHARM_RECORD");
}

bool lc_hook_records_secrets(void)
{
    const char *value = variable("LUACHARM_RECORD_SECRETS");

    return value != NULL && strcmp(value, "yes") == 0;
}

bool lc_hook_env_is_there(void)
{
    return variable("JUJU_CONTEXT_ID") != NULL && variable("JUJU_UNIT_NAME") != NULL;
}

static bool nonsense(const char *name, const char *expected, struct lc_err *err)
{
    const char *value = variable(name);

    if (value == NULL)
        return lc_fail(err, LC_ESTATE, "%s is not set: expected %s", name, expected);
    return lc_fail(err, LC_ESTATE, "%s is '%.128s': expected %s", name, value, expected);
}

bool lc_hook_command_timeout(int64_t *ms_out, struct lc_err *err)
{
    static const char name[] = "LUACHARM_HOOK_COMMAND_TIMEOUT";
    struct lc_err ignored = LC_ERR_INIT; /* ours says more */
    int64_t seconds = 0;

    if (variable(name) != NULL && !lc_duration_parse(variable(name), &seconds, &ignored))
        return nonsense(name, "a duration such as '30s' or '10m'", err);
    *ms_out = seconds * 1000;
    return true;
}

static bool keep(const char *value, char **slot, struct lc_err *err)
{
    *slot = value == NULL ? NULL : lc_strdup(value);
    return value == NULL || *slot != NULL ? true : lc_fail_memory(err);
}

static bool take(const char *name, char **slot, struct lc_err *err)
{
    return keep(variable(name), slot, err);
}

static bool require(const char *name, const char *expected, char **slot, struct lc_err *err)
{
    const char *value = variable(name);

    return value == NULL ? nonsense(name, expected, err) : keep(value, slot, err);
}

static bool require_unit(const char *name, char **slot, struct lc_err *err)
{
    const char *value = variable(name);

    if (value == NULL || !lc_unit_name_is_valid(value, NULL))
        return nonsense(name, "a unit such as 'web/0'", err);
    return keep(value, slot, err);
}

static bool load_unit(struct lc_hook_env *env, struct lc_err *err)
{
    size_t app_len;

    if (!require_unit("JUJU_UNIT_NAME", &env->unit, err))
        return false;
    (void)lc_unit_name_is_valid(env->unit, &app_len); /* it is: required above */
    env->app = lc_strndup(env->unit, app_len);
    env->unit_number = lc_strdup(env->unit + app_len + 1);
    return env->app != NULL && env->unit_number != NULL ? true : lc_fail_memory(err);
}

/* "3" and "6" of "3.6.26", "3.6-rc1" */
static bool read_version(const char *text, long *major, long *minor)
{
    char *end;

    if (strchr("0123456789", text[0]) == NULL)
        return false;
    *major = strtol(text, &end, 10);
    if (end[0] != '.' || end[1] == '\0' || strchr("0123456789", end[1]) == NULL)
        return false;
    *minor = strtol(end + 1, NULL, 10);
    return true;
}

static bool load_surroundings(struct lc_hook_env *env, struct lc_err *err)
{
    static const char version_form[] = "a version such as '3.6.26'";
    const char *dir = variable("JUJU_CHARM_DIR") == NULL ? "CHARM_DIR" : "JUJU_CHARM_DIR";
    long ignored;

    if (variable("JUJU_CONTEXT_ID") == NULL)
        return nonsense("JUJU_CONTEXT_ID", "the hook's id", err);
    if (!require("JUJU_MODEL_NAME", "the model's name", &env->model_name, err) ||
        !require("JUJU_MODEL_UUID", "the model's UUID", &env->model_uuid, err))
        return false;
    if (variable(dir) == NULL)
        return nonsense("JUJU_CHARM_DIR", "the charm's folder", err);
    if (!take(dir, &env->charm_dir, err) ||
        !require("JUJU_VERSION", version_form, &env->juju_version, err))
        return false;
    if (!read_version(env->juju_version, &ignored, &ignored))
        return nonsense("JUJU_VERSION", version_form, err);
    return take("JUJU_MACHINE_ID", &env->machine_id, err) &&
           take("JUJU_AVAILABILITY_ZONE", &env->availability_zone, err) &&
           take("JUJU_PRINCIPAL_UNIT", &env->principal_unit, err);
}

static bool is_relation_id(const char *text)
{
    const char *colon = text == NULL ? NULL : strrchr(text, ':');
    int64_t number;

    return colon != NULL && colon != text && lc_text_to_number(colon + 1, INT64_MAX, &number);
}

/* Whether this is the name in front of the hook's. */
static bool is_endpoint(const struct lc_event *event, const char *name)
{
    return name != NULL && event->endpoint != NULL && strcmp(name, event->endpoint) == 0;
}

/* juju-hooks 1.8. */
static bool load_relation(struct lc_event *event, struct lc_err *err)
{
    const bool about_unit = event->kind == LC_EVENT_RELATION_JOINED ||
                            event->kind == LC_EVENT_RELATION_DEPARTED;
    const char *name = variable("JUJU_RELATION");

    if (!is_endpoint(event, name))
        return nonsense("JUJU_RELATION", "the endpoint in the hook's name", err);
    if (!is_relation_id(variable("JUJU_RELATION_ID")))
        return nonsense("JUJU_RELATION_ID", "a relation such as 'db:7'", err);
    if (!take("JUJU_RELATION_ID", &event->relation_id, err) ||
        !require("JUJU_REMOTE_APP", "the application on the other side", &event->remote_app, err))
        return false;
    if (about_unit || variable("JUJU_REMOTE_UNIT") != NULL)
        if (!require_unit("JUJU_REMOTE_UNIT", &event->remote_unit, err))
            return false;
    if (variable("JUJU_DEPARTING_UNIT") == NULL)
        return true;
    return require_unit("JUJU_DEPARTING_UNIT", &event->departing_unit, err);
}

/* The forms of the id: juju-hooks 1.2, 3.1. */
static bool load_secret(struct lc_event *event, struct lc_err *err)
{
    const bool of_revision = event->kind == LC_EVENT_SECRET_EXPIRED ||
                             event->kind == LC_EVENT_SECRET_REMOVE;
    const char *uri = variable("JUJU_SECRET_ID");
    const char *id = uri == NULL ? NULL : lc_secret_id_of(uri);
    const char *revision = variable("JUJU_SECRET_REVISION");

    if (id == NULL)
        return nonsense("JUJU_SECRET_ID", "a secret's id", err);
    if (of_revision &&
        (revision == NULL || !lc_text_to_number(revision, INT64_MAX, &event->secret_revision) ||
         event->secret_revision == 0))
        return nonsense("JUJU_SECRET_REVISION", "a number from 1", err);
    return keep(id, &event->secret_id, err) && keep(uri, &event->secret_uri, err) &&
           take("JUJU_SECRET_LABEL", &event->secret_label, err);
}

static bool load_storage(struct lc_event *event, struct lc_err *err)
{
    return require("JUJU_STORAGE_ID", "a storage such as 'data/0'", &event->storage_id, err) &&
           require("JUJU_STORAGE_LOCATION", "a path", &event->storage_location, err) &&
           require("JUJU_STORAGE_KIND", "'filesystem' or 'block'", &event->storage_kind, err);
}

static bool load_pebble(struct lc_event *event, struct lc_err *err)
{
    const char *name = variable("JUJU_WORKLOAD_NAME");

    if (!is_endpoint(event, name))
        return nonsense("JUJU_WORKLOAD_NAME", "the container in the hook's name", err);
    if (event->kind == LC_EVENT_PEBBLE_READY)
        return true;
    if (event->kind != LC_EVENT_PEBBLE_CUSTOM_NOTICE)
        return require("JUJU_PEBBLE_CHECK_NAME", "the check's name", &event->check_name, err);
    return require("JUJU_NOTICE_ID", "the notice's id", &event->notice_id, err) &&
           require("JUJU_NOTICE_TYPE", "the notice's type", &event->notice_type, err) &&
           require("JUJU_NOTICE_KEY", "the notice's key", &event->notice_key, err);
}

static bool load_hook(struct lc_event *event, const char *name, struct lc_err *err)
{
    size_t prefix_len;

    event->kind = lc_event_kind_of(name, &prefix_len);
    if (!keep(name, &event->name, err))
        return false;
    if (prefix_len != 0) {
        event->endpoint = lc_strndup(name, prefix_len);
        if (event->endpoint == NULL)
            return lc_fail_memory(err);
    }
    if (lc_event_is_relation(event->kind))
        return load_relation(event, err);
    if (lc_event_is_secret(event->kind))
        return load_secret(event, err);
    if (event->kind == LC_EVENT_STORAGE_ATTACHED || event->kind == LC_EVENT_STORAGE_DETACHING)
        return load_storage(event, err);
    if (event->kind >= LC_EVENT_PEBBLE_READY && event->kind <= LC_EVENT_PEBBLE_CHECK_RECOVERED)
        return load_pebble(event, err);
    return true;
}

static bool load_action(struct lc_event *event, const char *name, struct lc_err *err)
{
    event->kind = LC_EVENT_ACTION;
    return keep(name, &event->name, err) &&
           require("JUJU_ACTION_UUID", "the action's number", &event->action_id, err);
}

/* juju exec: a relation where one was chosen, without the application of the other side
 * (juju-hooks 1.17). */
static bool load_none(struct lc_event *event, struct lc_err *err)
{
    event->kind = LC_EVENT_NONE;
    if (variable("JUJU_RELATION_ID") == NULL)
        return true;
    if (!is_relation_id(variable("JUJU_RELATION_ID")))
        return nonsense("JUJU_RELATION_ID", "a relation such as 'db:7'", err);
    return take("JUJU_RELATION", &event->endpoint, err) &&
           take("JUJU_RELATION_ID", &event->relation_id, err) &&
           take("JUJU_REMOTE_APP", &event->remote_app, err) &&
           take("JUJU_REMOTE_UNIT", &event->remote_unit, err);
}

static bool load_event(struct lc_event *event, struct lc_err *err)
{
    const char *path = variable("JUJU_DISPATCH_PATH");
    const char *hook = variable("JUJU_HOOK_NAME");
    const char *action = variable("JUJU_ACTION_NAME");

    if (action == NULL && path != NULL && lc_text_has_prefix(path, "actions/"))
        action = path + strlen("actions/");
    if (action != NULL && *action != '\0')
        return load_action(event, action, err);
    if (hook == NULL && path != NULL && lc_text_has_prefix(path, "hooks/"))
        hook = path + strlen("hooks/");
    if (hook != NULL && *hook != '\0')
        return load_hook(event, hook, err);
    if (path != NULL)
        return nonsense("JUJU_DISPATCH_PATH", "'hooks/NAME' or 'actions/NAME'", err);
    return load_none(event, err);
}

bool lc_hook_env_load(struct lc_hook_env *out, struct lc_err *err)
{
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;

    if (!load_unit(&env, err) || !load_surroundings(&env, err) || !load_event(&env.event, err))
        return false;
    lc_hook_env_release(out);
    *out = env;
    env = (struct lc_hook_env)LC_HOOK_ENV_INIT;
    return true;
}

bool lc_hook_env_juju_is_at_least(const struct lc_hook_env *env, int major, int minor)
{
    long have_major;
    long have_minor;

    if (env->juju_version == NULL || !read_version(env->juju_version, &have_major, &have_minor))
        return false;
    return have_major > major || (have_major == major && have_minor >= minor);
}
