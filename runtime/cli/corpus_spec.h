/* The file that says which requests a corpus has, as `luacharm policy corpus` reads it:
 *
 *     domain: example.com              names of hostile ones are in it
 *     requests:
 *     - common_name: web-<n>.example.com
 *       sans_dns: [web-<n>.example.com, www.example.com]
 *       key: rsa-2048                  ec-p256 unless said
 *       count: 100                     1 unless said
 *       keys: 10                       so many keys, in turn; 1 unless said
 *       key_number: 2                  which of the keys is the first; 1 unless said
 *     - kind: two_common_names         a hostile one; "hostile" is one of each
 *       count: 3
 *
 * <n> is the number within the entry, from 1; <random> eight hex digits that the seed decides.
 * Attributes have the names that a charm writes. */
#ifndef LC_CLI_CORPUS_SPEC_H
#define LC_CLI_CORPUS_SPEC_H

#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "x509/corpus.h"

#define CORPUS_MAX_REQUESTS 1000000

/* Called for each request; kind is "plain" or a hostile kind; pem has a newline at its end. */
typedef bool (*corpus_each_fn)(void *context, const char *kind, const struct lc_buf *pem,
                               struct lc_err *err);

/* The domain that it names; NULL where it names none. A view into spec. */
const char *corpus_spec_domain(const struct lc_json *spec);

/* Make all that the spec says, in order. LC_EUSAGE with the place: something in it is not as
 * above. */
bool corpus_spec_make(const struct lc_json *spec, struct lc_corpus *corpus, corpus_each_fn each,
                      void *context, struct lc_err *err) LC_MUST_CHECK;

/* What one entry of the list says; place: in the list, from 1, for messages and numbers. */
bool corpus_spec_make_entry(const struct lc_json *entry, size_t place, struct lc_corpus *corpus,
                            corpus_each_fn each, void *context, struct lc_err *err) LC_MUST_CHECK;

/* One of a hostile kind, or with "hostile" one of each. */
bool corpus_make_kind(struct lc_corpus *corpus, const char *kind, corpus_each_fn each,
                      void *context, struct lc_err *err) LC_MUST_CHECK;

#endif
