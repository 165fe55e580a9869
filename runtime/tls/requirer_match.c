/* Find our answers in what the provider wrote. Its databag may hold hundreds of entries for others:
 * texts are compared by their base64 body alone, through a hash index, and only entries of ours are
 * parsed (D-02, D-08). */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "tls/pem_body.h"
#include "tls/requirer_private.h"

/* Bodies of our CSRs, one text each, and an index from body to place in view->own. */
struct bodies {
    struct lc_strlist texts; /* as many as own requests; "" for unreadable ones */
    struct lc_index index;
};

static bool index_own(const struct lc_view *view, struct bodies *bodies, struct lc_buf *scratch,
                      struct lc_err *err)
{
    for (size_t i = 0; i < view->own_count; i++) {
        const struct lc_csr *csr = view->own[i].csr;
        lc_pem_body(csr == NULL ? "" : lc_csr_pem(csr), scratch);
        if (!lc_buf_check(scratch, err) ||
            !lc_strlist_add_len(&bodies->texts, scratch->data, scratch->len, err))
            return false;
    }
    for (size_t i = 0; i < view->own_count; i++) {
        const char *body = bodies->texts.items[i];
        if (*body != '\0' && !lc_index_put(&bodies->index, body, strlen(body), i, NULL, err))
            return false;
    }
    return true;
}

static size_t find_own(const struct bodies *bodies, const char *csr, struct lc_buf *scratch)
{
    lc_pem_body(csr, scratch);
    return scratch->len == 0 ? LC_NONE : lc_index_get(&bodies->index, scratch->data, scratch->len);
}

struct parsed {
    struct lc_cert *cert;
    struct lc_cert *issuer;
    struct lc_chain chain;
};

static void parsed_release(struct parsed *parsed)
{
    lc_cert_unref(parsed->cert);
    lc_cert_unref(parsed->issuer);
    lc_chain_release(&parsed->chain);
}
LC_AUTO_VALUE(struct parsed, parsed_release);

static bool parse_entry(const struct lc_certificate_entry *entry, struct parsed *out,
                        struct lc_err *err)
{
    if (!lc_cert_parse(entry->certificate, strlen(entry->certificate), &out->cert, err))
        return lc_wrap(err, "certificate");
    if (!lc_cert_parse(entry->ca, strlen(entry->ca), &out->issuer, err))
        return lc_wrap(err, "ca");
    for (size_t i = 0; i < entry->chain.count; i++) {
        LC_AUTO(lc_cert_unref) struct lc_cert *link = NULL;
        const char *pem = entry->chain.items[i];
        if (!lc_cert_parse(pem, strlen(pem), &link, err) || !lc_chain_add(&out->chain, link, err))
            return lc_wrap(err, "chain[%zu]", i);
    }
    return true;
}

/* Why a certificate is not taken; NULL when it is (3.7, steps 3 and 4). */
static const char *why_not(const struct lc_own *own, const struct lc_cert *cert)
{
    if (!lc_cert_matches_csr(cert, own->csr))
        return "it is for another key";
    if (lc_cert_is_ca(cert) != own->ca)
        return own->ca ? "it is not the CA certificate that was asked for"
                       : "it is a CA certificate, which was not asked for";
    return NULL;
}

/* Digest of what is announced: certificate, CA and chain. */
static bool put_digest(struct lc_own *own, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text;
    unsigned char digest[LC_SHA256_BYTES];

    lc_buf_init(&text, 16 * 1024);
    lc_buf_printf(&text, "%s %s", lc_cert_hash(own->cert), lc_cert_hash(own->issuer));
    for (size_t i = 0; i < own->chain.count; i++)
        lc_buf_printf(&text, " %s", lc_cert_hash(own->chain.items[i]));
    if (!lc_buf_check(&text, err) || !lc_sha256(text.data, text.len, digest, err))
        return false;
    lc_hex_encode(digest, sizeof(digest), own->digest);
    return true;
}

/* The first entry that fits counts (3.7). */
static bool take_certificate(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                             struct lc_own *own, const struct lc_certificate_entry *entry,
                             struct lc_err *err)
{
    const char *relation_id = requirer->view.relation_id;
    LC_AUTO(parsed_release) struct parsed parsed = { .cert = NULL };
    struct lc_err why = LC_ERR_INIT;

    if (own->cert != NULL)
        return true;
    if (!parse_entry(entry, &parsed, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        lc_log(hook->log, LC_LEVEL_WARNING, "%s: an answer to us is passed over: %s", relation_id,
               why.message);
        return true;
    }
    const char *reason = why_not(own, parsed.cert);
    if (reason != NULL) {
        lc_log(hook->log, LC_LEVEL_WARNING, "%s: certificate %s is passed over: %s", relation_id,
               lc_cert_serial(parsed.cert), reason);
        return true;
    }
    own->cert = LC_STEAL(parsed.cert);
    own->issuer = LC_STEAL(parsed.issuer);
    own->chain = parsed.chain;
    parsed.chain = (struct lc_chain)LC_CHAIN_INIT;
    own->revoked = entry->revoked;
    own->fresh = !lc_memory_is(&requirer->memory, lc_csr_hash(own->csr), LC_FACT_STORED,
                               lc_cert_hash(own->cert));
    return put_digest(own, err);
}

bool lc_requirer_match(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    struct lc_view *view = &requirer->view;
    struct bodies bodies = { .texts = LC_STRLIST_INIT };
    LC_AUTO(lc_buf_release) struct lc_buf scratch;

    lc_buf_init(&scratch, LC_DATABAG_MAX_BYTES);
    bool good = index_own(view, &bodies, &scratch, err);
    for (size_t i = 0; good && i < view->certificates.count; i++) {
        const size_t at = find_own(&bodies, view->certificates.items[i].csr, &scratch);
        if (at != LC_NONE)
            good = take_certificate(requirer, hook, &view->own[at], &view->certificates.items[i],
                                    err);
    }
    for (size_t i = 0; good && i < view->errors.count; i++) {
        const size_t at = find_own(&bodies, view->errors.items[i].csr, &scratch);
        if (at != LC_NONE && view->own[at].denial == NULL)
            view->own[at].denial = &view->errors.items[i];
    }
    lc_index_release(&bodies.index);
    lc_strlist_release(&bodies.texts);
    return good && lc_buf_check(&scratch, err);
}
