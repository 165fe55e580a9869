/* The v3 way (tls/v3.h), held against what the v3 library itself did: its databag operations, its
 * secrets, its events at a v4 provider's answers, its times of notice. */
#include "scenario_vectors.h"
#include "tls/v3.h"
#include "tls_world.h"

static struct lc_err err;
static struct lc_json *requirer_vectors;
static struct lc_json *provider_vectors;
static struct lc_json *interop_vectors;

/* --- a unit in the v3 way -----------------------------------------------------------------------
 */

struct v3_unit {
    struct fake_juju *fake;
    struct lc_v3 *v3;
};

static void v3_unit_init(struct v3_unit *unit)
{
    const struct lc_v3_options options = { .endpoint = "certificates" };

    *unit = (struct v3_unit){ .fake = fake_juju_new("web/0") };
    fake_juju_relate(unit->fake, TLS_RELATION, "ca");
    fake_juju_join(unit->fake, TLS_RELATION, "ca/0");
    assert_done(lc_v3_new(&options, &unit->v3, &err));
}

static void v3_unit_release(struct v3_unit *unit)
{
    lc_v3_free(unit->v3);
    fake_juju_free(unit->fake);
}

static struct lc_tls_hook hook_of(struct v3_unit *unit)
{
    const struct lc_hook_env *env = fake_juju_env(unit->fake);

    return (struct lc_tls_hook){ .juju = fake_juju_port(unit->fake),
                                 .event = &env->event,
                                 .unit = env->unit,
                                 .app = env->app,
                                 .clock = fake_juju_clock(unit->fake) };
}

static void handle(struct v3_unit *unit)
{
    const struct lc_tls_hook hook = hook_of(unit);

    while (lc_v3_next(unit->v3) != NULL)
        lc_v3_delivered(unit->v3);
    assert_done(lc_v3_handle(unit->v3, &hook, &err));
    assert_done(fake_juju_commit(unit->fake, &err));
}

static void changed(struct v3_unit *unit)
{
    fake_juju_relation_hook(unit->fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
    handle(unit);
}

static const char *requests_of(struct v3_unit *unit)
{
    return fake_juju_data(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS);
}

/* The only event of the last hook; NULL for none. */
static const char *event_of(struct v3_unit *unit)
{
    const struct lc_v3_event *event = lc_v3_next(unit->v3);

    return event == NULL ? NULL : lc_v3_event_name(event->kind);
}

static void check_optional(const char *got, const char *wanted)
{
    assert_string_equal(got == NULL ? "(none)" : got, wanted == NULL ? "(none)" : wanted);
}

/* --- operations ---------------------------------------------------------------------------------
 */

/* The CSR of number `at` in a databag's text. */
static struct lc_csr *csr_in(const struct lc_json *bag, size_t at)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries list = LC_REQUEST_ENTRIES_INIT;

    assert_done(lc_strmap_set(&map, LC_KEY_REQUESTS, vector_text(bag, LC_KEY_REQUESTS), &err));
    assert_done(lc_databag_load_requests(&map, "vector", NULL, &list, &err));
    return at < list.count ? vector_csr(list.items[at].csr) : NULL;
}

static void run_operation(struct v3_unit *unit, const struct lc_json *vector)
{
    const char *name = vector_text(vector, "name");
    const struct lc_tls_hook hook = hook_of(unit);
    const struct lc_json *after = lc_json_get(vector, "after");
    LC_AUTO(lc_csr_unref) struct lc_csr *old = csr_in(lc_json_get(vector, "before"), 0);

    if (strncmp(name, "revoke", 6) == 0) {
        assert_done(lc_v3_withdraw(unit->v3, &hook, old, &err));
        return;
    }
    const bool is_second = strcmp(name, "request a second CSR") == 0;
    LC_AUTO(lc_csr_unref) struct lc_csr *fresh = csr_in(after, is_second ? 1 : 0);
    if (strcmp(name, "renew") == 0)
        assert_done(lc_v3_renew(unit->v3, &hook, old, fresh, &err));
    else
        assert_done(lc_v3_request(unit->v3, &hook, fresh, false, &err));
}

