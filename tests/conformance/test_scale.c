/* Conformance at scale: hook commands do not depend on how many certificates there are, work is
 * linear, each text is parsed once, and what is too much does no harm; REQ-090, REQ-091, PROV-036,
 * PROV-038. Work is counted in calls, which do not depend on the machine: the linker puts the
 * functions below in between (Makefile). */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/complaints.h"
#include "tls_world.h"

static struct lc_err err;

/* --- counting -----------------------------------------------------------------------------------
 */

struct work {
    size_t csrs;         /* parsed */
    size_t certificates; /* parsed */
    size_t allocations;
};

static struct work done;

bool __real_lc_csr_parse(const char *pem, size_t pem_len, struct lc_csr **out, struct lc_err *why);
bool __wrap_lc_csr_parse(const char *pem, size_t pem_len, struct lc_csr **out, struct lc_err *why);
bool __real_lc_cert_parse(const char *pem, size_t pem_len, struct lc_cert **out,
                          struct lc_err *why);
bool __wrap_lc_cert_parse(const char *pem, size_t pem_len, struct lc_cert **out,
                          struct lc_err *why);
void *__real_lc_alloc(size_t count, size_t size);
void *__wrap_lc_alloc(size_t count, size_t size);
void *__real_lc_resize(void *old, size_t count, size_t size);
void *__wrap_lc_resize(void *old, size_t count, size_t size);

bool __wrap_lc_csr_parse(const char *pem, size_t pem_len, struct lc_csr **out, struct lc_err *why)
{
    done.csrs++;
    return __real_lc_csr_parse(pem, pem_len, out, why);
}

bool __wrap_lc_cert_parse(const char *pem, size_t pem_len, struct lc_cert **out, struct lc_err *why)
{
    done.certificates++;
    return __real_lc_cert_parse(pem, pem_len, out, why);
}

void *__wrap_lc_alloc(size_t count, size_t size)
{
    done.allocations++;
    return __real_lc_alloc(count, size);
}

void *__wrap_lc_resize(void *old, size_t count, size_t size)
{
    done.allocations++;
    return __real_lc_resize(old, count, size);
}

/* From three points at n, 2n and 4n: twice the work for twice as many, within a twentieth. */
static void assert_linear(const struct work work[3])
{
    const double first = (double)(work[1].allocations - work[0].allocations);
    const double second = (double)(work[2].allocations - work[1].allocations);

    if (!(first > 0 && second > 1.9 * first && second < 2.1 * first))
        fail_msg("%zu, %zu, %zu allocations: not linear", work[0].allocations, work[1].allocations,
                 work[2].allocations);
}

/* --- the requirer --------------------------------------------------------------------------------
 */

#define MOST_WISHES 80

static const char *const unit_bag[] = { "web/0", NULL };

static struct tls_wish *many_wishes(void)
{
    static struct tls_wish wishes[MOST_WISHES];
    static char names[MOST_WISHES][32];

    for (size_t i = 0; i < MOST_WISHES; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "n%zu.example.com", i);
        wishes[i].common_name = names[i];
    }
    return wishes;
}

/* One more hook with this many certificates, in which nothing changes. */
static size_t rest(size_t count, struct work *work)
{
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", many_wishes(), count);
    tls_changed(&unit);
    tls_answer(unit.fake, TLS_RELATION, unit_bag, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), count);
    done = (struct work){ .csrs = 0 };
    tls_changed(&unit);
    *work = done;
    const size_t commands = fake_juju_total(unit.fake);
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_int_equal(unit.event_count, 0);
    tls_unit_release(&unit);
    return commands;
}

static void commands_do_not_depend_on_the_number(void **state)
{
    struct work work;

    (void)state;
    assert_int_equal(rest(1, &work), rest(MOST_WISHES, &work));
}

static void the_requirers_work_is_linear(void **state)
{
    struct work work[3];

    (void)state;
    for (size_t i = 0; i < LC_COUNT(work); i++) {
        const size_t count = (size_t)MOST_WISHES / 4 << i;
        (void)rest(count, &work[i]);
        assert_int_equal(work[i].csrs, count);
        assert_int_equal(work[i].certificates, count + 1); /* the CA is in each entry, twice */
    }
    assert_linear(work);
}

