/* The server's side of the hook commands (juju-hooks 2): a table from a command's name to its flags
 * and the function that does it. The functions are in tool_<family>.c.
 *
 * A function writes its answer to call->out and returns true, or fails: LC_EUSAGE is exit status 2,
 * everything else 1, and the message is what the charm sees after "ERROR ". */
#ifndef LC_MODEL_TOOLS_H
#define LC_MODEL_TOOLS_H

#include "base/secret.h"
#include "model/context.h"
#include "model/flags.h"
#include "model/output.h"
#include "model/wire.h"

struct lc_call {
    struct lc_context *context;
    const struct lc_tool *tool;
    const struct lc_wire_request *request;
    const char *folder; /* where the command was called */
    struct lc_flags flags;
    enum lc_format format;
    bool needs_input; /* set by a function that wants standard input and has none yet */
    int exit_code;    /* of a command that worked; 0 but for is-leader's kind of answer */
    struct lc_buf *out;
    struct lc_buf *err; /* notes beside an answer */
};

enum lc_tool_formats {
    LC_TOOL_PLAIN, /* no --format */
    LC_TOOL_SMART, /* smart (the default), yaml, json; also -o */
    LC_TOOL_YAML   /* yaml (the default), json; also -o */
};

struct lc_tool {
    const char *name;
    const char *usage; /* after the name */
    const char *summary;
    enum lc_tool_formats formats;
    const struct lc_flag *flags; /* the command's own; ends with a NULL name */
    bool (*run)(struct lc_call *call, struct lc_err *err);
};

/* Whether the model's Juju has this command. */
bool lc_tool_is_offered(const struct lc_tool *tool, const struct lc_store *store);

/* By name; NULL when there is none. The n-th; NULL past the last. */
const struct lc_tool *lc_tool_find(const char *name);
const struct lc_tool *lc_tool_at(size_t index);

/* Answers one request, whose context id has been checked. The reply's bytes are owned by it. Fails
 * only when there is no memory for an answer. */
bool lc_tools_answer(struct lc_context *context, const struct lc_wire_request *request,
                     struct lc_wire_reply *reply, struct lc_err *err) LC_MUST_CHECK;

/* For the functions. */

/* The n-th positional, or NULL. */
const char *lc_call_arg(const struct lc_call *call, size_t index);

/* The relation that -r names or that the hook is about: in relation_out, as the unit's application
 * sees it. *given_out: whether there is one at all; what is named and not there fails. */
bool lc_call_relation(struct lc_call *call, struct lc_relation *relation_out, bool *given_out,
                      struct lc_err *err) LC_MUST_CHECK;
/* The same, with `no relation id specified` when there is none. */
bool lc_call_need_relation(struct lc_call *call, struct lc_relation *relation_out,
                           struct lc_err *err) LC_MUST_CHECK;

/* key=value arguments, trimmed, onto out (juju-hooks 2.1). */
bool lc_call_key_values(const struct lc_call *call, struct lc_strmap *out, struct lc_err *err)
    LC_MUST_CHECK;
/* --file: a YAML mapping of scalars, not trimmed, onto out; with "-" from standard input, where
 * call->needs_input may be set instead. */
bool lc_call_file_values(struct lc_call *call, struct lc_strmap *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The family functions, for the table. */
bool lc_tool_relation_ids(struct lc_call *call, struct lc_err *err);
bool lc_tool_relation_list(struct lc_call *call, struct lc_err *err);
bool lc_tool_relation_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_relation_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_relation_model_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_is_leader(struct lc_call *call, struct lc_err *err);
bool lc_tool_leader_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_leader_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_config_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_status_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_status_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_juju_log(struct lc_call *call, struct lc_err *err);
bool lc_tool_version_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_open_port(struct lc_call *call, struct lc_err *err);
bool lc_tool_close_port(struct lc_call *call, struct lc_err *err);
bool lc_tool_opened_ports(struct lc_call *call, struct lc_err *err);
bool lc_tool_network_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_unit_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_state_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_state_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_state_delete(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_add(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_info_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_ids(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_grant(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_revoke(struct lc_call *call, struct lc_err *err);
bool lc_tool_secret_remove(struct lc_call *call, struct lc_err *err);
bool lc_tool_action_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_action_set(struct lc_call *call, struct lc_err *err);
bool lc_tool_action_fail(struct lc_call *call, struct lc_err *err);
bool lc_tool_action_log(struct lc_call *call, struct lc_err *err);
bool lc_tool_goal_state(struct lc_call *call, struct lc_err *err);
bool lc_tool_credential_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_storage_list(struct lc_call *call, struct lc_err *err);
bool lc_tool_storage_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_storage_add(struct lc_call *call, struct lc_err *err);
bool lc_tool_resource_get(struct lc_call *call, struct lc_err *err);
bool lc_tool_reboot(struct lc_call *call, struct lc_err *err);
bool lc_tool_model_clock(struct lc_call *call, struct lc_err *err);

#endif
