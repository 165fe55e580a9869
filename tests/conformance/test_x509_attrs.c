/* X509-008 to -012, -023, -025, -040 to -047: attributes at the edge, from the golden vectors and
 * by property. */
#include "attrs_form.h"
#include "x509_vectors.h"

static struct lc_key *key;

/* What the `recommended` of each case comes to. LC_OK: accepted, and equal to its own CSR. */
struct row {
    const char *number;
    const char *name; /* of the vector's case */
    enum lc_code want;
    const char *part;
};

#define NOTHING "one of common_name, sans_dns, sans_ip, sans_oid must be given"

static const struct row rows[] = {
    { "X509-008", "nothing at all", LC_EUSAGE, NOTHING },
    { "X509-008", "only organization", LC_EUSAGE, NOTHING },
    { "X509-008", "empty common name", LC_EUSAGE, NOTHING },
    { "X509-008", "empty lists", LC_EUSAGE, NOTHING },
    { "X509-009", "empty common name with a DNS name", LC_OK, NULL },
    { "X509-042", "DNS names given as one string", LC_EUSAGE,
      "sans_dns must be a list of texts, not one text" },
    { "X509-041", "IPv6 not canonical", LC_OK, NULL },
    { "X509-041", "IPv6 upper case", LC_OK, NULL },
    { "X509-025", "IPv4-mapped in hex", LC_OK, NULL },
    { "X509-041", "two spellings of one address", LC_OK, NULL },
    { "X509-044", "IPv6 with a zone", LC_EUSAGE, "'fe80::1%eth0' must have no zone" },
    { "X509-044", "IPv4 with leading zero", LC_EUSAGE, "'010.0.0.1' is not an IPv4 or IPv6" },
    { "X509-044", "address with prefix length", LC_EUSAGE, "must have no prefix length" },
    { "X509-044", "not an address", LC_EUSAGE, "'nope' is not an IPv4 or IPv6 address" },
    { "X509-044", "empty address", LC_EUSAGE, "'' is not an IPv4 or IPv6 address" },
    { "X509-043", "DNS name not ASCII", LC_EUSAGE, "A-label" },
    { "X509-043", "DNS name empty", LC_EUSAGE, "is empty" },
    { "X509-043", "DNS name with a space", LC_EUSAGE, "blank" },
    { "X509-043", "DNS name with trailing space", LC_EUSAGE, "blank" },
    { "X509-043", "DNS name with underscore", LC_OK, NULL },
    { "X509-043", "DNS label of 64 bytes", LC_EUSAGE, "label of over 63 bytes" },
    { "X509-043", "DNS name of 300 bytes", LC_EUSAGE, "over 253 bytes" },
    { "X509-043", "address as DNS name", LC_OK, NULL },
    { "X509-044", "OID not numeric", LC_EUSAGE, "sans_oid: 'nope'" },
    { "X509-044", "OID with first arc 3", LC_EUSAGE, "sans_oid: '3.1.2'" },
    { "X509-044", "OID with second arc over 39", LC_EUSAGE, "sans_oid: '1.40.2'" },
    { "X509-044", "OID with a leading zero", LC_EUSAGE, "sans_oid: '1.02.3'" },
    { "X509-044", "OID of one arc", LC_EUSAGE, "sans_oid: '1'" },
    { "X509-023", "common name of 65 bytes", LC_EUSAGE, "65 bytes, over the limit of 64" },
    { "X509-023", "common name of 33 characters, 66 bytes", LC_EUSAGE, "66 bytes, over the limit" },
    { "X509-023", "common name of 64 bytes", LC_OK, NULL },
    { "X509-023", "common name with a zero byte", LC_EUSAGE, "common_name must not hold a zero" },
    { "X509-023", "common name with spaces around", LC_OK, NULL },
    { "X509-023", "country of one letter", LC_EUSAGE, "country_name 'C' must be two" },
    { "X509-023", "country of three letters", LC_EUSAGE, "country_name 'CAN' must be two" },
    { "X509-023", "country in lower case", LC_OK, NULL },
    { "X509-023", "country not PrintableString", LC_EUSAGE, "country_name '@!' must be two" },
    { "X509-023", "country of one two-byte letter", LC_EUSAGE, "country_name" },
    { "X509-040", "organization empty string", LC_OK, NULL },
    { "X509-040", "e-mail empty string", LC_OK, NULL },
    { "X509-046", "organization of 300 bytes", LC_OK, NULL },
    { "X509-046", "e-mail not ASCII", LC_EUSAGE, "must be an ASCII address" },
    { "X509-046", "e-mail without at sign", LC_EUSAGE, "email_address 'nobody'" },
    { "X509-047", "SAN only, no unique identifier", LC_OK, NULL },
    { "X509-045", "SAN also as additional critical extension", LC_EUSAGE,
      "'2.5.29.17' is made of sans_dns" },
    { "X509-045", "critical SAN as additional extension, alone", LC_EUSAGE,
      "'2.5.29.17' is made of sans_dns" },
};

