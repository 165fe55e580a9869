/* X509-013 to -037: the 18 attribute sets of the golden vectors. What the Python library made is
 * read field by field, and what we make of the same attributes, key and CA has the same fields,
 * with the differences of tls-certificates 2.8. */
#include "attrs_form.h"
#include "x509_vectors.h"

#define SET_COUNT 18

struct set {
    struct lc_json *json;
    const char *id;
    struct lc_attrs attrs;
    struct lc_key *key;
    struct lc_csr *csr;       /* the vector's */
    struct lc_cert *leaf;     /* the vector's, as the next two */
    struct lc_cert *sub_ca;   /* issued, with is_ca */
    struct lc_cert *root;     /* self-signed */
    struct lc_csr *our_csr;   /* of the attributes and the key */
    struct lc_cert *our_leaf; /* of the vector's CSR, as the next */
    struct lc_cert *our_sub_ca;
    struct lc_cert *our_root; /* of the attributes and the key */
};

static struct set sets[SET_COUNT];
static struct lc_cert *issuer;
static struct lc_key *issuer_key;

static const struct lc_json *part(const struct set *set, const char *name)
{
    return lc_json_get(set->json, name);
}

/* --- making -------------------------------------------------------------------------------- */

static void must(bool done, const char *what, const struct lc_err *err)
{
    if (!done)
        vector_broken(what, err);
}

static struct lc_cert_shape shape_of(const struct lc_json *cert, bool is_ca)
{
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = vector_time(cert, "not_before");
    shape.validity_s = vector_time(cert, "not_after") - shape.not_before;
    shape.is_ca = is_ca;
    return shape;
}

static void load_set(struct set *set, const char *id)
{
    char name[128];
    struct lc_err err = LC_ERR_INIT;

    (void)snprintf(name, sizeof(name), "set-%s.json", id);
    set->json = vector_load(name);
    set->id = vector_text(set->json, "id");
    set->attrs = (struct lc_attrs)LC_ATTRS_INIT;
    must(vector_attrs(part(set, "attributes"), &set->attrs, &err), name, &err);
    must(lc_attrs_normalise(&set->attrs, &err), name, &err);
    set->key = vector_key(vector_text(set->json, "private_key_pem"));
    set->csr = vector_csr(vector_text(part(set, "csr"), "pem"));
    set->leaf = vector_cert(vector_text(part(set, "issued_leaf"), "pem"));
    set->sub_ca = vector_cert(vector_text(part(set, "issued_ca"), "pem"));
    set->root = vector_cert(vector_text(part(set, "self_signed_ca"), "pem"));

    const struct lc_cert_shape leaf = shape_of(part(set, "issued_leaf"), false);
    const struct lc_cert_shape sub_ca = shape_of(part(set, "issued_ca"), true);
    const struct lc_cert_shape root = shape_of(part(set, "self_signed_ca"), true);
    must(lc_csr_generate(&set->attrs, set->key, &set->our_csr, &err), name, &err);
    must(lc_cert_issue(set->csr, issuer, issuer_key, &leaf, &set->our_leaf, &err), name, &err);
    must(lc_cert_issue(set->csr, issuer, issuer_key, &sub_ca, &set->our_sub_ca, &err), name, &err);
    must(lc_cert_self_sign(&set->attrs, set->key, &root, &set->our_root, &err), name, &err);
}

static void release_set(struct set *set)
{
    lc_attrs_release(&set->attrs);
    lc_key_unref(set->key);
    lc_csr_unref(set->csr);
    lc_csr_unref(set->our_csr);
    lc_cert_unref(set->leaf);
    lc_cert_unref(set->sub_ca);
    lc_cert_unref(set->root);
    lc_cert_unref(set->our_leaf);
    lc_cert_unref(set->our_sub_ca);
    lc_cert_unref(set->our_root);
    lc_json_free(set->json);
}

/* --- reading what the library made ---------------------------------------------------------- */

static void reads_csr(void **state)
{
    const struct set *set = *state;

    check_csr(part(set, "csr"), set->csr);
}

static void reads_certificates(void **state)
{
    const struct set *set = *state;

    check_cert(part(set, "issued_leaf"), set->leaf);
    check_cert(part(set, "issued_ca"), set->sub_ca);
    check_cert(part(set, "self_signed_ca"), set->root);
}

