/* base/buf: it grows to its maximum and no further, and says so once. */
#include "base/buf.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

static void it_begins_as_an_empty_text(void **state)
{
    struct lc_buf buf;

    (void)state;
    lc_buf_init(&buf, 10);
    assert_string_equal(buf.data, "");
    lc_buf_add(&buf, NULL, 0);
    lc_buf_puts(&buf, "");
    lc_buf_printf(&buf, "%s", "");
    lc_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_done(lc_buf_check(&buf, &err));
    lc_buf_release(&buf);
    lc_buf_release(&buf); /* twice is harmless */
    assert_string_equal(buf.data, "");
}

static void it_grows(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(100000);

    (void)state;
    for (int i = 0; i < 1000; i++)
        lc_buf_printf(&buf, "%03d%c", i, '\0');
    lc_buf_putc(&buf, '!');
    assert_done(lc_buf_check(&buf, &err));
    assert_int_equal(buf.len, 4001);
    assert_memory_equal(buf.data,
                        "000\0"
                        "001",
                        7);
    assert_memory_equal(buf.data + 3996, "999\000!", 6); /* with the NUL behind it */
}

/* What is added, by len bytes, to a buffer of at most 8. */
struct limit_row {
    const char *name;
    size_t first;
    size_t second;
    bool fits;
    size_t len;
};

static const struct limit_row limit_rows[] = {
    { "up to the maximum", 8, 0, true, 8 },          { "in two steps", 3, 5, true, 8 },
    { "one over, at once", 9, 0, false, 0 },         { "one over, in two steps", 3, 6, false, 3 },
    { "nothing after an overflow", 9, 1, false, 0 },
};

static void check_limit(void **state)
{
    const struct limit_row *row = *state;

    for (int way = 0; way < 3; way++) {
        LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(8);
        const size_t sizes[] = { row->first, row->second };
        for (size_t i = 0; i < LC_COUNT(sizes); i++) {
            if (way == 0)
                lc_buf_add(&buf, "xxxxxxxxx", sizes[i]);
            else if (way == 1)
                lc_buf_printf(&buf, "%.*s", (int)sizes[i], "xxxxxxxxx");
            else if (lc_buf_room(&buf, sizes[i]) != NULL) {
                memset(buf.data + buf.len, 'x', sizes[i]);
                lc_buf_grew(&buf, sizes[i]);
            }
        }
        assert_int_equal(buf.len, row->len);
        assert_int_equal(strlen(buf.data), row->len);
        if (row->fits)
            assert_done(lc_buf_check(&buf, &err));
        else
            assert_fails(lc_buf_check(&buf, &err), LC_ELIMIT, "more than 8 bytes");
        lc_buf_clear(&buf); /* forgets the mark */
        lc_buf_puts(&buf, "ok");
        assert_done(lc_buf_check(&buf, &err));
        assert_string_equal(buf.data, "ok");
    }
}

static void what_is_taken_is_gone(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(8);
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_free) char *empty = NULL;
    char *none = NULL;
    size_t len = 99;

    (void)state;
    assert_done(lc_buf_take(&buf, &empty, &len, &err)); /* never NULL */
    assert_string_equal(empty, "");
    assert_int_equal(len, 0);
    lc_buf_puts(&buf, "abc");
    assert_done(lc_buf_take(&buf, &text, NULL, &err));
    assert_string_equal(text, "abc");
    assert_int_equal(buf.len, 0);
    lc_buf_puts(&buf, "123456789");
    assert_fails(lc_buf_take(&buf, &none, NULL, &err), LC_ELIMIT, "8 bytes");
    assert_null(none);
}

#ifdef LC_FAULT_HOOKS
static void no_memory_is_told_once(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(1000);

    (void)state;
    lc_buf_puts(&buf, "1234567");
    lc_fault_allocation(1);
    lc_buf_puts(&buf, "does not fit");
    lc_buf_puts(&buf, "x"); /* would fit, but then something is missing before it */
    lc_fault_allocation(0);
    assert_fails(lc_buf_check(&buf, &err), LC_ENOMEM, "out of memory");
    assert_string_equal(buf.data, "1234567");
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "it begins as an empty text", it_begins_as_an_empty_text);
    SUITE_TEST(&suite, "it grows", it_grows);
    SUITE_ROWS(&suite, limit_rows, check_limit);
    SUITE_TEST(&suite, "what is taken is gone", what_is_taken_is_gone);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "no memory is told once", no_memory_is_told_once);
#endif
    return suite_run(&suite, "buf");
}
