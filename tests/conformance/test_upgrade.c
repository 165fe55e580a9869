/* The refresh from v3 to v4 (tls-certificates part 5): the flows of upgrade-v3-v4.json, each hook
 * of requirer and provider, with the databags compared byte for byte and the secrets by name. The
 * CSR, key and certificate that the library made in a flow are replaced by those that we made; what
 * else differs is in the table `ours`. */
#include "requirer_render.h"

#define PROVIDER "prov"

/* --- what differs, on purpose ------------------------------------------------------------------
 */

/* v3's secret goes with its successor (UPG-017); a unit's databag is cleaned when the application
 * asks (UPG-021); an unchanged certificate is announced once (REQ-068). */
struct flow_row {
    const char *name;
    const char *flow;
    bool adopts;       /* the key is adopted from a file's text, not given in each hook */
    bool cleans_units; /* UPG-021 */
};

static const struct flow_row flow_rows[] = {
    { .name = "UPG-003 UPG-004 UPG-005 UPG-014 UPG-016 UPG-017 no key supplied",
      .flow = "no key supplied" },
    { .name = "UPG-006 UPG-014 key supplied, same attributes",
      .flow = "key supplied, same attributes" },
    { .name = "UPG-006 UPG-014 UPG-019 UPG-020 key adopted, same attributes",
      .flow = "key supplied, same attributes",
      .adopts = true },
    { .name = "UPG-007 UPG-014 key supplied, other attributes",
      .flow = "key supplied, other attributes" },
    { .name = "UPG-007 UPG-014 UPG-019 key adopted, other attributes",
      .flow = "key supplied, other attributes",
      .adopts = true },
    { .name = "UPG-008 UPG-014 no key supplied, request still pending",
      .flow = "no key supplied, request still pending at refresh" },
    { .name = "UPG-008 UPG-014 key supplied, request still pending",
      .flow = "key supplied, request still pending at refresh" },
    { .name = "UPG-008 UPG-014 UPG-019 key adopted, request still pending",
      .flow = "key supplied, request still pending at refresh",
      .adopts = true },
    { .name = "UPG-014 UPG-021 v4 in APP mode", .flow = "v4 in APP mode", .cleans_units = true },
    { .name = "UPG-014 UPG-021 v4 in APP mode, key supplied",
      .flow = "v4 in APP mode, key supplied",
      .cleans_units = true },
    { .name = "UPG-006 UPG-014 an empty organization in v3, key supplied",
      .flow = "v3 CSR with organization given as an empty string, key supplied" },
    { .name = "UPG-014 UPG-020 an empty organization in v3, key adopted",
      .flow = "v3 CSR with organization given as an empty string, key supplied",
      .adopts = true },
};

/* --- the world ----------------------------------------------------------------------------------
 */

struct refresh {
    const struct flow_row *row;
    const struct lc_json *flow;
    bool is_app;
    struct tls_unit unit;
    struct tls_provider_unit provider;
    struct lc_attrs attrs; /* of the one request */
    struct lc_key *v3_key; /* NULL: not supplied */
    char *made[3];         /* texts of our own that stand in for the library's; owned */
    size_t made_count;
    bool adopt_asked;
};

static struct lc_json *vectors;

static const struct lc_json *flow_of(const char *name)
{
    const struct lc_json *flows = lc_json_get(vectors, "flows");

    for (size_t i = 0; i < lc_json_count(flows); i++)
        if (strcmp(vector_text(lc_json_at(flows, i), "name"), name) == 0)
            return lc_json_at(flows, i);
    vector_broken(name, NULL);
    return NULL;
}

static const struct lc_json *step_of(const struct refresh *refresh, size_t number)
{
    return lc_json_at(lc_json_get(refresh->flow, "steps"), number);
}

/* The flow's objects by name, those of its own v4 included until ours are known. */
static void name_objects(const struct lc_json *flow)
{
    const struct lc_json *value;
    const char *name;
    void *at = NULL;

    scenarios = (struct scenarios){ .count = 0 };
    while (lc_json_next(lc_json_get(flow, "objects"), &at, &name, &value)) {
        struct scenario_object *object = &scenarios.objects[scenarios.count++];
        object->name = name;
        object->pem = lc_json_string(value);
        if (strstr(object->pem, "CERTIFICATE REQUEST") == NULL)
            continue;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(object->pem);
        memcpy(object->hash, lc_csr_hash(csr), sizeof(object->hash));
    }
}

