/* Policies in their sandbox: loaded from files or kept texts, and held for the engine. */
#include "bind/policy.h"

#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "bind/policy_private.h"

/* --- sources --------------------------------------------------------------------------------- */

static bool keep_source(struct bind_policy *policy, const char *name, const char *text, size_t len,
                        struct lc_err *err)
{
    if (strlen(text) != len)
        return lc_fail(err, LC_EPARSE, "%s%s: there is a NUL byte in it", policy->prefix, name);
    if (len > LC_POLICY_SOURCE_BYTES - policy->source_bytes)
        return lc_fail(err, LC_ELIMIT, "%s%s: the policy is over %u bytes", policy->prefix, name,
                       LC_POLICY_SOURCE_BYTES);
    if (policy->sources.count == LC_POLICY_MAX_FILES)
        return lc_fail(err, LC_ELIMIT, "%s%s: the policy has over %d files", policy->prefix, name,
                       LC_POLICY_MAX_FILES);
    policy->source_bytes += len;
    return lc_strmap_set(&policy->sources, name, text, err);
}

static bool read_source(struct bind_policy *policy, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (policy->given != NULL) {
        const char *given = lc_strmap_get(policy->given, name);
        if (given == NULL)
            return lc_fail(err, LC_ENOTFOUND, "%s%s: it is not among the kept files",
                           policy->prefix, name);
        return keep_source(policy, name, given, strlen(given), err);
    }
    if (policy->folder == NULL)
        return lc_fail(err, LC_ESTATE, "the module %s is required after the policy was loaded",
                       name);
    return lc_file_read_within(policy->folder, name, LC_POLICY_SOURCE_BYTES, &text, &len, err) &&
           keep_source(policy, name, text, len, err);
}

const char *bind_policy_source(lua_State *L, struct bind_policy *policy, const char *name,
                               size_t *len_out)
{
    struct lc_err err = LC_ERR_INIT;

    if (lc_strmap_get(&policy->sources, name) == NULL && !read_source(policy, name, &err))
        (void)bind_raise(L, &err);
    const char *text = lc_strmap_get(&policy->sources, name);
    *len_out = strlen(text);
    return text;
}

/* Names and texts, each with its length, so that nothing can be moved between them. */
static bool hash_sources(struct bind_policy *policy, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4 * LC_POLICY_SOURCE_BYTES);
    unsigned char digest[LC_SHA256_BYTES];

    lc_buf_printf(&text, "%s\n", policy->main);
    for (size_t i = 0; i < policy->sources.count; i++) {
        const struct lc_strmap_entry *entry = &policy->sources.entries[i];
        lc_buf_printf(&text, "%s %zu\n%s", entry->key, strlen(entry->value), entry->value);
    }
    if (!lc_buf_check(&text, err) || !lc_sha256(text.data, text.len, digest, err))
        return false;
    lc_hex_encode(digest, sizeof(digest), policy->hash);
    return true;
}

/* --- the engine's holder --------------------------------------------------------------------- */

struct asking {
    const struct bind_policy *policy;
    size_t number;
    enum lc_rule_kind kind;
    struct lc_policy_answer *out;
};

/* ask_rule(struct asking *) */
static int ask_rule(lua_State *L)
{
    const struct asking *asking = lua_touserdata(L, 1);

    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, asking->policy->rules);
    (void)lua_rawgeti(L, -1, (lua_Integer)asking->number + 1);
    (void)lua_rawgeti(L, LUA_REGISTRYINDEX, asking->policy->request_ref);
    lua_call(L, 1, 1);
    bind_read_answer(L, lua_gettop(L), asking->kind, asking->out);
    return 0;
}

static bool ask(void *context, size_t number, struct lc_policy_answer *out, struct lc_err *err)
{
    struct bind_policy *policy = context;
    lua_State *L = policy->vm->L;
    struct asking asking = {
        .policy = policy,
        .number = number,
        .kind = lc_policy_rule(policy->engine, number + LC_POLICY_BUILTINS)->kind,
        .out = out,
    };
    struct lc_err why = LC_ERR_INIT;

    if (!lua_checkstack(L, 4))
        return lc_fail_memory(err);
    lua_pushcfunction(L, ask_rule);
    lua_pushlightuserdata(L, &asking);
    if (bind_pcall(L, 1, 0, &why))
        return true;
    if (why.code == LC_ENOMEM) {
        *err = why;
        return false;
    }
    return lc_policy_answer_fail(out, why.message, bind_vm_traceback(policy->vm), err);
}

