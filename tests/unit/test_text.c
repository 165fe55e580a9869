/* base/text: UTF-8, hex, base64, numbers. */
#include "base/text.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

struct utf8_row {
    const char *name;
    const char *text;
    bool want;
};

static const struct utf8_row utf8_rows[] = {
    { "nothing", "", true },
    { "ASCII", "abc\x7f", true },
    { "two bytes, the first and the last", "\xc2\x80\xdf\xbf", true },
    { "three bytes", "\xe0\xa0\x80\xef\xbf\xbf", true },
    { "four bytes, the last code point", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true },
    { "around the surrogates", "\xed\x9f\xbf\xee\x80\x80", true },
    { "a lone continuation", "a\x80", false },
    { "a sequence that is cut off", "\xe2\x82", false },
    { "a sequence that is broken off", "\xe2(\x82", false },
    { "overlong in two bytes", "\xc1\xbf", false },
    { "overlong in three bytes", "\xe0\x9f\xbf", false },
    { "overlong in four bytes", "\xf0\x8f\xbf\xbf", false },
    { "a surrogate", "\xed\xa0\x80", false },
    { "past the last code point", "\xf4\x90\x80\x80", false },
    { "five bytes", "\xf8\x88\x80\x80\x80", false },
    { "0xff", "\xff", false },
};

static void check_utf8(void **state)
{
    const struct utf8_row *row = *state;

    assert_int_equal(lc_text_is_utf8(row->text, strlen(row->text)), row->want);
}

static const struct utf8_row clear_rows[] = {
    { "clear: nothing", "", true },
    { "clear: ASCII", "Example Corp. (Web)", true },
    { "clear: letters of all kinds", "M\xc3\xbcnchen \xe6\x9d\xb1\xe4\xba\xac", true },
    { "not clear: a line feed", "a\nb", false },
    { "not clear: DEL", "a\x7f", false },
    { "not clear: a C1 control", "\xc2\x85", false },
    { "not clear: right to left",
      "\xe2\x80\xae"
      "moc",
      false },
    { "not clear: a space without width", "a\xe2\x80\x8b", false },
    { "not clear: a soft hyphen", "a\xc2\xad", false },
    { "not clear: a byte order mark",
      "\xef\xbb\xbf"
      "a",
      false },
    { "not clear: a tag", "\xf3\xa0\x81\x81", false },
    { "not clear: not UTF-8", "\xff", false },
};

static void check_clear(void **state)
{
    const struct utf8_row *row = *state;

    assert_int_equal(lc_text_is_clear(row->text, strlen(row->text)), row->want);
}

static void a_wrong_byte_is_one_step(void **state)
{
    size_t len = 0;

    (void)state;
    assert_int_equal(lc_text_codepoint("\xe2\x82\xac!", 4, &len), 0x20ac);
    assert_int_equal(len, 3);
    assert_int_equal(lc_text_codepoint("\xe2\x82\xac", 2, &len), -1); /* only two are ours */
    assert_int_equal(len, 1);
    assert_int_equal(lc_text_codepoint("\0", 1, &len), 0);
    assert_int_equal(len, 1);
}

struct number_row {
    const char *name;
    const char *text;
    int64_t max;
    bool want;
    int64_t number;
};

static const struct number_row number_rows[] = {
    { "zero", "0", 10, true, 0 },
    { "the maximum", "10", 10, true, 10 },
    { "one over it", "11", 10, false, 0 },
    { "one digit over a small maximum", "7", 5, false, 0 },
    { "a zero maximum", "1", 0, false, 0 },
    { "leading zeros", "007", 10, true, 7 },
    { "the largest", "9223372036854775807", INT64_MAX, true, INT64_MAX },
    { "one over the largest", "9223372036854775808", INT64_MAX, false, 0 },
    { "far over the largest", "99999999999999999999999", INT64_MAX, false, 0 },
    { "nothing", "", 10, false, 0 },
    { "a sign", "-1", 10, false, 0 },
    { "a plus", "+1", 10, false, 0 },
    { "a blank", " 1", 10, false, 0 },
    { "what follows", "1x", 10, false, 0 },
};

static void check_number(void **state)
{
    const struct number_row *row = *state;
    int64_t number = -5;

    assert_int_equal(lc_text_to_number(row->text, row->max, &number), row->want);
    assert_int_equal(number, row->want ? row->number : -5);
}

/* RFC 4648 section 10, and bytes that are no text. */
struct base64_row {
    const char *name;
    const char *bytes;
    size_t len;
    const char *text;
};

static const struct base64_row base64_rows[] = {
    { "base64 of nothing", "", 0, "" },
    { "base64 of one byte", "f", 1, "Zg==" },
    { "base64 of two bytes", "fo", 2, "Zm8=" },
    { "base64 of three bytes", "foo", 3, "Zm9v" },
    { "base64 of six bytes", "foobar", 6, "Zm9vYmFy" },
    { "base64 of all bits", "\xff\xef\xbe\x00", 4, "/+++AA==" },
};