/* From here on the name stands for what we made. */
static void rename_object(struct refresh *refresh, const char *name, const char *pem)
{
    for (size_t i = 0; i < scenarios.count; i++) {
        struct scenario_object *object = &scenarios.objects[i];
        if (strcmp(object->name, name) != 0)
            continue;
        assert_string_not_equal(object->pem, pem);
        char *copy = lc_strdup(pem);
        assert_non_null(copy);
        refresh->made[refresh->made_count++] = copy;
        object->pem = copy;
        if (strstr(pem, "CERTIFICATE REQUEST") == NULL)
            return;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(copy);
        memcpy(object->hash, lc_csr_hash(csr), sizeof(object->hash));
        return;
    }
    fail_msg("the flow has no '%s', but we made one", name);
}

static bool ask(void *context, const struct lc_capabilities *capabilities,
                struct lc_tls_requests *out, struct lc_err *why)
{
    const struct refresh *refresh = context;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    (void)capabilities;
    return lc_attrs_copy(&attrs, &refresh->attrs, why) &&
           lc_tls_requests_take(out, NULL, refresh->is_app ? LC_TLS_APP : LC_TLS_UNIT, &attrs, why);
}

static bool adopt(void *context, enum lc_tls_scope scope, struct lc_adopt *out, struct lc_err *why)
{
    struct refresh *refresh = context;

    (void)scope;
    (void)why;
    refresh->adopt_asked = true;
    out->key = lc_key_ref(refresh->v3_key);
    return true;
}

static void add_secrets(struct refresh *refresh, const struct lc_json *list)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const char *owner = strcmp(vector_text(item, "owner"), "unit") == 0 ? UNIT : "req";
        LC_AUTO(lc_secret_content_release)
        struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
        const struct lc_json *value;
        const char *key;
        void *at = NULL;
        while (lc_json_next(lc_json_get(item, "content"), &at, &key, &value)) {
            LC_AUTO(lc_free)
            char *text = scenario_expand(&scenarios, lc_json_string(value), false);
            assert_done(lc_secret_content_set(&content, key, text, strlen(text), &err));
        }
        const bool expires = lc_json_get_string(item, "expire") != NULL;
        const struct lc_secret_spec spec = { .label = vector_text(item, "label"),
                                             .expire_s = expires ? vector_time(item, "expire") : 0,
                                             .content = &content };
        (void)fake_juju_add_secret(refresh->unit.fake, owner, &spec);
    }
}

static void copy_bag(struct fake_juju *from, const char *from_who, struct fake_juju *to,
                     const char *to_who, const char *key)
{
    const char *text = fake_juju_data(from, RELATION, from_who, key);

    fake_juju_put(to, RELATION, to_who, key, text == NULL ? "" : text);
}

static void set_up(struct refresh *refresh, const struct flow_row *row, size_t step)
{
    *refresh = (struct refresh){ .row = row, .flow = flow_of(row->flow), .attrs = LC_ATTRS_INIT };
    const struct lc_json *before = step_of(refresh, step);
    const struct lc_json *request = lc_json_at(lc_json_get(refresh->flow, "v4_requests"), 0);

    name_objects(refresh->flow);
    refresh->is_app = strcmp(vector_text(refresh->flow, "v4_mode"), "APP") == 0;
    if (lc_json_boolean(lc_json_get(refresh->flow, "v4_supplied_key")))
        refresh->v3_key = vector_key(vector_text(refresh->flow, "v3_private_key_pem"));
    assert_done(vector_attrs(request, &refresh->attrs, &err));
    refresh->unit = (struct tls_unit){ .fake = fake_juju_new(UNIT), .log = LC_STRLIST_INIT };
    refresh->unit.options = (struct lc_requirer_options){
        .endpoint = "certificates",
        .mode = refresh->is_app ? LC_TLS_MODE_APP : LC_TLS_MODE_UNIT,
        .private_key = row->adopts ? NULL : refresh->v3_key,
        .adopt = row->adopts ? adopt : NULL,
        .ask = ask,
        .ask_context = refresh,
    };
    fake_juju_set_time(refresh->unit.fake, vector_time(refresh->flow, "clock_v4"));
    fake_juju_lead(refresh->unit.fake, true);
    fake_juju_relate(refresh->unit.fake, RELATION, PROVIDER);
    fake_juju_join(refresh->unit.fake, RELATION, PROVIDER "/0");
    scenario_put_bag(&scenarios, refresh->unit.fake, RELATION, UNIT,
                     lc_json_get(before, "unit_databag"));
    scenario_put_bag(&scenarios, refresh->unit.fake, RELATION, "req",
                     lc_json_get(before, "app_databag"));
    scenario_put_bag(&scenarios, refresh->unit.fake, RELATION, PROVIDER,
                     lc_json_get(before, "provider_app_databag"));
    add_secrets(refresh, lc_json_get(before, "secrets"));
    tls_provider_init(&refresh->provider);
    fake_juju_set_time(refresh->provider.fake, vector_time(refresh->flow, "clock_v4"));
    fake_juju_relate(refresh->provider.fake, RELATION, "req");
    fake_juju_join(refresh->provider.fake, RELATION, UNIT);
    copy_bag(refresh->unit.fake, PROVIDER, refresh->provider.fake, "ca", LC_KEY_CERTIFICATES);
}

