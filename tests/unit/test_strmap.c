/* base/strmap, base/strlist and base/index: the containers, and the allocation seam below them. */
#include "base/strmap.h"

#include <stdio.h>
#include <string.h>

#include "base/index.h"
#include "base/mem.h"
#include "base/strlist.h"
#include "rows.h"

static struct lc_err err;

static void a_map_is_sorted(void **state)
{
    static const char *const keys[] = { "m", "", "z", "a", "B", "\xc3\xa4", "aa", "m" };
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;

    (void)state;
    for (size_t i = 0; i < LC_COUNT(keys); i++)
        assert_done(lc_strmap_set(&map, keys[i], i == 0 ? "first" : "last", &err));
    assert_int_equal(map.count, 7);
    for (size_t i = 1; i < map.count; i++)
        assert_true(strcmp(map.entries[i - 1].key, map.entries[i].key) < 0);
    assert_string_equal(lc_strmap_get(&map, "m"), "last"); /* replaced */
    assert_string_equal(lc_strmap_get(&map, ""), "last");
    assert_null(lc_strmap_get(&map, "mm"));
    assert_true(lc_strmap_remove(&map, "m"));
    assert_false(lc_strmap_remove(&map, "m"));
    assert_null(lc_strmap_get(&map, "m"));
    assert_int_equal(map.count, 6);
}

static void a_map_takes_many(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;
    char key[32];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof(key), "%d", i * 7919 % 1000);
        assert_done(lc_strmap_set(&map, key, key, &err));
    }
    assert_int_equal(map.count, 1000);
    for (int i = 0; i < 1000; i += 2) {
        (void)snprintf(key, sizeof(key), "%d", i);
        assert_true(lc_strmap_remove(&map, key));
    }
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof(key), "%d", i);
        const char *value = lc_strmap_get(&map, key);
        assert_int_equal(value != NULL, i % 2);
    }
}

/* A value lives as long as one map has it, whatever the others do with theirs. */
static void copies_share_their_values(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap a = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap b = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap c = LC_STRMAP_INIT;

    (void)state;
    char *room = lc_strmap_room(&a, "key", 10, &err);
    assert_non_null(room);
    memcpy(room, "value", sizeof("value"));
    assert_done(lc_strmap_copy(&b, &a, &err));
    assert_ptr_equal(lc_strmap_get(&a, "key"), lc_strmap_get(&b, "key"));
    assert_done(
        lc_strmap_set(&a, "key", lc_strmap_get(&a, "key") + 1, &err)); /* a part of itself */
    assert_string_equal(lc_strmap_get(&a, "key"), "alue");
    assert_done(lc_strmap_share(&c, &b.entries[0], &err));
    lc_strmap_release(&b);
    assert_string_equal(lc_strmap_get(&c, "key"), "value");
    assert_done(lc_strmap_share(&c, &c.entries[0], &err)); /* onto itself */
    assert_string_equal(lc_strmap_get(&c, "key"), "value");
}

static void maps_are_copied_and_compared(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap a = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap b = LC_STRMAP_INIT;

    (void)state;
    assert_true(lc_strmap_equals(&a, &b));
    assert_done(lc_strmap_set(&a, "k", "v", &err));
    assert_done(lc_strmap_set(&b, "old", "gone", &err));
    assert_false(lc_strmap_equals(&a, &b));
    assert_done(lc_strmap_copy(&b, &a, &err));
    assert_true(lc_strmap_equals(&a, &b));
    assert_done(lc_strmap_set(&b, "k", "w", &err));
    assert_false(lc_strmap_equals(&a, &b));
    assert_string_equal(lc_strmap_get(&a, "k"), "v");
    lc_strmap_release(&a);
    lc_strmap_release(&a); /* twice is harmless */
}

/* An entry's own value may be what it is set to. */
static void a_map_is_set_from_itself(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;

    (void)state;
    assert_done(lc_strmap_set(&map, "a", "value", &err));
    assert_done(lc_strmap_set(&map, "a", lc_strmap_get(&map, "a"), &err));
    assert_done(lc_strmap_set(&map, "b", lc_strmap_get(&map, "a"), &err));
    assert_string_equal(lc_strmap_get(&map, "b"), "value");
}

static void a_list_keeps_its_order(void **state)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist list = LC_STRLIST_INIT;

    (void)state;
    assert_false(lc_strlist_has(&list, "a"));
    lc_strlist_sort(&list);
    lc_strlist_unique(&list);
    assert_done(lc_strlist_add(&list, "b", &err));
    assert_done(lc_strlist_add_len(&list, "abc", 1, &err));
    assert_done(lc_strlist_addf(&list, &err, "%s%d", "x", 10));
    assert_done(lc_strlist_add(&list, "b", &err));
    assert_string_equal(list.items[0], "b");
    assert_string_equal(list.items[2], "x10");
    assert_null(list.items[4]);
    assert_true(lc_strlist_has(&list, "a"));
    lc_strlist_sort(&list);
    assert_string_equal(list.items[0], "a");
    lc_strlist_unique(&list);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[1], "b");
    assert_null(list.items[3]);
}

