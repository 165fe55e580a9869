/* Conformance where a databag is as long as it may be: nothing that is there is lost or made anew,
 * nothing is written past the limit, and who finds no room is answered when there is some
 * (tls-certificates 4.2, 4.5; D-04, D-11). */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

#define NINE   "certificates:9"
#define MARK   ", \"revoked\": true" /* each certificate has room to be marked so */
#define THREE  3
#define NOBODY ((size_t)-1)

static struct lc_err err;
static const int three[] = { 0, 1, 2, -1 };
static const int first_two[] = { 0, 1, -1 };
static const int last_two[] = { 1, 2, -1 };

/* --- the provider --------------------------------------------------------------------------------
 */

/* One certificate for all, so that lengths are what they are in each run. */
static struct lc_cert *certificate;
static struct lc_cert *authority;

static bool issue_same(void *context, const struct lc_tls_incoming *request,
                       struct lc_decision *out, struct lc_err *why)
{
    struct tls_provider_unit *unit = context;

    (void)request;
    unit->decided++;
    if (unit->decision == LC_DECISION_DENY)
        return lc_decision_deny(out, LC_ERROR_OTHER, "the policy says no", NULL, why);
    out->kind = LC_DECISION_ISSUE;
    out->certificate = lc_cert_ref(certificate);
    out->ca = lc_cert_ref(authority);
    return true;
}

static void make_certificate(void)
{
    LC_AUTO(lc_free) char *pem = tls_issue(tls_csr(0), FAKE_JUJU_START_S, 90 * TLS_DAY_S, false);

    assert_done(lc_cert_parse(pem, strlen(pem), &certificate, &err));
    assert_done(lc_cert_parse(tls_ca_pem(), strlen(tls_ca_pem()), &authority, &err));
}

static void set_up(struct tls_provider_unit *unit, const int *numbers)
{
    if (certificate == NULL)
        make_certificate();
    tls_provider_init(unit);
    unit->options.decide = issue_same;
    fake_juju_relate(unit->fake, NINE, "web");
    fake_juju_join(unit->fake, NINE, "web/0");
    tls_put_requests(unit->fake, NINE, "web/0", numbers);
}

static const char *own_text(const struct tls_provider_unit *unit, const char *key)
{
    const struct lc_strmap *bag = fake_juju_bag(unit->fake, NINE, "ca");
    const char *text = bag == NULL ? NULL : lc_strmap_get(bag, key);

    return text == NULL ? "" : text;
}

static size_t count_of(const struct tls_provider_unit *unit, const char *key)
{
    LC_AUTO(lc_json_free) struct lc_json *list = NULL;
    const char *text = own_text(unit, key);

    if (*text == '\0')
        return 0;
    assert_done(lc_json_parse(text, strlen(text), 0, &list, &err));
    return lc_json_count(list);
}

static size_t count_lines(const struct tls_provider_unit *unit, const char *part)
{
    size_t count = 0;

    for (size_t i = 0; i < unit->log.count; i++)
        count += strstr(unit->log.items[i], part) != NULL;
    return count;
}

static bool count_waiting(struct tls_provider_unit *unit, struct lc_provider *provider,
                          const struct lc_tls_hook *hook, struct lc_err *why)
{
    struct lc_provider_cursor cursor = { 0 };
    struct lc_provider_item item;
    size_t *count = unit->act_context;

    *count = 0;
    if (!lc_provider_look(provider, hook, why))
        return false;
    while (lc_provider_next(provider, LC_PROVIDER_WITHOUT_ROOM, NULL, &cursor, &item))
        ++*count;
    return true;
}

/* What three answers take. */
static size_t bytes_of_three(enum lc_decision_kind decision)
{
    const char *key = decision == LC_DECISION_DENY ? LC_KEY_ERRORS : LC_KEY_CERTIFICATES;
    struct tls_provider_unit unit;

    set_up(&unit, three);
    unit.decision = decision;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(count_of(&unit, key), THREE);
    const size_t len = strlen(own_text(&unit, key));
    tls_provider_release(&unit);
    return len + (decision == LC_DECISION_DENY ? 0 : THREE * strlen(MARK));
}

struct limit_row {
    const char *name;
    enum lc_decision_kind decision;
    int over; /* the limit is what three answers take, and this */
    size_t answered;
};

