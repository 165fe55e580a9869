/* When a certificate is renewed (tls-certificates 3.7, 3.8). Times are seconds since the epoch. */
#ifndef LC_TLS_RENEWAL_H
#define LC_TLS_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#define LC_RENEW_AT_DEFAULT 0.9
#define LC_RENEW_AFTER      0.5 /* of the validity: never before */

/* Above 0.5, at most 1. */
bool lc_renewal_is_valid_fraction(double renew_at);

/* notBefore + fraction of the validity: the expiry of the certificate's secret (D-18). */
int64_t lc_renewal_due(int64_t not_before, int64_t not_after, double renew_at);

/* A time that an author has chosen, within bounds: not before half of the validity, or each new
 * certificate could be due at once, and not behind its end. */
int64_t lc_renewal_bound(int64_t not_before, int64_t not_after, int64_t chosen);

/* From here on any reconcile renews, should the secret's expiry have been missed: at
 * min(0.99, renew_at + 0.05) of the validity. */
int64_t lc_renewal_overdue(int64_t not_before, int64_t not_after, double renew_at);

#endif
