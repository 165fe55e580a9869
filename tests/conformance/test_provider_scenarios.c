/* The 66 scenarios of provider-scenarios.json, replayed on our provider: databags before, one event
 * or call, databags after, what the call returned. Databags are compared byte for byte. Where ours
 * differs on purpose, the table below says how, and on what that rests;
 * tests/conformance/differences.md says it in words. */
#include <stdlib.h>

#include "scenario_vectors.h"
#include "tls_world.h"

static struct lc_err err;
static struct scenarios scenarios;

/* --- the calls: the vectors name them in words only ---------------------------------------------
 */

enum action { ISSUE, DENY, REVOKE_ALL, LIST };

struct call_row {
    const char *name; /* of the scenario, without ", not leader" */
    enum action action;
    const char *certificate;
    const char *chain[3];
    int64_t code;
    bool is_long; /* a denial with every field */
    const char *relation_id;
    enum lc_provider_list list;
};

#define OF(cert) .action = ISSUE, .certificate = (cert), .chain = { (cert), "root" }

static const struct call_row call_rows[] = {
    { .name = "issue", OF("cA") },
    { .name = "issue the same certificate again", OF("cA") },
    { .name = "issue another certificate for the same CSR", OF("cA_b") },
    { .name = "issue after a denial", OF("cA") },
    { .name = "issue with the chain in a wrong order",
      .action = ISSUE,
      .certificate = "cA",
      .chain = { "root", "cA" } },
    { .name = "issue with the CA only as chain",
      .action = ISSUE,
      .certificate = "cA",
      .chain = { "root" } },
    { .name = "issue with an empty chain", .action = ISSUE, .certificate = "cA" },
    { .name = "issue with revoked set", OF("cA") },
    { .name = "issue for a relation that is not there",
      .relation_id = "certificates:99",
      OF("cA") },
    { .name = "issue while the own databag is not JSON", OF("cA") },
    { .name = "issue while an own error entry has an unreadable CSR", OF("cA") },
    { .name = "issue keeps capabilities", OF("cA") },
    { .name = "issue with another key in the own databag", OF("cA") },
    { .name = "deny", .action = DENY, .code = 101 },
    { .name = "deny after issuing", .action = DENY, .code = 101 },
    { .name = "deny again with another reason", .action = DENY, .code = 999, .is_long = true },
    { .name = "two entries for one CSR, then issue", OF("cA50") },
    { .name = "revoke_all", .action = REVOKE_ALL },
    { .name = "revoke_all, nothing issued", .action = REVOKE_ALL },
    { .name = "issue after revoke_all", OF("cA_b") },
    { .name = "get_certificate_requests", .action = LIST, .list = LC_PROVIDER_REQUESTS },
    { .name = "get_certificate_requests of one relation",
      .action = LIST,
      .relation_id = "certificates:9",
      .list = LC_PROVIDER_REQUESTS },
    { .name = "get_provider_certificates", .action = LIST, .list = LC_PROVIDER_CERTIFICATES },
    { .name = "get_issued_certificates", .action = LIST, .list = LC_PROVIDER_ISSUED },
    { .name = "get_unsolicited_certificates", .action = LIST, .list = LC_PROVIDER_UNSOLICITED },
    { .name = "get_outstanding_certificate_requests",
      .action = LIST,
      .list = LC_PROVIDER_OUTSTANDING },
    { .name = "get_provider_certificate_errors", .action = LIST, .list = LC_PROVIDER_ERRORS },
    { .name = "outstanding: denied CSR", .action = LIST, .list = LC_PROVIDER_OUTSTANDING },
    { .name = "outstanding: revoked certificate", .action = LIST, .list = LC_PROVIDER_OUTSTANDING },
    { .name = "outstanding: certificate with another public key",
      .action = LIST,
      .list = LC_PROVIDER_OUTSTANDING },
    { .name = "outstanding: expired certificate", .action = LIST, .list = LC_PROVIDER_OUTSTANDING },
    { .name = "outstanding: certificate issued on another relation for the same CSR, all relations",
      .action = LIST,
      .list = LC_PROVIDER_OUTSTANDING },
    { .name = "outstanding: the same, asked for one relation",
      .action = LIST,
      .relation_id = "certificates:9",
      .list = LC_PROVIDER_OUTSTANDING },
};

