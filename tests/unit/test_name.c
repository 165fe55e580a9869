/* x509/name: what names, subject-alternative names and extensions say, read from DER. */
#include "x509/name.h"

#include "x509/parts.h"
#include "x509_build.h"

/* --- strings ------------------------------------------------------------------------------- */

struct string_row {
    const char *name;
    int tag;
    const char *bytes;
    size_t len;
    const char *type;
    const char *want;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct string_row string_rows[] = {
    { "UTF8String", LC_DER_UTF8_STRING, BYTES("Z\xc3\xbcrich"), "UTF8String", "Zürich" },
    { "UTF8String that is no UTF-8", LC_DER_UTF8_STRING, BYTES("a\xff\xc3"), "UTF8String",
      "a\\xff\\xc3" },
    { "a NUL in a UTF8String", LC_DER_UTF8_STRING, BYTES("a\0b"), "UTF8String", "a\\x00b" },
    { "an empty UTF8String", LC_DER_UTF8_STRING, BYTES(""), "UTF8String", "" },
    { "PrintableString", LC_DER_PRINTABLE_STRING, BYTES("GB"), "PrintableString", "GB" },
    { "IA5String with UTF-8 in it", LC_DER_IA5_STRING, BYTES("\xc3\xa9@b"), "IA5String", "é@b" },
    { "NumericString", LC_DER_NUMERIC_STRING, BYTES("42"), "NumericString", "42" },
    { "VisibleString", LC_DER_VISIBLE_STRING, BYTES("v"), "VisibleString", "v" },
    { "T61String is Latin-1", LC_DER_T61_STRING, BYTES("Z\xfcrich"), "T61String", "Zürich" },
    { "a NUL in a T61String", LC_DER_T61_STRING, BYTES("\0"), "T61String", "\\x00" },
    { "BMPString", LC_DER_BMP_STRING, BYTES("\0Z\0\xfc\x65\xe5"), "BMPString", "Zü日" },
    { "BMPString with a surrogate pair", LC_DER_BMP_STRING, BYTES("\xd8\x3d\xdd\x10"), "BMPString",
      "🔐" },
    { "BMPString with half a surrogate pair", LC_DER_BMP_STRING, BYTES("\xd8\x3d\0a"), "BMPString",
      "\\xd8\\x3da" },
    { "BMPString of odd length", LC_DER_BMP_STRING, BYTES("\0a\0"), "BMPString", "a\\x00" },
    { "a NUL in a BMPString", LC_DER_BMP_STRING, BYTES("\0\0"), "BMPString", "\\x00\\x00" },
    { "UniversalString", LC_DER_UNIVERSAL_STRING, BYTES("\0\1\xf5\x10\0\0\0a"), "UniversalString",
      "🔐a" },
    { "UniversalString past Unicode", LC_DER_UNIVERSAL_STRING, BYTES("\0\x11\0\0"),
      "UniversalString", "\\x00\\x11\\x00\\x00" },
    { "UniversalString cut off", LC_DER_UNIVERSAL_STRING, BYTES("\0\0"), "UniversalString",
      "\\x00\\x00" },
    { "BIT STRING in hex", LC_DER_BIT_STRING, BYTES("\x01\x02"), "BitString", "0102" },
    { "an empty BIT STRING", LC_DER_BIT_STRING, BYTES("\0"), "BitString", "00" },
    { "OCTET STRING in hex", LC_DER_OCTET_STRING, BYTES("\xab"), "OctetString", "ab" },
    { "what is no string, as DER in hex", LC_DER_INTEGER, BYTES("\x05"), "other", "020105" },
};

static bool read_name(const struct lc_buf *rdns, struct lc_name *out, struct lc_err *err)
{
    const struct lc_der_item item = { .tag = LC_DER_SEQUENCE,
                                      .bytes = (const unsigned char *)rdns->data,
                                      .len = rdns->len };

    return lc_name_read(&item, out, err);
}

static void reads_string(void **state)
{
    const struct string_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf rdns = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_name_release) struct lc_name name = LC_NAME_INIT;
    struct lc_err err = LC_ERR_INIT;

