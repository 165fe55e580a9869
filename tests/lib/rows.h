/* Table-driven tests on cmocka: each row of a table becomes one test with the row's name in the
 * TAP.
 *
 *     struct row { const char *name; const char *input; enum lc_code want; };   name comes first
 *     static const struct row rows[] = { { "refuses an empty text", "", LC_EPARSE }, ... };
 *     static void check(void **state) { const struct row *row = *state; ... }
 *
 *     int main(void)
 *     {
 *         struct suite suite = SUITE_INIT;
 *         SUITE_ROWS(&suite, rows, check);
 *         SUITE_TEST(&suite, "frees NULL", frees_null);
 *         return suite_run(&suite, "key");
 *     } */
#ifndef TESTS_LIB_ROWS_H
#define TESTS_LIB_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

struct suite {
    struct CMUnitTest *tests;
    size_t count;
    size_t capacity;
};

#define SUITE_INIT                                                                                 \
    {                                                                                              \
        .tests = NULL, .count = 0, .capacity = 0                                                   \
    }

/* name and state must outlive the run; exits when out of memory. */
void suite_add(struct suite *suite, const char *name, CMUnitTestFunction test, void *state);

/* A name made with printf; kept until the run has ended. */
void suite_addf(struct suite *suite, CMUnitTestFunction test, void *state, const char *format, ...)
    LC_PRINTF(4, 5);

#define SUITE_TEST(suite, name, test) suite_add((suite), (name), (test), NULL)
#define SUITE_ROWS(suite, rows, test)                                                              \
    do {                                                                                           \
        for (size_t row_ = 0; row_ < sizeof(rows) / sizeof((rows)[0]); row_++)                     \
            suite_add((suite), (rows)[row_].name, (test), (void *)(uintptr_t) & (rows)[row_]);     \
    } while (0)

/* TAP on standard output; the number of failures as exit status (at most 1). */
int suite_run(struct suite *suite, const char *group);

/* cmocka cuts what it prints at 1024 bytes, and the newline goes along: the line of the next row
 * would be none of its own, and not be counted. So long texts are compared as a whole, and shown
 * where they differ. */
#undef assert_string_equal
#define assert_string_equal(got, wanted)                                                           \
    assert_same_text((const char *)(got), (const char *)(wanted), __FILE__, __LINE__)

void assert_same_text(const char *got, const char *wanted, const char *file, int line);

/* Of two texts what is shown: both from the same byte on, which is the first unless they begin with
 * much that is the same. They differ just when the texts do. */
#define SHOWN_BYTES 300
void show_difference(const char *got, const char *wanted, char got_shown[SHOWN_BYTES],
                     char wanted_shown[SHOWN_BYTES]);

/* Fails with the message when an lc call did not succeed. */
#define assert_done(call)                                                                          \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s: %s", #call, lc_code_name(err.code), err.message);                    \
    } while (0)

/* The call fails with this code and a message that has the given part in it. Both use the `err`
 * that the call was given. */
#define assert_fails(call, wanted, part)                                                           \
    do {                                                                                           \
        err = (struct lc_err)LC_ERR_INIT;                                                          \
        if (call)                                                                                  \
            fail_msg("%s succeeded", #call);                                                       \
        assert_failure(&err, (wanted), (part));                                                    \
    } while (0)

void assert_failure(const struct lc_err *err, enum lc_code wanted, const char *part);

/* Valgrind makes a vfork a fork, so that posix_spawn does not see that a program cannot be run:
 * what tests that is left out there. */
bool test_is_under_valgrind(void);

/* A whole file of the tree as text, path from the tests folder ("golden/vectors/issuer.json");
 * exits when it is not there. Free with lc_free. */
char *test_file(const char *path, size_t *len_out);

#endif
