/* charm.tls.core: the requirer's life cycle, and the class charm.tls.Requirer. */
#include "bind/tls.h"

#include "base/mem.h"

static void release_bound(void *held)
{
    struct bind_requirer *bound = held;

    lc_requirer_free(bound->requirer);
    bound->requirer = NULL;
}

/* --- asking the author ---------------------------------------------------------------------- */

struct asking {
    const struct bind_requirer *bound;
    const struct lc_capabilities *capabilities;
    struct lc_tls_requests *out;
};

/* One item of the list, under its own call, so that its scratch goes at once. */
static int take_request(lua_State *L)
{
    static const char *const options[] = { "name", "scope", "attributes", NULL };
    static const char *const scopes[] = { "unit", "app", NULL };
    const struct asking *asking = lua_touserdata(L, 2);
    struct lc_err err = LC_ERR_INIT;

    bind_check_options(L, 1, options);
    const char *name = bind_field_string(L, 1, "name");
    const int scope = bind_field_choice(L, 1, "scope", scopes, LC_TLS_UNIT);
    struct lc_attrs *attrs = bind_scratch_attrs(L);
    lua_getfield(L, 1, "attributes");
    bind_read_attrs(L, -1, attrs);
    if (!lc_tls_requests_take(asking->out, name, (enum lc_tls_scope)scope, attrs, &err))
        return bind_raise(L, &err);
    return 0;
}

/* The list at the top of the stack. */
static void take_list(lua_State *L, struct asking *asking)
{
    luaL_checktype(L, -1, LUA_TTABLE);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_pushcfunction(L, take_request);
        (void)lua_rawgeti(L, -2, i);
        lua_pushlightuserdata(L, asking);
        lua_call(L, 2, 0);
    }
}

static int ask_protected(lua_State *L)
{
    struct asking *asking = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, asking->bound->ask);
    bind_push_capabilities(L, asking->capabilities);
    lua_call(L, 1, 1);
    take_list(L, asking);
    return 0;
}

static void release_requests(void *held)
{
    lc_tls_requests_release(held);
}

/* check_requests(list): raises what asking for them would raise. */
static int check_requests(lua_State *L)
{
    struct lc_tls_requests *requests = bind_scratch(L, sizeof(struct lc_tls_requests),
                                                    release_requests);
    struct asking asking = { .out = requests };

    lua_pushvalue(L, 1);
    take_list(L, &asking);
    return 0;
}

static bool ask(void *context, const struct lc_capabilities *capabilities,
                struct lc_tls_requests *out, struct lc_err *err)
{
    const struct bind_requirer *bound = context;
    struct asking asking = { .bound = bound, .capabilities = capabilities, .out = out };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, ask_protected);
    lua_pushlightuserdata(bound->L, &asking);
    return bind_pcall(bound->L, 1, 0, err);
}

/* --- a key to be adopted -------------------------------------------------------------------- */

struct adopting {
    const struct bind_requirer *bound;
    enum lc_tls_scope scope;
    struct lc_adopt *out;
};

static void copy_field(lua_State *L, int index, const char *name, char **out)
{
    const char *text = bind_field_string(L, index, name);
    struct lc_err err = LC_ERR_INIT;

    if (text == NULL)
        return;
    *out = lc_strdup(text);
    if (*out == NULL) {
        (void)lc_fail_memory(&err);
        (void)bind_raise(L, &err);
    }
}