static void keeps_key(void **state)
{
    const struct set *set = *state;
    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_key_encode(set->key, &text, &err));
    check_text("key", text.data, vector_text(set->json, "private_key_pem"));
    assert_true(lc_csr_matches_key(set->csr, set->key));
    assert_true(lc_cert_matches_key(set->leaf, set->key));
    assert_true(lc_cert_matches_csr(set->leaf, set->csr));
}

static void csr_equals_attributes(void **state)
{
    const struct set *set = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_attrs(set->csr, set->attrs.is_ca, &read, &err));
    assert_true(lc_attrs_equals(&read, &set->attrs));
    assert_true(same_form(&read, &set->attrs));
}

/* A near miss: the set's attributes with some fields replaced. */
struct miss {
    const struct set *set;
    const struct lc_json *json;
};

static void clear_field(struct lc_attrs *attrs, const char *field)
{
    struct lc_err err = LC_ERR_INIT;

    if (strcmp(field, "sans_dns") == 0)
        lc_strlist_release(&attrs->sans_dns);
    else if (strcmp(field, "sans_ip") == 0)
        lc_strlist_release(&attrs->sans_ip);
    else if (strcmp(field, "additional_critical_extensions") == 0)
        lc_extensions_release(&attrs->additional_critical_extensions);
    else if (strcmp(field, "sans_oid") == 0)
        lc_strlist_release(&attrs->sans_oid);
    else if (strcmp(field, "is_ca") != 0 && strcmp(field, "add_unique_id_to_subject_name") != 0)
        assert_done(lc_attrs_set_text(attrs, field, "", 0, &err));
}

static bool clear_member(void *context, const char *key, const struct lc_json *value,
                         struct lc_err *err)
{
    (void)value;
    (void)err;
    clear_field(context, key);
    return true;
}

static void compares_near_miss(void **state)
{
    const struct miss *miss = *state;
    const struct lc_json *given = lc_json_get(miss->json, "given");
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_copy(&attrs, &miss->set->attrs, &err));
    assert_done(lc_json_each(given, clear_member, &attrs, &err));
    assert_done(vector_attrs(given, &attrs, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_attrs(miss->set->csr, miss->set->attrs.is_ca, &read, &err));
    const char *organization = lc_json_get_string(given, "organization");
    /* X509-040: an empty text is none, which the library takes for a difference (D-14). */
    const bool want = lc_json_boolean(lc_json_get(miss->json, "equals_csr")) ||
                      (organization != NULL && *organization == '\0');
    assert_int_equal(lc_attrs_equals(&attrs, &read), want);
    assert_int_equal(same_form(&attrs, &read), want);
}

/* --- our CSRs ------------------------------------------------------------------------------ */

static void csr_has_the_subject(void **state)
{
    const struct set *set = *state;

    check_name(lc_json_get(part(set, "csr"), "subject"), lc_csr_subject(set->our_csr),
               LC_OID_UNIQUE_IDENTIFIER);
}

static bool is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";

    if (text == NULL || strlen(text) != strlen(form))
        return false;
    for (size_t i = 0; form[i] != '\0'; i++) {
        const char *any = form[i] == 'x'   ? "0123456789abcdef"
                          : form[i] == 'y' ? "89ab"
                                           : (const char[]){ form[i], '\0' };
        if (strchr(any, text[i]) == NULL)
            return false;
    }
    return true;
}

static void csr_is_unique(void **state)
{
    const struct set *set = *state;
    const char *ours = lc_name_get(lc_csr_subject(set->our_csr), LC_OID_UNIQUE_IDENTIFIER);
    LC_AUTO(lc_csr_unref) struct lc_csr *again = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_generate(&set->attrs, set->key, &again, &err));
    assert_string_not_equal(lc_csr_pem(again), lc_csr_pem(set->our_csr));
    if (set->attrs.add_unique_id_to_subject_name) {
        assert_true(is_uuid(ours));
        assert_string_not_equal(ours, lc_name_get(lc_csr_subject(again), LC_OID_UNIQUE_IDENTIFIER));
    } else {
        assert_null(ours);
    }
}

