/* charm.core: Juju's secrets. Contents go in and out as charm.Secret, never through Lua strings
 * that we make. */
#include "bind/core.h"

static void content_release(void *content)
{
    lc_secret_content_release(content);
}

static void info_release(void *info)
{
    lc_secret_info_release(info);
}

/* The names in the table at index, sorted: so that a hook says the same things each time. */
static const struct lc_strlist *check_names(lua_State *L, int index)
{
    struct lc_strlist *names = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING)
            bind_misuse(L, "content: its names must be texts, not a %s", luaL_typename(L, -2));
        if (!lc_strlist_add(names, lua_tostring(L, -2), &err))
            (void)bind_raise(L, &err); /* does not return */
        lua_pop(L, 1);
    }
    lc_strlist_sort(names);
    return names;
}

/* The value at the top of the stack, which is popped. */
static void take_value(lua_State *L, const char *name, struct lc_secret *bytes,
                       struct lc_secret_content *content)
{
    const int type = lua_type(L, -1);
    struct lc_err err = LC_ERR_INIT;

    if (type != LUA_TSTRING && type != LUA_TUSERDATA)
        bind_misuse(L, "content: '%s' must be a text, a key or a secret, not a %s", name,
                    luaL_typename(L, -1));
    bind_check_bytes(L, lua_gettop(L), bytes);
    if (!lc_secret_content_set(content, name, bytes->data == NULL ? "" : bytes->data, bytes->len,
                               &err))
        (void)bind_raise(L, &err); /* does not return */
    lua_pop(L, 1);
}

/* The field `content` of the options at arg; NULL when it is nil. */
static const struct lc_secret_content *check_content(lua_State *L, int arg)
{
    if (lua_getfield(L, arg, "content") == LUA_TNIL)
        return NULL;
    if (!lua_istable(L, -1))
        bind_misuse(L, "content: a table of names and values expected, not a %s",
                    luaL_typename(L, -1));
    const int table = lua_gettop(L);
    struct lc_secret_content *content = bind_scratch(L, sizeof(*content), content_release);
    struct lc_secret *bytes = bind_scratch_secret(L);
    const struct lc_strlist *names = check_names(L, table);
    for (size_t i = 0; i < names->count; i++) {
        (void)lua_getfield(L, table, names->items[i]);
        take_value(L, names->items[i], bytes, content);
    }
    return content;
}

/* The field `expire`: a duration from now, or seconds since the epoch; 0 when it is nil. */
static int64_t check_expire(lua_State *L, int arg)
{
    const int type = lua_getfield(L, arg, "expire");

    lua_pop(L, 1);
    if (type == LUA_TNIL)
        return 0;
    if (type == LUA_TNUMBER)
        return bind_field_integer(L, arg, "expire", 0);
    return lc_clock_now(&bind_context(L)->clock) + bind_field_duration(L, arg, "expire", 0);
}

static struct lc_secret_spec check_spec(lua_State *L, int arg)
{
    static const char *const policies[] = { "never",   "hourly",    "daily",  "weekly",
                                            "monthly", "quarterly", "yearly", NULL };
    const int policy = bind_field_choice(L, arg, "rotate", policies, -1);
    struct lc_secret_spec spec = { .rotate = policy == -1 ? NULL : policies[policy] };

    spec.label = bind_field_string(L, arg, "label");
    spec.description = bind_field_string(L, arg, "description");
    spec.expire_s = check_expire(L, arg);
    spec.content = check_content(L, arg);
    return spec;
}

/* Any reference to a secret at arg: the bare id in it. */
static const char *check_id(lua_State *L, int arg)
{
    const char *reference = bind_core_text(L, arg);
    const char *id = lc_secret_id_of(reference);

    if (id == NULL)
        bind_arg_error(L, arg, "the id of a secret expected, got '%s'", reference);
    return id;
}

/* A label that is taken shows itself only when Juju commits the hook, which then fails
 * (juju-hooks 3.4, 5.2.13): ask first. */
static bool label_is_free(const struct lc_juju *juju, const char *label,
                          struct lc_secret_info *info, struct lc_err *err)
{
    if (label == NULL)
        return true;
    if (!lc_juju_call(juju, secret_info, NULL, label, info, err))
        return err->code == LC_ENOTFOUND;
    return lc_fail(err, LC_EEXIST,
                   "there is a secret with the label '%s' already: get it, and set its content",
                   label);
}

/* secret_add(options): its bare id. */
static int secret_add(lua_State *L)
{
    static const char *const options[] = { "content", "label", "description", "expire",
                                           "rotate",  "owner", NULL };
    static const char *const owners[] = { "application", "unit", NULL };
    const struct lc_juju *juju = bind_juju(L, "charm.secret.add");

    bind_core_table(L, 1, "a table of options");
    bind_check_options(L, 1, options);
    struct lc_secret_spec spec = check_spec(L, 1);
    spec.app_owned = bind_field_choice(L, 1, "owner", owners, 0) == 0;
    if (spec.content == NULL || spec.content->count == 0)
        bind_misuse(L, "content = { NAME = VALUE, ... } expected");
    struct lc_secret_info *info = bind_scratch(L, sizeof(*info), info_release);
    char **id = bind_scratch_text(L);
    struct lc_err err = LC_ERR_INIT;

    if (!label_is_free(juju, spec.label, info, &err) ||
        !lc_juju_call(juju, secret_add, &spec, id, &err))
        return bind_raise(L, &err);
    bind_push_text(L, *id);
    return 1;
}

