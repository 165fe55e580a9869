/* The attributes of a request, names and extensions, both ways between Lua and x509/. */
#include <stdio.h>
#include <string.h>

#include "bind/x509.h"

static const char *const text_fields[] = {
    "common_name",  "email_address",          "organization",  "organizational_unit",
    "country_name", "state_or_province_name", "locality_name", NULL,
};

static const char *const attrs_options[] = {
    "common_name",
    "sans_dns",
    "sans_ip",
    "sans_oid",
    "email_address",
    "organization",
    "organizational_unit",
    "country_name",
    "state_or_province_name",
    "locality_name",
    "is_ca",
    "add_unique_id_to_subject_name",
    "additional_critical_extensions",
    NULL,
};

static void release_attrs(void *attrs)
{
    lc_attrs_release(attrs);
}

struct lc_attrs *bind_scratch_attrs(lua_State *L)
{
    struct lc_attrs *attrs = bind_scratch(L, sizeof(*attrs), release_attrs);

    *attrs = (struct lc_attrs)LC_ATTRS_INIT;
    return attrs;
}

/* The { oid = ..., value = ... } at the top of the stack. */
static void read_extension(lua_State *L, const char *name, struct lc_extensions *out)
{
    static const char *const options[] = { "oid", "value", NULL };
    struct lc_err err = LC_ERR_INIT;
    size_t len;

    if (!lua_istable(L, -1))
        bind_misuse(L, "%s: expected { oid = \"1.2.3\", value = DER }, got %s", name,
                    luaL_typename(L, -1));
    bind_check_options(L, -1, options);
    const char *oid = bind_field_string(L, -1, "oid");
    lua_pushliteral(L, "value");
    if (oid == NULL || lua_rawget(L, -2) != LUA_TSTRING)
        bind_misuse(L, "%s: it needs an oid and a value, which is DER as a text", name);
    const char *value = lua_tolstring(L, -1, &len);
    lua_pop(L, 1); /* the table keeps it */
    if (!lc_extensions_add(out, oid, true, value, len, &err))
        bind_misuse(L, "%s: %s", name, err.message);
}

