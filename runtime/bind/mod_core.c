/* The module charm.core: what lua/charm is built on. Here: the hook itself, configuration,
 * leadership, the log, and what a charm registers. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bind/charm.h"
#include "bind/core.h"
#include "juju/fields.h"

const char *bind_core_text(lua_State *L, int arg)
{
    size_t len;

    if (lua_type(L, arg) != LUA_TSTRING) /* a number is not converted */
        bind_type_error(L, arg, "text");
    const char *text = lua_tolstring(L, arg, &len);
    if (strlen(text) != len || !lc_text_is_utf8(text, len))
        bind_arg_error(L, arg, "text expected, got bytes that are not UTF-8 or have a NUL");
    return text;
}

const char *bind_core_optional_text(lua_State *L, int arg)
{
    return lua_isnoneornil(L, arg) ? NULL : bind_core_text(L, arg);
}

lua_Integer bind_core_count(lua_State *L, int arg, lua_Integer fallback)
{
    int is_whole = 0;

    if (lua_isnoneornil(L, arg))
        return fallback;
    const lua_Integer count = lua_tointegerx(L, arg, &is_whole);
    if (!is_whole || count < 1 || lua_type(L, arg) != LUA_TNUMBER)
        bind_type_error(L, arg, "a whole number from 1");
    return count;
}

void bind_core_table(lua_State *L, int arg, const char *expected)
{
    if (!lua_istable(L, arg))
        bind_type_error(L, arg, expected);
}

int bind_core_absent(lua_State *L, const struct lc_err *err)
{
    if (err->code == LC_ENOTFOUND || err->code == LC_EPERM)
        return bind_fail(L, err);
    return bind_raise(L, err);
}

/* Into the table on top of the stack; what is NULL is left out. */
static void push_texts(lua_State *L, const void *from, const struct lc_text_field *fields)
{
    for (; fields->name != NULL; fields++) {
        const char *text = lc_field_text(from, fields);
        if (text == NULL)
            continue;
        lua_pushstring(L, text);
        lua_setfield(L, -2, fields->name);
    }
}

/* hook(what): what Juju's agent put into the environment. */
static int hook(lua_State *L)
{
    (void)bind_juju(L, luaL_checkstring(L, 1)); /* raises outside a hook */
    const struct lc_hook_env *env = bind_context(L)->env;

    lua_newtable(L);
    push_texts(L, env, lc_env_fields);
    lua_newtable(L);
    push_texts(L, &env->event, lc_event_fields);
    lua_pushstring(L, lc_event_kind_name(env->event.kind));
    lua_setfield(L, -2, "kind");
    if (env->event.secret_revision > 0) {
        lua_pushinteger(L, env->event.secret_revision);
        lua_setfield(L, -2, "secret_revision");
    }
    lua_setfield(L, -2, "event");
    return 1;
}

/* config(): all options that have a value. */
static int config(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.config");
    struct lc_json **options = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, config_get, options, &err))
        return bind_raise(L, &err);
    bind_push_json(L, *options);
    return 1;
}

/* is_leader() */
static int is_leader(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.is_leader");
    bool leader = false;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, is_leader, &leader, &err))
        return bind_raise(L, &err);
    lua_pushboolean(L, leader);
    return 1;
}

/* version_set(text) */
static int version_set(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.version_set");
    const char *version = bind_core_text(L, 1);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, version_set, version, &err))
        return bind_raise(L, &err);
    return 0;
}

/* nearest(text, names): the name that is most like text; nil when none is near. */
static int nearest(lua_State *L)
{
    const char *text = bind_core_text(L, 1);
    struct lc_strlist *names = bind_scratch_strlist(L);

    bind_read_strings(L, 2, "names", names);
    bind_push_text(L, names->count == 0 ? NULL
                                        : lc_text_nearest(text, (const char *const *)names->items));
    return 1;
}

/* raise(code, message): an error object with the place of the author's code. */
static int raise(lua_State *L)
{
    struct lc_err err = LC_ERR_INIT;
    const enum lc_code code = lc_code_from_name(luaL_checkstring(L, 1));

    (void)lc_fail(&err, code == LC_OK ? LC_EINTERNAL : code, "%s", luaL_checkstring(L, 2));
    return bind_raise(L, &err);
}

