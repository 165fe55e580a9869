/* What there is: the relation that is served, our requests, the provider's answers. Each databag is
 * read once, and none that this hook does not need. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

static void release_own(struct lc_own *own)
{
    lc_csr_unref(own->csr);
    lc_cert_unref(own->cert);
    lc_cert_unref(own->issuer);
    lc_chain_release(&own->chain);
    lc_error_entry_release(&own->refusal);
}

void lc_view_release(struct lc_view *view)
{
    for (size_t i = 0; i < view->own_count; i++)
        release_own(&view->own[i]);
    lc_free(view->own);
    lc_free(view->fates);
    lc_free(view->relation_id);
    lc_free(view->remote_app);
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++) {
        lc_request_entries_release(&view->bags[scope]);
        lc_key_unref(view->keys[scope].current);
        lc_key_unref(view->keys[scope].previous);
    }
    lc_answers_release(&view->certificates);
    lc_strmap_release(&view->answers);
    lc_error_entries_release(&view->errors);
    lc_capabilities_release(&view->capabilities);
    lc_tls_requests_release(&view->wishes);
    lc_strlist_release(&view->sent);
    *view = (struct lc_view){ .observed = false };
}

bool lc_requirer_treats(const struct lc_requirer *requirer, enum lc_tls_scope scope)
{
    return lc_tls_mode_has(requirer->mode, scope) &&
           (scope == LC_TLS_UNIT || requirer->view.leader);
}

static bool copy_to(char **out, const char *text, struct lc_err *err)
{
    char *copy = lc_strdup(text);

    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(*out);
    *out = copy;
    return true;
}

/* The oldest relation of the endpoint, the one that is breaking left out. */
static bool choose_relation(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                            struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    const bool breaking = hook->event->kind == LC_EVENT_RELATION_BROKEN;
    const char *chosen = NULL;
    size_t live = 0;

    if (!lc_juju_call(hook->juju, relation_ids, requirer->endpoint, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        if (breaking && strcmp(ids.items[i], hook->event->relation_id) == 0)
            continue;
        live++;
        if (chosen == NULL || lc_tls_relation_number(ids.items[i]) < lc_tls_relation_number(chosen))
            chosen = ids.items[i];
    }
    if (live > 1)
        lc_log(hook->log, LC_LEVEL_WARNING,
               "endpoint '%s' has %zu relations; only the oldest, %s, is served",
               requirer->endpoint, live, chosen);
    return chosen == NULL ? true : copy_to(&requirer->view.relation_id, chosen, err);
}

static bool read_bag(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                     enum lc_tls_scope scope, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    struct lc_view *view = &requirer->view;
    const bool app = scope == LC_TLS_APP;
    struct lc_err why = LC_ERR_INIT;

    const bool fits = lc_juju_call(hook->juju, relation_get, view->relation_id, app,
                                   app ? hook->app : hook->unit, &bag, &why);
    if (!fits && why.code != LC_ELIMIT) {
        *err = why;
        return false;
    }
    lc_request_entries_release(&view->bags[scope]);
    view->bags[scope].max_bytes = requirer->max_bytes;
    if (!lc_databag_load_requests(&bag, view->relation_id, hook->log, &view->bags[scope], err))
        return false;
    view->sealed = view->sealed || !fits || view->bags[scope].over_limit;
    return true;
}

static bool read_own_bags(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++)
        if (lc_requirer_treats(requirer, (enum lc_tls_scope)scope) &&
            !read_bag(requirer, hook, (enum lc_tls_scope)scope, err))
            return false;
    return true;
}

static bool has_requests(const struct lc_view *view)
{
    return view->bags[LC_TLS_UNIT].count + view->bags[LC_TLS_APP].count != 0;
}

/* What we remember concerns requests that are there; without any, the state need not be read, but
 * for what a unit has kept as leader. */
static bool load_memory(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        struct lc_err *err)
{
    if (has_requests(&requirer->view) || lc_tls_mode_has(requirer->mode, LC_TLS_APP))
        return lc_memory_load(&requirer->memory, hook, err);
    return true;
}

/* In an event of our endpoint the relation is known. Where it is the one that we remember to serve,
 * Juju need not be asked for all of them. */
static bool is_served(struct lc_requirer *requirer, const struct lc_tls_hook *hook, bool *served,
                      struct lc_err *err)
{
    const struct lc_event *event = hook->event;

