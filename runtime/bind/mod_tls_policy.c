/* charm.tls.core: a provider's decisions by a policy: what the policy is told, who signs, the
 * journal, a candidate beside it, and which of two policies is at work after a refresh. */
#include <string.h>

#include "bind/policy_box.h"
#include "tls/provider_policy.h"
#include "tls/security.h"

static _Noreturn void raise_err(lua_State *L, const struct lc_err *err)
{
    (void)bind_raise(L, err);
    __builtin_unreachable();
}

static void release_world(void *held)
{
    lc_provider_world_release(held);
}

static void release_verdict(void *held)
{
    lc_verdict_release(held);
}

static struct lc_verdict *scratch_verdict(lua_State *L)
{
    struct lc_verdict *verdict = bind_scratch(L, sizeof(*verdict), release_verdict);

    *verdict = (struct lc_verdict)LC_VERDICT_INIT;
    return verdict;
}

static struct lc_provider_world *scratch_world(lua_State *L, struct lc_provider *provider)
{
    struct lc_provider_world *world = bind_scratch(L, sizeof(*world), release_world);
    const struct lc_tls_hook hook = bind_tls_hook(bind_context(L));

    lc_provider_world_init(world, provider, &hook);
    return world;
}

static const char *model_name(lua_State *L)
{
    const struct bind_context *context = bind_context(L);

    return context->env == NULL ? NULL : context->env->model_name;
}

/* --- who signs ------------------------------------------------------------------------------- */

/* A box in a field, which the table keeps; NULL for nil. */
static void *field_box(lua_State *L, int index, const char *name, const struct bind_class *class_)
{
    lua_getfield(L, index, name);
    void *held = lua_isnil(L, -1) ? NULL : bind_check(L, lua_gettop(L), class_);
    lua_pop(L, 1);
    return held;
}

static struct lc_ca *field_ca(lua_State *L, int index)
{
    lua_getfield(L, index, "ca");
    struct lc_ca *ca = lua_isnil(L, -1) ? NULL : bind_check_ca(L, lua_gettop(L));
    lua_pop(L, 1);
    return ca;
}

/* ca: a tls.ca; or certificate, key and chain of another issuer. */
static void read_signer(lua_State *L, int index, int64_t validity_s, struct lc_policy_signer *out)
{
    const struct lc_tls_hook hook = bind_tls_hook(bind_context(L));
    struct lc_err err = LC_ERR_INIT;

    struct lc_ca *ca = field_ca(L, index);
    if (ca != NULL) {
        if (!lc_ca_signer(ca, &hook, validity_s, &out->certificate, &out->key, &out->validity_s,
                          &err))
            raise_err(L, &err);
        return;
    }
    out->certificate = field_box(L, index, "certificate", &bind_cert_class);
    out->key = field_box(L, index, "key", &bind_key_class);
    out->chain = field_box(L, index, "chain", &bind_chain_class);
    out->validity_s = bind_field_duration(L, index, "validity", (int64_t)90 * 86400);
}

/* --- one decision ---------------------------------------------------------------------------- */

static const char *rule_name(const struct bind_policy *policy, const struct lc_verdict *verdict)
{
    return verdict->rule == LC_POLICY_NO_RULE
               ? NULL
               : lc_policy_rule(bind_policy_engine(policy), verdict->rule)->name;
}

static bool same_verdict(const struct lc_verdict *a, const char *a_rule, const struct lc_verdict *b,
                         const char *b_rule)
{
    const bool same_rule = a_rule == NULL || b_rule == NULL ? a_rule == b_rule
                                                            : strcmp(a_rule, b_rule) == 0;

    return a->kind == b->kind && same_rule;
}

/* Whether the candidate says something else, which is logged; then shadow is filled in. */
static void ask_shadow(lua_State *L, const struct bind_policy *candidate, const char *who,
                       const struct lc_policy_request *request, const char *rule,
                       const struct lc_verdict *verdict, struct lc_policy_shadow *out)
{
    struct lc_verdict *other = scratch_verdict(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_policy_decide(bind_policy_engine(candidate), request, NULL, other, &err))
        raise_err(L, &err);
    const char *other_rule = rule_name(candidate, other);
    if (same_verdict(verdict, rule, other, other_rule))
        return;
    *out = (struct lc_policy_shadow){ .verdict = other,
                                      .rule = other_rule,
                                      .hash = bind_policy_hash(candidate) };
    lc_log(&bind_context(L)->log, LC_LEVEL_WARNING,
           "the candidate policy would decide otherwise about %s: %s ('%s') instead of %s ('%s')",
           who, lc_verdict_name(other->kind),
           other_rule == NULL ? LC_POLICY_NO_PROFILE : other_rule, lc_verdict_name(verdict->kind),
           rule == NULL ? LC_POLICY_NO_PROFILE : rule);
}

