/* How much a policy of ten rules adds to what cannot be saved: reading 10,000 requests of RSA-2048
 * keys and verifying their signatures. Prints name, unit, min, median, floor, ratio. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strmap.h"
#include "bind/policy.h"

#define REQUESTS 10000
#define TEXTS    50 /* different ones, in turn */
#define ROUNDS   3

static const char text[] =
    "local policy <const> = require 'charm.policy'\n"
    "local rules <const> = policy.rules\n"
    "return policy {\n"
    "  rules.no_ca(), rules.no_wildcards(), rules.domains { 'example.com', 'internal' },\n"
    "  rules.networks { '10.0.0.0/8' }, rules.most_names(20), rules.keys { rsa = 2048, ec = 256 "
    "},\n"
    "  rules.not_domains { 'secret.example.com' },\n"
    "  policy.require('common name', function(request)\n"
    "    if not request.common_name then return policy.deny('other', 'a common name') end\n"
    "  end),\n"
    "  policy.profile('databases', function(request)\n"
    "    if policy.glob('db-*', request.common_name) then return { validity = '7d' } end\n"
    "  end),\n"
    "  rules.servers { validity = '30d' },\n"
    "}\n";

static _Noreturn void fail(const struct lc_err *err)
{
    (void)fprintf(stderr, "bench_policy: %s\n", err->message);
    exit(1);
}

static char *make_text(struct lc_key *key, int number)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;
    char name[64];
    const size_t len = (size_t)snprintf(name, sizeof(name), "host-%d.example.com", number);

    if (!lc_attrs_set_text(&attrs, "common_name", name, len, &err) ||
        !lc_attrs_add_text(&attrs, "sans_dns", name, len, &err) ||
        !lc_attrs_add_text(&attrs, "sans_ip", "10.1.2.3", 8, &err) ||
        !lc_attrs_normalise(&attrs, &err) || !lc_csr_generate(&attrs, key, &csr, &err))
        fail(&err);
    char *pem = lc_strdup(lc_csr_pem(csr));
    if (pem == NULL)
        fail(&err);
    return pem;
}

/* policy: NULL for reading and verifying alone. Milliseconds of processor time. */
static int64_t run(char *const *texts, const struct lc_policy *policy)
{
    const int64_t begin_ms = lc_clock_cpu_ms();
    struct lc_err err = LC_ERR_INIT;

    for (int i = 0; i < REQUESTS; i++) {
        const char *pem = texts[i % TEXTS];
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
        struct lc_policy_request request = { .now_s = 1 };
        if (policy == NULL) {
            if (!lc_csr_parse(pem, strlen(pem), &csr, &err) || !lc_csr_verify(csr, &err))
                fail(&err);
            continue;
        }
        if (!lc_policy_decide_text(policy, pem, strlen(pem), &request, NULL, &csr, &verdict, &err))
            fail(&err);
        if (verdict.kind != LC_VERDICT_ISSUE) {
            (void)fprintf(stderr, "bench_policy: a request was refused\n");
            exit(1);
        }
    }
    return lc_clock_cpu_ms() - begin_ms;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;

    return *left < *right ? -1 : *left > *right;
}

int main(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_RSA };
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;
    char *texts[TEXTS];
    int64_t floors[ROUNDS];
    int64_t times[ROUNDS];

    if (!lc_key_generate(&spec, &key, &err) || !lc_strmap_set(&sources, "policy.lua", text, &err) ||
        !bind_policy_load_kept(&sources, "policy.lua", NULL, &policy, &err))
        fail(&err);
    for (int i = 0; i < TEXTS; i++)
        texts[i] = make_text(key, i);
    for (int round = 0; round < ROUNDS; round++) {
        floors[round] = run(texts, NULL);
        times[round] = run(texts, bind_policy_engine(policy));
    }
    qsort(floors, ROUNDS, sizeof(*floors), by_number);
    qsort(times, ROUNDS, sizeof(*times), by_number);
    printf("(f) policy of 10 rules, 10000 RSA-2048 requests: processor\tms\t%" PRId64 "\t%" PRId64
           "\t%" PRId64 "\t%.2f\n",
           times[0], times[ROUNDS / 2], floors[ROUNDS / 2],
           (double)times[ROUNDS / 2] / (double)floors[ROUNDS / 2]);
    for (int i = 0; i < TEXTS; i++)
        lc_free(texts[i]);
    return 0;
}
