/* The life of a requirer and of a provider, hook by hook, with one thing failing at a time: each
 * allocation of ours (and so of the JSON library, whose memory it is), each of OpenSSL's, and each
 * hook command, in each of the ways in which one fails.
 *
 * A hook without memory fails with LC_ENOMEM, or it calls exactly what it calls with memory: never
 * something else, such as taking a key that could not be read for one that is none. The same hook
 * then runs again, and calls what it would have called.
 *
 * A hook whose hook command fails fails with that, or goes on without: Juju refuses us what the
 * other side has said when it may, and that is an answer. The same hook, or the next one, then ends
 * in the world where nothing ever failed: one key, each request once, nothing left over. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/session.h"
#include "rows.h"
#include "sweep.h"
#include "tls/ca.h"
#include "tls_world.h"
#include "x509/ossl.h"

#ifdef LC_FAULT_HOOKS

static struct lc_err err;

static const struct tls_wish wishes[] = {
    { .name = "mine", .common_name = "a.example.com" },
    { .name = "ours", .scope = LC_TLS_APP, .common_name = "app.example.com" },
};
static const char *const all[] = { "web/0", "web", NULL };

static const char *const capabilities =
    "{\"supports_ip_sans\": false, \"allowed_domains\": [\"a\"]}";

/* --- worlds ------------------------------------------------------------------------------------
 */

/* One of the two is worked. */
struct world {
    struct tls_unit web;
    struct tls_provider_unit ca;
    bool is_provider;
    tls_act_fn act;
    void (*begin)(struct world *world);
    bool hangs_on_provider;
    enum lc_code code;                    /* that the fault gives */
    unsigned long armed;                  /* which hook command fails */
    const char *calls;                    /* of the hook when nothing fails */
    const struct lc_strlist *undisturbed; /* the world when nothing has failed */
};

static struct fake_juju *fake_of(struct world *world)
{
    return world->is_provider ? world->ca.fake : world->web.fake;
}

static void begin_requirer(struct world *world)
{
    tls_unit_init(&world->web, "web/0", wishes, LC_COUNT(wishes));
    world->web.options.mode = LC_TLS_MODE_APP_AND_UNIT;
    fake_juju_lead(world->web.fake, true);
    fake_juju_put(world->web.fake, TLS_RELATION, "ca", LC_KEY_CAPABILITIES, capabilities);
    fake_juju_relation_hook(world->web.fake, "certificates-relation-changed", TLS_RELATION, "ca/0");
}

static void begin_arrival(struct world *world)
{
    begin_requirer(world);
    assert_done(tls_unit_run(&world->web, &err));
    tls_answer(world->web.fake, TLS_RELATION, all, FAKE_JUJU_START_S, 100 * TLS_DAY_S);
}

static void begin_rest(struct world *world)
{
    begin_arrival(world);
    assert_done(tls_unit_run(&world->web, &err));
}

/* As the Python library leaves it: without our state. */
static void begin_adoption(struct world *world)
{
    begin_rest(world);
    fake_juju_put_state(world->web.fake, TLS_STATE, "{}");
}

