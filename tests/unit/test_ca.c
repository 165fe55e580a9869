/* runtime/tls/ca: the certificate authority in a secret: made once, renewed before it ends,
 * rotated. */
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "juju/session.h"
#include "rows.h"
#include "tls/ca.h"

#define DAY_S ((int64_t)86400)
#define LABEL "luacharm-ca-certificates"

static struct lc_err err;

/* --- a hook -------------------------------------------------------------------------------------
 */

struct world {
    struct fake_juju *fake;
    int64_t validity_s;
    int64_t leaf_validity_s;
    struct lc_session *session; /* of the hook that runs */
    struct lc_tls_hook hook;
    struct lc_ca *ca;
};

static void start(struct world *world)
{
    *world = (struct world){ .fake = fake_juju_new("ca/0"),
                             .validity_s = 1000 * DAY_S,
                             .leaf_validity_s = 90 * DAY_S };
    fake_juju_lead(world->fake, true);
}

static void stop(struct world *world)
{
    fake_juju_free(world->fake);
}

static void begin(struct world *world)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs subject = LC_ATTRS_INIT;
    const struct lc_ca_options options = { .endpoint = "certificates",
                                           .subject = &subject,
                                           .key = { .type = LC_KEY_EC },
                                           .validity_s = world->validity_s,
                                           .leaf_validity_s = world->leaf_validity_s };
    const struct lc_hook_env *env = fake_juju_env(world->fake);

    fake_juju_begin(world->fake);
    subject.add_unique_id_to_subject_name = false;
    assert_done(lc_attrs_set_text(&subject, "common_name", "our CA", 6, &err));
    assert_done(lc_ca_new(&options, &world->ca, &err));
    assert_done(lc_session_new(fake_juju_port(world->fake), env, fake_juju_clock(world->fake),
                               &world->session, &err));
    world->hook = (struct lc_tls_hook){ .juju = lc_session_port(world->session),
                                        .event = &env->event,
                                        .unit = env->unit,
                                        .app = env->app,
                                        .clock = fake_juju_clock(world->fake) };
}

static void end(struct world *world, bool good)
{
    if (good) {
        assert_done(lc_session_flush(world->session, &err));
        assert_done(fake_juju_commit(world->fake, &err));
    } else {
        fake_juju_discard(world->fake);
    }
    lc_session_free(world->session);
    lc_ca_free(world->ca);
}

static struct lc_csr *request(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_csr *csr = NULL;

    assert_done(lc_key_generate(&spec, &key, &err));
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a.example.com", 13, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    return csr;
}

/* One hook that signs one request. */
static void sign(struct world *world, int64_t validity_s, struct lc_decision *out)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = request();
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    begin(world);
    shape.validity_s = validity_s;
    assert_done(lc_ca_sign(world->ca, &world->hook, csr, &shape, out, &err));
    assert_int_equal(out->kind, LC_DECISION_ISSUE);
    end(world, true);
}

static char *certificate(struct world *world)
{
    return lc_strdup(fake_juju_secret_text(world->fake, LABEL, "ca-certificate"));
}