static void csr_has_the_names(void **state)
{
    const struct set *set = *state;
    const struct lc_sans *sans = lc_csr_sans(set->our_csr);
    const struct lc_extension *san = lc_extensions_get(lc_csr_extensions(set->our_csr), LC_OID_SAN);

    check_sans(lc_json_get(part(set, "csr"), "san"), sans, true);
    assert_int_equal(san != NULL, sans->present);
    assert_false(sans->critical);
    for (size_t i = 1; i < sans->count; i++) { /* sorted by type, then by value; none twice */
        const struct lc_san *last = &sans->items[i - 1];
        const struct lc_san *next = &sans->items[i];
        assert_true(last->type <= next->type);
        assert_true(last->type != next->type || strcmp(last->value, next->value) < 0);
    }
}

static void csr_keeps_email_to_the_subject(void **state)
{
    const struct set *set = *state;
    const struct lc_sans *sans = lc_csr_sans(set->our_csr);

    check_text("e-mail", lc_name_get(lc_csr_subject(set->our_csr), LC_OID_EMAIL),
               set->attrs.email_address);
    for (size_t i = 0; i < sans->count; i++)
        assert_int_not_equal(sans->items[i].type, LC_SAN_EMAIL);
}

/* The SAN where there is one, then the additional extensions, and nothing else. */
static void csr_has_the_extensions(void **state)
{
    const struct set *set = *state;
    const struct lc_extensions *wanted = &set->attrs.additional_critical_extensions;
    const struct lc_extensions *got = lc_csr_extensions(set->our_csr);
    const size_t first = lc_csr_sans(set->our_csr)->present ? 1 : 0;

    assert_int_equal(got->count, first + wanted->count);
    for (size_t i = 0; i < wanted->count; i++) {
        const struct lc_extension *item = &got->items[first + i];
        assert_string_equal(item->oid, wanted->items[i].oid);
        assert_true(item->critical);
        assert_int_equal(item->value_len, wanted->items[i].value_len);
        assert_memory_equal(item->value, wanted->items[i].value, item->value_len);
    }
    assert_false(lc_csr_asks_for_ca(set->our_csr));
}

static void csr_is_signed(void **state)
{
    const struct set *set = *state;
    struct lc_err err = LC_ERR_INIT;

    check_text("signature algorithm", lc_csr_signature_algorithm(set->our_csr),
               "sha256WithRSAEncryption");
    assert_done(lc_csr_verify(set->our_csr, &err));
    assert_true(lc_csr_matches_key(set->our_csr, set->key));
}

static void own_csr_equals_attributes(void **state)
{
    const struct set *set = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_attrs(set->our_csr, set->attrs.is_ca, &read, &err));
    assert_true(lc_attrs_equals(&read, &set->attrs));
}

/* --- our certificates ---------------------------------------------------------------------- */

static void leaf_has_subject_and_key(void **state)
{
    const struct set *set = *state;
    const struct lc_json *want = part(set, "issued_leaf");
    bool answer;
    struct lc_err err = LC_ERR_INIT;

    check_name(lc_json_get(want, "subject"), lc_cert_subject(set->our_leaf), NULL);
    check_name(lc_json_get(want, "issuer"), lc_cert_issuer(set->our_leaf), NULL);
    assert_true(lc_cert_matches_csr(set->our_leaf, set->csr));
    assert_done(lc_cert_is_issued_by(set->our_leaf, issuer, &answer, &err));
    assert_true(answer);
}

static void leaf_has_version_and_serial(void **state)
{
    const struct set *set = *state;
    const char *serial = lc_cert_serial(set->our_leaf);

    assert_int_equal(lc_cert_version(set->our_leaf), 3);
    check_text("signature algorithm", lc_cert_signature_algorithm(set->our_leaf),
               "sha256WithRSAEncryption");
    assert_int_equal(strlen(serial), 40);
    assert_int_equal(strspn(serial, "0123456789abcdef"), 40);
    assert_true(serial[0] < '8'); /* or a byte of zeros would stand before it */
    assert_string_not_equal(serial, lc_cert_serial(set->our_sub_ca));
}

/* The first three are the library's, to the byte. */
static void leaf_has_identifiers(void **state)
{
    const struct set *set = *state;

    check_extensions(lc_json_get(part(set, "issued_leaf"), "extensions"),
                     lc_cert_extensions(set->our_leaf), 3);
    check_extensions(lc_json_get(part(set, "issued_ca"), "extensions"),
                     lc_cert_extensions(set->our_sub_ca), 3);
    assert_false(lc_cert_is_ca(set->our_leaf));
    assert_true(lc_cert_is_ca(set->our_sub_ca));
}

