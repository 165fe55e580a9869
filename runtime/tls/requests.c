/* The author's wishes: a list of requests, each once, found by what is asked for and by name. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer.h"

static void release_request(struct lc_tls_request *request)
{
    lc_free(request->name);
    lc_free(request->form);
    lc_attrs_release(&request->attrs);
}

void lc_tls_requests_release(struct lc_tls_requests *requests)
{
    lc_index_release(&requests->by_form); /* before the keys that they borrow */
    lc_index_release(&requests->by_name);
    for (size_t i = 0; i < requests->count; i++)
        release_request(&requests->items[i]);
    lc_free(requests->items);
    *requests = (struct lc_tls_requests)LC_TLS_REQUESTS_INIT;
}

/* The request with the same attributes, LC_INDEX_NONE for none. */
static bool find_same(const struct lc_tls_requests *requests, const struct lc_tls_request *fresh,
                      size_t *out, struct lc_err *err)
{
    const size_t named = fresh->name == NULL
                             ? LC_INDEX_NONE
                             : lc_index_get(&requests->by_name, fresh->name, strlen(fresh->name));

    *out = lc_index_get(&requests->by_form, fresh->form, fresh->form_len);
    const struct lc_tls_request *same = *out == LC_INDEX_NONE ? NULL : &requests->items[*out];
    if (same != NULL && same->scope != fresh->scope)
        return lc_fail(err, LC_EUSAGE, "the same request for the unit and for the application");
    if (named != LC_INDEX_NONE && named != *out)
        return lc_fail(err, LC_EUSAGE, "two different requests of the name '%s'", fresh->name);
    if (same != NULL && fresh->name != NULL && named == LC_INDEX_NONE)
        return lc_fail(err, LC_EUSAGE, "the request '%s' is there already, %s%s", fresh->name,
                       same->name == NULL ? "without a name" : "named ",
                       same->name == NULL ? "" : same->name);
    return true;
}

/* fresh is moved into the list. */
static bool add(struct lc_tls_requests *requests, struct lc_tls_request *fresh, struct lc_err *err)
{
    const size_t at = requests->count;

    if (at >= LC_TLS_MAX_REQUESTS)
        return lc_fail(err, LC_ELIMIT, "more than %d requests", LC_TLS_MAX_REQUESTS);
    if (!lc_grow(&requests->items, &requests->capacity, at, sizeof(*fresh)))
        return lc_fail_memory(err);
    requests->items[requests->count++] = *fresh;
    const struct lc_tls_request kept = *fresh;
    *fresh = (struct lc_tls_request){ .attrs = LC_ATTRS_INIT };
    return lc_index_put(&requests->by_form, kept.form, kept.form_len, at, NULL, err) &&
           (kept.name == NULL ||
            lc_index_put(&requests->by_name, kept.name, strlen(kept.name), at, NULL, err));
}

static bool fill(struct lc_tls_request *fresh, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf form = LC_BUF_INIT(LC_ATTRS_FORM_MAX_BYTES);

    fresh->name = name == NULL ? NULL : lc_strdup(name);
    if (name != NULL && fresh->name == NULL)
        return lc_fail_memory(err);
    return lc_attrs_normalise(&fresh->attrs, err) && lc_attrs_encode(&fresh->attrs, &form, err) &&
           lc_buf_take(&form, &fresh->form, &fresh->form_len, err);
}

bool lc_tls_requests_take(struct lc_tls_requests *requests, const char *name,
                          enum lc_tls_scope scope, struct lc_attrs *attrs, struct lc_err *err)
{
    struct lc_tls_request fresh = { .scope = scope, .attrs = *attrs };
    size_t same;

    *attrs = (struct lc_attrs)LC_ATTRS_INIT;
    const bool good = fill(&fresh, name, err) && find_same(requests, &fresh, &same, err) &&
                      (same != LC_INDEX_NONE || add(requests, &fresh, err));
    release_request(&fresh);
    return good;
}
