/* Conformance of the requirer: what is asked for, in which mode, with whose key; REQ-013 to
 * REQ-019, REQ-043, REQ-047, REQ-052 to REQ-062. The rest of REQ-001 to REQ-042 is in the
 * scenarios. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

static const struct tls_wish one[] = { { .common_name = "a.example.com" } };
static const struct tls_wish of_app[] = { { .scope = LC_TLS_APP,
                                            .common_name = "app.example.com" } };
static const struct tls_wish both[] = {
    { .name = "mine", .common_name = "a.example.com" },
    { .name = "ours", .scope = LC_TLS_APP, .common_name = "app.example.com" },
};
static const struct tls_wish two[] = {
    { .name = "first", .common_name = "a.example.com" },
    { .name = "second", .common_name = "b.example.com" },
};

#define UNIT_KEY TLS_LIBID "-private-key-0-certificates"
#define APP_KEY  TLS_LIBID "-private-key-app-certificates"

static const char *const all[] = { "web/0", "web", NULL };

/* --- construction ------------------------------------------------------------------------------
 */

struct mode_row {
    const char *name;
    enum lc_tls_mode mode;
    const struct tls_wish *wishes;
    size_t count;
    bool accepted;
};

static const struct mode_row mode_rows[] = {
    { "REQ-013 a request for the application in mode unit is refused", LC_TLS_MODE_UNIT, both, 2,
      false },
    { "REQ-013 a request for the unit in mode app is refused", LC_TLS_MODE_APP, both, 2, false },
    { "REQ-014 mode app takes requests for the application only", LC_TLS_MODE_APP, one, 1, false },
    { "REQ-014 mode app_and_unit takes both", LC_TLS_MODE_APP_AND_UNIT, both, 2, true },
};

static void check_mode(void **state)
{
    const struct mode_row *row = *state;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", row->wishes, row->count);
    unit.options.mode = row->mode;
    fake_juju_lead(unit.fake, true);
    fake_juju_relation_hook(unit.fake, "certificates-relation-created", TLS_RELATION, NULL);
    if (row->accepted) {
        assert_done(tls_unit_run(&unit, &err));
        assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
        assert_int_equal(tls_request_count(unit.fake, "web"), 1);
    } else {
        assert_fails(tls_unit_run(&unit, &err), LC_EUSAGE, "in mode");
        assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    }
    tls_unit_release(&unit);
}

struct bound_row {
    const char *name;
    double renew_at;
    bool accepted;
};

static const struct bound_row bound_rows[] = {
    { "REQ-015 renew_at 0.5 is refused", 0.5, false },
    { "REQ-015 renew_at 0.51 is accepted", 0.51, true },
    { "REQ-015 renew_at 1.0 is accepted", 1.0, true },
    { "REQ-015 renew_at 1.01 is refused", 1.01, false },
};

static void check_bound(void **state)
{
    const struct bound_row *row = *state;
    const struct lc_requirer_options options = { .endpoint = "certificates",
                                                 .renew_at = row->renew_at };
    LC_AUTO(lc_requirer_free) struct lc_requirer *requirer = NULL;

    if (row->accepted)
        assert_done(lc_requirer_new(&options, &requirer, &err));
    else
        assert_fails(lc_requirer_new(&options, &requirer, &err), LC_EUSAGE, "renew_at");
}

static struct lc_key *new_key(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    struct lc_key *key = NULL;

    assert_done(lc_key_generate(&spec, &key, &err));
    return key;
}

/* Ours takes other types than RSA too (D-30). */
static void takes_an_ec_key(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = new_key();
    const struct lc_requirer_options options = { .endpoint = "certificates", .private_key = key };
    LC_AUTO(lc_requirer_free) struct lc_requirer *requirer = NULL;

    (void)state;
    assert_done(lc_requirer_new(&options, &requirer, &err));
}

static void a_supplied_key_serves_both_modes(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = new_key();
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", both, LC_COUNT(both));
    unit.options.mode = LC_TLS_MODE_APP_AND_UNIT;
    unit.options.private_key = key;
    fake_juju_lead(unit.fake, true);
    tls_changed(&unit);
    for (size_t i = 0; i < 2; i++) {
        LC_AUTO(lc_free) char *pem = tls_request_at(unit.fake, all[i], 0);
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
        assert_true(lc_csr_matches_key(csr, key));
    }
    assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    tls_unit_release(&unit);
}

/* The library looks for a generated key in each hook, and complains that there is none. */
static void a_supplied_key_is_no_news(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = new_key();
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.private_key = key;
    for (int i = 0; i < 3; i++) {
        tls_changed(&unit);
        assert_int_equal(tls_count_log(&unit, "WARNING"), 0);
        assert_int_equal(fake_juju_count(unit.fake, "secret-remove"), 0);
    }
    tls_unit_release(&unit);
}

