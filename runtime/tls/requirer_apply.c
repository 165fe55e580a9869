/* Carry the plan out: databags, secrets, what to remember. Everything goes through the session,
 * which sends it once, at the end of a hook that succeeds. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

/* --- databags ------------------------------------------------------------------------------- */

static bool send_request(struct lc_requirer *requirer, size_t wish, struct lc_request_entries *bag,
                         struct lc_err *err)
{
    const struct lc_tls_request *request = &requirer->view.wishes.items[wish];
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;

    if (!lc_csr_generate(&request->attrs, requirer->view.keys[request->scope].current, &csr, err))
        return lc_wrap(err, "cannot make the request '%s'",
                       request->name != NULL                ? request->name
                       : request->attrs.common_name != NULL ? request->attrs.common_name
                                                            : "without common name");
    return lc_request_entries_add(bag, lc_csr_pem(csr), request->attrs.is_ca, err) &&
           lc_strlist_add(&requirer->view.sent, lc_csr_hash(csr), err) &&
           lc_memory_note(&requirer->memory, lc_csr_hash(csr), LC_FACT_STORED, "", err);
}

/* What stays, in its place and to the letter, and what is new behind it. */
static bool build_bag(struct lc_requirer *requirer, enum lc_tls_scope scope,
                      struct lc_request_entries *bag, bool *changed, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    *changed = view->bags[scope].unreadable || view->bags[scope].skipped != 0;
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_own *own = &view->own[i];
        if (own->scope != scope)
            continue;
        *changed = *changed || own->remove;
        if (!own->remove && !lc_request_entries_keep(bag, own->entry, err))
            return false;
    }
    for (size_t wish = 0; wish < view->wishes.count; wish++) {
        if (view->wishes.items[wish].scope != scope || !view->fates[wish].send)
            continue;
        *changed = true;
        if (!send_request(requirer, wish, bag, err))
            return false;
    }
    return true;
}

bool lc_requirer_set_requests(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              enum lc_tls_scope scope, const char *text, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    return lc_strmap_set(&changes, LC_KEY_REQUESTS, text, err) &&
           lc_juju_call(hook->juju, relation_set, requirer->view.relation_id, scope == LC_TLS_APP,
                        &changes, err);
}

static bool write_bag(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      enum lc_tls_scope scope, struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries bag = LC_REQUEST_ENTRIES_INIT;
    LC_AUTO(lc_buf_release)
    struct lc_buf text = LC_BUF_INIT(requirer->max_bytes == 0 ? LC_DATABAG_MAX_BYTES
                                                              : requirer->max_bytes);
    bool changed;

    if (!build_bag(requirer, scope, &bag, &changed, err))
        return false;
    if (!changed)
        return true;
    if (!lc_databag_dump_requests(&bag, &text, err))
        return lc_wrap(err, "%s: cannot write our %zu requests", requirer->view.relation_id,
                       bag.count);
    return lc_requirer_set_requests(requirer, hook, scope, text.data, err);
}

static bool write_bags(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++)
        if (lc_requirer_treats(requirer, (enum lc_tls_scope)scope) &&
            !write_bag(requirer, hook, (enum lc_tls_scope)scope, err))
            return false;
    return true;
}

/* --- secrets of certificates ---------------------------------------------------------------- */

/* A request that goes and that we have not seen before: v3's, as a rule. Its certificate's secret
 * goes when there is a successor (UPG-017). */
static bool is_left_over(const struct lc_requirer *requirer, const struct lc_own *own)
{
    return own->scope == LC_TLS_UNIT && !lc_memory_knows(&requirer->memory, lc_csr_hash(own->csr));
}

static bool write_secret(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         const struct lc_own *own, struct lc_err *err)
{
    if (own->usable)
        return lc_requirer_store_certificate(requirer, hook, own, err);
    if (!own->remove)
        return true;
    if (is_left_over(requirer, own) &&
        !lc_memory_leave_over(&requirer->memory, lc_csr_hash(own->csr), err))
        return false;
    return lc_requirer_remove_certificate(requirer, hook, own, err);
}

static bool write_secrets(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    bool has_certificate = false;

    for (size_t i = 0; i < requirer->view.own_count; i++) {
        const struct lc_own *own = &requirer->view.own[i];
        if (!write_secret(requirer, hook, own, err))
            return false;
        has_certificate = has_certificate || own->usable;
    }
    return !has_certificate || lc_requirer_remove_leftovers(requirer, hook, err);
}

/* --- memory --------------------------------------------------------------------------------- */

static bool put_short(struct lc_strlist *kept, const char *hash, struct lc_err *err)
{
    char short_hash[LC_SHORT_HASH];

    lc_short_hash(hash, short_hash);
    return lc_strlist_add(kept, short_hash, err);
}

static bool list_kept(const struct lc_view *view, struct lc_strlist *kept, struct lc_err *err)
{
    for (size_t i = 0; i < view->own_count; i++)
        if (!view->own[i].remove && !put_short(kept, lc_csr_hash(view->own[i].csr), err))
            return false;
    for (size_t i = 0; i < view->sent.count; i++)
        if (!put_short(kept, view->sent.items[i], err))
            return false;
    return true;
}

static bool is_kept(void *context, const char *short_hash)
{
    const struct lc_index *kept = context;

    return lc_index_get(kept, short_hash, strlen(short_hash)) != LC_INDEX_NONE;
}

/* Of requests that are gone, nothing; without any, not even the relation: so that a charm that asks
 * for nothing writes nothing. */
static bool update_memory(struct lc_requirer *requirer, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist kept = LC_STRLIST_INIT;
    LC_AUTO(lc_index_release) struct lc_index index = LC_INDEX_INIT;
    struct lc_memory *memory = &requirer->memory;

    if (!list_kept(&requirer->view, &kept, err))
        return false;
    if (kept.count == 0) {
        lc_memory_forget_csrs(memory);
        return true;
    }
    for (size_t i = 0; i < kept.count; i++)
        if (!lc_index_put(&index, kept.items[i], strlen(kept.items[i]), i, NULL, err))
            return false;
    lc_memory_prune(memory, is_kept, &index);
    return lc_memory_serve(memory, requirer->view.relation_id, err);
}

bool lc_requirer_apply(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_reason *reason, struct lc_err *err)
{
    return write_secrets(requirer, hook, err) && lc_requirer_tell(requirer, hook, reason, err) &&
           write_bags(requirer, hook, err) && update_memory(requirer, err) &&
           lc_requirer_drop_previous_keys(requirer, hook, err);
}
