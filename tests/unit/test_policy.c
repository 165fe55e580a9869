/* tls/policy: requests that hide something end in a decision with a name, and nothing is issued
 * that the policy did not see; how answers are combined; what a profile's shape makes of a request.
 */
#include <stdio.h>

#include "base/mem.h"
#include "policy_setup.h"
#include "tls/databag.h"
#include "tls/provider_policy.h"
#include "x509_build.h"

static struct lc_key *key;

/* --- hostile requests ------------------------------------------------------------------------ */

#define OID_ORGANIZATION "\x55\x04\x0a"
#define OID_UNKNOWN      "\x2a\x03\x04"

/* A request that nobody signed: the subject's RDNs, what stands inside the SAN (NULL: none), and
 * what else is asked for. */
struct hostile {
    struct lc_buf subject;
    struct lc_buf names;
    struct lc_buf extensions;
};

static char *hostile_pem(struct hostile *hostile)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf attributes = LC_BUF_INIT(BUILD_MAX);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(BUILD_MAX);

    if (hostile->names.len != 0) {
        build_box(&hostile->names, LC_DER_SEQUENCE);
        build_extension(&list, OID_SAN, false, hostile->names.data, hostile->names.len);
    }
    build_append(&list, &hostile->extensions);
    build_request(&attributes, &list);
    build_csr(&der, &hostile->subject, &attributes);
    return build_pem("CERTIFICATE REQUEST", &der);
}

static void add_dns(struct hostile *hostile, const char *name, size_t len)
{
    build_item(&hostile->names, 0x82, name, len);
}

static void add_cn(struct hostile *hostile, const char *name)
{
    build_rdn(&hostile->subject, OID_CN, LC_DER_UTF8_STRING, name, strlen(name));
}

static void two_cns(struct hostile *hostile)
{
    add_cn(hostile, "good.example.com");
    add_cn(hostile, "evil.example.org");
}

static void organization(struct hostile *hostile)
{
    build_rdn(&hostile->subject, OID_ORGANIZATION, LC_DER_UTF8_STRING, "system:masters", 14);
}

static void other_name(struct hostile *hostile)
{
    add_dns(hostile, "good.example.com", 16);
    build_item(&hostile->names, 0xa0,
               "\x06\x03\x2a\x03\x04\xa0\x05\x0c\x03"
               "abc",
               12);
}

static void x400_address(struct hostile *hostile)
{
    build_item(&hostile->names, 0xa3, "\x30\x00", 2);
}

static void directory_name(struct hostile *hostile)
{
    build_item(&hostile->names, 0xa4, "\x30\x00", 2);
}

static void edi_party_name(struct hostile *hostile)
{
    build_item(&hostile->names, 0xa5,
               "\xa1\x03\x0c\x01"
               "x",
               5);
}

static void registered_id(struct hostile *hostile)
{
    build_item(&hostile->names, 0x88, OID_UNKNOWN, 3);
}

static void email_name(struct hostile *hostile)
{
    build_item(&hostile->names, 0x81, "root@example.com", 16);
}

static void uri_name(struct hostile *hostile)
{
    build_item(&hostile->names, 0x86, "spiffe://example.com/x", 22);
}

static void long_address(struct hostile *hostile)
{
    build_item(&hostile->names, 0x87, "\x0a\x00\x00\x00\xff\x00\x00\x00", 8);
}

static void many_names(struct hostile *hostile)
{
    char name[32];

    for (int i = 0; i < 10000; i++)
        add_dns(hostile, name, (size_t)snprintf(name, sizeof(name), "n%d.example.com", i));
}

static void too_many_names(struct hostile *hostile)
{
    many_names(hostile);
    add_dns(hostile, "one.more", 8);
}

static void bad_utf8(struct hostile *hostile)
{
    build_rdn(&hostile->subject, OID_CN, LC_DER_UTF8_STRING, "a\xff\xfe", 3);
}

static void bad_dns(struct hostile *hostile)
{
    add_dns(hostile, "a\xff.example.com", 14);
}

