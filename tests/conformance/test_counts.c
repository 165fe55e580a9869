/* How many hook commands an event costs: the table of tests/bench/README.md, row by row. Each row
 * has the number that it is, and the most that it may be where that is agreed. And how many keys
 * the unit has made from its first hook to this one, since an RSA key takes longer than all the
 * rest of a hook: one, and no other hook makes any. Keys are counted where they are made; the
 * linker puts the function below in between (Makefile). */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/ca.h"
#include "tls_world.h"

static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
static const struct tls_wish of_app[] = { { .scope = LC_TLS_APP,
                                            .common_name = "app.example.com" } };
static const char *const all[] = { "web/0", "web", NULL };

static size_t keys_made;

bool __real_lc_key_generate(const struct lc_key_spec *spec, struct lc_key **out,
                            struct lc_err *why);
bool __wrap_lc_key_generate(const struct lc_key_spec *spec, struct lc_key **out,
                            struct lc_err *why);

bool __wrap_lc_key_generate(const struct lc_key_spec *spec, struct lc_key **out, struct lc_err *why)
{
    keys_made++;
    return __real_lc_key_generate(spec, out, why);
}

/* --- the requirer --------------------------------------------------------------------------------
 */

typedef void (*requirer_fn)(struct tls_unit *unit);

static void first_request(struct tls_unit *unit)
{
    tls_relation_hook(unit, "certificates-relation-created", NULL);
}

static void arrival(struct tls_unit *unit)
{
    first_request(unit);
    tls_answer(unit->fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit->fake)),
               100 * TLS_DAY_S);
    tls_changed(unit);
    assert_int_equal(tls_count_events(unit, LC_REQUIRER_AVAILABLE), 1);
}

static void at_rest(struct tls_unit *unit)
{
    arrival(unit);
    tls_changed(unit);
    assert_int_equal(tls_writes(unit->fake), 0);
}

static void other_event_at_rest(struct tls_unit *unit)
{
    arrival(unit);
    tls_hook(unit, "update-status");
    assert_int_equal(tls_writes(unit->fake), 0);
}

static void no_requests_at_rest(struct tls_unit *unit)
{
    unit->wish_count = 0;
    first_request(unit);
    tls_changed(unit);
    assert_int_equal(tls_writes(unit->fake), 0);
}

static void renewal(struct tls_unit *unit)
{
    arrival(unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = tls_certificate_label("0", "certificates", csr);
    fake_juju_advance(unit->fake, 90 * TLS_DAY_S);
    tls_secret_hook(unit, "secret-expired", label);
    assert_int_equal(tls_count_events(unit, LC_REQUIRER_RENEWING), 1);
}

static void successor(struct tls_unit *unit)
{
    renewal(unit);
    tls_answer(unit->fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit->fake)),
               100 * TLS_DAY_S);
    tls_changed(unit);
    assert_int_equal(tls_request_count(unit->fake, "web/0"), 1);
}

