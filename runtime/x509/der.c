/* DER: items, and the values that names and certificates are made of. */
#include "x509/der.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "x509/ossl.h"

/* Length octets, X.690 section 10.1: definite, and as few as can be. */
static bool read_length(const unsigned char *at, size_t left, size_t *header_out, size_t *len_out)
{
    if (left < 2)
        return false;
    if (at[1] < 0x80) {
        *header_out = 2;
        *len_out = at[1];
        return true;
    }
    const size_t count = at[1] & 0x7f;
    if (count == 0 || count > 4 || left < 2 + count || at[2] == 0)
        return false;
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len = len << 8 | at[2 + i];
    *header_out = 2 + count;
    *len_out = len;
    return len >= 0x80;
}

/* X.690 section 10.2 and those on each type: which of the universal types have items inside is not
 * the writer's choice. EXTERNAL, EMBEDDED PDV and CHARACTER STRING do not occur in what is read
 * here, and OpenSSL writes them in another form than it has read. */
static bool has_its_form(unsigned char tag)
{
    const uint32_t with_items = 1u << 16 | 1u << 17;
    const uint32_t never = 1u << 8 | 1u << 11 | 1u << 29;
    const uint32_t type = 1u << (tag & 0x1f);

    if ((tag & 0xc0) != 0)
        return true;
    return (never & type) == 0 && ((tag & 0x20) != 0) == ((with_items & type) != 0);
}

/* X.690 sections 8.6.2 and 11.2.1: how many bits of the last byte are unused, which are 0. */
static bool is_bit_string(const unsigned char *bytes, size_t len)
{
    if (len == 0 || bytes[0] > 7 || (len == 1 && bytes[0] != 0))
        return false;
    return (bytes[len - 1] & ((1u << bytes[0]) - 1)) == 0 || len == 1;
}

bool lc_der_next(struct lc_der *in, struct lc_der_item *out)
{
    size_t header;
    size_t len;

    if (!read_length(in->at, in->left, &header, &len) || len > in->left - header)
        return false;
    if ((in->at[0] & 0x1f) == 0x1f) /* a tag number over 30: nothing that is read here has one */
        return false;
    if (!has_its_form(in->at[0]))
        return false;
    if (in->at[0] == LC_DER_BIT_STRING && !is_bit_string(in->at + header, len))
        return false;
    *out = (struct lc_der_item){
        .tag = in->at[0],
        .bytes = in->at + header,
        .len = len,
        .whole = in->at,
        .whole_len = header + len,
    };
    in->at += out->whole_len;
    in->left -= out->whole_len;
    return true;
}

bool lc_der_has(const struct lc_der *in, int tag)
{
    return in->left != 0 && in->at[0] == tag;
}

bool lc_der_take(struct lc_der *in, int tag, struct lc_der_item *out)
{
    return lc_der_has(in, tag) && lc_der_next(in, out);
}

bool lc_der_enter(struct lc_der *in, int tag, struct lc_der *inside)
{
    struct lc_der_item item;

    if (!lc_der_take(in, tag, &item))
        return false;
    *inside = lc_der_inside(&item);
    return true;
}

bool lc_der_is_integer(const struct lc_der_item *item)
{
    const unsigned char *bytes = item->bytes;

    if (item->tag != LC_DER_INTEGER || item->len == 0)
        return false;
    return item->len == 1 ||
           !((bytes[0] == 0x00 && bytes[1] < 0x80) || (bytes[0] == 0xff && bytes[1] >= 0x80));
}

bool lc_der_small(const struct lc_der_item *item, int *out)
{
    unsigned value = 0;

    if (!lc_der_is_integer(item) || item->len > 4 || item->bytes[0] >= 0x80)
        return false;
    for (size_t i = 0; i < item->len; i++)
        value = value << 8 | item->bytes[i];
    *out = (int)value;
    return true;
}

bool lc_der_boolean(const struct lc_der_item *item, bool *out)
{
    if (item->tag != LC_DER_BOOLEAN || item->len != 1 ||
        (item->bytes[0] != 0 && item->bytes[0] != 0xff))
        return false;
    *out = item->bytes[0] != 0;
    return true;
}

