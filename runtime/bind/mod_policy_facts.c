/* What a policy can know of a request: a function for each fact, which pushes it, frozen. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bind/policy_request.h"
#include "tls/databag.h"
#include "x509/match.h"

/* --- small pushes ---------------------------------------------------------------------------- */

static _Noreturn void raise_err(lua_State *L, const struct lc_err *err)
{
    (void)bind_raise(L, err);
    __builtin_unreachable();
}

/* A record's field at the top of the stack; nil is kept as known. */
static void set_field(lua_State *L, const char *name)
{
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushlightuserdata(L, NULL);
    }
    lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    bind_push_text(L, text);
    set_field(L, name);
}

static void set_boolean(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    set_field(L, name);
}

static void set_integer(lua_State *L, const char *name, int64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    set_field(L, name);
}

static void append(lua_State *L)
{
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

void bind_push_frozen_texts(lua_State *L, const struct lc_strlist *list)
{
    bind_push_strlist(L, list);
    bind_freeze(L, BIND_FROZEN_LIST);
}

/* --- the subject ----------------------------------------------------------------------------- */

void bind_push_subject_values(lua_State *L, const struct lc_csr *csr, const char *oid)
{
    const struct lc_name *subject = lc_csr_subject(csr);

    lua_newtable(L);
    for (size_t i = 0; i < subject->count; i++) {
        if (strcmp(subject->entries[i].oid, oid) != 0)
            continue;
        bind_push_text(L, subject->entries[i].value);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
}

static void push_common_name(lua_State *L, const struct lc_policy_request *request)
{
    bind_push_text(L, lc_name_get(lc_csr_subject(request->csr), LC_OID_COMMON_NAME));
}

static void push_common_names(lua_State *L, const struct lc_policy_request *request)
{
    bind_push_subject_values(L, request->csr, LC_OID_COMMON_NAME);
}

static void push_subject(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_name *subject = lc_csr_subject(request->csr);

    lua_newtable(L);
    for (size_t i = 0; i < subject->count; i++) {
        const struct lc_name_entry *entry = &subject->entries[i];
        lua_createtable(L, 0, 6);
        set_text(L, "oid", entry->oid);
        set_text(L, "field", lc_subject_field_name(entry->oid));
        set_text(L, "name", entry->long_name);
        set_text(L, "type", entry->asn1_type);
        set_text(L, "value", entry->value);
        set_integer(L, "rdn", entry->rdn + 1);
        bind_freeze(L, BIND_FROZEN_RECORD);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
}

/* --- names ----------------------------------------------------------------------------------- */

static void push_sans_of(lua_State *L, const struct lc_csr *csr, enum lc_san_type type)
{
    const struct lc_sans *sans = lc_csr_sans(csr);

    lua_newtable(L);
    for (size_t i = 0; i < sans->count; i++) {
        if (sans->items[i].type != type)
            continue;
        bind_push_text(L, sans->items[i].value);
        append(L);
    }
}

#define NAMES_FACT(fact, type)                                                                     \
    static void push_##fact(lua_State *L, const struct lc_policy_request *request)                 \
    {                                                                                              \
        push_sans_of(L, request->csr, (type));                                                     \
        bind_freeze(L, BIND_FROZEN_LIST);                                                          \
    }

NAMES_FACT(dns, LC_SAN_DNS)
NAMES_FACT(ips, LC_SAN_IP)
NAMES_FACT(uris, LC_SAN_URI)
NAMES_FACT(oids, LC_SAN_OID)

static void release_sans(void *held)
{
    lc_sans_release(held);
}

static struct lc_sans *scratch_names(lua_State *L, const struct lc_csr *csr)
{
    struct lc_sans *names = bind_scratch(L, sizeof(*names), release_sans);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_policy_request_names(csr, names, &err))
        raise_err(L, &err);
    return names;
}

/* With the subject's e-mail address, which stands among the names of a certificate. */
static int make_emails(lua_State *L)
{
    const struct lc_sans *names = scratch_names(L, lua_touserdata(L, 1));

    lua_newtable(L);
    for (size_t i = 0; i < names->count; i++) {
        if (names->items[i].type != LC_SAN_EMAIL)
            continue;
        bind_push_text(L, names->items[i].value);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return 1;
}

static const char *kind_name(enum lc_san_type type)
{
    static const char *const names[] = {
        [LC_SAN_DNS] = "dns",     [LC_SAN_IP] = "ip",   [LC_SAN_OID] = "oid",
        [LC_SAN_EMAIL] = "email", [LC_SAN_URI] = "uri", [LC_SAN_OTHER] = "other",
    };

    return names[type];
}

static int make_names(lua_State *L)
{
    const struct lc_csr *csr = lua_touserdata(L, 1);
    const struct lc_sans *names = scratch_names(L, csr);
    const size_t from_san = lc_csr_sans(csr)->count;

    lua_createtable(L, (int)names->count, 0);
    for (size_t i = 0; i < names->count; i++) {
        const struct lc_san *san = &names->items[i];
        lua_createtable(L, 0, 4);
        set_text(L, "kind", kind_name(san->type));
        set_text(L, "value", san->value);
        set_integer(L, "tag", san->tag);
        set_text(L, "from", i < from_san ? "san" : "subject");
        bind_freeze(L, BIND_FROZEN_RECORD);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return 1;
}

/* In a call of its own, for what it holds meanwhile. */
static void push_made(lua_State *L, lua_CFunction make, const struct lc_csr *csr)
{
    lua_pushcfunction(L, make);
    lua_pushlightuserdata(L, (void *)(uintptr_t)csr);
    lua_call(L, 1, 1);
}

static void push_emails(lua_State *L, const struct lc_policy_request *request)
{
    push_made(L, make_emails, request->csr);
}

static void push_names(lua_State *L, const struct lc_policy_request *request)
{
    push_made(L, make_names, request->csr);
}

static void push_unrecognised(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_sans *sans = lc_csr_sans(request->csr);

    lua_newtable(L);
    for (size_t i = 0; i < sans->count; i++) {
        if (sans->items[i].type != LC_SAN_OTHER)
            continue;
        lua_createtable(L, 0, 2);
        set_integer(L, "tag", sans->items[i].tag);
        set_text(L, "der", sans->items[i].value);
        bind_freeze(L, BIND_FROZEN_RECORD);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
}

/* --- extensions ------------------------------------------------------------------------------ */

/* make_extension(extension): { oid, name, critical, der, values } */
static int make_extension(lua_State *L)
{
    const struct lc_extension *extension = lua_touserdata(L, 1);
    struct lc_strlist *values = bind_scratch_strlist(L);
    char **hex = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;
    const char *name;

    if (!lc_extension_decode(extension, &name, values, &err))
        raise_err(L, &err);
    *hex = lc_alloc(2 * extension->value_len + 1, 1);
    if (*hex == NULL) {
        (void)lc_fail_memory(&err);
        raise_err(L, &err);
    }
    lc_hex_encode(extension->value, extension->value_len, *hex);
    lua_createtable(L, 0, 5);
    set_text(L, "oid", extension->oid);
    set_text(L, "name", name);
    set_boolean(L, "critical", extension->critical);
    set_text(L, "der", *hex);
    bind_push_frozen_texts(L, values);
    set_field(L, "values");
    bind_freeze(L, BIND_FROZEN_RECORD);
    return 1;
}

void bind_push_extension(lua_State *L, const struct lc_extension *extension)
{
    lua_pushcfunction(L, make_extension);
    lua_pushlightuserdata(L, (void *)(uintptr_t)extension);
    lua_call(L, 1, 1);
}

static void push_extensions(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_extensions *list = lc_csr_extensions(request->csr);

    lua_newtable(L);
    for (size_t i = 0; i < list->count; i++) {
        bind_push_extension(L, &list->items[i]);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
}

/* --- key and signature ----------------------------------------------------------------------- */

static void push_key(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_csr *csr = request->csr;
    const uint64_t exponent = lc_csr_rsa_exponent(csr);

    lua_createtable(L, 0, 5);
    set_text(L, "type", lc_key_type_name(lc_csr_key_type(csr)));
    set_integer(L, "bits", lc_csr_key_bits(csr));
    set_text(L, "curve", lc_csr_curve(csr));
    if (exponent == 0 || exponent > INT64_MAX)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)exponent);
    set_field(L, "exponent");
    bind_push_sha256(L, lc_csr_fingerprint(csr));
    set_field(L, "fingerprint");
    bind_freeze(L, BIND_FROZEN_RECORD);
}

static void push_signature_algorithm(lua_State *L, const struct lc_policy_request *request)
{
    bind_push_text(L, lc_csr_signature_algorithm(request->csr));
}

static void push_signature_valid(lua_State *L, const struct lc_policy_request *request)
{
    lua_pushboolean(L, request->signature == LC_SIGNATURE_VALID);
}

static void push_attributes(lua_State *L, const struct lc_policy_request *request)
{
    bind_push_frozen_texts(L, lc_csr_attributes(request->csr));
}

static void push_hash(lua_State *L, const struct lc_policy_request *request)
{
    bind_push_text(L, lc_csr_hash(request->csr));
}

/* --- who asks -------------------------------------------------------------------------------- */

static void push_is_ca(lua_State *L, const struct lc_policy_request *request)
{
    lua_pushboolean(L, request->is_ca);
}

static void push_csr_is_ca(lua_State *L, const struct lc_policy_request *request)
{
    lua_pushboolean(L, lc_csr_asks_for_ca(request->csr));
}

#define TEXT_FACT(fact)                                                                            \
    static void push_##fact(lua_State *L, const struct lc_policy_request *request)                 \
    {                                                                                              \
        bind_push_text(L, request->fact);                                                          \
    }

TEXT_FACT(endpoint)
TEXT_FACT(relation_id)
TEXT_FACT(remote_app)
TEXT_FACT(remote_unit)
TEXT_FACT(unit)
TEXT_FACT(app)
TEXT_FACT(model)

static void push_mode(lua_State *L, const struct lc_policy_request *request)
{
    if (request->relation_id == NULL)
        lua_pushnil(L);
    else
        lua_pushstring(L, request->remote_unit == NULL ? "app" : "unit");
}

static void push_now(lua_State *L, const struct lc_policy_request *request)
{
    if (request->now_s == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)request->now_s);
}

/* --- the world ------------------------------------------------------------------------------- */

static void push_config(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_policy_world *world = request->world;
    const struct lc_json *config = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (world != NULL && world->config != NULL && !world->config(world->context, &config, &err))
        raise_err(L, &err);
    if (lc_json_type(config) == LC_JSON_OBJECT)
        bind_push_json(L, config);
    else
        lua_newtable(L);
    bind_freeze(L, BIND_FROZEN_MAP);
}

static void push_issuer(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_policy_world *world = request->world;
    const struct lc_chain *chain = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (world != NULL && world->issuer != NULL && !world->issuer(world->context, &chain, &err))
        raise_err(L, &err);
    if (chain == NULL || chain->count == 0) {
        lua_pushnil(L);
        return;
    }
    const struct lc_cert *cert = chain->items[0];
    lua_createtable(L, 0, 7);
    set_text(L, "common_name", lc_name_get(lc_cert_subject(cert), LC_OID_COMMON_NAME));
    set_text(L, "key_type", lc_key_type_name(lc_cert_key_type(cert)));
    set_text(L, "signature_algorithm", lc_cert_signature_algorithm(cert));
    set_integer(L, "not_after", lc_cert_not_after(cert));
    if (request->now_s == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)(lc_cert_not_after(cert) - request->now_s));
    set_field(L, "remaining");
    lua_newtable(L);
    for (size_t i = 0; i < chain->count; i++) {
        const struct lc_extension *constraints = lc_extensions_get(
            lc_cert_extensions(chain->items[i]), "2.5.29.30");
        if (constraints == NULL)
            continue;
        bind_push_extension(L, constraints);
        append(L);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    set_field(L, "name_constraints");
    set_integer(L, "chain_length", (int64_t)chain->count);
    bind_freeze(L, BIND_FROZEN_RECORD);
}

size_t bind_request_others(lua_State *L, const struct lc_policy_request *request,
                           const struct lc_policy_other **out)
{
    const struct lc_policy_world *world = request->world;
    struct lc_err err = LC_ERR_INIT;
    size_t count = 0;

    *out = NULL;
    if (world != NULL && world->others != NULL && !world->others(world->context, out, &count, &err))
        raise_err(L, &err);
    return count;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* How many others there are: with a certificate and without, of this relation, of this asker. */
static void push_history(lua_State *L, const struct lc_policy_request *request)
{
    const struct lc_policy_other *others;
    const size_t count = bind_request_others(L, request, &others);
    int64_t numbers[6] = { 0 };
    static const char *const names[] = { "issued",          "outstanding",
                                         "relation_issued", "relation_outstanding",
                                         "asker_issued",    "asker_outstanding" };

    for (size_t i = 0; i < count; i++) {
        const struct lc_policy_other *other = &others[i];
        const size_t kind = other->issued ? 0 : 1;
        const bool same_relation = same_text(other->relation_id, request->relation_id);
        if (lc_csr_equals(other->csr, request->csr) && same_relation)
            continue;
        numbers[kind]++;
        numbers[2 + kind] += same_relation;
        numbers[4 + kind] += same_relation && same_text(other->remote_unit, request->remote_unit);
    }
    lua_createtable(L, 0, 6);
    for (size_t i = 0; i < LC_COUNT(names); i++)
        set_integer(L, names[i], numbers[i]);
    bind_freeze(L, BIND_FROZEN_RECORD);
}

/* --- by name --------------------------------------------------------------------------------- */

const struct bind_fact bind_request_facts[BIND_REQUEST_FACTS] = {
    { "app", push_app },
    { "attributes", push_attributes },
    { "common_name", push_common_name },
    { "common_names", push_common_names },
    { "config", push_config },
    { "csr_is_ca", push_csr_is_ca },
    { "dns", push_dns },
    { "emails", push_emails },
    { "endpoint", push_endpoint },
    { "extensions", push_extensions },
    { "hash", push_hash },
    { "history", push_history },
    { "ips", push_ips },
    { "is_ca", push_is_ca },
    { "issuer", push_issuer },
    { "key", push_key },
    { "mode", push_mode },
    { "model", push_model },
    { "names", push_names },
    { "now", push_now },
    { "oids", push_oids },
    { "relation_id", push_relation_id },
    { "remote_app", push_remote_app },
    { "remote_unit", push_remote_unit },
    { "signature_algorithm", push_signature_algorithm },
    { "signature_valid", push_signature_valid },
    { "subject", push_subject },
    { "unit", push_unit },
    { "unrecognised", push_unrecognised },
    { "uris", push_uris },
};
