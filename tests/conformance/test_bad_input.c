/* Bad input to the requirer, one by one: what happens. What the provider makes of it is in
 * test_prov*.c, floods in test_scale.c, a lost leadership in test_req_end.c, clocks in
 * test_req_renewal.c. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/complaints.h"
#include "tls_world.h"

static struct lc_err err;

#define UNIT_KEY TLS_LIBID "-private-key-0-certificates"

static const struct tls_wish two[] = {
    { .name = "first", .common_name = "a.example.com" },
    { .name = "second", .common_name = "b.example.com" },
};

static void set_up(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", two, LC_COUNT(two));
    tls_changed(unit);
}

static char *certificate_for(struct tls_unit *unit, size_t request)
{
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", request);

    return tls_issue(csr, FAKE_JUJU_START_S, 90 * TLS_DAY_S, false);
}

/* --- the provider's databag as a whole -----------------------------------------------------------
 */

struct text_row {
    const char *name;
    const char *value;
    size_t logged;
};

static const struct text_row text_rows[] = {
    { "bad input: certificates that are no JSON", "{{", 1 },
    { "bad input: certificates that are an object", "{\"a\": []}", 1 },
    { "bad input: certificates that are a text", "\"[]\"", 1 },
    { "bad input: entries that are no objects", "[1, null, \"x\", []]", 4 },
    { "bad input: an entry of empty texts",
      "[{\"ca\": \"\", \"certificate_signing_request\": \"\", \"certificate\": \"\"}]", 0 },
    { "bad input: a list in a list", "[[[[[[[[]]]]]]]]", 1 },
    { "bad input: an empty text", "", 0 },
};

/* Our requests stay, nothing is announced, and nothing is written. */
static void check_text(void **state)
{
    const struct text_row *row = *state;
    struct tls_unit unit;

    set_up(&unit);
    fake_juju_put(unit.fake, TLS_RELATION, "ca", LC_KEY_CERTIFICATES, row->value);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_writes(unit.fake), 0);
    assert_int_equal(unit.log.count, row->logged);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    tls_unit_release(&unit);
}

/* --- one entry of it
 * ------------------------------------------------------------------------------ */

struct entry_row {
    const char *name;
    const char *certificate; /* NULL: a good one */
    const char *ca;          /* NULL: the good one */
    const char *link;        /* the chain's second; NULL: the CA */
    const char *logged;
};

#define CUT "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"

static const struct entry_row entry_rows[] = {
    { "bad input: a certificate that is cut", CUT, NULL, NULL, "passed over: certificate" },
    { "bad input: a certificate that is text", "hello", NULL, NULL, "passed over: certificate" },
    { "bad input: a CA that is cut", NULL, CUT, NULL, "passed over: ca" },
    { "bad input: a link of the chain that is text", NULL, NULL, "x", "passed over: chain[1]" },
};

/* It costs that entry: the other request has its certificate. */
static void check_entry(void **state)
{
    const struct entry_row *row = *state;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_unit unit;

    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *good = certificate_for(&unit, 0);
    const char *certificate = row->certificate == NULL ? good : row->certificate;
    struct lc_certificate_entry entry = {
        .ca = lc_strdup(row->ca == NULL ? tls_ca_pem() : row->ca),
        .csr = lc_strdup(csr),
        .certificate = lc_strdup(certificate),
    };
    assert_done(lc_strlist_add(&entry.chain, good, &err));
    assert_done(lc_strlist_add(&entry.chain, row->link == NULL ? tls_ca_pem() : row->link, &err));
    assert_done(lc_certificate_entries_add(&entries, &entry, &err));
    lc_certificate_entry_release(&entry);
    LC_AUTO(lc_free) char *other_csr = tls_request_at(unit.fake, "web/0", 1);
    LC_AUTO(lc_free) char *other = certificate_for(&unit, 1);
    tls_add_certificate(&entries, other_csr, other, false);
    tls_put_certificates(unit.fake, TLS_RELATION, &entries);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_string_equal(unit.events[0].pair.name, "second");
    assert_int_equal(tls_count_log(&unit, row->logged), 1);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    tls_unit_release(&unit);
}

static void put_one(struct tls_unit *unit, const char *certificate)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", 0);

    tls_add_certificate(&entries, csr, certificate, false);
    tls_put_certificates(unit->fake, TLS_RELATION, &entries);
}

static void a_certificate_for_another_key(void **state)
{
    LC_AUTO(lc_free) char *other = tls_issue(tls_csr(0), FAKE_JUJU_START_S, TLS_DAY_S, false);
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    put_one(&unit, other);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_count_log(&unit, "it is for another key"), 1);
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_unit_release(&unit);
}

