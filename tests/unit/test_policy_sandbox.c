/* bind/policy: what a policy's code cannot do, what it costs at most, and that it decides the same
 * whatever the seeds of the VM's hashes. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bind/policy_private.h"
#include "policy_setup.h"

static struct lc_key *key;

/* --- rules that fail ------------------------------------------------------------------------- */

struct fail_row {
    const char *name;
    const char *body;
    const char *failure; /* a part of what is logged */
};

static const struct fail_row fail_rows[] = {
    { "a rule that raises", "error 'on purpose'", "policy.lua:3: on purpose" },
    { "a rule that raises a table", "error {}", "a table without a message" },
    { "a rule that returns a text", "return 'yes'", "this one returned a string" },
    { "a rule that returns true", "return true", "this one returned a boolean" },
    { "a requirement that returns a shape", "return { validity = '1d' }", "is a profile's" },
    { "an unknown code", "return policy.deny('no', 'no')", "is none of ip_not_allowed" },
    { "a refusal without a message", "return policy.deny('other')", "expected a text" },
    { "an unknown field of the request", "return request.common_nam",
      "no field 'common_nam' (did you mean 'common_name'?)" },
    { "an unknown field of the key", "return request.key.bit",
      "no field 'bit' (did you mean 'bits'?)" },
    { "writing to the request", "request.is_ca = false", "a request is frozen" },
    { "writing to a list of the request", "request.dns[1] = 'x'", "frozen" },
    { "writing to a library", "string.find = nil", "frozen" },
    { "an unknown global", "return prnt('x')",
      "no global 'prnt' in a policy (did you mean 'print'?)" },
    { "writing a global", "found = true", "'found' would be a global" },
    { "os", "os.exit(1)", "no global 'os'" },
    { "io", "io.open('/etc/passwd')", "no global 'io'" },
    { "coroutine", "coroutine.yield()", "no global 'coroutine'" },
    { "load", "load('return 1')()", "no global 'load'" },
    { "setmetatable", "setmetatable({}, {})", "no global 'setmetatable'" },
    { "collectgarbage", "collectgarbage()", "no global 'collectgarbage'" },
    { "next, whose order is that of hashes", "next({})", "no global 'next'" },
    { "math.random", "return math.random()", "no field 'random'" },
    { "string.dump", "return string.dump(print)", "no field 'dump'" },
    { "a pattern", "return ('aaa'):match('a*')", "there are no patterns in a policy" },
    { "find with a pattern", "return ('aaa'):find('a*')", "there are no patterns in a policy" },
    { "an address", "return ('%p'):format({})", "%p is not offered" },
    { "closing the request", "local t <close> = request", "variable 't' got a non-closable" },
    { "require of what is not beside it", "require 'os'",
      "is required after the policy was loaded" },
    { "require of the folder above", "require '..secret'", "is no module of a policy" },
    { "require of a path", "require '/etc/passwd'", "is no module of a policy" },
    { "a function", "return policy.defer", "this one returned a function" },
    { "too deep a recursion", "local function f() return 1 + f() end return f()", "of memory" },
};

/* Under valgrind time may be the first thing to run out. */
static bool has_failed_with(const char *failure, const char *part)
{
    return strstr(failure, part) != NULL ||
           (test_is_under_valgrind() && strstr(failure, "for more than") != NULL);
}

