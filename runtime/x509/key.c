/* Private keys: made, kept, written. Reading is in key_parse.c. */
#include "x509/key.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/mem.h"
#include "x509/key_ossl.h"
#include "x509/parts.h"
#include "x509/pem.h"
#include "x509/pkey.h"

struct lc_key {
    unsigned references;
    EVP_PKEY *pkey; /* owned; cleansed by OpenSSL when it is freed */
    struct lc_spki spki;
    struct lc_buf public_der; /* SubjectPublicKeyInfo */
};

struct lc_key *lc_key_ref(struct lc_key *key)
{
    key->references++;
    return key;
}

void lc_key_unref(struct lc_key *key)
{
    if (key == NULL || --key->references != 0)
        return;
    EVP_PKEY_free(key->pkey);
    lc_buf_release(&key->public_der);
    lc_free(key);
}

struct lc_der_item lc_key_spki(const struct lc_key *key)
{
    struct lc_der in = { (const unsigned char *)key->public_der.data, key->public_der.len };
    struct lc_der_item item = { .tag = 0 };

    (void)lc_der_take(&in, LC_DER_SEQUENCE, &item); /* lc_key_take has seen it */
    return item;
}

bool lc_key_take(EVP_PKEY *pkey, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *taken = pkey;
    LC_AUTO(lc_key_unref) struct lc_key *key = lc_alloc(1, sizeof(*key));

    if (key == NULL)
        return lc_fail_memory(err);
    key->references = 1;
    lc_buf_init(&key->public_der, LC_KEY_MAX_BYTES);
    if (!lc_pkey_write_public(pkey, &key->public_der, err))
        return false;
    const struct lc_der_item spki = lc_key_spki(key);
    if (spki.tag == 0)
        return lc_fail(err, LC_ECRYPTO, "cannot encode the public key");
    if (!lc_spki_read(&spki, &key->spki, err))
        return false;
    if (key->spki.type == LC_KEY_RSA && key->spki.bits > LC_RSA_PARSE_MAX_BITS)
        return lc_fail(err, LC_ELIMIT, "the key has %d bits, over the limit of %d", key->spki.bits,
                       LC_RSA_PARSE_MAX_BITS);
    key->pkey = LC_STEAL(taken);
    *out = LC_STEAL(key);
    return true;
}

static bool generate_rsa(int bits, EVP_PKEY **out, struct lc_err *err)
{
    if (bits == 0)
        bits = LC_RSA_MIN_BITS;
    if (bits < LC_RSA_MIN_BITS || bits > LC_RSA_MAX_BITS)
        return lc_fail(err, LC_EUSAGE, "an RSA key has %d to %d bits, not %d", LC_RSA_MIN_BITS,
                       LC_RSA_MAX_BITS, bits);
    *out = EVP_RSA_gen((size_t)bits); /* exponent 65537 */
    return true;
}

static bool generate_ec(const char *curve, EVP_PKEY **out, struct lc_err *err)
{
    if (curve == NULL)
        curve = "P-256";
    if (strcmp(curve, "P-256") != 0 && strcmp(curve, "P-384") != 0 && strcmp(curve, "P-521") != 0)
        return lc_fail(err, LC_EUSAGE, "there is no curve '%.80s', only P-256, P-384 and P-521",
                       curve);
    *out = EVP_EC_gen(curve);
    return true;
}

bool lc_key_generate(const struct lc_key_spec *spec, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(EVP_PKEY_free) EVP_PKEY *pkey = NULL;
    bool asked_well = true;

    lc_ossl_start();
    switch (spec->type) {
    case LC_KEY_RSA:
        asked_well = generate_rsa(spec->bits, &pkey, err);
        break;
    case LC_KEY_EC:
        asked_well = generate_ec(spec->curve, &pkey, err);
        break;
    case LC_KEY_ED25519:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    default:
        asked_well = lc_fail(err, LC_EUSAGE, "a key is generated as RSA, EC or Ed25519");
        break;
    }
    if (!asked_well)
        return false;
    if (pkey == NULL)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot generate a key");
    return lc_key_take(LC_STEAL(pkey), out, err);
}

enum lc_key_type lc_key_type(const struct lc_key *key)
{
    return key->spki.type;
}

const char *lc_key_type_name(enum lc_key_type type)
{
    static const char *const names[] = {
        [LC_KEY_RSA] = "rsa",
        [LC_KEY_EC] = "ec",
        [LC_KEY_ED25519] = "ed25519",
        [LC_KEY_OTHER] = "other",
    };

    return names[type];
}

int lc_key_bits(const struct lc_key *key)
{
    return key->spki.bits;
}

const char *lc_key_curve(const struct lc_key *key)
{
    return key->spki.curve;
}

bool lc_key_is_valid_rsa(const struct lc_key *key)
{
    return key->spki.type == LC_KEY_RSA && key->spki.bits >= LC_RSA_MIN_BITS;
}

const unsigned char *lc_key_fingerprint(const struct lc_key *key)
{
    return key->spki.fingerprint;
}

bool lc_key_equals(const struct lc_key *a, const struct lc_key *b)
{
    return lc_bytes_equal(a->spki.fingerprint, LC_SHA256_BYTES, b->spki.fingerprint,
                          LC_SHA256_BYTES);
}

bool lc_key_signing(const struct lc_key *key, EVP_PKEY **pkey_out, const EVP_MD **digest_out,
                    struct lc_err *err)
{
    if (key->spki.type == LC_KEY_OTHER)
        return lc_fail(err, LC_EUNSUPPORTED, "only RSA, EC and Ed25519 keys can sign here");
    *pkey_out = key->pkey;
    *digest_out = key->spki.type == LC_KEY_ED25519 ? NULL : lc_ossl_sha256();
    return true;
}

/* --- writing ------------------------------------------------------------------------------- */

bool lc_key_encode(const struct lc_key *key, struct lc_secret *out, struct lc_err *err)
{
    static const char *const labels[] = {
        [LC_KEY_RSA] = "RSA PRIVATE KEY",
        [LC_KEY_EC] = "EC PRIVATE KEY",
        [LC_KEY_ED25519] = "PRIVATE KEY",
        [LC_KEY_OTHER] = "PRIVATE KEY",
    };
    const char *label = labels[key->spki.type];
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    LC_AUTO(lc_wiped) struct lc_buf der = LC_BUF_INIT(0);

    if (!lc_pkey_write_private(key->pkey, key->spki.type, &der, err))
        return false;
    const size_t len = lc_pem_len(label, der.len);
    char *room = lc_secret_room(&pem, len, err);
    if (room == NULL)
        return false;
    lc_pem_write(label, der.data, der.len, room);
    lc_secret_grew(&pem, len);
    lc_secret_move(out, &pem);
    return true;
}

bool lc_key_dup_public_pem(const struct lc_key *key, char **out, struct lc_err *err)
{
    static const char label[] = "PUBLIC KEY";
    const size_t len = lc_pem_len(label, key->public_der.len);
    char *text = lc_alloc(len + 2, 1);

    if (text == NULL)
        return lc_fail_memory(err);
    lc_pem_write(label, key->public_der.data, key->public_der.len, text);
    text[len] = '\n';
    *out = text;
    return true;
}
