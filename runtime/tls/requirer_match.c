/* Find our answers in what the provider wrote. Its databag may hold hundreds of entries for others:
 * texts are compared by their base64 body alone, through a hash index, and only entries of ours are
 * parsed (D-02, D-08). */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tls/complaints.h"
#include "tls/pem_body.h"
#include "tls/requirer_private.h"

/* Bodies of our CSRs, one text each, and an index from body to place in view->own. */
struct bodies {
    struct lc_strlist texts; /* as many as own requests */
    struct lc_index index;
};

static bool index_own(const struct lc_view *view, struct bodies *bodies, struct lc_buf *scratch,
                      struct lc_err *err)
{
    for (size_t i = 0; i < view->own_count; i++) {
        lc_pem_body(lc_csr_pem(view->own[i].csr), scratch);
        if (!lc_buf_check(scratch, err) ||
            !lc_strlist_add_len(&bodies->texts, scratch->data, scratch->len, err))
            return false;
    }
    for (size_t i = 0; i < view->own_count; i++) {
        const char *body = bodies->texts.items[i];
        if (!lc_index_put(&bodies->index, body, strlen(body), i, NULL, err))
            return false;
    }
    return true;
}

/* The body in scratch is of one of ours. */
static size_t find_own(const struct bodies *bodies, const struct lc_buf *scratch)
{
    return scratch->len == 0 ? LC_NONE : lc_index_get(&bodies->index, scratch->data, scratch->len);
}

/* Certificates by their text: CAs and links of chains are the same in many entries, and each text
 * is parsed once (REQ-091). */
struct pool {
    struct lc_index by_text; /* -> place in certs; borrows the texts */
    struct lc_strlist texts;
    struct lc_cert **items;
    size_t count;
    size_t capacity;
};

static void pool_release(struct pool *pool)
{
    lc_index_release(&pool->by_text);
    for (size_t i = 0; i < pool->count; i++)
        lc_cert_unref(pool->items[i]);
    lc_free(pool->items);
    lc_strlist_release(&pool->texts);
}

