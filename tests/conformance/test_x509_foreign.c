/* X509-014, -024 to -028, -038, -039, -048 to -050 and -054: requests of other programs, the
 * matching matrix and chains, from the golden vectors. */
#include "x509/chain.h"
#include "x509_vectors.h"

static struct lc_json *foreign;
static struct lc_cert *issuer;
static struct lc_key *issuer_key;

/* 2026-01-15T12:00:00Z, the vectors' clock. */
#define NOW 1768478400

static const struct lc_json *foreign_case(const char *name)
{
    const struct lc_json *cases = lc_json_get(foreign, "cases");

    for (size_t i = 0; i < lc_json_count(cases); i++)
        if (strcmp(vector_text(lc_json_at(cases, i), "name"), name) == 0)
            return lc_json_at(cases, i);
    vector_broken(name, NULL);
    return NULL;
}

static struct lc_csr *foreign_csr(const char *name)
{
    return vector_csr(vector_text(lc_json_get(foreign_case(name), "csr"), "pem"));
}

static struct lc_cert_shape year_shape(bool is_ca)
{
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = NOW;
    shape.validity_s = (int64_t)365 * 86400;
    shape.is_ca = is_ca;
    return shape;
}

static bool has(const struct lc_cert *cert, const char *oid)
{
    return lc_extensions_get(lc_cert_extensions(cert), oid) != NULL;
}

/* --- foreign CSRs -------------------------------------------------------------------------- */

static void reads_foreign(void **state)
{
    const struct lc_json *row = *state;
    const struct lc_json *csr_json = lc_json_get(row, "csr");
    const struct lc_json *attributes = lc_json_get(row, "attributes_from_csr");
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(vector_text(csr_json, "pem"));
    LC_AUTO(lc_attrs_release) struct lc_attrs got = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs want = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    check_csr(csr_json, csr);
    if (!lc_json_boolean(lc_json_get(attributes, "ok"))) {
        assert_fails(lc_csr_attrs(csr, false, &got, &err), LC_EUSAGE, "no common name");
        return;
    }
    assert_done(vector_attrs(lc_json_get(attributes, "value"), &want, &err));
    assert_done(lc_attrs_normalise(&want, &err));
    assert_done(lc_csr_attrs(csr, false, &got, &err));
    assert_true(lc_attrs_equals(&got, &want));
}

/* The library's certificate is read; ours has the same subject, names and identifiers. */
static void issues_for_foreign(void **state)
{
    const struct lc_json *row = *state;
    const struct lc_json *theirs = lc_json_get(lc_json_get(row, "library_issues_leaf"), "value");
    const struct lc_json *ca_extensions = lc_json_get(lc_json_get(row, "library_issues_ca"),
                                                      "value");
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = vector_csr(vector_text(lc_json_get(row, "csr"), "pem"));
    LC_AUTO(lc_cert_unref) struct lc_cert *read = vector_cert(vector_text(theirs, "pem"));
    LC_AUTO(lc_cert_unref) struct lc_cert *leaf = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *sub_ca = NULL;
    const struct lc_cert_shape leaf_shape = year_shape(false);
    const struct lc_cert_shape ca_shape = year_shape(true);
    struct lc_err err = LC_ERR_INIT;

    check_cert(theirs, read);
    if (!lc_json_boolean(lc_json_get(row, "signature_verifies"))) {
        assert_fails(lc_cert_issue(csr, issuer, issuer_key, &leaf_shape, &leaf, &err), LC_ECRYPTO,
                     "not signed with its own key");
        return;
    }
    assert_done(lc_csr_verify(csr, &err));
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &leaf_shape, &leaf, &err));
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &ca_shape, &sub_ca, &err));
    check_name(lc_json_get(theirs, "subject"), lc_cert_subject(leaf), NULL);
    check_extensions(lc_json_get(theirs, "extensions"), lc_cert_extensions(leaf), 3);
    check_extensions(ca_extensions, lc_cert_extensions(sub_ca), 3);
    check_sans(lc_json_get(theirs, "san"), lc_cert_sans(leaf), false);
    assert_int_equal(lc_cert_matches_csr(leaf, csr),
                     lc_json_boolean(lc_json_get(lc_json_get(row, "matches_issued"), "value")));
    /* RFC 5280 section 4.2.1.6; the library leaves it uncritical. */
    assert_int_equal(lc_cert_sans(leaf)->critical,
                     lc_cert_sans(leaf)->present && lc_cert_subject(leaf)->count == 0);
}

