/* base/json: a strict reader, and writers whose text other programs take. */
#include "base/json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "rows.h"

static struct lc_err err;

/* --- reading --- */

/* want: what comes out again in the compact style, sorted. */
struct read_row {
    const char *name;
    const char *text;
    const char *want;
};

static const struct read_row read_rows[] = {
    { "null", "null", "null" },
    { "booleans", "[true, false]", "[true,false]" },
    { "the largest integer", "9223372036854775807", "9223372036854775807" },
    { "the smallest integer", "-9223372036854775808", "-9223372036854775808" },
    { "a zero with a sign", "-0", "0" },
    { "a real", "1.50", "1.5" },
    { "a real that is whole", "1e2", "100.0" },
    { "a real of many digits", "0.1", "0.1" },
    { "white space", " \t\r\n[ 1 , 2 ] \n", "[1,2]" },
    { "an empty object", "{}", "{}" },
    { "an empty array", "[]", "[]" },
    { "members are sorted by bytes", "{\"b\":1,\"a\":2,\"\xc3\xa4\":3,\"B\":4}",
      "{\"B\":4,\"a\":2,\"b\":1,\"\xc3\xa4\":3}" },
    { "an empty key", "{\"\":1}", "{\"\":1}" },
    { "escapes", "\"\\u0041\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "\"A/\\b\\f\\n\\r\\t\\\\\\\"\"" },
    { "a surrogate pair", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
    { "a NUL in a string", "\"a\\u0000b\"", "\"a\\u0000b\"" },
    { "numbers of 18 digits and of 19", "[-999999999999999999, 1000000000000000000, -7, 0]",
      "[-999999999999999999,1000000000000000000,-7,0]" },
    { "escapes at the ends of a string, and one after another",
      "[\"\\na\\n\", \"\\\\\\\\n\", \"\\\"\"]", "[\"\\na\\n\",\"\\\\\\\\n\",\"\\\"\"]" },
    { "a key with an escape", "{\"a\\n\":[{}],\"b\":[]}", "{\"a\\n\":[{}],\"b\":[]}" },
    { "other letters behind what is plain", "[\"plain\", \"\xc3\xa4\"]",
      "[\"plain\",\"\xc3\xa4\"]" },
    { "brackets in strings are no levels", "[\"[[[[\"]", "[\"[[[[\"]" },
};

static void check_read(void **state)
{
    const struct read_row *row = *state;
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
    struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);

    assert_done(lc_json_parse(row->text, strlen(row->text), 0, &json, &err));
    lc_json_put(&writer, json);
    assert_done(lc_buf_check(&out, &err));
    assert_string_equal(out.data, row->want);
}

struct refuse_row {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen */
    enum lc_code want;
    const char *part;
};

static const struct refuse_row refuse_rows[] = {
    { "refuses an empty text", "", 0, LC_EPARSE, "not JSON: line 1" },
    { "refuses two documents", "{} {}", 0, LC_EPARSE, "not JSON: line 1, column 4" },
    { "refuses a trailing comma", "[1,]", 0, LC_EPARSE, "not JSON" },
    { "refuses a comment", "[1] // one", 0, LC_EPARSE, "not JSON" },
    { "refuses single quotes", "{'a':1}", 0, LC_EPARSE, "not JSON" },
    { "refuses NaN", "NaN", 0, LC_EPARSE, "not JSON" },
    { "refuses a leading zero", "01", 0, LC_EPARSE, "not JSON" },
    { "refuses a plus sign", "+1", 0, LC_EPARSE, "not JSON" },
    { "refuses an integer over 64 bits", "9223372036854775808", 0, LC_EPARSE, "not JSON" },
    { "refuses a real out of range", "1e999", 0, LC_EPARSE, "not JSON" },
    { "refuses a repeated key", "{\"a\":1,\n\"a\":2}", 0, LC_EPARSE, "line 2" },
    { "refuses a repeated key in another spelling", "{\"a\":1,\"\\u0061\":2}", 0, LC_EPARSE, "" },
    { "refuses a byte order mark", "\xef\xbb\xbf{}", 0, LC_EPARSE, "not JSON" },
    { "refuses what is not UTF-8", "\"\xff\"", 0, LC_EPARSE, "not JSON" },
    { "refuses overlong UTF-8", "\"\xc0\xaf\"", 0, LC_EPARSE, "not JSON" },
    { "refuses a lone surrogate", "\"\\ud800\"", 0, LC_EPARSE, "not JSON" },
    { "refuses a raw line feed in a string", "\"a\nb\"", 0, LC_EPARSE, "not JSON" },
    { "refuses a text that is cut off", "{\"a\": [1, 2", 0, LC_EPARSE, "not JSON" },
    { "refuses a raw NUL", "[1]\0", 4, LC_EPARSE, "not JSON" },
    { "refuses a NUL in a key", "{\"a\\u0000b\":1}", 0, LC_EPARSE, "not JSON" },
};