/* The places in a table at index, or the key itself; nil is nowhere. */
static void read_adopt(lua_State *L, int index, struct lc_adopt *out)
{
    static const char *const options[] = { "key", "file", "secret", "peer", "password", NULL };

    if (lua_isnil(L, index))
        return;
    if (lua_istable(L, index)) {
        bind_check_options(L, index, options);
        copy_field(L, index, "file", &out->file);
        copy_field(L, index, "secret", &out->secret);
        copy_field(L, index, "peer", &out->peer);
        (void)bind_field_secret(L, index, "password", &out->password);
        lua_getfield(L, index, "key");
    } else {
        lua_pushvalue(L, index);
    }
    if (!lua_isnil(L, -1)) {
        struct lc_key *key = bind_test(L, -1, &bind_key_class);
        if (key == NULL)
            bind_misuse(L, "adopt: expected a charm.Key or a table of places, got %s",
                        luaL_typename(L, -1));
        out->key = lc_key_ref(key);
    }
    lua_pop(L, 1);
}

static int adopt_protected(lua_State *L)
{
    struct adopting *adopting = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, adopting->bound->adopt);
    lua_pushstring(L, adopting->scope == LC_TLS_UNIT ? "unit" : "app");
    lua_call(L, 1, 1);
    read_adopt(L, lua_gettop(L), adopting->out);
    return 0;
}

static bool adopt(void *context, enum lc_tls_scope scope, struct lc_adopt *out, struct lc_err *err)
{
    const struct bind_requirer *bound = context;
    struct adopting adopting = { .bound = bound, .scope = scope, .out = out };

    if (lua_checkstack(bound->L, 4) == 0)
        return lc_fail_memory(err);
    lua_pushcfunction(bound->L, adopt_protected);
    lua_pushlightuserdata(bound->L, &adopting);
    return bind_pcall(bound->L, 1, 0, err);
}

/* --- made ----------------------------------------------------------------------------------- */

static bool handle(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct bind_requirer *bound = self;

    return lc_requirer_handle(bound->requirer, hook, err);
}

static bool finish(void *self, const struct lc_tls_hook *hook, struct lc_err *err)
{
    const struct bind_requirer *bound = self;

    return lc_requirer_finish(bound->requirer, hook, err);
}

static bool has_function(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    const bool has = !lua_isnil(L, -1);
    if (has)
        luaL_checktype(L, -1, LUA_TFUNCTION);
    lua_pop(L, 1);
    return has;
}

static void read_options(lua_State *L, int index, struct lc_requirer_options *out)
{
    static const char *const known[] = { "endpoint", "mode",  "key",    "private_key", "renew_at",
                                         "always",   "adopt", "accept", "renew",       NULL };
    static const char *const modes[] = { "unit", "app", "app_and_unit", NULL };

    bind_check_options(L, index, known);
    out->endpoint = bind_field_string(L, index, "endpoint");
    out->mode = (enum lc_tls_mode)bind_field_choice(L, index, "mode", modes, LC_TLS_MODE_UNIT);
    out->renew_at = bind_field_number(L, index, "renew_at", 0);
    out->always = bind_field_boolean(L, index, "always", false);
    lua_getfield(L, index, "key");
    bind_read_key_spec(L, lua_gettop(L), &out->key); /* the options keep its table */
    lua_pop(L, 1);
    lua_getfield(L, index, "private_key");
    if (!lua_isnil(L, -1)) {
        out->private_key = bind_test(L, -1, &bind_key_class);
        if (out->private_key == NULL)
            bind_misuse(L, "private_key: expected a charm.Key, got %s", luaL_typename(L, -1));
    }
    lua_pop(L, 1);
    out->adopt = has_function(L, index, "adopt") ? adopt : NULL;
    out->accept = has_function(L, index, "accept") ? bind_requirer_accept : NULL;
    out->renew = has_function(L, index, "renew") ? bind_requirer_renew : NULL;
}