    build_rdn(&rdns, OID_CN, row->tag, row->bytes, row->len);
    assert_done(read_name(&rdns, &name, &err));
    assert_int_equal(name.count, 1);
    assert_string_equal(name.entries[0].value, row->want);
    assert_string_equal(name.entries[0].asn1_type, row->type);
    assert_string_equal(name.entries[0].oid, LC_OID_COMMON_NAME);
    assert_string_equal(name.entries[0].long_name, "commonName");
    assert_string_equal(lc_name_get(&name, LC_OID_COMMON_NAME), row->want);
    assert_null(lc_name_get(&name, LC_OID_COUNTRY));
}

/* --- names --------------------------------------------------------------------------------- */

static void multi_valued_rdn(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf rdns = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf shown = LC_BUF_INIT(256);
    LC_AUTO(lc_name_release) struct lc_name name = LC_NAME_INIT;
    struct lc_err err = LC_ERR_INIT;
    /* SET { CN=a, SN=b }, then an unknown attribute 1.2.3.4 */
    static const char der[] = "\x31\x14\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61"
                              "\x30\x08\x06\x03\x55\x04\x04\x0c\x01\x62"
                              "\x31\x0a\x30\x08\x06\x03\x2a\x03\x04\x0c\x01\x1b";

    (void)state;
    lc_buf_add(&rdns, der, sizeof(der) - 1);
    assert_done(read_name(&rdns, &name, &err));
    assert_int_equal(name.count, 3);
    assert_int_equal(name.entries[0].rdn, 0);
    assert_int_equal(name.entries[1].rdn, 0);
    assert_int_equal(name.entries[2].rdn, 1);
    assert_string_equal(name.entries[2].long_name, "1.2.3.4");
    lc_name_describe(&name, &shown);
    assert_string_equal(shown.data, "CN=a + SN=b, 1.2.3.4=\\x1b");
}

struct bad_row {
    const char *name;
    const char *bytes;
    size_t len;
    enum lc_code want;
    const char *part;
};

static const struct bad_row bad_names[] = {
    { "an RDN that is no SET", BYTES("\x30\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61"), LC_EPARSE,
      "a name is malformed" },
    { "an empty RDN", BYTES("\x31\x00"), LC_EPARSE, "a name is malformed" },
    { "an attribute without value", BYTES("\x31\x07\x30\x05\x06\x03\x55\x04\x03"), LC_EPARSE,
      "a name is malformed" },
    { "an attribute with two values",
      BYTES("\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x01\x61\x0c\x01\x62"), LC_EPARSE,
      "a name is malformed" },
    { "a length past the end", BYTES("\x31\x7f\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61"), LC_EPARSE,
      "a name is malformed" },
    { "a length not in its shortest form",
      BYTES("\x31\x81\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61"), LC_EPARSE,
      "a name is malformed" },
    { "an indefinite length", BYTES("\x31\x80\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61\0\0"),
      LC_EPARSE, "a name is malformed" },
    { "a length of four gigabytes", BYTES("\x31\x84\xff\xff\xff\xff\x30"), LC_EPARSE,
      "a name is malformed" },
    { "a length of five bytes", BYTES("\x31\x85\x01\x00\x00\x00\x00\x30"), LC_EPARSE,
      "a name is malformed" },
    { "a high tag number", BYTES("\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x1f\x1f\x01\x61"), LC_EPARSE,
      "a name is malformed" },
    { "a padded object identifier", BYTES("\x31\x0a\x30\x08\x06\x03\x55\x80\x03\x0c\x01\x61"),
      LC_EPARSE, "object identifier is malformed" },
    { "an object identifier without end", BYTES("\x31\x0a\x30\x08\x06\x03\x55\x04\x83\x0c\x01\x61"),
      LC_EPARSE, "object identifier is malformed" },
    { "an empty object identifier", BYTES("\x31\x07\x30\x05\x06\x00\x0c\x01\x61"), LC_EPARSE,
      "object identifier is malformed" },
};

static void refuses_name(void **state)
{
    const struct bad_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf rdns = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_name_release) struct lc_name name = LC_NAME_INIT;
    struct lc_err err;

    lc_buf_add(&rdns, row->bytes, row->len);
    assert_fails(read_name(&rdns, &name, &err), row->want, row->part);
}