static const struct limit_row limit_rows[] = {
    { "certificates: one byte too few for three", LC_DECISION_ISSUE, -1, 2 },
    { "certificates: exactly room for three", LC_DECISION_ISSUE, 0, 3 },
    { "certificates: one byte more than three take", LC_DECISION_ISSUE, 1, 3 },
    { "denials: one byte too few for three", LC_DECISION_DENY, -1, 2 },
    { "denials: exactly room for three", LC_DECISION_DENY, 0, 3 },
    { "denials: one byte more than three take", LC_DECISION_DENY, 1, 3 },
};

/* What is answered stays to the letter, and who is not waits with one warning a hook, until there
 * is room. */
static void check_limit(void **state)
{
    const struct limit_row *row = *state;
    const char *key = row->decision == LC_DECISION_DENY ? LC_KEY_ERRORS : LC_KEY_CERTIFICATES;
    const bool waits = row->answered < THREE;
    struct tls_provider_unit unit;
    size_t waiting = NOBODY;

    const size_t limit = bytes_of_three(row->decision) + (size_t)(ptrdiff_t)row->over;
    set_up(&unit, three);
    unit.decision = row->decision;
    unit.options.max_bytes = limit;
    unit.act = count_waiting;
    unit.act_context = &waiting;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(count_of(&unit, key), row->answered);
    assert_true(strlen(own_text(&unit, key)) <= limit);
    assert_int_equal(waiting, THREE - row->answered);
    assert_int_equal(count_lines(&unit, "no room for another answer"), waits);
    LC_AUTO(lc_free) char *before = lc_strdup(own_text(&unit, key));

    tls_provider_hook(&unit, "update-status");
    assert_int_equal(unit.decided, waits); /* nobody anew */
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_string_equal(own_text(&unit, key), before);
    assert_int_equal(count_lines(&unit, "no room for another answer"), waits);

    tls_put_requests(unit.fake, NINE, "web/0", last_two);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(count_of(&unit, key), 2);
    assert_int_equal(waiting, 0);
    assert_non_null(strstr(own_text(&unit, key), "BEGIN"));
    assert_int_equal(count_lines(&unit, "no room"), 0);
    tls_provider_release(&unit);
}

static bool revoke_all(struct tls_provider_unit *unit, struct lc_provider *provider,
                       const struct lc_tls_hook *hook, struct lc_err *why)
{
    (void)unit;
    return lc_provider_revoke(provider, hook, NULL, NULL, why);
}

static void all_are_revoked_in_a_full_databag(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    const size_t limit = bytes_of_three(LC_DECISION_ISSUE);
    set_up(&unit, three);
    unit.options.max_bytes = limit;
    tls_provider_changed(&unit, NINE, "web/0");
    unit.act = revoke_all;
    fake_juju_hook(unit.fake, "revoke-action");
    assert_done(tls_provider_run(&unit, &err));
    assert_int_equal(strlen(own_text(&unit, LC_KEY_CERTIFICATES)), limit);
    tls_provider_release(&unit);
}

/* A databag that was written when more was read: it stays, and is served again when it is. */
static void a_databag_over_the_limit_is_left_alone(void **state)
{
    struct tls_provider_unit unit;
    size_t waiting = NOBODY;

    (void)state;
    set_up(&unit, first_two);
    tls_provider_changed(&unit, NINE, "web/0");
    LC_AUTO(lc_free) char *before = lc_strdup(own_text(&unit, LC_KEY_CERTIFICATES));
    unit.options.max_bytes = strlen(before) - 1;
    unit.act = count_waiting;
    unit.act_context = &waiting;
    tls_put_requests(unit.fake, NINE, "web/0", three);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 0);
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_int_equal(waiting, THREE);
    assert_int_equal(count_lines(&unit, "our own databag is over the limit"), 1);
    assert_string_equal(own_text(&unit, LC_KEY_CERTIFICATES), before);

    unit.options.max_bytes = 0;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(unit.decided, 1);
    assert_int_equal(count_of(&unit, LC_KEY_CERTIFICATES), THREE);
    tls_provider_release(&unit);
}

