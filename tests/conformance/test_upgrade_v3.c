/* What v3 leaves behind and what it understands: its requests, keys, certificates and secrets as
 * its own functions wrote them (v3-requirer.json, v3-provider.json, v3-interop.json), read by ours,
 * and ours held against what v3 checks. */
#include "base/file.h"
#include "folder.h"
#include "scenario_vectors.h"
#include "tls_world.h"

static struct lc_err err;
static struct lc_json *requirer_vectors;
static struct lc_json *provider_vectors;
static struct lc_json *interop_vectors;

#define UNIT_KEY TLS_LIBID "-private-key-0-certificates"

static const struct tls_wish one[] = { { .common_name = "web.example.com",
                                         .dns = "web.example.com" } };

/* --- v3's samples -------------------------------------------------------------------------------
 */

static bool ask_sample(void *context, const struct lc_capabilities *capabilities,
                       struct lc_tls_requests *out, struct lc_err *why)
{
    const struct lc_json *sample = context;
    const struct lc_json *v4 = lc_json_get(sample, "v4");
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    (void)capabilities;
    return vector_attrs(lc_json_get(v4, "attributes_with_the_same_values"), &attrs, why) &&
           lc_tls_requests_take(out, NULL, LC_TLS_UNIT, &attrs, why);
}

/* v3's databags, answer and secret of a sample, on a unit that has been refreshed. */
static void set_up_sample(struct tls_unit *unit, const struct lc_json *sample)
{
    const struct lc_json *after = lc_json_get(sample, "requirer_after_certificate");
    const struct lc_json *secret = lc_json_get(after, "certificate_secret");
    const struct lc_json *content = lc_json_get(secret, "content");

    tls_unit_init(unit, "web/0", one, LC_COUNT(one));
    unit->options.ask = ask_sample;
    unit->options.ask_context = (void *)(uintptr_t)sample;
    fake_juju_set_time(unit->fake, FAKE_JUJU_START_S + 40 * TLS_DAY_S);
    fake_juju_put(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS,
                  vector_text(lc_json_get(sample, "requirer_unit_databag"), LC_KEY_REQUESTS));
    fake_juju_put(unit->fake, TLS_RELATION, "ca", LC_KEY_CERTIFICATES,
                  vector_text(lc_json_get(sample, "provider_app_databag"), LC_KEY_CERTIFICATES));
    (void)fake_juju_add_secret_text(unit->fake, "web/0", vector_text(secret, "label"),
                                    "certificate", vector_text(content, "certificate"));
}

/* The library differs on one sample: "" is a value to it (X509-040). */
static bool is_equal_for_us(const struct lc_json *sample)
{
    const struct lc_json *v4 = lc_json_get(sample, "v4");
    const struct lc_json *attrs = lc_json_get(v4, "attributes_with_the_same_values");
    const char *organization = lc_json_get_string(attrs, "organization");

    return lc_json_boolean(lc_json_get(v4, "csr_equals_attributes")) ||
           (organization != NULL && *organization == '\0');
}

/* The key as v3's function returns it: PKCS#1 with a newline at the end (UPG-009). */
static void sample_is_kept(void **state)
{
    const struct lc_json *sample = *state;
    LC_AUTO(lc_key_unref)
    struct lc_key *key = vector_key(vector_text(sample, "private_key_as_returned"));
    struct tls_unit unit;

    set_up_sample(&unit, sample);
    unit.options.private_key = key;
    tls_hook(&unit, "upgrade-charm");
    assert_true(is_equal_for_us(sample));
    assert_string_equal(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS),
                        vector_text(lc_json_get(sample, "requirer_unit_databag"), LC_KEY_REQUESTS));
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 1);
    assert_int_equal(fake_juju_secret_count(unit.fake), 1); /* v4's; v3's is gone */
    unit.options.private_key = NULL;
    tls_unit_release(&unit);
}