static void check_base64(void **state)
{
    const struct base64_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(100);

    lc_base64_encode(row->bytes, row->len, &out);
    assert_string_equal(out.data, row->text);
    lc_buf_clear(&out);
    assert_done(lc_base64_decode(row->text, strlen(row->text), &out, &err));
    assert_int_equal(out.len, row->len);
    assert_memory_equal(out.data, row->bytes, row->len);
}

struct bad_base64_row {
    const char *name;
    const char *text;
    const char *part;
};

static const struct bad_base64_row bad_base64_rows[] = {
    { "refuses one digit", "Z", "cut off" },
    { "refuses missing padding", "Zg", "cut off" },
    { "refuses half the padding", "Zg=", "cut off" },
    { "refuses too much padding", "Zm8==", "cut off" },
    { "refuses padding alone", "====", "cut off" },
    { "refuses padding after whole groups", "Zm9v====", "cut off" },
    { "refuses digits after padding", "Zg==Zg==", "wrong character at byte 5" },
    { "refuses the URL alphabet", "_-==", "wrong character at byte 1" },
    { "refuses other characters", "Zm9v!", "wrong character at byte 5" },
};

static void check_bad_base64(void **state)
{
    const struct bad_base64_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(100);

    assert_fails(lc_base64_decode(row->text, strlen(row->text), &out, &err), LC_EPARSE, row->part);
}

static void base64_may_be_wrapped(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(100);
    LC_AUTO(lc_buf_release) struct lc_buf small = LC_BUF_INIT(5);

    (void)state;
    assert_done(lc_base64_decode(" Zm9v\r\nYm\tFy\n", 13, &out, &err));
    assert_string_equal(out.data, "foobar");
    assert_fails(lc_base64_decode("Zm9v\0", 5, &out, &err), LC_EPARSE, "byte 5");
    assert_fails(lc_base64_decode("Zm9vYmFy", 8, &small, &err), LC_ELIMIT, "5 bytes");
}

static void hex_is_lower_case(void **state)
{
    char text[9];

    (void)state;
    lc_hex_encode("\x00\xab\x7f\xff", 4, text);
    assert_string_equal(text, "00ab7fff");
    lc_hex_encode("", 0, text);
    assert_string_equal(text, "");
}

static void parts_are_found(void **state)
{
    (void)state;
    assert_true(lc_text_has_prefix("abc", "ab"));
    assert_true(lc_text_has_prefix("abc", ""));
    assert_false(lc_text_has_prefix("ab", "abc"));
    assert_true(lc_text_has_suffix("abc", "bc"));
    assert_true(lc_text_has_suffix("abc", ""));
    assert_false(lc_text_has_suffix("bc", "abc"));
    assert_true(lc_text_equals_nocase("TRUE", "true"));
    assert_false(lc_text_equals_nocase("TRUE", "tru"));
    assert_true(lc_text_contains_nocase("ERROR Permission Denied", "permission denied"));
    assert_false(lc_text_contains_nocase("permission", "permission denied"));
}

struct nearest_row {
    const char *name;
    const char *text;
    const char *want; /* NULL: none is near */
};

static const struct nearest_row nearest_rows[] = {
    { "a name itself", "units", "units" },
    { "a letter too few", "unit", "units" },
    { "a letter too many", "unitts", "units" },
    { "another letter", "umits", "units" },
    { "two letters swapped", "untis", "units" },
    { "two swapped at the end", "unist", "units" },
    { "the nearest of several", "config-bb", "config-b" },
    { "the first of equals", "config-", "config-a" },
    { "a third of the letters may differ", "unxxts", "units" },
    { "more may not", "uxxxts", NULL },
    { "a short text may differ in one", "o", "n" },
    { "nothing is near to nothing but one letter", "", "n" },
    { "a text as long as can be compared",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
    { "a longer one", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
};

static void check_nearest(void **state)
{
    static const char *const names[] = { "units", "config-a", "config-b", "n", NULL };
    static const char *const nothing[] = { NULL };
    const struct nearest_row *row = *state;
    const char *got = lc_text_nearest(row->text, names);

    if (row->want == NULL)
        assert_null(got);
    else
        assert_string_equal(got == NULL ? "none" : got, row->want);
    assert_null(lc_text_nearest(row->text, nothing));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, utf8_rows, check_utf8);
    SUITE_ROWS(&suite, clear_rows, check_clear);
    SUITE_TEST(&suite, "a wrong byte is one step", a_wrong_byte_is_one_step);
    SUITE_ROWS(&suite, number_rows, check_number);
    SUITE_ROWS(&suite, base64_rows, check_base64);
    SUITE_ROWS(&suite, bad_base64_rows, check_bad_base64);
    SUITE_TEST(&suite, "base64 may be wrapped", base64_may_be_wrapped);
    SUITE_TEST(&suite, "hex is lower case", hex_is_lower_case);
    SUITE_TEST(&suite, "parts are found", parts_are_found);
    SUITE_ROWS(&suite, nearest_rows, check_nearest);
    return suite_run(&suite, "text");
}