static struct {
    const struct row *row;
    const struct lc_json *json;
} cases[LC_COUNT(rows)];

static void check_own_csr(const struct lc_attrs *attrs)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_csr_unref) struct lc_csr *parsed = NULL;
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_csr_generate(attrs, key, &csr, &err));
    assert_done(lc_csr_parse(lc_csr_pem(csr), strlen(lc_csr_pem(csr)), &parsed, &err));
    assert_done(lc_csr_attrs(parsed, attrs->is_ca, &read, &err));
    assert_true(lc_attrs_equals(attrs, &read));
    assert_done(lc_attrs_normalise(&read, &err)); /* what it says is in the normal form */
    assert_true(lc_attrs_equals(attrs, &read));
}

/* What the library made of the same attributes, where it made something, answers ours too. */
static void check_library_csr(const struct lc_attrs *attrs, const struct lc_json *library)
{
    const char *pem = lc_json_get_string(lc_json_get(library, "value"), "csr_pem");
    LC_AUTO(lc_attrs_release) struct lc_attrs read = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    if (pem == NULL)
        return;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(pem);
    check_read_back(lc_json_get(lc_json_get(library, "value"), "read_back"), lc_csr_subject(csr),
                    lc_csr_sans(csr));
    assert_done(lc_csr_attrs(csr, attrs->is_ca, &read, &err));
    assert_true(lc_attrs_equals(attrs, &read));
}

static void judges_edge(void **state)
{
    const size_t at = *(size_t *)*state;
    const struct row *row = cases[at].row;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    const bool accepted = vector_attrs(lc_json_get(cases[at].json, "input"), &attrs, &err) &&
                          lc_attrs_normalise(&attrs, &err);
    if (row->want != LC_OK) {
        assert_false(accepted);
        assert_failure(&err, row->want, row->part);
        return;
    }
    if (!accepted)
        fail_msg("refused: %s", err.message);
    check_own_csr(&attrs);
    check_library_csr(&attrs, lc_json_get(cases[at].json, "library"));
}

/* --- by hand ------------------------------------------------------------------------------- */

/* Attributes of a JSON object. */
static void make(const char *json, struct lc_attrs *attrs)
{
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_json_parse(json, strlen(json), 0, &object, &err));
    assert_done(vector_attrs(object, attrs, &err));
    assert_done(lc_attrs_normalise(attrs, &err));
}

struct pair {
    const char *name;
    const char *a;
    const char *b;
    bool equal;
};

static const struct pair pairs[] = {
    { "X509-010 order of SANs does not matter",
      "{\"sans_dns\": [\"b.example\", \"a.example\"], \"sans_oid\": [\"1.2.4\", \"1.2.3\"]}",
      "{\"sans_dns\": [\"a.example\", \"b.example\"], \"sans_oid\": [\"1.2.3\", \"1.2.4\"]}",
      true },
    { "X509-010 SANs given twice do not matter", "{\"sans_dns\": [\"a.example\", \"a.example\"]}",
      "{\"sans_dns\": [\"a.example\"]}", true },
    { "X509-010 letter case matters", "{\"common_name\": \"a.example\"}",
      "{\"common_name\": \"A.example\"}", false },
    { "X509-010 letter case of a SAN matters", "{\"sans_dns\": [\"a.example\"]}",
      "{\"sans_dns\": [\"A.example\"]}", false },
    { "X509-011 is_ca takes part", "{\"common_name\": \"a\", \"is_ca\": true}",
      "{\"common_name\": \"a\"}", false },
    { "X509-011 the unique identifier takes part",
      "{\"common_name\": \"a\", \"add_unique_id_to_subject_name\": false}",
      "{\"common_name\": \"a\"}", false },
    { "X509-011 a unique identifier is the default",
      "{\"common_name\": \"a\", \"add_unique_id_to_subject_name\": true}",
      "{\"common_name\": \"a\"}", true },
    { "X509-012 additional extensions take part",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.3\", \"value_hex\": \"0500\"}]}",
      "{\"common_name\": \"a\"}", false },
    { "X509-012 their content takes part",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.3\", \"value_hex\": \"0500\"}]}",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.3\", \"value_hex\": \"0501\"}]}",
      false },
    { "X509-012 their object identifiers take part",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.3\", \"value_hex\": \"0500\"}]}",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.4\", \"value_hex\": \"0500\"}]}",
      false },
    { "X509-012 their order takes part",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.3\", \"value_hex\": \"0500\"}, {\"oid\": \"1.2.4\", \"value_hex\": \"\"}]}",
      "{\"common_name\": \"a\", \"additional_critical_extensions\": "
      "[{\"oid\": \"1.2.4\", \"value_hex\": \"\"}, {\"oid\": \"1.2.3\", \"value_hex\": \"0500\"}]}",
      false },
    { "X509-040 an empty text is none",
      "{\"common_name\": \"a\", \"organization\": \"\", \"locality_name\": \"\", "
      "\"country_name\": \"\", \"email_address\": \"\", \"state_or_province_name\": \"\", "
      "\"organizational_unit\": \"\"}",
      "{\"common_name\": \"a\"}", true },
    { "X509-041 two spellings of an address are one",
      "{\"sans_ip\": [\"2001:DB8:0:0:0:0:0:1\", \"2001:db8::1\", \"::ffff:1.2.3.4\"]}",
      "{\"sans_ip\": [\"::FFFF:102:304\", \"2001:db8:0::0:1\"]}", true },
    { "X509-041 IPv4 and IPv4-mapped are two", "{\"sans_ip\": [\"1.2.3.4\"]}",
      "{\"sans_ip\": [\"::ffff:1.2.3.4\"]}", false },
};