static void first_common_name_counts(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = foreign_csr("two common names and a serial number");

    (void)state;
    assert_string_equal(lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME), "first.example.com");
}

static void bit_string_is_a_unique_identifier(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = foreign_csr("unique identifier as BIT STRING");
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_csr_attrs(csr, false, &attrs, &err));
    assert_true(attrs.add_unique_id_to_subject_name);
}

static void broken_signature_is_not_issued_for(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = foreign_csr("signature does not verify");
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    const struct lc_cert_shape shape = year_shape(false);
    struct lc_err err;

    (void)state;
    assert_fails(lc_csr_verify(csr, &err), LC_ECRYPTO, "not signed with its own key");
    assert_fails(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err), LC_ECRYPTO,
                 "not signed with its own key");
    assert_null(cert);
}

static void leaf_is_no_ca(void **state)
{
    static const char *const all[] = { "2.5.29.19", "2.5.29.15", "2.5.29.17",
                                       "2.5.29.14", "2.5.29.35", NULL };
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = foreign_csr("asks for CA basic constraints and keyCertSign");
    static const char *const none[] = { NULL };
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *bare = NULL;
    struct lc_cert_shape shape = year_shape(false);
    struct lc_err err = LC_ERR_INIT;
    char hex[64];

    (void)state;
    shape.copy_extensions = all; /* even when asked to copy them */
    assert_true(lc_csr_asks_for_ca(csr));
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err));
    assert_false(lc_cert_is_ca(cert));
    const struct lc_extension *usage = lc_extensions_get(lc_cert_extensions(cert), "2.5.29.15");
    assert_non_null(usage);
    lc_hex_encode(usage->value, usage->value_len, hex);
    assert_string_equal(hex, "030205a0");
    shape.key_usage = none; /* the place is free, and still the CSR does not get there */
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &bare, &err));
    assert_false(has(bare, "2.5.29.15"));
    assert_false(lc_cert_is_ca(bare));
}

static void leaf_cannot_be_given_ca_usages(void **state)
{
    static const char *const sign[] = { "digital_signature", "key_cert_sign", NULL };
    static const char *const crl[] = { "crl_sign", NULL };
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = foreign_csr("EC P-256 key");
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_cert_shape shape = year_shape(false);
    struct lc_err err;

    (void)state;
    shape.key_usage = sign;
    assert_fails(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err), LC_EUSAGE,
                 "for a CA only");
    shape.key_usage = crl;
    assert_fails(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err), LC_EUSAGE,
                 "for a CA only");
}

static void usages_can_be_removed(void **state)
{
    static const char *const none[] = { NULL };
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = foreign_csr("EC P-256 key");
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *usual = NULL;
    struct lc_cert_shape shape = year_shape(false);
    struct lc_err err = LC_ERR_INIT;
    char hex[64];

    (void)state;
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &usual, &err));
    const struct lc_extension *usage = lc_extensions_get(lc_cert_extensions(usual), "2.5.29.15");
    assert_non_null(usage);
    lc_hex_encode(usage->value, usage->value_len, hex);
    assert_string_equal(hex, "03020780"); /* EC: digitalSignature alone */
    assert_true(has(usual, "2.5.29.37"));
    shape.key_usage = none;
    shape.extended_key_usage = none;
    assert_done(lc_cert_issue(csr, issuer, issuer_key, &shape, &cert, &err));
    assert_false(has(cert, "2.5.29.15"));
    assert_false(has(cert, "2.5.29.37"));
}

static void no_constraints_are_no_ca(void **state)
{
    /* A self-signed certificate of version 1, without extensions; made with openssl x509 -req. */
    size_t len;
    LC_AUTO(lc_free) char *pem = test_file("golden/x509/version1.pem", &len);
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = vector_cert(pem);
    bool answer;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_int_equal(lc_cert_version(cert), 1);
    assert_false(lc_cert_is_ca(cert));
    assert_false(lc_cert_sans(cert)->present);
    assert_int_equal(lc_cert_extensions(cert)->count, 0);
    assert_done(lc_cert_is_self_signed(cert, &answer, &err));
    assert_true(answer);
}

/* --- the matching matrix ------------------------------------------------------------------- */

#define MATRIX 18

static struct {
    struct lc_json *json;
    struct lc_attrs attrs;
    struct lc_csr *csr;
    struct lc_cert *leaf;
    struct lc_key *key;
} members[MATRIX];

static struct lc_json *matrix;

