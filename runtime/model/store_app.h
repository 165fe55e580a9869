/* Applications and units as they are stored. Names are assumed to be valid; what is not there is
 * LC_ENOTFOUND ("application 'web' not found"). */
#ifndef LC_MODEL_STORE_APP_H
#define LC_MODEL_STORE_APP_H

#include "model/store.h"

struct lc_app {
    char *name;
    char *charm;  /* its name in the metadata */
    char *source; /* the folder it was deployed from */
    int64_t revision;
    bool dying;
    bool trusted;
    char *status; /* NULL: made of its units' */
    char *message;
    int64_t since;
    char *version;
    char *leader; /* a unit; NULL for none */
    int64_t leader_version;
};

#define LC_APP_INIT                                                                                \
    {                                                                                              \
        .name = NULL                                                                               \
    }

void lc_app_release(struct lc_app *app);
LC_AUTO_VALUE(struct lc_app, lc_app_release);

enum lc_phase { LC_PHASE_IDLE, LC_PHASE_RUNNING, LC_PHASE_FAILED };

struct lc_unit {
    char *name;
    char *app;
    int64_t number;
    int64_t machine;
    bool dying;
    int64_t revision; /* of the charm in its folder; 0: none yet */
    bool installed;
    bool started;
    bool stopped;
    bool elected;
    bool late;
    int64_t leader_seen;
    char *config_seen; /* NULL: config-changed has never run */
    char *queued;      /* a hook's name, or NULL */
    bool rebooted;
    bool update_due;
    enum lc_phase phase;
    char *hook; /* JSON of the running or failed hook; NULL when idle */
    int64_t tries;
    int64_t retry_at;
    char *status;
    char *message;
    int64_t since;
};

#define LC_UNIT_INIT                                                                               \
    {                                                                                              \
        .name = NULL                                                                               \
    }

void lc_unit_release(struct lc_unit *unit);
LC_AUTO_VALUE(struct lc_unit, lc_unit_release);