/* 31 81 LL, or 31 82 00 LL. */
static void refuses_padded_length(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf rdns = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf padded = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_name_release) struct lc_name good = LC_NAME_INIT;
    LC_AUTO(lc_name_release) struct lc_name bad = LC_NAME_INIT;
    char text[140];
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    memset(text, 'a', sizeof(text));
    build_rdn(&rdns, OID_CN, LC_DER_UTF8_STRING, text, sizeof(text));
    assert_done(read_name(&rdns, &good, &err));
    lc_buf_add(&padded, "\x31\x82\x00", 3);
    lc_buf_add(&padded, rdns.data + 2, rdns.len - 2);
    assert_fails(read_name(&padded, &bad, &err), LC_EPARSE, "a name is malformed");
}

static void name_at_its_limit(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf rdns = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_name_release) struct lc_name full = LC_NAME_INIT;
    LC_AUTO(lc_name_release) struct lc_name over = LC_NAME_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_NAME_MAX_ENTRIES; i++)
        build_rdn(&rdns, OID_CN, LC_DER_UTF8_STRING, "a", 1);
    assert_done(read_name(&rdns, &full, &err));
    assert_int_equal(full.count, LC_NAME_MAX_ENTRIES);
    build_rdn(&rdns, OID_CN, LC_DER_UTF8_STRING, "a", 1);
    assert_fails(read_name(&rdns, &over, &err), LC_ELIMIT, "over 256 attributes");
}

/* --- object identifiers -------------------------------------------------------------------- */

struct oid_row {
    const char *name;
    const char *bytes;
    size_t len;
    const char *want; /* NULL: refused as too long */
};