/* --- requests as a function --------------------------------------------------------------------
 */

static void the_function_is_asked_once(void **state)
{
    static const char *const hooks[] = { "upgrade-charm", "config-changed", "update-status",
                                         "leader-elected" };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    assert_int_equal(unit.asked, 1);
    assert_false(unit.was_told);
    fake_juju_put(unit.fake, TLS_RELATION, "ca", LC_KEY_CAPABILITIES, "{}");
    for (size_t i = 0; i < LC_COUNT(hooks); i++) {
        tls_hook(&unit, hooks[i]);
        assert_int_equal(unit.asked, 1);
        assert_true(unit.was_told);
    }
    tls_unit_release(&unit);
}

static void a_changed_result_changes_the_requests(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *before = tls_request_at(unit.fake, "web/0", 0);
    unit.wishes = two;
    unit.wish_count = LC_COUNT(two);
    tls_hook(&unit, "config-changed");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    LC_AUTO(lc_free) char *kept = tls_request_at(unit.fake, "web/0", 0);
    assert_string_equal(kept, before); /* it answers the first of the two */
    unit.wishes = two + 1;
    unit.wish_count = 1;
    tls_hook(&unit, "config-changed");
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    unit.wish_count = 0;
    tls_hook(&unit, "config-changed");
    assert_null(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));
    tls_unit_release(&unit);
}

static void the_function_serves_a_renewal(void **state)
{
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    tls_answer(unit.fake, TLS_RELATION, all, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    tls_changed(&unit);
    fake_juju_advance(unit.fake, 81 * TLS_DAY_S);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = tls_certificate_label("0", "certificates", csr);
    tls_secret_hook(&unit, "secret-expired", label);
    assert_int_equal(unit.asked, 1);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 2);
    tls_unit_release(&unit);
}

/* --- questions ----------------------------------------------------------------------------------
 */

static bool ask_denials(struct tls_unit *unit, struct lc_requirer *requirer,
                        const struct lc_tls_hook *hook, struct lc_err *why)
{
    struct lc_strlist *out = unit->act_context;
    const struct lc_error_entry *denial = NULL;

    for (size_t i = 0; i == 0 || denial != NULL; i++) {
        if (!lc_requirer_denial_at(requirer, hook, i, &denial, why))
            return false;
        if (denial != NULL && !lc_strlist_addf(out, why, "all %s", denial->message))
            return false;
    }
    for (size_t i = 0; i < LC_COUNT(two); i++) {
        if (!lc_requirer_denial(requirer, hook, two[i].name, &denial, why) ||
            !lc_strlist_addf(out, why, "%s %s", two[i].name,
                             denial == NULL ? "-" : denial->message))
            return false;
    }
    return lc_requirer_denial(requirer, hook, NULL, &denial, why) &&
           lc_strlist_addf(out, why, "first %s", denial == NULL ? "-" : denial->message);
}

static void denials_are_found(void **state)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist answers = LC_STRLIST_INIT;
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", two, LC_COUNT(two));
    tls_changed(&unit);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 1);
    tls_put_denial(unit.fake, TLS_RELATION, csr, LC_ERROR_DOMAIN_NOT_ALLOWED, "not yours");
    unit.act = ask_denials;
    unit.act_context = &answers;
    tls_hook(&unit, "start");
    assert_int_equal(answers.count, 4);
    assert_string_equal(answers.items[0], "all not yours");
    assert_string_equal(answers.items[1], "first -");
    assert_string_equal(answers.items[2], "second not yours");
    assert_string_equal(answers.items[3], "first not yours");
    tls_unit_release(&unit);
}

struct capability_row {
    const char *name;
    const char *value; /* of the key; NULL: none */
    bool is_related;
    enum lc_tls_mode mode;
    bool said;
};

static const struct capability_row capability_rows[] = {
    { "REQ-060 without relation nothing is said", NULL, false, LC_TLS_MODE_UNIT, false },
    { "REQ-060 without the key nothing is said", NULL, true, LC_TLS_MODE_UNIT, false },
    { "REQ-060 what is no JSON says nothing", "{", true, LC_TLS_MODE_UNIT, false },
    { "REQ-060 {} is said", "{}", true, LC_TLS_MODE_UNIT, true },
    { "REQ-060 a unit that is not leader may ask in mode app", "{}", true, LC_TLS_MODE_APP, true },
};

static bool ask_capabilities(struct tls_unit *unit, struct lc_requirer *requirer,
                             const struct lc_tls_hook *hook, struct lc_err *why)
{
    const struct lc_capabilities *capabilities;

    if (!lc_requirer_capabilities(requirer, hook, &capabilities, why))
        return false;
    *(bool *)unit->act_context = capabilities->said;
    return true;
}

