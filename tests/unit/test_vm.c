/* bind/vm and what it is made of: errors as the host sees them, tracebacks, files, the log. Limits
 * and memory are in test_vm_limits.c; what a script sees of its VM is in tests/lua/vm_spec.lua. */
#include "bind/vm.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "vm_setup.h"

/* --- errors ---------------------------------------------------------------------------------- */

struct error_row {
    const char *name;
    const char *script;
    enum lc_code code;
    const char *message; /* the whole of it */
};

static const struct error_row error_rows[] = {
    { "a run-time error has the script's place first", "local t\nt.x = 1", LC_ESCRIPT,
      "case.lua:2: attempt to index a nil value (local 't')" },
    { "a syntax error has the script's place first", "\nx = = 1", LC_ESCRIPT,
      "case.lua:2: unexpected symbol near '='" },
    { "error with a text has its place", "error 'no'", LC_ESCRIPT, "case.lua:1: no" },
    { "error at level 0 is as the author wants it", "error('no', 0)", LC_ESCRIPT, "no" },
    { "several lines become one", "error 'a\\n\\tb\\r\\nc'", LC_ESCRIPT, "case.lua:1: a b c" },
    { "control characters are escaped", "error 'a\\27b'", LC_ESCRIPT, "case.lua:1: a\\x1bb" },
    { "a number is text", "error(42, 0)", LC_ESCRIPT, "42" },
    { "nil says so", "error()", LC_ESCRIPT, "case.lua:1: the error value is nil" },
    { "a boolean says so", "\nerror(false)", LC_ESCRIPT,
      "case.lua:2: the error value is a boolean" },
    { "a function says so", "error(print)", LC_ESCRIPT,
      "case.lua:1: the error value is a function" },
    { "a table without a message says so", "error {}", LC_ESCRIPT,
      "case.lua:1: the error value is a table without a message" },
    { "a table with a message gets its place", "\n\nerror { message = 'no' }", LC_ESCRIPT,
      "case.lua:3: no" },
    { "a table's known code counts", "error { message = 'no', code = 'limit' }", LC_ELIMIT,
      "case.lua:1: no" },
    { "a table's unknown code does not", "error { message = 'no', code = 'mine' }", LC_ESCRIPT,
      "case.lua:1: no" },
    { "a table cannot claim success", "error { message = 'no', code = 'ok' }", LC_ESCRIPT,
      "case.lua:1: no" },
    { "a table may bring its own place", "error { message = 'no', where = 'there:7' }", LC_ESCRIPT,
      "there:7: no" },
    { "a table's message that is no text does not count", "error { message = {} }", LC_ESCRIPT,
      "case.lua:1: the error value is a table without a message" },
    { "__tostring is asked",
      "error(setmetatable({}, { __tostring = function() return 'shown' end }))", LC_ESCRIPT,
      "shown" },
    { "a __tostring that fails",
      "error(setmetatable({}, { __tostring = function() error 'x' end }))", LC_ESCRIPT,
      "case.lua:1: an error whose __tostring fails" },
    { "a __tostring that gives no text",
      "error(setmetatable({}, { __tostring = function() return {} end }))", LC_ESCRIPT,
      "case.lua:1: an error whose __tostring fails" },
    { "an object with __tostring", "error(io.stdout)", LC_ESCRIPT, NULL },
    { "a mistake in the use of ours has a code", "\nrequire 'charm.json'.encode(print)", LC_EUSAGE,
      "case.lua:2: encode: JSON has no form for a function" },
    { "an error object thrown again keeps its place",
      "local _, e = pcall(function()\n  require 'charm.json'.encode(print)\nend)\nerror(e)",
      LC_EUSAGE, "case.lua:2: encode: JSON has no form for a function" },
    { "endless recursion", "local function f() return 1 + f() end\nf()", LC_ESCRIPT,
      "case.lua:1: stack overflow" },
    { "yield outside a coroutine", "coroutine.yield()", LC_EUSAGE,
      "case.lua:1: yield: there is no coroutine here to yield from: what Juju is to do in a later "
      "hook, charm.state can remember" },
    { "yield through C",
      "local run = coroutine.wrap(function()\n"
      "  table.sort({ 2, 1 }, coroutine.yield)\nend)\nrun()",
      LC_EUSAGE,
      "case.lua:2: a coroutine cannot yield through a function of C, such as table.sort" },
    { "a misspelt global", "\nprnt 'x'", LC_EUSAGE,
      "case.lua:2: there is no variable 'prnt': did you mean 'print'?" },
    { "a misspelt local", "local certs = 1\nprint(crets)", LC_EUSAGE,
      "case.lua:2: there is no variable 'crets': did you mean 'certs'?" },
    { "a misspelt upvalue", "local certs = 1\nlocal function f() return certs, crets end\nf()",
      LC_EUSAGE, "case.lua:2: there is no variable 'crets': did you mean 'certs'?" },
    { "a local that is not in scope is not proposed", "do local certs = 1 end\nprint(crets)",
      LC_EUSAGE, "case.lua:2: there is no variable 'crets'" },
    { "a field of _G that is not there", "print(_G.prnt)", LC_EUSAGE,
      "case.lua:1: there is no variable 'prnt': did you mean 'print'?" },
    { "a module that was not required", "x509.key.generate {}", LC_EUSAGE,
      "case.lua:1: there is no variable 'x509': write local x509 <const> = require "
      "\"charm.x509\"" },
    { "nothing like it", "print(quite_another)", LC_EUSAGE,
      "case.lua:1: there is no variable 'quite_another'" },
    { "a local that was forgotten in a function", "local function f() total = 1 end\nf()",
      LC_EUSAGE,
      "case.lua:1: 'total' is assigned to, and no variable yet: write local, or assign it first at "
      "the top level of the file" },
    { "a misspelt assignment", "count = 0\nlocal function f() coutn = 1 end\nf()", LC_EUSAGE,
      "case.lua:2: 'coutn' is assigned to, and no variable yet (did you mean 'count'?): write "
      "local, or assign it first at the top level of the file" },
    { "what ends a file has the file as its place", "return require 'charm'.open_port(4.5)",
      LC_EUSAGE,
      "case.lua: charm.open_port: expected a port such as 443 or \"8000-8010/udp\", got number" },
    { "what ends a function has the line of its call",
      "local charm = require 'charm'\nlocal function f() return charm.file.read(nil) end\n\nf()",
      LC_EUSAGE, "case.lua:4: charm.file.read: text expected, got nil" },
    { "a compiled chunk is refused", "\x1bLua", LC_ESCRIPT,
      "attempt to load a binary chunk (mode is 't')" },
    { "a module that is not there", "require 'x.y'", LC_ESCRIPT,
      "case.lua:1: module 'x.y' not found: no field package.preload['x.y'] " },
};

