/* The 96 scenarios of requirer-scenarios.json, replayed on our requirer: state before, one event or
 * call, state after, events. Databags are compared byte for byte but for CSRs that the run made;
 * secrets, events and results by the names of the vectors' objects. Where ours differs on purpose,
 * requirer_differences.h says how. */
#include "requirer_differences.h"
#include "requirer_render.h"

static const struct difference *difference_of(const struct lc_json *vector)
{
    static const struct difference none;

    for (size_t i = 0; i < LC_COUNT(differences); i++)
        if (strcmp(differences[i].name, vector_text(vector, "name")) == 0)
            return &differences[i];
    return &none;
}

/* --- before ------------------------------------------------------------------------------------
 */

static void add_secret(struct fake_juju *fake, const struct lc_json *secret)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const bool app = strcmp(vector_text(secret, "owner"), "app") == 0;
    struct lc_secret_spec spec = { .label = vector_text(secret, "label"), .content = &content };
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    if (lc_json_get_string(secret, "expire") != NULL)
        spec.expire_s = vector_time(secret, "expire");
    while (lc_json_next(lc_json_get(secret, "content"), &at, &key, &value)) {
        LC_AUTO(lc_free) char *text = scenario_expand(&scenarios, lc_json_string(value), false);
        assert_done(lc_secret_content_set(&content, key, text, strlen(text), &err));
    }
    (void)fake_juju_add_secret(fake, app ? "req" : UNIT, &spec);
}

static void add_relations(struct fake_juju *fake, const struct lc_json *vector)
{
    const struct lc_json *before = lc_json_get(vector, "before");
    const char *name = vector_text(vector, "name");

    if (!lc_json_boolean(lc_json_get(before, "relation")))
        return;
    fake_juju_relate(fake, RELATION, "prov");
    fake_juju_join(fake, RELATION, "prov/0");
    if (strcmp(name, "two relations on the endpoint") == 0 ||
        strcmp(name, "relation broken while its replacement is there") == 0)
        fake_juju_relate(fake, "certificates:8", "other");
    scenario_put_bag(&scenarios, fake, RELATION, UNIT, lc_json_get(before, "unit_databag"));
    scenario_put_bag(&scenarios, fake, RELATION, "req", lc_json_get(before, "app_databag"));
    scenario_put_bag(&scenarios, fake, RELATION, "prov", lc_json_get(before, "remote_app_databag"));
}

static void set_up(struct tls_unit *unit, const struct lc_json *vector)
{
    const struct lc_json *secrets = lc_json_get(lc_json_get(vector, "before"), "secrets");

    fake_juju_set_time(unit->fake, vector_time(vector, "now"));
    fake_juju_lead(unit->fake, lc_json_boolean(lc_json_get(vector, "leader")));
    add_relations(unit->fake, vector);
    for (size_t i = 0; i < lc_json_count(secrets); i++)
        add_secret(unit->fake, lc_json_at(secrets, i));
}

/* --- the charm ---------------------------------------------------------------------------------
 */

static bool take_list(const struct lc_json *list, enum lc_tls_scope scope,
                      struct lc_tls_requests *out, struct lc_err *why)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        if (!vector_attrs(lc_json_at(list, i), &attrs, why) ||
            !lc_tls_requests_take(out, NULL, scope, &attrs, why))
            return false;
    }
    return true;
}

static bool ask(void *context, const struct lc_capabilities *capabilities,
                struct lc_tls_requests *out, struct lc_err *why)
{
    const struct lc_json *vector = context;
    const struct lc_json *by_mode = lc_json_get(vector, "requests_by_mode");
    const bool app = strcmp(vector_text(vector, "mode"), "APP") == 0;

    (void)capabilities;
    if (lc_json_type(by_mode) == LC_JSON_OBJECT)
        return take_list(lc_json_get(by_mode, "APP"), LC_TLS_APP, out, why) &&
               take_list(lc_json_get(by_mode, "UNIT"), LC_TLS_UNIT, out, why);
    return take_list(lc_json_get(vector, "requests"), app ? LC_TLS_APP : LC_TLS_UNIT, out, why);
}

static enum lc_tls_mode mode_of(const struct lc_json *vector)
{
    static const char *const names[] = { "UNIT", "APP", "APP_AND_UNIT" };

