/* base/yaml writing: text keeps its type when it is read back, quoted as go-yaml quotes it. */
#include <string.h>

#include "base/yaml.h"
#include "rows.h"

struct row {
    const char *name;
    const char *json;
    const char *want;
};

static const struct row rows[] = {
    { "text stays plain", "\"abc\"", "abc\n" },
    { "empty text is quoted", "\"\"", "\"\"\n" },
    { "text that reads as a number is quoted", "[\"12\", \"1e3\", \"0x1F\", \"1:30\", \"-1_000\"]",
      "- \"12\"\n- \"1e3\"\n- \"0x1F\"\n- \"1:30\"\n- \"-1_000\"\n" },
    { "text that YAML 1.1 reads as a boolean is quoted", "[\"yes\", \"off\", \"n\", \"nope\"]",
      "- \"yes\"\n- \"off\"\n- \"n\"\n- nope\n" },
    { "numbers, booleans and null stay plain", "[12, 1.5, true, null]",
      "- 12\n- 1.5\n- true\n- null\n" },
    { "several lines are a literal block", "{\"k\": \"a\\nb\\n\"}", "k: |\n  a\n  b\n" },
    { "a special character asks for quotes", "{\"k\": \"a: b\", \"l\": \"t\\tx\"}",
      "k: 'a: b'\nl: \"t\\tx\"\n" },
    { "members are sorted", "{\"b\": 1, \"a\": [], \"c\": {}}", "a: []\nb: 1\nc: {}\n" },
    { "lists stand under their key without indent", "{\"a\": [\"x\", {\"z\": 1}]}",
      "a:\n- x\n- z: 1\n" },
};

static void check(void **state)
{
    const struct row *row = *state;
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;
    LC_AUTO(lc_json_free) struct lc_json *again = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(1000);
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;

    assert_done(lc_json_parse(row->json, strlen(row->json), 0, &tree, &err));
    assert_done(lc_yaml_writer_new(&buf, &writer, &err));
    lc_yaml_put(writer, tree);
    assert_done(lc_yaml_writer_finish(writer, &err));
    assert_string_equal(buf.data, row->want);
    assert_done(lc_yaml_parse(buf.data, buf.len, 0, &again, &err));
    assert_int_equal(lc_json_type(again), lc_json_type(tree));
}

static void binary_is_base64(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(1000);
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;

    (void)state;
    assert_done(lc_yaml_writer_new(&buf, &writer, &err));
    lc_yaml_begin_object(writer);
    lc_yaml_put_string(writer, "k");
    lc_yaml_put_string_len(writer, "\xff\x00z", 3);
    lc_yaml_end_object(writer);
    assert_done(lc_yaml_writer_finish(writer, &err));
    assert_string_equal(buf.data, "k: !!binary /wB6\n");
}

static void a_full_buffer_is_reported(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(3);
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;

    (void)state;
    assert_done(lc_yaml_writer_new(&buf, &writer, &err));
    lc_yaml_put_string(writer, "too long");
    assert_fails(lc_yaml_writer_finish(writer, &err), LC_ELIMIT, "");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check);
    SUITE_TEST(&suite, "bytes that are not UTF-8 are !!binary", binary_is_base64);
    SUITE_TEST(&suite, "a full buffer is reported at the end", a_full_buffer_is_reported);
    return suite_run(&suite, "yaml_write");
}