/* Byte for byte. */
static void check_operation(void **state)
{
    const struct lc_json *vector = *state;
    struct v3_unit unit;

    v3_unit_init(&unit);
    fake_juju_put(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS,
                  vector_text(lc_json_get(vector, "before"), LC_KEY_REQUESTS));
    fake_juju_hook(unit.fake, "config-changed");
    run_operation(&unit, vector);
    assert_done(fake_juju_commit(unit.fake, &err));
    assert_string_equal(requests_of(&unit),
                        vector_text(lc_json_get(vector, "after"), LC_KEY_REQUESTS));
    v3_unit_release(&unit);
}

/* D-40: what is asked for again is asked for as it was. */
static void renewal_keeps_ca(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *old = vector_csr(tls_csr(0));
    LC_AUTO(lc_csr_unref) struct lc_csr *fresh = vector_csr(tls_csr(1));
    struct v3_unit unit;

    (void)state;
    v3_unit_init(&unit);
    fake_juju_hook(unit.fake, "config-changed");
    const struct lc_tls_hook hook = hook_of(&unit);
    assert_done(lc_v3_request(unit.v3, &hook, old, true, &err));
    assert_done(fake_juju_commit(unit.fake, &err));
    assert_done(lc_v3_renew(unit.v3, &hook, old, fresh, &err));
    assert_done(fake_juju_commit(unit.fake, &err));
    assert_non_null(strstr(requests_of(&unit), "\"ca\": true"));
    assert_fails(lc_v3_renew(unit.v3, &hook, fresh, fresh, &err), LC_EUSAGE, "is the old one");
    v3_unit_release(&unit);
}

static void without_relation(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(tls_csr(0));
    struct v3_unit unit;

    (void)state;
    v3_unit_init(&unit);
    fake_juju_remove(unit.fake, TLS_RELATION);
    fake_juju_hook(unit.fake, "config-changed");
    const struct lc_tls_hook hook = hook_of(&unit);
    assert_fails(lc_v3_request(unit.v3, &hook, csr, false, &err), LC_ENOTFOUND, "has no relation");
    v3_unit_release(&unit);
}

/* --- answers ------------------------------------------------------------------------------------
 */

static void put_bag(struct fake_juju *fake, const char *who, const struct lc_json *bag)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(bag, &at, &key, &value))
        fake_juju_put(fake, TLS_RELATION, who, key, lc_json_string(value));
}

/* v3 drops a whole databag that its schema does not take; we take what can be read (1.6, 1.9). */
static const char *wanted_event(const struct lc_json *vector)
{
    const struct lc_json *events = lc_json_get(vector, "events");
    const char *name = vector_text(vector, "name");

    if (lc_json_count(events) != 0)
        return vector_text(lc_json_at(events, 0), "event");
    return strcmp(name, "nothing issued: no key") == 0 ? NULL : "certificate_available";
}

static void check_interop(void **state)
{
    const struct lc_json *vector = *state;
    struct v3_unit unit;

    v3_unit_init(&unit);
    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + 20 * TLS_DAY_S);
    put_bag(unit.fake, "web/0", lc_json_get(interop_vectors, "unit_databag"));
    put_bag(unit.fake, "ca", lc_json_get(vector, "remote_app_databag"));
    changed(&unit);
    check_optional(event_of(&unit), wanted_event(vector));
    changed(&unit); /* a change once; a revocation, as v3 has it, each time */
    const bool is_revoked = strcmp(vector_text(vector, "name"), "v4 revoked") == 0;
    check_optional(event_of(&unit), is_revoked ? "certificate_invalidated" : NULL);
    v3_unit_release(&unit);
}

/* The secret of v3: label, owner, fields, expiry (v3-requirer.json). */
static void check_secret(void **state)
{
    const struct lc_json *sample = *state;
    const struct lc_json *after = lc_json_get(sample, "requirer_after_certificate");
    const struct lc_json *wanted = lc_json_get(after, "certificate_secret");
    const struct lc_json *content = lc_json_get(wanted, "content");
    const char *label = vector_text(wanted, "label");
    struct lc_fake_secret got;
    struct v3_unit unit;

    v3_unit_init(&unit);
    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + 20 * TLS_DAY_S);
    put_bag(unit.fake, "web/0", lc_json_get(sample, "requirer_unit_databag"));
    put_bag(unit.fake, "ca", lc_json_get(sample, "provider_app_databag"));
    changed(&unit);
    assert_true(fake_juju_secret(unit.fake, label, &got));
    assert_string_equal(got.owner, "web/0");
    assert_int_equal(got.expire_s, vector_time(wanted, "expire"));
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "certificate"),
                        vector_text(content, "certificate"));
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "csr"),
                        vector_text(content, "csr"));
    v3_unit_release(&unit);
}

