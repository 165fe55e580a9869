/* The relation data of the tls-certificates interface: what the four keys hold, read entry by entry
 * and written byte for byte as the Python library writes it (tls-certificates part 1). A bad entry
 * costs that entry and one log line (tls/complaints.h), never the others. PEM is not looked at
 * here.
 *
 * An entry that is written again keeps the members that we do not know: `source` is the object that
 * it was read from, where it has such members, else NULL. */
#ifndef LC_TLS_DATABAG_H
#define LC_TLS_DATABAG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/strlist.h"
#include "base/strmap.h"

#define LC_KEY_REQUESTS     "certificate_signing_requests"
#define LC_KEY_CERTIFICATES "certificates"
#define LC_KEY_ERRORS       "request_errors"
#define LC_KEY_CAPABILITIES "capabilities"

/* Of one key's text, and of all that a provider writes into one databag: 10,000 answers, each with
 * a CSR, certificate, CA and chain of RSA 4096 and an intermediate in it, which is 13 kB. It bounds
 * the memory that the other side can make us use; Juju has limits of its own (juju-hooks 4). */
#define LC_DATABAG_MAX_BYTES   (128u * 1024 * 1024)
#define LC_DATABAG_MAX_ENTRIES 100000

/* {"certificate_signing_request": ..., "ca": ...} */
struct lc_request_entry {
    char *csr;
    bool ca;
    struct lc_json *source; /* as above; in all entries a reference of the entry's own */
};

struct lc_request_entries {
    struct lc_request_entry *items; /* owned */
    size_t count;
    size_t capacity;
    size_t skipped;   /* bad entries */
    bool unreadable;  /* the text was not a JSON array: not the same as "no requests" (D-04) */
    bool over_limit;  /* nor was it looked at: it is over max_bytes, or has too many entries */
    bool is_v0;       /* the databag is of the retired format (1.8) */
    size_t max_bytes; /* 0: LC_DATABAG_MAX_BYTES; given before it is read */
};

/* {"ca": ..., "certificate_signing_request": ..., "certificate": ..., "chain": [...], "revoked":
 * true} */
struct lc_certificate_entry {
    char *ca;
    char *csr;
    char *certificate;
    struct lc_strlist chain;
    bool revoked;
    bool revoked_given; /* a false that is there is kept when it is written again (1.4) */
    struct lc_json *source;
};

struct lc_certificate_entries {
    struct lc_certificate_entry *items;
    size_t count;
    size_t capacity;
    size_t skipped;
    bool unreadable;
    bool over_limit;
    size_t max_bytes;
};

/* The codes that the interface names (1.5); others are legal. */
enum lc_request_error {
    LC_ERROR_NOT_ACCEPTED = 0, /* never on the wire: a requirer's own, about what it was given */
    LC_ERROR_IP_NOT_ALLOWED = 101,
    LC_ERROR_DOMAIN_NOT_ALLOWED = 102,
    LC_ERROR_WILDCARD_NOT_ALLOWED = 103,
    LC_ERROR_SERVER_NOT_AVAILABLE = 201,
    LC_ERROR_OTHER = 999
};

/* "IP_NOT_ALLOWED"; NULL for a code without a name. Static. */
const char *lc_request_error_name(int64_t code);
/* From a name in any case, such as "wildcard_not_allowed"; 0 for none that the wire has. */
int64_t lc_request_error_code(const char *name);

/* {"csr": ..., "error": {"code": ..., "name": ..., "message": ..., "reason", "provider",
 * "endpoint"}} */
struct lc_error_entry {
    char *csr;
    int64_t code;
    char *name;
    char *message;
    char *reason; /* NULL: not said; as are the next two */
    char *provider;
    char *endpoint;
    struct lc_json *source;
};

struct lc_error_entries {
    struct lc_error_entry *items;
    size_t count;
    size_t capacity;
    size_t skipped;
    bool unreadable;
    bool over_limit;
    size_t max_bytes;
};

enum lc_tristate { LC_NOT_SAID, LC_NO, LC_YES };

