/* tls/policy_journal: how long a decision's line, the journal and a policy that is kept may be. */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "fake_juju.h"
#include "folder.h"
#include "policy_setup.h"
#include "rows.h"
#include "tls/provider_policy.h"

static struct lc_err err;

/* --- the journal ----------------------------------------------------------------------------- */

/* A denial whose line is so long: what failed is what makes it so. */
static bool write_line(const char *path, const struct bind_policy *policy, struct lc_csr *csr,
                       size_t failure_len)
{
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;

    verdict.failure = lc_alloc(failure_len + 1, 1);
    assert_non_null(verdict.failure);
    memset(verdict.failure, 'f', failure_len);
    return lc_policy_journal(path, bind_policy_engine(policy), "hash", &request, &verdict, NULL,
                             NULL, &err);
}

static size_t size_of(struct folder *folder, const char *name)
{
    struct stat info;

    assert_int_equal(lstat(folder_file(folder, name), &info), 0);
    return (size_t)info.st_size;
}

static void the_journal_has_a_length(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *key = policy_key();
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "a.example.com", NULL, NULL);
    const char *path = folder_file(folder, "journal");

    (void)state;
    assert_done(policy_of(POLICY_HEAD "return policy {}", NULL, &policy, &err));
    assert_done(write_line(path, policy, csr, 0));
    const size_t least = size_of(folder, "journal");

    /* What is there and the next line together are as long as may be; one more begins anew. */
    assert_done(write_line(path, policy, csr, LC_JOURNAL_MAX_BYTES - 2 * least));
    assert_int_equal(size_of(folder, "journal"), LC_JOURNAL_MAX_BYTES);
    assert_false(lc_file_exists(folder_file(folder, "journal.1")));
    assert_done(write_line(path, policy, csr, 0));
    assert_int_equal(size_of(folder, "journal"), least);
    assert_int_equal(size_of(folder, "journal.1"), LC_JOURNAL_MAX_BYTES);

    /* A line of its own: nothing of one that is too long is written, and nothing goes for it. */
    assert_done(write_line(path, policy, csr, LC_JOURNAL_MAX_BYTES - least));
    assert_int_equal(size_of(folder, "journal"), LC_JOURNAL_MAX_BYTES);
    assert_int_equal(size_of(folder, "journal.1"), least);
    if (write_line(path, policy, csr, LC_JOURNAL_MAX_BYTES - least + 1))
        fail_msg("a line that is too long was written");
    assert_failure(&err, LC_ELIMIT, "journal: a decision: more than 1048576 bytes");
    assert_int_equal(size_of(folder, "journal"), LC_JOURNAL_MAX_BYTES);
    assert_int_equal(size_of(folder, "journal.1"), least);
}

/* --- the policy that is kept ----------------------------------------------------------------- */

static bool keep(const struct lc_tls_hook *hook, size_t len)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(len + 1, 1);
    bool kept = false;

    assert_non_null(text);
    memset(text, 'x', len);
    assert_done(lc_strmap_set(&sources, "policy.lua", text, &err));
    assert_done(
        lc_kept_policy_store(hook, "certificates", "policy.lua", &sources, "hash", &kept, &err));
    return kept;
}

static size_t kept_length(const struct lc_tls_hook *hook)
{
    LC_AUTO(lc_kept_policy_release) struct lc_kept_policy kept = LC_KEPT_POLICY_INIT;

    assert_done(lc_kept_policy_load(hook, "certificates", &kept, &err));
    return kept.main == NULL ? 0 : strlen(lc_strmap_get(&kept.sources, "policy.lua"));
}

/* What is too long takes the one before it with it: that is two policies old. */
static void a_kept_policy_has_a_length(void **state)
{
    static const char around[] = "{\"main\":\"policy.lua\",\"hash\":\"hash\",\"files\":"
                                 "{\"policy.lua\":\"\"}}";
    const size_t most = LC_KEPT_MAX_BYTES - (sizeof(around) - 1);
    LC_AUTO(fake_juju_free) struct fake_juju *fake = fake_juju_new("web/0");
    const struct lc_tls_hook hook = { .juju = fake_juju_port(fake), .unit = "web/0", .app = "web" };

    (void)state;
    assert_true(keep(&hook, most));
    assert_done(fake_juju_commit(fake, &err));
    assert_int_equal(kept_length(&hook), most);
    assert_false(keep(&hook, most + 1));
    assert_done(fake_juju_commit(fake, &err));
    assert_int_equal(kept_length(&hook), 0);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "the journal has a length", the_journal_has_a_length);
    SUITE_TEST(&suite, "a kept policy has a length", a_kept_policy_has_a_length);
    return suite_run(&suite, "policy_journal");
}
