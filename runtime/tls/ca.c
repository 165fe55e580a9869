/* A certificate authority in a Juju secret of the application. */
#include "tls/ca.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tls/security.h"

#define FIELD_KEY          "private-key"
#define FIELD_CERTIFICATE  "ca-certificate"
#define FIELD_PREVIOUS     "previous-ca-certificates" /* newest first, one PEM block after another */
#define FIELD_BRIDGES      "bridge-certificates" /* the CA signed by the one before, and so on */
#define DEFAULT_VALIDITY_S ((int64_t)3650 * 86400)
#define DEFAULT_LEAF_S     ((int64_t)90 * 86400)
#define MAX_BRIDGES        4 /* in the chain of each certificate */

struct lc_ca {
    char *label;
    struct lc_attrs subject;
    struct lc_key_spec key_spec;
    char *curve;
    int64_t validity_s;
    int64_t leaf_validity_s;
    struct lc_key *key; /* NULL until it is first needed */
    struct lc_cert *cert;
    struct lc_chain previous; /* newest first, a list */
    struct lc_chain bridges;  /* from the CA to the oldest that is still trusted, a chain */
};

static bool format_label(struct lc_ca *ca, const char *endpoint, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf label = LC_BUF_INIT(1024);

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
    lc_chain_release(&ca->previous);
    lc_chain_release(&ca->bridges);
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

static bool parse(struct lc_ca *ca, const struct lc_secret_content *content, struct lc_err *err)
{
    const struct lc_secret *key = lc_secret_content_get(content, FIELD_KEY);
    const struct lc_secret *cert = lc_secret_content_get(content, FIELD_CERTIFICATE);
    const struct lc_secret *previous = lc_secret_content_get(content, FIELD_PREVIOUS);
    const struct lc_secret *bridges = lc_secret_content_get(content, FIELD_BRIDGES);

    if (key == NULL || cert == NULL)
        return lc_fail(err, LC_EPARSE, "secret '%s' lacks the field '%s'", ca->label,
                       key == NULL ? FIELD_KEY : FIELD_CERTIFICATE);
    if (lc_key_parse(key->data, key->len, NULL, &ca->key, err) &&
        lc_cert_parse(cert->data, cert->len, &ca->cert, err) &&
        (previous == NULL || lc_chain_parse(previous->data, previous->len, &ca->previous, err)) &&
        (bridges == NULL || lc_chain_parse(bridges->data, bridges->len, &ca->bridges, err)))
        return true;
    forget(ca);
    return lc_wrap(err, "secret '%s'", ca->label);
}

/* --- making one ----------------------------------------------------------------------------- */

/* Those that somebody may still have to trust, behind the one that is replaced. */
static bool list_previous(const struct lc_ca *ca, int64_t now, struct lc_chain *out,
                          struct lc_err *err)
{
    if (ca->cert != NULL && now < lc_cert_not_after(ca->cert) && !lc_chain_add(out, ca->cert, err))
        return false;
    for (size_t i = 0; i < ca->previous.count && out->count < LC_CHAIN_MAX_CERTS; i++)
        if (now < lc_cert_not_after(ca->previous.items[i]) &&
            !lc_chain_add(out, ca->previous.items[i], err))
            return false;
    return true;
}

/* Those that lead to a CA which has not ended, behind the new one: so that clients that have not
 * heard of the new CA yet take what it issues (lc_cert_cross_sign). */
static bool list_bridges(const struct lc_ca *ca, const struct lc_cert *renewed, int64_t now,
                         struct lc_chain *out, struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *bridge = NULL;

    if (ca->cert == NULL || now >= lc_cert_not_after(ca->cert))
        return true;
    if (!lc_cert_cross_sign(renewed, ca->cert, ca->key, now, &bridge, err) ||
        !lc_chain_add(out, bridge, err))
        return false;
    for (size_t i = 0; i < ca->bridges.count && out->count < MAX_BRIDGES; i++) {
        if (now >= lc_cert_not_after(ca->bridges.items[i]))
            break;
        if (!lc_chain_add(out, ca->bridges.items[i], err))
            return false;
    }
    return true;
}

static bool put_chain(struct lc_secret_content *content, const char *field,
                      const struct lc_chain *chain, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_CHAIN_MAX_BYTES);

    lc_chain_encode(chain, &text);
    return lc_buf_check(&text, err) &&
           (text.len == 0 || lc_secret_content_set(content, field, text.data, text.len, err));
}

