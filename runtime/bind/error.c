/* Errors on their way between C and Lua: error objects out of struct lc_err, and struct lc_err out
 * of whatever an author's code threw. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bind/state.h"

static int error_tostring(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushliteral(L, "where");
    if (lua_rawget(L, 1) == LUA_TSTRING) {
        lua_pushliteral(L, ": ");
    } else {
        lua_pop(L, 1);
    }
    lua_pushliteral(L, "message");
    (void)lua_rawget(L, 1);
    (void)luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    lua_concat(L, lua_gettop(L) - 1);
    return 1;
}

static void push_error_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, BIND_ERROR))
        return;
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, BIND_ERROR);
    lua_setfield(L, -2, "__metatable");
}

static void set_text(lua_State *L, const char *key, const char *value)
{
    if (*value == '\0')
        return;
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

int bind_raise(lua_State *L, const struct lc_err *err)
{
    char place[BIND_WHERE_BYTES];

    luaL_checkstack(L, 6, NULL);
    lua_createtable(L, 0, 4);
    set_text(L, "code", lc_code_name(err->code));
    lua_pushstring(L, err->message);
    lua_setfield(L, -2, "message");
    if (err->code == LC_ESCRIPT) {
        set_text(L, "traceback", bind_vm_of(L)->traceback);
    } else {
        bind_where(L, place);
        set_text(L, "where", place);
    }
    push_error_metatable(L);
    lua_setmetatable(L, -2);
    return lua_error(L);
}

int bind_fail(lua_State *L, const struct lc_err *err)
{
    lua_pushnil(L);
    lua_pushstring(L, err->message);
    lua_pushstring(L, lc_code_name(err->code));
    return 3;
}

static _Noreturn void raise_usage(lua_State *L, const char *message)
{
    struct lc_err err = LC_ERR_INIT;

    (void)lc_fail(&err, LC_EUSAGE, "%s", message);
    (void)bind_raise(L, &err);
    __builtin_unreachable();
}

static bool is_library(lua_State *L, int level)
{
    lua_Debug frame;

    return lua_getstack(L, level, &frame) && lua_getinfo(L, "S", &frame) &&
           strncmp(frame.source, BIND_EMBEDDED_PREFIX, strlen(BIND_EMBEDDED_PREFIX)) == 0;
}

struct callee {
    const char *name; /* NULL: not known */
    bool is_method;
    bool
        wrapped; /* a function of the Lua half: the numbers of the arguments are not the author's */
    char found[64];
};

#define NAME_DEPTH 2 /* charm.file.read */

/* Look for the function at index in the table at the top of the stack. */
static bool find_name(lua_State *L, int function, const char *prefix, int depth, char *name)
{
    char path[64];
    bool found = false;

    lua_pushnil(L);
    while (!found && lua_next(L, -2) != 0) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            (void)snprintf(path, sizeof(path), "%.30s.%.30s", prefix, lua_tostring(L, -2));
            if (lua_rawequal(L, -1, function)) {
                (void)snprintf(name, sizeof(path), "%s", path);
                found = true;
            } else if (lua_istable(L, -1) && depth > 1) {
                found = find_name(L, function, path, depth - 1, name);
            }
        }
        lua_pop(L, found ? 2 : 1);
    }
    return found;
}

/* A function that was called last of all, by `return charm.exec {}`, has no name in the stack: it
 * is looked for in the modules. */
