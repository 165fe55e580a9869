/* Private to the core of bind/: what a VM is, and how its parts reach each other. */
#ifndef LC_BIND_STATE_H
#define LC_BIND_STATE_H

#include "bind/bind.h"

#define BIND_WARNING_BYTES 1024

struct bind_vm {
    lua_State *L; /* owned: the main thread */
    struct bind_context *context;
    struct lc_strlist folders; /* of require */

    size_t memory_used; /* bytes that Lua holds */
    size_t memory_max;
    bool memory_refused; /* by the cap, in the current entry */
    unsigned refusals;   /* how often */

    size_t text_max;   /* bytes of one text; 0: none */
    bool text_refused; /* for that, in the current entry */

    int64_t instructions_max; /* 0: none */
    int64_t instructions_left;
    int instruction_step; /* between two looks at the limits */
    int64_t cpu_max_ms;   /* 0: none */
    int64_t cpu_until_ms; /* of the current entry; 0: not known yet */

    struct bind_policy *policy; /* that lives in this VM; NULL: it is no sandbox */

    size_t boxes; /* made and not collected */

    char where[BIND_WHERE_BYTES]; /* of the last error: the author's innermost place; "" for none */
    char traceback[LC_TRACEBACK_MAX_BYTES];
    char warning[BIND_WARNING_BYTES]; /* pieces of a warning, until it is complete */
};

struct bind_vm *bind_vm_of(lua_State *L); /* cannot raise */
bool bind_vm_attach(struct bind_vm *vm);  /* guest.c: from now on it is found; false: no memory */

/* vm.c: a VM with what `open` puts into it. Begin a new entry: all that is bounded counts anew. */
bool bind_vm_open(struct bind_context *context, const struct bind_limits *limits,
                  lua_CFunction open, struct bind_vm **out, struct lc_err *err) LC_MUST_CHECK;
void bind_vm_enter(struct bind_vm *vm);

/* libs.c: what of a library stays, by names that end with NULL; at the top of the stack. */
void bind_keep_only(lua_State *L, const char *const *names);
/* libs.c: a preloaded module of the Lua half, by name. */
void bind_preload_embedded(lua_State *L, const char *name);

/* libs.c: open the chosen libraries and preload the modules. May raise. */
void bind_open_libraries(lua_State *L);

/* libs.c: C functions. load_file(path) and load_text(name, text): a function, made of a text chunk;
 * they raise what is wrong with it. */
int bind_load_file(lua_State *L);
int bind_load_text(lua_State *L);

/* globals.c: make a name that nobody has set an error. May raise. */
void bind_guard_globals(lua_State *L);

/* where.c: bind_where from within the allocator, where nothing can be pushed: without a function
 * that has ended in a call of ours. */
void bind_where_running(lua_State *L, char *place);
/* where.c: the author's running functions into the VM's traceback. Cannot raise. */
void bind_keep_traceback(lua_State *L);

/* args.c: text or charm.Secret at index into out; false for anything else. May raise. */
bool bind_read_bytes(lua_State *L, int index, struct lc_secret *out);

/* error.c: message handler: keeps where the error happened, leaves the value as it is. */
int bind_on_error(lua_State *L);

#endif
