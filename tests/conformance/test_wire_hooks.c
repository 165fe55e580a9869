/* Conformance of what both sides put on the wire, seen over whole hooks: WIRE-004, WIRE-032. */
#include "prov_helpers.h"

static const struct tls_wish wishes[] = { { .common_name = "a.example.com" },
                                          { .common_name = "b.example.com" } };

/* 64 columns of base64 between two lines, LF between lines, none at the end (2.2). */
static void assert_canonical(const char *pem)
{
    const size_t len = strlen(pem);

    assert_true(len > 0 && pem[len - 1] == '-');
    assert_null(strchr(pem, '\r'));
    const char *line = strchr(pem, '\n') + 1;
    assert_non_null(strchr(line, '\n'));
    assert_int_equal(strchr(line, '\n') - line, 64);
}

static void requests_are_canonical(void **state)
{
    LC_AUTO(lc_request_entries_release)
    struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", wishes, LC_COUNT(wishes));
    tls_changed(&unit);
    tls_requests(unit.fake, TLS_RELATION, "web/0", &entries);
    assert_int_equal(entries.count, LC_COUNT(wishes));
    for (size_t i = 0; i < entries.count; i++)
        assert_canonical(entries.items[i].csr);
    tls_unit_release(&unit);
}

static void answers_are_canonical(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, two);
    tls_provider_changed(&unit, NINE, "web/0");
    load_certificates(&unit, NINE, &entries);
    assert_int_equal(entries.count, 2);
    for (size_t i = 0; i < entries.count; i++) {
        assert_canonical(entries.items[i].certificate);
        assert_canonical(entries.items[i].ca);
        assert_canonical(entries.items[i].csr);
        assert_true(entries.items[i].chain.count > 0);
        for (size_t j = 0; j < entries.items[i].chain.count; j++)
            assert_canonical(entries.items[i].chain.items[j]);
    }
    tls_provider_release(&unit);
}

static void a_requirer_writes_a_databag_once(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", wishes, LC_COUNT(wishes));
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    tls_changed(&unit);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    unit.wish_count = 1;
    tls_hook(&unit, "config-changed");
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    tls_unit_release(&unit);
}

static void a_provider_writes_a_databag_once(void **state)
{
    struct tls_provider_unit unit;

    (void)state;
    set_up(&unit, two);
    unit.capabilities.said = true;
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(certificate_count(&unit, NINE), 2);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    tls_put_requests(unit.fake, NINE, "web/0", none);
    tls_provider_changed(&unit, NINE, "web/0");
    assert_int_equal(certificate_count(&unit, NINE), 0);
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 1);
    tls_provider_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "WIRE-004 requests are canonical PEM", requests_are_canonical);
    SUITE_TEST(&suite, "WIRE-004 answers are canonical PEM", answers_are_canonical);
    SUITE_TEST(&suite, "WIRE-032 a requirer writes a databag once, and only what changed",
               a_requirer_writes_a_databag_once);
    SUITE_TEST(&suite, "WIRE-032 a provider writes a databag once, and only what changed",
               a_provider_writes_a_databag_once);
    return suite_run(&suite, "wire_hooks");
}
