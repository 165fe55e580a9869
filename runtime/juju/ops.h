/* The port to Juju: one function for each thing a hook command does. Three implementations:
 *   tool.h       child processes: what runs under Juju and the local model
 *   session.h    on top of another port: remembers answers, gathers writes, sends them once
 *   fake.h       everything in memory: what tests of charms, and ours, run on
 * Everything above juju/ sees only this and does not know which it has.
 *
 * Conventions: out parameters that are lists, maps or contents are initialised and empty, and
 * filled; char ** are freed with lc_free, struct lc_json ** with lc_json_free. Out parameters are
 * of no use after a failure, and are released all the same. Relation ids are Juju's text
 * ("certificates:7"); secret ids are bare, except that secret_get takes any reference, since one of
 * another model is found only with the model's UUID (juju-hooks 3.1).
 *
 * Messages begin with the command's name: "relation-get: permission denied". Codes, by Juju's text
 * before its exit status (juju-hooks 5.2.16):
 *   LC_ENOTFOUND     "not found", whatever the exit status
 *   LC_EPERM         "permission denied", "not the leader", "cannot write relation settings"
 *   LC_EEXIST        "already exists"
 *   LC_EUSAGE        exit status 2 otherwise, or what Juju would refuse so
 *   LC_EUNSUPPORTED  this Juju has no such command
 *   LC_EPARSE        an answer that is not what it should be
 *   LC_ELIMIT        too much to say, or too long an answer
 *   LC_ETIMEOUT      no answer in time
 *   LC_ECOMMAND      any other failure */
#ifndef LC_JUJU_OPS_H
#define LC_JUJU_OPS_H

#include "base/json.h"
#include "base/log.h"
#include "juju/model.h"

struct lc_juju_ops {
    /* relation-ids, relation-list, relation-list --app: as Juju sorts them. */
    bool (*relation_ids)(void *context, const char *endpoint, struct lc_strlist *out,
                         struct lc_err *err);
    bool (*relation_list)(void *context, const char *relation_id, struct lc_strlist *out,
                          struct lc_err *err);
    bool (*relation_app)(void *context, const char *relation_id, char **out, struct lc_err *err);
    /* A whole databag. who: a unit, or with app an application. */
    bool (*relation_get)(void *context, const char *relation_id, bool app, const char *who,
                         struct lc_strmap *out, struct lc_err *err);
    /* Merge into our own unit's bag, or the application's; "" deletes a key. See
     * lc_databag_check. */
    bool (*relation_set)(void *context, const char *relation_id, bool app,
                         const struct lc_strmap *changes, struct lc_err *err);
    bool (*relation_model)(void *context, const char *relation_id, char **uuid_out,
                           struct lc_err *err);

    bool (*is_leader)(void *context, bool *out, struct lc_err *err);
    /* Leader settings, which Juju 4.0 has no more: a whole map; merged at once, by the leader only,
     * "" deletes. */
    bool (*leader_get)(void *context, struct lc_strmap *out, struct lc_err *err);
    bool (*leader_set)(void *context, const struct lc_strmap *changes, struct lc_err *err);

    /* An object; options without a value are absent. */
    bool (*config_get)(void *context, struct lc_json **out, struct lc_err *err);

    bool (*secret_add)(void *context, const struct lc_secret_spec *spec, char **id_out,
                       struct lc_err *err);
    bool (*secret_set)(void *context, const char *id, const struct lc_secret_spec *spec,
                       struct lc_err *err);
    /* By id, by label, or by id giving it this unit's label. A value that is not text is had by its
     * id only: by label of a secret that is not ours it is LC_EUNSUPPORTED. */
    bool (*secret_get)(void *context, const char *id, const char *label, enum lc_secret_read how,
                       struct lc_secret_content *out, struct lc_err *err);
    /* Exactly one of id and label. */
    bool (*secret_info)(void *context, const char *id, const char *label,
                        struct lc_secret_info *out, struct lc_err *err);
    bool (*secret_ids)(void *context, struct lc_strlist *out, struct lc_err *err);
    /* unit: NULL for the whole remote application of the relation. */
    bool (*secret_grant)(void *context, const char *id, const char *relation_id, const char *unit,
                         struct lc_err *err);
    bool (*secret_revoke)(void *context, const char *id, const char *relation_id, const char *unit,
                          struct lc_err *err);
    bool (*secret_remove)(void *context, const char *id, int64_t revision, /* 0: all */
                          struct lc_err *err);

    /* status: "active", "blocked", "waiting", "maintenance". */
    bool (*status_set)(void *context, bool app, const char *status, const char *message,
                       struct lc_err *err);
    /* An object with status and message; of the application also with its units. */
    bool (*status_get)(void *context, bool app, struct lc_json **out, struct lc_err *err);
    /* text: one line or several, of any length. */
    bool (*log)(void *context, enum lc_level level, const char *text, struct lc_err *err);
    bool (*version_set)(void *context, const char *version, struct lc_err *err);

    bool (*state_get)(void *context, struct lc_strmap *out, struct lc_err *err);
    /* "" is a value. See lc_state_check. */
    bool (*state_set)(void *context, const struct lc_strmap *changes, struct lc_err *err);
    bool (*state_delete)(void *context, const char *key, struct lc_err *err);

    /* ports: "443/tcp", "8000-8010/udp", "icmp". endpoints: comma separated, NULL for all. */
    bool (*port_open)(void *context, const char *ports, const char *endpoints, struct lc_err *err);
    bool (*port_close)(void *context, const char *ports, const char *endpoints, struct lc_err *err);
    bool (*ports_opened)(void *context, struct lc_strlist *out, struct lc_err *err);
    /* "443/tcp" to the endpoints it is open for: "*", or "api, web". */
    bool (*ports_by_endpoint)(void *context, struct lc_strmap *out, struct lc_err *err);

    /* relation_id: NULL for the binding itself. An object (juju-hooks 2.12). */
    bool (*network_get)(void *context, const char *binding, const char *relation_id,
                        struct lc_json **out, struct lc_err *err);
    bool (*unit_get)(void *context, bool is_public, char **address_out, struct lc_err *err);

    bool (*action_get)(void *context, struct lc_json **out, struct lc_err *err);
    /* Keys are dotted paths, such as "certificate" or "chain.length". */
    bool (*action_set)(void *context, const struct lc_strmap *results, struct lc_err *err);
    bool (*action_fail)(void *context, const char *message, struct lc_err *err);
    bool (*action_log)(void *context, const char *message, struct lc_err *err);

    bool (*goal_state)(void *context, struct lc_json **out, struct lc_err *err);
    bool (*credential_get)(void *context, struct lc_json **out, struct lc_err *err);
    bool (*storage_list)(void *context, const char *name, struct lc_strlist *out,
                         struct lc_err *err);
    bool (*storage_get)(void *context, const char *id, struct lc_json **out, struct lc_err *err);
    bool (*storage_add)(void *context, const char *name, int64_t count, struct lc_err *err);
    bool (*resource_get)(void *context, const char *name, char **path_out, struct lc_err *err);
    bool (*reboot)(void *context, bool now, struct lc_err *err);
};

/* A port: the functions and what they work on. Passed by pointer; whoever made it frees it. */
struct lc_juju {
    const struct lc_juju_ops *ops;
    void *context;
};

/* lc_juju_call(port, relation_ids, endpoint, &ids, err) */
#define lc_juju_call(port, operation, ...) ((port)->ops->operation((port)->context, __VA_ARGS__))

#endif
