/* What every binding is made of: boxes, scratch objects, argument checks, failure results.
 * The rule (style guide 3 and 5): a frame holds a lua_State or owns a resource, never both. So the
 * resource is made straight into a box or a scratch object that exists already.
 *
 * Every function here that takes a lua_State may raise, unless it says otherwise. */
#ifndef LC_BIND_BIND_H
#define LC_BIND_BIND_H

#include <lauxlib.h>
#include <lua.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "bind/vm.h"

/* Names of the classes; the same as in lua/charm/_meta, since argument errors show them. */
#define BIND_KEY      "charm.Key"
#define BIND_CSR      "charm.Csr"
#define BIND_CERT     "charm.Certificate"
#define BIND_CHAIN    "charm.Chain"
#define BIND_SECRET   "charm.Secret" /* bytes that are secret: a value, not a Juju secret */
#define BIND_ERROR    "charm.Error"
#define BIND_REQUIRER "charm.tls.Requirer"
#define BIND_PROVIDER "charm.tls.Provider"
#define BIND_CA       "charm.tls.Ca"
#define BIND_POLICY   "charm.Policy"
#define BIND_V3       "charm.tls.v3.Requirer"

/* Boxes: full userdata with __gc, __close and a locked __metatable, that hold one pointer or one
 * value of a struct. A class is a static const struct; its address names it, and the first box of
 * it makes its metatable. A closed box is refused by bind_check. */
struct bind_class {
    const char *name; /* BIND_KEY */
    /* Of what the box holds: the pointer, or with `size` the value's address. Cannot fail; not
     * called for a pointer that is NULL. */
    void (*release)(void *held);
    size_t size; /* 0: the box holds a pointer; else a value of that size, all zero when made */
    const luaL_Reg *methods;     /* ends with { NULL, NULL } */
    const luaL_Reg *metamethods; /* NULL: none. __tostring, __eq, ...; __gc, __close, __index,
                                    __name and __metatable are added; an __index that is given gets
                                    the table of the methods as its upvalue */
};

/* Push an empty box. The address of its pointer, which is NULL, or of its value:
 *     struct lc_key **slot = bind_newbox(L, &bind_key_class);
 *     if (!lc_key_generate(&spec, slot, &err)) return bind_fail(L, &err); */
void *bind_newbox(lua_State *L, const struct bind_class *class_);

/* The pointer or the value's address in the box at arg; raises an argument error for anything else,
 * for a closed box and for one that was never filled. */
void *bind_check(lua_State *L, int arg, const struct bind_class *class_);
/* NULL instead of raising; cannot raise once there is a box of the class. */
void *bind_test(lua_State *L, int index, const struct bind_class *class_);

/* Boxes of this VM that were made and not yet collected, open or closed: for tests. */
size_t bind_boxes_alive(lua_State *L);

/* Scratch: C values that live until the calling C function returns or raises. Each pushes one
 * to-be-closed userdata; leave it on the stack, and let the return close it. */
void *bind_scratch(lua_State *L, size_t size, void (*release)(void *value)); /* all zero */
struct lc_buf *bind_scratch_buf(lua_State *L, size_t max);
struct lc_secret *bind_scratch_secret(lua_State *L);
struct lc_strlist *bind_scratch_strlist(lua_State *L);
struct lc_strmap *bind_scratch_strmap(lua_State *L);
/* A slot for one pointer, released with `release` when it is not NULL. */
void **bind_scratch_pointer(lua_State *L, void (*release)(void *held));
/* The same for a tree of JSON and for text from lc_alloc. */
struct lc_json **bind_scratch_json(lua_State *L);
char **bind_scratch_text(lua_State *L);

/* Failures. */
/* Return values of a parser or look-up: nil, message, code. */
int bind_fail(lua_State *L, const struct lc_err *err);

/* Raise an error object, which does not return; the int is for `return bind_raise(L, &err)`. Its
 * fields: code ("not_found"), message, where ("src/charm.lua:12", of the nearest function of the
 * author's; absent when there is none, and for LC_ESCRIPT, whose message has its own place), and
 * for LC_ESCRIPT the traceback of the first place. tostring gives "where: message". */
int bind_raise(lua_State *L, const struct lc_err *err);

/* The author's innermost function that is running, "src/charm.lua:12". Where that function has
 * called ours as its last act, `return tls.deny(...)`, Lua has forgotten the line: then it is the
 * lines of the function, "src/charm.lua:12-20". "" when there is none. place has BIND_WHERE_BYTES.
 * Cannot raise. */
#define BIND_WHERE_BYTES 160 /* LUA_IDSIZE of a place, a line number and a name */
void bind_where(lua_State *L, char *place);

/* The caller's own mistake: raise LC_EUSAGE, "generate: " (the C function as the author called it)
 * in front of the message. Texts are escaped and cut as lc_fail does. */
_Noreturn void bind_misuse(lua_State *L, const char *format, ...) LC_PRINTF(2, 3);
/* "bad argument #1 to 'matches' (charm.Key expected, got nil)", or with a text of one's own in the
 * brackets; a method's object does not count. */