static void check_refuse(void **state)
{
    const struct refuse_row *row = *state;
    struct lc_json *json = NULL;
    const size_t len = row->len == 0 ? strlen(row->text) : row->len;

    assert_fails(lc_json_parse(row->text, len, 0, &json, &err), row->want, row->part);
    assert_null(json);
}

static void errors_do_not_quote(void **state)
{
    static const char text[] = "{\"private-key\": \"hunter2\" hunter2}";
    struct lc_json *json = NULL;

    (void)state;
    assert_fails(lc_json_parse(text, strlen(text), 0, &json, &err), LC_EPARSE, "not JSON");
    assert_null(strstr(err.message, "hunter2"));
}

static void the_last_key_may_count(void **state)
{
    static const char text[] = "{\"a\":1,\"a\":2}";
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    (void)state;
    assert_done(lc_json_parse(text, strlen(text), LC_JSON_LAST_KEY_COUNTS, &json, &err));
    assert_int_equal(lc_json_integer(lc_json_get(json, "a")), 2);
    assert_int_equal(lc_json_count(json), 1);
}

static void levels_are_limited(void **state)
{
    char text[2 * (LC_JSON_MAX_DEPTH + 1)];
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_json *none = NULL;

    (void)state;
    memset(text, '[', LC_JSON_MAX_DEPTH);
    memset(text + LC_JSON_MAX_DEPTH, ']', LC_JSON_MAX_DEPTH);
    assert_done(lc_json_parse(text, (size_t)2 * LC_JSON_MAX_DEPTH, 0, &json, &err));
    memset(text, '[', LC_JSON_MAX_DEPTH + 1);
    memset(text + LC_JSON_MAX_DEPTH + 1, ']', LC_JSON_MAX_DEPTH + 1);
    assert_fails(lc_json_parse(text, sizeof(text), 0, &none, &err), LC_ELIMIT, "512 levels");
}

static void nothing_is_read_as_nothing(void **state)
{
    (void)state;
    lc_json_free(NULL);
    assert_null(lc_json_ref(NULL));
    assert_int_equal(lc_json_type(NULL), LC_JSON_NONE);
    assert_string_equal(lc_json_type_name(lc_json_type(NULL)), "nothing");
    assert_false(lc_json_boolean(NULL));
    assert_int_equal(lc_json_integer(NULL), 0);
    assert_null(lc_json_string(NULL));
    assert_int_equal(lc_json_string_len(NULL), 0);
    assert_int_equal(lc_json_count(NULL), 0);
    assert_null(lc_json_at(NULL, 0));
    assert_null(lc_json_get(NULL, "a"));
    assert_null(lc_json_get_string(NULL, "a"));
    assert_true(lc_json_each(NULL, NULL, NULL, &err));
}

static bool join(void *context, const char *key, const struct lc_json *value, struct lc_err *e)
{
    (void)value;
    if (strcmp(key, "stop") == 0)
        return lc_fail(e, LC_ESTATE, "stopped");
    lc_buf_puts(context, key);
    return true;
}

static void members_come_in_the_order_of_the_text(void **state)
{
    static const char text[] = "{\"z\":[0,1],\"a\":2,\"m\":3,\"stop\":4,\"b\":5}";
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_json_free) struct lc_json *part = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf keys = LC_BUF_INIT(100);

    (void)state;
    assert_done(lc_json_parse(text, strlen(text), 0, &json, &err));
    assert_fails(lc_json_each(json, join, &keys, &err), LC_ESTATE, "stopped");
    assert_string_equal(keys.data, "zam");
    part = lc_json_ref(lc_json_get(json, "z"));
    lc_json_free(LC_STEAL(json)); /* the part lives on */
    assert_int_equal(lc_json_integer(lc_json_at(part, 1)), 1);
    assert_null(lc_json_at(part, 2));
}

/* --- writing --- */

/* A document with one of each. */
static void write_sample(struct lc_buf *out, enum lc_json_style style)
{
    struct lc_json_writer writer = lc_json_writer(out, style);

    lc_json_begin_object(&writer);
    lc_json_key(&writer, "empty");
    lc_json_begin_array(&writer);
    lc_json_end_array(&writer);
    lc_json_key(&writer, "list");
    lc_json_begin_array(&writer);
    lc_json_put_integer(&writer, -1);
    lc_json_put_boolean(&writer, true);
    lc_json_put_null(&writer);
    lc_json_begin_object(&writer);
    lc_json_key_len(&writer, "a\0b", 3);
    lc_json_put_real(&writer, 0.5);
    lc_json_end_object(&writer);
    lc_json_end_array(&writer);
    lc_json_member_string(&writer, "text", "\xc3\xa4\"/\x7f\xf0\x9f\x98\x80");
    lc_json_end_object(&writer);
}

