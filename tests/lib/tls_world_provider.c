/* Units with certificates, for tests: somebody who answers a requirer, our own provider, and what
 * others ask of it. */
#include "tls_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "juju/session.h"
#include "rows.h"
#include "x509/cert.h"

/* --- a provider --------------------------------------------------------------------------------
 */

/* Made once for the whole program, whose end frees them. */
static struct {
    struct lc_key *key;
    struct lc_cert *cert;
} ca;

#define MOST_CSRS 2048
static struct lc_csr *csrs[MOST_CSRS];
static struct lc_key *csr_key; /* one for all: it is the CSR that counts */

static void release_all(void)
{
    lc_key_unref(ca.key);
    lc_cert_unref(ca.cert);
    lc_key_unref(csr_key);
    for (size_t i = 0; i < MOST_CSRS; i++)
        lc_csr_unref(csrs[i]);
}

/* After the first use of OpenSSL, so that it runs before OpenSSL's own end. */
static void release_at_exit(void)
{
    static bool is_set;

    if (!is_set)
        assert_int_equal(atexit(release_all), 0);
    is_set = true;
}

static void load_ca(void)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (ca.cert != NULL)
        return;
    LC_AUTO(lc_free) char *text = test_file("golden/vectors/issuer.json", &len);
    assert_done(lc_json_parse(text, len, 0, &json, &err));
    const char *key = lc_json_get_string(json, "private_key_pem");
    const char *cert = lc_json_get_string(lc_json_get(json, "certificate"), "pem");
    assert_done(lc_key_parse(key, strlen(key), NULL, &ca.key, &err));
    assert_done(lc_cert_parse(cert, strlen(cert), &ca.cert, &err));
    release_at_exit();
}

const char *tls_ca_pem(void)
{
    load_ca();
    return lc_cert_pem(ca.cert);
}

static struct lc_cert *issue(const struct lc_csr *csr, int64_t not_before, int64_t validity_s,
                             bool is_ca)
{
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    load_ca();
    shape.not_before = not_before;
    shape.validity_s = validity_s;
    shape.is_ca = is_ca;
    assert_done(lc_cert_issue(csr, ca.cert, ca.key, &shape, &cert, &err));
    return cert;
}

char *tls_issue(const char *csr_pem, int64_t not_before, int64_t validity_s, bool is_ca)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = tls_parse_csr(csr_pem);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = issue(csr, not_before, validity_s, is_ca);

    return lc_strdup(lc_cert_pem(cert));
}

void tls_add_certificate(struct lc_certificate_entries *entries, const char *csr,
                         const char *certificate, bool revoked)
{
    struct lc_err err = LC_ERR_INIT;
    struct lc_certificate_entry entry = { .ca = lc_strdup(tls_ca_pem()),
                                          .csr = lc_strdup(csr),
                                          .certificate = lc_strdup(certificate),
                                          .revoked = revoked };

    assert_done(lc_strlist_add(&entry.chain, certificate, &err));
    assert_done(lc_strlist_add(&entry.chain, tls_ca_pem(), &err));
    assert_done(lc_certificate_entries_add(entries, &entry, &err));
    lc_certificate_entry_release(&entry);
}

void tls_put_certificates(struct fake_juju *fake, const char *relation_id,
                          const struct lc_certificate_entries *entries)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_databag_dump_certificates(entries, &text, &err));
    fake_juju_put(fake, relation_id, "ca", LC_KEY_CERTIFICATES, text.data);
}

/* The entry for a CSR; NULL for none. */
static const struct lc_certificate_entry *answer_to(const struct lc_certificate_entries *entries,
                                                    const char *csr)
{
    for (size_t i = 0; i < entries->count; i++)
        if (strcmp(entries->items[i].csr, csr) == 0)
            return &entries->items[i];
    return NULL;
}

static void answer_one(const struct lc_request_entry *request,
                       const struct lc_certificate_entries *old, int64_t not_before,
                       int64_t validity_s, struct lc_certificate_entries *out)
{
    const struct lc_certificate_entry *known = answer_to(old, request->csr);
    struct lc_err err = LC_ERR_INIT;

    if (known != NULL) {
        assert_done(lc_certificate_entries_add(out, known, &err));
        return;
    }
    LC_AUTO(lc_free)
    char *certificate = tls_issue(request->csr, not_before, validity_s, request->ca);
    tls_add_certificate(out, request->csr, certificate, false);
}

void tls_answer(struct fake_juju *fake, const char *relation_id, const char *const *whos,
                int64_t not_before, int64_t validity_s)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries old = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries fresh = LC_CERTIFICATE_ENTRIES_INIT;
    const struct lc_strmap *bag = fake_juju_bag(fake, relation_id, "ca");
    struct lc_err err = LC_ERR_INIT;

    if (bag != NULL)
        assert_done(lc_databag_load_certificates(bag, "ca", NULL, &old, &err));
    for (; *whos != NULL; whos++) {
        LC_AUTO(lc_request_entries_release)
        struct lc_request_entries requests = LC_REQUEST_ENTRIES_INIT;
        tls_requests(fake, relation_id, *whos, &requests);
        for (size_t i = 0; i < requests.count; i++)
            answer_one(&requests.items[i], &old, not_before, validity_s, &fresh);
    }
    tls_put_certificates(fake, relation_id, &fresh);
}

