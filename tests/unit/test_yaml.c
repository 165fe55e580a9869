/* base/yaml: the YAML that charm metadata and hook commands use, and nothing more. */
#include "base/yaml.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

/* want: as compact JSON, sorted. */
struct read_row {
    const char *name;
    unsigned flags;
    const char *text;
    const char *want;
};

static const struct read_row read_rows[] = {
    { "an empty document is null", 0, "", "null" },
    { "a comment only is null", 0, "# nothing\n", "null" },
    { "a mapping", 0, "b: 1\na: [x, 'y']\n", "{\"a\":[\"x\",\"y\"],\"b\":1}" },
    { "flow style", 0, "{a: {b: [1, 2]}}", "{\"a\":{\"b\":[1,2]}}" },
    { "JSON", 0, "{\"a\":\"1\",\"b\":[true,null,2]}", "{\"a\":\"1\",\"b\":[true,null,2]}" },
    { "nulls", 0, "[~, null, Null, NULL, ]", "[null,null,null,null]" },
    { "a value that is left out", 0, "a:\nb: ~\n", "{\"a\":null,\"b\":null}" },
    { "booleans of the core schema", 0, "[true, True, FALSE]", "[true,true,false]" },
    { "yes and no are text", 0, "[yes, no, on, off, y]", "[\"yes\",\"no\",\"on\",\"off\",\"y\"]" },
    { "integers", 0, "[0, -7, +7, 007]", "[0,-7,7,7]" },
    { "the largest integer", 0, "9223372036854775807", "9223372036854775807" },
    { "reals", 0, "[1.5, .5, 1e3, -2.]", "[1.5,0.5,1000.0,-2.0]" },
    { "a real out of range is text", 0, "[1e999, -1e999]", "[\"1e999\",\"-1e999\"]" },
    { "what only begins like a number is text", 0, "[1.2.3, 1-2, --1, +, ., e5, 0x10, 1_000]",
      "[\"1.2.3\",\"1-2\",\"--1\",\"+\",\".\",\"e5\",\"0x10\",\"1_000\"]" },
    { "quoted scalars are text", 0, "['1', \"true\", 'null', '']",
      "[\"1\",\"true\",\"null\",\"\"]" },
    { "a string tag", 0, "!!str 1", "\"1\"" },
    { "block scalars", 0, "a: |\n  x\n  y\nb: >\n  x\n  y\n",
      "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}" },
    { "a document start", 0, "---\na: 1\n...\n", "{\"a\":1}" },
    { "escapes", 0, "\"\\u00e4\\t\\x41\"", "\"\xc3\xa4\\tA\"" },
    { "keys that look like numbers are text", 0, "{1: a, true: b}",
      "{\"1\":\"a\",\"true\":\"b\"}" },
    { "a quoted << is a key", 0, "{'<<': 1}", "{\"<<\":1}" },
    { "text only: scalars stay what they are", LC_YAML_TEXT_ONLY,
      "{a: 1.0, b: true, c: 0x1, d: 1e3}",
      "{\"a\":\"1.0\",\"b\":\"true\",\"c\":\"0x1\",\"d\":\"1e3\"}" },
    { "text only: null is empty", LC_YAML_TEXT_ONLY, "{a: null, b: ~, c: , d: NULL, e: 'null'}",
      "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"null\"}" },
};

static void check_read(void **state)
{
    const struct read_row *row = *state;
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
    struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);

    assert_done(lc_yaml_parse(row->text, strlen(row->text), row->flags, &json, &err));
    lc_json_put(&writer, json);
    assert_done(lc_buf_check(&out, &err));
    assert_string_equal(out.data, row->want);
}

struct refuse_row {
    const char *name;
    const char *text;
    enum lc_code want;
    const char *part;
};

