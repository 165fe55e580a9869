/* Which OpenSSL is inside. */
#ifndef LC_X509_LIBRARY_H
#define LC_X509_LIBRARY_H

/* "3.0.17"; static. */
const char *lc_x509_library(void);

#endif
