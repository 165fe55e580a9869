/* What a rule returned: a refusal, a deferral, or the shape of a certificate as a table says it. */
#include <string.h>

#include "bind/policy_private.h"
#include "tls/databag.h"
#include "x509/match.h"

static _Noreturn void raise_err(lua_State *L, const struct lc_err *err)
{
    (void)bind_raise(L, err);
    __builtin_unreachable();
}

/* A list of texts in a field, frozen or not; whether it was there. */
static bool read_list(lua_State *L, int index, const char *name, struct lc_strlist *out)
{
    lua_pushstring(L, name);
    const bool is_set = lua_rawget(L, index) != LUA_TNIL;

    if (is_set)
        bind_read_list(L, -1, name, out);
    lua_pop(L, 1);
    return is_set;
}

/* --- names ----------------------------------------------------------------------------------- */

static const struct {
    const char *field;
    enum lc_san_type type;
    int tag;
} name_kinds[] = { { "dns", LC_SAN_DNS, 2 },
                   { "ips", LC_SAN_IP, 7 },
                   { "emails", LC_SAN_EMAIL, 1 },
                   { "uris", LC_SAN_URI, 6 } };

static void check_added(lua_State *L, enum lc_san_type type, const char *value)
{
    if (type == LC_SAN_DNS && !lc_dns_is_well_formed(value))
        bind_misuse(L, "'%.80s' is no host name", value);
    if (type == LC_SAN_IP && !lc_ip_is_address(value))
        bind_misuse(L, "'%.80s' is no address", value);
}

static void check_constraint(lua_State *L, enum lc_san_type type, const char *value)
{
    struct lc_err err = LC_ERR_INIT;
    bool within;

    if (type == LC_SAN_IP && !lc_ip_is_within("192.0.2.1", value, &within, &err))
        raise_err(L, &err);
}

/* { dns = {...}, ips = {...}, emails = {...}, uris = {...} } in a field of the table at index. */
static void read_names(lua_State *L, int index, const char *name,
                       void (*check)(lua_State *, enum lc_san_type, const char *),
                       struct lc_sans *out)
{
    static const char *const known[] = { "dns", "ips", "emails", "uris", NULL };
    struct lc_err err = LC_ERR_INIT;

    lua_pushstring(L, name);
    if (lua_rawget(L, index) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    const int names = lua_gettop(L);
    bind_check_options(L, names, known);
    for (size_t kind = 0; kind < LC_COUNT(name_kinds); kind++) {
        struct lc_strlist *texts = bind_scratch_strlist(L);
        (void)read_list(L, names, name_kinds[kind].field, texts);
        for (size_t i = 0; i < texts->count; i++) {
            check(L, name_kinds[kind].type, texts->items[i]);
            if (!lc_sans_add(out, name_kinds[kind].type, name_kinds[kind].tag, texts->items[i],
                             &err))
                raise_err(L, &err);
        }
    }
}

static void read_constraints(lua_State *L, int index, struct lc_policy_shape *shape)
{
    static const char *const known[] = { "permitted", "excluded", NULL };

    lua_pushliteral(L, "name_constraints");
    if (lua_rawget(L, index) == LUA_TNIL)
        return;
    const int constraints = lua_gettop(L);
    bind_check_options(L, constraints, known);
    read_names(L, constraints, "permitted", check_constraint, &shape->permitted);
    read_names(L, constraints, "excluded", check_constraint, &shape->excluded);
}

/* --- the subject ----------------------------------------------------------------------------- */

static const char *oid_of(lua_State *L, const char *field)
{
    const char *oid = lc_subject_field_oid(field);

    if (oid == NULL && (*field < '0' || *field > '9'))
        bind_misuse(L, "'%.64s' is neither an OID nor a field of a subject", field);
    return oid == NULL ? field : oid;
}

/* { common_name = "x", organization = false }: set, or dropped. */
static void read_subject(lua_State *L, int index, struct lc_policy_shape *shape)
{
    struct lc_err err = LC_ERR_INIT;

    lua_pushliteral(L, "subject");
    if (lua_rawget(L, index) == LUA_TNIL)
        return;
    const int subject = lua_gettop(L);
    luaL_checktype(L, subject, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, subject) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING)
            bind_misuse(L, "subject: expected names of fields, got a %s", luaL_typename(L, -2));
        const char *oid = oid_of(L, lua_tostring(L, -2));
        const bool drops = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
        if (!drops && lua_type(L, -1) != LUA_TSTRING)
            bind_misuse(L, "subject: %.64s: expected a text, or false for none",
                        lua_tostring(L, -2));
        if (!(drops ? lc_strlist_add(&shape->drop_subject, oid, &err)
                    : lc_strmap_set(&shape->set_subject, oid, lua_tostring(L, -1), &err)))
            raise_err(L, &err);
        lua_pop(L, 1);
    }
    lc_strlist_sort(&shape->drop_subject);
}