static void leaf_has_the_names(void **state)
{
    const struct set *set = *state;
    const struct lc_json *want = lc_json_get(part(set, "issued_leaf"), "san");

    check_sans(want, lc_cert_sans(set->our_leaf), false);
    if (lc_json_type(want) == LC_JSON_ARRAY)
        check_extensions(lc_json_get(part(set, "issued_leaf"), "extensions"),
                         lc_cert_extensions(set->our_leaf), 4);
    else
        assert_null(lc_extensions_get(lc_cert_extensions(set->our_leaf), LC_OID_SAN));
}

static void check_usage(const struct lc_cert *cert, const char *oid, bool critical,
                        const char *want_hex)
{
    const struct lc_extension *usage = lc_extensions_get(lc_cert_extensions(cert), oid);
    char hex[256];

    assert_non_null(usage);
    assert_int_equal(usage->critical, critical);
    assert_true(usage->value_len < sizeof(hex) / 2);
    lc_hex_encode(usage->value, usage->value_len, hex);
    check_text(oid, hex, want_hex);
}

/* Ours, 2.8: digitalSignature and keyEncipherment; serverAuth and clientAuth; nothing else. */
static void leaf_has_usages(void **state)
{
    const struct set *set = *state;
    const size_t names = lc_cert_sans(set->our_leaf)->present ? 1 : 0;

    check_usage(set->our_leaf, "2.5.29.15", true, "030205a0");
    check_usage(set->our_leaf, "2.5.29.37", false, "301406082b0601050507030106082b06010505070302");
    assert_int_equal(lc_cert_extensions(set->our_leaf)->count, 3 + names + 2);
}

static void ca_has_key_usage(void **state)
{
    const struct set *set = *state;
    const size_t names = lc_cert_sans(set->our_sub_ca)->present ? 1 : 0;

    check_usage(set->our_sub_ca, "2.5.29.15", true, "03020106");
    assert_int_equal(lc_cert_extensions(set->our_sub_ca)->count, 3 + names + 1);
}

static void root_is_a_ca(void **state)
{
    const struct set *set = *state;
    const struct lc_json *want = part(set, "self_signed_ca");
    const struct lc_name *subject = lc_cert_subject(set->our_root);
    const struct lc_name *named = lc_cert_issuer(set->our_root);
    const struct lc_extensions *extensions = lc_cert_extensions(set->our_root);
    const bool has_names = lc_json_type(lc_json_get(want, "san")) == LC_JSON_ARRAY;
    bool answer;
    struct lc_err err = LC_ERR_INIT;

    check_name(lc_json_get(want, "subject"), subject, LC_OID_UNIQUE_IDENTIFIER);
    assert_int_equal(named->count, subject->count);
    for (size_t i = 0; i < subject->count; i++)
        check_text("issuer", named->entries[i].value, subject->entries[i].value);
    check_extensions(lc_json_get(want, "extensions"), extensions, 2); /* SKI, constraints */
    check_usage(set->our_root, "2.5.29.15", true, "030201a6");        /* with cRLSign: ours */
    assert_int_equal(extensions->count, has_names ? 4 : 3);
    check_sans(lc_json_get(want, "san"), lc_cert_sans(set->our_root), true);
    for (size_t i = 1; i < lc_cert_sans(set->our_root)->count; i++) /* e-mail only as the first */
        assert_int_not_equal(lc_cert_sans(set->our_root)->items[i].type, LC_SAN_EMAIL);
    assert_true(lc_cert_is_ca(set->our_root));
    assert_done(lc_cert_is_self_signed(set->our_root, &answer, &err));
    assert_true(answer);
    assert_int_equal(lc_cert_version(set->our_root), 3);
}

static void validity_is_as_asked(void **state)
{
    const struct set *set = *state;
    const struct lc_json *want = part(set, "issued_leaf");

    assert_int_equal(lc_cert_not_before(set->our_leaf), vector_time(want, "not_before"));
    assert_int_equal(lc_cert_not_after(set->our_leaf), vector_time(want, "not_after"));
    assert_int_equal(lc_cert_not_after(set->our_root) - lc_cert_not_before(set->our_root),
                     lc_cert_not_after(set->root) - lc_cert_not_before(set->root));
}

/* ------------------------------------------------------------------------------------------- */

