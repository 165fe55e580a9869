/* x509/key: generation, every form of text, passwords. */
#include "x509/key.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "x509/csr.h"
#include "x509_build.h"

/* --- generating ---------------------------------------------------------------------------- */

struct generate_row {
    const char *name;
    struct lc_key_spec spec;
    enum lc_code want;
    const char *part; /* of the message, or the curve */
    int bits;
};

static const struct generate_row generate_rows[] = {
    { "generates EC P-256 by default", { .type = LC_KEY_EC }, LC_OK, "P-256", 256 },
    { "generates EC P-384", { .type = LC_KEY_EC, .curve = "P-384" }, LC_OK, "P-384", 384 },
    { "generates EC P-521", { .type = LC_KEY_EC, .curve = "P-521" }, LC_OK, "P-521", 521 },
    { "generates Ed25519", { .type = LC_KEY_ED25519 }, LC_OK, NULL, 256 },
    { "no RSA under 2048 bits",
      { .type = LC_KEY_RSA, .bits = LC_RSA_MIN_BITS - 1 },
      LC_EUSAGE,
      "2048 to 8192 bits, not 2047",
      0 },
    { "no RSA over 8192 bits",
      { .type = LC_KEY_RSA, .bits = LC_RSA_MAX_BITS + 1 },
      LC_EUSAGE,
      "not 8193",
      0 },
    { "no RSA of a negative size", { .type = LC_KEY_RSA, .bits = -1 }, LC_EUSAGE, "not -1", 0 },
    { "no other curve",
      { .type = LC_KEY_EC, .curve = "secp256k1" },
      LC_EUSAGE,
      "no curve 'secp256k1', only P-256, P-384 and P-521",
      0 },
    { "no other type", { .type = LC_KEY_OTHER }, LC_EUSAGE, "RSA, EC or Ed25519", 0 },
};

static void generates(void **state)
{
    const struct generate_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *again = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (row->want != LC_OK) {
        assert_fails(lc_key_generate(&row->spec, &key, &err), row->want, row->part);
        return;
    }
    assert_done(lc_key_generate(&row->spec, &key, &err));
    assert_int_equal(lc_key_type(key), row->spec.type);
    assert_int_equal(lc_key_bits(key), row->bits);
    if (row->part == NULL)
        assert_null(lc_key_curve(key));
    else
        assert_string_equal(lc_key_curve(key), row->part);
    assert_false(lc_key_is_valid_rsa(key));
    assert_done(lc_key_encode(key, &pem, &err));
    assert_int_not_equal(pem.data[pem.len - 1], '\n');
    assert_done(lc_key_parse(pem.data, pem.len, NULL, &again, &err));
    assert_true(lc_key_equals(key, again));
    assert_memory_equal(lc_key_fingerprint(key), lc_key_fingerprint(again), LC_SHA256_BYTES);
    assert_int_equal(ERR_peek_error(), 0);
}

static void two_keys_differ(void **state)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_key_unref) struct lc_key *a = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *b = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_key_generate(&spec, &a, &err));
    assert_done(lc_key_generate(&spec, &b, &err));
    assert_false(lc_key_equals(a, b));
    assert_true(lc_key_equals(a, a));
}

/* --- reading ------------------------------------------------------------------------------- */

struct parse_row {
    const char *name;
    const char *file; /* in golden/x509 */
    const char *password;
    enum lc_code want;
    const char *part;
};

#define NO_PASSWORD "the private key is encrypted, and no password was given"
#define WRONG       "the password of the private key is wrong"
#define NOT_OFFERED "encrypted in a way that is not offered"

