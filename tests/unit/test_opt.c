/* cli/opt and cli/cmd_help: words parsed by a table, and what is said of unknown ones. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/cmd.h"
#include "rows.h"

static const struct lc_opt options[] = {
    { "json", 0, NULL, "as JSON" },
    { "units", 'n', "N", "how many" },
    { "config", 0, "KEY=VALUE", "an option of the charm" },
    { "verbose", 'v', NULL, "more" },
    { "watch", 0, "[DURATION]", "again and again" },
    { NULL, 0, NULL, NULL },
};

static const struct lc_cmd plain = {
    .name = "deploy", .synopsis = "DIR [NAME]", .options = options, .min = 1, .max = 2
};
static const struct lc_cmd script = { .name = "run",
                                      .synopsis = "FILE [ARG...]",
                                      .options = options,
                                      .min = 1,
                                      .max = LC_ANY,
                                      .words_follow = true };
static const struct lc_cmd bare = { .name = "settle", .synopsis = "" };

/* What was parsed, as one text: options in order, then | and the other words. */
static void show(const struct lc_args *args, struct lc_buf *out)
{
    for (size_t i = 0; i < args->given_count; i++)
        lc_buf_printf(out, "%s%s%s ", args->given[i]->name, args->values[i] == NULL ? "" : "=",
                      args->values[i] == NULL ? "" : args->values[i]);
    lc_buf_puts(out, "|");
    for (size_t i = 0; i < args->count; i++)
        lc_buf_printf(out, " %s", args->positionals[i]);
}

struct parse_row {
    const char *name;
    const struct lc_cmd *cmd;
    const char *words[8];
    const char *want; /* as shown, or a part of the message */
    enum lc_code code;
};

