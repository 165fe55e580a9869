/* x509/match: names within domains, wildcards, globs, networks, URIs. */
#include "x509/match.h"

#include <string.h>

#include "rows.h"

struct within_row {
    const char *name;
    const char *value;
    const char *domain;
    bool wanted;
};

static const struct within_row within_rows[] = {
    { "the domain itself", "example.com", "example.com", true },
    { "a name below", "a.b.example.com", "example.com", true },
    { "case does not count", "WWW.Example.COM", "example.com", true },
    { "a dot at the end", "www.example.com.", "example.com", true },
    { "a wildcard is what it stands for", "*.example.com", "example.com", true },
    { "a label that only ends alike", "badexample.com", "example.com", false },
    { "a domain in front", "example.com.evil.org", "example.com", false },
    { "shorter than the domain", "com", "example.com", false },
    { "a wildcard above the domain", "*.com", "example.com", false },
    { "nothing is within nothing", "example.com", "", false },
    { "nothing is within a dot", "example.com.", ".", false },
};

static void check_within(void **state)
{
    const struct within_row *row = *state;

    assert_int_equal(lc_dns_is_within(row->value, row->domain), row->wanted);
}

struct form_row {
    const char *name;
    const char *value;
    enum lc_wildcard wildcard;
    bool well_formed;
};

static const struct form_row form_rows[] = {
    { "a host name", "www.example.com", LC_WILDCARD_NONE, true },
    { "an underscore", "_sip.example.com", LC_WILDCARD_NONE, true },
    { "the whole first label", "*.example.com", LC_WILDCARD_WHOLE_LABEL, true },
    { "below a top-level domain", "*.com", LC_WILDCARD_ODD, true },
    { "a part of a label", "a*.example.com", LC_WILDCARD_ODD, false },
    { "in the middle", "a.*.example.com", LC_WILDCARD_ODD, false },
    { "twice", "*.*.example.com", LC_WILDCARD_ODD, false },
    { "alone", "*", LC_WILDCARD_ODD, false },
    { "an empty label", "a..b", LC_WILDCARD_NONE, false },
    { "a dot at the end", "a.b.", LC_WILDCARD_NONE, false },
    { "a hyphen in front", "-a.b", LC_WILDCARD_NONE, false },
    { "a hyphen at the end", "a-.b", LC_WILDCARD_NONE, false },
    { "a slash", "kafka/0", LC_WILDCARD_NONE, false },
    { "nothing", "", LC_WILDCARD_NONE, false },
    { "a label of 63", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b",
      LC_WILDCARD_NONE, true },
    { "a label of 64", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b",
      LC_WILDCARD_NONE, false },
};

static void check_form(void **state)
{
    const struct form_row *row = *state;

    assert_int_equal(lc_dns_wildcard(row->value), row->wildcard);
    assert_int_equal(lc_dns_is_well_formed(row->value), row->well_formed);
}

static const struct within_row glob_rows[] = {
    { "the same text", "abc", "abc", true },
    { "any text", "abc", "*", true },
    { "no text", "", "*", true },
    { "in front", "www.example.com", "*.example.com", true },
    { "at the end", "db-7", "db-*", true },
    { "in between", "a-x-b-y-c", "a*b*c", true },
    { "pieces in another order", "a-x-c-y-b", "a*b*c", false },
    { "head and tail do not overlap", "aba", "ab*ba", false },
    { "a dot is a dot", "wwwXexample", "www.*", false },
    { "an empty pattern", "a", "", false },
};

static void check_glob(void **state)
{
    const struct within_row *row = *state;

    assert_int_equal(lc_glob_matches(row->domain, row->value), row->wanted);
}

static const struct within_row network_rows[] = {
    { "an address within", "10.1.2.3", "10.0.0.0/8", true },
    { "an address outside", "11.1.2.3", "10.0.0.0/8", false },
    { "bits within a byte", "172.31.0.1", "172.16.0.0/12", true },
    { "bits behind them", "172.32.0.1", "172.16.0.0/12", false },
    { "one address", "10.0.0.1", "10.0.0.1", true },
    { "all addresses", "1.2.3.4", "0.0.0.0/0", true },
    { "IPv6", "2001:db8::5", "2001:db8::/32", true },
    { "the other family", "10.0.0.1", "::/0", false },
};

static void check_network(void **state)
{
    const struct within_row *row = *state;
    struct lc_err err = LC_ERR_INIT;
    bool within;

    assert_done(lc_ip_is_within(row->value, row->domain, &within, &err));
    assert_int_equal(within, row->wanted);
}

static const struct within_row bad_network_rows[] = {
    { "a name", "10.0.0.1", "example.com", false },
    { "bits behind the length", "10.0.0.1", "10.0.0.1/8", false },
    { "a length over 32", "10.0.0.1", "10.0.0.0/33", false },
    { "a length over 128", "::1", "::/129", false },
    { "no length", "10.0.0.1", "10.0.0.0/", false },
    { "a name as address", "example.com", "10.0.0.0/8", false },
};

static void check_bad_network(void **state)
{
    const struct within_row *row = *state;
    struct lc_err err = LC_ERR_INIT;
    bool within;

    assert_fails(lc_ip_is_within(row->value, row->domain, &within, &err), LC_EPARSE, "is no ");
}

struct uri_row {
    const char *name;
    const char *uri;
    const char *parts[5]; /* scheme, user, host, port, path; NULL scheme: no URI */
};

static const struct uri_row uri_rows[] = {
    { "all parts",
      "https://me@www.example.com:8443/a/b?c#d",
      { "https", "me", "www.example.com", "8443", "/a/b" } },
    { "an address in brackets",
      "https://[2001:db8::1]:443/",
      { "https", "", "2001:db8::1", "443", "/" } },
    { "SPIFFE", "spiffe://example.com/web", { "spiffe", "", "example.com", "", "/web" } },
    { "two at signs: the last counts", "https://a@b@c/", { "https", "a@b", "c", "", "/" } },
    { "without a host", "urn:uuid:1", { "urn", "", "", "", "uuid:1" } },
    { "no URI", "www.example.com/a:b", { NULL, "", "", "", "" } },
};

static void check_uri(void **state)
{
    const struct uri_row *row = *state;
    struct lc_uri uri;

    const bool is_uri = lc_uri_split(row->uri, &uri);
    assert_int_equal(is_uri, row->parts[0] != NULL);
    if (!is_uri)
        return;
    const struct lc_uri_part got[] = { uri.scheme, uri.user, uri.host, uri.port, uri.path };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(got[i].len, strlen(row->parts[i]));
        assert_memory_equal(got[i].text, row->parts[i], got[i].len);
    }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, within_rows, check_within);
    SUITE_ROWS(&suite, form_rows, check_form);
    SUITE_ROWS(&suite, glob_rows, check_glob);
    SUITE_ROWS(&suite, network_rows, check_network);
    SUITE_ROWS(&suite, bad_network_rows, check_bad_network);
    SUITE_ROWS(&suite, uri_rows, check_uri);
    return suite_run(&suite, "match");
}
