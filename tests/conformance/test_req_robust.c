/* Conformance of the requirer: what holds over any sequence of hooks, and after a hook that failed
 * at any point; REQ-079, REQ-092. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

static const struct tls_wish wishes[] = {
    { .name = "a", .common_name = "a.example.com" },
    { .name = "b", .common_name = "b.example.com" },
    { .name = "c", .scope = LC_TLS_APP, .common_name = "c.example.com" },
};
static const char *const all[] = { "web/0", "web", NULL };

#define VALIDITY_S (100 * TLS_DAY_S)

/* --- any sequence of hooks (REQ-079) ------------------------------------------------------------
 */

/* Numerical Recipes' generator: the same sequence everywhere. */
static unsigned next_random(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

static const char *common_name(const char *pem, struct lc_csr **csr)
{
    assert_done(lc_csr_parse(pem, strlen(pem), csr, &err));
    return lc_name_get(lc_csr_subject(*csr), LC_OID_COMMON_NAME);
}

static size_t count_requests(struct tls_unit *unit, const char *who, const char *name)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    size_t count = 0;

    tls_requests(unit->fake, TLS_RELATION, who, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        count += strcmp(common_name(entries.items[i].csr, &csr), name) == 0;
    }
    return count;
}

static void assert_at_most_two(struct tls_unit *unit)
{
    for (size_t i = 0; i < LC_COUNT(wishes); i++) {
        const char *who = wishes[i].scope == LC_TLS_APP ? "web" : "web/0";
        const size_t count = count_requests(unit, who, wishes[i].common_name);
        if (count > 2)
            fail_msg("%zu requests for %s", count, wishes[i].common_name);
    }
}

static bool rotate(struct tls_unit *unit, struct lc_requirer *requirer,
                   const struct lc_tls_hook *hook, struct lc_err *why)
{
    const unsigned *choice = unit->act_context;

    return lc_requirer_regenerate_key(requirer, hook, (*choice & 1) == 0 ? LC_TLS_UNIT : LC_TLS_APP,
                                      (*choice & 2) != 0, why);
}

/* The secrets that Juju would send secret-expired for; none is left to be sent again. */
static void expire_secrets(struct tls_unit *unit)
{
    const int64_t now = lc_clock_now(fake_juju_clock(unit->fake));
    struct lc_fake_secret view;

    for (size_t i = 0; fake_juju_secret_at(unit->fake, i, &view); i++) {
        if (view.expire_s == 0 || view.expire_s > now)
            continue;
        LC_AUTO(lc_free) char *id = lc_strdup(view.id);
        tls_secret_hook(unit, "secret-expired", id);
        if (fake_juju_secret(unit->fake, id, &view) && view.expire_s <= now)
            fail_msg("%s would expire again", view.label);
        i = (size_t)-1; /* from the start: the list has changed */
    }
}

/* The provider answers some of the requests in some way. */
static void disturb_answers(struct tls_unit *unit, unsigned *seed)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    const int64_t now = lc_clock_now(fake_juju_clock(unit->fake));

    for (const char *const *who = all; *who != NULL; who++) {
        LC_AUTO(lc_request_entries_release)
        struct lc_request_entries requests = LC_REQUEST_ENTRIES_INIT;
        tls_requests(unit->fake, TLS_RELATION, *who, &requests);
        for (size_t i = 0; i < requests.count; i++) {
            const unsigned kind = next_random(seed, 5);
            if (kind == 0)
                continue;
            LC_AUTO(lc_free)
            char *certificate = tls_issue(requests.items[i].csr, kind == 1 ? now - VALIDITY_S : now,
                                          VALIDITY_S, false);
            tls_add_certificate(&entries, requests.items[i].csr, certificate, kind == 2);
        }
    }
    tls_put_certificates(unit->fake, TLS_RELATION, &entries);
}

static void disturb_own_bag(struct tls_unit *unit, unsigned choice)
{
    static const char *const texts[] = {
        "[", "{}", "[{\"certificate_signing_request\": \"garbage\", \"ca\": false}]"
    };

    fake_juju_put(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS,
                  texts[choice % LC_COUNT(texts)]);
}