static void check_error(void **state)
{
    const struct error_row *row = *state;
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    setup_new(&setup, NULL);
    assert_false(run_text(&setup, row->script, &err));
    if (row->message != NULL)
        assert_string_equal(err.message, row->message);
    assert_string_equal(lc_code_name(err.code), lc_code_name(row->code));
    /* The VM goes on. */
    assert_int_equal(lua_gettop(bind_vm_state(setup.vm)), 0);
    assert_done(run_text(&setup, "assert(1 + 1 == 2)", &err));
    bind_vm_free(setup.vm);
}

static void error_in_the_handler_of_an_error(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_fails(
        run_text(&setup,
                 "local t = setmetatable({}, { __index = function(t, k) return t[k] end })\n"
                 "return t.x",
                 &err),
        LC_ESCRIPT, "C stack overflow");
    bind_vm_free(setup.vm);
}

/* --- tracebacks ------------------------------------------------------------------------------ */

struct trace_row {
    const char *name;
    const char *script;
    const char *traceback;
};

static const struct trace_row trace_rows[] = {
    { "one function", "error 'x'", "case.lua:1: in main chunk" },
    { "innermost first, C left out",
      "local function inner() error 'x' end\n"
      "local function outer() table.sort({ 2, 1 }, function() inner() end) end\n"
      "\nouter()",
      "case.lua:1: in function 'inner'\n"
      "case.lua:2: in function <case.lua:2>\n"
      "case.lua:2: in function 'outer'\n"
      "case.lua:4: in main chunk" },
    { "methods and fields",
      "local t = {}\nfunction t:m() t.f() end\nfunction t.f() error 'x' end\nt:m()",
      "case.lua:3: in function 'f'\ncase.lua:2: in function 'm'\ncase.lua:4: in main chunk" },
    { "of a mistake in the use of ours", "local j = require 'charm.json'\n\nj.encode(print)",
      "case.lua:3: in main chunk" },
    { "of a syntax error there is none", "x = = 1", "" },
};

static void check_traceback(void **state)
{
    const struct trace_row *row = *state;
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    setup_new(&setup, NULL);
    assert_string_equal(bind_vm_traceback(setup.vm), "");
    assert_false(run_text(&setup, row->script, &err));
    assert_string_equal(bind_vm_traceback(setup.vm), row->traceback);
    assert_done(run_text(&setup, "", &err));
    assert_string_equal(bind_vm_traceback(setup.vm), "");
    bind_vm_free(setup.vm);
}

