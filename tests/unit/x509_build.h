/* DER by hand, for requests and certificates that no honest program makes. */
#ifndef TESTS_UNIT_X509_BUILD_H
#define TESTS_UNIT_X509_BUILD_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rows.h"
#include "x509/der.h"
#include "x509/pem.h"

#define BUILD_MAX ((size_t)8 * 1024 * 1024)

/* Put tag and length before what the buffer holds. */
static inline void build_box(struct lc_buf *buf, int tag)
{
    LC_AUTO(lc_buf_release) struct lc_buf boxed = LC_BUF_INIT(BUILD_MAX);
    const size_t len = buf->len;
    struct lc_err err = LC_ERR_INIT;

    lc_buf_putc(&boxed, (char)tag);
    if (len >= 0x80) {
        int bytes = 1;
        while (bytes < 4 && len >> 8 * bytes != 0)
            bytes++;
        lc_buf_putc(&boxed, (char)(0x80 | bytes));
        for (int i = bytes; i-- > 0;)
            lc_buf_putc(&boxed, (char)(len >> 8 * i & 0xff));
    } else {
        lc_buf_putc(&boxed, (char)len);
    }
    lc_buf_add(&boxed, buf->data, len);
    lc_buf_clear(buf);
    lc_buf_add(buf, boxed.data, boxed.len);
    assert_done(lc_buf_check(buf, &err));
}

/* One more item at the end. */
static inline void build_item(struct lc_buf *buf, int tag, const void *bytes, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf item = LC_BUF_INIT(BUILD_MAX);

    lc_buf_add(&item, bytes, len);
    build_box(&item, tag);
    lc_buf_add(buf, item.data, item.len);
}

static inline void build_append(struct lc_buf *buf, const struct lc_buf *more)
{
    lc_buf_add(buf, more->data, more->len);
}

/* Values of object identifiers. */
#define OID_CN          "\x55\x04\x03"
#define OID_SAN         "\x55\x1d\x11"
#define OID_CONSTRAINTS "\x55\x1d\x13"
#define OID_KEY_USAGE   "\x55\x1d\x0f"

/* A RelativeDistinguishedName of one attribute. oid: 3 bytes. */
static inline void build_rdn(struct lc_buf *name, const char *oid, int tag, const void *bytes,
                             size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf rdn = LC_BUF_INIT(BUILD_MAX);

    build_item(&rdn, LC_DER_OID, oid, 3);
    build_item(&rdn, tag, bytes, len);
    build_box(&rdn, LC_DER_SEQUENCE);
    build_box(&rdn, LC_DER_SET);
    build_append(name, &rdn);
}

/* An extension whose value is the content of `value`. oid: 3 bytes. */
static inline void build_extension(struct lc_buf *list, const char *oid, bool critical,
                                   const void *value, size_t len)
{
    LC_AUTO(lc_buf_release) struct lc_buf extension = LC_BUF_INIT(BUILD_MAX);

    build_item(&extension, LC_DER_OID, oid, 3);
    if (critical)
        build_item(&extension, LC_DER_BOOLEAN, "\xff", 1);
    build_item(&extension, LC_DER_OCTET_STRING, value, len);
    build_box(&extension, LC_DER_SEQUENCE);
    build_append(list, &extension);
}

/* SubjectPublicKeyInfo of a tiny RSA key. */
static inline void build_spki(struct lc_buf *out)
{
    static const unsigned char spki[] = {
        0x30, 0x1c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
        0x05, 0x00, 0x03, 0x0b, 0x00, 0x30, 0x08, 0x02, 0x01, 0x71, 0x02, 0x03, 0x01, 0x00, 0x01,
    };

    lc_buf_add(out, spki, sizeof(spki));
}

/* sha256WithRSAEncryption */
static inline void build_algorithm(struct lc_buf *out)
{
    static const unsigned char algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                               0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 };

    lc_buf_add(out, algorithm, sizeof(algorithm));
}

/* Sign with nothing, and box. */
static inline void build_sealed(struct lc_buf *body)
{
    build_box(body, LC_DER_SEQUENCE);
    build_algorithm(body);
    build_item(body, LC_DER_BIT_STRING, "\0\1", 2);
    build_box(body, LC_DER_SEQUENCE);
}

/* The attribute that asks for extensions. list: what stands inside their SEQUENCE. */
static inline void build_request(struct lc_buf *attributes, const struct lc_buf *list)
{
    LC_AUTO(lc_buf_release) struct lc_buf values = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf attribute = LC_BUF_INIT(BUILD_MAX);

    build_append(&values, list);
    build_box(&values, LC_DER_SEQUENCE);
    build_box(&values, LC_DER_SET);
    build_item(&attribute, LC_DER_OID, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e", 9);
    build_append(&attribute, &values);
    build_box(&attribute, LC_DER_SEQUENCE);
    build_append(attributes, &attribute);
}

/* A request. subject: its RDNs; attributes: as build_request made them. */
static inline void build_csr(struct lc_buf *out, const struct lc_buf *subject,
                             const struct lc_buf *attributes)
{
    LC_AUTO(lc_buf_release) struct lc_buf part = LC_BUF_INIT(BUILD_MAX);

    lc_buf_clear(out);
    build_item(out, LC_DER_INTEGER, "\0", 1);
    build_append(&part, subject);
    build_box(&part, LC_DER_SEQUENCE);
    build_append(out, &part);
    build_spki(out);
    lc_buf_clear(&part);
    build_append(&part, attributes);
    build_box(&part, LC_DER_CONTEXT_BOX);
    build_append(out, &part);
    build_sealed(out);
}

/* A certificate, signed with nothing. */
struct build_cert {
    const char *serial; /* content of the INTEGER */
    size_t serial_len;
    int time_tag;
    const char *not_before;
    const char *not_after;
    const struct lc_buf *subject;    /* RDNs; also the issuer's */
    const struct lc_buf *spki;       /* NULL: that of a tiny RSA key */
    const struct lc_buf *extensions; /* what stands inside their SEQUENCE; NULL: none */
};

static inline void build_cert(struct lc_buf *out, const struct build_cert *cert)
{
    LC_AUTO(lc_buf_release) struct lc_buf part = LC_BUF_INIT(BUILD_MAX);

    lc_buf_clear(out);
    lc_buf_add(out, "\xa0\x03\x02\x01\x02", 5); /* version 3 */
    build_item(out, LC_DER_INTEGER, cert->serial, cert->serial_len);
    build_algorithm(out);
    build_item(out, LC_DER_SEQUENCE, cert->subject->data, cert->subject->len);
    build_item(&part, cert->time_tag, cert->not_before, strlen(cert->not_before));
    build_item(&part, cert->time_tag, cert->not_after, strlen(cert->not_after));
    build_item(out, LC_DER_SEQUENCE, part.data, part.len);
    build_item(out, LC_DER_SEQUENCE, cert->subject->data, cert->subject->len);
    if (cert->spki == NULL)
        build_spki(out);
    else
        build_append(out, cert->spki);
    if (cert->extensions != NULL) {
        lc_buf_clear(&part);
        build_append(&part, cert->extensions);
        build_box(&part, LC_DER_SEQUENCE);
        build_item(out, LC_DER_CONTEXT_BOX + 3, part.data, part.len);
    }
    build_sealed(out);
}

/* PEM text of DER; free with lc_free. */
static inline char *build_pem(const char *label, const struct lc_buf *der)
{
    char *pem = lc_alloc(lc_pem_len(label, der->len) + 1, 1);

    assert_non_null(pem);
    lc_pem_write(label, der->data, der->len, pem);
    return pem;
}

#endif
