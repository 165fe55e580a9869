/* charm.tls.core: the provider's life cycle and its certificate authority; the classes
 * charm.tls.Provider and charm.tls.Ca. */
#include "bind/tls.h"

#include "base/mem.h"

/* As for the requirer: the core calls back to decide, and for what can be published. */
struct bound {
    struct lc_provider *provider;
    lua_State *L;
    int decide;  /* in the registry: function(request) -> decision */
    int capable; /* function() -> capabilities, or LUA_NOREF */
};

static void release_bound(void *held)
{
    struct bound *bound = held;

    lc_provider_free(bound->provider);
    bound->provider = NULL;
}

static void release_ca(void *ca)
{
    lc_ca_free(ca);
}

/* --- the certificate authority -------------------------------------------------------------- */

static const struct bind_class ca_class;

/* ca(endpoint, attributes, { key, validity, leaf_validity }) */
static int ca(lua_State *L)
{
    static const char *const known[] = { "key", "validity", "leaf_validity", NULL };
    struct lc_ca_options options = { .endpoint = luaL_checkstring(L, 1) };
    struct lc_err err = LC_ERR_INIT;

    lua_settop(L, 3);
    bind_check_options(L, 3, known);
    options.validity_s = bind_field_duration(L, 3, "validity", 0);
    options.leaf_validity_s = bind_field_duration(L, 3, "leaf_validity", 0);
    lua_newtable(L);
    if (!lua_isnil(L, 3))
        lua_getfield(L, 3, "key");
    bind_read_key_spec(L, lua_gettop(L), &options.key);
    struct lc_attrs *subject = bind_scratch_attrs(L);
    bind_read_attrs(L, 2, subject);
    options.subject = subject;
    struct lc_ca **slot = bind_newbox(L, &ca_class);
    if (!lc_ca_new(&options, slot, &err))
        return bind_raise(L, &err);
    return 1;
}

/* ca:certificate() */
static int ca_certificate(lua_State *L)
{
    struct lc_ca *self = bind_check(L, 1, &ca_class);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "ca:certificate");
    struct lc_cert *certificate = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_ca_certificate(self, &hook, &certificate, &err))
        return bind_raise(L, &err);
    bind_push_cert(L, certificate);
    return 1;
}

/* ca:rotate() */
static int ca_rotate(lua_State *L)
{
    struct lc_ca *self = bind_check(L, 1, &ca_class);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "ca:rotate");
    struct lc_err err = LC_ERR_INIT;

    if (!lc_ca_rotate(self, &hook, &err))
        return bind_raise(L, &err);
    return 0;
}

static const luaL_Reg ca_methods[] = {
    { "certificate", ca_certificate },
    { "rotate", ca_rotate },
    { NULL, NULL },
};

static const struct bind_class ca_class = { .name = BIND_CA,
                                            .release = release_ca,
                                            .methods = ca_methods };

struct lc_ca *bind_check_ca(lua_State *L, int arg)
{
    return bind_check(L, arg, &ca_class);
}

/* --- decisions ------------------------------------------------------------------------------ */

static char *copy_text(lua_State *L, const char *text)
{
    char *copy = text == NULL ? NULL : lc_strdup(text);

    if (text != NULL && copy == NULL) {
        struct lc_err err = LC_ERR_INIT;
        (void)lc_fail_memory(&err);
        (void)bind_raise(L, &err);
    }
    return copy;
}

static void read_denial(lua_State *L, int index, struct lc_decision *out)
{
    static const char *const known[] = { "code", "message", "reason", NULL };

    bind_check_options(L, index, known);
    out->kind = LC_DECISION_DENY;
    out->code = bind_field_integer(L, index, "code", LC_ERROR_OTHER);
    out->message = copy_text(L, bind_field_string(L, index, "message"));
    out->reason = copy_text(L, bind_field_string(L, index, "reason"));
}