static void log_verdict(lua_State *L, const char *who, const struct lc_verdict *verdict)
{
    const struct lc_log *log = &bind_context(L)->log;

    if (verdict->failure != NULL) {
        lc_log(log, LC_LEVEL_ERROR, "the policy failed about the request of %s:", who);
        lc_log_text(log, LC_LEVEL_ERROR, verdict->failure, strlen(verdict->failure));
    }
    for (size_t i = 0; i < verdict->warnings.count; i++)
        lc_log(log, LC_LEVEL_INFO, "%s: %s", who, verdict->warnings.items[i]);
}

/* What was decided, for the status. */
static void tell(lua_State *L, int index, const struct lc_verdict *verdict)
{
    struct lc_buf *message = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);

    lc_verdict_message(verdict, message);
    lua_pushstring(L, lc_verdict_name(verdict->kind));
    lua_setfield(L, index, "decision");
    lua_pushstring(L, message->data);
    lua_setfield(L, index, "message");
}

/* A journal that cannot be written does not hold up certificates. */
static void journal(lua_State *L, int index, const struct bind_policy *policy,
                    const struct lc_policy_request *request, const struct lc_verdict *verdict,
                    const struct lc_policy_shadow *shadow, const struct lc_json *config)
{
    const char *path = bind_field_string(L, index, "journal");
    struct lc_err err = LC_ERR_INIT;

    if (path == NULL ||
        lc_policy_journal(path, bind_policy_engine(policy), bind_policy_hash(policy), request,
                          verdict, shadow, config, &err))
        return;
    lc_log(&bind_context(L)->log, LC_LEVEL_WARNING, "cannot write the policy's journal: %s",
           err.message);
}

static int64_t validity_of(const struct lc_verdict *verdict)
{
    return verdict->kind == LC_VERDICT_ISSUE ? verdict->shape.validity_s : 0;
}

static bool has_signer(lua_State *L, int index)
{
    return bind_field_is_set(L, index, "ca") || bind_field_is_set(L, index, "key");
}

static void settle(lua_State *L, int index, struct lc_verdict *verdict,
                   const struct lc_policy_request *request, struct lc_decision *out)
{
    struct lc_policy_signer signer = { .certificate = NULL };
    struct lc_err err = LC_ERR_INIT;

    if (verdict->kind != LC_VERDICT_ISSUE) {
        if (!lc_policy_refuse(verdict, out, &err))
            raise_err(L, &err);
        return;
    }
    read_signer(L, index, validity_of(verdict), &signer);
    if (!lc_policy_sign(verdict, request, &signer, out, &err))
        raise_err(L, &err);
    if (out->kind != LC_DECISION_ISSUE)
        return;
    const struct lc_tls_hook hook = bind_tls_hook(bind_context(L));
    const struct lc_ca *ca = field_ca(L, index);
    if (ca == NULL)
        lc_security_certificate_generated(&hook, out->certificate);
    else if (!lc_ca_complete(ca, &hook, out, &err))
        raise_err(L, &err);
}

void bind_decide_by_policy(lua_State *L, int index, const struct lc_csr *csr,
                           struct lc_decision *out)
{
    const struct bind_policy *policy = field_box(L, index, "by_policy", &bind_policy_class);
    const struct bind_policy *candidate = field_box(L, index, "shadow", &bind_policy_class);
    lua_getfield(L, index, "provider");
    struct lc_provider_world *world = scratch_world(L, bind_check_provider(L, lua_gettop(L)));
    const struct lc_tls_incoming incoming = {
        .relation_id = bind_field_string(L, index, "relation_id"),
        .remote_app = bind_field_string(L, index, "remote_app"),
        .remote_unit = bind_field_string(L, index, "remote_unit"),
        .csr = (struct lc_csr *)(uintptr_t)csr,
        .ca = bind_field_boolean(L, index, "is_ca", false),
    };
    const char *who = incoming.remote_unit != NULL  ? incoming.remote_unit
                      : incoming.remote_app != NULL ? incoming.remote_app
                                                    : "an unknown unit";
    struct lc_policy_request request = lc_provider_policy_request(
        world, &incoming, bind_field_string(L, index, "endpoint"), model_name(L));
    struct lc_verdict *verdict = scratch_verdict(L);
    struct lc_policy_shadow shadow = { .verdict = NULL };
    struct lc_err err = LC_ERR_INIT;

