/* x509/der_write: the notation from which DER is made. */
#include <string.h>

#include "base/text.h"
#include "rows.h"
#include "x509/der_write.h"

struct row {
    const char *name;
    const char *text;
    const char *want; /* hex */
};

static const struct row rows[] = {
    { "nothing", "", "" },
    { "hex digits", "0aF0 01", "0af001" },
    { "a text", "'a {b}'", "61207b627d" },
    { "an empty text", "0c{''}", "0c00" },
    { "an object identifier", "@2.5.4.3", "0603550403" },
    { "a large arc", "@1.2.840.113549", "06062a864886f70d" },
    { "an item", "0c{'web'}", "0c03776562" },
    { "items inside an item", "31 { 30 { @2.5.4.3 0c{'a'} } }",
      "310a30080603550403"
      "0c0161" },
    { "an empty item", "30{}", "3000" },
    { "line ends between", "30{\n 05{}\t}", "30020500" },
};

static void assembles(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
    struct lc_err err = LC_ERR_INIT;
    char hex[256] = "";

    assert_done(lc_der_assemble(row->text, &out, &err));
    lc_hex_encode(out.data, out.len, hex);
    assert_string_equal(hex, row->want);
}

static const struct row bad_rows[] = {
    { "half a byte", "0a0", "byte 3: expected two hex digits" },
    { "what is no hex", "0azz", "byte 3: expected two hex digits" },
    { "a text without an end", "0c{'web}", "byte 4: expected a text that ends" },
    { "a box without an end", "30{0500", "byte 8: expected }" },
    { "an end without a box", "0500}", "byte 5: expected two hex digits" },
    { "no object identifier", "@2.", "byte 2: expected an object identifier" },
    { "an object identifier that is too long",
      "@1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23.24.25.26.27.28.29.30.31.32.33"
      ".34.35.36.37.38.39.40.41.42.43.44.45.46",
      "expected a shorter object identifier" },
    { "boxes in boxes",
      "30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{30{"
      "30{30{30{",
      "byte 99: expected two hex digits" },
};

static void refuses(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(4096);
    struct lc_err err = LC_ERR_INIT;

    assert_fails(lc_der_assemble(row->text, &out, &err), LC_EPARSE, row->want);
}

struct length_row {
    const char *name;
    size_t len;
    const char *want; /* tag and length in hex */
};

static const struct length_row length_rows[] = {
    { "127 bytes", 127, "047f" },         { "128 bytes", 128, "048180" },
    { "255 bytes", 255, "0481ff" },       { "256 bytes", 256, "04820100" },
    { "65535 bytes", 65535, "0482ffff" }, { "65536 bytes", 65536, "0483010000" },
};

/* The three ways to put a length say the same. */
static void writes_lengths(void **state)
{
    const struct length_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf put = LC_BUF_INIT(1024 * 1024);
    LC_AUTO(lc_buf_release) struct lc_buf boxed = LC_BUF_INIT(1024 * 1024);
    LC_AUTO(lc_buf_release) struct lc_buf content = LC_BUF_INIT(1024 * 1024);
    struct lc_err err = LC_ERR_INIT;
    char hex[16] = "";

    assert_non_null(lc_buf_room(&content, row->len));
    memset(content.data, 'x', row->len);
    lc_buf_grew(&content, row->len);
    lc_der_put(&put, 0x04, content.data, content.len);
    lc_buf_puts(&boxed, "before");
    lc_buf_add(&boxed, content.data, content.len);
    lc_der_box(&boxed, strlen("before"), 0x04);
    assert_done(lc_buf_check(&put, &err) && lc_buf_check(&boxed, &err));
    lc_hex_encode(put.data, strlen(row->want) / 2, hex);
    assert_string_equal(hex, row->want);
    assert_int_equal(put.len, row->len + strlen(row->want) / 2);
    assert_int_equal(boxed.len, put.len + strlen("before"));
    assert_memory_equal(boxed.data + strlen("before"), put.data, put.len);
}

static void stops_at_the_maximum(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(8);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_fails(lc_der_assemble("30{ 04{'1234567'} }", &out, &err), LC_ELIMIT, "");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, assembles);
    SUITE_ROWS(&suite, bad_rows, refuses);
    SUITE_ROWS(&suite, length_rows, writes_lengths);
    SUITE_TEST(&suite, "a buffer that is full", stops_at_the_maximum);
    return suite_run(&suite, "der_write");
}
