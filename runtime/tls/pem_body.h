/* Comparing PEM texts without parsing them: a databag may hold hundreds of CSRs that are not ours.
 */
#ifndef LC_TLS_PEM_BODY_H
#define LC_TLS_PEM_BODY_H

#include "base/buf.h"

/* The base64 between the first BEGIN and END line, without white space: equal for every way of
 * writing the same PEM (tls-certificates 2.2). body is emptied first, and stays empty where there
 * is none; its mark (lc_buf_check) says when it was too long. */
void lc_pem_body(const char *pem, struct lc_buf *body);

#endif
