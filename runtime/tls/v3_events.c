/* v3's events: what has become of the requests, told as v3 told it. */
#include <string.h>

#include "base/mem.h"
#include "tls/v3_private.h"

#define FIELD_CERTIFICATE "certificate"
#define FIELD_CSR         "csr"
#define MEMBER_HOURS      "recommended_expiry_notification_time"

const char *lc_v3_event_name(enum lc_v3_event_kind kind)
{
    static const char *const names[] = {
        [LC_V3_AVAILABLE] = "certificate_available",
        [LC_V3_EXPIRING] = "certificate_expiring",
        [LC_V3_INVALIDATED] = "certificate_invalidated",
        [LC_V3_ALL_INVALIDATED] = "all_certificates_invalidated",
    };

    return names[kind];
}

const struct lc_v3_event *lc_v3_next(struct lc_v3 *v3)
{
    return v3->next_event < v3->event_count ? &v3->events[v3->next_event] : NULL;
}

void lc_v3_delivered(struct lc_v3 *v3)
{
    lc_tls_pair_release(&v3->events[v3->next_event++].pair);
}

/* pair is taken. */
static bool queue(struct lc_v3 *v3, enum lc_v3_event_kind kind, struct lc_tls_pair *pair,
                  const char *reason, struct lc_err *err)
{
    if (!lc_grow(&v3->events, &v3->event_capacity, v3->event_count, sizeof(*v3->events)))
        return lc_fail_memory(err);
    v3->events[v3->event_count++] =
        (struct lc_v3_event){ .kind = kind, .pair = *pair, .reason = reason };
    *pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
    return true;
}

/* --- answers -------------------------------------------------------------------------------- */

/* A certificate of one of our requests. */
struct answer {
    struct lc_tls_pair pair;
    bool revoked;
    int64_t provider_hours; /* 0: not said */
};

static void answer_release(struct answer *answer)
{
    lc_tls_pair_release(&answer->pair);
}
LC_AUTO_VALUE(struct answer, answer_release);

static bool parse_chain(const struct lc_strlist *texts, struct lc_chain *out, struct lc_err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
        const char *pem = texts->items[i];
        if (!lc_cert_parse(pem, strlen(pem), &cert, err) || !lc_chain_add(out, cert, err))
            return false;
    }
    return true;
}

static bool parse_answer(const struct lc_certificate_entry *entry, struct answer *out,
                         struct lc_err *err)
{
    const struct lc_json *hours = entry->source == NULL ? NULL
                                                        : lc_json_get(entry->source, MEMBER_HOURS);

    out->revoked = entry->revoked;
    out->provider_hours = lc_json_type(hours) == LC_JSON_INTEGER ? lc_json_integer(hours) : 0;
    return lc_csr_parse(entry->csr, strlen(entry->csr), &out->pair.csr, err) &&
           lc_cert_parse(entry->certificate, strlen(entry->certificate), &out->pair.certificate,
                         err) &&
           lc_cert_parse(entry->ca, strlen(entry->ca), &out->pair.ca, err) &&
           parse_chain(&entry->chain, &out->pair.chain, err);
}

/* What is done with each answer. *stop ends the walk. */
typedef bool (*answer_fn)(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct answer *answer,
                          void *context, bool *stop, struct lc_err *err);

static bool is_own(const struct lc_request_entries *own, const char *csr, bool *found,
                   struct lc_err *err)
{
    *found = false;
    for (size_t i = 0; i < own->count && !*found; i++)
        if (!lc_v3_is_same(own->items[i].csr, csr, found, err))
            return false;
    return true;
}

/* An unreadable entry of ours costs that entry. */
static bool visit(struct lc_v3 *v3, const struct lc_tls_hook *hook,
                  const struct lc_certificate_entry *entry, answer_fn each, void *context,
                  bool *stop, struct lc_err *err)
{
    LC_AUTO(answer_release) struct answer answer = { .pair = LC_TLS_PAIR_INIT };
    struct lc_err why = LC_ERR_INIT;

    if (parse_answer(entry, &answer, &why))
        return each(v3, hook, &answer, context, stop, err);
    if (why.code == LC_ENOMEM)
        return lc_fail_memory(err);
    lc_log(hook->log, LC_LEVEL_WARNING, "endpoint '%s': an answer is passed over: %s", v3->endpoint,
           why.message);
    return true;
}

