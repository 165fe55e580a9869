/* Certificates on their way to being signed: the bytes are made once, looked at, and signed. */
#include "base/mem.h"
#include "x509/cert_build.h"

#define DRAFT_MAX_BYTES LC_CERT_MAX_BYTES

struct lc_cert_draft {
    unsigned char *tbs; /* TBSCertificate, OpenSSL's memory */
    size_t tbs_len;
    unsigned char *algorithm; /* AlgorithmIdentifier, as in the TBSCertificate; OpenSSL's memory */
    size_t algorithm_len;
    struct lc_cert *view;
};

void lc_cert_draft_free(struct lc_cert_draft *draft)
{
    if (draft == NULL)
        return;
    OPENSSL_free(draft->tbs);
    OPENSSL_free(draft->algorithm);
    lc_cert_unref(draft->view);
    lc_free(draft);
}

const struct lc_cert *lc_cert_draft_view(const struct lc_cert_draft *draft)
{
    return draft->view;
}

/* Tag and length of what follows. */
static void put_head(struct lc_buf *out, int tag, size_t len)
{
    int bytes = 0;

    lc_buf_putc(out, (char)tag);
    if (len < 0x80) {
        lc_buf_putc(out, (char)len);
        return;
    }
    while (len >> 8 * bytes != 0)
        bytes++;
    lc_buf_putc(out, (char)(0x80 | bytes));
    while (bytes-- > 0)
        lc_buf_putc(out, (char)(len >> 8 * bytes & 0xff));
}

/* Certificate, RFC 5280 section 4.1. */
static bool assemble(const struct lc_cert_draft *draft, const unsigned char *signature, size_t len,
                     struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf inside = LC_BUF_INIT(DRAFT_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf whole = LC_BUF_INIT(DRAFT_MAX_BYTES);

    lc_buf_add(&inside, draft->tbs, draft->tbs_len);
    lc_buf_add(&inside, draft->algorithm, draft->algorithm_len);
    put_head(&inside, LC_DER_BIT_STRING, len + 1);
    lc_buf_putc(&inside, 0); /* no unused bits */
    lc_buf_add(&inside, signature, len);
    put_head(&whole, LC_DER_SEQUENCE, inside.len);
    lc_buf_add(&whole, inside.data, inside.len);
    return lc_buf_check(&inside, err) && lc_buf_check(&whole, err) &&
           lc_cert_from_der((const unsigned char *)whole.data, whole.len, out, err);
}

/* What the key signs with (RFC 4055 section 5, RFC 5758 section 3.2, RFC 8410 section 3). */
static bool set_algorithm(X509_ALGOR *algorithm, const struct lc_key *key)
{
    switch (lc_key_type(key)) {
    case LC_KEY_RSA:
        return X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL,
                               NULL) == 1;
    case LC_KEY_EC:
        return X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) ==
               1;
    default:
        return X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_ED25519), V_ASN1_UNDEF, NULL) == 1;
    }
}

bool lc_cert_draft_new(X509 *cert, const STACK_OF(X509_EXTENSION) * stack, const struct lc_key *key,
                       struct lc_cert_draft **out, struct lc_err *err)
{
    LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = lc_alloc(1, sizeof(*draft));
    EVP_PKEY *pkey;
    const EVP_MD *digest;

    if (draft == NULL)
        return lc_fail_memory(err);
    for (int i = 0; i < sk_X509_EXTENSION_num(stack); i++)
        if (X509_add_ext(cert, sk_X509_EXTENSION_value(stack, i), -1) != 1)
            return lc_ossl_fail(err, LC_ENOMEM, "cannot write the extensions");
    if (!lc_key_signing(key, &pkey, &digest, err))
        return false;
    /* OpenSSL lends it as const; only its own signing writes there. */
    X509_ALGOR *algorithm = (X509_ALGOR *)(uintptr_t)X509_get0_tbs_sigalg(cert);
    if (!set_algorithm(algorithm, key))
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the signature algorithm");
    const int tbs_len = i2d_re_X509_tbs(cert, &draft->tbs);
    const int algorithm_len = i2d_X509_ALGOR(algorithm, &draft->algorithm);
    if (tbs_len <= 0 || algorithm_len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot encode the certificate");
    draft->tbs_len = (size_t)tbs_len;
    draft->algorithm_len = (size_t)algorithm_len;
    if (!assemble(draft, NULL, 0, &draft->view, err))
        return false;
    *out = LC_STEAL(draft);
    return true;
}

bool lc_cert_draft_sign(const struct lc_cert_draft *draft, const struct lc_key *ca_key,
                        struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    LC_AUTO(lc_ossl_free) unsigned char *signature = NULL;
    EVP_PKEY *pkey;
    const EVP_MD *digest;
    size_t len = 0;

    if (!lc_key_signing(ca_key, &pkey, &digest, err))
        return false;
    if (context == NULL || EVP_DigestSignInit(context, NULL, digest, NULL, pkey) != 1 ||
        EVP_DigestSign(context, NULL, &len, draft->tbs, draft->tbs_len) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot sign the certificate");
    const size_t room = len;
    signature = OPENSSL_malloc(room);
    /* An ECDSA signature that OpenSSL had no memory to encode is of 4 GiB, and no failure. */
    if (signature == NULL ||
        EVP_DigestSign(context, signature, &len, draft->tbs, draft->tbs_len) != 1 || len > room)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot sign the certificate");
    return assemble(draft, signature, len, out, err);
}
