/* runtime/tls/memory: what a life cycle remembers in Juju's stored state. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "rows.h"
#include "tls/memory.h"

#define KEY    "luacharm-tls-certificates"
#define HASH_A "aaaaaaaaaaaaaaaa0000000000000000000000000000000000000000000000aa"
#define HASH_B "bbbbbbbbbbbbbbbb0000000000000000000000000000000000000000000000bb"
#define FACT_1 "1111111111111111ffffffffffffffffffffffffffffffffffffffffffffffff"
#define FACT_2 "2222222222222222ffffffffffffffffffffffffffffffffffffffffffffffff"

static struct lc_err err;

static struct lc_tls_hook hook_of(struct fake_juju *fake)
{
    return (struct lc_tls_hook){ .juju = fake_juju_port(fake), .unit = "web/0", .app = "web" };
}

/* What one hook notes is known in the next. */
static void keeps_facts(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_false(lc_memory_knows(&memory, HASH_A));
    assert_done(lc_memory_serve(&memory, "certificates:7", &err));
    assert_done(lc_memory_set_mode(&memory, "unit", &err));
    assert_done(lc_memory_leave_over(&memory, HASH_B, &err));
    lc_memory_set_kept_for_app(&memory, true);
    assert_done(lc_memory_note(&memory, HASH_A, LC_FACT_STORED, "", &err));
    assert_done(lc_memory_note(&memory, HASH_A, LC_FACT_ANNOUNCED, FACT_1, &err));
    assert_done(lc_memory_note(&memory, HASH_B, LC_FACT_DENIED, FACT_2, &err));
    assert_done(lc_memory_save(&memory, &hook, &err));
    lc_memory_release(&memory);
    assert_done(fake_juju_commit(fake, &err));

    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_string_equal(memory.relation_id, "certificates:7");
    assert_true(lc_memory_is_mode(&memory, "unit"));
    assert_true(memory.kept_for_app);
    assert_int_equal(memory.leftovers.count, 1);
    assert_string_equal(memory.leftovers.items[0], HASH_B);
    assert_true(lc_memory_is(&memory, HASH_A, LC_FACT_ANNOUNCED, FACT_1));
    assert_true(lc_memory_is(&memory, HASH_A, LC_FACT_STORED, ""));
    assert_false(lc_memory_is(&memory, HASH_A, LC_FACT_STORED, FACT_1));
    assert_true(lc_memory_is(&memory, HASH_B, LC_FACT_DENIED, FACT_2));
    assert_true(lc_memory_is(&memory, HASH_B, LC_FACT_ANNOUNCED, ""));
    assert_false(memory.changed);
    lc_memory_release(&memory);
}

/* Nothing new: nothing is written. */
static void writes_changes_only(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    fake_juju_put_state(fake, KEY,
                        "{\"relation\":\"certificates:7\",\"mode\":\"app\",\"csrs\":{"
                        "\"aaaaaaaaaaaaaaaa\":\"1111111111111111,,\"}}");
    fake_juju_begin(fake);
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_done(lc_memory_serve(&memory, "certificates:7", &err));
    assert_done(lc_memory_set_mode(&memory, "app", &err));
    assert_done(lc_memory_note(&memory, HASH_A, LC_FACT_ANNOUNCED, FACT_1, &err));
    lc_memory_set_kept_for_app(&memory, false);
    lc_memory_forget_leftovers(&memory);
    lc_memory_forget(&memory, HASH_B);
    assert_done(lc_memory_save(&memory, &hook, &err));
    assert_int_equal(fake_juju_total(fake), 1); /* state-get */
    lc_memory_release(&memory);
}

/* Nothing left: the key goes. */
static void removes_the_key(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    fake_juju_put_state(fake, KEY, "{\"relation\":\"certificates:7\",\"csrs\":{}}");
    fake_juju_begin(fake);
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    lc_memory_forget_all(&memory);
    assert_done(lc_memory_save(&memory, &hook, &err));
    lc_memory_release(&memory);
    assert_done(fake_juju_commit(fake, &err));
    assert_null(fake_juju_state(fake, KEY));
}

struct bad_row {
    const char *name;
    const char *text;
    bool known; /* the request "aaaa..." */
};

