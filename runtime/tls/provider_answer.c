/* Answers: changes of a relation's lists in memory, and the one write that sends them. */
#include <string.h>

#include "base/mem.h"
#include "tls/provider_private.h"
#include "tls/security.h"

void lc_decision_release(struct lc_decision *decision)
{
    lc_cert_unref(decision->certificate);
    lc_cert_unref(decision->ca);
    lc_chain_release(&decision->chain);
    lc_free(decision->message);
    lc_free(decision->reason);
    lc_free(decision->provider);
    lc_free(decision->endpoint);
    *decision = (struct lc_decision)LC_DECISION_INIT;
}

bool lc_decision_deny(struct lc_decision *decision, int64_t code, const char *message,
                      const char *reason, struct lc_err *err)
{
    lc_decision_release(decision);
    decision->kind = LC_DECISION_DENY;
    decision->code = code;
    decision->message = lc_strdup(message);
    decision->reason = reason == NULL ? NULL : lc_strdup(reason);
    return decision->message != NULL && (reason == NULL || decision->reason != NULL)
               ? true
               : lc_fail_memory(err);
}

/* --- cleaning (4.2) ------------------------------------------------------------------------- */

/* Whether an answer stays: its request is there, or may be there where we could not read (D-04). An
 * empty place stays empty. */
static bool stays(const struct lc_provided *relation, const char *csr, struct lc_buf *scratch)
{
    return csr == NULL || relation->unreadable ||
           lc_provided_find(relation, csr, scratch) != LC_NONE;
}

void lc_provided_drop_certificate(struct lc_provided *relation, size_t place)
{
    lc_certificate_entry_release(&relation->certificates.items[place]);
    relation->certificates_changed = true;
}

void lc_provided_drop_error(struct lc_provided *relation, size_t place)
{
    lc_error_entry_release(&relation->errors.items[place]);
    relation->errors_changed = true;
}

bool lc_provided_clean(struct lc_provided *relation, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf scratch = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    for (size_t i = 0; i < relation->errors.count; i++)
        if (!stays(relation, relation->errors.items[i].csr, &scratch))
            lc_provided_drop_error(relation, i);
    for (size_t i = 0; i < relation->certificates.count; i++)
        if (!stays(relation, relation->certificates.items[i].csr, &scratch))
            lc_provided_drop_certificate(relation, i);
    /* A request has one answer; its certificate counts more than an error (PROV-014). */
    for (size_t i = 0; i < relation->asked_count; i++) {
        struct lc_asked *asked = &relation->asked[i];
        if (asked->certificate == LC_NONE || asked->error == LC_NONE)
            continue;
        lc_provided_drop_error(relation, asked->error);
        asked->error = LC_NONE;
    }
    return lc_buf_check(&scratch, err);
}

/* --- answering (4.5) ------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_certificate(const struct lc_certificate_entry *a,
                             const struct lc_certificate_entry *b)
{
    return strcmp(a->ca, b->ca) == 0 && strcmp(a->certificate, b->certificate) == 0 &&
           lc_strlist_equals(&a->chain, &b->chain) && a->revoked == b->revoked;
}

static bool same_error(const struct lc_error_entry *a, const struct lc_error_entry *b)
{
    return a->code == b->code && same_text(a->name, b->name) && same_text(a->message, b->message) &&
           same_text(a->reason, b->reason) && same_text(a->provider, b->provider) &&
           same_text(a->endpoint, b->endpoint);
}

/* Leaf first. An empty chain is written as [certificate], or [certificate, ca] where the CA is
 * known to be its issuer (D-10). */
static bool fill_chain(const struct lc_tls_hook *hook, const struct lc_decision *decision,
                       struct lc_strlist *out, struct lc_err *err)
{
    bool good = true;

    for (size_t i = 0; i < decision->chain.count; i++)
        if (!lc_strlist_add(out, lc_cert_pem(decision->chain.items[i]), err))
            return false;
    if (decision->chain.count != 0) {
        if (decision->chain_in_order)
            return true;
        if (!lc_chain_has_valid_order(&decision->chain, &good, err))
            return false;
        if (!good || !lc_cert_equals(decision->chain.items[0], decision->certificate))
            lc_log(hook->log, LC_LEVEL_WARNING,
                   "the chain of certificate %s is not in order, leaf first; sent as it is",
                   lc_cert_serial(decision->certificate));
        return true;
    }
    return lc_cert_is_issued_by(decision->certificate, decision->ca, &good, err) &&
           lc_strlist_add(out, lc_cert_pem(decision->certificate), err) &&
           (!good || lc_strlist_add(out, lc_cert_pem(decision->ca), err));
}

static bool issue(const struct lc_tls_hook *hook, struct lc_provided *relation,
                  struct lc_asked *asked, const struct lc_decision *decision, struct lc_err *err)
{
    struct lc_certificate_entry entry = { .ca = lc_strdup(lc_cert_pem(decision->ca)),
                                          .csr = lc_strdup(lc_csr_pem(asked->csr)),
                                          .certificate = lc_strdup(
                                              lc_cert_pem(decision->certificate)) };
    bool good = entry.ca != NULL && entry.csr != NULL && entry.certificate != NULL
                    ? fill_chain(hook, decision, &entry.chain, err)
                    : lc_fail_memory(err);
    const bool known = good && asked->certificate != LC_NONE &&
                       same_certificate(&relation->certificates.items[asked->certificate], &entry);

