/* What the two halves of the databag codec share: the members of the wire's objects. */
#ifndef LC_TLS_DATABAG_PRIVATE_H
#define LC_TLS_DATABAG_PRIVATE_H

#include "tls/databag.h"

/* Each ends with NULL. */
extern const char *const lc_request_members[];
extern const char *const lc_certificate_members[];
extern const char *const lc_error_entry_members[]; /* of the object around `error` */
extern const char *const lc_error_members[];

/* One object of a list, as it is read and written. */
bool lc_databag_read_certificate(const struct lc_json *object, struct lc_certificate_entry *entry,
                                 struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_read_error(const struct lc_json *object, struct lc_error_entry *entry,
                           struct lc_err *err) LC_MUST_CHECK;
void lc_databag_put_certificate(struct lc_json_writer *writer,
                                const struct lc_certificate_entry *entry);
void lc_databag_put_error(struct lc_json_writer *writer, const struct lc_error_entry *entry);

bool lc_databag_is_known(const char *const *known, const char *member);

#endif