struct beginning {
    struct bind_policy *policy;
    const struct lc_policy_request *request;
    const struct lc_policy_observer *observer;
};

/* make_request(struct beginning *) */
static int make_request(lua_State *L)
{
    struct beginning *beginning = lua_touserdata(L, 1);
    struct bind_policy *policy = beginning->policy;

    struct bind_request *request = bind_push_request(L, beginning->request, beginning->observer);
    lua_rawseti(L, LUA_REGISTRYINDEX, policy->request_ref);
    policy->request = request;
    return 0;
}

static bool begin(void *context, const struct lc_policy_request *request,
                  const struct lc_policy_observer *observer, struct lc_err *err)
{
    struct bind_policy *policy = context;
    lua_State *L = policy->vm->L;
    struct beginning beginning = { policy, request, observer };

    bind_vm_enter(policy->vm);
    if (!lua_checkstack(L, 4))
        return lc_fail_memory(err);
    lua_pushcfunction(L, make_request);
    lua_pushlightuserdata(L, &beginning);
    return bind_pcall(L, 1, 0, err);
}

/* Which rule it was that changed what outlives the request: each is asked again, by itself, within
 * one more budget. */
static bool find_changer(struct bind_policy *policy, size_t *rule, struct lc_err *err)
{
    const struct lc_policy_observer *observer = policy->request->observer;
    const size_t count = lc_policy_rule_count(policy->engine) - LC_POLICY_BUILTINS;
    bool done = true;

    *rule = LC_POLICY_NO_RULE;
    policy->request->observer = NULL; /* it has seen them being asked */
    bind_vm_enter(policy->vm);
    for (size_t i = 0; done && *rule == LC_POLICY_NO_RULE && i < count; i++) {
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer answer = LC_POLICY_ANSWER_INIT;
        LC_AUTO(lc_policy_answer_release) struct lc_policy_answer changed = LC_POLICY_ANSWER_INIT;
        done = ask(policy, i, &answer, err) && bind_policy_check_state(policy, &changed, err);
        if (changed.kind == LC_ANSWER_FAILED)
            *rule = i + LC_POLICY_BUILTINS;
    }
    policy->request->observer = observer;
    return done;
}

static bool check(void *context, struct lc_policy_answer *out, struct lc_err *err)
{
    struct bind_policy *policy = context;

    return bind_policy_check_state(policy, out, err) &&
           (out->kind != LC_ANSWER_FAILED || find_changer(policy, &out->refusal.rule, err));
}

static void end(void *context)
{
    struct bind_policy *policy = context;

    if (policy->request != NULL)
        *policy->request = (struct bind_request){ .request = NULL };
    policy->request = NULL;
}

/* --- what the file returned ------------------------------------------------------------------ */

static _Noreturn void raise_err(lua_State *L, const struct lc_err *err)
{
    (void)bind_raise(L, err);
    __builtin_unreachable();
}

static const char *raw_text(lua_State *L, int index, const char *name)
{
    lua_pushstring(L, name);
    const char *text = lua_rawget(L, index) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1); /* the table keeps it */
    return text;
}

/* The rule at the top of the stack: { rule = "require", name, fn, where }. */
static void add_rule(lua_State *L, struct bind_policy *policy, int rules)
{
    const int index = lua_gettop(L);
    const char *rule = raw_text(L, index, "rule");
    const char *name = raw_text(L, index, "name");
    const char *where = raw_text(L, index, "where");
    const enum lc_rule_kind kind = rule != NULL && strcmp(rule, "profile") == 0 ? LC_RULE_PROFILE
                                                                                : LC_RULE_REQUIRE;
    struct lc_err err = LC_ERR_INIT;

    if (rule == NULL || name == NULL || where == NULL)
        bind_misuse(L, "a policy is a list of policy.require(...) and policy.profile(...)");
    if (!lc_policy_add(policy->engine, kind, name, where, &err))
        raise_err(L, &err);
    lua_pushliteral(L, "fn");
    (void)lua_rawget(L, index);
    luaL_checktype(L, -1, LUA_TFUNCTION);
    lua_rawseti(L, rules, (lua_Integer)lua_rawlen(L, rules) + 1);
}

static bool is_policy(lua_State *L, int index)
{
    return lua_istable(L, index) && raw_text(L, lua_absindex(L, index), "policy") != NULL;
}

