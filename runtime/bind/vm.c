/* The VM: its allocator and limits, and the ways in. Every way in is a protected call. */
#include "bind/vm.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bind/state.h"

#define INSTRUCTION_STEP 10000 /* between two looks at the limit */
#define CPU_STEP         200   /* the same, where processor time is bounded */

/* What Lua 5.4 keeps with a text of more than 40 bytes (lobject.h, TString): the next object, four
 * small fields, the hash, the length, and a NUL behind it. */
#define TEXT_OVERHEAD (sizeof(void *) + 4 + sizeof(unsigned) + sizeof(size_t) + 1)

struct bind_context *bind_context(lua_State *L)
{
    return bind_vm_of(L)->context;
}

lua_State *bind_vm_state(struct bind_vm *vm)
{
    return vm->L;
}

const char *bind_vm_traceback(const struct bind_vm *vm)
{
    return vm->traceback;
}

const char *bind_vm_where(const struct bind_vm *vm)
{
    return vm->where;
}

const char *bind_lua_version(void)
{
    return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE;
}

/* --- memory ---------------------------------------------------------------------------------- */

/* Lua calls no message handler for this, so the place is kept here. Unwinding may ask again, when
 * nothing of the author's runs any more: then it stays. */
static void keep_place(struct bind_vm *vm)
{
    char place[BIND_WHERE_BYTES];

    if (vm->L == NULL)
        return;
    bind_where_running(vm->L, place);
    if (*place == '\0')
        return;
    memcpy(vm->where, place, sizeof(place));
    bind_keep_traceback(vm->L);
}

static void count_instructions(lua_State *L, lua_Debug *about);

/* Each refusal costs a whole collection: where time is bounded, so is their number. */
#define MOST_REFUSALS 8

static void refuse_memory(struct bind_vm *vm)
{
    vm->memory_refused = true;
    vm->refusals++;
    keep_place(vm);
    if (vm->cpu_max_ms != 0 && vm->refusals > MOST_REFUSALS)
        lua_sethook(vm->L, count_instructions, LUA_MASKCOUNT, 1);
}

#ifdef LC_FAULT_HOOKS
static unsigned long fault_countdown;
static bool fault_fired;

void bind_fault_allocation(unsigned long nth)
{
    fault_countdown = nth;
    fault_fired = false;
}

bool bind_fault_fired(void)
{
    return fault_fired;
}

static bool fault_is_due(void)
{
    if (!fault_fired && (fault_countdown == 0 || --fault_countdown != 0))
        return false;
    fault_fired = true;
    return true;
}
#else
static bool fault_is_due(void)
{
    return false;
}
#endif

/* Strings with a key's PEM, and what is left of them when a buffer grows, are cleansed: nothing is
 * given back to the system, or moved, with its bytes in it. */
static void *allocate(void *context, void *old, size_t old_len, size_t len)
{
    struct bind_vm *vm = context;

    if (old == NULL) { /* old_len says what kind of object is wanted */
        if (old_len == LUA_TSTRING && vm->text_max != 0 && len > vm->text_max + TEXT_OVERHEAD) {
            vm->text_refused = true;
            keep_place(vm);
            return NULL;
        }
        old_len = 0;
    }
    if (len > old_len && len - old_len > vm->memory_max - vm->memory_used) {
        refuse_memory(vm);
        return NULL;
    }
    if (len > old_len && fault_is_due())
        return NULL;
    void *fresh = len == 0 ? NULL : malloc(len); /* lint: what Lua takes is swept by itself */
    if (fresh == NULL && len > old_len)
        return NULL;
    if (fresh == NULL && len != 0) { /* shrinking never fails */
        lc_cleanse((char *)old + len, old_len - len);
        fresh = old;
    } else if (old != NULL) {
        if (len != 0)
            memcpy(fresh, old, len < old_len ? len : old_len);
        lc_cleanse(old, old_len);
        free(old); /* lint: as above */
    }
    vm->memory_used += len - old_len;
    return fresh;
}

/* --- limits and warnings --------------------------------------------------------------------- */

/* The time is only looked at once a step's instructions have run: most entries end before. */
static bool is_out_of_time(struct bind_vm *vm)
{
    if (vm->cpu_max_ms == 0)
        return false;
    if (vm->cpu_until_ms == 0) {
        vm->cpu_until_ms = lc_clock_cpu_ms() + vm->cpu_max_ms;
        return false;
    }
    return lc_clock_cpu_ms() > vm->cpu_until_ms;
}

