/* A policy as an object of a charm's VM: what the files that hand it out or take it share. */
#ifndef LC_BIND_POLICY_BOX_H
#define LC_BIND_POLICY_BOX_H

#include "bind/policy.h"
#include "bind/tls.h"

extern const struct bind_class bind_policy_class; /* a struct bind_policy * */
struct bind_policy *bind_check_policy(lua_State *L, int arg);

#endif
