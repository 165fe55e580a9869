/* What is asked of a policy, and what it may be: each limit is met, and passed by one. */
#include "bind/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "policy_setup.h"
#include "rows.h"
#include "tls/policy.h"
#include "x509_build.h"

static struct lc_err err;

/* --- rules, and policies in each other ------------------------------------------------------- */

static void rules_are_counted(void **state)
{
    static const struct lc_policy_holder nobody = { .context = NULL };
    LC_AUTO(lc_policy_free) struct lc_policy *policy = NULL;
    char name[32];

    (void)state;
    assert_done(lc_policy_new(&nobody, &policy, &err));
    const size_t builtins = lc_policy_rule_count(policy);
    assert_done(lc_policy_begin(policy, LC_POLICY_RULES, &err));
    for (int i = 0; i < LC_POLICY_MAX_RULES; i++) {
        (void)snprintf(name, sizeof(name), "rule %d", i);
        assert_done(lc_policy_add(policy, LC_RULE_REQUIRE, name, "policy.lua:1", &err));
    }
    assert_fails(lc_policy_add(policy, LC_RULE_REQUIRE, "more", "policy.lua:1", &err), LC_EUSAGE,
                 "a policy has at most 1000 rules");
    assert_int_equal(lc_policy_rule_count(policy), builtins + LC_POLICY_MAX_RULES);
}

static void levels_are_counted(void **state)
{
    static const struct lc_policy_holder nobody = { .context = NULL };
    LC_AUTO(lc_policy_free) struct lc_policy *policy = NULL;

    (void)state;
    assert_done(lc_policy_new(&nobody, &policy, &err));
    for (int i = 0; i < LC_POLICY_MAX_DEPTH; i++)
        assert_done(lc_policy_begin(policy, LC_POLICY_ALL_OF, &err));
    assert_fails(lc_policy_begin(policy, LC_POLICY_RULES, &err), LC_EUSAGE,
                 "policies lie at most 16 deep in each other");
}

/* --- files ----------------------------------------------------------------------------------- */

/* A policy that requires so many modules; its own file is one more. */
static bool load_with_modules(int count, struct lc_err *why)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(65536);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    char name[32];

    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof(name), "m%d.lua", i);
        assert_true(lc_strmap_set(&sources, name, "return 1", why));
        lc_buf_printf(&text, "require 'm%d'\n", i);
    }
    lc_buf_puts(&text, POLICY_HEAD "return policy {}\n");
    assert_true(lc_strmap_set(&sources, "policy.lua", text.data, why));
    return bind_policy_load_kept(&sources, "policy.lua", NULL, &policy, why);
}

static void files_are_counted(void **state)
{
    (void)state;
    assert_done(load_with_modules(LC_POLICY_MAX_FILES - 1, &err));
    assert_fails(load_with_modules(LC_POLICY_MAX_FILES, &err), LC_ELIMIT,
                 "m63.lua: the policy has over 64 files");
}

/* A policy of so many bytes, in two files. */
static bool load_with_bytes(size_t len, struct lc_err *why)
{
    static const char head[] = POLICY_HEAD "require 'long' return policy {}\n";
    static const char tail[] = "return 1 --";
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_free) char *text = lc_alloc(len, 1);
    const size_t rest = len - (sizeof(head) - 1);

    assert_non_null(text);
    memset(text, 'x', rest);
    memcpy(text, tail, sizeof(tail) - 1);
    assert_true(lc_strmap_set(&sources, "policy.lua", head, why));
    assert_true(lc_strmap_set(&sources, "long.lua", text, why));
    return bind_policy_load_kept(&sources, "policy.lua", NULL, &policy, why);
}

static void bytes_are_counted(void **state)
{
    (void)state;
    assert_done(load_with_bytes(LC_POLICY_SOURCE_BYTES, &err));
    assert_fails(load_with_bytes(LC_POLICY_SOURCE_BYTES + 1, &err), LC_ELIMIT,
                 "long.lua: the policy is over 262144 bytes");
}

/* --- texts ----------------------------------------------------------------------------------- */

struct text_row {
    const char *name;
    const char *body;    /* of a rule */
    const char *failure; /* a part of it; NULL: the request is granted */
};

#define HALF "local half, tail = ('x'):rep(32768), ('x'):rep(32766) "
#define OVER "the script makes a text of more than 64 KiB"

