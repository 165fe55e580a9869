/* The author's wishes: a list of requests, each once. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer.h"

static void release_request(struct lc_tls_request *request)
{
    lc_free(request->name);
    lc_attrs_release(&request->attrs);
}

void lc_tls_requests_release(struct lc_tls_requests *requests)
{
    for (size_t i = 0; i < requests->count; i++)
        release_request(&requests->items[i]);
    lc_free(requests->items);
    *requests = (struct lc_tls_requests)LC_TLS_REQUESTS_INIT;
}

/* *known: it is there already, word for word. Linear: charms ask for a few. */
static bool check_against(const struct lc_tls_requests *requests,
                          const struct lc_tls_request *fresh, bool *known, struct lc_err *err)
{
    *known = false;
    for (size_t i = 0; i < requests->count; i++) {
        const struct lc_tls_request *other = &requests->items[i];
        const bool same = lc_attrs_equals(&other->attrs, &fresh->attrs);
        const bool same_name = other->name != NULL && fresh->name != NULL &&
                               strcmp(other->name, fresh->name) == 0;
        if (same && other->scope != fresh->scope)
            return lc_fail(err, LC_EUSAGE, "the same request for the unit and for the application");
        if (same_name && !same)
            return lc_fail(err, LC_EUSAGE, "two different requests of the name '%s'", fresh->name);
        *known = *known || same;
    }
    return true;
}

bool lc_tls_requests_take(struct lc_tls_requests *requests, const char *name,
                          enum lc_tls_scope scope, struct lc_attrs *attrs, struct lc_err *err)
{
    struct lc_tls_request fresh = { .scope = scope, .attrs = *attrs };
    bool known;

    *attrs = (struct lc_attrs)LC_ATTRS_INIT;
    fresh.name = name == NULL ? NULL : lc_strdup(name);
    bool good = name == NULL || fresh.name != NULL ? true : lc_fail_memory(err);
    good = good && lc_attrs_normalise(&fresh.attrs, err) &&
           check_against(requests, &fresh, &known, err);
    if (good && !known && requests->count >= LC_TLS_MAX_REQUESTS)
        good = lc_fail(err, LC_ELIMIT, "more than %d requests", LC_TLS_MAX_REQUESTS);
    if (good && !known &&
        !lc_grow(&requests->items, &requests->capacity, requests->count, sizeof(fresh)))
        good = lc_fail_memory(err);
    if (good && !known)
        requests->items[requests->count++] = fresh;
    else
        release_request(&fresh);
    return good;
}
