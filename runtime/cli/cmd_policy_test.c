/* luacharm policy test: the tests beside a policy, what they cover, and whether they notice faults.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/lua_mutants.h"
#include "cli/policy.h"
#include "cli/policy_tests.h"

#define TEXT_MAX_BYTES (1024u * 1024)

/* What a rule said over all tests. */
struct cover {
    size_t asked;
    size_t counts[LC_ANSWER_FAILED + 1]; /* by enum lc_answer_kind */
};

struct report {
    size_t passed;
    size_t failed;
    size_t mutants;
    size_t survivors;
    size_t by_kind[LUA_MUTATIONS];
};

/* --- tests ----------------------------------------------------------------------------------- */

static void count_steps(const struct policy_try *try, struct cover *covers)
{
    for (size_t i = 0; i < try->step_count; i++) {
        covers[try->steps[i].rule].asked++;
        covers[try->steps[i].rule].counts[try->steps[i].answer]++;
    }
}

static bool run_tests(const struct policy_tests *tests, const struct bind_policy *policy,
                      struct cover *covers, struct report *report, struct lc_err *err)
{
    for (size_t i = 0; i < tests->count; i++) {
        LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf why = LC_BUF_INIT(TEXT_MAX_BYTES);
        if (!policy_test_run(tests, &tests->items[i], policy, true, &try, &why, err))
            return false;
        count_steps(&try, covers);
        const bool passed = why.len == 0;
        report->passed += passed;
        report->failed += !passed;
        (void)printf("%sok %zu - %s\n", passed ? "" : "not ", report->passed + report->failed,
                     tests->items[i].name);
        if (!passed)
            (void)printf("# %s\n", why.data);
    }
    return true;
}

/* A rule that was never heard, or never kept silent, could as well not be there, or always be. */
static void print_cover(const struct lc_policy_rule *rule, const struct cover *cover)
{
    const char *missing = cover->asked == 0                                  ? "never asked"
                          : cover->asked == cover->counts[LC_ANSWER_NOTHING] ? "never says anything"
                          : cover->counts[LC_ANSWER_NOTHING] == 0 && rule->kind == LC_RULE_REQUIRE
                              ? "never silent"
                              : NULL;

    (void)printf("# %-8s %-28s %s:", lc_rule_kind_name(rule->kind), rule->name, rule->where);
    for (int kind = LC_ANSWER_NOTHING; kind <= LC_ANSWER_FAILED; kind++)
        if (cover->counts[kind] > 0)
            (void)printf(" %s %zu", lc_answer_name((enum lc_answer_kind)kind), cover->counts[kind]);
    (void)printf("%s%s\n", missing == NULL ? "" : " - ", missing == NULL ? "" : missing);
}

static void print_covers(const struct lc_policy *engine, const struct cover *covers)
{
    size_t heard = 0;
    const size_t count = lc_policy_rule_count(engine);

    for (size_t i = LC_POLICY_BUILTINS; i < count; i++) {
        print_cover(lc_policy_rule(engine, i), &covers[i]);
        heard += covers[i].asked > covers[i].counts[LC_ANSWER_NOTHING];
    }
    (void)printf("# %zu of %zu rules heard\n", heard, count - LC_POLICY_BUILTINS);
}

/* --- mutants --------------------------------------------------------------------------------- */

/* *killed_out: a test fails, or the policy cannot be loaded. */
static bool try_mutant(const struct policy_tests *tests, const struct lc_strmap *sources,
                       const char *main, bool *killed_out, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    struct lc_err broken = LC_ERR_INIT;

    *killed_out = true;
    if (!bind_policy_load_kept(sources, main, NULL, &policy, &broken))
        return broken.code != LC_ENOMEM || lc_fail_memory(err);
    for (size_t i = 0; i < tests->count; i++) {
        LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf why = LC_BUF_INIT(TEXT_MAX_BYTES);
        if (!policy_test_run(tests, &tests->items[i], policy, false, &try, &why, err))
            return false;
        if (why.len > 0)
            return true;
    }
    *killed_out = false;
    return true;
}

static void print_survivor(const char *file, const char *source, const struct lua_mutant *mutant)
{
    int len = (int)strcspn(source + mutant->at, "\n");

    if ((size_t)len > mutant->len)
        len = (int)mutant->len;
    (void)printf("# survives: %s:%d: %s: %.*s%s", file, mutant->line,
                 lua_mutation_name(mutant->kind), len, source + mutant->at,
                 (size_t)len < mutant->len ? " ..." : "");
    (void)printf("%s%s\n", *mutant->text == '\0' ? "" : " -> ", mutant->text);
}

static bool mutate_file(const struct policy_tests *tests, const struct bind_policy *policy,
                        const struct lc_strmap_entry *file, struct report *report,
                        struct lc_err *err)
{
    LC_AUTO(lua_mutants_release) struct lua_mutants mutants = LUA_MUTANTS_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;
    const size_t len = strlen(file->value);

