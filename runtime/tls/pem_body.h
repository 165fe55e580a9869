/* Comparing PEM texts without parsing them: a databag may hold hundreds of CSRs that are not ours.
 */
#ifndef LC_TLS_PEM_BODY_H
#define LC_TLS_PEM_BODY_H

#include "base/buf.h"
#include "base/json_scan.h"

/* The base64 between the first BEGIN and END line, without white space: equal for every way of
 * writing the same PEM (tls-certificates 2.2). body is emptied first, and stays empty where there
 * is none; its mark stays from text to text, so that one lc_buf_check after many tells whether
 * there was no memory for one of them. */
void lc_pem_body(const char *pem, struct lc_buf *body);

/* The same of a PEM text that stands in JSON, behind which the text goes on to a NUL. */
void lc_pem_body_of_span(const struct lc_json_span *pem, struct lc_buf *body);

#endif
