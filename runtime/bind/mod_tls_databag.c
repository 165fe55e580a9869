/* charm.tls.core: the typed view of a databag, for charms that do each step by themselves. */
#include <string.h>

#include "bind/tls.h"

static void release_requests(void *held)
{
    lc_request_entries_release(held);
}

static void release_certificates(void *held)
{
    lc_certificate_entries_release(held);
}

static void release_errors(void *held)
{
    lc_error_entries_release(held);
}

static void release_capabilities(void *held)
{
    lc_capabilities_release(held);
}

/* The value of one key, as a databag of that key alone. nil: an empty databag. */
static struct lc_strmap *check_bag(lua_State *L, int arg, const char *key)
{
    const char *text = luaL_optstring(L, arg, NULL);
    struct lc_strmap *bag = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (text != NULL && !lc_strmap_set(bag, key, text, &err))
        (void)bind_raise(L, &err);
    return bag;
}

/* requests_load(text, where): a list of { csr = PEM, ca = boolean }. */
static int requests_load(lua_State *L)
{
    const struct lc_strmap *bag = check_bag(L, 1, LC_KEY_REQUESTS);
    const char *where = luaL_checkstring(L, 2);
    struct lc_request_entries *entries = bind_scratch(L, sizeof(*entries), release_requests);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_databag_load_requests(bag, where, &bind_context(L)->log, entries, &err))
        return bind_raise(L, &err);
    lua_createtable(L, (int)entries->count, 0);
    for (size_t i = 0; i < entries->count; i++) {
        lua_createtable(L, 0, 2);
        bind_push_text(L, entries->items[i].csr);
        lua_setfield(L, -2, "csr");
        lua_pushboolean(L, entries->items[i].ca);
        lua_setfield(L, -2, "ca");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* requests_dump(list): the databag's text, "" for an empty list. */
static int requests_dump(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    struct lc_request_entries *entries = bind_scratch(L, sizeof(*entries), release_requests);
    struct lc_buf *text = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    for (lua_Integer i = 1; i <= count; i++) {
        (void)lua_rawgeti(L, 1, i);
        luaL_checktype(L, -1, LUA_TTABLE);
        const int item = lua_gettop(L);
        const char *csr = bind_field_string(L, item, "csr");
        const bool is_ca = bind_field_boolean(L, item, "ca", false);
        if (csr == NULL)
            bind_misuse(L, "requests[%lld]: csr: expected a text, got nothing", (long long)i);
        if (!lc_request_entries_add(entries, csr, is_ca, &err))
            return bind_raise(L, &err);
        lua_pop(L, 1);
    }
    if (!lc_databag_dump_requests(entries, text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

/* certificates_load(text, where): a list of { csr, certificate, ca, chain, revoked }, in PEM. */
static int certificates_load(lua_State *L)
{
    const struct lc_strmap *bag = check_bag(L, 1, LC_KEY_CERTIFICATES);
    const char *where = luaL_checkstring(L, 2);
    struct lc_certificate_entries *entries = bind_scratch(L, sizeof(*entries),
                                                          release_certificates);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_databag_load_certificates(bag, where, &bind_context(L)->log, entries, &err))
        return bind_raise(L, &err);
    lua_createtable(L, (int)entries->count, 0);
    for (size_t i = 0; i < entries->count; i++) {
        const struct lc_certificate_entry *entry = &entries->items[i];
        lua_createtable(L, 0, 5);
        bind_push_text(L, entry->csr);
        lua_setfield(L, -2, "csr");
        bind_push_text(L, entry->certificate);
        lua_setfield(L, -2, "certificate");
        bind_push_text(L, entry->ca);
        lua_setfield(L, -2, "ca");
        bind_push_strlist(L, &entry->chain);
        lua_setfield(L, -2, "chain");
        lua_pushboolean(L, entry->revoked);
        lua_setfield(L, -2, "revoked");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* A text of the table at item, lent to an entry that is about to be copied. */
static char *lend_field(lua_State *L, int item, const char *name)
{
    const char *text = bind_field_string(L, item, name);

    if (text == NULL)
        bind_misuse(L, "%s: expected a text, got nothing", name);
    return (char *)(uintptr_t)text;
}

static void add_certificate(lua_State *L, struct lc_certificate_entries *entries)
{
    const int item = lua_gettop(L);
    struct lc_strlist *chain = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    (void)bind_field_strings(L, item, "chain", chain);
    const struct lc_certificate_entry entry = {
        .csr = lend_field(L, item, "csr"),
        .certificate = lend_field(L, item, "certificate"),
        .ca = lend_field(L, item, "ca"),
        .chain = *chain,
        .revoked = bind_field_boolean(L, item, "revoked", false),
    };
    if (!lc_certificate_entries_add(entries, &entry, &err))
        (void)bind_raise(L, &err); /* does not return */
}

/* certificates_dump(list of { csr, certificate, ca, chain, revoked }): the databag's text. */
static int certificates_dump(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    struct lc_certificate_entries *entries = bind_scratch(L, sizeof(*entries),
                                                          release_certificates);
    struct lc_buf *text = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    for (lua_Integer i = 1; i <= count; i++) {
        luaL_checkstack(L, 8, NULL);
        (void)lua_rawgeti(L, 1, i);
        luaL_checktype(L, -1, LUA_TTABLE);
        add_certificate(L, entries);
    }
    if (!lc_databag_dump_certificates(entries, text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

/* errors_load(text, where): a list of { csr = PEM, denial = {...} }. */
static int errors_load(lua_State *L)
{
    const struct lc_strmap *bag = check_bag(L, 1, LC_KEY_ERRORS);
    const char *where = luaL_checkstring(L, 2);
    struct lc_error_entries *entries = bind_scratch(L, sizeof(*entries), release_errors);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_databag_load_errors(bag, where, &bind_context(L)->log, entries, &err))
        return bind_raise(L, &err);
    lua_createtable(L, (int)entries->count, 0);
    for (size_t i = 0; i < entries->count; i++) {
        lua_createtable(L, 0, 2);
        bind_push_text(L, entries->items[i].csr);
        lua_setfield(L, -2, "csr");
        bind_push_denial(L, &entries->items[i]);
        lua_setfield(L, -2, "denial");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* errors_dump(list of { csr, code, message, reason }): the databag's text; code: the wire's. */
static int errors_dump(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    struct lc_error_entries *entries = bind_scratch(L, sizeof(*entries), release_errors);
    struct lc_buf *text = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    for (lua_Integer i = 1; i <= count; i++) {
        luaL_checkstack(L, 8, NULL);
        (void)lua_rawgeti(L, 1, i);
        luaL_checktype(L, -1, LUA_TTABLE);
        const int item = lua_gettop(L);
        const int64_t code = bind_field_integer(L, item, "code", LC_ERROR_OTHER);
        const char *name = lc_request_error_name(code);
        const struct lc_error_entry entry = {
            .csr = lend_field(L, item, "csr"),
            .code = code,
            .name = (char *)(uintptr_t)(name == NULL ? "OTHER" : name),
            .message = lend_field(L, item, "message"),
            .reason = (char *)(uintptr_t)bind_field_string(L, item, "reason"),
        };
        if (!lc_error_entries_add(entries, &entry, &err))
            return bind_raise(L, &err);
    }
    if (!lc_databag_dump_errors(entries, text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

/* capabilities_dump(table): the databag's text. */
static int capabilities_dump(lua_State *L)
{
    struct lc_capabilities *capabilities = bind_scratch(L, sizeof(*capabilities),
                                                        release_capabilities);
    struct lc_buf *text = bind_scratch_buf(L, LC_DATABAG_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    bind_read_capabilities(L, 1, capabilities);
    if (!lc_databag_dump_capabilities(capabilities, text, &err))
        return bind_raise(L, &err);
    lua_pushlstring(L, text->data, text->len);
    return 1;
}

const luaL_Reg bind_tls_databag[] = {
    { "requests_load", requests_load },
    { "requests_dump", requests_dump },
    { "certificates_load", certificates_load },
    { "certificates_dump", certificates_dump },
    { "errors_load", errors_load },
    { "errors_dump", errors_dump },
    { "capabilities_dump", capabilities_dump },
    { NULL, NULL },
};