    *served = false;
    if (!lc_event_is_relation(event->kind) || event->kind == LC_EVENT_RELATION_BROKEN ||
        strcmp(event->endpoint, requirer->endpoint) != 0)
        return true;
    if (!copy_to(&requirer->view.relation_id, event->relation_id, err) ||
        !read_own_bags(requirer, hook, err) || !load_memory(requirer, hook, err))
        return false;
    *served = requirer->memory.relation_id != NULL &&
              strcmp(requirer->memory.relation_id, event->relation_id) == 0;
    return true;
}

bool lc_requirer_find_relation(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               struct lc_err *err)
{
    return requirer->view.relation_id != NULL || choose_relation(requirer, hook, err);
}

static bool enter_relation(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           struct lc_err *err)
{
    struct lc_view *view = &requirer->view;
    bool served;

    if (!is_served(requirer, hook, &served, err))
        return false;
    if (!served) {
        lc_free(view->relation_id);
        view->relation_id = NULL;
        if (!choose_relation(requirer, hook, err))
            return false;
        if (view->relation_id == NULL)
            return true;
        if (!read_own_bags(requirer, hook, err) || !load_memory(requirer, hook, err))
            return false;
    }
    if (!requirer->memory.loaded)
        lc_memory_start_empty(&requirer->memory);
    return true;
}

static bool find_remote_app(struct lc_view *view, const struct lc_tls_hook *hook,
                            struct lc_err *err)
{
    const struct lc_event *event = hook->event;

    if (event->remote_app != NULL && event->relation_id != NULL &&
        strcmp(event->relation_id, view->relation_id) == 0)
        return copy_to(&view->remote_app, event->remote_app, err);
    return lc_juju_call(hook->juju, relation_app, view->relation_id, &view->remote_app, err);
}

/* While a relation comes or goes the other side may not be readable (juju-hooks 4); and it may have
 * written more than we read. */
static bool get_answers(struct lc_view *view, const struct lc_tls_hook *hook, struct lc_err *err)
{
    struct lc_err why = LC_ERR_INIT;
    const bool found = find_remote_app(view, hook, &why);

    if (found && lc_juju_call(hook->juju, relation_get, view->relation_id, true, view->remote_app,
                              &view->answers, &why))
        return true;
    if (why.code != LC_ENOTFOUND && why.code != LC_EPERM && !(found && why.code == LC_ELIMIT)) {
        *err = why;
        return false;
    }
    view->blind = true;
    lc_log(hook->log, why.code == LC_ELIMIT ? LC_LEVEL_WARNING : LC_LEVEL_DEBUG,
           "%s: nothing to read from the provider: %s", view->relation_id, why.message);
    return true;
}

bool lc_requirer_read_answers(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              struct lc_err *err)
{
    struct lc_view *view = &requirer->view;

    view->certificates.max_bytes = requirer->max_bytes;
    view->errors.max_bytes = requirer->max_bytes;
    if (!get_answers(view, hook, err) ||
        !lc_answers_load(&view->answers, LC_KEY_CERTIFICATES, view->relation_id, hook->log,
                         &view->certificates, err) ||
        !lc_databag_load_errors(&view->answers, view->relation_id, hook->log, &view->errors, err) ||
        !lc_databag_load_capabilities(&view->answers, view->relation_id, hook->log,
                                      &view->capabilities, err))
        return false;
    view->blind = view->blind || view->certificates.unreadable;
    return true;
}

/* What is unreadable, or there twice, is out of the list, and so of the databag when it is written:
 * `skipped` says that it is to be (D-02). seen: hash -> place in own. */
static bool add_own(struct lc_view *view, const struct lc_tls_hook *hook, enum lc_tls_scope scope,
                    size_t place, struct lc_index *seen, struct lc_err *err)
{
    const struct lc_request_entry *entry = &view->bags[scope].items[place];
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_csr_parse(entry->csr, strlen(entry->csr), &csr, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        view->bags[scope].skipped++;
        lc_log(hook->log, LC_LEVEL_WARNING, "%s: an unreadable request of our own is removed: %s",
               view->relation_id, why.message);
        return true;
    }
    if (lc_index_get(seen, lc_csr_hash(csr), strlen(lc_csr_hash(csr))) != LC_INDEX_NONE) {
        view->bags[scope].skipped++;
        return true;
    }
    if (!lc_grow(&view->own, &view->own_capacity, view->own_count, sizeof(*view->own)))
        return lc_fail_memory(err);
    struct lc_own *own = &view->own[view->own_count];
    *own = (struct lc_own){
        .scope = scope, .entry = entry, .csr = LC_STEAL(csr), .ca = entry->ca, .wish = LC_NONE
    };
    return lc_index_put(seen, lc_csr_hash(own->csr), strlen(lc_csr_hash(own->csr)),
                        view->own_count++, NULL, err);
}