static bool put_texts(struct lc_secret_content *content, const struct lc_key *key,
                      const struct lc_cert *cert, const struct lc_chain *previous,
                      const struct lc_chain *bridges, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;

    return lc_key_encode(key, &pem, err) &&
           lc_secret_content_set(content, FIELD_KEY, pem.data, pem.len, err) &&
           lc_secret_content_set(content, FIELD_CERTIFICATE, lc_cert_pem(cert),
                                 strlen(lc_cert_pem(cert)), err) &&
           put_chain(content, FIELD_PREVIOUS, previous, err) &&
           put_chain(content, FIELD_BRIDGES, bridges, err);
}

/* A new CA behind which the one that is there stands; content is what the secret is to hold. */
static bool make(struct lc_ca *ca, const struct lc_tls_hook *hook,
                 struct lc_secret_content *content, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    LC_AUTO(lc_chain_release) struct lc_chain previous = LC_CHAIN_INIT;
    LC_AUTO(lc_chain_release) struct lc_chain bridges = LC_CHAIN_INIT;
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;

    shape.not_before = lc_clock_now(hook->clock);
    shape.validity_s = ca->validity_s;
    if (!lc_key_generate(&ca->key_spec, &key, err) ||
        !lc_cert_self_sign(&ca->subject, key, &shape, &cert, err) ||
        !list_previous(ca, shape.not_before, &previous, err) ||
        !list_bridges(ca, cert, shape.not_before, &bridges, err) ||
        !put_texts(content, key, cert, &previous, &bridges, err))
        return lc_wrap(err, "cannot make the certificate authority");
    lc_security_key_generated(hook, key);
    lc_security_ca_generated(hook, cert);
    forget(ca);
    ca->key = LC_STEAL(key);
    ca->cert = LC_STEAL(cert);
    ca->previous = previous;
    previous = (struct lc_chain)LC_CHAIN_INIT;
    ca->bridges = bridges;
    bridges = (struct lc_chain)LC_CHAIN_INIT;
    return true;
}

static bool add(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *id = NULL;
    const struct lc_secret_spec spec = { .label = ca->label,
                                         .app_owned = true,
                                         .content = &content };

    if (make(ca, hook, &content, err) && lc_juju_call(hook->juju, secret_add, &spec, &id, err))
        return true;
    forget(ca);
    return false;
}

static bool replace(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    const struct lc_secret_spec spec = { .content = &content };

    if (lc_juju_call(hook->juju, secret_info, NULL, ca->label, &info, err) &&
        make(ca, hook, &content, err) && lc_juju_call(hook->juju, secret_set, info.id, &spec, err))
        return true;
    forget(ca);
    return false;
}

/* --- having one ----------------------------------------------------------------------------- */

/* Read it, or make it. */
static bool load(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
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
    return add(ca, hook, err);
}

/* One that lives as long as what is issued for validity_s. A validity over half the CA's own would
 * renew it all the time: such a certificate is cut at the CA's end instead. */
static bool load_for(struct lc_ca *ca, const struct lc_tls_hook *hook, int64_t validity_s,
                     struct lc_err *err)
{
    const int64_t most = ca->validity_s / 2;

    if (!load(ca, hook, err))
        return false;
    const int64_t left = lc_cert_not_after(ca->cert) - lc_clock_now(hook->clock);
    return left >= (validity_s < most ? validity_s : most) || replace(ca, hook, err);
}