static void read_kept_subject(lua_State *L, int index, struct lc_policy_shape *shape)
{
    struct lc_strlist *fields = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    shape->has_keep_subject = read_list(L, index, "keep_subject", fields);
    for (size_t i = 0; i < fields->count; i++)
        if (!lc_strlist_add(&shape->keep_subject, oid_of(L, fields->items[i]), &err))
            raise_err(L, &err);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void read_labels(lua_State *L, int index, struct lc_policy_shape *shape)
{
    struct lc_err err = LC_ERR_INIT;

    lua_pushliteral(L, "labels");
    if (lua_rawget(L, index) == LUA_TNIL)
        return;
    luaL_checktype(L, lua_gettop(L), LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            bind_misuse(L, "labels: expected texts under names");
        if (!lc_strmap_set(&shape->labels, lua_tostring(L, -2), lua_tostring(L, -1), &err))
            raise_err(L, &err);
        lua_pop(L, 1);
    }
}

static void read_ca(lua_State *L, int index, struct lc_policy_shape *shape)
{
    shape->is_ca = bind_field_boolean(L, index, "is_ca", false);
    const lua_Integer length = bind_field_integer(L, index, "path_length", -1);
    if (bind_field_is_set(L, index, "path_length") && (length < 0 || length > 100))
        bind_misuse(L, "path_length: expected 0 to 100, got %lld", (long long)length);
    if (!shape->is_ca && length >= 0)
        bind_misuse(L, "path_length: only with is_ca = true");
    if (!shape->is_ca && bind_field_is_set(L, index, "name_constraints"))
        bind_misuse(L, "name_constraints: only with is_ca = true");
    shape->path_length = (int)length;
}

static void read_shape(lua_State *L, int index, struct lc_policy_shape *shape)
{
    static const char *const options[] = {
        "validity",
        "backdate",
        "is_ca",
        "path_length",
        "key_usage",
        "extended_key_usage",
        "copy_extensions",
        "keep_names",
        "drop_names",
        "add_names",
        "keep_subject",
        "subject",
        "name_constraints",
        "labels",
        "warnings",
        NULL,
    };

    bind_check_options(L, index, options);
    shape->validity_s = bind_field_duration(L, index, "validity", 0);
    shape->backdate_s = bind_field_duration(L, index, "backdate", 0);
    read_ca(L, index, shape);
    shape->has_key_usage = read_list(L, index, "key_usage", &shape->key_usage);
    shape->has_extended_key_usage = read_list(L, index, "extended_key_usage",
                                              &shape->extended_key_usage);
    (void)read_list(L, index, "copy_extensions", &shape->copy_extensions);
    shape->has_keep_names = read_list(L, index, "keep_names", &shape->keep_names);
    (void)read_list(L, index, "drop_names", &shape->drop_names);
    read_names(L, index, "add_names", check_added, &shape->add_names);
    read_kept_subject(L, index, shape);
    read_subject(L, index, shape);
    read_constraints(L, index, shape);
    read_labels(L, index, shape);
    (void)read_list(L, index, "warnings", &shape->warnings);
}

/* { answer = "deny", code, message, reason } or { answer = "defer", message }, as
 * lua/charm/policy.lua makes them. */
static void read_refusal(lua_State *L, int index, const char *answer, struct lc_policy_answer *out)
{
    const char *message = bind_field_string(L, index, "message");
    struct lc_err err = LC_ERR_INIT;

    if (message == NULL)
        bind_misuse(L, "a refusal needs a message");
    const bool done = strcmp(answer, "defer") == 0
                          ? lc_policy_answer_defer(out, message, &err)
                          : lc_policy_answer_deny(
                                out, bind_field_integer(L, index, "code", LC_ERROR_OTHER), message,
                                bind_field_string(L, index, "reason"), &err);
    if (!done)
        raise_err(L, &err);
}

void bind_read_answer(lua_State *L, int index, enum lc_rule_kind kind, struct lc_policy_answer *out)
{
    if (lua_isnil(L, index))
        return;
    if (!lua_istable(L, index))
        bind_misuse(L,
                    "a rule returns nothing, policy.deny(...), policy.defer(...)%s, but this one "
                    "returned a %s",
                    kind == LC_RULE_PROFILE ? " or the shape of a certificate" : "",
                    luaL_typename(L, index));
    const char *answer = bind_field_string(L, index, "answer");
    if (answer != NULL) {
        read_refusal(L, index, answer, out);
        return;
    }
    if (kind != LC_RULE_PROFILE)
        bind_misuse(L, "a requirement returns nothing, policy.deny(...) or policy.defer(...); the "
                       "shape of a certificate is a profile's");
    read_shape(L, index, &out->shape);
    out->kind = LC_ANSWER_ISSUE;
}