static void check_capability(void **state)
{
    const struct capability_row *row = *state;
    struct tls_unit unit;
    bool said = !row->said;

    tls_unit_init(&unit, "web/0", row->mode == LC_TLS_MODE_APP ? of_app : one, 1);
    unit.options.mode = row->mode;
    if (!row->is_related)
        fake_juju_remove(unit.fake, TLS_RELATION);
    if (row->value != NULL)
        fake_juju_put(unit.fake, TLS_RELATION, "ca", LC_KEY_CAPABILITIES, row->value);
    unit.act = ask_capabilities;
    unit.act_context = &said;
    tls_hook(&unit, "start");
    assert_int_equal(said, row->said);
    assert_int_equal(tls_writes(unit.fake), 0);
    tls_unit_release(&unit);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

struct rotation {
    enum lc_tls_scope scope;
    struct lc_key *imported; /* NULL: a new one */
    bool drop_old;
};

static bool rotate(struct tls_unit *unit, struct lc_requirer *requirer,
                   const struct lc_tls_hook *hook, struct lc_err *why)
{
    const struct rotation *rotation = unit->act_context;

    if (rotation->imported != NULL)
        return lc_requirer_import_key(requirer, hook, rotation->scope, rotation->imported, why);
    return lc_requirer_regenerate_key(requirer, hook, rotation->scope, rotation->drop_old, why);
}

static void set_up_both(struct tls_unit *unit)
{
    tls_unit_init(unit, "web/0", both, LC_COUNT(both));
    unit->options.mode = LC_TLS_MODE_APP_AND_UNIT;
    fake_juju_lead(unit->fake, true);
    tls_changed(unit);
}

static void rotating_the_unit_leaves_the_application(void **state)
{
    struct rotation rotation = { .scope = LC_TLS_UNIT };
    struct tls_unit unit;

    (void)state;
    set_up_both(&unit);
    LC_AUTO(lc_free) char *unit_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *app_csr = tls_request_at(unit.fake, "web", 0);
    LC_AUTO(lc_free)
    char *app_key = lc_strdup(fake_juju_secret_text(unit.fake, APP_KEY, "private-key"));
    unit.act = rotate;
    unit.act_context = &rotation;
    tls_hook(&unit, "start");
    LC_AUTO(lc_free) char *new_csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *same_csr = tls_request_at(unit.fake, "web", 0);
    assert_string_not_equal(new_csr, unit_csr);
    assert_string_equal(same_csr, app_csr);
    assert_string_equal(fake_juju_secret_text(unit.fake, APP_KEY, "private-key"), app_key);
    tls_unit_release(&unit);
}

static void only_the_leader_rotates_the_application(void **state)
{
    struct rotation rotation = { .scope = LC_TLS_APP };
    struct tls_unit unit;

    (void)state;
    set_up_both(&unit);
    LC_AUTO(lc_free)
    char *app_key = lc_strdup(fake_juju_secret_text(unit.fake, APP_KEY, "private-key"));
    fake_juju_lead(unit.fake, false);
    unit.act = rotate;
    unit.act_context = &rotation;
    tls_hook(&unit, "start");
    assert_string_equal(fake_juju_secret_text(unit.fake, APP_KEY, "private-key"), app_key);
    assert_int_equal(tls_count_log(&unit, "only the leader"), 1);
    fake_juju_lead(unit.fake, true);
    tls_hook(&unit, "start");
    assert_string_not_equal(fake_juju_secret_text(unit.fake, APP_KEY, "private-key"), app_key);
    tls_unit_release(&unit);
}

static void a_supplied_key_is_not_rotated(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = new_key();
    struct rotation rotations[] = { { .imported = NULL }, { .imported = key } };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.options.private_key = key;
    for (size_t i = 0; i < LC_COUNT(rotations); i++) {
        unit.act = rotate;
        unit.act_context = &rotations[i];
        fake_juju_hook(unit.fake, "start");
        assert_fails(tls_unit_run(&unit, &err), LC_ESTATE, "given by the charm");
    }
    tls_unit_release(&unit);
}

static void a_mode_has_only_its_key(void **state)
{
    struct rotation rotation = { .scope = LC_TLS_APP };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.act = rotate;
    unit.act_context = &rotation;
    fake_juju_hook(unit.fake, "start");
    assert_fails(tls_unit_run(&unit, &err), LC_EUSAGE, "mode unit");
    tls_unit_release(&unit);
}

/* D-27, before there is even a relation. */
static void imports_without_a_relation(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = new_key();
    struct rotation rotation = { .imported = key };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    fake_juju_remove(unit.fake, TLS_RELATION);
    unit.act = rotate;
    unit.act_context = &rotation;
    tls_hook(&unit, "start");
    unit.act = NULL;
    fake_juju_relate(unit.fake, TLS_RELATION, "ca");
    fake_juju_join(unit.fake, TLS_RELATION, "ca/0");
    tls_changed(&unit);
    LC_AUTO(lc_free) char *pem = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
    assert_true(lc_csr_matches_key(csr, key));
    tls_unit_release(&unit);
}

struct id_row {
    const char *name;
    enum lc_tls_mode mode;
    enum lc_tls_scope scope;
    bool is_leader;
    bool is_supplied;
    const char *label; /* of the secret whose id it is; NULL: none */
};

static const struct id_row id_rows[] = {
    { "REQ-055 the id of the unit's key", LC_TLS_MODE_APP_AND_UNIT, LC_TLS_UNIT, true, false,
      UNIT_KEY },
    { "REQ-055 the id of the application's key", LC_TLS_MODE_APP_AND_UNIT, LC_TLS_APP, true, false,
      APP_KEY },
    { "REQ-055 none for a unit that is not leader", LC_TLS_MODE_APP_AND_UNIT, LC_TLS_APP, false,
      false, NULL },
    { "REQ-055 none with a supplied key", LC_TLS_MODE_APP_AND_UNIT, LC_TLS_UNIT, true, true, NULL },
};

struct id_question {
    enum lc_tls_scope scope;
    char *id;
};

static bool ask_id(struct tls_unit *unit, struct lc_requirer *requirer,
                   const struct lc_tls_hook *hook, struct lc_err *why)
{
    struct id_question *question = unit->act_context;

    return lc_requirer_key_secret_id(requirer, hook, question->scope, &question->id, why);
}

static void check_id(void **state)
{
    const struct id_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = row->is_supplied ? new_key() : NULL;
    struct id_question question = { .scope = row->scope };
    struct lc_fake_secret view;
    struct tls_unit unit;

    tls_unit_init(&unit, "web/0", both, LC_COUNT(both));
    unit.options.mode = row->mode;
    unit.options.private_key = key;
    fake_juju_lead(unit.fake, true);
    tls_changed(&unit);
    fake_juju_lead(unit.fake, row->is_leader);
    unit.act = ask_id;
    unit.act_context = &question;
    tls_hook(&unit, "start");
    if (row->label == NULL) {
        assert_null(question.id);
    } else {
        assert_true(fake_juju_secret(unit.fake, row->label, &view));
        assert_string_equal(question.id, view.id);
    }
    lc_free(question.id);
    tls_unit_release(&unit);
}

static void no_id_without_a_secret(void **state)
{
    struct id_question question = { .scope = LC_TLS_UNIT };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    unit.act = ask_id;
    unit.act_context = &question;
    tls_hook(&unit, "start");
    assert_null(question.id);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, mode_rows, check_mode);
    SUITE_ROWS(&suite, bound_rows, check_bound);
    SUITE_TEST(&suite, "REQ-016 other key types than RSA are not refused", takes_an_ec_key);
    SUITE_TEST(&suite, "D-35 a supplied key is no news in any hook", a_supplied_key_is_no_news);
    SUITE_TEST(&suite, "REQ-019 a supplied key serves both modes",
               a_supplied_key_serves_both_modes);
    SUITE_TEST(&suite, "REQ-061 the function is asked once, and told what the provider says",
               the_function_is_asked_once);
    SUITE_TEST(&suite, "REQ-062 a changed result changes the requests",
               a_changed_result_changes_the_requests);
    SUITE_TEST(&suite, "REQ-047 secret-expired works with requests as a function",
               the_function_serves_a_renewal);
    SUITE_TEST(&suite, "REQ-043 all denials, and the one of a request", denials_are_found);
    SUITE_ROWS(&suite, capability_rows, check_capability);
    SUITE_TEST(&suite, "REQ-054 rotating the unit's key leaves the application's",
               rotating_the_unit_leaves_the_application);
    SUITE_TEST(&suite, "REQ-054 the application's key is rotated by the leader only",
               only_the_leader_rotates_the_application);
    SUITE_TEST(&suite, "REQ-052 a supplied key is neither regenerated nor replaced",
               a_supplied_key_is_not_rotated);
    SUITE_TEST(&suite, "REQ-054 a mode has no other key than its own", a_mode_has_only_its_key);
    SUITE_TEST(&suite, "REQ-083 a key is imported before there is a relation",
               imports_without_a_relation);
    SUITE_ROWS(&suite, id_rows, check_id);
    SUITE_TEST(&suite, "REQ-055 none without a secret", no_id_without_a_secret);
    return suite_run(&suite, "requests");
}
