/* What a hook's changes to databags and secrets say about certificates, kept as events
 * (store_event.h). Data of charms is hostile: what cannot be read is passed over. Nothing of a
 * private key is kept but the digest of its public half. */
#ifndef LC_MODEL_TRACE_H
#define LC_MODEL_TRACE_H

#include "model/content.h"
#include "model/context.h"

/* Before the changes are made, within their transaction. Looks at the relations of interface
 * tls-certificates only (tls-certificates 1.3 to 1.5). holder: whose databag it is. */
bool lc_trace_bag(struct lc_context *context, int64_t relation, const char *holder,
                  const struct lc_strmap *changes, struct lc_err *err) LC_MUST_CHECK;

/* A new revision; owner: of the secret. */
bool lc_trace_secret(struct lc_context *context, const char *owner,
                     const struct lc_content *content, struct lc_err *err) LC_MUST_CHECK;

#endif
