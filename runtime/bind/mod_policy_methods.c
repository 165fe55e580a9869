/* Questions that a policy asks a request: request:names_outside { ... } and so on. They convert and
 * ask x509/match.h. */
#include <string.h>

#include "base/text.h"
#include "bind/policy_request.h"
#include "x509/match.h"

/* "request:names_outside" with the answer at the top of the stack. */
static int answer(lua_State *L, const struct bind_request *held, const char *name)
{
    bind_note_fact(L, held, name, -1);
    return 1;
}

static void tell_samples(const struct bind_request *held, const char *kind,
                         const struct lc_strlist *list)
{
    const struct lc_policy_observer *observer = held->observer;

    if (observer == NULL || observer->sample == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        observer->sample(observer->context, kind, list->items[i]);
}

static void append_text(lua_State *L, int list, const char *text)
{
    lua_pushstring(L, text);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* --- names and domains ----------------------------------------------------------------------- */

static bool is_within_any(const char *name, const struct lc_strlist *domains)
{
    for (size_t i = 0; i < domains->count; i++)
        if (lc_dns_is_within(name, domains->items[i]))
            return true;
    return false;
}

/* The host of a URI is a view: compared as a copy in the VM. */
static bool is_uri_within(lua_State *L, const char *uri, const struct lc_strlist *domains)
{
    struct lc_uri parts;

    if (!lc_uri_split(uri, &parts) || parts.host.len == 0)
        return false;
    lua_pushlstring(L, parts.host.text, parts.host.len);
    const bool is_within = is_within_any(lua_tostring(L, -1), domains);
    lua_pop(L, 1);
    return is_within;
}

/* Whether a name of this kind has a host, and the host lies within a domain. */
static bool is_san_within(lua_State *L, enum lc_san_type type, const char *value,
                          const struct lc_strlist *domains, bool *has_host)
{
    const char *host;

    *has_host = true;
    switch (type) {
    case LC_SAN_DNS:
        return is_within_any(value, domains);
    case LC_SAN_EMAIL:
        host = lc_email_host(value);
        return host != NULL && is_within_any(host, domains);
    case LC_SAN_URI:
        return is_uri_within(L, value, domains);
    default:
        *has_host = false;
        return false;
    }
}

static void release_sans(void *held)
{
    lc_sans_release(held);
}

/* Names with a host that are, or are not, within the domains: those of the SAN, the subject's
 * e-mail address, and common names that are no addresses. Pushes a frozen list. */
static int list_names(lua_State *L, bool within, const char *what)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const struct lc_csr *csr = held->request->csr;
    struct lc_strlist *domains = bind_scratch_strlist(L);
    struct lc_sans *names = bind_scratch(L, sizeof(*names), release_sans);
    const struct lc_name *subject = lc_csr_subject(csr);
    struct lc_err err = LC_ERR_INIT;
    bool has_host;

    bind_read_list(L, 2, "domains", domains);
    tell_samples(held, "domain", domains);
    if (!lc_policy_request_names(csr, names, &err))
        return bind_raise(L, &err);
    lua_newtable(L);
    const int list = lua_gettop(L);
    for (size_t i = 0; i < names->count; i++) {
        const struct lc_san *san = &names->items[i];
        const bool is_within = is_san_within(L, san->type, san->value, domains, &has_host);
        if (has_host && is_within == within)
            append_text(L, list, san->value);
    }
    for (size_t i = 0; i < subject->count; i++) {
        const char *value = subject->entries[i].value;
        if (strcmp(subject->entries[i].oid, LC_OID_COMMON_NAME) != 0 || lc_ip_is_address(value) ||
            is_within_any(value, domains) != within)
            continue;
        bool is_there = false;
        for (size_t j = 0; j < names->count; j++)
            is_there = is_there || lc_text_equals_nocase(names->items[j].value, value);
        if (!is_there)
            append_text(L, list, value);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return answer(L, held, what);
}

static int names_outside(lua_State *L)
{
    return list_names(L, false, "request:names_outside");
}

static int names_within(lua_State *L)
{
    return list_names(L, true, "request:names_within");
}

/* wildcards(): DNS names and common names with an asterisk. */
static int wildcards(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const struct lc_sans *sans = lc_csr_sans(held->request->csr);
    const struct lc_name *subject = lc_csr_subject(held->request->csr);

    lua_newtable(L);
    const int list = lua_gettop(L);
    for (size_t i = 0; i < sans->count; i++)
        if (sans->items[i].type == LC_SAN_DNS && strchr(sans->items[i].value, '*') != NULL)
            append_text(L, list, sans->items[i].value);
    for (size_t i = 0; i < subject->count; i++) {
        const char *value = subject->entries[i].value;
        bool is_there = strcmp(subject->entries[i].oid, LC_OID_COMMON_NAME) != 0 ||
                        strchr(value, '*') == NULL;
        for (size_t j = 0; j < sans->count && !is_there; j++)
            is_there = lc_text_equals_nocase(sans->items[j].value, value);
        if (!is_there)
            append_text(L, list, value);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return answer(L, held, "request:wildcards");
}

static int has_wildcard(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const struct lc_sans *sans = lc_csr_sans(held->request->csr);
    const struct lc_name *subject = lc_csr_subject(held->request->csr);
    bool has = false;

    for (size_t i = 0; i < sans->count; i++)
        has = has ||
              (sans->items[i].type == LC_SAN_DNS && strchr(sans->items[i].value, '*') != NULL);
    for (size_t i = 0; i < subject->count; i++)
        has = has || (strcmp(subject->entries[i].oid, LC_OID_COMMON_NAME) == 0 &&
                      strchr(subject->entries[i].value, '*') != NULL);
    lua_pushboolean(L, has);
    return answer(L, held, "request:has_wildcard");
}

/* --- addresses ------------------------------------------------------------------------------- */

static bool is_in_any(lua_State *L, const char *address, const struct lc_strlist *networks)
{
    struct lc_err err = LC_ERR_INIT;
    bool within = false;

    for (size_t i = 0; i < networks->count && !within; i++)
        if (!lc_ip_is_within(address, networks->items[i], &within, &err))
            (void)bind_raise(L, &err);
    return within;
}

/* addresses_outside(networks): of the SAN, and common names that are addresses. */
static int addresses_outside(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);
    struct lc_strlist *networks = bind_scratch_strlist(L);
    const struct lc_sans *sans = lc_csr_sans(held->request->csr);
    const struct lc_name *subject = lc_csr_subject(held->request->csr);

    bind_read_list(L, 2, "networks", networks);
    (void)is_in_any(L, "192.0.2.1", networks); /* so that a malformed one raises in any case */
    tell_samples(held, "network", networks);
    lua_newtable(L);
    const int list = lua_gettop(L);
    for (size_t i = 0; i < sans->count; i++)
        if (sans->items[i].type == LC_SAN_IP && !is_in_any(L, sans->items[i].value, networks))
            append_text(L, list, sans->items[i].value);
    for (size_t i = 0; i < subject->count; i++) {
        const char *value = subject->entries[i].value;
        if (strcmp(subject->entries[i].oid, LC_OID_COMMON_NAME) == 0 && lc_ip_is_address(value) &&
            !is_in_any(L, value, networks))
            append_text(L, list, value);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return answer(L, held, "request:addresses_outside");
}

/* --- parts ----------------------------------------------------------------------------------- */

/* subject_values(field or OID) */
static int subject_values(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const char *field = luaL_checkstring(L, 2);
    const char *oid = lc_subject_field_oid(field);

    if (oid == NULL && (*field < '0' || *field > '9')) {
        const char *nearest = lc_text_nearest(field, lc_subject_fields());
        bind_misuse(L, "'%.64s' is neither an OID nor a field of a subject%s%s%s", field,
                    nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?)");
    }
    bind_push_subject_values(L, held->request->csr, oid == NULL ? field : oid);
    return answer(L, held, "request:subject_values");
}

/* extension(name or OID): the record, or nil */
static int extension(lua_State *L)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const char *wanted = luaL_checkstring(L, 2);
    const struct lc_extensions *list = lc_csr_extensions(held->request->csr);

    lua_pushnil(L);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = lc_extension_name(list->items[i].oid);
        if (strcmp(list->items[i].oid, wanted) != 0 && (name == NULL || strcmp(name, wanted) != 0))
            continue;
        bind_push_extension(L, &list->items[i]);
        break;
    }
    return answer(L, held, "request:extension");
}

/* --- others ---------------------------------------------------------------------------------- */

static void push_other(lua_State *L, const struct lc_policy_other *other)
{
    lua_createtable(L, 0, 4);
    bind_push_text(L, other->relation_id);
    lua_setfield(L, -2, "relation_id");
    bind_push_text(L, other->remote_app);
    lua_setfield(L, -2, "remote_app");
    if (other->remote_unit == NULL)
        lua_pushlightuserdata(L, NULL);
    else
        lua_pushstring(L, other->remote_unit);
    lua_setfield(L, -2, "remote_unit");
    lua_pushboolean(L, other->issued);
    lua_setfield(L, -2, "issued");
    bind_freeze(L, BIND_FROZEN_RECORD);
}

static bool has_name(const struct lc_csr *csr, const char *name)
{
    const struct lc_sans *sans = lc_csr_sans(csr);
    const char *common_name = lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME);

    if (common_name != NULL && lc_text_equals_nocase(common_name, name))
        return true;
    for (size_t i = 0; i < sans->count; i++)
        if (lc_text_equals_nocase(sans->items[i].value, name))
            return true;
    return false;
}