static void a_list_grows(void **state)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist list = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist copy = LC_STRLIST_INIT;

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_done(lc_strlist_addf(&list, &err, "%d", i));
        assert_null(list.items[i + 1]); /* always terminated */
    }
    assert_done(lc_strlist_add(&copy, "old", &err));
    assert_done(lc_strlist_copy(&copy, &list, &err));
    assert_true(lc_strlist_equals(&copy, &list));
    assert_done(lc_strlist_add(&copy, "more", &err));
    assert_false(lc_strlist_equals(&copy, &list));
    lc_strlist_release(&copy);
    lc_strlist_release(&copy);
    assert_false(lc_strlist_equals(&copy, &list));
}

static void an_index_finds_what_was_put(void **state)
{
    LC_AUTO(lc_index_release) struct lc_index index = LC_INDEX_INIT;
    static uint32_t keys[1000];
    size_t value = 77;

    (void)state;
    assert_int_equal(lc_index_get(&index, "", 0), LC_INDEX_NONE);
    for (size_t i = 0; i < LC_COUNT(keys); i++) {
        keys[i] = (uint32_t)i * 2654435761u;
        assert_done(lc_index_put(&index, &keys[i], sizeof(keys[i]), i, NULL, &err));
    }
    assert_int_equal(index.count, 1000);
    for (size_t i = 0; i < LC_COUNT(keys); i++)
        assert_int_equal(lc_index_get(&index, &keys[i], sizeof(keys[i])), i);
    assert_int_equal(lc_index_get(&index, &keys[0], 3), LC_INDEX_NONE); /* a shorter key */
    assert_done(lc_index_put(&index, &keys[5], sizeof(keys[5]), 999, &value, &err));
    assert_int_equal(value, 5); /* the first stays */
    assert_done(lc_index_put(&index, "", 0, 1234, &value, &err));
    assert_int_equal(lc_index_get(&index, "", 0), 1234);
}

static void sizes_are_checked_for_overflow(void **state)
{
    size_t capacity = SIZE_MAX / 2 + 1;
    int *items = NULL;

    (void)state;
    assert_null(lc_resize(NULL, SIZE_MAX / 2, 3));
    assert_null(lc_strndup("x", SIZE_MAX));
    assert_false(lc_grow(&items, &capacity, capacity, sizeof(*items)));
    LC_AUTO(lc_free) char *nothing = lc_alloc(0, 10);
    assert_non_null(nothing);
    nothing = lc_resize(nothing, 0, 0);
    assert_non_null(nothing);
    lc_free(NULL);
}

#ifdef LC_FAULT_HOOKS
static bool fill(struct lc_strmap *map, struct lc_strlist *list, struct lc_index *index)
{
    static const char *const words[] = { "one", "two",   "three", "four", "five",
                                         "six", "seven", "eight", "nine" };

    for (size_t i = 0; i < LC_COUNT(words); i++)
        if (!lc_strmap_set(map, words[i], "value", &err) ||
            !lc_strlist_addf(list, &err, "%s", words[i]) ||
            !lc_index_put(index, words[i], strlen(words[i]), i, NULL, &err))
            return false;
    return true;
}

static void every_allocation_may_fail(void **state)
{
    bool fired = true;
    unsigned long nth;

    (void)state;
    for (nth = 1; fired; nth++) {
        LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;
        LC_AUTO(lc_strmap_release) struct lc_strmap map_copy = LC_STRMAP_INIT;
        LC_AUTO(lc_strlist_release) struct lc_strlist list = LC_STRLIST_INIT;
        LC_AUTO(lc_strlist_release) struct lc_strlist list_copy = LC_STRLIST_INIT;
        LC_AUTO(lc_index_release) struct lc_index index = LC_INDEX_INIT;
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        const bool good = fill(&map, &list, &index) && lc_strmap_copy(&map_copy, &map, &err) &&
                          lc_strlist_copy(&list_copy, &list, &err);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        assert_int_equal(good, !fired);
        if (!good)
            assert_int_equal(err.code, LC_ENOMEM);
        for (size_t i = 0; i < map.count; i++)
            assert_string_equal(map.entries[i].value, "value");
        if (map_copy.count != 0)
            assert_true(lc_strmap_equals(&map, &map_copy));
    }
    assert_true(nth > 30);
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "a map is sorted", a_map_is_sorted);
    SUITE_TEST(&suite, "a map takes many", a_map_takes_many);
    SUITE_TEST(&suite, "copies share their values", copies_share_their_values);
    SUITE_TEST(&suite, "maps are copied and compared", maps_are_copied_and_compared);
    SUITE_TEST(&suite, "a map is set from itself", a_map_is_set_from_itself);
    SUITE_TEST(&suite, "a list keeps its order", a_list_keeps_its_order);
    SUITE_TEST(&suite, "a list grows", a_list_grows);
    SUITE_TEST(&suite, "an index finds what was put", an_index_finds_what_was_put);
    SUITE_TEST(&suite, "sizes are checked for overflow", sizes_are_checked_for_overflow);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
#endif
    return suite_run(&suite, "strmap");
}
