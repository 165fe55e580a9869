/* The provider: what each event asks for, and the author's own calls. */
#include "tls/provider.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tls/provider_private.h"
#include "tls/security.h"

/* --- made and freed ------------------------------------------------------------------------- */

bool lc_provider_new(const struct lc_provider_options *options, struct lc_provider **out,
                     struct lc_err *err)
{
    LC_AUTO(lc_provider_free) struct lc_provider *provider = lc_alloc(1, sizeof(*provider));

    if (provider == NULL)
        return lc_fail_memory(err);
    provider->decide = options->decide;
    provider->capable = options->capable;
    provider->context = options->context;
    provider->max_bytes = options->max_bytes;
    provider->endpoint = lc_strdup(options->endpoint);
    provider->policy_version = lc_strdup(options->policy_version == NULL ? ""
                                                                         : options->policy_version);
    if (options->provider_name != NULL)
        provider->provider_name = lc_strdup(options->provider_name);
    if (provider->endpoint == NULL || provider->policy_version == NULL ||
        (options->provider_name != NULL && provider->provider_name == NULL))
        return lc_fail_memory(err);
    if (!lc_memory_init(&provider->memory, options->endpoint, err))
        return false;
    *out = LC_STEAL(provider);
    return true;
}

void lc_provider_free(struct lc_provider *provider)
{
    if (provider == NULL)
        return;
    lc_provider_forget(provider);
    lc_memory_release(&provider->memory);
    lc_free(provider->endpoint);
    lc_free(provider->policy_version);
    lc_free(provider->provider_name);
    lc_free(provider);
}

const char *lc_provider_endpoint(const struct lc_provider *provider)
{
    return provider->endpoint;
}

/* --- reconcile ------------------------------------------------------------------------------ */

static bool publish(const struct lc_provider *provider, struct lc_err *err)
{
    LC_AUTO(lc_capabilities_release) struct lc_capabilities wanted = LC_CAPABILITIES_INIT;

    if (provider->capable != NULL && !provider->capable(provider->context, &wanted, err))
        return false;
    for (size_t i = 0; i < provider->relation_count; i++) {
        struct lc_provided *relation = &provider->relations[i];
        if (lc_capabilities_equals(&relation->capabilities, &wanted) &&
            (wanted.said || lc_strmap_get(&relation->bag, LC_KEY_CAPABILITIES) == NULL))
            continue;
        relation->capabilities_changed = true;
        if (!lc_capabilities_copy(&relation->capabilities, &wanted, err))
            return false;
    }
    return true;
}

/* The CSR is the key under which it is remembered; whether it is for a CA stands beside it. */
bool lc_provider_policy_digest(const struct lc_provider *provider, const struct lc_asked *asked,
                               char digest[LC_SHA256_HEX], struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    unsigned char bytes[LC_SHA256_BYTES];

    lc_buf_puts(&text, asked->ca ? "ca " : "leaf ");
    lc_buf_puts(&text, provider->policy_version);
    if (!lc_buf_check(&text, err) || !lc_sha256(text.data, text.len, bytes, err))
        return false;
    lc_hex_encode(bytes, sizeof(bytes), digest);
    return true;
}

/* A refusal by this very policy stands; deciding again could be dear (PROV-037). */
static bool is_refused(struct lc_provider *provider, const struct lc_tls_hook *hook,
                       const struct lc_asked *asked, bool *refused, struct lc_err *err)
{
    char digest[LC_SHA256_HEX];

    *refused = false;
    if (asked->error == LC_NONE)
        return true;
    if (!lc_memory_load(&provider->memory, hook, err) ||
        !lc_provider_policy_digest(provider, asked, digest, err))
        return false;
    *refused = lc_memory_is(&provider->memory, lc_csr_hash(asked->csr), LC_FACT_DENIED, digest);
    return true;
}

/* No CSR is decided on whose sender does not hold its key (X509-049). */
static bool decide(struct lc_provider *provider, const struct lc_provided *relation,
                   const struct lc_asked *asked, struct lc_decision *out, struct lc_err *err)
{
    const struct lc_tls_incoming incoming = { .relation_id = relation->relation_id,
                                              .remote_app = relation->remote_app,
                                              .remote_unit = asked->unit,
                                              .csr = asked->csr,
                                              .ca = asked->ca };
    struct lc_err why = LC_ERR_INIT;

    if (lc_csr_verify(asked->csr, &why))
        return provider->decide(provider->context, &incoming, out, err);
    if (why.code != LC_ECRYPTO) {
        *err = why;
        return false;
    }
    return lc_decision_deny(out, LC_ERROR_OTHER, "the request is not signed with its own key", NULL,
                            err);
}

