/* What the other sides ask for, and what we have answered: each databag read once, each CSR parsed
 * once, answers found through an index (D-01, D-08, D-13). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tls/complaints.h"
#include "tls/pem_body.h"
#include "tls/provider_private.h"

static void release_relation(struct lc_provided *relation)
{
    for (size_t i = 0; i < relation->asked_count; i++) {
        struct lc_asked *asked = &relation->asked[i];
        lc_free(asked->body);
        lc_free(asked->unit);
        lc_csr_unref(asked->csr);
    }
    lc_free(relation->asked);
    lc_index_release(&relation->by_body);
    lc_free(relation->relation_id);
    lc_free(relation->remote_app);
    lc_answers_release(&relation->certificates);
    lc_answers_release(&relation->errors);
    lc_strmap_release(&relation->bag); /* which they are views into */
    lc_capabilities_release(&relation->capabilities);
}

void lc_provider_forget(struct lc_provider *provider)
{
    for (size_t i = 0; i < provider->relation_count; i++)
        release_relation(&provider->relations[i]);
    lc_free(provider->relations);
    provider->relations = NULL;
    provider->relation_count = 0;
    provider->relation_capacity = 0;
    provider->observed = false;
}

/* A CSR that cannot be read costs its entry (D-01). */
static bool add_asked(struct lc_provided *relation, struct lc_complaints *complaints,
                      const char *unit, const struct lc_request_entry *entry,
                      struct lc_buf *scratch, struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_csr_parse(entry->csr, strlen(entry->csr), &csr, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        lc_complain(complaints, "%s: a request of %s is passed over: %s", relation->relation_id,
                    unit == NULL ? relation->remote_app : unit, why.message);
        return true;
    }
    lc_pem_body(lc_csr_pem(csr), scratch);
    if (!lc_buf_check(scratch, err))
        return false;
    if (lc_index_get(&relation->by_body, scratch->data, scratch->len) != LC_NONE)
        return true; /* asked for twice, to be answered once */
    if (!lc_grow(&relation->asked, &relation->asked_capacity, relation->asked_count,
                 sizeof(*relation->asked)))
        return lc_fail_memory(err);
    struct lc_asked *asked = &relation->asked[relation->asked_count];
    *asked = (struct lc_asked){ .body = lc_strndup(scratch->data, scratch->len),
                                .unit = unit == NULL ? NULL : lc_strdup(unit),
                                .csr = LC_STEAL(csr),
                                .ca = entry->ca,
                                .certificate = LC_NONE,
                                .error = LC_NONE };
    relation->asked_count++;
    if (asked->body == NULL || (unit != NULL && asked->unit == NULL))
        return lc_fail_memory(err);
    return lc_index_put(&relation->by_body, asked->body, strlen(asked->body),
                        relation->asked_count - 1, NULL, err);
}

/* A databag of the other side: of a unit, or of the application (unit NULL). */
static bool read_requests(struct lc_provided *relation, const struct lc_tls_hook *hook,
                          const char *unit, struct lc_buf *scratch, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf where = LC_BUF_INIT(1024);
    struct lc_complaints complaints = { .log = hook->log };
    const char *who = unit == NULL ? relation->remote_app : unit;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_juju_call(hook->juju, relation_get, relation->relation_id, unit == NULL, who, &bag,
                      &why)) {
        if (why.code != LC_ENOTFOUND && why.code != LC_EPERM && why.code != LC_ELIMIT) {
            *err = why;
            return false;
        }
        relation->unreadable = true;
        lc_log(hook->log, why.code == LC_ELIMIT ? LC_LEVEL_WARNING : LC_LEVEL_DEBUG,
               "%s: databag of %s: %s", relation->relation_id, who, why.message);
        return true;
    }
    lc_buf_printf(&where, "%s, %s", relation->relation_id, who);
    if (!lc_databag_load_requests(&bag, where.data, hook->log, &entries, err))
        return false;
    relation->unreadable = relation->unreadable || entries.unreadable;
    for (size_t i = 0; i < entries.count; i++)
        if (!add_asked(relation, &complaints, unit, &entries.items[i], scratch, err))
            return false;
    return true;
}

