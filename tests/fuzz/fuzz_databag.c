/* Databags of the tls-certificates interface, of every version: the other side's text under each of
 * the keys is read, what was read is written, and is the same when it is read again. One bad entry,
 * or a text that is none, is never an error: only a log line. */
#include "base/mem.h"
#include "fuzz.h"
#include "tls/databag.h"

static const char where[] = "certificates:7, unit web/0";

static void set(struct lc_strmap *bag, const char *key, const char *text)
{
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_strmap_set(bag, key, text, &err), "no bag", &err);
}

/* READ AGAIN: load, dump, load; as many entries as before. */
#define READ(name, key)                                                                            \
    static void read_##name(struct lc_strmap *bag)                                                 \
    {                                                                                              \
        LC_AUTO(lc_##name##_entries_release) struct lc_##name##_entries first = { .items = NULL }; \
        LC_AUTO(lc_##name##_entries_release)                                                       \
        struct lc_##name##_entries second = { .items = NULL };                                     \
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_DATABAG_MAX_BYTES);        \
        struct lc_err err = LC_ERR_INIT;                                                           \
        fuzz_must(lc_databag_load_##name##s(bag, where, NULL, &first, &err), "not read", &err);    \
        fuzz_must(lc_databag_dump_##name##s(&first, &text, &err), "not written", &err);            \
        set(bag, key, text.data);                                                                  \
        fuzz_must(lc_databag_load_##name##s(bag, where, NULL, &second, &err), "not read", &err);   \
        fuzz_must(first.count == second.count, "read again, there are others", &err);              \
    }

READ(request, LC_KEY_REQUESTS)
READ(certificate, LC_KEY_CERTIFICATES)
READ(error, LC_KEY_ERRORS)

static void read_capabilities(struct lc_strmap *bag)
{
    LC_AUTO(lc_capabilities_release) struct lc_capabilities first = LC_CAPABILITIES_INIT;
    LC_AUTO(lc_capabilities_release) struct lc_capabilities second = LC_CAPABILITIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_databag_load_capabilities(bag, where, NULL, &first, &err), "not read", &err);
    fuzz_must(lc_databag_dump_capabilities(&first, &text, &err), "not written", &err);
    set(bag, LC_KEY_CAPABILITIES, text.data);
    fuzz_must(lc_databag_load_capabilities(bag, where, NULL, &second, &err), "not read", &err);
    fuzz_must(lc_capabilities_equals(&first, &second), "read again, they are others", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_free) char *text = lc_strndup((const char *)bytes, len);
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(text != NULL, "out of memory", &err);
    set(&bag, LC_KEY_REQUESTS, text);
    set(&bag, LC_KEY_CERTIFICATES, text);
    set(&bag, LC_KEY_ERRORS, text);
    set(&bag, LC_KEY_CAPABILITIES, text);
    read_request(&bag);
    read_certificate(&bag);
    read_error(&bag);
    read_capabilities(&bag);
    return 0;
}