/* Past a limit every instruction raises, so that no pcall of the script's goes on. */
static void count_instructions(lua_State *L, lua_Debug *about)
{
    struct bind_vm *vm = bind_vm_of(L);
    struct lc_err err = LC_ERR_INIT;

    (void)about;
    vm->instructions_left -= vm->instruction_step;
    const bool spent = vm->instructions_max != 0 && vm->instructions_left <= 0;
    const bool greedy = vm->cpu_max_ms != 0 && vm->refusals > MOST_REFUSALS;
    if (!spent && !greedy && !is_out_of_time(vm))
        return;
    lua_sethook(L, count_instructions, LUA_MASKCOUNT, 1);
    if (greedy)
        (void)lc_fail(&err, LC_ELIMIT, "the script needs more than %zu KiB of memory",
                      vm->memory_max / 1024);
    else if (spent)
        (void)lc_fail(&err, LC_ELIMIT, "the script ran for more than %lld instructions",
                      (long long)vm->instructions_max);
    else
        (void)lc_fail(&err, LC_ELIMIT, "the script ran for more than %lld ms",
                      (long long)vm->cpu_max_ms);
    (void)bind_raise(L, &err);
}

/* An error in a finalizer comes here, in pieces. */
static void take_warning(void *context, const char *piece, int to_be_continued)
{
    struct bind_vm *vm = context;
    const size_t used = strlen(vm->warning);

    (void)snprintf(vm->warning + used, sizeof(vm->warning) - used, "%s", piece);
    if (to_be_continued)
        return;
    if (*vm->warning != '@') /* a control message, such as "@on" */
        lc_log(&vm->context->log, LC_LEVEL_WARNING, "%s", vm->warning);
    *vm->warning = '\0';
}

/* --- making and freeing ---------------------------------------------------------------------- */

static int open_libraries(lua_State *L)
{
    bind_open_libraries(L);
    return 0;
}

static bool start(struct bind_vm *vm, lua_CFunction open, struct lc_err *err)
{
    vm->L = lua_newstate(allocate, vm);
    if (vm->L == NULL)
        return lc_fail_memory(err);
    if (!bind_vm_attach(vm))
        return lc_fail_memory(err);
    /* The collector stays incremental: over requests, JSON and tables it took 5 % less time than
     * generational mode. */
    lua_setwarnf(vm->L, take_warning, vm);
    lua_pushcfunction(vm->L, open);
    return bind_pcall(vm->L, 0, 0, err);
}

static void set_limits(struct bind_vm *vm, const struct bind_limits *limits)
{
    static const struct bind_limits none = { .memory_bytes = 0 };

    if (limits == NULL)
        limits = &none;
    vm->memory_max = limits->memory_bytes == 0 ? LC_VM_MEMORY_BYTES : limits->memory_bytes;
    vm->instructions_max = limits->instructions;
    vm->text_max = limits->text_bytes;
    vm->cpu_max_ms = limits->cpu_ms;
    vm->instruction_step = limits->cpu_ms == 0 ? INSTRUCTION_STEP : CPU_STEP;
}

bool bind_vm_open(struct bind_context *context, const struct bind_limits *limits,
                  lua_CFunction open, struct bind_vm **out, struct lc_err *err)
{
    LC_AUTO(bind_vm_free) struct bind_vm *vm = lc_alloc(1, sizeof(*vm));

    if (vm == NULL)
        return lc_fail_memory(err);
    vm->context = context;
    set_limits(vm, limits);
    if (!start(vm, open, err))
        return lc_wrap(err, "cannot start Lua");
    *out = LC_STEAL(vm);
    return true;
}

bool bind_vm_new(struct bind_context *context, const struct bind_limits *limits,
                 struct bind_vm **out, struct lc_err *err)
{
    return bind_vm_open(context, limits, open_libraries, out, err);
}

void bind_vm_free(struct bind_vm *vm)
{
    if (vm == NULL)
        return;
    if (vm->L != NULL)
        lua_close(vm->L);
    lc_strlist_release(&vm->folders);
    lc_free(vm);
}

