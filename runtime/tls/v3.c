/* v3's requests: what a charm that does each step by itself sends and withdraws. */
#include "tls/v3.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tls/pem_body.h"
#include "tls/v3_private.h"

bool lc_v3_new(const struct lc_v3_options *options, struct lc_v3 **out, struct lc_err *err)
{
    LC_AUTO(lc_v3_free) struct lc_v3 *v3 = lc_alloc(1, sizeof(*v3));

    if (v3 == NULL)
        return lc_fail_memory(err);
    v3->notice_hours = options->notice_hours;
    v3->endpoint = lc_strdup(options->endpoint);
    if (v3->endpoint == NULL)
        return lc_fail_memory(err);
    *out = LC_STEAL(v3);
    return true;
}

void lc_v3_free(struct lc_v3 *v3)
{
    if (v3 == NULL)
        return;
    while (lc_v3_next(v3) != NULL)
        lc_v3_delivered(v3);
    lc_free(v3->events);
    lc_free(v3->endpoint);
    lc_free(v3);
}

const char *lc_v3_endpoint(const struct lc_v3 *v3)
{
    return v3->endpoint;
}

int64_t lc_v3_notice(int64_t not_before, int64_t not_after, int64_t provider_hours,
                     int64_t requirer_hours)
{
    const int64_t hours[] = { provider_hours, requirer_hours };
    const int64_t life = not_after - not_before;

    for (size_t i = 0; i < LC_COUNT(hours); i++)
        if (hours[i] != 0 && llabs(hours[i]) < life / 3600)
            return not_after - llabs(hours[i]) * 3600;
    return not_after - life / 3;
}

/* --- the relation --------------------------------------------------------------------------- */

bool lc_v3_relation(const struct lc_v3 *v3, const struct lc_tls_hook *hook, char **out,
                    struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    const struct lc_event *event = hook->event;
    const bool is_ours = lc_event_is_relation(event->kind) &&
                         strcmp(event->endpoint, v3->endpoint) == 0;
    const char *chosen = is_ours ? event->relation_id : NULL;

    *out = NULL;
    if (chosen == NULL && !lc_juju_call(hook->juju, relation_ids, v3->endpoint, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++)
        if (chosen == NULL || lc_tls_relation_number(ids.items[i]) < lc_tls_relation_number(chosen))
            chosen = ids.items[i];
    if (chosen == NULL)
        return true;
    *out = lc_strdup(chosen);
    return *out != NULL ? true : lc_fail_memory(err);
}

bool lc_v3_own(const struct lc_tls_hook *hook, const char *relation_id,
               struct lc_request_entries *out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    return lc_juju_call(hook->juju, relation_get, relation_id, false, hook->unit, &bag, err) &&
           lc_databag_load_requests(&bag, relation_id, hook->log, out, err);
}

bool lc_v3_is_same(const char *a, const char *b, bool *same, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf body_a = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf body_b = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    lc_pem_body(a, &body_a);
    lc_pem_body(b, &body_b);
    *same = body_a.len != 0 && strcmp(body_a.data, body_b.data) == 0;
    return lc_buf_check(&body_a, err) && lc_buf_check(&body_b, err);
}

/* --- requests ------------------------------------------------------------------------------- */

/* What a change does to the list. */
struct change {
    const struct lc_csr *remove; /* NULL: nothing */
    const struct lc_csr *add;    /* NULL: nothing */
    bool is_ca;                  /* of what is added, unless what is removed was */
};

/* The list without what goes; *changed says whether anything did, *there whether the new one is
 * there already. */
static bool keep_others(const struct lc_request_entries *old, struct change *change,
                        struct lc_request_entries *out, bool *changed, bool *there,
                        struct lc_err *err)
{
    bool same = false;

    for (size_t i = 0; i < old->count; i++) {
        const struct lc_request_entry *entry = &old->items[i];
        if (change->add != NULL) {
            if (!lc_v3_is_same(entry->csr, lc_csr_pem(change->add), &same, err))
                return false;
            *there = *there || same;
        }
        if (change->remove != NULL) {
            if (!lc_v3_is_same(entry->csr, lc_csr_pem(change->remove), &same, err))
                return false;
            if (same) {
                change->is_ca = change->is_ca || entry->ca;
                *changed = true;
                continue;
            }
        }
        if (!lc_request_entries_keep(out, entry, err))
            return false;
    }
    return true;
}

/* v3 leaves an emptied list as such; a v3 provider does not see a key that is gone (1.9). */
static bool write_requests(const struct lc_tls_hook *hook, const char *relation_id,
                           const struct lc_request_entries *entries, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    return lc_databag_dump_requests(entries, &text, err) &&
           lc_strmap_set(&changes, LC_KEY_REQUESTS, text.len == 0 ? "[]" : text.data, err) &&
           lc_juju_call(hook->juju, relation_set, relation_id, false, &changes, err);
}

static bool apply(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct change *change,
                  struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries old = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries fresh = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_free) char *relation_id = NULL;
    bool changed = false;
    bool there = false;

    if (!lc_v3_relation(v3, hook, &relation_id, err))
        return false;
    if (relation_id == NULL)
        return lc_fail(err, LC_ENOTFOUND, "endpoint '%s' has no relation", v3->endpoint);
    if (!lc_v3_own(hook, relation_id, &old, err) ||
        !keep_others(&old, change, &fresh, &changed, &there, err))
        return false;
    if (change->add != NULL && !there) {
        changed = true;
        if (!lc_request_entries_add(&fresh, lc_csr_pem(change->add), change->is_ca, err))
            return false;
    }
    return !changed || write_requests(hook, relation_id, &fresh, err);
}

bool lc_v3_request(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                   bool is_ca, struct lc_err *err)
{
    struct change change = { .add = csr, .is_ca = is_ca };

    return apply(v3, hook, &change, err);
}

bool lc_v3_renew(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *old,
                 const struct lc_csr *renewed, struct lc_err *err)
{
    struct change change = { .remove = old, .add = renewed };

    if (lc_csr_equals(old, renewed))
        return lc_fail(err, LC_EUSAGE,
                       "the new request is the old one: its provider has answered "
                       "that, and would do nothing");
    return apply(v3, hook, &change, err);
}

bool lc_v3_withdraw(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                    struct lc_err *err)
{
    struct change change = { .remove = csr };

    return apply(v3, hook, &change, err);
}
