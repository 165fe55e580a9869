/* The author's questions to a requirer: what may be used now, what was refused, what the provider
 * can do. They look first where no reconcile has in this hook, and write nothing. */
#include <string.h>

#include "tls/requirer_private.h"

static bool nothing_assigned(const struct lc_requirer *requirer, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "endpoint '%s': no certificate yet", requirer->endpoint);
}

bool lc_requirer_assigned_at(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             size_t index, struct lc_tls_pair *out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    for (size_t wish = 0; view->fates != NULL && wish < view->wishes.count; wish++) {
        const size_t place = view->fates[wish].assigned;
        if (place != LC_NONE && index-- == 0)
            return lc_requirer_pair(requirer, &view->own[place], out, err);
    }
    return nothing_assigned(requirer, err);
}

/* The first wish with this name; LC_NONE. */
static size_t wish_of_name(const struct lc_view *view, const char *name)
{
    for (size_t wish = 0; wish < view->wishes.count; wish++) {
        const char *known = view->wishes.items[wish].name;
        if (known != NULL && strcmp(known, name) == 0)
            return wish;
    }
    return LC_NONE;
}

bool lc_requirer_assigned(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          const char *name, struct lc_tls_pair *out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (name == NULL)
        return lc_requirer_assigned_at(requirer, hook, 0, out, err);
    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    const size_t wish = wish_of_name(view, name);
    if (wish == LC_NONE || view->fates[wish].assigned == LC_NONE)
        return nothing_assigned(requirer, err);
    return lc_requirer_pair(requirer, &view->own[view->fates[wish].assigned], out, err);
}

bool lc_requirer_denial(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const char *name, const struct lc_error_entry **out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    *out = NULL;
    const size_t wish = name == NULL ? LC_NONE : wish_of_name(view, name);
    for (size_t i = 0; i < view->own_count && *out == NULL; i++) {
        const struct lc_own *own = &view->own[i];
        const bool asked_for = name == NULL ? own->wish != LC_NONE : own->wish == wish;
        if (asked_for && !own->remove)
            *out = own->denial;
    }
    return true;
}

bool lc_requirer_denial_at(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                           size_t index, const struct lc_error_entry **out, struct lc_err *err)
{
    const struct lc_view *view = &requirer->view;

    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    *out = NULL;
    for (size_t i = 0; i < view->own_count && *out == NULL; i++) {
        const struct lc_own *own = &view->own[i];
        if (own->denial != NULL && !own->remove && index-- == 0)
            *out = own->denial;
    }
    return true;
}

/* Every unit may read what the provider says, also one that has no part in the requests. */
bool lc_requirer_capabilities(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_capabilities **out, struct lc_err *err)
{
    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    if (requirer->view.relation_id == NULL) {
        if (!lc_requirer_find_relation(requirer, hook, err) ||
            (requirer->view.relation_id != NULL && !lc_requirer_read_answers(requirer, hook, err)))
            return false;
    }
    *out = &requirer->view.capabilities;
    return true;
}

bool lc_requirer_key_secret_id(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               enum lc_tls_scope scope, char **out, struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    *out = NULL;
    if (!lc_requirer_ensure_looked(requirer, hook, err))
        return false;
    if (requirer->private_key != NULL || !lc_requirer_treats(requirer, scope))
        return true;
    if (!lc_requirer_find_secret(requirer, hook, LC_LABEL_KEY, scope, NULL, &info, err))
        return false;
    *out = LC_STEAL(info.id);
    return true;
}