struct lc_capabilities {
    bool said; /* the key is there: {} says "all open", which is not the same as nothing (1.7) */
    enum lc_tristate supports_ip_sans;
    enum lc_tristate supports_wildcard_dns;
    enum lc_tristate supports_subdomain;
    enum lc_tristate supports_ca_certificates;
    bool has_allowed_domains;
    struct lc_strlist allowed_domains;
    char *provider_type; /* NULL: not said */
};

#define LC_REQUEST_ENTRIES_INIT                                                                    \
    {                                                                                              \
        .items = NULL                                                                              \
    }
#define LC_CERTIFICATE_ENTRIES_INIT                                                                \
    {                                                                                              \
        .items = NULL                                                                              \
    }
#define LC_ERROR_ENTRIES_INIT                                                                      \
    {                                                                                              \
        .items = NULL                                                                              \
    }
#define LC_CAPABILITIES_INIT                                                                       \
    {                                                                                              \
        .said = false                                                                              \
    }

void lc_request_entries_release(struct lc_request_entries *entries);
LC_AUTO_VALUE(struct lc_request_entries, lc_request_entries_release);
void lc_certificate_entries_release(struct lc_certificate_entries *entries);
LC_AUTO_VALUE(struct lc_certificate_entries, lc_certificate_entries_release);
void lc_error_entries_release(struct lc_error_entries *entries);
LC_AUTO_VALUE(struct lc_error_entries, lc_error_entries_release);
void lc_capabilities_release(struct lc_capabilities *capabilities);
LC_AUTO_VALUE(struct lc_capabilities, lc_capabilities_release);

void lc_certificate_entry_release(struct lc_certificate_entry *entry);
LC_AUTO_VALUE(struct lc_certificate_entry, lc_certificate_entry_release);
void lc_error_entry_release(struct lc_error_entry *entry);
LC_AUTO_VALUE(struct lc_error_entry, lc_error_entry_release);

/* Copies. keep: an entry that was read, with what we do not know of it. */
bool lc_request_entries_add(struct lc_request_entries *entries, const char *csr, bool ca,
                            struct lc_err *err) LC_MUST_CHECK;
bool lc_request_entries_keep(struct lc_request_entries *entries,
                             const struct lc_request_entry *entry, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_certificate_entries_add(struct lc_certificate_entries *entries,
                                const struct lc_certificate_entry *entry, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_error_entries_add(struct lc_error_entries *entries, const struct lc_error_entry *entry,
                          struct lc_err *err) LC_MUST_CHECK;

/* Read a whole databag. where names it in log lines: "certificates:7, unit web/0". Out parameters
 * are initialised; false only when out of memory. */
bool lc_databag_load_requests(const struct lc_strmap *bag, const char *where,
                              const struct lc_log *log, struct lc_request_entries *out,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_load_certificates(const struct lc_strmap *bag, const char *where,
                                  const struct lc_log *log, struct lc_certificate_entries *out,
                                  struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_load_errors(const struct lc_strmap *bag, const char *where,
                            const struct lc_log *log, struct lc_error_entries *out,
                            struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_load_capabilities(const struct lc_strmap *bag, const char *where,
                                  const struct lc_log *log, struct lc_capabilities *out,
                                  struct lc_err *err) LC_MUST_CHECK;

/* The value of a key, to be put into a strmap of changes: "" where the list is empty or nothing is
 * said, which removes the key (1.2); released entries (csr NULL) are left out. text: initialised,
 * emptied first. */
bool lc_databag_dump_requests(const struct lc_request_entries *entries, struct lc_buf *text,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_dump_certificates(const struct lc_certificate_entries *entries, struct lc_buf *text,
                                  struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_dump_errors(const struct lc_error_entries *entries, struct lc_buf *text,
                            struct lc_err *err) LC_MUST_CHECK;
bool lc_databag_dump_capabilities(const struct lc_capabilities *capabilities, struct lc_buf *text,
                                  struct lc_err *err) LC_MUST_CHECK;

bool lc_capabilities_copy(struct lc_capabilities *out, const struct lc_capabilities *from,
                          struct lc_err *err) LC_MUST_CHECK;
bool lc_capabilities_equals(const struct lc_capabilities *a, const struct lc_capabilities *b);

#endif
