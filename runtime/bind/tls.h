/* Private to the files of charm.tls.core (mod_tls*.c): their functions and what they share. */
#ifndef LC_BIND_TLS_H
#define LC_BIND_TLS_H

#include "bind/bind.h"
#include "bind/charm.h"
#include "bind/x509.h"
#include "tls/ca.h"
#include "tls/databag.h"
#include "tls/provider.h"
#include "tls/requirer.h"

extern const luaL_Reg bind_tls_requirer[]; /* mod_tls_requirer.c */
extern const luaL_Reg bind_tls_provider[]; /* mod_tls_provider.c */
extern const luaL_Reg bind_tls_databag[];  /* mod_tls_databag.c */
extern const luaL_Reg bind_tls_policy[];   /* mod_tls_policy.c */

/* mod_tls_provider.c: what the boxes at arg hold. */
struct lc_provider *bind_check_provider(lua_State *L, int arg);
struct lc_ca *bind_check_ca(lua_State *L, int arg);

/* mod_tls_policy.c: what lua/charm/tls/provider.lua wants decided by a policy, a table at index
 * with by_policy, shadow, provider, endpoint, relation_id, remote_app, remote_unit, is_ca, journal,
 * and who signs: ca, or key, certificate, chain and validity. What was decided is told in its
 * fields decision and message. */
void bind_decide_by_policy(lua_State *L, int index, const struct lc_csr *csr,
                           struct lc_decision *out);
extern const luaL_Reg bind_tls_v3[]; /* mod_tls_v3.c */

/* What a charm.tls.Requirer holds. The core calls back into Lua: L is the thread to do it on, the
 * one that called into the core, or, when the host did, the main one. The functions are in the
 * registry; LUA_REFNIL for those that the author has not given. */
struct bind_requirer {
    struct lc_requirer *requirer;
    lua_State *L;
    int ask;    /* function(capabilities) -> list of { name, scope, attributes } */
    int adopt;  /* function(scope) -> where to look for an older charm's key */
    int accept; /* function(pair, { name, scope, attributes }) -> true, or false and why */
    int renew;  /* function(pair, now) -> a time, true for now, or nothing */
};

/* mod_tls_judge.c: the core's questions about certificates; context: a struct bind_requirer. */
bool bind_requirer_accept(void *context, const struct lc_tls_pair *pair,
                          const struct lc_tls_request *request, struct lc_err *refusal,
                          struct lc_err *err) LC_MUST_CHECK;
bool bind_requirer_renew(void *context, const struct lc_tls_pair *pair, int64_t now, int64_t *due,
                         struct lc_err *err) LC_MUST_CHECK;

/* The hook, or raises LC_ESTATE as bind_juju does. */
struct lc_tls_hook bind_check_tls_hook(lua_State *L, const char *what);

/* Capabilities both ways: a table with the fields of the wire; nil for "not said". */
void bind_push_capabilities(lua_State *L, const struct lc_capabilities *capabilities);
void bind_read_capabilities(lua_State *L, int index, struct lc_capabilities *out);

/* { code = "wildcard_not_allowed", number = 103, name, message, reason, provider, endpoint } */
void bind_push_denial(lua_State *L, const struct lc_error_entry *denial);

/* mod_tls_requirer.c. A certificate with what belongs to it, as a table: name, scope, key, csr,
 * certificate, ca, chain. */
struct lc_tls_pair *bind_scratch_pair(lua_State *L);
void bind_push_pair(lua_State *L, const struct lc_tls_pair *pair);

/* "unit" or "app" at arg; fallback for nil. */
enum lc_tls_scope bind_check_scope(lua_State *L, int arg, enum lc_tls_scope fallback);

/* Enter the core from this thread of the VM, on which it will call back; `bound` has a field L, the
 * thread it calls back on otherwise. The call cannot raise. */
#define BIND_ON_THREAD(bound, L, call)                                                             \
    __extension__({                                                                                \
        lua_State *host_thread_ = (bound)->L;                                                      \
        (bound)->L = (L);                                                                          \
        const bool done_ = (call);                                                                 \
        (bound)->L = host_thread_;                                                                 \
        done_;                                                                                     \
    })

#endif