    for (size_t i = 0; i < LC_COUNT(names); i++)
        if (strcmp(vector_text(vector, "mode"), names[i]) == 0)
            return (enum lc_tls_mode)i;
    fail_msg("mode %s", vector_text(vector, "mode"));
    return LC_TLS_MODE_UNIT;
}

/* What a call returns, as the vectors say it. */
static char returned[64];

static bool get_assigned(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         struct lc_err *why)
{
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;

    if (!lc_requirer_assigned(requirer, hook, NULL, &pair, why)) {
        (void)snprintf(returned, sizeof(returned), "none");
        return why->code == LC_ENOTFOUND;
    }
    assert_done(lc_key_encode(pair.key, &pem, &err));
    (void)snprintf(returned, sizeof(returned), "%s %s",
                   scenario_name(&scenarios, lc_cert_pem(pair.certificate)),
                   scenario_name(&scenarios, pem.data));
    return true;
}

static bool import(struct lc_requirer *requirer, const struct lc_tls_hook *hook, bool is_weak,
                   struct lc_err *why)
{
    const struct lc_json *cases = scenarios_cases(&scenarios);
    const char *pem = scenario_pem(&scenarios, "K2");

    for (size_t i = 0; i < lc_json_count(cases) && is_weak; i++)
        if (strcmp(vector_text(lc_json_at(cases, i), "name"), "supplied key too short") == 0)
            pem = vector_text(lc_json_at(cases, i), "supplied_key");
    LC_AUTO(lc_key_unref) struct lc_key *key = vector_key(pem);
    return lc_requirer_import_key(requirer, hook, LC_TLS_UNIT, key, why);
}

static bool call(struct tls_unit *unit, struct lc_requirer *requirer,
                 const struct lc_tls_hook *hook, struct lc_err *why)
{
    const char *event = vector_text(unit->act_context, "event");
    const char *what = event + strlen("a call: ");

    if (strncmp(what, "regenerate", 10) == 0)
        return lc_requirer_regenerate_key(requirer, hook, LC_TLS_UNIT, false, why);
    if (strncmp(what, "import", 6) == 0)
        return import(requirer, hook, strstr(what, "weak") != NULL, why);
    if (strncmp(what, "renew", 5) == 0) {
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = vector_cert(scenario_pem(&scenarios, "cA"));
        return lc_requirer_renew(requirer, hook, cert, why);
    }
    if (strncmp(what, "assigned", 8) == 0)
        return get_assigned(requirer, hook, why);
    fail_msg("unknown call: %s", what);
    return false;
}

static void begin(struct fake_juju *fake, const struct lc_json *vector)
{
    const char *event = vector_text(vector, "event");
    const bool is_relation = strncmp(event, "relation_", 9) == 0;
    LC_AUTO(lc_free)
    char *hook_name = scenario_is_call(event)
                          ? lc_strdup("start")
                          : scenario_hook_name(is_relation ? "certificates-" : "", event);

    if (strcmp(event, "relation_broken") == 0)
        fake_juju_break(fake, RELATION);
    if (is_relation)
        fake_juju_relation_hook(fake, hook_name, RELATION,
                                strcmp(event, "relation_changed") == 0 ? "prov/0" : NULL);
    else if (strcmp(event, "secret_expired") == 0)
        fake_juju_secret_hook(fake, hook_name, vector_text(vector, "expired_secret"), 1);
    else
        fake_juju_hook(fake, hook_name);
}

/* False: the hook or the construction failed. */
static bool run(struct tls_unit *unit, const struct lc_json *vector)
{
    const char *supplied = lc_json_get_string(vector, "supplied_key");
    LC_AUTO(lc_free)
    char *pem = supplied == NULL ? NULL : scenario_expand(&scenarios, supplied, false);
    LC_AUTO(lc_key_unref) struct lc_key *key = pem == NULL ? NULL : vector_key(pem);

    unit->options = (struct lc_requirer_options){
        .endpoint = "certificates",
        .mode = mode_of(vector),
        .renew_at = lc_json_number(lc_json_get(vector, "renewal_relative_time")),
        .private_key = key,
        .ask = ask,
        .ask_context = (void *)(uintptr_t)vector,
    };
    unit->act_context = (void *)(uintptr_t)vector;
    unit->act = scenario_is_call(vector_text(vector, "event")) ? call : NULL;
    begin(unit->fake, vector);
    err = (struct lc_err)LC_ERR_INIT;
    const bool done = tls_unit_run(unit, &err);
    unit->options.private_key = NULL;
    return done;
}