static void tear_down(struct refresh *refresh)
{
    for (size_t i = 0; i < refresh->made_count; i++)
        lc_free(refresh->made[i]);
    lc_attrs_release(&refresh->attrs);
    lc_key_unref(refresh->v3_key);
    tls_provider_release(&refresh->provider);
    tls_unit_release(&refresh->unit);
}

/* --- hooks --------------------------------------------------------------------------------------
 */

/* relation-changed at the provider, and its databag to us. */
static void run_provider(struct refresh *refresh, enum lc_decision_kind decision)
{
    copy_bag(refresh->unit.fake, UNIT, refresh->provider.fake, UNIT, LC_KEY_REQUESTS);
    copy_bag(refresh->unit.fake, "req", refresh->provider.fake, "req", LC_KEY_REQUESTS);
    refresh->provider.decision = decision;
    tls_provider_changed(&refresh->provider, RELATION, UNIT);
    copy_bag(refresh->provider.fake, "ca", refresh->unit.fake, PROVIDER, LC_KEY_CERTIFICATES);
}

/* The last request of the one that asks, and our key: what the library made in this flow. */
static void name_ours(struct refresh *refresh)
{
    const char *who = refresh->is_app ? "req" : UNIT;
    LC_AUTO(lc_free) char *csr = tls_request_at(refresh->unit.fake, who, 0);
    const char *label = refresh->is_app ? TLS_LIBID "-private-key-app-certificates"
                                        : TLS_LIBID "-private-key-0-certificates";
    const char *key = fake_juju_secret_text(refresh->unit.fake, label, "private-key");

    if (strcmp(scenario_name(&scenarios, csr), "new") == 0)
        rename_object(refresh, "v4 CSR 1", csr);
    if (key != NULL && strcmp(scenario_name(&scenarios, key), "new") == 0)
        rename_object(refresh, "v4 key 1", key);
}

static void load_answers(struct refresh *refresh, struct lc_certificate_entries *out)
{
    const struct lc_strmap *bag = fake_juju_bag(refresh->unit.fake, RELATION, PROVIDER);

    if (bag != NULL)
        assert_done(lc_databag_load_certificates(bag, PROVIDER, NULL, out, &err));
}

static void name_certificate(struct refresh *refresh)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;

    load_answers(refresh, &entries);
    for (size_t i = 0; i < entries.count; i++)
        if (strcmp(scenario_name(&scenarios, entries.items[i].certificate), "new") == 0)
            rename_object(refresh, "v4 certificate 1", entries.items[i].certificate);
}

/* --- compared -----------------------------------------------------------------------------------
 */

/* Byte for byte. The chain and the CA of what our provider issues are the vectors' own CA. */
static void check_bag(struct refresh *refresh, const char *who, const char *key,
                      const struct lc_json *bag, bool is_cleaned)
{
    const char *wanted = is_cleaned ? NULL : lc_json_get_string(bag, key);
    const char *got = fake_juju_data(refresh->unit.fake, RELATION, who, key);
    LC_AUTO(lc_free) char *text = scenario_expand(&scenarios, wanted == NULL ? "" : wanted, true);

    assert_string_equal(got == NULL ? "" : got, text);
}

