/* An independent judge: the openssl program accepts the keys, requests and certificates that are
 * made here. */
#include "base/file.h"
#include "base/proc.h"
#include "x509/chain.h"
#include "x509_vectors.h"

/* 2026-01-15T12:00:00Z */
#define NOW      1768478400
#define NOW_TEXT "1768478400"

struct kind {
    const char *name;
    struct lc_key_spec spec; /* RSA is taken from the vectors: it takes long to make */
    const char *vector;
};

static const struct kind kinds[] = {
    { "RSA 2048", { .type = LC_KEY_RSA }, "set-cn-only.json" },
    { "EC P-256", { .type = LC_KEY_EC, .curve = "P-256" }, NULL },
    { "EC P-384", { .type = LC_KEY_EC, .curve = "P-384" }, NULL },
    { "EC P-521", { .type = LC_KEY_EC, .curve = "P-521" }, NULL },
    { "Ed25519", { .type = LC_KEY_ED25519 }, NULL },
};

static struct lc_key *make_key(const struct kind *kind)
{
    struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (kind->vector != NULL) {
        LC_AUTO(lc_json_free) struct lc_json *json = vector_load(kind->vector);
        return vector_key(vector_text(json, "private_key_pem"));
    }
    assert_done(lc_key_generate(&kind->spec, &key, &err));
    return key;
}

static void make_attrs(struct lc_attrs *attrs, const char *name)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_set_text(attrs, "common_name", name, strlen(name), &err));
    assert_done(lc_attrs_set_text(attrs, "organization", "Søn & Co", 9, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_dns", "a.example.com", 13, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_ip", "2001:db8::1", 11, &err));
    assert_done(lc_attrs_add_text(attrs, "sans_oid", "1.2.3.4", 7, &err));
    assert_done(lc_attrs_normalise(attrs, &err));
}

/* openssl must end with 0, and say `wanted` on one of its outputs. */
static void run(char *const *argv, const void *input, size_t input_len, const char *wanted)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_proc_result_release)
    struct lc_proc_result result = LC_PROC_RESULT_INIT((size_t)64 * 1024);
    const struct lc_proc proc = {
        .argv = argv, .input = input, .input_len = input_len, .timeout_ms = 60000
    };

    assert_done(lc_proc_run(&proc, &result, &err));
    if (result.exit_code != 0 ||
        (strstr(result.out.data, wanted) == NULL && strstr(result.err.data, wanted) == NULL))
        fail_msg("%s %s: %s%s", argv[0], argv[1], result.out.data, result.err.data);
}

static void accepts_key(void **state)
{
    static char *const argv[] = { "openssl", "pkey", "-check", "-noout", NULL };
    LC_AUTO(lc_key_unref) struct lc_key *key = make_key(*state);
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_key_encode(key, &pem, &err));
    assert_done(lc_secret_append(&pem, "\n", 1, &err));
    run(argv, pem.data, pem.len, "Key is valid");
}

static void accepts_csr(void **state)
{
    static char *const argv[] = { "openssl", "req", "-verify", "-noout", NULL };
    LC_AUTO(lc_key_unref) struct lc_key *key = make_key(*state);
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    make_attrs(&attrs, "a.example.com");
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    run(argv, lc_csr_pem(csr), strlen(lc_csr_pem(csr)), "verify OK");
}

static char *write_part(const char *folder, const char *name, const struct lc_cert *cert)
{
    char *path = lc_path_join(folder, name);
    struct lc_err err = LC_ERR_INIT;

    assert_non_null(path);
    assert_done(lc_file_write(path, lc_cert_pem(cert), strlen(lc_cert_pem(cert)), 0600, &err));
    return path;
}

struct hierarchy {
    struct lc_key *key; /* of all three */
    struct lc_cert *root;
    struct lc_cert *sub_ca;
    struct lc_cert *leaf;
};

static struct lc_cert *issue(const struct hierarchy *h, const char *name, const struct lc_cert *ca,
                             bool is_ca)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct lc_cert *cert = NULL;
    struct lc_err err = LC_ERR_INIT;

    shape.not_before = NOW;
    shape.validity_s = (int64_t)90 * 86400;
    shape.is_ca = is_ca;
    shape.path_length = is_ca ? 0 : -1;
    make_attrs(&attrs, name);
    assert_done(lc_csr_generate(&attrs, h->key, &csr, &err));
    assert_done(lc_cert_issue(csr, ca, h->key, &shape, &cert, &err));
    return cert;
}

static void make_hierarchy(const struct kind *kind, struct hierarchy *h)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct lc_err err = LC_ERR_INIT;

    shape.not_before = NOW;
    shape.validity_s = (int64_t)30 * 365 * 86400; /* past 2050 */
    shape.path_length = 1;
    h->key = make_key(kind);
    make_attrs(&attrs, "Root CA");
    assert_done(lc_cert_self_sign(&attrs, h->key, &shape, &h->root, &err));
    h->sub_ca = issue(h, "Sub CA", h->root, true);
    h->leaf = issue(h, "a.example.com", h->sub_ca, false);
}

static void accepts_chain(void **state)
{
    struct hierarchy h;
    char *folder = NULL;
    struct lc_err err = LC_ERR_INIT;

    make_hierarchy(*state, &h);
    assert_done(lc_dir_temporary("luacharm-test", &folder, &err));
    LC_AUTO(lc_free) char *root = write_part(folder, "root.pem", h.root);
    LC_AUTO(lc_free) char *sub_ca = write_part(folder, "sub.pem", h.sub_ca);
    char *const argv[] = { "openssl",       "verify",   "-x509_strict", "-attime",
                           NOW_TEXT,        "-purpose", "sslserver",    "-verify_hostname",
                           "a.example.com", "-CAfile",  root,           "-untrusted",
                           sub_ca,          NULL };
    run(argv, lc_cert_pem(h.leaf), strlen(lc_cert_pem(h.leaf)), "OK");
    assert_done(lc_dir_remove_tree(folder, &err));
    lc_free(folder);
    lc_cert_unref(h.leaf);
    lc_cert_unref(h.sub_ca);
    lc_cert_unref(h.root);
    lc_key_unref(h.key);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    for (size_t i = 0; i < LC_COUNT(kinds); i++) {
        void *kind = (void *)(uintptr_t)&kinds[i];
        suite_addf(&suite, accepts_key, kind, "X509-054 openssl pkey -check takes our key: %s",
                   kinds[i].name);
        suite_addf(&suite, accepts_csr, kind, "X509-054 openssl req -verify takes our CSR: %s",
                   kinds[i].name);
        suite_addf(&suite, accepts_chain, kind,
                   "X509-048 openssl verify takes root, intermediate and leaf: %s", kinds[i].name);
    }
    return suite_run(&suite, "x509 openssl");
}
