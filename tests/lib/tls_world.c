/* Units with certificates, for tests: a requirer, and somebody who answers it. */
#include "tls_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "juju/session.h"
#include "rows.h"
#include "x509/cert.h"

bool tls_is_slow(void)
{
    const char *wrap = getenv("WRAP");

    return wrap != NULL && *wrap != '\0';
}

/* --- a requirer --------------------------------------------------------------------------------
 */

static bool take_wish(const struct tls_wish *wish, struct lc_tls_requests *out, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    attrs.is_ca = wish->is_ca;
    attrs.add_unique_id_to_subject_name = !wish->no_unique_id;
    return (wish->common_name == NULL || lc_attrs_set_text(&attrs, "common_name", wish->common_name,
                                                           strlen(wish->common_name), err)) &&
           (wish->dns == NULL ||
            lc_attrs_add_text(&attrs, "sans_dns", wish->dns, strlen(wish->dns), err)) &&
           lc_tls_requests_take(out, wish->name, wish->scope, &attrs, err);
}

static bool ask(void *context, const struct lc_capabilities *capabilities,
                struct lc_tls_requests *out, struct lc_err *err)
{
    struct tls_unit *unit = context;

    unit->asked++;
    unit->was_told = capabilities->said;
    for (size_t i = 0; i < unit->wish_count; i++)
        if (!take_wish(&unit->wishes[i], out, err))
            return false;
    return true;
}

void tls_unit_init(struct tls_unit *unit, const char *name, const struct tls_wish *wishes,
                   size_t wish_count)
{
    *unit = (struct tls_unit){ .fake = fake_juju_new(name),
                               .wishes = wishes,
                               .wish_count = wish_count,
                               .log = LC_STRLIST_INIT };
    unit->options = (struct lc_requirer_options){
        .endpoint = "certificates", .key = { .type = LC_KEY_EC }, .ask = ask, .ask_context = unit
    };
    fake_juju_relate(unit->fake, TLS_RELATION, "ca");
    fake_juju_join(unit->fake, TLS_RELATION, "ca/0");
}

static void forget_events(struct tls_unit *unit)
{
    for (size_t i = 0; i < unit->event_count; i++) {
        lc_tls_pair_release(&unit->events[i].pair);
        lc_error_entry_release(&unit->events[i].denial);
    }
    unit->event_count = 0;
    lc_strlist_release(&unit->log);
}

void tls_unit_release(struct tls_unit *unit)
{
    forget_events(unit);
    lc_free(unit->events);
    fake_juju_free(unit->fake);
}

static void keep_line(void *context, enum lc_level level, const char *line)
{
    struct lc_err err = LC_ERR_INIT;

    if (level >= LC_LEVEL_INFO || strstr(line, "\"security\"") != NULL)
        assert_done(lc_strlist_addf(context, &err, "%s %s", lc_level_name(level), line));
}

static void copy_pair(const struct lc_tls_pair *from, struct lc_tls_pair *to)
{
    struct lc_err err = LC_ERR_INIT;

    *to = (struct lc_tls_pair){ .name = from->name == NULL ? NULL : lc_strdup(from->name),
                                .scope = from->scope,
                                .key = from->key == NULL ? NULL : lc_key_ref(from->key),
                                .csr = lc_csr_ref(from->csr) };
    if (from->certificate != NULL) {
        to->certificate = lc_cert_ref(from->certificate);
        to->ca = lc_cert_ref(from->ca);
    }
    for (size_t i = 0; i < from->chain.count; i++)
        assert_done(lc_chain_add(&to->chain, from->chain.items[i], &err));
}

static void keep_event(struct tls_unit *unit, const struct lc_requirer_event *event)
{
    struct lc_error_entries denials = LC_ERROR_ENTRIES_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_true(
        lc_grow(&unit->events, &unit->event_capacity, unit->event_count, sizeof(*unit->events)));
    struct tls_event *kept = &unit->events[unit->event_count++];
    *kept = (struct tls_event){ .kind = event->kind };
    copy_pair(&event->pair, &kept->pair);
    if (event->kind != LC_REQUIRER_DENIED)
        return;
    assert_done(lc_error_entries_add(&denials, &event->denial, &err));
    kept->denial = denials.items[0];
    lc_free(denials.items);
}

static bool deliver(struct tls_unit *unit, struct lc_requirer *requirer, struct lc_err *err)
{
    for (const struct lc_requirer_event *event; (event = lc_requirer_next(requirer)) != NULL;) {
        keep_event(unit, event);
        if (unit->event_count == unit->fail_event)
            return lc_fail(err, LC_ESCRIPT, "the handler fails");
        lc_requirer_delivered(requirer);
    }
    return true;
}

static bool work(struct tls_unit *unit, struct lc_session *session, struct lc_err *err)
{
    const struct lc_hook_env *env = fake_juju_env(unit->fake);
    const struct lc_log log = { .write = keep_line, .context = &unit->log };
    const struct lc_tls_hook hook = { .juju = lc_session_port(session),
                                      .event = &env->event,
                                      .unit = env->unit,
                                      .app = env->app,
                                      .clock = fake_juju_clock(unit->fake),
                                      .log = &log,
                                      .endpoints = unit->endpoints };
    LC_AUTO(lc_requirer_free) struct lc_requirer *requirer = NULL;

    return lc_requirer_new(&unit->options, &requirer, err) &&
           lc_requirer_handle(requirer, &hook, err) && deliver(unit, requirer, err) &&
           (unit->act == NULL || unit->act(unit, requirer, &hook, err)) &&
           deliver(unit, requirer, err) && lc_requirer_finish(requirer, &hook, err) &&
           lc_session_flush(session, err);
}