static void compares(void **state)
{
    const struct pair *pair = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs a = LC_ATTRS_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs b = LC_ATTRS_INIT;

    make(pair->a, &a);
    make(pair->b, &b);
    assert_int_equal(lc_attrs_equals(&a, &b), pair->equal);
    assert_int_equal(lc_attrs_equals(&b, &a), pair->equal);
    assert_int_equal(same_form(&a, &b), pair->equal);
}

struct accepted {
    const char *name;
    const char *json;
};

static const struct accepted accepted[] = {
    { "X509-009 a common name and empty SANs", "{\"common_name\": \"a\", \"sans_dns\": []}" },
    { "X509-009 a common name alone", "{\"common_name\": \"a\"}" },
    { "X509-009 DNS names alone", "{\"sans_dns\": [\"a.example\"]}" },
    { "X509-009 addresses alone", "{\"sans_ip\": [\"::1\"]}" },
    { "X509-009 object identifiers alone", "{\"sans_oid\": [\"1.2.3\"]}" },
    { "X509-044 a big object identifier",
      "{\"sans_oid\": [\"2.25.329800735698586629295641978511506172918\", \"2.999\", \"0.39.0\"]}" },
};

static void accepts(void **state)
{
    const struct accepted *row = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    make(row->json, &attrs);
    check_own_csr(&attrs);
}

struct address {
    const char *name;
    const char *given;
    const char *canonical;
};

