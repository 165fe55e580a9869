/* DER, written: lengths are put in once what they count is there. */
#include "x509/der_write.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "x509/der.h"
#include "x509/ossl.h"

#define NESTING_MAX 32

/* Length octets, X.690 section 10.1. */
static size_t write_length(size_t len, unsigned char octets[5])
{
    size_t count = 1;

    if (len < 0x80) {
        octets[0] = (unsigned char)len;
        return 1;
    }
    while (count < 4 && len >> 8 * count != 0)
        count++;
    octets[0] = (unsigned char)(0x80 | count);
    for (size_t i = 0; i < count; i++)
        octets[1 + i] = (unsigned char)(len >> 8 * (count - 1 - i));
    return 1 + count;
}

/* Bytes in front of what stands behind `from`. */
static void insert(struct lc_buf *out, size_t from, const unsigned char *bytes, size_t len)
{
    const size_t moved = out->len - from;

    if (lc_buf_room(out, len) == NULL)
        return;
    lc_buf_grew(out, len);
    memmove(out->data + from + len, out->data + from, moved);
    memcpy(out->data + from, bytes, len);
}

void lc_der_box(struct lc_buf *out, size_t from, int tag)
{
    unsigned char header[6] = { (unsigned char)tag };

    if (out->code == LC_OK)
        insert(out, from, header, 1 + write_length(out->len - from, header + 1));
}

void lc_der_put(struct lc_buf *out, int tag, const void *bytes, size_t len)
{
    unsigned char header[6] = { (unsigned char)tag };

    lc_buf_add(out, header, 1 + write_length(len, header + 1));
    lc_buf_add(out, bytes, len);
}

/* --- the notation ---------------------------------------------------------------------------- */

struct assembly {
    const char *text; /* the whole of it */
    const char *at;
    struct lc_buf *out;
};

static bool malformed(const struct assembly *in, const char *expected, struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, "byte %zu: expected %s, not '%.20s'",
                   (size_t)(in->at - in->text) + 1, expected, in->at);
}

static bool put_oid(struct assembly *in, struct lc_err *err)
{
    char dotted[LC_OID_TEXT_BYTES];
    const size_t len = strspn(++in->at, "0123456789.");
    LC_AUTO(lc_ossl_free) unsigned char *der = NULL;

    if (len >= sizeof(dotted))
        return malformed(in, "a shorter object identifier", err);
    (void)snprintf(dotted, sizeof(dotted), "%.*s", (int)len, in->at);
    LC_AUTO(ASN1_OBJECT_free) ASN1_OBJECT *object = OBJ_txt2obj(dotted, 1);
    const int der_len = object == NULL ? -1 : i2d_ASN1_OBJECT(object, &der);
    if (der_len <= 0) {
        lc_ossl_clear();
        return malformed(in, "an object identifier", err);
    }
    lc_buf_add(in->out, der, (size_t)der_len);
    in->at += len;
    return true;
}

static bool put_text(struct assembly *in, struct lc_err *err)
{
    const char *end = strchr(in->at + 1, '\'');

    if (end == NULL)
        return malformed(in, "a text that ends", err);
    lc_buf_add(in->out, in->at + 1, (size_t)(end - in->at) - 1);
    in->at = end + 1;
    return true;
}

static unsigned digit(char letter)
{
    return (unsigned)(isdigit((unsigned char)letter) ? letter - '0'
                                                     : tolower((unsigned char)letter) - 'a' + 10);
}

static bool put_hex(struct assembly *in, struct lc_err *err)
{
    if (!isxdigit((unsigned char)in->at[0]) || !isxdigit((unsigned char)in->at[1]))
        return malformed(in, "two hex digits, a text, @, { or }", err);
    lc_buf_putc(in->out, (char)(digit(in->at[0]) << 4 | digit(in->at[1])));
    in->at += 2;
    return true;
}

/* Length octets before what stands behind `from`. */
static void close_box(struct assembly *in, size_t from)
{
    unsigned char octets[5] = { 0 };
    const size_t count = write_length(in->out->len - from, octets);

    if (in->out->code == LC_OK)
        insert(in->out, from, octets, count);
}

bool lc_der_assemble(const char *text, struct lc_buf *out, struct lc_err *err)
{
    struct assembly in = { .text = text, .at = text, .out = out };
    size_t opened[NESTING_MAX];
    size_t depth = 0;

    while (*in.at != '\0') {
        bool done = true;
        if (isspace((unsigned char)*in.at)) {
            in.at++;
        } else if (*in.at == '{' && depth < NESTING_MAX) {
            opened[depth++] = out->len;
            in.at++;
        } else if (*in.at == '}' && depth > 0) {
            close_box(&in, opened[--depth]);
            in.at++;
        } else {
            done = *in.at == '@'    ? put_oid(&in, err)
                   : *in.at == '\'' ? put_text(&in, err)
                                    : put_hex(&in, err);
        }
        if (!done)
            return false;
    }
    return depth == 0 ? lc_buf_check(out, err) : malformed(&in, "}", err);
}
