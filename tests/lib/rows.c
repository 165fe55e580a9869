/* Table-driven tests on cmocka. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/strlist.h"

static struct lc_strlist made_names = LC_STRLIST_INIT;

static void give_up(const char *what)
{
    (void)fprintf(stderr, "tests: %s\n", what);
    exit(2);
}

void suite_add(struct suite *suite, const char *name, CMUnitTestFunction test, void *state)
{
    if (!lc_grow(&suite->tests, &suite->capacity, suite->count, sizeof(*suite->tests)))
        give_up("out of memory");
    suite->tests[suite->count++] =
        (struct CMUnitTest){ .name = name, .test_func = test, .initial_state = state };
}

void suite_addf(struct suite *suite, CMUnitTestFunction test, void *state, const char *format, ...)
{
    char name[512];
    struct lc_err err = LC_ERR_INIT;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(name, sizeof(name), format, args);
    va_end(args);
    if (!lc_strlist_add(&made_names, name, &err))
        give_up(err.message);
    suite_add(suite, made_names.items[made_names.count - 1], test, state);
}

int suite_run(struct suite *suite, const char *group)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const int failures = _cmocka_run_group_tests(group, suite->tests, suite->count, NULL, NULL);
    lc_free(suite->tests);
    lc_strlist_release(&made_names);
    return failures == 0 ? 0 : 1;
}

void show_difference(const char *got, const char *wanted, char got_shown[SHOWN_BYTES],
                     char wanted_shown[SHOWN_BYTES])
{
    const size_t before = SHOWN_BYTES / 3;
    size_t at = 0;

    while (got[at] != '\0' && got[at] == wanted[at])
        at++;
    const size_t from = at < before ? 0 : at - before;
    (void)snprintf(got_shown, SHOWN_BYTES, "%s%s", from == 0 ? "" : "...", got + from);
    (void)snprintf(wanted_shown, SHOWN_BYTES, "%s%s", from == 0 ? "" : "...", wanted + from);
}

void assert_same_text(const char *got, const char *wanted, const char *file, int line)
{
    char got_shown[SHOWN_BYTES];
    char wanted_shown[SHOWN_BYTES];

    show_difference(got, wanted, got_shown, wanted_shown);
    _assert_string_equal(got_shown, wanted_shown, file, line);
}

void assert_failure(const struct lc_err *err, enum lc_code wanted, const char *part)
{
    if (err->code != wanted)
        fail_msg("code %s, wanted %s: %s", lc_code_name(err->code), lc_code_name(wanted),
                 err->message);
    if (strstr(err->message, part) == NULL)
        fail_msg("'%s' is not in the message: %s", part, err->message);
}

bool test_is_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

char *test_file(const char *path, size_t *len_out)
{
    const char *tests = getenv("TESTS");
    LC_AUTO(lc_free) char *full = lc_path_join(tests == NULL ? "tests" : tests, path);
    struct lc_err err = LC_ERR_INIT;
    char *text = NULL;

    if (full == NULL || !lc_file_read(full, 64u * 1024 * 1024, &text, len_out, &err))
        give_up(err.message);
    return text;
}