static bool read_provider(const struct lc_tls_hook *hook, const char *relation_id,
                          struct lc_certificate_entries *out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *app = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_juju_call(hook->juju, relation_app, relation_id, &app, &why) ||
        !lc_juju_call(hook->juju, relation_get, relation_id, true, app, &bag, &why)) {
        if (why.code == LC_ENOTFOUND || why.code == LC_EPERM)
            return true; /* while a relation comes or goes */
        *err = why;
        return false;
    }
    return lc_databag_load_certificates(&bag, relation_id, hook->log, out, err);
}

/* Each answer to one of our requests, in the provider's order. */
static bool each_answer(struct lc_v3 *v3, const struct lc_tls_hook *hook, answer_fn each,
                        void *context, struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries own = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_free) char *relation_id = NULL;
    bool stop = false;

    if (!lc_v3_relation(v3, hook, &relation_id, err))
        return false;
    if (relation_id == NULL)
        return true;
    if (!lc_v3_own(hook, relation_id, &own, err) ||
        (own.count != 0 && !read_provider(hook, relation_id, &entries, err)))
        return false;
    for (size_t i = 0; i < entries.count && !stop; i++) {
        bool ours;
        if (!is_own(&own, entries.items[i].csr, &ours, err) ||
            (ours && !visit(v3, hook, &entries.items[i], each, context, &stop, err)))
            return false;
    }
    return true;
}

/* --- secrets -------------------------------------------------------------------------------- */

/* The secret of a request's certificate: out->id is NULL where there is none. */
static bool find_secret(const struct lc_v3 *v3, const struct lc_tls_hook *hook,
                        const struct lc_csr *csr, char **label, struct lc_secret_info *out,
                        struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, v3->endpoint);
    struct lc_err why = LC_ERR_INIT;

    *label = lc_label_format(&owner, LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT, lc_csr_hash(csr));
    if (*label == NULL)
        return lc_fail_memory(err);
    if (lc_juju_call(hook->juju, secret_info, NULL, *label, out, &why) || why.code == LC_ENOTFOUND)
        return true;
    *err = why;
    return false;
}

static bool drop_secret(const struct lc_v3 *v3, const struct lc_tls_hook *hook,
                        const struct lc_csr *csr, struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_free) char *label = NULL;

    return find_secret(v3, hook, csr, &label, &info, err) &&
           (info.id == NULL || lc_juju_call(hook->juju, secret_remove, info.id, 0, err));
}

/* The notice, and once that is past the end. */
static int64_t next_expiry(const struct lc_v3 *v3, const struct lc_tls_hook *hook,
                           const struct answer *answer)
{
    const struct lc_cert *cert = answer->pair.certificate;
    const int64_t notice = lc_v3_notice(lc_cert_not_before(cert), lc_cert_not_after(cert),
                                        answer->provider_hours, v3->notice_hours);

    return lc_clock_now(hook->clock) < notice ? notice : lc_cert_not_after(cert);
}

static bool holds(const struct lc_tls_hook *hook, const char *id, const struct lc_cert *cert,
                  bool *same, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (!lc_juju_call(hook->juju, secret_get, id, NULL, LC_SECRET_REFRESH, &content, err))
        return false;
    const struct lc_secret *pem = lc_secret_content_get(&content, FIELD_CERTIFICATE);
    *same = pem != NULL && pem->len == strlen(lc_cert_pem(cert)) &&
            strncmp(pem->data, lc_cert_pem(cert), pem->len) == 0;
    return true;
}

/* *changed: the certificate is not the one that its secret held. */
static bool keep(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct answer *answer,
                 bool *changed, struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *label = NULL;
    LC_AUTO(lc_free) char *new_id = NULL;
    const char *cert = lc_cert_pem(answer->pair.certificate);
    const char *csr = lc_csr_pem(answer->pair.csr);
    bool same = false;

    if (!find_secret(v3, hook, answer->pair.csr, &label, &info, err) ||
        (info.id != NULL && !holds(hook, info.id, answer->pair.certificate, &same, err)))
        return false;
    *changed = !same;
    if (same)
        return true;
    if (!lc_secret_content_set(&content, FIELD_CERTIFICATE, cert, strlen(cert), err) ||
        !lc_secret_content_set(&content, FIELD_CSR, csr, strlen(csr), err))
        return false;
    const struct lc_secret_spec spec = { .label = info.id == NULL ? label : NULL,
                                         .expire_s = next_expiry(v3, hook, answer),
                                         .content = &content };
    if (info.id != NULL)
        return lc_juju_call(hook->juju, secret_set, info.id, &spec, err);
    return lc_juju_call(hook->juju, secret_add, &spec, &new_id, err);
}