/* Into the registry; LUA_REFNIL for nil. */
static int ref_field(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

static const struct bind_class requirer_class;

static struct bind_requirer *check_requirer(lua_State *L)
{
    return bind_check(L, 1, &requirer_class);
}

/* requirer(options, ask, deliver): registers the life cycle with the charm. */
static int requirer(lua_State *L)
{
    struct lc_requirer_options options = { .ask = ask };
    struct lc_err err = LC_ERR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_settop(L, 3);
    read_options(L, 1, &options);
    lua_pushvalue(L, 2);
    const int function = luaL_ref(L, LUA_REGISTRYINDEX);
    const int adopt_function = ref_field(L, 1, "adopt");
    const int accept_function = ref_field(L, 1, "accept");
    const int renew_function = ref_field(L, 1, "renew");
    struct bind_requirer *bound = bind_newbox(L, &requirer_class);
    bound->L = L;
    bound->ask = function;
    bound->adopt = adopt_function;
    bound->accept = accept_function;
    bound->renew = renew_function;
    options.ask_context = bound;
    bind_charm_check_name(L, BIND_NAME_TLS_REQUIRER, options.endpoint);
    if (!lc_requirer_new(&options, &bound->requirer, &err))
        return bind_raise(L, &err);
    const struct bind_lifecycle lifecycle = { .endpoint = lc_requirer_endpoint(bound->requirer),
                                              .self = bound,
                                              .handle = handle,
                                              .finish = finish };
    bind_charm_add_lifecycle(L, &lifecycle, lua_gettop(L), 3);
    return 1;
}

/* --- questions ------------------------------------------------------------------------------ */

static void release_pair(void *held)
{
    lc_tls_pair_release(held);
}

struct lc_tls_pair *bind_scratch_pair(lua_State *L)
{
    struct lc_tls_pair *pair = bind_scratch(L, sizeof(*pair), release_pair);

    *pair = (struct lc_tls_pair)LC_TLS_PAIR_INIT;
    return pair;
}

void bind_push_pair(lua_State *L, const struct lc_tls_pair *pair)
{
    lua_createtable(L, 0, 7);
    bind_push_text(L, pair->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, pair->scope == LC_TLS_UNIT ? "unit" : "app");
    lua_setfield(L, -2, "scope");
    bind_push_key(L, pair->key);
    lua_setfield(L, -2, "key");
    bind_push_csr(L, pair->csr);
    lua_setfield(L, -2, "csr");
    bind_push_cert(L, pair->certificate);
    lua_setfield(L, -2, "certificate");
    bind_push_cert(L, pair->ca);
    lua_setfield(L, -2, "ca");
    bind_push_chain(L, &pair->chain);
    lua_setfield(L, -2, "chain");
}

/* requirer:assigned([name]): a pair, or nil, message, code. */
static int requirer_assigned(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const char *name = luaL_optstring(L, 2, NULL);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:assigned");
    struct lc_tls_pair *pair = bind_scratch_pair(L);
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_requirer_assigned(bound->requirer, &hook, name, pair, &err)))
        return err.code == LC_ENOTFOUND ? bind_fail(L, &err) : bind_raise(L, &err);
    bind_push_pair(L, pair);
    return 1;
}

/* requirer:assigned_at(n): the n-th pair from 1, or nil after the last. */
static int requirer_assigned_at(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const lua_Integer number = luaL_checkinteger(L, 2);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:all");
    struct lc_tls_pair *pair = bind_scratch_pair(L);
    struct lc_err err = LC_ERR_INIT;

    luaL_argcheck(L, number >= 1, 2, "a number from 1 expected");
    if (!BIND_ON_THREAD(
            bound, L,
            lc_requirer_assigned_at(bound->requirer, &hook, (size_t)number - 1, pair, &err)))
        return err.code == LC_ENOTFOUND ? bind_fail(L, &err) : bind_raise(L, &err);
    bind_push_pair(L, pair);
    return 1;
}

/* requirer:denial([name]) */
static int requirer_denial(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const char *name = luaL_optstring(L, 2, NULL);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:denial");
    const struct lc_error_entry *denial = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_requirer_denial(bound->requirer, &hook, name, &denial, &err)))
        return bind_raise(L, &err);
    if (denial == NULL)
        lua_pushnil(L);
    else
        bind_push_denial(L, denial);
    return 1;
}