/* All of them hold the key of ec.pem. */
static const struct parse_row parse_rows[] = {
    { "SEC1", "ec.pem", NULL, LC_OK, NULL },
    { "a password that is not needed", "ec.pem", "sesame", LC_OK, NULL },
    { "a compressed point", "ec-compressed.pem", NULL, LC_OK, NULL },
    { "PKCS#8, AES", "ec-pkcs8-aes.pem", "sesame", LC_OK, NULL },
    { "PKCS#8, AES, wrong password", "ec-pkcs8-aes.pem", "Sesame", LC_EPASSWORD, WRONG },
    { "PKCS#8, AES, empty password", "ec-pkcs8-aes.pem", "", LC_EPASSWORD, WRONG },
    { "PKCS#8, AES, no password", "ec-pkcs8-aes.pem", NULL, LC_EPASSWORD, NO_PASSWORD },
    { "PKCS#8, scrypt", "ec-pkcs8-scrypt.pem", "sesame", LC_OK, NULL },
    { "PKCS#8, scrypt, wrong password", "ec-pkcs8-scrypt.pem", "x", LC_EPASSWORD, WRONG },
    { "PKCS#8, triple DES", "ec-pkcs8-3des.pem", "sesame", LC_OK, NULL },
    { "PKCS#8, single DES", "ec-pkcs8-md5-des.pem", "sesame", LC_EUNSUPPORTED, NOT_OFFERED },
    { "PKCS#8, over the limit of iterations", "ec-pkcs8-iterations.pem", "x", LC_ELIMIT,
      "over 10000000 iterations" },
    { "legacy encryption, AES", "ec-legacy-aes.pem", "sesame", LC_OK, NULL },
    { "legacy encryption, wrong password", "ec-legacy-aes.pem", "x", LC_EPASSWORD, WRONG },
    { "legacy encryption, no password", "ec-legacy-aes.pem", NULL, LC_EPASSWORD, NO_PASSWORD },
    { "legacy encryption, single DES", "ec-legacy-des.pem", "sesame", LC_EUNSUPPORTED,
      NOT_OFFERED },
};

/* NULL for NULL. */
static const struct lc_secret *make_password(const char *text, struct lc_secret *room)
{
    struct lc_err err = LC_ERR_INIT;

    if (text == NULL)
        return NULL;
    assert_done(lc_secret_set(room, text, strlen(text), &err));
    return room;
}

static bool parse_file(const char *name, const char *password, struct lc_key **out,
                       struct lc_err *err)
{
    char path[128];
    size_t len;
    LC_AUTO(lc_secret_release) struct lc_secret room = LC_SECRET_INIT;

    (void)snprintf(path, sizeof(path), "golden/x509/%s", name);
    LC_AUTO(lc_free) char *pem = test_file(path, &len);
    return lc_key_parse(pem, len, make_password(password, &room), out, err);
}

static void parses(void **state)
{
    const struct parse_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *plain = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (row->want != LC_OK) {
        assert_fails(parse_file(row->file, row->password, &key, &err), row->want, row->part);
        assert_null(key);
        assert_int_equal(ERR_peek_error(), 0);
        return;
    }
    assert_done(parse_file(row->file, row->password, &key, &err));
    assert_done(parse_file("ec.pem", NULL, &plain, &err));
    assert_true(lc_key_equals(key, plain));
    assert_string_equal(lc_key_curve(key), "P-256");
    assert_done(lc_key_encode(key, &pem, &err));
    assert_non_null(strstr(pem.data, "-----BEGIN EC PRIVATE KEY-----\n"));
    assert_int_equal(ERR_peek_error(), 0);
}

struct other_row {
    const char *name;
    const char *file;
    enum lc_key_type type;
    int bits;
    const char *curve;
};

static const struct other_row other_rows[] = {
    { "another curve", "secp256k1.pem", LC_KEY_EC, 256, "secp256k1" },
    { "a curve by its parameters", "ec-explicit.pem", LC_KEY_EC, 256, "unnamed" },
    { "Ed448", "ed448.pem", LC_KEY_OTHER, 448, NULL },
    { "DSA", "dsa.pem", LC_KEY_OTHER, 1024, NULL },
    { "RSA", "rsa.pem", LC_KEY_RSA, 2048, NULL },
};

static void reads_other(void **state)
{
    const struct other_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *again = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(parse_file(row->file, NULL, &key, &err));
    assert_int_equal(lc_key_type(key), row->type);
    assert_int_equal(lc_key_is_valid_rsa(key), row->type == LC_KEY_RSA);
    if (row->curve == NULL)
        assert_null(lc_key_curve(key));
    else
        assert_string_equal(lc_key_curve(key), row->curve);
    if (row->bits != 448) /* OpenSSL counts 456 */
        assert_int_equal(lc_key_bits(key), row->bits);
    assert_done(lc_key_encode(key, &pem, &err));
    assert_done(lc_key_parse(pem.data, pem.len, NULL, &again, &err));
    assert_true(lc_key_equals(key, again));
}

struct text_row {
    const char *name;
    const char *text;
    enum lc_code want;
    const char *part;
};

