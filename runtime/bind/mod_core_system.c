/* charm.core: files and programs of the machine. These work outside a hook, too. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "bind/core.h"

#define FILE_MAX_BYTES   (64u * 1024 * 1024)
#define OUTPUT_MAX_BYTES (16u * 1024 * 1024) /* of a program, on either stream */

mode_t bind_check_mode(lua_State *L, int arg, const char *fallback)
{
    const char *text = lua_isnoneornil(L, arg) ? fallback : bind_core_text(L, arg);
    const size_t digits = strspn(text, "01234567");

    if (digits < 3 || digits > 4 || text[digits] != '\0')
        bind_misuse(L, "mode: expected one as in a shell, such as \"0640\", got '%.16s'", text);
    return (mode_t)strtoul(text, NULL, 8);
}

const char *bind_path(lua_State *L, const char *path, bool for_writing)
{
    const struct bind_machine *machine = bind_context(L)->machine;
    struct lc_err err = LC_ERR_INIT;

    if (machine == NULL)
        return path;
    char **found = bind_scratch_text(L);
    if (!machine->find(machine->context, path, for_writing, found, &err))
        (void)bind_raise(L, &err); /* does not return */
    return *found;
}

/* file_write(path, bytes, mode): bytes: a text, a key or a secret. */
static int file_write(lua_State *L)
{
    const char *path = bind_path(L, bind_core_text(L, 1), true);
    const mode_t mode = bind_check_mode(L, 3, "0600");
    struct lc_secret *bytes = bind_scratch_secret(L);
    struct lc_err err = LC_ERR_INIT;

    /* Only keys and secrets need that memory, whose limit is Juju's for secrets. */
    if (lua_type(L, 2) == LUA_TSTRING) {
        size_t len;
        const char *text = lua_tolstring(L, 2, &len);
        return lc_file_write(path, text, len, mode, &err) ? 0 : bind_raise(L, &err);
    }
    bind_check_bytes(L, 2, bytes);
    if (!lc_file_write(path, bytes->data == NULL ? "" : bytes->data, bytes->len, mode, &err))
        return bind_raise(L, &err);
    return 0;
}

/* file_read(path): its bytes. */
static int file_read(lua_State *L)
{
    const char *path = bind_path(L, bind_core_text(L, 1), false);
    char **bytes = bind_scratch_text(L);
    size_t len = 0;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_file_read(path, FILE_MAX_BYTES, bytes, &len, &err))
        return bind_core_absent(L, &err);
    lua_pushlstring(L, *bytes, len);
    return 1;
}

/* file_read_secret(path): its bytes as a charm.Secret. */
static int file_read_secret(lua_State *L)
{
    const char *path = bind_path(L, bind_core_text(L, 1), false);
    struct lc_secret *secret = bind_newsecret(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_file_read_secret(path, secret, &err))
        return bind_core_absent(L, &err);
    return 1;
}

/* file_remove(path): a file or a link; one that is absent is fine. */
static int file_remove(lua_State *L)
{
    const char *path = bind_path(L, bind_core_text(L, 1), true);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_file_remove(path, &err))
        return bind_raise(L, &err);
    return 0;
}

/* file_exists(path): whatever it is. */
static int file_exists(lua_State *L)
{
    lua_pushboolean(L, lc_file_exists(bind_path(L, bind_core_text(L, 1), false)));
    return 1;
}

/* dir_make(path, mode): parents too; one that is there is fine. */
static int dir_make(lua_State *L)
{
    const mode_t mode = bind_check_mode(L, 2, "0755");
    const char *path = bind_path(L, bind_core_text(L, 1), true);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_dir_make(path, mode, &err))
        return bind_raise(L, &err);
    return 0;
}

/* The words of the list at arg; numbers as text. Keys and secrets have no business in argv, which
 * everybody can read in /proc. */
static void check_argv(lua_State *L, int arg, struct lc_strlist *argv)
{
    struct lc_err err = LC_ERR_INIT;

    bind_core_table(L, arg, "a program and its arguments");
    const lua_Integer count = luaL_len(L, arg);
    if (count == 0)
        bind_misuse(L, "expected a program and its arguments");
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, arg, i);
        if (!lua_isstring(L, -1))
            bind_misuse(L, "word %d of a command must be a text, not a %s", (int)i,
                        luaL_typename(L, -1));
        if (!lc_strlist_add(argv, lua_tostring(L, -1), &err))
            (void)bind_raise(L, &err); /* does not return */
        lua_pop(L, 1);
    }
}

