/* Labels of the secrets that the requirer keeps, of all generations (tls-certificates 3.4). */
#ifndef LC_TLS_LABELS_H
#define LC_TLS_LABELS_H

#include "tls/hook.h"

enum lc_label_kind {
    LC_LABEL_OTHER,       /* not ours */
    LC_LABEL_KEY,         /* the key of a scope */
    LC_LABEL_KEY_OLD,     /* the application's key, before Charmhub v4 patch 30 or until 1.9.0 */
    LC_LABEL_CERTIFICATE, /* a certificate of this relation name */
    LC_LABEL_CERTIFICATE_OLD, /* Charmhub v4: without the relation name */
    LC_LABEL_CERTIFICATE_V3,  /* LIBID-<hash> */
    LC_LABEL_CERTIFICATE_V2   /* LIBID-<CSR in PEM> */
};

/* What a label says: kind, scope, and the CSR's hash where it has one (a view into the label). */
struct lc_label {
    enum lc_label_kind kind;
    enum lc_tls_scope scope; /* v3 and v2: the unit's */
    const char *hash;
};

/* Whose labels: "web/0" gives unit number 0. Borrowed. */
struct lc_label_owner {
    const char *unit_number;
    const char *endpoint;
    bool has_no_old_key; /* its older key label is the label of another endpoint's key (D-37) */
};

struct lc_label_owner lc_label_owner(const struct lc_tls_hook *hook, const char *endpoint);

/* Whether a label of this kind does not say for which endpoint it is. */
bool lc_label_is_shared(enum lc_label_kind kind);

/* Exactly: prefix, and 64 hex digits where a hash belongs (D-24, D-25). NULL is LC_LABEL_OTHER. */
struct lc_label lc_label_parse(const struct lc_label_owner *owner, const char *label);

/* The label's text; free with lc_free; NULL when out of memory. hash: NULL for keys. */
char *lc_label_format(const struct lc_label_owner *owner, enum lc_label_kind kind,
                      enum lc_tls_scope scope, const char *hash);

#endif