static void sample_equals_attributes(void **state)
{
    const struct lc_json *sample = *state;
    const struct lc_json *v4 = lc_json_get(sample, "v4");
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(vector_text(sample, "csr_as_returned"));
    LC_AUTO(lc_attrs_release) struct lc_attrs wanted = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs got = LC_ATTRS_INIT;

    assert_done(vector_attrs(lc_json_get(v4, "attributes_with_the_same_values"), &wanted, &err));
    assert_done(lc_attrs_normalise(&wanted, &err));
    assert_done(lc_csr_attrs(csr, lc_json_boolean(lc_json_get(sample, "is_ca")), &got, &err));
    assert_true(lc_attrs_equals(&got, &wanted) == is_equal_for_us(sample));
}

static void sample_is_replaced_without_its_key(void **state)
{
    const struct lc_json *sample = *state;
    struct tls_unit unit;

    set_up_sample(&unit, sample);
    tls_hook(&unit, "upgrade-charm");
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_null(strstr(vector_text(sample, "csr_as_returned"), csr));
    assert_int_equal(unit.event_count, 0); /* UPG-004 */
    assert_false(tls_assigned(&unit, NULL, &(struct lc_tls_pair)LC_TLS_PAIR_INIT));
    assert_int_equal(fake_juju_secret_count(unit.fake), 2); /* our key; v3's certificate stays */
    tls_unit_release(&unit);
}

/* --- adopting -----------------------------------------------------------------------------------
 */

struct adopt_row {
    const char *name;
    const char *file; /* content; NULL: no such place */
    const char *secret_fields[5];
    const char *peer_app; /* owner of the bag: "web" or "web/0" */
    const char *peer_fields[5];
    const char *password;
    enum lc_code fails; /* LC_OK: it does not */
    const char *says;   /* in the message, or the log */
    bool is_rotated;    /* a new key was made */
};

#define KEY    "${key}"
#define LOCKED "${locked}"

static const struct adopt_row adopt_rows[] = {
    { .name = "UPG-019 from a file", .file = KEY },
    { .name = "UPG-019 from an encrypted file", .file = LOCKED, .password = "banana" },
    { .name = "UPG-019 from a secret", .secret_fields = { "private-key", KEY } },
    { .name = "UPG-019 from an encrypted key in a secret",
      .secret_fields = { "private-key", LOCKED, "private-key-password", "banana" } },
    { .name = "UPG-019 from another field of a secret", .secret_fields = { "pem", KEY } },
    { .name = "UPG-019 from the application's peer databag",
      .peer_app = "web",
      .peer_fields = { "private_key", KEY } },
    { .name = "UPG-019 from the unit's peer databag",
      .peer_app = "web/0",
      .peer_fields = { "private_key", LOCKED, "private_key_password", "banana" } },
    { .name = "UPG-019 from key-HOST beside password-HOST",
      .peer_app = "web",
      .peer_fields = { "key-a.example.com", LOCKED, "password-a.example.com", "banana" } },
    { .name = "UPG-010 encrypted, and no password",
      .file = LOCKED,
      .fails = LC_EPASSWORD,
      .says = "cannot adopt the key in " },
    { .name = "UPG-010 encrypted, and another password",
      .secret_fields = { "private-key", LOCKED, "private-key-password", "apple" },
      .fails = LC_EPASSWORD,
      .says = "cannot adopt the key in secret 'v3-key'" },
    { .name = "nothing to adopt: a new key", .is_rotated = true },
    { .name = "no key in the file: a new key",
      .file = "-----BEGIN RSA PRIVATE KEY-----\nno\n-----END RSA PRIVATE KEY-----\n",
      .says = "nothing to adopt in ",
      .is_rotated = true },
};

struct adopting {
    const struct adopt_row *row;
    const char *path;
    unsigned asked;
};

static struct adopting adopting;

static bool adopt_places(void *context, enum lc_tls_scope scope, struct lc_adopt *out,
                         struct lc_err *why)
{
    const char *password = adopting.row->password;

    (void)context;
    (void)scope;
    adopting.asked++;
    out->file = lc_strdup(adopting.path);
    out->secret = lc_strdup("v3-key");
    out->peer = lc_strdup("replicas");
    assert_true(out->file != NULL && out->secret != NULL && out->peer != NULL);
    return password == NULL || lc_secret_set(&out->password, password, strlen(password), why);
}

