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
static bool stays(const struct lc_provided *relation, const struct lc_answer *answer,
                  struct lc_buf *scratch)
{
    return answer->text == NULL || relation->unreadable ||
           lc_provided_find_asked(relation, answer, scratch) != LC_NONE;
}

void lc_provided_drop_certificate(struct lc_provided *relation, size_t place)
{
    lc_answers_drop(&relation->certificates, place);
    relation->certificates_changed = true;
}

void lc_provided_drop_error(struct lc_provided *relation, size_t place)
{
    lc_answers_drop(&relation->errors, place);
    relation->errors_changed = true;
}

bool lc_provided_revoke(struct lc_provided *relation, size_t place, struct lc_err *err)
{
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };
    LC_AUTO(lc_answer_release) struct lc_answer revoked = { .text = NULL };
    const struct lc_answer *answer = &relation->certificates.items[place];

    if (answer->text == NULL || answer->revoked)
        return true;
    if (!lc_answer_certificate(answer, &entry, err))
        return false;
    entry.revoked = true;
    if (!lc_answer_of_certificate(&entry, &revoked, err))
        return false;
    lc_answers_replace(&relation->certificates, place, &revoked);
    relation->certificates_changed = true;
    return true;
}

bool lc_provided_clean(struct lc_provided *relation, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf scratch = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    for (size_t i = 0; i < relation->errors.count; i++)
        if (!stays(relation, &relation->errors.items[i], &scratch))
            lc_provided_drop_error(relation, i);
    for (size_t i = 0; i < relation->certificates.count; i++)
        if (!stays(relation, &relation->certificates.items[i], &scratch))
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

static size_t bytes_at(const struct lc_answers *answers, size_t place)
{
    return place == LC_NONE ? 0 : lc_answer_bytes(&answers->items[place]);
}

/* Whether an answer, which goes into `list` at `place` or behind, fits into the databag; both
 * earlier answers to the request go. A relation in which one does not is full. */
static bool has_room(struct lc_provided *relation, const struct lc_asked *asked,
                     const struct lc_answers *list, size_t place, const struct lc_answer *answer)
{
    const size_t stays = relation->certificates.bytes + relation->errors.bytes -
                         bytes_at(&relation->certificates, asked->certificate) -
                         bytes_at(&relation->errors, asked->error);
    const bool fits = stays + lc_answer_bytes(answer) <= lc_answers_max_bytes(list) &&
                      list->live - (place != LC_NONE) < LC_DATABAG_MAX_ENTRIES;

    relation->full = relation->full || !fits;
    return fits;
}

static bool fill_certificate(const struct lc_tls_hook *hook, const struct lc_asked *asked,
                             const struct lc_decision *decision, struct lc_certificate_entry *out,
                             struct lc_err *err)
{
    out->ca = lc_strdup(lc_cert_pem(decision->ca));
    out->csr = lc_strdup(lc_csr_pem(asked->csr));
    out->certificate = lc_strdup(lc_cert_pem(decision->certificate));
    return out->ca != NULL && out->csr != NULL && out->certificate != NULL
               ? fill_chain(hook, decision, &out->chain, err)
               : lc_fail_memory(err);
}

/* Whether this is what was answered. */
static bool is_issued(const struct lc_provided *relation, const struct lc_asked *asked,
                      const struct lc_certificate_entry *entry, bool *known, struct lc_err *err)
{
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry old = { .ca = NULL };

    *known = false;
    if (asked->certificate == LC_NONE)
        return true;
    if (!lc_answer_certificate(&relation->certificates.items[asked->certificate], &old, err))
        return false;
    *known = same_certificate(&old, entry);
    return true;
}

/* Added before the old one goes, so that nothing is lost when this fails (PROV-030). */
static bool add_certificate(const struct lc_tls_hook *hook, struct lc_provided *relation,
                            struct lc_asked *asked, struct lc_answer *answer, struct lc_err *err)
{
    if (!lc_answers_take(&relation->certificates, answer, err))
        return false;
    if (asked->certificate != LC_NONE)
        lc_provided_drop_certificate(relation, asked->certificate);
    asked->certificate = relation->certificates.count - 1;
    relation->certificates_changed = true;
    lc_security_certificate_provided(hook, relation->relation_id, asked->csr);
    return true;
}

static bool issue(const struct lc_tls_hook *hook, struct lc_provided *relation,
                  struct lc_asked *asked, const struct lc_decision *decision, bool *fits,
                  struct lc_err *err)
{
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };
    LC_AUTO(lc_answer_release) struct lc_answer answer = { .text = NULL };
    bool known;

    if (!fill_certificate(hook, asked, decision, &entry, err) ||
        !is_issued(relation, asked, &entry, &known, err))
        return false;
    if (!known) {
        if (!lc_answer_of_certificate(&entry, &answer, err))
            return false;
        *fits = has_room(relation, asked, &relation->certificates, asked->certificate, &answer);
        if (!*fits)
            return true;
        if (!add_certificate(hook, relation, asked, &answer, err))
            return false;
    }
    if (asked->error != LC_NONE) {
        lc_provided_drop_error(relation, asked->error);
        asked->error = LC_NONE;
    }
    asked->served = lc_cert_matches_csr(decision->certificate, asked->csr);
    return true;
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

static bool is_denied(const struct lc_provided *relation, const struct lc_asked *asked,
                      const struct lc_error_entry *entry, bool *known, struct lc_err *err)
{
    LC_AUTO(lc_error_entry_release) struct lc_error_entry old = { .csr = NULL };

    *known = false;
    if (asked->error == LC_NONE)
        return true;
    if (!lc_answer_error(&relation->errors.items[asked->error], &old, err))
        return false;
    *known = same_error(&old, entry);
    return true;
}

static bool add_error(const struct lc_tls_hook *hook, struct lc_provided *relation,
                      struct lc_asked *asked, const struct lc_error_entry *entry,
                      struct lc_answer *answer, struct lc_err *err)
{
    if (!lc_answers_take(&relation->errors, answer, err))
        return false;
    if (asked->error != LC_NONE)
        lc_provided_drop_error(relation, asked->error);
    asked->error = relation->errors.count - 1;
    relation->errors_changed = true;
    lc_security_certificate_denied(hook, relation->relation_id,
                                   asked->unit == NULL ? relation->remote_app : asked->unit,
                                   asked->csr, entry->code, entry->name, entry->message);
    return true;
}

static bool deny(const struct lc_provider *provider, const struct lc_tls_hook *hook,
                 struct lc_provided *relation, struct lc_asked *asked,
                 const struct lc_decision *decision, bool *fits, struct lc_err *err)
{
    LC_AUTO(lc_error_entry_release) struct lc_error_entry entry = { .csr = NULL };
    LC_AUTO(lc_answer_release) struct lc_answer answer = { .text = NULL };
    bool known;

    if (!fill_error(provider, asked, decision, &entry, err) ||
        !is_denied(relation, asked, &entry, &known, err))
        return false;
    if (!known) {
        if (!lc_answer_of_error(&entry, &answer, err))
            return false;
        *fits = has_room(relation, asked, &relation->errors, asked->error, &answer);
        if (!*fits)
            return true;
        if (!add_error(hook, relation, asked, &entry, &answer, err))
            return false;
    }
    if (asked->certificate != LC_NONE) {
        lc_provided_drop_certificate(relation, asked->certificate);
        asked->certificate = LC_NONE;
        asked->served = false;
    }
    return true;
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
                        const struct lc_decision *decision, bool *fits, struct lc_err *err)
{
    *fits = true;
    switch (decision->kind) {
    case LC_DECISION_DEFER:
        return true;
    case LC_DECISION_ISSUE:
        return issue(hook, relation, asked, decision, fits, err);
    case LC_DECISION_DENY:
        return deny(provider, hook, relation, asked, decision, fits, err) &&
               (!*fits || remember_denial(provider, hook, asked, err));
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

/* A list that other hands have made longer than it may be is not written; what goes from it makes
 * room in the end. */
static bool add_answers(struct lc_strmap *changes, const struct lc_provided *relation,
                        const struct lc_tls_hook *hook, const char *key,
                        const struct lc_answers *answers, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_DATABAG_MAX_BYTES);

    if (!lc_answers_dump(answers, &text, err))
        return false;
    if (text.len <= lc_answers_max_bytes(answers))
        return add_change(changes, &relation->bag, key, text.data, err);
    lc_log(
        hook->log, LC_LEVEL_WARNING,
        "relation '%s': our %s would have %zu bytes, which is over the limit of %zu, and stay as "
        "they are",
        relation->relation_id, key, text.len, lc_answers_max_bytes(answers));
    return true;
}

static bool write_relation(struct lc_provided *relation, const struct lc_tls_hook *hook,
                           struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    if (relation->certificates_changed &&
        !add_answers(&changes, relation, hook, LC_KEY_CERTIFICATES, &relation->certificates, err))
        return false;
    if (relation->errors_changed &&
        !add_answers(&changes, relation, hook, LC_KEY_ERRORS, &relation->errors, err))
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