/* --- after: compared ---------------------------------------------------------------------------
 */

typedef void (*wanted_fn)(const struct lc_json *value, struct lc_buf *out);

/* The text of the table, or what the vector says. */
static void compare(const char *what, const char *got, const char *ours,
                    const struct lc_json *value, wanted_fn wanted)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);

    if (ours != NULL)
        lc_buf_puts(&text, ours);
    else
        wanted(value, &text);
    if (strcmp(got, text.data) != 0)
        fail_msg("%s:\n%s-- wanted:\n%s", what, got, text.data);
}

static void check_bags(struct fake_juju *fake, const struct lc_json *vector,
                       const struct difference *difference)
{
    const struct lc_json *summary = lc_json_get(vector, "summary");
    const struct lc_json *after = lc_json_get(vector, "after");
    const char *const ours[] = { difference->unit, difference->app };
    static const char *const who[] = { UNIT, "req" };
    static const char *const part[] = { "unit", "app" };
    static const char *const bag[] = { "unit_databag", "app_databag" };

    if (!lc_json_boolean(lc_json_get(lc_json_get(vector, "before"), "relation")))
        return;
    for (size_t i = 0; i < LC_COUNT(ours); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(1u << 20);
        render_bag(fake, who[i], &got);
        compare(bag[i], got.data, ours[i], lc_json_get(summary, part[i]), render_wanted_bag);
        if (ours[i] == NULL)
            scenario_check_text(&scenarios, fake, RELATION, who[i], LC_KEY_REQUESTS,
                                lc_json_get(after, bag[i]));
    }
}

static void check_rest(struct tls_unit *unit, const struct lc_json *vector,
                       const struct difference *difference)
{
    LC_AUTO(lc_buf_release) struct lc_buf secrets = LC_BUF_INIT(1u << 20);
    LC_AUTO(lc_buf_release) struct lc_buf events = LC_BUF_INIT(1u << 20);

    render_secrets(unit->fake, &secrets);
    render_events(unit, &events);
    compare("secrets", secrets.data, difference->secrets,
            lc_json_get(lc_json_get(vector, "summary"), "secrets"), render_wanted_secrets);
    compare("events", events.data, difference->events, lc_json_get(vector, "events"),
            render_wanted_events);
}

static void check_returned(bool done, const struct lc_json *vector,
                           const struct difference *difference)
{
    const struct lc_json *returns = lc_json_get(vector, "returns");
    const char *certificate = lc_json_get_string(returns, "certificate");
    char wanted[64];

    if (lc_json_get(returns, "raised") != NULL)
        (void)snprintf(wanted, sizeof(wanted), "raised");
    else if (lc_json_get(returns, "certificate") == NULL)
        *wanted = '\0';
    else
        (void)snprintf(wanted, sizeof(wanted), "%s%s%s", certificate == NULL ? "none" : certificate,
                       certificate == NULL ? "" : " ",
                       certificate == NULL ? "" : vector_text(returns, "private_key"));
    assert_string_equal(done ? returned : "raised",
                        difference->returns == NULL ? wanted : difference->returns);
}

/* Refused at construction, or when it is asked: nothing is written. */
static bool is_refused(const struct lc_json *vector)
{
    const char *name = vector_text(vector, "name");

    return strcmp(name, "supplied key too short") == 0 ||
           strcmp(name, "APP_AND_UNIT with the same request in both") == 0;
}

static void check_scenario(void **state)
{
    const struct lc_json *vector = *state;
    const struct difference *difference = difference_of(vector);
    struct tls_unit unit = { .fake = fake_juju_new(UNIT), .log = LC_STRLIST_INIT };

    *returned = '\0';
    set_up(&unit, vector);
    bool done = run(&unit, vector);
    if (done && difference->is_second)
        done = run(&unit, vector);
    if (is_refused(vector)) {
        assert_failure(&err, LC_EUSAGE, "");
        assert_int_equal(fake_juju_secret_count(unit.fake), 0);
    } else {
        if (!done && lc_json_get(lc_json_get(vector, "returns"), "raised") == NULL)
            fail_msg("the hook failed: %s", err.message);
        check_returned(done, vector, difference);
        check_bags(unit.fake, vector, difference);
        check_rest(&unit, vector, difference);
    }
    tls_unit_release(&unit);
}

