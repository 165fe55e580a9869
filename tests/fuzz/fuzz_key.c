/* Private keys: parsed, with and without a password, written as Juju's secrets have them, and
 * parsed again. */
#include "fuzz.h"
#include "x509/key.h"

static void look(const struct lc_key *key)
{
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *again = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)lc_key_bits(key);
    (void)lc_key_curve(key);
    if (!lc_key_encode(key, &pem, &err)) {
        fuzz_refused(&err);
        return;
    }
    fuzz_must(lc_key_parse(pem.data, pem.len, NULL, &again, &err), "not read again", &err);
    fuzz_must(lc_key_equals(key, again), "read again, it is another", &err);
}

static void read_with(const struct lc_buf *pem, const struct lc_secret *password)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (lc_key_parse(pem->data, pem->len, password, &key, &err))
        look(key);
    else
        fuzz_refused(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(1u << 24);
    LC_AUTO(lc_secret_release) struct lc_secret password = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_secret_set(&password, "sesame", 6, &err), "no password", &err);
    fuzz_pem("PRIVATE KEY", bytes, len, &pem);
    read_with(&pem, NULL);
    read_with(&pem, &password);
    return 0;
}