/* log(level, value): a line of the log for each line of the text; works outside a hook too. */
static int log_text(lua_State *L)
{
    static const char *const names[] = { "trace", "debug",    "info", "warning",
                                         "error", "critical", NULL };
    static const enum lc_level levels[] = { LC_LEVEL_TRACE,   LC_LEVEL_DEBUG, LC_LEVEL_INFO,
                                            LC_LEVEL_WARNING, LC_LEVEL_ERROR, LC_LEVEL_CRITICAL };
    const enum lc_level level = levels[luaL_checkoption(L, 1, NULL, names)];

    if (lua_isnone(L, 2))
        bind_type_error(L, 2, "a message");
    size_t len;
    const char *text = luaL_tolstring(L, 2, &len);
    lc_log_text(&bind_context(L)->log, level, text, len);
    return 0;
}

/* know_option(name): raises for one that the charm's metadata does not have. */
static int know_option(lua_State *L)
{
    bind_charm_check_name(L, BIND_NAME_OPTION, bind_core_text(L, 1));
    return 0;
}

#define EVENT_NAME_BYTES 128

/* The nearest name of an event: of the unit's own, or with what stands before a dash as the name of
 * an endpoint, storage or container. near has EVENT_NAME_BYTES. */
static bool nearest_event(const char *name, char *near)
{
    const char *own[LC_EVENT_KIND_COUNT + 1] = { NULL };
    const char *prefixed[LC_EVENT_KIND_COUNT + 1] = { NULL };
    size_t own_count = 0;
    size_t prefixed_count = 0;
    size_t ignored;

    for (int kind = LC_EVENT_INSTALL; kind < LC_EVENT_ACTION; kind++) {
        const char *text = lc_event_kind_name((enum lc_event_kind)kind);
        if (lc_event_kind_of(text, &ignored) == (enum lc_event_kind)kind)
            own[own_count++] = text;
        else
            prefixed[prefixed_count++] = text;
    }
    const char *found = lc_text_nearest(name, own);
    const char *rest = name;
    while (found == NULL && (rest = strchr(rest, '-')) != NULL)
        found = lc_text_nearest(++rest, prefixed);
    if (found == NULL)
        return false;
    const int len = snprintf(near, EVENT_NAME_BYTES, "%.*s%s",
                             rest == NULL ? 0 : (int)(rest - name), name, found);
    return len < EVENT_NAME_BYTES;
}

static _Noreturn void unknown_event(lua_State *L, const char *name)
{
    char near[EVENT_NAME_BYTES];

    if (nearest_event(name, near))
        bind_misuse(L, "'%s' is not an event of Juju's: did you mean '%s'?", name, near);
    bind_misuse(L,
                "'%s' is not an event of Juju's: expected a name such as 'config-changed' or "
                "'ENDPOINT-relation-changed'",
                name);
}

/* on(event, function) */
static int on(lua_State *L)
{
    const char *name = bind_core_text(L, 1);
    size_t prefix_len = 0;

    if (lc_event_kind_of(name, &prefix_len) == LC_EVENT_UNKNOWN)
        unknown_event(L, name);
    bind_charm_check_name(L, BIND_NAME_EVENT, name);
    bind_charm_add_handler(L, BIND_ON_EVENT, name, 2);
    return 0;
}

/* action(name, function) */
static int action(lua_State *L)
{
    const char *name = bind_core_text(L, 1);
    const struct bind_charm *charm = bind_charm(L);

    for (size_t i = 0; i < charm->handler_count; i++)
        if (charm->handlers[i].kind == BIND_ON_ACTION && strcmp(charm->handlers[i].name, name) == 0)
            bind_misuse(L, "the action '%s' has a handler already", name);
    bind_charm_check_name(L, BIND_NAME_ACTION, name);
    bind_charm_add_handler(L, BIND_ON_ACTION, name, 2);
    return 0;
}

/* collect(function): called when all handlers have run. */
static int collect(lua_State *L)
{
    bind_charm_add_handler(L, BIND_ON_STATUS, "", 1);
    return 0;
}

static const luaL_Reg functions[] = {
    { "hook", hook },      { "config", config },           { "is_leader", is_leader },
    { "log", log_text },   { "version_set", version_set }, { "raise", raise },
    { "call", bind_call }, { "nearest", nearest },         { "know_option", know_option },
    { "on", on },          { "action", action },           { "collect", collect },
    { NULL, NULL },
};

int luaopen_charm_core(lua_State *L)
{
    (void)bind_charm(L);
    lua_createtable(L, 0, 64);
    luaL_setfuncs(L, functions, 0);
    luaL_setfuncs(L, bind_core_relation, 0);
    luaL_setfuncs(L, bind_core_secret, 0);
    luaL_setfuncs(L, bind_core_unit, 0);
    luaL_setfuncs(L, bind_core_action, 0);
    luaL_setfuncs(L, bind_core_system, 0);
    return 1;
}
