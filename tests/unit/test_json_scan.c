/* runtime/base/json_scan: plain JSON where it stands; what is not plain is left to lc_json_parse.
 */
#include "base/json_scan.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

struct texts_row {
    const char *name;
    const char *text;
    bool plain;
};

static const struct texts_row texts_rows[] = {
    { "an empty object", "{}", true },
    { "one text", "{\"a\":\"1\"}", true },
    { "white space everywhere", " { \"a\" : \"1\" ,\n\"b\"\t:\r\"2\" } \n", true },
    { "an empty text and an empty key", "{\"\":\"\"}", true },
    { "escapes", "{\"a\":\"\\\"\\\\\\n\\r\\t\\b\\f\"}", true },
    { "an escape at each place of eight",
      "{\"a\":\"\\n\",\"b\":\"1\\n\",\"c\":\"12\\n\",\"d\":\"123\\n\",\"e\":\"1234\\n\","
      "\"f\":\"12345\\n\",\"g\":\"123456\\n\",\"h\":\"1234567\\n\",\"i\":\"12345678\\n9\"}",
      true },
    { "a solidus that is escaped", "{\"a\":\"\\/\"}", false },
    { "a Unicode escape", "{\"a\":\"\\u0041\"}", false },
    { "an escape that is none", "{\"a\":\"\\x\"}", false },
    { "an escape in a key", "{\"a\\n\":\"1\"}", false },
    { "a letter that is not ASCII", "{\"a\":\"\xc3\xa9\"}", false },
    { "a control character", "{\"a\":\"\x01\"}", false },
    { "DEL", "{\"a\":\"\x7f\"}", false },
    { "a key twice", "{\"a\":\"1\",\"a\":\"2\"}", false },
    { "a number", "{\"a\":\"1\",\"b\":2}", false },
    { "null", "null", false },
    { "a list", "[\"a\"]", false },
    { "nothing", "", false },
    { "no end", "{\"a\":\"1\"", false },
    { "no end of a text", "{\"a\":\"1", false },
    { "a backslash at the end", "{\"a\":\"\\", false },
    { "a comma too many", "{\"a\":\"1\",}", false },
    { "something behind it", "{\"a\":\"1\"}{}", false },
};

/* Where it is plain it says what the reader of all JSON says; else nothing is left behind. */
static void check_text(const char *text, bool wanted)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(1u << 20);
    bool plain;

    lc_buf_puts(&buf, text);
    assert_done(lc_json_scan_texts(&buf, &map, &plain, &err));
    assert_int_equal(plain, wanted);
    if (!plain) {
        assert_int_equal(map.count, 0);
        assert_string_equal(buf.data, text);
        return;
    }
    assert_done(lc_json_parse(text, strlen(text), 0, &object, &err));
    assert_int_equal(map.count, lc_json_count(object));
    for (size_t i = 0; i < map.count; i++)
        assert_string_equal(map.entries[i].value, lc_json_get_string(object, map.entries[i].key));
}

static void check_texts(void **state)
{
    const struct texts_row *row = *state;

    check_text(row->text, row->plain);
}

/* A member of len letters, every ninth of which is a line feed. */
static void add_member(struct lc_buf *out, const char *key, size_t len)
{
    lc_buf_printf(out, "%s\"%s\":\"", out->len == 1 ? "" : ",", key);
    for (size_t i = 0; i < len; i++)
        lc_buf_puts(out, i % 9 == 8 ? "\\n" : "x");
    lc_buf_puts(out, "\"");
}

/* The longest value takes the text's memory, if it is long and far enough behind its beginning. */
static void long_texts(void **state)
{
    static const size_t lens[] = { 0, 3500, 3900, 4096, 5000, 70000 };
    static const char *const keys[] = { "", "a", "ab", "abc", "certificates" };

    (void)state;
    for (size_t at = 0; at < LC_COUNT(lens) * LC_COUNT(lens) * LC_COUNT(keys); at++) {
        const char *key = keys[at % LC_COUNT(keys)];
        const size_t first = lens[at / LC_COUNT(keys) % LC_COUNT(lens)];
        const size_t second = lens[at / LC_COUNT(keys) / LC_COUNT(lens)];
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
        lc_buf_puts(&text, "{");
        add_member(&text, key, first);
        add_member(&text, "other", second);
        add_member(&text, "last", 100);
        lc_buf_puts(&text, "}");
        assert_done(lc_buf_check(&text, &err));
        check_text(text.data, true);
        lc_buf_puts(&text, ",");
        check_text(text.data, false);
    }
}

static void white_space_is_skipped_where_it_is_said(void **state)
{
    const char text[] = "\"abc\" \"a\\nc\" ";
    struct lc_json_scan scan = { .at = text, .end = text + strlen(text) };
    struct lc_json_span span;

    (void)state;
    assert_true(lc_json_scan_string(&scan, &span));
    assert_false(lc_json_scan_string(&scan, &span));
    assert_false(lc_json_scan_ends(&scan));
    assert_true(lc_json_scan_string(&scan, &span));
    LC_AUTO(lc_free) char *decoded = lc_json_span_dup(&span);
    assert_string_equal(decoded, "a\nc");
    assert_true(lc_json_scan_ends(&scan));
}

/* Whatever ends a run of letters does so at each place, however many are looked at at a time. */
static void what_is_not_plain_is_seen_at_each_place(void **state)
{
    static const unsigned char odd[] = { '"', '\\', 0x00, 0x01, 0x1f, 0x7f, 0x80, 0xa0, 0xff };
    char text[70];

    (void)state;
    for (size_t kind = 0; kind < LC_COUNT(odd); kind++)
        for (size_t at = 1; at < sizeof(text) - 2; at++) {
            struct lc_json_scan scan = { .at = text, .end = text + sizeof(text) };
            struct lc_json_span span;
            memset(text, at % 2 == 0 ? ' ' : '~', sizeof(text));
            text[0] = '"';
            text[sizeof(text) - 1] = '"';
            text[at] = (char)odd[kind];
            const bool scanned = lc_json_scan_string(&scan, &span);
            assert_int_equal(scanned, odd[kind] == '"');
            assert_true(!scanned || span.len == at - 1);
        }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, texts_rows, check_texts);
    SUITE_TEST(&suite, "long texts, in every order", long_texts);
    SUITE_TEST(&suite, "white space is skipped where it is said",
               white_space_is_skipped_where_it_is_said);
    SUITE_TEST(&suite, "what is not plain is seen at each place",
               what_is_not_plain_is_seen_at_each_place);
    return suite_run(&suite, "json_scan");
}