static const struct call_row *call_of(const struct lc_json *vector)
{
    const char *name = vector_text(vector, "name");
    const char *end = strstr(name, ", not leader");
    const size_t len = end == NULL ? strlen(name) : (size_t)(end - name);

    for (size_t i = 0; i < LC_COUNT(call_rows); i++)
        if (strlen(call_rows[i].name) == len && strncmp(call_rows[i].name, name, len) == 0)
            return &call_rows[i];
    vector_broken(name, NULL);
    return NULL;
}

/* --- what differs ------------------------------------------------------------------------------
 */

#define CERT_A(cert)                                                                               \
    "{\"ca\": \"${root}\", \"certificate_signing_request\": \"${csrA}\", "                         \
    "\"certificate\": \"${" cert "}\", \"chain\": [\"${" cert "}\", \"${root}\"]}"

/* NULL: as the library. The databag is that of relation 9. */
struct difference {
    const char *name;
    const char *why;
    const char *certificates;
    const char *request_errors;
    const char *capabilities;
    const char *returns;
    enum lc_code code; /* of the call's error */
};

#define RECONCILED(scenario, reason)                                                               \
    {                                                                                              \
        .name = (scenario), .why = (reason), .certificates = "",                                   \
        .capabilities = "{\"provider_type\": \"vault\"}"                                           \
    }

static const struct difference differences[] = {
    { .name = "issue with an empty chain",
      .why = "PROV-030 D-10",
      .certificates = "[" CERT_A("cA") "]",
      .request_errors = "" },
    { .name = "issue for a relation that is not there",
      .why = "PROV-031 D-11",
      .code = LC_ENOTFOUND },
    { .name = "issue, not leader", .why = "D-11", .code = LC_EPERM },
    { .name = "deny, not leader", .why = "D-11", .code = LC_EPERM },
    { .name = "revoke_all, not leader", .why = "D-11", .code = LC_EPERM },
    { .name = "issue while the own databag is not JSON",
      .why = "PROV-032 D-11",
      .certificates = "[" CERT_A("cA") "]" },
    { .name = "issue while an own error entry has an unreadable CSR",
      .why = "PROV-033 D-12",
      .certificates = "[" CERT_A("cA") "]",
      .request_errors = "" },
    { .name = "two entries for one CSR, then issue",
      .why = "PROV-029 D-09",
      .certificates = "[" CERT_A("cA50") "]" },
    { .name = "get_provider_certificates, not leader", .why = "PROV-035", .returns = "" },
    { .name = "get_unsolicited_certificates, not leader", .why = "PROV-035", .returns = "" },
    { .name = "get_provider_certificate_errors, not leader", .why = "PROV-035", .returns = "" },
    { .name = "outstanding: certificate issued on another relation for the same CSR, all relations",
      .why = "PROV-028 D-13",
      .returns = "9 csrA false\n" },
    { .name = "CSR gone, its error stays", .why = "PROV-027 D-12", .request_errors = "" },
    { .name = "CSR only on another relation", .why = "PROV-028 D-13", .certificates = "" },
    { .name = "requirer databag is not JSON",
      .why = "PROV-026 D-04",
      .certificates = "[" CERT_A("cA") "]" },
    { .name = "requirer entry without ca",
      .why = "WIRE-022 D-38",
      .certificates = "[" CERT_A("cA") "]" },
    { .name = "one unreadable CSR", .why = "PROV-025 D-01", .certificates = "[" CERT_A("cA") "]" },
    RECONCILED("nothing on config_changed", "PROV-034 D-28"),
    RECONCILED("nothing on upgrade_charm", "PROV-034 D-28"),
    RECONCILED("nothing on leader_elected", "PROV-034 D-28"),
    RECONCILED("nothing on start", "recommended; D-28"),
    RECONCILED("capabilities while the own databag is not JSON", "PROV-032 D-11"),
};

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

static long long number_of(const struct lc_json *relation)
{
    return (long long)lc_json_integer(lc_json_get(relation, "relation_id"));
}

static void add_relation(struct fake_juju *fake, const struct lc_json *relation)
{
    const struct lc_json *value;
    const char *unit_number;
    void *at = NULL;
    char id[64];
    char app[64];

    (void)snprintf(id, sizeof(id), "certificates:%lld", number_of(relation));
    (void)snprintf(app, sizeof(app), "req%lld", number_of(relation));
    fake_juju_relate(fake, id, app);
    scenario_put_bag(&scenarios, fake, id, "ca", lc_json_get(relation, "app_databag"));
    scenario_put_bag(&scenarios, fake, id, app, lc_json_get(relation, "remote_app_databag"));
    while (lc_json_next(lc_json_get(relation, "remote_unit_databags"), &at, &unit_number, &value)) {
        char unit[128];
        (void)snprintf(unit, sizeof(unit), "%s/%s", app, unit_number);
        fake_juju_join(fake, id, unit);
        scenario_put_bag(&scenarios, fake, id, unit, value);
    }
}

