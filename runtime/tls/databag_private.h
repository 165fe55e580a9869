/* What the two halves of the databag codec share: the members of the wire's objects. */
#ifndef LC_TLS_DATABAG_PRIVATE_H
#define LC_TLS_DATABAG_PRIVATE_H

#include "tls/databag.h"

/* Each ends with NULL. */
extern const char *const lc_request_members[];
extern const char *const lc_certificate_members[];
extern const char *const lc_error_entry_members[]; /* of the object around `error` */
extern const char *const lc_error_members[];

bool lc_databag_is_known(const char *const *known, const char *member);

#endif