static void denial(struct tls_unit *unit)
{
    first_request(unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", 0);
    tls_put_denial(unit->fake, TLS_RELATION, csr, LC_ERROR_OTHER, "no");
    tls_changed(unit);
    assert_int_equal(tls_count_events(unit, LC_REQUIRER_DENIED), 1);
}

static void broken(struct tls_unit *unit)
{
    arrival(unit);
    fake_juju_break(unit->fake, TLS_RELATION);
    tls_relation_hook(unit, "certificates-relation-broken", NULL);
    assert_int_equal(fake_juju_secret_count(unit->fake), 0);
}

static void foreign_event(struct tls_unit *unit)
{
    arrival(unit);
    tls_hook(unit, "start");
}

static void be_app(struct tls_unit *unit)
{
    unit->options.mode = LC_TLS_MODE_APP;
    unit->wishes = of_app;
    fake_juju_lead(unit->fake, true);
}

static void app_at_rest(struct tls_unit *unit)
{
    be_app(unit);
    at_rest(unit);
}

static void app_without_leadership(struct tls_unit *unit)
{
    be_app(unit);
    fake_juju_lead(unit->fake, false);
    tls_changed(unit);
    tls_changed(unit);
    assert_int_equal(tls_writes(unit->fake), 0);
}

struct requirer_row {
    const char *name;
    requirer_fn run; /* the last hook counts */
    size_t count;
    size_t limit; /* 0: none agreed */
    size_t keys;
};

static const struct requirer_row requirer_rows[] = {
    { "requirer, relation-created: the first request", first_request, 7, 7, 1 },
    { "requirer, relation-changed: the certificate arrives", arrival, 7, 7, 1 },
    { "requirer, relation-changed: nothing new", at_rest, 4, 5, 1 },
    { "requirer, relation-changed: nothing is asked for", no_requests_at_rest, 4, 5, 1 },
    { "requirer, update-status: nothing new", other_event_at_rest, 6, 0, 1 },
    { "requirer, relation-changed: a denial arrives", denial, 5, 0, 1 },
    { "requirer, secret-expired: a renewal begins", renewal, 9, 0, 1 },
    { "requirer, relation-changed: the successor arrives", successor, 10, 0, 1 },
    { "requirer, relation-broken", broken, 8, 0, 1 },
    { "requirer, an event of somebody else's", foreign_event, 0, 0, 1 },
    { "requirer in mode app, leader, relation-changed: nothing new", app_at_rest, 5, 0, 1 },
    { "requirer in mode app, not leader, relation-changed", app_without_leadership, 2, 0, 0 },
};

static void check_count(struct fake_juju *fake, size_t count, size_t limit)
{
    const struct lc_strlist *journal = fake_juju_journal(fake);

    if (fake_juju_total(fake) == count) {
        assert_true(limit == 0 || count <= limit);
        return;
    }
    for (size_t i = 0; i < journal->count; i++)
        print_message("#   %s\n", journal->items[i]);
    fail_msg("%zu hook commands, wanted %zu", fake_juju_total(fake), count);
}

static void check_requirer(void **state)
{
    const struct requirer_row *row = *state;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    keys_made = 0;
    row->run(&unit);
    check_count(unit.fake, row->count, row->limit);
    assert_int_equal(keys_made, row->keys);
    tls_unit_release(&unit);
}

/* --- the provider --------------------------------------------------------------------------------
 */

#define NINE "certificates:9"

static const int first[] = { 0, -1 };
static const int none[] = { -1 };

typedef void (*provider_fn)(struct tls_provider_unit *unit);

/* A CA of its own, as a charm has it: a new one in each process. */
static bool sign(void *context, const struct lc_tls_incoming *request, struct lc_decision *out,
                 struct lc_err *why)
{
    const struct tls_provider_unit *unit = context;
    LC_AUTO(lc_attrs_release) struct lc_attrs subject = LC_ATTRS_INIT;
    const struct lc_ca_options options = { .endpoint = "certificates",
                                           .subject = &subject,
                                           .key = { .type = LC_KEY_EC } };
    const struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    LC_AUTO(lc_ca_free) struct lc_ca *ca = NULL;

    return lc_attrs_set_text(&subject, "common_name", "our CA", 6, why) &&
           lc_ca_new(&options, &ca, why) &&
           lc_ca_sign(ca, unit->hook, request->csr, &shape, out, why);
}

static void changed(struct tls_provider_unit *unit)
{
    tls_provider_changed(unit, NINE, "web/0");
}

static void nothing_asked(struct tls_provider_unit *unit)
{
    tls_put_requests(unit->fake, NINE, "web/0", none);
    changed(unit);
}

static void issue_elsewhere(struct tls_provider_unit *unit)
{
    tls_put_requests(unit->fake, NINE, "web/0", first);
    changed(unit);
    assert_int_equal(unit->decided, 1);
}

static void issue_first(struct tls_provider_unit *unit)
{
    unit->options.decide = sign;
    tls_put_requests(unit->fake, NINE, "web/0", first);
    changed(unit);
    assert_int_equal(fake_juju_secret_count(unit->fake), 1);
}

static void issue_next(struct tls_provider_unit *unit)
{
    static const int second[] = { 0, 1, -1 };

    issue_first(unit);
    tls_put_requests(unit->fake, NINE, "web/0", second);
    changed(unit);
}

static void rest_after_issue(struct tls_provider_unit *unit)
{
    issue_first(unit);
    changed(unit);
    assert_int_equal(tls_writes(unit->fake), 0);
}

static void deny(struct tls_provider_unit *unit)
{
    unit->decision = LC_DECISION_DENY;
    issue_elsewhere(unit);
}

static void rest_after_denial(struct tls_provider_unit *unit)
{
    deny(unit);
    changed(unit);
    assert_int_equal(unit->decided, 0);
    assert_int_equal(tls_writes(unit->fake), 0);
}

static void two_more_units(struct tls_provider_unit *unit)
{
    issue_first(unit);
    fake_juju_join(unit->fake, NINE, "web/1");
    fake_juju_join(unit->fake, NINE, "web/2");
    changed(unit);
}

static void one_more_relation(struct tls_provider_unit *unit)
{
    issue_first(unit);
    fake_juju_relate(unit->fake, "certificates:10", "db");
    fake_juju_join(unit->fake, "certificates:10", "db/0");
    changed(unit);
}

static void without_leadership(struct tls_provider_unit *unit)
{
    tls_put_requests(unit->fake, NINE, "web/0", first);
    fake_juju_lead(unit->fake, false);
    changed(unit);
}

struct provider_row {
    const char *name;
    provider_fn run;
    size_t count;
    size_t limit;
    size_t keys;
};

static const struct provider_row provider_rows[] = {
    { "provider, relation-changed: nothing is asked for", nothing_asked, 6, 8, 0 },
    { "provider, relation-changed: nothing new", rest_after_issue, 6, 8, 1 },
    { "provider, relation-changed: one is issued, signed elsewhere", issue_elsewhere, 7, 9, 0 },
    { "provider, relation-changed: one is issued by its CA", issue_next, 8, 9, 1 },
    { "provider, relation-changed: one is issued, and the CA is made", issue_first, 9, 9, 1 },
    { "provider, relation-changed: one is denied", deny, 9, 9, 0 },
    { "provider, relation-changed: nothing new, one is denied", rest_after_denial, 7, 8, 0 },
    { "provider, two more remote units: one more for each", two_more_units, 8, 0, 1 },
    { "provider, one more relation: four more", one_more_relation, 10, 0, 1 },
    { "provider, not leader", without_leadership, 1, 0, 0 },
};

static void check_provider(void **state)
{
    const struct provider_row *row = *state;
    struct tls_provider_unit unit;

    tls_provider_init(&unit);
    fake_juju_relate(unit.fake, NINE, "web");
    fake_juju_join(unit.fake, NINE, "web/0");
    (void)tls_csr(0); /* the key of the requests is none of the provider's */
    keys_made = 0;
    row->run(&unit);
    check_count(unit.fake, row->count, row->limit);
    assert_int_equal(keys_made, row->keys);
    tls_provider_release(&unit);
}

/* --- the table
 * ------------------------------------------------------------------------------------ */

static void find_row(const char *readme, const char *name, size_t count, size_t limit)
{
    char line[256];
    char most[32] = "";

    if (limit != 0)
        (void)snprintf(most, sizeof(most), "%zu", limit);
    (void)snprintf(line, sizeof(line), "\n| %s | %zu | %s |\n", name, count, most);
    if (strstr(readme, line) == NULL)
        fail_msg("tests/bench/README.md lacks the line '%.*s'", (int)strlen(line) - 2, line + 1);
}

static void the_table_is_written_down(void **state)
{
    size_t len;
    LC_AUTO(lc_free) char *readme = test_file("bench/README.md", &len);

    (void)state;
    for (size_t i = 0; i < LC_COUNT(requirer_rows); i++)
        find_row(readme, requirer_rows[i].name, requirer_rows[i].count, requirer_rows[i].limit);
    for (size_t i = 0; i < LC_COUNT(provider_rows); i++)
        find_row(readme, provider_rows[i].name, provider_rows[i].count, provider_rows[i].limit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, requirer_rows, check_requirer);
    SUITE_ROWS(&suite, provider_rows, check_provider);
    SUITE_TEST(&suite, "the table of tests/bench/README.md says the same",
               the_table_is_written_down);
    return suite_run(&suite, "counts");
}
