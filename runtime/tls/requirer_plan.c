/* The plan: what becomes of each of our requests. Pure: it reads the view and the time, and writes
 * only the view's planned fields. The rules, for the requests that answer one wish, in the order of
 * the databag:
 *   - answering nothing, or made with another key: out;
 *   - revoked, or past its end: out, and a new one is sent;
 *   - of the usable ones the last is handed out, one of the current key before one of the previous;
 *   - those that it follows on are out: their successor is there;
 *   - made with the previous key and not handed out: out;
 *   - none of the current key left: one is sent. The one that is handed out is due for renewal, and
 *     nothing is pending: one more is sent, and the old stays (3.9, make before break);
 *   - never more than two for one wish (REQ-079).
 * While the provider's answers cannot be read, only the first rule takes one out.
 * A fixed number of passes, each linear. */
#include <string.h>

#include "tls/requirer_private.h"

#define MOST_KEPT 2

static bool is_hash(const struct lc_own *own, const char *hash)
{
    return hash != NULL && strcmp(lc_csr_hash(own->csr), hash) == 0;
}

static void judge(struct lc_own *own, int64_t now)
{
    own->remove = own->wish == LC_NONE || own->made_by == LC_MADE_BY_OTHER || own->revoked ||
                  (own->cert != NULL && now >= lc_cert_not_after(own->cert));
    own->usable = !own->remove && own->cert != NULL;
}

static void choose(struct lc_view *view, size_t place)
{
    const struct lc_own *own = &view->own[place];

    if (!own->usable)
        return;
    struct lc_wish *fate = &view->fates[own->wish];
    if (fate->assigned == LC_NONE || own->made_by == LC_MADE_BY_CURRENT ||
        view->own[fate->assigned].made_by == LC_MADE_BY_PREVIOUS)
        fate->assigned = place;
}

static void supersede(struct lc_view *view, size_t place)
{
    struct lc_own *own = &view->own[place];

    if (own->remove || view->blind)
        return;
    const size_t assigned = view->fates[own->wish].assigned;
    if (place == assigned)
        return;
    if (own->made_by == LC_MADE_BY_PREVIOUS) {
        own->remove = true;
    } else if (assigned != LC_NONE && place < assigned) {
        own->remove = view->own[assigned].made_by == LC_MADE_BY_CURRENT;
    }
    own->usable = own->usable && !own->remove;
}

/* From the last to the first: the newest of those that wait is kept. */
static void count(struct lc_view *view, size_t place)
{
    struct lc_own *own = &view->own[place];

    if (own->remove)
        return;
    struct lc_wish *fate = &view->fates[own->wish];
    const unsigned room = fate->assigned == LC_NONE ? MOST_KEPT : MOST_KEPT - 1;
    if (place == fate->assigned)
        return;
    if (fate->waiting >= room && !view->blind) {
        own->remove = true;
        own->usable = false;
        return;
    }
    fate->waiting++;
}

/* The secret's expiry tells when it is time. A certificate whose secret is written only now may be
 * past that already; and reconcile is the safety net for an expiry that was missed (3.8). What the
 * author says counts in each reconcile: it may be another time than the secret was told. */
static bool is_due(const struct lc_own *own, double renew_at, const struct lc_reason *reason,
                   int64_t now)
{
    const int64_t from = lc_cert_not_before(own->cert);
    const int64_t to = lc_cert_not_after(own->cert);

    if (is_hash(own, reason->renew_hash))
        return true;
    if (own->renew_from != 0)
        return now >= own->renew_from;
    return is_hash(own, reason->expired_hash) ||
           now >= (own->fresh ? lc_renewal_due(from, to, renew_at)
                              : lc_renewal_overdue(from, to, renew_at));
}

static void decide(struct lc_view *view, size_t wish, double renew_at,
                   const struct lc_reason *reason, int64_t now)
{
    struct lc_wish *fate = &view->fates[wish];
    struct lc_own *assigned = fate->assigned == LC_NONE ? NULL : &view->own[fate->assigned];

    if (fate->waiting != 0 || view->keys[view->wishes.items[wish].scope].current == NULL)
        return;
    if (assigned == NULL) {
        fate->send = true;
    } else if (assigned->made_by == LC_MADE_BY_PREVIOUS ||
               is_due(assigned, renew_at, reason, now)) {
        fate->send = true;
        assigned->renew = true;
    }
}

void lc_requirer_plan(struct lc_view *view, double renew_at, const struct lc_reason *reason,
                      int64_t now)
{
    for (size_t wish = 0; wish < view->wishes.count; wish++)
        view->fates[wish] = (struct lc_wish){ .assigned = LC_NONE };
    for (size_t place = 0; place < view->own_count; place++) {
        struct lc_own *own = &view->own[place];
        judge(own, now);
        choose(view, place);
    }
    for (size_t place = 0; place < view->own_count; place++)
        supersede(view, place);
    for (size_t place = view->own_count; place-- > 0;)
        count(view, place);
    for (size_t wish = 0; wish < view->wishes.count; wish++)
        decide(view, wish, renew_at, reason, now);
}
