/* The environment that Juju's agent gives a hook (juju-hooks 1.2), read once into a value. The only
 * reader of environment variables below host/. */
#ifndef LC_JUJU_ENV_H
#define LC_JUJU_ENV_H

#include "juju/model.h"

struct lc_hook_env {
    struct lc_event event;
    char *unit;        /* "web/0" */
    char *app;         /* "web" */
    char *unit_number; /* "0" */
    char *model_name;
    char *model_uuid;
    char *charm_dir;
    char *juju_version;
    char *machine_id;        /* NULL on Kubernetes */
    char *availability_zone; /* NULL when not said */
    char *principal_unit;    /* NULL unless a subordinate */
};

#define LC_HOOK_ENV_INIT                                                                           \
    {                                                                                              \
        .unit = NULL                                                                               \
    }

void lc_hook_env_release(struct lc_hook_env *env);
LC_AUTO_VALUE(struct lc_hook_env, lc_hook_env_release);

/* Whether this is a hook at all: JUJU_CONTEXT_ID and JUJU_UNIT_NAME are there. */
bool lc_hook_env_is_there(void);

/* LC_ESTATE names the first variable that is missing or that makes no sense, what it held and what
 * was expected. out: initialised; untouched on failure. */
bool lc_hook_env_load(struct lc_hook_env *out, struct lc_err *err) LC_MUST_CHECK;

/* At least this Juju, such as (3, 6): for what older ones cannot do. */
bool lc_hook_env_juju_is_at_least(const struct lc_hook_env *env, int major, int minor);

/* The folder that hooks are recorded into, LUACHARM_RECORD; NULL: they are not. And whether the
 * contents of secrets, and what programs print, are recorded too: LUACHARM_RECORD_SECRETS is "yes".
 * Both are set by whoever runs the hook; Juju's agent passes on neither. */
const char *lc_hook_record_folder(void);
bool lc_hook_records_secrets(void);

/* How long a hook command may take: LUACHARM_HOOK_COMMAND_TIMEOUT, a duration such as "30s" or
 * "10m". *ms_out: milliseconds; 0 when nobody has said. Set by who starts the hook, such as a
 * `dispatch` that is a script. LC_ESTATE when it is no duration. */
bool lc_hook_command_timeout(int64_t *ms_out, struct lc_err *err) LC_MUST_CHECK;

#endif