/* The field `env` of the options at arg: variables to add to ours; NULL for none. */
static char *const *check_environment(lua_State *L, int arg)
{
    struct lc_err err = LC_ERR_INIT;

    if (lua_getfield(L, arg, "env") == LUA_TNIL)
        return NULL;
    const int table = lua_gettop(L);
    if (!lua_istable(L, table))
        bind_misuse(L, "env: expected a table of names and texts, got %s", luaL_typename(L, table));
    struct lc_strmap *changes = bind_scratch_strmap(L);
    struct lc_strlist *environment = bind_scratch_strlist(L);
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING || strchr(lua_tostring(L, -2), '=') != NULL)
            bind_misuse(L, "env: expected names of variables as keys");
        if (!lua_isstring(L, -1)) /* a secret would be readable in /proc */
            bind_misuse(L, "env: %s: expected a text, got %s", lua_tostring(L, -2),
                        luaL_typename(L, -1));
        lua_pushvalue(L, -1); /* so that a number does not become a text in the author's table */
        if (!lc_strmap_set(changes, lua_tostring(L, -3), lua_tostring(L, -1), &err))
            (void)bind_raise(L, &err); /* does not return */
        lua_pop(L, 2);
    }
    if (!lc_proc_environment(changes, environment, &err))
        (void)bind_raise(L, &err); /* does not return */
    return environment->items;
}

static void result_release(void *result)
{
    lc_proc_result_release(result);
}

/* What a failed command says in one line: the last line of its standard error. */
static const char *last_line(const struct lc_proc_result *result, int *len_out)
{
    const char *text = result->err.data;
    size_t len = result->err.len;

    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r' || text[len - 1] == ' '))
        len--;
    size_t start = len;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    *len_out = (int)(len - start > 300 ? 300 : len - start);
    return text + start;
}

static bool judge(const char *program, const struct lc_proc_result *result, bool check,
                  struct lc_err *err)
{
    char outcome[64];
    int len = 0;
    const char *said = last_line(result, &len);

    lc_proc_describe(result, outcome);
    if (result->timed_out)
        return lc_fail(err, LC_ETIMEOUT, "%s: %s", program, outcome);
    if (result->too_much)
        return lc_fail(err, LC_ELIMIT, "%s: more than %u bytes of output", program,
                       OUTPUT_MAX_BYTES);
    if (check && result->exit_code != 0)
        return lc_fail(err, LC_ECOMMAND, "%s: %s%s%.*s", program, outcome, len > 0 ? ": " : "", len,
                       said);
    return true;
}

static int push_result(lua_State *L, const struct lc_proc_result *result)
{
    lua_createtable(L, 0, 4);
    /* As a shell has it: 128 and the signal's number. */
    lua_pushinteger(L, result->signal != 0 ? 128 + result->signal : result->exit_code);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, result->out.data, result->out.len);
    lua_setfield(L, -2, "stdout");
    lua_pushlstring(L, result->err.data, result->err.len);
    lua_setfield(L, -2, "stderr");
    return 1;
}

static bool run_program(const struct bind_machine *machine, const struct lc_proc *proc,
                        struct lc_proc_result *result, struct lc_err *err)
{
    return machine == NULL ? lc_proc_run(proc, result, err)
                           : machine->run(machine->context, proc, result, err);
}

/* exec(argv, options) */
static int exec(lua_State *L)
{
    static const char *const options[] = { "check", "stdin", "timeout", "env", "directory", NULL };
    struct lc_strlist *argv = bind_scratch_strlist(L);

    check_argv(L, 1, argv);
    bind_core_table(L, 2, "a table of options");
    bind_check_options(L, 2, options);
    const bool check = bind_field_boolean(L, 2, "check", true);
    struct lc_proc proc = {
        .argv = argv->items,
        .env = check_environment(L, 2),
        .directory = bind_field_string(L, 2, "directory"),
        .timeout_ms = bind_field_duration(L, 2, "timeout", 0) * 1000,
    };
    struct lc_secret *input = bind_scratch_secret(L);
    if (lua_getfield(L, 2, "stdin") != LUA_TNIL) {
        bind_check_bytes(L, lua_gettop(L), input);
        proc.input = input->data == NULL ? "" : input->data;
        proc.input_len = input->len;
    }
    struct lc_proc_result *result = bind_scratch(L, sizeof(*result), result_release);
    lc_proc_result_init(result, OUTPUT_MAX_BYTES);
    const struct bind_context *context = bind_context(L);
    struct lc_err err = LC_ERR_INIT;

    if (context->flush_log != NULL)
        context->flush_log(context->flush_log_context);
    if (!run_program(context->machine, &proc, result, &err) ||
        !judge(argv->items[0], result, check, &err))
        return bind_raise(L, &err);
    return push_result(L, result);
}

const luaL_Reg bind_core_system[] = {
    { "file_write", file_write },
    { "file_read", file_read },
    { "file_read_secret", file_read_secret },
    { "file_remove", file_remove },
    { "file_exists", file_exists },
    { "dir_make", dir_make },
    { "exec", exec },
    { NULL, NULL },
};
