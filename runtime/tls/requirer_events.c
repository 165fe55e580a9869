/* The events that a requirer has for its author: a queue, emptied one by one. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

const char *lc_requirer_event_name(enum lc_requirer_event_kind kind)
{
    static const char *const names[] = {
        [LC_REQUIRER_AVAILABLE] = "available",
        [LC_REQUIRER_DENIED] = "denied",
        [LC_REQUIRER_REVOKED] = "revoked",
        [LC_REQUIRER_RENEWING] = "renewing",
    };

    return names[kind];
}

void lc_tls_pair_release(struct lc_tls_pair *pair)
{
    lc_free(pair->name);
    lc_key_unref(pair->key);
    lc_csr_unref(pair->csr);
    lc_cert_unref(pair->certificate);
    lc_cert_unref(pair->ca);
    lc_chain_release(&pair->chain);
    *pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
}

bool lc_requirer_pair(const struct lc_requirer *requirer, const struct lc_own *own,
                      struct lc_tls_pair *out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;
    const struct lc_scope_key *keys = &view->keys[own->scope];
    struct lc_key *key = own->made_by == LC_MADE_BY_PREVIOUS ? keys->previous : keys->current;
    const char *name = own->wish == LC_NONE ? NULL : view->wishes.items[own->wish].name;
    LC_AUTO(lc_tls_pair_release) struct lc_tls_pair pair = { .scope = own->scope };

    if (name != NULL && (pair.name = lc_strdup(name)) == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < own->chain.count; i++)
        if (!lc_chain_add(&pair.chain, own->chain.items[i], err))
            return false;
    pair.key = key == NULL ? NULL : lc_key_ref(key);
    pair.csr = lc_csr_ref(own->csr);
    pair.certificate = own->cert == NULL ? NULL : lc_cert_ref(own->cert);
    pair.ca = own->issuer == NULL ? NULL : lc_cert_ref(own->issuer);
    lc_tls_pair_release(out);
    *out = pair;
    pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
    return true;
}

static bool copy_denial(const struct lc_error_entry *from, struct lc_error_entry *out,
                        struct lc_err *err)
{
    struct lc_error_entries one = LC_ERROR_ENTRIES_INIT;

    if (!lc_error_entries_add(&one, from, err))
        return false;
    *out = one.items[0];
    lc_free(one.items);
    return true;
}

bool lc_requirer_queue(struct lc_requirer *requirer, enum lc_requirer_event_kind kind,
                       struct lc_tls_pair *pair, const struct lc_error_entry *denial,
                       struct lc_err *err)
{
    struct lc_requirer_event event = { .kind = kind };

    if (denial != NULL && !copy_denial(denial, &event.denial, err))
        return false;
    if (!lc_grow(&requirer->events, &requirer->event_capacity, requirer->event_count,
                 sizeof(*requirer->events))) {
        lc_error_entry_release(&event.denial);
        return lc_fail_memory(err);
    }
    event.pair = *pair;
    *pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
    requirer->events[requirer->event_count++] = event;
    return true;
}

const struct lc_requirer_event *lc_requirer_next(struct lc_requirer *requirer)
{
    return requirer->next_event < requirer->event_count ? &requirer->events[requirer->next_event]
                                                        : NULL;
}

void lc_requirer_delivered(struct lc_requirer *requirer)
{
    struct lc_requirer_event *event = &requirer->events[requirer->next_event++];

    lc_tls_pair_release(&event->pair);
    lc_error_entry_release(&event->denial);
}