struct style_row {
    const char *name;
    enum lc_json_style style;
    const char *want;
};

static const struct style_row style_rows[] = {
    { "compact", LC_JSON_COMPACT,
      "{\"empty\":[],\"list\":[-1,true,null,{\"a\\u0000b\":0.5}],"
      "\"text\":\"\xc3\xa4\\\"/\\u007f\xf0\x9f\x98\x80\"}" },
    { "python", LC_JSON_PYTHON,
      "{\"empty\": [], \"list\": [-1, true, null, {\"a\\u0000b\": 0.5}], "
      "\"text\": \"\\u00e4\\\"/\\u007f\\ud83d\\ude00\"}" },
    { "pretty", LC_JSON_PRETTY,
      "{\n  \"empty\": [],\n  \"list\": [\n    -1,\n    true,\n    null,\n    {\n"
      "      \"a\\u0000b\": 0.5\n    }\n  ],\n"
      "  \"text\": \"\xc3\xa4\\\"/\\u007f\xf0\x9f\x98\x80\"\n}" },
};

static void check_style(void **state)
{
    const struct style_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);

    write_sample(&out, row->style);
    assert_done(lc_buf_check(&out, &err));
    assert_string_equal(out.data, row->want);
}

static void bad_bytes_become_replacements(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
    struct lc_json_writer compact = lc_json_writer(&out, LC_JSON_COMPACT);
    struct lc_json_writer python = lc_json_writer(&out, LC_JSON_PYTHON);

    (void)state;
    lc_json_put_string(&compact, "a\xff\xc3z\xed\xa0\x80");
    assert_string_equal(out.data, "\"a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd"
                                  "\xef\xbf\xbd\"");
    lc_buf_clear(&out);
    lc_json_put_string(&python, "\xff");
    assert_string_equal(out.data, "\"\\ufffd\"");
}

struct real_row {
    const char *name;
    double number;
    const char *want;
};

static const struct real_row real_rows[] = {
    { "a short one", 0.1, "0.1" },
    { "a whole one", 3, "3.0" },
    { "one that takes 17 digits", 0.1 + 0.2, "0.30000000000000004" },
    { "the largest", DBL_MAX, "1.7976931348623157e+308" },
    { "infinity is null", INFINITY, "null" },
    { "not a number is null", NAN, "null" },
};

static void check_real(void **state)
{
    const struct real_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(100);
    struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);

    lc_json_put_real(&writer, row->number);
    assert_string_equal(out.data, row->want);
}

/* One text with every code point from..to, each between blanks. */
static void add_points(struct lc_buf *text, int32_t from, int32_t to)
{
    for (int32_t point = from; point <= to; point++) {
        if (point >= 0xd800 && point <= 0xdfff)
            continue;
        lc_buf_putc(text, ' ');
        if (point < 0x80) {
            lc_buf_putc(text, (char)point);
        } else if (point < 0x800) {
            lc_buf_putc(text, (char)(0xc0 | point >> 6));
            lc_buf_putc(text, (char)(0x80 | (point & 0x3f)));
        } else if (point < 0x10000) {
            lc_buf_putc(text, (char)(0xe0 | point >> 12));
            lc_buf_putc(text, (char)(0x80 | (point >> 6 & 0x3f)));
            lc_buf_putc(text, (char)(0x80 | (point & 0x3f)));
        } else {
            lc_buf_putc(text, (char)(0xf0 | point >> 18));
            lc_buf_putc(text, (char)(0x80 | (point >> 12 & 0x3f)));
            lc_buf_putc(text, (char)(0x80 | (point >> 6 & 0x3f)));
            lc_buf_putc(text, (char)(0x80 | (point & 0x3f)));
        }
        lc_buf_putc(text, ' ');
    }
}

/* {"key":text} in the compact style, read back as JSON or YAML. */
static void assert_survives(const struct lc_buf *text, bool as_yaml)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(8u * 1024 * 1024);
    LC_AUTO(lc_json_free) struct lc_json *back = NULL;
    struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);

    lc_json_begin_object(&writer);
    lc_json_key(&writer, "key");
    lc_json_put_string_len(&writer, text->data, text->len);
    lc_json_end_object(&writer);
    assert_done(lc_buf_check(&out, &err));
    if (as_yaml)
        assert_done(lc_yaml_parse(out.data, out.len, 0, &back, &err));
    else
        assert_done(lc_json_parse(out.data, out.len, 0, &back, &err));
    const struct lc_json *got = lc_json_get(back, "key");
    assert_int_equal(lc_json_string_len(got), text->len);
    assert_memory_equal(lc_json_string(got), text->data, text->len);
}

