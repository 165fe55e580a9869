/* The requests that a policy is tried on, wherever they stand: PEM files with one request or many,
 * databags and `juju show-unit` output as JSON or YAML, and folders of all of these. */
#ifndef LC_CLI_POLICY_INPUT_H
#define LC_CLI_POLICY_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strlist.h"

#define POLICY_FILE_MAX_BYTES (64u * 1024 * 1024)

/* Texts are owned; those that may be NULL are not known. */
struct policy_case {
    char *source; /* "requests/a.pem", "requests/all.pem:3" */
    char *text;   /* the CSR */
    size_t text_len;
    bool is_ca;
    char *endpoint; /* NULL, as those below */
    char *relation_id;
    char *remote_app;
    char *remote_unit;
    int64_t now_s;          /* when it was asked; 0: not known */
    struct lc_json *config; /* of then, as a journal has it; NULL: not known */
};

struct policy_cases {
    struct policy_case *items; /* owned */
    size_t count;
    size_t capacity;
    struct lc_strlist complaints; /* what could not be read, one line each */
};

#define POLICY_CASES_INIT                                                                          \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0, .complaints = LC_STRLIST_INIT                    \
    }

void policy_case_release(struct policy_case *item);
void policy_cases_release(struct policy_cases *cases);
LC_AUTO_VALUE(struct policy_cases, policy_cases_release);

/* Add what a word of the command line names: a file of at most LC_SECRET_BUFFER_BYTES, a folder
 * (with what is below, 32 levels deep; links to folders are not followed, and of pipes and devices
 * in it nothing is read), "-". A file that cannot be read is a complaint, and the others are read
 * all the same. False only when out of memory. */
bool policy_cases_read(struct policy_cases *cases, const char *word, struct lc_err *err)
    LC_MUST_CHECK;

/* Add what a provider has noted down (tls/provider_policy.h), line by line; first the journal
 * before it, PATH.1, when it is there. A line that is cut off, garbled, or without the request,
 * which was too long to be kept, is a complaint. */
bool policy_cases_read_journal(struct policy_cases *cases, const char *path, struct lc_err *err)
    LC_MUST_CHECK;

/* One more; what is in *item is taken, and it is then empty. */
bool policy_cases_take(struct policy_cases *cases, struct policy_case *item, struct lc_err *err)
    LC_MUST_CHECK;

#endif