static bool decide_one(struct lc_provider *provider, const struct lc_tls_hook *hook,
                       struct lc_provided *relation, struct lc_asked *asked, bool again,
                       struct lc_err *err)
{
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    bool refused = false;
    bool fits;

    if (relation->full && asked->certificate == LC_NONE && asked->error == LC_NONE)
        return true;
    if (!again) {
        if (asked->served)
            return true;
        if (!is_refused(provider, hook, asked, &refused, err))
            return false;
        if (refused)
            return true;
    }
    return decide(provider, relation, asked, &decision, err) &&
           lc_provided_answer(provider, hook, relation, asked, &decision, &fits, err);
}

/* Once for each relation and hook. */
static void warn_of_no_room(const struct lc_provider *provider, const struct lc_tls_hook *hook,
                            const struct lc_provided *relation)
{
    size_t waiting = 0;

    for (size_t i = 0; i < relation->asked_count; i++)
        waiting += !relation->asked[i].served;
    if (relation->sealed)
        lc_log(hook->log, LC_LEVEL_WARNING,
               "relation '%s': our own databag is over the limit of %zu bytes; it stays as it is, "
               "and its requests, of which there are %zu, are not looked at",
               relation->relation_id, lc_answers_max_bytes(&relation->certificates),
               relation->asked_count);
    else if (relation->full)
        lc_log(hook->log, LC_LEVEL_WARNING,
               "relation '%s': no room for another answer: %zu bytes of at most %zu are taken; %zu "
               "requests wait until others are gone",
               relation->relation_id, relation->certificates.bytes + relation->errors.bytes,
               provider->max_bytes == 0 ? (size_t)LC_DATABAG_MAX_BYTES : provider->max_bytes,
               waiting);
}

static bool decide_all(struct lc_provider *provider, const struct lc_tls_hook *hook, bool again,
                       struct lc_err *err)
{
    for (size_t i = 0; i < provider->relation_count; i++) {
        struct lc_provided *relation = &provider->relations[i];
        for (size_t j = 0; j < relation->asked_count && !relation->sealed; j++)
            if (!decide_one(provider, hook, relation, &relation->asked[j], again, err))
                return false;
        warn_of_no_room(provider, hook, relation);
    }
    return true;
}

/* Short hashes of all requests that are there. */
struct present {
    char (*hashes)[LC_SHORT_HASH];
    struct lc_index index;
};

static bool is_present(void *context, const char *short_hash)
{
    const struct present *present = context;

    return lc_index_get(&present->index, short_hash, strlen(short_hash)) != LC_INDEX_NONE;
}

/* Remember nothing of requests that are gone. */
static bool prune_memory(struct lc_provider *provider, struct lc_err *err)
{
    struct present present = { .index = LC_INDEX_INIT };
    size_t count = 0;
    bool good = true;

    if (!provider->memory.loaded)
        return true;
    for (size_t i = 0; i < provider->relation_count; i++)
        count += provider->relations[i].asked_count;
    present.hashes = lc_alloc(count, sizeof(*present.hashes));
    if (present.hashes == NULL)
        return lc_fail_memory(err);
    count = 0;
    for (size_t i = 0; i < provider->relation_count; i++) {
        const struct lc_provided *relation = &provider->relations[i];
        for (size_t j = 0; good && j < relation->asked_count; j++, count++) {
            lc_short_hash(lc_csr_hash(relation->asked[j].csr), present.hashes[count]);
            good = lc_index_put(&present.index, present.hashes[count],
                                strlen(present.hashes[count]), count, NULL, err);
        }
    }
    if (good)
        lc_memory_prune(&provider->memory, is_present, &present);
    lc_index_release(&present.index);
    lc_free(present.hashes);
    return good;
}

