/* A provider's answers as they stand in its databag: one JSON text for each, found by its CSR and
 * decoded when somebody wants to know more. So thousands that nothing has to be done about cost one
 * look, and no copy; and it is known how long a databag will be before it is written.
 *
 *     LC_AUTO(lc_answers_release) struct lc_answers answers = LC_ANSWERS_INIT;
 *     if (!lc_answers_load(&bag, LC_KEY_CERTIFICATES, where, log, &answers, err)) ...
 *     for (size_t i = 0; i < answers.count; i++)
 *         lc_pem_body_of_span(&answers.items[i].csr, &body); */
#ifndef LC_TLS_ANSWERS_H
#define LC_TLS_ANSWERS_H

#include "base/json_scan.h"
#include "tls/databag.h"

struct lc_answer {
    const char *text; /* not terminated; NULL: it was dropped, and its place is empty */
    size_t len;
    char *owned;                     /* text, where it is not a view into the databag's */
    struct lc_json_span csr;         /* views into text, as is the next */
    struct lc_json_span certificate; /* of a denial: empty */
    bool plain;                      /* the two spans are plain JSON */
    bool revoked;
};

struct lc_answers {
    struct lc_answer *items; /* owned */
    size_t count;
    size_t capacity;
    size_t live;     /* places that are not empty */
    size_t bytes;    /* of the text that they are written as, with room to revoke them all */
    size_t skipped;  /* bad entries */
    bool unreadable; /* as in lc_certificate_entries, as are the next two */
    bool over_limit;
    size_t max_bytes;
};

#define LC_ANSWERS_INIT                                                                            \
    {                                                                                              \
        .items = NULL                                                                              \
    }

size_t lc_answers_max_bytes(const struct lc_answers *answers);
void lc_answers_release(struct lc_answers *answers);
LC_AUTO_VALUE(struct lc_answers, lc_answers_release);

/* Of LC_KEY_CERTIFICATES or LC_KEY_ERRORS; out is initialised. The databag lives as long as the
 * answers. False only when out of memory. */
bool lc_answers_load(const struct lc_strmap *bag, const char *key, const char *where,
                     const struct lc_log *log, struct lc_answers *out, struct lc_err *err)
    LC_MUST_CHECK;

/* What an answer says, to be released by the caller. What was loaded or added can be read. */
bool lc_answer_certificate(const struct lc_answer *answer, struct lc_certificate_entry *out,
                           struct lc_err *err) LC_MUST_CHECK;
bool lc_answer_error(const struct lc_answer *answer, struct lc_error_entry *out, struct lc_err *err)
    LC_MUST_CHECK;

/* Only its certificate, in PEM; freed with lc_free. */
bool lc_answer_dup_pem(const struct lc_answer *answer, char **out, struct lc_err *err)
    LC_MUST_CHECK;

/* An answer of our own, as it is going to be written. */
bool lc_answer_of_certificate(const struct lc_certificate_entry *entry, struct lc_answer *out,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_answer_of_error(const struct lc_error_entry *entry, struct lc_answer *out,
                        struct lc_err *err) LC_MUST_CHECK;
void lc_answer_release(struct lc_answer *answer);
LC_AUTO_VALUE(struct lc_answer, lc_answer_release);

/* What it adds to lc_answers.bytes; 0 for an empty place. */
size_t lc_answer_bytes(const struct lc_answer *answer);

/* Last in the list, or in a place; answer is moved there, and is empty then. */
bool lc_answers_take(struct lc_answers *answers, struct lc_answer *answer, struct lc_err *err)
    LC_MUST_CHECK;
void lc_answers_replace(struct lc_answers *answers, size_t place, struct lc_answer *answer);
void lc_answers_drop(struct lc_answers *answers, size_t place);

/* As lc_databag_dump_certificates. */
bool lc_answers_dump(const struct lc_answers *answers, struct lc_buf *text, struct lc_err *err)
    LC_MUST_CHECK;

#endif