static const char *const ids[SET_COUNT] = {
    "cn-only",       "cn-no-unique-id", "san-dns",       "san-ipv4",    "san-ipv6",
    "san-oid",       "san-mixed",       "email",         "subject-all", "everything",
    "wildcard",      "unicode-subject", "is-ca",         "no-cn-dns",   "no-cn-no-uid-org",
    "ext-key-usage", "long-values",     "dns-case-idna",
};

static const struct {
    const char *name; /* number, then %s: the set, and what holds */
    const char *rest;
    CMUnitTestFunction test;
} checks[] = {
    { "X509-001", "its key is printed as it was", keeps_key },
    { "X509-007", "the CSR is read field by field, its hash too", reads_csr },
    { "X509-013", "CSR equals the attributes", csr_equals_attributes },
    { "X509-015", "our CSR has the subject's RDNs and string types", csr_has_the_subject },
    { "X509-016", "two CSRs of one request differ", csr_is_unique },
    { "X509-018", "our CSR has the same names, sorted, not critical", csr_has_the_names },
    { "X509-019", "an e-mail address is in the subject only", csr_keeps_email_to_the_subject },
    { "X509-020", "our CSR has the additional extensions", csr_has_the_extensions },
    { "X509-022", "our CSR is signed with SHA-256 and RSA", csr_is_signed },
    { "X509-027", "the certificates are read field by field", reads_certificates },
    { "X509-029", "the issued leaf has the CSR's subject and key", leaf_has_subject_and_key },
    { "X509-030", "the issued leaf is v3 with a random serial", leaf_has_version_and_serial },
    { "X509-031", "AKI, SKI and basic constraints are the library's", leaf_has_identifiers },
    { "X509-032", "the issued leaf has the names in order", leaf_has_the_names },
    { "X509-035", "an issued CA may sign certificates and CRLs", ca_has_key_usage },
    { "X509-036", "the self-signed CA is one", root_is_a_ca },
    { "X509-037", "validity to the second", validity_is_as_asked },
    { "X509-046", "attributes equal those of our own CSR", own_csr_equals_attributes },
    { "X509-051", "a leaf has key usage and extended key usage", leaf_has_usages },
};

/* Numbers that a set of its own stands for. */
static const struct {
    const char *id;
    const char *name;
    CMUnitTestFunction test;
} special[] = {
    { "cn-no-unique-id", "X509-017 no unique identifier in the subject", csr_is_unique },
    { "is-ca", "X509-021 a CA request's CSR asks for nothing", csr_has_the_extensions },
    { "email", "X509-033 the subject's e-mail is in the issued SAN", leaf_has_the_names },
    { "cn-only", "X509-034 no names: no SAN extension", leaf_has_the_names },
};

int main(void)
{
    struct suite suite = SUITE_INIT;
    struct lc_json *issuer_json = vector_load("issuer.json");
    struct miss misses[SET_COUNT * 16];
    size_t miss_count = 0;

    issuer = vector_cert(vector_text(lc_json_get(issuer_json, "certificate"), "pem"));
    issuer_key = vector_key(vector_text(issuer_json, "private_key_pem"));
    for (size_t i = 0; i < SET_COUNT; i++) {
        struct set *set = &sets[i];
        load_set(set, ids[i]);
        for (size_t c = 0; c < LC_COUNT(checks); c++)
            suite_addf(&suite, checks[c].test, set, "%s set-%s: %s", checks[c].name, set->id,
                       checks[c].rest);
        for (size_t s = 0; s < LC_COUNT(special); s++)
            if (strcmp(special[s].id, set->id) == 0)
                suite_addf(&suite, special[s].test, set, "%s", special[s].name);
        const struct lc_json *rows = part(set, "near_misses");
        for (size_t m = 0; m < lc_json_count(rows) && miss_count < LC_COUNT(misses); m++) {
            misses[miss_count] = (struct miss){ set, lc_json_at(rows, m) };
            suite_addf(&suite, compares_near_miss, &misses[miss_count], "X509-013 set-%s: %s",
                       set->id, vector_text(lc_json_at(rows, m), "change"));
            miss_count++;
        }
    }
    const int failures = suite_run(&suite, "x509 sets");
    for (size_t i = 0; i < SET_COUNT; i++)
        release_set(&sets[i]);
    lc_cert_unref(issuer);
    lc_key_unref(issuer_key);
    lc_json_free(issuer_json);
    return failures;
}
