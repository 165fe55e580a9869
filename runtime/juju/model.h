/* The data that crosses the port: what a hook is about, and what hook commands take and give.
 * Juju's own words (juju-hooks.md). Holds data only; no process, no environment. */
#ifndef LC_JUJU_MODEL_H
#define LC_JUJU_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "base/strmap.h"

enum lc_event_kind {
    LC_EVENT_UNKNOWN, /* a hook name that we do not know: ignored, with a debug line */
    LC_EVENT_NONE,    /* juju exec: no hook at all */
    LC_EVENT_INSTALL,
    LC_EVENT_START,
    LC_EVENT_STOP,
    LC_EVENT_REMOVE,
    LC_EVENT_CONFIG_CHANGED,
    LC_EVENT_UPGRADE_CHARM,
    LC_EVENT_UPDATE_STATUS,
    LC_EVENT_LEADER_ELECTED,
    LC_EVENT_LEADER_SETTINGS_CHANGED,
    LC_EVENT_PRE_SERIES_UPGRADE,
    LC_EVENT_POST_SERIES_UPGRADE,
    LC_EVENT_SECRET_CHANGED,
    LC_EVENT_SECRET_EXPIRED,
    LC_EVENT_SECRET_REMOVE,
    LC_EVENT_SECRET_ROTATE,
    LC_EVENT_RELATION_CREATED,
    LC_EVENT_RELATION_JOINED,
    LC_EVENT_RELATION_CHANGED,
    LC_EVENT_RELATION_DEPARTED,
    LC_EVENT_RELATION_BROKEN,
    LC_EVENT_STORAGE_ATTACHED,
    LC_EVENT_STORAGE_DETACHING,
    LC_EVENT_PEBBLE_READY,
    LC_EVENT_PEBBLE_CUSTOM_NOTICE,
    LC_EVENT_PEBBLE_CHECK_FAILED,
    LC_EVENT_PEBBLE_CHECK_RECOVERED,
    LC_EVENT_ACTION,
    LC_EVENT_KIND_COUNT
};

/* What the hook is about. Texts are owned; NULL where the event has no such thing. */
struct lc_event {
    enum lc_event_kind kind;
    char *name;        /* "certificates-relation-changed"; of an action, its name; NULL of none */
    char *endpoint;    /* "certificates"; of pebble events the container, of storage its name */
    char *relation_id; /* "certificates:7" */
    char *remote_app;
    char *remote_unit;    /* NULL for created, broken and app-level changed */
    char *departing_unit; /* relation-departed */
    char *secret_id;      /* the bare id, whatever form Juju gave (juju-hooks 1.2) */
    char *secret_uri;     /* as Juju gave it: reads a secret of another model, too */
    char *secret_label;
    int64_t secret_revision; /* expired and remove; 0 otherwise */
    char *storage_id;
    char *storage_location;
    char *storage_kind;
    char *notice_id;
    char *notice_type;
    char *notice_key;
    char *check_name;
    char *action_id; /* JUJU_ACTION_UUID: a task number */
};

#define LC_EVENT_INIT                                                                              \
    {                                                                                              \
        .kind = LC_EVENT_UNKNOWN                                                                   \
    }

void lc_event_release(struct lc_event *event);
LC_AUTO_VALUE(struct lc_event, lc_event_release);

/* "relation-changed": the part of a hook's name that its kind fixes; static. */
const char *lc_event_kind_name(enum lc_event_kind kind);

/* The kind of a hook's name, and the length of the prefix that names an endpoint, storage or
 * container (0 for unit events). LC_EVENT_UNKNOWN for any other name. */
enum lc_event_kind lc_event_kind_of(const char *hook_name, size_t *prefix_len_out);

bool lc_event_is_relation(enum lc_event_kind kind);
bool lc_event_is_secret(enum lc_event_kind kind);

/* Whether this is a unit's name, such as "web/0", and the length of the application's in it;
 * app_len_out may be NULL (juju-hooks 0). */
bool lc_unit_name_is_valid(const char *unit, size_t *app_len_out);

/* The fields of a secret, in the order they were added. */
struct lc_secret_field {
    char *key;
    struct lc_secret value;
};

struct lc_secret_content {
    struct lc_secret_field *fields; /* owned */
    size_t count;
    size_t capacity;
};

