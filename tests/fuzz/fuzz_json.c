/* JSON, as hook commands print it: what was read is written, in every style, and is the same when
 * it is read again. */
#include <string.h>

#include "base/json.h"
#include "fuzz.h"

static void write_as(const struct lc_json *json, enum lc_json_style style, struct lc_buf *out)
{
    struct lc_json_writer writer = lc_json_writer(out, style);
    struct lc_err err = LC_ERR_INIT;

    lc_json_put(&writer, json);
    fuzz_must(lc_buf_check(out, &err), "not written", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const enum lc_json_style styles[] = { LC_JSON_COMPACT, LC_JSON_PYTHON, LC_JSON_PRETTY };
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_json_parse((const char *)bytes, len, 0, &json, &err)) {
        fuzz_refused(&err);
        return 0;
    }
    for (size_t i = 0; i < LC_COUNT(styles); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf first = LC_BUF_INIT(1u << 26);
        LC_AUTO(lc_buf_release) struct lc_buf second = LC_BUF_INIT(1u << 26);
        LC_AUTO(lc_json_free) struct lc_json *again = NULL;
        write_as(json, styles[i], &first);
        fuzz_must(lc_json_parse(first.data, first.len, 0, &again, &err), "not read again", &err);
        write_as(again, styles[i], &second);
        fuzz_must(strcmp(first.data, second.data) == 0, "read again, it is another", &err);
    }
    return 0;
}
