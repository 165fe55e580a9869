/* A whole life: three units and the application, each with a certificate of our own provider; the
 * leader changes, keys and the CA are rotated, a unit goes, the relation goes. Nothing is left
 * over. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/ca.h"
#include "tls_world.h"

static struct lc_err err;

static const struct tls_wish wishes[] = {
    { .name = "mine", .common_name = "unit.example.com" },
    { .name = "ours", .scope = LC_TLS_APP, .common_name = "app.example.com" },
};
static const char *const units[] = { "web/0", "web/1", "web/2" };
static const char *const asking[] = { "web/0", "web/1", "web/2", "web" };

/* Both sides of the relation, each in its own Juju. */
struct pair {
    struct tls_unit web; /* whichever unit it is now */
    struct tls_provider_unit ca;
    const char *leader;
    bool rotates; /* the CA, in the provider's next hook */
};

static struct lc_ca *new_ca(void)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs subject = LC_ATTRS_INIT;
    const struct lc_ca_options options = { .endpoint = "certificates",
                                           .subject = &subject,
                                           .key = { .type = LC_KEY_EC } };
    struct lc_ca *ca = NULL;

    assert_done(lc_attrs_set_text(&subject, "common_name", "our CA", 6, &err));
    assert_done(lc_ca_new(&options, &ca, &err));
    return ca;
}

static bool sign(void *context, const struct lc_tls_incoming *request, struct lc_decision *out,
                 struct lc_err *why)
{
    struct tls_provider_unit *unit = context;
    const struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    LC_AUTO(lc_ca_free) struct lc_ca *ca = new_ca();

    unit->decided++;
    return lc_ca_sign(ca, unit->hook, request->csr, &shape, out, why);
}

static bool rotate_ca(struct tls_provider_unit *unit, struct lc_provider *provider,
                      const struct lc_tls_hook *hook, struct lc_err *why)
{
    LC_AUTO(lc_ca_free) struct lc_ca *ca = new_ca();

    (void)unit;
    return lc_ca_rotate(ca, hook, why) && lc_provider_reissue_all(provider, hook, why);
}

static void copy_key(struct fake_juju *from, struct fake_juju *to, const char *who, const char *key)
{
    const char *value = fake_juju_data(from, TLS_RELATION, who, key);

    fake_juju_put(to, TLS_RELATION, who, key, value == NULL ? "" : value);
}

/* The relation carries what each side has written, and tells the provider. */
static void exchange(struct pair *pair)
{
    for (size_t i = 0; i < LC_COUNT(asking); i++)
        copy_key(pair->web.fake, pair->ca.fake, asking[i], LC_KEY_REQUESTS);
    tls_provider_changed(&pair->ca, TLS_RELATION, "web/0");
    copy_key(pair->ca.fake, pair->web.fake, "ca", LC_KEY_CERTIFICATES);
    copy_key(pair->ca.fake, pair->web.fake, "ca", LC_KEY_ERRORS);
    copy_key(pair->ca.fake, pair->web.fake, "ca", LC_KEY_CAPABILITIES);
}

static void become(struct pair *pair, const char *unit)
{
    fake_juju_become(pair->web.fake, unit);
    fake_juju_lead(pair->web.fake, strcmp(unit, pair->leader) == 0);
}

/* How many events of a kind the first count units have in their relation-changed. */
static size_t tell(struct pair *pair, size_t count, enum lc_requirer_event_kind kind)
{
    size_t events = 0;

    for (size_t i = 0; i < count; i++) {
        become(pair, units[i]);
        tls_changed(&pair->web);
        events += tls_count_events(&pair->web, kind);
    }
    return events;
}

static void assert_served(struct pair *pair, const char *unit)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair mine = LC_TLS_PAIR_INIT;
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair ours = LC_TLS_PAIR_INIT;

    become(pair, unit);
    assert_true(tls_assigned(&pair->web, "mine", &mine));
    assert_true(lc_cert_matches_key(mine.certificate, mine.key));
    assert_int_equal(tls_assigned(&pair->web, "ours", &ours), strcmp(unit, pair->leader) == 0);
}

static size_t certificate_count(struct pair *pair)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;

    assert_done(lc_databag_load_certificates(fake_juju_bag(pair->ca.fake, TLS_RELATION, "ca"), "ca",
                                             NULL, &entries, &err));
    return entries.count;
}

static void begin(struct pair *pair)
{
    *pair = (struct pair){ .leader = "web/0" };
    tls_unit_init(&pair->web, "web/0", wishes, LC_COUNT(wishes));
    pair->web.options.mode = LC_TLS_MODE_APP_AND_UNIT;
    tls_provider_init(&pair->ca);
    pair->ca.options.decide = sign;
    fake_juju_relate(pair->ca.fake, TLS_RELATION, "web");
    for (size_t i = 0; i < LC_COUNT(units); i++) {
        fake_juju_join(pair->ca.fake, TLS_RELATION, units[i]);
        become(pair, units[i]);
        tls_relation_hook(&pair->web, "certificates-relation-created", NULL);
    }
    exchange(pair);
    assert_int_equal(tell(pair, 3, LC_REQUIRER_AVAILABLE), 4);
}

static bool regenerate(struct tls_unit *unit, struct lc_requirer *requirer,
                       const struct lc_tls_hook *hook, struct lc_err *why)
{
    (void)unit;
    return lc_requirer_regenerate_key(requirer, hook, LC_TLS_UNIT, false, why) &&
           lc_requirer_regenerate_key(requirer, hook, LC_TLS_APP, false, why);
}

