/* Comparing PEM texts without parsing them. */
#include "tls/pem_body.h"

#include <string.h>

void lc_pem_body(const char *pem, struct lc_buf *body)
{
    const char *begin = strstr(pem, "-----BEGIN ");
    const char *start = begin == NULL ? NULL : strstr(begin + 11, "-----");
    const char *end = start == NULL ? NULL : strstr(start + 5, "-----END ");

    if (body->len != 0) { /* not lc_buf_clear, which forgets the mark, too */
        body->len = 0;
        body->data[0] = '\0';
    }
    if (end == NULL)
        return;
    for (const char *at = start + 5; at < end;) {
        const size_t run = strcspn(at, " \t\r\n");
        const size_t left = (size_t)(end - at);
        lc_buf_add(body, at, run < left ? run : left);
        at += run < left ? run : left;
        at += strspn(at, " \t\r\n");
    }
}
