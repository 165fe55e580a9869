/* bind/vm: the limits of memory and instructions, memory that runs out anywhere, and memory that is
 * cleansed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bind/bind.h"
#include "vm_setup.h"

/* --- limits ---------------------------------------------------------------------------------- */

struct limit_row {
    const char *name;
    const char *script;
    struct bind_limits limits;
    const char *message;
};

static const struct limit_row limit_rows[] = {
    { "an endless loop ends",
      "while true do end",
      { .instructions = 1000000 },
      "case.lua:1: the script ran for more than 1000000 instructions" },
    { "a pcall does not hold it up",
      "while true do pcall(function() while true do end end) end",
      { .instructions = 1000000 },
      "case.lua:1: the script ran for more than 1000000 instructions" },
    { "nor does a coroutine",
      "local co = coroutine.wrap(function() while true do end end)\nwhile true do pcall(co) end",
      { .instructions = 1000000 },
      "the script ran for more than 1000000 instructions" },
    { "a script that takes too much memory ends",
      "local t = {} while true do t[#t + 1] = {} end",
      { .memory_bytes = 2 * 1024 * 1024 },
      "the script needs more than 2048 KiB of memory" },
    { "a text that is too large is not made",
      "local s = ('x'):rep(1 << 30)",
      { .memory_bytes = 2 * 1024 * 1024 },
      "the script needs more than 2048 KiB of memory" },
};

static void check_limit(void **state)
{
    const struct limit_row *row = *state;
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    setup_new(&setup, &row->limits);
    assert_fails(run_text(&setup, row->script, &err), LC_ELIMIT, row->message);
    assert_done(run_text(&setup, "assert(1 + 1 == 2)", &err)); /* each entry has its own */
    bind_vm_free(setup.vm);
}

static void few_instructions_are_enough_for_little(void **state)
{
    const struct bind_limits limits = { .instructions = 100000 };
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    setup_new(&setup, &limits);
    for (int i = 0; i < 20; i++)
        assert_done(run_text(&setup, "for i = 1, 10000 do end", &err));
    bind_vm_free(setup.vm);
}

/* What is done with a little of everything: texts, tables, boxes, scratch, errors. */
static const char busy_script[] =
    "local json, x509 = require 'charm.json', require 'charm.x509'\n"
    "local key <close> = x509.key.generate { type = 'ed25519' }\n"
    "local csr = x509.csr.new(key, { common_name = 'x', sans_dns = { 'a', 'b' } })\n"
    "local again = assert(x509.csr.parse(csr:pem()))\n"
    "assert(again == csr and #again:sans_dns() == 2 and again:attributes())\n"
    "local ca = x509.certificate.self_signed(key, { common_name = 'c' }, { validity = '1d' })\n"
    "local chain = x509.chain.new { ca, ca }\n"
    "assert(#chain:pem() > 100 and chain:verify { trusted = ca })\n"
    "assert(json.encode(json.decode '{\"a\":[1,null,{}]}') == '{\"a\":[1,null,{}]}')\n"
    "assert(not pcall(x509.csr.new, key, { sans_dns = { '' } }))\n"
    "assert(not pcall(json.encode, { print }))\n";

/* Sticky: once the limit is met, Lua's collection does not help for long. Run by run a little
 * further; under the address sanitizer nothing may be left behind. */
static void memory_runs_out_at_any_point(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    size_t failures = 0;
    bool done = false;

    (void)state;
    for (size_t kib = 4; !done; kib += kib < 60 ? 1 : 3) {
        const struct bind_limits limits = { .memory_bytes = kib * 1024 };
        struct logged logged;
        struct bind_context context = make_context(&logged);
        struct bind_vm *vm = NULL;
        done = bind_vm_new(&context, &limits, &vm, &err) &&
               bind_vm_run_text(vm, "case.lua", busy_script, strlen(busy_script), NULL, &err);
        if (!done) {
            failures++;
            assert_true(err.code == LC_ELIMIT || err.code == LC_ENOMEM || err.code == LC_ESCRIPT);
        }
        bind_vm_free(vm);
        assert_in_range(kib, 4, 1024);
    }
    assert_in_range(failures, 10, 1000);
}

