/* What the words after `luacharm test` mean: charms, their files of tests, a line of one. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/test.h"

#define TESTS_FOLDER "tests"
#define TESTS_SUFFIX "_test.lua"

static void place_release(struct test_place *place)
{
    lc_free(place->charm);
    lc_charm_meta_free(place->meta);
    lc_strlist_release(&place->files);
    lc_strlist_release(&place->called);
}
LC_AUTO_VALUE(struct test_place, place_release);

void test_places_release(struct test_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        place_release(&places->items[i]);
    lc_free(places->items);
    *places = (struct test_places)TEST_PLACES_INIT;
}

size_t test_places_file_count(const struct test_places *places)
{
    size_t count = 0;

    for (size_t i = 0; i < places->count; i++)
        count += places->items[i].files.count;
    return count;
}

static bool is_charm(const char *folder, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *charmcraft = lc_path_join(folder, "charmcraft.yaml");
    LC_AUTO(lc_free) char *metadata = lc_path_join(folder, "metadata.yaml");

    if (charmcraft == NULL || metadata == NULL)
        return lc_fail_memory(err);
    *out = lc_file_exists(charmcraft) || lc_file_exists(metadata);
    return true;
}

/* "web_test.lua:12" is the test around that line. */
static bool split_line(struct test_place *place, char *path, struct lc_err *err)
{
    char *colon = strrchr(path, ':');

    if (colon == NULL || lc_file_exists(path) ||
        !lc_text_to_number(colon + 1, INT_MAX, &place->line))
        return true;
    *colon = '\0';
    return place->line > 0 ? true : lc_fail(err, LC_EUSAGE, "%s: lines count from 1", path);
}

static bool set_charm(struct test_place *place, const char *folder, struct lc_err *err)
{
    char absolute[PATH_MAX];

    if (realpath(folder, absolute) == NULL)
        return lc_fail_errno(err, errno, "%s", folder);
    place->charm = lc_strdup(absolute);
    return place->charm != NULL ? true : lc_fail_memory(err);
}

/* The charm of CHARM/tests/NAME, wherever links lead from there; *found: it is one. */
static bool find_beside(struct test_place *place, const char *given, bool *found,
                        struct lc_err *err)
{
    static const char folder[] = TESTS_FOLDER "/";
    const char *slash = strrchr(given, '/');
    const size_t len = slash == NULL ? 0 : (size_t)(slash + 1 - given);
    const size_t folder_len = sizeof(folder) - 1;

    *found = false;
    if (len < folder_len || strncmp(given + len - folder_len, folder, folder_len) != 0 ||
        (len > folder_len && given[len - folder_len - 1] != '/'))
        return true;
    LC_AUTO(lc_free)
    char *above = len == folder_len ? lc_strdup(".") : lc_strndup(given, len - folder_len);
    if (above == NULL)
        return lc_fail_memory(err);
    if (!is_charm(above, found, err))
        return false;
    if (!*found)
        return true;
    return set_charm(place, above, err) &&
           lc_strlist_add(&place->files, given + len - folder_len, err);
}

/* The nearest folder above the file that is a charm's. */
static bool find_above(struct test_place *place, const char *absolute, const char *given,
                       struct lc_err *err)
{
    LC_AUTO(lc_free) char *above = lc_strdup(absolute);
    bool found = false;

    if (above == NULL)
        return lc_fail_memory(err);
    do {
        char *slash = strrchr(above, '/');
        if (slash == NULL || slash == above)
            return lc_fail(err, LC_ENOTFOUND,
                           "%s: no charm: no charmcraft.yaml or metadata.yaml in the folders above",
                           given);
        *slash = '\0';
        if (!is_charm(above, &found, err))
            return false;
    } while (!found);
    return set_charm(place, above, err) &&
           lc_strlist_add(&place->files, absolute + strlen(above) + 1, err);
}

static bool take_file(struct test_place *place, const char *absolute, const char *given,
                      struct lc_err *err)
{
    bool found;

    return find_beside(place, given, &found, err) &&
           (found || find_above(place, absolute, given, err)) &&
           lc_strlist_add(&place->called, given, err);
}

static bool list_files(struct test_place *place, const char *called, struct lc_err *err)
{
    LC_AUTO(lc_free) char *folder = lc_path_join(place->charm, TESTS_FOLDER);
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (folder == NULL)
        return lc_fail_memory(err);
    if (lc_dir_exists(folder) && !lc_dir_list(folder, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (lc_text_has_suffix(names.items[i], TESTS_SUFFIX) &&
            (!lc_strlist_addf(&place->files, err, TESTS_FOLDER "/%s", names.items[i]) ||
             !lc_strlist_addf(&place->called, err, "%s" TESTS_FOLDER "/%s", called,
                              names.items[i])))
            return false;
    return place->files.count > 0
               ? true
               : lc_fail(err, LC_ENOTFOUND, "%s: no tests: no " TESTS_FOLDER "/NAME" TESTS_SUFFIX,
                         place->charm);
}

static bool take_folder(struct test_place *place, const char *given, struct lc_err *err)
{
    LC_AUTO(lc_free) char *called = NULL;
    bool found;

    if (!is_charm(given, &found, err))
        return false;
    if (!found)
        return lc_fail(err, LC_ENOTFOUND, "%s: no charm: no charmcraft.yaml or metadata.yaml",
                       given);
    called = strcmp(given, ".") == 0          ? lc_strdup("")
             : lc_text_has_suffix(given, "/") ? lc_strdup(given)
                                              : lc_path_join(given, "");
    if (called == NULL)
        return lc_fail_memory(err);
    return set_charm(place, given, err) && list_files(place, called, err);
}

static bool find_place(struct test_place *place, const char *word, struct lc_err *err)
{
    LC_AUTO(lc_free) char *given = lc_strdup(word);
    char absolute[PATH_MAX];

    if (given == NULL)
        return lc_fail_memory(err);
    if (!split_line(place, given, err))
        return false;
    if (realpath(given, absolute) == NULL)
        return lc_fail_errno(err, errno, "%s", given);
    if (!lc_dir_exists(absolute))
        return lc_text_has_suffix(given, TESTS_SUFFIX)
                   ? take_file(place, absolute, given, err)
                   : lc_fail(err, LC_ENOTFOUND,
                             "%s: no tests: expected a charm's folder or NAME" TESTS_SUFFIX, given);
    if (place->line != 0)
        return lc_fail(err, LC_EUSAGE, "%s: a line is one of a file, not of a folder", word);
    return take_folder(place, given, err);
}

/* A file of tests that is named, and is nobody's, was meant. */
static bool may_be_passed_over(const char *word, const struct lc_err *err)
{
    return err->code == LC_ENOTFOUND && lc_file_exists(word) &&
           !lc_text_has_suffix(word, TESTS_SUFFIX);
}

bool test_places_add(struct test_places *places, const char *word, bool is_one_of,
                     struct lc_err *err)
{
    LC_AUTO(place_release) struct test_place place = { .charm = NULL };
    struct lc_err failure = LC_ERR_INIT;

    if (!find_place(&place, word, &failure)) {
        if (is_one_of && may_be_passed_over(word, &failure)) {
            (void)fprintf(stderr, "luacharm: passed over: %s\n", failure.message);
            return true;
        }
        *err = failure;
        return false;
    }
    if (!lc_charm_meta_load(place.charm, &place.meta, err))
        return false;
    if (!lc_grow(&places->items, &places->capacity, places->count, sizeof(*places->items)))
        return lc_fail_memory(err);
    places->items[places->count++] = place;
    place = (struct test_place){ .charm = NULL };
    return true;
}