static struct lc_cert *field_cert(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    struct lc_cert *cert = bind_test(L, -1, &bind_cert_class);
    if (cert == NULL)
        bind_misuse(L, "%s: expected a charm.Certificate, got %s", name, luaL_typename(L, -1));
    lua_pop(L, 1); /* the table keeps it */
    return cert;
}

static void read_chain(lua_State *L, int index, struct lc_chain *out)
{
    struct lc_err err = LC_ERR_INIT;

    lua_getfield(L, index, "chain");
    const struct lc_chain *chain = bind_test(L, -1, &bind_chain_class);
    if (chain == NULL && !lua_isnil(L, -1))
        bind_misuse(L, "chain: expected a charm.Chain, got %s", luaL_typename(L, -1));
    for (size_t i = 0; chain != NULL && i < chain->count; i++)
        if (!lc_chain_add(out, chain->items[i], &err))
            (void)bind_raise(L, &err);
    lua_pop(L, 1);
}

/* { certificate, ca, chain }: signed elsewhere. */
static void read_certificate(lua_State *L, int index, struct lc_decision *out)
{
    static const char *const known[] = { "certificate", "ca", "chain", NULL };

    bind_check_options(L, index, known);
    out->certificate = lc_cert_ref(field_cert(L, index, "certificate"));
    out->ca = lc_cert_ref(field_cert(L, index, "ca"));
    read_chain(L, index, &out->chain);
    out->kind = LC_DECISION_ISSUE;
}

/* { sign_by = charm.tls.Ca, shape = {...} } */
static void sign(lua_State *L, int index, const struct lc_csr *csr, struct lc_decision *out)
{
    static const char *const known[] = { "sign_by", "shape", NULL };
    const struct lc_tls_hook hook = bind_tls_hook(bind_context(L));
    struct lc_err err = LC_ERR_INIT;

    bind_check_options(L, index, known);
    lua_getfield(L, index, "sign_by");
    struct lc_ca *authority = bind_check(L, lua_gettop(L), &ca_class);
    struct bind_shape *shape = bind_scratch_shape(L);
    lua_getfield(L, index, "shape");
    bind_read_shape(L, lua_gettop(L), shape);
    if (!lc_ca_sign(authority, &hook, csr, &shape->shape, out, &err))
        (void)bind_raise(L, &err);
}

struct deciding {
    const struct bound *bound;
    const struct lc_tls_incoming *request;
    struct lc_decision *out;
};

static void push_request(lua_State *L, const struct lc_tls_incoming *request)
{
    lua_createtable(L, 0, 5);
    bind_push_csr(L, request->csr);
    lua_setfield(L, -2, "csr");
    lua_pushboolean(L, request->ca);
    lua_setfield(L, -2, "is_ca");
    bind_push_text(L, request->relation_id);
    lua_setfield(L, -2, "relation_id");
    bind_push_text(L, request->remote_app);
    lua_setfield(L, -2, "remote_app");
    bind_push_text(L, request->remote_unit);
    lua_setfield(L, -2, "remote_unit");
}

/* What the Lua half says, at index; its forms are made in lua/charm/tls.lua. */
static void read_decision(lua_State *L, int index, const struct lc_csr *csr,
                          struct lc_decision *out)
{
    if (lua_isnil(L, index))
        return;
    luaL_checktype(L, index, LUA_TTABLE);
    if (bind_field_is_set(L, index, "by_policy"))
        bind_decide_by_policy(L, index, csr, out);
    else if (bind_field_is_set(L, index, "sign_by"))
        sign(L, index, csr, out);
    else if (bind_field_is_set(L, index, "certificate"))
        read_certificate(L, index, out);
    else
        read_denial(L, index, out);
}

static int decide_protected(lua_State *L)
{
    struct deciding *deciding = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, deciding->bound->decide);
    push_request(L, deciding->request);
    lua_call(L, 1, 1);
    read_decision(L, lua_gettop(L), deciding->request->csr, deciding->out);
    return 0;
}

