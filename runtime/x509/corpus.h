/* Requests to try a policy on: plain ones, and hostile ones, each of which does one thing that no
 * honest program does. They are deterministic: the same seed gives the same bytes. Their keys are
 * made from the seed, guard nothing, and never leave this part. */
#ifndef LC_X509_CORPUS_H
#define LC_X509_CORPUS_H

#include <stdint.h>

#include "base/buf.h"
#include "x509/attrs.h"

#define LC_CORPUS_DOMAIN    "example.com"
#define LC_CORPUS_KEY       "ec-p256"
#define LC_CORPUS_PEM_BYTES (2u * 1024 * 1024)

struct lc_corpus_kind {
    const char *name; /* "two_common_names" */
    const char *text; /* what is hostile about it, one line */
};

/* The hostile kinds, by their place in the table; NULL past the end. Static. */
const struct lc_corpus_kind *lc_corpus_kind(size_t index);

struct lc_corpus;

/* domain: what the hostile ones ask for names in, such as LC_CORPUS_DOMAIN. LC_EUSAGE when it is
 * not letters, digits, hyphens and dots. */
bool lc_corpus_new(uint64_t seed, const char *domain, struct lc_corpus **out, struct lc_err *err)
    LC_MUST_CHECK;
void lc_corpus_free(struct lc_corpus *corpus);
LC_AUTO_POINTER(struct lc_corpus, lc_corpus_free);

/* Add a hostile request in PEM. LC_EUSAGE: there is no such kind, with the nearest one. */
bool lc_corpus_hostile(struct lc_corpus *corpus, const char *kind, struct lc_buf *pem,
                       struct lc_err *err) LC_MUST_CHECK;

/* Add an honest one. attrs: normalised; the unique identifier is left out. key: "rsa-2048",
 * "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ed25519"; LC_EUSAGE for another. key_number: which
 * of the keys of that kind. */
bool lc_corpus_plain(struct lc_corpus *corpus, const struct lc_attrs *attrs, const char *key,
                     size_t key_number, struct lc_buf *pem, struct lc_err *err) LC_MUST_CHECK;

bool lc_corpus_has_key(const char *key); /* whether it is one of those */

/* A number that the seed and `name` decide, for names that are made up. */
bool lc_corpus_number(const struct lc_corpus *corpus, const char *name, uint64_t *out,
                      struct lc_err *err) LC_MUST_CHECK;

#endif