/* The notice, the end, and no event for what is gone. */
static void life_of_a_certificate(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(tls_csr(0));
    static const char *const whos[] = { "web/0", NULL };
    struct v3_unit unit;
    char label[160];

    (void)state;
    (void)snprintf(label, sizeof(label), TLS_LIBID "-%s", lc_csr_hash(csr));
    v3_unit_init(&unit);
    fake_juju_hook(unit.fake, "config-changed");
    const struct lc_tls_hook hook = hook_of(&unit);
    assert_done(lc_v3_request(unit.v3, &hook, csr, false, &err));
    assert_done(fake_juju_commit(unit.fake, &err));
    tls_answer(unit.fake, TLS_RELATION, whos, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    changed(&unit);
    check_optional(event_of(&unit), "certificate_available");

    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + 61 * TLS_DAY_S);
    fake_juju_secret_hook(unit.fake, "secret-expired", label, 1);
    handle(&unit);
    check_optional(event_of(&unit), "certificate_expiring");

    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + 91 * TLS_DAY_S);
    fake_juju_secret_hook(unit.fake, "secret-expired", label, 1);
    handle(&unit);
    check_optional(event_of(&unit), "certificate_invalidated");
    assert_string_equal(lc_v3_next(unit.v3)->reason, "expired");
    assert_string_equal(requests_of(&unit), "[]");
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    v3_unit_release(&unit);
}

static void relation_broken(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(tls_csr(0));
    static const char *const whos[] = { "web/0", NULL };
    struct v3_unit unit;

    (void)state;
    v3_unit_init(&unit);
    fake_juju_hook(unit.fake, "config-changed");
    const struct lc_tls_hook hook = hook_of(&unit);
    assert_done(lc_v3_request(unit.v3, &hook, csr, false, &err));
    assert_done(fake_juju_commit(unit.fake, &err));
    tls_answer(unit.fake, TLS_RELATION, whos, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    changed(&unit);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    fake_juju_break(unit.fake, TLS_RELATION);
    fake_juju_relation_hook(unit.fake, "certificates-relation-broken", TLS_RELATION, NULL);
    handle(&unit);
    check_optional(event_of(&unit), "all_certificates_invalidated");
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    v3_unit_release(&unit);
}

/* --- times --------------------------------------------------------------------------------------
 */

static void check_notice(void **state)
{
    const struct lc_json *vector = *state;

    assert_int_equal(lc_v3_notice(vector_time(vector, "not_before"),
                                  vector_time(vector, "not_after"),
                                  lc_json_integer(lc_json_get(vector, "provider_hours")),
                                  lc_json_integer(lc_json_get(vector, "requirer_hours"))),
                     vector_time(vector, "notification_time"));
}

static void add_rows(struct suite *suite, const struct lc_json *list, CMUnitTestFunction test,
                     const char *what)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const char *name = lc_json_get_string(item, "name");
        suite_addf(suite, test, (void *)(uintptr_t)item, "v3: %s: %s %zu", what,
                   name == NULL ? "" : name, i + 1);
    }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    requirer_vectors = vector_load("v3-requirer.json");
    provider_vectors = vector_load("v3-provider.json");
    interop_vectors = vector_load("v3-interop.json");
    add_rows(&suite, lc_json_get(requirer_vectors, "operations"), check_operation, "operation");
    add_rows(&suite, lc_json_get(requirer_vectors, "samples"), check_secret, "secret");
    add_rows(&suite, lc_json_get(interop_vectors, "cases"), check_interop, "interop");
    add_rows(&suite, lc_json_get(provider_vectors, "expiry_notification"), check_notice, "notice");
    SUITE_TEST(&suite, "v3: a renewal keeps what was asked for (D-40)", renewal_keeps_ca);
    SUITE_TEST(&suite, "v3: no relation is an error to the caller", without_relation);
    SUITE_TEST(&suite, "v3: available, expiring, expired (D-40)", life_of_a_certificate);
    SUITE_TEST(&suite, "v3: relation-broken: all is invalidated, and gone", relation_broken);
    const int status = suite_run(&suite, "v3");
    lc_json_free(requirer_vectors);
    lc_json_free(provider_vectors);
    lc_json_free(interop_vectors);
    return status;
}