static const char *expand(const struct lc_json *sample, const char *text)
{
    if (strcmp(text, KEY) == 0)
        return vector_text(sample, "private_key_as_returned");
    if (strcmp(text, LOCKED) == 0)
        return vector_text(lc_json_get(requirer_vectors, "private_key_with_password"), "pem");
    return text;
}

static void put_places(struct tls_unit *unit, const struct adopt_row *row,
                       const struct lc_json *sample)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .label = "v3-key", .content = &content };

    fake_juju_relate(unit->fake, "replicas:1", "web");
    if (row->file != NULL) {
        const char *text = expand(sample, row->file);
        assert_done(lc_file_write(adopting.path, text, strlen(text), 0600, &err));
    }
    for (size_t i = 0; row->secret_fields[i] != NULL; i += 2) {
        const char *value = expand(sample, row->secret_fields[i + 1]);
        assert_done(
            lc_secret_content_set(&content, row->secret_fields[i], value, strlen(value), &err));
    }
    if (content.count != 0)
        (void)fake_juju_add_secret(unit->fake, "web", &spec);
    for (size_t i = 0; row->peer_fields[i] != NULL; i += 2)
        fake_juju_put(unit->fake, "replicas:1", row->peer_app, row->peer_fields[i],
                      expand(sample, row->peer_fields[i + 1]));
}

static bool is_locked(const struct adopt_row *row)
{
    const char *const texts[] = { row->file, row->secret_fields[1], row->peer_fields[1] };

    for (size_t i = 0; i < LC_COUNT(texts); i++)
        if (texts[i] != NULL && strcmp(texts[i], LOCKED) == 0)
            return true;
    return false;
}

/* The password-protected key of the vectors is of no sample: its request is made here. */
static void ask_with_key(struct tls_unit *unit, const struct adopt_row *row,
                         const struct lc_json *sample)
{
    const char *pem = expand(sample, is_locked(row) ? LOCKED : KEY);
    LC_AUTO(lc_secret_release) struct lc_secret password = LC_SECRET_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries list = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 16);
    static const char *const whos[] = { "web/0", NULL };

    assert_done(lc_secret_set(&password, "banana", 6, &err));
    assert_done(lc_key_parse(pem, strlen(pem), &password, &key, &err));
    assert_done(vector_attrs(
        lc_json_get(lc_json_get(sample, "v4"), "attributes_with_the_same_values"), &attrs, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    assert_done(lc_request_entries_add(&list, lc_csr_pem(csr), false, &err));
    assert_done(lc_databag_dump_requests(&list, &text, &err));
    fake_juju_put(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS, text.data);
    tls_answer(unit->fake, TLS_RELATION, whos, FAKE_JUJU_START_S, 365 * TLS_DAY_S);
}

static void check_adopted(struct tls_unit *unit, const char *before)
{
    const struct adopt_row *row = adopting.row;
    LC_AUTO(lc_free)
    char *after = lc_strdup(fake_juju_data(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));

    assert_non_null(after);
    assert_true((strcmp(before, after) != 0) == row->is_rotated);
    assert_int_equal(tls_count_events(unit, LC_REQUIRER_AVAILABLE), row->is_rotated ? 0 : 1);
    assert_non_null(fake_juju_secret_text(unit->fake, UNIT_KEY, "private-key"));
    assert_int_equal(tls_count_log(unit, row->says == NULL ? "adopted" : row->says),
                     row->says == NULL && row->is_rotated ? 0 : 1);
    /* Once; later the place may be gone, and the option too (UPG-019, UPG-020). */
    assert_done(lc_file_remove(adopting.path, &err));
    tls_hook(unit, "config-changed");
    assert_int_equal(adopting.asked, 1);
    unit->options.adopt = NULL;
    tls_hook(unit, "upgrade-charm");
    assert_string_equal(fake_juju_data(unit->fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS), after);
}

static void check_adopt(void **state)
{
    const struct lc_json *sample = lc_json_at(lc_json_get(requirer_vectors, "samples"), 1);
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    struct tls_unit unit;

    adopting = (struct adopting){ .row = *state, .path = folder_file(folder, "v3.key") };
    set_up_sample(&unit, sample);
    unit.options.adopt = adopt_places;
    ask_with_key(&unit, *state, sample);
    put_places(&unit, *state, sample);
    LC_AUTO(lc_free)
    char *before = lc_strdup(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS));
    fake_juju_hook(unit.fake, "upgrade-charm");
    err = (struct lc_err)LC_ERR_INIT;
    const bool done = tls_unit_run(&unit, &err);
    if (adopting.row->fails != LC_OK) {
        assert_false(done);
        assert_failure(&err, adopting.row->fails, adopting.row->says);
        assert_string_equal(fake_juju_data(unit.fake, TLS_RELATION, "web/0", LC_KEY_REQUESTS),
                            before);
    } else {
        assert_true(done);
        check_adopted(&unit, before);
    }
    tls_unit_release(&unit);
}