static const struct oid_row oid_rows[] = {
    { "0.0", BYTES("\x00"), "0.0" },
    { "0.39", BYTES("\x27"), "0.39" },
    { "1.39", BYTES("\x4f"), "1.39" },
    { "2.999.1", BYTES("\x88\x37\x01"), "2.999.1" },
    { "an arc of 63 bits", BYTES("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
      "1.2.9223372036854775807" },
    { "an arc of 64 bits", BYTES("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
      "1.2.18446744073709551615" },
    { "an arc of 128 bits",
      BYTES("\x2a\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
      "1.2.340282366920938463463374607431768211455" },
};

static void reads_oid(void **state)
{
    const struct oid_row *row = *state;
    const struct lc_der_item item = { .tag = LC_DER_OID,
                                      .bytes = (const unsigned char *)row->bytes,
                                      .len = row->len };
    char text[LC_OID_TEXT_BYTES];
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_der_oid(&item, text, &err));
    assert_string_equal(text, row->want);
    assert_true(lc_oid_is_canonical(text));
}

/* n arcs of one character after "1.2": 3 + 2n characters. */
static void oid_at_its_limit(void **state)
{
    unsigned char bytes[200];
    struct lc_der_item item = { .tag = LC_DER_OID, .bytes = bytes, .len = 1 + 62 };
    char text[LC_OID_TEXT_BYTES];
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    memset(bytes, 1, sizeof(bytes));
    bytes[0] = 0x2a;
    assert_done(lc_der_oid(&item, text, &err));
    assert_int_equal(strlen(text), LC_OID_TEXT_BYTES - 1);
    item.len++;
    assert_fails(lc_der_oid(&item, text, &err), LC_ELIMIT, "over 127 characters");
    memset(bytes + 1, 0xff, sizeof(bytes) - 1); /* one arc of many bits */
    bytes[sizeof(bytes) - 1] = 0x7f;
    item.len = sizeof(bytes);
    assert_fails(lc_der_oid(&item, text, &err), LC_ELIMIT, "over 127 characters");
}

struct canonical_row {
    const char *name;
    bool want;
};

static const struct canonical_row canonical_rows[] = {
    { "1.2", true },     { "0.0", true },    { "2.40.1", true },  { "2.999", true },
    { "1.39.0", true },  { "1.40", false },  { "0.40", false },   { "3.1", false },
    { "1", false },      { "", false },      { "1.", false },     { ".1", false },
    { "1..2", false },   { "1.02", false },  { "01.2", false },   { "1.2 ", false },
    { "1.2.3a", false }, { "1 2 3", false }, { "12.3", false },   { "-1.2", false },
    { "1.2.-3", false }, { "nope", false },  { "1.2.00", false }, { "1.100", false },
};

static void judges_oid(void **state)
{
    const struct canonical_row *row = *state;

    assert_int_equal(lc_oid_is_canonical(row->name), row->want);
}

/* --- subject-alternative names ------------------------------------------------------------- */

struct san_row {
    const char *name;
    int tag;
    const char *bytes;
    size_t len;
    enum lc_san_type type;
    const char *want;
};

static const struct san_row san_rows[] = {
    { "DNS", 0x82, BYTES("a.example"), LC_SAN_DNS, "a.example" },
    { "an empty DNS name", 0x82, BYTES(""), LC_SAN_DNS, "" },
    { "a DNS name with a NUL", 0x82, BYTES("good.example\0.evil"), LC_SAN_DNS,
      "good.example\\x00.evil" },
    { "a DNS name that is not ASCII", 0x82, BYTES("\xff.example"), LC_SAN_DNS, "\\xff.example" },
    { "e-mail", 0x81, BYTES("a@b"), LC_SAN_EMAIL, "a@b" },
    { "URI", 0x86, BYTES("https://a"), LC_SAN_URI, "https://a" },
    { "IPv4", 0x87, BYTES("\x01\x02\x03\x04"), LC_SAN_IP, "1.2.3.4" },
    { "IPv6", 0x87, BYTES("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), LC_SAN_IP, "2001:db8::1" },
    { "an address of five bytes", 0x87, BYTES("\x01\x02\x03\x04\x05"), LC_SAN_OTHER,
      "87050102030405" },
    { "an address with a mask", 0x87, BYTES("\x0a\0\0\0\xff\0\0\0"), LC_SAN_OTHER,
      "87080a000000ff000000" },
    { "an empty address", 0x87, BYTES(""), LC_SAN_OTHER, "8700" },
    { "registered ID", 0x88, BYTES("\x2a\x03\x04"), LC_SAN_OID, "1.2.3.4" },
    { "a malformed registered ID", 0x88, BYTES("\x2a\x80"), LC_SAN_OTHER, "88022a80" },
    { "otherName keeps its DER", 0xa0, BYTES("\x06\x03\x2a\x03\x04\xa0\x03\x0c\x01\x61"),
      LC_SAN_OTHER, "a00a06032a0304a0030c0161" },
    { "directoryName keeps its DER", 0xa4, BYTES("\x30\x00"), LC_SAN_OTHER, "a4023000" },
};

static bool read_sans(struct lc_buf *names, bool critical, struct lc_sans *out, struct lc_err *err)
{
    build_box(names, LC_DER_SEQUENCE);
    const struct lc_extension extension = {
        .oid = LC_OID_SAN,
        .critical = critical,
        .value = (unsigned char *)names->data,
        .value_len = names->len,
    };
    return lc_sans_read(&extension, out, err);
}

static void reads_san(void **state)
{
    const struct san_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_sans_release) struct lc_sans sans = LC_SANS_INIT;
    struct lc_err err = LC_ERR_INIT;

    build_item(&names, row->tag, row->bytes, row->len);
    assert_done(read_sans(&names, true, &sans, &err));
    assert_int_equal(sans.count, 1);
    assert_true(sans.present);
    assert_true(sans.critical);
    assert_int_equal(sans.items[0].type, row->type);
    assert_int_equal(sans.items[0].tag, row->tag & 0x1f);
    assert_string_equal(sans.items[0].value, row->want);
}

static void empty_san_is_present(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_sans_release) struct lc_sans sans = LC_SANS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(read_sans(&names, false, &sans, &err));
    assert_true(sans.present);
    assert_int_equal(sans.count, 0);
}

static const struct bad_row bad_sans[] = {
    { "names that are no GeneralNames", BYTES("\x0c\x01\x61"), LC_EPARSE, "names are malformed" },
    { "a name past the end", BYTES("\x82\x05\x61"), LC_EPARSE, "names are malformed" },
    { "a name with a high tag number", BYTES("\x9f\x1f\x01\x61"), LC_EPARSE,
      "names are malformed" },
};

static void refuses_sans(void **state)
{
    const struct bad_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_sans_release) struct lc_sans sans = LC_SANS_INIT;
    struct lc_err err;

    lc_buf_add(&names, row->bytes, row->len);
    assert_fails(read_sans(&names, false, &sans, &err), row->want, row->part);
}

static void sans_at_their_limit(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_sans_release) struct lc_sans full = LC_SANS_INIT;
    LC_AUTO(lc_sans_release) struct lc_sans over = LC_SANS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_ATTRS_MAX_SANS; i++)
        lc_buf_add(&names, "\x82\x01\x61", 3);
    assert_done(read_sans(&names, false, &full, &err));
    assert_int_equal(full.count, LC_ATTRS_MAX_SANS);
    lc_buf_clear(&names);
    for (int i = 0; i < LC_ATTRS_MAX_SANS + 1; i++)
        lc_buf_add(&names, "\x82\x00", 2);
    assert_fails(read_sans(&names, false, &over, &err), LC_ELIMIT, "over 10000");
}

