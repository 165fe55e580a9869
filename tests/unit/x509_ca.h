/* A CA for tests: an EC key, its root certificate, and requests of the same key. */
#ifndef TESTS_UNIT_X509_CA_H
#define TESTS_UNIT_X509_CA_H

#include <string.h>

#include "rows.h"
#include "x509/cert.h"

static struct lc_key *key;
static struct lc_cert *root; /* CN=Root, O=Org, ten years, path length 1 */

/* 2026-01-15T12:00:00Z */
#define NOW 1768478400
#define DAY 86400

/* With a common name, a DNS name, and extensions that a leaf may or may not get. */
static inline void make_csr(const char *common_name, const char *dns, struct lc_csr **out)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_set_text(&attrs, "common_name", common_name, strlen(common_name), &err));
    assert_done(lc_attrs_add_text(&attrs, "sans_dns", dns, strlen(dns), &err));
    assert_done(lc_extensions_add(&attrs.additional_critical_extensions, "2.5.29.37", true,
                                  "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x04", 12, &err));
    assert_done(lc_extensions_add(&attrs.additional_critical_extensions, "1.2.3.4", true,
                                  "\x05\x00", 2, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, out, &err));
}

static inline struct lc_cert_shape day_shape(void)
{
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = NOW;
    shape.validity_s = DAY;
    return shape;
}

static inline bool make_root(struct lc_err *err)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_cert_shape shape = day_shape();

    shape.validity_s = (int64_t)3650 * DAY;
    shape.path_length = 1;
    return lc_key_generate(&spec, &key, err) &&
           lc_attrs_set_text(&attrs, "common_name", "Root", 4, err) &&
           lc_attrs_set_text(&attrs, "organization", "Org", 3, err) &&
           lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, err) &&
           lc_attrs_normalise(&attrs, err) && lc_cert_self_sign(&attrs, key, &shape, &root, err);
}

static inline void release_root(void)
{
    lc_cert_unref(root);
    lc_key_unref(key);
}

#endif
