/* JSON, as hook commands print it: what was read is written, in every style, and is the same when
 * it is read again. The library reads the same, whichever of our ways was taken; and so does YAML,
 * which relation-set reads it as. */
#include <jansson.h>
#include <string.h>

#include "base/yaml.h"
#include "fuzz.h"

static void write_as(const struct lc_json *json, enum lc_json_style style, struct lc_buf *out)
{
    struct lc_json_writer writer = lc_json_writer(out, style);
    struct lc_err err = LC_ERR_INIT;

    lc_json_put(&writer, json);
    fuzz_must(lc_buf_check(out, &err), "not written", &err);
}

static void release(char *text)
{
    json_malloc_t allocate;
    json_free_t free_text;

    json_get_alloc_funcs(&allocate, &free_text);
    free_text(text);
}

/* Jansson's own words on it: the members in the same order, too. */
static void compare_with_library(const char *text, size_t len, const struct lc_json *ours)
{
    struct lc_err err = LC_ERR_INIT;
    json_error_t where;
    json_t *theirs = json_loadb(text, len,
                                JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &where);

    fuzz_must((theirs != NULL) == (ours != NULL), "the library says otherwise", &err);
    if (ours != NULL) {
        char *a = json_dumps((const json_t *)(const void *)ours, JSON_ENCODE_ANY);
        char *b = json_dumps(theirs, JSON_ENCODE_ANY);
        fuzz_must((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0),
                  "the library reads another", &err);
        release(a);
        release(b);
    }
    json_decref(theirs);
}

/* Three things are JSON and no YAML of ours: more levels, keys of more than 1024 characters, and
 * NUL. */
static void compare_with_yaml(const struct lc_buf *text)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf again = LC_BUF_INIT(1u << 26);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_yaml_parse(text->data, text->len, 0, &json, &err)) {
        fuzz_must(err.code == LC_ELIMIT || text->len > 1024 ||
                      (err.code == LC_EUNSUPPORTED && strstr(text->data, "\\u0000") != NULL),
                  "it is not the YAML it should be", &err);
        return;
    }
    write_as(json, LC_JSON_COMPACT, &again);
    fuzz_must(strcmp(text->data, again.data) == 0, "as YAML it is another", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const enum lc_json_style styles[] = { LC_JSON_COMPACT, LC_JSON_PYTHON, LC_JSON_PRETTY };
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_json_parse((const char *)bytes, len, 0, &json, &err)) {
        fuzz_refused(&err);
        if (err.code == LC_EPARSE)
            compare_with_library((const char *)bytes, len, NULL);
        return 0;
    }
    compare_with_library((const char *)bytes, len, json);
    for (size_t i = 0; i < LC_COUNT(styles); i++) {
        LC_AUTO(lc_buf_release) struct lc_buf first = LC_BUF_INIT(1u << 26);
        LC_AUTO(lc_buf_release) struct lc_buf second = LC_BUF_INIT(1u << 26);
        LC_AUTO(lc_json_free) struct lc_json *again = NULL;
        write_as(json, styles[i], &first);
        fuzz_must(lc_json_parse(first.data, first.len, 0, &again, &err), "not read again", &err);
        write_as(again, styles[i], &second);
        fuzz_must(strcmp(first.data, second.data) == 0, "read again, it is another", &err);
        if (styles[i] == LC_JSON_COMPACT)
            compare_with_yaml(&first);
    }
    return 0;
}