static const struct refuse_row refuse_rows[] = {
    { "refuses an anchor of a scalar", "a: &x 1", LC_EUNSUPPORTED, "an anchor, line 1" },
    { "refuses an anchor of a mapping", "\na: &x {b: 1}", LC_EUNSUPPORTED, "an anchor, line 2" },
    { "refuses an anchor of a sequence", "a: &x [1]", LC_EUNSUPPORTED, "an anchor" },
    { "refuses an anchor of a key", "&x a: 1", LC_EUNSUPPORTED, "an anchor" },
    { "refuses an alias", "a: *x", LC_EUNSUPPORTED, "an alias" },
    { "refuses a merge key", "<<: {a: 1}", LC_EUNSUPPORTED, "a merge key" },
    { "refuses a tag of a scalar", "a: !!binary aGk=", LC_EUNSUPPORTED, "a tag" },
    { "refuses a tag of a mapping", "a: !!set {b: }", LC_EUNSUPPORTED, "a tag" },
    { "refuses a tag of a sequence", "a: !thing [b]", LC_EUNSUPPORTED, "a tag" },
    { "refuses a tag of a key", "!thing a: 1", LC_EUNSUPPORTED, "a tag" },
    { "refuses a key that is a list", "? [a]\n: 1", LC_EUNSUPPORTED, "a key that is not a scalar" },
    { "refuses two documents", "--- a\n--- b\n", LC_EUNSUPPORTED, "a second document" },
    { "refuses a repeated key", "a: 1\nb: 2\na: 3\n", LC_EPARSE, "'a' is there twice, line 3" },
    { "refuses a key that repeats a null", "a: ~\na: 3\n", LC_EPARSE, "twice" },
    { "refuses a NUL in a value", "\"a\\0b\"", LC_EUNSUPPORTED, "a NUL character" },
    { "refuses a NUL in a key", "\"a\\0b\": 1", LC_EUNSUPPORTED, "a NUL character" },
    { "refuses what is not UTF-8", "a: \xff", LC_EPARSE, "not YAML: line" },
    { "refuses a tab as indentation", "a:\n\tb: 1\n", LC_EPARSE, "not YAML: line 2" },
    { "refuses a flow that is not closed", "{a: [1", LC_EPARSE, "not YAML" },
    { "refuses a control character", "a: \x01", LC_EPARSE, "not YAML" },
};

static void check_refuse(void **state)
{
    const struct refuse_row *row = *state;
    struct lc_json *json = NULL;

    assert_fails(lc_yaml_parse(row->text, strlen(row->text), 0, &json, &err), row->want, row->part);
    assert_null(json);
}

static void levels_are_limited(void **state)
{
    char text[2 * (LC_YAML_MAX_DEPTH + 1)];
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_json *none = NULL;

    (void)state;
    memset(text, '[', LC_YAML_MAX_DEPTH);
    memset(text + LC_YAML_MAX_DEPTH, ']', LC_YAML_MAX_DEPTH);
    assert_done(lc_yaml_parse(text, (size_t)2 * LC_YAML_MAX_DEPTH, 0, &json, &err));
    memset(text, '[', LC_YAML_MAX_DEPTH + 1);
    memset(text + LC_YAML_MAX_DEPTH + 1, ']', LC_YAML_MAX_DEPTH + 1);
    assert_fails(lc_yaml_parse(text, sizeof(text), 0, &none, &err), LC_ELIMIT, "64 levels");
}

/* Lists side by side are one level. */
static void only_depth_counts(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    (void)state;
    for (int i = 0; i < 2 * LC_YAML_MAX_DEPTH; i++)
        lc_buf_puts(&text, "- [{}]\n");
    assert_done(lc_yaml_parse(text.data, text.len, 0, &json, &err));
    assert_int_equal(lc_json_count(json), 2 * LC_YAML_MAX_DEPTH);
}

static void size_is_limited(void **state)
{
    LC_AUTO(lc_free) char *text = lc_alloc(LC_YAML_MAX_BYTES + 1, 1);
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_json *none = NULL;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', LC_YAML_MAX_BYTES + 1);
    text[0] = 'a';
    assert_done(lc_yaml_parse(text, LC_YAML_MAX_BYTES, 0, &json, &err));
    assert_string_equal(lc_json_string(json), "a");
    assert_fails(lc_yaml_parse(text, LC_YAML_MAX_BYTES + 1, 0, &none, &err), LC_ELIMIT,
                 "4194304 bytes");
}

#ifdef LC_FAULT_HOOKS
static void every_allocation_may_fail(void **state)
{
    static const char text[] = "a: [1, 2.5, x, {b: c}]\nd: |\n  text\n  more\ne:\n";
    static const char want[] =
        "{\"a\":[1,2.5,\"x\",{\"b\":\"c\"}],\"d\":\"text\\nmore\\n\",\"e\":null}";
    bool fired = true;
    unsigned long nth;

    (void)state;
    for (nth = 1; fired; nth++) {
        LC_AUTO(lc_json_free) struct lc_json *json = NULL;
        LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
        struct lc_json_writer writer = lc_json_writer(&out, LC_JSON_COMPACT);
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        const bool good = lc_yaml_parse(text, strlen(text), 0, &json, &err);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!good) {
            assert_int_equal(err.code, LC_ENOMEM);
            continue;
        }
        lc_json_put(&writer, json);
        assert_string_equal(out.data, want);
    }
    assert_true(nth > 10);
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, read_rows, check_read);
    SUITE_ROWS(&suite, refuse_rows, check_refuse);
    SUITE_TEST(&suite, "levels are limited", levels_are_limited);
    SUITE_TEST(&suite, "only depth counts", only_depth_counts);
    SUITE_TEST(&suite, "size is limited", size_is_limited);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
#endif
    return suite_run(&suite, "yaml");
}