static void check_provider_bag(struct refresh *refresh, const struct lc_json *step)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    const struct lc_json *in_words = lc_json_get(step, "in_words");
    const struct lc_json *wanted = lc_json_get(lc_json_get(in_words, "provider"), "certificates");
    size_t place = 0;

    load_answers(refresh, &entries);
    for (size_t i = 0; i < lc_json_count(wanted); i++) {
        const struct lc_json *item = lc_json_at(wanted, i);
        const bool is_old = strcmp(vector_text(item, "csr"), "v3 CSR") == 0;
        if (is_old && refresh->row->cleans_units)
            continue; /* its request is gone */
        assert_true(place < entries.count);
        const struct lc_certificate_entry *entry = &entries.items[place++];
        assert_string_equal(scenario_name(&scenarios, entry->csr), vector_text(item, "csr"));
        assert_string_equal(scenario_name(&scenarios, entry->certificate),
                            vector_text(item, "certificate"));
        assert_false(entry->revoked);
    }
    assert_int_equal(place, entries.count);
}

/* The vector's labels quote its own CSR's hash. */
static const char *vector_hash_name(const struct refresh *refresh, const char *hash)
{
    const struct lc_json *value;
    const char *name;
    void *at = NULL;

    while (lc_json_next(lc_json_get(refresh->flow, "objects"), &at, &name, &value)) {
        if (strstr(lc_json_string(value), "CERTIFICATE REQUEST") == NULL)
            continue;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(lc_json_string(value));
        if (strcmp(lc_csr_hash(csr), hash) == 0)
            return name;
    }
    return hash;
}

/* "LIBID-certificate-0-certificates-HASH" with the CSR's name for the hash. */
static void put_secret_line(struct lc_strlist *lines, const char *label, const char *csr_name,
                            const char *owner)
{
    const char *dash = strrchr(label, '-');
    const bool has_hash = dash != NULL && strlen(dash) == LC_SHA256_HEX;

    assert_done(lc_strlist_addf(lines, &err, "%.*s%s %s",
                                (int)(has_hash ? (size_t)(dash + 1 - label) : strlen(label)), label,
                                has_hash ? csr_name : "", owner));
}

static bool is_v3_label(const char *label)
{
    return strlen(label) == strlen(TLS_LIBID) + LC_SHA256_HEX;
}

static void list_wanted(const struct refresh *refresh, const struct lc_json *list, bool has_new,
                        struct lc_strlist *lines)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const char *label = vector_text(item, "label");
        const char *dash = strrchr(label, '-');
        if (has_new && is_v3_label(label))
            continue; /* UPG-017 */
        put_secret_line(lines, label, vector_hash_name(refresh, dash == NULL ? "" : dash + 1),
                        vector_text(item, "owner"));
    }
    /* What is given in each hook is not stored; what is adopted is. */
    if (refresh->row->adopts)
        put_secret_line(lines, TLS_LIBID "-private-key-0-certificates", "", "unit");
    lc_strlist_sort(lines);
}

static void list_got(const struct refresh *refresh, struct lc_strlist *lines)
{
    struct lc_fake_secret view;

    for (size_t i = 0; fake_juju_secret_at(refresh->unit.fake, i, &view); i++) {
        const char *dash = strrchr(view.label, '-');
        put_secret_line(lines, view.label, scenario_hash_name(&scenarios, dash + 1),
                        strcmp(view.owner, UNIT) == 0 ? "unit" : "app");
    }
    lc_strlist_sort(lines);
}

static void join_lines(const struct lc_strlist *lines, struct lc_buf *out)
{
    for (size_t i = 0; i < lines->count; i++)
        lc_buf_printf(out, "%s\n", lines->items[i]);
}

static bool has_certificate_secret(const struct lc_json *list)
{
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (strstr(vector_text(lc_json_at(list, i), "label"), "-certificate-") != NULL)
            return true;
    return false;
}

static void check_secrets(struct refresh *refresh, const struct lc_json *step)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist wanted = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist got = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf wanted_text = LC_BUF_INIT(1u << 16);
    LC_AUTO(lc_buf_release) struct lc_buf got_text = LC_BUF_INIT(1u << 16);
    const struct lc_json *list = lc_json_get(step, "secrets");

    list_wanted(refresh, list, has_certificate_secret(list), &wanted);
    list_got(refresh, &got);
    join_lines(&wanted, &wanted_text);
    join_lines(&got, &got_text);
    assert_string_equal(got_text.data, wanted_text.data);
}

