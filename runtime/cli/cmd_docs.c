/* luacharm docs: the reference of the Lua half, out of the program itself. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bind/bind.h"
#include "cli/cmd.h"
#include "cli/page.h"
#include "cli/stubs.h"
#include "host/lint.h"
#include "host/test.h"
#include "x509/lint.h"

#define SITE_MAX_BYTES (16u * 1024 * 1024)

/* What is asked: charm.docs for page(name) or data(), charm.stubs for files(). */
struct question {
    const char *module;
    const char *function;
    const char *name; /* NULL: none */
};

/* ask(struct question *): the text. */
static int ask(lua_State *L)
{
    const struct question *question = lua_touserdata(L, 1);

    (void)lua_getglobal(L, "require");
    (void)lua_pushstring(L, question->module);
    lua_call(L, 1, 1);
    (void)lua_getfield(L, -1, question->function);
    bind_push_text(L, question->name);
    lua_call(L, 1, 1);
    return 1;
}

/* *out: a view that lives as long as the VM. */
static bool get_text(struct bind_vm *vm, const struct question *question, const char **out,
                     struct lc_err *err)
{
    lua_State *L = bind_vm_state(vm);

    lua_pushcfunction(L, ask);
    lua_pushlightuserdata(L, (void *)(uintptr_t)question);
    if (!bind_pcall(L, 1, 1, err))
        return false;
    *out = lua_tostring(L, -1);
    return true;
}

static void put_command(struct lc_json_writer *writer, const struct lc_cmd *cmd, const char *parent)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "%s%s%s", parent == NULL ? "" : parent,
                   parent == NULL ? "" : " ", cmd->name);
    lc_json_begin_object(writer);
    lc_json_member_string(writer, "name", name);
    lc_json_key(writer, "options");
    lc_json_begin_array(writer);
    for (const struct lc_opt *option = cmd->options; option != NULL && option->name != NULL;
         option++) {
        lc_json_begin_array(writer);
        lc_json_put_string(writer, option->name);
        lc_json_put_string(writer, option->value == NULL ? "" : option->value);
        lc_json_put_string(writer, option->help);
        lc_json_end_array(writer);
    }
    lc_json_end_array(writer);
    lc_json_member_string(writer, "summary", cmd->summary);
    lc_json_member_string(writer, "synopsis", cmd->synopsis);
    lc_json_end_object(writer);
}

static void put_commands(struct lc_json_writer *writer)
{
    lc_json_begin_array(writer);
    for (size_t i = 0; lc_commands[i] != NULL; i++) {
        const struct lc_cmd *cmd = lc_commands[i];
        if (cmd->subcommands == NULL)
            put_command(writer, cmd, NULL);
        for (size_t k = 0; cmd->subcommands != NULL && cmd->subcommands[k] != NULL; k++)
            put_command(writer, cmd->subcommands[k], cmd->name);
    }
    lc_json_end_array(writer);
}

static void put_lints(struct lc_json_writer *writer)
{
    const struct lc_lint_rule *rule;

    lc_json_begin_array(writer);
    for (size_t i = 0; (rule = lc_lint_rule(i)) != NULL; i++) {
        lc_json_begin_object(writer);
        lc_json_member_string(writer, "about", lc_lint_scope_name(rule->scope));
        lc_json_member_string(writer, "id", rule->id);
        lc_json_member_string(writer, "severity", lc_lint_severity_name(rule->severity));
        lc_json_member_string(writer, "source", rule->source);
        lc_json_member_string(writer, "text", rule->text);
        lc_json_end_object(writer);
    }
    lc_json_end_array(writer);
}

/* {"commands": [...], "lints": [...], "reference": {...}, "refusals": [...],
 * "rules": [...]} */
static bool write_site(struct bind_vm *vm, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf data = LC_BUF_INIT(SITE_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&data, LC_JSON_COMPACT);
    LC_AUTO(lc_buf_release) struct lc_buf refusals = LC_BUF_INIT(SITE_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf rules = LC_BUF_INIT(SITE_MAX_BYTES);
    const char *reference;

    if (!get_text(vm, &(struct question){ .module = "charm.docs", .function = "data" }, &reference,
                  err) ||
        !lc_host_test_refusals(true, &refusals, err) || !lc_host_lint_rules(true, &rules, err))
        return false;
    lc_buf_puts(&data, "{\"commands\":");
    put_commands(&writer);
    lc_buf_puts(&data, ",\"lints\":");
    writer = lc_json_writer(&data, LC_JSON_COMPACT);
    put_lints(&writer);
    lc_buf_printf(&data, ",\"reference\":%s,\"refusals\":%s,\"rules\":%s}", reference,
                  refusals.data, rules.data);
    if (!lc_buf_check(&data, err))
        return false;
    return page_write(path,
                      &(struct page){ .name = "docs",
                                      .title = "luacharm " LC_VERSION ": reference",
                                      .data = data.data,
                                      .data_len = data.len },
                      err);
}

static bool write_stubs(struct bind_vm *vm, const char *folder, struct lc_err *err)
{
    const struct question question = { .module = "charm.stubs", .function = "files" };
    const char *files;

    return get_text(vm, &question, &files, err) && stubs_write(files, strlen(files), folder, err);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct bind_context context = { .clock = lc_clock_system(),
                                    .log = lc_log_stderr(LC_LEVEL_INFO) };
    LC_AUTO(bind_vm_free) struct bind_vm *vm = NULL;
    const struct question question = { .module = "charm.docs",
                                       .function = "page",
                                       .name = args->count == 0 ? NULL : args->positionals[0] };
    const char *path = lc_args_value(args, "html");
    const char *folder = lc_args_value(args, "stubs");
    const char *text;

    if (!bind_vm_new(&context, NULL, &vm, err))
        return LC_EXIT_FAILED;
    if (path != NULL && !write_site(vm, path, err))
        return LC_EXIT_FAILED;
    if (folder != NULL && !write_stubs(vm, folder, err))
        return LC_EXIT_FAILED;
    if (path != NULL || folder != NULL)
        return LC_EXIT_DONE;
    if (!get_text(vm, &question, &text, err))
        return LC_EXIT_FAILED;
    (void)puts(text); /* main sees whether it was written */
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "html", 0, "FILE", "all of it, with the commands and rules, as one page for a browser" },
    { "stubs", 0, "DIR", "all of it as files that editors read (LuaCATS), for their library" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_docs = {
    .name = "docs",
    .synopsis = "[NAME] [--html FILE] [--stubs DIR]",
    .summary = "what is written about a function, class or module of Lua's half",
    .options = options,
    .max = 1,
    .run = run,
};