static size_t count_lines(const char *text)
{
    size_t count = 1;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void deep_traceback_is_short(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_fails(run_text(&setup, "local function f() return 1 + f() end\n\nf()", &err), LC_ESCRIPT,
                 "stack overflow");
    const char *traceback = bind_vm_traceback(setup.vm);
    assert_in_range(count_lines(traceback), 20, 30);
    assert_non_null(strstr(traceback, "\n...\n"));
    assert_string_equal(strrchr(traceback, '\n'), "\ncase.lua:3: in main chunk");
    bind_vm_free(setup.vm);
}

/* --- calls from C ---------------------------------------------------------------------------- */

/* A callback that the core calls: shape C. */
static bool call_back(lua_State *L, struct lc_err *err)
{
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 7);
    return bind_pcall(L, 1, 1, err);
}

/* through(function): the function's result by way of C, its error as ours */
static int through(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;

    luaL_checkstack(L, 4, NULL);
    if (!call_back(L, &err))
        return bind_raise(L, &err);
    return 1;
}

static void errors_cross_c(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    lua_register(bind_vm_state(setup.vm), "through", through);
    assert_done(run_text(&setup, "assert(through(function(n) return n + 1 end) == 8)", &err));
    assert_fails(run_text(&setup,
                          "local function boom() error 'x' end\n\n"
                          "through(function()\n  boom()\nend)",
                          &err),
                 LC_ESCRIPT, "case.lua:1: x");
    assert_string_equal(err.message, "case.lua:1: x");
    assert_string_equal(bind_vm_traceback(setup.vm),
                        "case.lua:1: in function 'boom'\ncase.lua:4: in function <case.lua:3>\n"
                        "case.lua:3: in main chunk");
    assert_fails(
        run_text(&setup, "\nthrough(function() error { message = 'm', code = 'io' } end)", &err),
        LC_EIO, "case.lua:2: m");
    bind_vm_free(setup.vm);
}

static void a_kept_function_is_called(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    lua_State *L = bind_vm_state(setup.vm);
    assert_done(run_text(&setup, "sum = 0 function add(a, b) sum = a + b end", &err));
    (void)lua_getglobal(L, "add");
    const int reference = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushinteger(L, 3);
    lua_pushinteger(L, 4);
    assert_done(bind_vm_call(setup.vm, reference, 2, &err));
    assert_int_equal(lua_gettop(L), 0);
    (void)lua_getglobal(L, "sum");
    assert_int_equal(lua_tointeger(L, -1), 7);
    lua_settop(L, 0);
    lua_pushnil(L);
    lua_pushnil(L);
    assert_fails(bind_vm_call(setup.vm, reference, 2, &err), LC_ESCRIPT, "case.lua:1: ");
    assert_int_equal(lua_gettop(L), 0);
    bind_vm_free(setup.vm);
}

/* --- files ----------------------------------------------------------------------------------- */

struct file_row {
    const char *name;
    const char *bytes;
    enum lc_code code;
    const char *message; /* a part, after the path */
};

static const struct file_row file_rows[] = {
    { "a file runs", "assert(select('#', ...) == 2 and arg[2] == 'b' and ... == 'a')", LC_OK, "" },
    { "a line for the shell is passed over, and counts", "#!/usr/bin/env luacharm\nerror 'x'",
      LC_ESCRIPT, ":2: x" },
    { "a line for the shell may be all", "#!", LC_OK, "" },
    { "a byte order mark is passed over", "\xef\xbb\xbf#!x\nerror 'x'", LC_ESCRIPT, ":2: x" },
    { "an empty file is fine", "", LC_OK, "" },
    { "a compiled file is refused", "\x1bLuaT", LC_ESCRIPT, "attempt to load a binary chunk" },
    { "a compiled file behind a line for the shell is refused", "#!x\n\x1bLuaT", LC_ESCRIPT, "" },
};

struct folder {
    char *path;
    char *file;
};

static struct folder make_folder(const char *bytes)
{
    struct folder folder;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_dir_temporary("luacharm-test", &folder.path, &err));
    folder.file = lc_path_join(folder.path, "script.lua");
    assert_non_null(folder.file);
    if (bytes != NULL)
        assert_done(lc_file_create(folder.file, bytes, strlen(bytes), 0600, &err));
    return folder;
}

static void remove_folder(struct folder *folder)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_dir_remove_tree(folder->path, &err));
    lc_free(folder->path);
    lc_free(folder->file);
}

static void check_file(void **state)
{
    const struct file_row *row = *state;
    LC_AUTO(lc_strlist_release) struct lc_strlist args = LC_STRLIST_INIT;
    struct folder folder = make_folder(row->bytes);
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    setup_new(&setup, NULL);
    assert_done(lc_strlist_add(&args, "a", &err) && lc_strlist_add(&args, "b", &err));
    const bool ran = bind_vm_run_file(setup.vm, folder.file, &args, &err);
    assert_int_equal(ran, row->code == LC_OK);
    if (!ran)
        assert_failure(&err, row->code, row->message);
    bind_vm_free(setup.vm);
    remove_folder(&folder);
}