    if (!lua_mutants_find(file->value, len, &mutants, err) ||
        !lc_strmap_copy(&sources, bind_policy_sources(policy), err))
        return lc_wrap(err, "%s", file->key);
    for (size_t i = 0; i < mutants.count; i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_POLICY_SOURCE_BYTES * 2);
        bool killed;
        lua_mutant_apply(&mutants.items[i], file->value, len, &text);
        if (!lc_buf_check(&text, err) || !lc_strmap_set(&sources, file->key, text.data, err) ||
            !try_mutant(tests, &sources, bind_policy_main(policy), &killed, err))
            return false;
        report->mutants++;
        report->by_kind[mutants.items[i].kind]++;
        if (killed)
            continue;
        report->survivors++;
        print_survivor(file->key, file->value, &mutants.items[i]);
    }
    return true;
}

static bool mutate(const struct policy_tests *tests, const struct bind_policy *policy,
                   struct report *report, struct lc_err *err)
{
    const struct lc_strmap *sources = bind_policy_sources(policy);

    for (size_t i = 0; i < sources->count; i++)
        if (!mutate_file(tests, policy, &sources->entries[i], report, err))
            return false;
    return true;
}

static void print_mutants(const struct report *report)
{
    (void)printf("# %zu mutants, %zu survive:", report->mutants, report->survivors);
    for (int kind = 0; kind < LUA_MUTATIONS; kind++)
        (void)printf("%s %s %zu", kind == 0 ? "" : ",", lua_mutation_name((enum lua_mutation)kind),
                     report->by_kind[kind]);
    (void)printf("\n");
}

/* --- files ----------------------------------------------------------------------------------- */

static bool run_file(const char *path, bool mutates, struct report *report, struct lc_err *err)
{
    LC_AUTO(policy_tests_release) struct policy_tests tests = { .document = NULL };
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    const size_t failed = report->failed;

    if (!policy_tests_load(path, &tests, err) ||
        !bind_policy_load(tests.policy, NULL, &policy, err))
        return false;
    const struct lc_policy *engine = bind_policy_engine(policy);
    LC_AUTO(lc_free) struct cover *covers = lc_alloc(lc_policy_rule_count(engine), sizeof(*covers));
    if (covers == NULL)
        return lc_fail_memory(err);
    (void)printf("# %s\n", path);
    if (!run_tests(&tests, policy, covers, report, err))
        return false;
    print_covers(engine, covers);
    return !mutates || report->failed > failed || mutate(&tests, policy, report, err);
}

/* Links to folders are not followed: a walk along them may not end. */
static bool list_files(const char *path, struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (!lc_dir_list(path, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        if (names.items[i][0] == '.')
            continue;
        LC_AUTO(lc_free) char *inside = lc_path_join(path, names.items[i]);
        if (inside == NULL)
            return lc_fail_memory(err);
        if (lc_dir_is_real(inside)
                ? !list_files(inside, out, err)
                : lc_text_has_suffix(inside, "_test.yaml") && !lc_strlist_add(out, inside, err))
            return false;
    }
    return true;
}

static bool take_word(const char *word, struct lc_strlist *out, struct lc_err *err)
{
    return lc_dir_exists(word) ? list_files(word, out, err) : lc_strlist_add(out, word, err);
}

static bool run_all(const struct lc_args *args, struct report *report, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist files = LC_STRLIST_INIT;

    if (args->count == 0 && !list_files(".", &files, err))
        return false;
    for (size_t i = 0; i < args->count; i++)
        if (!take_word(args->positionals[i], &files, err))
            return false;
    for (size_t i = 0; i < files.count; i++)
        if (!run_file(files.items[i], lc_args_has(args, "mutate"), report, err))
            return false;
    if (report->passed + report->failed == 0)
        return lc_fail(err, LC_ENOTFOUND, "no tests: no NAME_test.yaml with a test in it");
    return true;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct report report = { .passed = 0 };

    if (!run_all(args, &report, err))
        return LC_EXIT_FAILED;
    (void)printf("1..%zu\n", report.passed + report.failed);
    if (lc_args_has(args, "mutate"))
        print_mutants(&report);
    (void)printf("# %zu passed, %zu failed\n", report.passed, report.failed);
    if (report.failed > 0)
        return LC_EXIT_FAILED;
    return report.survivors > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "mutate", 0, NULL, "plant faults into the policy: exit 3 when no test notices one" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_test = {
    .name = "test",
    .synopsis = "[--mutate] [PATH...]",
    .summary = "the tests beside policies, NAME_test.yaml beside NAME.lua, as TAP, and which rules "
               "they cover",
    .options = options,
    .max = LC_ANY,
    .run = run,
};