/* The policy at the top of the stack: { policy = "rules", ... }. */
static void add_policy(lua_State *L, struct bind_policy *policy, int rules)
{
    static const struct {
        const char *name;
        enum lc_policy_kind kind;
    } kinds[] = { { "rules", LC_POLICY_RULES },
                  { "all_of", LC_POLICY_ALL_OF },
                  { "first_of", LC_POLICY_FIRST_OF },
                  { "any_of", LC_POLICY_ANY_OF } };
    const int index = lua_gettop(L);
    const char *name = raw_text(L, index, "policy");
    enum lc_policy_kind kind = LC_POLICY_RULES;
    struct lc_err err = LC_ERR_INIT;

    assert(name != NULL); /* is_policy has looked */
    luaL_checkstack(L, 6, NULL);
    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            kind = kinds[i].kind;
    if (!lc_policy_begin(policy->engine, kind, &err))
        raise_err(L, &err);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_rawgeti(L, index, i) != LUA_TTABLE)
            bind_misuse(L, "item %lld of the policy is a %s", (long long)i, luaL_typename(L, -1));
        if (kind == LC_POLICY_RULES)
            add_rule(L, policy, rules);
        else if (is_policy(L, -1))
            add_policy(L, policy, rules);
        else
            bind_misuse(L, "item %lld of %s is no policy", (long long)i, name);
        lua_settop(L, index);
    }
    lc_policy_end(policy->engine);
}

static void release_accepts(void *held)
{
    lc_policy_accepts_release(held);
}

/* Fields of the interface by name, everything else as it stands. */
static void read_subject(lua_State *L, int index, struct lc_strlist *out)
{
    struct lc_strlist *said = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    (void)bind_field_strings(L, index, "subject", said);
    for (size_t i = 0; i < said->count; i++) {
        const char *oid = lc_subject_field_oid(said->items[i]);
        if (!lc_strlist_add(out, oid == NULL ? said->items[i] : oid, &err))
            raise_err(L, &err);
    }
}

/* accept = { ... } of the policy at index, if it has one. */
static void read_accepts(lua_State *L, int index, struct bind_policy *policy)
{
    static const char *const options[] = { "names",     "subject", "extensions", "common_names",
                                           "odd_names", "keys",    "most_names", NULL };
    static const char *const kinds[] = { "email", "uri", "oid", "other", NULL };
    static const char *const any[] = { "any", NULL };
    static const char *const several[] = { "several", NULL };

    lua_pushliteral(L, "accept");
    if (lua_rawget(L, index) == LUA_TNIL)
        return;
    const int accept = lua_gettop(L);
    struct lc_policy_accepts *accepts = bind_scratch(L, sizeof(*accepts), release_accepts);
    bind_check_options(L, accept, options);
    (void)bind_field_strings(L, accept, "names", &accepts->names);
    for (size_t i = 0; i < accepts->names.count; i++) {
        bool known = false;
        for (size_t kind = 0; kinds[kind] != NULL; kind++)
            known = known || strcmp(kinds[kind], accepts->names.items[i]) == 0;
        if (!known)
            bind_misuse(L, "accept: names: '%.40s' is none of email, uri, oid, other",
                        accepts->names.items[i]);
    }
    read_subject(L, accept, &accepts->subject);
    (void)bind_field_strings(L, accept, "extensions", &accepts->extensions);
    accepts->several_common_names = bind_field_choice(L, accept, "common_names", several, -1) == 0;
    accepts->odd_names = bind_field_boolean(L, accept, "odd_names", false);
    accepts->unusual_keys = bind_field_choice(L, accept, "keys", any, -1) == 0;
    const lua_Integer most = bind_field_integer(L, accept, "most_names", 0);
    if (most < 0 || most > LC_ATTRS_MAX_SANS)
        bind_misuse(L, "accept: most_names: expected 1 to %d, got %lld", LC_ATTRS_MAX_SANS,
                    (long long)most);
    accepts->most_names = (size_t)most;
    lc_policy_accept(policy->engine, accepts);
}

/* load(struct bind_policy *) */
static int load(lua_State *L)
{
    struct bind_policy *policy = lua_touserdata(L, 1);

    lua_newtable(L);
    lua_pushvalue(L, -1);
    policy->rules = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushboolean(L, 0);
    policy->request_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    bind_sandbox_load(L, policy, policy->main);
    lua_call(L, 0, 1);
    if (!is_policy(L, -1))
        bind_misuse(L, "%s%s: expected it to return policy { ... }, got %s", policy->prefix,
                    policy->main, luaL_typename(L, -1));
    const int index = lua_gettop(L);
    add_policy(L, policy, 2);
    read_accepts(L, index, policy);
    bind_policy_note_state(L, policy, 2);
    return 0;
}