static void read_extensions(lua_State *L, int index, struct lc_extensions *out)
{
    static const char field[] = "additional_critical_extensions";
    char name[sizeof(field) + 24];

    lua_pushstring(L, field);
    const int type = lua_rawget(L, index);
    if (type != LUA_TNIL && type != LUA_TTABLE)
        bind_misuse(L, "%s: expected a list, got %s", field, luaL_typename(L, -1));
    const lua_Integer count = type == LUA_TNIL ? 0 : (lua_Integer)lua_rawlen(L, -1);
    if (type == LUA_TTABLE && count == 0) {
        lua_pushnil(L);
        if (lua_next(L, -2) != 0)
            bind_misuse(L, "%s: expected a list of { oid = ..., value = ... }", field);
    }
    for (lua_Integer i = 1; i <= count; i++) {
        (void)lua_rawgeti(L, -1, i);
        (void)snprintf(name, sizeof(name), "%s[%lld]", field, (long long)i);
        read_extension(L, name, out);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

void bind_read_attrs(lua_State *L, int index, struct lc_attrs *out)
{
    struct lc_err err = LC_ERR_INIT;

    index = lua_absindex(L, index);
    luaL_checkstack(L, 8, NULL);
    if (!lua_istable(L, index))
        bind_misuse(L, "expected a table such as { common_name = \"db.internal\" }, got %s",
                    luaL_typename(L, index));
    bind_check_options(L, index, attrs_options);
    for (const char *const *field = text_fields; *field != NULL; field++) {
        const char *text = bind_field_string(L, index, *field);
        if (text != NULL && !lc_attrs_set_text(out, *field, text, strlen(text), &err))
            (void)bind_raise(L, &err);
    }
    (void)bind_field_strings(L, index, "sans_dns", &out->sans_dns);
    (void)bind_field_strings(L, index, "sans_ip", &out->sans_ip);
    (void)bind_field_strings(L, index, "sans_oid", &out->sans_oid);
    out->is_ca = bind_field_boolean(L, index, "is_ca", false);
    out->add_unique_id_to_subject_name = bind_field_boolean(
        L, index, "add_unique_id_to_subject_name", out->add_unique_id_to_subject_name);
    read_extensions(L, index, &out->additional_critical_extensions);
    if (!lc_attrs_normalise(out, &err))
        (void)bind_raise(L, &err);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    bind_push_text(L, text);
    lua_setfield(L, -2, name);
}

static void set_list(lua_State *L, const char *name, const struct lc_strlist *list)
{
    if (list->count == 0)
        return;
    bind_push_strlist(L, list);
    lua_setfield(L, -2, name);
}

void bind_push_attrs(lua_State *L, const struct lc_attrs *attrs)
{
    lua_newtable(L);
    set_text(L, "common_name", attrs->common_name);
    set_list(L, "sans_dns", &attrs->sans_dns);
    set_list(L, "sans_ip", &attrs->sans_ip);
    set_list(L, "sans_oid", &attrs->sans_oid);
    set_text(L, "email_address", attrs->email_address);
    set_text(L, "organization", attrs->organization);
    set_text(L, "organizational_unit", attrs->organizational_unit);
    set_text(L, "country_name", attrs->country_name);
    set_text(L, "state_or_province_name", attrs->state_or_province_name);
    set_text(L, "locality_name", attrs->locality_name);
    lua_pushboolean(L, attrs->is_ca);
    lua_setfield(L, -2, "is_ca");
    lua_pushboolean(L, attrs->add_unique_id_to_subject_name);
    lua_setfield(L, -2, "add_unique_id_to_subject_name");
    const struct lc_extensions *extensions = &attrs->additional_critical_extensions;
    if (extensions->count == 0)
        return;
    lua_createtable(L, (int)extensions->count, 0);
    for (size_t i = 0; i < extensions->count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "oid", extensions->items[i].oid);
        lua_pushlstring(L, (const char *)extensions->items[i].value,
                        extensions->items[i].value_len);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "additional_critical_extensions");
}

void bind_push_name(lua_State *L, const struct lc_name *name)
{
    lua_createtable(L, (int)name->count, 0);
    for (size_t i = 0; i < name->count; i++) {
        const struct lc_name_entry *entry = &name->entries[i];
        lua_createtable(L, 0, 5);
        set_text(L, "oid", entry->oid);
        set_text(L, "name", entry->long_name);
        set_text(L, "type", entry->asn1_type);
        set_text(L, "value", entry->value);
        lua_pushinteger(L, entry->rdn + 1);
        lua_setfield(L, -2, "rdn");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void bind_push_sans(lua_State *L, const struct lc_sans *sans)
{
    lua_createtable(L, (int)sans->count, 0);
    for (size_t i = 0; i < sans->count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "type", lc_san_type_name(sans->items[i].type));
        set_text(L, "value", sans->items[i].value);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void bind_push_sans_of(lua_State *L, const struct lc_sans *sans, enum lc_san_type type)
{
    lua_Integer count = 0;

    lua_newtable(L);
    for (size_t i = 0; i < sans->count; i++) {
        if (sans->items[i].type != type)
            continue;
        lua_pushstring(L, sans->items[i].value);
        lua_rawseti(L, -2, ++count);
    }
}

void bind_push_extensions(lua_State *L, const struct lc_extensions *list)
{
    lua_createtable(L, (int)list->count, 0);
    for (size_t i = 0; i < list->count; i++) {
        const struct lc_extension *extension = &list->items[i];
        lua_createtable(L, 0, 3);
        set_text(L, "oid", extension->oid);
        lua_pushboolean(L, extension->critical);
        lua_setfield(L, -2, "critical");
        lua_pushlstring(L, (const char *)extension->value, extension->value_len);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* Control bytes as \xNN: it goes to terminals and logs, and comes from the other side. */
static void push_printable(lua_State *L, const char *text)
{
    luaL_Buffer out;
    char escape[5];

    luaL_buffinit(L, &out);
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte >= 0x20 && byte != 0x7f) {
            luaL_addchar(&out, *text);
            continue;
        }
        (void)snprintf(escape, sizeof(escape), "\\x%02x", byte);
        luaL_addstring(&out, escape);
    }
    luaL_pushresult(&out);
}

void bind_push_label(lua_State *L, const struct lc_name *subject, const struct lc_sans *sans)
{
    const char *common_name = lc_name_get(subject, LC_OID_COMMON_NAME);

    if (common_name != NULL && *common_name != '\0')
        push_printable(L, common_name);
    else if (sans->count > 0)
        push_printable(L, sans->items[0].value);
    else
        lua_pushliteral(L, "no name");
}
