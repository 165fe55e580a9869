/* runtime/tls/labels: the labels of secrets, of all generations. */
#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/labels.h"

#define LIBID "afd8c2bccf834997afce12c2706d2ede"
#define HASH  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct lc_label_owner owner_of(const char *unit, const char *endpoint,
                                      const char *const *endpoints)
{
    const struct lc_tls_hook hook = { .unit = unit, .endpoints = endpoints };

    return lc_label_owner(&hook, endpoint);
}

/* --- both ways ------------------------------------------------------------------------------- */

struct form_row {
    const char *name;
    enum lc_label_kind kind;
    enum lc_tls_scope scope;
    const char *hash;
    const char *label;
};

static const struct form_row form_rows[] = {
    { "the unit's key", LC_LABEL_KEY, LC_TLS_UNIT, NULL, LIBID "-private-key-3-certificates" },
    { "the application's key", LC_LABEL_KEY, LC_TLS_APP, NULL,
      LIBID "-private-key-app-certificates" },
    { "the application's key, older", LC_LABEL_KEY_OLD, LC_TLS_APP, NULL,
      LIBID "-private-key-certificates" },
    { "the unit's certificate", LC_LABEL_CERTIFICATE, LC_TLS_UNIT, HASH,
      LIBID "-certificate-3-certificates-" HASH },
    { "the application's certificate", LC_LABEL_CERTIFICATE, LC_TLS_APP, HASH,
      LIBID "-certificate-certificates-" HASH },
    { "the unit's certificate, older", LC_LABEL_CERTIFICATE_OLD, LC_TLS_UNIT, HASH,
      LIBID "-certificate-3-" HASH },
    { "the application's certificate, older", LC_LABEL_CERTIFICATE_OLD, LC_TLS_APP, HASH,
      LIBID "-certificate-" HASH },
    { "v3's certificate", LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT, HASH, LIBID "-" HASH },
};

static void check_form(void **state)
{
    const struct form_row *row = *state;
    const struct lc_label_owner owner = owner_of("web/3", "certificates", NULL);
    LC_AUTO(lc_free) char *label = lc_label_format(&owner, row->kind, row->scope, row->hash);
    const struct lc_label parsed = lc_label_parse(&owner, row->label);

    assert_string_equal(label, row->label);
    assert_int_equal(parsed.kind, row->kind);
    assert_int_equal(parsed.scope, row->scope);
    if (row->hash == NULL)
        assert_null(parsed.hash);
    else
        assert_string_equal(parsed.hash, row->hash);
}

/* --- what is not ours ------------------------------------------------------------------------ */

struct other_row {
    const char *name;
    const char *label;
};

static const struct other_row other_rows[] = {
    { "no label", NULL },
    { "an empty label", "" },
    { "the charm's own", "certificate-3-certificates-" HASH },
    { "the prefix alone", LIBID "-" },
    { "another prefix", "afd8c2bccf834997afce12c2706d2edf-private-key-3-certificates" },
    { "another unit's key", LIBID "-private-key-33-certificates" },
    { "the key of an endpoint whose name goes on", LIBID "-private-key-3-certificates-ext" },
    { "the certificate of an endpoint whose name goes on",
      LIBID "-certificate-3-certificates-ext-" HASH },
    { "a hash that is too short", LIBID "-certificate-3-certificates-00112233" },
    { "a hash that is too long", LIBID "-certificate-3-certificates-" HASH "0" },
    { "a hash in upper case",
      LIBID "-00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff" },
    { "v2's without the CSR", LIBID "------BEGIN CERTIFICATE-----" },
};

static void check_other(void **state)
{
    const struct other_row *row = *state;
    const struct lc_label_owner owner = owner_of("web/3", "certificates", NULL);
    const struct lc_label parsed = lc_label_parse(&owner, row->label);

    assert_int_equal(parsed.kind, LC_LABEL_OTHER);
    assert_null(parsed.hash);
}

static void knows_v2(void **state)
{
    const struct lc_label_owner owner = owner_of("web/3", "certificates", NULL);
    static const char label[] = LIBID "------BEGIN CERTIFICATE REQUEST-----\n"
                                      "MII\n-----END CERTIFICATE REQUEST-----";
    const struct lc_label parsed = lc_label_parse(&owner, label);

    (void)state;
    assert_int_equal(parsed.kind, LC_LABEL_CERTIFICATE_V2);
    assert_null(parsed.hash);
}

/* --- D-37: the older key label of "app-x" is the key label of "x" ----------------------------- */

struct claim_row {
    const char *name;
    const char *endpoint;
    const char *const *endpoints;
    const char *label;
    enum lc_label_kind want;
};

static const char *const both[] = { "app-x", "x", NULL };
static const char *const alone[] = { "app-x", NULL };

static const struct claim_row claim_rows[] = {
    { "to x it is its key", "x", both, LIBID "-private-key-app-x", LC_LABEL_KEY },
    { "D-37 to app-x beside x it is nothing", "app-x", both, LIBID "-private-key-app-x",
      LC_LABEL_OTHER },
    { "to app-x alone it is its older key", "app-x", alone, LIBID "-private-key-app-x",
      LC_LABEL_KEY_OLD },
    { "to app-x that knows of no others it is nothing", "app-x", NULL, LIBID "-private-key-app-x",
      LC_LABEL_OTHER },
    { "app-x has its own key", "app-x", both, LIBID "-private-key-app-app-x", LC_LABEL_KEY },
};

static void check_claim(void **state)
{
    const struct claim_row *row = *state;
    const struct lc_label_owner owner = owner_of("web/0", row->endpoint, row->endpoints);

    assert_int_equal(lc_label_parse(&owner, row->label).kind, row->want);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, form_rows, check_form);
    SUITE_ROWS(&suite, other_rows, check_other);
    SUITE_TEST(&suite, "v2's label holds the CSR", knows_v2);
    SUITE_ROWS(&suite, claim_rows, check_claim);
    return suite_run(&suite, "labels");
}