static const struct parse_row parse_rows[] = {
    { "words alone", &plain, { "a", "b" }, "| a b", LC_OK },
    { "a flag", &plain, { "--json", "a" }, "json | a", LC_OK },
    { "options after words", &plain, { "a", "--json" }, "json | a", LC_OK },
    { "a value as the next word", &plain, { "--units", "3", "a" }, "units=3 | a", LC_OK },
    { "a value after an equals sign", &plain, { "--units=3", "a" }, "units=3 | a", LC_OK },
    { "a value that is empty", &plain, { "--units=", "a" }, "units= | a", LC_OK },
    { "a value with an equals sign", &plain, { "--config", "k=v", "a" }, "config=k=v | a", LC_OK },
    { "a value that may be left out", &plain, { "a", "--watch" }, "watch= | a", LC_OK },
    { "and is, before an option", &plain, { "--watch", "--json", "a" }, "watch= json | a", LC_OK },
    { "and is not", &plain, { "a", "--watch", "2s" }, "watch=2s | a", LC_OK },
    { "nor when joined", &plain, { "--watch=2s", "a" }, "watch=2s | a", LC_OK },
    { "a value that looks like an option",
      &plain,
      { "--config", "--json", "a" },
      "config=--json | a",
      LC_OK },
    { "a letter", &plain, { "-v", "a" }, "verbose | a", LC_OK },
    { "a letter and the next word", &plain, { "-n", "3", "a" }, "units=3 | a", LC_OK },
    { "a letter with its value", &plain, { "-n3", "a" }, "units=3 | a", LC_OK },
    { "an option again",
      &plain,
      { "--config", "a=1", "--config=b=2", "x" },
      "config=a=1 config=b=2 | x",
      LC_OK },
    { "-- ends options", &plain, { "--", "--json", "-v" }, "| --json -v", LC_OK },
    { "- alone is a word", &plain, { "-" }, "| -", LC_OK },
    { "words follow the first",
      &script,
      { "--json", "f", "--json", "-x", "--" },
      "json | f --json -x --",
      LC_OK },
    { "-- before the first word", &script, { "--", "--f", "--json" }, "| --f --json", LC_OK },
    { "nothing at all", &bare, { NULL }, "|", LC_OK },
    { "an unknown option",
      &plain,
      { "a", "--frobnicate" },
      "unknown option '--frobnicate'",
      LC_EUSAGE },
    { "an unknown option that is like one",
      &plain,
      { "--unit", "3" },
      "unknown option '--unit' (did you mean '--units'?)",
      LC_EUSAGE },
    { "an unknown option with a value that is like one",
      &plain,
      { "--jsn=1" },
      "unknown option '--jsn=1' (did you mean '--json'?)",
      LC_EUSAGE },
    { "an unknown letter", &plain, { "-x" }, "unknown option '-x'", LC_EUSAGE },
    { "letters are not joined", &plain, { "-vn" }, "'--verbose' takes no value", LC_EUSAGE },
    { "a flag with a value", &plain, { "--json=1" }, "'--json' takes no value", LC_EUSAGE },
    { "an option without its value",
      &plain,
      { "a", "--units" },
      "'--units' needs a value: N",
      LC_EUSAGE },
    { "too few words", &plain, { "--json" }, "expected DIR [NAME]", LC_EUSAGE },
    { "too many words", &plain, { "a", "b", "c" }, "'c' is one word too many", LC_EUSAGE },
    { "an option where there is none", &bare, { "--json" }, "unknown option '--json'", LC_EUSAGE },
    { "a very long unknown option",
      &plain,
      { "--"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a" },
      "unknown option '--aaaa",
      LC_EUSAGE },
};

static void check_parse(void **state)
{
    const struct parse_row *row = *state;
    LC_AUTO(lc_args_release) struct lc_args args = { .cmd = row->cmd };
    LC_AUTO(lc_buf_release) struct lc_buf shown = LC_BUF_INIT(4096);
    struct lc_err err = LC_ERR_INIT;
    int count = 0;

    while (row->words[count] != NULL)
        count++;
    /* The words are only read. */
    const bool done = lc_args_parse(row->cmd, count, (char *const *)(uintptr_t)row->words, &args,
                                    &err);
    if (row->code != LC_OK) {
        assert_false(done);
        assert_failure(&err, row->code, row->want);
        return;
    }
    assert_done(done);
    show(&args, &shown);
    assert_string_equal(shown.data, row->want);
}

static void values_are_found(void **state)
{
    const char *words[] = { "--config", "a=1", "-n", "1", "--config", "b=2", "-n2", "x" };
    LC_AUTO(lc_args_release) struct lc_args args = { .cmd = &plain };
    LC_AUTO(lc_strlist_release) struct lc_strlist values = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_args_parse(&plain, 8, (char *const *)(uintptr_t)words, &args, &err));
    assert_string_equal(lc_args_value(&args, "units"), "2"); /* the last one */
    assert_null(lc_args_value(&args, "json"));
    assert_true(lc_args_has(&args, "config"));
    assert_false(lc_args_has(&args, "json"));
    assert_done(lc_args_values(&args, "config", &values, &err));
    assert_int_equal(values.count, 2);
    assert_string_equal(values.items[1], "b=2");
}

#ifdef LC_FAULT_HOOKS
static void memory_runs_out(void **state)
{
    const char *words[] = { "--json", "x" };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (unsigned long nth = 1; nth <= 3; nth++) {
        LC_AUTO(lc_args_release) struct lc_args args = { .cmd = &plain };
        lc_fault_allocation(nth);
        assert_fails(lc_args_parse(&plain, 2, (char *const *)(uintptr_t)words, &args, &err),
                     LC_ENOMEM, "out of memory");
    }
    lc_fault_allocation(0);
}
#endif

static void unknown_commands(void **state)
{
    const struct lc_cmd *const table[] = { &plain, &script, NULL };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_ptr_equal(lc_cmd_find(table, "run"), &script);
    assert_null(lc_cmd_find(table, "ru"));
    assert_false(lc_cmd_fail_unknown(table, NULL, "deplyo", &err));
    assert_failure(&err, LC_EUSAGE, "there is no command 'deplyo' (did you mean 'deploy'?)");
    assert_false(lc_cmd_fail_unknown(table, NULL, "xyz", &err));
    assert_failure(&err, LC_EUSAGE, "there is no command 'xyz': 'luacharm help' lists them");
    assert_false(lc_cmd_fail_unknown(table, "model", "xyz", &err));
    assert_failure(&err, LC_EUSAGE, "there is no command 'xyz': 'luacharm help model' lists them");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, parse_rows, check_parse);
    SUITE_TEST(&suite, "values of options are found", values_are_found);
    SUITE_TEST(&suite, "unknown commands are told the nearest", unknown_commands);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "memory runs out", memory_runs_out);
#endif
    return suite_run(&suite, "opt");
}