static const struct text_row text_rows[] = {
    { "an empty text", "", LC_EPARSE, "it is empty" },
    { "nothing but blanks", " \n\t\r\n", LC_EPARSE, "it is empty" },
    { "text without PEM", "not a key", LC_EPARSE, "no PEM block is in it" },
    { "base64 of PEM", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", LC_EPARSE,
      "base64 of a PEM text" },
    { "two characters for a line feed",
      "-----BEGIN PRIVATE KEY-----\\nMAA=\\n-----END PRIVATE KEY-----", LC_EPARSE,
      "the two characters \\ and n" },
    { "a begin line that goes on", "-----BEGIN PRIVATE KEY----- MAA= -----END PRIVATE KEY-----",
      LC_EPARSE, "not a line of its own" },
    { "another block",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n-----END OPENSSH PRIVATE KEY-----", LC_EPARSE,
      "instead there is a block of OPENSSH PRIVATE KEY" },
    { "no end line", "-----BEGIN PRIVATE KEY-----\nMAA=\n", LC_EPARSE, "no end line" },
    { "another end line", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----",
      LC_EPARSE, "no end line" },
    { "an end line that begins with something else",
      "-----BEGIN PRIVATE KEY-----\nMAA= -----END PRIVATE KEY-----", LC_EPARSE, "no end line" },
    { "no base64", "-----BEGIN PRIVATE KEY-----\nM!A=\n-----END PRIVATE KEY-----", LC_EPARSE,
      "not base64" },
    { "nothing between", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", LC_EPARSE,
      "the private key is malformed" },
    { "an empty sequence as PKCS#8", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----",
      LC_EPARSE, "the private key is malformed" },
    { "an empty sequence as PKCS#1",
      "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----", LC_EPARSE,
      "the private key is malformed" },
    { "an empty sequence as SEC1",
      "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----", LC_EPARSE,
      "the private key is malformed" },
    { "an unknown legacy cipher",
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ROT13,00\n\nMAA=\n"
      "-----END EC PRIVATE KEY-----",
      LC_EUNSUPPORTED, NOT_OFFERED },
    { "legacy encryption without cipher",
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMAA=\n"
      "-----END EC PRIVATE KEY-----",
      LC_EPARSE, "the encrypted private key is malformed" },
    { "headers without an empty line",
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nMAA=\n-----END EC PRIVATE KEY-----",
      LC_EPARSE, "not base64" },
    { "encrypted PKCS#8 that is none",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----", LC_EPARSE,
      "the encrypted private key is malformed" },
};

static void refuses_text(void **state)
{
    const struct text_row *row = *state;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret password = LC_SECRET_INIT;
    struct lc_err err;

    assert_fails(
        lc_key_parse(row->text, strlen(row->text), make_password("sesame", &password), &key, &err),
        row->want, row->part);
    assert_null(key);
    assert_int_equal(ERR_peek_error(), 0);
}