static void take_step(struct tls_unit *unit, unsigned *seed)
{
    static const char *const hooks[] = { "update-status", "config-changed", "upgrade-charm",
                                         "leader-elected" };
    unsigned choice = next_random(seed, 4);

    switch (next_random(seed, 10)) {
    case 0:
        tls_hook(unit, hooks[choice]);
        break;
    case 1:
        disturb_answers(unit, seed);
        tls_changed(unit);
        break;
    case 2:
    case 3:
        tls_answer(unit->fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit->fake)),
                   VALIDITY_S);
        tls_changed(unit);
        break;
    case 4:
    case 5:
        fake_juju_advance(unit->fake, (int64_t)next_random(seed, 60) * TLS_DAY_S);
        expire_secrets(unit);
        break;
    case 6:
        unit->act = rotate;
        unit->act_context = &choice;
        tls_hook(unit, "start");
        unit->act = NULL;
        break;
    case 7:
        unit->wish_count = 1 + next_random(seed, LC_COUNT(wishes));
        tls_hook(unit, "config-changed");
        break;
    case 8:
        disturb_own_bag(unit, choice);
        tls_changed(unit);
        break;
    default:
        fake_juju_put_state(unit->fake, TLS_STATE, "lost");
        fake_juju_lead(unit->fake, choice != 0);
        tls_hook(unit, "update-status");
        break;
    }
}

static void check_sequence(void **state)
{
    unsigned seed = (unsigned)(uintptr_t)*state;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", wishes, LC_COUNT(wishes));
    unit.options.mode = LC_TLS_MODE_APP_AND_UNIT;
    fake_juju_lead(unit.fake, true);
    for (int step = 0; step < (tls_is_slow() ? 10 : 60); step++) {
        take_step(&unit, &seed);
        assert_at_most_two(&unit);
    }
    /* And whatever has happened, it settles: one request each, nothing more to write. */
    fake_juju_lead(unit.fake, true);
    unit.wish_count = LC_COUNT(wishes);
    for (int i = 0; i < 3; i++) {
        tls_hook(&unit, "config-changed");
        tls_answer(unit.fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit.fake)),
                   VALIDITY_S);
        tls_changed(&unit);
        expire_secrets(&unit);
    }
    tls_changed(&unit);
    assert_int_equal(tls_writes(unit.fake), 0);
    for (size_t i = 0; i < LC_COUNT(wishes); i++)
        assert_int_equal(count_requests(&unit, wishes[i].scope == LC_TLS_APP ? "web" : "web/0",
                                        wishes[i].common_name),
                         1);
    fake_juju_break(unit.fake, TLS_RELATION);
    tls_relation_hook(&unit, "certificates-relation-broken", NULL);
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    tls_unit_release(&unit);
}

/* --- a hook that fails (REQ-092) ----------------------------------------------------------------
 */

/* From a state that before makes, the hook that begin begins and run works. */
struct flow {
    const char *name;
    void (*before)(struct tls_unit *unit);
    void (*begin)(struct tls_unit *unit);
    bool is_broken; /* nothing is to be left */
};

static void related(struct tls_unit *unit)
{
    (void)unit;
}