/* --- items of the checklist that a scenario shows ------------------------------------------------
 */

struct item {
    const char *number;
    const char *scenario;
};

static const struct item items[] = {
    { "REQ-001", "no relation" },
    { "REQ-002", "first request, no key yet" },
    { "REQ-003", "first request, no key yet" },
    { "REQ-004", "APP, leader, first request" },
    { "REQ-005", "first request, key exists" },
    { "REQ-006", "no requests" },
    { "REQ-007", "first request, no key yet" },
    { "REQ-008", "APP, leader, first request" },
    { "REQ-009", "APP, not leader" },
    { "REQ-010", "APP_AND_UNIT, leader, first requests" },
    { "REQ-011", "APP_AND_UNIT, not leader, application databag empty" },
    { "REQ-012", "APP_AND_UNIT with the same request in both" },
    { "REQ-016", "supplied key too short" },
    { "REQ-017", "supplied key, first request" },
    { "REQ-018", "supplied key while a generated one exists" },
    { "REQ-020", "two requests" },
    { "REQ-020", "the same request twice in the list" },
    { "REQ-021", "CA request" },
    { "REQ-022", "nothing to do" },
    { "REQ-023", "one of two requests dropped" },
    { "REQ-023", "all requests dropped" },
    { "REQ-024", "CSR made with another key" },
    { "REQ-024", "CSR without key secret" },
    { "REQ-025", "databag says ca false for a CA request" },
    { "REQ-026", "request changed" },
    { "REQ-027", "two CSRs answer one request" },
    { "REQ-028", "own databag is not JSON" },
    { "REQ-029", "certificate arrives" },
    { "REQ-030", "certificate arrives" },
    { "REQ-031", "certificate under the old secret label" },
    { "REQ-032", "certificate replaced by the provider" },
    { "REQ-033", "certificate known already" },
    { "REQ-034", "two certificates, one ours" },
    { "REQ-035", "certificate with another public key" },
    { "REQ-036", "CA certificate for a leaf request" },
    { "REQ-036", "CA certificate for a CA request" },
    { "REQ-037", "certificate without chain" },
    { "REQ-038", "certificate for somebody else" },
    { "REQ-039", "revoked" },
    { "REQ-040", "revoked, no secret" },
    { "REQ-041", "denied" },
    { "REQ-042", "denied for somebody else" },
    { "REQ-042", "denial with an unreadable CSR" },
    { "REQ-042", "denial with an empty CSR" },
    { "REQ-044", "secret expires" },
    { "REQ-044", "secret under the old label expires" },
    { "REQ-045", "secret of an earlier CSR expires" },
    { "REQ-046", "a secret of the charm itself expires" },
    { "REQ-049", "renew_certificate" },
    { "REQ-050", "safety net, after the threshold" },
    { "REQ-051", "regenerate_private_key" },
    { "REQ-052", "regenerate_private_key with a supplied key" },
    { "REQ-053", "import_private_key" },
    { "REQ-053", "import_private_key of a weak key" },
    { "REQ-056", "assigned certificate" },
    { "REQ-056", "assigned certificate, none yet" },
    { "REQ-056", "assigned certificate, wrong key" },
    { "REQ-057", "relation broken" },
    { "REQ-058", "relation broken, APP, not leader" },
    { "REQ-059", "relation broken while its replacement is there" },
    { "REQ-063", "APP, key under the legacy label, owned by the unit" },
    { "REQ-063", "APP, key under the legacy label, owned by the application" },
    { "REQ-064", "APP, legacy key, not leader" },
    { "REQ-064", "APP, legacy secret holds no key" },
    { "REQ-065", "relation broken, APP, leader, legacy label" },
    { "REQ-066", "refresh event" },
    { "REQ-067", "upgrade_charm is no trigger" },
    { "REQ-067", "update_status is no trigger" },
    { "REQ-068", "certificate known already" },
    { "REQ-071", "revoked" },
    { "REQ-071", "assigned certificate, revoked: still handed out" },
    { "REQ-074", "half of its life gone" },
    { "REQ-075", "certificate already expired" },
    { "REQ-075", "safety net does not see a certificate past its end" },
    { "REQ-075", "assigned certificate, expired: still handed out" },
    { "REQ-076", "one unreadable certificate beside ours" },
    { "REQ-077", "own databag has an unreadable CSR" },
    { "REQ-078", "own CSR with CRLF line ends and another key" },
    { "REQ-080", "APP_AND_UNIT, not leader, application databag filled" },
    { "REQ-082", "key secret holds no PEM" },
    { "REQ-082", "key secret has another field" },
    { "REQ-083", "import_private_key without a key" },
    { "REQ-085", "relation broken, secrets with older labels" },
    { "REQ-085", "relation broken, another relation whose name begins with this one" },
    { "REQ-086", "APP, CSRs of UNIT mode in the unit databag" },
    { "REQ-087", "two relations on the endpoint" },
    { "UPG-006", "supplied key, CSR matches" },
    { "UPG-011", "v3 provider entry" },
    { "UPG-015", "certificate under the old secret label" },
    { "UPG-015", "APP, key under the legacy label, owned by the unit" },
    { "UPG-015", "APP, key under the legacy label, owned by the application" },
    { "UPG-018", "a secret of the v3 library expires" },
};