static void zero_byte(struct hostile *hostile)
{
    add_dns(hostile, "good.example.com\0.evil.org", 26);
}

static void odd_wildcard(struct hostile *hostile)
{
    add_dns(hostile, "a.*.example.com", 15);
}

static void no_host_name(struct hostile *hostile)
{
    add_dns(hostile, "kafka/0", 7);
}

static void critical_extension(struct hostile *hostile)
{
    build_extension(&hostile->extensions, OID_UNKNOWN, true, "\x05\x00", 2);
}

static void malformed_critical(struct hostile *hostile)
{
    build_extension(&hostile->extensions, OID_KEY_USAGE, true, "\x05\x00", 2);
}

static void extension_twice(struct hostile *hostile)
{
    build_extension(&hostile->extensions, OID_KEY_USAGE, true, "\x03\x02\x07\x80", 4);
    build_extension(&hostile->extensions, OID_KEY_USAGE, true, "\x03\x02\x07\x80", 4);
}

struct hostile_row {
    const char *name;
    void (*make)(struct hostile *hostile);
    const char *rule;
    const char *message;
};

/* The two bypasses that approver-policy had in 2026 (cert-manager/approver-policy 915 and 945) are
 * the first rows. */
static const struct hostile_row hostile_rows[] = {
    { "bypass: a name of a kind that a parser does not surface", other_name, "known names",
      "otherName" },
    { "bypass: an extra common name", two_cns, "one common name", "2 common names" },
    { "bypass: an attribute of the subject that nobody looks at", organization, "known subject",
      "organizationName (2.5.4.10)" },
    { "an x400Address", x400_address, "known names", "x400Address" },
    { "a directoryName", directory_name, "known names", "directoryName" },
    { "an ediPartyName", edi_party_name, "known names", "ediPartyName" },
    { "a registeredID", registered_id, "known names", "registeredID" },
    { "an e-mail address", email_name, "known names", "rfc822Name" },
    { "a URI", uri_name, "known names", "uniformResourceIdentifier" },
    { "an address with a mask", long_address, "known names", "iPAddress" },
    { "10,000 names", many_names, "number of names", "10000 names; at most 100" },
    { "10,001 names", too_many_names, "readable", "over 10000 subject-alternative names" },
    { "a subject that is not UTF-8", bad_utf8, "clear names", "is not clear text" },
    { "a DNS name that is not ASCII", bad_dns, "clear names", "is not visible ASCII" },
    { "a DNS name with a zero byte", zero_byte, "clear names", "is not visible ASCII" },
    { "a wildcard in the middle", odd_wildcard, "clear names", "not the whole first label" },
    { "what is no host name", no_host_name, "clear names", "'kafka/0' is no host name" },
    { "an unknown critical extension", critical_extension, "known critical extensions", "1.2.3.4" },
    { "a malformed critical extension", malformed_critical, "known critical extensions",
      "2.5.29.15" },
    { "an extension twice", extension_twice, "readable", "is there twice" },
};

/* Everything is granted that is not refused. The tiny key and the missing signature are let pass,
 * so that the row's own rule is what decides. */
static const char grants_all[] = POLICY_HEAD
    "return policy { accept = { keys = 'any' },\n"
    "  policy.profile('all', function(request) return { is_ca = request.is_ca } end) }";

