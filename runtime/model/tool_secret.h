/* What the secret commands and the commit share: names, rights, times (juju-hooks 3). */
#ifndef LC_MODEL_TOOL_SECRET_H
#define LC_MODEL_TOOL_SECRET_H

#include "model/store_secret.h"
#include "model/tools.h"

#define LC_SECRET_ID_BYTES 21 /* 20 characters and NUL */

/* Any of the forms of juju-hooks 3.1. *foreign: it names another model, where nothing can be found.
 * LC_EUSAGE: `secret URI "x" not valid`. */
bool lc_secret_parse(const struct lc_store *store, const char *text, char id[LC_SECRET_ID_BYTES],
                     bool *foreign, struct lc_err *err) LC_MUST_CHECK;

/* A new id, which is used up whatever becomes of the hook. */
bool lc_secret_new_id(struct lc_context *context, char id[LC_SECRET_ID_BYTES], struct lc_err *err)
    LC_MUST_CHECK;

/* Owner unit, or leader of the owning application. */
bool lc_secret_manages(struct lc_context *context, const struct lc_secret_meta *meta, bool *out,
                       struct lc_err *err) LC_MUST_CHECK;
/* Owner in the wider sense, or granted. */
bool lc_secret_may_read(struct lc_context *context, const struct lc_secret_meta *meta, bool *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* The id that the n-th positional gives, which must be there (`missing secret URI`). */
bool lc_secret_argument(struct lc_call *call, char id[LC_SECRET_ID_BYTES], bool *foreign,
                        struct lc_err *err) LC_MUST_CHECK;

/* The time of the rotation after `last`; 0 for "never". */
int64_t lc_secret_next_rotation(const char *policy, int64_t last);
bool lc_secret_is_policy(const char *policy);

/* --expire: a time, or a Go duration from now (juju-hooks 3.6). */
bool lc_secret_parse_expire(const char *text, int64_t now, int64_t *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The options and content of secret-add and secret-set. from: the first positional of the content.
 */
bool lc_secret_read_args(struct lc_call *call, size_t from, struct lc_secret_args *out,
                         struct lc_err *err) LC_MUST_CHECK;

#endif