/* relation-set reads YAML (juju-hooks 2.5), to which some code points are line breaks or nothing
 * at all. */
static void compact_text_is_yaml_too(void **state)
{
    static const int32_t blocks[][2] = {
        { 0x1, 0x2fff },      { 0xd700, 0xe100 },     { 0xfe00, 0xffff },
        { 0x10000, 0x10400 }, { 0x10ff00, 0x10ffff },
    };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(blocks); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);
        add_points(&text, blocks[i][0], blocks[i][1]);
        assert_done(lc_buf_check(&text, &err));
        assert_survives(&text, false);
        assert_survives(&text, true);
    }
}

static void a_full_buffer_is_told_once(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(20);

    (void)state;
    write_sample(&out, LC_JSON_COMPACT);
    assert_fails(lc_buf_check(&out, &err), LC_ELIMIT, "20 bytes");
}

/* --- building --- */

static void trees_are_built(void **state)
{
    LC_AUTO(lc_json_free) struct lc_json *object = lc_json_new_object();
    struct lc_json *array = lc_json_new_array();

    (void)state;
    assert_null(lc_json_new_string("\xff", 1));
    assert_true(lc_json_take_element(array, lc_json_new_integer(7)));
    assert_true(lc_json_take_element(array, lc_json_new_null()));
    assert_true(lc_json_take_element(array, lc_json_new_boolean(true)));
    assert_true(lc_json_take_element(array, lc_json_new_real(0.5)));
    assert_true(lc_json_take_member(object, "list", array));
    assert_true(lc_json_take_member(object, "text", lc_json_new_string("x\0y", 3)));
    assert_false(lc_json_take_member(object, "none", NULL));
    assert_int_equal(lc_json_count(object), 2);
    assert_int_equal(lc_json_string_len(lc_json_get(object, "text")), 3);
    assert_true(lc_json_number(lc_json_at(lc_json_get(object, "list"), 3)) == 0.5);
    assert_true(lc_json_number(lc_json_at(lc_json_get(object, "list"), 0)) == 7);
}

#ifdef LC_FAULT_HOOKS
/* Whatever allocation fails, the text is read as it is or not at all: the library's scanner alone
 * would go on with what it has. */
static void every_allocation_may_fail(void **state)
{
    static const char text[] =
        "{\"a key that is long enough to make the scanner's buffer grow, and grow again\": "
        "[1, 2.5, true, null, \"a string that is long enough to make the scanner's buffer grow\","
        " {\"b\": {\"c\": [[], {}]}}]}";
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(4096);
    bool fired = true;
    unsigned long nth = 1;

    (void)state;
    for (nth = 0; fired || nth == 1; nth++) {
        LC_AUTO(lc_json_free) struct lc_json *json = NULL;
        LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
        struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        bool good = lc_json_parse(text, strlen(text), 0, &json, &err);
        if (good) {
            lc_json_put(&writer, json);
            good = lc_buf_check(&out, &err);
        }
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!good)
            assert_int_equal(err.code, LC_ENOMEM);
        else if (nth == 0)
            lc_buf_puts(&want, out.data);
        else
            assert_string_equal(out.data, want.data);
    }
    assert_true(nth > 20);
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, read_rows, check_read);
    SUITE_ROWS(&suite, refuse_rows, check_refuse);
    SUITE_TEST(&suite, "errors do not quote the text", errors_do_not_quote);
    SUITE_TEST(&suite, "the last key may count", the_last_key_may_count);
    SUITE_TEST(&suite, "levels are limited", levels_are_limited);
    SUITE_TEST(&suite, "nothing is read as nothing", nothing_is_read_as_nothing);
    SUITE_TEST(&suite, "members come in the order of the text",
               members_come_in_the_order_of_the_text);
    SUITE_ROWS(&suite, style_rows, check_style);
    SUITE_TEST(&suite, "bad bytes become replacements", bad_bytes_become_replacements);
    SUITE_ROWS(&suite, real_rows, check_real);
    SUITE_TEST(&suite, "compact text is YAML too", compact_text_is_yaml_too);
    SUITE_TEST(&suite, "a full buffer is told once", a_full_buffer_is_told_once);
    SUITE_TEST(&suite, "trees are built", trees_are_built);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
#endif
    return suite_run(&suite, "json");
}
