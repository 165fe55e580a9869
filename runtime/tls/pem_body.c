/* Comparing PEM texts without parsing them. */
#include "tls/pem_body.h"

#include <string.h>

#define DASHES "-----"

/* Where a mark begins, between at and end; NULL for nowhere. It begins with a dash, and base64 has
 * none. */
static const char *find(const char *at, const char *end, const char *mark)
{
    const size_t len = strlen(mark);

    while (at != NULL && (size_t)(end - at) >= len) {
        at = memchr(at, '-', (size_t)(end - at));
        if (at == NULL || (size_t)(end - at) < len)
            return NULL;
        if (memcmp(at, mark, len) == 0)
            return at;
        at++;
    }
    return NULL;
}

/* What stands between the two lines, which are emptied into body before. */
static bool find_body(const char *text, size_t len, struct lc_buf *body, const char **begin,
                      const char **end)
{
    const char *const last = text + len;

    if (body->len != 0) { /* not lc_buf_clear, which forgets the mark, too */
        body->len = 0;
        body->data[0] = '\0';
    }
    *begin = find(text, last, DASHES "BEGIN ");
    if (*begin == NULL)
        return false;
    *begin = find(*begin + strlen(DASHES "BEGIN "), last, DASHES);
    if (*begin == NULL)
        return false;
    *begin += strlen(DASHES);
    *end = find(*begin, last, DASHES "END ");
    return *end != NULL;
}

/* Without white space. The text goes on behind end, to a NUL. */
static void add_lines(const char *at, const char *end, struct lc_buf *body)
{
    while (at < end) {
        const size_t run = strcspn(at, " \t\r\n");
        const size_t left = (size_t)(end - at);
        lc_buf_add(body, at, run < left ? run : left);
        at += run < left ? run : left;
        at += strspn(at, " \t\r\n");
    }
}

void lc_pem_body(const char *pem, struct lc_buf *body)
{
    const char *begin;
    const char *end;

    if (find_body(pem, strlen(pem), body, &begin, &end))
        add_lines(begin, end, body);
}

/* An escape is white space, or stays what it is: no base64 has it, and so nothing of ours. */
void lc_pem_body_of_span(const struct lc_json_span *pem, struct lc_buf *body)
{
    const char *begin;
    const char *end;

    if (!find_body(pem->begin, pem->len, body, &begin, &end))
        return;
    while (begin < end) {
        const char *escape = memchr(begin, '\\', (size_t)(end - begin));
        const char *stop = escape == NULL ? end : escape;
        if (memchr(begin, ' ', (size_t)(stop - begin)) == NULL)
            lc_buf_add(body, begin, (size_t)(stop - begin));
        else
            add_lines(begin, stop, body);
        if (escape == NULL)
            return;
        if (strchr("trn", escape[1]) == NULL)
            lc_buf_add(body, escape, 2);
        begin = escape + 2;
    }
}