static bool find_in_modules(lua_State *L, lua_Debug *frame, char *name)
{
    static const char *const modules[] = { "charm", "charm.tls", "charm.x509", "charm.json",
                                           "charm.core" };
    bool found = false;

    luaL_checkstack(L, 12, NULL);
    if (!lua_getinfo(L, "f", frame))
        return false;
    const int function = lua_gettop(L);
    (void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    for (size_t i = 0; i < LC_COUNT(modules) && !found; i++) {
        (void)lua_getfield(L, function + 1, modules[i]);
        found = lua_istable(L, -1) && find_name(L, function, modules[i], NAME_DEPTH, name);
        lua_settop(L, function + 1);
    }
    lua_settop(L, function - 1);
    return found;
}

/* What the author called: the running C function, or the function of the library's Lua half that
 * led to it. A metamethod's name the author never wrote. */
static void get_callee(lua_State *L, struct callee *callee)
{
    lua_Debug frame;
    int level = 0;

    *callee = (struct callee){ .name = NULL };
    while (is_library(L, level + 1))
        level++;
    callee->wrapped = level > 0;
    if (!lua_getstack(L, level, &frame) || !lua_getinfo(L, "nt", &frame))
        return;
    callee->is_method = strcmp(frame.namewhat, "method") == 0;
    if (frame.name != NULL && strcmp(frame.namewhat, "metamethod") != 0)
        callee->name = frame.name;
    else if (frame.istailcall && find_in_modules(L, &frame, callee->found))
        callee->name = callee->found;
}

void bind_misuse(lua_State *L, const char *format, ...)
{
    char message[LC_ERR_MESSAGE_BYTES];
    size_t used = 0;
    struct callee callee;
    va_list args;

    get_callee(L, &callee);
    if (callee.name != NULL)
        used = (size_t)snprintf(message, sizeof(message), "%.60s: ", callee.name);
    va_start(args, format);
    (void)vsnprintf(message + used, sizeof(message) - used, format, args);
    va_end(args);
    raise_usage(L, message);
}

void bind_arg_error(lua_State *L, int arg, const char *format, ...)
{
    char about[1024];
    char message[LC_ERR_MESSAGE_BYTES];
    struct callee callee;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(about, sizeof(about), format, args);
    va_end(args);
    get_callee(L, &callee);
    if (callee.wrapped)
        (void)snprintf(message, sizeof(message), "%.60s%s%s",
                       callee.name == NULL ? "" : callee.name, callee.name == NULL ? "" : ": ",
                       about);
    else if (callee.name == NULL)
        (void)snprintf(message, sizeof(message), "bad argument #%d (%s)", arg, about);
    else if (callee.is_method && --arg == 0)
        (void)snprintf(message, sizeof(message), "'%.60s' was called on a wrong object (%s)",
                       callee.name, about);
    else
        (void)snprintf(message, sizeof(message), "bad argument #%d to '%.60s' (%s)", arg,
                       callee.name, about);
    raise_usage(L, message);
}

void bind_type_error(lua_State *L, int arg, const char *expected)
{
    if (luaL_getmetafield(L, arg, "__name") == LUA_TSTRING)
        bind_arg_error(L, arg, "%s expected, got %s", expected, lua_tostring(L, -1));
    bind_arg_error(L, arg, "%s expected, got %s", expected,
                   lua_isnone(L, arg) ? "nothing" : luaL_typename(L, arg));
}

/* An error object of ours that came out of another call brings its traceback along. Fields are read
 * without metamethods: this runs while an error is on its way. */
int bind_on_error(lua_State *L)
{
    struct bind_vm *vm = bind_vm_of(L);

    lua_settop(L, 1);
    bind_where(L, vm->where);
    if (lua_istable(L, 1)) {
        lua_pushliteral(L, "traceback");
        if (lua_rawget(L, 1) == LUA_TSTRING) {
            (void)snprintf(vm->traceback, sizeof(vm->traceback), "%s", lua_tostring(L, -1));
            lua_settop(L, 1);
            return 1;
        }
        lua_settop(L, 1);
    }
    bind_keep_traceback(L);
    return 1;
}

/* Several lines become one: a line feed and the blanks around it are one blank. */
static void set_error(struct lc_err *err, enum lc_code code, const char *place, const char *text)
{
    char line[LC_ERR_MESSAGE_BYTES];
    size_t used = 0;

    bool at_break = true;

    for (; *text != '\0' && used + 1 < sizeof(line); text++) {
        const bool is_break = strchr("\n\r\t", *text) != NULL;
        if (!is_break && !(at_break && *text == ' '))
            line[used++] = *text;
        else if (is_break && used > 0 && line[used - 1] != ' ')
            line[used++] = ' ';
        at_break = is_break || (at_break && *text == ' ');
    }
    line[used] = '\0';
    (void)lc_fail(err, code, "%s%s%s%s", place, *place == '\0' ? "" : ": ", line,
                  *text == '\0' ? "" : "...");
}

static const char *raw_text(lua_State *L, int table, const char *key)
{
    lua_pushstring(L, key);
    return lua_rawget(L, table) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static void describe_table(lua_State *L, struct lc_err *err)
{
    const char *own_place = raw_text(L, 1, "where");
    const char *code_name = raw_text(L, 1, "code");
    const char *message = raw_text(L, 1, "message");
    const enum lc_code code = code_name == NULL ? LC_OK : lc_code_from_name(code_name);
    const char *place = bind_vm_of(L)->where;

    if (lua_getmetatable(L, 1)) {
        push_error_metatable(L);
        if (lua_rawequal(L, -1, -2))
            place = "";
        lua_pop(L, 2);
    }
    if (own_place != NULL)
        place = own_place;
    if (message == NULL && luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
        message = luaL_tolstring(L, 1, NULL);
        place = "";
    }
    if (message == NULL)
        message = "the error value is a table without a message";
    set_error(err, code == LC_OK ? LC_ESCRIPT : code, place, message);
}

/* describe(value, struct lc_err *) */
static int describe(lua_State *L)
{
    const char *place = bind_vm_of(L)->where;
    struct lc_err *err = lua_touserdata(L, 2);

    if (lua_isstring(L, 1)) {
        set_error(err, LC_ESCRIPT, "", lua_tostring(L, 1));
    } else if (lua_istable(L, 1)) {
        describe_table(L, err);
    } else if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
        set_error(err, LC_ESCRIPT, place, luaL_tolstring(L, 1, NULL));
    } else {
        lua_pushfstring(L, "the error value is a %s", luaL_typename(L, 1));
        set_error(err, LC_ESCRIPT, place,
                  lua_isnil(L, 1) ? "the error value is nil" : lua_tostring(L, -1));
    }
    return 0;
}

static void take_memory_error(const struct bind_vm *vm, struct lc_err *err)
{
    const char *place = vm->where;
    const char *colon = *place == '\0' ? "" : ": ";

    if (vm->text_refused)
        (void)lc_fail(err, LC_ELIMIT, "%s%sthe script makes a text of more than %zu KiB", place,
                      colon, vm->text_max / 1024);
    else if (vm->memory_refused)
        (void)lc_fail(err, LC_ELIMIT, "%s%sthe script needs more than %zu KiB of memory", place,
                      colon, vm->memory_max / 1024);
    else
        (void)lc_fail_memory(err);
}

/* What the value at the top of the stack, which is popped, says. Cannot raise. */
static void take_error(lua_State *L, int status, struct lc_err *err)
{
    const struct bind_vm *vm = bind_vm_of(L);

    if (status == LUA_ERRMEM) {
        take_memory_error(vm, err);
    } else if (status == LUA_ERRERR || !lua_checkstack(L, 3)) {
        (void)lc_fail(err, LC_ESCRIPT, "another error happened while an error was handled");
    } else {
        lua_pushcfunction(L, describe);
        lua_pushvalue(L, -2);
        lua_pushlightuserdata(L, err);
        if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
            lua_pop(L, 1);
            (void)lc_fail(err, LC_ESCRIPT, "%s%san error whose __tostring fails", vm->where,
                          *vm->where == '\0' ? "" : ": ");
        }
    }
    lua_pop(L, 1);
}

bool bind_pcall(lua_State *L, int arg_count, int result_count, struct lc_err *err)
{
    const int handler = lua_gettop(L) - arg_count;

    if (!lua_checkstack(L, 2)) {
        lua_settop(L, handler - 1);
        return lc_fail_memory(err);
    }
    lua_pushcfunction(L, bind_on_error);
    lua_insert(L, handler);
    const int status = lua_pcall(L, arg_count, result_count, handler);
    if (status != LUA_OK)
        take_error(L, status, err);
    lua_remove(L, handler);
    return status == LUA_OK;
}
