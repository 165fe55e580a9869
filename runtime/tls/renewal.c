/* When a certificate is renewed. */
#include "tls/renewal.h"

#include <math.h>

bool lc_renewal_is_valid_fraction(double renew_at)
{
    return renew_at > LC_RENEW_AFTER && renew_at <= 1.0;
}

static int64_t at_fraction(int64_t not_before, int64_t not_after, double fraction)
{
    return not_before + (int64_t)llround((double)(not_after - not_before) * fraction);
}

int64_t lc_renewal_due(int64_t not_before, int64_t not_after, double renew_at)
{
    return at_fraction(not_before, not_after, renew_at);
}

int64_t lc_renewal_overdue(int64_t not_before, int64_t not_after, double renew_at)
{
    return at_fraction(not_before, not_after, fmin(0.99, renew_at + 0.05));
}

int64_t lc_renewal_bound(int64_t not_before, int64_t not_after, int64_t chosen)
{
    const int64_t earliest = at_fraction(not_before, not_after, LC_RENEW_AFTER);

    return chosen < earliest ? earliest : chosen > not_after ? not_after : chosen;
}