/* One subidentifier, X.690 section 8.19.2; *fits is false where it has over 63 bits. */
static bool read_arc(struct lc_der *in, uint64_t *arc, bool *fits)
{
    *arc = 0;
    if (in->left == 0 || in->at[0] == 0x80) /* padded */
        return false;
    for (; in->left != 0; in->left--) {
        const unsigned char byte = *in->at++;
        *fits = *fits && *arc < (uint64_t)1 << 56;
        *arc = *arc << 7 | (byte & 0x7fu);
        if (byte < 0x80) {
            in->left--;
            return true;
        }
    }
    return false;
}

static bool fail_long_oid(struct lc_err *err)
{
    return lc_fail(err, LC_ELIMIT, "an object identifier has over %d characters",
                   LC_OID_TEXT_BYTES - 1);
}

/* With OpenSSL's big numbers, for arcs such as those made from UUIDs (2.25.x). The item may have
 * another tag, as in a SAN. */
static bool big_oid(const struct lc_der_item *item, char *text, struct lc_err *err)
{
    unsigned char der[LC_OID_TEXT_BYTES] = { LC_DER_OID, (unsigned char)item->len };
    const unsigned char *at = der;

    if (item->len > sizeof(der) - 2) /* two digits at least for each byte of a big arc */
        return fail_long_oid(err);
    memcpy(der + 2, item->bytes, item->len);
    LC_AUTO(ASN1_OBJECT_free)
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)item->len + 2);
    const int length = object == NULL ? 0 : OBJ_obj2txt(text, LC_OID_TEXT_BYTES, object, 1);
    if (length <= 0)
        return lc_ossl_fail(err, LC_EPARSE, "an object identifier is malformed");
    return length < LC_OID_TEXT_BYTES || fail_long_oid(err);
}

bool lc_der_oid(const struct lc_der_item *item, char text[LC_OID_TEXT_BYTES], struct lc_err *err)
{
    struct lc_der in = lc_der_inside(item);
    size_t used = 0;
    bool fits = true;

    if (item->tag != LC_DER_OID || in.left == 0)
        return lc_fail(err, LC_EPARSE, "an object identifier is malformed");
    while (in.left != 0) {
        uint64_t arc;
        if (!read_arc(&in, &arc, &fits))
            return lc_fail(err, LC_EPARSE, "an object identifier is malformed");
        if (!fits)
            return big_oid(item, text, err);
        const unsigned first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
        const size_t room = LC_OID_TEXT_BYTES - used;
        const int length = used == 0
                               ? snprintf(text, room, "%u.%llu", first,
                                          (unsigned long long)(arc - 40 * (uint64_t)first))
                               : snprintf(text + used, room, ".%llu", (unsigned long long)arc);
        if (length < 0 || (size_t)length >= room)
            return fail_long_oid(err);
        used += (size_t)length;
    }
    return true;
}

/* YYMMDDHHMMSSZ with years 1950 to 2049, or YYYYMMDDHHMMSSZ. */
bool lc_der_time(const struct lc_der_item *item, int64_t *out)
{
    const size_t year_digits = item->tag == LC_DER_UTC_TIME ? 2 : 4;
    const char *digits = (const char *)item->bytes;
    char text[LC_TIME_TEXT_BYTES];
    struct lc_err ignored = LC_ERR_INIT; /* the caller knows which time it was */

    if ((item->tag != LC_DER_UTC_TIME && item->tag != LC_DER_GENERALIZED_TIME) ||
        item->len != year_digits + 11 || digits[item->len - 1] != 'Z')
        return false;
    for (size_t i = 0; i + 1 < item->len; i++)
        if (!isdigit(item->bytes[i]))
            return false;
    const char *century = year_digits == 4 ? "" : digits[0] >= '5' ? "19" : "20";
    const char *rest = digits + year_digits;
    (void)snprintf(text, sizeof(text), "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ", century,
                   (int)year_digits, digits, rest, rest + 2, rest + 4, rest + 6, rest + 8);
    return lc_time_parse(text, out, &ignored);
}

