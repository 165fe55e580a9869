/* What the verbs of `luacharm model` share. */
#ifndef LC_CLI_MODEL_H
#define LC_CLI_MODEL_H

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/cmd.h"
#include "model/settle.h"
#include "model/status.h"
#include "model/store.h"

/* Options that many verbs have. */
#define MODEL_OPTION                                                                               \
    {                                                                                              \
        "model", 'm', "DIR", "the model's folder (default: .luacharm)"                             \
    }
#define JSON_OPTION                                                                                \
    {                                                                                              \
        "json", 0, NULL, "as JSON"                                                                 \
    }
#define SETTLE_OPTIONS                                                                             \
    { "retries", 0, "N", "tries of a hook that fails (default: 3)" },                              \
        { "jobs", 'j', "N",                                                                        \
          "hooks at once, each of another unit (default: as many as there are processors)" },      \
        { "seed", 0, "N",                                                                          \
          "from here on draw from N what Juju leaves open: the order of units, of relations, of"   \
          " secret-ids; the same model and seed run the same hooks in the same order, with any "   \
          "--jobs" },                                                                              \
    {                                                                                              \
        "hook-timeout", 0, "DURATION", "how long one hook may take (default: 5m)"                  \
    }
#define NO_SETTLE_OPTION                                                                           \
    {                                                                                              \
        "no-settle", 0, NULL, "do not run what is pending, before or after"                        \
    }
#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }

const char *model_folder(const struct lc_args *args);
bool model_open(const struct lc_args *args, enum lc_store_mode mode, struct lc_store **out,
                struct lc_err *err) LC_MUST_CHECK;

/* All of them, in one transaction; their last hooks run with lc_settle. */
bool model_remove_applications(struct lc_store *store, struct lc_err *err) LC_MUST_CHECK;

/* That another command holds the lock. */
void model_say_waiting(void);

/* Removes what applications and units that are gone have left on disk; store: open for work, or
 * NULL. */
void model_sweep(struct lc_store *store);
/* Of a model that is made; --seed, which others have too, stands by itself. */
#define NEW_OPTIONS                                                                                \
    { "at", 0, "TIME", "what time it is in the model (default: now)" },                            \
    {                                                                                              \
        "juju-version", 0, "V",                                                                    \
            "which Juju it is, 3.0 to 4.0 (default: " LC_MODEL_JUJU_VERSION ")"                    \
    }
/* --at, --seed, --juju-version; what is not given stays as it is in out. */
bool model_read_new(const struct lc_args *args, struct lc_store_new *out, struct lc_err *err)
    LC_MUST_CHECK;
/* LC_EUSAGE for what is not a version such as 3.6.26. */
bool model_check_version(const char *version, struct lc_err *err) LC_MUST_CHECK;

/* The exit status for a failure. */
int model_fail(const struct lc_err *err);

/* A whole number of an option; *out stays when it was not given. */
bool model_number(const struct lc_args *args, const char *option, int64_t max, int64_t *out,
                  struct lc_err *err) LC_MUST_CHECK;

/* A model with its agent, for verbs that run hooks. Ctrl-C stops between hooks. */
struct model_work {
    struct lc_store *store;
    struct lc_agent agent;
    struct lc_settle_options settle;
    bool on_stderr; /* where the lines about hooks go */
    bool progress;  /* a line about what goes on is drawn on standard error, a terminal */
    bool drawn;     /* and is there now */
    int unit_width; /* characters of the longest unit's name */
};

/* Ctrl-C and TERM (model_progress.c): the first ends what goes on between hooks, the second kills
 * the hooks that run. */
bool model_catch_interrupt(struct lc_err *err) LC_MUST_CHECK;
enum lc_stop model_wanted_stop(void *context);
/* The exit status when it was stopped so, as a shell gives it (130 for Ctrl-C); 0 otherwise. */
int model_interrupted(void);

/* "12 hooks done, 2 running, 5 units pending: web/0 install, 3 s", redrawn in its place. context:
 * the model_work. */
void model_draw_progress(void *context, const struct lc_progress *progress);
void model_clear_progress(struct model_work *work);

/* work must stay where it is. */
bool model_work_open(const struct lc_args *args, bool on_stderr, struct model_work *work,
                     struct lc_err *err) LC_MUST_CHECK;
bool model_work_open_in(const char *folder, const struct lc_args *args, bool on_stderr,
                        struct model_work *work, struct lc_err *err) LC_MUST_CHECK;