bool lc_ca_certificate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_cert **out,
                       struct lc_err *err)
{
    if (!load_for(ca, hook, ca->leaf_validity_s, err))
        return false;
    *out = ca->cert;
    return true;
}

bool lc_ca_trusted(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_chain *out,
                   struct lc_err *err)
{
    LC_AUTO(lc_chain_release) struct lc_chain trusted = LC_CHAIN_INIT;

    if (!load_for(ca, hook, ca->leaf_validity_s, err) ||
        !list_previous(ca, lc_clock_now(hook->clock), &trusted, err))
        return false;
    lc_chain_release(out);
    *out = trusted;
    trusted = (struct lc_chain)LC_CHAIN_INIT;
    return true;
}

bool lc_ca_rotate(struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_err *err)
{
    return load(ca, hook, err) && replace(ca, hook, err);
}

bool lc_ca_signer(struct lc_ca *ca, const struct lc_tls_hook *hook, int64_t validity_s,
                  struct lc_cert **cert_out, struct lc_key **key_out, int64_t *leaf_validity_out,
                  struct lc_err *err)
{
    if (!load_for(ca, hook, validity_s == 0 ? ca->leaf_validity_s : validity_s, err))
        return false;
    *cert_out = ca->cert;
    *key_out = ca->key;
    *leaf_validity_out = ca->leaf_validity_s;
    return true;
}

/* --- using it ------------------------------------------------------------------------------- */

/* Leaf, CA; after a rotation leaf, bridges, and the old CA that they lead to. */
static bool add_chain(const struct lc_ca *ca, int64_t now, struct lc_decision *out,
                      struct lc_err *err)
{
    const struct lc_cert *last = NULL;

    out->chain_in_order = true;
    if (!lc_chain_add(&out->chain, out->certificate, err))
        return false;
    for (size_t i = 0; i < ca->bridges.count && now < lc_cert_not_after(ca->bridges.items[i]);
         i++) {
        last = ca->bridges.items[i];
        if (!lc_chain_add(&out->chain, ca->bridges.items[i], err))
            return false;
    }
    if (last == NULL)
        return lc_chain_add(&out->chain, out->ca, err);
    for (size_t i = 0; i < ca->previous.count; i++) {
        bool issued = false;
        if (!lc_cert_is_issued_by(last, ca->previous.items[i], &issued, err))
            return false;
        if (issued)
            return lc_chain_add(&out->chain, ca->previous.items[i], err);
    }
    return true;
}

bool lc_ca_complete(const struct lc_ca *ca, const struct lc_tls_hook *hook, struct lc_decision *out,
                    struct lc_err *err)
{
    lc_security_certificate_generated(hook, out->certificate);
    out->kind = LC_DECISION_ISSUE;
    lc_cert_unref(out->ca);
    out->ca = lc_cert_ref(ca->cert);
    lc_chain_release(&out->chain);
    return add_chain(ca, lc_clock_now(hook->clock), out, err);
}

bool lc_ca_sign(struct lc_ca *ca, const struct lc_tls_hook *hook, const struct lc_csr *csr,
                const struct lc_cert_shape *shape, struct lc_decision *out, struct lc_err *err)
{
    struct lc_cert_shape filled = *shape;
    struct lc_err why = LC_ERR_INIT;

    if (filled.not_before == 0)
        filled.not_before = lc_clock_now(hook->clock);
    if (filled.validity_s == 0)
        filled.validity_s = ca->leaf_validity_s;
    if (!load_for(ca, hook, filled.validity_s, err))
        return false;
    lc_decision_release(out);
    if (!lc_cert_issue(csr, ca->cert, ca->key, &filled, &out->certificate, &why)) {
        if (why.code == LC_EPARSE || why.code == LC_ELIMIT)
            return lc_decision_deny(out, LC_ERROR_OTHER, why.message, NULL, err);
        *err = why;
        return lc_wrap(err, "cannot issue");
    }
    return lc_ca_complete(ca, hook, out, err);
}
