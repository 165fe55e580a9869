/* What the v3 library gave to charms that do each step by themselves (tls-certificates 5.1): a
 * charm makes its key and its request, sends, renews and withdraws requests, and is told what has
 * become of them. Nothing is requested, renewed or kept for it but a secret for each certificate,
 * LIBID-<hash>, whose expiry is the time of the notice. The unit's databag only.
 *
 * One struct lc_v3 for each endpoint, made when the charm is loaded and worked by one call in each
 * hook; events are handed out as those of tls/requirer.h. */
#ifndef LC_TLS_V3_H
#define LC_TLS_V3_H

#include "tls/requirer.h"

struct lc_v3_options {
    const char *endpoint;
    int64_t notice_hours; /* before the end of a certificate; 0: a third of its validity */
};

struct lc_v3;

bool lc_v3_new(const struct lc_v3_options *options, struct lc_v3 **out, struct lc_err *err)
    LC_MUST_CHECK;
void lc_v3_free(struct lc_v3 *v3);
LC_AUTO_POINTER(struct lc_v3, lc_v3_free);
const char *lc_v3_endpoint(const struct lc_v3 *v3);

/* When a certificate is said to be expiring: hours before its end, as the provider recommends it,
 * else the requirer, else a third of the validity; a recommendation longer than the validity is
 * passed over (v3-provider.json). Signs do not count; 0: no recommendation. */
int64_t lc_v3_notice(int64_t not_before, int64_t not_after, int64_t provider_hours,
                     int64_t requirer_hours);

/* What the event asks for: on relation-changed answers are looked for, on secret-expired of one of
 * v3's secrets the notice is given, or the end told; on relation-broken all is gone. */
bool lc_v3_handle(struct lc_v3 *v3, const struct lc_tls_hook *hook, struct lc_err *err)
    LC_MUST_CHECK;

enum lc_v3_event_kind {
    LC_V3_AVAILABLE,      /* a certificate, new or changed */
    LC_V3_EXPIRING,       /* its notice: ask for the next one */
    LC_V3_INVALIDATED,    /* revoked, or past its end: its request is withdrawn then */
    LC_V3_ALL_INVALIDATED /* the relation is gone; there is no certificate in this one */
};

const char *lc_v3_event_name(enum lc_v3_event_kind kind); /* "certificate_available"; static */

struct lc_v3_event {
    enum lc_v3_event_kind kind;
    struct lc_tls_pair pair; /* without name and key, which are the charm's */
    const char *reason;      /* invalidated: "revoked" or "expired"; else NULL. Static */
};

/* As lc_requirer_next and _delivered. */
const struct lc_v3_event *lc_v3_next(struct lc_v3 *v3);
void lc_v3_delivered(struct lc_v3 *v3);

/* Send a request; one that is there already is not sent again. LC_ENOTFOUND without a relation. */
bool lc_v3_request(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                   bool is_ca, struct lc_err *err) LC_MUST_CHECK;
/* The old one out and the new one in, in one change, for a CA if the old one was (v3 forgets that,
 * D-40). An old one that is not there is no failure. */
bool lc_v3_renew(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *old,
                 const struct lc_csr *renewed, struct lc_err *err) LC_MUST_CHECK;
/* Withdraw a request; v3's own name for it is revocation. */
bool lc_v3_withdraw(struct lc_v3 *v3, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                    struct lc_err *err) LC_MUST_CHECK;

/* The certificates of our requests, revoked ones left out, by number from 0. LC_ENOTFOUND ends it.
 */
bool lc_v3_assigned_at(struct lc_v3 *v3, const struct lc_tls_hook *hook, size_t index,
                       struct lc_tls_pair *out, struct lc_err *err) LC_MUST_CHECK;

#endif
