/* The parameters of an action against the schema that its charm declares (juju-hooks 1.16). */
#ifndef LC_CHARM_ACTION_H
#define LC_CHARM_ACTION_H

#include "charm/meta.h"

/* Put the schema's defaults into params, an object, and check it: LC_EUSAGE in Juju's words, with
 * the parameter's name, for one that is not in the schema, is missing, or is of another type or
 * value. */
bool lc_charm_action_complete(const struct lc_charm_action *action, struct lc_json *params,
                              struct lc_err *err) LC_MUST_CHECK;

#endif