static void key_with_password_is_refused(void **state)
{
    const struct lc_json *locked = lc_json_get(requirer_vectors, "private_key_with_password");
    const char *pem = vector_text(locked, "pem");
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    (void)state;
    assert_fails(lc_key_parse(pem, strlen(pem), NULL, &key, &err), LC_EPASSWORD, "password");
}

/* --- an expired certificate ---------------------------------------------------------------------
 */

static void expired_is_renewed_at_once(void **state)
{
    const struct lc_json *sample = lc_json_at(lc_json_get(requirer_vectors, "samples"), 1);
    LC_AUTO(lc_key_unref)
    struct lc_key *key = vector_key(vector_text(sample, "private_key_as_returned"));
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = LC_TLS_PAIR_INIT;
    struct tls_unit unit;

    (void)state;
    set_up_sample(&unit, sample);
    unit.options.private_key = key;
    fake_juju_set_time(unit.fake, FAKE_JUJU_START_S + 11 * 365 * TLS_DAY_S);
    tls_hook(&unit, "upgrade-charm");
    assert_int_equal(tls_count_events(&unit, LC_REQUIRER_AVAILABLE), 0);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    assert_int_equal(tls_request_count(unit.fake, "web/0"), 1);
    assert_null(strstr(vector_text(sample, "csr_as_returned"), csr));
    assert_false(tls_assigned(&unit, NULL, &pair));
    unit.options.private_key = NULL;
    tls_unit_release(&unit);
}

/* --- the two providers and requirers ------------------------------------------------------------
 */

/* v3's JSON schema of the provider's databag: `certificates` required, in each entry the four keys,
 * `chain` a list, `revoked` a boolean where it is there. */
static bool v3_takes_answers(const struct lc_strmap *bag)
{
    const char *text = bag == NULL ? NULL : lc_strmap_get(bag, LC_KEY_CERTIFICATES);
    static const char *const texts[] = { "certificate_signing_request", "certificate", "ca" };
    struct lc_json *json = NULL;
    bool good = text != NULL && lc_json_parse(text, strlen(text), 0, &json, &err) &&
                lc_json_type(json) == LC_JSON_ARRAY;

    for (size_t i = 0; good && i < lc_json_count(json); i++) {
        const struct lc_json *entry = lc_json_at(json, i);
        const struct lc_json *revoked = lc_json_get(entry, "revoked");
        for (size_t j = 0; j < LC_COUNT(texts); j++)
            good = good && lc_json_get_string(entry, texts[j]) != NULL;
        good = good && lc_json_type(lc_json_get(entry, "chain")) == LC_JSON_ARRAY &&
               (revoked == NULL || lc_json_type(revoked) == LC_JSON_BOOLEAN);
    }
    lc_json_free(json);
    return good;
}

