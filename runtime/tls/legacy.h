/* Where charms on the v3 library kept their keys (tls-certificates 5.2), and taking one over from
 * there (5.4, "adopt"): the key that is found becomes ours, in our secret, once; from then on the
 * secret counts, and the places are not looked at any more (UPG-019, UPG-020). */
#ifndef LC_TLS_LEGACY_H
#define LC_TLS_LEGACY_H

#include "tls/hook.h"
#include "x509/key.h"

/* Places to look at, in this order; what is NULL is not looked at. */
struct lc_adopt {
    struct lc_key *key; /* the key itself */
    char *file;         /* a path; PEM */
    /* A secret of the charm's own, by id or label: the field `private-key`, or else `key`, or else
     * the first that holds a private key. A password in `private-key-password` or `password`. */
    char *secret;
    /* An endpoint, as a rule of a peer relation: the databag of this unit or application (that of
     * the wanted scope first), key `private_key`, or else `key-NAME`, or else the first that holds
     * a private key. A password in `private_key_password`, or `password-NAME`. */
    char *peer;
    struct lc_secret password; /* of an encrypted key, wherever it is; empty: as it stands there */
};

#define LC_ADOPT_INIT                                                                              \
    {                                                                                              \
        .key = NULL                                                                                \
    }

void lc_adopt_release(struct lc_adopt *adopt);
LC_AUTO_VALUE(struct lc_adopt, lc_adopt_release);

/* The first key that is found. *out is NULL when there is none: no such file, secret or relation,
 * or what is there is no key that a provider would take, which is logged: a new charm finds none
 * either. LC_EPASSWORD for an encrypted key without its password: a new key in its stead would be
 * the rotation that nobody wants (UPG-010). LC_EPERM, LC_EIO, LC_ELIMIT for a place that cannot be
 * read; whatever else Juju says. */
bool lc_adopt_find(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                   enum lc_tls_scope scope, struct lc_key **out, struct lc_err *err) LC_MUST_CHECK;

#endif
