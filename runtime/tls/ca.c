/* A certificate authority in a Juju secret of the application. */
#include "tls/ca.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define FIELD_KEY          "private-key"
#define FIELD_CERTIFICATE  "ca-certificate"
#define DEFAULT_VALIDITY_S ((int64_t)3650 * 86400)
#define DEFAULT_LEAF_S     ((int64_t)90 * 86400)

struct lc_ca {
    char *label;
    struct lc_attrs subject;
    struct lc_key_spec key_spec;
    char *curve;
    int64_t validity_s;
    int64_t leaf_validity_s;
    struct lc_key *key; /* NULL until it is first needed */
    struct lc_cert *cert;
};

static bool format_label(struct lc_ca *ca, const char *endpoint, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf label;

    lc_buf_init(&label, 1024);
    lc_buf_printf(&label, "luacharm-ca-%s", endpoint);
    return lc_buf_take(&label, &ca->label, NULL, err);
}

bool lc_ca_new(const struct lc_ca_options *options, struct lc_ca **out, struct lc_err *err)
{
    LC_AUTO(lc_ca_free) struct lc_ca *ca = lc_alloc(1, sizeof(*ca));

    if (ca == NULL)
        return lc_fail_memory(err);
    ca->subject = *options->subject;
    *options->subject = (struct lc_attrs)LC_ATTRS_INIT;
    ca->key_spec = options->key;
    ca->key_spec.curve = NULL;
    ca->validity_s = options->validity_s == 0 ? DEFAULT_VALIDITY_S : options->validity_s;
    ca->leaf_validity_s = options->leaf_validity_s == 0 ? DEFAULT_LEAF_S : options->leaf_validity_s;
    if (options->key.curve != NULL) {
        ca->curve = lc_strdup(options->key.curve);
        if (ca->curve == NULL)
            return lc_fail_memory(err);
        ca->key_spec.curve = ca->curve;
    }
    if (!lc_attrs_normalise(&ca->subject, err) || !format_label(ca, options->endpoint, err))
        return lc_wrap(err, "certificate authority");
    *out = LC_STEAL(ca);
    return true;
}

static void forget(struct lc_ca *ca)
{
    lc_key_unref(ca->key);
    lc_cert_unref(ca->cert);
    ca->key = NULL;
    ca->cert = NULL;
}

void lc_ca_free(struct lc_ca *ca)
{
    if (ca == NULL)
        return;
    forget(ca);
    lc_attrs_release(&ca->subject);
    lc_free(ca->curve);
    lc_free(ca->label);
    lc_free(ca);
}

static bool check_leader(const struct lc_tls_hook *hook, struct lc_err *err)
{
    bool leader;

    if (!lc_juju_call(hook->juju, is_leader, &leader, err))
        return false;
    return leader ? true : lc_fail(err, LC_EPERM, "only the leader has the certificate authority");
}

/* A CA that cannot be read is not replaced: whoever trusts it would be cut off without a word. */
static bool parse(struct lc_ca *ca, const struct lc_secret_content *content, struct lc_err *err)
{
    const struct lc_secret *key = lc_secret_content_get(content, FIELD_KEY);
    const struct lc_secret *cert = lc_secret_content_get(content, FIELD_CERTIFICATE);

    if (key == NULL || cert == NULL)
        return lc_fail(err, LC_EPARSE, "secret '%s' lacks the field '%s'", ca->label,
                       key == NULL ? FIELD_KEY : FIELD_CERTIFICATE);
    if (!lc_key_parse(key->data, key->len, NULL, &ca->key, err) ||
        !lc_cert_parse(cert->data, cert->len, &ca->cert, err)) {
        forget(ca);
        return lc_wrap(err, "secret '%s'", ca->label);
    }
    return true;
}

static bool make(struct lc_ca *ca, const struct lc_tls_hook *hook,
                 struct lc_secret_content *content, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = lc_clock_now(hook->clock);
    shape.validity_s = ca->validity_s;
    if (!lc_key_generate(&ca->key_spec, &key, err) ||
        !lc_cert_self_sign(&ca->subject, key, &shape, &cert, err) ||
        !lc_key_encode(key, &pem, err) ||
        !lc_secret_content_set(content, FIELD_KEY, pem.data, pem.len, err) ||
        !lc_secret_content_set(content, FIELD_CERTIFICATE, lc_cert_pem(cert),
                               strlen(lc_cert_pem(cert)), err))
        return lc_wrap(err, "cannot make the certificate authority");
    forget(ca);
    ca->key = LC_STEAL(key);
    ca->cert = LC_STEAL(cert);
    return true;
}

/* Read it, or make it. */
static bool load(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *id = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (ca->cert != NULL)
        return true;
    if (!check_leader(hook, err))
        return false;
    if (lc_juju_call(hook->juju, secret_get, NULL, ca->label, LC_SECRET_REFRESH, &content, &why))
        return parse(ca, &content, err);
    if (why.code != LC_ENOTFOUND) {
        *err = why;
        return false;
    }
    const struct lc_secret_spec spec = { .label = ca->label,
                                         .app_owned = true,
                                         .content = &content };
    if (make(ca, hook, &content, err) && lc_juju_call(hook->juju, secret_add, &spec, &id, err))
        return true;
    forget(ca);
    return false;
}

bool lc_ca_certificate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_cert **out,
                       struct lc_err *err)
{
    if (!load(ca, hook, err))
        return false;
    *out = ca->cert;
    return true;
}

bool lc_ca_sign(struct lc_ca *ca, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                const struct lc_cert_shape *shape, struct lc_decision *out, struct lc_err *err)
{
    struct lc_cert_shape filled = *shape;

    if (!load(ca, hook, err))
        return false;
    if (filled.not_before == 0)
        filled.not_before = lc_clock_now(hook->clock);
    if (filled.validity_s == 0)
        filled.validity_s = ca->leaf_validity_s;
    if (!lc_cert_issue(csr, ca->cert, ca->key, &filled, &out->certificate, err))
        return lc_wrap(err, "cannot issue");
    out->kind = LC_DECISION_ISSUE;
    out->ca = lc_cert_ref(ca->cert);
    return lc_chain_add(&out->chain, out->certificate, err) &&
           lc_chain_add(&out->chain, out->ca, err);
}

bool lc_ca_rotate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    if (!load(ca, hook, err) ||
        !lc_juju_call(hook->juju, secret_info, NULL, ca->label, &info, err) ||
        !make(ca, hook, &content, err))
        return false;
    const struct lc_secret_spec spec = { .content = &content };
    return lc_juju_call(hook->juju, secret_set, info.id, &spec, err);
}
