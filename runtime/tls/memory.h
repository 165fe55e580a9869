/* What a life cycle remembers between hooks, in Juju's stored state under one key: which relation
 * is served and in which mode, and for each CSR what has been announced, denied, decided or kept in
 * a secret. Losing it costs a repeat, nothing else. */
#ifndef LC_TLS_MEMORY_H
#define LC_TLS_MEMORY_H

#include "base/strlist.h"
#include "base/strmap.h"
#include "tls/hook.h"

/* Facts about a CSR. Each holds a short digest, or "" for "known: not so". */
enum lc_fact {
    LC_FACT_ANNOUNCED, /* certificate, CA and chain as they were announced */
    LC_FACT_DENIED, /* the denial as it was announced; a provider: what was denied by which policy
                     */
    LC_FACT_STORED, /* the certificate that its secret holds */
    LC_FACT_COUNT
};

#define LC_MEMORY_MAX_BYTES 65000 /* one value of Juju's state holds 65536 (juju-hooks 2.13) */

#define LC_MEMORY_MAX_LEFTOVERS 32

struct lc_memory {
    char *state_key;
    char *relation_id;           /* NULL: none served so far */
    char *mode;                  /* in which the databags were last put in order; NULL: not known */
    bool kept_for_app;           /* this unit has kept certificates of the application, as leader */
    struct lc_strlist leftovers; /* hashes of v3's requests, whose secrets wait for a successor */
    struct lc_strmap facts;      /* short CSR hash -> the facts, in their short text form */
    bool loaded;
    bool was_read; /* loaded from the state, and not started empty */
    bool changed;
};

#define LC_MEMORY_INIT                                                                             \
    {                                                                                              \
        .state_key = NULL                                                                          \
    }

void lc_memory_release(struct lc_memory *memory);

/* For an endpoint: the state key "luacharm-tls-<endpoint>". Nothing is read yet. */
bool lc_memory_init(struct lc_memory *memory, const char *endpoint, struct lc_err *err)
    LC_MUST_CHECK;

/* Read the state, once; something unreadable there is forgotten, with a log line. */
bool lc_memory_load(struct lc_memory *memory, const struct lc_tls_hook *hook, struct lc_err *err)
    LC_MUST_CHECK;

/* Nothing is known: for a databag without requests, where the state need not be read. A later load
 * reads it all the same. */
void lc_memory_start_empty(struct lc_memory *memory);

/* Write it if it changed (gathered by the session). When it is over LC_MEMORY_MAX_BYTES, facts are
 * dropped until it fits. */
bool lc_memory_save(struct lc_memory *memory, const struct lc_tls_hook *hook, struct lc_err *err)
    LC_MUST_CHECK;

bool lc_memory_serve(struct lc_memory *memory, const char *relation_id, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_memory_set_mode(struct lc_memory *memory, const char *mode, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_memory_is_mode(const struct lc_memory *memory, const char *mode);
void lc_memory_set_kept_for_app(struct lc_memory *memory, bool kept);

/* hash: all of it. More than LC_MEMORY_MAX_LEFTOVERS are not remembered. */
bool lc_memory_leave_over(struct lc_memory *memory, const char *hash, struct lc_err *err)
    LC_MUST_CHECK;
void lc_memory_forget_leftovers(struct lc_memory *memory);

/* hash: of the CSR. Whether anything is known about it: we sent it, or have seen its answer. */
bool lc_memory_knows(const struct lc_memory *memory, const char *hash);
/* Whether the fact is known to be exactly this digest ("" included). */
bool lc_memory_is(const struct lc_memory *memory, const char *hash, enum lc_fact fact,
                  const char *digest);
bool lc_memory_note(struct lc_memory *memory, const char *hash, enum lc_fact fact,
                    const char *digest, struct lc_err *err) LC_MUST_CHECK;
void lc_memory_forget(struct lc_memory *memory, const char *hash);
void lc_memory_forget_csrs(struct lc_memory *memory); /* and the relation */
void lc_memory_forget_all(struct lc_memory *memory);

/* Forget the CSRs for which keep says no. */
void lc_memory_prune(struct lc_memory *memory, bool (*keep)(void *context, const char *short_hash),
                     void *context);

/* How much of a hash is kept: the first digits, with the NUL. */
#define LC_SHORT_HASH 17
void lc_short_hash(const char *hash, char out[LC_SHORT_HASH]);

#endif