void tls_put_denial(struct fake_juju *fake, const char *relation_id, const char *csr, int64_t code,
                    const char *message)
{
    LC_AUTO(lc_error_entries_release) struct lc_error_entries entries = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    const char *name = lc_request_error_name(code);
    struct lc_err err = LC_ERR_INIT;
    struct lc_error_entry entry = { .csr = lc_strdup(csr),
                                    .code = code,
                                    .name = lc_strdup(name == NULL ? "OTHER" : name),
                                    .message = lc_strdup(message) };

    assert_done(lc_error_entries_add(&entries, &entry, &err));
    lc_error_entry_release(&entry);
    assert_done(lc_databag_dump_errors(&entries, &text, &err));
    fake_juju_put(fake, relation_id, "ca", LC_KEY_ERRORS, text.data);
}

/* --- our provider ------------------------------------------------------------------------------
 */

static bool decide(void *context, const struct lc_tls_incoming *request, struct lc_decision *out,
                   struct lc_err *err)
{
    struct tls_provider_unit *unit = context;

    unit->decided++;
    if (unit->decision == LC_DECISION_DENY)
        return lc_decision_deny(out, unit->code, "the policy says no", NULL, err);
    if (unit->decision == LC_DECISION_DEFER)
        return true;
    out->certificate = issue(request->csr, lc_clock_now(fake_juju_clock(unit->fake)),
                             90 * TLS_DAY_S, request->ca);
    out->ca = lc_cert_ref(ca.cert);
    out->kind = LC_DECISION_ISSUE;
    return true;
}

static bool capable(void *context, struct lc_capabilities *out, struct lc_err *err)
{
    const struct tls_provider_unit *unit = context;

    return lc_capabilities_copy(out, &unit->capabilities, err);
}

void tls_provider_init(struct tls_provider_unit *unit)
{
    *unit = (struct tls_provider_unit){ .fake = fake_juju_new("ca/0"),
                                        .decision = LC_DECISION_ISSUE,
                                        .code = LC_ERROR_DOMAIN_NOT_ALLOWED,
                                        .log = LC_STRLIST_INIT };
    unit->options = (struct lc_provider_options){
        .endpoint = "certificates", .decide = decide, .capable = capable, .context = unit
    };
    fake_juju_lead(unit->fake, true);
}

void tls_provider_release(struct tls_provider_unit *unit)
{
    lc_capabilities_release(&unit->capabilities);
    lc_strlist_release(&unit->log);
    fake_juju_free(unit->fake);
}

static bool work_provider(struct tls_provider_unit *unit, struct lc_session *session,
                          struct lc_err *err)
{
    const struct lc_hook_env *env = fake_juju_env(unit->fake);
    const struct lc_log log = { .write = tls_keep_line, .context = &unit->log };
    const struct lc_tls_hook hook = { .juju = lc_session_port(session),
                                      .event = &env->event,
                                      .unit = env->unit,
                                      .app = env->app,
                                      .clock = fake_juju_clock(unit->fake),
                                      .log = &log };
    LC_AUTO(lc_provider_free) struct lc_provider *provider = NULL;

    unit->hook = &hook;
    const bool done = lc_provider_new(&unit->options, &provider, err) &&
                      lc_provider_handle(provider, &hook, err) &&
                      (unit->act == NULL || unit->act(unit, provider, &hook, err)) &&
                      lc_provider_finish(provider, &hook, err) && lc_session_flush(session, err);
    unit->hook = NULL;
    return done;
}

bool tls_provider_run(struct tls_provider_unit *unit, struct lc_err *err)
{
    LC_AUTO(lc_session_free) struct lc_session *session = NULL;

    lc_strlist_release(&unit->log);
    unit->decided = 0;
    if (lc_session_new(fake_juju_port(unit->fake), fake_juju_env(unit->fake),
                       fake_juju_clock(unit->fake), &session, err) &&
        work_provider(unit, session, err))
        return fake_juju_commit(unit->fake, err);
    fake_juju_discard(unit->fake);
    return false;
}

void tls_provider_hook(struct tls_provider_unit *unit, const char *hook_name)
{
    struct lc_err err = LC_ERR_INIT;

    fake_juju_hook(unit->fake, hook_name);
    assert_done(tls_provider_run(unit, &err));
}

void tls_provider_changed(struct tls_provider_unit *unit, const char *relation_id,
                          const char *remote_unit)
{
    struct lc_err err = LC_ERR_INIT;

    fake_juju_relation_hook(unit->fake, "certificates-relation-changed", relation_id, remote_unit);
    assert_done(tls_provider_run(unit, &err));
}

/* --- requests ----------------------------------------------------------------------------------
 */

const char *tls_csr(size_t number)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_true(number < MOST_CSRS);
    if (csrs[number] != NULL)
        return lc_csr_pem(csrs[number]);
    if (csr_key == NULL)
        assert_done(lc_key_generate(&spec, &csr_key, &err));
    release_at_exit();
    assert_done(lc_attrs_set_text(&attrs, "common_name", "x.example.com", 13, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, csr_key, &csrs[number], &err));
    return lc_csr_pem(csrs[number]);
}

void tls_put_requests(struct fake_juju *fake, const char *relation_id, const char *who,
                      const int *numbers)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    for (; *numbers >= 0; numbers++)
        assert_done(lc_request_entries_add(&entries, tls_csr((size_t)*numbers), false, &err));
    assert_done(lc_databag_dump_requests(&entries, &text, &err));
    fake_juju_put(fake, relation_id, who, LC_KEY_REQUESTS, text.data);
}