static size_t count_trusted(struct world *world)
{
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;

    begin(world);
    assert_done(lc_ca_trusted(world->ca, &world->hook, &trusted, &err));
    end(world, true);
    return trusted.count;
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void is_made_once(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision one = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision two = LC_DECISION_INIT;
    struct world world;
    struct lc_fake_secret view;
    bool answer;

    (void)state;
    start(&world);
    sign(&world, 0, &one);
    assert_true(fake_juju_secret(world.fake, LABEL, &view));
    assert_string_equal(view.owner, "ca");
    assert_int_equal(view.expire_s, 0);
    sign(&world, 0, &two);
    assert_int_equal(fake_juju_total(world.fake), 2); /* is-leader, secret-get */
    assert_true(lc_cert_equals(one.ca, two.ca));
    assert_done(lc_cert_is_issued_by(two.certificate, two.ca, &answer, &err));
    assert_true(answer);
    assert_int_equal(two.chain.count, 2);
    assert_int_equal(lc_cert_not_after(two.certificate) - lc_cert_not_before(two.certificate),
                     90 * DAY_S);
    assert_int_equal(count_trusted(&world), 1);
    stop(&world);
}

static void belongs_to_the_leader(void **state)
{
    struct lc_cert *cert;
    struct world world;

    (void)state;
    start(&world);
    fake_juju_lead(world.fake, false);
    begin(&world);
    assert_fails(lc_ca_certificate(world.ca, &world.hook, &cert, &err), LC_EPERM, "leader");
    end(&world, true);
    assert_int_equal(fake_juju_secret_count(world.fake), 0);
    stop(&world);
}

static void a_failed_hook_makes_none(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision one = LC_DECISION_INIT;
    struct lc_cert *cert;
    struct world world;

    (void)state;
    start(&world);
    begin(&world);
    fake_juju_fail(world.fake, "secret-add", 1, LC_ECOMMAND);
    assert_fails(lc_ca_certificate(world.ca, &world.hook, &cert, &err), LC_ECOMMAND, "");
    assert_done(lc_ca_certificate(world.ca, &world.hook, &cert, &err)); /* again, in this hook */
    end(&world, false);
    assert_int_equal(fake_juju_secret_count(world.fake), 0);
    sign(&world, 0, &one);
    assert_int_equal(fake_juju_secret_count(world.fake), 1);
    stop(&world);
}

static void rotation_keeps_the_old_one_trusted(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision before = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision after = LC_DECISION_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain between = LC_CHAIN_INIT;
    struct world world;
    bool answer;

    (void)state;
    start(&world);
    sign(&world, 0, &before);
    fake_juju_advance(world.fake, 10 * DAY_S);
    begin(&world);
    assert_done(lc_ca_rotate(world.ca, &world.hook, &err));
    end(&world, true);
    sign(&world, 0, &after);
    assert_false(lc_cert_equals(before.ca, after.ca));
    assert_done(lc_cert_is_issued_by(after.certificate, before.ca, &answer, &err));
    assert_false(answer);
    begin(&world);
    assert_done(lc_ca_trusted(world.ca, &world.hook, &trusted, &err));
    end(&world, true);
    assert_int_equal(trusted.count, 2);
    assert_true(lc_cert_equals(trusted.items[0], after.ca));
    const int64_t now = lc_clock_now(fake_juju_clock(world.fake));
    assert_done(lc_chain_verify(before.certificate, &between, &trusted, now, &err));
    assert_done(lc_chain_verify(after.certificate, &between, &trusted, now, &err));
    /* A client that knows either of the two takes what the new one has issued. */
    LC_AUTO(lc_chain_release) struct lc_chain old_only = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain new_only = LC_CHAIN_INIT;
    assert_done(lc_chain_add(&old_only, before.ca, &err));
    assert_done(lc_chain_add(&new_only, after.ca, &err));
    assert_int_equal(after.chain.count, 3);
    assert_done(lc_chain_has_valid_order(&after.chain, &answer, &err));
    assert_true(answer);
    assert_done(lc_chain_verify(after.certificate, &after.chain, &old_only, now, &err));
    assert_done(lc_chain_verify(after.certificate, &after.chain, &new_only, now, &err));
    assert_fails(lc_chain_verify(after.certificate, &between, &old_only, now, &err), LC_ECRYPTO,
                 "");
    /* Until it ends. */
    fake_juju_advance(world.fake, 995 * DAY_S);
    assert_int_equal(count_trusted(&world), 2); /* the renewed one, and the second */
    stop(&world);
}

/* Whoever knows one of the CAs of a row of rotations takes what the last one issues. */
static void many_rotations(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision first = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision last = LC_DECISION_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;
    struct world world;
    bool answer;

    (void)state;
    start(&world);
    sign(&world, 0, &first);
    for (int i = 0; i < 3; i++) {
        begin(&world);
        assert_done(lc_ca_rotate(world.ca, &world.hook, &err));
        end(&world, true);
    }
    sign(&world, 0, &last);
    assert_int_equal(last.chain.count, 5); /* leaf, three bridges, the first CA */
    assert_done(lc_chain_has_valid_order(&last.chain, &answer, &err));
    assert_true(answer);
    assert_done(lc_chain_add(&trusted, first.ca, &err));
    assert_done(lc_chain_verify(last.certificate, &last.chain, &trusted,
                                lc_clock_now(fake_juju_clock(world.fake)), &err));
    stop(&world);
}

static void is_renewed_before_it_ends(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision last = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision next = LC_DECISION_INIT;
    struct world world;

    (void)state;
    start(&world);
    sign(&world, 0, &last);
    LC_AUTO(lc_free) char *first = certificate(&world);
    lc_decision_release(&last);
    fake_juju_advance(world.fake, 910 * DAY_S); /* 90 days are left: just enough */
    sign(&world, 0, &last);
    LC_AUTO(lc_free) char *same = certificate(&world);
    assert_string_equal(same, first);
    assert_int_equal(lc_cert_not_after(last.certificate), lc_cert_not_after(last.ca));
    fake_juju_advance(world.fake, 1);
    sign(&world, 0, &next);
    assert_false(lc_cert_equals(next.ca, last.ca));
    assert_int_equal(lc_cert_not_after(next.certificate) - lc_cert_not_before(next.certificate),
                     90 * DAY_S); /* not cut */
    assert_int_equal(count_trusted(&world), 2);
    fake_juju_advance(world.fake, 90 * DAY_S);
    assert_int_equal(count_trusted(&world), 1);
    stop(&world);
}

/* A policy that asks for longer has its CA renewed for it, but not for ever anew. */
static void long_certificates_renew_it_once(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision one = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision two = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision three = LC_DECISION_INIT;
    struct world world;

    (void)state;
    start(&world);
    sign(&world, 400 * DAY_S, &one);
    fake_juju_advance(world.fake, 601 * DAY_S);
    sign(&world, 400 * DAY_S, &two);
    assert_false(lc_cert_equals(one.ca, two.ca));
    sign(&world, 4000 * DAY_S, &three);
    assert_true(lc_cert_equals(two.ca, three.ca));
    assert_int_equal(lc_cert_not_after(three.certificate), lc_cert_not_after(three.ca));
    stop(&world);
}

static void one_past_its_end_is_renewed(void **state)
{
    LC_AUTO(lc_decision_release) struct lc_decision one = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision two = LC_DECISION_INIT;
    struct world world;

    (void)state;
    start(&world);
    sign(&world, 0, &one);
    fake_juju_advance(world.fake, 2000 * DAY_S);
    sign(&world, 0, &two);
    assert_false(lc_cert_equals(one.ca, two.ca));
    assert_int_equal(count_trusted(&world), 1);
    stop(&world);
}

struct broken_row {
    const char *name;
    const char *field;
    const char *part;
};

static const struct broken_row broken_rows[] = {
    { "a secret without a key is not replaced", "ca-certificate", "lacks the field 'private-key'" },
    { "a secret without a certificate is not replaced", "private-key",
      "lacks the field 'ca-certificate'" },
};

static void check_broken(void **state)
{
    const struct broken_row *row = *state;
    struct lc_cert *cert;
    struct world world;

    start(&world);
    (void)fake_juju_add_secret_text(world.fake, "ca", LABEL, row->field, "junk");
    begin(&world);
    assert_fails(lc_ca_certificate(world.ca, &world.hook, &cert, &err), LC_EPARSE, row->part);
    end(&world, false);
    assert_string_equal(fake_juju_secret_text(world.fake, LABEL, row->field), "junk");
    stop(&world);
}

/* What nobody should sign is no fault of the hook's. */
static void a_hostile_name_is_denied(void **state)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct world world;

    (void)state;
    start(&world);
    assert_done(lc_key_generate(&spec, &key, &err));
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a.example.com", 13, &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", "a b", 3, &err)); /* not normalised */
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    begin(&world);
    assert_done(lc_ca_sign(world.ca, &world.hook, csr, &shape, &decision, &err));
    end(&world, true);
    assert_int_equal(decision.kind, LC_DECISION_DENY);
    assert_int_equal(decision.code, LC_ERROR_OTHER);
    assert_non_null(strstr(decision.message, "visible ASCII"));
    stop(&world);
}

