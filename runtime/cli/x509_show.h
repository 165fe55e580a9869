/* One object of a PEM file, and its two forms: words and JSON. A private key's secrets are in
 * neither. */
#ifndef LC_CLI_X509_SHOW_H
#define LC_CLI_X509_SHOW_H

#include "base/buf.h"
#include "base/json.h"
#include "x509/cert.h"
#include "x509/csr.h"
#include "x509/key.h"

/* Exactly one of the three is there, or none for an encrypted private key. */
struct lc_shown {
    const char *file;
    size_t number; /* in the file, from 1 */
    struct lc_key *key;
    struct lc_csr *csr;
    struct lc_cert *cert;
};

void lc_shown_release(struct lc_shown *shown);
LC_AUTO_VALUE(struct lc_shown, lc_shown_release);

void lc_shown_put_text(const struct lc_shown *shown, struct lc_buf *out);
void lc_shown_put_json(const struct lc_shown *shown, struct lc_json_writer *out);

#endif