static void a_ca_certificate_for_a_leaf(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *ca = tls_issue(csr, FAKE_JUJU_START_S, TLS_DAY_S, true);
    put_one(&unit, ca);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_count_log(&unit, "a CA certificate, which was not asked for"), 1);
    tls_unit_release(&unit);
}

/* REQ-036 the other way round. */
static void a_leaf_for_a_ca_request(void **state)
{
    static const struct tls_wish ca[] = { { .common_name = "sub", .is_ca = true } };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", ca, LC_COUNT(ca));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *leaf = certificate_for(&unit, 0);
    put_one(&unit, leaf);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_count_log(&unit, "not the CA certificate that was asked for"), 1);
    tls_unit_release(&unit);
}

static void an_expired_one(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free)
    char *expired = tls_issue(csr, FAKE_JUJU_START_S - 10 * TLS_DAY_S, 10 * TLS_DAY_S, false);
    put_one(&unit, expired);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    LC_AUTO(lc_free) char *still = tls_request_at(unit.fake, "web/0", 0);
    assert_string_not_equal(still, csr); /* another in its place, at the end */
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    tls_unit_release(&unit);
}

static void put_chain(struct tls_unit *unit, const char *certificate, bool reversed)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct lc_certificate_entry entry = { .ca = lc_strdup(tls_ca_pem()),
                                          .csr = tls_request_at(unit->fake, "web/0", 0),
                                          .certificate = lc_strdup(certificate) };

    if (reversed) {
        assert_done(lc_strlist_add(&entry.chain, tls_ca_pem(), &err));
        assert_done(lc_strlist_add(&entry.chain, certificate, &err));
    }
    assert_done(lc_certificate_entries_add(&entries, &entry, &err));
    lc_certificate_entry_release(&entry);
    tls_put_certificates(unit->fake, TLS_RELATION, &entries);
}

/* In the wrong order, or missing: taken as it is. */
static void chains_are_taken_as_they_are(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    put_chain(&unit, certificate, true);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_int_equal(unit.events[0].pair.chain.count, 2);
    assert_string_equal(lc_cert_pem(unit.events[0].pair.chain.items[0]), tls_ca_pem());
    put_chain(&unit, certificate, false);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    assert_int_equal(unit.events[0].pair.chain.count, 0);
    tls_unit_release(&unit);
}

/* --- line ends
 * ------------------------------------------------------------------------------------ */

static char *with_crlf(const char *pem)
{
    struct lc_buf text = LC_BUF_INIT(65536);
    char *out = NULL;

    for (; *pem != '\0'; pem++)
        lc_buf_puts(&text, *pem == '\n' ? "\r\n" : (const char[]){ *pem, '\0' });
    lc_buf_puts(&text, "\r\n");
    assert_done(lc_buf_take(&text, &out, NULL, &err));
    return out;
}

/* What the provider writes with other line ends is the same certificate: told once. */
static void certificates_with_crlf_are_the_same(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    put_one(&unit, certificate);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 1);
    LC_AUTO(lc_free) char *csr_crlf = with_crlf(csr);
    LC_AUTO(lc_free) char *certificate_crlf = with_crlf(certificate);
    tls_add_certificate(&entries, csr_crlf, certificate_crlf, false);
    tls_put_certificates(unit.fake, TLS_RELATION, &entries);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_unit_release(&unit);
}

/* Our own request with other line ends, of our key: it stands as it is. */
static void an_own_request_with_crlf_stands(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    for (size_t i = 0; i < 2; i++) {
        LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", i);
        LC_AUTO(lc_free) char *crlf = with_crlf(csr);
        assert_done(lc_request_entries_add(&entries, crlf, false, &err));
    }
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    fake_juju_put(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS, text.data);
    tls_changed(&unit);
    assert_int_equal(tls_writes(unit.fake), 0);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    put_one(&unit, certificate);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    tls_unit_release(&unit);
}

/* --- our own databag
 * ------------------------------------------------------------------------------ */

static void the_same_request_twice(void **state)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *first = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *second = tls_request_at(unit.fake, "web/0", 1);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    put_one(&unit, certificate);
    tls_changed(&unit);
    const char *const csrs[] = { first, first, second, first };
    for (size_t i = 0; i < LC_COUNT(csrs); i++)
        assert_done(lc_request_entries_add(&entries, csrs[i], false, &err));
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    fake_juju_put(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS, text.data);
    tls_changed(&unit);
    assert_int_equal(unit.event_count, 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    assert_int_equal(fake_juju_secret_count(unit.fake), 2); /* its certificate's stays */
    tls_changed(&unit);
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_unit_release(&unit);
}