static void begin_renewal(struct world *world)
{
    begin_rest(world);
    fake_juju_advance(world->web.fake, 90 * TLS_DAY_S);
    LC_AUTO(lc_free) char *csr = tls_request_at(world->web.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = tls_certificate_label("0", "certificates", csr);
    fake_juju_secret_hook(world->web.fake, "secret-expired", label, 1);
}

static void begin_denial(struct world *world)
{
    begin_requirer(world);
    assert_done(tls_unit_run(&world->web, &err));
    LC_AUTO(lc_free) char *csr = tls_request_at(world->web.fake, "web/0", 0);
    tls_put_denial(world->web.fake, TLS_RELATION, csr, LC_ERROR_OTHER, "no");
}

static bool rotate(struct tls_unit *unit, struct lc_requirer *requirer,
                   const struct lc_tls_hook *hook, struct lc_err *why)
{
    (void)unit;
    return lc_requirer_regenerate_key(requirer, hook, LC_TLS_UNIT, false, why);
}

static void begin_rotation(struct world *world)
{
    begin_rest(world);
    world->act = rotate;
}

static void begin_broken(struct world *world)
{
    begin_rest(world);
    fake_juju_break(world->web.fake, TLS_RELATION);
    fake_juju_relation_hook(world->web.fake, "certificates-relation-broken", TLS_RELATION, NULL);
}

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

static void begin_provider(struct world *world)
{
    static const int two[] = { 0, 1, -1 };

    world->is_provider = true;
    tls_provider_init(&world->ca);
    world->ca.options.decide = sign;
    world->ca.capabilities = (struct lc_capabilities){ .said = true };
    fake_juju_relate(world->ca.fake, "certificates:9", "web");
    fake_juju_join(world->ca.fake, "certificates:9", "web/0");
    tls_put_requests(world->ca.fake, "certificates:9", "web/0", two);
    fake_juju_relation_hook(world->ca.fake, "certificates-relation-changed", "certificates:9",
                            "web/0");
}

static bool refuse(void *context, const struct lc_tls_incoming *request, struct lc_decision *out,
                   struct lc_err *why)
{
    (void)context;
    (void)request;
    return lc_decision_deny(out, LC_ERROR_OTHER, "no", "a reason", why);
}

static void begin_refusal(struct world *world)
{
    begin_provider(world);
    world->ca.options.decide = refuse;
}

static void begin_provider_at_rest(struct world *world)
{
    begin_provider(world);
    assert_done(tls_provider_run(&world->ca, &err));
}

static void end(struct world *world)
{
    if (world->is_provider)
        tls_provider_release(&world->ca);
    else
        tls_unit_release(&world->web);
}

/* --- a hook with nothing of the test's own between, whose allocations would be counted, too ------
 */

static struct lc_tls_hook hook_of(struct fake_juju *fake, struct lc_session *session)
{
    const struct lc_hook_env *env = fake_juju_env(fake);

    return (struct lc_tls_hook){ .juju = lc_session_port(session),
                                 .event = &env->event,
                                 .unit = env->unit,
                                 .app = env->app,
                                 .clock = fake_juju_clock(fake) };
}

static bool work_requirer(struct world *world, struct lc_session *session, struct lc_err *why)
{
    const struct lc_tls_hook hook = hook_of(world->web.fake, session);
    LC_AUTO(lc_requirer_free) struct lc_requirer *requirer = NULL;

    if (!lc_requirer_new(&world->web.options, &requirer, why) ||
        !lc_requirer_handle(requirer, &hook, why) ||
        (world->act != NULL && !world->act(&world->web, requirer, &hook, why)))
        return false;
    while (lc_requirer_next(requirer) != NULL)
        lc_requirer_delivered(requirer);
    return lc_requirer_finish(requirer, &hook, why) && lc_session_flush(session, why);
}

static bool work_provider(struct world *world, struct lc_session *session, struct lc_err *why)
{
    const struct lc_tls_hook hook = hook_of(world->ca.fake, session);
    LC_AUTO(lc_provider_free) struct lc_provider *provider = NULL;

    world->ca.hook = &hook;
    return lc_provider_new(&world->ca.options, &provider, why) &&
           lc_provider_handle(provider, &hook, why) && lc_provider_finish(provider, &hook, why) &&
           lc_session_flush(session, why);
}

static bool work(struct world *world, struct lc_err *why)
{
    struct fake_juju *fake = fake_of(world);
    LC_AUTO(lc_session_free) struct lc_session *session = NULL;

    return lc_session_new(fake_juju_port(fake), fake_juju_env(fake), fake_juju_clock(fake),
                          &session, why) &&
           (world->is_provider ? work_provider(world, session, why)
                               : work_requirer(world, session, why));
}

/* --- what is compared --------------------------------------------------------------------------
 */

/* The calls of a hook, which name keys and never values. */
static void describe_calls(struct fake_juju *fake, struct lc_buf *out)
{
    const struct lc_strlist *journal = fake_juju_journal(fake);

    for (size_t i = 0; i < journal->count; i++)
        lc_buf_printf(out, "%s\n", journal->items[i]);
}

/* Labels without the hash of a request, which is another in each world. */
static void describe_label(const char *label, struct lc_buf *out)
{
    const char *last = label == NULL ? NULL : strrchr(label, '-');

    if (last != NULL && strlen(last + 1) >= 32)
        lc_buf_add(out, label, (size_t)(last - label));
    else
        lc_buf_puts(out, label == NULL ? "none" : label);
}

static void describe_secrets(struct fake_juju *fake, struct lc_strlist *lines)
{
    struct lc_fake_secret secret;

    for (size_t i = 0; fake_juju_secret_at(fake, i, &secret); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(4096);
        lc_buf_printf(&line, "secret of %s, revision %d, %zu kept, label ", secret.owner,
                      (int)secret.revision, secret.revision_count);
        describe_label(secret.label, &line);
        for (size_t j = 0; j < secret.content->count; j++)
            lc_buf_printf(&line, ", %s", secret.content->fields[j].key);
        assert_done(lc_strlist_add(lines, line.data, &err));
    }
}

static void describe_bag(struct fake_juju *fake, const char *relation, const char *who,
                         struct lc_strlist *lines)
{
    const struct lc_strmap *bag = fake_juju_bag(fake, relation, who);

    for (size_t i = 0; bag != NULL && i < bag->count; i++) {
        LC_AUTO(lc_json_free) struct lc_json *value = NULL;
        const char *text = bag->entries[i].value;
        struct lc_err plain = LC_ERR_INIT;
        size_t count = 1; /* of what is no JSON: it is there */
        if (lc_json_parse(text, strlen(text), 0, &value, &plain))
            count = lc_json_count(value);
        assert_done(lc_strlist_addf(lines, &err, "%s of %s: %zu", bag->entries[i].key, who, count));
    }
}

/* What is where, and how many of each; sorted, since an order may hang on random bytes. */
static void describe_world(struct world *world, struct lc_strlist *lines)
{
    struct fake_juju *fake = fake_of(world);

    describe_secrets(fake, lines);
    if (world->is_provider) {
        describe_bag(fake, "certificates:9", "ca", lines);
        describe_bag(fake, "certificates:9", "ca/0", lines);
    } else {
        describe_bag(fake, TLS_RELATION, "web", lines);
        describe_bag(fake, TLS_RELATION, "web/0", lines);
    }
    assert_done(lc_strlist_addf(lines, &err, "state: %s",
                                fake_juju_state(fake, TLS_STATE) == NULL ? "none" : "some"));
    lc_strlist_sort(lines);
}

static void assert_same_lines(const char *what, unsigned long nth, const struct lc_strlist *got,
                              const struct lc_strlist *wanted)
{
    for (size_t i = 0; i < got->count || i < wanted->count; i++) {
        const char *is = i < got->count ? got->items[i] : "nothing";
        const char *should = i < wanted->count ? wanted->items[i] : "nothing";
        if (strcmp(is, should) != 0)
            fail_msg("%s %lu: there is '%s' where '%s' should be", what, nth, is, should);
    }
}

/* --- the kinds of faults -----------------------------------------------------------------------
 */

static void arm_memory(void *world, unsigned long nth)
{
    (void)world;
    lc_fault_allocation(nth);
}

static bool memory_fired(void *world)
{
    (void)world;
    return lc_fault_fired();
}

static void arm_openssl(void *world, unsigned long nth)
{
    (void)world;
    lc_ossl_fault_allocation(nth);
}

static bool openssl_fired(void *world)
{
    (void)world;
    return lc_ossl_fault_fired();
}

static void arm_command(void *context, unsigned long nth)
{
    struct world *world = context;

    fake_juju_fail_clear(fake_of(world));
    world->armed = nth != 0 ? nth : world->armed;
    if (nth != 0)
        fake_juju_fail(fake_of(world), NULL, (unsigned)nth, world->code);
}

/* Asked before the calls are forgotten: the message is the fake's, and the call is among them. */
static bool command_fired(void *context)
{
    struct world *world = context;

    return fake_juju_total(fake_of(world)) >= world->armed;
}

static const struct sweep_kind memory[] = {
    { "our allocations and the JSON library's", arm_memory, memory_fired, 13 },
    { "OpenSSL's allocations", arm_openssl, openssl_fired, 211 },
};

static const struct command_kind {
    struct sweep_kind sweep;
    enum lc_code code;
} commands[] = {
    { { "hook commands: an error", arm_command, command_fired, 1 }, LC_ECOMMAND },
    { { "hook commands: permission denied", arm_command, command_fired, 1 }, LC_EPERM },
    { { "hook commands: garbage", arm_command, command_fired, 1 }, LC_EPARSE },
    { { "hook commands: no answer in time", arm_command, command_fired, 1 }, LC_ETIMEOUT },
    { { "hook commands: cannot be started", arm_command, command_fired, 1 }, LC_EIO },
};

/* --- one point ---------------------------------------------------------------------------------
 */

static void run_again(struct world *world, const char *name, unsigned long nth)
{
    struct fake_juju *fake = fake_of(world);
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(1u << 16);
    struct lc_err why = LC_ERR_INIT;

    fake_juju_begin(fake);
    if (!work(world, &why))
        fail_msg("%s %lu: the next time: %s: %s", name, nth, lc_code_name(why.code), why.message);
    describe_calls(fake, &got);
    fake_juju_discard(fake);
    if (strcmp(got.data, world->calls) != 0)
        fail_msg("%s %lu: the next time it does\n%s-- wanted:\n%s", name, nth, got.data,
                 world->calls);
}

/* Nothing is committed, so that one world does for all points. */
static bool attempt_without_memory(void *context, const struct sweep_kind *kind, unsigned long nth)
{
    struct world *world = context;
    struct fake_juju *fake = fake_of(world);
    struct lc_err why = LC_ERR_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(1u << 16);

    fake_juju_begin(fake);
    kind->arm(world, nth);
    const bool done = work(world, &why);
    const bool fired = kind->has_fired(world);
    kind->arm(world, 0);
    describe_calls(fake, &got);
    fake_juju_discard(fake);
    lc_ossl_clear();
    if (!done && why.code != LC_ENOMEM)
        fail_msg("%s %lu: %s: %s", kind->name, nth, lc_code_name(why.code), why.message);
    if (done && strcmp(got.data, world->calls) != 0)
        fail_msg("%s %lu: it went on, but otherwise:\n%s-- wanted:\n%s", kind->name, nth, got.data,
                 world->calls);
    if (!done)
        run_again(world, kind->name, nth);
    return fired;
}

static void run_for_good(struct world *world, const char *what, unsigned long nth)
{
    struct lc_err why = LC_ERR_INIT;

    if (!work(world, &why) || !fake_juju_commit(fake_of(world), &why))
        fail_msg("%s %lu: the next time: %s: %s", what, nth, lc_code_name(why.code), why.message);
}

static bool is_about_relation(struct fake_juju *fake, unsigned long nth)
{
    return lc_text_has_prefix(fake_juju_journal(fake)->items[nth - 1], "relation-");
}

static bool attempt_command(void *context, const struct sweep_kind *kind, unsigned long nth)
{
    const struct world *pattern = context;
    struct world world = { .code = pattern->code };
    LC_AUTO(lc_strlist_release) struct lc_strlist disturbed = LC_STRLIST_INIT;
    struct lc_err why = LC_ERR_INIT;

    pattern->begin(&world);
    struct fake_juju *fake = fake_of(&world);
    fake_juju_begin(fake);
    kind->arm(&world, nth);
    const bool done = work(&world, &why);
    const bool fired = kind->has_fired(&world);
    const bool was_unreal = done && fired && pattern->hangs_on_provider &&
                            is_about_relation(fake, nth);
    kind->arm(&world, 0);
    if (!done && why.code != world.code)
        fail_msg("%s %lu: %s: %s", kind->name, nth, lc_code_name(why.code), why.message);
    if (was_unreal) {
        end(&world);
        return fired;
    }
    if (done) {
        assert_done(fake_juju_commit(fake, &err));
        world.act = NULL; /* what the author did is done */
    } else {
        fake_juju_discard(fake);
    }
    fake_juju_begin(fake);
    run_for_good(&world, kind->name, nth);
    describe_world(&world, &disturbed);
    assert_same_lines(kind->name, nth, &disturbed, pattern->undisturbed);
    end(&world);
    return fired;
}

/* --- the sweeps --------------------------------------------------------------------------------
 */

/* hangs_on_provider: which certificate is in use decides what is to be done. Juju never refuses us
 * a databag of a relation that lives, so what came of that is not looked at. */
struct row {
    const char *name;
    void (*begin)(struct world *world);
    bool hangs_on_provider;
};

static const struct row rows[] = {
    { "the first request", begin_requirer, false },
    { "certificates arrive", begin_arrival, false },
    { "nothing new", begin_rest, false },
    { "what another library left is adopted", begin_adoption, false },
    { "a denial", begin_denial, false },
    { "a renewal", begin_renewal, true },
    { "another key", begin_rotation, true },
    { "the end of the relation", begin_broken, false },
    { "a provider issues, and makes its CA", begin_provider, false },
    { "a provider refuses", begin_refusal, false },
    { "a provider at rest", begin_provider_at_rest, false },
};

/* The world after the hook, and after the next one: there is nothing left to do for that. */
static void see_undisturbed(const struct row *row, struct lc_strlist *lines)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist before = LC_STRLIST_INIT;
    struct world world = { .begin = row->begin };

    row->begin(&world);
    fake_juju_begin(fake_of(&world));
    run_for_good(&world, "nothing", 0);
    describe_world(&world, &before);
    world.act = NULL;
    fake_juju_begin(fake_of(&world));
    run_for_good(&world, "nothing", 1);
    describe_world(&world, lines);
    assert_same_lines("the next hook", 0, lines, &before);
    end(&world);
}