static const struct lc_json *scenario_of(const char *name)
{
    const struct lc_json *cases = scenarios_cases(&scenarios);

    for (size_t i = 0; i < lc_json_count(cases); i++)
        if (strcmp(vector_text(lc_json_at(cases, i), "name"), name) == 0)
            return lc_json_at(cases, i);
    vector_broken(name, NULL);
    return NULL;
}

/* D-05: what Juju and others keep in the unit's databag. */
static void keeps_foreign_keys(void **state)
{
    const struct lc_json *vector = scenario_of("other keys in the unit databag");
    struct tls_unit unit = { .fake = fake_juju_new(UNIT), .log = LC_STRLIST_INIT };

    (void)state;
    set_up(&unit, vector);
    assert_true(run(&unit, vector));
    assert_string_equal(fake_juju_data(unit.fake, RELATION, UNIT, "egress-subnets"), "10.0.0.1/32");
    assert_string_equal(fake_juju_data(unit.fake, RELATION, UNIT, "ingress-address"), "10.0.0.1");
    assert_string_equal(fake_juju_data(unit.fake, RELATION, UNIT, "private-address"), "10.0.0.1");
    tls_unit_release(&unit);
}

/* Every row of the table has its scenario. */
static void check_table(void)
{
    const struct lc_json *cases = scenarios_cases(&scenarios);
    size_t found = 0;

    for (size_t i = 0; i < lc_json_count(cases); i++)
        found += difference_of(lc_json_at(cases, i))->name != NULL;
    if (found != LC_COUNT(differences) || lc_json_count(cases) != 96)
        vector_broken("a difference without its scenario, or not 96 scenarios", NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    scenarios_load(&scenarios, "requirer-scenarios.json");
    check_table();
    const struct lc_json *cases = scenarios_cases(&scenarios);
    for (size_t i = 0; i < lc_json_count(cases); i++) {
        const struct lc_json *vector = lc_json_at(cases, i);
        const char *why = difference_of(vector)->why;
        suite_addf(&suite, check_scenario, (void *)(uintptr_t)vector,
                   "scenario: requirer: %s%s%s%s", vector_text(vector, "name"),
                   why == NULL ? "" : " (ours: ", why == NULL ? "" : why, why == NULL ? "" : ")");
    }
    for (size_t i = 0; i < LC_COUNT(items); i++)
        suite_addf(&suite, check_scenario, (void *)(uintptr_t)scenario_of(items[i].scenario),
                   "%s as in the scenario: %s", items[i].number, items[i].scenario);
    SUITE_TEST(&suite, "WIRE-031 foreign keys of the unit's databag survive", keeps_foreign_keys);
    const int status = suite_run(&suite, "requirer scenarios");
    lc_json_free(scenarios.json);
    return status;
}
