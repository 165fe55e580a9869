/* The functions of a scenario that look: they run no hook and change nothing. */
#include <string.h>

#include "base/clock.h"
#include "cli/play.h"
#include "model/check.h"
#include "model/context.h"
#include "model/timeline.h"

#define MAX_JSON (64u * 1024 * 1024)

void play_push_json(lua_State *L, const struct lc_buf *text)
{
    struct lc_json **tree = bind_scratch_json(L);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_buf_check(text, &err) || !lc_json_parse(text->data, text->len, 0, tree, &err))
        (void)bind_raise(L, &err);
    bind_push_json(L, *tree);
}

/* now() -> seconds since the epoch */
static int look_now(lua_State *L)
{
    const struct play *play = play_open(L);
    struct lc_err err = LC_ERR_INIT;
    int64_t now;

    if (!lc_store_now(play->work.store, &now, &err))
        return bind_raise(L, &err);
    lua_pushinteger(L, now);
    return 1;
}

/* What takes the store alone, and a writer. */
static int push_put(lua_State *L, bool (*put)(struct lc_store *store, struct lc_json_writer *json,
                                              struct lc_err *err))
{
    const struct play *play = play_open(L);
    struct lc_buf *text = bind_scratch_buf(L, MAX_JSON);
    struct lc_json_writer json = lc_json_writer(text, LC_JSON_COMPACT);
    struct lc_err err = LC_ERR_INIT;

    if (!put(play->work.store, &json, &err))
        return bind_raise(L, &err);
    play_push_json(L, text);
    return 1;
}

static int look_status(lua_State *L)
{
    return push_put(L, model_show_status);
}

static int look_secrets(lua_State *L)
{
    return push_put(L, model_show_secrets);
}

static bool put_unit(struct lc_store *store, const char *name, struct lc_json_writer *json,
                     struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    return lc_check_unit(store, name, &unit, err) && model_show_unit(store, &unit, json, err);
}

/* unit(name) -> as show-unit; nil, message, code when there is none */
static int look_unit(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *name = luaL_checkstring(L, 1);
    struct lc_buf *text = bind_scratch_buf(L, MAX_JSON);
    struct lc_json_writer json = lc_json_writer(text, LC_JSON_COMPACT);
    struct lc_err err = LC_ERR_INIT;

    if (!put_unit(play->work.store, name, &json, &err))
        return err.code == LC_ENOTFOUND ? bind_fail(L, &err) : bind_raise(L, &err);
    play_push_json(L, text);
    return 1;
}

static bool put_config(struct lc_store *store, const char *app, struct lc_json_writer *json,
                       struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;

    if (!lc_check_app(store, app, &row, &meta, err) ||
        !lc_config_effective(store, meta, app, false, &config, err))
        return false;
    lc_json_put(json, config);
    return true;
}

/* config(app) -> value by option */
static int look_config(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *app = luaL_checkstring(L, 1);
    struct lc_buf *text = bind_scratch_buf(L, MAX_JSON);
    struct lc_json_writer json = lc_json_writer(text, LC_JSON_COMPACT);
    struct lc_err err = LC_ERR_INIT;

    if (!put_config(play->work.store, app, &json, &err))
        return bind_raise(L, &err);
    play_push_json(L, text);
    return 1;
}

/* The relation of `app` that a word means: its endpoint, where that has one relation only. id: -1,
 * or the relation's number. */
static bool find_relation(struct lc_store *store, const char *app, const char *endpoint, int64_t id,
                          int64_t *out, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    size_t count = 0;

    if (!lc_store_relations(store, app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation = &relations.items[i];
        if (endpoint == NULL ? relation->id != id : strcmp(relation->endpoint, endpoint) != 0)
            continue;
        *out = relation->id;
        count++;
    }
    if (count == 1)
        return true;
    if (endpoint == NULL)
        return lc_fail(err, LC_ENOTFOUND, "'%s' has no relation %lld", app, (long long)id);
    return count == 0
               ? lc_fail(err, LC_ENOTFOUND, "'%s' has no relation on endpoint '%s'", app, endpoint)
               : lc_fail(err, LC_EUSAGE,
                         "'%s' has more than one relation on endpoint '%s': give its number", app,
                         endpoint);
}

static bool get_bag(struct lc_store *store, const char *holder, const char *endpoint, int64_t id,
                    struct lc_strmap *out, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    int64_t relation;

    if (lc_check_is_unit_name(holder) ? !lc_check_unit(store, holder, &unit, err)
                                      : !lc_store_app(store, holder, &app, err))
        return false;
    return find_relation(store, unit.app == NULL ? holder : unit.app, endpoint, id, &relation,
                         err) &&
           lc_store_bag(store, relation, holder, out, err);
}

/* relation_data(unit or application, endpoint or number) -> text by key; nil, message, code */
static int look_relation_data(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *holder = luaL_checkstring(L, 1);
    const bool numbered = lua_isinteger(L, 2) != 0;
    const char *endpoint = numbered ? NULL : luaL_checkstring(L, 2);
    struct lc_strmap *bag = bind_scratch_strmap(L);
    struct lc_err err = LC_ERR_INIT;

    if (!get_bag(play->work.store, holder, endpoint, numbered ? lua_tointeger(L, 2) : -1, bag,
                 &err))
        return err.code == LC_ENOTFOUND ? bind_fail(L, &err) : bind_raise(L, &err);
    bind_push_strmap(L, bag);
    return 1;
}

/* log{ level, unit, lines } -> list of { time, unit, level, module, message } */
static int look_log(lua_State *L)
{
    const struct play *play = play_open(L);
    const char *level_name = bind_field_string(L, 1, "level");
    const char *unit = bind_field_string(L, 1, "unit");
    const lua_Integer lines = bind_field_integer(L, 1, "lines", 0);
    struct lc_strlist *units = bind_scratch_strlist(L);
    struct lc_buf *text = bind_scratch_buf(L, MAX_JSON);
    struct lc_json_writer json = lc_json_writer(text, LC_JSON_COMPACT);
    enum lc_level level = LC_LEVEL_INFO;
    struct lc_err err = LC_ERR_INIT;

    if ((level_name != NULL && !model_parse_level(level_name, &level, &err)) ||
        (unit != NULL && !lc_strlist_add(units, unit, &err)) ||
        !model_show_log(play->work.store, level, units, lines, &json, &err))
        return bind_raise(L, &err);
    play_push_json(L, text);
    return 1;
}

/* timeline() -> as `timeline --json` */
static int look_timeline(lua_State *L)
{
    const struct play *play = play_open(L);
    const struct lc_strlist everyone = LC_STRLIST_INIT;
    struct lc_buf *text = bind_scratch_buf(L, MAX_JSON);
    struct lc_json_writer json = lc_json_writer(text, LC_JSON_COMPACT);
    struct lc_err err = LC_ERR_INIT;

    if (!lc_timeline_put(play->work.store, &everyone, &json, &err))
        return bind_raise(L, &err);
    play_push_json(L, text);
    return 1;
}

const luaL_Reg play_looks[] = {
    { "now", look_now },   { "status", look_status },     { "secrets", look_secrets },
    { "unit", look_unit }, { "config", look_config },     { "relation_data", look_relation_data },
    { "log", look_log },   { "timeline", look_timeline }, { NULL, NULL },
};