static void fails_without_memory(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf calls = LC_BUF_INIT(1u << 16);
    LC_AUTO(lc_strlist_release) struct lc_strlist undisturbed = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist disturbed = LC_STRLIST_INIT;
    struct world world = { .begin = row->begin };

    see_undisturbed(row, &undisturbed);
    row->begin(&world);
    fake_juju_begin(fake_of(&world));
    assert_done(work(&world, &err));
    describe_calls(fake_of(&world), &calls);
    fake_juju_discard(fake_of(&world));
    world.calls = calls.data;
    for (size_t i = 0; i < LC_COUNT(memory); i++)
        sweep(&memory[i], &world, attempt_without_memory);
    fake_juju_begin(fake_of(&world));
    run_for_good(&world, "everything", 0);
    describe_world(&world, &disturbed);
    assert_same_lines("at last", 0, &disturbed, &undisturbed);
    end(&world);
}

static void heals(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_strlist_release) struct lc_strlist undisturbed = LC_STRLIST_INIT;
    struct world world = { .begin = row->begin,
                           .hangs_on_provider = row->hangs_on_provider,
                           .undisturbed = &undisturbed };

    see_undisturbed(row, &undisturbed);
    for (size_t i = 0; i < LC_COUNT(commands); i++) {
        world.code = commands[i].code;
        sweep(&commands[i].sweep, &world, attempt_command);
    }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    for (size_t i = 0; i < LC_COUNT(rows); i++) {
        suite_addf(&suite, fails_without_memory, (void *)(uintptr_t)&rows[i], "%s, without memory",
                   rows[i].name);
        suite_addf(&suite, heals, (void *)(uintptr_t)&rows[i], "%s, hook commands that fail",
                   rows[i].name);
    }
    const int failures = suite_run(&suite, "tls fault");
    return sweep_report() ? failures : 1;
}

#else

static void nothing_to_sweep(void **state)
{
    (void)state;
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "this build has no faults; debug and asan have", nothing_to_sweep);
    return suite_run(&suite, "tls fault");
}

#endif