static void begin_changed(struct tls_unit *unit)
{
    fake_juju_relation_hook(unit->fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
}

static void answer(struct tls_unit *unit)
{
    tls_answer(unit->fake, TLS_RELATION, all, lc_clock_now(fake_juju_clock(unit->fake)),
               VALIDITY_S);
}

static void asked(struct tls_unit *unit)
{
    tls_changed(unit);
    answer(unit);
}

static void served(struct tls_unit *unit)
{
    asked(unit);
    tls_changed(unit);
}

static void due(struct tls_unit *unit)
{
    served(unit);
    fake_juju_advance(unit->fake, 90 * TLS_DAY_S);
}

static char *first_label(struct tls_unit *unit)
{
    LC_AUTO(lc_free) char *csr = tls_request_at(unit->fake, "web/0", 0);

    return tls_certificate_label("0", "certificates", csr);
}

static void begin_expired(struct tls_unit *unit)
{
    LC_AUTO(lc_free) char *label = first_label(unit);

    fake_juju_secret_hook(unit->fake, "secret-expired", label, 1);
}

static void renewing(struct tls_unit *unit)
{
    due(unit);
    LC_AUTO(lc_free) char *label = first_label(unit);
    tls_secret_hook(unit, "secret-expired", label);
    answer(unit);
}

static void begin_rotation(struct tls_unit *unit)
{
    static unsigned unit_key;

    unit->act = rotate;
    unit->act_context = &unit_key;
    fake_juju_hook(unit->fake, "start");
}

static void rotating(struct tls_unit *unit)
{
    served(unit);
    begin_rotation(unit);
    assert_done(tls_unit_run(unit, &err));
    unit->act = NULL;
    answer(unit);
}

static void begin_config_changed(struct tls_unit *unit)
{
    unit->wishes = wishes + 1;
    unit->wish_count = LC_COUNT(wishes) - 1;
    fake_juju_hook(unit->fake, "config-changed");
}

static void begin_broken(struct tls_unit *unit)
{
    fake_juju_break(unit->fake, TLS_RELATION);
    fake_juju_relation_hook(unit->fake, "certificates-relation-broken", TLS_RELATION, NULL);
}

static void begin_new_leader(struct tls_unit *unit)
{
    fake_juju_become(unit->fake, "web/1");
    fake_juju_lead(unit->fake, true);
    fake_juju_hook(unit->fake, "leader-elected");
}

static const struct flow flows[] = {
    { "the first request", related, begin_changed, false },
    { "the certificates' arrival", asked, begin_changed, false },
    { "a secret that expires", due, begin_expired, false },
    { "a successor's arrival", renewing, begin_changed, false },
    { "another key", served, begin_rotation, false },
    { "the arrival of another key's certificate", rotating, begin_changed, false },
    { "a request that goes", served, begin_config_changed, false },
    { "a new leader", served, begin_new_leader, false },
    { "the end of the relation", served, begin_broken, true },
};

static void start(struct tls_unit *unit, const struct flow *flow)
{
    tls_unit_init(unit, "web/0", wishes, LC_COUNT(wishes));
    unit->options.mode = LC_TLS_MODE_APP_AND_UNIT;
    fake_juju_lead(unit->fake, true);
    flow->before(unit);
    flow->begin(unit);
}

/* What counts of a world: how many secrets of which label, how many requests, what is assigned. */
static void describe(struct tls_unit *unit, struct lc_buf *out)
{
    const char *who = fake_juju_env(unit->fake)->unit;
    struct lc_fake_secret view;
    size_t keys = 0;
    size_t certificates = 0;

    for (size_t i = 0; fake_juju_secret_at(unit->fake, i, &view); i++) {
        keys += strstr(view.label, "-private-key-") != NULL;
        certificates += strstr(view.label, "-certificate-") != NULL;
    }
    lc_buf_printf(out, "%zu keys, %zu certificates;", keys, certificates);
    for (size_t i = 0; i < LC_COUNT(wishes); i++)
        lc_buf_printf(out, " %s %zu", wishes[i].name,
                      count_requests(unit, wishes[i].scope == LC_TLS_APP ? "web" : who,
                                     wishes[i].common_name));
    for (size_t i = 0; i < LC_COUNT(wishes); i++) {
        LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
        unit->act = NULL;
        if (tls_assigned(unit, wishes[i].name, &pair))
            lc_buf_printf(out, " %s assigned", wishes[i].name);
    }
}

static void without_fault(const struct flow *flow, struct lc_buf *out)
{
    struct tls_unit unit;

    start(&unit, flow);
    assert_done(tls_unit_run(&unit, &err));
    describe(&unit, out);
    if (flow->is_broken)
        assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    tls_unit_release(&unit);
}

static void retry(struct tls_unit *unit, const struct lc_buf *wanted, const char *what)
{
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(4096);

    fake_juju_fail_clear(unit->fake);
    fake_juju_begin(unit->fake);
    if (!tls_unit_run(unit, &err))
        fail_msg("%s: the retry failed: %s", what, err.message);
    describe(unit, &got);
    if (strcmp(got.data, wanted->data) != 0)
        fail_msg("%s: %s, wanted %s", what, got.data, wanted->data);
}

/* Each hook command in turn fails; Juju drops what is pending and runs the hook again. */
static void check_commands(void **state)
{
    const struct flow *flow = *state;
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(4096);
    bool failed = true;

    without_fault(flow, &wanted);
    for (unsigned nth = 1; failed; nth += tls_is_slow() ? 4 : 1) {
        char what[64];
        struct tls_unit unit;
        start(&unit, flow);
        fake_juju_fail(unit.fake, NULL, nth, LC_ECOMMAND);
        failed = !tls_unit_run(&unit, &err);
        (void)snprintf(what, sizeof(what), "command %u", nth);
        if (failed)
            retry(&unit, &wanted, what);
        else
            assert_true(nth > 3);
        tls_unit_release(&unit);
    }
}

/* The commit keeps the secrets, and loses databags and state. */
static void check_commit(void **state)
{
    const struct flow *flow = *state;
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(4096);
    struct tls_unit unit;

    without_fault(flow, &wanted);
    start(&unit, flow);
    unit.loses_state = true;
    assert_fails(tls_unit_run(&unit, &err), LC_ECOMMAND, "the rest is lost");
    unit.loses_state = false;
    retry(&unit, &wanted, "half a commit");
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    for (unsigned seed = 1; seed <= 8; seed++)
        suite_addf(&suite, check_sequence, (void *)(uintptr_t)seed,
                   "REQ-079 never more than two for each request: sequence %u", seed);
    for (size_t i = 0; i < LC_COUNT(flows); i++)
        suite_addf(&suite, check_commands, (void *)(uintptr_t)&flows[i],
                   "REQ-092 each command fails once: %s", flows[i].name);
    for (size_t i = 0; i < LC_COUNT(flows); i++)
        suite_addf(&suite, check_commit, (void *)(uintptr_t)&flows[i],
                   "REQ-092 the commit fails half-way: %s", flows[i].name);
    return suite_run(&suite, "robust");
}