/* --- made and freed -------------------------------------------------------------------------- */

static void set_limits(const struct bind_policy_options *options, struct bind_limits *out)
{
    static const struct bind_policy_options none = { .instructions = 0 };

    if (options == NULL)
        options = &none;
    *out = (struct bind_limits){
        .instructions = options->instructions == 0 ? LC_POLICY_INSTRUCTIONS : options->instructions,
        .memory_bytes = options->memory_bytes == 0 ? LC_POLICY_MEMORY_BYTES : options->memory_bytes,
        .text_bytes = options->text_bytes == 0 ? LC_POLICY_TEXT_BYTES : options->text_bytes,
        .cpu_ms = options->cpu_ms == 0 ? LC_POLICY_CPU_MS : options->cpu_ms,
    };
}

static bool start(struct bind_policy *policy, const struct bind_policy_options *options,
                  struct lc_err *err)
{
    const struct lc_policy_holder holder = {
        .context = policy, .begin = begin, .ask = ask, .check = check, .end = end
    };
    struct bind_limits limits;

    if (options != NULL && options->log.write != NULL)
        policy->context.log = options->log;
    set_limits(options, &limits);
    if (!lc_policy_new(&holder, &policy->engine, err) ||
        !bind_vm_open(&policy->context, &limits, bind_sandbox_open, &policy->vm, err))
        return false;
    policy->vm->policy = policy;
    lua_State *L = policy->vm->L;
    bind_vm_enter(policy->vm);
    lua_pushcfunction(L, load);
    lua_pushlightuserdata(L, policy);
    return bind_pcall(L, 1, 0, err) && hash_sources(policy, err);
}

static void drop_line(void *context, enum lc_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static struct bind_policy *policy_alloc(struct lc_err *err)
{
    struct bind_policy *policy = lc_alloc(1, sizeof(*policy));

    if (policy == NULL)
        (void)lc_fail_memory(err);
    else
        policy->context.log = (struct lc_log){ .write = drop_line, .least = LC_LEVEL_ERROR };
    return policy;
}

/* "src/policy.lua" to the folder "src", the prefix "src/" and the name "policy.lua". */
static bool split_path(struct bind_policy *policy, const char *path, struct lc_err *err)
{
    const char *slash = strrchr(path, '/');
    const size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    policy->prefix = lc_strndup(path, len);
    policy->folder = len == 0 ? lc_strdup(".") : lc_strndup(path, len);
    policy->main = lc_strdup(path + len);
    return policy->prefix != NULL && policy->folder != NULL && policy->main != NULL
               ? true
               : lc_fail_memory(err);
}

bool bind_policy_load(const char *path, const struct bind_policy_options *options,
                      struct bind_policy **out, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = policy_alloc(err);

    if (policy == NULL || !split_path(policy, path, err) || !start(policy, options, err))
        return false;
    lc_free(policy->folder); /* what it needs it has: later modules would not be in its hash */
    policy->folder = NULL;
    *out = LC_STEAL(policy);
    return true;
}

bool bind_policy_load_kept(const struct lc_strmap *sources, const char *main,
                           const struct bind_policy_options *options, struct bind_policy **out,
                           struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = policy_alloc(err);

    if (policy == NULL)
        return false;
    policy->main = lc_strdup(main);
    policy->prefix = lc_strdup("kept:");
    policy->given = sources;
    if (policy->main == NULL || policy->prefix == NULL)
        return lc_fail_memory(err);
    if (!start(policy, options, err))
        return false;
    policy->given = NULL;
    *out = LC_STEAL(policy);
    return true;
}

void bind_policy_free(struct bind_policy *policy)
{
    if (policy == NULL)
        return;
    bind_vm_free(policy->vm);
    lc_policy_free(policy->engine);
    lc_strmap_release(&policy->sources);
    lc_free(policy->folder);
    lc_free(policy->main);
    lc_free(policy->prefix);
    lc_free(policy);
}

const struct lc_policy *bind_policy_engine(const struct bind_policy *policy)
{
    return policy->engine;
}

const struct lc_strmap *bind_policy_sources(const struct bind_policy *policy)
{
    return &policy->sources;
}

const char *bind_policy_main(const struct bind_policy *policy)
{
    return policy->main;
}

const char *bind_policy_hash(const struct bind_policy *policy)
{
    return policy->hash;
}
