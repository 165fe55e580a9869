/* What the program does when it is started under a hook command's name: it asks the model over the
 * unix socket and prints the answer. Also the model's clock, for programs that run in a model. */
#ifndef LC_MODEL_HOOKTOOL_H
#define LC_MODEL_HOOKTOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/* The name of a link that the model puts among the hook commands, and nobody else: a child finds it
 * in the first folder of PATH and knows where it runs. Started under this name the program prints
 * the model's time. */
#define LC_MODEL_CLOCK "luacharm-model-clock"

/* Whether argv[0], with or without folders, is a hook command's name. */
bool lc_hooktool_is(const char *argv0);

/* Returns the exit status. Uses JUJU_CONTEXT_ID, JUJU_AGENT_SOCKET_ADDRESS and
 * JUJU_AGENT_SOCKET_NETWORK; standard input is read only for a command that wants it. */
int lc_hooktool_main(int argc, char **argv);

/* Whether this process is a hook in a local model. */
bool lc_model_clock_is_there(bool *out, struct lc_err *err) LC_MUST_CHECK;

/* The model's time, seconds since the epoch; asked of the model with each call. LC_ESTATE when this
 * process is not a hook in a model; LC_EIO, LC_EPARSE when the model does not answer well. */
bool lc_model_clock(int64_t *now_out, struct lc_err *err) LC_MUST_CHECK;

#endif