/* From a unit's name, which costs nothing; only a relation without units makes us ask. */
static bool find_remote_app(struct lc_provided *relation, const struct lc_tls_hook *hook,
                            const struct lc_strlist *units, struct lc_err *err)
{
    const struct lc_event *event = hook->event;

    if (units->count != 0) {
        const char *unit = units->items[0];
        relation->remote_app = lc_strndup(unit, strcspn(unit, "/"));
    } else if (event->remote_app != NULL && event->relation_id != NULL &&
               strcmp(event->relation_id, relation->relation_id) == 0) {
        relation->remote_app = lc_strdup(event->remote_app);
    } else {
        return lc_juju_call(hook->juju, relation_app, relation->relation_id, &relation->remote_app,
                            err);
    }
    return relation->remote_app == NULL ? lc_fail_memory(err) : true;
}

static bool read_other_side(struct lc_provided *relation, const struct lc_tls_hook *hook,
                            struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf scratch = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    if (!lc_juju_call(hook->juju, relation_list, relation->relation_id, &units, err) ||
        !find_remote_app(relation, hook, &units, err))
        return false;
    for (size_t i = 0; i < units.count; i++)
        if (!read_requests(relation, hook, units.items[i], &scratch, err))
            return false;
    return read_requests(relation, hook, NULL, &scratch, err);
}

size_t lc_provided_find(const struct lc_provided *relation, const char *csr, struct lc_buf *scratch)
{
    lc_pem_body(csr, scratch);
    return scratch->len == 0 ? LC_NONE
                             : lc_index_get(&relation->by_body, scratch->data, scratch->len);
}

size_t lc_provided_find_asked(const struct lc_provided *relation, const struct lc_answer *answer,
                              struct lc_buf *scratch)
{
    lc_pem_body_of_span(&answer->csr, scratch);
    return scratch->len == 0 ? LC_NONE
                             : lc_index_get(&relation->by_body, scratch->data, scratch->len);
}

/* One that cannot be read serves nobody. */
static bool find_served(const struct lc_provided *relation, struct lc_asked *asked,
                        struct lc_err *err)
{
    const struct lc_answer *answer = &relation->certificates.items[asked->certificate];
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_free) char *pem = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (answer->revoked)
        return true;
    if (!lc_answer_dup_pem(answer, &pem, err))
        return false;
    if (!lc_cert_parse(pem, strlen(pem), &cert, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err) : true;
    asked->served = lc_cert_matches_csr(cert, asked->csr);
    return true;
}

/* Of several answers to one request the first counts, and the others go (PROV-029); what has no CSR
 * that could be read goes too (PROV-033). Whose CSR is gone is the clean-up's business. */
static bool find_certificates(struct lc_provided *relation, struct lc_buf *scratch,
                              struct lc_err *err)
{
    for (size_t i = 0; i < relation->certificates.count; i++) {
        const size_t at = lc_provided_find_asked(relation, &relation->certificates.items[i],
                                                 scratch);
        struct lc_asked *asked = at == LC_NONE ? NULL : &relation->asked[at];
        if (scratch->len == 0 || (asked != NULL && asked->certificate != LC_NONE)) {
            lc_provided_drop_certificate(relation, i);
        } else if (asked != NULL) {
            asked->certificate = i;
            if (!find_served(relation, asked, err))
                return false;
        }
    }
    return lc_buf_check(scratch, err);
}

static bool find_errors(struct lc_provided *relation, struct lc_buf *scratch, struct lc_err *err)
{
    for (size_t i = 0; i < relation->errors.count; i++) {
        const size_t at = lc_provided_find_asked(relation, &relation->errors.items[i], scratch);
        struct lc_asked *asked = at == LC_NONE ? NULL : &relation->asked[at];
        if (scratch->len == 0 || (asked != NULL && asked->error != LC_NONE))
            lc_provided_drop_error(relation, i);
        else if (asked != NULL)
            asked->error = i;
    }
    return lc_buf_check(scratch, err);
}

