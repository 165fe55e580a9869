/* charm.policy.core outside of a sandbox: a policy's file as an object, charm.Policy, which can be
 * asked what it grants and what it would decide. */
#include <string.h>

#include "bind/policy_box.h"
#include "tls/databag.h"

struct bind_policy *bind_check_policy(lua_State *L, int arg)
{
    return bind_check(L, arg, &bind_policy_class);
}

static void release(void *policy)
{
    bind_policy_free(policy);
}

/* load(path) */
static int policy_load(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    const struct bind_policy_options options = { .log = bind_context(L)->log };
    struct bind_policy **slot = bind_newbox(L, &bind_policy_class);
    struct lc_err err = LC_ERR_INIT;

    if (!bind_policy_load(path, &options, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

static int policy_hash(lua_State *L)
{
    lua_pushstring(L, bind_policy_hash(bind_check_policy(L, 1)));
    return 1;
}

/* rules(): a list of { kind, name, where } */
static int policy_rules(lua_State *L)
{
    const struct lc_policy *engine = bind_policy_engine(bind_check_policy(L, 1));

    lua_newtable(L);
    for (size_t i = LC_POLICY_BUILTINS; i < lc_policy_rule_count(engine); i++) {
        const struct lc_policy_rule *rule = lc_policy_rule(engine, i);
        lua_createtable(L, 0, 3);
        lua_pushstring(L, lc_rule_kind_name(rule->kind));
        lua_setfield(L, -2, "kind");
        lua_pushstring(L, rule->name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, rule->where);
        lua_setfield(L, -2, "where");
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    return 1;
}

/* --- what is known of a request -------------------------------------------------------------- */

/* Asked only when a rule reads it: a charm that is being loaded calls no hook command. */
struct config {
    const struct lc_juju *juju; /* NULL outside a hook */
    struct lc_json *json;
};

static bool give_config(void *context, const struct lc_json **out, struct lc_err *err)
{
    struct config *config = context;

    if (config->juju != NULL && config->json == NULL &&
        !lc_juju_call(config->juju, config_get, &config->json, err))
        return false;
    *out = config->json;
    return true;
}

static void release_config(void *held)
{
    struct config *config = held;

    lc_json_free(config->json);
}

/* Facts in a table at index, for trying a policy: strings under the names that a request has them
 * under, is_ca, now, config. */
static void read_facts(lua_State *L, int index, struct lc_policy_request *out)
{
    static const char *const known[] = { "is_ca",       "endpoint", "relation_id", "remote_app",
                                         "remote_unit", "unit",     "app",         "model",
                                         "now",         NULL };

    bind_check_options(L, index, known);
    out->is_ca = bind_field_boolean(L, index, "is_ca", false);
    out->endpoint = bind_field_string(L, index, "endpoint");
    out->relation_id = bind_field_string(L, index, "relation_id");
    out->remote_app = bind_field_string(L, index, "remote_app");
    out->remote_unit = bind_field_string(L, index, "remote_unit");
    out->unit = bind_field_string(L, index, "unit");
    out->app = bind_field_string(L, index, "app");
    out->model = bind_field_string(L, index, "model");
    out->now_s = bind_field_integer(L, index, "now", lc_clock_now(&bind_context(L)->clock));
}

/* --- capabilities ---------------------------------------------------------------------------- */

static void release_capabilities(void *held)
{
    lc_capabilities_release(held);
}

/* capabilities([provider_type]): a table, or nil where it grants nothing that could be found out */
static int policy_capabilities(lua_State *L)
{
    const struct bind_policy *policy = bind_check_policy(L, 1);
    const char *type = luaL_optstring(L, 2, NULL);
    struct config *config = bind_scratch(L, sizeof(*config), release_config);
    const struct lc_policy_world world = { .context = config, .config = give_config };
    const struct lc_policy_request request = { .now_s = lc_clock_now(&bind_context(L)->clock),
                                               .world = &world };
    struct lc_capabilities *capabilities = bind_scratch(L, sizeof(*capabilities),
                                                        release_capabilities);
    const struct bind_context *context = bind_context(L);
    struct lc_err err = LC_ERR_INIT;

    config->juju = context->session == NULL ? NULL : lc_session_port(context->session);
    if (!lc_policy_capabilities(bind_policy_engine(policy), &request, capabilities, &err))
        return bind_raise(L, &err);
    bind_push_capabilities(L, capabilities);
    if (lua_istable(L, -1) && type != NULL) {
        lua_pushstring(L, type);
        lua_setfield(L, -2, "provider_type");
    }
    return 1;
}

/* --- deciding -------------------------------------------------------------------------------- */

static void release_verdict(void *held)
{
    lc_verdict_release(held);
}

static const char *rule_name(const struct lc_policy *engine, size_t rule)
{
    return rule == LC_POLICY_NO_RULE ? NULL : lc_policy_rule(engine, rule)->name;
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    bind_push_text(L, text);
    lua_setfield(L, -2, name);
}

/* { kind, rule, code, message, reasons = {...}, warnings, failure } */
static void push_verdict(lua_State *L, const struct lc_policy *engine,
                         const struct lc_verdict *verdict)
{
    struct lc_buf *message = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);

    lc_verdict_message(verdict, message);
    lua_createtable(L, 0, 8);
    set_text(L, "kind", lc_verdict_name(verdict->kind));
    set_text(L, "rule", rule_name(engine, verdict->rule));
    set_text(L, "failure", verdict->failure);
    if (verdict->kind == LC_VERDICT_DENY) {
        lua_pushinteger(L, (lua_Integer)lc_verdict_code(verdict));
        lua_setfield(L, -2, "code");
    }
    if (verdict->kind != LC_VERDICT_ISSUE)
        set_text(L, "message", message->data);
    lua_newtable(L);
    for (size_t i = 0; i < verdict->refusal_count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "rule", rule_name(engine, verdict->refusals[i].rule));
        set_text(L, "message", verdict->refusals[i].message);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "refusals");
    bind_push_strlist(L, &verdict->warnings);
    lua_setfield(L, -2, "warnings");
}

/* decide(csr [, facts]) */
static int policy_decide(lua_State *L)
{
    const struct lc_policy *engine = bind_policy_engine(bind_check_policy(L, 1));
    struct lc_policy_request request = { .csr = bind_check_csr(L, 2) };
    struct lc_err err = LC_ERR_INIT;

    lua_settop(L, 3);
    read_facts(L, 3, &request);
    struct lc_verdict *verdict = bind_scratch(L, sizeof(*verdict), release_verdict);
    *verdict = (struct lc_verdict)LC_VERDICT_INIT;
    if (!lc_policy_decide(engine, &request, NULL, verdict, &err))
        return bind_raise(L, &err);
    push_verdict(L, engine, verdict);
    return 1;
}

static const luaL_Reg methods[] = {
    { "capabilities", policy_capabilities },
    { "decide", policy_decide },
    { "hash", policy_hash },
    { "rules", policy_rules },
    { NULL, NULL },
};

const struct bind_class bind_policy_class = { .name = BIND_POLICY,
                                              .release = release,
                                              .methods = methods };

const luaL_Reg bind_policy_outside[] = { { "load", policy_load }, { NULL, NULL } };