/* RFC 5952 section 4, and what Python's ipaddress prints. */
static const struct address addresses[] = {
    { "X509-025 IPv4", "1.2.3.4", "1.2.3.4" },
    { "X509-025 leading zeros go", "2001:0db8::0001", "2001:db8::1" },
    { "X509-025 the longest run of zeros", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
    { "X509-025 the first of two runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
    { "X509-025 a single zero group stays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
    { "X509-025 lower case", "2001:DB8::ABCD", "2001:db8::abcd" },
    { "X509-025 zeros at the end", "1:0:0:0:0:0:0:0", "1::" },
    { "X509-025 nothing but zeros", "0:0:0:0:0:0:0:0", "::" },
    { "X509-025 mapped with dots", "::ffff:102:304", "::ffff:1.2.3.4" },
    { "X509-025 no dots without ffff", "::1.2.3.4", "::102:304" },
    { "X509-025 all groups", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static void gives_canonical_address(void **state)
{
    const struct address *row = *state;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_add_text(&attrs, "sans_ip", row->given, strlen(row->given), &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_string_equal(attrs.sans_ip.items[0], row->canonical);
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    assert_int_equal(lc_csr_sans(csr)->count, 1);
    assert_string_equal(lc_csr_sans(csr)->items[0].value, row->canonical);
}

static void empty_subject_has_critical_san(void **state)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    make("{\"sans_dns\": [\"a.example\"], \"add_unique_id_to_subject_name\": false}", &attrs);
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    assert_int_equal(lc_csr_subject(csr)->count, 0);
    assert_true(lc_csr_sans(csr)->critical);
    assert_done(lc_csr_verify(csr, &err));
}

/* --- by property --------------------------------------------------------------------------- */

/* A small generator with a fixed seed: the same attributes in each run. */
static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16 & 0x7fff;
}

static const char *pick(unsigned *seed, const char *const *from, size_t count)
{
    return from[next_random(seed) % count];
}

static const char *const texts[] = { "",           "a",         "Zürich 日本",
                                     " a b ",      "x\\x00y",   "A.Example",
                                     "Łódź & Søn", "tab\there", "\xf0\x9f\x94\x90",
                                     "=,+<>#;" };
static const char *const dns_names[] = { "a.example", "A.example", "*.a.example", "_srv.b",
                                         "xn--a",     "1.2.3.4",   "localhost",   "b.example." };
static const char *const ip_addresses[] = { "1.2.3.4",        "::1",         "0:0::1",
                                            "::ffff:1.2.3.4", "2001:db8::1", "2001:DB8:0::1" };
static const char *const oids[] = { "1.2.3", "2.999.1", "0.0", "2.5.4.3", "1.3.6.1.4.1.99999.7" };

static void fill(struct lc_attrs *attrs, unsigned *seed)
{
    static const char *const text_fields[] = { "common_name", "organization", "organizational_unit",
                                               "locality_name", "state_or_province_name" };
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < LC_COUNT(text_fields); i++) {
        const char *text = pick(seed, texts, LC_COUNT(texts));
        assert_done(lc_attrs_set_text(attrs, text_fields[i], text, strlen(text), &err));
    }
    for (unsigned i = next_random(seed) % 4; i > 0; i--) {
        const char *dns = pick(seed, dns_names, LC_COUNT(dns_names));
        const char *ip = pick(seed, ip_addresses, LC_COUNT(ip_addresses));
        const char *oid = pick(seed, oids, LC_COUNT(oids));
        assert_done(lc_attrs_add_text(attrs, "sans_dns", dns, strlen(dns), &err));
        assert_done(lc_attrs_add_text(attrs, "sans_ip", ip, strlen(ip), &err));
        assert_done(lc_attrs_add_text(attrs, "sans_oid", oid, strlen(oid), &err));
    }
    if (next_random(seed) % 2 == 0) {
        assert_done(lc_attrs_set_text(attrs, "country_name", "gb", 2, &err));
        assert_done(lc_attrs_set_text(attrs, "email_address", "o'b@c.d", 7, &err));
    }
    if (next_random(seed) % 3 == 0)
        assert_done(lc_extensions_add(&attrs->additional_critical_extensions, "1.2.3.4", true,
                                      "\x05\x00", 2, &err));
    assert_done(lc_attrs_set_flag(attrs, "is_ca", next_random(seed) % 2 == 0, &err));
    assert_done(lc_attrs_set_flag(attrs, "add_unique_id_to_subject_name",
                                  next_random(seed) % 2 == 0, &err));
}

static void accepted_equal_their_own_csr(void **state)
{
    unsigned seed = 42;
    size_t judged = 0;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
        struct lc_err err = LC_ERR_INIT;
        fill(&attrs, &seed);
        if (!lc_attrs_normalise(&attrs, &err)) {
            assert_failure(&err, LC_EUSAGE, NOTHING);
            continue;
        }
        check_own_csr(&attrs);
        judged++;
    }
    assert_true(judged > 50);
}

/* ------------------------------------------------------------------------------------------- */

static const struct lc_json *find_case(const struct lc_json *list, const char *name)
{
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (strcmp(vector_text(lc_json_at(list, i), "name"), name) == 0)
            return lc_json_at(list, i);
    vector_broken(name, NULL);
    return NULL;
}

int main(void)
{
    static size_t numbers[LC_COUNT(rows)];
    struct suite suite = SUITE_INIT;
    struct lc_json *file = vector_load("attributes-edge.json");
    const struct lc_json *list = lc_json_get(file, "cases");
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    struct lc_err err = LC_ERR_INIT;

    if (lc_json_count(list) != LC_COUNT(rows))
        vector_broken("attributes-edge.json has other cases than the table", NULL);
    if (!lc_key_generate(&spec, &key, &err))
        vector_broken("key", &err);
    for (size_t i = 0; i < LC_COUNT(rows); i++) {
        numbers[i] = i;
        cases[i].row = &rows[i];
        cases[i].json = find_case(list, rows[i].name);
        suite_addf(&suite, judges_edge, &numbers[i], "%s %s: %s", rows[i].number,
                   rows[i].want == LC_OK ? "accepts" : "refuses", rows[i].name);
    }
    SUITE_ROWS(&suite, pairs, compares);
    SUITE_ROWS(&suite, accepted, accepts);
    SUITE_ROWS(&suite, addresses, gives_canonical_address);
    SUITE_TEST(&suite, "X509-047 an empty subject gives a critical SAN",
               empty_subject_has_critical_san);
    SUITE_TEST(&suite, "X509-046 what is accepted equals its own CSR",
               accepted_equal_their_own_csr);
    const int failures = suite_run(&suite, "x509 attrs");
    lc_key_unref(key);
    lc_json_free(file);
    return failures;
}