static bool decide(void *context, const struct lc_tls_incoming *request, struct lc_decision *out,
                   struct lc_err *err)
{
    const struct bound *bound = context;
    struct deciding deciding = { .bound = bound, .request = request, .out = out };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, decide_protected);
    lua_pushlightuserdata(bound->L, &deciding);
    return bind_pcall(bound->L, 1, 0, err);
}

struct offering {
    const struct bound *bound;
    struct lc_capabilities *out;
};

static int capable_protected(lua_State *L)
{
    const struct offering *offering = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, offering->bound->capable);
    lua_call(L, 0, 1);
    bind_read_capabilities(L, lua_gettop(L), offering->out);
    return 0;
}

static bool capable(void *context, struct lc_capabilities *out, struct lc_err *err)
{
    const struct bound *bound = context;
    struct offering offering = { .bound = bound, .out = out };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, capable_protected);
    lua_pushlightuserdata(bound->L, &offering);
    return bind_pcall(bound->L, 1, 0, err);
}

/* --- made ----------------------------------------------------------------------------------- */

static bool handle(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct bound *bound = self;

    return lc_provider_handle(bound->provider, hook, err);
}

static bool finish(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct bound *bound = self;

    return lc_provider_finish(bound->provider, hook, err);
}

static const struct bind_class provider_class;

static struct bound *check_provider(lua_State *L)
{
    return bind_check(L, 1, &provider_class);
}

struct lc_provider *bind_check_provider(lua_State *L, int arg)
{
    const struct bound *bound = bind_check(L, arg, &provider_class);

    return bound->provider;
}

