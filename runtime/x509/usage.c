/* What a key may be used for: the names that authors write, and what they are in a certificate. */
#include <string.h>

#include "x509/parts.h"

/* RFC 5280 section 4.2.1.3, by bit. */
static const char *const usages[LC_USAGE_COUNT] = {
    "digital_signature", "content_commitment", "key_encipherment",
    "data_encipherment", "key_agreement",      "key_cert_sign",
    "crl_sign",          "encipher_only",      "decipher_only",
};

const char *lc_usage_name(int bit)
{
    return bit < 0 || bit >= LC_USAGE_COUNT ? NULL : usages[bit];
}

int lc_usage_bit(const char *name)
{
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++)
        if (strcmp(usages[bit], name) == 0)
            return bit;
    return -1;
}

/* RFC 5280 section 4.2.1.12. */
static const struct {
    const char *name;
    const char *oid;
} extended_usages[] = {
    { "server_auth", "1.3.6.1.5.5.7.3.1" },   { "client_auth", "1.3.6.1.5.5.7.3.2" },
    { "code_signing", "1.3.6.1.5.5.7.3.3" },  { "email_protection", "1.3.6.1.5.5.7.3.4" },
    { "time_stamping", "1.3.6.1.5.5.7.3.8" }, { "ocsp_signing", "1.3.6.1.5.5.7.3.9" },
};

const char *lc_extended_usage_oid(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(extended_usages); i++)
        if (strcmp(extended_usages[i].name, name) == 0)
            return extended_usages[i].oid;
    return NULL;
}

const char *lc_extended_usage_name(const char *oid)
{
    for (size_t i = 0; i < LC_COUNT(extended_usages); i++)
        if (strcmp(extended_usages[i].oid, oid) == 0)
            return extended_usages[i].name;
    return NULL;
}