static void set_capabilities(struct lc_capabilities *out, const struct lc_json *said)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    struct lc_json_writer writer;

    if (lc_json_type(said) != LC_JSON_OBJECT)
        return;
    writer = lc_json_writer(&text, LC_JSON_COMPACT);
    lc_json_put(&writer, said);
    assert_done(lc_strmap_set(&bag, LC_KEY_CAPABILITIES, text.data, &err));
    assert_done(lc_databag_load_capabilities(&bag, "vector", NULL, out, &err));
}

/* --- the call ----------------------------------------------------------------------------------
 */

static char returned[4096];

static void note(const char *format, ...) LC_PRINTF(1, 2);
static void note(const char *format, ...)
{
    const size_t len = strlen(returned);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(returned + len, sizeof(returned) - len, format, args);
    va_end(args);
}

static void note_certificate(const struct lc_answer *answer)
{
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };

    assert_done(lc_answer_certificate(answer, &entry, &err));
    note("%s %s %s\n", scenario_name(&scenarios, entry.csr),
         scenario_name(&scenarios, entry.certificate), entry.revoked ? "revoked" : "-");
}

static void note_error(const struct lc_answer *answer)
{
    LC_AUTO(lc_error_entry_release) struct lc_error_entry entry = { .csr = NULL };

    assert_done(lc_answer_error(answer, &entry, &err));
    note("%s %lld\n", scenario_name(&scenarios, entry.csr), (long long)entry.code);
}

static bool list(struct lc_provider *provider, const struct lc_tls_hook *hook,
                 const struct call_row *row, struct lc_err *why)
{
    struct lc_provider_cursor cursor = { 0 };
    struct lc_provider_item item;

    if (!lc_provider_look(provider, hook, why))
        return false;
    while (lc_provider_next(provider, row->list, row->relation_id, &cursor, &item)) {
        note("%s ", strchr(item.request.relation_id, ':') + 1);
        if (item.certificate != NULL)
            note_certificate(item.certificate);
        else if (item.error != NULL)
            note_error(item.error);
        else
            note("%s %s\n", scenario_name(&scenarios, lc_csr_pem(item.request.csr)),
                 item.request.ca ? "true" : "false");
    }
    return true;
}

static void fill_decision(const struct call_row *row, struct lc_decision *out)
{
    if (row->action == DENY) {
        assert_done(lc_decision_deny(out, row->code, row->is_long ? "later" : "no IPs",
                                     row->is_long ? "r" : NULL, &err));
        out->provider = row->is_long ? lc_strdup("p") : NULL;
        out->endpoint = row->is_long ? lc_strdup("e") : NULL;
        return;
    }
    out->kind = LC_DECISION_ISSUE;
    out->certificate = vector_cert(scenario_pem(&scenarios, row->certificate));
    out->ca = vector_cert(scenario_pem(&scenarios, "root"));
    for (size_t i = 0; row->chain[i] != NULL; i++) {
        LC_AUTO(lc_cert_unref)
        struct lc_cert *link = vector_cert(scenario_pem(&scenarios, row->chain[i]));
        assert_done(lc_chain_add(&out->chain, link, &err));
    }
}

static bool act(struct tls_provider_unit *unit, struct lc_provider *provider,
                const struct lc_tls_hook *hook, struct lc_err *why)
{
    const struct call_row *row = unit->act_context;
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(scenario_pem(&scenarios, "csrA"));

    if (row->action == LIST)
        return list(provider, hook, row, why);
    if (row->action == REVOKE_ALL)
        return lc_provider_revoke(provider, hook, NULL, NULL, why);
    fill_decision(row, &decision);
    return lc_provider_answer(provider, hook,
                              row->relation_id == NULL ? "certificates:9" : row->relation_id, csr,
                              &decision, why);
}

static bool run(struct tls_provider_unit *unit, const struct lc_json *vector)
{
    const char *event = vector_text(vector, "event");
    const bool is_call = scenario_is_call(event);
    const bool is_relation = strncmp(event, "relation_", 9) == 0;
    LC_AUTO(lc_free)
    char *hook_name = is_call ? lc_strdup("secret-changed")
                              : scenario_hook_name(is_relation ? "certificates-" : "", event);

    unit->act_context = is_call ? (void *)(uintptr_t)call_of(vector) : NULL;
    unit->act = is_call ? act : NULL;
    if (is_relation)
        fake_juju_relation_hook(unit->fake, hook_name, "certificates:9",
                                strcmp(event, "relation_created") == 0 ? NULL : "req9/0");
    else
        fake_juju_hook(unit->fake, hook_name);
    err = (struct lc_err)LC_ERR_INIT;
    return tls_provider_run(unit, &err);
}

