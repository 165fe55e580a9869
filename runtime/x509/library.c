/* Which OpenSSL is inside. */
#include "x509/library.h"

#include <openssl/crypto.h>

const char *lc_x509_library(void)
{
    return OpenSSL_version(OPENSSL_FULL_VERSION_STRING);
}
