/* What a charm registers while it is loaded: handlers of events and actions, what collects the
 * status, and the life cycles of its certificates. mod_core and mod_tls add to it; host/ works it,
 * once in each hook:
 *
 *     each life cycle's handle → each life cycle's deliver → the handlers of the event or action
 *     → the status handlers → each life cycle's finish → the session's flush
 *
 * Every function here that the host calls is a Lua function without arguments, kept in the
 * registry: the Lua half (lua/charm/events.lua, lua/charm/tls.lua) wraps the author's handler in
 * one that makes the objects which the author's handler gets. So the host pushes nothing, and all
 * that can raise runs under bind_vm_call. */
#ifndef LC_BIND_CHARM_H
#define LC_BIND_CHARM_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "bind/vm.h"
#include "tls/hook.h"

enum bind_handler_kind {
    BIND_ON_EVENT,  /* name: "config-changed", "certificates-relation-joined" */
    BIND_ON_ACTION, /* name: the action's */
    BIND_ON_STATUS  /* name: "" */
};

struct bind_handler {
    enum bind_handler_kind kind;
    char *name;   /* owned */
    int function; /* in the registry */
};

/* A life cycle, such as one `tls.requires`: its C half, and how its events reach the author. self
 * is what the object's box holds; the reference keeps that box alive as long as the charm. */
struct bind_lifecycle {
    const char *endpoint; /* borrowed from self */
    void *self;
    /* What the hook's event asks for, before any handler. */
    bool (*handle)(void *self, const struct lc_tls_hook *hook, struct lc_err *err);
    /* Write what was announced, after all handlers and before the session is flushed. */
    bool (*finish)(void *self, const struct lc_tls_hook *hook, struct lc_err *err);
    int object;  /* in the registry */
    int deliver; /* in the registry: hands what happened to the author's handlers, one event after
                    another until none is left; LUA_NOREF for a life cycle without events */
};

enum bind_name {
    BIND_NAME_EVENT,
    BIND_NAME_ACTION,
    BIND_NAME_ENDPOINT, /* of any role and interface */
    BIND_NAME_BINDING,  /* an endpoint, or an extra binding */
    BIND_NAME_OPTION,   /* of the configuration */
    BIND_NAME_STORAGE,
    BIND_NAME_RESOURCE,
    BIND_NAME_TLS_REQUIRER, /* an endpoint that requires tls-certificates */
    BIND_NAME_TLS_PROVIDER, /* one that provides it */
};

struct bind_charm {
    struct bind_handler *handlers; /* in the order of registration */
    size_t handler_count;
    size_t handler_capacity;
    struct bind_lifecycle *lifecycles;
    size_t lifecycle_count;
    size_t lifecycle_capacity;
    const char **endpoints; /* of the life cycles; ends with NULL once there is one */
    size_t endpoint_capacity;
    /* Whether the charm's metadata has this endpoint, option or the like, or can produce this
     * event: false with LC_EUSAGE says what there is instead, and which of that is nearest. Set by
     * the host before the charm is loaded; NULL: names are not checked. */
    bool (*knows)(void *context, enum bind_name what, const char *name, struct lc_err *err);
    void *knows_context;
};

/* The VM's charm; the first call makes it, as a userdata that the registry keeps, and puts it into
 * the context. May raise. */
struct bind_charm *bind_charm(lua_State *L);

/* Register the function at arg, of a kind and under a name. May raise. The name is not checked. */
void bind_charm_add_handler(lua_State *L, enum bind_handler_kind kind, const char *name, int arg);

/* Raises LC_EUSAGE for a name that the charm's metadata does not know. */
void bind_charm_check_name(lua_State *L, enum bind_name what, const char *name);

/* Register the life cycle whose box is at object, with its `deliver` function at deliver (0: none).
 * lifecycle->object and ->deliver are filled in here. Raises an argument error for an endpoint that
 * has one already. */
void bind_charm_add_lifecycle(lua_State *L, const struct bind_lifecycle *lifecycle, int object,
                              int deliver);

/* The hook as the tls layer sees it; a view of the context, which must be one of a hook. */
struct lc_tls_hook bind_tls_hook(const struct bind_context *context);

#endif