    if (!lc_policy_decide(bind_policy_engine(policy), &request, NULL, verdict, &err))
        raise_err(L, &err);
    if (candidate != NULL)
        ask_shadow(L, candidate, who, &request, rule_name(policy, verdict), verdict, &shadow);
    if (verdict->kind == LC_VERDICT_ISSUE && !has_signer(L, index)) {
        lua_pushliteral(L, "defer");
        lua_setfield(L, index, "decision");
        lua_pushliteral(L, "the issuer is not ready");
        lua_setfield(L, index, "message");
        return; /* asked again when it is */
    }
    settle(L, index, verdict, &request, out);
    log_verdict(L, who, verdict);
    tell(L, index, verdict);
    journal(L, index, policy, &request, verdict, &shadow, world->config);
}

/* --- which policy is at work ------------------------------------------------------------------ */

static void release_kept(void *held)
{
    lc_kept_policy_release(held);
}

static void keep(lua_State *L, const char *endpoint, const struct bind_policy *policy)
{
    const struct lc_tls_hook hook = bind_tls_hook(bind_context(L));
    struct lc_err err = LC_ERR_INIT;
    bool is_kept;

    if (!lc_kept_policy_store(&hook, endpoint, bind_policy_main(policy),
                              bind_policy_sources(policy), bind_policy_hash(policy), &is_kept,
                              &err))
        raise_err(L, &err);
    if (!is_kept)
        lc_log(hook.log, LC_LEVEL_WARNING,
               "the policy is too large to be kept: nothing guards against lock-outs");
}

/* Push the policy that was kept; false, and nothing is pushed, when it is no use. */
static bool push_kept(lua_State *L, const struct lc_kept_policy *kept)
{
    const struct bind_policy_options options = { .log = bind_context(L)->log };
    struct bind_policy **slot = bind_newbox(L, &bind_policy_class);
    struct lc_err why = LC_ERR_INIT;

    if (bind_policy_load_kept(&kept->sources, kept->main, &options, slot, &why))
        return true;
    lc_log(&bind_context(L)->log, LC_LEVEL_WARNING,
           "the policy that was kept cannot be loaded any more: %s", why.message);
    lua_pop(L, 1);
    return false;
}

/* Whether somebody has a certificate: else there is nothing to be guarded. */
static bool is_in_use(lua_State *L, struct lc_provider *provider, const struct lc_tls_hook *hook)
{
    struct lc_provider_cursor cursor = { 0 };
    struct lc_provider_item item;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_provider_look(provider, hook, &err))
        raise_err(L, &err);
    while (lc_provider_next(provider, LC_PROVIDER_REQUESTS, NULL, &cursor, &item))
        if (item.served)
            return true;
    return false;
}

/* choose(policy, provider, endpoint, override, keep): the policy that is at work, and those whom
 * the new one would lock out when it is the one before, else nil. While nobody has a certificate
 * the state is read and written only to keep the policy: hooks that issue the first have enough to
 * do. */
static int choose(lua_State *L)
{
    struct bind_policy *policy = bind_check(L, 1, &bind_policy_class);
    struct lc_provider *provider = bind_check_provider(L, 2);
    const char *endpoint = luaL_checkstring(L, 3);
    const bool override = lua_toboolean(L, 4) != 0;
    const bool is_to_be_kept = lua_toboolean(L, 5) != 0;
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:decide");
    struct lc_kept_policy *kept = bind_scratch(L, sizeof(*kept), release_kept);
    struct lc_strlist *names = bind_scratch_strlist(L);
    struct lc_provider_world *world = scratch_world(L, provider);
    struct lc_err err = LC_ERR_INIT;

    if (!is_to_be_kept && !is_in_use(L, provider, &hook)) {
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        return 2;
    }
    if (!lc_kept_policy_load(&hook, endpoint, kept, &err))
        return bind_raise(L, &err);
    const bool is_same = kept->main != NULL && strcmp(kept->hash, bind_policy_hash(policy)) == 0;
    if (!is_same && kept->main != NULL && !override && push_kept(L, kept)) {
        const struct bind_policy *before = bind_check(L, lua_gettop(L), &bind_policy_class);
        if (!lc_provider_look(provider, &hook, &err) ||
            !lc_policy_locked_out(world, endpoint, model_name(L), bind_policy_engine(before),
                                  bind_policy_engine(policy), names, &err))
            return bind_raise(L, &err);
        if (names->count != 0) {
            bind_push_strlist(L, names);
            return 2;
        }
    }
    if (!is_same)
        keep(L, endpoint, policy);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 2;
}

const luaL_Reg bind_tls_policy[] = { { "choose_policy", choose }, { NULL, NULL } };