    /* Added before the old one goes, so that nothing is lost when this fails (PROV-030). */
    if (good && !known && lc_certificate_entries_add(&relation->certificates, &entry, err)) {
        if (asked->certificate != LC_NONE)
            lc_provided_drop_certificate(relation, asked->certificate);
        asked->certificate = relation->certificates.count - 1;
        relation->certificates_changed = true;
        lc_security_certificate_provided(hook, relation->relation_id, asked->csr);
    } else if (!known) {
        good = false;
    }
    if (good && asked->error != LC_NONE) {
        lc_provided_drop_error(relation, asked->error);
        asked->error = LC_NONE;
    }
    if (good)
        asked->served = lc_cert_matches_csr(decision->certificate, asked->csr);
    lc_certificate_entry_release(&entry);
    return good;
}

/* NULL stays NULL. */
static bool copy_text(char **out, const char *text, struct lc_err *err)
{
    *out = text == NULL ? NULL : lc_strdup(text);
    return text == NULL || *out != NULL ? true : lc_fail_memory(err);
}

static bool fill_error(const struct lc_provider *provider, const struct lc_asked *asked,
                       const struct lc_decision *decision, struct lc_error_entry *out,
                       struct lc_err *err)
{
    const char *name = lc_request_error_name(decision->code);
    const char *by = decision->provider == NULL ? provider->provider_name : decision->provider;

    out->code = decision->code;
    return copy_text(&out->csr, lc_csr_pem(asked->csr), err) &&
           copy_text(&out->name, name == NULL ? "OTHER" : name, err) &&
           copy_text(&out->message, decision->message == NULL ? "" : decision->message, err) &&
           copy_text(&out->reason, decision->reason, err) && copy_text(&out->provider, by, err) &&
           copy_text(&out->endpoint, decision->endpoint, err);
}

static bool deny(const struct lc_provider *provider, const struct lc_tls_hook *hook,
                 struct lc_provided *relation, struct lc_asked *asked,
                 const struct lc_decision *decision, struct lc_err *err)
{
    struct lc_error_entry entry = { .csr = NULL };
    bool good = fill_error(provider, asked, decision, &entry, err);
    const bool known = good && asked->error != LC_NONE &&
                       same_error(&relation->errors.items[asked->error], &entry);

    if (good && !known && lc_error_entries_add(&relation->errors, &entry, err)) {
        if (asked->error != LC_NONE)
            lc_provided_drop_error(relation, asked->error);
        asked->error = relation->errors.count - 1;
        relation->errors_changed = true;
        lc_security_certificate_denied(hook, relation->relation_id,
                                       asked->unit == NULL ? relation->remote_app : asked->unit,
                                       asked->csr, entry.code, entry.name, entry.message);
    } else if (!known) {
        good = false;
    }
    if (good && asked->certificate != LC_NONE) {
        lc_provided_drop_certificate(relation, asked->certificate);
        asked->certificate = LC_NONE;
        asked->served = false;
    }
    lc_error_entry_release(&entry);
    return good;
}

static bool remember_denial(struct lc_provider *provider, const struct lc_tls_hook *hook,
                            const struct lc_asked *asked, struct lc_err *err)
{
    char digest[LC_SHA256_HEX];

    return lc_memory_load(&provider->memory, hook, err) &&
           lc_provider_policy_digest(provider, asked, digest, err) &&
           lc_memory_note(&provider->memory, lc_csr_hash(asked->csr), LC_FACT_DENIED, digest, err);
}

bool lc_provided_answer(struct lc_provider *provider, const struct lc_tls_hook *hook,
                        struct lc_provided *relation, struct lc_asked *asked,
                        const struct lc_decision *decision, struct lc_err *err)
{
    switch (decision->kind) {
    case LC_DECISION_DEFER:
        return true;
    case LC_DECISION_ISSUE:
        return issue(hook, relation, asked, decision, err);
    case LC_DECISION_DENY:
        return deny(provider, hook, relation, asked, decision, err) &&
               remember_denial(provider, hook, asked, err);
    }
    return true;
}

/* --- writing -------------------------------------------------------------------------------- */

/* Only what differs from what is there (WIRE-032). */
static bool add_change(struct lc_strmap *changes, const struct lc_strmap *bag, const char *key,
                       const char *value, struct lc_err *err)
{
    const char *old = lc_strmap_get(bag, key);

    if (strcmp(old == NULL ? "" : old, value) == 0)
        return true;
    return lc_strmap_set(changes, key, value, err);
}

static bool write_relation(struct lc_provided *relation, const struct lc_tls_hook *hook,
                           struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_DATABAG_MAX_BYTES);

    if (relation->certificates_changed &&
        (!lc_databag_dump_certificates(&relation->certificates, &text, err) ||
         !add_change(&changes, &relation->bag, LC_KEY_CERTIFICATES, text.data, err)))
        return false;
    if (relation->errors_changed &&
        (!lc_databag_dump_errors(&relation->errors, &text, err) ||
         !add_change(&changes, &relation->bag, LC_KEY_ERRORS, text.data, err)))
        return false;
    if (relation->capabilities_changed &&
        (!lc_databag_dump_capabilities(&relation->capabilities, &text, err) ||
         !add_change(&changes, &relation->bag, LC_KEY_CAPABILITIES, text.data, err)))
        return false;
    relation->certificates_changed = false;
    relation->errors_changed = false;
    relation->capabilities_changed = false;
    return changes.count == 0 ||
           lc_juju_call(hook->juju, relation_set, relation->relation_id, true, &changes, err);
}

bool lc_provider_write(struct lc_provider *provider, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    for (size_t i = 0; i < provider->relation_count; i++)
        if (!write_relation(&provider->relations[i], hook, err))
            return lc_wrap(err, "relation '%s'", provider->relations[i].relation_id);
    return true;
}
