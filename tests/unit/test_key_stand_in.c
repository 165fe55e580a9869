/* Keys that stand in: the public half is the real one, also after the text was read again, and
 * the private half is another. */
#include "base/mem.h"
#include "rows.h"
#include "x509/key.h"
#include "x509/key_stand_in.h"

struct row {
    const char *name;
    struct lc_key_spec spec;
    bool same_public;
};

static const struct row rows[] = {
    { "RSA", { .type = LC_KEY_RSA, .bits = 2048 }, true },
    { "EC P-256", { .type = LC_KEY_EC }, true },
    { "EC P-521", { .type = LC_KEY_EC, .curve = "P-521" }, true },
    { "Ed25519 is another key", { .type = LC_KEY_ED25519 }, false },
};

static void check(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *stand_in = NULL;
    LC_AUTO(lc_free) char *public_pem = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret real = LC_SECRET_INIT;
    LC_AUTO(lc_secret_release) struct lc_secret made = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_true(lc_key_generate(&row->spec, &key, &err));
    assert_true(lc_key_dup_public_pem(key, &public_pem, &err));
    assert_true(lc_key_stand_in(public_pem, &made, &err));
    assert_true(lc_key_parse(made.data, made.len, NULL, &stand_in, &err));
    assert_int_equal(lc_key_type(stand_in), lc_key_type(key));
    assert_int_equal(lc_key_equals(stand_in, key), row->same_public);
    assert_true(lc_key_encode(key, &real, &err));
    assert_false(lc_secret_equals(&real, &made));
}

static void refuses(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret made = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_false(lc_key_stand_in("no key", &made, &err));
    assert_int_equal(err.code, LC_EPARSE);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check);
    SUITE_TEST(&suite, "text that is no public key is refused", refuses);
    return suite_run(&suite, "key_stand_in");
}