static void a_file_that_is_not_there(void **state)
{
    struct folder folder = make_folder(NULL);
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_fails(bind_vm_run_file(setup.vm, folder.file, NULL, &err), LC_ENOTFOUND, folder.file);
    assert_fails(bind_vm_run_file(setup.vm, folder.path, NULL, &err), LC_EUSAGE,
                 "not a regular file");
    bind_vm_free(setup.vm);
    remove_folder(&folder);
}

static void require_looks_in_the_folders(void **state)
{
    struct folder folder = make_folder("return { ... }");
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    LC_AUTO(lc_free) char *deep = lc_path_join(folder.path, "a/b");
    LC_AUTO(lc_free) char *init = lc_path_join(folder.path, "a/b/init.lua");
    LC_AUTO(lc_free) char *wrong = lc_path_join(folder.path, "wrong.lua");
    assert_done(lc_dir_make(deep, 0700, &err));
    assert_done(lc_file_create(init, "return 'deep'", strlen("return 'deep'"), 0600, &err));
    assert_done(lc_file_create(wrong, "\nx = = 1", strlen("\nx = = 1"), 0600, &err));
    assert_done(lc_strlist_add(&folders, "/nonexistent", &err));
    assert_done(lc_strlist_add(&folders, folder.path, &err));
    setup_new(&setup, NULL);
    assert_done(bind_vm_set_path(setup.vm, &folders, &err));
    assert_done(
        run_text(&setup,
                 "local found = require 'script'\n"
                 "assert(found[1] == 'script' and found[2]:match '/script%.lua$', found[2])\n"
                 "assert(require 'a.b' == 'deep')",
                 &err));
    assert_fails(run_text(&setup, "require 'wrong'", &err), LC_ESCRIPT,
                 "wrong.lua:2: unexpected symbol near '='");
    bind_vm_free(setup.vm);
    remove_folder(&folder);
}

/* --- print, warnings, time ------------------------------------------------------------------- */

static void print_goes_to_the_log(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_done(run_text(&setup, "print('a', 1, nil, true)", &err));
    assert_string_equal(setup.logged.line, "a\t1\tnil\ttrue");
    assert_int_equal(setup.logged.level, LC_LEVEL_INFO);
    assert_done(run_text(&setup, "print('first\\nlast')", &err));
    assert_string_equal(setup.logged.line, "last");
    bind_vm_free(setup.vm);
}

static void warnings_go_to_the_log(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_done(run_text(&setup, "warn('a', 'b')", &err));
    assert_string_equal(setup.logged.line, "ab");
    assert_int_equal(setup.logged.level, LC_LEVEL_WARNING);
    assert_done(run_text(&setup, "warn '@off'", &err));
    assert_string_equal(setup.logged.line, "ab");
    assert_done(run_text(&setup,
                         "setmetatable({}, { __gc = function() error 'late' end })\n"
                         "collectgarbage()",
                         &err));
    assert_string_equal(setup.logged.line, "error in __gc (case.lua:1: late)");
    bind_vm_free(setup.vm);
}

static void the_clock_is_the_contexts(void **state)
{
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, NULL);
    assert_done(run_text(&setup,
                         "assert(os.time() == 1700000000)\n"
                         "assert(os.date '!%Y' == '2023' and os.date('!*t').hour == 22)\n"
                         "assert(os.date('!%Y', 0) == '1970')",
                         &err));
    bind_vm_free(setup.vm);
}

static void frees_nothing(void **state)
{
    (void)state;
    bind_vm_free(NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, error_rows, check_error);
    SUITE_TEST(&suite, "endless recursion through C", error_in_the_handler_of_an_error);
    SUITE_ROWS(&suite, trace_rows, check_traceback);
    SUITE_TEST(&suite, "a deep traceback is short", deep_traceback_is_short);
    SUITE_TEST(&suite, "errors cross C and keep their place", errors_cross_c);
    SUITE_TEST(&suite, "a kept function is called", a_kept_function_is_called);
    SUITE_ROWS(&suite, file_rows, check_file);
    SUITE_TEST(&suite, "a file that is not there, or no file", a_file_that_is_not_there);
    SUITE_TEST(&suite, "require looks in the folders, in order", require_looks_in_the_folders);
    SUITE_TEST(&suite, "print goes to the log in a hook", print_goes_to_the_log);
    SUITE_TEST(&suite, "warnings and errors in finalizers go to the log", warnings_go_to_the_log);
    SUITE_TEST(&suite, "the clock is the context's", the_clock_is_the_contexts);
    SUITE_TEST(&suite, "frees NULL", frees_nothing);
    return suite_run(&suite, "vm");
}