static bool reconcile(struct lc_provider *provider, const struct lc_tls_hook *hook, bool again,
                      struct lc_err *err)
{
    if (!lc_juju_call(hook->juju, is_leader, &provider->leader, err))
        return false;
    if (!provider->leader)
        return true;
    bool good = lc_provider_observe(provider, hook, err);
    for (size_t i = 0; good && i < provider->relation_count; i++)
        good = lc_provided_clean(&provider->relations[i], err);
    return good && publish(provider, err) && decide_all(provider, hook, again, err) &&
           prune_memory(provider, err) && lc_provider_write(provider, hook, err);
}

bool lc_provider_handle(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    const struct lc_event *event = hook->event;

    lc_provider_forget(provider);
    switch (event->kind) {
    case LC_EVENT_RELATION_CREATED:
    case LC_EVENT_RELATION_JOINED:
    case LC_EVENT_RELATION_CHANGED:
    case LC_EVENT_RELATION_DEPARTED:
        return strcmp(event->endpoint, provider->endpoint) != 0 ||
               reconcile(provider, hook, false, err);
    case LC_EVENT_UPDATE_STATUS:
    case LC_EVENT_CONFIG_CHANGED:
    case LC_EVENT_UPGRADE_CHARM:
    case LC_EVENT_LEADER_ELECTED:
    case LC_EVENT_START:
        return reconcile(provider, hook, false, err);
    default:
        return true;
    }
}

bool lc_provider_sync(struct lc_provider *provider, const struct lc_tls_hook *hook,
                      struct lc_err *err)
{
    return reconcile(provider, hook, false, err);
}

bool lc_provider_reissue_all(struct lc_provider *provider, const struct lc_tls_hook *hook,
                             struct lc_err *err)
{
    return reconcile(provider, hook, true, err);
}

bool lc_provider_finish(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    return lc_memory_save(&provider->memory, hook, err);
}

/* --- reading -------------------------------------------------------------------------------- */

bool lc_provider_look(struct lc_provider *provider, const struct lc_tls_hook *hook,
                      struct lc_err *err)
{
    return provider->observed || lc_provider_observe(provider, hook, err);
}

static bool is_request_list(enum lc_provider_list list)
{
    return list == LC_PROVIDER_REQUESTS || list == LC_PROVIDER_OUTSTANDING ||
           list == LC_PROVIDER_WITHOUT_ROOM;
}

static size_t list_count(const struct lc_provided *relation, enum lc_provider_list list)
{
    if (is_request_list(list))
        return relation->asked_count;
    return list == LC_PROVIDER_ERRORS ? relation->errors.count : relation->certificates.count;
}

/* Each request knows its certificate. */
static bool is_unsolicited(const struct lc_provided *relation, size_t certificate)
{
    for (size_t i = 0; i < relation->asked_count; i++)
        if (relation->asked[i].certificate == certificate)
            return false;
    return true;
}

/* Whether a request waits because its relation has no room for answers. */
static bool has_no_room(const struct lc_provided *relation, const struct lc_asked *asked)
{
    return !asked->served && asked->error == LC_NONE && (relation->sealed || relation->full);
}

/* Whether item number `at` belongs to the list; fills out if so. */
static bool pick(const struct lc_provided *relation, enum lc_provider_list list, size_t at,
                 struct lc_provider_item *out)
{
    *out = (struct lc_provider_item){ .request = { .relation_id = relation->relation_id,
                                                   .remote_app = relation->remote_app } };
    if (is_request_list(list)) {
        const struct lc_asked *asked = &relation->asked[at];
        out->request.remote_unit = asked->unit;
        out->request.csr = asked->csr;
        out->request.ca = asked->ca;
        out->served = asked->served;
        return list == LC_PROVIDER_REQUESTS ||
               (list == LC_PROVIDER_OUTSTANDING ? !asked->served : has_no_room(relation, asked));
    }
    if (list == LC_PROVIDER_ERRORS) {
        out->error = &relation->errors.items[at];
        return out->error->text != NULL;
    }
    out->certificate = &relation->certificates.items[at];
    if (out->certificate->text == NULL)
        return false;
    if (list == LC_PROVIDER_ISSUED)
        return !out->certificate->revoked;
    return list == LC_PROVIDER_CERTIFICATES || is_unsolicited(relation, at);
}