static const struct text_row text_rows[] = {
    { "the longest text, repeated", "local a = ('x'):rep(65536)", NULL },
    { "a longer one, repeated", "local a = ('x'):rep(65537)", OVER },
    { "the longest text, with another between", HALF "local a = ('x'):rep(2, half .. tail)", NULL },
    { "a longer one, with another between", HALF "local a = ('x'):rep(2, half .. tail .. 'x')",
      OVER },
    { "the longest text, joined", HALF "local a = half .. half", NULL },
    { "a longer one, joined", HALF "local a = half .. half .. 'x'", OVER },
    { "the longest text, of a list", HALF "local a = table.concat { half, half }", NULL },
    { "a longer one, of a list", HALF "local a = table.concat({ half, half }, 'x')", OVER },
    { "the longest text, formatted", HALF "local a = ('%s%s'):format(half, half)", NULL },
    { "a longer one, formatted", HALF "local a = ('%s%s.'):format(half, half)", OVER },
};

static void check_text(void **state)
{
    const struct text_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = policy_key();
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "a.example.com", NULL, NULL);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };

    assert_done(policy_of_rule(row->body, NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    if (row->failure == NULL) {
        if (verdict.kind != LC_VERDICT_ISSUE)
            fail_msg("%s", verdict.failure == NULL ? "refused" : verdict.failure);
        return;
    }
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_non_null(verdict.failure);
    if (strstr(verdict.failure, row->failure) == NULL)
        fail_msg("'%s' is not in '%s'", row->failure, verdict.failure);
}

/* --- keys ------------------------------------------------------------------------------------ */

struct key_row {
    const char *name;
    unsigned bits;
    const char *rule;    /* that refuses the request: nobody has signed it */
    const char *message; /* a part of it */
};

static const struct key_row key_rows[] = {
    { "a key under the shortest", LC_POLICY_RSA_MIN_BITS - 1, "usual key", "RSA of 2047 bits" },
    { "the shortest key", LC_POLICY_RSA_MIN_BITS, "signed by its own key", "not signed with" },
    { "the longest key", LC_POLICY_RSA_MAX_BITS, "signed by its own key", "not signed with" },
    { "a key over the longest", LC_POLICY_RSA_MAX_BITS + 1, "usual key", "RSA of 8193 bits" },
    /* Its signature is not even looked at. */
    { "the longest that can be read", 16384, "usual key", "RSA of 16384 bits" },
};

/* SubjectPublicKeyInfo; the modulus is a number of so many bits. */
static void build_rsa(struct lc_buf *spki, unsigned bits)
{
    LC_AUTO(lc_buf_release) struct lc_buf numbers = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf key = LC_BUF_INIT(BUILD_MAX);
    unsigned char modulus[16384 / 8 + 2] = { 0 };
    const size_t bytes = (bits + 7) / 8 + 1;

    modulus[1] = (unsigned char)(1u << (bits - 1) % 8);
    modulus[bytes - 1] |= 1;
    const size_t skip = modulus[1] < 0x80 ? 1 : 0; /* the shortest form */
    build_item(&numbers, LC_DER_INTEGER, modulus + skip, bytes - skip);
    build_item(&numbers, LC_DER_INTEGER, "\1\0\1", 3);
    build_box(&numbers, LC_DER_SEQUENCE);
    lc_buf_add(spki, "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15);
    lc_buf_putc(&key, 0); /* no unused bits */
    build_append(&key, &numbers);
    build_item(spki, LC_DER_BIT_STRING, key.data, key.len);
    build_box(spki, LC_DER_SEQUENCE);
}

static void check_key(void **state)
{
    const struct key_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf spki = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_policy_request request = { .now_s = 1 };

    build_rsa(&spki, row->bits);
    build_item(&der, LC_DER_INTEGER, "\0", 1);
    build_item(&der, LC_DER_SEQUENCE, "", 0);
    build_append(&der, &spki);
    build_item(&der, LC_DER_CONTEXT_BOX, "", 0);
    build_sealed(&der);
    LC_AUTO(lc_free) char *pem = build_pem("CERTIFICATE REQUEST", &der);
    assert_done(
        policy_of(POLICY_HEAD "return policy { policy.rules.servers() }", NULL, &policy, &err));
    assert_done(lc_policy_decide_text(bind_policy_engine(policy), pem, strlen(pem), &request, NULL,
                                      &csr, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_string_equal(policy_rule_name(policy, &verdict), row->rule);
    if (strstr(verdict.refusals[0].message, row->message) == NULL)
        fail_msg("'%s' is not in '%s'", row->message, verdict.refusals[0].message);
    assert_int_equal(verdict.refusal_count, 1);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "rules are counted", rules_are_counted);
    SUITE_TEST(&suite, "policies in each other are counted", levels_are_counted);
    SUITE_TEST(&suite, "files are counted", files_are_counted);
    SUITE_TEST(&suite, "bytes of all files are counted", bytes_are_counted);
    SUITE_ROWS(&suite, text_rows, check_text);
    SUITE_ROWS(&suite, key_rows, check_key);
    return suite_run(&suite, "policy_limits");
}