static void what_cannot_be_read_cannot_be_revoked(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, first_two);
    fake_juju_relate(unit.fake, "certificates:10", "db");
    fake_juju_join(unit.fake, "certificates:10", "db/0");
    tls_put_requests(unit.fake, "certificates:10", "db/0", last_two + 1);
    tls_provider_changed(&unit, NINE, "web/0");
    unit.options.max_bytes = strlen(own_text(&unit, LC_KEY_CERTIFICATES)) - 1;
    unit.act = revoke_all;
    fake_juju_hook(unit.fake, "revoke-action");
    assert_fails(tls_provider_run(&unit, &err), LC_ELIMIT,
                 "relation 'certificates:9': relation-get: our own databag is too long");
    tls_provider_release(&unit);
}

/* --- the requirer --------------------------------------------------------------------------------
 */

static const char *const unit_bag[] = { "web/0", NULL };
static const struct tls_wish one[] = { { .common_name = "a.example.com" } };

static bool regenerate(struct tls_unit *unit, struct lc_requirer *requirer,
                       const struct lc_tls_hook *hook, struct lc_err *why)
{
    (void)unit;
    return lc_requirer_regenerate_key(requirer, hook, LC_TLS_UNIT, false, why);
}

static size_t answers_len(const struct tls_unit *unit)
{
    return strlen(
        lc_strmap_get(fake_juju_bag(unit->fake, TLS_RELATION, "ca"), LC_KEY_CERTIFICATES));
}

/* One with a certificate, which is being replaced since its key was. */
static void set_up_rotation(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", one, LC_COUNT(one));
    tls_changed(unit);
    tls_answer(unit->fake, TLS_RELATION, unit_bag, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    tls_changed(unit);
    assert_int_equal(tls_count_events(unit, LC_REQUIRER_AVAILABLE), 1);
    unit->act = regenerate;
    tls_hook(unit, "config-changed");
    unit->act = NULL;
    assert_int_equal(tls_request_count(unit->fake, "web/0"), 2);
}

/* In which the provider has written more than is read, or what is not JSON. */
static void check_blind(struct tls_unit *unit)
{
    tls_changed(unit);
    assert_int_equal(unit->event_count, 0);
    assert_int_equal(tls_writes(unit->fake), 0);
    assert_int_equal(tls_request_count(unit->fake, "web/0"), 2);
}

static void a_provider_over_the_limit_has_not_revoked(void **state)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct tls_unit unit;

    (void)state;
    set_up_rotation(&unit);
    unit.options.max_bytes = answers_len(&unit) - 1;
    check_blind(&unit);
    unit.options.max_bytes = answers_len(&unit);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_true(tls_assigned(&unit, NULL, &pair)); /* the one of the key before */
    tls_unit_release(&unit);
}

static void a_provider_of_nonsense_has_not_revoked(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up_rotation(&unit);
    fake_juju_put(unit.fake, TLS_RELATION, "ca", LC_KEY_CERTIFICATES, "nonsense");
    check_blind(&unit);
    tls_unit_release(&unit);
}

static void own_requests_over_the_limit_stay(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up_rotation(&unit);
    const char *own = lc_strmap_get(fake_juju_bag(unit.fake, TLS_RELATION, "web/0"),
                                    LC_KEY_REQUESTS);
    unit.options.max_bytes = strlen(own) - 1;
    check_blind(&unit);
    assert_int_equal(tls_count_log(&unit, "our own requests are over the limit"), 1);
    tls_unit_release(&unit);
}

static void too_many_requests_are_an_error(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.max_bytes = 100;
    fake_juju_relation_hook(unit.fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
    assert_fails(tls_unit_run(&unit, &err), LC_ELIMIT, "cannot write our 1 requests");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 0);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, limit_rows, check_limit);
    SUITE_TEST(&suite, "all are revoked in a full databag", all_are_revoked_in_a_full_databag);
    SUITE_TEST(&suite, "D-11 a databag over the limit is left alone",
               a_databag_over_the_limit_is_left_alone);
    SUITE_TEST(&suite, "what cannot be read cannot be revoked",
               what_cannot_be_read_cannot_be_revoked);
    SUITE_TEST(&suite, "a provider over the limit has revoked nothing",
               a_provider_over_the_limit_has_not_revoked);
    SUITE_TEST(&suite, "a provider of nonsense has revoked nothing",
               a_provider_of_nonsense_has_not_revoked);
    SUITE_TEST(&suite, "own requests over the limit stay", own_requests_over_the_limit_stay);
    SUITE_TEST(&suite, "requests that do not fit are an error", too_many_requests_are_an_error);
    const int status = suite_run(&suite, "room");
    lc_cert_unref(certificate);
    lc_cert_unref(authority);
    return status;
}