bool lc_provider_next(const struct lc_provider *provider, enum lc_provider_list list,
                      const char *relation_id, struct lc_provider_cursor *cursor,
                      struct lc_provider_item *out)
{
    for (; cursor->relation < provider->relation_count; cursor->relation++, cursor->item = 0) {
        const struct lc_provided *relation = &provider->relations[cursor->relation];
        if (relation_id != NULL && strcmp(relation_id, relation->relation_id) != 0)
            continue;
        while (cursor->item < list_count(relation, list))
            if (pick(relation, list, cursor->item++, out))
                return true;
    }
    return false;
}

/* --- the author's answers ------------------------------------------------------------------- */

static bool look_to_write(struct lc_provider *provider, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    if (!lc_provider_look(provider, hook, err))
        return false;
    if (!provider->leader)
        return lc_fail(err, LC_EPERM, "endpoint '%s': only the leader answers requests",
                       provider->endpoint);
    return true;
}

static bool find_relation(const struct lc_provider *provider, const char *relation_id,
                          struct lc_provided **out, struct lc_err *err)
{
    for (size_t i = 0; i < provider->relation_count; i++) {
        *out = &provider->relations[i];
        if (strcmp((*out)->relation_id, relation_id) == 0)
            return true;
    }
    return lc_fail(err, LC_ENOTFOUND, "endpoint '%s' has no relation '%s'", provider->endpoint,
                   relation_id);
}

static bool check_readable(const struct lc_provided *relation, struct lc_err *err)
{
    if (!relation->sealed)
        return true;
    return lc_fail(err, LC_ELIMIT,
                   "relation '%s': relation-get: our own databag is too long, and stays as it is",
                   relation->relation_id);
}

static bool find_asked(const struct lc_provided *relation, const struct lc_csr *csr,
                       struct lc_asked **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf scratch = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    const size_t at = lc_provided_find(relation, lc_csr_pem(csr), &scratch);
    if (!lc_buf_check(&scratch, err))
        return false;
    if (at == LC_NONE)
        return lc_fail(err, LC_ENOTFOUND, "relation '%s' has no such request",
                       relation->relation_id);
    *out = &relation->asked[at];
    return true;
}

bool lc_provider_answer(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        const char *relation_id, const struct lc_csr *csr,
                        struct lc_decision *decision, struct lc_err *err)
{
    struct lc_provided *relation;
    struct lc_asked *asked;
    bool fits = true;
    bool good = look_to_write(provider, hook, err) &&
                find_relation(provider, relation_id, &relation, err) &&
                check_readable(relation, err) && find_asked(relation, csr, &asked, err) &&
                lc_provided_answer(provider, hook, relation, asked, decision, &fits, err);

    if (good && !fits)
        good = lc_fail(err, LC_ELIMIT, "relation '%s' has no room for the answer", relation_id);
    lc_decision_release(decision);
    return good && lc_provider_write(provider, hook, err);
}

static bool revoke_all(struct lc_provided *relation, struct lc_err *err)
{
    for (size_t i = 0; i < relation->certificates.count; i++)
        if (!lc_provided_revoke(relation, i, err))
            return false;
    for (size_t i = 0; i < relation->asked_count; i++)
        relation->asked[i].served = false;
    return true;
}

static bool revoke_one(struct lc_provided *relation, const struct lc_csr *csr, struct lc_err *err)
{
    struct lc_asked *asked;

    if (!check_readable(relation, err) || !find_asked(relation, csr, &asked, err))
        return false;
    asked->served = false;
    return asked->certificate == LC_NONE || lc_provided_revoke(relation, asked->certificate, err);
}

bool lc_provider_revoke(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        const char *relation_id, const struct lc_csr *csr, struct lc_err *err)
{
    struct lc_provided *relation;

    if (!look_to_write(provider, hook, err))
        return false;
    if (csr != NULL)
        return find_relation(provider, relation_id, &relation, err) &&
               revoke_one(relation, csr, err) && lc_provider_write(provider, hook, err);
    for (size_t i = 0; i < provider->relation_count; i++)
        if (!revoke_all(&provider->relations[i], err))
            return false;
    lc_security_all_revoked(hook, provider->endpoint);
    if (!lc_provider_write(provider, hook, err))
        return false;
    for (size_t i = 0; i < provider->relation_count; i++)
        if (!check_readable(&provider->relations[i], err))
            return false;
    return true;
}