static void check_step(struct refresh *refresh, size_t number)
{
    const struct lc_json *step = step_of(refresh, number);

    check_bag(refresh, UNIT, LC_KEY_REQUESTS, lc_json_get(step, "unit_databag"),
              refresh->row->cleans_units);
    check_bag(refresh, "req", LC_KEY_REQUESTS, lc_json_get(step, "app_databag"), false);
    check_provider_bag(refresh, step);
    check_secrets(refresh, step);
}

/* The library announces in each hook, we what is new: so the events of `steps` count once. */
static void check_events(struct refresh *refresh, const char *certificate)
{
    const struct tls_unit *unit = &refresh->unit;

    assert_int_equal(unit->event_count, certificate == NULL ? 0 : 1);
    if (certificate == NULL)
        return;
    assert_int_equal(unit->events[0].kind, LC_REQUIRER_AVAILABLE);
    assert_string_equal(scenario_name(&scenarios, lc_cert_pem(unit->events[0].pair.certificate)),
                        certificate);
    assert_non_null(unit->events[0].pair.key);
    assert_true(lc_cert_matches_key(unit->events[0].pair.certificate, unit->events[0].pair.key));
}

/* --- a flow -------------------------------------------------------------------------------------
 */

enum { BEFORE, UPGRADE_CHARM, REFRESH_EVENT, CLEANED, ISSUED, ARRIVED };

static bool is_kept(void)
{
    return scenario_pem(&scenarios, "v4 certificate 1") == NULL;
}

static void check_flow(void **state)
{
    struct refresh refresh;

    set_up(&refresh, *state, BEFORE);
    tls_hook(&refresh.unit, "upgrade-charm");
    name_ours(&refresh);
    check_events(&refresh, is_kept() ? "v3 certificate" : NULL);
    /* The library waits for an event that its author has named: what it does then is done here. In
     * the provider's databag nothing has happened yet. */
    refresh.row->cleans_units ? (void)0 : check_step(&refresh, REFRESH_EVENT);
    assert_true(refresh.adopt_asked == refresh.row->adopts);
    refresh.adopt_asked = false;

    tls_hook(&refresh.unit, "config-changed");
    assert_int_equal(fake_juju_count(refresh.unit.fake, "relation-set"), 0);
    assert_int_equal(refresh.unit.event_count, 0);

    run_provider(&refresh, LC_DECISION_DEFER);
    check_step(&refresh, CLEANED);
    run_provider(&refresh, LC_DECISION_ISSUE);
    name_certificate(&refresh);
    check_step(&refresh, ISSUED);

    tls_changed(&refresh.unit);
    check_events(&refresh, is_kept() ? NULL : "v4 certificate 1");
    check_step(&refresh, ARRIVED);
    assert_false(refresh.adopt_asked); /* our secret has it (UPG-019) */
    tear_down(&refresh);
}

/* UPG-023: where the Python library has come to, ours goes on: nothing is asked for anew. What v3
 * left is still there, and goes when it expires (UPG-018). */
static void check_taken_over(void **state)
{
    struct refresh refresh;

    set_up(&refresh, *state, ARRIVED);
    const size_t secrets = fake_juju_secret_count(refresh.unit.fake);
    tls_hook(&refresh.unit, "upgrade-charm");
    check_bag(&refresh, UNIT, LC_KEY_REQUESTS,
              lc_json_get(step_of(&refresh, ARRIVED), "unit_databag"), false);
    assert_int_equal(fake_juju_count(refresh.unit.fake, "relation-set"), 0);
    assert_int_equal(fake_juju_count(refresh.unit.fake, "secret-add"), 0);
    assert_int_equal(fake_juju_secret_count(refresh.unit.fake), secrets);
    check_events(&refresh, "v4 certificate 1");
    tear_down(&refresh);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    vectors = vector_load("upgrade-v3-v4.json");
    SUITE_ROWS(&suite, flow_rows, check_flow);
    suite_add(&suite, "UPG-023 a charm of the Python library goes on with ours", check_taken_over,
              (void *)(uintptr_t)&flow_rows[0]);
    const int status = suite_run(&suite, "upgrade");
    lc_json_free(vectors);
    return status;
}
