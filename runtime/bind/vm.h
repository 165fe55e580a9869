/* The Lua VM that charms and scripts run in: which libraries it has, its limits, the modules that
 * can be required, and what the modules are given of the world.
 *
 *     LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
 *     if (!bind_vm_new(&context, &limits, &vm, err) || !bind_vm_run_file(vm, path, &args, err)) ...
 *
 * Libraries: base (without dofile, loadfile; load takes text chunks only; print goes where
 * the context says; warn and errors in __gc to the log at WARNING),
 * coroutine, table, string, math, utf8, os (clock, date, difftime, time, getenv, tmpname: no
 * execute, exit, remove, rename; "now" is the context's clock), io (without popen; a script's
 * reading and writing of files is its own business), package (preload and Lua files of
 * bind_vm_set_path only: no C loader, no LUA_PATH). No debug library. Globals are strict
 * (globals.c). */
#ifndef LC_BIND_VM_H
#define LC_BIND_VM_H

#include <lua.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/strlist.h"
#include "juju/env.h"
#include "juju/session.h"

/* The Lua half of the library, compiled by the build (lua/embed.lua); ends with a NULL name. Its
 * chunks are called "=[charm.tls]", by which their frames are known and left out of positions and
 * tracebacks. */
struct bind_lua_module {
    const char *name; /* "charm.tls" */
    const unsigned char *chunk;
    size_t chunk_len;
};

extern const struct bind_lua_module bind_lua_modules[];

#define BIND_EMBEDDED_PREFIX "=[charm"

/* What stands in for the machine that a charm runs on, so that a test of it leaves the real one
 * alone. */
struct bind_machine {
    void *context;
    /* Instead of lc_proc_run. */
    bool (*run)(void *context, const struct lc_proc *proc, struct lc_proc_result *result,
                struct lc_err *err);
    /* Where a path of the charm's really is, *out freed with lc_free. for_writing: its folder is
     * made. */
    bool (*find)(void *context, const char *path, bool for_writing, char **out, struct lc_err *err);
};

/* What the modules work on. Borrowed: it outlives the VM. Reached from any module's C function with
 * bind_context(L). */
struct bind_context {
    const struct lc_hook_env *env; /* NULL outside a hook */
    struct lc_session *session;    /* NULL outside a hook */
    bool prints_to_log;            /* print: the log at INFO, instead of standard output */
    struct lc_clock clock;
    struct lc_log log;
    void (*flush_log)(void *context); /* before a child of the charm's runs; NULL: nothing to do */
    void *flush_log_context;
    const struct bind_machine *machine; /* NULL: the machine itself */
    struct bind_charm *charm; /* what a charm registered; NULL until "charm" is required */
};

struct bind_limits {
    size_t memory_bytes;  /* 0: LC_VM_MEMORY_BYTES */
    int64_t instructions; /* of each entry from the host; 0: no limit. Within some thousands */
    size_t text_bytes;    /* of one text; 0: no limit of its own */
    int64_t cpu_ms;       /* processor time of each entry; 0: no limit */
};

#define LC_VM_MEMORY_BYTES     (256u * 1024 * 1024)
#define LC_SCRIPT_MAX_BYTES    (4u * 1024 * 1024)
#define LC_TRACEBACK_MAX_BYTES (16u * 1024)

struct bind_vm;

/* limits: NULL for the defaults. Memory that the VM frees or moves is cleansed. */
bool bind_vm_new(struct bind_context *context, const struct bind_limits *limits,
                 struct bind_vm **out, struct lc_err *err) LC_MUST_CHECK;
void bind_vm_free(struct bind_vm *vm); /* closes the state: every box is released */
LC_AUTO_POINTER(struct bind_vm, bind_vm_free);

lua_State *bind_vm_state(struct bind_vm *vm);
struct bind_context *bind_context(lua_State *L); /* cannot raise */

/* `require` finds FOLDER/?.lua and FOLDER/?/init.lua for each of these, in order; "." is left out
 * of the name. */
bool bind_vm_set_path(struct bind_vm *vm, const struct lc_strlist *folders, struct lc_err *err)
    LC_MUST_CHECK;

/* Run a text chunk from a file, its arguments (NULL: none) as `...` and in `arg`, whose 0 is the
 * path. A first line that begins with # is passed over. LC_ESCRIPT for a syntax or run-time error:
 * the message has the script's own file and line first; the traceback, the host's frames taken out,
 * is bind_vm_traceback. A code that an error object carries is kept instead of LC_ESCRIPT.
 * LC_ELIMIT for the limits above, LC_ENOMEM. */
bool bind_vm_run_file(struct bind_vm *vm, const char *path, const struct lc_strlist *args,
                      struct lc_err *err) LC_MUST_CHECK;

/* The same for a text that has been read; name stands in messages as the path does. */
bool bind_vm_run_text(struct bind_vm *vm, const char *name, const char *text, size_t len,
                      const struct lc_strlist *args, struct lc_err *err) LC_MUST_CHECK;

/* Call a function that is kept in the registry under `reference`, with `arg_count` values that are
 * on the stack already; results are dropped. Errors as above. */
bool bind_vm_call(struct bind_vm *vm, int reference, int arg_count, struct lc_err *err)
    LC_MUST_CHECK;

/* Of the last error: the author's functions, innermost first, one line each,
 * "src/charm.lua:12: in function 'refresh'", without a line feed at the end; "" when there was
 * none. A view, valid until the next error. */
const char *bind_vm_traceback(const struct bind_vm *vm);

/* Of the last error: the author's place, which its message begins with; "" when there is none. A
 * view, as above. */
const char *bind_vm_where(const struct bind_vm *vm);

#ifdef LC_FAULT_HOOKS
/* Tests only: of what Lua allocates in any VM, number `nth` from now (1 is the next) fails, and all
 * that follow, since Lua collects and asks again; 0 turns it off. */
void bind_fault_allocation(unsigned long nth);
bool bind_fault_fired(void);
#endif

/* "5.4.4"; static. */
const char *bind_lua_version(void);
/* "2.1.0"; version has BIND_VERSION_BYTES. */
#define BIND_VERSION_BYTES 32
bool bind_cjson_version(char *version, struct lc_err *err) LC_MUST_CHECK;

#endif