/* An unreadable entry in the middle of good ones, and one of a wrong shape. */
static void bad_entries_of_our_own_go(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    const char *good = fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS);
    lc_buf_printf(&text, "[7, {\"certificate_signing_request\": \"x\", \"ca\": true}, %s",
                  good + 1);
    LC_AUTO(lc_free) char *before = lc_strdup(good);
    fake_juju_put(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS, text.data);
    tls_changed(&unit);
    assert_string_equal(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS), before);
    assert_int_equal(tls_count_log(&unit, "unreadable request of our own"), 1);
    tls_unit_release(&unit);
}

/* --- secrets
 * -------------------------------------------------------------------------------------- */

struct secret_row {
    const char *name;
    const char *field;
    const char *value;
};

static const struct secret_row secret_rows[] = {
    { "bad input: a certificate's secret with another certificate", "certificate", "junk" },
    { "bad input: a certificate's secret without its certificate", "csr", "junk" },
    { "bad input: a certificate's secret with nothing of ours", "foo", "bar" },
};

/* It is found under its label, and put in order. */
static void check_secret(void **state)
{
    const struct secret_row *row = *state;
    struct lc_fake_secret view;
    struct tls_unit unit;

    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = tls_certificate_label("0", "certificates", csr);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    (void)fake_juju_add_secret_text(unit.fake, "web/0", label, row->field, row->value);
    put_one(&unit, certificate);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_true(fake_juju_secret(unit.fake, label, &view));
    assert_int_equal(view.content->count, 2);
    assert_int_equal(view.expire_s, FAKE_JUJU_START_S + 81 * TLS_DAY_S);
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "certificate"), certificate);
    assert_string_equal(fake_juju_secret_text(unit.fake, label, "csr"), csr);
    tls_unit_release(&unit);
}

/* The key is lost while a certificate is in use: a new one, and a new request. */
static void a_key_that_is_no_key(void **state)
{
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    put_one(&unit, certificate);
    tls_changed(&unit);
    fake_juju_set_secret_text(unit.fake, UNIT_KEY, "private-key", "not a key at all");
    tls_changed(&unit);
    assert_int_equal(tls_count_log(&unit, "is not a key"), 1);
    assert_int_equal(tls_count_log(&unit, "not a key at all"), 0); /* never its text */
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    LC_AUTO(lc_free) char *fresh = tls_request_at(unit.fake, "web/0", 0);
    assert_string_not_equal(fresh, csr);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1);
    tls_unit_release(&unit);
}

/* --- floods
 * ---------------------------------------------------------------------------------------- */

static void a_thousand_bad_answers_are_few_lines(void **state)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    struct tls_unit unit;

    (void)state;
    set_up(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    for (int i = 0; i < 1000; i++)
        tls_add_certificate(&entries, csr, "garbage", false);
    LC_AUTO(lc_free) char *certificate = certificate_for(&unit, 0);
    tls_add_certificate(&entries, csr, certificate, false);
    tls_put_certificates(unit.fake, TLS_RELATION, &entries);
    tls_changed(&unit);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(unit.log.count, LC_COMPLAINTS_MAX + 1);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, text_rows, check_text);
    SUITE_ROWS(&suite, entry_rows, check_entry);
    SUITE_TEST(&suite, "bad input: REQ-035 a certificate for another key",
               a_certificate_for_another_key);
    SUITE_TEST(&suite, "bad input: REQ-036 a CA certificate for a leaf request",
               a_ca_certificate_for_a_leaf);
    SUITE_TEST(&suite, "bad input: REQ-036 a leaf certificate for a CA request",
               a_leaf_for_a_ca_request);
    SUITE_TEST(&suite, "bad input: REQ-075 a certificate that has expired on arrival",
               an_expired_one);
    SUITE_TEST(&suite, "bad input: REQ-037 a chain in the wrong order, or none",
               chains_are_taken_as_they_are);
    SUITE_TEST(&suite, "bad input: certificates with CRLF are the same",
               certificates_with_crlf_are_the_same);
    SUITE_TEST(&suite, "bad input: REQ-078 an own request with CRLF stands",
               an_own_request_with_crlf_stands);
    SUITE_TEST(&suite, "bad input: the same request twice", the_same_request_twice);
    SUITE_TEST(&suite, "bad input: REQ-077 bad entries of our own go", bad_entries_of_our_own_go);
    SUITE_ROWS(&suite, secret_rows, check_secret);
    SUITE_TEST(&suite, "bad input: REQ-082 a key's secret that holds no key", a_key_that_is_no_key);
    SUITE_TEST(&suite, "bad input: REQ-076 a thousand bad answers are few lines",
               a_thousand_bad_answers_are_few_lines);
    return suite_run(&suite, "bad input");
}
