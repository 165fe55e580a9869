/* base/secret: bytes that are cleansed whenever they move or go. */
#include "base/secret.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

static void bytes_are_kept(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;

    (void)state;
    assert_done(lc_secret_append(&secret, "a\0b", 3, &err));
    for (int i = 0; i < 1000; i++)
        assert_done(lc_secret_append(&secret, "xyz", 3, &err));
    assert_int_equal(secret.len, 3003);
    assert_memory_equal(secret.data, "a\0bxyzxyz", 9);
    assert_int_equal(secret.data[secret.len], '\0');
    assert_done(lc_secret_set(&secret, "short", 5, &err));
    assert_string_equal(secret.data, "short");
    assert_done(lc_secret_set(&secret, NULL, 0, &err));
    assert_int_equal(secret.len, 0);
    lc_secret_release(&secret);
    lc_secret_release(&secret); /* twice is harmless */
    assert_null(secret.data);
}

/* A secret may be set from itself, or from a part of itself. */
static void it_can_be_set_from_itself(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;

    (void)state;
    assert_done(lc_secret_set(&secret, "abcdef", 6, &err));
    assert_done(lc_secret_set(&secret, secret.data + 2, 3, &err));
    assert_string_equal(secret.data, "cde");
    lc_secret_move(&secret, &secret);
    assert_string_equal(secret.data, "cde");
}

static void it_is_limited(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;

    (void)state;
    assert_non_null(lc_secret_room(&secret, LC_SECRET_BUFFER_BYTES, &err));
    lc_secret_grew(&secret, LC_SECRET_BUFFER_BYTES);
    assert_fails(lc_secret_append(&secret, "x", 1, &err), LC_ELIMIT, "8388608 bytes");
    assert_int_equal(secret.len, LC_SECRET_BUFFER_BYTES); /* as before */
    assert_fails(lc_secret_room(&secret, SIZE_MAX, &err) != NULL, LC_ELIMIT, "");
    lc_secret_release(&secret);
    assert_fails(lc_secret_room(&secret, LC_SECRET_BUFFER_BYTES + 1, &err) != NULL, LC_ELIMIT, "");
}

struct equal_row {
    const char *name;
    const char *a;
    size_t a_len;
    const char *b;
    size_t b_len;
    bool want;
};

static const struct equal_row equal_rows[] = {
    { "the same bytes", "abc", 3, "abc", 3, true },
    { "nothing", "", 0, "", 0, true },
    { "another last byte", "abc", 3, "abd", 3, false },
    { "another length", "abc", 3, "abcd", 4, false },
    { "bytes behind a NUL", "a\0b", 3, "a\0c", 3, false },
};

static void check_equal(void **state)
{
    const struct equal_row *row = *state;
    LC_AUTO(lc_secret_release) struct lc_secret a = LC_SECRET_INIT;
    LC_AUTO(lc_secret_release) struct lc_secret b = LC_SECRET_INIT;

    assert_done(lc_secret_set(&a, row->a, row->a_len, &err));
    assert_done(lc_secret_set(&b, row->b, row->b_len, &err));
    assert_int_equal(lc_secret_equals(&a, &b), row->want);
    assert_int_equal(lc_secret_equals(&b, &a), row->want);
}

static void moving_empties_the_source(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret from = LC_SECRET_INIT;
    LC_AUTO(lc_secret_release) struct lc_secret to = LC_SECRET_INIT;

    (void)state;
    assert_done(lc_secret_set(&from, "new", 3, &err));
    assert_done(lc_secret_set(&to, "old", 3, &err));
    lc_secret_move(&to, &from);
    assert_string_equal(to.data, "new");
    assert_null(from.data);
    assert_int_equal(from.len, 0);
}

static void cleansing_overwrites(void **state)
{
    char text[] = "password";

    (void)state;
    lc_cleanse(text, 4);
    assert_memory_equal(text, "\0\0\0\0word", 8);
    lc_cleanse(NULL, 10);
    lc_cleanse(text, 0);
    assert_string_equal(text + 4, "word");
}

#ifdef LC_FAULT_HOOKS
static void no_memory_leaves_it_as_it_was(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret secret = LC_SECRET_INIT;
    char long_text[200];

    (void)state;
    memset(long_text, 'x', sizeof(long_text));
    assert_done(lc_secret_set(&secret, "kept", 4, &err));
    lc_fault_allocation(1);
    assert_fails(lc_secret_set(&secret, "new", 3, &err), LC_ENOMEM, "out of memory");
    lc_fault_allocation(1);
    assert_fails(lc_secret_append(&secret, long_text, sizeof(long_text), &err), LC_ENOMEM, "");
    lc_fault_allocation(0);
    assert_string_equal(secret.data, "kept");
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "bytes are kept", bytes_are_kept);
    SUITE_TEST(&suite, "it can be set from itself", it_can_be_set_from_itself);
    SUITE_TEST(&suite, "it is limited", it_is_limited);
    SUITE_ROWS(&suite, equal_rows, check_equal);
    SUITE_TEST(&suite, "moving empties the source", moving_empties_the_source);
    SUITE_TEST(&suite, "cleansing overwrites", cleansing_overwrites);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "no memory leaves it as it was", no_memory_leaves_it_as_it_was);
#endif
    return suite_run(&suite, "secret");
}
