/* What every binding is made of: boxes, scratch objects, argument checks, failure results.
 * The rule (style guide 3 and 5): a frame holds a lua_State or owns a resource, never both. So the
 * resource is made straight into a box or a scratch object that exists already. */
#ifndef LC_BIND_BIND_H
#define LC_BIND_BIND_H

#include <lauxlib.h>
#include <lua.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "bind/vm.h"

/* Metatable names; the same as the classes in lua/charm/_meta, since argument errors show them. */
#define BIND_KEY      "charm.Key"
#define BIND_CSR      "charm.Csr"
#define BIND_CERT     "charm.Certificate"
#define BIND_CHAIN    "charm.Chain"
#define BIND_SECRET   "charm.Secret" /* bytes that are secret: a value, not a Juju secret */
#define BIND_REQUIRER "charm.tls.Requirer"
#define BIND_PROVIDER "charm.tls.Provider"
#define BIND_CA       "charm.tls.Ca"

/* Boxes: full userdata that hold one pointer, with __gc and __close, locked __metatable. A closed
 * box holds NULL and is refused by bind_check. */
struct bind_class {
    const char *name;            /* BIND_KEY */
    void (*release)(void *);     /* of what the box holds */
    const luaL_Reg *methods;     /* ends with { NULL, NULL } */
    const luaL_Reg *metamethods; /* __tostring, __eq, ...; __gc, __close, __index are added */
};

/* Make the class known; leaves nothing on the stack. Call in luaopen. */
void bind_define(lua_State *L, const struct bind_class *class_);

/* Push an empty box; the address of its slot, to be filled at once. May raise. */
void *bind_newbox(lua_State *L, const char *class_name);

/* The pointer in the box at arg; raises an argument error for anything else or a closed box. */
void *bind_check(lua_State *L, int arg, const char *class_name);
/* NULL instead of raising. */
void *bind_test(lua_State *L, int arg, const char *class_name);

/* Scratch: C values that live until the calling C function returns or raises. Each pushes one
 * to-be-closed userdata; leave it on the stack. May raise. */
struct lc_buf *bind_scratch_buf(lua_State *L, size_t max);
struct lc_secret *bind_scratch_secret(lua_State *L);
struct lc_strlist *bind_scratch_strlist(lua_State *L);
struct lc_strmap *bind_scratch_strmap(lua_State *L);
/* A slot for one pointer, released with `release` if it is not NULL. */
void **bind_scratch_pointer(lua_State *L, void (*release)(void *));

/* Failures. */
/* Return values of a parser or look-up: nil, message, code. */
int bind_fail(lua_State *L, const struct lc_err *err);
/* Raise an error object { code, message } with __tostring, position of the author's code in front.
 */
int bind_raise(lua_State *L, const struct lc_err *err);

/* Options in one table at arg: raises for a key that is not in names (NULL-terminated), naming it
 * and the nearest known one; nil is an empty table. */
void bind_check_options(lua_State *L, int arg, const char *const *names);
/* Fields of it; raise with the field's name, what was expected and what came. NULL/fallback when
 * nil. */
const char *bind_field_string(lua_State *L, int arg, const char *name);
bool bind_field_boolean(lua_State *L, int arg, const char *name, bool fallback);
lua_Integer bind_field_integer(lua_State *L, int arg, const char *name, lua_Integer fallback);
lua_Number bind_field_number(lua_State *L, int arg, const char *name, lua_Number fallback);
int64_t bind_field_duration(lua_State *L, int arg, const char *name, int64_t fallback); /* "90d" */
/* A list of texts; a single text raises with a message that says so (X509-042). */
void bind_field_strings(lua_State *L, int arg, const char *name, struct lc_strlist *out);

/* Bytes of a string, key (its PEM) or secret at arg, for sinks: written into out, which is scratch.
 */
void bind_check_bytes(lua_State *L, int arg, struct lc_secret *out);

/* Bytes that are secret, as authors hold them: a box of one struct lc_secret (secret.c). */
void bind_define_secret(lua_State *L);
/* Push an empty one, to be filled at once. May raise. */
struct lc_secret *bind_new_secret(lua_State *L);

/* JSON both ways: objects to tables, arrays to sequences, null to nil. */
void bind_push_json(lua_State *L, const struct lc_json *json);
void bind_push_strlist(lua_State *L, const struct lc_strlist *list);
void bind_push_strmap(lua_State *L, const struct lc_strmap *map);

/* The hook's port, or raises LC_ESTATE: "charm.config is only there in a hook; ...". what: the name
 * that the author used. */
const struct lc_juju *bind_juju(lua_State *L, const char *what);

/* mods.c: the C modules put into package.preload. */
struct bind_c_module {
    const char *name;
    lua_CFunction open;
};
extern const struct bind_c_module bind_c_modules[];

int luaopen_charm_x509(lua_State *L);     /* charm.x509: key, csr, certificate, chain, lint */
int luaopen_charm_json(lua_State *L);     /* charm.json: encode, decode, array, null */
int luaopen_charm_core(lua_State *L);     /* charm.core: what lua/charm/init.lua is built on */
int luaopen_charm_tls_core(lua_State *L); /* charm.tls.core: what lua/charm/tls.lua is built on */
int luaopen_cjson(lua_State *L);          /* lua-cjson, as authors know it */

#endif