/* secret_set(id, options) */
static int secret_set(lua_State *L)
{
    static const char *const options[] = { "content", "label",  "description",
                                           "expire",  "rotate", NULL };
    const struct lc_juju *juju = bind_juju(L, "secret:set");
    const char *id = check_id(L, 1);

    bind_core_table(L, 2, "a table of options");
    bind_check_options(L, 2, options);
    const struct lc_secret_spec spec = check_spec(L, 2);
    struct lc_err err = LC_ERR_INIT;
    if (!lc_juju_call(juju, secret_set, id, &spec, &err))
        return bind_raise(L, &err);
    return 0;
}

static void push_content(lua_State *L, struct lc_secret_content *content)
{
    lua_createtable(L, 0, (int)content->count);
    for (size_t i = 0; i < content->count; i++) {
        lc_secret_move(bind_newsecret(L), &content->fields[i].value);
        lua_setfield(L, -2, content->fields[i].key);
    }
}

/* secret_get(id, label, how): a table of names to charm.Secret; how: "tracked", "peek", "refresh".
 */
static int secret_get(lua_State *L)
{
    static const char *const names[] = { "tracked", "peek", "refresh", NULL };
    static const enum lc_secret_read reads[] = { LC_SECRET_TRACKED, LC_SECRET_PEEK,
                                                 LC_SECRET_REFRESH };
    const struct lc_juju *juju = bind_juju(L, "charm.secret.get");
    const char *id = bind_core_optional_text(L, 1);
    const char *label = bind_core_optional_text(L, 2);
    const enum lc_secret_read how = reads[luaL_checkoption(L, 3, "tracked", names)];
    struct lc_secret_content *content = bind_scratch(L, sizeof(*content), content_release);
    struct lc_err err = LC_ERR_INIT;

    if (id == NULL && label == NULL)
        bind_misuse(L, "expected an id or a label");
    if (id != NULL)
        (void)check_id(L, 1); /* any reference goes on as it is */
    if (!lc_juju_call(juju, secret_get, id, label, how, content, &err))
        return bind_core_absent(L, &err);
    push_content(L, content);
    return 1;
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_time(lua_State *L, const char *name, int64_t time_s)
{
    if (time_s == 0)
        return;
    lua_pushinteger(L, time_s);
    lua_setfield(L, -2, name);
}

/* secret_info(id, label): what its manager may know; exactly one of the two. */
static int secret_info(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "secret:info");
    const char *id = lua_isnoneornil(L, 1) ? NULL : check_id(L, 1);
    const char *label = bind_core_optional_text(L, 2);
    struct lc_secret_info *info = bind_scratch(L, sizeof(*info), info_release);
    struct lc_err err = LC_ERR_INIT;

    if ((id == NULL) == (label == NULL))
        bind_misuse(L, "expected an id or a label");
    if (!lc_juju_call(juju, secret_info, id, label, info, &err))
        return bind_core_absent(L, &err);
    lua_createtable(L, 0, 9);
    set_text(L, "id", info->id);
    set_text(L, "label", info->label);
    set_text(L, "description", info->description);
    set_text(L, "rotate", info->rotation);
    set_text(L, "owner", info->app_owned ? "application" : "unit");
    lua_pushinteger(L, info->revision);
    lua_setfield(L, -2, "revision");
    set_time(L, "expire", info->expire_s);
    set_time(L, "rotates", info->rotates_s);
    if (info->access == NULL)
        lua_newtable(L);
    else
        bind_push_json(L, info->access);
    lua_setfield(L, -2, "access");
    return 1;
}

/* secret_ids(): of the secrets that this unit manages. */
static int secret_ids(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "charm.secret.ids");
    struct lc_strlist *ids = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, secret_ids, ids, &err))
        return bind_raise(L, &err);
    bind_push_strlist(L, ids);
    return 1;
}

/* secret_grant(id, relation_id, unit): without a unit, to the whole remote application. */
static int secret_grant(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "secret:grant");
    const char *id = check_id(L, 1);
    const char *relation_id = bind_core_text(L, 2);
    const char *unit = bind_core_optional_text(L, 3);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, secret_grant, id, relation_id, unit, &err))
        return bind_raise(L, &err);
    return 0;
}

/* secret_revoke(id, relation_id, unit) */
static int secret_revoke(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "secret:revoke");
    const char *id = check_id(L, 1);
    const char *relation_id = bind_core_text(L, 2);
    const char *unit = bind_core_optional_text(L, 3);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, secret_revoke, id, relation_id, unit, &err))
        return bind_raise(L, &err);
    return 0;
}

/* secret_remove(id, revision): without a revision, all of it. One that is gone already is fine:
 * Juju announces revisions that are (juju-hooks 1.10). */
static int secret_remove(lua_State *L)
{
    const struct lc_juju *juju = bind_juju(L, "secret:remove");
    const char *id = check_id(L, 1);
    const lua_Integer revision = bind_core_count(L, 2, 0);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_juju_call(juju, secret_remove, id, revision, &err) && err.code != LC_ENOTFOUND)
        return bind_raise(L, &err);
    return 0;
}

const luaL_Reg bind_core_secret[] = {
    { "secret_add", secret_add },
    { "secret_set", secret_set },
    { "secret_get", secret_get },
    { "secret_info", secret_info },
    { "secret_ids", secret_ids },
    { "secret_grant", secret_grant },
    { "secret_revoke", secret_revoke },
    { "secret_remove", secret_remove },
    { NULL, NULL },
};