void model_work_release(struct model_work *work);
LC_AUTO_VALUE(struct model_work, model_work_release);

/* What is pending, unless --no-settle. Hooks that fail are told and do not count: they are not this
 * verb's business. mends: the unit whose failed hook is tried again, "" for none's. */
bool model_settle(const struct lc_args *args, struct model_work *work, const char *mends,
                  struct lc_err *err) LC_MUST_CHECK;

/* A table: columns as wide as their widest cell, in characters. What a terminal would act on (line
 * ends, escape sequences of a charm's message) is shown as \xNN. */
#define MODEL_COLUMN(number) (1u << (number))
struct model_table {
    struct lc_strlist cells; /* the heading, then row by row */
    size_t columns;
    unsigned right;    /* MODEL_COLUMNs that are numbers: they end under each other */
    unsigned coloured; /* MODEL_COLUMNs that are statuses: in their colour, on a terminal */
};
bool model_table_add(struct model_table *table, struct lc_err *err, size_t count,
                     const char *const *cells) LC_MUST_CHECK;
#define MODEL_ROW(table, err, ...)                                                                 \
    model_table_add((table), (err), LC_COUNT(((const char *const[]){ __VA_ARGS__ })),              \
                    (const char *const[]){ __VA_ARGS__ })
void model_table_print(const struct model_table *table);
void model_table_release(struct model_table *table);
LC_AUTO_VALUE(struct model_table, model_table_release);

/* "443/tcp 8000-8010/udp": the ports that are open on all endpoints. */
bool model_list_ports(struct lc_store *store, const char *unit, struct lc_buf *out,
                      struct lc_err *err) LC_MUST_CHECK;
/* The members status, message and since. */
void model_put_status(struct lc_json_writer *json, const struct lc_status *status);

/* Print what a writer has put together, as it is or as YAML. */
bool model_print_json(const struct lc_buf *json, struct lc_err *err) LC_MUST_CHECK;
bool model_print(const struct lc_args *args, const struct lc_buf *json, struct lc_err *err)
    LC_MUST_CHECK; /* --json decides */

/* A member that is text, or a time (0: none). */
void model_put_pair(struct lc_json_writer *json, const char *key, const char *value);
void model_put_time(struct lc_json_writer *json, const char *key, int64_t time);

/* What the verbs show, as JSON: status, show-unit (the unit's own object), secrets, debug-log. */
bool model_show_status(struct lc_store *store, struct lc_json_writer *json, struct lc_err *err)
    LC_MUST_CHECK;
bool model_show_unit(struct lc_store *store, const struct lc_unit *unit,
                     struct lc_json_writer *json, struct lc_err *err) LC_MUST_CHECK;
bool model_show_secrets(struct lc_store *store, struct lc_json_writer *json, struct lc_err *err)
    LC_MUST_CHECK;
bool model_show_log(struct lc_store *store, enum lc_level least, const struct lc_strlist *units,
                    int64_t count, struct lc_json_writer *json, struct lc_err *err) LC_MUST_CHECK;
/* LC_EUSAGE for what is none. */
bool model_parse_level(const char *text, enum lc_level *out, struct lc_err *err) LC_MUST_CHECK;

extern const struct lc_cmd model_cmd_new;
extern const struct lc_cmd model_cmd_destroy;
extern const struct lc_cmd model_cmd_deploy;
extern const struct lc_cmd model_cmd_add_unit;
extern const struct lc_cmd model_cmd_remove_unit;
extern const struct lc_cmd model_cmd_remove_application;
extern const struct lc_cmd model_cmd_integrate;
extern const struct lc_cmd model_cmd_remove_relation;
extern const struct lc_cmd model_cmd_config;
extern const struct lc_cmd model_cmd_refresh;
extern const struct lc_cmd model_cmd_set_leader;
extern const struct lc_cmd model_cmd_settle;
extern const struct lc_cmd model_cmd_advance;
extern const struct lc_cmd model_cmd_run;
extern const struct lc_cmd model_cmd_exec;
extern const struct lc_cmd model_cmd_fire;
extern const struct lc_cmd model_cmd_resolved;
extern const struct lc_cmd model_cmd_status;
extern const struct lc_cmd model_cmd_show_unit;
extern const struct lc_cmd model_cmd_secrets;
extern const struct lc_cmd model_cmd_show_secret;
extern const struct lc_cmd model_cmd_debug_log;
extern const struct lc_cmd model_cmd_play;
extern const struct lc_cmd model_cmd_timeline;

#endif
