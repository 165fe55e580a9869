/* What a successful hook asked for, done in Juju's order (juju-hooks 1.5). */
#ifndef LC_MODEL_COMMIT_H
#define LC_MODEL_COMMIT_H

#include "model/context.h"

/* Within the caller's transaction. Secrets come first, each change on its own: what was done before
 * one is refused stays. Then relation settings, ports, state and storage, all or none.
 * *refused: Juju's rules forbid it, and err says why ("creating secrets: ..."); the hook has then
 * failed, and the caller's transaction goes on. False with *refused false: the store has failed. */
bool lc_commit(struct lc_context *context, bool *refused, struct lc_err *err) LC_MUST_CHECK;

/* In words, what lc_commit would change that other units are told of: "'key' in its databag of
 * db:1", "the content of secret ID". Appends. */
bool lc_commit_describe(struct lc_context *context, struct lc_strlist *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Secrets only. */
bool lc_commit_secrets(struct lc_context *context, bool *refused, struct lc_err *err) LC_MUST_CHECK;

/* The databag that a unit finds filled when it enters a relation. */
bool lc_commit_addresses(struct lc_store *store, const struct lc_unit *unit, int64_t relation,
                         struct lc_err *err) LC_MUST_CHECK;

#endif