/* And of the requirer's: `certificate_signing_requests` required, `ca` a boolean where it is. */
static bool v3_takes_requests(const struct lc_strmap *bag)
{
    const char *text = bag == NULL ? NULL : lc_strmap_get(bag, LC_KEY_REQUESTS);
    struct lc_json *json = NULL;
    bool good = text != NULL && lc_json_parse(text, strlen(text), 0, &json, &err) &&
                lc_json_type(json) == LC_JSON_ARRAY;

    for (size_t i = 0; good && i < lc_json_count(json); i++) {
        const struct lc_json *entry = lc_json_at(json, i);
        const struct lc_json *ca = lc_json_get(entry, "ca");
        good = lc_json_get_string(entry, "certificate_signing_request") != NULL &&
               (ca == NULL || lc_json_type(ca) == LC_JSON_BOOLEAN);
    }
    lc_json_free(json);
    return good;
}

static void read_bag(const struct lc_json *object, struct lc_strmap *out)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(object, &at, &key, &value))
        assert_done(lc_strmap_set(out, key, lc_json_string(value), &err));
}

/* The check above is v3's: what v3 took in the vectors it takes, and nothing else. */
static void check_is_v3s(void **state)
{
    const struct lc_json *vector = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    read_bag(lc_json_get(vector, "remote_app_databag"), &bag);
    assert_true(v3_takes_answers(&bag) == (lc_json_count(lc_json_get(vector, "events")) != 0));
}

static void our_answers_pass_v3(void **state)
{
    struct tls_provider_unit unit;
    static const int numbers[] = { 0, 1, -1 };
    static const int fewer[] = { 1, -1 };

    (void)state;
    tls_provider_init(&unit);
    unit.capabilities = (struct lc_capabilities){ .said = true, .supports_ip_sans = LC_NO };
    fake_juju_relate(unit.fake, "certificates:9", "web");
    fake_juju_join(unit.fake, "certificates:9", "web/0");
    tls_put_requests(unit.fake, "certificates:9", "web/0", numbers);
    tls_provider_changed(&unit, "certificates:9", "web/0");
    assert_true(v3_takes_answers(fake_juju_bag(unit.fake, "certificates:9", "ca")));
    tls_put_requests(unit.fake, "certificates:9", "web/0", fewer);
    tls_provider_changed(&unit, "certificates:9", "web/0");
    assert_true(v3_takes_answers(fake_juju_bag(unit.fake, "certificates:9", "ca")));
    tls_provider_release(&unit);
}

static void our_requests_pass_v3(void **state)
{
    static const struct tls_wish two[] = {
        { .common_name = "web.example.com", .dns = "web.example.com" },
        { .common_name = "our CA", .is_ca = true },
    };
    struct tls_unit unit;

    (void)state;
    tls_unit_init(&unit, "web/0", two, LC_COUNT(two));
    tls_changed(&unit);
    const struct lc_strmap *bag = fake_juju_bag(unit.fake, TLS_RELATION, "web/0");
    assert_true(v3_takes_requests(bag));
    assert_non_null(strstr(lc_strmap_get(bag, LC_KEY_REQUESTS), "\"ca\": false}"));
    assert_non_null(strstr(lc_strmap_get(bag, LC_KEY_REQUESTS), "\"ca\": true}"));
    tls_unit_release(&unit);
}

/* What v3 wrote in each case is read: as many certificates, revoked where it says so. */
static void v3_answers_are_read(void **state)
{
    const struct lc_json *vector = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;

    read_bag(lc_json_get(vector, "after"), &bag);
    const char *text = lc_strmap_get(&bag, LC_KEY_CERTIFICATES);
    const bool is_empty = text == NULL || strcmp(text, "[]") == 0;
    assert_done(lc_databag_load_certificates(&bag, "v3", NULL, &entries, &err));
    assert_false(entries.unreadable);
    assert_int_equal(entries.skipped, 0);
    assert_int_equal(entries.count, is_empty ? 0 : 1);
    if (is_empty)
        return;
    assert_true(entries.items[0].revoked == (strstr(text, "\"revoked\": true") != NULL));
    assert_int_equal(entries.items[0].chain.count, 2);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(entries.items[0].csr);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = vector_cert(entries.items[0].certificate);
    assert_true(lc_cert_matches_csr(cert, csr));
}