bool tls_unit_run(struct tls_unit *unit, struct lc_err *err)
{
    LC_AUTO(lc_session_free) struct lc_session *session = NULL;

    forget_events(unit);
    unit->asked = 0;
    if (lc_session_new(fake_juju_port(unit->fake), fake_juju_env(unit->fake),
                       fake_juju_clock(unit->fake), &session, err) &&
        work(unit, session, err)) {
        if (!unit->loses_state)
            return fake_juju_commit(unit->fake, err);
        if (fake_juju_commit_secrets(unit->fake, err))
            (void)lc_fail(err, LC_ECOMMAND, "cannot apply changes: the rest is lost");
    }
    fake_juju_discard(unit->fake);
    return false;
}

static void run(struct tls_unit *unit)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(tls_unit_run(unit, &err));
}

void tls_hook(struct tls_unit *unit, const char *hook_name)
{
    fake_juju_hook(unit->fake, hook_name);
    run(unit);
}

void tls_relation_hook(struct tls_unit *unit, const char *hook_name, const char *remote_unit)
{
    fake_juju_relation_hook(unit->fake, hook_name, TLS_RELATION, remote_unit);
    run(unit);
}

void tls_secret_hook(struct tls_unit *unit, const char *hook_name, const char *secret)
{
    struct lc_fake_secret view;

    if (!fake_juju_secret(unit->fake, secret, &view))
        fail_msg("there is no secret '%s'", secret);
    fake_juju_secret_hook(unit->fake, hook_name, secret, view.revision);
    run(unit);
}

void tls_changed(struct tls_unit *unit)
{
    tls_relation_hook(unit, "certificates-relation-changed", "ca/0");
}

size_t tls_count_events(const struct tls_unit *unit, enum lc_requirer_event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < unit->event_count; i++)
        count += unit->events[i].kind == kind;
    return count;
}

size_t tls_count_log(const struct tls_unit *unit, const char *part)
{
    size_t count = 0;

    for (size_t i = 0; i < unit->log.count; i++)
        count += strstr(unit->log.items[i], part) != NULL;
    return count;
}

size_t tls_writes(struct fake_juju *fake)
{
    static const char *const commands[] = { "relation-set",  "secret-add", "secret-set",
                                            "secret-remove", "state-set",  "state-delete" };
    size_t count = 0;

    for (size_t i = 0; i < LC_COUNT(commands); i++)
        count += fake_juju_count(fake, commands[i]);
    return count;
}

struct question {
    const char *name;
    struct lc_tls_pair *out;
    bool found;
};

static bool ask_assigned(struct tls_unit *unit, struct lc_requirer *requirer,
                         const struct lc_tls_hook *hook, struct lc_err *err)
{
    struct question *question = unit->act_context;

    question->found = lc_requirer_assigned(requirer, hook, question->name, question->out, err);
    return question->found || err->code == LC_ENOTFOUND;
}

bool tls_assigned(struct tls_unit *unit, const char *name, struct lc_tls_pair *out)
{
    struct question question = { .name = name, .out = out };
    const tls_act_fn act = unit->act;
    void *context = unit->act_context;

    unit->act = ask_assigned;
    unit->act_context = &question;
    tls_hook(unit, "start");
    unit->act = act;
    unit->act_context = context;
    assert_int_equal(tls_writes(unit->fake), 0);
    return question.found;
}

void tls_requests(struct fake_juju *fake, const char *relation_id, const char *who,
                  struct lc_request_entries *out)
{
    struct lc_err err = LC_ERR_INIT;
    const struct lc_strmap *bag = fake_juju_bag(fake, relation_id, who);

    if (bag != NULL)
        assert_done(lc_databag_load_requests(bag, who, NULL, out, &err));
}

size_t tls_request_count(struct fake_juju *fake, const char *who)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;

    tls_requests(fake, TLS_RELATION, who, &entries);
    return entries.count;
}

char *tls_request_at(struct fake_juju *fake, const char *who, size_t at)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;

    tls_requests(fake, TLS_RELATION, who, &entries);
    if (at >= entries.count)
        fail_msg("%s has %zu requests", who, entries.count);
    return lc_strdup(entries.items[at].csr);
}

static struct lc_csr *parse_csr(const char *pem)
{
    struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
    return csr;
}

char *tls_certificate_label(const char *unit_number, const char *endpoint, const char *csr_pem)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = parse_csr(csr_pem);
    struct lc_err err = LC_ERR_INIT;
    struct lc_buf label;
    char *out = NULL;

    lc_buf_init(&label, 1024);
    lc_buf_printf(&label, TLS_LIBID "-certificate-%s%s%s-%s", unit_number,
                  *unit_number == '\0' ? "" : "-", endpoint, lc_csr_hash(csr));
    assert_done(lc_buf_take(&label, &out, NULL, &err));
    return out;
}

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
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = parse_csr(csr_pem);
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
    const struct lc_log log = { .write = keep_line, .context = &unit->log };
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