#ifdef LC_FAULT_HOOKS
static void our_allocations_fail_one_by_one(void **state)
{
    (void)state;
    for (unsigned long nth = 1;; nth++) {
        struct lc_err err = LC_ERR_INIT;
        struct logged logged;
        struct bind_context context = make_context(&logged);
        struct bind_vm *vm = NULL;
        lc_fault_allocation(nth);
        const bool done = bind_vm_new(&context, NULL, &vm, &err) &&
                          bind_vm_run_text(vm, "case.lua", busy_script, strlen(busy_script), NULL,
                                           &err);
        bind_vm_free(vm);
        const bool fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!fired) {
            assert_done(done);
            assert_in_range(nth, 50, 100000);
            return;
        }
        assert_true(done || err.code != LC_OK);
    }
}
#endif

/* --- cleansing ------------------------------------------------------------------------------- */

#if !defined(__SANITIZE_ADDRESS__)
/* Count a text in the heap, which /proc names. The text is given with each byte one too high, so
 * that it is not found where it is asked for. */
static size_t count_in_heap(const char *shifted)
{
    char wanted[64];
    char line[512];
    unsigned long from = 0;
    unsigned long to = 0;
    size_t count = 0;
    const size_t len = strlen(shifted);
    FILE *maps = fopen("/proc/self/maps", "re");

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL)
        if (strstr(line, "[heap]") != NULL)
            assert_int_equal(sscanf(line, "%lx-%lx", &from, &to), 2);
    (void)fclose(maps);
    assert_true(from < to);
    for (size_t i = 0; i < len; i++)
        wanted[i] = (char)(shifted[i] - 1);
    for (const char *at = (const char *)from; at + len <= (const char *)to; at++)
        count += *at == *wanted && memcmp(at, wanted, len) == 0;
    lc_cleanse(wanted, sizeof(wanted));
    return count;
}

/* Its heap is its own, and it minds reading what is free. */
static bool under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

/* The canary is put together by Lua, so that it is in no source. */
static void what_lua_frees_is_cleansed(void **state)
{
    static const char shifted[] = "Tfdsfu.Dbobsz.3718"; /* Secret-Canary-2607 */
    static const char script[] =
        "local function secret() return ('%s-%s-%d'):format('Secret', 'Canary', 2607) end\n"
        "if ... == 'keep' then kept = secret() return end\n"
        "kept = nil\n"
        "local parts = {}\n"
        "for i = 1, 300 do parts[i] = secret() .. i end\n"
        "local long = table.concat(parts, ',')\n"
        "local upper = long:upper():lower():rep(3)\n"
        "io.stdout:setvbuf 'no'\n"
        "parts, long, upper = nil, nil, nil\n"
        "collectgarbage()\n";
    LC_AUTO(lc_strlist_release) struct lc_strlist keep = LC_STRLIST_INIT;
    struct setup setup;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    if (under_valgrind())
        return;
    setup_new(&setup, NULL);
    assert_done(lc_strlist_add(&keep, "keep", &err));
    assert_done(bind_vm_run_text(setup.vm, "case.lua", script, strlen(script), &keep, &err));
    assert_in_range(count_in_heap(shifted), 1, 4); /* so it can be found */
    assert_done(bind_vm_run_text(setup.vm, "case.lua", script, strlen(script), NULL, &err));
    lua_gc(bind_vm_state(setup.vm), LUA_GCCOLLECT);
    assert_int_equal(count_in_heap(shifted), 0);
    bind_vm_free(setup.vm);
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, limit_rows, check_limit);
    SUITE_TEST(&suite, "each entry has its own count of instructions",
               few_instructions_are_enough_for_little);
    SUITE_TEST(&suite, "memory runs out at any point", memory_runs_out_at_any_point);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "our allocations fail one by one", our_allocations_fail_one_by_one);
#endif
#if !defined(__SANITIZE_ADDRESS__)
    SUITE_TEST(&suite, "what Lua frees is cleansed", what_lua_frees_is_cleansed);
#endif
    return suite_run(&suite, "vm_limits");
}