static bool find_answers(struct lc_provided *relation, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf scratch = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    return find_certificates(relation, &scratch, err) && find_errors(relation, &scratch, err);
}

/* What does not fit into our memory is no reason to write over it. */
static bool get_own_bag(struct lc_provided *relation, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    struct lc_err why = LC_ERR_INIT;

    if (lc_juju_call(hook->juju, relation_get, relation->relation_id, true, hook->app,
                     &relation->bag, &why))
        return true;
    relation->sealed = why.code == LC_ELIMIT;
    if (!relation->sealed)
        *err = why;
    return relation->sealed;
}

/* Ours to read only as leader. What is not JSON is written anew (D-11); what is over the limit may
 * hold answers, and stays. */
static bool read_own_bag(const struct lc_provider *provider, struct lc_provided *relation,
                         const struct lc_tls_hook *hook, struct lc_err *err)
{
    const char *where = relation->relation_id;

    relation->certificates.max_bytes = provider->max_bytes;
    relation->errors.max_bytes = provider->max_bytes;
    if (!get_own_bag(relation, hook, err) ||
        !lc_answers_load(&relation->bag, LC_KEY_CERTIFICATES, where, hook->log,
                         &relation->certificates, err) ||
        !lc_answers_load(&relation->bag, LC_KEY_ERRORS, where, hook->log, &relation->errors, err) ||
        !lc_databag_load_capabilities(&relation->bag, where, hook->log, &relation->capabilities,
                                      err))
        return false;
    relation->sealed = relation->sealed || relation->certificates.over_limit ||
                       relation->errors.over_limit;
    if (relation->sealed)
        return true;
    relation->certificates_changed = relation->certificates.unreadable ||
                                     relation->certificates.skipped != 0;
    relation->errors_changed = relation->errors.unreadable || relation->errors.skipped != 0;
    return find_answers(relation, err);
}

static bool observe_relation(struct lc_provider *provider, const struct lc_tls_hook *hook,
                             const char *relation_id, struct lc_err *err)
{
    if (!lc_grow(&provider->relations, &provider->relation_capacity, provider->relation_count,
                 sizeof(*provider->relations)))
        return lc_fail_memory(err);
    struct lc_provided *relation = &provider->relations[provider->relation_count++];
    *relation = (struct lc_provided){ .relation_id = lc_strdup(relation_id) };
    if (relation->relation_id == NULL)
        return lc_fail_memory(err);
    return read_other_side(relation, hook, err) &&
           (!provider->leader || read_own_bag(provider, relation, hook, err));
}

static int compare_age(const void *a, const void *b)
{
    const struct lc_provided *one = a;
    const struct lc_provided *other = b;
    const long difference = lc_tls_relation_number(one->relation_id) -
                            lc_tls_relation_number(other->relation_id);

    return difference < 0 ? -1 : difference > 0;
}

/* Relations are in the order of their age, so that authors see them in one order. */
bool lc_provider_observe(struct lc_provider *provider, const struct lc_tls_hook *hook,
                         struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    const bool breaking = hook->event->kind == LC_EVENT_RELATION_BROKEN;

    lc_provider_forget(provider);
    if (!lc_juju_call(hook->juju, is_leader, &provider->leader, err) ||
        !lc_juju_call(hook->juju, relation_ids, provider->endpoint, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        if (breaking && strcmp(ids.items[i], hook->event->relation_id) == 0)
            continue;
        if (!observe_relation(provider, hook, ids.items[i], err))
            return lc_wrap(err, "relation '%s'", ids.items[i]);
    }
    if (provider->relation_count != 0)
        qsort(provider->relations, provider->relation_count, sizeof(*provider->relations),
              compare_age);
    provider->observed = true;
    return true;
}
