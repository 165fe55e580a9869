/* Private to the files of a policy's request (mod_policy_request.c, mod_policy_facts.c,
 * mod_policy_methods.c). */
#ifndef LC_BIND_POLICY_REQUEST_H
#define LC_BIND_POLICY_REQUEST_H

#include "bind/policy_private.h"
#include "bind/x509.h"

/* Each pushes one frozen value; all may raise. */
void bind_push_frozen_texts(lua_State *L, const struct lc_strlist *list);
void bind_push_subject_values(lua_State *L, const struct lc_csr *csr, const char *oid);
void bind_push_extension(lua_State *L, const struct lc_extension *extension);

/* Every other request; how many. May raise. */
size_t bind_request_others(lua_State *L, const struct lc_policy_request *request,
                           const struct lc_policy_other **out);

/* mod_policy_facts.c: what can be known, by name. push may raise. */
struct bind_fact {
    const char *name;
    void (*push)(lua_State *L, const struct lc_policy_request *request);
};
#define BIND_REQUEST_FACTS 30
extern const struct bind_fact bind_request_facts[BIND_REQUEST_FACTS];

#endif
