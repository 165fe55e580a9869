/* Private to luacharm test: where the tests are, what is told of them, and files that run beside
 * each other. */
#ifndef LC_CLI_TEST_H
#define LC_CLI_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/strlist.h"
#include "host/test.h"

/* --- where: test_place.c --- */

/* A charm, and those of its files of tests that the user asked for. */
struct test_place {
    char *charm; /* its folder, absolute */
    struct lc_charm_meta *meta;
    struct lc_strlist files;  /* relative to it */
    struct lc_strlist called; /* each as the user would call it; in the same order */
    int64_t line;             /* of the one file; 0: all */
};

struct test_places {
    struct test_place *items; /* owned, with what is in them */
    size_t count;
    size_t capacity;
};

#define TEST_PLACES_INIT                                                                           \
    {                                                                                              \
        .items = NULL, .count = 0, .capacity = 0                                                   \
    }
void test_places_release(struct test_places *places);
LC_AUTO_VALUE(struct test_places, test_places_release);

/* What "hello", "hello/tests/web_test.lua" or "hello/tests/web_test.lua:12" means, added.
 * is_one_of: there are other words, as a shell makes of a pattern: what has no tests is passed
 * over, which is said on standard error. Errors: LC_ENOTFOUND (no such path, no charm, no tests),
 * LC_EUSAGE (the line), and those of the metadata. */
bool test_places_add(struct test_places *places, const char *word, bool is_one_of,
                     struct lc_err *err) LC_MUST_CHECK;

size_t test_places_file_count(const struct test_places *places);

/* --- what is told: cmd_test.c --- */

struct test_report {
    bool is_tap;
    unsigned passed;
    unsigned failed;
};

void test_report_file(const struct test_report *report, const char *called);
/* context: a struct test_report. As lc_test_file.tell. */
void test_report_outcome(void *context, const struct lc_test_outcome *outcome);

/* --- beside each other: test_jobs.c --- */

/* Each file in a process of its own, which is our program; at most so many at a time. What they
 * tell comes in the files' order. A process that does not get to its end is a failed test of the
 * file's name. only: NULL for all. Errors: those of starting. */
bool test_jobs_run(const struct test_places *places, size_t at_most, const char *only,
                   struct test_report *report, struct lc_err *err) LC_MUST_CHECK;

#endif