/* Those besides the request itself; name: NULL for those with its key. */
static int list_others(lua_State *L, const char *name, const char *what)
{
    const struct bind_request *held = bind_check_request(L, 1);
    const struct lc_csr *csr = held->request->csr;
    const struct lc_policy_other *others;
    const size_t count = bind_request_others(L, held->request, &others);

    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        if (lc_csr_equals(others[i].csr, csr) ||
            (name == NULL ? memcmp(lc_csr_fingerprint(others[i].csr), lc_csr_fingerprint(csr),
                                   LC_SHA256_BYTES) != 0
                          : !has_name(others[i].csr, name)))
            continue;
        push_other(L, &others[i]);
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    bind_freeze(L, BIND_FROZEN_LIST);
    return answer(L, held, what);
}

static int others_with_key(lua_State *L)
{
    return list_others(L, NULL, "request:others_with_key");
}

static int others_with_name(lua_State *L)
{
    return list_others(L, luaL_checkstring(L, 2), "request:others_with_name");
}

const luaL_Reg bind_request_methods[] = {
    { "addresses_outside", addresses_outside },
    { "extension", extension },
    { "has_wildcard", has_wildcard },
    { "names_outside", names_outside },
    { "names_within", names_within },
    { "others_with_key", others_with_key },
    { "others_with_name", others_with_name },
    { "subject_values", subject_values },
    { "wildcards", wildcards },
    { NULL, NULL },
};