/* --- extensions ---------------------------------------------------------------------------- */

static bool read_list(const struct lc_buf *list, struct lc_extensions *out, struct lc_err *err)
{
    const struct lc_der_item item = { .tag = LC_DER_SEQUENCE,
                                      .bytes = (const unsigned char *)list->data,
                                      .len = list->len };

    return lc_extensions_read(&item, out, err);
}

static void reads_extensions(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_extensions_release) struct lc_extensions got = LC_EXTENSIONS_INIT;
    LC_AUTO(lc_extensions_release) struct lc_extensions copy = LC_EXTENSIONS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    build_extension(&list, OID_SAN, true, "\x30\x00", 2);
    build_extension(&list, OID_KEY_USAGE, false, "", 0);
    /* critical FALSE written out, as some programs do */
    lc_buf_add(&list, "\x30\x0a\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x00", 12);
    assert_done(read_list(&list, &got, &err));
    assert_done(lc_extensions_copy(&copy, &got, &err));
    assert_int_equal(copy.count, 3);
    assert_true(copy.items[0].critical);
    assert_false(copy.items[2].critical);
    assert_int_equal(copy.items[0].value_len, 2);
    assert_ptr_equal(lc_extensions_get(&copy, "2.5.29.15"), &copy.items[1]);
    assert_null(lc_extensions_get(&copy, "2.5.29.16"));
}

static const struct bad_row bad_lists[] = {
    { "an extension without value", BYTES("\x30\x05\x06\x03\x55\x1d\x11"), LC_EPARSE,
      "an extension is malformed" },
    { "a boolean of BER", BYTES("\x30\x0a\x06\x03\x55\x1d\x11\x01\x01\x01\x04\x00"), LC_EPARSE,
      "an extension is malformed" },
    { "something behind the value", BYTES("\x30\x09\x06\x03\x55\x1d\x11\x04\x00\x05\x00"),
      LC_EPARSE, "an extension is malformed" },
    { "an extension twice",
      BYTES("\x30\x07\x06\x03\x55\x1d\x11\x04\x00\x30\x07\x06\x03\x55\x1d\x11\x04\x00"), LC_EPARSE,
      "the extension 2.5.29.17 is there twice" },
};

static void refuses_list(void **state)
{
    const struct bad_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_extensions_release) struct lc_extensions got = LC_EXTENSIONS_INIT;
    struct lc_err err;

    lc_buf_add(&list, row->bytes, row->len);
    assert_fails(read_list(&list, &got, &err), row->want, row->part);
}

static void extensions_at_their_limit(void **state)
{
    LC_AUTO(lc_extensions_release) struct lc_extensions list = LC_EXTENSIONS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    for (int i = 0; i < LC_EXTENSIONS_MAX; i++) {
        char oid[32];
        (void)snprintf(oid, sizeof(oid), "1.2.%d", i);
        assert_done(lc_extensions_add(&list, oid, false, "x", 1, &err));
    }
    assert_fails(lc_extensions_add(&list, "1.3.1", false, "x", 1, &err), LC_ELIMIT, "over 128");
    assert_fails(lc_extensions_add(&list, "1.40", false, "x", 1, &err), LC_EPARSE,
                 "'1.40' is not an object identifier");
}