static int reference(lua_State *L, int arg)
{
    if (lua_isnoneornil(L, arg))
        return LUA_NOREF;
    luaL_checktype(L, arg, LUA_TFUNCTION);
    lua_pushvalue(L, arg);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* provider({ endpoint, policy_version, provider_name }, decide, capable) */
static int provider(lua_State *L)
{
    static const char *const known[] = { "endpoint", "policy_version", "provider_name", NULL };
    struct lc_err err = LC_ERR_INIT;

    lua_settop(L, 3);
    bind_check_options(L, 1, known);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    struct bound *bound = bind_newbox(L, &provider_class);
    bound->L = L;
    bound->decide = reference(L, 2);
    bound->capable = reference(L, 3);
    const struct lc_provider_options options = {
        .endpoint = bind_field_string(L, 1, "endpoint"),
        .decide = decide,
        .capable = bound->capable == LUA_NOREF ? NULL : capable,
        .policy_version = bind_field_string(L, 1, "policy_version"),
        .provider_name = bind_field_string(L, 1, "provider_name"),
        .context = bound,
    };
    bind_charm_check_name(L, BIND_NAME_TLS_PROVIDER, options.endpoint);
    if (!lc_provider_new(&options, &bound->provider, &err))
        return bind_raise(L, &err);
    const struct bind_lifecycle lifecycle = { .endpoint = lc_provider_endpoint(bound->provider),
                                              .self = bound,
                                              .handle = handle,
                                              .finish = finish };
    bind_charm_add_lifecycle(L, &lifecycle, lua_gettop(L), 0);
    return 1;
}

/* --- reading -------------------------------------------------------------------------------- */

/* Decoded for the table that is made of it. */
struct shown {
    struct lc_certificate_entry certificate;
    struct lc_error_entry error;
};

static void release_shown(void *held)
{
    struct shown *shown = held;

    lc_certificate_entry_release(&shown->certificate);
    lc_error_entry_release(&shown->error);
}

static bool show(const struct lc_provider_item *item, struct shown *out, struct lc_err *err)
{
    release_shown(out);
    return (item->certificate == NULL ||
            lc_answer_certificate(item->certificate, &out->certificate, err)) &&
           (item->error == NULL || lc_answer_error(item->error, &out->error, err));
}

static void push_entry(lua_State *L, const struct lc_certificate_entry *entry)
{
    bind_push_text(L, entry->certificate);
    lua_setfield(L, -2, "certificate");
    bind_push_text(L, entry->csr);
    lua_setfield(L, -2, "csr");
    bind_push_text(L, entry->ca);
    lua_setfield(L, -2, "ca");
    bind_push_strlist(L, &entry->chain);
    lua_setfield(L, -2, "chain");
    lua_pushboolean(L, entry->revoked);
    lua_setfield(L, -2, "revoked");
}

static void push_item(lua_State *L, const struct lc_provider_item *item, const struct shown *shown)
{
    push_request(L, &item->request);
    if (item->certificate != NULL)
        push_entry(L, &shown->certificate);
    if (item->error == NULL)
        return;
    bind_push_text(L, shown->error.csr);
    lua_setfield(L, -2, "csr");
    bind_push_denial(L, &shown->error);
    lua_setfield(L, -2, "denial");
}

/* provider:list(kind, [relation id]) */
static int provider_list(lua_State *L)
{
    static const char *const kinds[] = {
        "requests",     "outstanding", "without_room", "issued",
        "certificates", "unsolicited", "errors",       NULL
    }; /* as the enum */
    struct bound *bound = check_provider(L);
    const enum lc_provider_list list = (enum lc_provider_list)luaL_checkoption(L, 2, NULL, kinds);
    const char *relation_id = luaL_optstring(L, 3, NULL);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:list");
    struct shown *shown = bind_scratch(L, sizeof(*shown), release_shown);
    struct lc_provider_cursor cursor = { .relation = 0 };
    struct lc_provider_item item;
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_provider_look(bound->provider, &hook, &err)))
        return bind_raise(L, &err);
    lua_newtable(L);
    for (lua_Integer i = 1; lc_provider_next(bound->provider, list, relation_id, &cursor, &item);
         i++) {
        if (!show(&item, shown, &err))
            return bind_raise(L, &err);
        push_item(L, &item, shown);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

/* --- answering ------------------------------------------------------------------------------ */

static void release_decision(void *held)
{
    lc_decision_release(held);
}

/* provider:answer(relation id, csr, decision) */
static int provider_answer(lua_State *L)
{
    struct bound *bound = check_provider(L);
    const char *relation_id = luaL_checkstring(L, 2);
    const struct lc_csr *csr = bind_check_csr(L, 3);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:answer");
    struct lc_decision *decision = bind_scratch(L, sizeof(*decision), release_decision);
    struct lc_err err = LC_ERR_INIT;

    read_decision(L, 4, csr, decision);
    if (!BIND_ON_THREAD(
            bound, L, lc_provider_answer(bound->provider, &hook, relation_id, csr, decision, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* provider:revoke([relation id, csr]): one, or all. */
static int provider_revoke(lua_State *L)
{
    struct bound *bound = check_provider(L);
    const char *relation_id = luaL_optstring(L, 2, NULL);
    const struct lc_csr *csr = relation_id == NULL ? NULL : bind_check_csr(L, 3);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:revoke");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L,
                        lc_provider_revoke(bound->provider, &hook, relation_id, csr, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* provider:sync() */
static int provider_sync(lua_State *L)
{
    struct bound *bound = check_provider(L);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:sync");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_provider_sync(bound->provider, &hook, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* provider:reissue_all() */
static int provider_reissue_all(lua_State *L)
{
    struct bound *bound = check_provider(L);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "provider:reissue_all");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_provider_reissue_all(bound->provider, &hook, &err)))
        return bind_raise(L, &err);
    return 0;
}

static const luaL_Reg methods[] = {
    { "answer", provider_answer },
    { "list", provider_list },
    { "reissue_all", provider_reissue_all },
    { "revoke", provider_revoke },
    { "sync", provider_sync },
    { NULL, NULL },
};

static const struct bind_class provider_class = {
    .name = BIND_PROVIDER,
    .release = release_bound,
    .size = sizeof(struct bound),
    .methods = methods,
};

const luaL_Reg bind_tls_provider[] = { { "provider", provider }, { "ca", ca }, { NULL, NULL } };