static void load_members(void)
{
    const struct lc_json *ids = lc_json_get(matrix, "ids");
    struct lc_err err = LC_ERR_INIT;

    if (lc_json_count(ids) != MATRIX)
        vector_broken("matching-matrix.json", NULL);
    for (size_t i = 0; i < MATRIX; i++) {
        char name[128];
        (void)snprintf(name, sizeof(name), "set-%s.json", lc_json_string(lc_json_at(ids, i)));
        struct lc_json *json = vector_load(name);
        members[i].json = json;
        members[i].attrs = (struct lc_attrs)LC_ATTRS_INIT;
        if (!vector_attrs(lc_json_get(json, "attributes"), &members[i].attrs, &err) ||
            !lc_attrs_normalise(&members[i].attrs, &err))
            vector_broken(name, &err);
        members[i].csr = vector_csr(vector_text(lc_json_get(json, "csr"), "pem"));
        members[i].leaf = vector_cert(vector_text(lc_json_get(json, "issued_leaf"), "pem"));
        members[i].key = vector_key(vector_text(json, "private_key_pem"));
    }
}

static void release_members(void)
{
    for (size_t i = 0; i < MATRIX; i++) {
        lc_attrs_release(&members[i].attrs);
        lc_csr_unref(members[i].csr);
        lc_cert_unref(members[i].leaf);
        lc_key_unref(members[i].key);
        lc_json_free(members[i].json);
    }
}

static bool attributes_equal_csr(size_t row, size_t column)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_attrs(members[column].csr, members[column].attrs.is_ca, &read, &err));
    return lc_attrs_equals(&members[row].attrs, &read);
}

static bool csr_matches_key(size_t row, size_t column)
{
    return lc_csr_matches_key(members[row].csr, members[column].key);
}

static bool csr_matches_leaf(size_t row, size_t column)
{
    return lc_cert_matches_csr(members[column].leaf, members[row].csr);
}

static bool leaf_matches_key(size_t row, size_t column)
{
    return lc_cert_matches_key(members[row].leaf, members[column].key);
}

static struct {
    const char *name;
    const char *table;
    bool (*judge)(size_t row, size_t column);
} matrices[] = {
    { "X509-014 which attributes are answered by which CSR", "attributes_equal_csr",
      attributes_equal_csr },
    { "X509-014 which CSR is of which key", "csr_matches_key", csr_matches_key },
    { "X509-039 which certificate is of which CSR", "csr_matches_leaf", csr_matches_leaf },
    { "X509-039 which certificate is of which key", "leaf_matches_key", leaf_matches_key },
};

static void reproduces_matrix(void **state)
{
    const size_t at = *(size_t *)*state;
    const struct lc_json *table = lc_json_get(matrix, matrices[at].table);

    assert_int_equal(lc_json_count(table), MATRIX);
    for (size_t row = 0; row < MATRIX; row++)
        for (size_t column = 0; column < MATRIX; column++)
            if (matrices[at].judge(row, column) !=
                lc_json_boolean(lc_json_at(lc_json_at(table, row), column)))
                fail_msg("row %zu, column %zu", row, column);
}

/* --- chains -------------------------------------------------------------------------------- */

/* What cannot be read never stands in a chain; where it is one of several, they are not in order.
 */
static void judges_chain(void **state)
{
    const struct lc_json *row = *state;
    const struct lc_json *texts = lc_json_get(row, "chain");
    LC_AUTO(lc_chain_release) struct lc_chain chain = LC_CHAIN_INIT;
    bool readable = true;
    struct lc_err err = LC_ERR_INIT;
    bool answer;

    for (size_t i = 0; i < lc_json_count(texts); i++) {
        const char *text = lc_json_string(lc_json_at(texts, i));
        LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
        if (!lc_cert_parse(text, strlen(text), &cert, &err))
            readable = false;
        else
            assert_done(lc_chain_add(&chain, cert, &err));
    }
    assert_done(lc_chain_has_valid_order(&chain, &answer, &err));
    answer = answer && (readable || lc_json_count(texts) < 2);
    assert_int_equal(answer, lc_json_boolean(lc_json_get(row, "valid_order")));
}

static struct lc_json *chains;

