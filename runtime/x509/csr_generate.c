/* Certificate signing requests: built and signed (tls-certificates 2.4). */
#include <string.h>

#include "x509/csr_ossl.h"
#include "x509/parts.h"

/* Sorted as the normal form is, so that the same attributes give the same bytes. RFC 5280 section
 * 4.2.1.6 wants it critical where the subject is empty (X509-047). */
static bool push_sans(STACK_OF(X509_EXTENSION) * stack, const struct lc_attrs *attrs, bool critical,
                      struct lc_err *err)
{
    LC_AUTO(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();

    if (names == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the names");
    if (!lc_sans_push_list(names, LC_SAN_DNS, &attrs->sans_dns, err) ||
        !lc_sans_push_list(names, LC_SAN_IP, &attrs->sans_ip, err) ||
        !lc_sans_push_list(names, LC_SAN_OID, &attrs->sans_oid, err))
        return false;
    return sk_GENERAL_NAME_num(names) == 0 ||
           lc_ext_push(stack, NID_subject_alt_name, critical, names, err);
}

static bool add_extensions(X509_REQ *request, const struct lc_attrs *attrs, struct lc_err *err)
{
    const struct lc_extensions *more = &attrs->additional_critical_extensions;
    const bool no_subject = X509_NAME_entry_count(X509_REQ_get_subject_name(request)) == 0;
    LC_AUTO(lc_ext_stack_free) STACK_OF(X509_EXTENSION) *stack = sk_X509_EXTENSION_new_null();

    if (stack == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the extensions");
    if (!push_sans(stack, attrs, no_subject, err))
        return false;
    for (size_t i = 0; i < more->count; i++)
        if (!lc_ext_push_der(stack, &more->items[i], err))
            return false;
    if (sk_X509_EXTENSION_num(stack) != 0 && X509_REQ_add_extensions(request, stack) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the extensions");
    return true;
}

/* What keeps two requests for the same thing apart where the subject does not: RSA signatures of
 * the same bytes are the same (REQ-089). */
static bool add_nonce(X509_REQ *request, struct lc_err *err)
{
    char uuid[LC_UUID_TEXT_BYTES];

    if (!lc_ossl_uuid(uuid, err))
        return false;
    if (X509_REQ_add1_attr_by_NID(request, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING,
                                  (const unsigned char *)uuid, (int)strlen(uuid)) != 1)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the unstructured name");
    return true;
}

static bool sign(X509_REQ *request, const struct lc_key *key, struct lc_err *err)
{
    EVP_PKEY *pkey;
    const EVP_MD *digest;

    const struct lc_der_item spki = lc_key_spki(key);
    if (!lc_key_signing(key, &pkey, &digest, err) ||
        !lc_spki_copy(&spki, X509_REQ_get_X509_PUBKEY(request), err))
        return false;
    if (X509_REQ_sign(request, pkey, digest) <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot sign the certificate request");
    return true;
}

bool lc_csr_generate(const struct lc_attrs *attrs, const struct lc_key *key, struct lc_csr **out,
                     struct lc_err *err)
{
    const bool unique_id = attrs->add_unique_id_to_subject_name;
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;

    lc_ossl_start();
    LC_AUTO(X509_REQ_free) X509_REQ *request = X509_REQ_new();
    if (request == NULL || X509_REQ_set_version(request, 0) != 1) /* version 1 */
        return lc_ossl_fail(err, LC_ENOMEM, "cannot make a certificate request");
    if (!lc_name_build(attrs, unique_id, X509_REQ_get_subject_name(request), err) ||
        !add_extensions(request, attrs, err) || (!unique_id && !add_nonce(request, err)) ||
        !sign(request, key, err))
        return false;
    const int len = i2d_X509_REQ(request, &der);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot encode the certificate request");
    return lc_csr_from_der(der, (size_t)len, out, err);
}