static const struct bad_row bad_rows[] = {
    { "text that is no JSON is forgotten", "{", false },
    { "JSON of another shape says nothing", "[]", false },
    { "members of a wrong type say nothing",
      "{\"relation\":7,\"mode\":[],\"kept_for_app\":\"x\",\"leftovers\":{},\"csrs\":[1]}", false },
    { "a fact of a wrong type is skipped", "{\"csrs\":{\"aaaaaaaaaaaaaaaa\":7}}", false },
    { "a fact that is too long is skipped",
      "{\"csrs\":{\"aaaaaaaaaaaaaaaa\":\"0123456789012345678901234567890123456789012345678901234\"}"
      "}",
      false },
    { "a key that is too long is skipped", "{\"csrs\":{\"aaaaaaaaaaaaaaaaa\":\"\"}}", false },
    { "fewer facts than there are now are empty", "{\"csrs\":{\"aaaaaaaaaaaaaaaa\":\"1\"}}", true },
};

static void check_bad(void **state)
{
    const struct bad_row *row = *state;
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    fake_juju_put_state(fake, KEY, row->text);
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_int_equal(lc_memory_knows(&memory, HASH_A), row->known);
    assert_null(memory.relation_id);
    assert_null(memory.mode);
    assert_false(memory.kept_for_app);
    if (row->known)
        assert_true(lc_memory_is(&memory, HASH_A, LC_FACT_STORED, ""));
    lc_memory_release(&memory);
}

static bool keep_a(void *context, const char *short_hash)
{
    (void)context;
    return *short_hash == 'a';
}

static void prunes(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_done(lc_memory_note(&memory, HASH_A, LC_FACT_STORED, FACT_1, &err));
    assert_done(lc_memory_note(&memory, HASH_B, LC_FACT_STORED, FACT_1, &err));
    lc_memory_prune(&memory, keep_a, NULL);
    assert_true(lc_memory_knows(&memory, HASH_A));
    assert_false(lc_memory_knows(&memory, HASH_B));
    lc_memory_release(&memory);
}

/* Juju's limit on one value is never met: what is too much is not kept. */
static void stays_within_the_limit(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    for (int i = 0; i < 3000; i++) {
        char hash[LC_SHORT_HASH];
        (void)snprintf(hash, sizeof(hash), "%016x", i);
        assert_done(lc_memory_note(&memory, hash, LC_FACT_ANNOUNCED, FACT_1, &err));
        assert_done(lc_memory_note(&memory, hash, LC_FACT_STORED, FACT_2, &err));
    }
    assert_done(lc_memory_save(&memory, &hook, &err));
    lc_memory_release(&memory);
    assert_done(fake_juju_commit(fake, &err));
    const size_t len = strlen(fake_juju_state(fake, KEY));
    assert_true(len <= LC_MEMORY_MAX_BYTES);
    assert_true(len > LC_MEMORY_MAX_BYTES / 2);

    assert_done(lc_memory_init(&memory, "certificates", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_true(lc_memory_is(&memory, "0000000000000000", LC_FACT_STORED, FACT_2));
    lc_memory_release(&memory);
}

/* What this hook has noted is not overwritten by what the state says. */
static void a_late_load_loses_nothing(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = hook_of(fake);
    struct lc_memory memory;

    (void)state;
    assert_done(lc_memory_init(&memory, "certificates", &err));
    lc_memory_start_empty(&memory);
    assert_done(lc_memory_note(&memory, HASH_A, LC_FACT_STORED, "", &err));
    assert_done(lc_memory_load(&memory, &hook, &err));
    assert_true(lc_memory_knows(&memory, HASH_A));
    lc_memory_release(&memory);
}

static void bounds_leftovers(void **state)
{
    struct lc_memory memory;

    (void)state;
    assert_done(lc_memory_init(&memory, "certificates", &err));
    for (int i = 0; i < 2 * LC_MEMORY_MAX_LEFTOVERS; i++) {
        char hash[LC_SHORT_HASH];
        (void)snprintf(hash, sizeof(hash), "%016x", i);
        assert_done(lc_memory_leave_over(&memory, hash, &err));
        assert_done(lc_memory_leave_over(&memory, hash, &err));
    }
    assert_int_equal(memory.leftovers.count, LC_MEMORY_MAX_LEFTOVERS);
    lc_memory_release(&memory);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "what one hook notes the next one knows", keeps_facts);
    SUITE_TEST(&suite, "nothing new is not written", writes_changes_only);
    SUITE_TEST(&suite, "nothing left: the key of the state goes", removes_the_key);
    SUITE_ROWS(&suite, bad_rows, check_bad);
    SUITE_TEST(&suite, "requests that are gone are forgotten", prunes);
    SUITE_TEST(&suite, "more than Juju takes is not kept", stays_within_the_limit);
    SUITE_TEST(&suite, "a late load loses nothing", a_late_load_loses_nothing);
    SUITE_TEST(&suite, "leftovers are bounded", bounds_leftovers);
    return suite_run(&suite, "memory");
}
