/* The port by hook commands: one child process per call, run through base/proc and found on PATH;
 * answers are read as JSON. Secret contents go in files of mode 0600 in a private folder, never in
 * argv, and the folder is gone when the call returns; databags go in on standard input. Long log
 * text goes in several commands, since one argument has at most 128 KiB.
 * The program must ignore SIGPIPE (base/proc.h). */
#ifndef LC_JUJU_TOOL_H
#define LC_JUJU_TOOL_H

#include "juju/ops.h"

#define LC_TOOL_TIMEOUT_MS (5 * 60 * 1000) /* of one hook command */

/* Bytes of an answer, and of what is given on standard input; of a secret's: base/secret.h. A
 * databag of tls/databag.h's limit as JSON in JSON, in which each quote and backslash takes two. */
#define LC_TOOL_MAX_OUTPUT (256u * 1024 * 1024)

struct lc_tool;

/* timeout_ms: 0 is LC_TOOL_TIMEOUT_MS. The port is lc_tool_port(tool), as long as tool lives. */
bool lc_tool_new(int64_t timeout_ms, struct lc_tool **out, struct lc_err *err) LC_MUST_CHECK;
void lc_tool_free(struct lc_tool *tool);
LC_AUTO_POINTER(struct lc_tool, lc_tool_free);

/* Removes the contents of secrets that processes of our user have left in temporary folders because
 * they were killed. For the start of a hook. */
void lc_tool_sweep(void);
const struct lc_juju *lc_tool_port(const struct lc_tool *tool);

#endif