const char *lc_der_type_name(int tag)
{
    switch (tag) {
    case LC_DER_BIT_STRING:
        return "BitString";
    case LC_DER_OCTET_STRING:
        return "OctetString";
    case LC_DER_UTF8_STRING:
        return "UTF8String";
    case LC_DER_NUMERIC_STRING:
        return "NumericString";
    case LC_DER_PRINTABLE_STRING:
        return "PrintableString";
    case LC_DER_T61_STRING:
        return "T61String";
    case LC_DER_IA5_STRING:
        return "IA5String";
    case LC_DER_VISIBLE_STRING:
        return "VisibleString";
    case LC_DER_UNIVERSAL_STRING:
        return "UniversalString";
    case LC_DER_BMP_STRING:
        return "BMPString";
    default:
        return "other";
    }
}

static void put_codepoint(struct lc_buf *out, uint32_t point)
{
    if (point < 0x80) {
        lc_buf_putc(out, (char)point);
        return;
    }
    const unsigned more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = { 0, 0xc0, 0xe0, 0xf0 };
    lc_buf_putc(out, (char)(marks[more] | point >> 6 * more));
    for (unsigned i = more; i-- > 0;)
        lc_buf_putc(out, (char)(0x80 | (point >> 6 * i & 0x3f)));
}

static void put_escaped(struct lc_buf *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        lc_buf_printf(out, "\\x%02x", bytes[i]);
}

/* UTF-8, and what is a part of it. */
static void put_utf8(struct lc_buf *out, const struct lc_der_item *item)
{
    const char *text = (const char *)item->bytes;

    for (size_t at = 0, step; at < item->len; at += step) {
        if (lc_text_codepoint(text + at, item->len - at, &step) <= 0)
            put_escaped(out, item->bytes + at, step);
        else
            lc_buf_add(out, text + at, step);
    }
}

static bool is_character(uint32_t point)
{
    return point != 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

static uint32_t read_unit(const unsigned char *bytes, size_t width)
{
    uint32_t unit = 0;

    for (size_t i = 0; i < width; i++)
        unit = unit << 8 | bytes[i];
    return unit;
}

/* Units of 1 (Latin-1), 2 (UTF-16, of which UCS-2 is a part) or 4 bytes, the highest byte first. */
static void put_units(struct lc_buf *out, const struct lc_der_item *item, size_t width)
{
    for (size_t at = 0, step; at < item->len; at += step) {
        const unsigned char *bytes = item->bytes + at;
        const size_t left = item->len - at;
        step = left < width ? left : width;
        uint32_t point = left < width ? 0 : read_unit(bytes, width);
        if (width == 2 && left >= 4 && point >= 0xd800 && point <= 0xdbff) {
            const uint32_t low = read_unit(bytes + 2, 2);
            if (low >= 0xdc00 && low <= 0xdfff) {
                point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                step = 4;
            }
        }
        if (is_character(point))
            put_codepoint(out, point);
        else
            put_escaped(out, bytes, step);
    }
}

static void put_hex(struct lc_buf *out, const unsigned char *bytes, size_t len)
{
    char *room = lc_buf_room(out, 2 * len);

    if (room == NULL || len == 0)
        return;
    lc_hex_encode(bytes, len, room);
    lc_buf_grew(out, 2 * len);
}

bool lc_der_dup_text(const struct lc_der_item *item, char **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * item->whole_len);
    /* every byte as \xNN */
    switch (item->tag) {
    case LC_DER_UTF8_STRING:
    case LC_DER_NUMERIC_STRING:
    case LC_DER_PRINTABLE_STRING:
    case LC_DER_IA5_STRING:
    case LC_DER_VISIBLE_STRING:
        put_utf8(&text, item);
        break;
    case LC_DER_T61_STRING:
        put_units(&text, item, 1);
        break;
    case LC_DER_BMP_STRING:
        put_units(&text, item, 2);
        break;
    case LC_DER_UNIVERSAL_STRING:
        put_units(&text, item, 4);
        break;
    case LC_DER_BIT_STRING: /* with the count of unused bits, as the Python library has it */
    case LC_DER_OCTET_STRING:
        put_hex(&text, item->bytes, item->len);
        break;
    default:
        put_hex(&text, item->whole, item->whole_len);
        break;
    }
    return lc_buf_take(&text, out, NULL, err);
}
