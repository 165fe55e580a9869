/* Keys, requests and certificates in words and as JSON. */
#include "cli/x509_show.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define DESCRIPTION_MAX_BYTES (4u * 1024 * 1024)

void lc_shown_release(struct lc_shown *shown)
{
    lc_key_unref(shown->key);
    lc_csr_unref(shown->csr);
    lc_cert_unref(shown->cert);
    *shown = (struct lc_shown){ .file = shown->file };
}

static const char *kind(const struct lc_shown *shown)
{
    return shown->cert != NULL  ? "certificate"
           : shown->csr != NULL ? "certificate request"
           : shown->key != NULL ? "private key"
                                : "encrypted private key";
}

static const unsigned char *fingerprint(const struct lc_shown *shown)
{
    return shown->cert != NULL  ? lc_cert_fingerprint(shown->cert)
           : shown->csr != NULL ? lc_csr_fingerprint(shown->csr)
           : shown->key != NULL ? lc_key_fingerprint(shown->key)
                                : NULL;
}

/* --- words ----------------------------------------------------------------------------------- */

static void put_key_text(const struct lc_key *key, struct lc_buf *out)
{
    const char *curve = lc_key_curve(key);

    if (curve != NULL)
        lc_buf_printf(out, "Key:       EC %s\n", curve);
    else if (lc_key_type(key) == LC_KEY_ED25519)
        lc_buf_puts(out, "Key:       Ed25519\n");
    else
        lc_buf_printf(out, "Key:       %s %d\n",
                      lc_key_type(key) == LC_KEY_RSA ? "RSA" : "of another type,",
                      lc_key_bits(key));
}

void lc_shown_put_text(const struct lc_shown *shown, struct lc_buf *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf words = LC_BUF_INIT(DESCRIPTION_MAX_BYTES);
    char hex[LC_SHA256_HEX];

    if (shown->cert != NULL)
        lc_cert_describe(shown->cert, &words);
    else if (shown->csr != NULL)
        lc_csr_describe(shown->csr, &words);
    else if (shown->key != NULL)
        put_key_text(shown->key, &words);
    else
        lc_buf_puts(&words, "Key:       not looked at: it is encrypted\n");
    if (fingerprint(shown) != NULL) {
        lc_hex_encode(fingerprint(shown), LC_SHA256_BYTES, hex);
        lc_buf_printf(&words, "Public:    SHA-256 %s\n", hex);
    }
    lc_buf_printf(out, "%s: %s", shown->file, kind(shown));
    if (shown->number > 1)
        lc_buf_printf(out, " (number %zu in the file)", shown->number);
    lc_buf_putc(out, '\n');
    for (const char *line = words.data; *line != '\0';) {
        const size_t len = strcspn(line, "\n") + 1; /* each has one */
        lc_buf_puts(out, "  ");
        lc_buf_add(out, line, len);
        line += len;
    }
    if (words.code != LC_OK)
        out->code = words.code;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_member(struct lc_json_writer *out, const char *name, const char *text)
{
    lc_json_key(out, name);
    if (text == NULL)
        lc_json_put_null(out);
    else
        lc_json_put_string(out, text);
}

static void put_time(struct lc_json_writer *out, const char *name, int64_t time_s)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_time_format(time_s, text);
    put_member(out, name, text);
}

static void put_name(struct lc_json_writer *out, const char *member, const struct lc_name *name)
{
    lc_json_key(out, member);
    lc_json_begin_array(out);
    for (size_t i = 0; i < name->count; i++) {
        lc_json_begin_object(out);
        put_member(out, "name", name->entries[i].long_name);
        put_member(out, "oid", name->entries[i].oid);
        put_member(out, "value", name->entries[i].value);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static void put_sans(struct lc_json_writer *out, const struct lc_sans *sans)
{
    lc_json_key(out, "names");
    lc_json_begin_array(out);
    for (size_t i = 0; i < sans->count; i++) {
        lc_json_begin_object(out);
        put_member(out, "type", lc_san_type_name(sans->items[i].type));
        put_member(out, "value", sans->items[i].value);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static void put_key(struct lc_json_writer *out, enum lc_key_type type, int bits, const char *curve)
{
    lc_json_key(out, "key");
    lc_json_begin_object(out);
    lc_json_member_integer(out, "bits", bits);
    if (curve != NULL)
        put_member(out, "curve", curve);
    put_member(out, "type", lc_key_type_name(type));
    lc_json_end_object(out);
}

static void put_cert(struct lc_json_writer *out, const struct lc_cert *cert)
{
    struct lc_err why = LC_ERR_INIT; /* there is only one reason */
    bool is_own = false;

    if (!lc_cert_is_self_signed(cert, &is_own, &why))
        out->buf->code = why.code;
    lc_json_member_boolean(out, "is_ca", lc_cert_is_ca(cert));
    lc_json_member_boolean(out, "is_self_signed", is_own);
    put_name(out, "issuer", lc_cert_issuer(cert));
    put_key(out, lc_cert_key_type(cert), lc_cert_key_bits(cert), NULL);
    put_sans(out, lc_cert_sans(cert));
    put_time(out, "not_after", lc_cert_not_after(cert));
    put_time(out, "not_before", lc_cert_not_before(cert));
    put_member(out, "serial", lc_cert_serial(cert));
    put_member(out, "signature_algorithm", lc_cert_signature_algorithm(cert));
    put_name(out, "subject", lc_cert_subject(cert));
}

static void put_csr(struct lc_json_writer *out, const struct lc_csr *csr)
{
    struct lc_err why = LC_ERR_INIT;
    const bool verifies = lc_csr_verify(csr, &why);

    if (why.code == LC_ENOMEM)
        out->buf->code = why.code;
    lc_json_member_boolean(out, "asks_for_ca", lc_csr_asks_for_ca(csr));
    put_key(out, lc_csr_key_type(csr), lc_csr_key_bits(csr), NULL);
    put_sans(out, lc_csr_sans(csr));
    put_member(out, "signature_algorithm", lc_csr_signature_algorithm(csr));
    lc_json_member_boolean(out, "signature_verifies", verifies);
    put_name(out, "subject", lc_csr_subject(csr));
}

void lc_shown_put_json(const struct lc_shown *shown, struct lc_json_writer *out)
{
    char hex[LC_SHA256_HEX];

    lc_json_begin_object(out);
    put_member(out, "file", shown->file);
    put_member(out, "kind", kind(shown));
    lc_json_member_integer(out, "number", (int64_t)shown->number);
    if (fingerprint(shown) != NULL) {
        lc_hex_encode(fingerprint(shown), LC_SHA256_BYTES, hex);
        put_member(out, "public_key_sha256", hex);
    }
    if (shown->cert != NULL)
        put_cert(out, shown->cert);
    else if (shown->csr != NULL)
        put_csr(out, shown->csr);
    else if (shown->key != NULL)
        put_key(out, lc_key_type(shown->key), lc_key_bits(shown->key), lc_key_curve(shown->key));
    lc_json_end_object(out);
}