bool bind_vm_set_path(struct bind_vm *vm, const struct lc_strlist *folders, struct lc_err *err)
{
    return lc_strlist_copy(&vm->folders, folders, err);
}

/* --- ways in --------------------------------------------------------------------------------- */

void bind_vm_enter(struct bind_vm *vm)
{
    vm->memory_refused = false;
    vm->refusals = 0;
    vm->text_refused = false;
    *vm->where = '\0';
    *vm->traceback = '\0';
    vm->instructions_left = vm->instructions_max;
    vm->cpu_until_ms = 0;
    if (vm->instructions_max != 0 || vm->cpu_max_ms != 0)
        lua_sethook(vm->L, count_instructions, LUA_MASKCOUNT, vm->instruction_step);
}

/* The function and its arguments are on the stack. */
static bool enter(struct bind_vm *vm, int arg_count, struct lc_err *err)
{
    bind_vm_enter(vm);
    return bind_pcall(vm->L, arg_count, 0, err);
}

struct script {
    const char *name;
    const char *text; /* NULL: name is a path */
    size_t len;
    const struct lc_strlist *args;
};

static void load_script(lua_State *L, const struct script *script)
{
    lua_pushcfunction(L, script->text == NULL ? bind_load_file : bind_load_text);
    lua_pushstring(L, script->name);
    if (script->text != NULL)
        lua_pushlstring(L, script->text, script->len);
    lua_call(L, script->text == NULL ? 1 : 2, 1);
}

/* run_script(struct script *) */
static int run_script(lua_State *L)
{
    const struct script *script = lua_touserdata(L, 1);
    const int count = script->args == NULL ? 0 : (int)script->args->count;

    load_script(L, script);
    lua_createtable(L, count, 1);
    lua_pushstring(L, script->name);
    lua_rawseti(L, -2, 0);
    luaL_checkstack(L, count + 1, "too many arguments");
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, script->args->items[i]);
        lua_pushvalue(L, -1);
        lua_rawseti(L, 3, i + 1);
    }
    lua_pushvalue(L, 3);
    lua_setglobal(L, "arg");
    lua_remove(L, 3);
    lua_pushcfunction(L, bind_call);
    lua_insert(L, 2);
    lua_call(L, count + 1, 0);
    return 0;
}

static bool run(struct bind_vm *vm, struct script *script, struct lc_err *err)
{
    if (!lua_checkstack(vm->L, 2))
        return lc_fail_memory(err);
    lua_pushcfunction(vm->L, run_script);
    lua_pushlightuserdata(vm->L, script);
    return enter(vm, 1, err);
}

bool bind_vm_run_file(struct bind_vm *vm, const char *path, const struct lc_strlist *args,
                      struct lc_err *err)
{
    return run(vm, &(struct script){ .name = path, .args = args }, err);
}

bool bind_vm_run_text(struct bind_vm *vm, const char *name, const char *text, size_t len,
                      const struct lc_strlist *args, struct lc_err *err)
{
    return run(vm, &(struct script){ .name = name, .text = text, .len = len, .args = args }, err);
}

bool bind_vm_call(struct bind_vm *vm, int reference, int arg_count, struct lc_err *err)
{
    if (!lua_checkstack(vm->L, 1)) {
        lua_pop(vm->L, arg_count);
        return lc_fail_memory(err);
    }
    (void)lua_rawgeti(vm->L, LUA_REGISTRYINDEX, reference);
    lua_insert(vm->L, -1 - arg_count);
    return enter(vm, arg_count, err);
}

/* ask_version(char *): lua-cjson tells it to Lua only. */
static int ask_version(lua_State *L)
{
    char *version = lua_touserdata(L, 1);

    (void)lua_getglobal(L, "require");
    lua_pushliteral(L, "cjson");
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, "_VERSION");
    (void)snprintf(version, BIND_VERSION_BYTES, "%s", luaL_checkstring(L, -1));
    return 0;
}

bool bind_cjson_version(char *version, struct lc_err *err)
{
    struct bind_context context = { .env = NULL };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;

    if (!bind_vm_new(&context, NULL, &vm, err))
        return false;
    lua_pushcfunction(vm->L, ask_version);
    lua_pushlightuserdata(vm->L, version);
    return enter(vm, 1, err);
}