/* --- other starts -------------------------------------------------------------------------------
 */

/* UPG-015: the label that Charmhub's v4 gave before the relation name stood in it. */
static void charmhub_v4_secrets_are_used(void **state)
{
    struct tls_unit unit;
    char old_label[160];

    (void)state;
    tls_unit_init(&unit, "web/0", one, LC_COUNT(one));
    tls_changed(&unit);
    static const char *const whos[] = { "web/0", NULL };
    tls_answer(unit.fake, TLS_RELATION, whos, FAKE_JUJU_START_S, 90 * TLS_DAY_S);
    LC_AUTO(lc_free) char *csr = tls_request_at(unit.fake, "web/0", 0);
    LC_AUTO(lc_free) char *label = tls_certificate_label("0", "certificates", csr);
    (void)snprintf(old_label, sizeof(old_label), TLS_LIBID "-certificate-0-%s",
                   strrchr(label, '-') + 1);
    fake_juju_put_state(unit.fake, TLS_STATE, ""); /* another library kept the state */
    (void)fake_juju_add_secret_text(unit.fake, "web/0", old_label, "certificate", "old");
    tls_hook(&unit, "upgrade-charm");
    assert_int_equal(fake_juju_secret_count(unit.fake), 2); /* the key, and that one */
    assert_non_null(strstr(fake_juju_secret_text(unit.fake, old_label, "certificate"), "BEGIN"));
    assert_int_equal(fake_juju_count(unit.fake, "relation-set"), 0);
    tls_unit_release(&unit);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    requirer_vectors = vector_load("v3-requirer.json");
    provider_vectors = vector_load("v3-provider.json");
    interop_vectors = vector_load("v3-interop.json");
    const struct lc_json *samples = lc_json_get(requirer_vectors, "samples");
    for (size_t i = 0; i < lc_json_count(samples); i++) {
        void *sample = (void *)(uintptr_t)lc_json_at(samples, i);
        const char *name = vector_text(sample, "name");
        suite_addf(&suite, sample_is_kept, sample, "UPG-001 UPG-009 kept: %s", name);
        suite_addf(&suite, sample_equals_attributes, sample, "UPG-002 equal as stated: %s", name);
        suite_addf(&suite, sample_is_replaced_without_its_key, sample,
                   "UPG-003 UPG-004 replaced without its key: %s", name);
    }
    SUITE_ROWS(&suite, adopt_rows, check_adopt);
    SUITE_TEST(&suite, "UPG-010 a key with a password is refused", key_with_password_is_refused);
    SUITE_TEST(&suite, "UPG-024 an expired certificate is renewed at once, and not served",
               expired_is_renewed_at_once);
    const struct lc_json *interop = lc_json_get(interop_vectors, "cases");
    for (size_t i = 0; i < lc_json_count(interop); i++)
        suite_addf(&suite, check_is_v3s, (void *)(uintptr_t)lc_json_at(interop, i),
                   "v3's check: %s", vector_text(lc_json_at(interop, i), "name"));
    SUITE_TEST(&suite, "UPG-013 our answers pass v3's check", our_answers_pass_v3);
    SUITE_TEST(&suite, "UPG-012 our requests pass v3's check", our_requests_pass_v3);
    const struct lc_json *answers = lc_json_get(provider_vectors, "cases");
    for (size_t i = 0; i < lc_json_count(answers); i++)
        suite_addf(&suite, v3_answers_are_read, (void *)(uintptr_t)lc_json_at(answers, i),
                   "UPG-011 v3's provider: %s", vector_text(lc_json_at(answers, i), "name"));
    SUITE_TEST(&suite, "UPG-015 secrets of Charmhub's v4 are found and used",
               charmhub_v4_secrets_are_used);
    const int status = suite_run(&suite, "upgrade from v3");
    lc_json_free(requirer_vectors);
    lc_json_free(provider_vectors);
    lc_json_free(interop_vectors);
    return status;
}
