/* One hook, action or exec: what it is about, and what its success says the unit has seen. It is
 * kept as JSON while it runs or is to be retried, so that a retry has identical event variables
 * (juju-hooks 1.4). */
#ifndef LC_MODEL_HOOK_H
#define LC_MODEL_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

enum lc_hook_kind {
    LC_HOOK_NONE,
    LC_HOOK_INSTALL,
    LC_HOOK_START,
    LC_HOOK_STOP,
    LC_HOOK_REMOVE,
    LC_HOOK_CONFIG_CHANGED,
    LC_HOOK_UPGRADE_CHARM,
    LC_HOOK_UPDATE_STATUS,
    LC_HOOK_LEADER_ELECTED,
    LC_HOOK_LEADER_SETTINGS_CHANGED,
    LC_HOOK_SECRET_CHANGED,
    LC_HOOK_SECRET_EXPIRED,
    LC_HOOK_SECRET_REMOVE,
    LC_HOOK_SECRET_ROTATE,
    LC_HOOK_RELATION_CREATED,
    LC_HOOK_RELATION_JOINED,
    LC_HOOK_RELATION_CHANGED,
    LC_HOOK_RELATION_DEPARTED,
    LC_HOOK_RELATION_BROKEN,
    LC_HOOK_STORAGE_ATTACHED,
    LC_HOOK_STORAGE_DETACHING,
    LC_HOOK_PEBBLE_READY,
    LC_HOOK_PEBBLE_CUSTOM_NOTICE,
    LC_HOOK_PEBBLE_CHECK_FAILED,
    LC_HOOK_PEBBLE_CHECK_RECOVERED,
    LC_HOOK_ACTION,
    LC_HOOK_EXEC,
    LC_HOOK_KIND_COUNT
};

/* Texts are owned; NULL where the hook has no such thing. */
struct lc_hook {
    enum lc_hook_kind kind;
    int64_t relation; /* -1: none */
    char *endpoint;   /* of storage its name, of pebble the container, of an action its name */
    char *remote_app;
    char *remote_unit;
    char *departing;
    char *secret; /* bare id */
    char *label;
    int64_t revision; /* of the secret */
    int64_t version;  /* of the settings, leader settings or secret that it announces */
    char *config;     /* the configuration that config-changed announces */
    char *storage;    /* "data/0" */
    char *notice_id;
    char *notice_type;
    char *notice_key;
    char *check;
    int64_t action; /* its number; 0: none */
    int64_t fired; /* 1: somebody asked for it, and the unit is told nothing that it did not know */
};

#define LC_HOOK_INIT                                                                               \
    {                                                                                              \
        .kind = LC_HOOK_NONE, .relation = -1                                                       \
    }

void lc_hook_release(struct lc_hook *hook);
LC_AUTO_VALUE(struct lc_hook, lc_hook_release);

/* Of the unit's own hooks and the fixed part of others: "relation-changed"; static. */
const char *lc_hook_kind_name(enum lc_hook_kind kind);

/* LC_HOOK_NONE when it is no hook's name; *prefix_len: of the endpoint's, storage's or container's
 * name in it (0 for the unit's own hooks). */
enum lc_hook_kind lc_hook_kind_of(const char *name, size_t *prefix_len);

bool lc_hook_is_relation(enum lc_hook_kind kind);
bool lc_hook_is_secret(enum lc_hook_kind kind);
bool lc_hook_is_pebble(enum lc_hook_kind kind);

#define LC_HOOK_NAME_BYTES 256

/* "db-relation-changed"; of an action or exec, its name or "juju-exec". text has
 * LC_HOOK_NAME_BYTES. */
void lc_hook_name(const struct lc_hook *hook, char *text);

/* Replaces one of the texts with a copy; NULL is fine. */
bool lc_hook_set(char **slot, const char *value, struct lc_err *err) LC_MUST_CHECK;

/* As JSON, and back. *out: freed with lc_free. */
bool lc_hook_encode(const struct lc_hook *hook, char **out, struct lc_err *err) LC_MUST_CHECK;
bool lc_hook_decode(const char *json, struct lc_hook *out, struct lc_err *err) LC_MUST_CHECK;

#endif