/* Hundreds of entries for others cost no parsing at all. */
static void entries_of_others_are_not_parsed(void **state)
{
    static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    for (size_t i = 0; i < 300; i++)
        tls_add_certificate(&entries, tls_csr(i), "certificate", false);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *certificate = tls_issue(csr, FAKE_JUJU_START_S, TLS_DAY_S, false);
    tls_add_certificate(&entries, csr, certificate, false);
    tls_put_certificates(unit.fake, TLS_RELATION, &entries);
    done = (struct work){ .csrs = 0 };
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(done.csrs, 1);
    assert_int_equal(done.certificates, 2);
    tls_unit_release(&unit);
}

/* --- the provider --------------------------------------------------------------------------------
 */

#define MANY     1000
#define RELATION "certificates:9"

static size_t many(void)
{
    return tls_is_slow() ? MANY / 10 : MANY;
}

/* One certificate for all: the CSRs of tls_csr have one key. */
static struct lc_cert *certificate;
static struct lc_cert *authority;

static bool issue_same(void *context, const struct lc_tls_incoming *request,
                       struct lc_decision *out, struct lc_err *why)
{
    (void)context;
    (void)request;
    (void)why;
    out->kind = LC_DECISION_ISSUE;
    out->certificate = lc_cert_ref(certificate);
    out->ca = lc_cert_ref(authority);
    return true;
}

static void make_certificate(void)
{
    LC_AUTO(lc_free) char *pem = tls_issue(tls_csr(0), FAKE_JUJU_START_S, 90 * TLS_DAY_S, false);
    const char *ca = tls_ca_pem();

    if (certificate != NULL)
        return;
    assert_done(lc_cert_parse(pem, strlen(pem), &certificate, &err));
    assert_done(lc_cert_parse(ca, strlen(ca), &authority, &err));
}

static void relate_with(struct tls_provider_unit *unit, size_t count)
{
    LC_AUTO(lc_free) int *numbers = lc_alloc(count + 1, sizeof(*numbers));

    assert_non_null(numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int)i;
    numbers[count] = -1;
    make_certificate();
    tls_provider_init(unit);
    unit->options.decide = issue_same;
    fake_juju_relate(unit->fake, RELATION, "web");
    fake_juju_join(unit->fake, RELATION, "web/0");
    tls_put_requests(unit->fake, RELATION, "web/0", numbers);
}

static void many_answers_are_one_write(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_provider_unit unit;

    (void)state;
    relate_with(&unit, many());
    fake_juju_relate(unit.fake, "certificates:10", "db");
    fake_juju_join(unit.fake, "certificates:10", "db/0");
    const int few[] = { 0, 1, -1 };
    tls_put_requests(unit.fake, "certificates:10", "db/0", few);
    done = (struct work){ .csrs = 0 };
    tls_provider_changed(&unit, RELATION, "web/0");
    assert_int_equal(done.csrs, many() + 2);
    assert_int_equal(done.certificates, 0);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 2);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set " RELATION), 1);
    assert_done(lc_databag_load_certificates(fake_juju_bag(unit.fake, RELATION, "ca"), "ca", NULL,
                                             &entries, &err));
    assert_int_equal(entries.count, many());
    tls_provider_changed(&unit, RELATION, "web/0");
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_provider_release(&unit);
}

static void the_providers_work_is_linear(void **state)
{
    struct work answering[3];
    struct work resting[3];

    (void)state;
    for (size_t i = 0; i < LC_COUNT(resting); i++) {
        const size_t count = many() / 10 << i;
        struct tls_provider_unit unit;
        relate_with(&unit, count);
        done = (struct work){ .csrs = 0 };
        tls_provider_changed(&unit, RELATION, "web/0");
        answering[i] = done;
        done = (struct work){ .csrs = 0 };
        tls_provider_changed(&unit, RELATION, "web/0");
        resting[i] = done;
        assert_int_equal(resting[i].csrs, count);
        assert_int_equal(resting[i].certificates, count);
        tls_provider_release(&unit);
    }
    assert_linear(answering);
    assert_linear(resting);
}

/* --- too much (PROV-038) -------------------------------------------------------------------------
 */