static void check_hostile(void **state)
{
    const struct hostile_row *row = *state;
    struct hostile hostile = { LC_BUF_INIT(BUILD_MAX), LC_BUF_INIT(BUILD_MAX),
                               LC_BUF_INIT(BUILD_MAX) };
    struct lc_policy_request request = { .signature = LC_SIGNATURE_VALID, .now_s = 1 };
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    row->make(&hostile);
    LC_AUTO(lc_free) char *pem = hostile_pem(&hostile);
    assert_done(policy_of(grants_all, NULL, &policy, &err));
    assert_done(lc_policy_decide_text(bind_policy_engine(policy), pem, strlen(pem), &request, NULL,
                                      &csr, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_string_equal(policy_rule_name(policy, &verdict), row->rule);
    if (strstr(verdict.refusals[0].message, row->message) == NULL)
        fail_msg("'%s' is not in '%s'", row->message, verdict.refusals[0].message);
    lc_buf_release(&hostile.subject);
    lc_buf_release(&hostile.names);
    lc_buf_release(&hostile.extensions);
}

/* --- combinations ---------------------------------------------------------------------------- */

#define GUARD(name, body) "policy { policy.require('" name "', function(request) " body " end) }"
#define GRANT(name)       "policy { policy.profile('" name "', function() return {} end) }"
#define NEVER(name)       "policy { policy.profile('" name "', function() end) }"
#define NO                "return policy.deny('other', 'no')"
#define LATER             "return policy.defer('later')"

struct combine_row {
    const char *name;
    const char *policy;
    enum lc_verdict_kind kind;
    const char *rule;
    const char *message; /* NULL: none */
};

static const struct combine_row combine_rows[] = {
    { "requirements: all refusals are told",
      "policy { policy.require('a', function() " NO " end),\n"
      "policy.require('b', function() return policy.deny('ip_not_allowed', 'nor so') end),\n"
      "policy.rules.servers() }",
      LC_VERDICT_DENY, "a", "no; nor so" },
    { "a denial counts more than a deferral",
      "policy { policy.require('a', function() " LATER " end), policy.require('b', function() " NO
      " end), policy.rules.servers() }",
      LC_VERDICT_DENY, "b", "no" },
    { "a deferral counts more than a profile",
      "policy { policy.require('a', function() " LATER " end), policy.rules.servers() }",
      LC_VERDICT_DEFER, "a", "later" },
    { "the first profile that answers decides",
      "policy { policy.profile('never', function() end), policy.profile('first', function() return "
      "{} end), policy.profile('second', function() " NO " end) }",
      LC_VERDICT_ISSUE, "first", NULL },
    { "a profile may refuse", "policy { policy.profile('p', function() " NO " end) }",
      LC_VERDICT_DENY, "p", "no" },
    { "no profile", NEVER("p"), LC_VERDICT_DENY, "", "no profile matched" },
    { "no rules at all", "policy {}", LC_VERDICT_DENY, "", "no profile matched" },
    { "all_of: the shape of the first that has one",
      "policy.all_of { " GUARD("g", "") ", " GRANT("one") ", " GRANT("two") " }", LC_VERDICT_ISSUE,
      "one", NULL },
    { "all_of: one refuses", "policy.all_of { " GRANT("one") ", " GUARD("g", NO) " }",
      LC_VERDICT_DENY, "g", "no" },
    { "all_of: one defers", "policy.all_of { " GRANT("one") ", " GUARD("g", LATER) " }",
      LC_VERDICT_DEFER, "g", "later" },
    { "all_of: one has no profile for it", "policy.all_of { " GRANT("one") ", " NEVER("p") " }",
      LC_VERDICT_DENY, "", "no profile matched" },
    { "all_of: nobody has a shape", "policy.all_of { " GUARD("g", "") " }", LC_VERDICT_DENY, "",
      "no profile matched" },
    { "first_of: the first that applies",
      "policy.first_of { " NEVER("p") ", " GRANT("one") ", " GRANT("two") " }", LC_VERDICT_ISSUE,
      "one", NULL },
    { "first_of: its requirements count",
      "policy.first_of { policy { policy.require('r', function() " NO " end), policy.profile('p', "
      "function() return {} end) }, " GRANT("two") " }",
      LC_VERDICT_DENY, "r", "no" },
    { "first_of: those of a policy that does not apply do not",
      "policy.first_of { policy { policy.require('r', function() " NO " end), policy.profile('p', "
      "function() end) }, " GRANT("two") " }",
      LC_VERDICT_ISSUE, "two", NULL },
    { "first_of: none applies", "policy.first_of { " NEVER("p") ", " NEVER("q") " }",
      LC_VERDICT_DENY, "", "no profile matched" },
    { "any_of: the first that issues",
      "policy.any_of { policy { policy.profile('p', function() " NO " end) }, " GRANT("two") " }",
      LC_VERDICT_ISSUE, "two", NULL },
    { "any_of: the refusals of all", "policy.any_of { " GUARD("a", NO) ", " GUARD("b", NO) " }",
      LC_VERDICT_DENY, "a", "no; no" },
    { "any_of: a deferral counts more than a refusal",
      "policy.any_of { " GUARD("a", NO) ", " GUARD("b", LATER) " }", LC_VERDICT_DEFER, "b",
      "later" },
    { "a failure ends it, whatever else was said",
      "policy.any_of { " GUARD("a", "error 'x'") ", " GRANT("two") " }", LC_VERDICT_DENY, "a",
      LC_POLICY_FAILED },
    { "combinations in each other",
      "policy.all_of { policy.any_of { " NEVER("p") ", " GRANT("one") " }, " GUARD("g", "") " }",
      LC_VERDICT_ISSUE, "one", NULL },
};

static void check_combination(void **state)
{
    const struct combine_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(16384);
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(16384);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "a.example.com", NULL, NULL);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    lc_buf_printf(&text, POLICY_HEAD "return %s", row->policy);
    assert_done(policy_of(text.data, NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    lc_verdict_message(&verdict, &message);
    assert_string_equal(lc_verdict_name(verdict.kind), lc_verdict_name(row->kind));
    assert_string_equal(policy_rule_name(policy, &verdict), row->rule);
    assert_string_equal(message.data, row->message == NULL ? "" : row->message);
}

/* --- what is signed is what was decided ------------------------------------------------------- */

static struct lc_cert *make_root(struct lc_key *root_key)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    struct lc_cert *root = NULL;
    struct lc_err err = LC_ERR_INIT;

    shape.not_before = 1768478400; /* 2026-01-15 */
    shape.validity_s = (int64_t)10 * 86400;
    assert_done(lc_attrs_set_text(&attrs, "common_name", "Root", 4, &err));
    assert_done(lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_cert_self_sign(&attrs, root_key, &shape, &root, &err));
    return root;
}

struct shape_row {
    const char *name;
    const char *shape;
    const char *wanted; /* common name | names | warnings | days */
};

static const struct shape_row shape_rows[] = {
    { "names and subject of the request", "{ validity = '2d' }",
      "a.example.com|DNS:a.example.com|2" },
    { "names are dropped, and the common name with them",
      "{ validity = '2d', drop_names = { 'A.example.com' }, add_names = { dns = { 'b.example.com' "
      "} } }",
      "|DNS:b.example.com|2" },
    { "names are kept", "{ validity = '2d', keep_names = request.dns }",
      "a.example.com|DNS:a.example.com|2" },
    { "names are added",
      "{ validity = '2d', add_names = { ips = { '10.0.0.1' }, uris = { 'spiffe://x/y' } } }",
      "a.example.com|DNS:a.example.com IP:10.0.0.1 URI:spiffe://x/y|2" },
    { "the subject is changed",
      "{ validity = '2d', subject = { common_name = 'b', unique_identifier = false } }",
      "b|DNS:a.example.com|2" },
    { "a validity beyond the issuer's end is cut, with a warning", "{ validity = '30d' }",
      "a.example.com|DNS:a.example.com|10 cut" },
    { "backdated", "{ validity = '2d', backdate = '1h' }", "a.example.com|DNS:a.example.com|2" },
};

static void check_shape(void **state)
{
    const struct shape_row *row = *state;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(16384);
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(16384);
    LC_AUTO(lc_csr_unref)
    struct lc_csr *csr = policy_csr(key, "a.example.com", "a.example.com", NULL);
    LC_AUTO(lc_key_unref) struct lc_key *root_key = policy_key();
    LC_AUTO(lc_cert_unref) struct lc_cert *root = make_root(root_key);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    const struct lc_policy_request request = { .csr = csr, .now_s = 1768478400 };
    const struct lc_policy_signer signer = { .certificate = root, .key = root_key };
    struct lc_err err = LC_ERR_INIT;
    bool answer;

    lc_buf_printf(&text,
                  POLICY_HEAD "return policy { accept = { names = { 'uri' } },\n"
                              "policy.profile('p', function(request) return %s end) }",
                  row->shape);
    assert_done(policy_of(text.data, NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_ISSUE);
    assert_done(lc_policy_sign(&verdict, &request, &signer, &decision, &err));
    assert_int_equal(decision.kind, LC_DECISION_ISSUE);
    assert_done(lc_cert_is_issued_by(decision.certificate, root, &answer, &err));
    assert_true(answer);
    const char *cn = lc_name_get(lc_cert_subject(decision.certificate), LC_OID_COMMON_NAME);
    const struct lc_sans *sans = lc_cert_sans(decision.certificate);
    lc_buf_printf(&got, "%s|", cn == NULL ? "" : cn);
    for (size_t i = 0; i < sans->count; i++)
        lc_buf_printf(&got, "%s%s:%s", i == 0 ? "" : " ", lc_san_type_name(sans->items[i].type),
                      sans->items[i].value);
    lc_buf_printf(&got, "|%lld%s",
                  (long long)(lc_cert_not_after(decision.certificate) -
                              lc_cert_not_before(decision.certificate)) /
                      86400,
                  verdict.warnings.count == 0 ? "" : " cut");
    assert_string_equal(got.data, row->wanted);
}

/* A CA that may issue within a domain only cannot be made to sign for another one. */
static void the_chain_s_name_constraints_hold(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *ca_csr = policy_csr(key, "Sub", NULL, NULL);
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, NULL, "a.example.org", NULL);
    LC_AUTO(lc_key_unref) struct lc_key *root_key = policy_key();
    LC_AUTO(lc_cert_unref) struct lc_cert *root = make_root(root_key);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision sub = LC_DECISION_INIT;
    LC_AUTO(lc_decision_release) struct lc_decision decision = LC_DECISION_INIT;
    struct lc_policy_request request = { .csr = ca_csr, .is_ca = true, .now_s = 1768478400 };
    struct lc_policy_signer signer = { .certificate = root, .key = root_key, .validity_s = 86400 };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(policy_of(POLICY_HEAD
                          "return policy { policy.rules.servers(), policy.rules.authorities {\n"
                          "  name_constraints = { permitted = { dns = { 'example.com' } } } } }",
                          NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_ISSUE);
    assert_done(lc_policy_sign(&verdict, &request, &signer, &sub, &err));
    assert_true(lc_cert_is_ca(sub.certificate));

    request.csr = csr;
    request.is_ca = false;
    signer.certificate = sub.certificate;
    signer.key = key;
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_ISSUE);
    assert_done(lc_policy_sign(&verdict, &request, &signer, &decision, &err));
    assert_int_equal(decision.kind, LC_DECISION_DENY);
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_non_null(strstr(decision.message, "the name constraints of the CA 'Sub' forbid it"));
}

static void ca_and_request_must_agree(void **state)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = policy_csr(key, "Sub", NULL, NULL);
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    struct lc_policy_request request = { .csr = csr, .now_s = 1 };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(policy_of(POLICY_HEAD
                          "return policy { policy.profile('p', function() return { is_ca "
                          "= true } end) }",
                          NULL, &policy, &err));
    assert_done(lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, &err));
    assert_int_equal(verdict.kind, LC_VERDICT_DENY);
    assert_non_null(strstr(verdict.failure, "to one who did not ask for it"));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    key = policy_key();
    SUITE_ROWS(&suite, hostile_rows, check_hostile);
    SUITE_ROWS(&suite, combine_rows, check_combination);
    SUITE_ROWS(&suite, shape_rows, check_shape);
    SUITE_TEST(&suite, "the chain's name constraints hold", the_chain_s_name_constraints_hold);
    SUITE_TEST(&suite, "no CA for one who did not ask", ca_and_request_must_agree);
    const int failures = suite_run(&suite, "policy");
    lc_key_unref(key);
    return failures;
}