/* The text ends where its length says; nothing behind is read. */
static void needs_no_terminator(void **state)
{
    size_t len;
    LC_AUTO(lc_free) char *pem = test_file("golden/x509/ec.pem", &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;
    char *exact = malloc(len - 1); /* without the last line feed; the sanitizer watches its end */

    (void)state;
    assert_non_null(exact);
    memcpy(exact, pem, len - 1);
    const bool done = lc_key_parse(exact, len - 1, NULL, &key, &err);
    free(exact);
    assert_true(done);
}

static void text_at_its_limit(void **state)
{
    size_t len;
    LC_AUTO(lc_free) char *pem = test_file("golden/x509/ec.pem", &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *none = NULL;
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(LC_KEY_MAX_BYTES + 1, 1);

    (void)state;
    assert_non_null(text);
    memset(text, '\n', LC_KEY_MAX_BYTES + 1);
    memcpy(text, pem, len);
    assert_done(lc_key_parse(text, LC_KEY_MAX_BYTES, NULL, &key, &err));
    assert_fails(lc_key_parse(text, LC_KEY_MAX_BYTES + 1, NULL, &none, &err), LC_ELIMIT,
                 "65537 bytes");
}

/* PKCS#1 with a modulus of so many bits; the numbers are no key, but nobody looks. */
static bool parse_modulus(unsigned bits, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    unsigned char modulus[LC_RSA_PARSE_MAX_BITS / 8 + 2] = { 0 };
    const size_t bytes = (bits + 7) / 8 + 1;

    modulus[1] = (unsigned char)(1u << (bits - 1) % 8);
    modulus[bytes - 1] |= 1;
    const size_t skip = modulus[1] < 0x80 ? 1 : 0; /* the shortest form */
    build_item(&der, LC_DER_INTEGER, "\0", 1);
    build_item(&der, LC_DER_INTEGER, modulus + skip, bytes - skip);
    build_item(&der, LC_DER_INTEGER, "\1\0\1", 3);
    for (int i = 0; i < 6; i++)
        build_item(&der, LC_DER_INTEGER, "\x11", 1);
    build_box(&der, LC_DER_SEQUENCE);
    LC_AUTO(lc_free) char *pem = build_pem("RSA PRIVATE KEY", &der);
    return lc_key_parse(pem, strlen(pem), NULL, &key, err) && lc_key_bits(key) == (int)bits;
}

static void modulus_at_its_limit(void **state)
{
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(parse_modulus(LC_RSA_PARSE_MAX_BITS, &err));
    assert_fails(parse_modulus(LC_RSA_PARSE_MAX_BITS + 1, &err), LC_ELIMIT, "16385 bits");
}

/* --- the rest ------------------------------------------------------------------------------ */

/* A request whose public key is a compressed point is of the key that has it uncompressed. */
static void compressed_points_match(void **state)
{
    size_t len;
    LC_AUTO(lc_free) char *pem = test_file("golden/x509/ec-compressed.csr", &len);
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_csr_parse(pem, len, &csr, &err));
    assert_done(parse_file("ec.pem", NULL, &key, &err));
    assert_true(lc_csr_matches_key(csr, key));
    assert_done(lc_csr_verify(csr, &err));
}

static void prints_public_key(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_free) char *pem = NULL;
    LC_AUTO(lc_key_unref) struct lc_key *none = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(parse_file("ec.pem", NULL, &key, &err));
    assert_done(lc_key_dup_public_pem(key, &pem, &err));
    assert_string_equal(pem + strlen(pem) - 25, "-----END PUBLIC KEY-----\n");
    assert_fails(lc_key_parse(pem, strlen(pem), NULL, &none, &err), LC_EPARSE,
                 "instead there is a block of PUBLIC KEY");
}

static void replaces_what_was_there(void **state)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_secret_set(&pem, "old", 3, &err));
    assert_done(parse_file("ec.pem", NULL, &key, &err));
    assert_done(lc_key_encode(key, &pem, &err));
    assert_int_equal(strncmp(pem.data, "-----BEGIN", 10), 0);
}

static void references_are_counted(void **state)
{
    struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(parse_file("ec.pem", NULL, &key, &err));
    struct lc_key *same = lc_key_ref(key);
    lc_key_unref(key);
    assert_int_equal(lc_key_bits(same), 256);
    lc_key_unref(same);
    lc_key_unref(NULL);
}

static void every_type_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(lc_key_type_name(LC_KEY_RSA), "rsa");
    assert_string_equal(lc_key_type_name(LC_KEY_EC), "ec");
    assert_string_equal(lc_key_type_name(LC_KEY_ED25519), "ed25519");
    assert_string_equal(lc_key_type_name(LC_KEY_OTHER), "other");
}

int main(void)
{
    const char *tests = getenv("TESTS");
    char configuration[512];
    struct suite suite = SUITE_INIT;

    /* Whoever reads this configuration has no algorithm left, and all of the following fails. */
    (void)snprintf(configuration, sizeof(configuration), "%s/golden/x509/null-provider.cnf",
                   tests == NULL ? "tests" : tests);
    if (setenv("OPENSSL_CONF", configuration, 1) != 0)
        return 2;
    SUITE_ROWS(&suite, generate_rows, generates);
    SUITE_TEST(&suite, "two generated keys differ", two_keys_differ);
    SUITE_ROWS(&suite, parse_rows, parses);
    SUITE_ROWS(&suite, other_rows, reads_other);
    SUITE_ROWS(&suite, text_rows, refuses_text);
    SUITE_TEST(&suite, "the text needs no NUL at its end", needs_no_terminator);
    SUITE_TEST(&suite, "a text at its limit", text_at_its_limit);
    SUITE_TEST(&suite, "an RSA modulus at its limit", modulus_at_its_limit);
    SUITE_TEST(&suite, "a compressed point is the same key", compressed_points_match);
    SUITE_TEST(&suite, "the public key as PEM", prints_public_key);
    SUITE_TEST(&suite, "encoding replaces what was there", replaces_what_was_there);
    SUITE_TEST(&suite, "references are counted", references_are_counted);
    SUITE_TEST(&suite, "every type has a name", every_type_has_a_name);
    return suite_run(&suite, "key");
}