static void issues_under_intermediate(void **state)
{
    const struct lc_json *made = lc_json_get(chains, "library_issued_leaf");
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(vector_text(made, "csr_pem"));
    LC_AUTO(lc_cert_unref) struct lc_cert *ca = vector_cert(vector_text(made, "ca_pem"));
    LC_AUTO(lc_key_unref)
    struct lc_key *ca_key = vector_key(vector_text(chains, "intermediate_key_pem"));
    LC_AUTO(lc_cert_unref)
    struct lc_cert *theirs = vector_cert(vector_text(lc_json_get(made, "certificate"), "pem"));
    LC_AUTO(lc_cert_unref) struct lc_cert *leaf = NULL;
    LC_AUTO(lc_chain_release) struct lc_chain order = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain between = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;
    const struct lc_cert_shape shape = year_shape(false);
    struct lc_err err = LC_ERR_INIT;
    bool answer;

    (void)state;
    check_cert(lc_json_get(made, "certificate"), theirs);
    assert_done(lc_cert_issue(csr, ca, ca_key, &shape, &leaf, &err));
    assert_string_equal(lc_name_get(lc_cert_issuer(leaf), LC_OID_COMMON_NAME),
                        lc_name_get(lc_cert_subject(ca), LC_OID_COMMON_NAME));
    assert_done(lc_chain_add(&order, leaf, &err));
    assert_done(lc_chain_add(&order, ca, &err));
    assert_done(lc_chain_add(&order, issuer, &err));
    assert_done(lc_chain_has_valid_order(&order, &answer, &err));
    assert_true(answer);
    assert_done(lc_chain_add(&between, ca, &err));
    assert_done(lc_chain_add(&trusted, issuer, &err));
    assert_done(lc_chain_verify(leaf, &between, &trusted, NOW, &err));
    assert_fails(lc_chain_verify(theirs, &between, &trusted, NOW, &err), LC_ECRYPTO,
                 "does not verify");
}

/* ------------------------------------------------------------------------------------------- */

int main(void)
{
    static size_t numbers[] = { 0, 1, 2, 3 };
    struct suite suite = SUITE_INIT;
    struct lc_json *issuer_json = vector_load("issuer.json");

    foreign = vector_load("foreign-csrs.json");
    matrix = vector_load("matching-matrix.json");
    chains = vector_load("chain-order.json");
    issuer = vector_cert(vector_text(lc_json_get(issuer_json, "certificate"), "pem"));
    issuer_key = vector_key(vector_text(issuer_json, "private_key_pem"));
    load_members();

    const struct lc_json *cases = lc_json_get(foreign, "cases");
    for (size_t i = 0; i < lc_json_count(cases); i++) {
        const struct lc_json *row = lc_json_at(cases, i);
        suite_addf(&suite, reads_foreign, (void *)(uintptr_t)row, "X509-054 reads: %s",
                   vector_text(row, "name"));
        suite_addf(&suite, issues_for_foreign, (void *)(uintptr_t)row, "X509-054 issues for: %s",
                   vector_text(row, "name"));
    }
    for (size_t i = 0; i < LC_COUNT(matrices); i++)
        suite_add(&suite, matrices[i].name, reproduces_matrix, &numbers[i]);
    cases = lc_json_get(chains, "cases");
    for (size_t i = 0; i < lc_json_count(cases); i++)
        suite_addf(&suite, judges_chain, (void *)(uintptr_t)lc_json_at(cases, i), "X509-038 %s",
                   vector_text(lc_json_at(cases, i), "name"));
    SUITE_TEST(&suite, "X509-024 the first common name counts", first_common_name_counts);
    SUITE_TEST(&suite, "X509-026 a BIT STRING is a unique identifier",
               bit_string_is_a_unique_identifier);
    SUITE_TEST(&suite, "X509-028 no basic constraints: not a CA", no_constraints_are_no_ca);
    SUITE_TEST(&suite, "X509-048 under an intermediate CA the chain verifies",
               issues_under_intermediate);
    SUITE_TEST(&suite, "X509-049 a CSR with a broken signature is not issued for",
               broken_signature_is_not_issued_for);
    SUITE_TEST(&suite, "X509-050 a leaf is no CA, whatever the CSR asks", leaf_is_no_ca);
    SUITE_TEST(&suite, "X509-050 a leaf cannot be given a CA's usages",
               leaf_cannot_be_given_ca_usages);
    SUITE_TEST(&suite, "X509-051 usages go when they are removed", usages_can_be_removed);
    const int failures = suite_run(&suite, "x509 foreign");
    release_members();
    lc_cert_unref(issuer);
    lc_key_unref(issuer_key);
    lc_json_free(issuer_json);
    lc_json_free(foreign);
    lc_json_free(matrix);
    lc_json_free(chains);
    return failures;
}
