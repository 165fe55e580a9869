/* PEM: whatever text, the first block of each kind is found or refused, and lies within the text.
 */
#include "fuzz.h"
#include "x509/pem.h"

static const char *const labels[] = { "CERTIFICATE", "CERTIFICATE REQUEST", "PRIVATE KEY", NULL };

static void read_one(const char *text, size_t len, bool own_lines)
{
    const struct lc_pem_kind kind = { "block", labels, own_lines };
    struct lc_pem_block block;
    struct lc_err err = LC_ERR_INIT;

    if (lc_pem_find(text, len, &kind, &block, &err) != LC_PEM_FOUND) {
        fuzz_refused(&err);
        return;
    }
    fuzz_must(block.body >= text && block.body_len <= len &&
                  block.rest >= block.body + block.body_len && block.rest <= text + len,
              "a block outside of the text", &err);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(LC_PEM_DER_MAX(block.body_len));
    if (!lc_pem_decode(&block, &der, &err))
        fuzz_refused(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    /* A copy without a NUL behind it: what reads past the end is seen. */
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 24);

    fuzz_pem("CERTIFICATE", bytes, len, &text);
    read_one(text.data, text.len, false);
    read_one((const char *)bytes, len, true);
    return 0;
}