static void a_shape_that_makes_no_sense_fails(void **state)
{
    static const char *const usages[] = { "no_such_usage", NULL };
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = request();
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct world world;

    (void)state;
    start(&world);
    begin(&world);
    shape.key_usage = usages;
    assert_fails(lc_ca_sign(world.ca, &world.hook, csr, &shape, &decision, &err), LC_EUSAGE,
                 "no_such_usage");
    end(&world, false);
    stop(&world);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "it is made once and kept", is_made_once);
    SUITE_TEST(&suite, "it belongs to the leader", belongs_to_the_leader);
    SUITE_TEST(&suite, "a failed hook makes none", a_failed_hook_makes_none);
    SUITE_TEST(&suite, "rotation keeps the old one trusted", rotation_keeps_the_old_one_trusted);
    SUITE_TEST(&suite, "each of a row of old CAs leads to what the last one issues",
               many_rotations);
    SUITE_TEST(&suite, "it is renewed before it ends", is_renewed_before_it_ends);
    SUITE_TEST(&suite, "long certificates renew it once", long_certificates_renew_it_once);
    SUITE_TEST(&suite, "one past its end is renewed", one_past_its_end_is_renewed);
    SUITE_ROWS(&suite, broken_rows, check_broken);
    SUITE_TEST(&suite, "a hostile name is denied", a_hostile_name_is_denied);
    SUITE_TEST(&suite, "a shape that makes no sense fails", a_shape_that_makes_no_sense_fails);
    return suite_run(&suite, "ca");
}