static void change_leader(struct pair *pair)
{
    pair->leader = "web/1";
    become(pair, "web/0");
    tls_hook(&pair->web, "leader-settings-changed");
    become(pair, "web/1");
    tls_hook(&pair->web, "leader-elected");
    assert_int_equal(tls_count_events(&pair->web, LC_REQUIRER_AVAILABLE), 1); /* ours */
    exchange(pair);
    assert_int_equal(pair->ca.decided, 0); /* nothing is asked for anew */
}

static void change_keys(struct pair *pair)
{
    pair->web.act = regenerate;
    tls_hook(&pair->web, "start");
    pair->web.act = NULL;
    assert_served(pair, "web/1"); /* by the old keys */
    exchange(pair);
    assert_int_equal(pair->ca.decided, 2);
    assert_int_equal(tell(pair, 3, LC_REQUIRER_AVAILABLE), 2);
    exchange(pair);
    assert_int_equal(certificate_count(pair), 4);
}

static void change_ca(struct pair *pair)
{
    pair->ca.act = rotate_ca;
    exchange(pair);
    pair->ca.act = NULL;
    assert_int_equal(certificate_count(pair), 4);
    assert_int_equal(tell(pair, 3, LC_REQUIRER_AVAILABLE), 4);
}

static void remove_unit(struct pair *pair)
{
    become(pair, "web/2");
    fake_juju_break(pair->web.fake, TLS_RELATION);
    tls_relation_hook(&pair->web, "certificates-relation-broken", NULL);
    for (size_t i = 0;; i++) {
        struct lc_fake_secret view;
        if (!fake_juju_secret_at(pair->web.fake, i, &view))
            break;
        assert_string_not_equal(view.owner, "web/2");
    }
    fake_juju_depart(pair->ca.fake, TLS_RELATION, "web/2");
    fake_juju_relation_hook(pair->ca.fake, "certificates-relation-departed", TLS_RELATION, "web/2");
    assert_done(tls_provider_run(&pair->ca, &err));
    assert_int_equal(certificate_count(pair), 3);
}

static void remove_relation(struct pair *pair)
{
    static const char *const left[] = { "web/0", "web/1" };

    for (size_t i = 0; i < LC_COUNT(left); i++) {
        become(pair, left[i]);
        tls_relation_hook(&pair->web, "certificates-relation-broken", NULL);
        assert_null(fake_juju_state(pair->web.fake, TLS_STATE));
    }
    fake_juju_remove(pair->ca.fake, TLS_RELATION);
    tls_provider_hook(&pair->ca, "update-status");
    assert_null(fake_juju_state(pair->ca.fake, TLS_STATE));
}

static void nothing_is_left_over(void **state)
{
    struct pair pair;

    (void)state;
    begin(&pair);
    for (size_t i = 0; i < LC_COUNT(units); i++)
        assert_served(&pair, units[i]);
    assert_int_equal(fake_juju_secret_count(pair.web.fake), 8); /* four keys, four certificates */
    change_leader(&pair);
    for (size_t i = 0; i < LC_COUNT(units); i++)
        assert_served(&pair, units[i]);
    assert_int_equal(fake_juju_secret_count(pair.web.fake), 8);
    become(&pair, "web/1");
    change_keys(&pair);
    change_ca(&pair);
    assert_int_equal(fake_juju_secret_count(pair.web.fake), 8);
    for (size_t i = 0; i < LC_COUNT(units); i++) {
        assert_served(&pair, units[i]);
        assert_int_equal(tls_request_count(pair.web.fake, units[i]), 1);
    }
    assert_int_equal(tls_request_count(pair.web.fake, "web"), 1);
    remove_unit(&pair);
    remove_relation(&pair);
    assert_int_equal(fake_juju_secret_count(pair.web.fake), 0);
    assert_int_equal(fake_juju_secret_count(pair.ca.fake), 1); /* the CA */
    tls_unit_release(&pair.web);
    tls_provider_release(&pair.ca);
}

/* A year of hooks, with renewals as they come: never without a certificate, never two at rest. */
static void a_year(void **state)
{
    struct pair pair;

    (void)state;
    begin(&pair);
    for (int day = 0; day < 365; day += 5) {
        struct lc_fake_secret view;
        fake_juju_advance(pair.web.fake, 5 * TLS_DAY_S);
        fake_juju_advance(pair.ca.fake, 5 * TLS_DAY_S);
        for (size_t i = 0; i < LC_COUNT(units); i++)
            assert_served(&pair, units[i]);
        for (size_t i = 0; fake_juju_secret_at(pair.web.fake, i, &view); i++) {
            if (view.expire_s == 0 || view.expire_s > lc_clock_now(fake_juju_clock(pair.web.fake)))
                continue;
            LC_AUTO(lc_free) char *id = lc_strdup(view.id);
            become(&pair, view.owner);
            tls_secret_hook(&pair.web, "secret-expired", id);
            exchange(&pair);
            tls_changed(&pair.web);
            assert_int_equal(tls_count_events(&pair.web, LC_REQUIRER_AVAILABLE), 1);
            exchange(&pair);
            i = (size_t)-1;
        }
        assert_int_equal(fake_juju_secret_count(pair.web.fake), 8);
        assert_int_equal(certificate_count(&pair), 4);
    }
    tls_unit_release(&pair.web);
    tls_provider_release(&pair.ca);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "a life of three units and their application leaves nothing over",
               nothing_is_left_over);
    SUITE_TEST(&suite, "REQ-072 a year without a gap", a_year);
    return suite_run(&suite, "life");
}
