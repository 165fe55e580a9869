/* Requests and certificates in words, for a terminal. */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "x509/cert_ossl.h"
#include "x509/csr_ossl.h"
#include "x509/parts.h"

#define SHOWN_NAMES 12

static void put_names(const struct lc_sans *sans, struct lc_buf *out)
{
    if (!sans->present)
        return;
    lc_buf_puts(out, "Names:     ");
    for (size_t i = 0; i < sans->count && i < SHOWN_NAMES; i++) {
        const struct lc_san *san = &sans->items[i];
        lc_buf_printf(out, "%s%s:", i == 0 ? "" : ", ", lc_san_type_name(san->type));
        lc_text_describe(san->value, out);
    }
    if (sans->count > SHOWN_NAMES)
        lc_buf_printf(out, " and %zu more", sans->count - SHOWN_NAMES);
    lc_buf_printf(out, "%s%s\n", sans->count == 0 ? "(none)" : "",
                  sans->critical ? " (critical)" : "");
}

static void put_key(enum lc_key_type type, int bits, const char *curve, struct lc_buf *out)
{
    switch (type) {
    case LC_KEY_RSA:
        lc_buf_printf(out, "Key:       RSA %d\n", bits);
        break;
    case LC_KEY_EC:
        lc_buf_printf(out, "Key:       EC %s\n", curve);
        break;
    case LC_KEY_ED25519:
        lc_buf_puts(out, "Key:       Ed25519\n");
        break;
    default:
        lc_buf_printf(out, "Key:       of another type, %d bits\n", bits);
        break;
    }
}

static void put_extended_usages(const struct lc_extension *extension, bool first,
                                struct lc_buf *out)
{
    struct lc_der in = { extension->value, extension->value_len };
    struct lc_der usages = { NULL, 0 };
    struct lc_der_item item;
    struct lc_err unread = LC_ERR_INIT;
    char oid[LC_OID_TEXT_BYTES];

    (void)lc_der_enter(&in, LC_DER_SEQUENCE, &usages);
    while (lc_der_take(&usages, LC_DER_OID, &item) && lc_der_oid(&item, oid, &unread)) {
        const char *name = lc_extended_usage_name(oid);
        lc_buf_printf(out, "%s%s", first ? "" : ", ", name == NULL ? oid : name);
        first = false;
    }
}

static void put_usages(const struct lc_extensions *list, struct lc_buf *out)
{
    const struct lc_extension *extended = lc_extensions_get(list, LC_OID_EXTENDED_KEY_USAGE);
    bool present;
    unsigned bits;
    bool first = true;

    (void)lc_ext_read_key_usage(list, &present, &bits); /* malformed: no bits */
    if (!present && extended == NULL)
        return;
    lc_buf_puts(out, "Usage:     ");
    for (int bit = 0; bit < LC_USAGE_COUNT; bit++) {
        if ((bits & 1u << bit) == 0)
            continue;
        lc_buf_printf(out, "%s%s", first ? "" : ", ", lc_usage_name(bit));
        first = false;
    }
    if (extended != NULL)
        put_extended_usages(extended, first, out);
    lc_buf_putc(out, '\n');
}

static void put_subject(const struct lc_name *name, struct lc_buf *out)
{
    lc_buf_puts(out, "Subject:   ");
    lc_name_describe(name, out);
    lc_buf_putc(out, '\n');
}

/* "2026-01-15 12:00:00" of the RFC 3339 form. */
static void put_time(int64_t time_s, struct lc_buf *out)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_time_format(time_s, text);
    char *mark = strchr(text, 'T');
    if (mark != NULL)
        *mark = ' ';
    lc_buf_add(out, text, strcspn(text, "Z"));
}

void lc_cert_describe(const struct lc_cert *cert, struct lc_buf *out)
{
    const int path_length = lc_cert_path_length(cert);

    put_subject(lc_cert_subject(cert), out);
    lc_buf_puts(out, "Issuer:    ");
    lc_name_describe(lc_cert_issuer(cert), out);
    lc_buf_printf(out, "\nSerial:    %s\nValid:     ", lc_cert_serial(cert));
    put_time(lc_cert_not_before(cert), out);
    lc_buf_puts(out, " – ");
    put_time(lc_cert_not_after(cert), out);
    lc_buf_puts(out, " (UTC)\n");
    put_names(lc_cert_sans(cert), out);
    put_key(lc_cert_key_type(cert), lc_cert_key_bits(cert), lc_cert_curve(cert), out);
    put_usages(lc_cert_extensions(cert), out);
    lc_buf_printf(out, "CA:        %s", lc_cert_is_ca(cert) ? "yes" : "no");
    if (path_length >= 0)
        lc_buf_printf(out, " (path length %d)", path_length);
    lc_buf_printf(out, "\nSignature: %s\n", lc_cert_signature_algorithm(cert));
}

void lc_csr_describe(const struct lc_csr *csr, struct lc_buf *out)
{
    struct lc_err why = LC_ERR_INIT;
    const bool verifies = lc_csr_verify(csr, &why);

    if (why.code == LC_ENOMEM)
        out->code = LC_ENOMEM;
    put_subject(lc_csr_subject(csr), out);
    put_names(lc_csr_sans(csr), out);
    put_key(lc_csr_key_type(csr), lc_csr_key_bits(csr), lc_csr_curve(csr), out);
    put_usages(lc_csr_extensions(csr), out);
    lc_buf_printf(out, "CA:        %s\n", lc_csr_asks_for_ca(csr) ? "asked for" : "not asked for");
    lc_buf_printf(out, "Signature: %s, %s\n", lc_csr_signature_algorithm(csr),
                  verifies ? "verifies" : "does not verify");
}