static void check_fails(void **state)
{
    const struct fail_row *row = *state;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = policy_csr(key, "a.example.com", "a.example.com", NULL);
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    assert_done(policy_of_rule(row->body, NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_int_equal(lc_verdict_code(&verdict), 999);
    assert_string_equal(verdict.refusals[0].message, LC_POLICY_FAILED);
    assert_string_equal(policy_rule_name(policy, &verdict), "rule");
    assert_non_null(verdict.failure);
    if (!has_failed_with(verdict.failure, row->failure))
        fail_msg("'%s' is not in '%s'", row->failure, verdict.failure);
}

/* --- budgets --------------------------------------------------------------------------------- */

/* Each ends within a second of processor time with the memory under its cap, and is denied. */
static const struct fail_row budget_rows[] = {
    { "an endless loop", "while true do end", "for more than" },
    { "an endless loop in a pcall", "while true do pcall(function() while true do end end) end",
      "for more than" },
    { "an endless loop of pcalls", "local function f() return pcall(f) end while true do f() end",
      "for more than" },
    { "tables without end", "local t = {} while true do t[#t + 1] = {} end", "of memory" },
    { "tables without end in a pcall",
      "local t = {} while true do pcall(function() while true do t[#t + 1] = {} end end) end", "" },
    { "a text without end", "local s = 'x' while true do s = s .. s end", "a text of more than" },
    { "a text without end in a pcall",
      "local s = 'x' while true do pcall(function() s = s .. s end) end", "for more than" },
    { "a long text, again and again", "while true do local s = ('x'):rep(60000) end",
      "for more than" },
    { "an empty text, a great many times", "return (''):rep(1 << 60) .. ({})", "concatenate" },
    { "long texts compared without end",
      "local a, b = ('x'):rep(60000) .. 'a', ('x'):rep(60000) .. 'b' while true do local c = a < b "
      "end",
      "for more than" },
    { "a search that would be slow",
      "local a, b = ('a'):rep(60000), ('a'):rep(30000) .. 'b' while true do local c = a:find(b, 1, "
      "true) end",
      "for more than" },
    { "a glob that would be slow",
      "local a = ('a'):rep(30000) while true do local c = policy.glob('*a*a*a*a*a*a*a*b', a) end",
      "for more than" },
    { "a pathological pattern", "return ('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30))",
      "there are no patterns" },
    { "inserting in front without end", "local t = {} while true do table.insert(t, 1, 1) end",
      "for more than" },
    { "sorting without end",
      "local t = {} for i = 1, 50000 do t[i] = -i end while true do table.sort(t) end",
      "for more than" },
    { "pairs without end",
      "local t = {} for i = 1, 50000 do t[i] = i end while true do for _ in pairs(t) do break end "
      "end",
      "for more than" },
    { "upper case without end", "local s = ('x'):rep(60000) while true do local c = s:upper() end",
      "for more than" },
};

/* A policy is denied within a second; the sanitizer makes an allocation take several times as long.
 */
#ifdef __SANITIZE_ADDRESS__
#define BUDGET_MS 20000
#else
#define BUDGET_MS 1000
#endif

static void check_budget(void **state)
{
    const struct fail_row *row = *state;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = policy_csr(key, "a.example.com", "a.example.com", NULL);
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    assert_done(policy_of_rule(row->body, NULL, &policy, &err));
    const int64_t begin_ms = lc_clock_cpu_ms();
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    const int64_t spent_ms = lc_clock_cpu_ms() - begin_ms;
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_int_equal(lc_verdict_code(&verdict), 999);
    if (!has_failed_with(verdict.failure, row->failure))
        fail_msg("'%s' is not in '%s'", row->failure, verdict.failure);
    if (spent_ms >= BUDGET_MS && !test_is_under_valgrind())
        fail_msg("it took %lld ms", (long long)spent_ms);
    assert_in_range(policy->vm->memory_used, 0, LC_POLICY_MEMORY_BYTES);

    /* The next decision has a budget of its own. */
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
}

static void options_change_the_budget(void **state)
{
    const struct bind_policy_options small = { .instructions = 3000 };
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "a.example.com", NULL, NULL);
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(policy_of_rule("for i = 1, 10000 do end", NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_ISSUE);
    bind_policy_free(LC_STEAL(policy));
    assert_done(policy_of_rule("for i = 1, 10000 do end", &small, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
}

/* --- files that are no policies --------------------------------------------------------------- */

struct load_row {
    const char *name;
    const char *text;
    enum lc_code code;
    const char *message;
};

static const struct load_row load_rows[] = {
    { "an empty file", "", LC_EUSAGE, "expected it to return policy { ... }, got nil" },
    { "a syntax error", "return policy {", LC_ESCRIPT, "kept:policy.lua:1:" },
    { "a compiled chunk", "\x1bLua", LC_ESCRIPT, "binary chunk" },
    { "an endless loop while it is loaded", "while true do end", LC_ELIMIT, "for more than" },
    { "a module that is not there", "require 'os'", LC_ENOTFOUND,
      "kept:os.lua: it is not among the kept files" },
    { "a module that requires itself", "require 'policy'", LC_EUSAGE, "'policy' requires itself" },
    { "two rules of one name",
      POLICY_HEAD "return policy { policy.rules.no_ca(), policy.rules.no_ca() }", LC_EUSAGE,
      "there are two rules 'no CA certificates'" },
    { "an item that is no rule", POLICY_HEAD "return policy { 7 }", LC_EUSAGE, "item 1" },
    { "an unknown option", POLICY_HEAD "return policy { accepts = {} }", LC_EUSAGE,
      "unknown option 'accepts'" },
    { "an unknown acceptance", POLICY_HEAD "return policy { accept = { nams = { 'uri' } } }",
      LC_EUSAGE, "unknown option 'nams' (did you mean 'names'?)" },
    { "an unknown kind of names", POLICY_HEAD "return policy { accept = { names = { 'ur' } } }",
      LC_EUSAGE, "'ur' is none of email, uri, oid, other" },
    { "a rule without a function", POLICY_HEAD "return policy { policy.require('x') }", LC_EUSAGE,
      "expected a function(request), got nil" },
    { "another file by load", POLICY_HEAD "return policy.load('other.lua')", LC_EUSAGE,
      "a policy cannot load another one" },
};

static void check_load(void **state)
{
    const struct load_row *row = *state;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_fails(policy_of(row->text, NULL, &policy, &err), row->code, row->message);
}

/* --- the same whatever the seeds -------------------------------------------------------------- */

#define VMS 40

/* A refusal that is put together in the order of pairs, and of a sort with equal elements. */
static const char ordered_rule[] =
    "local t = { alpha = 1, beta = 2, gamma = 3, delta = 4, epsilon = 5, zeta = 6, eta = 7, [3] = "
    "0 }\n"
    "local out = {}\n"
    "for k in pairs(t) do out[#out + 1] = tostring(k) end\n"
    "local list = {}\n"
    "for i = 1, 300 do list[i] = { i % 3, i } end\n"
    "table.sort(list, function(a, b) return a[1] < b[1] end)\n"
    "for i = 1, 300, 50 do out[#out + 1] = tostring(list[i][2]) end\n"
    "out[#out + 1] = tostring({}) .. ('%s'):format(print)\n"
    "return policy.deny('other', table.concat(out, ' '))";

static void decisions_do_not_depend_on_the_seed(void **state)
{
    struct bind_policy *policies[VMS] = { NULL };
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "a.example.com", NULL, NULL);
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    char first[512] = "";
    char orders[VMS][256];
    size_t different = 0;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (size_t i = 0; i < VMS; i++) {
        LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
        assert_done(policy_of_rule(ordered_rule, NULL, &policies[i], &err));
        assert_done(
            lc_policy_decide(bind_policy_engine(policies[i]), &request, NULL, &verdict, &err));
        assert_null(verdict.failure);
        if (i == 0)
            (void)snprintf(first, sizeof(first), "%s", verdict.refusals[0].message);
        assert_string_equal(verdict.refusals[0].message, first);

        /* That the seeds do differ: the same keys in the order of Lua's own next. */
        lua_State *L = policies[i]->vm->L;
        lua_settop(L, 0);
        lua_newtable(L);
        for (char name[] = "key_a"; name[4] <= 'p'; name[4]++) {
            lua_pushboolean(L, 1);
            lua_setfield(L, 1, name);
        }
        size_t used = 0;
        lua_pushnil(L);
        while (lua_next(L, 1) != 0) {
            lua_pop(L, 1);
            used += (size_t)snprintf(orders[i] + used, sizeof(orders[i]) - used, "%s ",
                                     lua_tostring(L, -1));
        }
        lua_settop(L, 0);
        different += strcmp(orders[i], orders[0]) != 0;
    }
    assert_in_range(different, 1, VMS);
    for (size_t i = 0; i < VMS; i++)
        bind_policy_free(policies[i]);
}

/* --- the same whatever was decided before -------------------------------------------------------
 */

struct state_row {
    const char *name;
    const char *head; /* outside of the rule */
    const char *body; /* changes it */
    const char *what; /* as the failure calls it; NULL: it may do so */
};

static const struct state_row state_rows[] = {
    { "a number that counts", "local count = 0", "count = count + 1", "'count'" },
    { "an integer that becomes a float", "local one = 1", "one = 1.0", "'one'" },
    { "a zero that changes its sign", "local zero = 0.0", "zero = -0.0", "'zero'" },
    { "a variable that had no value", "local kept", "kept = request", "'kept'" },
    { "a field of a table", "local seen = {}", "seen[request.common_name] = true",
      "'seen.a.example.com'" },
    { "a field that goes", "local names = { a = 1 }", "names.a = nil", "'names.a'" },
    { "an item of a list", "local list = { 1, 2 }", "table.insert(list, 3)", "'list'" },
    { "a table in a table", "local t = { deep = { er = { 1 } } }", "t.deep.er[1] = 2",
      "'t.deep.er'" },
    { "a table that closes a circle", "local t = {} t.self = t", "t.self.self.x = 1", "x'" },
    { "a variable of a function that is called", "local n = 0 local function up() n = n + 1 end",
      "up()", "'n'" },
    { "a variable of a closure in a table",
      "local function counter() local n = 0 return function() n = n + 1 return n end end "
      "local t = { counter() }",
      "local n = t[1]()", "'n'" },
    { "the state of an iterator", "local step = pairs { a = 1, b = 2 }", "local k = step()",
      "iterator" },
    { "a table that is filled up", "local t = {}", "while true do t[#t + 1] = {} end", "memory" },
    { "a function of the module", "", "policy.deny = nil", "deny'" },
    { "something more in the module", "", "policy.mine = 1", "mine'" },
    { "something more among its rules", "", "policy.rules.mine = 1", "mine'" },
    { "a class of the module", "local p = policy { policy.rules.no_ca() }", "p.__index.x = 1",
      "x'" },
    { "a change before the rule fails", "local n = 0", "n = 1 error 'no'", "no" },
    { "what is only read", "local list, nan = { 1, 2 }, 0 / 0",
      "local sum = 0 for _, v in ipairs(list) do sum = sum + v end return nan == 0 and sum or nil",
      NULL },
    { "what is changed and put back", "local n = 0", "n = 1 n = 0", NULL },
    { "what the rule has for itself", "", "local t, n = {}, 0 t.x = 1 n = n + 1", NULL },
};

/* Twice the same: what the first decision has changed is no more. */
static void check_state(void **state)
{
    const struct state_row *row = *state;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = policy_csr(key, "a.example.com", "a.example.com", NULL);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    lc_buf_printf(&text,
                  POLICY_HEAD
                  "%s\n"
                  "return policy {\n"
                  "  policy.require('rule', function(request) %s end),\n"
                  "  policy.profile('all', function() return { validity = '1d' } end),\n"
                  "}\n",
                  row->head, row->body);
    assert_done(policy_of(text.data, NULL, &policy, &err));
    for (int i = 0; i < 2; i++) {
        LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
        assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
        if (row->what == NULL) {
            assert_null(verdict.failure);
            assert_int_equal(verdict.kind, LC_VERDICT_ISSUE);
            continue;
        }
        assert_int_equal(verdict.kind, LC_VERDICT_DENY);
        assert_int_equal(lc_verdict_code(&verdict), 999);
        assert_string_equal(verdict.refusals[0].message, LC_POLICY_FAILED);
        assert_string_equal(policy_rule_name(policy, &verdict), "rule");
        if (!has_failed_with(verdict.failure, row->what))
            fail_msg("'%s' is not in '%s'", row->what, verdict.failure);
    }
}

/* A rule that changes something for one request has no say in the next. */
static void a_change_for_one_request_is_none_for_the_next(void **state)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *bad = policy_csr(key, "bad.example.com", NULL, NULL);
    LC_AUTO(lc_csr_unref) struct lc_csr *good = policy_csr(key, "good.example.com", NULL, NULL);
    const struct lc_policy_request requests[] = { { .csr = good, .now_s = 1 },
                                                  { .csr = bad, .now_s = 1 },
                                                  { .csr = good, .now_s = 1 } };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(policy_of(
        POLICY_HEAD "local locked = { false }\n"
                    "return policy { policy.profile('all', function(request)\n"
                    "  if locked[1] then return policy.deny('other', 'locked') end\n"
                    "  if request.common_name == 'bad.example.com' then locked[1] = true end\n"
                    "  return { validity = '1d' }\n"
                    "end) }",
        NULL, &policy, &err));
    for (size_t i = 0; i < LC_COUNT(requests); i++) {
        LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
        assert_done(
            lc_policy_decide(bind_policy_engine(policy), &requests[i], NULL, &verdict, &err));
        assert_int_equal(verdict.kind, i == 1 ? LC_VERDICT_DENY : LC_VERDICT_ISSUE);
        assert_int_equal(verdict.failure != NULL, i == 1);
    }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    key = policy_key();
    SUITE_ROWS(&suite, fail_rows, check_fails);
    SUITE_ROWS(&suite, budget_rows, check_budget);
    SUITE_TEST(&suite, "options change the budget", options_change_the_budget);
    SUITE_ROWS(&suite, load_rows, check_load);
    SUITE_TEST(&suite, "decisions do not depend on the seed of the VM",
               decisions_do_not_depend_on_the_seed);
    SUITE_ROWS(&suite, state_rows, check_state);
    SUITE_TEST(&suite, "a change for one request is none for the next",
               a_change_for_one_request_is_none_for_the_next);
    const int failures = suite_run(&suite, "policy_sandbox");
    lc_key_unref(key);
    return failures;
}