/* requirer:capabilities() */
static int requirer_capabilities(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:capabilities");
    const struct lc_capabilities *capabilities = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L,
                        lc_requirer_capabilities(bound->requirer, &hook, &capabilities, &err)))
        return bind_raise(L, &err);
    bind_push_capabilities(L, capabilities);
    return 1;
}

/* requirer:key_secret_id([scope]) */
static int requirer_key_secret_id(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const enum lc_tls_scope scope = bind_check_scope(L, 2, LC_TLS_UNIT);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:key_secret_id");
    char **id = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L,
                        lc_requirer_key_secret_id(bound->requirer, &hook, scope, id, &err)))
        return bind_raise(L, &err);
    bind_push_text(L, *id);
    return 1;
}

/* --- wishes --------------------------------------------------------------------------------- */

/* requirer:sync() */
static int requirer_sync(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:sync");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_requirer_sync(bound->requirer, &hook, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* requirer:renew(certificate) */
static int requirer_renew(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const struct lc_cert *certificate = bind_check_cert(L, 2);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:renew");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_requirer_renew(bound->requirer, &hook, certificate, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* requirer:regenerate_key(scope, drop_old) */
static int requirer_regenerate_key(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const enum lc_tls_scope scope = bind_check_scope(L, 2, LC_TLS_UNIT);
    const bool drop_old = lua_toboolean(L, 3) != 0;
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:regenerate_key");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L,
                        lc_requirer_regenerate_key(bound->requirer, &hook, scope, drop_old, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* requirer:import_key(scope, key) */
static int requirer_import_key(lua_State *L)
{
    struct bind_requirer *bound = check_requirer(L);
    const enum lc_tls_scope scope = bind_check_scope(L, 2, LC_TLS_UNIT);
    struct lc_key *key = bind_check_key(L, 3);
    const struct lc_tls_hook hook = bind_check_tls_hook(L, "certs:import_key");
    struct lc_err err = LC_ERR_INIT;

    if (!BIND_ON_THREAD(bound, L, lc_requirer_import_key(bound->requirer, &hook, scope, key, &err)))
        return bind_raise(L, &err);
    return 0;
}

/* --- events --------------------------------------------------------------------------------- */

/* requirer:next(): kind, pair, denial; nothing when there is none. */
static int requirer_next(lua_State *L)
{
    const struct lc_requirer_event *event = lc_requirer_next(check_requirer(L)->requirer);

    if (event == NULL)
        return 0;
    lua_pushstring(L, lc_requirer_event_name(event->kind));
    bind_push_pair(L, &event->pair);
    if (event->kind == LC_REQUIRER_DENIED)
        bind_push_denial(L, &event->denial);
    else
        lua_pushnil(L);
    return 3;
}

/* requirer:delivered(): after the handlers of what next() gave have returned well. */
static int requirer_delivered(lua_State *L)
{
    struct lc_requirer *self = check_requirer(L)->requirer;

    if (lc_requirer_next(self) != NULL)
        lc_requirer_delivered(self);
    return 0;
}

static const luaL_Reg methods[] = {
    { "assigned", requirer_assigned },
    { "assigned_at", requirer_assigned_at },
    { "capabilities", requirer_capabilities },
    { "delivered", requirer_delivered },
    { "denial", requirer_denial },
    { "import_key", requirer_import_key },
    { "key_secret_id", requirer_key_secret_id },
    { "next", requirer_next },
    { "regenerate_key", requirer_regenerate_key },
    { "renew", requirer_renew },
    { "sync", requirer_sync },
    { NULL, NULL },
};

static const struct bind_class requirer_class = {
    .name = BIND_REQUIRER,
    .release = release_bound,
    .size = sizeof(struct bind_requirer),
    .methods = methods,
};

const luaL_Reg bind_tls_requirer[] = {
    { "requirer", requirer },
    { "check_requests", check_requests },
    { NULL, NULL },
};
