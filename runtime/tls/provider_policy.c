/* What a provider's policy reads of the world, and what becomes of its verdicts. */
#include "tls/provider_policy.h"

#include <string.h>

#include "base/mem.h"
#include "x509/lint.h"
#include "x509/match.h"

/* --- the world ------------------------------------------------------------------------------- */

static bool read_config(void *context, const struct lc_json **out, struct lc_err *err)
{
    struct lc_provider_world *world = context;

    if (world->config == NULL && !lc_juju_call(world->hook.juju, config_get, &world->config, err))
        return false;
    *out = world->config;
    return true;
}

static bool read_issuer(void *context, const struct lc_chain **out, struct lc_err *err)
{
    const struct lc_provider_world *world = context;

    (void)err;
    *out = world->issuer;
    return true;
}

static bool read_others(void *context, const struct lc_policy_other **out, size_t *count_out,
                        struct lc_err *err)
{
    struct lc_provider_world *world = context;
    struct lc_provider_cursor cursor = { 0 };
    struct lc_provider_item item;
    size_t capacity = 0;

    while (!world->has_others &&
           lc_provider_next(world->provider, LC_PROVIDER_REQUESTS, NULL, &cursor, &item)) {
        if (!lc_grow(&world->others, &capacity, world->other_count, sizeof(*world->others)))
            return lc_fail_memory(err);
        world->others[world->other_count++] = (struct lc_policy_other){
            .relation_id = item.request.relation_id,
            .remote_app = item.request.remote_app,
            .remote_unit = item.request.remote_unit,
            .csr = item.request.csr,
            .issued = item.served,
        };
    }
    world->has_others = true;
    *out = world->others;
    *count_out = world->other_count;
    return true;
}

void lc_provider_world_init(struct lc_provider_world *world, struct lc_provider *provider,
                            const struct lc_tls_hook *hook)
{
    *world = (struct lc_provider_world){ .provider = provider, .hook = *hook };
    world->view = (struct lc_policy_world){
        .context = world, .config = read_config, .issuer = read_issuer, .others = read_others
    };
}

void lc_provider_world_release(struct lc_provider_world *world)
{
    lc_json_free(world->config);
    lc_free(world->others);
    world->config = NULL;
    world->others = NULL;
    world->other_count = 0;
    world->has_others = false;
}

struct lc_policy_request lc_provider_policy_request(struct lc_provider_world *world,
                                                    const struct lc_tls_incoming *incoming,
                                                    const char *endpoint, const char *model)
{
    return (struct lc_policy_request){
        .csr = incoming->csr,
        .is_ca = incoming->ca,
        .endpoint = endpoint,
        .relation_id = incoming->relation_id,
        .remote_app = incoming->remote_app,
        .remote_unit = incoming->remote_unit,
        .unit = world->hook.unit,
        .app = world->hook.app,
        .model = model,
        .now_s = lc_clock_now(world->hook.clock),
        .world = &world->view,
    };
}

/* --- from a verdict to a certificate --------------------------------------------------------- */

bool lc_policy_refuse(const struct lc_verdict *verdict, struct lc_decision *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);

    lc_decision_release(out);
    if (verdict->kind == LC_VERDICT_DEFER)
        return true;
    lc_verdict_message(verdict, &message);
    return lc_buf_check(&message, err) &&
           lc_decision_deny(out, lc_verdict_code(verdict), message.data,
                            verdict->refusal_count == 0 ? NULL : verdict->refusals[0].reason, err);
}

/* The verdict turns: the issuer cannot sign what was decided. */
static bool turn(struct lc_verdict *verdict, const struct lc_err *why, struct lc_decision *out,
                 struct lc_err *err)
{
    const size_t rule = verdict->rule;
    char *failure = lc_strdup(why->message);

    lc_verdict_release(verdict);
    verdict->rule = rule;
    verdict->failure = failure;
    if (failure == NULL)
        return lc_fail_memory(err);
    return lc_decision_deny(out, LC_ERROR_OTHER, why->message, NULL, err);
}