/* --- hooks ---------------------------------------------------------------------------------- */

static bool take_answer(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct answer *answer,
                        void *context, bool *stop, struct lc_err *err)
{
    bool changed;

    (void)context;
    (void)stop;
    if (answer->revoked)
        return drop_secret(v3, hook, answer->pair.csr, err) &&
               queue(v3, LC_V3_INVALIDATED, &answer->pair, "revoked", err);
    return keep(v3, hook, answer, &changed, err) &&
           (!changed || queue(v3, LC_V3_AVAILABLE, &answer->pair, NULL, err));
}

struct expired {
    const char *hash;
    bool found;
};

/* Its secret has expired: the notice, or the end. */
static bool expire(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct answer *answer,
                   void *context, bool *stop, struct lc_err *err)
{
    struct expired *expired = context;
    const int64_t to = lc_cert_not_after(answer->pair.certificate);
    const struct lc_secret_spec later = { .expire_s = to };

    if (strcmp(lc_csr_hash(answer->pair.csr), expired->hash) != 0)
        return true;
    expired->found = true;
    *stop = true;
    if (lc_clock_now(hook->clock) < to)
        return lc_juju_call(hook->juju, secret_set, hook->event->secret_id, &later, err) &&
               queue(v3, LC_V3_EXPIRING, &answer->pair, NULL, err);
    return lc_v3_withdraw(v3, hook, answer->pair.csr, err) && /* as v3 means to (D-40) */
           lc_juju_call(hook->juju, secret_remove, hook->event->secret_id, 0, err) &&
           queue(v3, LC_V3_INVALIDATED, &answer->pair, "expired", err);
}

static bool handle_expired(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, v3->endpoint);
    const struct lc_label label = lc_label_parse(&owner, hook->event->secret_label);
    struct expired expired = { .hash = label.hash };

    if (label.kind != LC_LABEL_CERTIFICATE_V3)
        return true;
    return each_answer(v3, hook, expire, &expired, err) &&
           (expired.found ||
            lc_juju_call(hook->juju, secret_remove, hook->event->secret_id, 0, err));
}

/* The secrets of our requests go with the relation; v3 leaves them to expire. */
static bool handle_broken(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries own = LC_REQUEST_ENTRIES_INIT;
    struct lc_tls_pair none = LC_TLS_PAIR_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_v3_own(hook, hook->event->relation_id, &own, &why))
        lc_log(hook->log, LC_LEVEL_DEBUG, "%s: our requests cannot be read any more: %s",
               hook->event->relation_id, why.message);
    for (size_t i = 0; i < own.count; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        const char *pem = own.items[i].csr;
        if (lc_csr_parse(pem, strlen(pem), &csr, &why) && !drop_secret(v3, hook, csr, err))
            return false;
    }
    return queue(v3, LC_V3_ALL_INVALIDATED, &none, NULL, err);
}

bool lc_v3_handle(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct lc_event *event = hook->event;
    const bool is_ours = event->endpoint != NULL && strcmp(event->endpoint, v3->endpoint) == 0;

    if (event->kind == LC_EVENT_SECRET_EXPIRED)
        return handle_expired(v3, hook, err);
    if (is_ours && event->kind == LC_EVENT_RELATION_CHANGED)
        return each_answer(v3, hook, take_answer, NULL, err);
    if (is_ours && event->kind == LC_EVENT_RELATION_BROKEN)
        return handle_broken(v3, hook, err);
    return true;
}

/* --- questions ------------------------------------------------------------------------------ */

struct wanted {
    size_t index;
    struct lc_tls_pair *out;
    bool found;
};

static bool pick(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct answer *answer,
                 void *context, bool *stop, struct lc_err *err)
{
    struct wanted *wanted = context;

    (void)v3;
    (void)hook;
    (void)err;
    if (answer->revoked || wanted->index-- != 0)
        return true;
    lc_tls_pair_release(wanted->out);
    *wanted->out = answer->pair;
    answer->pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
    wanted->found = true;
    *stop = true;
    return true;
}

bool lc_v3_assigned_at(struct lc_v3 *v3, const struct lc_tls_hook *hook, size_t index,
                       struct lc_tls_pair *out, struct lc_err *err)
{
    struct wanted wanted = { .index = index, .out = out };

    if (!each_answer(v3, hook, pick, &wanted, err))
        return false;
    return wanted.found
               ? true
               : lc_fail(err, LC_ENOTFOUND, "endpoint '%s': no certificate yet", v3->endpoint);
}
