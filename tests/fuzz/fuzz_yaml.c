/* YAML, as hook commands print it and charms have it: what was read is written, and is the same
 * when it is read again. */
#include <string.h>

#include "base/yaml.h"
#include "fuzz.h"

static void write_yaml(const struct lc_json *json, struct lc_buf *out)
{
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_yaml_writer_new(out, &writer, &err), "no writer", &err);
    lc_yaml_put(writer, json);
    fuzz_must(lc_yaml_writer_finish(writer, &err), "not written", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_json_free) struct lc_json *text_only = NULL;
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_json_free) struct lc_json *again = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf first = LC_BUF_INIT(1u << 26);
    LC_AUTO(lc_buf_release) struct lc_buf second = LC_BUF_INIT(1u << 26);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_yaml_parse((const char *)bytes, len, LC_YAML_TEXT_ONLY, &text_only, &err))
        fuzz_refused(&err);
    if (!lc_yaml_parse((const char *)bytes, len, 0, &json, &err)) {
        fuzz_refused(&err);
        return 0;
    }
    write_yaml(json, &first);
    fuzz_must(lc_yaml_parse(first.data, first.len, 0, &again, &err), "not read again", &err);
    write_yaml(again, &second);
    fuzz_must(strcmp(first.data, second.data) == 0, "read again, it is another", &err);
    return 0;
}
