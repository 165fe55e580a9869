/* Private to the process backend (tool*.c): one hook command, run and read. */
#ifndef LC_JUJU_TOOL_PRIVATE_H
#define LC_JUJU_TOOL_PRIVATE_H

#include "juju/tool.h"

struct lc_tool {
    struct lc_juju port;
    int64_t timeout_ms;
};

/* A command and what it is given. */
struct tool_call {
    const char *const *words; /* its name and arguments; NULL ones are left out */
    size_t word_count;
    const struct lc_strlist *more; /* arguments that follow; NULL: none */
    const char *input;             /* standard input; NULL: none */
    size_t input_len;
};

/* TOOL_CALL("relation-list", "--format=json", app ? "--app" : NULL, "-r", id) */
#define TOOL_CALL(...)                                                                             \
    {                                                                                              \
        .words = (const char *const[]){ __VA_ARGS__ },                                             \
        .word_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)          \
    }

/* One argument may have this many bytes: the kernel's limit of 128 KiB with its NUL. */
#define TOOL_ARGUMENT_MAX_BYTES ((size_t)128 * 1024 - 1)

/* Run it; the answer is dropped, read as text (the last line feed dropped), or as JSON. A secret
 * answer goes through cleansed memory only, and no error quotes it. Messages begin with the
 * command's name; codes as in ops.h. */
bool tool_do(const struct lc_tool *tool, const struct tool_call *call, struct lc_err *err)
    LC_MUST_CHECK;
bool tool_text(const struct lc_tool *tool, const struct tool_call *call, char **out,
               struct lc_err *err) LC_MUST_CHECK;
bool tool_json(const struct lc_tool *tool, const struct tool_call *call, struct lc_json **out,
               struct lc_err *err) LC_MUST_CHECK;
bool tool_secret_json(const struct lc_tool *tool, const struct tool_call *call,
                      struct lc_json **out, struct lc_err *err) LC_MUST_CHECK;

/* JSON of one shape; null is an empty list, map or object. Another shape is LC_EPARSE. */
bool tool_string(const struct lc_tool *tool, const struct tool_call *call, char **out,
                 struct lc_err *err) LC_MUST_CHECK;
bool tool_strings(const struct lc_tool *tool, const struct tool_call *call, struct lc_strlist *out,
                  struct lc_err *err) LC_MUST_CHECK;
bool tool_map(const struct lc_tool *tool, const struct tool_call *call, struct lc_strmap *out,
              struct lc_err *err) LC_MUST_CHECK;
bool tool_object(const struct lc_tool *tool, const struct tool_call *call, struct lc_json **out,
                 struct lc_err *err) LC_MUST_CHECK;

/* LC_EPARSE, "<command>: expected <expected>, got <what json is>". Always false. */
bool tool_unexpected(const struct tool_call *call, const char *expected, const struct lc_json *json,
                     struct lc_err *err);

/* A string's text for a map or list of C strings: a NUL in it becomes U+FFFD, as Juju does with
 * what is no text. Freed with lc_free; NULL when out of memory. */
char *tool_dup_string(const struct lc_json *string) LC_MUST_CHECK;

/* {"key":"value",...} as the standard input of relation-set and state-set (juju-hooks 2.5). */
void tool_encode(const struct lc_strmap *map, struct lc_buf *out);

/* The operations, one file a family. */
bool tool_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                       struct lc_err *err);
bool tool_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                        struct lc_err *err);
bool tool_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err);
bool tool_relation_get(void *context, const char *relation_id, bool app, const char *who,
                       struct lc_strmap *out, struct lc_err *err);
bool tool_relation_set(void *context, const char *relation_id, bool app,
                       const struct lc_strmap *changes, struct lc_err *err);
bool tool_relation_model(void *context, const char *relation_id, char **uuid_out,
                         struct lc_err *err);
bool tool_goal_state(void *context, struct lc_json **out, struct lc_err *err);

bool tool_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                     struct lc_err *err);
bool tool_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                     struct lc_err *err);
bool tool_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                     struct lc_secret_content *out, struct lc_err *err);
bool tool_secret_info(void *context, const char *id, const char *label, struct lc_secret_info *out,
                      struct lc_err *err);
bool tool_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err);
bool tool_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                       struct lc_err *err);
bool tool_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                        struct lc_err *err);
bool tool_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err);

bool tool_is_leader(void *context, bool *out, struct lc_err *err);
bool tool_leader_get(void *context, struct lc_strmap *out, struct lc_err *err);
bool tool_leader_set(void *context, const struct lc_strmap *changes, struct lc_err *err);
bool tool_config_get(void *context, struct lc_json **out, struct lc_err *err);
bool tool_status_set(void *context, bool app, const char *status, const char *message,
                     struct lc_err *err);
bool tool_status_get(void *context, bool app, struct lc_json **out, struct lc_err *err);
bool tool_log(void *context, enum lc_level level, const char *text, struct lc_err *err);
bool tool_version_set(void *context, const char *version, struct lc_err *err);
bool tool_state_get(void *context, struct lc_strmap *out, struct lc_err *err);
bool tool_state_set(void *context, const struct lc_strmap *changes, struct lc_err *err);
bool tool_state_delete(void *context, const char *key, struct lc_err *err);
bool tool_reboot(void *context, bool now, struct lc_err *err);

bool tool_port_open(void *context, const char *ports, const char *endpoints, struct lc_err *err);
bool tool_port_close(void *context, const char *ports, const char *endpoints, struct lc_err *err);
bool tool_ports_opened(void *context, struct lc_strlist *out, struct lc_err *err);
bool tool_ports_by_endpoint(void *context, struct lc_strmap *out, struct lc_err *err);
bool tool_network_get(void *context, const char *binding, const char *relation_id,
                      struct lc_json **out, struct lc_err *err);
bool tool_unit_get(void *context, bool is_public, char **address_out, struct lc_err *err);

bool tool_action_get(void *context, struct lc_json **out, struct lc_err *err);
bool tool_action_set(void *context, const struct lc_strmap *results, struct lc_err *err);
bool tool_action_fail(void *context, const char *message, struct lc_err *err);
bool tool_action_log(void *context, const char *message, struct lc_err *err);

bool tool_credential_get(void *context, struct lc_json **out, struct lc_err *err);
bool tool_storage_list(void *context, const char *name, struct lc_strlist *out, struct lc_err *err);
bool tool_storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err);
bool tool_storage_add(void *context, const char *name, int64_t count, struct lc_err *err);
bool tool_resource_get(void *context, const char *name, char **path_out, struct lc_err *err);

#endif