/* Whose fault it is: the request's, or the shape's that the policy gave. */
static bool is_answer(enum lc_code code)
{
    return code == LC_EPARSE || code == LC_ELIMIT || code == LC_EUSAGE || code == LC_ECRYPTO;
}

/* What no certificate may be is not signed: the findings that are errors, in words. */
static bool check_lints(const struct lc_cert *cert, const struct lc_cert *issuer,
                        struct lc_err *err)
{
    LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;

    if (!lc_lint_cert(cert, issuer, LC_LINT_ANY_SIGNATURE, &found, err))
        return false;
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].rule->severity == LC_LINT_ERROR)
            return lc_fail(err, LC_EUSAGE, "the certificate would be faulty (%s): %s %s",
                           found.items[i].rule->id, found.items[i].rule->text,
                           found.items[i].value);
    return true;
}

static bool check_draft(const struct lc_cert_draft *draft, const struct lc_policy_signer *signer,
                        struct lc_err *err)
{
    LC_AUTO(lc_chain_release) struct lc_chain above = LC_CHAIN_INIT;

    if (!lc_chain_add(&above, signer->certificate, err))
        return false;
    for (size_t i = 0; signer->chain != NULL && i < signer->chain->count; i++)
        if (!lc_chain_add(&above, signer->chain->items[i], err))
            return false;
    return lc_cert_is_permitted(lc_cert_draft_view(draft), &above, err) &&
           check_lints(lc_cert_draft_view(draft), signer->certificate, err);
}

static bool warn_of_cut(struct lc_verdict *verdict, const struct lc_cert *certificate,
                        int64_t wanted_s, struct lc_err *err)
{
    char text[LC_TIME_TEXT_BYTES];

    if (lc_cert_not_after(certificate) >= wanted_s)
        return true;
    lc_time_format(lc_cert_not_after(certificate), text);
    return lc_strlist_addf(&verdict->warnings, err,
                           "the validity is cut at the issuer's own end, %s", text);
}

static bool fill_chain(const struct lc_policy_signer *signer, struct lc_decision *out,
                       struct lc_err *err)
{
    out->kind = LC_DECISION_ISSUE;
    out->ca = lc_cert_ref(signer->certificate);
    if (!lc_chain_add(&out->chain, out->certificate, err) ||
        !lc_chain_add(&out->chain, signer->certificate, err))
        return false;
    for (size_t i = 0; signer->chain != NULL && i < signer->chain->count; i++)
        if (!lc_cert_equals(signer->chain->items[i], signer->certificate) &&
            !lc_chain_add(&out->chain, signer->chain->items[i], err))
            return false;
    return true;
}

bool lc_policy_sign(struct lc_verdict *verdict, const struct lc_policy_request *request,
                    const struct lc_policy_signer *signer, struct lc_decision *out,
                    struct lc_err *err)
{
    LC_AUTO(lc_policy_built_release) struct lc_policy_built built = LC_POLICY_BUILT_INIT;
    LC_AUTO(lc_cert_draft_free) struct lc_cert_draft *draft = NULL;
    struct lc_err why = LC_ERR_INIT;

    lc_decision_release(out);
    if (!lc_policy_shape_build(&verdict->shape, request->csr, request->now_s, &built, err))
        return false;
    if (built.cert.validity_s == 0)
        built.cert.validity_s = signer->validity_s;
    if (!lc_cert_prepare(request->csr, signer->certificate, signer->key, &built.cert, &draft,
                         &why) ||
        !check_draft(draft, signer, &why)) {
        if (is_answer(why.code))
            return turn(verdict, &why, out, err);
        *err = why;
        return lc_wrap(err, "cannot issue");
    }
    return lc_cert_draft_sign(draft, signer->key, &out->certificate, err) &&
           fill_chain(signer, out, err) &&
           warn_of_cut(verdict, out->certificate, built.cert.not_before + built.cert.validity_s,
                       err);
}