/* *out: a reference for the caller. */
static bool parse_once(struct pool *pool, const char *pem, struct lc_cert **out, struct lc_err *err)
{
    const size_t len = strlen(pem);
    const size_t at = lc_index_get(&pool->by_text, pem, len);

    if (at != LC_INDEX_NONE) {
        *out = lc_cert_ref(pool->items[at]);
        return true;
    }
    if (!lc_grow(&pool->items, &pool->capacity, pool->count, sizeof(struct lc_cert *)))
        return lc_fail_memory(err);
    if (!lc_cert_parse(pem, len, &pool->items[pool->count], err))
        return false;
    pool->count++;
    if (!lc_strlist_add_len(&pool->texts, pem, len, err) ||
        !lc_index_put(&pool->by_text, pool->texts.items[pool->count - 1], len, pool->count - 1,
                      NULL, err))
        return false;
    *out = lc_cert_ref(pool->items[pool->count - 1]);
    return true;
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

static bool parse_entry(struct pool *pool, const struct lc_certificate_entry *entry,
                        struct parsed *out, struct lc_err *err)
{
    if (!parse_once(pool, entry->certificate, &out->cert, err))
        return lc_wrap(err, "certificate");
    if (!parse_once(pool, entry->ca, &out->issuer, err))
        return lc_wrap(err, "ca");
    for (size_t i = 0; i < entry->chain.count; i++) {
        LC_AUTO(lc_cert_unref) struct lc_cert *link = NULL;
        if (!parse_once(pool, entry->chain.items[i], &link, err) ||
            !lc_chain_add(&out->chain, link, err))
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
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(16 * 1024);
    unsigned char digest[LC_SHA256_BYTES];

    lc_buf_printf(&text, "%s %s", lc_cert_hash(own->cert), lc_cert_hash(own->issuer));
    for (size_t i = 0; i < own->chain.count; i++)
        lc_buf_printf(&text, " %s", lc_cert_hash(own->chain.items[i]));
    if (!lc_buf_check(&text, err) || !lc_sha256(text.data, text.len, digest, err))
        return false;
    lc_hex_encode(digest, sizeof(digest), own->digest);
    return true;
}

/* What a pass over the answers needs. */
struct matching {
    struct lc_requirer *requirer;
    struct bodies bodies;
    struct pool pool;
    struct lc_complaints complaints;
    struct lc_buf scratch;
};

static void matching_release(struct matching *matching)
{
    lc_index_release(&matching->bodies.index);
    lc_strlist_release(&matching->bodies.texts);
    pool_release(&matching->pool);
    lc_buf_release(&matching->scratch);
}
LC_AUTO_VALUE(struct matching, matching_release);

/* The first entry that fits counts (3.7). */
static bool take_certificate(struct matching *matching, struct lc_own *own,
                             const struct lc_answer *answer, struct lc_err *err)
{
    const struct lc_requirer *requirer = matching->requirer;
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };
    LC_AUTO(parsed_release) struct parsed parsed = { .cert = NULL };
    struct lc_err why = LC_ERR_INIT;

    if (own->cert != NULL)
        return true;
    if (!lc_answer_certificate(answer, &entry, err))
        return false;
    if (!parse_entry(&matching->pool, &entry, &parsed, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        lc_complain(&matching->complaints, "%s: an answer to us is passed over: %s",
                    requirer->view.relation_id, why.message);
        return true;
    }
    const char *reason = why_not(own, parsed.cert);
    if (reason != NULL) {
        lc_complain(&matching->complaints, "%s: certificate %s is passed over: %s",
                    requirer->view.relation_id, lc_cert_serial(parsed.cert), reason);
        return true;
    }
    own->cert = LC_STEAL(parsed.cert);
    own->issuer = LC_STEAL(parsed.issuer);
    own->chain = parsed.chain;
    parsed.chain = (struct lc_chain)LC_CHAIN_INIT;
    own->revoked = entry.revoked;
    own->fresh = !lc_memory_is(&requirer->memory, lc_csr_hash(own->csr), LC_FACT_STORED,
                               lc_cert_hash(own->cert));
    return put_digest(own, err);
}

/* A certificate counts more than a denial beside it. */
static void take_denial(struct matching *matching, struct lc_own *own,
                        const struct lc_error_entry *entry)
{
    if (own->cert != NULL)
        lc_complain(&matching->complaints,
                    "%s: a request of ours is answered and denied (%s): the certificate counts",
                    matching->requirer->view.relation_id, entry->name);
    else if (own->denial == NULL)
        own->denial = entry;
}

static bool match_answers(struct matching *matching, struct lc_err *err)
{
    struct lc_view *view = &matching->requirer->view;

    for (size_t i = 0; i < view->certificates.count; i++) {
        const struct lc_answer *answer = &view->certificates.items[i];
        lc_pem_body_of_span(&answer->csr, &matching->scratch);
        const size_t at = find_own(&matching->bodies, &matching->scratch);
        if (at != LC_NONE && !take_certificate(matching, &view->own[at], answer, err))
            return false;
    }
    for (size_t i = 0; i < view->errors.count; i++) {
        const struct lc_error_entry *entry = &view->errors.items[i];
        lc_pem_body(entry->csr, &matching->scratch);
        const size_t at = find_own(&matching->bodies, &matching->scratch);
        if (at != LC_NONE)
            take_denial(matching, &view->own[at], entry);
    }
    return lc_buf_check(&matching->scratch, err);
}

bool lc_requirer_match(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    LC_AUTO(matching_release)
    struct matching matching = { .requirer = requirer,
                                 .bodies = { .texts = LC_STRLIST_INIT },
                                 .complaints = { .log = hook->log } };

    lc_buf_init(&matching.scratch, LC_DATABAG_MAX_BYTES);
    return index_own(&requirer->view, &matching.bodies, &matching.scratch, err) &&
           match_answers(&matching, err);
}