/* --- after -------------------------------------------------------------------------------------
 */

static void check_key(struct fake_juju *fake, const struct lc_json *after, const char *key,
                      const char *ours)
{
    char id[64];

    (void)snprintf(id, sizeof(id), "certificates:%lld", number_of(after));
    if (ours == NULL || number_of(after) != 9) {
        scenario_check_text(&scenarios, fake, id, "ca", key, lc_json_get(after, "app_databag"));
        return;
    }
    LC_AUTO(lc_free) char *wanted = scenario_expand(&scenarios, ours, true);
    const char *got = fake_juju_data(fake, id, "ca", key);
    assert_string_equal(got == NULL ? "" : got, wanted);
}

static void check_bags(struct fake_juju *fake, const struct lc_json *vector,
                       const struct difference *difference)
{
    /* Of a hook that failed the vector has no databags: ours are all in the table. */
    const struct lc_json *after = lc_json_get(vector, "after");
    const struct lc_json *relations = after == NULL ? lc_json_get(vector, "before") : after;

    for (size_t i = 0; i < lc_json_count(relations); i++) {
        const struct lc_json *relation = lc_json_at(relations, i);
        check_key(fake, relation, LC_KEY_CERTIFICATES, difference->certificates);
        check_key(fake, relation, LC_KEY_ERRORS, difference->request_errors);
        check_key(fake, relation, LC_KEY_CAPABILITIES, difference->capabilities);
    }
}

/* What the vector's call returned: a list, or { raised, value }. */
static void render_wanted(const struct lc_json *returns, struct lc_buf *out)
{
    const struct lc_json *items = lc_json_type(returns) == LC_JSON_OBJECT
                                      ? lc_json_get(returns, "value")
                                      : returns;

    for (size_t i = 0; i < lc_json_count(items); i++) {
        const struct lc_json *item = lc_json_at(items, i);
        const char *certificate = lc_json_get_string(item, "certificate");
        lc_buf_printf(out, "%lld %s ", number_of(item), vector_text(item, "csr"));
        if (certificate != NULL)
            lc_buf_printf(out, "%s %s\n", certificate,
                          lc_json_boolean(lc_json_get(item, "revoked")) ? "revoked" : "-");
        else if (lc_json_get(item, "code") != NULL)
            lc_buf_printf(out, "%lld\n", (long long)lc_json_integer(lc_json_get(item, "code")));
        else
            lc_buf_puts(out, lc_json_boolean(lc_json_get(item, "is_ca")) ? "true\n" : "false\n");
    }
}

static void check_scenario(void **state)
{
    const struct lc_json *vector = *state;
    const struct difference *difference = difference_of(vector);
    const struct lc_json *before = lc_json_get(vector, "before");
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(4096);
    struct tls_provider_unit unit;

    *returned = '\0';
    tls_provider_init(&unit);
    unit.decision = LC_DECISION_DEFER; /* the library issues nothing by itself */
    fake_juju_lead(unit.fake, lc_json_boolean(lc_json_get(vector, "leader")));
    set_capabilities(&unit.capabilities, lc_json_get(vector, "capabilities"));
    for (size_t i = 0; i < lc_json_count(before); i++)
        add_relation(unit.fake, lc_json_at(before, i));
    const bool done = run(&unit, vector);
    if (done != (difference->code == LC_OK) || (!done && err.code != difference->code))
        fail_msg("%s: %s", lc_code_name(err.code), err.message);
    if (difference->returns != NULL)
        lc_buf_puts(&wanted, difference->returns);
    else
        render_wanted(lc_json_get(vector, "returns"), &wanted);
    assert_string_equal(returned, wanted.data);
    check_bags(unit.fake, vector, difference);
    if (strcmp(vector_text(vector, "name"), "issue with another key in the own databag") == 0)
        assert_string_equal(fake_juju_data(unit.fake, "certificates:9", "ca", "other"), "value");
    tls_provider_release(&unit);
}

/* --- items of the checklist that a scenario shows ------------------------------------------------
 */

struct item {
    const char *number;
    const char *scenario;
};

