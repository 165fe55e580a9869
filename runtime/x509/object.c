/* What a request and a certificate have in common: their DER, its canonical PEM text, and digests.
 * The DER is taken as it came: it was read strictly (der.h), so that it is the one encoding of what
 * it says, and its PEM text is what the Python library prints after parsing (2.2). */
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/parts.h"
#include "x509/pem.h"

bool lc_sha256(const void *bytes, size_t len, unsigned char digest[LC_SHA256_BYTES],
               struct lc_err *err)
{
    lc_ossl_start();
    if (EVP_Digest(bytes, len, digest, NULL, lc_ossl_sha256(), NULL) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot compute a SHA-256");
    return true;
}

bool lc_sha256_hex(const void *bytes, size_t len, char hex[LC_SHA256_HEX], struct lc_err *err)
{
    unsigned char digest[LC_SHA256_BYTES];

    if (!lc_sha256(bytes, len, digest, err))
        return false;
    lc_hex_encode(digest, sizeof(digest), hex);
    return true;
}

void lc_object_release(struct lc_object *object)
{
    lc_free(object->der);
    lc_free(object->pem);
    *object = (struct lc_object){ .der = NULL };
}

/* The text and its hash, for the DER that is there. */
static bool write_text(struct lc_object *object, size_t max, const char *label, struct lc_err *err)
{
    const size_t len = lc_pem_len(label, object->der_len);

    if (len > max)
        return lc_fail(err, LC_ELIMIT, "the PEM text has %zu bytes, over the limit of %zu", len,
                       max);
    object->pem = lc_alloc(len + 1, 1);
    if (object->pem == NULL)
        return lc_fail_memory(err);
    lc_pem_write(label, object->der, object->der_len, object->pem);
    return lc_sha256_hex(object->pem, len, object->hash, err);
}

bool lc_object_read(const struct lc_pem_block *block, size_t max, const struct lc_pem_kind *kind,
                    struct lc_object *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(LC_PEM_DER_MAX(max));
    char *bytes;

    if (block->body_len > max)
        return lc_fail(err, LC_ELIMIT, "it has %zu bytes, over the limit of %zu", block->body_len,
                       max);
    if (!lc_pem_decode(block, &der, err) || !lc_buf_take(&der, &bytes, &out->der_len, err))
        return false;
    out->der = (unsigned char *)bytes;
    return write_text(out, max, kind->labels[0], err);
}

bool lc_object_parse(const char *text, size_t len, size_t max, const struct lc_pem_kind *kind,
                     struct lc_object *out, struct lc_err *err)
{
    struct lc_pem_block block;

    if (len > max)
        return lc_fail(err, LC_ELIMIT, "the text has %zu bytes, over the limit of %zu", len, max);
    return lc_pem_find_first(text, len, kind, &block, err) &&
           lc_object_read(&block, max, kind, out, err);
}

bool lc_object_set(const unsigned char *der, size_t der_len, size_t max,
                   const struct lc_pem_kind *kind, struct lc_object *out, struct lc_err *err)
{
    out->der = lc_alloc(der_len, 1);
    if (out->der == NULL)
        return lc_fail_memory(err);
    memcpy(out->der, der, der_len);
    out->der_len = der_len;
    return write_text(out, max, kind->labels[0], err);
}
