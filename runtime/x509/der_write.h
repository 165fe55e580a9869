/* DER, written: items put together in a buffer, and a notation from which whole values are made,
 * for requests and certificates that no library's functions would build. Private to x509/.
 *
 *     30 { @2.5.4.3 0c{'web.example.com'} }
 *
 * is a SEQUENCE of an object identifier and a UTF8String. In words:
 *   hex digits       bytes, two digits each
 *   'text'           the bytes of the text; it ends at the next tick
 *   @1.2.3           an object identifier, with tag and length
 *   { ... }          the length of what is inside, then what is inside: the tag stands before it
 * Blanks and line ends separate. */
#ifndef LC_X509_DER_WRITE_H
#define LC_X509_DER_WRITE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* One item at the end: tag, length, bytes. As with all that is added to a buffer, lc_buf_check
 * tells in the end. */
void lc_der_put(struct lc_buf *out, int tag, const void *bytes, size_t len);

/* Put tag and length before what stands behind `from`, bytes from the buffer's beginning. */
void lc_der_box(struct lc_buf *out, size_t from, int tag);

/* Add what the notation says. LC_EPARSE with the place in it. */
bool lc_der_assemble(const char *text, struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

#endif