_Noreturn void bind_type_error(lua_State *L, int arg, const char *expected);
_Noreturn void bind_arg_error(lua_State *L, int arg, const char *format, ...) LC_PRINTF(3, 4);

/* Shape C, trampolines: call the function under `arg_count` arguments on the stack, with the VM's
 * traceback. False: err says what the error value said, nothing is left on the stack. Cannot raise.
 * LUA_MULTRET is not offered. */
bool bind_pcall(lua_State *L, int arg_count, int result_count, struct lc_err *err) LC_MUST_CHECK;

/* `require(name)` gives these functions from now on, each with the value on the stack's top, which
 * is popped, as its upvalue. */
void bind_set_module(lua_State *L, const char *name, const luaL_Reg *functions);

/* Options in one table at index: raises for what is neither nil nor a table, and for a key that is
 * not in names (NULL-terminated), naming it and the nearest known one. */
void bind_check_options(lua_State *L, int index, const char *const *names);

/* Fields of a table at index, or of nil, which has none. Metamethods do not count. Raise with the
 * field's name, what was expected and what came. NULL or the fallback when the field is nil. Texts
 * have no NUL in them; they are views that live as long as the table holds them. */
bool bind_field_is_set(lua_State *L, int index, const char *name);
const char *bind_field_string(lua_State *L, int index, const char *name);
bool bind_field_boolean(lua_State *L, int index, const char *name, bool fallback);
lua_Integer bind_field_integer(lua_State *L, int index, const char *name, lua_Integer fallback);
lua_Number bind_field_number(lua_State *L, int index, const char *name, lua_Number fallback);
int64_t bind_field_duration(lua_State *L, int index, const char *name,
                            int64_t fallback); /* "90d" */
/* One of names (NULL-terminated): its place; fallback when nil. */
int bind_field_choice(lua_State *L, int index, const char *name, const char *const *names,
                      int fallback);
/* A list of texts, added to out; a single text raises with a message that says so (X509-042).
 * Whether the field was there. */
bool bind_field_strings(lua_State *L, int index, const char *name, struct lc_strlist *out);
/* Text or charm.Secret. Whether the field was there. */
bool bind_field_secret(lua_State *L, int index, const char *name, struct lc_secret *out);

/* The list of texts at index itself; name is for messages. */
void bind_read_strings(lua_State *L, int index, const char *name, struct lc_strlist *out);

/* Bytes of a string, a charm.Key (its PEM) or a charm.Secret at arg, for sinks: written into out,
 * which is scratch. */
void bind_check_bytes(lua_State *L, int arg, struct lc_secret *out);

/* A mode as it is written in a shell, "0640"; a number would be decimal in Lua. fallback for nil.
 */
mode_t bind_check_mode(lua_State *L, int arg, const char *fallback);

/* A C function: call(f, ...) returns what f(...) does. f stays at index 1 while it runs, where
 * positions of errors find it when it has ended in a tail call: so whatever of the author's is
 * called is called through this. */
int bind_call(lua_State *L);

/* Where a path of the author's really is: a view that lives until the C function returns. The path
 * itself, but in a test (struct bind_machine), where for_writing makes its folder. Raises. */
const char *bind_path(lua_State *L, const char *path, bool for_writing);

/* JSON both ways: objects to tables, arrays to sequences, null to nil. */
void bind_push_json(lua_State *L, const struct lc_json *json);
/* Nothing lost: null is a light userdata of NULL (json.null, cjson.null), arrays have the metatable
 * below (json.array). */
void bind_push_json_exact(lua_State *L, const struct lc_json *json);
void bind_push_array_metatable(lua_State *L);
void bind_push_strlist(lua_State *L, const struct lc_strlist *list);
void bind_push_strmap(lua_State *L, const struct lc_strmap *map);
/* Text, or nil for NULL. */
void bind_push_text(lua_State *L, const char *text);

/* charm.Secret: reveal(), ==; tostring says redacted. Push an empty one; fill it at once. */
extern const struct bind_class bind_secret_class;
struct lc_secret *bind_newsecret(lua_State *L);

/* The hook's port, or raises LC_ESTATE: "charm.config is only there in a hook; ...". what: the name
 * that the author used. */
const struct lc_juju *bind_juju(lua_State *L, const char *what);

/* Each luaopen of a module that a plain Lua can load calls it first; see guest.c. May raise. */
void bind_module_open(lua_State *L);

/* mods.c: the C modules put into package.preload; ends with a NULL name. */
struct bind_c_module {
    const char *name;
    lua_CFunction open;
};
extern const struct bind_c_module bind_c_modules[];

int luaopen_charm_x509(lua_State *L);    /* charm.x509: key, csr, certificate, chain */
int luaopen_charm_inspect(lua_State *L); /* charm.inspect: for the prompt and the docs */
int luaopen_charm_json(lua_State *L);    /* charm.json: encode, decode, array, null */
int luaopen_charm_core(lua_State *L);    /* charm.core: what lua/charm/init.lua is built on */
int luaopen_charm_policy_core(
    lua_State *L); /* charm.policy.core: what lua/charm/policy.lua is built on */
int luaopen_charm_tls_core(lua_State *L); /* charm.tls.core: what lua/charm/tls.lua is built on */

#endif