struct constraints_row {
    const char *name;
    const char *bytes;
    size_t len;
    bool good;
    bool is_ca;
    int path_length;
};

static const struct constraints_row constraints_rows[] = {
    { "no CA", BYTES("\x30\x00"), true, false, -1 },
    { "no CA, written out", BYTES("\x30\x03\x01\x01\x00"), true, false, -1 },
    { "a CA", BYTES("\x30\x03\x01\x01\xff"), true, true, -1 },
    { "a CA with path length", BYTES("\x30\x06\x01\x01\xff\x02\x01\x03"), true, true, 3 },
    { "a negative path length", BYTES("\x30\x06\x01\x01\xff\x02\x01\xff"), false, true, -1 },
    { "a path length past an int", BYTES("\x30\x0a\x01\x01\xff\x02\x05\x01\x00\x00\x00\x00"), false,
      true, -1 },
    { "no sequence", BYTES("\x01\x01\xff"), false, false, -1 },
    { "something behind", BYTES("\x30\x00\x05\x00"), false, false, -1 },
};

static void reads_constraints(void **state)
{
    const struct constraints_row *row = *state;
    LC_AUTO(lc_extensions_release) struct lc_extensions list = LC_EXTENSIONS_INIT;
    bool is_ca;
    int path_length;
    struct lc_err err = LC_ERR_INIT;

    assert_done(
        lc_extensions_add(&list, LC_OID_BASIC_CONSTRAINTS, true, row->bytes, row->len, &err));
    assert_int_equal(lc_ext_read_constraints(&list, &is_ca, &path_length), row->good);
    assert_int_equal(is_ca, row->is_ca);
    if (row->good)
        assert_int_equal(path_length, row->path_length);
}

static void frees_nothing_twice(void **state)
{
    struct lc_name name = LC_NAME_INIT;
    struct lc_sans sans = LC_SANS_INIT;
    struct lc_extensions list = LC_EXTENSIONS_INIT;

    (void)state;
    lc_name_release(&name);
    lc_name_release(&name);
    lc_sans_release(&sans);
    lc_sans_release(&sans);
    lc_extensions_release(&list);
    lc_extensions_release(&list);
}

static void every_type_has_a_name(void **state)
{
    (void)state;
    for (int type = LC_SAN_DNS; type <= LC_SAN_OTHER; type++)
        assert_non_null(lc_san_type_name((enum lc_san_type)type));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, string_rows, reads_string);
    SUITE_TEST(&suite, "an RDN of several attributes", multi_valued_rdn);
    SUITE_ROWS(&suite, bad_names, refuses_name);
    SUITE_TEST(&suite, "a length with a zero in front", refuses_padded_length);
    SUITE_TEST(&suite, "a name at its limit", name_at_its_limit);
    SUITE_ROWS(&suite, oid_rows, reads_oid);
    SUITE_TEST(&suite, "an object identifier at its limit", oid_at_its_limit);
    for (size_t i = 0; i < LC_COUNT(canonical_rows); i++)
        suite_addf(&suite, judges_oid, (void *)(uintptr_t)&canonical_rows[i], "'%s' %s canonical",
                   canonical_rows[i].name, canonical_rows[i].want ? "is" : "is not");
    SUITE_ROWS(&suite, san_rows, reads_san);
    SUITE_TEST(&suite, "an empty SAN is there", empty_san_is_present);
    SUITE_ROWS(&suite, bad_sans, refuses_sans);
    SUITE_TEST(&suite, "subject-alternative names at their limit", sans_at_their_limit);
    SUITE_TEST(&suite, "extensions as they stand", reads_extensions);
    SUITE_ROWS(&suite, bad_lists, refuses_list);
    SUITE_TEST(&suite, "extensions at their limit", extensions_at_their_limit);
    SUITE_ROWS(&suite, constraints_rows, reads_constraints);
    SUITE_TEST(&suite, "every type of name has a name", every_type_has_a_name);
    SUITE_TEST(&suite, "releasing twice is harmless", frees_nothing_twice);
    return suite_run(&suite, "name");
}