/* In the order of their names; units by application and number. app: NULL for all. */
bool lc_store_apps(struct lc_store *store, struct lc_strlist *names, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_units(struct lc_store *store, const char *app, struct lc_strlist *names,
                    struct lc_err *err) LC_MUST_CHECK;
/* Those whose hook failed and waits to be tried again. */
bool lc_store_failed_units(struct lc_store *store, struct lc_strlist *names, struct lc_err *err)
    LC_MUST_CHECK;

/* out: initialised. */
bool lc_store_app(struct lc_store *store, const char *name, struct lc_app *out, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_unit(struct lc_store *store, const char *name, struct lc_unit *out,
                   struct lc_err *err) LC_MUST_CHECK;
bool lc_store_has_app(struct lc_store *store, const char *name, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

/* revision 1, alive, without units. */
bool lc_store_add_app(struct lc_store *store, const char *name, const char *charm,
                      const char *source, bool trusted, struct lc_err *err) LC_MUST_CHECK;
/* With the application's next number, a machine of its own; *name_out is freed with lc_free. */
bool lc_store_add_unit(struct lc_store *store, const char *app, bool late, char **name_out,
                       struct lc_err *err) LC_MUST_CHECK;
/* With all that belongs to them. */
bool lc_store_remove_unit(struct lc_store *store, const char *name, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_remove_app(struct lc_store *store, const char *name, struct lc_err *err)
    LC_MUST_CHECK;

enum lc_app_field {
    LC_APP_REVISION,
    LC_APP_DYING,
    LC_APP_LEADER_VERSION,
    LC_APP_SOURCE, /* texts from here */
    LC_APP_VERSION,
    LC_APP_LEADER
};
bool lc_store_set_app(struct lc_store *store, const char *name, enum lc_app_field field,
                      int64_t value, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_app_text(struct lc_store *store, const char *name, enum lc_app_field field,
                           const char *value, struct lc_err *err) LC_MUST_CHECK;

enum lc_unit_field {
    LC_UNIT_DYING,
    LC_UNIT_REVISION,
    LC_UNIT_INSTALLED,
    LC_UNIT_STARTED,
    LC_UNIT_STOPPED,
    LC_UNIT_ELECTED,
    LC_UNIT_LATE,
    LC_UNIT_LEADER_SEEN,
    LC_UNIT_REBOOTED,
    LC_UNIT_UPDATE_DUE,
    LC_UNIT_RETRY_AT,
    LC_UNIT_TRIES,
    LC_UNIT_CONFIG_SEEN, /* texts from here; NULL is fine */
    LC_UNIT_QUEUED
};
bool lc_store_set_unit(struct lc_store *store, const char *name, enum lc_unit_field field,
                       int64_t value, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_unit_text(struct lc_store *store, const char *name, enum lc_unit_field field,
                            const char *value, struct lc_err *err) LC_MUST_CHECK;
/* hook: JSON, NULL exactly for LC_PHASE_IDLE, which also forgets the tries. */
bool lc_store_set_phase(struct lc_store *store, const char *unit, enum lc_phase phase,
                        const char *hook, struct lc_err *err) LC_MUST_CHECK;

/* The time is the model's now. */
bool lc_store_set_unit_status(struct lc_store *store, const char *unit, const char *status,
                              const char *message, struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_app_status(struct lc_store *store, const char *app, const char *status,
                             const char *message, struct lc_err *err) LC_MUST_CHECK;

/* Config that was set: option to JSON text. A NULL value resets it. */
bool lc_store_settings(struct lc_store *store, const char *app, struct lc_strmap *out,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_setting(struct lc_store *store, const char *app, const char *key,
                          const char *value, struct lc_err *err) LC_MUST_CHECK;

bool lc_store_leader_settings(struct lc_store *store, const char *app, struct lc_strmap *out,
                              struct lc_err *err) LC_MUST_CHECK;
/* "" deletes; what changes something counts leader_version up. */
bool lc_store_merge_leader_settings(struct lc_store *store, const char *app,
                                    const struct lc_strmap *changes, struct lc_err *err)
    LC_MUST_CHECK;

/* A resource's file; *path_out is NULL when none was given. */
bool lc_store_resource(struct lc_store *store, const char *app, const char *name, char **path_out,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_resource(struct lc_store *store, const char *app, const char *name,
                           const char *path, struct lc_err *err) LC_MUST_CHECK;

/* What a unit keeps in the controller: state-get and its fellows. */
bool lc_store_state(struct lc_store *store, const char *unit, struct lc_strmap *out,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_state(struct lc_store *store, const char *unit, const struct lc_strmap *state,
                        struct lc_err *err) LC_MUST_CHECK; /* replaces all */

/* Ports that are open. endpoint: "" for all of them. */
struct lc_port {
    char *unit;
    char *endpoint;
    char *protocol; /* "tcp", "udp", "icmp" */
    int64_t first;  /* -1 for icmp, as last */
    int64_t last;
};

struct lc_ports {
    struct lc_port *items; /* owned; by protocol, numbers, endpoint */
    size_t count;
    size_t capacity;
};

#define LC_PORTS_INIT                                                                              \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_ports_release(struct lc_ports *ports);
LC_AUTO_VALUE(struct lc_ports, lc_ports_release);

bool lc_store_ports(struct lc_store *store, const char *unit, struct lc_ports *out,
                    struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_ports(struct lc_store *store, const char *unit, const struct lc_ports *ports,
                        struct lc_err *err) LC_MUST_CHECK; /* replaces all */

/* A unit's storage instances. */
struct lc_storage {
    char *id;   /* "data/0" */
    char *name; /* "data" */
    char *kind; /* "filesystem" or "block" */
    char *location;
    bool attached; /* storage-attached has run */
};

struct lc_storages {
    struct lc_storage *items; /* owned, by id */
    size_t count;
    size_t capacity;
};

#define LC_STORAGES_INIT                                                                           \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }

void lc_storages_release(struct lc_storages *storages);
LC_AUTO_VALUE(struct lc_storages, lc_storages_release);

bool lc_store_storages(struct lc_store *store, const char *unit, struct lc_storages *out,
                       struct lc_err *err) LC_MUST_CHECK;
/* A new instance, its folder made by the caller at *location_out, which is freed with lc_free. */
bool lc_store_add_storage(struct lc_store *store, const char *unit, const char *name,
                          const char *kind, const char *location, char **location_out,
                          struct lc_err *err) LC_MUST_CHECK;
bool lc_store_set_attached(struct lc_store *store, const char *id, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_remove_storage(struct lc_store *store, const char *id, struct lc_err *err)
    LC_MUST_CHECK;

/* Containers of a sidecar charm whose pebble-ready has not run yet. */
bool lc_store_unready_containers(struct lc_store *store, const char *unit, struct lc_strlist *out,
                                 struct lc_err *err) LC_MUST_CHECK;
/* The pod was replaced. */
bool lc_store_unready_all(struct lc_store *store, const char *unit, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_store_set_container(struct lc_store *store, const char *unit, const char *name, bool ready,
                            struct lc_err *err) LC_MUST_CHECK;

/* The names in the model's folder "charms", "units" or "storage" that something of the model owns:
 * charms of applications and those that units still run, units, storage. */
bool lc_store_folders(struct lc_store *store, const char *folder, struct lc_strlist *out,
                      struct lc_err *err) LC_MUST_CHECK;

#endif