#define LC_SECRET_CONTENT_INIT                                                                     \
    {                                                                                              \
        .fields = NULL, .count = 0, .capacity = 0                                                  \
    }

void lc_secret_content_release(struct lc_secret_content *content);
LC_AUTO_VALUE(struct lc_secret_content, lc_secret_content_release);

/* Copies; replaces a field that is there. LC_EUSAGE for a key that Juju refuses, LC_ELIMIT when the
 * values, in base64, come to more than LC_SECRET_MAX_BYTES (juju-hooks 3.3); the content is then as
 * before. */
bool lc_secret_content_set(struct lc_secret_content *content, const char *key, const void *value,
                           size_t value_len, struct lc_err *err) LC_MUST_CHECK;

/* NULL when absent; a view. */
const struct lc_secret *lc_secret_content_get(const struct lc_secret_content *content,
                                              const char *key);
bool lc_secret_content_copy(struct lc_secret_content *out, const struct lc_secret_content *from,
                            struct lc_err *err) LC_MUST_CHECK;

/* Move: to gets the fields, from is empty. */
void lc_secret_content_move(struct lc_secret_content *to, struct lc_secret_content *from);

/* The same keys with the same values, in whatever order. */
bool lc_secret_content_equals(const struct lc_secret_content *a, const struct lc_secret_content *b);

/* What to add or change. Everything is borrowed; what is NULL (or 0) is not said. */
struct lc_secret_spec {
    const char *label;
    const char *description;
    bool app_owned;     /* secret-add only */
    int64_t expire_s;   /* seconds since the epoch; 0: not said. Belongs to one revision: it is to
                         * be said again with each new content (juju-hooks 3.6) */
    const char *rotate; /* "never", "daily", ... */
    const struct lc_secret_content *content; /* replaces the old one as a whole */
};

/* Whether Juju can take it: LC_EUSAGE for content without fields, a time of expiry that is none, a
 * rotation policy that it does not know, and, with is_add, no content (juju-hooks 3.3, 3.6). */
bool lc_secret_spec_check(const struct lc_secret_spec *spec, bool is_add, struct lc_err *err)
    LC_MUST_CHECK;

/* What a manager may know about a secret. */
struct lc_secret_info {
    char *id; /* bare */
    char *label;
    char *description;
    char *rotation;
    int64_t revision;
    bool app_owned;
    int64_t expire_s;       /* 0: none */
    int64_t rotates_s;      /* when it is to be rotated next; 0: not known, or never */
    struct lc_json *access; /* who may read it, as Juju has committed it: an array of objects with
                               target, scope and role; NULL: nobody, or a Juju before 3.3 */
};

#define LC_SECRET_INFO_INIT                                                                        \
    {                                                                                              \
        .id = NULL                                                                                 \
    }

void lc_secret_info_release(struct lc_secret_info *info);
LC_AUTO_VALUE(struct lc_secret_info, lc_secret_info_release);

/* out: initialised; its old content goes. On failure it is as before. */
bool lc_secret_info_copy(struct lc_secret_info *out, const struct lc_secret_info *from,
                         struct lc_err *err) LC_MUST_CHECK;

enum lc_secret_read {
    LC_SECRET_TRACKED, /* the revision that this unit tracks */
    LC_SECRET_PEEK,    /* the newest, once */
    LC_SECRET_REFRESH  /* the newest, and track it from now on */
};

/* The 20 characters of a secret's id from any of the forms Juju gives (juju-hooks 3.1); a view into
 * reference. NULL when it is none. */
const char *lc_secret_id_of(const char *reference);

/* Limits on what relation-set and state-set take (juju-hooks 2.5, 2.13): bytes. Keys of a databag
 * are bounded by what Juju's YAML reader takes on one line. */
#define LC_DATABAG_KEY_MAX_BYTES 1000
#define LC_STATE_KEY_MAX_BYTES   256
#define LC_STATE_VALUE_MAX_BYTES 65536

/* Whether Juju can take these: LC_EUSAGE for an empty key and for text that is not UTF-8, LC_ELIMIT
 * over the limits. The message names the key. */
bool lc_databag_check(const struct lc_strmap *changes, struct lc_err *err) LC_MUST_CHECK;
bool lc_state_check(const struct lc_strmap *changes, struct lc_err *err) LC_MUST_CHECK;

#endif