static bool list_own(struct lc_view *view, const struct lc_tls_hook *hook, struct lc_err *err)
{
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++) {
        LC_AUTO(lc_index_release) struct lc_index seen = LC_INDEX_INIT;
        for (size_t i = 0; i < view->bags[scope].count; i++)
            if (!add_own(view, hook, (enum lc_tls_scope)scope, i, &seen, err))
                return false;
    }
    return true;
}

bool lc_requirer_observe(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                         struct lc_err *err)
{
    struct lc_view *view = &requirer->view;

    lc_view_release(view);
    if (lc_tls_mode_has(requirer->mode, LC_TLS_APP) &&
        !lc_juju_call(hook->juju, is_leader, &view->leader, err))
        return false;
    view->observed = true;
    if (!lc_requirer_treats(requirer, LC_TLS_UNIT) && !lc_requirer_treats(requirer, LC_TLS_APP))
        return lc_memory_load(&requirer->memory, hook, err); /* what it kept while it was leader */
    if (!enter_relation(requirer, hook, err))
        return false;
    if (view->relation_id == NULL)
        return true;
    return lc_requirer_read_answers(requirer, hook, err) && list_own(view, hook, err);
}

/* The request that a CSR answers: equal attributes, `ca` as its entry says (2.3). */
static bool find_wish(const struct lc_tls_requests *wishes, struct lc_own *own, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf form = LC_BUF_INIT(LC_ATTRS_FORM_MAX_BYTES);
    struct lc_err why = LC_ERR_INIT;

    if (!lc_csr_attrs(own->csr, own->ca, &attrs, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err) : true;
    if (!lc_attrs_encode(&attrs, &form, err))
        return false;
    const size_t at = lc_index_get(&wishes->by_form, form.data, form.len);
    own->wish = at != LC_NONE && wishes->items[at].scope == own->scope ? at : LC_NONE;
    return true;
}

static enum lc_made_by find_maker(const struct lc_csr *csr, const struct lc_scope_key *key)
{
    if (key->current != NULL && lc_csr_matches_key(csr, key->current))
        return LC_MADE_BY_CURRENT;
    if (key->previous != NULL && lc_csr_matches_key(csr, key->previous))
        return LC_MADE_BY_PREVIOUS;
    return LC_MADE_BY_OTHER;
}

static bool check_scopes(const struct lc_requirer *requirer, const struct lc_tls_requests *asked,
                         struct lc_err *err)
{
    for (size_t i = 0; i < asked->count; i++)
        if (!lc_tls_mode_has(requirer->mode, asked->items[i].scope))
            return lc_fail(err, LC_EUSAGE, "endpoint '%s': a request for the %s in mode %s",
                           requirer->endpoint,
                           asked->items[i].scope == LC_TLS_APP ? "application" : "unit",
                           lc_tls_mode_name(requirer->mode));
    return true;
}

/* Until the plan is made, which asking the author may come before, nothing is assigned. */
bool lc_requirer_ask(struct lc_requirer *requirer, struct lc_err *err)
{
    struct lc_view *view = &requirer->view;

    requirer->is_asking = true;
    const bool is_answered = requirer->ask(requirer->ask_context, &view->capabilities,
                                           &view->wishes, err);
    requirer->is_asking = false;
    if (!is_answered || !check_scopes(requirer, &view->wishes, err))
        return false;
    view->fates = lc_alloc(view->wishes.count, sizeof(*view->fates));
    if (view->fates == NULL)
        return lc_fail_memory(err);
    for (size_t wish = 0; wish < view->wishes.count; wish++)
        view->fates[wish].assigned = LC_NONE;
    for (size_t i = 0; i < view->own_count; i++) {
        struct lc_own *own = &view->own[i];
        own->made_by = find_maker(own->csr, &view->keys[own->scope]);
        if (!find_wish(&view->wishes, own, err))
            return false;
    }
    return true;
}
