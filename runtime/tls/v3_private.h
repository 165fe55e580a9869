/* The parts of v3 among themselves. */
#ifndef LC_TLS_V3_PRIVATE_H
#define LC_TLS_V3_PRIVATE_H

#include "tls/labels.h"
#include "tls/v3.h"

struct lc_v3 {
    char *endpoint;
    int64_t notice_hours;
    struct lc_v3_event *events; /* a queue: next_event is the head */
    size_t event_count;
    size_t event_capacity;
    size_t next_event;
};

/* The relation of the endpoint: the event's, else the oldest. *out is NULL without one; freed with
 * lc_free. */
bool lc_v3_relation(const struct lc_v3 *v3, const struct lc_tls_hook *hook, char **out,
                    struct lc_err *err) LC_MUST_CHECK;

/* Our own requests in a relation. out: initialised. */
bool lc_v3_own(const struct lc_tls_hook *hook, const char *relation_id,
               struct lc_request_entries *out, struct lc_err *err) LC_MUST_CHECK;

/* Whether two PEM texts are the same request, however they are written. */
bool lc_v3_is_same(const char *a, const char *b, bool *same, struct lc_err *err) LC_MUST_CHECK;

#endif