static const struct item items[] = {
    { "PROV-001", "issue, not leader" },
    { "PROV-001", "deny, not leader" },
    { "PROV-001", "revoke_all, not leader" },
    { "PROV-001", "not leader" },
    { "PROV-002", "get_certificate_requests" },
    { "PROV-002", "get_certificate_requests of one relation" },
    { "PROV-004", "CSR gone" },
    { "PROV-004", "CSR gone, revoked certificate" },
    { "PROV-004", "clean-up and capabilities on relation_created" },
    { "PROV-004", "clean-up and capabilities on relation_joined" },
    { "PROV-004", "clean-up and capabilities on relation_changed" },
    { "PROV-004", "clean-up and capabilities on update_status" },
    { "PROV-005", "CSR gone, one of two" },
    { "PROV-006", "get_unsolicited_certificates" },
    { "PROV-007", "get_outstanding_certificate_requests" },
    { "PROV-008", "outstanding: revoked certificate" },
    { "PROV-008", "outstanding: certificate with another public key" },
    { "PROV-009", "outstanding: denied CSR" },
    { "PROV-010", "get_issued_certificates" },
    { "PROV-010", "get_provider_certificates" },
    { "PROV-011", "get_provider_certificate_errors" },
    { "PROV-012", "issue" },
    { "PROV-013", "issue another certificate for the same CSR" },
    { "PROV-014", "issue after a denial" },
    { "PROV-014", "deny after issuing" },
    { "PROV-015", "deny again with another reason" },
    { "PROV-016", "issue the same certificate again" },
    { "PROV-017", "issue with the chain in a wrong order" },
    { "PROV-018", "revoke_all" },
    { "PROV-019", "issue after revoke_all" },
    { "PROV-020", "capabilities on two relations" },
    { "PROV-020", "clean-up and capabilities on relation_changed" },
    { "PROV-021", "capabilities unchanged" },
    { "PROV-021", "capabilities changed" },
    { "PROV-021", "capabilities no longer given" },
    { "PROV-022", "issue keeps capabilities" },
    { "PROV-025", "one unreadable CSR" },
    { "PROV-026", "requirer databag is not JSON" },
    { "PROV-027", "CSR gone, its error stays" },
    { "PROV-028", "CSR only on another relation" },
    { "PROV-028",
      "outstanding: certificate issued on another relation for the same CSR, all relations" },
    { "PROV-029", "two entries for one CSR, then issue" },
    { "PROV-030", "issue with an empty chain" },
    { "PROV-031", "issue for a relation that is not there" },
    { "PROV-032", "issue while the own databag is not JSON" },
    { "PROV-032", "capabilities while the own databag is not JSON" },
    { "PROV-033", "issue while an own error entry has an unreadable CSR" },
    { "PROV-034", "nothing on config_changed" },
    { "PROV-034", "nothing on upgrade_charm" },
    { "PROV-034", "nothing on leader_elected" },
    { "PROV-035", "get_provider_certificates, not leader" },
    { "PROV-035", "get_provider_certificate_errors, not leader" },
    { "PROV-035", "get_unsolicited_certificates, not leader" },
    { "WIRE-014", "capabilities without a field" },
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

static void check_table(void)
{
    const struct lc_json *cases = scenarios_cases(&scenarios);
    size_t found = 0;

    for (size_t i = 0; i < lc_json_count(cases); i++)
        found += difference_of(lc_json_at(cases, i))->name != NULL;
    if (found != LC_COUNT(differences) || lc_json_count(cases) != 66)
        vector_broken("a difference without its scenario, or not 66 scenarios", NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    scenarios_load(&scenarios, "provider-scenarios.json");
    check_table();
    const struct lc_json *cases = scenarios_cases(&scenarios);
    for (size_t i = 0; i < lc_json_count(cases); i++) {
        const struct lc_json *vector = lc_json_at(cases, i);
        const char *why = difference_of(vector)->why;
        suite_addf(&suite, check_scenario, (void *)(uintptr_t)vector,
                   "scenario: provider: %s%s%s%s", vector_text(vector, "name"),
                   why == NULL ? "" : " (ours: ", why == NULL ? "" : why, why == NULL ? "" : ")");
    }
    for (size_t i = 0; i < LC_COUNT(items); i++)
        suite_addf(&suite, check_scenario, (void *)(uintptr_t)scenario_of(items[i].scenario),
                   "%s as in the scenario: %s", items[i].number, items[i].scenario);
    const int status = suite_run(&suite, "provider scenarios");
    lc_json_free(scenarios.json);
    return status;
}
