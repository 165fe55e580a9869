/* Units with certificates, for tests: a requirer. Who answers it is in tls_world_provider.c. */
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

void tls_keep_line(void *context, enum lc_level level, const char *line)
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
    const struct lc_log log = { .write = tls_keep_line, .context = &unit->log };
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

struct lc_csr *tls_parse_csr(const char *pem)
{
    struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_parse(pem, strlen(pem), &csr, &err));
    return csr;
}

char *tls_certificate_label(const char *unit_number, const char *endpoint, const char *csr_pem)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = tls_parse_csr(csr_pem);
    struct lc_err err = LC_ERR_INIT;
    struct lc_buf label;
    char *out = NULL;

    lc_buf_init(&label, 1024);
    lc_buf_printf(&label, TLS_LIBID "-certificate-%s%s%s-%s", unit_number,
                  *unit_number == '\0' ? "" : "-", endpoint, lc_csr_hash(csr));
    assert_done(lc_buf_take(&label, &out, NULL, &err));
    return out;
}