/* A list of requests in JSON, the items one after another and again. */
static char *request_list(const char *const *items, size_t item_count, size_t count)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PYTHON);
    char *out = NULL;

    lc_json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        lc_json_begin_object(&writer);
        lc_json_member_string(&writer, "certificate_signing_request", items[i % item_count]);
        lc_json_member_boolean(&writer, "ca", false);
        lc_json_end_object(&writer);
    }
    lc_json_end_array(&writer);
    assert_done(lc_buf_take(&text, &out, NULL, &err));
    return out;
}

/* The other side's second unit, which is well-behaved, is served all the same. */
static void check_flood(const char *value)
{
    static const int good[] = { 7, -1 };
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_provider_unit unit;
    bool found = false;

    relate_with(&unit, 1);
    fake_juju_put(unit.fake, RELATION, "web/0", LC_KEY_REQUESTS, value);
    fake_juju_join(unit.fake, RELATION, "web/1");
    tls_put_requests(unit.fake, RELATION, "web/1", good);
    tls_provider_changed(&unit, RELATION, "web/0");
    assert_done(lc_databag_load_certificates(fake_juju_bag(unit.fake, RELATION, "ca"), "ca", NULL,
                                             &entries, &err));
    for (size_t i = 0; i < entries.count; i++)
        found = found || strcmp(entries.items[i].csr, tls_csr(7)) == 0;
    assert_true(found);
    assert_true(unit.log.count <= LC_COMPLAINTS_MAX + 1 + entries.count);
    tls_provider_release(&unit);
}

static void ten_thousand_bad_entries(void **state)
{
    static const char *const items[] = { "garbage", "-----BEGIN CERTIFICATE REQUEST-----", "" };
    LC_AUTO(lc_free) char *value = request_list(items, LC_COUNT(items), 10000);

    (void)state;
    check_flood(value);
}

/* 5 MB: each of a thousand requests twelve times. */
static void the_same_requests_many_times(void **state)
{
    static const char *items[MANY];

    (void)state;
    for (size_t i = 0; i < many(); i++)
        items[i] = tls_csr(i);
    LC_AUTO(lc_free) char *value = request_list(items, many(), 12 * many());
    assert_true(many() < MANY || strlen(value) > 5000000);
    check_flood(value);
}

static void texts_of_a_megabyte(void **state)
{
    const size_t len = (size_t)1200 * 1024;
    LC_AUTO(lc_free) char *text = lc_alloc(len + 1, 1);
    const char *items[] = { text };

    (void)state;
    assert_non_null(text);
    memset(text, 'A', len);
    memcpy(text, "-----BEGIN CERTIFICATE REQUEST-----\n", 36);
    memcpy(text + len - 34, "\n-----END CERTIFICATE REQUEST-----", 34);
    LC_AUTO(lc_free) char *value = request_list(items, 1, 5);
    check_flood(value);
}

static void deeply_nested(void **state)
{
    const size_t depth = 500000;
    LC_AUTO(lc_free) char *text = lc_alloc(2 * depth + 1, 1);

    (void)state;
    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    check_flood(text);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "REQ-090 hook commands do not depend on the number of certificates",
               commands_do_not_depend_on_the_number);
    SUITE_TEST(&suite, "REQ-091 each text is parsed once, and the work is linear",
               the_requirers_work_is_linear);
    SUITE_TEST(&suite, "REQ-091 entries of others are not parsed",
               entries_of_others_are_not_parsed);
    SUITE_TEST(&suite, "PROV-036 a thousand answers are one write for each relation",
               many_answers_are_one_write);
    SUITE_TEST(&suite, "PROV-036 each text is parsed once, and the work is linear",
               the_providers_work_is_linear);
    SUITE_TEST(&suite, "PROV-038 ten thousand bad entries", ten_thousand_bad_entries);
    SUITE_TEST(&suite, "PROV-038 5 MB of requests, each twelve times",
               the_same_requests_many_times);
    SUITE_TEST(&suite, "PROV-038 texts of more than a megabyte", texts_of_a_megabyte);
    SUITE_TEST(&suite, "PROV-038 JSON that is nested half a million deep", deeply_nested);
    const int status = suite_run(&suite, "scale");
    lc_cert_unref(certificate);
    lc_cert_unref(authority);
    return status;
}
